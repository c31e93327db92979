//! Tests, invariants and coverage of a package.
//!
//! In: a checked program, its sources, options. Out: a [`Report`]; a failure is data, never a panic or an error. The
//! same program, options and seed give the same report. The oracle decides; another engine may be held against it.

pub(crate) mod closeness;
pub mod cobertura;
mod counterexample;
pub mod coverage;
mod generate;
mod invariant;
pub mod json;
pub mod junit;
pub mod lcov;
mod lines;
mod mutate;
mod outcomes;
pub(crate) mod pattern;
pub(crate) mod pool;
pub(crate) mod random;
mod run;
pub(crate) mod seeds;
mod shrink;
pub(crate) mod sites;
pub mod text;
mod unseen;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use crate::decision::{Decision, Reaction};
use crate::interp::{Oracle, Prior};
use crate::program::ty::RecordId;
use crate::program::value::Value;
use crate::program::{BlockId, Checked, ClauseId, ModuleId, Program};
use crate::source::SourceMap;

pub use coverage::Coverage;

/// Cases tried for each invariant, unless told otherwise.
pub const CASES: usize = 2_000;

#[derive(Clone, Debug)]
pub struct Options {
    /// Where the search for counterexamples starts.
    pub seed: u64,
    /// Only tests and invariants whose name holds this.
    pub filter: Option<String>,
    /// Cases tried for each invariant.
    pub cases: usize,
    pub coverage: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { seed: 0, filter: None, cases: CASES, coverage: false }
    }
}

/// Something else that decides, to be held against the oracle: native code.
pub trait Engine {
    /// As a message names it: `native code`.
    fn name(&self) -> &str;

    fn decide(&self, block: BlockId, args: &[Value], prior: &Prior, now: i64) -> Result<Decision, String>;

    fn react(
        &self,
        block: BlockId,
        event: (RecordId, &Value),
        key: &[Value],
        prior: &BTreeSet<ClauseId>,
        now: i64,
    ) -> Result<Reaction, String>;
}

#[derive(Clone, Debug)]
pub struct Report {
    pub package: SmolStr,
    pub version: SmolStr,
    pub digest: String,
    pub seed: u64,
    pub tests: Vec<TestResult>,
    pub invariants: Vec<InvariantResult>,
    /// Present where it was asked for.
    pub coverage: Option<Coverage>,
    /// Tests and invariants that the filter left out.
    pub left_out: usize,
}

#[derive(Clone, Debug)]
pub struct TestResult {
    pub module: SmolStr,
    pub title: SmolStr,
    pub span: Span,
    /// How many expectations it holds.
    pub expectations: usize,
    /// What was not as expected: place, expected and found, why.
    pub failures: Vec<Diagnostic>,
}

#[derive(Clone, Debug)]
pub struct InvariantResult {
    pub module: SmolStr,
    pub name: SmolStr,
    pub span: Span,
    /// How many different cases were tried.
    pub cases: usize,
    /// How many of them met the left side of the outermost `implies`; absent where the claim has none.
    pub met: Option<usize>,
    pub counterexample: Option<Counterexample>,
    /// That no case met the left side.
    pub warning: Option<Diagnostic>,
}

#[derive(Clone, Debug)]
pub struct Counterexample {
    /// A test of the invariant's module that shows it.
    pub test: String,
    pub diagnostic: Diagnostic,
}

/// A report with the sources it points into, for those who print it.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub report: &'a Report,
    pub sources: &'a SourceMap,
}

impl Report {
    /// Every test passed and no counterexample was found.
    pub fn passed(&self) -> bool {
        self.failed_tests() == 0 && self.failed_invariants() == 0
    }

    /// There was nothing to run.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.invariants.is_empty()
    }

    pub fn failed_tests(&self) -> usize {
        self.tests.iter().filter(|t| !t.passed()).count()
    }

    pub fn failed_invariants(&self) -> usize {
        self.invariants.iter().filter(|i| i.counterexample.is_some()).count()
    }

    /// Failures, counterexamples and warnings, in the order of the report.
    pub fn diagnostics(&self) -> Vec<&Diagnostic> {
        let tests = self.tests.iter().flat_map(|t| &t.failures);
        tests.chain(self.invariants.iter().filter_map(InvariantResult::finding)).collect()
    }
}

impl TestResult {
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl InvariantResult {
    pub fn held(&self) -> bool {
        self.counterexample.is_none()
    }

    /// The counterexample or the warning.
    pub fn finding(&self) -> Option<&Diagnostic> {
        self.counterexample.as_ref().map(|c| &c.diagnostic).or(self.warning.as_ref())
    }
}

/// Runs the tests and searches the invariants of the package's own modules (of the library's where the package is
/// the library itself).
pub fn run(program: &Checked, sources: &SourceMap, options: &Options) -> Report {
    run_against(program, sources, options, None)
}

/// Like [`run`]; a decision or reaction on which the engine differs from the oracle is a failure too.
pub fn run_against(program: &Checked, sources: &SourceMap, options: &Options, engine: Option<&dyn Engine>) -> Report {
    let oracle = Oracle::new(program);
    let wanted = |module: ModuleId, name: &str| {
        belongs(program, module).then(|| options.filter.as_deref().is_none_or(|f| name.contains(f)))
    };
    let mut left_out = 0;
    let mut chosen = |module, name: &str| match wanted(module, name) {
        Some(true) => true,
        Some(false) => {
            left_out += 1;
            false
        }
        None => false,
    };
    let mut seen = coverage::Seen::default();
    let mut tests = Vec::new();
    for test in &program.tests {
        if chosen(test.module, &test.title) {
            tests.push(run::run_test(program, &oracle, engine, test, &mut seen));
        }
    }
    let invariants: Vec<_> = program.invariants.iter().filter(|i| chosen(i.module, &i.name)).collect();
    let seeds = if invariants.is_empty() { seeds::Seeds::default() } else { seeds::gather(program, &oracle) };
    let invariants = invariants
        .into_iter()
        .map(|i| invariant::search(&invariant::Search { program, oracle: &oracle, sources, seeds: &seeds }, i, options))
        .collect();
    Report {
        package: program.package.name.clone(),
        version: program.package.version.clone(),
        digest: program.package.digest.clone(),
        seed: options.seed,
        tests,
        invariants,
        coverage: options.coverage.then(|| coverage::count(program, &seen)),
        left_out,
    }
}

/// Whether a module is the package's own.
fn belongs(program: &Program, module: ModuleId) -> bool {
    let all_std = program.modules.iter().all(|m| m.std);
    program.modules.get(module.0 as usize).is_none_or(|m| all_std || !m.std)
}

fn module_name(program: &Program, module: ModuleId) -> SmolStr {
    program.modules.get(module.0 as usize).map(|m| m.name.clone()).unwrap_or_default()
}
