//! Answers: one JSON object on a line.
//!
//! In: a module and a decision, a reaction or a fault, with the request's `id` as it was written. Out: the line, without its end, its
//! keys in the fixed order; names are those of the source. Writing allocates nothing but what the receiver takes.

mod value;

use crate::fault::Fault;
use crate::module::{Decision, Module, Owed, Reaction, Reason};
use crate::schema::{BlockId, EnumId, Schema};
use crate::time::{duration_text, instant_text};
use crate::unit::{Block, ClauseKind, Hold};

/// Who takes the bytes of a line.
pub trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// A caller's memory: it takes what fits and counts the rest.
pub struct Buffer<'b> {
    bytes: &'b mut [u8],
    length: usize,
}

impl<'b> Buffer<'b> {
    pub fn new(bytes: &'b mut [u8]) -> Buffer<'b> {
        Buffer { bytes, length: 0 }
    }

    /// How long the whole text is.
    pub fn needed(&self) -> usize {
        self.length
    }

    pub fn fits(&self) -> bool {
        self.length <= self.bytes.len()
    }
}

impl Sink for Buffer<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        // All or nothing: the text is of no use in part.
        if let Some(place) = self.bytes.get_mut(self.length..end) {
            place.copy_from_slice(bytes);
        }
        self.length = end;
    }
}

/// An object that is being written.
struct Object<'o, S: Sink> {
    out: &'o mut S,
    first: bool,
}

impl<'o, S: Sink> Object<'o, S> {
    fn open(out: &'o mut S) -> Object<'o, S> {
        out.put(b"{");
        Object { out, first: true }
    }

    /// Where the value of a key goes. Fixed keys have nothing to escape.
    fn key(&mut self, key: &str) -> &mut S {
        self.out.put(if self.first { b"\"" } else { b",\"" });
        self.first = false;
        self.out.put(key.as_bytes());
        self.out.put(b"\":");
        self.out
    }

    /// The same for a name out of a module.
    fn named(&mut self, key: &str) -> &mut S {
        if !self.first {
            self.out.put(b",");
        }
        self.first = false;
        string(self.out, key.as_bytes());
        self.out.put(b":");
        self.out
    }

    fn close(self) {
        self.out.put(b"}");
    }
}

pub fn decision<S: Sink>(out: &mut S, module: &Module, id: Option<&[u8]>, decision: &Decision<'_>) {
    let (schema, block) = (&module.unit().schema, decision.block());
    let mut line = start(out, id);
    string(line.key("block"), block.name.as_bytes());
    if let Some(permits) = decision.permits() {
        line.key("effect").put(if permits { b"\"permit\"" } else { b"\"deny\"" });
        array(line.key("reasons"), decision.reasons(), |out, reason| {
            let name = match reason {
                Reason::Clause(n) => clause_name(block, n),
                Reason::NoBasis => "no_basis",
                Reason::Framework => "framework",
            };
            string(out, name.as_bytes());
        });
        case(line.key("standing"), schema, STANDING, decision.standing());
    }
    if let Some(scale) = block.grade {
        case(line.key("grade"), schema, scale, decision.grade());
        clauses(line.key("caps"), block, decision.caps());
    }
    clauses(line.key("advice"), block, decision.advice());
    array(line.key("obligations"), decision.obligations(), |out, owed| obligation(out, schema, block, &owed, module));
    instant(line.key("valid_until"), decision.valid_until());
    finish(line, module);
}

pub fn reaction<S: Sink>(out: &mut S, module: &Module, id: Option<&[u8]>, block: BlockId, reaction: &Reaction) {
    let Some(block) = module.block(block) else { return };
    let mut line = start(out, id);
    string(line.key("block"), block.name.as_bytes());
    array(line.key("moves"), reaction.moves.iter(), |out, moved| {
        let mut object = Object::open(out);
        string(object.key("rule"), clause_name(block, moved.clause).as_bytes());
        string(object.key("transition"), transition(block, moved.clause).as_bytes());
        instant(object.key("deadline"), moved.deadline);
        object.key("late").put(if moved.late { b"true" } else { b"false" });
        object.close();
    });
    case(line.key("standing"), &module.unit().schema, STANDING, Some(reaction.standing));
    clauses(line.key("in_force"), block, reaction.in_force.iter().copied());
    finish(line, module);
}

pub fn fault<S: Sink>(out: &mut S, id: Option<&str>, fault: &Fault) {
    let mut line = start(out, id.map(str::as_bytes));
    let mut object = Object::open(line.key("error"));
    string(object.key("code"), fault.code.as_bytes());
    string(object.key("path"), fault.path.as_bytes());
    string(object.key("message"), fault.message.as_bytes());
    object.close();
    line.close();
}

/// `Standing` is the first enum of every schema.
const STANDING: EnumId = EnumId(0);

/// What a clause that matched an event does.
pub fn transition(block: &Block, clause: u32) -> &'static str {
    match block.clauses.get(clause as usize).map(|clause| &clause.kind) {
        Some(ClauseKind::Trigger { hold: Hold::Suspend, .. }) => "suspend",
        Some(ClauseKind::Trigger { hold: Hold::Reverify, .. }) => "reverify",
        Some(ClauseKind::Reinstate { .. }) => "reinstate",
        _ => "revoke",
    }
}

fn start<'o, S: Sink>(out: &'o mut S, id: Option<&[u8]>) -> Object<'o, S> {
    let mut line = Object::open(out);
    if let Some(id) = id {
        let out = line.key("id");
        // Line ends stand between tokens only; an answer is one line.
        for part in id.split(|byte| matches!(byte, b'\n' | b'\r')) {
            out.put(part);
        }
    }
    line
}

fn finish<S: Sink>(mut line: Object<'_, S>, module: &Module) {
    let package = &module.unit().package;
    let mut object = Object::open(line.key("policy"));
    string(object.key("package"), package.name.as_bytes());
    string(object.key("version"), package.version.as_bytes());
    string(object.key("digest"), package.digest.as_bytes());
    object.close();
    line.close();
}

fn obligation<S: Sink>(out: &mut S, schema: &Schema, block: &Block, owed: &Owed<'_>, module: &Module) {
    let clause = owed.obligation.clause;
    let (duty, params) = match block.clauses.get(clause as usize).map(|c| &c.kind) {
        Some(ClauseKind::Oblige { duty, params }) => (duty.as_str(), params.as_slice()),
        _ => ("", &[][..]),
    };
    let mut object = Object::open(out);
    string(object.key("rule"), clause_name(block, clause).as_bytes());
    string(object.key("duty"), duty.as_bytes());
    let mut args = Object::open(object.key("args"));
    let written = value::Written { decoder: module.decoder(), schema, owed };
    for (param, shape) in params.iter().zip(&owed.obligation.args) {
        written.shape(args.named(&param.name), *shape);
    }
    args.close();
    if owed.obligation.dated {
        instant(object.key("due"), Some(owed.time));
        object.key("state").put(if owed.overdue { b"\"overdue\"" } else { b"\"pending\"" });
    } else {
        quoted(object.key("within"), duration_text(owed.time).as_bytes());
    }
    object.close();
}

fn clause_name(block: &Block, clause: u32) -> &str {
    block.clauses.get(clause as usize).map_or("", |clause| clause.name.as_str())
}

fn clauses<S: Sink>(out: &mut S, block: &Block, clauses: impl Iterator<Item = u32>) {
    array(out, clauses, |out, clause| string(out, clause_name(block, clause).as_bytes()));
}

fn array<S: Sink, T>(out: &mut S, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut S, T)) {
    out.put(b"[");
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.put(b",");
        }
        write(out, item);
    }
    out.put(b"]");
}

fn case<S: Sink>(out: &mut S, schema: &Schema, id: EnumId, case: Option<u32>) {
    let def = case.and_then(|case| schema.enum_def(id)?.cases.get(case as usize));
    match def {
        Some(case) => string(out, case.name.as_bytes()),
        None => out.put(b"null"),
    }
}

fn instant<S: Sink>(out: &mut S, instant: Option<i64>) {
    match instant {
        Some(instant) => quoted(out, instant_text(instant).as_bytes()),
        None => out.put(b"null"),
    }
}

/// What has nothing to escape.
fn quoted<S: Sink>(out: &mut S, text: &[u8]) {
    out.put(b"\"");
    out.put(text);
    out.put(b"\"");
}

/// In quotes, escaped. Bytes that are no UTF-8 become the sign for such bytes.
fn string<S: Sink>(out: &mut S, text: &[u8]) {
    out.put(b"\"");
    for chunk in text.utf8_chunks() {
        escaped(out, chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            out.put("\u{fffd}".as_bytes());
        }
    }
    out.put(b"\"");
}

fn escaped<S: Sink>(out: &mut S, mut text: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    while let Some(at) = text.iter().position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\')) {
        let (plain, rest) = text.split_at(at);
        out.put(plain);
        let Some((byte, rest)) = rest.split_first() else { return };
        match byte {
            b'"' => out.put(b"\\\""),
            b'\\' => out.put(b"\\\\"),
            b'\n' => out.put(b"\\n"),
            b'\r' => out.put(b"\\r"),
            b'\t' => out.put(b"\\t"),
            other => {
                let digit = |n: u8| HEX.get(usize::from(n & 15)).copied().unwrap_or(b'0');
                out.put(&[b'\\', b'u', b'0', b'0', digit(other >> 4), digit(*other)]);
            }
        }
        text = rest;
    }
    out.put(text);
}
