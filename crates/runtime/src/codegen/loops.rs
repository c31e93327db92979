//! Loops in generated code: over the elements of a list, or over those that an index finds.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Value, types};

use super::Mark;
use super::emit::{Emit, Vals};
use super::link::Place;
use crate::graph::{Cell, Graph, Id, Kind, Loop, LoopId, Node, Text};

/// What a mark reads.
pub(super) fn mark_inputs(graph: &Graph, mark: &Mark) -> Vec<Id> {
    let run = graph.run(mark.of);
    let keys = run.iter().flat_map(|run| run.index.iter()).flat_map(|index| index.keys.iter().map(|key| key.value));
    run.iter().map(|run| run.list).chain(keys).chain([mark.bit, mark.holds]).collect()
}

/// A loop that ends with the first element for which `asked` holds (does not hold).
#[derive(Clone, Copy)]
pub(super) struct Search {
    any: bool,
    pub asked: Id,
}

/// Whether a result is that of a search: true (false) from the first element on for which something holds (does not).
pub(super) fn search(graph: &Graph, of: LoopId, n: u32) -> Option<Search> {
    let run = graph.run(of)?;
    let (start, next) = (*run.start.get(n as usize)?, *run.next.get(n as usize)?);
    let gathered = graph.find(Node::Gathered { of, n, kind: Kind::Bool })?;
    let (a, b, any) = match (graph.node(next), graph.node(start)) {
        (Node::Or(a, b), Node::Bool(false)) => (a, b, true),
        (Node::And(a, b), Node::Bool(true)) => (a, b, false),
        _ => return None,
    };
    let asked = if a == gathered { b } else { a };
    ((a == gathered || b == gathered) && !gathers(graph, of, asked)).then_some(Search { any, asked })
}

/// Whether something reads what this loop has gathered.
fn gathers(graph: &Graph, of: LoopId, id: Id) -> bool {
    let mut seen = std::collections::HashSet::new();
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        if matches!(graph.node(id), Node::Gathered { of: other, .. } if other == of) {
            return true;
        }
        graph.inputs(id, &mut |i| stack.push(i));
    }
    false
}

/// The blocks of a loop under construction.
struct Run {
    head: Block,
    end: Block,
    /// Where the next element is looked for: its place, its number or a slot.
    at: Value,
    stride: u32,
    way: Way,
    results: Vec<Vals>,
}

/// From one element to the next.
#[derive(Clone, Copy)]
enum Way {
    /// All, from where the first is up to where none is any more.
    Places { end: Value },
    /// All, so many, that take no room.
    All { count: Value },
    /// Those that a table of slots leads to.
    Found { mask: i64, hash: Value },
}

impl Emit<'_> {
    /// Runs a loop; all its results are known afterwards.
    pub(super) fn run(&mut self, of: LoopId, n: u32, kind: Kind) -> Vals {
        let Some(run) = self.graph.run(of) else { return self.zeros(kind) };
        let start: Vec<Vals> = run.start.iter().map(|s| self.value(*s)).collect();
        let body: Vec<Id> = run.next.iter().chain(&run.stop).copied().collect();
        let kinds: Vec<Kind> = run.start.iter().map(|s| self.graph.kind(*s)).collect();
        let shape = self.enter(of, run, &body, &kinds, start);
        self.hoist(&body, Some(of));
        let next: Vec<Vals> = run.next.iter().map(|s| self.value(*s)).collect();
        let stop = run.stop.map(|s| self.one(s));
        self.leave(&shape, next, stop);
        let mut wanted = shape.results.get(n as usize).cloned().unwrap_or_default();
        for (index, (vals, kind)) in shape.results.into_iter().zip(&kinds).enumerate() {
            if index as u32 == n {
                wanted = vals.clone();
            }
            if let Some(id) = self.graph.find(Node::Result { of, n: index as u32, kind: *kind }) {
                self.remember(id, vals);
            }
        }
        wanted
    }

    /// Runs a search up to the element that settles it.
    pub(super) fn run_to(&mut self, of: LoopId, search: Search, yes: Block, no: Block) {
        let Some(run) = self.graph.run(of) else {
            self.b.ins().jump(no, &[]);
            return;
        };
        let body = [search.asked];
        let shape = self.enter(of, run, &body, &[], Vec::new());
        let more = self.b.create_block();
        // What is asked is asked once; what does not depend on the element is known already, and its parts may be of other loops.
        if self.known(search.asked).is_none() {
            let mut parts = Vec::new();
            self.plan.inputs(self.graph, search.asked, &mut |part| parts.push(part));
            self.hoist(&parts, Some(of));
        }
        let (holds, fails, end) = if search.any { (yes, more, no) } else { (more, no, yes) };
        if search.any {
            self.branch(search.asked, holds, fails);
        } else {
            self.all(search.asked, holds, fails);
        }
        self.b.switch_to_block(more);
        self.leave(&shape, Vec::new(), None);
        self.b.ins().jump(end, &[]);
    }

    /// Sets the bit of every element that holds.
    pub(super) fn mark(&mut self, mark: &Mark) {
        let Some(run) = self.graph.run(mark.of) else { return };
        let body = [mark.bit, mark.holds];
        let shape = self.enter(mark.of, run, &body, &[], Vec::new());
        self.hoist(&body, Some(mark.of));
        let (set, next) = (self.b.create_block(), self.b.create_block());
        let bit = self.one(mark.bit);
        let holds = self.one(mark.holds);
        let inside = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, bit, mark.bits as i64);
        let wanted = self.b.ins().band(holds, inside);
        self.b.ins().brif(wanted, set, &[], next, &[]);
        self.b.switch_to_block(set);
        let out = self.param(3);
        let word = self.b.ins().ushr_imm_u(bit, 6);
        let offset = self.b.ins().ishl_imm_u(word, 3);
        let at = self.b.ins().iadd(out, offset);
        let place = (mark.at * 8) as i32;
        let before = self.b.ins().load(types::I64, MemFlagsData::trusted(), at, place);
        let one = self.word(1);
        let low = self.b.ins().band_imm_u(bit, 63);
        let this = self.b.ins().ishl(one, low);
        let after = self.b.ins().bor(before, this);
        self.b.ins().store(MemFlagsData::trusted(), after, at, place);
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
        self.leave(&shape, Vec::new(), None);
    }

    /// Up to the body of a loop, with its elements and what it has gathered bound.
    fn enter(&mut self, of: LoopId, run: &Loop, body: &[Id], kinds: &[Kind], start: Vec<Vals>) -> Run {
        let (list, len) = self.two(run.list);
        // What does not depend on the element is computed once.
        self.invariants(body, of);
        let way = self.way(of, run, list, len);
        let (head, inside, end) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let at = self.b.append_block_param(head, types::I64);
        let gathered = self.block_values(head, kinds);
        let results = self.block_values(end, kinds);
        let first = match way {
            Way::Places { .. } => list,
            Way::All { .. } => self.word(0),
            Way::Found { mask, hash, .. } => self.b.ins().band_imm_u(hash, mask),
        };
        let mut args = vec![BlockArg::Value(first)];
        args.extend(start.iter().flatten().copied().map(BlockArg::Value));
        self.b.ins().jump(head, &args);

        self.b.switch_to_block(head);
        let out: Vec<BlockArg> = gathered.iter().flatten().copied().map(BlockArg::Value).collect();
        let row = match way {
            Way::Places { end: stop } => {
                let more = self.b.ins().icmp(IntCC::UnsignedLessThan, at, stop);
                self.b.ins().brif(more, inside, &[], end, &out);
                self.b.switch_to_block(inside);
                at
            }
            Way::All { count } => {
                let more = self.b.ins().icmp(IntCC::SignedLessThan, at, count);
                self.b.ins().brif(more, inside, &[], end, &out);
                self.b.switch_to_block(inside);
                at
            }
            Way::Found { mask, hash } => {
                let (some, other) = (self.b.create_block(), self.b.create_block());
                let base = self.address(Place::Lookup(of));
                let offset = self.b.ins().ishl_imm_u(at, 3);
                let place = self.b.ins().iadd(base, offset);
                let slot = self.b.ins().load(types::I64, MemFlagsData::trusted().with_readonly(), place, 0);
                self.b.ins().brif(slot, some, &[], end, &out);
                // The upper halves agree, or this is not it.
                self.b.switch_to_block(some);
                let differs = self.b.ins().bxor(slot, hash);
                let tag = self.b.ins().ushr_imm_u(differs, 32);
                self.b.ins().brif(tag, other, &[], inside, &[]);
                self.b.switch_to_block(other);
                let more = self.b.ins().iadd_imm_s(at, 1);
                let more = self.b.ins().band_imm_u(more, mask);
                let mut again = vec![BlockArg::Value(more)];
                again.extend(out.iter().copied());
                self.b.ins().jump(head, &again);
                self.b.switch_to_block(inside);
                let row = self.b.ins().band_imm_u(slot, 0xffff_ffff);
                self.b.ins().iadd_imm_s(row, -1)
            }
        };
        self.scopes.push(super::emit::Scope::default());
        let first = match way {
            Way::Places { .. } => row,
            Way::All { .. } | Way::Found { .. } => {
                let offset = self.times(row, run.stride);
                self.b.ins().iadd(list, offset)
            }
        };
        self.bind(of, run.window, run.stride, first, kinds, &gathered);
        Run { head, end, at, stride: run.stride, way, results }
    }

    /// From the end of a loop's body to what follows it.
    fn leave(&mut self, run: &Run, next: Vec<Vals>, stop: Option<Value>) {
        self.scopes.pop();
        let step = if matches!(run.way, Way::Places { .. }) { i64::from(run.stride) } else { 1 };
        let mut at = self.b.ins().iadd_imm_s(run.at, step);
        if let Way::Found { mask, .. } = run.way {
            at = self.b.ins().band_imm_u(at, mask);
        }
        let values: Vec<BlockArg> = next.iter().flatten().copied().map(BlockArg::Value).collect();
        let mut again = vec![BlockArg::Value(at)];
        again.extend(values.iter().copied());
        match stop {
            Some(stop) => self.b.ins().brif(stop, run.end, &values, run.head, &again),
            None => self.b.ins().jump(run.head, &again),
        };
        self.b.switch_to_block(run.end);
    }

    /// All elements, or, where the loop has an index, those whose keys have the same hash.
    fn way(&mut self, of: LoopId, run: &Loop, list: Value, len: Value) -> Way {
        if let (Some(index), Some(lookup)) = (&run.index, self.tables.lookups.get(&of)) {
            let mask = lookup.mask as i64;
            let mut hash = self.word(0);
            for key in &index.keys {
                for word in self.key_words(key.cell, key.value) {
                    hash = self.mix(hash, word);
                }
            }
            return Way::Found { mask, hash };
        }
        let more = run.window.saturating_sub(1);
        let mut count = len;
        if more > 0 {
            let fewer = self.b.ins().iadd_imm_s(len, -i64::from(more));
            let none = self.word(0);
            count = self.b.ins().smax(fewer, none);
        }
        if run.stride == 0 {
            return Way::All { count };
        }
        let size = self.times(count, run.stride);
        Way::Places { end: self.b.ins().iadd(list, size) }
    }

    fn times(&mut self, value: Value, by: u32) -> Value {
        if by.is_power_of_two() {
            self.b.ins().ishl_imm_u(value, i64::from(by.trailing_zeros()))
        } else {
            self.b.ins().imul_imm_s(value, i64::from(by))
        }
    }

    /// What of a key goes into its hash.
    fn key_words(&mut self, cell: Cell, value: Id) -> Vals {
        match cell {
            Cell::Str => {
                let (at, len) = self.two(value);
                vec![self.text_hash(at, len)]
            }
            Cell::Net => self.three(value).to_vec(),
            Cell::Bool => {
                let truth = self.one(value);
                vec![self.b.ins().uextend(types::I64, truth)]
            }
            Cell::Case | Cell::Int => vec![self.one(value)],
            // No key is a list.
            Cell::List => Vec::new(),
        }
    }

    fn block_values(&mut self, block: Block, kinds: &[Kind]) -> Vec<Vals> {
        kinds
            .iter()
            .map(|kind| self.types(*kind).into_iter().map(|ty| self.b.append_block_param(block, ty)).collect())
            .collect()
    }

    fn bind(&mut self, of: LoopId, window: u32, stride: u32, first: Value, kinds: &[Kind], gathered: &[Vals]) {
        for n in 0..window {
            if let Some(id) = self.graph.find(Node::Element { of, n }) {
                let at = self.b.ins().iadd_imm_s(first, i64::from(n) * i64::from(stride));
                self.remember(id, vec![at]);
            }
        }
        for (n, (vals, kind)) in gathered.iter().zip(kinds).enumerate() {
            if let Some(id) = self.graph.find(Node::Gathered { of, n: n as u32, kind: *kind }) {
                self.remember(id, vals.clone());
            }
        }
    }

    /// Computes what a loop's body reads and the loop does not change.
    fn invariants(&mut self, body: &[Id], of: LoopId) {
        let depth = self.graph.depth(of);
        let mut seen: HashMap<Id, ()> = HashMap::new();
        let mut stack: Vec<Id> = body.to_vec();
        while let Some(id) = stack.pop() {
            if seen.insert(id, ()).is_some() || self.known(id).is_some() {
                continue;
            }
            if self.plan.depth(id) < depth {
                if !self.is_leaf(id) {
                    self.value(id);
                }
                continue;
            }
            if let Node::Text(Text::Eq, a, b) = self.graph.node(id) {
                for (x, y) in [(a, b), (b, a)] {
                    if self.plan.depth(x) < depth && self.plan.depth(y) >= depth {
                        self.prepare(x);
                    }
                }
            }
            self.graph.inputs(id, &mut |i| stack.push(i));
        }
    }
}
