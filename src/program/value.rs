//! Values of the oracle.
//!
//! Sets are sorted and without duplicates; a record's values stand in declaration order; an absent optional
//! is `None`, a present one the value itself. Equality and order are by content.

use std::net::IpAddr;
use std::sync::Arc;

use smol_str::SmolStr;
use trust_runtime::net::Cidr;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// Ten-thousandths.
    Decimal(i64),
    String(SmolStr),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Instant(i64),
    /// Microseconds.
    Duration(i64),
    Ip(IpAddr),
    Cidr(Cidr),
    /// The index of the case in its enum or scale.
    Case(u32),
    Record(Arc<[Value]>),
    List(Arc<[Value]>),
    Set(Arc<[Value]>),
    /// An instant or duration that moves with the clock. Only inside the interpreter.
    Moving(Moving),
}

/// `min(max(sign * now + offset, low), high)`: every shift of `now` that saturates has this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moving {
    /// +1 or -1.
    pub sign: i8,
    pub offset: i128,
    pub low: i64,
    pub high: i64,
    /// Whether this is an instant; else a duration.
    pub instant: bool,
}

impl Value {
    /// A set of the elements: sorted, without duplicates.
    pub fn set(mut elements: Vec<Value>) -> Value {
        elements.sort_unstable();
        elements.dedup();
        Value::Set(elements.into())
    }
}
