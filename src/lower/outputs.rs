//! What a lowered block gives: the nodes of a decision, and of its reactions.

use trust_runtime::graph::{Id, Root};
use trust_runtime::schema;
use trust_runtime::unit::{Block, Obligation, Outputs, Shape, ShapeId, Trigger};

use super::blocks::Past;
use super::values::{ListVal, RecordVal, Slot, Truth, Val};
use super::{Frame, Lowering, describe};
use crate::native::schema::convert;
use crate::program::expr::LocalId;
use crate::program::ty::Ty;
use crate::program::{BlockDef, BlockId, BlockKind, ClauseId, ClauseKind, ObligeTime, On};

impl Lowering<'_> {
    pub(super) fn block(mut self, id: BlockId) -> Block {
        let program = self.program;
        let def = program.block(id);
        let forever = self.g.forever();
        let tys: Vec<Ty> = def.params.iter().map(|p| p.ty.clone()).collect();
        let offsets = self.layouts.arguments(id);
        let params = self.params(&tys, offsets, Root::Facts);
        let mut f = Frame { block: Some(id), ..Frame::default() };
        for (n, val) in params.into_iter().enumerate() {
            f.set(LocalId(n as u32), Slot { val, until: forever });
        }
        let mut rows = Vec::new();
        let mut holds: Vec<(u32, Id)> = Vec::new();
        let mut seen = |clause: ClauseId, t: Truth| holds.push((clause.0, t.holds));

        let mut cuts = self.bind_lets(&mut f, &def.lets);
        let mut until = forever;
        let (mut permits, mut standing, mut based, mut in_time) = (None, None, None, None);
        if def.kind != BlockKind::Assessment {
            let s = self.standing_of(&mut f, def, &Past::Bits, &mut seen);
            let (p, b, t) = self.effect_of(&mut f, def, &s, &mut seen, &mut rows);
            until = self.g.min(p.until, s.until);
            cuts = self.g.min(cuts, p.cuts);
            (permits, standing, based, in_time) = (Some(p.holds), Some(s.level), Some(b.holds), Some(t.holds));
        }
        let mut grade = None;
        if let Some((found, grade_until, grade_cuts)) = self.grade_of(&mut f, def, &mut seen) {
            until = self.g.min(until, grade_until);
            cuts = self.g.min(cuts, grade_cuts);
            grade = Some(found);
        }
        for (clause, c) in def.clauses() {
            if let ClauseKind::Recommend(e) = &c.kind {
                let t = self.truth(&mut f, e);
                seen(clause, t);
            }
        }
        let mut shapes = Vec::new();
        let (obligations, due_until, due_cuts) = self.obligations(&mut f, def, permits, &mut shapes);
        until = self.g.min(until, due_until);
        cuts = self.g.min(cuts, due_cuts);
        let ttl = self.bare_ttls(&mut f, def, &mut seen);
        cuts = self.g.min(cuts, ttl);
        let valid_until = self.g.min(until, cuts);
        let triggers = self.triggers(id, def);
        let outputs = Outputs {
            permits,
            standing,
            based,
            in_time,
            grade,
            valid_until,
            holds,
            rows,
            obligations,
            triggers,
            shapes,
        };
        describe::block(program, id, self.schema, self.g, outputs)
    }

    fn obligations(
        &mut self,
        f: &mut Frame,
        def: &BlockDef,
        permits: Option<Id>,
        out: &mut Vec<Shape>,
    ) -> (Vec<Obligation>, Id, Id) {
        let forever = self.g.forever();
        let (mut until, mut cuts) = (forever, forever);
        let mut found = Vec::new();
        for (clause, c) in def.clauses() {
            let ClauseKind::Oblige { args, time, when, on, .. } = &c.kind else { continue };
            let fits = match (on, permits) {
                (On::Any, _) | (_, None) => self.g.bool(true),
                (On::Permit, Some(p)) => p,
                (On::Deny, Some(p)) => self.g.not(p),
            };
            let when = self.condition(f, when.as_ref());
            let applies = self.g.and(fits, when.holds);
            // What counts where it applies: the condition, the arguments, the time.
            let (mut own, mut own_cuts) = (when.until, when.cuts);
            let mut shown = Vec::with_capacity(args.len());
            for arg in args {
                let l = self.expr(f, arg);
                own = self.g.min(own, l.until);
                own_cuts = self.g.min(own_cuts, l.cuts);
                shown.push(self.shape(&l.val, &arg.ty, out));
            }
            let [none, owed, overdue] = [0, 1, 2].map(|n| self.g.int(n));
            let (time, dated, state) = match time {
                ObligeTime::Due(due) => {
                    let l = self.expr(f, due);
                    let due = self.node(&l.val);
                    let past = self.past(due);
                    for part in [l.until, past.until] {
                        own = self.g.min(own, part);
                    }
                    own_cuts = self.g.min(own_cuts, l.cuts);
                    (due, true, self.g.select(past.holds, overdue, owed))
                }
                ObligeTime::Within(length) => {
                    let l = self.expr(f, length);
                    own = self.g.min(own, l.until);
                    own_cuts = self.g.min(own_cuts, l.cuts);
                    (self.node(&l.val), false, owed)
                }
            };
            // Where its condition does not hold, that condition's horizon alone; where it does not fit, nothing.
            let counted = self.g.select(when.holds, own, when.until);
            let counted = self.g.select(fits, counted, forever);
            until = self.g.min(until, counted);
            let counted_cuts = self.g.select(applies, own_cuts, forever);
            cuts = self.g.min(cuts, counted_cuts);
            let state = self.g.select(applies, state, none);
            found.push(Obligation { clause: clause.0, state, time, dated, args: shown });
        }
        (found, until, cuts)
    }

    fn triggers(&mut self, id: BlockId, def: &BlockDef) -> Vec<Trigger> {
        if !def.has_triggers() {
            return Vec::new();
        }
        let forever = self.g.forever();
        let key_tys: Vec<Ty> = def.keys.iter().map(|k| k.expr.ty.clone()).collect();
        let offsets = self.layouts.key(id);
        let keys = self.params(&key_tys, offsets, Root::Key);
        let mut f = Frame { keys, ..Frame::default() };
        self.bind_lets(&mut f, &def.react_lets);
        let mut found = Vec::new();
        for (clause, c) in def.clauses() {
            let (event, binder, when, within) = match &c.kind {
                ClauseKind::Trigger { event, binder, when, within, .. } => (event, binder, when, within.as_ref()),
                ClauseKind::Reinstate { event, binder, when, .. } => (event, binder, when, None),
                _ => continue,
            };
            let record = schema::RecordId(event.0);
            let base = self.g.root(Root::Event(record));
            let val = Val::Record(RecordVal::Memory(*event, base));
            f.set(*binder, Slot { val, until: forever });
            let matched = self.condition(&mut f, when.as_ref()).holds;
            let deadline = within.map(|(length, from)| {
                let length = self.expr(&mut f, length);
                let from = self.expr(&mut f, from);
                let (length, from) = (self.node(&length.val), self.node(&from.val));
                self.g.arith(trust_runtime::graph::Arith::InstantAdd, from, length)
            });
            found.push(Trigger { clause: clause.0, event: record, matched, deadline });
        }
        found
    }

    /// A value as it is handed out.
    fn shape(&mut self, val: &Val, ty: &Ty, out: &mut Vec<Shape>) -> ShapeId {
        let shape = match val {
            Val::Absent => Shape::Absent,
            Val::Node(id) => Shape::Node(*id, convert(self.schema, ty.present())),
            Val::Moving(_) | Val::Pick(..) => {
                let id = self.node(val);
                Shape::Node(id, convert(self.schema, ty.present()))
            }
            Val::Optional { present, value } => Shape::Optional(*present, self.shape(value, ty.present(), out)),
            Val::Record(RecordVal::Memory(id, at)) => Shape::RecordAt(*at, schema::RecordId(id.0)),
            Val::Record(RecordVal::Fields(id, fields)) => {
                let tys: Vec<Ty> = self.types().record_def(*id).fields.iter().map(|f| f.ty.clone()).collect();
                let parts = fields.iter().zip(&tys).map(|(f, t)| self.shape(f, t, out)).collect();
                Shape::Record(schema::RecordId(id.0), parts)
            }
            Val::List(list) => {
                let element = ty.present().element().cloned().unwrap_or(Ty::Error);
                return self.list_shape(list, &element, matches!(ty.present(), Ty::Set(_)), out);
            }
        };
        add(out, shape)
    }

    fn list_shape(&mut self, list: &ListVal, element: &Ty, set: bool, out: &mut Vec<Shape>) -> ShapeId {
        let shape = match list {
            ListVal::Memory(id) => Shape::ListAt { set, at: *id, element: convert(self.schema, element) },
            ListVal::Items(items) => {
                Shape::List { set, items: items.iter().map(|i| self.shape(i, element, out)).collect() }
            }
            ListVal::Choice(c, a, b) => {
                Shape::Choice(*c, self.list_shape(a, element, set, out), self.list_shape(b, element, set, out))
            }
        };
        add(out, shape)
    }
}

fn add(out: &mut Vec<Shape>, shape: Shape) -> ShapeId {
    out.push(shape);
    ShapeId(out.len() as u32 - 1)
}
