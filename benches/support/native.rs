//! The facts of the federation decision in the native layout: what the generated header says, written in Rust.
//!
//! In: facts. Out: the C struct that the native entries read, with the memory it points into.

use trust_runtime::layout::{Items, Text};

use super::facts::{Borrowed, Instant};

/// `T?`: where `present` is 0 nobody reads the value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Optional<T> {
    pub present: u8,
    pub value: T,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Partner {
    pub id: Text,
    pub region: Text,
    pub assurance: u32,
    pub contract_ends_at: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Credential {
    pub issuer: Text,
    pub subject: Text,
    /// Of [`Text`], sorted.
    pub scopes: Items,
    pub key_created_at: i64,
    pub issued_at: i64,
    pub expires_at: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Posture {
    pub measured_at: i64,
    /// Ten-thousandths.
    pub score: i64,
    pub patched: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Link {
    pub issuer: Text,
    pub subject: Text,
    /// Of [`Text`], sorted.
    pub actions: Items,
    pub expires_at: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Call {
    pub action: Text,
    pub sensitivity: u32,
    pub ground: u32,
    pub consented_till: Optional<i64>,
    pub ticket: Optional<Text>,
}

/// The arguments of `agent_call`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Facts {
    pub partner: Partner,
    pub credential: Credential,
    pub posture: Posture,
    /// Of [`Link`].
    pub chain: Items,
    pub call: Call,
}

/// Native facts; strings stay where the facts they were made of have them.
pub struct Native<'a> {
    facts: Box<Facts>,
    // What `facts` points into.
    _texts: Vec<Box<[Text]>>,
    _links: Box<[Link]>,
    _strings: std::marker::PhantomData<&'a str>,
}

// SAFETY: what the pointers reach is never written to.
unsafe impl Send for Native<'_> {}
// SAFETY: as above.
unsafe impl Sync for Native<'_> {}

impl<'a> Native<'a> {
    pub fn new(from: &Borrowed<'a>) -> Native<'a> {
        let mut texts: Vec<Box<[Text]>> = Vec::new();
        let mut set = |all: &[&'a str]| {
            let mut all = all.to_vec();
            all.sort_unstable();
            all.dedup();
            let made: Box<[Text]> = all.into_iter().map(text).collect();
            let items = Items { items: made.as_ptr().cast(), length: made.len() as u64 };
            texts.push(made);
            items
        };
        let (p, c, call) = (&from.partner, &from.credential, &from.call);
        let scopes = set(&c.scopes);
        let links: Box<[Link]> = from
            .chain
            .iter()
            .map(|l| Link {
                issuer: text(l.issuer),
                subject: text(l.subject),
                actions: set(&l.actions),
                expires_at: l.expires_at.0,
            })
            .collect();
        let facts = Facts {
            partner: Partner {
                id: text(p.id),
                region: text(p.region),
                assurance: p.assurance as u32,
                contract_ends_at: p.contract_ends_at.0,
            },
            credential: Credential {
                issuer: text(c.issuer),
                subject: text(c.subject),
                scopes,
                key_created_at: c.key_created_at.0,
                issued_at: c.issued_at.0,
                expires_at: c.expires_at.0,
            },
            posture: Posture {
                measured_at: from.posture.measured_at.0,
                score: (from.posture.score * 10_000.0).round() as i64,
                patched: u8::from(from.posture.patched),
            },
            chain: Items { items: links.as_ptr().cast(), length: links.len() as u64 },
            call: Call {
                action: text(call.action),
                sensitivity: call.sensitivity as u32,
                ground: call.ground as u32,
                consented_till: optional(call.consented_till.map(|Instant(at)| at), 0),
                ticket: optional(call.ticket.map(text), text("")),
            },
        };
        Native { facts: Box::new(facts), _texts: texts, _links: links, _strings: std::marker::PhantomData }
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    pub fn as_ptr(&self) -> *const u8 {
        std::ptr::from_ref(&*self.facts).cast()
    }
}

fn text(text: &str) -> Text {
    Text { bytes: text.as_ptr(), length: text.len() as u64 }
}

fn optional<T>(value: Option<T>, absent: T) -> Optional<T> {
    Optional { present: u8::from(value.is_some()), value: value.unwrap_or(absent) }
}
