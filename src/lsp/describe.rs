//! What a definition is, in the words of the language: for hovers, completions and signatures.
//!
//! In: a definition of a package. Out: a line (or a few) as an author would write it, its message, its controls.

use trust_syntax::ast::BlockKind;

use super::packages::Loaded;
use crate::program::index::{Def, LocalKind};
use crate::program::ty::{EnumDef, RecordDef, Ty};
use crate::program::{ControlRef, Meta, ParamDef, Program};

/// Fields and cases shown of one type.
const MOST: usize = 24;

/// The head of a definition.
pub fn head(package: &Loaded, def: Def) -> Option<String> {
    let program = &package.analysis.program;
    let types = &program.types;
    let name = |ty: &Ty| types.name(ty);
    Some(match def {
        Def::Module(id) => format!("module {}", program.modules.get(id.0 as usize)?.name),
        Def::Enum(id) => cases(types.enums.get(id.0 as usize)?),
        Def::Case(id, case) => {
            let of = types.enums.get(id.0 as usize)?;
            format!("{}.{}", of.name, of.cases.get(case as usize)?.name)
        }
        Def::Record(id) => fields(program, types.records.get(id.0 as usize)?),
        Def::Field(id, field) => {
            let of = types.records.get(id.0 as usize)?;
            let field = of.fields.get(field as usize)?;
            format!("{}.{}: {}", of.name, field.name, name(&field.ty))
        }
        Def::Duty(id) => {
            let duty = program.duties.get(id.0 as usize)?;
            format!("duty {}({})", duty.name, params(program, &duty.params))
        }
        Def::Catalog(id) => {
            let catalog = program.catalogs.get(id.0 as usize)?;
            format!("catalog {} \"{}\"", catalog.name, catalog.title)
        }
        Def::Control(control) => control_name(program, control)?,
        Def::Data(id) => {
            let data = program.data.get(id.0 as usize)?;
            format!("data {}: {} from \"{}\"", data.name, name(&data.ty), data.path)
        }
        Def::Let(id) => {
            let def = program.lets.get(id.0 as usize)?;
            format!("let {}: {}", def.name, name(&def.value.ty))
        }
        Def::Define(id) => {
            let def = program.defines.get(id.0 as usize)?;
            format!("define {}({}): {}", def.name, params(program, &def.params), name(&def.result))
        }
        Def::Block(id) => {
            let block = program.blocks.get(id.0 as usize)?;
            format!("{} {}({})", block_word(block.kind), block.name, params(program, &block.params))
        }
        Def::Clause(id, clause) => {
            let clause = program.blocks.get(id.0 as usize)?.clauses.get(clause.0 as usize)?;
            let word = crate::interp::clause_word(clause);
            if word == clause.name { word.to_owned() } else { format!("{word} {}", clause.name) }
        }
        Def::Invariant(id) => {
            let def = program.invariants.get(id as usize)?;
            format!("invariant {}({})", def.name, params(program, &def.params))
        }
        Def::Local(id) => {
            let local = package.analysis.index.locals.get(id as usize)?;
            match local.kind {
                LocalKind::Parameter => format!("{}: {}  // parameter", local.name, name(&local.ty)),
                LocalKind::Let => format!("let {}: {}", local.name, name(&local.ty)),
                LocalKind::Binder => format!("{}: {}", local.name, name(&local.ty)),
            }
        }
        Def::Builtin(name) => builtin(name)?.0.to_owned(),
    })
}

/// What the author says of it, with controls and owner; and what a built-in does.
pub fn body(package: &Loaded, def: Def) -> Vec<String> {
    let program = &package.analysis.program;
    if let Def::Builtin(name) = def {
        return builtin(name).map(|(_, text)| text.to_owned()).into_iter().collect();
    }
    let mut parts = Vec::new();
    if let Some(meta) = meta(program, def) {
        parts.extend(meta.doc.as_ref().map(ToString::to_string));
        if !meta.maps.is_empty() {
            let controls =
                meta.maps.iter().filter_map(|c| Some((control_name(program, *c)?, control_text(program, *c)?)));
            let lines: Vec<String> = controls.map(|(name, text)| format!("- `{name}` {text}")).collect();
            parts.push(format!("Controls:\n{}", lines.join("\n")));
        }
        parts.extend(meta.owner.as_ref().map(|owner| format!("Owner: {owner}")));
        parts.extend(meta.since.as_ref().map(|since| format!("Since: {since}")));
        if !meta.was.is_empty() {
            let was: Vec<String> = meta.was.iter().map(|w| format!("`{w}`")).collect();
            parts.push(format!("Formerly: {}", was.join(", ")));
        }
    }
    match def {
        Def::Control(control) => parts.extend(control_text(program, control).map(str::to_owned)),
        Def::Field(id, field) => {
            let field = program.types.records.get(id.0 as usize).and_then(|r| r.fields.get(field as usize));
            parts.extend(field.filter(|f| f.wire != f.name).map(|f| format!("In facts: `{}`", f.wire)));
        }
        Def::Case(id, case) => {
            let case = program.types.enums.get(id.0 as usize).and_then(|e| e.cases.get(case as usize));
            parts.extend(case.filter(|c| c.wire != c.name).map(|c| format!("In facts: `{}`", c.wire)));
        }
        Def::Catalog(id) => {
            let count = program.catalogs.get(id.0 as usize).map_or(0, |c| c.entries.len());
            parts.push(format!("{count} controls"));
        }
        _ => {}
    }
    parts
}

fn meta(program: &Program, def: Def) -> Option<&Meta> {
    let types = &program.types;
    match def {
        Def::Enum(id) => types.enums.get(id.0 as usize).map(|d| &d.meta),
        Def::Case(id, n) => types.enums.get(id.0 as usize)?.cases.get(n as usize).map(|d| &d.meta),
        Def::Record(id) => types.records.get(id.0 as usize).map(|d| &d.meta),
        Def::Field(id, n) => types.records.get(id.0 as usize)?.fields.get(n as usize).map(|d| &d.meta),
        Def::Duty(id) => program.duties.get(id.0 as usize).map(|d| &d.meta),
        Def::Catalog(id) => program.catalogs.get(id.0 as usize).map(|d| &d.meta),
        Def::Data(id) => program.data.get(id.0 as usize).map(|d| &d.meta),
        Def::Let(id) => program.lets.get(id.0 as usize).map(|d| &d.meta),
        Def::Define(id) => program.defines.get(id.0 as usize).map(|d| &d.meta),
        Def::Block(id) => program.blocks.get(id.0 as usize).map(|d| &d.meta),
        Def::Clause(id, n) => program.blocks.get(id.0 as usize)?.clauses.get(n.0 as usize).map(|d| &d.meta),
        Def::Invariant(id) => program.invariants.get(id as usize).map(|d| &d.meta),
        Def::Module(_) | Def::Control(_) | Def::Local(_) | Def::Builtin(_) => None,
    }
}

/// The type of what a name stands for.
pub fn type_of(package: &Loaded, def: Def) -> Option<Ty> {
    let program = &package.analysis.program;
    Some(match def {
        Def::Case(id, _) => Ty::Enum(id),
        Def::Field(id, field) => program.types.records.get(id.0 as usize)?.fields.get(field as usize)?.ty.clone(),
        Def::Data(id) => program.data.get(id.0 as usize)?.ty.clone(),
        Def::Let(id) => program.lets.get(id.0 as usize)?.value.ty.clone(),
        Def::Define(id) => program.defines.get(id.0 as usize)?.result.clone(),
        Def::Local(id) => package.analysis.index.locals.get(id as usize)?.ty.clone(),
        _ => return None,
    })
}

pub fn params(program: &Program, params: &[ParamDef]) -> String {
    let one = |p: &ParamDef| format!("{}: {}", p.name, program.types.name(&p.ty));
    params.iter().map(one).collect::<Vec<_>>().join(", ")
}

pub fn block_word(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Participation => "participation",
        BlockKind::Relationship => "relationship",
        BlockKind::Assessment => "assessment",
    }
}

fn control_name(program: &Program, control: ControlRef) -> Option<String> {
    let catalog = program.catalogs.get(control.catalog.0 as usize)?;
    Some(format!("{}[\"{}\"]", catalog.name, catalog.entries.get(control.entry as usize)?.0))
}

fn control_text(program: &Program, control: ControlRef) -> Option<&str> {
    let catalog = program.catalogs.get(control.catalog.0 as usize)?;
    catalog.entries.get(control.entry as usize).map(|(_, text)| text.as_str())
}

fn cases(def: &EnumDef) -> String {
    let (word, sign) = if def.ordered { ("scale", " < ") } else { ("enum", ", ") };
    let mut names: Vec<&str> = def.cases.iter().take(MOST).map(|c| c.name.as_str()).collect();
    if def.cases.len() > MOST {
        names.push("…");
    }
    format!("{word} {} {{ {} }}", def.name, names.join(sign))
}

fn fields(program: &Program, def: &RecordDef) -> String {
    let word = if def.is_event { "event" } else { "record" };
    let mut out = format!("{word} {} {{\n", def.name);
    for field in def.fields.iter().take(MOST) {
        out.push_str(&format!("    {}: {}\n", field.name, program.types.name(&field.ty)));
    }
    if def.fields.len() > MOST {
        out.push_str("    …\n");
    }
    out.push('}');
    out
}

/// The head of what is built in, and what it does.
pub fn builtin(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "add_months" => (
            "add_months(i: instant, months: int): instant",
            "The same day so many months on, at most the month's last.",
        ),
        "cidr" => ("cidr(\"10.0.0.0/8\"): cidr", "A network, written out."),
        "ip" => ("ip(\"10.1.2.3\"): ip", "An address, written out."),
        "count" => (
            "count(xs): int  // or count(x in xs where E)",
            "How many there are; with `where`, how many of which E holds.",
        ),
        "first" => {
            ("first(xs): T?  // or first(E for x in xs where E)", "The first element, absent where there is none.")
        }
        "last" => ("last(xs): T?  // or last(E for x in xs where E)", "The last element, absent where there is none."),
        "max" => ("max(E for x in xs where E): T?", "The greatest, absent where there is none."),
        "min" => ("min(E for x in xs where E): T?", "The least, absent where there is none."),
        "sum" => ("sum(E for x in xs where E): T", "All added up; 0 of nothing."),
        "overdue" => (
            "overdue(obligation): bool",
            "The dated obligation of this block applies and `now` is past its due instant.",
        ),
        "bool" => ("bool", "`true` or `false`."),
        "int" => ("int", "A whole number, 64 bits, signed. Arithmetic saturates."),
        "decimal" => ("decimal", "A number with at most four digits behind the point, exact."),
        "string" => ("string", "Text, compared byte by byte."),
        "instant" => ("instant", "A point in time, to the microsecond, in UTC."),
        "duration" => ("duration", "A length of time: `15m`, `90d`, `1h30m`."),
        "list" => ("list<T>", "Elements in order; the same one may stand twice."),
        "set" => ("set<T>", "Scalar values, each once, in their order."),
        "Standing" => (
            "scale Standing { active < reverify < suspended < revoked }",
            "What events have done to a participation or a relationship. Only an `active` one permits.",
        ),
        _ => return None,
    })
}
