//! Values in plain English: what a rule reads, computes or states.
//!
//! In: a typed expression and what its names stand for. Out: one line. Always: paths of facts are terms that carry how the
//! source writes them.

use trust_runtime::time::parse_duration;

use super::super::scope::{Mentioned, Named, Scope};
use super::super::text::{Inline, Line, flat, listed, plain, text, value as stated};
use super::super::words::{duration, one_line, possessive, shown, words};
use super::{are, forced};
use crate::program::expr::{ArithOp, Builtin, Expr, ExprKind, Member, Prior};
use crate::program::ty::{FieldDef, Ty};
use crate::program::value::Value;

/// A path of facts: what it is called, how the source writes it, and the field's own comment.
struct Path {
    text: String,
    code: String,
    doc: String,
    fields: usize,
}

impl Scope<'_> {
    pub fn value(&self, e: &Expr) -> Line {
        if let Some(path) = self.path(e) {
            let note = if path.doc.is_empty() { path.code } else { format!("{}: {}", path.code, path.doc) };
            return vec![Inline::Term { text: path.text, note }];
        }
        match &e.kind {
            ExprKind::Const(constant) => vec![self.constant(e, constant)],
            ExprKind::Now => plain("now"),
            ExprKind::Local(id) => match self.local(*id) {
                Some(Named { line: Some(line), .. }) => line.clone(),
                Some(named) => match &named.target {
                    Some(target) => {
                        let note = named.code.clone();
                        vec![Inline::Link { text: named.text.clone(), target: target.clone(), note }]
                    }
                    None => vec![Inline::Term { text: named.text.clone(), note: named.code.clone() }],
                },
                None => plain("it"),
            },
            ExprKind::Global(id) => vec![self.maker.mention(Mentioned::Let(*id))],
            ExprKind::Data(id) => vec![text("the list "), self.maker.mention(Mentioned::Data(*id))],
            ExprKind::Key(n) => self.keys.get(*n as usize).cloned().unwrap_or_else(|| plain("the key")),
            ExprKind::Field(base, field) => {
                let mut line = plain(format!("the {} of ", self.field_words(base, *field).0));
                line.extend(self.value(base));
                line
            }
            ExprKind::Record(id, values) => {
                let def = self.program().types.records.get(id.0 as usize);
                let mut line = plain(format!("a {}", def.map_or("record".into(), |d| words(&d.name))));
                let fields = def.map(|d| d.fields.as_slice()).unwrap_or_default();
                let told = fields.iter().zip(values);
                let told = told.filter(|(_, v)| !matches!(v.kind, ExprKind::Const(Value::None)));
                let parts: Vec<Line> = told.map(|(f, v)| self.named(&words(&f.name), v)).collect();
                if !parts.is_empty() {
                    line.push(text(" with "));
                    line.extend(listed(parts, "and"));
                }
                line
            }
            ExprKind::With(base, fields) => {
                let mut line = self.value(base);
                line.push(text(", but with "));
                let parts = fields.iter().map(|(field, v)| self.named(&self.field_words(base, *field).0, v)).collect();
                line.extend(listed(parts, "and"));
                line
            }
            ExprKind::List(items) | ExprKind::Set(items) => match items.len() {
                0 => plain("nothing"),
                _ => listed(items.iter().map(|item| self.value(item)).collect(), "and"),
            },
            ExprKind::Neg(inner) => self.around("minus ", inner),
            ExprKind::If(when, then, other) => {
                let mut line = self.value(then);
                line.push(text(" if "));
                line.extend(forced(&self.condition(when, true)));
                line.push(text(", otherwise "));
                line.extend(self.value(other));
                line
            }
            ExprKind::Match { scrutinee, arm_of, arms } => {
                let cases = self.arms(&scrutinee.ty, arm_of, arms.len());
                let mut line = Line::new();
                for (i, (case, arm)) in cases.into_iter().zip(arms).enumerate() {
                    if i > 0 {
                        line.push(text(", "));
                    }
                    line.extend(self.value(arm));
                    line.push(text(if i == 0 { " where " } else { " where it is " }));
                    if i == 0 {
                        line.extend(self.value(scrutinee));
                        line.push(text(" is "));
                    }
                    line.extend(case);
                }
                line
            }
            ExprKind::Arith(op, a, b) => self.arithmetic(*op, a, b),
            ExprKind::Builtin(op, args) => self.builtin(e, *op, args),
            ExprKind::Otherwise(subject, default) => {
                let mut line = self.value(subject);
                line.push(text(" (where not known: "));
                line.extend(self.value(default));
                line.push(text(")"));
                line
            }
            ExprKind::Aggregate { kind, item, binder, collection, condition } => {
                let name = self.local(*binder).map_or_else(|| "entry".to_owned(), |n| n.text.clone());
                self.aggregate(*kind, item.as_deref(), &name, collection, condition.as_deref())
            }
            ExprKind::Call(define, args) => {
                let name = self.maker.mention(Mentioned::Define(*define));
                let of = flat(std::slice::from_ref(&name)).ends_with(" of");
                let mut line = vec![name];
                if !args.is_empty() {
                    line.push(text(if of { " " } else { " of " }));
                    line.extend(listed(args.iter().map(|arg| self.value(arg)).collect(), "and"));
                }
                line
            }
            ExprKind::BlockCall { member, .. } => {
                let mut line = Line::new();
                match member {
                    Member::Permitted => line.push(text("whether ")),
                    Member::Grade => line.push(text("the grade that ")),
                    Member::Standing => line.push(text("the standing under ")),
                }
                line.extend(self.asked(e));
                match member {
                    Member::Permitted => line.push(text(" is permitted")),
                    Member::Grade => line.push(text(" gives")),
                    Member::Standing => {}
                }
                self.given(e, &mut line);
                line
            }
            ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Implies(..)
            | ExprKind::Compare(..)
            | ExprKind::Matches(..)
            | ExprKind::Has(_)
            | ExprKind::Quantifier { .. }
            | ExprKind::Overdue(_) => {
                let mut line = plain("whether ");
                line.extend(forced(&self.condition(e, true)));
                line
            }
            ExprKind::Error => plain("unknown"),
        }
    }

    fn constant(&self, e: &Expr, constant: &Value) -> Inline {
        if let Value::Duration(length) = constant {
            let written = self.maker.sources.text(e.span);
            let same = parse_duration(written.as_bytes()).is_ok_and(|read| read == *length);
            return stated(duration(*length, if same { written } else { "" }));
        }
        stated(shown(&self.program().types, &e.ty, constant))
    }

    fn around(&self, before: &str, e: &Expr) -> Line {
        let mut line = plain(before);
        line.extend(self.value(e));
        line
    }

    fn named(&self, name: &str, e: &Expr) -> Line {
        let mut line = plain(format!("{name} "));
        line.extend(self.value(e));
        line
    }

    pub(super) fn field_words(&self, base: &Expr, field: u32) -> (String, String, String) {
        let def = match base.ty.present() {
            Ty::Record(id) => self.program().types.records.get(id.0 as usize),
            _ => None,
        };
        match def.and_then(|def| def.fields.get(field as usize)) {
            Some(field) => {
                let doc = field.meta.doc.as_deref().map(one_line).unwrap_or_default();
                (field_words(field), field.name.to_string(), doc)
            }
            None => ("part".into(), "?".into(), String::new()),
        }
    }

    fn path(&self, e: &Expr) -> Option<Path> {
        match &e.kind {
            ExprKind::Local(id) => {
                let named = self.local(*id).filter(|named| named.target.is_none() && named.line.is_none())?;
                let (text, code) = (named.text.clone(), named.code.clone());
                Some(Path { text, code, doc: String::new(), fields: 0 })
            }
            ExprKind::Field(base, field) => {
                let (name, source, doc) = self.field_words(base, *field);
                let owner = match (&base.kind, self.path(base)) {
                    (_, Some(path)) => path,
                    (ExprKind::Local(id), None) => {
                        let named = self.local(*id)?;
                        Path { text: named.text.clone(), code: named.code.clone(), doc: String::new(), fields: 0 }
                    }
                    _ => return None,
                };
                let text = match owner.fields {
                    0 => format!("{} {name}", possessive(&owner.text)),
                    _ => format!("the {name} of {}", owner.text),
                };
                Some(Path { text, code: format!("{}.{source}", owner.code), doc, fields: owner.fields + 1 })
            }
            _ => None,
        }
    }

    fn arithmetic(&self, op: ArithOp, a: &Expr, b: &Expr) -> Line {
        let between = |a: &Expr, word: &str, b: &Expr| {
            let mut line = self.operand(a);
            line.push(text(word));
            line.extend(self.operand(b));
            line
        };
        match op {
            ArithOp::IntAdd | ArithOp::DecimalAdd | ArithOp::DurationAdd => between(a, " plus ", b),
            ArithOp::IntSub | ArithOp::DecimalSub | ArithOp::DurationSub => between(a, " minus ", b),
            ArithOp::IntMul | ArithOp::DecimalMul | ArithOp::DurationMul => between(a, " times ", b),
            ArithOp::IntDiv | ArithOp::DecimalDiv | ArithOp::DurationDiv => between(a, " divided by ", b),
            ArithOp::IntRem => {
                let mut line = plain("what is left of ");
                line.extend(between(a, " divided by ", b));
                line
            }
            ArithOp::InstantAdd => between(b, " after ", a),
            ArithOp::InstantSub => between(b, " before ", a),
            ArithOp::InstantDiff => {
                let mut line = plain("the time from ");
                line.extend(between(b, " to ", a));
                line
            }
        }
    }

    /// In brackets where it is itself computed.
    fn operand(&self, e: &Expr) -> Line {
        let compound = matches!(e.kind, ExprKind::Arith(..) | ExprKind::If(..) | ExprKind::Match { .. });
        let mut line = self.value(e);
        if compound {
            line.insert(0, text("("));
            line.push(text(")"));
        }
        line
    }

    fn builtin(&self, e: &Expr, op: Builtin, args: &[Expr]) -> Line {
        match (op, args) {
            (Builtin::Count, [of]) => match are(&self.value(of)) {
                true => self.around("the number of ", of),
                false => self.around("the number of entries in ", of),
            },
            (Builtin::First, [of]) => self.around("the first of ", of),
            (Builtin::Last, [of]) => self.around("the last of ", of),
            (Builtin::AddMonths, [from, months]) => {
                let mut line = self.value(months);
                line.push(text(" months after "));
                line.extend(self.value(from));
                line
            }
            _ => {
                let mut line = plain("whether ");
                match self.relation(op, args, true) {
                    Some(relation) => line.extend(relation),
                    None => line.push(Inline::Code(self.maker.sources.text(e.span).to_owned())),
                }
                line
            }
        }
    }

    /// The block that a call asks.
    pub(super) fn asked(&self, e: &Expr) -> Line {
        match &e.kind {
            ExprKind::BlockCall { block, .. } => vec![self.maker.block_link(*block)],
            _ => plain("it"),
        }
    }

    /// With what a block is asked.
    pub(super) fn given(&self, e: &Expr, line: &mut Line) {
        let ExprKind::BlockCall { args, prior, .. } = &e.kind else { return };
        let args: Vec<Line> = args.iter().map(|arg| self.value(arg)).collect();
        if !args.is_empty() {
            line.push(text(" for "));
            line.extend(listed(args, "and"));
        }
        if let Prior::Standing(stated) = prior {
            line.push(text(" (with "));
            line.extend(self.value(stated));
            line.push(text(" on record)"));
        }
    }
}

/// A field that is a point in time is called one: "the issued-at time".
fn field_words(field: &FieldDef) -> String {
    let name = words(&field.name);
    let said =
        [" at", " on", " by"].iter().any(|end| name.ends_with(end)) || name.ends_with("ed") && name.contains(' ');
    match *field.ty.present() == Ty::Instant && said {
        true => format!("{} time", name.replace(' ', "-")),
        false => name,
    }
}
