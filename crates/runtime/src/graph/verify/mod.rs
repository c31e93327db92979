//! The full check of a graph that may come from anywhere.
//!
//! In: a graph as it was read, a sound schema, and what a block gives it: facts, a key, triggers. Out: what each node is, or what is
//! wrong. After it code can be generated from the graph, and the code, run over valid facts, reads only what is there and
//! comes to its end. What is not in a file (kinds, depths, which node is where) is found again.
//!
//! A pointer has a type: what stands where it points. A string or list inside an optional is anything where that is
//! absent, so it may only be handed to a choice by its presence; then it is sure.

mod images;
mod loops;
mod nodes;
mod places;
mod scopes;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use super::{Graph, Id, Kind, LoopId, Node};
use crate::layout::Layout;
use crate::pattern::Pattern;
use crate::schema::{RecordId, Schema, Type};
use images::Images;
use loops::Run;
use scopes::{OUTSIDE, Scope, Scopes};

pub(crate) use places::begins_with;

/// Nodes of a graph.
pub const MAX_NODES: usize = 1 << 22;
/// Loops of a graph.
pub const MAX_LOOPS: usize = 1 << 16;
/// Nodes that read one another, in a row: what may recurse over a graph does.
const MAX_DEPTH: u32 = 1 << 18;
/// Patterns of a graph, and bytes of their automata.
const MAX_PATTERNS: usize = 1 << 12;
const MAX_AUTOMATA: usize = 256 << 20;

/// Why a module is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound(pub String);

impl Unsound {
    pub(crate) fn new(what: impl Into<String>) -> Unsound {
        Unsound(what.into())
    }

    pub(crate) fn inside(self, place: impl fmt::Display) -> Unsound {
        Unsound(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsound {}

/// What a graph may start from, and which loops its block runs over besides.
#[derive(Clone, Copy, Debug)]
pub struct Start<'s> {
    pub arguments: RecordId,
    pub key: RecordId,
    pub triggers: u32,
    /// Loops that set the bits of clauses.
    pub rows: &'s [LoopId],
}

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// Nothing, ever: a list of no elements.
    Nothing,
    Of(Type),
    /// What a loop gathers, where it begins with nothing.
    Later(u32),
}

/// What stands where a value points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Points {
    Nowhere,
    /// At a value of this type.
    To(Type),
    /// At elements.
    List(Held),
}

/// Whether what a value points to is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sure {
    Yes,
    /// Where this truth in memory holds.
    If(Id, u32),
    No,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Roots {
    pub facts: bool,
    /// The stated standing, or a trigger's bit.
    pub prior: bool,
    pub key: bool,
    pub event: Option<RecordId>,
    /// Of more than one event.
    pub events: bool,
}

impl Roots {
    fn and(self, other: Roots) -> Roots {
        let differ = self.event.is_some() && other.event.is_some() && self.event != other.event;
        Roots {
            facts: self.facts || other.facts,
            prior: self.prior || other.prior,
            key: self.key || other.key,
            event: self.event.or(other.event),
            events: self.events || other.events || differ,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub kind: Kind,
    pub points: Points,
    pub sure: Sure,
    scope: Scope,
    pub roots: Roots,
    /// Of a list: no more elements than these.
    most: u64,
    /// Nodes below it, in a row.
    depth: u32,
}

impl Value {
    fn new(kind: Kind) -> Value {
        Value {
            kind,
            points: Points::Nowhere,
            sure: Sure::Yes,
            scope: OUTSIDE,
            roots: Roots::default(),
            most: 0,
            depth: 0,
        }
    }
}

/// What was found out of a graph that is sound.
pub(crate) struct Verified {
    values: Vec<Value>,
    scopes: Scopes,
    held: Vec<Option<Held>>,
}

impl Verified {
    pub(crate) fn value(&self, id: Id) -> Option<&Value> {
        self.values.get(id.0 as usize)
    }

    /// Depends on no loop.
    pub(crate) fn is_outside(&self, value: &Value) -> bool {
        value.scope == OUTSIDE
    }

    /// Depends on this loop's elements at most.
    pub(crate) fn is_row_of(&self, value: &Value, of: LoopId) -> bool {
        self.scopes.loops(value.scope).all(|l| l == of) && !self.scopes.gathers(value.scope)
    }

    /// What a list holds; nothing where it never holds anything.
    pub(crate) fn held(&self, held: Held) -> Option<Type> {
        match resolved(&self.held, held) {
            Held::Of(ty) => Some(ty),
            Held::Nothing | Held::Later(_) => None,
        }
    }
}

/// Follows what was found of a loop's list later on.
fn resolved(known: &[Option<Held>], mut held: Held) -> Held {
    while let Held::Later(n) = held {
        match known.get(n as usize).copied().flatten() {
            Some(next) => held = next,
            None => break,
        }
    }
    held
}

struct Check<'g> {
    graph: &'g Graph,
    schema: &'g Schema,
    layout: &'g Layout,
    start: Start<'g>,
    values: Vec<Value>,
    scopes: Scopes,
    runs: Vec<Run>,
    /// In the order in which their results were met.
    closed: Vec<LoopId>,
    /// What lists hold that loops gather.
    held: Vec<Option<Held>>,
    /// The longest list that memory holds.
    longest: u64,
}

impl Graph {
    /// Checks everything; see above.
    pub(crate) fn verify(&mut self, schema: &Schema, layout: &Layout, start: Start<'_>) -> Result<Verified, Unsound> {
        if self.nodes.len() > MAX_NODES || self.loops.len() > MAX_LOOPS {
            return Err(Unsound::new("it has too many parts"));
        }
        self.pools()?;
        let mut images = Images::new(schema, layout, &self.images);
        images.check()?;
        let longest = images.longest.max(schema.limits.list as u64);
        let mut known = HashMap::with_capacity(self.nodes.len());
        for (n, node) in self.nodes.iter().enumerate() {
            if known.insert(*node, Id(n as u32)).is_some() {
                return Err(Unsound::new(format!("node {n} stands there already")));
            }
        }
        let mut check = Check {
            graph: self,
            schema,
            layout,
            start,
            values: Vec::with_capacity(self.nodes.len()),
            scopes: Scopes::new(),
            runs: self.loops.iter().map(|_| Run::default()).collect(),
            closed: Vec::new(),
            held: Vec::new(),
            longest,
        };
        check.nodes()?;
        let depths = check.nests()?;
        let Check { values, scopes, held, .. } = check;
        self.kinds = values.iter().map(|value| value.kind).collect();
        self.depths = depths;
        self.open = 0;
        self.known = known;
        Ok(Verified { values, scopes, held })
    }

    /// Strings, addresses, tables and patterns.
    fn pools(&mut self) -> Result<(), Unsound> {
        let texts = self.strings.iter().chain(self.texts.iter().flatten());
        for text in texts {
            std::str::from_utf8(text).map_err(|_| Unsound::new("a string is not UTF-8"))?;
        }
        if !self.nets.iter().all(|net| images::net(net, true)) {
            return Err(Unsound::new("an address is none"));
        }
        let numbers = self.ints.iter().all(|table| table.is_sorted_by(|a, b| a < b));
        if !numbers || !self.texts.iter().all(|table| table.is_sorted_by(|a, b| a < b)) {
            return Err(Unsound::new("a table is not in order"));
        }
        if self.patterns.len() > MAX_PATTERNS {
            return Err(Unsound::new("it has too many patterns"));
        }
        let mut left = MAX_AUTOMATA;
        self.automata.clear();
        for source in &self.patterns {
            let pattern = Pattern::compile(source).map_err(|_| Unsound::new("a pattern is none"))?;
            left = left.checked_sub(pattern.memory()).ok_or_else(|| Unsound::new("its patterns are too large"))?;
            self.automata.push(pattern);
        }
        Ok(())
    }
}

impl<'g> Check<'g> {
    fn nodes(&mut self) -> Result<(), Unsound> {
        for (n, node) in self.graph.nodes.iter().enumerate() {
            let value = self.node(Id(n as u32), *node).map_err(|what| what.inside(format_args!("node {n}")))?;
            if value.depth > MAX_DEPTH {
                return Err(Unsound::new("too many nodes read one another in a row"));
            }
            self.values.push(value);
        }
        for of in self.start.rows {
            let end = Id(self.graph.nodes.len() as u32);
            self.close(*of, end).map_err(|what| what.inside(format_args!("loop {}", of.0)))?;
        }
        Ok(())
    }

    /// A node that stands before this one, and what it is.
    fn earlier(&self, me: Id, id: Id) -> Result<Value, Unsound> {
        let known = self.values.get(id.0 as usize).filter(|_| id < me);
        known.copied().ok_or_else(|| Unsound::new("it reads a node that does not come before it"))
    }

    /// The same, as a part of what is computed.
    fn reads(&mut self, out: &mut Value, me: Id, id: Id) -> Result<Value, Unsound> {
        let value = self.earlier(me, id)?;
        out.scope = self.scopes.union(out.scope, value.scope)?;
        out.roots = out.roots.and(value.roots);
        out.depth = out.depth.max(value.depth + 1);
        Ok(value)
    }

    /// The same, of a kind; what it points to is there.
    fn reads_sure(&mut self, out: &mut Value, me: Id, id: Id, kind: Kind) -> Result<Value, Unsound> {
        let value = self.reads(out, me, id)?;
        if value.kind != kind {
            return Err(Unsound::new("it reads a node of another kind"));
        }
        if value.sure != Sure::Yes {
            return Err(Unsound::new("it follows a pointer that may not be there"));
        }
        Ok(value)
    }

    fn size(&self, ty: Type) -> Option<u32> {
        self.layout.shape(ty).map(|shape| shape.size)
    }

    fn resolved(&self, held: Held) -> Held {
        resolved(&self.held, held)
    }

    /// What a list holds that is read element by element.
    fn elements(&self, list: &Value) -> Result<Held, Unsound> {
        match list.points {
            Points::List(held) => match self.resolved(held) {
                Held::Later(_) => Err(Unsound::new("it reads a list before it is known what that holds")),
                known => Ok(known),
            },
            Points::Nowhere | Points::To(_) => Err(Unsound::new("it reads what is no list")),
        }
    }

    /// The type of either of two lists.
    fn either(&mut self, a: Held, b: Held) -> Result<Held, Unsound> {
        match (self.resolved(a), self.resolved(b)) {
            (Held::Nothing, other) | (other, Held::Nothing) => Ok(other),
            (Held::Of(x), Held::Of(y)) if x == y => Ok(Held::Of(x)),
            (Held::Of(_), Held::Of(_)) => Err(Unsound::new("it chooses between lists of different types")),
            (Held::Later(x), Held::Later(y)) if x == y => Ok(Held::Later(x)),
            (Held::Later(n), known) | (known, Held::Later(n)) => {
                self.settle(n, known);
                Ok(known)
            }
        }
    }

    fn settle(&mut self, n: u32, held: Held) {
        if let Some(slot) = self.held.get_mut(n as usize) {
            *slot = Some(held);
        }
    }

    /// The type at either of two addresses: the largest with which both begin.
    fn shared(&self, a: Type, b: Type) -> Result<Type, Unsound> {
        places::common_start(self.schema, a, b)
            .ok_or_else(|| Unsound::new("it chooses between addresses of different types"))
    }

    fn node_at(&self, id: Id) -> Node {
        self.graph.node(id)
    }
}
