//! Fingerprints of findings: how a reader knows one again after lines have moved.
//!
//! In: the findings of a run in their order. Out: a name for each, made of text alone, never of a line's number.

use std::collections::BTreeMap;

use trust_syntax::diagnostic::Diagnostic;

use super::place::View;

/// A hash of the code, the file's name, the item around the place, the line and the words themselves; findings that
/// are equal in all of it are told apart by their order.
#[derive(Default)]
pub struct Fingerprints(BTreeMap<String, usize>);

impl Fingerprints {
    pub fn of(&mut self, view: &View<'_>, d: &Diagnostic) -> String {
        let text = view.text(d.span.file);
        let range = view.range(d.span);
        let line = line_around(text, range.start);
        let name = view.path(d.span.file).rsplit(['/', '\\']).next().unwrap_or_default();
        let words = text.get(range).unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        for part in
            [d.code, name, &squeezed(item_above(text, d.span.start as usize)), &squeezed(line), &squeezed(words)]
        {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let hash: String = hasher.finalize().to_hex().chars().take(16).collect();
        let nth = self.0.entry(hash.clone()).or_default();
        *nth += 1;
        format!("{hash}:{nth}")
    }
}

/// Text whose spaces do not count, and of which the beginning is enough.
fn squeezed(text: &str) -> String {
    text.split_whitespace().take(200).collect::<Vec<_>>().join(" ")
}

fn line_around(text: &str, offset: usize) -> &str {
    let (before, after) = text.split_at(text.floor_char_boundary(offset));
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = after.find('\n').map_or(text.len(), |at| before.len() + at);
    text.get(start..end).unwrap_or_default()
}

/// The head of the item that the place stands in: the last line at or above it that starts with a word. What an item
/// holds is indented, and so it is in text that does not parse.
fn item_above(text: &str, offset: usize) -> &str {
    let end = text.floor_char_boundary(offset);
    let line = line_around(text, end);
    let starts = |line: &str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    if starts(line) {
        return line;
    }
    let above = text.get(..end).unwrap_or_default();
    above.rsplit('\n').skip(1).find(|line| starts(line)).unwrap_or_default()
}
