//! The federation decision in plain, good Rust: what most programs would hold.
//!
//! In: facts with borrowed strings. Out: the decision.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::facts::{Assurance, Borrowed, DAY, EFFECTIVE, Ground, HOUR, MINUTE, SKEW, Sensitivity};
use super::verdict::{Held, Prior, Verdict, conclude};

pub const APPROVED_ISSUERS: [&str; 20] = [
    "https://idp.acme-logistics.example",
    "https://idp.borealis.example",
    "https://login.cargo-union.example",
    "https://identity.deltaport.example/realms/agents",
    "https://sso.eastlink.example",
    "https://tokens.freightworks.example",
    "https://idp.globex.example",
    "https://auth.harbour-one.example/oauth2",
    "https://id.initech.example",
    "https://workloads.jadeline.example",
    "https://idp.kestrel-air.example",
    "https://login.lumen-freight.example",
    "https://spire.meridian.example",
    "https://sts.northsea.example/tenants/production",
    "https://idp.orinoco.example",
    "https://identity.pacific-rail.example",
    "https://auth.quayside.example",
    "https://tokens.redwood.example",
    "https://login.stellar-lines.example",
    "https://idp.transalpine.example",
];

static ISSUERS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| HashSet::from(APPROVED_ISSUERS));

fn is_region(region: &str) -> bool {
    matches!(
        region,
        "eu-central-1"
            | "eu-north-1"
            | "eu-south-2"
            | "eu-west-1"
            | "eu-west-3"
            | "ch-zurich-1"
            | "uk-london-1"
            | "no-oslo-1"
    )
}

fn needed(sensitivity: Sensitivity) -> Assurance {
    match sensitivity {
        Sensitivity::Open | Sensitivity::Internal => Assurance::Low,
        Sensitivity::Confidential => Assurance::Substantial,
        Sensitivity::Restricted => Assurance::High,
    }
}

fn lifetime(sensitivity: Sensitivity) -> i64 {
    match sensitivity {
        Sensitivity::Open => 12 * HOUR,
        Sensitivity::Internal => 4 * HOUR,
        Sensitivity::Confidential => HOUR,
        Sensitivity::Restricted => 15 * MINUTE,
    }
}

fn investigates(action: &str) -> bool {
    matches!(action, "events.read" | "shipments.read" | "status.read")
}

#[inline(never)]
pub fn permits(facts: &Borrowed<'_>, prior: Prior, now: i64) -> bool {
    let Borrowed { partner, credential, posture, chain, call } = facts;
    prior == 0
        && now >= EFFECTIVE
        && now < credential.expires_at.0
        && credential.key_created_at.0 - SKEW <= now
        && now < credential.key_created_at.0 + 90 * DAY
        && credential.expires_at.0 - credential.issued_at.0 <= lifetime(call.sensitivity)
        && partner.assurance >= needed(call.sensitivity)
        && posture.patched
        && posture.score >= 0.75
        && posture.measured_at.0 <= now
        && now < posture.measured_at.0 + 10 * MINUTE
        && match call.ground {
            Ground::Contract => call.sensitivity <= Sensitivity::Confidential && now < partner.contract_ends_at.0,
            Ground::Consent => call.consented_till.is_some_and(|end| now < end.0),
            Ground::Incident => {
                call.ticket.is_some() && partner.assurance == Assurance::High && investigates(call.action)
            }
            Ground::Audit => call.action.starts_with("audit.") && call.sensitivity <= Sensitivity::Internal,
            Ground::Pilot => call.sensitivity == Sensitivity::Open && partner.region.starts_with("eu-"),
        }
        && is_region(partner.region)
        && ISSUERS.contains(credential.issuer)
        && credential.scopes.contains(&call.action)
        && chain.len() <= 4
        && chain.iter().all(|link| now < link.expires_at.0 && link.actions.contains(&call.action))
}

#[inline(never)]
pub fn decide(facts: &Borrowed<'_>, prior: Prior, now: i64) -> Verdict {
    let Borrowed { partner, credential, posture, chain, call } = facts;
    let fixed = Held::fixed;
    let created = credential.key_created_at.0;
    let delegated = chain.iter().fold(fixed(chain.len() <= 4), |so_far, link| {
        so_far.and(Held::before(now, link.expires_at.0)).and(fixed(link.actions.contains(&call.action)))
    });
    let required = [
        fixed(ISSUERS.contains(credential.issuer)),
        fixed(is_region(partner.region)),
        fixed(partner.assurance >= needed(call.sensitivity)),
        Held::from(now, posture.measured_at.0)
            .and(Held::before(now, posture.measured_at.0 + 10 * MINUTE))
            .and(fixed(posture.patched && posture.score >= 0.75)),
        delegated,
        fixed(credential.expires_at.0 - credential.issued_at.0 <= lifetime(call.sensitivity)),
        Held::before(now, credential.expires_at.0),
        Held::from(now, created - SKEW).and(Held::before(now, created + 90 * DAY)),
    ];
    let ground = |wanted| fixed(call.ground == wanted);
    let bases = [
        ground(Ground::Contract)
            .and(fixed(call.sensitivity <= Sensitivity::Confidential))
            .and(Held::before(now, partner.contract_ends_at.0)),
        ground(Ground::Consent).and(call.consented_till.map_or(fixed(false), |end| Held::before(now, end.0))),
        ground(Ground::Incident)
            .and(fixed(call.ticket.is_some() && partner.assurance == Assurance::High && investigates(call.action))),
        ground(Ground::Audit)
            .and(fixed(call.action.starts_with("audit.") && call.sensitivity <= Sensitivity::Internal)),
        ground(Ground::Pilot).and(fixed(call.sensitivity == Sensitivity::Open && partner.region.starts_with("eu-"))),
    ];
    let scope = credential.scopes.contains(&call.action);
    conclude(required, bases, scope, Held::from(now, EFFECTIVE), prior, created + 80 * DAY, now)
}
