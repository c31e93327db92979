//! Diagnostics for machines: one JSON document, versioned.
//!
//! In: the parts of a run. Out: `{"version":1,"diagnostics":[…],"summary":{…}}`, all packages in one list, ordered by
//! file, place and code. Lines and columns count from 1, columns in characters; offsets count bytes from 0; an end is
//! the place just behind.

use std::io::{self, Write};

use serde::Serialize;
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::place::{Position, View};
use super::{Part, Summary, severity_name};

/// The version of the document. Fields may be added to it without a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    diagnostics: Vec<Entry<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    span: Range,
    label: &'a str,
    labels: Vec<LabelEntry<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fixes: Vec<FixEntry<'a>>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct LabelEntry<'a> {
    file: &'a str,
    span: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<LabelEntry<'a>>,
}

pub fn write(out: &mut dyn Write, parts: &[Part<'_>], summary: Summary) -> io::Result<()> {
    let views: Vec<View<'_>> = parts.iter().map(|p| View::new(p.sources, p.diagnostics)).collect();
    let mut diagnostics: Vec<Entry<'_>> =
        parts.iter().zip(&views).flat_map(|(part, view)| part.diagnostics.iter().map(|d| entry(view, d))).collect();
    diagnostics.sort_by_key(|e| (e.file, e.span.start.offset, e.code));
    serde_json::to_writer_pretty(&mut *out, &Document { version: VERSION, diagnostics, summary })?;
    writeln!(out)
}

fn entry<'a>(view: &View<'a>, d: &'a Diagnostic) -> Entry<'a> {
    let place = |span: Span, text: &'a str| LabelEntry { file: view.path(span.file), span: range(view, span), text };
    Entry {
        code: d.code,
        severity: severity_name(d.severity),
        message: &d.message,
        file: view.path(d.span.file),
        span: range(view, d.span),
        label: &d.label,
        labels: d.labels.iter().map(|l| place(l.span, &l.text)).collect(),
        notes: &d.notes,
        help: &d.help,
        fixes: d
            .fixes
            .iter()
            .map(|f| FixEntry {
                title: &f.title,
                safe: f.safe,
                edits: f.edits.iter().map(|e| place(e.span, &e.text)).collect(),
            })
            .collect(),
    }
}

fn range(view: &View<'_>, span: Span) -> Range {
    let (start, end) = view.positions(span);
    Range { start, end }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{sources, span};
    use super::*;

    #[test]
    fn one_document_for_all_packages_in_the_order_of_files() {
        let (b, a) = (sources(&[("b.trust", "é x")]), sources(&[("a.trust", "y")]));
        let in_b = [Diagnostic::warning("T001", span(&b, 0, "x"), "m").label("l").fix("f", span(&b, 0, "x"), "z")];
        let in_a = [Diagnostic::error("E0001", span(&a, 0, "y"), "n").because(span(&a, 0, "y"), "w").help("h")];
        let parts = [Part { sources: &b, diagnostics: &in_b }, Part { sources: &a, diagnostics: &in_a }];
        let mut out = Vec::new();
        write(&mut out, &parts, Summary::of(&parts, 2)).expect("a vector takes every byte");
        let document: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        insta::assert_snapshot!(document, @r#"{"version":1,"diagnostics":[{"code":"E0001","severity":"error","message":"n","file":"a.trust","span":{"start":{"line":1,"column":1,"offset":0},"end":{"line":1,"column":2,"offset":1}},"label":"","labels":[{"file":"a.trust","span":{"start":{"line":1,"column":1,"offset":0},"end":{"line":1,"column":2,"offset":1}},"text":"w"}],"notes":[],"help":["h"],"fixes":[]},{"code":"T001","severity":"warning","message":"m","file":"b.trust","span":{"start":{"line":1,"column":3,"offset":3},"end":{"line":1,"column":4,"offset":4}},"label":"l","labels":[],"notes":[],"help":[],"fixes":[{"title":"f","safe":false,"edits":[{"file":"b.trust","span":{"start":{"line":1,"column":3,"offset":3},"end":{"line":1,"column":4,"offset":4}},"text":"z"}]}]}],"summary":{"errors":1,"warnings":1,"files":2}}"#);
    }
}
