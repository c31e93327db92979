//! The roots of Mozilla's store for TLS, decided on by the packages on the Baseline Requirements and the root store.
//!
//! In: the 118 certificates of `webpki-root-certs` 1.0.11, of each the subject, notBefore and notAfter; `now` is fixed.
//! Out: the counts that the README lists. Always: a count that a block decides is also made here by hand, from the
//! dates alone, the same certificates are meant both times, and the two engines give the same answer.

use std::collections::BTreeSet;

use real_roots::{DAY, Engines, LIMITS_SINCE, Root, now, package, text, those};
use serde_json::json;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

fn roots() -> Vec<Root> {
    TLS_SERVER_ROOT_CERTS.iter().enumerate().map(|(number, der)| Root::read(number, der)).collect()
}

#[test]
fn there_are_118_certificates() {
    let roots = roots();
    assert_eq!(roots.len(), 118);
    assert!(roots.iter().all(|root| !root.subject.is_empty() && root.not_before < root.not_after));
}

/// 28 roots live longer than 9132 days. Read as a rule of today the maximum would refuse them; the package states it for
/// what was issued from 2023-09-15 on, so it permits them, and says that the rule was not in effect. What they would
/// get otherwise is asked too: the same lengths, issued on 2023-09-15, are refused for this reason.
#[test]
fn twenty_eight_roots_live_too_long_and_none_is_in_violation() {
    let roots = roots();
    let program = package("frameworks/ca-browser-forum");
    let engines = Engines::new(&program);
    let long = those(&roots, |root| root.seconds() > 9132 * DAY);
    assert_eq!(long.len(), 28);
    let under_limits = those(&roots, |root| root.not_before.unix_duration().as_secs() >= LIMITS_SINCE);
    assert_eq!(long.intersection(&under_limits).count(), 0);

    let mut earlier = BTreeSet::new();
    let mut later = BTreeSet::new();
    for root in &roots {
        let answer = engines.ask(root, "root_certificate", json!({ "certificate": root.certificate() }));
        assert!(answer.permits(), "{}: {}", root.subject, answer.0);
        if answer.because(&["rule_effective_at_issuance"]) {
            later.insert(root.number);
        }
        if answer.because(&["rule_not_effective_at_issuance"]) {
            earlier.insert(root.number);
        }
    }
    assert_eq!(later, under_limits);
    assert_eq!(earlier.len() + later.len(), 118);
    assert!(long.is_subset(&earlier));

    let refused = those(&roots, |root| {
        let args = json!({ "certificate": root.issued_under_the_limits() });
        engines.ask(root, "root_certificate", args).because(&["root_validity_maximum"])
    });
    assert_eq!(refused, long);
}

/// The certificates do not say when their keys were made. The package lets notBefore stand in for that only before
/// 2012-07-01; without the report of the ceremony it refuses every later root because the age of its key is not known.
#[test]
fn twenty_four_roots_are_older_than_fifteen_years() {
    let roots = roots();
    let program = package("frameworks/mozilla-root-store");
    let engines = Engines::new(&program);
    let old = those(&roots, Root::older_than_15_years);
    assert_eq!(old.len(), 24);

    let as_known =
        |root: &Root| engines.ask(root, "websites_root", json!({ "root": { "valid_from": text(root.not_before) } }));
    let too_old = those(&roots, |root| as_known(root).because(&["key_not_over_15_years"]));
    assert_eq!(too_old, old);
    let unknown = those(&roots, |root| as_known(root).because(&["key_age_known"]));
    assert_eq!(unknown, those(&roots, |root| text(root.not_before).as_str() >= "2012-07-01"));
    let permitted = those(&roots, |root| as_known(root).permits());
    assert_eq!(too_old.len() + unknown.len() + permitted.len(), 118);

    // Were every key as old as its certificate, age alone would decide.
    let refused = those(&roots, |root| {
        let at = text(root.not_before);
        let answer =
            engines.ask(root, "websites_root", json!({ "root": { "key_generated_at": at, "valid_from": at } }));
        assert!(answer.permits() || answer.because(&["key_not_over_15_years"]), "{}", answer.0);
        !answer.permits()
    });
    assert_eq!(refused, old);
}

/// No block asks of a root alone whether it is over. The one on the certificates of authorities that are in force does,
/// of a subordinate: with no grounds for revocation, what is left is its period of validity.
#[test]
fn no_root_has_expired() {
    let roots = roots();
    let program = package("frameworks/ca-browser-forum");
    let engines = Engines::new(&program);
    assert_eq!(those(&roots, |root| root.not_after < now()).len(), 0);

    let mut ends = BTreeSet::new();
    for root in &roots {
        let args = json!({ "certificate": root.certificate(), "grounds": [] });
        let answer = engines.ask(root, "subordinate_in_force", args);
        assert!(answer.permits(), "{}: {}", root.subject, answer.0);
        ends.insert(answer.0["valid_until"].as_str().expect("it ends").to_owned());
    }
    let earliest = roots.iter().map(|root| root.not_after).min().expect("there are roots");
    assert!(text(earliest).starts_with("2028-12-06T"), "{}", text(earliest));
    let first = ends.first().expect("there are answers");
    assert!(first.starts_with("2028-12-06T"), "{first}");
}
