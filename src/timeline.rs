//! How a decision changes while time goes by and nothing else does.
//!
//! In: the oracle, one request, and how long to follow it. Out: steps that join without a gap, each with its decision, what
//! changed at its beginning and until when it stays. Always: the same facts and prior in every step; two steps that
//! follow one another differ in what a reader sees; the number of instants looked at is bounded, and where the bound
//! was met the timeline says so.

use crate::decision::{Decision, Effect, ObligationTime};
use crate::interp::{Bearing, BlockTrace, Explanation, Oracle, Prior, Until, earlier};
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, Checked, ClauseId, ClauseKind};
use trust_runtime::time::{MAX_INSTANT, instant_add};

/// Instants looked at in one timeline.
pub const MOST: usize = 1000;

#[derive(Clone, Debug)]
pub struct Timeline {
    pub block: BlockId,
    pub from: i64,
    /// The last instant that was asked for.
    pub to: i64,
    pub steps: Vec<Step>,
    /// The instant from which nothing is known, because the bound was met.
    pub stopped: Until,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub from: i64,
    /// The next instant at which anything changes, which may lie after the timeline's end; absent: never again.
    pub until: Until,
    pub decision: Decision,
    /// The longest that one answer given in this step may be relied on, where that is shorter than the step.
    pub ask_again: Option<i64>,
    /// Against the step before; empty in the first.
    pub changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Clause {
        clause: ClauseId,
        was: Bearing,
        is: Bearing,
    },
    /// A dated obligation that applied before, too, passed its due instant.
    Overdue(ClauseId),
    Framework {
        in_effect: bool,
    },
    Grade {
        was: u32,
        is: u32,
    },
}

/// Follows one request from `now` for a length of time.
pub fn follow(
    program: &Checked,
    oracle: &Oracle<'_>,
    block: BlockId,
    args: &[Value],
    prior: &Prior,
    now: i64,
    length: i64,
) -> Timeline {
    let to = instant_add(now, length.max(0));
    let mut timeline = Timeline { block, from: now, to, steps: Vec::new(), stopped: None };
    let def = program.block(block);
    let mut last: Option<Explanation> = None;
    let mut at = now;
    for looked_at in 0.. {
        if looked_at == MOST {
            timeline.stopped = Some(at);
            break;
        }
        let explanation = oracle.explain(block, args, prior, at);
        let next = next_change(def, &explanation, at);
        let changes = last.as_ref().map(|last| changes(def, last, &explanation)).unwrap_or_default();
        let ask_again = explanation.decision.valid_until.map(|until| until.saturating_sub(at));
        let ask_again = ask_again.filter(|length| next.is_none_or(|next| at.saturating_add(*length) < next));
        match timeline.steps.last_mut() {
            // A clause that flipped and shows nowhere is no step of its own.
            Some(step) if changes.is_empty() && same(&step.decision, &explanation.decision) => {
                step.until = next;
                step.ask_again = shorter(step.ask_again, ask_again);
            }
            _ => timeline.steps.push(Step {
                from: at,
                until: next,
                decision: explanation.decision.clone(),
                ask_again,
                changes,
            }),
        }
        last = Some(explanation);
        match next {
            Some(next) if next > at && next <= to => at = next,
            _ => break,
        }
    }
    timeline
}

/// The earliest instant at which the decision, its reasons or its advice may change. Bare ttls change nothing: they only
/// ask for a new decision.
fn next_change(def: &BlockDef, explanation: &Explanation, at: i64) -> Until {
    let mut next = explanation.settled;
    if let Some(held) = explanation.block.framework {
        next = earlier(next, held.until);
    }
    for trace in &explanation.block.clauses {
        // Of a bare ttl that applies, its length ends the horizon; of one that does not, its condition.
        if !is_bare_ttl(def, trace.clause) || trace.bearing != Bearing::Applies {
            next = earlier(next, trace.until);
        }
    }
    next.filter(|next| *next > at && *next <= MAX_INSTANT)
}

fn is_bare_ttl(def: &BlockDef, id: ClauseId) -> bool {
    def.clauses.get(id.0 as usize).is_some_and(|clause| matches!(clause.kind, ClauseKind::Ttl { .. }))
}

fn shorter(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn same(a: &Decision, b: &Decision) -> bool {
    Decision { valid_until: None, ..a.clone() } == Decision { valid_until: None, ..b.clone() }
}

/// What a reader sees of a bearing: that a basis fails, whether or not another holds, and that something is not owed,
/// for whichever reason, are the same.
fn seen(bearing: Bearing) -> Bearing {
    match bearing {
        Bearing::NotNeeded => Bearing::InTheWay,
        Bearing::DoesNotFit => Bearing::DoesNotApply,
        other => other,
    }
}

fn changes(def: &BlockDef, was: &Explanation, is: &Explanation) -> Vec<Change> {
    let mut found = Vec::new();
    let in_effect = |trace: &BlockTrace| trace.framework.map(|held| held.holds);
    if let (Some(before), Some(now)) = (in_effect(&was.block), in_effect(&is.block))
        && before != now
    {
        found.push(Change::Framework { in_effect: now });
    }
    for clause in &is.block.clauses {
        let before = was.block.clauses.iter().find(|c| c.clause == clause.clause);
        // That a bare ttl ends to apply was not looked for, so its instant is not known.
        let ended = |bearing| bearing == Bearing::Applies && is_bare_ttl(def, clause.clause);
        let turned = |before: Bearing| seen(before) != seen(clause.bearing) && !ended(before);
        if let Some(before) = before.filter(|before| turned(before.bearing)) {
            found.push(Change::Clause { clause: clause.clause, was: before.bearing, is: clause.bearing });
        }
    }
    for owed in &is.decision.obligations {
        let late = |time: &ObligationTime| matches!(time, ObligationTime::Due { overdue: true, .. });
        let before = was.decision.obligations.iter().find(|o| o.clause == owed.clause);
        if late(&owed.time) && before.is_some_and(|before| !late(&before.time)) {
            found.push(Change::Overdue(owed.clause));
        }
    }
    if let (Some(before), Some(now)) = (was.decision.grade, is.decision.grade)
        && before != now
    {
        found.push(Change::Grade { was: before, is: now });
    }
    found
}

impl Timeline {
    /// The first instant at which a request that is permitted at the start is not any more.
    pub fn first_deny(&self) -> Option<i64> {
        let permitted = |step: &Step| step.decision.effect == Some(Effect::Permit);
        if !self.steps.first().is_some_and(permitted) {
            return None;
        }
        self.steps.iter().find(|step| !permitted(step)).map(|step| step.from)
    }
}
