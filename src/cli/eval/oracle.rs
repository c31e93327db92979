//! Answers of the plain interpreter.
//!
//! In: a request's line. Out: the answer's line: a decision, a reaction, or the refusal with its path and reason.

use super::explained;
use super::stream::Answer;
use crate::facts::fault::code;
use crate::facts::{Fault, Request, read_request, write_decision, write_explained, write_fault, write_reaction};
use crate::interp::{Oracle, Prior};
use crate::program::Checked;

pub struct Answering<'a> {
    pub program: &'a Checked,
    pub oracle: &'a Oracle<'a>,
    /// For requests that state none.
    pub now: Option<i64>,
    pub strict: bool,
    pub explain: bool,
}

impl Answer for Answering<'_> {
    fn answer(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        // An answer does not depend on the lines before it.
        trust_syntax::suggest::begin();
        let (text, refused) = match read_request(self.program, line, self.now, self.strict) {
            Ok(request) => (self.granted(request), false),
            Err(refused) => (write_fault(refused.id.as_deref(), &refused.fault), true),
        };
        out.extend_from_slice(text.as_bytes());
        refused
    }

    fn too_long(&mut self, most: usize, out: &mut Vec<u8>) {
        let message = format!("the request has more than {most} bytes, the limit; it was not read");
        let fault = Fault { code: code::LIMIT, path: String::new(), message, offset: most };
        out.extend_from_slice(write_fault(None, &fault).as_bytes());
    }
}

impl Answering<'_> {
    fn granted(&self, request: Request) -> String {
        match request {
            Request::Decide { id, block, args, prior, now } => {
                let prior = Prior::Triggers(prior);
                if !self.explain {
                    let decision = self.oracle.decide(block, &args, &prior, now);
                    return write_decision(self.program, id.as_deref(), &decision);
                }
                let explanation = self.oracle.explain(block, &args, &prior, now);
                let why = explained::to_json(self.program, &explanation);
                write_explained(self.program, id.as_deref(), &explanation.decision, Some(&why))
            }
            Request::React { id, block, event, fields, key, prior, now } => {
                let reaction = self.oracle.react(block, event, &fields, &key, &prior, now);
                write_reaction(self.program, id.as_deref(), &reaction)
            }
        }
    }
}
