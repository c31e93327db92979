//! Questions as files.
//!
//! Cases are files `tests/cases/lsp/NAME.lsp`, with what must come back in `NAME.snap`:
//!
//! ```text
//! request textDocument/hover {"more": "params"}      (any number; `diagnostics` waits for findings)
//! --- policy.trust                                    (opened; on disk stands an empty file)
//! … `‸` is the cursor, `«` and `»` are the ends of a range …
//! --- other.trust disk                                (only on disk)
//! ```

use super::{Client, folder, uri};
use serde_json::{Map, Value, json};
use similar::TextDiff;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

#[derive(Default)]
struct Case {
    requests: Vec<(String, Map<String, Value>)>,
    /// Name, text, whether it is open.
    files: Vec<(String, String, bool)>,
    /// Of the file with the mark: its name and places, (line, UTF-16 column).
    marked: Option<(String, Vec<(usize, usize)>)>,
}

fn case(text: &str) -> Case {
    let mut case = Case::default();
    for line in text.split_inclusive('\n') {
        if let Some(head) = line.strip_prefix("--- ") {
            let (name, rest) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
            case.files.push((name.to_owned(), String::new(), rest != "disk"));
        } else if let Some((_, text, _)) = case.files.last_mut() {
            text.push_str(line);
        } else if let Some(request) = line.trim().strip_prefix("request ") {
            let (method, params) = request.split_once(' ').unwrap_or((request, "{}"));
            let params: Value = serde_json::from_str(params).expect("parameters are JSON");
            case.requests.push((method.to_owned(), params.as_object().expect("an object").clone()));
        }
    }
    for (name, text, _) in &mut case.files {
        let mut places = Vec::new();
        let mut clean = String::new();
        for c in text.chars() {
            if "‸«»".contains(c) {
                let line = clean.matches('\n').count();
                let column = clean.rsplit('\n').next().unwrap_or("").encode_utf16().count();
                places.push((line, column));
            } else {
                clean.push(c);
            }
        }
        if !places.is_empty() {
            case.marked = Some((name.clone(), places));
        }
        *text = clean;
    }
    case
}

fn run(name: &str, text: &str) -> String {
    let folder = folder(name);
    let case = case(text);
    for (name, text, open) in &case.files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, if *open { "" } else { text }).expect("a file can be written");
    }
    let mut client = Client::ready(&folder);
    for (name, text, _) in case.files.iter().filter(|(_, _, open)| *open) {
        client.open(&uri(&folder.join(name)), text);
    }
    let mut out = String::new();
    for (method, extra) in &case.requests {
        let answer = if method == "diagnostics" {
            json!(client.published())
        } else {
            let mut params = Map::new();
            if let Some((name, places)) = &case.marked {
                params.insert("textDocument".into(), json!({ "uri": uri(&folder.join(name)) }));
                let position = |(line, character): &(usize, usize)| json!({ "line": line, "character": character });
                let places: Vec<Value> = places.iter().map(position).collect();
                let (first, last) = (places.first().cloned(), places.last().cloned());
                params.insert("position".into(), json!(first));
                params.insert("range".into(), json!({ "start": first, "end": last }));
            }
            params.extend(extra.clone());
            // `FOLDER` in a parameter stands for the folder of the case.
            let params = json!(params).to_string().replace("FOLDER", &uri(&folder));
            client.ask(method, serde_json::from_str(&params).expect("JSON"))
        };
        let text = serde_json::to_string_pretty(&short(answer)).expect("JSON");
        let _ = writeln!(out, "{method}\n{text}\n");
    }
    assert_eq!(client.end(), 0);
    out.replace(&uri(&folder), "").replace(&folder.display().to_string(), "")
}

/// Ranges as `2:4-2:9`, positions as `2:4`, lists of words on one line: what a reader can take in.
fn short(value: Value) -> Value {
    let place = |v: &Value| Some(format!("{}:{}", v.get("line")?, v.get("character")?));
    if let Value::Object(o) = &value {
        if o.len() == 2
            && let (Some(start), Some(end)) = (o.get("start").and_then(place), o.get("end").and_then(place))
        {
            return json!(format!("{start}-{end}"));
        }
        if o.len() == 2
            && let Some(at) = place(&value)
        {
            return json!(at);
        }
        if let (Some(Value::Array(items)), true) = (o.get("items"), o.contains_key("isIncomplete")) {
            return Value::Array(items.iter().map(suggestion).collect());
        }
        if let Some(Value::Array(data)) = o.get("data")
            && data.iter().all(Value::is_u64)
        {
            let rows = data.chunks(5).map(|row| {
                let row: Vec<String> = row.iter().map(Value::to_string).collect();
                json!(row.join(" "))
            });
            return rows.collect();
        }
    }
    match value {
        Value::Array(items) => items.into_iter().map(short).collect(),
        Value::Object(o) => Value::Object(o.into_iter().map(|(k, v)| (k, short(v))).collect()),
        other => other,
    }
}

/// One suggestion in a line.
fn suggestion(item: &Value) -> Value {
    let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut line = text("label");
    let new = item["textEdit"]["newText"].as_str().unwrap_or_default();
    if new != line {
        let _ = write!(line, " → {new:?}");
    }
    let detail = text("detail");
    if !detail.is_empty() {
        let _ = write!(line, " | {detail}");
    }
    if let Some(edit) = item.get("additionalTextEdits") {
        let _ = write!(line, " | also {}", edit[0]["newText"]);
    }
    json!(line)
}

#[test]
fn cases() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut paths: Vec<PathBuf> =
        fs::read_dir("tests/cases/lsp").expect("cases").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    let (mut wrong, mut wanted) = (String::new(), BTreeSet::new());
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "lsp")) {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let found = run(&name, &fs::read_to_string(path).expect("a case"));
        let snapshot = path.with_extension("snap");
        wanted.insert(snapshot.clone());
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        if expected == found {
            continue;
        }
        if bless {
            fs::write(&snapshot, found).expect("a snapshot can be written");
            continue;
        }
        let diff = TextDiff::from_lines(&expected, &found);
        let _ = writeln!(wrong, "{}", diff.unified_diff().header(&snapshot.display().to_string(), "what came out"));
    }
    for stray in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "snap") && !wanted.contains(*p)) {
        let _ = writeln!(wrong, "{} belongs to no case", stray.display());
    }
    assert!(!wanted.is_empty(), "no cases");
    assert!(wrong.is_empty(), "\n{wrong}\nif this is right: BLESS=1 cargo test --test suite");
}
