//! Slips that are mended before the grammar reads: raw tokens in; one word, sign or value for them out, and what to write instead.
//!
//! `class-i` for a name, cases without a sign between them, `1 March 2026` and `2026-03-01 09:10` for an instant.

use super::words::ends_part;
use super::{Arranger, Body};
use crate::diagnostic::{Diagnostic, Edit};
use crate::literal;
use crate::token::{Tok, Token, Word};

impl<'s> Arranger<'s> {
    /// `class-i` where a case or a field is declared: one name; with the number of raw tokens.
    pub(super) fn hyphenated(&mut self, index: usize, token: Token<'s>) -> Option<(Token<'s>, usize)> {
        token.tok.word()?;
        let declares = match self.body() {
            Body::Cases => !matches!(self.previous(), Some(Tok::At)),
            Body::Fields => self.previous().is_none_or(ends_part),
            _ => false,
        };
        if !declares || self.skipping.is_some() {
            return None;
        }
        let mut end = token.end;
        let mut next = index + 1;
        while let (Some(minus), Some(part)) = (self.raw.get(next), self.raw.get(next + 1))
            && minus.tok == Tok::Minus
            && minus.start == end
            && part.start == minus.end
            && (part.tok.word().is_some() || matches!(part.tok, Tok::Int(_)))
        {
            end = part.end;
            next += 2;
        }
        if next == index + 1 {
            return None;
        }
        let full = self.slice(token.start, end);
        let better = full.replace('-', "_");
        let span = self.span(token.start, end);
        self.out.diagnostics.push(
            Diagnostic::error("E0101", span, format!("`{full}` is no name: it has a hyphen"))
                .label("read as a subtraction")
                .fix(format!("write `{better}`"), span, better),
        );
        let tok = if self.raw_tok(next) == Some(Tok::Colon) { Tok::Label(full) } else { Tok::Name(full) };
        Some((Token { tok, end, reported: true, ..token }, next - index))
    }

    /// Between two cases with nothing between them: the sign is supplied, and missed once for all of them.
    pub(super) fn part_cases(&mut self, token: Token<'s>) {
        let begins = token.tok.word().is_some() || token.tok == Tok::At;
        let ended = self.previous().is_some_and(|tok| tok.word().is_some());
        if !begins || !ended || self.body() != Body::Cases || self.before_previous() == Some(Tok::At) {
            return;
        }
        let ordered = self.item == Some(Word::Scale);
        let (sign, added) = if ordered { (Tok::Less, " <") } else { (Tok::Comma, ",") };
        let end = self.out.tokens.last().map_or(token.start, |last| last.end);
        let place = self.span(end, end);
        let braces = self.frames.last().map_or(0, |frame| frame.start);
        let edit = Edit { span: place, text: added.to_string() };
        match self.unparted {
            Some((open, at)) if open == braces => {
                let fixes = self.out.diagnostics.get_mut(at).map(|diagnostic| &mut diagnostic.fixes);
                if let Some(fix) = fixes.and_then(|fixes| fixes.first_mut()) {
                    fix.edits.push(edit);
                }
            }
            _ => {
                let shown = added.trim();
                let message = if ordered {
                    "the cases of a scale are ordered, lowest first, with `<`"
                } else {
                    "the cases of an enum are parted by `,`"
                };
                self.unparted = Some((braces, self.out.diagnostics.len()));
                self.out.diagnostics.push(
                    Diagnostic::error("E0101", place, message).label(format!("a `{shown}` is missing here")).fix(
                        format!("add `{shown}`"),
                        place,
                        added,
                    ),
                );
            }
        }
        self.supply(sign);
    }

    /// `1 March 2026`, `March 1, 2026` and `2026-03-01 09:10`: one value; with the number of raw tokens.
    pub(super) fn other_date(&mut self, index: usize, token: Token<'s>) -> Option<(Token<'s>, usize)> {
        let same_line = |at: usize| self.raw.get(index + at).filter(|token| !token.first).copied();
        let written = |token: Token<'s>| self.slice(token.start, token.end);
        let year = |at: usize| same_line(at).filter(|token| matches!(token.tok, Tok::Int(1000..=9999)));
        let day = |token: Token<'s>| matches!(token.tok, Tok::Int(1..=31));
        let date = |year: Token<'s>, month: usize, day: Token<'s>| {
            let text = format!("{}-{month:02}-{:0>2}", written(year), written(day));
            literal::instant(&text).is_ok().then_some(text)
        };
        let (last, count, better) = match token.tok {
            Tok::Int(_) if day(token) => {
                let month = same_line(1)?.tok.word().and_then(literal::month)?;
                let last = year(2)?;
                (last, 3, date(last, month, token))
            }
            Tok::Name(text) | Tok::Type(text) => {
                let middle = same_line(1).filter(|token| day(*token))?;
                let month = literal::month(text)?;
                let comma = same_line(2).is_some_and(|token| token.tok == Tok::Comma);
                let count = if comma { 4 } else { 3 };
                let last = year(count - 1)?;
                (last, count, date(last, month, middle))
            }
            Tok::Instant(_) if token.end - token.start == 10 => {
                let part = |at: usize| same_line(at).filter(|token| matches!(token.tok, Tok::Int(_)));
                let colon = |at: usize| same_line(at).is_some_and(|token| token.tok == Tok::Colon);
                let hour = part(1).filter(|_| colon(2))?;
                let minute = part(3)?;
                let second = part(5).filter(|_| colon(4));
                let mut count = if second.is_some() { 6 } else { 4 };
                let mut last = second.unwrap_or(minute);
                if let Some(zone) = same_line(count).filter(|zone| matches!(written(*zone), "Z" | "z" | "UTC" | "GMT"))
                {
                    last = zone;
                    count += 1;
                }
                let second = second.map_or("00", written);
                let text = format!("{}T{:0>2}:{:0>2}:{second:0>2}Z", written(token), written(hour), written(minute));
                (last, count, literal::instant(&text).is_ok().then_some(text))
            }
            _ => return None,
        };
        let span = self.span(token.start, last.end);
        let text = self.slice(token.start, last.end);
        let diagnostic = if matches!(token.tok, Tok::Instant(_)) {
            Diagnostic::error("E0105", span, format!("`{text}` is no instant"))
                .label("two words")
                .help("a date and a time are one word, in UTC: `2026-01-31T09:30:00Z`")
        } else {
            Diagnostic::error("E0105", span, format!("`{text}` is no date"))
                .label("here")
                .help("a date is written year first: `2026-01-31`, or with a time `2026-01-31T09:30:00Z`")
        };
        self.out.diagnostics.push(match better {
            Some(better) => diagnostic.fix(format!("write `{better}`"), span, better),
            None => diagnostic,
        });
        Some((Token { tok: Tok::Broken, end: last.end, reported: true, ..token }, count))
    }
}
