//! What is said of a value that is not what is wanted.
//!
//! In: why a text could not be read, and the text. Out: a code and a message in plain words. The oracle's reader and the
//! native decoder both speak through here.

use crate::decimal;
use crate::fault::{Refusal, code, shown, some_of};
use crate::net::{self, NetError};
use crate::number::NumberError;
use crate::time::TimeError;

// What is wanted, by type.

pub const BOOL: &str = "`true` or `false`";
pub const INT: &str = "a whole number";
pub const DECIMAL: &str = "a number";
pub const STRING: &str = "a string";
pub const INSTANT: &str = "an instant such as \"2026-01-31T09:30:00Z\"";
pub const DURATION: &str = "a duration such as \"15m\"";
pub const IP: &str = "an address such as \"10.1.2.3\"";
pub const CIDR: &str = "a network such as \"10.0.0.0/8\"";

pub fn a_case<'n>(name: &str, wires: impl Iterator<Item = &'n str>) -> String {
    format!("a case of `{name}`: {}", some_of(wires))
}

pub fn an_object(name: &str) -> String {
    format!("an object, `{name}`")
}

pub fn a_list(element: &str) -> String {
    format!("a list of `{element}`")
}

// What is wrong, by type.

pub fn no_int(error: NumberError, text: &str) -> Refusal {
    let text = shown(text);
    match error {
        NumberError::Format => no_number(&text),
        NumberError::TooManyDigits => range(format!("`{text}` is no whole number")),
        NumberError::Range => range(format!("`{text}` is out of range: {} to {}", i64::MIN, i64::MAX)),
    }
}

pub fn no_decimal(error: NumberError, text: &str) -> Refusal {
    let text = shown(text);
    match error {
        NumberError::Format => no_number(&text),
        NumberError::TooManyDigits => {
            range(format!("`{text}` has more than {} digits after the point", decimal::PLACES))
        }
        NumberError::Range => {
            let end = decimal::format_decimal;
            range(format!("`{text}` is out of range: {} to {}", end(i64::MIN), end(i64::MAX)))
        }
    }
}

fn no_number(shown: &str) -> Refusal {
    format(format!("`{shown}` is no number"))
}

pub fn no_instant(error: TimeError, text: &str) -> Refusal {
    let text = shown(text);
    match error {
        TimeError::Range => range(format!("`{text}` is outside the years 0001 to 9999")),
        TimeError::TooManyDigits => range(format!("`{text}` has more than 6 digits after the point")),
        TimeError::NoSuchTime => format(format!("`{text}` is no instant: there is no such day or time")),
        TimeError::LeapSecond => format(format!("`{text}` is a leap second: write the second before or after it")),
        TimeError::DateWithoutTime => format(format!("`{text}` is a date without a time: write \"{text}T00:00:00Z\"")),
        TimeError::NoZone => {
            format(format!("`{text}` does not say its time zone: end it with `Z`, or with an offset such as `+01:00`"))
        }
        TimeError::Format | TimeError::NoFixedLength => {
            format(format!("`{text}` is no instant: write \"2026-01-31T09:30:00Z\", or seconds since 1970"))
        }
    }
}

pub fn no_duration(error: TimeError, text: &str) -> Refusal {
    let text = shown(text);
    match error {
        TimeError::Range => range(format!("`{text}` is longer than 10 000 years")),
        TimeError::TooManyDigits => range(format!("`{text}` has more than 6 digits after the point")),
        TimeError::NoFixedLength => {
            format(format!("`{text}` has no fixed length: write weeks, days or less, as in \"30d\" or \"P30D\""))
        }
        TimeError::Format
        | TimeError::NoSuchTime
        | TimeError::LeapSecond
        | TimeError::DateWithoutTime
        | TimeError::NoZone => {
            format(format!("`{text}` is no duration: write \"15m\", \"1h30m\", \"PT15M\", or seconds"))
        }
    }
}

pub fn no_ip(text: &str) -> Refusal {
    format(format!("`{}` is no IP address: write \"10.1.2.3\" or \"2001:db8::1\"", shown(text)))
}

pub fn no_cidr(error: NetError, text: &str) -> Refusal {
    let text = shown(text);
    format(match error {
        NetError::Format => {
            format!("`{text}` is no network: write \"10.0.0.0/8\" or \"2001:db8::/32\"")
        }
        NetError::Prefix => {
            format!("`{text}` is no network: the number after `/` is at most 32, for version 6 at most 128")
        }
        NetError::HostBits(network) => format!(
            "`{text}` has host bits behind its prefix: write \"{}\" for the network it lies in",
            net::format_cidr(&network)
        ),
    })
}

pub fn no_case<'n>(text: &str, name: &str, wires: impl Iterator<Item = &'n str>) -> Refusal {
    Refusal {
        code: code::UNKNOWN_CASE,
        message: format!("`{}` is no case of `{name}`: {}", shown(text), some_of(wires)),
    }
}

fn range(message: String) -> Refusal {
    Refusal { code: code::RANGE, message }
}

fn format(message: String) -> Refusal {
    Refusal { code: code::FORMAT, message }
}
