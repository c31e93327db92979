//! Diagnostics as a Code Quality report, as GitLab shows it in a merge request.
//!
//! In: the parts of a run, the folder that paths are relative to. Out: one JSON list, ordered by file, place and code; an empty one
//! where nothing was found. Fingerprints survive lines that move.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};
use trust_syntax::diagnostic::{Diagnostic, Severity};

use super::fingerprint::Fingerprints;
use super::place::View;
use super::{Part, uri};

pub fn write(out: &mut dyn Write, parts: &[Part<'_>], root: Option<&Path>) -> io::Result<()> {
    let views: Vec<View<'_>> = parts.iter().map(|p| View::new(p.sources, p.diagnostics)).collect();
    let mut found: Vec<(&View<'_>, &Diagnostic)> =
        parts.iter().zip(&views).flat_map(|(part, view)| part.diagnostics.iter().map(move |d| (view, d))).collect();
    found.sort_by_key(|(view, d)| (view.path(d.span.file), d.span.start, d.code));
    let mut fingerprints = Fingerprints::default();
    let issues = found.iter().map(|(view, d)| {
        let (start, end) = view.positions(d.span);
        json!({
            "description": d.message,
            "check_name": d.code,
            "fingerprint": fingerprints.of(view, d),
            "severity": match d.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
            },
            "location": {
                "path": uri::path(view.path(d.span.file), root),
                "lines": { "begin": start.line, "end": end.line },
            },
        })
    });
    serde_json::to_writer_pretty(&mut *out, &issues.collect::<Vec<Value>>())?;
    writeln!(out)
}
