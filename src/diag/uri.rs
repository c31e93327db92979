//! Paths as URI references, for reports that other programs read.
//!
//! In: a path as shown to people, the folder the run was started in. Out: a reference relative to that folder where the
//! path lies below it, else a `file:` URI or the path as it is; always of plain ASCII.

use std::path::{Component, Path, PathBuf};

/// What relative references are relative to: the folder the run was started in.
pub const ROOT: &str = "SRCROOT";
/// The same for modules of the standard library.
pub const LIBRARY: &str = "STDLIB";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub uri: String,
    /// [`ROOT`] or [`LIBRARY`]; none for an absolute URI.
    pub base: Option<&'static str>,
}

pub fn of(shown: &str, root: Option<&Path>) -> Reference {
    if crate::stdlib::source(shown).is_some() {
        return Reference { uri: escaped(shown), base: Some(LIBRARY) };
    }
    let text = path(shown, root);
    let absolute = Path::new(&text).is_absolute();
    if absolute {
        let start = if text.starts_with('/') { "file://" } else { "file:///" };
        return Reference { uri: format!("{start}{}", escaped(&text)), base: None };
    }
    Reference { uri: escaped(&text), base: Some(ROOT) }
}

/// The path, relative to the root where it lies below it, with `/` between its parts.
pub fn path(shown: &str, root: Option<&Path>) -> String {
    let path = Path::new(shown);
    // `..` is followed by its letters: a link on the way may lead elsewhere, but a reader sees what was written.
    let relative = match root {
        Some(root) => {
            let whole = flat(&root.join(path));
            match whole.strip_prefix(flat(root)) {
                Ok(below) => below.to_path_buf(),
                Err(_) => whole,
            }
        }
        None => flat(path),
    };
    let text = relative.to_string_lossy().into_owned();
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text }
}

/// Without `.`, and without `..` where something stands before it.
fn flat(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            Component::ParentDir | Component::Normal(_) | Component::RootDir | Component::Prefix(_) => out.push(part),
        }
    }
    out
}

/// Every byte that is not unreserved, and no `/`, as `%XX`.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_root_are_relative() {
        let root = Some(Path::new("/home/me/policies"));
        let root_based = |uri: &str| Reference { uri: uri.into(), base: Some(ROOT) };
        assert_eq!(of("./a/b c.trust", root), root_based("a/b%20c.trust"));
        assert_eq!(of("/home/me/policies/a.trust", root), root_based("a.trust"));
        assert_eq!(of("x/../a:é.trust", None), root_based("a%3A%C3%A9.trust"));
        assert_eq!(of("<stdin>", root), root_based("%3Cstdin%3E"));
        assert_eq!(of("../b.trust", root), Reference { uri: "file:///home/me/b.trust".into(), base: None });
        assert_eq!(of("std.time", root), Reference { uri: "std.time".into(), base: Some(LIBRARY) });
    }
}
