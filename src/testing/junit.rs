//! Reports as JUnit XML, for build servers.
//!
//! In: the reports of a run. Out: a `testsuite` for each package, a `testcase` for each test and invariant. Whatever a title
//! holds, the result is well-formed XML 1.0: what it cannot carry becomes `?`.

use std::fmt::Write as _;
use std::io::{self, Write};

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::text::summary;
use super::{Part, Report};
use crate::source::SourceMap;

pub fn write(out: &mut dyn Write, parts: &[Part<'_>]) -> io::Result<()> {
    let (mut tests, mut failures) = (0, 0);
    for part in parts {
        tests += total(part.report);
        failures += failed(part.report);
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"trustc test\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    for part in parts {
        suite(&mut xml, part);
    }
    xml.push_str("</testsuites>\n");
    out.write_all(xml.as_bytes())
}

fn total(report: &Report) -> usize {
    report.tests.len() + report.invariants.len()
}

fn failed(report: &Report) -> usize {
    report.failed_tests() + report.failed_invariants()
}

fn suite(xml: &mut String, part: &Part<'_>) {
    let Part { report, sources } = part;
    let _ = writeln!(
        xml,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">",
        escaped(&report.package),
        total(report),
        failed(report)
    );
    let _ = writeln!(xml, "    <properties>");
    let mut property = |name: &str, value: &str| {
        let _ = writeln!(xml, "      <property name=\"{name}\" value=\"{}\"/>", escaped(value));
    };
    property("version", &report.version);
    property("digest", &report.digest);
    property("seed", &report.seed.to_string());
    let _ = writeln!(xml, "    </properties>");
    for test in &report.tests {
        case(xml, sources, (&test.module, &test.title), test.span, &test.failures.iter().collect::<Vec<_>>(), None);
    }
    for invariant in &report.invariants {
        let name = format!("invariant {}", invariant.name);
        let failures: Vec<&Diagnostic> = invariant.counterexample.iter().map(|c| &c.diagnostic).collect();
        let warning = invariant.warning.as_ref();
        case(xml, sources, (&invariant.module, &name), invariant.span, &failures, warning);
    }
    let _ = writeln!(xml, "    <system-out>{}</system-out>", content(&summary(report)));
    xml.push_str("  </testsuite>\n");
}

fn case(
    xml: &mut String,
    sources: &SourceMap,
    (module, name): (&str, &str),
    span: Span,
    failures: &[&Diagnostic],
    warning: Option<&Diagnostic>,
) {
    let file = sources.get(span.file).map_or("", |f| f.path.as_str());
    let (line, _) = sources.line_column(span.file, span.start);
    let _ = write!(
        xml,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{line}\"",
        escaped(module),
        escaped(name),
        escaped(file)
    );
    if failures.is_empty() && warning.is_none() {
        xml.push_str("/>\n");
        return;
    }
    xml.push_str(">\n");
    // One `failure` a case: most readers take the first alone.
    if let Some(first) = failures.first() {
        let text: Vec<String> = failures.iter().map(|d| body(sources, d)).collect();
        let _ = writeln!(
            xml,
            "      <failure message=\"{}\" type=\"{}\">{}</failure>",
            escaped(&first.message),
            first.code,
            content(&text.join("\n\n"))
        );
    }
    if let Some(warning) = warning {
        let _ = writeln!(xml, "      <system-out>{}</system-out>", content(&body(sources, warning)));
    }
    xml.push_str("    </testcase>\n");
}

/// `issuer.trust:12:5: message`, then every label, note and help on a line.
fn body(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let at = |span: Span| {
        let (line, column) = sources.line_column(span.file, span.start);
        format!("{}:{line}:{column}", sources.get(span.file).map_or("", |f| f.path.as_str()))
    };
    let mut lines = vec![format!("{}: {}", at(diagnostic.span), diagnostic.message)];
    lines.extend(diagnostic.labels.iter().map(|l| format!("{}: {}", at(l.span), l.text)));
    lines.extend(diagnostic.notes.iter().map(|n| format!("note: {n}")));
    lines.extend(diagnostic.help.iter().map(|h| format!("help: {h}")));
    lines.join("\n")
}

/// Between tags, where lines may stay lines.
fn content(text: &str) -> String {
    escaped(text).replace("&#10;", "\n").replace("&quot;", "\"").replace("&apos;", "'")
}

/// In an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
