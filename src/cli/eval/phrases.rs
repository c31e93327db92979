//! What became of a clause, in words.
//!
//! In: a clause and its trace. Out: a mark and a phrase that reads on from the clause's name: "`assured` holds".

use super::shown;
use crate::interp::{Bearing, ClauseTrace};
use crate::program::ty::{EnumId, Types, standing};
use crate::program::{BlockDef, ClauseKind, Hold, ObligeTime};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Good,
    Bad,
    /// Worth reading, but nothing stands in the way.
    Remark,
    Quiet,
}

impl Mark {
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Good => "✓",
            Mark::Bad => "✗",
            Mark::Remark => "!",
            Mark::Quiet => "·",
        }
    }
}

pub fn mark(kind: &ClauseKind, bearing: Bearing) -> Mark {
    match bearing {
        Bearing::Met => Mark::Good,
        Bearing::InTheWay => Mark::Bad,
        Bearing::Advises => Mark::Remark,
        Bearing::Applies => match kind {
            ClauseKind::Ttl { .. } => Mark::Quiet,
            _ => Mark::Remark,
        },
        Bearing::NotNeeded | Bearing::DoesNotApply | Bearing::DoesNotFit | Bearing::NotAsked => Mark::Quiet,
    }
}

/// Reads on from the clause's name.
pub fn phrase(types: &Types, kind: &ClauseKind, trace: &ClauseTrace) -> String {
    let value = || trace.value.as_ref().map(|(v, ty)| shown::value(types, v, ty)).unwrap_or_default();
    let text = match (trace.bearing, kind) {
        (Bearing::NotAsked, ClauseKind::Reinstate { .. }) => "waits for an event; no part of a decision",
        (Bearing::NotAsked, ClauseKind::Trigger { .. }) => "was not asked: the standing was given instead",
        (Bearing::NotAsked, _) => "was not asked",
        (Bearing::Met, ClauseKind::Deny(_)) => "is not the case",
        (Bearing::Met, ClauseKind::Expires { .. }) => "has not expired",
        (Bearing::Met, ClauseKind::TtlFrom { .. }) => "is fresh enough",
        (Bearing::Met, ClauseKind::Continuous { .. }) => "is not the case",
        (Bearing::Met, ClauseKind::Trigger { .. }) => "is not in force",
        (Bearing::Met, _) => "holds",
        (Bearing::InTheWay, ClauseKind::Deny(_)) => "is the case",
        (Bearing::InTheWay, ClauseKind::Expires { .. }) => "has expired",
        (Bearing::InTheWay, ClauseKind::TtlFrom { .. }) => "is out of date",
        (Bearing::InTheWay, ClauseKind::Continuous { hold, .. }) => {
            return format!("is the case: {}", raised(types, *hold));
        }
        (Bearing::InTheWay, ClauseKind::Trigger { hold, .. }) => {
            return format!("is in force: {}", raised(types, *hold));
        }
        (Bearing::InTheWay, _) => "does not hold",
        (Bearing::NotNeeded, _) => "does not hold, but another basis does",
        (Bearing::Advises, _) => "is not met: advice, it changes nothing",
        (Bearing::Applies, ClauseKind::Cap { .. }) => return format!("applies: at most {}", value()),
        (Bearing::Applies, ClauseKind::Ttl { .. }) => return format!("asks for a new decision within {}", value()),
        (Bearing::Applies, ClauseKind::Oblige { time, .. }) => {
            return match time {
                ObligeTime::Due(_) => format!("is owed by {}", value()),
                ObligeTime::Within(_) => format!("is owed within {} of each reliance", value()),
            };
        }
        (Bearing::Applies, _) => "applies",
        (Bearing::DoesNotApply, ClauseKind::Oblige { .. }) => "is not owed",
        (Bearing::DoesNotApply, _) => "does not apply",
        (Bearing::DoesNotFit, _) => "is not owed on this answer",
    };
    text.to_owned()
}

/// What happens to a clause at an instant; reads on from its name.
pub fn turned(kind: &ClauseKind, is: Bearing) -> &'static str {
    match (is, kind) {
        (Bearing::Met, ClauseKind::Deny(_) | ClauseKind::Continuous { .. }) => "is no longer the case",
        (Bearing::Met, _) => "holds from now on",
        (Bearing::InTheWay, ClauseKind::Expires { .. }) => "expires",
        (Bearing::InTheWay, ClauseKind::TtlFrom { .. }) => "goes out of date",
        (Bearing::InTheWay, ClauseKind::Deny(_) | ClauseKind::Continuous { .. }) => "is the case from now on",
        (Bearing::InTheWay | Bearing::Advises, _) => "does not hold any more",
        (Bearing::NotNeeded, _) => "does not hold any more, but another basis does",
        (Bearing::Applies, ClauseKind::Oblige { .. }) => "is owed from now on",
        (Bearing::Applies, _) => "applies from now on",
        (Bearing::DoesNotApply | Bearing::DoesNotFit, ClauseKind::Oblige { .. }) => "is not owed any more",
        (Bearing::DoesNotApply | Bearing::DoesNotFit | Bearing::NotAsked, _) => "does not apply any more",
    }
}

/// Why a clause is among the reasons of a deny, where its author left no message.
pub fn reason(types: &Types, block: &BlockDef, kind: &ClauseKind) -> String {
    match kind {
        ClauseKind::Trigger { hold, event, .. } => {
            let event = types.records.get(event.0 as usize).map_or("unknown", |r| r.name.as_str());
            format!("an event `{event}` was reported: {}", raised(types, *hold))
        }
        ClauseKind::Continuous { hold, .. } => format!("is the case: {}", raised(types, *hold)),
        ClauseKind::Scope(_) => match &block.purpose {
            Some(purpose) => format!("the request is outside the scope of “{purpose}”"),
            None => "the request is outside the scope".into(),
        },
        ClauseKind::Require(_) | ClauseKind::Basis(_) | ClauseKind::Recommend(_) => "does not hold".into(),
        ClauseKind::Deny(_) => "is the case".into(),
        ClauseKind::Expires { .. } => "has expired".into(),
        ClauseKind::TtlFrom { .. } => "is out of date".into(),
        ClauseKind::Cap { .. } | ClauseKind::Ttl { .. } | ClauseKind::Oblige { .. } | ClauseKind::Reinstate { .. } => {
            "applies".into()
        }
    }
}

fn raised(types: &Types, hold: Hold) -> String {
    let level = match hold {
        Hold::Reverify => standing::REVERIFY,
        Hold::Suspend => standing::SUSPENDED,
        Hold::Revoke => standing::REVOKED,
    };
    format!("the standing is at least {}", shown::case(types, EnumId::STANDING, level))
}
