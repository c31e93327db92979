//! What changes nothing beside the rest: bases and caps that another one covers (T020), caps that lower nothing (T022), choices
//! all of whose ways are the same (T019).
//!
//! In: a block's run of the solver (`conditions.rs`), or the package. Out: findings. What is said was shown for all facts.

use std::collections::BTreeSet;
use std::rc::Rc;

use trust_syntax::diagnostic::Diagnostic;

use super::Context;
use super::conditions::Run;
use super::model::Condition;
use super::solve::key;
use crate::program::expr::{Expr, ExprKind as K};
use crate::program::value::Value;
use crate::program::{ClauseId, ClauseKind};

/// A choice all of whose ways are the same.
pub fn package(cx: &mut Context<'_>) {
    let defines = cx.program.defines.iter().filter(|d| cx.own(d.module)).map(|d| (d.name.clone(), &d.body));
    let blocks = cx
        .models
        .iter()
        .flat_map(|m| super::model::expressions(m.block).into_iter().map(|(_, e)| (m.block.name.clone(), e)));
    let mut found: Vec<Diagnostic> = Vec::new();
    for (name, e) in defines.chain(blocks) {
        crate::program::walk::walk(e, &mut |e| {
            let ways: Vec<&Expr> = match &e.kind {
                K::If(_, a, b) => vec![a, b],
                K::Match { arms, .. } => arms.iter().collect(),
                _ => return,
            };
            let mut keys = ways.iter().map(|w| key(w));
            let first = keys.next();
            if ways.len() < 2 || keys.any(|k| Some(k) != first) {
                return;
            }
            found.push(
                Diagnostic::error("T019", e.span, format!("a choice in `{name}` makes no difference"))
                    .label("every way of it gives the same")
                    .help("one of the ways was meant otherwise, or leave the choice out"),
            );
        });
    }
    cx.found.extend(found);
}

impl Run<'_, '_> {
    /// A basis that holds only where another one does carries no permit of its own.
    pub fn idle_bases(&mut self) {
        let model = self.model;
        let bases: Vec<&Condition> = model.bases.iter().filter(|b| !self.settled.contains(&b.clause)).collect();
        let mut idle = BTreeSet::new();
        for (j, second) in bases.iter().enumerate().rev() {
            let holds = self.need(second, true);
            for (i, first) in bases.iter().enumerate() {
                if i == j || idle.contains(&i) {
                    continue;
                }
                let opposite = self.need(first, false);
                if self.solver.impossible(&[Rc::clone(&holds), opposite]) {
                    idle.insert(j);
                    let (clause, by) = (model.clause(second.clause), model.clause(first.clause));
                    self.found.push(
                        Diagnostic::warning(
                            "T020",
                            clause.name_span,
                            format!("the basis `{}` never decides anything", clause.name),
                        )
                        .label(format!("whenever it holds, `{}` holds too", by.name))
                        .because(by.name_span, "asks for no more")
                        .help("take it away, or write what was meant"),
                    );
                    break;
                }
            }
        }
    }

    pub fn caps(&mut self) {
        let block = self.model.block;
        let from = block.grade.as_ref().and_then(|g| constant_case(&g.from));
        for (id, clause) in block.clauses() {
            let ClauseKind::Cap { value, .. } = &clause.kind else { continue };
            if let (Some(from), Some(cap)) = (from, constant_case(value))
                && cap >= from
                && !self.settled.contains(&id)
            {
                self.found.push(
                    Diagnostic::error("T022", clause.name_span, format!("`{}` never lowers the grade", clause.name))
                        .label("not below the grade it starts from")
                        .because(block.grade.as_ref().map_or(clause.span, |g| g.span), "the grade")
                        .help("cap it lower, or take the cap away"),
                );
                self.settled.insert(id);
            }
        }
        self.idle_caps();
    }

    /// A cap that applies only where another one lowers the grade at least as far.
    fn idle_caps(&mut self) {
        let model = self.model;
        let caps: Vec<(&Condition, u32)> = model
            .whens
            .iter()
            .filter(|w| !self.settled.contains(&w.clause))
            .filter_map(|w| match &model.clause(w.clause).kind {
                ClauseKind::Cap { value, .. } => Some((w, constant_case(value)?)),
                _ => None,
            })
            .collect();
        let mut idle = BTreeSet::new();
        for (j, (second, value)) in caps.iter().enumerate().rev() {
            let applies = self.need(second, true);
            for (i, (first, lower)) in caps.iter().enumerate() {
                if i == j || idle.contains(&i) || lower > value {
                    continue;
                }
                let opposite = self.need(first, false);
                if self.solver.impossible(&[Rc::clone(&applies), opposite]) {
                    idle.insert(j);
                    self.idle_cap(second.clause, first.clause);
                    break;
                }
            }
        }
    }

    fn idle_cap(&mut self, clause: ClauseId, by: ClauseId) {
        let (clause, by) = (self.model.clause(clause), self.model.clause(by));
        self.found.push(
            Diagnostic::warning("T020", clause.name_span, format!("`{}` never lowers the grade further", clause.name))
                .label(format!("whenever it applies, `{}` does too", by.name))
                .because(by.name_span, "caps at least as low")
                .help("cap it lower, or take it away"),
        );
    }
}

fn constant_case(e: &Expr) -> Option<u32> {
    match e.kind {
        K::Const(Value::Case(c)) => Some(c),
        _ => None,
    }
}
