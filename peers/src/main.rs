//! The federation decision in other engines, beside ours.
//!
//! In: the 512 requests of the benchmarks; `quick` for fewer rounds, `write` to put the table into docs/performance.md. Out: a table, once
//! all engines have given the same answer to every request.
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

use support::native::Native;
use support::requests::{self, Request};
use support::timing::interleaved_by;
use support::{idiomatic, tuned};

fn main() {
    let ours = ours::Ours::new(&ours::checked(&ours::federation()), requests::BLOCK);
    let requests = requests::all();
    let borrowed: Vec<_> = requests.iter().map(|r| r.facts.borrowed()).collect();
    let facts: Vec<_> = borrowed.iter().map(Native::new).collect();
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let rounds = if asked.iter().any(|a| a == "quick") { 10 } else { 100 };

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
    // Who takes nanoseconds repeats more often than who takes microseconds.
    let (often, once) = (50, 1);
    let timed = interleaved_by(
        rounds,
        requests.len(),
        &mut [
            (often, &mut || {
                for (facts, r) in facts.iter().zip(&requests) {
                    // SAFETY: the facts are those of the block.
                    black_box(unsafe { ours.permits(black_box(facts.as_ptr()), r.prior, r.now) });
                }
            }),
            (often, &mut || {
                for (facts, r) in facts.iter().zip(&requests) {
                    // SAFETY: the facts are valid.
                    black_box(unsafe { tuned::permits(black_box(facts.facts()), r.prior, r.now) });
                }
            }),
            (often, &mut || {
                for (facts, r) in borrowed.iter().zip(&requests) {
                    black_box(idiomatic::permits(black_box(facts), r.prior, r.now));
                }
            }),
            (once, &mut || all.clone().for_each(|n| _ = black_box(clauses.permits(n)))),
            (once, &mut || all.clone().for_each(|n| _ = black_box(one.permits(n)))),
            (once, &mut || all.clone().for_each(|n| _ = black_box(rego.permits(n)))),
            (once, &mut || all.clone().for_each(|n| _ = black_box(cel(n)))),
        ],
    );
    let mut table = String::from("| engine | a decision, median | of ours |\n|---|---:|---:|\n");
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
        let (median, ratio) = (timed.median(n), timed.ratio(n, 0));
        let median = if median < 1e3 { format!("{median:.1} ns") } else { format!("{:.1} µs", median / 1e3) };
        table.push_str(&format!("| {name} | {median} | {ratio:.1} × |\n"));
    }
    println!("{table}");
    if asked.iter().any(|a| a == "write") {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md");
        support::page::replace(&page, "peers", &table).expect("docs/performance.md");
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
