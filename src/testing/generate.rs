//! New values: at the boundaries of what the claim compares, equal to others of the same case, or at random.
//!
//! In: a type, the pool, what the case already holds. Out: a value of that type. A budget bounds how large one case
//! grows; when it is spent, optionals are absent and collections empty.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smol_str::{SmolStr, format_smolstr};
use trust_runtime::net::Cidr;
use trust_runtime::time::{
    DAY, HOUR, MAX_DURATION, MAX_INSTANT, MIN_DURATION, MIN_INSTANT, MINUTE, SECOND, clamp_duration, clamp_instant,
};

use super::pattern::sample;
use super::pool::Pool;
use super::random::Random;
use super::sites::{replaced, scalars, sites};
use crate::program::ty::{RecordId, Ty, Types};
use crate::program::value::Value;

/// Facts for every parameter, and the instant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Case {
    pub args: Vec<Value>,
    pub now: i64,
}

/// What a case already holds: new values are made equal or near to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    scalars: Vec<(Ty, Value)>,
    pub now: i64,
}

impl Near {
    pub fn of(types: &Types, tys: &[Ty], case: &Case) -> Near {
        let mut near = Near { scalars: Vec::new(), now: case.now };
        for (ty, value) in tys.iter().zip(&case.args) {
            near.add(types, ty, value);
        }
        near
    }

    pub fn add(&mut self, types: &Types, ty: &Ty, value: &Value) {
        scalars(types, ty, value, &mut self.scalars);
    }

    fn like(&self, ty: &Ty) -> Vec<&Value> {
        self.scalars.iter().filter(|(t, _)| t == ty).map(|(_, v)| v).collect()
    }
}

/// Nodes of one generated value.
const BUDGET: usize = 400;
/// 2026-01-01, where nothing else says when.
const ANCHOR: i64 = 20_454 * DAY;

pub(super) struct Generator<'a> {
    pub types: &'a Types,
    pub pool: &'a Pool,
    pub random: Random,
    /// Whether cases differ in `now`.
    pub clock: bool,
    budget: usize,
}

impl<'a> Generator<'a> {
    pub fn new(types: &'a Types, pool: &'a Pool, random: Random) -> Self {
        Generator { types, pool, random, clock: true, budget: BUDGET }
    }

    /// A whole case; each value may be like those before it.
    pub fn case(&mut self, tys: &[Ty]) -> Case {
        let mut near = Near { scalars: Vec::new(), now: ANCHOR };
        near.now = self.now(&near);
        let mut args = Vec::new();
        for ty in tys {
            let value = self.value(ty, &mut near);
            args.push(value);
        }
        Case { args, now: near.now }
    }

    /// A value with a budget of its own; `near` takes its scalars in.
    pub fn value(&mut self, ty: &Ty, near: &mut Near) -> Value {
        self.budget = BUDGET;
        self.any(ty, near)
    }

    fn any(&mut self, ty: &Ty, near: &mut Near) -> Value {
        let spent = self.budget == 0;
        self.budget = self.budget.saturating_sub(1);
        match ty {
            Ty::Optional(inner) => {
                if spent || self.random.percent(35) {
                    Value::None
                } else {
                    self.any(inner, near)
                }
            }
            Ty::Record(id) => {
                if !spent
                    && self.random.percent(50)
                    && let Some(seed) = self.random.pick(self.pool.of(ty)).cloned()
                {
                    return self.varied(ty, seed, near);
                }
                self.record(*id, near)
            }
            Ty::List(inner) => {
                let length = if spent { 0 } else { self.length() };
                Value::List((0..length).map(|_| self.any(inner, near)).collect::<Vec<_>>().into())
            }
            Ty::Set(inner) => {
                if !spent
                    && self.random.percent(30)
                    && let Some(known) = self.random.pick(self.pool.of(ty))
                {
                    return known.clone();
                }
                let length = if spent { 0 } else { self.length() };
                Value::set((0..length).map(|_| self.any(inner, near)).collect())
            }
            scalar => {
                let value = self.scalar(scalar, near);
                near.scalars.push((scalar.clone(), value.clone()));
                value
            }
        }
    }

    fn record(&mut self, id: RecordId, near: &mut Near) -> Value {
        let types = self.types;
        let fields = types.record_def(id).fields.iter();
        Value::Record(fields.map(|f| self.any(&f.ty, near)).collect::<Vec<_>>().into())
    }

    /// A known record, one or two of its scalars changed.
    fn varied(&mut self, ty: &Ty, seed: Value, near: &mut Near) -> Value {
        near.add(self.types, ty, &seed);
        let mut value = seed;
        for _ in 0..self.random.below(3) {
            let places: Vec<_> = sites(self.types, ty, &value).into_iter().filter(|s| s.ty.is_scalar()).collect();
            if let Some(place) = self.random.pick(&places) {
                let new = self.scalar(&place.ty, near);
                value = replaced(&value, &place.path, new);
            }
        }
        value
    }

    /// 0 to 4, seldom the larger.
    pub fn length(&mut self) -> usize {
        [0, 1, 1, 2, 2, 2, 3, 3, 4].get(self.random.below(9)).copied().unwrap_or(0)
    }

    pub fn scalar(&mut self, ty: &Ty, near: &Near) -> Value {
        match ty {
            Ty::Bool => Value::Bool(self.random.percent(50)),
            Ty::Int => Value::Int(self.whole(ty, near, 1)),
            Ty::Decimal => Value::Decimal(self.whole(ty, near, 10_000)),
            Ty::String => Value::String(self.string(near)),
            Ty::Instant => Value::Instant(self.instant(near)),
            Ty::Duration => Value::Duration(self.duration(near)),
            Ty::Ip => Value::Ip(self.ip(near)),
            Ty::Cidr => Value::Cidr(self.cidr(near)),
            Ty::Enum(id) => Value::Case(self.random.below(self.types.enum_def(*id).cases.len()) as u32),
            Ty::Record(_) | Ty::List(_) | Ty::Set(_) | Ty::Optional(_) | Ty::Never | Ty::Error => Value::None,
        }
    }

    /// One that the case holds, or a constant.
    fn known(&mut self, ty: &Ty, near: &Near, of_hundred_from_case: usize) -> Option<Value> {
        let like = near.like(ty);
        if self.random.percent(of_hundred_from_case)
            && let Some(value) = self.random.pick(&like)
        {
            return Some((*value).clone());
        }
        self.random.pick(self.pool.of(ty)).cloned()
    }

    fn whole(&mut self, ty: &Ty, near: &Near, unit: i64) -> i64 {
        if self.random.percent(80)
            && let Some(Value::Int(n) | Value::Decimal(n)) = self.known(ty, near, 30)
        {
            let step = [0, 0, 1, -1, unit].get(self.random.below(5)).copied().unwrap_or(0);
            return n.saturating_add(step);
        }
        match self.random.below(20) {
            0 => i64::MAX,
            1 => i64::MIN,
            2 => -unit,
            3..=7 => 0,
            _ => (self.random.below(20) as i64).saturating_mul(unit),
        }
    }

    fn string(&mut self, near: &Near) -> SmolStr {
        if !self.pool.patterns.is_empty()
            && self.random.percent(20)
            && let Some(pattern) = self.random.pick(&self.pool.patterns).cloned()
            && let Some(text) = sample(&pattern, &mut self.random)
        {
            return text.into();
        }
        if self.random.percent(80)
            && let Some(Value::String(text)) = self.known(&Ty::String, near, 50)
        {
            return match self.random.below(12) {
                0 => format_smolstr!("{text}a"),
                1 => format_smolstr!("a{text}"),
                _ => text,
            };
        }
        ["a", "b", "c", "d", ""].get(self.random.below(5)).copied().unwrap_or("").into()
    }

    /// Around the clock and the case's other instants, by the durations that occur.
    fn instant(&mut self, near: &Near) -> i64 {
        match self.random.below(40) {
            0 => return MIN_INSTANT,
            1 => return MAX_INSTANT,
            _ => {}
        }
        let base = if self.random.percent(45) {
            near.now
        } else {
            match self.known(&Ty::Instant, near, 50) {
                Some(Value::Instant(at)) => at,
                _ => near.now,
            }
        };
        self.shifted(base, near)
    }

    /// Around the case's instants and the constants.
    pub fn now(&mut self, near: &Near) -> i64 {
        if !self.clock {
            return near.now;
        }
        match self.random.below(50) {
            0 => return MIN_INSTANT,
            1 => return MAX_INSTANT,
            _ => {}
        }
        let base = match self.known(&Ty::Instant, near, 70) {
            Some(Value::Instant(at)) => at,
            _ => near.now,
        };
        self.shifted(base, near)
    }

    fn shifted(&mut self, base: i64, near: &Near) -> i64 {
        let shift = match self.random.below(10) {
            0..=3 => 0,
            4..=7 => {
                let length = match self.known(&Ty::Duration, near, 30) {
                    Some(Value::Duration(length)) => length,
                    _ => DAY,
                };
                if self.random.percent(50) { length } else { -length }
            }
            _ => {
                let unit = [MINUTE, HOUR, DAY].get(self.random.below(3)).copied().unwrap_or(DAY);
                (self.random.below(800) as i64 - 400) * unit
            }
        };
        let edge = [0, 0, 0, 1, -1, SECOND, -SECOND].get(self.random.below(7)).copied().unwrap_or(0);
        clamp_instant(clamp_instant(base.saturating_add(shift)).saturating_add(edge))
    }

    fn duration(&mut self, near: &Near) -> i64 {
        let length = if self.random.percent(75) {
            match self.known(&Ty::Duration, near, 30) {
                Some(Value::Duration(length)) => length,
                _ => HOUR,
            }
        } else {
            match self.random.below(10) {
                0 => 0,
                1 => -HOUR,
                2 => 10_000 * DAY,
                8 => return MAX_DURATION,
                9 => return MIN_DURATION,
                3 | 4 => (self.random.below(120) as i64) * MINUTE,
                _ => (self.random.below(400) as i64) * DAY,
            }
        };
        let edge = [0, 0, 0, 1, -1, SECOND, -SECOND].get(self.random.below(7)).copied().unwrap_or(0);
        clamp_duration(length.saturating_add(edge))
    }

    fn ip(&mut self, near: &Near) -> IpAddr {
        if self.random.percent(50)
            && let Some(Value::Cidr(net)) = self.known(&Ty::Cidr, near, 50)
        {
            return match self.random.below(4) {
                0 => beside(net.address, 1),
                1 => beside(net.address, -1),
                _ => net.address,
            };
        }
        if self.random.percent(80)
            && let Some(Value::Ip(ip)) = self.known(&Ty::Ip, near, 50)
        {
            return if self.random.percent(20) { beside(ip, 1) } else { ip };
        }
        if self.random.percent(70) { Ipv4Addr::new(192, 0, 2, 1).into() } else { Ipv6Addr::LOCALHOST.into() }
    }

    fn cidr(&mut self, near: &Near) -> Cidr {
        if self.random.percent(80)
            && let Some(Value::Cidr(net)) = self.known(&Ty::Cidr, near, 50)
        {
            // The same, or the network at its start that is half as large.
            let widest = if net.address.is_ipv4() { 32 } else { 128 };
            let longer = self.random.percent(30) && net.prefix < widest;
            return Cidr { prefix: net.prefix + u8::from(longer), ..net };
        }
        if self.random.percent(50)
            && let Some(Value::Ip(address)) = self.known(&Ty::Ip, near, 50)
        {
            return Cidr { address, prefix: if address.is_ipv4() { 32 } else { 128 } };
        }
        Cidr { address: Ipv4Addr::new(10, 0, 0, 0).into(), prefix: 8 }
    }
}

fn beside(ip: IpAddr, step: i8) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4).wrapping_add_signed(step.into())).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6).wrapping_add_signed(step.into())).into(),
    }
}
