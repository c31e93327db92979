//! The script of `docs/ci.md`: reports are there whatever is found, and the worst step counts.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::cli::Folder;

const REPORTS: [&str; 5] = ["cobertura.xml", "code-quality.json", "junit.xml", "lcov.info", "trustc.sarif"];

fn policies(folder: &Folder, github: bool, words: &[&str]) -> (Option<i32>, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci/policies.sh");
    let mut command = Command::new("bash");
    command.arg(script).args(words).current_dir(&folder.0);
    command.env("TRUSTC", env!("CARGO_BIN_EXE_trustc")).env("REPORTS", "out").env("MIN_COVERAGE", "100");
    command.env("GITHUB_ACTIONS", if github { "true" } else { "" });
    let Output { status, stdout, .. } = command.output().expect("bash starts");
    (status.code(), String::from_utf8(stdout).expect("text"))
}

fn report(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.0.join("out").join(name)).expect("a report")
}

#[test]
fn a_clean_package_passes_and_leaves_reports() {
    let folder = Folder::new("ci_clean");
    folder.run(&["new", "rules"]).code(0);
    let (code, out) = policies(&folder, false, &[]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("coverage: 32 of 32 ways (100%)"), "{out}");
    assert!(REPORTS.iter().all(|name| !report(&folder, name).is_empty()));
    assert_eq!(report(&folder, "code-quality.json"), "[]\n");
}

#[test]
fn findings_fail_and_are_reported() {
    let folder = Folder::new("ci_broken");
    folder.run(&["new", "rules"]).code(0);
    folder.file("more/a.trust", "record A {\n    id string\n}\n");
    let (code, out) = policies(&folder, true, &["rules", "more"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("::error file=more/a.trust,line=2,"), "{out}");
    let quality: Value = serde_json::from_str(&report(&folder, "code-quality.json")).expect("JSON");
    let issue = &quality[0];
    assert_eq!(issue["location"]["path"], "more/a.trust");
    assert_eq!((&issue["location"]["lines"]["begin"], &issue["severity"]), (&2.into(), &"major".into()));
    let sarif: Value = serde_json::from_str(&report(&folder, "trustc.sarif")).expect("JSON");
    let fingerprint = &sarif["runs"][0]["results"][0]["partialFingerprints"]["trustcFinding/v1"];
    assert_eq!(&issue["fingerprint"], fingerprint);
    let (code, _) = policies(&folder, false, &["absent"]);
    assert_eq!(code, Some(2));
}
