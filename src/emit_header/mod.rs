//! The C header of a module: its blocks' arguments as structures, the words of their decisions, and the functions that code ahead of time
//! has.
//!
//! In: a unit. Out: C11 that stands alone, and is C++ too; the names under which an object has the functions. The header asserts every size
//! and offset, so that a compiler which lays facts out in another way refuses it. The same unit gives the same bytes.

mod functions;
mod names;
mod types;

use std::fmt::Write;

use trust_runtime::layout::{C_TYPES, Layout, LayoutError};
use trust_runtime::module::object::Names;
use trust_runtime::module::words::Words;
use trust_runtime::schema::Field;
use trust_runtime::unit::{Block, ClauseKind, Unit};

use functions::Called;
use names::{Scope, comment, identifier};
use types::Types;

/// What an object of a unit has, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbols {
    /// The digest of the policy, as a string of C.
    pub digest: String,
    /// By block.
    pub blocks: Vec<Names>,
}

/// The header of a unit; an error where its facts have no layout.
pub fn header(unit: &Unit) -> Result<String, LayoutError> {
    made(unit).map(|(header, _)| header)
}

/// The names that the header of a unit declares.
pub fn symbols(unit: &Unit) -> Result<Symbols, LayoutError> {
    made(unit).map(|(_, symbols)| symbols)
}

fn made(unit: &Unit) -> Result<(String, Symbols), LayoutError> {
    let layout = Layout::of(&unit.schema)?;
    let prefix = prefix(&unit.package.name);
    let mut types = Types::new(unit, &layout, &prefix);
    for index in 0..unit.blocks.len() {
        types.block(index);
    }
    types.reactions();
    let upper = prefix.to_ascii_uppercase();
    let mut out = String::new();
    start(&mut out, unit, &upper);
    out.push_str(&types.finish());
    let digest = types.unique(format!("{prefix}_digest"));
    let _ = writeln!(
        out,
        "\n/* In an object or a shared library: the policy it was made of. A host that loads one compares this with"
    );
    let _ = writeln!(out, " * {upper}_DIGEST before its first call. */\nextern const char {digest}[];");
    let mut blocks = Vec::with_capacity(unit.blocks.len());
    let mut scope = Scope::default();
    for (index, block) in unit.blocks.iter().enumerate() {
        let name = scope.unique_in_capitals(identifier(&block.name));
        blocks.push(of_block(&mut out, unit, (index, block), (&prefix, &name), &mut types));
    }
    let _ = writeln!(out, "\n#ifdef __cplusplus\n}}\n#endif\n\n#endif");
    Ok((out, Symbols { digest, blocks }))
}

/// What all names begin with: a package is called anything.
fn prefix(package: &str) -> String {
    let name = identifier(package);
    match name.trim_matches('_') {
        "" => "policy".into(),
        // The library's own.
        "trust" => "policy_trust".into(),
        digits if digits.starts_with(|c: char| c.is_ascii_digit()) => format!("policy_{digits}"),
        name => name.into(),
    }
}

// Writing to a string cannot fail.

fn start(out: &mut String, unit: &Unit, upper: &str) {
    let package = &unit.package;
    let _ = writeln!(out, "/* Native facts and decisions of {} {}.", comment(&package.name), comment(&package.version));
    let _ = writeln!(out, " * {}", comment(&package.digest));
    let _ = writeln!(out, " * Made by `trustc build --emit header`: change the policy, not this file.");
    let _ = writeln!(out, " *");
    let _ = writeln!(
        out,
        " * Facts are the host's: it fills the structure of a block's arguments, and keeps it and all it points to as long"
    );
    let _ = writeln!(
        out,
        " * as the call takes and the arguments of obligations are read. Pointers and lengths are valid; where the length is"
    );
    let _ = writeln!(
        out,
        " * 0 nobody reads the pointer. Else: truths are 0 or 1, cases are those below, text is UTF-8, sets are sorted and"
    );
    let _ = writeln!(
        out,
        " * without duplicates (false before true, numbers and cases by number, text by bytes, addresses of version 4 first,"
    );
    let _ = writeln!(
        out,
        " * then by bytes, networks then by prefix), instants are microseconds since 1970 of the years 1 to 9999, durations"
    );
    let _ = writeln!(out, " * microseconds, decimals ten-thousandths. Lists and text keep to the policy's limits:");
    let limits = unit.schema.limits;
    let _ = writeln!(
        out,
        " * {} elements, {} bytes. Where `present` is 0 nobody reads `value`. */",
        limits.list, limits.string
    );
    let _ = writeln!(out, "#ifndef TRUST_{upper}_H\n#define TRUST_{upper}_H\n");
    let _ = writeln!(out, "#include <stddef.h>\n#include <stdint.h>\n");
    let _ = writeln!(out, "#ifdef __cplusplus\nextern \"C\" {{\n#endif\n");
    out.push_str(C_TYPES);
    let _ = writeln!(out, "\n#define {upper}_VERSION {}", quoted(&package.version));
    let _ = writeln!(out, "#define {upper}_DIGEST {}", quoted(&package.digest));
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | b'?' => {
                let _ = write!(out, "\\{}", char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            // Three digits, so that what follows is none of them.
            other => {
                let _ = write!(out, "\\{other:03o}");
            }
        }
    }
    out.push('"');
    out
}

fn of_block(
    out: &mut String,
    unit: &Unit,
    (index, block): (usize, &Block),
    (prefix, name): (&str, &str),
    types: &mut Types<'_>,
) -> Names {
    let arguments = types.arguments.get(index).cloned().unwrap_or_default();
    let upper = format!("{}_{}", prefix.to_ascii_uppercase(), name.to_ascii_uppercase());
    let words = Words::new(block);
    let triggers = block.clauses.iter().filter(|c| matches!(c.kind, ClauseKind::Trigger { .. }));
    let prior = 1 + triggers.clone().count().div_ceil(64);
    let said = block.message.as_deref().map(|m| format!(": {}", comment(m))).unwrap_or_default();
    let _ = writeln!(out, "\n/* Block `{}`{said} */", comment(&block.name));
    let _ = writeln!(out, "#define {upper}_NAME {}", quoted(&block.name));
    let _ = writeln!(out, "#define {upper}_NUMBER {index}");
    let _ = writeln!(out, "#define {upper}_DECISION_WORDS {}", words.len);
    let _ = writeln!(out, "#define {upper}_PRIOR_WORDS {prior}");
    let takes = format!("const {arguments} *facts, const uint64_t *prior, int64_t now");
    if block.outputs.permits.is_some() {
        let function = types.unique(format!("{prefix}_{name}_permits_fn"));
        let _ = writeln!(out, "typedef uint8_t (*{function})({takes});");
    }
    let function = types.unique(format!("{prefix}_{name}_decide_fn"));
    let _ = writeln!(out, "typedef void (*{function})({takes}, uint64_t *decision);");
    let mut scope = Scope::default();
    let clauses: Vec<String> = block.clauses.iter().map(|clause| scope.unique(identifier(&clause.name))).collect();
    if !clauses.is_empty() {
        let _ = writeln!(out, "\n/* Its clauses, by the number of their bit. */");
    }
    for (n, (name, clause)) in clauses.iter().zip(&block.clauses).enumerate() {
        let said = clause.message.as_deref().map(|m| format!(" /* {} */", comment(m))).unwrap_or_default();
        let _ = writeln!(out, "#define {upper}_CLAUSE_{name} {n}{said}");
    }
    let of = |clause: u32| clauses.get(clause as usize).map_or("", String::as_str);
    if triggers.count() > 0 {
        let _ = writeln!(out, "\n/* Its triggers, by their number in a prior. */");
        let all = block.clauses.iter().zip(&clauses).filter(|(c, _)| matches!(c.kind, ClauseKind::Trigger { .. }));
        for (n, (_, name)) in all.enumerate() {
            let _ = writeln!(out, "#define {upper}_TRIGGER_{name} {n}");
        }
    }
    if !block.outputs.obligations.is_empty() {
        let _ = writeln!(
            out,
            "\n/* Its obligations, by the word of their state (0 none, 1 owed, 2 overdue); behind it stands the time. */"
        );
    }
    for (obligation, word) in block.outputs.obligations.iter().zip(&words.obligations) {
        let kind = if obligation.dated { "due" } else { "within" };
        let _ = writeln!(out, "#define {upper}_OBLIGATION_{} {word} /* {kind} */", of(obligation.clause));
    }
    if let Some(scale) = block.grade.and_then(|id| unit.schema.enum_def(id)) {
        let _ = writeln!(out, "\n/* It grades on `{}`. */", comment(&scale.name));
    }
    let called = Called { index, block, stem: format!("{prefix}_{name}"), upper: &upper, clauses: &clauses };
    functions::readers(out, &called, words.clause_words, types);
    functions::prototypes(out, unit, &called, types)
}

/// The name of a field in C, in a record's own scope.
fn field_name(scope: &mut Scope, field: &Field) -> String {
    scope.field(&field.name)
}
