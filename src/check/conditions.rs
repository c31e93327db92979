//! Conditions: `has`, `if`, `match`, quantifiers.

use trust_syntax::ast::{self, ExprKind as Ast, Name};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::ValueRef;
use super::body::{Body, join};
use crate::program::expr::{Expr, ExprKind, QuantifierKind};
use crate::program::index::Def;
use crate::program::ty::{EnumId, Ty};
use trust_syntax::suggest::{article, list};

impl Body<'_, '_> {
    pub(super) fn has(&mut self, inner: &ast::Expr, span: Span) -> Expr {
        self.as_declared = true;
        let typed = self.expr(inner, None);
        self.as_declared = false;
        if typed.ty == Ty::Error {
            return Expr { kind: ExprKind::Has(Box::new(typed)), ty: Ty::Bool, span };
        }
        if !typed.ty.is_optional() {
            let name = self.type_name(&typed.ty);
            let what = self.describe(&typed).map_or_else(|| "this value".into(), |s| format!("`{s}`"));
            self.report(
                Diagnostic::error("E0312", span, format!("{what} is always there"))
                    .label(format!("asks whether {} `{name}` is present", article(&name)))
                    .help(format!("leave the `has` out, or declare it as `{name}?` if it may be absent")),
            );
        }
        Expr { kind: ExprKind::Has(Box::new(typed)), ty: Ty::Bool, span }
    }

    pub(super) fn if_else(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        span: Span,
        hint: Option<&Ty>,
    ) -> Expr {
        let condition = self.condition(condition);
        let (then, otherwise) = if hint.is_none() && self.is_weak(then) && !self.is_weak(otherwise) {
            let b = self.knowing(&condition, false, |s| s.expr(otherwise, None));
            let a = self.knowing(&condition, true, |s| s.expr(then, Some(&b.ty)));
            (a, b)
        } else {
            let a = self.knowing(&condition, true, |s| s.expr(then, hint));
            let b = self.knowing(&condition, false, |s| s.expr(otherwise, hint.or(Some(&a.ty))));
            (a, b)
        };
        let Some(ty) = join(&then.ty, &otherwise.ty) else {
            let d = self.branches_differ(&then, &otherwise, "`then`", "`else`");
            self.report(d);
            return self.error_expr(span);
        };
        Expr { kind: ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise)), ty, span }
    }

    pub(super) fn branches_differ(&self, a: &Expr, b: &Expr, first: &str, second: &str) -> Diagnostic {
        let (a_name, b_name) = (self.type_name(&a.ty), self.type_name(&b.ty));
        Diagnostic::error("E0301", b.span, format!("{first} gives `{a_name}`, but {second} gives `{b_name}`"))
            .label(format!("this is `{b_name}`"))
            .because(a.span, format!("this is `{a_name}`"))
            .help("all branches must be of one type")
    }

    pub(super) fn match_cases(
        &mut self,
        scrutinee: &ast::Expr,
        arms: &[ast::Arm],
        span: Span,
        hint: Option<&Ty>,
    ) -> Expr {
        let scrutinee = self.expr(scrutinee, None);
        let scrutinee = self.present(scrutinee);
        let enum_id = match &scrutinee.ty {
            Ty::Enum(id) => Some(*id),
            Ty::Error => None,
            other => {
                let name = self.type_name(other);
                let mut d =
                    Diagnostic::error("E0305", scrutinee.span, format!("`match` looks at a case, not at `{name}`"))
                        .label(format!("this is `{name}`"));
                d = d.help(if *other == Ty::Bool {
                    "use `if … then … else …`"
                } else {
                    "`match` is for enums and scales; compare with `==`, or look it up in a table"
                });
                self.report(d);
                None
            }
        };
        // The first arm whose type stands by itself is read first and gives the others theirs.
        let strong = if hint.is_none() { arms.iter().position(|a| !self.is_weak(&a.body)) } else { None };
        let mut first = strong.and_then(|s| arms.get(s)).map(|arm| self.expr(&arm.body, None));
        let hint_ty = hint.cloned().or_else(|| first.as_ref().map(|e| e.ty.clone()));
        let mut bodies: Vec<Expr> = Vec::with_capacity(arms.len());
        for (index, arm) in arms.iter().enumerate() {
            let body = match (strong == Some(index), first.take()) {
                (true, Some(typed)) => typed,
                (_, kept) => {
                    first = kept;
                    self.expr(&arm.body, hint_ty.as_ref())
                }
            };
            bodies.push(body);
        }
        let mut ty = bodies.first().map_or(Ty::Error, |b| b.ty.clone());
        for body in bodies.iter().skip(1) {
            match join(&ty, &body.ty) {
                Some(joined) => ty = joined,
                None => {
                    let first = bodies.first().unwrap_or(body);
                    let d = self.branches_differ(first, body, "the first case", "this one");
                    self.report(d);
                    ty = Ty::Error;
                    break;
                }
            }
        }
        let Some(enum_id) = enum_id else { return self.error_expr(span) };
        let Some(arm_of) = self.arm_table(enum_id, arms, scrutinee.span) else { return self.error_expr(span) };
        Expr { kind: ExprKind::Match { scrutinee: Box::new(scrutinee), arm_of, arms: bodies }, ty, span }
    }

    /// Which arm each case takes; every case must stand exactly once.
    pub(super) fn arm_table(&mut self, enum_id: EnumId, arms: &[ast::Arm], place: Span) -> Option<Vec<u32>> {
        let count = self.types().enum_def(enum_id).cases.len();
        let mut taken: Vec<Option<(u32, Span)>> = vec![None; count];
        let mut sound = true;
        for (index, arm) in arms.iter().enumerate() {
            for case in &arm.cases {
                self.probe_case(case.span, enum_id, arms.iter().flat_map(|a| &a.cases));
                let Some((_, case_index)) = self.case_of(&Ty::Enum(enum_id), &case.text) else {
                    let mut d = self.unknown_case(enum_id, case);
                    if matches!(case.text.as_str(), "else" | "other" | "default" | "_" | "otherwise") {
                        d = d.note("there is no catch-all: each case is named, so that a new one is not forgotten");
                    }
                    self.report(d);
                    sound = false;
                    continue;
                };
                self.used_name(case.span, Def::Case(enum_id, case_index));
                let slot = taken.get_mut(case_index as usize)?;
                if let Some((_, first)) = *slot {
                    self.report(
                        Diagnostic::error("E0309", case.span, format!("the case `{}` stands twice", case.text))
                            .label("again here")
                            .because(first, "first here"),
                    );
                    sound = false;
                    continue;
                }
                *slot = Some((index as u32, case.span));
            }
        }
        let def = self.types().enum_def(enum_id);
        let missing: Vec<&str> =
            def.cases.iter().zip(&taken).filter(|(_, t)| t.is_none()).map(|(c, _)| c.name.as_str()).collect();
        if !missing.is_empty() && sound {
            let d = Diagnostic::error("E0309", place, format!("not every case of `{}` is treated", def.name))
                .label(format!("what if it is {}?", list(missing.iter().copied())))
                .help(format!("add `{}: …`", missing.join(", ")));
            self.report(d);
            return None;
        }
        if !sound {
            return None;
        }
        Some(taken.into_iter().map(|t| t.map_or(0, |(arm, _)| arm)).collect())
    }

    pub(super) fn quantifier(
        &mut self,
        kind: QuantifierKind,
        binders: &[Name],
        collection: &ast::Expr,
        body: &ast::Expr,
        span: Span,
    ) -> Expr {
        let collection = self.collection(collection);
        let element = collection.ty.element().cloned().unwrap_or(Ty::Error);
        if binders.len() > 2 {
            let extra = binders.get(2).map_or(span, |b| b.span);
            self.report(
                Diagnostic::error("E0316", extra, "at most two neighbours can be compared at a time")
                    .label("a third name")
                    .help("`all a, b in chain: …` looks at every link and the one after it"),
            );
        }
        let ids: Vec<_> = binders.iter().map(|b| self.bind(b, element.clone())).collect();
        let body = self.condition(body);
        for id in &ids {
            self.unbind(*id);
        }
        Expr {
            kind: ExprKind::Quantifier { kind, binders: ids, collection: Box::new(collection), body: Box::new(body) },
            ty: Ty::Bool,
            span,
        }
    }

    /// A list or a set.
    pub fn collection(&mut self, e: &ast::Expr) -> Expr {
        let typed = self.expr(e, None);
        let typed = self.present(typed);
        match &typed.ty {
            Ty::List(_) | Ty::Set(_) | Ty::Error => typed,
            other => {
                let name = self.type_name(other);
                self.report(
                    Diagnostic::error("E0305", typed.span, format!("a list or a set is wanted here, not `{name}`"))
                        .label(format!("this is `{name}`")),
                );
                self.error_expr(typed.span)
            }
        }
    }

    /// Whether the expression needs a type from outside: a bare case, `none`, an int literal, an empty literal, or
    /// something made of such.
    pub fn is_weak(&self, e: &ast::Expr) -> bool {
        match &e.kind {
            Ast::Int(_) | Ast::None => true,
            Ast::Name(n) => {
                !self.visible.contains_key(n)
                    && n != "now"
                    && !matches!(
                        self.cx.scope(self.module).values.get(n),
                        Some((ValueRef::Data(_) | ValueRef::Let(_), _))
                    )
            }
            Ast::Paren(inner) | Ast::Neg(inner) => self.is_weak(inner),
            Ast::List(items) | Ast::Set(items) => items.iter().all(|i| self.is_weak(i)),
            Ast::If { then, otherwise, .. } => self.is_weak(then) && self.is_weak(otherwise),
            Ast::Match { arms, .. } => arms.iter().all(|a| self.is_weak(&a.body)),
            Ast::Binary { op, left, right, .. } => {
                use ast::BinaryOp::{Add, Div, Mul, Otherwise, Rem, Sub};
                matches!(op, Add | Sub | Mul | Div | Rem | Otherwise) && self.is_weak(left) && self.is_weak(right)
            }
            _ => false,
        }
    }
}
