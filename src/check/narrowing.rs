//! What a condition tells of optional values: `has x and x > 1`.
//!
//! Paths are immutable, so what `has` found on the left holds on the right, within one expression. `and` tells all of
//! its operands when it is true, `or` when it is false; `not` swaps; of several ways to be true only what all of
//! them tell is known.

use crate::program::DataId;
use crate::program::LetId;
use crate::program::expr::{Expr, ExprKind, LocalId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Local(LocalId),
    Global(LetId),
    Data(DataId),
}

/// A value and the fields that lead from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub root: Root,
    pub fields: Vec<u32>,
}

pub(super) fn path_of(e: &Expr) -> Option<Path> {
    let mut fields = Vec::new();
    let mut e = e;
    let root = loop {
        match &e.kind {
            ExprKind::Field(base, index) => {
                fields.push(*index);
                e = base;
            }
            ExprKind::Local(id) => break Root::Local(*id),
            ExprKind::Global(id) => break Root::Global(*id),
            ExprKind::Data(id) => break Root::Data(*id),
            _ => return None,
        }
    };
    fields.reverse();
    Some(Path { root, fields })
}

/// The paths that are surely present when `e` is `truth`.
pub(super) fn known(e: &Expr, truth: bool) -> Vec<Path> {
    match &e.kind {
        ExprKind::Has(inner) if truth => path_of(inner).into_iter().collect(),
        ExprKind::Not(inner) => known(inner, !truth),
        ExprKind::And(parts) => combine(parts, truth, truth),
        ExprKind::Or(parts) => combine(parts, truth, !truth),
        ExprKind::Implies(a, b) => {
            if truth {
                common(known(a, false), &known(b, true))
            } else {
                let mut all = known(a, true);
                all.extend(known(b, false));
                all
            }
        }
        ExprKind::If(_, a, b) => common(known(a, truth), &known(b, truth)),
        _ => Vec::new(),
    }
}

fn combine(parts: &[Expr], truth: bool, all_hold: bool) -> Vec<Path> {
    let mut each = parts.iter().map(|p| known(p, truth));
    if all_hold {
        return each.flatten().collect();
    }
    let first = each.next().unwrap_or_default();
    each.fold(first, |so_far, next| common(so_far, &next))
}

fn common(a: Vec<Path>, b: &[Path]) -> Vec<Path> {
    a.into_iter().filter(|p| b.contains(p)).collect()
}
