//! What `expires` and `ttl` ask of now, as conditions.

use trust_syntax::span::Span;

use crate::program::expr::{ArithOp, CompareOp, Expr, ExprKind};
use crate::program::ty::Ty;
use crate::program::value::Value;

/// `E and now >= I`
pub(super) fn expires(when: Option<Expr>, at: Expr, span: Span) -> Expr {
    let reached = compare(CompareOp::Ge, now(span), at, span);
    guarded(when, reached, span)
}

/// `E and not (I - skew <= now and now < I + D)`
pub(super) fn outside(when: Option<Expr>, length: Expr, from: Expr, skew: i64, span: Span) -> Expr {
    let skew = Expr { kind: ExprKind::Const(Value::Duration(skew)), ty: Ty::Duration, span };
    let start = instant(ArithOp::InstantSub, from.clone(), skew, span);
    let end = instant(ArithOp::InstantAdd, from, length, span);
    let begun = compare(CompareOp::Le, start, now(span), span);
    let not_over = compare(CompareOp::Lt, now(span), end, span);
    let inside = Expr { kind: ExprKind::And(vec![begun, not_over]), ty: Ty::Bool, span };
    guarded(when, Expr { kind: ExprKind::Not(Box::new(inside)), ty: Ty::Bool, span }, span)
}

fn guarded(when: Option<Expr>, e: Expr, span: Span) -> Expr {
    match when {
        Some(when) => Expr { kind: ExprKind::And(vec![when, e]), ty: Ty::Bool, span },
        None => e,
    }
}

fn now(span: Span) -> Expr {
    Expr { kind: ExprKind::Now, ty: Ty::Instant, span }
}

fn compare(op: CompareOp, a: Expr, b: Expr, span: Span) -> Expr {
    Expr { kind: ExprKind::Compare(op, Box::new(a), Box::new(b)), ty: Ty::Bool, span }
}

fn instant(op: ArithOp, a: Expr, b: Expr, span: Span) -> Expr {
    Expr { kind: ExprKind::Arith(op, Box::new(a), Box::new(b)), ty: Ty::Instant, span }
}
