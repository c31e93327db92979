//! Scope and style: T024 a scope with a wildcard, T030 quadratic cost, T031 a revocation no test tries, T032 a clause without
//! message, T033 without control, T034 a trigger that asks nothing but whom it concerns, T035 `and` beside `or`.

use std::collections::BTreeSet;

use trust_syntax::ast;
use trust_syntax::diagnostic::{Diagnostic, Edit, Fix};
use trust_syntax::span::Span;

use super::Context;
use super::model::{Model, any};
use crate::program::expr::{Builtin, CompareOp, Expr, ExprKind as K};
use crate::program::ty::RecordId;
use crate::program::value::Value;
use crate::program::{BlockId, BlockKind, ClauseKind, Expect, ExpectKind, Hold, TestLine};
use crate::watch::{Source, watch_sets};

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let mut found = Vec::new();
    wildcard(model, &mut found);
    messages(model, &mut found);
    controls(model, &mut found);
    senders(model, &mut found);
    cx.found.extend(found);
}

pub fn package(cx: &mut Context<'_>) {
    untested(cx);
    quadratic(cx);
    let items = cx.analysis.modules.iter().filter(|m| !m.std).flat_map(|m| &m.ast.items);
    let mut found = Vec::new();
    for item in items {
        for e in conditions(item) {
            mixed(e, &mut found);
        }
    }
    cx.found.extend(found);
}

/// A text that stands for everything: `*`, or a pattern that every text has.
fn wildcard(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    for clause in &model.block.clauses {
        let ClauseKind::Scope(e) = &clause.kind else { continue };
        let star =
            |e: &Expr| matches!(&e.kind, K::Const(Value::String(s)) if !s.is_empty() && s.bytes().all(|b| b == b'*'));
        let empty = |e: &Expr| matches!(&e.kind, K::Const(Value::String(s)) if s.is_empty());
        let wild = |e: &Expr| match &e.kind {
            K::Builtin(Builtin::InCollection, args) => match args.as_slice() {
                [x, xs] => star(x) || any(xs, star),
                _ => false,
            },
            K::Compare(CompareOp::Eq, a, b) => star(a) || star(b),
            K::Builtin(Builtin::StartsWith | Builtin::EndsWith | Builtin::InString, args) => args.iter().any(empty),
            K::Matches(_, pattern) => fits_any_text(pattern.source()),
            _ => false,
        };
        if any(e, wild) {
            found.push(
                Diagnostic::error("T024", e.span, format!("the scope of `{}` has a way around it", model.block.name))
                    .label("a wildcard stands for every action")
                    .help("name the actions that the purpose needs: `scope action in credential.scopes`"),
            );
        }
    }
}

/// A pattern that says nothing of the text, or only that there is one.
pub fn fits_any_text(pattern: &str) -> bool {
    let inner = pattern.strip_prefix("(?s)").unwrap_or(pattern);
    let inner = inner.strip_prefix('^').unwrap_or(inner);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    let inner = inner.strip_prefix('(').and_then(|i| i.strip_suffix(')')).unwrap_or(inner);
    ["*", "+", "*?", "+?"].iter().any(|times| {
        inner
            .strip_suffix(times)
            .is_some_and(|one| matches!(one, "." | r"[\s\S]" | r"[\S\s]" | r"[\w\W]" | r"[\d\D]" | r"\S"))
    })
}

fn messages(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    for clause in model.block.clauses.iter().filter(|c| c.meta.doc.is_none()) {
        found.push(
            Diagnostic::warning("T032", clause.name_span, format!("`{}` has no message", clause.name))
                .label("an answer names it and cannot say what it means")
                .help("say in a sentence above it what must hold: `/// …`"),
        );
    }
}

fn controls(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    if !model.block.meta.maps.is_empty() {
        return;
    }
    for clause in model.block.clauses.iter().filter(|c| c.meta.maps.is_empty()) {
        found.push(
            Diagnostic::warning("T033", clause.name_span, format!("`{}` serves no control", clause.name))
                .label("neither it nor its block has `@maps`")
                .help("name the control it serves: `@maps(nist_csf[\"GV.SC-05\"])`"),
        );
    }
}

/// A trigger whose condition is about whom it concerns, and about nothing else in the event.
fn senders(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    for watch in watch_sets(model.program, model.id) {
        let clause = model.clause(watch.clause);
        let (ClauseKind::Trigger { when: Some(when), binder, .. }
        | ClauseKind::Reinstate { when: Some(when), binder, .. }) = &clause.kind
        else {
            continue;
        };
        let select: BTreeSet<&str> = watch
            .ways
            .iter()
            .flat_map(|w| &w.selections)
            .filter_map(|s| match &s.from {
                Source::Field(f) | Source::Element { of: f, .. } => Some(f.as_str()),
                Source::Constant(_) => None,
            })
            .collect();
        let record = model.program.types.records.get(watch.event.0 as usize);
        let other = any(when, |e| match &e.kind {
            K::Field(base, n) if matches!(&base.kind, K::Local(id) if id == binder) => {
                let name = record.and_then(|r| r.fields.get(*n as usize)).map(|f| f.name.as_str());
                name.is_some_and(|name| !select.iter().any(|s| s.split('.').next() == Some(name)))
            }
            _ => false,
        });
        if !other {
            found.push(
                Diagnostic::warning("T034", clause.name_span, format!("`{}` asks nothing of who says so", clause.name))
                    .label("reads only whom the event concerns")
                    .help("where the event names its sender, ask for it: `and e.reported_by in trusted_reporters`"),
            );
        }
    }
}

fn untested(cx: &mut Context<'_>) {
    let lines = cx.program.tests.iter().flat_map(|t| &t.lines);
    let tried: BTreeSet<(BlockId, RecordId)> = lines
        .filter_map(|l| match l {
            TestLine::Expect(Expect { kind: ExpectKind::Reacts { block, event_type, .. }, .. }) => {
                Some((*block, *event_type))
            }
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for model in &cx.models {
        for clause in &model.block.clauses {
            if let ClauseKind::Trigger { hold: Hold::Revoke, event, .. } = &clause.kind
                && !tried.contains(&(model.id, *event))
            {
                found.push(
                    Diagnostic::warning(
                        "T031",
                        clause.name_span,
                        format!("no test tries the revocation `{}`", clause.name),
                    )
                    .label("never seen to work")
                    .help("rehearse it: `expect … on EVENT { … }: revoke because …`"),
                );
            }
        }
    }
    cx.found.extend(found);
}

fn quadratic(cx: &mut Context<'_>) {
    let degrees = crate::check::degrees(cx.program);
    let mut found = Vec::new();
    for model in cx.models.iter().filter(|m| degrees.get(m.id.0 as usize) == Some(&2)) {
        let kind = match model.block.kind {
            BlockKind::Assessment => "assessing",
            BlockKind::Participation | BlockKind::Relationship => "deciding",
        };
        found.push(
            Diagnostic::warning(
                "T030",
                model.block.name_span,
                format!("{kind} `{}` takes longer with the square of the lists' length", model.block.name),
            )
            .label("goes over a list for each element of a list")
            .help("ask a `set` with `in`, which takes no walk, or lower the limit of lists in `trust.toml`"),
        );
    }
    cx.found.extend(found);
}

/// The expressions of an item that are conditions or hold some.
fn conditions(item: &ast::Item) -> Vec<&ast::Expr> {
    use ast::{ClauseKind as C, ItemKind as I};
    match &item.kind {
        I::Define(d) => vec![&d.body],
        I::Let(l) => vec![&l.value],
        I::Block(b) => b
            .clauses
            .iter()
            .flat_map(|c| match &c.kind {
                C::Scope(e) | C::Require(e) | C::Recommend(e) | C::Basis(e) | C::Deny(e) => vec![e],
                C::Let(l) => vec![&l.value],
                C::Continuous { when, .. } => vec![when],
                C::Cap { when, .. }
                | C::Expires { when, .. }
                | C::Ttl { when, .. }
                | C::Oblige { when, .. }
                | C::Trigger { when, .. }
                | C::Reinstate { when, .. } => when.iter().collect(),
                C::Parties { .. } | C::Purpose(_) | C::Key(_) | C::Grade { .. } | C::Error => Vec::new(),
            })
            .collect(),
        I::Invariant(i) => vec![&i.claim],
        I::Framework(_)
        | I::Use(_)
        | I::Enum(_)
        | I::Record(_)
        | I::Event(_)
        | I::Duty(_)
        | I::Catalog(_)
        | I::Data(_)
        | I::Test(_)
        | I::Error => Vec::new(),
    }
}

/// `a or b and c`: the `and` binds first, and not every reader knows.
fn mixed(e: &ast::Expr, found: &mut Vec<Diagnostic>) {
    use ast::ExprKind as E;
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        if let E::Or(parts) = &e.kind {
            for part in parts.iter().filter(|p| matches!(p.kind, E::And(_))) {
                let mut d = Diagnostic::warning("T035", part.span, "`and` beside `or` without parentheses")
                    .label("this is joined first")
                    .help("write the parentheses, so that nobody has to know which of the two binds tighter");
                let at = |offset: Span, text: &str| Edit { span: offset, text: text.into() };
                let edits = vec![at(part.span.before(), "("), at(part.span.after(), ")")];
                d.fixes.push(Fix { title: "put parentheses around it".into(), edits, safe: true });
                found.push(d);
            }
        }
        match &e.kind {
            E::And(parts) | E::Or(parts) | E::List(parts) | E::Set(parts) => stack.extend(parts),
            E::Paren(a) | E::Not(a) | E::Neg(a) | E::Has(a) => stack.push(a),
            E::Binary { left, right, .. } => stack.extend([&**left, &**right]),
            E::If { condition, then, otherwise } => stack.extend([&**condition, &**then, &**otherwise]),
            E::Match { arms, .. } => stack.extend(arms.iter().map(|a| &a.body)),
            E::Quantifier { body, .. } => stack.push(body),
            E::Aggregate { condition, .. } => stack.extend(condition.as_deref()),
            E::CountWhere { condition, .. } => stack.push(condition),
            E::Call { args, .. } => stack.extend(args.iter().map(|a| &a.value)),
            _ => {}
        }
    }
}
