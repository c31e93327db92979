//! Completion: what may stand at the cursor.
//!
//! In: a place in the current text. Out: suggestions, each replacing the word under the cursor. The tokens before the cursor tell
//! what kind of thing may stand there; where a value may, the package is checked with a word of ours in that place, and the
//! checker says what is visible and which type is wanted.

mod context;
mod library;
mod offer;
mod probe;
mod values;
mod words;

use lsp_types::{CompletionList, CompletionParams, CompletionResponse};

use super::server::{Fault, Server};
use context::{Context, context};
use offer::Offers;

impl Server {
    pub fn completion(&mut self, params: CompletionParams) -> Result<Option<CompletionResponse>, Fault> {
        let at = params.text_document_position;
        let Some(place) = self.packages.place(&at.text_document.uri, at.position) else { return Ok(None) };
        let Some(found) = context(&place) else { return Ok(None) };
        let mut offers = Offers::new(&place, found.word, self.snippets);
        match &found.context {
            Context::Words(list) => words::plain(&mut offers, list),
            Context::Items => words::items(&mut offers),
            Context::Clauses(kind) => words::clauses(&mut offers, *kind),
            Context::FrameworkLines => words::framework(&mut offers),
            Context::TestLines => words::test(&mut offers),
            Context::Outcomes => words::outcomes(&mut offers),
            Context::Annotations => words::annotations(&mut offers),
            Context::After(words) => words::plain(&mut offers, words),
            Context::Types => values::types(&mut offers),
            Context::Events => values::events(&mut offers),
            Context::Duties => values::duties(&mut offers),
            Context::Scales => values::scales(&mut offers),
            Context::Parties => values::parties(&mut offers),
            Context::ClausesOf { block, wanted } => values::clauses_of(&mut offers, block, *wanted),
            Context::OwnClauses(wanted) => values::own_clauses(&mut offers, *wanted),
            Context::Lints => words::lints(&mut offers),
            Context::Catalogs => values::catalogs(&mut offers),
            Context::Controls(catalog) => values::controls(&mut offers, catalog),
            Context::Modules(path) => library::modules(&mut offers, path),
            Context::NamesOf(path) => library::names_of(&mut offers, path),
            Context::Expected => {
                offers.decides = true;
                probe::value(&mut offers, "", false);
            }
            Context::Value { insert, dotted } => probe::value(&mut offers, insert, *dotted),
        }
        Ok(Some(CompletionResponse::List(CompletionList { is_incomplete: false, items: offers.finish() })))
    }
}
