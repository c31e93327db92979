//! Names of one kind: types, events, duties, clauses, controls.
//!
//! In: what the module sees. Out: those of the kind wanted; behind them those of the library and of other modules, which
//! bring their `use` along.

use lsp_types::CompletionItemKind;

use super::super::{describe, syntax};
use super::context::Wanted;
use super::library::{self, Kind};
use super::offer::{Offer, Offers};
use crate::program::index::Def;
use crate::program::{BlockId, BlockKind, CatalogId, ClauseKind, ControlRef, Hold, ObligeTime, Program};
use trust_syntax::ast::ItemKind;

/// The names the module of the cursor sees.
pub fn names(offers: &Offers<'_>) -> Vec<(String, Def)> {
    let package = &offers.package;
    let module = package.analysis.modules.iter().position(|m| m.file == offers.place.file);
    let names = module.and_then(|m| package.analysis.index.names.get(m)).map(Vec::as_slice).unwrap_or_default();
    names.iter().map(|(name, def)| (name.to_string(), *def)).collect()
}

fn of(offers: &mut Offers<'_>, wanted: impl Fn(&Program, Def) -> bool) {
    for (name, def) in names(offers) {
        if wanted(&offers.package.analysis.program, def) {
            offers.def(&name, def, 0);
        }
    }
}

fn is_event(program: &Program, def: Def) -> bool {
    matches!(def, Def::Record(id) if program.types.records.get(id.0 as usize).is_some_and(|r| r.is_event))
}

pub fn types(offers: &mut Offers<'_>) {
    of(offers, |p, def| matches!(def, Def::Enum(_) | Def::Record(_)) && !is_event(p, def));
    for name in ["bool", "int", "decimal", "string", "instant", "duration", "ip", "cidr", "Standing", "list", "set"] {
        let insert = matches!(name, "list" | "set").then(|| format!("{name}<$1>$0"));
        offers.add(Offer {
            label: name.into(),
            about: describe::builtin(name).map(|(_, about)| about.to_owned()).unwrap_or_default(),
            kind: Some(CompletionItemKind::CLASS),
            insert,
            rank: 1,
            ..Offer::default()
        });
    }
    library::elsewhere(offers, &[Kind::Type]);
}

pub fn events(offers: &mut Offers<'_>) {
    of(offers, is_event);
    library::elsewhere(offers, &[Kind::Event]);
}

pub fn duties(offers: &mut Offers<'_>) {
    of(offers, |_, def| matches!(def, Def::Duty(_)));
    library::elsewhere(offers, &[Kind::Duty]);
}

pub fn scales(offers: &mut Offers<'_>) {
    of(offers, |p, def| matches!(def, Def::Enum(id) if p.types.enums.get(id.0 as usize).is_some_and(|e| e.ordered)));
    library::elsewhere(offers, &[Kind::Scale]);
}

pub fn parties(offers: &mut Offers<'_>) {
    for (name, def) in names(offers) {
        let Def::Block(id) = def else { continue };
        let block = offers.package.analysis.program.blocks.get(id.0 as usize);
        if block.is_some_and(|b| b.kind == BlockKind::Participation) {
            offers.add(Offer {
                label: name,
                detail: "participation".into(),
                about: describe::body(&offers.package, def).join("\n\n"),
                kind: Some(CompletionItemKind::CLASS),
                ..Offer::default()
            });
        }
    }
}

pub fn catalogs(offers: &mut Offers<'_>) {
    for (name, def) in names(offers) {
        if matches!(def, Def::Catalog(_)) {
            offers.add(Offer {
                detail: describe::head(&offers.package, def).unwrap_or_default(),
                insert: Some(format!("{name}[\"$1\"]")),
                label: name,
                kind: Some(CompletionItemKind::MODULE),
                ..Offer::default()
            });
        }
    }
    library::elsewhere(offers, &[Kind::Catalog]);
}

/// The ids of a catalogue with their texts.
pub fn controls(offers: &mut Offers<'_>, catalog: &str) {
    let found = names(offers).into_iter().find(|(name, _)| name == catalog);
    let Some((_, Def::Catalog(CatalogId(id)))) = found else { return };
    let package = std::rc::Rc::clone(&offers.package);
    let Some(catalog) = package.analysis.program.catalogs.get(id as usize) else { return };
    for (n, (id_text, text)) in catalog.entries.iter().enumerate() {
        let control = ControlRef { catalog: CatalogId(id), entry: n as u32 };
        offers.add(Offer {
            label: id_text.to_string(),
            detail: text.to_string(),
            about: describe::body(&package, Def::Control(control)).join("\n\n"),
            kind: Some(CompletionItemKind::REFERENCE),
            ..Offer::default()
        });
    }
}

pub fn clauses_of(offers: &mut Offers<'_>, block: &str, wanted: Wanted) {
    let found = names(offers).into_iter().find(|(name, _)| name == block);
    if let Some((_, Def::Block(id))) = found {
        clauses(offers, id, wanted);
        if wanted == Wanted::Reason {
            for name in ["no_basis", "framework"] {
                offers.add(Offer { label: name.into(), rank: 2, ..Offer::default() });
            }
        }
    }
}

pub fn own_clauses(offers: &mut Offers<'_>, wanted: Wanted) {
    let place = offers.place;
    let item = place.package.module(place.file).and_then(|m| syntax::item_at(&m.ast, place.offset));
    let Some(ItemKind::Block(block)) = item.map(|i| &i.kind) else { return };
    if let Some(Def::Block(id)) = place.package.analysis.index.exactly(block.name.span) {
        clauses(offers, id, wanted);
    }
}

fn clauses(offers: &mut Offers<'_>, block: BlockId, wanted: Wanted) {
    let package = std::rc::Rc::clone(&offers.package);
    let Some(def) = package.analysis.program.blocks.get(block.0 as usize) else { return };
    for (id, clause) in def.clauses() {
        if fits(&clause.kind, wanted) {
            offers.def(&clause.name, Def::Clause(block, id), 0);
        }
    }
}

fn fits(kind: &ClauseKind, wanted: Wanted) -> bool {
    match wanted {
        Wanted::Basis => matches!(kind, ClauseKind::Basis(_)),
        Wanted::Obligation => matches!(kind, ClauseKind::Oblige { .. }),
        Wanted::DatedObligation => matches!(kind, ClauseKind::Oblige { time: ObligeTime::Due(_), .. }),
        Wanted::Advice => matches!(kind, ClauseKind::Recommend(_)),
        Wanted::Prior => matches!(kind, ClauseKind::Trigger { .. }),
        Wanted::Trigger => matches!(kind, ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. }),
        Wanted::Liftable => matches!(kind, ClauseKind::Trigger { hold: Hold::Suspend | Hold::Reverify, .. }),
        Wanted::Reason => matches!(
            kind,
            ClauseKind::Scope(_)
                | ClauseKind::Require(_)
                | ClauseKind::Deny(_)
                | ClauseKind::Expires { .. }
                | ClauseKind::TtlFrom { .. }
                | ClauseKind::Continuous { .. }
                | ClauseKind::Trigger { .. }
        ),
    }
}
