//! What the decoder follows: a schema and its layout, laid down for speed.
//!
//! In: a sound schema. Out: for each record its fields in order, with the bytes that their keys are expected to be, and where
//! their values go.

use super::names::Names;
use super::scan::{self, ANY_LETTER, WIDTH};
use super::sets::Order;
use crate::layout::{Layout, LayoutError};
use crate::schema::{EnumId, Limits, RecordId, Role, Schema, Type, TypeId};

pub struct Plan {
    pub limits: Limits,
    pub enums: Vec<Names>,
    pub records: Vec<Record>,
    /// What lists and sets hold, by [`TypeId`](crate::schema::TypeId).
    pub elements: Vec<Element>,
}

pub struct Record {
    pub fields: Vec<Field>,
    pub keys: Names,
    pub size: usize,
    /// An array in JSON.
    pub tuple: bool,
    /// Of the first 64 fields: those that may be absent, and those that may not.
    pub optional: u64,
    pub required: u64,
}

pub struct Field {
    pub key: Key,
    pub offset: u32,
    pub slot: Slot,
}

/// What a value is read as.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    Bool,
    Int,
    Decimal,
    String,
    Instant,
    Duration,
    Ip,
    Cidr,
    Enum(u32),
    Record(u32),
    /// Of elements by their number.
    List(u32),
    Set(u32),
}

#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub op: Op,
    /// From the byte that says whether there is a value to the value; 0 where there always is one.
    pub optional: u32,
}

pub struct Element {
    pub slot: Slot,
    pub stride: usize,
    /// Of a set of these; scalars only have one.
    pub order: Option<Order>,
}

/// A key in quotes, with its colon.
pub struct Key {
    /// With zeros behind it.
    start: [u8; WIDTH],
    /// A bit for each byte of `start` that counts.
    mask: u32,
    length: usize,
}

impl Key {
    /// `None` where the field is never met: an earlier one has the same key.
    fn new(wire: Option<&str>) -> Key {
        // Without its escapes a key is none, and with them it may be written in many ways.
        let plain = wire.filter(|wire| wire.bytes().all(scan::is_plain::<ANY_LETTER>));
        let quoted = plain.map(|wire| [b"\"", wire.as_bytes(), b"\":"].concat()).unwrap_or_default();
        // What is never met is a zero, which no JSON has here: the value behind it is refused.
        let mut key = Key { start: [0; WIDTH], mask: 1, length: 0 };
        if quoted.len() <= WIDTH {
            for ((to, from), at) in key.start.iter_mut().zip(&quoted).zip(0..) {
                *to = *from;
                key.mask |= 1 << at;
            }
            key.length = quoted.len();
        }
        key
    }

    /// Whether these bytes start with this key and its colon.
    #[inline(always)]
    pub fn starts(&self, bytes: &[u8; WIDTH]) -> bool {
        if self.length <= WIDTH / 2 {
            scan::differing_first(bytes, &self.start) & self.mask == 0
        } else {
            scan::differing(bytes, &self.start) & self.mask == 0
        }
    }

    /// At most [`WIDTH`].
    #[inline(always)]
    pub fn length(&self) -> usize {
        self.length
    }
}

impl Plan {
    pub fn new(schema: &Schema, layout: &Layout) -> Result<Plan, LayoutError> {
        let mut plan = Plan {
            limits: schema.limits,
            enums: schema.enums.iter().map(|def| Names::new(def.cases.iter().map(|c| c.wire.as_str()))).collect(),
            records: Vec::with_capacity(schema.records.len()),
            elements: Vec::with_capacity(schema.types.len()),
        };
        for (index, ty) in schema.types.iter().enumerate() {
            let shape = layout.held(TypeId(index as u32)).ok_or(LayoutError::Unsound("a type is not in its table"))?;
            plan.elements.push(Element {
                slot: slot(schema, layout, *ty)?,
                stride: shape.size as usize,
                order: Order::of(*ty),
            });
        }
        for (index, def) in schema.records.iter().enumerate() {
            let placed = layout.record(RecordId(index as u32));
            let placed = placed.ok_or(LayoutError::Unsound("a type is not in its table"))?;
            let wire = |f: &'_ crate::schema::Field| match def.role {
                Role::Record | Role::Event | Role::Row => f.wire.clone(),
                Role::Arguments | Role::Key => f.name.clone(),
            };
            let wires: Vec<String> = def.fields.iter().map(wire).collect();
            let keys = Names::new(wires.iter().map(String::as_str));
            let mut fields = Vec::with_capacity(def.fields.len());
            let (mut optional, mut required) = (0, 0);
            for (((field, wire), offset), i) in def.fields.iter().zip(&wires).zip(&placed.fields).zip(0u32..) {
                let own = keys.find(wire.as_bytes()) == Some(i);
                let key = Key::new(own.then_some(wire.as_str()));
                fields.push(Field { key, offset: *offset, slot: slot(schema, layout, field.ty)? });
                let bit = 1u64.checked_shl(i).unwrap_or(0);
                if field.ty.is_optional() { optional |= bit } else { required |= bit }
            }
            let size = placed.shape.size as usize;
            plan.records.push(Record { fields, keys, size, tuple: def.role == Role::Key, optional, required });
        }
        Ok(plan)
    }
}

fn slot(schema: &Schema, layout: &Layout, ty: Type) -> Result<Slot, LayoutError> {
    let (ty, optional) = match ty {
        Type::Optional(id) => match (schema.ty(id), layout.held(id)) {
            (Some(inner), Some(shape)) => (inner, shape.align),
            _ => return Err(LayoutError::Unsound("a type is not in its table")),
        },
        other => (other, 0),
    };
    let op = match ty {
        Type::Bool => Op::Bool,
        Type::Int => Op::Int,
        Type::Decimal => Op::Decimal,
        Type::String => Op::String,
        Type::Instant => Op::Instant,
        Type::Duration => Op::Duration,
        Type::Ip => Op::Ip,
        Type::Cidr => Op::Cidr,
        Type::Enum(EnumId(id)) => Op::Enum(id),
        Type::Record(RecordId(id)) => Op::Record(id),
        Type::List(TypeId(id)) => Op::List(id),
        Type::Set(TypeId(id)) => Op::Set(id),
        Type::Optional(_) => return Err(LayoutError::Unsound("an optional holds an optional")),
    };
    Ok(Slot { op, optional })
}
