//! The list of suggestions while it is made.
//!
//! In: names with what they are. Out: completion items, each once, what fits best first.

use std::collections::BTreeSet;
use std::rc::Rc;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind,
    TextEdit,
};
use trust_syntax::span::Span;

use super::super::describe;
use super::super::packages::{Loaded, Place};
use crate::program::index::{Def, LocalKind};

pub struct Offers<'p> {
    pub place: &'p Place,
    /// What names are looked up in: the package, or what the checker made of it with our word in it.
    pub package: Rc<Loaded>,
    pub word: Span,
    snippets: bool,
    /// A whole decision may stand here, not only a value.
    pub decides: bool,
    seen: BTreeSet<String>,
    items: Vec<CompletionItem>,
}

/// What is suggested.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    pub label: String,
    pub detail: String,
    pub about: String,
    pub kind: Option<CompletionItemKind>,
    /// Where it differs from the label; `$1` and the like are places to fill in.
    pub insert: Option<String>,
    /// 0 stands first.
    pub rank: u8,
    /// What else must be written.
    pub also: Option<TextEdit>,
}

impl<'p> Offers<'p> {
    pub fn new(place: &'p Place, word: Span, snippets: bool) -> Offers<'p> {
        Offers {
            place,
            package: Rc::clone(&place.package),
            word,
            snippets,
            decides: false,
            seen: BTreeSet::new(),
            items: Vec::new(),
        }
    }

    pub fn add(&mut self, offer: Offer) {
        let Some(file) = self.place.package.file(self.place.file) else { return };
        if !self.seen.insert(offer.label.clone()) {
            return;
        }
        let (text, format) = match &offer.insert {
            Some(snippet) if self.snippets => (snippet.clone(), Some(InsertTextFormat::SNIPPET)),
            Some(snippet) => (without_places(snippet), None),
            None => (offer.label.clone(), None),
        };
        self.items.push(CompletionItem {
            sort_text: Some(format!("{}{:04}", offer.rank, self.items.len())),
            kind: offer.kind,
            detail: (!offer.detail.is_empty()).then_some(offer.detail),
            documentation: (!offer.about.is_empty()).then_some(Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value: offer.about,
            })),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: file.source.range(self.word), new_text: text })),
            insert_text_format: format,
            additional_text_edits: offer.also.map(|edit| vec![edit]),
            label: offer.label,
            ..CompletionItem::default()
        });
    }

    /// Something the package or the library defines.
    pub fn def(&mut self, name: &str, def: Def, rank: u8) {
        let package = &self.package;
        let ty = describe::type_of(package, def).filter(|_| !matches!(def, Def::Define(_) | Def::Case(..)));
        let detail = match ty {
            Some(ty) => package.analysis.program.types.name(&ty),
            None => describe::head(package, def).map(|h| first_line(&h)).unwrap_or_default(),
        };
        let insert = match def {
            Def::Define(_) | Def::Duty(_) => Some(format!("{name}($1)$0")),
            Def::Block(_) if self.decides => Some(format!("{name}($1): $0")),
            Def::Block(_) => Some(format!("{name}($1).permitted$0")),
            Def::Builtin(b) if b.starts_with(char::is_lowercase) => Some(format!("{name}($1)$0")),
            _ => None,
        };
        let about = describe::body(package, def).join("\n\n");
        self.add(Offer { label: name.to_owned(), detail, about, kind: Some(self.kind(def)), insert, rank, also: None });
    }

    fn kind(&self, def: Def) -> CompletionItemKind {
        let program = &self.package.analysis.program;
        match def {
            Def::Module(_) => CompletionItemKind::MODULE,
            Def::Enum(_) => CompletionItemKind::ENUM,
            Def::Case(..) => CompletionItemKind::ENUM_MEMBER,
            Def::Record(id) => match program.types.records.get(id.0 as usize) {
                Some(r) if r.is_event => CompletionItemKind::EVENT,
                _ => CompletionItemKind::STRUCT,
            },
            Def::Field(..) => CompletionItemKind::FIELD,
            Def::Duty(_) => CompletionItemKind::INTERFACE,
            Def::Catalog(_) => CompletionItemKind::MODULE,
            Def::Control(_) => CompletionItemKind::REFERENCE,
            Def::Data(_) | Def::Let(_) => CompletionItemKind::CONSTANT,
            Def::Define(_) | Def::Builtin(_) | Def::Invariant(_) => CompletionItemKind::FUNCTION,
            Def::Block(_) => CompletionItemKind::CLASS,
            Def::Clause(..) => CompletionItemKind::PROPERTY,
            Def::Local(id) => match self.package.analysis.index.locals.get(id as usize).map(|l| l.kind) {
                Some(LocalKind::Parameter | LocalKind::Let | LocalKind::Binder) | None => CompletionItemKind::VARIABLE,
            },
        }
    }

    pub fn finish(self) -> Vec<CompletionItem> {
        self.items
    }
}

/// The first line of a head, without the brace it opens.
fn first_line(head: &str) -> String {
    let line = head.lines().next().unwrap_or_default();
    line.strip_suffix(" {").unwrap_or(line).to_owned()
}

/// A snippet as plain text: places to fill in are left out, defaults stay.
fn without_places(snippet: &str) -> String {
    let mut out = String::new();
    let mut rest = snippet.chars().peekable();
    let mut in_default = false;
    while let Some(c) = rest.next() {
        match c {
            '$' if rest.peek() == Some(&'{') => {
                rest.next();
                while rest.next_if(char::is_ascii_digit).is_some() {}
                rest.next_if_eq(&':');
                in_default = true;
            }
            '$' => while rest.next_if(char::is_ascii_digit).is_some() {},
            '}' if in_default => in_default = false,
            '\\' => out.extend(rest.next()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_plain_text_too() {
        assert_eq!(without_places("require ${1:name}: $0"), "require name: ");
        assert_eq!(without_places("f($1)$0"), "f()");
        assert_eq!(without_places("ttl ${1:name}: ${2:10m}"), "ttl name: 10m");
        assert_eq!(without_places("enum ${1:Name} { $0 \\}"), "enum Name {  }");
    }
}
