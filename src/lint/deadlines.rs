//! T037: a duty with a date, a rule that refuses whoever did it late, and no rule that refuses whoever never did it.
//!
//! Only where the same instant is the date of an obligation and the bound of an instant that may be absent, and where a
//! permit without that instant is possible at any time after the date.

use trust_syntax::diagnostic::Diagnostic;

use super::Context;
use super::flat::{Flat, Names};
use super::model::{Model, any, not};
use super::solve::{Solver, key};
use crate::program::expr::{ArithOp, CompareOp, Expr, ExprKind as K};
use crate::program::ty::Ty;
use crate::program::{BlockKind, ClauseDef, ClauseKind, ObligeTime};

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    if model.block.kind == BlockKind::Assessment || !model.whole {
        return;
    }
    let mut found = Vec::new();
    let owed = owed(cx, model);
    for need in &model.needs {
        let clause = model.clause(need.clause);
        for late in late(model, &need.expr) {
            if let Some((_, duty)) = owed.iter().find(|(due, _)| *due == key(late.by)) {
                found.extend(never(cx, model, clause, duty, &late));
            }
        }
    }
    cx.found.extend(found);
}

/// The dates of the block's obligations, written out.
fn owed<'p>(cx: &Context<'p>, model: &Model<'p>) -> Vec<(String, &'p ClauseDef)> {
    let mut flat = Flat::new(cx.program, model.block.frame);
    let mut names = Names::new();
    flat.block(model.block, &mut names);
    let dated = model.block.clauses.iter().filter_map(|c| match &c.kind {
        ClauseKind::Oblige { time: ObligeTime::Due(due), .. } => Some((due, c)),
        _ => None,
    });
    dated.filter_map(|(due, c)| Some((key(&flat.write(due, &names)?), c))).collect()
}

/// `act` must be no later than `by`, where all of these hold or fail.
struct Late<'e> {
    act: &'e Expr,
    by: &'e Expr,
    beside: Vec<(&'e Expr, bool)>,
}

/// Where a permit needs a fact that may be absent to be no later than a date. A condition that reads the clock as well speaks
/// of those that never act.
fn late<'e>(model: &Model<'_>, e: &'e Expr) -> Vec<Late<'e>> {
    let mut found = Vec::new();
    let mut stack = vec![(e, true, Vec::new())];
    if any(e, |e| matches!(e.kind, K::Now)) {
        stack.clear();
    }
    while let Some((e, truth, beside)) = stack.pop() {
        match &e.kind {
            K::Not(a) => stack.push((a, !truth, beside)),
            K::And(parts) | K::Or(parts) => {
                // The others of an alternative do not save it.
                let alternative = matches!(e.kind, K::Or(_)) == truth;
                for (n, part) in parts.iter().enumerate() {
                    let others = parts.iter().enumerate().filter(|(m, _)| *m != n && alternative);
                    let mut beside = beside.clone();
                    beside.extend(others.map(|(_, p)| (p, !truth)));
                    stack.push((part, truth, beside));
                }
            }
            K::Implies(a, b) if truth => stack.push((b, true, [beside, vec![(&**a, true)]].concat())),
            K::Compare(op, a, b) => {
                let (small, large) = match (op, truth) {
                    (CompareOp::Lt | CompareOp::Le, true) | (CompareOp::Gt | CompareOp::Ge, false) => (a, b),
                    (CompareOp::Lt | CompareOp::Le, false) | (CompareOp::Gt | CompareOp::Ge, true) => (b, a),
                    (CompareOp::Eq | CompareOp::Ne, _) => continue,
                };
                if may_be_absent(model, small) {
                    found.push(Late { act: small, by: large, beside });
                }
            }
            _ => {}
        }
    }
    found
}

fn may_be_absent(model: &Model<'_>, e: &Expr) -> bool {
    let K::Field(base, n) = &e.kind else { return false };
    let Ty::Record(id) = base.ty.present() else { return false };
    let record = model.program.types.records.get(id.0 as usize);
    model.path(e).is_some() && record.and_then(|r| r.fields.get(*n as usize)).is_some_and(|f| f.ty.is_optional())
}

fn never(
    cx: &Context<'_>,
    model: &Model<'_>,
    clause: &ClauseDef,
    duty: &ClauseDef,
    late: &Late<'_>,
) -> Option<Diagnostic> {
    let mut solver = Solver::new(&cx.program.types);
    let span = clause.span;
    let there = Expr { ty: late.act.ty.clone().optional(), ..late.act.clone() };
    let absent = not(Expr { kind: K::Has(Box::new(there)), ty: Ty::Bool, span });
    let now = Expr { kind: K::Now, ty: Ty::Instant, span };
    let over = K::Compare(CompareOp::Gt, Box::new(now), Box::new(late.by.clone()));
    let mut all: Vec<_> = model.permit().iter().map(|e| solver.formula(e, true)).collect();
    all.push(solver.formula(&absent, true));
    all.push(solver.formula(&Expr { kind: over, ty: Ty::Bool, span }, true));
    let text = key(late.act);
    let of_act = |e: &Expr| any(e, |e| matches!(e.kind, K::Field(..)) && key(e) == text);
    let beside = late.beside.iter().filter(|(e, _)| !of_act(e));
    all.extend(beside.map(|(e, truth)| solver.formula(e, *truth)));
    if solver.impossible(&all) {
        return None;
    }
    let act = model.path(late.act)?;
    let name = &model.block.name;
    let mut d = Diagnostic::error(
        "T037",
        clause.name_span,
        format!("`{name}` refuses who is late, and lets in who never acts"),
    )
    .label(format!("asks of `{act}` only where it is there"))
    .because(duty.name_span, "what is owed by that date");
    if let Some(by) = date(model, late.by) {
        d = d.help(format!("refuse that, too: `deny never_done: not has {act} and now > {by}`"));
    }
    Some(d.help(format!("or pause while it is late: `suspend late: when overdue({})`", duty.name)))
}

/// `change.notified_at + 42d`, where it is that simple.
fn date(model: &Model<'_>, e: &Expr) -> Option<String> {
    let types = &model.program.types;
    match &e.kind {
        K::Arith(ArithOp::InstantAdd, from, by) => match &by.kind {
            K::Const(value) => {
                Some(format!("{} + {}", model.path(from)?, crate::facts::to_source(types, &Ty::Duration, value)))
            }
            _ => None,
        },
        _ => model.path(e),
    }
}
