//! Roots as the policies see them, and the policies asked about them.
//!
//! In: certificates as DER or PEM, the packages of `examples`. Out: facts, answers. Always: `now` is fixed, and both
//! engines gave the same answer.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use trustc::driver;
use trustc::facts::{Request, read_request, write_decision};
use trustc::interp::{Oracle, Prior};
use trustc::native::Native;
use trustc::program::Checked;
use x509_cert::Certificate;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use x509_cert::der::{DateTime, Decode, Encode};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

pub const NOW: &str = "2026-11-22T00:00:00Z";
/// The day from which the Baseline Requirements limit how long roots live, in seconds since 1970.
pub const LIMITS_SINCE: u64 = 1_694_736_000;
pub const DAY: u64 = 86_400;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const CURVES: [(ObjectIdentifier, &str); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), "P-256"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), "P-384"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), "P-521"),
];

/// What the policies ask of a root.
pub struct Root {
    /// Its place in the store: subjects need not be distinct.
    pub number: usize,
    pub subject: String,
    pub serial: String,
    pub not_before: DateTime,
    pub not_after: DateTime,
    /// The record `PublicKey` of the Baseline Requirements.
    pub key: Value,
}

impl Root {
    pub fn read(number: usize, der: &[u8]) -> Root {
        Root::of(number, &Certificate::from_der(der).unwrap_or_else(|e| panic!("certificate {number}: {e}")))
    }

    fn of(number: usize, certificate: &Certificate) -> Root {
        let body = certificate.tbs_certificate();
        Root {
            number,
            subject: body.subject().to_string(),
            serial: body.serial_number().as_bytes().iter().map(|byte| format!("{byte:02X}")).collect(),
            not_before: body.validity().not_before.to_date_time(),
            not_after: body.validity().not_after.to_date_time(),
            key: key(body.subject_public_key_info()).unwrap_or_else(|e| panic!("the key of {number}: {e}")),
        }
    }

    /// How long it is valid: both ends are included.
    pub fn seconds(&self) -> u64 {
        (self.not_after.unix_duration() - self.not_before.unix_duration()).as_secs() + 1
    }

    /// The record `Certificate` of the Baseline Requirements.
    pub fn certificate(&self) -> Value {
        json!({ "serial": self.serial, "not_before": text(self.not_before), "not_after": text(self.not_after) })
    }

    /// The certificate, had it been issued on the first day of the limits to live as long as it does.
    pub fn issued_under_the_limits(&self) -> Value {
        let end = Duration::from_secs(LIMITS_SINCE + self.seconds() - 1);
        let not_after = DateTime::from_unix_duration(end).expect("the end is a date");
        json!({ "serial": self.serial, "not_before": "2023-09-15T00:00:00Z", "not_after": text(not_after) })
    }

    /// Its fifteenth birthday is over: by the calendar, not in days.
    pub fn older_than_15_years(&self) -> bool {
        let at = |d: DateTime| (d.month(), d.day(), d.hour(), d.minutes(), d.seconds());
        let now = now();
        (now.year(), at(now)) > (self.not_before.year() + 15, at(self.not_before))
    }
}

/// The roots of a text that holds certificates one after another, as PEM. What stands between them is not read.
pub fn pem(text: &str, first: usize) -> Vec<Root> {
    let mut certificates = String::new();
    let mut inside = false;
    for line in text.lines() {
        inside |= line.starts_with("-----BEGIN CERTIFICATE");
        if inside {
            certificates.push_str(line);
            certificates.push('\n');
        }
        inside &= !line.starts_with("-----END CERTIFICATE");
    }
    let read = Certificate::load_pem_chain(certificates.as_bytes()).unwrap_or_else(|e| panic!("no certificates: {e}"));
    read.iter().enumerate().map(|(i, certificate)| Root::of(first + i, certificate)).collect()
}

fn key(info: &SubjectPublicKeyInfoOwned) -> x509_cert::der::Result<Value> {
    if info.algorithm.oid == RSA {
        let bits = info.subject_public_key.raw_bytes();
        let modulus = AnyRef::from_der(bits)?.sequence(|fields| {
            let modulus = UintRef::decode(fields)?;
            UintRef::decode(fields)?;
            Ok::<_, x509_cert::der::Error>(modulus.as_bytes().to_vec())
        })?;
        let zeros = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        return Ok(json!({ "algorithm": "rsa", "modulus_bits": modulus.len() * 8 - zeros }));
    }
    if info.algorithm.oid == ELLIPTIC {
        let curve = match &info.algorithm.parameters {
            Some(parameters) => Some(ObjectIdentifier::from_der(&parameters.to_der()?)?),
            None => None,
        };
        let name = CURVES.iter().find(|(oid, _)| Some(*oid) == curve).map_or("other", |(_, name)| name);
        return Ok(json!({ "algorithm": "ecdsa", "curve": name }));
    }
    Ok(json!({ "algorithm": "other" }))
}

pub fn text(at: DateTime) -> String {
    at.to_string()
}

pub fn now() -> DateTime {
    NOW.parse().expect("a date")
}

/// The certificates for which this is so.
pub fn those(roots: &[Root], is_so: impl Fn(&Root) -> bool) -> BTreeSet<usize> {
    roots.iter().filter(|root| is_so(root)).map(|root| root.number).collect()
}

/// A package of `examples`.
pub fn package(name: &str) -> Checked {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    let analysis = driver::analyse_path(&path).unwrap_or_else(|e| panic!("{name}: {}", e.message));
    match analysis.checked() {
        Ok((program, _)) => program,
        Err(analysis) => panic!("{name}: {:?}", analysis.diagnostics),
    }
}

/// A package, asked in both engines.
pub struct Engines<'p> {
    program: &'p Checked,
    oracle: Oracle<'p>,
    native: Native<'p>,
}

impl<'p> Engines<'p> {
    pub fn new(program: &'p Checked) -> Engines<'p> {
        Engines { program, oracle: Oracle::new(program), native: Native::new(program) }
    }

    /// The answer to a request about a root, as `trustc eval` writes it.
    pub fn ask(&self, root: &Root, block: &str, args: Value) -> Answer {
        self.ask_at(&root.subject, block, args, NOW)
    }

    pub fn ask_at(&self, id: &str, block: &str, args: Value, now: &str) -> Answer {
        let line = json!({ "id": id, "block": block, "args": args, "now": now }).to_string();
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

pub struct Answer(pub Value);

impl Answer {
    pub fn permits(&self) -> bool {
        self.0["effect"] == "permit"
    }

    /// Exactly these reasons.
    pub fn because(&self, names: &[&str]) -> bool {
        let reasons = self.0["reasons"].as_array().expect("reasons are a list");
        reasons.iter().map(|r| r.as_str().expect("a reason is a name")).eq(names.iter().copied())
    }
}
