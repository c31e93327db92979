//! The nearest name, where a field is unknown: as the compiler suggests names, but without its budget for a run, so that an answer
//! does not depend on what was asked before.

/// A longer word is no slip of a name.
const LONGEST: usize = 64;

/// `did you mean …?`, or nothing.
pub fn did_you_mean<'n>(word: &str, candidates: impl Iterator<Item = &'n str>) -> Option<String> {
    let letters = word.chars().take(LONGEST + 1).count();
    let limit = match letters {
        0..=2 => 1,
        3..=5 => 2,
        6..=LONGEST => 3,
        _ => return None,
    };
    let lower = word.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == word || candidate.len().abs_diff(word.len()) > limit + 2 {
            continue;
        }
        let mut distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        // A short word that shares no letter is no slip.
        if distance >= letters {
            continue;
        }
        // Nor far from one that goes on where it ends, or ends like it.
        if distance > limit && word.len() >= 4 && (candidate.starts_with(word) || candidate.ends_with(word)) {
            distance = limit;
        }
        if distance <= limit && best.is_none_or(|known| (distance, candidate) < known) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| format!("did you mean `{name}`?"))
}
