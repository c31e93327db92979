//! Conditions as formulas of literals: no negation inside, alternatives spelled out.
//!
//! In: a condition and the truth it shall have. Out: a formula whose literals are bounds on differences of terms, values that
//! a term has or has not, and truths of what is not understood.

use std::collections::BTreeSet;

use super::terms::{Sum, TermId, Terms, key, peel};
use crate::program::expr::{Builtin, CompareOp, Expr, ExprKind as K, QuantifierKind};
use crate::program::ty::Ty;
use crate::program::value::Value;

#[derive(Clone, Debug)]
pub enum Formula {
    Const(bool),
    Is(Literal),
    And(Vec<Formula>),
    Or(Vec<Formula>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `above - below <= most`; a side that is absent is zero.
    Bound {
        above: Option<TermId>,
        below: Option<TermId>,
        most: i128,
    },
    /// The term is one of these values; or, where not `inside`, none of them.
    Among {
        term: TermId,
        values: BTreeSet<Value>,
        inside: bool,
    },
    Truth {
        term: TermId,
        truth: bool,
    },
}

impl Formula {
    pub fn ways(&self) -> usize {
        match self {
            Formula::Or(parts) => parts.len(),
            Formula::Const(_) | Formula::Is(_) | Formula::And(_) => 1,
        }
    }
}

/// An alternative of more values than this is not spelled out.
const MOST_VALUES: usize = 12;

pub fn build(terms: &mut Terms<'_>, e: &Expr, truth: bool) -> Formula {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || build_inner(terms, e, truth))
}

fn build_inner(terms: &mut Terms<'_>, e: &Expr, truth: bool) -> Formula {
    let e = peel(e);
    match &e.kind {
        K::Const(Value::Bool(b)) => Formula::Const(*b == truth),
        K::Not(a) => build(terms, a, !truth),
        K::And(parts) => join(parts.iter().map(|p| build(terms, p, truth)).collect(), truth),
        K::Or(parts) => join(parts.iter().map(|p| build(terms, p, truth)).collect(), !truth),
        K::Implies(a, b) => join(vec![build(terms, a, !truth), build(terms, b, truth)], !truth),
        K::If(c, a, b) => {
            let yes = join(vec![build(terms, c, true), build(terms, a, truth)], true);
            let no = join(vec![build(terms, c, false), build(terms, b, truth)], true);
            join(vec![yes, no], false)
        }
        K::Match { scrutinee, arm_of, arms } => {
            let each = arms.iter().enumerate().map(|(n, arm)| {
                let cases = (0..arm_of.len() as u32).filter(|c| arm_of.get(*c as usize) == Some(&(n as u32)));
                let here = among(terms, scrutinee, cases.map(Value::Case).collect(), true);
                join(vec![here, build(terms, arm, truth)], true)
            });
            let each = each.collect();
            join(each, false)
        }
        K::Compare(op, a, b) => compare(terms, if truth { *op } else { opposite(*op) }, a, b),
        K::Has(a) => {
            if matches!(peel(a).kind, K::Const(Value::None)) {
                Formula::Const(!truth)
            } else if a.ty.is_optional() {
                opaque(terms, format!("has {}", key(a)), truth)
            } else {
                Formula::Const(truth)
            }
        }
        K::Builtin(op, args) => builtin(terms, e, *op, args, truth),
        K::Quantifier { kind, binders, collection, body } => {
            let (found, negated) = match kind {
                QuantifierKind::Any => (truth, false),
                QuantifierKind::No => (!truth, false),
                QuantifierKind::All => (!truth, true),
            };
            if let K::List(items) | K::Set(items) = &collection.kind
                && items.is_empty()
            {
                return Formula::Const(!found);
            }
            let body = if negated { crate::lint::model::not((**body).clone()) } else { (**body).clone() };
            let any = Expr {
                kind: K::Quantifier {
                    kind: QuantifierKind::Any,
                    binders: binders.clone(),
                    collection: collection.clone(),
                    body: Box::new(body),
                },
                ty: Ty::Bool,
                span: e.span,
            };
            opaque(terms, key(&any), found)
        }
        _ => opaque(terms, key(e), truth),
    }
}

/// All of the parts, or one of them; constants are taken out.
fn join(parts: Vec<Formula>, all: bool) -> Formula {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Formula::Const(c) if c == all => {}
            Formula::Const(_) => return Formula::Const(!all),
            Formula::And(inner) if all => kept.extend(inner),
            Formula::Or(inner) if !all => kept.extend(inner),
            other => kept.push(other),
        }
    }
    match (kept.len(), kept.pop()) {
        (_, None) => Formula::Const(all),
        (1, Some(only)) => only,
        (_, Some(last)) => {
            kept.push(last);
            if all { Formula::And(kept) } else { Formula::Or(kept) }
        }
    }
}

fn opaque(terms: &mut Terms<'_>, key: String, truth: bool) -> Formula {
    let term = terms.named(key, None, false);
    Formula::Is(Literal::Truth { term, truth })
}

pub fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Ne,
        CompareOp::Ne => CompareOp::Eq,
        CompareOp::Lt => CompareOp::Ge,
        CompareOp::Le => CompareOp::Gt,
        CompareOp::Gt => CompareOp::Le,
        CompareOp::Ge => CompareOp::Lt,
    }
}

/// Ways of a comparison that are spelled out, where its sides are chosen by `if` or `match`.
const MOST_CHOICES: usize = 32;

/// The first `if` or `match` among the parts of a sum.
fn choice(e: &Expr) -> Option<&Expr> {
    let mut stack = vec![peel(e)];
    while let Some(e) = stack.pop() {
        match &e.kind {
            K::If(..) | K::Match { .. } => return Some(e),
            K::Arith(_, a, b) => stack.extend([peel(a), peel(b)]),
            K::Neg(a) => stack.push(peel(a)),
            _ => {}
        }
    }
    None
}

/// In how many ways the parts of a sum may be chosen.
fn choices(e: &Expr) -> usize {
    let mut all: usize = 1;
    let mut stack = vec![peel(e)];
    while let Some(e) = stack.pop() {
        match &e.kind {
            K::If(_, a, b) => all = all.saturating_mul(choices_of([&**a, &**b])),
            K::Match { arms, .. } => all = all.saturating_mul(choices_of(arms)),
            K::Arith(_, a, b) => stack.extend([peel(a), peel(b)]),
            K::Neg(a) => stack.push(peel(a)),
            _ => {}
        }
        if all > MOST_CHOICES {
            break;
        }
    }
    all
}

fn choices_of<'e>(arms: impl IntoIterator<Item = &'e Expr>) -> usize {
    let each = |e: &Expr| stacker::maybe_grow(64 * 1024, 1024 * 1024, || choices(e));
    arms.into_iter().map(each).fold(0, usize::saturating_add)
}

/// The sum with one of its parts in another's place.
fn put(e: &Expr, part: &Expr, way: &Expr) -> Expr {
    let e = peel(e);
    if std::ptr::eq(e, part) {
        return way.clone();
    }
    let inner = |e: &Expr| Box::new(stacker::maybe_grow(64 * 1024, 1024 * 1024, || put(e, part, way)));
    let kind = match &e.kind {
        K::Arith(op, a, b) => K::Arith(*op, inner(a), inner(b)),
        K::Neg(a) => K::Neg(inner(a)),
        other => other.clone(),
    };
    Expr { kind, ty: e.ty.clone(), span: e.span }
}

/// `a op b` for every way in which one of the sides is chosen, if one is.
fn chosen(terms: &mut Terms<'_>, op: CompareOp, a: &Expr, b: &Expr) -> Option<Formula> {
    let part = choice(a).or_else(|| choice(b))?;
    if choices(a).saturating_mul(choices(b)) > MOST_CHOICES {
        return None;
    }
    let mut ways = Vec::new();
    let mut add = |terms: &mut Terms<'_>, guard: Formula, way: &Expr| {
        let compared = compare(terms, op, &put(a, part, way), &put(b, part, way));
        ways.push(join(vec![guard, compared], true));
    };
    match &part.kind {
        K::If(c, yes, no) => {
            for (truth, way) in [(true, yes), (false, no)] {
                let guard = build(terms, c, truth);
                add(terms, guard, way);
            }
        }
        K::Match { scrutinee, arm_of, arms } => {
            for (n, arm) in arms.iter().enumerate() {
                let cases = (0..arm_of.len() as u32).filter(|c| arm_of.get(*c as usize) == Some(&(n as u32)));
                let guard = among(terms, scrutinee, cases.map(Value::Case).collect(), true);
                add(terms, guard, arm);
            }
        }
        _ => return None,
    }
    Some(join(ways, false))
}

fn compare(terms: &mut Terms<'_>, op: CompareOp, a: &Expr, b: &Expr) -> Formula {
    if let Some(formula) = chosen(terms, op, a, b) {
        return formula;
    }
    match a.ty.present() {
        Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => {
            let (a, b) = (terms.sum(a), terms.sum(b));
            match a.minus(&b) {
                Some(difference) => bounds(terms, op, &difference),
                None => opaque(terms, format!("?{op:?}"), true),
            }
        }
        Ty::Bool => {
            let (truth, other) = match (constant(a), constant(b)) {
                (Some(Value::Bool(t)), _) => (*t, b),
                (_, Some(Value::Bool(t))) => (*t, a),
                _ => return pair(terms, op, a, b),
            };
            build(terms, other, truth == (op == CompareOp::Eq))
        }
        Ty::Enum(_) => match (case(a), case(b)) {
            (Some(x), Some(y)) => Formula::Const(holds(op, x, y)),
            (None, Some(c)) => cases(terms, a, op, c),
            (Some(c), None) => cases(terms, b, mirrored(op), c),
            (None, None) => pair(terms, op, a, b),
        },
        _ => match (constant(a), constant(b)) {
            (Some(x), Some(y)) => Formula::Const((x == y) == (op == CompareOp::Eq)),
            (None, Some(v)) => among(terms, a, BTreeSet::from([v.clone()]), op == CompareOp::Eq),
            (Some(v), None) => among(terms, b, BTreeSet::from([v.clone()]), op == CompareOp::Eq),
            (None, None) => pair(terms, op, a, b),
        },
    }
}

/// `difference op 0` as bounds. A difference of more than two terms, or with weights, is one term.
fn bounds(terms: &mut Terms<'_>, op: CompareOp, difference: &Sum) -> Formula {
    let c = difference.constant;
    if difference.parts.is_empty() {
        return Formula::Const(holds(op, c, 0));
    }
    let parts: Vec<(TermId, i64)> = difference.parts.iter().map(|(t, n)| (*t, *n)).collect();
    // `weight * (above - below) + c op 0`
    let (above, below, weight) = match parts.as_slice() {
        [(t, n)] if *n > 0 => (Some(*t), None, *n),
        [(t, n)] => (None, Some(*t), n.saturating_neg()),
        [(x, n), (y, m)] if m.checked_neg() == Some(*n) => {
            if *n > 0 {
                (Some(*x), Some(*y), *n)
            } else {
                (Some(*y), Some(*x), *m)
            }
        }
        _ => {
            let sign = parts.first().map_or(1, |(_, n)| n.signum());
            let text: Vec<String> = parts.iter().map(|(t, n)| format!("{}*{}", n.saturating_mul(sign), t.0)).collect();
            let term = terms.named(format!("sum {}", text.join("+")), None, false);
            if sign > 0 { (Some(term), None, 1) } else { (None, Some(term), 1) }
        }
    };
    let weight = i128::from(weight);
    let at_most = |limit: i128| {
        let most = limit.div_euclid(weight);
        Formula::Is(Literal::Bound { above, below, most })
    };
    // `weight * d >= limit`
    let at_least = |limit: i128| {
        let least = -(-limit).div_euclid(weight);
        Formula::Is(Literal::Bound { above: below, below: above, most: -least })
    };
    match op {
        CompareOp::Le => at_most(-c),
        CompareOp::Lt => at_most(-c - 1),
        CompareOp::Ge => at_least(-c),
        CompareOp::Gt => at_least(-c + 1),
        CompareOp::Eq => Formula::And(vec![at_most(-c), at_least(-c)]),
        CompareOp::Ne => Formula::Or(vec![at_most(-c - 1), at_least(-c + 1)]),
    }
}

fn holds<T: PartialOrd>(op: CompareOp, a: T, b: T) -> bool {
    match op {
        CompareOp::Eq => a == b,
        CompareOp::Ne => a != b,
        CompareOp::Lt => a < b,
        CompareOp::Le => a <= b,
        CompareOp::Gt => a > b,
        CompareOp::Ge => a >= b,
    }
}

pub fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Eq,
        CompareOp::Ne => CompareOp::Ne,
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
    }
}

fn constant(e: &Expr) -> Option<&Value> {
    match &peel(e).kind {
        K::Const(v) => Some(v),
        _ => None,
    }
}

fn case(e: &Expr) -> Option<u32> {
    match constant(e) {
        Some(Value::Case(c)) => Some(*c),
        _ => None,
    }
}

fn cases(terms: &mut Terms<'_>, e: &Expr, op: CompareOp, c: u32) -> Formula {
    let all = terms.case_count(e.ty.present()).unwrap_or(0);
    let fitting = (0..all).filter(|x| holds(op, *x, c)).map(Value::Case).collect();
    among(terms, e, fitting, true)
}

fn among(terms: &mut Terms<'_>, e: &Expr, values: BTreeSet<Value>, inside: bool) -> Formula {
    if let Some(v) = constant(e) {
        return Formula::Const(values.contains(v) == inside);
    }
    if values.is_empty() {
        return Formula::Const(!inside);
    }
    let term = terms.term(peel(e));
    Formula::Is(Literal::Among { term, values, inside })
}

/// A comparison of two values neither of which is known: one truth, whichever way it is written.
fn pair(terms: &mut Terms<'_>, op: CompareOp, a: &Expr, b: &Expr) -> Formula {
    let (x, y) = (key(a), key(b));
    if x == y {
        return Formula::Const(holds(op, 0, 0));
    }
    match op {
        CompareOp::Eq | CompareOp::Ne => {
            let (x, y) = if x < y { (x, y) } else { (y, x) };
            opaque(terms, format!("{x} == {y}"), op == CompareOp::Eq)
        }
        CompareOp::Le => opaque(terms, format!("{x} <= {y}"), true),
        CompareOp::Gt => opaque(terms, format!("{x} <= {y}"), false),
        CompareOp::Ge => opaque(terms, format!("{y} <= {x}"), true),
        CompareOp::Lt => opaque(terms, format!("{y} <= {x}"), false),
    }
}

fn builtin(terms: &mut Terms<'_>, e: &Expr, op: Builtin, args: &[Expr], truth: bool) -> Formula {
    match (op, args) {
        (Builtin::InCollection, [x, xs]) => {
            let Some(values) = known_elements(xs) else { return opaque(terms, key(e), truth) };
            match x.ty.present() {
                Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => {
                    if values.len() > MOST_VALUES {
                        return opaque(terms, key(e), truth);
                    }
                    let op = if truth { CompareOp::Eq } else { CompareOp::Ne };
                    let each = values.into_iter().map(|v| {
                        let v = Expr { kind: K::Const(v), ty: x.ty.clone(), span: e.span };
                        compare(terms, op, x, &v)
                    });
                    let each = each.collect();
                    join(each, !truth)
                }
                _ => among(terms, x, values, truth),
            }
        }
        (Builtin::IsEmpty, [xs]) => {
            let count = Expr { kind: K::Builtin(Builtin::Count, vec![xs.clone()]), ty: Ty::Int, span: e.span };
            let zero = Expr { kind: K::Const(Value::Int(0)), ty: Ty::Int, span: e.span };
            compare(terms, if truth { CompareOp::Le } else { CompareOp::Gt }, &count, &zero)
        }
        // Nothing is part of everything.
        (Builtin::SubsetOf, [xs, _]) => {
            let count = Expr { kind: K::Builtin(Builtin::Count, vec![xs.clone()]), ty: Ty::Int, span: e.span };
            let zero = Expr { kind: K::Const(Value::Int(0)), ty: Ty::Int, span: e.span };
            let none = compare(terms, if truth { CompareOp::Le } else { CompareOp::Gt }, &count, &zero);
            join(vec![opaque(terms, key(e), truth), none], !truth)
        }
        _ => opaque(terms, key(e), truth),
    }
}

/// The elements of a collection that is written out in the policy.
fn known_elements(xs: &Expr) -> Option<BTreeSet<Value>> {
    match &peel(xs).kind {
        K::Const(Value::Set(items) | Value::List(items)) => Some(items.iter().cloned().collect()),
        K::Set(items) | K::List(items) => items.iter().map(|i| constant(i).cloned()).collect(),
        _ => None,
    }
}
