//! Whole packages from text: what passes, what fails and how it is told, what is searched and counted.

use std::collections::BTreeSet;
use std::path::Path;

use super::{CASES, Engine, Options, Part, Report, json, junit, run, run_against, text};
use crate::decision::{Decision, Reaction};
use crate::driver::analyse;
use crate::interp::Prior;
use crate::loader::from_text;
use crate::program::ty::RecordId;
use crate::program::value::Value;
use crate::program::{BlockId, ClauseId};
use crate::source::SourceMap;

const POLICY: &str = r#"
use std.assurance.Assurance
use std.duties.{attest, log_use}
use std.events.{ContractEnded, IncidentCleared, IncidentReported}
use std.time.fresh

enum  ContractStatus { negotiating, active, ended }
scale Tier { bronze < silver < gold }

record Partner {
    id: string
    contract: ContractStatus
    assurance: Assurance
    revocation_time: duration
    last_attested: instant
    standing: Standing
}

/// Who may issue.
participation issuer(partner: Partner) {
    key partner.id
    /// The framework agreement is in force.
    require contract_in_force: partner.contract == active
    require assured: partner.assurance >= substantial
    /// An issuer can revoke within an hour.
    require revokes_in_time: partner.revocation_time <= 1h
    recommend revokes_fast: partner.revocation_time <= 15m
    grade Tier from gold
    cap   slow_revocation: silver when partner.revocation_time > 15m
    ttl    attestation:   365d from partner.last_attested
    oblige attest_yearly: attest(partner.id) due partner.last_attested + 335d
    suspend   attestation_late: when overdue(attest_yearly)
    suspend   incident: on IncidentReported as i when i.party == partner.id
    reinstate cleared:  on IncidentCleared  as c when c.party == partner.id lifts incident
    revoke    contract_over: on ContractEnded as e when e.party == partner.id within 24h of e.ended_at
}

let acme = Partner { id: "acme", contract: active, assurance: high, revocation_time: 10m,
                     last_attested: 2026-02-01, standing: active }
"#;

const TEST: &str = r#"
test "slow revocation keeps an issuer out" {
    at 2026-03-01
    expect issuer(acme): permit, grade gold, obliges attest_yearly due 2027-01-02,
                         valid until 2027-01-02T00:00:00.000001Z
    expect issuer(acme with { revocation_time: 2h }): deny because revokes_in_time
    expect issuer(acme) on ContractEnded { party: "acme", ended_at: 2026-02-28 }:
        revoke because contract_over by 2026-03-01
    expect issuer(acme) on ContractEnded { party: "other", ended_at: 2026-02-28 }: none, standing active
    expect issuer(acme, prior: {incident}) on IncidentCleared { party: "acme" }: reinstate, standing active
}
"#;

fn checked(source: &str) -> (crate::program::Checked, SourceMap) {
    let analysis = analyse(&from_text("policy.trust", Path::new("."), source));
    let found: Vec<_> =
        analysis.diagnostics.iter().map(|d| format!("{}: {} {:?}", d.code, d.message, d.help)).collect();
    analysis.checked().unwrap_or_else(|_| panic!("{found:#?}\n{source}"))
}

fn run_with(source: &str, options: &Options) -> (Report, SourceMap) {
    let (program, sources) = checked(source);
    (run(&program, &sources, options), sources)
}

fn report(source: &str) -> Report {
    run_with(source, &Options { coverage: true, ..Options::default() }).0
}

/// Messages and notes of everything found.
fn told(report: &Report) -> Vec<String> {
    report.diagnostics().iter().map(|d| d.message.clone()).collect()
}

fn test_of(body: &str) -> Report {
    report(&format!("{POLICY}\ntest \"t\" {{\n at 2026-03-01\n{body}\n}}\n"))
}

#[test]
fn the_whole_policy_passes() {
    let report = report(&format!("{POLICY}{TEST}"));
    assert_eq!(told(&report), Vec::<String>::new());
    assert!(report.passed() && !report.is_empty());
    assert_eq!(text::summary(&report), "1 test, 1 passed");
}

#[test]
fn a_reason_too_few_or_too_many_is_a_failure() {
    let slow = "issuer(acme with { revocation_time: 2h, contract: ended })";
    let found = test_of(&format!("expect {slow}: deny because revokes_in_time"));
    assert_eq!(
        told(&found),
        ["expected deny because `revokes_in_time`, found deny because `contract_in_force` and `revokes_in_time`"]
    );
    let failure = found.diagnostics()[0];
    let labels: Vec<&str> = failure.labels.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(
        labels,
        ["does not hold: The framework agreement is in force.", "does not hold: An issuer can revoke within an hour."]
    );
    assert!(failure.notes[0].starts_with("at 2026-03-01: deny because"), "{:?}", failure.notes);
    // The order in which they are listed is free.
    let order = test_of(&format!("expect {slow}: deny because revokes_in_time and contract_in_force"));
    assert!(order.passed());
    let many = test_of("expect issuer(acme with { contract: ended }): deny because contract_in_force and assured");
    assert_eq!(many.failed_tests(), 1);
    assert!(test_of(&format!("expect {slow}: deny")).passed());
}

#[test]
fn each_outcome_tells_what_came() {
    let found = test_of(
        "expect issuer(acme with { revocation_time: 20m }): deny, grade gold, standing suspended,
            valid until 2027-01-02, obliges attest_yearly due 2027-01-01, advises revokes_fast
         expect issuer(acme): advises revokes_fast
         expect acme.revocation_time > 1h",
    );
    assert_eq!(
        told(&found),
        [
            "expected deny, found permit",
            "expected grade `gold`, found `silver`",
            "expected standing `suspended`, found `active`",
            "expected valid until 2027-01-02, found valid until 2027-01-02T00:00:00.000001Z",
            "expected obligation `attest_yearly` due 2027-01-01, found due 2027-01-02",
            "expected advice `revokes_fast`, found no advice",
            "the condition does not hold",
        ]
    );
}

#[test]
fn moves_are_exactly_those_that_match() {
    let event = "on ContractEnded { party: \"acme\", ended_at: 2026-02-28 }";
    for (body, told_) in [
        ("revoke by 2026-03-02", "expected revoke by 2026-03-02, found revoke because `contract_over` by 2026-03-01"),
        ("suspend", "expected suspend, found revoke because `contract_over` by 2026-03-01"),
        ("none", "expected no trigger to match, found revoke because `contract_over` by 2026-03-01"),
        ("standing suspended", "expected standing `suspended`, found `revoked`"),
    ] {
        let found = test_of(&format!("expect issuer(acme) {event}: {body}"));
        assert_eq!(told(&found).first().map(String::as_str), Some(told_));
        assert_eq!(told(&found).len(), 1, "{:?}", told(&found));
    }
    assert!(test_of(&format!("expect issuer(acme) {event}: standing revoked")).passed());
    let two = POLICY
        .replace("    revoke    contract_over", "    suspend ended: on ContractEnded as e\n    revoke contract_over");
    let report = report(&format!(
        "{two} test \"t\" {{ at 2026-03-01\n expect issuer(acme) {event}: revoke\n expect issuer(acme) {event}: suspend, revoke }}"
    ));
    assert_eq!(told(&report), ["`ended` matches too and is not expected"]);
}

#[test]
fn what_is_left_out_and_what_is_missing() {
    let (report, _) =
        run_with(&format!("{POLICY}{TEST}"), &Options { filter: Some("no such".into()), ..Options::default() });
    assert!(report.is_empty());
    assert_eq!(report.left_out, 1);
}

#[test]
fn coverage_counts_each_way_of_each_clause() {
    let coverage = report(&format!("{POLICY}{TEST}")).coverage.expect("asked for");
    let missing: Vec<String> = coverage
        .rows
        .iter()
        .filter(|r| r.missing().next().is_some())
        .map(|r| format!("{}: {}", r.clause, r.missing().collect::<Vec<_>>().join(", ")))
        .collect();
    assert_eq!(
        missing,
        [
            "contract_in_force: not held",
            "assured: not held",
            "attestation: held",
            "attestation_late: held",
            "incident: matched, not matched",
            "cleared: not matched",
        ]
    );
    assert_eq!((coverage.seen(), coverage.total()), (13, 20));
    assert_eq!(coverage.percent(), 65);
}

#[test]
fn an_invariant_that_holds_is_put_to_the_test() {
    let claim =
        "invariant contract_needed(p: Partner): issuer(p, prior: p.standing).permitted implies p.contract == active";
    for source in [format!("{POLICY}{TEST}{claim}"), format!("{POLICY}{claim}")] {
        let report = report(&source);
        assert_eq!(told(&report), Vec::<String>::new());
        let invariant = &report.invariants[0];
        assert_eq!(invariant.cases, CASES);
        assert!(invariant.met.is_some_and(|met| met > CASES / 20), "{:?}", invariant.met);
    }
}

/// Finds a counterexample and runs it as the test it is printed as.
fn refuted(source: &str, name: &str) -> String {
    let report = report(source);
    let found = report.invariants.iter().find(|i| i.name == name).expect("there");
    let test = &found.counterexample.as_ref().unwrap_or_else(|| panic!("{name} held: {found:?}")).test;
    let again = self::report(&format!("{source}\n{test}\n"));
    let result = again.tests.iter().find(|t| t.title == format!("counterexample to {name}")).expect("the test");
    assert!(!result.passed(), "{test}");
    test.clone()
}

#[test]
fn a_counterexample_is_a_small_test_that_fails() {
    let source = format!(
        "{POLICY}{TEST}
         invariant fast(p: Partner): issuer(p, prior: p.standing).permitted implies p.revocation_time < 1h
         invariant gold_only(p: Partner): issuer(p, prior: none_before).permitted implies issuer(p, prior: none_before).grade == gold
         let none_before: Standing = active"
    );
    assert_eq!(
        refuted(&source, "fast"),
        r#"test "counterexample to fast" {
    at 2026-03-01
    let p = acme with { revocation_time: 1h }
    expect issuer(p, prior: p.standing).permitted implies p.revocation_time < 1h
}"#
    );
    refuted(&source, "gold_only");
}

#[test]
fn counterexamples_without_any_test_to_start_from() {
    let source = format!(
        "{}
         invariant late(p: Partner): issuer(p, prior: p.standing).permitted implies now < p.last_attested + 335d
         invariant known(p: Partner, q: Partner): issuer(p, prior: active).permitted and issuer(q, prior: active).permitted implies p.id == q.id",
        POLICY.split("let acme").next().expect("a first part")
    );
    let late = refuted(&source, "late");
    assert!(late.contains("let p = Partner {"), "{late}");
    refuted(&source, "known");
}

const CHAIN: &str = r#"
enum Kind { root, leaf }
record Link { from: string, to: string, scopes: set<string>, ends: instant, kind: Kind? }
participation chain(links: list<Link>, subject: string, net: ip) {
    require named: subject matches "spiffe://[a-z]+/(ns|sa)/[0-9]{2,4}"
    require starts: any l in links: l.from == subject
    require linked: all a, b in links: a.to == b.from and b.scopes subset of a.scopes
    require long: count(links) >= 2
    require inside: net in cidr("10.1.0.0/16")
    require live: all l in links: now < l.ends
}
invariant rooted(links: list<Link>, subject: string, net: ip):
    chain(links, subject, net).permitted implies (any l in links: has l.kind)
invariant short(links: list<Link>, subject: string, net: ip):
    chain(links, subject, net).permitted implies count(links) < 3
"#;

const CHAIN_TEST: &str = r#"
test "two links" {
    at 2026-03-01
    let root = "spiffe://example/ns/007"
    expect chain([Link { from: root, to: "b", scopes: {"read"}, ends: 2026-04-01, kind: leaf },
                  Link { from: "b", to: "c", scopes: {"read"}, ends: 2026-04-01 }], root, ip("10.1.2.3")): permit
}
"#;

#[test]
fn equal_strings_patterns_and_lists_are_found() {
    refuted(CHAIN, "rooted");
    refuted(&format!("{CHAIN}{CHAIN_TEST}"), "short");
}

#[test]
fn a_claim_that_is_never_met_is_a_warning() {
    let source = format!(
        "{POLICY}
         invariant vacuous(p: Partner): p.revocation_time < 1h and p.revocation_time > 2h implies p.contract == ended"
    );
    let report = report(&source);
    assert!(report.passed());
    assert_eq!(report.invariants[0].met, Some(0));
    assert_eq!(told(&report), ["`vacuous` was not put to the test: no case met the left side of its `implies`"]);
}

#[test]
fn few_values_are_few_cases() {
    let report = report("invariant both(a: bool, b: bool): a and b implies b");
    let invariant = &report.invariants[0];
    assert!(invariant.cases < CASES && invariant.held());
}

#[test]
fn the_same_seed_finds_the_same() {
    let source = format!(
        "{POLICY}invariant fast(p: Partner): issuer(p, prior: p.standing).permitted implies p.revocation_time < 1h"
    );
    let run = |seed| {
        let (report, sources) = run_with(&source, &Options { seed, ..Options::default() });
        let mut out = Vec::new();
        json::write(&mut out, &[Part { report: &report, sources: &sources }]).expect("a vector takes every byte");
        String::from_utf8(out).expect("text")
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn machine_formats_say_the_same() {
    let source = "test \"a < \\\"b\\\" & 'c'\" { expect 1 > 2 }\ntest \"fine\" { expect true }";
    let (report, sources) = run_with(source, &Options { coverage: true, ..Options::default() });
    let part = [Part { report: &report, sources: &sources }];
    let mut out = Vec::new();
    junit::write(&mut out, &part).expect("a vector takes every byte");
    let xml = String::from_utf8(out).expect("text").replace(&report.digest, "DIGEST");
    assert_eq!(
        xml,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="trustc test" tests="2" failures="1" errors="0">
  <testsuite name="policy" tests="2" failures="1" errors="0" skipped="0">
    <properties>
      <property name="version" value="0.0.0"/>
      <property name="digest" value="DIGEST"/>
      <property name="seed" value="0"/>
    </properties>
    <testcase classname="policy" name="a &lt; &quot;b&quot; &amp; &apos;c&apos;" file="policy.trust" line="1">
      <failure message="the condition does not hold" type="test">policy.trust:1:33: the condition does not hold</failure>
    </testcase>
    <testcase classname="policy" name="fine" file="policy.trust" line="2"/>
    <system-out>2 tests, 1 passed, 1 failed</system-out>
  </testsuite>
</testsuites>
"#
    );
    let mut out = Vec::new();
    json::write(&mut out, &part).expect("a vector takes every byte");
    let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert_eq!(value["version"], 1);
    assert_eq!(value["packages"][0]["tests"][0]["failures"][0]["message"], "the condition does not hold");
    assert_eq!(value["packages"][0]["coverage"]["percent"], 100);
    let mut out = Vec::new();
    text::write(&mut out, Part { report: &report, sources: &sources }, true, &mut |out, d| {
        use std::io::Write;
        writeln!(out, "error: {}", d.message)
    })
    .expect("a vector takes every byte");
    let shown = String::from_utf8(out).expect("text");
    assert_eq!(
        shown,
        "FAILED  policy: a < \"b\" & 'c'\nerror: the condition does not hold\npassed  policy: fine\n\
         coverage: 0 of 0 ways (100%)\n2 tests, 1 passed, 1 failed\n"
    );
}

/// Refuses to decide, and reacts as if nothing matched.
struct Broken;

impl Engine for Broken {
    fn name(&self) -> &str {
        "native code"
    }

    fn decide(&self, _: BlockId, _: &[Value], _: &Prior, _: i64) -> Result<Decision, String> {
        Err("no decision".into())
    }

    fn react(
        &self,
        block: BlockId,
        _: (RecordId, &Value),
        _: &[Value],
        _: &BTreeSet<ClauseId>,
        _: i64,
    ) -> Result<Reaction, String> {
        Ok(Reaction { block, moves: vec![], standing: 0, in_force: vec![] })
    }
}

#[test]
fn an_engine_that_differs_is_a_failure() {
    let (program, sources) = checked(&format!("{POLICY}{TEST}"));
    let report = run_against(&program, &sources, &Options::default(), Some(&Broken));
    let differs = "native code answers otherwise than the oracle";
    // Two decisions and two reactions that move something; of one event nothing matches.
    assert_eq!(told(&report), [differs; 4]);
}
