//! T012: a class of identities that some rules treat and none does for this one.
//!
//! For each enum a block decides by, and each of its cases: does any clause that asks for the case ask more of it, or keep it
//! out? A case that passes every one of them freely, where others do not, was left out. `match` treats every case.

use std::collections::{BTreeMap, BTreeSet};

use trust_syntax::diagnostic::Diagnostic;

use super::Context;
use super::facts::std_type;
use super::model::{Model, any};
use super::solve::{Solver, key};
use crate::program::expr::{Builtin, CompareOp, Expr, ExprKind as K};
use crate::program::ty::{EnumId, Ty};
use crate::program::value::Value;
use crate::program::{BlockKind, ClauseKind};

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    if model.block.kind == BlockKind::Assessment || !model.whole {
        return;
    }
    let mut found = Vec::new();
    for (path, id) in paths(model) {
        found.extend(left_out(cx, model, &path, id));
    }
    cx.found.extend(found);
}

/// The values of an enum that the clauses read: one expression for each.
fn paths(model: &Model<'_>) -> Vec<(Expr, EnumId)> {
    let mut all = BTreeMap::new();
    for need in model.needs.iter().chain(&model.bases) {
        crate::program::walk::walk(&need.expr, &mut |e| {
            if let (Ty::Enum(id), K::Field(..) | K::Local(_)) = (&e.ty, &e.kind)
                && *id != EnumId::STANDING
                && rooted(e, model)
            {
                all.entry(key(e)).or_insert_with(|| (e.clone(), *id));
            }
        });
    }
    all.into_values().collect()
}

/// A parameter or a field of one; not what a quantifier goes over.
fn rooted(e: &Expr, model: &Model<'_>) -> bool {
    let mut e = e;
    while let K::Field(base, _) = &e.kind {
        e = base;
    }
    matches!(&e.kind, K::Local(id) if (id.0 as usize) < model.block.params.len())
}

fn left_out(cx: &Context<'_>, model: &Model<'_>, path: &Expr, id: EnumId) -> Option<Diagnostic> {
    let decl = cx.program.types.enums.get(id.0 as usize)?;
    if decl.ordered || decl.cases.len() < 3 {
        return None;
    }
    let text = key(path);
    let mentions = |e: &Expr| any(e, |e| matches!(e.kind, K::Field(..) | K::Local(_)) && key(e) == text);
    let matched = |e: &Expr| any(e, |e| matches!(&e.kind, K::Match { scrutinee, .. } if key(scrutinee) == text));
    if model.needs.iter().chain(&model.bases).any(|n| matched(&n.expr)) {
        return None;
    }
    let concerned: Vec<_> = model.needs.iter().filter(|n| mentions(&n.expr)).collect();
    // A basis may be another way in for the class.
    if concerned.is_empty() || model.bases.iter().any(|n| mentions(&n.expr)) {
        return None;
    }
    // Whoever names a case has thought of it.
    let named: BTreeSet<u32> = concerned.iter().flat_map(|n| named(&n.expr, &text)).collect();
    let mut solver = Solver::new(&cx.program.types);
    let mut free = Vec::new();
    let mut asked = 0;
    for case in 0..decl.cases.len() as u32 {
        let constant = Expr { kind: K::Const(Value::Case(case)), ty: path.ty.clone(), span: path.span };
        let is = Expr {
            kind: K::Compare(CompareOp::Eq, Box::new(path.clone()), Box::new(constant)),
            ty: Ty::Bool,
            span: path.span,
        };
        // What is asked of an absent value is no question of its case.
        let there = Expr { ty: path.ty.clone().optional(), ..path.clone() };
        let there = Expr { kind: K::Has(Box::new(there)), ty: Ty::Bool, span: path.span };
        let here = solver.formula(&super::model::and(vec![is, there], path.span), true);
        let (mut passes, mut asks) = (true, false);
        for need in &concerned {
            let fails = solver.formula(&need.expr, false);
            if solver.impossible(&[here.clone(), fails]) {
                continue;
            }
            passes = false;
            let holds = solver.formula(&need.expr, true);
            // Kept out altogether is not asked more of.
            asks |= !solver.impossible(&[here.clone(), holds]);
        }
        if passes && !named.contains(&case) {
            free.push(case);
        }
        asked += usize::from(asks);
    }
    let is_class = std_type(cx, "std.identity", "IdentityClass") == Some(Ty::Enum(id));
    // Of any other enum, a rule for one or two cases is no list of classes.
    let enough = if is_class { asked >= 1 } else { asked >= 2 && asked > free.len() };
    if free.is_empty() || !enough {
        return None;
    }
    let names: Vec<String> =
        free.iter().filter_map(|c| decl.cases.get(*c as usize)).map(|c| format!("`{}`", c.name)).collect();
    let clause =
        concerned.iter().map(|n| model.clause(n.clause)).find(|c| !matches!(c.kind, ClauseKind::Expires { .. }))?;
    Some(
        Diagnostic::error(
            "T012",
            model.block.name_span,
            format!(
                "`{}` asks nothing of {}, as it does of other cases of `{}`",
                model.block.name,
                names.join(", "),
                decl.name
            ),
        )
        .label("some cases have rules of their own, and these have none")
        .because(clause.name_span, "a rule that goes by case")
        .help("treat every case: `match … { … }` in a rule leaves none out")
        .help("or keep out what has no rule: `require known: … in { … }`"),
    )
}

/// The cases that a condition names for the value: `== case`, `!= case`, `in {…}`.
fn named(e: &Expr, path: &str) -> Vec<u32> {
    let mut found = Vec::new();
    let case = |e: &Expr| match e.kind {
        K::Const(Value::Case(c)) => Some(c),
        _ => None,
    };
    crate::program::walk::walk(e, &mut |e| match &e.kind {
        K::Compare(CompareOp::Eq | CompareOp::Ne, a, b) if key(a) == path => found.extend(case(b)),
        K::Compare(CompareOp::Eq | CompareOp::Ne, a, b) if key(b) == path => found.extend(case(a)),
        K::Builtin(Builtin::InCollection, args) => {
            let [x, xs] = args.as_slice() else { return };
            if key(x) != path {
                return;
            }
            match &xs.kind {
                K::Set(items) | K::List(items) => found.extend(items.iter().filter_map(case)),
                K::Const(Value::Set(items) | Value::List(items)) => {
                    found.extend(items.iter().filter_map(|v| match v {
                        Value::Case(c) => Some(*c),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
        _ => {}
    });
    found
}
