//! T026, in part: an event that brings a new status, and a status among them that the block refuses when it is asked and on
//! which nothing acts.
//!
//! Where a block has a trigger that goes by a case of the event, and a permit needs a fact of the same enum to be another
//! case, trust that stands goes on though anybody who asks anew is refused. What is not understood is silent.

use std::collections::BTreeSet;

use trust_syntax::diagnostic::Diagnostic;

use super::Context;
use super::flat::{Flat, Names};
use super::model::{Model, any};
use super::solve::{Solver, key};
use crate::program::expr::{CompareOp, Expr, ExprKind as K, LocalId};
use crate::program::ty::{EnumId, RecordId, Ty};
use crate::program::value::Value;
use crate::program::{BlockDef, ClauseDef, ClauseKind};

/// The slot of the event in a condition written out.
const EVENT: LocalId = LocalId(u32::MAX - 1);

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for clause in &model.block.clauses {
        let ClauseKind::Trigger { event, .. } = &clause.kind else { continue };
        let record = cx.program.types.records.get(event.0 as usize);
        for (n, field) in record.into_iter().flat_map(|r| r.fields.iter().enumerate()) {
            if let Ty::Enum(id) = field.ty
                && id != EnumId::STANDING
                && seen.insert((*event, n))
            {
                found.extend(ignored(cx, model, clause, *event, n as u32, id));
            }
        }
    }
    cx.found.extend(found);
}

fn ignored(
    cx: &Context<'_>,
    model: &Model<'_>,
    clause: &ClauseDef,
    event: RecordId,
    field: u32,
    id: EnumId,
) -> Option<Diagnostic> {
    let decl = cx.program.types.enums.get(id.0 as usize)?;
    let record = cx.program.types.records.get(event.0 as usize)?;
    let refused = refused(cx, model, id)?;
    let ty = Ty::Enum(id);
    let from = Expr { kind: K::Local(EVENT), ty: Ty::Record(event), span: clause.span };
    let status = Expr { kind: K::Field(Box::new(from), field), ty, span: clause.span };
    let blocks: Vec<&BlockDef> =
        cx.asked(model.id).iter().filter_map(|id| cx.program.blocks.get(id.0 as usize)).collect();
    let mut conditions = Vec::new();
    for block in &blocks {
        for c in &block.clauses {
            if let Some(condition) = condition(cx, block, c, event) {
                conditions.push(condition?);
            }
        }
    }
    // An event that acts whatever the status is, or none that asks for it.
    let goes_by = |e: &Expr| any(e, |e| matches!(e.kind, K::Field(..)) && key(e) == key(&status));
    if !conditions.iter().any(goes_by) {
        return None;
    }
    let mut solver = Solver::new(&cx.program.types);
    let mut silent = Vec::new();
    for case in refused {
        let is = solver.formula(&equals(&status, case), true);
        let acts = conditions.iter().any(|c| {
            let holds = solver.formula(c, true);
            !solver.impossible(&[is.clone(), holds])
        });
        if !acts {
            silent.push(case);
        }
    }
    if silent.is_empty() {
        return None;
    }
    let name = |c: &u32| decl.cases.get(*c as usize).map_or("…", |c| c.name.as_str());
    let names: Vec<String> = silent.iter().map(|c| format!("`{}`", name(c))).collect();
    let (block, event) = (&model.block.name, &record.name);
    let status = record.fields.get(field as usize)?.name.as_str();
    let set: Vec<&str> = silent.iter().map(name).collect();
    Some(
        Diagnostic::error(
            "T026",
            model.block.name_span,
            format!("nothing acts on the event `{event}` where its `{status}` is {}", names.join(", ")),
        )
        .label(format!("`{block}` refuses whoever has that status, and lets in whoever gets it go on"))
        .because(clause.name_span, "acts on other cases only")
        .help(format!("act on it: `suspend … : on {event} as e when … and e.{status} in {{{}}}`", set.join(", "))),
    )
}

/// The cases with which a permit is impossible, of a fact of the enum; nothing where there is none or all are.
fn refused(cx: &Context<'_>, model: &Model<'_>, id: EnumId) -> Option<Vec<u32>> {
    let permit = model.permit();
    let mut paths: Vec<Expr> = Vec::new();
    for need in permit {
        crate::program::walk::walk(need, &mut |e| {
            if e.ty == Ty::Enum(id) && model.path(e).is_some() && !paths.iter().any(|p| key(p) == key(e)) {
                paths.push(e.clone());
            }
        });
    }
    let mut solver = Solver::new(&cx.program.types);
    let needs: Vec<_> = permit.iter().map(|e| solver.formula(e, true)).collect();
    let cases = cx.program.types.enums.get(id.0 as usize)?.cases.len() as u32;
    let mut refused = BTreeSet::new();
    for path in &paths {
        for case in 0..cases {
            let mut all = needs.clone();
            all.push(solver.formula(&equals(path, case), true));
            if solver.impossible(&all) {
                refused.insert(case);
            }
        }
    }
    (!refused.is_empty() && (refused.len() as u32) < cases).then(|| refused.into_iter().collect())
}

/// When a clause acts on the event, written out over the event itself; `Some(None)` where it cannot be written.
fn condition(cx: &Context<'_>, block: &BlockDef, clause: &ClauseDef, of: RecordId) -> Option<Option<Expr>> {
    let (ClauseKind::Trigger { event, binder, when, .. } | ClauseKind::Reinstate { event, binder, when, .. }) =
        &clause.kind
    else {
        return None;
    };
    if *event != of {
        return None;
    }
    let always = || Expr { kind: K::Const(Value::Bool(true)), ty: Ty::Bool, span: clause.span };
    let Some(when) = when else { return Some(Some(always())) };
    let mut flat = Flat::new(cx.program, block.react_frame);
    let mut names = Names::new();
    for l in &block.react_lets {
        match flat.write(&l.value, &names) {
            Some(value) => names.insert(l.local, value),
            None => return Some(None),
        };
    }
    names.insert(*binder, Expr { kind: K::Local(EVENT), ty: Ty::Record(of), span: clause.span });
    Some(flat.write(when, &names))
}

fn equals(e: &Expr, case: u32) -> Expr {
    let constant = Expr { kind: K::Const(Value::Case(case)), ty: e.ty.clone(), span: e.span };
    Expr { kind: K::Compare(CompareOp::Eq, Box::new(e.clone()), Box::new(constant)), ty: Ty::Bool, span: e.span }
}
