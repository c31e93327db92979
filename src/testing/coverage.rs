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
    pub span: Span,
    pub ways: Vec<Way>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// `held`, `not held`, `matched`, `not matched`
    pub name: &'static str,
    pub seen: bool,
}

impl Row {
    pub fn missing(&self) -> impl Iterator<Item = &'static str> {
        self.ways.iter().filter(|w| !w.seen).map(|w| w.name)
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
            let ways = ways(&clause.kind, no, yes);
            if !ways.is_empty() {
                rows.push(Row {
                    block: block.name.clone(),
                    module: module_name(program, block.module),
                    clause: clause.name.clone(),
                    word: clause_word(clause),
                    span: clause.name_span,
                    ways,
                });
            }
        }
    }
    Coverage { rows }
}

/// What counts of a clause; nothing where it does not.
fn ways(kind: &ClauseKind, no: bool, yes: bool) -> Vec<Way> {
    let way = |name, seen| Way { name, seen };
    let held = || vec![way("held", yes), way("not held", no)];
    match kind {
        ClauseKind::Scope(_)
        | ClauseKind::Require(_)
        | ClauseKind::Recommend(_)
        | ClauseKind::Basis(_)
        | ClauseKind::Deny(_)
        | ClauseKind::Expires { .. }
        | ClauseKind::TtlFrom { .. }
        | ClauseKind::Continuous { .. } => held(),
        ClauseKind::Cap { when, .. } | ClauseKind::Oblige { when, .. } => match when {
            Some(_) => held(),
            None => Vec::new(),
        },
        ClauseKind::Trigger { when, .. } | ClauseKind::Reinstate { when, .. } => match when {
            Some(_) => vec![way("matched", yes), way("not matched", no)],
            None => vec![way("matched", yes)],
        },
        ClauseKind::Ttl { .. } => Vec::new(),
    }
}
