//! Instants and durations: their ranges and their arithmetic. Text is in [`text`].
//!
//! In and out: microseconds, of an instant since 1970-01-01T00:00:00Z (UTC, without leap seconds). Every result is in the
//! range of its type, whatever the operands.

pub mod text;

pub use text::{
    TimeError, duration_from_seconds, duration_text, format_duration, format_instant, instant_from_seconds,
    instant_text, parse_date, parse_duration, parse_instant,
};

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
pub const WEEK: i64 = 7 * DAY;

/// 0001-01-01T00:00:00Z
pub const MIN_INSTANT: i64 = -719_162 * DAY;
/// 9999-12-31T23:59:59.999999Z
pub const MAX_INSTANT: i64 = 2_932_897 * DAY - 1;
/// 10 000 years of the calendar; the shortest is its negative.
pub const MAX_DURATION: i64 = 3_652_425 * DAY;
pub const MIN_DURATION: i64 = -MAX_DURATION;

pub fn clamp_instant(value: i64) -> i64 {
    value.clamp(MIN_INSTANT, MAX_INSTANT)
}

pub fn clamp_duration(value: i64) -> i64 {
    value.clamp(MIN_DURATION, MAX_DURATION)
}

/// instant + duration
pub fn instant_add(instant: i64, duration: i64) -> i64 {
    clamp_instant(instant.saturating_add(duration))
}

/// instant - duration
pub fn instant_sub_duration(instant: i64, duration: i64) -> i64 {
    clamp_instant(instant.saturating_sub(duration))
}

/// instant - instant, a duration
pub fn instant_diff(later: i64, earlier: i64) -> i64 {
    clamp_duration(later.saturating_sub(earlier))
}

pub fn duration_add(a: i64, b: i64) -> i64 {
    clamp_duration(a.saturating_add(b))
}

pub fn duration_sub(a: i64, b: i64) -> i64 {
    clamp_duration(a.saturating_sub(b))
}

pub fn duration_neg(a: i64) -> i64 {
    clamp_duration(a.saturating_neg())
}

pub fn duration_mul_int(a: i64, n: i64) -> i64 {
    clamp_duration(a.saturating_mul(n))
}

/// Toward zero; the checker admits nonzero literal divisors only, zero gives 0.
pub fn duration_div_int(a: i64, n: i64) -> i64 {
    clamp_duration(crate::int::div(a, n))
}

/// The same day and time `n` months later, or the month's last day where it is shorter.
pub fn add_months(instant: i64, n: i64) -> i64 {
    let instant = clamp_instant(instant);
    let (days, time) = (instant.div_euclid(DAY), instant.rem_euclid(DAY));
    let (year, month, day) = date_of_days(days);
    let months = (year * 12 + month - 1).saturating_add(n);
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    if year < 1 {
        return MIN_INSTANT;
    }
    if year > 9999 {
        return MAX_INSTANT;
    }
    days_of_date(year, month, day.min(days_in_month(year, month))) * DAY + time
}

/// Days since 1970-01-01 of a date of the Gregorian calendar; `month` from 1 to 12.
pub(crate) fn days_of_date(year: i64, month: i64, day: i64) -> i64 {
    // Years from March on, so that the leap day is the last; 400 of them are a cycle.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
    cycle * 146_097 + year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// Year, month from 1, day from 1.
pub(crate) fn date_of_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    (cycle * 400 + year, month, day)
}

pub(crate) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        parse_instant(text.as_bytes()).expect(text)
    }

    #[test]
    fn the_ranges_are_what_they_say() {
        assert_eq!(at("0001-01-01T00:00:00Z"), MIN_INSTANT);
        assert_eq!(at("9999-12-31T23:59:59.999999Z"), MAX_INSTANT);
        assert!(instant_diff(MAX_INSTANT, MIN_INSTANT) < MAX_DURATION);
    }

    #[test]
    fn saturates() {
        assert_eq!(instant_add(MAX_INSTANT, 1), MAX_INSTANT);
        assert_eq!(instant_add(i64::MAX, i64::MAX), MAX_INSTANT);
        assert_eq!(instant_sub_duration(MIN_INSTANT, 1), MIN_INSTANT);
        assert_eq!(instant_add(MIN_INSTANT, MAX_DURATION), MAX_INSTANT);
        assert_eq!(duration_add(MAX_DURATION, 1), MAX_DURATION);
        assert_eq!(duration_sub(MIN_DURATION, 1), MIN_DURATION);
        assert_eq!(duration_mul_int(MAX_DURATION, i64::MIN), MIN_DURATION);
        assert_eq!(duration_neg(i64::MIN), MAX_DURATION);
        assert_eq!(duration_div_int(i64::MIN, -1), MAX_DURATION);
        assert_eq!(duration_div_int(-7, 2), -3);
        assert_eq!(duration_div_int(7, 0), 0);
    }

    #[test]
    fn months_clamp_to_their_end() {
        assert_eq!(add_months(at("2026-01-31T10:00:00Z"), 1), at("2026-02-28T10:00:00Z"));
        assert_eq!(add_months(at("2024-01-31T10:00:00Z"), 1), at("2024-02-29T10:00:00Z"));
        assert_eq!(add_months(at("2026-03-31T00:00:00Z"), -1), at("2026-02-28T00:00:00Z"));
        assert_eq!(add_months(at("2026-01-15T00:00:00Z"), -1), at("2025-12-15T00:00:00Z"));
        assert_eq!(add_months(at("1969-12-31T23:59:59.999999Z"), 2), at("1970-02-28T23:59:59.999999Z"));
        assert_eq!(add_months(at("2024-02-29T00:00:00Z"), 12), at("2025-02-28T00:00:00Z"));
        assert_eq!(add_months(at("2026-01-15T00:00:00Z"), i64::MAX), MAX_INSTANT);
        assert_eq!(add_months(at("2026-01-15T00:00:00Z"), i64::MIN), MIN_INSTANT);
        assert_eq!(add_months(MIN_INSTANT, -1), MIN_INSTANT);
        assert_eq!(add_months(MAX_INSTANT, 0), MAX_INSTANT);
        assert_eq!(add_months(MAX_INSTANT, 1), MAX_INSTANT);
        assert_eq!(add_months(i64::MAX, 0), MAX_INSTANT);
    }

    #[test]
    fn days_and_dates_are_inverse() {
        let mut expected = (1, 1, 1);
        for days in -719_162..2_932_897 {
            let (year, month, day) = date_of_days(days);
            assert_eq!((year, month, day), expected);
            assert_eq!(days_of_date(year, month, day), days);
            expected = if day < days_in_month(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }
}
