//! Values: what the checker says may stand at the cursor.
//!
//! In: a place, and what goes in there. Out: fields behind a dot; the cases that are wanted, then what is visible. Where the
//! text around is too broken for the checker to come by, the names of the item are offered as they were last known.

use std::rc::Rc;

use trust_syntax::span::Span;
use trust_syntax::token::Tok;

use super::super::packages::Loaded;
use super::super::{describe, syntax};
use super::context::MARK;
use super::library::{self, Kind};
use super::offer::{Offer, Offers};
use super::{values, words};
use crate::program::BlockId;
use crate::program::index::{Def, Probe};
use crate::program::ty::{EnumId, RecordId, Ty};
use lsp_types::CompletionItemKind;

pub fn value(offers: &mut Offers<'_>, insert: &str, dotted: bool) {
    let probed = probe(offers, insert);
    let found = probed.as_ref().and_then(|p| p.analysis.index.probe.clone());
    if let Some(probed) = probed {
        offers.package = Rc::new(probed);
    }
    match found {
        Some(Probe::Value { visible, wanted }) => names(offers, &visible, wanted.as_ref()),
        Some(Probe::Member(ty)) => members(offers, &ty),
        Some(Probe::BlockMember(block)) => block_members(offers, block),
        Some(Probe::Case { of, taken }) => cases(offers, of, &taken.iter().map(|t| t.as_str()).collect::<Vec<_>>()),
        Some(Probe::Field { of, taken }) => fields(offers, of, &taken.iter().map(|t| t.as_str()).collect::<Vec<_>>()),
        None if dotted => {
            if let Some(ty) = path_before(offers) {
                members(offers, &ty);
            }
        }
        None => {
            let visible = locals_of_item(offers);
            names(offers, &visible, None);
        }
    }
}

/// Checks the package with our word at the cursor; then, if nobody came by, without the rest of the line.
fn probe(offers: &Offers<'_>, insert: &str) -> Option<Loaded> {
    let place = offers.place;
    let text = &place.package.file(place.file)?.source.text;
    let (start, end) = (offers.word.start as usize, offers.word.end as usize);
    let (before, after) = (text.get(..start)?, text.get(end..)?);
    let line = after.find('\n').unwrap_or(after.len());
    let rest = after.get(..line)?.trim();
    let whole = format!("{before}{MARK}{insert}{after}");
    let cut = format!("{before}{MARK}{insert}{}", after.get(line..)?);
    let texts = if rest.is_empty() { vec![whole] } else { vec![whole, cut] };
    let here = Span::new(place.file, offers.word.start, offers.word.start + MARK.len() as u32);
    texts.into_iter().find_map(|text| {
        let mut package = place.package.package.clone();
        package.files.get_mut(place.file.0 as usize)?.bytes = text.into_bytes();
        let probed = Loaded::new(package, Some(&place.package), Some(here));
        probed.analysis.index.probe.is_some().then_some(probed)
    })
}

fn names(offers: &mut Offers<'_>, visible: &[u32], wanted: Option<&Ty>) {
    let wanted = wanted.map(|ty| ty.present().clone());
    if let Some(Ty::Enum(id)) = &wanted {
        cases(offers, *id, &[]);
    }
    let package = Rc::clone(&offers.package);
    let fits = |def: Def| match (&wanted, describe::type_of(&package, def)) {
        (Some(wanted), Some(ty)) if ty.present() == wanted => 1,
        _ => 2,
    };
    for id in visible {
        if let Some(local) = package.analysis.index.locals.get(*id as usize) {
            offers.def(&local.name, Def::Local(*id), fits(Def::Local(*id)));
        }
    }
    let seen = values::names(offers);
    let types = &package.analysis.program.types;
    for (name, def) in &seen {
        match def {
            Def::Data(_) | Def::Let(_) | Def::Define(_) | Def::Block(_) => offers.def(name, *def, fits(*def)),
            Def::Record(id) if types.records.get(id.0 as usize).is_some_and(|r| !r.is_event) => offers.add(Offer {
                label: name.clone(),
                detail: "record".into(),
                kind: Some(CompletionItemKind::STRUCT),
                insert: Some(format!("{name} {{ $1 \\}}")),
                rank: 3,
                ..Offer::default()
            }),
            Def::Enum(_) => offers.def(name, *def, 3),
            Def::Record(_)
            | Def::Module(_)
            | Def::Case(..)
            | Def::Field(..)
            | Def::Duty(_)
            | Def::Catalog(_)
            | Def::Control(_)
            | Def::Clause(..)
            | Def::Invariant(_)
            | Def::Local(_)
            | Def::Builtin(_) => {}
        }
    }
    let now = wanted == Some(Ty::Instant);
    offers.add(Offer {
        label: "now".into(),
        detail: "instant".into(),
        about: "The instant the decision is made at.".into(),
        kind: Some(CompletionItemKind::VARIABLE),
        rank: if now { 1 } else { 3 },
        ..Offer::default()
    });
    for name in ["count", "min", "max", "sum", "first", "last", "overdue", "add_months", "ip", "cidr"] {
        offers.def(name, Def::Builtin(name), 3);
    }
    words::plain(offers, words::VALUE);
    library::elsewhere(offers, &[Kind::Function, Kind::Value, Kind::Block]);
}

fn cases(offers: &mut Offers<'_>, of: EnumId, taken: &[&str]) {
    let package = Rc::clone(&offers.package);
    let Some(def) = package.analysis.program.types.enums.get(of.0 as usize) else { return };
    for (n, case) in def.cases.iter().enumerate().filter(|(_, c)| !taken.contains(&c.name.as_str())) {
        offers.def(&case.name, Def::Case(of, n as u32), 0);
    }
}

/// Fields to be given a value.
fn fields(offers: &mut Offers<'_>, of: RecordId, taken: &[&str]) {
    let package = Rc::clone(&offers.package);
    let program = &package.analysis.program;
    let Some(def) = program.types.records.get(of.0 as usize) else { return };
    let colon = !is_labelled(offers);
    for (n, field) in def.fields.iter().enumerate().filter(|(_, f)| !taken.contains(&f.name.as_str())) {
        offers.add(Offer {
            label: field.name.to_string(),
            detail: program.types.name(&field.ty),
            about: describe::body(&package, Def::Field(of, n as u32)).join("\n\n"),
            kind: Some(CompletionItemKind::FIELD),
            insert: colon.then(|| format!("{}: $0", field.name)),
            rank: u8::from(field.ty.is_optional()),
            also: None,
        });
    }
}

/// Whether a colon stands behind the word already.
fn is_labelled(offers: &Offers<'_>) -> bool {
    let file = offers.place.package.file(offers.place.file);
    file.and_then(|f| f.source.text.get(offers.word.end as usize..)).is_some_and(|t| t.trim_start().starts_with(':'))
}

fn members(offers: &mut Offers<'_>, ty: &Ty) {
    let Ty::Record(id) = ty.present() else { return };
    let package = Rc::clone(&offers.package);
    let Some(def) = package.analysis.program.types.records.get(id.0 as usize) else { return };
    for (n, field) in def.fields.iter().enumerate() {
        offers.def(&field.name, Def::Field(*id, n as u32), 0);
    }
}

fn block_members(offers: &mut Offers<'_>, block: BlockId) {
    let package = Rc::clone(&offers.package);
    let program = &package.analysis.program;
    let Some(def) = program.blocks.get(block.0 as usize) else { return };
    let assessment = def.kind == crate::program::BlockKind::Assessment;
    let scale =
        def.grade.as_ref().and_then(|g| program.types.enums.get(g.scale.0 as usize)).map(|e| e.name.to_string());
    let mut member = |label: &str, detail: String, about: &str| {
        offers.add(Offer {
            label: label.into(),
            detail,
            about: about.into(),
            kind: Some(CompletionItemKind::FIELD),
            ..Offer::default()
        });
    };
    if !assessment {
        member("permitted", "bool".into(), "Whether it permits.");
        member("standing", "Standing".into(), "Its standing.");
    }
    if let Some(scale) = scale {
        member("grade", scale, "Its grade.");
    }
}

/// The type of `a.b` before the dot at the cursor, by the names of the item as they were last known.
fn path_before(offers: &Offers<'_>) -> Option<Ty> {
    let place = offers.place;
    let text = &place.package.file(place.file)?.source.text;
    let tokens = trust_syntax::tokens(place.file, text).0;
    let mut path: Vec<&str> = Vec::new();
    let mut before = tokens.iter().rev().skip_while(|t| t.end > offers.word.start).filter(|t| t.end > t.start);
    while before.next().is_some_and(|t| t.tok == Tok::Dot) {
        path.push(before.next()?.tok.word()?);
    }
    let mut names = path.into_iter().rev();
    let root = names.next()?;
    let index = &place.package.analysis.index;
    let local = locals_of_item(offers)
        .into_iter()
        .rev()
        .find(|id| index.locals.get(*id as usize).is_some_and(|l| l.name == root));
    let def = match local {
        Some(id) => Def::Local(id),
        None => values::names(offers).into_iter().find(|(name, _)| name == root)?.1,
    };
    let types = &place.package.analysis.program.types;
    names.try_fold(describe::type_of(&place.package, def)?, |ty, name| match ty.present() {
        Ty::Record(id) => {
            types.records.get(id.0 as usize)?.fields.iter().find(|f| f.name == name).map(|f| f.ty.clone())
        }
        _ => None,
    })
}

/// The parameters, lets and bound names of the item the cursor is in.
fn locals_of_item(offers: &Offers<'_>) -> Vec<u32> {
    let place = offers.place;
    let package: &Loaded = &place.package;
    let Some(item) = package.module(place.file).and_then(|m| syntax::item_at(&m.ast, place.offset)) else {
        return Vec::new();
    };
    let inside = |span: Span| {
        span.file == place.file
            && item.span.start <= span.start
            && span.end <= item.span.end
            && span.end <= place.offset
    };
    let locals = package.analysis.index.locals.iter().enumerate();
    locals.filter(|(_, l)| inside(l.span)).map(|(n, _)| n as u32).collect()
}
