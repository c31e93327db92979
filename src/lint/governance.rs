//! Who answers for a policy and what it leaves behind: T013 no evidence, T014 no owner, T015 no authority, T016 no review,
//! T017 a review that is overdue, T018 a role that is relied on and not asked, T026 an event and T027 a duty without effect.

use std::collections::BTreeSet;

use trust_runtime::time::DAY;
use trust_syntax::ast::ItemKind;
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::Context;
use super::lifecycle::reached;
use super::model::{Model, any};
use crate::program::expr::{ExprKind as K, Member};
use crate::program::ty::{RecordId, Ty};
use crate::program::value::Value;
use crate::program::{
    BlockId, BlockKind, ClauseKind, DutyId, Expect, ExpectKind, Framework, ObligeTime, On, Party, TestLine,
};

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let found = [no_evidence(model), no_owner(model), role_not_asked(cx, model)];
    cx.found.extend(found.into_iter().flatten());
}

pub fn package(cx: &mut Context<'_>) {
    if let Some(f) = &cx.program.framework
        && cx.own(f.module)
    {
        let found = framework(cx, f);
        cx.found.extend(found);
    }
    events_ignored(cx);
    duties_ignored(cx);
}

fn no_evidence(model: &Model<'_>) -> Option<Diagnostic> {
    if !model.is_relationship() {
        return None;
    }
    let at_reliance = |on: On| matches!(on, On::Permit | On::Any);
    let kept = model
        .block
        .clauses
        .iter()
        .any(|c| matches!(&c.kind, ClauseKind::Oblige { time: ObligeTime::Within(_), on, .. } if at_reliance(*on)));
    if kept {
        return None;
    }
    let name = &model.block.name;
    let mut d = Diagnostic::error("T013", model.block.name_span, format!("`{name}` permits and leaves no evidence"))
        .label("nothing is owed at each reliance")
        .help("oblige somebody to record it: `oblige evidence: log_use(credential.subject, action) within 1m`");
    let other = model.block.clauses.iter().find(|c| matches!(c.kind, ClauseKind::Oblige { .. }));
    if let Some(c) = other {
        d = d.because(c.name_span, "owed at a date, or on a deny only");
    }
    Some(d)
}

fn no_owner(model: &Model<'_>) -> Option<Diagnostic> {
    let block = model.block;
    if block.meta.owner.as_ref().is_some_and(|o| !o.trim().is_empty()) {
        return None;
    }
    model.is_relationship().then(|| {
        Diagnostic::error("T014", block.name_span, format!("nobody answers for the relationship `{}`", block.name))
            .label(if block.meta.owner.is_some() { "its `@owner` is empty" } else { "has no `@owner`" })
            .help("name the team: `@owner(\"integration-platform\")` above it")
    })
}

/// In a framework without relationships the participations are what others rely on: somebody answers for them, or for all.
fn nobody_owns(cx: &Context<'_>, f: &Framework) -> bool {
    let owned = |owner: &Option<smol_str::SmolStr>| owner.as_ref().is_some_and(|o| !o.trim().is_empty());
    let own = || cx.program.blocks.iter().filter(|b| cx.own(b.module));
    own().any(|b| b.kind == BlockKind::Participation)
        && !own().any(|b| b.kind == BlockKind::Relationship || owned(&b.meta.owner))
        && !owned(&f.meta.owner)
}

fn framework(cx: &Context<'_>, f: &Framework) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let at = framework_name(cx).unwrap_or(f.span);
    if f.authority.as_ref().is_none_or(|a| a.trim().is_empty()) {
        found.push(
            Diagnostic::error("T015", at, format!("nobody stands behind the framework `{}`", f.name))
                .label("states no `authority`")
                .help("say who sets the rules: `authority \"https://trust.example.org\"`"),
        );
    }
    if nobody_owns(cx, f) {
        found.push(
            Diagnostic::error("T014", at, format!("nobody answers for the framework `{}` or a participation", f.name))
                .label("no `@owner` anywhere")
                .help("name who answers for it: `@owner(\"trust-office\")` above the `framework` or a block"),
        );
    }
    if let (Some(until), Some(as_of)) = (f.until, cx.as_of)
        && as_of >= until
    {
        let day = crate::facts::to_source(&cx.program.types, &Ty::Instant, &Value::Instant(until));
        found.push(
            Diagnostic::error("T048", at, format!("the framework `{}` ended on {day}", f.name))
                .label("permits nothing any more")
                .help("take it out of use, or set a later end: `effective … until …`"),
        );
    }
    match f.review_every {
        None => found.push(
            Diagnostic::error("T016", at, format!("the framework `{}` is never looked at again", f.name))
                .label("states no `review`")
                .help("say how often the rules are reviewed: `review every 90d`"),
        ),
        Some(every) => {
            let from = f.reviewed.or(f.effective);
            let due = from.map(|from| from.saturating_add(every));
            if let (Some(as_of), Some(due)) = (cx.as_of, due)
                && as_of > due
            {
                let day = |at| crate::facts::to_source(&cx.program.types, &Ty::Instant, &Value::Instant(at));
                let today = day(as_of - as_of.rem_euclid(DAY));
                let day = day(due);
                found.push(
                    Diagnostic::error("T017", at, format!("the review of `{}` was due on {day}", f.name))
                        .label(if f.reviewed.is_some() { "reviewed too long ago" } else { "never reviewed" })
                        .help(format!("review the rules, then state the day: `review every … reviewed {today}`")),
                );
            }
        }
    }
    found
}

fn framework_name(cx: &Context<'_>) -> Option<Span> {
    let items = cx.analysis.modules.iter().filter(|m| !m.std).flat_map(|m| &m.ast.items);
    let mut names = items.filter_map(|i| match &i.kind {
        ItemKind::Framework(f) => Some(f.name.span),
        _ => None,
    });
    names.next()
}

fn role_not_asked(cx: &Context<'_>, model: &Model<'_>) -> Option<Diagnostic> {
    let (_, Party::Role(role)) = model.block.parties.as_ref()? else { return None };
    let asks = |id: BlockId, of: BlockId, members: &[Member]| {
        let Some(block) = cx.program.blocks.get(id.0 as usize) else { return true };
        reached(cx.program, block).into_iter().any(|e| {
            any(e, |e| {
                matches!(&e.kind, K::BlockCall { block, member, .. }
                    if *block == of && members.contains(member))
            })
        })
    };
    // Directly, or through a role that asks it in turn.
    let called = cx.asked(model.id);
    if called.iter().any(|id| asks(*id, *role, &[Member::Permitted])) {
        return None;
    }
    let part = called.iter().any(|id| asks(*id, *role, &[Member::Standing, Member::Grade]));
    let name = &cx.program.blocks.get(role.0 as usize)?.name;
    let args = cx.program.blocks.get(role.0 as usize)?.params.iter().map(|p| p.name.as_str()).collect::<Vec<_>>();
    let (message, label) = if part {
        (
            format!("`{}` relies on `{name}` and never asks whether its criteria are met", model.block.name),
            format!("asks its standing or grade, and not `{name}(…).permitted`"),
        )
    } else {
        (
            format!("`{}` relies on `{name}` and never asks whether the other side is one", model.block.name),
            format!("no condition asks `{name}(…).permitted`"),
        )
    };
    Some(
        Diagnostic::error("T018", model.block.name_span, message)
            .label(label)
            .help(format!("ask it: `require takes_part: {name}({}, prior: …).permitted`", args.join(", "))),
    )
}

/// The records of events that some clause acts on.
fn acted_on(cx: &Context<'_>) -> BTreeSet<RecordId> {
    let clauses = cx.program.blocks.iter().flat_map(|b| &b.clauses);
    let events = clauses.filter_map(|c| match &c.kind {
        ClauseKind::Trigger { event, .. } | ClauseKind::Reinstate { event, .. } => Some(*event),
        _ => None,
    });
    // A test may send an event to show that nothing happens.
    let sent = cx.program.tests.iter().flat_map(|t| &t.lines).filter_map(|l| match l {
        TestLine::Expect(Expect { kind: ExpectKind::Reacts { event_type, .. }, .. }) => Some(*event_type),
        _ => None,
    });
    events.chain(sent).collect()
}

fn events_ignored(cx: &mut Context<'_>) {
    let acted = acted_on(cx);
    let keyed = cx.program.blocks.iter().any(|b| !b.keys.is_empty());
    for (index, record) in cx.program.types.records.iter().enumerate() {
        let id = RecordId(index as u32);
        if !record.is_event || acted.contains(&id) || !keyed {
            continue;
        }
        let own = cx.own_place(record.span);
        let imports = imports(cx, &record.name);
        let place = if own { Some(record.span) } else { imports.first().copied() };
        let Some(place) = place else { continue };
        let what = if own { "declared" } else { "imported" };
        cx.found.push(
            Diagnostic::error("T026", place, format!("nothing acts on the event `{}`", record.name))
                .label(format!("{what}, and no `on {}` anywhere", record.name))
                .help(format!("act on it: `suspend … : on {} as e when …`, or take it away", record.name)),
        );
    }
}

fn duties_ignored(cx: &mut Context<'_>) {
    let owed: BTreeSet<DutyId> = cx
        .program
        .blocks
        .iter()
        .flat_map(|b| &b.clauses)
        .filter_map(|c| match &c.kind {
            ClauseKind::Oblige { duty, .. } => Some(*duty),
            _ => None,
        })
        .collect();
    if cx.program.blocks.is_empty() {
        return;
    }
    for (index, duty) in cx.program.duties.iter().enumerate() {
        if owed.contains(&DutyId(index as u32)) {
            continue;
        }
        let own = cx.own(duty.module);
        let imports = imports(cx, &duty.name);
        let place = if own { Some(duty.span) } else { imports.first().copied() };
        let Some(place) = place else { continue };
        let what = if own { "declared" } else { "imported" };
        cx.found.push(
            Diagnostic::error("T027", place, format!("nobody owes the duty `{}`", duty.name))
                .label(format!("{what}, and no `oblige` names it"))
                .help(format!("oblige somebody: `oblige … : {}(…) within 1h`, or take it away", duty.name)),
        );
    }
}

/// Where the package's own modules import a name of the library.
fn imports(cx: &Context<'_>, name: &str) -> Vec<Span> {
    let items = cx.analysis.modules.iter().filter(|m| !m.std).flat_map(|m| &m.ast.items);
    let uses = items.filter_map(|i| match &i.kind {
        ItemKind::Use(u) if u.path.first().is_some_and(|n| n.text == "std") => Some(u),
        _ => None,
    });
    uses.flat_map(|u| &u.names).filter(|n| n.text == name).map(|n| n.span).collect()
}
