//! Values, decisions and reactions in plain words, for the messages of tests.
//!
//! In: values and answers. Out: one line of text, names in backticks.

use trust_runtime::time::{format_duration, format_instant};

use super::outcomes::Ground;
use crate::decision::{Decision, Effect, Move, Obligation, ObligationTime, Reaction};
use crate::facts::to_source;
use crate::program::ty::{EnumId, Ty};
use crate::program::value::Value;
use crate::program::{BlockDef, ClauseId, ClauseKind, Hold, Program, Reason, Transition};

pub(super) fn value(program: &Program, ty: &Ty, value: &Value) -> String {
    format!("`{}`", to_source(&program.types, ty, value))
}

/// As a source would write it: a date where it is one.
pub(super) fn instant(at: i64) -> String {
    let text = format_instant(at);
    text.strip_suffix("T00:00:00Z").unwrap_or(&text).to_owned()
}

pub(super) fn reason(block: &BlockDef, reason: Reason) -> String {
    match reason {
        Reason::Clause(id) => clause(block, id),
        Reason::NoBasis => "`no_basis`".into(),
        Reason::Framework => "`framework`".into(),
    }
}

pub(super) fn clause(block: &BlockDef, id: ClauseId) -> String {
    format!("`{}`", block.clause(id).name)
}

/// `a`, `b` and `c`; `nothing` of none.
pub(super) fn listed(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    match (items.pop(), items.is_empty()) {
        (None, _) => "nothing".into(),
        (Some(only), true) => only,
        (Some(last), false) => format!("{} and {last}", items.join(", ")),
    }
}

pub(super) fn case(program: &Program, id: EnumId, case: u32) -> String {
    value(program, &Ty::Enum(id), &Value::Case(case))
}

pub(super) fn effect(block: &BlockDef, effect: Effect, reasons: &[Reason]) -> String {
    let word = match effect {
        Effect::Permit => "permit",
        Effect::Deny => "deny",
    };
    if reasons.is_empty() {
        return word.into();
    }
    format!("{word} because {}", listed(reasons.iter().map(|r| reason(block, *r))))
}

pub(super) fn valid_until(until: Option<i64>) -> String {
    match until {
        Some(at) => format!("valid until {}", instant(at)),
        None => "valid for ever".into(),
    }
}

pub(super) fn decision(ground: &Ground<'_>, decision: &Decision) -> String {
    let (program, block) = (ground.scene.program, ground.block);
    let mut parts = Vec::new();
    if let Some(found) = decision.effect {
        parts.push(effect(block, found, &decision.reasons));
    }
    if let Some(standing) = decision.standing {
        parts.push(format!("standing {}", case(program, EnumId::STANDING, standing)));
    }
    if let (Some(grade), Some(found)) = (&block.grade, decision.grade) {
        parts.push(format!("grade {}", case(program, grade.scale, found)));
    }
    if !decision.caps.is_empty() {
        parts.push(format!("capped by {}", listed(decision.caps.iter().map(|c| clause(block, *c)))));
    }
    if !decision.advice.is_empty() {
        parts.push(format!("advises {}", listed(decision.advice.iter().map(|c| clause(block, *c)))));
    }
    if !decision.obligations.is_empty() {
        parts.push(format!("obliges {}", listed(decision.obligations.iter().map(|o| obligation(block, o)))));
    }
    parts.push(valid_until(decision.valid_until));
    parts.join(", ")
}

fn obligation(block: &BlockDef, obligation: &Obligation) -> String {
    let name = clause(block, obligation.clause);
    match obligation.time {
        ObligationTime::Due { due, overdue: false } => format!("{name} due {}", instant(due)),
        ObligationTime::Due { due, overdue: true } => format!("{name} due {} (overdue)", instant(due)),
        ObligationTime::Within(length) => format!("{name} within {}", format_duration(length)),
    }
}

pub(super) fn reaction(ground: &Ground<'_>, reaction: &Reaction) -> String {
    let moves = match reaction.moves.as_slice() {
        [] => "no trigger matches".into(),
        moves => listed(moves.iter().map(|m| moved(ground.block, m))),
    };
    format!("{moves}, then standing {}", case(ground.scene.program, EnumId::STANDING, reaction.standing))
}

pub(super) fn moved(block: &BlockDef, m: &Move) -> String {
    let mut text = format!("{} because {}", transition(m.transition), clause(block, m.clause));
    if let Some(deadline) = m.deadline {
        text.push_str(&format!(" by {}", instant(deadline)));
    }
    text
}

pub(super) fn transition(transition: Transition) -> &'static str {
    match transition {
        Transition::Revoke => "revoke",
        Transition::Suspend => "suspend",
        Transition::Reverify => "reverify",
        Transition::Reinstate => "reinstate",
    }
}

/// Why a reason stands in the way (on a permit: why it speaks for it), in a few words.
pub(super) fn bearing(kind: &ClauseKind, permit: bool) -> &'static str {
    match kind {
        ClauseKind::Scope(_) => "the scope does not cover it",
        ClauseKind::Require(_) => "does not hold",
        ClauseKind::Deny(_) => "holds",
        ClauseKind::Expires { .. } => "has expired",
        ClauseKind::TtlFrom { .. } => "is outside its time",
        ClauseKind::Basis(_) if permit => "is the basis",
        ClauseKind::Continuous { hold: Hold::Reverify, .. } => "asks for reverification",
        ClauseKind::Continuous { .. } => "suspends",
        ClauseKind::Trigger { .. } => "is in force",
        ClauseKind::Recommend(_)
        | ClauseKind::Basis(_)
        | ClauseKind::Cap { .. }
        | ClauseKind::Ttl { .. }
        | ClauseKind::Oblige { .. }
        | ClauseKind::Reinstate { .. } => "applies",
    }
}
