//! The search for a counterexample.
//!
//! In: an invariant, the package's seeds, a budget of cases. Out: how many different cases were tried, how many met the
//! left side of the claim's `implies`, and a counterexample if one was found, made small. Cases come from the tests,
//! at random, from sweeps over boundary values, and from cases that came close. No clock: the same seed finds the same.

use std::collections::{HashMap, HashSet, VecDeque};

use trust_syntax::diagnostic::Diagnostic;

use super::closeness::Closeness;
use super::generate::{Case, Generator, Near};
use super::mutate::{mutated, sweep};
use super::pool::{Pool, of_claim};
use super::random::Random;
use super::seeds::Seeds;
use super::shrink::{self, Shrunk};
use super::{Counterexample, InvariantResult, Options, counterexample, module_name};
use crate::interp::Oracle;
use crate::program::expr::{Expr, ExprKind};
use crate::program::ty::{RecordId, Ty, Types};
use crate::program::value::Value;
use crate::program::walk::walk;
use crate::program::{Checked, InvariantDef};
use crate::source::SourceMap;

/// What every search of a run shares.
pub(super) struct Search<'a> {
    pub program: &'a Checked,
    pub oracle: &'a Oracle<'a>,
    pub sources: &'a SourceMap,
    pub seeds: &'a Seeds,
}

/// Cases kept to make others from.
const KEPT: usize = 40;
/// So many times the budget is spent as long as fewer than `ENOUGH` cases meet the left side.
const LONGER: usize = 5;
const ENOUGH: usize = 50;
/// Cases without progress after which the search begins anew.
const PATIENCE: usize = 500;
/// Cases that meet the left side and are swept.
const SWEPT: usize = 8;
/// Facts whose smallest form has more nodes cannot be made in number.
const LARGEST: usize = 5_000;
const DEEPEST: u32 = 48;

pub(super) fn search(search: &Search<'_>, invariant: &InvariantDef, options: &Options) -> InvariantResult {
    let mut result = InvariantResult {
        module: module_name(search.program, invariant.module),
        name: invariant.name.clone(),
        span: invariant.span,
        cases: 0,
        met: None,
        counterexample: None,
        warning: None,
    };
    let tys: Vec<Ty> = invariant.params.iter().map(|p| p.ty.clone()).collect();
    if smallest_of(&search.program.types, &tys).is_none_or(|nodes| nodes > LARGEST) {
        result.warning = Some(
            Diagnostic::warning("invariant", invariant.span, format!("`{}` was not searched", invariant.name))
                .label("its facts are too large to make up"),
        );
        return result;
    }
    let pool = of_claim(search.program, &invariant.claim, search.seeds);
    let claim = Claim { search, invariant };
    let mut generator = Generator::new(&search.program.types, &pool, Random::new(options.seed, &invariant.name));
    generator.clock = reads_clock(&invariant.claim);
    let mut hunt =
        Hunt { claim: &claim, tys: &tys, generator, kept: Kept::default(), planned: VecDeque::new(), swept: 0 };
    let (tried, met, found) = hunt.run(options.cases);
    result.cases = tried;
    if let Some((premise, _)) = claim.implication() {
        result.met = Some(met);
        if met == 0 && found.is_none() {
            result.warning = Some(never_met(invariant, premise, tried));
        }
    }
    result.counterexample = found.map(|case| claim.counterexample(&tys, &pool, case));
    result
}

fn never_met(invariant: &InvariantDef, premise: &Expr, tried: usize) -> Diagnostic {
    let message = format!("`{}` was not put to the test: no case met the left side of its `implies`", invariant.name);
    Diagnostic::warning("invariant", premise.span, message)
        .label(format!("never true in {tried} cases"))
        .note("a claim whose condition is never met says nothing")
        .help("add a test with facts for which the left side holds: the search starts from the facts of tests")
}

/// The claim of one invariant, asked of cases.
struct Claim<'a> {
    search: &'a Search<'a>,
    invariant: &'a InvariantDef,
}

/// What a case came to.
struct Trial {
    met: bool,
    fails: bool,
    /// How close the left side is to true, 1 where it is.
    near: f64,
    /// How close the right side is to false.
    far: f64,
}

impl<'a> Claim<'a> {
    fn implication(&self) -> Option<(&'a Expr, &'a Expr)> {
        match &self.invariant.claim.kind {
            ExprKind::Implies(premise, conclusion) => Some((premise, conclusion)),
            _ => None,
        }
    }

    fn frame(&self, case: &Case) -> Vec<Value> {
        let mut frame = case.args.clone();
        frame.resize(frame.len().max(self.invariant.frame as usize), Value::None);
        frame
    }

    fn fails(&self, case: &Case) -> bool {
        self.search.oracle.eval(self.frame(case), &self.invariant.claim, case.now).value == Value::Bool(false)
    }

    fn trial(&self, case: &Case) -> Trial {
        let frame = self.frame(case);
        let close = Closeness { program: self.search.program, oracle: self.search.oracle, now: case.now };
        match self.implication() {
            Some((premise, conclusion)) => {
                let near = close.of(&frame, premise, true);
                let far = close.of(&frame, conclusion, false);
                Trial { met: near >= 1.0, fails: near >= 1.0 && far >= 1.0, near, far }
            }
            None => {
                let far = close.of(&frame, &self.invariant.claim, false);
                Trial { met: true, fails: far >= 1.0, near: 1.0, far }
            }
        }
    }

    fn counterexample(&self, tys: &[Ty], pool: &Pool, case: Case) -> Counterexample {
        let Search { program, sources, seeds, .. } = self.search;
        let fails = |case: &Case| self.fails(case);
        let Shrunk { case, bases } = shrink::shrink(&program.types, tys, pool, seeds, &fails, case);
        let test = counterexample::write(program, sources, seeds, self.invariant, &case, &bases);
        let claim = &self.invariant.claim;
        let mut diagnostic = Diagnostic::error(
            "invariant",
            claim.span,
            format!("`{}` does not hold: there is a counterexample", self.invariant.name),
        )
        .label("this is false of the facts below");
        if let Some((premise, conclusion)) = self.implication() {
            diagnostic = diagnostic.because(premise.span, "holds").because(conclusion.span, "does not hold");
        }
        let diagnostic = diagnostic.help(format!("correct the policy or the claim; as a test:\n{test}"));
        Counterexample { test, diagnostic }
    }
}

struct Hunt<'a> {
    claim: &'a Claim<'a>,
    tys: &'a [Ty],
    generator: Generator<'a>,
    kept: Kept,
    planned: VecDeque<Case>,
    swept: usize,
}

impl Hunt<'_> {
    /// Cases tried, those that met the left side, and the first that fails.
    fn run(&mut self, most: usize) -> (usize, usize, Option<Case>) {
        self.plan_seeds(most / 4);
        // Looked up only: its order is of no matter.
        let mut known: HashSet<Case> = HashSet::new();
        let (mut tried, mut met) = (0, 0);
        // A claim over few values has fewer cases than the budget.
        for _ in 0..most.saturating_mul(LONGER * 2) {
            if tried >= most && (met >= ENOUGH || tried >= most.saturating_mul(LONGER)) {
                break;
            }
            let case = self.next();
            if known.contains(&case) {
                continue;
            }
            tried += 1;
            let trial = self.claim.trial(&case);
            met += usize::from(trial.met);
            if trial.fails {
                return (tried, met, Some(case));
            }
            if trial.met && self.swept < SWEPT {
                self.swept += 1;
                let cases = sweep(&self.generator, self.tys, &case, most / (3 * SWEPT));
                self.planned.extend(cases);
            }
            self.kept.add(&trial, &case);
            known.insert(case);
        }
        (tried, met, None)
    }

    /// The facts of tests, wherever a block of the claim is called with parameters of the invariant.
    fn plan_seeds(&mut self, most: usize) {
        let mut calls = Vec::new();
        walk(&self.claim.invariant.claim, &mut |e| {
            if let ExprKind::BlockCall { block, args, .. } = &e.kind {
                let params = args.iter().map(|a| match a.kind {
                    ExprKind::Local(local) => Some(local.0 as usize),
                    _ => None,
                });
                calls.push((*block, params.collect::<Vec<_>>()));
            }
        });
        for (block, params) in &calls {
            for call in self.claim.search.seeds.calls.iter().filter(|c| c.block == *block) {
                if self.planned.len() >= most {
                    return;
                }
                let mut case = self.generator.case(self.tys);
                if self.generator.clock {
                    case.now = call.now;
                }
                for (param, value) in params.iter().zip(&call.args) {
                    if let Some(slot) = param.and_then(|p| case.args.get_mut(p)) {
                        *slot = value.clone();
                    }
                }
                // What no argument gave is made up once more, near to what they gave.
                let mut near = Near::of(self.generator.types, self.tys, &case);
                for (index, ty) in self.tys.iter().enumerate() {
                    if !params.contains(&Some(index)) {
                        let value = self.generator.value(ty, &mut near);
                        if let Some(slot) = case.args.get_mut(index) {
                            *slot = value;
                        }
                    }
                }
                self.planned.push_back(case);
            }
        }
    }

    fn next(&mut self) -> Case {
        // Sweeps and the hunt take turns, so that neither waits for the other.
        if (self.kept.near.len() < 4 || self.generator.random.percent(50))
            && let Some(case) = self.planned.pop_front()
        {
            return case;
        }
        if self.generator.random.percent(90)
            && let Some(parent) = self.kept.pick(&mut self.generator.random).cloned()
        {
            return mutated(&mut self.generator, self.tys, &parent);
        }
        self.generator.case(self.tys)
    }
}

/// Cases to make others from, best first. Those that do not meet the left side have a place of their own: the way from
/// one that does to another may lead through them.
#[derive(Default)]
struct Kept {
    met: Vec<(f64, Case)>,
    near: Vec<(f64, Case)>,
    /// Cases since one came closer than all before.
    idle: usize,
}

impl Kept {
    /// The newer of two that are equally close goes first.
    fn add(&mut self, trial: &Trial, case: &Case) {
        // The left side first; once it can be met, also those that only miss it while the right side is false.
        let fitness = trial.near + if self.met.is_empty() && !trial.met { 0.0 } else { trial.far / 2.0 };
        let cases = if trial.met { &mut self.met } else { &mut self.near };
        let closer = cases.first().is_none_or(|(best, _)| fitness > *best);
        self.idle = if closer { 0 } else { self.idle + 1 };
        // What all came from may be a dead end: begin anew.
        if self.idle > PATIENCE && !trial.met {
            cases.clear();
            self.idle = 0;
        }
        let at = cases.partition_point(|(other, _)| *other > fitness);
        if at < KEPT {
            cases.insert(at, (fitness, case.clone()));
            cases.truncate(KEPT);
        }
    }

    /// The better, the likelier.
    fn pick(&self, random: &mut Random) -> Option<&Case> {
        let met = !self.met.is_empty() && (self.near.is_empty() || random.percent(60));
        let cases = if met { &self.met } else { &self.near };
        let index = random.below(cases.len()).min(random.below(cases.len()));
        cases.get(index).map(|(_, case)| case)
    }
}

/// Whether the claim may depend on `now`: it, a block or a function stands in it.
pub(super) fn reads_clock(claim: &Expr) -> bool {
    let mut found = false;
    walk(claim, &mut |e| {
        found |= matches!(e.kind, ExprKind::Now | ExprKind::BlockCall { .. } | ExprKind::Call(..));
    });
    found
}

/// Nodes of the smallest facts of these types; nothing where they are too deep.
fn smallest_of(types: &Types, tys: &[Ty]) -> Option<usize> {
    let mut known = HashMap::new();
    tys.iter().try_fold(0usize, |sum, ty| Some(sum.saturating_add(smallest(types, ty, &mut known, DEEPEST)?)))
}

fn smallest(types: &Types, ty: &Ty, known: &mut HashMap<RecordId, Option<usize>>, depth: u32) -> Option<usize> {
    let Ty::Record(id) = ty else { return Some(1) };
    if depth == 0 {
        return None;
    }
    if let Some(size) = known.get(id) {
        return *size;
    }
    let size = types
        .record_def(*id)
        .fields
        .iter()
        .try_fold(1usize, |sum, field| Some(sum.saturating_add(smallest(types, &field.ty, known, depth - 1)?)));
    known.insert(*id, size);
    size
}
