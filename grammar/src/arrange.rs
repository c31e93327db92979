//! Between lexer and grammar: raw tokens in, tokens with settled roles and balanced brackets out.
//!
//! Here a word directly before `:` or after `.` becomes a plain name, misspelt starters and `=` for `==` are
//! reported and mended, and missing or stray brackets are reported and supplied or dropped, so that the
//! grammar's recovery meets whole clauses. Linear; the bracket depth of the result is bounded.

use crate::ast::MAX_DEPTH;
use crate::diagnostic::Diagnostic;
use crate::literal;
use crate::span::{FileId, Span};
use crate::suggest;
use crate::token::{
    CLAUSE_STARTERS, FRAMEWORK_STARTERS, ITEM_STARTERS, TEST_STARTERS, Tok, Token, Word,
};

/// A stretch of text read as one: an item, a clause, a line or a field, from its first word.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    pub start: u32,
    /// Of the first word, in the arranged tokens.
    pub token: usize,
    pub body: Body,
}

/// What a pair of braces, or the text around a token, holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Outside all braces: items.
    Module,
    Clauses,
    TestLines,
    FrameworkLines,
    Fields,
    Cases,
    Entries,
    /// Field values of a record literal or `with`.
    Values,
    /// Anything else in brackets.
    Expression,
}

pub struct Arranged<'s> {
    pub tokens: Vec<Token<'s>>,
    /// In text order.
    pub regions: Vec<Region>,
    /// The kind of body each token stands in, one a token.
    pub bodies: Vec<Body>,
    pub diagnostics: Vec<Diagnostic>,
    /// Where brackets were mended: more faults in the same region are likely to have the same cause.
    pub scars: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Frame {
    open: Tok<'static>,
    start: u32,
    /// Indentation of the line it opens on; outside of other brackets, of the line its item begins on.
    indent: usize,
    body: Body,
    /// Words that nest to the right since the last comma: `implies`, `if`, quantifiers, `otherwise`.
    nested: u32,
    otherwise: u32,
}

struct Arranger<'s> {
    file: FileId,
    text: &'s str,
    raw: Vec<Token<'s>>,
    out: Arranged<'s>,
    frames: Vec<Frame>,
    /// Outside all brackets.
    ground: Frame,
    /// The last word that started an item, and whether one at top level was misread as a clause since.
    item: Option<Word>,
    stray_clause: bool,
    /// Depth at which a `let` or `define` waits for its `=`.
    assign: Option<usize>,
    prefixes: u32,
    depth_sum: u32,
    /// Leaving out what is nested too deeply: how many brackets are open in what is left out.
    skipping: Option<u32>,
    line_start: usize,
    indent: usize,
}

pub fn arrange<'s>(file: FileId, text: &'s str, raw: Vec<Token<'s>>) -> Arranged<'s> {
    let mut arranger = Arranger {
        file,
        text,
        out: Arranged {
            tokens: Vec::with_capacity(raw.len()),
            regions: Vec::new(),
            bodies: Vec::with_capacity(raw.len()),
            diagnostics: Vec::new(),
            scars: Vec::new(),
        },
        raw,
        frames: Vec::new(),
        ground: Frame {
            open: Tok::Broken,
            start: 0,
            indent: 0,
            body: Body::Module,
            nested: 0,
            otherwise: 0,
        },
        item: None,
        stray_clause: false,
        assign: None,
        prefixes: 0,
        depth_sum: 0,
        skipping: None,
        line_start: 0,
        indent: 0,
    };
    let mut index = 0;
    while let Some(token) = arranger.raw.get(index).copied() {
        index += arranger.step(index, token);
    }
    arranger.finish();
    arranger.out
}

impl<'s> Arranger<'s> {
    fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    fn raw_tok(&self, index: usize) -> Option<Tok<'s>> {
        self.raw.get(index).map(|token| token.tok)
    }

    fn slice(&self, start: u32, end: u32) -> &'s str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    fn previous(&self) -> Option<Tok<'s>> {
        self.out.tokens.last().map(|token| token.tok)
    }

    fn before_previous(&self) -> Option<Tok<'s>> {
        self.out.tokens.iter().rev().nth(1).map(|token| token.tok)
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().unwrap_or(&mut self.ground)
    }

    fn body(&self) -> Body {
        self.frames.last().map_or(Body::Module, |frame| frame.body)
    }

    /// Handles one raw token; says how many were used.
    fn step(&mut self, index: usize, mut token: Token<'s>) -> usize {
        if token.first {
            self.note_line(token.start);
        }
        let mut used = 1;
        let mut starter = false;
        match token.tok {
            Tok::Word(_) | Tok::Name(_) | Tok::Type(_) | Tok::Label(_) => {
                token.tok = self.settle_word(index, token);
                if let Some(mended) = self.misspelt(index, token) {
                    token = mended;
                }
                starter = self.is_starter(index, token);
                if let Tok::Word(word) = token.tok {
                    self.close_before(index, word, token);
                }
            }
            Tok::Int(value) => {
                (token, used) = self.settle_int(index, token, value);
            }
            Tok::Assign => match self.settle_assign(token) {
                Some(settled) => token = settled,
                None => return 1,
            },
            _ => {}
        }
        if let Some(open) = self.skipping {
            self.skipping = self.skip(open, token, starter);
            if self.skipping.is_some() {
                return used;
            }
        }
        if starter {
            self.begin_region(token);
        }
        match token.tok {
            Tok::Open => self.open(token, Tok::Open),
            Tok::ParenOpen => self.open(token, Tok::ParenOpen),
            Tok::BracketOpen => self.open(token, Tok::BracketOpen),
            Tok::Close => self.close(token, Tok::Open),
            Tok::ParenClose => self.close(token, Tok::ParenOpen),
            Tok::BracketClose => self.close(token, Tok::BracketOpen),
            _ => {
                self.count_nesting(token.tok);
                self.emit(token);
            }
        }
        if self.depth_sum + self.prefixes > 2 * u32::from(MAX_DEPTH) {
            self.too_deep(token);
        }
        used
    }

    fn note_line(&mut self, start: u32) {
        let before = self.text.get(self.line_start..start as usize).unwrap_or("");
        if let Some(at) = before.rfind('\n') {
            self.line_start += at + 1;
        }
        self.indent = (start as usize).saturating_sub(self.line_start);
    }

    fn emit(&mut self, token: Token<'s>) {
        self.out.bodies.push(self.body());
        self.out.tokens.push(token);
    }

    /// A token that is not in the text, just after the last one.
    fn supply(&mut self, tok: Tok<'s>) {
        let at = self.out.tokens.last().map_or(0, |token| token.end);
        self.emit(Token {
            tok,
            start: at,
            end: at,
            first: false,
            reported: true,
        });
    }

    fn begin_region(&mut self, token: Token<'s>) {
        let body = self.body();
        if body == Body::Module {
            if let Tok::Word(word) = token.tok {
                self.item = Some(word);
            }
            self.ground.indent = self.indent;
            self.stray_clause = false;
        }
        self.out.regions.push(Region {
            start: token.start,
            token: self.out.tokens.len(),
            body,
        });
        self.prefixes = 0;
        let frame = self.frame();
        let nested = frame.nested + frame.otherwise;
        (frame.nested, frame.otherwise) = (0, 0);
        self.depth_sum = self.depth_sum.saturating_sub(nested);
        self.assign = match token.tok {
            Tok::Word(Word::Let | Word::Define) => Some(self.frames.len()),
            _ => None,
        };
    }

    // Words.

    fn settle_word(&self, index: usize, token: Token<'s>) -> Tok<'s> {
        let plain = |text: &'s str| {
            if text.starts_with(char::is_uppercase) {
                Tok::Type(text)
            } else {
                Tok::Name(text)
            }
        };
        let text = self.slice(token.start, token.end);
        if self.raw_tok(index + 1) == Some(Tok::Colon) {
            return Tok::Label(text);
        }
        let previous = self.previous();
        if matches!(previous, Some(Tok::Dot | Tok::At)) {
            return plain(text);
        }
        let Tok::Word(word) = token.tok else {
            return token.tok;
        };
        if !word.is_reserved() || token.first {
            return token.tok;
        }
        let names_next = match previous {
            Some(Tok::Word(Word::As | Word::For)) => true,
            Some(Tok::Word(Word::All | Word::Any | Word::No)) => {
                matches!(
                    self.raw_tok(index + 1),
                    Some(Tok::Word(Word::In) | Tok::Comma)
                )
            }
            Some(Tok::Word(previous)) => {
                previous.starts_item() && !matches!(previous, Word::Use | Word::Test)
            }
            _ => false,
        };
        if names_next { plain(text) } else { token.tok }
    }

    fn is_starter(&self, index: usize, token: Token<'s>) -> bool {
        match (self.body(), token.tok) {
            (Body::Module, Tok::Word(word)) => word.starts_item(),
            (Body::Clauses, Tok::Word(word)) => {
                word.starts_clause()
                    && (word != Word::Reverify
                        || token.first
                        || matches!(self.raw_tok(index + 2), Some(Tok::Colon)))
            }
            (Body::TestLines, Tok::Word(word)) => TEST_STARTERS.contains(&word) && token.first,
            (Body::FrameworkLines, Tok::Word(word)) => FRAMEWORK_STARTERS.contains(&word),
            (Body::Fields, Tok::Label(_)) => true,
            _ => false,
        }
    }

    /// `requires x: …`, `participaton p(…)`: no name stands first on a line directly before another word.
    fn misspelt(&mut self, index: usize, token: Token<'s>) -> Option<Token<'s>> {
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
            let spelling = suggest::closest(text, starters.iter().map(|word| word.text()))?;
            Word::of(spelling)
        })?;
        let span = self.span(token.start, token.end);
        self.out.diagnostics.push(
            Diagnostic::error("E0101", span, format!("`{text}` starts nothing here"))
                .label(format!("did you mean `{}`?", word.text()))
                .fix(format!("write `{}`", word.text()), span, word.text()),
        );
        Some(Token {
            tok: Tok::Word(word),
            reported: true,
            ..token
        })
    }

    /// `5 minutes` is one duration, in two words; 2^63 needs a minus sign.
    fn settle_int(&mut self, index: usize, token: Token<'s>, value: u64) -> (Token<'s>, usize) {
        let broken = Token {
            tok: Tok::Broken,
            reported: true,
            ..token
        };
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
            self.out
                .diagnostics
                .push(crate::lexer::fault_diagnostic(fault, span));
            return (
                Token {
                    end: next.end,
                    ..broken
                },
                2,
            );
        }
        if value > i64::MAX as u64 {
            let negated = self.previous() == Some(Tok::Minus)
                && !self.before_previous().is_some_and(|tok| tok.ends_operand());
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
    fn settle_assign(&mut self, token: Token<'s>) -> Option<Token<'s>> {
        if self.assign == Some(self.frames.len()) {
            self.assign = None;
            return Some(token);
        }
        let span = self.span(token.start, token.end);
        let starts_value = matches!(
            self.before_previous(),
            Some(Tok::Open | Tok::OuterOpen | Tok::Comma)
        );
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
                Diagnostic::error(
                    "E0101",
                    span,
                    "a name and what belongs to it are parted by `:`",
                )
                .label("`=` stands only in `let` and `define`")
                .fix("write `:`", span, ":"),
            );
            return Some(Token {
                tok: Tok::Colon,
                reported: true,
                ..token
            });
        }
        self.out.diagnostics.push(
            Diagnostic::error("E0101", span, "two values are compared with `==`")
                .label("`=` stands only in `let` and `define`")
                .fix("write `==`", span, "=="),
        );
        Some(Token {
            tok: Tok::Equal,
            reported: true,
            ..token
        })
    }

    // Brackets.

    fn open(&mut self, token: Token<'s>, open: Tok<'static>) {
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

    fn body_of_braces(&self, open: Tok<'static>) -> Body {
        if open != Tok::Open {
            return Body::Expression;
        }
        let is_item = self.frames.is_empty() && self.assign.is_none();
        match (self.item, self.previous()) {
            (Some(Word::Participation | Word::Relationship | Word::Assessment), _) if is_item => {
                Body::Clauses
            }
            (Some(Word::Framework), _) if is_item => Body::FrameworkLines,
            (Some(Word::Test), _) if is_item => Body::TestLines,
            (Some(Word::Record | Word::Event), _) if is_item => Body::Fields,
            (Some(Word::Enum | Word::Scale), _) if is_item => Body::Cases,
            (Some(Word::Catalog), _) if is_item => Body::Entries,
            (_, Some(Tok::Type(_) | Tok::Word(Word::With))) => Body::Values,
            _ => Body::Expression,
        }
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.prefixes = 0;
        self.depth_sum = self
            .depth_sum
            .saturating_sub(1 + frame.nested + frame.otherwise);
        Some(frame)
    }

    /// Closes the innermost bracket, which the text leaves open.
    fn close_missing(&mut self) {
        let Some(frame) = self.frames.last().copied() else {
            return;
        };
        self.supply(closer(frame.open));
        self.pop();
    }

    fn report_missing(&mut self, frame: Frame, at: Token<'s>) {
        let sign = sign(closer(frame.open));
        let open = self.span(frame.start, frame.start + 1);
        let end = self.out.tokens.last().map_or(at.start, |token| token.end);
        let place = self.span(end, end);
        self.out.diagnostics.push(
            Diagnostic::error(
                "E0101",
                open,
                format!("this `{}` is never closed", sign_of_open(frame.open)),
            )
            .label("opened here")
            .because(place, format!("a `{sign}` is missing, at the latest here"))
            .fix(format!("add `{sign}`"), place, sign),
        );
        self.out.scars.push(frame.start);
    }

    fn close(&mut self, token: Token<'s>, open: Tok<'static>) {
        let same = |frame: &Frame| {
            frame.open == open || (open == Tok::Open && frame.open == Tok::OuterOpen)
        };
        // Parentheses never reach across braces; braces close what is open inside them.
        let found = if open == Tok::Open {
            self.frames.iter().rposition(same)
        } else {
            let inner = self
                .frames
                .iter()
                .rposition(|frame| matches!(frame.open, Tok::Open | Tok::OuterOpen));
            self.frames
                .iter()
                .rposition(same)
                .filter(|at| inner.is_none_or(|inner| *at > inner))
        };
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
        let outer = self
            .frames
            .last()
            .is_some_and(|frame| frame.open == Tok::OuterOpen);
        self.emit(Token {
            tok: if outer { Tok::OuterClose } else { token.tok },
            ..token
        });
        self.pop();
    }

    /// A word that can only start an item or a clause ends whatever is still open inside.
    fn close_before(&mut self, index: usize, word: Word, token: Token<'s>) {
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
        let whole = self
            .raw_tok(index + 1)
            .is_some_and(|next| next.word().is_some() || matches!(next, Tok::Text(_)));
        if (only_item || word == Word::Let)
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
                word.starts_clause()
                    && (word != Word::Reverify || self.raw_tok(index + 2) == Some(Tok::Colon))
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

    // Nesting.

    fn count_nesting(&mut self, tok: Tok<'s>) {
        let binary = self.previous().is_some_and(|tok| tok.ends_operand());
        let frame = self.frame();
        let before = frame.nested + frame.otherwise;
        match tok {
            Tok::Comma => (frame.nested, frame.otherwise) = (0, 0),
            Tok::Word(Word::Implies | Word::If | Word::All | Word::Any | Word::No) => {
                frame.nested += 1
            }
            Tok::Word(Word::Otherwise) => frame.otherwise += 1,
            Tok::Word(Word::And | Word::Or) => frame.otherwise = 0,
            _ => {}
        }
        let after = frame.nested + frame.otherwise;
        self.depth_sum = (self.depth_sum + after).saturating_sub(before);
        match tok {
            Tok::Word(Word::Not | Word::Has) => self.prefixes += 1,
            Tok::Minus if !binary => self.prefixes += 1,
            _ => self.prefixes = 0,
        }
    }

    /// Leaves out the rest of a clause that is nested beyond all reason.
    fn too_deep(&mut self, token: Token<'s>) {
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
    fn skip(&self, open: u32, token: Token<'s>, starter: bool) -> Option<u32> {
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

    fn finish(&mut self) {
        if let (Some(frame), Some(last)) = (
            self.frames.first().copied(),
            self.out.tokens.last().copied(),
        ) {
            self.report_missing(frame, last);
        }
        while !self.frames.is_empty() {
            self.close_missing();
        }
    }
}

pub fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(
        "E0107",
        span,
        format!("this is nested more than {MAX_DEPTH} levels deep"),
    )
    .label("too deep from here on")
    .help("name a part of it with `let` or `define` and use the name")
}

fn whole_clause(word: Word, next: Option<Tok<'_>>, after: Option<Tok<'_>>) -> bool {
    if word.clause_has_name() {
        return next.is_some_and(|tok| tok.word().is_some()) && after == Some(Tok::Colon);
    }
    next.is_some_and(|tok| tok.word().is_some() || matches!(tok, Tok::Text(_) | Tok::Instant(_)))
}

/// Whether something may end with this token.
fn ends_part(tok: Tok<'_>) -> bool {
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
