//! Moving values and comparisons with the clock.

use trust_runtime::time::{MAX_DURATION, MAX_INSTANT, MIN_INSTANT};

use super::*;
use crate::interp::moving;

#[test]
fn every_comparison_flips_once_at_its_instant() {
    use CompareOp::*;
    let table = [
        (Lt, 1_001, true, Some(1_001)),
        (Lt, 1_000, false, None),
        (Le, 1_000, true, Some(1_001)),
        (Le, 999, false, None),
        (Gt, 1_000, false, Some(1_001)),
        (Gt, 999, true, None),
        (Ge, 1_001, false, Some(1_001)),
        (Ge, 1_000, true, None),
    ];
    for (op, at, holds, until) in table {
        assert_eq!(value(compare(op, now(), instant(at))), held(holds, until), "now {op:?} {at}");
    }
    let swapped = [
        (Gt, 1_001, true, Some(1_001)),
        (Ge, 1_000, true, Some(1_001)),
        (Lt, 1_000, false, Some(1_001)),
        (Le, 1_001, false, Some(1_001)),
        (Le, 1_000, true, None),
    ];
    for (op, at, holds, until) in swapped {
        assert_eq!(value(compare(op, instant(at), now())), held(holds, until), "{at} {op:?} now");
    }
}

#[test]
fn an_age_compares_as_its_own_shift() {
    let age = || arith(ArithOp::InstantDiff, now(), instant(400), Ty::Duration);
    assert_eq!(value(compare(CompareOp::Lt, age(), duration(700))), held(true, Some(1_100)));
    assert_eq!(value(compare(CompareOp::Le, age(), duration(600))), held(true, Some(1_001)));
    assert_eq!(value(compare(CompareOp::Ge, age(), duration(600))), held(true, None));
    // Time left runs the other way.
    let left = || arith(ArithOp::InstantDiff, instant(1_500), now(), Ty::Duration);
    assert_eq!(value(compare(CompareOp::Gt, left(), duration(100))), held(true, Some(1_400)));
    assert_eq!(value(compare(CompareOp::Ge, left(), duration(100))), held(true, Some(1_401)));
    assert_eq!(value(compare(CompareOp::Lt, left(), duration(100))), held(false, Some(1_401)));
    assert_eq!(value(compare(CompareOp::Le, left(), duration(500))), held(true, None));
}

#[test]
fn a_flip_after_the_last_instant_is_never() {
    assert_eq!(value(compare(CompareOp::Le, now(), instant(MAX_INSTANT))), held(true, None));
    assert_eq!(value(compare(CompareOp::Lt, now(), instant(MAX_INSTANT))), held(true, Some(MAX_INSTANT)));
    assert_eq!(value(compare(CompareOp::Gt, now(), instant(MAX_INSTANT))), held(false, None));
    assert_eq!(value(compare(CompareOp::Ge, now(), instant(MIN_INSTANT))), held(true, None));
}

#[test]
fn shifts_saturate_at_both_ends() {
    // `now + 10d` sticks at the last instant: it reaches it, and never passes it.
    let later = |d| arith(ArithOp::InstantAdd, now(), duration(d), Ty::Instant);
    assert_eq!(value(compare(CompareOp::Ge, later(10), instant(MAX_INSTANT))), held(false, Some(MAX_INSTANT - 10)));
    assert_eq!(value(compare(CompareOp::Gt, later(10), instant(MAX_INSTANT))), held(false, None));
    // Back again from there: clamped in between.
    let there_and_back = arith(ArithOp::InstantSub, later(10), duration(10), Ty::Instant);
    assert_eq!(value(compare(CompareOp::Gt, there_and_back, instant(MAX_INSTANT - 10))), held(false, None));
    // `now - 10d` sticks at the first instant until the clock is ten past it.
    let earlier = arith(ArithOp::InstantSub, now(), duration(10), Ty::Instant);
    let after_first = compare(CompareOp::Gt, earlier, instant(MIN_INSTANT));
    assert_eq!(value_at(after_first, MIN_INSTANT + 5), held(false, Some(MIN_INSTANT + 11)));
}

#[test]
fn a_moving_value_is_the_same_as_its_fixed_shifts() {
    // Steps of a computation, on the clock and on the instant it shows.
    let clocks = [MIN_INSTANT, MIN_INSTANT + 3, -5, 0, 7, MAX_INSTANT - 3, MAX_INSTANT];
    let shifts = [0, 1, -1, 4, -4, MAX_DURATION, -MAX_DURATION, MAX_DURATION - 2];
    for now in clocks {
        for a in shifts {
            for b in shifts {
                let moved = moving::shift(moving::shift(moving::clock(), a.into(), true), b.into(), true);
                let fixed = |d: i64, i: i64| (i + d).clamp(MIN_INSTANT, MAX_INSTANT);
                assert_eq!(moving::at(moved, now), fixed(b, fixed(a, now)));
                let left = moving::mirror(a.clamp(MIN_INSTANT, MAX_INSTANT), moved, false);
                let expected = a.clamp(MIN_INSTANT, MAX_INSTANT) - moving::at(moved, now);
                assert_eq!(moving::at(left, now), expected.clamp(-MAX_DURATION, MAX_DURATION));
            }
        }
    }
}

#[test]
fn a_horizon_is_where_the_truth_first_changes() {
    use CompareOp::*;
    let around = |centre: i64| (centre - 3..=centre + 3).filter(|t| (MIN_INSTANT..=MAX_INSTANT).contains(t));
    let values = [
        moving::clock(),
        moving::shift(moving::clock(), -4, true),
        moving::mirror(20, moving::clock(), false),
        moving::mirror(0, moving::mirror(20, moving::clock(), false), false),
        moving::shift(moving::clock(), i128::from(MAX_INSTANT), true),
        moving::mirror(MIN_INSTANT, moving::clock(), true),
    ];
    for moved in values {
        for fixed in [-8, 0, 8, 16, 24, MAX_INSTANT, MAX_INSTANT - 1, MIN_INSTANT] {
            for op in [Lt, Le, Gt, Ge] {
                for now in around(0).chain(around(16)).chain(around(MAX_INSTANT)).chain(around(MIN_INSTANT)) {
                    let at = |t| moving::compare(op, moved, fixed, t).holds;
                    let truth = moving::compare(op, moved, fixed, now);
                    match truth.until {
                        Some(until) => {
                            assert!(until > now);
                            assert_eq!(at(until - 1), truth.holds);
                            assert_ne!(at(until), truth.holds);
                        }
                        None => assert_eq!(at(MAX_INSTANT), truth.holds),
                    }
                }
            }
        }
    }
}

#[test]
fn a_shift_inherits_the_horizon_of_what_it_is_shifted_by() {
    let by = choose(before(1_200), duration(5), duration(9));
    let limit = arith(ArithOp::InstantAdd, now(), by, Ty::Instant);
    assert_eq!(value(compare(CompareOp::Lt, limit, instant(5_000))), held(true, Some(1_200)));
}
