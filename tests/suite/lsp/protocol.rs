//! The life of a server, and what a client may do to it.

use super::{Client, folder, uri};
use lsp_server::Response;
use serde_json::{Value, json};
use std::fs;

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
