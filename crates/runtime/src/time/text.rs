//! Instants and durations as text.
//!
//! In: text, or microseconds. Out: microseconds in range, or what is wrong with the text; or the text. What is
//! written is read back as the same. Reading allocates nothing.

use super::{
    DAY, HOUR, MAX_DURATION, MAX_INSTANT, MIN_INSTANT, MINUTE, SECOND, WEEK, date_of_days, days_in_month, days_of_date,
};
use crate::number::{NumberError, digits, parse_scaled};
use crate::small::Small;

/// Digits after the point of a second.
const PLACES: u32 = 6;

/// Why a text is no instant or no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeError {
    /// Not of the form that is wanted.
    Format,
    /// Before the first or after the last.
    Range,
    /// The form is right, but no calendar has this day or no day this time: `2026-02-30`, `24:00:00`.
    NoSuchTime,
    /// Second 60.
    LeapSecond,
    /// More than six digits after the point.
    TooManyDigits,
    /// `2026-01-01` where an instant is wanted.
    DateWithoutTime,
    /// `2026-01-01T09:30:00`: in which zone?
    NoZone,
    /// `P1M`, `P1Y`: months and years have no fixed length.
    NoFixedLength,
}

/// RFC 3339 with seconds: `2026-01-01T09:30:00Z`, `2026-01-01t09:30:00.5+02:00`.
pub fn parse_instant(text: &[u8]) -> Result<i64, TimeError> {
    let (days, rest) = date(text)?;
    let rest = match rest {
        [] => return Err(days.map_or_else(|error| error, |_| TimeError::DateWithoutTime)),
        [b'T' | b't', rest @ ..] => rest,
        _ => return Err(TimeError::Format),
    };
    let (hour, rest) = two_digits(rest)?;
    let (minute, rest) = two_digits(expect(rest, b':')?)?;
    let (second, rest) = two_digits(expect(rest, b':')?)?;
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => match digits(rest) {
            ([], _) => return Err(TimeError::Format),
            found => found,
        },
        _ => (&[][..], rest),
    };
    let offset = match rest {
        [b'Z' | b'z'] => Ok(0),
        [] => Err(TimeError::NoZone),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let (hours, rest) = two_digits(rest)?;
            let (minutes, rest) = two_digits(expect(rest, b':')?)?;
            match rest {
                [] if hours > 23 || minutes > 59 => Err(TimeError::NoSuchTime),
                [] => Ok((hours * HOUR + minutes * MINUTE) * if *sign == b'-' { -1 } else { 1 }),
                _ => return Err(TimeError::Format),
            }
        }
        _ => return Err(TimeError::Format),
    };
    // The form is right; now what it says.
    let days = days?;
    let offset = offset?;
    if second == 60 && minute <= 59 && hour <= 23 {
        return Err(TimeError::LeapSecond);
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(TimeError::NoSuchTime);
    }
    let instant = days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + micros(fraction)? - offset;
    if (MIN_INSTANT..=MAX_INSTANT).contains(&instant) { Ok(instant) } else { Err(TimeError::Range) }
}

/// `2026-01-01`, at midnight UTC.
pub fn parse_date(text: &[u8]) -> Result<i64, TimeError> {
    match date(text)? {
        (days, []) => days.map(|days| days * DAY),
        _ => Err(TimeError::Format),
    }
}

/// Seconds since 1970, the text of a JSON number (a JWT's NumericDate).
pub fn instant_from_seconds(text: &[u8]) -> Result<i64, TimeError> {
    let instant = parse_scaled(text, PLACES).map_err(number_error)?;
    if (MIN_INSTANT..=MAX_INSTANT).contains(&instant) { Ok(instant) } else { Err(TimeError::Range) }
}

/// Seconds, the text of a JSON number.
pub fn duration_from_seconds(text: &[u8]) -> Result<i64, TimeError> {
    let duration = parse_scaled(text, PLACES).map_err(number_error)?;
    if duration.unsigned_abs() <= MAX_DURATION.unsigned_abs() { Ok(duration) } else { Err(TimeError::Range) }
}

/// `15m`, `1h30m`, `0.5s`, `-15m` (units w d h m s, in this order, each once, a fraction on the seconds only), or ISO 8601:
/// `PT15M`, `P1DT2H`, `-PT0.5S`, `P2W`.
pub fn parse_duration(text: &[u8]) -> Result<i64, TimeError> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let sum = match rest {
        [b'P', rest @ ..] => iso_duration(rest)?,
        _ => parts(rest, &[(b'w', WEEK), (b'd', DAY), (b'h', HOUR), (b'm', MINUTE), (b's', SECOND)])?,
    };
    if sum > i128::from(MAX_DURATION) {
        return Err(TimeError::Range);
    }
    Ok(if negative { -(sum as i64) } else { sum as i64 })
}

/// RFC 3339 in UTC, with as many digits as needed.
pub fn format_instant(instant: i64) -> String {
    instant_text(instant).as_str().to_owned()
}

/// The same, without taking memory.
pub fn instant_text(instant: i64) -> Small {
    let (days, time) = (instant.div_euclid(DAY), instant.rem_euclid(DAY));
    let (year, month, day) = date_of_days(days);
    let mut out = Small::new();
    out.signed(year, 4);
    for (before, part) in
        [(b'-', month), (b'-', day), (b'T', time / HOUR), (b':', time % HOUR / MINUTE), (b':', time % MINUTE / SECOND)]
    {
        out.put(before);
        out.signed(part, 2);
    }
    out.fraction((time % SECOND).unsigned_abs(), PLACES as usize);
    out.put(b'Z');
    out
}

/// `[-]` days, hours, minutes, seconds, without the parts that are zero: `1d2h`, `1h30m`, `0.5s`, `0s`.
pub fn format_duration(duration: i64) -> String {
    duration_text(duration).as_str().to_owned()
}

/// The same, without taking memory.
pub fn duration_text(duration: i64) -> Small {
    let magnitude = duration.unsigned_abs();
    let part = |unit: i64| magnitude / unit.unsigned_abs();
    let (days, hours, minutes) = (part(DAY), part(HOUR) % 24, part(MINUTE) % 60);
    let (seconds, micros) = (part(SECOND) % 60, magnitude % SECOND.unsigned_abs());
    let mut out = Small::new();
    if duration < 0 {
        out.put(b'-');
    }
    for (count, unit) in [(days, b'd'), (hours, b'h'), (minutes, b'm')] {
        if count > 0 {
            out.number(count, 1);
            out.put(unit);
        }
    }
    if seconds > 0 || micros > 0 || magnitude == 0 {
        out.number(seconds, 1);
        out.fraction(micros, PLACES as usize);
        out.put(b's');
    }
    out
}

/// The date a text starts with (its form is right; there may be no such day) and the rest.
fn date(text: &[u8]) -> Result<(Result<i64, TimeError>, &[u8]), TimeError> {
    let (century, rest) = two_digits(text)?;
    let (year, rest) = two_digits(rest)?;
    let (month, rest) = two_digits(expect(rest, b'-')?)?;
    let (day, rest) = two_digits(expect(rest, b'-')?)?;
    let year = century * 100 + year;
    let days = if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        Err(TimeError::NoSuchTime)
    } else if year < 1 {
        Err(TimeError::Range)
    } else {
        Ok(days_of_date(year, month, day))
    };
    Ok((days, rest))
}

fn expect(text: &[u8], byte: u8) -> Result<&[u8], TimeError> {
    match text {
        [first, rest @ ..] if *first == byte => Ok(rest),
        _ => Err(TimeError::Format),
    }
}

fn two_digits(text: &[u8]) -> Result<(i64, &[u8]), TimeError> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => Ok((i64::from(a - b'0') * 10 + i64::from(b - b'0'), rest)),
        _ => Err(TimeError::Format),
    }
}

/// The digits after the point of a second, as microseconds.
fn micros(fraction: &[u8]) -> Result<i64, TimeError> {
    if fraction.len() > PLACES as usize {
        return Err(TimeError::TooManyDigits);
    }
    let digits = fraction.iter().map(|d| i64::from(d - b'0')).chain(std::iter::repeat(0));
    Ok(digits.take(PLACES as usize).fold(0, |sum, digit| sum * 10 + digit))
}

/// What follows the `P`.
fn iso_duration(text: &[u8]) -> Result<i128, TimeError> {
    let (days, time) = match text.iter().position(|b| *b == b'T') {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    if days.iter().any(|b| matches!(b, b'Y' | b'M')) {
        return Err(TimeError::NoFixedLength);
    }
    match (days, time) {
        ([], None) => Err(TimeError::Format),
        ([.., b'W'], None) => parts(days, &[(b'W', WEEK)]),
        (_, None) => parts(days, &[(b'D', DAY)]),
        (_, Some(time)) => {
            let days = if days.is_empty() { 0 } else { parts(days, &[(b'D', DAY)])? };
            Ok(days + parts(time, &[(b'H', HOUR), (b'M', MINUTE), (b'S', SECOND)])?)
        }
    }
}

/// One or more numbers, each with its unit; the units in the order given, each at most once. No result is beyond
/// a few times what an `i64` holds.
fn parts(mut text: &[u8], mut units: &[(u8, i64)]) -> Result<i128, TimeError> {
    let mut sum = 0i128;
    let mut too_many = false;
    loop {
        let (whole, rest) = digits(text);
        if whole.is_empty() {
            return Err(TimeError::Format);
        }
        let (part, rest) = match rest {
            [b'.', rest @ ..] => match digits(rest) {
                ([], _) => return Err(TimeError::Format),
                (part, rest) => (Some(part), rest),
            },
            _ => (None, rest),
        };
        let [letter, rest @ ..] = rest else {
            return Err(TimeError::Format);
        };
        let at = units.iter().position(|(unit, _)| unit == letter).ok_or(TimeError::Format)?;
        let (_, length) = units.get(at).ok_or(TimeError::Format)?;
        units = units.get(at + 1..).unwrap_or_default();
        let count = whole.iter().fold(0i64, |n, d| n.saturating_mul(10).saturating_add(i64::from(d - b'0')));
        sum += i128::from(count.saturating_mul(*length));
        if let Some(part) = part {
            if *length != SECOND {
                return Err(TimeError::Format);
            }
            match micros(part) {
                Ok(micros) => sum += i128::from(micros),
                Err(_) => too_many = true,
            }
        }
        text = rest;
        if text.is_empty() {
            return if too_many { Err(TimeError::TooManyDigits) } else { Ok(sum) };
        }
    }
}

fn number_error(error: NumberError) -> TimeError {
    match error {
        NumberError::Format => TimeError::Format,
        NumberError::TooManyDigits => TimeError::TooManyDigits,
        NumberError::Range => TimeError::Range,
    }
}

#[cfg(test)]
mod tests {
    use super::TimeError::*;
    use super::*;

    #[test]
    fn reads_instants() {
        for (text, value) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01t00:00:00z", 0),
            ("1970-01-01T00:00:00.000001Z", 1),
            ("1970-01-01T00:00:01.5Z", 1_500_000),
            ("1970-01-01T02:00:00+02:00", 0),
            ("1969-12-31T22:30:00-01:30", 0),
            ("1970-01-01T00:00:00-00:00", 0),
            ("2026-03-01T00:00:00Z", 1_772_323_200_000_000),
            ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999),
        ] {
            assert_eq!(parse_instant(text.as_bytes()), Ok(value), "{text}");
        }
        for (text, error) in [
            ("2026-01-01", DateWithoutTime),
            ("2026-02-30", NoSuchTime),
            ("2026-01-01T09:30:00", NoZone),
            ("2026-01-01T09:30Z", Format),
            ("2026-01-01 09:30:00Z", Format),
            ("2026-01-01T09:30:00.Z", Format),
            ("2026-01-01T09:30:00Zx", Format),
            ("2026-01-01T09:30:00+0200", Format),
            ("2026-01-01T09:30:00+24:00", NoSuchTime),
            ("2026-1-1T09:30:00Z", Format),
            ("+2026-01-01T09:30:00Z", Format),
            ("", Format),
            ("2026-02-29T00:00:00Z", NoSuchTime),
            ("1900-02-29T00:00:00Z", NoSuchTime),
            ("2026-13-01T00:00:00Z", NoSuchTime),
            ("2026-01-00T00:00:00Z", NoSuchTime),
            ("2026-01-01T24:00:00Z", NoSuchTime),
            ("2026-01-01T00:60:00Z", NoSuchTime),
            ("2026-01-01T00:00:61Z", NoSuchTime),
            ("2016-12-31T23:59:60Z", LeapSecond),
            ("2026-01-01T00:00:00.0000001Z", TooManyDigits),
            ("2026-01-01T00:00:00.0000000Z", TooManyDigits),
            ("0000-12-31T00:00:00Z", Range),
            ("0001-01-01T00:00:00+00:01", Range),
            ("9999-12-31T23:59:59-00:01", Range),
        ] {
            assert_eq!(parse_instant(text.as_bytes()), Err(error), "{text}");
        }
        assert_eq!(parse_date(b"1970-01-02"), Ok(DAY));
        assert_eq!(parse_date(b"1970-01-02T00:00:00Z"), Err(Format));
        assert_eq!(parse_date(b"2026-02-30"), Err(NoSuchTime));
    }

    #[test]
    fn reads_seconds() {
        assert_eq!(instant_from_seconds(b"1.000001"), Ok(1_000_001));
        assert_eq!(instant_from_seconds(b"-1"), Ok(-SECOND));
        assert_eq!(instant_from_seconds(b"1.7e9"), Ok(1_700_000_000 * SECOND));
        assert_eq!(instant_from_seconds(b"1.0000001"), Err(TooManyDigits));
        assert_eq!(instant_from_seconds(b"1700000000000"), Err(Range));
        assert_eq!(instant_from_seconds(b"253402300799.999999"), Ok(MAX_INSTANT));
        assert_eq!(instant_from_seconds(b"253402300800"), Err(Range));
        assert_eq!(duration_from_seconds(b"900"), Ok(15 * MINUTE));
        assert_eq!(duration_from_seconds(b"-0.5"), Ok(-SECOND / 2));
        assert_eq!(duration_from_seconds(b"315569520000"), Ok(MAX_DURATION));
        assert_eq!(duration_from_seconds(b"315569520000.000001"), Err(Range));
    }

    #[test]
    fn reads_durations() {
        for (text, value) in [
            ("15m", 15 * MINUTE),
            ("1h30m", 90 * MINUTE),
            ("0.5s", SECOND / 2),
            ("-15m", -15 * MINUTE),
            ("2w", 14 * DAY),
            ("1w1d1h1m1.000001s", WEEK + DAY + HOUR + MINUTE + SECOND + 1),
            ("90d", 90 * DAY),
            ("-0s", 0),
            ("PT15M", 15 * MINUTE),
            ("-PT15M", -15 * MINUTE),
            ("P1DT2H", 26 * HOUR),
            ("P2W", 14 * DAY),
            ("P1D", DAY),
            ("PT0.5S", SECOND / 2),
            ("P3652425D", MAX_DURATION),
            ("-3652425d", -MAX_DURATION),
        ] {
            assert_eq!(parse_duration(text.as_bytes()), Ok(value), "{text}");
        }
        for (text, error) in [
            ("", Format),
            ("-", Format),
            ("15", Format),
            ("m", Format),
            ("15 m", Format),
            ("15M", Format),
            ("+15m", Format),
            ("1m1h", Format),
            ("1m1m", Format),
            ("1.5h", Format),
            ("1.s", Format),
            (".5s", Format),
            ("15m-1s", Format),
            ("15min", Format),
            ("1ms", Format),
            ("P", Format),
            ("PT", Format),
            ("P1DT", Format),
            ("P1H", Format),
            ("P1W1D", Format),
            ("P1WT1H", Format),
            ("PT1D", Format),
            ("P0.5D", Format),
            ("PT1M1H", Format),
            ("--PT1M", Format),
            ("P-1D", Format),
            ("P1M", NoFixedLength),
            ("P1Y", NoFixedLength),
            ("P1Y2M3DT4H", NoFixedLength),
            ("0.0000001s", TooManyDigits),
            ("3652425d0.000001s", Range),
            ("99999999999999999999999999w", Range),
            ("-99999999999999999999999999w99999999999999999999d", Range),
        ] {
            assert_eq!(parse_duration(text.as_bytes()), Err(error), "{text}");
        }
    }

    #[test]
    fn writes() {
        for (value, text) in [
            (0, "0s"),
            (15 * MINUTE, "15m"),
            (90 * MINUTE, "1h30m"),
            (SECOND / 2, "0.5s"),
            (-15 * MINUTE, "-15m"),
            (14 * DAY, "14d"),
            (DAY + 1, "1d0.000001s"),
            (-MAX_DURATION, "-3652425d"),
        ] {
            assert_eq!(format_duration(value), text);
            assert_eq!(parse_duration(text.as_bytes()), Ok(value));
        }
        for text in [
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "2027-01-02T00:00:00.000001Z",
            "2026-01-01T09:30:00.5Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
        ] {
            assert_eq!(parse_instant(text.as_bytes()).map(format_instant), Ok(text.into()));
        }
        // Out of range, but never a panic.
        format_instant(i64::MAX);
        format_instant(i64::MIN);
        format_duration(i64::MIN);
    }
}
