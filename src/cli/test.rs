//! `trustc test`: tests and invariants of packages.
//!
//! In: paths, a seed, a filter. Out: a report; 1 where a test failed, an invariant has a counterexample, a source has
//! errors or coverage is too low; 2 where there was nothing to test.

use super::args::Test;
use super::console::Console;
use super::{CLEAN, FINDINGS, Failure, Outcome, sources};

pub fn run(args: &Test, console: &mut Console) -> Outcome {
    let mut worst = CLEAN;
    for package in &sources::packages(&args.paths, "test")? {
        let Some((_program, _sources)) = sources::checked(package, console)? else {
            worst = FINDINGS;
            continue;
        };
        return Err(Failure::unusable("this build has no test runner yet"));
    }
    Ok(worst)
}
