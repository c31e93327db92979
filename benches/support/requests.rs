//! Requests for the federation decision.
//!
//! In: a seed and a number. Out: as many requests, the same every time: about half permit, the others fail one or two clauses, every
//! clause at times; about 900 bytes of JSON each.

use super::facts::{
    Assurance, Call, Credential, DAY, EFFECTIVE, Facts, Ground, HOUR, Instant, Link, MINUTE, Owned, Partner, Posture,
    SECOND, Sensitivity,
};
use super::idiomatic::APPROVED_ISSUERS;
use super::random::Random;
use super::verdict::Prior;

pub const BLOCK: &str = "agent_call";
pub const COUNT: usize = 512;
const SEED: u64 = 3;
/// 2026-03-01T00:00:00Z
const MARCH: i64 = EFFECTIVE + 59 * DAY;

pub struct Request {
    pub facts: Owned,
    /// The arguments, as compact JSON in declared order.
    pub json: String,
    pub now: i64,
    /// Bit 0 `moved`, bit 1 `compromised`.
    pub prior: Prior,
}

impl Request {
    pub fn triggers(&self) -> Vec<&'static str> {
        ["moved", "compromised"]
            .into_iter()
            .enumerate()
            .filter(|(n, _)| self.prior >> n & 1 == 1)
            .map(|(_, t)| t)
            .collect()
    }

    /// A line for `trustc eval` and `trustc bench`.
    pub fn line(&self, id: usize) -> String {
        let prior = match &self.triggers()[..] {
            [] => String::new(),
            some => format!(",\"prior\":[\"{}\"]", some.join("\",\"")),
        };
        let now = trust_runtime::time::format_instant(self.now);
        format!("{{\"id\":{id},\"block\":\"{BLOCK}\",\"args\":{}{prior},\"now\":\"{now}\"}}", self.json)
    }
}

/// The requests of every benchmark.
pub fn all() -> Vec<Request> {
    generate(SEED, COUNT)
}

pub fn generate(seed: u64, count: usize) -> Vec<Request> {
    let mut random = Random::new(seed);
    (0..count).map(|_| request(&mut random)).collect()
}

pub const REGIONS: [&str; 8] =
    ["eu-central-1", "eu-north-1", "eu-south-2", "eu-west-1", "eu-west-3", "ch-zurich-1", "uk-london-1", "no-oslo-1"];
const ELSEWHERE: [&str; 5] = ["us-east-2", "ap-south-1", "eu-west-2", "eu-central-2", "sa-east-1"];
const ACTIONS: [&str; 12] = [
    "shipments.read",
    "shipments.update",
    "events.publish",
    "events.read",
    "status.read",
    "audit.read",
    "audit.export",
    "routes.plan",
    "invoices.read",
    "customs.declarations.read",
    "eta.read",
    "dock.book",
];
const COMPANIES: [&str; 8] =
    ["acme-logistics", "borealis", "cargo-union", "deltaport", "eastlink", "globex", "northsea", "transalpine"];
const SERVICES: [&str; 6] =
    ["dispatch-planner", "eta-predictor", "customs-clerk", "dock-scheduler", "claims-agent", "rate-shopper"];

/// An instant in whole seconds between two ages.
fn ago(random: &mut Random, now: i64, least: i64, most: i64) -> Instant {
    Instant(now - random.between(least / SECOND, most / SECOND) * SECOND)
}

/// Some actions, this one among them.
fn actions(random: &mut Random, needed: &str) -> Vec<String> {
    let mut out: Vec<String> = (0..random.between(1, 3)).map(|_| random.of(&ACTIONS).to_string()).collect();
    out.push(needed.to_owned());
    out.sort();
    out.dedup();
    out
}

fn request(random: &mut Random) -> Request {
    let faults = if random.below(100) < 51 { 0 } else { random.between(1, 2) };
    let faults: Vec<u64> = (0..faults).map(|_| random.below(FAULTS)).collect();
    // A request before the framework came into effect; all its facts are of that time.
    let now = if faults.contains(&EARLY) { EFFECTIVE - 20 * DAY } else { MARCH };
    let now = now + random.between(0, 20 * 86_400) * SECOND;
    let mut facts = sound(random, now);
    let mut prior = 0;
    for fault in faults {
        spoil(random, &mut facts, &mut prior, now, fault);
    }
    let json = serde_json::to_string(&facts).unwrap_or_default();
    Request { facts, json, now, prior }
}

/// Facts that permit.
fn sound(random: &mut Random, now: i64) -> Owned {
    let ground = *random.of(Ground::ALL);
    let sensitivity = match ground {
        Ground::Contract => *random.of(&Sensitivity::ALL[..3]),
        Ground::Consent | Ground::Incident => *random.of(Sensitivity::ALL),
        Ground::Audit => *random.of(&Sensitivity::ALL[..2]),
        Ground::Pilot => Sensitivity::Open,
    };
    let action = match ground {
        Ground::Incident => *random.of(&["events.read", "shipments.read", "status.read"]),
        Ground::Audit => *random.of(&["audit.read", "audit.export"]),
        _ => *random.of(&ACTIONS),
    };
    let least = match (ground, sensitivity) {
        (Ground::Incident, _) | (_, Sensitivity::Restricted) => 2,
        (_, Sensitivity::Confidential) => 1,
        _ => 0,
    };
    let lifetime = match sensitivity {
        Sensitivity::Open => 12 * HOUR,
        Sensitivity::Internal => 4 * HOUR,
        Sensitivity::Confidential => HOUR,
        Sensitivity::Restricted => 15 * MINUTE,
    };
    let region = if ground == Ground::Pilot { *random.of(&REGIONS[..5]) } else { *random.of(&REGIONS) };
    let company = *random.of(&COMPANIES);
    let service = *random.of(&SERVICES);
    let subject = format!("spiffe://{company}.example/ns/logistics/sa/{service}-{}", random.below(100));
    let issued_at = ago(random, now, 5 * SECOND, lifetime / 2);
    let expires_at = Instant(issued_at.0 + random.between(lifetime * 3 / 4 / SECOND, lifetime / SECOND) * SECOND);
    let links = random.below(5);
    let chain = (0..links)
        .map(|n| Link {
            issuer: match n {
                0 => format!("dispatcher-{}@{company}.example", random.below(40)),
                n => format!("spiffe://{company}.example/agent/{n}"),
            },
            subject: format!("spiffe://{company}.example/agent/{}", n + 1),
            actions: actions(random, action),
            expires_at: Instant(now + random.between(10, 36_000) * SECOND),
        })
        .collect();
    Facts {
        partner: Partner {
            id: company.to_owned(),
            region: region.to_owned(),
            assurance: *random.of(&Assurance::ALL[least..]),
            contract_ends_at: Instant(now + random.between(1, 700) * DAY),
        },
        credential: Credential {
            issuer: random.of(&APPROVED_ISSUERS).to_string(),
            subject,
            scopes: actions(random, action),
            key_created_at: ago(random, now, HOUR, 89 * DAY),
            issued_at,
            expires_at,
        },
        posture: Posture {
            measured_at: ago(random, now, SECOND, 9 * MINUTE),
            score: random.between(7500, 10_000) as f64 / 10_000.0,
            patched: true,
        },
        chain,
        call: Call {
            action: action.to_owned(),
            sensitivity,
            ground,
            consented_till: (ground == Ground::Consent || random.one_in(4))
                .then(|| Instant(now + random.between(1, 86_400) * SECOND)),
            ticket: (ground == Ground::Incident || random.one_in(4))
                .then(|| format!("INC-{:06}", random.below(1_000_000))),
        },
    }
}

const FAULTS: u64 = 22;
const EARLY: u64 = 21;

/// Makes one thing wrong; at times the request permits all the same.
fn spoil(random: &mut Random, facts: &mut Owned, prior: &mut Prior, now: i64, fault: u64) {
    let Facts { partner, credential, posture, chain, call } = facts;
    let any = random.below(chain.len().max(1) as u64) as usize;
    match fault {
        // Another issuer, some as long as an approved one and almost alike.
        0 => credential.issuer = format!("https://idp.{}.example", random.of(&["acme-logistic5", "kestrel", "nobody"])),
        1 => {
            let last = random.of(&APPROVED_ISSUERS).len() - 1;
            credential.issuer.truncate(last);
            credential.issuer.push('3');
        }
        2 => partner.region = random.of(&ELSEWHERE).to_string(),
        3 => {
            partner.assurance = Assurance::Low;
            call.sensitivity = *random.of(&Sensitivity::ALL[2..]);
        }
        4 => posture.measured_at = ago(random, now, 10 * MINUTE, DAY),
        5 => posture.measured_at = Instant(now + random.between(1, 600) * SECOND),
        6 => posture.patched = false,
        7 => posture.score = random.below(7500) as f64 / 10_000.0,
        8 => match chain.get_mut(any) {
            Some(link) => link.expires_at = ago(random, now, 0, DAY),
            None => posture.patched = false,
        },
        9 => match chain.get_mut(any) {
            Some(link) => link.actions.retain(|a| *a != call.action),
            None => posture.score = 0.5,
        },
        10 => credential.issued_at = Instant(credential.expires_at.0 - 13 * HOUR),
        11 => {
            credential.expires_at = ago(random, now, 0, HOUR);
            credential.issued_at = Instant(credential.expires_at.0 - 10 * MINUTE);
        }
        12 => credential.key_created_at = ago(random, now, 90 * DAY, 400 * DAY),
        13 => credential.key_created_at = Instant(now + random.between(31, 86_400) * SECOND),
        14 => credential.scopes.retain(|a| *a != call.action),
        15 => {
            call.ground = Ground::Contract;
            partner.contract_ends_at = ago(random, now, 0, 300 * DAY);
        }
        16 => {
            call.ground = Ground::Consent;
            call.consented_till = random.one_in(2).then(|| ago(random, now, 0, DAY));
        }
        17 => {
            call.ground = Ground::Incident;
            match random.below(3) {
                0 => call.ticket = None,
                1 => partner.assurance = Assurance::Low,
                _ => call.action = "events.publish".to_owned(),
            }
        }
        18 => {
            call.ground = *random.of(&[Ground::Audit, Ground::Pilot]);
            call.sensitivity = Sensitivity::Confidential;
        }
        19 => *prior |= 1,
        20 => *prior |= 2,
        _ => {}
    }
}
