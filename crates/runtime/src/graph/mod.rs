//! The decision graph: what a block computes, pure and total.
//!
//! In: nodes, built bottom up; equal nodes are one. Out: a graph from which code is generated for just the outputs that
//! are demanded. Always: a node reads only nodes before it (the results of a loop come after its body); no node can fail: arithmetic
//! saturates, a divisor is a constant, what is absent reads as the zero of its kind.
//!
//! Horizons are ordinary whole numbers: microseconds since 1970, [`FOREVER`] where nothing changes. So a part that no
//! clock touches has the constant `FOREVER`, and folding leaves nothing of it.

mod assume;
mod build;
mod compact;
mod index;
mod print;
pub(crate) mod verify;

pub use build::apply;
pub use verify::Unsound;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::pattern::Pattern;
use crate::schema::{RecordId, Type};

/// No clock ever changes it. Later than every instant, so `min` and `max` treat it rightly.
pub const FOREVER: i64 = i64::MAX;

/// A node, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Id(pub u32);

/// A loop, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LoopId(pub u32);

/// What a node computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    Bool,
    /// Whole numbers, decimals, instants, durations, cases, horizons: 64 bits, signed.
    Int,
    /// Pointer and length.
    Str,
    /// Two words of address bytes, and family and prefix in a third.
    Net,
    /// The address of a record or element in the native layout.
    Ptr,
    /// Pointer and length.
    List,
}

/// What stands in memory at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cell {
    /// One byte, 0 or 1.
    Bool,
    /// Four bytes, unsigned.
    Case,
    /// Eight bytes, signed.
    Int,
    /// Pointer and length.
    Str,
    /// An address or a network: 24 bytes.
    Net,
    /// Pointer and length.
    List,
}

impl Cell {
    pub fn kind(self) -> Kind {
        match self {
            Cell::Bool => Kind::Bool,
            Cell::Case | Cell::Int => Kind::Int,
            Cell::Str => Kind::Str,
            Cell::Net => Kind::Net,
            Cell::List => Kind::List,
        }
    }
}

/// The places a decision starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Root {
    /// The facts of the block, in its native layout.
    Facts,
    /// The fields of an event (reactions only).
    Event(RecordId),
    /// The key's values (reactions only).
    Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// All saturate at the range of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arith {
    IntAdd,
    IntSub,
    IntMul,
    /// By a constant other than zero.
    IntDiv,
    IntRem,
    DecimalMul,
    /// By a constant other than zero.
    DecimalDiv,
    /// The result is an instant.
    InstantAdd,
    InstantSub,
    /// The result is a duration that lies within the range of durations.
    InstantDiff,
    /// The result is a duration.
    DurationAdd,
    DurationSub,
    DurationMul,
    /// By a constant other than zero.
    DurationDiv,
    AddMonths,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Text {
    Eq,
    /// Byte by byte: the order of sets.
    Less,
    /// needle, haystack
    In,
    /// whole, affix
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NetTest {
    Eq,
    /// The order of sets.
    Less,
    /// address, network
    AddressIn,
    /// inner, outer
    NetworkIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Node {
    Bool(bool),
    Int(i64),
    /// A string of the graph's pool.
    Str(u32),
    /// A network or address of the graph's pool, as its 24 bytes.
    Net(u32),
    Root(Root),
    /// The address of an image: constant memory in the native layout.
    Image(u32),
    /// A list in an image: its first element, and how many.
    ImageList {
        image: u32,
        len: u64,
    },
    Now,
    /// The least standing that the host states, as a case of `Standing`.
    Floor,
    /// Whether the n-th trigger is in force.
    Prior(u32),
    Load {
        cell: Cell,
        base: Id,
        offset: u32,
    },
    Offset {
        base: Id,
        offset: u32,
    },
    /// The address of the n-th of the neighbours a loop looks at.
    Element {
        of: LoopId,
        n: u32,
    },
    /// What a loop has gathered before the element it looks at.
    Gathered {
        of: LoopId,
        n: u32,
        kind: Kind,
    },
    /// What a loop has gathered in the end.
    Result {
        of: LoopId,
        n: u32,
        kind: Kind,
    },
    Not(Id),
    And(Id, Id),
    Or(Id, Id),
    /// condition, then, else: of one kind
    Select(Id, Id, Id),
    Compare(Compare, Id, Id),
    Arith(Arith, Id, Id),
    Min(Id, Id),
    Max(Id, Id),
    Text(Text, Id, Id),
    /// A pattern of the graph's pool.
    Matches {
        pattern: u32,
        text: Id,
    },
    Net2(NetTest, Id, Id),
    /// The length of a list.
    Len(Id),
    /// The address of the first or the last element; where there is none, the address of the blank.
    At {
        list: Id,
        stride: u32,
        last: bool,
        blank: Id,
    },
    /// Whether a whole number is in a sorted table of the pool.
    InInts {
        table: u32,
        value: Id,
    },
    /// Whether a string is in a table of the pool.
    InStrs {
        table: u32,
        value: Id,
    },
}

/// A run over a list: neighbours at a time, gathering as it goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Loop {
    pub list: Id,
    /// Bytes from one element to the next.
    pub stride: u32,
    /// How many neighbours are looked at together, at least one.
    pub window: u32,
    pub start: Vec<Id>,
    /// What is gathered after an element, over `Element` and `Gathered` of this loop.
    pub next: Vec<Id>,
    /// Over `next`'s inputs and `Gathered`: the run ends after an element where this holds.
    pub stop: Option<Id>,
    /// Over constants only: elements whose keys differ gather nothing, and need not be looked at.
    pub index: Option<Index>,
}

/// What elements are found by: what stands in them at an offset equals a value that the loop does not change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Index {
    pub keys: Vec<Key>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    pub cell: Cell,
    pub offset: u32,
    pub value: Id,
}

/// Constant memory: bytes, and where in them addresses of other images stand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Image {
    /// What it holds, one after another; text where that is nothing.
    pub holds: Option<Type>,
    pub len: u64,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// Offset of a pointer, the image it points into, and where in it.
    pub pointers: Vec<(u32, u32, u32)>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    #[serde(skip)]
    pub(crate) kinds: Vec<Kind>,
    pub(crate) loops: Vec<Option<Loop>>,
    /// How deep each loop stands inside others, from 1.
    #[serde(skip)]
    depths: Vec<u32>,
    /// Loops whose bodies are being built.
    #[serde(skip)]
    open: u32,
    pub(crate) strings: Vec<Box<[u8]>>,
    pub(crate) nets: Vec<[u8; 24]>,
    pub(crate) patterns: Vec<String>,
    /// The patterns as automata, once the graph was looked at.
    #[serde(skip)]
    automata: Vec<Pattern>,
    pub(crate) images: Vec<Image>,
    pub(crate) ints: Vec<Vec<i64>>,
    pub(crate) texts: Vec<Vec<Box<[u8]>>>,
    #[serde(skip)]
    known: HashMap<Node, Id>,
    #[serde(skip)]
    known_strings: HashMap<Box<[u8]>, u32>,
    #[serde(skip)]
    known_nets: HashMap<[u8; 24], u32>,
}

impl Graph {
    pub fn node(&self, id: Id) -> Node {
        self.nodes.get(id.0 as usize).copied().unwrap_or(Node::Bool(false))
    }

    pub fn kind(&self, id: Id) -> Kind {
        self.kinds.get(id.0 as usize).copied().unwrap_or(Kind::Bool)
    }

    /// The node, where it was built.
    pub fn find(&self, node: Node) -> Option<Id> {
        self.known.get(&node).copied()
    }

    /// The loop, where it is complete.
    pub fn run(&self, id: LoopId) -> Option<&Loop> {
        self.loops.get(id.0 as usize).and_then(Option::as_ref)
    }

    /// Of each pattern; nothing where one is none.
    pub(crate) fn automata(&self) -> Option<Box<[Pattern]>> {
        if self.automata.len() == self.patterns.len() {
            return Some(self.automata.clone().into());
        }
        self.patterns.iter().map(|source| Pattern::compile(source).ok()).collect()
    }

    pub fn depth(&self, id: LoopId) -> u32 {
        self.depths.get(id.0 as usize).copied().unwrap_or(0)
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
