//! Coverage: which clauses the tests have seen each way.
//!
//! In: what an observer of the oracle saw, nested calls too. Out: a row for every clause that counts, in source order.
//! Only the package's own blocks count. A trigger without `when` has one way: it matched.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trust_syntax::span::Span;

use super::{belongs, module_name};
use crate::interp::Observer;
use crate::interp::clause_word;
use crate::program::{BlockId, ClauseId, ClauseKind, Program};

/// What was seen of every clause: false, true.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(BTreeMap<(BlockId, ClauseId), [bool; 2]>);

impl Seen {
    fn note(&mut self, block: BlockId, clause: ClauseId, way: bool) {
        let ways = self.0.entry((block, clause)).or_default();
        let [no, yes] = ways;
        if way {
            *yes = true;
        } else {
            *no = true;
        }
    }
}

impl Observer for Seen {
    fn clause(&mut self, block: BlockId, clause: ClauseId, held: bool) {
        self.note(block, clause, held);
    }

    fn trigger(&mut self, block: BlockId, clause: ClauseId, matched: bool) {
        self.note(block, clause, matched);
    }
}

#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub rows: Vec<Row>,
}

/// A clause.
#[derive(Clone, Debug)]
pub struct Row {
    pub block: SmolStr,
    pub module: SmolStr,
    pub clause: SmolStr,
    /// `require`, `deny`, `suspend` …
    pub word: &'static str,
    /// Of its name.
    pub span: Span,
    /// Of all of it.
    pub whole: Span,
    pub ways: Vec<Way>,
    /// What to say where no test asked it at all.
    never: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// `held`, `not held`, `matched`, `not matched`
    pub name: &'static str,
    pub seen: bool,
    /// What to say of the clause where this way was not seen: `never held`.
    unseen: &'static str,
}

impl Row {
    pub fn missing(&self) -> impl Iterator<Item = &'static str> {
        self.ways.iter().filter(|w| !w.seen).map(|w| w.name)
    }

    /// What no test has seen of it, in words that read on from its name; empty where all was seen.
    pub fn unseen(&self) -> String {
        if self.ways.iter().all(|w| !w.seen) {
            return self.never.to_owned();
        }
        let words: Vec<&str> = self.ways.iter().filter(|w| !w.seen).map(|w| w.unseen).collect();
        words.join(", ")
    }
}

impl Coverage {
    /// Ways there are.
    pub fn total(&self) -> usize {
        self.rows.iter().map(|r| r.ways.len()).sum()
    }

    /// Ways the tests have seen.
    pub fn seen(&self) -> usize {
        self.rows.iter().map(|r| r.ways.iter().filter(|w| w.seen).count()).sum()
    }

    /// Rounded down, so that 100 means all; a package without clauses is covered.
    pub fn percent(&self) -> usize {
        (self.seen() * 100).checked_div(self.total()).unwrap_or(100)
    }
}

pub(super) fn count(program: &Program, seen: &Seen) -> Coverage {
    let mut rows = Vec::new();
    for (index, block) in program.blocks.iter().enumerate() {
        if !belongs(program, block.module) {
            continue;
        }
        for (id, clause) in block.clauses() {
            let [no, yes] = seen.0.get(&(BlockId(index as u32), id)).copied().unwrap_or_default();
            let (never, ways) = ways(&clause.kind, no, yes);
            if !ways.is_empty() {
                rows.push(Row {
                    block: block.name.clone(),
                    module: module_name(program, block.module),
                    clause: clause.name.clone(),
                    word: clause_word(clause),
                    span: clause.name_span,
                    whole: clause.span,
                    ways,
                    never,
                });
            }
        }
    }
    Coverage { rows }
}

/// What counts of a clause, nothing where it does not; and what to say where no test asked it.
fn ways(kind: &ClauseKind, no: bool, yes: bool) -> (&'static str, Vec<Way>) {
    let way = |name, seen, unseen| Way { name, seen, unseen };
    let held =
        |never_yes, never_no| ("was never asked", vec![way("held", yes, never_yes), way("not held", no, never_no)]);
    let no_event = "was never given an event";
    match kind {
        ClauseKind::Scope(_) | ClauseKind::Require(_) | ClauseKind::Recommend(_) | ClauseKind::Basis(_) => {
            held("never held", "never failed")
        }
        ClauseKind::Deny(_) => held("never denied", "always denied"),
        ClauseKind::Expires { .. } => held("never expired", "was never in date"),
        ClauseKind::TtlFrom { .. } => held("was never out of date", "was never in date"),
        ClauseKind::Continuous { .. } => held("was never the case", "was always the case"),
        ClauseKind::Cap { when, .. } | ClauseKind::Oblige { when, .. } => match when {
            Some(_) => held("never applied", "always applied"),
            None => ("", Vec::new()),
        },
        ClauseKind::Trigger { when, .. } | ClauseKind::Reinstate { when, .. } => {
            let mut ways = vec![way("matched", yes, "never matched an event")];
            if when.is_some() {
                ways.push(way("not matched", no, "matched every event"));
            }
            (no_event, ways)
        }
        ClauseKind::Ttl { .. } => ("", Vec::new()),
    }
}
