//! Values that a fact might have instead.
//!
//! In: a place, the constants that matter, all other facts, `now`. Out: values of its type without the one it has, the
//! likeliest first; of a fixed order and number.

use std::net::IpAddr;
use std::sync::Arc;

use trust_runtime::time::{
    DAY, MAX_DURATION, MAX_INSTANT, MIN_DURATION, MIN_INSTANT, clamp_duration, clamp_instant, instant_add,
};

use super::places::{Place, Places};
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;
use crate::testing::pattern::sample;
use crate::testing::pool::Pool;
use crate::testing::random::Random;

/// Values tried at one place.
pub const MOST: usize = 96;
/// Constants, or facts, of one type that are used.
const KNOWN: usize = 24;
/// Elements of one list or set that are tried without.
const ELEMENTS: usize = 24;
/// Attempts at a string for one pattern.
const SAMPLES: usize = 4;
/// Beginnings and ends that are put to a string, and places where it is cut for that.
const PARTS: usize = 4;
const TAILS: usize = 4;
const SEPARATORS: [char; 4] = ['/', ':', '@', '.'];
/// A string that nobody has in mind.
pub const STRANGER: &str = "another";
/// As many of them are put into one set.
const STRANGERS: usize = 8;

/// Different strings that nobody has in mind.
pub fn strangers(count: usize) -> impl Iterator<Item = Value> {
    (1..=count).map(|n| Value::String(if n == 1 { STRANGER.into() } else { format!("{STRANGER} {n}").into() }))
}

pub struct Candidates<'a> {
    pub types: &'a Types,
    pub pool: &'a Pool,
    pub places: &'a Places,
    /// The facts that were read where it denies.
    pub read: &'a [Arc<str>],
    pub args: &'a [Value],
    /// Records and lists that the package's tests use.
    pub examples: &'a [(Ty, Value)],
    pub now: i64,
    /// Elements that a list may have.
    pub longest: usize,
}

impl Candidates<'_> {
    pub fn of(&self, place: &Place) -> Vec<Value> {
        let Some(old) = place.value(self.args) else { return Vec::new() };
        let mut found = Vec::new();
        let mut add = |value: Value| {
            if value != *old && found.len() < MOST && !found.contains(&value) {
                found.push(value);
            }
        };
        self.values(place.ty.present(), old).into_iter().for_each(&mut add);
        if place.ty.is_optional() {
            // Of many, still one of them.
            found.truncate(MOST - 1);
            if *old != Value::None {
                found.push(Value::None);
            }
        }
        found
    }

    fn values(&self, ty: &Ty, old: &Value) -> Vec<Value> {
        match ty {
            Ty::Bool => vec![Value::Bool(true), Value::Bool(false)],
            Ty::Enum(id) => (0..self.types.enum_def(*id).cases.len()).map(|c| Value::Case(c as u32)).collect(),
            Ty::Int => self.numbers(ty, old, Value::Int, i64::MIN, i64::MAX),
            Ty::Decimal => self.numbers(ty, old, Value::Decimal, i64::MIN, i64::MAX),
            Ty::Duration => self.durations(old),
            Ty::Instant => self.instants(old),
            Ty::String => self.strings(old),
            Ty::Ip => self.addresses(),
            Ty::Cidr => self.known(ty),
            Ty::Set(inner) => self.sets(ty, inner, old),
            Ty::List(inner) => self.lists(ty, inner, old),
            Ty::Record(_) => {
                let mut all = self.known(ty);
                all.extend(
                    self.examples.iter().filter(|(of, _)| of.present() == ty).map(|(_, v)| v.clone()).take(KNOWN),
                );
                all
            }
            Ty::Optional(_) | Ty::Never | Ty::Error => Vec::new(),
        }
    }

    /// Facts of the type that were read with it, constants, then other facts; those in sets too.
    pub fn known(&self, ty: &Ty) -> Vec<Value> {
        let mut all = self.facts(ty, true);
        all.extend(self.pool.of(ty).iter().take(KNOWN).cloned());
        for value in self.facts(ty, false) {
            if !all.contains(&value) {
                all.push(value);
            }
        }
        all
    }

    fn facts(&self, ty: &Ty, read: bool) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        for place in self.places.all().iter().filter(|place| self.read.contains(&place.text) == read) {
            let Some(value) = place.value(self.args) else { continue };
            match (place.ty.present(), value) {
                (_, Value::None) => {}
                (of, value) if of == ty => all.push(value.clone()),
                (Ty::Set(of), Value::Set(values)) if **of == *ty => all.extend(values.iter().take(KNOWN).cloned()),
                _ => {}
            }
            if all.len() >= KNOWN {
                break;
            }
        }
        all
    }

    fn instants_known(&self) -> Vec<i64> {
        let all = self.facts(&Ty::Instant, true).into_iter().chain(self.facts(&Ty::Instant, false));
        all.filter_map(|v| number(&v)).collect()
    }

    fn numbers(&self, ty: &Ty, old: &Value, of: fn(i64) -> Value, least: i64, most: i64) -> Vec<Value> {
        let mut all: Vec<i64> = Vec::new();
        for value in self.known(ty).iter().filter_map(number).chain(number(old)) {
            all.extend([value, value.saturating_add(1), value.saturating_sub(1)]);
        }
        // What arithmetic makes of a limit, and what no limit reaches.
        all.extend([0, least / 4, most / 4, 1_000_000, -1_000_000, least, most]);
        all.into_iter().map(of).collect()
    }

    fn durations(&self, old: &Value) -> Vec<Value> {
        let mut all = Vec::new();
        for value in self.known(&Ty::Duration).iter().filter_map(number).chain(number(old)) {
            all.extend([value, value.saturating_add(1), value.saturating_sub(1)]);
        }
        let instants: Vec<i64> = self.instants_known().into_iter().take(4).collect();
        for a in &instants {
            all.push(self.now.saturating_sub(*a));
            all.extend(instants.iter().map(|b| a.saturating_sub(*b)));
        }
        all.extend([0, DAY, 365 * DAY, MIN_DURATION, MAX_DURATION]);
        all.into_iter().map(|d| Value::Duration(clamp_duration(d))).collect()
    }

    fn instants(&self, old: &Value) -> Vec<Value> {
        let beside = |at: i64| [at, at.saturating_add(1), at.saturating_sub(1)];
        let facts = self.instants_known();
        let lengths: Vec<i64> = self.known(&Ty::Duration).iter().filter_map(number).take(12).collect();
        let mut all: Vec<i64> = beside(self.now).into();
        let shifts = |base: i64| lengths.iter().flat_map(move |d| [instant_add(base, -*d), instant_add(base, *d)]);
        all.extend(facts.iter().take(6).flat_map(|at| beside(*at)));
        all.extend([MIN_INSTANT, MAX_INSTANT, self.now.saturating_sub(DAY), self.now.saturating_add(DAY)]);
        all.extend([self.now.saturating_sub(365 * DAY), self.now.saturating_add(365 * DAY)]);
        all.extend(shifts(self.now));
        all.extend(self.pool.of(&Ty::Instant).iter().take(KNOWN).filter_map(number).flat_map(beside));
        all.extend(facts.iter().take(3).flat_map(|at| shifts(*at)));
        all.extend(number(old).into_iter().flat_map(beside));
        all.into_iter().map(|at| Value::Instant(clamp_instant(at))).collect()
    }

    fn strings(&self, old: &Value) -> Vec<Value> {
        let mut all = self.known(&Ty::String);
        for pattern in self.pool.patterns.iter().take(KNOWN) {
            // The pattern's own seed: the same strings every time.
            let mut random = Random::new(0, pattern.source());
            let made = (0..SAMPLES).find_map(|_| sample(pattern, &mut random));
            all.extend(made.map(|text| Value::String(text.into())));
        }
        if let Value::String(old) = old {
            // A start that is asked for, with the rest as it is, from one separator or another on; or an end.
            let read = self.facts(&Ty::String, true).into_iter().filter(|v| text(v) != Some(old));
            let parts: Vec<Value> = read.chain(self.pool.of(&Ty::String).iter().cloned()).take(PARTS).collect();
            // The shortest first.
            let ends = old.rmatch_indices(SEPARATORS).map(|(at, _)| at).take(TAILS);
            let tails: Vec<&str> = ends.flat_map(|at| [old.get(at + 1..), old.get(at..)]).flatten().collect();
            for part in parts.iter().filter_map(text) {
                let twice = |tail: &str| part.ends_with(SEPARATORS) && tail.starts_with(SEPARATORS);
                let tails = tails.iter().filter(|tail| !twice(tail)).map(|tail| format!("{part}{tail}"));
                let made = tails.chain([format!("{part}{old}"), format!("{old}{part}")]);
                all.extend(made.map(|text| Value::String(text.into())));
            }
        }
        all.push(Value::String(STRANGER.into()));
        all.push(Value::String("".into()));
        all
    }

    fn addresses(&self) -> Vec<Value> {
        let mut all = self.known(&Ty::Ip);
        for cidr in self.known(&Ty::Cidr) {
            if let Value::Cidr(cidr) = cidr {
                all.push(Value::Ip(cidr.address));
            }
        }
        all.extend([IpAddr::from([192, 0, 2, 1]), IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1])].map(Value::Ip));
        all
    }

    /// One element more or less, then many.
    fn sets(&self, ty: &Ty, inner: &Ty, old: &Value) -> Vec<Value> {
        let elements: &[Value] = if let Value::Set(values) = old { values } else { &[] };
        let mut all = Vec::new();
        for value in self.elements(inner) {
            if !elements.contains(&value) && elements.len() < self.longest {
                all.push(Value::set(elements.iter().cloned().chain([value]).collect()));
            }
        }
        all.extend(each_left_out(elements).map(Value::set));
        // All that is known at once: what is not needed is left out later.
        let more: Vec<Value> = self.known(inner);
        if elements.len() + more.len() <= self.longest {
            all.push(Value::set(elements.iter().cloned().chain(more).collect()));
        }
        // Where only their number counts.
        if *inner == Ty::String && elements.len() + STRANGERS <= self.longest {
            all.push(Value::set(elements.iter().cloned().chain(strangers(STRANGERS)).collect()));
        }
        for other in self.known(ty) {
            let Value::Set(other) = &other else { continue };
            if elements.len() + other.len() <= self.longest {
                all.push(Value::set(elements.iter().chain(other.iter()).cloned().collect()));
            }
            all.push(Value::set(elements.iter().filter(|v| other.contains(v)).cloned().collect()));
            all.push(Value::set(elements.iter().filter(|v| !other.contains(v)).cloned().collect()));
            all.push(Value::Set(other.clone()));
        }
        all.push(Value::Set([].into()));
        all
    }

    fn lists(&self, ty: &Ty, inner: &Ty, old: &Value) -> Vec<Value> {
        let elements: &[Value] = if let Value::List(values) = old { values } else { &[] };
        let mut all = Vec::new();
        if elements.len() < self.longest {
            for value in self.elements(inner) {
                all.push(Value::List(elements.iter().cloned().chain([value]).collect()));
            }
        }
        all.extend(each_left_out(elements).map(|v| Value::List(v.into())));
        all.push(Value::List([].into()));
        all.extend(self.known(ty));
        all.extend(self.examples.iter().filter(|(of, _)| of.present() == ty).map(|(_, v)| v.clone()).take(KNOWN));
        all
    }

    /// What could be an element.
    fn elements(&self, inner: &Ty) -> Vec<Value> {
        match inner {
            Ty::Bool | Ty::Enum(_) | Ty::Record(_) => self.values(inner, &Value::None),
            Ty::String => {
                let mut all = self.facts(inner, true);
                all.push(Value::String(STRANGER.into()));
                all.extend(self.known(inner));
                all
            }
            Ty::Instant => self.instants(&Value::None).into_iter().take(6).collect(),
            Ty::Ip => self.addresses(),
            _ => self.known(inner),
        }
    }
}

fn each_left_out(elements: &[Value]) -> impl Iterator<Item = Vec<Value>> {
    let without = |out: usize| elements.iter().enumerate().filter(move |(i, _)| *i != out).map(|(_, v)| v.clone());
    (0..elements.len().min(ELEMENTS)).map(move |out| without(out).collect())
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The number behind a value that has an order and a distance.
pub fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Decimal(n) | Value::Instant(n) | Value::Duration(n) => Some(*n),
        _ => None,
    }
}

/// Makes a number a value.
type Make = fn(i64) -> Value;

/// The number as a value of the type, and the ends of that type.
pub fn line(ty: &Ty) -> Option<(Make, i64, i64)> {
    match ty {
        Ty::Int => Some((Value::Int, i64::MIN, i64::MAX)),
        Ty::Decimal => Some((Value::Decimal, i64::MIN, i64::MAX)),
        Ty::Instant => Some((Value::Instant, MIN_INSTANT, MAX_INSTANT)),
        Ty::Duration => Some((Value::Duration, MIN_DURATION, MAX_DURATION)),
        _ => None,
    }
}
