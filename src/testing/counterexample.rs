//! A counterexample as a test of the invariant's module.
//!
//! In: the invariant and a case. Out: source text: the instant, a `let` for every parameter, the claim as it was written. A
//! parameter that is nearly a named value of the module is written as that value, changed.

use std::fmt::Write;

use super::generate::Case;
use super::invariant::reads_clock;
use super::seeds::Seeds;
use super::words;
use crate::facts::to_source;
use crate::program::ty::{RecordId, Ty};
use crate::program::value::Value;
use crate::program::{InvariantDef, Program};
use crate::source::SourceMap;

/// More fields than this are not written as a change of a named value.
const CHANGED: usize = 4;
/// Longer lines are broken between fields.
const WIDTH: usize = 100;

pub(super) fn write(
    program: &Program,
    sources: &SourceMap,
    seeds: &Seeds,
    invariant: &InvariantDef,
    case: &Case,
    bases: &[Option<Value>],
) -> String {
    let mut out = String::new();
    let mut records = Vec::new();
    let mut lines = String::new();
    for ((param, value), base) in invariant.params.iter().zip(&case.args).zip(bases) {
        let named = seeds
            .lets
            .iter()
            .find(|l| l.module == invariant.module && l.ty == param.ty && base.as_ref() == Some(&l.value));
        let changed = named.and_then(|l| changes(program, &param.ty, &l.name, &l.value, value, &mut records));
        let text = match (changed, &param.ty) {
            (Some(text), _) => format!("    let {} = {text}", param.name),
            (None, ty) => {
                mentioned(program, ty, value, &mut records);
                // What a record literal says of itself, others are told.
                let named =
                    if matches!(ty, Ty::Record(_)) { String::new() } else { format!(": {}", program.types.name(ty)) };
                format!("    let {}{named} = {}", param.name, literal(program, ty, value))
            }
        };
        lines.push_str(&text);
        lines.push('\n');
    }
    for name in imports(program, sources, invariant, &records) {
        let _ = writeln!(out, "use {name}");
    }
    let _ = writeln!(out, "test \"counterexample to {}\" {{", invariant.name);
    if reads_clock(&invariant.claim) {
        let _ = writeln!(out, "    at {}", words::instant(case.now));
    }
    out.push_str(&lines);
    let _ = writeln!(out, "    expect {}", sources.text(invariant.claim.span));
    out.push('}');
    out
}

/// `acme`, or `acme with { contract: ended }`; nothing where too much differs.
fn changes(
    program: &Program,
    ty: &Ty,
    name: &str,
    base: &Value,
    value: &Value,
    records: &mut Vec<RecordId>,
) -> Option<String> {
    let (Ty::Record(id), Value::Record(old), Value::Record(new)) = (ty, base, value) else { return None };
    let fields = program.types.record_def(*id).fields.iter();
    let changed: Vec<_> = fields.zip(old.iter().zip(new.iter())).filter(|(_, (old, new))| old != new).collect();
    if changed.is_empty() {
        return Some(name.to_owned());
    }
    if changed.len() > CHANGED {
        return None;
    }
    let fields: Vec<String> = changed
        .into_iter()
        .map(|(field, (_, new))| {
            mentioned(program, &field.ty, new, records);
            format!("{}: {}", field.name, to_source(&program.types, &field.ty, new))
        })
        .collect();
    Some(format!("{name} with {{ {} }}", fields.join(", ")))
}

/// On one line, or a field or element a line where that is long.
fn literal(program: &Program, ty: &Ty, value: &Value) -> String {
    let types = &program.types;
    let whole = to_source(types, ty, value);
    if whole.len() <= WIDTH {
        return whole;
    }
    let (open, parts, close) = match (ty.present(), value) {
        (Ty::Record(id), Value::Record(values)) => {
            let def = types.record_def(*id);
            let present = def.fields.iter().zip(values.iter()).filter(|(_, v)| **v != Value::None);
            let parts = present.map(|(field, v)| format!("{}: {}", field.name, to_source(types, &field.ty, v)));
            (format!("{} {{", def.name), parts.collect::<Vec<_>>(), "}")
        }
        (Ty::List(inner), Value::List(values)) => {
            ("[".to_owned(), values.iter().map(|v| to_source(types, inner, v)).collect(), "]")
        }
        _ => return whole,
    };
    format!("{open}\n        {}\n    {close}", parts.join(",\n        "))
}

/// The record types whose names the literal of a value holds.
fn mentioned(program: &Program, ty: &Ty, value: &Value, records: &mut Vec<RecordId>) {
    for site in super::sites::sites(&program.types, ty, value) {
        if let Ty::Record(id) = site.ty.present()
            && super::sites::get(value, &site.path).is_some_and(|v| *v != Value::None)
            && !records.contains(id)
        {
            records.push(*id);
        }
    }
}

/// Types of other modules that the invariant's module does not name.
fn imports(program: &Program, sources: &SourceMap, invariant: &InvariantDef, records: &[RecordId]) -> Vec<String> {
    let home = program.modules.get(invariant.module.0 as usize);
    let text = home.and_then(|m| sources.get(m.file)).map_or("", |f| &*f.text);
    let mut found: Vec<String> = Vec::new();
    for id in records {
        let def = program.types.record_def(*id);
        let module = program.modules.iter().find(|m| m.file == def.span.file);
        if let (Some(module), Some(home)) = (module, home)
            && module.file != home.file
            && !names(text, &def.name)
        {
            found.push(format!("{}.{}", module.name, def.name));
        }
    }
    found.sort();
    found
}

fn names(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}
