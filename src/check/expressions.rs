//! Expressions: each by its kind; names, conditions, operators and calls have files of their own.
//!
//! A hint is the type an expression is wanted to have; bare cases, `none`, empty literals and int literals take their
//! type from it. It never forces: `coerce` does.

use trust_syntax::ast::{self, ExprKind as Ast};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::body::Body;
use super::narrowing::{known, path_of};
use crate::program::expr::{Expr, ExprKind};
use crate::program::ty::Ty;
use crate::program::value::Value;

impl Body<'_, '_> {
    pub fn expr(&mut self, e: &ast::Expr, hint: Option<&Ty>) -> Expr {
        stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.expr_inner(e, hint))
    }

    fn expr_inner(&mut self, e: &ast::Expr, hint: Option<&Ty>) -> Expr {
        let as_declared = std::mem::take(&mut self.as_declared);
        let constant = |value: Value, ty: Ty| Expr { kind: ExprKind::Const(value), ty, span: e.span };
        match &e.kind {
            Ast::Error => self.error_expr(e.span),
            Ast::Bool(b) => constant(Value::Bool(*b), Ty::Bool),
            Ast::Int(n) => self.int_literal(*n, e.span, hint),
            Ast::Decimal(d) => constant(Value::Decimal(*d), Ty::Decimal),
            Ast::String(s) => constant(Value::String(s.clone()), Ty::String),
            Ast::Instant(i) => constant(Value::Instant(*i), Ty::Instant),
            Ast::Duration(d) => constant(Value::Duration(*d), Ty::Duration),
            Ast::None => {
                let ty = match hint {
                    Some(t @ Ty::Optional(_)) => t.clone(),
                    _ => Ty::Never.optional(),
                };
                constant(Value::None, ty)
            }
            Ast::Name(name) => {
                let found = self.name(name, e.span, hint);
                self.narrow(found, as_declared)
            }
            Ast::Case { ty, case } => self.qualified_case(ty, case, e.span),
            Ast::Paren(inner) => {
                self.as_declared = as_declared;
                let mut typed = self.expr(inner, hint);
                typed.span = e.span;
                typed
            }
            Ast::Field { base, field } => {
                let found = self.field(base, field, e.span);
                self.narrow(found, as_declared)
            }
            Ast::Record { ty, fields } => self.record_literal(ty, fields, e.span),
            Ast::With { base, fields } => self.with(base, fields, e.span),
            Ast::List(items) => self.list_literal(items, e.span, hint),
            Ast::Set(items) => self.set_literal(items, e.span, hint),
            Ast::Call { callee, args } => self.call(callee, args, e.span, hint),
            Ast::Aggregate { callee, item, binder, collection, condition } => {
                self.aggregate(callee, item, binder, collection, condition.as_deref(), e.span, hint)
            }
            Ast::CountWhere { callee, binder, collection, condition } => {
                self.count_where(callee, binder, collection, condition, e.span)
            }
            Ast::Neg(inner) => self.negate(inner, e.span, hint),
            Ast::Not(inner) => {
                let inner = self.condition(inner);
                Expr { kind: ExprKind::Not(Box::new(inner)), ty: Ty::Bool, span: e.span }
            }
            Ast::Has(inner) => self.has(inner, e.span),
            Ast::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right, e.span, hint),
            Ast::And(parts) => {
                let parts = self.chain(parts, true);
                Expr { kind: ExprKind::And(parts), ty: Ty::Bool, span: e.span }
            }
            Ast::Or(parts) => {
                let parts = self.chain(parts, false);
                Expr { kind: ExprKind::Or(parts), ty: Ty::Bool, span: e.span }
            }
            Ast::IsEmpty { base, negated } => self.is_empty(base, *negated, e.span),
            Ast::Matches { base, pattern } => self.matches(base, pattern, e.span),
            Ast::If { condition, then, otherwise } => self.if_else(condition, then, otherwise, e.span, hint),
            Ast::Match { scrutinee, arms } => self.match_cases(scrutinee, arms, e.span, hint),
            Ast::Quantifier { kind, binders, collection, body } => {
                self.quantifier(*kind, binders, collection, body, e.span)
            }
        }
    }

    /// Runs `f` where what `e` tells (when it is `truth`) is known.
    pub fn knowing<T>(&mut self, e: &Expr, truth: bool, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.narrowed.len();
        self.narrowed.extend(known(e, truth));
        let result = f(self);
        self.narrowed.truncate(before);
        result
    }

    /// Operands of `and` (`or`): each is read knowing that those before are true (false).
    fn chain(&mut self, parts: &[ast::Expr], truth: bool) -> Vec<Expr> {
        let before = self.narrowed.len();
        let mut typed = Vec::with_capacity(parts.len());
        for part in parts {
            let e = self.condition(part);
            self.narrowed.extend(known(&e, truth));
            typed.push(e);
        }
        self.narrowed.truncate(before);
        typed
    }

    fn narrow(&self, mut e: Expr, as_declared: bool) -> Expr {
        if e.ty.is_optional()
            && !as_declared
            && !self.narrowed.is_empty()
            && let Some(path) = path_of(&e)
            && self.narrowed.contains(&path)
        {
            e.ty = e.ty.present().clone();
        }
        e
    }

    fn int_literal(&mut self, n: i64, span: Span, hint: Option<&Ty>) -> Expr {
        if hint.map(Ty::present) == Some(&Ty::Decimal) {
            return match n.checked_mul(10_000) {
                Some(d) => Expr { kind: ExprKind::Const(Value::Decimal(d)), ty: Ty::Decimal, span },
                None => {
                    self.report(
                        Diagnostic::error("E0314", span, format!("`{n}` is too large for a decimal"))
                            .label("at most 922337203685477.5807"),
                    );
                    self.error_expr(span)
                }
            };
        }
        Expr { kind: ExprKind::Const(Value::Int(n)), ty: Ty::Int, span }
    }
}
