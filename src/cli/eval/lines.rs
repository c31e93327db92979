//! Lines of a stream, each of bounded size.
//!
//! In: any reader. Out: its lines without their ends, one at a time, in one buffer that is used again. Always: no more
//! than the limit is held in memory, whatever is sent; a longer line is skipped to its end and reported as such.

use std::io::{self, BufRead};

pub struct Lines<R> {
    input: R,
    most: usize,
    line: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Text(&'a [u8]),
    /// It was longer than the limit.
    TooLong,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R, most: usize) -> Lines<R> {
        Lines { input, most, line: Vec::new() }
    }

    /// The next line.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut any = false;
        let mut too_long = false;
        loop {
            let available = match self.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let end = available.iter().position(|b| *b == b'\n');
            let part = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            // A `\r` before the line's end is no part of it.
            if too_long || self.line.len() + part.len() > self.most + 1 {
                too_long = true;
                self.line = Vec::new();
            } else {
                self.line.extend_from_slice(part);
            }
            let used = end.map_or(available.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        let text = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        Ok(Some(if too_long || text.len() > self.most { Line::TooLong } else { Line::Text(text) }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::*;

    fn all(input: impl Read, capacity: usize, most: usize) -> Vec<Option<String>> {
        let mut lines = Lines::new(BufReader::with_capacity(capacity, input), most);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().expect("a slice can be read") {
            seen.push(match line {
                Line::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
                Line::TooLong => None,
            });
        }
        seen
    }

    #[test]
    fn every_cut_of_the_buffer_gives_the_same_lines() {
        let text = "one\n\ntwo\r\nexactly8\nexactly8\r\nnine char\nlast";
        let want = ["one", "", "two", "exactly8", "exactly8", "!", "last"]
            .map(|l| if l == "!" { None } else { Some(l.to_owned()) });
        for capacity in 1..40 {
            assert_eq!(all(text.as_bytes(), capacity, 8), want, "with a buffer of {capacity}");
        }
    }

    #[test]
    fn a_line_without_end_is_not_held() {
        let endless = io::repeat(b'x').take(50 << 20).chain("\nok\n".as_bytes());
        let mut lines = Lines::new(BufReader::new(endless), 1000);
        assert_eq!(lines.next().expect("readable"), Some(Line::TooLong));
        assert!(lines.line.capacity() < 1 << 20);
        assert_eq!(lines.next().expect("readable"), Some(Line::Text(b"ok")));
    }
}
