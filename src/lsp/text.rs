//! Positions: byte offsets here, lines and UTF-16 units in the protocol.
//!
//! In: a text. Out: conversions both ways, total: a position behind the end of a line is that end, one inside of a
//! character is its beginning.

use std::sync::Arc;

use lsp_types::{Position, Range, TextDocumentContentChangeEvent};
use trust_syntax::span::Span;

/// A text and where its lines begin.
#[derive(Clone, Debug)]
pub struct Source {
    pub text: Arc<str>,
    starts: Vec<u32>,
}

impl Source {
    pub fn new(text: impl Into<Arc<str>>) -> Source {
        let text: Arc<str> = text.into();
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let lone_return = *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
            if *byte == b'\n' || lone_return {
                starts.push(at as u32 + 1);
            }
        }
        Source { text, starts }
    }

    /// The text of a line without its end.
    fn line(&self, line: usize) -> &str {
        let start = self.starts.get(line).map_or(self.text.len(), |s| *s as usize);
        let end = self.starts.get(line + 1).map_or(self.text.len(), |s| *s as usize);
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\r', '\n'])
    }

    pub fn position(&self, offset: u32) -> Position {
        let line = self.starts.partition_point(|s| *s <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start as usize..offset as usize).unwrap_or("");
        Position::new(line as u32, before.encode_utf16().count() as u32)
    }

    pub fn offset(&self, position: Position) -> u32 {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line) else { return self.text.len() as u32 };
        let mut units = 0;
        for (at, c) in self.line(line).char_indices() {
            let next = units + c.len_utf16() as u32;
            if next > position.character {
                return start + at as u32;
            }
            units = next;
        }
        start + self.line(line).len() as u32
    }

    pub fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }

    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The text after a change of a part, or of all.
    pub fn changed(&self, change: &TextDocumentContentChangeEvent) -> Source {
        let Some(range) = change.range else { return Source::new(change.text.as_str()) };
        let (start, end) = (self.offset(range.start) as usize, self.offset(range.end) as usize);
        let before = self.text.get(..start).unwrap_or("");
        let after = self.text.get(end.max(start)..).unwrap_or("");
        Source::new(format!("{before}{}{after}", change.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_utf16_units_and_conversions_are_total() {
        let source = Source::new("a𝒳é\r\nb\rc\n");
        let at = |line, character| source.offset(Position::new(line, character));
        assert_eq!([at(0, 0), at(0, 1), at(0, 2), at(0, 3), at(0, 4), at(0, 9)], [0, 1, 1, 5, 7, 7]);
        assert_eq!([at(1, 0), at(2, 0), at(2, 1), at(3, 0), at(9, 9)], [9, 11, 12, 13, 13]);
        for offset in [0, 1, 5, 7, 9, 10, 11, 12, 13] {
            assert_eq!(source.offset(source.position(offset)), offset);
        }
        // Inside of a character there is no column, and no panic.
        source.position(3);
        source.position(99);
    }

    #[test]
    fn a_change_of_a_part_is_applied() {
        let source = Source::new("one\ntwo\n");
        let range = Some(Range::new(Position::new(0, 2), Position::new(1, 1)));
        let change = TextDocumentContentChangeEvent { range, range_length: None, text: "X\n".into() };
        assert_eq!(&*source.changed(&change).text, "onX\nwo\n");
    }
}
