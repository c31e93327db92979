//! Typed expressions: what the checker makes and the oracle interprets.
//!
//! Names are slots, sugar is gone (`not in`, `is not empty`, `expires`, `ttl … from …`), optional literals are
//! filled, int literals that stand for decimals are converted. `T` where `T?` is wanted needs no node: an absent
//! optional is `Value::None`, a present one is the value itself.

use std::sync::Arc;

use trust_runtime::pattern::Pattern;
use trust_syntax::span::Span;

use super::ty::{RecordId, Ty};
use super::value::Value;
use super::{BlockId, ClauseId, DataId, DefineId, LetId};

pub use trust_syntax::ast::QuantifierKind;

/// A slot of the frame a block, define, test or invariant is evaluated in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Ty,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// All saturate at the range of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArithOp {
    IntAdd,
    IntSub,
    IntMul,
    /// Toward zero; the divisor is a nonzero literal.
    IntDiv,
    /// The dividend's sign; the divisor is a nonzero literal.
    IntRem,
    DecimalAdd,
    DecimalSub,
    /// Half to even.
    DecimalMul,
    /// Half to even; the divisor is a nonzero literal.
    DecimalDiv,
    /// instant - instant
    InstantDiff,
    /// instant + duration (operands in this order)
    InstantAdd,
    /// instant - duration
    InstantSub,
    DurationAdd,
    DurationSub,
    /// duration * int (operands in this order)
    DurationMul,
    /// Toward zero; the divisor is a nonzero literal.
    DurationDiv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// element, list or set
    InCollection,
    /// needle, haystack (`"a" in s`, `s contains "a"`)
    InString,
    IpInCidr,
    /// inner, outer: contained or equal
    CidrInCidr,
    /// Lists and sets, also mixed.
    SubsetOf,
    Intersects,
    Count,
    IsEmpty,
    /// Absent of nothing.
    First,
    Last,
    StartsWith,
    EndsWith,
    /// instant, int
    AddMonths,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AggregateKind {
    Min,
    Max,
    Sum,
    First,
    Last,
    Count,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Member {
    Permitted,
    Grade,
    Standing,
}

/// The prior a nested call states.
#[derive(Clone, Debug)]
pub enum Prior {
    /// The block has no triggers, or (in tests) none was stated.
    None,
    /// A value of type `Standing`.
    Standing(Box<Expr>),
    /// Trigger names in force; tests only.
    Triggers(Vec<ClauseId>),
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Const(Value),
    Now,
    Local(LocalId),
    /// A top-level `let`.
    Global(LetId),
    Data(DataId),
    /// In triggers only: the n-th key value of the block.
    Key(u32),
    Field(Box<Expr>, u32),
    /// Every field in declaration order.
    Record(RecordId, Vec<Expr>),
    With(Box<Expr>, Vec<(u32, Expr)>),
    List(Vec<Expr>),
    Set(Vec<Expr>),
    Neg(Box<Expr>),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Implies(Box<Expr>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `arm_of[case]` is the index into `arms`.
    Match {
        scrutinee: Box<Expr>,
        arm_of: Vec<u32>,
        arms: Vec<Expr>,
    },
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    Arith(ArithOp, Box<Expr>, Box<Expr>),
    Builtin(Builtin, Vec<Expr>),
    Matches(Box<Expr>, Arc<Pattern>),
    Has(Box<Expr>),
    Otherwise(Box<Expr>, Box<Expr>),
    /// `binders.len()` neighbours at a time: one binder is every element, two are every adjacent pair.
    Quantifier {
        kind: QuantifierKind,
        binders: Vec<LocalId>,
        collection: Box<Expr>,
        body: Box<Expr>,
    },
    /// `item` is absent for `count` only.
    Aggregate {
        kind: AggregateKind,
        item: Option<Box<Expr>>,
        binder: LocalId,
        collection: Box<Expr>,
        condition: Option<Box<Expr>>,
    },
    Call(DefineId, Vec<Expr>),
    BlockCall {
        block: BlockId,
        args: Vec<Expr>,
        prior: Prior,
        member: Member,
    },
    /// Of the named `oblige … due` of the same block: its `when` holds and `now` is past its due instant.
    Overdue(ClauseId),
    /// Poison; not in a checked program.
    Error,
}
