//! Comparisons in plain English.
//!
//! In: two operands and an operator. Out: a phrase; one side that is the clock makes a phrase about time. Always: what is
//! fixed stands on the right, and a negation turns the operator.

use super::super::scope::Scope;
use super::super::text::{Inline, Line, Phrase, text};
use super::are;
use crate::program::expr::{ArithOp, CompareOp, Expr, ExprKind};
use crate::program::ty::Ty;
use crate::program::value::Value;

impl Scope<'_> {
    pub(super) fn compare(&self, op: CompareOp, a: &Expr, b: &Expr, yes: bool) -> Phrase {
        let op = if yes { op } else { negated(op) };
        let (op, a, b) = if belongs_right(a) && !belongs_right(b) { (flipped(op), b, a) } else { (op, a, b) };
        if let Some(line) = self.timed(op, a, b) {
            return Phrase::Plain(line);
        }
        if let (CompareOp::Eq | CompareOp::Ne, ExprKind::Const(Value::Bool(value))) = (op, &b.kind) {
            return self.condition(a, *value == (op == CompareOp::Eq));
        }
        let mut line = self.value(a);
        match (&a.ty, &b.kind) {
            (Ty::Enum(_), ExprKind::Const(Value::Case(_))) => {
                let (before, after) = match op {
                    CompareOp::Eq => (" is ", ""),
                    CompareOp::Ne => (" is not ", ""),
                    CompareOp::Lt => (" is below ", ""),
                    CompareOp::Le => (" is ", " or below"),
                    CompareOp::Gt => (" is above ", ""),
                    CompareOp::Ge => (" is ", " or above"),
                };
                line.push(text(before));
                line.extend(self.value(b));
                if !after.is_empty() {
                    line.push(text(after));
                }
            }
            _ => {
                let word = ordering(op, &a.ty);
                let many = matches!(a.ty, Ty::Set(_)) && are(&line);
                let word = if many { word.replacen("is", "are", 1) } else { word.to_owned() };
                line.push(text(format!(" {word} ")));
                line.extend(self.value(b));
            }
        }
        Phrase::Plain(line)
    }

    /// A comparison with the clock.
    fn timed(&self, op: CompareOp, a: &Expr, b: &Expr) -> Option<Line> {
        // now ? I + D, now ? I - D, now ? I
        if matches!(a.kind, ExprKind::Now) {
            return Some(match &b.kind {
                ExprKind::Arith(ArithOp::InstantAdd, from, length) => self.passed(op, from, length),
                ExprKind::Arith(ArithOp::InstantSub, to, length) => self.remaining(flipped(op), to, length),
                _ => self.come(op, b),
            });
        }
        if matches!(b.kind, ExprKind::Now) {
            return self.timed(flipped(op), b, a);
        }
        match &a.kind {
            // now - I ? D, I - now ? D
            ExprKind::Arith(ArithOp::InstantDiff, later, earlier) if matches!(later.kind, ExprKind::Now) => {
                Some(self.passed(op, earlier, b))
            }
            ExprKind::Arith(ArithOp::InstantDiff, later, earlier) if matches!(earlier.kind, ExprKind::Now) => {
                Some(self.remaining(op, later, b))
            }
            // now + D ? I, now - D ? I
            ExprKind::Arith(ArithOp::InstantAdd, now, length) if matches!(now.kind, ExprKind::Now) => {
                Some(self.remaining(flipped(op), b, length))
            }
            ExprKind::Arith(ArithOp::InstantSub, now, length) if matches!(now.kind, ExprKind::Now) => {
                Some(self.passed(op, b, length))
            }
            _ => None,
        }
    }

    /// `now ? I`
    fn come(&self, op: CompareOp, at: &Expr) -> Line {
        let mut line = self.value(at);
        line.push(text(match op {
            CompareOp::Lt => " is still to come",
            CompareOp::Ge => " has come",
            CompareOp::Le => " is now or still to come",
            CompareOp::Gt => " is past",
            CompareOp::Eq => " is this very instant",
            CompareOp::Ne => " is not this very instant",
        }));
        line
    }

    /// The time since `from` against a length.
    fn passed(&self, op: CompareOp, from: &Expr, length: &Expr) -> Line {
        let mut line = vec![text(format!("{} ", amount(op)))];
        let length = self.value(length);
        let one = matches!(length.as_slice(), [Inline::Value(length)] if length.starts_with("1 "));
        let many = matches!(length.as_slice(), [Inline::Value(_)]) && !one;
        line.extend(length);
        line.push(text(if many { " have passed since " } else { " has passed since " }));
        line.extend(self.value(from));
        line
    }

    /// The time until `to` against a length; what is past is ahead by less than nothing.
    fn remaining(&self, op: CompareOp, to: &Expr, length: &Expr) -> Line {
        let mut line = self.value(to);
        line.push(text(format!(" is {} ", amount(op))));
        line.extend(self.value(length));
        line.push(text(" ahead"));
        line
    }
}

fn amount(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Lt => "less than",
        CompareOp::Le => "at most",
        CompareOp::Gt => "more than",
        CompareOp::Ge => "at least",
        CompareOp::Eq => "exactly",
        CompareOp::Ne => "not exactly",
    }
}

fn ordering(op: CompareOp, ty: &Ty) -> &'static str {
    match (op, ty) {
        (CompareOp::Eq, Ty::Set(_)) => "is exactly",
        (CompareOp::Ne, Ty::Set(_)) => "is not exactly",
        (CompareOp::Eq, _) => "is",
        (CompareOp::Ne, _) => "is not",
        (CompareOp::Lt, Ty::Instant) => "is before",
        (CompareOp::Le, Ty::Instant) => "is not after",
        (CompareOp::Gt, Ty::Instant) => "is after",
        (CompareOp::Ge, Ty::Instant) => "is not before",
        (CompareOp::Lt, Ty::Enum(_)) => "is lower than",
        (CompareOp::Gt, Ty::Enum(_)) => "is higher than",
        (CompareOp::Lt, _) => "is less than",
        (CompareOp::Le, _) => "is at most",
        (CompareOp::Gt, _) => "is more than",
        (CompareOp::Ge, _) => "is at least",
    }
}

fn negated(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Ne,
        CompareOp::Ne => CompareOp::Eq,
        CompareOp::Lt => CompareOp::Ge,
        CompareOp::Le => CompareOp::Gt,
        CompareOp::Gt => CompareOp::Le,
        CompareOp::Ge => CompareOp::Lt,
    }
}

/// The operator with its sides swapped.
fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Eq,
        CompareOp::Ne => CompareOp::Ne,
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
    }
}

/// What a policy states is said last.
fn belongs_right(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Const(_) | ExprKind::Global(_) | ExprKind::Data(_) | ExprKind::Set(_))
}
