//! Scalars from strings, numbers and cells.
//!
//! In: a scalar type and the text of a JSON string, a JSON number or a CSV cell. Out: the value, or what is wrong with the text
//! in plain words.

use smol_str::SmolStr;
use trust_runtime::net::{Cidr, parse_ip};
use trust_runtime::number::parse_int;
use trust_runtime::{decimal, time, wording};

pub use super::fault::Refusal;
use super::fault::{code, shown};
use crate::program::ty::{EnumDef, Ty, Types};
use crate::program::value::Value;

fn refuse<T>(code: &'static str, message: String) -> Result<T, Refusal> {
    Err(Refusal { code, message })
}

/// What a value of this type looks like, for a message.
pub fn wanted(types: &Types, ty: &Ty) -> String {
    match ty {
        Ty::Bool => wording::BOOL.into(),
        Ty::Int => wording::INT.into(),
        Ty::Decimal => wording::DECIMAL.into(),
        Ty::String => wording::STRING.into(),
        Ty::Instant => wording::INSTANT.into(),
        Ty::Duration => wording::DURATION.into(),
        Ty::Ip => wording::IP.into(),
        Ty::Cidr => wording::CIDR.into(),
        Ty::Enum(id) => {
            let def = types.enum_def(*id);
            wording::a_case(&def.name, wires(def))
        }
        Ty::Record(id) => wording::an_object(&types.record_def(*id).name),
        Ty::List(inner) | Ty::Set(inner) => wording::a_list(&types.name(inner)),
        Ty::Optional(inner) => wanted(types, inner),
        Ty::Never | Ty::Error => "nothing".into(),
    }
}

fn wires(def: &EnumDef) -> impl Iterator<Item = &str> {
    def.cases.iter().map(|c| c.wire.as_str())
}

/// Found something of the wrong kind.
pub fn wrong_type<T>(types: &Types, ty: &Ty, found: &str) -> Result<T, Refusal> {
    refuse(code::WRONG_TYPE, format!("found {found}, wanted {}", wanted(types, ty)))
}

/// From a JSON string.
pub fn from_string(types: &Types, ty: &Ty, text: &str) -> Result<Value, Refusal> {
    match ty {
        Ty::String => Ok(Value::String(SmolStr::new(text))),
        Ty::Instant => {
            time::parse_instant(text.as_bytes()).map(Value::Instant).map_err(|e| wording::no_instant(e, text))
        }
        Ty::Duration => {
            time::parse_duration(text.as_bytes()).map(Value::Duration).map_err(|e| wording::no_duration(e, text))
        }
        Ty::Ip => parse_ip(text).map(Value::Ip).map_err(|_| wording::no_ip(text)),
        Ty::Cidr => Cidr::parse(text).map(Value::Cidr).map_err(|e| wording::no_cidr(e, text)),
        Ty::Enum(id) => {
            let def = types.enum_def(*id);
            match def.cases.iter().position(|c| c.wire == text) {
                Some(case) => Ok(Value::Case(case as u32)),
                None => Err(wording::no_case(text, &def.name, wires(def))),
            }
        }
        Ty::Optional(inner) => from_string(types, inner, text),
        Ty::Bool | Ty::Int | Ty::Decimal | Ty::Record(_) | Ty::List(_) | Ty::Set(_) | Ty::Never | Ty::Error => {
            wrong_type(types, ty, "a string")
        }
    }
}

/// From the text of a JSON number.
pub fn from_number(types: &Types, ty: &Ty, text: &[u8]) -> Result<Value, Refusal> {
    let written = String::from_utf8_lossy(text);
    match ty {
        Ty::Int => parse_int(text).map(Value::Int).map_err(|e| wording::no_int(e, &written)),
        Ty::Decimal => decimal::parse_decimal(text).map(Value::Decimal).map_err(|e| wording::no_decimal(e, &written)),
        Ty::Instant => {
            time::instant_from_seconds(text).map(Value::Instant).map_err(|e| wording::no_instant(e, &written))
        }
        Ty::Duration => {
            time::duration_from_seconds(text).map(Value::Duration).map_err(|e| wording::no_duration(e, &written))
        }
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
            Err(refusal) if refusal.code == code::FORMAT => wrong_type(types, ty, &format!("`{}`", shown(text))),
            other => other,
        },
        // Seconds, as in JSON.
        Ty::Instant | Ty::Duration if is_number(text) => from_number(types, ty, text.as_bytes()),
        _ => from_string(types, ty, text),
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'e' | b'E' | b'+'))
        && text.parse::<f64>().is_ok()
}
