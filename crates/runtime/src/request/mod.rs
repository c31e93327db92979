//! Requests, one JSON object each, and their answers.
//!
//! In: a line, a module, and a [`Session`], which is the memory for it. Out: a decision or a reaction, or the fault with the
//! request's `id` if that could be read: the same as the oracle's, in the same words. The keys come in any order; the facts go from the
//! text to the native layout in one pass. A warm session allocates nothing for a request that is right.

pub mod envelope;
mod names;
mod quick;
mod why;

use crate::answer::{self, Sink};
use crate::arena::Arena;
use crate::decode::{Facts, Input};
use crate::fault::{Fault, code};
use crate::lexer::Syntax;
use crate::module::{Decision, Module, ModuleError, Reaction};
use crate::schema::BlockId;

pub use names::resolve_block;

/// What is not in the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// For requests that state no `now`.
    pub now: Option<i64>,
    /// Fields and parts that are not declared are refused.
    pub strict: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestFault {
    /// JSON, as written.
    pub id: Option<String>,
    pub fault: Fault,
}

/// What stands in the way of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The request is not right: this is its answer.
    Refused(RequestFault),
    /// The request is right, the module or the machine is not.
    Module(ModuleError),
}

impl From<RequestFault> for Stopped {
    fn from(fault: RequestFault) -> Stopped {
        Stopped::Refused(fault)
    }
}

impl From<ModuleError> for Stopped {
    fn from(error: ModuleError) -> Stopped {
        Stopped::Module(error)
    }
}

/// Memory for one request after the other; one for each thread.
#[derive(Default)]
pub struct Session {
    facts: Arena,
    key: Arena,
    names: Arena,
    prior: Vec<u64>,
    words: Vec<u64>,
    reaction: Reaction,
}

/// What is asked, fully decoded. It lives until the session reads the next request.
pub enum Request<'s> {
    Decide {
        /// JSON, as written.
        id: Option<&'s [u8]>,
        block: BlockId,
        facts: Facts<'s>,
        prior: &'s [u64],
        now: i64,
    },
    React {
        id: Option<&'s [u8]>,
        block: BlockId,
        event: Facts<'s>,
        key: Facts<'s>,
        prior: &'s [u64],
        now: i64,
    },
}

/// What was decided, with the request's `id`, JSON as written.
pub struct Answered<'s> {
    pub id: Option<&'s [u8]>,
    pub block: BlockId,
    pub answer: Answer<'s>,
}

pub enum Answer<'s> {
    Decision(Decision<'s>),
    Reaction(&'s Reaction),
}

impl Session {
    pub fn new() -> Session {
        Session::default()
    }

    /// One whose facts take no more than `limit` bytes from the machine.
    pub fn with_limit(limit: usize) -> Session {
        Session { facts: Arena::with_limit(limit), ..Session::default() }
    }

    /// Reads a request; nothing is decided.
    pub fn read<'s>(
        &'s mut self,
        module: &'s Module,
        line: &'s [u8],
        options: &Options,
    ) -> Result<Request<'s>, RequestFault> {
        let (asked, prior, ..) =
            self.asked(module, line, options).ok_or_else(|| why::explain(module, line, options))?;
        let quick::Asked { id, block, now, facts, key } = asked;
        Ok(match key {
            None => Request::Decide { id, block, facts, prior, now },
            Some(key) => Request::React { id, block, event: facts, key, prior, now },
        })
    }

    #[inline(always)]
    fn asked<'s>(
        &'s mut self,
        module: &'s Module,
        line: &'s [u8],
        options: &Options,
    ) -> Option<(quick::Asked<'s>, &'s [u64], &'s mut Vec<u64>, &'s mut Reaction)> {
        let Session { facts, key, names, prior, words, reaction } = self;
        for arena in [&mut *facts, &mut *key, &mut *names] {
            arena.reset();
        }
        let asked = quick::read(module, line, options, quick::Arenas { facts, key, names }, prior)?;
        Some((asked, prior, words, reaction))
    }

    /// Answers a request.
    pub fn answer<'s>(
        &'s mut self,
        module: &'s Module,
        line: &'s [u8],
        options: &Options,
    ) -> Result<Answered<'s>, Stopped> {
        let (asked, prior, words, reaction) =
            self.asked(module, line, options).ok_or_else(|| why::explain(module, line, options))?;
        let quick::Asked { id, block, now, facts, key } = asked;
        let answer = match key {
            None => {
                words.resize(module.decision_words(block), 0);
                Answer::Decision(module.decide(block, &facts, prior, now, words)?)
            }
            Some(key) => {
                module.react_into(block, &facts, &key, prior, now, words, reaction)?;
                Answer::Reaction(reaction)
            }
        };
        Ok(Answered { id, block, answer })
    }

    /// Answers a request with its line, without the line's end; whether it was refused.
    pub fn answer_line(
        &mut self,
        module: &Module,
        line: &[u8],
        options: &Options,
        out: &mut impl Sink,
    ) -> Result<bool, ModuleError> {
        match self.answer(module, line, options) {
            Ok(Answered { id, answer: Answer::Decision(decision), .. }) => {
                answer::decision(out, module, id, &decision);
                Ok(false)
            }
            Ok(Answered { id, block, answer: Answer::Reaction(reaction) }) => {
                answer::reaction(out, module, id, block, reaction);
                Ok(false)
            }
            Err(Stopped::Refused(refused)) => {
                answer::fault(out, refused.id.as_deref(), &refused.fault);
                Ok(true)
            }
            Err(Stopped::Module(error)) => Err(error),
        }
    }

    /// Decides on the arguments of a block alone; `prior` names the triggers in force.
    pub fn decide_args<'s, 'n>(
        &'s mut self,
        module: &'s Module,
        block: BlockId,
        args: &'s [u8],
        prior: impl IntoIterator<Item = &'n str>,
        options: &Options,
    ) -> Result<Decision<'s>, Stopped> {
        let refused = |fault| RequestFault { id: None, fault };
        let def = module.block(block).ok_or(ModuleError::Call("there is no such block"))?;
        let now = options.now.ok_or_else(|| {
            let message = "`now` is missing: the instant to decide at, and no other was given".to_owned();
            refused(Fault { code: code::SHAPE, path: "now".into(), message, offset: args.len() })
        })?;
        self.facts.reset();
        let facts = module.decoder().args(block, Input::new(args, "args"), &mut self.facts, options.strict);
        let facts = facts.map_err(refused)?;
        self.prior.clear();
        self.prior.resize(module.prior_words(block), 0);
        for (index, name) in prior.into_iter().enumerate() {
            let trigger = names::trigger(def, name, index, 0).map_err(refused)?;
            names::mark(&mut self.prior, trigger);
        }
        self.words.resize(module.decision_words(block), 0);
        Ok(module.decide(block, &facts, &self.prior, now, &mut self.words)?)
    }
}

/// The triggers in force, by their names or former names, as a prior's words, of which there are [`Module::prior_words`].
pub fn prior_of<'n>(
    module: &Module,
    block: BlockId,
    names: impl IntoIterator<Item = &'n str>,
    out: &mut [u64],
) -> Result<(), Fault> {
    out.fill(0);
    let no_block = || Fault {
        code: code::UNKNOWN_NAME,
        path: "block".into(),
        message: "there is no such block".into(),
        offset: 0,
    };
    let def = module.block(block).ok_or_else(no_block)?;
    for (index, name) in names.into_iter().enumerate() {
        names::mark(out, names::trigger(def, name, index, 0)?);
    }
    Ok(())
}

fn not_json(error: Syntax) -> String {
    format!("not JSON at byte {}: {}", error.offset + 1, error.message)
}
