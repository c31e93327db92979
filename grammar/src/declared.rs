//! Words that look declared, in a text that could not be read whole.
//!
//! What stands in a clause or item with a syntax error is lost to the tree; that nobody finds it is no second error.

use std::collections::HashSet;

use smol_str::SmolStr;

/// Words after which a name is declared.
const STARTERS: &[&str] = &[
    "enum",
    "scale",
    "record",
    "event",
    "duty",
    "catalog",
    "data",
    "let",
    "define",
    "participation",
    "relationship",
    "assessment",
    "as",
];

/// Every word behind a starter or before a colon. Text in quotes and comments does not count.
pub fn declared_words(text: &str) -> HashSet<SmolStr> {
    let mut found = HashSet::new();
    let mut previous: Option<&str> = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '"' {
            rest = after_text(rest);
            previous = None;
        } else if rest.starts_with("//") {
            rest = rest.find('\n').and_then(|at| rest.get(at..)).unwrap_or("");
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let before_colon = after.trim_start().starts_with(':');
            if before_colon || previous.is_some_and(|p| STARTERS.contains(&p)) {
                found.insert(SmolStr::new(word));
            }
            previous = Some(word);
            rest = after;
        } else {
            if !c.is_whitespace() {
                previous = None;
            }
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
    }
    found
}

/// What stands behind a text in quotes; an open one ends with its line.
fn after_text(text: &str) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return text.get(at..).unwrap_or(""),
            '"' if !escaped => return text.get(at + 1..).unwrap_or(""),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_behind_starters_and_before_colons() {
        let found = declared_words("enum Color { red @x }\nlet n = \"a: b\" // c: d\nrequire ok: x.y\n");
        let mut names: Vec<&str> = found.iter().map(SmolStr::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["Color", "n", "ok"]);
    }
}
