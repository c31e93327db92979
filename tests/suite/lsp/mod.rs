//! The language server, spoken to as an editor speaks to it: a client, and what it asks, a file a topic.

mod cases;
mod program;
mod protocol;
mod speed;

use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;
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
