//! Bounds that bound nothing: T042 an obligation that is due only after its trust has ended, T044 a bound so long that it is
//! none.

use std::rc::Rc;

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Context;
use super::flat::{Flat, Names};
use super::model::{Condition, Model, any};
use super::solve::{Formula, Solver};
use super::time::age;
use crate::program::expr::{ArithOp, CompareOp, Expr, ExprKind as K};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::{BlockKind, ClauseDef, ClauseId, ClauseKind, Hold, ObligeTime, On};

const DAY: i64 = 86_400_000_000;
/// No trust is meant to last this long without a new look.
const LONGEST_TRUST: i64 = 3_660 * DAY;
/// Whoever has this long to act on a revocation need not act.
const LONGEST_REACTION: i64 = 92 * DAY;
/// Evidence of one use that may be a year late is none.
const LONGEST_EVIDENCE: i64 = 366 * DAY;
/// 2100-01-01: an end that is written for the sake of form.
const FAR: i64 = 4_102_444_800_000_000;

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let mut found = after_the_end(model);
    found.extend(too_long(cx, model));
    cx.found.extend(found);
}

/// T042: by the time it is due there is no trust left that it belongs to.
fn after_the_end(model: &Model<'_>) -> Vec<Diagnostic> {
    let block = model.block;
    let mut flat = Flat::new(model.program, block.frame);
    let mut names = Names::new();
    if flat.block(block, &mut names).is_none() {
        return Vec::new();
    }
    let mut solver = Solver::new(&model.program.types);
    let kind = |n: &Condition| &model.clause(n.clause).kind;
    let mut ends: Vec<(ClauseId, Rc<Formula>)> = model
        .needs
        .iter()
        .filter(|n| match kind(n) {
            ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. } => true,
            // Who takes part is asked again and again; a single use may be looked back on long after it.
            ClauseKind::Require(_) => block.kind == BlockKind::Participation,
            _ => false,
        })
        .map(|n| (n.clause, solver.formula(&n.expr, true)))
        .collect();
    if let Some(last) = model.bases.last()
        && block.kind == BlockKind::Participation
    {
        let any = model.bases.iter().map(|b| b.expr.clone()).collect();
        let any = Expr { kind: K::Or(any), ty: Ty::Bool, span: block.name_span };
        ends.push((last.clause, solver.formula(&any, true)));
    }
    let mut found = Vec::new();
    for (id, clause) in block.clauses() {
        let ClauseKind::Oblige { time: ObligeTime::Due(due), on, when, .. } = &clause.kind else { continue };
        // What is owed on any answer is still owed when trust has ended; unless a suspension waits for it.
        let awaited = awaits(model, id);
        if *on == On::Deny || *on == On::Any && awaited.is_none() {
            continue;
        }
        let Some(due) = flat.write(due, &names) else { continue };
        let mut given = Vec::new();
        if let Some(when) = when {
            let Some(when) = flat.write(when, &names) else { continue };
            given.push(solver.formula(&when, true));
        }
        let late = solver.formula(&by(&due), true);
        for (end, holds) in &ends {
            let mut before = given.clone();
            before.push(Rc::clone(holds));
            if solver.impossible(&before) {
                continue;
            }
            before.push(Rc::clone(&late));
            if !solver.impossible(&before) {
                continue;
            }
            let end = model.clause(*end);
            let mut d = Diagnostic::error(
                "T042",
                clause.name_span,
                format!("`{}` is due only after trust has ended", clause.name),
            )
            .label("never overdue while anybody relies on it")
            .because(end.name_span, "ends before it is due");
            d = match awaited {
                Some(waits) => d
                    .because(waits.name_span, "comes too late to change anything")
                    .help("let it be due before that end, with time to make good"),
                None => d
                    .help("let it be due before that end, with time to make good")
                    .help("or, if it is owed for the end itself, say so: `on any`"),
            };
            found.push(d);
            break;
        }
    }
    found
}

/// The suspension that waits for an obligation.
fn awaits<'p>(model: &Model<'p>, id: ClauseId) -> Option<&'p ClauseDef> {
    model.block.clauses.iter().find(|c| match &c.kind {
        ClauseKind::Continuous { when, .. } => any(when, |e| matches!(e.kind, K::Overdue(o) if o == id)),
        _ => false,
    })
}

/// `now >= due - 1s`: an obligation that is due with the end itself is in time.
fn by(due: &Expr) -> Expr {
    let span = due.span;
    let second = Expr { kind: K::Const(Value::Duration(1_000_000)), ty: Ty::Duration, span };
    let before = K::Arith(ArithOp::InstantSub, Box::new(due.clone()), Box::new(second));
    let before = Expr { kind: before, ty: Ty::Instant, span };
    let now = Expr { kind: K::Now, ty: Ty::Instant, span };
    Expr { kind: K::Compare(CompareOp::Ge, Box::new(now), Box::new(before)), ty: Ty::Bool, span }
}

/// T044: an end, an age or a deadline that nobody will live to see.
fn too_long(cx: &Context<'_>, model: &Model<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut flat = Flat::new(model.program, model.block.frame);
    let mut names = Names::new();
    let whole = flat.block(model.block, &mut names).is_some();
    let words = |d: i64| crate::facts::to_source(&cx.program.types, &Ty::Duration, &Value::Duration(d));
    let mut report = |span: Span, message: String, label: &str, help: &str| {
        if !found.iter().any(|d| d.span == span) {
            found.push(Diagnostic::error("T044", span, message).label(label).help(help));
        }
    };
    for (_, clause) in model.block.clauses() {
        let name = &clause.name;
        match &clause.kind {
            ClauseKind::Trigger { within: Some((within, _)), hold, .. } => {
                if let K::Const(Value::Duration(d)) = within.kind
                    && d > LONGEST_REACTION
                {
                    let what = match hold {
                        Hold::Revoke => "a revocation",
                        Hold::Suspend => "a suspension",
                        Hold::Reverify => "a new verification",
                    };
                    report(
                        within.span,
                        format!("`{name}` leaves {} to act", words(d)),
                        &format!("{what} that may take so long protects nobody"),
                        "ask for hours or days: `within 24h of …`",
                    );
                }
            }
            ClauseKind::Oblige { time: ObligeTime::Within(within), .. } if whole => {
                let written = flat.write(within, &names);
                if let Some(K::Const(Value::Duration(d))) = written.map(|w| w.kind)
                    && d > LONGEST_EVIDENCE
                {
                    report(
                        within.span,
                        format!("`{name}` may be done {} later", words(d)),
                        "what is owed at each use is of no use so late",
                        "ask for minutes, hours or days: `within 1h`",
                    );
                }
            }
            ClauseKind::Ttl { length, .. } => {
                if let K::Const(Value::Duration(d)) = length.kind
                    && d > LONGEST_TRUST
                {
                    report(
                        length.span,
                        format!("`{name}` lasts for {}", words(d)),
                        "as good as for ever",
                        "say after how long somebody looks again",
                    );
                }
            }
            _ => {}
        }
    }
    for condition in model.needs.iter().chain(&model.bases) {
        let clause = model.clause(condition.clause);
        crate::program::walk::walk(&condition.expr, &mut |e| {
            let K::Compare(op, a, b) = &e.kind else { return };
            let long =
                [true, false].iter().any(|truth| age(*op, a, b, *truth).is_some() && [a, b].iter().any(|s| length(s)));
            let end = matches!(clause.kind, ClauseKind::Expires { .. })
                && [a, b].iter().any(|s| any(s, |e| matches!(e.kind, K::Const(Value::Instant(i)) if i >= FAR)));
            if long || end {
                let span = if e.span.start <= clause.name_span.start { clause.name_span } else { e.span };
                let label = if end { "an end that nobody will see" } else { "as good as for ever" };
                report(
                    span,
                    format!("`{}` bounds nothing", clause.name),
                    label,
                    "say after how long somebody looks again",
                );
            }
        });
    }
    found
}

/// A fixed length of time that no trust is meant to last.
fn length(e: &Expr) -> bool {
    let long = |e: &Expr| matches!(e.kind, K::Const(Value::Duration(d)) if d > LONGEST_TRUST);
    match &e.kind {
        K::Arith(ArithOp::InstantAdd | ArithOp::InstantSub, _, d) => long(d),
        _ => long(e),
    }
}
