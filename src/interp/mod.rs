//! The oracle: a slow and plain interpreter of checked programs. It is the meaning of the language.
//!
//! In: a `Checked`, facts and events as values, a prior, `now`. Out: decisions, reactions, values with their
//! horizons, explanations. Always: pure and total; the same question gets the same answer; `now` is taken to lie
//! between `MIN_INSTANT` and `MAX_INSTANT`, and arguments to have their parameters' types.

mod block;
mod collections;
mod eval;
mod frame;
mod horizon;
mod moving;
mod operators;
mod react;
mod terms;
mod trace;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::decision::{Decision, Reaction};
use crate::program::expr::{self, Expr, Member};
use crate::program::ty::RecordId;
use crate::program::value::Value;
use crate::program::{BlockId, Checked, ClauseId, Program};

pub use horizon::{Held, Until, earlier, later};
pub use trace::{Bearing, BlockTrace, CallTrace, ClauseTrace, Explanation, Fact, Reading, ValueTrace, clause_word};

use block::Past;
use eval::Evaluator;
use frame::{Frame, Slot, arguments};
use trace::Tracer;

/// What is known of the past of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Prior {
    #[default]
    None,
    /// Triggers in force; other clauses are ignored.
    Triggers(BTreeSet<ClauseId>),
    /// A case of `Standing`.
    Standing(u32),
}

/// A value and the instant until which it holds; absent: for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub value: Value,
    pub until: Until,
}

impl Outcome {
    pub fn fixed(value: Value) -> Outcome {
        Outcome { value, until: None }
    }
}

impl From<Held> for Outcome {
    fn from(held: Held) -> Outcome {
        Outcome { value: Value::Bool(held.holds), until: held.until }
    }
}

/// Sees every clause that is evaluated, in nested blocks too: what coverage counts.
pub trait Observer {
    /// `held`: of `scope require recommend basis suspend reverify` that the condition is true, of `deny expires
    /// ttl-from` that the condition which denies is true, of `cap oblige ttl` that the `when` is true; those
    /// without a `when` are not reported, nor is an obligation that does not fit the effect.
    fn clause(&mut self, block: BlockId, clause: ClauseId, held: bool);

    /// A trigger or reinstate that is for the event: whether its condition is true.
    fn trigger(&mut self, block: BlockId, clause: ClauseId, matched: bool);
}

pub struct Oracle<'p> {
    program: &'p Program,
    /// Top-level lets, evaluated when first read.
    globals: Vec<OnceLock<Value>>,
}

impl<'p> Oracle<'p> {
    pub fn new(program: &'p Checked) -> Oracle<'p> {
        let globals = program.lets.iter().map(|_| OnceLock::new()).collect();
        Oracle { program, globals }
    }

    pub fn decide(&self, block: BlockId, args: &[Value], prior: &Prior, now: i64) -> Decision {
        self.decision(&mut self.evaluator(now, None, None), block, args, prior)
    }

    pub fn decide_observed(
        &self,
        block: BlockId,
        args: &[Value],
        prior: &Prior,
        now: i64,
        observer: &mut dyn Observer,
    ) -> Decision {
        self.decision(&mut self.evaluator(now, Some(observer), None), block, args, prior)
    }

    /// The decision, and of every clause what it came to and from which facts.
    pub fn explain(&self, block: BlockId, args: &[Value], prior: &Prior, now: i64) -> Explanation {
        let mut evaluator = self.evaluator(now, None, Some(Tracer::default()));
        let decision = self.decision(&mut evaluator, block, args, prior);
        let tracer = evaluator.tracer.unwrap_or_default();
        Explanation { decision, block: block::in_order(tracer.block), settled: tracer.settled }
    }

    /// One member alone, as a nested call has it.
    pub fn member(&self, block: BlockId, args: &[Value], prior: &Prior, member: Member, now: i64) -> Outcome {
        let mut evaluator = self.evaluator(now, None, None);
        let asked = evaluator.asked(block);
        evaluator.member(asked, arguments(&asked.def.params, args, false), &past(prior), member)
    }

    /// What one event does to the standing stored under a key.
    pub fn react(
        &self,
        block: BlockId,
        event: RecordId,
        fields: &Value,
        key: &[Value],
        prior: &BTreeSet<ClauseId>,
        now: i64,
    ) -> Reaction {
        self.evaluator(now, None, None).react(block, event, fields, key, prior)
    }

    #[allow(clippy::too_many_arguments, reason = "`react` and who watches")]
    pub fn react_observed(
        &self,
        block: BlockId,
        event: RecordId,
        fields: &Value,
        key: &[Value],
        prior: &BTreeSet<ClauseId>,
        now: i64,
        observer: &mut dyn Observer,
    ) -> Reaction {
        self.evaluator(now, Some(observer), None).react(block, event, fields, key, prior)
    }

    /// What a stored standing of these arguments belongs to.
    pub fn key_of(&self, block: BlockId, args: &[Value]) -> Vec<Value> {
        let def = self.program.block(block);
        let mut frame = Frame::new(arguments(&def.params, args, false));
        // Paths of parameters: no clock reaches them.
        let mut evaluator = self.evaluator(0, None, None);
        evaluator.eval_all(&mut frame, def.keys.iter().map(|key| &key.expr)).0
    }

    /// The prior that a call in a test states.
    pub fn prior(&self, frame: &[Value], prior: &expr::Prior, now: i64) -> Prior {
        match prior {
            expr::Prior::None => Prior::None,
            expr::Prior::Triggers(triggers) => Prior::Triggers(triggers.iter().copied().collect()),
            expr::Prior::Standing(stated) => match self.eval(frame.to_vec(), stated, now).value {
                Value::Case(level) => Prior::Standing(level),
                _ => Prior::None,
            },
        }
    }

    /// An expression of a test or invariant; the frame holds its parameters and lets by slot.
    pub fn eval(&self, frame: Vec<Value>, expr: &Expr, now: i64) -> Outcome {
        expression(&mut self.evaluator(now, None, None), frame, expr)
    }

    pub fn eval_observed(&self, frame: Vec<Value>, expr: &Expr, now: i64, observer: &mut dyn Observer) -> Outcome {
        expression(&mut self.evaluator(now, Some(observer), None), frame, expr)
    }

    fn evaluator<'a>(
        &'a self,
        now: i64,
        observer: Option<&'a mut dyn Observer>,
        tracer: Option<Tracer>,
    ) -> Evaluator<'a> {
        Evaluator { program: self.program, globals: &self.globals, now, cuts: None, observer, tracer }
    }

    fn decision(&self, evaluator: &mut Evaluator, block: BlockId, args: &[Value], prior: &Prior) -> Decision {
        let params = &self.program.block(block).params;
        let args = arguments(params, args, evaluator.tracer.is_some());
        evaluator.decide(block, args, &past(prior))
    }
}

fn expression(evaluator: &mut Evaluator, frame: Vec<Value>, expr: &Expr) -> Outcome {
    evaluator.eval(&mut Frame::new(frame.into_iter().map(Slot::fixed).collect()), expr)
}

fn past(prior: &Prior) -> Past {
    match prior {
        Prior::None => Past::Triggers(BTreeSet::new()),
        Prior::Triggers(triggers) => Past::Triggers(triggers.clone()),
        Prior::Standing(level) => Past::Standing { level: *level, until: None },
    }
}
