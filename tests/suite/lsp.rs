//! The language server, spoken to as an editor speaks to it.
//!
//! Cases are files `tests/cases/lsp/NAME.lsp`, with what must come back in `NAME.snap`:
//!
//! ```text
//! request textDocument/hover {"more": "params"}      (any number; `diagnostics` waits for findings)
//! --- policy.trust                                    (opened; on disk stands an empty file)
//! … `‸` is the cursor, `«` and `»` are the ends of a range …
//! --- other.trust disk                                (only on disk)
//! ```

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Map, Value, json};
use similar::TextDiff;
use trustc::lsp::{Options, serve};

/// A client with its server.
struct Client {
    connection: Connection,
    server: Option<JoinHandle<u8>>,
    next: i32,
    /// What the server said unasked.
    heard: Vec<Notification>,
}

impl Client {
    fn start(library: &Path) -> Client {
        let (server, connection) = Connection::memory();
        // 2026-01-15.
        let options = Options { library: Some(library.to_path_buf()), today: Some(|| 1_768_435_200_000_000) };
        let run = move || serve(server, options);
        let thread = thread::Builder::new().stack_size(64 << 20).spawn(run).expect("a thread");
        Client { connection, server: Some(thread), next: 0, heard: Vec::new() }
    }

    fn ready(folder: &Path) -> Client {
        let mut client = Client::start(&folder.join("library"));
        let root = uri(folder);
        client.ask("initialize", json!({ "capabilities": {}, "workspaceFolders": [{ "uri": root, "name": "root" }] }));
        client.tell("initialized", json!({}));
        client
    }

    fn tell(&self, method: &str, params: Value) {
        let message = Notification { method: method.into(), params };
        self.connection.sender.send(Message::Notification(message)).expect("the server listens");
    }

    fn open(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "trust", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn ask_whole(&mut self, method: &str, params: Value) -> Response {
        self.next += 1;
        let id = RequestId::from(self.next);
        let request = Request { id: id.clone(), method: method.into(), params };
        self.connection.sender.send(Message::Request(request)).expect("the server listens");
        loop {
            match self.hear() {
                Message::Response(response) if response.id == id => return response,
                Message::Notification(n) => self.heard.push(n),
                Message::Response(_) | Message::Request(_) => {}
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        match self.ask_whole(method, params).response_result {
            Ok(value) => value,
            Err(error) => json!({ "error": { "code": error.code, "message": error.message } }),
        }
    }

    fn hear(&self) -> Message {
        self.connection.receiver.recv_timeout(Duration::from_secs(60)).expect("an answer within a minute")
    }

    /// Everything published until now, the last of each document.
    fn published(&mut self) -> Vec<Value> {
        // An answer comes after everything that was published before it was asked for.
        thread::sleep(Duration::from_millis(1));
        self.ask("workspace/symbol", json!({ "query": "" }));
        while let Ok(message) = self.connection.receiver.recv_timeout(Duration::from_millis(300)) {
            if let Message::Notification(n) = message {
                self.heard.push(n);
            }
        }
        let mut last: Vec<Value> = Vec::new();
        for n in self.heard.iter().filter(|n| n.method == "textDocument/publishDiagnostics") {
            last.retain(|other| other.get("uri") != n.params.get("uri"));
            last.push(n.params.clone());
        }
        last.sort_by_key(|p| p["uri"].to_string());
        last
    }

    fn end(mut self) -> u8 {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.server.take().expect("a server").join().expect("the server does not panic")
    }
}

/// How many errors of the language, not lints, were published.
fn errors(published: &Value) -> usize {
    let all = published["diagnostics"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter(|d| d["code"].as_str().is_some_and(|code| code.starts_with('E'))).count()
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lsp").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder can be made");
    path
}

// ---- cases ----------------------------------------------------------------------------------------------

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

// ---- the protocol ---------------------------------------------------------------------------------------

fn code(response: Response) -> i32 {
    response.response_result.expect_err("a refusal").code
}

#[test]
fn the_life_of_a_server_is_that_of_the_protocol() {
    let folder = folder("life");
    let mut client = Client::start(&folder);
    assert_eq!(code(client.ask_whole("textDocument/hover", json!({}))), -32002, "before initialize");
    client.tell("textDocument/didOpen", json!({}));
    let answer = client.ask("initialize", json!({ "capabilities": {} }));
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
    client.tell("initialized", json!({}));
    assert_eq!(code(client.ask_whole("initialize", json!({ "capabilities": {} }))), -32600, "a second initialize");
    assert_eq!(code(client.ask_whole("textDocument/unheardOf", json!({}))), -32601);
    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(code(client.ask_whole("textDocument/hover", json!({}))), -32600, "after shutdown");
    client.tell("exit", Value::Null);
    assert_eq!(client.server.take().expect("a server").join().expect("no panic"), 0);

    let client = Client::start(&folder);
    client.tell("exit", Value::Null);
    assert_eq!(client.server.expect("a server").join().expect("no panic"), 1, "exit without shutdown");
}

const METHODS: &[&str] = &[
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/typeDefinition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/documentSymbol",
    "workspace/symbol",
    "textDocument/foldingRange",
    "textDocument/formatting",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/range",
    "textDocument/inlayHint",
    "textDocument/codeAction",
    "textDocument/codeLens",
    "codeLens/resolve",
    "workspace/executeCommand",
];

#[test]
fn bad_parameters_are_refused_and_nothing_breaks() {
    let folder = folder("bad");
    let mut client = Client::ready(&folder);
    let document = uri(&folder.join("a.trust"));
    client.open(&document, "participation p(a: string) {\n    require r: a == \"𝒳\" and (");
    for method in METHODS {
        for params in [Value::Null, json!([1, 2]), json!({ "textDocument": 3 }), json!("text")] {
            let found = client.ask_whole(method, params).response_result;
            assert_eq!(found.expect_err(method).code, -32602, "{method}");
        }
        // Well formed, of places and documents that are not there.
        for uri in [document.as_str(), "file:///nowhere/else.trust", "untitled:Untitled-1", "file:///%ff"] {
            for (line, character) in [(0, 0), (1, 24), (1, 99), (99, 0), (u32::MAX, u32::MAX)] {
                let at = json!({ "line": line, "character": character });
                let params = json!({
                    "textDocument": { "uri": uri }, "position": at, "range": { "start": at, "end": { "line": 0, "character": 0 } },
                    "context": { "includeDeclaration": true, "diagnostics": [] }, "newName": "b", "query": "",
                    "options": { "tabSize": 4, "insertSpaces": true }, "command": "trustc.runTest",
                    "arguments": [{ "uri": uri, "name": "x" }], "data": { "uri": uri, "name": "x" },
                });
                if let Err(error) = client.ask_whole(method, params).response_result {
                    assert_ne!(error.code, -32603, "{method}: {}", error.message);
                }
            }
        }
    }
    for method in
        ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "workspace/didChangeWatchedFiles"]
    {
        client.tell(method, json!({ "textDocument": [] }));
    }
    assert_eq!(client.end(), 0);
}

/// Every prefix of a policy, and every place in it, is answered.
#[test]
fn a_text_half_written_is_answered() {
    let folder = folder("half");
    let text = fs::read_to_string("examples/partner-federation/federation.trust").expect("an example");
    let document = uri(&folder.join("a.trust"));
    let mut client = Client::ready(&folder);
    client.open(&document, &text);
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    for end in ends.iter().step_by(41) {
        let prefix = &text[..*end];
        let change =
            json!({ "textDocument": { "uri": document, "version": end }, "contentChanges": [{ "text": prefix }] });
        client.tell("textDocument/didChange", change);
        let line = prefix.matches('\n').count();
        let character = prefix.rsplit('\n').next().unwrap_or("").encode_utf16().count();
        let at = json!({ "line": line, "character": character });
        for method in ["textDocument/completion", "textDocument/hover", "textDocument/signatureHelp"] {
            let found = client.ask_whole(method, json!({ "textDocument": { "uri": document }, "position": at }));
            assert!(found.response_result.is_ok(), "{method} at {end}");
        }
        for method in ["textDocument/semanticTokens/full", "textDocument/documentSymbol", "textDocument/codeLens"] {
            let found = client.ask_whole(method, json!({ "textDocument": { "uri": document } }));
            assert!(found.response_result.is_ok(), "{method} at {end}");
        }
    }
    assert_eq!(client.end(), 0);
}

/// Texts with parts torn out, asked everything everywhere: an answer or a refusal, never a fault.
#[test]
fn a_torn_text_breaks_nothing() {
    let folder = folder("torn");
    let text = fs::read_to_string("examples/partner-federation/federation.trust").expect("an example");
    let document = uri(&folder.join("a.trust"));
    let mut client = Client::ready(&folder);
    client.open(&document, &text);
    let mut seed: u64 = 7;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize % n.max(1)
    };
    for round in 0..60 {
        let mut torn = text.clone();
        for _ in 0..=below(3) {
            let start = below(torn.len());
            let end = (start + below(60)).min(torn.len());
            if torn.is_char_boundary(start) && torn.is_char_boundary(end) {
                torn.replace_range(start..end, ["", " {", ")", "𝒳", "\"", "require"][below(6)]);
            }
        }
        let change =
            json!({ "textDocument": { "uri": document, "version": round }, "contentChanges": [{ "text": torn }] });
        client.tell("textDocument/didChange", change);
        let lines = torn.lines().count();
        for method in METHODS {
            let at = json!({ "line": below(lines), "character": below(60) });
            let params = json!({
                "textDocument": { "uri": document }, "position": at, "range": { "start": { "line": 0, "character": 0 }, "end": at },
                "context": { "includeDeclaration": true, "diagnostics": [] }, "newName": "other", "query": "a",
                "options": { "tabSize": 4, "insertSpaces": true }, "command": "trustc.showCoverage",
                "arguments": [{ "uri": document, "name": "issuer" }], "data": { "uri": document, "name": "issuer" },
            });
            if let Err(error) = client.ask_whole(method, params).response_result {
                assert_ne!(error.code, -32603, "{method}: {}\n{torn}", error.message);
            }
        }
    }
    assert_eq!(client.end(), 0);
}

/// Whatever may be renamed can take a name that nothing has, wherever the cursor stands on it.
#[test]
fn every_name_of_a_policy_can_be_renamed() {
    let folder = folder("renaming");
    fs::copy("examples/partner-federation/approved_issuers.json", folder.join("approved_issuers.json")).expect("data");
    let text = fs::read_to_string("examples/partner-federation/federation.trust").expect("an example");
    let document = uri(&folder.join("a.trust"));
    let mut client = Client::ready(&folder);
    client.open(&document, &text);
    let mut renamed = 0;
    for (line, content) in text.lines().enumerate().step_by(3) {
        for (character, pair) in content.as_bytes().windows(2).enumerate() {
            if pair[0].is_ascii_alphanumeric() || !pair[1].is_ascii_alphabetic() {
                continue;
            }
            let at = json!({ "textDocument": { "uri": document }, "position": { "line": line, "character": character + 1 } });
            let Ok(Value::Object(found)) = client.ask_whole("textDocument/prepareRename", at.clone()).response_result
            else {
                continue;
            };
            let old = found["placeholder"].as_str().expect("a name");
            let mut params = at;
            let new = if old.starts_with(char::is_uppercase) { "Another" } else { "another" };
            params["newName"] = json!(new);
            let answer = client.ask_whole("textDocument/rename", params).response_result;
            let edits = answer.unwrap_or_else(|e| panic!("`{old}` in line {}: {}", line + 1, e.message));
            assert!(!edits["changes"][&document].as_array().expect("edits").is_empty());
            renamed += 1;
        }
    }
    assert!(renamed > 40, "{renamed}");
    assert_eq!(client.end(), 0);
}

#[test]
fn findings_follow_the_text_and_are_cleared() {
    let folder = folder("follow");
    let (a, b) = (uri(&folder.join("a.trust")), uri(&folder.join("b.trust")));
    fs::write(folder.join("b.trust"), "use a.Kind\nrecord R { kind: Kind }\n").expect("a file");
    let mut client = Client::ready(&folder);
    client.open(&a, "enum Kind { one, two }\n");
    let findings = |client: &mut Client| -> Vec<(String, usize)> {
        let published = client.published();
        published
            .iter()
            .map(|p| {
                (p["uri"].as_str().unwrap_or_default().to_owned(), p["diagnostics"].as_array().map_or(0, Vec::len))
            })
            .collect()
    };
    assert_eq!(findings(&mut client), [(a.clone(), 0)]);
    let range = json!({ "start": { "line": 0, "character": 5 }, "end": { "line": 0, "character": 9 } });
    let change = |version: i32, range: &Value, text: &str| json!({ "textDocument": { "uri": a, "version": version }, "contentChanges": [{ "range": range, "text": text }] });
    // The other module names what is gone: it has a finding though it is not open.
    client.tell("textDocument/didChange", change(2, &range, "Sort"));
    assert_eq!(findings(&mut client), [(a.clone(), 0), (b.clone(), 1)]);
    client.tell("textDocument/didChange", change(3, &range, "Kind"));
    assert_eq!(findings(&mut client), [(a.clone(), 0), (b.clone(), 0)]);
    // What is asked right after a change is answered for the text as it is then.
    client.tell("textDocument/didChange", change(4, &range, "Sort"));
    let symbols = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": a } }));
    assert_eq!(symbols[0]["name"], "Sort");
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": a } }));
    assert!(findings(&mut client).iter().all(|(_, n)| *n == 0));
    assert_eq!(client.end(), 0);
}

// ---- how quick it is ------------------------------------------------------------------------------------

/// A part of a package; `$` is its number.
const PART: &str = include_str!("../cases/lsp/part.txt");

/// A package of so many modules and about 5 000 lines.
fn large(folder: &Path, modules: usize) -> Vec<(String, String)> {
    let head = "framework large {\n    title \"Large\"\n    version \"1.0.0\"\n    authority \"x\"\n    effective 2026-01-01\n    review every 90d\n}\n";
    let uses = "\nuse std.controls.{nist_csf, owasp_nhi}\nuse std.duties.{attest, log_use}\n\
                use std.events.{CredentialCompromised, IncidentCleared, IncidentReported}\nuse std.time.fresh\n";
    let mut files = Vec::new();
    for n in 0..modules {
        let mut text = if n == 0 { head.to_owned() } else { String::new() };
        text.push_str(uses);
        if n > 0 {
            let _ = writeln!(text, "use m0.Partner_0_0\n");
        }
        let _ = writeln!(text, "define signed_{n}(p: Partner_0_0): bool = p.contract == active\n");
        for part in 0..62 / modules {
            text.push_str(&PART.replace('$', &format!("{n}_{part}")));
        }
        files.push((format!("m{n}.trust"), text));
    }
    for (name, text) in &files {
        fs::write(folder.join(name), text).expect("a file can be written");
    }
    files
}

/// Every request is answered on a large package; what it took is told, not judged. To measure:
/// `cargo test --release --test suite lsp::speed -- --nocapture`
#[test]
fn speed() {
    for modules in [10, 1] {
        let worst = measured(modules);
        println!("{modules} modules: the slowest answer took {worst:.1} ms of processor time");
    }
}

/// Milliseconds of processor time all threads of this process have had; nothing where the system does not say.
fn processor() -> Option<f64> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let time = |task: fs::DirEntry| -> Option<f64> {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    Some(tasks.flatten().filter_map(time).sum::<f64>() / 1_000_000.0)
}

/// Prints how long each request takes; the longest.
fn measured(modules: usize) -> f64 {
    let folder = folder("speed");
    let files = large(&folder, modules);
    let lines: usize = files.iter().map(|(_, text)| text.lines().count()).sum();
    let mut client = Client::ready(&folder);
    for (name, text) in &files {
        client.open(&uri(&folder.join(name)), text);
    }
    let clean = client.published().iter().all(|p| errors(p) == 0);
    assert!(clean, "the package has no errors");
    let n = modules / 2;
    let (name, text) = &files[n];
    let document = uri(&folder.join(name));
    let place = |needle: &str| {
        let at = text.find(needle).expect("the needle") + needle.len();
        let before = &text[..at];
        json!({ "line": before.matches('\n').count(), "character": before.rsplit('\n').next().unwrap_or("").len() })
    };
    let everything = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99999, "character": 0 } });
    let mut version = 1;
    println!("\n{lines} lines in {modules} modules, milliseconds of one processor:\n");
    println!("| request | right after a change, median | most | again, median | most |\n|---|---|---|---|---|");
    let mut worst: f64 = 0.0;
    let named = format!("require checked_{n}_3");
    let (field, dot) = (format!("own_{n}_3 = credential.iss"), format!("own_{n}_3 = credential."));
    let value = format!("{named}: ");
    let block = json!({ "uri": document, "name": format!("issuer_{n}_3") });
    for (method, needle, extra) in [
        ("textDocument/hover", named.as_str(), json!({})),
        ("textDocument/definition", field.as_str(), json!({})),
        ("textDocument/references", "define signed", json!({ "context": { "includeDeclaration": true } })),
        ("textDocument/prepareRename", "define signed", json!({})),
        ("textDocument/rename", "p: Part", json!({ "newName": "Other" })),
        ("textDocument/completion", dot.as_str(), json!({})),
        ("textDocument/completion", value.as_str(), json!({})),
        ("textDocument/signatureHelp", "log_use(", json!({})),
        ("textDocument/documentHighlight", field.as_str(), json!({})),
        ("textDocument/documentSymbol", "", json!({})),
        ("workspace/symbol", "", json!({ "query": "issuer" })),
        ("textDocument/foldingRange", "", json!({})),
        ("textDocument/semanticTokens/full", "", json!({})),
        ("textDocument/inlayHint", "", json!({ "range": everything })),
        ("textDocument/codeAction", "", json!({ "range": everything, "context": { "diagnostics": [] } })),
        ("textDocument/codeLens", "", json!({})),
        ("codeLens/resolve", "", json!({ "range": everything, "data": block })),
        ("textDocument/formatting", "", json!({ "options": { "tabSize": 4, "insertSpaces": true } })),
    ] {
        let mut params = json!({ "textDocument": { "uri": document }, "position": place(needle) });
        let all = params.as_object_mut().expect("an object");
        all.extend(extra.as_object().expect("an object").clone());
        let (mut changed, mut again) = (Vec::new(), Vec::new());
        // Figures are for release mode; else once is enough to see that all is answered.
        for _ in 0..if cfg!(debug_assertions) { 1 } else { 15 } {
            version += 1;
            // A letter more in a comment at the end, as if somebody typed.
            let text = format!("{text}// {}\n", "x".repeat(version % 7));
            let change = json!({ "textDocument": { "uri": document, "version": version }, "contentChanges": [{ "text": text }] });
            client.tell("textDocument/didChange", change);
            for times in [&mut changed, &mut again] {
                let (start, worked) = (std::time::Instant::now(), processor());
                let answer = client.ask_whole(method, params.clone()).response_result.expect(method);
                let waited = start.elapsed().as_secs_f64() * 1000.0;
                // On a machine that is busy with other work, what counts is the time this took of it.
                times.push(processor().zip(worked).map_or(waited, |(after, before)| waited.min(after - before)));
                assert!(!answer.is_null() || method == "textDocument/formatting", "{method} finds something");
            }
        }
        let summed = |times: &mut Vec<f64>| {
            times.sort_by(f64::total_cmp);
            (times[times.len() / 2], times[times.len() - 1])
        };
        let ((a, b), (c, d)) = (summed(&mut changed), summed(&mut again));
        worst = worst.max(b).max(d);
        println!("| `{method}` | {a:.1} | {b:.1} | {c:.1} | {d:.1} |");
    }
    assert_eq!(client.end(), 0);
    worst
}

// ---- the program ----------------------------------------------------------------------------------------

fn framed(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn unframed(input: &mut impl BufRead) -> Value {
    let mut length = 0;
    loop {
        let mut line = String::new();
        input.read_line(&mut line).expect("a header");
        match line.trim().split_once(": ") {
            Some((_, n)) => length = n.parse().expect("a length"),
            None => break,
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

#[test]
fn the_program_serves_on_its_standard_streams() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_trustc"))
        .args(["lsp", "--stdio"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut say = |message: &[u8]| input.write_all(message).expect("it listens");
    say(&framed(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } })));
    assert_eq!(unframed(&mut output)["result"]["serverInfo"]["name"], "trustc");
    say(&framed(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} })));
    say(b"Content-Length: 9\r\n\r\nno JSON {");
    assert_eq!(unframed(&mut output)["error"]["code"], -32700);
    let document = json!({ "uri": "untitled:a", "languageId": "trust", "version": 1, "text": "enum E { }" });
    say(&framed(
        &json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }),
    ));
    let published = unframed(&mut output);
    assert_eq!(published["params"]["diagnostics"][0]["code"], "E0313");
    say(&framed(&json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" })));
    assert_eq!(unframed(&mut output)["result"], Value::Null);
    say(&framed(&json!({ "jsonrpc": "2.0", "method": "exit" })));
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
