//! Quantifiers: one fold over what must hold of each element, or of each pair of neighbours.

use trust_runtime::graph::{FOREVER, Id, Kind, Loop};

use super::values::{ListVal, Lowered, Slot, Truth, Val};
use super::{Frame, Lowering};
use crate::program::expr::{Expr, LocalId, QuantifierKind};
use crate::program::ty::Ty;

/// What a fold asks of each element.
struct Fold<'e> {
    binders: &'e [LocalId],
    body: &'e Expr,
    element: Ty,
    /// `any` is `not all not`, and `no` is `all not`.
    negate: bool,
    /// The collection's own horizon: its elements hold no longer.
    until: Id,
}

impl Lowering<'_> {
    pub(super) fn quantifier(
        &mut self,
        f: &mut Frame,
        kind: QuantifierKind,
        binders: &[LocalId],
        collection: &Expr,
        body: &Expr,
    ) -> Lowered {
        let xs = self.expr(f, collection);
        let element = collection.ty.element().cloned().unwrap_or(Ty::Error);
        let fold = Fold { binders, body, element, negate: kind != QuantifierKind::All, until: xs.until };
        let all = match &xs.val {
            Val::List(list) => self.fold(f, &fold, list),
            _ => self.always(true),
        };
        let folded = if kind == QuantifierKind::Any { self.negated(all) } else { all };
        let within = self.within(folded, xs.until, xs.cuts);
        self.truth_value(within)
    }

    fn fold(&mut self, f: &mut Frame, fold: &Fold<'_>, xs: &ListVal) -> Truth {
        match xs {
            ListVal::Choice(c, a, b) => {
                let (a, b) = (self.fold(f, fold, a), self.fold(f, fold, b));
                self.pick_truth(*c, a, b)
            }
            ListVal::Items(items) => {
                let mut all = self.always(true);
                for window in items.windows(fold.binders.len().max(1)) {
                    let t = self.asked_of(f, fold, window);
                    all = self.and(all, t);
                }
                all
            }
            ListVal::Memory(list) => {
                let run = self.g.open_loop();
                let mut window = Vec::with_capacity(fold.binders.len());
                for n in 0..fold.binders.len() {
                    let at = self.g.element(run, n as u32);
                    window.push(self.at(&fold.element, at, 0));
                }
                let t = self.asked_of(f, fold, &window);
                let forever = self.g.forever();
                let clock = self.g.as_int(t.until) != Some(FOREVER);
                let cuts = self.g.as_int(t.cuts) != Some(FOREVER);
                let mut start = vec![self.g.bool(true)];
                let mut before = Truth { holds: self.g.gathered(run, 0, Kind::Bool), until: forever, cuts: forever };
                if clock {
                    before.until = self.g.gathered(run, start.len() as u32, Kind::Int);
                    start.push(forever);
                }
                if cuts {
                    before.cuts = self.g.gathered(run, start.len() as u32, Kind::Int);
                    start.push(forever);
                }
                let after = self.and(before, t);
                let mut next = vec![after.holds];
                if clock {
                    next.push(after.until);
                }
                if cuts {
                    next.push(after.cuts);
                }
                let stop = self.settled(after, false);
                let stride = self.layouts.stride(&fold.element);
                let window = fold.binders.len().max(1) as u32;
                let results = self
                    .g
                    .close_loop(run, Loop { list: *list, stride, window, start, next, stop: Some(stop), index: None });
                let mut results = results.into_iter();
                let mut take = || results.next().unwrap_or(forever);
                Truth {
                    holds: take(),
                    until: if clock { take() } else { forever },
                    cuts: if cuts { take() } else { forever },
                }
            }
        }
    }

    fn asked_of(&mut self, f: &mut Frame, fold: &Fold<'_>, window: &[Val]) -> Truth {
        for (binder, val) in fold.binders.iter().zip(window) {
            f.set(*binder, Slot { val: val.clone(), until: fold.until });
        }
        let t = self.truth(f, fold.body);
        if fold.negate { self.negated(t) } else { t }
    }
}
