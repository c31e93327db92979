//! What a block answers: decisions and reactions, as values.

use crate::program::value::Value;
use crate::program::{BlockId, ClauseId, Reason, Transition};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub block: BlockId,
    /// Absent for an assessment, as are `reasons` (empty) and `standing`.
    pub effect: Option<Effect>,
    pub reasons: Vec<Reason>,
    /// A case of `Standing`.
    pub standing: Option<u32>,
    /// A case of the block's scale; absent where the block does not grade.
    pub grade: Option<u32>,
    /// The caps that apply.
    pub caps: Vec<ClauseId>,
    /// The recommendations not met.
    pub advice: Vec<ClauseId>,
    pub obligations: Vec<Obligation>,
    /// Microseconds since 1970; absent: for ever.
    pub valid_until: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Permit,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    pub clause: ClauseId,
    pub args: Vec<Value>,
    pub time: ObligationTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObligationTime {
    Due { due: i64, overdue: bool },
    Within(i64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    pub block: BlockId,
    pub moves: Vec<Move>,
    /// A case of `Standing`: the highest of the triggers in force.
    pub standing: u32,
    /// Triggers in force after the event, in source order.
    pub in_force: Vec<ClauseId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub clause: ClauseId,
    pub transition: Transition,
    pub deadline: Option<i64>,
    /// The deadline is past: `now` is after it.
    pub late: bool,
}
