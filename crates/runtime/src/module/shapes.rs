//! The check of the shapes of obligations' arguments.
//!
//! In: shapes, and the types they should be of. Out: nothing, or what is wrong. Shapes are trees: each belongs to one place, so
//! that handing one out takes no longer than reading it here.

use super::verify::kind_of;
use crate::graph::verify::{Points, Unsound, Verified, begins_with};
use crate::graph::{Id, Kind};
use crate::schema::{Schema, Type};
use crate::unit::{Outputs, Shape, ShapeId};

/// Shapes of one block.
const MAX_SHAPES: usize = 1 << 20;
/// Shapes inside one another.
pub(super) const MAX_DEPTH: u32 = 512;

pub(super) struct Shapes<'u> {
    schema: &'u Schema,
    outputs: &'u Outputs,
    used: Vec<bool>,
}

/// What a node of a kind points to, where it is one that may be handed out.
type Look<'l, 'v> = &'l mut dyn FnMut(Id, Kind) -> Result<(Points, &'v Verified), Unsound>;

impl<'u> Shapes<'u> {
    pub(super) fn new(schema: &'u Schema, outputs: &'u Outputs) -> Result<Shapes<'u>, Unsound> {
        if outputs.shapes.len() > MAX_SHAPES {
            return Err(Unsound::new("it hands out too many values"));
        }
        Ok(Shapes { schema, outputs, used: vec![false; outputs.shapes.len()] })
    }

    /// A shape of a type, and all inside it.
    pub(super) fn check(&mut self, id: ShapeId, ty: Type, look: Look<'_, '_>) -> Result<(), Unsound> {
        let mut stack = vec![(id, ty, 0u32)];
        while let Some((id, ty, depth)) = stack.pop() {
            let shape = self.outputs.shapes.get(id.0 as usize).filter(|_| depth < MAX_DEPTH);
            let shape = shape.ok_or_else(|| Unsound::new("an argument has no value, or is too deep"))?;
            match self.used.get_mut(id.0 as usize) {
                Some(used) if !*used => *used = true,
                _ => return Err(Unsound::new("two arguments share a part")),
            }
            let mut inside = |part: ShapeId, ty: Type| {
                if part >= id {
                    return Err(Unsound::new("an argument is made of what comes after it"));
                }
                stack.push((part, ty, depth + 1));
                Ok(())
            };
            self.one(shape, ty, look, &mut inside)?;
        }
        Ok(())
    }

    fn one(
        &self,
        shape: &Shape,
        ty: Type,
        look: Look<'_, '_>,
        inside: &mut dyn FnMut(ShapeId, Type) -> Result<(), Unsound>,
    ) -> Result<(), Unsound> {
        let other = || Unsound::new("an argument is of another type than its parameter");
        // A plain value stands where an optional is wanted, too.
        let present = self.schema.present(ty);
        match shape {
            Shape::Absent if ty.is_optional() => {}
            Shape::Node(id, of) if *of == present => {
                look(*id, kind_of(present).ok_or_else(other)?)?;
            }
            Shape::Optional(id, inner) if ty.is_optional() => {
                look(*id, Kind::Bool)?;
                inside(*inner, present)?;
            }
            Shape::Record(of, parts) if present == Type::Record(*of) => {
                let fields = self.schema.record(*of).map_or(&[][..], |def| def.fields.as_slice());
                if fields.len() != parts.len() {
                    return Err(Unsound::new("a record has other parts than its type"));
                }
                fields.iter().zip(parts).try_for_each(|(field, part)| inside(*part, field.ty))?;
            }
            Shape::RecordAt(id, of) if present == Type::Record(*of) => match look(*id, Kind::Ptr)? {
                (Points::To(at), _) if begins_with(self.schema, at, present) => {}
                _ => return Err(other()),
            },
            Shape::List { set, items } if self.is_list(present, *set).is_some() => {
                let element = self.is_list(present, *set).ok_or_else(other)?;
                items.iter().try_for_each(|item| inside(*item, element))?;
            }
            Shape::ListAt { set, at, element } if self.is_list(present, *set) == Some(*element) => {
                match look(*at, Kind::List)? {
                    (Points::List(held), known) if known.held(held).is_none_or(|held| held == *element) => {}
                    _ => return Err(other()),
                }
            }
            Shape::Choice(id, a, b) => {
                look(*id, Kind::Bool)?;
                inside(*a, ty)?;
                inside(*b, ty)?;
            }
            Shape::Absent
            | Shape::Node(..)
            | Shape::Optional(..)
            | Shape::Record(..)
            | Shape::RecordAt(..)
            | Shape::List { .. }
            | Shape::ListAt { .. } => return Err(other()),
        }
        Ok(())
    }

    /// The element's type, of a list (a set).
    fn is_list(&self, ty: Type, set: bool) -> Option<Type> {
        match ty {
            Type::List(id) if !set => self.schema.ty(id),
            Type::Set(id) if set => self.schema.ty(id),
            _ => None,
        }
    }
}

/// Whether a type's number is in its table.
pub(super) fn is_known(schema: &Schema, ty: Type) -> bool {
    match ty {
        Type::Enum(id) => schema.enum_def(id).is_some(),
        Type::Record(id) => schema.record(id).is_some(),
        Type::List(id) | Type::Set(id) | Type::Optional(id) => schema.ty(id).is_some(),
        _ => true,
    }
}
