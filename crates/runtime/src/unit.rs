//! A package's blocks, lowered: what a built module holds.
//!
//! In: the compiler writes it down, or a module file holds it. Out: plain tables. They may say anything until
//! [`Module::new`](crate::module::Module::new) has looked at them.

use serde::{Deserialize, Serialize};

use crate::graph::{Graph, Id, LoopId};
use crate::schema::{EnumId, RecordId, Schema, Type};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Unit {
    pub package: Package,
    pub schema: Schema,
    /// Block n's arguments and key are those of the schema's block n.
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// `blake3:` and 64 hex digits: of the sources.
    pub digest: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    Participation,
    Relationship,
    Assessment,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Block {
    /// As answers call it.
    pub name: String,
    /// `module.block`.
    pub qualified: String,
    pub kind: BlockKind,
    pub message: Option<String>,
    pub controls: Vec<Control>,
    /// In source order.
    pub clauses: Vec<Clause>,
    /// The scale it grades on.
    pub grade: Option<EnumId>,
    /// By trigger and reinstate, which event field selects which part of the key.
    pub watches: Vec<Watch>,
    pub graph: Graph,
    pub outputs: Outputs,
}

impl Block {
    /// The events it reacts to, each once.
    pub fn events(&self) -> Vec<RecordId> {
        let mut events: Vec<RecordId> = self.outputs.triggers.iter().map(|t| t.event).collect();
        events.sort_unstable();
        events.dedup();
        events
    }
}

/// A control of a standard that a block or clause serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    pub catalog: String,
    pub id: String,
    pub title: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clause {
    pub name: String,
    /// Former names, accepted in a prior.
    pub was: Vec<String>,
    pub message: Option<String>,
    pub controls: Vec<Control>,
    pub kind: ClauseKind,
}

/// How far a trigger or a continuous clause raises the standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    Reverify,
    Suspend,
    Revoke,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ClauseKind {
    Scope,
    Require,
    Recommend,
    Basis,
    Deny,
    Expires,
    /// `ttl … from`
    Window,
    /// A bare `ttl`.
    Ttl,
    Cap,
    Continuous(Hold),
    Trigger {
        hold: Hold,
        event: RecordId,
    },
    Reinstate {
        event: RecordId,
        /// Triggers, by their clause.
        lifts: Vec<u32>,
    },
    Oblige {
        duty: String,
        params: Vec<Param>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    pub name: String,
    pub ty: Type,
}

/// What a trigger's condition asks of the event's fields for it to touch a key: all of it. Where it asks nothing, any key may be
/// touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    pub clause: u32,
    pub event: RecordId,
    pub on: Vec<Watched>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// A path in the event: `partner.id`.
    pub field: String,
    /// Any of these parts of the key, by position.
    pub keys: Vec<u32>,
    /// The field is a set, and the key one of its elements.
    pub member: bool,
}

/// The nodes of a block's answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Absent for an assessment, as are `standing`, `based` and `in_time`.
    pub permits: Option<Id>,
    pub standing: Option<Id>,
    /// Some basis holds, if it has any.
    pub based: Option<Id>,
    /// The framework is in its time.
    pub in_time: Option<Id>,
    pub grade: Option<Id>,
    /// Microseconds since 1970, or for ever.
    pub valid_until: Id,
    /// Whether conditions hold (of a trigger: whether it is in force), by clause.
    pub holds: Vec<(u32, Id)>,
    /// The same for clauses that share one body.
    pub rows: Vec<Rows>,
    pub obligations: Vec<Obligation>,
    pub triggers: Vec<Trigger>,
    /// Of the obligations' arguments; each points to earlier ones only.
    pub shapes: Vec<Shape>,
}

/// Clauses that differ in constants only: rows of a table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rows {
    pub of: LoopId,
    /// In the loop's body: the number of the row's clause, and whether it holds.
    pub clause: Id,
    pub holds: Id,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Obligation {
    pub clause: u32,
    /// 0: it does not apply; 1: it is owed; 2: it is overdue.
    pub state: Id,
    /// An instant where it is dated, else how long there is.
    pub time: Id,
    pub dated: bool,
    /// As many as the duty's parameters.
    pub args: Vec<ShapeId>,
}

/// A trigger or reinstate, over the event's fields and the key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trigger {
    pub clause: u32,
    pub event: RecordId,
    pub matched: Id,
    pub deadline: Option<Id>,
}

/// Of a shape, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShapeId(pub u32);

/// A value to hand out: its nodes and how they belong together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Shape {
    Absent,
    /// A scalar.
    Node(Id, Type),
    Optional(Id, ShapeId),
    Record(RecordId, Vec<ShapeId>),
    /// In memory, at an address.
    RecordAt(Id, RecordId),
    List {
        set: bool,
        items: Vec<ShapeId>,
    },
    /// In memory.
    ListAt {
        set: bool,
        at: Id,
        element: Type,
    },
    /// condition, then, else
    Choice(Id, ShapeId, ShapeId),
}
