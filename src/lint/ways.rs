//! What a condition asks, read by which way it points: T041 a level that counts the wrong way round, T045 a test that
//! everything passes, T046 a fact that is absent and counts as good.

use std::collections::BTreeSet;

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Context;
use super::facts::std_type;
use super::model::{Condition, Model, any, path_name};
use super::solve::{Solver, key, peel};
use super::time::age;
use crate::program::expr::{ArithOp, Builtin, CompareOp, Expr, ExprKind as K, Member, QuantifierKind};
use crate::program::ty::{EnumId, Ty};
use crate::program::value::Value;
use crate::program::{ClauseKind, Program};

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let trusted = trusted_scales(cx);
    let mut found = backwards(cx.program, model, &trusted);
    found.extend(everything(cx.program, model));
    found.extend(absent(cx.program, model, &trusted));
    found.extend(empty(cx.program, model));
    cx.found.extend(found);
}

/// A part of a condition that is no longer made of `and`, `or` and the like.
struct Atom<'e> {
    e: &'e Expr,
    /// What the condition needs it to be.
    truth: bool,
    /// Needed by itself, at least in some case; not one of several ways.
    alone: bool,
}

fn atoms(e: &Expr) -> Vec<Atom<'_>> {
    let mut stack = vec![(e, true, true)];
    let mut out = Vec::new();
    while let Some((e, truth, alone)) = stack.pop() {
        match &e.kind {
            K::Not(a) => stack.push((a, !truth, alone)),
            K::And(parts) | K::Or(parts) => {
                let joined = matches!(e.kind, K::And(_)) == truth || parts.len() == 1;
                stack.extend(parts.iter().rev().map(|p| (p, truth, alone && joined)));
            }
            K::Implies(a, b) => {
                stack.push((b, truth, alone));
                stack.push((a, !truth, false));
            }
            K::If(_, a, b) => stack.extend([(&**b, truth, alone), (&**a, truth, alone)]),
            K::Match { arms, .. } => stack.extend(arms.iter().rev().map(|a| (a, truth, alone))),
            K::Quantifier { kind, body, .. } => {
                stack.push((body, truth == (*kind != QuantifierKind::No), alone));
            }
            _ => out.push(Atom { e, truth, alone }),
        }
    }
    out
}

/// Scales on which more is better: those of the library, and those by which some block grades, where the weakest counts.
fn trusted_scales(cx: &Context<'_>) -> BTreeSet<EnumId> {
    let library = ["Assurance", "Ial", "Aal", "Fal"].iter().filter_map(|n| match std_type(cx, "std.assurance", n) {
        Some(Ty::Enum(id)) => Some(id),
        _ => None,
    });
    library.chain(cx.program.blocks.iter().filter_map(|b| b.grade.as_ref()).map(|g| g.scale)).collect()
}

/// A level beside a constant: the level, how it must compare, and the constant.
fn level<'e>(atom: &Atom<'e>, scales: &BTreeSet<EnumId>) -> Option<(&'e Expr, CompareOp, u32)> {
    let K::Compare(op, a, b) = &atom.e.kind else { return None };
    let Ty::Enum(id) = a.ty.present() else { return None };
    if !scales.contains(id) {
        return None;
    }
    let op = if atom.truth { *op } else { super::solve::opposite(*op) };
    match (&peel(a).kind, &peel(b).kind) {
        (K::Const(_), K::Const(_)) => None,
        (_, K::Const(Value::Case(c))) => Some((a, op, *c)),
        (K::Const(Value::Case(c)), _) => Some((b, super::solve::mirrored(op), *c)),
        _ => None,
    }
}

/// T041: what refuses the stronger and takes the weaker.
fn backwards(program: &Program, model: &Model<'_>, scales: &BTreeSet<EnumId>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let capped: Vec<Condition> = model
        .whens
        .iter()
        .filter(|w| matches!(model.clause(w.clause).kind, ClauseKind::Cap { .. }))
        .map(|w| Condition { clause: w.clause, expr: super::model::not(w.expr.clone()) })
        .collect();
    // Of several bases one may be for the weak and one for the strong.
    let bases = if model.bases.len() == 1 { &model.bases[..] } else { &[] };
    for condition in model.needs.iter().chain(bases).chain(&capped) {
        let clause = model.clause(condition.clause);
        for atom in atoms(&condition.expr) {
            let Some((path, op, case)) = level(&atom, scales) else { continue };
            let Ty::Enum(id) = path.ty.present() else { continue };
            let Some(scale) = program.types.enums.get(id.0 as usize) else { continue };
            let top = case as usize + 1 >= scale.cases.len();
            let refuses = match op {
                CompareOp::Lt => case > 0,
                CompareOp::Le => !top,
                CompareOp::Eq | CompareOp::Ne | CompareOp::Gt | CompareOp::Ge => false,
            };
            if !atom.alone || !refuses || !is_fact(path, scales) {
                continue;
            }
            let span = if atom.e.span == clause.span { clause.name_span } else { atom.e.span };
            if found.iter().any(|d| d.span == span) {
                continue;
            }
            // What a `deny` keeps out begins above the constant, or with it.
            let denies = matches!(clause.kind, ClauseKind::Deny(_) | ClauseKind::Cap { .. });
            let limit = if denies && op == CompareOp::Le { case + 1 } else { case };
            let limit = scale.cases.get(limit as usize).map_or("…", |c| c.name.as_str());
            let name = path_name(program, model.block, path).unwrap_or_else(|| "…".into());
            let best = scale.cases.last().map_or("…", |c| c.name.as_str());
            let (message, label) = match clause.kind {
                ClauseKind::Cap { .. } => {
                    (format!("`{}` lowers the grade of the stronger", clause.name), "applies to the higher levels")
                }
                _ => (
                    format!("`{}` takes a weaker `{}` and refuses a stronger one", clause.name, scale.name),
                    "keeps out the higher levels",
                ),
            };
            let mut d = Diagnostic::error("T041", span, message).label(label);
            let op = if denies { "<" } else { ">=" };
            d = d.help(format!("turn it round: `{name} {op} {limit}`; `{best}` is the highest"));
            found.push(d);
        }
    }
    found
}

/// A level that comes from the facts: one of them, the weaker of two, what a level of another scale stands for, or a grade.
fn is_fact(e: &Expr, scales: &BTreeSet<EnumId>) -> bool {
    any(e, |e| match &e.kind {
        K::Local(_) | K::Field(..) => matches!(e.ty.present(), Ty::Enum(id) if scales.contains(id)),
        K::BlockCall { member, .. } => *member == Member::Grade,
        _ => false,
    })
}

/// T045: a text, pattern or network that everything fits.
fn everything(program: &Program, model: &Model<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for condition in model.needs.iter().chain(&model.bases) {
        let clause = model.clause(condition.clause);
        // Of scopes there is a lint of its own.
        if matches!(clause.kind, ClauseKind::Scope(_)) {
            continue;
        }
        // A network of a list that is written in the policy, as `any n in networks: address in n` asks it.
        let mut listed = Vec::new();
        crate::program::walk::walk(&condition.expr, &mut |e| {
            if let K::Quantifier { kind: QuantifierKind::Any, collection, body, .. } = &e.kind
                && any(body, |e| matches!(e.kind, K::Builtin(Builtin::IpInCidr | Builtin::CidrInCidr, _)))
                && holds(program, collection, &|v| matches!(v, Value::Cidr(c) if c.prefix == 0))
            {
                listed.push((e.span, INTERNET));
            }
        });
        let atoms = atoms(&condition.expr).into_iter().filter(|a| a.truth);
        let wide = atoms.filter_map(|a| fits_all(program, a.e).map(|words| (a.e.span, words)));
        for (span, (label, help)) in wide.chain(listed) {
            let span = if span == clause.span { clause.name_span } else { span };
            if found.iter().any(|d| d.span == span) {
                continue;
            }
            let message = format!("everything passes a test of `{}`", clause.name);
            found.push(Diagnostic::error("T045", span, message).label(label).help(help));
        }
    }
    found
}

fn fits_all(program: &Program, e: &Expr) -> Option<(&'static str, &'static str)> {
    let text = |e: &Expr, f: &dyn Fn(&str) -> bool| matches!(&peel(e).kind, K::Const(Value::String(s)) if f(s));
    match &e.kind {
        K::Builtin(Builtin::StartsWith | Builtin::EndsWith, args)
            if args.get(1).is_some_and(|a| text(a, &str::is_empty)) =>
        {
            Some(("every text begins and ends with an empty one", "write the text that is meant"))
        }
        K::Builtin(Builtin::InString, args) if args.first().is_some_and(|a| text(a, &str::is_empty)) => {
            Some(("an empty text is in every text", "write the text that is meant"))
        }
        K::Matches(_, pattern) if super::style::fits_any_text(pattern.source()) => {
            Some(("every text has this pattern", "write out what the text must look like"))
        }
        K::Builtin(Builtin::IpInCidr | Builtin::CidrInCidr, args)
            if args.get(1).is_some_and(|a| holds(program, a, &|v| matches!(v, Value::Cidr(c) if c.prefix == 0))) =>
        {
            Some(INTERNET)
        }
        K::Builtin(Builtin::InCollection, args)
            if args.get(1).is_some_and(|a| holds(program, a, &|v| matches!(v, Value::String(s) if is_star(s)))) =>
        {
            Some((
                "`*` is a text like any other here, and stands for nothing else",
                "list what is meant; if everything is meant, leave the test out and say so",
            ))
        }
        _ => None,
    }
}

const INTERNET: (&str, &str) =
    ("this network is all of the internet", "name the networks that are meant, or leave the test out");

/// A value of the policy itself, among what the expression names, answers the question.
fn holds(program: &Program, e: &Expr, f: &dyn Fn(&Value) -> bool) -> bool {
    any(e, |e| match &e.kind {
        K::Const(v) => elements(v, f),
        K::Data(id) => program.data.get(id.0 as usize).is_some_and(|d| elements(&d.value, f)),
        _ => false,
    })
}

fn is_star(s: &str) -> bool {
    !s.is_empty() && s.bytes().all(|b| b == b'*')
}

/// The value itself, or one that it lists, answers the question.
fn elements(v: &Value, f: &dyn Fn(&Value) -> bool) -> bool {
    match v {
        Value::List(items) | Value::Set(items) => items.iter().any(f),
        other => f(other),
    }
}

/// T046: what is not there passes, where what is there is asked to be good.
fn absent(program: &Program, model: &Model<'_>, scales: &BTreeSet<EnumId>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for condition in model.needs.iter().chain(&model.bases) {
        let clause = model.clause(condition.clause);
        let mut told = BTreeSet::new();
        let mut report = |span: Span, path: &Expr, label: &str| {
            let span = if span == clause.span { clause.name_span } else { span };
            if !told.insert(key(path)) || found.iter().any(|d| d.span == span) {
                return;
            }
            let name = path_name(program, model.block, path).unwrap_or_else(|| "it".into());
            found.push(
                Diagnostic::error("T046", span, format!("`{}` passes where `{name}` is absent", clause.name))
                    .label(label)
                    .help(format!("ask for it first: `has {name} and …`"))
                    .help("or let what is absent count as the weakest: `… otherwise` with a value that fails"),
            );
        };
        let all = atoms(&condition.expr);
        for atom in &all {
            if let Some(path) = good_default(program, atom, scales) {
                report(atom.e.span, path, "what stands after `otherwise` is good enough");
            }
        }
        // A `deny` or an end may be about what is there alone.
        if matches!(clause.kind, ClauseKind::Require(_) | ClauseKind::Basis(_) | ClauseKind::Scope(_)) {
            for (span, path) in spared(&condition.expr, scales) {
                report(span, &path, "asks nothing where it is absent");
            }
        }
    }
    found
}

/// `not has x or …x…`, `has x implies …x…`: the optional values that are asked only where they are there.
fn spared(e: &Expr, scales: &BTreeSet<EnumId>) -> Vec<(Span, Expr)> {
    let mut found = Vec::new();
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        let mut ways = Vec::new();
        match &e.kind {
            K::Or(_) | K::Implies(..) => alternatives(e, true, &mut ways),
            _ => {}
        }
        for (way, truth) in &ways {
            let K::Has(path) = &way.kind else { continue };
            let asked = |(other, truth): &(&Expr, bool)| *truth && atoms(other).iter().any(|a| bounds(a, path, scales));
            if !*truth && ways.iter().any(asked) {
                found.push((e.span, (**path).clone()));
            }
        }
        match &e.kind {
            K::And(parts) | K::Or(parts) => stack.extend(parts),
            K::Implies(_, b) => stack.push(b),
            K::If(_, a, b) => stack.extend([&**a, &**b]),
            K::Match { arms, .. } => stack.extend(arms),
            K::Quantifier { kind: QuantifierKind::All | QuantifierKind::Any, body, .. } => stack.push(body),
            _ => {}
        }
    }
    found
}

/// The ways in which the expression may be `truth`.
fn alternatives<'e>(e: &'e Expr, truth: bool, out: &mut Vec<(&'e Expr, bool)>) {
    let mut stack = vec![(e, truth)];
    while let Some((e, truth)) = stack.pop() {
        match &e.kind {
            K::Not(a) => stack.push((a, !truth)),
            K::Or(parts) if truth => stack.extend(parts.iter().map(|p| (p, true))),
            K::And(parts) if !truth => stack.extend(parts.iter().map(|p| (p, false))),
            K::Implies(a, b) if truth => stack.extend([(&**a, false), (&**b, true)]),
            _ => out.push((e, truth)),
        }
    }
}

/// The optional value whose default already passes what is asked of it.
fn good_default<'e>(program: &Program, atom: &Atom<'e>, scales: &BTreeSet<EnumId>) -> Option<&'e Expr> {
    let defaulted = |e: &'e Expr| match &e.kind {
        K::Otherwise(x, d) => match &peel(d).kind {
            K::Const(v) => Some((&**x, v)),
            _ => None,
        },
        _ => None,
    };
    match &atom.e.kind {
        K::Otherwise(x, d) if atom.truth && matches!(d.kind, K::Const(Value::Bool(true))) => Some(x),
        K::Compare(..) => {
            if let Some((side, op, case)) = level(atom, scales)
                && let Some((x, Value::Case(default))) = defaulted(side)
            {
                let passes = match op {
                    CompareOp::Ge => *default >= case,
                    CompareOp::Gt => *default > case,
                    CompareOp::Eq | CompareOp::Ne | CompareOp::Lt | CompareOp::Le => false,
                };
                return passes.then_some(x);
            }
            let K::Compare(op, a, b) = &atom.e.kind else { return None };
            // The highest there is passes whatever is asked.
            let asked = if atom.truth { *op } else { super::solve::opposite(*op) };
            let high = match asked {
                CompareOp::Ge => Some(a),
                CompareOp::Le => Some(b),
                CompareOp::Eq | CompareOp::Ne | CompareOp::Lt | CompareOp::Gt => None,
            };
            if let Some((x, Value::Case(case))) = high.and_then(|h| defaulted(h))
                && let Ty::Enum(id) = a.ty.present()
                && scales.contains(id)
                && program.types.enums.get(id.0 as usize).is_some_and(|s| *case as usize + 1 == s.cases.len())
            {
                return Some(x);
            }
            let equal = matches!((op, atom.truth), (CompareOp::Eq, true) | (CompareOp::Ne, false));
            let (x, v, other) = match (defaulted(a), defaulted(b)) {
                (Some((x, v)), None) => (x, v, b),
                (None, Some((x, v))) => (x, v, a),
                _ => return None,
            };
            let named = matches!(v, Value::String(s) if !s.is_empty());
            (equal && named && matches!(&peel(other).kind, K::Const(w) if w == v)).then_some(x)
        }
        K::Builtin(Builtin::InCollection, args) if atom.truth => {
            let [a, xs] = args.as_slice() else { return None };
            let (x, v) = defaulted(a)?;
            let listed =
                matches!(&peel(xs).kind, K::Const(Value::Set(items) | Value::List(items)) if items.contains(v));
            let listed = listed
                || matches!(&peel(xs).kind, K::Set(items) | K::List(items)
                if items.iter().any(|i| matches!(&i.kind, K::Const(w) if w == v)));
            (listed && matches!(v, Value::String(s) if !s.is_empty())).then_some(x)
        }
        _ => None,
    }
}

/// Whether the atom asks that the value is recent, high enough, or no further from another than so much.
fn bounds(atom: &Atom<'_>, path: &Expr, scales: &BTreeSet<EnumId>) -> bool {
    let is = |e: &Expr| key(e) == key(path);
    if let Some((side, op, _)) = level(atom, scales) {
        return is(side) && matches!(op, CompareOp::Ge | CompareOp::Gt);
    }
    let K::Compare(op, a, b) = &atom.e.kind else { return false };
    if age(*op, a, b, atom.truth).is_some_and(|(x, _)| is(x)) {
        return true;
    }
    let op = if atom.truth { *op } else { super::solve::opposite(*op) };
    let (small, large) = match op {
        CompareOp::Lt | CompareOp::Le => (a, b),
        CompareOp::Gt | CompareOp::Ge => (b, a),
        CompareOp::Eq | CompareOp::Ne => return false,
    };
    // A life of at most so long: `x - issued <= 90d`.
    matches!(&small.kind, K::Arith(ArithOp::InstantDiff, x, from) if is(x) && !matches!(from.kind, K::Now))
        && matches!(peel(large).kind, K::Const(Value::Duration(_)))
}

/// T052: of nothing, everything is true.
fn empty(program: &Program, model: &Model<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut solver = Solver::new(&program.types);
    let needs: Vec<_> = model.needs.iter().map(|n| solver.formula(&n.expr, true)).collect();
    for condition in model.needs.iter().chain(&model.bases) {
        let clause = model.clause(condition.clause);
        if !matches!(clause.kind, ClauseKind::Require(_) | ClauseKind::Basis(_) | ClauseKind::Scope(_)) {
            continue;
        }
        let mut lists = Vec::new();
        crate::program::walk::walk(&condition.expr, &mut |e| {
            if let K::Quantifier { kind: QuantifierKind::All, binders, collection, .. } = &e.kind
                && binders.len() == 1
                && matches!(collection.ty.present().element(), Some(Ty::Record(_)))
            {
                lists.push((e.span, (**collection).clone()));
            }
        });
        for (span, list) in lists {
            let Some(name) = path_name(program, model.block, &list) else { continue };
            let none = Expr { kind: K::Builtin(Builtin::IsEmpty, vec![list]), ty: Ty::Bool, span };
            let mut all = needs.clone();
            all.push(solver.formula(&none, true));
            let span = if span == clause.span { clause.name_span } else { span };
            if solver.impossible(&all) || found.iter().any(|d| d.span == span) {
                continue;
            }
            found.push(
                Diagnostic::warning("T052", span, format!("`{}` holds of an empty `{name}`", clause.name))
                    .label("of nothing, everything is true")
                    .help(format!("where there has to be one: `{name} is not empty and …`")),
            );
        }
    }
    found
}
