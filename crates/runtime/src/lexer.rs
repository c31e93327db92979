//! JSON, token by token.
//!
//! In: bytes. Out: tokens on demand, or the first thing that is not JSON and where. Strings are decoded; a lone surrogate,
//! bytes that are no UTF-8 and raw control characters are refused everywhere, in what is skipped too. A token is read
//! whole before anything is said about its content. No call recurses.

use std::borrow::Cow;

/// What a value starts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

impl Kind {
    /// As a message calls it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Object => "an object",
            Kind::Array => "a list",
            Kind::String => "a string",
            Kind::Number => "a number",
            Kind::True => "`true`",
            Kind::False => "`false`",
            Kind::Null => "`null`",
        }
    }
}

/// Not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    pub offset: usize,
    pub message: &'static str,
}

/// Why a value could not be skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    Syntax(Syntax),
    /// An opening bracket at this offset is one too many.
    TooDeep(usize),
}

impl From<Syntax> for Skip {
    fn from(syntax: Syntax) -> Skip {
        Skip::Syntax(syntax)
    }
}

#[derive(Clone, Debug)]
pub struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t [u8]) -> Lexer<'t> {
        Lexer { text, at: 0 }
    }

    /// Over `text[start..end]`, with offsets into the whole.
    pub fn within(text: &'t [u8], start: usize, end: usize) -> Lexer<'t> {
        Lexer { text: text.get(..end).unwrap_or(text), at: start }
    }

    /// Where the last token ended; after `peek`, where the next one starts.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn fault<T>(&self, message: &'static str) -> Result<T, Syntax> {
        Err(Syntax { offset: self.at, message })
    }

    /// The next byte that is no white space.
    fn next_byte(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// What comes next; nothing but white space is consumed.
    pub fn peek(&mut self) -> Result<Kind, Syntax> {
        match self.next_byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't') => Ok(Kind::True),
            Some(b'f') => Ok(Kind::False),
            Some(b'n') => Ok(Kind::Null),
            Some(_) => self.fault("a value is wanted here"),
            None => self.fault("the text ends where a value is wanted"),
        }
    }

    /// `true`, `false` or `null`, whichever was peeked.
    pub fn word(&mut self, kind: Kind) -> Result<(), Syntax> {
        let word: &[u8] = match kind {
            Kind::True => b"true",
            Kind::False => b"false",
            _ => b"null",
        };
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(())
        } else {
            self.fault("only `true`, `false` and `null` stand without quotes")
        }
    }

    /// The text of a number.
    pub fn number(&mut self) -> Result<&'t [u8], Syntax> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.byte() == Some(b'0');
        let whole = self.digits()?;
        if leading_zero && whole > 1 {
            return Err(Syntax { offset: start, message: "a number does not start with a zero" });
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// One or more; how many.
    fn digits(&mut self) -> Result<usize, Syntax> {
        let start = self.at;
        while self.byte().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { self.fault("a digit is wanted here") } else { Ok(self.at - start) }
    }

    /// A string, decoded; the next byte is its quote.
    pub fn string(&mut self) -> Result<Cow<'t, str>, Syntax> {
        self.at += 1;
        let mut out = Cow::Borrowed("");
        loop {
            let start = self.at;
            self.at += plain(self.text.get(start..).unwrap_or_default());
            while self.byte().is_some_and(|b| b != b'"' && b != b'\\' && b >= b' ') {
                self.at += 1;
            }
            let run = std::str::from_utf8(self.text.get(start..self.at).unwrap_or_default())
                .map_err(|e| Syntax { offset: start + e.valid_up_to(), message: "these bytes are no UTF-8" })?;
            if out.is_empty() {
                out = Cow::Borrowed(run);
            } else {
                out.to_mut().push_str(run);
            }
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    let escaped = self.escape()?;
                    out.to_mut().push(escaped);
                }
                Some(_) => {
                    return self.fault("a control character in a string is written as an escape");
                }
                None => return self.fault("the text ends inside a string"),
            }
        }
    }

    /// The letter of the escape whose backslash is the next byte.
    pub(crate) fn escape(&mut self) -> Result<char, Syntax> {
        let start = self.at;
        self.at += 2;
        Ok(match self.text.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let lone = Syntax { offset: start, message: "half of a surrogate pair is no character" };
                let first = self.hex4()?;
                if !(0xd800..0xe000).contains(&first) {
                    return char::from_u32(first).ok_or(lone);
                }
                if first >= 0xdc00 || self.text.get(self.at..self.at + 2) != Some(b"\\u") {
                    return Err(lone);
                }
                self.at += 2;
                let second = self.hex4()?;
                if !(0xdc00..0xe000).contains(&second) {
                    return Err(lone);
                }
                return char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or(lone);
            }
            _ => {
                return Err(Syntax { offset: start, message: "there is no such escape" });
            }
        })
    }

    fn hex4(&mut self) -> Result<u32, Syntax> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.byte().and_then(|b| char::from(b).to_digit(16)) else {
                return self.fault("`\\u` is followed by four hexadecimal digits");
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// Past the opening bracket that was peeked.
    pub fn open(&mut self) {
        self.at += 1;
    }

    /// Before the first element (`first`) or a further one; `false` at the end, which is consumed.
    pub fn element(&mut self, first: bool) -> Result<bool, Syntax> {
        match self.next_byte() {
            Some(b']') => {
                self.at += 1;
                Ok(false)
            }
            Some(_) if first => Ok(true),
            Some(b',') => {
                self.at += 1;
                match self.next_byte() {
                    Some(b']') => self.fault("a value is wanted after the comma"),
                    _ => Ok(true),
                }
            }
            Some(_) => self.fault("`,` or `]` is wanted here"),
            None => self.fault("the text ends inside a list"),
        }
    }

    /// The key of the first member (`first`) or a further one, with the offset of its quote, past the colon; at the end the
    /// brace is consumed.
    pub fn member(&mut self, first: bool) -> Result<Option<(Cow<'t, str>, usize)>, Syntax> {
        match self.next_byte() {
            Some(b'}') => {
                self.at += 1;
                return Ok(None);
            }
            Some(_) if first => {}
            Some(b',') => {
                self.at += 1;
                self.next_byte();
            }
            Some(_) => return self.fault("`,` or `}` is wanted here"),
            None => return self.fault("the text ends inside an object"),
        }
        if self.next_byte() != Some(b'"') {
            return self.fault("a key in quotes is wanted here");
        }
        let start = self.at;
        let key = self.string()?;
        if self.next_byte() != Some(b':') {
            return self.fault("`:` is wanted here");
        }
        self.at += 1;
        Ok(Some((key, start)))
    }

    /// Past one value, whatever it is: at most `depth` arrays and objects inside one another.
    pub fn skip(&mut self, depth: usize) -> Result<(), Skip> {
        // The brackets that are open: `true` for an object.
        let mut open: Vec<bool> = Vec::new();
        loop {
            let kind = self.peek()?;
            let mut first = false;
            match kind {
                Kind::Object | Kind::Array if open.len() >= depth => {
                    return Err(Skip::TooDeep(self.at));
                }
                Kind::Object | Kind::Array => {
                    open.push(kind == Kind::Object);
                    self.open();
                    first = true;
                }
                Kind::String => drop(self.string()?),
                Kind::Number => drop(self.number()?),
                Kind::True | Kind::False | Kind::Null => self.word(kind)?,
            }
            // To the next value, closing what ends.
            loop {
                let more = match open.last() {
                    None => return Ok(()),
                    Some(true) => self.member(first)?.is_some(),
                    Some(false) => self.element(first)?,
                };
                first = false;
                if more {
                    break;
                }
                open.pop();
            }
        }
    }

    /// Nothing but white space may follow.
    pub fn end(&mut self) -> Result<(), Syntax> {
        match self.next_byte() {
            None => Ok(()),
            Some(_) => self.fault("nothing may follow the value"),
        }
    }
}

/// How many bytes at the beginning are surely no quote, no backslash and no control character: whole words, and what comes before
/// the first such byte in the next.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    // The highest bit of each byte that is below `n` (and of some after the first of those).
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGH;
    let (words, _) = text.as_chunks::<8>();
    for (word, n) in words.iter().zip(0usize..) {
        let word = u64::from_le_bytes(*word);
        let special = below(word ^ (ONES * 0x22), 1) | below(word ^ (ONES * 0x5c), 1) | below(word, 0x20);
        if special != 0 {
            return n * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    words.len() * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &[u8]) -> Result<(), Skip> {
        let mut lexer = Lexer::new(text);
        lexer.skip(32)?;
        Ok(lexer.end()?)
    }

    #[test]
    fn agrees_with_another_reader() {
        let texts: &[&[u8]] = &[
            b"",
            b" ",
            b"{}",
            b"[]",
            b"[1,]",
            b"[,1]",
            b"{\"a\":1,}",
            b"{,}",
            b"{\"a\" 1}",
            b"{\"a\":}",
            b"{a:1}",
            b"[1 2]",
            b"1 2",
            b"01",
            b"-",
            b"-0",
            b"1.",
            b".1",
            b"1e",
            b"1e+",
            b"1E-2",
            b"+1",
            b"0x1",
            b"tru",
            b"true",
            b"truex",
            b"nul",
            b"NaN",
            b"[true,false,null]",
            b"\"",
            b"\"\\",
            b"\"\\x\"",
            b"\"\\u12\"",
            b"\"\\u00e9\"",
            b"\"\\ud83d\\ude00\"",
            b"\"\\ud83d\"",
            b"\"\\ude00\"",
            b"\"\\ud83d\\u0041\"",
            b"\"\\ud83dx\"",
            b"\"a\nb\"",
            b"\"\xff\"",
            b"\"\xc3\xa9\"",
            b"\xef\xbb\xbf{}",
            b"[[[[]]]]",
            b"[}",
            b"{]",
            b"{\"a\":[1,{\"b\":null}]}",
            b"[1]]",
            b"\x00",
        ];
        for text in texts {
            let expected = serde_json::from_slice::<serde_json::Value>(text).is_ok();
            assert_eq!(whole(text).is_ok(), expected, "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn strings_are_decoded() {
        let read = |text: &'static str| Lexer::new(text.as_bytes()).string().map(Cow::into_owned);
        assert_eq!(read(r#""plain""#), Ok("plain".into()));
        assert_eq!(read(r#""a\u00e9\n\/\"\\b""#), Ok("aé\n/\"\\b".into()));
        assert_eq!(read(r#""\ud83d\ude00!""#), Ok("😀!".into()));
        assert_eq!(read(r#""a\ud83d""#).map_err(|e| e.offset), Err(2));
    }

    #[test]
    fn depth_is_counted_without_recursion() {
        assert_eq!(Lexer::new(b"[[1]]").skip(2), Ok(()));
        assert_eq!(Lexer::new(b"[ [1]]").skip(1), Err(Skip::TooDeep(2)));
        assert_eq!(Lexer::new(b"[]").skip(0), Err(Skip::TooDeep(0)));
        let deep = "[".repeat(1_000_000);
        assert!(matches!(Lexer::new(deep.as_bytes()).skip(usize::MAX), Err(Skip::Syntax(_))));
    }
}
