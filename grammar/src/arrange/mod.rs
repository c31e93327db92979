//! Between lexer and grammar: raw tokens in, tokens with settled roles and balanced brackets out.
//!
//! Here a word directly before `:` or after `.` becomes a plain name, misspelt starters and `=` for `==` are
//! reported and mended, and missing or stray brackets are reported and supplied or dropped, so that the
//! grammar's recovery meets whole clauses. Linear; the bracket depth of the result is bounded.

mod brackets;
mod slips;
mod words;

use crate::ast::MAX_DEPTH;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};
use crate::token::{Tok, Token, Word};

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
    pub text: &'s str,
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
    /// The braces of cases whose missing signs were reported, and where that is in the diagnostics.
    unparted: Option<(u32, usize)>,
    prefixes: u32,
    depth_sum: u32,
    /// Leaving out what is nested too deeply: how many brackets are open in what is left out.
    skipping: Option<u32>,
    line_start: usize,
    indent: usize,
    /// Every brace of the text has its partner: then layout tells nothing.
    balanced: bool,
}

pub fn arrange<'s>(file: FileId, text: &'s str, raw: Vec<Token<'s>>) -> Arranged<'s> {
    let mut arranger = Arranger {
        file,
        text,
        out: Arranged {
            text,
            tokens: Vec::with_capacity(raw.len()),
            regions: Vec::new(),
            bodies: Vec::with_capacity(raw.len()),
            diagnostics: Vec::new(),
            scars: Vec::new(),
        },
        raw,
        frames: Vec::new(),
        ground: Frame { open: Tok::Broken, start: 0, indent: 0, body: Body::Module, nested: 0, otherwise: 0 },
        item: None,
        stray_clause: false,
        assign: None,
        unparted: None,
        prefixes: 0,
        depth_sum: 0,
        skipping: None,
        line_start: 0,
        indent: 0,
        balanced: true,
    };
    arranger.balanced = balanced(&arranger.raw);
    let mut index = 0;
    while let Some(token) = arranger.raw.get(index).copied() {
        index += arranger.step(index, token);
    }
    arranger.finish();
    arranger.out
}

fn balanced(raw: &[Token<'_>]) -> bool {
    let mut depth = 0i64;
    for token in raw {
        match token.tok {
            Tok::Open | Tok::OuterOpen => depth += 1,
            Tok::Close => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
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
        if let Some(mended) = self.other_date(index, token) {
            (token, used) = mended;
        }
        match token.tok {
            Tok::Word(_) | Tok::Name(_) | Tok::Type(_) | Tok::Label(_) => {
                token.tok = self.settle_word(index, token);
                if let Some(mended) = self.hyphenated(index, token) {
                    (token, used) = mended;
                }
                if let Some(mended) = self.misspelt(index, token) {
                    token = mended;
                }
                if let Tok::Word(word) = token.tok
                    && self.skipping.is_none()
                {
                    self.close_before(index, word, token);
                    token = self.name_inside(index, word, token);
                }
                starter = self.is_starter(index, token);
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
        self.part_cases(token);
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
        self.emit(Token { tok, start: at, end: at, first: false, reported: true });
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
        self.out.regions.push(Region { start: token.start, token: self.out.tokens.len(), body });
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
}

pub fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error("E0107", span, format!("this is nested more than {MAX_DEPTH} levels deep"))
        .label("too deep from here on")
        .help("name a part of it with `let` or `define` and use the name")
}
