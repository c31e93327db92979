//! Why a request is refused.
//!
//! In: the line. Out: the first fault, in the order and the words of the oracle's reader, with the request's `id` if that could be
//! read. What counts first: a line that is no JSON; a key that stands twice or (strict) is none; the block; which of `args` and
//! `event` is there; then the parts in the order of the text; last, what is missing. Limits and nesting are counted for each part by
//! itself.

use super::envelope::{Envelope, Part};
use super::names::{self, event_named, no_event, resolve_block, waits};
use super::{Options, RequestFault, not_json};
use crate::arena::Arena;
use crate::decode::{Facts, Input};
use crate::fault::{Fault, Refusal, code, some_of};
use crate::lexer::{Kind, Lexer, Syntax};
use crate::module::Module;
use crate::schema::{BlockId, RecordId};
use crate::unit::Block;
use crate::{time, wording};

const PARTS: [&str; 7] = ["id", "block", "args", "event", "key", "prior", "now"];
const EVENT: [&str; 2] = ["name", "fields"];

/// The fault of a line that the quick pass did not take; should there be none, the line is refused all the same.
#[cold]
pub fn explain(module: &Module, line: &[u8], options: &Options) -> RequestFault {
    let (envelope, faulty) = Envelope::scan(line, &PARTS, "");
    let id = envelope.find("id").map(|part| {
        // Line ends stand between tokens only; an answer is one line.
        let text = line.get(part.start..part.end).unwrap_or_default();
        String::from_utf8_lossy(text).replace(['\n', '\r'], "")
    });
    let reader = Reader { module, line, options, envelope: &envelope };
    let read = || {
        faulty.map_err(|fault| reader.inside(fault))?;
        envelope.check(options.strict)?;
        reader.read()
    };
    let fault = read().err().unwrap_or_else(|| shape("", 0, "this request cannot be read"));
    RequestFault { id, fault }
}

fn shape(path: &str, offset: usize, message: impl Into<String>) -> Fault {
    Fault { code: code::SHAPE, path: path.to_owned(), message: message.into(), offset }
}

struct Reader<'a> {
    module: &'a Module,
    line: &'a [u8],
    options: &'a Options,
    envelope: &'a Envelope,
}

impl<'a> Reader<'a> {
    fn read(&self) -> Result<(), Fault> {
        let end = self.line.len();
        let id = self.block_id()?;
        let block = self.module.block(id).ok_or_else(|| shape("block", end, "there is no such block"))?;
        let event = self.envelope.find("event");
        match (self.envelope.find("args"), event) {
            (None, None) => {
                return Err(shape("args", end, "a request has `args` (to decide) or `event` (to react)"));
            }
            (Some(args), Some(event)) => {
                let message = "a request has `args` (to decide) or `event` (to react), not both";
                return Err(shape("event", args.start.max(event.start), message));
            }
            (None, Some(event)) if !waits(block) => {
                let message = format!("`{}` waits for no event", names::plain_name(block));
                return Err(shape("event", event.start, message));
            }
            _ => {}
        }
        let mut now = None;
        for part in &self.envelope.parts {
            match part.key {
                "args" => self.args(id, *part)?,
                "event" => self.event(*part, block)?,
                "key" if event.is_some() => self.key(id, *part)?,
                "key" if self.options.strict => {
                    return Err(shape("key", part.start, "`key` belongs to an `event`; a decision has none"));
                }
                "prior" => self.prior(*part, block)?,
                "now" => now = self.now(*part)?,
                _ => {}
            }
        }
        if event.is_some() && self.envelope.find("key").is_none() {
            let schema = &self.module.unit().schema;
            let keys = schema.block(id).and_then(|b| schema.record(b.key)).map_or(&[][..], |key| key.fields.as_slice());
            if !keys.is_empty() {
                let values = if keys.len() == 1 { "value" } else { "values" };
                let paths = some_of(keys.iter().map(|key| key.name.as_str()));
                let name = names::plain_name(block);
                let message = format!("`key` is missing: `{name}` has a key of {} {values}: {paths}", keys.len());
                return Err(shape("key", end, message));
            }
        }
        if now.or(self.options.now).is_none() {
            return Err(shape("now", end, "`now` is missing: the instant to decide at, and no other was given"));
        }
        Ok(())
    }

    /// Where the syntax goes wrong inside the facts of a known block, the first fault of those facts: it has a path, and may
    /// stand before.
    fn inside(&self, fault: Fault) -> Fault {
        let Some(part) = self.envelope.broken.filter(|part| part.key == "args") else { return fault };
        let Ok(block) = self.block_id() else { return fault };
        let part = Part { end: self.line.len(), ..part };
        self.args(block, part).err().unwrap_or(fault)
    }

    fn input(&self, part: Part, base: &'a str) -> Input<'a> {
        Input::within(self.line, part.start, part.end, base)
    }

    fn lexer(&self, part: Part) -> Lexer<'a> {
        Lexer::within(self.line, part.start, part.end)
    }

    /// The size that facts may have, and every other part.
    fn sized(&self, part: Part, base: &str) -> Result<Lexer<'a>, Fault> {
        let (bytes, limit) = (part.end - part.start, self.module.unit().schema.limits.facts);
        if bytes > limit {
            let message = format!("the facts have {bytes} bytes; the limit is {limit}");
            return Err(Fault { code: code::LIMIT, path: base.into(), message, offset: part.start });
        }
        Ok(self.lexer(part))
    }

    fn args(&self, id: BlockId, part: Part) -> Result<(), Fault> {
        let mut arena = Arena::new();
        let decoder = self.module.decoder();
        none(decoder.args(id, self.input(part, "args"), &mut arena, self.options.strict))
    }

    fn key(&self, id: BlockId, part: Part) -> Result<(), Fault> {
        let mut arena = Arena::new();
        none(self.module.decoder().key(id, self.input(part, "key"), &mut arena))
    }

    fn fields(&self, id: RecordId, part: Part) -> Result<(), Fault> {
        let mut arena = Arena::new();
        let input = self.input(part, "event.fields");
        none(self.module.decoder().record(id, input, &mut arena, self.options.strict))
    }

    fn block_id(&self) -> Result<BlockId, Fault> {
        let Some(part) = self.envelope.find("block") else {
            return Err(shape("block", self.line.len(), "`block` is missing: the name of the block that is asked"));
        };
        let name = self.name(part, "block")?;
        resolve_block(self.module, &name).map_err(|fault| Fault { offset: part.start, ..fault })
    }

    /// A string that is a name.
    fn name(&self, part: Part, path: &'a str) -> Result<String, Fault> {
        let mut lexer = self.sized(part, path)?;
        match lexer.peek().map_err(|e| syntax(path, e))? {
            Kind::String => Ok(lexer.string().map_err(|e| syntax(path, e))?.into_owned()),
            kind => Err(shape(path, part.start, format!("found {}, wanted a name in quotes", kind.name()))),
        }
    }

    fn prior(&self, part: Part, block: &Block) -> Result<(), Fault> {
        let not_json = |e: Syntax| syntax("prior", e);
        let mut lexer = self.sized(part, "prior")?;
        match lexer.peek().map_err(not_json)? {
            Kind::Null => return Ok(()),
            Kind::Array => lexer.open(),
            kind => {
                let message = format!("found {}, wanted a list of the triggers in force", kind.name());
                return Err(shape("prior", part.start, message));
            }
        }
        let mut index = 0;
        while lexer.element(index == 0).map_err(not_json)? {
            let kind = lexer.peek().map_err(not_json)?;
            let start = lexer.offset();
            if kind != Kind::String {
                let message = format!("found {}, wanted the name of a trigger", kind.name());
                return Err(Fault { code: code::WRONG_TYPE, path: format!("prior.{index}"), message, offset: start });
            }
            let name = lexer.string().map_err(not_json)?;
            names::trigger(block, &name, index, start)?;
            index += 1;
        }
        Ok(())
    }

    fn now(&self, part: Part) -> Result<Option<i64>, Fault> {
        let not_json = |e: Syntax| syntax("now", e);
        let mut lexer = self.sized(part, "now")?;
        let refused = |r: Refusal| Fault { code: r.code, path: "now".into(), message: r.message, offset: part.start };
        match lexer.peek().map_err(not_json)? {
            Kind::Null => Ok(None),
            Kind::String => {
                let text = lexer.string().map_err(not_json)?;
                let read = time::parse_instant(text.as_bytes());
                read.map(Some).map_err(|e| refused(wording::no_instant(e, &text)))
            }
            Kind::Number => {
                let text = lexer.number().map_err(not_json)?;
                let read = time::instant_from_seconds(text);
                read.map(Some).map_err(|e| refused(wording::no_instant(e, &String::from_utf8_lossy(text))))
            }
            kind => {
                let message = format!("found {}, wanted {}", kind.name(), wording::INSTANT);
                Err(refused(Refusal { code: code::WRONG_TYPE, message }))
            }
        }
    }

    fn event(&self, part: Part, block: &Block) -> Result<(), Fault> {
        let mut envelope = Envelope::default();
        envelope.fill(&mut self.lexer(part), &EVENT, "event")?;
        envelope.check(self.options.strict)?;
        let missing = |path, message: String| shape(path, part.end.saturating_sub(1), message);
        let Some(name_part) = envelope.find("name") else {
            return Err(missing("event.name", "`name` is missing: which event happened".into()));
        };
        let name = self.name(name_part, "event.name")?;
        let schema = &self.module.unit().schema;
        let id = event_named(schema, block, name.as_bytes())
            .ok_or_else(|| no_event(schema, block, &name, name_part.start))?;
        let Some(fields) = envelope.find("fields") else {
            let declared = schema.record(id).map_or(&[][..], |record| record.fields.as_slice());
            if declared.is_empty() {
                return Ok(());
            }
            let names = some_of(declared.iter().map(|f| f.wire.as_str()));
            return Err(missing("event.fields", format!("`fields` is missing: {names}")));
        };
        self.fields(id, fields)
    }
}

fn none(facts: Result<Facts<'_>, Fault>) -> Result<(), Fault> {
    facts.map(drop)
}

fn syntax(path: &str, error: Syntax) -> Fault {
    Fault { code: code::SYNTAX, path: path.into(), message: not_json(error), offset: error.offset }
}
