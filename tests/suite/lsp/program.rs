//! The program on its standard streams.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

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
