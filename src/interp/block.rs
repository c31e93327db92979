//! Blocks: who asks what of them, their standing and effect.
//!
//! In: a block, its arguments with their horizons, a prior. Out: a decision, or the one member a nested call asks
//! for. Always: every clause of what is asked is evaluated; a part's nested calls cut `valid_until` exactly when
//! the part counts.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Outcome;
use super::eval::Evaluator;
use super::frame::{Frame, Slot};
use super::horizon::{Held, Until, earlier};
use super::operators::impossible;
use super::trace::{Bearing, BlockTrace, CallTrace, Reading};
use crate::decision::{Decision, Effect};
use crate::program::expr::{Expr, Member, Prior};
use crate::program::ty::{Ty, standing};
use crate::program::value::Value;
use crate::program::{BlockDef, BlockId, BlockKind, ClauseId, ClauseKind, Hold, LetClause, Reason};

/// What is known of the past, with its horizon.
#[derive(Clone, Debug)]
pub(super) enum Past {
    Triggers(BTreeSet<ClauseId>),
    Standing { level: u32, until: Until },
}

/// A block under evaluation.
#[derive(Clone, Copy)]
pub(super) struct Asked<'p> {
    pub id: BlockId,
    pub def: &'p BlockDef,
}

struct Standing {
    level: u32,
    until: Until,
    /// Continuous clauses that hold.
    raised: Vec<ClauseId>,
    /// Triggers in force.
    in_force: Vec<ClauseId>,
}

pub(super) fn level(hold: Hold) -> u32 {
    match hold {
        Hold::Reverify => standing::REVERIFY,
        Hold::Suspend => standing::SUSPENDED,
        Hold::Revoke => standing::REVOKED,
    }
}

impl<'a> Evaluator<'a> {
    pub(super) fn asked(&self, id: BlockId) -> Asked<'a> {
        Asked { id, def: self.program.block(id) }
    }

    pub(super) fn decide(&mut self, id: BlockId, args: Vec<Slot>, past: &Past) -> Decision {
        let asked = self.asked(id);
        let mut frame = self.enter(asked, args);
        let mut decision = Decision {
            block: id,
            effect: None,
            reasons: Vec::new(),
            standing: None,
            grade: None,
            caps: Vec::new(),
            advice: Vec::new(),
            obligations: Vec::new(),
            valid_until: None,
        };
        let mut until = None;
        if asked.def.kind != BlockKind::Assessment {
            let standing = self.standing(&mut frame, asked, past);
            let (permits, reasons) = self.effect(&mut frame, asked, &standing);
            until = earlier(permits.until, standing.until);
            decision.effect = Some(if permits.holds { Effect::Permit } else { Effect::Deny });
            decision.reasons = reasons;
            decision.standing = Some(standing.level);
        }
        if let Some(graded) = self.grade(&mut frame, asked) {
            until = earlier(until, graded.until);
            decision.grade = Some(graded.case);
            decision.caps = graded.caps;
        }
        decision.advice = self.advice(&mut frame, asked);
        let (obligations, due) = self.obligations(&mut frame, asked, decision.effect);
        decision.obligations = obligations;
        self.bare_ttls(&mut frame, asked);
        let settled = earlier(until, due);
        if let Some(tracer) = &mut self.tracer {
            tracer.settled = settled;
        }
        decision.valid_until = earlier(settled, self.cuts);
        decision
    }

    /// Of the called block: its lets, the member asked for, its bare ttls.
    pub(super) fn block_call(
        &mut self,
        frame: &mut Frame,
        block: BlockId,
        args: &[Expr],
        prior: &Prior,
        member: Member,
    ) -> Outcome {
        let args = args.iter().map(|arg| self.place(frame, arg)).collect();
        let past = match prior {
            Prior::None => Past::Triggers(BTreeSet::new()),
            Prior::Triggers(triggers) => Past::Triggers(triggers.iter().copied().collect()),
            Prior::Standing(expr) => {
                let stated = self.eval(frame, expr);
                match stated.value {
                    Value::Case(level) => Past::Standing { level, until: stated.until },
                    _ => {
                        impossible("a prior that is no standing");
                        Past::Standing { level: standing::REVOKED, until: stated.until }
                    }
                }
            }
        };
        let asked = self.asked(block);
        let outer = self.tracer.as_mut().map(std::mem::take);
        let outcome = self.member(asked, args, &past, member);
        if let (Some(tracer), Some(outer)) = (&mut self.tracer, outer) {
            let trace = std::mem::replace(tracer, outer).block;
            tracer.reading.calls.push(Arc::new(CallTrace {
                block,
                name: asked.def.name.clone(),
                member,
                result: outcome.value.clone(),
                until: outcome.until,
                trace: in_order(trace),
            }));
        }
        outcome
    }

    pub(super) fn member(&mut self, asked: Asked, args: Vec<Slot>, past: &Past, member: Member) -> Outcome {
        let mut frame = self.enter(asked, args);
        let outcome = match member {
            Member::Permitted => {
                let standing = self.standing(&mut frame, asked, past);
                self.effect(&mut frame, asked, &standing).0.into()
            }
            Member::Standing => {
                let standing = self.standing(&mut frame, asked, past);
                Outcome { value: Value::Case(standing.level), until: standing.until }
            }
            Member::Grade => match self.grade(&mut frame, asked) {
                Some(graded) => Outcome { value: Value::Case(graded.case), until: graded.until },
                None => Outcome::fixed(impossible("the grade of a block without one")),
            },
        };
        self.bare_ttls(&mut frame, asked);
        outcome
    }

    /// Arguments, then every `let` in order; what they cut counts.
    fn enter(&mut self, asked: Asked, args: Vec<Slot>) -> Frame {
        let mut frame = Frame::new(args);
        frame.block = Some(asked.id);
        self.bind(&mut frame, &asked.def.lets);
        frame
    }

    pub(super) fn bind(&mut self, frame: &mut Frame, lets: &[LetClause]) {
        for bound in lets {
            let (slot, reading) = self.reading(|this| this.place(frame, &bound.value));
            frame.set(bound.local, Slot { reading: reading.map(Arc::new), ..slot });
        }
    }

    fn standing(&mut self, frame: &mut Frame, asked: Asked, past: &Past) -> Standing {
        let mut found = Standing { level: standing::ACTIVE, until: None, raised: Vec::new(), in_force: Vec::new() };
        if let Past::Standing { level, until } = past {
            found.level = *level;
            found.until = *until;
        }
        for (id, clause) in asked.def.clauses() {
            match &clause.kind {
                ClauseKind::Continuous { hold, when } => {
                    let (held, reading) = self.reading(|this| this.truth(frame, when));
                    self.observe(asked, id, held.holds);
                    self.trace(asked, id, Some(held), None, in_the_way(held.holds), reading);
                    found.until = earlier(found.until, held.until);
                    if held.holds {
                        found.level = found.level.max(level(*hold));
                        found.raised.push(id);
                    }
                }
                ClauseKind::Trigger { hold, .. } => match past {
                    Past::Triggers(triggers) => {
                        let in_force = triggers.contains(&id);
                        let held = Held { holds: in_force, until: None };
                        self.trace(asked, id, Some(held), None, in_the_way(in_force), None);
                        if in_force {
                            found.level = found.level.max(level(*hold));
                            found.in_force.push(id);
                        }
                    }
                    Past::Standing { .. } => self.trace(asked, id, None, None, Bearing::NotAsked, None),
                },
                ClauseKind::Reinstate { .. } => self.trace(asked, id, None, None, Bearing::NotAsked, None),
                ClauseKind::Scope(_)
                | ClauseKind::Require(_)
                | ClauseKind::Recommend(_)
                | ClauseKind::Basis(_)
                | ClauseKind::Deny(_)
                | ClauseKind::Cap { .. }
                | ClauseKind::Expires { .. }
                | ClauseKind::TtlFrom { .. }
                | ClauseKind::Ttl { .. }
                | ClauseKind::Oblige { .. } => {}
            }
        }
        found
    }

    /// Whether the block permits, and the reasons.
    fn effect(&mut self, frame: &mut Frame, asked: Asked, standing: &Standing) -> (Held, Vec<Reason>) {
        let mut permits = Held { holds: standing.level == standing::ACTIVE, until: standing.until };
        let mut rules: Vec<ClauseId> = standing.raised.clone();
        let mut scope = Vec::new();
        let mut bases: Option<Held> = None;
        let mut grounds = Vec::new();
        for (id, clause) in asked.def.clauses() {
            match &clause.kind {
                ClauseKind::Scope(condition) => {
                    let held = self.rule(frame, asked, id, condition, true);
                    permits = permits.and(held);
                    if !held.holds {
                        scope.push(id);
                    }
                }
                ClauseKind::Require(condition) => {
                    let held = self.rule(frame, asked, id, condition, true);
                    permits = permits.and(held);
                    if !held.holds {
                        rules.push(id);
                    }
                }
                ClauseKind::Deny(denies) | ClauseKind::Expires { denies } | ClauseKind::TtlFrom { denies } => {
                    let held = self.rule(frame, asked, id, denies, false);
                    permits = permits.and(held.negated());
                    if held.holds {
                        rules.push(id);
                    }
                }
                ClauseKind::Basis(condition) => {
                    let held = self.rule(frame, asked, id, condition, true);
                    bases = Some(bases.unwrap_or(Held::NEVER).or(held));
                    if held.holds {
                        grounds.push(id);
                    }
                }
                ClauseKind::Recommend(_)
                | ClauseKind::Cap { .. }
                | ClauseKind::Ttl { .. }
                | ClauseKind::Oblige { .. }
                | ClauseKind::Continuous { .. }
                | ClauseKind::Trigger { .. }
                | ClauseKind::Reinstate { .. } => {}
            }
        }
        let based = bases.unwrap_or(Held::ALWAYS);
        permits = permits.and(based);
        self.settle_bases(asked, based.holds);
        let in_time = self.framework_in_time();
        permits = permits.and(in_time);

        let reasons = if permits.holds {
            grounds.into_iter().map(Reason::Clause).collect()
        } else {
            rules.sort_unstable();
            let clauses = rules.into_iter().chain(standing.in_force.iter().copied()).chain(scope);
            let mut reasons: Vec<Reason> = clauses.map(Reason::Clause).collect();
            if !based.holds {
                reasons.push(Reason::NoBasis);
            }
            if !in_time.holds {
                reasons.push(Reason::Framework);
            }
            reasons
        };
        (permits, reasons)
    }

    /// `now` is within the framework's `effective` time.
    fn framework_in_time(&mut self) -> Held {
        let Some(framework) = &self.program.framework else {
            return Held::ALWAYS;
        };
        let begun = framework.effective.map_or(Held::ALWAYS, |at| Held::since(at.into(), self.now));
        let not_over = framework.until.map_or(Held::ALWAYS, |at| Held::before(at.into(), self.now));
        let in_time = begun.and(not_over);
        if let Some(tracer) = &mut self.tracer {
            tracer.block.framework = Some(in_time);
        }
        in_time
    }

    /// A rule's condition; the rule is satisfied when it is `good`.
    fn rule(&mut self, frame: &mut Frame, asked: Asked, id: ClauseId, condition: &Expr, good: bool) -> Held {
        let (held, reading) = self.reading(|this| this.truth(frame, condition));
        self.observe(asked, id, held.holds);
        self.trace(asked, id, Some(held), None, in_the_way(held.holds != good), reading);
        held
    }

    pub(super) fn observe(&mut self, asked: Asked, clause: ClauseId, held: bool) {
        if let Some(observer) = self.observer.as_mut() {
            observer.clause(asked.id, clause, held);
        }
    }

    pub(super) fn trace(
        &mut self,
        asked: Asked,
        id: ClauseId,
        held: Option<Held>,
        value: Option<(Value, Ty)>,
        bearing: Bearing,
        reading: Option<Reading>,
    ) {
        if let Some(tracer) = &mut self.tracer {
            tracer.block.clause(id, asked.def.clause(id), held, value, bearing, reading.unwrap_or_default());
        }
    }

    /// A basis that does not hold stands in the way only where no other holds.
    fn settle_bases(&mut self, asked: Asked, any_holds: bool) {
        let Some(tracer) = &mut self.tracer else {
            return;
        };
        for trace in &mut tracer.block.clauses {
            let basis = matches!(asked.def.clause(trace.clause).kind, ClauseKind::Basis(_));
            if basis && any_holds && trace.bearing == Bearing::InTheWay {
                trace.bearing = Bearing::NotNeeded;
            }
        }
    }
}

/// The clauses of a trace in source order: parts are evaluated one after another.
pub(super) fn in_order(mut trace: BlockTrace) -> BlockTrace {
    trace.clauses.sort_by_key(|clause| clause.clause);
    trace
}

fn in_the_way(yes: bool) -> Bearing {
    if yes { Bearing::InTheWay } else { Bearing::Met }
}
