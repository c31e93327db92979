//! One function: nodes to instructions.
//!
//! Values are computed when first needed and remembered for as long as the place dominates what follows: a stack of scopes, one for
//! each branch or loop body entered. Before a branch, what several places use is computed, so that no node is generated over and over.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, Function, InstBuilder, MemFlagsData, Value, types};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::link::{Address, Link, Place};
use super::memory::CodegenError;
use super::plan::Plan;
use super::schedule::Schedule;
use super::tables::Tables;
use super::{Entry, Out};
use crate::graph::{Arith, Cell, Graph, Id, Kind, LoopId, Node, Root};

/// The machine values of a node: one, two or three.
pub(super) type Vals = Vec<Value>;

/// What is known as long as a place dominates what follows.
#[derive(Default)]
pub(super) struct Scope {
    pub vals: HashMap<Id, Vals>,
    /// First and last words of strings.
    pub ends: HashMap<Id, (Value, Value)>,
    /// Whether now is before the last of all instants.
    pub before_last: Option<Value>,
    /// It is, or this would not be reached.
    pub is_before_last: bool,
    /// Where in a table of so many rows a case stands.
    pub rows: HashMap<(Id, i64), Value>,
}

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
) -> Result<(), CodegenError> {
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
    let mut e = Emit { b, graph, plan, tables, link, params, scopes, scanned: HashMap::new(), schedule, stray: false };
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
            e.heavy_first(&ids);
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
    let stray = e.stray;
    e.b.finalize(config);
    if stray { Err(CodegenError("an element is read outside of its loop".into())) } else { Ok(()) }
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
    /// An element was asked for outside of its loop: such code must not be used.
    stray: bool,
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
            // Bound where the loop is entered; anywhere else there is none.
            Node::Element { .. } => {
                self.stray = true;
                vec![self.word(0)]
            }
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
            Node::Select(c, a, b) => match self.choose(id) {
                Some(value) => vec![value],
                None => self.select(c, a, b),
            },
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
}
