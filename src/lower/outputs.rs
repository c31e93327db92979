//! What a lowered block gives: the nodes of a decision, and of its reactions.

use trust_runtime::graph::{Graph, Id, Root};

use super::blocks::Past;
use super::values::{ListVal, RecordVal, Slot, Truth, Val};
use super::{Frame, Lowering};
use crate::program::expr::LocalId;
use crate::program::ty::{RecordId, Ty};
use crate::program::{BlockDef, BlockId, BlockKind, ClauseId, ClauseKind, ObligeTime, On};

/// A block as a graph.
pub struct LoweredBlock {
    pub graph: Graph,
    pub block: BlockId,
    /// Whether it permits; absent for an assessment.
    pub permits: Option<Id>,
    pub standing: Option<Id>,
    /// Some basis holds, if it has any; the framework is in its time.
    pub based: Option<Id>,
    pub in_time: Option<Id>,
    pub grade: Option<Id>,
    /// By clause, whether its condition holds (a trigger: whether it is in force).
    pub clauses: Vec<LoweredClause>,
    pub obligations: Vec<LoweredObligation>,
    /// Microseconds, or for ever.
    pub valid_until: Id,
    pub triggers: Vec<LoweredTrigger>,
}

pub struct LoweredClause {
    pub clause: ClauseId,
    pub holds: Id,
}

pub struct LoweredObligation {
    pub clause: ClauseId,
    /// It fits the effect and its `when` holds.
    pub applies: Id,
    pub time: ObligationTime,
    pub args: Vec<Shape>,
}

pub enum ObligationTime {
    Due { due: Id, overdue: Id },
    Within(Id),
}

/// A trigger or reinstate, over the event's fields and the key.
pub struct LoweredTrigger {
    pub clause: ClauseId,
    pub event: RecordId,
    pub matched: Id,
    pub deadline: Option<Id>,
}

/// A value to hand out: its nodes and how they belong together.
#[derive(Clone, Debug)]
pub enum Shape {
    Absent,
    Node(Id, Ty),
    Optional(Id, Box<Shape>),
    Record(Vec<Shape>),
    /// In memory, at an address.
    RecordAt(Id, RecordId),
    List {
        set: bool,
        items: Vec<Shape>,
    },
    /// In memory.
    ListAt {
        set: bool,
        at: Id,
        element: Ty,
    },
    Choice(Id, Box<Shape>, Box<Shape>),
}

impl Lowering<'_> {
    pub(super) fn block(mut self, id: BlockId) -> LoweredBlock {
        let program = self.program;
        let def = program.block(id);
        let forever = self.g.forever();
        let tys: Vec<Ty> = def.params.iter().map(|p| p.ty.clone()).collect();
        let params = self.params(&tys, Root::Facts);
        let mut f = Frame { block: Some(id), ..Frame::default() };
        for (n, val) in params.into_iter().enumerate() {
            f.set(LocalId(n as u32), Slot { val, until: forever });
        }
        let mut clauses: Vec<LoweredClause> = Vec::new();
        let mut seen = |clause: ClauseId, t: Truth| clauses.push(LoweredClause { clause, holds: t.holds });

        let mut cuts = self.bind_lets(&mut f, &def.lets);
        let mut until = forever;
        let (mut permits, mut standing, mut based, mut in_time) = (None, None, None, None);
        if def.kind != BlockKind::Assessment {
            let s = self.standing_of(&mut f, def, &Past::Bits, &mut seen);
            let (p, b, t) = self.effect_of(&mut f, def, &s, &mut seen);
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
        let (obligations, due_until, due_cuts) = self.obligations(&mut f, def, permits);
        until = self.g.min(until, due_until);
        cuts = self.g.min(cuts, due_cuts);
        let ttl = self.bare_ttls(&mut f, def, &mut seen);
        cuts = self.g.min(cuts, ttl);
        let valid_until = self.g.min(until, cuts);
        let triggers = self.triggers(def);
        LoweredBlock {
            graph: self.g,
            block: id,
            permits,
            standing,
            based,
            in_time,
            grade,
            clauses,
            obligations,
            valid_until,
            triggers,
        }
    }

    fn obligations(&mut self, f: &mut Frame, def: &BlockDef, permits: Option<Id>) -> (Vec<LoweredObligation>, Id, Id) {
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
            let mut shapes = Vec::with_capacity(args.len());
            for arg in args {
                let l = self.expr(f, arg);
                own = self.g.min(own, l.until);
                own_cuts = self.g.min(own_cuts, l.cuts);
                let shape = self.shape(&l.val, &arg.ty);
                shapes.push(shape);
            }
            let time = match time {
                ObligeTime::Due(due) => {
                    let l = self.expr(f, due);
                    let due = self.node(&l.val);
                    let past = self.past(due);
                    for part in [l.until, past.until] {
                        own = self.g.min(own, part);
                    }
                    own_cuts = self.g.min(own_cuts, l.cuts);
                    ObligationTime::Due { due, overdue: past.holds }
                }
                ObligeTime::Within(length) => {
                    let l = self.expr(f, length);
                    own = self.g.min(own, l.until);
                    own_cuts = self.g.min(own_cuts, l.cuts);
                    ObligationTime::Within(self.node(&l.val))
                }
            };
            // Where its condition does not hold, that condition's horizon alone; where it does not fit, nothing.
            let counted = self.g.select(when.holds, own, when.until);
            let counted = self.g.select(fits, counted, forever);
            until = self.g.min(until, counted);
            let counted_cuts = self.g.select(applies, own_cuts, forever);
            cuts = self.g.min(cuts, counted_cuts);
            found.push(LoweredObligation { clause, applies, time, args: shapes });
        }
        (found, until, cuts)
    }

    fn triggers(&mut self, def: &BlockDef) -> Vec<LoweredTrigger> {
        if !def.has_triggers() {
            return Vec::new();
        }
        let forever = self.g.forever();
        let key_tys: Vec<Ty> = def.keys.iter().map(|k| k.expr.ty.clone()).collect();
        let keys = self.params(&key_tys, Root::Key);
        let mut f = Frame { keys, ..Frame::default() };
        self.bind_lets(&mut f, &def.react_lets);
        let mut found = Vec::new();
        for (clause, c) in def.clauses() {
            let (event, binder, when, within) = match &c.kind {
                ClauseKind::Trigger { event, binder, when, within, .. } => (event, binder, when, within.as_ref()),
                ClauseKind::Reinstate { event, binder, when, .. } => (event, binder, when, None),
                _ => continue,
            };
            let base = self.g.root(Root::Event);
            let val = Val::Record(RecordVal::Memory(*event, base));
            f.set(*binder, Slot { val, until: forever });
            let matched = self.condition(&mut f, when.as_ref()).holds;
            let deadline = within.map(|(length, from)| {
                let length = self.expr(&mut f, length);
                let from = self.expr(&mut f, from);
                let (length, from) = (self.node(&length.val), self.node(&from.val));
                self.g.arith(trust_runtime::graph::Arith::InstantAdd, from, length)
            });
            found.push(LoweredTrigger { clause, event: *event, matched, deadline });
        }
        found
    }

    /// A value as it is handed out.
    fn shape(&mut self, val: &Val, ty: &Ty) -> Shape {
        match val {
            Val::Absent => Shape::Absent,
            Val::Node(id) => Shape::Node(*id, ty.present().clone()),
            Val::Moving(_) | Val::Pick(..) => {
                let id = self.node(val);
                Shape::Node(id, ty.present().clone())
            }
            Val::Optional { present, value } => Shape::Optional(*present, self.shape(value, ty.present()).into()),
            Val::Record(RecordVal::Memory(id, at)) => Shape::RecordAt(*at, *id),
            Val::Record(RecordVal::Fields(id, fields)) => {
                let tys: Vec<Ty> = self.types().record_def(*id).fields.iter().map(|f| f.ty.clone()).collect();
                Shape::Record(fields.iter().zip(&tys).map(|(f, t)| self.shape(f, t)).collect())
            }
            Val::List(list) => {
                let element = ty.present().element().cloned().unwrap_or(Ty::Error);
                self.list_shape(list, &element, matches!(ty.present(), Ty::Set(_)))
            }
        }
    }

    fn list_shape(&mut self, list: &ListVal, element: &Ty, set: bool) -> Shape {
        match list {
            ListVal::Memory(id) => Shape::ListAt { set, at: *id, element: element.clone() },
            ListVal::Items(items) => Shape::List { set, items: items.iter().map(|i| self.shape(i, element)).collect() },
            ListVal::Choice(c, a, b) => {
                Shape::Choice(*c, self.list_shape(a, element, set).into(), self.list_shape(b, element, set).into())
            }
        }
    }
}
