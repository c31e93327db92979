//! `docs/demands.md` keeps its word: every demand is there once, and what a row names exists.
//!
//! In backticks stand words of the language, items of the standard library (`std.time.fresh`), commands (`trustc eval`),
//! options, and files; in brackets, links that are defined at the foot of the page.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const PAGE: &str = "docs/demands.md";

/// Each text and how many demands it has: `S0.1` to `S0.31`, and so on.
const DEMANDS: [(&str, usize); 5] = [("S0", 31), ("S1", 30), ("S2", 24), ("S3", 22), ("S4", 34)];

/// Words of clauses and answers that are no reserved words.
const FREE_WORDS: &str =
    "review every due within permitted valid_until late prior now min cidr and --explain relies on A B";

fn page() -> String {
    fs::read_to_string(PAGE).unwrap_or_else(|e| panic!("{PAGE}: {e}"))
}

/// The cells of every row of a demand.
fn rows(page: &str) -> Vec<Vec<&str>> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| S"));
    rows.map(|row| row.trim_end_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn every_demand_has_one_row_that_says_something() {
    let page = page();
    let mut wrong = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for row in rows(&page) {
        let [id, demand, answer] = row.as_slice() else {
            wrong.push(format!("a row must have three cells: {row:?}"));
            continue;
        };
        if demand.len() < 5 || answer.len() < 5 {
            wrong.push(format!("S{id}: an empty cell"));
        }
        if *answer != answer.replace("to do", "").replace("TODO", "") {
            wrong.push(format!("S{id}: unfinished"));
        }
        for (at, _) in answer.match_indices("planned)") {
            let before = &answer[..at];
            if !["lint (", "lints (", "report (", "report, "].iter().any(|word| before.ends_with(word)) {
                wrong.push(format!("S{id}: only lints and reports may be planned"));
            }
        }
        seen.push(format!("S{id}"));
    }
    let wanted: Vec<String> =
        DEMANDS.iter().flat_map(|(text, last)| (1..=*last).map(move |n| format!("{text}.{n}"))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen, wanted, "every demand once, in order");
}

#[test]
fn what_a_row_names_exists() {
    let page = page();
    let words = words();
    let mut wrong = Vec::new();
    for (number, line) in page.lines().enumerate() {
        for name in line.split('`').skip(1).step_by(2) {
            if let Some(problem) = unknown(name, &words) {
                wrong.push(format!("{PAGE}:{}: `{name}` {problem}", number + 1));
            }
        }
    }
    let mut defined = BTreeSet::new();
    for (name, path) in page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")) {
        defined.insert(name);
        if !Path::new("docs").join(path).exists() {
            wrong.push(format!("[{name}]: there is no {path}"));
        }
    }
    let mut used = BTreeSet::new();
    for line in page.lines().filter(|line| !line.contains("]: ")) {
        used.extend(line.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(name, _)| name));
    }
    for name in used.symmetric_difference(&defined) {
        wrong.push(format!("[{name}] is not both defined and used"));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The reserved words of the reference, and the free words of clauses.
fn words() -> BTreeSet<String> {
    let reference = fs::read_to_string("docs/reference.md").expect("the reference can be read");
    let list = reference.split("## 16 Reserved words").nth(1).and_then(|part| part.split("```").nth(1));
    let list = list.expect("the reference lists the reserved words").strip_prefix("text").unwrap_or_default();
    list.split_whitespace().chain(FREE_WORDS.split_whitespace()).map(str::to_owned).collect()
}

/// What is wrong with a name in backticks.
fn unknown(name: &str, words: &BTreeSet<String>) -> Option<&'static str> {
    if let Some(path) = name.strip_prefix("std.") {
        let mut parts = path.split('.');
        let module = parts.next().unwrap_or_default();
        let Ok(text) = fs::read_to_string(format!("stdlib/{module}.trust")) else { return Some("is no module") };
        return match parts.next() {
            None => None,
            Some(item) => {
                let declared = |line: &str| {
                    let rest = line.split_once(' ').filter(|(word, _)| words.contains(*word)).map(|(_, rest)| rest);
                    rest.and_then(|rest| rest.strip_prefix(item))
                        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
                };
                (!text.lines().any(declared)).then_some("is not in that module")
            }
        };
    }
    if name.starts_with('@') {
        let known = ["@maps", "@owner", "@since", "@was", "@json", "@allow"];
        return (!known.contains(&name)).then_some("is no annotation");
    }
    if let Some(command) = name.strip_prefix("trustc ") {
        let known = ["check", "fmt", "test", "eval", "explain", "doc"];
        return (!known.contains(&command)).then_some("is no command");
    }
    if name.contains('/') {
        return (!Path::new(name).exists()).then_some("does not exist");
    }
    let known = name.split_whitespace().all(|word| words.contains(word.trim_start_matches('.')));
    (!known).then_some("is no word of the language")
}
