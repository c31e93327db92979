//! A counterexample made small: as it stands in a test where that still fails, and simple elsewhere.
//!
//! In: a case that fails and the check that it does. Out: a case that fails too, and for each parameter the known value it is
//! closest to. The number of checks is bounded.

use trust_runtime::time::{DAY, HOUR, MINUTE, SECOND};

use super::generate::Case;
use super::pool::Pool;
use super::seeds::Seeds;
use super::sites::{Path, get, replaced, sites};
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

pub(super) struct Shrunk {
    pub case: Case,
    /// By parameter: a known value from which it differs little; absent where there is none.
    pub bases: Vec<Option<Value>>,
}

/// Checks in all.
const CHECKS: usize = 2_000;
/// Known values of a type that are tried as a base.
const BASES: usize = 12;
const ROUNDS: usize = 6;
/// Elements of one collection that are tried without.
const ELEMENTS: usize = 16;

pub(super) fn shrink(
    types: &Types,
    tys: &[Ty],
    pool: &Pool,
    seeds: &Seeds,
    fails: &dyn Fn(&Case) -> bool,
    case: Case,
) -> Shrunk {
    let mut shrinker = Shrinker { types, tys, fails, left: CHECKS, case, bases: vec![None; tys.len()] };
    for now in seeds.nows.iter().take(BASES) {
        if shrinker.try_now(*now) {
            break;
        }
    }
    for (arg, ty) in tys.iter().enumerate() {
        // The lets come first: they have names.
        let named = seeds.lets.iter().filter(|l| l.ty == *ty).map(|l| &l.value);
        let known: Vec<&Value> = named.chain(pool.of(ty)).take(BASES).collect();
        if matches!(ty, Ty::Record(_)) {
            shrinker.rebase(arg, &known);
        }
    }
    for _ in 0..ROUNDS {
        if !shrinker.round() {
            break;
        }
    }
    Shrunk { case: shrinker.case, bases: shrinker.bases }
}

struct Shrinker<'a> {
    types: &'a Types,
    tys: &'a [Ty],
    fails: &'a dyn Fn(&Case) -> bool,
    left: usize,
    case: Case,
    bases: Vec<Option<Value>>,
}

impl Shrinker<'_> {
    /// Takes the case over if it still fails.
    fn attempt(&mut self, case: Case) -> bool {
        if self.left == 0 || case == self.case {
            return false;
        }
        self.left -= 1;
        let fails = (self.fails)(&case);
        if fails {
            self.case = case;
        }
        fails
    }

    fn try_now(&mut self, now: i64) -> bool {
        now == self.case.now || self.attempt(Case { now, ..self.case.clone() })
    }

    fn attempt_at(&mut self, arg: usize, path: &[u32], new: Value) -> bool {
        let mut case = self.case.clone();
        if let Some(slot) = case.args.get_mut(arg) {
            *slot = replaced(slot, path, new);
        }
        self.attempt(case)
    }

    /// Makes a parameter as like as may be to one of the known values.
    fn rebase(&mut self, arg: usize, known: &[&Value]) {
        let before = self.case.clone();
        let mut best: Option<(usize, Case, Value)> = None;
        for base in known {
            self.case = before.clone();
            if !self.attempt_at(arg, &[], (*base).clone()) {
                self.approach(arg, base);
            }
            let differing = self.case.args.get(arg).map_or(usize::MAX, |value| differences(value, base));
            if best.as_ref().is_none_or(|(least, ..)| differing < *least) {
                best = Some((differing, self.case.clone(), (*base).clone()));
            }
            if differing == 0 {
                break;
            }
        }
        self.case = before;
        if let Some((_, case, base)) = best {
            self.case = case;
            if let Some(slot) = self.bases.get_mut(arg) {
                *slot = Some(base);
            }
        }
    }

    /// Field by field, from the outside in.
    fn approach(&mut self, arg: usize, base: &Value) {
        let mut todo = vec![Path::new()];
        while let Some(path) = todo.pop() {
            let Some(Value::Record(wanted)) = get(base, &path) else { continue };
            for (index, field) in wanted.iter().enumerate() {
                let mut inner = path.clone();
                inner.push(index as u32);
                let same = self.case.args.get(arg).and_then(|v| get(v, &inner)) == Some(field);
                if !same && !self.attempt_at(arg, &inner, field.clone()) && matches!(field, Value::Record(_)) {
                    todo.push(inner);
                }
            }
        }
    }

    /// One attempt at everything that is not as in its base; whether anything became simpler.
    fn round(&mut self) -> bool {
        let mut simpler = false;
        for unit in [DAY, HOUR, MINUTE, SECOND] {
            if grain(self.case.now) > grain(floor(self.case.now, unit)) && self.try_now(floor(self.case.now, unit)) {
                simpler = true;
                break;
            }
        }
        for (arg, ty) in self.tys.iter().enumerate() {
            let Some(value) = self.case.args.get(arg) else { continue };
            // The inner ones last: what is gone as a whole needs no shrinking.
            for site in sites(self.types, ty, value) {
                let Some(old) = self.case.args.get(arg).and_then(|v| get(v, &site.path)).cloned() else { continue };
                let base = self.bases.get(arg).and_then(Option::as_ref).and_then(|b| get(b, &site.path));
                if base == Some(&old) {
                    continue;
                }
                for new in simpler_forms(&site.ty, &old, self.case.now) {
                    if cost(&new) < cost(&old) && self.attempt_at(arg, &site.path, new) {
                        simpler = true;
                        break;
                    }
                }
            }
        }
        simpler
    }
}

/// Fields in which two values of a record type differ, nested records counted by their fields.
fn differences(a: &Value, b: &Value) -> usize {
    let mut count = 0;
    let mut todo = vec![(a, b)];
    while let Some((a, b)) = todo.pop() {
        match (a, b) {
            (Value::Record(a), Value::Record(b)) => todo.extend(a.iter().zip(b.iter())),
            (a, b) => count += usize::from(a != b),
        }
    }
    count
}

/// The simplest first.
fn simpler_forms(ty: &Ty, old: &Value, now: i64) -> Vec<Value> {
    match (ty, old) {
        (_, Value::None | Value::Record(_) | Value::Ip(_) | Value::Cidr(_) | Value::Moving(_)) => Vec::new(),
        (Ty::Optional(inner), old) => {
            let mut forms = vec![Value::None];
            forms.extend(simpler_forms(inner, old, now));
            forms
        }
        (_, Value::Bool(_)) => vec![Value::Bool(false)],
        (_, Value::Case(case)) => (0..*case).map(Value::Case).collect(),
        (_, Value::Int(n)) => [0, 1, -1, n / 2].map(Value::Int).to_vec(),
        (_, Value::Decimal(n)) => [0, 10_000, n / 10_000 * 10_000].map(Value::Decimal).to_vec(),
        (_, Value::String(_)) => ["a", "b", ""].map(|s| Value::String(s.into())).to_vec(),
        (_, Value::Instant(at)) => {
            [floor(now, DAY), now, floor(*at, DAY), floor(*at, HOUR), floor(*at, SECOND)].map(Value::Instant).to_vec()
        }
        (_, Value::Duration(d)) => {
            [0, HOUR, DAY, floor(*d, DAY), floor(*d, HOUR), floor(*d, MINUTE), floor(*d, SECOND)]
                .map(Value::Duration)
                .to_vec()
        }
        (_, Value::List(values)) => without_one(values).into_iter().map(|v| Value::List(v.into())).collect(),
        (_, Value::Set(values)) => without_one(values).into_iter().map(|v| Value::Set(v.into())).collect(),
    }
}

/// Nothing, the first half, then each way of leaving one element out.
fn without_one(values: &[Value]) -> Vec<Vec<Value>> {
    let mut forms = vec![Vec::new(), values.iter().take(values.len() / 2).cloned().collect()];
    forms.extend(
        (0..values.len().min(ELEMENTS))
            .map(|out| values.iter().enumerate().filter(|(i, _)| *i != out).map(|(_, v)| v.clone()).collect()),
    );
    forms
}

fn floor(at: i64, unit: i64) -> i64 {
    at.div_euclid(unit).saturating_mul(unit)
}

/// 0 for a whole day, up to 4 for microseconds.
fn grain(at: i64) -> u64 {
    [DAY, HOUR, MINUTE, SECOND].iter().take_while(|unit| at % **unit != 0).count() as u64
}

/// What becomes less with every step, so that shrinking ends.
fn cost(value: &Value) -> u64 {
    match value {
        Value::None | Value::Bool(false) | Value::Moving(_) => 0,
        Value::Bool(true) => 1,
        Value::Case(case) => u64::from(*case) + 1,
        Value::Int(n) | Value::Decimal(n) => {
            2 * u64::from(64 - n.unsigned_abs().leading_zeros()) + u64::from(*n < 0) + 1
        }
        Value::String(text) if text == "a" => 1,
        Value::String(text) if text == "b" => 2,
        Value::String(text) => 3 + text.len() as u64,
        Value::Instant(at) => 1 + grain(*at),
        Value::Duration(0) => 1,
        Value::Duration(d) => 2 + grain(*d) + u64::from(*d < 0),
        Value::Ip(_) | Value::Cidr(_) => 1,
        Value::Record(values) | Value::List(values) | Value::Set(values) => {
            2 + values.iter().map(|v| 1 + cost(v)).sum::<u64>()
        }
    }
}
