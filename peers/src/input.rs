//! What the peers are given: the facts of a request in the form that suits them best.
//!
//! In: a request. Out: a value for serde. Instants are microseconds and scales are ranks, so that no peer reads a date or
//! looks up a rank while it is timed; strings are strings.

use serde::Serialize;

use crate::support::facts::{Ground, Instant, Owned};
use crate::support::requests::Request;

#[derive(Serialize)]
pub struct Input<'a> {
    pub now: i64,
    pub moved: bool,
    pub compromised: bool,
    pub partner: Partner<'a>,
    pub credential: Credential<'a>,
    pub posture: Posture,
    pub chain: Vec<Link<'a>>,
    pub call: Call<'a>,
}

#[derive(Serialize)]
pub struct Partner<'a> {
    id: &'a str,
    region: &'a str,
    assurance: i64,
    contract_ends_at: i64,
}

#[derive(Serialize)]
pub struct Credential<'a> {
    issuer: &'a str,
    subject: &'a str,
    scopes: &'a [String],
    key_created_at: i64,
    issued_at: i64,
    expires_at: i64,
}

#[derive(Serialize)]
pub struct Posture {
    measured_at: i64,
    /// Ten-thousandths.
    score: i64,
    patched: bool,
}

#[derive(Serialize)]
pub struct Link<'a> {
    issuer: &'a str,
    subject: &'a str,
    actions: &'a [String],
    expires_at: i64,
}

#[derive(Serialize)]
pub struct Call<'a> {
    action: &'a str,
    sensitivity: i64,
    ground: Ground,
    #[serde(skip_serializing_if = "Option::is_none")]
    consented_till: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
}

pub fn input(request: &Request) -> Input<'_> {
    let Owned { partner, credential, posture, chain, call } = &request.facts;
    Input {
        now: request.now,
        moved: request.prior & 1 != 0,
        compromised: request.prior & 2 != 0,
        partner: Partner {
            id: &partner.id,
            region: &partner.region,
            assurance: partner.assurance as i64,
            contract_ends_at: partner.contract_ends_at.0,
        },
        credential: Credential {
            issuer: &credential.issuer,
            subject: &credential.subject,
            scopes: &credential.scopes,
            key_created_at: credential.key_created_at.0,
            issued_at: credential.issued_at.0,
            expires_at: credential.expires_at.0,
        },
        posture: Posture {
            measured_at: posture.measured_at.0,
            score: (posture.score * 10_000.0).round() as i64,
            patched: posture.patched,
        },
        chain: chain
            .iter()
            .map(|l| Link { issuer: &l.issuer, subject: &l.subject, actions: &l.actions, expires_at: l.expires_at.0 })
            .collect(),
        call: Call {
            action: &call.action,
            sensitivity: call.sensitivity as i64,
            ground: call.ground,
            consented_till: call.consented_till.map(|Instant(at)| at),
            ticket: call.ticket.as_deref(),
        },
    }
}
