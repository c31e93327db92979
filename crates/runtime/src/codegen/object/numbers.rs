//! The arithmetic among the intrinsics, for code that brings its own.
//!
//! In: two numbers. Out: what [`crate::graph::apply`] makes of them, on all inputs. Nothing divides by zero, and nothing traps.

use super::terms::{Body, Term, Terms, Var, choose};
use crate::decimal;
use crate::time::{DAY, MAX_DURATION, MAX_INSTANT, MIN_DURATION, MIN_INSTANT};

fn saturating_mul(f: &mut Body<'_>, a: Var, b: Var) -> Term {
    let low = f.var(a * b);
    let high = f.var(a.high_signed(b));
    // Beyond the range on the side of the product's sign.
    let bound = (a ^ b).signs(63) ^ i64::MAX;
    choose(high.is(low.signs(63)), low, bound)
}

fn saturating_div(f: &mut Body<'_>, a: Var, b: Var) -> Term {
    let result = f.var(0);
    f.when(b.is(-1), |f| f.set(result, choose(a.is(i64::MIN), i64::MAX, Term::from(0) - a)));
    f.when((b + 1).above(1), |f| f.set(result, a.div_signed(b)));
    result.into()
}

fn clamped(f: &mut Body<'_>, value: Term, low: i64, high: i64) -> Term {
    let value = f.var(value);
    choose(value.less(low), low, choose(value.more(high), high, value))
}

pub(super) fn int_mul(f: &mut Body<'_>, a: Var, b: Var) {
    let product = saturating_mul(f, a, b);
    f.give(product);
}

pub(super) fn int_div(f: &mut Body<'_>, a: Var, b: Var) {
    let quotient = saturating_div(f, a, b);
    f.give(quotient);
}

pub(super) fn int_rem(f: &mut Body<'_>, a: Var, b: Var) {
    // By 0 it is 0, by -1 nothing is left over.
    f.when((b + 1).above(1), |f| f.give(a.rem_signed(b)));
}

pub(super) fn duration_mul(f: &mut Body<'_>, a: Var, b: Var) {
    let product = saturating_mul(f, a, b);
    let product = clamped(f, product, MIN_DURATION, MAX_DURATION);
    f.give(product);
}

pub(super) fn duration_div(f: &mut Body<'_>, a: Var, b: Var) {
    let quotient = saturating_div(f, a, b);
    let quotient = clamped(f, quotient, MIN_DURATION, MAX_DURATION);
    f.give(quotient);
}

fn magnitude(f: &mut Body<'_>, a: Var) -> Var {
    let sign = f.var(a.signs(63));
    f.var((a ^ sign) - sign)
}

/// `x * y / divisor` of numbers without a sign, half to even, then with a sign (0 or -1), saturated. The divisor is neither 0 nor
/// above 2^63.
fn scaled(f: &mut Body<'_>, (x, y): (Term, Term), divisor: Term, sign: Var) {
    let (x, y, divisor) = (f.var(x), f.var(y), f.var(divisor));
    let (high, low) = (f.var(x.high(y)), f.var(x * y));
    let bound = sign ^ i64::MAX;
    f.when(high.at_least(divisor), |f| f.give(bound.clone()));
    let (quotient, rest) = (f.var(0), f.var(high));
    f.either(
        high.is(0),
        |f| {
            f.set(quotient, low / divisor);
            f.set(rest, low % divisor);
        },
        |f| {
            // Bit by bit; what is left is below the divisor, so its double fits a word.
            let left = f.var(64);
            f.as_long_as(left, |f| {
                f.set(left, left - 1);
                f.set(rest, (rest + rest) | ((low >> left) & 1));
                let fits = f.var(rest.at_least(divisor));
                f.set(rest, choose(fits, rest - divisor, rest));
                f.set(quotient, (quotient + quotient) | fits);
            });
        },
    );
    f.when(quotient.at_least(i64::MIN), |f| f.give(bound.clone()));
    let double = f.var(rest + rest);
    let up = double.above(divisor) | (double.is(divisor) & quotient);
    let rounded = f.var(quotient + (up & 1));
    // One more than the greatest is the least's magnitude.
    let too_far = rounded.is(i64::MIN) & sign.is(0);
    f.give(choose(too_far, i64::MAX, (rounded ^ sign) - sign));
}

pub(super) fn decimal_mul(f: &mut Body<'_>, a: Var, b: Var) {
    let sign = f.var((a ^ b).signs(63));
    let (x, y) = (magnitude(f, a), magnitude(f, b));
    scaled(f, (x.into(), y.into()), decimal::ONE.into(), sign);
}

pub(super) fn decimal_div(f: &mut Body<'_>, a: Var, b: Var) {
    f.when(b.is(0), |f| f.give(0));
    let sign = f.var((a ^ b).signs(63));
    let (x, y) = (magnitude(f, a), magnitude(f, b));
    scaled(f, (x.into(), decimal::ONE.into()), y.into(), sign);
}

/// From 0000-03-01 to 1970-01-01; from 0001-01-01 to it.
const DAYS_TO_1970: i64 = 719_468;
const FIRST_DAY: i64 = -(MIN_INSTANT / DAY);

/// Days since 0000-03-01 of a date of the years from 1 on; years are counted from March, months from 0.
fn days_of(f: &mut Body<'_>, year: Var, month: Var, day: Var) -> Term {
    let january = f.var(month.below(2));
    let year = f.var(year - january);
    let month = choose(january, month + 10, month - 2);
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1
}

pub(super) fn add_months(f: &mut Body<'_>, instant: Var, by: Var) {
    let instant = clamped(f, instant.into(), MIN_INSTANT, MAX_INSTANT);
    // From here on nothing is negative.
    let since = f.var(instant + (FIRST_DAY * DAY));
    let (days, time) = (f.var(since / DAY + (DAYS_TO_1970 - FIRST_DAY)), f.var(since % DAY));
    let (cycle, left) = (f.var(days / 146_097), f.var(days % 146_097));
    let year = f.var((left - left / 1_460 + left / 36_524 - left / 146_096) / 365);
    let left = f.var(left - (year * 365 + year / 4 - year / 100));
    let march = f.var((left * 5 + 2) / 153);
    let day = f.var(left - (march * 153 + 2) / 5 + 1);
    let year = f.var(cycle * 400 + year);
    // Months since the beginning, the first of them January of the year 0.
    let month = year * 12 + march + 2;
    // More than there are leads beyond the calendar all the same.
    let by = clamped(f, by.into(), -200_000, 200_000);
    let months = f.var(month + by);
    f.when(months.less(12), |f| f.give(MIN_INSTANT));
    f.when(months.more(10_000 * 12 - 1), |f| f.give(MAX_INSTANT));
    let (year, month) = (f.var(months / 12), f.var(months % 12));
    let leap = f.var((year % 4).is(0) & ((year % 100).unlike(0) | (year % 400).is(0)));
    // Thirty-one days in the even months up to July and in the odd ones from then on.
    let longest = choose(month.is(1), leap + 28, (((month + (month / 7)) & 1) ^ 1) + 30);
    let longest = f.var(longest);
    let day = f.var(choose(day.above(longest), longest, day));
    let days = days_of(f, year, month, day);
    f.give((days - DAYS_TO_1970) * DAY + time);
}

/// An address's bits from the first on in two words, and how many of them there can be.
fn bits_of(f: &mut Body<'_>, [low, high, kind]: [Var; 3]) -> (Var, Var, Var) {
    let six = f.var((kind & 0xff).is(6));
    let first = low.swapped();
    let first = f.var(choose(six, first.clone(), first & (-1i64 << 32)));
    let second = f.var(choose(six, high.swapped(), 0));
    (first, second, six)
}

/// Whether two words agree in their first bits, up to 64.
fn agree(difference: Term, bits: Term) -> Term {
    bits.clone().is(0) | (difference >> (Term::from(64) - bits)).is(0)
}

fn contains(f: &mut Body<'_>, network: [Var; 3], address: [Var; 3]) -> Term {
    let (first, second, six) = bits_of(f, network);
    let (other_first, other_second, other_six) = bits_of(f, address);
    let prefix = f.var((network[2] >> 8) & 0xff);
    let width = f.var(choose(six, 128, 32));
    let prefix = f.var(choose(prefix.above(width), width, prefix));
    let head = f.var(choose(prefix.above(64), 64, prefix));
    six.is(other_six) & agree(first ^ other_first, head.into()) & agree(second ^ other_second, prefix - head)
}

pub(super) fn net_address_in(f: &mut Body<'_>, address: [Var; 3], network: [Var; 3]) {
    let inside = contains(f, network, address);
    f.give(inside);
}

pub(super) fn net_network_in(f: &mut Body<'_>, inner: [Var; 3], outer: [Var; 3]) {
    let inside = contains(f, outer, inner);
    let wider = ((inner[2] >> 8) & 0xff).at_least((outer[2] >> 8) & 0xff);
    f.give(inside & wider);
}

/// By family, then by address, then by prefix.
pub(super) fn net_less(f: &mut Body<'_>, a: [Var; 3], b: [Var; 3]) {
    let (first, second, six) = bits_of(f, a);
    let (other_first, other_second, other_six) = bits_of(f, b);
    f.when(six.unlike(other_six), |f| f.give(other_six));
    f.when(first.unlike(other_first), |f| f.give(first.below(other_first)));
    f.when(second.unlike(other_second), |f| f.give(second.below(other_second)));
    f.give(((a[2] >> 8) & 0xff).below((b[2] >> 8) & 0xff));
}
