//! How trust ends: T001 permanent, T002 cannot be withdrawn, T003 verified once, T004 a suspension with no way out,
//! T023 an event that touches everybody.

use std::collections::BTreeSet;

use trust_syntax::diagnostic::Diagnostic;

use super::Context;
use super::clock::{Turn, turns};
use super::flat::{Flat, Names};
use super::model::{Model, any, expressions};
use super::solve::Solver;
use crate::program::expr::{Expr, ExprKind as K, LocalId};
use crate::program::ty::{RecordId, Ty};
use crate::program::value::Value;
use crate::program::walk::walk;
use crate::program::{BlockDef, BlockId, BlockKind, ClauseDef, ClauseId, ClauseKind, Hold, Program};
use crate::watch::{Selection, Source, Watch, watch_sets};

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let mut found = Vec::new();
    let permanent = permanent(cx, model);
    let ends = permanent.is_some();
    found.extend(permanent);
    found.extend(no_revocation(cx, model));
    if !ends {
        found.extend(verified_once(cx, model));
    }
    no_way_out(model, &mut found);
    touches_everybody(model, &mut found);
    cx.found.extend(found);
}

fn permanent(cx: &Context<'_>, model: &Model<'_>) -> Option<Diagnostic> {
    let block = model.block;
    let ends = block
        .clauses
        .iter()
        .any(|c| matches!(c.kind, ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. } | ClauseKind::Ttl { .. }));
    let concerned = match block.kind {
        BlockKind::Relationship => true,
        // In a framework without relationships, a participation that keeps a standing is what others rely on.
        BlockKind::Participation => {
            !block.keys.is_empty()
                && cx.program.framework.is_some()
                && !cx.program.blocks.iter().any(|b| b.kind == BlockKind::Relationship)
        }
        BlockKind::Assessment => false,
    };
    if !concerned || ends {
        return None;
    }
    let (kind, name) = (Context::kind_of(block), &block.name);
    Some(
        Diagnostic::error("T001", block.name_span, format!("the {kind} `{name}` never ends"))
            .label("no `expires` and no `ttl`")
            .help("say when it ends: `expires credential: credential.expires_at`")
            .help("or how long an answer counts: `ttl decision: 10m`"),
    )
}

/// The blocks that a block asks, itself first; each once.
pub fn asked(program: &Program, from: BlockId) -> Vec<BlockId> {
    let mut all = vec![from];
    let mut seen = BTreeSet::from([from]);
    let mut next = 0;
    while let Some(id) = all.get(next).copied() {
        next += 1;
        let Some(block) = program.blocks.get(id.0 as usize) else { continue };
        let mut add = |e: &Expr| {
            if let K::BlockCall { block, .. } = &e.kind
                && seen.insert(*block)
            {
                all.push(*block);
            }
        };
        for e in reached(program, block) {
            crate::program::walk::walk(e, &mut add);
        }
    }
    all
}

/// The expressions of a block and of every function it calls.
pub fn reached<'p>(program: &'p Program, block: &'p BlockDef) -> Vec<&'p Expr> {
    let mut all: Vec<&Expr> = expressions(block).into_iter().map(|(_, e)| e).collect();
    let mut seen = BTreeSet::new();
    let mut next = 0;
    while let Some(e) = all.get(next).copied() {
        next += 1;
        let mut calls = Vec::new();
        crate::program::walk::walk(e, &mut |e| match &e.kind {
            K::Call(id, _) if seen.insert((0, id.0)) => {
                calls.extend(program.defines.get(id.0 as usize).map(|d| &d.body))
            }
            K::Global(id) if seen.insert((1, id.0)) => calls.extend(program.lets.get(id.0 as usize).map(|l| &l.value)),
            _ => {}
        });
        all.extend(calls);
    }
    all
}

fn revokes(block: &BlockDef) -> bool {
    block.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Trigger { hold: Hold::Revoke, .. }))
}

fn no_revocation(cx: &Context<'_>, model: &Model<'_>) -> Option<Diagnostic> {
    let block = model.block;
    let concerned = match block.kind {
        BlockKind::Relationship => true,
        // Whose standing is kept, or somebody's trust: criteria without either are asked anew each time.
        BlockKind::Participation => !block.keys.is_empty(),
        BlockKind::Assessment => false,
    };
    if !concerned || cx.asked(model.id).iter().any(|id| revokes(cx.program.block(*id))) {
        return None;
    }
    let kind = Context::kind_of(block);
    Some(
        Diagnostic::error("T002", block.name_span, format!("trust in the {kind} `{}` cannot be withdrawn", block.name))
            .label("no event revokes it, nor what it relies on")
            .help(
                "say what ends it for good: `revoke compromised: on CredentialCompromised as c when c.subject == … within 15m of c.detected_at`",
            ),
    )
}

/// What time does to an effect: a condition of the block, or of one that it asks, may cease to hold.
fn may_end(cx: &Context<'_>, id: BlockId) -> bool {
    let Some(block) = cx.program.blocks.get(id.0 as usize) else { return true };
    if block.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. })) {
        return true;
    }
    if !touched(cx, id) {
        return false;
    }
    match cx.models.iter().find(|m| m.id == id) {
        Some(model) if model.whole && block.kind != BlockKind::Assessment => {
            let mut ends = false;
            for need in model.needs.iter().chain(&model.bases) {
                turns(&need.expr, true, &mut |_, turn| ends |= turn != Turn::Begins);
                // Something of the past is judged by the times it had: it does not grow old.
                ends |= any(&need.expr, |e| match &e.kind {
                    K::Compare(_, a, b) => {
                        *a.ty.present() == Ty::Instant && [a, b].iter().all(|e| !any(e, |e| matches!(e.kind, K::Now)))
                    }
                    _ => false,
                });
            }
            ends
        }
        _ => true,
    }
}

/// Whether a condition reads the clock. How long an answer may be kept says nothing of what the answer rests on.
fn touched(cx: &Context<'_>, id: BlockId) -> bool {
    let Some(block) = cx.program.blocks.get(id.0 as usize) else { return true };
    reached(cx.program, block).into_iter().any(|e| any(e, |e| matches!(e.kind, K::Now | K::Overdue(_))))
}

fn verified_once(cx: &Context<'_>, model: &Model<'_>) -> Option<Diagnostic> {
    let block = model.block;
    let concerned = match block.kind {
        BlockKind::Relationship => true,
        BlockKind::Participation => !block.keys.is_empty(),
        BlockKind::Assessment => false,
    };
    let asked = cx.asked(model.id);
    if !concerned || asked.iter().any(|id| may_end(cx, *id)) {
        return None;
    }
    let name = &block.name;
    let again = block.clauses.iter().find(|c| matches!(c.kind, ClauseKind::Ttl { .. }));
    let begins = asked.iter().any(|id| touched(cx, *id));
    let mut d = Diagnostic::error("T003", block.name_span, format!("`{name}` is verified once and then for ever"))
        .label(if begins {
            "time can only begin it: no condition ever ends it"
        } else {
            "no condition looks at the clock"
        })
        .help("say for how long what was checked counts: `ttl attestation: 365d from partner.last_attested`");
    if let Some(ttl) = again {
        let same = if begins {
            "the same facts permit at any later time"
        } else {
            "the same facts give the same answer at any time"
        };
        d = d.because(ttl.name_span, format!("asks again, but {same}"));
    }
    Some(d)
}

fn no_way_out(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    let mut events = Events::new(model);
    for (id, clause) in model.block.clauses() {
        let ClauseKind::Trigger { hold, .. } = &clause.kind else { continue };
        let (what, word) = match hold {
            Hold::Suspend => ("suspension", "suspend"),
            Hold::Reverify => ("reverification", "reverify"),
            Hold::Revoke => continue,
        };
        let lifting = model.block.clauses().filter(|(_, c)| match &c.kind {
            ClauseKind::Reinstate { lifts, .. } => lifts.contains(&id),
            _ => false,
        });
        let lifting: Vec<(ClauseId, &ClauseDef)> = lifting.collect();
        if lifting.iter().any(|(by, _)| !events.brings_back(*by, id)) {
            continue;
        }
        let d = Diagnostic::error("T004", clause.name_span, format!("the {what} `{}` has no way out", clause.name));
        found.push(match lifting.first() {
            None => d
                .label("nothing lifts it")
                .help(format!("say what ends it: `reinstate cleared: on … as r when … lifts {}`", clause.name))
                .help(format!("or, if it is for ever, write `revoke` in place of `{word}`")),
            Some((_, by)) => d
                .label("begins again with the very event that lifts it")
                .because(by.name_span, "lifts it, and is applied first")
                .help("let another event lift it: that it was looked at, cleared or verified again"),
        });
    }
}

/// The conditions of a block's triggers, written out over one event.
struct Events<'m, 'p> {
    model: &'m Model<'p>,
    flat: Flat<'p>,
    names: Names,
    solver: Solver<'p>,
}

/// The event that two triggers are asked about.
const EVENT: LocalId = LocalId(u32::MAX - 1);

impl<'m, 'p> Events<'m, 'p> {
    fn new(model: &'m Model<'p>) -> Self {
        let mut flat = Flat::new(model.program, model.block.react_frame.max(model.block.frame));
        let mut names = Names::new();
        for l in &model.block.react_lets {
            if let Some(value) = flat.write(&l.value, &names) {
                names.insert(l.local, value);
            }
        }
        Events { model, flat, names, solver: Solver::new(&model.program.types) }
    }

    /// The condition of a clause; `None` where it could not be written out.
    fn when(&mut self, id: ClauseId) -> Option<(RecordId, Expr)> {
        let clause = self.model.clause(id);
        let (ClauseKind::Trigger { event, binder, when, .. } | ClauseKind::Reinstate { event, binder, when, .. }) =
            &clause.kind
        else {
            return None;
        };
        let Some(when) = when else {
            let always = K::Const(Value::Bool(true));
            return Some((*event, Expr { kind: always, ty: Ty::Bool, span: clause.span }));
        };
        let mut names = self.names.clone();
        names.insert(*binder, Expr { kind: K::Local(EVENT), ty: Ty::Record(*event), span: clause.span });
        Some((*event, self.flat.write(when, &names)?))
    }

    /// The fields without which the clause does not hear its event; `None` where its condition could not be written out.
    fn asked(&mut self, id: ClauseId) -> Option<BTreeSet<u32>> {
        let (_, when) = self.when(id)?;
        let mut found = BTreeSet::new();
        let mut waiting = vec![&when];
        while let Some(e) = waiting.pop() {
            match &e.kind {
                K::And(parts) => waiting.extend(parts),
                K::Has(a) => {
                    if let K::Field(base, field) = &a.kind
                        && matches!(base.kind, K::Local(EVENT))
                    {
                        found.insert(*field);
                    }
                }
                _ => {}
            }
        }
        Some(found)
    }

    /// A field that the event may leave out and without which no trigger hears it, though this one does with it.
    fn missed_without(&mut self, clause: ClauseId, event: RecordId, dated: &BTreeSet<u32>) -> Option<u32> {
        let mut asked = self.asked(clause)?;
        asked.retain(|field| dated.contains(field));
        let others: Vec<ClauseId> = self
            .model
            .block
            .clauses()
            .filter(|(id, c)| *id != clause && matches!(c.kind, ClauseKind::Trigger { event: e, .. } if e == event))
            .map(|(id, _)| id)
            .collect();
        for other in others {
            let theirs = self.asked(other)?;
            asked.retain(|field| theirs.contains(field));
        }
        asked.into_iter().next()
    }

    /// Whether every event that lifts a suspension suspends anew.
    fn brings_back(&mut self, lift: ClauseId, hold: ClauseId) -> bool {
        let (Some((a, lifts)), Some((b, holds))) = (self.when(lift), self.when(hold)) else { return false };
        if a != b {
            return false;
        }
        let all = [self.solver.formula(&lifts, true), self.solver.formula(&holds, false)];
        self.solver.impossible(&all)
    }
}

fn touches_everybody(model: &Model<'_>, found: &mut Vec<Diagnostic>) {
    for watch in watch_sets(model.program, model.id) {
        let clause = model.clause(watch.clause);
        if watch.finds_keys() {
            found.extend(unheard(model, clause, &watch).or_else(|| unheard_without(model, clause, &watch)));
            continue;
        }
        let keys: Vec<String> = model.block.keys.iter().map(|k| format!("`{}`", k.path)).collect();
        let field = model
            .program
            .types
            .records
            .get(watch.event.0 as usize)
            .and_then(|r| r.fields.iter().find(|f| f.ty.present().is_scalar()))
            .map_or("subject", |f| f.name.as_str());
        let key = model.block.keys.first().map_or("…", |k| k.path.as_str());
        found.push(
            Diagnostic::error(
                "T023",
                clause.name_span,
                format!("one `{}` moves `{}` for everybody", watch.event_name, clause.name),
            )
            .label(format!("no field of the event is compared with the key ({})", keys.join(", ")))
            .help(format!("say whom it concerns: `when e.{field} == {key}`"))
            .help("a host that keeps an index must look at every relationship it knows"),
        );
    }
}

/// T051: whom the event concerns stands in a field that the event may leave out.
fn unheard(model: &Model<'_>, clause: &ClauseDef, watch: &Watch) -> Option<Diagnostic> {
    let record = model.program.types.records.get(watch.event.0 as usize)?;
    let optional = |s: &Selection| match &s.from {
        Source::Field(path) => {
            let field = path.split('.').next()?;
            record.fields.iter().find(|f| f.name == field && f.ty.is_optional())
        }
        Source::Element { .. } | Source::Constant(_) => None,
    };
    // One way that needs no such field hears the event. A key that is one value whatever the event says is no way.
    let mut only = None;
    for way in &watch.ways {
        if way.selections.iter().any(|s| matches!(s.from, Source::Constant(_))) {
            continue;
        }
        only = Some(way.selections.iter().find_map(optional)?);
    }
    let field = only?;
    let other = record.fields.iter().find(|f| f.ty == Ty::String);
    let mut d = Diagnostic::error(
        "T051",
        clause.name_span,
        format!("`{}` does not hear every `{}`", clause.name, watch.event_name),
    )
    .label(format!("a sender may leave out `{}`, and then nobody is concerned", field.name));
    if let Some(other) = other {
        d = d.help(format!("go by a field that is always there, such as `{}`", other.name));
    }
    Some(d)
}

/// T051, too: the condition asks for a field that only the deadline needs, and the event may leave it out.
fn unheard_without(model: &Model<'_>, clause: &ClauseDef, watch: &Watch) -> Option<Diagnostic> {
    let ClauseKind::Trigger { binder, within: Some((length, from)), .. } = &clause.kind else { return None };
    // That something stands in the event may be what the trigger is about; wanted for the deadline only, it is not.
    let mut dated = BTreeSet::new();
    for e in [length, from] {
        walk(e, &mut |e| {
            if let K::Field(base, field) = &e.kind
                && matches!(&base.kind, K::Local(id) if id == binder)
            {
                dated.insert(*field);
            }
        });
    }
    let field = Events::new(model).missed_without(watch.clause, watch.event, &dated)?;
    let record = model.program.types.records.get(watch.event.0 as usize)?;
    let field = record.fields.get(field as usize)?.name.as_str();
    let selects = |s: &Selection| matches!(&s.from, Source::Field(path) if path.split('.').next() == Some(field));
    if watch.ways.iter().any(|way| way.selections.iter().any(selects)) {
        return None;
    }
    Some(
        Diagnostic::error(
            "T051",
            clause.name_span,
            format!("`{}` does not hear every `{}`", clause.name, watch.event_name),
        )
        .label(format!("a sender may leave out `{field}`, and then nothing moves"))
        .help(format!("say what an event without it does, in a clause of its own: `when not has e.{field} and …`")),
    )
}
