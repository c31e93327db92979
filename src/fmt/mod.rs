//! The formatter: text in, the same text in one layout out. A file with syntax errors is refused.
//!
//! The layout is a function of the tokens, the comments (alone on their line or behind something) and the blank lines
//! between items, clauses and fields. So formatting twice changes nothing. Nothing is ever lost: the result
//! is read again, and its tokens, comments and doc comments must be those of the source.

mod blocks;
mod layout;
mod page;
mod spacing;
#[cfg(test)]
mod tests;

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::{FileId, Span};
use trust_syntax::token::Tok;
use trust_syntax::trivia::{Docs, Trivia};
use trust_syntax::{Parsed, parse, read, tokens};

use page::Page;

/// Lays out one file.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let file = FileId(0);
    let parsed = parse(file, text);
    if !parsed.diagnostics.is_empty() {
        return Err(parsed.diagnostics);
    }
    let (all, docs) = tokens(file, text);
    let kept = spacing::without_idle_commas(&all, &parsed.module);
    let spaces = spacing::spaces(&kept, &parsed.module);
    let mut page = Page::new(text, kept, spaces, &parsed.trivia);
    page.module(&parsed.module);
    let result = page.finish();
    let expected: Vec<Tok<'_>> = page.tokens().iter().map(|token| token.tok).collect();
    if same(&expected, &parsed, &docs, text, &result) {
        Ok(result)
    } else {
        let whole = Span::new(file, 0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        Err(vec![
            Diagnostic::error("E0199", whole, "the formatter would have changed what this file says")
                .label("left as it is")
                .help("this is a fault of the formatter: please report it with this file"),
        ])
    }
}

/// Whether the result says what the source says.
fn same(expected: &[Tok<'_>], source: &Parsed, docs: &Docs, text: &str, result: &str) -> bool {
    // The same tokens in the same roles are the same tree.
    let (found, docs_found, trivia) = read(FileId(0), result);
    let same_tokens = found.len() == expected.len() && found.iter().zip(expected).all(|(found, tok)| found.tok == *tok);
    let comments = |trivia: &Trivia, text: &str| -> Vec<String> {
        let slice = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or("").to_string();
        trivia.comments.iter().map(|comment| slice(comment.span)).collect()
    };
    let said = |docs: &Docs| -> Vec<String> { docs.iter().map(|(_, doc)| doc.value.to_string()).collect() };
    same_tokens && comments(&source.trivia, text) == comments(&trivia, result) && said(docs) == said(&docs_found)
}
