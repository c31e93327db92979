//! The types of a policy's facts, as native code knows them.
//!
//! In: the compiler writes it down, or a module file holds it. Out: plain tables that point into each other by number. The numbers
//! may say anything until [`Layout::of`](crate::layout::Layout::of) has looked at them: who holds a `Layout` holds the
//! proof that they are sound.

use serde::{Deserialize, Serialize};

/// The numbers that tables are indexed by.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            pub(crate) fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// Of an enum or scale.
    EnumId,
    /// Of a record, an event, a block's arguments or its key.
    RecordId,
    /// Of an element's or an optional's type.
    TypeId,
    /// Of a block.
    BlockId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    Bool,
    Int,
    /// Ten-thousandths.
    Decimal,
    String,
    /// Microseconds since 1970.
    Instant,
    /// Microseconds.
    Duration,
    Ip,
    Cidr,
    Enum(EnumId),
    Record(RecordId),
    /// Of an earlier type in [`Schema::types`].
    List(TypeId),
    /// Of an earlier type, a scalar.
    Set(TypeId),
    /// Of an earlier type that is no optional.
    Optional(TypeId),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// What lists, sets and optionals hold; each points to earlier ones only.
    pub types: Vec<Type>,
    pub enums: Vec<Enum>,
    pub records: Vec<Record>,
    pub blocks: Vec<Block>,
    pub limits: Limits,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enum {
    pub name: String,
    pub cases: Vec<Case>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub name: String,
    /// What facts say.
    pub wire: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub name: String,
    /// Another name of an event in requests.
    pub wire: String,
    pub role: Role,
    pub fields: Vec<Field>,
}

/// What a record stands for; messages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    Record,
    Event,
    /// The arguments of a block; a field's name is the parameter's.
    Arguments,
    /// The key of a block, an array in JSON; a field's name is a path such as `partner.id`.
    Key,
    /// Constants of clauses that share one body; in no facts.
    Row,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    /// The key in facts.
    pub wire: String,
    pub ty: Type,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub name: String,
    pub arguments: RecordId,
    pub key: RecordId,
}

/// Enforced when facts are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Elements of a list or set, before deduplication.
    pub list: usize,
    /// Decoded bytes of a string.
    pub string: usize,
    /// Bytes of the facts of one request.
    pub facts: usize,
    /// Arrays and objects inside one another.
    pub nesting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { list: 1024, string: 8 * 1024, facts: 1024 * 1024, nesting: 32 }
    }
}

impl Type {
    /// bool, int, decimal, string, instant, duration, ip, cidr, enum, scale.
    pub fn is_scalar(self) -> bool {
        match self {
            Type::Bool
            | Type::Int
            | Type::Decimal
            | Type::String
            | Type::Instant
            | Type::Duration
            | Type::Ip
            | Type::Cidr
            | Type::Enum(_) => true,
            Type::Record(_) | Type::List(_) | Type::Set(_) | Type::Optional(_) => false,
        }
    }

    pub fn is_optional(self) -> bool {
        matches!(self, Type::Optional(_))
    }
}

impl Schema {
    pub fn ty(&self, id: TypeId) -> Option<Type> {
        self.types.get(id.index()).copied()
    }

    pub fn enum_def(&self, id: EnumId) -> Option<&Enum> {
        self.enums.get(id.index())
    }

    pub fn record(&self, id: RecordId) -> Option<&Record> {
        self.records.get(id.index())
    }

    pub fn block(&self, id: BlockId) -> Option<&Block> {
        self.blocks.get(id.index())
    }

    /// `T` of `T?`, else the type itself.
    pub fn present(&self, ty: Type) -> Type {
        match ty {
            Type::Optional(inner) => self.ty(inner).unwrap_or(ty),
            other => other,
        }
    }

    /// The number of a type that something holds; the same for the same type.
    pub fn intern(&mut self, ty: Type) -> TypeId {
        let known = self.types.iter().position(|known| *known == ty);
        TypeId(known.unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        }) as u32)
    }

    /// The type as an author would write it.
    pub fn type_name(&self, ty: Type) -> String {
        // Outside in: a type may be deep, and an unsound schema may go in circles.
        let (mut open, mut close) = (String::new(), String::new());
        let mut ty = ty;
        let inner = loop {
            let (before, after, id) = match ty {
                Type::Bool => break "bool",
                Type::Int => break "int",
                Type::Decimal => break "decimal",
                Type::String => break "string",
                Type::Instant => break "instant",
                Type::Duration => break "duration",
                Type::Ip => break "ip",
                Type::Cidr => break "cidr",
                Type::Enum(id) => break self.enum_def(id).map_or("", |def| def.name.as_str()),
                Type::Record(id) => break self.record(id).map_or("", |def| def.name.as_str()),
                Type::List(id) => ("list<", '>', id),
                Type::Set(id) => ("set<", '>', id),
                Type::Optional(id) => ("", '?', id),
            };
            if close.len() > self.types.len() {
                break "";
            }
            open.push_str(before);
            close.push(after);
            ty = match self.ty(id) {
                Some(ty) => ty,
                None => break "",
            };
        };
        let close: String = close.chars().rev().collect();
        format!("{open}{inner}{close}")
    }
}
