//! What stands where in a value of a type.
//!
//! In: a type of a sound schema, and an offset. Out: the value that begins exactly there, or nothing: padding, the middle of a number
//! and the space beyond the end are no places.

use crate::graph::Cell;
use crate::layout::Layout;
use crate::schema::{Schema, Type};

/// A value inside another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The outermost value that begins there.
    pub ty: Type,
    /// How many optionals it stands in, and where the byte of the innermost is.
    pub crossed: u32,
    pub presence: u32,
}

/// The value at an offset. The schema is sound: the walk goes down.
pub(super) fn at(schema: &Schema, layout: &Layout, from: Type, offset: u32) -> Option<Place> {
    let mut place = Place { ty: from, crossed: 0, presence: 0 };
    let (mut start, mut left) = (0u32, offset);
    while left > 0 {
        let (inner, skipped) = match place.ty {
            Type::Record(id) => {
                let (def, laid) = (schema.record(id)?, layout.record(id)?);
                let n = laid.fields.partition_point(|field| *field <= left).checked_sub(1)?;
                (def.fields.get(n)?.ty, *laid.fields.get(n)?)
            }
            Type::Optional(id) => {
                place.crossed += 1;
                place.presence = start;
                (schema.ty(id)?, layout.held(id)?.align)
            }
            _ => return None,
        };
        left = left.checked_sub(skipped)?;
        start = start.checked_add(skipped)?;
        if left >= layout.shape(inner)?.size {
            return None;
        }
        place.ty = inner;
    }
    Some(place)
}

/// The place of a cell: a scalar, a list, or the byte of an optional.
pub(super) fn cell(schema: &Schema, layout: &Layout, from: Type, offset: u32, cell: Cell) -> Option<Place> {
    let mut place = at(schema, layout, from, offset)?;
    loop {
        match place.ty {
            Type::Record(id) => place.ty = schema.record(id)?.fields.first()?.ty,
            Type::Optional(_) if cell == Cell::Bool => return Some(Place { ty: Type::Bool, ..place }),
            ty => return (cell_of(ty) == Some(cell)).then_some(place),
        }
    }
}

pub(super) fn cell_of(ty: Type) -> Option<Cell> {
    match ty {
        Type::Bool => Some(Cell::Bool),
        Type::Int | Type::Decimal | Type::Instant | Type::Duration => Some(Cell::Int),
        Type::Enum(_) => Some(Cell::Case),
        Type::String => Some(Cell::Str),
        Type::Ip | Type::Cidr => Some(Cell::Net),
        Type::List(_) | Type::Set(_) => Some(Cell::List),
        Type::Record(_) | Type::Optional(_) => None,
    }
}

/// Whether a value of one type begins with one of the other: itself, its first field, the first field of that.
pub(crate) fn begins_with(schema: &Schema, whole: Type, part: Type) -> bool {
    let mut ty = whole;
    loop {
        if ty == part {
            return true;
        }
        let Type::Record(id) = ty else { return false };
        match schema.record(id).and_then(|def| def.fields.first()) {
            Some(field) => ty = field.ty,
            None => return false,
        }
    }
}

/// The largest value that both begin with.
pub(super) fn common_start(schema: &Schema, a: Type, b: Type) -> Option<Type> {
    let mut ty = a;
    loop {
        if begins_with(schema, b, ty) {
            return Some(ty);
        }
        let Type::Record(id) = ty else { return None };
        ty = schema.record(id)?.fields.first()?.ty;
    }
}

/// What a list or set holds.
pub(super) fn element(schema: &Schema, ty: Type) -> Option<Type> {
    match ty {
        Type::List(id) | Type::Set(id) => schema.ty(id),
        _ => None,
    }
}
