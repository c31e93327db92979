//! What a node is where a condition is known to hold, or not to.
//!
//! In: a node, a condition, its truth. Out: a node of the same value wherever the condition has that truth. Always: a few steps
//! deep at most, so that a graph is built in time linear in what is asked for; only truths and numbers, since what may be computed
//! though it is not needed must not follow a pointer past the choice that guards it.

use super::{Compare, Graph, Id, Kind, Node};

/// How far below a choice its condition is made use of.
const DEPTH: u32 = 3;

impl Graph {
    /// A choice, each side made simpler by what leads to it.
    pub(super) fn choice(&mut self, condition: Id, then: Id, otherwise: Id) -> Id {
        let then = self.assuming(then, condition, true, DEPTH);
        let otherwise = self.assuming(otherwise, condition, false, DEPTH);
        self.plain_select(condition, then, otherwise)
    }

    /// A node of the same value wherever the condition holds.
    pub fn given(&mut self, condition: Id, id: Id) -> Id {
        self.assuming(id, condition, true, DEPTH)
    }

    fn assuming(&mut self, id: Id, condition: Id, truth: bool, depth: u32) -> Id {
        if !matches!(self.kind(id), Kind::Bool | Kind::Int) {
            return id;
        }
        if let Some(known) = self.implied(condition, truth, id, depth) {
            return self.bool(known);
        }
        let Some(deeper) = depth.checked_sub(1) else { return id };
        match self.node(id) {
            Node::Select(c, x, y) => match self.implied(condition, truth, c, depth) {
                Some(true) => self.assuming(x, condition, truth, deeper),
                Some(false) => self.assuming(y, condition, truth, deeper),
                None => {
                    let p = self.assuming(x, condition, truth, deeper);
                    let q = self.assuming(y, condition, truth, deeper);
                    if (p, q) == (x, y) { id } else { self.plain_select(c, p, q) }
                }
            },
            Node::Min(x, y) => {
                let p = self.assuming(x, condition, truth, deeper);
                let q = self.assuming(y, condition, truth, deeper);
                if (p, q) == (x, y) { id } else { self.min(p, q) }
            }
            Node::Max(x, y) => {
                let p = self.assuming(x, condition, truth, deeper);
                let q = self.assuming(y, condition, truth, deeper);
                if (p, q) == (x, y) { id } else { self.max(p, q) }
            }
            _ => id,
        }
    }

    /// What the truth of one condition says of another.
    fn implied(&self, condition: Id, truth: bool, asked: Id, depth: u32) -> Option<bool> {
        if asked == condition {
            return Some(truth);
        }
        let deeper = depth.checked_sub(1)?;
        match (self.node(condition), self.node(asked), truth) {
            (Node::Compare(known, a, b), Node::Compare(op, x, y), _) if a == x => self.compared(known, b, truth, op, y),
            (Node::Not(inner), ..) => self.implied(inner, !truth, asked, deeper),
            (_, Node::Not(inner), _) => self.implied(condition, truth, inner, deeper).map(|holds| !holds),
            (Node::And(a, b), _, true) | (Node::Or(a, b), _, false) => {
                self.implied(a, truth, asked, deeper).or_else(|| self.implied(b, truth, asked, deeper))
            }
            _ => None,
        }
    }

    /// The same number compared with `b`, and with `y`.
    fn compared(&self, known: Compare, b: Id, truth: bool, op: Compare, y: Id) -> Option<bool> {
        if b == y {
            let possible = if truth { outcomes(known) } else { !outcomes(known) & 7 };
            return match possible & outcomes(op) {
                0 => Some(false),
                both if both == possible => Some(true),
                _ => None,
            };
        }
        // It is the one constant, so it is not the other.
        let is = matches!((known, truth), (Compare::Eq, true) | (Compare::Ne, false));
        let (b, y) = (self.as_int(b)?, self.as_int(y)?);
        is.then(|| outcomes(op) >> (b.cmp(&y) as i8 + 1) & 1 == 1)
    }
}

/// Less, equal, greater, a bit each: which of them a comparison accepts.
fn outcomes(op: Compare) -> u8 {
    match op {
        Compare::Lt => 0b001,
        Compare::Eq => 0b010,
        Compare::Gt => 0b100,
        Compare::Le => 0b011,
        Compare::Ge => 0b110,
        Compare::Ne => 0b101,
    }
}
