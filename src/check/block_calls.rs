//! What a policy asks of another block: its members, the arguments it is given, and what was in force before.

use std::rc::Rc;

use smol_str::SmolStr;
use trust_syntax::ast::{Arg, ClauseKind, ExprKind as Ast, Name};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::body::{Body, Place};
use super::framework::unparen;
use super::{Node, TypeRef};
use crate::program::expr::{Expr, ExprKind, Member, Prior};
use crate::program::index::Def;
use crate::program::ty::{EnumId, Ty};
use crate::program::{BlockId, BlockKind, ClauseId};
use trust_syntax::suggest::{list, nearest};

impl Body<'_, '_> {
    pub fn block_member(&mut self, block: BlockId, callee: &Name, args: &[Arg], field: &Name, span: Span) -> Expr {
        let args = self.block_args(block, callee, args, span);
        let kind = self.cx.decls.blocks[block.0 as usize].2.kind;
        self.probe_block(field.span, block);
        let member = match field.text.as_str() {
            "permitted" if kind != BlockKind::Assessment => Some((Member::Permitted, Ty::Bool)),
            "standing" if kind != BlockKind::Assessment => Some((Member::Standing, Ty::Enum(EnumId::STANDING))),
            "grade" => self.cx.block_scale(block).map(|scale| (Member::Grade, Ty::Enum(scale))),
            _ => None,
        };
        let Some((member, ty)) = member else {
            let d = self.no_member(block, callee, field, kind);
            self.report(d);
            return self.error_expr(span);
        };
        if self.in_trigger {
            self.report(
                Diagnostic::error("E0506", span, "a trigger cannot ask a block")
                    .label("a decision needs facts and the clock")
                    .help("a trigger reads the event, the key and constants"),
            );
            return self.error_expr(span);
        }
        if self.place == Place::Let {
            self.report(
                Diagnostic::error("E0404", span, "a top-level `let` cannot ask a block")
                    .label("a decision depends on `now`")
                    .help("ask it inside a block, a test or an invariant"),
            );
            return self.error_expr(span);
        }
        match args {
            Some((args, prior)) => Expr { kind: ExprKind::BlockCall { block, args, prior, member }, ty, span },
            None => Expr { kind: ExprKind::Error, ty, span },
        }
    }

    pub(super) fn no_member(&self, block: BlockId, callee: &Name, field: &Name, kind: BlockKind) -> Diagnostic {
        let d = Diagnostic::error("E0509", field.span, format!("`{}` has no `.{}`", callee.text, field.text))
            .label("not part of its decision");
        let decl = self.cx.decls.blocks[block.0 as usize].2;
        match (field.text.as_str(), kind) {
            ("permitted" | "standing", BlockKind::Assessment) => d
                .because(decl.name.span, "an assessment: it grades, and neither permits nor has a standing")
                .help("compare its grade: `….grade >= …`"),
            ("grade", _) => {
                d.because(decl.name.span, "this block has no `grade` clause").help("add `grade SCALE from CASE` to it")
            }
            _ => match nearest(&field.text, ["permitted", "grade", "standing"]) {
                Some(near) => {
                    d.help(format!("did you mean `.{near}`?")).fix(format!("use `.{near}`"), field.span, near)
                }
                None => d.help("of a block one can ask `.permitted`, `.grade` and `.standing`"),
            },
        }
    }

    /// Arguments and prior of a call of a block.
    pub fn block_args(
        &mut self,
        block: BlockId,
        callee: &Name,
        args: &[Arg],
        span: Span,
    ) -> Option<(Vec<Expr>, Prior)> {
        self.refer(Node::Block(block), callee.span);
        self.used_name(callee.span, Def::Block(block));
        let params: Vec<(SmolStr, Ty)> =
            self.cx.program.blocks[block.0 as usize].params.iter().map(|p| (p.name.clone(), p.ty.clone())).collect();
        let decl = self.cx.decls.blocks[block.0 as usize].2;
        let has_triggers =
            decl.clauses.iter().any(|c| matches!(c.kind, ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. }));
        let mut prior_arg: Option<&Arg> = None;
        let mut positional: Vec<&Arg> = Vec::with_capacity(args.len());
        let mut sound = true;
        for arg in args {
            match &arg.name {
                None => positional.push(arg),
                Some(name) if name.text == "prior" && prior_arg.is_none() => prior_arg = Some(arg),
                Some(name) => {
                    let d =
                        Diagnostic::error("E0306", name.span, format!("there is no argument named `{}`", name.text))
                            .label("not known")
                            .help("arguments are given in order; only `prior:` has a name, and it stands once");
                    self.report(d);
                    sound = false;
                }
            }
        }
        let typed = self.arguments(&callee.text, &positional, &params, span);
        let prior = match prior_arg {
            Some(arg) => self.prior(block, arg),
            None => {
                if has_triggers && self.place != Place::Test && typed.is_some() {
                    let at = decl
                        .clauses
                        .iter()
                        .find(|c| matches!(c.kind, ClauseKind::Trigger { .. } | ClauseKind::Reinstate { .. }))
                        .map_or(decl.name.span, |c| c.span);
                    // A call ends with its closing parenthesis.
                    let close = Span { start: span.end.saturating_sub(1), ..span }.before();
                    let comma = if args.is_empty() { "" } else { ", " };
                    let at_hand = self.standing_at_hand();
                    let mut d =
                        Diagnostic::error("E0504", span, format!("the prior of `{}` must be stated", callee.text))
                            .label("what earlier events did to it is not known here")
                            .because(at, "events move its standing");
                    d = match &at_hand {
                        Some(path) => d
                            .help(format!("say where the standing is kept: `{}(…, prior: {path})`", callee.text))
                            .fix(format!("take it from `{path}`"), close, format!("{comma}prior: {path}")),
                        None => d.help(format!(
                            "take the standing in with the facts, as a parameter `standing: Standing` or a field of that type: \
                             `{}(…, prior: standing)`",
                            callee.text
                        )),
                    };
                    // In a rule this would let in whoever is suspended.
                    if self.place == Place::Invariant {
                        d = d.fix("state that nothing is in force", close, format!("{comma}prior: Standing.active"));
                    }
                    self.report(d);
                    sound = false;
                }
                Some(Prior::None)
            }
        };
        match (typed, prior, sound) {
            (Some(args), Some(prior), true) => Some((args, prior)),
            _ => None,
        }
    }

    pub(super) fn prior(&mut self, block: BlockId, arg: &Arg) -> Option<Prior> {
        if self.place == Place::Test
            && let Ast::Set(items) = &unparen(&arg.value).kind
        {
            let names = Rc::clone(&self.cx.names[block.0 as usize]);
            let triggers: Vec<(u32, SmolStr)> = names
                .list
                .iter()
                .enumerate()
                .filter(|(_, (_, c))| matches!(c.kind, ClauseKind::Trigger { .. }))
                .map(|(i, (n, _))| (i as u32, n.clone()))
                .collect();
            let mut found = Vec::new();
            for item in items {
                let Ast::Name(name) = &unparen(item).kind else {
                    self.report(
                        Diagnostic::error("E0210", item.span, "a prior is a set of trigger names")
                            .label("not a name")
                            .help("write `prior: {incident}`"),
                    );
                    return None;
                };
                match triggers.iter().find(|(_, n)| n == name) {
                    Some((id, _)) => {
                        self.used_clause(item.span, block, *id);
                        found.push(ClauseId(*id));
                    }
                    None if self.is_lost(name) => return None,
                    None => {
                        let names = || triggers.iter().map(|(_, n)| n.as_str());
                        let mut d = Diagnostic::error("E0210", item.span, format!("the block has no trigger `{name}`"))
                            .label("no event moves its standing by that name");
                        d = match nearest(name, names()) {
                            Some(near) => {
                                d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), item.span, near)
                            }
                            None => d.help(format!("it has {}", list(names()))),
                        };
                        self.report(d);
                        return None;
                    }
                }
            }
            return Some(Prior::Triggers(found));
        }
        let want = Ty::Enum(EnumId::STANDING);
        let e = self.expect(&arg.value, &want, "the prior");
        Some(Prior::Standing(Box::new(e)))
    }
}

impl super::Checker<'_> {
    /// The scale a block grades by.
    pub(super) fn block_scale(&self, block: BlockId) -> Option<EnumId> {
        let (module, _, decl) = self.decls.blocks.get(block.0 as usize)?;
        let name = decl.clauses.iter().find_map(|c| match &c.kind {
            ClauseKind::Grade { scale, .. } => Some(scale),
            _ => None,
        })?;
        if name.text == "Standing" {
            return Some(EnumId::STANDING);
        }
        match self.scope(*module).types.get(&name.text)?.0 {
            TypeRef::Enum(id) if self.program.types.enum_def(id).ordered => Some(id),
            _ => None,
        }
    }
}
