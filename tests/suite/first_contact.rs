//! First contact: a new package, records from what people have, completions and manual pages.
//!
//! In: the built binary. Out: what it makes is clean, and nothing that exists is written over.

use std::fs;

use serde_json::{Value, json};

use crate::cli::Folder;

#[test]
fn a_new_package_checks_tests_and_answers() {
    let folder = Folder::new("new");
    let made = folder.run(&["new", "Partner-Rules"]).code(0).err("made the package `partner_rules`");
    assert_eq!(made.out.lines().count(), 6);
    for line in made.out.lines() {
        let text = fs::read_to_string(folder.0.join(line)).expect("the file is there");
        assert!(!text.contains("my_framework"), "{line}");
    }
    folder.run(&["check", "Partner-Rules"]).code(0).out("no findings in 2 files");
    folder.run(&["fmt", "--check", "Partner-Rules"]).code(0).no_out();
    let tested = ["test", "Partner-Rules", "--coverage", "--min-coverage", "100"];
    folder.run(&tested).code(0).out("(100%)").out("2 invariants held");
    let answered = folder.run(&["eval", "Partner-Rules", "--requests", "Partner-Rules/requests.jsonl"]).code(0);
    let answers: Vec<Value> = answered.out.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let seen: Vec<_> = answers.iter().map(|a| a["effect"].as_str().or(a["standing"].as_str())).collect();
    assert_eq!(seen, [Some("permit"), Some("permit"), Some("deny"), Some("revoked")]);
    assert_eq!(answers[0]["policy"]["package"], "partner_rules");
    let facts = ["--block", "partner", "--facts", "Partner-Rules/facts.json", "--now", "2026-03-01", "--explain"];
    folder.run(&[&["eval", "Partner-Rules"], &facts[..]].concat()).code(0).out("DENY  partner").out("revokes_in_time");
}

#[test]
fn a_new_package_takes_no_ones_place() {
    let folder = Folder::new("new_refused");
    folder.file("here/policy.trust", "mine");
    folder.run(&["new", "here"]).code(2).err("exists already").no_out();
    assert_eq!(fs::read_to_string(folder.0.join("here/policy.trust")).expect("text"), "mine");
    folder.run(&["new", "no/such/place"]).code(2).err("cannot write no/such/place: there is no such file or folder");
    for wrong in ["2fa", "record", "..", "a b/é"] {
        folder.run(&["new", wrong]).code(2).err("partner_federation").no_out();
    }
    // Names of the policy's own are free for the framework.
    for name in ["partner", "policy", "tests", "std"] {
        folder.run(&["new", name]).code(0);
        folder.run(&["check", name]).code(0);
    }
}

#[test]
fn sample_facts_become_records_that_read_them() {
    let folder = Folder::new("import");
    folder.run(&["new", "mine"]).code(0);
    let module = folder.run(&["import", "json-sample", "mine/facts.json"]).code(0);
    assert!(module.err.is_empty());
    let block = "\nparticipation p(f: Facts) {\n    require quick: f.p.revocation_time <= 1h\n}\n";
    folder.file("imported.trust", &format!("{}{block}", module.out));
    let facts: Value =
        serde_json::from_str(&fs::read_to_string(folder.0.join("mine/facts.json")).expect("facts")).expect("JSON");
    let words = ["eval", "imported.trust", "--block", "p", "--facts", "-", "--now", "2026-03-01"];
    folder.fed(&words, json!({ "f": facts }).to_string().as_bytes()).code(0).out(r#""reasons":["quick"]"#);
    folder.fed(&["import", "json-sample", "-", "--name", "call"], br#"{"a":1}"#).code(0).out("record Call {");
    folder.file("partner.schema.json", r#"{"properties":{"id":{"type":"string"}}}"#);
    folder.run(&["import", "json-schema", "partner.schema.json"]).code(0).out("record Partner {");
    folder.fed(&["import", "json-schema", "-"], b"[").code(2).err("standard input: this is no JSON").no_out();
    folder.fed(&["import", "json-sample", "-"], b"\xff").code(2).err("UTF-8").no_out();
    folder.run(&["import", "json-sample", "absent"]).code(2).err("absent").no_out();
    folder.run(&["import"]).code(2).err("json-schema");
}

#[test]
fn shells_and_manuals_know_the_commands() {
    let folder = Folder::new("manual");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        folder.run(&["completions", shell]).code(0).out("json-sample").out("min-coverage");
    }
    folder.run(&["completions", "tcsh"]).code(2).err("fish");
    folder.run(&["man"]).code(0).out(".TH trustc 1").out("trustc\\-check(1)");
    let made = folder.run(&["man", "-o", "man/man1"]).code(0);
    assert!(made.out.lines().any(|line| line.ends_with("trustc-check.1")), "{}", made.out);
    for line in made.out.lines() {
        let page = fs::read_to_string(folder.0.join(line)).expect("a page");
        assert!(page.contains(".SH SYNOPSIS"), "{line}");
    }
}
