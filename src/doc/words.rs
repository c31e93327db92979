//! Names, lengths of time and instants in plain words.
//!
//! In: identifiers and values. Out: short English. Always: the same words for the same input.

use trust_runtime::decimal::format_decimal;
use trust_runtime::net::{format_cidr, format_ip};
use trust_runtime::time::{format_duration, format_instant};

use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

/// Characters of a string that are shown.
const STRING: usize = 120;
/// Elements of a list that are shown.
const ELEMENTS: usize = 12;

/// Short forms that are written in a way of their own, in the order of their small letters.
const SHORT: [(&str, &str); 44] = [
    ("api", "API"),
    ("apis", "APIs"),
    ("br", "BR"),
    ("ca", "CA"),
    ("caa", "CAA"),
    ("cas", "CAs"),
    ("crl", "CRL"),
    ("crls", "CRLs"),
    ("csr", "CSR"),
    ("dns", "DNS"),
    ("ecdsa", "ECDSA"),
    ("eidas", "eIDAS"),
    ("fido", "FIDO"),
    ("http", "HTTP"),
    ("https", "HTTPS"),
    ("id", "ID"),
    ("idp", "IdP"),
    ("ids", "IDs"),
    ("ip", "IP"),
    ("jwk", "JWK"),
    ("jwks", "JWKS"),
    ("jwt", "JWT"),
    ("mfa", "MFA"),
    ("mpic", "MPIC"),
    ("mtls", "mTLS"),
    ("nhi", "NHI"),
    ("nist", "NIST"),
    ("ocsp", "OCSP"),
    ("odrl", "ODRL"),
    ("oidc", "OIDC"),
    ("pki", "PKI"),
    ("rsa", "RSA"),
    ("saml", "SAML"),
    ("slsa", "SLSA"),
    ("spiffe", "SPIFFE"),
    ("svid", "SVID"),
    ("tls", "TLS"),
    ("tpm", "TPM"),
    ("ttl", "TTL"),
    ("uri", "URI"),
    ("url", "URL"),
    ("uuid", "UUID"),
    ("vsa", "VSA"),
    ("xacml", "XACML"),
];

/// `revocation_time` and `ContractEnded` as "revocation time" and "contract ended".
pub fn words(name: &str) -> String {
    let parts = split(name);
    let known = |word: &str| SHORT.binary_search_by(|(small, _)| (*small).cmp(word)).ok();
    let mut out = String::with_capacity(parts.len());
    for word in parts.split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(known(word).and_then(|i| SHORT.get(i)).map_or(word, |(_, written)| *written));
    }
    out
}

fn split(name: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '_' {
            out.push(' ');
        } else if c.is_uppercase() {
            let next_small = chars.peek().is_some_and(|n| n.is_lowercase());
            if !out.is_empty() && (before.is_lowercase() || before.is_ascii_digit() || next_small) {
                out.push(' ');
            }
            // Initials stay capital letters: `AiAgent`, but `URL`.
            let initials = !next_small && (before.is_uppercase() || chars.peek().is_some_and(|n| n.is_uppercase()));
            if initials { out.push(c) } else { out.extend(c.to_lowercase()) }
        } else {
            out.push(c);
        }
        before = c;
    }
    out
}

pub fn title(name: &str) -> String {
    super::text::capital(&words(name))
}

/// "the partner’s"
pub fn possessive(owner: &str) -> String {
    if owner.ends_with('s') { format!("{owner}’") } else { format!("{owner}’s") }
}

pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// In the units of its author where `source` is the literal, else in the largest that fit.
pub fn duration(length: i64, source: &str) -> String {
    let from_source = in_units(source);
    from_source.or_else(|| in_units(&shortest(length))).unwrap_or_else(|| format_duration(length))
}

/// Up to two days count in hours, as deadlines are usually written.
fn shortest(length: i64) -> String {
    const HOUR: i64 = 3_600_000_000;
    if length > 0 && length <= 48 * HOUR && length % HOUR == 0 {
        return format!("{}h", length / HOUR);
    }
    format_duration(length)
}

fn in_units(literal: &str) -> Option<String> {
    let mut parts = Vec::new();
    let mut rest = literal.trim();
    let negative = rest.starts_with('-');
    rest = rest.strip_prefix('-').unwrap_or(rest);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_')?;
        let (digits, after) = rest.split_at_checked(end)?;
        let (unit, after) = after.split_at_checked(1)?;
        let unit = match unit {
            "s" => "second",
            "m" => "minute",
            "h" => "hour",
            "d" => "day",
            "w" => "week",
            _ => return None,
        };
        if digits.is_empty() {
            return None;
        }
        let digits = digits.replace('_', " ");
        parts.push(format!("{digits} {unit}{}", if digits == "1" { "" } else { "s" }));
        rest = after;
    }
    match parts.len() {
        0 => None,
        _ => Some(format!("{}{}", if negative { "minus " } else { "" }, parts.join(" "))),
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "1 March 2026", "1 March 2026, 09:03 UTC".
pub fn instant(at: i64) -> String {
    let text = format_instant(at);
    spelled(&text).unwrap_or(text)
}

fn spelled(text: &str) -> Option<String> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    let date = format!("{} {month} {}", day.trim_start_matches('0'), year.trim_start_matches('0'));
    Some(match time {
        "00:00:00" => date,
        _ => format!("{date}, {} UTC", time.strip_suffix(":00").unwrap_or(time)),
    })
}

/// The case of an enum or scale.
pub fn case(types: &Types, ty: &Ty, case: u32) -> String {
    let def = match ty.present() {
        Ty::Enum(id) => types.enums.get(id.0 as usize),
        _ => None,
    };
    def.and_then(|def| def.cases.get(case as usize)).map_or_else(|| "unknown".into(), |case| words(&case.name))
}

pub fn shown(types: &Types, ty: &Ty, value: &Value) -> String {
    bounded(types, ty, value, 0)
}

fn bounded(types: &Types, ty: &Ty, value: &Value, depth: usize) -> String {
    match value {
        Value::None => "nothing".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Int(value) => value.to_string(),
        Value::Decimal(value) => format_decimal(*value),
        Value::String(text) => quoted(text),
        Value::Instant(at) => instant(*at),
        Value::Duration(length) => duration(*length, ""),
        Value::Ip(ip) => format_ip(ip),
        Value::Cidr(cidr) => format_cidr(cidr),
        Value::Case(index) => case(types, ty, *index),
        Value::Moving(_) => "a time that moves".into(),
        _ if depth > 2 => "…".into(),
        Value::List(items) | Value::Set(items) => {
            let of = ty.present().element().unwrap_or(&Ty::Error);
            let mut parts: Vec<String> =
                items.iter().take(ELEMENTS).map(|item| bounded(types, of, item, depth + 1)).collect();
            if items.len() > ELEMENTS {
                parts.push(format!("… ({} in all)", items.len()));
            }
            if parts.is_empty() { "nothing".into() } else { parts.join(", ") }
        }
        Value::Record(fields) => {
            let Ty::Record(id) = ty.present() else { return "…".into() };
            let Some(def) = types.records.get(id.0 as usize) else { return "…".into() };
            let told = def.fields.iter().zip(fields.iter()).filter(|(_, value)| **value != Value::None);
            let parts: Vec<String> = told
                .map(|(field, value)| {
                    format!("{}: {}", words(&field.name), bounded(types, &field.ty, value, depth + 1))
                })
                .collect();
            parts.join("; ")
        }
    }
}

/// In quotes, cut where it is long.
pub fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(STRING).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("“{cut}{more}”")
}

/// A type as a reader would call it.
pub fn kind(types: &Types, ty: &Ty) -> String {
    match ty {
        Ty::Bool => "yes or no".into(),
        Ty::Int => "a whole number".into(),
        Ty::Decimal => "a number".into(),
        Ty::String => "text".into(),
        Ty::Instant => "a point in time".into(),
        Ty::Duration => "a length of time".into(),
        Ty::Ip => "a network address".into(),
        Ty::Cidr => "a network".into(),
        Ty::Enum(id) => {
            let Some(def) = types.enums.get(id.0 as usize) else { return "a choice".into() };
            let cases: Vec<String> = def.cases.iter().take(ELEMENTS).map(|case| words(&case.name)).collect();
            let more = if def.cases.len() > ELEMENTS { ", …" } else { "" };
            let order = if def.ordered { "a level, lowest first" } else { "one of" };
            format!("{order}: {}{more}", cases.join(", "))
        }
        Ty::Record(id) => types.records.get(id.0 as usize).map_or_else(|| "a record".into(), |def| title(&def.name)),
        Ty::List(inner) => format!("a list, each: {}", kind(types, inner)),
        Ty::Set(inner) => format!("a set, each: {}", kind(types, inner)),
        Ty::Optional(inner) => format!("{}, or not known", kind(types, inner)),
        Ty::Never | Ty::Error => "anything".into(),
    }
}

/// A documentation comment on one line.
pub fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Ends as a sentence does.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        return text.to_owned();
    }
    // A sentence that was to go on ends here.
    let text = text.trim_end_matches(|c: char| matches!(c, ',' | ';' | ':') || c.is_whitespace());
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        for (name, want) in [
            ("revocation_time", "revocation time"),
            ("ContractEnded", "contract ended"),
            ("SecurityEventToken", "security event token"),
            ("URLList", "URL list"),
            ("aal2", "aal2"),
            ("CaaAnswer", "CAA answer"),
            ("partner_id", "partner ID"),
        ] {
            assert_eq!(words(name), want);
        }
    }

    #[test]
    fn short_forms_stand_in_order() {
        assert!(SHORT.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_sentence_ends_once() {
        for (written, want) in [
            ("lifted", "lifted."),
            (" lifted; ", "lifted."),
            ("lifted:", "lifted."),
            ("lifted ,", "lifted."),
            ("lifted.", "lifted."),
            ("lifted?", "lifted?"),
            ("lifted.;", "lifted."),
            (";", ""),
        ] {
            assert_eq!(sentence(written), want, "{written}");
        }
    }

    #[test]
    fn times_are_words() {
        assert_eq!(duration(86_400_000_000, "24h"), "24 hours");
        assert_eq!(duration(86_400_000_000, "1d"), "1 day");
        assert_eq!(duration(5_400_000_000, ""), "1 hour 30 minutes");
        assert_eq!(duration(86_400_000_000, "length"), "24 hours");
        assert_eq!(duration(90 * 86_400_000_000, ""), "90 days");
        assert_eq!(duration(0, ""), "0 seconds");
        assert_eq!(instant(0), "1 January 1970");
        assert_eq!(instant(3_660_000_000), "1 January 1970, 01:01 UTC");
    }
}
