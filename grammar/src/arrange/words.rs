//! The roles of words: which are names, which start something, which were misspelt; and `=` and numbers beside them.

use super::{Arranger, Body};
use crate::diagnostic::Diagnostic;
use crate::literal;
use crate::names::reserved;
use crate::suggest;
use crate::token::{CLAUSE_STARTERS, FRAMEWORK_STARTERS, ITEM_STARTERS, TEST_STARTERS, Tok, Token, Word};

impl<'s> Arranger<'s> {
    pub(super) fn settle_word(&self, index: usize, token: Token<'s>) -> Tok<'s> {
        let plain = |text: &'s str| {
            if text.starts_with(char::is_uppercase) { Tok::Type(text) } else { Tok::Name(text) }
        };
        let text = self.slice(token.start, token.end);
        let before_colon = matches!(self.raw_tok(index + 1), Some(Tok::Colon));
        // `require: …` on its own line lacks a name, it is none.
        let nameless = token.first
            && self.body() == Body::Clauses
            && matches!(token.tok, Tok::Word(word) if word.clause_has_name());
        if before_colon && !nameless {
            return Tok::Label(text);
        }
        let previous = self.previous();
        if matches!(previous, Some(Tok::Dot | Tok::At)) {
            return plain(text);
        }
        let Tok::Word(word) = token.tok else {
            return token.tok;
        };
        let starts_line = token.first || previous.is_some_and(|tok| tok.ends_operand() || tok == Tok::OuterOpen);
        if matches!(word, Word::At | Word::Expect) && !(self.body() == Body::TestLines && starts_line) {
            return plain(text);
        }
        if FRAMEWORK_STARTERS.contains(&word) && !(self.body() == Body::FrameworkLines && starts_line) {
            return plain(text);
        }
        if !word.is_reserved() || token.first {
            return token.tok;
        }
        let names_next = match previous {
            Some(Tok::Word(Word::As | Word::For)) => true,
            Some(Tok::Word(Word::All | Word::Any | Word::No)) => {
                matches!(self.raw_tok(index + 1), Some(Tok::Word(Word::In) | Tok::Comma))
            }
            // In a test `framework` is a reason; what follows it is no name.
            Some(Tok::Word(Word::Framework)) if self.body() == Body::TestLines => false,
            Some(Tok::Word(previous)) => previous.starts_item() && !matches!(previous, Word::Use | Word::Test),
            _ => false,
        };
        if names_next { plain(text) } else { token.tok }
    }

    pub(super) fn is_starter(&self, index: usize, token: Token<'s>) -> bool {
        match (self.body(), token.tok) {
            (Body::Module, Tok::Word(word)) => word.starts_item(),
            (Body::Clauses, Tok::Word(word)) => {
                // `on deny` belongs to the clause around it.
                let owed = word == Word::Deny
                    && self.previous() == Some(Tok::Word(Word::On))
                    && self.raw_tok(index + 2) != Some(Tok::Colon);
                word.starts_clause()
                    && !owed
                    && (word != Word::Reverify || token.first || matches!(self.raw_tok(index + 2), Some(Tok::Colon)))
            }
            (Body::TestLines, Tok::Word(word)) => TEST_STARTERS.contains(&word),
            (Body::FrameworkLines, Tok::Word(word)) => FRAMEWORK_STARTERS.contains(&word),
            (Body::Fields, Tok::Label(_)) => true,
            (Body::Fields, tok) => token.first && tok.word().is_some() && self.previous().is_some_and(ends_part),
            _ => false,
        }
    }

    /// A starter where none can be, inside of braces: taken for a name, so that the grammar does not leave them.
    pub(super) fn name_inside(&mut self, index: usize, word: Word, token: Token<'s>) -> Token<'s> {
        let previous = self.previous();
        let Some(outer) = self.frames.first().map(|frame| frame.body) else {
            if token.first || !word.starts_item() || previous.is_none_or(ends_part) || word == Word::Let {
                return token;
            }
            let span = self.span(token.start, token.end);
            self.out.diagnostics.push(reserved(word.text(), span));
            return Token { tok: Tok::Name(self.slice(token.start, token.end)), reported: true, ..token };
        };
        // `deny because framework`: the name the answer gives this reason.
        if outer == Body::TestLines
            && word == Word::Framework
            && matches!(previous, Some(Tok::Word(Word::Because | Word::And)))
        {
            return token;
        }
        let item = word.starts_item() && word != Word::Let;
        let clause = outer == Body::Clauses
            && word.starts_clause()
            && word != Word::Reverify
            && previous != Some(Tok::Word(Word::On))
            && !token.first
            && (self.frames.len() > 1 || !previous.is_some_and(|tok| ends_part(tok) || matches!(tok, Tok::Close)));
        if !item && !clause {
            return token;
        }
        let text = self.slice(token.start, token.end);
        let span = self.span(token.start, token.end);
        let starts = token.first && self.raw_tok(index + 1).is_some_and(|tok| tok.word().is_some());
        self.out.diagnostics.push(if starts {
            Diagnostic::error("E0101", span, format!("`{text}` cannot stand inside of braces"))
                .label("starts a new item")
                .help("close the braces around it first, or move it out of them")
        } else {
            reserved(text, span)
        });
        if starts {
            self.out.scars.push(token.start);
        }
        Token { tok: Tok::Name(text), reported: true, ..token }
    }

    /// `requires x: …`, `participaton p(…)`: no name stands first on a line directly before another word.
    pub(super) fn misspelt(&mut self, index: usize, token: Token<'s>) -> Option<Token<'s>> {
        let Tok::Name(text) = token.tok else {
            return None;
        };
        if !token.first || self.previous().is_some_and(|tok| !ends_part(tok)) {
            return None;
        }
        let next = self.raw.get(index + 1)?;
        let before_word = next.tok.word().is_some() && !next.first;
        let before_text = matches!(next.tok, Tok::Text(_)) && !next.first;
        let labelled = before_word && self.raw_tok(index + 2) == Some(Tok::Colon);
        let (starters, meant): (&[Word], _) = match self.body() {
            Body::Module if before_word || before_text => (ITEM_STARTERS, item_synonym(text)),
            Body::Clauses if labelled || before_text => (CLAUSE_STARTERS, clause_synonym(text)),
            Body::FrameworkLines => (FRAMEWORK_STARTERS, None),
            Body::TestLines if before_word || before_text => (TEST_STARTERS, None),
            _ => return None,
        };
        let word = meant.or_else(|| {
            let spelling = suggest::nearest(text, starters.iter().map(|word| word.text()))?;
            Word::of(spelling)
        })?;
        let span = self.span(token.start, token.end);
        self.out.diagnostics.push(
            Diagnostic::error("E0101", span, format!("`{text}` starts nothing here"))
                .label(format!("did you mean `{}`?", word.text()))
                .fix(format!("write `{}`", word.text()), span, word.text()),
        );
        Some(Token { tok: Tok::Word(word), reported: true, ..token })
    }

    /// `5 minutes` is one duration, in two words; 2^63 needs a minus sign.
    pub(super) fn settle_int(&mut self, index: usize, token: Token<'s>, value: u64) -> (Token<'s>, usize) {
        let broken = Token { tok: Tok::Broken, reported: true, ..token };
        if let Some(next) = self.raw.get(index + 1).copied()
            && let Some(word) = next.tok.word()
            && !next.first
            && self.raw_tok(index + 2) != Some(Tok::Colon)
            && literal::is_unit_word(word)
        {
            let number = self.slice(token.start, token.end);
            let written = self.slice(token.start, next.end);
            let fault = literal::wrong_unit(written, number, word);
            let span = self.span(token.start, next.end);
            self.out.diagnostics.push(crate::lexer::fault_diagnostic(fault, span));
            return (Token { end: next.end, ..broken }, 2);
        }
        if value > i64::MAX as u64 {
            let negated =
                self.previous() == Some(Tok::Minus) && !self.before_previous().is_some_and(|tok| tok.ends_operand());
            if !negated {
                let span = self.span(token.start, token.end);
                let text = self.slice(token.start, token.end);
                self.out.diagnostics.push(
                    Diagnostic::error("E0104", span, format!("`{text}` is too large"))
                        .label("here")
                        .help(format!("the largest whole number is {}", i64::MAX)),
                );
                return (broken, 1);
            }
        }
        (token, 1)
    }

    /// `=` belongs to `let` and `define`; elsewhere it was meant as `==`, as `:`, or as nothing.
    pub(super) fn settle_assign(&mut self, token: Token<'s>) -> Option<Token<'s>> {
        if self.assign == Some(self.frames.len()) {
            self.assign = None;
            return Some(token);
        }
        let span = self.span(token.start, token.end);
        let starts_value = matches!(self.before_previous(), Some(Tok::Open | Tok::OuterOpen | Tok::Comma));
        let names_clause = matches!(
            self.before_previous(),
            Some(Tok::Word(word)) if word.clause_has_name()
        );
        let body = self.body();
        let is_name = matches!(self.previous(), Some(Tok::Name(_) | Tok::Type(_)));
        let colon = is_name
            && ((body == Body::Values && starts_value)
                || body == Body::Fields
                || (body == Body::Clauses && names_clause));
        if body == Body::FrameworkLines && matches!(self.previous(), Some(Tok::Word(_))) {
            self.out.diagnostics.push(
                Diagnostic::error("E0101", span, "no `=` stands here")
                    .label("the value follows its word directly")
                    .fix("remove it", span, ""),
            );
            return None;
        }
        if colon {
            if let Some(last) = self.out.tokens.last_mut() {
                last.tok = Tok::Label(last.tok.word().unwrap_or(""));
            }
            self.out.diagnostics.push(
                Diagnostic::error("E0101", span, "a name and what belongs to it are parted by `:`")
                    .label("`=` stands only in `let` and `define`")
                    .fix("write `:`", span, ":"),
            );
            return Some(Token { tok: Tok::Colon, reported: true, ..token });
        }
        self.out.diagnostics.push(
            Diagnostic::error("E0101", span, "two values are compared with `==`")
                .label("`=` stands only in `let` and `define`")
                .fix("write `==`", span, "=="),
        );
        Some(Token { tok: Tok::Equal, reported: true, ..token })
    }
}

pub(super) fn whole_clause(word: Word, next: Option<Tok<'_>>, after: Option<Tok<'_>>) -> bool {
    if word.clause_has_name() {
        return next.is_some_and(|tok| tok.word().is_some()) && after == Some(Tok::Colon);
    }
    next.is_some_and(|tok| tok.word().is_some() || matches!(tok, Tok::Text(_) | Tok::Instant(_)))
}

/// Whether something may end with this token.
pub(super) fn ends_part(tok: Tok<'_>) -> bool {
    tok.ends_operand() || matches!(tok, Tok::OuterOpen | Tok::Question | Tok::Comma)
}

fn item_synonym(text: &str) -> Option<Word> {
    match text {
        "import" | "using" | "include" => Some(Word::Use),
        "struct" | "type" | "class" => Some(Word::Record),
        "function" | "fn" | "def" | "func" => Some(Word::Define),
        "const" | "var" | "val" => Some(Word::Let),
        "role" => Some(Word::Participation),
        _ => None,
    }
}

fn clause_synonym(text: &str) -> Option<Word> {
    match text {
        "requires" | "must" | "ensure" => Some(Word::Require),
        "should" | "recommends" => Some(Word::Recommend),
        "denies" | "forbid" | "refuse" => Some(Word::Deny),
        "obligation" | "obliges" => Some(Word::Oblige),
        "suspends" => Some(Word::Suspend),
        "revokes" => Some(Word::Revoke),
        _ => None,
    }
}
