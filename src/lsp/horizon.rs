//! How long the answer of a clause holds, in words.
//!
//! In: a clause, as written and as checked. Out: a sentence or two: what it does, and until when. The rules are those of the
//! reference, applied to what the clause reads.

use std::collections::BTreeSet;

use trust_syntax::ast::{self, ClauseKind as Ast, ObligeTime};
use trust_syntax::span::Span;

use super::packages::Loaded;
use crate::program::expr::{Expr, ExprKind, LocalId};
use crate::program::walk::walk;
use crate::program::{BlockDef, ClauseDef, ClauseKind, DefineId, Program};

/// What a clause does and until when its answer holds.
pub fn rule(package: &Loaded, block: &BlockDef, clause: &ClauseDef, written: &ast::Clause) -> String {
    let clock = Clock { program: &package.analysis.program, block };
    let text = |e: &ast::Expr| format!("`{}`", one_line(package.text(e.span)));
    let moving = |e: &Expr| said(package, &clock.reads(e));
    let when = |e: &Option<Expr>| e.as_ref().map(moving).unwrap_or_default();
    let condition = |e: &Expr| match moving(e) {
        flips if flips.is_empty() => "No clock touches it: with the same facts its answer holds for ever.".to_owned(),
        flips => format!(
            "Its answer holds until {flips} changes, and `valid_until` does not pass that instant where the decision rests on it."
        ),
    };
    match (&clause.kind, &written.kind) {
        (ClauseKind::Scope(e), _) => format!("Must hold: the least privilege. {}", condition(e)),
        (ClauseKind::Require(e), _) => format!("Must hold. {}", condition(e)),
        (ClauseKind::Basis(e), _) => format!("Where a block has any basis, at least one must hold. {}", condition(e)),
        (ClauseKind::Deny(e), _) => format!("Must not hold. {}", condition(e)),
        (ClauseKind::Recommend(_), _) => {
            "Should hold: where it does not, that is reported as advice. It is of `now` alone and never ends `valid_until`.".into()
        }
        (ClauseKind::Cap { when: w, .. }, _) => match when(w) {
            flips if flips.is_empty() => {
                "The grade is the lowest of all caps that apply. No clock touches this one.".into()
            }
            flips => format!(
                "The grade is the lowest of all caps that apply. Whether this one does changes with {flips}; the grade holds \
                 until the earliest such change over all caps."
            ),
        },
        (ClauseKind::Expires { .. }, Ast::Expires { at, when }) => {
            let only = when.as_ref().map(|w| format!(" while {} holds", text(w))).unwrap_or_default();
            format!("Denies from {} on{only}: at that very instant it has expired. Until then `valid_until` is at most that instant.", text(at))
        }
        (ClauseKind::TtlFrom { .. }, Ast::Ttl { length, from: Some(from), when }) => {
            let only = when.as_ref().map(|w| format!(" while {} holds", text(w))).unwrap_or_default();
            format!(
                "Denies{only} unless `now` lies in the {} after {}; its beginning may lie ahead by the framework's skew. \
                 `valid_until` is at most {} after {}.",
                text(length), text(from), text(length), text(from)
            )
        }
        (ClauseKind::Ttl { when: w, .. }, Ast::Ttl { length, when, .. }) => {
            let only = when.as_ref().map(|e| format!(", while {} holds", text(e))).unwrap_or_default();
            let flips = match w.as_ref().map(moving) {
                Some(flips) if !flips.is_empty() => format!(" It does not pass the instant at which {flips} changes."),
                _ => String::new(),
            };
            format!("Everything is decided anew within {}: `valid_until` is at most `now` + {}{only}.{flips}", text(length), text(length))
        }
        (ClauseKind::Oblige { .. }, Ast::Oblige { time: ObligeTime::Due(due), .. }) => format!(
            "Pending until {} and overdue after it. `valid_until` does not pass the instant at which that changes.",
            text(due)
        ),
        (ClauseKind::Oblige { when: w, .. }, Ast::Oblige { time: ObligeTime::Within(d), .. }) => {
            let flips = when(w);
            let until = if flips.is_empty() {
                "It does not end `valid_until`.".to_owned()
            } else {
                format!("Whether it applies holds until {flips} changes.")
            };
            format!("Owed anew at every reliance, within {} of it. {until}", text(d))
        }
        (ClauseKind::Continuous { when: w, .. }, _) => {
            let flips = moving(w);
            let until = if flips.is_empty() {
                "No clock touches it: it holds as long as the facts do.".to_owned()
            } else {
                format!("The standing holds until {flips} changes, or another continuous clause does.")
            };
            format!("Continuous: for as long as its condition holds the standing is at least this; nothing is stored. {until}")
        }
        (ClauseKind::Trigger { hold, .. }, Ast::Trigger { within, .. }) => {
            let deadline = within.as_deref().map(|(d, from)| format!(" All must act by {} after {}.", text(d), text(from)));
            let lasts = match hold {
                crate::program::Hold::Revoke => "It stays in force for ever; a relationship that begins anew has a new key.",
                _ => "It stays in force until a `reinstate` lifts it.",
            };
            format!(
                "Moves the stored standing when the event arrives. {lasts}{} No clock touches it.",
                deadline.unwrap_or_default()
            )
        }
        (ClauseKind::Reinstate { .. }, Ast::Reinstate { lifts, .. }) => {
            let names: Vec<String> = lifts.iter().map(|l| format!("`{}`", l.text)).collect();
            format!("Ends {} when the event arrives; never a revocation. No clock touches it.", names.join(" and "))
        }
        // What is written and what was checked differ only where the text has errors.
        _ => String::new(),
    }
}

/// What a `let` of a block adds: until when its value holds.
pub fn moving_value(package: &Loaded, block: &BlockDef, value: &Expr) -> Option<String> {
    let clock = Clock { program: &package.analysis.program, block };
    let flips = said(package, &clock.reads(value));
    (!flips.is_empty()).then(|| format!("The clock touches it, by {flips}."))
}

fn said(package: &Loaded, places: &[Span]) -> String {
    let mut texts: Vec<String> = places.iter().map(|s| format!("`{}`", one_line(package.text(*s)))).collect();
    texts.dedup();
    match texts.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What was looked into on the way.
#[derive(Default)]
struct Seen {
    defines: BTreeSet<DefineId>,
    lets: BTreeSet<LocalId>,
}

struct Clock<'p> {
    program: &'p Program,
    block: &'p BlockDef,
}

impl Clock<'_> {
    /// The parts of an expression that the clock can change, in source order, the outermost of each.
    fn reads(&self, e: &Expr) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        walk(e, &mut |e| {
            let touched = match &e.kind {
                ExprKind::Now | ExprKind::Overdue(_) | ExprKind::BlockCall { .. } => true,
                ExprKind::Call(id, _) => self.define_reads(*id, &mut Seen::default()),
                ExprKind::Local(id) => {
                    let value = self.block.lets.iter().find(|l| l.local == *id).map(|l| &l.value);
                    value.is_some_and(|v| self.touches(v, &mut Seen::default()))
                }
                ExprKind::Compare(_, a, b) => [a, b].iter().any(|side| self.touches(side, &mut Seen::default())),
                _ => false,
            };
            if touched {
                found.push(e.span);
            }
        });
        let inside = |a: &Span, b: &Span| a != b && b.start <= a.start && a.end <= b.end;
        let all = found.clone();
        found.retain(|span| !all.iter().any(|other| inside(span, other)));
        found.sort();
        found.dedup();
        found
    }

    fn touches(&self, e: &Expr, seen: &mut Seen) -> bool {
        let mut calls = Vec::new();
        let mut found = false;
        let mut lets = Vec::new();
        walk(e, &mut |e| match &e.kind {
            ExprKind::Now | ExprKind::Overdue(_) | ExprKind::BlockCall { .. } => found = true,
            ExprKind::Call(id, _) => calls.push(*id),
            ExprKind::Local(id) => lets.push(*id),
            _ => {}
        });
        found
            || calls.into_iter().any(|id| self.define_reads(id, seen))
            || lets.into_iter().any(|id| self.let_reads(id, seen))
    }

    fn let_reads(&self, id: LocalId, seen: &mut Seen) -> bool {
        let Some(clause) = self.block.lets.iter().find(|l| l.local == id) else { return false };
        seen.lets.insert(id) && stacker::maybe_grow(64 << 10, 1 << 20, || self.touches(&clause.value, seen))
    }

    fn define_reads(&self, id: DefineId, seen: &mut Seen) -> bool {
        let Some(def) = self.program.defines.get(id.0 as usize) else { return false };
        if !seen.defines.insert(id) {
            return false;
        }
        let mut inner = Vec::new();
        let mut found = false;
        walk(&def.body, &mut |e| match &e.kind {
            ExprKind::Now | ExprKind::BlockCall { .. } => found = true,
            ExprKind::Call(id, _) => inner.push(*id),
            _ => {}
        });
        found || inner.into_iter().any(|id| stacker::maybe_grow(64 << 10, 1 << 20, || self.define_reads(id, seen)))
    }
}
