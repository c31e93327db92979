//! The clock and the facts: T005 freshness that accepts the future, T006 answers that outlive the revocation deadline.

use std::rc::Rc;

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Context;
use super::model::{Model, any, not};
use super::solve::{Formula, Solver};
use crate::program::expr::{CompareOp, Expr, ExprKind as K, LocalId};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::walk::children_mut;
use crate::program::{BlockId, BlockKind, ClauseKind, Hold};

/// An instant that lies no further ahead than this counts as not ahead: clocks differ, and a day's rounding is no fraud.
const TOLERANCE: i64 = 86_400_000_000;
/// The slot of the later instant in a question about two instants.
const LATER: LocalId = LocalId(u32::MAX);

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let mut found = one_sided(model);
    found.extend(outlives(cx, model));
    cx.found.extend(found);
}

/// Where an age is bounded: `now < x + d` shall hold, beside these.
struct Age<'e> {
    x: &'e Expr,
    span: Span,
    /// Written as `now - x`.
    difference: bool,
    /// Not one of several ways.
    alone: bool,
    beside: Vec<(&'e Expr, bool)>,
}

fn one_sided(model: &Model<'_>) -> Vec<Diagnostic> {
    let mut solver = Solver::new(&model.program.types);
    let needs: Vec<Rc<Formula>> = model.permit().iter().map(|e| solver.formula(e, true)).collect();
    let mut found: Vec<Diagnostic> = Vec::new();
    let caps = model.whens.iter().filter(|w| matches!(model.clause(w.clause).kind, ClauseKind::Cap { .. }));
    let accepted: Vec<_> = caps.map(|w| (w.clause, not(w.expr.clone()))).collect();
    let all = model.needs.iter().chain(&model.bases).map(|c| (c.clause, &c.expr));
    for (id, e) in all.chain(accepted.iter().map(|(id, e)| (*id, e))) {
        let clause = model.clause(id);
        let required = matches!(clause.kind, ClauseKind::Scope(_) | ClauseKind::Require(_) | ClauseKind::Basis(_));
        if matches!(clause.kind, ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. }) {
            continue;
        }
        let mut ages = Vec::new();
        look(e, true, true, &mut Vec::new(), &mut ages);
        for age in ages {
            // `now > x + d` in a `deny`, and `now < x + d` as one of several ways, may be a deadline: that its beginning
            // has passed is no question there.
            if !age.difference && (!required || !age.alone) {
                continue;
            }
            let ahead = ahead(age.x, age.span);
            let mut all = needs.clone();
            all.extend(age.beside.iter().map(|(e, truth)| solver.formula(e, *truth)));
            all.push(solver.formula(&ahead, true));
            if solver.impossible(&all) {
                continue;
            }
            let span = if age.span == clause.span { clause.name_span } else { age.span };
            if found.iter().any(|d| d.span == span) {
                continue;
            }
            let d = Diagnostic::error(
                "T005",
                span,
                format!("`{}` takes an instant in the future for a fresh one", clause.name),
            )
            .label("bounds the age on one side only")
            .help("ask that it has passed, too: `fresh(x, 5m)` of `std.time`, or `x <= now and now < x + 5m`");
            found.push(if age.difference {
                d
            } else {
                d.help(
                    "if it is a date to come, with time to spare after it, write it as an end: `expires over: x + 5m`",
                )
            });
        }
    }
    found
}

/// Collects the bounds of ages that must hold for `e` to be `truth`, with what must hold beside each.
fn look<'e>(e: &'e Expr, truth: bool, alone: bool, beside: &mut Vec<(&'e Expr, bool)>, out: &mut Vec<Age<'e>>) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || look_inner(e, truth, alone, beside, out));
}

fn look_inner<'e>(e: &'e Expr, truth: bool, alone: bool, beside: &mut Vec<(&'e Expr, bool)>, out: &mut Vec<Age<'e>>) {
    match &e.kind {
        K::Not(a) => look(a, !truth, alone, beside, out),
        K::And(parts) | K::Or(parts) => {
            let joined = matches!(e.kind, K::And(_)) == truth;
            for (n, part) in parts.iter().enumerate() {
                let depth = beside.len();
                if joined {
                    beside.extend(parts.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, p)| (p, truth)));
                }
                look(part, truth, joined, beside, out);
                beside.truncate(depth);
            }
        }
        K::Implies(a, b) if truth => look(b, true, true, &mut [&beside[..], &[(&**a, true)]].concat(), out),
        K::Compare(op, a, b) => {
            if let Some((x, difference)) = age(*op, a, b, truth) {
                out.push(Age { x, span: e.span, difference, alone, beside: beside.clone() });
            }
        }
        _ => {}
    }
}

/// The instant `x` of `now < x + d`, however it is written, where `d` is longer than nothing.
pub fn age<'e>(op: CompareOp, a: &'e Expr, b: &'e Expr, truth: bool) -> Option<(&'e Expr, bool)> {
    use crate::program::expr::ArithOp as A;
    let op = match (op, truth) {
        (op, true) => op,
        (CompareOp::Lt, false) => CompareOp::Ge,
        (CompareOp::Le, false) => CompareOp::Gt,
        (CompareOp::Gt, false) => CompareOp::Le,
        (CompareOp::Ge, false) => CompareOp::Lt,
        (CompareOp::Eq | CompareOp::Ne, false) => return None,
    };
    // The side that must be the smaller one.
    let (small, large) = match op {
        CompareOp::Lt | CompareOp::Le => (a, b),
        CompareOp::Gt | CompareOp::Ge => (b, a),
        CompareOp::Eq | CompareOp::Ne => return None,
    };
    let is_now = |e: &Expr| matches!(e.kind, K::Now);
    let fact = |e: &'e Expr| {
        (!any(e, |e| matches!(e.kind, K::Now)) && any(e, |e| matches!(e.kind, K::Field(..) | K::Local(_)))).then_some(e)
    };
    let long = |d: &Expr| !matches!(d.kind, K::Const(Value::Duration(d)) if d <= 0);
    match (&small.kind, &large.kind) {
        // now < x + d
        (K::Now, K::Arith(A::InstantAdd, x, d)) if long(d) => Some((fact(x)?, false)),
        // now - x < d
        (K::Arith(A::InstantDiff, n, x), _) if is_now(n) && long(large) => Some((fact(x)?, true)),
        // now - d < x
        (K::Arith(A::InstantSub, n, d), _) if is_now(n) && long(d) => Some((fact(large)?, false)),
        _ => None,
    }
}

/// `now + tolerance < x`
fn ahead(x: &Expr, span: Span) -> Expr {
    let now = Expr { kind: K::Now, ty: Ty::Instant, span };
    let by = Expr { kind: K::Const(Value::Duration(TOLERANCE)), ty: Ty::Duration, span };
    let kind = K::Arith(crate::program::expr::ArithOp::InstantAdd, Box::new(now), Box::new(by));
    let bound = Expr { kind, ty: Ty::Instant, span };
    Expr { kind: K::Compare(CompareOp::Lt, Box::new(bound), Box::new(x.clone())), ty: Ty::Bool, span }
}

/// A relationship whose answers may be relied on for longer than its revocation may take.
fn outlives(cx: &Context<'_>, model: &Model<'_>) -> Option<Diagnostic> {
    let ends = |c: &crate::program::ClauseDef| {
        matches!(c.kind, ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. } | ClauseKind::Ttl { .. })
    };
    // That it never ends at all is said elsewhere.
    if model.block.kind != BlockKind::Relationship || !model.block.clauses.iter().any(ends) {
        return None;
    }
    let deadlines = model.block.clauses.iter().filter_map(|c| match &c.kind {
        ClauseKind::Trigger { hold: Hold::Revoke, within: Some((d, _)), .. } => match d.kind {
            // What must happen at once is no matter of how long an answer counts.
            K::Const(Value::Duration(d)) if d > 0 => Some((d, c)),
            _ => None,
        },
        _ => None,
    });
    let (deadline, revoke) = deadlines.min_by_key(|(d, _)| *d)?;
    let needs = model.permit();
    // A bare `ttl` bounds how long an answer counts; one with a condition, or of unknown length, may.
    for block in blocks(cx, model.id, needs) {
        for clause in &block.clauses {
            if let ClauseKind::Ttl { length, .. } = &clause.kind {
                match length.kind {
                    K::Const(Value::Duration(d)) if d > deadline => {}
                    _ => return None,
                }
            }
        }
    }
    // What reads the clock in a way that is not followed may bound it.
    let unclear = |e: &Expr| {
        any(e, |e| match &e.kind {
            K::Quantifier { .. } | K::Aggregate { .. } | K::Otherwise(..) | K::If(..) | K::Match { .. } => {
                any(e, |e| matches!(e.kind, K::Now))
            }
            K::Overdue(_) => true,
            _ => false,
        })
    };
    if !model.whole || needs.iter().any(unclear) {
        return None;
    }
    let mut solver = Solver::new(&model.program.types);
    let mut all: Vec<Rc<Formula>> = needs.iter().map(|e| solver.formula(e, true)).collect();
    all.extend(needs.iter().map(|e| solver.formula(&later(e.clone()), true)));
    let span = model.block.name_span;
    let instant = |kind| Expr { kind, ty: Ty::Instant, span };
    let limit = Expr { kind: K::Const(Value::Duration(deadline)), ty: Ty::Duration, span };
    let bound =
        instant(K::Arith(crate::program::expr::ArithOp::InstantAdd, Box::new(instant(K::Now)), Box::new(limit)));
    let after = K::Compare(CompareOp::Gt, Box::new(instant(K::Local(LATER))), Box::new(bound));
    all.push(solver.formula(&Expr { kind: after, ty: Ty::Bool, span }, true));
    if solver.impossible(&all) {
        return None;
    }
    let time = crate::facts::to_source(&model.program.types, &Ty::Duration, &Value::Duration(deadline));
    let name = &model.block.name;
    Some(
        Diagnostic::error("T006", name_of(model), format!("an answer of `{name}` may outlive its revocation"))
            .label(format!("nothing makes a host ask again within {time}"))
            .because(revoke.name_span, format!("everybody must have acted within {time}"))
            .help(format!("bound how long an answer counts: `ttl decision: {time}`"))
            .help("or require a fresh status: `has credential.checked_at and fresh(credential.checked_at, 5m)`"),
    )
}

fn name_of(model: &Model<'_>) -> Span {
    model.block.name_span
}

/// The block itself and those it asks in what a permit needs.
fn blocks<'p>(cx: &Context<'p>, id: BlockId, needs: &[Expr]) -> Vec<&'p crate::program::BlockDef> {
    let mut ids = vec![id];
    for e in needs {
        crate::program::walk::walk(e, &mut |e| {
            if let K::BlockCall { block, .. } = &e.kind
                && !ids.contains(block)
            {
                ids.push(*block);
            }
        });
    }
    ids.into_iter().filter_map(|id| cx.program.blocks.get(id.0 as usize)).collect()
}

/// The same condition at a later instant.
fn later(mut e: Expr) -> Expr {
    let mut stack = vec![&mut e];
    while let Some(e) = stack.pop() {
        if matches!(e.kind, K::Now) {
            e.kind = K::Local(LATER);
        }
        stack.extend(children_mut(e));
    }
    e
}
