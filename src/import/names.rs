//! Names for what had keys: valid, unique, and as near to the key as can be.
//!
//! In: keys of JSON, any text. Out: names of the language; a key that is no name keeps its text in `@json("…")`.

use std::collections::{BTreeMap, BTreeSet};

use trust_syntax::ast::RESERVED;

/// The longest name made of a key.
const LONGEST: usize = 60;

/// Names in use, in one space of names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
    /// The number to try next for a name that is taken.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// Types: `Standing` is built in.
    pub fn of_types() -> Names {
        Names { taken: BTreeSet::from(["Standing".to_owned()]), next: BTreeMap::new() }
    }

    /// The name, or the name with a number that makes it new.
    fn fresh(&mut self, name: String) -> String {
        let mut new = name.clone();
        while !self.taken.insert(new.clone()) {
            let number = self.next.entry(name.clone()).or_insert(1);
            *number += 1;
            let between = if name.ends_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
            new = format!("{name}{between}{number}");
        }
        new
    }

    /// Of the fields of a record, in the order of the keys. A key that is a name keeps it, whatever others turn into;
    /// a reserved word is a field's name like any other.
    pub fn of_fields<'k>(keys: impl Iterator<Item = &'k str> + Clone) -> Vec<String> {
        Names::of(keys, |_| false, "field")
    }

    /// Of the cases of an enum: no reserved word.
    pub fn of_cases<'k>(keys: impl Iterator<Item = &'k str> + Clone) -> Vec<String> {
        Names::of(keys, |key| RESERVED.contains(&key), "case")
    }

    fn of<'k>(
        keys: impl Iterator<Item = &'k str> + Clone,
        barred: impl Fn(&str) -> bool,
        otherwise: &str,
    ) -> Vec<String> {
        let stays = |key: &str| is_name(key) && !barred(key);
        let mut names =
            Names { taken: keys.clone().filter(|k| stays(k)).map(str::to_owned).collect(), ..Names::default() };
        let named = keys.map(|key| {
            if stays(key) {
                return key.to_owned();
            }
            let name = if is_name(key) { key.to_owned() } else { small(key, otherwise) };
            names.fresh(if barred(&name) { format!("{name}_") } else { name })
        });
        named.collect()
    }

    /// Of a type.
    pub fn of_type(&mut self, key: &str) -> String {
        self.fresh(capitalised(key))
    }
}

fn is_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.len() <= LONGEST
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The words of a key: what stands between signs, and from one capital to the next.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in key.chars().take(LONGEST) {
        if c.is_ascii_alphanumeric() {
            let starts = !last.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && !last.is_ascii_uppercase());
            match words.last_mut() {
                Some(word) if !starts => word.push(c.to_ascii_lowercase()),
                _ => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        last = c;
    }
    words
}

/// `not-compliant` and `NotCompliant` are `not_compliant`.
fn small(key: &str, otherwise: &str) -> String {
    let name = words(key).join("_");
    match name.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{}_{name}", otherwise.chars().next().unwrap_or('n')),
        Some(_) => name,
    }
}

/// `partner-facts` is `PartnerFacts`; capitals within a word stay.
pub fn capitalised(key: &str) -> String {
    let mut name = String::new();
    let mut start = true;
    for c in key.chars().take(LONGEST) {
        if !c.is_ascii_alphanumeric() {
            start = true;
        } else if start {
            name.push(c.to_ascii_uppercase());
            start = false;
        } else {
            name.push(c);
        }
    }
    match name.chars().next() {
        None => "Facts".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("T{name}"),
        Some(_) => name,
    }
}

/// What one of several is called: `credentials` are each a `credential`.
pub fn singular(key: &str) -> String {
    if let Some(stem) = key.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let hisses = ["ses", "xes", "ches", "shes"].iter().any(|end| key.ends_with(end));
    let cut = if hisses { 2 } else { usize::from(key.ends_with('s') && !key.ends_with("ss")) };
    match key.get(..key.len() - cut) {
        Some(one) if !one.is_empty() => one.to_owned(),
        _ => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_names() {
        let fields =
            ["NotCompliant", "id", "partnerId", "not-compliant", "not_compliant", "2fa", "", "é", "use", "a2", "A2"];
        let made = Names::of_fields(fields.into_iter());
        let wanted = [
            "not_compliant2",
            "id",
            "partnerId",
            "not_compliant3",
            "not_compliant",
            "f_2fa",
            "field",
            "field2",
            "use",
            "a2",
            "a2_2",
        ];
        assert_eq!(made, wanted);
        assert_eq!(Names::of_cases(["none", "none_", "a"].into_iter()), ["none_2", "none_", "a"]);
        assert_eq!(
            ["partner-facts", "9", "x509Cert", "Standing"].map(|k| Names::of_types().of_type(k)),
            ["PartnerFacts", "T9", "X509Cert", "Standing2"]
        );
        assert_eq!(
            ["credentials", "policies", "addresses", "address", "s"].map(singular),
            ["credential", "policy", "address", "address", "s"]
        );
    }
}
