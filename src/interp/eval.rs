//! Expressions.
//!
//! In: a frame and an expression. Out: its value and the instant until which that value holds. Always: operands
//! are evaluated left to right; `and`, `or` and `implies` leave the right side out only where the left side has
//! settled the result for ever; nothing panics and the stack grows with the nesting.

use std::sync::{Arc, OnceLock};

use super::frame::{Frame, Slot};
use super::horizon::{Held, Until, earlier};
use super::operators::{arith, builtin, compare, impossible, negate, nothing};
use super::trace::{Fact, Reading, Tracer};
use super::{Observer, Outcome, moving};
use crate::program::expr::{AggregateKind, Expr, ExprKind};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::{DefineId, LetId, Program};

const STACK_RESERVE: usize = 256 * 1024;
const STACK_STEP: usize = 4 * 1024 * 1024;

pub(super) struct Evaluator<'a> {
    pub program: &'a Program,
    pub globals: &'a [OnceLock<Value>],
    pub now: i64,
    /// The earliest instant to which a bare `ttl` cuts the decision; its own and those of nested calls that count.
    pub cuts: Until,
    pub observer: Option<&'a mut dyn Observer>,
    pub tracer: Option<Tracer>,
}

impl Evaluator<'_> {
    /// An expression whose value is used here.
    pub fn eval(&mut self, frame: &mut Frame, expr: &Expr) -> Outcome {
        let slot = self.place(frame, expr);
        if let (Some(tracer), Some(path)) = (&mut self.tracer, slot.path) {
            tracer.reading.fact(Fact { path, value: slot.value.clone(), ty: expr.ty.clone() });
        }
        Outcome { value: slot.value, until: slot.until }
    }

    pub fn truth(&mut self, frame: &mut Frame, expr: &Expr) -> Held {
        let outcome = self.eval(frame, expr);
        match outcome.value {
            Value::Bool(holds) => Held { holds, until: outcome.until },
            _ => {
                impossible("a condition that is no truth");
                Held { holds: false, until: outcome.until }
            }
        }
    }

    /// A condition that may be left out; then it holds.
    pub fn condition(&mut self, frame: &mut Frame, expr: Option<&Expr>) -> Held {
        expr.map_or(Held::ALWAYS, |expr| self.truth(frame, expr))
    }

    pub fn eval_all<'e>(
        &mut self,
        frame: &mut Frame,
        exprs: impl IntoIterator<Item = &'e Expr>,
    ) -> (Vec<Value>, Until) {
        let mut until = None;
        let mut values = Vec::new();
        for expr in exprs {
            let outcome = self.eval(frame, expr);
            until = earlier(until, outcome.until);
            values.push(outcome.value);
        }
        (values, until)
    }

    /// An expression whose value is only passed on, or looked into: a path into the arguments stays one, and what
    /// it leads to counts as read where it is used.
    pub fn place(&mut self, frame: &mut Frame, expr: &Expr) -> Slot {
        stacker::maybe_grow(STACK_RESERVE, STACK_STEP, || {
            let slot = self.place_here(frame, expr);
            let narrowed = matches!(expr.kind, ExprKind::Local(_) | ExprKind::Field(..)) && !expr.ty.is_optional();
            if slot.value != Value::None || !narrowed {
                return slot;
            }
            Slot { value: nothing(&expr.ty, &self.program.types), path: None, ..slot }
        })
    }

    fn place_here(&mut self, frame: &mut Frame, expr: &Expr) -> Slot {
        match &expr.kind {
            ExprKind::Local(local) => match frame.get(*local) {
                Some(slot) => {
                    let slot = slot.clone();
                    if let (Some(tracer), Some(reading)) = (&mut self.tracer, &slot.reading) {
                        tracer.reading.include(reading);
                    }
                    Slot { reading: None, ..slot }
                }
                None => Slot::fixed(impossible("a name without a value")),
            },
            ExprKind::Field(record, index) => {
                let slot = self.place(frame, record);
                let value = match &slot.value {
                    Value::Record(fields) => fields.get(*index as usize).cloned(),
                    _ => None,
                };
                let value = value.unwrap_or_else(|| impossible("a field of something else than its record"));
                let path = slot.path.and_then(|path| self.field_path(&path, &record.ty, *index));
                Slot { value, until: slot.until, path, reading: None }
            }
            ExprKind::If(condition, then, otherwise) => {
                let condition = self.truth(frame, condition);
                let mut taken = self.place(frame, if condition.holds { then } else { otherwise });
                taken.until = earlier(condition.until, taken.until);
                taken
            }
            ExprKind::Match { scrutinee, arm_of, arms } => {
                let scrutinee = self.eval(frame, scrutinee);
                let arm = match scrutinee.value {
                    Value::Case(case) => arm_of.get(case as usize).and_then(|arm| arms.get(*arm as usize)),
                    _ => None,
                };
                let mut taken = match arm {
                    Some(arm) => self.place(frame, arm),
                    None => Slot::fixed(impossible("a `match` without an arm for its case")),
                };
                taken.until = earlier(scrutinee.until, taken.until);
                taken
            }
            ExprKind::Otherwise(value, default) => {
                let value = self.place(frame, value);
                if value.value != Value::None {
                    return value;
                }
                let mut default = self.place(frame, default);
                default.until = earlier(value.until, default.until);
                default
            }
            ExprKind::Call(define, args) => self.call(frame, *define, args),
            ExprKind::Aggregate { kind: AggregateKind::First, item: Some(item), binder, collection, condition } => {
                self.first_or_last(frame, false, item, *binder, collection, condition.as_deref())
            }
            ExprKind::Aggregate { kind: AggregateKind::Last, item: Some(item), binder, collection, condition } => {
                self.first_or_last(frame, true, item, *binder, collection, condition.as_deref())
            }
            _ => self.compute(frame, expr).into(),
        }
    }

    fn compute(&mut self, frame: &mut Frame, expr: &Expr) -> Outcome {
        match &expr.kind {
            ExprKind::Const(value) => Outcome::fixed(value.clone()),
            ExprKind::Now => Outcome::fixed(Value::Moving(moving::clock().into())),
            ExprKind::Global(id) => Outcome::fixed(self.global(*id)),
            ExprKind::Data(id) => Outcome::fixed(match self.program.data.get(id.0 as usize) {
                Some(data) => data.value.clone(),
                None => impossible("a table that is not there"),
            }),
            ExprKind::Key(n) => Outcome::fixed(match frame.key.get(*n as usize) {
                Some(value) => value.clone(),
                None => impossible("a key value that is not there"),
            }),
            ExprKind::Record(_, fields) => {
                let (values, until) = self.eval_all(frame, fields);
                Outcome { value: Value::Record(values.into()), until }
            }
            ExprKind::With(record, changes) => {
                let record = self.eval(frame, record);
                let mut until = record.until;
                let mut fields = match record.value {
                    Value::Record(fields) => fields.to_vec(),
                    _ => {
                        return Outcome::fixed(impossible("`with` on something else than a record"));
                    }
                };
                for (index, change) in changes {
                    let change = self.eval(frame, change);
                    until = earlier(until, change.until);
                    if let Some(field) = fields.get_mut(*index as usize) {
                        *field = change.value;
                    }
                }
                Outcome { value: Value::Record(fields.into()), until }
            }
            ExprKind::List(items) => {
                let (values, until) = self.eval_all(frame, items);
                Outcome { value: Value::List(values.into()), until }
            }
            ExprKind::Set(items) => {
                let (values, until) = self.eval_all(frame, items);
                Outcome { value: Value::set(values), until }
            }
            ExprKind::Neg(operand) => {
                let operand = self.eval(frame, operand);
                Outcome { value: negate(&operand.value), until: operand.until }
            }
            ExprKind::Not(operand) => self.truth(frame, operand).negated().into(),
            ExprKind::And(operands) => {
                let mut all = Held::ALWAYS;
                for operand in operands {
                    if all.settled(false) {
                        break;
                    }
                    all = all.and(self.truth(frame, operand));
                }
                all.into()
            }
            ExprKind::Or(operands) => {
                let mut any = Held::NEVER;
                for operand in operands {
                    if any.settled(true) {
                        break;
                    }
                    any = any.or(self.truth(frame, operand));
                }
                any.into()
            }
            ExprKind::Implies(antecedent, consequent) => {
                let antecedent = self.truth(frame, antecedent);
                if antecedent.settled(false) {
                    return Held::ALWAYS.into();
                }
                antecedent.negated().or(self.truth(frame, consequent)).into()
            }
            ExprKind::Compare(op, a, b) => {
                let a = self.eval(frame, a);
                let b = self.eval(frame, b);
                compare(*op, &a.value, &b.value, self.now).within(a.until).within(b.until).into()
            }
            ExprKind::Arith(op, a, b) => {
                let a = self.eval(frame, a);
                let b = self.eval(frame, b);
                Outcome { value: arith(*op, &a.value, &b.value), until: earlier(a.until, b.until) }
            }
            ExprKind::Builtin(function, args) => {
                let (values, until) = self.eval_all(frame, args);
                Outcome { value: builtin(*function, &values), until }
            }
            ExprKind::Matches(text, pattern) => {
                let text = self.eval(frame, text);
                let value = match &text.value {
                    Value::String(text) => Value::Bool(pattern.is_match(text)),
                    _ => impossible("`matches` on something else than a string"),
                };
                Outcome { value, until: text.until }
            }
            ExprKind::Has(operand) => {
                let operand = self.eval(frame, operand);
                Outcome { value: Value::Bool(operand.value != Value::None), until: operand.until }
            }
            ExprKind::Quantifier { kind, binders, collection, body } => {
                self.quantifier(frame, *kind, binders, collection, body).into()
            }
            ExprKind::Aggregate { kind, item, binder, collection, condition } => {
                self.aggregate(frame, *kind, item.as_deref(), *binder, collection, condition.as_deref(), &expr.ty)
            }
            ExprKind::BlockCall { block, args, prior, member } => self.block_call(frame, *block, args, prior, *member),
            ExprKind::Overdue(clause) => match frame.block {
                Some(block) => self.overdue(frame, block, *clause).into(),
                None => Outcome::fixed(impossible("`overdue` outside a block")),
            },
            ExprKind::Local(_)
            | ExprKind::Field(..)
            | ExprKind::If(..)
            | ExprKind::Match { .. }
            | ExprKind::Otherwise(..)
            | ExprKind::Call(..) => {
                let slot = self.place(frame, expr);
                Outcome { value: slot.value, until: slot.until }
            }
            ExprKind::Error => Outcome::fixed(impossible("an expression with an error")),
        }
    }

    fn call(&mut self, frame: &mut Frame, define: DefineId, args: &[Expr]) -> Slot {
        let program = self.program;
        let slots = args.iter().map(|arg| self.place(frame, arg)).collect();
        match program.defines.get(define.0 as usize) {
            Some(define) => self.place(&mut Frame::new(slots), &define.body),
            None => Slot::fixed(impossible("a function that is not there")),
        }
    }

    /// A top-level `let`: evaluated when first asked for, with nothing of the decision it is asked in.
    fn global(&mut self, id: LetId) -> Value {
        let program = self.program;
        let index = id.0 as usize;
        let (Some(def), Some(cell)) = (program.lets.get(index), self.globals.get(index)) else {
            return impossible("a top-level `let` that is not there");
        };
        if let Some(value) = cell.get() {
            return value.clone();
        }
        let mut alone = Evaluator { program, globals: self.globals, now: 0, cuts: None, observer: None, tracer: None };
        let value = alone.eval(&mut Frame::default(), &def.value).value;
        cell.get_or_init(|| value).clone()
    }

    fn field_path(&self, base: &str, record: &Ty, index: u32) -> Option<Arc<str>> {
        let Ty::Record(id) = record.present() else {
            return None;
        };
        let record = self.program.types.records.get(id.0 as usize)?;
        let field = record.fields.get(index as usize)?;
        Some(format!("{base}.{}", field.name).into())
    }

    /// What the evaluation of a part reads, apart from the rest. Absent unless tracing.
    pub fn reading<T>(&mut self, part: impl FnOnce(&mut Self) -> T) -> (T, Option<Reading>) {
        let outer = self.tracer.as_mut().map(|tracer| std::mem::take(&mut tracer.reading));
        let result = part(self);
        let inner = match (&mut self.tracer, outer) {
            (Some(tracer), Some(outer)) => Some(std::mem::replace(&mut tracer.reading, outer)),
            _ => None,
        };
        (result, inner)
    }
}
