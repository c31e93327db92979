//! The values a claim turns on: constants of all that it reaches, data, and what the tests use.
//!
//! In: a program, a claim, the package's seeds. Out: values by type, in a fixed order, bounded in number.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use trust_runtime::pattern::Pattern;

use super::closeness::asks_overdue;
use super::seeds::Seeds;
use super::sites::{get, sites};
use crate::program::expr::{Expr, ExprKind};
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;
use crate::program::walk::walk;
use crate::program::{
    BlockDef, BlockId, ClauseDef, ClauseId, ClauseKind, DataId, DefineId, LetId, ObligeTime, Program,
};

/// Values kept of one type; a table in `data` may hold many thousands.
const MOST: usize = 96;

#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    /// Scalars, sets, lists and records; only ever looked up.
    values: HashMap<Ty, Vec<Value>>,
    pub patterns: Vec<Arc<Pattern>>,
}

impl Pool {
    pub fn of(&self, ty: &Ty) -> &[Value] {
        self.values.get(ty).map_or(&[], Vec::as_slice)
    }

    pub fn add(&mut self, ty: &Ty, value: &Value) {
        let known = self.values.entry(ty.clone()).or_default();
        if known.len() < MOST && !known.contains(value) {
            known.push(value.clone());
        }
    }

    /// The value and all that is in it.
    pub fn absorb(&mut self, types: &Types, ty: &Ty, value: &Value) {
        for site in sites(types, ty, value) {
            let Some(inner) = get(value, &site.path) else { continue };
            if matches!(inner, Value::None | Value::Moving(_)) {
                continue;
            }
            let ty = site.ty.present();
            self.add(ty, inner);
            if let (Ty::Set(element), Value::Set(values)) = (ty, inner) {
                values.iter().take(MOST).for_each(|v| self.add(element, v));
            }
        }
    }
}

/// Everything the claim reaches, through blocks, functions and constants.
pub(crate) fn of_claim(program: &Program, claim: &Expr, seeds: &Seeds) -> Pool {
    let mut reach = Reach { program, pool: Pool::default(), seen: BTreeSet::new(), todo: vec![] };
    if let Some(framework) = &program.framework {
        for at in [framework.effective, framework.until].into_iter().flatten() {
            reach.pool.add(&Ty::Instant, &Value::Instant(at));
        }
        if framework.skew != 0 {
            reach.pool.add(&Ty::Duration, &Value::Duration(framework.skew));
        }
    }
    reach.expr(claim);
    while let Some(next) = reach.todo.pop() {
        reach.follow(next);
    }
    for (ty, value) in &seeds.values {
        reach.pool.absorb(&program.types, ty, value);
    }
    for now in &seeds.nows {
        reach.pool.add(&Ty::Instant, &Value::Instant(*now));
    }
    reach.pool
}

/// What these clauses turn on, each with the lets of its block and the obligations it asks about.
pub(crate) fn of_clauses(program: &Program, clauses: &[(BlockId, ClauseId)]) -> Pool {
    let mut reach = Reach { program, pool: Pool::default(), seen: BTreeSet::new(), todo: vec![] };
    for (block, clause) in clauses {
        let block = program.block(*block);
        let own = block.clauses.get(clause.0 as usize).map(clause_exprs).unwrap_or_default();
        own.iter().for_each(|e| reach.expr(e));
        block.lets.iter().for_each(|l| reach.expr(&l.value));
        if own.iter().any(|e| asks_overdue(e)) {
            for clause in &block.clauses {
                if let ClauseKind::Oblige { time: ObligeTime::Due(due), when, .. } = &clause.kind {
                    reach.expr(due);
                    when.iter().for_each(|when| reach.expr(when));
                }
            }
        }
    }
    while let Some(next) = reach.todo.pop() {
        reach.follow(next);
    }
    reach.pool
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Block(BlockId),
    Define(DefineId),
    Let(LetId),
    Data(DataId),
}

struct Reach<'p> {
    program: &'p Program,
    pool: Pool,
    seen: BTreeSet<Target>,
    todo: Vec<Target>,
}

impl Reach<'_> {
    fn expr(&mut self, e: &Expr) {
        walk(e, &mut |e| match &e.kind {
            ExprKind::Const(value) => self.pool.absorb(&self.program.types, &e.ty, value),
            ExprKind::Matches(_, pattern) => self.pool.patterns.push(pattern.clone()),
            ExprKind::Global(id) => self.note(Target::Let(*id)),
            ExprKind::Data(id) => self.note(Target::Data(*id)),
            ExprKind::Call(id, _) => self.note(Target::Define(*id)),
            ExprKind::BlockCall { block, .. } => self.note(Target::Block(*block)),
            _ => {}
        });
    }

    fn note(&mut self, target: Target) {
        if self.seen.insert(target) {
            self.todo.push(target);
        }
    }

    fn follow(&mut self, target: Target) {
        let program = self.program;
        match target {
            Target::Block(id) => block_exprs(program.block(id)).into_iter().for_each(|e| self.expr(e)),
            Target::Define(id) => {
                if let Some(define) = program.defines.get(id.0 as usize) {
                    self.expr(&define.body);
                }
            }
            Target::Let(id) => {
                if let Some(def) = program.lets.get(id.0 as usize) {
                    self.expr(&def.value);
                }
            }
            Target::Data(id) => {
                if let Some(data) = program.data.get(id.0 as usize) {
                    self.pool.absorb(&program.types, &data.ty, &data.value);
                }
            }
        }
    }
}

/// What a decision of the block evaluates.
fn block_exprs(block: &BlockDef) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = block.lets.iter().map(|l| &l.value).collect();
    all.extend(block.grade.as_ref().map(|g| &g.from));
    all.extend(block.clauses.iter().flat_map(clause_exprs));
    all
}

/// What a decision evaluates of a clause.
fn clause_exprs(clause: &ClauseDef) -> Vec<&Expr> {
    let mut all = Vec::new();
    match &clause.kind {
        ClauseKind::Scope(e)
        | ClauseKind::Require(e)
        | ClauseKind::Recommend(e)
        | ClauseKind::Basis(e)
        | ClauseKind::Deny(e)
        | ClauseKind::Expires { denies: e }
        | ClauseKind::TtlFrom { denies: e }
        | ClauseKind::Continuous { when: e, .. } => all.push(e),
        ClauseKind::Cap { value, when } | ClauseKind::Ttl { length: value, when } => {
            all.push(value);
            all.extend(when);
        }
        ClauseKind::Oblige { args, time, when, .. } => {
            all.extend(args);
            let (ObligeTime::Due(time) | ObligeTime::Within(time)) = time;
            all.push(time);
            all.extend(when);
        }
        ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. } => {}
    }
    all
}
