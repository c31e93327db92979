//! Every figure of docs/performance.md, ours and the peer's side by side in one run.
//!
//! In: which parts to measure (`federation clauses tables compile threads`; none: all), and `quick` for a tenth of the rounds: `cargo bench
//! --bench report -- quick federation`; `write` puts the tables into docs/performance.md. Out: Markdown tables. Contenders take turns (A, B, A, B …); a figure is the median
//! over all rounds, a ratio the median of the ratios within a round. Before anything is timed all must agree on every request.

#[path = "../support/allocations.rs"]
mod allocations;
#[path = "../support/ours.rs"]
mod ours;
#[path = "../support/mod.rs"]
mod support;

mod compile;
mod federation;
mod scale;
mod table;
mod threads;

use table::Table;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    rounds: usize,
    runs: usize,
}

fn main() {
    // Cargo itself adds `--bench`.
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let quick = asked.iter().any(|a| a == "quick");
    let parts: Vec<&String> = asked.iter().filter(|a| *a != "quick" && *a != "write").collect();
    let effort = if quick { Effort { rounds: 40, runs: 3 } } else { Effort { rounds: 400, runs: 9 } };
    let mut goals = Table::default();
    let mut rest = Table::default();
    type Part = fn(Effort, &mut Table, &mut Table);
    let all: [(&str, Part); 5] = [
        ("federation", federation::measure),
        ("clauses", scale::clauses),
        ("tables", scale::tables),
        ("compile", compile::measure),
        ("threads", threads::measure),
    ];
    for (part, measure) in all {
        if parts.is_empty() || parts.iter().any(|p| *p == part) {
            eprintln!("{part} …");
            measure(effort, &mut goals, &mut rest);
        }
    }
    let text = format!("{goals}\n### More figures\n\n{rest}");
    println!("{text}");
    if asked.iter().any(|a| a == "write") {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
        support::page::replace(&page, "report", &text).expect("docs/performance.md");
    }
}
