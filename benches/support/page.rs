//! The page that holds the tables.
//!
//! In: what a run measured. Out: docs/performance.md, with that in place of what an earlier run measured.

use std::io;
use std::path::Path;

/// Puts the text between `<!-- NAME -->` and `<!-- end of NAME -->`.
pub fn replace(page: &Path, name: &str, text: &str) -> io::Result<()> {
    let old = std::fs::read_to_string(page)?;
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let parts = old.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = parts.ok_or_else(|| io::Error::other(format!("the page has no place for {name}")))?;
    std::fs::write(page, format!("{before}{begin}{}\n{end}{after}", text.trim_end()))
}
