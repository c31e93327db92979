//! Where everything stands in native facts: the layout of C.
//!
//! In: a schema. Out: size, alignment and offset of every type and field, or why the schema is unsound or too large. It is
//! what a C compiler on a 64-bit machine makes of the header that `trustc build --emit header` writes:
//!
//! | type | C |
//! |---|---|
//! | bool | `uint8_t`, 0 or 1 |
//! | int, decimal, instant, duration | `int64_t` |
//! | string | [`Text`]: `struct { const uint8_t *bytes; uint64_t length; }` |
//! | ip | [`Ip`]: `struct { uint8_t bytes[16]; uint8_t family; uint8_t zero[7]; }`, aligned to 8 |
//! | cidr | [`Network`]: `struct { uint8_t bytes[16]; uint8_t family; uint8_t prefix; uint8_t zero[6]; }`, aligned to 8 |
//! | enum, scale | `uint32_t`, the index of the case |
//! | record | `struct` of its fields, in place |
//! | list, set | [`Items`]: `struct { const T *items; uint64_t length; }`; a set is sorted and without duplicates |
//! | optional | `struct { uint8_t present; T value; }`; where `present` is 0 nobody reads the value |
//!
//! A version 4 address stands in the first four bytes, the others are zero; `family` is 4 or 6. Where a length is 0 nobody reads the
//! pointer. Sets are sorted as the oracle sorts them: false before true; numbers, instants, durations and cases by number; strings
//! by bytes; addresses of version 4 before version 6, then by bytes; networks as their addresses, then by prefix.

use crate::schema::{RecordId, Schema, Type, TypeId};

/// The structures below in C, for every header that needs them; it guards itself.
pub const C_TYPES: &str = include_str!("layout.h");

/// A string.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    pub bytes: *const u8,
    pub length: u64,
}

/// A list or set.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Items {
    pub items: *const u8,
    pub length: u64,
}

#[repr(C, align(8))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip {
    pub bytes: [u8; 16],
    /// 4 or 6.
    pub family: u8,
    pub zero: [u8; 7],
}

#[repr(C, align(8))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    pub bytes: [u8; 16],
    /// 4 or 6.
    pub family: u8,
    pub prefix: u8,
    pub zero: [u8; 6],
}

/// No value is larger: offsets fit an instruction, and a list of them fits memory.
pub const MAX_SIZE: u32 = 1 << 20;
/// Records, lists, sets and optionals inside one another: what may recurse over a type does.
pub const MAX_DEPTH: u32 = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub size: u32,
    /// A power of two, at most 8.
    pub align: u32,
}

impl Shape {
    const fn new(size: u32, align: u32) -> Shape {
        Shape { size, align }
    }

    /// Of a scalar, list or set; nothing for what needs a table.
    pub const fn of_scalar(ty: Type) -> Shape {
        match ty {
            Type::Bool => Shape::new(1, 1),
            Type::Enum(_) => Shape::new(4, 4),
            Type::Int | Type::Decimal | Type::Instant | Type::Duration => Shape::new(8, 8),
            Type::String | Type::List(_) | Type::Set(_) => Shape::new(16, 8),
            Type::Ip | Type::Cidr => Shape::new(24, 8),
            Type::Record(_) | Type::Optional(_) => Shape::new(0, 1),
        }
    }

    /// Of an optional: from its present byte to its value it takes the alignment of the value.
    pub fn optional(inner: Shape) -> Option<Shape> {
        let size = round_up(inner.align.checked_add(inner.size)?, inner.align)?;
        Some(Shape { size, align: inner.align })
    }
}

/// Why a schema has no layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// A number that points nowhere, or a type that holds what it may not.
    Unsound(&'static str),
    /// A record that is too large, by its name.
    TooLarge(String),
    /// A record whose fields are nested too deep, by its name.
    TooDeep(String),
}

impl std::fmt::Display for LayoutError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LayoutError::Unsound(what) => write!(f, "the types are not sound: {what}"),
            LayoutError::TooLarge(name) => write!(f, "`{name}` holds too many values"),
            LayoutError::TooDeep(name) => {
                write!(f, "`{name}` has lists and records more than {MAX_DEPTH} deep")
            }
        }
    }
}

impl std::error::Error for LayoutError {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordLayout {
    pub shape: Shape,
    /// By field, the offset.
    pub fields: Vec<u32>,
}

/// Of a schema that is sound: every number points into its table, records and types form no cycle, sets hold scalars,
/// optionals no optionals, and nothing is larger than [`MAX_SIZE`] or deeper than [`MAX_DEPTH`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// By [`RecordId`].
    records: Vec<RecordLayout>,
    /// By [`TypeId`].
    types: Vec<Shape>,
}

impl Layout {
    pub fn of(schema: &Schema) -> Result<Layout, LayoutError> {
        Laying::new(schema).run()
    }

    pub fn record(&self, id: RecordId) -> Option<&RecordLayout> {
        self.records.get(id.index())
    }

    pub fn shape(&self, ty: Type) -> Option<Shape> {
        Some(match ty {
            Type::Record(id) => self.record(id)?.shape,
            Type::Optional(inner) => Shape::optional(*self.types.get(inner.index())?)?,
            scalar => Shape::of_scalar(scalar),
        })
    }

    /// Of an element's or optional's own type.
    pub fn held(&self, id: TypeId) -> Option<Shape> {
        self.types.get(id.index()).copied()
    }
}

/// Values one after another as the fields of a structure: the offset of each, and the whole.
pub fn sequence(shapes: impl Iterator<Item = Shape>) -> Option<(Vec<u32>, Shape)> {
    let (mut offsets, mut end, mut align) = (Vec::new(), 0u32, 1u32);
    for shape in shapes {
        let offset = round_up(end, shape.align)?;
        offsets.push(offset);
        end = offset.checked_add(shape.size).filter(|end| *end <= MAX_SIZE)?;
        align = align.max(shape.align);
    }
    // C has no empty structure: one byte, so that every record has an address of its own.
    Some((offsets, Shape { size: round_up(end.max(1), align)?, align }))
}

fn round_up(size: u32, align: u32) -> Option<u32> {
    size.checked_next_multiple_of(align)
}

/// Where a computation stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Unseen,
    Begun,
    Done,
}

struct Laying<'s> {
    schema: &'s Schema,
    layout: Layout,
    /// By type: how many lists, sets and optionals stand around what they hold in the end, and that.
    held: Vec<(u32, Type)>,
    record_depths: Vec<u32>,
    marks: Vec<Mark>,
}

impl<'s> Laying<'s> {
    fn new(schema: &'s Schema) -> Laying<'s> {
        let none = RecordLayout { shape: Shape::new(0, 1), fields: Vec::new() };
        Laying {
            schema,
            layout: Layout {
                records: vec![none; schema.records.len()],
                types: vec![Shape::new(0, 1); schema.types.len()],
            },
            held: Vec::with_capacity(schema.types.len()),
            record_depths: vec![0; schema.records.len()],
            marks: vec![Mark::Unseen; schema.records.len()],
        }
    }

    fn run(mut self) -> Result<Layout, LayoutError> {
        for (index, ty) in self.schema.types.iter().enumerate() {
            self.check_held(index, *ty)?;
            let held = self.innermost(*ty);
            self.held.push(held);
        }
        for def in &self.schema.enums {
            if u32::try_from(def.cases.len()).is_err() {
                return Err(LayoutError::Unsound("an enum has too many cases"));
            }
        }
        for record in 0..self.schema.records.len() {
            self.record_and_below(record)?;
        }
        for (index, ty) in self.schema.types.iter().enumerate() {
            let shape = self.layout.shape(*ty).ok_or(LayoutError::Unsound("a type holds nothing"))?;
            if let Some(slot) = self.layout.types.get_mut(index) {
                *slot = shape;
            }
        }
        for block in &self.schema.blocks {
            for (id, role) in [(block.arguments, crate::schema::Role::Arguments), (block.key, crate::schema::Role::Key)]
            {
                match self.schema.record(id) {
                    Some(record) if record.role == role => {}
                    _ => return Err(LayoutError::Unsound("a block has no arguments or no key")),
                }
            }
        }
        Ok(self.layout)
    }

    /// A held type points back only, and holds what it may.
    fn check_held(&self, index: usize, ty: Type) -> Result<(), LayoutError> {
        let earlier = |id: TypeId| match self.schema.types.get(id.index()) {
            Some(inner) if id.index() < index => Ok(*inner),
            _ => Err(LayoutError::Unsound("a type holds one that comes later")),
        };
        match ty {
            Type::List(id) => earlier(id).map(drop),
            Type::Set(id) if !earlier(id)?.is_scalar() => Err(LayoutError::Unsound("a set holds no scalars")),
            Type::Optional(id) if earlier(id)?.is_optional() => {
                Err(LayoutError::Unsound("an optional holds an optional"))
            }
            Type::Set(_) | Type::Optional(_) => Ok(()),
            other => self.check_named(other),
        }
    }

    /// The numbers of a type that is no element stand in their tables.
    fn check_named(&self, ty: Type) -> Result<(), LayoutError> {
        let known = match ty {
            Type::Enum(id) => id.index() < self.schema.enums.len(),
            Type::Record(id) => id.index() < self.schema.records.len(),
            _ => true,
        };
        if known { Ok(()) } else { Err(LayoutError::Unsound("a type is not in its table")) }
    }

    /// Lays out a record after all that it holds, with a stack of its own: records may be many.
    fn record_and_below(&mut self, start: usize) -> Result<(), LayoutError> {
        let mut stack = vec![start];
        while let Some(&record) = stack.last() {
            let Some(def) = self.schema.records.get(record) else {
                return Err(LayoutError::Unsound("a type is not in its table"));
            };
            match self.marks.get(record) {
                Some(Mark::Unseen) => {
                    self.mark(record, Mark::Begun);
                    for field in &def.fields {
                        self.check_held(self.schema.types.len(), field.ty)?;
                        let Some(inner) = self.record_inside(field.ty) else { continue };
                        match self.marks.get(inner.index()) {
                            Some(Mark::Unseen) => stack.push(inner.index()),
                            Some(Mark::Begun) => return Err(LayoutError::Unsound("a record holds itself")),
                            Some(Mark::Done) => {}
                            None => return Err(LayoutError::Unsound("a type is not in its table")),
                        }
                    }
                }
                Some(Mark::Begun) => {
                    self.lay_out(record)?;
                    self.mark(record, Mark::Done);
                    stack.pop();
                }
                Some(Mark::Done) | None => {
                    stack.pop();
                }
            }
        }
        Ok(())
    }

    fn mark(&mut self, record: usize, mark: Mark) {
        if let Some(slot) = self.marks.get_mut(record) {
            *slot = mark;
        }
    }

    /// What a type holds in the end, and how deep; of the types, the earlier ones are known.
    fn innermost(&self, ty: Type) -> (u32, Type) {
        match ty {
            Type::List(id) | Type::Set(id) | Type::Optional(id) => match self.held.get(id.index()) {
                Some((depth, inner)) => (depth.saturating_add(1), *inner),
                None => (0, ty),
            },
            other => (0, other),
        }
    }

    /// The record that a type holds, however deep.
    fn record_inside(&self, ty: Type) -> Option<RecordId> {
        match self.innermost(ty).1 {
            Type::Record(id) => Some(id),
            _ => None,
        }
    }

    /// The shape of a type whose record is laid out already.
    fn shape(&self, ty: Type) -> Option<Shape> {
        match ty {
            // Directly below an optional stands a record, a list or a scalar.
            Type::Optional(id) => Shape::optional(self.layout.shape(self.schema.ty(id)?)?),
            other => self.layout.shape(other),
        }
    }

    /// Of a type whose record is laid out already.
    fn type_depth(&self, ty: Type) -> u32 {
        let (around, inner) = self.innermost(ty);
        let below = match inner {
            Type::Record(id) => self.record_depths.get(id.index()).copied().unwrap_or(0),
            _ => 0,
        };
        around.saturating_add(below)
    }

    fn lay_out(&mut self, record: usize) -> Result<(), LayoutError> {
        let Some(def) = self.schema.records.get(record) else {
            return Err(LayoutError::Unsound("a type is not in its table"));
        };
        let too_large = || LayoutError::TooLarge(def.name.clone());
        let mut shapes = Vec::with_capacity(def.fields.len());
        let mut depth = 0u32;
        for field in &def.fields {
            shapes.push(self.shape(field.ty).ok_or_else(too_large)?);
            depth = depth.max(self.type_depth(field.ty));
        }
        let (fields, shape) = sequence(shapes.into_iter()).ok_or_else(too_large)?;
        let depth = depth.saturating_add(1);
        if depth > MAX_DEPTH {
            return Err(LayoutError::TooDeep(def.name.clone()));
        }
        if let (Some(slot), Some(depths)) = (self.layout.records.get_mut(record), self.record_depths.get_mut(record)) {
            *slot = RecordLayout { shape, fields };
            *depths = depth;
        }
        Ok(())
    }
}
