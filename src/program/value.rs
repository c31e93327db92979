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
    Moving(Box<Moving>),
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
        if elements.len() > FEW && elements.iter().all(|e| matches!(e, Value::String(_))) {
            return Value::Set(sorted_strings(elements));
        }
        elements.sort_unstable();
        elements.dedup();
        Value::Set(elements.into())
    }
}

/// Smaller sets are sorted as they are.
const FEW: usize = 64;

/// Strings in order, each once. Long lists of strings tend to begin alike: the first letters that tell them apart are
/// compared as one number.
fn sorted_strings(elements: Vec<Value>) -> Arc<[Value]> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        _ => SmolStr::default(),
    };
    let first = elements.first().map(text).unwrap_or_default();
    let shared = |value: &Value| match value {
        Value::String(text) => first.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let alike = elements.iter().map(shared).min().unwrap_or(0);
    let word = |value: &Value| match value {
        Value::String(text) => {
            let rest = text.as_bytes().get(alike..).unwrap_or_default();
            let mut word = [0; 8];
            word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            u64::from_be_bytes(word)
        }
        _ => 0,
    };
    let mut keyed: Vec<(u64, Value)> = elements.into_iter().map(|value| (word(&value), value)).collect();
    keyed.sort_unstable();
    keyed.dedup();
    keyed.into_iter().map(|(_, value)| value).collect()
}
