//! Values under lowering: scalars are nodes, records and lists are shapes over nodes.
//!
//! Nothing is ever allocated at run time: a record made in the policy is its fields, a list made in the policy its elements, and a
//! choice between lists stays a choice until somebody asks something of it.

use std::rc::Rc;

use trust_runtime::graph::Id;

use crate::program::ty::RecordId;

#[derive(Clone, Debug)]
pub(super) enum Val {
    /// A scalar that is there.
    Node(Id),
    /// Absent, of a type not yet known.
    Absent,
    Optional {
        present: Id,
        value: Rc<Val>,
    },
    Record(RecordVal),
    List(ListVal),
    Moving(Moving),
    /// One of two, where at least one moves.
    Pick(Id, Rc<Val>, Rc<Val>),
}

#[derive(Clone, Debug)]
pub(super) enum RecordVal {
    /// In the native layout, at an address.
    Memory(RecordId, Id),
    Fields(RecordId, Rc<Vec<Val>>),
}

#[derive(Clone, Debug)]
pub(super) enum ListVal {
    /// In the native layout: the list's pointer and length.
    Memory(Id),
    Items(Rc<Vec<Val>>),
    Choice(Id, Rc<ListVal>, Rc<ListVal>),
}

/// `min(max(sign * now + offset, low), high)`, as in the interpreter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moving {
    pub forward: bool,
    pub offset: Id,
    pub low: Id,
    pub high: Id,
}

/// A value, the instant until which it holds, and the earliest cut of the nested calls it made.
#[derive(Clone, Debug)]
pub(super) struct Lowered {
    pub val: Val,
    pub until: Id,
    pub cuts: Id,
}

/// A truth likewise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth {
    pub holds: Id,
    pub until: Id,
    pub cuts: Id,
}

/// What a slot of a frame holds.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub val: Val,
    pub until: Id,
}
