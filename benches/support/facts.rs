//! The facts of the federation decision as a Rust program would hold them.
//!
//! In: JSON, by serde. Out: structs; strings are owned (`String`), borrowed from the text (`&str`) or borrowed where they have no
//! escapes (`Str`), sets vectors or sorted, instants read (`Instant`) or left as text (`&str`). Cases are declared in the policy's
//! order.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use trust_runtime::time::{format_instant, parse_instant};

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// 2026-01-01T00:00:00Z, from which day on the framework is in effect.
pub const EFFECTIVE: i64 = 1_767_225_600 * SECOND;
/// The clocks of two parties may differ by so much.
pub const SKEW: i64 = 30 * SECOND;

/// Microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub i64);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&format_instant(self.0))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Instant, D::Error> {
        let instant = parse_instant(Str::deserialize(d)?.0.as_bytes());
        instant.map(Instant).map_err(|_| serde::de::Error::custom("no instant"))
    }
}

/// A string as it stands in the text, or its own where the text has escapes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Str<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Str<'a>, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Str<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }
        d.deserialize_str(Visitor)
    }
}

macro_rules! cases {
    ($($name:ident { $($case:ident)* })*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
        #[serde(rename_all = "lowercase")]
        #[repr(u32)]
        pub enum $name { $($case),* }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$case),*];
        }
    )*};
}

cases! {
    Assurance { Low Substantial High }
    Sensitivity { Open Internal Confidential Restricted }
    Ground { Contract Consent Incident Audit Pilot }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Partner<S, I> {
    pub id: S,
    pub region: S,
    pub assurance: Assurance,
    pub contract_ends_at: I,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Credential<S, I, L> {
    pub issuer: S,
    pub subject: S,
    pub scopes: L,
    pub key_created_at: I,
    pub issued_at: I,
    pub expires_at: I,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Posture<I> {
    pub measured_at: I,
    pub score: f64,
    pub patched: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Link<S, I, L> {
    pub issuer: S,
    pub subject: S,
    pub actions: L,
    pub expires_at: I,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Call<S, I> {
    pub action: S,
    pub sensitivity: Sensitivity,
    pub ground: Ground,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consented_till: Option<I>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<S>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Facts<S, I, L = Vec<S>> {
    pub partner: Partner<S, I>,
    pub credential: Credential<S, I, L>,
    pub posture: Posture<I>,
    pub chain: Vec<Link<S, I, L>>,
    pub call: Call<S, I>,
}

/// Strings of their own: what the generator makes.
pub type Owned = Facts<String, Instant>;
/// Strings in the request's text.
pub type Borrowed<'a> = Facts<&'a str, Instant>;
/// Instants too are left as text.
pub type Texts<'a> = Facts<&'a str, &'a str>;
/// What our decoder gives: any JSON string, sets sorted and without duplicates.
pub type Same<'a> = Facts<Str<'a>, Instant, BTreeSet<Str<'a>>>;

impl Owned {
    pub fn borrowed(&self) -> Borrowed<'_> {
        let (p, c, call) = (&self.partner, &self.credential, &self.call);
        Facts {
            partner: Partner {
                id: &p.id,
                region: &p.region,
                assurance: p.assurance,
                contract_ends_at: p.contract_ends_at,
            },
            credential: Credential {
                issuer: &c.issuer,
                subject: &c.subject,
                scopes: c.scopes.iter().map(String::as_str).collect(),
                key_created_at: c.key_created_at,
                issued_at: c.issued_at,
                expires_at: c.expires_at,
            },
            posture: self.posture.clone(),
            chain: self.chain.iter().map(Link::borrowed).collect(),
            call: Call {
                action: &call.action,
                sensitivity: call.sensitivity,
                ground: call.ground,
                consented_till: call.consented_till,
                ticket: call.ticket.as_deref(),
            },
        }
    }
}

impl Link<String, Instant, Vec<String>> {
    fn borrowed(&self) -> Link<&str, Instant, Vec<&str>> {
        Link {
            issuer: &self.issuer,
            subject: &self.subject,
            actions: self.actions.iter().map(String::as_str).collect(),
            expires_at: self.expires_at,
        }
    }
}
