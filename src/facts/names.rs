//! Names that requests use: blocks, triggers, events.
//!
//! In: a name. Out: what it names, or a fault that suggests what was meant.

use std::collections::BTreeSet;

use super::answer::{block_name, qualified_name};
use super::fault::{Fault, code, shown, some_of};
use crate::program::ty::{RecordDef, RecordId};
use crate::program::{BlockDef, BlockId, ClauseId, ClauseKind, Program};
use trust_syntax::suggest::did_you_mean;

/// The block a request names: `issuer` where that is unique, `module.issuer` always.
pub fn resolve_block(program: &Program, name: &str) -> Result<BlockId, Fault> {
    let blocks = || program.blocks.iter().zip(0..).map(|(block, i)| (block, BlockId(i)));
    let plain: Vec<_> = blocks().filter(|(block, _)| block.name == name).collect();
    if let [(_, id)] = plain.as_slice() {
        return Ok(*id);
    }
    if let Some((_, id)) = blocks().find(|(block, _)| qualified_name(program, block) == name) {
        return Ok(id);
    }
    let message = if plain.is_empty() {
        let names: Vec<String> = blocks().map(|(_, id)| block_name(program, id)).collect();
        let all = || names.iter().map(String::as_str);
        let more = did_you_mean(name, all()).unwrap_or_else(|| match names.len() {
            0 => "the policy has none".into(),
            _ => format!("there are {}", some_of(all())),
        });
        format!("there is no block `{}`: {more}", shown(name))
    } else {
        let names: Vec<String> = plain.iter().map(|(block, _)| qualified_name(program, block)).collect();
        format!("several blocks are named `{}`: write {}", shown(name), names.join(" or "))
    };
    Err(Fault { code: code::UNKNOWN_NAME, path: "block".into(), message, offset: 0 })
}

/// The triggers in force, by their names or former names.
pub fn resolve_prior<'n>(
    block: &BlockDef,
    names: impl IntoIterator<Item = &'n str>,
) -> Result<BTreeSet<ClauseId>, Fault> {
    names.into_iter().enumerate().map(|(i, name)| trigger(block, name, i, 0)).collect()
}

/// A trigger by its name or a former one; `index` is its place in the prior.
pub(super) fn trigger(block: &BlockDef, name: &str, index: usize, offset: usize) -> Result<ClauseId, Fault> {
    let triggers = || block.clauses().filter(|(_, clause)| matches!(clause.kind, ClauseKind::Trigger { .. }));
    let found = triggers()
        .find(|(_, clause)| clause.name == name)
        .or_else(|| triggers().find(|(_, clause)| clause.meta.was.iter().any(|was| was == name)));
    found.map(|(id, _)| id).ok_or_else(|| {
        let names = || triggers().map(|(_, clause)| clause.name.as_str());
        let more = did_you_mean(name, names()).unwrap_or_else(|| match names().next() {
            None => "it has none".into(),
            Some(_) => format!("it has {}", some_of(names())),
        });
        let message = format!("`{}` is no trigger of `{}`: {more}", shown(name), block.name);
        Fault { code: code::UNKNOWN_NAME, path: format!("prior.{index}"), message, offset }
    })
}

/// The events that the block's clauses wait for come first, then those of the whole package; in each, names before wire names.
pub(super) fn event_named(program: &Program, def: &BlockDef, name: &str) -> Result<RecordId, Fault> {
    let awaited = || {
        def.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::Trigger { event, .. } | ClauseKind::Reinstate { event, .. } => Some(*event),
            _ => None,
        })
    };
    let all = || (0..program.types.records.len() as u32).map(RecordId);
    let event = |id: RecordId| program.types.records.get(id.0 as usize).filter(|record| record.is_event);
    let by = |candidate: RecordId, says: fn(&RecordDef, &str) -> bool| {
        event(candidate).is_some_and(|record| says(record, name))
    };
    let named = |id: &RecordId| by(*id, |record, name| record.name == name);
    let wired = |id: &RecordId| by(*id, |record, name| record.wire == name);
    let found = awaited()
        .find(named)
        .or_else(|| awaited().find(wired))
        .or_else(|| all().find(named))
        .or_else(|| all().find(wired));
    found.ok_or_else(|| {
        let names: BTreeSet<&str> = awaited().filter_map(event).map(|record| record.name.as_str()).collect();
        let more = did_you_mean(name, names.iter().copied())
            .unwrap_or_else(|| format!("`{}` waits for {}", def.name, some_of(names.iter().copied())));
        let message = format!("there is no event `{}`: {more}", shown(name));
        Fault { code: code::UNKNOWN_NAME, path: "event.name".into(), message, offset: 0 }
    })
}
