//! Formatting of a document.
//!
//! In: a text. Out: edits of the lines that change; none where the text has syntax errors, for nothing is laid out that
//! could not be read.

use lsp_types::{DocumentFormattingParams, TextEdit};
use similar::{DiffOp, TextDiff};
use trust_syntax::span::{FileId, Span};

use super::packages::Packages;
use super::server::{Fault, Server};
use super::text::Source;

impl Server {
    pub fn formatting(&mut self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>, Fault> {
        // The text is all that is needed: an open document waits for no analysis.
        if let Some(document) = self.packages.documents.get(&Packages::path(&params.text_document.uri)) {
            return Ok(edits(&document.source));
        }
        let (package, file) = self.known(&params.text_document.uri)?;
        Ok(package.file(file).and_then(|f| edits(&f.source)))
    }
}

fn edits(source: &Source) -> Option<Vec<TextEdit>> {
    let formatted = crate::fmt::format(&source.text).ok()?;
    if formatted == *source.text {
        return Some(Vec::new());
    }
    let diff = TextDiff::from_lines(&*source.text, &formatted);
    // Where each line of the text begins.
    let mut starts = vec![0u32];
    for line in diff.old_slices() {
        starts.push(starts.last().copied().unwrap_or(0) + line.len() as u32);
    }
    let changed = |op: &&DiffOp| !matches!(op, DiffOp::Equal { .. });
    let edit = |op: &DiffOp| {
        let (old, new) = (op.old_range(), op.new_range());
        let (start, end) = (*starts.get(old.start)?, *starts.get(old.end)?);
        let new_text = diff.new_slices().get(new)?.concat();
        Some(TextEdit { range: source.range(Span::new(FileId(0), start, end)), new_text })
    };
    diff.ops().iter().filter(changed).map(edit).collect()
}
