//! The one pass from JSON to native facts.
//!
//! In: the text, a plan, an arena. Out: facts in place; or only that there are none, and then [`explain`](super::explain) says why.
//! What this pass takes is exactly what the oracle's reader takes. It moves forward only and recurses only as deep as the types.

use std::num::NonZeroUsize;
use std::ptr::NonNull;

use super::plan::{Element, Op, Plan, Record, Slot};
use super::quick;
use super::scalar;
use super::sets;
use crate::arena::{Arena, OutOfMemory, Place};

/// `None` where the text is refused, or memory is short.
pub type Read<T> = Option<T>;

/// Where a value ends, which is never the start of the text: one register, refusals included.
pub type End = NonZeroUsize;

#[cold]
#[inline(never)]
pub fn refused<T>() -> Read<T> {
    None
}

/// Room for the first elements of a list.
const FIRST: usize = 4;

pub struct Reader<'a> {
    pub text: &'a [u8],
    pub tail: &'a quick::Tail,
    pub plan: &'a Plan,
    pub arena: &'a mut Arena,
    pub strict: bool,
    /// The whole text is known to be UTF-8.
    pub letters: bool,
    /// How many more lists and objects may be opened.
    pub depth: usize,
    /// Memory was short.
    pub short: bool,
}

impl<'a> Reader<'a> {
    #[inline(always)]
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    #[inline(always)]
    pub fn take(&mut self, size: usize) -> Read<Place<'a>> {
        match self.arena.take(size) {
            Ok(place) => Some(place),
            Err(OutOfMemory) => {
                self.short = true;
                refused()
            }
        }
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

    /// The whole text, a record; where its facts stand.
    pub fn whole(&mut self, record: &'a Record) -> Read<NonNull<u8>> {
        let (facts, end) = self.part(self.space(0), record)?;
        if self.space(end.get()) != self.text.len() {
            return refused();
        }
        Some(facts)
    }

    /// The record that starts here; where its facts stand, and where it ends.
    #[inline(always)]
    pub fn part(&mut self, at: usize, record: &'a Record) -> Read<(NonNull<u8>, End)> {
        let mut place = self.take(record.size)?;
        let read = if record.tuple { Self::tuple } else { Self::record };
        let end = read(self, at, record, &mut place)?;
        Some((place.pointer(), end))
    }

    /// The object that starts here; where it ends.
    fn record(&mut self, at: usize, record: &'a Record, place: &mut Place<'_>) -> Read<End> {
        if self.byte(at) != Some(b'{') {
            return refused();
        }
        if record.fields.len() <= 64 {
            self.object::<false>(at + 1, record, place)
        } else {
            self.object::<true>(at + 1, record, place)
        }
    }

    /// An array with one value for each field, in their order.
    fn tuple(&mut self, at: usize, record: &'a Record, place: &mut Place<'_>) -> Read<End> {
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
            at = self.value(at, field.slot, place, field.offset as usize)?.get();
            at = self.space(at);
        }
        if self.byte(at) != Some(b']') {
            return refused();
        }
        self.depth += 1;
        End::new(at + 1)
    }

    #[inline(always)]
    fn open(&mut self) -> Read<()> {
        match self.depth.checked_sub(1) {
            Some(left) => {
                self.depth = left;
                Some(())
            }
            None => refused(),
        }
    }

    /// From behind the opening brace. `MANY` is for more than 64 fields.
    #[inline(always)]
    fn object<const MANY: bool>(&mut self, at: usize, record: &'a Record, place: &mut Place<'_>) -> Read<End> {
        self.open()?;
        let mut seen = 0u64;
        // One byte for each field beyond the 64th.
        let mut further = if MANY {
            let mut further = self.take(record.fields.len().saturating_sub(64))?;
            further.clear();
            Some(further)
        } else {
            None
        };
        let mut next = 0;
        let mut at = at;
        // An empty object has its own way out; else there is a key where an object begins and behind each comma.
        let mut more = self.byte(self.space(at)) != Some(b'}');
        if !more {
            at = self.space(at);
        }
        while more {
            // The next field in order, without white space or with one space, is tried first.
            let field = record.fields.get(next);
            let guess = field.and_then(|field| quick::key(self, at, &field.key));
            let (number, field, value) = match (field, guess) {
                (Some(field), Some((value, behind))) => {
                    at = behind;
                    (next, field, Some(value))
                }
                _ => match self.other_key(at, record, next)? {
                    (Some(number), behind) => {
                        at = self.space(behind);
                        (number, record.fields.get(number)?, quick::value(self, at))
                    }
                    (None, _) if self.strict => return refused(),
                    (None, behind) => {
                        at = self.skip(self.space(behind))?.get();
                        (at, more) = self.behind_value(at)?;
                        continue;
                    }
                },
            };
            let twice = match &mut further {
                Some(further) if number >= 64 => {
                    let twice = further.bytes().get(number - 64) != Some(&0);
                    further.put_byte(number - 64, 1)?;
                    twice
                }
                _ => {
                    let bit = 1u64 << (number & 63);
                    let twice = seen & bit != 0;
                    seen |= bit;
                    twice
                }
            };
            if twice {
                return refused();
            }
            next = number + 1;
            let offset = field.offset as usize;
            at = match value.and_then(|value| quick::read(self, at, value, field.slot, place, offset)) {
                Some(length) => at + length.get(),
                None => self.value(self.space(at), field.slot, place, offset)?.get(),
            };
            (at, more) = self.behind_value(at)?;
        }
        self.depth += 1;
        if record.required & !seen != 0 {
            return refused();
        }
        let mut absent = record.optional & !seen;
        while absent != 0 {
            let field = record.fields.get(absent.trailing_zeros() as usize)?;
            place.put_byte(field.offset as usize, 0)?;
            absent &= absent - 1;
        }
        if let Some(further) = further {
            for (field, seen) in record.fields.iter().skip(64).zip(further.bytes()) {
                match (*seen, field.slot.optional) {
                    (0, 0) => return refused(),
                    (0, _) => place.put_byte(field.offset as usize, 0)?,
                    _ => {}
                }
            }
        }
        End::new(at + 1)
    }

    /// Behind a value of an object: behind the comma, or at the closing brace (`false`).
    #[inline(always)]
    fn behind_value(&self, at: usize) -> Read<(usize, bool)> {
        match self.byte(at) {
            Some(b',') => Some((at + 1, true)),
            Some(b'}') => Some((at, false)),
            _ => {
                let at = self.more_space(at);
                match self.byte(at) {
                    Some(b',') => Some((at + 1, true)),
                    Some(b'}') => Some((at, false)),
                    _ => refused(),
                }
            }
        }
    }

    /// A key that was not expected here, or has white space around it: the number of its field, and what is behind its colon.
    #[inline(never)]
    fn other_key(&mut self, at: usize, record: &Record, next: usize) -> Read<(Option<usize>, usize)> {
        let start = self.space(at);
        // Again behind white space, and near the end of the text.
        if let Some(field) = record.fields.get(next)
            && let Some(bytes) = self.text.get(start..).and_then(|rest| rest.first_chunk())
            && field.key.starts(bytes)
        {
            return Some((Some(next), start + field.key.length()));
        }
        let (number, at) = self.name(start, &record.keys)?;
        let at = self.space(at);
        if self.byte(at) != Some(b':') {
            return refused();
        }
        Some((number.map(|number| number as usize), at + 1))
    }

    /// The value that starts here, written at `offset`; where it ends.
    #[inline(never)]
    fn value(&mut self, at: usize, slot: Slot, place: &mut Place<'_>, mut offset: usize) -> Read<End> {
        if slot.optional != 0 {
            if self.byte(at) == Some(b'n') {
                place.put_byte(offset, 0)?;
                return self.word(at, b"null");
            }
            place.put_byte(offset, 1)?;
            offset += slot.optional as usize;
        }
        match slot.op {
            Op::String => {
                let (text, at) = self.string(at)?;
                if text.len() > self.plan.limits.string {
                    return refused();
                }
                place.put_slice(offset, text.as_ptr(), text.len())?;
                End::new(at)
            }
            Op::Enum(id) => {
                let plan = self.plan;
                let (case, at) = self.name(at, plan.enums.get(id as usize)?)?;
                place.put_u32(offset, case?)?;
                End::new(at)
            }
            Op::Bool => {
                let (truth, length) = scalar::truth(self.text.get(at..)?)?;
                place.put_byte(offset, u8::from(truth))?;
                End::new(at + length)
            }
            Op::Instant => {
                let (instant, at) = scalar::instant(self, at)?;
                place.put_i64(offset, instant)?;
                End::new(at)
            }
            Op::Int => {
                let (number, at) = scalar::int(self, at)?;
                place.put_i64(offset, number)?;
                End::new(at)
            }
            Op::Decimal => {
                let (number, at) = scalar::decimal(self, at)?;
                place.put_i64(offset, number)?;
                End::new(at)
            }
            Op::Duration => {
                let (duration, at) = scalar::duration(self, at)?;
                place.put_i64(offset, duration)?;
                End::new(at)
            }
            Op::Ip => {
                let (ip, at) = scalar::ip(self, at)?;
                place.put_bytes(offset, ip)?;
                End::new(at)
            }
            Op::Cidr => {
                let (cidr, at) = scalar::cidr(self, at)?;
                place.put_bytes(offset, cidr)?;
                End::new(at)
            }
            Op::Record(id) => {
                let plan = self.plan;
                let record = plan.records.get(id as usize)?;
                let mut inner = place.part(offset, record.size)?;
                self.record(at, record, &mut inner)
            }
            Op::List(id) => self.elements(at, id, false, place, offset),
            Op::Set(id) => self.elements(at, id, true, place, offset),
        }
    }

    #[inline(always)]
    pub fn word(&self, at: usize, word: &'static [u8]) -> Read<End> {
        match self.text.get(at..at + word.len()) {
            Some(found) if found == word => End::new(at + word.len()),
            _ => refused(),
        }
    }

    /// The list that starts here; its elements go to the arena.
    fn elements(&mut self, at: usize, id: u32, set: bool, place: &mut Place<'_>, offset: usize) -> Read<End> {
        if self.byte(at) != Some(b'[') {
            return refused();
        }
        self.open()?;
        let plan = self.plan;
        let element = plan.elements.get(id as usize)?;
        let mut at = self.space(at + 1);
        if self.byte(at) == Some(b']') {
            self.depth += 1;
            place.put_slice(offset, std::ptr::without_provenance(8), 0)?;
            return End::new(at + 1);
        }
        let limit = plan.limits.list;
        let mut room = FIRST.min(limit);
        let mut items = self.take(room * element.stride)?;
        let mut count = 0;
        loop {
            if count == room {
                if count >= limit {
                    return refused();
                }
                room = room.saturating_mul(2).min(limit);
                items = self.more_room(items, room, element)?;
            }
            let offset = count * element.stride;
            let value = quick::value(self, at);
            at = match value.and_then(|value| quick::read(self, at, value, element.slot, &mut items, offset)) {
                Some(length) => at + length.get(),
                None => self.value(at, element.slot, &mut items, offset)?.get(),
            };
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
            let order = element.order?;
            // SAFETY: each element was written above, a text as pointer and length of bytes in the input or in a filled piece of
            // the arena.
            count = unsafe { sets::sort(order, &mut items, count) }?;
        }
        place.put_slice(offset, items.address(), count)?;
        End::new(at + 1)
    }

    #[inline(never)]
    fn more_room(&mut self, mut items: Place<'a>, room: usize, element: &Element) -> Read<Place<'a>> {
        let size = room.checked_mul(element.stride)?;
        if self.arena.resize(&mut items, size) {
            return Some(items);
        }
        let mut larger = self.take(size)?;
        larger.copy_from(&items)?;
        Some(larger)
    }
}
