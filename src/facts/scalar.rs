//! Scalars from strings, numbers and cells.
//!
//! In: a scalar type and the text of a JSON string, a JSON number or a CSV cell. Out: the value, or what is wrong with the text
//! in plain words.

use smol_str::SmolStr;
use trust_runtime::net::{Cidr, NetError, parse_ip};
use trust_runtime::number::{NumberError, parse_int};
use trust_runtime::time::{self, TimeError};
use trust_runtime::{decimal, net};

use super::fault::{code, shown, some_of};
use crate::program::ty::{EnumDef, Ty, Types};
use crate::program::value::Value;

/// A fault without its place.
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

fn refuse<T>(code: &'static str, message: String) -> Result<T, Refusal> {
    Err(Refusal { code, message })
}

/// What a value of this type looks like, for a message.
pub fn wanted(types: &Types, ty: &Ty) -> String {
    match ty {
        Ty::Bool => "`true` or `false`".into(),
        Ty::Int => "a whole number".into(),
        Ty::Decimal => "a number".into(),
        Ty::String => "a string".into(),
        Ty::Instant => "an instant such as \"2026-01-31T09:30:00Z\"".into(),
        Ty::Duration => "a duration such as \"15m\"".into(),
        Ty::Ip => "an address such as \"10.1.2.3\"".into(),
        Ty::Cidr => "a network such as \"10.0.0.0/8\"".into(),
        Ty::Enum(id) => {
            let def = types.enum_def(*id);
            format!("a case of `{}`: {}", def.name, cases(def))
        }
        Ty::Record(id) => format!("an object, `{}`", types.record_def(*id).name),
        Ty::List(inner) | Ty::Set(inner) => format!("a list of `{}`", types.name(inner)),
        Ty::Optional(inner) => wanted(types, inner),
        Ty::Never | Ty::Error => "nothing".into(),
    }
}

fn cases(def: &EnumDef) -> String {
    some_of(def.cases.iter().map(|c| c.wire.as_str()))
}

/// Found something of the wrong kind.
pub fn wrong_type<T>(types: &Types, ty: &Ty, found: &str) -> Result<T, Refusal> {
    refuse(
        code::WRONG_TYPE,
        format!("found {found}, wanted {}", wanted(types, ty)),
    )
}

/// From a JSON string.
pub fn from_string(types: &Types, ty: &Ty, text: &str) -> Result<Value, Refusal> {
    match ty {
        Ty::String => Ok(Value::String(SmolStr::new(text))),
        Ty::Instant => time::parse_instant(text.as_bytes())
            .map(Value::Instant)
            .or_else(|e| instant_fault(e, text)),
        Ty::Duration => time::parse_duration(text.as_bytes())
            .map(Value::Duration)
            .or_else(|e| duration_fault(e, text)),
        Ty::Ip => parse_ip(text).map(Value::Ip).or_else(|_| {
            refuse(
                code::FORMAT,
                format!(
                    "`{}` is no IP address: write \"10.1.2.3\" or \"2001:db8::1\"",
                    shown(text)
                ),
            )
        }),
        Ty::Cidr => Cidr::parse(text)
            .map(Value::Cidr)
            .or_else(|e| cidr_fault(e, text)),
        Ty::Enum(id) => {
            let def = types.enum_def(*id);
            match def.cases.iter().position(|c| c.wire == text) {
                Some(case) => Ok(Value::Case(case as u32)),
                None => refuse(
                    code::UNKNOWN_CASE,
                    format!(
                        "`{}` is no case of `{}`: {}",
                        shown(text),
                        def.name,
                        cases(def)
                    ),
                ),
            }
        }
        Ty::Optional(inner) => from_string(types, inner, text),
        Ty::Bool
        | Ty::Int
        | Ty::Decimal
        | Ty::Record(_)
        | Ty::List(_)
        | Ty::Set(_)
        | Ty::Never
        | Ty::Error => wrong_type(types, ty, "a string"),
    }
}

/// From the text of a JSON number.
pub fn from_number(types: &Types, ty: &Ty, text: &[u8]) -> Result<Value, Refusal> {
    let written = String::from_utf8_lossy(text);
    match ty {
        Ty::Int => parse_int(text)
            .map(Value::Int)
            .or_else(|e| number_fault(e, ty, &written)),
        Ty::Decimal => decimal::parse_decimal(text)
            .map(Value::Decimal)
            .or_else(|e| number_fault(e, ty, &written)),
        Ty::Instant => time::instant_from_seconds(text)
            .map(Value::Instant)
            .or_else(|e| instant_fault(e, &written)),
        Ty::Duration => time::duration_from_seconds(text)
            .map(Value::Duration)
            .or_else(|e| duration_fault(e, &written)),
        Ty::Optional(inner) => from_number(types, inner, text),
        Ty::Bool
        | Ty::String
        | Ty::Ip
        | Ty::Cidr
        | Ty::Enum(_)
        | Ty::Record(_)
        | Ty::List(_)
        | Ty::Set(_)
        | Ty::Never
        | Ty::Error => wrong_type(types, ty, "a number"),
    }
}

/// From a cell: strings as in JSON without their quotes, numbers as in JSON, `true` and `false`.
pub fn from_cell(types: &Types, ty: &Ty, text: &str) -> Result<Value, Refusal> {
    match ty {
        Ty::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => wrong_type(types, ty, &format!("`{}`", shown(text))),
        },
        Ty::Int | Ty::Decimal => match from_number(types, ty, text.as_bytes()) {
            Err(refusal) if refusal.code == code::FORMAT => {
                wrong_type(types, ty, &format!("`{}`", shown(text)))
            }
            other => other,
        },
        // Seconds, as in JSON.
        Ty::Instant | Ty::Duration if is_number(text) => from_number(types, ty, text.as_bytes()),
        _ => from_string(types, ty, text),
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'e' | b'E' | b'+'))
}

fn number_fault(error: NumberError, ty: &Ty, text: &str) -> Result<Value, Refusal> {
    let text = shown(text);
    let (code, message) = match (error, ty) {
        (NumberError::Format, _) => (code::FORMAT, format!("`{text}` is no number")),
        (NumberError::TooManyDigits, Ty::Int) => {
            (code::RANGE, format!("`{text}` is no whole number"))
        }
        (NumberError::TooManyDigits, _) => (
            code::RANGE,
            format!(
                "`{text}` has more than {} digits after the point",
                decimal::PLACES
            ),
        ),
        (NumberError::Range, Ty::Int) => (
            code::RANGE,
            format!("`{text}` is out of range: {} to {}", i64::MIN, i64::MAX),
        ),
        (NumberError::Range, _) => {
            let end = |value| decimal::format_decimal(value);
            (
                code::RANGE,
                format!(
                    "`{text}` is out of range: {} to {}",
                    end(i64::MIN),
                    end(i64::MAX)
                ),
            )
        }
    };
    refuse(code, message)
}

fn instant_fault(error: TimeError, text: &str) -> Result<Value, Refusal> {
    let text = shown(text);
    let (code, message) = match error {
        TimeError::Range => (
            code::RANGE,
            format!("`{text}` is outside the years 0001 to 9999"),
        ),
        TimeError::TooManyDigits => (
            code::RANGE,
            format!("`{text}` has more than 6 digits after the point"),
        ),
        TimeError::NoSuchTime => (
            code::FORMAT,
            format!("`{text}` is no instant: there is no such day or time"),
        ),
        TimeError::LeapSecond => (
            code::FORMAT,
            format!("`{text}` is a leap second: write the second before or after it"),
        ),
        TimeError::DateWithoutTime => (
            code::FORMAT,
            format!("`{text}` is a date without a time: write \"{text}T00:00:00Z\""),
        ),
        TimeError::NoZone => (
            code::FORMAT,
            format!(
                "`{text}` does not say its time zone: end it with `Z`, or with an offset such as `+01:00`"
            ),
        ),
        TimeError::Format | TimeError::NoFixedLength => (
            code::FORMAT,
            format!(
                "`{text}` is no instant: write \"2026-01-31T09:30:00Z\", or seconds since 1970"
            ),
        ),
    };
    refuse(code, message)
}

fn duration_fault(error: TimeError, text: &str) -> Result<Value, Refusal> {
    let text = shown(text);
    let (code, message) = match error {
        TimeError::Range => (code::RANGE, format!("`{text}` is longer than 10 000 years")),
        TimeError::TooManyDigits => (
            code::RANGE,
            format!("`{text}` has more than 6 digits after the point"),
        ),
        TimeError::NoFixedLength => (
            code::FORMAT,
            format!(
                "`{text}` has no fixed length: write weeks, days or less, as in \"30d\" or \"P30D\""
            ),
        ),
        TimeError::Format
        | TimeError::NoSuchTime
        | TimeError::LeapSecond
        | TimeError::DateWithoutTime
        | TimeError::NoZone => (
            code::FORMAT,
            format!("`{text}` is no duration: write \"15m\", \"1h30m\", \"PT15M\", or seconds"),
        ),
    };
    refuse(code, message)
}

fn cidr_fault(error: NetError, text: &str) -> Result<Value, Refusal> {
    let text = shown(text);
    let message = match error {
        NetError::Format => {
            format!("`{text}` is no network: write \"10.0.0.0/8\" or \"2001:db8::/32\"")
        }
        NetError::Prefix => {
            format!(
                "`{text}` is no network: the number after `/` is at most 32, for version 6 at most 128"
            )
        }
        NetError::HostBits(network) => format!(
            "`{text}` has host bits behind its prefix: write \"{}\" for the network it lies in",
            net::format_cidr(&network)
        ),
    };
    refuse(code::FORMAT, message)
}
