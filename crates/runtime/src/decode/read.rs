//! The one pass from JSON to native facts.
//!
//! In: the text, a plan, an arena. Out: facts in place; or only that there are none, and then [`explain`](super::explain) says why.
//! What this pass takes is exactly what the oracle's reader takes. It moves forward only and recurses only as deep as the types.

use super::plan::{Element, Op, Plan, Record, Slot};
use super::scalar;
use super::scan::{self, ANY_LETTER, ASCII_ONLY};
use super::sets;
use crate::arena::{Arena, OutOfMemory, Place};

/// Why there are no facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Refused,
    Memory,
}

impl From<OutOfMemory> for Stop {
    fn from(_: OutOfMemory) -> Stop {
        Stop::Memory
    }
}

pub type Read<T> = Result<T, Stop>;

#[cold]
#[inline(never)]
pub fn refused<T>() -> Read<T> {
    Err(Stop::Refused)
}

/// `?` for what must be there.
#[inline(always)]
pub fn found<T>(value: Option<T>) -> Read<T> {
    match value {
        Some(value) => Ok(value),
        None => refused(),
    }
}

/// Room for the first elements of a list.
const FIRST: usize = 4;

pub struct Reader<'a> {
    pub text: &'a [u8],
    pub plan: &'a Plan,
    pub arena: &'a mut Arena,
    pub strict: bool,
    /// The whole text is known to be UTF-8.
    pub letters: bool,
    /// How many more lists and objects may be opened.
    pub depth: usize,
}

impl<'a> Reader<'a> {
    #[inline(always)]
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// Past white space.
    #[inline(always)]
    pub fn space(&self, at: usize) -> usize {
        match self.byte(at) {
            Some(byte) if byte <= b' ' => self.more_space(at),
            _ => at,
        }
    }

    #[inline(never)]
    fn more_space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte(at) {
            at += 1;
        }
        at
    }

    /// The object that starts here, nothing behind it; where it ends.
    pub fn record(&mut self, at: usize, record: &'a Record, place: &mut Place<'_>) -> Read<usize> {
        if self.byte(at) != Some(b'{') {
            return refused();
        }
        self.object(at + 1, record, place)
    }

    /// An array with one value for each field, in their order.
    pub fn tuple(&mut self, at: usize, record: &'a Record, place: &mut Place<'_>) -> Read<usize> {
        if self.byte(at) != Some(b'[') {
            return refused();
        }
        self.open()?;
        let mut at = self.space(at + 1);
        for (i, field) in record.fields.iter().enumerate() {
            if i > 0 {
                if self.byte(at) != Some(b',') {
                    return refused();
                }
                at = self.space(at + 1);
            }
            at = self.value(at, field.slot, place, field.offset as usize)?;
            at = self.space(at);
        }
        if self.byte(at) != Some(b']') {
            return refused();
        }
        self.depth += 1;
        Ok(at + 1)
    }

    #[inline(always)]
    fn open(&mut self) -> Read<()> {
        match self.depth.checked_sub(1) {
            Some(left) => {
                self.depth = left;
                Ok(())
            }
            None => refused(),
        }
    }

    /// From behind the opening brace.
    fn object(&mut self, at: usize, record: &'a Record, place: &mut Place<'_>) -> Read<usize> {
        self.open()?;
        let mut seen = 0u64;
        // One byte for each field beyond the 64th.
        let mut further = match record.fields.len().checked_sub(64) {
            Some(count) if count > 0 => {
                let mut place = self.arena.take(count)?;
                place.clear();
                Some(place)
            }
            _ => None,
        };
        let mut next = 0;
        let mut at = self.space(at);
        if self.byte(at) != Some(b'}') {
            loop {
                // The next field in order is tried first.
                let guess = record.fields.get(next).and_then(|field| Some((field, field.key.after(self.text, at)?)));
                let (number, field) = match guess {
                    Some((field, behind)) => {
                        at = behind;
                        (next, Some(field))
                    }
                    None => {
                        let (key, behind) = self.string(at)?;
                        at = behind;
                        match record.keys.find(key) {
                            Some(number) => (number as usize, record.fields.get(number as usize)),
                            None => (next, None),
                        }
                    }
                };
                if self.byte(at) != Some(b':') {
                    at = self.space(at);
                    if self.byte(at) != Some(b':') {
                        return refused();
                    }
                }
                at = self.space(at + 1);
                match field {
                    Some(field) => {
                        let twice = match &mut further {
                            _ if number < 64 => {
                                let bit = 1u64 << number;
                                let twice = seen & bit != 0;
                                seen |= bit;
                                twice
                            }
                            Some(further) => {
                                let twice = further.bytes().get(number - 64) != Some(&0);
                                found(further.put_byte(number - 64, 1))?;
                                twice
                            }
                            None => true,
                        };
                        if twice {
                            return refused();
                        }
                        at = self.value(at, field.slot, place, field.offset as usize)?;
                        next = number + 1;
                    }
                    None if self.strict => return refused(),
                    None => at = self.skip(at)?,
                }
                at = self.space(at);
                match self.byte(at) {
                    Some(b',') => at = self.space(at + 1),
                    Some(b'}') => break,
                    _ => return refused(),
                }
            }
        }
        self.depth += 1;
        if record.required & !seen != 0 {
            return refused();
        }
        let mut absent = record.optional & !seen;
        while absent != 0 {
            let field = found(record.fields.get(absent.trailing_zeros() as usize))?;
            found(place.put_byte(field.offset as usize, 0))?;
            absent &= absent - 1;
        }
        if let Some(further) = further {
            for (field, seen) in record.fields.iter().skip(64).zip(further.bytes()) {
                match (*seen, field.slot.optional) {
                    (0, 0) => return refused(),
                    (0, _) => found(place.put_byte(field.offset as usize, 0))?,
                    _ => {}
                }
            }
        }
        Ok(at + 1)
    }

    /// The value that starts here, written at `offset`; where it ends.
    #[inline(always)]
    fn value(&mut self, at: usize, slot: Slot, place: &mut Place<'_>, mut offset: usize) -> Read<usize> {
        if slot.optional != 0 {
            if self.byte(at) == Some(b'n') {
                found(place.put_byte(offset, 0))?;
                return self.word(at, b"null");
            }
            found(place.put_byte(offset, 1))?;
            offset += slot.optional as usize;
        }
        match slot.op {
            Op::String => {
                let (text, at) = self.string(at)?;
                if text.len() > self.plan.limits.string {
                    return refused();
                }
                found(place.put_slice(offset, text.as_ptr(), text.len()))?;
                Ok(at)
            }
            Op::Enum(id) => {
                let (text, at) = self.string(at)?;
                let case = self.plan.enums.get(id as usize).and_then(|names| names.find(text));
                found(place.put_u32(offset, found(case)?))?;
                Ok(at)
            }
            Op::Bool => {
                let truth = self.byte(at) == Some(b't');
                found(place.put_byte(offset, u8::from(truth)))?;
                self.word(at, if truth { b"true" } else { b"false" })
            }
            Op::Instant => {
                let (instant, at) = scalar::instant(self, at)?;
                found(place.put_i64(offset, instant))?;
                Ok(at)
            }
            Op::Int => {
                let (number, at) = scalar::int(self, at)?;
                found(place.put_i64(offset, number))?;
                Ok(at)
            }
            Op::Decimal => {
                let (number, at) = scalar::decimal(self, at)?;
                found(place.put_i64(offset, number))?;
                Ok(at)
            }
            Op::Duration => {
                let (duration, at) = scalar::duration(self, at)?;
                found(place.put_i64(offset, duration))?;
                Ok(at)
            }
            Op::Ip => {
                let (ip, at) = scalar::ip(self, at)?;
                found(place.put_bytes(offset, ip))?;
                Ok(at)
            }
            Op::Cidr => {
                let (cidr, at) = scalar::cidr(self, at)?;
                found(place.put_bytes(offset, cidr))?;
                Ok(at)
            }
            Op::Record(id) => {
                let plan = self.plan;
                let record = found(plan.records.get(id as usize))?;
                let mut inner = found(place.part(offset, record.size))?;
                self.record(at, record, &mut inner)
            }
            Op::List(id) => self.elements(at, id, false, place, offset),
            Op::Set(id) => self.elements(at, id, true, place, offset),
        }
    }

    #[inline(always)]
    pub fn word(&self, at: usize, word: &'static [u8]) -> Read<usize> {
        match self.text.get(at..at + word.len()) {
            Some(found) if found == word => Ok(at + word.len()),
            _ => refused(),
        }
    }

    /// The list that starts here; its elements go to the arena.
    fn elements(&mut self, at: usize, id: u32, set: bool, place: &mut Place<'_>, offset: usize) -> Read<usize> {
        if self.byte(at) != Some(b'[') {
            return refused();
        }
        self.open()?;
        let plan = self.plan;
        let element = found(plan.elements.get(id as usize))?;
        let mut at = self.space(at + 1);
        if self.byte(at) == Some(b']') {
            self.depth += 1;
            found(place.put_slice(offset, std::ptr::without_provenance(8), 0))?;
            return Ok(at + 1);
        }
        let limit = plan.limits.list;
        let mut room = FIRST.min(limit);
        let mut items = self.arena.take(room * element.stride)?;
        let mut count = 0;
        loop {
            if count == room {
                if count >= limit {
                    return refused();
                }
                room = room.saturating_mul(2).min(limit);
                items = self.more_room(items, room, element)?;
            }
            at = self.value(at, element.slot, &mut items, count * element.stride)?;
            count += 1;
            at = self.space(at);
            match self.byte(at) {
                Some(b',') => at = self.space(at + 1),
                Some(b']') => break,
                _ => return refused(),
            }
        }
        self.depth += 1;
        self.arena.resize(&mut items, count * element.stride);
        if set {
            let order = found(element.order)?;
            // SAFETY: each element was written above, a text as pointer and length of bytes in the input or in a filled piece of
            // the arena.
            count = found(unsafe { sets::sort(order, &mut items, count) })?;
        }
        found(place.put_slice(offset, items.address(), count))?;
        Ok(at + 1)
    }

    #[inline(never)]
    fn more_room(&mut self, mut items: Place<'a>, room: usize, element: &Element) -> Read<Place<'a>> {
        let size = room.checked_mul(element.stride).ok_or(Stop::Memory)?;
        if self.arena.resize(&mut items, size) {
            return Ok(items);
        }
        let mut larger = self.arena.take(size)?;
        found(larger.copy_from(&items))?;
        Ok(larger)
    }

    /// The decoded string that starts here, and where it ends.
    #[inline(always)]
    pub fn string(&mut self, at: usize) -> Read<(&'a [u8], usize)> {
        if self.byte(at) != Some(b'"') {
            return refused();
        }
        let start = at + 1;
        let end = self.plain::<ASCII_ONLY>(start);
        if self.byte(end) == Some(b'"') {
            return Ok((found(self.text.get(start..end))?, end + 1));
        }
        self.rich_string(start, end)
    }

    /// Where the plain part of a string ends.
    #[inline(always)]
    fn plain<const LETTERS: bool>(&self, mut at: usize) -> usize {
        loop {
            let Some(bytes) = self.text.get(at..).and_then(|rest| rest.first_chunk()) else {
                // Near the end of the text.
                while self.byte(at).is_some_and(scan::is_plain::<LETTERS>) {
                    at += 1;
                }
                return at;
            };
            let plain = scan::plain::<LETTERS>(bytes);
            at += plain;
            if plain < scan::WIDTH {
                return at;
            }
        }
    }

    /// A string that is not plain from `at` on: letters beyond ASCII, escapes, or none at all.
    #[inline(never)]
    fn rich_string(&mut self, start: usize, at: usize) -> Read<(&'a [u8], usize)> {
        if !self.letters && self.byte(at).is_some_and(|b| b >= 0x80) {
            self.check_letters()?;
        }
        let mut end = self.any_plain(at);
        if self.byte(end) == Some(b'"') {
            return Ok((found(self.text.get(start..end))?, end + 1));
        }
        // Escapes: what is decoded is never longer than what is written.
        let mut written = end;
        loop {
            match self.byte(written) {
                Some(b'"') => break,
                Some(b'\\') => written = self.any_plain(written + 2),
                Some(b) if b >= 0x80 && !self.letters => {
                    self.check_letters()?;
                    written = self.any_plain(written);
                }
                _ => return refused(),
            }
        }
        let mut out = self.arena.take(written - start)?;
        let mut length = 0;
        let mut run = start;
        loop {
            let plain = found(self.text.get(run..end))?;
            found(out.write(length, plain))?;
            length += plain.len();
            if end >= written {
                break;
            }
            let (letter, behind) = found(scalar::escape(self.text, end))?;
            let mut bytes = [0; 4];
            let bytes = letter.encode_utf8(&mut bytes).as_bytes();
            found(out.write(length, bytes))?;
            length += bytes.len();
            run = behind;
            end = self.any_plain(behind).min(written);
        }
        self.arena.resize(&mut out, length);
        let decoded = out.into_bytes();
        Ok((found(decoded.get(..length))?, written + 1))
    }

    /// Of the whole text, once.
    pub fn check_letters(&mut self) -> Read<()> {
        if simdutf8::basic::from_utf8(self.text).is_err() {
            return refused();
        }
        self.letters = true;
        Ok(())
    }

    pub fn any_plain(&self, at: usize) -> usize {
        if self.letters { self.plain::<ANY_LETTER>(at) } else { self.plain::<ASCII_ONLY>(at) }
    }
}
