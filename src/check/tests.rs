//! `test` and `invariant`: what is expected of a package.

use trust_syntax::ast::{self, ExprKind as Ast, OutcomeKind as AstOutcome};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::body::{Body, Place};
use super::framework::unparen;
use super::{Checker, ValueRef};
use crate::program::expr::{Expr, ExprKind};
use crate::program::index::LocalKind;
use crate::program::ty::{EnumId, Ty};
use crate::program::walk::walk;
use crate::program::{
    BlockId, BlockKind, ClauseId, Expect, ExpectKind, Outcome, OutcomeKind, Reason, TestDef, TestLine,
};
use trust_syntax::suggest::{list, nearest};

impl<'a> Checker<'a> {
    pub(super) fn check_test(&mut self, index: usize) {
        let (module, item, decl) = self.decls.tests[index];
        let mut body = Body::new(self, module, Place::Test, None);
        let mut lines = Vec::with_capacity(decl.lines.len());
        let mut at: Option<Span> = None;
        let mut reported = false;
        for line in &decl.lines {
            match &line.kind {
                ast::TestLineKind::At(e) => {
                    let e = body.expect(e, &Ty::Instant, "the instant of the test");
                    if reads_now(&e) {
                        body.report(
                            Diagnostic::error("E0404", e.span, "`at` says what `now` is, so it cannot read it")
                                .label("the clock")
                                .help("write the instant out: `at 2026-03-01`"),
                        );
                    }
                    at = Some(line.span);
                    lines.push(TestLine::At(e));
                }
                ast::TestLineKind::Let(l) => {
                    let value = body.let_value(l);
                    let local = body.bind(&l.name, value.ty.clone());
                    body.last_bound_is(LocalKind::Let);
                    if at.is_none() && needs_clock(&value) && !reported {
                        reported = true;
                        body.report(no_at(l.span));
                    }
                    lines.push(TestLine::Let { local, value });
                }
                ast::TestLineKind::Expect(e) => {
                    if let Some(kind) = body.expectation(e, line.span) {
                        let clock = match &kind {
                            ExpectKind::Holds(e) => needs_clock(e),
                            _ => true,
                        };
                        // A condition over constants holds at every instant.
                        if at.is_none() && clock && !reported {
                            reported = true;
                            body.report(no_at(line.span));
                        }
                        lines.push(TestLine::Expect(Expect { span: line.span, kind }));
                    }
                }
                ast::TestLineKind::Error => {}
            }
        }
        let frame = body.frame();
        self.program.tests.push(TestDef { module, title: decl.title.value.clone(), span: item.span, frame, lines });
    }

    pub(super) fn check_invariant(&mut self, index: usize) {
        let (module, _, decl) = self.decls.invariants[index];
        let tys: Vec<Ty> = self.program.invariants[index].params.iter().map(|p| p.ty.clone()).collect();
        let mut body = Body::new(self, module, Place::Invariant, None);
        body.bind_params(&decl.params, &tys);
        let claim = body.condition(&decl.claim);
        let frame = body.frame();
        let def = &mut self.program.invariants[index];
        def.claim = claim;
        def.frame = frame;
    }
}

fn no_at(span: Span) -> Diagnostic {
    Diagnostic::error("E0801", span, "the test does not say when this is decided")
        .label("depends on the clock")
        .help("state the instant first: `at 2026-03-01`")
}

fn reads_now(e: &Expr) -> bool {
    let mut found = false;
    walk(e, &mut |e| found |= matches!(e.kind, ExprKind::Now | ExprKind::BlockCall { .. }));
    found
}

/// Whether evaluating needs the clock; a call of a `define` may.
fn needs_clock(e: &Expr) -> bool {
    let mut found = false;
    walk(e, &mut |e| found |= matches!(e.kind, ExprKind::Now | ExprKind::BlockCall { .. } | ExprKind::Call(..)));
    found
}

impl Body<'_, '_> {
    fn expectation(&mut self, e: &ast::Expect, span: Span) -> Option<ExpectKind> {
        let call = match &unparen(&e.subject).kind {
            Ast::Call { callee, args } => match self.cx.scope(self.module).values.get(&callee.text) {
                Some((ValueRef::Block(id), _)) if !self.visible.contains_key(&callee.text) => Some((*id, callee, args)),
                _ => None,
            },
            _ => None,
        };
        let Some((block, callee, args)) = call else {
            if !e.outcomes.is_empty() || e.event.is_some() {
                self.expr(&e.subject, None);
                let unknown = matches!(&unparen(&e.subject).kind, Ast::Call { callee, .. }
                    if !self.cx.scope(self.module).values.contains_key(&callee.text));
                if !unknown {
                    self.report(
                        Diagnostic::error("E0803", e.subject.span, "only a block has an outcome")
                            .label("not a call of a block")
                            .help("write `expect issuer(acme): permit`, or a condition alone: `expect x == y`"),
                    );
                }
                return None;
            }
            let subject = self.expr(&e.subject, Some(&Ty::Bool));
            let subject = self.present(subject);
            if !matches!(subject.ty, Ty::Bool | Ty::Error) {
                let name = self.type_name(&subject.ty);
                self.report(
                    Diagnostic::error("E0803", subject.span, format!("a condition is expected, but this is `{name}`"))
                        .label("can neither hold nor fail")
                        .help("say what it should be: `expect … == …`"),
                );
                return None;
            }
            return Some(ExpectKind::Holds(subject));
        };
        if e.outcomes.is_empty() {
            self.block_args(block, callee, args, e.subject.span);
            self.report(
                Diagnostic::error("E0803", span, "nothing is expected of this decision")
                    .label("no outcome")
                    .help("add what it must be: `: permit`, `: deny because …`, `: grade gold` …"),
            );
            return None;
        }
        let typed = self.block_args(block, callee, args, e.subject.span);
        let event = e.event.as_ref().map(|event| self.event_literal(event));
        let reacts = event.is_some();
        let outcomes: Vec<Option<Outcome>> = e.outcomes.iter().map(|o| self.outcome(block, o, reacts)).collect();
        let (args, prior) = typed?;
        let outcomes: Vec<Outcome> = outcomes.into_iter().collect::<Option<_>>()?;
        match event {
            None => Some(ExpectKind::Decides { block, args, prior, outcomes }),
            Some(event) => {
                let event = event?;
                let Ty::Record(event_type) = event.ty else { return None };
                self.check_reacts(block, span)?;
                Some(ExpectKind::Reacts { block, args, prior, event_type, event, outcomes })
            }
        }
    }

    fn check_reacts(&mut self, block: BlockId, span: Span) -> Option<()> {
        let decl = self.cx.decls.blocks[block.0 as usize].2;
        let reacts = decl
            .clauses
            .iter()
            .any(|c| matches!(c.kind, ast::ClauseKind::Trigger { .. } | ast::ClauseKind::Reinstate { .. }));
        if reacts {
            return Some(());
        }
        self.report(
            Diagnostic::error("E0802", span, format!("no event moves the standing of `{}`", decl.name.text))
                .label("the block has no `on` clause")
                .because(decl.name.span, "this block"),
        );
        None
    }

    fn event_literal(&mut self, e: &ast::Expr) -> Option<Expr> {
        let typed = self.expr(e, None);
        match &typed.ty {
            Ty::Record(id) if self.types().record_def(*id).is_event => Some(typed),
            Ty::Error => None,
            other => {
                let name = self.type_name(other);
                self.report(
                    Diagnostic::error("E0802", typed.span, format!("`{name}` is no event"))
                        .label("an event is wanted after `on`")
                        .help("write `on ContractEnded { party: \"acme\", … }`"),
                );
                None
            }
        }
    }

    fn outcome(&mut self, block: BlockId, o: &ast::Outcome, reacts: bool) -> Option<Outcome> {
        let decl = self.cx.decls.blocks[block.0 as usize].2;
        let assessment = decl.kind == BlockKind::Assessment;
        let wrong = |s: &mut Self, message: &str, help: &str| -> Option<Outcome> {
            s.report(
                Diagnostic::error("E0802", o.span, message.to_owned()).label("does not fit here").help(help.to_owned()),
            );
            None
        };
        const OF_MOVES: &str =
            "after an event one expects `revoke`, `suspend`, `reverify`, `reinstate`, `standing …` or `none`";
        const OF_DECISIONS: &str = "without `on EVENT` one expects `permit`, `deny`, `grade …`, `standing …`, \
                                    `valid until …`, `obliges …` or `advises …`";
        let kind = match &o.kind {
            AstOutcome::Error => return None,
            AstOutcome::Permit(_)
            | AstOutcome::Deny(_)
            | AstOutcome::Grade(_)
            | AstOutcome::ValidUntil(_)
            | AstOutcome::Obliges { .. }
            | AstOutcome::Advises(_)
                if reacts =>
            {
                return wrong(self, "an event moves a standing; it decides nothing", OF_MOVES);
            }
            AstOutcome::Move { .. } | AstOutcome::Nothing if !reacts => {
                return wrong(self, "a decision moves no standing; only an event does", OF_DECISIONS);
            }
            AstOutcome::Permit(_) | AstOutcome::Deny(_) | AstOutcome::Standing(_) if assessment => {
                return wrong(
                    self,
                    "an assessment neither permits, denies nor has a standing",
                    "expect its `grade`, what it `obliges` or how long it is `valid until`",
                );
            }
            AstOutcome::Permit(because) => OutcomeKind::Permit(self.reasons(block, because.as_deref(), true)?),
            AstOutcome::Deny(because) => OutcomeKind::Deny(self.reasons(block, because.as_deref(), false)?),
            AstOutcome::Grade(e) => {
                let Some(scale) = self.cx.block_scale(block) else {
                    if decl
                        .clauses
                        .iter()
                        .any(|c| matches!(c.kind, ast::ClauseKind::Grade { .. } | ast::ClauseKind::Error))
                    {
                        // What is wrong with it was said there.
                        return None;
                    }
                    return wrong(self, &format!("`{}` has no grade", decl.name.text), "it has no `grade` clause");
                };
                OutcomeKind::Grade(self.expect(e, &Ty::Enum(scale), "the grade"))
            }
            AstOutcome::Standing(e) => {
                OutcomeKind::Standing(self.expect(e, &Ty::Enum(EnumId::STANDING), "the standing"))
            }
            AstOutcome::ValidUntil(e) => OutcomeKind::ValidUntil(self.expect(e, &Ty::Instant, "the end of validity")),
            AstOutcome::Obliges { rule, due } => {
                let clause =
                    self.clause_of(block, rule, "obligation", |k| matches!(k, ast::ClauseKind::Oblige { .. }))?;
                let due = due.as_ref().map(|d| self.expect(d, &Ty::Instant, "when it is due"));
                OutcomeKind::Obliges { clause, due }
            }
            AstOutcome::Advises(rule) => OutcomeKind::Advises(
                self.clause_of(block, rule, "recommendation", |k| matches!(k, ast::ClauseKind::Recommend(_)))?,
            ),
            AstOutcome::Move { transition, because, by } => {
                let because = match because {
                    Some(name) => Some(self.clause_of(block, name, "trigger", |k| {
                        matches!(k, ast::ClauseKind::Trigger { .. } | ast::ClauseKind::Reinstate { .. })
                    })?),
                    None => None,
                };
                let by = by.as_ref().map(|b| self.expect(b, &Ty::Instant, "the deadline"));
                OutcomeKind::Move { transition: *transition, because, by }
            }
            AstOutcome::Nothing => OutcomeKind::Nothing,
        };
        Some(Outcome { span: o.span, kind })
    }

    fn reasons(&mut self, block: BlockId, names: Option<&[ast::Name]>, permit: bool) -> Option<Option<Vec<Reason>>> {
        let Some(names) = names else { return Some(None) };
        let mut reasons = Vec::with_capacity(names.len());
        let mut sound = true;
        for name in names {
            match name.text.as_str() {
                "no_basis" if !permit => reasons.push(Reason::NoBasis),
                "framework" if !permit => reasons.push(Reason::Framework),
                _ => {
                    let found = if permit {
                        self.clause_of(block, name, "basis", |k| matches!(k, ast::ClauseKind::Basis(_)))
                    } else {
                        self.clause_of(block, name, "reason", |k| {
                            matches!(
                                k,
                                ast::ClauseKind::Require(_)
                                    | ast::ClauseKind::Scope(_)
                                    | ast::ClauseKind::Deny(_)
                                    | ast::ClauseKind::Expires { .. }
                                    | ast::ClauseKind::Ttl { from: Some(_), .. }
                                    | ast::ClauseKind::Continuous { .. }
                                    | ast::ClauseKind::Trigger { .. }
                            )
                        })
                    };
                    match found {
                        Some(id) => reasons.push(Reason::Clause(id)),
                        None => sound = false,
                    }
                }
            }
        }
        sound.then_some(Some(reasons))
    }

    fn clause_of(
        &mut self,
        block: BlockId,
        name: &ast::Name,
        what: &str,
        fits: fn(&ast::ClauseKind) -> bool,
    ) -> Option<ClauseId> {
        let names = std::rc::Rc::clone(&self.cx.names[block.0 as usize]);
        let owner = self.cx.decls.blocks[block.0 as usize].2.name.text.clone();
        let candidates = || names.list.iter().filter(|(_, c)| fits(&c.kind)).map(|(n, _)| n.as_str());
        let Some(index) = names.index.get(&name.text).copied() else {
            if self.is_lost(&name.text) {
                return None;
            }
            let d = Diagnostic::error("E0210", name.span, format!("`{owner}` has no clause `{}`", name.text))
                .label("no such clause");
            let d = match nearest(&name.text, candidates()) {
                Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), name.span, near),
                None => d.help(format!("clauses that can be meant: {}", list(candidates()))),
            };
            self.report(d);
            return None;
        };
        self.used_clause(name.span, block, index);
        let clause = names.list.get(index as usize).map(|(_, c)| *c)?;
        if fits(&clause.kind) {
            return Some(ClauseId(index));
        }
        let d = Diagnostic::error("E0802", name.span, format!("`{}` cannot be the {what}", name.text))
            .label(format!("not a {what} of `{owner}`"))
            .because(clause.span, "declared here")
            .help(format!("clauses that can be meant: {}", list(candidates())));
        self.report(d);
        None
    }
}
