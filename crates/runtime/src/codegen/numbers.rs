//! Comparison and arithmetic of numbers, instants, durations, networks.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::emit::Emit;
use super::intrinsics::of_arith;
use crate::graph::{Arith, Cell, Compare, Id, NetTest, Node};
use crate::time::{MAX_DURATION, MAX_INSTANT, MIN_DURATION, MIN_INSTANT};

impl Emit<'_> {
    pub(super) fn compare(&mut self, op: Compare, a: Id, b: Id) -> Value {
        let flipped = match op {
            Compare::Eq | Compare::Ne => op,
            Compare::Lt => Compare::Gt,
            Compare::Le => Compare::Ge,
            Compare::Gt => Compare::Lt,
            Compare::Ge => Compare::Le,
        };
        for (now, op, other) in [(a, op, b), (b, flipped, a)] {
            if matches!(self.graph.node(now), Node::Now)
                && let Some(found) = self.beside(op, other)
            {
                return found;
            }
        }
        let (x, y) = (self.one(a), self.one(b));
        self.b.ins().icmp(condition(op), x, y)
    }

    /// Now beside an instant moved by a constant, which need not be held within its range for that: now itself lies in it.
    pub(super) fn beside(&mut self, op: Compare, other: Id) -> Option<Value> {
        let bounded = self.is_bounded(op, other)?;
        let Node::Arith(arith, from, by) = self.graph.node(other) else { return None };
        let (from, by) = (self.one(from), self.one(by));
        let raw = if arith == Arith::InstantAdd { self.b.ins().iadd(from, by) } else { self.b.ins().isub(from, by) };
        let now = self.param(2);
        let found = self.b.ins().icmp(condition(op), now, raw);
        // Beyond the last instant nothing goes, so that the last one is not before it.
        if !bounded || self.scopes.iter().any(|scope| scope.is_before_last) {
            return Some(found);
        }
        let inside = self.before_last();
        Some(self.b.ins().band(found, inside))
    }

    /// Whether now can be compared with the instant before that is held within its range, and then, whether it matters that now may be
    /// the last of all instants.
    fn is_bounded(&self, op: Compare, other: Id) -> Option<bool> {
        let Node::Arith(arith @ (Arith::InstantAdd | Arith::InstantSub), _, by) = self.graph.node(other) else {
            return None;
        };
        let grows = (self.graph.as_int(by)? >= 0) == (arith == Arith::InstantAdd);
        let bounded = match (op, grows) {
            (Compare::Le | Compare::Gt, true) | (Compare::Lt | Compare::Ge, false) => false,
            (Compare::Lt, true) => true,
            _ => return None,
        };
        (self.known(other).is_none() && self.plan.uses(other) <= 1).then_some(bounded)
    }

    /// Whether one of these conditions asks for that.
    pub(super) fn ends_before_last(&self, parts: &[Id]) -> bool {
        parts.iter().any(|part| match self.graph.node(*part) {
            Node::Compare(op, now, other) if matches!(self.graph.node(now), Node::Now) => {
                self.is_bounded(op, other) == Some(true)
            }
            _ => false,
        })
    }

    pub(super) fn before_last(&mut self) -> Value {
        if let Some(known) = self.scopes.iter().rev().find_map(|s| s.before_last) {
            return known;
        }
        let (now, last) = (self.param(2), self.word(MAX_INSTANT));
        let found = self.b.ins().icmp(IntCC::SignedLessThan, now, last);
        if let Some(scope) = self.scopes.last_mut() {
            scope.before_last = Some(found);
        }
        found
    }

    /// So far within 64 bits that the sum of two is.
    pub(super) fn is_small(&self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::Int(n) => n.unsigned_abs() < 1 << 60,
            Node::Arith(op, ..) => matches!(op, Arith::InstantAdd | Arith::InstantSub | Arith::AddMonths),
            Node::Load { cell, .. } => cell == Cell::Case,
            Node::Now | Node::Len(_) => true,
            _ => false,
        }
    }

    pub(super) fn arith(&mut self, op: Arith, a: Value, b: Value, by: Option<i64>) -> Value {
        if let Some(name) = of_arith(op) {
            return self.call(name, &[a, b]);
        }
        match op {
            Arith::IntAdd | Arith::IntSub => {
                let (sum, over) = if op == Arith::IntAdd {
                    self.b.ins().sadd_overflow(a, b)
                } else {
                    self.b.ins().ssub_overflow(a, b)
                };
                // Beyond the range on the side of `a`'s sign.
                let sign = self.b.ins().sshr_imm_u(a, 63);
                let highest = self.word(i64::MAX);
                let bound = self.b.ins().bxor(sign, highest);
                self.b.ins().select(over, bound, sum)
            }
            // Facts lie within their ranges, so the sum of two fits 64 bits.
            Arith::InstantDiff => self.b.ins().isub(a, b),
            Arith::InstantAdd | Arith::InstantSub | Arith::DurationAdd | Arith::DurationSub => {
                let add = matches!(op, Arith::InstantAdd | Arith::DurationAdd);
                let raw = if add { self.b.ins().iadd(a, b) } else { self.b.ins().isub(a, b) };
                let instant = matches!(op, Arith::InstantAdd | Arith::InstantSub);
                let (low, high) = if instant { (MIN_INSTANT, MAX_INSTANT) } else { (MIN_DURATION, MAX_DURATION) };
                // By a constant it goes one way only.
                let (mut down, mut up) = (true, true);
                if let Some(by) = by {
                    let grows = (by >= 0) == add;
                    (down, up) = (!grows, grows);
                }
                let mut found = raw;
                if down {
                    let low = self.word(low);
                    found = self.b.ins().smax(found, low);
                }
                if up {
                    let high = self.word(high);
                    found = self.b.ins().smin(found, high);
                }
                found
            }
            _ => a,
        }
    }

    pub(super) fn net(&mut self, op: NetTest, a: [Value; 3], b: [Value; 3]) -> Value {
        let [a0, a1, a2] = a;
        let [b0, b1, b2] = b;
        let args = [a0, a1, a2, b0, b1, b2];
        match op {
            NetTest::Eq => {
                let mut all: Option<Value> = None;
                for (x, y) in [(a0, b0), (a1, b1), (a2, b2)] {
                    let same = self.b.ins().icmp(IntCC::Equal, x, y);
                    all = Some(match all {
                        Some(before) => self.b.ins().band(before, same),
                        None => same,
                    });
                }
                match all {
                    Some(v) => v,
                    None => self.b.ins().iconst(types::I8, 1),
                }
            }
            NetTest::Less => self.call("net_less", &args),
            NetTest::AddressIn => self.call("net_address_in", &args),
            NetTest::NetworkIn => self.call("net_network_in", &args),
        }
    }
}

fn condition(op: Compare) -> IntCC {
    match op {
        Compare::Eq => IntCC::Equal,
        Compare::Ne => IntCC::NotEqual,
        Compare::Lt => IntCC::SignedLessThan,
        Compare::Le => IntCC::SignedLessThanOrEqual,
        Compare::Gt => IntCC::SignedGreaterThan,
        Compare::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}
