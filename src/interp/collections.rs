//! Quantifiers and aggregates.
//!
//! In: a collection, binders and what is asked of each element. Out: the fold, with its horizon. Always: a binder
//! holds as long as its collection does; a quantifier stops only where one element has settled it for ever; an
//! aggregate never stops early.

use std::sync::Arc;

use super::Outcome;
use super::eval::Evaluator;
use super::frame::{Frame, Slot};
use super::horizon::{Held, Until, earlier};
use super::operators::{elements, impossible, plus, size, zero};
use super::trace::Fact;
use crate::program::expr::{AggregateKind, Expr, LocalId, QuantifierKind};
use crate::program::ty::Ty;
use crate::program::value::Value;

impl Evaluator<'_> {
    /// The elements as slots, and the collection's own horizon.
    fn members(&mut self, frame: &mut Frame, collection: &Expr) -> (Vec<Slot>, Until) {
        let slot = self.place(frame, collection);
        let items = elements(&slot.value);
        // Of a table of records the fields that are looked at count as read, of any other the table.
        let looked_into = !items.is_empty() && matches!(collection.ty.element(), Some(Ty::Record(_)));
        if let (Some(tracer), Some(path), false) = (&mut self.tracer, &slot.path, looked_into) {
            let fact = Fact { path: path.clone(), value: slot.value.clone(), ty: collection.ty.clone() };
            tracer.reading.fact(fact);
        }
        let path = slot.path.filter(|_| looked_into);
        let members = items
            .iter()
            .enumerate()
            .map(|(index, value)| Slot {
                value: value.clone(),
                until: slot.until,
                path: path.as_ref().map(|path| Arc::from(format!("{path}[{index}]"))),
                reading: None,
            })
            .collect();
        (members, slot.until)
    }

    pub(super) fn quantifier(
        &mut self,
        frame: &mut Frame,
        kind: QuantifierKind,
        binders: &[LocalId],
        collection: &Expr,
        body: &Expr,
    ) -> Held {
        let (members, until) = self.members(frame, collection);
        // `any` is `not all not`, and `no` is `all not`: one fold over what must hold of each element.
        let each_must = matches!(kind, QuantifierKind::All);
        let mut all = Held::ALWAYS;
        for neighbours in members.windows(binders.len().max(1)) {
            if all.settled(false) {
                break;
            }
            for (binder, slot) in binders.iter().zip(neighbours) {
                frame.set(*binder, slot.clone());
            }
            let body = self.truth(frame, body);
            all = all.and(if each_must { body } else { body.negated() });
        }
        let folded = match kind {
            QuantifierKind::All | QuantifierKind::No => all,
            QuantifierKind::Any => all.negated(),
        };
        folded.within(until)
    }

    /// The items of the elements that meet the condition.
    fn selected(
        &mut self,
        frame: &mut Frame,
        item: Option<&Expr>,
        binder: LocalId,
        collection: &Expr,
        condition: Option<&Expr>,
        mut take: impl FnMut(Slot),
    ) -> Until {
        let (members, mut until) = self.members(frame, collection);
        for member in members {
            frame.set(binder, member.clone());
            let condition = self.condition(frame, condition);
            until = earlier(until, condition.until);
            if condition.holds {
                let item = match item {
                    Some(item) => self.place(frame, item),
                    None => member,
                };
                until = earlier(until, item.until);
                take(item);
            }
        }
        until
    }

    /// `first` and `last` may hand on a place in the arguments.
    pub(super) fn first_or_last(
        &mut self,
        frame: &mut Frame,
        last: bool,
        item: &Expr,
        binder: LocalId,
        collection: &Expr,
        condition: Option<&Expr>,
    ) -> Slot {
        let mut chosen: Option<Slot> = None;
        let until = self.selected(frame, Some(item), binder, collection, condition, |slot| {
            if last || chosen.is_none() {
                chosen = Some(slot);
            }
        });
        Slot { until, ..chosen.unwrap_or_else(|| Slot::fixed(Value::None)) }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one syntax node")]
    pub(super) fn aggregate(
        &mut self,
        frame: &mut Frame,
        kind: AggregateKind,
        item: Option<&Expr>,
        binder: LocalId,
        collection: &Expr,
        condition: Option<&Expr>,
        ty: &Ty,
    ) -> Outcome {
        let mut slots = Vec::new();
        let until = self.selected(frame, item, binder, collection, condition, |slot| slots.push(slot));
        if let (Some(tracer), Some(item)) = (&mut self.tracer, item) {
            for slot in &slots {
                if let Some(path) = &slot.path {
                    let fact = Fact { path: path.clone(), value: slot.value.clone(), ty: item.ty.clone() };
                    tracer.reading.fact(fact);
                }
            }
        }
        let mut values = slots.into_iter().map(|slot| slot.value);
        let value = match kind {
            AggregateKind::Count => Value::Int(size(values.len())),
            AggregateKind::Min => values.min().unwrap_or(Value::None),
            AggregateKind::Max => values.max().unwrap_or(Value::None),
            AggregateKind::Sum => values.fold(zero(ty.present()), |sum, value| plus(&sum, &value)),
            AggregateKind::First => values.next().unwrap_or(Value::None),
            AggregateKind::Last => values.next_back().unwrap_or(Value::None),
        };
        if item.is_none() && !matches!(kind, AggregateKind::Count) {
            impossible("an aggregate of nothing");
        }
        Outcome { value, until }
    }
}
