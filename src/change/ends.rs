//! What ends a permit, and whether waiting alone brings one.
//!
//! In: a question. Out: the instant at which the answer ends with the clauses and facts that set it; the instant from
//! which the same facts are denied with what stands in the way then. Always: each instant that is told was decided
//! at; the walk from one horizon to the next is of bounded length.

use smol_str::SmolStr;

use super::{Cause, CauseKind, End, Ends, Question};
use crate::interp::{Bearing, BlockTrace, CallTrace, ClauseTrace, Fact, Reading, Until};
use crate::program::expr::Member;
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::{BlockId, ClauseKind, Program};

/// Horizons that are walked.
const STEPS: usize = 256;
/// Calls inside one another that are followed.
const DEPTH: usize = 24;
/// Causes told of one end.
const CAUSES: usize = 6;
/// Facts told of one cause.
const FACTS: usize = 4;

pub fn ends(question: &Question<'_>, valid_until: Until) -> Ends {
    let Question { program, oracle, block, args, prior, now } = *question;
    let mut ends = Ends::default();
    if let Some(at) = valid_until {
        let explanation = oracle.explain(block, args, prior, now);
        let mut causes = Vec::new();
        setting(program, block, &explanation.block, at, &mut Vec::new(), &mut causes);
        ends.first = Some(End { at, causes });
    }
    let turn = turn(question, false);
    ends.stopped = turn.is_none();
    ends.denied = turn.flatten().map(|Turn { before, at }| {
        let explanation = oracle.explain(block, args, prior, at);
        let mut causes = Vec::new();
        in_the_way(program, block, &explanation.block, &mut Vec::new(), &mut causes);
        // A grade or standing has no dates of its own: what moved it then has.
        let mut moved = Vec::new();
        let explanation = oracle.explain(block, args, prior, before);
        setting(program, block, &explanation.block, at, &mut Vec::new(), &mut moved);
        causes.iter_mut().filter(|cause| cause.facts.is_empty()).for_each(|cause| undated(program, cause, &moved));
        End { at, causes }
    });
    ends
}

/// Gives a cause the facts of what moved under it.
fn undated(program: &Program, cause: &mut Cause, moved: &[Cause]) {
    let CauseKind::Clause { block, clause } = &cause.kind else { return };
    let def = program.blocks.get(block.0 as usize).and_then(|b| b.clauses.get(clause.0 as usize));
    let Some(name) = def.map(|c| &c.name) else { return };
    let under = |m: &&Cause| m.via.starts_with(&cause.via) && m.via.get(cause.via.len()) == Some(name);
    let facts: Vec<Fact> = moved.iter().filter(under).flat_map(|m| m.facts.iter().cloned()).collect();
    for fact in facts {
        if cause.facts.len() < FACTS && !cause.facts.contains(&fact) {
            cause.facts.push(fact);
        }
    }
}

/// An instant at which the effect turns, and one from which it did not until then.
struct Turn {
    before: i64,
    at: i64,
}

/// The first instant after `now` from which the same facts are permitted.
pub fn permitted_from(question: &Question<'_>) -> Option<i64> {
    turn(question, true).flatten().map(|turn| turn.at)
}

/// The first instant after `now` at which the effect is this one: none, or unknown where the steps ran out before.
fn turn(question: &Question<'_>, permitted: bool) -> Option<Option<Turn>> {
    let Question { oracle, block, args, prior, .. } = *question;
    let mut at = question.now;
    for _ in 0..STEPS {
        let until = oracle.member(block, args, prior, Member::Permitted, at).until;
        match until {
            Some(next) if next > at => {
                if question.permits(args, next) == permitted {
                    return Some(Some(Turn { before: at, at: next }));
                }
                at = next;
            }
            _ => return Some(None),
        }
    }
    None
}

/// The clauses whose value holds until then and no longer.
fn setting(
    program: &Program,
    block: BlockId,
    trace: &BlockTrace,
    at: i64,
    via: &mut Vec<SmolStr>,
    out: &mut Vec<Cause>,
) {
    let ends = |until: Until| until == Some(at);
    let mut push = |kind, via: &[SmolStr], message, facts| {
        if out.len() < CAUSES {
            out.push(Cause { kind, via: via.to_vec(), message, facts });
        }
    };
    if trace.framework.is_some_and(|held| ends(held.until)) {
        push(CauseKind::Framework, via, None, Vec::new());
    }
    if let Some(from) = trace.grade_from.as_ref().filter(|from| ends(from.until)) {
        push(CauseKind::Grade, via, None, dated(&from.reading));
    }
    for clause in &trace.clauses {
        let Some(def) = program.blocks.get(block.0 as usize).and_then(|b| b.clauses.get(clause.clause.0 as usize))
        else {
            continue;
        };
        if matches!(def.kind, ClauseKind::Recommend(_)) || clause.bearing == Bearing::Advises {
            continue;
        }
        // A call that ends then says more than the clause that makes it; a bare `ttl` in it cuts without one.
        let calls: Vec<&CallTrace> = clause.reading.calls.iter().map(|c| &**c).filter(|c| touches(c, at)).collect();
        if !calls.is_empty() && via.len() < DEPTH {
            for call in calls {
                via.push(clause.name.clone());
                setting(program, call.block, &call.trace, at, via, out);
                via.pop();
            }
        } else if ends(clause.until) && out.len() < CAUSES {
            let found = cause(block, clause, via);
            // Asked by several clauses: once is enough.
            if !out.iter().any(|known| known.kind == found.kind && known.facts == found.facts) {
                out.push(found);
            }
        }
    }
}

/// Whether something in a call holds until then.
fn touches(call: &CallTrace, at: i64) -> bool {
    let ends = |until: Until| until == Some(at);
    let own = |c: &ClauseTrace| ends(c.until) || c.reading.calls.iter().any(|inner| touches(inner, at));
    call.trace.framework.is_some_and(|f| ends(f.until)) || call.trace.clauses.iter().any(own)
}

/// What denies, followed into the nested blocks that do.
fn in_the_way(program: &Program, block: BlockId, trace: &BlockTrace, via: &mut Vec<SmolStr>, out: &mut Vec<Cause>) {
    if trace.framework.is_some_and(|held| !held.holds) {
        out.push(Cause { kind: CauseKind::Framework, via: via.clone(), message: None, facts: Vec::new() });
    }
    let mut basis_told = false;
    for clause in trace.clauses.iter().filter(|c| c.bearing == Bearing::InTheWay) {
        if out.len() >= CAUSES {
            break;
        }
        let def = program.blocks.get(block.0 as usize).and_then(|b| b.clauses.get(clause.clause.0 as usize));
        if def.is_some_and(|d| matches!(d.kind, ClauseKind::Basis(_))) && !std::mem::replace(&mut basis_told, true) {
            out.push(Cause { kind: CauseKind::NoBasis, via: via.clone(), message: None, facts: Vec::new() });
        }
        let denied = |call: &&CallTrace| call.member == Member::Permitted && call.result == Value::Bool(false);
        let calls: Vec<&CallTrace> = clause.reading.calls.iter().map(|c| &**c).filter(denied).collect();
        let before = out.len();
        if via.len() < DEPTH {
            for call in calls {
                via.push(clause.name.clone());
                in_the_way(program, call.block, &call.trace, via, out);
                via.pop();
            }
        }
        if out.len() == before {
            out.push(cause(block, clause, via));
        }
    }
}

fn cause(block: BlockId, clause: &ClauseTrace, via: &[SmolStr]) -> Cause {
    Cause {
        kind: CauseKind::Clause { block, clause: clause.clause },
        via: via.to_vec(),
        message: clause.message.clone(),
        facts: dated(&clause.reading),
    }
}

/// Of the facts read the instants; where there is none, the lengths of time.
fn dated(reading: &Reading) -> Vec<Fact> {
    let of = |ty: Ty| -> Vec<Fact> {
        let told = |f: &&Fact| *f.ty.present() == ty && f.value != Value::None;
        reading.facts.iter().filter(told).take(FACTS).cloned().collect()
    };
    let instants = of(Ty::Instant);
    if instants.is_empty() { of(Ty::Duration) } else { instants }
}
