//! Scalars out of the text: the usual forms by words, all others by the intrinsics.
//!
//! In: where a value starts. Out: the value and where it ends. A usual form is one that the intrinsics would read as the same value;
//! whatever looks unusual goes to them.

use std::net::IpAddr;

use super::read::{Read, Reader, refused};
use crate::net::{Cidr, parse_ip};
use crate::number::{NumberError, parse_int, parse_scaled};
use crate::time::{self, DAY, HOUR, MAX_DURATION, MINUTE, SECOND, WEEK, days_in_month};
use crate::{decimal as decimals, lexer::Lexer};

/// Up to this many digits a number fits whatever they are.
const SAFE_DIGITS: usize = 18;

const ONES: u64 = u64::MAX / 255;

/// The digits that eight bytes start with as a number, and how many they are.
#[inline(always)]
fn digits_of(bytes: [u8; 8]) -> (i64, usize) {
    let word = u64::from_le_bytes(bytes) ^ (ONES * 0x30);
    // No digit: above nine. Carries come only from bytes that are no digits themselves, and run upwards.
    let other = (word | (word & (ONES * 0x7f)).wrapping_add(ONES * 0x76)) & (ONES * 0x80);
    let count = (other.trailing_zeros() / 8) as usize;
    if count == 0 {
        return (0, 0);
    }
    // The digits moved to the end, zeros before them.
    let word = word << ((8 - count) * 8);
    let word = (word.wrapping_mul(10).wrapping_add(word >> 8)) & 0x00ff_00ff_00ff_00ff;
    let word = (word.wrapping_mul(100).wrapping_add(word >> 16)) & 0x0000_ffff_0000_ffff;
    let word = word.wrapping_mul(10_000).wrapping_add(word >> 32) & 0xffff_ffff;
    (word as i64, count)
}

/// The digits from here on as a number, at most [`SAFE_DIGITS`]; how many they are.
#[inline(always)]
fn digits(text: &[u8], at: usize) -> (i64, usize) {
    if let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let (number, count) = digits_of(*bytes);
        if count < 8 {
            return (number, count);
        }
    }
    slow_digits(text, at)
}

#[inline(never)]
fn slow_digits(text: &[u8], at: usize) -> (i64, usize) {
    let (mut number, mut count) = (0i64, 0);
    while let Some(byte) = text.get(at + count) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 || count == SAFE_DIGITS {
            break;
        }
        number = number * 10 + i64::from(digit);
        count += 1;
    }
    (number, count)
}

/// `true` or `false`.
#[inline(always)]
pub fn truth(reader: &Reader<'_>, at: usize) -> Read<(bool, usize)> {
    let rest = reader.text.get(at..).unwrap_or_default();
    let start = rest.first_chunk::<4>();
    let truth = start == Some(b"true");
    let lie = start == Some(b"fals") && rest.get(4) == Some(&b'e');
    if truth | lie { Some((truth, at + 4 + usize::from(lie))) } else { refused() }
}

/// A whole number without point or exponent, of few digits.
#[inline(always)]
fn plain_int(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let negative = text.get(at) == Some(&b'-');
    let start = at + usize::from(negative);
    let (number, count) = digits(text, start);
    let zero = text.get(start) == Some(&b'0');
    let end = start + count;
    let usual = count > 0 && !(zero && count > 1);
    match text.get(end) {
        Some(b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-') => None,
        _ if usual => Some((if negative { -number } else { number }, end)),
        _ => None,
    }
}

/// All that could be part of the number that starts here.
fn number_text(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = text.get(at..)?;
    let length = rest.iter().position(|b| !matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let length = length.unwrap_or(rest.len());
    Some((rest.get(..length)?, at + length))
}

#[inline(never)]
fn number<T, E>(text: &[u8], at: usize, parse: impl Fn(&[u8]) -> Result<T, E>) -> Read<(T, usize)> {
    let Some((number, end)) = number_text(text, at) else { return refused() };
    match parse(number) {
        Ok(value) => Some((value, end)),
        Err(_) => refused(),
    }
}

/// Past a number of any size.
pub fn pass_number(reader: &Reader<'_>, at: usize) -> Read<usize> {
    let known = |text: &[u8]| match parse_int(text) {
        Err(NumberError::Format) => Err(()),
        Ok(_) | Err(NumberError::Range | NumberError::TooManyDigits) => Ok(()),
    };
    number(reader.text, at, known).map(|(_, end)| end)
}

#[inline(always)]
pub fn int(reader: &Reader<'_>, at: usize) -> Read<(i64, usize)> {
    match plain_int(reader.text, at) {
        Some(found) => Some(found),
        None => number(reader.text, at, parse_int),
    }
}

#[inline(always)]
pub fn decimal(reader: &Reader<'_>, at: usize) -> Read<(i64, usize)> {
    match plain_decimal(reader.text, at) {
        Some(found) => Some(found),
        None => number(reader.text, at, |text| parse_scaled(text, decimals::PLACES)),
    }
}

#[inline(always)]
fn plain_decimal(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let negative = text.get(at) == Some(&b'-');
    let start = at + usize::from(negative);
    let (whole, count) = digits(text, start);
    let zero = text.get(start) == Some(&b'0');
    if count == 0 || count > 14 || (zero && count > 1) {
        return None;
    }
    let mut end = start + count;
    let mut number = whole * decimals::ONE;
    if text.get(end) == Some(&b'.') {
        let (fraction, places) = digits(text, end + 1);
        number += fraction * [0, 1000, 100, 10, 1].get(places).filter(|unit| **unit > 0)?;
        end += 1 + places;
    }
    match text.get(end) {
        Some(b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-') => None,
        _ => Some((if negative { -number } else { number }, end)),
    }
}

#[inline(always)]
pub fn instant(reader: &mut Reader<'_>, at: usize) -> Read<(i64, usize)> {
    match usual_instant(reader.text, at) {
        Some(instant) => Some((instant, at + 22)),
        None => any_instant(reader, at),
    }
}

#[inline(never)]
fn any_instant(reader: &mut Reader<'_>, at: usize) -> Read<(i64, usize)> {
    if reader.byte(at) != Some(b'"') {
        return match plain_int(reader.text, at) {
            Some((seconds, end)) if (0..=time::MAX_INSTANT / SECOND).contains(&seconds) => {
                Some((seconds * SECOND, end))
            }
            _ => number(reader.text, at, time::instant_from_seconds),
        };
    }
    let (text, end) = reader.string(at)?;
    match time::parse_instant(text) {
        Ok(instant) => Some((instant, end)),
        Err(_) => refused(),
    }
}

/// The bytes of each word that are digits, with the digits zero; the others as they should be.
const DATE: u64 = u64::from_le_bytes(*b"0000-00-");
const HOURS: u64 = u64::from_le_bytes(*b"00T00:00");
const SECONDS: u32 = u32::from_le_bytes(*b":00Z");
/// What takes a byte above 0x7f if it is no digit (0x76) or not what it should be (0x7f).
const DATE_ROOM: u64 = u64::from_le_bytes([0x76, 0x76, 0x76, 0x76, 0x7f, 0x76, 0x76, 0x7f]);
const HOURS_ROOM: u64 = u64::from_le_bytes([0x76, 0x76, 0x7f, 0x76, 0x76, 0x7f, 0x76, 0x76]);
const SECONDS_ROOM: u32 = u32::from_le_bytes([0x7f, 0x76, 0x76, 0x7f]);

/// Of `"2026-03-01T00:00:00Z"`, with its quotes.
#[inline(always)]
fn usual_instant(text: &[u8], at: usize) -> Option<i64> {
    let bytes: &[u8; 22] = text.get(at..)?.first_chunk()?;
    let [b'"', date @ .., b'"'] = bytes else { return None };
    let date: &[u8; 20] = date;
    let (days, rest) = date.split_first_chunk::<8>()?;
    let (hours, rest) = rest.split_first_chunk::<8>()?;
    let seconds = rest.first_chunk::<4>()?;
    let days = u64::from_le_bytes(*days) ^ DATE;
    let hours = u64::from_le_bytes(*hours) ^ HOURS;
    let seconds = u32::from_le_bytes(*seconds) ^ SECONDS;
    // Carries come only from bytes that are above 0x7f themselves.
    let wrong = (days | days.wrapping_add(DATE_ROOM) | hours | hours.wrapping_add(HOURS_ROOM)) & 0x8080_8080_8080_8080;
    let wrong_seconds = (seconds | seconds.wrapping_add(SECONDS_ROOM)) & 0x8080_8080;
    if wrong | u64::from(wrong_seconds) != 0 {
        return None;
    }
    // Each byte with the one behind it, as two digits.
    let days = days.wrapping_mul(10).wrapping_add(days >> 8);
    let hours = hours.wrapping_mul(10).wrapping_add(hours >> 8);
    let seconds = seconds.wrapping_mul(10).wrapping_add(seconds >> 8);
    let pair = |word: u64, byte: u32| (word >> (byte * 8) & 0xff) as i64;
    let (year, month) = (pair(days, 0) * 100 + pair(days, 2), pair(days, 5));
    let (day, hour, minute) = (pair(hours, 0), pair(hours, 3), pair(hours, 6));
    let second = pair(u64::from(seconds), 1);
    let possible = year >= 1
        && (1..=12).contains(&month)
        && day >= 1
        && (day <= 28 || day <= days_in_month(year, month))
        && hour <= 23
        && minute <= 59
        && second <= 59;
    if !possible {
        return None;
    }
    // January and February count to the year before, so that a leap day is the last of its year.
    let early = i64::from(month <= 2);
    let past = (year - early) as u32;
    let leaps = past / 4 - past / 100 + past / 400;
    let days = i64::from(past) * 365 + i64::from(leaps) + *BEFORE_MONTH.get(month as usize)? + day;
    Some(days * DAY + hour * HOUR + minute * MINUTE + second * SECOND)
}

/// By month, the days of a year that starts in March before it; and what makes 1970-01-01 day 0.
const BEFORE_MONTH: [i64; 13] = {
    let mut days = [0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275];
    let mut month = 1;
    while month <= 12 {
        days[month] -= 719_469;
        month += 1;
    }
    days
};

#[inline(always)]
pub fn duration(reader: &mut Reader<'_>, at: usize) -> Read<(i64, usize)> {
    match usual_duration(reader.text, at) {
        Some(found) => Some(found),
        None => any_duration(reader, at),
    }
}

/// By letter, from `a` to `z`; 0 for what is no unit.
const UNITS: [i64; 26] = {
    let mut units = [0; 26];
    units[(b's' - b'a') as usize] = SECOND;
    units[(b'm' - b'a') as usize] = MINUTE;
    units[(b'h' - b'a') as usize] = HOUR;
    units[(b'd' - b'a') as usize] = DAY;
    units[(b'w' - b'a') as usize] = WEEK;
    units
};

/// Of `"15m"`: one number, one unit.
#[inline(always)]
fn usual_duration(text: &[u8], at: usize) -> Option<(i64, usize)> {
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let (number, count) = digits(text, at + 1);
    // Far from the range, whatever the unit.
    if count == 0 || count > 6 {
        return None;
    }
    let unit = at + 1 + count;
    let letter = text.get(unit)?.wrapping_sub(b'a');
    let length = *UNITS.get(usize::from(letter))?;
    if length == 0 {
        return None;
    }
    let duration = number * length;
    (text.get(unit + 1) == Some(&b'"') && duration <= MAX_DURATION).then_some((duration, unit + 2))
}

#[inline(never)]
fn any_duration(reader: &mut Reader<'_>, at: usize) -> Read<(i64, usize)> {
    if reader.byte(at) != Some(b'"') {
        return match plain_int(reader.text, at) {
            Some((seconds, end)) if seconds.unsigned_abs() <= (MAX_DURATION / SECOND).unsigned_abs() => {
                Some((seconds * SECOND, end))
            }
            _ => number(reader.text, at, time::duration_from_seconds),
        };
    }
    let (text, end) = reader.string(at)?;
    match time::parse_duration(text) {
        Ok(duration) => Some((duration, end)),
        Err(_) => refused(),
    }
}

/// As [`layout::Ip`](crate::layout::Ip).
#[inline(never)]
pub fn ip(reader: &mut Reader<'_>, at: usize) -> Read<([u8; 24], usize)> {
    let (text, end) = reader.string(at)?;
    match std::str::from_utf8(text).map(parse_ip) {
        Ok(Ok(ip)) => Some((ip_bytes(&ip), end)),
        _ => refused(),
    }
}

/// As [`layout::Network`](crate::layout::Network).
#[inline(never)]
pub fn cidr(reader: &mut Reader<'_>, at: usize) -> Read<([u8; 24], usize)> {
    let (text, end) = reader.string(at)?;
    match std::str::from_utf8(text).map(Cidr::parse) {
        Ok(Ok(cidr)) => Some((cidr_bytes(&cidr), end)),
        _ => refused(),
    }
}

pub fn ip_bytes(ip: &IpAddr) -> [u8; 24] {
    let mut out = [0; 24];
    let (bytes, family): (&[u8], u8) = match ip {
        IpAddr::V4(v4) => (&v4.octets(), 4),
        IpAddr::V6(v6) => (&v6.octets(), 6),
    };
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out[16] = family;
    out
}

pub fn cidr_bytes(cidr: &Cidr) -> [u8; 24] {
    let mut out = ip_bytes(&cidr.address);
    out[17] = cidr.prefix;
    out
}

/// The letter that the escape here stands for, and where it ends.
#[inline(never)]
pub fn escape(text: &[u8], at: usize) -> Option<(char, usize)> {
    let mut lexer = Lexer::within(text, at, text.len());
    let letter = lexer.escape().ok()?;
    Some((letter, lexer.offset()))
}
