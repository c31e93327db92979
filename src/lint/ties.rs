//! Which parameters of a block belong together: those whose names its conditions compare.
//!
//! In: the conditions of a block, written out. Out: groups of parameters. Two are tied where what names them (a text, a
//! number, an address, a whole record) must be equal, or one among the other, here or inside a block that both are passed
//! to. That two are merely passed to the same function, or that a level or an age of one bounds the other, ties nothing:
//! it would hold of anybody's. Where a condition cannot be followed it ties, so that whoever asks stays silent.

use std::collections::{BTreeSet, HashMap};

use super::flat::{Flat, Names};
use super::model::Model;
use crate::program::Program;
use crate::program::expr::{Builtin, CompareOp, Expr, ExprKind as K, LocalId, Member, QuantifierKind};
use crate::program::ty::Ty;
use crate::program::walk::{children, walk};

/// Calls of other blocks that are looked into.
const MOST_CALLS: u32 = 64;

/// The parameters that an expression reads.
pub fn roots(e: &Expr, params: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    walk(e, &mut |e| {
        if let K::Local(id) = &e.kind
            && (id.0 as usize) < params
        {
            found.insert(id.0 as usize);
        }
    });
    found
}

pub struct Ties<'p> {
    program: &'p Program,
    params: usize,
    /// Of each parameter, and of each row of a table that is searched, one that stands for its group.
    groups: Vec<usize>,
    /// What the elements of a collection belong to.
    elements: HashMap<LocalId, BTreeSet<usize>>,
    calls: u32,
}

/// An expression, and whether it is known to hold or to fail.
type Said = (Expr, Option<bool>);

impl<'p> Ties<'p> {
    pub fn new(program: &'p Program, params: usize) -> Ties<'p> {
        Ties { program, params, groups: (0..params).collect(), elements: HashMap::new(), calls: 0 }
    }

    /// The group of a parameter.
    pub fn root(&self, mut n: usize) -> usize {
        while let Some(up) = self.groups.get(n).copied().filter(|up| *up != n) {
            n = up;
        }
        n
    }

    fn join(&mut self, all: BTreeSet<usize>) {
        let mut all = all.into_iter().map(|n| self.root(n)).collect::<BTreeSet<_>>().into_iter();
        let Some(first) = all.next() else { return };
        for other in all {
            if let Some(slot) = self.groups.get_mut(other) {
                *slot = first;
            }
        }
    }

    /// Joins what a condition that holds says belongs together.
    pub fn condition(&mut self, e: &Expr) {
        let mut waiting = vec![(e.clone(), Some(true))];
        while let Some((e, truth)) = waiting.pop() {
            let mut calls = Vec::new();
            self.within(&e, truth, &mut calls);
            for (call, truth) in calls {
                match self.called(&call, truth) {
                    Some(inner) => waiting.extend(inner),
                    None => self.join(self.owners(&call)),
                }
            }
        }
    }

    /// Whose an expression is: parameters, and rows of tables.
    fn owners(&self, e: &Expr) -> BTreeSet<usize> {
        let mut found = roots(e, self.params);
        walk(e, &mut |e| {
            if let K::Local(id) = &e.kind
                && let Some(of) = self.elements.get(id)
            {
                found.extend(of);
            }
        });
        found
    }

    fn within(&mut self, e: &Expr, truth: Option<bool>, calls: &mut Vec<Said>) {
        let mut stack = vec![(e, truth)];
        let mut parts = Vec::new();
        while let Some((e, truth)) = stack.pop() {
            let other = truth.map(|t| !t);
            match &e.kind {
                K::Not(a) => stack.push((a, other)),
                K::And(all) | K::Or(all) => stack.extend(all.iter().map(|p| (p, truth))),
                K::Implies(a, b) => stack.extend([(&**a, other), (&**b, truth)]),
                K::If(c, a, b) => stack.extend([(&**c, None), (&**a, truth), (&**b, truth)]),
                K::Match { scrutinee, arms, .. } => {
                    stack.push((scrutinee, None));
                    stack.extend(arms.iter().map(|a| (a, truth)));
                }
                K::Compare(op, a, b) => {
                    let same = match op {
                        CompareOp::Eq => truth != Some(false),
                        CompareOp::Ne => truth != Some(true),
                        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => false,
                    };
                    if same && (names(&a.ty) || names(&b.ty)) {
                        self.join(self.owners(e));
                    }
                    stack.extend([(&**a, None), (&**b, None)]);
                }
                K::Builtin(builtin, items) => {
                    if relates(*builtin) && truth != Some(false) && items.iter().any(|i| names(&i.ty)) {
                        self.join(self.owners(e));
                    }
                    stack.extend(items.iter().map(|i| (i, None)));
                }
                K::Quantifier { kind, binders, collection, body } => {
                    self.element(binders, collection);
                    stack.push((collection, None));
                    stack.push((body, if *kind == QuantifierKind::No { other } else { truth }));
                }
                K::Aggregate { item, binder, collection, condition, .. } => {
                    self.element(&[*binder], collection);
                    stack.push((collection, None));
                    stack.extend(condition.iter().chain(item).map(|e| (&**e, None)));
                }
                K::BlockCall { args, .. } => {
                    if self.owners(e).len() > 1 {
                        calls.push((e.clone(), truth));
                    }
                    stack.extend(args.iter().map(|a| (a, None)));
                }
                _ => {
                    children(e, &mut parts);
                    stack.extend(parts.drain(..).map(|p| (p, None)));
                }
            }
        }
    }

    /// Elements belong to whom their collection belongs to; those of a table are a row, which may name several.
    fn element(&mut self, binders: &[LocalId], collection: &Expr) {
        let mut of = self.owners(collection);
        if of.is_empty() {
            of.insert(self.groups.len());
            self.groups.push(self.groups.len());
        }
        for binder in binders {
            self.elements.insert(*binder, of.clone());
        }
    }

    /// What a called block says of its arguments; `None` where that cannot be told.
    fn called(&mut self, call: &Expr, truth: Option<bool>) -> Option<Vec<Said>> {
        let K::BlockCall { block, args, member, .. } = &call.kind else { return None };
        self.calls += 1;
        if self.calls > MOST_CALLS {
            return None;
        }
        let model = Model::new(self.program, *block)?;
        if !model.whole {
            return None;
        }
        let with: Names = args.iter().enumerate().map(|(n, a)| (LocalId(n as u32), a.clone())).collect();
        // Slots of its own for the binders of each call, above those of `Model`.
        let mut flat = Flat::new(self.program, (1 << 28) + self.calls * 100_000);
        let permits = *member == Member::Permitted && truth == Some(true);
        let needs = model.needs.iter().map(|c| (&c.expr, permits.then_some(true)));
        let more = model.bases.iter().chain(&model.whens).map(|c| (&c.expr, None));
        let mut said = Vec::new();
        for (e, truth) in needs.chain(more) {
            said.push((flat.write(e, &with)?, truth));
        }
        if let Some(grade) = &model.block.grade {
            let mut own = Flat::new(self.program, model.block.frame);
            let mut lets = Names::new();
            own.block(model.block, &mut lets)?;
            said.push((flat.write(&own.write(&grade.from, &lets)?, &with)?, None));
        }
        Some(said)
    }
}

/// Whether equal values of a type may say who somebody is; levels, times and yes or no do not.
fn names(ty: &Ty) -> bool {
    match ty.present() {
        Ty::String | Ty::Int | Ty::Ip | Ty::Cidr | Ty::Record(_) => true,
        Ty::List(element) | Ty::Set(element) => names(element),
        Ty::Bool | Ty::Decimal | Ty::Instant | Ty::Duration | Ty::Enum(_) | Ty::Never | Ty::Error => false,
        Ty::Optional(_) => false,
    }
}

/// Whether it asks if something is in, or part of, something else.
fn relates(builtin: Builtin) -> bool {
    match builtin {
        Builtin::InCollection
        | Builtin::InString
        | Builtin::IpInCidr
        | Builtin::CidrInCidr
        | Builtin::SubsetOf
        | Builtin::Intersects
        | Builtin::StartsWith
        | Builtin::EndsWith => true,
        Builtin::Count | Builtin::IsEmpty | Builtin::First | Builtin::Last | Builtin::AddMonths => false,
    }
}
