//! Formatting of a document.
//!
//! In: a text. Out: edits of the lines that change; none where the text has syntax errors, for nothing is laid out that
//! could not be read.

use lsp_types::{DocumentFormattingParams, TextEdit};
use trust_syntax::span::{FileId, Span};

use super::packages::Packages;
use super::server::{Fault, Server};
use super::text::Source;

impl Server {
    pub fn formatting(&mut self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>, Fault> {
        // The text is all that is needed: an open document waits for no analysis.
        if let Some(document) = self.packages.documents.get(&Packages::path(&params.text_document.uri)) {
            return Ok(edits(&document.source));
        }
        let (package, file) = self.known(&params.text_document.uri)?;
        Ok(package.file(file).and_then(|f| edits(&f.source)))
    }
}

fn edits(source: &Source) -> Option<Vec<TextEdit>> {
    let formatted = crate::fmt::format(&source.text).ok()?;
    if formatted == *source.text {
        return Some(Vec::new());
    }
    Some(changed(source, &formatted))
}

/// Edits of the lines that differ. Formatting moves white space and idle commas: lines that say the same stand for each other,
/// which is found in one walk over both texts.
fn changed(source: &Source, formatted: &str) -> Vec<TextEdit> {
    let said = |line: &str| line.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b',').count();
    let mut old = source.text.split_inclusive('\n').peekable();
    let mut new = formatted.split_inclusive('\n').peekable();
    let mut edits = Vec::new();
    let mut at = 0;
    while old.peek().is_some() || new.peek().is_some() {
        if old.peek() == new.peek() {
            at += old.next().map_or(0, str::len);
            new.next();
            continue;
        }
        let (start, mut text) = (at, String::new());
        let (mut before, mut after) = (0, 0);
        loop {
            if before <= after
                && let Some(line) = old.next()
            {
                before += said(line);
                at += line.len();
            }
            if after < before || text.is_empty() {
                match new.next() {
                    Some(line) => {
                        after += said(line);
                        text.push_str(line);
                    }
                    // What is left has no counterpart.
                    None => at += old.by_ref().map(str::len).sum::<usize>(),
                }
            }
            if old.peek().is_none() {
                text.extend(new.by_ref());
            }
            if before == after || old.peek().is_none() {
                break;
            }
        }
        edits.push(TextEdit { range: source.range(Span::new(FileId(0), start as u32, at as u32)), new_text: text });
    }
    edits
}
