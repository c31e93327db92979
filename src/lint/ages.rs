//! T025, of one block: an instant whose age another block bounds, and this one takes at any age.
//!
//! A block that time can only begin, which asks of an instant no more than that it has passed, while another block of the
//! package says for how long the same instant counts. Where time ends anything in the block there is no finding.

use std::collections::BTreeMap;

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Context;
use super::clock::{Turn, turns};
use super::model::Model;
use crate::program::expr::{CompareOp, Expr, ExprKind as K};
use crate::program::ty::{RecordId, Ty};
use crate::program::{BlockKind, ClauseKind};

/// A field of a record.
type Field = (RecordId, u32);

pub fn package(cx: &mut Context<'_>) {
    let bounded = bounded(cx);
    let mut found = Vec::new();
    for model in cx.models.iter().filter(|m| m.block.kind != BlockKind::Assessment && m.whole) {
        let Some(begun) = begun(cx, model) else { continue };
        for (field, (path, span)) in begun {
            let Some((other, place)) = bounded.get(&field) else { continue };
            let name = &model.block.name;
            found.push(
                Diagnostic::error("T025", span, format!("`{name}` takes `{path}` at any age"))
                    .label("asks that it has passed, and not how long ago")
                    .because(*place, format!("`{other}` says for how long it counts"))
                    .help("bound its age here, too: `require recent: fresh(x, 5m)`, or `ttl recent: 90d from x`"),
            );
        }
    }
    cx.found.extend(found);
}

/// The fields whose age some block of the package bounds: its name, and where.
fn bounded<'a>(cx: &Context<'a>) -> BTreeMap<Field, (&'a str, Span)> {
    let mut all = BTreeMap::new();
    for model in &cx.models {
        for need in model.needs.iter().chain(&model.bases) {
            let place = model.clause(need.clause).name_span;
            turns(&need.expr, true, &mut |e, turn| {
                if turn == Turn::Ends {
                    for field in fields(e) {
                        all.entry(field).or_insert((model.block.name.as_str(), place));
                    }
                }
            });
        }
    }
    all
}

/// The instants of which the block asks only that they have passed; nothing where time may end it.
fn begun(cx: &Context<'_>, model: &Model<'_>) -> Option<BTreeMap<Field, (String, Span)>> {
    if cx.asked(model.id).len() > 1 {
        return None;
    }
    let mut begun = BTreeMap::new();
    let mut ends = false;
    for need in model.needs.iter().chain(&model.bases) {
        let clause = model.clause(need.clause);
        turns(&need.expr, true, &mut |e, turn| match passed(e) {
            Some((field, x)) if turn == Turn::Begins => {
                if let Some(path) = model.path(x) {
                    begun.entry(field).or_insert((path, clause.name_span));
                }
            }
            _ => ends = true,
        });
    }
    if ends {
        return None;
    }
    // What else looks at the instant: a duty's date, a lifetime, an order of two instants.
    let beside = |field: Field| {
        let conditions = model.needs.iter().chain(&model.bases).chain(&model.whens).chain(&model.recommends);
        let mut times = 0;
        let mut only = 0;
        for c in conditions {
            times += fields(&c.expr).into_iter().filter(|f| *f == field).count();
            turns(&c.expr, true, &mut |e, _| only += usize::from(passed(e).is_some_and(|(f, _)| f == field)));
        }
        let owed = model.block.clauses.iter().any(|c| {
            matches!(c.kind, ClauseKind::Oblige { .. } | ClauseKind::Ttl { .. } | ClauseKind::Cap { .. })
                && super::model::clause_expressions(c).into_iter().any(|e| fields(e).contains(&field))
        });
        owed || times > only
    };
    begun.retain(|field, _| !beside(*field));
    Some(begun)
}

/// The instant of `x <= now`, where it is a fact.
fn passed(e: &Expr) -> Option<(Field, &Expr)> {
    let (x, now) = match &e.kind {
        K::Compare(CompareOp::Lt | CompareOp::Le, x, now) | K::Compare(CompareOp::Gt | CompareOp::Ge, now, x) => {
            (x, now)
        }
        _ => return None,
    };
    if !matches!(now.kind, K::Now) {
        return None;
    }
    let K::Field(base, n) = &x.kind else { return None };
    let Ty::Record(id) = base.ty.present() else { return None };
    Some(((*id, *n), x))
}

/// Every instant among the fields that an expression reads; what is only asked to be there is not read.
fn fields(e: &Expr) -> Vec<Field> {
    let mut found = Vec::new();
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        match &e.kind {
            K::Has(_) => continue,
            K::Field(base, n) if *e.ty.present() == Ty::Instant => {
                if let Ty::Record(id) = base.ty.present() {
                    found.push((*id, *n));
                }
            }
            _ => {}
        }
        super::model::parts(e, &mut stack);
    }
    found
}
