//! The one pass from JSON to native facts.
//!
//! In: the text, a plan, an arena. Out: facts in place; or only that there are none, and then [`explain`](super::explain) says why.
//! What this pass takes is exactly what the oracle's reader takes. It moves forward only and recurses only as deep as the types.

use std::num::NonZeroUsize;
use std::ptr::NonNull;

use super::names::{Names, WHOLE};
use super::plan::{Element, Op, Plan, Record, Slot};
use super::scalar;
use super::scan::{self, ANY_LETTER, ASCII_ONLY};
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

/// By number: that many low bytes.
const FIRST_BYTES: [u128; WHOLE] = {
    let mut masks = [0; WHOLE];
    let mut count = 1;
    while count < WHOLE {
        masks[count] = masks[count - 1] << 8 | 0xff;
        count += 1;
    }
    masks
};

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
    /// Memory was short.
    pub short: bool,
}

impl<'a> Reader<'a> {
    #[inline(always)]
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    #[inline(always)]
    fn take(&mut self, size: usize) -> Read<Place<'a>> {
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
        let mut place = self.take(record.size)?;
        let at = self.space(0);
        let read = if record.tuple { Self::tuple } else { Self::record };
        let end = read(self, at, record, &mut place)?.get();
        if self.space(end) != self.text.len() {
            return refused();
        }
        Some(place.pointer())
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
        let mut at = self.space(at);
        let mut more = self.byte(at) != Some(b'}');
        while more {
            // The next field in order is tried first.
            let guess = record.fields.get(next).and_then(|field| Some((field, field.key.after(self.text, at)?)));
            let (number, field, behind) = match guess {
                Some((field, behind)) => (next, field, behind),
                None => match self.other_key(at, record)? {
                    (Some(number), behind) => (number, record.fields.get(number)?, behind),
                    (None, _) if self.strict => return refused(),
                    (None, behind) => {
                        at = self.skip(self.space(behind))?.get();
                        (at, more) = self.behind_value(at)?;
                        continue;
                    }
                },
            };
            at = self.space(behind);
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
            at = self.value(at, field.slot, place, field.offset as usize)?.get();
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

    /// Behind a value of an object: to the next key, or to the closing brace (`false`).
    #[inline(always)]
    fn behind_value(&self, at: usize) -> Read<(usize, bool)> {
        let at = self.space(at);
        match self.byte(at) {
            Some(b',') => Some((self.space(at + 1), true)),
            Some(b'}') => Some((at, false)),
            _ => refused(),
        }
    }

    /// A key that was not expected here: the number of its field, and what is behind its colon.
    #[inline(never)]
    fn other_key(&mut self, at: usize, record: &Record) -> Read<(Option<usize>, usize)> {
        let (number, at) = self.name(at, &record.keys)?;
        let at = self.space(at);
        if self.byte(at) != Some(b':') {
            return refused();
        }
        Some((number.map(|number| number as usize), at + 1))
    }

    /// The value that starts here, written at `offset`; where it ends.
    #[inline(always)]
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
                let (truth, at) = scalar::truth(self, at)?;
                place.put_byte(offset, u8::from(truth))?;
                End::new(at)
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
            at = self.value(at, element.slot, &mut items, count * element.stride)?.get();
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

    /// The decoded string that starts here, and where it ends.
    #[inline(always)]
    pub fn string(&mut self, at: usize) -> Read<(&'a [u8], usize)> {
        if self.byte(at) != Some(b'"') {
            return refused();
        }
        let start = at + 1;
        let end = self.plain::<ASCII_ONLY>(start);
        if self.byte(end) == Some(b'"') {
            return Some((self.text.get(start..end)?, end + 1));
        }
        self.rich_string(start, end)
    }

    /// Where the plain part of a string ends.
    #[inline(always)]
    fn plain<const LETTERS: bool>(&self, mut at: usize) -> usize {
        while let Some(bytes) = self.text.get(at..).and_then(|rest| rest.first_chunk()) {
            let special = scan::special::<LETTERS>(bytes);
            if special != 0 {
                return at + special.trailing_zeros() as usize;
            }
            at += scan::WIDTH;
        }
        self.plain_to_the_end::<LETTERS>(at)
    }

    /// The same for the last bytes of the text.
    #[inline(always)]
    fn plain_to_the_end<const LETTERS: bool>(&self, mut at: usize) -> usize {
        if let Some(last) = self.text.last_chunk() {
            let start = self.text.len() - scan::WIDTH;
            // Those before `at` are shifted out.
            let before = at.saturating_sub(start);
            let special = u64::from(scan::special::<LETTERS>(last)) >> before.min(scan::WIDTH);
            return (at + (special | 1 << scan::WIDTH).trailing_zeros() as usize).min(self.text.len());
        }
        while self.byte(at).is_some_and(scan::is_plain::<LETTERS>) {
            at += 1;
        }
        at
    }

    /// The number of the name that the string here is, and where it ends.
    #[inline(always)]
    fn name(&mut self, at: usize, names: &Names) -> Read<(Option<u32>, usize)> {
        if let Some(bytes) = self.text.get(at..).and_then(|rest| rest.first_chunk::<{ scan::WIDTH + 1 }>())
            && let [b'"', bytes @ ..] = bytes
        {
            let length = scan::special::<ASCII_ONLY>(bytes).trailing_zeros() as usize;
            if let Some(start) = bytes.first_chunk::<WHOLE>()
                && length < WHOLE
                && bytes.get(length) == Some(&b'"')
            {
                let word = u128::from_le_bytes(*start) & FIRST_BYTES.get(length).copied()?;
                return Some((names.find_short(word, length), at + length + 2));
            }
        }
        let (text, end) = self.string(at)?;
        Some((names.find(text), end))
    }

    /// A string that is not plain from `at` on: letters beyond ASCII, escapes, or none at all.
    #[inline(never)]
    fn rich_string(&mut self, start: usize, at: usize) -> Read<(&'a [u8], usize)> {
        if !self.letters && self.byte(at).is_some_and(|b| b >= 0x80) {
            self.check_letters()?;
        }
        let mut end = self.any_plain(at);
        if self.byte(end) == Some(b'"') {
            return Some((self.text.get(start..end)?, end + 1));
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
        let mut out = self.take(written - start)?;
        let mut length = 0;
        let mut run = start;
        loop {
            let plain = self.text.get(run..end)?;
            out.write(length, plain)?;
            length += plain.len();
            if end >= written {
                break;
            }
            let (letter, behind) = scalar::escape(self.text, end)?;
            let mut bytes = [0; 4];
            let bytes = letter.encode_utf8(&mut bytes).as_bytes();
            out.write(length, bytes)?;
            length += bytes.len();
            run = behind;
            end = self.any_plain(behind).min(written);
        }
        self.arena.resize(&mut out, length);
        let decoded = out.into_bytes();
        Some((decoded.get(..length)?, written + 1))
    }

    /// Of the whole text, once.
    pub fn check_letters(&mut self) -> Read<()> {
        if simdutf8::basic::from_utf8(self.text).is_err() {
            return refused();
        }
        self.letters = true;
        Some(())
    }

    pub fn any_plain(&self, at: usize) -> usize {
        if self.letters { self.plain::<ANY_LETTER>(at) } else { self.plain::<ASCII_ONLY>(at) }
    }
}
