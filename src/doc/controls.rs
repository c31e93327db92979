//! The control matrix, both ways.
//!
//! In: what the blocks and clauses map to. Out: for each catalogue that is used its controls with their clauses, and those
//! with none; for each rule its controls; the clauses with none. Always: every control of a used catalogue and every
//! clause of the package is in the matrix once a side.

use std::collections::BTreeMap;

use super::clauses::{control_target, controls};
use super::scope::Maker;
use super::text::{Line, Part, Section, Table, code, listed, plain, stacked, strong, text};
use super::words::{count, title};
use crate::program::{CatalogDef, CatalogId, ControlRef};

pub fn section(maker: &Maker<'_>) -> Section {
    let mut section = Section::new("controls", "Control matrix");
    let mut serving: BTreeMap<ControlRef, Vec<Line>> = BTreeMap::new();
    for (id, block) in maker.blocks() {
        for control in &block.meta.maps {
            let mut line = vec![maker.block_link(id)];
            line.push(text(" (as a whole)"));
            serving.entry(*control).or_default().push(line);
        }
        for (clause_id, clause) in block.clauses() {
            for control in &clause.meta.maps {
                let line = vec![text(format!("{}: ", title(&block.name))), maker.clause_link(id, clause_id)];
                serving.entry(*control).or_default().push(line);
            }
        }
    }
    let mut used: Vec<CatalogId> = serving.keys().map(|control| control.catalog).collect();
    used.dedup();
    if used.is_empty() {
        section.parts.push(Part::Note(plain("No rule of this book names a control of any catalogue.")));
    }
    for catalog in used {
        if let Some(def) = maker.program.catalogs.get(catalog.0 as usize) {
            one_catalog(maker, catalog, def, &serving, &mut section);
        }
    }
    let rules =
        Section { parts: by_rule(maker), ..Section::new("controls-by-rule", "Rules and the controls they serve") };
    section.sections.push(rules);
    section
}

fn one_catalog(
    maker: &Maker<'_>,
    catalog: CatalogId,
    def: &CatalogDef,
    serving: &BTreeMap<ControlRef, Vec<Line>>,
    section: &mut Section,
) {
    let mut part = Section::new(format!("catalog/{}.{}", maker.module(def.module), def.name), def.title.as_str());
    let mut parts = Vec::new();
    let mut rows = Vec::new();
    let mut gaps = Vec::new();
    for ((id, about), entry) in def.entries.iter().zip(0..) {
        let control = ControlRef { catalog, entry };
        match serving.get(&control) {
            Some(rules) => {
                if let Some(target) = control_target(maker, control) {
                    rows.push((
                        target,
                        vec![vec![strong(id.as_str())], plain(about.as_str()), stacked(rules.iter().cloned())],
                    ));
                }
            }
            None => gaps.push(vec![strong(id.as_str()), text(format!(" {about}"))]),
        }
    }
    parts.push(Part::Para(plain(format!(
        "{} of {} served by rules of this book.",
        rows.len(),
        count(def.entries.len(), "control is", "controls are")
    ))));
    let head = ["Control", "What it asks", "Rules that serve it"].map(str::to_owned).into();
    parts.push(Part::Anchored(
        Table { caption: format!("{}: controls and their rules", def.title), head, rows: Vec::new() },
        rows,
    ));
    if !gaps.is_empty() {
        let title = format!("Gaps: {} with no rule", count(gaps.len(), "control", "controls"));
        parts.push(Part::Fold(title, vec![Part::List(gaps)]));
    }
    part.parts = parts;
    section.sections.push(part);
}

fn by_rule(maker: &Maker<'_>) -> Vec<Part> {
    let mut rows = Vec::new();
    let mut bare = Vec::new();
    for (id, block) in maker.blocks() {
        if !block.meta.maps.is_empty() {
            rows.push(vec![
                vec![maker.block_link(id), text(" (as a whole)")],
                listed(controls(maker, &block.meta), "and"),
                vec![code(maker.place(block.name_span))],
            ]);
        }
        for (clause_id, clause) in block.clauses() {
            let rule = || vec![text(format!("{}: ", title(&block.name))), maker.clause_link(id, clause_id)];
            if clause.meta.maps.is_empty() {
                bare.push(rule());
            } else {
                let served = listed(controls(maker, &clause.meta), "and");
                rows.push(vec![rule(), served, vec![code(maker.place(clause.name_span))]]);
            }
        }
    }
    let mut parts = Vec::new();
    if !rows.is_empty() {
        let head = ["Rule", "Controls", "In the source"].map(str::to_owned).into();
        parts.push(Part::Table(Table { caption: "Every rule with its controls".into(), head, rows }));
    }
    match bare.len() {
        0 => parts.push(Part::Note(plain("Every clause names a control of its own."))),
        n => {
            let title = format!("Gaps: {} with no control of its own", count(n, "clause", "clauses"));
            parts.push(Part::Fold(title, vec![Part::List(bare)]));
        }
    }
    parts
}
