//! What the rules speak of: facts, events, duties, and what the policy defines itself.
//!
//! In: the types that the blocks read, and what was mentioned while rules were put into words. Out: sections that every
//! link of the book leads into. Always: what a definition mentions is defined, too.

use std::collections::BTreeSet;

use super::scope::{Maker, Mentioned};
use super::text::{Line, Part, Section, Table, code, link, plain, strong, text, value};
use super::words::{count, kind, one_line, sentence, shown, title, words};
use crate::program::ty::{RecordDef, RecordId, Ty};
use crate::program::value::Value;
use crate::program::{ClauseKind, DataDef};

/// Rows of a table of data that are shown.
const ROWS: usize = 200;

pub fn facts(maker: &Maker<'_>) -> Section {
    let mut section = Section::new("facts", "Facts");
    section.parts.push(Part::Para(plain(
        "What somebody who asks for a decision must tell. Where something is not known, the rules say what then holds.",
    )));
    for id in records(maker) {
        if let Some(def) = maker.program.types.records.get(id.0 as usize) {
            section.sections.push(record(maker, id, def));
        }
    }
    section
}

pub fn events(maker: &Maker<'_>) -> Option<Section> {
    let mut section = Section::new("events", "Events");
    let mut seen = BTreeSet::new();
    for (_, block) in maker.blocks() {
        for clause in &block.clauses {
            if let ClauseKind::Trigger { event, .. } | ClauseKind::Reinstate { event, .. } = &clause.kind {
                seen.insert(*event);
            }
        }
    }
    for id in seen {
        if let Some(def) = maker.program.types.records.get(id.0 as usize) {
            let mut one = record(maker, id, def);
            let mut rules = Vec::new();
            for (block_id, block) in maker.blocks() {
                for (clause_id, clause) in block.clauses() {
                    if let ClauseKind::Trigger { event, .. } | ClauseKind::Reinstate { event, .. } = &clause.kind
                        && *event == id
                    {
                        let word = super::clauses::badge(&clause.kind).1.to_lowercase();
                        let mut line =
                            vec![maker.block_link(block_id), text(": "), maker.clause_link(block_id, clause_id)];
                        line.push(text(format!(" ({word})")));
                        rules.push(line);
                    }
                }
            }
            one.parts.push(Part::Para(plain("Rules that wait for it:")));
            one.parts.push(Part::List(rules));
            section.sections.push(one);
        }
    }
    (!section.sections.is_empty()).then_some(section)
}

pub fn duties(maker: &Maker<'_>) -> Option<Section> {
    let mut section = Section::new("duties", "Duties");
    let mut seen = BTreeSet::new();
    for (_, block) in maker.blocks() {
        seen.extend(block.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::Oblige { duty, .. } => Some(*duty),
            _ => None,
        }));
    }
    for id in seen {
        let Some(def) = maker.program.duties.get(id.0 as usize) else { continue };
        let mut line = vec![strong(title(&def.name))];
        if !def.params.is_empty() {
            let params: Vec<String> = def.params.iter().map(|param| words(&param.name)).collect();
            line.push(text(format!(" ({})", params.join(", "))));
        }
        if let Some(doc) = &def.meta.doc {
            line.push(text(format!(": {}", sentence(&one_line(doc)))));
        }
        section.parts.push(Part::Term(format!("duty/{}.{}", maker.module(def.module), def.name), line, None));
    }
    (!section.parts.is_empty()).then_some(section)
}

/// What was mentioned while the rest of the book was made; to be called last.
pub fn definitions(maker: &Maker<'_>) -> Option<Section> {
    let mut known: BTreeSet<Mentioned> = BTreeSet::new();
    let mut made: Vec<(Mentioned, Section)> = Vec::new();
    loop {
        let new = maker.mentioned_beside(&known);
        if new.is_empty() {
            break;
        }
        for what in new {
            known.insert(what);
            made.extend(definition(maker, what).map(|section| (what, section)));
        }
    }
    made.sort_by_key(|(what, _)| *what);
    let mut section = Section::new("definitions", "Definitions and lists");
    section.sections = made.into_iter().map(|(_, section)| section).collect();
    (!section.sections.is_empty()).then_some(section)
}

fn definition(maker: &Maker<'_>, what: Mentioned) -> Option<Section> {
    let (name, meta) = maker.named(what)?;
    let mut section = Section::new(maker.target(what)?, title(name));
    if let Some(doc) = &meta.doc {
        section.parts.push(Part::Para(vec![strong(sentence(&one_line(doc)))]));
    }
    let place = match what {
        Mentioned::Define(id) => {
            let def = maker.program.defines.get(id.0 as usize)?;
            let scope = maker.define_scope(&def.params, &def.body);
            let names: Vec<Line> =
                def.params.iter().map(|p| plain(super::scope::param_words(maker.program, p))).collect();
            let mut line = plain("Of ");
            line.extend(super::text::listed(names, "and"));
            line.push(text(match def.result {
                Ty::Bool => ": it holds when",
                _ => ", it is",
            }));
            if def.params.is_empty() {
                line = plain(if def.result == Ty::Bool { "It holds when" } else { "It is" });
            }
            let phrase = match def.result {
                Ty::Bool => scope.condition(&def.body, true),
                _ => scope.cases(&def.body),
            };
            section.parts.push(Part::Condition(line, phrase));
            def.span
        }
        Mentioned::Data(id) => {
            let def = maker.program.data.get(id.0 as usize)?;
            data(maker, def, &mut section);
            def.span
        }
        Mentioned::Let(id) => {
            let def = maker.program.lets.get(id.0 as usize)?;
            let scope = maker.define_scope(&[], &def.value);
            section.parts.push(Part::Condition(plain("It is"), scope.cases(&def.value)));
            def.span
        }
    };
    section.parts.push(Part::Source(vec![code(name.as_str()), text(", "), code(maker.place(place))]));
    Some(section)
}

/// The contents of a list, as a table where it holds records.
fn data(maker: &Maker<'_>, def: &DataDef, section: &mut Section) {
    let types = &maker.program.types;
    section.parts.push(Part::Para(vec![text("Read from "), code(def.path.as_str()), text(".")]));
    let items: &[Value] = match &def.value {
        Value::List(items) | Value::Set(items) => items,
        other => {
            section.parts.push(Part::Para(vec![value(shown(types, &def.ty, other))]));
            return;
        }
    };
    let of = def.ty.present().element().unwrap_or(&Ty::Error);
    let record = match of.present() {
        Ty::Record(id) => types.records.get(id.0 as usize),
        _ => None,
    };
    match record {
        _ if items.is_empty() => section.parts.push(Part::Note(plain("The list is empty."))),
        None => {
            let lines = items.iter().take(ROWS).map(|item| vec![value(shown(types, of, item))]).collect();
            section.parts.push(Part::List(lines));
        }
        Some(record) => {
            let rows = items.iter().take(ROWS).map(|item| match item {
                Value::Record(fields) => {
                    record.fields.iter().zip(fields.iter()).map(|(f, v)| plain(shown(types, &f.ty, v))).collect()
                }
                other => vec![plain(shown(types, of, other))],
            });
            section.parts.push(Part::Table(Table {
                caption: format!("{}: {}", title(&def.name), count(items.len(), "row", "rows")),
                head: record.fields.iter().map(|field| title(&field.name)).collect(),
                rows: rows.collect(),
            }));
        }
    }
    if items.len() > ROWS {
        let more = format!("{} more are not shown.", items.len() - ROWS);
        section.parts.push(Part::Note(plain(more)));
    }
}

fn record(maker: &Maker<'_>, id: RecordId, def: &RecordDef) -> Section {
    let mut section = Section::new(maker.record_target(id), title(&def.name));
    if let Some(doc) = &def.meta.doc {
        section.parts.push(Part::Para(vec![strong(sentence(&one_line(doc)))]));
    }
    if def.fields.is_empty() {
        section.parts.push(Part::Para(plain("It says nothing more.")));
        return section;
    }
    let rows = def.fields.iter().map(|field| {
        let doc = field.meta.doc.as_deref().map(|doc| sentence(&one_line(doc))).unwrap_or_default();
        let what = match record_of(&field.ty) {
            Some(record) => {
                let name = maker.program.types.records.get(record.0 as usize).map_or("", |r| r.name.as_str());
                let many = match field.ty.present() {
                    Ty::List(_) | Ty::Set(_) => "any number of ",
                    _ => "",
                };
                let known = if field.ty.is_optional() { ", or not known" } else { "" };
                vec![text(many), link(title(name), maker.record_target(record)), text(known)]
            }
            None => plain(kind(&maker.program.types, &field.ty)),
        };
        vec![vec![strong(title(&field.name)), text(" "), code(field.wire.as_str())], what, plain(doc)]
    });
    section.parts.push(Part::Table(Table {
        caption: format!("{}, part by part", title(&def.name)),
        head: ["What", "It is", "Meaning"].map(str::to_owned).into(),
        rows: rows.collect(),
    }));
    section
}

/// The record a type holds, itself or in a collection.
pub fn record_of(ty: &Ty) -> Option<RecordId> {
    let mut ty = ty;
    loop {
        match ty {
            Ty::Record(id) => return Some(*id),
            Ty::List(inner) | Ty::Set(inner) | Ty::Optional(inner) => ty = inner,
            _ => return None,
        }
    }
}

/// Every record that the blocks read and that events carry, in the order of the program.
fn records(maker: &Maker<'_>) -> BTreeSet<RecordId> {
    let mut waiting: Vec<RecordId> = Vec::new();
    for (_, block) in maker.blocks() {
        waiting.extend(block.params.iter().filter_map(|param| record_of(&param.ty)));
        waiting.extend(block.clauses.iter().flat_map(|clause| match &clause.kind {
            ClauseKind::Trigger { event, .. } | ClauseKind::Reinstate { event, .. } => fields_of(maker, *event),
            _ => Vec::new(),
        }));
    }
    let mut found = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(fields_of(maker, id));
        }
    }
    found
}

fn fields_of(maker: &Maker<'_>, id: RecordId) -> Vec<RecordId> {
    let def = maker.program.types.records.get(id.0 as usize);
    def.map(|def| def.fields.iter().filter_map(|field| record_of(&field.ty)).collect()).unwrap_or_default()
}
