//! Two threads on one module, beside two threads of the hand-written function.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use crate::Effort;
use crate::ours::{self, Ours};
use crate::support::native::Native;
use crate::support::requests;
use crate::support::timing::median;
use crate::support::tuned;
use crate::table::Table;

/// Nanoseconds that a thread works in a round: short, so that other work on the machine falls between the rounds.
const SPAN: f64 = 300_000.0;

pub fn measure(effort: Effort, goals: &mut Table, _: &mut Table) {
    let ours = Ours::new(&ours::checked(&ours::federation()), requests::BLOCK);
    let requests = requests::all();
    let borrowed: Vec<_> = requests.iter().map(|r| r.facts.borrowed()).collect();
    let facts: Vec<_> = borrowed.iter().map(Native::new).collect();
    let asked: Vec<_> = facts.iter().zip(&requests).map(|(facts, r)| (facts, r.prior, r.now)).collect();
    let native = || {
        for (facts, prior, now) in &asked {
            // SAFETY: the facts are those of the block.
            black_box(unsafe { ours.permits(black_box(facts.as_ptr()), *prior, *now) });
        }
    };
    let by_hand = || {
        for (facts, prior, now) in &asked {
            // SAFETY: the facts are valid.
            black_box(unsafe { tuned::permits(black_box(facts.facts()), *prior, *now) });
        }
    };
    let mut rounds = [const { Vec::new() }; 4];
    let (ours_times, hand_times) = (times(&native), times(&by_hand));
    for _ in 0..effort.rounds {
        rounds[0].push(together(1, ours_times, &native));
        rounds[1].push(together(2, ours_times, &native));
        rounds[2].push(together(1, hand_times, &by_hand));
        rounds[3].push(together(2, hand_times, &by_hand));
    }
    // Decisions in the same time, two threads to one.
    let gain = |one: usize, two: usize| {
        median(rounds[one].iter().zip(&rounds[two]).map(|(one, two)| 2.0 * one / two).collect())
    };
    let (ours, theirs) = (gain(0, 1), gain(2, 3));
    let decision = |n: usize| {
        let times = if n < 2 { ours_times } else { hand_times };
        median(rounds[n].clone()) / (times * asked.len()) as f64
    };
    goals.beside(
        format!("two threads on one module: {ours:.2} × the decisions of one (tuned Rust: {theirs:.2} ×)"),
        decision(1),
        "tuned Rust, two threads",
        decision(3),
        decision(1) / decision(3),
    );
    goals.goal("the same gain".into(), ours >= theirs * 0.95);
}

/// How often a thread goes through all requests in a round.
fn times(run: &impl Fn()) -> usize {
    run();
    let begun = Instant::now();
    (0..10).for_each(|_| run());
    (SPAN * 10.0 / begun.elapsed().as_nanos() as f64).ceil() as usize
}

/// Nanoseconds until every thread has gone through all requests so often.
fn together(threads: usize, times: usize, run: &(impl Fn() + Sync)) -> f64 {
    let start = Barrier::new(threads);
    let took: Vec<f64> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    run();
                    start.wait();
                    let begun = Instant::now();
                    (0..times).for_each(|_| run());
                    begun.elapsed().as_nanos() as f64
                })
            })
            .collect();
        handles.into_iter().filter_map(|h| h.join().ok()).collect()
    });
    took.into_iter().fold(0.0, f64::max)
}
