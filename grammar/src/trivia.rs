//! What the grammar does not read: comments, doc comments and blank lines, with their places.

use crate::ast::Text;
use crate::span::Span;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the slashes to the last character that is no space.
    pub span: Span,
    /// `///`, alone on its line.
    pub doc: bool,
    /// Nothing else stands before it on its line.
    pub own_line: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Trivia {
    /// In text order.
    pub comments: Vec<Comment>,
    /// Where a run of one or more blank lines begins, in text order.
    pub blank_lines: Vec<u32>,
}

/// Doc comments by the token directly below.
#[derive(Clone, Debug, Default)]
pub struct Docs {
    by_token: Vec<(u32, Text)>,
}

impl Docs {
    /// Tokens come in text order.
    pub fn push(&mut self, token: u32, text: Text) {
        self.by_token.push((token, text));
    }

    /// In text order: the offset of a token, and what is said above it.
    pub fn iter(&self) -> impl Iterator<Item = &(u32, Text)> {
        self.by_token.iter()
    }

    pub fn above(&self, token: u32) -> Option<Text> {
        let index = self.by_token.binary_search_by_key(&token, |(start, _)| *start).ok()?;
        self.by_token.get(index).map(|(_, text)| text.clone())
    }
}
