//! The outline of a file, and names looked for over all packages of the workspace.
//!
//! In: syntax trees. Out: symbols in source order, each range around its name; a search finds what holds the letters asked
//! for in their order.

use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, SymbolInformation, SymbolKind, WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use trust_syntax::ast::{self, BlockKind, ClauseKind, ItemKind};
use trust_syntax::span::Span;

use super::packages::{Key, Loaded};
use super::server::{Fault, Server};
use super::text::Source;
use crate::loader;

/// More than this nobody reads.
const MOST: usize = 512;

struct Symbol {
    name: String,
    detail: String,
    kind: SymbolKind,
    whole: Span,
    place: Span,
    inner: Vec<Symbol>,
}

impl Server {
    pub fn document_symbols(&mut self, params: DocumentSymbolParams) -> Result<Vec<DocumentSymbol>, Fault> {
        let (package, file) = self.known(&params.text_document.uri)?;
        let Some((file, module)) = package.file(file).zip(package.module(file)) else { return Ok(Vec::new()) };
        Ok(outline(&module.ast).into_iter().map(|s| shown(&file.source, s)).collect())
    }

    pub fn workspace_symbols(&mut self, params: WorkspaceSymbolParams) -> Result<WorkspaceSymbolResponse, Fault> {
        let mut found = Vec::new();
        for key in self.packages_of_workspace() {
            let package = self.packages.get(&key);
            for module in package.analysis.modules.iter().filter(|m| !m.std) {
                for symbol in outline(&module.ast) {
                    self.look(&package, symbol, &params.query, &module.name, &mut found);
                }
            }
        }
        Ok(WorkspaceSymbolResponse::Flat(found))
    }

    fn look(&self, package: &Loaded, symbol: Symbol, query: &str, inside: &str, out: &mut Vec<SymbolInformation>) {
        if holds(&symbol.name, query)
            && out.len() < MOST
            && let Some(location) = self.packages.location(package, symbol.place)
        {
            #[allow(deprecated)] // The field must be given.
            out.push(SymbolInformation {
                name: symbol.name.clone(),
                kind: symbol.kind,
                tags: None,
                deprecated: None,
                location,
                container_name: Some(inside.to_owned()),
            });
        }
        for inner in symbol.inner {
            self.look(package, inner, query, &symbol.name, out);
        }
    }

    /// Packages with open documents, and those in the folders of the workspace.
    fn packages_of_workspace(&mut self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.packages.documents.keys().map(|path| self.packages.key_of(path)).collect();
        for folder in &self.folders {
            keys.extend(loader::roots(folder).into_iter().map(Key::Folder));
        }
        keys.sort();
        keys.dedup();
        keys
    }
}

/// Whether the letters asked for stand in the name, in their order.
fn holds(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|c| c == wanted))
}

fn shown(source: &Source, symbol: Symbol) -> DocumentSymbol {
    let inner: Vec<DocumentSymbol> = symbol.inner.into_iter().map(|s| shown(source, s)).collect();
    #[allow(deprecated)] // The field must be given.
    DocumentSymbol {
        name: symbol.name,
        detail: (!symbol.detail.is_empty()).then_some(symbol.detail),
        kind: symbol.kind,
        tags: None,
        deprecated: None,
        range: source.range(symbol.whole.to(symbol.place)),
        selection_range: source.range(symbol.place),
        children: (!inner.is_empty()).then_some(inner),
    }
}

fn outline(module: &ast::Module) -> Vec<Symbol> {
    module.items.iter().filter_map(item).collect()
}

fn symbol(name: &ast::Name, detail: &str, kind: SymbolKind, whole: Span) -> Symbol {
    // A name that could not be read has no letters, and the protocol wants some.
    let text = if name.text.is_empty() { "…".to_owned() } else { name.text.to_string() };
    Symbol { name: text, detail: detail.to_owned(), kind, whole, place: name.span, inner: Vec::new() }
}

fn item(item: &ast::Item) -> Option<Symbol> {
    let with = |name: &ast::Name, detail: &str, kind, inner: Vec<Symbol>| {
        Some(Symbol { inner, ..symbol(name, detail, kind, item.span) })
    };
    match &item.kind {
        ItemKind::Framework(f) => with(&f.name, "framework", SymbolKind::NAMESPACE, Vec::new()),
        ItemKind::Use(_) | ItemKind::Error => None,
        ItemKind::Enum(e) => {
            let cases = e.cases.iter().map(|c| symbol(&c.name, "", SymbolKind::ENUM_MEMBER, c.name.span));
            with(&e.name, if e.ordered { "scale" } else { "enum" }, SymbolKind::ENUM, cases.collect())
        }
        ItemKind::Record(r) => with(&r.name, "record", SymbolKind::STRUCT, fields(r)),
        ItemKind::Event(r) => with(&r.name, "event", SymbolKind::EVENT, fields(r)),
        ItemKind::Duty(d) => with(&d.name, "duty", SymbolKind::INTERFACE, Vec::new()),
        ItemKind::Catalog(c) => {
            let entries = c.entries.iter().map(|e| Symbol {
                name: e.id.value.to_string(),
                detail: e.text.value.to_string(),
                kind: SymbolKind::KEY,
                whole: e.id.span.to(e.text.span),
                place: e.id.span,
                inner: Vec::new(),
            });
            with(&c.name, "catalog", SymbolKind::PACKAGE, entries.filter(|e| !e.name.is_empty()).collect())
        }
        ItemKind::Data(d) => with(&d.name, "data", SymbolKind::CONSTANT, Vec::new()),
        ItemKind::Let(l) => with(&l.name, "let", SymbolKind::CONSTANT, Vec::new()),
        ItemKind::Define(d) => with(&d.name, "define", SymbolKind::FUNCTION, Vec::new()),
        ItemKind::Block(b) => {
            let word = match b.kind {
                BlockKind::Participation => "participation",
                BlockKind::Relationship => "relationship",
                BlockKind::Assessment => "assessment",
            };
            with(&b.name, word, SymbolKind::CLASS, b.clauses.iter().filter_map(clause).collect())
        }
        ItemKind::Test(t) => Some(Symbol {
            name: if t.title.value.is_empty() { "test".into() } else { t.title.value.to_string() },
            detail: "test".into(),
            kind: SymbolKind::METHOD,
            whole: item.span,
            place: t.title.span,
            inner: Vec::new(),
        }),
        ItemKind::Invariant(i) => with(&i.name, "invariant", SymbolKind::METHOD, Vec::new()),
    }
}

fn fields(record: &ast::RecordDecl) -> Vec<Symbol> {
    record.fields.iter().map(|f| symbol(&f.name, "", SymbolKind::FIELD, f.span)).collect()
}

fn clause(clause: &ast::Clause) -> Option<Symbol> {
    let kind = match &clause.kind {
        ClauseKind::Let(l) => return Some(symbol(&l.name, "let", SymbolKind::VARIABLE, clause.span)),
        ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. } => SymbolKind::EVENT,
        _ => SymbolKind::PROPERTY,
    };
    let name = clause.name.as_ref()?;
    Some(symbol(name, super::syntax::clause_word(&clause.kind), kind, clause.span))
}
