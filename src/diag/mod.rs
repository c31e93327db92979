//! Diagnostics at the edge: order, and one value in several dresses (text, JSON, SARIF, annotations and reports of code hosts).
//!
//! In: the diagnostics of one or more packages with the sources they point into. Out: bytes on a writer. The same
//! diagnostics in any order give the same bytes: [`sort`] orders them by file, place and code and drops repetitions.

mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod pages;
pub mod place;
pub mod sarif;
pub mod text;
pub mod uri;

use trust_syntax::diagnostic::{Diagnostic, Severity};

use crate::source::SourceMap;

/// The diagnostics of one package, sorted, with the sources they point into.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub sources: &'a SourceMap,
    pub diagnostics: &'a [Diagnostic],
}

/// How much was found, and in how many files it was looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    pub errors: usize,
    pub warnings: usize,
    pub files: usize,
}

impl Summary {
    /// Counts what the parts hold; `files` is what was read to find it.
    pub fn of(parts: &[Part<'_>], files: usize) -> Summary {
        let all = || parts.iter().flat_map(|part| part.diagnostics);
        let count = |severity| all().filter(|d| d.severity == severity).count();
        Summary { errors: count(Severity::Error), warnings: count(Severity::Warning), files }
    }
}

/// Orders by file (as shown), start, code, then everything else; drops exact repetitions.
pub fn sort(sources: &SourceMap, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let file = |d: &Diagnostic| sources.get(d.span.file).map_or("", |f| f.path.as_str());
        (file(a), a.span.start, a.code, a.span.end, a.severity, &a.message, &a.label).cmp(&(
            file(b),
            b.span.start,
            b.code,
            b.span.end,
            b.severity,
            &b.message,
            &b.label,
        ))
    });
    diagnostics.dedup();
}

/// The word a diagnostic starts with.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// `1 error`, `2 errors`.
pub fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
pub(crate) mod fixtures {
    use trust_syntax::span::{FileId, Span};

    use crate::source::SourceMap;

    pub fn sources(files: &[(&str, &str)]) -> SourceMap {
        let mut map = SourceMap::default();
        for (path, text) in files {
            map.add(*path, *text);
        }
        map
    }

    /// The span of the first `needle` of a file.
    pub fn span(map: &SourceMap, file: u32, needle: &str) -> Span {
        let text = &map.get(FileId(file)).expect("the file is in the map").text;
        let start = text.find(needle).expect("the needle is in the text") as u32;
        Span::new(FileId(file), start, start + needle.len() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::{sources, span};
    use super::*;

    #[test]
    fn order_is_by_file_then_place_and_repetitions_go() {
        let map = sources(&[("b.trust", "x y"), ("a.trust", "x y")]);
        let d = |file, needle, code| Diagnostic::error(code, span(&map, file, needle), "m");
        let mut all =
            vec![d(0, "x", "E0100"), d(1, "y", "E0100"), d(1, "x", "E0200"), d(1, "x", "E0100"), d(0, "x", "E0100")];
        sort(&map, &mut all);
        let seen: Vec<_> = all.iter().map(|d| (d.span.file.0, d.span.start, d.code)).collect();
        assert_eq!(seen, [(1, 0, "E0100"), (1, 0, "E0200"), (1, 2, "E0100"), (0, 0, "E0100")]);
    }
}
