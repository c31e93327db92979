//! How quick it is on large packages.

use super::{Client, errors, folder, uri};
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A part of a package; `$` is its number.
const PART: &str = include_str!("../../cases/lsp/part.txt");

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
