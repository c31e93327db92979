//! Native facts as a tree, and back: for tests, for messages, and for hosts that have no JSON.
//!
//! In: facts in the native layout, or a tree. Out: the other. What is written is sorted and complete, as native code expects it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr::NonNull;

use crate::arena::{Arena, Place};
use crate::decode::{Decoder, Facts, Order, cidr_bytes, ip_bytes, sort};
use crate::layout::Text;
use crate::net::Cidr;
use crate::schema::{RecordId, Type};

#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// Of an optional.
    Absent,
    Bool(bool),
    /// Also decimals, instants and durations.
    Number(i64),
    Text(String),
    Ip(IpAddr),
    Cidr(Cidr),
    Case(u32),
    /// In declaration order.
    Record(Vec<Datum>),
    List(Vec<Datum>),
    Set(Vec<Datum>),
}

/// A tree that is not of the type it should be, or no memory for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

impl Datum {
    /// A record's fields.
    pub fn read(facts: &Facts<'_>) -> Datum {
        let at = Cursor { decoder: facts.decoder(), start: facts.as_ptr() };
        // SAFETY: facts are a record of their decoder's layout, whole, for as long as they live.
        unsafe { at.value(Type::Record(facts.record())) }
    }

    /// A value in memory.
    ///
    /// # Safety
    ///
    /// Such a value of the decoder's schema stands at `start`.
    pub(crate) unsafe fn at(decoder: &Decoder, ty: Type, start: *const u8) -> Datum {
        // SAFETY: says the caller.
        unsafe { Cursor { decoder, start }.value(ty) }
    }

    /// The elements of a list or set in memory.
    ///
    /// # Safety
    ///
    /// So many values of this type of the decoder's schema stand at `start`.
    pub(crate) unsafe fn items(decoder: &Decoder, element: Type, start: *const u8, length: usize) -> Vec<Datum> {
        let Some(shape) = decoder.layout().shape(element) else { return Vec::new() };
        let first = Cursor { decoder, start };
        // SAFETY: each stands where the caller says.
        (0..length).map(|i| unsafe { first.at(i * shape.size as usize).value(element) }).collect()
    }

    /// A scalar from the words that native code wrote.
    ///
    /// # Safety
    ///
    /// Of a string, the words are its address and its length.
    pub(crate) unsafe fn scalar(ty: Type, words: [u64; 3]) -> Datum {
        match ty {
            Type::Bool => Datum::Bool(words[0] & 1 == 1),
            Type::Int | Type::Decimal | Type::Instant | Type::Duration => Datum::Number(words[0] as i64),
            Type::Enum(_) => Datum::Case(words[0] as u32),
            Type::String => {
                // SAFETY: says the caller.
                let bytes = unsafe { slice(words[0] as usize as *const u8, words[1] as usize) };
                Datum::Text(String::from_utf8_lossy(bytes).into_owned())
            }
            Type::Ip | Type::Cidr => {
                let mut bytes = [0u8; 24];
                for (to, word) in bytes.chunks_exact_mut(8).zip(words) {
                    to.copy_from_slice(&word.to_le_bytes());
                }
                match ty {
                    Type::Ip => Datum::Ip(address(&bytes)),
                    _ => Datum::Cidr(Cidr { address: address(&bytes), prefix: bytes[17] }),
                }
            }
            Type::Record(_) | Type::List(_) | Type::Set(_) | Type::Optional(_) => Datum::Absent,
        }
    }

    /// The facts of this record, a [`Datum::Record`].
    pub fn write<'a>(&self, decoder: &'a Decoder, record: RecordId, arena: &'a mut Arena) -> Result<Facts<'a>, Unfit> {
        let layout = decoder.layout().record(record).ok_or(Unfit)?;
        let mut place = arena.take(layout.shape.size as usize).map_err(|_| Unfit)?;
        place.clear();
        put(self, decoder, Type::Record(record), &mut place, 0, arena).ok_or(Unfit)?;
        Ok(Facts::new(place.pointer(), record, decoder))
    }
}

fn put(datum: &Datum, decoder: &Decoder, ty: Type, place: &mut Place<'_>, at: usize, arena: &mut Arena) -> Option<()> {
    let (schema, layout) = (decoder.schema(), decoder.layout());
    match (ty, datum) {
        (Type::Optional(_), Datum::Absent) => place.put_byte(at, 0),
        (Type::Optional(id), present) => {
            place.put_byte(at, 1)?;
            let value = at + layout.held(id)?.align as usize;
            put(present, decoder, schema.ty(id)?, place, value, arena)
        }
        (Type::Bool, Datum::Bool(truth)) => place.put_byte(at, u8::from(*truth)),
        (Type::Int | Type::Decimal | Type::Instant | Type::Duration, Datum::Number(number)) => {
            place.put_i64(at, *number)
        }
        (Type::String, Datum::Text(text)) => {
            let mut bytes = arena.take(text.len()).ok()?;
            bytes.write(0, text.as_bytes())?;
            place.put_slice(at, bytes.address(), text.len())
        }
        (Type::Ip, Datum::Ip(ip)) => place.put_bytes(at, ip_bytes(ip)),
        (Type::Cidr, Datum::Cidr(cidr)) => place.put_bytes(at, cidr_bytes(cidr)),
        (Type::Enum(id), Datum::Case(case)) => {
            schema.enum_def(id)?.cases.get(*case as usize)?;
            place.put_u32(at, *case)
        }
        (Type::Record(id), Datum::Record(values)) => {
            let (def, layout) = (schema.record(id)?, layout.record(id)?);
            if values.len() != def.fields.len() {
                return None;
            }
            for ((field, offset), value) in def.fields.iter().zip(&layout.fields).zip(values) {
                put(value, decoder, field.ty, place, at + *offset as usize, arena)?;
            }
            Some(())
        }
        (Type::List(id), Datum::List(values)) | (Type::Set(id), Datum::Set(values)) => {
            let (element, stride) = (schema.ty(id)?, layout.held(id)?.size as usize);
            let mut items = arena.take(values.len().checked_mul(stride)?).ok()?;
            items.clear();
            for (value, i) in values.iter().zip(0..) {
                put(value, decoder, element, &mut items, i * stride, arena)?;
            }
            let mut count = values.len();
            if matches!(ty, Type::Set(_)) {
                // SAFETY: each element was written above; texts point to filled pieces of the arena.
                count = unsafe { sort(Order::of(element)?, &mut items, count) }?;
            }
            place.put_slice(at, items.address(), count)
        }
        _ => None,
    }
}

/// A place to read from.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    decoder: &'a Decoder,
    start: *const u8,
}

impl Cursor<'_> {
    /// # Safety
    ///
    /// Native data of this type stands here, `offset` included.
    unsafe fn at(self, offset: usize) -> Self {
        // SAFETY: inside the same data, says the caller.
        Cursor { start: unsafe { self.start.add(offset) }, ..self }
    }

    /// # Safety
    ///
    /// `size_of::<T>()` initialised bytes stand here, a `T`.
    unsafe fn get<T: Copy>(self) -> T {
        // SAFETY: says the caller; alignment is not asked for.
        unsafe { self.start.cast::<T>().read_unaligned() }
    }

    /// # Safety
    ///
    /// A native value of this type of the decoder's schema stands here.
    unsafe fn value(self, ty: Type) -> Datum {
        let (schema, layout) = (self.decoder.schema(), self.decoder.layout());
        // SAFETY: of every part: it is where the layout says, and the whole is what the caller says.
        unsafe {
            match ty {
                Type::Bool => Datum::Bool(self.get::<u8>() != 0),
                Type::Int | Type::Decimal | Type::Instant | Type::Duration => Datum::Number(self.get()),
                Type::String => {
                    let text: Text = self.get();
                    let bytes = slice(text.bytes, text.length as usize);
                    Datum::Text(String::from_utf8_lossy(bytes).into_owned())
                }
                Type::Ip => Datum::Ip(address(&self.get())),
                Type::Cidr => {
                    let bytes: [u8; 24] = self.get();
                    Datum::Cidr(Cidr { address: address(&bytes), prefix: bytes[17] })
                }
                Type::Enum(_) => Datum::Case(self.get()),
                Type::Record(id) => {
                    let (Some(def), Some(placed)) = (schema.record(id), layout.record(id)) else {
                        return Datum::Absent;
                    };
                    let fields = def.fields.iter().zip(&placed.fields);
                    Datum::Record(fields.map(|(field, offset)| self.at(*offset as usize).value(field.ty)).collect())
                }
                Type::List(id) | Type::Set(id) => {
                    let (Some(element), Some(shape)) = (schema.ty(id), layout.held(id)) else { return Datum::Absent };
                    let items: Text = self.get();
                    let first = Cursor { start: items.bytes, ..self };
                    let values = (0..items.length as usize).map(|i| first.at(i * shape.size as usize).value(element));
                    let values = values.collect();
                    if matches!(ty, Type::List(_)) { Datum::List(values) } else { Datum::Set(values) }
                }
                Type::Optional(id) => match (self.get::<u8>(), schema.ty(id), layout.held(id)) {
                    (1.., Some(inner), Some(shape)) => self.at(shape.align as usize).value(inner),
                    _ => Datum::Absent,
                },
            }
        }
    }
}

/// # Safety
///
/// `length` bytes stand at `start`; nobody writes to them.
pub(crate) unsafe fn slice<'a>(start: *const u8, length: usize) -> &'a [u8] {
    match NonNull::new(start.cast_mut()) {
        // SAFETY: says the caller.
        Some(start) if length > 0 => unsafe { std::slice::from_raw_parts(start.as_ptr(), length) },
        _ => &[],
    }
}

pub(crate) fn address(bytes: &[u8; 24]) -> IpAddr {
    let [a, b, c, d, ..] = *bytes;
    match (bytes[16], bytes.first_chunk::<16>()) {
        (6, Some(bytes)) => Ipv6Addr::from(*bytes).into(),
        _ => Ipv4Addr::new(a, b, c, d).into(),
    }
}
