//! Types as known after resolution, and the tables they point into.

use std::sync::Arc;

use smol_str::SmolStr;
use trust_syntax::span::Span;

use super::Meta;

/// An enum or a scale (an ordered enum). `EnumId::STANDING` is the built-in `Standing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnumId(pub u32);

impl EnumId {
    /// `active < reverify < suspended < revoked`
    pub const STANDING: EnumId = EnumId(0);
}

/// Cases of `Standing`, by index.
pub mod standing {
    pub const ACTIVE: u32 = 0;
    pub const REVERIFY: u32 = 1;
    pub const SUSPENDED: u32 = 2;
    pub const REVOKED: u32 = 3;
}

/// A record or an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId(pub u32);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ty {
    Bool,
    Int,
    Decimal,
    String,
    Instant,
    Duration,
    Ip,
    Cidr,
    Enum(EnumId),
    Record(RecordId),
    List(Arc<Ty>),
    Set(Arc<Ty>),
    /// Never nested: there is no `T??`.
    Optional(Arc<Ty>),
    /// The type of `none`, `[]` or `{}` before it is known; in a checked program only inside the type of
    /// an empty literal that nothing else fixed.
    Never,
    /// Poison: an error was already reported. Not in a checked program.
    Error,
}

impl Ty {
    /// bool, int, decimal, string, instant, duration, ip, cidr, enum, scale.
    pub fn is_scalar(&self) -> bool {
        matches!(
            self,
            Ty::Bool
                | Ty::Int
                | Ty::Decimal
                | Ty::String
                | Ty::Instant
                | Ty::Duration
                | Ty::Ip
                | Ty::Cidr
                | Ty::Enum(_)
                | Ty::Error
        )
    }

    /// `T` of `T?`, else the type itself.
    pub fn present(&self) -> &Ty {
        match self {
            Ty::Optional(inner) => inner,
            other => other,
        }
    }

    pub fn is_optional(&self) -> bool {
        matches!(self, Ty::Optional(_))
    }

    /// `T?`; leaves an optional as it is.
    pub fn optional(self) -> Ty {
        match self {
            Ty::Optional(_) | Ty::Error => self,
            other => Ty::Optional(Arc::new(other)),
        }
    }

    /// The element type of a list or set.
    pub fn element(&self) -> Option<&Ty> {
        match self {
            Ty::List(inner) | Ty::Set(inner) => Some(inner),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct EnumDef {
    pub name: SmolStr,
    pub span: Span,
    pub meta: Meta,
    /// A scale: cases in ascending order.
    pub ordered: bool,
    pub cases: Vec<CaseDef>,
}

#[derive(Clone, Debug)]
pub struct CaseDef {
    pub name: SmolStr,
    /// `@json("…")` or the name: what facts say.
    pub wire: SmolStr,
    pub span: Span,
    pub meta: Meta,
}

#[derive(Clone, Debug)]
pub struct RecordDef {
    pub name: SmolStr,
    /// For an event: `@json("…")` or the name; a request may use either.
    pub wire: SmolStr,
    pub span: Span,
    pub meta: Meta,
    pub is_event: bool,
    pub fields: Vec<FieldDef>,
}

#[derive(Clone, Debug)]
pub struct FieldDef {
    pub name: SmolStr,
    /// `@json("…")` or the name: the key in facts.
    pub wire: SmolStr,
    pub span: Span,
    pub meta: Meta,
    pub ty: Ty,
}

/// All named types of a package and the `std` modules it uses.
#[derive(Clone, Debug, Default)]
pub struct Types {
    pub enums: Vec<EnumDef>,
    pub records: Vec<RecordDef>,
}

impl Types {
    pub fn enum_def(&self, id: EnumId) -> &EnumDef {
        &self.enums[id.0 as usize]
    }

    pub fn record_def(&self, id: RecordId) -> &RecordDef {
        &self.records[id.0 as usize]
    }

    /// The type as an author would write it.
    pub fn name(&self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => "bool".into(),
            Ty::Int => "int".into(),
            Ty::Decimal => "decimal".into(),
            Ty::String => "string".into(),
            Ty::Instant => "instant".into(),
            Ty::Duration => "duration".into(),
            Ty::Ip => "ip".into(),
            Ty::Cidr => "cidr".into(),
            Ty::Enum(id) => self.enum_def(*id).name.to_string(),
            Ty::Record(id) => self.record_def(*id).name.to_string(),
            Ty::List(inner) => format!("list<{}>", self.name(inner)),
            Ty::Set(inner) => format!("set<{}>", self.name(inner)),
            Ty::Optional(inner) => format!("{}?", self.name(inner)),
            Ty::Never => "nothing".into(),
            Ty::Error => "unknown".into(),
        }
    }
}
