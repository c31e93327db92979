//! Vectors of real frameworks: what each framework's own text says about a case, held against the example package.
//!
//! Read from `tests/conformance`:
//!
//! | file | holds |
//! |---|---|
//! | `vectors.txt` | every vector: id, framework, clause, basis |
//! | `NAME.jsonl` | lines to run |
//! | `not-expressible.NAME.json` | vectors that no policy can state, each with its reason |
//!
//! A line names a `package` and has a `request`, and in `expect` the part of the answer that the vector fixes:
//! `reasons`, `moves`, `in_force` and `caps` exactly and in order; of `obligations` and `advice` at least those listed,
//! and none of those that `not_obliged` names; everything else as given. A line with a `check` in place of a package
//! and a request is about what the compiler says of that path: the findings' codes are exactly `findings`, and their
//! text contains each of `says`. A line whose vector seems wrong says why in `doubt`; it is reported, and may fail.
//!
//! What comes out: a failure that lists every difference, and the page `docs/conformance.md`; `BLESS=1` writes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use trustc::program::Checked;

use crate::cases::{analysis, answers, checked, read, render};

const FOLDER: &str = "tests/conformance";
const PAGE: &str = "docs/conformance.md";

struct Vector {
    id: String,
    framework: String,
    clause: String,
    basis: String,
}

struct Line {
    /// Where it stands, for messages.
    place: String,
    id: String,
    doubt: Option<String>,
    /// Where the answer is not what the line expects.
    differences: Vec<String>,
}

#[test]
fn every_vector_is_answered_as_the_framework_says() {
    let mut wrong = Vec::new();
    for line in run_all() {
        if line.doubt.is_none() {
            wrong.extend(line.differences.iter().map(|d| format!("{} ({}): {d}", line.id, line.place)));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_vector_is_run_or_said_to_be_beyond_the_language() {
    let vectors = vectors();
    let known: BTreeSet<&str> = vectors.iter().map(|v| v.id.as_str()).collect();
    let mut wrong = Vec::new();
    if known.len() != vectors.len() {
        wrong.push("vectors.txt: an id stands twice".to_owned());
    }
    let mut run = BTreeSet::new();
    for (place, line) in lines() {
        let id = text(&line, "id").to_owned();
        match vectors.iter().find(|v| v.id == id) {
            None => wrong.push(format!("{place}: `{id}` is no vector")),
            Some(vector) => {
                for (key, value) in [("clause", &vector.clause), ("basis", &vector.basis)] {
                    if text(&line, key) != value {
                        wrong.push(format!("{place}: {key} is `{}`, of the vector `{value}`", text(&line, key)));
                    }
                }
            }
        }
        run.insert(id);
    }
    let mut left_out = BTreeSet::new();
    for (place, id, reason) in not_expressible() {
        if !known.contains(id.as_str()) {
            wrong.push(format!("{place}: `{id}` is no vector"));
        }
        if reason.trim().is_empty() {
            wrong.push(format!("{place}: `{id}` has no reason"));
        }
        if run.contains(&id) {
            wrong.push(format!("{place}: `{id}` is run as well"));
        }
        if !left_out.insert(id.clone()) {
            wrong.push(format!("{place}: `{id}` stands twice"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_page_says_what_was_run() {
    let page = page(&vectors(), &run_all(), &not_expressible());
    if fs::read_to_string(PAGE).ok().as_ref() == Some(&page) {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(PAGE, page).expect("the page can be written");
        return;
    }
    panic!("{PAGE} is not what the files say: BLESS=1 cargo test --test suite");
}

// ---- what is read ----

fn vectors() -> Vec<Vector> {
    let columns = |line: &str| -> Option<Vector> {
        let mut parts = line.split('\t').map(str::to_owned);
        Some(Vector { id: parts.next()?, framework: parts.next()?, clause: parts.next()?, basis: parts.next()? })
    };
    let table = read(&Path::new(FOLDER).join("vectors.txt"));
    table.lines().skip(1).map(|line| columns(line).unwrap_or_else(|| panic!("four columns: {line}"))).collect()
}

/// The files of the folder whose name a test accepts, in order.
fn files(accept: impl Fn(&str) -> bool) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(FOLDER).unwrap_or_else(|e| panic!("{FOLDER}: {e}"));
    let mut found: Vec<(String, PathBuf)> = entries
        .map(|entry| entry.expect("an entry can be read").path())
        .map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path))
        .filter(|(name, _)| accept(name))
        .collect();
    found.sort();
    found
}

fn json(place: &str, text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{place}: {e}"))
}

/// Every line with its place.
pub(crate) fn lines() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, path) in files(|name| name.ends_with(".jsonl")) {
        for (number, line) in read(&path).lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = format!("{name}:{}", number + 1);
            let value = json(&place, line);
            found.push((place, value));
        }
    }
    assert!(!found.is_empty(), "no line in {FOLDER}");
    found
}

/// File, id and reason.
fn not_expressible() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (name, path) in files(|name| name.starts_with("not-expressible.") && name.ends_with(".json")) {
        let list = json(&name, &read(&path));
        for entry in list.as_array().unwrap_or_else(|| panic!("{name}: a list of id and reason")) {
            found.push((name.clone(), text(entry, "id").to_owned(), text(entry, "reason").to_owned()));
        }
    }
    found
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

// ---- what is run ----

fn run_all() -> Vec<Line> {
    let mut packages = BTreeMap::new();
    lines()
        .into_iter()
        .map(|(place, line)| {
            let differences = match line.get("check").and_then(Value::as_str) {
                Some(path) => findings(path, &line),
                None => decide(&mut packages, &line),
            };
            let doubt = line.get("doubt").and_then(Value::as_str).map(str::to_owned);
            Line { id: text(&line, "id").to_owned(), place, doubt, differences }
        })
        .collect()
}

/// Each package is analysed once.
fn decide(packages: &mut BTreeMap<String, Result<Checked, String>>, line: &Value) -> Vec<String> {
    let path = text(line, "package").to_owned();
    let program = packages.entry(path).or_insert_with_key(|path| match Path::new(path).exists() {
        true => checked(Path::new(path)).map(|(program, _)| program),
        false => Err(format!("there is no package `{path}`")),
    });
    let program = match program {
        Ok(program) => program,
        Err(wrong) => return vec![wrong.clone()],
    };
    let Some(request) = line.get("request") else { return vec!["there is no request".to_owned()] };
    let Some(expect) = line.get("expect").and_then(Value::as_object) else { return vec!["nothing is expected".into()] };
    let answer = answers(program, &request.to_string());
    let answer = json("the answer", &answer);
    let mut differences = Vec::new();
    for (key, wanted) in expect {
        let found = answer.get(key).unwrap_or(&Value::Null);
        let same = match (key.as_str(), wanted, found) {
            ("moves", Value::Array(wanted), Value::Array(found)) => {
                wanted.len() == found.len() && wanted.iter().zip(found).all(|(w, f)| part_of(w, f))
            }
            ("obligations" | "advice", Value::Array(wanted), Value::Array(found)) => {
                wanted.iter().all(|w| found.iter().any(|f| part_of(w, f)))
            }
            ("not_obliged", Value::Array(names), _) => {
                let owed = answer.get("obligations").and_then(Value::as_array);
                let owed = |name: &Value| owed.is_some_and(|all| all.iter().any(|o| o.get("rule") == Some(name)));
                answer.get("obligations").is_some() && !names.iter().any(owed)
            }
            ("error", wanted, found) => part_of(wanted, found),
            (_, wanted, found) => wanted == found && answer.get(key).is_some(),
        };
        if !same {
            let found = answer.get(key).map_or_else(|| answer.to_string(), |f| format!("`{key}` {f}"));
            differences.push(format!("wanted `{key}` {wanted}, found {found}"));
        }
    }
    if expect.is_empty() {
        differences.push("nothing is expected".to_owned());
    }
    differences
}

/// Every key that is listed is there and equal.
fn part_of(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, w)| found.get(key).is_some_and(|f| part_of(w, f)))
        }
        (wanted, found) => wanted == found,
    }
}

fn findings(path: &str, line: &Value) -> Vec<String> {
    if !Path::new(path).exists() {
        return vec![format!("there is no `{path}`")];
    }
    let list = |key: &str| -> Vec<String> {
        let list = line.get("expect").and_then(|e| e.get(key)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let analysis = analysis(Path::new(path));
    let codes: Vec<&str> = analysis.diagnostics.iter().map(|d| d.code).collect();
    let said = render(&analysis.sources, &analysis.diagnostics);
    let mut differences = Vec::new();
    let wanted = list("findings");
    if wanted.is_empty() || codes != wanted {
        differences.push(format!("wanted the findings {wanted:?}, found {codes:?}"));
    }
    for word in list("says").iter().filter(|word| !said.contains(word.as_str())) {
        differences.push(format!("the findings do not say `{word}`"));
    }
    differences
}

// ---- the page ----

/// What came of the lines of a vector.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Passed,
    Failed,
    NotExpressible,
    NotYetStated,
}

fn page(vectors: &[Vector], lines: &[Line], left_out: &[(String, String, String)]) -> String {
    let outcome = |vector: &Vector| -> Outcome {
        let own: Vec<&Line> = lines.iter().filter(|line| line.id == vector.id).collect();
        match own.first() {
            Some(_) if own.iter().all(|line| line.differences.is_empty()) => Outcome::Passed,
            Some(_) => Outcome::Failed,
            None if left_out.iter().any(|(_, id, _)| *id == vector.id) => Outcome::NotExpressible,
            None => Outcome::NotYetStated,
        }
    };
    let mut frameworks: Vec<&str> = Vec::new();
    for vector in vectors {
        if !frameworks.contains(&vector.framework.as_str()) {
            frameworks.push(&vector.framework);
        }
    }
    let mut page = String::from(
        "# Conformance to real frameworks\n\n\
         A vector is one case of a framework, with what the framework's own text says about it. Each is run against the\n\
         package under `examples/frameworks` that states the framework, by `cargo test --test suite conformance`; this page\n\
         is written by that test (`BLESS=1`). The lines are in `tests/conformance`. A vector counts as passed when\n\
         all its lines do. *Basis*: `spec`, the clause alone fixes the answer; `spec+convention`, the clause and a stated\n\
         reading of it; `convention`, a rule of our own.\n\n\
         | framework | vectors | run | passed | not expressible | not yet stated |\n|---|---:|---:|---:|---:|---:|\n",
    );
    let mut row = |name: &str, own: &[Outcome]| {
        let count = |wanted: Outcome| own.iter().filter(|o| **o == wanted).count();
        let (passed, failed) = (count(Outcome::Passed), count(Outcome::Failed));
        let (beyond, later) = (count(Outcome::NotExpressible), count(Outcome::NotYetStated));
        let _ = writeln!(page, "| {name} | {} | {} | {passed} | {beyond} | {later} |", own.len(), passed + failed);
    };
    for framework in &frameworks {
        let own: Vec<Outcome> = vectors.iter().filter(|v| v.framework == *framework).map(outcome).collect();
        row(framework, &own);
    }
    row("**all**", &vectors.iter().map(outcome).collect::<Vec<_>>());

    page.push_str("\n## Not expressible\n\n");
    let mut any = false;
    for vector in vectors {
        for (_, _, reason) in left_out.iter().filter(|(_, id, _)| *id == vector.id) {
            any = true;
            let _ = writeln!(page, "- **{}** ({}, {}): {reason}", vector.id, vector.framework, vector.clause);
        }
    }
    if !any {
        page.push_str("None.\n");
    }

    page.push_str("\n## Doubtful vectors\n\n");
    any = false;
    for vector in vectors {
        for line in lines.iter().filter(|line| line.id == vector.id) {
            let Some(doubt) = &line.doubt else { continue };
            any = true;
            let held = if line.differences.is_empty() { "passed" } else { "not passed" };
            let _ = writeln!(page, "- **{}** ({}, {}; {held}): {doubt}", vector.id, vector.framework, vector.clause);
        }
    }
    if !any {
        page.push_str("None.\n");
    }

    let later: Vec<&str> =
        vectors.iter().filter(|v| outcome(v) == Outcome::NotYetStated).map(|v| v.id.as_str()).collect();
    if !later.is_empty() {
        let _ = write!(page, "\n## Not yet stated\n\n{}\n", later.join(", "));
    }
    page
}
