//! Expected outcomes against the answer.
//!
//! In: a decision or reaction and the outcomes of one expectation. Out: one diagnostic for each that differs: what was
//! expected at its place, what came, and on the first the whole answer with the reasons and their messages.

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::run::Scene;
use super::words;
use crate::decision::{Decision, Effect, Move, ObligationTime, Reaction};
use crate::program::expr::{Expr, ExprKind};
use crate::program::ty::EnumId;
use crate::program::value::Value;
use crate::program::{BlockDef, ClauseId, Outcome, OutcomeKind, Reason, Transition};

/// Where an expectation stands and what it is about.
pub(super) struct Ground<'a> {
    pub scene: &'a Scene<'a>,
    pub block: &'a BlockDef,
    pub span: Span,
}

/// More clauses than this are not pointed at.
const POINTED_AT: usize = 4;

/// What tells why a condition is false: of an `and` the operands that are, of a comparison both sides.
pub(super) fn grounds<'e>(scene: &Scene<'_>, claim: &'e Expr) -> Vec<&'e Expr> {
    let mut found = Vec::new();
    let mut todo = vec![claim];
    while let Some(e) = todo.pop() {
        let parts: Vec<&Expr> = match &e.kind {
            ExprKind::And(operands) => {
                todo.extend(operands.iter().rev().filter(|o| scene.eval(o) == Value::Bool(false)));
                continue;
            }
            ExprKind::Not(inner) if matches!(inner.kind, ExprKind::Compare(..)) => {
                todo.push(inner);
                continue;
            }
            ExprKind::Compare(_, a, b) | ExprKind::Implies(a, b) => vec![a, b],
            ExprKind::Builtin(_, operands) => operands.iter().collect(),
            _ => vec![e],
        };
        // A literal says itself what it is, and the whole is known to be false.
        let silent = |e: &Expr| matches!(e.kind, ExprKind::Const(_) | ExprKind::Now) || e.span == claim.span;
        found.extend(parts.into_iter().filter(|e| !silent(e)));
    }
    found.truncate(POINTED_AT);
    found
}

/// Expected and found, both in plain words.
struct Mismatch {
    span: Span,
    expected: String,
    found: String,
}

pub(super) fn decision(ground: &Ground<'_>, decision: &Decision, expected: &[Outcome], failures: &mut Vec<Diagnostic>) {
    let mut first = true;
    for outcome in expected {
        let Some((expected, found)) = decided(ground, decision, &outcome.kind) else { continue };
        let mismatch = Mismatch { span: outcome.span, expected, found };
        let mut failure = diagnostic(mismatch);
        if first {
            failure = explained(ground, decision, failure);
            first = false;
        }
        failures.push(failure);
    }
}

fn diagnostic(m: Mismatch) -> Diagnostic {
    Diagnostic::error("test", m.span, format!("expected {}, found {}", m.expected, m.found)).label("not what came")
}

/// The whole decision, with the messages of its reasons.
fn explained(ground: &Ground<'_>, decision: &Decision, mut failure: Diagnostic) -> Diagnostic {
    let block = ground.block;
    let permit = decision.effect == Some(Effect::Permit);
    for (index, reason) in decision.reasons.iter().enumerate() {
        failure = match reason {
            Reason::Clause(id) => {
                let clause = block.clause(*id);
                let bearing = words::bearing(&clause.kind, permit);
                let text = match &clause.meta.doc {
                    Some(doc) => format!("{bearing}: {}", doc.replace('\n', " ")),
                    None => bearing.to_owned(),
                };
                if index < POINTED_AT {
                    failure.because(clause.name_span, text)
                } else {
                    failure.note(format!("`{}` {text}", clause.name))
                }
            }
            Reason::NoBasis => failure.note("`no_basis`: none of the bases holds"),
            Reason::Framework => failure.note("`framework`: the framework is not in effect at this time"),
        };
    }
    failure.note(format!("at {}: {}", words::instant(ground.scene.now), words::decision(ground, decision)))
}

/// Expected and found, where they differ.
fn decided(ground: &Ground<'_>, decision: &Decision, kind: &OutcomeKind) -> Option<(String, String)> {
    let block = ground.block;
    let program = ground.scene.program;
    match kind {
        OutcomeKind::Permit(because) => effect(ground, decision, Effect::Permit, because.as_deref()),
        OutcomeKind::Deny(because) => effect(ground, decision, Effect::Deny, because.as_deref()),
        OutcomeKind::Grade(expected) => {
            let wanted = ground.scene.eval(expected);
            let found = decision.grade.map(Value::Case);
            (found.as_ref() != Some(&wanted)).then(|| {
                let found = found.map_or("no grade".into(), |v| words::value(program, &expected.ty, &v));
                (format!("grade {}", words::value(program, &expected.ty, &wanted)), found)
            })
        }
        OutcomeKind::Standing(expected) => standing(ground, expected, decision.standing),
        OutcomeKind::ValidUntil(expected) => {
            let Value::Instant(wanted) = ground.scene.eval(expected) else { return None };
            (decision.valid_until != Some(wanted))
                .then(|| (words::valid_until(Some(wanted)), words::valid_until(decision.valid_until)))
        }
        OutcomeKind::Obliges { clause, due } => obliges(ground, decision, *clause, due.as_ref()),
        OutcomeKind::Advises(clause) => (!decision.advice.contains(clause)).then(|| {
            let found = match decision.advice.as_slice() {
                [] => "no advice".into(),
                advice => format!("advice {}", words::listed(advice.iter().map(|c| words::clause(block, *c)))),
            };
            (format!("advice {}", words::clause(block, *clause)), found)
        }),
        // The checker keeps these for reactions.
        OutcomeKind::Move { .. } | OutcomeKind::Nothing => None,
    }
}

fn effect(
    ground: &Ground<'_>,
    decision: &Decision,
    wanted: Effect,
    because: Option<&[Reason]>,
) -> Option<(String, String)> {
    let found = decision.effect?;
    let same = |because: &[Reason]| {
        let mut a = because.to_vec();
        let mut b = decision.reasons.clone();
        a.sort_unstable();
        a.dedup();
        b.sort_unstable();
        a == b
    };
    if found == wanted && because.is_none_or(same) {
        return None;
    }
    let expected = words::effect(ground.block, wanted, because.unwrap_or_default());
    Some((expected, words::effect(ground.block, found, &decision.reasons)))
}

fn standing(ground: &Ground<'_>, expected: &Expr, found: Option<u32>) -> Option<(String, String)> {
    let Value::Case(wanted) = ground.scene.eval(expected) else { return None };
    let name = |case| words::case(ground.scene.program, EnumId::STANDING, case);
    (found != Some(wanted)).then(|| (format!("standing {}", name(wanted)), found.map_or("no standing".into(), name)))
}

fn obliges(ground: &Ground<'_>, decision: &Decision, clause: ClauseId, due: Option<&Expr>) -> Option<(String, String)> {
    let wanted = match due.map(|due| ground.scene.eval(due)) {
        Some(Value::Instant(at)) => Some(at),
        _ => None,
    };
    let name = words::clause(ground.block, clause);
    let expected = match wanted {
        Some(at) => format!("obligation {name} due {}", words::instant(at)),
        None => format!("obligation {name}"),
    };
    let Some(found) = decision.obligations.iter().find(|o| o.clause == clause) else {
        return Some((expected, "no such obligation".into()));
    };
    match (wanted, found.time) {
        (None, _) => None,
        (Some(at), ObligationTime::Due { due, .. }) => {
            (at != due).then(|| (expected, format!("due {}", words::instant(due))))
        }
        (Some(_), ObligationTime::Within(_)) => Some((expected, "one that is owed within a time".into())),
    }
}

/// The moves listed are exactly those that match; where none is listed and not `none` either, they are not looked at.
pub(super) fn reaction(ground: &Ground<'_>, reaction: &Reaction, expected: &[Outcome], failures: &mut Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut matched = vec![false; reaction.moves.len()];
    let mut listed = false;
    for outcome in expected {
        match &outcome.kind {
            OutcomeKind::Move { transition, because, by } => {
                listed = true;
                let by = by.as_ref().and_then(|by| match ground.scene.eval(by) {
                    Value::Instant(at) => Some(at),
                    _ => None,
                });
                let wanted = Wanted { transition: *transition, because: *because, by };
                let mut any = false;
                for (seen, m) in matched.iter_mut().zip(&reaction.moves) {
                    if wanted.is(m) && by.is_none_or(|at| m.deadline == Some(at)) {
                        (*seen, any) = (true, true);
                    }
                }
                if !any {
                    found.push(wanted.missing(ground, reaction, outcome.span, &mut matched));
                }
            }
            OutcomeKind::Nothing => {
                if !reaction.moves.is_empty() {
                    let moves = words::listed(reaction.moves.iter().map(|m| words::moved(ground.block, m)));
                    found.push(Mismatch { span: outcome.span, expected: "no trigger to match".into(), found: moves });
                }
            }
            OutcomeKind::Standing(standing_expected) => {
                if let Some((expected, found_standing)) = standing(ground, standing_expected, Some(reaction.standing)) {
                    found.push(Mismatch { span: outcome.span, expected, found: found_standing });
                }
            }
            // The checker keeps these for decisions.
            OutcomeKind::Permit(_)
            | OutcomeKind::Deny(_)
            | OutcomeKind::Grade(_)
            | OutcomeKind::ValidUntil(_)
            | OutcomeKind::Obliges { .. }
            | OutcomeKind::Advises(_) => {}
        }
    }
    let mut diagnostics: Vec<Diagnostic> = found.into_iter().map(diagnostic).collect();
    // Where another was expected in its place, the message of that one names it.
    if listed && diagnostics.is_empty() {
        for (m, _) in reaction.moves.iter().zip(&matched).filter(|(_, seen)| !**seen) {
            diagnostics.push(
                Diagnostic::error(
                    "test",
                    ground.span,
                    format!("`{}` matches too and is not expected", ground.block.clause(m.clause).name),
                )
                .label(format!("found also: {}", words::moved(ground.block, m)))
                .because(ground.block.clause(m.clause).name_span, "this trigger")
                .help("list every trigger that the event moves, or let the event differ"),
            );
        }
    }
    if let Some(first) = diagnostics.first_mut() {
        first.notes.push(format!("at {}: {}", words::instant(ground.scene.now), words::reaction(ground, reaction)));
    }
    failures.extend(diagnostics);
}

struct Wanted {
    transition: Transition,
    because: Option<ClauseId>,
    by: Option<i64>,
}

impl Wanted {
    fn is(&self, m: &Move) -> bool {
        m.transition == self.transition && self.because.is_none_or(|c| c == m.clause)
    }

    /// A move that differs by its deadline alone counts as listed: one cause, one message.
    fn missing(&self, ground: &Ground<'_>, reaction: &Reaction, span: Span, matched: &mut [bool]) -> Mismatch {
        let block = ground.block;
        let mut expected = words::transition(self.transition).to_owned();
        if let Some(clause) = self.because {
            expected.push_str(&format!(" because {}", words::clause(block, clause)));
        }
        if let Some(at) = self.by {
            expected.push_str(&format!(" by {}", words::instant(at)));
        }
        let mut near = Vec::new();
        for (seen, m) in matched.iter_mut().zip(&reaction.moves) {
            if self.is(m) {
                *seen = true;
                near.push(match m.deadline {
                    Some(_) => words::moved(block, m),
                    None => format!("{} without a deadline", words::moved(block, m)),
                });
            }
        }
        let found = match (near.is_empty(), reaction.moves.as_slice()) {
            (false, _) => words::listed(near),
            (true, []) => "no trigger that matches".into(),
            (true, moves) => words::listed(moves.iter().map(|m| words::moved(block, m))),
        };
        Mismatch { span, expected, found }
    }
}
