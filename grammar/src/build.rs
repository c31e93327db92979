//! What the grammar's actions call: parts in, nodes of the tree out.
//!
//! Holds what the grammar cannot: doc comments, letters of names, and one diagnostic a cause.
//! Expressions and types are built in `nodes`, syntax errors described in `complain`.

use std::cell::Cell;

use lalrpop_util::ErrorRecovery;
use smol_str::SmolStr;

use crate::arrange::{Arranged, Body};
use crate::ast::*;
use crate::diagnostic::Diagnostic;
use crate::lexer::inside_quotes;
use crate::literal;
use crate::span::{FileId, Span};
use crate::token::{Tok, Token, Word};
use crate::trivia::Docs;

pub type Recovery<'s> = ErrorRecovery<u32, Tok<'s>, ()>;

/// Where the grammar resumed after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Item,
    Clause,
    FrameworkLine,
    TestLine,
    Field,
    Case,
}

/// What follows a case: whether it is `<`, and where.
pub type CaseSign = (bool, u32, u32);

/// Operands of `and` and `or`: at least two.
pub fn operands(first: Box<Expr>) -> Vec<Expr> {
    let mut all = Vec::with_capacity(4);
    all.push(*first);
    all
}

/// Off the parser's stack.
pub fn unboxed<T>(all: Vec<Box<T>>) -> Vec<T> {
    all.into_iter().map(|one| *one).collect()
}

pub struct Build<'s> {
    pub(crate) file: FileId,
    pub(crate) arranged: &'s Arranged<'s>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    docs: &'s Docs,
    /// Where the last token that was asked for stands.
    near: Cell<usize>,
    /// By region, the first for text before all regions: whether something was reported that may have consequences.
    quiet: Vec<bool>,
    /// By region: whether too deep nesting was reported.
    deep: Vec<bool>,
    /// Whether the grammar met what it does not take, reported or not.
    stumbled: bool,
}

impl<'s> Build<'s> {
    pub fn new(file: FileId, arranged: &'s Arranged<'s>, docs: &'s Docs, scars: &[u32]) -> Self {
        let count = arranged.regions.len() + 1;
        let mut build = Build {
            file,
            arranged,
            diagnostics: Vec::new(),
            docs,
            near: Cell::new(0),
            quiet: vec![false; count],
            deep: vec![false; count],
            stumbled: false,
        };
        for scar in arranged.scars.iter().chain(scars) {
            let region = build.region_at(*scar);
            set(&mut build.quiet, region);
            set(&mut build.deep, region);
        }
        build
    }

    /// Whether everything was read, and nothing reported.
    pub(crate) fn is_clean(&self) -> bool {
        !self.stumbled && self.diagnostics.is_empty()
    }

    pub fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end.max(start))
    }

    /// 0 for text before all regions, else one more than the region's index.
    pub(crate) fn region_at(&self, offset: u32) -> usize {
        self.arranged.regions.partition_point(|region| region.start <= offset)
    }

    /// The token that starts at an offset.
    pub(crate) fn token_at(&self, start: u32) -> Option<(usize, Token<'s>)> {
        // Most are asked for in the order of the text.
        let near = self.near.get();
        let ahead = self.arranged.tokens.get(near..near + 64).unwrap_or(&[]);
        let inside = ahead.first().is_some_and(|token| token.start < start)
            && ahead.last().is_some_and(|token| token.start >= start);
        let first = if inside {
            near + ahead.partition_point(|token| token.start < start)
        } else {
            self.arranged.tokens.partition_point(|token| token.start < start)
        };
        self.near.set(first);
        let found = self.arranged.tokens.iter().enumerate().skip(first).find(|(_, token)| token.end > start)?;
        Some((found.0, *found.1))
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports nesting beyond the limit, once a region.
    pub(crate) fn report_deep(&mut self, span: Span) {
        let region = self.region_at(span.start);
        if !set(&mut self.deep, region) {
            self.report(crate::arrange::too_deep(span));
        }
    }

    // Texts.

    pub fn text(&mut self, written: &str, l: u32, r: u32) -> Text {
        Text { value: self.unescaped(written), span: self.span(l, r) }
    }

    pub(crate) fn unescaped(&self, written: &str) -> SmolStr {
        if written.contains('\\') {
            let (inside, _) = inside_quotes(written);
            return literal::unescape(inside).0.into();
        }
        let plain = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        SmolStr::new(plain.unwrap_or_else(|| inside_quotes(written).0))
    }

    // Items.

    pub fn item(&mut self, l: u32, annotations: Vec<Annotation>, kind: ItemKind, r: u32) -> Box<Item> {
        // What reads as an item inside braces is the rest of one whose beginning was lost.
        let nested = self
            .token_at(l)
            .is_some_and(|(index, _)| self.arranged.bodies.get(index).is_some_and(|body| *body != Body::Module));
        let kind = if nested && !matches!(kind, ItemKind::Error) {
            let region = self.region_at(l);
            set(&mut self.quiet, region);
            ItemKind::Error
        } else {
            kind
        };
        Box::new(Item { span: self.span(l, r), doc: self.docs.above(l), annotations, kind })
    }

    pub fn annotation(&mut self, l: u32, name: Name, args: Option<Vec<AnnotationArg>>, r: u32) -> Annotation {
        Annotation { span: self.span(l, r), name, args: args.unwrap_or_default() }
    }

    pub fn use_one(&mut self, mut path: Vec<Name>) -> ItemKind {
        let names: Vec<Name> = path.pop().into_iter().collect();
        if path.is_empty() {
            for name in &names {
                let text = &name.text;
                self.diagnostics.push(
                    Diagnostic::error("E0101", name.span, "this does not say what to use")
                        .label("a module alone")
                        .help(format!("name what you need from it, as in `use {text}.Name` or `use {text}.{{a, b}}`")),
                );
            }
        }
        ItemKind::Use(Use { path, names, braces: false })
    }

    pub fn use_many(&mut self, path: Vec<Name>, names: Vec<Name>) -> ItemKind {
        ItemKind::Use(Use { path, names, braces: true })
    }

    pub fn enumeration(
        &mut self,
        name: Name,
        ordered: bool,
        cases: Vec<(Box<CaseDecl>, Option<CaseSign>)>,
    ) -> ItemKind {
        let mut reported = false;
        let mut list = Vec::with_capacity(cases.len());
        for (case, sign) in cases {
            if let Some((less, l, r)) = sign
                && less != ordered
                && !reported
            {
                reported = true;
                let span = self.span(l, r);
                let (message, better) = if ordered {
                    ("the cases of a scale are ordered, lowest first, with `<`", " <")
                } else {
                    ("the cases of an enum have no order and are parted by `,`", ",")
                };
                // A comma that only ends a scale's list is no order.
                let mut diagnostic = Diagnostic::error("E0101", span, message).label("here");
                if !ordered {
                    diagnostic = diagnostic.help("for an order, write `scale` instead of `enum`");
                }
                self.report(diagnostic.fix(format!("write `{}`", better.trim()), span, better));
            }
            list.push(*case);
        }
        // A case that could not be read was reported, and has no name.
        list.retain(|case| !case.name.text.is_empty());
        ItemKind::Enum(EnumDecl { name, ordered, cases: list })
    }

    pub fn case(&mut self, l: u32, annotations: Vec<Annotation>, name: Name) -> Box<CaseDecl> {
        Box::new(CaseDecl { doc: self.docs.above(l), annotations, name })
    }

    pub fn case_error(&mut self, l: u32, error: Recovery<'s>, r: u32) -> Box<CaseDecl> {
        self.error(error, Level::Case);
        let name = Name { text: SmolStr::default(), span: self.span(l, r) };
        Box::new(CaseDecl { doc: None, annotations: Vec::new(), name })
    }

    pub fn field(&mut self, l: u32, annotations: Vec<Annotation>, name: Name, ty: Type, r: u32) -> Box<FieldDecl> {
        Box::new(FieldDecl { span: self.span(l, r), doc: self.docs.above(l), annotations, name, ty })
    }

    /// A field that could not be read keeps its name, if it had one.
    pub fn field_error(&mut self, l: u32, error: Recovery<'s>, r: u32) -> Box<FieldDecl> {
        let place = error_place(&error);
        self.error(error, Level::Field);
        let span = self.span(l, r);
        let region = self.region_at(place).checked_sub(1).and_then(|index| self.arranged.regions.get(index));
        let named = region
            .filter(|region| region.body == Body::Fields)
            .and_then(|region| self.arranged.tokens.get(region.token))
            .and_then(|token| token.tok.word().map(|word| (word, token.start, token.end)));
        let name = match named {
            Some((word, start, end)) => self.name(word, start, end),
            None => Name { text: SmolStr::default(), span },
        };
        let ty = Type { span, kind: TypeKind::Error, depth: 1 };
        Box::new(FieldDecl { span, doc: None, annotations: Vec::new(), name, ty })
    }

    pub fn let_decl(&mut self, l: u32, name: Name, ty: Option<Type>, value: Box<Expr>, r: u32) -> Box<LetDecl> {
        Box::new(LetDecl { span: self.span(l, r), name, ty, value: *value })
    }

    pub fn framework_line(&mut self, l: u32, kind: FrameworkLineKind, r: u32) -> Box<FrameworkLine> {
        Box::new(FrameworkLine { span: self.span(l, r), kind })
    }

    pub fn test_line(&mut self, l: u32, kind: TestLineKind, r: u32) -> Box<TestLine> {
        Box::new(TestLine { span: self.span(l, r), kind })
    }

    pub fn outcome(&mut self, l: u32, kind: OutcomeKind, r: u32) -> Box<Outcome> {
        Box::new(Outcome { span: self.span(l, r), kind })
    }

    /// A clause without what precedes it.
    pub fn head(&mut self, keyword: u32, name: Option<Name>, kind: ClauseKind) -> Box<Clause> {
        let end = self.token_at(keyword).map_or(keyword, |(_, token)| token.end);
        let keyword = self.span(keyword, end);
        Box::new(Clause { span: keyword, doc: None, annotations: Vec::new(), name, keyword, kind })
    }

    pub fn clause(&mut self, l: u32, annotations: Vec<Annotation>, mut head: Box<Clause>, r: u32) -> Box<Clause> {
        if self.is_misread(&head.kind, r) {
            head.kind = ClauseKind::Error;
        }
        head.span = self.span(l, r);
        head.doc = self.docs.above(l);
        head.annotations = annotations;
        head
    }

    /// Whether a clause ends before its end, for a slip that makes nonsense of what was read.
    fn is_misread(&self, kind: &ClauseKind, r: u32) -> bool {
        let suspect = match kind {
            ClauseKind::Ttl { length: value, .. }
            | ClauseKind::Cap { value, .. }
            | ClauseKind::Expires { at: value, .. } => {
                matches!(&value.kind, ExprKind::Name(name) if matches!(name.as_str(), "from" | "when"))
            }
            ClauseKind::Continuous { .. } | ClauseKind::Oblige { .. } => true,
            _ => false,
        };
        let next = || self.token_at(r).filter(|(_, token)| !token.first).map(|(_, token)| token.tok);
        suspect
            && match kind {
                ClauseKind::Continuous { .. } => next().is_some_and(|tok| tok.is(Word::On)),
                ClauseKind::Oblige { .. } => next().is_some_and(|tok| tok.is(Word::Of)),
                // What may follow a clause does not.
                _ => next().is_some_and(|tok| {
                    !matches!(tok, Tok::OuterClose | Tok::At) && !matches!(tok, Tok::Word(word) if word.starts_clause())
                }),
            }
    }

    /// A clause that could not be read keeps its name, so that what refers to it is no second error.
    pub fn clause_error(&mut self, l: u32, error: Recovery<'s>, r: u32) -> Box<Clause> {
        let place = error_place(&error);
        self.error(error, Level::Clause);
        let region = self.region_at(place).checked_sub(1).and_then(|index| self.arranged.regions.get(index)).copied();
        let start = region.filter(|region| region.body == Body::Clauses);
        let mut name = None;
        let mut keyword = self.span(l, l);
        if let Some(region) = start
            && let Some(first) = self.arranged.tokens.get(region.token).copied()
        {
            keyword = self.span(first.start, first.end);
            if let Some(second) = self.arranged.tokens.get(region.token + 1).copied()
                && let Tok::Label(text) = second.tok
            {
                name = Some(self.name(text, second.start, second.end));
            }
        }
        let span = self.span(l, r);
        Box::new(Clause { span, doc: None, annotations: Vec::new(), name, keyword, kind: ClauseKind::Error })
    }

    pub fn item_error(&mut self, error: Recovery<'s>) -> ItemKind {
        self.error(error, Level::Item);
        ItemKind::Error
    }

    /// Reports a syntax error, unless something in the same stretch of text was reported already.
    pub fn error(&mut self, error: Recovery<'s>, level: Level) {
        self.syntax_error(error.error, level);
    }

    pub(crate) fn syntax_error(&mut self, error: lalrpop_util::ParseError<u32, Tok<'s>, ()>, level: Level) {
        self.stumbled = true;
        let (start, expected) = match error {
            lalrpop_util::ParseError::UnrecognizedToken { token, expected } => (Some(token), expected),
            lalrpop_util::ParseError::UnrecognizedEof { expected, .. } => (None, expected),
            lalrpop_util::ParseError::ExtraToken { token } => (Some(token), Vec::new()),
            lalrpop_util::ParseError::InvalidToken { .. } | lalrpop_util::ParseError::User { .. } => (None, Vec::new()),
        };
        let index = match start {
            // Supplied tokens have no width and were reported.
            Some((l, _, r)) if l == r => {
                let region = self.region_at(l);
                set(&mut self.quiet, region);
                return;
            }
            Some((l, _, _)) => self.token_at(l).map_or(self.arranged.tokens.len(), |(index, _)| index),
            None => self.arranged.tokens.len(),
        };
        let token = self.arranged.tokens.get(index).copied();
        // A word that starts the next stretch is the end of the one before it.
        let place = match token {
            Some(_) => self.place_of(index),
            None => self.arranged.regions.len(),
        };
        let reported = token.is_some_and(|token| token.reported);
        if set(&mut self.quiet, place) || reported {
            return;
        }
        let diagnostic = self.complain(index, place, &expected, level);
        self.report(diagnostic);
    }

    /// The region an error at a token belongs to: if the token starts one, the region before, if it is incomplete.
    fn place_of(&self, index: usize) -> usize {
        let Some(token) = self.arranged.tokens.get(index) else {
            return self.arranged.regions.len();
        };
        let region = self.region_at(token.start);
        if self.annotation_around(index).is_some() {
            // What an annotation says belongs to what it stands above.
            return (region + 1).min(self.arranged.regions.len());
        }
        match region.checked_sub(1).and_then(|at| self.arranged.regions.get(at)) {
            Some(found) if found.token == index && index > 0 => {
                let inside = self.arranged.bodies.get(index) == self.arranged.bodies.get(index - 1);
                if inside { region - 1 } else { region }
            }
            _ => region,
        }
    }
}

/// Sets a flag; says whether it was set before.
fn set(flags: &mut [bool], index: usize) -> bool {
    match flags.get_mut(index) {
        Some(flag) => std::mem::replace(flag, true),
        None => false,
    }
}

fn error_place(error: &Recovery<'_>) -> u32 {
    match &error.error {
        lalrpop_util::ParseError::UnrecognizedToken { token: (l, _, _), .. }
        | lalrpop_util::ParseError::ExtraToken { token: (l, _, _) } => l.saturating_sub(1),
        lalrpop_util::ParseError::UnrecognizedEof { location, .. }
        | lalrpop_util::ParseError::InvalidToken { location } => *location,
        lalrpop_util::ParseError::User { .. } => 0,
    }
}
