//! What CI reads: SARIF and coverage reports, held against what their readers demand.
//!
//! In: the built binary and published schemas. Out: a report that a reader would refuse fails here.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::Folder;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[track_caller]
fn valid(schema: &jsonschema::Validator, document: &Value) {
    let wrong: Vec<String> =
        schema.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn sarif_schema() -> jsonschema::Validator {
    let text = fs::read_to_string(root().join("tests/schemas/sarif-2.1.0.json")).expect("the schema");
    // The published pattern of a language has a `]` that opens nowhere, which strict readers of patterns refuse.
    let mended = text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    jsonschema::options().should_validate_formats(true).build(&parsed(&mended)).expect("a schema")
}

/// Every broken policy of the suite that has a file of its own.
fn broken() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(root().join("tests/cases/check"))
        .expect("the cases")
        .map(|e| e.expect("a case").path())
        .filter(|p| p.extension().is_some_and(|e| e == "trust"))
        .collect();
    all.sort();
    all
}

#[test]
fn sarif_follows_its_schema_and_points_into_the_text() {
    let folder = Folder::new("sarif");
    let schema = sarif_schema();
    let cases = broken();
    assert!(cases.len() > 40, "only {} cases", cases.len());
    let mut results = 0;
    for case in cases {
        let text = fs::read_to_string(&case).expect("text");
        folder.file("policies/a policy.trust", &text);
        let ran = folder.run(&["check", "./policies", "--format", "sarif"]);
        assert_eq!(ran.err, "");
        let document = parsed(&ran.out);
        valid(&schema, &document);
        let run = &document["runs"][0];
        for result in run["results"].as_array().expect("results") {
            results += 1;
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "policies/a%20policy.trust");
            assert!(
                run["originalUriBaseIds"][place["artifactLocation"]["uriBaseId"].as_str().expect("a base")].is_object()
            );
            inside(&text, &place["region"]);
        }
    }
    assert!(results > 60, "only {results} results");
}

/// The region's ends are places of the text, in UTF-16 code units.
#[track_caller]
fn inside(text: &str, region: &Value) {
    let lines: Vec<&str> = text.split('\n').collect();
    let at = |line: &str, column: &str| {
        let (line, column) = (region[line].as_u64().expect("a line"), region[column].as_u64().expect("a column"));
        let units = lines.get(line as usize - 1).expect("a line of the text").encode_utf16().count() as u64;
        assert!((1..=units + 1).contains(&column), "{region}");
        (line, column)
    };
    assert!(at("startLine", "startColumn") <= at("endLine", "endColumn"));
}

#[test]
fn sarif_of_a_clean_run_is_a_run_without_results() {
    let folder = Folder::new("sarif_clean");
    folder.file("a.trust", "define yes(): bool = true\n");
    let ran = folder.run(&["check", "a.trust", "--format", "sarif"]).code(0);
    let document = parsed(&ran.out);
    valid(&sarif_schema(), &document);
    assert_eq!(document["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn an_absolute_path_below_the_start_is_written_relative() {
    let folder = Folder::new("sarif_absolute");
    folder.file("a.trust", "record A {\n    id string\n}\n");
    let path: &Path = &folder.0.join("a.trust");
    let ran = folder.run(&["check", path.to_str().expect("text"), "--format", "sarif"]).code(1);
    let place = &parsed(&ran.out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "a.trust");
}
