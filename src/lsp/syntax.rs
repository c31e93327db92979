//! Finding one's way in a syntax tree.
//!
//! In: a tree and an offset, or nothing. Out: the item or clause there, every `let`, the words of clauses.

use trust_syntax::ast::{Block, Clause, ClauseKind, Hold, Item, ItemKind, LetDecl, Module, TestLineKind};
use trust_syntax::span::Span;

use super::packages::Loaded;
use crate::program::{BlockId, ClauseId};

pub fn clause_word(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Parties { .. } => "parties",
        ClauseKind::Purpose(_) => "purpose",
        ClauseKind::Scope(_) => "scope",
        ClauseKind::Key(_) => "key",
        ClauseKind::Let(_) => "let",
        ClauseKind::Require(_) => "require",
        ClauseKind::Recommend(_) => "recommend",
        ClauseKind::Basis(_) => "basis",
        ClauseKind::Deny(_) => "deny",
        ClauseKind::Grade { .. } => "grade",
        ClauseKind::Cap { .. } => "cap",
        ClauseKind::Expires { .. } => "expires",
        ClauseKind::Ttl { .. } => "ttl",
        ClauseKind::Oblige { .. } => "oblige",
        ClauseKind::Continuous { hold, .. } | ClauseKind::Trigger { hold, .. } => match hold {
            Hold::Suspend => "suspend",
            Hold::Reverify => "reverify",
            Hold::Revoke => "revoke",
        },
        ClauseKind::Reinstate { .. } => "reinstate",
        ClauseKind::Error => "clause",
    }
}

pub fn item_at(module: &Module, offset: u32) -> Option<&Item> {
    module.items.iter().find(|i| i.span.start <= offset && offset <= i.span.end)
}

/// Every `let` of a module: at top level, in blocks, in tests.
pub fn lets(module: &Module) -> Vec<&LetDecl> {
    let mut found = Vec::new();
    for item in &module.items {
        match &item.kind {
            ItemKind::Let(l) => found.push(l),
            ItemKind::Block(b) => found.extend(b.clauses.iter().filter_map(|c| match &c.kind {
                ClauseKind::Let(l) => Some(l),
                _ => None,
            })),
            ItemKind::Test(t) => found.extend(t.lines.iter().filter_map(|l| match &l.kind {
                TestLineKind::Let(l) => Some(l),
                _ => None,
            })),
            _ => {}
        }
    }
    found
}

/// The tree of a block whose name stands at a place.
pub fn block_named_at(package: &Loaded, name: Span) -> Option<(&Item, &Block)> {
    let module = package.module(name.file)?;
    module.ast.items.iter().find_map(|item| match &item.kind {
        ItemKind::Block(b) if b.name.span == name => Some((item, b)),
        _ => None,
    })
}

/// The clause of an id as it is written.
pub fn clause_of(package: &Loaded, block: BlockId, clause: ClauseId) -> Option<&Clause> {
    let def = package.analysis.program.blocks.get(block.0 as usize)?;
    let span = def.clauses.get(clause.0 as usize)?.span;
    block_named_at(package, def.name_span)?.1.clauses.iter().find(|c| c.span == span)
}
