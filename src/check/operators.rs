//! Arithmetic, comparisons, membership, text.

use trust_runtime::pattern::PatternError;
use trust_syntax::ast::{self, BinaryOp, ExprKind as Ast, Text};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::body::{Body, fits, join};
use super::framework::unparen;
use super::narrowing::path_of;
use crate::program::expr::{ArithOp, Builtin, CompareOp, Expr, ExprKind};
use crate::program::ty::Ty;
use crate::program::value::Value;
use trust_syntax::suggest::list;

impl Body<'_, '_> {
    /// Both operands, each giving the other its type where it needs one.
    fn pair(&mut self, left: &ast::Expr, right: &ast::Expr, hint: Option<&Ty>) -> (Expr, Expr) {
        if self.is_weak(left) && !self.is_weak(right) {
            let r = self.expr(right, hint);
            let l = self.expr(left, Some(r.ty.present()));
            (l, r)
        } else {
            let l = self.expr(left, hint);
            let r = self.expr(right, Some(l.ty.present()));
            (l, r)
        }
    }

    pub fn binary(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        hint: Option<&Ty>,
    ) -> Expr {
        use BinaryOp as B;
        match op {
            B::Implies => {
                let a = self.condition(left);
                let b = self.knowing(&a, true, |s| s.condition(right));
                Expr { kind: ExprKind::Implies(Box::new(a), Box::new(b)), ty: Ty::Bool, span }
            }
            B::Otherwise => self.otherwise(left, right, span, hint),
            B::Add | B::Sub | B::Mul | B::Div | B::Rem => self.arithmetic(op, op_span, left, right, span, hint),
            B::Eq | B::Ne | B::Lt | B::Le | B::Gt | B::Ge => self.guarded(span, |s| s.compare(op, left, right, span)),
            B::In => self.guarded(span, |s| s.membership(left, right, span)),
            B::NotIn => {
                let inner = self.guarded(span, |s| s.membership(left, right, span));
                Expr { kind: ExprKind::Not(Box::new(inner)), ty: Ty::Bool, span }
            }
            B::SubsetOf => self.guarded(span, |s| s.set_relation(Builtin::SubsetOf, "subset of", left, right, span)),
            B::Intersects => {
                self.guarded(span, |s| s.set_relation(Builtin::Intersects, "intersects", left, right, span))
            }
            B::Contains => self.guarded(span, |s| s.contains(left, right, span)),
            B::StartsWith => self.guarded(span, |s| s.affix(Builtin::StartsWith, "starts with", left, right, span)),
            B::EndsWith => self.guarded(span, |s| s.affix(Builtin::EndsWith, "ends with", left, right, span)),
        }
    }

    /// Remembers the comparison that a guard (`has x and …`) would be put around.
    fn guarded<T>(&mut self, span: Span, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.guard.replace(span);
        let result = f(self);
        self.guard = before;
        result
    }

    fn otherwise(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span, hint: Option<&Ty>) -> Expr {
        let l = self.expr(left, hint);
        if l.ty != Ty::Error && !l.ty.is_optional() {
            let name = self.type_name(&l.ty);
            let what = self.describe(&l).map_or_else(|| "this value".into(), |s| format!("`{s}`"));
            self.report(
                Diagnostic::error("E0312", l.span, format!("{what} is always there"))
                    .label(format!("is `{name}`, never absent"))
                    .help("leave the `otherwise` out"),
            );
        }
        let r = self.expr(right, Some(l.ty.present()).filter(|t| **t != Ty::Never).or(hint));
        let present = l.ty.present().clone();
        match join(&present, &r.ty) {
            Some(ty) => Expr { kind: ExprKind::Otherwise(Box::new(l), Box::new(r)), ty, span },
            None => {
                let r = self.coerce(r, &present, "what counts when it is absent");
                Expr { kind: ExprKind::Otherwise(Box::new(l), Box::new(r)), ty: Ty::Error, span }
            }
        }
    }

    // ---- arithmetic -------------------------------------------------------------------------------------

    pub fn negate(&mut self, inner: &ast::Expr, span: Span, hint: Option<&Ty>) -> Expr {
        let typed = self.expr(inner, hint);
        let typed = self.present(typed);
        // A literal with its sign is a literal.
        let constant = match &typed.kind {
            ExprKind::Const(Value::Int(n)) => Some(Value::Int(n.saturating_neg())),
            ExprKind::Const(Value::Decimal(n)) => Some(Value::Decimal(n.saturating_neg())),
            ExprKind::Const(Value::Duration(n)) => Some(Value::Duration(n.saturating_neg())),
            _ => None,
        };
        if let Some(value) = constant {
            return Expr { kind: ExprKind::Const(value), ty: typed.ty, span };
        }
        match &typed.ty {
            Ty::Int | Ty::Decimal | Ty::Duration | Ty::Error => {
                let ty = typed.ty.clone();
                Expr { kind: ExprKind::Neg(Box::new(typed)), ty, span }
            }
            other => {
                let name = self.type_name(other);
                let mut d = Diagnostic::error("E0305", span, format!("`-` does not apply to `{name}`"))
                    .label("only numbers and durations can be negative");
                if *other == Ty::Bool {
                    d = d.help("write `not …`");
                }
                self.report(d);
                self.error_expr(span)
            }
        }
    }

    fn arithmetic(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        hint: Option<&Ty>,
    ) -> Expr {
        // The result's type tells nothing of the operands' but for decimals.
        let hint = hint.filter(|h| h.present() == &Ty::Decimal);
        let (l, r) = self.pair(left, right, hint);
        let l = self.present(l);
        let r = self.present(r);
        if l.ty == Ty::Error || r.ty == Ty::Error {
            return self.error_expr(span);
        }
        use ArithOp as A;
        use BinaryOp as B;
        let (op_typed, ty, swap) = match (op, &l.ty, &r.ty) {
            (B::Add, Ty::Int, Ty::Int) => (A::IntAdd, Ty::Int, false),
            (B::Sub, Ty::Int, Ty::Int) => (A::IntSub, Ty::Int, false),
            (B::Mul, Ty::Int, Ty::Int) => (A::IntMul, Ty::Int, false),
            (B::Div, Ty::Int, Ty::Int) => (A::IntDiv, Ty::Int, false),
            (B::Rem, Ty::Int, Ty::Int) => (A::IntRem, Ty::Int, false),
            (B::Add, Ty::Decimal, Ty::Decimal) => (A::DecimalAdd, Ty::Decimal, false),
            (B::Sub, Ty::Decimal, Ty::Decimal) => (A::DecimalSub, Ty::Decimal, false),
            (B::Mul, Ty::Decimal, Ty::Decimal) => (A::DecimalMul, Ty::Decimal, false),
            (B::Div, Ty::Decimal, Ty::Decimal) => (A::DecimalDiv, Ty::Decimal, false),
            (B::Sub, Ty::Instant, Ty::Instant) => (A::InstantDiff, Ty::Duration, false),
            (B::Add, Ty::Instant, Ty::Duration) => (A::InstantAdd, Ty::Instant, false),
            (B::Add, Ty::Duration, Ty::Instant) => (A::InstantAdd, Ty::Instant, true),
            (B::Sub, Ty::Instant, Ty::Duration) => (A::InstantSub, Ty::Instant, false),
            (B::Add, Ty::Duration, Ty::Duration) => (A::DurationAdd, Ty::Duration, false),
            (B::Sub, Ty::Duration, Ty::Duration) => (A::DurationSub, Ty::Duration, false),
            (B::Mul, Ty::Duration, Ty::Int) => (A::DurationMul, Ty::Duration, false),
            (B::Mul, Ty::Int, Ty::Duration) => (A::DurationMul, Ty::Duration, true),
            (B::Div, Ty::Duration, Ty::Int) => (A::DurationDiv, Ty::Duration, false),
            _ => {
                let d = self.no_arithmetic(op, op_span, &l, &r);
                self.report(d);
                return self.error_expr(span);
            }
        };
        if matches!(op, B::Div | B::Rem) && !nonzero_literal(&r) {
            let zero = matches!(&r.kind, ExprKind::Const(_));
            self.report(
                Diagnostic::error("E0310", r.span, "the divisor must be a number other than zero, written out")
                    .label(if zero { "this is zero" } else { "this could be zero" })
                    .help(
                        "every expression has a value, so nothing can be divided by a fact; compare products instead",
                    ),
            );
            return self.error_expr(span);
        }
        let (l, r) = if swap { (r, l) } else { (l, r) };
        Expr { kind: ExprKind::Arith(op_typed, Box::new(l), Box::new(r)), ty, span }
    }

    fn no_arithmetic(&self, op: BinaryOp, op_span: Span, l: &Expr, r: &Expr) -> Diagnostic {
        let word = match op {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            _ => "%",
        };
        let (a, b) = (self.type_name(&l.ty), self.type_name(&r.ty));
        let d = Diagnostic::error("E0305", op_span, format!("`{word}` does not apply to `{a}` and `{b}`"))
            .label("cannot be computed")
            .because(l.span, format!("this is `{a}`"))
            .because(r.span, format!("this is `{b}`"));
        match (&l.ty, &r.ty, op) {
            (Ty::Instant, Ty::Int, _) | (Ty::Duration, Ty::Int, BinaryOp::Add | BinaryOp::Sub) => {
                d.help("a length of time has a unit: `1h`, `90d`")
            }
            (Ty::Instant, Ty::Instant, BinaryOp::Add) => d.help("subtract instants to get the time between them"),
            (Ty::Int, Ty::Decimal, _) | (Ty::Decimal, Ty::Int, _) => {
                d.help("`int` and `decimal` do not mix; only a literal such as `1` may stand for `1.0`")
            }
            (Ty::String, Ty::String, BinaryOp::Add) => {
                d.help("texts are compared, not joined: use `starts with`, `contains` …")
            }
            _ => d,
        }
    }

    // ---- comparisons ------------------------------------------------------------------------------------

    fn compare(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let (op_typed, equality) = match op {
            BinaryOp::Eq => (CompareOp::Eq, true),
            BinaryOp::Ne => (CompareOp::Ne, true),
            BinaryOp::Lt => (CompareOp::Lt, false),
            BinaryOp::Le => (CompareOp::Le, false),
            BinaryOp::Gt => (CompareOp::Gt, false),
            _ => (CompareOp::Ge, false),
        };
        if equality && let Some(d) = self.compared_with_none(op, left, right, span) {
            self.report(d);
            return self.error_expr(span);
        }
        let (l, r) = self.pair(left, right, None);
        let uncertain = l.ty.is_optional() || l.ty == Ty::Error;
        let same = uncertain && path_of(&l).is_some_and(|p| Some(p) == path_of(&r));
        let l = self.present(l);
        // The same value on both sides is absent for the same cause.
        let r = if same && l.ty == Ty::Error { self.error_expr(r.span) } else { self.present(r) };
        if l.ty == Ty::Error || r.ty == Ty::Error {
            return self.error_expr(span);
        }
        if !fits(&l.ty, &r.ty) && !fits(&r.ty, &l.ty) {
            let r_span = r.span;
            let (a, b) = (self.type_name(&l.ty), self.type_name(&r.ty));
            let mut d = Diagnostic::error("E0301", span, format!("`{a}` cannot be compared with `{b}`"))
                .label("two different types")
                .because(l.span, format!("this is `{a}`"))
                .because(r_span, format!("this is `{b}`"));
            d = match (&l.ty, &r.ty) {
                (Ty::Instant, Ty::Int | Ty::Decimal | Ty::String) | (Ty::Int | Ty::Decimal | Ty::String, Ty::Instant) => {
                    d.help("a date is written year first, without quotes: `2026-01-31`, or `2026-01-31T09:30:00Z`")
                }
                (Ty::Duration, Ty::Int) | (Ty::Int, Ty::Duration) => d.help("a length of time has a unit: `15m`, `90d`"),
                (Ty::Instant, Ty::Duration) | (Ty::Duration, Ty::Instant) => {
                    d.help("subtract two instants to get a duration: `now - issued_at < 5m` or, better, `fresh(issued_at, 5m)`")
                }
                (Ty::Int, Ty::Decimal) | (Ty::Decimal, Ty::Int) => {
                    d.help("`int` and `decimal` do not mix; declare both the same")
                }
                (Ty::Enum(id), Ty::String) | (Ty::String, Ty::Enum(id))
                    if is_text_literal(&l) || is_text_literal(&r) =>
                {
                    let def = self.types().enum_def(*id);
                    d.help(format!(
                        "a case is written without quotes; `{}` has {}",
                        def.name,
                        list(def.cases.iter().map(|c| c.name.as_str()))
                    ))
                }
                (Ty::Enum(id), Ty::Int | Ty::Decimal) | (Ty::Int | Ty::Decimal, Ty::Enum(id)) => {
                    let def = self.types().enum_def(*id);
                    d.help(format!(
                        "compare it with one of its cases; `{}` has {}",
                        def.name,
                        list(def.cases.iter().map(|c| c.name.as_str()))
                    ))
                }
                (Ty::Set(e), other) | (Ty::List(e), other) if **e == *other => d.help("for membership write `x in xs`"),
                (other, Ty::Set(e)) | (other, Ty::List(e)) if **e == *other => d.help("for membership write `x in xs`"),
                _ => d,
            };
            self.report(d);
            return self.error_expr(span);
        }
        let ty = if l.ty == Ty::Never { &r.ty } else { &l.ty };
        if equality {
            if !(ty.is_scalar() || matches!(ty, Ty::Set(_))) {
                let name = self.type_name(ty);
                let d = Diagnostic::error("E0303", span, format!("`{name}` values cannot be compared with `==`"))
                    .label("whole records and lists have no equality")
                    .help(if matches!(ty, Ty::Record(_)) {
                        "compare the field that identifies it: `a.id == b.id`"
                    } else {
                        "compare element by element with `all`, or use sets"
                    });
                self.report(d);
                return self.error_expr(span);
            }
        } else {
            let ordered = match ty {
                Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => true,
                Ty::Enum(id) => self.types().enum_def(*id).ordered,
                _ => false,
            };
            if !ordered {
                let name = self.type_name(ty);
                let mut d = Diagnostic::error("E0304", span, format!("`{name}` values have no order"))
                    .label("neither is less or greater");
                d = match ty {
                    Ty::Enum(id) => {
                        let def = self.types().enum_def(*id);
                        d.because(def.span, "an enum: its cases are just different").help(format!(
                            "if they are levels, declare them in order: `scale {} {{ … < … }}`",
                            def.name
                        ))
                    }
                    Ty::String => d.help("texts can be equal, start, end, contain or match, but not be less"),
                    Ty::Set(_) => d.help("for sets write `a subset of b`"),
                    _ => d.help("only numbers, instants, durations and scales are ordered"),
                };
                self.report(d);
                return self.error_expr(span);
            }
        }
        Expr { kind: ExprKind::Compare(op_typed, Box::new(l), Box::new(r)), ty: Ty::Bool, span }
    }

    fn compared_with_none(&self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Option<Diagnostic> {
        let (value, other) = match (&unparen(left).kind, &unparen(right).kind) {
            (_, Ast::None) => (left, right),
            (Ast::None, _) => (right, left),
            _ => return None,
        };
        let word = if op == BinaryOp::Eq { "not has" } else { "has" };
        let _ = value;
        Some(
            Diagnostic::error("E0303", span, "a comparison with `none` does not test for absence")
                .label("an absent value equals nothing")
                .because(other.span, "this is no value")
                .help(format!("write `{word} …`")),
        )
    }

    // ---- membership and text ----------------------------------------------------------------------------

    fn membership(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let (l, r) = if self.is_weak(left) {
            let r = self.expr(right, None);
            let hint = r.ty.present().element().cloned().unwrap_or_else(|| r.ty.present().clone());
            (self.expr(left, Some(&hint)), r)
        } else {
            let l = self.expr(left, None);
            let literal =
                matches!(unparen(right).kind, Ast::Set(_) | Ast::List(_) | Ast::If { .. } | Ast::Match { .. });
            let hint = Ty::Set(l.ty.present().clone().into());
            let r = self.expr(right, literal.then_some(&hint));
            (l, r)
        };
        let l = self.present(l);
        let r = self.present(r);
        if l.ty == Ty::Error || r.ty == Ty::Error {
            return self.error_expr(span);
        }
        let builtin = match (&l.ty, &r.ty) {
            (Ty::String, Ty::String) => Some(Builtin::InString),
            (Ty::Ip, Ty::Cidr) => Some(Builtin::IpInCidr),
            (Ty::Cidr, Ty::Cidr) => Some(Builtin::CidrInCidr),
            (a, Ty::List(b) | Ty::Set(b)) if (fits(a, b) || fits(b, a)) && a.is_scalar() => Some(Builtin::InCollection),
            _ => None,
        };
        if let Some(builtin) = builtin {
            return Expr { kind: ExprKind::Builtin(builtin, vec![l, r]), ty: Ty::Bool, span };
        }
        let (a, b) = (self.type_name(&l.ty), self.type_name(&r.ty));
        let mut d = match (&l.ty, &r.ty) {
            (_, Ty::List(_) | Ty::Set(_)) => {
                Diagnostic::error("E0301", span, format!("`{a}` cannot be an element of `{b}`"))
            }
            _ => Diagnostic::error("E0305", span, format!("`in` does not apply to `{a}` and `{b}`")),
        }
        .label("cannot be asked")
        .because(l.span, format!("this is `{a}`"))
        .because(r.span, format!("this is `{b}`"));
        d = match (&l.ty, &r.ty) {
            (Ty::Ip, Ty::Set(e) | Ty::List(e)) if **e == Ty::Cidr => {
                d.help("ask each network: `any n in networks: address in n`")
            }
            (Ty::Set(x), Ty::Set(y))
            | (Ty::List(x), Ty::Set(y))
            | (Ty::Set(x), Ty::List(y))
            | (Ty::List(x), Ty::List(y))
                if x == y =>
            {
                d.help("for a whole set write `a subset of b`, or `a intersects b`")
            }
            (Ty::Record(_), Ty::List(_)) => d.help("compare what identifies it: `any x in xs: x.id == y.id`"),
            _ => d,
        };
        self.report(d);
        self.error_expr(span)
    }

    fn set_relation(&mut self, builtin: Builtin, word: &str, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let (l, r) = self.pair(left, right, None);
        let l = self.present(l);
        let r = self.present(r);
        if l.ty == Ty::Error || r.ty == Ty::Error {
            return self.error_expr(span);
        }
        if let (Some(a), Some(b)) = (l.ty.element(), r.ty.element())
            && (fits(a, b) || fits(b, a))
            && (a.is_scalar() || *a == Ty::Never)
        {
            return Expr { kind: ExprKind::Builtin(builtin, vec![l, r]), ty: Ty::Bool, span };
        }
        let (a, b) = (self.type_name(&l.ty), self.type_name(&r.ty));
        let mut d = Diagnostic::error("E0305", span, format!("`{word}` does not apply to `{a}` and `{b}`"))
            .label("two sets or lists of the same plain type are wanted")
            .because(l.span, format!("this is `{a}`"))
            .because(r.span, format!("this is `{b}`"));
        if l.ty.is_scalar() && r.ty.element() == Some(&l.ty) {
            d = d.help("for one element write `x in xs`");
        }
        self.report(d);
        self.error_expr(span)
    }

    fn contains(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let (l, r) = self.pair(left, right, None);
        let l = self.present(l);
        let r = self.present(r);
        match (&l.ty, &r.ty) {
            (Ty::Error, _) | (_, Ty::Error) => self.error_expr(span),
            (Ty::String, Ty::String) => {
                Expr { kind: ExprKind::Builtin(Builtin::InString, vec![r, l]), ty: Ty::Bool, span }
            }
            (Ty::List(_) | Ty::Set(_), _) => {
                self.report(
                    Diagnostic::error("E0305", span, "`contains` is for texts")
                        .label("this is a list or a set")
                        .help("write it the other way round: `x in xs`"),
                );
                self.error_expr(span)
            }
            _ => {
                let (a, b) = (self.type_name(&l.ty), self.type_name(&r.ty));
                self.report(
                    Diagnostic::error("E0305", span, format!("`contains` does not apply to `{a}` and `{b}`"))
                        .label("two texts are wanted"),
                );
                self.error_expr(span)
            }
        }
    }

    fn affix(&mut self, builtin: Builtin, word: &str, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let (l, r) = self.pair(left, right, None);
        let l = self.present(l);
        let r = self.present(r);
        match (&l.ty, &r.ty) {
            (Ty::Error, _) | (_, Ty::Error) => self.error_expr(span),
            (Ty::String, Ty::String) => Expr { kind: ExprKind::Builtin(builtin, vec![l, r]), ty: Ty::Bool, span },
            _ => {
                let (a, b) = (self.type_name(&l.ty), self.type_name(&r.ty));
                self.report(
                    Diagnostic::error("E0305", span, format!("`{word}` does not apply to `{a}` and `{b}`"))
                        .label("two texts are wanted"),
                );
                self.error_expr(span)
            }
        }
    }

    pub fn is_empty(&mut self, base: &ast::Expr, negated: bool, span: Span) -> Expr {
        let typed = self.guarded(span, |s| {
            let e = s.expr(base, None);
            s.present(e)
        });
        match &typed.ty {
            Ty::Error => return self.error_expr(span),
            Ty::List(_) | Ty::Set(_) => {}
            other => {
                let name = self.type_name(other);
                let mut d = Diagnostic::error("E0305", span, format!("`is empty` does not apply to `{name}`"))
                    .label("a list or a set is wanted");
                if *other == Ty::String {
                    d = d.help("for a text write `… == \"\"`");
                }
                self.report(d);
                return self.error_expr(span);
            }
        }
        let inner = Expr { kind: ExprKind::Builtin(Builtin::IsEmpty, vec![typed]), ty: Ty::Bool, span };
        if negated { Expr { kind: ExprKind::Not(Box::new(inner)), ty: Ty::Bool, span } } else { inner }
    }

    pub fn matches(&mut self, base: &ast::Expr, pattern: &Text, span: Span) -> Expr {
        let typed = self.guarded(span, |s| {
            let e = s.expr(base, None);
            s.present(e)
        });
        let compiled = match self.cx.patterns.compile(&pattern.value) {
            Ok(p) => Some(p),
            Err(e) => {
                let (message, help) = match e {
                    PatternError::Syntax(why) => (
                        format!("the pattern cannot be read: {why}"),
                        "it is a regular expression that must match the whole text; a dot that means a dot is written `\\\\.`",
                    ),
                    PatternError::TooLarge => {
                        ("the pattern is too large to be compiled".to_owned(), "shorten it, or use smaller repetitions")
                    }
                };
                self.report(Diagnostic::error("E0311", pattern.span, message).label("this pattern").help(help));
                None
            }
        };
        if typed.ty != Ty::Error && typed.ty != Ty::String {
            let name = self.type_name(&typed.ty);
            self.report(
                Diagnostic::error("E0305", span, format!("`matches` does not apply to `{name}`"))
                    .label("a text is wanted"),
            );
            return self.error_expr(span);
        }
        match compiled {
            Some(p) if typed.ty == Ty::String => {
                Expr { kind: ExprKind::Matches(Box::new(typed), p), ty: Ty::Bool, span }
            }
            _ => self.error_expr(span),
        }
    }
}

fn is_text_literal(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Const(Value::String(_)))
}

fn nonzero_literal(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Const(Value::Int(n) | Value::Decimal(n)) => *n != 0,
        _ => false,
    }
}
