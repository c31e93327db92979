//! What the lints know of one block: its conditions written out, and what a permit needs.
//!
//! In: a checked program and a block. Out: a [`Model`]. A condition that could not be written out is absent, and `whole`
//! says so; nothing is claimed of what is absent.

use std::cell::OnceCell;

use trust_syntax::span::Span;

use super::flat::{Flat, Names};
use crate::program::expr::{Expr, ExprKind as K, LocalId, Member};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::walk::walk;
use crate::program::{BlockDef, BlockId, BlockKind, ClauseDef, ClauseId, ClauseKind, Program};

/// A condition of a clause, as it is written in the policy.
pub struct Condition {
    pub clause: ClauseId,
    pub expr: Expr,
}

pub struct Model<'p> {
    pub program: &'p Program,
    pub id: BlockId,
    pub block: &'p BlockDef,
    /// What must hold on a permit: `scope` and `require` as they are, all that denies and all that suspends negated.
    pub needs: Vec<Condition>,
    /// One of these must hold, where there are any.
    pub bases: Vec<Condition>,
    pub recommends: Vec<Condition>,
    /// The `when` of caps and obligations.
    pub whens: Vec<Condition>,
    /// Whether every condition could be written out.
    pub whole: bool,
    permit: OnceCell<Vec<Expr>>,
}

impl<'p> Model<'p> {
    pub fn new(program: &'p Program, id: BlockId) -> Option<Model<'p>> {
        let block = program.blocks.get(id.0 as usize)?;
        let mut model = Model {
            program,
            id,
            block,
            needs: Vec::new(),
            bases: Vec::new(),
            recommends: Vec::new(),
            whens: Vec::new(),
            whole: true,
            permit: OnceCell::new(),
        };
        let mut flat = Flat::new(program, block.frame);
        let mut names = Names::new();
        model.whole &= flat.block(block, &mut names).is_some();
        for (clause, def) in block.clauses() {
            let (list, expr, negated) = match &def.kind {
                ClauseKind::Scope(e) | ClauseKind::Require(e) => (&mut model.needs, e, false),
                ClauseKind::Deny(e) | ClauseKind::Continuous { when: e, .. } => (&mut model.needs, e, true),
                ClauseKind::Expires { denies } | ClauseKind::TtlFrom { denies } => (&mut model.needs, denies, true),
                ClauseKind::Basis(e) => (&mut model.bases, e, false),
                ClauseKind::Recommend(e) => (&mut model.recommends, e, false),
                ClauseKind::Cap { when: Some(e), .. }
                | ClauseKind::Ttl { when: Some(e), .. }
                | ClauseKind::Oblige { when: Some(e), .. } => (&mut model.whens, e, false),
                ClauseKind::Cap { when: None, .. }
                | ClauseKind::Ttl { when: None, .. }
                | ClauseKind::Oblige { when: None, .. }
                | ClauseKind::Trigger { .. }
                | ClauseKind::Reinstate { .. } => continue,
            };
            match flat.write(expr, &names) {
                Some(e) => list.push(Condition { clause, expr: if negated { not(e) } else { e } }),
                None => model.whole = false,
            }
        }
        Some(model)
    }

    pub fn clause(&self, id: ClauseId) -> &'p ClauseDef {
        self.block.clause(id)
    }

    /// All that a permit needs, bases included, and the needs of the blocks whose permit is needed.
    pub fn permit(&self) -> &[Expr] {
        self.permit.get_or_init(|| self.all_needs())
    }

    fn all_needs(&self) -> Vec<Expr> {
        let mut all: Vec<Expr> = self.needs.iter().map(|n| n.expr.clone()).collect();
        if !self.bases.is_empty() {
            let any = self.bases.iter().map(|b| b.expr.clone()).collect();
            all.push(Expr { kind: K::Or(any), ty: Ty::Bool, span: self.block.name_span });
        }
        let mut next = 0;
        let mut slots = 1 << 24;
        while let Some(e) = all.get(next) {
            let mut inner = Vec::new();
            needed_calls(e, true, &mut |call| inner.extend(self.called(call, &mut slots)));
            next += 1;
            if all.len() + inner.len() < 400 {
                all.extend(inner);
            }
        }
        all
    }

    /// What the permit of a called block needs, with the arguments put in.
    fn called(&self, call: &Expr, slots: &mut u32) -> Vec<Expr> {
        let K::BlockCall { block, args, member: Member::Permitted, .. } = &call.kind else { return Vec::new() };
        let Some(model) = Model::new(self.program, *block) else { return Vec::new() };
        let names: Names = args.iter().enumerate().map(|(n, a)| (LocalId(n as u32), a.clone())).collect();
        // Slots of its own for the binders of each call.
        *slots += 100_000;
        let mut flat = Flat::new(self.program, *slots);
        model.needs.iter().filter_map(|n| flat.write(&n.expr, &names)).collect()
    }

    /// A parameter or a field of one, as the author writes it.
    pub fn path(&self, e: &Expr) -> Option<String> {
        let mut names = Vec::new();
        let mut at = e;
        while let K::Field(base, n) = &at.kind {
            let Ty::Record(id) = base.ty.present() else { return None };
            let record = self.program.types.records.get(id.0 as usize)?;
            names.push(record.fields.get(*n as usize)?.name.as_str());
            at = base;
        }
        let K::Local(id) = &at.kind else { return None };
        names.push(self.block.params.get(id.0 as usize)?.name.as_str());
        names.reverse();
        Some(names.join("."))
    }

    pub fn is_relationship(&self) -> bool {
        self.block.kind == BlockKind::Relationship
    }
}

/// The calls whose `.permitted` must be true where `e` is `truth`.
fn needed_calls(e: &Expr, truth: bool, f: &mut impl FnMut(&Expr)) {
    match &e.kind {
        K::BlockCall { member: Member::Permitted, .. } if truth => f(e),
        K::Not(a) => needed_calls(a, !truth, f),
        K::And(parts) if truth => parts.iter().for_each(|p| needed_calls(p, true, f)),
        K::Or(parts) if !truth => parts.iter().for_each(|p| needed_calls(p, false, f)),
        _ => {}
    }
}

pub fn not(e: Expr) -> Expr {
    let span = e.span;
    match e.kind {
        K::Not(inner) => *inner,
        K::Const(Value::Bool(b)) => Expr { kind: K::Const(Value::Bool(!b)), ty: Ty::Bool, span },
        kind => {
            let inner = Expr { kind, ty: Ty::Bool, span };
            Expr { kind: K::Not(Box::new(inner)), ty: Ty::Bool, span }
        }
    }
}

pub fn and(parts: Vec<Expr>, span: Span) -> Expr {
    Expr { kind: K::And(parts), ty: Ty::Bool, span }
}

/// A path over the parameters as an author would write it: `partner.id`; a call as `issuer(…).grade`.
pub fn path_name(program: &Program, block: &BlockDef, e: &Expr) -> Option<String> {
    let mut fields = Vec::new();
    let mut at = e;
    loop {
        match &at.kind {
            K::Field(base, n) => {
                let Ty::Record(id) = base.ty.present() else { return None };
                let record = program.types.records.get(id.0 as usize)?;
                fields.push(record.fields.get(*n as usize)?.name.to_string());
                at = base;
            }
            K::Otherwise(base, _) => at = base,
            _ => break,
        }
    }
    let mut name = match &at.kind {
        K::Local(id) => block.params.get(id.0 as usize)?.name.to_string(),
        K::BlockCall { block, member: Member::Grade, .. } => {
            format!("{}(…).grade", program.blocks.get(block.0 as usize)?.name)
        }
        _ => return None,
    };
    for field in fields.iter().rev() {
        name.push('.');
        name.push_str(field);
    }
    Some(name)
}

/// The parts of an expression, put on a stack.
pub fn parts<'e>(e: &'e Expr, stack: &mut Vec<&'e Expr>) {
    crate::program::walk::children(e, stack);
}

/// Whether a part of the expression answers the question.
pub fn any(e: &Expr, mut f: impl FnMut(&Expr) -> bool) -> bool {
    let mut found = false;
    walk(e, &mut |e| found |= f(e));
    found
}

/// Every expression that a block evaluates, with the clause it stands in.
pub fn expressions(block: &BlockDef) -> Vec<(Option<ClauseId>, &Expr)> {
    let mut all: Vec<(Option<ClauseId>, &Expr)> = block.lets.iter().map(|l| (None, &l.value)).collect();
    all.extend(block.grade.iter().map(|g| (None, &g.from)));
    for (id, clause) in block.clauses() {
        all.extend(clause_expressions(clause).into_iter().map(|e| (Some(id), e)));
    }
    all
}

pub fn clause_expressions(clause: &ClauseDef) -> Vec<&Expr> {
    use crate::program::ObligeTime;
    match &clause.kind {
        ClauseKind::Scope(e)
        | ClauseKind::Require(e)
        | ClauseKind::Recommend(e)
        | ClauseKind::Basis(e)
        | ClauseKind::Deny(e)
        | ClauseKind::Expires { denies: e }
        | ClauseKind::TtlFrom { denies: e }
        | ClauseKind::Continuous { when: e, .. } => vec![e],
        ClauseKind::Cap { value, when } | ClauseKind::Ttl { length: value, when } => {
            when.iter().chain([value]).collect()
        }
        ClauseKind::Oblige { args, time, when, .. } => {
            let (ObligeTime::Due(time) | ObligeTime::Within(time)) = time;
            when.iter().chain([time]).chain(args).collect()
        }
        ClauseKind::Trigger { when, within, .. } => {
            when.iter().chain(within.iter().flat_map(|(d, i)| [d, i])).collect()
        }
        ClauseKind::Reinstate { when, .. } => when.iter().collect(),
    }
}
