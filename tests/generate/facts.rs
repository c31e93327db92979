//! Facts for a checked program: values of its types, priors, events, keys, and instants worth asking at.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trust_runtime::net::{Cidr, parse_ip};
use trust_runtime::time::{add_months, instant_add, instant_sub_duration};
use trustc::interp::Prior;
use trustc::program::ty::{RecordId, Ty, Types};
use trustc::program::value::Value;
use trustc::program::{BlockDef, Checked, ClauseId, ClauseKind};

use super::Hints;
use super::pools::{self, CIDRS, DECIMALS, INTS, IPS, MAX_INSTANT, MIN_INSTANT, TEXTS};
use super::rng::Rng;

/// The arguments of a block.
pub fn args(rng: &mut Rng, program: &Checked, block: &BlockDef, hints: &Hints) -> Vec<Value> {
    block.params.iter().map(|p| value(rng, &program.types, &p.ty, hints)).collect()
}

/// Any value of a type.
pub fn value(rng: &mut Rng, types: &Types, ty: &Ty, hints: &Hints) -> Value {
    match ty {
        Ty::Bool => Value::Bool(rng.chance(50)),
        Ty::Int => Value::Int(rng.pick(INTS).copied().unwrap_or_default()),
        Ty::Decimal => Value::Decimal(rng.pick(DECIMALS).copied().unwrap_or_default()),
        Ty::String => Value::String(SmolStr::new(rng.pick(TEXTS).copied().unwrap_or_default())),
        Ty::Instant => Value::Instant(instant(rng, hints)),
        Ty::Duration => Value::Duration(match rng.pick(&hints.durations) {
            Some(length) if rng.chance(30) => *length,
            _ => pools::duration(rng),
        }),
        Ty::Ip => rng.pick(IPS).and_then(|t| parse_ip(t).ok()).map_or(Value::None, Value::Ip),
        Ty::Cidr => rng.pick(CIDRS).and_then(|t| Cidr::parse(t).ok()).map_or(Value::None, Value::Cidr),
        Ty::Enum(id) => Value::Case(rng.below(types.enum_def(*id).cases.len()) as u32),
        Ty::Record(id) => record(rng, types, *id, hints),
        Ty::List(of) => {
            let count = rng.below(4);
            Value::List((0..count).map(|_| value(rng, types, of, hints)).collect())
        }
        Ty::Set(of) => {
            let count = rng.below(4);
            Value::set((0..count).map(|_| value(rng, types, of, hints)).collect())
        }
        Ty::Optional(of) => {
            if rng.chance(35) {
                Value::None
            } else {
                value(rng, types, of, hints)
            }
        }
        Ty::Never | Ty::Error => Value::None,
    }
}

pub fn record(rng: &mut Rng, types: &Types, id: RecordId, hints: &Hints) -> Value {
    let fields = types.record_def(id).fields.iter();
    Value::Record(fields.map(|f| value(rng, types, &f.ty, hints)).collect())
}

/// Often one that the policy names, or so far from it as the policy says.
fn instant(rng: &mut Rng, hints: &Hints) -> i64 {
    let Some(at) = rng.pick(&hints.instants).copied().filter(|_| rng.chance(40)) else { return pools::instant(rng) };
    match rng.pick(&hints.durations) {
        Some(length) if rng.chance(50) => instant_add(at, *length),
        _ => at,
    }
}

pub fn triggers(block: &BlockDef) -> Vec<ClauseId> {
    block.clauses().filter(|(_, c)| matches!(c.kind, ClauseKind::Trigger { .. })).map(|(id, _)| id).collect()
}

/// Some of the triggers.
pub fn prior_triggers(rng: &mut Rng, block: &BlockDef) -> BTreeSet<ClauseId> {
    triggers(block).into_iter().filter(|_| rng.chance(25)).collect()
}

pub fn prior(rng: &mut Rng, block: &BlockDef) -> Prior {
    match rng.below(10) {
        0..=6 => Prior::None,
        7 | 8 => Prior::Triggers(prior_triggers(rng, block)),
        _ => Prior::Standing(rng.below(4) as u32),
    }
}

/// The events a block waits for.
pub fn events(block: &BlockDef) -> Vec<RecordId> {
    let mut found: Vec<RecordId> = block
        .clauses
        .iter()
        .filter_map(|c| match &c.kind {
            ClauseKind::Trigger { event, .. } | ClauseKind::Reinstate { event, .. } => Some(*event),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// One of the instants, mostly one of those that matter.
pub fn moment(rng: &mut Rng, times: &[i64]) -> i64 {
    let near: Vec<i64> = times.iter().copied().filter(|t| (t - pools::BASE).abs() < 10 * pools::DAY).collect();
    let times = if rng.chance(70) { &near } else { times };
    rng.pick(times).copied().unwrap_or(pools::BASE)
}

/// Instants at which an answer may change: those of the facts and the policy, shifted by its durations, and their
/// neighbours. Sorted.
pub fn boundaries(facts: &[Value], hints: &Hints) -> Vec<i64> {
    let mut instants: Vec<i64> = hints.instants.clone();
    let mut durations: Vec<i64> = hints.durations.clone();
    facts.iter().for_each(|v| times(v, &mut instants, &mut durations));
    durations.push(0);
    instants.sort_unstable();
    instants.dedup();
    durations.sort_unstable();
    durations.dedup();
    let mut found = BTreeSet::from([MIN_INSTANT, MAX_INSTANT - 1, MAX_INSTANT, pools::BASE]);
    for at in &instants {
        for length in &durations {
            for shifted in [instant_add(*at, *length), instant_sub_duration(*at, *length)] {
                found.extend([shifted - 1, shifted, shifted + 1]);
            }
        }
        for months in [1, -1, 2] {
            found.insert(add_months(*at, months));
        }
    }
    found.into_iter().filter(|t| (MIN_INSTANT..=MAX_INSTANT).contains(t)).collect()
}

fn times(value: &Value, instants: &mut Vec<i64>, durations: &mut Vec<i64>) {
    match value {
        Value::Instant(at) => instants.push(*at),
        Value::Duration(length) => durations.push(*length),
        Value::Record(parts) | Value::List(parts) | Value::Set(parts) => {
            parts.iter().for_each(|v| times(v, instants, durations));
        }
        _ => {}
    }
}
