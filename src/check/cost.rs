//! The worst case of each block, as a polynomial in the list limit.
//!
//! A quantifier, an aggregate, `in` a list and every set operation but `in` over facts multiply by the limit; literals by their
//! length; `data` by nothing where an equality can be indexed. Functions and nested calls count along every path, so
//! no policy is exponential: too many steps are an error as well. Runs on a program without errors and cycles.

use std::collections::HashMap;

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Checker;
use crate::program::expr::{Builtin, CompareOp, Expr, ExprKind, LocalId, Prior};
use crate::program::ty::Ty;
use crate::program::walk::walk;
use crate::program::{BlockDef, BlockId, ClauseId, ClauseKind, DefineId, ObligeTime, Program};

/// Coefficients of n⁰, n¹, n² and of everything above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Steps([u64; 4]);

/// The most steps of one degree that a block may take.
const MOST: u64 = 10_000_000;

impl Steps {
    const ONE: Steps = Steps([1, 0, 0, 0]);

    fn plus(self, other: Steps) -> Steps {
        let mut out = self.0;
        for (a, b) in out.iter_mut().zip(other.0) {
            *a = a.saturating_add(b);
        }
        Steps(out)
    }

    fn times(self, n: u64) -> Steps {
        Steps(self.0.map(|c| c.saturating_mul(n)))
    }

    /// Once for each element of a list of facts.
    fn each(self) -> Steps {
        let [a, b, c, d] = self.0;
        Steps([0, a, b, c.saturating_add(d)])
    }

    fn degree(self) -> usize {
        self.0.iter().rposition(|c| *c > 0).unwrap_or(0)
    }

    fn too_many(self) -> bool {
        self.0.iter().any(|c| *c > MOST)
    }
}

impl Checker<'_> {
    pub(super) fn check_cost(&mut self) {
        let mut cost = Cost {
            program: &self.program,
            defines: HashMap::new(),
            blocks: HashMap::new(),
            overdue: HashMap::new(),
            faults: Vec::new(),
        };
        for index in 0..self.program.defines.len() {
            cost.define(DefineId(index as u32));
        }
        for index in 0..self.program.blocks.len() {
            cost.block(BlockId(index as u32));
        }
        for invariant in &self.program.invariants {
            let steps = cost.expr(&invariant.claim, None);
            cost.bound(steps, &invariant.name, invariant.span);
        }
        for def in &self.program.lets {
            let steps = cost.expr(&def.value, None);
            cost.bound(steps, &def.name, def.span);
        }
        for test in &self.program.tests {
            for line in &test.lines {
                if let crate::program::TestLine::Let { value, .. } = line {
                    let steps = cost.expr(value, None);
                    cost.bound(steps, "this test", test.span);
                }
            }
        }
        let faults = cost.faults;
        self.diagnostics.extend(faults);
    }
}

/// The power of the list limit with which each block's cost grows, by its id.
pub(crate) fn degrees(program: &Program) -> Vec<usize> {
    let (defines, blocks, overdue) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut cost = Cost { program, defines, blocks, overdue, faults: Vec::new() };
    (0..program.blocks.len()).map(|index| cost.block(BlockId(index as u32)).degree()).collect()
}

struct Cost<'p> {
    program: &'p Program,
    defines: HashMap<DefineId, Steps>,
    blocks: HashMap<BlockId, Steps>,
    /// By the block's place and the obligation.
    overdue: HashMap<(Span, ClauseId), Steps>,
    faults: Vec<Diagnostic>,
}

impl<'p> Cost<'p> {
    fn bound(&mut self, steps: Steps, name: &str, span: Span) -> Steps {
        if !steps.too_many() {
            return steps;
        }
        self.faults.push(
            Diagnostic::error("E0702", span, format!("deciding `{name}` may take too many steps"))
                .label("what it calls adds up along every path")
                .help("bind what is asked more than once with `let`, and ask it once"),
        );
        // Reported: whoever calls it is not at fault as well.
        Steps::ONE
    }

    fn define(&mut self, id: DefineId) -> Steps {
        if let Some(known) = self.defines.get(&id) {
            return *known;
        }
        let Some(def) = self.program.defines.get(id.0 as usize) else { return Steps::ONE };
        let steps = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.expr(&def.body, None));
        let steps = self.bound(steps, &def.name, def.span);
        self.defines.insert(id, steps);
        steps
    }

    fn block(&mut self, id: BlockId) -> Steps {
        if let Some(known) = self.blocks.get(&id) {
            return *known;
        }
        let block = self.program.block(id);
        let steps = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.block_steps(block));
        let steps = self.bound(steps, &block.name, block.name_span);
        self.blocks.insert(id, steps);
        steps
    }

    fn block_steps(&mut self, block: &'p BlockDef) -> Steps {
        let at = Some(block);
        let mut all = Steps::ONE;
        for l in &block.lets {
            all = all.plus(self.expr(&l.value, at));
        }
        if let Some(g) = &block.grade {
            all = all.plus(self.expr(&g.from, at));
        }
        for clause in &block.clauses {
            let parts: Vec<&Expr> = match &clause.kind {
                ClauseKind::Scope(e)
                | ClauseKind::Require(e)
                | ClauseKind::Recommend(e)
                | ClauseKind::Basis(e)
                | ClauseKind::Deny(e)
                | ClauseKind::Expires { denies: e }
                | ClauseKind::TtlFrom { denies: e }
                | ClauseKind::Continuous { when: e, .. } => vec![e],
                ClauseKind::Cap { value, when } | ClauseKind::Ttl { length: value, when } => {
                    std::iter::once(value).chain(when).collect()
                }
                ClauseKind::Oblige { args, time, when, .. } => {
                    let time = match time {
                        ObligeTime::Due(e) | ObligeTime::Within(e) => e,
                    };
                    args.iter().chain(std::iter::once(time)).chain(when).collect()
                }
                ClauseKind::Trigger { when, within, .. } => {
                    when.iter().chain(within.iter().flat_map(|(d, i)| [d, i])).collect()
                }
                ClauseKind::Reinstate { when, .. } => when.iter().collect(),
            };
            for e in parts {
                all = all.plus(self.expr(e, at));
            }
        }
        all
    }

    fn expr(&mut self, e: &'p Expr, block: Option<&'p BlockDef>) -> Steps {
        let before = self.faults.len();
        let steps = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.kind(e, block));
        if steps.degree() < 3 {
            return steps;
        }
        // The innermost expression that reaches it is the one to name.
        if self.faults.len() == before {
            self.faults.push(
                Diagnostic::error("E0701", e.span, "this grows with the cube of the length of a list, or worse")
                    .label("three or more runs over lists, one inside the other")
                    .help(
                        "use sets and `in`, look things up in `data` by equality, or pass what is compared as one fact",
                    ),
            );
        }
        Steps::ONE
    }

    fn all(&mut self, items: impl IntoIterator<Item = &'p Expr>, block: Option<&'p BlockDef>) -> Steps {
        items.into_iter().fold(Steps::ONE, |sum, e| sum.plus(self.expr(e, block)))
    }

    fn kind(&mut self, e: &'p Expr, block: Option<&'p BlockDef>) -> Steps {
        use ExprKind as K;
        match &e.kind {
            K::Const(_) | K::Now | K::Local(_) | K::Global(_) | K::Data(_) | K::Key(_) | K::Error => Steps::ONE,
            K::Field(a, _) | K::Neg(a) | K::Not(a) | K::Matches(a, _) | K::Has(a) => self.all([&**a], block),
            K::Record(_, items) | K::List(items) | K::Set(items) | K::And(items) | K::Or(items) => {
                self.all(items, block)
            }
            K::With(base, fields) => self.all(std::iter::once(&**base).chain(fields.iter().map(|(_, v)| v)), block),
            K::Implies(a, b) | K::Arith(_, a, b) | K::Otherwise(a, b) => self.all([&**a, &**b], block),
            K::Compare(_, a, b) => {
                let steps = self.all([&**a, &**b], block);
                if matches!(a.ty, Ty::Set(_)) { steps.plus(self.size(a).min_by_degree(self.size(b))) } else { steps }
            }
            K::If(a, b, c) => self.all([&**a, &**b, &**c], block),
            K::Match { scrutinee, arms, .. } => self.all(std::iter::once(&**scrutinee).chain(arms), block),
            K::Builtin(op, args) => {
                let steps = self.all(args, block);
                match (op, args.as_slice()) {
                    (Builtin::InCollection, [_, xs]) if matches!(xs.ty, Ty::List(_)) => steps.plus(self.lookup(xs)),
                    (Builtin::SubsetOf | Builtin::Intersects, [a, b]) => steps.plus(self.size(a)).plus(self.size(b)),
                    _ => steps,
                }
            }
            K::Quantifier { binders, collection, body, .. } => {
                let of = self.expr(collection, block);
                let inner = self.expr(body, block);
                let binder = binders.first().copied();
                of.plus(self.repeat(collection, inner, binder, Some(body)))
            }
            K::Aggregate { item, binder, collection, condition, .. } => {
                let of = self.expr(collection, block);
                let inner = self.all(item.as_deref().into_iter().chain(condition.as_deref()), block);
                of.plus(self.repeat(collection, inner, Some(*binder), condition.as_deref()))
            }
            K::Call(id, args) => {
                let args = self.all(args, block);
                args.plus(self.define(*id))
            }
            K::BlockCall { block: id, args, prior, .. } => {
                let mut steps = self.all(args, block);
                if let Prior::Standing(p) = prior {
                    steps = steps.plus(self.expr(p, block));
                }
                steps.plus(self.block(*id))
            }
            K::Overdue(id) => self.overdue(*id, block),
        }
    }

    fn overdue(&mut self, id: ClauseId, block: Option<&'p BlockDef>) -> Steps {
        let Some(of) = block else { return Steps::ONE };
        let key = (of.name_span, id);
        if let Some(known) = self.overdue.get(&key) {
            return *known;
        }
        // One that leads back to itself was reported; here it ends.
        self.overdue.insert(key, Steps::ONE);
        let steps = match &of.clause(id).kind {
            ClauseKind::Oblige { time: ObligeTime::Due(due), when, .. } => {
                self.all(std::iter::once(due).chain(when), block)
            }
            _ => Steps::ONE,
        };
        let steps = self.bound(steps, &of.clause(id).name, of.clause(id).name_span);
        self.overdue.insert(key, steps);
        steps
    }

    /// Going once over a collection.
    fn size(&self, xs: &Expr) -> Steps {
        match self.known_length(xs) {
            Some(n) => Steps::ONE.times(n),
            None => Steps::ONE.each(),
        }
    }

    /// `x in xs` of a list: an equality, so `data` can be indexed.
    fn lookup(&self, xs: &Expr) -> Steps {
        if matches!(xs.kind, ExprKind::Data(_)) { Steps::ONE } else { self.size(xs) }
    }

    fn repeat(&self, xs: &Expr, inner: Steps, binder: Option<LocalId>, condition: Option<&Expr>) -> Steps {
        if let Some(n) = self.known_length(xs) {
            return inner.times(n.max(1));
        }
        let indexed = matches!(xs.kind, ExprKind::Data(_))
            && binder.is_some_and(|b| condition.is_some_and(|c| has_key_equality(c, b)));
        if indexed { inner } else { inner.each() }
    }

    /// The length of a literal, also behind a top-level `let`.
    fn known_length(&self, xs: &Expr) -> Option<u64> {
        match &xs.kind {
            ExprKind::List(items) | ExprKind::Set(items) => Some(items.len() as u64),
            ExprKind::Global(id) => match &self.program.lets.get(id.0 as usize)?.value.kind {
                ExprKind::List(items) | ExprKind::Set(items) => Some(items.len() as u64),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Steps {
    fn min_by_degree(self, other: Steps) -> Steps {
        if self.degree() <= other.degree() { self } else { other }
    }
}

/// Whether a condition (or a part of it that must hold) says that a field of the element equals something else.
fn has_key_equality(e: &Expr, binder: LocalId) -> bool {
    match &e.kind {
        ExprKind::And(parts) => parts.iter().any(|p| has_key_equality(p, binder)),
        ExprKind::Compare(CompareOp::Eq, a, b) => {
            (is_field_of(a, binder) && !mentions(b, binder)) || (is_field_of(b, binder) && !mentions(a, binder))
        }
        _ => false,
    }
}

fn is_field_of(e: &Expr, binder: LocalId) -> bool {
    match &e.kind {
        ExprKind::Local(id) => *id == binder,
        ExprKind::Field(base, _) => is_field_of(base, binder),
        _ => false,
    }
}

fn mentions(e: &Expr, binder: LocalId) -> bool {
    let mut found = false;
    walk(e, &mut |e| found |= matches!(e.kind, ExprKind::Local(id) if id == binder));
    found
}
