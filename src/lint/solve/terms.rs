//! Terms: the values that conditions speak of, each with a number, and sums of them.
//!
//! In: typed expressions. Out: a term for every value that is not understood further; two expressions that say the same, up
//! to places and the names of binders, are one term.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use crate::program::expr::{ArithOp, Builtin, Expr, ExprKind as K, LocalId, Prior, QuantifierKind};
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(pub u32);

pub struct Terms<'p> {
    types: &'p Types,
    ids: HashMap<String, TermId>,
    /// For each term: how many cases its type has, if it is an enum; and whether it is never below zero.
    cases: Vec<Option<u32>>,
    counts: Vec<bool>,
}

/// `sum of coefficient * term + constant`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub parts: BTreeMap<TermId, i64>,
    pub constant: i128,
}

impl Sum {
    fn plus(mut self, other: &Sum, factor: i64) -> Option<Sum> {
        for (term, n) in &other.parts {
            let slot = self.parts.entry(*term).or_insert(0);
            *slot = slot.checked_add(n.checked_mul(factor)?)?;
        }
        self.parts.retain(|_, n| *n != 0);
        self.constant = self.constant.checked_add(other.constant.checked_mul(factor.into())?)?;
        Some(self)
    }

    pub fn minus(self, other: &Sum) -> Option<Sum> {
        self.plus(other, -1)
    }
}

impl<'p> Terms<'p> {
    pub fn new(types: &'p Types) -> Self {
        Terms { types, ids: HashMap::new(), cases: Vec::new(), counts: Vec::new() }
    }

    pub fn cases_of(&self, term: TermId) -> Option<u32> {
        self.cases.get(term.0 as usize).copied().flatten()
    }

    pub fn is_count(&self, term: TermId) -> bool {
        self.counts.get(term.0 as usize).copied().unwrap_or(false)
    }

    /// The term of an expression.
    pub fn term(&mut self, e: &Expr) -> TermId {
        let counts = matches!(&e.kind, K::Builtin(Builtin::Count, _))
            || matches!(&e.kind, K::Aggregate { kind: crate::program::expr::AggregateKind::Count, .. });
        let cases = self.case_count(e.ty.present());
        self.named(key(e), cases, counts)
    }

    pub fn case_count(&self, ty: &Ty) -> Option<u32> {
        match ty {
            Ty::Enum(id) => self.types.enums.get(id.0 as usize).map(|e| e.cases.len() as u32),
            _ => None,
        }
    }

    pub fn named(&mut self, key: String, cases: Option<u32>, counts: bool) -> TermId {
        let next = TermId(self.ids.len() as u32);
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            self.cases.push(cases);
            self.counts.push(counts);
        }
        id
    }

    /// A number, instant or duration as a sum. Always answers: what is not understood is a term of its own.
    pub fn sum(&mut self, e: &Expr) -> Sum {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.sum_of(e)).unwrap_or_else(|| self.alone(e))
    }

    fn alone(&mut self, e: &Expr) -> Sum {
        Sum { parts: BTreeMap::from([(self.term(e), 1)]), constant: 0 }
    }

    fn sum_of(&mut self, e: &Expr) -> Option<Sum> {
        let number = |n: i64| Some(Sum { parts: BTreeMap::new(), constant: n.into() });
        match &peel(e).kind {
            K::Const(Value::Int(n) | Value::Decimal(n) | Value::Instant(n) | Value::Duration(n)) => number(*n),
            K::Neg(a) => Sum::default().minus(&self.sum(a)),
            K::Arith(op, a, b) => {
                let (left, right) = (self.sum(a), self.sum(b));
                match op {
                    ArithOp::IntAdd | ArithOp::DecimalAdd | ArithOp::InstantAdd | ArithOp::DurationAdd => {
                        left.plus(&right, 1)
                    }
                    ArithOp::IntSub
                    | ArithOp::DecimalSub
                    | ArithOp::InstantDiff
                    | ArithOp::InstantSub
                    | ArithOp::DurationSub => left.minus(&right),
                    ArithOp::IntMul | ArithOp::DurationMul => {
                        let constant = |s: &Sum| s.parts.is_empty().then(|| i64::try_from(s.constant).ok()).flatten();
                        match (constant(&left), constant(&right)) {
                            (Some(n), _) => Sum::default().plus(&right, n),
                            (None, Some(n)) => Sum::default().plus(&left, n),
                            (None, None) => None,
                        }
                    }
                    ArithOp::IntDiv
                    | ArithOp::IntRem
                    | ArithOp::DecimalMul
                    | ArithOp::DecimalDiv
                    | ArithOp::DurationDiv => None,
                }
            }
            _ => None,
        }
    }
}

/// The value itself, where a record is made only to be read.
pub fn peel(e: &Expr) -> &Expr {
    let mut e = e;
    while let K::Field(base, index) = &e.kind {
        let inner = match &base.kind {
            K::Record(_, items) => items.get(*index as usize),
            K::With(_, changes) => changes.iter().find(|(i, _)| i == index).map(|(_, value)| value),
            _ => None,
        };
        match inner {
            Some(value) => e = value,
            None => break,
        }
    }
    e
}

/// The expression as text, without places and with binders by their depth.
pub fn key(e: &Expr) -> String {
    let mut out = String::new();
    write(e, &mut Vec::new(), &mut out);
    out
}

fn write(e: &Expr, binders: &mut Vec<LocalId>, out: &mut String) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || write_inner(peel(e), binders, out));
}

fn write_all<'e>(word: &str, items: impl IntoIterator<Item = &'e Expr>, binders: &mut Vec<LocalId>, out: &mut String) {
    out.push_str(word);
    out.push('(');
    for item in items {
        write(item, binders, out);
        out.push(',');
    }
    out.push(')');
}

fn write_inner(e: &Expr, binders: &mut Vec<LocalId>, out: &mut String) {
    match &e.kind {
        K::Const(v) => {
            let _ = write!(out, "{v:?}");
        }
        K::Now => out.push_str("now"),
        K::Local(id) => match binders.iter().rposition(|b| b == id) {
            Some(depth) => {
                let _ = write!(out, "b{depth}");
            }
            None => {
                let _ = write!(out, "p{}", id.0);
            }
        },
        K::Global(id) => {
            let _ = write!(out, "g{}", id.0);
        }
        K::Data(id) => {
            let _ = write!(out, "d{}", id.0);
        }
        K::Key(n) => {
            let _ = write!(out, "k{n}");
        }
        K::Field(base, n) => {
            write(base, binders, out);
            let _ = write!(out, ".{n}");
        }
        K::Record(id, items) => write_all(&format!("r{}", id.0), items, binders, out),
        K::With(base, fields) => {
            write(base, binders, out);
            out.push_str(" with");
            for (n, value) in fields {
                let _ = write!(out, " {n}:");
                write(value, binders, out);
            }
        }
        K::List(items) => write_all("list", items, binders, out),
        K::Set(items) => write_all("set", items, binders, out),
        K::Neg(a) => write_all("neg", [&**a], binders, out),
        K::Not(a) => match &a.kind {
            K::Not(inner) => write(inner, binders, out),
            // `!=` and `not ==` are one.
            K::Compare(op, x, y) => {
                let _ = write!(out, "{:?}", opposite(*op));
                write_all("", [&**x, &**y], binders, out);
            }
            _ => write_all("not", [&**a], binders, out),
        },
        K::And(items) => write_all("and", items, binders, out),
        K::Or(items) => write_all("or", items, binders, out),
        K::Implies(a, b) => write_all("implies", [&**a, &**b], binders, out),
        K::If(a, b, c) => write_all("if", [&**a, &**b, &**c], binders, out),
        K::Match { scrutinee, arm_of, arms } => {
            let _ = write!(out, "match{arm_of:?}");
            write_all("", [&**scrutinee].into_iter().chain(arms), binders, out);
        }
        K::Compare(op, a, b) => write_all(&format!("{op:?}"), [&**a, &**b], binders, out),
        K::Arith(op, a, b) => write_all(&format!("{op:?}"), [&**a, &**b], binders, out),
        K::Builtin(op, items) => write_all(&format!("{op:?}"), items, binders, out),
        K::Matches(a, pattern) => {
            write_all("matches", [&**a], binders, out);
            let _ = write!(out, "{:?}", pattern.source());
        }
        K::Has(a) => write_all("has", [&**a], binders, out),
        K::Otherwise(a, b) => write_all("otherwise", [&**a, &**b], binders, out),
        K::Quantifier { kind, binders: own, collection, body } => {
            let word = match kind {
                QuantifierKind::All => "all",
                QuantifierKind::Any => "any",
                QuantifierKind::No => "no",
            };
            write_all(&format!("{word}{}", own.len()), [&**collection], binders, out);
            let depth = binders.len();
            binders.extend(own);
            write(body, binders, out);
            binders.truncate(depth);
        }
        K::Aggregate { kind, item, binder, collection, condition } => {
            write_all(&format!("{kind:?}"), [&**collection], binders, out);
            binders.push(*binder);
            for part in [item, condition] {
                match part {
                    Some(part) => write(part, binders, out),
                    None => out.push('-'),
                }
            }
            binders.pop();
        }
        K::Call(id, items) => write_all(&format!("f{}", id.0), items, binders, out),
        K::BlockCall { block, args, prior, member } => {
            let _ = write!(out, "block{}{member:?}", block.0);
            write_all("", args, binders, out);
            match prior {
                Prior::None => {}
                Prior::Standing(e) => write(e, binders, out),
                Prior::Triggers(ids) => {
                    let _ = write!(out, "{ids:?}");
                }
            }
        }
        K::Overdue(id) => {
            let _ = write!(out, "overdue{}", id.0);
        }
        K::Error => out.push_str("error"),
    }
}

fn opposite(op: crate::program::expr::CompareOp) -> crate::program::expr::CompareOp {
    use crate::program::expr::CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
    match op {
        Eq => Ne,
        Ne => Eq,
        Lt => Ge,
        Le => Gt,
        Gt => Le,
        Ge => Lt,
    }
}
