//! Small pieces of messages: lists of words, what people write for what.

use super::Expected;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::token::{Tok, Word};

/// What could stand here, in so many words.
pub(super) fn fallback(at: Span, shown: &str, expected: &Expected<'_>) -> Diagnostic {
    let mut wanted: Vec<String> = Vec::new();
    let has_name = expected.takes("name");
    for terminal in &expected.0 {
        let text = match *terminal {
            "name" => "a name".to_string(),
            "label" if has_name => continue,
            "label" => "a name and `:`".to_string(),
            "type" => "a type".to_string(),
            "text" => "a text in quotes".to_string(),
            "int" | "decimal" | "instant" | "duration" | "broken" => continue,
            "{{" | "{" => "`{`".to_string(),
            "}}" | "}" => "`}`".to_string(),
            word if has_name && Word::of(word).is_some_and(|word| !word.is_reserved()) => {
                continue;
            }
            other => format!("`{other}`"),
        };
        if !wanted.contains(&text) {
            wanted.push(text);
        }
    }
    let diagnostic = Diagnostic::error("E0101", at, format!("{shown} cannot stand here"));
    match wanted.as_slice() {
        [] => diagnostic.label("unexpected"),
        [one] => diagnostic.label(format!("expected {one}")),
        many if many.len() <= 6 => diagnostic.label(format!("expected {}", either(many))),
        _ => diagnostic.label("unexpected"),
    }
}

pub(super) fn missing(at: Span, sign: &str, place: &str) -> Diagnostic {
    let shown = sign.trim();
    let article = crate::suggest::article(shown);
    Diagnostic::error("E0101", at, format!("{article} `{shown}` is missing {place}"))
        .label(format!("`{shown}` is expected here"))
        .fix(format!("add `{shown}`"), at, sign)
}

pub(super) fn either(list: &[String]) -> String {
    match list.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

pub(super) fn words(list: &[Word]) -> String {
    let quoted: Vec<String> = list.iter().map(|word| format!("`{}`", word.text())).collect();
    quoted.join(", ")
}

pub(super) fn is_operator(word: Word) -> bool {
    matches!(
        word,
        Word::And
            | Word::Or
            | Word::Implies
            | Word::In
            | Word::Is
            | Word::Otherwise
            | Word::Matches
            | Word::Intersects
            | Word::Then
            | Word::Else
            | Word::With
            | Word::Not
    )
}

pub(super) fn starts_outcome(word: Word) -> bool {
    matches!(
        word,
        Word::Permit
            | Word::Deny
            | Word::Grade
            | Word::Standing
            | Word::Valid
            | Word::Obliges
            | Word::Advises
            | Word::Revoke
            | Word::Suspend
            | Word::Reverify
            | Word::Reinstate
            | Word::None
    )
}

/// The word of the grammar that was meant, among those that may stand here.
pub(super) fn meant<'e>(text: &str, expected: &[&'e str]) -> Option<&'e str> {
    let synonym = match text {
        "denied" | "denies" | "refuse" | "refused" => "deny",
        "permits" | "permitted" | "allow" | "allowed" => "permit",
        "revoked" | "revokes" => "revoke",
        "suspended" | "suspends" => "suspend",
        "reverified" => "reverify",
        "reinstated" => "reinstate",
        "nothing" => "none",
        "if" => "when",
        _ => text,
    };
    let words = || expected.iter().copied().filter(|word| Word::of(word).is_some());
    words().find(|word| *word == synonym).or_else(|| crate::suggest::nearest(text, words()))
}

/// What people write for an operator.
pub(super) fn operator_slip(word: &str) -> Option<&'static str> {
    match word {
        "equals" | "eq" => Some("=="),
        "AND" | "And" => Some("and"),
        "OR" | "Or" => Some("or"),
        "IN" | "In" => Some("in"),
        "includes" | "has" => Some("contains"),
        "xor" => Some("!="),
        "like" => Some("matches"),
        _ => None,
    }
}

pub(super) fn starts_value(tok: Tok<'_>) -> bool {
    match tok {
        Tok::Name(_) | Tok::Type(_) | Tok::Label(_) | Tok::Text(_) => true,
        Tok::Int(_) | Tok::Decimal(_) | Tok::Instant(_) | Tok::Duration(_) | Tok::Broken => true,
        Tok::ParenOpen | Tok::BracketOpen | Tok::Open | Tok::OuterOpen => true,
        Tok::Word(word) => matches!(
            word,
            Word::Not
                | Word::Has
                | Word::If
                | Word::All
                | Word::Any
                | Word::No
                | Word::Match
                | Word::True
                | Word::False
                | Word::None
        ),
        _ => false,
    }
}
