//! Requests: one JSON object a line.
//!
//! In: the line, the program, and a `now` for requests that state none. Out: what is asked, fully decoded, or the fault with the
//! request's `id` if that could be read.
//!
//! The keys come in any order. What counts first: a line that is no JSON; a key that stands twice or (strict) is none; the block;
//! which of `args` and `event` is there; then the parts in the order of the text; last, what is missing. Limits and
//! nesting are counted for each part by itself.

use std::collections::BTreeSet;

use super::decode::{Decoder, not_json};
use super::fault::{Fault, code, some_of};
use super::lexer::{Kind, Lexer, Syntax};
use super::names::{event_named, resolve_block, trigger};
use crate::program::ty::{RecordId, Ty};
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, Checked, ClauseId, Program};
use trust_runtime::request::envelope::{Envelope, Part};

#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Decide {
        id: Option<String>,
        block: BlockId,
        args: Vec<Value>,
        prior: BTreeSet<ClauseId>,
        now: i64,
    },
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
    let (envelope, faulty) = Envelope::scan(line, &PARTS, "");
    let id = envelope.find("id").map(|part| {
        // Line ends stand between tokens only; an answer is one line.
        let text = line.get(part.start..part.end).unwrap_or_default();
        String::from_utf8_lossy(text).replace(['\n', '\r'], "")
    });
    let reader = Reader { program, line, strict, envelope: &envelope };
    let read = || {
        faulty.map_err(|fault| reader.inside(fault))?;
        envelope.check(strict)?;
        reader.read(id.clone(), default_now)
    };
    read().map_err(|fault| RequestFault { id: id.clone(), fault })
}

const PARTS: [&str; 7] = ["id", "block", "args", "event", "key", "prior", "now"];
const EVENT: [&str; 2] = ["name", "fields"];

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
                    let Value::Instant(now) = decoder.value(&ty)? else {
                        continue;
                    };
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
            None => {
                return Err(shape("key", end, format!("`key` is missing: {}", key_wanted(def))));
            }
        };
        let now = parts.now.or(default_now).ok_or_else(missing_now)?;
        Ok(Request::React { id, block, event, fields, key, prior: parts.prior, now })
    }

    /// Where the syntax goes wrong inside the facts of a known block, the first fault of those facts: it has a path, and may
    /// stand before.
    fn inside(&self, fault: Fault) -> Fault {
        let Some(part) = self.envelope.broken.filter(|part| part.key == "args") else { return fault };
        let Ok(block) = self.block() else { return fault };
        let part = Part { end: self.line.len(), ..part };
        let found = self.decoder(part, "args").and_then(|mut d| d.args(&self.program.block(block).params));
        found.err().unwrap_or(fault)
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
        let not_json =
            |e: Syntax| Fault { code: code::SYNTAX, path: "prior".into(), message: not_json(e), offset: e.offset };
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
        let types: Vec<&Ty> = def.keys.iter().map(|key| &key.expr.ty).collect();
        let mut decoder = self.decoder(part, "key")?;
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
