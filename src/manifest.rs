//! `trust.toml`: name, version, lint levels and limits of a package.
//!
//! ```toml
//! name    = "partner_federation"
//! version = "1.2.0"
//!
//! [lints]
//! no_owner = "warn"        # "allow", "warn" or "deny"
//!
//! [limits]
//! list    = 1024           # elements
//! string  = 8192           # bytes
//! facts   = 1048576        # bytes
//! nesting = 32
//! ```

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::program::Limits;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintLevel {
    Allow,
    Warn,
    Deny,
}

impl<'de> Deserialize<'de> for LintLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = toml::Value::deserialize(deserializer)?;
        match written.as_str() {
            Some("allow") => Ok(LintLevel::Allow),
            Some("warn") => Ok(LintLevel::Warn),
            Some("deny") => Ok(LintLevel::Deny),
            _ => Err(D::Error::custom(format!(
                "a lint is set to \"allow\" (say nothing), \"warn\" (a warning) or \"deny\" (an error), not to {written}"
            ))),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub name: Option<String>,
    pub version: Option<String>,
    /// `name` and `version` may stand in a table of their own, as elsewhere.
    #[serde(default)]
    package: PackageTable,
    #[serde(default)]
    pub lints: BTreeMap<String, LintLevel>,
    #[serde(default)]
    limits: LimitsTable,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageTable {
    name: Option<Spanned<String>>,
    version: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsTable {
    list: Option<usize>,
    string: Option<usize>,
    facts: Option<usize>,
    nesting: Option<usize>,
}

/// A fault of the manifest: the byte range and what is wrong there.
pub struct ManifestFault {
    pub range: std::ops::Range<usize>,
    pub message: String,
}

/// Upper bounds: what one decision may be made to hold in memory.
const MOST: Limits = Limits { list: 65_536, string: 1 << 20, facts: 64 << 20, nesting: 64 };

pub fn parse(text: &str) -> Result<Manifest, ManifestFault> {
    let mut manifest: Manifest = toml::from_str(text).map_err(|e| ManifestFault {
        range: e.span().unwrap_or(0..0),
        message: e.message().trim().replace('\n', "; "),
    })?;
    for word in manifest.lints.keys() {
        if let Some(message) = crate::lint::refusal(word) {
            let table = text.find("[lints]").unwrap_or(0);
            let at = text.get(table..).and_then(|rest| rest.find(word.as_str())).map_or(table, |at| table + at);
            return Err(ManifestFault { range: at..(at + word.len()).min(text.len()), message });
        }
    }
    let l = &manifest.limits;
    for (name, value, most) in [
        ("list", l.list, MOST.list),
        ("string", l.string, MOST.string),
        ("facts", l.facts, MOST.facts),
        ("nesting", l.nesting, MOST.nesting),
    ] {
        if value.is_some_and(|v| v == 0 || v > most) {
            let at = text.find(name).unwrap_or(0);
            return Err(ManifestFault {
                range: at..at + name.len(),
                message: format!("the limit `{name}` must lie between 1 and {most}"),
            });
        }
    }
    manifest.name = either("name", manifest.name.take(), manifest.package.name.take())?;
    manifest.version = either("version", manifest.version.take(), manifest.package.version.take())?;
    Ok(manifest)
}

/// What stands on top or in `[package]`; where it stands in both, they say the same.
fn either(word: &str, top: Option<String>, table: Option<Spanned<String>>) -> Result<Option<String>, ManifestFault> {
    match (top, table) {
        (Some(top), Some(table)) if top != *table.get_ref() => Err(ManifestFault {
            range: table.span(),
            message: format!(
                "the {word} stands twice: on top it is \"{top}\", in `[package]` \"{}\"; keep one of them",
                table.get_ref()
            ),
        }),
        (top, table) => Ok(top.or(table.map(Spanned::into_inner))),
    }
}

impl Manifest {
    pub fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            list: self.limits.list.unwrap_or(default.list),
            string: self.limits.string.unwrap_or(default.string),
            facts: self.limits.facts.unwrap_or(default.facts),
            nesting: self.limits.nesting.unwrap_or(default.nesting),
        }
    }
}
