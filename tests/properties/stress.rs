//! Hostile text: everything that is at hand, broken in every way, through check, format and decisions.
//!
//! A short run by default; `TRUSTC_STRESS=600` runs for that many seconds (build it with `--release` then, with
//! `CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=true` and `TRUSTC_OPTIMISED=1` to keep the assertions). Nothing may panic; what takes longer than
//! [`SLOW`] is told as a finding, what takes longer than [`HUNG`] ends the run with the text saved.

use std::fs;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use codespan_reporting::term::termcolor::Buffer;
use trustc::diag::{self, Part, Summary};
use trustc::loader::{PackageSource, SourceText};
use trustc::{driver, facts, fmt};

use super::text;
use crate::generate::rng::Rng;
use crate::generate::{Case, Hints};

/// Unoptimised code, beside other tests, takes a multiple.
const SLOW: Duration = Duration::from_secs(if cfg!(debug_assertions) && !OPTIMISED { 25 } else { 5 });
/// A long run is built with optimisation, and may keep its assertions.
const OPTIMISED: bool = option_env!("TRUSTC_OPTIMISED").is_some();
const HUNG: Duration = Duration::from_secs(60);

/// A text and the folder its `data` lies in.
struct Seedling {
    root: PathBuf,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All policies of the repository, those in its documents, and its requests.
fn corpus() -> (Vec<Seedling>, Vec<String>) {
    let (mut policies, mut requests) = (Vec::new(), Vec::new());
    for folder in ["examples", "stdlib", "tests/cases", "docs", "tests/conformance"] {
        gather(&root().join(folder), 0, &mut policies, &mut requests);
    }
    (policies, requests)
}

fn gather(folder: &Path, depth: usize, policies: &mut Vec<Seedling>, requests: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && depth < 6 {
            gather(&path, depth + 1, policies, requests);
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        match path.extension().and_then(|e| e.to_str()) {
            Some("trust") => policies.push(Seedling { root: folder.to_path_buf(), text }),
            Some("jsonl" | "json") => requests.extend(text.lines().map(str::to_owned).take(50)),
            Some("md") => {
                let blocks = text.split("```trust\n").skip(1).filter_map(|b| b.split("```").next());
                policies.extend(blocks.map(|b| Seedling { root: folder.to_path_buf(), text: b.to_owned() }));
            }
            _ => {}
        }
    }
}

/// One way to break a text.
fn broken(rng: &mut Rng, text: &str, other: &str) -> Vec<u8> {
    let mut out = text.to_owned();
    let accidents = if rng.chance(40) { 1 } else { rng.between(1, 4) };
    for _ in 0..accidents {
        out = match rng.below(12) {
            0..=6 => text::mutated(rng, &out),
            7 => spliced(rng, &out, other),
            8 => nested(rng, &out),
            9 => long(rng, &out),
            10 => cut(rng, &out).0.to_owned(),
            _ => out,
        };
        if out.len() > 400_000 {
            break;
        }
    }
    let mut bytes = out.into_bytes();
    if rng.chance(15) && !bytes.is_empty() {
        for _ in 0..rng.between(1, 8) {
            let at = rng.below(bytes.len());
            match rng.below(3) {
                0 => bytes[at] = rng.next() as u8,
                1 => bytes.insert(at, rng.next() as u8),
                _ => {
                    bytes.remove(at);
                    if bytes.is_empty() {
                        break;
                    }
                }
            }
        }
    }
    bytes
}

fn cut<'a>(rng: &mut Rng, text: &'a str) -> (&'a str, &'a str) {
    let mut at = rng.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.split_at(at)
}

fn spliced(rng: &mut Rng, text: &str, other: &str) -> String {
    let (head, _) = cut(rng, text);
    let (_, tail) = cut(rng, other);
    format!("{head}{tail}")
}

/// Brackets and operators, one inside the other, where an expression may stand.
fn nested(rng: &mut Rng, text: &str) -> String {
    let ways: &[(&str, &str)] = &[
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("not ", ""),
        ("-", ""),
        ("has ", ""),
        ("if true then ", " else false"),
        ("all x in [1]: ", ""),
        ("first(", ")"),
        ("match ", " {}"),
        ("list<", ">"),
        ("true and ", ""),
        ("true implies ", ""),
        ("", ".field"),
        ("", " with { id: 1 }"),
        ("", " otherwise 1"),
        ("", " == 1"),
    ];
    let count = [3, 40, 130, 2_000, 20_000][rng.below(5)];
    let (open, close) = ways[rng.below(ways.len())];
    let close = if rng.chance(70) { close } else { "" };
    let (head, tail) = match text.find(": ").filter(|_| rng.chance(80)) {
        Some(_) => {
            let places: Vec<usize> = text.match_indices(": ").map(|(at, _)| at + 2).collect();
            text.split_at(rng.pick(&places).copied().unwrap_or(0))
        }
        None => cut(rng, text),
    };
    format!("{head}{}true{}{tail}", open.repeat(count), close.repeat(count))
}

/// Something a great many times.
fn long(rng: &mut Rng, text: &str) -> String {
    let parts = text::tokens(text);
    let (head, tail) = cut(rng, text);
    let what = match rng.below(8) {
        0 => "a".repeat(60_000),
        1 => " ".repeat(60_000),
        2 => "\n".repeat(20_000),
        3 => "// remark\n".repeat(5_000),
        4 => "x, ".repeat(20_000),
        5 => "1 + ".repeat(20_000),
        6 => "\"".repeat(9_999),
        _ => rng.pick(&parts).copied().unwrap_or_default().repeat(3_000),
    };
    format!("{head}{what}{tail}")
}

#[derive(Default, Debug)]
struct Counts {
    texts: u64,
    accepted: u64,
    diagnostics: u64,
    requests: u64,
    bytes: u64,
    longest: Duration,
}

/// Everything the compiler does with a text.
fn put_through(rng: &mut Rng, root: &Path, bytes: &[u8], requests: &[String], counts: &mut Counts) {
    let shown = "case.trust".to_owned();
    let file = SourceText { name: shown.clone(), shown, bytes: bytes.to_vec() };
    let package = PackageSource { root: root.to_path_buf(), files: vec![file], manifest: None };
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = fmt::format(text);
    }
    counts.texts += 1;
    counts.bytes += bytes.len() as u64;
    let mut analysis = driver::analyse(&package);
    counts.diagnostics += analysis.diagnostics.len() as u64;
    diag::sort(&analysis.sources, &mut analysis.diagnostics);
    let part = Part { sources: &analysis.sources, diagnostics: &analysis.diagnostics };
    let summary = Summary::of(&[part], 1);
    let mut plain = Buffer::no_color();
    diag::text::write(&mut plain, part).expect("memory does not fail");
    let mut out = Vec::new();
    diag::json::write(&mut out, &[part], summary).expect("memory does not fail");
    diag::github::write(&mut out, &[part]).expect("memory does not fail");
    let Ok((program, _)) = analysis.checked() else { return };
    counts.accepted += 1;
    let source = String::from_utf8_lossy(bytes).into_owned();
    text::asked(rng, &source, &program, &Hints::default());
    for _ in 0..3 {
        let Some(line) = rng.pick(requests) else { return };
        let line = if rng.chance(70) { text::mutated(rng, line) } else { line.clone() };
        let _ = facts::read_request(&program, line.as_bytes(), Some(0), rng.chance(50));
        counts.requests += 1;
    }
}

/// Ends the whole run when one text takes too long.
fn watch(texts: &Receiver<Option<Vec<u8>>>) {
    let mut current: Option<Vec<u8>> = None;
    loop {
        match texts.recv_timeout(HUNG) {
            Ok(next) => current = next,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                let Some(bytes) = &current else { continue };
                let path = save(bytes, "hung");
                eprintln!("no end after {HUNG:?}: {}", path.display());
                std::process::abort();
            }
        }
    }
}

fn save(bytes: &[u8], why: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{why}-{:x}.trust", crc(bytes)));
    if let Ok(mut file) = fs::File::create(&path) {
        let _ = file.write_all(bytes);
    }
    path
}

fn crc(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn hostile_text_is_answered_soon_and_without_panic() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let seconds = number("TRUSTC_STRESS");
    let seed = number("TRUSTC_SEED").unwrap_or(0);
    let (mut policies, requests) = corpus();
    assert!(!policies.is_empty(), "the repository has policies");
    let (say, heard) = channel::<Option<Vec<u8>>>();
    let watcher = thread::spawn(move || watch(&heard));
    let mut rng = Rng::new(seed ^ 0x57e5);
    let mut counts = Counts::default();
    let mut findings: Vec<String> = Vec::new();
    let started = Instant::now();
    let most = if seconds.is_some() { u64::MAX } else { 250 };
    let end = Duration::from_secs(seconds.unwrap_or(8));
    while counts.texts < most && started.elapsed() < end && findings.len() < 20 {
        if rng.chance(10) {
            let case = Case::random(rng.next(), 3);
            let at = rng.below(policies.len());
            // The corpus stays; one in ten is a made one.
            if policies.len() < 2_000 {
                policies.push(Seedling { root: Case::root(), text: case.source });
            } else {
                policies[at] = Seedling { root: Case::root(), text: case.source };
            }
        }
        let (a, b) = (rng.below(policies.len()), rng.below(policies.len()));
        let bytes = broken(&mut rng, &policies[a].text, &policies[b].text);
        let _ = say.send(Some(bytes.clone()));
        let begun = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            put_through(&mut rng, &policies[a].root, &bytes, &requests, &mut counts);
        }));
        let _ = say.send(None);
        let took = begun.elapsed();
        counts.longest = counts.longest.max(took);
        if outcome.is_err() {
            findings.push(format!("panic: {}", save(&bytes, "panic").display()));
        } else if took > SLOW {
            findings.push(format!("{took:?}: {}", save(&bytes, "slow").display()));
        }
    }
    drop(say);
    let _ = watcher.join();
    println!("{counts:?} in {:?}", started.elapsed());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
