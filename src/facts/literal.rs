//! Values as literals of the language.
//!
//! In: a value and its type. Out: an expression that has this value where this type is expected, on one line. Absent
//! optional fields are left out; cases stand bare.

use trust_runtime::decimal::format_decimal;
use trust_runtime::time::{format_duration, format_instant};

use super::json::write_display;
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

pub fn to_source(types: &Types, ty: &Ty, value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, types, ty, value);
    out
}

fn write(out: &mut String, types: &Types, ty: &Ty, value: &Value) {
    match value {
        // A moving value never leaves the interpreter.
        Value::None | Value::Moving(_) => out.push_str("none"),
        Value::Bool(value) => write_display(out, value),
        // The least has no literal of its own: a sign is an operator.
        Value::Int(i64::MIN) => write_display(out, format_args!("(-{} - 1)", i64::MAX)),
        Value::Int(value) => write_display(out, value),
        Value::Decimal(i64::MIN) => write_display(out, format_args!("(-{} - 0.0001)", format_decimal(i64::MAX))),
        Value::Decimal(value) => {
            let text = format_decimal(*value);
            out.push_str(&text);
            if !text.contains('.') {
                out.push_str(".0");
            }
        }
        Value::String(value) => write_string(out, value),
        Value::Instant(value) => {
            let text = format_instant(*value);
            out.push_str(text.strip_suffix("T00:00:00Z").unwrap_or(&text));
        }
        Value::Duration(value) => out.push_str(&format_duration(*value)),
        Value::Ip(value) => write_display(out, format_args!("ip(\"{value}\")")),
        Value::Cidr(value) => write_display(out, format_args!("cidr(\"{value}\")")),
        Value::Case(case) => {
            let def = match ty.present() {
                Ty::Enum(id) => types.enum_def(*id).cases.get(*case as usize),
                _ => None,
            };
            out.push_str(def.map_or("none", |def| def.name.as_str()));
        }
        Value::Record(values) => {
            let Ty::Record(id) = ty.present() else {
                return out.push_str("none");
            };
            let def = types.record_def(*id);
            out.push_str(&def.name);
            out.push_str(" {");
            let present = def.fields.iter().zip(values.iter()).filter(|(_, value)| **value != Value::None);
            let mut first = true;
            for (field, value) in present {
                write_display(out, format_args!("{} {}: ", if first { "" } else { "," }, field.name));
                first = false;
                write(out, types, &field.ty, value);
            }
            out.push_str(if first { "}" } else { " }" });
        }
        Value::List(values) => write_elements(out, types, ty, values, ('[', ']')),
        Value::Set(values) => write_elements(out, types, ty, values, ('{', '}')),
    }
}

fn write_elements(out: &mut String, types: &Types, ty: &Ty, values: &[Value], (open, close): (char, char)) {
    let element = ty.present().element().unwrap_or(&Ty::Never);
    out.push(open);
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(out, types, element, value);
    }
    out.push(close);
}

/// In quotes: control characters and what reorders text by their numbers.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                write_display(out, format_args!("\\u{{{:x}}}", u32::from(c)));
            }
            c if c.is_control() => write_display(out, format_args!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
