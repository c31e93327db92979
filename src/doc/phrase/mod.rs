//! Conditions in plain English.
//!
//! In: a typed expression and what its names stand for. Out: a phrase that is true exactly when the condition is (or, with
//! `yes` false, exactly when it is not). Always: every operand is in it; nothing is left out to make it shorter.

mod aggregate;
mod compare;
mod value;

use super::scope::{Mentioned, Scope};
use super::text::{Inline, Line, Phrase, flat, listed, plain, text, value as shown_value};
use super::words::{quoted, words};
use crate::program::expr::{Builtin, Expr, ExprKind, Member, QuantifierKind};
use crate::program::ty::Ty;
use crate::program::value::Value;

impl Scope<'_> {
    /// That the condition holds, or that it does not.
    pub fn condition(&self, e: &Expr, yes: bool) -> Phrase {
        match &e.kind {
            ExprKind::Const(Value::Bool(b)) => Phrase::Plain(plain(if *b == yes { "always" } else { "never" })),
            ExprKind::Not(inner) => self.condition(inner, !yes),
            ExprKind::And(items) => match self.fresh(items) {
                Some((subject, length)) => fresh_phrase(subject, length, yes),
                None => self.joined(items, yes, yes),
            },
            ExprKind::Or(items) => self.joined(items, !yes, yes),
            ExprKind::Implies(when, then) => self.implied(when, then, yes),
            ExprKind::If(when, then, other) => {
                let mut head = plain("if ");
                head.extend(forced(&self.condition(when, true)));
                let cases = vec![(head, self.condition(then, yes)), (plain("otherwise"), self.condition(other, yes))];
                Phrase::Cases(plain("the first of these that applies"), cases)
            }
            ExprKind::Match { scrutinee, arm_of, arms } => {
                let mut head = plain("what follows from ");
                head.extend(self.value(scrutinee));
                let cases = self.arms(&scrutinee.ty, arm_of, arms.len());
                Phrase::Cases(head, cases.into_iter().zip(arms).map(|(c, arm)| (c, self.condition(arm, yes))).collect())
            }
            ExprKind::Compare(op, a, b) => self.compare(*op, a, b, yes),
            ExprKind::Builtin(op, args) => match self.relation(*op, args, yes) {
                Some(line) => Phrase::Plain(line),
                None => Phrase::Plain(self.is_yes(e, yes)),
            },
            ExprKind::Matches(subject, pattern) => {
                let mut line = self.value(subject);
                line.push(text(if yes { " has the form " } else { " has not the form " }));
                line.push(Inline::Code(pattern.source().to_owned()));
                Phrase::Plain(line)
            }
            ExprKind::Has(subject) => {
                let mut line = self.value(subject);
                line.push(text(if yes { " is known" } else { " is not known" }));
                Phrase::Plain(line)
            }
            ExprKind::Otherwise(subject, default) => self.defaulted(e, subject, default, yes),
            ExprKind::Quantifier { kind, binders, collection, body } => {
                let names: Vec<String> =
                    binders.iter().map(|b| self.local(*b).map_or("entry", |n| n.text.as_str()).to_owned()).collect();
                self.quantified(*kind, &names, collection, body, yes)
            }
            ExprKind::Call(define, args) => self.called(e, *define, args, yes),
            ExprKind::BlockCall { member: Member::Permitted, .. } => {
                let mut line = self.asked(e);
                line.push(text(if yes { " is permitted" } else { " is not permitted" }));
                self.given(e, &mut line);
                Phrase::Plain(line)
            }
            ExprKind::Overdue(clause) => {
                let mut line = plain("the duty ");
                if let Some(block) = self.block {
                    line.push(self.maker.clause_link(block, *clause));
                }
                line.push(text(if yes { " is overdue" } else { " is not overdue" }));
                Phrase::Plain(line)
            }
            ExprKind::Field(base, _) => Phrase::Plain(self.marked(e, base, yes)),
            _ => Phrase::Plain(self.is_yes(e, yes)),
        }
    }

    /// A value; one that is chosen by cases is shown as cases.
    pub fn cases(&self, e: &Expr) -> Phrase {
        match &e.kind {
            ExprKind::Match { scrutinee, arm_of, arms } => {
                let mut head = plain("what follows from ");
                head.extend(self.value(scrutinee));
                let cases = self.arms(&scrutinee.ty, arm_of, arms.len());
                Phrase::Cases(head, cases.into_iter().zip(arms).map(|(case, arm)| (case, self.cases(arm))).collect())
            }
            ExprKind::If(..) => {
                // A chain of `else if` is one list.
                let mut cases = Vec::new();
                let mut rest = e;
                while let ExprKind::If(when, then, other) = &rest.kind {
                    let mut head = plain(if cases.is_empty() { "if " } else { "otherwise, if " });
                    head.extend(forced(&self.condition(when, true)));
                    cases.push((head, self.cases(then)));
                    rest = other;
                }
                cases.push((plain("otherwise"), self.cases(rest)));
                Phrase::Cases(plain("the first of these that applies"), cases)
            }
            _ => Phrase::Plain(self.value(e)),
        }
    }

    fn joined(&self, items: &[Expr], all: bool, yes: bool) -> Phrase {
        let parts = items.iter().map(|item| self.condition(item, yes)).collect();
        if all { Phrase::All(parts) } else { Phrase::Any(parts) }
    }

    fn implied(&self, when: &Expr, then: &Expr, yes: bool) -> Phrase {
        if !yes {
            return Phrase::All(vec![self.condition(when, true), self.condition(then, false)]);
        }
        match self.condition(when, true).line() {
            Some(line) => {
                let mut head = plain("if ");
                head.extend(line);
                head.push(text(", then"));
                Phrase::Under(head, Box::new(self.condition(then, true)))
            }
            None => Phrase::Any(vec![self.condition(when, false), self.condition(then, true)]),
        }
    }

    /// The cases that each arm of a match is for.
    pub(super) fn arms(&self, ty: &Ty, arm_of: &[u32], count: usize) -> Vec<Line> {
        let mut cases = vec![Vec::new(); count];
        for (case, arm) in (0..).zip(arm_of) {
            if let Some(names) = cases.get_mut(*arm as usize) {
                names.push(vec![shown_value(super::words::case(&self.program().types, ty, case))]);
            }
        }
        cases.into_iter().map(|names| listed(names, "or")).collect()
    }

    fn relation(&self, op: Builtin, args: &[Expr], yes: bool) -> Option<Line> {
        let pick = |a: &'static str, b: &'static str| text(if yes { a } else { b });
        let one = |i: usize| args.get(i).map(|arg| self.value(arg));
        let between = |a: Line, word: Inline, b: Line| {
            let mut line = a;
            line.push(word);
            line.extend(b);
            line
        };
        Some(match op {
            Builtin::InCollection => {
                let collection = args.get(1)?;
                match self.elements(collection) {
                    Some(elements) if elements.len() == 1 => {
                        between(one(0)?, pick(" is ", " is not "), listed(elements, "or"))
                    }
                    Some(elements) => between(one(0)?, pick(" is one of ", " is none of "), listed(elements, "or")),
                    None => between(one(0)?, pick(" is among ", " is not among "), one(1)?),
                }
            }
            Builtin::InString => between(one(1)?, pick(" contains ", " does not contain "), one(0)?),
            Builtin::IpInCidr => between(one(0)?, pick(" lies in ", " does not lie in "), one(1)?),
            Builtin::CidrInCidr => between(one(0)?, pick(" lies within ", " does not lie within "), one(1)?),
            Builtin::SubsetOf => {
                let mut line = plain(if yes { "all of " } else { "not all of " });
                line.extend(between(one(0)?, text(" are among "), one(1)?));
                line
            }
            Builtin::Intersects => {
                let mut line = between(one(0)?, text(" and "), one(1)?);
                line.push(pick(" have something in common", " have nothing in common"));
                line
            }
            Builtin::IsEmpty => {
                let mut line = one(0)?;
                line.push(match (are(&line), yes) {
                    (true, true) => text(" are empty"),
                    (true, false) => text(" are not empty"),
                    (false, true) => text(" is empty"),
                    (false, false) => text(" is not empty"),
                });
                line
            }
            Builtin::StartsWith => between(one(0)?, pick(" starts with ", " does not start with "), one(1)?),
            Builtin::EndsWith => between(one(0)?, pick(" ends with ", " does not end with "), one(1)?),
            Builtin::Count | Builtin::First | Builtin::Last | Builtin::AddMonths => return None,
        })
    }

    /// The elements of a collection that stands in the rule itself.
    fn elements(&self, e: &Expr) -> Option<Vec<Line>> {
        match &e.kind {
            ExprKind::Set(items) | ExprKind::List(items) if !items.is_empty() => {
                Some(items.iter().map(|item| self.value(item)).collect())
            }
            ExprKind::Const(Value::Set(items) | Value::List(items)) if !items.is_empty() => {
                let of = e.ty.present().element()?;
                let types = &self.program().types;
                Some(items.iter().map(|item| vec![shown_value(super::words::shown(types, of, item))]).collect())
            }
            _ => None,
        }
    }

    fn defaulted(&self, e: &Expr, subject: &Expr, default: &Expr, yes: bool) -> Phrase {
        let ExprKind::Const(Value::Bool(default)) = default.kind else {
            return Phrase::Plain(self.is_yes(e, yes));
        };
        let mut line = match &subject.kind {
            ExprKind::Field(base, _) => self.marked(subject, base, yes),
            _ => self.is_yes(subject, yes),
        };
        // What is not known counts as the default.
        if yes == default {
            line.push(text(", or that is not known"));
        }
        Phrase::Plain(line)
    }

    fn quantified(&self, kind: QuantifierKind, names: &[String], collection: &Expr, body: &Expr, yes: bool) -> Phrase {
        let mut line = Line::new();
        let pair = |line: &mut Line| match names {
            [one, next] => {
                line.extend(entry(one));
                line.push(text(" and the "));
                line.push(term(next));
                line.push(text(" right after it in "));
            }
            _ => {
                line.extend(listed(names.iter().map(|n| entry(n)).collect(), "and"));
                line.push(text(" in "));
            }
        };
        let every = |line: &mut Line| {
            line.push(text("for every "));
            pair(line);
        };
        let some = |line: &mut Line, word: &str| {
            let first = flat(&names.first().map(|n| entry(n)).unwrap_or_default());
            let word = if word == "a" && first.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { word };
            line.push(text(format!("there is {word} ")));
            pair(line);
        };
        let (held, ends) = match (kind, yes) {
            (QuantifierKind::All, true) => {
                every(&mut line);
                (true, ",")
            }
            (QuantifierKind::All, false) => {
                some(&mut line, "a");
                (false, " for which")
            }
            (QuantifierKind::Any, true) | (QuantifierKind::No, false) => {
                some(&mut line, "a");
                (true, " for which")
            }
            (QuantifierKind::Any, false) | (QuantifierKind::No, true) => {
                some(&mut line, "no");
                (true, " for which")
            }
        };
        line.extend(self.value(collection));
        line.push(text(ends));
        Phrase::Under(line, Box::new(self.condition(body, held)))
    }

    fn called(&self, e: &Expr, define: crate::program::DefineId, args: &[Expr], yes: bool) -> Phrase {
        let Some(def) = self.program().defines.get(define.0 as usize) else {
            return Phrase::Plain(self.is_yes(e, yes));
        };
        // Questions about time are so common that they are asked in full, wherever they are written.
        let fresh = matches!(&def.body.kind, ExprKind::And(items) if fresh_parts(items).is_some());
        if fresh || self.maker.module(def.module) == "std.time" {
            let args = args.iter().map(|arg| self.value(arg)).collect();
            return self.maker.inlined(args).condition(&def.body, yes);
        }
        let mut line = vec![self.maker.mention(Mentioned::Define(define))];
        line.push(text(if yes { " holds" } else { " does not hold" }));
        if !args.is_empty() {
            line.push(text(" for "));
            line.extend(listed(args.iter().map(|arg| self.value(arg)).collect(), "and"));
        }
        Phrase::Plain(line)
    }

    /// `i <= now and now < i + d`
    fn fresh(&self, items: &[Expr]) -> Option<(Line, Line)> {
        let (subject, length) = fresh_parts(items)?;
        Some((self.value(subject), self.value(length)))
    }

    /// "the device is marked “in hardware”"
    fn marked(&self, e: &Expr, base: &Expr, yes: bool) -> Line {
        let field = match (&e.kind, base.ty.present()) {
            (ExprKind::Field(_, field), Ty::Record(id)) => {
                self.program().types.records.get(id.0 as usize).and_then(|def| def.fields.get(*field as usize))
            }
            _ => None,
        };
        let Some(field) = field else { return self.is_yes(e, yes) };
        let mut line = self.value(base);
        line.push(text(if yes { " is marked " } else { " is not marked " }));
        let note = field.meta.doc.as_deref().map(super::words::one_line).unwrap_or_default();
        line.push(Inline::Term { text: quoted(&words(&field.name)), note });
        line
    }

    fn is_yes(&self, e: &Expr, yes: bool) -> Line {
        let mut line = self.value(e);
        match &e.kind {
            // A local value that is itself a condition.
            ExprKind::Local(id) if self.local(*id).is_some_and(|named| named.target.is_some()) => {
                line.push(text(if yes { " is the case" } else { " is not the case" }));
            }
            _ => line.push(text(if yes { " is yes" } else { " is no" })),
        }
        line
    }
}

fn term(name: &str) -> Inline {
    Inline::Term { text: name.to_owned(), note: String::new() }
}

/// A name that says little goes with a word.
pub(super) fn entry(name: &str) -> Line {
    match name.chars().count() {
        0..=2 => vec![text("entry "), term(name)],
        _ => vec![term(name)],
    }
}

/// Whether a line names several things.
pub(super) fn are(line: &[Inline]) -> bool {
    let text = flat(line);
    text.ends_with('s') && !text.ends_with("ss")
}

fn fresh_phrase(subject: Line, length: Line, yes: bool) -> Phrase {
    let mut line = subject;
    line.push(text(if yes { " is past, and less than " } else { " is still to come, or at least " }));
    line.extend(length);
    line.push(text(" ago"));
    Phrase::Plain(line)
}

/// `I` and `D` of `I <= now and now < I + D`.
fn fresh_parts(items: &[Expr]) -> Option<(&Expr, &Expr)> {
    use crate::program::expr::{ArithOp, CompareOp};
    let [first, second] = items else { return None };
    let ExprKind::Compare(CompareOp::Le, start, now) = &first.kind else { return None };
    let ExprKind::Compare(CompareOp::Lt, again, end) = &second.kind else { return None };
    let ExprKind::Arith(ArithOp::InstantAdd, from, length) = &end.kind else { return None };
    let clock = matches!((&now.kind, &again.kind), (ExprKind::Now, ExprKind::Now));
    (clock && same(start, from)).then_some((&**start, &**length))
}

/// Two paths that name the same thing.
fn same(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
        (ExprKind::Field(a, i), ExprKind::Field(b, j)) => i == j && same(a, b),
        _ => false,
    }
}

/// On one line, whatever it takes.
pub fn forced(phrase: &Phrase) -> Line {
    match phrase {
        Phrase::Plain(line) => line.clone(),
        Phrase::All(parts) => linked(parts, "and"),
        Phrase::Any(parts) => linked(parts, "or"),
        Phrase::Under(head, body) => {
            let mut line = head.clone();
            line.push(text(" "));
            line.extend(forced(body));
            line
        }
        Phrase::Cases(head, cases) => {
            let mut line = head.clone();
            line.push(text(": "));
            for (i, (case, body)) in cases.iter().enumerate() {
                if i > 0 {
                    line.push(text("; "));
                }
                line.extend(case.iter().cloned());
                line.push(text(": "));
                line.extend(forced(body));
            }
            line
        }
    }
}

fn linked(parts: &[Phrase], word: &str) -> Line {
    let mut out = Line::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push(text(format!(" {word} ")));
        }
        let nested = !matches!(part, Phrase::Plain(_));
        if nested {
            out.push(text("("));
        }
        out.extend(forced(part));
        if nested {
            out.push(text(")"));
        }
    }
    out
}
