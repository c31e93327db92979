//! Values as a person reads them: the way an author would write them, cut where they are long.
//!
//! In: a value and its type. Out: one line. Always short, and free of characters that disturb a terminal.

use trust_runtime::decimal::format_decimal;
use trust_runtime::net::{format_cidr, format_ip};
use trust_runtime::time::{format_duration, format_instant};

use crate::diag::place::drawn;
use crate::program::ty::{EnumId, Ty, Types};
use crate::program::value::Value;

/// Characters of a string.
const STRING: usize = 80;
/// Elements of a list or set, fields of a record.
const ELEMENTS: usize = 6;
/// Collections and records inside one another.
const DEPTH: usize = 3;

pub fn value(types: &Types, value: &Value, ty: &Ty) -> String {
    let mut text = String::new();
    write(&mut text, types, value, ty, 0);
    text
}

/// The case of an enum or scale by its index.
pub fn case(types: &Types, id: EnumId, case: u32) -> &str {
    let def = types.enums.get(id.0 as usize);
    def.and_then(|e| e.cases.get(case as usize)).map_or("unknown", |c| c.name.as_str())
}

fn write(out: &mut String, types: &Types, value: &Value, ty: &Ty, depth: usize) {
    match value {
        Value::None => out.push_str("absent"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(i) => out.push_str(&i.to_string()),
        Value::Decimal(d) => out.push_str(&format_decimal(*d)),
        Value::String(s) => string(out, s),
        Value::Instant(i) => out.push_str(&format_instant(*i)),
        Value::Duration(d) => out.push_str(&format_duration(*d)),
        Value::Ip(ip) => out.push_str(&format_ip(ip)),
        Value::Cidr(c) => out.push_str(&format_cidr(c)),
        Value::Case(index) => match ty.present() {
            Ty::Enum(id) => out.push_str(case(types, *id, *index)),
            _ => out.push_str("unknown"),
        },
        Value::Record(fields) => {
            let def = match ty.present() {
                Ty::Record(id) => types.records.get(id.0 as usize),
                _ => None,
            };
            let named = def.map_or("", |d| d.name.as_str());
            let types_of = def.map(|d| d.fields.as_slice()).unwrap_or_default();
            let parts = types_of.iter().zip(fields.iter()).map(|(f, v)| (Some(f.name.as_str()), v, &f.ty));
            elements(out, types, (&format!("{named} {{ "), " }"), types_of.len(), parts, depth);
        }
        Value::List(items) => collection(out, types, ("[", "]"), items, ty, depth),
        Value::Set(items) => collection(out, types, ("{", "}"), items, ty, depth),
        Value::Moving(m) => out.push_str(if m.instant {
            "an instant that moves with the clock"
        } else {
            "a duration that moves with the clock"
        }),
    }
}

fn collection(out: &mut String, types: &Types, around: (&str, &str), items: &[Value], ty: &Ty, depth: usize) {
    let of = ty.present().element().unwrap_or(&Ty::Error);
    elements(out, types, around, items.len(), items.iter().map(|v| (None, v, of)), depth);
}

fn elements<'a>(
    out: &mut String,
    types: &Types,
    (open, close): (&str, &str),
    count: usize,
    parts: impl Iterator<Item = (Option<&'a str>, &'a Value, &'a Ty)>,
    depth: usize,
) {
    out.push_str(open);
    if depth >= DEPTH && count > 0 {
        out.push('…');
    } else {
        for (i, (name, value, ty)) in parts.take(ELEMENTS).enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            if let Some(name) = name {
                out.push_str(name);
                out.push_str(": ");
            }
            write(out, types, value, ty, depth + 1);
        }
        if count > ELEMENTS {
            out.push_str(&format!(", … {count} in all"));
        }
    }
    out.push_str(close);
}

fn string(out: &mut String, text: &str) {
    let mut cut: String = text.chars().take(STRING).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    let escaped =
        cut.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    out.push('"');
    out.push_str(&drawn(&escaped));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn long_values_are_cut_and_none_disturbs() {
        let types = Types::default();
        let ints: Vec<Value> = (0..1000).map(Value::Int).collect();
        let list = value(&types, &Value::List(ints.into()), &Ty::List(Arc::new(Ty::Int)));
        assert_eq!(list, "[0, 1, 2, 3, 4, 5, … 1000 in all]");
        let text = Value::String("a\"\n\u{1b}[2J".into());
        assert_eq!(value(&types, &text, &Ty::String), r#""a\"\n?[2J""#);
        let long = Value::String("é".repeat(500).into());
        assert_eq!(value(&types, &long, &Ty::String).chars().count(), STRING + 3);
        assert_eq!(value(&types, &Value::Duration(5_400_000_000), &Ty::Duration), "1h30m");
        assert_eq!(value(&types, &Value::None, &Ty::Int.optional()), "absent");
    }
}
