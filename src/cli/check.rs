//! `trustc check`: everything that is wrong with some packages, in one run.
//!
//! In: paths, a format, lint levels. Out: findings on standard output; 1 if one of them is an error. Warnings alone are
//! a pass.

use std::time::Duration;

use super::args::{Check, CheckFormat};
use super::console::{Console, remark};
use super::{CLEAN, FINDINGS, Outcome, fix, sources};
use crate::diag::{self, Part, Summary};
use crate::driver::Analysis;
use crate::lint::{self, Options};
use crate::loader::PackageSource;

pub fn run(args: &Check, console: &mut Console) -> Outcome {
    let mut packages = sources::packages(&args.paths, "check")?;
    sources::remark_hidden(&args.paths, &packages, "check");
    let options = Options { levels: args.levels.clone(), as_of: args.as_of.as_deref().and_then(sources::instant) };
    if args.fix {
        for package in &mut packages {
            fix::apply(package, &options)?;
        }
    }
    let analyses: Vec<Analysis> = packages.iter().map(|package| linted(package, &options)).collect();
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
        CheckFormat::Sarif => diag::sarif::write(out, &parts, root.as_deref(), &rules())?,
        CheckFormat::Github => {
            diag::github::write(out, &parts)?;
            for text in sources::hidden(&args.paths, &packages, "check") {
                diag::github::remark(out, &text)?;
            }
        }
        CheckFormat::Gitlab => diag::gitlab::write(out, &parts, root.as_deref())?,
    }
    if args.timings {
        timings(&analyses);
    }
    Ok(if summary.errors == 0 { CLEAN } else { FINDINGS })
}

/// Every lint as a rule of a report.
fn rules() -> Vec<diag::sarif::Lint<'static>> {
    let rule = |lint: &lint::Lint| diag::sarif::Lint { code: lint.code, name: lint.name, level: lint.level };
    lint::LINTS.iter().map(rule).collect()
}

/// A package with its errors or, where there are none, what the lints find.
pub fn linted(package: &PackageSource, options: &Options) -> Analysis {
    let mut analysis = sources::analysed(package);
    let found = lint::lint(&analysis, options);
    analysis.diagnostics.extend(found);
    diag::sort(&analysis.sources, &mut analysis.diagnostics);
    analysis
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
