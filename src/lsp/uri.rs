//! `file:` URIs and paths.
//!
//! In: one of them. Out: the other, where there is one. Other schemes (`untitled:`) have no path on disk.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

/// The path of a `file:` URI.
pub fn to_path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let decoded = decode(path)?;
    let bytes = decoded.as_bytes();
    // `/C:/policies` names a drive.
    let drive = bytes.get(2) == Some(&b':') && bytes.get(1).is_some_and(u8::is_ascii_alphabetic);
    match decoded.get(1..) {
        Some(rest) if drive && cfg!(windows) => Some(PathBuf::from(rest)),
        _ if decoded.starts_with('/') => Some(PathBuf::from(decoded)),
        _ => None,
    }
}

pub fn from_path(path: &Path) -> Option<Uri> {
    let text = path.to_str()?.replace('\\', "/");
    let mut out = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri::from_str(&out).ok()
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        out.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back_from_its_uri() {
        for path in ["/a/b.trust", "/with space/ä.trust", "/100%/x#y?.trust"] {
            let uri = from_path(Path::new(path)).expect("a URI");
            assert_eq!(to_path(&uri).as_deref(), Some(Path::new(path)));
        }
        let untitled = Uri::from_str("untitled:Untitled-1").expect("a URI");
        assert_eq!(to_path(&untitled), None);
        let broken = Uri::from_str("file:///a%ff").expect("a URI");
        assert_eq!(to_path(&broken), None);
    }
}
