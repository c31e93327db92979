//! Sums, counts, the least and the greatest: aggregates over lists and sets.

use trust_syntax::ast::{self, Name};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::body::Body;
use crate::program::expr::{AggregateKind, Expr, ExprKind};
use crate::program::ty::Ty;
use trust_syntax::suggest::nearest;

impl Body<'_, '_> {
    #[allow(clippy::too_many_arguments)]
    pub fn aggregate(
        &mut self,
        callee: &Name,
        item: &ast::Expr,
        binder: &Name,
        collection: &ast::Expr,
        condition: Option<&ast::Expr>,
        span: Span,
        hint: Option<&Ty>,
    ) -> Expr {
        let kind = match callee.text.as_str() {
            "min" => Some(AggregateKind::Min),
            "max" => Some(AggregateKind::Max),
            "sum" => Some(AggregateKind::Sum),
            "first" => Some(AggregateKind::First),
            "last" => Some(AggregateKind::Last),
            _ => None,
        };
        let collection = self.collection(collection);
        let element = collection.ty.element().cloned().unwrap_or(Ty::Error);
        let id = self.bind(binder, element);
        let condition = condition.map(|c| self.condition(c));
        let hint = hint.map(Ty::present);
        let item = match &condition {
            Some(c) => self.knowing(c, true, |s| s.expr(item, hint)),
            None => self.expr(item, hint),
        };
        let item = self.present(item);
        self.unbind(id);
        self.used_builtin(callee);
        let Some(kind) = kind else {
            let mut d = Diagnostic::error("E0213", callee.span, format!("`{}` does not run over a list", callee.text))
                .label("not one of min, max, sum, first, last");
            d = if callee.text == "count" {
                d.help("write `count(x in xs where …)`")
            } else {
                match nearest(&callee.text, ["min", "max", "sum", "first", "last"]) {
                    Some(near) => {
                        d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), callee.span, near)
                    }
                    None => d.help("there are `min`, `max`, `sum`, `first` and `last`"),
                }
            };
            self.report(d);
            return self.error_expr(span);
        };
        let ty = match (kind, &item.ty) {
            (_, Ty::Error) => return self.error_expr(span),
            (AggregateKind::Sum, Ty::Int | Ty::Decimal | Ty::Duration) => item.ty.clone(),
            (AggregateKind::Min | AggregateKind::Max, Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration) => {
                item.ty.clone().optional()
            }
            (AggregateKind::Min | AggregateKind::Max, Ty::Enum(e)) if self.types().enum_def(*e).ordered => {
                item.ty.clone().optional()
            }
            (AggregateKind::First | AggregateKind::Last, _) => item.ty.clone().optional(),
            (_, other) => {
                let name = self.type_name(other);
                let (code, message, help) = if kind == AggregateKind::Sum {
                    ("E0305", format!("`{name}` values cannot be added up"), "int, decimal and duration can")
                } else {
                    (
                        "E0304",
                        format!("`{name}` values have no order"),
                        "numbers, instants, durations and scales have one",
                    )
                };
                self.report(Diagnostic::error(code, item.span, message).label(format!("this is `{name}`")).help(help));
                return self.error_expr(span);
            }
        };
        Expr {
            kind: ExprKind::Aggregate {
                kind,
                item: Some(Box::new(item)),
                binder: id,
                collection: Box::new(collection),
                condition: condition.map(Box::new),
            },
            ty,
            span,
        }
    }

    pub fn count_where(
        &mut self,
        callee: &Name,
        binder: &Name,
        collection: &ast::Expr,
        condition: &ast::Expr,
        span: Span,
    ) -> Expr {
        let collection = self.collection(collection);
        let element = collection.ty.element().cloned().unwrap_or(Ty::Error);
        let id = self.bind(binder, element);
        let condition = self.condition(condition);
        self.unbind(id);
        self.used_builtin(callee);
        if callee.text != "count" {
            self.report(
                Diagnostic::error(
                    "E0213",
                    callee.span,
                    format!("`{}` needs to know what to take of each element", callee.text),
                )
                .label("only `count` does without")
                .help(format!("write `{}({} for {} in … where …)`", callee.text, binder.text, binder.text)),
            );
            return self.error_expr(span);
        }
        Expr {
            kind: ExprKind::Aggregate {
                kind: AggregateKind::Count,
                item: None,
                binder: id,
                collection: Box::new(collection),
                condition: Some(Box::new(condition)),
            },
            ty: Ty::Int,
            span,
        }
    }
}
