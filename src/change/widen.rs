//! From one value that permits to what is needed.
//!
//! In: changes that permit together. Out: the same without those that are not needed, each with the bound, the cases or the
//! elements that are needed while the others are as told. Always: the values told permit, all of them together; at a
//! bound it permits and beside it it denies.

use std::net::IpAddr;

use trust_runtime::net::Cidr;

use super::candidates::{STRANGER, line, number, strangers};
use super::places::{Place, Places};
use super::search::{Search, Step, applied, told};
use super::{Change, Need};
use crate::decision::Effect;
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::testing::pool::of_clauses;

/// Values named where there is no bound.
const NAMED: usize = 3;

/// Absent where the values do not permit together after all.
pub fn settled(search: &Search<'_>, steps: Vec<Step>) -> Option<Vec<Change>> {
    let question = search.question;
    let mut steps = without_needless(search, steps);
    let rounds = if steps.len() == 1 { 1 } else { 2 };
    let mut changes = Vec::new();
    for _ in 0..rounds {
        changes.clear();
        for i in 0..steps.len() {
            let change = settle(search, &steps, i)?;
            if let Some((_, value)) = steps.get_mut(i) {
                *value = change.nearest.clone();
            }
            changes.push(change);
        }
    }
    let args = applied(question.args, &steps);
    let decision = question.oracle.decide(question.block, &args, question.prior, question.now);
    (decision.effect == Some(Effect::Permit)).then_some(changes)
}

fn without_needless(search: &Search<'_>, mut steps: Vec<Step>) -> Vec<Step> {
    let mut i = 0;
    while i < steps.len() && steps.len() > 1 {
        let mut fewer = steps.clone();
        fewer.remove(i);
        if search.permits(&applied(search.question.args, &fewer)) {
            steps = fewer;
        } else {
            i += 1;
        }
    }
    steps
}

/// One of the changes, while the others stay.
struct One<'a> {
    search: &'a Search<'a>,
    place: &'a Place,
    /// The arguments with the others changed, and this fact as it was.
    base: Vec<Value>,
    old: Value,
    found: Value,
    /// Other values that may be tried.
    candidates: Vec<Value>,
    /// The networks among the constants and the other facts.
    networks: Vec<Value>,
}

fn settle(search: &Search<'_>, steps: &[Step], i: usize) -> Option<Change> {
    let question = search.question;
    let (place, found) = steps.get(i)?;
    let old = place.value(question.args)?.clone();
    let others: Vec<Step> = steps.iter().enumerate().filter(|(n, _)| *n != i).map(|(_, step)| step.clone()).collect();
    let base = place.with(&applied(question.args, &others), old.clone());
    let blocking = search.blocking(&base).unwrap_or_default();
    let places = Places::of(question.program, question.program.block(question.block), &base);
    let pool = of_clauses(question.program, &blocking.clauses);
    let known = search.candidates(&pool, &places, &blocking, &base);
    let (candidates, networks) = (known.of(place), known.known(&Ty::Cidr));
    let one = One { search, place, base, old, found: found.clone(), candidates, networks };
    Some(one.change())
}

impl One<'_> {
    fn permits(&self, value: &Value) -> bool {
        self.search.permits(&self.place.with(&self.base, value.clone()))
    }

    fn change(mut self) -> Change {
        let mut or_absent = self.place.ty.is_optional() && self.old != Value::None && self.permits(&Value::None);
        if self.found == Value::None {
            match self.candidates.iter().find(|v| **v != Value::None && self.permits(v)).cloned() {
                Some(value) => self.found = value,
                None => {
                    or_absent = false;
                }
            }
        }
        let (nearest, need) = match self.place.ty.present() {
            _ if self.found == Value::None => (Value::None, Need::Absent),
            Ty::Int | Ty::Decimal | Ty::Instant | Ty::Duration => self.range(),
            Ty::Bool | Ty::Enum(_) => self.cases(),
            Ty::Set(_) | Ty::List(_) => self.elements(),
            Ty::Ip => self.networks(),
            Ty::String | Ty::Cidr | Ty::Record(_) | Ty::Optional(_) | Ty::Never | Ty::Error => self.named(),
        };
        Change { path: told(self.place), ty: self.place.ty.clone(), from: self.old, nearest, need, or_absent }
    }

    /// The stretch of values that permit, from the one next to the old value on.
    fn range(&self) -> (Value, Need) {
        let Some((of, least, most)) = line(self.place.ty.present()) else { return self.named() };
        let Some(found) = number(&self.found) else { return self.named() };
        let permits = |n: i64| self.permits(&of(n));
        let mut good = vec![found];
        let mut bad: Vec<i64> = number(&self.old).into_iter().collect();
        for n in self.candidates.iter().filter_map(number).chain([least, most]) {
            if !good.contains(&n) && !bad.contains(&n) {
                if permits(n) { good.push(n) } else { bad.push(n) }
            }
        }
        let start = match number(&self.old) {
            Some(old) => good.iter().copied().min_by_key(|n| n.abs_diff(old)).unwrap_or(found),
            None => found,
        };
        let below = bad.iter().copied().filter(|n| *n < start).max();
        let above = bad.iter().copied().filter(|n| *n > start).min();
        // As far as is known without a gap, then exactly.
        let reached = |n: &i64| below.is_none_or(|b| *n > b) && above.is_none_or(|a| *n < a);
        let low = good.iter().copied().filter(reached).min().unwrap_or(start);
        let high = good.iter().copied().filter(reached).max().unwrap_or(start);
        let low = below.map(|bad| edge(bad, low, &permits));
        let high = above.map(|bad| edge(bad, high, &permits));
        let nearest = match (number(&self.old), low, high) {
            (Some(old), Some(low), _) if old < start => low,
            (Some(old), _, Some(high)) if old > start => high,
            _ => start,
        };
        let elsewhere = good.iter().any(|n| low.is_some_and(|low| *n < low) || high.is_some_and(|high| *n > high));
        let need = match (low, high) {
            (None, None) => Need::Present,
            (low, high) => Need::Range { least: low.map(of), most: high.map(of), only: !elsewhere },
        };
        (of(nearest), need)
    }

    fn cases(&self) -> (Value, Need) {
        let (count, ordered) = match self.place.ty.present() {
            Ty::Enum(id) => {
                let def = self.search.question.program.types.enum_def(*id);
                (def.cases.len() as u32, def.ordered)
            }
            _ => (2, false),
        };
        let value = |n: u32| if *self.place.ty.present() == Ty::Bool { Value::Bool(n == 1) } else { Value::Case(n) };
        let good: Vec<u32> = (0..count).filter(|n| self.permits(&value(*n))).collect();
        let (Some(first), Some(last)) = (good.first().copied(), good.last().copied()) else { return self.named() };
        let all: Vec<Value> = good.iter().map(|n| value(*n)).collect();
        let absent = self.old == Value::None;
        if absent && good.len() == count as usize {
            return (self.found.clone(), Need::Present);
        }
        let gapless = good.len() == (last - first + 1) as usize;
        if !ordered || !gapless || good.len() == 1 {
            let nearest = if all.contains(&self.found) { self.found.clone() } else { value(first) };
            return (nearest, Need::OneOf(all));
        }
        let nearest = match &self.old {
            Value::Case(old) if *old > last => last,
            _ => first,
        };
        let least = (first > 0).then(|| value(first));
        let most = (last + 1 < count).then(|| value(last));
        (value(nearest), Need::Range { least, most, only: true })
    }

    /// As few elements more and less as may be.
    fn elements(&self) -> (Value, Need) {
        let of = |value: &Value| match value {
            Value::Set(values) | Value::List(values) => values.to_vec(),
            _ => Vec::new(),
        };
        if self.old == Value::None {
            return self.named();
        }
        let is_set = matches!(self.found, Value::Set(_));
        let old = of(&self.old);
        if !is_set {
            let new = of(&self.found);
            let with: Vec<Value> = new.get(old.len()..).unwrap_or_default().to_vec();
            let grown = new.starts_with(&old);
            let without: Vec<Value> = if grown { Vec::new() } else { left_out(&old, &new) };
            let kept = old.iter().filter(|v| new.contains(v)).count();
            if !grown && (kept != new.len() || without.len() + new.len() != old.len()) {
                return self.named();
            }
            let with = if grown { with } else { Vec::new() };
            return (self.found.clone(), Need::Elements { with, without });
        }
        let mut new = of(&self.found);
        for value in old.iter().chain(of(&self.found).iter()) {
            // Back to how it was, where that is enough.
            let mut other = new.clone();
            match other.iter().position(|v| v == value) {
                Some(at) if !old.contains(value) => {
                    other.remove(at);
                }
                None if old.contains(value) => other.push(value.clone()),
                _ => continue,
            }
            if self.permits(&Value::set(other.clone())) {
                new = other;
            }
        }
        let with: Vec<Value> = new.iter().filter(|v| !old.contains(v)).cloned().collect();
        let without: Vec<Value> = old.iter().filter(|v| !new.contains(v)).cloned().collect();
        if *self.place.ty.present().element().unwrap_or(&Ty::Error) == Ty::String
            && !with.is_empty()
            && without.is_empty()
        {
            // Where it is only their number that counts, no name is better than another.
            let more = Value::set(old.iter().cloned().chain(strangers(with.len())).collect());
            if self.permits(&more) {
                return (more, Need::More(with.len()));
            }
        }
        (Value::set(new), Need::Elements { with, without })
    }

    /// Whole networks, where an address is asked to be in one.
    fn networks(&self) -> (Value, Need) {
        let Value::Ip(found) = &self.found else { return self.named() };
        let mut good: Vec<Value> = Vec::new();
        let mut holds = false;
        for value in &self.networks {
            let Value::Cidr(cidr) = value else { continue };
            let inside = ends_of(cidr).map(Value::Ip);
            if good.len() < NAMED && !good.contains(value) && inside.iter().all(|ip| self.permits(ip)) {
                holds |= cidr.contains(found);
                good.push(value.clone());
            }
        }
        if holds { (self.found.clone(), Need::Within(good)) } else { self.named() }
    }

    fn named(&self) -> (Value, Need) {
        let mut tried = self.candidates.iter().filter(|v| **v != Value::None);
        if self.old == Value::None && self.candidates.len() > 1 && tried.all(|v| self.permits(v)) {
            return (self.found.clone(), Need::Present);
        }
        let stranger = Value::String(STRANGER.into());
        if *self.place.ty.present() == Ty::String && self.permits(&stranger) {
            return (stranger, Need::Other);
        }
        let mut good = vec![self.found.clone()];
        for value in &self.candidates {
            let whole = matches!(value, Value::None | Value::Record(_) | Value::List(_) | Value::Set(_));
            if good.len() < NAMED && !whole && !good.contains(value) && self.permits(value) {
                good.push(value.clone());
            }
        }
        (self.found.clone(), Need::SuchAs(good))
    }
}

/// The first, the second and the last address of a network.
fn ends_of(cidr: &Cidr) -> [IpAddr; 3] {
    let free = |bits: u32| bits.saturating_sub(u32::from(cidr.prefix));
    match cidr.address {
        IpAddr::V4(first) => {
            let first = u32::from(first);
            let last = first | u32::MAX.checked_shr(32 - free(32)).unwrap_or(0);
            [first, first.saturating_add(1).min(last), last].map(|n| IpAddr::V4(n.into()))
        }
        IpAddr::V6(first) => {
            let first = u128::from(first);
            let last = first | u128::MAX.checked_shr(128 - free(128)).unwrap_or(0);
            [first, first.saturating_add(1).min(last), last].map(|n| IpAddr::V6(n.into()))
        }
    }
}

fn left_out(old: &[Value], new: &[Value]) -> Vec<Value> {
    let mut rest = new.iter().peekable();
    let mut out = Vec::new();
    for value in old {
        if rest.peek() == Some(&value) {
            rest.next();
        } else {
            out.push(value.clone());
        }
    }
    out
}

/// Between a number that denies and one that permits: the one that permits and has a neighbour that denies.
fn edge(bad: i64, good: i64, permits: &impl Fn(i64) -> bool) -> i64 {
    let (mut bad, mut good) = (bad, good);
    while bad.abs_diff(good) > 1 {
        let middle = i64::try_from((i128::from(bad) + i128::from(good)) / 2).unwrap_or(good);
        if permits(middle) { good = middle } else { bad = middle }
    }
    good
}
