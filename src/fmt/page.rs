//! The page being written: tokens and comments go down on it in order, with columns counted.
//!
//! Every token and every comment is written exactly once.

use trust_syntax::token::Token;
use trust_syntax::trivia::{Comment, Trivia};

/// Lines longer than this are broken where they can be.
pub const WIDTH: usize = 110;
pub const INDENT: usize = 4;

pub struct Page<'s> {
    text: &'s str,
    tokens: Vec<Token<'s>>,
    spaces: Vec<bool>,
    comments: &'s [Comment],
    blank_lines: &'s [u32],
    /// The comments before this one are written.
    comment: usize,
    out: String,
    column: usize,
    /// Nothing stands on the line yet: the next word goes to this column.
    fresh: Option<usize>,
    /// The next token goes to this column, if it stays on the line.
    padding: usize,
    /// The tokens before this one are written.
    next: usize,
}

impl<'s> Page<'s> {
    pub fn new(text: &'s str, tokens: Vec<Token<'s>>, spaces: Vec<bool>, trivia: &'s Trivia) -> Self {
        Page {
            text,
            tokens,
            spaces,
            comments: &trivia.comments,
            blank_lines: &trivia.blank_lines,
            comment: 0,
            out: String::with_capacity(text.len() + text.len() / 4),
            column: 0,
            fresh: Some(0),
            padding: 0,
            next: 0,
        }
    }

    pub fn tokens(&self) -> &[Token<'s>] {
        &self.tokens
    }

    pub fn token(&self, index: usize) -> Option<Token<'s>> {
        self.tokens.get(index).copied()
    }

    /// The first token at or after an offset.
    pub fn index_of(&self, offset: u32) -> usize {
        self.tokens.partition_point(|token| token.start < offset)
    }

    pub fn column(&self) -> usize {
        self.fresh.unwrap_or(self.column.max(self.padding))
    }

    pub fn is_fresh(&self) -> bool {
        self.fresh.is_some()
    }

    fn slice(&self, start: u32, end: u32) -> &'s str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    pub fn has_space(&self, index: usize) -> bool {
        self.spaces.get(index).copied().unwrap_or(true)
    }

    pub fn length(&self, index: usize) -> usize {
        self.token(index).map_or(0, |token| self.slice(token.start, token.end).chars().count())
    }

    /// Width of tokens `from..to` on one line; stops counting beyond the page.
    pub fn width(&self, from: usize, to: usize) -> usize {
        let mut width = 0;
        for index in from..to {
            width += self.length(index) + usize::from(index > from && self.has_space(index));
            if width > WIDTH {
                break;
            }
        }
        width
    }

    /// Whether a comment stands between two of the tokens `from..to`.
    pub fn has_comment(&self, from: usize, to: usize) -> bool {
        let (Some(first), Some(last)) = (self.token(from), to.checked_sub(1).and_then(|last| self.token(last))) else {
            return false;
        };
        let next = self.comments.partition_point(|comment| comment.span.start < first.start);
        self.comments.get(next).is_some_and(|comment| comment.span.start < last.start)
    }

    /// Whether tokens `from..to` fit on what is left of the line, with `tail` more columns behind them.
    pub fn fits(&self, from: usize, to: usize, tail: usize) -> bool {
        let space = usize::from(self.fresh.is_none() && self.has_space(from));
        !self.has_comment(from, to) && self.column() + space + self.width(from, to) + tail <= WIDTH
    }

    fn write(&mut self, text: &str) {
        if let Some(column) = self.fresh.take() {
            self.out.extend(std::iter::repeat_n(' ', column));
            self.column = column;
        }
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Goes to a new line, unless nothing stands on this one. A comment behind the last token stays with it.
    pub fn newline(&mut self, column: usize) {
        let next = self.token(self.next).map_or(u32::MAX, |token| token.start);
        if self.fresh.is_none()
            && let Some(comment) = self.next_comment(next)
            && !comment.own_line
        {
            self.put_comment(&comment);
        }
        self.end_line(column);
    }

    fn end_line(&mut self, column: usize) {
        if self.fresh.is_none() {
            self.out.push('\n');
        }
        self.fresh = Some(column);
        self.padding = 0;
    }

    /// The next token goes to a column, the space before it not counted, if it stays on the line.
    pub fn pad(&mut self, column: usize) {
        self.padding = column;
    }

    pub fn blank(&mut self) {
        if self.fresh.is_none() {
            self.newline(0);
        }
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Writes one token; comments between it and the one before come first, and end their lines.
    pub fn put(&mut self, index: usize, hang: usize) {
        let Some(token) = self.token(index) else {
            return;
        };
        while let Some(comment) = self.next_comment(token.start) {
            if comment.own_line {
                self.end_line(hang);
            }
            self.put_comment(&comment);
            self.end_line(hang);
        }
        let text = self.slice(token.start, token.end);
        if self.fresh.is_none() {
            while self.column < self.padding {
                self.write(" ");
            }
            if self.has_space(index) {
                self.write(" ");
            }
        }
        self.padding = 0;
        self.write(text);
        self.next = index + 1;
    }

    pub fn put_all(&mut self, from: usize, to: usize, hang: usize) {
        for index in from..to {
            self.put(index, hang);
        }
    }

    fn next_comment(&self, before: u32) -> Option<Comment> {
        self.comments.get(self.comment).filter(|comment| comment.span.start < before).cloned()
    }

    fn put_comment(&mut self, comment: &Comment) {
        let text = self.slice(comment.span.start, comment.span.end);
        if self.fresh.is_none() {
            self.write(" ");
        }
        self.write(text);
        self.comment += 1;
    }

    /// What stands between the parts of a body: whether a blank line or a line of comment parts two tokens.
    pub fn is_parted(&self, index: usize) -> bool {
        let end = self.token(index).map_or(u32::MAX, |token| token.start);
        let start = index.checked_sub(1).and_then(|before| self.token(before)).map_or(0, |token| token.end);
        let comments = self.comments.partition_point(|comment| comment.span.start < start);
        self.is_blank(start, end)
            || self
                .comments
                .iter()
                .skip(comments)
                .take_while(|comment| comment.span.start < end)
                .any(|comment| comment.own_line)
    }

    pub fn is_blank_before(&self, index: usize) -> bool {
        let end = self.token(index).map_or(u32::MAX, |token| token.start);
        let start = index.checked_sub(1).and_then(|before| self.token(before)).map_or(0, |token| token.end);
        self.is_blank(start, end)
    }

    fn is_blank(&self, start: u32, end: u32) -> bool {
        let next = self.blank_lines.partition_point(|blank| *blank < start);
        self.blank_lines.get(next).is_some_and(|blank| *blank < end)
    }

    /// Begins the part that starts with a token: comments above it and blank lines as they were, at most one.
    /// `first` parts of a body have no blank line above.
    pub fn begin(&mut self, index: usize, indent: usize, first: bool) {
        let (from, first) = self.comments_before(index, indent, first);
        let end = self.token(index).map_or(u32::MAX, |token| token.start);
        if !first && index < self.tokens.len() && self.is_blank(from, end) {
            self.blank();
        }
        self.newline(indent);
    }

    /// Writes the comments above a token; says where the last of them ends and whether nothing was above.
    pub fn comments_before(&mut self, index: usize, indent: usize, first: bool) -> (u32, bool) {
        let end = self.token(index).map_or(u32::MAX, |token| token.start);
        let mut from = index.checked_sub(1).and_then(|before| self.token(before)).map_or(0, |token| token.end);
        let mut first = first;
        self.newline(indent);
        while let Some(comment) = self.next_comment(end) {
            if !first && self.is_blank(from, comment.span.start) {
                self.blank();
            }
            self.newline(indent);
            self.put_comment(&comment);
            self.end_line(indent);
            from = comment.span.end;
            first = false;
        }
        (from, first)
    }

    pub fn finish(&mut self) -> String {
        if self.fresh.is_none() {
            self.newline(0);
        }
        std::mem::take(&mut self.out)
    }
}
