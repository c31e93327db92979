//! Reactions: what an event does to a stored standing.
//!
//! In: one event, the key's values, the triggers in force. Out: every trigger and reinstate that matches, and the
//! triggers then in force. Always: no facts and no clock in a condition; `now` only tells whether a deadline is
//! past; reinstates apply before the others; a revocation once in force stays.

use std::collections::BTreeSet;

use trust_runtime::time;

use super::block::level;
use super::eval::Evaluator;
use super::frame::{Frame, Slot};
use super::operators::impossible;
use crate::decision::{Move, Reaction};
use crate::program::expr::{Expr, LocalId};
use crate::program::ty::{RecordId, standing};
use crate::program::value::Value;
use crate::program::{BlockId, ClauseId, ClauseKind, Hold, Transition};

impl Evaluator<'_> {
    pub(super) fn react(
        &mut self,
        block: BlockId,
        event: RecordId,
        fields: &Value,
        key: &[Value],
        prior: &BTreeSet<ClauseId>,
    ) -> Reaction {
        let def = self.asked(block).def;
        let mut frame = Frame::default();
        frame.key = key.to_vec();
        self.bind(&mut frame, &def.react_lets);

        let mut moves = Vec::new();
        let mut lifted = BTreeSet::new();
        let mut raised = BTreeSet::new();
        for (id, clause) in def.clauses() {
            match &clause.kind {
                ClauseKind::Trigger { hold, event: on, binder, when, within } if *on == event => {
                    if self.matches(&mut frame, block, id, *binder, fields, when.as_ref()) {
                        let deadline = within.as_ref().map(|(length, from)| self.deadline(&mut frame, length, from));
                        let late = deadline.is_some_and(|deadline| self.now > deadline);
                        moves.push(Move { clause: id, transition: transition(*hold), deadline, late });
                        raised.insert(id);
                    }
                }
                ClauseKind::Reinstate { event: on, binder, when, lifts } if *on == event => {
                    if self.matches(&mut frame, block, id, *binder, fields, when.as_ref()) {
                        let transition = Transition::Reinstate;
                        moves.push(Move { clause: id, transition, deadline: None, late: false });
                        lifted.extend(lifts.iter().copied());
                    }
                }
                ClauseKind::Trigger { .. }
                | ClauseKind::Reinstate { .. }
                | ClauseKind::Scope(_)
                | ClauseKind::Require(_)
                | ClauseKind::Recommend(_)
                | ClauseKind::Basis(_)
                | ClauseKind::Deny(_)
                | ClauseKind::Cap { .. }
                | ClauseKind::Expires { .. }
                | ClauseKind::TtlFrom { .. }
                | ClauseKind::Ttl { .. }
                | ClauseKind::Oblige { .. }
                | ClauseKind::Continuous { .. } => {}
            }
        }

        let mut in_force = Vec::new();
        let mut standing = standing::ACTIVE;
        for (id, clause) in def.clauses() {
            let ClauseKind::Trigger { hold, .. } = &clause.kind else {
                continue;
            };
            let stays = prior.contains(&id) && (*hold == Hold::Revoke || !lifted.contains(&id));
            if stays || raised.contains(&id) {
                in_force.push(id);
                standing = standing.max(level(*hold));
            }
        }
        Reaction { block, moves, standing, in_force }
    }

    fn matches(
        &mut self,
        frame: &mut Frame,
        block: BlockId,
        clause: ClauseId,
        binder: LocalId,
        event: &Value,
        when: Option<&Expr>,
    ) -> bool {
        frame.set(binder, Slot::fixed(event.clone()));
        let matched = self.condition(frame, when).holds;
        if let Some(observer) = self.observer.as_mut() {
            observer.trigger(block, clause, matched);
        }
        matched
    }

    /// `within D of I`: `I + D`.
    fn deadline(&mut self, frame: &mut Frame, length: &Expr, from: &Expr) -> i64 {
        let length = self.eval(frame, length).value;
        let from = self.eval(frame, from).value;
        match (from, length) {
            (Value::Instant(from), Value::Duration(length)) => time::instant_add(from, length),
            _ => {
                impossible("a deadline that is no instant");
                self.now
            }
        }
    }
}

fn transition(hold: Hold) -> Transition {
    match hold {
        Hold::Suspend => Transition::Suspend,
        Hold::Reverify => Transition::Reverify,
        Hold::Revoke => Transition::Revoke,
    }
}
