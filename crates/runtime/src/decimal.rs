//! Decimals: fixed point with four digits, ten-thousandths in an `i64`.
//!
//! In: ten-thousandths or the text of a JSON number. Out: ten-thousandths or text. Arithmetic saturates at the range and
//! rounds half to even; reading never rounds.

use crate::number::{NumberError, parse_scaled};
use crate::small::Small;

/// Digits after the point.
pub const PLACES: u32 = 4;

/// Ten-thousandths of one.
pub const ONE: i64 = 10_000;

pub fn add(a: i64, b: i64) -> i64 {
    a.saturating_add(b)
}

pub fn sub(a: i64, b: i64) -> i64 {
    a.saturating_sub(b)
}

pub fn neg(a: i64) -> i64 {
    a.saturating_neg()
}

/// Half to even.
pub fn mul(a: i64, b: i64) -> i64 {
    saturate(divide_half_even(i128::from(a) * i128::from(b), i128::from(ONE)))
}

/// Half to even; the checker admits nonzero literal divisors only, zero gives 0.
pub fn div(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { saturate(divide_half_even(i128::from(a) * i128::from(ONE), i128::from(b))) }
}

/// A whole number as a decimal.
pub fn from_int(a: i64) -> i64 {
    a.saturating_mul(ONE)
}

/// From the text of a JSON number, exponents included.
pub fn parse_decimal(text: &[u8]) -> Result<i64, NumberError> {
    parse_scaled(text, PLACES)
}

/// `0.85`, `1`, `-0.5`: as many digits as needed.
pub fn format_decimal(value: i64) -> String {
    decimal_text(value).as_str().to_owned()
}

/// The same, without taking memory.
pub fn decimal_text(value: i64) -> Small {
    let magnitude = value.unsigned_abs();
    let mut out = Small::new();
    if value < 0 {
        out.put(b'-');
    }
    out.number(magnitude / ONE.unsigned_abs(), 1);
    out.fraction(magnitude % ONE.unsigned_abs(), PLACES as usize);
    out
}

fn saturate(value: i128) -> i64 {
    value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// `divisor` is not zero; both are far from the ends of `i128`.
fn divide_half_even(value: i128, divisor: i128) -> i128 {
    let (quotient, remainder) = (value / divisor, value % divisor);
    let away = if (value < 0) == (divisor < 0) { 1 } else { -1 };
    match (remainder.abs() * 2).cmp(&divisor.abs()) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + away,
        std::cmp::Ordering::Equal if quotient % 2 == 0 => quotient,
        std::cmp::Ordering::Equal => quotient + away,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for (text, value, out) in [
            ("0.85", 8_500, "0.85"),
            ("0.85000", 8_500, "0.85"),
            ("1", 10_000, "1"),
            ("1e3", 10_000_000, "1000"),
            ("-0.5", -5_000, "-0.5"),
            ("1e-4", 1, "0.0001"),
            ("-0", 0, "0"),
            ("922337203685477.5807", i64::MAX, "922337203685477.5807"),
            ("-922337203685477.5808", i64::MIN, "-922337203685477.5808"),
        ] {
            assert_eq!(parse_decimal(text.as_bytes()), Ok(value), "{text}");
            assert_eq!(format_decimal(value), out);
            assert_eq!(parse_decimal(out.as_bytes()), Ok(value));
        }
        assert_eq!(parse_decimal(b"0.85001"), Err(NumberError::TooManyDigits));
        assert_eq!(parse_decimal(b"922337203685477.5808"), Err(NumberError::Range));
        assert_eq!(parse_decimal(b"1e15"), Err(NumberError::Range));
    }

    #[test]
    fn rounds_half_to_even() {
        // 0.0001 * 0.5 = 0.00005, 0.0003 * 0.5 = 0.00015
        assert_eq!(mul(1, 5_000), 0);
        assert_eq!(mul(3, 5_000), 2);
        assert_eq!(mul(-1, 5_000), 0);
        assert_eq!(mul(-3, 5_000), -2);
        assert_eq!(mul(1, 5_001), 1);
        assert_eq!(div(1, 20_000), 0);
        assert_eq!(div(3, 20_000), 2);
        assert_eq!(div(-3, 20_000), -2);
        assert_eq!(div(3, -20_000), -2);
        assert_eq!(div(10_000, 30_000), 3_333);
        assert_eq!(div(20_000, 30_000), 6_667);
        assert_eq!(div(-20_000, 30_000), -6_667);
    }

    #[test]
    fn saturates() {
        assert_eq!(mul(i64::MAX, i64::MAX), i64::MAX);
        assert_eq!(mul(i64::MIN, i64::MAX), i64::MIN);
        assert_eq!(div(i64::MAX, 1), i64::MAX);
        assert_eq!(div(i64::MIN, -1), i64::MAX);
        assert_eq!(div(1, 0), 0);
        assert_eq!(from_int(i64::MAX), i64::MAX);
    }
}
