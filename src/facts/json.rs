//! Values as JSON text.
//!
//! In: a value and its type. Out: JSON, every digit kept: with wire names what the reader takes back as the same value,
//! else what answers show, in the names of the source. Absent optionals are `null`.

use std::fmt::Write;

use trust_runtime::decimal::format_decimal;
use trust_runtime::time::{format_duration, format_instant};

use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

/// As a tree. A decimal that no double holds loses digits here; [`write_json`] keeps them.
pub fn to_json(types: &Types, ty: &Ty, value: &Value, wire: bool) -> serde_json::Value {
    let mut text = String::new();
    write_json(&mut text, types, ty, value, wire);
    serde_json::from_str(&text).unwrap_or(serde_json::Value::Null)
}

/// Appends the value.
pub fn write_json(out: &mut String, types: &Types, ty: &Ty, value: &Value, wire: bool) {
    match value {
        // A moving value never leaves the interpreter.
        Value::None | Value::Moving(_) => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => write_display(out, value),
        Value::Decimal(value) => out.push_str(&format_decimal(*value)),
        Value::String(value) => write_string(out, value),
        Value::Instant(value) => write_string(out, &format_instant(*value)),
        Value::Duration(value) => write_string(out, &format_duration(*value)),
        Value::Ip(value) => write_string(out, &value.to_string()),
        Value::Cidr(value) => write_string(out, &value.to_string()),
        Value::Case(case) => {
            let def = match ty.present() {
                Ty::Enum(id) => types.enum_def(*id).cases.get(*case as usize),
                _ => None,
            };
            match def {
                Some(def) => write_string(out, if wire { &def.wire } else { &def.name }),
                None => out.push_str("null"),
            }
        }
        Value::Record(values) => {
            let fields = match ty.present() {
                Ty::Record(id) => types.record_def(*id).fields.as_slice(),
                _ => &[],
            };
            out.push('{');
            for (i, (field, value)) in fields.iter().zip(values.iter()).enumerate() {
                write_key(out, i == 0, if wire { &field.wire } else { &field.name });
                write_json(out, types, &field.ty, value, wire);
            }
            out.push('}');
        }
        Value::List(values) | Value::Set(values) => {
            let element = ty.present().element().unwrap_or(&Ty::Never);
            out.push('[');
            for (i, value) in values.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_json(out, types, element, value, wire);
            }
            out.push(']');
        }
    }
}

/// `"key":`, after a comma unless it is the first.
pub(super) fn write_key(out: &mut String, first: bool, key: &str) {
    if !first {
        out.push(',');
    }
    write_string(out, key);
    out.push(':');
}

pub(super) fn write_display(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}

/// In quotes, escaped.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => write_display(out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
