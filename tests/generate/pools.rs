//! The values that literals and facts are drawn from: few, so that they meet, and with the ends of each range.
//!
//! Instants and durations are kept in microseconds; what was drawn is remembered, so that a clock can be put
//! beside it.

use super::rng::Rng;

pub const SECOND: i64 = 1_000_000;
pub const HOUR: i64 = 3600 * SECOND;
pub const DAY: i64 = 24 * HOUR;
/// 2026-01-01T00:00:00Z
pub const BASE: i64 = 20_454 * DAY;
pub const MIN_INSTANT: i64 = -719_162 * DAY;
pub const MAX_INSTANT: i64 = 2_932_897 * DAY - 1;
pub const MAX_DURATION: i64 = 3_652_425 * DAY;

pub const TEXTS: &[&str] = &["", "a", "b", "ab", "abc", "acme", "a.b", "é", "日本", "a\"b\\", "line\nend"];
pub const IPS: &[&str] = &["10.1.2.3", "10.0.0.1", "192.168.0.1", "::1", "2001:db8::1", "::ffff:10.1.2.3"];
pub const CIDRS: &[&str] = &["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "10.1.2.3/32", "2001:db8::/32", "::/0"];
/// Patterns, as written in the source.
pub const PATTERNS: &[&str] = &["a", "a.*", "[a-c]+", "a\\\\.b", "(a|b)*c?", "", ".*é.*", "[^a]{0,3}", "\\\\w+"];
pub const INTS: &[i64] = &[0, 1, 2, 3, 5, -1, -2, 10, 100, i64::MAX, i64::MIN + 1];
/// Ten-thousandths.
pub const DECIMALS: &[i64] = &[0, 1, 5_000, 8_500, 10_000, 12_500, -5_000, -1, 30_000, 33_333, i64::MAX];

pub fn instant(rng: &mut Rng) -> i64 {
    match rng.below(24) {
        0 => MIN_INSTANT,
        1 => MAX_INSTANT,
        2 => MAX_INSTANT - HOUR,
        3 => 0,
        4 => BASE + rng.below(5) as i64 * HOUR + 1,
        5 => BASE + rng.below(5) as i64 * HOUR - 1,
        6 => BASE + 250_000,
        7..=13 => BASE + rng.below(6) as i64 * HOUR,
        14..=18 => BASE + rng.below(8) as i64 * DAY,
        19 => BASE + 30 * DAY - 2 * HOUR,
        _ => BASE - rng.below(4) as i64 * HOUR,
    }
}

pub fn duration(rng: &mut Rng) -> i64 {
    match rng.below(20) {
        0 => 0,
        1 => MAX_DURATION,
        2 => SECOND,
        3 => SECOND / 2,
        4 => 90 * 60 * SECOND,
        5 => 7 * DAY,
        6 => 30 * DAY,
        7..=13 => rng.between(1, 5) as i64 * HOUR,
        14 | 15 => DAY,
        16 => 2 * DAY + 3 * HOUR,
        17 => 15 * 60 * SECOND,
        _ => -(rng.between(1, 3) as i64 * HOUR),
    }
}
