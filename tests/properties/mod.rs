//! The properties, by topic, and what they share.

#[cfg(target_os = "linux")]
mod ahead;
mod answers;
mod headers;
mod modules;
mod native;
mod requests;
mod stress;
mod text;
mod time;

use std::env;

use crate::generate::Case;
use trust_syntax::diagnostic::Severity;
use trustc::program::Checked;

/// How many policies, and the first seed.
pub fn plan(usual: u64) -> impl Iterator<Item = u64> {
    let number = |name: &str| env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let first = number("TRUSTC_SEED").unwrap_or(0);
    first..first + number("TRUSTC_CASES").unwrap_or(usual)
}

/// The policy of a seed, and its program. The checker must accept it.
pub fn checked(seed: u64) -> (Case, Checked) {
    let case = Case::random(seed, 3);
    match accepted(&case) {
        Ok(program) => (case, program),
        Err(told) => panic!("{told}\n{}", case.source),
    }
}

fn accepted(case: &Case) -> Result<Checked, String> {
    let analysis = match case.analyse().checked() {
        Ok((program, _)) => return Ok(program),
        Err(analysis) => analysis,
    };
    let first = analysis.diagnostics.iter().find(|d| d.severity == Severity::Error);
    let told = first.map(|d| {
        let (start, end) = (d.span.start as usize, d.span.end as usize);
        let line = case.source.get(..start).map_or(0, |s| s.matches('\n').count());
        let text = case.source.lines().nth(line).unwrap_or_default();
        let part = case.source.get(start..end).unwrap_or_default();
        format!("{} {} ({part})\n    {}", d.code, d.message, text.trim())
    });
    Err(format!("seed {}: a policy that should be right is refused: {}", case.seed, told.unwrap_or_default()))
}

/// Tells which policy it was, should the test stop.
pub struct Telling(pub u64);

impl Drop for Telling {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.0);
        }
    }
}

#[test]
fn every_policy_of_the_generator_is_accepted() {
    let refused: Vec<String> = plan(300).filter_map(|seed| accepted(&Case::random(seed, 3)).err()).collect();
    let shown: Vec<&str> = refused.iter().take(8).map(String::as_str).collect();
    assert!(refused.is_empty(), "{} refused\n{}", refused.len(), shown.join("\n"));
}
