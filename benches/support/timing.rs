//! Time taken side by side: A, B, A, B, many rounds.
//!
//! In: closures that each decide once for every request. Out: the median time of one decision, for each, and the median of the
//! ratios within a round, which other work on the machine moves least.

use std::time::Instant;

pub struct Timed {
    /// Nanoseconds of one decision, by round, for each contender.
    rounds: Vec<Vec<f64>>,
}

/// A contender: runs all requests once.
pub type Run<'a> = &'a mut dyn FnMut();

/// Each contender in turn, `rounds` times; in a round each runs `repeats` times over `decisions` requests, after one run untimed: those
/// before it had the caches.
pub fn interleaved(rounds: usize, repeats: usize, decisions: usize, contenders: &mut [Run<'_>]) -> Timed {
    let mut each: Vec<(usize, Run<'_>)> = contenders.iter_mut().map(|run| (repeats, &mut **run as Run<'_>)).collect();
    interleaved_by(rounds, decisions, &mut each)
}

/// The same where some repeat more often than others.
pub fn interleaved_by(rounds: usize, decisions: usize, contenders: &mut [(usize, Run<'_>)]) -> Timed {
    let mut timed = Timed { rounds: vec![Vec::with_capacity(rounds); contenders.len()] };
    for _ in 0..rounds {
        for ((repeats, run), times) in contenders.iter_mut().zip(&mut timed.rounds) {
            run();
            let started = Instant::now();
            for _ in 0..*repeats {
                run();
            }
            times.push(started.elapsed().as_nanos() as f64 / (*repeats * decisions) as f64);
        }
    }
    timed
}

impl Timed {
    pub fn median(&self, contender: usize) -> f64 {
        median(self.rounds[contender].clone())
    }

    pub fn best(&self, contender: usize) -> f64 {
        self.rounds[contender].iter().copied().fold(f64::MAX, f64::min)
    }

    /// How many times as long the first takes as the second.
    pub fn ratio(&self, first: usize, second: usize) -> f64 {
        median(self.rounds[first].iter().zip(&self.rounds[second]).map(|(a, b)| a / b).collect())
    }
}

pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    let middle = all.len() / 2;
    match all.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => all[middle],
        _ => (all[middle - 1] + all[middle]) / 2.0,
    }
}

/// The median of several runs, in nanoseconds.
pub fn single(runs: usize, mut run: impl FnMut()) -> f64 {
    let times = (0..runs).map(|_| {
        let started = Instant::now();
        run();
        started.elapsed().as_nanos() as f64
    });
    median(times.collect())
}
