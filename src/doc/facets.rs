//! A block in a few words: its levels, how long it lasts, what ends it.
//!
//! In: a block. Out: short texts for tables and pictures.

use super::clauses::{event_link, expires_parts, fixed_length, ttl_parts};
use super::scope::Maker;
use super::text::{flat, plain};
use super::words::words;
use crate::program::{BlockDef, BlockId, ClauseKind, Hold};

#[derive(Default)]
pub struct Facets {
    /// "bronze < silver < gold"; empty where it does not grade.
    pub levels: String,
    /// "an answer: 10 minutes", "attestation: 365 days".
    pub lasts: Vec<String>,
    /// "revoked on contract ended within 24 hours".
    pub ends: Vec<String>,
}

pub fn facets(maker: &Maker<'_>, id: BlockId, block: &BlockDef) -> Facets {
    let mut found = Facets::default();
    let scale = block.grade.as_ref().and_then(|grade| maker.program.types.enums.get(grade.scale.0 as usize));
    if let Some(scale) = scale {
        let cases: Vec<String> = scale.cases.iter().map(|case| words(&case.name)).collect();
        found.levels = cases.join(" < ");
    }
    let scope = maker.block_scope(id);
    for (clause_id, clause) in block.clauses() {
        let name = words(&clause.name);
        match &clause.kind {
            ClauseKind::Ttl { length, .. } => found.lasts.push(format!("an answer: {}", flat(&scope.value(length)))),
            ClauseKind::TtlFrom { denies } => {
                let length = ttl_parts(denies).map_or_else(|| plain("a time"), |(_, _, length)| scope.value(length));
                found.lasts.push(format!("{name}: {}", flat(&length)));
            }
            ClauseKind::Expires { denies } => {
                let at = expires_parts(denies).map_or_else(|| plain("an instant"), |(_, at)| scope.value(at));
                found.lasts.push(format!("until {}", flat(&at)));
            }
            ClauseKind::Trigger { hold, event, within, .. } => {
                let event = flat(&[event_link(maker, *event)]);
                let within = within.as_ref().map(|(length, _)| match fixed_length(length) {
                    Some(0) => " at once".to_owned(),
                    _ => format!(" within {}", flat(&maker.react_scope(id, clause_id).value(length))),
                });
                found.ends.push(format!("{} on {event}{}", moved(*hold), within.unwrap_or_default()));
            }
            ClauseKind::Continuous { hold, .. } => found.ends.push(format!("{} while {name}", moved(*hold))),
            ClauseKind::Scope(_)
            | ClauseKind::Require(_)
            | ClauseKind::Recommend(_)
            | ClauseKind::Basis(_)
            | ClauseKind::Deny(_)
            | ClauseKind::Cap { .. }
            | ClauseKind::Oblige { .. }
            | ClauseKind::Reinstate { .. } => {}
        }
    }
    found
}

pub fn moved(hold: Hold) -> &'static str {
    match hold {
        Hold::Suspend => "suspended",
        Hold::Reverify => "to verify anew",
        Hold::Revoke => "revoked",
    }
}
