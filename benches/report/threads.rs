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

/// Times that a thread goes through all requests.
const TIMES: usize = 40;

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
    for _ in 0..effort.rounds {
        rounds[0].push(together(1, &native));
        rounds[1].push(together(2, &native));
        rounds[2].push(together(1, &by_hand));
        rounds[3].push(together(2, &by_hand));
    }
    // Decisions in the same time, two threads to one.
    let gain = |one: usize, two: usize| {
        median(rounds[one].iter().zip(&rounds[two]).map(|(one, two)| 2.0 * one / two).collect())
    };
    let (ours, theirs) = (gain(0, 1), gain(2, 3));
    let decision = |n: usize| median(rounds[n].clone()) / (TIMES * asked.len()) as f64;
    goals.beside(
        format!("two threads on one module: {ours:.2} × the decisions of one (tuned Rust: {theirs:.2} ×)"),
        decision(1),
        "tuned Rust, two threads",
        decision(3),
        decision(1) / decision(3),
    );
    goals.goal("the same gain".into(), ours >= theirs * 0.95);
}

/// Nanoseconds until every thread has gone through all requests.
fn together(threads: usize, run: &(impl Fn() + Sync)) -> f64 {
    let start = Barrier::new(threads);
    let times: Vec<f64> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    run();
                    start.wait();
                    let begun = Instant::now();
                    (0..TIMES).for_each(|_| run());
                    begun.elapsed().as_nanos() as f64
                })
            })
            .collect();
        handles.into_iter().filter_map(|h| h.join().ok()).collect()
    });
    times.into_iter().fold(0.0, f64::max)
}
