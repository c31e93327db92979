//! Conditions written out: functions, lets and constants put in the place of their names.
//!
//! In: an expression and what its names stand for. Out: one expression over the parameters of a block, with slots of its
//! own for binders, so that two conditions can be compared. What comes from elsewhere carries the place at which it was
//! used. Where writing out would take too much there is no answer, and who asked stays silent.

use std::collections::HashMap;

use trust_syntax::span::Span;

use crate::program::expr::{CompareOp, Expr, ExprKind as K, LocalId};
use crate::program::ty::Ty;
use crate::program::walk::{children_mut, walk};
use crate::program::{BlockDef, ClauseId, ClauseKind, ObligeTime, Program};

/// Nodes that one block may be written out to, and how deep they may stand.
const MOST: usize = 60_000;
const DEEPEST: usize = 400;

pub type Names = HashMap<LocalId, Expr>;

pub struct Flat<'p> {
    program: &'p Program,
    next: u32,
    left: usize,
    depth: usize,
    /// What `overdue(…)` of the block's obligations stands for.
    overdue: HashMap<ClauseId, Expr>,
}

impl<'p> Flat<'p> {
    /// `first` is above every slot of the parameters.
    pub fn new(program: &'p Program, first: u32) -> Self {
        Flat { program, next: first, left: MOST, depth: 0, overdue: HashMap::new() }
    }

    /// The names of a block's frame: its lets, written out over its parameters, and its dated obligations.
    pub fn block(&mut self, block: &BlockDef, names: &mut Names) -> Option<()> {
        // A let may ask whether an obligation is overdue, and a due date may stand in a let: whichever can be written first.
        let mut waiting: Vec<_> = block.lets.iter().collect();
        self.overdue.clear();
        for _ in 0..2 {
            waiting.retain(|l| match self.write(&l.value, names) {
                Some(value) => {
                    names.insert(l.local, value);
                    false
                }
                None => true,
            });
            for (id, clause) in block.clauses() {
                if let ClauseKind::Oblige { time: ObligeTime::Due(due), when, .. } = &clause.kind
                    && let Some(value) = self.late(due, when.as_ref(), names)
                {
                    self.overdue.insert(id, value);
                }
            }
        }
        waiting.is_empty().then_some(())
    }

    /// `when and now > due`
    fn late(&mut self, due: &Expr, when: Option<&Expr>, names: &Names) -> Option<Expr> {
        let span = due.span;
        let due = self.write(due, names)?;
        let now = Expr { kind: K::Now, ty: Ty::Instant, span };
        let past = Expr { kind: K::Compare(CompareOp::Gt, Box::new(now), Box::new(due)), ty: Ty::Bool, span };
        match when {
            Some(when) => {
                let when = self.write(when, names)?;
                Some(Expr { kind: K::And(vec![when, past]), ty: Ty::Bool, span })
            }
            None => Some(past),
        }
    }

    pub fn write(&mut self, e: &Expr, names: &Names) -> Option<Expr> {
        self.at(e, names, None)
    }

    fn at(&mut self, e: &Expr, names: &Names, place: Option<Span>) -> Option<Expr> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let written = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.at_inner(e, names, place));
        self.depth -= 1;
        written
    }

    fn at_inner(&mut self, e: &Expr, names: &Names, place: Option<Span>) -> Option<Expr> {
        self.left = self.left.checked_sub(1)?;
        let span = place.unwrap_or(e.span);
        match &e.kind {
            K::Local(id) => match names.get(id) {
                Some(value) => {
                    self.left = self.left.checked_sub(size(value))?;
                    // What is put in may hold what was put in before.
                    if self.depth + depth(value) > 2 * DEEPEST {
                        return None;
                    }
                    let mut value = value.clone();
                    moved(&mut value, span);
                    Some(value)
                }
                None => Some(Expr { kind: e.kind.clone(), ty: e.ty.clone(), span }),
            },
            K::Global(id) => {
                let value = &self.program.lets.get(id.0 as usize)?.value;
                self.at(value, &Names::new(), Some(span))
            }
            K::Overdue(id) => {
                let mut value = self.overdue.get(id)?.clone();
                self.left = self.left.checked_sub(size(&value))?;
                moved(&mut value, span);
                Some(value)
            }
            K::Call(id, args) => {
                let define = self.program.defines.get(id.0 as usize)?;
                let mut inner = Names::new();
                for (n, arg) in args.iter().enumerate() {
                    inner.insert(LocalId(n as u32), self.at(arg, names, place)?);
                }
                self.at(&define.body, &inner, Some(span))
            }
            K::Quantifier { kind, binders, collection, body } => {
                let collection = Box::new(self.at(collection, names, place)?);
                let mut inner = names.clone();
                let binders: Vec<LocalId> = binders
                    .iter()
                    .zip(element_types(&collection))
                    .map(|(b, ty)| self.fresh(*b, ty, &mut inner))
                    .collect();
                let body = Box::new(self.at(body, &inner, place)?);
                Some(Expr { kind: K::Quantifier { kind: *kind, binders, collection, body }, ty: e.ty.clone(), span })
            }
            K::Aggregate { kind, item, binder, collection, condition } => {
                let collection = Box::new(self.at(collection, names, place)?);
                let mut inner = names.clone();
                let ty = element_types(&collection).next().unwrap_or(Ty::Error);
                let binder = self.fresh(*binder, ty, &mut inner);
                let mut part = |e: &Option<Box<Expr>>| match e {
                    Some(e) => self.at(e, &inner, place).map(|e| Some(Box::new(e))),
                    None => Some(None),
                };
                let condition = part(condition)?;
                let item = part(item)?;
                Some(Expr {
                    kind: K::Aggregate { kind: *kind, item, binder, collection, condition },
                    ty: e.ty.clone(),
                    span,
                })
            }
            _ => self.parts(e, names, place, span),
        }
    }

    /// Everything without binders: its parts, written out.
    fn parts(&mut self, e: &Expr, names: &Names, place: Option<Span>, span: Span) -> Option<Expr> {
        let mut out = Expr { kind: e.kind.clone(), ty: e.ty.clone(), span };
        for child in children_mut(&mut out) {
            *child = self.at(child, names, place)?;
        }
        Some(out)
    }

    fn fresh(&mut self, binder: LocalId, ty: Ty, names: &mut Names) -> LocalId {
        let id = LocalId(self.next);
        self.next += 1;
        names.insert(binder, Expr { kind: K::Local(id), ty, span: Span::default() });
        id
    }
}

fn element_types(collection: &Expr) -> impl Iterator<Item = Ty> {
    std::iter::repeat(collection.ty.present().element().cloned().unwrap_or(Ty::Error))
}

fn size(e: &Expr) -> usize {
    let mut n = 0;
    walk(e, &mut |_| n += 1);
    n
}

fn depth(e: &Expr) -> usize {
    let mut stack = vec![(e, 1)];
    let (mut deepest, mut parts) = (0, Vec::new());
    while let Some((e, at)) = stack.pop() {
        deepest = deepest.max(at);
        crate::program::walk::children(e, &mut parts);
        stack.extend(parts.drain(..).map(|p| (p, at + 1)));
    }
    deepest
}

/// Gives an expression and all its parts one place.
fn moved(e: &mut Expr, span: Span) {
    let mut stack = vec![e];
    while let Some(e) = stack.pop() {
        e.span = span;
        stack.extend(children_mut(e));
    }
}
