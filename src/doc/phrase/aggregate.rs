//! Aggregates in plain English: the lowest, the first, how many.
//!
//! In: an aggregate over the entries of a collection. Out: one line that names what is taken, of which entries, and under
//! which condition.

use super::super::scope::Scope;
use super::super::text::{Inline, Line, plain, text};
use super::{entry, forced};
use crate::program::expr::{AggregateKind, Expr, ExprKind};
use crate::program::ty::Ty;

impl Scope<'_> {
    pub(super) fn aggregate(
        &self,
        kind: AggregateKind,
        item: Option<&Expr>,
        name: &str,
        collection: &Expr,
        condition: Option<&Expr>,
    ) -> Line {
        if let Some(fields) = item.and_then(|item| self.fields_of_binder(item, name)) {
            return self.picked(kind, &fields, item, name, collection, condition);
        }
        let instants = item.is_some_and(|item| *item.ty.present() == Ty::Instant);
        let mut line = plain(match kind {
            AggregateKind::Count => "the number of entries ",
            AggregateKind::Min if instants => "the earliest ",
            AggregateKind::Max if instants => "the latest ",
            AggregateKind::Min => "the lowest ",
            AggregateKind::Max => "the highest ",
            AggregateKind::Sum => "the sum of ",
            AggregateKind::First => "the first ",
            AggregateKind::Last => "the last ",
        });
        if let Some(item) = item {
            line.extend(self.value(item));
            line.push(text(", over every "));
            line.extend(entry(name));
        } else {
            line.push(Inline::Term { text: name.to_owned(), note: String::new() });
        }
        line.push(text(" in "));
        line.extend(self.value(collection));
        if let Some(condition) = condition {
            line.push(text(" for which "));
            line.extend(forced(&self.condition(condition, true)));
        }
        line
    }

    /// The fields of `e.a.b` where `e` is the entry itself, the last first.
    fn fields_of_binder(&self, item: &Expr, name: &str) -> Option<Vec<String>> {
        let mut fields = Vec::new();
        let mut at = item;
        loop {
            match &at.kind {
                ExprKind::Field(base, field) => {
                    fields.push(self.field_words(base, *field).0);
                    at = base;
                }
                ExprKind::Local(id) if self.local(*id).is_some_and(|n| n.text == name) => return Some(fields),
                _ => return None,
            }
        }
    }

    /// "the position of the first of the statements", "the lowest level among the links".
    fn picked(
        &self,
        kind: AggregateKind,
        fields: &[String],
        item: Option<&Expr>,
        name: &str,
        collection: &Expr,
        condition: Option<&Expr>,
    ) -> Line {
        let instants = item.is_some_and(|item| *item.ty.present() == Ty::Instant);
        let extreme = match kind {
            AggregateKind::Min if instants => Some("the earliest "),
            AggregateKind::Max if instants => Some("the latest "),
            AggregateKind::Min => Some("the lowest "),
            AggregateKind::Max => Some("the highest "),
            AggregateKind::Sum => Some("the sum of every "),
            AggregateKind::First | AggregateKind::Last | AggregateKind::Count => None,
        };
        let place = if kind == AggregateKind::Last { "last" } else { "first" };
        let mut line = Line::new();
        match extreme {
            Some(word) => {
                line.push(text(word));
                if !fields.is_empty() {
                    line.push(text(format!("{} ", fields.join(" of the "))));
                }
                line.push(text("among "));
            }
            None => {
                line.push(text("the "));
                line.extend(fields.iter().map(|field| text(format!("{field} of the "))));
                line.push(text(format!("{place} ")));
                match condition {
                    Some(_) => {
                        line.extend(entry(name));
                        line.push(text(" in "));
                    }
                    None => line.push(text("of ")),
                }
            }
        }
        line.extend(self.value(collection));
        if let Some(condition) = condition {
            if extreme.is_some() {
                line.push(text(", of every "));
                line.extend(entry(name));
            }
            line.push(text(" for which "));
            line.extend(forced(&self.condition(condition, true)));
        }
        line
    }
}
