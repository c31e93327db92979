//! The clauses that no test has seen each way, for people.
//!
//! In: a coverage and the sources. Out: for every such clause its place, what was never seen in words that fit it, and
//! its source; then the total.

use std::io::{self, Write};

use super::Coverage;
use super::coverage::Row;
use super::text::counted;
use crate::diag::place::drawn;
use crate::source::SourceMap;

/// Lines of one clause that are shown.
const MOST_LINES: usize = 8;

pub fn write<W: Write + ?Sized>(out: &mut W, coverage: &Coverage, sources: &SourceMap) -> io::Result<()> {
    let open: Vec<&Row> = coverage.rows.iter().filter(|r| r.missing().next().is_some()).collect();
    if !open.is_empty() {
        writeln!(out, "not seen by any test:")?;
    }
    for row in open {
        let path = sources.get(row.span.file).map_or("", |f| f.path.as_str());
        let (line, _) = sources.line_column(row.span.file, row.whole.start);
        writeln!(out, "  {}:{line}: {}.{} {}", drawn(path), row.block, row.clause, row.unseen())?;
        source(out, row, sources, line)?;
    }
    let (seen, total) = (coverage.seen(), coverage.total());
    writeln!(out, "coverage: {seen} of {} ({}%)", counted(total, "way"), coverage.percent())
}

/// The lines of a clause with their numbers, the first at the margin.
fn source<W: Write + ?Sized>(out: &mut W, row: &Row, sources: &SourceMap, first: usize) -> io::Result<()> {
    let text = sources.text(row.whole);
    let lines = || text.lines().map(str::trim_end);
    let depth = |line: &str| line.len() - line.trim_start().len();
    // The first line starts at the clause; the others keep their depth among one another.
    let least = lines().skip(1).filter(|l| !l.is_empty()).map(depth).min().unwrap_or(0);
    for (n, line) in lines().enumerate().take(MOST_LINES) {
        let line = if n == 0 { line.to_owned() } else { format!("    {}", line.get(least..).unwrap_or_default()) };
        writeln!(out, "{:>6} │ {}", first + n, drawn(line.trim_end()))?;
    }
    match lines().count() {
        0..=MOST_LINES => Ok(()),
        more => writeln!(out, "       │ … {}", counted(more - MOST_LINES, "more line")),
    }
}
