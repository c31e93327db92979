//! A report for people.
//!
//! In: a report with its sources and how to show a diagnostic. Out: a paragraph for every failure, counterexample and warning, a line for
//! every test and invariant where all are wanted, what the tests have not seen, and a summary line.

use std::io::{self, Write};

use trust_syntax::diagnostic::Diagnostic;

use crate::diag::place::drawn;

use super::{InvariantResult, Part, Report, unseen};

/// `show` prints one diagnostic with its source; `verbose` names what passed too.
pub fn write<W: Write + ?Sized>(
    out: &mut W,
    Part { report, sources }: Part<'_>,
    verbose: bool,
    show: &mut dyn FnMut(&mut W, &Diagnostic) -> io::Result<()>,
) -> io::Result<()> {
    for test in &report.tests {
        if verbose || !test.passed() {
            let word = if test.passed() { "passed" } else { "FAILED" };
            writeln!(out, "{word}  {}: {}", test.module, drawn(&test.title))?;
        }
        for failure in &test.failures {
            show(out, failure)?;
        }
    }
    for invariant in &report.invariants {
        if verbose || invariant.finding().is_some() {
            let word = if invariant.held() { "held  " } else { "FAILED" };
            writeln!(out, "{word}  {}: invariant {} ({})", invariant.module, invariant.name, cases(invariant))?;
        }
        if let Some(finding) = invariant.finding() {
            show(out, finding)?;
        }
    }
    if let Some(coverage) = &report.coverage {
        unseen::write(out, coverage, sources)?;
    }
    writeln!(out, "{}", summary(report))
}

/// `2000 cases, 731 met the antecedent`
fn cases(invariant: &InvariantResult) -> String {
    let cases = counted(invariant.cases, "case");
    match invariant.met {
        Some(met) => format!("{cases}, {met} met the antecedent"),
        None => cases,
    }
}

/// `12 tests, 12 passed; 2 invariants held (2000 cases, 731 met the antecedent)`
pub fn summary(report: &Report) -> String {
    let mut parts = Vec::new();
    if !report.tests.is_empty() {
        let failed = report.failed_tests();
        let mut part = format!("{}, {} passed", counted(report.tests.len(), "test"), report.tests.len() - failed);
        if failed > 0 {
            part.push_str(&format!(", {failed} failed"));
        }
        parts.push(part);
    }
    if !report.invariants.is_empty() {
        let all = report.invariants.len();
        let failed = report.failed_invariants();
        let tried: usize = report.invariants.iter().map(|i| i.cases).sum();
        let mut searched = counted(tried, "case");
        if report.invariants.iter().any(|i| i.met.is_some()) {
            let met: usize = report.invariants.iter().filter_map(|i| i.met).sum();
            searched.push_str(&format!(", {met} met the antecedent"));
        }
        parts.push(match failed {
            0 => format!("{} held ({searched})", counted(all, "invariant")),
            _ => format!("{}, {} held, {failed} failed ({searched})", counted(all, "invariant"), all - failed),
        });
    }
    if report.is_empty() {
        parts.push("no tests and no invariants".into());
    }
    if report.left_out > 0 {
        parts.push(format!("{} left out by the filter", report.left_out));
    }
    if report.seed != 0 {
        parts.push(format!("seed {}", report.seed));
    }
    parts.join("; ")
}

/// `1 test`, `2 tests`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
