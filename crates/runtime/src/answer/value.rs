//! The arguments of an obligation as JSON, out of a decision's words and the native memory they point into.
//!
//! In: a shape, or a type and an address. Out: JSON in the names of the source; absent optionals are `null`.

use std::net::IpAddr;

use super::{Object, Sink, array, quoted, string};
use crate::datum;
use crate::decimal::decimal_text;
use crate::decode::Decoder;
use crate::layout::{Items, Text};
use crate::module::Owed;
use crate::net::Cidr;
use crate::schema::{EnumId, RecordId, Schema, Type, TypeId};
use crate::small::Small;
use crate::time::{duration_text, instant_text};
use crate::unit::{Shape, ShapeId};

/// Shapes point to earlier ones; deeper than this they do not come from a policy.
const MAX_DEPTH: u32 = 512;

pub(super) struct Written<'w> {
    pub decoder: &'w Decoder,
    pub schema: &'w Schema,
    pub owed: &'w Owed<'w>,
}

impl Written<'_> {
    pub fn shape<S: Sink>(&self, out: &mut S, id: ShapeId) {
        self.inside(out, id, 0);
    }

    fn inside<S: Sink>(&self, out: &mut S, id: ShapeId, depth: u32) {
        let Some(shape) = self.owed.shape(id).filter(|_| depth < MAX_DEPTH) else { return out.put(b"null") };
        let words = self.owed.shape_words(id);
        let address = words[0] as usize as *const u8;
        match shape {
            Shape::Absent => out.put(b"null"),
            // SAFETY: the words were written for facts that outlive the decision.
            Shape::Node(_, ty) => unsafe { self.node(out, *ty, words) },
            Shape::Optional(_, inner) if words[0] & 1 == 1 => self.inside(out, *inner, depth + 1),
            Shape::Optional(..) => out.put(b"null"),
            Shape::Record(record, parts) => {
                let fields = self.schema.record(*record).map_or(&[][..], |record| record.fields.as_slice());
                let mut object = Object::open(out);
                for (field, part) in fields.iter().zip(parts) {
                    self.inside(object.named(&field.name), *part, depth + 1);
                }
                object.close();
            }
            Shape::List { items, .. } => array(out, items.iter(), |out, part| self.inside(out, *part, depth + 1)),
            // SAFETY: the address of a record of the facts or of constants, which both outlive the decision.
            Shape::RecordAt(_, record) => unsafe { self.record(out, *record, address) },
            // SAFETY: a list of the facts or of constants.
            Shape::ListAt { element, .. } => unsafe { self.items(out, *element, address, words[1]) },
            Shape::Choice(_, a, b) => self.inside(out, if words[0] & 1 == 1 { *a } else { *b }, depth + 1),
        }
    }

    /// A scalar in words: numbers as such, a string as address and length, an address or network as its bytes.
    ///
    /// # Safety
    ///
    /// Where it is a string, so many bytes stand there.
    unsafe fn node<S: Sink>(&self, out: &mut S, ty: Type, words: [u64; 3]) {
        match ty {
            Type::Bool => truth(out, words[0] & 1 == 1),
            Type::Enum(id) => self.case(out, id, words[0] as u32),
            // SAFETY: says the caller.
            Type::String => unsafe { text(out, words[0] as usize as *const u8, words[1]) },
            Type::Ip | Type::Cidr => {
                let mut bytes = [0u8; 24];
                for (to, word) in bytes.chunks_exact_mut(8).zip(words) {
                    to.copy_from_slice(&word.to_le_bytes());
                }
                network(out, ty, &bytes);
            }
            other => number(out, other, words[0] as i64),
        }
    }

    fn case<S: Sink>(&self, out: &mut S, id: EnumId, case: u32) {
        super::case(out, self.schema, id, Some(case));
    }

    /// # Safety
    ///
    /// Such a record stands there, as the layout has it.
    unsafe fn record<S: Sink>(&self, out: &mut S, id: RecordId, start: *const u8) {
        let (Some(def), Some(placed)) = (self.schema.record(id), self.decoder.layout().record(id)) else {
            return out.put(b"null");
        };
        let mut object = Object::open(out);
        for (field, offset) in def.fields.iter().zip(&placed.fields) {
            // SAFETY: the field lies in the record, where the layout says.
            unsafe { self.value(object.named(&field.name), field.ty, start.add(*offset as usize)) };
        }
        object.close();
    }

    /// # Safety
    ///
    /// So many values of this type stand there.
    unsafe fn items<S: Sink>(&self, out: &mut S, element: Type, start: *const u8, length: u64) {
        let Some(shape) = self.decoder.layout().shape(element) else { return out.put(b"[]") };
        array(out, 0..length as usize, |out, i| {
            // SAFETY: inside the list, says the caller.
            unsafe { self.value(out, element, start.add(i * shape.size as usize)) };
        });
    }

    /// # Safety
    ///
    /// Such a value stands there, as the layout has it.
    unsafe fn value<S: Sink>(&self, out: &mut S, ty: Type, at: *const u8) {
        // SAFETY: of each part: it is where the layout says, and the whole is what the caller says.
        unsafe {
            match ty {
                Type::Bool => truth(out, get::<u8>(at) != 0),
                Type::Enum(id) => self.case(out, id, get(at)),
                Type::String => {
                    let found: Text = get(at);
                    text(out, found.bytes, found.length);
                }
                Type::Ip | Type::Cidr => network(out, ty, &get(at)),
                Type::Record(id) => self.record(out, id, at),
                Type::List(id) | Type::Set(id) => {
                    let found: Items = get(at);
                    match self.schema.ty(id) {
                        Some(element) => self.items(out, element, found.items, found.length),
                        None => out.put(b"[]"),
                    }
                }
                Type::Optional(id) => self.optional(out, id, at),
                Type::Int | Type::Decimal | Type::Instant | Type::Duration => number(out, ty, get(at)),
            }
        }
    }

    /// # Safety
    ///
    /// An optional of this type stands there.
    unsafe fn optional<S: Sink>(&self, out: &mut S, id: TypeId, at: *const u8) {
        // SAFETY: the value stands behind its byte, at the next place it may stand.
        unsafe {
            match (get::<u8>(at), self.schema.ty(id), self.decoder.layout().held(id)) {
                (1.., Some(inner), Some(shape)) => self.value(out, inner, at.add(shape.align as usize)),
                _ => out.put(b"null"),
            }
        }
    }
}

/// # Safety
///
/// A `T` stands there, whatever its alignment.
unsafe fn get<T: Copy>(at: *const u8) -> T {
    // SAFETY: says the caller.
    unsafe { at.cast::<T>().read_unaligned() }
}

/// # Safety
///
/// So many bytes stand there.
unsafe fn text<S: Sink>(out: &mut S, start: *const u8, length: u64) {
    // SAFETY: says the caller.
    string(out, unsafe { datum::slice(start, length as usize) });
}

fn truth<S: Sink>(out: &mut S, truth: bool) {
    out.put(if truth { b"true" } else { b"false" });
}

fn number<S: Sink>(out: &mut S, ty: Type, number: i64) {
    match ty {
        Type::Decimal => out.put(decimal_text(number).as_bytes()),
        Type::Instant => quoted(out, instant_text(number).as_bytes()),
        Type::Duration => quoted(out, duration_text(number).as_bytes()),
        _ => {
            let mut text = Small::new();
            text.signed(number, 1);
            out.put(text.as_bytes());
        }
    }
}

fn network<S: Sink>(out: &mut S, ty: Type, bytes: &[u8; 24]) {
    let address: IpAddr = datum::address(bytes);
    let mut text = Small::new();
    // What is written is shorter than there is room, and writing to it cannot fail.
    let _ = match ty {
        Type::Cidr => std::fmt::Write::write_fmt(&mut text, format_args!("{}", Cidr { address, prefix: bytes[17] })),
        _ => std::fmt::Write::write_fmt(&mut text, format_args!("{address}")),
    };
    quoted(out, text.as_bytes());
}
