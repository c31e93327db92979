//! The formatter's place until it is merged: nothing is formatted, and `trustc fmt` says so.

use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::FileId;

/// Whether [`format`] formats.
pub const AVAILABLE: bool = false;

/// The text in the one layout, or the errors for which it cannot be read.
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = trust_syntax::parse(file, text);
    if parsed.diagnostics.is_empty() { Ok(text.to_owned()) } else { Err(parsed.diagnostics) }
}
