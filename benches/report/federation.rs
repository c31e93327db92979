//! The federation decision: over native facts and from JSON.

use std::hint::black_box;

use trust_runtime::arena::Arena;

use crate::Effort;
use crate::ours::{self, Ours};
use crate::support::facts::{Borrowed, Same, Texts};
use crate::support::native::Native;
use crate::support::requests::{self, Request};
use crate::support::timing::interleaved;
use crate::support::{idiomatic, tuned};
use crate::table::Table;
use trust_runtime::allocations::counted;

pub fn measure(effort: Effort, goals: &mut Table, rest: &mut Table) {
    let ours = Ours::new(&ours::checked(&ours::federation()), requests::BLOCK);
    let requests = requests::all();
    let borrowed: Vec<_> = requests.iter().map(|r| r.facts.borrowed()).collect();
    let facts: Vec<_> = borrowed.iter().map(Native::new).collect();
    let all: Vec<One<'_>> = requests
        .iter()
        .zip(&borrowed)
        .zip(&facts)
        .map(|((request, borrowed), native)| One { request, borrowed, native })
        .collect();
    agree(&ours, &all);
    let bytes = requests.iter().map(|r| r.json.len()).sum::<usize>() / requests.len();
    let (permits, denies): (Vec<One<'_>>, Vec<One<'_>>) =
        all.iter().copied().partition(|one| idiomatic::permits(one.borrowed, one.request.prior, one.request.now));
    eprintln!("  {} requests, {} permit; {bytes} bytes of JSON on average", requests.len(), permits.len());
    structs(effort, &ours, &all, goals, rest);
    for (what, some) in [("permits", &permits), ("denies", &denies)] {
        split(effort, &ours, some, what, rest);
    }
    json(effort, &ours, &all, goals, rest);
}

#[derive(Clone, Copy)]
struct One<'a> {
    request: &'a Request,
    borrowed: &'a Borrowed<'a>,
    native: &'a Native<'a>,
}

fn agree(ours: &Ours, all: &[One<'_>]) {
    let (mut arena, mut words) = (Arena::new(), ours.words());
    for one in all {
        let (prior, now, text) = (one.request.prior, one.request.now, &one.request.json);
        let expected = idiomatic::decide(one.borrowed, prior, now);
        let parsed: Borrowed<'_> = serde_json::from_str(text).expect("facts");
        assert_eq!(idiomatic::permits(&parsed, prior, now), expected.permit);
        assert_eq!(ours.permits_json(text.as_bytes(), &mut arena, prior, now), expected.permit);
        assert_eq!(ours.decide_json(text.as_bytes(), &mut arena, prior, now, &mut words), expected.permit);
        // SAFETY: the facts are those of the block.
        unsafe {
            assert_eq!(tuned::decide(one.native.facts(), prior, now), expected);
            assert_eq!(tuned::permits(one.native.facts(), prior, now), expected.permit);
            assert_eq!(ours.permits(one.native.as_ptr(), prior, now), expected.permit);
            assert_eq!(ours.decide(one.native.as_ptr(), prior, now, &mut words), expected.permit);
        }
    }
}

fn structs(effort: Effort, ours: &Ours, all: &[One<'_>], goals: &mut Table, rest: &mut Table) {
    let mut words = ours.words();
    let each = |run: &mut dyn FnMut(&Native<'_>, u64, i64)| {
        all.iter().for_each(|one| run(black_box(one.native), one.request.prior, one.request.now));
    };
    // SAFETY (below): the facts are those of the block.
    let mut permits =
        || each(&mut |facts, prior, now| _ = black_box(unsafe { ours.permits(facts.as_ptr(), prior, now) }));
    let mut decide =
        || each(&mut |facts, prior, now| _ = black_box(unsafe { ours.decide(facts.as_ptr(), prior, now, &mut words) }));
    let allocations = counted(|| {
        permits();
        decide();
    });
    let timed = interleaved(
        effort.rounds,
        5,
        all.len(),
        &mut [
            &mut || each(&mut |facts, prior, now| _ = black_box(unsafe { tuned::permits(facts.facts(), prior, now) })),
            &mut permits,
            &mut decide,
            &mut || each(&mut |facts, prior, now| _ = black_box(unsafe { tuned::decide(facts.facts(), prior, now) })),
            &mut || {
                for one in all {
                    black_box(idiomatic::permits(black_box(one.borrowed), one.request.prior, one.request.now));
                }
            },
            &mut || {
                for one in all {
                    black_box(idiomatic::decide(black_box(one.borrowed), one.request.prior, one.request.now));
                }
            },
        ],
    );
    let at = |n| timed.median(n);
    let ratio = timed.ratio(1, 0);
    goals.beside(
        format!("`permits` over the native struct ({allocations} allocations)"),
        at(1),
        "tuned Rust",
        at(0),
        ratio,
    );
    goals.goal("≤ 1.0 ×, 0 allocations".into(), ratio <= 1.0 && allocations == 0);
    let ratio = timed.ratio(2, 0);
    goals.beside("full `decide` over the native struct", at(2), "tuned Rust, permits alone", at(0), ratio);
    goals.at_most(ratio, 2.0);
    rest.beside("`permits` over the native struct", at(1), "idiomatic Rust", at(4), timed.ratio(1, 4));
    rest.beside("full `decide` over the native struct", at(2), "tuned Rust, in full", at(3), timed.ratio(2, 3));
    rest.beside("full `decide` over the native struct", at(2), "idiomatic Rust, in full", at(5), timed.ratio(2, 5));
}

fn split(effort: Effort, ours: &Ours, some: &[One<'_>], what: &str, rest: &mut Table) {
    let each = |run: &mut dyn FnMut(&Native<'_>, u64, i64)| {
        some.iter().for_each(|one| run(black_box(one.native), one.request.prior, one.request.now));
    };
    let timed = interleaved(
        effort.rounds,
        5,
        some.len(),
        &mut [
            // SAFETY: the facts are those of the block.
            &mut || each(&mut |facts, prior, now| _ = black_box(unsafe { tuned::permits(facts.facts(), prior, now) })),
            &mut || each(&mut |facts, prior, now| _ = black_box(unsafe { ours.permits(facts.as_ptr(), prior, now) })),
        ],
    );
    let figure = format!("`permits` over the native struct, {what} alone");
    rest.beside(figure, timed.median(1), "tuned Rust", timed.median(0), timed.ratio(1, 0));
}

fn json(effort: Effort, ours: &Ours, all: &[One<'_>], goals: &mut Table, rest: &mut Table) {
    let (mut arena, mut other, mut third, mut words) = (Arena::new(), Arena::new(), Arena::new(), ours.words());
    let each = |run: &mut dyn FnMut(&[u8], u64, i64)| {
        all.iter().for_each(|one| run(black_box(one.request.json.as_bytes()), one.request.prior, one.request.now));
    };
    let mut permits = || each(&mut |text, prior, now| _ = black_box(ours.permits_json(text, &mut arena, prior, now)));
    let mut decide =
        || each(&mut |text, prior, now| _ = black_box(ours.decide_json(text, &mut other, prior, now, &mut words)));
    let mut texts = || each(&mut |text, _, _| drop(black_box(serde_json::from_slice::<Texts<'_>>(text))));
    let mut numbers = || each(&mut |text, _, _| drop(black_box(serde_json::from_slice::<Borrowed<'_>>(text))));
    let mut same = || each(&mut |text, _, _| drop(black_box(serde_json::from_slice::<Same<'_>>(text))));
    // Warm.
    permits();
    decide();
    let allocations = counted(|| {
        permits();
        decide();
    });
    let theirs = counted(same) as f64 / all.len() as f64;
    let mut decode = || each(&mut |text, _, _| _ = black_box(ours.decode(text, &mut third)));
    let timed = interleaved(
        effort.rounds,
        1,
        all.len(),
        &mut [
            &mut permits,
            &mut same,
            &mut numbers,
            &mut texts,
            &mut decide,
            &mut || {
                each(&mut |text, prior, now| {
                    let facts = serde_json::from_slice::<Borrowed<'_>>(text);
                    black_box(facts.is_ok_and(|facts| idiomatic::permits(&facts, prior, now)));
                });
            },
            &mut decode,
        ],
    );
    let at = |n| timed.median(n);
    let peers = [
        format!("JSON to decision ({allocations} allocations; serde_json {theirs:.1})"),
        "JSON to decision".into(),
        "JSON to decision".into(),
    ];
    let names = ["serde_json, the same facts", "serde_json, `&str` and `Vec`", "serde_json, these and times as text"];
    for ((n, figure), name) in peers.into_iter().enumerate().zip(names) {
        let ratio = timed.ratio(0, n + 1);
        goals.beside(figure, at(0), name, at(n + 1), ratio);
        goals.goal("≥ 5 × faster, 0 allocations".into(), ratio <= 0.2 && allocations == 0);
    }
    rest.beside("JSON to native facts, nothing decided", at(6), "serde_json, the same facts", at(1), timed.ratio(6, 1));
    rest.beside("JSON to decision", at(0), "serde_json and idiomatic Rust", at(5), timed.ratio(0, 5));
    rest.beside("JSON to full decision", at(4), "serde_json, the same facts", at(1), timed.ratio(4, 1));
}
