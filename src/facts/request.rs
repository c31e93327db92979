//! Requests: one JSON object a line.
//!
//! In: the line, the program, and a `now` for requests that state none. Out: what is asked, fully decoded, or the fault with the
//! request's `id` if that could be read.
//!
//! The keys come in any order. What counts first: a line that is no JSON; a key that stands twice or (strict) is none; the block;
//! which of `args` and `event` is there; then the parts in the order of the text; last, what is missing. Limits and
//! nesting are counted for each part by itself.

use std::collections::BTreeSet;

use super::answer::{block_name, qualified_name};
use super::decode::{Decoder, not_json};
use super::fault::{Fault, code, shown, some_of};
use super::lexer::{Kind, Lexer, Skip, Syntax};
use super::suggest::did_you_mean;
use crate::program::ty::{RecordDef, RecordId, Ty};
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, Checked, ClauseId, ClauseKind, Program};

#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Decide { id: Option<String>, block: BlockId, args: Vec<Value>, prior: BTreeSet<ClauseId>, now: i64 },
    React {
        id: Option<String>,
        block: BlockId,
        event: RecordId,
        /// The event, a record.
        fields: Value,
        key: Vec<Value>,
        prior: BTreeSet<ClauseId>,
        now: i64,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestFault {
    /// JSON, as written.
    pub id: Option<String>,
    pub fault: Fault,
}

/// One line.
pub fn read_request(
    program: &Checked,
    line: &[u8],
    default_now: Option<i64>,
    strict: bool,
) -> Result<Request, RequestFault> {
    let (envelope, faulty) = Envelope::scan(line, &ENVELOPE, "");
    let id = envelope.find("id").map(|part| {
        // Line ends stand between tokens only; an answer is one line.
        let text = line.get(part.start..part.end).unwrap_or_default();
        String::from_utf8_lossy(text).replace(['\n', '\r'], "")
    });
    let read = || {
        faulty?;
        envelope.check(strict)?;
        Reader { program, line, strict, envelope: &envelope }.read(id.clone(), default_now)
    };
    read().map_err(|fault| RequestFault { id: id.clone(), fault })
}

/// The block a request names: `issuer` where that is unique, `module.issuer` always.
pub fn resolve_block(program: &Program, name: &str) -> Result<BlockId, Fault> {
    let blocks = || program.blocks.iter().zip(0..).map(|(block, i)| (block, BlockId(i)));
    let plain: Vec<_> = blocks().filter(|(block, _)| block.name == name).collect();
    if let [(_, id)] = plain.as_slice() {
        return Ok(*id);
    }
    if let Some((_, id)) = blocks().find(|(block, _)| qualified_name(program, block) == name) {
        return Ok(id);
    }
    let message = if plain.is_empty() {
        let names: Vec<String> = blocks().map(|(_, id)| block_name(program, id)).collect();
        let all = || names.iter().map(String::as_str);
        let more = did_you_mean(name, all()).unwrap_or_else(|| match names.len() {
            0 => "the policy has none".into(),
            _ => format!("there are {}", some_of(all())),
        });
        format!("there is no block `{}`: {more}", shown(name))
    } else {
        let names: Vec<String> = plain.iter().map(|(block, _)| qualified_name(program, block)).collect();
        format!("several blocks are named `{}`: write {}", shown(name), names.join(" or "))
    };
    Err(Fault { code: code::UNKNOWN_NAME, path: "block".into(), message, offset: 0 })
}

/// The triggers in force, by their names or former names.
pub fn resolve_prior<'n>(
    block: &BlockDef,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<BTreeSet<ClauseId>, Fault> {
    names.into_iter().enumerate().map(|(i, name)| trigger(block, name, i, 0)).collect()
}

fn trigger(block: &BlockDef, name: &str, index: usize, offset: usize) -> Result<ClauseId, Fault> {
    let triggers = || block.clauses().filter(|(_, clause)| matches!(clause.kind, ClauseKind::Trigger { .. }));
    let found = triggers()
        .find(|(_, clause)| clause.name == name)
        .or_else(|| triggers().find(|(_, clause)| clause.meta.was.iter().any(|was| was == name)));
    found.map(|(id, _)| id).ok_or_else(|| {
        let names = || triggers().map(|(_, clause)| clause.name.as_str());
        let more = did_you_mean(name, names()).unwrap_or_else(|| match names().next() {
            None => "it has none".into(),
            Some(_) => format!("it has {}", some_of(names())),
        });
        let message = format!("`{}` is no trigger of `{}`: {more}", shown(name), block.name);
        Fault { code: code::UNKNOWN_NAME, path: format!("prior.{index}"), message, offset }
    })
}

const ENVELOPE: [&str; 7] = ["id", "block", "args", "event", "key", "prior", "now"];
const EVENT: [&str; 2] = ["name", "fields"];

/// A value in the line.
#[derive(Clone, Copy)]
struct Part {
    key: &'static str,
    start: usize,
    end: usize,
}

/// The parts of an object, in the order of the text.
#[derive(Default)]
struct Envelope {
    parts: Vec<Part>,
    /// The first key that stands twice.
    twice: Option<Fault>,
    /// The first key that is none.
    unknown: Option<Fault>,
}

impl Envelope {
    /// The line's syntax, whole; what was read before it went wrong is kept.
    fn scan(line: &[u8], declared: &[&'static str], base: &str) -> (Envelope, Result<(), Fault>) {
        let mut envelope = Envelope::default();
        let result = envelope.fill(&mut Lexer::new(line), declared, base);
        (envelope, result)
    }

    fn fill(&mut self, lexer: &mut Lexer<'_>, declared: &[&'static str], base: &str) -> Result<(), Fault> {
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
            let message = format!("found {}; {what} is an object with {}", kind.name(), some_of(declared.iter().copied()));
            return Err(Fault { code: code::SHAPE, path: base.to_owned(), message, offset: start });
        }
        lexer.open();
        let mut first = true;
        while let Some((key, at)) = lexer.member(first).map_err(syntax)? {
            first = false;
            lexer.peek().map_err(syntax)?;
            let start = lexer.offset();
            skip(lexer)?;
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

    fn check(&self, strict: bool) -> Result<(), Fault> {
        let unknown = self.unknown.as_ref().filter(|_| strict);
        let first = self.twice.iter().chain(unknown).min_by_key(|fault| fault.offset);
        first.map_or(Ok(()), |fault| Err(fault.clone()))
    }

    fn find(&self, key: &str) -> Option<Part> {
        self.parts.iter().find(|part| part.key == key).copied()
    }
}

fn shape(path: &str, offset: usize, message: impl Into<String>) -> Fault {
    Fault { code: code::SHAPE, path: path.to_owned(), message: message.into(), offset }
}

/// What the parts of a request said.
#[derive(Default)]
struct Parts {
    args: Option<Vec<Value>>,
    event: Option<(RecordId, Value)>,
    key: Option<Vec<Value>>,
    prior: BTreeSet<ClauseId>,
    now: Option<i64>,
}

struct Reader<'a> {
    program: &'a Checked,
    line: &'a [u8],
    strict: bool,
    envelope: &'a Envelope,
}

impl<'a> Reader<'a> {
    fn read(&self, id: Option<String>, default_now: Option<i64>) -> Result<Request, Fault> {
        let end = self.line.len();
        let block = self.block()?;
        let def = self.program.block(block);
        let event = self.envelope.find("event");
        match (self.envelope.find("args"), event) {
            (None, None) => {
                let message = "a request has `args` (to decide) or `event` (to react)";
                return Err(shape("args", end, message));
            }
            (Some(args), Some(event)) => {
                let message = "a request has `args` (to decide) or `event` (to react), not both";
                return Err(shape("event", args.start.max(event.start), message));
            }
            (None, Some(event)) if !def.has_triggers() => {
                let message = format!("`{}` waits for no event", def.name);
                return Err(shape("event", event.start, message));
            }
            _ => {}
        }
        let mut parts = Parts::default();
        for part in &self.envelope.parts {
            match part.key {
                "args" => {
                    let mut decoder = self.decoder(*part, "args")?;
                    parts.args = Some(decoder.args(&def.params)?);
                }
                "event" => parts.event = Some(self.event(*part, def)?),
                "key" if event.is_some() => parts.key = Some(self.key(*part, def)?),
                "key" if self.strict => {
                    return Err(shape("key", part.start, "`key` belongs to an `event`; a decision has none"));
                }
                "prior" => parts.prior = self.prior(*part, def)?,
                "now" => {
                    let ty = Ty::Optional(Ty::Instant.into());
                    let mut decoder = self.decoder(*part, "now")?;
                    let Value::Instant(now) = decoder.value(&ty)? else { continue };
                    parts.now = Some(now);
                }
                _ => {}
            }
        }
        let missing_now = || shape("now", end, "`now` is missing: the instant to decide at, and no other was given");
        if let Some(args) = parts.args {
            let now = parts.now.or(default_now).ok_or_else(missing_now)?;
            return Ok(Request::Decide { id, block, args, prior: parts.prior, now });
        }
        let missing = || shape("event", end, "`event` is missing");
        let (event, fields) = parts.event.ok_or_else(missing)?;
        let key = match parts.key {
            Some(key) => key,
            None if def.keys.is_empty() => Vec::new(),
            None => return Err(shape("key", end, format!("`key` is missing: {}", key_wanted(def)))),
        };
        let now = parts.now.or(default_now).ok_or_else(missing_now)?;
        Ok(Request::React { id, block, event, fields, key, prior: parts.prior, now })
    }

    fn lexer(&self, part: Part) -> Lexer<'a> {
        Lexer::within(self.line, part.start, part.end)
    }

    fn decoder(&self, part: Part, base: &'a str) -> Result<Decoder<'a>, Fault> {
        let program: &'a Program = self.program;
        let decoder = Decoder::new(&program.types, &program.package.limits, self.strict, self.lexer(part), base);
        decoder.check_size(part.end - part.start)?;
        Ok(decoder)
    }

    fn block(&self) -> Result<BlockId, Fault> {
        let Some(part) = self.envelope.find("block") else {
            return Err(shape("block", self.line.len(), "`block` is missing: the name of the block that is asked"));
        };
        let name = self.name(part, "block")?;
        resolve_block(self.program, &name).map_err(|fault| Fault { offset: part.start, ..fault })
    }

    /// A string that is a name.
    fn name(&self, part: Part, path: &'a str) -> Result<String, Fault> {
        let mut decoder = self.decoder(part, path)?;
        match decoder.peek()? {
            Kind::String => Ok(decoder.string()?.into_owned()),
            kind => Err(shape(path, part.start, format!("found {}, wanted a name in quotes", kind.name()))),
        }
    }

    fn prior(&self, part: Part, def: &BlockDef) -> Result<BTreeSet<ClauseId>, Fault> {
        let not_json = |e: Syntax| Fault {
            code: code::SYNTAX,
            path: "prior".into(),
            message: not_json(e),
            offset: e.offset,
        };
        let mut out = BTreeSet::new();
        let mut decoder = self.decoder(part, "prior")?;
        match decoder.peek()? {
            Kind::Null => return Ok(out),
            Kind::Array => decoder.lexer.open(),
            kind => {
                let message = format!("found {}, wanted a list of the triggers in force", kind.name());
                return Err(shape("prior", part.start, message));
            }
        }
        let mut index = 0;
        while decoder.lexer.element(index == 0).map_err(not_json)? {
            let kind = decoder.peek()?;
            let start = decoder.lexer.offset();
            if kind != Kind::String {
                let message = format!("found {}, wanted the name of a trigger", kind.name());
                return Err(Fault { code: code::WRONG_TYPE, path: format!("prior.{index}"), message, offset: start });
            }
            let name = decoder.string()?;
            out.insert(trigger(def, &name, index, start)?);
            index += 1;
        }
        Ok(out)
    }

    fn key(&self, part: Part, def: &BlockDef) -> Result<Vec<Value>, Fault> {
        // A key's expressions are paths over the parameters, so their types are in the program for good.
        let program: &'a Program = self.program;
        let types: Vec<&Ty> = def.keys.iter().map(|key| &key.expr.ty).collect();
        let lexer = self.lexer(part);
        let mut decoder = Decoder::new(&program.types, &program.package.limits, self.strict, lexer, "key");
        decoder.check_size(part.end - part.start)?;
        decoder.tuple(&types, |count| format!("found {count} values: {}", key_wanted(def)))
    }

    fn event(&self, part: Part, def: &BlockDef) -> Result<(RecordId, Value), Fault> {
        let mut envelope = Envelope::default();
        envelope.fill(&mut self.lexer(part), &EVENT, "event")?;
        envelope.check(self.strict)?;
        let missing = |path, message: String| shape(path, part.end.saturating_sub(1), message);
        let Some(name_part) = envelope.find("name") else {
            return Err(missing("event.name", "`name` is missing: which event happened".into()));
        };
        let name = self.name(name_part, "event.name")?;
        let id = event_named(self.program, def, &name).map_err(|fault| Fault { offset: name_part.start, ..fault })?;
        let program: &'a Program = self.program;
        let record = program.types.record_def(id);
        let Some(fields) = envelope.find("fields") else {
            if record.fields.is_empty() {
                return Ok((id, Value::Record(Vec::new().into())));
            }
            let names = some_of(record.fields.iter().map(|f| f.wire.as_str()));
            return Err(missing("event.fields", format!("`fields` is missing: {names}")));
        };
        let ty = Ty::Record(id);
        let value = self.decoder(fields, "event.fields")?.value(&ty)?;
        Ok((id, value))
    }
}

fn key_wanted(def: &BlockDef) -> String {
    match def.keys.len() {
        0 => format!("`{}` has no key", def.name),
        n => {
            let paths = some_of(def.keys.iter().map(|key| key.path.as_str()));
            format!("`{}` has a key of {n} {}: {paths}", def.name, if n == 1 { "value" } else { "values" })
        }
    }
}

/// The events that the block's clauses wait for come first, then those of the whole package; in each, names before wire names.
fn event_named(program: &Program, def: &BlockDef, name: &str) -> Result<RecordId, Fault> {
    let awaited = || {
        def.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::Trigger { event, .. } | ClauseKind::Reinstate { event, .. } => Some(*event),
            _ => None,
        })
    };
    let all = || (0..program.types.records.len() as u32).map(RecordId);
    let event = |id: RecordId| program.types.records.get(id.0 as usize).filter(|record| record.is_event);
    let by = |candidate: RecordId, says: fn(&RecordDef, &str) -> bool| {
        event(candidate).is_some_and(|record| says(record, name))
    };
    let named = |id: &RecordId| by(*id, |record, name| record.name == name);
    let wired = |id: &RecordId| by(*id, |record, name| record.wire == name);
    let found =
        awaited().find(named).or_else(|| awaited().find(wired)).or_else(|| all().find(named)).or_else(|| all().find(wired));
    found.ok_or_else(|| {
        let names: BTreeSet<&str> = awaited().filter_map(event).map(|record| record.name.as_str()).collect();
        let more = did_you_mean(name, names.iter().copied())
            .unwrap_or_else(|| format!("`{}` waits for {}", def.name, some_of(names.iter().copied())));
        let message = format!("there is no event `{}`: {more}", shown(name));
        Fault { code: code::UNKNOWN_NAME, path: "event.name".into(), message, offset: 0 }
    })
}
