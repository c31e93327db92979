//! Slips that many make, told by what stands around the word the grammar stumbled over: the place and what it would have taken in;
//! the cause and what to write out, or nothing where no slip is known.

use super::wording::starts_value;
use super::{Expected, missing};
use crate::arrange::Body;
use crate::build::{Build, Level};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::token::{Tok, Word};

/// How far back an annotation's beginning is looked for.
const FAR: usize = 64;

impl<'s> Build<'s> {
    /// The text from one token to before another, if it stands on one line.
    pub(super) fn between(&self, from: usize, to: usize) -> Option<&'s str> {
        let last = to.checked_sub(1).filter(|last| *last >= from)?;
        let text = self.written(self.token(from)?.start, self.token(last)?.end);
        (!text.is_empty() && !text.contains('\n')).then_some(text)
    }

    pub(super) fn over(&self, from: usize, to: usize) -> Span {
        let start = self.token(from).map_or(0, |token| token.start);
        let end = to.checked_sub(1).and_then(|last| self.token(last)).map_or(start, |token| token.end);
        self.span(start, end)
    }

    pub(super) fn body(&self, index: usize) -> Option<Body> {
        self.arranged.bodies.get(index).copied()
    }

    /// The parenthesis of the annotation around a token.
    pub(crate) fn annotation_around(&self, index: usize) -> Option<usize> {
        let mut depth = 0;
        for at in (index.saturating_sub(FAR)..index).rev() {
            match self.tok(at)? {
                Tok::ParenClose | Tok::BracketClose => depth += 1,
                Tok::ParenOpen | Tok::BracketOpen if depth > 0 => depth -= 1,
                Tok::ParenOpen => {
                    return (at >= 2 && self.tok(at - 2) == Some(Tok::At)).then_some(at);
                }
                Tok::Open | Tok::OuterOpen | Tok::Close | Tok::OuterClose => return None,
                _ => {}
            }
        }
        None
    }

    pub(super) fn slip(&self, index: usize, place: usize, expected: &Expected<'_>, level: Level) -> Option<Diagnostic> {
        if let Some(paren) = self.annotation_around(index) {
            return self.in_annotation(index, paren);
        }
        self.use_everything(index, place)
            .or_else(|| self.clause_slip(index, place, expected))
            .or_else(|| self.type_slip(index, expected))
            .or_else(|| self.cases_slip(index, level))
            .or_else(|| self.value_slip(index, expected))
            .or_else(|| self.wanted_text(index, expected))
            .or_else(|| self.wanted_word(index, expected))
    }

    /// `@owner(imaging-platform)`, `@maps(nist_csf[GV.SC-05])`.
    fn in_annotation(&self, index: usize, paren: usize) -> Option<Diagnostic> {
        let name = self.tok(paren - 1)?.word()?;
        let (from, what) = if name == "maps" {
            let open = (paren..=index).rev().find(|at| self.tok(*at) == Some(Tok::BracketOpen))?;
            (open + 1, "the id of a control stands in double quotes".to_string())
        } else {
            (paren + 1, format!("what `@{name}` says stands in double quotes"))
        };
        let close = if name == "maps" { Tok::BracketClose } else { Tok::ParenClose };
        let rest = index.max(from)..index.saturating_add(FAR);
        let mut ends = rest.take_while(|at| self.token(*at).is_some_and(|token| !token.first));
        let to = ends.find(|at| self.tok(*at) == Some(close))?;
        let span = self.over(from, to);
        let diagnostic = Diagnostic::error("E0101", span, what).label("not in quotes");
        Some(match self.between(from, to).filter(|text| !text.contains(['"', '\\', ','])) {
            Some(text) => diagnostic.fix(format!("write `\"{text}\"`"), span, format!("\"{text}\"")),
            None if name == "maps" => diagnostic.help("write `@maps(nist_csf[\"GV.SC-05\"])`"),
            None if name == "allow" => diagnostic.help("write `@allow(lint_name, \"why this is acceptable here\")`"),
            None => diagnostic.help(format!("write `@{name}(\"…\")`")),
        })
    }

    /// `use std.time.*`.
    fn use_everything(&self, index: usize, place: usize) -> Option<Diagnostic> {
        let region = place.checked_sub(1).and_then(|at| self.arranged.regions.get(at))?;
        let dot = index.checked_sub(1).filter(|dot| self.tok(*dot) == Some(Tok::Dot))?;
        if self.tok(index) != Some(Tok::Star) || !self.tok(region.token)?.is(Word::Use) {
            return None;
        }
        let path = self.between(region.token + 1, dot)?;
        let (one, two) = if path == "std.time" { ("fresh", "ended") } else { ("one", "another") };
        Some(
            Diagnostic::error("E0101", self.over(index, index + 1), "`use` names each thing it brings in")
                .label("everything cannot be used at once")
                .help(format!("name what you need: `use {path}.{one}`, or several: `use {path}.{{{one}, {two}}}`")),
        )
    }

    /// `Link[]`, `[Link]`, `optional instant`, `list of Link`.
    fn type_slip(&self, index: usize, expected: &Expected<'_>) -> Option<Diagnostic> {
        let before = index.checked_sub(1)?;
        let tok = self.tok(index)?;
        let write =
            |from: usize, to: usize, better: String| {
                let span = self.over(from, to);
                let text = self.between(from, to).unwrap_or("this");
                Diagnostic::error("E0101", span, format!("`{text}` is no type"))
                    .label("a type is written another way")
                    .fix(format!("write `{better}`"), span, better)
            };
        if tok == Tok::BracketOpen
            && expected.takes("type")
            && matches!(self.tok(before), Some(Tok::Colon | Tok::Less))
            && let Some(of) = self.tok(index + 1).and_then(Tok::word)
            && self.tok(index + 2) == Some(Tok::BracketClose)
        {
            return Some(write(index, index + 3, format!("list<{of}>")));
        }
        if !expected.takes("?") {
            return None;
        }
        let name = self.tok(before)?.word()?;
        if tok == Tok::BracketOpen && self.tok(index + 1) == Some(Tok::BracketClose) {
            let optional = self.tok(index + 2) == Some(Tok::Question);
            let to = if optional { index + 3 } else { index + 2 };
            return Some(write(before, to, format!("list<{name}>{}", if optional { "?" } else { "" })));
        }
        let next = tok.word().filter(|_| self.token(index).is_some_and(|token| !token.first))?;
        if is_optional(name) {
            return Some(write(before, index + 1, format!("{next}?")));
        }
        if is_optional(next) {
            return Some(write(before, index + 1, format!("{name}?")));
        }
        if matches!(name, "list" | "set") {
            let of = if next == "of" { index + 1 } else { index };
            let inside = self.tok(of)?.word()?;
            return Some(write(before, of + 1, format!("{name}<{inside}>")));
        }
        None
    }

    /// `low > medium > high`.
    fn cases_slip(&self, index: usize, level: Level) -> Option<Diagnostic> {
        let more = matches!(self.tok(index)?, Tok::Greater | Tok::GreaterEqual | Tok::LessEqual);
        (more && level == Level::Case && self.body(index) == Some(Body::Cases)).then(|| {
            Diagnostic::error(
                "E0101",
                self.over(index, index + 1),
                "the cases of a scale are ordered, lowest first, with `<`",
            )
            .label("cannot stand here")
            .help("write `scale Tier { bronze < silver < gold }`")
        })
    }

    /// `95%`, `x is signed`, `x is present`.
    fn value_slip(&self, index: usize, expected: &Expected<'_>) -> Option<Diagnostic> {
        let before = index.checked_sub(1)?;
        if expected.value() && self.tok(before) == Some(Tok::Percent) {
            let number = before.checked_sub(1)?;
            let parts = match self.tok(number)? {
                Tok::Int(value) => i64::try_from(value).ok().and_then(|value| value.checked_mul(100)),
                Tok::Decimal(value) if value % 100 == 0 => Some(value / 100),
                Tok::Decimal(_) => None,
                _ => return None,
            };
            let span = self.over(number, index);
            let diagnostic =
                Diagnostic::error("E0101", span, "a share is written as a part of one").label("not as a percentage");
            return Some(match parts {
                Some(parts) => {
                    let better = format!("{}.{:04}", parts / 10_000, parts % 10_000);
                    let better = better.trim_end_matches('0');
                    let better = if better.ends_with('.') { format!("{better}0") } else { better.to_string() };
                    diagnostic.fix(format!("write `{better}`"), span, better)
                }
                None => diagnostic.help("`95%` is `0.95`"),
            });
        }
        if !expected.takes("empty") {
            return None;
        }
        let negated = self.tok(before)?.is(Word::Not);
        let is = if negated { before.checked_sub(1)? } else { before };
        if !self.tok(is)?.is(Word::Is) {
            return None;
        }
        let tok = self.tok(index)?;
        let span = self.over(is, index);
        let diagnostic = Diagnostic::error("E0101", span, "`is` is asked only with `empty`").label("no comparison");
        let (absent, has) = match tok.word() {
            Some("present" | "given" | "known" | "set" | "defined" | "there" | "stated") => (false, true),
            Some("missing" | "absent" | "unknown" | "unset" | "undefined") => (true, true),
            _ => (false, false),
        };
        let none = tok.is(Word::None);
        if has || none {
            let word = if (absent || none) == negated { "has" } else { "not has" };
            return Some(diagnostic.help(format!("whether a value is there is asked with `{word} …` before it")));
        }
        if tok.word() == Some("one") && self.tok(index + 1).is_some_and(|next| next.is(Word::Of)) {
            let better = if negated { "not in" } else { "in" };
            let span = self.over(is, index + 2);
            return Some(diagnostic.fix(format!("write `{better}`"), span, better));
        }
        if matches!(tok, Tok::Word(Word::In)) {
            return Some(if negated {
                diagnostic.fix("write `not`", span, "not")
            } else {
                diagnostic.fix("remove `is`", span, "")
            });
        }
        let better = if negated { "!=" } else { "==" };
        starts_value(tok).then(|| diagnostic.fix(format!("write `{better}`"), span, better))
    }

    /// A text without its quotes.
    fn wanted_text(&self, index: usize, expected: &Expected<'_>) -> Option<Diagnostic> {
        let before = self.tok(index.checked_sub(1)?)?;
        let tok = self.tok(index)?;
        let token = self.token(index).filter(|token| !token.first)?;
        let Tok::Word(word) = before else { return None };
        if !expected.only(&["text"]) || matches!(word, Word::Matches) || !(starts_value(tok) || tok.word().is_some()) {
            return None;
        }
        let body = self.body(index);
        let mut rest = index + 1..index.saturating_add(FAR);
        let to = rest
            .find(|at| {
                self.token(*at).is_none_or(|next| next.first || next.start == next.end)
                    || self.body(*at) != body
                    || matches!(
                        self.tok(*at),
                        Some(Tok::OuterOpen | Tok::OuterClose | Tok::Comma | Tok::At | Tok::Text(_))
                    )
            })
            .unwrap_or(index + 1);
        let span = self.over(index, to);
        let text = self.between(index, to).unwrap_or_else(|| self.written(token.start, token.end));
        let starter = word.text();
        let diagnostic =
            Diagnostic::error("E0101", span, format!("what follows `{starter}` is a text in double quotes"));
        Some(if text.contains(['"', '\\']) || matches!(tok, Tok::Open | Tok::ParenOpen | Tok::BracketOpen) {
            diagnostic.label("expected a text in quotes")
        } else {
            diagnostic.label("not in quotes").fix(format!("write `\"{text}\"`"), span, format!("\"{text}\""))
        })
    }

    /// One word of the grammar is missing, and nothing else.
    fn wanted_word(&self, index: usize, expected: &Expected<'_>) -> Option<Diagnostic> {
        let [one] = expected.0.as_slice() else { return None };
        let word = Word::of(one)?;
        let begins = self.token(index).is_none_or(|token| token.first) || self.tok(index) == Some(Tok::OuterClose);
        if begins || matches!(word, Word::Else | Word::Then | Word::Empty | Word::Relies) {
            return None;
        }
        let misspelt = |text: &str| crate::suggest::nearest(text, [*one]).is_some();
        if self.tok(index)?.word().is_some_and(misspelt) {
            return None;
        }
        let place = self.end_before(index);
        Some(missing(place, &format!(" {one}"), &format!("before {}", self.shown(index))))
    }
}

/// What people write for `?`.
pub(crate) fn is_optional(word: &str) -> bool {
    matches!(word, "optional" | "Optional" | "maybe" | "nullable" | "Option")
}
