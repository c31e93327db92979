//! Calls: built-in functions and `define`s.

use std::rc::Rc;

use smol_str::SmolStr;
use trust_runtime::net::{Cidr, NetError, parse_ip};
use trust_syntax::ast::{self, Arg, BinaryOp, ClauseKind, ExprKind as Ast, Name};
use trust_syntax::diagnostic::Diagnostic;
use trust_syntax::span::Span;

use super::body::{Body, Place};
use super::declare::BUILTIN_FUNCTIONS;
use super::framework::unparen;
use super::{Node, ValueRef};
use crate::program::expr::{Builtin, Expr, ExprKind};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::{ClauseId, DefineId};
use trust_syntax::suggest::{list, nearest};

impl Body<'_, '_> {
    pub fn call(&mut self, callee: &Name, args: &[Arg], span: Span, hint: Option<&Ty>) -> Expr {
        if self.visible.contains_key(&callee.text) {
            self.report(
                Diagnostic::error("E0213", callee.span, format!("`{}` is a value and cannot be called", callee.text))
                    .label("not a function"),
            );
            return self.error_expr(span);
        }
        self.cx.used_value(self.module, callee);
        match self.cx.scope(self.module).values.get(&callee.text).map(|(v, _)| *v) {
            Some(ValueRef::Define(id)) => self.call_define(id, callee, args, span),
            Some(ValueRef::Block(_)) => {
                self.report(
                    Diagnostic::error(
                        "E0509",
                        span,
                        format!("`{}` is a block: say what of its decision you ask", callee.text),
                    )
                    .label("a whole decision is no value")
                    .help(format!("write `{}(…).permitted`, `.grade` or `.standing`", callee.text))
                    .fix("ask whether it permits", span.after(), ".permitted"),
                );
                self.error_expr(span)
            }
            Some(ValueRef::Duty(_)) => {
                self.report(
                    Diagnostic::error("E0213", callee.span, format!("`{}` is a duty, not a function", callee.text))
                        .label("a duty is owed, it has no value")
                        .help(format!("write `oblige some_name: {}(…) within 1h`", callee.text)),
                );
                self.error_expr(span)
            }
            Some(_) => {
                self.report(
                    Diagnostic::error("E0213", callee.span, format!("`{}` cannot be called", callee.text))
                        .label("not a function"),
                );
                self.error_expr(span)
            }
            None if BUILTIN_FUNCTIONS.contains(&callee.text.as_str()) => {
                self.used_builtin(callee);
                self.call_builtin(callee, args, span, hint)
            }
            None => {
                if !self.cx.scope(self.module).missing.contains(&callee.text) {
                    let d = self.unknown_function(callee);
                    self.report(d);
                }
                // What is wrong inside the arguments is wrong anyway, but it has no wanted type.
                for arg in args {
                    if !self.is_weak(&arg.value) {
                        self.expr(&arg.value, None);
                    }
                }
                self.error_expr(span)
            }
        }
    }

    fn unknown_function(&self, callee: &Name) -> Diagnostic {
        let d = Diagnostic::error("E0213", callee.span, format!("there is no function `{}`", callee.text))
            .label("not declared or imported");
        if let Some(import) = self.cx.import_of(self.module, &callee.text) {
            return d.help(import);
        }
        let scope = self.cx.scope(self.module);
        let callable = scope
            .values
            .iter()
            .filter(|(_, (v, _))| matches!(v, ValueRef::Define(_) | ValueRef::Block(_)))
            .map(|(n, _)| n.as_str())
            .chain(BUILTIN_FUNCTIONS.iter().copied());
        if let Some(near) = nearest(&callee.text, callable) {
            return d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), callee.span, near);
        }
        if let Some(std) = declared_in_std(&callee.text) {
            return d.help(format!("import it: `use {std}.{}`", callee.text));
        }
        match callee.text.as_str() {
            "len" | "size" | "length" => d.help("the number of elements is `count(xs)`"),
            "date" | "instant" | "timestamp" => d.help("a date is written as it is: `2026-01-01`"),
            "abs" | "avg" | "round" | "floor" | "ceil" => d.help("the language has no such function; compare instead"),
            _ => d.help(format!("declare it: `define {}(…): … = …`, or import it with `use`", callee.text)),
        }
    }

    /// Checks positional arguments against parameters; reports a wrong number of them.
    pub(super) fn arguments(
        &mut self,
        callee: &SmolStr,
        args: &[&Arg],
        params: &[(SmolStr, Ty)],
        span: Span,
    ) -> Option<Vec<Expr>> {
        if args.len() != params.len() {
            let names: Vec<&str> = params.iter().map(|(n, _)| n.as_str()).collect();
            let wants = match params.len() {
                0 => "takes no arguments".to_owned(),
                1 => format!("takes one argument, {}", list(names)),
                n => format!("takes {n} arguments, {}", list(names)),
            };
            let message = format!("`{callee}` {wants}; {} given", given(args.len()));
            let d = self.count_of_arguments(Diagnostic::error("E0306", span, message), callee, args, params);
            self.report(d);
            return None;
        }
        Some(
            args.iter()
                .zip(params)
                .map(|(arg, (name, ty))| self.expect(&arg.value, ty, &format!("`{name}`")))
                .collect(),
        )
    }

    fn no_named(&mut self, args: &[Arg]) -> bool {
        let Some(name) = args.iter().find_map(|a| a.name.as_ref()) else { return true };
        let mut d = Diagnostic::error("E0306", name.span, format!("there is no argument named `{}`", name.text))
            .label("arguments are given in order, without names");
        if name.text == "prior" {
            d = d.help("only a block has a prior");
        }
        self.report(d);
        false
    }

    fn call_define(&mut self, id: DefineId, callee: &Name, args: &[Arg], span: Span) -> Expr {
        self.refer(Node::Define(id), callee.span);
        let def = &self.cx.program.defines[id.0 as usize];
        let params: Vec<(SmolStr, Ty)> = def.params.iter().map(|p| (p.name.clone(), p.ty.clone())).collect();
        let result = def.result.clone();
        if !self.no_named(args) {
            return self.error_expr(span);
        }
        let args: Vec<&Arg> = args.iter().collect();
        match self.arguments(&callee.text, &args, &params, span) {
            Some(args) => Expr { kind: ExprKind::Call(id, args), ty: result, span },
            None => Expr { kind: ExprKind::Error, ty: result, span },
        }
    }

    fn call_builtin(&mut self, callee: &Name, args: &[Arg], span: Span, hint: Option<&Ty>) -> Expr {
        if !self.no_named(args) {
            return self.error_expr(span);
        }
        let one = |s: &mut Self, what: &str| -> bool {
            if args.len() == 1 {
                return true;
            }
            s.report(
                Diagnostic::error(
                    "E0306",
                    span,
                    format!("`{}` takes one argument, {what}; {} given", callee.text, given(args.len())),
                )
                .label("a different number of arguments"),
            );
            false
        };
        match callee.text.as_str() {
            "count" => {
                if !one(self, "a list or a set") {
                    return self.error_expr(span);
                }
                let Some(arg) = args.first() else { return self.error_expr(span) };
                if let Ast::Binary { op: BinaryOp::In, .. } = &unparen(&arg.value).kind {
                    self.report(
                        Diagnostic::error("E0305", arg.value.span, "`count` needs to know what to count")
                            .label("this is a condition")
                            .help("write `count(x in xs where …)`, or `count(xs)` for all of them"),
                    );
                    return self.error_expr(span);
                }
                let xs = self.collection(&arg.value);
                Expr { kind: ExprKind::Builtin(Builtin::Count, vec![xs]), ty: Ty::Int, span }
            }
            "first" | "last" => {
                if !one(self, "a list or a set") {
                    return self.error_expr(span);
                }
                let Some(arg) = args.first() else { return self.error_expr(span) };
                let xs = self.collection(&arg.value);
                let ty = xs.ty.element().cloned().unwrap_or(Ty::Error).optional();
                let builtin = if callee.text == "first" { Builtin::First } else { Builtin::Last };
                Expr { kind: ExprKind::Builtin(builtin, vec![xs]), ty, span }
            }
            "add_months" => {
                let args: Vec<&Arg> = args.iter().collect();
                let params = [("instant".into(), Ty::Instant), ("months".into(), Ty::Int)];
                match self.arguments(&callee.text, &args, &params, span) {
                    Some(args) => Expr { kind: ExprKind::Builtin(Builtin::AddMonths, args), ty: Ty::Instant, span },
                    None => Expr { kind: ExprKind::Error, ty: Ty::Instant, span },
                }
            }
            "ip" | "cidr" => self.address(callee, args, span),
            "overdue" => self.overdue(args, span),
            // min, max, sum without `for`
            _ => {
                let _ = hint;
                self.report(
                    Diagnostic::error("E0306", span, format!("`{}` needs to know over what", callee.text))
                        .label("no `for`")
                        .help(format!(
                            "write `{}(x for x in xs)`, with a condition `… where x > 0` if need be",
                            callee.text
                        )),
                );
                self.error_expr(span)
            }
        }
    }

    fn address(&mut self, callee: &Name, args: &[Arg], span: Span) -> Expr {
        let is_ip = callee.text == "ip";
        let text = match args {
            [arg] => match &unparen(&arg.value).kind {
                Ast::String(s) => Some((s.clone(), arg.value.span)),
                Ast::Error => return self.error_expr(span),
                _ => None,
            },
            _ => None,
        };
        let example = if is_ip { "ip(\"10.1.2.3\")" } else { "cidr(\"10.0.0.0/8\")" };
        let Some((text, text_span)) = text else {
            self.report(
                Diagnostic::error("E0306", span, format!("`{}` takes one address, written out as text", callee.text))
                    .label("not of that form")
                    .help(format!("write `{example}`; addresses in facts need no function")),
            );
            return self.error_expr(span);
        };
        let value = if is_ip {
            parse_ip(&text).map(|a| (Value::Ip(a), Ty::Ip))
        } else {
            Cidr::parse(&text).map(|c| (Value::Cidr(c), Ty::Cidr))
        };
        match value {
            Ok((value, ty)) => Expr { kind: ExprKind::Const(value), ty, span },
            Err(e) => {
                let why = match e {
                    NetError::HostBits(_) => "has bits set behind the prefix",
                    _ if is_ip => "is no IP address",
                    _ => "is no network",
                };
                self.report(
                    Diagnostic::error("E0314", text_span, format!("`{text}` {why}"))
                        .label("cannot be used")
                        .help(format!("write `{example}`")),
                );
                self.error_expr(span)
            }
        }
    }

    fn overdue(&mut self, args: &[Arg], span: Span) -> Expr {
        let Place::Block(block) = self.place else {
            self.report(
                Diagnostic::error("E0210", span, "`overdue` asks of an obligation of the same block")
                    .label("there are no obligations here"),
            );
            return self.error_expr(span);
        };
        if self.in_trigger {
            self.report(
                Diagnostic::error("E0404", span, "`overdue` reads the clock, and a trigger may not")
                    .label("depends on `now`")
                    .help("make it a continuous clause: `suspend late: when overdue(…)`"),
            );
            return self.error_expr(span);
        }
        let name = match args {
            [arg] => match &unparen(&arg.value).kind {
                Ast::Name(n) => Some((n.clone(), arg.value.span)),
                _ => None,
            },
            _ => None,
        };
        let Some((name, name_span)) = name else {
            self.report(
                Diagnostic::error("E0306", span, "`overdue` takes the name of one obligation")
                    .label("not of that form")
                    .help("write `overdue(attest_yearly)`, where `attest_yearly` is an `oblige … due …` of this block"),
            );
            return self.error_expr(span);
        };
        let names = Rc::clone(&self.cx.names[block.0 as usize]);
        self.probe_value(name_span, None);
        let is_dated = |c: &ast::Clause| matches!(&c.kind, ClauseKind::Oblige { time: ast::ObligeTime::Due(_), .. });
        let Some(index) = names.index.get(&name).copied() else {
            if self.is_lost(&name) {
                return self.error_expr(span);
            }
            let dated: Vec<&str> = names.list.iter().filter(|(_, c)| is_dated(c)).map(|(n, _)| n.as_str()).collect();
            let mut d = Diagnostic::error("E0210", name_span, format!("this block has no obligation `{name}`"))
                .label("no such clause");
            d = match nearest(&name, dated.iter().copied()) {
                Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("use `{near}`"), name_span, near),
                None if dated.is_empty() => d.help("declare one: `oblige renew: renew(…) due …`"),
                None => d.help(format!("it has {}", list(dated))),
            };
            self.report(d);
            return self.error_expr(span);
        };
        self.used_own_clause(name_span, index);
        let clause = names.list.get(index as usize).map(|(_, c)| *c);
        if !clause.is_some_and(is_dated) {
            let at = clause.map_or(span, |c| c.span);
            self.report(
                Diagnostic::error("E0513", name_span, format!("`{name}` is never overdue"))
                    .label("not an obligation with a `due` date")
                    .because(at, "declared here")
                    .help(
                        "only an `oblige … due …` can be overdue; what is owed `within` a time starts anew each time",
                    ),
            );
            return self.error_expr(span);
        }
        self.overdue_asked.insert(index);
        Expr { kind: ExprKind::Overdue(ClauseId(index)), ty: Ty::Bool, span }
    }
}

fn given(n: usize) -> String {
    match n {
        0 => "none".into(),
        1 => "one".into(),
        n => n.to_string(),
    }
}

/// The library module that defines a function of that name.
fn declared_in_std(name: &str) -> Option<&'static str> {
    crate::stdlib::MODULES
        .iter()
        .find(|(_, text)| {
            text.lines().any(|l| {
                l.strip_prefix("define ")
                    .is_some_and(|rest| rest.trim_start().strip_prefix(name).is_some_and(|r| r.starts_with('(')))
            })
        })
        .map(|(module, _)| *module)
}
