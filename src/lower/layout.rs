//! The native layout of the program's types, as the runtime lays them out.

use trust_runtime::graph::Cell;
use trust_runtime::layout::{Layout, LayoutError, RecordLayout, Shape};
use trust_runtime::schema::{self, Schema};

use crate::native::schema::schema;
use crate::program::ty::{RecordId, Ty};
use crate::program::{BlockId, Checked};

/// Of all records, arguments and keys of a program.
#[derive(Clone, Debug)]
pub struct Layouts {
    schema: Schema,
    layout: Layout,
}

impl Layouts {
    /// Every checked program has one: the checker refuses records that are too large or too deep.
    pub fn new(program: &Checked) -> Result<Layouts, LayoutError> {
        let schema = schema(program);
        let layout = Layout::of(&schema)?;
        Ok(Layouts { schema, layout })
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    pub fn size(&self, ty: &Ty) -> Shape {
        let none = Shape { size: 0, align: 1 };
        match ty {
            Ty::Bool => Shape::of_scalar(schema::Type::Bool),
            Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => Shape::of_scalar(schema::Type::Int),
            Ty::Enum(id) => Shape::of_scalar(schema::Type::Enum(schema::EnumId(id.0))),
            Ty::String | Ty::List(_) | Ty::Set(_) => Shape::of_scalar(schema::Type::String),
            Ty::Ip | Ty::Cidr => Shape::of_scalar(schema::Type::Ip),
            Ty::Record(id) => self.record(*id).map_or(none, |record| record.shape),
            Ty::Optional(inner) => Shape::optional(self.size(inner)).unwrap_or(none),
            Ty::Never | Ty::Error => none,
        }
    }

    /// From one element of a list to the next.
    pub fn stride(&self, element: &Ty) -> u32 {
        self.size(element).size
    }

    /// Where the value of an optional stands behind its byte.
    pub fn inside(&self, ty: &Ty) -> u32 {
        self.size(ty).align
    }

    pub fn record(&self, id: RecordId) -> Option<&RecordLayout> {
        self.layout.record(schema::RecordId(id.0))
    }

    pub fn field(&self, id: RecordId, index: u32) -> u32 {
        self.record(id).and_then(|f| f.fields.get(index as usize)).copied().unwrap_or(0)
    }

    /// Offsets of a block's parameters, and of its key's values.
    pub fn arguments(&self, block: BlockId) -> &[u32] {
        self.part(block, |b| b.arguments)
    }

    pub fn key(&self, block: BlockId) -> &[u32] {
        self.part(block, |b| b.key)
    }

    fn part(&self, block: BlockId, of: fn(&schema::Block) -> schema::RecordId) -> &[u32] {
        let record = self.schema.block(schema::BlockId(block.0)).and_then(|b| self.layout.record(of(b)));
        record.map_or(&[], |record| &record.fields)
    }
}

/// The cell of a scalar or a list.
pub fn cell(ty: &Ty) -> Option<Cell> {
    match ty {
        Ty::Bool => Some(Cell::Bool),
        Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => Some(Cell::Int),
        Ty::Enum(_) => Some(Cell::Case),
        Ty::String => Some(Cell::Str),
        Ty::Ip | Ty::Cidr => Some(Cell::Net),
        Ty::List(_) | Ty::Set(_) => Some(Cell::List),
        Ty::Record(_) | Ty::Optional(_) | Ty::Never | Ty::Error => None,
    }
}
