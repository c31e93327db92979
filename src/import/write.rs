//! A module as text.
//!
//! In: types. Out: source in the one layout. Whatever a schema's texts hold, a comment ends with its line.

use super::model::{Kind, Module, Type};
use crate::facts::literal;
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

/// A comment is broken behind this column.
const WIDTH: usize = 108;
/// Characters of one comment or description that are kept.
const LONGEST: usize = 2_000;

pub fn module(module: &Module) -> String {
    let mut text = String::new();
    for note in &module.notes {
        comment(&mut text, "", "//", note);
    }
    for ty in &module.types {
        text.push('\n');
        one(&mut text, ty);
    }
    // What is written here parses; were it not so, it would be better to see it than to see nothing.
    crate::fmt::format(&text).unwrap_or(text)
}

fn one(text: &mut String, ty: &Type) {
    let notes = |text: &mut String, indent: &str| ty.notes.iter().for_each(|note| comment(text, indent, "//", note));
    if let Some(doc) = &ty.doc {
        comment(text, "", "///", doc);
    }
    match &ty.kind {
        Kind::Record(fields) => {
            text.push_str(&format!("record {} {{\n", ty.name));
            for field in fields {
                for note in &field.notes {
                    comment(text, "    ", "//", note);
                }
                if let Some(doc) = &field.doc {
                    comment(text, "    ", "///", doc);
                }
                let wire = wire(&field.name, &field.wire);
                let absent = if field.optional { "?" } else { "" };
                text.push_str(&format!("    {wire}{}: {}{absent}\n", field.name, field.shape.written()));
            }
            notes(text, "    ");
            text.push_str("}\n");
        }
        Kind::Enum(cases) => {
            text.push_str(&format!("enum {} {{\n", ty.name));
            notes(text, "    ");
            for (name, key) in cases {
                text.push_str(&format!("    {}{name},\n", wire(name, key)));
            }
            text.push_str("}\n");
        }
    }
}

/// `@json("…")` where the key is not the name.
fn wire(name: &str, key: &str) -> String {
    if name == key {
        return String::new();
    }
    let quoted = literal::to_source(&Types::default(), &Ty::String, &Value::String(key.into()));
    format!("@json({quoted}) ")
}

/// A line for each line of the text, or more where it is long.
fn comment(out: &mut String, indent: &str, sign: &str, text: &str) {
    let kept: String = text.chars().take(LONGEST).collect();
    for line in kept.lines() {
        let mut current = String::new();
        let mut width = 0;
        for word in line.split(|c: char| c.is_whitespace() || disturbs(c)).filter(|word| !word.is_empty()) {
            let more = word.chars().count() + 1;
            if width > 0 && indent.len() + sign.len() + width + more > WIDTH {
                out.push_str(&format!("{indent}{sign}{current}\n"));
                (current, width) = (String::new(), 0);
            }
            current.push(' ');
            current.push_str(word);
            width += more;
        }
        if width > 0 {
            out.push_str(&format!("{indent}{sign}{current}\n"));
        }
    }
}

/// What a source should not hold even in a comment.
fn disturbs(c: char) -> bool {
    c.is_control() || crate::diag::place::drawn(c.encode_utf8(&mut [0; 4])) != c.to_string()
}
