//! Answers to requests, by native code, by the interpreter, or by both.
//!
//! In: a request's line. Out: the answer's line: a decision, a reaction, or the refusal with its path and reason.

use super::quick::Quick;
use super::stream::Answer;
use super::{explained, timeline};
use crate::change::{Question, outlook};
use crate::decision::Decision;
use crate::facts::fault::code;
use crate::facts::{Fault, Request, read_request, write_decision, write_explained, write_fault, write_reaction};
use crate::interp::{Oracle, Prior};
use crate::native::Native;
use crate::program::value::Value;
use crate::program::{BlockId, Checked};
use crate::timeline::follow;

pub struct Answering<'a> {
    pub program: &'a Checked,
    pub oracle: &'a Oracle<'a>,
    /// For requests that state none.
    pub now: Option<i64>,
    pub strict: bool,
    pub explain: bool,
    /// How long decisions are followed, instead of being made once.
    pub timeline: Option<i64>,
    /// Native code answers, or is held against the interpreter.
    pub native: Option<&'a Native<'a>>,
    pub both: bool,
    /// The runtime's own answers, which must have the same text.
    pub quick: Option<Quick<'a>>,
}

impl Answer for Answering<'_> {
    fn answer(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        // An answer does not depend on the lines before it.
        trust_syntax::suggest::begin();
        let (text, refused) = match read_request(self.program, line, self.now, self.strict) {
            Ok(request) => (self.granted(request), false),
            Err(refused) => (write_fault(refused.id.as_deref(), &refused.fault), true),
        };
        if let Some(quick) = &mut self.quick {
            let mut found = Vec::new();
            quick.answer(line, &mut found);
            agree(&String::from_utf8_lossy(&found).as_ref(), &text.as_str());
        }
        out.extend_from_slice(text.as_bytes());
        refused
    }

    fn too_long(&mut self, most: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(write_fault(None, &too_long(most)).as_bytes());
    }
}

impl Answering<'_> {
    pub fn decide(&self, block: BlockId, args: &[Value], prior: &Prior, now: i64) -> Decision {
        match self.native.map(|n| n.decide(block, args, prior, now)) {
            None => self.oracle.decide(block, args, prior, now),
            Some(Err(e)) => no_code(&e),
            Some(Ok(found)) => {
                if self.both {
                    agree(&found, &self.oracle.decide(block, args, prior, now));
                }
                found
            }
        }
    }

    fn granted(&self, request: Request) -> String {
        match request {
            Request::Decide { id, block, args, prior, now } => {
                let prior = Prior::Triggers(prior);
                if let Some(length) = self.timeline {
                    let found = follow(self.program, self.oracle, block, &args, &prior, now, length);
                    return timeline::to_json(self.program, id.as_deref(), &found);
                }
                if !self.explain {
                    let decision = self.decide(block, &args, &prior, now);
                    return write_decision(self.program, id.as_deref(), &decision);
                }
                let explanation = self.oracle.explain(block, &args, &prior, now);
                let question =
                    Question { program: self.program, oracle: self.oracle, block, args: &args, prior: &prior, now };
                let why = explained::to_json(self.program, &explanation, &outlook(&question));
                write_explained(self.program, id.as_deref(), &explanation.decision, Some(&why))
            }
            Request::React { id, block, event, fields, key, prior, now } => {
                let reaction = match self.native.map(|n| n.react(block, event, &fields, &key, &prior, now)) {
                    None => self.oracle.react(block, event, &fields, &key, &prior, now),
                    Some(Err(e)) => no_code(&e),
                    Some(Ok(found)) => {
                        if self.both {
                            agree(&found, &self.oracle.react(block, event, &fields, &key, &prior, now));
                        }
                        found
                    }
                };
                write_reaction(self.program, id.as_deref(), &reaction)
            }
        }
    }
}

/// A line that was too long to be read.
pub fn too_long(most: usize) -> Fault {
    let message = format!("the request has more than {most} bytes, the limit; it was not read");
    Fault { code: code::LIMIT, path: String::new(), message, offset: most }
}

/// Every checked block has native code on a machine that is supported.
pub fn no_code<T>(why: &str) -> T {
    panic!("{why}; `--engine oracle` does without")
}

fn agree<T: PartialEq + std::fmt::Debug>(native: &T, oracle: &T) {
    assert!(native == oracle, "native code and interpreter differ: {native:?} and {oracle:?}");
}
