//! What would change a decision: on a deny the fewest facts whose change permits, on a permit what ends it.
//!
//! In: a checked program, a block, its arguments, a prior and `now`. Out: up to three sets of at most three changes, each
//! with what is needed in its place; or why no fact can help; or the clauses and facts with which a permit ends, and when.
//! Always: what is said was decided, by the oracle; the same question gets the same answer; the work is bounded by
//! [`TRIES`] decisions and as many estimates, and a few hundred decisions more for each change that is told.

mod blocking;
mod candidates;
mod ends;
mod places;
mod search;
mod widen;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use smol_str::SmolStr;

use crate::decision::Effect;
use crate::interp::{Fact, Oracle, Prior};
use crate::program::expr::Member;
use crate::program::ty::{Ty, standing};
use crate::program::value::Value;
use crate::program::{BlockId, Checked, ClauseId, ClauseKind, Reason};

/// Decisions that a search for changes may take, and estimates of how close a case comes to a permit.
pub const TRIES: usize = 8_000;
/// With more places in the facts than this, each try takes longer and there are as many times fewer.
pub const PLACES: usize = 256;
/// Facts that are changed together at most.
pub const FACTS: usize = 3;
/// Sets that are told.
pub const SETS: usize = 3;

/// A decision that was asked for.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub program: &'a Checked,
    pub oracle: &'a Oracle<'a>,
    pub block: BlockId,
    pub args: &'a [Value],
    pub prior: &'a Prior,
    pub now: i64,
}

impl Question<'_> {
    fn permits(&self, args: &[Value], now: i64) -> bool {
        self.oracle.member(self.block, args, self.prior, Member::Permitted, now).value == Value::Bool(true)
    }
}

#[derive(Clone, Debug)]
pub enum Outlook {
    /// An assessment: it neither permits nor denies.
    Open,
    Denied(Remedy),
    Permitted(Ends),
}

/// What would turn a deny into a permit.
#[derive(Clone, Debug, Default)]
pub struct Remedy {
    /// Each of the sets is enough; all have as many changes, and none of them can be left out.
    pub sets: Vec<Vec<Change>>,
    /// No fact can help.
    pub hopeless: Vec<Hopeless>,
    /// The search stopped at its bound.
    pub stopped: bool,
    /// From this instant on the same facts are permitted.
    pub waits_until: Option<i64>,
}

/// Why no fact can help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hopeless {
    /// A trigger in force, and the clauses that can lift it. None lifts a `revoke`.
    Trigger { clause: ClauseId, lifted_by: Vec<ClauseId> },
    /// The stored standing, where only that is known.
    Standing(u32),
    /// `now` is outside the framework's time.
    Framework,
}

/// One fact, and what it would have to be while the others of its set are `nearest`.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub path: Arc<str>,
    pub ty: Ty,
    pub from: Value,
    /// A value that is enough; of those that were tried the closest to what it is.
    pub nearest: Value,
    pub need: Need,
    /// It may be absent instead.
    pub or_absent: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// These, both included: beside them it denies. `only`: no other value was found that is enough.
    Range {
        least: Option<Value>,
        most: Option<Value>,
        only: bool,
    },
    /// Exactly these cases.
    OneOf(Vec<Value>),
    /// These are enough, others may be too.
    SuchAs(Vec<Value>),
    /// Another string, whichever.
    Other,
    /// Any value, as far as was tried.
    Present,
    Absent,
    /// A list or set with these elements more and less.
    Elements {
        with: Vec<Value>,
        without: Vec<Value>,
    },
    /// A set with so many more strings, whichever.
    More(usize),
    /// An address in one of these networks, as far as was tried.
    Within(Vec<Value>),
}

/// What ends a permit.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    /// The end of what was answered, and what sets it.
    pub first: Option<End>,
    /// When the same facts are denied, and why. Absent: never, or it was not found within the steps that are taken.
    pub denied: Option<End>,
    /// The steps that are taken were not enough to find it.
    pub stopped: bool,
}

#[derive(Clone, Debug)]
pub struct End {
    pub at: i64,
    pub causes: Vec<Cause>,
}

#[derive(Clone, Debug)]
pub struct Cause {
    pub kind: CauseKind,
    /// Clauses and blocks through which it was asked, from the outside in.
    pub via: Vec<SmolStr>,
    pub message: Option<SmolStr>,
    pub facts: Vec<Fact>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CauseKind {
    Clause {
        block: BlockId,
        clause: ClauseId,
    },
    /// No basis is left.
    NoBasis,
    Framework,
    /// Another grade to start from.
    Grade,
}

pub fn outlook(question: &Question<'_>) -> Outlook {
    let decision = question.oracle.decide(question.block, question.args, question.prior, question.now);
    match decision.effect {
        None => Outlook::Open,
        Some(Effect::Permit) => Outlook::Permitted(ends::ends(question, decision.valid_until)),
        Some(Effect::Deny) => {
            let mut remedy = Remedy { hopeless: hopeless(question, &decision.reasons), ..Remedy::default() };
            remedy.waits_until = ends::permitted_from(question);
            if remedy.hopeless.is_empty() {
                search::search(question, &mut remedy);
            }
            Outlook::Denied(remedy)
        }
    }
}

fn hopeless(question: &Question<'_>, reasons: &[Reason]) -> Vec<Hopeless> {
    let mut found = Vec::new();
    let block = question.program.block(question.block);
    for reason in reasons {
        match reason {
            Reason::Framework => found.push(Hopeless::Framework),
            Reason::Clause(id) if matches!(block.clause(*id).kind, ClauseKind::Trigger { .. }) => {
                let lifts =
                    |kind: &ClauseKind| matches!(kind, ClauseKind::Reinstate { lifts, .. } if lifts.contains(id));
                let lifted_by = block.clauses().filter(|(_, c)| lifts(&c.kind)).map(|(id, _)| id).collect();
                found.push(Hopeless::Trigger { clause: *id, lifted_by });
            }
            Reason::Clause(_) | Reason::NoBasis => {}
        }
    }
    if let Prior::Standing(level) = question.prior
        && *level != standing::ACTIVE
    {
        found.push(Hopeless::Standing(*level));
    }
    found
}
