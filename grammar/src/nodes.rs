//! Expressions and types: operands in, nodes out, never deeper than [`MAX_DEPTH`].
//!
//! A node that would be deeper is an `Error` node, reported once a clause. So dropping and walking a tree is safe.

use crate::ast::*;
use crate::build::{Build, unboxed};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::token::{Tok, Word};

fn deepest<'e>(parts: impl IntoIterator<Item = &'e Expr>) -> u16 {
    parts.into_iter().map(|part| part.depth).max().unwrap_or(0)
}

impl<'s> Build<'s> {
    /// A node over parts of at most `inner` levels.
    fn node(&mut self, span: Span, inner: u16, kind: ExprKind) -> Box<Expr> {
        if inner >= MAX_DEPTH {
            self.report_deep(span);
            return Box::new(Expr { span, kind: ExprKind::Error, depth: 1 });
        }
        Box::new(Expr { span, kind, depth: inner + 1 })
    }

    pub fn leaf(&mut self, kind: ExprKind, l: u32, r: u32) -> Box<Expr> {
        let span = self.span(l, r);
        self.node(span, 0, kind)
    }

    /// The magnitude 2^63 was checked to stand behind a minus sign.
    pub fn int(&mut self, l: u32, value: u64, r: u32) -> Box<Expr> {
        self.leaf(ExprKind::Int(i64::try_from(value).unwrap_or(i64::MIN)), l, r)
    }

    pub fn string(&mut self, l: u32, written: &str, r: u32) -> Box<Expr> {
        let value = self.unescaped(written);
        self.leaf(ExprKind::String(value), l, r)
    }

    pub fn name_expr(&mut self, name: Name) -> Box<Expr> {
        self.node(name.span, 0, ExprKind::Name(name.text))
    }

    pub fn case_of(&mut self, ty: Name, case: Name) -> Box<Expr> {
        self.node(ty.span.to(case.span), 0, ExprKind::Case { ty: ty.into(), case: case.into() })
    }

    pub fn binary(&mut self, op: BinaryOp, left: Box<Expr>, at: (u32, u32), right: Box<Expr>) -> Box<Expr> {
        let span = left.span.to(right.span);
        let inner = left.depth.max(right.depth);
        let op_span = self.span(at.0, at.1);
        self.node(span, inner, ExprKind::Binary { op, op_span, left, right })
    }

    /// `otherwise` beside arithmetic is refused: readers differ in what they take first.
    pub fn otherwise(&mut self, left: Box<Expr>, at: (u32, u32), right: Box<Expr>) -> Box<Expr> {
        if let Some(side) = [&left, &right].into_iter().find(|side| is_arithmetic(side)) {
            let op = self.span(at.0, at.1);
            let mut diagnostic = Diagnostic::error("E0109", op, "parentheses are needed beside `otherwise`")
                .label("it is not clear how far this reaches")
                .because(side.span, "this may be the whole value or a part of it")
                .help("put parentheses around the part you mean: `(x otherwise 5m) + 1h` or `x otherwise (5m + 1h)`");
            diagnostic.fixes.push(crate::diagnostic::Fix {
                title: "put parentheses around this part".to_string(),
                edits: vec![
                    crate::diagnostic::Edit { span: side.span.before(), text: "(".to_string() },
                    crate::diagnostic::Edit { span: side.span.after(), text: ")".to_string() },
                ],
                safe: false,
            });
            self.report(diagnostic);
        }
        self.binary(BinaryOp::Otherwise, left, at, right)
    }

    /// `a < b < c`: refused, and read as an error node.
    pub fn chained(&mut self, left: Box<Expr>, at: (u32, u32), right: Box<Expr>) -> Box<Expr> {
        let span = left.span.to(right.span);
        let second = self.span(at.0, at.1);
        let first = match &left.kind {
            ExprKind::Binary { op_span, .. } => Some(*op_span),
            // The third comparison of a chain: reported with the second.
            ExprKind::Error => {
                return Box::new(Expr { span, kind: ExprKind::Error, depth: 1 });
            }
            _ => None,
        };
        let mut diagnostic = Diagnostic::error("E0112", second, "comparisons cannot be chained")
            .label("a second comparison of the same values")
            .help("write both and join them: `a < b and b < c`");
        if let Some(first) = first {
            diagnostic = diagnostic.because(first, "the first one");
        }
        self.report(diagnostic);
        Box::new(Expr { span, kind: ExprKind::Error, depth: 1 })
    }

    pub fn and(&mut self, parts: Vec<Expr>) -> Box<Expr> {
        self.junction(parts, ExprKind::And)
    }

    pub fn or(&mut self, parts: Vec<Expr>) -> Box<Expr> {
        self.junction(parts, ExprKind::Or)
    }

    fn junction(&mut self, parts: Vec<Expr>, kind: fn(Vec<Expr>) -> ExprKind) -> Box<Expr> {
        let span = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        };
        let inner = deepest(&parts);
        self.node(span, inner, kind(parts))
    }

    pub fn not(&mut self, l: u32, part: Box<Expr>) -> Box<Expr> {
        let span = self.span(l, part.span.end);
        self.node(span, part.depth, ExprKind::Not(part))
    }

    pub fn has(&mut self, l: u32, part: Box<Expr>) -> Box<Expr> {
        let span = self.span(l, part.span.end);
        self.node(span, part.depth, ExprKind::Has(part))
    }

    /// The sign of a literal is a part of it.
    pub fn neg(&mut self, l: u32, part: Box<Expr>) -> Box<Expr> {
        let span = self.span(l, part.span.end);
        let folded = match part.kind {
            // Only -2^63 was read with its sign, see `int`.
            ExprKind::Int(i64::MIN) => {
                let bare = self.token_at(part.span.start).is_some_and(|(_, token)| matches!(token.tok, Tok::Int(_)));
                bare.then_some(ExprKind::Int(i64::MIN))
            }
            ExprKind::Int(value) if value >= 0 => Some(ExprKind::Int(-value)),
            ExprKind::Decimal(value) if value >= 0 => Some(ExprKind::Decimal(-value)),
            ExprKind::Duration(value) if value >= 0 => Some(ExprKind::Duration(-value)),
            _ => None,
        };
        match folded {
            Some(kind) => self.node(span, 0, kind),
            None => self.node(span, part.depth, ExprKind::Neg(part)),
        }
    }

    pub fn is_empty(&mut self, base: Box<Expr>, negated: bool, r: u32) -> Box<Expr> {
        let span = self.span(base.span.start, r);
        self.node(span, base.depth, ExprKind::IsEmpty { base, negated })
    }

    pub fn matches(&mut self, base: Box<Expr>, pattern: Text) -> Box<Expr> {
        let span = base.span.to(pattern.span);
        self.node(span, base.depth, ExprKind::Matches { base, pattern })
    }

    pub fn member(&mut self, base: Box<Expr>, field: Name) -> Box<Expr> {
        let span = base.span.to(field.span);
        self.node(span, base.depth, ExprKind::Field { base, field })
    }

    pub fn with(&mut self, base: Box<Expr>, fields: Vec<Box<FieldInit>>, r: u32) -> Box<Expr> {
        let span = self.span(base.span.start, r);
        let inner = base.depth.max(deepest(fields.iter().map(|field| &field.value)));
        self.node(span, inner, ExprKind::With { base, fields: unboxed(fields) })
    }

    pub fn record(&mut self, l: u32, ty: Name, fields: Vec<Box<FieldInit>>, r: u32) -> Box<Expr> {
        let span = self.span(l, r);
        let inner = deepest(fields.iter().map(|field| &field.value));
        self.node(span, inner, ExprKind::Record { ty: ty.into(), fields: unboxed(fields) })
    }

    pub fn call(&mut self, l: u32, callee: Name, args: Vec<Box<Arg>>, r: u32) -> Box<Expr> {
        let span = self.span(l, r);
        let inner = deepest(args.iter().map(|arg| &arg.value));
        self.node(span, inner, ExprKind::Call { callee: callee.into(), args: unboxed(args) })
    }

    #[allow(clippy::too_many_arguments)]
    pub fn aggregate(
        &mut self,
        l: u32,
        callee: Name,
        item: Box<Expr>,
        binder: Name,
        collection: Box<Expr>,
        condition: Option<Box<Expr>>,
        r: u32,
    ) -> Box<Expr> {
        let span = self.span(l, r);
        let inner = deepest([&*item, &*collection].into_iter().chain(condition.as_deref()));
        let kind = ExprKind::Aggregate { callee: callee.into(), item, binder: binder.into(), collection, condition };
        self.node(span, inner, kind)
    }

    /// `count(x in xs where E)`: the grammar reads `x in xs` as a comparison first.
    pub fn count_where(&mut self, l: u32, callee: Name, item: Box<Expr>, condition: Box<Expr>, r: u32) -> Box<Expr> {
        let span = self.span(l, r);
        let inner = deepest([&*item, &*condition]);
        let item_span = item.span;
        if let ExprKind::Binary { op: BinaryOp::In, left, right, .. } = item.kind
            && let ExprKind::Name(text) = left.kind
        {
            let binder = Name { text, span: left.span };
            let kind =
                ExprKind::CountWhere { callee: callee.into(), binder: binder.into(), collection: right, condition };
            return self.node(span, inner, kind);
        }
        self.report(
            Diagnostic::error("E0101", item_span, "`where` chooses elements, and here are none named")
                .label("expected a name and where its values come from")
                .help("write `count(x in xs where …)`, or `min(x.value for x in xs where …)`"),
        );
        self.node(span, 0, ExprKind::Error)
    }

    pub fn paren(&mut self, l: u32, part: Box<Expr>, r: u32) -> Box<Expr> {
        let span = self.span(l, r);
        self.node(span, part.depth, ExprKind::Paren(part))
    }

    pub fn list(&mut self, l: u32, parts: Vec<Box<Expr>>, r: u32) -> Box<Expr> {
        let span = self.span(l, r);
        let parts = unboxed(parts);
        let inner = deepest(&parts);
        self.node(span, inner, ExprKind::List(parts))
    }

    pub fn set(&mut self, l: u32, parts: Vec<Box<Expr>>, r: u32) -> Box<Expr> {
        let span = self.span(l, r);
        let parts = unboxed(parts);
        let inner = deepest(&parts);
        self.node(span, inner, ExprKind::Set(parts))
    }

    pub fn if_else(&mut self, l: u32, condition: Box<Expr>, then: Box<Expr>, otherwise: Box<Expr>) -> Box<Expr> {
        let span = self.span(l, otherwise.span.end);
        let inner = deepest([&*condition, &*then, &*otherwise]);
        let kind = ExprKind::If { condition, then, otherwise };
        self.node(span, inner, kind)
    }

    pub fn quantifier(
        &mut self,
        l: u32,
        kind: QuantifierKind,
        binders: Vec<Name>,
        collection: Box<Expr>,
        body: Box<Expr>,
    ) -> Box<Expr> {
        let span = self.span(l, body.span.end);
        let inner = deepest([&*collection, &*body]);
        let kind = ExprKind::Quantifier { kind, binders, collection, body };
        self.node(span, inner, kind)
    }

    pub fn arm(&mut self, l: u32, cases: Vec<Name>, body: Box<Expr>) -> Box<Arm> {
        Box::new(Arm { span: self.span(l, body.span.end), cases, body: *body })
    }

    pub fn match_of(&mut self, l: u32, scrutinee: Box<Expr>, arms: Vec<Box<Arm>>, r: u32) -> Box<Expr> {
        let span = self.span(l, r);
        let inner = scrutinee.depth.max(deepest(arms.iter().map(|arm| &arm.body)));
        self.node(span, inner, ExprKind::Match { scrutinee, arms: unboxed(arms) })
    }

    // Types.

    fn type_node(&mut self, span: Span, inner: u16, kind: TypeKind) -> Type {
        if inner >= MAX_DEPTH {
            self.report_deep(span);
            return Type { span, kind: TypeKind::Error, depth: 1 };
        }
        Type { span, kind, depth: inner + 1 }
    }

    pub fn type_name(&mut self, l: u32, name: Name, r: u32) -> Type {
        let span = self.span(l, r);
        // `optional instant`, `list of string`: a syntax error tells, and the first word is no type.
        let suspect = crate::complain::is_optional(&name.text) || matches!(name.text.as_str(), "list" | "set");
        let next = || self.token_at(r).filter(|(_, token)| !token.first).map(|(_, token)| token.tok);
        if suspect && matches!(next(), Some(Tok::Name(_) | Tok::Type(_) | Tok::Word(Word::Of))) {
            return self.type_node(span, 0, TypeKind::Error);
        }
        self.type_node(span, 0, TypeKind::Name(name.text))
    }

    pub fn type_of(&mut self, l: u32, name: Name, part: Type, r: u32) -> Type {
        let span = self.span(l, r);
        let depth = part.depth;
        let kind = match name.text.as_str() {
            "list" => TypeKind::List(Box::new(part)),
            "set" => TypeKind::Set(Box::new(part)),
            other => {
                let mut diagnostic = Diagnostic::error("E0101", name.span, format!("`{other}` takes no type inside"))
                    .label("here")
                    .help("`list<…>` and `set<…>` are the only types with a type inside");
                if let Some(better) = crate::suggest::nearest(other, ["list", "set"]).or(match other {
                    "List" | "array" | "Array" | "Vec" | "vector" => Some("list"),
                    "Set" => Some("set"),
                    _ => None,
                }) {
                    diagnostic = diagnostic.fix(format!("write `{better}`"), name.span, better);
                }
                self.report(diagnostic);
                TypeKind::Error
            }
        };
        self.type_node(span, depth, kind)
    }

    pub fn type_optional(&mut self, l: u32, part: Type, r: u32) -> Type {
        let span = self.span(l, r);
        self.type_node(span, part.depth, TypeKind::Optional(Box::new(part)))
    }
}

fn is_arithmetic(part: &Expr) -> bool {
    match &part.kind {
        ExprKind::Binary { op, .. } => {
            matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem)
        }
        _ => false,
    }
}
