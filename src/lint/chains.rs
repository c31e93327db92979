//! T007: a chain of delegation whose links are not all checked, whose scopes may widen, or whose length is not bounded.
//!
//! A chain is a list of the library's `Link`, or a list of records with a set of texts (or another set that narrows) in which some condition of the block ties
//! each element to the one before it.

use trust_syntax::diagnostic::Diagnostic;

use super::Context;
use super::facts::std_type;
use super::model::{Model, any};
use super::solve::key;
use crate::program::BlockKind;
use crate::program::expr::{Builtin, CompareOp, Expr, ExprKind as K, LocalId, QuantifierKind};
use crate::program::ty::Ty;

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    if model.block.kind == BlockKind::Assessment || !model.whole {
        return;
    }
    let permit = model.permit();
    let link = std_type(cx, "std.delegation", "Link");
    let mut found = Vec::new();
    for (path, ty, label, span) in lists(cx, model) {
        let element = ty.element();
        let is_link = link.is_some() && element == link.as_ref();
        let neighbours: Vec<(&[LocalId], &Expr)> = permit.iter().flat_map(|e| neighbours(e, &path)).collect();
        if neighbours.is_empty() && !(is_link && reads(model, &path)) {
            continue;
        }
        let mut missing = Vec::new();
        let fields = element.and_then(|e| match e.present() {
            Ty::Record(id) => cx.program.types.records.get(id.0 as usize),
            _ => None,
        });
        let Some(record) = fields else { continue };
        let texts = record.fields.iter().any(|f| matches!(&f.ty, Ty::Set(of) if **of == Ty::String));
        let linked = neighbours
            .iter()
            .any(|(b, e)| ties(b, e, &|e, a, c| matches!(e.kind, K::Compare(CompareOp::Eq, ..)) && a != c));
        let has_scopes = record.fields.iter().any(|f| matches!(f.ty, Ty::Set(_)));
        let narrows =
            neighbours.iter().any(|(b, e)| ties(b, e, &|e, _, _| matches!(e.kind, K::Builtin(Builtin::SubsetOf, _))));
        // A chain of other things, such as seals, passes no rights on.
        if !(is_link || linked && (texts || narrows)) {
            continue;
        }
        if !linked && record.fields.iter().filter(|f| f.ty == Ty::String).count() > 1 {
            missing.push("nothing ties a link to the one before it (`std.delegation.linked`)");
        }
        if has_scopes && !narrows && !each_link(permit, &path) {
            missing.push("a link may allow more than the one before it (`std.delegation.narrowing`)");
        }
        if !permit.iter().any(|e| bounds_length(e, &path)) {
            missing.push("nothing bounds how many links there are (`std.delegation.bounded`)");
        }
        if permit.iter().any(|e| one_in_time(e, &path)) {
            missing.push("one link in time is enough, where every link has to be (`std.delegation.unexpired`)");
        }
        if missing.is_empty() {
            continue;
        }
        let mut d = Diagnostic::error(
            "T007",
            model.block.name_span,
            format!("`{}` accepts a chain of delegation that is not checked whole", model.block.name),
        )
        .label(format!("{label} is such a chain"))
        .because(span, "comes in here");
        for m in missing {
            d = d.note(m);
        }
        found.push(
            d.help("check every link against the one before it: `require sound: sound(chain, 3)` of `std.delegation`"),
        );
    }
    cx.found.extend(found);
}

/// The lists of records among the parameters and their fields: their key, type, name and the parameter's place.
fn lists(cx: &Context<'_>, model: &Model<'_>) -> Vec<(String, Ty, String, trust_syntax::span::Span)> {
    let mut all = Vec::new();
    for (n, p) in model.block.params.iter().enumerate() {
        if matches!(p.ty.present(), Ty::List(_)) {
            all.push((format!("p{n}"), p.ty.present().clone(), format!("`{}`", p.name), p.span));
        }
        if let Ty::Record(id) = p.ty.present()
            && let Some(record) = cx.program.types.records.get(id.0 as usize)
        {
            for (f, field) in record.fields.iter().enumerate() {
                if matches!(field.ty.present(), Ty::List(_)) {
                    let name = format!("`{}.{}`", p.name, field.name);
                    all.push((format!("p{n}.{f}"), field.ty.present().clone(), name, p.span));
                }
            }
        }
    }
    all
}

fn reads(model: &Model<'_>, path: &str) -> bool {
    model.needs.iter().chain(&model.bases).any(|c| any(&c.expr, |e| is(e, path)))
}

fn is(e: &Expr, path: &str) -> bool {
    matches!(e.kind, K::Local(_) | K::Field(..)) && key(e) == path
}

/// The quantifiers over every two neighbours of the list.
fn neighbours<'e>(e: &'e Expr, path: &str) -> Vec<(&'e [LocalId], &'e Expr)> {
    let mut found = Vec::new();
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        if let K::Quantifier { kind: QuantifierKind::All | QuantifierKind::No, binders, collection, body } = &e.kind
            && binders.len() == 2
            && is(collection, path)
        {
            found.push((binders.as_slice(), &**body));
        }
        super::model::parts(e, &mut stack);
    }
    found
}

/// Whether a part of the body joins a value of the one neighbour with a value of the other.
fn ties(binders: &[LocalId], body: &Expr, f: &dyn Fn(&Expr, &LocalId, &LocalId) -> bool) -> bool {
    let of = |e: &Expr| {
        let mut e = e;
        while let K::Field(base, _) | K::Otherwise(base, _) = &e.kind {
            e = base;
        }
        match &e.kind {
            K::Local(id) => binders.iter().find(|b| *b == id),
            _ => None,
        }
    };
    any(body, |e| {
        let sides = match &e.kind {
            K::Compare(_, a, b) => Some((&**a, &**b)),
            K::Builtin(_, args) => match args.as_slice() {
                [a, b] => Some((a, b)),
                _ => None,
            },
            _ => None,
        };
        match sides.map(|(a, b)| (of(a), of(b))) {
            Some((Some(a), Some(b))) => f(e, a, b),
            _ => false,
        }
    })
}

/// Some link is within its time, which is asked of no other.
fn one_in_time(e: &Expr, path: &str) -> bool {
    let mut stack = vec![(e, true)];
    while let Some((e, truth)) = stack.pop() {
        match &e.kind {
            K::Not(a) => stack.push((a, !truth)),
            K::And(parts) | K::Or(parts) => stack.extend(parts.iter().map(|p| (p, truth))),
            K::Quantifier { kind: QuantifierKind::Any, binders, collection, body }
                if truth && binders.len() == 1 && is(collection, path) && any(body, |e| matches!(e.kind, K::Now)) =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// The action is asked of every link: then what one link alone allows is of no use.
fn each_link(permit: &[Expr], path: &str) -> bool {
    let asks = |body: &Expr| any(body, |e| matches!(e.kind, K::Builtin(Builtin::InCollection | Builtin::SubsetOf, _)));
    permit.iter().any(|e| {
        any(e, |e| match &e.kind {
            K::Quantifier { kind: QuantifierKind::All, binders, collection, body } => {
                binders.len() == 1 && is(collection, path) && asks(body)
            }
            _ => false,
        })
    })
}

/// `count(chain) <= n`, in whatever form, or a depth that falls from link to link.
fn bounds_length(e: &Expr, path: &str) -> bool {
    let counts =
        |e: &Expr| any(e, |e| matches!(&e.kind, K::Builtin(Builtin::Count, xs) if xs.iter().any(|x| is(x, path))));
    let falls = |binders: &[LocalId], body: &Expr| {
        ties(
            binders,
            body,
            &|e, _, _| matches!(&e.kind, K::Compare(CompareOp::Lt | CompareOp::Gt, a, _) if *a.ty.present() == Ty::Int),
        )
    };
    any(e, |e| match &e.kind {
        K::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge | CompareOp::Eq, a, b) => {
            counts(a) || counts(b)
        }
        _ => false,
    }) || neighbours(e, path).into_iter().any(|(b, body)| falls(b, body))
}
