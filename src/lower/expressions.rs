//! Expressions.

use trust_runtime::graph::{Arith, Compare, Id, Kind, NetTest, Text};

use super::moving::compare_op;
use super::values::{ListVal, Lowered, RecordVal, Slot, Truth, Val};
use super::{Frame, Lowering, image};
use crate::program::expr::{ArithOp, Builtin, CompareOp, Expr, ExprKind};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::program::{DefineId, LetId};

impl Lowering<'_> {
    pub(super) fn expr(&mut self, f: &mut Frame, e: &Expr) -> Lowered {
        stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || {
            let l = self.expr_inner(f, e);
            // What `has` found stays an optional in the slot; here it is known to be there.
            let path =
                matches!(e.kind, ExprKind::Local(_) | ExprKind::Field(..) | ExprKind::Global(_) | ExprKind::Data(_));
            let narrowed = path && !e.ty.is_optional();
            if narrowed && matches!(l.val, Val::Optional { .. } | Val::Absent) {
                return Lowered { val: self.present(&l.val, &e.ty), ..l };
            }
            l
        })
    }

    pub(super) fn truth(&mut self, f: &mut Frame, e: &Expr) -> Truth {
        let l = self.expr(f, e);
        Truth { holds: self.node(&l.val), until: l.until, cuts: l.cuts }
    }

    /// A condition that may be left out; then it holds.
    pub(super) fn condition(&mut self, f: &mut Frame, e: Option<&Expr>) -> Truth {
        match e {
            Some(e) => self.truth(f, e),
            None => self.always(true),
        }
    }

    /// Several expressions, their earliest horizon and cut.
    fn all(&mut self, f: &mut Frame, es: &[Expr]) -> (Vec<Val>, Id, Id) {
        let (mut until, mut cuts) = (self.g.forever(), self.g.forever());
        let mut vals = Vec::with_capacity(es.len());
        for e in es {
            let l = self.expr(f, e);
            until = self.g.min(until, l.until);
            cuts = self.g.min(cuts, l.cuts);
            vals.push(l.val);
        }
        (vals, until, cuts)
    }

    fn two(&mut self, f: &mut Frame, a: &Expr, b: &Expr) -> (Val, Val, Id, Id) {
        let a = self.expr(f, a);
        let b = self.expr(f, b);
        let until = self.g.min(a.until, b.until);
        let cuts = self.g.min(a.cuts, b.cuts);
        (a.val, b.val, until, cuts)
    }

    fn expr_inner(&mut self, f: &mut Frame, e: &Expr) -> Lowered {
        use ExprKind as K;
        match &e.kind {
            K::Const(value) => {
                let val = self.constant(value, &e.ty);
                self.fixed(val)
            }
            K::Now => {
                let clock = self.clock();
                self.fixed(Val::Moving(clock))
            }
            K::Local(id) => match f.get(*id).cloned() {
                Some(slot) => {
                    let forever = self.g.forever();
                    Lowered { val: slot.val, until: slot.until, cuts: forever }
                }
                None => self.fixed(Val::Absent),
            },
            K::Global(id) => {
                let val = self.global(*id);
                self.fixed(val)
            }
            K::Data(id) => {
                let val = self.table(*id);
                self.fixed(val)
            }
            K::Key(n) => {
                let val = f.keys.get(*n as usize).cloned().unwrap_or(Val::Absent);
                self.fixed(val)
            }
            K::Field(base, index) => {
                let base = self.expr(f, base);
                let val = match &base.val {
                    Val::Record(r) => self.field_of(r, *index),
                    _ => Val::Absent,
                };
                Lowered { val, ..base }
            }
            K::Record(id, fields) => {
                let (vals, until, cuts) = self.all(f, fields);
                Lowered { val: Val::Record(RecordVal::Fields(*id, vals.into())), until, cuts }
            }
            K::With(base, changes) => self.with(f, base, changes),
            K::List(items) => {
                let (vals, until, cuts) = self.all(f, items);
                Lowered { val: Val::List(ListVal::Items(vals.into())), until, cuts }
            }
            K::Set(items) => {
                let (vals, until, cuts) = self.all(f, items);
                let element = e.ty.element().cloned().unwrap_or(Ty::Error);
                let val = self.set_of(vals, &element);
                Lowered { val, until, cuts }
            }
            K::Neg(a) => {
                let a_l = self.expr(f, a);
                let val = match &a.ty {
                    Ty::Duration => self.moving_neg(&a_l.val),
                    _ => {
                        let n = self.node(&a_l.val);
                        let zero = self.g.int(0);
                        Val::Node(self.g.arith(Arith::IntSub, zero, n))
                    }
                };
                Lowered { val, ..a_l }
            }
            K::Not(a) => {
                let t = self.truth(f, a);
                let t = self.negated(t);
                self.truth_value(t)
            }
            K::And(parts) => {
                let mut all = self.always(true);
                for part in parts {
                    let t = self.truth(f, part);
                    all = self.and(all, t);
                }
                self.truth_value(all)
            }
            K::Or(parts) => {
                let mut any = self.always(false);
                for part in parts {
                    let t = self.truth(f, part);
                    any = self.or(any, t);
                }
                self.truth_value(any)
            }
            K::Implies(a, b) => {
                let a = self.truth(f, a);
                let b = self.truth(f, b);
                let not = self.negated(a);
                let t = self.or(not, b);
                self.truth_value(t)
            }
            K::If(c, a, b) => {
                let c = self.truth(f, c);
                let a = self.expr(f, a);
                let b = self.expr(f, b);
                self.one_of(c, a, b, &e.ty)
            }
            K::Match { scrutinee, arm_of, arms } => self.match_cases(f, scrutinee, arm_of, arms, &e.ty),
            K::Compare(op, a, b) => {
                let (va, vb, until, cuts) = self.two(f, a, b);
                let t = self.compare(*op, &va, &vb, &a.ty, &b.ty);
                let t = self.within(t, until, cuts);
                self.truth_value(t)
            }
            K::Arith(op, a, b) => {
                let (va, vb, until, cuts) = self.two(f, a, b);
                let moves =
                    matches!(va, Val::Moving(_) | Val::Pick(..)) || matches!(vb, Val::Moving(_) | Val::Pick(..));
                let val =
                    if moves { self.moving_arith(*op, &va, &vb) } else { Val::Node(self.fixed_arith(*op, &va, &vb)) };
                Lowered { val, until, cuts }
            }
            K::Builtin(op, args) => self.builtin(f, *op, args, &e.ty),
            K::Matches(a, pattern) => {
                let a = self.expr(f, a);
                let text = self.node(&a.val);
                let pattern = self.g.pattern(pattern.source());
                let holds = self.g.matches(pattern, text);
                Lowered { val: Val::Node(holds), ..a }
            }
            K::Has(a) => {
                let a = self.expr(f, a);
                let present = self.presence(&a.val);
                Lowered { val: Val::Node(present), ..a }
            }
            K::Otherwise(a, b) => {
                let a = self.expr(f, a);
                let b = self.expr(f, b);
                let there = self.presence(&a.val);
                let with_default = self.g.min(a.until, b.until);
                let until = self.g.select(there, a.until, with_default);
                let both_cuts = self.g.min(a.cuts, b.cuts);
                let cuts = self.g.select(there, a.cuts, both_cuts);
                let val = if e.ty.is_optional() {
                    self.choose(there, &a.val, &b.val, &e.ty)
                } else {
                    let value = self.unguarded(&a.val, &e.ty);
                    self.choose(there, &value, &b.val, &e.ty)
                };
                Lowered { val, until, cuts }
            }
            K::Quantifier { kind, binders, collection, body } => self.quantifier(f, *kind, binders, collection, body),
            K::Aggregate { kind, item, binder, collection, condition } => {
                self.aggregate(f, *kind, item.as_deref(), *binder, collection, condition.as_deref(), &e.ty)
            }
            K::Call(id, args) => self.call(f, *id, args),
            K::BlockCall { block, args, prior, member } => self.block_call(f, *block, args, prior, *member),
            K::Overdue(id) => {
                let t = self.overdue(f, *id);
                self.truth_value(t)
            }
            K::Error => self.fixed(Val::Absent),
        }
    }

    /// One of two, by a condition: the condition's horizon and the taken one's.
    fn one_of(&mut self, c: Truth, a: Lowered, b: Lowered, ty: &Ty) -> Lowered {
        let val = self.choose(c.holds, &a.val, &b.val, ty);
        let taken = self.g.select(c.holds, a.until, b.until);
        let taken_cuts = self.g.select(c.holds, a.cuts, b.cuts);
        Lowered { val, until: self.g.min(c.until, taken), cuts: self.g.min(c.cuts, taken_cuts) }
    }

    fn match_cases(&mut self, f: &mut Frame, scrutinee: &Expr, arm_of: &[u32], arms: &[Expr], ty: &Ty) -> Lowered {
        let s = self.expr(f, scrutinee);
        let case = self.node(&s.val);
        let arms: Vec<Lowered> = arms.iter().map(|a| self.expr(f, a)).collect();
        let Some(mut taken) = arms.last().cloned() else { return self.fixed(Val::Absent) };
        let last = arms.len().saturating_sub(1);
        for (index, arm) in arms.iter().enumerate().rev() {
            if index == last {
                continue;
            }
            let cases: Vec<i64> =
                arm_of.iter().enumerate().filter(|(_, a)| **a as usize == index).map(|(c, _)| c as i64).collect();
            let is = self.g.in_ints(cases, case);
            let forever = self.g.forever();
            let c = Truth { holds: is, until: forever, cuts: forever };
            taken = self.one_of(c, arm.clone(), taken, ty);
        }
        self.with_until(taken, s.until, s.cuts)
    }

    fn with(&mut self, f: &mut Frame, base: &Expr, changes: &[(u32, Expr)]) -> Lowered {
        let base_l = self.expr(f, base);
        let Val::Record(record) = &base_l.val else { return base_l };
        let id = match record {
            RecordVal::Memory(id, _) | RecordVal::Fields(id, _) => *id,
        };
        let count = self.types().record_def(id).fields.len();
        let mut fields: Vec<Val> = (0..count).map(|i| self.field_of(record, i as u32)).collect();
        let (mut until, mut cuts) = (base_l.until, base_l.cuts);
        for (index, change) in changes {
            let l = self.expr(f, change);
            until = self.g.min(until, l.until);
            cuts = self.g.min(cuts, l.cuts);
            if let Some(slot) = fields.get_mut(*index as usize) {
                *slot = l.val;
            }
        }
        Lowered { val: Val::Record(RecordVal::Fields(id, fields.into())), until, cuts }
    }

    fn call(&mut self, f: &mut Frame, id: DefineId, args: &[Expr]) -> Lowered {
        let Some(def) = self.program.defines.get(id.0 as usize) else { return self.fixed(Val::Absent) };
        let mut inner = Frame::default();
        let mut cuts = self.g.forever();
        for (n, arg) in args.iter().enumerate() {
            let l = self.expr(f, arg);
            cuts = self.g.min(cuts, l.cuts);
            let slot = Slot { val: l.val, until: l.until };
            inner.set(crate::program::expr::LocalId(n as u32), slot);
        }
        let mut result = self.expr(&mut inner, &def.body);
        result.cuts = self.g.min(result.cuts, cuts);
        result
    }

    fn global(&mut self, id: LetId) -> Val {
        if let Some(known) = self.globals.get(&id) {
            return known.clone();
        }
        let val = match self.program.lets.get(id.0 as usize) {
            Some(def) => self.expr(&mut Frame::default(), &def.value).val,
            None => Val::Absent,
        };
        self.globals.insert(id, val.clone());
        val
    }

    /// A constant of a type.
    pub(super) fn constant(&mut self, value: &Value, ty: &Ty) -> Val {
        match (value, ty.present()) {
            (Value::None, _) => Val::Absent,
            (Value::Bool(b), _) => Val::Node(self.g.bool(*b)),
            (Value::Int(n) | Value::Decimal(n) | Value::Instant(n) | Value::Duration(n), _) => {
                Val::Node(self.g.int(*n))
            }
            (Value::Case(c), _) => Val::Node(self.g.int(i64::from(*c))),
            (Value::String(s), _) => Val::Node(self.g.str(s.as_bytes())),
            (Value::Ip(_) | Value::Cidr(_), _) => Val::Node(self.g.net(image::net_bytes(value))),
            (Value::Record(values), Ty::Record(id)) => {
                let tys: Vec<Ty> = self.types().record_def(*id).fields.iter().map(|f| f.ty.clone()).collect();
                let fields: Vec<Val> = values.iter().zip(&tys).map(|(v, t)| self.constant(v, t)).collect();
                Val::Record(RecordVal::Fields(*id, fields.into()))
            }
            (Value::List(values) | Value::Set(values), ty) => {
                let element = ty.element().cloned().unwrap_or(Ty::Error);
                let items: Vec<Val> = values.iter().map(|v| self.constant(v, &element)).collect();
                Val::List(ListVal::Items(items.into()))
            }
            // Not in a checked program.
            (Value::Record(_) | Value::Moving(_), _) => Val::Absent,
        }
    }

    // ---- operators --------------------------------------------------------------------------------------

    pub(super) fn fixed_arith(&mut self, op: ArithOp, a: &Val, b: &Val) -> Id {
        let (a, b) = (self.node(a), self.node(b));
        let op = match op {
            ArithOp::IntAdd | ArithOp::DecimalAdd => Arith::IntAdd,
            ArithOp::IntSub | ArithOp::DecimalSub => Arith::IntSub,
            ArithOp::IntMul => Arith::IntMul,
            ArithOp::IntDiv => Arith::IntDiv,
            ArithOp::IntRem => Arith::IntRem,
            ArithOp::DecimalMul => Arith::DecimalMul,
            ArithOp::DecimalDiv => Arith::DecimalDiv,
            ArithOp::InstantDiff => Arith::InstantDiff,
            ArithOp::DurationSub => Arith::DurationSub,
            ArithOp::InstantAdd => Arith::InstantAdd,
            ArithOp::InstantSub => Arith::InstantSub,
            ArithOp::DurationAdd => Arith::DurationAdd,
            ArithOp::DurationMul => Arith::DurationMul,
            ArithOp::DurationDiv => Arith::DurationDiv,
        };
        self.g.arith(op, a, b)
    }

    fn compare(&mut self, op: CompareOp, a: &Val, b: &Val, ta: &Ty, tb: &Ty) -> Truth {
        let moves = |v: &Val| matches!(v, Val::Moving(_) | Val::Pick(..));
        if moves(a) || moves(b) {
            return self.moving_compare(op, a, b, *ta.present() == Ty::Instant);
        }
        let forever = self.g.forever();
        let holds = match (a, b) {
            (Val::List(x), Val::List(y)) => {
                let element = match ta.element() {
                    Some(Ty::Never) | None => tb.element().cloned().unwrap_or(Ty::Error),
                    Some(t) => t.clone(),
                };
                let (x, y) = (x.clone(), y.clone());
                let there = self.subset(&x, &y, &element);
                let back = self.subset(&y, &x, &element);
                let same = self.g.and(there, back);
                if op == CompareOp::Ne { self.g.not(same) } else { same }
            }
            _ => {
                let (a, b) = (self.node(a), self.node(b));
                match op {
                    CompareOp::Eq => self.equal(a, b),
                    CompareOp::Ne => {
                        let equal = self.equal(a, b);
                        self.g.not(equal)
                    }
                    _ => self.g.compare(compare_op(op), a, b),
                }
            }
        };
        Truth { holds, until: forever, cuts: forever }
    }

    /// Equality of two scalars.
    pub(super) fn equal(&mut self, a: Id, b: Id) -> Id {
        match self.g.kind(a) {
            Kind::Bool => self.g.bool_eq(a, b),
            Kind::Str => self.g.text(Text::Eq, a, b),
            Kind::Net => self.g.net_test(NetTest::Eq, a, b),
            Kind::Int | Kind::Ptr | Kind::List => self.g.compare(Compare::Eq, a, b),
        }
    }

    fn builtin(&mut self, f: &mut Frame, op: Builtin, args: &[Expr], ty: &Ty) -> Lowered {
        let (vals, until, cuts) = self.all(f, args);
        let element = |n: usize| args.get(n).and_then(|a| a.ty.element().cloned()).unwrap_or(Ty::Error);
        let val = match (op, vals.as_slice()) {
            (Builtin::InCollection, [x, Val::List(xs)]) => {
                let x = self.node(x);
                Val::Node(self.contains(xs, x, &element(1)))
            }
            (Builtin::SubsetOf, [Val::List(a), Val::List(b)]) => {
                let ty = if element(0) == Ty::Never { element(1) } else { element(0) };
                Val::Node(self.subset(a, b, &ty))
            }
            (Builtin::Intersects, [Val::List(a), Val::List(b)]) => {
                let ty = if element(0) == Ty::Never { element(1) } else { element(0) };
                Val::Node(self.intersects(a, b, &ty))
            }
            (Builtin::Count, [Val::List(xs)]) => Val::Node(self.length(xs)),
            (Builtin::IsEmpty, [Val::List(xs)]) => {
                let n = self.length(xs);
                let zero = self.g.int(0);
                Val::Node(self.g.compare(Compare::Eq, n, zero))
            }
            (Builtin::First, [Val::List(xs)]) => self.end(xs, ty.present(), false),
            (Builtin::Last, [Val::List(xs)]) => self.end(xs, ty.present(), true),
            (_, [a, b]) => {
                let (a, b) = (self.node(a), self.node(b));
                Val::Node(match op {
                    Builtin::InString => self.g.text(Text::In, a, b),
                    Builtin::StartsWith => self.g.text(Text::StartsWith, a, b),
                    Builtin::EndsWith => self.g.text(Text::EndsWith, a, b),
                    Builtin::IpInCidr => self.g.net_test(NetTest::AddressIn, a, b),
                    Builtin::CidrInCidr => self.g.net_test(NetTest::NetworkIn, a, b),
                    _ => self.g.arith(Arith::AddMonths, a, b),
                })
            }
            _ => Val::Absent,
        };
        Lowered { val, until, cuts }
    }
}
