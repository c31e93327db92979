//! Names that are not imported yet: of the standard library and of the package's other modules.
//!
//! In: a path, or kinds of names. Out: suggestions; outside of `use` each brings its import along.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use lsp_types::CompletionItemKind;
use trust_syntax::ast::{self, ItemKind};
use trust_syntax::span::FileId;

use super::super::actions;
use super::offer::{Offer, Offers};
use crate::stdlib;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Type,
    Scale,
    Event,
    Duty,
    Catalog,
    Function,
    Value,
    Block,
}

#[derive(Clone, Debug)]
struct Declared {
    module: String,
    name: String,
    kind: Kind,
    about: String,
}

fn declared(module: &str, tree: &ast::Module) -> Vec<Declared> {
    let one = |item: &ast::Item| {
        let (name, kind) = match &item.kind {
            ItemKind::Enum(e) => (&e.name, if e.ordered { Kind::Scale } else { Kind::Type }),
            ItemKind::Record(r) => (&r.name, Kind::Type),
            ItemKind::Event(r) => (&r.name, Kind::Event),
            ItemKind::Duty(d) => (&d.name, Kind::Duty),
            ItemKind::Catalog(c) => (&c.name, Kind::Catalog),
            ItemKind::Data(d) => (&d.name, Kind::Value),
            ItemKind::Let(l) => (&l.name, Kind::Value),
            ItemKind::Define(d) => (&d.name, Kind::Function),
            ItemKind::Block(b) => (&b.name, Kind::Block),
            ItemKind::Framework(_)
            | ItemKind::Use(_)
            | ItemKind::Test(_)
            | ItemKind::Invariant(_)
            | ItemKind::Error => {
                return None;
            }
        };
        let about = item.doc.as_ref().map(|d| d.value.to_string()).unwrap_or_default();
        Some(Declared { module: module.to_owned(), name: name.text.to_string(), kind, about })
    };
    tree.items.iter().filter_map(one).collect()
}

/// Everything the library declares; read once.
fn library() -> &'static [Declared] {
    static ALL: OnceLock<Vec<Declared>> = OnceLock::new();
    ALL.get_or_init(|| {
        let of = |(name, text): &(&str, &str)| declared(name, &trust_syntax::parse(FileId(0), text).module);
        stdlib::MODULES.iter().flat_map(of).collect()
    })
}

/// Names of the package's other modules and of the library.
fn all(offers: &Offers<'_>) -> Vec<Declared> {
    let place = offers.place;
    let own = place.package.analysis.modules.iter().filter(|m| !m.std && m.file != place.file);
    own.flat_map(|m| declared(&m.name, &m.ast)).chain(library().iter().cloned()).collect()
}

fn symbol(kind: Kind) -> CompletionItemKind {
    match kind {
        Kind::Type => CompletionItemKind::STRUCT,
        Kind::Scale => CompletionItemKind::ENUM,
        Kind::Event => CompletionItemKind::EVENT,
        Kind::Duty => CompletionItemKind::INTERFACE,
        Kind::Catalog => CompletionItemKind::MODULE,
        Kind::Function => CompletionItemKind::FUNCTION,
        Kind::Value => CompletionItemKind::CONSTANT,
        Kind::Block => CompletionItemKind::CLASS,
    }
}

/// Names of these kinds from elsewhere; a scale is a type too.
pub fn elsewhere(offers: &mut Offers<'_>, kinds: &[Kind]) {
    let seen: BTreeSet<String> = super::values::names(offers).into_iter().map(|(name, _)| name).collect();
    for d in all(offers) {
        let fits = kinds.contains(&d.kind) || (d.kind == Kind::Scale && kinds.contains(&Kind::Type));
        if !fits || seen.contains(&d.name) {
            continue;
        }
        let also = actions::import(&offers.place.package, offers.place.file, &format!("{}.{}", d.module, d.name));
        let insert = match d.kind {
            Kind::Function | Kind::Duty => Some(format!("{}($1)$0", d.name)),
            Kind::Block => Some(format!("{}($1).permitted$0", d.name)),
            Kind::Catalog => Some(format!("{}[\"$1\"]", d.name)),
            Kind::Type | Kind::Scale | Kind::Event | Kind::Value => None,
        };
        offers.add(Offer {
            detail: format!("use {}.{}", d.module, d.name),
            label: d.name,
            about: d.about,
            kind: Some(symbol(d.kind)),
            insert,
            rank: 5,
            also,
        });
    }
}

/// Behind `use` and the names of a path: the modules that begin so, or what the module declares.
pub fn modules(offers: &mut Offers<'_>, path: &[String]) {
    let whole = path.join(".");
    names_of(offers, &whole);
    let place = offers.place;
    let own = place.package.analysis.modules.iter().filter(|m| !m.std && m.file != place.file).map(|m| m.name.clone());
    let std = stdlib::MODULES.iter().map(|(name, _)| (*name).to_owned());
    let under = |name: &String| match whole.as_str() {
        "" => Some(name.split('.').next().unwrap_or(name).to_owned()),
        path => name.strip_prefix(path)?.strip_prefix('.').map(str::to_owned),
    };
    let next: BTreeSet<String> = own.chain(std).filter_map(|name| under(&name)).collect();
    for name in next {
        offers.add(Offer { label: name, kind: Some(CompletionItemKind::MODULE), ..Offer::default() });
    }
}

/// What a module declares.
pub fn names_of(offers: &mut Offers<'_>, module: &str) {
    for d in all(offers).into_iter().filter(|d| d.module == module) {
        offers.add(Offer { label: d.name, about: d.about, kind: Some(symbol(d.kind)), ..Offer::default() });
    }
}
