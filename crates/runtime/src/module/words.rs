//! What native code writes for a decision or a reaction: 64-bit words, each at its place.
//!
//! In: a block's outputs. Out: where each of them stands, and what the generated function writes. A decision is
//!
//! | words | what |
//! |---|---|
//! | 0 | bit 0: it permits; bit 1: some basis holds, or it needs none; bit 2: the framework is in its time |
//! | 1 | the standing, a case of `Standing` |
//! | 2 | the grade, a case of the scale |
//! | 3 | `valid_until` in microseconds since 1970; the greatest number: for ever |
//! | 4 … | a bit for each clause: its condition holds (of a trigger: it is in force; of a cap: it applies) |
//! | then | for each obligation: its state (0 none, 1 owed, 2 overdue), its time, the words of its arguments |
//!
//! and a reaction is two words for each trigger of the event: whether it matched, and its deadline.

use crate::codegen::{Mark, Out, words};
use crate::graph::Id;
use crate::unit::{Block, Outputs, Shape, ShapeId, Trigger};

pub const FLAGS: usize = 0;
pub const STANDING: usize = 1;
pub const GRADE: usize = 2;
pub const VALID_UNTIL: usize = 3;
pub const CLAUSES: usize = 4;

pub const PERMITS: u64 = 1;
pub const BASED: u64 = 2;
pub const IN_TIME: u64 = 4;

/// Where a decision's parts stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub clause_words: usize,
    /// By obligation, its first word.
    pub obligations: Vec<usize>,
    /// By shape, the word of its node.
    pub shapes: Vec<usize>,
    pub len: usize,
}

/// A function's outputs and the word each begins at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub outs: Vec<(usize, Out)>,
    pub marks: Vec<Mark>,
    pub len: usize,
}

impl Words {
    pub fn new(block: &Block) -> Words {
        let outputs = &block.outputs;
        let clause_words = block.clauses.len().div_ceil(64);
        let mut at = CLAUSES + clause_words;
        let mut shapes = vec![0; outputs.shapes.len()];
        let mut obligations = Vec::with_capacity(outputs.obligations.len());
        for obligation in &outputs.obligations {
            obligations.push(at);
            at += 2;
            for arg in &obligation.args {
                for_each(outputs, *arg, &mut |id, node| {
                    if let Some(place) = shapes.get_mut(id.0 as usize) {
                        *place = at;
                    }
                    at += words(block.graph.kind(node));
                });
            }
        }
        Words { clause_words, obligations, shapes, len: at }
    }

    /// What `decide` writes.
    pub fn decision(&self, block: &Block) -> Written {
        let outputs = &block.outputs;
        let mut outs = Vec::new();
        let flags = [outputs.permits, outputs.based, outputs.in_time];
        let flags = flags.iter().enumerate().filter_map(|(bit, id)| Some((bit as u32, (*id)?))).collect();
        outs.push((FLAGS, Out::Bits(flags)));
        for (at, id) in [(STANDING, outputs.standing), (GRADE, outputs.grade), (VALID_UNTIL, Some(outputs.valid_until))]
        {
            outs.push((at, id.map_or(Out::Bits(Vec::new()), Out::Value)));
        }
        let mut bits: Vec<Vec<(u32, Id)>> = vec![Vec::new(); self.clause_words];
        for (clause, holds) in &outputs.holds {
            if let Some(word) = bits.get_mut(*clause as usize / 64) {
                word.push((clause % 64, *holds));
            }
        }
        outs.extend(bits.into_iter().enumerate().map(|(n, bits)| (CLAUSES + n, Out::Bits(bits))));
        for (obligation, at) in outputs.obligations.iter().zip(&self.obligations) {
            outs.push((*at, Out::Value(obligation.state)));
            outs.push((at + 1, Out::Value(obligation.time)));
            for arg in &obligation.args {
                for_each(outputs, *arg, &mut |id, node| {
                    let at = self.shapes.get(id.0 as usize).copied().unwrap_or(0);
                    outs.push((at, Out::Value(node)));
                });
            }
        }
        let marks = outputs.rows.iter().map(|rows| Mark {
            of: rows.of,
            bit: rows.clause,
            holds: rows.holds,
            at: CLAUSES,
            bits: self.clause_words * 64,
        });
        Written { outs, marks: marks.collect(), len: self.len }
    }
}

/// What a reaction to an event writes: its triggers in order.
pub fn reaction<'t>(triggers: impl Iterator<Item = &'t Trigger>) -> Written {
    let mut written = Written::default();
    for trigger in triggers {
        written.outs.push((written.len, Out::Bits(vec![(0, trigger.matched)])));
        written.outs.push((written.len + 1, trigger.deadline.map_or(Out::Bits(Vec::new()), Out::Value)));
        written.len += 2;
    }
    written
}

/// The node of every shape inside one, in order. Shapes point to earlier ones, so the walk ends.
fn for_each(outputs: &Outputs, id: ShapeId, visit: &mut dyn FnMut(ShapeId, Id)) {
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        let Some(shape) = outputs.shapes.get(id.0 as usize) else { continue };
        match shape {
            Shape::Absent => {}
            Shape::Node(node, _) | Shape::RecordAt(node, _) | Shape::ListAt { at: node, .. } => visit(id, *node),
            Shape::Optional(node, inner) => {
                visit(id, *node);
                stack.push(*inner);
            }
            Shape::Record(_, parts) | Shape::List { items: parts, .. } => stack.extend(parts.iter().rev()),
            Shape::Choice(node, a, b) => {
                visit(id, *node);
                stack.extend([*b, *a]);
            }
        }
    }
}
