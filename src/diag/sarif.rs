//! Diagnostics as SARIF 2.1.0, for code scanning of a code host and for viewers.
//!
//! In: the parts of a run, the folder that paths are relative to, what lints are called. Out: one run of one tool:
//! every lint and every code that was found is a rule with its page as help; every diagnostic a result, ordered by
//! file, place and code. Lines and columns count from 1, columns in UTF-16 code units. The same findings give the same
//! bytes on every machine: no absolute path is written where a relative one exists. A fingerprint is made of text alone,
//! so that it survives lines that move.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Map, Value, json};
use trust_syntax::diagnostic::{Diagnostic, Edit, Fix, Severity};
use trust_syntax::span::{FileId, Span};

use super::fingerprint::Fingerprints;
use super::pages::{self, Page};
use super::place::View;
use super::uri;
use super::{Part, severity_name};
use crate::manifest::LintLevel;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What a lint is called and how heavy it is where nobody says otherwise. Errors need none.
#[derive(Clone, Copy, Debug)]
pub struct Lint<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub level: LintLevel,
}

/// `root` is the folder the run was started in: absolute paths below it are written relative to it.
pub fn write(out: &mut dyn Write, parts: &[Part<'_>], root: Option<&Path>, lints: &[Lint<'_>]) -> io::Result<()> {
    let views: Vec<View<'_>> = parts.iter().map(|p| View::new(p.sources, p.diagnostics)).collect();
    let mut found: Vec<(&View<'_>, &Diagnostic)> =
        parts.iter().zip(&views).flat_map(|(part, view)| part.diagnostics.iter().map(move |d| (view, d))).collect();
    found.sort_by_key(|(view, d)| (view.path(d.span.file), d.span.start, d.code));
    let codes: BTreeSet<&str> = lints.iter().map(|lint| lint.code).chain(found.iter().map(|(_, d)| d.code)).collect();
    let mut fingerprints = Fingerprints::default();
    let results: Vec<Value> = found
        .iter()
        .map(|(view, d)| {
            let writer = Writer { view, root };
            let index = codes.iter().position(|code| *code == d.code);
            writer.result(d, index, &fingerprints.of(view, d))
        })
        .collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "trustc",
                "fullName": "trustc, the compiler of trust frameworks",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "language": "en",
                "rules": codes.iter().map(|code| rule(code, lints)).collect::<Vec<_>>(),
            } },
            "invocations": [{ "executionSuccessful": true }],
            "originalUriBaseIds": {
                uri::ROOT: { "description": { "text": "The folder in which trustc was started." } },
                uri::LIBRARY: { "description": { "text": "The standard library inside trustc: `trustc doc std.time` prints a module." } },
            },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn rule(code: &str, lints: &[Lint<'_>]) -> Value {
    let lint = lints.iter().find(|lint| lint.code == code);
    let mut object = Map::new();
    object.insert("id".into(), code.into());
    if let Some(lint) = lint {
        object.insert("name".into(), lint.name.into());
    }
    if let Some(Page { title, text, .. }) = pages::find(code) {
        object.insert("shortDescription".into(), json!({ "text": sentence(title) }));
        object.insert("fullDescription".into(), json!({ "text": opening(text).unwrap_or_else(|| sentence(title)) }));
        object.insert("help".into(), json!({ "text": text.trim_end(), "markdown": text.trim_end() }));
    }
    let configuration = match lint.map_or(LintLevel::Deny, |lint| lint.level) {
        LintLevel::Deny => json!({ "level": severity_name(Severity::Error) }),
        LintLevel::Warn => json!({ "level": severity_name(Severity::Warning) }),
        LintLevel::Allow => json!({ "enabled": false, "level": severity_name(Severity::Warning) }),
    };
    object.insert("defaultConfiguration".into(), configuration);
    let kind = if lint.is_some() { "lint" } else { "language" };
    object.insert("properties".into(), json!({ "tags": ["trust-framework", kind] }));
    object.into()
}

/// A title as a sentence.
fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    let Some(first) = letters.next() else { return String::new() };
    let end = if title.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}

/// The first paragraph under the heading, on one line.
fn opening(page: &str) -> Option<String> {
    let mut paragraphs = page.split("\n\n").map(str::trim);
    let first = paragraphs.find(|p| !p.is_empty() && !p.starts_with('#') && !p.starts_with("```"))?;
    Some(first.lines().map(str::trim).collect::<Vec<_>>().join(" "))
}

struct Writer<'a> {
    view: &'a View<'a>,
    root: Option<&'a Path>,
}

impl Writer<'_> {
    fn result(&self, d: &Diagnostic, index: Option<usize>, fingerprint: &str) -> Value {
        let mut object = Map::new();
        object.insert("ruleId".into(), d.code.into());
        if let Some(index) = index {
            object.insert("ruleIndex".into(), index.into());
        }
        object.insert("level".into(), severity_name(d.severity).into());
        object.insert("message".into(), json!({ "text": message(d) }));
        object.insert("locations".into(), json!([{ "physicalLocation": self.physical(d.span) }]));
        if !d.labels.is_empty() {
            let related = d.labels.iter().zip(1..).map(|(label, id)| {
                json!({
                    "id": id,
                    "message": { "text": label.text },
                    "physicalLocation": self.physical(label.span),
                })
            });
            object.insert("relatedLocations".into(), related.collect::<Vec<_>>().into());
        }
        let fixes: Vec<Value> = d.fixes.iter().filter(|fix| !fix.edits.is_empty()).map(|fix| self.fix(fix)).collect();
        if !fixes.is_empty() {
            object.insert("fixes".into(), fixes.into());
        }
        // The second is the name under which a code host looks for it.
        object.insert(
            "partialFingerprints".into(),
            json!({ "trustcFinding/v1": fingerprint, "primaryLocationLineHash": fingerprint }),
        );
        object.into()
    }

    fn physical(&self, span: Span) -> Value {
        json!({ "artifactLocation": self.artifact(span.file), "region": self.region(span) })
    }

    fn artifact(&self, file: FileId) -> Value {
        let place = uri::of(self.view.path(file), self.root);
        match place.base {
            Some(base) => json!({ "uri": place.uri, "uriBaseId": base }),
            None => json!({ "uri": place.uri }),
        }
    }

    fn region(&self, span: Span) -> Value {
        let (start, end) = self.view.positions_utf16(span);
        // A byte order mark is no column.
        let marked = self.view.text(span.file).starts_with('\u{feff}');
        let column = |line: usize, column: usize| if marked && line == 1 { column.max(2) - 1 } else { column };
        json!({
            "startLine": start.line,
            "startColumn": column(start.line, start.column),
            "endLine": end.line,
            "endColumn": column(end.line, end.column),
        })
    }

    /// Edits of one file are one change; they stand in the order of the text.
    fn fix(&self, fix: &Fix) -> Value {
        let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        for edit in &fix.edits {
            files.entry(edit.span.file).or_default().push(edit);
        }
        let changes = files.into_iter().map(|(file, mut edits)| {
            edits.sort_by_key(|e| (e.span.start, e.span.end));
            let replacements = edits.iter().map(|edit| {
                let mut object = Map::new();
                object.insert("deletedRegion".into(), self.region(edit.span));
                if !edit.text.is_empty() {
                    object.insert("insertedContent".into(), json!({ "text": edit.text }));
                }
                Value::Object(object)
            });
            json!({ "artifactLocation": self.artifact(file), "replacements": replacements.collect::<Vec<_>>() })
        });
        json!({
            "description": { "text": sentence(&fix.title) },
            "artifactChanges": changes.collect::<Vec<_>>(),
        })
    }
}

/// The message, what is wrong at the place, why, and what to do: a line each. Braces stand as they are: readers take
/// them for places to fill in only where a number stands in them.
fn message(d: &Diagnostic) -> String {
    let mut text = sentence(&d.message);
    let label = (!d.label.is_empty()).then(|| format!("Here: {}", d.label));
    let notes = d.notes.iter().map(|line| format!("Note: {line}"));
    let help = d.help.iter().map(|line| format!("Help: {line}"));
    for line in label.into_iter().chain(notes).chain(help) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{sources, span};
    use super::*;

    fn written(parts: &[Part<'_>], lints: &[Lint<'_>]) -> Value {
        let mut out = Vec::new();
        write(&mut out, parts, None, lints).expect("a vector takes every byte");
        serde_json::from_slice(&out).expect("JSON")
    }

    fn fingerprints(text: &str, needles: &[&str]) -> Vec<String> {
        let map = sources(&[("p/a.trust", text)]);
        let found: Vec<_> = needles.iter().map(|n| Diagnostic::error("E0302", span(&map, 0, n), "m")).collect();
        let document = written(&[Part { sources: &map, diagnostics: &found }], &[]);
        let results = document["runs"][0]["results"].as_array().expect("results");
        let hash = |r: &Value| r["partialFingerprints"]["primaryLocationLineHash"].as_str().map(str::to_owned);
        results.iter().filter_map(hash).collect()
    }

    #[test]
    fn a_result_says_all_that_a_diagnostic_says() {
        let map = sources(&[("a b.trust", "é🦀 x\nyy"), ("std.time", "z")]);
        let d = [Diagnostic::warning("T001", span(&map, 0, "x"), "trust for ever")
            .label("here")
            .because(span(&map, 1, "z"), "see there")
            .help("let it end")
            .fix("let it end", span(&map, 0, "yy"), "ttl")];
        let lints = [Lint { code: "T001", name: "permanent_trust", level: LintLevel::Allow }];
        let document = written(&[Part { sources: &map, diagnostics: &d }], &lints);
        let run = &document["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"][0]["name"], "permanent_trust");
        assert_eq!(run["tool"]["driver"]["rules"][0]["defaultConfiguration"]["enabled"], false);
        let result = &run["results"][0];
        assert_eq!(result["message"]["text"], "Trust for ever.\nHere: here\nHelp: let it end");
        let physical = &result["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"], json!({ "uri": "a%20b.trust", "uriBaseId": "SRCROOT" }));
        assert_eq!(physical["region"], json!({ "startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 6 }));
        let related = &result["relatedLocations"][0];
        assert_eq!(related["physicalLocation"]["artifactLocation"]["uriBaseId"], "STDLIB");
        let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(change["deletedRegion"]["startLine"], 2);
        assert_eq!(change["insertedContent"]["text"], "ttl");
    }

    #[test]
    fn a_fingerprint_survives_moved_lines_and_tells_equal_findings_apart() {
        let text = "record A {\n    id string\n}\n\nrecord B {\n    name string\n}\n";
        let before = fingerprints(text, &["id", "name"]);
        let moved = text.replace("record B", "/// What it is.\n\nrecord B").replace("    name", "\n  name");
        assert_eq!(fingerprints(&format!("// A head.\n\n{moved}"), &["id", "name"]), before);
        let other = fingerprints(&text.replace("record B", "record C"), &["id", "name"]);
        assert_eq!(other.first(), before.first());
        assert_ne!(other.last(), before.last());
        let twice = fingerprints("let a = b\nlet a = b\n", &["b", "a = b\n"]);
        assert_eq!(twice.len(), 2);
        let same = fingerprints(text, &["id", "id"]);
        assert!(same.iter().zip(["1", "2"]).all(|(f, n)| f.ends_with(&format!(":{n}"))), "{same:?}");
    }

    #[test]
    fn rules_have_the_pages_as_help() {
        for page in pages::all() {
            let rule = rule(page.code, &[]);
            assert!(rule["help"]["markdown"].as_str().is_some_and(|t| t.starts_with("# ")), "{rule}");
            assert!(rule["fullDescription"]["text"].as_str().is_some_and(|t| t.len() > 20), "{rule}");
        }
    }
}
