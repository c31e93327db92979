//! Operators on values: arithmetic, comparisons, built-in functions.
//!
//! In: operands of the types the checker allows. Out: a value; where an operand moves with the clock, a moving
//! value, or a truth with the instant at which it flips. Always total: a shape that no checked program has gives
//! an absent value.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use smol_str::SmolStr;
use trust_runtime::net::Cidr;
use trust_runtime::{decimal, int, time};

use super::horizon::Held;
use super::moving;
use crate::program::expr::{ArithOp, Builtin, CompareOp};
use crate::program::ty::{Ty, Types};
use crate::program::value::{Moving, Value};

/// A shape that no checked program has. In a debug build it stops; else it is an absent value.
pub(super) fn impossible(what: &str) -> Value {
    debug_assert!(false, "the interpreter met {what}");
    Value::None
}

pub(super) fn negate(value: &Value) -> Value {
    match value {
        Value::Int(n) => Value::Int(int::neg(*n)),
        Value::Decimal(n) => Value::Decimal(decimal::neg(*n)),
        Value::Duration(n) => Value::Duration(time::duration_neg(*n)),
        Value::Moving(m) if !m.instant => Value::Moving(moving::mirror(0, **m, false).into()),
        _ => impossible("a negation of something else than a number or duration"),
    }
}

pub(super) fn arith(op: ArithOp, a: &Value, b: &Value) -> Value {
    use ArithOp as Op;
    use Value as V;
    match (op, a, b) {
        (Op::IntAdd, V::Int(a), V::Int(b)) => V::Int(int::add(*a, *b)),
        (Op::IntSub, V::Int(a), V::Int(b)) => V::Int(int::sub(*a, *b)),
        (Op::IntMul, V::Int(a), V::Int(b)) => V::Int(int::mul(*a, *b)),
        (Op::IntDiv, V::Int(a), V::Int(b)) if *b != 0 => V::Int(int::div(*a, *b)),
        (Op::IntRem, V::Int(a), V::Int(b)) if *b != 0 => V::Int(int::rem(*a, *b)),
        (Op::DecimalAdd, V::Decimal(a), V::Decimal(b)) => V::Decimal(decimal::add(*a, *b)),
        (Op::DecimalSub, V::Decimal(a), V::Decimal(b)) => V::Decimal(decimal::sub(*a, *b)),
        (Op::DecimalMul, V::Decimal(a), V::Decimal(b)) => V::Decimal(decimal::mul(*a, *b)),
        (Op::DecimalDiv, V::Decimal(a), V::Decimal(b)) if *b != 0 => V::Decimal(decimal::div(*a, *b)),
        (Op::InstantDiff, V::Instant(a), V::Instant(b)) => V::Duration(time::instant_diff(*a, *b)),
        (Op::InstantAdd, V::Instant(a), V::Duration(b)) => V::Instant(time::instant_add(*a, *b)),
        (Op::InstantSub, V::Instant(a), V::Duration(b)) => V::Instant(time::instant_sub_duration(*a, *b)),
        (Op::DurationAdd, V::Duration(a), V::Duration(b)) => V::Duration(time::duration_add(*a, *b)),
        (Op::DurationSub, V::Duration(a), V::Duration(b)) => V::Duration(time::duration_sub(*a, *b)),
        (Op::DurationMul, V::Duration(a), V::Int(b)) => V::Duration(time::duration_mul_int(*a, *b)),
        (Op::DurationDiv, V::Duration(a), V::Int(b)) if *b != 0 => V::Duration(time::duration_div_int(*a, *b)),
        (_, V::Moving(m), fixed) => match shifted(op, **m, fixed) {
            Some(m) => V::Moving(m.into()),
            None => impossible("a shift of the clock that the checker refuses"),
        },
        (_, fixed, V::Moving(m)) => match shifts(op, fixed, **m) {
            Some(m) => V::Moving(m.into()),
            None => impossible("a shift of the clock that the checker refuses"),
        },
        _ => impossible("arithmetic on other types than the operator's"),
    }
}

/// `m op fixed`
fn shifted(op: ArithOp, m: Moving, fixed: &Value) -> Option<Moving> {
    match (op, m.instant, fixed) {
        (ArithOp::InstantDiff, true, Value::Instant(i)) => Some(moving::shift(m, -i128::from(*i), false)),
        (ArithOp::InstantAdd, true, Value::Duration(d)) => Some(moving::shift(m, i128::from(*d), true)),
        (ArithOp::InstantSub, true, Value::Duration(d)) => Some(moving::shift(m, -i128::from(*d), true)),
        (ArithOp::DurationAdd, false, Value::Duration(d)) => Some(moving::shift(m, i128::from(*d), false)),
        (ArithOp::DurationSub, false, Value::Duration(d)) => Some(moving::shift(m, -i128::from(*d), false)),
        _ => None,
    }
}

/// `fixed op m`
fn shifts(op: ArithOp, fixed: &Value, m: Moving) -> Option<Moving> {
    match (op, m.instant, fixed) {
        (ArithOp::InstantDiff, true, Value::Instant(i)) => Some(moving::mirror(*i, m, false)),
        (ArithOp::InstantAdd, false, Value::Instant(i)) => Some(moving::shift(m, i128::from(*i), true)),
        (ArithOp::InstantSub, false, Value::Instant(i)) => Some(moving::mirror(*i, m, true)),
        (ArithOp::DurationAdd, false, Value::Duration(d)) => Some(moving::shift(m, i128::from(*d), false)),
        (ArithOp::DurationSub, false, Value::Duration(d)) => Some(moving::mirror(*d, m, false)),
        _ => None,
    }
}

pub(super) fn compare(op: CompareOp, a: &Value, b: &Value, now: i64) -> Held {
    match (a, b) {
        (Value::Moving(a), Value::Moving(b)) => {
            impossible("a comparison of two moving values");
            let holds = ordered(op, moving::at(**a, now).cmp(&moving::at(**b, now)));
            Held { holds, until: Some(now.saturating_add(1)) }
        }
        (Value::Moving(m), Value::Instant(fixed) | Value::Duration(fixed)) => moving::compare(op, **m, *fixed, now),
        (Value::Instant(fixed) | Value::Duration(fixed), Value::Moving(m)) => {
            moving::compare(swapped(op), **m, *fixed, now)
        }
        _ => Held { holds: ordered(op, a.cmp(b)), until: None },
    }
}

/// What `b ? a` must ask to mean `a op b`.
fn swapped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Eq,
        CompareOp::Ne => CompareOp::Ne,
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
    }
}

fn ordered(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
    }
}

/// The elements of a list or set.
pub(super) fn elements(value: &Value) -> &[Value] {
    match value {
        Value::List(items) | Value::Set(items) => items,
        _ => {
            impossible("a collection that is none");
            &[]
        }
    }
}

pub(super) fn builtin(function: Builtin, args: &[Value]) -> Value {
    use Value as V;
    match (function, args) {
        (Builtin::InCollection, [element, collection]) => V::Bool(elements(collection).contains(element)),
        (Builtin::InString, [V::String(needle), V::String(haystack)]) => V::Bool(haystack.contains(needle.as_str())),
        (Builtin::IpInCidr, [V::Ip(ip), V::Cidr(network)]) => V::Bool(network.contains(ip)),
        (Builtin::CidrInCidr, [V::Cidr(inner), V::Cidr(outer)]) => V::Bool(outer.covers(inner)),
        (Builtin::SubsetOf, [inner, outer]) => {
            V::Bool(elements(inner).iter().all(|element| elements(outer).contains(element)))
        }
        (Builtin::Intersects, [a, b]) => V::Bool(elements(a).iter().any(|element| elements(b).contains(element))),
        (Builtin::Count, [collection]) => V::Int(size(elements(collection).len())),
        (Builtin::IsEmpty, [collection]) => V::Bool(elements(collection).is_empty()),
        (Builtin::First, [collection]) => elements(collection).first().cloned().unwrap_or(V::None),
        (Builtin::Last, [collection]) => elements(collection).last().cloned().unwrap_or(V::None),
        (Builtin::StartsWith, [V::String(text), V::String(prefix)]) => V::Bool(text.starts_with(prefix.as_str())),
        (Builtin::EndsWith, [V::String(text), V::String(suffix)]) => V::Bool(text.ends_with(suffix.as_str())),
        (Builtin::AddMonths, [V::Instant(instant), V::Int(months)]) => V::Instant(time::add_months(*instant, *months)),
        _ => impossible("a built-in function on other types than its own"),
    }
}

/// What a name shows whose value is absent although the place it stands in needs one. `has x and x > 5` looks at
/// the right side too where `has x` may become true later; what it then sees cannot change the result.
pub(super) fn nothing(ty: &Ty, types: &Types) -> Value {
    match ty {
        Ty::Bool => Value::Bool(false),
        Ty::Int => Value::Int(0),
        Ty::Decimal => Value::Decimal(0),
        Ty::String => Value::String(SmolStr::default()),
        Ty::Instant => Value::Instant(0),
        Ty::Duration => Value::Duration(0),
        Ty::Ip => Value::Ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        Ty::Cidr => Value::Cidr(Cidr { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), prefix: 0 }),
        Ty::Enum(_) => Value::Case(0),
        Ty::Record(id) => match types.records.get(id.0 as usize) {
            Some(record) => Value::Record(record.fields.iter().map(|field| nothing(&field.ty, types)).collect()),
            None => impossible("a record type that is not there"),
        },
        Ty::List(_) => Value::List(Arc::from([])),
        Ty::Set(_) => Value::Set(Arc::from([])),
        Ty::Optional(_) | Ty::Never | Ty::Error => Value::None,
    }
}

pub(super) fn size(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

/// The sum of nothing, by type.
pub(super) fn zero(ty: &Ty) -> Value {
    match ty {
        Ty::Int => Value::Int(0),
        Ty::Decimal => Value::Decimal(0),
        Ty::Duration => Value::Duration(0),
        _ => impossible("a sum of other things than numbers or durations"),
    }
}

/// One step of a sum.
pub(super) fn plus(a: &Value, b: &Value) -> Value {
    let op = match a {
        Value::Decimal(_) => ArithOp::DecimalAdd,
        Value::Duration(_) => ArithOp::DurationAdd,
        _ => ArithOp::IntAdd,
    };
    arith(op, a, b)
}
