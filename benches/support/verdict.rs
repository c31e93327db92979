//! What the hand-written functions answer in full, and the arithmetic of the horizon.
//!
//! In: conditions with the instant at which they change. Out: a decision as the policy's reader expects it. Fixed size, no
//! allocation.

/// Never.
pub const FOREVER: i64 = i64::MAX;

/// The clauses that can stand in the way or give a ground, a bit each, in the order in which reasons are given.
pub const REASONS: [&str; 18] = [
    "approved_issuer",
    "known_region",
    "assured",
    "fit_machine",
    "delegated",
    "long_lived",
    "credential",
    "young_key",
    "contract",
    "consent",
    "incident",
    "audit",
    "pilot",
    "moved",
    "compromised",
    "scope",
    "no_basis",
    "framework",
];

pub const FIRST_BASIS: u32 = 8;
pub const MOVED: u32 = 13;
pub const SCOPE: u32 = 15;
pub const NO_BASIS: u32 = 16;
pub const FRAMEWORK: u32 = 17;

/// Triggers in force: bit 0 `moved`, bit 1 `compromised`.
pub type Prior = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub permit: bool,
    /// A case of `Standing`.
    pub standing: u32,
    /// A bit for each of [`REASONS`].
    pub reasons: u32,
    /// `evidence`: its time limit, in microseconds; `rotation`: its due instant and whether that is past. Both on a permit.
    pub evidence_within: Option<i64>,
    pub rotation_due: Option<(i64, bool)>,
    pub valid_until: i64,
}

/// A condition and the instant at which it changes.
#[derive(Clone, Copy)]
pub struct Held {
    pub holds: bool,
    pub until: i64,
}

impl Held {
    pub fn fixed(holds: bool) -> Held {
        Held { holds, until: FOREVER }
    }

    /// `now < end`.
    pub fn before(now: i64, end: i64) -> Held {
        let holds = now < end;
        Held { holds, until: if holds { end } else { FOREVER } }
    }

    /// `start <= now`.
    pub fn from(now: i64, start: i64) -> Held {
        let holds = start <= now;
        Held { holds, until: if holds { FOREVER } else { start } }
    }

    pub fn and(self, other: Held) -> Held {
        match (self.holds, other.holds) {
            (true, true) => Held { holds: true, until: self.until.min(other.until) },
            (false, false) => Held { holds: false, until: self.until.max(other.until) },
            (false, true) => self,
            (true, false) => other,
        }
    }

    pub fn or(self, other: Held) -> Held {
        match (self.holds, other.holds) {
            (true, true) => Held { holds: true, until: self.until.max(other.until) },
            (false, false) => Held { holds: false, until: self.until.min(other.until) },
            (true, false) => self,
            (false, true) => other,
        }
    }
}

/// Every condition of the decision: in the order of [`REASONS`] the eight that must hold, the five bases, then the scope. Both
/// hand-written versions end here; they differ in how they find the conditions.
#[inline(always)]
pub fn conclude(
    required: [Held; 8],
    bases: [Held; 5],
    scope: bool,
    in_time: Held,
    prior: Prior,
    due: i64,
    now: i64,
) -> Verdict {
    let mut effect = in_time.and(Held::fixed(prior == 0)).and(Held::fixed(scope));
    let mut against = u32::from(!scope) << SCOPE | u32::from(!in_time.holds) << FRAMEWORK;
    for (n, held) in required.into_iter().enumerate() {
        effect = effect.and(held);
        against |= u32::from(!held.holds) << n;
    }
    let mut based = Held { holds: false, until: FOREVER };
    let mut grounds = 0;
    for (n, held) in bases.into_iter().enumerate() {
        based = based.or(held);
        grounds |= u32::from(held.holds) << (FIRST_BASIS + n as u32);
    }
    effect = effect.and(based);
    against |= u32::from(!based.holds) << NO_BASIS | (prior as u32 & 3) << MOVED;
    // `Standing`: active, reverify, suspended, revoked.
    let standing = if prior & 2 != 0 { 3 } else { (prior & 1) as u32 };
    if !effect.holds {
        return Verdict {
            permit: false,
            standing,
            reasons: against,
            evidence_within: None,
            rotation_due: None,
            valid_until: effect.until,
        };
    }
    // Met at its instant, overdue after it.
    let overdue = now > due;
    let turns = if overdue { FOREVER } else { due + 1 };
    Verdict {
        permit: true,
        standing,
        reasons: grounds,
        evidence_within: Some(super::facts::MINUTE),
        rotation_due: Some((due, overdue)),
        valid_until: effect.until.min(turns),
    }
}
