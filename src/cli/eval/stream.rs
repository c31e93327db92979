//! Requests in, answers out: a line for a line, in the same order.
//!
//! In: a reader of requests, one JSON object a line, and whoever answers one. Out: one answer for each line that is not
//! blank, and how many were answered and refused. Memory does not grow with the stream; an answer is sent before the
//! stream waits for the next request, so that a host may ask one at a time over a pipe.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufReader, Read, Write};

use super::lines::{Line, Lines};

/// The buffer requests are read through.
const BUFFER: usize = 1 << 16;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub requests: u64,
    pub refused: u64,
}

/// Answers one request.
pub trait Answer {
    /// Appends the answer to a line, without its end. Whether it was refused.
    fn answer(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool;

    /// Appends the refusal of a line that was longer than `most` bytes.
    fn too_long(&mut self, most: usize, out: &mut Vec<u8>);
}

/// What stopped a stream.
#[derive(Debug)]
pub enum Stopped {
    Reading(io::Error),
    Writing(io::Error),
}

pub fn run(input: impl Read, out: &mut dyn Write, most: usize, engine: &mut dyn Answer) -> Result<Counts, Stopped> {
    // Shared by the answers and by the reader, which sends what was answered before it waits.
    let out = RefCell::new(out);
    let mut lines = Lines::new(BufReader::with_capacity(BUFFER, Sending { input, out: &out }), most);
    let mut counts = Counts::default();
    let mut answer = Vec::new();
    let mut number = 0u64;
    while let Some(line) = lines.next().map_err(stopped)? {
        number += 1;
        answer.clear();
        let refused = match line {
            Line::Text(text) if text.trim_ascii().is_empty() => continue,
            Line::Text(text) => engine.answer(text, &mut answer),
            Line::TooLong => {
                engine.too_long(most, &mut answer);
                true
            }
        };
        counts.requests += 1;
        counts.refused += u64::from(refused);
        if refused {
            placed(&mut answer, number);
        }
        answer.push(b'\n');
        out.borrow_mut().write_all(&answer).map_err(Stopped::Writing)?;
    }
    out.borrow_mut().flush().map_err(Stopped::Writing)?;
    Ok(counts)
}

/// Puts the number of the line into the refusal of a line of which nothing is known, not even its `id`: there only the
/// place tells which request it is.
fn placed(answer: &mut Vec<u8>, number: u64) {
    const START: &[u8] = b"{\"error\":{\"code\":\"";
    const PATH: &[u8] = b"\",\"path\":\"";
    let code =
        answer.strip_prefix(START).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count());
    let at = START.len() + code;
    let Some(path) = answer.get(at..).and_then(|rest| rest.strip_prefix(PATH)) else { return };
    if code > 0 && path.starts_with(b"\"") {
        let at = at + PATH.len();
        answer.splice(at..at, format!("line {number}").into_bytes());
    }
}

/// A reader that sends what was written before it reads.
struct Sending<'a, 'w, R> {
    input: R,
    out: &'a RefCell<&'w mut dyn Write>,
}

impl<R: Read> Read for Sending<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.out.borrow_mut().flush().map_err(|e| io::Error::other(NotSent(e)))?;
        self.input.read(buffer)
    }
}

/// An error of writing on its way through a reader.
#[derive(Debug)]
struct NotSent(io::Error);

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NotSent {}

fn stopped(error: io::Error) -> Stopped {
    match error.downcast::<NotSent>() {
        Ok(NotSent(error)) => Stopped::Writing(error),
        Err(error) => Stopped::Reading(error),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    /// Answers with the line in brackets, refuses what starts with `!`.
    struct Echo;

    impl Answer for Echo {
        fn answer(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
            out.extend_from_slice(&[b"[", line, b"]"].concat());
            line.starts_with(b"!")
        }

        fn too_long(&mut self, _: usize, out: &mut Vec<u8>) {
            out.extend_from_slice(b"too long");
        }
    }

    #[test]
    fn a_line_for_a_line_and_blank_ones_do_not_count() {
        let mut out = Vec::new();
        let text = "a\n\n  \t\r\n!b\n0123456789\nc";
        let counts = run(text.as_bytes(), &mut out, 9, &mut Echo).expect("memory does not fail");
        assert_eq!(String::from_utf8_lossy(&out), "[a]\n[!b]\ntoo long\n[c]\n");
        assert_eq!(counts, Counts { requests: 4, refused: 2 });
    }

    #[test]
    fn only_the_refusal_of_a_line_without_a_name_says_the_line() {
        let placed = |text: &str| {
            let mut answer = text.as_bytes().to_vec();
            super::placed(&mut answer, 12);
            String::from_utf8_lossy(&answer).into_owned()
        };
        let whole = r#"{"error":{"code":"F0001","path":"","message":"m"}}"#;
        assert_eq!(placed(whole), r#"{"error":{"code":"F0001","path":"line 12","message":"m"}}"#);
        let named = r#"{"id":1,"error":{"code":"F0001","path":"","message":"m"}}"#;
        assert_eq!(placed(named), named);
        let inside = r#"{"error":{"code":"F0003","path":"block","message":"m"}}"#;
        assert_eq!(placed(inside), inside);
    }

    /// A host that sends its next request only after it has seen the answer to the last.
    struct Host {
        sent: u8,
        seen: Rc<RefCell<Vec<u8>>>,
    }

    impl Read for Host {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let answers = self.seen.borrow().iter().filter(|b| **b == b'\n').count();
            assert_eq!(answers, usize::from(self.sent), "an answer was held back");
            self.sent += 1;
            if self.sent > 3 {
                return Ok(0);
            }
            (&b"x\n"[..]).read(buffer)
        }
    }

    struct Seen(Rc<RefCell<Vec<u8>>>);

    impl Write for Seen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_answer_is_sent_before_the_next_request_is_waited_for() {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let mut out = io::BufWriter::new(Seen(seen.clone()));
        let counts = run(Host { sent: 0, seen }, &mut out, 100, &mut Echo).expect("memory does not fail");
        assert_eq!(counts.requests, 3);
    }

    #[test]
    fn a_reader_that_went_away_is_an_error_of_writing() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut out = io::BufWriter::new(Gone);
        let stopped = run(&b"a\nb\n"[..], &mut out, 100, &mut Echo);
        assert!(matches!(stopped, Err(Stopped::Writing(e)) if e.kind() == io::ErrorKind::BrokenPipe));
    }
}
