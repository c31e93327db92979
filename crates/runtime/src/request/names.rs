//! Names that requests use: blocks, triggers, events.
//!
//! In: a name. Out: what it names, or a fault that suggests what was meant.

use std::collections::BTreeSet;

use crate::fault::{Fault, code, shown, some_of};
use crate::module::Module;
use crate::schema::{BlockId, Record, RecordId, Role, Schema};
use crate::suggest::did_you_mean;
use crate::unit::{Block, Clause, ClauseKind};

/// A block's own name, which another module's block may have too.
pub(super) fn plain_name(block: &Block) -> &str {
    block.qualified.rsplit_once('.').map_or(block.qualified.as_str(), |(_, name)| name)
}

/// The block a request names: `issuer` where that is unique, `module.issuer` always.
pub fn resolve_block(module: &Module, name: &str) -> Result<BlockId, Fault> {
    module.block_named(name).ok_or_else(|| no_block(module, name))
}

#[cold]
fn no_block(module: &Module, name: &str) -> Fault {
    let blocks = || module.unit().blocks.iter();
    let several: Vec<&str> = blocks().filter(|b| plain_name(b) == name).map(|b| b.qualified.as_str()).collect();
    let message = if several.is_empty() {
        let all = || blocks().map(|block| block.name.as_str());
        let more = did_you_mean(name, all()).unwrap_or_else(|| match all().next() {
            None => "the policy has none".into(),
            Some(_) => format!("there are {}", some_of(all())),
        });
        format!("there is no block `{}`: {more}", shown(name))
    } else {
        format!("several blocks are named `{}`: write {}", shown(name), several.join(" or "))
    };
    Fault { code: code::UNKNOWN_NAME, path: "block".into(), message, offset: 0 }
}

fn triggers(block: &Block) -> impl Iterator<Item = (usize, &Clause)> {
    block.clauses.iter().filter(|clause| matches!(clause.kind, ClauseKind::Trigger { .. })).enumerate()
}

/// A trigger by its name or a former one: which of the triggers it is.
pub(super) fn trigger_named(block: &Block, name: &[u8]) -> Option<usize> {
    let found = triggers(block)
        .find(|(_, clause)| clause.name.as_bytes() == name)
        .or_else(|| triggers(block).find(|(_, clause)| clause.was.iter().any(|was| was.as_bytes() == name)));
    found.map(|(n, _)| n)
}

/// The same, or why there is none; `index` is its place in the prior.
pub(super) fn trigger(block: &Block, name: &str, index: usize, offset: usize) -> Result<usize, Fault> {
    trigger_named(block, name.as_bytes()).ok_or_else(|| {
        let names = || triggers(block).map(|(_, clause)| clause.name.as_str());
        let more = did_you_mean(name, names()).unwrap_or_else(|| match names().next() {
            None => "it has none".into(),
            Some(_) => format!("it has {}", some_of(names())),
        });
        let message = format!("`{}` is no trigger of `{}`: {more}", shown(name), plain_name(block));
        Fault { code: code::UNKNOWN_NAME, path: format!("prior.{index}"), message, offset }
    })
}

/// Marks a trigger as in force.
pub(super) fn mark(prior: &mut [u64], trigger: usize) {
    if let Some(word) = prior.get_mut(trigger / 64 + 1) {
        *word |= 1 << (trigger % 64);
    }
}

/// Whether any event moves the block's standing.
pub(super) fn waits(block: &Block) -> bool {
    block.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. }))
}

fn awaited(block: &Block) -> impl Iterator<Item = RecordId> {
    block.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Trigger { event, .. } | ClauseKind::Reinstate { event, .. } => Some(*event),
        _ => None,
    })
}

fn event(schema: &Schema, id: RecordId) -> Option<&Record> {
    schema.record(id).filter(|record| record.role == Role::Event)
}

/// The events that the block's clauses wait for come first, then those of the whole package; in each, names before wire names.
pub(super) fn event_named(schema: &Schema, block: &Block, name: &[u8]) -> Option<RecordId> {
    let all = || (0..schema.records.len() as u32).map(RecordId);
    let by = |id: &RecordId, text: fn(&Record) -> &str| event(schema, *id).is_some_and(|r| text(r).as_bytes() == name);
    let named = |id: &RecordId| by(id, |record| &record.name);
    let wired = |id: &RecordId| by(id, |record| &record.wire);
    awaited(block)
        .find(named)
        .or_else(|| awaited(block).find(wired))
        .or_else(|| all().find(named))
        .or_else(|| all().find(wired))
}

pub(super) fn no_event(schema: &Schema, block: &Block, name: &str, offset: usize) -> Fault {
    let names: BTreeSet<&str> = awaited(block).filter_map(|id| event(schema, id)).map(|r| r.name.as_str()).collect();
    let more = did_you_mean(name, names.iter().copied())
        .unwrap_or_else(|| format!("`{}` waits for {}", plain_name(block), some_of(names.iter().copied())));
    let message = format!("there is no event `{}`: {more}", shown(name));
    Fault { code: code::UNKNOWN_NAME, path: "event.name".into(), message, offset }
}
