//! Whom a relationship asks about: T040 a standing that is not the asked one's own, T043 facts that nothing ties to the other
//! side, T047 a party that relies on itself.

use std::collections::BTreeSet;

use trust_syntax::diagnostic::{Diagnostic, Edit, Fix};
use trust_syntax::span::Span;

use super::Context;
use super::facts::std_type;
use super::model::{Condition, Model, path_name};
use super::solve::{key, peel};
use super::ties::{Ties, roots};
use crate::program::expr::{Expr, ExprKind as K, Prior};
use crate::program::ty::{EnumId, Ty, standing};
use crate::program::value::Value;
use crate::program::walk::walk;
use crate::program::{BlockDef, BlockId, BlockKind, Party, Program};

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let mut found = standings(cx, model);
    found.extend(untied(cx, model));
    found.extend(whoever(cx, model));
    found.extend(itself(model));
    cx.found.extend(found);
}

fn conditions<'m>(model: &'m Model<'_>) -> impl Iterator<Item = &'m Condition> {
    model.needs.iter().chain(&model.bases).chain(&model.recommends).chain(&model.whens)
}

/// T040: a block that keeps standings is asked with a constant, or with the standing of another record.
fn standings(cx: &Context<'_>, model: &Model<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for condition in conditions(model) {
        let mut calls = Vec::new();
        walk(&condition.expr, &mut |e| {
            if let K::BlockCall { block, args, prior: Prior::Standing(prior), .. } = &e.kind
                && let Some(called) = cx.program.blocks.get(block.0 as usize)
            {
                calls.push((called, args.clone(), (**prior).clone(), e.span));
            }
        });
        for (called, args, prior, span) in calls {
            if let Some(d) = not_own(cx, model, called, &args, &prior, span)
                && !found.iter().any(|f| f.span == d.span && f.message == d.message)
            {
                found.push(d);
            }
        }
    }
    found
}

fn not_own(
    cx: &Context<'_>,
    model: &Model<'_>,
    called: &BlockDef,
    args: &[Expr],
    prior: &Expr,
    call: Span,
) -> Option<Diagnostic> {
    let prior_value = peel(prior);
    let own: Vec<Expr> = called.keys.iter().filter_map(|k| owner(&k.expr, args)).collect();
    let better = own.iter().find_map(|o| standing_of(cx.program, model, o));
    let name = &called.name;
    match &prior_value.kind {
        K::Const(Value::Case(case)) if *case != standing::REVOKED => {
            let cases = cx.program.types.enums.get(EnumId::STANDING.0 as usize)?;
            let word = cases.cases.get(*case as usize).map_or("active", |c| c.name.as_str());
            let mut d = Diagnostic::error(
                "T040",
                prior.span,
                format!("`{name}` is asked as if its standing were always `{word}`"),
            )
            .label("a suspension or revocation of it never counts here")
            .because(call, "asked here");
            d = match &better {
                Some(path) => d.help(format!("say what your records hold: `prior: {path}`")),
                None => d.help("take the standing in as a fact (`standing: Standing`), and pass it: `prior: …`"),
            };
            let text = cx.analysis.sources.get(prior.span.file);
            let text = text.and_then(|f| f.text.get(prior.span.start as usize..prior.span.end as usize));
            if let (Some(path), Some("active" | "Standing.active")) = (better, text) {
                let edits = vec![Edit { span: prior.span, text: path.clone() }];
                d.fixes.push(Fix { title: format!("ask with `{path}`"), edits, safe: false });
            }
            Some(d)
        }
        K::Field(base, _) => {
            let better = better?;
            let of = key(base);
            if own.iter().any(|o| related(&key(o), &of)) {
                return None;
            }
            let mut d = Diagnostic::error(
                "T040",
                prior.span,
                format!("`{name}` is asked about one party, with the standing of another"),
            )
            .label("not the standing of the one that is asked about")
            .help(format!("ask with its own: `prior: {better}`"));
            if prior.span != call {
                d = d.because(call, "asked here");
            }
            Some(d)
        }
        _ => None,
    }
}

/// One path leads to the other.
fn related(a: &str, b: &str) -> bool {
    let inside = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|r| r.is_empty() || r.starts_with('.'));
    inside(a, b) || inside(b, a)
}

/// The record that holds a key value of the called block, as the caller names it.
fn owner(key: &Expr, args: &[Expr]) -> Option<Expr> {
    let K::Field(base, _) = &key.kind else {
        // A key that is a parameter itself: whose field the caller passes.
        let K::Local(id) = &key.kind else { return None };
        return match &peel(args.get(id.0 as usize)?).kind {
            K::Field(base, _) => Some((**base).clone()),
            _ => None,
        };
    };
    put_in(base, args)
}

fn put_in(e: &Expr, args: &[Expr]) -> Option<Expr> {
    // Paths are short: a loop down, then up again.
    let mut fields = Vec::new();
    let mut at = e;
    while let K::Field(base, n) = &at.kind {
        fields.push((*n, at.ty.clone()));
        at = base;
    }
    let K::Local(id) = &at.kind else { return None };
    let mut out = peel(args.get(id.0 as usize)?).clone();
    for (n, ty) in fields.into_iter().rev() {
        let span = out.span;
        out = Expr { kind: K::Field(Box::new(out), n), ty, span };
    }
    Some(out)
}

/// The standing that a record keeps of its own, as an author would write it.
fn standing_of(program: &Program, model: &Model<'_>, owner: &Expr) -> Option<String> {
    let Ty::Record(id) = owner.ty.present() else { return None };
    let record = program.types.records.get(id.0 as usize)?;
    let field = record.fields.iter().find(|f| f.ty == Ty::Enum(EnumId::STANDING))?;
    Some(format!("{}.{}", path_name(program, model.block, owner)?, field.name))
}

/// T043: the role of one party is asked, and what is presented could be anybody's.
///
/// Said where what is presented names somebody and no rule reads the name: a host may have tied other facts together already,
/// as by a key that holds both.
fn untied(cx: &Context<'_>, model: &Model<'_>) -> Vec<Diagnostic> {
    let block = model.block;
    let Some((_, Party::Role(role))) = &block.parties else { return Vec::new() };
    if !model.is_relationship() || !model.whole {
        return Vec::new();
    }
    let params = &block.params;
    let mut ties = Ties::new(cx.program, params.len());
    let mut asked: Option<(Span, BTreeSet<usize>)> = None;
    let mut read = BTreeSet::new();
    for condition in model.needs.iter().chain(&model.bases) {
        ties.condition(&condition.expr);
        walk(&condition.expr, &mut |e| match &e.kind {
            K::BlockCall { block, args, .. } if asked.is_none() && asks(cx.program, *block, *role) => {
                asked = Some((e.span, args.iter().flat_map(|a| roots(a, params.len())).collect()));
            }
            K::Field(..) => read.extend(roots(e, params.len())),
            _ => {}
        });
    }
    let Some((call, subjects)) = asked else { return Vec::new() };
    let record = |n: usize| match params.get(n).map(|p| p.ty.present()) {
        Some(Ty::Record(id)) => cx.program.types.records.get(id.0 as usize).map(|r| (*id, r)),
        _ => None,
    };
    let Some(subject) = subjects.iter().copied().find(|s| record(*s).is_some()) else { return Vec::new() };
    let of_subject: BTreeSet<usize> = subjects.iter().map(|s| ties.root(*s)).collect();
    let in_key = block.keys.iter().flat_map(|k| roots(&k.expr, params.len())).any(|n| subjects.contains(&n));
    if in_key {
        return Vec::new();
    }
    let other = params.get(subject).map_or("", |p| p.name.as_str());
    let (role_name, theirs) = match cx.program.blocks.get(role.0 as usize) {
        Some(b) => match b.keys.first() {
            Some(k) => (b.name.as_str(), k.path.split('.').next_back().unwrap_or("…")),
            None => return Vec::new(),
        },
        None => return Vec::new(),
    };
    let mut found = Vec::new();
    for (n, p) in params.iter().enumerate() {
        let Some((id, decl)) = record(n) else { continue };
        if !read.contains(&n) || of_subject.contains(&ties.root(n)) {
            continue;
        }
        let unread = decl.fields.iter().enumerate().find(|(f, field)| {
            field.ty == Ty::String && cx.own_place(decl.span) && !cx.read.contains(&(id, *f as u32))
        });
        let Some((_, field)) = unread else { continue };
        let mine = &field.name;
        let d = Diagnostic::error("T043", p.span, format!("nothing ties `{}` to `{other}`", p.name))
            .label(format!("no condition of `{}` says that they belong together", block.name))
            .because(call, format!("asks whether `{other}` is a `{role_name}`; what is presented may be another's"))
            .because(field.span, "names somebody, and no rule reads it");
        found.push(d.help(format!("compare what both name: `require own: {}.{mine} == {other}.{theirs}`", p.name)));
    }
    found
}

/// T043, too: somebody proved who it is, and no rule and no key asks who that was.
fn whoever(cx: &Context<'_>, model: &Model<'_>) -> Vec<Diagnostic> {
    let Some(Ty::Record(authentication)) = std_type(cx, "std.identity", "Authentication") else { return Vec::new() };
    let subject = cx.program.types.records.get(authentication.0 as usize);
    let subject = subject.and_then(|r| r.fields.iter().position(|f| f.name == "subject"));
    if model.block.kind == BlockKind::Assessment || !model.whole {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (n, p) in model.block.params.iter().enumerate() {
        if *p.ty.present() != Ty::Record(authentication) {
            continue;
        }
        let is = |e: &Expr| matches!(e.kind, K::Local(id) if id.0 as usize == n);
        let (mut read, mut asked) = (false, false);
        let keys = model.block.keys.iter().map(|k| &k.expr);
        for e in model.needs.iter().chain(&model.bases).map(|c| &c.expr).chain(keys) {
            walk(e, &mut |e| match &e.kind {
                K::Field(base, f) if is(base) => {
                    read = true;
                    asked |= Some(*f as usize) == subject;
                }
                // Passed on whole.
                K::BlockCall { args, .. } => asked |= args.iter().any(is),
                _ => {}
            });
        }
        if read && !asked {
            found.push(
                Diagnostic::error("T043", p.span, format!("nobody asks whose authentication `{}` is", p.name))
                    .label(format!("no condition of `{}` reads `{}.subject`", model.block.name, p.name))
                    .help(format!(
                        "compare it with whom the decision is about: `require same: {}.subject == …`",
                        p.name
                    )),
            );
        }
    }
    found
}

/// Whether a block is the role, or asks it in turn.
fn asks(program: &Program, block: BlockId, role: BlockId) -> bool {
    super::lifecycle::asked(program, block).contains(&role)
}

/// T047: the same party on both sides.
fn itself(model: &Model<'_>) -> Option<Diagnostic> {
    let (Party::Outside(a), Party::Outside(b)) = model.block.parties.as_ref()? else { return None };
    if !a.trim().eq_ignore_ascii_case(b.trim()) {
        return None;
    }
    Some(
        Diagnostic::error("T047", model.block.name_span, format!("in `{}` a party relies on itself", model.block.name))
            .label(format!("\"{a}\" stands on both sides"))
            .help("name the two sides: who relies, and on whom"),
    )
}
