//! Every figure of docs/performance.md, ours and the peer's side by side in one run.
//!
//! In: which parts to measure (`federation clauses tables compile threads`; none: all), and `quick` for a tenth of the rounds: `cargo bench
//! --bench report -- quick federation`. Out: Markdown tables. Contenders take turns (A, B, A, B …); a figure is the median
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
    let parts: Vec<&String> = asked.iter().filter(|a| *a != "quick").collect();
    let effort = if quick { Effort { rounds: 40, runs: 3 } } else { Effort { rounds: 400, runs: 9 } };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, {} {}\n", std::env::consts::ARCH, std::env::consts::OS);
    let mut goals = Table::default();
    let mut rest = Table::default();
    let all: [(&str, fn(Effort, &mut Table, &mut Table)); 5] = [
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
    println!("## Goals\n\n{goals}\n## More figures\n\n{rest}");
}
