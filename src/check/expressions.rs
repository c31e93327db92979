//! Expressions: names, fields, conditions, `if`, `match`, quantifiers.
//!
//! A hint is the type an expression is wanted to have; bare cases, `none`, empty literals and int literals take their
//! type from it. It never forces: `coerce` does.

use trust_syntax::ast::{self, ExprKind as Ast, Name};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use smol_str::SmolStr;

use super::body::{Body, Place, join};
use super::framework::unparen;
use super::narrowing::{known, path_of};
use super::{Node, ValueRef};
use crate::program::expr::{Expr, ExprKind, QuantifierKind};
use crate::program::index::Def;
use crate::program::ty::{EnumId, Ty};
use crate::program::value::Value;
use trust_syntax::suggest::{list, nearest};

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

    // ---- names ------------------------------------------------------------------------------------------

    fn name(&mut self, name: &SmolStr, span: Span, hint: Option<&Ty>) -> Expr {
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
    fn case_of(&self, ty: &Ty, name: &str) -> Option<(EnumId, u32)> {
        let Ty::Enum(id) = ty else { return None };
        let index = self.types().enum_def(*id).cases.iter().position(|c| c.name == name)?;
        Some((*id, index as u32))
    }

    fn ambiguous(&mut self, name: &SmolStr, enum_id: EnumId, span: Span) -> Expr {
        let owner = self.types().enum_def(enum_id).name.clone();
        self.report(
            Diagnostic::error("E0206", span, format!("`{name}` is both a case of `{owner}` and a value here"))
                .label("which of the two is meant?")
                .help(format!("write `{owner}.{name}` for the case, or give the value another name"))
                .fix(format!("mean the case: `{owner}.{name}`"), span, format!("{owner}.{name}")),
        );
        self.error_expr(span)
    }

    fn now(&mut self, span: Span) -> Expr {
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

    fn not_a_value(&mut self, name: &SmolStr, what: ValueRef, span: Span) -> Expr {
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

    fn unknown_name(&self, name: &SmolStr, span: Span, hint: Option<&Ty>) -> Diagnostic {
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

    fn qualified_case(&mut self, ty: &Name, case: &Name, span: Span) -> Expr {
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

    fn field(&mut self, base: &ast::Expr, field: &Name, span: Span) -> Expr {
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
                        .label(format!("asked of a `{name}`"))
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

    // ---- conditions -------------------------------------------------------------------------------------

    fn has(&mut self, inner: &ast::Expr, span: Span) -> Expr {
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
                    .label(format!("asks whether a `{name}` is present"))
                    .help(format!("leave the `has` out, or declare it as `{name}?` if it may be absent")),
            );
        }
        Expr { kind: ExprKind::Has(Box::new(typed)), ty: Ty::Bool, span }
    }

    fn if_else(
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

    fn branches_differ(&self, a: &Expr, b: &Expr, first: &str, second: &str) -> Diagnostic {
        let (a_name, b_name) = (self.type_name(&a.ty), self.type_name(&b.ty));
        Diagnostic::error("E0301", b.span, format!("{first} gives `{a_name}`, but {second} gives `{b_name}`"))
            .label(format!("this is `{b_name}`"))
            .because(a.span, format!("this is `{a_name}`"))
            .help("all branches must be of one type")
    }

    fn match_cases(&mut self, scrutinee: &ast::Expr, arms: &[ast::Arm], span: Span, hint: Option<&Ty>) -> Expr {
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
    fn arm_table(&mut self, enum_id: EnumId, arms: &[ast::Arm], place: Span) -> Option<Vec<u32>> {
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

    fn quantifier(
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
