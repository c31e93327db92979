//! The policy of the language's description parses whole, and its parts are where they should be.

use trust_syntax::ast::{Clause, ClauseKind, ItemKind, TestLineKind};
use trust_syntax::parse;
use trust_syntax::span::FileId;

const POLICY: &str = include_str!("policy.trust");

fn clauses_of(block: &str) -> Vec<Clause> {
    let parsed = parse(FileId(0), POLICY);
    let found = parsed.module.items.into_iter().find_map(|item| match item.kind {
        ItemKind::Block(found) if found.name.text == block => Some(found.clauses),
        _ => None,
    });
    found.unwrap_or_default()
}

#[test]
fn the_policy_has_no_diagnostics() {
    let parsed = parse(FileId(0), POLICY);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    assert_eq!(parsed.module.items.len(), 16);
    assert!(!parsed.module.items.iter().any(|item| matches!(item.kind, ItemKind::Error)));
}

#[test]
fn docs_and_annotations_belong_to_what_is_below() {
    let parsed = parse(FileId(0), POLICY);
    let docs: Vec<_> =
        parsed.module.items.iter().filter_map(|item| item.doc.as_ref()).map(|doc| doc.value.as_str()).collect();
    assert_eq!(
        docs,
        [
            "Two enterprises exchange workload credentials under one shared rule set.",
            "An organisation that has signed the framework agreement.",
            "Who may issue workload credentials into the federation.",
            "A partner's workload calls our API with a credential of its own domain.",
            "No organisation issues without a contract, whatever else is true of it.",
        ]
    );
    let clauses = clauses_of("partner_call");
    let checked =
        clauses.iter().find(|clause| clause.name.as_ref().is_some_and(|name| name.text == "revocation_checked"));
    let doc = checked.and_then(|clause| clause.doc.as_ref()).map(|doc| doc.value.as_str());
    assert_eq!(doc, Some("Trust is accepted only after a revocation check of the last five minutes."));
    let annotated: usize = parsed.module.items.iter().map(|item| item.annotations.len()).sum();
    assert_eq!(annotated, 3);
}

#[test]
fn every_clause_is_there() {
    let names: Vec<String> = clauses_of("issuer")
        .iter()
        .map(|clause| clause.name.as_ref().map_or("-".to_string(), |name| name.text.to_string()))
        .collect();
    assert_eq!(
        names,
        [
            "-",
            "contract_in_force",
            "assured",
            "revokes_in_time",
            "revokes_fast",
            "-",
            "slow_revocation",
            "attestation",
            "attest_yearly",
            "attestation_late",
            "incident",
            "cleared",
            "contract_over"
        ]
    );
    assert!(matches!(
        clauses_of("issuer").last().map(|clause| &clause.kind),
        Some(ClauseKind::Trigger { when: Some(_), within: Some(_), .. })
    ));
}

#[test]
fn expectations_hold_their_outcomes() {
    let parsed = parse(FileId(0), POLICY);
    let lines: Vec<usize> = parsed
        .module
        .items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Test(test) => Some(test),
            _ => None,
        })
        .flat_map(|test| &test.lines)
        .filter_map(|line| match &line.kind {
            TestLineKind::Expect(expect) => Some(expect.outcomes.len()),
            _ => None,
        })
        .collect();
    assert_eq!(lines, [4, 1, 1]);
}

#[test]
fn a_let_belongs_to_its_block_however_its_parameters_are_broken() {
    let text = "relationship r(a: string,\n               b: string) {\n    let n = a == b\n    require same: n\n}\n";
    let parsed = parse(FileId(0), text);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    assert_eq!(parsed.module.items.len(), 1);
}
