//! Cases as files: `tests/cases/KIND/NAME.trust`, or a folder `NAME` with a package, beside what must come out of it.
//!
//! | kind | goes in | comes out |
//! |---|---|---|
//! | `check` | `NAME.trust` | `NAME.snap`, the diagnostics |
//! | `lint` | `NAME.trust` | `NAME.snap`, the findings; the lint of the name is on |
//! | `fmt` | `NAME.trust` | `NAME.formatted` |
//! | `eval` | `NAME.trust`, `NAME.requests.jsonl` | `NAME.answers.jsonl` |
//! | `test` | `NAME.trust` | `NAME.report`, with coverage |
//! | `timeline` | `NAME.trust`, `NAME.requests.jsonl` | `NAME.timeline`, 90 days of each request (`timeline.rs`) |
//! | `book` | `NAME.trust` | `NAME.md`, the rule book as Markdown (`book.rs`) |
//!
//! `BLESS=1 cargo test` writes what comes out; look at the difference before you commit it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use codespan_reporting::term::termcolor::NoColor;
use similar::TextDiff;
use trust_syntax::diagnostic::Diagnostic;
use trustc::decision::{Decision, Reaction};
use trustc::diag;
use trustc::driver::{Analysis, analyse_path};
use trustc::facts::{Request, read_request, write_decision, write_fault, write_reaction};
use trustc::interp::{Oracle, Prior};
use trustc::program::Checked;
use trustc::source::SourceMap;
use trustc::testing::{Options, run, text};

#[test]
fn check() {
    hold("check", "snap", |case| {
        let analysis = analysis(case);
        render(&analysis.sources, &analysis.diagnostics)
    });
}

#[test]
fn lint() {
    hold("lint", "snap", crate::lints::shown);
}

#[test]
fn fmt() {
    hold("fmt", "formatted", |case| {
        let source = read(case);
        trustc::fmt::format(&source).unwrap_or_else(|diagnostics| {
            let mut sources = SourceMap::default();
            sources.add(shown(case), source.as_str());
            render(&sources, &diagnostics)
        })
    });
}

#[test]
fn eval() {
    hold("eval", "answers.jsonl", |case| match checked(case) {
        Ok((program, _)) => answers(&program, &read(&case.with_extension("requests.jsonl"))),
        Err(rendered) => rendered,
    });
}

#[test]
fn test() {
    hold("test", "report", |case| {
        let (program, sources) = match checked(case) {
            Ok(checked) => checked,
            Err(rendered) => return rendered,
        };
        let report = run(&program, &sources, &Options { coverage: true, ..Options::default() });
        let mut out = Vec::new();
        let part = trustc::testing::Part { report: &report, sources: &sources };
        text::write(&mut out, part, true, &mut |out, diagnostic| {
            out.extend_from_slice(render(&sources, std::slice::from_ref(diagnostic)).as_bytes());
            Ok(())
        })
        .expect("a vector takes every byte");
        String::from_utf8(out).expect("a report is text")
    });
}

/// Holds every case of a kind against the file beside it; or, with `BLESS`, writes that file.
pub(crate) fn hold(kind: &str, extension: &str, actual: impl Fn(&Path) -> String) {
    let bless = std::env::var_os("BLESS").is_some();
    let folder = PathBuf::from("tests/cases").join(kind);
    let mut wrong = String::new();
    let mut wanted = BTreeSet::new();
    let cases = cases(&folder);
    assert!(!cases.is_empty(), "no case in {}", folder.display());
    for case in &cases {
        let name = case.file_stem().expect("a case has a name").to_string_lossy();
        let snapshot = folder.join(format!("{name}.{extension}"));
        let found = actual(case);
        let expected = fs::read_to_string(&snapshot).ok();
        wanted.insert(snapshot.clone());
        if expected.as_deref() == Some(&found) {
            continue;
        }
        if bless {
            fs::write(&snapshot, found).expect("a snapshot can be written");
            continue;
        }
        let expected = expected.unwrap_or_default();
        let diff = TextDiff::from_lines(&expected, &found);
        let _ = writeln!(wrong, "{}", diff.unified_diff().header(&shown(&snapshot), "what came out"));
    }
    for stray in entries(&folder) {
        if shown(&stray).ends_with(&format!(".{extension}")) && !wanted.contains(&stray) {
            let _ = writeln!(wrong, "{} belongs to no case", stray.display());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}\nif this is right: BLESS=1 cargo test --test suite");
}

/// Sources and packages, in the order of their names.
fn cases(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir() || path.extension().is_some_and(|e| e == "trust")).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.sort();
    paths
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The same on every system.
fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

pub(crate) fn analysis(case: &Path) -> Analysis {
    analyse_path(case).unwrap_or_else(|e| panic!("{e}"))
}

/// The program, or what is wrong with it.
pub(crate) fn checked(case: &Path) -> Result<(Checked, SourceMap), String> {
    analysis(case).checked().map_err(|broken| render(&broken.sources, &broken.diagnostics))
}

pub(crate) fn render(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut out = NoColor::new(Vec::new());
    diag::text::write(&mut out, diag::Part { sources, diagnostics }).expect("a vector takes every byte");
    String::from_utf8(out.into_inner()).expect("diagnostics are text")
}

/// A line for every request.
pub(crate) fn answers(program: &Checked, requests: &str) -> String {
    let oracle = Oracle::new(program);
    let mut out = String::new();
    for line in requests.lines().filter(|line| !line.trim().is_empty()) {
        let answer = match read_request(program, line.as_bytes(), None, false) {
            Ok(Request::Decide { id, block, args, prior, now }) => {
                let decision: Decision = oracle.decide(block, &args, &Prior::Triggers(prior), now);
                write_decision(program, id.as_deref(), &decision)
            }
            Ok(Request::React { id, block, event, fields, key, prior, now }) => {
                let reaction: Reaction = oracle.react(block, event, &fields, &key, &prior, now);
                write_reaction(program, id.as_deref(), &reaction)
            }
            Err(refused) => write_fault(refused.id.as_deref(), &refused.fault),
        };
        out.push_str(answer.trim_end());
        out.push('\n');
    }
    out
}
