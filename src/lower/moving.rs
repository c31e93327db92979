//! Moving values: shifts of `now` that saturate, and the one instant at which a comparison with a fixed value changes.

use trust_runtime::graph::{Arith, Compare, Id, Node};
use trust_runtime::time::{MAX_DURATION, MAX_INSTANT, MIN_DURATION, MIN_INSTANT};

use super::Lowering;
use super::values::{Moving, Truth, Val};
use crate::program::expr::{ArithOp, CompareOp};

impl Lowering<'_> {
    pub(super) fn clock(&mut self) -> Moving {
        Moving { forward: true, offset: self.g.int(0), low: self.g.int(MIN_INSTANT), high: self.g.int(MAX_INSTANT) }
    }

    fn held(&mut self, value: Id, instant: bool) -> Id {
        let (low, high) = if instant { (MIN_INSTANT, MAX_INSTANT) } else { (MIN_DURATION, MAX_DURATION) };
        let (low, high) = (self.g.int(low), self.g.int(high));
        let raised = self.g.max(value, low);
        self.g.min(raised, high)
    }

    fn shift(&mut self, m: Moving, by: Id, instant: bool) -> Moving {
        let low = self.g.arith(Arith::IntAdd, m.low, by);
        let high = self.g.arith(Arith::IntAdd, m.high, by);
        Moving {
            forward: m.forward,
            // Beyond 64 bits both ends have long met, so that the offset no longer counts.
            offset: self.g.arith(Arith::IntAdd, m.offset, by),
            low: self.held(low, instant),
            high: self.held(high, instant),
        }
    }

    fn mirror(&mut self, from: Id, m: Moving, instant: bool) -> Moving {
        let low = self.g.arith(Arith::IntSub, from, m.high);
        let high = self.g.arith(Arith::IntSub, from, m.low);
        Moving {
            forward: !m.forward,
            offset: self.g.arith(Arith::IntSub, from, m.offset),
            low: self.held(low, instant),
            high: self.held(high, instant),
        }
    }

    pub(super) fn moving_now(&mut self, m: &Moving) -> Id {
        let now = self.g.now();
        let raw = if m.forward {
            self.g.arith(Arith::IntAdd, m.offset, now)
        } else {
            self.g.arith(Arith::IntSub, m.offset, now)
        };
        let raised = self.g.max(raw, m.low);
        self.g.min(raised, m.high)
    }

    /// Arithmetic where one operand moves.
    pub(super) fn moving_arith(&mut self, op: ArithOp, a: &Val, b: &Val) -> Val {
        if let Val::Pick(c, x, y) = a {
            let (x, y) = (self.moving_arith(op, x, b), self.moving_arith(op, y, b));
            return Val::Pick(*c, x.into(), y.into());
        }
        if let Val::Pick(c, x, y) = b {
            let (x, y) = (self.moving_arith(op, a, x), self.moving_arith(op, a, y));
            return Val::Pick(*c, x.into(), y.into());
        }
        let instant = matches!(op, ArithOp::InstantAdd | ArithOp::InstantSub);
        match (a, b) {
            (Val::Moving(m), b) => {
                let b = self.node(b);
                let by = match op {
                    ArithOp::InstantAdd | ArithOp::DurationAdd => b,
                    _ => {
                        let zero = self.g.int(0);
                        self.g.arith(Arith::IntSub, zero, b)
                    }
                };
                Val::Moving(self.shift(*m, by, instant))
            }
            (a, Val::Moving(m)) => {
                let a = self.node(a);
                Val::Moving(match op {
                    ArithOp::InstantAdd | ArithOp::DurationAdd => self.shift(*m, a, instant),
                    _ => self.mirror(a, *m, instant),
                })
            }
            _ => Val::Node(self.fixed_arith(op, a, b)),
        }
    }

    pub(super) fn moving_neg(&mut self, a: &Val) -> Val {
        match a {
            Val::Pick(c, x, y) => {
                let (x, y) = (self.moving_neg(x), self.moving_neg(y));
                Val::Pick(*c, x.into(), y.into())
            }
            Val::Moving(m) => {
                let zero = self.g.int(0);
                Val::Moving(self.mirror(zero, *m, false))
            }
            other => {
                let n = self.node(other);
                let zero = self.g.int(0);
                Val::Node(self.g.arith(Arith::DurationSub, zero, n))
            }
        }
    }

    /// A comparison where one side moves; of instants, or of durations.
    pub(super) fn moving_compare(&mut self, op: CompareOp, a: &Val, b: &Val, instants: bool) -> Truth {
        if let Val::Pick(c, x, y) = a {
            let (x, y) = (self.moving_compare(op, x, b, instants), self.moving_compare(op, y, b, instants));
            return self.pick_truth(*c, x, y);
        }
        if let Val::Pick(c, x, y) = b {
            let (x, y) = (self.moving_compare(op, a, x, instants), self.moving_compare(op, a, y, instants));
            return self.pick_truth(*c, x, y);
        }
        match (a, b) {
            (Val::Moving(m), b) => {
                let fixed = self.node(b);
                self.compare_with(op, *m, fixed, instants)
            }
            (a, Val::Moving(m)) => {
                let fixed = self.node(a);
                let flipped = match op {
                    CompareOp::Lt => CompareOp::Gt,
                    CompareOp::Le => CompareOp::Ge,
                    CompareOp::Gt => CompareOp::Lt,
                    CompareOp::Ge => CompareOp::Le,
                    CompareOp::Eq | CompareOp::Ne => op,
                };
                self.compare_with(flipped, *m, fixed, instants)
            }
            (a, b) => {
                let (a, b) = (self.node(a), self.node(b));
                let holds = self.g.compare(compare_op(op), a, b);
                let forever = self.g.forever();
                Truth { holds, until: forever, cuts: forever }
            }
        }
    }

    pub(super) fn pick_truth(&mut self, c: Id, a: Truth, b: Truth) -> Truth {
        Truth {
            holds: self.g.select(c, a.holds, b.holds),
            until: self.g.select(c, a.until, b.until),
            cuts: self.g.select(c, a.cuts, b.cuts),
        }
    }

    fn compare_with(&mut self, op: CompareOp, m: Moving, fixed: Id, instants: bool) -> Truth {
        let one = self.g.int(1);
        let above = self.g.arith(Arith::IntAdd, fixed, one);
        match op {
            CompareOp::Ge => self.at_least(m, fixed, instants),
            CompareOp::Gt => self.at_least(m, above, instants),
            CompareOp::Lt => {
                let t = self.at_least(m, fixed, instants);
                self.negated(t)
            }
            CompareOp::Le => {
                let t = self.at_least(m, above, instants);
                self.negated(t)
            }
            // Refused by the checker.
            CompareOp::Eq | CompareOp::Ne => {
                let (low, high) = (self.at_least(m, fixed, instants), self.at_least(m, above, instants));
                let not_high = self.negated(high);
                let is = self.and(low, not_high);
                if op == CompareOp::Eq { is } else { self.negated(is) }
            }
        }
    }

    /// `m >= bound`: changes once, at an instant that is computed, or never.
    fn at_least(&mut self, m: Moving, bound: Id, instants: bool) -> Truth {
        let now = self.g.now();
        let (forever, last) = (self.g.forever(), self.g.int(MAX_INSTANT));
        if instants && self.is_clock(m) {
            // The clock itself against an instant, or one that lies a microsecond after it: both lie in the range of time.
            let holds = self.g.compare(Compare::Ge, now, bound);
            let to_come = self.g.not(holds);
            let in_time = match self.g.node(bound) {
                Node::Int(_) | Node::Arith(Arith::IntAdd, ..) => self.g.compare(Compare::Le, bound, last),
                _ => self.g.bool(true),
            };
            let changes = self.g.and(to_come, in_time);
            return Truth { holds, until: self.g.select(changes, bound, forever), cuts: forever };
        }
        let always = self.g.compare(Compare::Le, bound, m.low);
        let never = self.g.compare(Compare::Gt, bound, m.high);
        let (reached, at) = if m.forward {
            // now + offset >= bound, from `bound - offset` on
            let at = self.g.arith(Arith::IntSub, bound, m.offset);
            (self.g.compare(Compare::Ge, now, at), at)
        } else {
            // offset - now >= bound, until `offset - bound + 1`
            let gap = self.g.arith(Arith::IntSub, m.offset, bound);
            let one = self.g.int(1);
            let at = self.g.arith(Arith::IntAdd, gap, one);
            (self.g.compare(Compare::Lt, now, at), at)
        };
        let not_never = self.g.not(never);
        let in_range = self.g.and(not_never, reached);
        let holds = self.g.or(always, in_range);
        // It changes if `at` is still to come, and lies within time.
        let to_come = self.g.compare(Compare::Lt, now, at);
        let in_time = self.g.compare(Compare::Le, at, last);
        let comes = self.g.and(to_come, in_time);
        let not_always = self.g.not(always);
        let inside = self.g.and(not_always, not_never);
        let changes = self.g.and(inside, comes);
        let until = self.g.select(changes, at, forever);
        Truth { holds, until, cuts: forever }
    }
}

impl Lowering<'_> {
    fn is_clock(&self, m: Moving) -> bool {
        let of = |id| self.g.as_int(id);
        m.forward && of(m.offset) == Some(0) && of(m.low) == Some(MIN_INSTANT) && of(m.high) == Some(MAX_INSTANT)
    }
}

pub(super) fn compare_op(op: CompareOp) -> Compare {
    match op {
        CompareOp::Eq => Compare::Eq,
        CompareOp::Ne => Compare::Ne,
        CompareOp::Lt => Compare::Lt,
        CompareOp::Le => Compare::Le,
        CompareOp::Gt => Compare::Gt,
        CompareOp::Ge => Compare::Ge,
    }
}
