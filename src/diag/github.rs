//! Diagnostics as the workflow commands of a code host: one `::error …::…` line each, shown on the changed line.
//!
//! In: the parts of a run. Out: lines; what would end a field early is escaped.

use std::io::{self, Write};

use super::place::View;
use super::{Part, severity_name};

pub fn write(out: &mut dyn Write, parts: &[Part<'_>]) -> io::Result<()> {
    for part in parts {
        let view = View::new(part.sources, part.diagnostics);
        for d in part.diagnostics {
            let (start, end) = view.positions(d.span);
            let mut text = d.message.clone();
            for (before, more) in [("", std::slice::from_ref(&d.label)), ("", &*d.notes), ("help: ", &*d.help)] {
                for line in more.iter().filter(|l| !l.is_empty()) {
                    text.push('\n');
                    text.push_str(before);
                    text.push_str(line);
                }
            }
            writeln!(
                out,
                "::{} file={},line={},endLine={},col={},endColumn={},title={}::{}",
                severity_name(d.severity),
                property(view.path(d.span.file)),
                start.line,
                end.line,
                start.column,
                end.column,
                property(d.code),
                message(&text),
            )?;
        }
    }
    Ok(())
}

/// A warning about the run, which belongs to no line.
pub fn remark(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "::warning title=not looked at::{}", message(text))
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use trust_syntax::diagnostic::Diagnostic;

    use super::super::fixtures::{sources, span};
    use super::*;

    #[test]
    fn a_message_cannot_start_a_command_of_its_own() {
        let map = sources(&[("a,b:c.trust", "x\nyy")]);
        let d = [Diagnostic::error("E0001", span(&map, 0, "yy"), "100%\n::error::no").help("mend it")];
        let mut out = Vec::new();
        write(&mut out, &[Part { sources: &map, diagnostics: &d }]).expect("a vector takes every byte");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "::error file=a%2Cb%3Ac.trust,line=2,endLine=2,col=1,endColumn=3,title=E0001::100%25%0A::error::no%0Ahelp: mend it\n"
        );
    }
}
