//! One function: nodes to instructions.
//!
//! Values are computed when first needed and remembered for as long as the place dominates what follows: a stack of scopes, one for
//! each branch or loop body entered. Before a branch, what several places use is computed, so that no node is generated over and over.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, Function, InstBuilder, MemFlagsData, Value, types};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::intrinsics::of_arith;
use super::link::{Address, Link, Place};
use super::plan::Plan;
use super::schedule::Schedule;
use super::tables::Tables;
use super::{Entry, Out};
use crate::graph::{Arith, Cell, Compare, Graph, Id, Kind, LoopId, NetTest, Node, Root};
use crate::time::{MAX_DURATION, MAX_INSTANT, MIN_DURATION, MIN_INSTANT};

/// The machine values of a node: one, two or three.
pub(super) type Vals = Vec<Value>;

/// What is known as long as a place dominates what follows.
#[derive(Default)]
pub(super) struct Scope {
    pub vals: HashMap<Id, Vals>,
    /// First and last words of strings.
    pub ends: HashMap<Id, (Value, Value)>,
    /// Whether now is before the last of all instants.
    before_last: Option<Value>,
}

/// What may be computed though it may not be needed: cheaper than a branch.
const CHEAP: u32 = 24;

#[allow(clippy::too_many_arguments)] // One call, of parts that have no name together.
pub(super) fn function(
    func: &mut Function,
    frontend: &mut FunctionBuilderContext,
    graph: &Graph,
    plan: &Plan,
    tables: &Tables,
    link: &mut dyn Link,
    entry: &Entry,
    config: TargetFrontendConfig,
) {
    let mut b = FunctionBuilder::new(func, frontend);
    let start = b.create_block();
    b.append_block_params_for_function_params(start);
    b.switch_to_block(start);
    let params = b.block_params(start).to_vec();
    let schedule = match entry {
        Entry::Predicate(_) => Schedule::default(),
        Entry::Outputs { outs, .. } => Schedule::new(graph, plan, outs),
    };
    let scopes = vec![Scope::default()];
    let mut e = Emit { b, graph, plan, tables, link, params, scopes, scanned: HashMap::new(), schedule };
    match entry {
        Entry::Predicate(id) => {
            let (yes, no) = (e.b.create_block(), e.b.create_block());
            e.hoist(&[*id], None);
            e.all(*id, yes, no);
            e.b.switch_to_block(yes);
            let one = e.b.ins().iconst(types::I8, 1);
            e.b.ins().return_(&[one]);
            e.b.switch_to_block(no);
            let zero = e.b.ins().iconst(types::I8, 0);
            e.b.ins().return_(&[zero]);
        }
        Entry::Outputs { outs, marks, .. } => {
            let ids: Vec<Id> = outs
                .iter()
                .flat_map(|(_, out)| match out {
                    Out::Value(id) => vec![*id],
                    Out::Bits(bits) => bits.iter().map(|(_, id)| *id).collect(),
                })
                .collect();
            e.hoist(&ids, None);
            for (at, out) in outs {
                e.written(*at, out);
            }
            for mark in marks {
                e.mark(mark);
            }
            e.b.ins().return_(&[]);
        }
    }
    e.b.seal_all_blocks();
    e.b.finalize(config);
}

pub(super) struct Emit<'f> {
    pub b: FunctionBuilder<'f>,
    pub graph: &'f Graph,
    pub plan: &'f Plan,
    pub tables: &'f Tables,
    link: &'f mut dyn Link,
    params: Vec<Value>,
    pub scopes: Vec<Scope>,
    /// Nodes whose parts were looked through for what is used more than once, and in which loop.
    scanned: HashMap<Id, Option<LoopId>>,
    pub schedule: Schedule,
}

impl Emit<'_> {
    pub(super) fn param(&mut self, n: usize) -> Value {
        match self.params.get(n) {
            Some(v) => *v,
            None => self.b.ins().iconst(types::I64, 0),
        }
    }

    fn written(&mut self, at: usize, out: &Out) {
        let base = self.param(3);
        let mut offset = (at * 8) as i32;
        let words = match out {
            Out::Value(id) => self.value(*id),
            Out::Bits(bits) => vec![self.bits(at, bits)],
        };
        for value in words {
            let wide = self.b.func.dfg.value_type(value) == types::I64;
            let word = if wide { value } else { self.b.ins().uextend(types::I64, value) };
            self.b.ins().store(MemFlagsData::trusted(), word, base, offset);
            offset += 8;
        }
    }

    pub(super) fn known(&self, id: Id) -> Option<&Vals> {
        self.scopes.iter().rev().find_map(|s| s.vals.get(&id))
    }

    pub(super) fn remember(&mut self, id: Id, vals: Vals) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.vals.insert(id, vals);
        }
    }

    pub(super) fn word(&mut self, n: i64) -> Value {
        self.b.ins().iconst(types::I64, n)
    }

    /// Where a constant stands.
    pub(super) fn address(&mut self, place: Place) -> Value {
        match self.link.address(place, self.b.func) {
            Address::Here(at) => self.word(at),
            Address::Symbol(symbol) => self.b.ins().symbol_value(types::I64, symbol),
        }
    }

    pub(super) fn one(&mut self, id: Id) -> Value {
        let vals = self.value(id);
        match vals.first() {
            Some(v) => *v,
            None => self.word(0),
        }
    }

    pub(super) fn two(&mut self, id: Id) -> (Value, Value) {
        match self.value(id).as_slice() {
            [a, b, ..] => (*a, *b),
            _ => (self.word(0), self.word(0)),
        }
    }

    pub(super) fn three(&mut self, id: Id) -> [Value; 3] {
        match self.value(id).as_slice() {
            [a, b, c] => [*a, *b, *c],
            _ => [self.word(0), self.word(0), self.word(0)],
        }
    }

    /// Computes, here, whatever below these nodes is used more than once and belongs to the loop at hand or to none further in.
    pub(super) fn hoist(&mut self, ids: &[Id], inside: Option<LoopId>) {
        let depth = inside.map_or(0, |l| self.graph.depth(l));
        let mut stack: Vec<(Id, bool)> = ids.iter().rev().map(|id| (*id, false)).collect();
        let mut inputs = Vec::new();
        while let Some((id, ready)) = stack.pop() {
            if ready {
                if self.known(id).is_none() {
                    self.value(id);
                }
                if inside.is_none() {
                    self.forward(id);
                }
                continue;
            }
            if self.known(id).is_some() || self.scanned.get(&id) == Some(&inside) {
                continue;
            }
            self.scanned.insert(id, inside);
            // What depends on a loop further in is computed there.
            self.plan.inputs(self.graph, id, &mut |i| inputs.push((i, false)));
            if self.plan.depth(id) > depth {
                stack.extend(inputs.drain(..).rev());
                continue;
            }
            let shared = self.plan.is_shared(self.graph, id) && self.plan.cost(id) > 0;
            if shared && !self.is_leaf(id) && !self.is_at_hand(id) {
                stack.push((id, true));
            }
            stack.extend(inputs.drain(..).rev());
        }
    }

    /// Read from the facts themselves: as quick to read again as to keep.
    pub(super) fn is_at_hand(&self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::Load { base, .. } => matches!(self.graph.node(base), Node::Root(_)),
            Node::Prior(_) | Node::Floor => true,
            _ => false,
        }
    }

    pub(super) fn is_leaf(&self, id: Id) -> bool {
        matches!(
            self.graph.node(id),
            Node::Bool(_)
                | Node::Int(_)
                | Node::Str(_)
                | Node::Net(_)
                | Node::Root(_)
                | Node::Now
                | Node::Image(_)
                | Node::ImageList { .. }
                | Node::Element { .. }
                | Node::Gathered { .. }
        )
    }

    // ---- truths as branches -----------------------------------------------------------------------------

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
    fn triggers(&self, parts: &mut Vec<Id>, and: bool) -> Vec<(u32, u64)> {
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
    fn no_trigger(&mut self, words: &[(u32, u64)], none: bool) -> Option<Value> {
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
    fn settled(&mut self, decide: impl FnOnce(&mut Self, Block, Block)) -> Value {
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
    fn is_cheap(&self, id: Id) -> bool {
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
            self.graph.inputs(id, &mut |i| stack.push(i));
        }
        true
    }

    /// Goes on where all parts hold; a branch for each, the cheapest first. At most one of them goes astray, so that none costs what
    /// putting truths together would.
    pub(super) fn all(&mut self, id: Id, yes: Block, no: Block) {
        let parts = self.parts(id, true);
        self.all_of(parts, yes, no);
    }

    fn all_of(&mut self, mut parts: Vec<Id>, yes: Block, no: Block) {
        let depth = self.scopes.len();
        let triggers = self.triggers(&mut parts, true);
        let mut next = None;
        if let Some(none) = self.no_trigger(&triggers, true) {
            let more = self.b.create_block();
            self.b.ins().brif(none, more, &[], no, &[]);
            next = Some(more);
        }
        for part in parts {
            if let Some(next) = next {
                self.b.switch_to_block(next);
                self.scopes.push(Scope::default());
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
    fn denied(&self, id: Id) -> Option<Id> {
        match self.graph.node(id) {
            Node::Not(inner) if self.known(id).is_none() && !matches!(self.graph.node(inner), Node::Prior(_)) => {
                Some(inner)
            }
            _ => None,
        }
    }

    /// Alternatives of which each asks for another case of the same number: that case is found, and only its alternative looked at. What
    /// is none of them is looked at after that. False where there are none such.
    fn cases(&mut self, parts: &mut Vec<Id>, yes: Block) -> bool {
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
    fn parts(&self, id: Id, and: bool) -> Vec<Id> {
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
    fn chain(&mut self, id: Id, yes: Block, no: Block, and: bool) {
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

    // ---- values -----------------------------------------------------------------------------------------

    pub(super) fn value(&mut self, id: Id) -> Vals {
        if let Some(known) = self.known(id) {
            return known.clone();
        }
        let vals = stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || self.compute(id));
        self.remember(id, vals.clone());
        vals
    }

    fn compute(&mut self, id: Id) -> Vals {
        match self.graph.node(id) {
            Node::Bool(v) => vec![self.b.ins().iconst(types::I8, i64::from(v))],
            Node::Int(n) => vec![self.word(n)],
            Node::Str(s) => {
                let len = self.tables.strings.get(s as usize).map_or(0, |t| t.len() as i64);
                vec![self.address(Place::Str(s)), self.word(len)]
            }
            Node::Net(n) => {
                let bytes = self.graph.nets.get(n as usize).copied().unwrap_or([0; 24]);
                bytes
                    .chunks_exact(8)
                    .map(|c| {
                        let mut word = [0u8; 8];
                        word.copy_from_slice(c);
                        self.word(i64::from_le_bytes(word))
                    })
                    .collect()
            }
            // An event stands where a decision's facts do, a key where its prior does.
            Node::Root(Root::Facts | Root::Event(_)) => vec![self.param(0)],
            Node::Root(Root::Key) => vec![self.param(1)],
            Node::Image(i) => vec![self.address(Place::Image(i))],
            Node::ImageList { image, len } => vec![self.address(Place::Image(image)), self.word(len as i64)],
            Node::Now => vec![self.param(2)],
            Node::Floor => {
                let base = self.param(1);
                vec![self.b.ins().load(types::I64, MemFlagsData::trusted().with_readonly(), base, 0)]
            }
            Node::Prior(n) => {
                let base = self.param(1);
                let at = ((n / 64 + 1) * 8) as i32;
                let word = self.b.ins().load(types::I64, MemFlagsData::trusted().with_readonly(), base, at);
                let bit = self.b.ins().ushr_imm_u(word, i64::from(n % 64));
                let bit = self.b.ins().band_imm_u(bit, 1);
                vec![self.b.ins().ireduce(types::I8, bit)]
            }
            Node::Load { cell, base, offset } => {
                let base = self.one(base);
                self.load(cell, base, offset as i32)
            }
            Node::Offset { base, offset } => {
                let base = self.one(base);
                vec![self.b.ins().iadd_imm_s(base, i64::from(offset))]
            }
            // Bound where the loop is entered.
            Node::Element { .. } => vec![self.word(0)],
            Node::Gathered { kind, .. } => self.zeros(kind),
            Node::Result { of, n, kind } => match self.plan.search(of) {
                Some(found) => vec![self.settled(|e, yes, no| e.run_to(of, found, yes, no))],
                None => self.run(of, n, kind),
            },
            Node::Not(a) => {
                let a = self.one(a);
                vec![self.b.ins().bxor_imm_u(a, 1)]
            }
            Node::And(a, b) => vec![self.both(id, a, b, true)],
            Node::Or(a, b) => vec![self.both(id, a, b, false)],
            Node::Select(c, a, b) => self.select(c, a, b),
            Node::Compare(op, a, b) => vec![self.compare(op, a, b)],
            Node::Arith(op, a, b) => {
                let by = self.graph.as_int(b);
                let small = self.is_small(a) && self.is_small(b);
                let (a, b) = (self.one(a), self.one(b));
                vec![match op {
                    Arith::IntAdd if small => self.b.ins().iadd(a, b),
                    Arith::IntSub if small => self.b.ins().isub(a, b),
                    _ => self.arith(op, a, b, by),
                }]
            }
            Node::Min(a, b) => {
                let (a, b) = (self.one(a), self.one(b));
                vec![self.b.ins().smin(a, b)]
            }
            Node::Max(a, b) => {
                let (a, b) = (self.one(a), self.one(b));
                vec![self.b.ins().smax(a, b)]
            }
            Node::Text(op, a, b) => vec![self.settled(|e, yes, no| e.text(op, a, b, yes, no))],
            Node::Matches { pattern, text } => {
                let at = self.address(Place::Pattern(pattern));
                let (text, len) = self.two(text);
                vec![self.call("matches", &[at, text, len])]
            }
            Node::Net2(op, a, b) => {
                let (a, b) = (self.three(a), self.three(b));
                vec![self.net(op, a, b)]
            }
            Node::Len(list) => vec![self.length(list)],
            Node::At { list, stride, last, blank } => {
                let (mut at, len) = self.two(list);
                if last {
                    let back = self.b.ins().iadd_imm_s(len, -1);
                    let offset = self.b.ins().imul_imm_s(back, i64::from(stride));
                    at = self.b.ins().iadd(at, offset);
                }
                let blank = self.one(blank);
                let any = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, len, 0);
                vec![self.b.ins().select(any, at, blank)]
            }
            Node::InInts { table, value } => {
                let len = self.tables.ints.get(table as usize).map_or(0, |t| t.len() as i64);
                let (at, len) = (self.address(Place::Ints(table)), self.word(len));
                let value = self.one(value);
                vec![self.call("int_table", &[at, len, value])]
            }
            Node::InStrs { table, value } => vec![self.settled(|e, yes, no| e.in_texts(table, value, yes, no))],
        }
    }

    pub(super) fn zeros(&mut self, kind: Kind) -> Vals {
        match kind {
            Kind::Bool => vec![self.b.ins().iconst(types::I8, 0)],
            _ => (0..super::words(kind)).map(|_| self.word(0)).collect(),
        }
    }

    fn load(&mut self, cell: Cell, base: Value, offset: i32) -> Vals {
        // Facts do not change while they are read.
        let flags = MemFlagsData::trusted().with_readonly();
        match cell {
            Cell::Bool => {
                let byte = self.b.ins().load(types::I8, flags, base, offset);
                vec![self.b.ins().band_imm_u(byte, 1)]
            }
            Cell::Case => vec![self.b.ins().uload32(flags, base, offset)],
            Cell::Int => vec![self.b.ins().load(types::I64, flags, base, offset)],
            Cell::Str | Cell::List => vec![
                self.b.ins().load(types::I64, flags, base, offset),
                self.b.ins().load(types::I64, flags, base, offset + 8),
            ],
            Cell::Net => {
                let low = self.b.ins().load(types::I64, flags, base, offset);
                let high = self.b.ins().load(types::I64, flags, base, offset + 8);
                // Family and prefix; the padding behind them is nobody's.
                let kind = self.b.ins().uload16(types::I64, flags, base, offset + 16);
                vec![low, high, kind]
            }
        }
    }

    /// How many elements; where a list stands is not read for it.
    fn length(&mut self, list: Id) -> Value {
        match self.graph.node(list) {
            Node::Load { cell: Cell::List, base, offset } if self.known(list).is_none() => {
                let base = self.one(base);
                let flags = MemFlagsData::trusted().with_readonly();
                self.b.ins().load(types::I64, flags, base, offset as i32 + 8)
            }
            _ => self.two(list).1,
        }
    }

    fn compare(&mut self, op: Compare, a: Id, b: Id) -> Value {
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
    fn beside(&mut self, op: Compare, other: Id) -> Option<Value> {
        let Node::Arith(arith @ (Arith::InstantAdd | Arith::InstantSub), from, by) = self.graph.node(other) else {
            return None;
        };
        let grows = (self.graph.as_int(by)? >= 0) == (arith == Arith::InstantAdd);
        let bounded = match (op, grows) {
            (Compare::Le | Compare::Gt, true) | (Compare::Lt | Compare::Ge, false) => false,
            (Compare::Lt, true) => true,
            _ => return None,
        };
        if self.known(other).is_some() || self.plan.uses(other) > 1 {
            return None;
        }
        let (from, by) = (self.one(from), self.one(by));
        let raw = if arith == Arith::InstantAdd { self.b.ins().iadd(from, by) } else { self.b.ins().isub(from, by) };
        let now = self.param(2);
        let found = self.b.ins().icmp(condition(op), now, raw);
        // Beyond the last instant nothing goes, so that the last one is not before it.
        Some(if bounded {
            let inside = self.before_last();
            self.b.ins().band(found, inside)
        } else {
            found
        })
    }

    fn before_last(&mut self) -> Value {
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

    fn both(&mut self, id: Id, a: Id, b: Id, and: bool) -> Value {
        let cheap = |e: &Self, id: Id| e.known(id).is_some() || e.is_cheap(id);
        if cheap(self, a) && cheap(self, b) {
            let (first, second) = (self.one(a), self.one(b));
            return if and { self.b.ins().band(first, second) } else { self.b.ins().bor(first, second) };
        }
        self.settled(|e, yes, no| e.chain(id, yes, no, and))
    }

    fn select(&mut self, c: Id, a: Id, b: Id) -> Vals {
        let cheap = |e: &Self, id: Id| e.known(id).is_some() || e.is_cheap(id);
        let condition = self.one(c);
        if cheap(self, a) && cheap(self, b) {
            let (a, b) = (self.value(a), self.value(b));
            return a.iter().zip(&b).map(|(x, y)| self.b.ins().select(condition, *x, *y)).collect();
        }
        let (then, otherwise, end) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let results: Vals =
            self.types(self.graph.kind(a)).into_iter().map(|ty| self.b.append_block_param(end, ty)).collect();
        self.b.ins().brif(condition, then, &[], otherwise, &[]);
        for (block, id) in [(then, a), (otherwise, b)] {
            self.b.switch_to_block(block);
            self.scopes.push(Scope::default());
            let vals: Vec<BlockArg> = self.value(id).into_iter().map(BlockArg::Value).collect();
            self.scopes.pop();
            self.b.ins().jump(end, &vals);
        }
        self.b.switch_to_block(end);
        results
    }

    pub(super) fn types(&self, kind: Kind) -> Vec<types::Type> {
        match kind {
            Kind::Bool => vec![types::I8],
            _ => vec![types::I64; super::words(kind)],
        }
    }

    pub(super) fn call(&mut self, name: &'static str, args: &[Value]) -> Value {
        let Some(callable) = self.link.call(name, self.b.func) else { return self.word(0) };
        let call = self.b.ins().call(callable, args);
        match self.b.inst_results(call).first() {
            Some(v) => *v,
            None => self.word(0),
        }
    }

    /// So far within 64 bits that the sum of two is.
    fn is_small(&self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::Int(n) => n.unsigned_abs() < 1 << 60,
            Node::Arith(op, ..) => matches!(op, Arith::InstantAdd | Arith::InstantSub | Arith::AddMonths),
            Node::Load { cell, .. } => cell == Cell::Case,
            Node::Now | Node::Len(_) => true,
            _ => false,
        }
    }

    fn arith(&mut self, op: Arith, a: Value, b: Value, by: Option<i64>) -> Value {
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

    fn net(&mut self, op: NetTest, a: [Value; 3], b: [Value; 3]) -> Value {
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
