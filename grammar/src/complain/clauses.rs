//! Slips inside of clauses: a `when` where none is taken, parts in another order, a part or a word left out.

use super::wording::starts_value;
use super::{Expected, missing};
use crate::arrange::Body;
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::token::{Tok, Word};

/// The place of a part among the parts of its clause.
fn rank(starter: Word, part: Word) -> Option<u8> {
    let order: &[&[Word]] = match starter {
        Word::Ttl => &[&[Word::From], &[Word::When]],
        Word::Cap | Word::Expires => &[&[Word::When]],
        Word::Oblige => &[&[Word::Due, Word::Within], &[Word::When], &[Word::On]],
        Word::Suspend | Word::Reverify | Word::Revoke => &[&[Word::On], &[Word::When], &[Word::Within]],
        Word::Reinstate => &[&[Word::On], &[Word::When], &[Word::Lifts]],
        _ => return None,
    };
    order.iter().position(|words| words.contains(&part)).and_then(|at| u8::try_from(at).ok())
}

/// What stands first in a clause, and how the whole is written.
fn shape(starter: Word, due: bool) -> Option<(&'static str, String)> {
    let word = starter.text();
    Some(match starter {
        Word::Ttl => ("the length", format!("{word} NAME: LENGTH from INSTANT when CONDITION")),
        Word::Cap => ("the level", format!("{word} NAME: LEVEL when CONDITION")),
        Word::Expires => ("the instant", format!("{word} NAME: INSTANT when CONDITION")),
        Word::Oblige if due => ("the duty", format!("{word} NAME: DUTY(…) due INSTANT when CONDITION on deny")),
        Word::Oblige => ("the duty", format!("{word} NAME: DUTY(…) within LENGTH when CONDITION on deny")),
        Word::Suspend | Word::Reverify | Word::Revoke => {
            ("the event", format!("{word} NAME: on EVENT as e when CONDITION within LENGTH of INSTANT"))
        }
        Word::Reinstate => ("the event", format!("{word} NAME: on EVENT as e when CONDITION lifts CLAUSE")),
        _ => return None,
    })
}

impl<'s> Build<'s> {
    pub(super) fn clause_slip(&self, index: usize, place: usize, expected: &Expected<'_>) -> Option<Diagnostic> {
        let region = place.checked_sub(1).and_then(|at| self.arranged.regions.get(at))?;
        let first = region.token;
        let Some(Tok::Word(starter)) = self.tok(first) else { return None };
        if region.body != Body::Clauses || self.left_block(first, index) {
            return None;
        }
        if starter == Word::Grade {
            return self.grade_slip(first, index, expected);
        }
        if !starter.clause_has_name() || !matches!(self.tok(first + 1), Some(Tok::Label(_))) || index < first + 3 {
            return None;
        }
        let end = self.clause_end(first, place);
        let tok = self.tok(index)?;
        let here = self.body(index) == Some(Body::Clauses) && index < end;
        match starter {
            Word::Require | Word::Recommend | Word::Basis | Word::Deny => {
                let limits = matches!(tok.word(), Some("when" | "if" | "unless"));
                (here && limits && !expected.value()).then(|| self.condition_at_end(first, index, end, starter))
            }
            _ => self.order_slip(first, end, starter).or_else(|| self.part_slip(first, index, here, starter, expected)),
        }
    }

    /// Whether a block ends between two tokens.
    pub(super) fn left_block(&self, first: usize, index: usize) -> bool {
        self.arranged.tokens.get(first..index).is_some_and(|all| all.iter().any(|token| token.tok == Tok::OuterClose))
    }

    /// One more than the last token of a clause.
    fn clause_end(&self, first: usize, place: usize) -> usize {
        let count = self.arranged.tokens.len();
        let next = self.arranged.regions.get(place).map_or(count, |region| region.token);
        (first..next)
            .find(|at| match self.tok(*at) {
                Some(Tok::OuterClose) => true,
                Some(Tok::At) => self.body(*at) == Some(Body::Clauses),
                _ => false,
            })
            .unwrap_or(next)
    }

    /// In parentheses, if one of these words stands in it.
    fn grouped(&self, from: usize, to: usize, words: &[Word]) -> Option<String> {
        let text = self.between(from, to).filter(|text| !text.contains("//"))?;
        let loose = (from..to).any(|at| {
            self.body(at) == Some(Body::Clauses)
                && matches!(self.tok(at), Some(Tok::Word(word)) if words.contains(&word))
        });
        Some(if loose { format!("({text})") } else { text.to_string() })
    }

    /// `require x: A when B`.
    fn condition_at_end(&self, first: usize, index: usize, end: usize, starter: Word) -> Diagnostic {
        const OPEN: [Word; 6] = [Word::Implies, Word::If, Word::All, Word::Any, Word::No, Word::When];
        const WITH_OR: [Word; 7] = [Word::Or, Word::Implies, Word::If, Word::All, Word::Any, Word::No, Word::When];
        const WITH_AND: [Word; 7] = [Word::And, Word::Implies, Word::If, Word::All, Word::Any, Word::No, Word::When];
        let word = starter.text();
        let name = self.tok(first + 1).and_then(Tok::word).unwrap_or("");
        let written = self.tok(index).and_then(Tok::word).unwrap_or("when");
        let demands = matches!(starter, Word::Require | Word::Recommend);
        let unless = written == "unless";
        let (claim, condition) = ((first + 3, index), (index + 1, end));
        let grouped = |part: (usize, usize), words: &[Word]| self.grouped(part.0, part.1, words);
        let better = match (demands, unless) {
            (true, false) => grouped(condition, &OPEN)
                .zip(grouped(claim, &[]))
                .map(|(condition, claim)| format!("{condition} implies {claim}")),
            (true, true) => grouped(claim, &WITH_AND)
                .zip(grouped(condition, &WITH_AND))
                .map(|(claim, condition)| format!("{claim} or {condition}")),
            (false, false) => grouped(claim, &WITH_OR)
                .zip(grouped(condition, &WITH_OR))
                .map(|(claim, condition)| format!("{claim} and {condition}")),
            (false, true) => grouped(claim, &WITH_OR)
                .zip(self.between(condition.0, condition.1))
                .map(|(claim, condition)| format!("{claim} and not ({condition})")),
        };
        let (how, shape) = match (demands, unless) {
            (true, false) => ("say when it is demanded with `implies`", "CONDITION implies DEMAND"),
            (true, true) => ("say what makes it needless with `or`", "DEMAND or CONDITION"),
            (false, false) => ("ask for both with `and`", "A and B"),
            (false, true) => ("ask for both with `and not`", "A and not B"),
        };
        let at = self.token(index).map_or_else(|| self.end_before(index), |token| self.token_span(token));
        let diagnostic = Diagnostic::error("E0101", at, format!("`{word}` takes no `{written}` at its end"))
            .label(format!("cannot follow the condition of `{word} {name}`"));
        match better {
            Some(better) => diagnostic.fix(how, self.over(claim.0, end), better),
            None => diagnostic.help(format!("{how}: `{word} {name}: {shape}`")),
        }
    }

    /// `within 24h of e.at when …`, `ttl t: from x 365d`.
    fn order_slip(&self, first: usize, end: usize, starter: Word) -> Option<Diagnostic> {
        let mut parts: Vec<(u8, Word, usize)> = Vec::new();
        for at in first + 3..end {
            if let Some(Tok::Word(word)) = self.tok(at)
                && self.body(at) == Some(Body::Clauses)
                && let Some(rank) = rank(starter, word)
            {
                parts.push((rank, word, at));
            }
        }
        let (_, begins, begin) = *parts.first()?;
        let due = parts.iter().any(|(_, word, _)| *word == Word::Due);
        let (what, shape) = shape(starter, due)?;
        let headed = !matches!(starter, Word::Suspend | Word::Reverify | Word::Revoke | Word::Reinstate);
        if headed && begin == first + 3 {
            let text = begins.text();
            let span = self.over(begin, begin + 1);
            let diagnostic = Diagnostic::error("E0101", span, format!("{what} comes before `{text}`"))
                .label(format!("{what} of `{}` stands first", starter.text()));
            let last = end.checked_sub(1)?;
            let length = matches!(self.tok(last), Some(Tok::Duration(_))) && last > begin + 1;
            let moved =
                self.between(last, end).zip(self.between(begin, last)).filter(|_| length && starter == Word::Ttl);
            return Some(match moved {
                Some((length, rest)) => {
                    let better = format!("{length} {rest}");
                    diagnostic.fix(format!("write `{better}`"), self.over(begin, end), better)
                }
                None => diagnostic.help(format!("the order is `{shape}`")),
            });
        }
        let late = parts.windows(2).find_map(|pair| match pair {
            [(a, before, _), (b, word, at)] if b < a => Some((*before, *word, *at)),
            _ => None,
        });
        let (before, word, at) = late?;
        let (word, before) = (word.text(), before.text());
        let diagnostic = Diagnostic::error("E0101", self.over(at, at + 1), format!("`{word}` comes before `{before}`"))
            .label(format!("belongs before `{before}`"));
        // Each part with its end, then in the order of the clause.
        let mut texts: Vec<(u8, Option<&str>)> = Vec::new();
        for (nth, (rank, _, at)) in parts.iter().enumerate() {
            let to = parts.get(nth + 1).map_or(end, |(_, _, next)| *next);
            texts.push((*rank, self.between(*at, to).filter(|text| !text.contains("//"))));
        }
        texts.sort_by_key(|(rank, _)| *rank);
        let twice = texts.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
        let all: Option<Vec<&str>> = texts.into_iter().map(|(_, text)| text).collect();
        let parted = all.filter(|_| !twice && self.between(begin, end).is_some());
        Some(match parted {
            Some(all) => {
                let better = all.join(" ");
                diagnostic.fix(format!("write `{better}`"), self.over(begin, end), better)
            }
            None => diagnostic.help(format!("the order is `{shape}`")),
        })
    }

    /// A word or a part of a clause is missing.
    fn part_slip(
        &self,
        first: usize,
        index: usize,
        here: bool,
        starter: Word,
        expected: &Expected<'_>,
    ) -> Option<Diagnostic> {
        let tok = self.tok(index)?;
        let name = self.tok(first + 1).and_then(Tok::word).unwrap_or("");
        let word = starter.text();
        let at = self.token(index).map(|token| self.token_span(token))?;
        let holds = matches!(starter, Word::Suspend | Word::Reverify | Word::Revoke);
        if holds && index == first + 3 && expected.only(&["on", "when"]) {
            if starter == Word::Revoke {
                return Some(
                    Diagnostic::error("E0101", at, "a revocation follows an event")
                        .label("expected `on` and the event")
                        .help(format!(
                            "write `revoke {name}: on EVENT as e when …`; while a condition holds, `suspend`"
                        )),
                );
            }
            let event = format!("with an event: `{word} {name}: on EVENT as e when …`");
            if tok.is(Word::If) {
                let diagnostic = Diagnostic::error("E0101", at, "the condition follows `when`").label("not `if`");
                return Some(diagnostic.fix("write `when`", at, "when").help(event));
            }
            let place = self.end_before(index);
            return (here && starts_value(tok)).then(|| missing(place, " when", "before the condition").help(event));
        }
        if starter == Word::Oblige && expected.only(&["due", "within"]) {
            let place = self.end_before(index);
            return (!here).then(|| {
                Diagnostic::error("E0101", place, format!("`oblige {name}` does not say by when"))
                    .label("the time is missing")
                    .help("add `within 1h` after the use, or `due INSTANT`")
            });
        }
        if starter == Word::Oblige && here && tok.is(Word::Of) {
            return Some(
                Diagnostic::error("E0101", at, "an obligation has no `of`")
                    .label("cannot stand here")
                    .help("`within 1h` counts from the use; from another instant write `due INSTANT + 1h`"),
            );
        }
        if here && expected.takes("of") && self.token(index).is_some_and(|token| !token.first) {
            if matches!(tok.word(), Some("from" | "after" | "since")) {
                let diagnostic = Diagnostic::error("E0101", at, "the instant of `within` follows `of`");
                return Some(diagnostic.label("not this word").fix("write `of`", at, "of"));
            }
            if starts_value(tok) {
                let shown = self.shown(index);
                return Some(missing(self.end_before(index), " of", &format!("before {shown}")));
            }
        }
        let since = matches!(tok.word(), Some("after" | "since" | "of"));
        if starter == Word::Ttl && here && expected.takes("from") && since {
            let diagnostic = Diagnostic::error("E0101", at, "the instant of a `ttl` follows `from`");
            return Some(diagnostic.label("not this word").fix("write `from`", at, "from"));
        }
        if expected.only(&["as"]) && (holds || starter == Word::Reinstate) && !matches!(tok, Tok::Name(_)) {
            let event = index.checked_sub(1).and_then(|at| self.tok(at)).and_then(Tok::word).unwrap_or("EVENT");
            return Some(
                Diagnostic::error("E0101", self.end_before(index), "the event has no name here")
                    .label("`as` and a name are missing")
                    .help(format!("write `on {event} as e`: what happened is asked as `e.field`")),
            );
        }
        None
    }

    /// `grade high`, `grade Tier high`, `grade Tier: high`.
    fn grade_slip(&self, first: usize, index: usize, expected: &Expected<'_>) -> Option<Diagnostic> {
        if !expected.only(&["from"]) || index != first + 2 {
            return None;
        }
        let tok = self.tok(index)?;
        let name = self.tok(first + 1).and_then(Tok::word)?;
        let token = self.token(index)?;
        if tok == Tok::Colon {
            let at = self.token_span(token);
            return Some(
                Diagnostic::error("E0101", at, "the level of a `grade` follows `from`").label("not a `:`").fix(
                    "write `from`",
                    at,
                    " from",
                ),
            );
        }
        if starts_value(tok) && !token.first {
            return Some(missing(self.end_before(index), " from", &format!("before {}", self.shown(index))));
        }
        let span = self.over(first, first + 2);
        let diagnostic = Diagnostic::error("E0101", span, "`grade` names a scale, and after `from` the level");
        Some(if name.starts_with(char::is_uppercase) {
            diagnostic.label("the level is missing").help(format!("write `grade {name} from …`"))
        } else {
            diagnostic.label("the scale is missing").help(format!("write `grade SCALE from {name}`"))
        })
    }
}
