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
        let program = self.program;
        let val = match program.data.get(id.0 as usize) {
            None => Val::Absent,
            Some(def) => match (&def.ty, &def.value) {
                (Ty::List(element) | Ty::Set(element), Value::List(values) | Value::Set(values)) => {
                    if cell(element).is_some() && values.len() <= 64 {
                        // Few plain values: as if written out.
                        self.constant(&def.value, &def.ty)
                    } else {
                        let differ = matches!(def.ty, Ty::Set(_)) && **element == Ty::String;
                        let (images, image) = self.written(id, element, values, differ);
                        let list = self.add_images(images, image, values.len() as u64);
                        Val::List(ListVal::Memory(list))
                    }
                }
                (Ty::Record(record), value) => {
                    let values = std::slice::from_ref(value);
                    let (images, image) = self.written(id, &Ty::Record(*record), values, false);
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

    /// A table's images, and which of them holds its elements; `differ`: no two strings are the same.
    fn written(&mut self, id: DataId, element: &Ty, values: &[Value], differ: bool) -> (Vec<Image>, u32) {
        if !self.tables.further
            && let Some(written) = self.tables.written.remove(&id)
        {
            return written;
        }
        if let Some(written) = self.tables.written.get(&id) {
            return written.clone();
        }
        let mut writer = Writer::new(self.layouts, &self.program.types, self.schema);
        writer.differ = differ;
        let image = writer.array(element, values);
        let written = (writer.done(), image);
        if self.tables.further {
            self.tables.written.insert(id, written.clone());
        }
        written
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
pub struct Writer<'w, 'v> {
    layouts: &'w Layouts,
    types: &'w Types,
    schema: &'w mut Schema,
    /// The first is the text of all strings.
    images: Vec<Image>,
    /// In the order in which they were met. Until the end pointers to the text hold a string's number.
    strings: Vec<&'v [u8]>,
    /// No two of them are the same.
    differ: bool,
}

impl<'w, 'v> Writer<'w, 'v> {
    pub fn new(layouts: &'w Layouts, types: &'w Types, schema: &'w mut Schema) -> Self {
        let text = Image { holds: None, len: 0, bytes: Vec::new(), pointers: Vec::new() };
        Writer { layouts, types, schema, images: vec![text], strings: Vec::new(), differ: false }
    }

    /// An image that was filled elsewhere; its number among this writer's.
    pub fn add(&mut self, image: Image) -> u32 {
        self.images.push(image);
        self.images.len() as u32 - 1
    }

    pub fn done(mut self) -> Vec<Image> {
        let Some((text, images)) = self.images.split_first_mut() else { return self.images };
        let places = places(&self.strings, self.differ, &mut text.bytes);
        text.len = text.bytes.len() as u64;
        for (_, target, offset) in images.iter_mut().flat_map(|image| &mut image.pointers) {
            if *target == 0 {
                *offset = places.get(*offset as usize).copied().unwrap_or(0);
            }
        }
        self.images
    }

    /// An image of values one after another; its number among this writer's.
    pub fn array(&mut self, element: &Ty, values: &'v [Value]) -> u32 {
        let stride = self.layouts.stride(element);
        let holds = convert(self.schema, element);
        let bytes = vec![0; stride as usize * values.len()];
        // Of most tables: a pointer or more a row.
        let pointers = Vec::with_capacity(values.len());
        let mut image = Image { holds: Some(holds), len: values.len() as u64, bytes, pointers };
        for (n, value) in values.iter().enumerate() {
            self.write(&mut image, element, value, stride * n as u32);
        }
        self.add(image)
    }

    pub(super) fn put(image: &mut Image, at: u32, bytes: &[u8]) {
        let at = at as usize;
        if let Some(place) = image.bytes.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    pub(super) fn write(&mut self, image: &mut Image, ty: &Ty, value: &'v Value, at: u32) {
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
                image.pointers.push((at, 0, self.strings.len() as u32));
                self.strings.push(s.as_bytes());
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

/// Where each of the strings stands in a text that is made of them, each once unless all are known to differ.
fn places(strings: &[&[u8]], differ: bool, text: &mut Vec<u8>) -> Vec<u32> {
    let firsts = if differ { Vec::new() } else { firsts(strings) };
    let mut places: Vec<u32> = Vec::with_capacity(strings.len());
    for (n, string) in strings.iter().enumerate() {
        let same = firsts.get(n).map(|first| *first as usize).filter(|first| *first != n);
        let place = same.and_then(|first| places.get(first).copied()).unwrap_or_else(|| {
            let place = text.len() as u32;
            text.extend_from_slice(string);
            place
        });
        places.push(place);
    }
    places
}

/// How many strings are told apart at a time: what is known of them stays in the processor's cache.
const PART: usize = 4096;

/// For each string the first one that is the same.
fn firsts(strings: &[&[u8]]) -> Vec<u32> {
    let hasher = RandomState::default();
    let hashes: Vec<u32> = strings.iter().map(|string| (hasher.hash_one(string) >> 32) as u32).collect();
    // Strings with the same upper bits of their hashes stand together, in their order.
    let parts = strings.len().div_ceil(PART).next_power_of_two();
    let part = |hash: u32| ((u64::from(hash) * parts as u64) >> 32) as usize;
    let mut ends = vec![0usize; parts + 1];
    for hash in &hashes {
        ends.get_mut(part(*hash) + 1).into_iter().for_each(|count| *count += 1);
    }
    for n in 1..ends.len() {
        let before = ends.get(n - 1).copied().unwrap_or(0);
        ends.get_mut(n).into_iter().for_each(|end| *end += before);
    }
    let mut order = vec![0u32; strings.len()];
    for (hash, n) in hashes.iter().zip(0u32..) {
        if let Some(next) = ends.get_mut(part(*hash)) {
            order.get_mut(*next).into_iter().for_each(|place| *place = n);
            *next += 1;
        }
    }
    let mut firsts: Vec<u32> = (0u32..).take(strings.len()).collect();
    // Open addressing, at most half full: 0, or one more than the number of a string.
    let mut slots: Vec<u32> = Vec::new();
    let mut start = 0;
    for end in ends.into_iter().take(parts) {
        let members = order.get(start..end).unwrap_or(&[]);
        start = end;
        let mask = (members.len() * 2).next_power_of_two() - 1;
        slots.clear();
        slots.resize(mask + 1, 0);
        for n in members {
            let (hash, string) = (hashes.get(*n as usize), strings.get(*n as usize));
            let mut at = hash.map_or(0, |hash| *hash as usize) & mask;
            while let Some(slot) = slots.get_mut(at) {
                let Some(known) = slot.checked_sub(1) else {
                    *slot = n + 1;
                    break;
                };
                if hashes.get(known as usize) == hash && strings.get(known as usize) == string {
                    firsts.get_mut(*n as usize).into_iter().for_each(|first| *first = known);
                    break;
                }
                at = (at + 1) & mask;
            }
        }
    }
    firsts
}
