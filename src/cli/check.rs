//! `trustc check`: everything that is wrong with some packages, in one run.
//!
//! In: paths, a format, lint levels. Out: findings on standard output; 1 if one of them is an error. Warnings alone are
//! a pass.

use std::time::Duration;

use trust_syntax::diagnostic::{Diagnostic, Severity};

use super::args::{Check, CheckFormat, Level};
use super::console::{Console, remark};
use super::{CLEAN, FINDINGS, Outcome, sources};
use crate::diag::{self, Part, Summary};
use crate::driver::Analysis;

pub fn run(args: &Check, console: &mut Console) -> Outcome {
    let packages = sources::packages(&args.paths, "check")?;
    let mut analyses: Vec<Analysis> = packages.iter().map(sources::analysed).collect();
    for analysis in &mut analyses {
        set_levels(&mut analysis.diagnostics, &args.levels);
    }
    let parts: Vec<Part<'_>> =
        analyses.iter().map(|a| Part { sources: &a.sources, diagnostics: &a.diagnostics }).collect();
    let summary = Summary::of(&parts, analyses.iter().map(sources::files_of).sum());
    // Only to write absolute paths below it as relative ones.
    let root = std::env::current_dir().ok();
    let out = &mut console.out;
    match args.format {
        CheckFormat::Text => {
            for part in &parts {
                diag::text::write(out, *part)?;
            }
            diag::text::write_summary(out, &parts, summary)?;
        }
        CheckFormat::Json => diag::json::write(out, &parts, summary)?,
        CheckFormat::Sarif => diag::sarif::write(out, &parts, root.as_deref(), &[])?,
        CheckFormat::Github => diag::github::write(out, &parts)?,
        CheckFormat::Gitlab => diag::gitlab::write(out, &parts, root.as_deref())?,
    }
    if args.timings {
        timings(&analyses);
    }
    Ok(if summary.errors == 0 { CLEAN } else { FINDINGS })
}

/// Applies levels in order: the last one that names a lint counts. Errors of the language have no level.
fn set_levels(diagnostics: &mut Vec<Diagnostic>, levels: &[(String, Level)]) {
    let level = |d: &Diagnostic| {
        let of = levels.iter().rev().find(|(lint, _)| lint.eq_ignore_ascii_case(d.code));
        if d.code.starts_with('T') { of.map(|(_, level)| *level) } else { None }
    };
    diagnostics.retain_mut(|d| match level(d) {
        None => true,
        Some(Level::Allow) => false,
        Some(Level::Warn) => {
            d.severity = Severity::Warning;
            true
        }
        Some(Level::Deny) => {
            d.severity = Severity::Error;
            true
        }
    });
}

fn timings(analyses: &[Analysis]) {
    let sum = |stage: fn(&Analysis) -> Duration| analyses.iter().map(stage).sum::<Duration>();
    let stages = [
        ("parse", sum(|a| a.timings.parse)),
        ("resolve", sum(|a| a.timings.resolve)),
        ("check", sum(|a| a.timings.check)),
    ];
    for (name, time) in stages {
        remark(&format!("{name:<8}{:>9.3} ms", time.as_secs_f64() * 1000.0));
    }
}

#[cfg(test)]
mod tests {
    use trust_syntax::span::Span;

    use super::*;

    #[test]
    fn the_last_level_counts_and_errors_stay() {
        let mut all = vec![
            Diagnostic::warning("T001", Span::default(), "a"),
            Diagnostic::error("T002", Span::default(), "b"),
            Diagnostic::error("E0001", Span::default(), "c"),
        ];
        let level = |lint: &str, level| (lint.to_owned(), level);
        let levels = [
            level("t001", Level::Allow),
            level("T001", Level::Deny),
            level("T002", Level::Allow),
            level("E0001", Level::Allow),
        ];
        set_levels(&mut all, &levels);
        let seen: Vec<_> = all.iter().map(|d| (d.code, d.severity)).collect();
        assert_eq!(seen, [("T001", Severity::Error), ("E0001", Severity::Error)]);
    }
}
