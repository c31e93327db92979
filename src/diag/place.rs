//! Where a span stands: lines and columns, and source text that is safe to print.
//!
//! In: sources and the diagnostics that point into them. Out: positions for machines and the view codespan draws
//! from. A span that reaches past its file or into the middle of a character is pulled back to the nearest border, so
//! no diagnostic can fail to be shown. Control and direction-changing characters are replaced in what is drawn, byte
//! for byte, so a source can neither repaint the terminal nor show its letters in another order than they stand.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::{FileId, Span};

use crate::source::SourceMap;

/// Line and column count from 1, the column in characters; the offset counts bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub offset: usize,
}

/// The files some diagnostics touch, cut into lines.
pub struct View<'a> {
    files: BTreeMap<FileId, Viewed<'a>>,
}

struct Viewed<'a> {
    path: &'a str,
    text: &'a str,
    drawn: Cow<'a, str>,
    /// The first byte of each line.
    starts: Vec<usize>,
    /// Characters and UTF-16 code units before every [`STEP`]th byte: a column in a very long line is found without
    /// counting all of it.
    counted: Vec<[usize; 2]>,
}

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Character,
    Utf16,
}

const STEP: usize = 1024;

impl<'a> Viewed<'a> {
    fn new(path: &'a str, text: &'a str) -> Viewed<'a> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut sum = [0, 0];
        let mut counted = vec![sum];
        for part in text.as_bytes().chunks(STEP) {
            let [characters, units] = sum;
            sum = [characters + count(Unit::Character, part), units + count(Unit::Utf16, part)];
            counted.push(sum);
        }
        Viewed { path, text, drawn: drawn(text), starts, counted }
    }

    /// How many units start before this byte.
    fn before(&self, unit: Unit, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let rest = self.text.as_bytes().get(offset / STEP * STEP..offset).unwrap_or_default();
        let [characters, units] = self.counted.get(offset / STEP).copied().unwrap_or_default();
        count(unit, rest)
            + match unit {
                Unit::Character => characters,
                Unit::Utf16 => units,
            }
    }

    /// From 1.
    fn column(&self, unit: Unit, line_start: usize, offset: usize) -> usize {
        self.before(unit, offset).saturating_sub(self.before(unit, line_start)) + 1
    }
}

/// Units that start in these bytes: a character of four bytes is two in UTF-16.
fn count(unit: Unit, bytes: &[u8]) -> usize {
    let characters = bytes.iter().filter(|b| (**b & 0xc0) != 0x80).count();
    match unit {
        Unit::Character => characters,
        Unit::Utf16 => characters + bytes.iter().filter(|b| **b >= 0xf0).count(),
    }
}

impl<'a> View<'a> {
    pub fn new(sources: &'a SourceMap, diagnostics: &[Diagnostic]) -> View<'a> {
        let mut files = BTreeMap::new();
        for id in diagnostics.iter().flat_map(touched) {
            let Some(file) = sources.get(id) else { continue };
            files.entry(id).or_insert_with(|| Viewed::new(&file.path, &file.text));
        }
        View { files }
    }

    pub fn path(&self, file: FileId) -> &'a str {
        self.files.get(&file).map_or("", |f| f.path)
    }

    /// The bytes of the span, inside its file and on character borders.
    pub fn range(&self, span: Span) -> Range<usize> {
        let Some(file) = self.files.get(&span.file) else { return 0..0 };
        let start = file.text.floor_char_boundary(span.start as usize);
        let end = file.text.ceil_char_boundary(span.end as usize);
        start..end.max(start)
    }

    /// Where the span starts and where it ends.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        self.ends(Unit::Character, span)
    }

    /// The same with columns in UTF-16 code units.
    pub fn positions_utf16(&self, span: Span) -> (Position, Position) {
        self.ends(Unit::Utf16, span)
    }

    /// The text of the file; empty where no diagnostic touches it.
    pub fn text(&self, file: FileId) -> &'a str {
        self.files.get(&file).map_or("", |f| f.text)
    }

    fn ends(&self, unit: Unit, span: Span) -> (Position, Position) {
        let range = self.range(span);
        (self.position(unit, span.file, range.start), self.position(unit, span.file, range.end))
    }

    fn position(&self, unit: Unit, id: FileId, offset: usize) -> Position {
        let Some(file) = self.files.get(&id) else { return Position { line: 1, column: 1, offset } };
        let line = file.starts.partition_point(|start| *start <= offset).max(1);
        let start = file.starts.get(line - 1).copied().unwrap_or(0);
        Position { line, column: file.column(unit, start, offset), offset }
    }

    /// The longest line a diagnostic would show.
    pub fn longest_line(&self, diagnostic: &Diagnostic) -> usize {
        let spans = std::iter::once(diagnostic.span).chain(diagnostic.labels.iter().map(|l| l.span));
        let lines = spans.flat_map(|span| {
            let range = self.range(span);
            [range.start, range.end].map(|at| {
                let index = self.line_index(span.file, at).unwrap_or(0);
                self.line_range(span.file, index).map_or(0, |r| r.len())
            })
        });
        lines.max().unwrap_or(0)
    }
}

fn touched(diagnostic: &Diagnostic) -> impl Iterator<Item = FileId> {
    let labels = diagnostic.labels.iter().map(|l| l.span.file);
    let edits = diagnostic.fixes.iter().flat_map(|f| f.edits.iter().map(|e| e.span.file));
    std::iter::once(diagnostic.span.file).chain(labels).chain(edits)
}

impl<'a> Files<'a> for View<'_> {
    type FileId = FileId;
    type Name = Cow<'a, str>;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<Cow<'a, str>, Error> {
        self.files.get(&id).map(|f| drawn(f.path)).ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        self.files.get(&id).map(|f| &*f.drawn).ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, Error> {
        let file = self.files.get(&id).ok_or(Error::FileMissing)?;
        Ok(file.starts.partition_point(|start| *start <= byte_index).saturating_sub(1))
    }

    fn line_range(&'a self, id: FileId, line_index: usize) -> Result<Range<usize>, Error> {
        let file = self.files.get(&id).ok_or(Error::FileMissing)?;
        let max = file.starts.len();
        let start = *file.starts.get(line_index).ok_or(Error::LineTooLarge { given: line_index, max })?;
        let end = file.starts.get(line_index + 1).copied().unwrap_or(file.text.len());
        Ok(start..end)
    }

    fn column_number(&'a self, id: FileId, line_index: usize, byte_index: usize) -> Result<usize, Error> {
        let line = self.line_range(id, line_index)?;
        let file = self.files.get(&id).ok_or(Error::FileMissing)?;
        Ok(file.column(Unit::Character, line.start, byte_index.clamp(line.start, line.end)))
    }
}

/// The text with every character that would disturb a terminal replaced by one of as many bytes.
pub fn drawn(text: &str) -> Cow<'_, str> {
    if !text.chars().any(disturbs) {
        return Cow::Borrowed(text);
    }
    let safe = text.chars().map(|c| match c.len_utf8() {
        _ if c == '\r' => ' ',
        _ if !disturbs(c) => c,
        1 => '?',
        2 => '\u{b7}',
        _ => char::REPLACEMENT_CHARACTER,
    });
    Cow::Owned(safe.collect())
}

fn disturbs(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Marks, embeddings, overrides and isolates that change the direction of writing; the line separators.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{sources, span};
    use super::*;

    #[test]
    fn columns_count_characters_and_bad_spans_are_pulled_back() {
        let map = sources(&[("a.trust", "é x\nzz")]);
        let view = |span| View::new(&map, &[Diagnostic::error("E0001", span, "m")]).positions(span);
        let (start, end) = view(span(&map, 0, "x"));
        assert_eq!((start.line, start.column, start.offset), (1, 3, 3));
        assert_eq!((end.line, end.column, end.offset), (1, 4, 4));
        // In the middle of `é`, and far behind the end.
        let (start, end) = view(Span::new(FileId(0), 1, 900));
        assert_eq!((start.offset, end.offset, end.line, end.column), (0, 7, 2, 3));
        let map = sources(&[("a.trust", &format!("{}🦀 x", "é".repeat(STEP)))]);
        let x = span(&map, 0, "x");
        let d = [Diagnostic::error("E0001", x, "m")];
        let view = View::new(&map, &d);
        assert_eq!((view.positions(x).0.column, view.positions_utf16(x).0.column), (STEP + 3, STEP + 4));
    }

    #[test]
    fn what_is_drawn_cannot_repaint_the_terminal() {
        let text = "a\u{1b}[31m\u{85}\u{202e}b\t\r\n";
        let safe = drawn(text);
        assert_eq!(safe, "a?[31m\u{b7}\u{fffd}b\t \n");
        assert_eq!(safe.len(), text.len());
        assert!(matches!(drawn("plain ✓"), Cow::Borrowed(_)));
    }
}
