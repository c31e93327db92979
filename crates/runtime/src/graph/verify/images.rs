//! Constant memory: that every image is what it says it is.
//!
//! In: images and the type each holds. Out: nothing, or what is wrong. After it every string and list in an image points to
//! text or to elements that are there, no memory is reached twice, and sets are in order.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{Unsound, places};
use crate::graph::Image;
use crate::layout::Layout;
use crate::schema::{Schema, Type};

/// Cells of all types that images hold.
const MAX_CELLS: usize = 1 << 22;
/// Bytes of all strings in images, counted where they are used.
const MAX_TEXT: u64 = 1 << 31;

/// What must be true of some bytes of an element.
#[derive(Clone, Copy)]
enum Cell {
    Bool,
    /// So many cases.
    Case(u32),
    Text,
    /// Whether it has a prefix.
    Net(bool),
    List {
        element: Type,
        set: bool,
    },
}

pub(super) struct Images<'g> {
    schema: &'g Schema,
    layout: &'g Layout,
    images: &'g [Image],
    cells: HashMap<Type, Vec<(usize, Cell)>>,
    counted: usize,
    reached: Vec<bool>,
    text: u64,
    /// The longest list inside an image.
    pub longest: u64,
}

impl<'g> Images<'g> {
    pub(super) fn new(schema: &'g Schema, layout: &'g Layout, images: &'g [Image]) -> Images<'g> {
        Images {
            schema,
            layout,
            images,
            cells: HashMap::new(),
            counted: 0,
            reached: vec![false; images.len()],
            text: 0,
            longest: 0,
        }
    }

    pub(super) fn check(&mut self) -> Result<(), Unsound> {
        for (n, image) in self.images.iter().enumerate() {
            let checked = match image.holds {
                None => text(image),
                Some(ty) => self.values(image, ty),
            };
            checked.map_err(|what| what.inside(format_args!("constant {n}")))?;
        }
        Ok(())
    }

    fn values(&mut self, image: &Image, ty: Type) -> Result<(), Unsound> {
        let shape = self.shape(ty)?;
        let size = usize::try_from(image.len).ok().and_then(|len| len.checked_mul(shape));
        if size != Some(image.bytes.len()) || u32::try_from(image.bytes.len()).is_err() {
            return Err(Unsound::new("its bytes are not as many as its elements take"));
        }
        let cells = match self.cells.remove(&ty) {
            Some(cells) => cells,
            None => self.cells_of(ty)?,
        };
        let mut pointers = image.pointers.iter().peekable();
        for element in image.bytes.chunks_exact(shape) {
            let start = (element.as_ptr() as usize).saturating_sub(image.bytes.as_ptr() as usize);
            for (offset, cell) in &cells {
                let at = start + offset;
                match *cell {
                    Cell::Bool if byte(&image.bytes, at) <= 1 => {}
                    Cell::Case(cases) if number::<4>(&image.bytes, at) < u64::from(cases) => {}
                    Cell::Net(prefix) if net(image.bytes.get(at..).unwrap_or(&[]), prefix) => {}
                    Cell::Bool => return Err(Unsound::new("a truth is neither 0 nor 1")),
                    Cell::Case(_) => return Err(Unsound::new("an enum has no such case")),
                    Cell::Net(_) => return Err(Unsound::new("an address is none")),
                    Cell::Text | Cell::List { .. } => {
                        let target = pointers.next_if(|(place, ..)| *place as usize == at);
                        let target = target.map(|(_, image, offset)| (*image, *offset as usize));
                        if number::<8>(&image.bytes, at) != 0 {
                            return Err(Unsound::new("an address stands in it"));
                        }
                        let length = number::<8>(&image.bytes, at + 8);
                        match *cell {
                            Cell::List { element, set } => self.list(target, length, element, set)?,
                            _ => self.string(target, length)?,
                        }
                    }
                }
            }
        }
        self.cells.insert(ty, cells);
        if pointers.next().is_some() {
            return Err(Unsound::new("a pointer stands where none may be"));
        }
        Ok(())
    }

    fn shape(&self, ty: Type) -> Result<usize, Unsound> {
        let known = match ty {
            Type::List(id) | Type::Set(id) | Type::Optional(id) => self.schema.ty(id).is_some(),
            Type::Record(id) => self.schema.record(id).is_some(),
            Type::Enum(id) => self.schema.enum_def(id).is_some(),
            _ => true,
        };
        let shape = self.layout.shape(ty).filter(|shape| known && shape.size > 0);
        shape.map(|shape| shape.size as usize).ok_or_else(|| Unsound::new("its type is not in the schema"))
    }

    fn string(&mut self, target: Option<(u32, usize)>, length: u64) -> Result<(), Unsound> {
        if length == 0 && target.is_none() {
            return Ok(());
        }
        self.text = self.text.saturating_add(length);
        if self.text > MAX_TEXT {
            return Err(Unsound::new("its strings are too long"));
        }
        self.text_at(target, length).map(drop).ok_or_else(|| Unsound::new("a string points to no text"))
    }

    /// A string of a text that was found to be one, between its letters.
    fn text_at(&self, target: Option<(u32, usize)>, length: u64) -> Option<&'g [u8]> {
        let Some((image, offset)) = target else { return (length == 0).then_some(&[]) };
        let image = self.images.get(image as usize).filter(|image| image.holds.is_none())?;
        let end = offset.checked_add(usize::try_from(length).ok()?)?;
        let text = image.bytes.get(offset..end)?;
        let inside = |at: usize| image.bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80);
        (inside(offset) && inside(end)).then_some(text)
    }

    fn list(&mut self, target: Option<(u32, usize)>, length: u64, element: Type, set: bool) -> Result<(), Unsound> {
        let Some((n, offset)) = target else {
            return if length == 0 { Ok(()) } else { Err(Unsound::new("a list points to no elements")) };
        };
        let stride = self.shape(element)?;
        let image = self.images.get(n as usize).filter(|image| image.holds == Some(element));
        let end = usize::try_from(length).ok().and_then(|n| n.checked_mul(stride)?.checked_add(offset));
        let (Some(image), Some(end)) = (image, end) else {
            return Err(Unsound::new("a list points to elements of another type"));
        };
        if !offset.is_multiple_of(stride) || end > image.bytes.len() {
            return Err(Unsound::new("a list is longer than what it points to"));
        }
        // What is reached once only is no larger when it is read than it is here.
        match self.reached.get_mut(n as usize) {
            Some(reached) if !*reached => *reached = true,
            _ => return Err(Unsound::new("two lists share their elements")),
        }
        self.longest = self.longest.max(length);
        if set { self.sorted(image, element, stride, offset, end) } else { Ok(()) }
    }

    fn sorted(&self, image: &Image, ty: Type, stride: usize, start: usize, end: usize) -> Result<(), Unsound> {
        if ty == Type::String {
            return self.sorted_strings(image, stride, start, end);
        }
        let mut at = start;
        while at + stride < end {
            if Self::order(&image.bytes, ty, at, at + stride) != Some(Ordering::Less) {
                return Err(Unsound::new("a set is not in order"));
            }
            at += stride;
        }
        Ok(())
    }

    /// Their pointers stand in the order of the strings.
    fn sorted_strings(&self, image: &Image, stride: usize, start: usize, end: usize) -> Result<(), Unsound> {
        let first = image.pointers.partition_point(|(place, ..)| (*place as usize) < start);
        let mut pointers = image.pointers.iter().skip(first).peekable();
        let mut before: Option<&[u8]> = None;
        for at in (start..end).step_by(stride) {
            let target = pointers.next_if(|(place, ..)| *place as usize == at).map(|(_, i, o)| (*i, *o as usize));
            let text = self.text_at(target, number::<8>(&image.bytes, at + 8));
            match (before, text) {
                (Some(before), Some(text)) if before < text => {}
                (None, _) if at == start => {}
                _ => return Err(Unsound::new("a set is not in order")),
            }
            before = text;
        }
        Ok(())
    }

    /// The order of sets of anything but strings.
    fn order(bytes: &[u8], ty: Type, a: usize, b: usize) -> Option<Ordering> {
        Some(match ty {
            Type::Bool => byte(bytes, a).cmp(&byte(bytes, b)),
            Type::Int | Type::Decimal | Type::Instant | Type::Duration => {
                (number::<8>(bytes, a) as i64).cmp(&(number::<8>(bytes, b) as i64))
            }
            Type::Enum(_) => number::<4>(bytes, a).cmp(&number::<4>(bytes, b)),
            Type::Ip | Type::Cidr => {
                let parts = |at: usize| Some((byte(bytes, at + 16), bytes.get(at..at + 16)?, byte(bytes, at + 17)));
                parts(a)?.cmp(&parts(b)?)
            }
            // Strings are told apart where they are.
            Type::String | Type::Record(_) | Type::List(_) | Type::Set(_) | Type::Optional(_) => return None,
        })
    }

    /// What must be looked at in a value of a type, in the order of its bytes.
    fn cells_of(&mut self, ty: Type) -> Result<Vec<(usize, Cell)>, Unsound> {
        let mut cells = Vec::new();
        let mut stack = vec![(ty, 0usize)];
        let unknown = || Unsound::new("its type is not in the schema");
        while let Some((ty, at)) = stack.pop() {
            self.counted += 1;
            if self.counted > MAX_CELLS {
                return Err(Unsound::new("its type is too large"));
            }
            match ty {
                Type::Int | Type::Decimal | Type::Instant | Type::Duration => {}
                Type::Bool => cells.push((at, Cell::Bool)),
                Type::Enum(id) => {
                    let cases = self.schema.enum_def(id).map_or(0, |def| def.cases.len());
                    cells.push((at, Cell::Case(u32::try_from(cases).unwrap_or(u32::MAX))));
                }
                Type::String => cells.push((at, Cell::Text)),
                Type::Ip => cells.push((at, Cell::Net(false))),
                Type::Cidr => cells.push((at, Cell::Net(true))),
                Type::List(_) | Type::Set(_) => {
                    let element = places::element(self.schema, ty).ok_or_else(unknown)?;
                    cells.push((at, Cell::List { element, set: matches!(ty, Type::Set(_)) }));
                }
                // What stands in an optional is sound whether or not it is there.
                Type::Optional(id) => {
                    let (inner, held) = self.schema.ty(id).zip(self.layout.held(id)).ok_or_else(unknown)?;
                    cells.push((at, Cell::Bool));
                    stack.push((inner, at + held.align as usize));
                }
                Type::Record(id) => {
                    let (def, laid) = self.schema.record(id).zip(self.layout.record(id)).ok_or_else(unknown)?;
                    let fields = def.fields.iter().zip(&laid.fields).rev();
                    stack.extend(fields.map(|(field, offset)| (field.ty, at + *offset as usize)));
                }
            }
        }
        Ok(cells)
    }
}

fn text(image: &Image) -> Result<(), Unsound> {
    let length = u64::try_from(image.bytes.len()).unwrap_or(u64::MAX);
    if image.len != length || u32::try_from(length).is_err() || !image.pointers.is_empty() {
        return Err(Unsound::new("a text has a wrong length, or pointers"));
    }
    simdutf8::basic::from_utf8(&image.bytes).map(drop).map_err(|_| Unsound::new("a text is not UTF-8"))
}

fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// The number in so many bytes.
fn number<const N: usize>(bytes: &[u8], at: usize) -> u64 {
    let Some(part) = bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()) else { return 0 };
    let mut word = [0u8; 8];
    word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(word)
}

/// An address or a network: its family, and nothing where nothing belongs.
pub(super) fn net(bytes: &[u8], prefix: bool) -> bool {
    let Some(bytes) = bytes.first_chunk::<24>() else { return false };
    let zero = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(|b| *b == 0));
    let (family, length) = (bytes[16], bytes[17]);
    let longest = match family {
        4 if zero(4, 16) => 32,
        6 => 128,
        _ => return false,
    };
    zero(18, 24) && if prefix { length <= longest } else { length == 0 }
}
