//! Moving values: instants and durations that depend on the clock.
//!
//! In: shifts by fixed amounts. Out: again a moving value, and comparisons with a fixed one. Always: a shift
//! saturates where the same shift of a fixed value does, and a comparison changes at most once as time passes.

use trust_runtime::time::{MAX_DURATION, MAX_INSTANT, MIN_DURATION, MIN_INSTANT};

use super::horizon::Held;
use crate::program::expr::CompareOp;
use crate::program::value::Moving;

/// The clock itself.
pub fn clock() -> Moving {
    Moving { sign: 1, offset: 0, low: MIN_INSTANT, high: MAX_INSTANT, instant: true }
}

fn saturate(value: i128, instant: bool) -> i64 {
    let (low, high) = if instant { (MIN_INSTANT, MAX_INSTANT) } else { (MIN_DURATION, MAX_DURATION) };
    i64::try_from(value.clamp(i128::from(low), i128::from(high))).unwrap_or(high)
}

/// `moving + by`, an instant or a duration.
pub fn shift(moving: Moving, by: i128, instant: bool) -> Moving {
    Moving {
        sign: moving.sign,
        offset: moving.offset + by,
        low: saturate(i128::from(moving.low) + by, instant),
        high: saturate(i128::from(moving.high) + by, instant),
        instant,
    }
}

/// `from - moving`, an instant or a duration.
pub fn mirror(from: i64, moving: Moving, instant: bool) -> Moving {
    let from = i128::from(from);
    Moving {
        sign: -moving.sign,
        offset: from - moving.offset,
        low: saturate(from - i128::from(moving.high), instant),
        high: saturate(from - i128::from(moving.low), instant),
        instant,
    }
}

/// Its value at an instant.
pub fn at(moving: Moving, now: i64) -> i64 {
    let raw = i128::from(moving.sign) * i128::from(now) + moving.offset;
    let held = raw.max(i128::from(moving.low)).min(i128::from(moving.high));
    i64::try_from(held).unwrap_or(moving.high)
}

/// `moving op fixed`
pub fn compare(op: CompareOp, moving: Moving, fixed: i64, now: i64) -> Held {
    let fixed = i128::from(fixed);
    match op {
        CompareOp::Ge => at_least(moving, fixed, now),
        CompareOp::Gt => at_least(moving, fixed + 1, now),
        CompareOp::Lt => at_least(moving, fixed, now).negated(),
        CompareOp::Le => at_least(moving, fixed + 1, now).negated(),
        // Refused by the checker: true for one instant only.
        CompareOp::Eq => at_least(moving, fixed, now).and(at_least(moving, fixed + 1, now).negated()),
        CompareOp::Ne => at_least(moving, fixed, now).and(at_least(moving, fixed + 1, now).negated()).negated(),
    }
}

fn at_least(moving: Moving, bound: i128, now: i64) -> Held {
    if bound <= i128::from(moving.low) {
        Held::ALWAYS
    } else if bound > i128::from(moving.high) {
        Held::NEVER
    } else if moving.sign > 0 {
        // now + offset >= bound
        Held::since(bound - moving.offset, now)
    } else {
        // offset - now >= bound
        Held::before(moving.offset - bound + 1, now)
    }
}
