//! Facts that come in and are not looked at: T011 an assurance that is never compared, T025 an instant whose age nothing
//! bounds, T008 a place or custodian without a handoff, T009 authentication alone, T010 the network alone.

use std::collections::BTreeSet;

use trust_syntax::diagnostic::Diagnostic;

use super::Context;
use super::model::Model;
use crate::program::expr::{CompareOp, Expr, ExprKind as K, LocalId};
use crate::program::ty::{EnumId, RecordId, Ty};
use crate::program::{BlockDef, BlockId, BlockKind, ClauseKind, ObligeTime, Program};

pub fn package(cx: &mut Context<'_>) {
    let facts = facts(cx);
    let read = read(cx.program);
    for (id, record) in cx.program.types.records.iter().enumerate() {
        let id = RecordId(id as u32);
        if !facts.contains(&id) || !cx.own_place(record.span) {
            continue;
        }
        for (n, field) in record.fields.iter().enumerate() {
            if !read.contains(&(id, n as u32)) {
                let owner = format!("`{}` of `{}`", field.name, record.name);
                let found = ignored(cx.program, &field.ty, field.span, &owner);
                cx.found.extend(found);
            }
        }
    }
    fields_ignored(cx, &facts);
    let mut found = Vec::new();
    for model in &cx.models {
        for (n, param) in model.block.params.iter().enumerate() {
            let slot = LocalId(n as u32);
            let used =
                blockwise(model.block).into_iter().any(|e| reads(e, &|e| matches!(e.kind, K::Local(id) if id == slot)));
            if !used {
                found.extend(ignored(cx.program, &param.ty, param.span, &format!("`{}`", param.name)));
            }
        }
        found.extend(handoff(cx, model));
        found.extend(alone(cx, model));
    }
    cx.found.extend(found);
}

/// Every field that a rule, a key, a duty or a function reads.
pub fn fields(program: &Program) -> BTreeSet<(RecordId, u32)> {
    let mut used = BTreeSet::new();
    let mut add = |e: &Expr| {
        if let K::Field(base, n) = &e.kind
            && let Ty::Record(id) = base.ty.present()
        {
            used.insert((*id, *n));
        }
    };
    for block in &program.blocks {
        let all =
            super::model::expressions(block).into_iter().map(|(_, e)| e).chain(block.keys.iter().map(|k| &k.expr));
        all.for_each(|e| crate::program::walk::walk(e, &mut add));
    }
    program.defines.iter().for_each(|d| crate::program::walk::walk(&d.body, &mut add));
    used
}

/// What is declared as a fact and nothing reads: T049 where it is a truth, a number, an address or a set, which are there to be
/// compared; T050 where it is a text, which may be there for the record.
fn fields_ignored(cx: &mut Context<'_>, facts: &BTreeSet<RecordId>) {
    for (id, record) in cx.program.types.records.iter().enumerate() {
        let id = RecordId(id as u32);
        if !facts.contains(&id) || !cx.own_place(record.span) {
            continue;
        }
        for (n, field) in record.fields.iter().enumerate() {
            let code = match &field.ty {
                Ty::Bool | Ty::Int | Ty::Decimal | Ty::Duration | Ty::Ip | Ty::Cidr | Ty::Set(_) | Ty::List(_) => {
                    "T049"
                }
                Ty::String => "T050",
                _ => continue,
            };
            if cx.read.contains(&(id, n as u32)) {
                continue;
            }
            cx.found.push(
                Diagnostic::warning(code, field.span, format!("no rule reads `{}` of `{}`", field.name, record.name))
                    .label("asked for, and decides nothing")
                    .help("compare it where it was meant to be compared, or take it away"),
            );
        }
    }
}

fn ignored(program: &Program, ty: &Ty, span: trust_syntax::span::Span, what: &str) -> Option<Diagnostic> {
    match ty.present() {
        Ty::Instant => Some(
            Diagnostic::error("T025", span, format!("nothing looks at how old {what} is"))
                .label("never compared with the clock or another instant")
                .help("bound its age: `require checked: fresh(x, 5m)`, or `ttl checked: 90d from x`")
                .help("a fact that no rule reads need not be asked for"),
        ),
        Ty::Enum(id)
            if *id != EnumId::STANDING && program.types.enums.get(id.0 as usize).is_some_and(|e| e.ordered) =>
        {
            let scale = program.types.enums.get(id.0 as usize)?;
            let lowest = scale.cases.get(1).or(scale.cases.first()).map_or("…", |c| c.name.as_str());
            Some(
                Diagnostic::error("T011", span, format!("the level {what} is carried and never compared"))
                    .label("no rule asks how high it is")
                    .help(format!("ask for what is enough: `require assured: … >= {lowest}`"))
                    .help("the weakest participant is as strong as the whole"),
            )
        }
        _ => None,
    }
}

/// The records that reach a block of the package as facts.
fn facts(cx: &Context<'_>) -> BTreeSet<RecordId> {
    let mut seen = BTreeSet::new();
    let params = cx.models.iter().flat_map(|m| &m.block.params);
    let mut stack: Vec<&Ty> = params.map(|p| &p.ty).collect();
    while let Some(ty) = stack.pop() {
        match ty {
            Ty::Optional(inner) | Ty::List(inner) | Ty::Set(inner) => stack.push(inner),
            Ty::Record(id) if seen.insert(*id) => {
                let record = cx.program.types.records.get(id.0 as usize);
                stack.extend(record.into_iter().flat_map(|r| &r.fields).map(|f| &f.ty));
            }
            _ => {}
        }
    }
    seen
}

/// The expressions of a block in which a fact is looked at: its presence alone, what is passed to a duty and the key do not
/// count.
fn blockwise(block: &BlockDef) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = block.lets.iter().map(|l| &l.value).collect();
    all.extend(block.grade.iter().map(|g| &g.from));
    for clause in &block.clauses {
        match &clause.kind {
            ClauseKind::Oblige { time: ObligeTime::Due(e) | ObligeTime::Within(e), when, args, .. } => {
                all.push(e);
                all.extend(when);
                // An instant that evidence carries is of use there.
                all.extend(args.iter().filter(|a| matches!(a.ty.present(), Ty::Instant)));
            }
            _ => all.extend(super::model::clause_expressions(clause)),
        }
    }
    all
}

/// Whether a part of the expression that is more than asked for presence answers the question.
fn reads(e: &Expr, f: &dyn Fn(&Expr) -> bool) -> bool {
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        if let K::Has(_) = e.kind {
            continue;
        }
        if f(e) {
            return true;
        }
        super::model::parts(e, &mut stack);
    }
    false
}

/// Every field that some rule looks at. That it is there is enough where its absence permits (`deny gone: has x.left_at`); a
/// permit that only asks that it is there (`require checked: has x.checked_at`) does not look at it.
fn read(program: &Program) -> BTreeSet<(RecordId, u32)> {
    let mut found = BTreeSet::new();
    for block in &program.blocks {
        let of = |e| match wanted(block, e) {
            Some(true) => Asked::There,
            Some(false) => Asked::Absent,
            None => Asked::Other,
        };
        let lets: Vec<&Expr> = block.lets.iter().map(|l| &l.value).collect();
        let own = blockwise(block).into_iter().filter(|e| !lets.iter().any(|l| std::ptr::eq(*l, *e)));
        let mut stack: Vec<(&Expr, Asked)> = own.map(|e| (e, of(e))).collect();
        stack.extend(block.react_lets.iter().map(|l| (&l.value, Asked::Other)));
        let mut seen = BTreeSet::new();
        while let Some(id) = looked_at(&mut stack, &mut found, &mut seen) {
            // What a `let` stands for is looked at where the `let` is.
            let value = block.lets.iter().find(|l| l.local == id);
            stack.extend(value.map(|l| (&l.value, Asked::Other)));
        }
    }
    let mut stack = program.defines.iter().map(|d| (&d.body, Asked::Other)).collect();
    let mut seen = BTreeSet::new();
    while looked_at(&mut stack, &mut found, &mut seen).is_some() {}
    found
}

/// Works the stack off until a name is met that was not met before.
fn looked_at(
    stack: &mut Vec<(&Expr, Asked)>,
    found: &mut BTreeSet<(RecordId, u32)>,
    seen: &mut BTreeSet<LocalId>,
) -> Option<LocalId> {
    let mut parts = Vec::new();
    while let Some((e, asked)) = stack.pop() {
        match &e.kind {
            K::Local(id) if seen.insert(*id) => return Some(*id),
            K::Has(inner) if asked == Asked::There => {
                // `has x.y.z` looks at `x.y`, not at `z`.
                if let K::Field(base, _) = &inner.kind {
                    stack.push((base, asked));
                }
                continue;
            }
            K::Not(a) => {
                stack.push((a, asked.opposite()));
                continue;
            }
            K::Implies(a, b) => {
                stack.extend([(&**a, Asked::Other), (&**b, asked)]);
                continue;
            }
            K::Field(base, n) => {
                if let Ty::Record(id) = base.ty.present() {
                    found.insert((*id, *n));
                }
            }
            _ => {}
        }
        let kept = if matches!(e.kind, K::And(_) | K::Or(_)) { asked } else { Asked::Other };
        super::model::parts(e, &mut parts);
        stack.extend(parts.drain(..).map(|p| (p, kept)));
    }
    None
}

/// What a permit asks of the presence of a fact.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    There,
    Absent,
    Other,
}

impl Asked {
    fn opposite(self) -> Asked {
        match self {
            Asked::There => Asked::Absent,
            Asked::Absent => Asked::There,
            Asked::Other => Asked::Other,
        }
    }
}

/// Whether a permit needs the expression to hold or to fail, if it is the condition of such a clause.
fn wanted(block: &BlockDef, e: &Expr) -> Option<bool> {
    block.clauses.iter().find_map(|c| match &c.kind {
        ClauseKind::Scope(x) | ClauseKind::Require(x) | ClauseKind::Basis(x) if std::ptr::eq(x, e) => Some(true),
        ClauseKind::Deny(x) | ClauseKind::Continuous { when: x, .. } | ClauseKind::Cap { when: Some(x), .. }
            if std::ptr::eq(x, e) =>
        {
            Some(false)
        }
        _ => None,
    })
}

/// The record of a library module, by its type.
fn std_record(cx: &Context<'_>, module: &str, name: &str) -> Option<RecordId> {
    let file = cx.program.modules.iter().find(|m| m.std && m.name == module)?.file;
    let at = cx.program.types.records.iter().position(|r| r.span.file == file && r.name == name)?;
    Some(RecordId(at as u32))
}

/// The types a block's parameters hold, itself and inside.
fn held(program: &Program, block: &BlockDef) -> BTreeSet<RecordId> {
    let mut seen = BTreeSet::new();
    let mut stack: Vec<&Ty> = block.params.iter().map(|p| &p.ty).collect();
    while let Some(ty) = stack.pop() {
        match ty {
            Ty::Optional(inner) | Ty::List(inner) | Ty::Set(inner) => stack.push(inner),
            Ty::Record(id) if seen.insert(*id) => {
                stack.extend(
                    program.types.records.get(id.0 as usize).into_iter().flat_map(|r| &r.fields).map(|f| &f.ty),
                );
            }
            _ => {}
        }
    }
    seen
}

/// Where something runs or who holds it is among the facts, and no handoff makes anybody look again.
fn handoff(cx: &Context<'_>, model: &Model<'_>) -> Option<Diagnostic> {
    if !model.is_relationship() {
        return None;
    }
    let held = held(cx.program, model.block);
    let places = ["Custody", "Identity"].map(|name| std_record(cx, "std.identity", name));
    let place = places.into_iter().flatten().find(|id| held.contains(id))?;
    let handoff = std_record(cx, "std.events", "Handoff");
    let acts = |id: &BlockId| {
        cx.program.blocks.get(id.0 as usize).is_some_and(|b| {
            b.clauses.iter().any(|c| matches!(&c.kind, ClauseKind::Trigger { event, .. } if Some(*event) == handoff))
        })
    };
    if cx.asked(model.id).iter().any(acts) {
        return None;
    }
    let record = cx.program.types.records.get(place.0 as usize)?;
    let key = model.block.keys.first().map_or("credential.subject", |k| k.path.as_str());
    Some(
        Diagnostic::error(
            "T008",
            model.block.name_span,
            format!("`{}` knows who holds what and where, and trusts on after a handoff", model.block.name),
        )
        .label(format!("has a `{}`, and no `reverify` on a `Handoff`", record.name))
        .help(format!("verify again what has moved: `reverify moved: on Handoff as h when h.subject == {key}`")),
    )
}

/// A permit that rests on one kind of fact.
fn alone(cx: &Context<'_>, model: &Model<'_>) -> Option<Diagnostic> {
    if model.block.kind == BlockKind::Assessment || !model.whole {
        return None;
    }
    let authentication = std_record(cx, "std.identity", "Authentication");
    let levels: Vec<EnumId> = ["Aal", "Fal"].iter().filter_map(|name| std_enum(cx, "std.assurance", name)).collect();
    let conditions: Vec<&Expr> = model
        .needs
        .iter()
        .filter(|n| {
            matches!(
                model.clause(n.clause).kind,
                ClauseKind::Require(_) | ClauseKind::Deny(_) | ClauseKind::Continuous { .. }
            )
        })
        .chain(&model.bases)
        .map(|c| &c.expr)
        .collect();
    if conditions.is_empty() {
        return None;
    }
    let mut kinds = BTreeSet::new();
    for e in conditions {
        leaves(e, &mut |leaf, path| {
            let through = |id: RecordId| path.iter().any(|t| *t.present() == Ty::Record(id));
            let kind = match leaf.present() {
                Ty::Ip | Ty::Cidr => "network",
                Ty::Enum(id) if levels.contains(id) => "authentication",
                _ if authentication.is_some_and(through) => "authentication",
                _ => "other",
            };
            kinds.insert(kind);
        });
    }
    let mut kinds = kinds.into_iter();
    let (only, None) = (kinds.next()?, kinds.next()) else { return None };
    let name = &model.block.name;
    match only {
        "authentication" => Some(
            Diagnostic::error("T009", model.block.name_span, format!("`{name}` takes authentication for trust"))
                .label("every condition is about how the caller proved who it is")
                .help("ask also whether it should be let in now: standing, status, purpose, behaviour"),
        ),
        "network" => Some(
            Diagnostic::error("T010", model.block.name_span, format!("`{name}` trusts a place in the network"))
                .label("every condition is about addresses")
                .help("an address may limit trust and never suffices for it: ask who calls, with which credential"),
        ),
        _ => None,
    }
}

fn std_enum(cx: &Context<'_>, module: &str, name: &str) -> Option<EnumId> {
    let file = cx.program.modules.iter().find(|m| m.std && m.name == module)?.file;
    let at = cx.program.types.enums.iter().position(|e| e.span.file == file && e.name == name)?;
    Some(EnumId(at as u32))
}

/// The facts a condition reads: their type, and the types of what leads to them. That somebody is the one who proved
/// itself (`auth.subject == credential.subject`) ties facts together and is none itself.
fn leaves(e: &Expr, f: &mut dyn FnMut(&Ty, &[&Ty])) {
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        match &e.kind {
            K::Compare(CompareOp::Eq, a, b) if is_path(a) && is_path(b) => {}
            K::Field(..) | K::Local(_) if is_path(e) => {
                let mut types = Vec::new();
                let mut at = e;
                while let K::Field(base, _) = &at.kind {
                    types.push(&base.ty);
                    at = base;
                }
                f(&e.ty, &types);
            }
            K::BlockCall { .. } => f(&Ty::Bool, &[]),
            _ => super::model::parts(e, &mut stack),
        }
    }
}

fn is_path(e: &Expr) -> bool {
    let mut e = e;
    while let K::Field(base, _) = &e.kind {
        e = base;
    }
    matches!(e.kind, K::Local(_))
}

/// Used by the lints on chains and classes, too.
pub fn std_type(cx: &Context<'_>, module: &str, name: &str) -> Option<Ty> {
    std_record(cx, module, name).map(Ty::Record).or_else(|| std_enum(cx, module, name).map(Ty::Enum))
}
