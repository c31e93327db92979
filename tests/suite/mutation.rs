//! What the lints are for: in no example can all of one kind of safety be taken out unnoticed.
//!
//! For every example and every kind of safety it has, all of that kind is taken out of the text, by the places of the syntax
//! tree; tests and invariants are taken out as well, since they would complain of their own. What is left must have an
//! error of the language (not of syntax: that would be the test's own doing) or a safety lint that was not there before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use trust_syntax::ast::{
    self, BinaryOp, ClauseKind as C, ExprKind as E, FrameworkLineKind, Hold, Item, ItemKind, ObligeTime, QuantifierKind,
};
use trust_syntax::diagnostic::{Diagnostic, Severity};
use trust_syntax::span::Span;
use trustc::driver::{self, Analysis};
use trustc::lint::{self, Options};
use trustc::loader::{self, PackageSource};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Expiries,
    Revocations,
    Scope,
    Review,
    Pauses,
    Freshness,
    Evidence,
    Owner,
}

const KINDS: [Kind; 8] = [
    Kind::Expiries,
    Kind::Revocations,
    Kind::Scope,
    Kind::Review,
    Kind::Pauses,
    Kind::Freshness,
    Kind::Evidence,
    Kind::Owner,
];

/// Packages without their bounds of ages in which nothing is wrong, and why. The list may only grow shorter.
///
/// What they lose is a grade that sinks before trust ends; the end itself is a `ttl … from`, which stays, and which is missed
/// when it goes (`Kind::Expiries`).
const A_STEP_BEFORE_THE_END: [(&str, &str); 3] = [
    ("s0-5-measured-attestation", "`ttl attestation` ends the year for which the measures were attested"),
    ("s3-5-transfer-ledger", "a transfer is judged by its own times, and `ttl reviewed` ends who holds the model"),
    ("s4-2-identity-classes", "`ttl reviewed` ends the identity whose grade would have sunk"),
];

/// A piece of text to take out, and what to put there.
type Cut = (Span, &'static str);

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = Vec::new();
    for folder in [root.clone(), root.join("frameworks")] {
        let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        found.extend(entries.filter(|p| p.is_dir() && loader::load(p).is_ok_and(|l| l.len() == 1)));
    }
    found.sort();
    found
}

#[test]
fn no_kind_of_safety_can_be_taken_out_unnoticed() {
    let mut clean = Vec::new();
    let mut counts: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
    for folder in examples() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let package = loader::load(&folder).unwrap().remove(0);
        let analysis = driver::analyse(&package);
        assert!(!analysis.has_errors(), "{name}");
        let base = without(&package, &quiet(&analysis));
        let before = findings(&base, &name);
        for kind in KINDS {
            let cuts = cuts(&analysis, kind);
            if cuts.is_empty() {
                continue;
            }
            let mut all = quiet(&analysis);
            all.extend(&cuts);
            let after = findings(&without(&package, &all), &name);
            let count = counts.entry(kind).or_default();
            count.0 += 1;
            count.1 += cuts.len();
            let found = after.difference(&before).next().is_some();
            let known = kind == Kind::Freshness && A_STEP_BEFORE_THE_END.iter().any(|(known, _)| *known == name);
            if found && known {
                clean.push(format!("{name}: {kind:?} is found now: take it off the list"));
            }
            if !found && !known {
                clean.push(format!("{name}: {kind:?}: {} taken out, and nothing is found", cuts.len()));
            }
        }
    }
    eprintln!("packages and pieces: {counts:?}");
    assert!(clean.is_empty(), "{}", clean.join("\n"));
    for (kind, least) in KINDS.iter().zip([38, 38, 32, 40, 32, 25, 35, 38]) {
        let packages = counts.get(kind).map_or(0, |c| c.0);
        assert!(packages >= least, "{kind:?} was taken out of {packages} packages only");
    }
}

/// Errors and safety lints, by code and message.
fn findings(package: &PackageSource, name: &str) -> BTreeSet<(&'static str, String)> {
    let analysis = driver::analyse(package);
    let syntax: Vec<&Diagnostic> = analysis.diagnostics.iter().filter(|d| d.code.starts_with("E01")).collect();
    assert!(syntax.is_empty(), "{name}: {syntax:?}");
    let mut all = lint::lint(&analysis, &Options::default());
    all.extend(analysis.diagnostics);
    all.into_iter().filter(|d| d.severity == Severity::Error && d.code != "T028").map(|d| (d.code, d.message)).collect()
}

/// The package without these pieces of text.
fn without(package: &PackageSource, cuts: &[Cut]) -> PackageSource {
    let mut package = package.clone();
    for (index, file) in package.files.iter_mut().enumerate() {
        let mut own: Vec<&Cut> = cuts.iter().filter(|(s, _)| s.file.0 as usize == index).collect();
        own.sort_by_key(|(s, _)| (s.start, std::cmp::Reverse(s.end)));
        let text = std::mem::take(&mut file.bytes);
        let mut at = 0;
        for (span, instead) in own {
            if (span.start as usize) < at {
                continue;
            }
            file.bytes.extend_from_slice(&text[at..span.start as usize]);
            file.bytes.extend_from_slice(instead.as_bytes());
            at = span.end as usize;
        }
        file.bytes.extend_from_slice(&text[at..]);
    }
    package
}

fn own(analysis: &Analysis) -> impl Iterator<Item = &Item> {
    analysis.modules.iter().filter(|m| !m.std).flat_map(|m| &m.ast.items)
}

fn whole(item: &Item) -> Span {
    item.doc.as_ref().map_or(item.span, |doc| doc.span.to(item.span))
}

/// Tests and invariants, and the modules that hold nothing else but what they need.
fn quiet(analysis: &Analysis) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for module in analysis.modules.iter().filter(|m| !m.std) {
        let checks = |i: &Item| matches!(i.kind, ItemKind::Test(_) | ItemKind::Invariant(_));
        let helps = |i: &Item| checks(i) || matches!(i.kind, ItemKind::Use(_) | ItemKind::Let(_));
        let only = module.ast.items.iter().all(helps) && module.ast.items.iter().any(checks);
        cuts.extend(module.ast.items.iter().filter(|i| only || checks(i)).map(|i| (whole(i), "")));
    }
    cuts
}

fn cuts(analysis: &Analysis, kind: Kind) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    for item in own(analysis) {
        if kind == Kind::Owner {
            cuts.extend(item.annotations.iter().filter(|a| a.name.text == "owner").map(|a| (a.span, "")));
        }
        match &item.kind {
            ItemKind::Framework(f) if kind == Kind::Review => {
                let review = f.lines.iter().filter(|l| matches!(l.kind, FrameworkLineKind::Review { .. }));
                cuts.extend(review.map(|l| (l.span, "")));
            }
            ItemKind::Block(block) => {
                for clause in &block.clauses {
                    let span = clause.doc.as_ref().map_or(clause.span, |doc| doc.span.to(clause.span));
                    if kind == Kind::Freshness {
                        freshness(analysis, clause, span, &mut cuts);
                    } else if is_of(kind, &clause.kind) {
                        cuts.push((span, ""));
                    }
                }
            }
            _ => {}
        }
    }
    cuts
}

fn is_of(kind: Kind, clause: &C) -> bool {
    match kind {
        Kind::Expiries => matches!(clause, C::Expires { .. } | C::Ttl { .. }),
        Kind::Revocations => matches!(clause, C::Trigger { hold: Hold::Revoke, .. }),
        Kind::Scope => matches!(clause, C::Scope(_)),
        Kind::Pauses => {
            matches!(
                clause,
                C::Continuous { .. } | C::Trigger { hold: Hold::Suspend | Hold::Reverify, .. } | C::Reinstate { .. }
            )
        }
        Kind::Evidence => matches!(clause, C::Oblige { time: ObligeTime::Within(_), .. }),
        Kind::Review | Kind::Freshness | Kind::Owner => false,
    }
}

/// The bounds of ages in a clause: what only they say is gone with them, and nothing is asked more strictly for it.
fn freshness(analysis: &Analysis, clause: &ast::Clause, whole: Span, cuts: &mut Vec<Cut>) {
    let (e, eased) = match &clause.kind {
        // What only advises bounds nothing.
        C::Require(e) | C::Basis(e) => (e, true),
        C::Deny(e) | C::Continuous { when: e, .. } | C::Cap { when: Some(e), .. } => (e, false),
        _ => return,
    };
    if ease(analysis, e, eased, cuts).is_some() {
        cuts.push((whole, ""));
    }
}

/// Takes out the bounds of ages that the expression needs to be the opposite of `eased`. What the whole of it is without them,
/// if nothing is left.
fn ease(analysis: &Analysis, e: &ast::Expr, eased: bool, cuts: &mut Vec<Cut>) -> Option<bool> {
    if bounds_age(analysis, e, eased) {
        return Some(eased);
    }
    match &e.kind {
        E::Paren(a) => ease(analysis, a, eased, cuts),
        E::Not(a) => ease(analysis, a, !eased, cuts).map(|v| !v),
        E::And(parts) | E::Or(parts) => {
            let neutral = matches!(e.kind, E::And(_));
            let left: Vec<Option<bool>> = parts.iter().map(|p| ease(analysis, p, eased, cuts)).collect();
            if left.contains(&Some(!neutral)) {
                return Some(!neutral);
            }
            // Of `i <= now and now < i + d`, both halves.
            let beside = |p: &ast::Expr| neutral && left.iter().any(Option::is_some) && starts(p);
            let gone: Vec<bool> = parts.iter().zip(&left).map(|(p, v)| v.is_some() || beside(p)).collect();
            if gone.iter().all(|g| *g) {
                return Some(neutral);
            }
            for (n, part) in parts.iter().enumerate().filter(|(n, _)| gone[*n]) {
                if gone[..n].iter().all(|g| *g) {
                    cuts.push((Span { end: parts[n + 1].span.start, ..part.span }, ""));
                } else {
                    cuts.push((Span { start: parts[n - 1].span.end, ..part.span }, ""));
                }
            }
            None
        }
        E::Binary { op: BinaryOp::Implies, left, right, .. } if eased => {
            let never = ease(analysis, left, false, cuts) == Some(false);
            let always = ease(analysis, right, true, cuts) == Some(true);
            (never || always).then_some(true)
        }
        E::Quantifier { kind, body, .. } => {
            let inner = eased != (*kind == QuantifierKind::No);
            let left = ease(analysis, body, inner, cuts)?;
            if left == (*kind == QuantifierKind::All) {
                return Some(*kind != QuantifierKind::Any);
            }
            cuts.push((body.span, if left { "true" } else { "false" }));
            None
        }
        _ => None,
    }
}

/// `x <= now`
fn starts(e: &ast::Expr) -> bool {
    matches!(&e.kind, E::Binary { op: BinaryOp::Le, right, .. } if matches!(&right.kind, E::Name(n) if n == "now"))
}

/// A comparison of the clock with an instant and a length of time that is `eased` until that time is over, or a function that
/// is one.
fn bounds_age(analysis: &Analysis, e: &ast::Expr, eased: bool) -> bool {
    match &e.kind {
        E::Paren(a) => bounds_age(analysis, a, eased),
        E::Not(a) => bounds_age(analysis, a, !eased),
        E::Binary { op, left, right, .. } => {
            let (small, large) = match (op, eased) {
                (BinaryOp::Lt | BinaryOp::Le, true) | (BinaryOp::Gt | BinaryOp::Ge, false) => (left, right),
                (BinaryOp::Lt | BinaryOp::Le, false) | (BinaryOp::Gt | BinaryOp::Ge, true) => (right, left),
                _ => return false,
            };
            let sum = |e: &ast::Expr| matches!(&e.kind, E::Binary { op: BinaryOp::Add | BinaryOp::Sub, .. });
            reads_now(small) && (sum(small) || sum(large))
        }
        E::Call { callee, .. } => {
            let all = analysis.modules.iter().flat_map(|m| &m.ast.items);
            let mut bodies = all.filter_map(|i| match &i.kind {
                ItemKind::Define(d) if d.name.text == callee.text => Some(&d.body),
                _ => None,
            });
            bodies.any(|body| all_bound(analysis, body, eased))
        }
        _ => false,
    }
}

/// A function that is nothing but a bound: `has x and fresh(x, d)`, `i <= now and now < i + d`.
fn all_bound(analysis: &Analysis, body: &ast::Expr, eased: bool) -> bool {
    match &body.kind {
        E::And(parts) if eased => {
            let bound = parts.iter().any(|p| bounds_age(analysis, p, true));
            bound && parts.iter().all(|p| bounds_age(analysis, p, true) || starts(p) || matches!(p.kind, E::Has(_)))
        }
        _ => bounds_age(analysis, body, eased),
    }
}

fn reads_now(e: &ast::Expr) -> bool {
    match &e.kind {
        E::Name(n) => n == "now",
        E::Paren(a) => reads_now(a),
        E::Binary { left, right, .. } => reads_now(left) || reads_now(right),
        _ => false,
    }
}
