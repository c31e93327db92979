//! Policies of many clauses that differ in constants only.
//!
//! In: how many. Out: the policy's text, requests for it with their answers, and the same decision by hand. Action and issuer
//! together name a clause, neither does alone.

use std::collections::HashMap;

use trust_runtime::time::format_instant;

use super::facts::{Assurance, DAY, EFFECTIVE};
use super::random::Random;

pub const BLOCK: &str = "keyed_call";
/// 2026-03-01T00:00:00Z
pub const NOW: i64 = EFFECTIVE + 59 * DAY;

/// What a clause asks for.
#[derive(Clone)]
pub struct Clause {
    pub action: String,
    pub issuer: String,
    pub assurance: Assurance,
    pub until: i64,
}

pub fn clauses(count: usize) -> Vec<Clause> {
    const VERBS: [&str; 10] =
        ["read", "update", "publish", "list", "export", "approve", "cancel", "assign", "confirm", "archive"];
    const THINGS: [&str; 5] = ["shipments", "events", "invoices", "customs.declarations", "docks"];
    let clause = |n: usize| Clause {
        action: format!("{}.{}", THINGS[n / 10 % 5], VERBS[n % 10]),
        issuer: format!("https://idp.partner-{}.example", n / 50),
        assurance: Assurance::ALL[n % 3],
        // Some have ended.
        until: NOW + ((n as i64 * 37 + 100) % 700 - 60) * DAY,
    };
    (0..count).map(clause).collect()
}

pub fn policy(clauses: &[Clause]) -> String {
    let mut text = String::from(
        "framework keyed {\n    title \"Many clauses\"\n    version \"1.0.0\"\n    authority \"https://federation.example.org\"\n    \
         effective 2026-01-01\n    review every 180d\n}\n\nuse std.assurance.Assurance\n\n\
         record Call {\n    action:    string\n    issuer:    string\n    assurance: Assurance\n}\n\n\
         relationship keyed_call(call: Call) {\n    parties \"Service\" relies on \"Partner\"\n    \
         purpose \"Calls that were agreed one by one\"\n    scope   call.action != \"\"\n\n",
    );
    for (n, c) in clauses.iter().enumerate() {
        let assurance = ["low", "substantial", "high"][c.assurance as usize];
        text.push_str(&format!(
            "    basis rule_{n}: call.action == \"{}\" and call.issuer == \"{}\" and call.assurance >= {assurance} and now < {}\n",
            c.action,
            c.issuer,
            format_instant(c.until)
        ));
    }
    text.push_str("}\n");
    text
}

pub struct Asked {
    pub action: String,
    pub issuer: String,
    pub assurance: Assurance,
    /// The arguments, as JSON.
    pub json: String,
}

/// What is asked of these clauses: some hit one (the first, the last, one in the middle, any), some miss all.
pub fn requests(clauses: &[Clause], count: usize) -> Vec<Asked> {
    let mut random = Random::new(11);
    let last = clauses.len() - 1;
    (0..count)
        .map(|n| {
            let at = match n % 8 {
                0 => 0,
                1 => last,
                2 => last / 2,
                _ => random.below(clauses.len() as u64) as usize,
            };
            let hit = &clauses[at];
            let (mut action, mut issuer, mut assurance) = (hit.action.clone(), hit.issuer.clone(), Assurance::High);
            match n % 8 {
                4 => issuer = issuer.replace("partner-", "portner-"),
                5 => action.push('s'),
                6 => assurance = Assurance::Low,
                _ => {}
            }
            let level = ["low", "substantial", "high"][assurance as usize];
            let json = format!(r#"{{"call":{{"action":"{action}","issuer":"{issuer}","assurance":"{level}"}}}}"#);
            Asked { action, issuer, assurance, json }
        })
        .collect()
}

/// By hand: a map from what names a clause to the rest of it.
pub struct Map<'c>(HashMap<(&'c str, &'c str), (Assurance, i64)>);

impl<'c> Map<'c> {
    pub fn new(clauses: &'c [Clause]) -> Map<'c> {
        Map(clauses.iter().map(|c| ((&*c.action, &*c.issuer), (c.assurance, c.until))).collect())
    }

    #[inline(never)]
    pub fn permits(&self, action: &str, issuer: &str, assurance: Assurance, now: i64) -> bool {
        self.0.get(&(action, issuer)).is_some_and(|(least, until)| assurance >= *least && now < *until)
    }
}
