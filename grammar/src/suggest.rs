//! "Did you mean": the nearest of the names that would fit. One place for sources, facts and the command line.

use std::cell::Cell;

/// How many names one run compares in search of a suggestion: a file of nothing but slips must not take long.
const BUDGET: u32 = 2_000_000;
/// A longer word is no slip of a name.
const LONGEST: usize = 64;

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(BUDGET) };
}

/// A new run has the whole budget.
pub fn begin() {
    LEFT.set(BUDGET);
}

/// The candidate nearest to `word`, where one is near enough to be a slip; of several the first by name.
pub fn nearest<'n>(word: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = match word.chars().take(LONGEST + 1).count() {
        0..=2 => 1,
        3..=5 => 2,
        6..=LONGEST => 3,
        _ => return None,
    };
    if LEFT.get() == 0 {
        return None;
    }
    let lower = word.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    let mut compared = 0u32;
    for candidate in candidates {
        if candidate == word || candidate.len().abs_diff(word.len()) > limit + 2 {
            continue;
        }
        // Which names are compared does not depend on their order: all of a search or none.
        compared = compared.saturating_add(1);
        let mut distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        // A word of two or three letters that shares none of them is no slip.
        if distance >= word.chars().count() {
            continue;
        }
        // A word that the other begins or ends with is near, whatever its length: `issued` for `issued_at`.
        if distance > limit && word.len() >= 4 && (candidate.starts_with(word) || candidate.ends_with(word)) {
            distance = limit;
        }
        if distance <= limit && best.is_none_or(|(d, name)| (distance, candidate) < (d, name)) {
            best = Some((distance, candidate));
        }
    }
    LEFT.set(LEFT.get().saturating_sub(compared));
    best.map(|(_, name)| name)
}

/// `did you mean …?`, or nothing.
pub fn did_you_mean<'n>(word: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(word, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// `a` or `an`, as the word that follows begins.
pub fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" }
}

/// `a`, `b` and `c`, at most eight of them.
pub fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(8).map(|n| format!("`{n}`")).collect();
    match (names.len(), shown.split_last()) {
        (_, None) => "none".into(),
        (n, Some(_)) if n > 8 => format!("{} and {} more", shown.join(", "), n - 8),
        (_, Some((last, []))) => last.clone(),
        (_, Some((last, rest))) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_only() {
        let names = ["contract", "assurance", "id", "tier"];
        assert_eq!(nearest("contrct", names), Some("contract"));
        assert_eq!(nearest("Contract", names), Some("contract"));
        assert_eq!(nearest("tire", names), Some("tier"));
        assert_eq!(nearest("ux", names), None);
        assert_eq!(nearest("standing", names), None);
        assert_eq!(nearest(&"a".repeat(1_000_000), names), None);
    }
}
