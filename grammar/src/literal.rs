//! Literals: text in, values out, or the reason why not in plain words.
//!
//! Instants are microseconds since 1970-01-01T00:00:00Z, durations microseconds, decimals ten-thousandths.

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// ± 10 000 years.
const LONGEST: i128 = 3_652_425 * DAY as i128;

/// What is wrong with a literal, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    /// The text to write instead, where that is clear.
    pub instead: Option<String>,
}

impl Fault {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Fault { code, message: message.into(), help: None, instead: None }
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    fn instead(mut self, text: impl Into<String>) -> Self {
        self.instead = Some(text.into());
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// At most 2^63.
    Int(u64),
    Decimal(i64),
    Duration(i64),
    Instant(i64),
}

/// `1_000`, `0.85`, `1h30m`, and everything else that starts with a digit and is no date.
pub fn number(text: &str) -> Result<Literal, Fault> {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        return whole(text).map(Literal::Int);
    }
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'_' || b == b'.') {
        return decimal(text).map(Literal::Decimal);
    }
    duration(text).map(Literal::Duration)
}

fn misplaced_underscore(digits: &str) -> bool {
    digits.starts_with('_') || digits.ends_with('_') || digits.contains("__")
}

fn whole(text: &str) -> Result<u64, Fault> {
    if misplaced_underscore(text) {
        return Err(Fault::new("E0104", format!("`{text}` is no number"))
            .help("an underscore stands between two digits, as in `1_000`"));
    }
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    match digits.parse::<u64>() {
        Ok(value) if value <= 1 << 63 => Ok(value),
        _ => Err(Fault::new("E0104", format!("`{text}` is too large"))
            .help(format!("the largest whole number is {}", i64::MAX))),
    }
}

fn decimal(text: &str) -> Result<i64, Fault> {
    let Some((before, after)) = text.split_once('.') else {
        return Err(Fault::new("E0104", format!("`{text}` is no number")));
    };
    if let [a, b, c] = text.split('.').collect::<Vec<_>>().as_slice()
        && let Some(date) = dotted(a, b, c)
    {
        let fault =
            Fault::new("E0105", format!("`{text}` is no date")).help("a date is written year first: `2026-01-31`");
        return Err(fault.instead(date));
    }
    if after.contains('.') || misplaced_underscore(before) || after.contains('_') {
        return Err(
            Fault::new("E0104", format!("`{text}` is no number")).help("a decimal is written with one point: `0.85`")
        );
    }
    if after.len() > 4 {
        return Err(Fault::new("E0104", format!("`{text}` has more than 4 digits after the point"))
            .help("decimals are exact to 4 digits: round it"));
    }
    let whole: String = before.chars().filter(|c| *c != '_').collect();
    let scaled = format!("{whole}{after:0<4}");
    scaled.parse::<i64>().map_err(|_| {
        Fault::new("E0104", format!("`{text}` is too large")).help("the largest decimal is 922337203685477.5807")
    })
}

/// The date of `31.01.2026` or `2026.01.31`.
fn dotted(a: &str, b: &str, c: &str) -> Option<String> {
    let (year, day) = if a.len() == 4 { (a, c) } else { (c, a) };
    let short = |s: &str| matches!(s.len(), 1 | 2);
    if year.len() != 4 || !short(b) || !short(day) {
        return None;
    }
    let date = format!("{year}-{b:0>2}-{day:0>2}");
    instant(&date).is_ok().then_some(date)
}

/// The unit's letter and length, for the units of the language.
fn unit(letter: &str) -> Option<i64> {
    match letter {
        "s" => Some(SECOND),
        "m" => Some(60 * SECOND),
        "h" => Some(3_600 * SECOND),
        "d" => Some(DAY),
        "w" => Some(7 * DAY),
        _ => None,
    }
}

/// What people write for a unit, and the unit.
fn unit_of_word(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Some("s"),
        "m" | "min" | "mins" | "minute" | "minutes" => Some("m"),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some("h"),
        "d" | "day" | "days" => Some("d"),
        "w" | "wk" | "wks" | "week" | "weeks" => Some("w"),
        _ => None,
    }
}

fn is_calendar_word(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "mo" | "mon" | "month" | "months" | "y" | "yr" | "yrs" | "year" | "years" | "quarter" | "quarters"
    )
}

/// Whether a word after a number was meant as its unit: `5 minutes`, `3 months`.
pub fn is_unit_word(word: &str) -> bool {
    unit_of_word(word).is_some() || is_calendar_word(word)
}

const UNITS: &str = "the units are `s` seconds, `m` minutes, `h` hours, `d` days and `w` weeks, written directly after the number: `1h30m`";

/// What to say about a number followed by a unit that is none: `10min`, `5 minutes`, `3mo`.
pub fn wrong_unit(written: &str, number: &str, word: &str) -> Fault {
    if is_calendar_word(word) {
        return Fault::new("E0106", format!("`{written}` is no duration: months and years differ in length"))
            .help("write days, as in `30d` or `365d`, or count from a date with `add_months(date, 3)`");
    }
    let fault = Fault::new("E0106", format!("`{written}` is no duration")).help(UNITS);
    match unit_of_word(word) {
        Some(letter) => fault.instead(format!("{number}{letter}")),
        None => fault,
    }
}

fn duration(text: &str) -> Result<i64, Fault> {
    let mut total: i128 = 0;
    let mut last = i64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let digits_end = rest.find(|c: char| !c.is_ascii_digit() && c != '_' && c != '.').unwrap_or(rest.len());
        let (digits, after) = rest.split_at(digits_end);
        let unit_end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (letter, next) = after.split_at(unit_end);
        if digits.is_empty() || letter.is_empty() {
            return Err(Fault::new("E0106", format!("`{text}` is no duration")).help(UNITS));
        }
        let Some(length) = unit(letter) else {
            if digits.len() + letter.len() == text.len() && is_unit_word(letter) {
                return Err(wrong_unit(text, digits, letter));
            }
            return Err(unknown_letters(text, letter));
        };
        if length >= last {
            return Err(Fault::new("E0106", format!("`{text}` is no duration"))
                .help("each unit stands once, the larger first, as in `1d12h` or `1h30m`"));
        }
        last = length;
        total = total.saturating_add(amount(text, digits, length)?);
        rest = next;
    }
    if total > LONGEST {
        return Err(Fault::new("E0106", format!("`{text}` is too long"))
            .help("the longest duration is 10 000 years, `3652425d`"));
    }
    i64::try_from(total).map_err(|_| Fault::new("E0106", format!("`{text}` is too long")))
}

fn unknown_letters(text: &str, letter: &str) -> Fault {
    if letter.eq_ignore_ascii_case("ms") || letter.eq_ignore_ascii_case("us") {
        return Fault::new("E0106", format!("`{text}` is no duration"))
            .help("for less than a second write a fraction: `0.5s`");
    }
    if is_calendar_word(letter) {
        return wrong_unit(text, "", letter);
    }
    if unit_of_word(letter).is_some() {
        return Fault::new("E0106", format!("`{text}` is no duration")).help(UNITS);
    }
    Fault::new("E0104", format!("`{text}` is neither a number nor a name"))
        .help("a name starts with a letter; a duration is a number and `s`, `m`, `h`, `d` or `w`, as in `15m`")
}

fn amount(text: &str, digits: &str, length: i64) -> Result<i128, Fault> {
    let fault = || Fault::new("E0106", format!("`{text}` is no duration"));
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    if misplaced_underscore(whole) {
        return Err(fault().help("an underscore stands between two digits"));
    }
    let whole: String = whole.chars().filter(|c| *c != '_').collect();
    let seconds = length == SECOND;
    let mut value = whole
        .parse::<i64>()
        .map_err(|_| Fault::new("E0106", format!("`{text}` is too long")))
        .map(|count| i128::from(count) * i128::from(length))?;
    if let Some(fraction) = fraction {
        if !seconds {
            return Err(fault().help("only seconds have a fraction: write `1h30m`, not `1.5h`"));
        }
        if fraction.len() > 6 || fraction.contains(['.', '_']) {
            return Err(fault().help("seconds have at most 6 digits after the point"));
        }
        let micros = format!("{fraction:0<6}").parse::<i64>().map_err(|_| fault())?;
        value += i128::from(micros);
    }
    Ok(value)
}

/// `2026-01-01`, `2026-01-01T09:30:00Z`, `2026-01-01T09:30:00.25+02:00`.
pub fn instant(text: &str) -> Result<i64, Fault> {
    if let Some(instant) = plain_instant(text) {
        return Ok(instant);
    }
    let fault = |message: String| Fault::new("E0105", message);
    let (date, time) = match text.find(['T', 't']) {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..)),
        None => (text, None),
    };
    let parts: Vec<&str> = date.split('-').collect();
    let [year_text, month_text, day_text] = parts.as_slice() else {
        return Err(fault(format!("`{text}` is no date")).help("a date is written `2026-01-31`"));
    };
    let (Ok(year), Ok(month), Ok(day)) = (year_text.parse::<i64>(), month_text.parse::<i64>(), day_text.parse::<i64>())
    else {
        return Err(fault(format!("`{text}` is no date")).help("a date is written `2026-01-31`"));
    };
    if year < 1 {
        return Err(fault(format!("`{text}` is no date: years run from 0001 to 9999")));
    }
    if !(1..=12).contains(&month) {
        let fault = fault(format!("`{text}` is no date: there is no month {month}"));
        return Err(if (1..=12).contains(&day) && time.is_none() {
            fault.help("a date is year, month, day").instead(format!("{year:04}-{day:02}-{month:02}"))
        } else {
            fault.help("a date is year, month, day: `2026-01-31`")
        });
    }
    let length = days_in_month(year, month);
    if !(1..=length).contains(&day) {
        return Err(fault(format!("`{text}` is no date: {} {year} has {length} days", month_name(month))));
    }
    if month_text.len() != 2 || day_text.len() != 2 {
        return Err(fault(format!("`{text}` is no date: month and day have two digits"))
            .instead(format!("{year:04}-{month:02}-{day:02}")));
    }
    let midnight = days_from_civil(year, month, day) * DAY;
    let micros = match time {
        None => midnight,
        Some(time) => midnight + time_of_day(text, time)?,
    };
    let first = days_from_civil(1, 1, 1) * DAY;
    let end = days_from_civil(10_000, 1, 1) * DAY;
    if !(first..end).contains(&micros) {
        return Err(fault(format!("`{text}` is outside the years 0001 to 9999")));
    }
    Ok(micros)
}

/// `2026-01-01` and `2026-01-01T09:30:00Z`, of a day and time that there are: most instants by far.
fn plain_instant(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| {
        bytes.get(from..to)?.iter().try_fold(0i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(*b - b'0')))
    };
    let signs = |all: &[(usize, u8)]| all.iter().all(|(at, sign)| bytes.get(*at) == Some(sign));
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let fits = signs(&[(4, b'-'), (7, b'-')]) && year >= 1 && (1..=12).contains(&month);
    if !fits || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let midnight = days_from_civil(year, month, day) * DAY;
    match bytes.len() {
        10 => Some(midnight),
        20 if signs(&[(10, b'T'), (13, b':'), (16, b':'), (19, b'Z')]) => {
            let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
            let there = hour <= 23 && minute <= 59 && second <= 59;
            there.then(|| midnight + (hour * 3_600 + minute * 60 + second) * SECOND)
        }
        _ => None,
    }
}

/// `09:30:00Z`, with a fraction or an offset; the offset is taken off.
fn time_of_day(text: &str, time: &str) -> Result<i64, Fault> {
    const SHAPE: &str = "an instant is written `2026-01-31T09:30:00Z`, in UTC";
    let fault = || Fault::new("E0105", format!("`{text}` is no instant")).help(SHAPE);
    let (clock, zone) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at).unwrap_or(""), time.get(at..).unwrap_or("")),
        None => {
            return Err(Fault::new("E0105", format!("`{text}` does not say its time zone"))
                .help("end it with `Z` for UTC, or with an offset such as `+01:00`"));
        }
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = parts.as_slice() else {
        return Err(fault());
    };
    let (second, fraction) = match second.split_once('.') {
        Some((second, fraction)) => (second, Some(fraction)),
        None => (*second, None),
    };
    let hour = two_digits(hour, 23).ok_or_else(fault)?;
    let minute = two_digits(minute, 59).ok_or_else(fault)?;
    let second = two_digits(second, 59).ok_or_else(fault)?;
    let micros = match fraction {
        None => 0,
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            if digits.len() > 6 {
                return Err(Fault::new("E0105", format!("`{text}` is finer than a microsecond"))
                    .help("seconds have at most 6 digits after the point"));
            }
            format!("{digits:0<6}").parse::<i64>().map_err(|_| fault())?
        }
        Some(_) => return Err(fault()),
    };
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = zone.get(1..).and_then(|z| z.split_once(':')).ok_or_else(fault)?;
            let hours = two_digits(hours, 23).ok_or_else(fault)?;
            let minutes = two_digits(minutes, 59).ok_or_else(fault)?;
            sign * (hours * 60 + minutes) * 60
        }
    };
    Ok((hour * 3_600 + minute * 60 + second - offset) * SECOND + micros)
}

fn two_digits(text: &str, most: i64) -> Option<i64> {
    if text.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse::<i64>().ok().filter(|value| *value <= most)
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years start in March, so that the leap day ends one; 400 years are an era of 146 097 days.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The number of a month by its name, or the first three letters of it.
pub fn month(word: &str) -> Option<usize> {
    let word = word.to_ascii_lowercase();
    (1..=12)
        .find(|month| {
            let name = month_name(*month).to_ascii_lowercase();
            name == word || (word.len() == 3 && name.starts_with(&word))
        })
        .and_then(|month| usize::try_from(month).ok())
}

fn month_name(month: i64) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|index| NAMES.get(index).copied()).unwrap_or("that month")
}

/// A mistake inside a string literal, at bytes `start..end` of the literal as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscapeFault {
    pub start: usize,
    pub end: usize,
    pub message: String,
}

/// Unescapes a literal's inside (without its quotes). Faulty escapes are kept as written and reported.
pub fn unescape(inside: &str) -> (String, Vec<EscapeFault>) {
    let mut out = String::with_capacity(inside.len());
    let mut faults = Vec::new();
    let mut chars = inside.char_indices();
    while let Some((start, c)) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some((_, '"')) => out.push('"'),
            Some((_, '\\')) => out.push('\\'),
            Some((_, 'n')) => out.push('\n'),
            Some((_, 'r')) => out.push('\r'),
            Some((_, 't')) => out.push('\t'),
            Some((at, 'u')) => {
                let rest = inside.get(at + 1..).unwrap_or("");
                let code = rest.strip_prefix('{').and_then(|r| r.split_once('}')).map(|(code, _)| code);
                let value = code
                    .filter(|code| (1..=6).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_hexdigit()))
                    .and_then(|code| u32::from_str_radix(code, 16).ok())
                    .and_then(char::from_u32);
                match (code, value) {
                    (Some(code), Some(value)) => {
                        out.push(value);
                        // `{`, the digits and `}` are ASCII: one char a byte.
                        for _ in 0..code.len() + 2 {
                            chars.next();
                        }
                    }
                    _ => {
                        faults.push(EscapeFault {
                            start,
                            end: at + 1,
                            message: "`\\u` is followed by the number of a character in braces, as in `\\u{e9}`"
                                .to_string(),
                        });
                        out.push_str("\\u");
                    }
                }
            }
            Some((at, other)) => {
                faults.push(EscapeFault {
                    start,
                    end: at + other.len_utf8(),
                    message: format!("`\\{other}` means nothing in a string"),
                });
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    (out, faults)
}
