//! What a block says besides its effect: grade, advice, obligations, and when to decide again.
//!
//! In: a block's frame, and the effect an obligation must fit. Out: each part with its horizon. Always: a cap or an
//! obligation whose `when` does not hold counts with that condition only; advice never counts.

use trust_runtime::time;

use super::block::Asked;
use super::eval::Evaluator;
use super::frame::Frame;
use super::horizon::{Held, Until, earlier};
use super::operators::impossible;
use super::trace::{Bearing, ValueTrace};
use crate::decision::{Effect, Obligation, ObligationTime};
use crate::program::expr::Expr;
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::{BlockId, ClauseId, ClauseKind, ObligeTime, On};

pub(super) struct Graded {
    pub case: u32,
    pub until: Until,
    pub caps: Vec<ClauseId>,
}

struct Owed {
    args: Vec<Value>,
    time: ObligationTime,
    until: Until,
}

impl Evaluator<'_> {
    pub(super) fn grade(&mut self, frame: &mut Frame, asked: Asked) -> Option<Graded> {
        let grade = asked.def.grade.as_ref()?;
        let (from, reading) = self.reading(|this| this.eval(frame, &grade.from));
        if let (Some(tracer), Some(reading)) = (&mut self.tracer, reading) {
            let (value, ty) = (from.value.clone(), grade.from.ty.clone());
            tracer.block.grade_from = Some(ValueTrace { value, ty, until: from.until, reading });
        }
        let mut found = Graded { case: case(&from.value), until: from.until, caps: Vec::new() };
        for (id, clause) in asked.def.clauses() {
            let ClauseKind::Cap { value, when } = &clause.kind else {
                continue;
            };
            let ((applies, capped), reading) = self.reading(|this| {
                let applies = this.condition(frame, when.as_ref());
                (applies, applies.holds.then(|| this.eval(frame, value)))
            });
            if when.is_some() {
                self.observe(asked, id, applies.holds);
            }
            let until = earlier(applies.until, capped.as_ref().and_then(|capped| capped.until));
            let shown = capped.as_ref().map(|capped| (capped.value.clone(), value.ty.clone()));
            self.trace(asked, id, Some(Held { until, ..applies }), shown, applies_or_not(applies.holds), reading);
            found.until = earlier(found.until, until);
            if let Some(capped) = capped {
                found.case = found.case.min(case(&capped.value));
                found.caps.push(id);
            }
        }
        Some(found)
    }

    /// The recommendations not met. What they call does not cut `valid_until`.
    pub(super) fn advice(&mut self, frame: &mut Frame, asked: Asked) -> Vec<ClauseId> {
        let mut advice = Vec::new();
        for (id, clause) in asked.def.clauses() {
            let ClauseKind::Recommend(condition) = &clause.kind else {
                continue;
            };
            let cuts = self.cuts;
            let (held, reading) = self.reading(|this| this.truth(frame, condition));
            self.cuts = cuts;
            self.observe(asked, id, held.holds);
            let bearing = if held.holds { Bearing::Met } else { Bearing::Advises };
            self.trace(asked, id, Some(held), None, bearing, reading);
            if !held.holds {
                advice.push(id);
            }
        }
        advice
    }

    /// The obligations that fit the effect and apply, and how long they stay as they are. An assessment has no
    /// effect: all fit.
    pub(super) fn obligations(
        &mut self,
        frame: &mut Frame,
        asked: Asked,
        effect: Option<Effect>,
    ) -> (Vec<Obligation>, Until) {
        let mut obligations = Vec::new();
        let mut until = None;
        for (id, clause) in asked.def.clauses() {
            let ClauseKind::Oblige { args, time, when, on, .. } = &clause.kind else {
                continue;
            };
            if !fits(*on, effect) {
                self.trace(asked, id, None, None, Bearing::DoesNotFit, None);
                continue;
            }
            let cuts = self.cuts;
            let ((applies, owed), reading) = self.reading(|this| {
                let applies = this.condition(frame, when.as_ref());
                (applies, applies.holds.then(|| this.owed(frame, args, time)))
            });
            if when.is_some() {
                self.observe(asked, id, applies.holds);
            }
            let own = earlier(applies.until, owed.as_ref().and_then(|owed| owed.until));
            until = earlier(until, own);
            let shown = owed.as_ref().map(|owed| match owed.time {
                ObligationTime::Due { due, .. } => (Value::Instant(due), Ty::Instant),
                ObligationTime::Within(length) => (Value::Duration(length), Ty::Duration),
            });
            let held = Held { until: own, ..applies };
            self.trace(asked, id, Some(held), shown, applies_or_not(applies.holds), reading);
            match owed {
                Some(Owed { args, time, .. }) => obligations.push(Obligation { clause: id, args, time }),
                // It does not apply: what its condition called does not cut.
                None => self.cuts = cuts,
            }
        }
        (obligations, until)
    }

    fn owed(&mut self, frame: &mut Frame, args: &[Expr], time: &ObligeTime) -> Owed {
        let (args, mut until) = self.eval_all(frame, args);
        let time = match time {
            ObligeTime::Due(due) => {
                let due = self.eval(frame, due);
                until = earlier(until, due.until);
                match due.value {
                    Value::Instant(at) => {
                        // Met at its instant, overdue after it.
                        let overdue = Held::since(i128::from(at) + 1, self.now);
                        until = earlier(until, overdue.until);
                        ObligationTime::Due { due: at, overdue: overdue.holds }
                    }
                    _ => {
                        impossible("a due date that is no instant");
                        ObligationTime::Due { due: self.now, overdue: false }
                    }
                }
            }
            ObligeTime::Within(length) => {
                let length = self.eval(frame, length);
                until = earlier(until, length.until);
                ObligationTime::Within(duration(&length.value))
            }
        };
        Owed { args, time, until }
    }

    /// The `due` of a dated obligation is past, and its own `when` holds.
    pub(super) fn overdue(&mut self, frame: &mut Frame, block: BlockId, clause: ClauseId) -> Held {
        let program = self.program;
        match program.block(block).clauses.get(clause.0 as usize).map(|clause| &clause.kind) {
            Some(ClauseKind::Oblige { time: ObligeTime::Due(due), when, .. }) => {
                let when = self.condition(frame, when.as_ref());
                if when.settled(false) {
                    return when;
                }
                let due = self.eval(frame, due);
                match due.value {
                    Value::Instant(at) => when.and(Held::since(i128::from(at) + 1, self.now).within(due.until)),
                    _ => {
                        impossible("a due date that is no instant");
                        Held::NEVER
                    }
                }
            }
            _ => {
                impossible("`overdue` of something else than a dated obligation");
                Held::NEVER
            }
        }
    }

    /// Every bare `ttl` cuts: at `now + D` where it applies, and never past its condition's horizon.
    pub(super) fn bare_ttls(&mut self, frame: &mut Frame, asked: Asked) {
        for (id, clause) in asked.def.clauses() {
            let ClauseKind::Ttl { length, when } = &clause.kind else {
                continue;
            };
            let ((applies, length_value), reading) = self.reading(|this| {
                let applies = this.condition(frame, when.as_ref());
                (applies, applies.holds.then(|| this.eval(frame, length)))
            });
            if when.is_some() {
                self.observe(asked, id, applies.holds);
            }
            let mut until = applies.until;
            if let Some(length) = &length_value {
                let end = time::instant_add(self.now, duration(&length.value));
                let end = Some(end).filter(|end| *end < time::MAX_INSTANT);
                until = earlier(earlier(until, length.until), end);
            }
            self.cuts = earlier(self.cuts, until);
            let shown = length_value.map(|found| (found.value, length.ty.clone()));
            self.trace(asked, id, Some(Held { until, ..applies }), shown, applies_or_not(applies.holds), reading);
        }
    }
}

fn fits(on: On, effect: Option<Effect>) -> bool {
    match (on, effect) {
        (On::Any, _) | (_, None) => true,
        (On::Permit, Some(effect)) => effect == Effect::Permit,
        (On::Deny, Some(effect)) => effect == Effect::Deny,
    }
}

fn applies_or_not(yes: bool) -> Bearing {
    if yes { Bearing::Applies } else { Bearing::DoesNotApply }
}

fn case(value: &Value) -> u32 {
    match value {
        Value::Case(case) => *case,
        _ => {
            impossible("a grade that is no case");
            0
        }
    }
}

fn duration(value: &Value) -> i64 {
    match value {
        Value::Duration(length) => *length,
        _ => {
            impossible("a length that is no duration");
            0
        }
    }
}
