//! Brackets: what opens is closed, where the text forgot; what nests beyond all reason is left out.

use super::words::whole_clause;
use super::{Arranger, Body, Frame, too_deep};
use crate::diagnostic::Diagnostic;
use crate::token::{TEST_STARTERS, Tok, Token, Word};

impl<'s> Arranger<'s> {
    pub(super) fn open(&mut self, token: Token<'s>, open: Tok<'static>) {
        let block = matches!(self.item, Some(Word::Participation | Word::Relationship | Word::Assessment));
        if let Some(frame) = self.frames.first().copied()
            && open == Tok::Open
            && block
            && frame.open == Tok::ParenOpen
        {
            // The braces of a block never stand inside its parameters.
            self.report_missing(frame, token);
            while !self.frames.is_empty() {
                self.close_missing();
            }
        }
        let body = self.body_of_braces(open);
        let outer = self.frames.is_empty() && open == Tok::Open;
        let tok = if outer { Tok::OuterOpen } else { token.tok };
        self.emit(Token { tok, ..token });
        self.frames.push(Frame {
            open: if outer { Tok::OuterOpen } else { open },
            start: token.start,
            indent: if self.frames.is_empty() { self.ground.indent } else { self.indent },
            body,
            nested: 0,
            otherwise: 0,
        });
        self.prefixes = 0;
        self.depth_sum += 1;
    }

    pub(super) fn body_of_braces(&self, open: Tok<'static>) -> Body {
        if open != Tok::Open {
            return Body::Expression;
        }
        let is_item = self.frames.is_empty() && self.assign.is_none();
        match (self.item, self.previous()) {
            (Some(Word::Participation | Word::Relationship | Word::Assessment), _) if is_item => Body::Clauses,
            (Some(Word::Framework), _) if is_item => Body::FrameworkLines,
            (Some(Word::Test), _) if is_item => Body::TestLines,
            (Some(Word::Record | Word::Event), _) if is_item => Body::Fields,
            (Some(Word::Enum | Word::Scale), _) if is_item => Body::Cases,
            (Some(Word::Catalog), _) if is_item => Body::Entries,
            (_, Some(Tok::Type(_) | Tok::Word(Word::With))) => Body::Values,
            _ => Body::Expression,
        }
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.prefixes = 0;
        self.depth_sum = self.depth_sum.saturating_sub(1 + frame.nested + frame.otherwise);
        Some(frame)
    }

    /// Closes the innermost bracket, which the text leaves open.
    pub(super) fn close_missing(&mut self) {
        let Some(frame) = self.frames.last().copied() else {
            return;
        };
        self.supply(closer(frame.open));
        self.pop();
    }

    pub(super) fn report_missing(&mut self, frame: Frame, at: Token<'s>) {
        let sign = sign(closer(frame.open));
        let open = self.span(frame.start, frame.start + 1);
        let end = self.out.tokens.last().map_or(at.start, |token| token.end);
        let place = self.span(end, end);
        self.out.diagnostics.push(
            Diagnostic::error("E0101", open, format!("this `{}` is never closed", sign_of_open(frame.open)))
                .label("opened here")
                .because(place, format!("a `{sign}` is missing, at the latest here"))
                .fix(format!("add `{sign}`"), place, sign),
        );
        self.out.scars.push(frame.start);
    }

    pub(super) fn close(&mut self, token: Token<'s>, open: Tok<'static>) {
        let same = |frame: &Frame| frame.open == open || (open == Tok::Open && frame.open == Tok::OuterOpen);
        // Parentheses never reach across braces; braces close what is open inside them.
        let found = if open == Tok::Open {
            self.frames.iter().rposition(same)
        } else {
            let inner = self.frames.iter().rposition(|frame| matches!(frame.open, Tok::Open | Tok::OuterOpen));
            self.frames.iter().rposition(same).filter(|at| inner.is_none_or(|inner| *at > inner))
        };
        if found.is_none()
            && open != Tok::Open
            && let Some(frame) = self.frames.last().copied()
            && matches!(frame.open, Tok::ParenOpen | Tok::BracketOpen)
        {
            let sign = sign(closer(frame.open));
            let span = self.span(token.start, token.end);
            let opened = self.span(frame.start, frame.start + 1);
            let text = self.slice(token.start, token.end);
            self.out.diagnostics.push(
                Diagnostic::error("E0101", span, format!("`{text}` closes what `{}` opened", sign_of_open(frame.open)))
                    .label(format!("expected `{sign}`"))
                    .because(opened, "opened here")
                    .fix(format!("write `{sign}`"), span, sign),
            );
            self.emit(Token { tok: closer(frame.open), reported: true, ..token });
            self.pop();
            return;
        }
        let Some(found) = found else {
            if !(self.stray_clause && open == Tok::Open) {
                let span = self.span(token.start, token.end);
                let text = self.slice(token.start, token.end);
                self.out.diagnostics.push(
                    Diagnostic::error("E0101", span, format!("this `{text}` closes nothing"))
                        .label("nothing is open here")
                        .fix("remove it", span, ""),
                );
                self.out.scars.push(token.start);
            }
            return;
        };
        if let Some(frame) = self.frames.get(found + 1).copied() {
            self.report_missing(frame, token);
        }
        while self.frames.len() > found + 1 {
            self.close_missing();
        }
        let outer = self.frames.last().is_some_and(|frame| frame.open == Tok::OuterOpen);
        self.emit(Token { tok: if outer { Tok::OuterClose } else { token.tok }, ..token });
        self.pop();
    }

    /// A word that can only start an item or a clause ends whatever is still open inside.
    pub(super) fn close_before(&mut self, index: usize, word: Word, token: Token<'s>) {
        if !token.first || self.skipping.is_some() {
            return;
        }
        let Some(outer) = self.frames.first().copied() else {
            if word.starts_clause() && !word.starts_item() {
                self.stray_clause = true;
            }
            return;
        };
        let only_item = word.starts_item() && word != Word::Let;
        let whole = self.raw_tok(index + 1).is_some_and(|next| next.word().is_some() || matches!(next, Tok::Text(_)));
        // A `let` may belong to a block or to the module: only where a brace is missing does its place tell which.
        if (only_item || (word == Word::Let && !self.balanced))
            && whole
            && self.indent <= outer.indent
            && self.assign != Some(0)
        {
            if let Some(frame) = self.frames.last().copied() {
                self.report_missing(if self.frames.len() == 1 { frame } else { outer }, token);
            }
            while !self.frames.is_empty() {
                self.close_missing();
            }
            return;
        }
        let clause = match outer.body {
            Body::Clauses => {
                word.starts_clause() && (word != Word::Reverify || self.raw_tok(index + 2) == Some(Tok::Colon))
            }
            Body::TestLines => TEST_STARTERS.contains(&word),
            _ => false,
        };
        if clause
            && whole_clause(word, self.raw_tok(index + 1), self.raw_tok(index + 2))
            && let Some(frame) = self.frames.get(1).copied()
        {
            self.report_missing(frame, token);
            while self.frames.len() > 1 {
                self.close_missing();
            }
        }
    }

    pub(super) fn count_nesting(&mut self, tok: Tok<'s>) {
        let binary = self.previous().is_some_and(|tok| tok.ends_operand());
        let frame = self.frame();
        let before = frame.nested + frame.otherwise;
        match tok {
            Tok::Comma => (frame.nested, frame.otherwise) = (0, 0),
            Tok::Word(Word::Implies | Word::If | Word::All | Word::Any | Word::No) => frame.nested += 1,
            Tok::Word(Word::Otherwise) => frame.otherwise += 1,
            Tok::Word(Word::And | Word::Or) => frame.otherwise = 0,
            _ => {}
        }
        let after = frame.nested + frame.otherwise;
        self.depth_sum = (self.depth_sum + after).saturating_sub(before);
        let named = matches!(tok, Tok::Name(_) | Tok::Type(_));
        let after_less = matches!(self.previous(), Some(Tok::Less));
        match tok {
            Tok::Word(Word::Not | Word::Has | Word::Match) => self.prefixes += 1,
            Tok::Minus if !binary => self.prefixes += 1,
            // Types in types: `list<list<…`. The cases of a scale are no nesting, however many.
            Tok::Less if self.body() != Body::Cases => self.prefixes += 1,
            _ if named && after_less => {}
            _ => self.prefixes = 0,
        }
    }

    /// Leaves out the rest of a clause that is nested beyond all reason.
    pub(super) fn too_deep(&mut self, token: Token<'s>) {
        let base = match self.frames.first().map(|frame| frame.body) {
            Some(Body::Clauses | Body::TestLines | Body::FrameworkLines | Body::Fields) => 1,
            _ => 0,
        };
        let span = self.span(token.start, token.end);
        self.out.diagnostics.push(too_deep(span));
        self.out.scars.push(token.start);
        self.supply(Tok::Broken);
        let mut open = 0;
        while self.frames.len() > base {
            self.close_missing();
            open += 1;
        }
        self.prefixes = 0;
        self.skipping = Some(open);
    }

    /// Whether to go on leaving out, and with how many brackets open.
    pub(super) fn skip(&self, open: u32, token: Token<'s>, starter: bool) -> Option<u32> {
        let indent = self.frames.first().map_or(0, |frame| frame.indent);
        let item = matches!(token.tok, Tok::Word(word) if word.starts_item() && word != Word::Let);
        if item && token.first && self.indent <= indent {
            return None;
        }
        match token.tok {
            Tok::Open | Tok::ParenOpen | Tok::BracketOpen => Some(open + 1),
            Tok::Close if open == 0 && !self.frames.is_empty() => None,
            Tok::Close | Tok::ParenClose | Tok::BracketClose => Some(open.saturating_sub(1)),
            _ if starter && open == 0 => None,
            _ => Some(open),
        }
    }

    pub(super) fn finish(&mut self) {
        if let (Some(frame), Some(last)) = (self.frames.first().copied(), self.out.tokens.last().copied()) {
            self.report_missing(frame, last);
        }
        while !self.frames.is_empty() {
            self.close_missing();
        }
    }
}

fn closer(open: Tok<'static>) -> Tok<'static> {
    match open {
        Tok::ParenOpen => Tok::ParenClose,
        Tok::BracketOpen => Tok::BracketClose,
        Tok::OuterOpen => Tok::OuterClose,
        _ => Tok::Close,
    }
}

fn sign(close: Tok<'static>) -> &'static str {
    match close {
        Tok::ParenClose => ")",
        Tok::BracketClose => "]",
        _ => "}",
    }
}

fn sign_of_open(open: Tok<'static>) -> &'static str {
    match open {
        Tok::ParenOpen => "(",
        Tok::BracketOpen => "[",
        _ => "{",
    }
}
