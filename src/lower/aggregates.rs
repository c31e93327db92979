//! Aggregates: every element's condition, and the item where it holds; nothing stops early.

use trust_runtime::graph::{Arith, Compare, Id, Kind, Loop};

use super::values::{ListVal, Lowered, RecordVal, Slot, Truth, Val};
use super::{Frame, Lowering};
use crate::program::expr::{AggregateKind, Expr, LocalId};
use crate::program::ty::Ty;

struct Asked<'e> {
    kind: AggregateKind,
    item: Option<&'e Expr>,
    binder: LocalId,
    condition: Option<&'e Expr>,
    element: Ty,
    item_ty: Ty,
    until: Id,
}

/// What has been gathered so far.
#[derive(Clone)]
struct Gathered {
    found: Id,
    val: Val,
    until: Id,
    cuts: Id,
}

impl Lowering<'_> {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn aggregate(
        &mut self,
        f: &mut Frame,
        kind: AggregateKind,
        item: Option<&Expr>,
        binder: LocalId,
        collection: &Expr,
        condition: Option<&Expr>,
        _ty: &Ty,
    ) -> Lowered {
        let xs = self.expr(f, collection);
        let element = collection.ty.element().cloned().unwrap_or(Ty::Error);
        let item_ty = item.map_or(Ty::Int, |i| i.ty.clone());
        let asked = Asked { kind, item, binder, condition, element, item_ty, until: xs.until };
        let gathered = match &xs.val {
            Val::List(list) => self.gather(f, &asked, list),
            _ => self.gathered_nothing(&asked),
        };
        let val = match kind {
            AggregateKind::Sum | AggregateKind::Count => gathered.val,
            AggregateKind::Min | AggregateKind::Max | AggregateKind::First | AggregateKind::Last => {
                Val::Optional { present: gathered.found, value: gathered.val.into() }
            }
        };
        Lowered { val, until: self.g.min(gathered.until, xs.until), cuts: self.g.min(gathered.cuts, xs.cuts) }
    }

    fn gathered_nothing(&mut self, asked: &Asked<'_>) -> Gathered {
        let forever = self.g.forever();
        Gathered { found: self.g.bool(false), val: self.zero(&asked.item_ty), until: forever, cuts: forever }
    }

    fn gather(&mut self, f: &mut Frame, asked: &Asked<'_>, xs: &ListVal) -> Gathered {
        match xs {
            ListVal::Choice(c, a, b) => {
                let (a, b) = (self.gather(f, asked, a), self.gather(f, asked, b));
                Gathered {
                    found: self.g.select(*c, a.found, b.found),
                    val: self.choose(*c, &a.val, &b.val, &asked.item_ty),
                    until: self.g.select(*c, a.until, b.until),
                    cuts: self.g.select(*c, a.cuts, b.cuts),
                }
            }
            ListVal::Items(items) => {
                let mut state = self.gathered_nothing(asked);
                for element in items.iter() {
                    let (condition, item) = self.look(f, asked, element.clone());
                    state = self.step(asked, state, condition, item);
                }
                state
            }
            ListVal::Memory(list) => self.gather_run(f, asked, *list),
        }
    }

    /// The condition and the item of one element.
    fn look(&mut self, f: &mut Frame, asked: &Asked<'_>, element: Val) -> (Truth, Lowered) {
        f.set(asked.binder, Slot { val: element, until: asked.until });
        let condition = self.condition(f, asked.condition);
        let item = match asked.item {
            Some(item) => self.expr(f, item),
            None => {
                let one = Val::Node(self.g.int(1));
                self.fixed(one)
            }
        };
        (condition, item)
    }

    fn step(&mut self, asked: &Asked<'_>, before: Gathered, c: Truth, item: Lowered) -> Gathered {
        let forever = self.g.forever();
        let item_until = self.g.select(c.holds, item.until, forever);
        let item_cuts = self.g.select(c.holds, item.cuts, forever);
        let until = self.g.min(c.until, item_until);
        let cuts = self.g.min(c.cuts, item_cuts);
        let val = match asked.kind {
            AggregateKind::Count | AggregateKind::Sum => {
                let (sum, n) = (self.node(&before.val), self.node(&item.val));
                let op = if asked.item_ty == Ty::Duration { Arith::DurationAdd } else { Arith::IntAdd };
                let more = self.g.arith(op, sum, n);
                Val::Node(self.g.select(c.holds, more, sum))
            }
            AggregateKind::Min | AggregateKind::Max => {
                let (best, n) = (self.node(&before.val), self.node(&item.val));
                let op = if asked.kind == AggregateKind::Min { Compare::Lt } else { Compare::Gt };
                let better = self.g.compare(op, n, best);
                let first = self.g.not(before.found);
                let better = self.g.or(first, better);
                let take = self.g.and(c.holds, better);
                Val::Node(self.g.select(take, n, best))
            }
            AggregateKind::First => {
                let first = self.g.not(before.found);
                let take = self.g.and(c.holds, first);
                self.merge(take, &item.val, &before.val, &asked.item_ty)
            }
            AggregateKind::Last => self.merge(c.holds, &item.val, &before.val, &asked.item_ty),
        };
        Gathered {
            found: self.g.or(before.found, c.holds),
            val,
            until: self.g.min(before.until, until),
            cuts: self.g.min(before.cuts, cuts),
        }
    }

    fn gather_run(&mut self, f: &mut Frame, asked: &Asked<'_>, list: Id) -> Gathered {
        let run = self.g.open_loop();
        let at = self.g.element(run, 0);
        let element = self.at(&asked.element, at, 0);
        let (condition, item) = self.look(f, asked, element);
        // What is gathered has the shape of the item; in the beginning all of it is zero.
        let forever = self.g.forever();
        let mut start = vec![self.g.bool(false), forever, forever];
        self.zeros(&item.val, &mut start);
        let kinds: Vec<Kind> = start.iter().map(|s| self.g.kind(*s)).collect();
        let gathered: Vec<Id> =
            kinds.iter().enumerate().map(|(n, kind)| self.g.gathered(run, n as u32, *kind)).collect();
        let before = rebuilt(&item.val, &gathered, forever);
        let after = self.step(asked, before, condition, item.clone());
        let mut next = vec![after.found, after.until, after.cuts];
        flatten(&after.val, &mut next);
        let stride = self.layouts.stride(&asked.element);
        let results = self.g.close_loop(run, Loop { list, stride, window: 1, start, next, stop: None, index: None });
        rebuilt(&item.val, &results, forever)
    }

    /// For each node of a value, in the order of [`flatten`], the zero of its kind; a record's is one with nothing in it.
    fn zeros(&mut self, val: &Val, out: &mut Vec<Id>) {
        match val {
            Val::Node(id) => {
                let zero = match self.g.kind(*id) {
                    Kind::Bool => self.g.bool(false),
                    Kind::Int | Kind::Ptr => self.g.int(0),
                    Kind::Str => self.g.str(b""),
                    Kind::Net => self.g.net(super::image::blank_net()),
                    Kind::List => self.empty(),
                };
                out.push(zero);
            }
            Val::Absent | Val::Moving(_) | Val::Pick(..) => {}
            Val::Optional { value, .. } => {
                out.push(self.g.bool(false));
                self.zeros(value, out);
            }
            Val::Record(RecordVal::Memory(record, _)) => out.push(self.blank(*record)),
            Val::Record(RecordVal::Fields(_, fields)) => fields.iter().for_each(|f| self.zeros(f, out)),
            Val::List(list) => self.list_zeros(list, out),
        }
    }

    fn list_zeros(&mut self, list: &ListVal, out: &mut Vec<Id>) {
        match list {
            ListVal::Memory(_) => out.push(self.empty()),
            ListVal::Items(items) => items.iter().for_each(|i| self.zeros(i, out)),
            ListVal::Choice(_, a, b) => {
                out.push(self.g.bool(false));
                self.list_zeros(a, out);
                self.list_zeros(b, out);
            }
        }
    }

    /// One of two values of a type. Where both have one shape it is again of that shape: a loop gathers it.
    fn merge(&mut self, c: Id, a: &Val, b: &Val, ty: &Ty) -> Val {
        match (a, b) {
            (Val::Node(x), Val::Node(y)) => Val::Node(self.g.select(c, *x, *y)),
            (Val::Optional { present: p, value: x }, Val::Optional { present: q, value: y }) => {
                let present = self.g.select(c, *p, *q);
                Val::Optional { present, value: self.merge(c, x, y, ty.present()).into() }
            }
            (Val::Record(RecordVal::Memory(id, x)), Val::Record(RecordVal::Memory(_, y))) => {
                Val::Record(RecordVal::Memory(*id, self.g.select(c, *x, *y)))
            }
            (Val::Record(RecordVal::Fields(id, x)), Val::Record(RecordVal::Fields(_, y))) => {
                let tys: Vec<Ty> = self.types().record_def(*id).fields.iter().map(|f| f.ty.clone()).collect();
                let parts = x.iter().zip(y.iter()).zip(&tys);
                let fields: Vec<Val> = parts.map(|((x, y), ty)| self.merge(c, x, y, ty)).collect();
                Val::Record(RecordVal::Fields(*id, fields.into()))
            }
            (Val::List(x), Val::List(y)) => {
                let element = ty.present().element().cloned().unwrap_or(Ty::Error);
                match self.merge_list(c, x, y, &element) {
                    Some(list) => Val::List(list),
                    None => self.choose(c, a, b, ty),
                }
            }
            (Val::Absent, Val::Absent) => Val::Absent,
            _ => self.choose(c, a, b, ty),
        }
    }

    /// Nothing where the two have no shape in common.
    fn merge_list(&mut self, c: Id, a: &ListVal, b: &ListVal, element: &Ty) -> Option<ListVal> {
        Some(match (a, b) {
            (ListVal::Memory(x), ListVal::Memory(y)) => ListVal::Memory(self.g.select(c, *x, *y)),
            (ListVal::Items(x), ListVal::Items(y)) if x.len() == y.len() => {
                let items: Vec<Val> = x.iter().zip(y.iter()).map(|(x, y)| self.merge(c, x, y, element)).collect();
                ListVal::Items(items.into())
            }
            (ListVal::Choice(p, a1, b1), ListVal::Choice(q, a2, b2)) => {
                let (first, second) = (self.merge_list(c, a1, a2, element)?, self.merge_list(c, b1, b2, element)?);
                ListVal::Choice(self.g.select(c, *p, *q), first.into(), second.into())
            }
            _ => return None,
        })
    }
}

/// The nodes of a value, in order.
pub(super) fn flatten(val: &Val, out: &mut Vec<Id>) {
    match val {
        Val::Node(id) => out.push(*id),
        Val::Absent | Val::Moving(_) | Val::Pick(..) => {}
        Val::Optional { present, value } => {
            out.push(*present);
            flatten(value, out);
        }
        Val::Record(RecordVal::Memory(_, id)) => out.push(*id),
        Val::Record(RecordVal::Fields(_, fields)) => fields.iter().for_each(|f| flatten(f, out)),
        Val::List(list) => flatten_list(list, out),
    }
}

fn flatten_list(list: &ListVal, out: &mut Vec<Id>) {
    match list {
        ListVal::Memory(id) => out.push(*id),
        ListVal::Items(items) => items.iter().for_each(|i| flatten(i, out)),
        ListVal::Choice(c, a, b) => {
            out.push(*c);
            flatten_list(a, out);
            flatten_list(b, out);
        }
    }
}

/// Found, horizon, cuts, and a value of the shape of `like`.
fn rebuilt(like: &Val, ids: &[Id], forever: Id) -> Gathered {
    let mut ids = ids.iter().copied();
    let mut take = || ids.next().unwrap_or(forever);
    let (found, until, cuts) = (take(), take(), take());
    Gathered { found, until, cuts, val: shaped(like, &mut take) }
}

fn shaped(like: &Val, take: &mut dyn FnMut() -> Id) -> Val {
    match like {
        Val::Node(_) => Val::Node(take()),
        Val::Absent | Val::Moving(_) | Val::Pick(..) => like.clone(),
        Val::Optional { value, .. } => {
            let present = take();
            Val::Optional { present, value: shaped(value, take).into() }
        }
        Val::Record(RecordVal::Memory(id, _)) => Val::Record(RecordVal::Memory(*id, take())),
        Val::Record(RecordVal::Fields(id, fields)) => {
            let fields: Vec<Val> = fields.iter().map(|f| shaped(f, take)).collect();
            Val::Record(RecordVal::Fields(*id, fields.into()))
        }
        Val::List(list) => Val::List(shaped_list(list, take)),
    }
}

fn shaped_list(like: &ListVal, take: &mut dyn FnMut() -> Id) -> ListVal {
    match like {
        ListVal::Memory(_) => ListVal::Memory(take()),
        ListVal::Items(items) => ListVal::Items(items.iter().map(|i| shaped(i, take)).collect::<Vec<_>>().into()),
        ListVal::Choice(_, a, b) => {
            let c = take();
            ListVal::Choice(c, shaped_list(a, take).into(), shaped_list(b, take).into())
        }
    }
}
