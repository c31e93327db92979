//! Values in their usual form, out of a window of the text whose length is known, so that one look at the bounds is enough.
//!
//! In: the bytes where a value starts. Out: the value, written where it belongs, and its length; or nothing, and then the general way
//! reads the value anew. What is taken here the general way would take as the same value.

use super::names::WHOLE;
use super::plan::{Key, Op, Slot};
use super::read::{End, Reader};
use super::scalar;
use super::scan::{self, ASCII_ONLY, WIDTH};
use crate::arena::Place;

/// A quote, the widest scan, and what may follow.
const VALUE: usize = WIDTH + 8;
/// A key and its colon, a space, and a value.
const FIELD: usize = WIDTH + 1 + VALUE;

/// The end of a text, with zeros behind it: windows reach beyond the text, and find nothing there.
pub struct Tail {
    bytes: [u8; 2 * FIELD],
    /// Where in the text it begins.
    start: usize,
}

impl Tail {
    #[inline]
    pub fn of(text: &[u8]) -> Tail {
        let start = text.len().saturating_sub(FIELD);
        let mut tail = Tail { bytes: [0; 2 * FIELD], start };
        match (text.last_chunk::<FIELD>(), tail.bytes.first_chunk_mut()) {
            (Some(last), Some(to)) => *to = *last,
            _ => {
                for (to, from) in tail.bytes.iter_mut().zip(text) {
                    *to = *from;
                }
            }
        }
        tail
    }

    fn window<const N: usize>(&self, at: usize) -> Option<&[u8; N]> {
        self.bytes.get(at.checked_sub(self.start)?..)?.first_chunk()
    }
}

#[inline(always)]
fn window<'t, const N: usize>(reader: &Reader<'t>, at: usize) -> Option<&'t [u8; N]> {
    match reader.text.get(at..)?.first_chunk() {
        Some(window) => Some(window),
        None => reader.tail.window(at),
    }
}

/// The value behind this key, if the key stands here, and where it starts. One space before the key and one before the value are usual.
///
/// Branches on purpose: they are foreseen, where a computed step would have to be waited for.
#[inline(always)]
pub fn key<'t>(reader: &Reader<'t>, at: usize, key: &Key) -> Option<(&'t [u8; VALUE], usize)> {
    let field: &[u8; FIELD] = window(reader, at)?;
    if key.starts(field.first_chunk()?) {
        return behind(field, at, key);
    }
    if field[0] == b' ' {
        return spaced(reader, at + 1, key);
    }
    None
}

#[inline(never)]
fn spaced<'t>(reader: &Reader<'t>, at: usize, key: &Key) -> Option<(&'t [u8; VALUE], usize)> {
    let field: &[u8; FIELD] = window(reader, at)?;
    if key.starts(field.first_chunk()?) { behind(field, at, key) } else { None }
}

#[inline(always)]
fn behind<'t>(field: &'t [u8; FIELD], at: usize, key: &Key) -> Option<(&'t [u8; VALUE], usize)> {
    let value = field.get(key.length()..)?;
    if value.first() == Some(&b' ') {
        return Some((value.get(1..)?.first_chunk()?, at + key.length() + 1));
    }
    Some((value.first_chunk()?, at + key.length()))
}

/// The value that starts here.
#[inline(always)]
pub fn value<'t>(reader: &Reader<'t>, at: usize) -> Option<&'t [u8; VALUE]> {
    window(reader, at)
}

/// Reads a value and says how long it is.
#[inline(always)]
pub fn read(
    reader: &Reader<'_>,
    at: usize,
    value: &[u8; VALUE],
    slot: Slot,
    place: &mut Place<'_>,
    mut offset: usize,
) -> Option<End> {
    let plan = reader.plan;
    if slot.optional != 0 {
        if value.starts_with(b"null") {
            place.put_byte(offset, 0)?;
            return End::new(4);
        }
        place.put_byte(offset, 1)?;
        offset += slot.optional as usize;
    }
    if let Op::String = slot.op {
        let text = match string(value)? {
            Some(length) => reader.text.get(at + 1..at + 1 + length)?,
            None => long_string(reader, at)?,
        };
        if text.len() > plan.limits.string {
            return None;
        }
        place.put_slice(offset, text.as_ptr(), text.len())?;
        return End::new(text.len() + 2);
    }
    if let Op::Instant = slot.op {
        place.put_i64(offset, scalar::usual_instant(value.first_chunk()?)?)?;
        return End::new(22);
    }
    let length = match slot.op {
        Op::String | Op::Instant => return None,
        Op::Enum(id) => {
            let names = plan.enums.get(id as usize)?;
            let length = string(value)??;
            let (_, rest) = value.split_first_chunk::<1>()?;
            let start: &[u8; WHOLE] = rest.first_chunk()?;
            place.put_u32(offset, names.find_short(word(start, length)?, length)?)?;
            length + 2
        }
        Op::Duration => {
            let (duration, length) = scalar::usual_duration(value.first_chunk()?)?;
            place.put_i64(offset, duration)?;
            length
        }
        Op::Int => {
            let (number, length) = scalar::plain_int(value, 0)?;
            place.put_i64(offset, number)?;
            // A number that goes on behind the window is none yet.
            (length < VALUE).then_some(length)?
        }
        Op::Decimal => {
            let (number, length) = scalar::plain_decimal(value, 0)?;
            place.put_i64(offset, number)?;
            (length < VALUE).then_some(length)?
        }
        Op::Bool => {
            let (truth, length) = scalar::truth(value)?;
            place.put_byte(offset, u8::from(truth))?;
            length
        }
        Op::Ip | Op::Cidr | Op::Record(_) | Op::List(_) | Op::Set(_) => return None,
    };
    End::new(length)
}

/// The length of a string of plain ASCII, if it is short; `Some(None)` where it goes on behind the window.
#[inline(always)]
fn string(value: &[u8; VALUE]) -> Option<Option<usize>> {
    let [b'"', rest @ ..] = value else { return None };
    let special = scan::special::<ASCII_ONLY>(rest.first_chunk()?);
    if special == 0 {
        return Some(None);
    }
    let length = special.trailing_zeros() as usize;
    if rest.get(length) != Some(&b'"') {
        return None;
    }
    Some(Some(length))
}

/// The string at `at`, whose first bytes are plain.
#[inline(always)]
fn long_string<'t>(reader: &Reader<'t>, at: usize) -> Option<&'t [u8]> {
    let end = reader.plain::<ASCII_ONLY>(at + 1 + WIDTH);
    if reader.byte(end) != Some(b'"') {
        return None;
    }
    reader.text.get(at + 1..end)
}

/// By number: that many low bytes.
const FIRST_BYTES: [u128; WHOLE + 1] = {
    let mut masks = [0; WHOLE + 1];
    let mut count = 1;
    while count <= WHOLE {
        masks[count] = masks[count - 1] << 8 | 0xff;
        count += 1;
    }
    masks
};

/// The word of a short name.
#[inline(always)]
pub fn word(start: &[u8; WHOLE], length: usize) -> Option<u128> {
    Some(u128::from_le_bytes(*start) & *FIRST_BYTES.get(length)?)
}
