//! Names in expressions: what they stand for, cases, fields.

use trust_syntax::ast::{self, ExprKind as Ast, Name};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use smol_str::SmolStr;

use super::body::{Body, Place};
use super::framework::unparen;
use super::{Node, ValueRef};
use crate::program::expr::{Expr, ExprKind};
use crate::program::index::Def;
use crate::program::ty::{EnumId, Ty};
use crate::program::value::Value;
use trust_syntax::suggest::{article, list, nearest};

impl Body<'_, '_> {
    pub(super) fn name(&mut self, name: &SmolStr, span: Span, hint: Option<&Ty>) -> Expr {
        self.probe_value(span, hint);
        let case = hint.and_then(|h| self.case_of(h.present(), name));
        if let Some(id) = self.visible.get(name).copied() {
            if let Some((enum_id, _)) = case {
                return self.ambiguous(name, enum_id, span);
            }
            let (ty, position) =
                self.locals.get(id.0 as usize).map_or((Ty::Error, u32::MAX), |l| (l.ty.clone(), l.position));
            self.used_name(span, Def::Local(position));
            return Expr { kind: ExprKind::Local(id), ty, span };
        }
        if name == "now" {
            return self.now(span);
        }
        match self.cx.scope(self.module).values.get(name).map(|(v, _)| *v) {
            Some(ValueRef::Data(id)) => {
                if let Some((enum_id, _)) = case {
                    return self.ambiguous(name, enum_id, span);
                }
                self.used_name(span, Def::Data(id));
                let ty = self.cx.program.data.get(id.0 as usize).map_or(Ty::Error, |d| d.ty.clone());
                return Expr { kind: ExprKind::Data(id), ty, span };
            }
            Some(ValueRef::Let(id)) => {
                if let Some((enum_id, _)) = case {
                    return self.ambiguous(name, enum_id, span);
                }
                self.refer(Node::Let(id), span);
                self.used_name(span, Def::Let(id));
                let ty = self.cx.let_type(id, span);
                return Expr { kind: ExprKind::Global(id), ty, span };
            }
            Some(other) if case.is_none() => {
                self.cx.used(span, other);
                return self.not_a_value(name, other, span);
            }
            _ => {}
        }
        if let Some((enum_id, index)) = case {
            self.used_name(span, Def::Case(enum_id, index));
            return Expr { kind: ExprKind::Const(Value::Case(index)), ty: Ty::Enum(enum_id), span };
        }
        if !self.cx.scope(self.module).missing.contains(name) && hint.map(Ty::present) != Some(&Ty::Error) {
            let d = self.unknown_name(name, span, hint);
            self.report(d);
        }
        self.error_expr(span)
    }

    /// The case of that name, where the type is an enum or scale.
    pub(super) fn case_of(&self, ty: &Ty, name: &str) -> Option<(EnumId, u32)> {
        let Ty::Enum(id) = ty else { return None };
        let index = self.types().enum_def(*id).cases.iter().position(|c| c.name == name)?;
        Some((*id, index as u32))
    }

    pub(super) fn ambiguous(&mut self, name: &SmolStr, enum_id: EnumId, span: Span) -> Expr {
        let owner = self.types().enum_def(enum_id).name.clone();
        self.report(
            Diagnostic::error("E0206", span, format!("`{name}` is both a case of `{owner}` and a value here"))
                .label("which of the two is meant?")
                .help(format!("write `{owner}.{name}` for the case, or give the value another name"))
                .fix(format!("mean the case: `{owner}.{name}`"), span, format!("{owner}.{name}")),
        );
        self.error_expr(span)
    }

    pub(super) fn now(&mut self, span: Span) -> Expr {
        let why = if self.place == Place::Let {
            Some("a top-level `let` is a constant: it is the same at every instant")
        } else if self.in_trigger {
            Some("a trigger reads the event, the key and constants; when it happened is a field of the event")
        } else {
            None
        };
        if let Some(why) = why {
            self.report(Diagnostic::error("E0404", span, "`now` cannot be read here").label("the clock").help(why));
            return self.error_expr(span);
        }
        Expr { kind: ExprKind::Now, ty: Ty::Instant, span }
    }

    pub(super) fn not_a_value(&mut self, name: &SmolStr, what: ValueRef, span: Span) -> Expr {
        let (kind, help) = match what {
            ValueRef::Define(_) => ("a function", format!("call it: `{name}(…)`")),
            ValueRef::Block(_) => ("a block", format!("ask it: `{name}(…).permitted`")),
            ValueRef::Duty(_) => ("a duty", format!("a duty is owed: `oblige some_name: {name}(…) within 1h`")),
            ValueRef::Catalog(_) => ("a catalogue", format!("it is named in `@maps({name}[\"…\"])`")),
            ValueRef::Data(_) | ValueRef::Let(_) => ("a value", String::new()),
        };
        self.report(
            Diagnostic::error("E0201", span, format!("`{name}` is {kind}, not a value"))
                .label("not a value")
                .help(help),
        );
        self.error_expr(span)
    }

    pub(super) fn unknown_name(&self, name: &SmolStr, span: Span, hint: Option<&Ty>) -> Diagnostic {
        if let Some(declared) = self.upcoming.get(name) {
            return Diagnostic::error("E0201", span, format!("`{name}` is declared further down"))
                .label("not known yet")
                .because(*declared, "declared here")
                .help("move that `let` above this one");
        }
        if let Some(import) = self.cx.import_of(self.module, name) {
            return Diagnostic::error("E0201", span, format!("there is no value `{name}`"))
                .label("not declared or imported")
                .help(import);
        }
        let visible = self.visible.keys().map(SmolStr::as_str).chain(std::iter::once("now"));
        let top = self
            .cx
            .scope(self.module)
            .values
            .iter()
            .filter(|(_, (v, _))| matches!(v, ValueRef::Data(_) | ValueRef::Let(_)))
            .map(|(n, _)| n.as_str());
        let near_value = nearest(name, visible.chain(top));
        if let Some(Ty::Enum(id)) = hint.map(Ty::present) {
            let def = self.types().enum_def(*id);
            let cases = def.cases.iter().map(|c| c.name.as_str());
            let d = Diagnostic::error("E0208", span, format!("`{name}` is no case of `{}`", def.name))
                .label("neither a case nor a value in scope");
            return match nearest(name, cases.clone()).or(near_value) {
                Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), span, near),
                None => d.help(format!("`{}` has {}", def.name, list(cases))),
            };
        }
        let owners: Vec<&str> = self
            .types()
            .enums
            .iter()
            .filter(|e| e.cases.iter().any(|c| c.name == *name))
            .map(|e| e.name.as_str())
            .collect();
        if let [first, ..] = owners.as_slice() {
            let qualified = format!("{first}.{name}");
            return Diagnostic::error("E0207", span, format!("nothing here says of which type `{name}` is a case"))
                .label("a case, but of what?")
                .help(format!("write `{qualified}`"))
                .fix(format!("write `{qualified}`"), span, qualified);
        }
        let d = Diagnostic::error("E0201", span, format!("there is no value `{name}`")).label("not known here");
        if let Some(near) = near_value {
            return d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), span, near);
        }
        // A field of a parameter, written without the parameter.
        for (local, id) in &self.visible {
            if let Some(Ty::Record(record)) = self.locals.get(id.0 as usize).map(|l| l.ty.present())
                && self.types().record_def(*record).fields.iter().any(|f| f.name == *name)
            {
                let whole = format!("{local}.{name}");
                return d.help(format!("did you mean `{whole}`?")).fix(format!("use `{whole}`"), span, whole);
            }
        }
        d.help("it must be a parameter, a `let`, a name bound nearby, or `data`; text goes in double quotes")
    }

    pub(super) fn qualified_case(&mut self, ty: &Name, case: &Name, span: Span) -> Expr {
        let enum_id = if ty.text == "Standing" {
            Some(EnumId::STANDING)
        } else {
            match self.cx.scope(self.module).types.get(&ty.text) {
                Some((super::TypeRef::Enum(id), _)) => Some(*id),
                Some((super::TypeRef::Record(_), _)) => {
                    self.report(
                        Diagnostic::error("E0208", span, format!("`{}` is a record and has no cases", ty.text))
                            .label("cases belong to an enum or a scale")
                            .help("to read a field, write the value, a dot and the field: `partner.id`"),
                    );
                    None
                }
                None => {
                    if !self.cx.scope(self.module).missing.contains(&ty.text) {
                        let d = self.cx.unknown_type(self.module, &ty.text, ty.span);
                        self.report(d);
                    }
                    None
                }
            }
        };
        let Some(enum_id) = enum_id else { return self.error_expr(span) };
        self.used_name(ty.span, Def::Enum(enum_id));
        self.probe_case(case.span, enum_id, std::iter::empty());
        if let Some((_, index)) = self.case_of(&Ty::Enum(enum_id), &case.text) {
            self.used_name(case.span, Def::Case(enum_id, index));
            return Expr { kind: ExprKind::Const(Value::Case(index)), ty: Ty::Enum(enum_id), span };
        }
        let d = self.unknown_case(enum_id, case);
        self.report(d);
        self.error_expr(span)
    }

    /// Whether a syntax error, in whatever module, may have swallowed the declaration of a field or clause.
    pub fn is_lost(&self, name: &SmolStr) -> bool {
        self.cx.input.modules.iter().any(|m| m.lost.contains(name))
    }

    pub fn unknown_case(&self, enum_id: EnumId, case: &Name) -> Diagnostic {
        let def = self.types().enum_def(enum_id);
        let cases = def.cases.iter().map(|c| c.name.as_str());
        let d = Diagnostic::error("E0208", case.span, format!("`{}` is no case of `{}`", case.text, def.name))
            .label("no such case");
        match nearest(&case.text, cases.clone()) {
            Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), case.span, near),
            None => d.help(format!("`{}` has {}", def.name, list(cases))),
        }
    }

    pub(super) fn field(&mut self, base: &ast::Expr, field: &Name, span: Span) -> Expr {
        if let Ast::Call { callee, args } = &unparen(base).kind
            && !self.visible.contains_key(&callee.text)
            && let Some((ValueRef::Block(block), _)) = self.cx.scope(self.module).values.get(&callee.text)
        {
            let block = *block;
            return self.block_member(block, callee, args, field, span);
        }
        let base = self.expr(base, None);
        self.probe_member(field.span, &base.ty);
        let base = self.present(base);
        let record = match &base.ty {
            Ty::Record(id) => *id,
            Ty::Error => return self.error_expr(span),
            other => {
                let name = self.type_name(other);
                self.report(
                    Diagnostic::error("E0209", field.span, format!("`{name}` has no fields"))
                        .label(format!("asked of {} `{name}`", article(&name)))
                        .help("only records and events have fields"),
                );
                return self.error_expr(span);
            }
        };
        let def = self.types().record_def(record);
        if let Some(index) = def.fields.iter().position(|f| f.name == field.text) {
            let ty = def.fields.get(index).map_or(Ty::Error, |f| f.ty.clone());
            self.used_name(field.span, Def::Field(record, index as u32));
            return Expr { kind: ExprKind::Field(Box::new(base), index as u32), ty, span };
        }
        if !self.is_lost(&field.text) {
            let d = self.unknown_field(record, field);
            self.report(d);
        }
        self.error_expr(span)
    }
}
