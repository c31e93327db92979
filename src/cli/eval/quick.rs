//! Answers from a module, by the runtime alone: no program, no values, no memory taken for a request that is right.
//!
//! In: a request's line, or a block's arguments. Out: the answer's line.

use trust_runtime::answer;
use trust_runtime::fault::{Fault, code};
use trust_runtime::module::{Module, ModuleError};
use trust_runtime::request::{Options, Session, Stopped, resolve_block};

use super::answering::{no_code, too_long};
use super::stream::Answer;

pub struct Quick<'m> {
    pub module: &'m Module,
    pub session: Session,
    pub options: Options,
}

impl<'m> Quick<'m> {
    pub fn new(module: &'m Module, now: Option<i64>, strict: bool) -> Quick<'m> {
        Quick { module, session: Session::new(), options: Options { now, strict } }
    }

    /// The answer to one request by its parts; whether it was refused. `over`: there were more facts than were read.
    pub fn single(
        &mut self,
        block: &str,
        facts: &[u8],
        over: bool,
        prior: &[String],
        out: &mut Vec<u8>,
    ) -> Result<bool, ModuleError> {
        let fault = match self.decided(block, facts, over, prior, out) {
            Ok(()) => return Ok(false),
            Err(Stopped::Refused(refused)) => refused.fault,
            Err(Stopped::Module(error)) => return Err(error),
        };
        answer::fault(out, None, &fault);
        Ok(true)
    }

    fn decided(
        &mut self,
        block: &str,
        facts: &[u8],
        over: bool,
        prior: &[String],
        out: &mut Vec<u8>,
    ) -> Result<(), Stopped> {
        let refused = |fault| trust_runtime::request::RequestFault { id: None, fault };
        let id = resolve_block(self.module, block).map_err(refused)?;
        if over {
            return Err(refused(too_many(self.module.unit().schema.limits.facts)).into());
        }
        let names = prior.iter().map(|name| name.trim());
        let decision = self.session.decide_args(self.module, id, facts, names, &self.options)?;
        answer::decision(out, self.module, None, &decision);
        Ok(())
    }
}

/// Facts of which not even all were read.
pub fn too_many(limit: usize) -> Fault {
    let message = format!("the facts have more than {limit} bytes, the limit");
    Fault { code: code::LIMIT, path: "args".into(), message, offset: limit }
}

impl Answer for Quick<'_> {
    fn answer(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let answered = self.session.answer_line(self.module, line, &self.options, out);
        answered.unwrap_or_else(|e| no_code(&e.to_string()))
    }

    fn too_long(&mut self, most: usize, out: &mut Vec<u8>) {
        answer::fault(out, None, &too_long(most));
    }
}
