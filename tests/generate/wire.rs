//! Facts as JSON in any of the forms that mean the same.
//!
//! In: a value and its type. Out: JSON with its keys, the elements of sets and the ways of writing drawn by chance; it must
//! decode to the same value.

use std::fmt::Write;

use trust_runtime::decimal::format_decimal;
use trust_runtime::time::{format_duration, format_instant};
use trustc::program::ty::{Ty, Types};
use trustc::program::value::Value;
use trustc::program::{BlockDef, Checked};

use super::rng::Rng;

/// An object of a block's arguments.
pub fn args(rng: &mut Rng, program: &Checked, block: &BlockDef, args: &[Value]) -> String {
    let parts = block.params.iter().zip(args);
    let members = parts.map(|(p, v)| (p.name.to_string(), any_form(rng, &program.types, &p.ty, v))).collect();
    object(rng, members)
}

pub fn any_form(rng: &mut Rng, types: &Types, ty: &Ty, value: &Value) -> String {
    match value {
        Value::None | Value::Moving(_) => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => match rng.below(4) {
            0 => format!("{n}.0"),
            1 if n % 10 == 0 && *n != 0 => format!("{}e1", n / 10),
            _ => n.to_string(),
        },
        Value::Decimal(n) => {
            let text = format_decimal(*n);
            if text.contains('.') && rng.chance(30) { format!("{text}0") } else { text }
        }
        Value::String(s) => quoted(rng, s),
        Value::Instant(at) => match rng.below(4) {
            0 if at % 1_000_000 == 0 => (at / 1_000_000).to_string(),
            1 => format!("\"{}\"", format_instant(*at).replace('Z', "+00:00")),
            _ => format!("\"{}\"", format_instant(*at)),
        },
        Value::Duration(d) => match rng.below(4) {
            0 if d % 1_000_000 == 0 => (d / 1_000_000).to_string(),
            1 if d % 1_000_000 == 0 && *d >= 0 => format!("\"PT{}S\"", d / 1_000_000),
            _ => format!("\"{}\"", format_duration(*d)),
        },
        Value::Ip(ip) => format!("\"{ip}\""),
        Value::Cidr(net) => format!("\"{net}\""),
        Value::Case(case) => {
            let Ty::Enum(id) = ty.present() else { return "null".into() };
            let wire = types.enum_def(*id).cases.get(*case as usize).map(|c| c.wire.to_string());
            quoted(rng, &wire.unwrap_or_default())
        }
        Value::Record(values) => {
            let Ty::Record(id) = ty.present() else { return "null".into() };
            let mut members = Vec::new();
            for (field, value) in types.record_def(*id).fields.iter().zip(values.iter()) {
                if *value != Value::None || rng.chance(50) {
                    members.push((field.wire.to_string(), any_form(rng, types, &field.ty, value)));
                }
            }
            object(rng, members)
        }
        Value::List(values) => {
            let element = ty.present().element().unwrap_or(&Ty::Never);
            let parts: Vec<String> = values.iter().map(|v| any_form(rng, types, element, v)).collect();
            format!("[{}]", parts.join(", "))
        }
        Value::Set(values) => {
            let element = ty.present().element().unwrap_or(&Ty::Never);
            let mut parts: Vec<String> = values.iter().map(|v| any_form(rng, types, element, v)).collect();
            for value in values.iter() {
                if rng.chance(25) {
                    parts.push(any_form(rng, types, element, value));
                }
            }
            rng.shuffle(&mut parts);
            format!("[{}]", parts.join(","))
        }
    }
}

fn object(rng: &mut Rng, mut members: Vec<(String, String)>) -> String {
    if rng.chance(15) {
        members.push(("not declared by anybody".into(), "[{\"deep\": [null, 1e400, \"\\ud83d\\ude00\"]}]".into()));
    }
    rng.shuffle(&mut members);
    let parts: Vec<String> = members.into_iter().map(|(k, v)| format!("{}: {v}", quoted(rng, &k))).collect();
    let space = ["", " ", "\t"][rng.below(3)];
    format!("{{{space}{}{space}}}", parts.join(&format!(",{space}")))
}

/// A string, some of its characters by their numbers.
fn quoted(rng: &mut Rng, text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if rng.chance(10) || c < ' ' || c == '"' || c == '\\' {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('"');
    out
}
