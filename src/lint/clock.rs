//! What the passing of time does to a condition.
//!
//! In: a condition written out, and what a permit needs of it. Out: for each comparison with the clock whether time begins it
//! (`x <= now`) or ends it (`now < x + d`); where that cannot be told it is [`Turn::Unclear`].

use super::model::any;
use crate::program::expr::{ArithOp, CompareOp, Expr, ExprKind as K, QuantifierKind};

/// What time does to a comparison that a permit needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It comes to hold and stays so.
    Begins,
    /// It ceases to hold.
    Ends,
    Unclear,
}

/// Tells of every part of `e` that reads the clock what time does to it, where `e` should be `truth`.
pub fn turns<'e>(e: &'e Expr, truth: bool, f: &mut dyn FnMut(&'e Expr, Turn)) {
    let mut stack = vec![(e, truth)];
    while let Some((e, truth)) = stack.pop() {
        match &e.kind {
            K::Not(a) => stack.push((a, !truth)),
            K::And(parts) | K::Or(parts) => stack.extend(parts.iter().map(|p| (p, truth))),
            K::Implies(a, b) => stack.extend([(&**a, !truth), (&**b, truth)]),
            K::If(c, a, b) => {
                if any(c, |e| matches!(e.kind, K::Now)) {
                    f(c, Turn::Unclear);
                }
                stack.extend([(&**a, truth), (&**b, truth)]);
            }
            K::Quantifier { kind, body, .. } => {
                stack.push((body, truth != (*kind == QuantifierKind::No)));
            }
            K::Compare(op, a, b) => {
                let turn = match (sign(a), sign(b)) {
                    (Some(0), Some(0)) => continue,
                    (Some(a), Some(b)) => turn(*op, b - a, truth),
                    _ => Turn::Unclear,
                };
                f(e, turn);
            }
            _ if any(e, |e| matches!(e.kind, K::Now | K::Overdue(_))) => f(e, Turn::Unclear),
            _ => {}
        }
    }
}

/// `grows` is how the right side grows over the left one with time.
fn turn(op: CompareOp, grows: i32, truth: bool) -> Turn {
    let up = match op {
        CompareOp::Lt | CompareOp::Le => grows,
        CompareOp::Gt | CompareOp::Ge => -grows,
        CompareOp::Eq | CompareOp::Ne => return Turn::Unclear,
    };
    match (up.signum(), truth) {
        (1, true) | (-1, false) => Turn::Begins,
        (-1, true) | (1, false) => Turn::Ends,
        _ => Turn::Unclear,
    }
}

/// How often the clock is in a sum; nothing where it is no sum.
fn sign(e: &Expr) -> Option<i32> {
    let mut total = 0;
    let mut stack = vec![(e, 1)];
    while let Some((e, times)) = stack.pop() {
        match &e.kind {
            K::Now => total += times,
            K::Arith(ArithOp::InstantAdd | ArithOp::DurationAdd, a, b) => stack.extend([(&**a, times), (&**b, times)]),
            K::Arith(ArithOp::InstantDiff | ArithOp::InstantSub | ArithOp::DurationSub, a, b) => {
                stack.extend([(&**a, times), (&**b, -times)]);
            }
            _ if any(e, |e| matches!(e.kind, K::Now | K::Overdue(_))) => return None,
            _ => {}
        }
    }
    Some(total)
}
