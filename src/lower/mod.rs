//! From the checked program to decision graphs: one a block, pure and total, the horizon explicit.
//!
//! In: a `Checked`. Out: a [`Unit`]: for each block its graph and the nodes of every output. Infallible: whatever the checker accepted
//! has a graph. Nested blocks and functions are laid out in place; equal parts are one node.

mod aggregates;
mod blocks;
mod collections;
mod describe;
mod expressions;
pub(crate) mod image;
pub mod layout;
mod lists;
mod moving;
mod outputs;
mod rows;
mod truths;
mod values;

use std::collections::HashMap;

use trust_runtime::graph::{Cell, Graph, Id, Image, Kind, Root};
use trust_runtime::schema::{Schema, Type};
use trust_runtime::unit::Unit;

use crate::program::expr::LocalId;
use crate::program::ty::{RecordId, Ty, Types};
use crate::program::{BlockId, Checked, DataId, LetId, Program};
use layout::Layouts;
use values::{ListVal, Lowered, RecordVal, Slot, Truth, Val};

/// Lowers a package.
pub fn lower(program: &Checked, layouts: &Layouts) -> Unit {
    let mut schema = layouts.schema().clone();
    let mut tables = Tables { written: HashMap::new(), further: true };
    let blocks = (0..program.blocks.len()).map(|n| {
        tables.further = n + 1 < program.blocks.len();
        let mut block = Lowering::new(program, layouts, &mut schema, &mut tables).block(BlockId(n as u32));
        block.compact();
        block
    });
    let blocks = blocks.collect();
    Unit { package: describe::package(program), schema, blocks }
}

/// What blocks share: each has constant memory of its own, but a table is written once.
struct Tables {
    /// Images of each table, and which of them holds its elements.
    written: HashMap<DataId, (Vec<Image>, u32)>,
    /// Whether this is not the last block.
    further: bool,
}

struct Lowering<'p> {
    program: &'p Program,
    layouts: &'p Layouts,
    /// Types of constants are added.
    schema: &'p mut Schema,
    tables: &'p mut Tables,
    g: Graph,
    globals: HashMap<LetId, Val>,
    data: HashMap<DataId, Val>,
    /// An image of each record with nothing in it: where a record that is absent is read.
    blanks: HashMap<RecordId, Id>,
    /// Zeros of each type: where a scalar that is absent is read.
    blank_scalars: HashMap<Type, Id>,
    /// A list of nothing, of any type.
    nothing: Option<Id>,
}

/// The slots of a body, and the block it belongs to.
#[derive(Clone, Default)]
struct Frame {
    slots: Vec<Option<Slot>>,
    block: Option<BlockId>,
    /// In a reaction, the key's values.
    keys: Vec<Val>,
}

impl Frame {
    fn get(&self, id: LocalId) -> Option<&Slot> {
        self.slots.get(id.0 as usize).and_then(Option::as_ref)
    }

    fn set(&mut self, id: LocalId, slot: Slot) {
        let index = id.0 as usize;
        if self.slots.len() <= index {
            self.slots.resize(index + 1, None);
        }
        if let Some(place) = self.slots.get_mut(index) {
            *place = Some(slot);
        }
    }
}

impl<'p> Lowering<'p> {
    fn new(program: &'p Program, layouts: &'p Layouts, schema: &'p mut Schema, tables: &'p mut Tables) -> Self {
        Lowering {
            program,
            layouts,
            schema,
            tables,
            g: Graph::default(),
            globals: HashMap::new(),
            data: HashMap::new(),
            blanks: HashMap::new(),
            blank_scalars: HashMap::new(),
            nothing: None,
        }
    }

    fn types(&self) -> &'p Types {
        &self.program.types
    }

    fn fixed(&mut self, val: Val) -> Lowered {
        let forever = self.g.forever();
        Lowered { val, until: forever, cuts: forever }
    }

    fn always(&mut self, holds: bool) -> Truth {
        let forever = self.g.forever();
        Truth { holds: self.g.bool(holds), until: forever, cuts: forever }
    }

    fn truth_value(&self, t: Truth) -> Lowered {
        Lowered { val: Val::Node(t.holds), until: t.until, cuts: t.cuts }
    }

    /// The value of a type at an address.
    fn at(&mut self, ty: &Ty, base: Id, offset: u32) -> Val {
        match ty {
            Ty::Record(id) => Val::Record(RecordVal::Memory(*id, self.g.offset(base, offset))),
            Ty::Optional(inner) => {
                let present = self.g.load(Cell::Bool, base, offset);
                let value = self.at(inner, base, offset + self.layouts.inside(inner));
                let value = self.guarded(present, value);
                Val::Optional { present, value: value.into() }
            }
            _ => match layout::cell(ty) {
                Some(Cell::List) => Val::List(ListVal::Memory(self.g.load(Cell::List, base, offset))),
                Some(cell) => Val::Node(self.g.load(cell, base, offset)),
                None => Val::Absent,
            },
        }
    }

    /// What stands in an optional is anything where it is absent: no pointer of it is followed then.
    fn guarded(&mut self, present: Id, value: Val) -> Val {
        match value {
            Val::Node(id) if self.g.kind(id) == Kind::Str => {
                let empty = self.g.str(b"");
                Val::Node(self.g.select(present, id, empty))
            }
            Val::List(ListVal::Memory(id)) => {
                let nothing = self.empty();
                Val::List(ListVal::Memory(self.g.select(present, id, nothing)))
            }
            Val::Record(RecordVal::Memory(record, id)) => {
                let blank = self.blank(record);
                Val::Record(RecordVal::Memory(record, self.g.select(present, id, blank)))
            }
            other => other,
        }
    }

    /// A list in memory without elements.
    fn empty(&mut self) -> Id {
        if let Some(known) = self.nothing {
            return known;
        }
        let image = self.g.image(Image { holds: None, len: 0, bytes: Vec::new(), pointers: Vec::new() });
        let list = self.g.image_list(image, 0);
        self.nothing = Some(list);
        list
    }

    /// The parameters of a block, in its facts.
    fn params(&mut self, tys: &[Ty], offsets: &[u32], root: Root) -> Vec<Val> {
        let base = self.g.root(root);
        tys.iter().zip(offsets).map(|(ty, offset)| self.at(ty, base, *offset)).collect()
    }

    /// What an absent value reads as where the checker knows it is there: the zero of its kind.
    fn zero(&mut self, ty: &Ty) -> Val {
        match ty {
            Ty::Bool => Val::Node(self.g.bool(false)),
            Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration | Ty::Enum(_) => Val::Node(self.g.int(0)),
            Ty::String => Val::Node(self.g.str(b"")),
            Ty::Ip | Ty::Cidr => Val::Node(self.g.net(image::blank_net())),
            Ty::List(_) | Ty::Set(_) => Val::List(ListVal::Items(Vec::new().into())),
            Ty::Record(id) => Val::Record(RecordVal::Memory(*id, self.blank(*id))),
            Ty::Optional(_) | Ty::Never | Ty::Error => Val::Absent,
        }
    }

    fn blank(&mut self, id: RecordId) -> Id {
        if let Some(known) = self.blanks.get(&id) {
            return *known;
        }
        let image = image::blank(self.types(), self.layouts, id);
        let image = self.g.image(image);
        let address = self.g.image_address(image);
        self.blanks.insert(id, address);
        address
    }

    /// Whether an optional value is there.
    fn presence(&mut self, val: &Val) -> Id {
        match val {
            Val::Absent => self.g.bool(false),
            Val::Optional { present, .. } => *present,
            Val::Node(_) | Val::Record(_) | Val::List(_) | Val::Moving(_) => self.g.bool(true),
            Val::Pick(c, a, b) => {
                let (a, b) = (self.presence(a), self.presence(b));
                self.g.select(*c, a, b)
            }
        }
    }

    /// The value of a type, where an optional is known to be there; if it is absent all the same, the zero.
    fn present(&mut self, val: &Val, ty: &Ty) -> Val {
        match val {
            Val::Absent => self.zero(ty),
            Val::Optional { present, value } => {
                let (present, value) = (*present, value.clone());
                let zero = self.zero(ty);
                self.choose(present, &value, &zero, ty)
            }
            other => other.clone(),
        }
    }

    /// One of two values of a type.
    fn choose(&mut self, c: Id, a: &Val, b: &Val, ty: &Ty) -> Val {
        use trust_runtime::graph::Node;
        match self.g.node(c) {
            Node::Bool(true) => return a.clone(),
            Node::Bool(false) => return b.clone(),
            _ => {}
        }
        if ty.is_optional() {
            let inner = ty.present();
            let (pa, pb) = (self.presence(a), self.presence(b));
            let present = self.g.select(c, pa, pb);
            let (va, vb) = (self.unguarded(a, inner), self.unguarded(b, inner));
            let value = self.choose(c, &va, &vb, inner);
            return Val::Optional { present, value: value.into() };
        }
        match (a, b) {
            (Val::Node(x), Val::Node(y)) => Val::Node(self.g.select(c, *x, *y)),
            (Val::Record(RecordVal::Memory(id, x)), Val::Record(RecordVal::Memory(_, y))) => {
                Val::Record(RecordVal::Memory(*id, self.g.select(c, *x, *y)))
            }
            (Val::Record(x), Val::Record(y)) => {
                let id = match x {
                    RecordVal::Memory(id, _) | RecordVal::Fields(id, _) => *id,
                };
                let count = self.types().record_def(id).fields.len();
                let mut fields = Vec::with_capacity(count);
                for index in 0..count {
                    let ty = self.types().record_def(id).fields.get(index).map_or(Ty::Error, |f| f.ty.clone());
                    let (fa, fb) = (self.field_of(x, index as u32), self.field_of(y, index as u32));
                    fields.push(self.choose(c, &fa, &fb, &ty));
                }
                Val::Record(RecordVal::Fields(id, fields.into()))
            }
            (Val::List(ListVal::Memory(x)), Val::List(ListVal::Memory(y))) => {
                Val::List(ListVal::Memory(self.g.select(c, *x, *y)))
            }
            (Val::List(x), Val::List(y)) => Val::List(ListVal::Choice(c, x.clone().into(), y.clone().into())),
            (Val::Moving(_) | Val::Pick(..), _) | (_, Val::Moving(_) | Val::Pick(..)) => {
                Val::Pick(c, a.clone().into(), b.clone().into())
            }
            // Ill-typed: not from a checked program.
            _ => a.clone(),
        }
    }

    /// The value behind an optional, without looking whether it is there: only ever read under its own presence.
    fn unguarded(&mut self, val: &Val, ty: &Ty) -> Val {
        match val {
            Val::Absent => self.zero(ty),
            Val::Optional { value, .. } => (**value).clone(),
            other => other.clone(),
        }
    }

    fn field_of(&mut self, record: &RecordVal, index: u32) -> Val {
        match record {
            RecordVal::Memory(id, base) => {
                let ty = self.types().record_def(*id).fields.get(index as usize).map_or(Ty::Error, |f| f.ty.clone());
                let offset = self.layouts.field(*id, index);
                self.at(&ty, *base, offset)
            }
            RecordVal::Fields(_, fields) => fields.get(index as usize).cloned().unwrap_or(Val::Absent),
        }
    }

    /// A scalar's node.
    fn node(&mut self, val: &Val) -> Id {
        match val {
            Val::Node(id) => *id,
            Val::Moving(m) => self.moving_now(m),
            Val::Pick(c, a, b) => {
                let (a, b) = (self.node(a), self.node(b));
                self.g.select(*c, a, b)
            }
            Val::Optional { value, .. } => {
                let value = value.clone();
                self.node(&value)
            }
            // Ill-typed: not from a checked program.
            Val::Absent | Val::Record(_) | Val::List(_) => self.g.int(0),
        }
    }

    fn with_until(&mut self, mut l: Lowered, until: Id, cuts: Id) -> Lowered {
        l.until = self.g.min(l.until, until);
        l.cuts = self.g.min(l.cuts, cuts);
        l
    }
}
