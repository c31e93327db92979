//! Which elements of a constant list a loop need look at.
//!
//! In: a loop over constants. Out: the keys by which elements can be looked up: equalities between a part of the element and a
//! value the loop does not change, such that where one fails the element gathers nothing and does not end the loop.

use std::collections::{HashMap, HashSet};

use super::{Cell, Compare, Graph, Id, Index, Key, Loop, LoopId, NetTest, Node, Text};

/// Shorter lists are run over.
const FEW: u64 = 8;

impl Graph {
    /// The index of a loop whose body is complete, if it has one.
    pub(super) fn index_of(&mut self, of: LoopId, run: &Loop) -> Option<Index> {
        let Node::ImageList { len, .. } = self.node(run.list) else { return None };
        if len < FEW || run.window != 1 {
            return None;
        }
        let body: Vec<Id> = run.next.iter().chain(&run.stop).copied().collect();
        let mut keys: Vec<Key> = Vec::new();
        for (test, key) in self.equalities(of, &body) {
            if !keys.contains(&key) && self.gathers_nothing_without(of, run, test) {
                keys.push(key);
            }
        }
        (!keys.is_empty()).then_some(Index { keys })
    }

    /// Comparisons of a part of the element with something that is the same for all elements.
    fn equalities(&self, of: LoopId, body: &[Id]) -> Vec<(Id, Key)> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut stack = body.to_vec();
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Node::Compare(Compare::Eq, a, b) | Node::Text(Text::Eq, a, b) | Node::Net2(NetTest::Eq, a, b) =
                self.node(id)
            {
                for (part, value) in [(a, b), (b, a)] {
                    if let Some((cell, offset)) = self.part_of_element(of, part)
                        && !self.depends(of, value)
                    {
                        found.push((id, Key { cell, offset, value }));
                    }
                }
            }
            self.inputs(id, &mut |i| stack.push(i));
        }
        found.sort_by_key(|(id, _)| *id);
        found
    }

    fn part_of_element(&self, of: LoopId, id: Id) -> Option<(Cell, u32)> {
        let Node::Load { cell, base, offset } = self.node(id) else { return None };
        let here = matches!(self.node(base), Node::Element { of: other, n: 0 } if other == of);
        (here && cell != Cell::List).then_some((cell, offset))
    }

    /// Whether a node reads the elements of a loop or what it has gathered.
    pub(crate) fn depends(&self, of: LoopId, id: Id) -> bool {
        let mut seen = HashSet::new();
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.node(id) {
                Node::Element { of: other, .. } | Node::Gathered { of: other, .. } if other == of => return true,
                _ => self.inputs(id, &mut |i| stack.push(i)),
            }
        }
        false
    }

    fn gathers_nothing_without(&mut self, of: LoopId, run: &Loop, test: Id) -> bool {
        let no = self.bool(false);
        let mut without = HashMap::from([(test, no)]);
        let mut before = HashMap::new();
        let mut at_first = HashMap::new();
        for (n, next) in (0u32..).zip(&run.next) {
            let gathered = self.gathered(of, n, self.kind(*next));
            if self.with(*next, &mut without) != Some(gathered) {
                return false;
            }
            before.insert(*next, gathered);
            at_first.insert(*next, run.start.get(n as usize).copied().unwrap_or(gathered));
        }
        let Some(stop) = run.stop else { return true };
        // Such an element ends the loop only where the one before would have, and the first does not.
        let here = self.with(stop, &mut without);
        if here == Some(no) {
            return true;
        }
        here.is_some() && here == self.with(stop, &mut before) && self.with(stop, &mut at_first) == Some(no)
    }

    /// The node with others in place of some of its parts; nothing where a loop stands between them.
    fn with(&mut self, id: Id, instead: &mut HashMap<Id, Id>) -> Option<Id> {
        if let Some(known) = instead.get(&id) {
            return Some(*known);
        }
        let found = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.with_parts(id, instead))?;
        instead.insert(id, found);
        Some(found)
    }

    fn with_parts(&mut self, id: Id, m: &mut HashMap<Id, Id>) -> Option<Id> {
        Some(match self.node(id) {
            Node::Not(a) => {
                let a = self.with(a, m)?;
                self.not(a)
            }
            Node::And(a, b) => {
                let (a, b) = (self.with(a, m)?, self.with(b, m)?);
                self.and(a, b)
            }
            Node::Or(a, b) => {
                let (a, b) = (self.with(a, m)?, self.with(b, m)?);
                self.or(a, b)
            }
            Node::Select(c, a, b) => {
                let (c, a, b) = (self.with(c, m)?, self.with(a, m)?, self.with(b, m)?);
                self.select(c, a, b)
            }
            Node::Compare(op, a, b) => {
                let (a, b) = (self.with(a, m)?, self.with(b, m)?);
                self.compare(op, a, b)
            }
            Node::Arith(op, a, b) => {
                let (a, b) = (self.with(a, m)?, self.with(b, m)?);
                self.arith(op, a, b)
            }
            Node::Min(a, b) => {
                let (a, b) = (self.with(a, m)?, self.with(b, m)?);
                self.min(a, b)
            }
            Node::Max(a, b) => {
                let (a, b) = (self.with(a, m)?, self.with(b, m)?);
                self.max(a, b)
            }
            // What stands below is no part that is replaced, unless a loop holds it.
            Node::Result { of, .. } => {
                let run = self.run(of)?.clone();
                let inner = run.start.iter().chain(&run.next).chain(&run.stop).chain([&run.list]);
                if inner.into_iter().any(|i| m.iter().any(|(from, to)| from == i && to != i)) || self.reaches(id, m) {
                    return None;
                }
                id
            }
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
            | Node::Gathered { .. } => id,
            Node::Text(..)
            | Node::Matches { .. }
            | Node::Net2(..)
            | Node::Len(_)
            | Node::At { .. }
            | Node::InInts { .. }
            | Node::InStrs { .. } => {
                if self.reaches(id, m) {
                    return None;
                }
                id
            }
        })
    }

    /// Whether a node reads one that is replaced.
    fn reaches(&self, id: Id, instead: &HashMap<Id, Id>) -> bool {
        let mut seen = HashSet::new();
        let mut stack = vec![id];
        while let Some(at) = stack.pop() {
            if !seen.insert(at) {
                continue;
            }
            if at != id && instead.get(&at).is_some_and(|to| *to != at) {
                return true;
            }
            self.inputs(at, &mut |i| stack.push(i));
        }
        false
    }
}
