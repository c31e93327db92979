//! The syntax tree, as written: no types, no resolved names, parentheses kept.
//!
//! The parser is total. What it could not read is `ItemKind::Error`, `ClauseKind::Error`,
//! `ExprKind::Error` and so on, each with exactly one diagnostic already reported.
//! No expression or type is deeper than [`MAX_DEPTH`]; deeper ones are `Error` nodes, so recursion over a
//! tree is safe everywhere.
//!
//! There are many expressions in a policy: what is rare in one, and large, is boxed.

use smol_str::SmolStr;

use crate::span::Span;

/// How deep expressions and types may nest; `and`, `or` and argument lists count once, however long.
pub const MAX_DEPTH: u16 = 128;

/// A name with its place. For a string (`title "…"`) see [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    pub text: SmolStr,
    pub span: Span,
}

/// A string literal, unescaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub value: SmolStr,
    pub span: Span,
}

/// One `.trust` file.
#[derive(Clone, Debug, Default)]
pub struct Module {
    pub items: Vec<Item>,
}

#[derive(Clone, Debug)]
pub struct Item {
    /// From the first annotation (or the keyword) to the end.
    pub span: Span,
    /// The `///` lines directly above, joined by newlines.
    pub doc: Option<Text>,
    pub annotations: Vec<Annotation>,
    pub kind: ItemKind,
}

#[derive(Clone, Debug)]
pub enum ItemKind {
    Framework(Framework),
    Use(Use),
    /// `enum` and `scale` (an ordered enum).
    Enum(EnumDecl),
    Record(RecordDecl),
    Event(RecordDecl),
    Duty(DutyDecl),
    Catalog(CatalogDecl),
    Data(DataDecl),
    Let(LetDecl),
    Define(DefineDecl),
    Block(Block),
    Test(TestDecl),
    Invariant(InvariantDecl),
    Error,
}

/// `@maps(nist_csf["GV.SC-05"], …)`, `@owner("…")`, `@allow(lint, "reason")`, …
#[derive(Clone, Debug)]
pub struct Annotation {
    pub span: Span,
    pub name: Name,
    pub args: Vec<AnnotationArg>,
}

#[derive(Clone, Debug)]
pub enum AnnotationArg {
    Text(Text),
    Name(Name),
    /// `nist_csf["GV.SC-05"]`
    Control {
        catalog: Name,
        id: Text,
    },
}

#[derive(Clone, Debug)]
pub struct Framework {
    pub name: Name,
    pub lines: Vec<FrameworkLine>,
}

#[derive(Clone, Debug)]
pub struct FrameworkLine {
    pub span: Span,
    pub kind: FrameworkLineKind,
}

#[derive(Clone, Debug)]
pub enum FrameworkLineKind {
    Title(Text),
    Version(Text),
    Authority(Text),
    /// `effective A [until B]`
    Effective {
        from: Expr,
        until: Option<Expr>,
    },
    /// `review every D [reviewed I]`
    Review {
        every: Expr,
        reviewed: Option<Expr>,
    },
    Skew(Expr),
    Error,
}

/// `use std.events.{A, B}`: `path` is everything before the imported names.
#[derive(Clone, Debug)]
pub struct Use {
    /// `std.events` of `use std.events.Handoff`; never empty unless recovered.
    pub path: Vec<Name>,
    /// The imported names: one, or those in braces.
    pub names: Vec<Name>,
    pub braces: bool,
}

#[derive(Clone, Debug)]
pub struct EnumDecl {
    pub name: Name,
    /// `scale`: cases in ascending order.
    pub ordered: bool,
    pub cases: Vec<CaseDecl>,
}

#[derive(Clone, Debug)]
pub struct CaseDecl {
    pub doc: Option<Text>,
    pub annotations: Vec<Annotation>,
    pub name: Name,
}

#[derive(Clone, Debug)]
pub struct RecordDecl {
    pub name: Name,
    pub fields: Vec<FieldDecl>,
}

#[derive(Clone, Debug)]
pub struct FieldDecl {
    pub span: Span,
    pub doc: Option<Text>,
    pub annotations: Vec<Annotation>,
    pub name: Name,
    pub ty: Type,
}

#[derive(Clone, Debug)]
pub struct Param {
    pub name: Name,
    pub ty: Type,
}

#[derive(Clone, Debug)]
pub struct Type {
    pub span: Span,
    pub kind: TypeKind,
    pub depth: u16,
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `string`, `int`, `Partner`, …: not resolved yet.
    Name(SmolStr),
    List(Box<Type>),
    Set(Box<Type>),
    Optional(Box<Type>),
    Error,
}

#[derive(Clone, Debug)]
pub struct DutyDecl {
    pub name: Name,
    pub params: Vec<Param>,
}

/// `catalog n "title" { "ID": "text" … }` (entries may be separated by commas)
#[derive(Clone, Debug)]
pub struct CatalogDecl {
    pub name: Name,
    pub title: Text,
    pub entries: Vec<CatalogEntry>,
}

#[derive(Clone, Debug)]
pub struct CatalogEntry {
    pub id: Text,
    pub text: Text,
}

#[derive(Clone, Debug)]
pub struct DataDecl {
    pub name: Name,
    pub ty: Type,
    pub path: Text,
}

/// `let n [: T] = E`, at top level, in a block and in a test.
#[derive(Clone, Debug)]
pub struct LetDecl {
    pub span: Span,
    pub name: Name,
    pub ty: Option<Type>,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub struct DefineDecl {
    pub name: Name,
    pub params: Vec<Param>,
    pub result: Type,
    pub body: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    Participation,
    Relationship,
    Assessment,
}

#[derive(Clone, Debug)]
pub struct Block {
    pub kind: BlockKind,
    pub name: Name,
    pub params: Vec<Param>,
    pub clauses: Vec<Clause>,
}

#[derive(Clone, Debug)]
pub struct Clause {
    pub span: Span,
    pub doc: Option<Text>,
    pub annotations: Vec<Annotation>,
    /// The name before `:`; absent for parties, purpose, scope, key, let, grade and errors.
    pub name: Option<Name>,
    /// The clause's starter word (`require`, `ttl`, …).
    pub keyword: Span,
    pub kind: ClauseKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hold {
    Suspend,
    Reverify,
    Revoke,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum On {
    Permit,
    Deny,
    Any,
}

#[derive(Clone, Debug)]
pub enum Party {
    Role(Name),
    Outside(Text),
}

#[derive(Clone, Debug)]
pub enum ClauseKind {
    Parties {
        from: Party,
        to: Party,
    },
    Purpose(Text),
    Scope(Expr),
    Key(Vec<Expr>),
    Let(LetDecl),
    Require(Expr),
    Recommend(Expr),
    Basis(Expr),
    Deny(Expr),
    /// `grade S from V`
    Grade {
        scale: Name,
        from: Expr,
    },
    /// `cap N: V [when E]`
    Cap {
        value: Expr,
        when: Option<Expr>,
    },
    /// `expires N: I [when E]`
    Expires {
        at: Expr,
        when: Option<Expr>,
    },
    /// `ttl N: D [from I] [when E]`
    Ttl {
        length: Expr,
        from: Option<Expr>,
        when: Option<Expr>,
    },
    /// `oblige N: DUTY(args) due I | within D [when E] [on …]`
    Oblige {
        duty: Name,
        args: Vec<Arg>,
        time: ObligeTime,
        when: Option<Expr>,
        on: Option<(On, Span)>,
    },
    /// `suspend|reverify N: when E` (`revoke` is refused by the checker)
    Continuous {
        hold: Hold,
        when: Expr,
    },
    /// `suspend|reverify|revoke N: on EVENT as e [when E] [within D of I]`
    Trigger {
        hold: Hold,
        event: Name,
        binder: Name,
        when: Option<Expr>,
        within: Option<Box<(Expr, Expr)>>,
    },
    /// `reinstate N: on EVENT as e [when E] lifts A, B`
    Reinstate {
        event: Name,
        binder: Name,
        when: Option<Expr>,
        lifts: Vec<Name>,
    },
    Error,
}

#[derive(Clone, Debug)]
pub enum ObligeTime {
    Due(Expr),
    Within(Expr),
}

#[derive(Clone, Debug)]
pub struct TestDecl {
    pub title: Text,
    pub lines: Vec<TestLine>,
}

#[derive(Clone, Debug)]
pub struct TestLine {
    pub span: Span,
    pub kind: TestLineKind,
}

#[derive(Clone, Debug)]
pub enum TestLineKind {
    At(Expr),
    Let(LetDecl),
    Expect(Expect),
    Error,
}

/// `expect E`, or `expect CALL [on EVENT { … }]: OUTCOME, …`
#[derive(Clone, Debug)]
pub struct Expect {
    pub subject: Expr,
    /// The record literal after `on`.
    pub event: Option<Expr>,
    /// Empty for the plain `expect E`.
    pub outcomes: Vec<Outcome>,
}

#[derive(Clone, Debug)]
pub struct Outcome {
    pub span: Span,
    pub kind: OutcomeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transition {
    Revoke,
    Suspend,
    Reverify,
    Reinstate,
}

#[derive(Clone, Debug)]
pub enum OutcomeKind {
    /// `permit [because a and b]`
    Permit(Option<Vec<Name>>),
    /// `deny [because a and b]`
    Deny(Option<Vec<Name>>),
    Grade(Expr),
    Standing(Expr),
    ValidUntil(Expr),
    /// `obliges N [due I]`
    Obliges {
        rule: Name,
        due: Option<Expr>,
    },
    Advises(Name),
    /// `revoke [because N] [by I]`
    Move {
        transition: Transition,
        because: Option<Name>,
        by: Option<Expr>,
    },
    /// `none`: no trigger matches
    Nothing,
    Error,
}

/// `invariant N(params): E`
#[derive(Clone, Debug)]
pub struct InvariantDecl {
    pub name: Name,
    pub params: Vec<Param>,
    pub claim: Expr,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
    /// 1 for a leaf.
    pub depth: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    SubsetOf,
    Intersects,
    Contains,
    StartsWith,
    EndsWith,
    Otherwise,
    Implies,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuantifierKind {
    All,
    Any,
    No,
}

/// An argument, `name: value` or `value`. Only `prior` is a legal name; the checker says so.
#[derive(Clone, Debug)]
pub struct Arg {
    pub name: Option<Name>,
    pub value: Expr,
}

/// `f: v` in a record or event literal, or in `with { … }`.
#[derive(Clone, Debug)]
pub struct FieldInit {
    pub name: Name,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub struct Arm {
    pub span: Span,
    pub cases: Vec<Name>,
    pub body: Expr,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Bool(bool),
    Int(i64),
    /// Ten-thousandths.
    Decimal(i64),
    String(SmolStr),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Instant(i64),
    /// Microseconds.
    Duration(i64),
    None,
    /// A small-letter name: a value, `now`, or a bare case (`reverify` included).
    Name(SmolStr),
    /// `Tier.gold`
    Case {
        ty: Box<Name>,
        case: Box<Name>,
    },
    Paren(Box<Expr>),
    Field {
        base: Box<Expr>,
        field: Name,
    },
    /// `R { f: v, … }`
    Record {
        ty: Box<Name>,
        fields: Vec<FieldInit>,
    },
    With {
        base: Box<Expr>,
        fields: Vec<FieldInit>,
    },
    List(Vec<Expr>),
    Set(Vec<Expr>),
    /// `f(a, b, prior: c)`, and the built-in functions.
    Call {
        callee: Box<Name>,
        args: Vec<Arg>,
    },
    /// `min(E for x in xs [where E])`
    Aggregate {
        callee: Box<Name>,
        item: Box<Expr>,
        binder: Box<Name>,
        collection: Box<Expr>,
        condition: Option<Box<Expr>>,
    },
    /// `count(x in xs where E)`
    CountWhere {
        callee: Box<Name>,
        binder: Box<Name>,
        collection: Box<Expr>,
        condition: Box<Expr>,
    },
    Neg(Box<Expr>),
    Not(Box<Expr>),
    Has(Box<Expr>),
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Two or more operands, flattened: `a and b and c`.
    And(Vec<Expr>),
    Or(Vec<Expr>),
    /// `is empty`, `is not empty`
    IsEmpty {
        base: Box<Expr>,
        negated: bool,
    },
    /// `s matches "regex"`
    Matches {
        base: Box<Expr>,
        pattern: Text,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Match {
        scrutinee: Box<Expr>,
        arms: Vec<Arm>,
    },
    Quantifier {
        kind: QuantifierKind,
        binders: Vec<Name>,
        collection: Box<Expr>,
        body: Box<Expr>,
    },
    Error,
}

/// Words that start items and clauses, and operators: they name record and event fields, nothing else.
pub const RESERVED: &[&str] = &[
    "framework",
    "use",
    "enum",
    "scale",
    "record",
    "event",
    "duty",
    "catalog",
    "data",
    "let",
    "define",
    "participation",
    "relationship",
    "assessment",
    "test",
    "invariant",
    "parties",
    "purpose",
    "scope",
    "key",
    "require",
    "recommend",
    "basis",
    "deny",
    "grade",
    "cap",
    "expires",
    "ttl",
    "oblige",
    "suspend",
    "reverify",
    "revoke",
    "reinstate",
    "and",
    "or",
    "not",
    "implies",
    "if",
    "then",
    "else",
    "match",
    "all",
    "any",
    "no",
    "in",
    "has",
    "otherwise",
    "is",
    "with",
    "matches",
    "intersects",
    "true",
    "false",
    "none",
];
