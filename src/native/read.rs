//! From words and native memory back to values.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use trust_runtime::graph::Id;
use trust_runtime::net::Cidr;

use crate::lower::Shape;
use crate::lower::layout::Layouts;
use crate::program::ty::{RecordId, Ty, Types};
use crate::program::value::Value;

pub(super) struct Reader<'r> {
    pub types: &'r Types,
    pub layouts: &'r Layouts,
    pub at: &'r HashMap<Id, usize>,
    pub words: &'r [u64],
}

impl Reader<'_> {
    fn word(&self, id: Id, n: usize) -> u64 {
        self.at.get(&id).and_then(|at| self.words.get(at + n)).copied().unwrap_or(0)
    }

    /// # Safety
    /// The words were written by generated code whose facts still stand in memory.
    pub unsafe fn value(&self, shape: &Shape) -> Value {
        match shape {
            Shape::Absent => Value::None,
            Shape::Node(id, ty) => {
                let [a, b, c] = [self.word(*id, 0), self.word(*id, 1), self.word(*id, 2)];
                // SAFETY: as promised.
                unsafe { scalar(ty, a, b, c) }
            }
            Shape::Optional(id, inner) => {
                if self.word(*id, 0) & 1 == 1 {
                    // SAFETY: as promised.
                    unsafe { self.value(inner) }
                } else {
                    Value::None
                }
            }
            // SAFETY: as promised.
            Shape::Record(parts) => Value::Record(parts.iter().map(|p| unsafe { self.value(p) }).collect()),
            // SAFETY: as promised.
            Shape::List { set, items } => whole(*set, items.iter().map(|p| unsafe { self.value(p) }).collect()),
            Shape::RecordAt(id, record) => {
                // SAFETY: the address of a record of the facts or of constants.
                unsafe { self.record(*record, self.word(*id, 0) as *const u8) }
            }
            Shape::ListAt { set, at, element } => {
                // SAFETY: a list of the facts or of constants.
                unsafe { self.list(*set, element, self.word(*at, 0) as *const u8, self.word(*at, 1)) }
            }
            Shape::Choice(id, a, b) => {
                let taken = if self.word(*id, 0) & 1 == 1 { a } else { b };
                // SAFETY: as promised.
                unsafe { self.value(taken) }
            }
        }
    }

    /// # Safety
    /// `base` is the address of such a record.
    unsafe fn record(&self, id: RecordId, base: *const u8) -> Value {
        let fields = self.types.record_def(id).fields.iter().enumerate().map(|(n, f)| {
            // SAFETY: the field lies inside the record.
            unsafe { self.at(&f.ty, base.add(self.layouts.field(id, n as u32) as usize)) }
        });
        Value::Record(fields.collect())
    }

    /// # Safety
    /// `at` is the address of so many elements.
    unsafe fn list(&self, set: bool, element: &Ty, at: *const u8, len: u64) -> Value {
        let stride = self.layouts.size(element).stride() as usize;
        // SAFETY: each element lies inside the list.
        let items = (0..len as usize).map(|n| unsafe { self.at(element, at.add(n * stride)) });
        whole(set, items.collect())
    }

    /// # Safety
    /// `at` is the address of a value of the type.
    unsafe fn at(&self, ty: &Ty, at: *const u8) -> Value {
        // SAFETY: every cell is read with the size the layout gives it.
        unsafe {
            match ty {
                Ty::Optional(inner) => {
                    if at.read() & 1 == 1 {
                        self.at(inner, at.add(self.layouts.inside(inner) as usize))
                    } else {
                        Value::None
                    }
                }
                Ty::Record(id) => self.record(*id, at),
                Ty::List(element) | Ty::Set(element) => {
                    let words = at.cast::<u64>();
                    self.list(matches!(ty, Ty::Set(_)), element, words.read() as *const u8, words.add(1).read())
                }
                Ty::Bool => Value::Bool(at.read() & 1 == 1),
                Ty::Enum(_) => Value::Case(at.cast::<u32>().read()),
                Ty::String => scalar(ty, at.cast::<u64>().read(), at.cast::<u64>().add(1).read(), 0),
                Ty::Ip | Ty::Cidr => {
                    let words = at.cast::<u64>();
                    scalar(ty, words.read(), words.add(1).read(), words.add(2).read())
                }
                Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => scalar(ty, at.cast::<u64>().read(), 0, 0),
                Ty::Never | Ty::Error => Value::None,
            }
        }
    }
}

fn whole(set: bool, items: Vec<Value>) -> Value {
    if set { Value::Set(items.into()) } else { Value::List(items.into()) }
}

/// # Safety
/// Of a string, `a` and `b` are pointer and length of readable UTF-8.
unsafe fn scalar(ty: &Ty, a: u64, b: u64, c: u64) -> Value {
    match ty {
        Ty::Bool => Value::Bool(a & 1 == 1),
        Ty::Int => Value::Int(a as i64),
        Ty::Decimal => Value::Decimal(a as i64),
        Ty::Instant => Value::Instant(a as i64),
        Ty::Duration => Value::Duration(a as i64),
        Ty::Enum(_) => Value::Case(a as u32),
        Ty::String => {
            let bytes = if b == 0 {
                &[]
            } else {
                // SAFETY: promised by the caller.
                unsafe { std::slice::from_raw_parts(a as *const u8, b as usize) }
            };
            Value::String(String::from_utf8_lossy(bytes).into())
        }
        Ty::Ip | Ty::Cidr => {
            let mut octets = [0u8; 16];
            octets[..8].copy_from_slice(&a.to_le_bytes());
            octets[8..].copy_from_slice(&b.to_le_bytes());
            let address = if c & 0xff == 6 {
                IpAddr::V6(Ipv6Addr::from(octets))
            } else {
                IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3]))
            };
            if matches!(ty, Ty::Ip) {
                Value::Ip(address)
            } else {
                Value::Cidr(Cidr { address, prefix: (c >> 8) as u8 })
            }
        }
        Ty::Record(_) | Ty::List(_) | Ty::Set(_) | Ty::Optional(_) | Ty::Never | Ty::Error => Value::None,
    }
}
