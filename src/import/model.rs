//! What an import writes: types, their fields and cases, and what has to be said about them.
//!
//! In: the readers build it. Out: `write` turns it into text. Names are valid and unique when they come in here.

#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Comments at its head.
    pub notes: Vec<String>,
    pub types: Vec<Type>,
}

#[derive(Clone, Debug)]
pub struct Type {
    pub name: String,
    pub doc: Option<String>,
    pub notes: Vec<String>,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Record(Vec<Field>),
    /// Name and wire name of each case; never empty.
    Enum(Vec<(String, String)>),
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub wire: String,
    pub shape: Shape,
    pub optional: bool,
    pub doc: Option<String>,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Bool,
    Int,
    Decimal,
    String,
    Instant,
    Duration,
    Ip,
    Cidr,
    Record(String),
    Enum(String),
    List(Box<Shape>),
    Set(Box<Shape>),
}

impl Shape {
    /// As an author would write it.
    pub fn written(&self) -> String {
        match self {
            Shape::Bool => "bool".into(),
            Shape::Int => "int".into(),
            Shape::Decimal => "decimal".into(),
            Shape::String => "string".into(),
            Shape::Instant => "instant".into(),
            Shape::Duration => "duration".into(),
            Shape::Ip => "ip".into(),
            Shape::Cidr => "cidr".into(),
            Shape::Record(name) | Shape::Enum(name) => name.clone(),
            Shape::List(inner) => format!("list<{}>", inner.written()),
            Shape::Set(inner) => format!("set<{}>", inner.written()),
        }
    }

    /// What may stand in a set.
    pub fn is_scalar(&self) -> bool {
        match self {
            Shape::Bool
            | Shape::Int
            | Shape::Decimal
            | Shape::String
            | Shape::Instant
            | Shape::Duration
            | Shape::Ip
            | Shape::Cidr
            | Shape::Enum(_) => true,
            Shape::Record(_) | Shape::List(_) | Shape::Set(_) => false,
        }
    }
}
