//! Obligations: the duty that is owed, what it is given, and by when.

use smol_str::SmolStr;
use trust_syntax::ast::{self, ClauseKind as Ast};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::ValueRef;
use super::body::{Body, Place};
use crate::program::expr::Expr;
use crate::program::ty::Ty;
use crate::program::{ClauseKind, DutyId, ObligeTime, On};
use trust_syntax::suggest::{list, nearest};

impl Body<'_, '_> {
    pub(super) fn block_has_grade(&self) -> bool {
        let Place::Block(id) = self.place else { return false };
        self.cx.decls.blocks[id.0 as usize].2.clauses.iter().any(|c| matches!(c.kind, Ast::Grade { .. }))
    }

    pub(super) fn oblige(
        &mut self,
        duty: &ast::Name,
        args: &[ast::Arg],
        time: &ast::ObligeTime,
        when: Option<&ast::Expr>,
        on: Option<&(On, Span)>,
    ) -> ClauseKind {
        let found = self.cx.scope(self.module).values.get(&duty.text).map(|(v, s)| (*v, *s));
        self.cx.used_value(self.module, duty);
        let id = match found {
            Some((ValueRef::Duty(id), _)) => Some(id),
            other => {
                if !self.cx.scope(self.module).missing.contains(&duty.text) {
                    let d = self.unknown_duty(duty, other.map(|(_, s)| s));
                    self.report(d);
                }
                None
            }
        };
        let (when, (args, time)) = self.when(when, |s| {
            let args = match id {
                Some(id) => s.duty_args(id, duty, args),
                None => Vec::new(),
            };
            let time = match time {
                ast::ObligeTime::Due(e) => ObligeTime::Due(s.dated(e, when, false, "when it is due")),
                ast::ObligeTime::Within(e) => {
                    ObligeTime::Within(s.expect(e, &Ty::Duration, "the time within which it is owed"))
                }
            };
            (args, time)
        });
        ClauseKind::Oblige { duty: id.unwrap_or(DutyId(0)), args, time, when, on: on.map_or(On::Permit, |(on, _)| *on) }
    }

    pub(super) fn unknown_duty(&self, duty: &ast::Name, other: Option<Span>) -> Diagnostic {
        let d = match other {
            Some(at) => Diagnostic::error("E0213", duty.span, format!("`{}` is no duty", duty.text))
                .label("only a duty can be owed")
                .because(at, "declared here"),
            None => Diagnostic::error("E0213", duty.span, format!("there is no duty `{}`", duty.text))
                .label("not declared or imported"),
        };
        if let (None, Some(import)) = (other, self.cx.import_of(self.module, &duty.text)) {
            return d.help(import);
        }
        let known = self.cx.scope(self.module).values.iter().filter(|(_, (v, _))| matches!(v, ValueRef::Duty(_)));
        if let Some(near) = nearest(&duty.text, known.map(|(n, _)| n.as_str())) {
            return d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), duty.span, near);
        }
        let in_std = crate::stdlib::source("std.duties").is_some_and(|text| {
            text.lines().any(|l| {
                l.strip_prefix("duty ").is_some_and(|r| {
                    r.trim_start().strip_prefix(duty.text.as_str()).is_some_and(|r| r.starts_with('('))
                })
            })
        });
        if in_std {
            return d.help(format!("import it: `use std.duties.{}`", duty.text));
        }
        d.help(format!("declare it: `duty {}(…)`", duty.text))
    }

    pub(super) fn duty_args(&mut self, id: DutyId, duty: &ast::Name, args: &[ast::Arg]) -> Vec<Expr> {
        let params: Vec<(SmolStr, Ty)> =
            self.cx.program.duties[id.0 as usize].params.iter().map(|p| (p.name.clone(), p.ty.clone())).collect();
        if let Some(name) = args.iter().find_map(|a| a.name.as_ref()) {
            self.report(
                Diagnostic::error("E0306", name.span, "arguments of a duty are given in order, without names")
                    .label("not known"),
            );
            return Vec::new();
        }
        if args.len() != params.len() {
            let names = list(params.iter().map(|(n, _)| n.as_str()));
            let at = args.first().zip(args.last()).map_or(duty.span, |(a, b)| a.value.span.to(b.value.span));
            let message =
                format!("the duty `{}` takes {} ({names}), not {}", duty.text, number(params.len()), args.len());
            let d = Diagnostic::error("E0306", at, message)
                .because(self.cx.program.duties[id.0 as usize].span, "declared here");
            let args: Vec<&ast::Arg> = args.iter().collect();
            let d = self.count_of_arguments(d, &duty.text, &args, &params);
            self.report(d);
            return Vec::new();
        }
        args.iter().zip(&params).map(|(a, (n, ty))| self.expect(&a.value, ty, &format!("`{n}`"))).collect()
    }
}

fn number(n: usize) -> String {
    match n {
        1 => "one argument".into(),
        n => format!("{n} arguments"),
    }
}
