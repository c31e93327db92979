//! Timelines: what `eval --timeline` says of the cases in `tests/cases/timeline`, and that every step is what the oracle
//! decides.

use std::fs;
use std::path::Path;
use std::process::Command;

use trustc::decision::Decision;
use trustc::driver::analyse_path;
use trustc::facts::{Request, read_request};
use trustc::interp::{Oracle, Prior};
use trustc::timeline::{MOST, follow};

use crate::cases::{checked, hold, read};

const DAY: i64 = 86_400_000_000;

#[test]
fn cases() {
    hold("timeline", "timeline", |case| {
        let mut out = String::new();
        for line in read(&case.with_extension("requests.jsonl")).lines() {
            let request: serde_json::Value = serde_json::from_str(line).expect("a request is JSON");
            let text = |key: &str| request.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
            let facts = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("timeline-{}.json", text("id")));
            fs::write(&facts, request["args"].to_string()).expect("a file can be written");
            let mut command = Command::new(env!("CARGO_BIN_EXE_trustc"));
            command.arg("eval").arg(case).args(["--block", &text("block"), "--now", &text("now"), "--timeline", "90d"]);
            command.arg("--facts").arg(&facts).env("NO_COLOR", "1");
            if let Some(prior) = request.get("prior").and_then(|p| p.as_array()) {
                let names: Vec<&str> = prior.iter().filter_map(|name| name.as_str()).collect();
                command.args(["--prior", &names.join(",")]);
            }
            let said = command.output().expect("the program runs");
            out.push_str(&format!("==== {}\n", text("id")));
            out.push_str(&String::from_utf8_lossy(&said.stdout));
            out.push_str(&String::from_utf8_lossy(&said.stderr));
            out.push('\n');
        }
        out
    });
}

/// What a step says of itself; how long one answer may be kept is not part of it.
fn shown(decision: &Decision) -> Decision {
    Decision { valid_until: None, ..decision.clone() }
}

#[test]
fn every_step_is_what_the_oracle_decides_in_it() {
    let mut seen = 0;
    for entry in fs::read_dir("examples").expect("the examples are there") {
        let folder = entry.expect("an entry can be read").path();
        let Ok(requests) = fs::read_to_string(folder.join("requests.jsonl")) else { continue };
        let (program, _) = analyse_path(&folder).expect("an example").checked().expect("an example has no error");
        let oracle = Oracle::new(&program);
        for line in requests.lines() {
            let request = read_request(&program, line.as_bytes(), None, false);
            let Ok(Request::Decide { block, args, prior, now, .. }) = request else { continue };
            let prior = Prior::Triggers(prior);
            let found = follow(&program, &oracle, block, &args, &prior, now, 30 * DAY);
            assert_eq!(found.steps.first().map(|s| s.from), Some(now), "{line}");
            assert_eq!(found.stopped, None, "{line}");
            for (i, step) in found.steps.iter().enumerate() {
                let end = step.until.unwrap_or(now + 60 * DAY);
                for at in [step.from, step.from + (end - step.from) / 2, end - 1] {
                    let decision = oracle.decide(block, &args, &prior, at);
                    assert_eq!(shown(&decision), shown(&step.decision), "at {at} of {line}");
                }
                match found.steps.get(i + 1) {
                    Some(next) => assert_eq!(Some(next.from), step.until, "{line}"),
                    None => assert!(step.until.is_none_or(|until| until > found.to), "{line}"),
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 200, "only {seen} steps were looked at");
}

#[test]
fn a_timeline_of_many_changes_stops_and_says_so() {
    let (program, _) = checked(Path::new("tests/cases/timeline/many.trust")).expect("a case without errors");
    let oracle = Oracle::new(&program);
    let line = read(Path::new("tests/cases/timeline/many.requests.jsonl"));
    // More instants than are looked at.
    let starts: Vec<String> = (0..2000).map(|i| format!("\"{}s\"", i + 1)).collect();
    let line = line.lines().next().expect("a request").replace("\"1m\"", &starts[..1024].join(","));
    let request = read_request(&program, line.as_bytes(), None, false).expect("a request");
    let Request::Decide { block, args, prior, now, .. } = request else { panic!("a decision") };
    let found = follow(&program, &oracle, block, &args, &Prior::Triggers(prior), now, DAY);
    assert_eq!(found.steps.len(), MOST);
    assert_eq!(found.stopped, found.steps.last().and_then(|step| step.until));
}
