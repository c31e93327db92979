//! `trustc fmt`: the one layout.
//!
//! In: files and folders, or standard input. Out: files rewritten in place, or with `--check` the difference and 1. A
//! file that does not parse is left as it is and its errors are shown.

use std::io::Write;
use std::path::Path;

use codespan_reporting::term::termcolor::{Color, ColorSpec, WriteColor};
use similar::{ChangeTag, TextDiff};
use trust_syntax::diagnostic::Diagnostic;

use super::args::Fmt;
use super::console::{Console, remark};
use super::{CLEAN, FINDINGS, Failure, Outcome, UNUSABLE, files, sources};
use crate::diag::{self, Part, counted};
use crate::source::SourceMap;

pub fn run(args: &Fmt, console: &mut Console) -> Outcome {
    if args.paths.iter().any(|p| sources::is_stdin(p)) {
        if args.paths.len() > 1 {
            return Err(Failure::unusable("`-` formats standard input and takes no other path beside it"));
        }
        return stdin(args.check, console);
    }
    args.paths.iter().try_for_each(|path| super::build::needs_source(path))?;
    let paths = files::trust_files(&args.paths)?;
    if paths.is_empty() {
        return Err(Failure::unusable("nothing to format: no `.trust` file was found"));
    }
    let (mut worst, mut changed) = (CLEAN, 0);
    for path in &paths {
        match file(path, args.check, console) {
            Ok(Done::Same) => {}
            Ok(Done::Changed) => changed += 1,
            Ok(Done::Broken) => worst = worst.max(FINDINGS),
            Err(Failure::Unusable(message)) => {
                remark(&format!("error: {message}"));
                worst = UNUSABLE;
            }
            Err(gone @ Failure::ReaderGone) => return Err(gone),
        }
    }
    let all = counted(paths.len(), "file");
    if args.check {
        if changed > 0 {
            worst = worst.max(FINDINGS);
            remark(&format!("{changed} of {all} would change; `trustc fmt` changes them"));
        }
    } else if changed > 0 {
        remark(&format!("formatted {changed} of {all}"));
    }
    Ok(worst)
}

enum Done {
    Same,
    Changed,
    /// It does not parse.
    Broken,
}

fn file(path: &Path, check: bool, console: &mut Console) -> Result<Done, Failure> {
    let text = files::read(path)?;
    let shown = path.display().to_string();
    let Some(formatted) = formatted(&shown, &text, console) else { return Ok(Done::Broken) };
    if formatted == text {
        return Ok(Done::Same);
    }
    if check {
        difference(&mut console.out, &shown, &text, &formatted)?;
    } else {
        files::replace(path, &formatted)?;
    }
    Ok(Done::Changed)
}

fn stdin(check: bool, console: &mut Console) -> Outcome {
    let text =
        String::from_utf8(sources::read_stdin()?).map_err(|_| Failure::unusable("standard input is not UTF-8 text"))?;
    let Some(formatted) = formatted("<stdin>", &text, console) else { return Ok(FINDINGS) };
    if !check {
        console.out.write_all(formatted.as_bytes())?;
        return Ok(CLEAN);
    }
    if formatted == text {
        return Ok(CLEAN);
    }
    difference(&mut console.out, "<stdin>", &text, &formatted)?;
    Ok(FINDINGS)
}

/// The text in the one layout; `None` where it does not parse, with its errors on standard error.
fn formatted(shown: &str, text: &str, console: &Console) -> Option<String> {
    let mut sources = SourceMap::default();
    sources.add(shown, text);
    match crate::fmt::format(text) {
        Ok(formatted) => Some(formatted),
        Err(diagnostics) => {
            complain(&sources, diagnostics, console);
            None
        }
    }
}

fn complain(sources: &SourceMap, mut diagnostics: Vec<Diagnostic>, console: &Console) {
    diag::sort(sources, &mut diagnostics);
    let mut err = console.err();
    // Standard error may be closed; the exit code still tells.
    let _ = diag::text::write(&mut err, Part { sources, diagnostics: &diagnostics }).and_then(|()| err.flush());
}

/// A unified difference, three lines around each change.
fn difference(out: &mut dyn WriteColor, shown: &str, old: &str, new: &str) -> Result<(), Failure> {
    let diff = TextDiff::from_lines(old, new);
    writeln!(out, "--- {shown}\n+++ {shown} (formatted)")?;
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        paint(out, Color::Cyan, &format!("{}\n", hunk.header()))?;
        for change in hunk.iter_changes() {
            let text = diag::place::drawn(change.value());
            let text = text.trim_end_matches(['\n', '\r']);
            match change.tag() {
                ChangeTag::Delete => paint(out, Color::Red, &format!("-{text}\n"))?,
                ChangeTag::Insert => paint(out, Color::Green, &format!("+{text}\n"))?,
                ChangeTag::Equal => writeln!(out, " {text}")?,
            }
            if change.missing_newline() {
                writeln!(out, "\\ no line end at the end of the file")?;
            }
        }
    }
    Ok(())
}

fn paint(out: &mut dyn WriteColor, color: Color, text: &str) -> Result<(), Failure> {
    out.set_color(ColorSpec::new().set_fg(Some(color)))?;
    out.write_all(text.as_bytes())?;
    out.reset()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use codespan_reporting::term::termcolor::NoColor;

    use super::*;

    #[test]
    fn a_difference_shows_what_would_change() {
        let mut out = NoColor::new(Vec::new());
        difference(&mut out, "a.trust", "a\nb\nc", "a\nB\nc\n").expect("a vector takes every byte");
        let text = String::from_utf8(out.into_inner()).expect("text");
        let want = "--- a.trust\n+++ a.trust (formatted)\n@@ -1,3 +1,3 @@\n a\n-b\n-c\n\\ no line end at the end of the file\n+B\n+c\n";
        assert_eq!(text, want);
    }
}
