//! The order in which the outputs of a decision are computed.
//!
//! Everything is needed, so what matters is how long values are kept: each clause is folded into what sums the clauses up (whether all
//! hold, when the earliest changes, the bits of the reasons) as soon as it is known, and then forgotten.

use std::collections::{HashMap, HashSet};

use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::Out;
use super::emit::Emit;
use super::plan::Plan;
use crate::graph::{Graph, Id, Node};

/// What waits for a value.
#[derive(Default)]
pub(super) struct Schedule {
    users: HashMap<Id, Vec<Id>>,
    /// The words and bits a truth is written to.
    bits: HashMap<Id, Vec<(usize, u32)>>,
    /// What of these words is at hand.
    words: HashMap<usize, Value>,
}

impl Schedule {
    /// Of the outputs: who reads what, outside of loops.
    pub fn new(graph: &Graph, plan: &Plan, outs: &[(usize, Out)]) -> Schedule {
        let mut schedule = Schedule::default();
        let mut seen = vec![false; graph.len()];
        let mut stack = Vec::new();
        for (at, out) in outs {
            match out {
                Out::Value(id) => stack.push(*id),
                Out::Bits(bits) => {
                    for (bit, id) in bits {
                        stack.push(*id);
                        schedule.bits.entry(*id).or_default().push((*at, *bit));
                    }
                }
            }
        }
        while let Some(id) = stack.pop() {
            match seen.get_mut(id.0 as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let folds = plan.depth(id) == 0 && plan.is_one_instruction(id);
            plan.inputs(graph, id, &mut |input| {
                stack.push(input);
                if folds {
                    schedule.users.entry(input).or_default().push(id);
                }
            });
        }
        schedule
    }
}

impl Emit<'_> {
    /// Computes what takes branches or loops and is wanted in several places. It comes first, so that what sums the clauses up need
    /// not be kept across it.
    pub(super) fn heavy_first(&mut self, outputs: &[Id]) {
        let direct: HashSet<Id> = outputs.iter().copied().collect();
        let mut heavy = vec![false; self.graph.len()];
        let mut order = Vec::new();
        let mut seen = vec![false; self.graph.len()];
        let mut stack: Vec<(Id, bool)> = outputs.iter().rev().map(|id| (*id, false)).collect();
        let mut inputs = Vec::new();
        while let Some((id, ready)) = stack.pop() {
            let place = id.0 as usize;
            if ready {
                let mut is_heavy = !self.plan.is_one_instruction(id);
                self.plan.inputs(self.graph, id, &mut |input| {
                    let alone = !self.plan.is_shared(self.graph, input);
                    is_heavy |= alone && heavy.get(input.0 as usize).is_some_and(|heavy| *heavy);
                });
                if let Some(slot) = heavy.get_mut(place) {
                    *slot = is_heavy;
                }
                let wanted = self.plan.is_shared(self.graph, id) || direct.contains(&id);
                if is_heavy && wanted && self.plan.depth(id) == 0 {
                    order.push(id);
                }
                continue;
            }
            match seen.get_mut(place) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            stack.push((id, true));
            self.plan.inputs(self.graph, id, &mut |input| inputs.push((input, false)));
            stack.extend(inputs.drain(..).rev());
        }
        for id in order {
            if self.known(id).is_none() {
                self.value(id);
            }
        }
    }

    /// A value is known from here on: what can now be computed by one instruction is.
    pub(super) fn forward(&mut self, id: Id) {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            self.place(id);
            let users = self.schedule.users.remove(&id).unwrap_or_default();
            for user in users.iter().rev() {
                if self.known(*user).is_none() && self.is_ready(*user, 2) {
                    self.value(*user);
                    stack.push(*user);
                }
            }
            // Whoever still waits is told again by what it waits for.
            let waiting: Vec<Id> = users.into_iter().filter(|user| self.known(*user).is_none()).collect();
            if !waiting.is_empty() {
                self.schedule.users.insert(id, waiting);
            }
        }
    }

    /// Whether all that a node reads is known, or stands in the facts, or is made of such in a step.
    fn is_ready(&self, id: Id, depth: u32) -> bool {
        if !self.plan.is_one_instruction(id) {
            return false;
        }
        let mut ready = true;
        self.plan.inputs(self.graph, id, &mut |input| {
            ready = ready
                && (self.known(input).is_some()
                    || self.is_leaf(input)
                    || self.is_at_hand(input)
                    || (depth > 1
                        && !matches!(self.graph.node(input), Node::Select(..))
                        && self.is_ready(input, depth - 1)));
        });
        ready
    }

    /// Sets the bits that say whether this holds.
    fn place(&mut self, id: Id) {
        let Some(places) = self.schedule.bits.remove(&id) else { return };
        let truth = self.one(id);
        let wide = self.b.ins().uextend(types::I64, truth);
        for (word, bit) in places {
            let placed = self.b.ins().ishl_imm_u(wide, i64::from(bit));
            let all = match self.schedule.words.get(&word) {
                Some(before) => self.b.ins().bor(*before, placed),
                None => placed,
            };
            self.schedule.words.insert(word, all);
        }
    }

    /// A word of bits, those included that were not placed before.
    pub(super) fn bits(&mut self, at: usize, bits: &[(u32, Id)]) -> Value {
        for (_, id) in bits {
            self.place(*id);
        }
        match self.schedule.words.get(&at) {
            Some(word) => *word,
            None => self.word(0),
        }
    }
}
