//! The rule book of a policy, for people who do not read code.
//!
//! In: a checked program with its sources, and timelines of requests. Out: a [`Book`], which `markdown` and `html` write.
//! Always: the same source gives the same bytes; every clause of every block of the package is in it, with an anchor; every
//! link leads to something.

mod about;
mod blocks;
mod calendar;
mod clauses;
mod controls;
mod facets;
mod facts;
mod graph;
pub mod html;
mod lifecycle;
pub mod markdown;
mod phrase;
mod scope;
mod search;
pub mod shelf;
mod svg;
mod text;
mod timelines;
mod words;

use crate::program::Checked;
use crate::source::SourceMap;
use crate::timeline::Timeline;

pub use text::Book;

/// A request that was followed, with the name it goes by in the book.
pub struct Followed {
    pub name: String,
    pub timeline: Timeline,
}

/// A file of the book, its path relative to the book's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub path: String,
    pub text: String,
}

pub fn book(program: &Checked, sources: &SourceMap, followed: &[Followed]) -> Book {
    let maker = scope::Maker::new(program, sources);
    let framework = program.framework.as_ref();
    let title = framework.and_then(|f| f.title.clone()).unwrap_or_else(|| words::title(&program.package.name).into());
    let lead = framework.and_then(|f| f.meta.doc.as_deref()).map(words::one_line).unwrap_or_default();
    let mut sections = vec![about::section(&maker), graph::section(&maker)];
    sections.extend(maker.blocks().map(|(id, block)| blocks::section(&maker, id, block)));
    sections.extend([calendar::obligations(&maker), calendar::ends(&maker), controls::section(&maker)]);
    if !followed.is_empty() {
        sections.push(timelines::section(&maker, followed));
    }
    sections.push(facts::facts(&maker));
    sections.extend(facts::events(&maker));
    sections.extend(facts::duties(&maker));
    sections.extend(facts::definitions(&maker));
    let package = &program.package;
    let digest: String = package.digest.chars().take(19).collect();
    Book {
        title: title.to_string(),
        lead,
        edition: format!("{} {}, {digest}…", package.name, package.version),
        sections,
    }
}
