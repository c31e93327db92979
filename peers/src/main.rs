//! The federation decision in other engines, beside ours.
//!
//! In: the 512 requests of the benchmarks. Out: a table, once all engines have given the same answer to every request.
//!
//! Timed: one decision, permit or deny, over facts already in the engine's own form. Not timed: compiling the policy, and
//! turning a request into that form (JSON, dates, ranks). What an engine's interface makes every caller do anew, such as handing over the
//! input, is timed.

#[path = "../../benches/support/ours.rs"]
mod ours;
#[path = "../../benches/support/mod.rs"]
mod support;

mod cedar;
mod input;
mod rego;

use std::hint::black_box;
use std::path::Path;

use support::native::Native;
use support::requests::{self, Request};
use support::timing::interleaved;
use support::{idiomatic, tuned};

fn main() {
    let program = ours::checked(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/federation"));
    let ours = ours::Ours::new(&program, ours::block(&program, requests::BLOCK));
    let requests = requests::all();
    let borrowed: Vec<_> = requests.iter().map(|r| r.facts.borrowed()).collect();
    let facts: Vec<_> = borrowed.iter().map(Native::new).collect();
    let rounds = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(60);

    let clauses = cedar::Cedar::new(&requests, cedar::CLAUSES);
    let one = cedar::Cedar::new(&requests, &cedar::in_one());
    let mut rego = rego::Rego::new(&requests);
    let members = cel_members();
    let cel_program = cel::Program::compile(include_str!("../policies/federation.cel")).expect("a CEL program");
    let contexts: Vec<cel::Context<'_, '_>> = requests.iter().map(|r| cel_context(r, &members)).collect();
    let cel = |n: usize| matches!(cel_program.execute(&contexts[n]), Ok(cel::Value::Bool(true)));

    let mut permits = 0;
    for (n, request) in requests.iter().enumerate() {
        let expected = idiomatic::permits(&borrowed[n], request.prior, request.now);
        // SAFETY: the facts are those of the block.
        let (tuned, native) = unsafe {
            let facts = &facts[n];
            (
                tuned::permits(facts.facts(), request.prior, request.now),
                ours.permits(facts.as_ptr(), request.prior, request.now),
            )
        };
        let peers = [native, tuned, clauses.permits(n), one.permits(n), rego.permits(n), cel(n)];
        assert_eq!(peers, [expected; 6], "request {n}: {}", request.json);
        permits += usize::from(expected);
    }
    println!("All agree on {} requests, of which {permits} permit.\n", requests.len());

    let all = 0..requests.len();
    let timed = interleaved(
        rounds,
        1,
        requests.len(),
        &mut [
            &mut || {
                for (facts, r) in facts.iter().zip(&requests) {
                    // SAFETY: the facts are those of the block.
                    black_box(unsafe { ours.permits(black_box(facts.as_ptr()), r.prior, r.now) });
                }
            },
            &mut || {
                for (facts, r) in facts.iter().zip(&requests) {
                    // SAFETY: the facts are valid.
                    black_box(unsafe { tuned::permits(black_box(facts.facts()), r.prior, r.now) });
                }
            },
            &mut || {
                for (facts, r) in borrowed.iter().zip(&requests) {
                    black_box(idiomatic::permits(black_box(facts), r.prior, r.now));
                }
            },
            &mut || all.clone().for_each(|n| drop(black_box(clauses.permits(n)))),
            &mut || all.clone().for_each(|n| drop(black_box(one.permits(n)))),
            &mut || all.clone().for_each(|n| drop(black_box(rego.permits(n)))),
            &mut || all.clone().for_each(|n| drop(black_box(cel(n)))),
        ],
    );
    println!("| engine | a decision, median | of ours |\n|---|---:|---:|");
    let names = [
        "trustc, `permits`",
        "Rust by hand, tuned",
        "Rust by hand, idiomatic",
        "cedar-policy 4.14.1, a policy a clause",
        "cedar-policy 4.14.1, one policy",
        "regorus 0.14.1, RVM",
        "cel 0.15.0",
    ];
    for (n, name) in names.iter().enumerate() {
        println!("| {name} | {:.0} ns | {:.1} × |", timed.median(n), timed.ratio(n, 0));
    }
}

/// The lists that do not change: maps, which CEL looks up by hash.
fn cel_members() -> cel::Value {
    cel::to_value(members()).expect("members")
}

fn cel_context<'a>(request: &Request, members: &cel::Value) -> cel::Context<'a, 'a> {
    let mut context = cel::Context::default();
    let input = input::input(request);
    macro_rules! add {
        ($($name:ident)*) => {$(context.add_variable(stringify!($name), cel::to_value(&input.$name).expect("a value")).expect("a variable");)*};
    }
    add!(now moved compromised partner credential posture chain call);
    context.add_variable("members", members.clone()).expect("a variable");
    context
}

/// What the policies of Rego and CEL look up.
#[derive(serde::Serialize)]
struct Members {
    issuers: std::collections::BTreeMap<&'static str, bool>,
    regions: std::collections::BTreeMap<&'static str, bool>,
    investigating: std::collections::BTreeMap<&'static str, bool>,
    needed: [i64; 4],
    lifetime: [i64; 4],
}

fn members() -> Members {
    let set = |all: &[&'static str]| all.iter().map(|name| (*name, true)).collect();
    Members {
        issuers: set(&idiomatic::APPROVED_ISSUERS),
        regions: set(&requests::REGIONS),
        investigating: set(&["events.read", "shipments.read", "status.read"]),
        needed: [0, 0, 1, 2],
        lifetime: [43_200_000_000, 14_400_000_000, 3_600_000_000, 900_000_000],
    }
}
