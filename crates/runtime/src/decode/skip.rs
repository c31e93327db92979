//! Past values that nobody asked for.
//!
//! In: where a value starts. Out: where it ends, its syntax checked in full. No recursion.

use super::read::{End, Read, Reader, refused};
use super::scalar;
use crate::lexer::Lexer;

impl Reader<'_> {
    /// Past one value, whatever it is.
    pub fn skip(&mut self, start: usize) -> Read<End> {
        // The innermost bracket is the lowest bit: 1 for an object.
        let mut open = 0u64;
        let mut levels = 0;
        let mut at = start;
        loop {
            at = match self.byte(at) {
                Some(b'"') => self.pass_string(at)?.get(),
                Some(b't') => self.word(at, b"true")?.get(),
                Some(b'f') => self.word(at, b"false")?.get(),
                Some(b'n') => self.word(at, b"null")?.get(),
                Some(bracket @ (b'{' | b'[')) => {
                    if levels >= self.depth {
                        return refused();
                    }
                    if levels >= 64 {
                        return self.skip_deep(start);
                    }
                    levels += 1;
                    open = open << 1 | u64::from(bracket == b'{');
                    at = self.space(at + 1);
                    let close = if bracket == b'{' { b'}' } else { b']' };
                    if self.byte(at) != Some(close) {
                        if bracket == b'{' {
                            at = self.pass_key(at)?.get();
                        }
                        continue;
                    }
                    open >>= 1;
                    levels -= 1;
                    at + 1
                }
                _ => scalar::pass_number(self, at)?,
            };
            // Behind a value.
            loop {
                if levels == 0 {
                    return End::new(at);
                }
                at = self.space(at);
                let object = open & 1 == 1;
                match self.byte(at) {
                    Some(b',') => {
                        at = self.space(at + 1);
                        if object {
                            at = self.pass_key(at)?.get();
                        }
                        break;
                    }
                    Some(b'}') if object => at += 1,
                    Some(b']') if !object => at += 1,
                    _ => return refused(),
                }
                open >>= 1;
                levels -= 1;
            }
        }
    }

    /// More than 64 levels, which only a policy with such a limit allows: slowly.
    #[cold]
    fn skip_deep(&mut self, start: usize) -> Read<End> {
        let mut lexer = Lexer::within(self.text, start, self.text.len());
        match lexer.skip(self.depth) {
            Ok(()) => End::new(lexer.offset()),
            Err(_) => refused(),
        }
    }

    /// Past a key and its colon.
    fn pass_key(&mut self, at: usize) -> Read<End> {
        let at = self.pass_string(at)?.get();
        let at = self.space(at);
        if self.byte(at) != Some(b':') {
            return refused();
        }
        End::new(self.space(at + 1))
    }

    /// Past a string, which is not decoded; its escapes are checked.
    fn pass_string(&mut self, at: usize) -> Read<End> {
        if self.byte(at) != Some(b'"') {
            return refused();
        }
        let mut at = at + 1;
        loop {
            at = self.any_plain(at);
            match self.byte(at) {
                Some(b'"') => return End::new(at + 1),
                Some(b'\\') => match scalar::escape(self.text, at) {
                    Some((_, behind)) => at = behind,
                    None => return refused(),
                },
                Some(b) if b >= 0x80 && !self.letters => self.check_letters()?,
                _ => return refused(),
            }
        }
    }
}
