//! Constant memory in the native layout: `data` tables and the blanks that absent values read.

use std::hash::BuildHasher;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use trust_runtime::graph::Image;
use trust_runtime::schema::{self, Schema};

use super::Lowering;
use super::layout::{Layouts, cell};
use super::values::{ListVal, RecordVal, Val};
use crate::native::schema::convert;
use crate::program::DataId;
use crate::program::ty::{RecordId, Ty, Types};
use crate::program::value::Value;

/// 0.0.0.0, and 0.0.0.0/0.
pub(super) fn blank_net() -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[16] = 4;
    bytes
}

/// The 24 bytes of an address or a network.
pub fn net_bytes(value: &Value) -> [u8; 24] {
    let mut bytes = [0u8; 24];
    let (address, prefix) = match value {
        Value::Ip(a) => (*a, 0),
        Value::Cidr(c) => (c.address, c.prefix),
        _ => return blank_net(),
    };
    match address {
        IpAddr::V4(a) => {
            bytes[..4].copy_from_slice(&a.octets());
            bytes[16] = 4;
        }
        IpAddr::V6(a) => {
            bytes[..16].copy_from_slice(&a.octets());
            bytes[16] = 6;
        }
    }
    bytes[17] = prefix;
    bytes
}

impl Lowering<'_> {
    /// A `data` table, as memory.
    pub(super) fn table(&mut self, id: DataId) -> Val {
        if let Some(known) = self.data.get(&id) {
            return known.clone();
        }
        let val = match self.program.data.get(id.0 as usize) {
            None => Val::Absent,
            Some(def) => match (&def.ty, &def.value) {
                (Ty::List(element) | Ty::Set(element), Value::List(values) | Value::Set(values)) => {
                    if cell(element).is_some() && values.len() <= 64 {
                        // Few plain values: as if written out.
                        self.constant(&def.value, &def.ty)
                    } else {
                        let mut writer = Writer::new(self.layouts, &self.program.types, self.schema);
                        let image = writer.array(element, values);
                        let images = writer.done();
                        let list = self.add_images(images, image, values.len() as u64);
                        Val::List(ListVal::Memory(list))
                    }
                }
                (Ty::Record(record), value) => {
                    let mut writer = Writer::new(self.layouts, &self.program.types, self.schema);
                    let image = writer.array(&Ty::Record(*record), std::slice::from_ref(value));
                    let images = writer.done();
                    let base = self.add_all(images);
                    let address = self.g.image_address(base + image);
                    Val::Record(RecordVal::Memory(*record, address))
                }
                (ty, value) => self.constant(value, ty),
            },
        };
        self.data.insert(id, val.clone());
        val
    }

    pub(super) fn add_images(&mut self, images: Vec<Image>, image: u32, len: u64) -> trust_runtime::graph::Id {
        let base = self.add_all(images);
        self.g.image_list(base + image, len)
    }

    /// Adds a writer's images to the graph; the number of the first.
    fn add_all(&mut self, images: Vec<Image>) -> u32 {
        let mut base = None;
        let first = self.g.images_len();
        for mut image in images {
            for pointer in &mut image.pointers {
                pointer.1 += first;
            }
            let index = self.g.image(image);
            base.get_or_insert(index);
        }
        base.unwrap_or(first)
    }
}

/// A record with nothing in it.
pub(super) fn blank(types: &Types, layouts: &Layouts, id: RecordId) -> Image {
    let size = layouts.record(id).map_or(0, |f| f.shape.size);
    let holds = Some(schema::Type::Record(schema::RecordId(id.0)));
    let mut image = Image { holds, len: 1, bytes: vec![0; size as usize], pointers: Vec::new() };
    families(types, layouts, &Ty::Record(id), 0, &mut image.bytes);
    image
}

/// Addresses have a family, also where they are absent.
pub(super) fn families(types: &Types, layouts: &Layouts, ty: &Ty, at: u32, bytes: &mut [u8]) {
    match ty {
        Ty::Ip | Ty::Cidr => {
            if let Some(family) = bytes.get_mut(at as usize + 16) {
                *family = 4;
            }
        }
        Ty::Optional(inner) => families(types, layouts, inner, at + layouts.inside(inner), bytes),
        Ty::Record(id) => {
            for (index, field) in types.record_def(*id).fields.iter().enumerate() {
                families(types, layouts, &field.ty, at + layouts.field(*id, index as u32), bytes);
            }
        }
        _ => {}
    }
}

/// Writes values in the native layout; inner lists get images of their own, strings share one.
pub struct Writer<'w> {
    layouts: &'w Layouts,
    types: &'w Types,
    schema: &'w mut Schema,
    /// The first is the text of all strings.
    images: Vec<Image>,
    strings: Strings,
}

impl<'w> Writer<'w> {
    pub fn new(layouts: &'w Layouts, types: &'w Types, schema: &'w mut Schema) -> Self {
        let text = Image { holds: None, len: 0, bytes: Vec::new(), pointers: Vec::new() };
        Writer { layouts, types, schema, images: vec![text], strings: Strings::default() }
    }

    pub fn done(self) -> Vec<Image> {
        self.images
    }

    /// An image of values one after another; its number among this writer's.
    pub fn array(&mut self, element: &Ty, values: &[Value]) -> u32 {
        let stride = self.layouts.stride(element);
        let holds = convert(self.schema, element);
        let bytes = vec![0; stride as usize * values.len()];
        // Of most tables: a pointer or more a row.
        let pointers = Vec::with_capacity(values.len());
        let mut image = Image { holds: Some(holds), len: values.len() as u64, bytes, pointers };
        for (n, value) in values.iter().enumerate() {
            self.write(&mut image, element, value, stride * n as u32);
        }
        self.images.push(image);
        self.images.len() as u32 - 1
    }

    /// Where a string stands in the text.
    fn text(&mut self, text: &[u8]) -> u32 {
        let Some(image) = self.images.first_mut() else { return 0 };
        let at = self.strings.place(text, &mut image.bytes);
        image.len = image.bytes.len() as u64;
        at
    }

    fn put(image: &mut Image, at: u32, bytes: &[u8]) {
        let at = at as usize;
        if let Some(place) = image.bytes.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    pub(super) fn write(&mut self, image: &mut Image, ty: &Ty, value: &Value, at: u32) {
        match (ty, value) {
            (Ty::Optional(inner), value) => {
                let inside = at + self.layouts.inside(inner);
                if *value == Value::None {
                    // Blank behind its byte, so that nothing wild is ever read.
                    families(self.types, self.layouts, inner, inside, &mut image.bytes);
                } else {
                    Self::put(image, at, &[1]);
                    self.write(image, inner, value, inside);
                }
            }
            (_, Value::Bool(b)) => Self::put(image, at, &[u8::from(*b)]),
            (_, Value::Int(n) | Value::Decimal(n) | Value::Instant(n) | Value::Duration(n)) => {
                Self::put(image, at, &n.to_le_bytes());
            }
            (_, Value::Case(c)) => Self::put(image, at, &c.to_le_bytes()),
            (_, Value::String(s)) => {
                let len = s.len() as u64;
                let start = self.text(s.as_bytes());
                image.pointers.push((at, 0, start));
                Self::put(image, at + 8, &len.to_le_bytes());
            }
            (_, Value::Ip(_) | Value::Cidr(_)) => Self::put(image, at, &net_bytes(value)),
            (Ty::Record(id), Value::Record(values)) => {
                let types = self.types;
                for ((value, field), n) in values.iter().zip(&types.record_def(*id).fields).zip(0..) {
                    let offset = self.layouts.field(*id, n);
                    self.write(image, &field.ty, value, at + offset);
                }
            }
            (Ty::List(element) | Ty::Set(element), Value::List(values) | Value::Set(values)) => {
                let target = self.array(element, values);
                image.pointers.push((at, target, 0));
                Self::put(image, at + 8, &(values.len() as u64).to_le_bytes());
            }
            // Not of a checked program.
            (_, Value::None | Value::Record(_) | Value::List(_) | Value::Set(_) | Value::Moving(_)) => {}
        }
    }
}

/// Which strings stand where in a text: open addressing, at most half full.
#[derive(Default)]
struct Strings {
    hasher: RandomState,
    /// 0, or half of a string's hash and, below it, one more than its number.
    slots: Vec<u64>,
    /// Where each string stands, and its length.
    places: Vec<(u32, u32)>,
}

impl Strings {
    /// Where a string stands in the text; behind all others, where it was not there.
    fn place(&mut self, string: &[u8], text: &mut Vec<u8>) -> u32 {
        if self.places.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let half = self.hasher.hash_one(string) >> 32;
        let mask = self.slots.len().saturating_sub(1);
        let mut at = half as usize & mask;
        while let Some(slot) = self.slots.get(at).copied().filter(|slot| *slot != 0) {
            if slot >> 32 == half
                && let Some((start, len)) = self.places.get((slot as u32 - 1) as usize).copied()
                && text.get(start as usize..start as usize + len as usize) == Some(string)
            {
                return start;
            }
            at = (at + 1) & mask;
        }
        let start = text.len() as u32;
        text.extend_from_slice(string);
        self.places.push((start, string.len() as u32));
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = half << 32 | self.places.len() as u64;
        }
        start
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 4).max(64);
        let before = std::mem::replace(&mut self.slots, vec![0; size]);
        for slot in before.into_iter().filter(|slot| *slot != 0) {
            let mut at = (slot >> 32) as usize & (size - 1);
            while self.slots.get(at).is_some_and(|taken| *taken != 0) {
                at = (at + 1) & (size - 1);
            }
            if let Some(free) = self.slots.get_mut(at) {
                *free = slot;
            }
        }
    }
}
