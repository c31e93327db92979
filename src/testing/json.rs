//! Reports for machines, version 1: an object with `version`, `passed` and `packages`.
//!
//! In: the reports of a run. Out: one JSON object, keys in a fixed order. Fields may be added; what is here stays.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::{Coverage, InvariantResult, Part, TestResult};
use crate::source::SourceMap;

pub const VERSION: u32 = 1;

pub fn write(out: &mut dyn Write, parts: &[Part<'_>]) -> io::Result<()> {
    let whole = json!({
        "version": VERSION,
        "passed": parts.iter().all(|p| p.report.passed()),
        "packages": parts.iter().map(package).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

fn package(part: &Part<'_>) -> Value {
    let Part { report, sources } = part;
    let mut object = json!({
        "package": report.package.as_str(),
        "version": report.version.as_str(),
        "digest": report.digest,
        "seed": report.seed,
        "passed": report.passed(),
        "left_out": report.left_out,
        "tests": report.tests.iter().map(|t| test(sources, t)).collect::<Vec<_>>(),
        "invariants": report.invariants.iter().map(|i| invariant(sources, i)).collect::<Vec<_>>(),
    });
    if let (Some(found), Value::Object(object)) = (&report.coverage, &mut object) {
        object.insert("coverage".into(), coverage(sources, found));
    }
    object
}

fn test(sources: &SourceMap, test: &TestResult) -> Value {
    let mut object = Map::new();
    object.insert("module".into(), test.module.as_str().into());
    object.insert("title".into(), test.title.as_str().into());
    place(&mut object, sources, test.span);
    object.insert("expectations".into(), test.expectations.into());
    object.insert("passed".into(), test.passed().into());
    object.insert("failures".into(), test.failures.iter().map(|d| finding(sources, d)).collect::<Vec<_>>().into());
    object.into()
}

fn invariant(sources: &SourceMap, invariant: &InvariantResult) -> Value {
    let mut object = Map::new();
    object.insert("module".into(), invariant.module.as_str().into());
    object.insert("name".into(), invariant.name.as_str().into());
    place(&mut object, sources, invariant.span);
    object.insert("cases".into(), invariant.cases.into());
    object.insert("met".into(), invariant.met.into());
    object.insert("held".into(), invariant.held().into());
    let test = invariant.counterexample.as_ref().map(|c| c.test.as_str());
    object.insert("counterexample".into(), test.into());
    object.insert("finding".into(), invariant.finding().map_or(Value::Null, |d| finding(sources, d)));
    object.into()
}

fn coverage(sources: &SourceMap, coverage: &Coverage) -> Value {
    let rows = coverage.rows.iter().map(|row| {
        let mut object = Map::new();
        object.insert("module".into(), row.module.as_str().into());
        object.insert("block".into(), row.block.as_str().into());
        object.insert("clause".into(), row.clause.as_str().into());
        object.insert("word".into(), row.word.into());
        place(&mut object, sources, row.span);
        let ways: Map<String, Value> = row.ways.iter().map(|w| (w.name.into(), w.seen.into())).collect();
        object.insert("ways".into(), ways.into());
        Value::Object(object)
    });
    json!({
        "ways": coverage.total(),
        "seen": coverage.seen(),
        "percent": coverage.percent(),
        "clauses": rows.collect::<Vec<_>>(),
    })
}

fn finding(sources: &SourceMap, diagnostic: &Diagnostic) -> Value {
    let mut object = Map::new();
    object.insert("message".into(), diagnostic.message.as_str().into());
    place(&mut object, sources, diagnostic.span);
    object.insert("label".into(), diagnostic.label.as_str().into());
    let labels = diagnostic.labels.iter().map(|label| {
        let mut object = Map::new();
        place(&mut object, sources, label.span);
        object.insert("text".into(), label.text.as_str().into());
        Value::Object(object)
    });
    object.insert("labels".into(), labels.collect::<Vec<_>>().into());
    object.insert("notes".into(), diagnostic.notes.clone().into());
    object.insert("help".into(), diagnostic.help.clone().into());
    object.into()
}

/// File as shown, line and column from 1.
fn place(object: &mut Map<String, Value>, sources: &SourceMap, span: Span) {
    let path = sources.get(span.file).map(|f| f.path.as_str());
    let (line, column) = sources.line_column(span.file, span.start);
    object.insert("file".into(), path.into());
    object.insert("line".into(), line.into());
    object.insert("column".into(), column.into());
}
