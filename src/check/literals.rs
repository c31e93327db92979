//! Record and event literals, `with`, lists and sets.

use trust_syntax::ast::{self, FieldInit, Name};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::TypeRef;
use super::body::{Body, Place, fits, join};
use crate::program::expr::{Expr, ExprKind};
use crate::program::index::Def;
use crate::program::ty::{RecordId, Ty};
use crate::program::value::Value;
use trust_syntax::suggest::{list, nearest};

impl Body<'_, '_> {
    pub fn record_literal(&mut self, name: &Name, fields: &[FieldInit], span: Span) -> Expr {
        match self.record_named(name) {
            Some(id) if self.types().record_def(id).is_event && self.place != Place::Test => {
                self.report(
                    Diagnostic::error("E0313", span, format!("`{}` is an event, not a value", name.text))
                        .label("events reach a policy through `on` clauses and tests only")
                        .help("write it in a test: `expect … on EVENT { … }: …`"),
                );
                self.error_expr(span)
            }
            Some(id) => self.record_of(id, name, fields, span),
            None => {
                // Still look into the values: what is wrong there is wrong anyway.
                for field in fields {
                    self.expr(&field.value, None);
                }
                self.error_expr(span)
            }
        }
    }

    /// The record or event of that name.
    pub fn record_named(&mut self, name: &Name) -> Option<RecordId> {
        if let Some((found, _)) = self.cx.scope(self.module).types.get(&name.text).copied() {
            self.cx.used(name.span, found);
        }
        match self.cx.scope(self.module).types.get(&name.text) {
            Some((TypeRef::Record(id), _)) => Some(*id),
            Some((TypeRef::Enum(_), _)) => {
                self.report(
                    Diagnostic::error("E0202", name.span, format!("`{}` is no record", name.text))
                        .label("an enum or a scale")
                        .help(format!("write one of its cases: `{}.some_case`", name.text)),
                );
                None
            }
            None => {
                if !self.cx.scope(self.module).missing.contains(&name.text) {
                    let d = self.cx.unknown_type(self.module, &name.text, name.span);
                    self.report(d);
                }
                None
            }
        }
    }

    fn record_of(&mut self, id: RecordId, name: &Name, inits: &[FieldInit], span: Span) -> Expr {
        let count = self.types().record_def(id).fields.len();
        let mut values: Vec<Option<Expr>> = (0..count).map(|_| None).collect();
        for (index, value) in self.field_values(id, inits) {
            if let Some(slot) = values.get_mut(index as usize) {
                *slot = Some(value);
            }
        }
        let def = self.types().record_def(id);
        let missing: Vec<&str> = def
            .fields
            .iter()
            .zip(&values)
            .filter(|(f, v)| v.is_none() && !f.ty.is_optional())
            .map(|(f, _)| f.name.as_str())
            // A misspelt field was reported already; do not also call it missing.
            .filter(|f| {
                !inits
                    .iter()
                    .any(|i| !def.fields.iter().any(|d| d.name == i.name.text) && nearest(&i.name.text, [*f]).is_some())
            })
            .collect();
        if !missing.is_empty() {
            let d = Diagnostic::error(
                "E0307",
                name.span,
                format!("this `{}` lacks {}", def.name, list(missing.iter().copied())),
            )
            .label("not all fields are given")
            .because(def.span, "declared here")
            .help("only optional fields (`T?`) may be left out");
            self.report(d);
        }
        let def = self.types().record_def(id);
        let tys: Vec<Ty> = def.fields.iter().map(|f| f.ty.clone()).collect();
        let filled = values
            .into_iter()
            .zip(tys)
            .map(|(value, ty)| value.unwrap_or(Expr { kind: ExprKind::Const(Value::None), ty, span }))
            .collect();
        Expr { kind: ExprKind::Record(id, filled), ty: Ty::Record(id), span }
    }

    /// The given fields with their index; unknown and repeated ones are reported and left out.
    fn field_values(&mut self, id: RecordId, inits: &[FieldInit]) -> Vec<(u32, Expr)> {
        let mut seen: Vec<(u32, Span)> = Vec::new();
        let mut values = Vec::with_capacity(inits.len());
        for init in inits {
            self.probe_field(init.name.span, id, inits);
            let def = self.types().record_def(id);
            let Some(index) = def.fields.iter().position(|f| f.name == init.name.text) else {
                if !self.is_lost(&init.name.text) {
                    let d = self.unknown_field(id, &init.name);
                    self.report(d);
                }
                self.expr(&init.value, None);
                continue;
            };
            let index = index as u32;
            self.cx.used(init.name.span, Def::Field(id, index));
            let def = self.types().record_def(id);
            let ty = def.fields.get(index as usize).map_or(Ty::Error, |f| f.ty.clone());
            if let Some((_, first)) = seen.iter().find(|(i, _)| *i == index) {
                let first = *first;
                self.report(
                    Diagnostic::error("E0308", init.name.span, format!("`{}` is given twice", init.name.text))
                        .label("again here")
                        .because(first, "first here"),
                );
                continue;
            }
            seen.push((index, init.name.span));
            let what = format!("the field `{}`", init.name.text);
            let value = self.expect(&init.value, &ty, &what);
            values.push((index, value));
        }
        values
    }

    pub fn unknown_field(&self, id: RecordId, field: &Name) -> Diagnostic {
        let def = self.types().record_def(id);
        let kind = if def.is_event { "event" } else { "record" };
        // A field that could not be read has no name.
        let names = def.fields.iter().map(|f| f.name.as_str()).filter(|n| !n.is_empty());
        let d =
            Diagnostic::error("E0209", field.span, format!("the {kind} `{}` has no field `{}`", def.name, field.text))
                .label("no such field")
                .because(def.span, "declared here");
        match nearest(&field.text, names.clone()) {
            Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), field.span, near),
            None if names.clone().next().is_none() => d,
            None => d.help(format!("it has {}", list(names))),
        }
    }

    pub fn with(&mut self, base: &ast::Expr, inits: &[FieldInit], span: Span) -> Expr {
        let base = self.expr(base, None);
        let base = self.present(base);
        match base.ty.clone() {
            Ty::Record(id) => {
                let values = self.field_values(id, inits);
                Expr { kind: ExprKind::With(Box::new(base), values), ty: Ty::Record(id), span }
            }
            Ty::Error => self.error_expr(span),
            other => {
                let name = self.type_name(&other);
                self.report(
                    Diagnostic::error(
                        "E0305",
                        base.span,
                        format!("`with` changes fields of a record, not of `{name}`"),
                    )
                    .label(format!("this is `{name}`")),
                );
                self.error_expr(span)
            }
        }
    }

    pub fn list_literal(&mut self, items: &[ast::Expr], span: Span, hint: Option<&Ty>) -> Expr {
        let hint = hint.and_then(|h| h.present().element().cloned());
        let (items, ty) = self.elements(items, hint.as_ref());
        if ty.is_optional() {
            self.report(
                Diagnostic::error("E0302", span, "the elements of a list are always there")
                    .label("one of them may be absent")
                    .help("say what counts when it is absent: `(… otherwise …)`"),
            );
            return self.error_expr(span);
        }
        Expr { kind: ExprKind::List(items), ty: Ty::List(ty.into()), span }
    }

    pub fn set_literal(&mut self, items: &[ast::Expr], span: Span, hint: Option<&Ty>) -> Expr {
        let hint = hint.and_then(|h| h.present().element().cloned());
        let (items, ty) = self.elements(items, hint.as_ref());
        if !ty.is_scalar() && ty != Ty::Never {
            let name = self.type_name(&ty);
            self.report(
                Diagnostic::error("E0313", span, format!("a set cannot hold `{name}`"))
                    .label("a set holds plain values: strings, numbers, cases, instants …")
                    .help("write a list: `[a, b]`"),
            );
            return self.error_expr(span);
        }
        Expr { kind: ExprKind::Set(items), ty: Ty::Set(ty.into()), span }
    }

    /// The elements and their common type; `Never` where there are none.
    fn elements(&mut self, items: &[ast::Expr], hint: Option<&Ty>) -> (Vec<Expr>, Ty) {
        let mut hint = hint.cloned().filter(|h| *h != Ty::Never);
        let strong = if hint.is_none() { items.iter().position(|i| !self.is_weak(i)) } else { None };
        let mut first = strong.and_then(|s| items.get(s)).map(|item| self.expr(item, None));
        if let Some(typed) = &first {
            hint = Some(typed.ty.clone());
        }
        let mut typed: Vec<Expr> = Vec::with_capacity(items.len());
        let mut ty = Ty::Never;
        for (index, item) in items.iter().enumerate() {
            let e = match (strong == Some(index), first.take()) {
                (true, Some(e)) => e,
                (_, kept) => {
                    first = kept;
                    self.expr(item, hint.as_ref())
                }
            };
            match join(&ty, &e.ty) {
                Some(joined) => ty = joined,
                None => {
                    let (want, have) = (self.type_name(&ty), self.type_name(&e.ty));
                    let d =
                        Diagnostic::error("E0301", e.span, format!("this is `{have}`, but the others are `{want}`"))
                            .label(format!("this is `{have}`"))
                            .because(typed.first().map_or(e.span, |t| t.span), format!("this is `{want}`"))
                            .help("all elements must be of one type");
                    self.report(d);
                    return (Vec::new(), Ty::Error);
                }
            }
            typed.push(e);
        }
        if let Some(hint) = hint
            && fits(&ty, &hint)
            && ty != Ty::Error
            && !hint.is_optional()
        {
            ty = hint;
        }
        (typed, ty)
    }
}
