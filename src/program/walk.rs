//! Going over typed expressions.

use super::expr::{Expr, ExprKind as K, Prior};

/// Calls `f` on the expression and everything in it.
pub fn walk(e: &Expr, f: &mut impl FnMut(&Expr)) {
    // An explicit stack: depth is bounded, but walks are many.
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        f(e);
        children(e, &mut stack);
    }
}

/// The parts of an expression, put on a stack.
pub fn children<'e>(e: &'e Expr, out: &mut Vec<&'e Expr>) {
    match &e.kind {
        K::Const(_) | K::Now | K::Local(_) | K::Global(_) | K::Data(_) | K::Key(_) | K::Overdue(_) | K::Error => {}
        K::Field(a, _) | K::Neg(a) | K::Not(a) | K::Matches(a, _) | K::Has(a) => out.push(a),
        K::Record(_, items)
        | K::List(items)
        | K::Set(items)
        | K::And(items)
        | K::Or(items)
        | K::Builtin(_, items)
        | K::Call(_, items) => {
            out.extend(items);
        }
        K::With(base, fields) => {
            out.push(base);
            out.extend(fields.iter().map(|(_, e)| e));
        }
        K::Implies(a, b) | K::Compare(_, a, b) | K::Arith(_, a, b) | K::Otherwise(a, b) => out.extend([&**a, &**b]),
        K::If(a, b, c) => out.extend([&**a, &**b, &**c]),
        K::Match { scrutinee, arms, .. } => {
            out.push(scrutinee);
            out.extend(arms);
        }
        K::Quantifier { collection, body, .. } => out.extend([&**collection, &**body]),
        K::Aggregate { item, collection, condition, .. } => {
            out.push(collection);
            out.extend(condition.as_deref());
            out.extend(item.as_deref());
        }
        K::BlockCall { args, prior, .. } => {
            out.extend(args);
            if let Prior::Standing(e) = prior {
                out.push(e);
            }
        }
    }
}

/// The parts of an expression, to be changed.
pub fn children_mut(e: &mut Expr) -> Vec<&mut Expr> {
    let mut out: Vec<&mut Expr> = Vec::new();
    match &mut e.kind {
        K::Const(_) | K::Now | K::Local(_) | K::Global(_) | K::Data(_) | K::Key(_) | K::Overdue(_) | K::Error => {}
        K::Field(a, _) | K::Neg(a) | K::Not(a) | K::Matches(a, _) | K::Has(a) => out.push(a),
        K::Record(_, items)
        | K::List(items)
        | K::Set(items)
        | K::And(items)
        | K::Or(items)
        | K::Builtin(_, items)
        | K::Call(_, items) => {
            out.extend(items);
        }
        K::With(base, fields) => {
            out.push(base);
            out.extend(fields.iter_mut().map(|(_, e)| e));
        }
        K::Implies(a, b) | K::Compare(_, a, b) | K::Arith(_, a, b) | K::Otherwise(a, b) => {
            out.push(a);
            out.push(b);
        }
        K::If(a, b, c) => {
            out.push(a);
            out.push(b);
            out.push(c);
        }
        K::Match { scrutinee, arms, .. } => {
            out.push(scrutinee);
            out.extend(arms);
        }
        K::Quantifier { collection, body, .. } => {
            out.push(collection);
            out.push(body);
        }
        K::Aggregate { item, collection, condition, .. } => {
            out.push(collection);
            out.extend(condition.as_deref_mut());
            out.extend(item.as_deref_mut());
        }
        K::BlockCall { args, prior, .. } => {
            out.extend(args);
            if let Prior::Standing(e) = prior {
                out.push(e);
            }
        }
    }
    out
}
