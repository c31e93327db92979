//! `trustc test`: tests and invariants of packages.
//!
//! In: paths, a seed, a filter. Out: a report on standard output; 1 where a test failed, an invariant has a
//! counterexample, a source has errors or too little was covered; 2 where there was nothing to test.

use std::slice;

use super::args::{CoverageFormat, Engine, Test, TestFormat};
use super::console::{Console, remark};
use super::{CLEAN, FINDINGS, Failure, Outcome, files, sources};
use crate::diag;
use crate::native::Native;
use crate::source::SourceMap;
use crate::testing::{self, Options, Part, Report};

pub fn run(args: &Test, console: &mut Console) -> Outcome {
    if args.coverage_output.as_deref().is_some_and(sources::is_stdin) {
        return Err(Failure::unusable("--coverage-output needs a file: standard output carries the report"));
    }
    let options =
        Options { seed: args.seed, filter: args.filter.clone(), coverage: args.coverage, ..Options::default() };
    let mut worst = CLEAN;
    let mut reports: Vec<(Report, SourceMap)> = Vec::new();
    let packages = sources::packages(&args.paths, "test")?;
    sources::remark_hidden(&args.paths, &packages, "test");
    for package in &packages {
        match sources::checked(package, console)? {
            None => worst = FINDINGS,
            Some((program, sources)) => match args.engine {
                Engine::Oracle => reports.push((testing::run(&program, &sources, &options), sources)),
                Engine::Native | Engine::Both => {
                    let native = Native::new(&program);
                    reports.push((testing::run_against(&program, &sources, &options, Some(&native)), sources));
                }
            },
        }
    }
    if worst == CLEAN && reports.iter().all(|(report, _)| report.is_empty()) {
        return Err(nothing(&reports));
    }
    write(args, &reports, console)?;
    for (report, _) in &reports {
        if !report.passed() || !covered(args, report) {
            worst = FINDINGS;
        }
    }
    Ok(worst)
}

fn write(args: &Test, reports: &[(Report, SourceMap)], console: &mut Console) -> Result<(), Failure> {
    let out = &mut console.out;
    let parts: Vec<Part<'_>> = reports.iter().map(|(report, sources)| Part { report, sources }).collect();
    match args.format {
        TestFormat::Json => testing::json::write(out, &parts)?,
        TestFormat::Junit => testing::junit::write(out, &parts)?,
        TestFormat::Text => {
            for part in &parts {
                let sources = part.sources;
                testing::text::write(out, *part, args.verbose, &mut |out, diagnostic| {
                    diag::text::write(out, diag::Part { sources, diagnostics: slice::from_ref(diagnostic) })
                })?;
            }
        }
    }
    if let (Some(format), Some(path)) = (args.coverage_format, &args.coverage_output) {
        // Only to write absolute paths below it as relative ones.
        let root = std::env::current_dir().ok();
        let mut bytes = Vec::new();
        match format {
            CoverageFormat::Lcov => testing::lcov::write(&mut bytes, &parts, root.as_deref())?,
            CoverageFormat::Cobertura => testing::cobertura::write(&mut bytes, &parts, root.as_deref())?,
        }
        std::fs::write(path, bytes).map_err(|e| files::unwritable(path, &e))?;
    }
    Ok(())
}

/// Whether the tests of a package have seen enough of it; says so where they have not.
fn covered(args: &Test, report: &Report) -> bool {
    let (Some(wanted), Some(coverage)) = (args.min_coverage, &report.coverage) else { return true };
    let enough = coverage.percent() >= usize::from(wanted);
    if !enough {
        let percent = coverage.percent();
        remark(&format!("the tests of `{}` cover {percent}%, less than {wanted}%", report.package));
    }
    enough
}

fn nothing(reports: &[(Report, SourceMap)]) -> Failure {
    let left_out: usize = reports.iter().map(|(report, _)| report.left_out).sum();
    Failure::unusable(match left_out {
        0 => "nothing to test: no test and no invariant was found".to_owned(),
        n => format!("nothing to test: the filter left out all {n} tests and invariants"),
    })
}
