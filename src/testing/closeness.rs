//! How close a case comes to making a condition true (or false): what steers the search.
//!
//! In: a condition, its frame, the truth that is wanted. Out: 1 where the condition has it, else a number below 1 that
//! grows with every part that is as it would have to be: operands, elements, clauses of the blocks that are asked.

use super::run::set;
use crate::interp::Oracle;
use crate::program::expr::{Expr, ExprKind, LocalId, Member, Prior, QuantifierKind};
use crate::program::ty::standing;
use crate::program::value::Value;
use crate::program::walk::walk;
use crate::program::{BlockDef, BlockId, ClauseId, ClauseKind, ObligeTime, Program};

pub(crate) struct Closeness<'a> {
    pub program: &'a Program,
    pub oracle: &'a Oracle<'a>,
    pub now: i64,
}

/// Calls and operands inside one another that are looked into.
const DEPTH: u32 = 24;
/// Elements of a collection that are looked at.
const ELEMENTS: usize = 8;

impl Closeness<'_> {
    pub fn of(&self, frame: &[Value], e: &Expr, want: bool) -> f64 {
        self.score(frame, e, want, DEPTH)
    }

    fn eval(&self, frame: &[Value], e: &Expr) -> Value {
        self.oracle.eval(frame.to_vec(), e, self.now).value
    }

    fn score(&self, frame: &[Value], e: &Expr, want: bool, depth: u32) -> f64 {
        if self.eval(frame, e) == Value::Bool(want) {
            return 1.0;
        }
        if depth == 0 {
            return 0.0;
        }
        let part = |e: &Expr, want: bool| self.score(frame, e, want, depth - 1);
        let score = match &e.kind {
            ExprKind::Not(a) => part(a, !want),
            ExprKind::And(all) => joined(all.iter().map(|e| part(e, want)), want),
            ExprKind::Or(all) => joined(all.iter().map(|e| part(e, want)), !want),
            ExprKind::Implies(a, b) => joined([part(a, !want), part(b, want)].into_iter(), !want),
            ExprKind::If(condition, then, otherwise) => {
                let taken = if self.eval(frame, condition) == Value::Bool(true) { then } else { otherwise };
                part(taken, want)
            }
            ExprKind::Call(id, args) => match self.program.defines.get(id.0 as usize) {
                Some(define) => {
                    let mut inner: Vec<Value> = args.iter().map(|a| self.eval(frame, a)).collect();
                    inner.resize(inner.len().max(define.frame as usize), Value::None);
                    self.score(&inner, &define.body, want, depth - 1)
                }
                None => 0.0,
            },
            ExprKind::BlockCall { block, args, prior, member: Member::Permitted } => {
                self.permitted(frame, (*block, args, prior), want, depth - 1)
            }
            ExprKind::Quantifier { kind, binders, collection, body } => {
                let (Value::List(all) | Value::Set(all)) = self.eval(frame, collection) else { return 0.0 };
                let mut inner = frame.to_vec();
                let holds = matches!(kind, QuantifierKind::All | QuantifierKind::Any) == want;
                let every = (*kind != QuantifierKind::Any) == want;
                let windows = all.windows(binders.len().max(1)).take(ELEMENTS);
                let parts: Vec<f64> = windows
                    .map(|window| {
                        bind(&mut inner, binders, window);
                        self.score(&inner, body, holds, depth - 1)
                    })
                    .collect();
                joined(parts.into_iter(), every)
            }
            ExprKind::Compare(_, a, b) => match (self.eval(frame, a), self.eval(frame, b)) {
                // Counts and scales go step by step.
                (Value::Int(a), Value::Int(b)) => step(a.abs_diff(b)),
                (Value::Case(a), Value::Case(b)) => step(a.abs_diff(b).into()),
                _ => 0.0,
            },
            ExprKind::BlockCall { member: Member::Grade | Member::Standing, .. } => 0.0,
            // A condition without parts.
            ExprKind::Const(_)
            | ExprKind::Now
            | ExprKind::Local(_)
            | ExprKind::Global(_)
            | ExprKind::Data(_)
            | ExprKind::Key(_)
            | ExprKind::Field(..)
            | ExprKind::Record(..)
            | ExprKind::With(..)
            | ExprKind::List(_)
            | ExprKind::Set(_)
            | ExprKind::Neg(_)
            | ExprKind::Match { .. }
            | ExprKind::Arith(..)
            | ExprKind::Builtin(..)
            | ExprKind::Matches(..)
            | ExprKind::Has(_)
            | ExprKind::Otherwise(..)
            | ExprKind::Aggregate { .. }
            | ExprKind::Overdue(_)
            | ExprKind::Error => 0.0,
        };
        score.min(0.999)
    }

    fn permitted(&self, frame: &[Value], call: (BlockId, &[Expr], &Prior), want: bool, depth: u32) -> f64 {
        let (block, args, prior) = call;
        let def = self.program.block(block);
        let mut inner: Vec<Value> = args.iter().map(|a| self.eval(frame, a)).collect();
        for bound in &def.lets {
            let value = self.eval(&inner, &bound.value);
            set(&mut inner, bound.local, value);
        }
        let part = |e: &Expr, want: bool| match &e.kind {
            ExprKind::Overdue(id) => {
                let overdue = self.overdue(&inner, def, *id);
                if overdue == want { 1.0 } else { 0.0 }
            }
            // Only the block itself knows its obligations: a condition around them is not looked into.
            _ if asks_overdue(e) => 1.0,
            _ => self.score(&inner, e, want, depth.saturating_sub(1)),
        };
        let mut parts = Vec::new();
        let mut bases: Vec<f64> = Vec::new();
        for (_, clause) in def.clauses() {
            match &clause.kind {
                ClauseKind::Scope(e) | ClauseKind::Require(e) => parts.push(part(e, want)),
                ClauseKind::Deny(e)
                | ClauseKind::Expires { denies: e }
                | ClauseKind::TtlFrom { denies: e }
                | ClauseKind::Continuous { when: e, .. } => parts.push(part(e, !want)),
                ClauseKind::Basis(e) => bases.push(part(e, want)),
                ClauseKind::Recommend(_)
                | ClauseKind::Cap { .. }
                | ClauseKind::Ttl { .. }
                | ClauseKind::Oblige { .. }
                | ClauseKind::Trigger { .. }
                | ClauseKind::Reinstate { .. } => {}
            }
        }
        if !bases.is_empty() {
            parts.push(joined(bases.into_iter(), !want));
        }
        if let Prior::Standing(stated) = prior {
            let active = self.eval(frame, stated) == Value::Case(standing::ACTIVE);
            parts.push(if active == want { 1.0 } else { 0.0 });
        }
        if let Some(framework) = &self.program.framework {
            let in_time =
                framework.effective.is_none_or(|at| at <= self.now) && framework.until.is_none_or(|at| self.now < at);
            parts.push(if in_time == want { 1.0 } else { 0.0 });
        }
        joined(parts.into_iter(), want)
    }

    /// The frame is that of the block.
    fn overdue(&self, frame: &[Value], block: &BlockDef, id: ClauseId) -> bool {
        let ClauseKind::Oblige { time: ObligeTime::Due(due), when, .. } = &block.clause(id).kind else { return false };
        let applies = when.as_ref().is_none_or(|when| self.eval(frame, when) == Value::Bool(true));
        applies && matches!(self.eval(frame, due), Value::Instant(due) if self.now > due)
    }
}

/// Half at most, and less the further off.
fn step(distance: u64) -> f64 {
    0.5 / (1.0 + distance.min(1_000) as f64)
}

pub(crate) fn asks_overdue(e: &Expr) -> bool {
    let mut found = false;
    walk(e, &mut |e| found |= matches!(e.kind, ExprKind::Overdue(_)));
    found
}

/// Every part is needed: their mean; one is enough: the best.
fn joined(parts: impl Iterator<Item = f64>, every: bool) -> f64 {
    let (mut count, mut sum, mut best) = (0.0, 0.0, 0.0f64);
    for part in parts {
        count += 1.0;
        sum += part;
        best = best.max(part);
    }
    match every {
        true if count > 0.0 => sum / count,
        true => 0.0,
        false => best,
    }
}

fn bind(frame: &mut Vec<Value>, binders: &[LocalId], window: &[Value]) {
    for (binder, value) in binders.iter().zip(window) {
        set(frame, *binder, value.clone());
    }
}
