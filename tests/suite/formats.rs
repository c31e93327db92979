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

/// Blocks of every kind of clause: some seen both ways, some one way, some never.
const HALF_TESTED: &str = r#"
record Visit { name: string, badge: string?, ends: instant, seen: instant, escorted: bool }

event ThrownOut { name: string }

duty log(name: string)

/// Who may come in <today & tomorrow>.
participation visitor(visit: Visit) {
    key visit.name
    require has_badge: has visit.badge
    require named: visit.name != ""
        and visit.name != "nobody"
    deny left: visit.escorted
    expires over: visit.ends
    ttl seen: 1h from visit.seen
    oblige tell: log(visit.name) within 1h when visit.escorted
    suspend thrown_out: on ThrownOut as t when t.name == visit.name
}

/// Asked by no test.
participation guest(name: string) {
    require named: name != ""
}

let ada = Visit { name: "ada", badge: "7", ends: 2026-03-02, seen: 2026-03-01, escorted: false }

test "a badge" {
    at 2026-03-01
    expect visitor(ada): permit
    expect visitor(ada with { badge: none }): deny because has_badge
}
"#;

fn half_tested(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.file("policies/half tested.trust", HALF_TESTED);
    folder
}

#[test]
fn coverage_in_text_shows_what_was_never_seen() {
    let ran = half_tested("coverage_text").run(&["test", "policies", "--coverage"]).code(0);
    let wanted = "\
not seen by any test:
  policies/half tested.trust:12: visitor.named never failed
    12 │ require named: visit.name != \"\"
    13 │     and visit.name != \"nobody\"
  policies/half tested.trust:14: visitor.left never denied
    14 │ deny left: visit.escorted
  policies/half tested.trust:15: visitor.over never expired
    15 │ expires over: visit.ends
  policies/half tested.trust:16: visitor.seen was never out of date
    16 │ ttl seen: 1h from visit.seen
  policies/half tested.trust:17: visitor.tell never applied
    17 │ oblige tell: log(visit.name) within 1h when visit.escorted
  policies/half tested.trust:18: visitor.thrown_out was never given an event
    18 │ suspend thrown_out: on ThrownOut as t when t.name == visit.name
  policies/half tested.trust:23: guest.named was never asked
    23 │ require named: name != \"\"
coverage: 7 of 16 ways (43%)
1 test, 1 passed
";
    assert_eq!(ran.out, wanted);
}

#[test]
fn lcov_is_what_its_readers_expect() {
    let folder = half_tested("coverage_lcov");
    let words = ["test", "policies", "--coverage", "--coverage-format", "lcov", "--coverage-output", "lcov.info"];
    folder.run(&words).code(0).out("coverage: 7 of 16 ways (43%)");
    let text = fs::read_to_string(folder.0.join("lcov.info")).expect("the tracefile");
    let mut lines = text.lines();
    assert_eq!((lines.next(), lines.next()), (Some("TN:"), Some("SF:policies/half tested.trust")));
    let numbers = |key: &str| -> Vec<Vec<String>> {
        let of = |l: &str| l.strip_prefix(key).map(|rest| rest.split(',').map(str::to_owned).collect());
        text.lines().filter_map(of).collect()
    };
    let one = |key: &str| numbers(key)[0][0].parse::<usize>().expect("a number");
    let count =
        |key: &str, at: usize, value: &dyn Fn(&str) -> bool| numbers(key).iter().filter(|n| value(&n[at])).count();
    // Each total says what the lines above it say.
    assert_eq!(one("FNF:"), count("FN:", 1, &|_| true));
    assert_eq!((one("FNF:"), one("FNH:")), (2, count("FNDA:", 0, &|n| n != "0")));
    assert_eq!((one("LF:"), one("LH:")), (count("DA:", 1, &|_| true), count("DA:", 1, &|n| n != "0")));
    assert_eq!((one("BRF:"), one("BRH:")), (16, 7));
    assert_eq!((16, 7), (count("BRDA:", 3, &|_| true), count("BRDA:", 3, &|n| n != "0" && n != "-")));
    // Every branch stands on a line that is counted; of what was never asked no branch is known.
    let counted: Vec<String> = numbers("DA:").into_iter().map(|n| n[0].clone()).collect();
    assert!(numbers("BRDA:").iter().all(|n| n.len() == 4 && counted.contains(&n[0])));
    assert!(text.contains("DA:13,1\n") && text.contains("DA:23,0\n") && text.contains("BRDA:23,0,0,-\n"), "{text}");
    assert!(text.ends_with("end_of_record\n"));
    folder.run(&words[..5]).code(2).err("--coverage-output");
    folder.run(&["test", "policies", "--coverage-format", "lcov", "--coverage-output", "x"]).code(2).err("--coverage");
    folder.run(&["test", "policies", "--coverage", "--coverage-format", "lcov", "--coverage-output", "-"]).code(2);
    folder
        .run(&["test", "policies", "--coverage", "--coverage-format", "lcov", "--coverage-output", "no/x"])
        .code(2)
        .err("cannot write");
}

/// What `coverage-04.dtd` demands: an element, its attributes (all required but those of `line` after the second), the
/// elements it must hold in order, and the one it may hold any number of.
const DTD: &[(&str, &[&str], &[&str], &str)] = &[
    (
        "coverage",
        &[
            "line-rate",
            "branch-rate",
            "lines-covered",
            "lines-valid",
            "branches-covered",
            "branches-valid",
            "complexity",
            "version",
            "timestamp",
        ],
        &["sources", "packages"],
        "",
    ),
    ("sources", &[], &[], "source"),
    ("source", &[], &[], ""),
    ("packages", &[], &[], "package"),
    ("package", &["name", "line-rate", "branch-rate", "complexity"], &["classes"], ""),
    ("classes", &[], &[], "class"),
    ("class", &["name", "filename", "line-rate", "branch-rate", "complexity"], &["methods", "lines"], ""),
    ("methods", &[], &[], "method"),
    ("method", &["name", "signature", "line-rate", "branch-rate", "complexity"], &["lines"], ""),
    ("lines", &[], &[], "line"),
    ("line", &["number", "hits", "branch", "condition-coverage"], &[], "conditions"),
    ("conditions", &[], &[], "condition"),
    ("condition", &["number", "type", "coverage"], &[], ""),
];

#[test]
fn cobertura_follows_its_dtd() {
    let folder = half_tested("coverage_cobertura");
    folder.file("policies/second.trust", "participation p(a: bool) {\n    require a: a\n}\n");
    let out = "coverage.xml";
    let words = ["test", "policies", "--coverage", "--coverage-format", "cobertura", "--coverage-output", out];
    folder.run(&words).code(0);
    let text = fs::read_to_string(folder.0.join(out)).expect("the report");
    let document = roxmltree::Document::parse(&text).expect("XML");
    let mut seen = std::collections::BTreeSet::new();
    for node in document.descendants().filter(|n| n.is_element()) {
        let name = node.tag_name().name();
        let (_, attributes, fixed, repeated) = DTD.iter().find(|(n, ..)| *n == name).expect("an element of the DTD");
        seen.insert(name);
        let optional = if name == "line" { 2 } else { attributes.len() };
        assert!(attributes.iter().take(optional).all(|a| node.has_attribute(*a)), "{node:?}");
        assert!(node.attributes().all(|a| attributes.contains(&a.name())), "{node:?}");
        let children: Vec<&str> = node.children().filter(|n| n.is_element()).map(|n| n.tag_name().name()).collect();
        if fixed.is_empty() {
            assert!(children.iter().all(|c| c == repeated), "{node:?}");
        } else {
            assert_eq!(children, *fixed, "{node:?}");
        }
    }
    assert_eq!(seen.len(), DTD.len());
    let root = document.root_element();
    assert_eq!((root.attribute("branches-covered"), root.attribute("branches-valid")), (Some("7"), Some("18")));
    let files: Vec<_> = document.descendants().filter_map(|n| n.attribute("filename")).collect();
    assert_eq!(files, ["policies/half tested.trust", "policies/second.trust"]);
    assert!(
        text.contains("<line number=\"12\" hits=\"1\" branch=\"true\" condition-coverage=\"50% (1/2)\">"),
        "{text}"
    );
}
