//! Numbers read from their text.
//!
//! In: the text of a JSON number, any length, any exponent. Out: the number times a power of ten as an `i64`, exactly,
//! or why there is none. Nothing is ever rounded, and the time is linear in the text whatever the exponent says.

/// Why a text is not the number that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberError {
    /// Not the text of a JSON number.
    Format,
    /// More digits after the point than there is room for (zeros at the end do not count).
    TooManyDigits,
    /// Beyond the range.
    Range,
}

/// Exponents are cut here: far beyond any length of text, far from overflow.
const EXPONENT_LIMIT: i64 = 1 << 60;

/// `text * 10^places`, which must be whole.
pub fn parse_scaled(text: &[u8], places: u32) -> Result<i64, NumberError> {
    let (negative, rest) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, rest) = digits(rest);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with(b"0")) {
        return Err(NumberError::Format);
    }
    let (fraction, rest) = match rest.strip_prefix(b".") {
        Some(rest) => match digits(rest) {
            ([], _) => return Err(NumberError::Format),
            found => found,
        },
        None => (&[][..], rest),
    };
    let exponent = parse_exponent(rest)?;

    // From here on: the digits of `whole` and `fraction` in a row, times 10^shift, after the zeros at the end are gone.
    let mut trailing = 0i64;
    let mut significant = 0usize;
    for (i, digit) in whole.iter().chain(fraction).enumerate() {
        if *digit == b'0' {
            trailing += 1;
        } else {
            trailing = 0;
            significant = i + 1;
        }
    }
    if significant == 0 {
        return Ok(0);
    }
    let shift = exponent - fraction.len() as i64 + trailing + i64::from(places);
    if shift < 0 {
        return Err(NumberError::TooManyDigits);
    }
    let mut magnitude = 0u128;
    for digit in whole.iter().chain(fraction).take(significant) {
        magnitude = magnitude * 10 + u128::from(digit - b'0');
        if magnitude > 1 << 64 {
            return Err(NumberError::Range);
        }
    }
    if shift > 19 {
        return Err(NumberError::Range);
    }
    for _ in 0..shift {
        magnitude *= 10;
    }
    signed(negative, magnitude)
}

/// A whole number: `1.0` and `1e3` are, `1.5` is not ([`NumberError::TooManyDigits`]).
pub fn parse_int(text: &[u8]) -> Result<i64, NumberError> {
    parse_scaled(text, 0)
}

fn signed(negative: bool, magnitude: u128) -> Result<i64, NumberError> {
    let value = i128::try_from(magnitude).map_err(|_| NumberError::Range)?;
    i64::try_from(if negative { -value } else { value }).map_err(|_| NumberError::Range)
}

/// The digits a text starts with, and the rest.
pub(crate) fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

fn parse_exponent(text: &[u8]) -> Result<i64, NumberError> {
    let Some(text) = text.strip_prefix(b"e").or_else(|| text.strip_prefix(b"E")) else {
        return if text.is_empty() { Ok(0) } else { Err(NumberError::Format) };
    };
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    match digits(text) {
        (found, []) if !found.is_empty() => {
            let size = found
                .iter()
                .fold(0i64, |sum, d| sum.saturating_mul(10).saturating_add(i64::from(d - b'0')).min(EXPONENT_LIMIT));
            Ok(if negative { -size } else { size })
        }
        _ => Err(NumberError::Format),
    }
}

#[cfg(test)]
mod tests {
    use super::NumberError::*;
    use super::*;

    #[test]
    fn whole_numbers() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            ("-0.0e99999999999999999999", 0),
            ("1.0", 1),
            ("1e3", 1000),
            ("1E+3", 1000),
            ("1500e-2", 15),
            ("0.0015e4", 15),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("9.223372036854775807e18", i64::MAX),
        ] {
            assert_eq!(parse_int(text.as_bytes()), Ok(value), "{text}");
        }
    }

    #[test]
    fn refusals() {
        for (text, error) in [
            ("1.5", TooManyDigits),
            ("1e-1", TooManyDigits),
            ("1e-99999999999999999999", TooManyDigits),
            ("1e99999999999999999999", Range),
            ("9223372036854775808", Range),
            ("-9223372036854775809", Range),
            ("1e19", Range),
            ("", Format),
            ("-", Format),
            ("+1", Format),
            ("01", Format),
            (".5", Format),
            ("1.", Format),
            ("1e", Format),
            ("1e+", Format),
            ("1 ", Format),
            ("1_000", Format),
            ("0x1", Format),
            ("NaN", Format),
        ] {
            assert_eq!(parse_int(text.as_bytes()), Err(error), "{text}");
        }
    }

    #[test]
    fn long_texts_are_no_trouble() {
        let mut zeros = String::from("7");
        zeros.push_str(&"0".repeat(100_000));
        assert_eq!(parse_int(zeros.as_bytes()), Err(Range));
        zeros.push_str("e-100000");
        assert_eq!(parse_int(zeros.as_bytes()), Ok(7));
        let small = format!("0.{}7e100001", "0".repeat(100_000));
        assert_eq!(parse_int(small.as_bytes()), Ok(7));
        assert_eq!(parse_int("9".repeat(100_000).as_bytes()), Err(Range));
    }
}
