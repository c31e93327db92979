//! What an evaluation read: the ground of `--explain`.
//!
//! In: the evaluator's notes while it runs. Out: plain trees. Always: tracing changes no result; it is absent
//! unless an explanation was asked for.

use std::sync::Arc;

use smol_str::SmolStr;

use super::horizon::{Held, Until};
use crate::decision::Decision;
use crate::program::expr::Member;
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::{BlockId, ClauseDef, ClauseId, ClauseKind, Hold};

/// A decision and why.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub decision: Decision,
    pub block: BlockTrace,
    /// Until when effect, standing, grade and obligations stay as they are: `valid_until` without what bare ttls cut.
    pub settled: Until,
}

/// What was evaluated of a block. Of a nested call: only what its member needs.
#[derive(Clone, Debug, Default)]
pub struct BlockTrace {
    /// Whether `now` is within the framework's time; absent where no effect was asked or there is no framework.
    pub framework: Option<Held>,
    /// The grade's starting value, where a grade was asked.
    pub grade_from: Option<ValueTrace>,
    /// In source order.
    pub clauses: Vec<ClauseTrace>,
}

#[derive(Clone, Debug)]
pub struct ValueTrace {
    pub value: Value,
    pub ty: Ty,
    pub until: Until,
    pub reading: Reading,
}

#[derive(Clone, Debug)]
pub struct ClauseTrace {
    pub clause: ClauseId,
    pub name: SmolStr,
    /// `require`, `deny`, `suspend` …
    pub word: &'static str,
    /// The author's documentation comment.
    pub message: Option<SmolStr>,
    /// The condition: of a rule its expression, of `expires` and `ttl … from` the condition that denies, of a
    /// continuous clause, cap, obligation and bare `ttl` its `when` (true without one), of a trigger whether it is
    /// in force. Absent where it was not asked.
    pub holds: Option<bool>,
    /// What a cap caps at, a bare `ttl`'s length, an obligation's due instant or `within`; where it applies.
    pub value: Option<(Value, Ty)>,
    pub until: Until,
    pub bearing: Bearing,
    pub reading: Reading,
}

/// What a clause does to the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// A rule that is satisfied, a basis that holds, a continuous clause or trigger that holds nothing up.
    Met,
    /// It stands in the way of a permit.
    InTheWay,
    /// A basis that does not hold while another does.
    NotNeeded,
    /// A recommendation that is not met.
    Advises,
    /// A cap, obligation or bare `ttl` that applies.
    Applies,
    /// One whose `when` does not hold.
    DoesNotApply,
    /// An obligation that the effect does not bring: it was not evaluated.
    DoesNotFit,
    /// No part of a decision: a reinstate, or a trigger where only the stored standing is known.
    NotAsked,
}

/// Facts and calls behind a value.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// In the order read, each once.
    pub facts: Vec<Fact>,
    /// In the order made, each once.
    pub calls: Vec<Arc<CallTrace>>,
}

/// A part of the arguments that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// `partner.contract`, `chain[2].issuer`; from the parameters of the block that was asked, in a nested call too.
    pub path: Arc<str>,
    pub value: Value,
    pub ty: Ty,
}

/// A nested call of a block.
#[derive(Clone, Debug)]
pub struct CallTrace {
    pub block: BlockId,
    pub name: SmolStr,
    pub member: Member,
    pub result: Value,
    pub until: Until,
    pub trace: BlockTrace,
}

impl BlockTrace {
    pub(super) fn clause(
        &mut self,
        id: ClauseId,
        clause: &ClauseDef,
        held: Option<Held>,
        value: Option<(Value, Ty)>,
        bearing: Bearing,
        reading: Reading,
    ) {
        self.clauses.push(ClauseTrace {
            clause: id,
            name: clause.name.clone(),
            word: clause_word(clause),
            message: clause.meta.doc.clone(),
            holds: held.map(|held| held.holds),
            value,
            until: held.and_then(|held| held.until),
            bearing,
            reading,
        });
    }
}

impl Reading {
    pub(super) fn fact(&mut self, fact: Fact) {
        if !self.facts.iter().any(|known| known.path == fact.path) {
            self.facts.push(fact);
        }
    }

    /// Takes over what a `let` read.
    pub(super) fn include(&mut self, other: &Reading) {
        for fact in &other.facts {
            self.fact(fact.clone());
        }
        for call in &other.calls {
            if !self.calls.iter().any(|known| Arc::ptr_eq(known, call)) {
                self.calls.push(call.clone());
            }
        }
    }
}

/// The word a clause starts with.
pub fn clause_word(clause: &ClauseDef) -> &'static str {
    match &clause.kind {
        ClauseKind::Scope(_) => "scope",
        ClauseKind::Require(_) => "require",
        ClauseKind::Recommend(_) => "recommend",
        ClauseKind::Basis(_) => "basis",
        ClauseKind::Deny(_) => "deny",
        ClauseKind::Cap { .. } => "cap",
        ClauseKind::Expires { .. } => "expires",
        ClauseKind::TtlFrom { .. } | ClauseKind::Ttl { .. } => "ttl",
        ClauseKind::Oblige { .. } => "oblige",
        ClauseKind::Continuous { hold, .. } | ClauseKind::Trigger { hold, .. } => match hold {
            Hold::Suspend => "suspend",
            Hold::Reverify => "reverify",
            Hold::Revoke => "revoke",
        },
        ClauseKind::Reinstate { .. } => "reinstate",
    }
}

/// Collects while a block is evaluated.
#[derive(Default)]
pub(super) struct Tracer {
    pub block: BlockTrace,
    pub reading: Reading,
    pub settled: Until,
}
