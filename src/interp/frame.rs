//! Frames: the slots an expression's names stand for.
//!
//! In: arguments, lets and binders. Out: slots by number. Always: a slot keeps the horizon of the value in it, so
//! that whoever reads the name inherits it.

use std::sync::Arc;

use super::Outcome;
use super::horizon::Until;
use super::trace::Reading;
use crate::program::expr::LocalId;
use crate::program::value::Value;
use crate::program::{BlockId, ParamDef};

#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub value: Value,
    pub until: Until,
    /// Where in the arguments the value stands; only while tracing.
    pub path: Option<Arc<str>>,
    /// What a `let` read to come to the value; only while tracing.
    pub reading: Option<Arc<Reading>>,
}

impl Slot {
    pub fn fixed(value: Value) -> Slot {
        Slot { value, until: None, path: None, reading: None }
    }
}

impl From<Outcome> for Slot {
    fn from(outcome: Outcome) -> Slot {
        Slot { value: outcome.value, until: outcome.until, path: None, reading: None }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    slots: Vec<Slot>,
    /// Of a reaction: the values of the block's key.
    pub key: Vec<Value>,
    /// The block whose clauses `overdue` may name.
    pub block: Option<BlockId>,
}

impl Frame {
    pub fn new(slots: Vec<Slot>) -> Frame {
        Frame { slots, key: Vec::new(), block: None }
    }

    pub fn get(&self, local: LocalId) -> Option<&Slot> {
        self.slots.get(local.0 as usize)
    }

    pub fn set(&mut self, local: LocalId, slot: Slot) {
        let index = local.0 as usize;
        if self.slots.len() <= index {
            self.slots.resize(index + 1, Slot::fixed(Value::None));
        }
        if let Some(place) = self.slots.get_mut(index) {
            *place = slot;
        }
    }
}

/// The arguments of the block that is asked: each is the fact its parameter names.
pub(super) fn arguments(params: &[ParamDef], args: &[Value], traced: bool) -> Vec<Slot> {
    params
        .iter()
        .zip(args)
        .map(|(param, value)| Slot {
            path: traced.then(|| Arc::from(param.name.as_str())),
            ..Slot::fixed(value.clone())
        })
        .collect()
}
