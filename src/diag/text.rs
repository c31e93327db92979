//! Diagnostics for people: the source underlined, why, and what to do.
//!
//! In: one package's diagnostics and a writer that may carry colour. Out: a paragraph for each. A fix is shown as a
//! `help:` with the text to write; nothing a source or message holds can steer the terminal.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic as Drawn, Label, Severity as DrawnSeverity};
use codespan_reporting::files::Error;
use codespan_reporting::term::termcolor::WriteColor;
use codespan_reporting::term::{self, Config, DisplayStyle};
use trust_syntax::diagnostic::{Diagnostic, Edit, Fix, Severity};
use trust_syntax::span::FileId;

use super::place::{View, drawn};
use super::{Part, Summary, counted};

/// Lines longer than this are not shown: the place alone is.
const LONGEST_LINE: usize = 1000;

/// Codes that the last line of a run names.
const MOST_CODES: usize = 8;

/// One paragraph for each diagnostic, with a blank line after it.
pub fn write(out: &mut dyn WriteColor, part: Part<'_>) -> io::Result<()> {
    let view = View::new(part.sources, part.diagnostics);
    let rich = Config::default();
    let medium = Config { display_style: DisplayStyle::Medium, ..Config::default() };
    for diagnostic in part.diagnostics {
        let long = view.longest_line(diagnostic) > LONGEST_LINE;
        let config = if long { &medium } else { &rich };
        term::emit_to_write_style(out, config, &view, &draw(&view, diagnostic)).map_err(|e| match e {
            Error::Io(e) => e,
            other => io::Error::other(other.to_string()),
        })?;
        if long {
            writeln!(out)?;
        }
    }
    Ok(())
}

/// `2 errors and 1 warning in 3 files`, and where to read more.
pub fn write_summary(out: &mut dyn Write, parts: &[Part<'_>], summary: Summary) -> io::Result<()> {
    let files = counted(summary.files, "file");
    let found = match (summary.errors, summary.warnings) {
        (0, 0) => return writeln!(out, "no findings in {files}"),
        (e, 0) => counted(e, "error"),
        (0, w) => counted(w, "warning"),
        (e, w) => format!("{} and {}", counted(e, "error"), counted(w, "warning")),
    };
    writeln!(out, "{found} in {files}")?;
    // Errors first; each code once.
    let mut codes: Vec<(Severity, &str)> = Vec::new();
    for d in parts.iter().flat_map(|p| p.diagnostics).filter(|d| super::pages::find(d.code).is_some()) {
        if !codes.iter().any(|(_, code)| *code == d.code) {
            codes.push((d.severity, d.code));
        }
    }
    codes.sort();
    match codes.as_slice() {
        [] => Ok(()),
        [(_, code)] => writeln!(out, "`trustc explain {code}` says more"),
        many => {
            let shown: Vec<&str> = many.iter().take(MOST_CODES).map(|(_, code)| *code).collect();
            let rest = match many.len().saturating_sub(MOST_CODES) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            writeln!(out, "`trustc explain CODE` says more: {}{rest}", shown.join(", "))
        }
    }
}

fn draw(view: &View<'_>, d: &Diagnostic) -> Drawn<FileId> {
    let severity = match d.severity {
        Severity::Error => DrawnSeverity::Error,
        Severity::Warning => DrawnSeverity::Warning,
    };
    let mut labels = vec![Label::primary(d.span.file, view.range(d.span)).with_message(drawn(&d.label))];
    labels.extend(
        d.labels.iter().map(|l| Label::secondary(l.span.file, view.range(l.span)).with_message(drawn(&l.text))),
    );
    let notes = d.notes.iter().map(|n| format!("note: {}", drawn(n)));
    let help = d.help.iter().map(|h| format!("help: {}", drawn(h)));
    let fixes = d.fixes.iter().filter(|f| !said(d, f)).map(|f| fix(view, f));
    Drawn::new(severity)
        .with_code(d.code)
        .with_message(drawn(&d.message))
        .with_labels(labels)
        .with_notes(notes.chain(help).chain(fixes).map(|text| indented(&text)).collect())
}

/// Whether a help already names the one text that a fix writes.
fn said(d: &Diagnostic, fix: &Fix) -> bool {
    match fix.edits.as_slice() {
        [one] => d.help.iter().any(|h| h.contains(&format!("`{}`", one.text.trim()))),
        _ => false,
    }
}

/// A title that begins so says all of what a deletion does.
const GOES: [&str; 4] = ["remove ", "take ", "leave ", "delete "];

/// `help: TITLE: write …`.
fn fix(view: &View<'_>, fix: &Fix) -> String {
    let title = drawn(&fix.title);
    match fix.edits.as_slice() {
        // The title says it already: ``write `==` ``.
        [one] if !one.text.trim().is_empty() && title.contains(&format!("`{}`", one.text.trim())) => {
            format!("help: {title}")
        }
        // Or it says that something goes.
        [one] if one.text.trim().is_empty() && GOES.iter().any(|word| title.starts_with(word)) => {
            format!("help: {title}")
        }
        [one] => format!("help: {title}: {}", edit(view, one, false)),
        many => {
            let edits = many.iter().map(|e| format!("\n{}", edit(view, e, true)));
            format!("help: {title}:{}", edits.collect::<String>())
        }
    }
}

fn edit(view: &View<'_>, edit: &Edit, place: bool) -> String {
    let at = if place {
        let (start, _) = view.positions(edit.span);
        format!("line {}, column {}: ", start.line, start.column)
    } else {
        String::new()
    };
    let many = edit.text.trim().contains('\n');
    // Lines keep their depth among one another.
    let text = drawn(if many { edit.text.trim_matches('\n').trim_end() } else { edit.text.trim() });
    match (view.range(edit.span).is_empty(), text.is_empty(), many) {
        (_, true, _) => format!("{at}delete it"),
        (true, false, false) => format!("{at}insert `{text}`"),
        (false, false, false) => format!("{at}write `{text}`"),
        (true, false, true) => format!("{at}insert\n{text}"),
        (false, false, true) => format!("{at}write\n{text}"),
    }
}

/// Further lines of a note stand under its first word.
fn indented(text: &str) -> String {
    let mut lines = text.lines();
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push_str("\n  ");
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use codespan_reporting::term::termcolor::{Ansi, NoColor};

    use super::super::fixtures::{sources, span};
    use super::*;
    use crate::source::SourceMap;

    fn shown(map: &SourceMap, diagnostics: &[Diagnostic]) -> String {
        let mut out = NoColor::new(Vec::new());
        write(&mut out, Part { sources: map, diagnostics }).expect("a vector takes every byte");
        String::from_utf8(out.into_inner()).expect("text")
    }

    #[test]
    fn everything_a_diagnostic_says_is_shown() {
        let map = sources(&[
            (
                "issuer.trust",
                "participation issuer(partner: Partner) {\n    require assured: partner.asurance >= high\n}\n",
            ),
            ("types.trust", "record Partner {\n    assurance: Assurance\n}\n"),
        ]);
        let d = Diagnostic::error("E0302", span(&map, 0, "asurance"), "`Partner` has no field `asurance`")
            .label("no such field")
            .because(span(&map, 1, "Partner"), "`Partner` is declared here")
            .note("fields are written as they were declared")
            .help("write the name of a field")
            .fix("a field with a similar name", span(&map, 0, "asurance"), "assurance");
        insta::assert_snapshot!(shown(&map, &[d]), @r"
        error[E0302]: `Partner` has no field `asurance`
          ┌─ issuer.trust:2:30
          │
        2 │     require assured: partner.asurance >= high
          │                              ^^^^^^^^ no such field
          │
          ┌─ types.trust:1:8
          │
        1 │ record Partner {
          │        ------- `Partner` is declared here
          │
          = note: fields are written as they were declared
          = help: write the name of a field
          = help: a field with a similar name: write `assurance`
        ");
    }

    #[test]
    fn a_fix_of_many_lines_and_one_of_many_places() {
        let map = sources(&[("a.trust", "relationship r(x: int) {\n}\n")]);
        let body = span(&map, 0, "}");
        let d = Diagnostic::warning("T001", span(&map, 0, "r(x"), "trust without an end").fix(
            "let it end",
            body.before(),
            "    ttl decision: 10m\n    expires x: x\n",
        );
        let mut two = d.clone();
        if let Some(fix) = two.fixes.first_mut() {
            fix.edits = vec![Edit { span: body.before(), text: "a".into() }, Edit { span: body, text: String::new() }];
        }
        insta::assert_snapshot!(shown(&map, &[d, two]), @r"
        warning[T001]: trust without an end
          ┌─ a.trust:1:14
          │
        1 │ relationship r(x: int) {
          │              ^^^
          │
          = help: let it end: insert
                  ttl decision: 10m
                  expires x: x

        warning[T001]: trust without an end
          ┌─ a.trust:1:14
          │
        1 │ relationship r(x: int) {
          │              ^^^
          │
          = help: let it end:
              line 2, column 1: insert `a`
              line 2, column 1: delete it
        ");
    }

    #[test]
    fn no_message_steers_the_terminal_and_long_lines_are_left_out() {
        let map = sources(&[("a.trust", &format!("let a = \"{}\u{1b}[2J\"", "x".repeat(2000)))]);
        let d = Diagnostic::error("E0001", span(&map, 0, "let"), "`\u{1b}[2J` is no word").label("\u{202e}here");
        let text = shown(&map, &[d]);
        assert_eq!(text, "a.trust:1:1: error[E0001]: `?[2J` is no word\n\n");
    }

    #[test]
    fn colour_is_the_writers_choice() {
        let map = sources(&[("a.trust", "x")]);
        let d = [Diagnostic::error("E0001", span(&map, 0, "x"), "m")];
        let mut out = Ansi::new(Vec::new());
        write(&mut out, Part { sources: &map, diagnostics: &d }).expect("a vector takes every byte");
        assert!(out.into_inner().contains(&0x1b));
        assert!(!shown(&map, &d).contains('\u{1b}'));
    }
}
