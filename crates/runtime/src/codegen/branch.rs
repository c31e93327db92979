//! Truths as branches: a condition leads to one block or the other.
//!
//! Parts of a condition are independent, and none can fail, so that the cheapest are asked first.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Value, types};

use super::emit::{Emit, Scope};
use crate::graph::{Compare, Id, Kind, Node};

/// What may be computed though it may not be needed: cheaper than a branch.
const CHEAP: u32 = 24;

impl Emit<'_> {
    /// Goes to one block or the other; the current block ends.
    pub(super) fn branch(&mut self, id: Id, yes: Block, no: Block) {
        if self.known(id).is_none() {
            match self.graph.node(id) {
                Node::And(..) => return self.chain(id, yes, no, true),
                Node::Or(..) => return self.chain(id, yes, no, false),
                Node::Not(a) => return self.branch(a, no, yes),
                Node::Bool(true) => {
                    self.b.ins().jump(yes, &[]);
                    return;
                }
                Node::Bool(false) => {
                    self.b.ins().jump(no, &[]);
                    return;
                }
                Node::Text(op, a, b) => return self.text(op, a, b, yes, no),
                Node::InStrs { table, value } => return self.in_texts(table, value, yes, no),
                Node::Result { of, kind: Kind::Bool, .. } => {
                    if let Some(found) = self.plan.search(of) {
                        return self.run_to(of, found, yes, no);
                    }
                }
                _ => {}
            }
        }
        let value = self.one(id);
        self.b.ins().brif(value, yes, &[], no, &[]);
    }

    /// Takes the triggers out of a chain: of an `and` those that must not be in force, of an `or` those that may be; by word, a mask.
    /// The word before the first is the stated standing, which is 0 where an `and` asks whether it is active.
    pub(super) fn triggers(&self, parts: &mut Vec<Id>, and: bool) -> Vec<(u32, u64)> {
        let mut found: Vec<(u32, u64)> = Vec::new();
        parts.retain(|part| {
            let (word, mask) = match (self.graph.node(*part), and) {
                (Node::Prior(n), false) => (n / 64 + 1, 1 << (n % 64)),
                (Node::Not(a), true) => match self.graph.node(a) {
                    Node::Prior(n) => (n / 64 + 1, 1 << (n % 64)),
                    _ => return true,
                },
                (Node::Compare(Compare::Le, a, b), true)
                    if matches!(self.graph.node(a), Node::Floor) && self.graph.as_int(b) == Some(0) =>
                {
                    (0, u64::MAX)
                }
                _ => return true,
            };
            match found.iter_mut().find(|(other, _)| *other == word) {
                Some((_, bits)) => *bits |= mask,
                None => found.push((word, mask)),
            }
            false
        });
        found
    }

    /// Whether none (any) of these triggers is in force.
    pub(super) fn no_trigger(&mut self, words: &[(u32, u64)], none: bool) -> Option<Value> {
        let base = self.param(1);
        let flags = MemFlagsData::trusted().with_readonly();
        let mut all: Option<Value> = None;
        for (word, mask) in words {
            let mut bits = self.b.ins().load(types::I64, flags, base, (word * 8) as i32);
            if *mask != u64::MAX {
                bits = self.b.ins().band_imm_u(bits, *mask as i64);
            }
            all = Some(match all {
                Some(before) => self.b.ins().bor(before, bits),
                None => bits,
            });
        }
        let code = if none { IntCC::Equal } else { IntCC::NotEqual };
        all.map(|bits| self.b.ins().icmp_imm_s(code, bits, 0))
    }

    /// A truth from where its branches lead.
    pub(super) fn settled(&mut self, decide: impl FnOnce(&mut Self, Block, Block)) -> Value {
        let [yes, no, end] = [(); 3].map(|()| self.b.create_block());
        let result = self.b.append_block_param(end, types::I8);
        self.scopes.push(Scope::default());
        decide(self, yes, no);
        self.scopes.pop();
        for (block, truth) in [(yes, 1), (no, 0)] {
            self.b.switch_to_block(block);
            let truth = self.b.ins().iconst(types::I8, truth);
            self.b.ins().jump(end, &[BlockArg::Value(truth)]);
        }
        self.b.switch_to_block(end);
        result
    }

    /// Computed by a few instructions in a row, given what is known here.
    pub(super) fn is_cheap(&self, id: Id) -> bool {
        let mut left = CHEAP;
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            if self.known(id).is_some() {
                continue;
            }
            let cost = self.plan.own_cost(id);
            if !self.plan.is_one_instruction(id) || cost > left {
                return false;
            }
            left -= cost;
            self.plan.inputs(self.graph, id, &mut |i| stack.push(i));
        }
        true
    }

    /// Goes on where all parts hold; a branch for each, the cheapest first. At most one of them goes astray, so that none costs what
    /// putting truths together would.
    pub(super) fn all(&mut self, id: Id, yes: Block, no: Block) {
        if self.known(id).is_some() {
            return self.branch(id, yes, no);
        }
        let parts = self.parts(id, true);
        self.all_of(parts, yes, no);
    }

    pub(super) fn all_of(&mut self, mut parts: Vec<Id>, yes: Block, no: Block) {
        let depth = self.scopes.len();
        let triggers = self.triggers(&mut parts, true);
        let mut next = None;
        if let Some(none) = self.no_trigger(&triggers, true) {
            let more = self.b.create_block();
            self.b.ins().brif(none, more, &[], no, &[]);
            next = Some(more);
        }
        // Asked once for all of them.
        let ends = !self.scopes.iter().any(|scope| scope.is_before_last) && self.ends_before_last(&parts);
        if ends {
            if let Some(next) = next {
                self.b.switch_to_block(next);
            }
            let before = self.before_last();
            let more = self.b.create_block();
            self.b.ins().brif(before, more, &[], no, &[]);
            next = Some(more);
        }
        for part in parts {
            if let Some(next) = next {
                self.b.switch_to_block(next);
                self.scopes.push(Scope { is_before_last: ends, ..Scope::default() });
            }
            let more = self.b.create_block();
            self.branch(part, more, no);
            next = Some(more);
        }
        if let Some(next) = next {
            self.b.switch_to_block(next);
        }
        self.b.ins().jump(yes, &[]);
        self.scopes.truncate(depth);
    }

    /// What is denied, unless that is a trigger or known either way.
    pub(super) fn denied(&self, id: Id) -> Option<Id> {
        match self.graph.node(id) {
            Node::Not(inner) if self.known(id).is_none() && !matches!(self.graph.node(inner), Node::Prior(_)) => {
                Some(inner)
            }
            _ => None,
        }
    }

    /// Alternatives of which each asks for another case of the same number: that case is found, and only its alternative looked at. What
    /// is none of them is looked at after that. False where there are none such.
    pub(super) fn cases(&mut self, parts: &mut Vec<Id>, yes: Block) -> bool {
        let asks = |e: &Self, part: Id| -> Vec<(Id, i64, Id)> {
            let all = if e.known(part).is_some() { Vec::new() } else { e.parts(part, true) };
            let each = all.into_iter().filter_map(|of| match e.graph.node(of) {
                Node::Compare(Compare::Eq, x, c) => Some((x, e.graph.as_int(c)?, of)),
                _ => None,
            });
            each.collect()
        };
        let asked: Vec<Vec<(Id, i64, Id)>> = parts.iter().map(|part| asks(self, *part)).collect();
        let count = |x: Id| asked.iter().filter(|all| all.iter().any(|(y, ..)| *y == x)).count();
        let Some(x) = asked.iter().flatten().map(|(x, ..)| *x).max_by_key(|x| (count(*x), std::cmp::Reverse(*x)))
        else {
            return false;
        };
        if count(x) < 3 {
            return false;
        }
        let mut found: Vec<(i64, Vec<Id>)> = Vec::new();
        let mut others = Vec::new();
        for (part, all) in parts.iter().zip(&asked) {
            match all.iter().find(|(y, ..)| *y == x) {
                Some((_, case, of)) if found.iter().all(|(other, _)| other != case) => {
                    found.push((*case, self.parts(*part, true).into_iter().filter(|p| p != of).collect()));
                }
                _ => others.push(*part),
            }
        }
        let value = self.one(x);
        let rest = self.b.create_block();
        for (case, conditions) in found {
            let (this, next) = (self.b.create_block(), self.b.create_block());
            let is = self.b.ins().icmp_imm_s(IntCC::Equal, value, case);
            self.b.ins().brif(is, this, &[], next, &[]);
            self.b.switch_to_block(this);
            self.scopes.push(Scope::default());
            self.all_of(conditions, yes, rest);
            self.scopes.pop();
            self.b.switch_to_block(next);
        }
        self.b.ins().jump(rest, &[]);
        self.b.switch_to_block(rest);
        *parts = others;
        true
    }

    /// The parts of a chain, the cheapest first.
    pub(super) fn parts(&self, id: Id, and: bool) -> Vec<Id> {
        let mut parts = Vec::new();
        let mut stack = vec![id];
        while let Some(part) = stack.pop() {
            match (self.graph.node(part), and) {
                (Node::And(a, b), true) | (Node::Or(a, b), false) if part == id || self.known(part).is_none() => {
                    stack.push(b);
                    stack.push(a);
                }
                _ => parts.push(part),
            }
        }
        parts.sort_by_key(
            |p| if self.known(*p).is_some() { (false, 0) } else { (!self.is_cheap(*p), self.plan.cost(*p)) },
        );
        parts
    }

    /// A chain of `and` (`or`), the cheapest parts first: they are independent, and none can fail.
    pub(super) fn chain(&mut self, id: Id, yes: Block, no: Block, and: bool) {
        let mut parts = self.parts(id, and);
        let (mut yes, mut no, mut and) = (yes, no, and);
        // None of several is not any of them.
        let denied: Option<Vec<Id>> = parts.iter().map(|part| self.denied(*part)).collect();
        if let Some(denied) = denied {
            (yes, no, and, parts) = (no, yes, !and, denied);
        }
        if !and && self.cases(&mut parts, yes) && parts.is_empty() {
            self.b.ins().jump(no, &[]);
            return;
        }
        // What is cheap is computed together and asked once; the triggers in force are bits of a word.
        let depth = self.scopes.len();
        let triggers = self.triggers(&mut parts, and);
        let cheap = parts.iter().take_while(|p| self.known(**p).is_some() || self.is_cheap(**p)).count();
        if cheap > 1 || !triggers.is_empty() {
            let mut all = self.no_trigger(&triggers, and);
            for part in parts.drain(..cheap) {
                let value = self.one(part);
                all = Some(match all {
                    Some(before) if and => self.b.ins().band(before, value),
                    Some(before) => self.b.ins().bor(before, value),
                    None => value,
                });
            }
            if let Some(all) = all {
                if parts.is_empty() {
                    self.b.ins().brif(all, yes, &[], no, &[]);
                    return;
                }
                let next = self.b.create_block();
                if and {
                    self.b.ins().brif(all, next, &[], no, &[]);
                } else {
                    self.b.ins().brif(all, yes, &[], next, &[]);
                }
                self.b.switch_to_block(next);
                self.scopes.push(Scope::default());
            }
        }
        let Some((last, before)) = parts.split_last() else { return };
        for part in before {
            let next = self.b.create_block();
            if and {
                self.branch(*part, next, no);
            } else {
                self.branch(*part, yes, next);
            }
            self.b.switch_to_block(next);
            // What comes next is reached only by way of this part.
            self.scopes.push(Scope::default());
        }
        self.branch(*last, yes, no);
        self.scopes.truncate(depth);
    }
}
