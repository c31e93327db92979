//! The roots of Mozilla's store for TLS, decided on by the packages on the Baseline Requirements and the root store.
//!
//! In: the 118 certificates of `webpki-root-certs` 1.0.11, of each the subject, notBefore and notAfter; `now` is fixed.
//! Out: the counts that the README lists. Always: a count that a block decides is also made here by hand, from the
//! dates alone, the same certificates are meant both times, and the two engines give the same answer.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use trustc::driver;
use trustc::facts::{Request, read_request, write_decision};
use trustc::interp::{Oracle, Prior};
use trustc::native::Native;
use trustc::program::Checked;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;
use x509_cert::Certificate;
use x509_cert::der::{DateTime, Decode};

const NOW: &str = "2026-11-22T00:00:00Z";
/// The day from which the Baseline Requirements limit how long roots live, in seconds since 1970.
const LIMITS_SINCE: u64 = 1_694_736_000;
const DAY: u64 = 86_400;

/// What the policies ask of a root.
struct Root {
    /// Its place in the crate: subjects need not be distinct.
    number: usize,
    subject: String,
    serial: String,
    not_before: DateTime,
    not_after: DateTime,
}

impl Root {
    fn read(number: usize, der: &[u8]) -> Root {
        let certificate = Certificate::from_der(der).unwrap_or_else(|e| panic!("certificate {number}: {e}"));
        let body = certificate.tbs_certificate();
        Root {
            number,
            subject: body.subject().to_string(),
            serial: body.serial_number().as_bytes().iter().map(|byte| format!("{byte:02X}")).collect(),
            not_before: body.validity().not_before.to_date_time(),
            not_after: body.validity().not_after.to_date_time(),
        }
    }

    /// How long it is valid: both ends are included.
    fn seconds(&self) -> u64 {
        (self.not_after.unix_duration() - self.not_before.unix_duration()).as_secs() + 1
    }

    /// The record `Certificate` of the Baseline Requirements.
    fn certificate(&self) -> Value {
        json!({ "serial": self.serial, "not_before": text(self.not_before), "not_after": text(self.not_after) })
    }

    /// The certificate, had it been issued on the first day of the limits to live as long as it does.
    fn issued_under_the_limits(&self) -> Value {
        let end = std::time::Duration::from_secs(LIMITS_SINCE + self.seconds() - 1);
        let not_after = DateTime::from_unix_duration(end).expect("the end is a date");
        json!({ "serial": self.serial, "not_before": "2023-09-15T00:00:00Z", "not_after": text(not_after) })
    }

    /// Its fifteenth birthday is over: by the calendar, not in days.
    fn older_than_15_years(&self) -> bool {
        let at = |d: DateTime| (d.month(), d.day(), d.hour(), d.minutes(), d.seconds());
        let now = now();
        (now.year(), at(now)) > (self.not_before.year() + 15, at(self.not_before))
    }
}

fn text(at: DateTime) -> String {
    at.to_string()
}

fn now() -> DateTime {
    NOW.parse().expect("a date")
}

fn roots() -> Vec<Root> {
    TLS_SERVER_ROOT_CERTS.iter().enumerate().map(|(number, der)| Root::read(number, der)).collect()
}

/// The certificates for which this is so.
fn those(roots: &[Root], is_so: impl Fn(&Root) -> bool) -> BTreeSet<usize> {
    roots.iter().filter(|root| is_so(root)).map(|root| root.number).collect()
}

fn package(name: &str) -> Checked {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frameworks").join(name);
    let analysis = driver::analyse_path(&path).unwrap_or_else(|e| panic!("{name}: {}", e.message));
    match analysis.checked() {
        Ok((program, _)) => program,
        Err(analysis) => panic!("{name}: {:?}", analysis.diagnostics),
    }
}

/// A package, asked in both engines.
struct Engines<'p> {
    program: &'p Checked,
    oracle: Oracle<'p>,
    native: Native<'p>,
}

impl<'p> Engines<'p> {
    fn new(program: &'p Checked) -> Engines<'p> {
        Engines { program, oracle: Oracle::new(program), native: Native::new(program) }
    }

    /// The answer to a request, as `trustc eval` writes it.
    fn ask(&self, root: &Root, block: &str, args: Value) -> Answer {
        let line = json!({ "id": root.subject, "block": block, "args": args, "now": NOW }).to_string();
        let (id, block, args, prior, now) = match read_request(self.program, line.as_bytes(), None, true) {
            Ok(Request::Decide { id, block, args, prior, now }) => (id, block, args, Prior::Triggers(prior), now),
            Ok(Request::React { .. }) => panic!("{line}: asks for a decision"),
            Err(refused) => panic!("{line}: {:?}", refused.fault),
        };
        let decision = self.oracle.decide(block, &args, &prior, now);
        let native = self.native.decide(block, &args, &prior, now).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(decision, native, "{line}");
        let answer = write_decision(self.program, id.as_deref(), &decision);
        Answer(serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{answer}: {e}")))
    }
}

struct Answer(Value);

impl Answer {
    fn permits(&self) -> bool {
        self.0["effect"] == "permit"
    }

    /// Exactly these reasons.
    fn because(&self, names: &[&str]) -> bool {
        let reasons = self.0["reasons"].as_array().expect("reasons are a list");
        reasons.iter().map(|r| r.as_str().expect("a reason is a name")).eq(names.iter().copied())
    }
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
    let program = package("ca-browser-forum");
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
    let program = package("mozilla-root-store");
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
    let program = package("ca-browser-forum");
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
