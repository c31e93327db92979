//! The parts of a request, before anyone asks what they say.
//!
//! In: the text of an object and the keys it may have. Out: where the value of each key stands, in the order of the text. The
//! text's syntax is checked to its end; nothing is decoded but the keys.

use super::not_json;
use crate::fault::{Fault, code, shown, some_of};
use crate::lexer::{Kind, Lexer, Skip, Syntax};
use crate::suggest::did_you_mean;

/// A value in the line.
#[derive(Clone, Copy)]
pub struct Part {
    pub key: &'static str,
    pub start: usize,
    pub end: usize,
}

/// The parts of an object, in the order of the text.
#[derive(Default)]
pub struct Envelope {
    pub parts: Vec<Part>,
    /// The part inside which the syntax goes wrong; it reaches to the end of the line.
    pub broken: Option<Part>,
    /// The first key that stands twice.
    twice: Option<Fault>,
    /// The first key that is none.
    unknown: Option<Fault>,
}

impl Envelope {
    /// The line's syntax, whole; what was read before it went wrong is kept.
    pub fn scan(line: &[u8], declared: &[&'static str], base: &str) -> (Envelope, Result<(), Fault>) {
        let mut envelope = Envelope::default();
        let result = envelope.fill(&mut Lexer::new(line), declared, base);
        (envelope, result)
    }

    /// The object that comes next, and nothing after it.
    pub fn fill(&mut self, lexer: &mut Lexer<'_>, declared: &[&'static str], base: &str) -> Result<(), Fault> {
        let syntax =
            |e: Syntax| Fault { code: code::SYNTAX, path: base.to_owned(), message: not_json(e), offset: e.offset };
        let skip = |lexer: &mut Lexer<'_>| {
            lexer.skip(usize::MAX).map_err(|skip| match skip {
                Skip::Syntax(e) => syntax(e),
                Skip::TooDeep(offset) => syntax(Syntax { offset, message: "too many brackets" }),
            })
        };
        let kind = lexer.peek().map_err(syntax)?;
        if kind != Kind::Object {
            let start = lexer.offset();
            skip(lexer)?;
            lexer.end().map_err(syntax)?;
            let what = if base.is_empty() { "a request" } else { "an event" };
            let message =
                format!("found {}; {what} is an object with {}", kind.name(), some_of(declared.iter().copied()));
            return Err(Fault { code: code::SHAPE, path: base.to_owned(), message, offset: start });
        }
        lexer.open();
        let mut first = true;
        while let Some((key, at)) = lexer.member(first).map_err(syntax)? {
            first = false;
            lexer.peek().map_err(syntax)?;
            let start = lexer.offset();
            if let Err(fault) = skip(lexer) {
                self.broken =
                    declared.iter().find(|name| **name == key).map(|key| Part { key, start, end: usize::MAX });
                return Err(fault);
            }
            let fault = |code, message| {
                let path = if base.is_empty() { shown(&key) } else { format!("{base}.{}", shown(&key)) };
                Some(Fault { code, path, message, offset: at })
            };
            match declared.iter().find(|name| **name == key) {
                Some(name) if self.find(name).is_some() => {
                    let twice = || fault(code::DUPLICATE, format!("`{key}` stands twice"));
                    self.twice = self.twice.take().or_else(twice);
                }
                Some(name) => self.parts.push(Part { key: name, start, end: lexer.offset() }),
                None => {
                    let unknown = || {
                        let names = || declared.iter().copied();
                        let more = did_you_mean(&key, names()).unwrap_or_else(|| some_of(names()));
                        fault(code::UNKNOWN_FIELD, format!("there is no part `{}`: {more}", shown(&key)))
                    };
                    self.unknown = self.unknown.take().or_else(unknown);
                }
            }
        }
        lexer.end().map_err(syntax)
    }

    /// No key twice; none that is unknown, if `strict`.
    pub fn check(&self, strict: bool) -> Result<(), Fault> {
        let unknown = self.unknown.as_ref().filter(|_| strict);
        let first = self.twice.iter().chain(unknown).min_by_key(|fault| fault.offset);
        first.map_or(Ok(()), |fault| Err(fault.clone()))
    }

    pub fn find(&self, key: &str) -> Option<Part> {
        self.parts.iter().find(|part| part.key == key).copied()
    }
}
