//! Conditions that decide nothing: T019 constant, T020 shadowed, T021 contradictory, T022 unreachable.
//!
//! What is said here was shown by the solver to be so for all facts; findings inside a function are left to that function.

use std::collections::BTreeSet;
use std::rc::Rc;

use trust_syntax::diagnostic::{Diagnostic, Edit, Fix};
use trust_syntax::span::Span;

use super::Context;
use super::flat::{Flat, Names};
use super::model::{Condition, Model};
use super::solve::{Formula, Solver};
use crate::program::expr::{Expr, ExprKind as K};
use crate::program::ty::Ty;
use crate::program::{ClauseDef, ClauseId, ClauseKind, On};

pub fn block(cx: &mut Context<'_>, index: usize) {
    let Some(model) = cx.models.get(index) else { return };
    let mut run = Run {
        model,
        solver: Solver::new(&cx.program.types),
        found: Vec::new(),
        settled: BTreeSet::new(),
        sources: &cx.analysis.sources,
    };
    run.constants();
    run.triggers();
    run.contradictions();
    run.shadows();
    run.idle_bases();
    run.unreachable();
    let found = run.found;
    cx.found.extend(found);
}

pub struct Run<'m, 'p> {
    pub model: &'m Model<'p>,
    pub solver: Solver<'p>,
    pub found: Vec<Diagnostic>,
    /// Clauses of which something was said: what follows from it is silent.
    pub settled: BTreeSet<ClauseId>,
    sources: &'m crate::source::SourceMap,
}

/// What a constant condition means for its clause: the message and the help.
fn constant_words(clause: &ClauseDef, permits: bool) -> (String, &'static str) {
    let name = &clause.name;
    match (&clause.kind, permits) {
        (ClauseKind::Scope(_), true) => {
            ("the scope holds for everything".into(), "bound it by what the other side may do")
        }
        (ClauseKind::Scope(_), false) => {
            ("the scope never holds: nothing is ever permitted".into(), "look at its parts")
        }
        (ClauseKind::Require(_), true) => (
            format!("`{name}` requires nothing: it always holds"),
            "look at its parts: one of them was meant otherwise",
        ),
        (ClauseKind::Require(_), false) => (
            format!("`{name}` can never hold: nothing is ever permitted"),
            "look at its parts: they exclude one another",
        ),
        (ClauseKind::Deny(_), true) => (
            format!("`{name}` denies nothing: its condition never holds"),
            "look at its parts: they exclude one another",
        ),
        (ClauseKind::Deny(_), false) => {
            (format!("`{name}` always denies"), "look at its parts: one of them was meant otherwise")
        }
        (ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. }, true) => {
            (format!("`{name}` never ends anything"), "look at its `when`")
        }
        (ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. }, false) => {
            (format!("`{name}` has always ended: nothing is ever permitted"), "look at its instant and its length")
        }
        (ClauseKind::Continuous { .. }, true) => (
            format!("`{name}` never applies: its condition never holds"),
            "look at its parts: they exclude one another",
        ),
        (ClauseKind::Continuous { .. }, false) => {
            (format!("`{name}` always applies: nothing is ever permitted"), "look at its parts")
        }
        (_, true) => {
            (format!("the condition of `{name}` always holds"), "leave the condition out, or look at its parts")
        }
        (_, false) => (format!("the condition of `{name}` never holds"), "look at its parts: they exclude one another"),
    }
}

impl Run<'_, '_> {
    fn never(&mut self, e: &Expr, truth: bool) -> bool {
        let f = self.solver.formula(e, truth);
        self.solver.impossible(&[f])
    }

    fn constants(&mut self) {
        let model = self.model;
        let lists = [&model.needs, &model.bases, &model.recommends, &model.whens];
        for condition in lists.into_iter().flatten() {
            let clause = model.clause(condition.clause);
            let always = self.never(&condition.expr, false);
            if always || self.never(&condition.expr, true) {
                self.settled.insert(condition.clause);
                let (message, help) = constant_words(clause, always);
                let span = if condition.expr.span == clause.span { clause.name_span } else { condition.expr.span };
                self.found.push(
                    Diagnostic::error("T019", span, message)
                        .label(if always == is_negated(clause) { "never holds" } else { "always holds" })
                        .help(help),
                );
            } else {
                self.parts(condition, &condition.expr);
            }
        }
    }

    /// The conditions of triggers: they read the event and the key alone.
    fn triggers(&mut self) {
        let block = self.model.block;
        let mut flat = Flat::new(self.model.program, block.react_frame.max(block.frame));
        let mut names = Names::new();
        for l in &block.react_lets {
            if let Some(value) = flat.write(&l.value, &names) {
                names.insert(l.local, value);
            }
        }
        for (id, clause) in block.clauses() {
            let (ClauseKind::Trigger { when: Some(when), .. } | ClauseKind::Reinstate { when: Some(when), .. }) =
                &clause.kind
            else {
                continue;
            };
            let Some(when) = flat.write(when, &names) else { continue };
            if self.never(&when, true) {
                self.settled.insert(id);
                self.found.push(
                    Diagnostic::error("T019", when.span, format!("no event ever matches `{}`", clause.name))
                        .label("never holds")
                        .help("look at its parts: they exclude one another"),
                );
            } else if !self.never(&when, false) {
                self.parts(&Condition { clause: id, expr: when.clone() }, &when);
            }
        }
    }

    /// Parts of a condition that decide nothing beside the others.
    fn parts(&mut self, condition: &Condition, e: &Expr) {
        // What was put in for a name has one place: it is not the author's to change here.
        let written = |parent: &Expr, part: &Expr| part.span != parent.span;
        let mut stack = vec![e];
        while let Some(e) = stack.pop() {
            match &e.kind {
                K::And(parts) | K::Or(parts) => {
                    let all = matches!(e.kind, K::And(_));
                    if parts.iter().all(|p| written(e, p)) && !self.idle_part(condition, e, parts, all) {
                        stack.extend(parts);
                    }
                }
                K::Not(a) if written(e, a) => stack.push(a),
                // A condition that is stored negated has the place of the whole.
                K::Not(a) => stack.push(a),
                K::Implies(a, b) if written(e, a) && written(e, b) && !self.idle_guard(condition, a) => {
                    stack.extend([&**a, &**b]);
                }
                K::Match { arms, .. } => stack.extend(arms.iter().filter(|a| written(e, a))),
                K::If(c, a, b) if written(e, c) && !self.idle_guard(condition, c) => {
                    stack.extend([&**c, &**a, &**b]);
                }
                _ => {}
            }
        }
    }

    /// Of `a and b`, `a or b`: one part that the others decide. One finding is enough.
    fn idle_part(&mut self, condition: &Condition, whole: &Expr, parts: &[Expr], all: bool) -> bool {
        let each: Vec<(Rc<Formula>, Rc<Formula>)> =
            parts.iter().map(|p| (self.solver.formula(p, all), self.solver.formula(p, !all))).collect();
        let clause = self.model.clause(condition.clause);
        for n in (0..parts.len()).rev() {
            let (Some(part), Some((_, opposite))) = (parts.get(n), each.get(n)) else { continue };
            let (word, holds) = if all { ("and", "holds") } else { ("or", "fails") };
            if self.solver.impossible(&[Rc::clone(opposite)]) {
                self.settled.insert(condition.clause);
                self.found.push(
                    Diagnostic::error("T019", part.span, format!("this part of `{}` always {holds}", clause.name))
                        .label("decides nothing")
                        .help(format!("leave it out, or write what was meant; the rest of the `{word}` decides alone")),
                );
                return true;
            }
            let mut others: Vec<Rc<Formula>> =
                each.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, (f, _))| Rc::clone(f)).collect();
            if self.solver.impossible(&others) {
                continue;
            }
            others.push(Rc::clone(opposite));
            if self.solver.impossible(&others) && !is_presence(part) {
                let removed = removal(parts, n);
                let mut d =
                    Diagnostic::warning("T020", part.span, format!("this part of `{}` adds nothing", clause.name))
                        .label(if all {
                            "holds whenever the other parts do"
                        } else {
                            "holds only when another part does"
                        })
                        .because(whole.span, "in this condition")
                        .help("leave it out, or write what was meant");
                if let Some(span) = removed
                    && self.sources.get(span.file).is_some()
                {
                    let edits = vec![Edit { span, text: String::new() }];
                    d.fixes.push(Fix { title: "leave the part out".into(), edits, safe: false });
                }
                self.found.push(d);
                return true;
            }
        }
        let together: Vec<Rc<Formula>> = each.iter().map(|(f, _)| Rc::clone(f)).collect();
        if self.solver.impossible(&together) {
            self.settled.insert(condition.clause);
            let (message, label) = if all {
                (format!("these parts of `{}` exclude one another", clause.name), "never holds")
            } else {
                (format!("one of these parts of `{}` always holds", clause.name), "always holds")
            };
            self.found.push(
                Diagnostic::error("T021", whole.span, message)
                    .label(label)
                    .help("one of the parts was meant otherwise"),
            );
            return true;
        }
        false
    }

    /// The condition of an `if` or the left of an `implies`.
    fn idle_guard(&mut self, condition: &Condition, guard: &Expr) -> bool {
        let (always, never) = (self.never(guard, false), self.never(guard, true));
        if (always || never) && !matches!(guard.kind, K::Const(_)) {
            let clause = self.model.clause(condition.clause);
            let word = if always { "always" } else { "never" };
            self.found.push(
                Diagnostic::error("T022", guard.span, format!("a branch of `{}` is never taken", clause.name))
                    .label(format!("{word} holds"))
                    .help("write what was meant, or leave the choice out"),
            );
            return true;
        }
        false
    }

    pub fn need(&mut self, n: &Condition, truth: bool) -> Rc<Formula> {
        self.solver.formula(&n.expr, truth)
    }

    /// Clauses that together never let anything pass.
    fn contradictions(&mut self) {
        let model = self.model;
        let needs: Vec<&Condition> = model.needs.iter().filter(|n| !self.settled.contains(&n.clause)).collect();
        let forms: Vec<Rc<Formula>> = needs.iter().map(|n| self.need(n, true)).collect();
        if !self.solver.impossible(&forms) {
            self.bases(&forms);
            return;
        }
        let of = |n: &Condition| model.clause(n.clause);
        for (j, second) in needs.iter().enumerate() {
            for (i, first) in needs.iter().enumerate().take(j) {
                let (Some(a), Some(b)) = (forms.get(i), forms.get(j)) else { continue };
                if self.solver.impossible(&[Rc::clone(a), Rc::clone(b)]) {
                    let (first, second) = (of(first), of(second));
                    self.settled.extend([needs.get(i), needs.get(j)].into_iter().flatten().map(|n| n.clause));
                    self.found.push(
                        Diagnostic::error(
                            "T021",
                            second.name_span,
                            format!(
                                "`{}` and `{}` contradict one another: nothing is ever permitted",
                                first.name, second.name
                            ),
                        )
                        .label("excludes")
                        .because(first.name_span, "this one")
                        .help("one of the two was meant otherwise"),
                    );
                    return;
                }
            }
        }
        self.found.push(
            Diagnostic::error(
                "T021",
                model.block.name_span,
                format!("the clauses of `{}` contradict one another: nothing is ever permitted", model.block.name),
            )
            .label("no facts meet all of its clauses")
            .help("look for clauses that exclude one another when they stand together"),
        );
    }

    fn bases(&mut self, needs: &[Rc<Formula>]) {
        let model = self.model;
        for basis in model.bases.iter() {
            if self.settled.contains(&basis.clause) {
                continue;
            }
            let mut all = needs.to_vec();
            all.push(self.need(basis, true));
            if !self.solver.impossible(&all) {
                continue;
            }
            self.settled.insert(basis.clause);
            let clause = model.clause(basis.clause);
            let mut d = Diagnostic::error(
                "T022",
                clause.name_span,
                format!("the basis `{}` can never carry a permit", clause.name),
            )
            .label("other clauses exclude it")
            .help("take it away, or let the other clauses leave room for it");
            if let Some(last) = all.last().cloned()
                && let Some(other) = model.needs.iter().find(|n| {
                    let f = self.solver.formula(&n.expr, true);
                    self.solver.impossible(&[f, Rc::clone(&last)])
                })
            {
                d = d.because(model.clause(other.clause).name_span, "excludes it");
            }
            self.found.push(d);
        }
    }

    /// A clause that another one implies.
    fn shadows(&mut self) {
        let model = self.model;
        let concerned = |n: &&Condition| {
            !matches!(model.clause(n.clause).kind, ClauseKind::Continuous { .. }) && !self.settled.contains(&n.clause)
        };
        let needs: Vec<&Condition> = model.needs.iter().filter(concerned).collect();
        let forms: Vec<(Rc<Formula>, Rc<Formula>)> =
            needs.iter().map(|n| (self.solver.formula(&n.expr, true), self.solver.formula(&n.expr, false))).collect();
        let mut shadowed = BTreeSet::new();
        for (j, (second, (_, opposite))) in needs.iter().zip(&forms).enumerate() {
            if matches!(model.clause(second.clause).kind, ClauseKind::Scope(_)) {
                continue;
            }
            for (i, (first, (holds, _))) in needs.iter().zip(&forms).enumerate() {
                if i == j || shadowed.contains(&i) || !self.solver.impossible(&[Rc::clone(holds), Rc::clone(opposite)])
                {
                    continue;
                }
                // An end says until when, which a condition beside it does not.
                if ends(model.clause(second.clause)) && !ends(model.clause(first.clause)) {
                    continue;
                }
                // Where each implies the other, the later one is the repetition.
                let mutual = forms
                    .get(j)
                    .zip(forms.get(i))
                    .is_some_and(|((h, _), (_, o))| self.solver.impossible(&[Rc::clone(h), Rc::clone(o)]));
                if mutual && i > j && !matches!(model.clause(first.clause).kind, ClauseKind::Scope(_)) {
                    continue;
                }
                shadowed.insert(j);
                self.shadow(second.clause, first.clause);
                break;
            }
        }
        for r in model.recommends.iter().filter(|r| !self.settled.contains(&r.clause)) {
            let opposite = self.solver.formula(&r.expr, false);
            let by = needs
                .iter()
                .zip(&forms)
                .find(|(_, (holds, _))| self.solver.impossible(&[Rc::clone(holds), Rc::clone(&opposite)]));
            if let Some((by, _)) = by {
                let (clause, by) = (model.clause(r.clause), model.clause(by.clause));
                self.found.push(
                    Diagnostic::warning(
                        "T020",
                        clause.name_span,
                        format!("`{}` recommends what is required", clause.name),
                    )
                    .label("never adds advice to a permit")
                    .because(by.name_span, "asks for at least as much")
                    .help("recommend more than is required, or take it away"),
                );
            }
        }
    }

    fn shadow(&mut self, clause: ClauseId, by: ClauseId) {
        let (clause, by) = (self.model.clause(clause), self.model.clause(by));
        let d = Diagnostic::warning("T020", clause.name_span, format!("`{}` never decides anything", clause.name))
            .label(format!("whenever it stands in the way, `{}` does too", by.name))
            .because(by.name_span, "asks for at least as much")
            .help("take it away, or write what was meant");
        self.found.push(d);
    }

    /// What can never be owed or never lowers a grade.
    fn unreachable(&mut self) {
        let model = self.model;
        let mut needs: Vec<Rc<Formula>> = model.needs.iter().map(|n| self.solver.formula(&n.expr, true)).collect();
        if !model.bases.is_empty() {
            let any = model.bases.iter().map(|b| b.expr.clone()).collect();
            let any = Expr { kind: K::Or(any), ty: Ty::Bool, span: model.block.name_span };
            needs.push(self.solver.formula(&any, true));
        }
        let open = !self.solver.impossible(&needs);
        for when in &model.whens {
            let clause = model.clause(when.clause);
            if let ClauseKind::Oblige { on: On::Permit, .. } = clause.kind
                && open
                && !self.settled.contains(&when.clause)
            {
                let mut all = needs.clone();
                all.push(self.solver.formula(&when.expr, true));
                if self.solver.impossible(&all) {
                    self.found.push(
                        Diagnostic::error("T022", clause.name_span, format!("`{}` is never owed", clause.name))
                            .label("its condition excludes a permit")
                            .help("say when it is owed: `on deny` or `on any`, or look at its condition"),
                    );
                }
            }
        }
        self.caps();
    }
}

fn ends(clause: &ClauseDef) -> bool {
    matches!(clause.kind, ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. })
}

/// Whether the clause's condition stands negated among the needs.
fn is_negated(clause: &ClauseDef) -> bool {
    matches!(
        clause.kind,
        ClauseKind::Deny(_) | ClauseKind::Continuous { .. } | ClauseKind::Expires { .. } | ClauseKind::TtlFrom { .. }
    )
}

/// `has x`: it guards what stands beside it, also where that says as much.
fn is_presence(e: &Expr) -> bool {
    match &e.kind {
        K::Has(_) => true,
        K::Not(inner) => matches!(inner.kind, K::Has(_)),
        _ => false,
    }
}

/// The n-th operand with the `and` or `or` that joins it.
fn removal(parts: &[Expr], n: usize) -> Option<Span> {
    let part = parts.get(n)?.span;
    match n.checked_sub(1).and_then(|before| parts.get(before)) {
        Some(before) => Some(Span { start: before.span.end, ..part }),
        None => Some(Span { end: parts.get(1)?.span.start, ..part }),
    }
}
