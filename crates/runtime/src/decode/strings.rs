//! Strings: plain ones where they stand, all others decoded into the arena.
//!
//! In: where a string starts. Out: its letters, UTF-8, and where it ends. The text is checked for UTF-8 as a whole, once the first byte
//! beyond ASCII is met.

use super::names::{Names, WHOLE};
use super::quick;
use super::read::{Read, Reader, refused};
use super::scalar;
use super::scan::{self, ANY_LETTER, ASCII_ONLY};

impl<'a> Reader<'a> {
    /// The decoded string that starts here, and where it ends.
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
    pub fn plain<const LETTERS: bool>(&self, mut at: usize) -> usize {
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
    pub fn name(&mut self, at: usize, names: &Names) -> Read<(Option<u32>, usize)> {
        if let Some(bytes) = self.text.get(at..).and_then(|rest| rest.first_chunk::<{ scan::WIDTH + 1 }>())
            && let [b'"', bytes @ ..] = bytes
        {
            let length = scan::special::<ASCII_ONLY>(bytes).trailing_zeros() as usize;
            if let Some(start) = bytes.first_chunk::<WHOLE>()
                && length < WHOLE
                && bytes.get(length) == Some(&b'"')
            {
                let word = quick::word(start, length)?;
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
