//! Where each node may be computed, how often it is used, what it costs.
//!
//! A node belongs to the innermost loop whose elements it reads. What belongs to no loop, or to an outer one, is computed
//! before the loop. A node that several places use is computed once, before the first branch that leads to any of them.

use std::collections::HashMap;

use super::loops::{Search, search};
use super::tables::Tables;
use crate::graph::{Graph, Id, LoopId, NetTest, Node, Text};

pub(super) struct Plan {
    /// The loops a node depends on, a bit for each depth: along one nest there is one loop of each.
    loops: Vec<u64>,
    pub uses: Vec<u32>,
    /// How often a result of a loop is used, whichever it is.
    results: HashMap<LoopId, u32>,
    searches: HashMap<LoopId, Search>,
    /// Choices read from a table, and by what.
    choices: HashMap<Id, Id>,
    /// A rough count of machine operations.
    pub cost: Vec<u32>,
    /// Neither a branch, nor a loop, nor a call; and what that costs without its parts.
    own: Vec<(bool, u32)>,
}

impl Plan {
    pub fn new(graph: &Graph, tables: &Tables, outputs: &[Id]) -> Plan {
        let n = graph.len();
        let mut plan = Plan {
            loops: vec![0; n],
            uses: vec![0; n],
            results: HashMap::new(),
            searches: HashMap::new(),
            choices: tables.choices.iter().map(|(id, choice)| (*id, choice.of)).collect(),
            cost: vec![1; n],
            own: vec![(true, 1); n],
        };
        // Nodes stand behind what they read, so one pass in order settles regions and costs.
        for index in 0..n {
            plan.settle(graph, Id(index as u32));
        }
        // Loops of which one result is wanted, and that ends with the first element that settles it.
        let mut wanted: HashMap<LoopId, Option<u32>> = HashMap::new();
        plan.reach(graph, outputs, &mut |id| {
            if let Node::Result { of, n, .. } = graph.node(id) {
                wanted.entry(of).and_modify(|only| *only = only.filter(|m| *m == n)).or_insert(Some(n));
            }
        });
        plan.searches = wanted.into_iter().filter_map(|(of, only)| Some((of, search(graph, of, only?)?))).collect();
        let mut used = outputs.to_vec();
        plan.reach(graph, outputs, &mut |id| plan.inputs(graph, id, &mut |input| used.push(input)));
        used.into_iter().for_each(|id| plan.used(graph, id));
        plan
    }

    /// All nodes that the outputs are computed from, each once.
    fn reach(&self, graph: &Graph, outputs: &[Id], found: &mut dyn FnMut(Id)) {
        let mut seen = vec![false; graph.len()];
        let mut stack: Vec<Id> = outputs.to_vec();
        while let Some(id) = stack.pop() {
            match seen.get_mut(id.0 as usize) {
                Some(s) if !*s => *s = true,
                _ => continue,
            }
            found(id);
            self.inputs(graph, id, &mut |input| stack.push(input));
        }
    }

    /// What is computed for a node: of a search, what it asks of each element, and no more; of a choice by table, the case.
    pub fn inputs(&self, graph: &Graph, id: Id, each: &mut dyn FnMut(Id)) {
        if let Some(of) = self.choices.get(&id) {
            return each(*of);
        }
        let Node::Result { of, .. } = graph.node(id) else { return graph.inputs(id, each) };
        match (self.searches.get(&of), graph.run(of)) {
            (Some(search), Some(run)) => {
                each(run.list);
                let keys = run.index.iter().flat_map(|index| &index.keys);
                keys.for_each(|key| each(key.value));
                each(search.asked);
            }
            _ => graph.inputs(id, each),
        }
    }

    pub fn search(&self, of: LoopId) -> Option<Search> {
        self.searches.get(&of).copied()
    }

    fn used(&mut self, graph: &Graph, id: Id) {
        if let Some(n) = self.uses.get_mut(id.0 as usize) {
            *n = n.saturating_add(1);
        }
        if let Node::Result { of, .. } = graph.node(id) {
            *self.results.entry(of).or_default() += 1;
        }
    }

    /// Whether several places want it, or other results of the same loop.
    pub fn is_shared(&self, graph: &Graph, id: Id) -> bool {
        let uses = match graph.node(id) {
            Node::Result { of, .. } => self.results.get(&of).copied().unwrap_or(0),
            _ => self.uses(id),
        };
        uses > 1
    }

    fn loops(&self, id: Id) -> u64 {
        self.loops.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// The depth of the innermost loop a node depends on; 0: none.
    pub fn depth(&self, id: Id) -> u32 {
        u64::BITS - self.loops(id).leading_zeros()
    }

    pub fn cost(&self, id: Id) -> u32 {
        self.cost.get(id.0 as usize).copied().unwrap_or(1)
    }

    pub fn is_one_instruction(&self, id: Id) -> bool {
        self.own.get(id.0 as usize).is_some_and(|(one, _)| *one)
    }

    pub fn own_cost(&self, id: Id) -> u32 {
        self.own.get(id.0 as usize).map_or(1, |(_, cost)| *cost)
    }

    pub fn uses(&self, id: Id) -> u32 {
        self.uses.get(id.0 as usize).copied().unwrap_or(0)
    }

    fn settle(&mut self, graph: &Graph, id: Id) {
        let mut loops = match graph.node(id) {
            Node::Element { of, .. } | Node::Gathered { of, .. } => bit(graph, of),
            _ => 0,
        };
        // What depends on the loop itself ends with it.
        let ended = match graph.node(id) {
            Node::Result { of, .. } => bit(graph, of),
            _ => 0,
        };
        let mut cost = base_cost(graph, id);
        let own = (is_one_instruction(graph, id), cost);
        let mut inside = 0u32;
        graph.inputs(id, &mut |input| {
            let of = self.loops(input);
            loops |= of & !ended;
            if of & ended != 0 {
                inside = inside.saturating_add(self.cost(input));
            } else {
                cost = cost.saturating_add(self.cost(input));
            }
        });
        cost = cost.saturating_add(inside.saturating_mul(8));
        if let Some(slot) = self.loops.get_mut(id.0 as usize) {
            *slot = loops;
        }
        if let Some(slot) = self.own.get_mut(id.0 as usize) {
            *slot = own;
        }
        if let Some(slot) = self.cost.get_mut(id.0 as usize) {
            *slot = cost;
        }
    }
}

fn bit(graph: &Graph, of: LoopId) -> u64 {
    1u64.checked_shl(graph.depth(of).saturating_sub(1)).unwrap_or(1 << 63)
}

fn base_cost(graph: &Graph, id: Id) -> u32 {
    match graph.node(id) {
        Node::Bool(_) | Node::Int(_) | Node::Root(_) | Node::Now | Node::Image(_) | Node::ImageList { .. } => 0,
        Node::Text(Text::Eq, _, b) if matches!(graph.node(b), Node::Str(_)) => 6,
        Node::Text(..) | Node::InStrs { .. } => 12,
        Node::Matches { .. } => 60,
        Node::Net2(..) | Node::InInts { .. } => 8,
        Node::Result { .. } => 10,
        Node::Arith(..) => 2,
        Node::Str(_)
        | Node::Net(_)
        | Node::Floor
        | Node::Prior(_)
        | Node::Load { .. }
        | Node::Offset { .. }
        | Node::Element { .. }
        | Node::Gathered { .. }
        | Node::Not(_)
        | Node::And(..)
        | Node::Or(..)
        | Node::Select(..)
        | Node::Compare(..)
        | Node::Min(..)
        | Node::Max(..)
        | Node::Len(_)
        | Node::At { .. } => 1,
    }
}

/// Neither a branch, nor a loop, nor a call.
fn is_one_instruction(graph: &Graph, id: Id) -> bool {
    match graph.node(id) {
        Node::Text(..)
        | Node::InStrs { .. }
        | Node::InInts { .. }
        | Node::Matches { .. }
        | Node::Net2(NetTest::AddressIn | NetTest::NetworkIn | NetTest::Less, ..)
        | Node::Result { .. } => false,
        Node::Arith(op, ..) => super::intrinsics::of_arith(op).is_none(),
        Node::Bool(_)
        | Node::Int(_)
        | Node::Str(_)
        | Node::Net(_)
        | Node::Root(_)
        | Node::Image(_)
        | Node::ImageList { .. }
        | Node::Now
        | Node::Floor
        | Node::Prior(_)
        | Node::Load { .. }
        | Node::Offset { .. }
        | Node::Element { .. }
        | Node::Gathered { .. }
        | Node::Not(_)
        | Node::And(..)
        | Node::Or(..)
        | Node::Select(..)
        | Node::Compare(..)
        | Node::Min(..)
        | Node::Max(..)
        | Node::Net2(NetTest::Eq, ..)
        | Node::Len(_)
        | Node::At { .. } => true,
    }
}
