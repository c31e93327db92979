//! A fault in facts or a request: where, what was found, what is wanted.

/// The codes are stable.
pub mod code {
    /// Not JSON (or, for a data file, not CSV).
    pub const SYNTAX: &str = "F0001";
    /// Over a limit: bytes, list, string, nesting.
    pub const LIMIT: &str = "F0002";
    /// No request, or one without a part it needs.
    pub const SHAPE: &str = "F0003";
    pub const WRONG_TYPE: &str = "F0101";
    pub const MISSING: &str = "F0102";
    pub const UNKNOWN_CASE: &str = "F0103";
    /// Out of range, or more digits than there is room for.
    pub const RANGE: &str = "F0104";
    pub const DUPLICATE: &str = "F0105";
    /// A string that is no instant, duration, address, network.
    pub const FORMAT: &str = "F0106";
    /// Strict reading only.
    pub const UNKNOWN_FIELD: &str = "F0107";
    /// No such block, event or trigger.
    pub const UNKNOWN_NAME: &str = "F0108";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    /// `args.partner.contract`, `args.chain.3`, `prior.0`, `row 3.expires`; empty for the whole.
    pub path: String,
    pub message: String,
    /// Bytes from the start of the text.
    pub offset: usize,
}

/// A fault without its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

/// At most this many letters of what a user wrote are repeated to them.
const SHOWN: usize = 64;

/// A user's own words, fit to stand in a message or a path: cut when long, without control characters.
pub fn shown(text: &str) -> String {
    let mut out: String =
        text.chars().take(SHOWN).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    out
}

/// The first names of a list, then `…`.
pub fn some_of<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 10;
    let mut names = names.peekable();
    let mut out = names.by_ref().take(MOST).collect::<Vec<_>>().join(", ");
    if names.peek().is_some() {
        out.push_str(", …");
    }
    out
}
