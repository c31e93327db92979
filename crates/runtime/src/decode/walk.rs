//! A text of which facts are only a part: past its tokens, and into its facts where they stand.
//!
//! In: the text, and where something starts. Out: what it is and where it ends, or nothing where it is not as it should be; then the
//! text is looked at anew by whoever says why. Syntax is checked in full, of what is passed over too.

use std::ptr::NonNull;

use super::quick::Tail;
use super::read::Reader;
use super::{Decoder, Facts, scalar};
use crate::arena::Arena;
use crate::schema::RecordId;

pub(crate) struct Walk<'a> {
    text: &'a [u8],
    decoder: &'a Decoder,
    tail: Tail,
    /// The whole text is known to be UTF-8.
    letters: bool,
}

impl<'a> Walk<'a> {
    #[inline]
    pub(crate) fn new(decoder: &'a Decoder, text: &'a [u8]) -> Walk<'a> {
        Walk { text, decoder, tail: Tail::of(text), letters: false }
    }

    pub(crate) fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// Past white space.
    pub(crate) fn space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte(at) {
            at += 1;
        }
        at
    }

    /// Past this byte and the white space around it.
    pub(crate) fn mark(&self, at: usize, byte: u8) -> Option<usize> {
        let at = self.space(at);
        (self.byte(at) == Some(byte)).then(|| self.space(at + 1))
    }

    /// Of an object: to its first member (`first`) or its next one; `None` inside at its end, with what is behind it.
    pub(crate) fn more(&self, at: usize, first: bool, close: u8) -> Option<(bool, usize)> {
        let at = self.space(at);
        match self.byte(at)? {
            b',' if !first => Some((true, self.space(at + 1))),
            byte if byte == close => Some((false, at + 1)),
            _ if first => Some((true, at)),
            _ => None,
        }
    }

    fn reader<'w>(&'w self, arena: &'w mut Arena, depth: usize) -> Reader<'w> {
        let plan = &self.decoder.plan;
        Reader {
            text: self.text,
            tail: &self.tail,
            plan,
            arena,
            strict: false,
            letters: self.letters,
            depth,
            short: false,
        }
    }

    /// The string that starts here.
    pub(crate) fn string<'w>(&'w self, at: usize, arena: &'w mut Arena) -> Option<(&'w [u8], usize)> {
        self.reader(arena, 0).string(at)
    }

    /// The key that starts here, and what is behind its colon.
    pub(crate) fn key<'w>(&'w self, at: usize, arena: &'w mut Arena) -> Option<(&'w [u8], usize)> {
        let (key, behind) = self.string(at, arena)?;
        Some((key, self.mark(behind, b':')?))
    }

    /// Past any value.
    pub(crate) fn skip(&mut self, at: usize, arena: &mut Arena) -> Option<usize> {
        let mut reader = self.reader(arena, usize::MAX);
        let end = reader.skip(at)?.get();
        self.letters = reader.letters;
        Some(end)
    }

    /// The instant that starts here, or `null`.
    pub(crate) fn instant(&self, at: usize, arena: &mut Arena) -> Option<(Option<i64>, usize)> {
        let mut reader = self.reader(arena, 0);
        if self.byte(at) == Some(b'n') {
            return Some((None, reader.word(at, b"null")?.get()));
        }
        let (instant, end) = scalar::instant(&mut reader, at)?;
        Some((Some(instant), end))
    }

    /// The record that starts here, in the arena, within the limits of facts.
    pub(crate) fn record(
        &mut self,
        id: RecordId,
        at: usize,
        arena: &'a mut Arena,
        strict: bool,
    ) -> Option<(Facts<'a>, usize)> {
        let plan = &self.decoder.plan;
        let record = plan.records.get(id.index())?;
        let (start, end, letters): (NonNull<u8>, usize, bool) = {
            let mut reader = self.reader(arena, plan.limits.nesting);
            reader.strict = strict;
            let (start, end) = reader.part(at, record)?;
            (start, end.get(), reader.letters)
        };
        self.letters = letters;
        if end - at > plan.limits.facts {
            return None;
        }
        // What was read stands in the arena and in the text, both borrowed for as long as the facts.
        Some((Facts::new(start, id, self.decoder), end))
    }

    /// A record without fields.
    pub(crate) fn nothing(&self, id: RecordId, arena: &'a mut Arena) -> Option<Facts<'a>> {
        let record = self.decoder.plan.records.get(id.index()).filter(|record| record.fields.is_empty())?;
        let mut place = arena.take(record.size).ok()?;
        place.clear();
        Some(Facts::new(place.pointer(), id, self.decoder))
    }
}
