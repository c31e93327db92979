//! Which lint is an error, a warning or silent.
//!
//! In: `[lints]` of `trust.toml`, then `-D`, `-W` and `-A` of the command line. Out: a level for every lint; of two that
//! name the same lint the later one counts, and the command line comes after the manifest.

use super::registry::{self, LINTS, Lint};
use crate::manifest::{LintLevel, Manifest};

#[derive(Clone, Debug)]
pub struct Levels(Vec<LintLevel>);

impl Default for Levels {
    fn default() -> Self {
        Levels(LINTS.iter().map(|l| l.level).collect())
    }
}

impl Levels {
    /// The levels of a package. Words that name no lint were refused where they were read, and are passed over.
    pub fn of(manifest: &Manifest, more: &[(String, LintLevel)]) -> Levels {
        let mut levels = Levels::default();
        for (word, level) in &manifest.lints {
            levels.set(word, *level);
        }
        for (word, level) in more {
            levels.set(word, *level);
        }
        levels
    }

    fn set(&mut self, word: &str, level: LintLevel) {
        let Some(lint) = registry::find(word) else { return };
        for (slot, l) in self.0.iter_mut().zip(LINTS) {
            if l.code == lint.code {
                *slot = level;
            }
        }
    }

    pub fn level(&self, lint: &Lint) -> LintLevel {
        let at = LINTS.iter().position(|l| l.code == lint.code);
        at.and_then(|i| self.0.get(i)).copied().unwrap_or(lint.level)
    }
}

/// What is wrong with a word that should name a lint, if anything is.
pub fn refusal(word: &str) -> Option<String> {
    if registry::find(word).is_some() {
        return None;
    }
    let is_error = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if word.strip_prefix(['E', 'e']).is_some_and(is_error) {
        return Some("an error cannot be turned off; only lints (`T…`) have levels".into());
    }
    Some(match registry::nearest(word) {
        Some(near) => format!("there is no lint `{word}`; did you mean `{near}`?"),
        None => format!("there is no lint `{word}`; a lint is named by its code (`T014`) or its name (`no_owner`)"),
    })
}
