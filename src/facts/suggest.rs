//! The name that was probably meant.

/// The candidate nearest to `word`, if it is near enough; the first of several.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    const LONGEST: usize = 64;
    let word: Vec<char> = word
        .chars()
        .flat_map(char::to_lowercase)
        .take(LONGEST + 1)
        .collect();
    let near = match word.len() {
        0..=2 => return None,
        3..=5 => 1,
        6..=LONGEST => 2,
        _ => return None,
    };
    candidates
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate
                .chars()
                .flat_map(char::to_lowercase)
                .take(LONGEST + 1)
                .collect();
            (distance(&word, &letters), candidate)
        })
        .filter(|(distance, _)| *distance <= near)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean …?`, or nothing.
pub fn did_you_mean<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    nearest(word, candidates).map(|name| format!("did you mean `{name}`?"))
}

/// Letters to insert, delete, replace or swap with a neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
    let (mut second, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = cell(&last, j) + usize::from(x != y);
            let mut least = replaced.min(cell(&last, j + 1) + 1).min(cell(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(cell(&second, j - 1) + 1);
            }
            row.push(least);
        }
        second = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
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
        assert_eq!(nearest("ix", names), None);
        assert_eq!(nearest("standing", names), None);
        assert_eq!(nearest(&"a".repeat(1_000_000), names), None);
    }
}
