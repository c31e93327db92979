//! What kind of thing may stand at the cursor, told by the tokens before it.
//!
//! In: a place. Out: a [`Context`] and the word that is being written; nothing inside of comments, texts and new names.

use trust_syntax::Body;
use trust_syntax::ast::BlockKind;
use trust_syntax::span::{FileId, Span};
use trust_syntax::token::{ITEM_STARTERS, Tok, Token, Word};

use super::super::packages::Place;

/// Clauses of which kind a name may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Reason,
    Basis,
    Obligation,
    DatedObligation,
    Advice,
    /// In force by the prior: what events may have done.
    Prior,
    Trigger,
    Liftable,
}

#[derive(Clone, Debug)]
pub enum Context {
    Words(&'static [&'static str]),
    Items,
    Clauses(BlockKind),
    FrameworkLines,
    TestLines,
    Outcomes,
    Annotations,
    /// Words that may follow a value.
    After(&'static [&'static str]),
    Types,
    Events,
    Duties,
    Scales,
    Parties,
    /// Clauses of a block by its name.
    ClausesOf {
        block: String,
        wanted: Wanted,
    },
    /// Clauses of the block the cursor is in.
    OwnClauses(Wanted),
    Catalogs,
    Lints,
    Controls(String),
    /// Modules below a path, as far as it is written.
    Modules(Vec<String>),
    NamesOf(String),
    /// Behind `expect`: a condition, or the call of a block.
    Expected,
    /// A value, a case, a field: the checker knows. What goes in for it, and whether a dot stands before it.
    Value {
        insert: &'static str,
        dotted: bool,
    },
}

pub struct Found {
    pub context: Context,
    /// What is replaced.
    pub word: Span,
}

/// The word that goes in for what is being written; no author writes it.
pub const MARK: &str = "trustc__here";

struct Sight<'t> {
    /// Everything before the word at the cursor, without what was supplied.
    before: Vec<(Token<'t>, Body)>,
    /// The body at the cursor.
    body: Body,
    /// The word at the cursor stands first on its line.
    first: bool,
}

pub fn context(place: &Place) -> Option<Found> {
    let package = &place.package;
    let text = &package.file(place.file)?.source.text;
    let offset = place.offset;
    let comments = package.module(place.file).map(|m| m.trivia.comments.as_slice()).unwrap_or_default();
    if comments.iter().any(|c| c.span.start < offset && offset <= c.span.end) {
        return None;
    }
    // What stands in other items says nothing of this place.
    let window = window(text, offset as usize);
    let from = window.start as u32;
    let mut found = inside(place.file, text.get(window)?, offset - from)?;
    found.word = Span::new(place.file, found.word.start + from, found.word.end + from);
    Some(found)
}

/// The text of the item around a place, and what stands loosely beside it: from the line that certainly starts an item to the
/// next that does.
fn window(text: &str, offset: usize) -> std::ops::Range<usize> {
    let starts = |line: &str| {
        let word: &str = line.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        // `let` may stand in a block, too.
        Word::of(word).is_some_and(|w| ITEM_STARTERS.contains(&w) && w != Word::Let)
    };
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    let mut start = before.len();
    loop {
        start = before.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
        if start == 0 || text.get(start..).is_some_and(starts) {
            break;
        }
        start -= 1;
    }
    let mut end = offset;
    for line in after.split_inclusive('\n') {
        end += line.len();
        if line.ends_with('\n') && text.get(end..).is_some_and(starts) {
            break;
        }
    }
    start..end
}

fn inside(file: FileId, text: &str, offset: u32) -> Option<Found> {
    let all = trust_syntax::tokens(file, text).0;
    let touching = all.iter().find(|t| t.start < offset && offset <= t.end);
    let span = |start, end| Span::new(file, start, end);
    if let Some(Tok::Text(literal)) = touching.map(|t| t.tok) {
        let token = touching?;
        let closed = literal.len() > 1 && literal.ends_with('"');
        let inside = span(token.start + 1, if closed { token.end - 1 } else { token.end });
        if offset < inside.start || offset > inside.end {
            return None;
        }
        let before: Vec<Tok<'_>> = all.iter().filter(|t| t.end <= token.start).map(|t| t.tok).collect();
        return match before.as_slice() {
            [.., Tok::Name(catalog), Tok::BracketOpen] => {
                Some(Found { context: Context::Controls((*catalog).to_owned()), word: inside })
            }
            _ => None,
        };
    }
    let word = match touching {
        Some(t) if t.tok.word().is_some() => span(t.start, t.end),
        Some(t) if matches!(t.tok, Tok::Int(_) | Tok::Decimal(_) | Tok::Instant(_) | Tok::Duration(_)) => return None,
        _ => span(offset, offset),
    };
    // A word of ours at the cursor, so that there is a token whose surroundings can be asked for.
    let (start, end) = (word.start as usize, word.end as usize);
    let marked = format!("{}{MARK}{}", text.get(..start)?, text.get(end..)?);
    let tokens = trust_syntax::bodies(file, &marked);
    let here = tokens.iter().position(|(t, _)| t.start == word.start && t.end > t.start)?;
    let (token, body) = *tokens.get(here)?;
    let before = tokens.get(..here)?.iter().filter(|(t, _)| t.end > t.start).copied().collect();
    let sight = Sight { before, body, first: token.first };
    Some(Found { context: sight.context()?, word })
}

const OPERATORS: &[&str] = &[
    "and",
    "or",
    "implies",
    "in",
    "not in",
    "is empty",
    "is not empty",
    "otherwise",
    "starts with",
    "ends with",
    "contains",
    "matches",
    "subset of",
    "intersects",
    "with",
];

impl<'t> Sight<'t> {
    /// The n-th token before the cursor.
    fn back(&self, n: usize) -> Option<Tok<'t>> {
        self.before.iter().rev().nth(n).map(|(t, _)| t.tok)
    }

    fn context(&self) -> Option<Context> {
        let previous = self.back(0);
        match previous {
            Some(Tok::At) => return Some(Context::Annotations),
            Some(Tok::Dot) => return Some(self.behind_dot()),
            Some(Tok::Word(Word::Use)) => return Some(Context::Modules(Vec::new())),
            _ => {}
        }
        if let Some(path) = self.in_import_braces() {
            return Some(Context::NamesOf(path));
        }
        if let Some(context) = self.in_annotation() {
            return context;
        }
        if self.wants_type() {
            return Some(Context::Types);
        }
        match self.body {
            Body::Module if self.first && previous.is_none_or(ends_part) => Some(Context::Items),
            Body::Clauses => self.in_clause(),
            Body::TestLines => self.in_test(),
            Body::FrameworkLines if self.first => Some(Context::FrameworkLines),
            Body::FrameworkLines | Body::Cases | Body::Entries | Body::Fields => None,
            Body::Values
                if matches!(previous, Some(Tok::Open | Tok::Comma))
                    || (self.first && previous.is_some_and(Tok::ends_operand)) =>
            {
                Some(Context::Value { insert: ": none,", dotted: false })
            }
            Body::Module | Body::Values | Body::Expression => self.in_expression(),
        }
    }

    fn behind_dot(&self) -> Context {
        // `use std.` is a path of names and dots back to `use`.
        let mut path: Vec<String> = Vec::new();
        let mut rest = self.before.iter().rev().skip(1);
        while let Some((token, _)) = rest.next() {
            match token.tok.word() {
                Some(_) if token.tok.is(Word::Use) => break,
                Some(name) => path.insert(0, name.to_owned()),
                None => return Context::Value { insert: "", dotted: true },
            }
            match rest.next().map(|(t, _)| t.tok) {
                Some(Tok::Dot) => {}
                Some(tok) if tok.is(Word::Use) => return Context::Modules(path),
                _ => return Context::Value { insert: "", dotted: true },
            }
        }
        Context::Value { insert: "", dotted: true }
    }

    /// `std.events` of `use std.events.{A, |`.
    fn in_import_braces(&self) -> Option<String> {
        let open = self.before.iter().rposition(|(t, _)| matches!(t.tok, Tok::Open | Tok::OuterOpen))?;
        let inside = self.before.get(open + 1..)?;
        if inside.iter().any(|(t, _)| t.tok != Tok::Comma && t.tok.word().is_none()) {
            return None;
        }
        let head = self.before.get(..open)?;
        let from = head.iter().rposition(|(t, _)| t.tok.is(Word::Use))?;
        let path = head.get(from + 1..)?;
        let ((last, _), names) = path.split_last()?;
        if last.tok != Tok::Dot || names.iter().any(|(t, _)| t.tok != Tok::Dot && t.tok.word().is_none()) {
            return None;
        }
        Some(names.iter().map(|(t, _)| t.tok.word().unwrap_or(".")).collect())
    }

    /// Inside of `@name( … )`: the outer option says whether, the inner what.
    fn in_annotation(&self) -> Option<Option<Context>> {
        let open = self.innermost_open(Tok::ParenOpen)?;
        let name = self.before.get(open.checked_sub(1)?)?.0.tok.word()?;
        if self.before.get(open.checked_sub(2)?)?.0.tok != Tok::At {
            return None;
        }
        Some(match (name, self.back(0)) {
            ("maps", Some(Tok::ParenOpen | Tok::Comma)) => Some(Context::Catalogs),
            ("allow", Some(Tok::ParenOpen)) => Some(Context::Lints),
            _ => None,
        })
    }

    /// The innermost bracket that is open at the cursor, if it is of this kind.
    fn innermost_open(&self, wanted: Tok<'_>) -> Option<usize> {
        let mut closed = 0;
        for (n, (token, _)) in self.before.iter().enumerate().rev() {
            match token.tok {
                Tok::Close | Tok::OuterClose | Tok::ParenClose | Tok::BracketClose => closed += 1,
                Tok::Open | Tok::OuterOpen | Tok::ParenOpen | Tok::BracketOpen if closed > 0 => closed -= 1,
                Tok::Open | Tok::OuterOpen | Tok::ParenOpen | Tok::BracketOpen => {
                    return (token.tok == wanted).then_some(n);
                }
                _ => {}
            }
        }
        None
    }

    fn wants_type(&self) -> bool {
        let element = matches!(
            (self.back(0), self.back(1)),
            (Some(Tok::Less), Some(Tok::Name("list" | "set") | Tok::Label("list" | "set")))
        );
        if element {
            return true;
        }
        if self.back(0) != Some(Tok::Colon) {
            return false;
        }
        let declares = |tok: Option<Tok<'_>>| matches!(tok, Some(Tok::Word(Word::Data | Word::Let)));
        if self.body == Body::Fields || declares(self.back(2)) {
            return true;
        }
        let head =
            [Word::Define, Word::Participation, Word::Relationship, Word::Assessment, Word::Invariant, Word::Duty];
        let declared = |paren: usize| {
            let starter = paren.checked_sub(2).and_then(|n| self.before.get(n)).map(|(t, _)| t.tok);
            head.iter().any(|w| starter.is_some_and(|s| s.is(*w)))
        };
        // A parameter's, or a function's result.
        self.innermost_open(Tok::ParenOpen).is_some_and(declared)
            || (self.body == Body::Module && self.back(1) == Some(Tok::ParenClose) && {
                let starter = self.before.iter().rfind(|(t, _)| matches!(t.tok, Tok::Word(w) if w.starts_item()));
                starter.is_some_and(|(t, _)| t.tok.is(Word::Define))
            })
    }

    /// The word the clause or line at the cursor starts with.
    fn starter(&self) -> Option<Word> {
        let starts = |w: Word| match self.body {
            Body::TestLines => trust_syntax::token::TEST_STARTERS.contains(&w),
            _ => w.starts_clause(),
        };
        self.before.iter().rev().find_map(|(t, _)| match t.tok {
            Tok::Word(w) if t.first && starts(w) => Some(w),
            _ => None,
        })
    }

    fn in_clause(&self) -> Option<Context> {
        let previous = self.back(0)?;
        if (self.first && ends_part(previous)) || previous == Tok::OuterOpen {
            return Some(Context::Clauses(self.block_kind()));
        }
        let starter = self.starter();
        match (previous, starter) {
            (Tok::Word(Word::On), Some(Word::Parties)) => Some(Context::Parties),
            (Tok::Word(Word::Parties), _) => Some(Context::Parties),
            (Tok::Word(Word::On), Some(Word::Oblige)) => Some(Context::Words(&["permit", "deny", "any"])),
            (Tok::Word(Word::On), _) => Some(Context::Events),
            (Tok::Word(Word::Lifts), _) => Some(Context::OwnClauses(Wanted::Liftable)),
            (Tok::Comma, Some(Word::Reinstate)) => Some(Context::OwnClauses(Wanted::Liftable)),
            (Tok::Word(Word::Grade), _) => Some(Context::Scales),
            (Tok::Word(Word::As), _) => None,
            (Tok::Colon, Some(Word::Oblige)) => Some(Context::Duties),
            (Tok::Colon, Some(Word::Suspend | Word::Reverify)) => Some(Context::Words(&["when", "on"])),
            (Tok::Colon, Some(Word::Revoke | Word::Reinstate)) => Some(Context::Words(&["on"])),
            (Tok::Word(w), _) if w.clause_has_name() && w != Word::Reverify => None,
            (Tok::Word(Word::Let), _) => None,
            _ if ends_part(previous) => Some(Context::After(match starter {
                Some(Word::Parties) => &["relies on"],
                Some(Word::Grade) => &["from"],
                Some(Word::Cap | Word::Expires) => &["when"],
                Some(Word::Ttl) => &["from", "when"],
                Some(Word::Oblige) => &["due", "within", "when", "on"],
                Some(Word::Suspend | Word::Reverify | Word::Revoke) => &["as", "when", "within", "of"],
                Some(Word::Reinstate) => &["as", "when", "lifts"],
                _ => OPERATORS,
            })),
            _ => self.in_expression(),
        }
    }

    fn block_kind(&self) -> BlockKind {
        let kind = |t: &(Token<'_>, Body)| match t.0.tok {
            Tok::Word(Word::Participation) => Some(BlockKind::Participation),
            Tok::Word(Word::Relationship) => Some(BlockKind::Relationship),
            Tok::Word(Word::Assessment) => Some(BlockKind::Assessment),
            _ => None,
        };
        self.before.iter().rev().find_map(kind).unwrap_or(BlockKind::Relationship)
    }

    fn in_test(&self) -> Option<Context> {
        let previous = self.back(0)?;
        if (self.first && ends_part(previous)) || previous == Tok::OuterOpen {
            return Some(Context::TestLines);
        }
        let block = || {
            let from = self.before.iter().rposition(|(t, _)| t.tok.is(Word::Expect))?;
            self.before.get(from + 1)?.0.tok.word().map(str::to_owned)
        };
        let of = |wanted| block().map(|block| Context::ClausesOf { block, wanted });
        // The effect or move that a `because` explains.
        let effect = self.before.iter().rev().find_map(|(t, _)| match t.tok {
            Tok::Word(
                w @ (Word::Permit | Word::Deny | Word::Revoke | Word::Suspend | Word::Reverify | Word::Reinstate),
            ) => Some(w),
            _ => None,
        });
        let because = self.before.iter().rposition(|(t, _)| t.tok.is(Word::Because));
        let colon = self.before.iter().rposition(|(t, b)| t.tok == Tok::Colon && *b == Body::TestLines);
        let expect = self.before.iter().rposition(|(t, _)| t.tok.is(Word::Expect));
        let in_outcomes = colon > expect && expect.is_some();
        match previous {
            Tok::Word(Word::Expect) => Some(Context::Expected),
            Tok::Word(Word::On) => Some(Context::Events),
            Tok::Word(Word::Obliges) => of(Wanted::Obligation),
            Tok::Word(Word::Advises) => of(Wanted::Advice),
            Tok::Word(Word::Because) | Tok::Word(Word::And) if in_outcomes && because > colon => of(match effect {
                Some(Word::Permit) => Wanted::Basis,
                Some(Word::Deny) => Wanted::Reason,
                _ => Wanted::Trigger,
            }),
            Tok::Colon | Tok::Comma if in_outcomes => Some(Context::Outcomes),
            Tok::Word(Word::Permit | Word::Deny | Word::Revoke | Word::Suspend | Word::Reverify | Word::Reinstate)
                if in_outcomes =>
            {
                Some(Context::After(&["because", "by"]))
            }
            _ if ends_part(previous) && in_outcomes => Some(Context::After(&["because", "and", "due", "by"])),
            _ if ends_part(previous) => Some(Context::After(&["on", "and", "or", "implies", "in", "not in"])),
            _ => self.in_expression(),
        }
    }

    fn in_expression(&self) -> Option<Context> {
        let previous = self.back(0)?;
        if matches!(previous, Tok::Word(Word::As | Word::For | Word::Let)) {
            return None;
        }
        if matches!(previous, Tok::ParenOpen) && self.back(1) == Some(Tok::Name("overdue")) {
            return Some(Context::OwnClauses(Wanted::DatedObligation));
        }
        if matches!(previous, Tok::Open | Tok::Comma) && self.in_prior() {
            let from = self.before.iter().rposition(|(t, _)| t.tok.is(Word::Expect))?;
            let block = self.before.get(from + 1)?.0.tok.word()?.to_owned();
            return Some(Context::ClausesOf { block, wanted: Wanted::Prior });
        }
        if matches!(previous, Tok::Open | Tok::Comma) && self.in_match() {
            return Some(Context::Value { insert: ": none", dotted: false });
        }
        if ends_part(previous) {
            return Some(Context::After(OPERATORS));
        }
        Some(Context::Value { insert: "", dotted: false })
    }

    /// Directly inside of the braces of `prior: { … }`.
    fn in_prior(&self) -> bool {
        let Some(open) = self.innermost_open(Tok::Open) else { return false };
        let back = |n: usize| open.checked_sub(n).and_then(|i| self.before.get(i)).map(|(t, _)| t.tok);
        back(1) == Some(Tok::Colon) && back(2).and_then(Tok::word) == Some("prior")
    }

    /// Directly inside of the braces of a `match`.
    fn in_match(&self) -> bool {
        let Some(open) = self.innermost_open(Tok::Open) else { return false };
        let head = self.before.get(..open).unwrap_or_default();
        let stop = |tok: Tok<'_>| match tok {
            Tok::Word(w) => (w.starts_clause() && w != Word::Reverify) || w == Word::Match || w.starts_item(),
            Tok::Open | Tok::OuterOpen | Tok::Assign => true,
            _ => false,
        };
        head.iter().rfind(|(t, _)| stop(t.tok)).is_some_and(|(t, _)| t.tok.is(Word::Match))
    }
}

/// Whether something whole may end with this token.
fn ends_part(tok: Tok<'_>) -> bool {
    tok.ends_operand() && !matches!(tok, Tok::Word(w) if continues(w))
}

/// Words of the grammar that a value or name must follow.
fn continues(word: Word) -> bool {
    matches!(
        word,
        Word::On
            | Word::From
            | Word::When
            | Word::Due
            | Word::Within
            | Word::Of
            | Word::As
            | Word::Lifts
            | Word::Until
            | Word::Every
            | Word::Reviewed
            | Word::Where
            | Word::For
            | Word::At
            | Word::Expect
            | Word::Obliges
            | Word::Advises
            | Word::Because
            | Word::By
            | Word::Relies
            | Word::Contains
            | Word::Starts
            | Word::Ends
            | Word::Subset
    )
}
