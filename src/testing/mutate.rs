//! One case made from another: a value here or there becomes another one.
//!
//! In: a case that came close. Out: a case that differs in one to three places; or, for a sweep, every case that differs in
//! one scalar by a value at a boundary.

use trust_runtime::time::{
    MAX_DURATION, MAX_INSTANT, MIN_DURATION, MIN_INSTANT, SECOND, clamp_duration, clamp_instant,
};

use super::generate::{Case, Generator, Near};
use super::sites::{Site, get, replaced, sites};
use crate::program::ty::Ty;
use crate::program::value::Value;

pub(super) fn mutated(generator: &mut Generator<'_>, tys: &[Ty], parent: &Case) -> Case {
    let mut case = parent.clone();
    let times = 1 + [0, 0, 0, 1, 1, 2].get(generator.random.below(6)).copied().unwrap_or(0);
    for _ in 0..times {
        let mut near = Near::of(generator.types, tys, &case);
        let places = places(generator, tys, &case);
        // The clock is one place among the others, and a frequent one.
        if places.is_empty() || (generator.clock && generator.random.percent(15)) {
            case.now = generator.now(&near);
            continue;
        }
        // Half the time every parameter has the same chance, however little is in it.
        let only = generator.random.percent(50).then(|| generator.random.below(tys.len()));
        let places: Vec<_> = places.into_iter().filter(|(arg, _)| only.is_none_or(|o| o == *arg)).collect();
        let Some((arg, site)) = generator.random.pick(&places).cloned() else { continue };
        let Some(whole) = case.args.get(arg) else { continue };
        let Some(old) = get(whole, &site.path) else { continue };
        let new = another(generator, &site.ty, old, &mut near);
        let whole = replaced(whole, &site.path, new);
        if let Some(slot) = case.args.get_mut(arg) {
            *slot = whole;
        }
    }
    case
}

fn places(generator: &Generator<'_>, tys: &[Ty], case: &Case) -> Vec<(usize, Site)> {
    let of = |(arg, (ty, value))| sites(generator.types, ty, value).into_iter().map(move |site| (arg, site));
    tys.iter().zip(&case.args).enumerate().flat_map(of).collect()
}

/// Another value for a place, often one that is near to the old.
fn another(generator: &mut Generator<'_>, ty: &Ty, old: &Value, near: &mut Near) -> Value {
    match (ty, old) {
        (Ty::Optional(_), Value::None) => generator.value(ty.present(), near),
        (Ty::Optional(_), _) if generator.random.percent(40) => Value::None,
        (Ty::Optional(inner), _) => another(generator, inner, old, near),
        (Ty::List(inner), Value::List(values)) => Value::List(reshaped(generator, inner, values.to_vec(), near).into()),
        (Ty::Set(inner), Value::Set(values)) if generator.random.percent(80) => {
            Value::set(reshaped(generator, inner, values.to_vec(), near))
        }
        (Ty::Int, Value::Int(n)) if generator.random.percent(30) => {
            Value::Int(n.saturating_add(if generator.random.percent(50) { 1 } else { -1 }))
        }
        _ => generator.value(ty, near),
    }
}

/// One element more, less, changed, twice or in another place.
fn reshaped(generator: &mut Generator<'_>, inner: &Ty, mut values: Vec<Value>, near: &mut Near) -> Vec<Value> {
    let at = generator.random.below(values.len());
    match (values.get(at).cloned(), generator.random.below(6)) {
        (None, _) | (Some(_), 0 | 1) => {
            let new = generator.value(inner, near);
            let at = generator.random.below(values.len() + 1);
            values.insert(at, new);
        }
        (Some(_), 2) => {
            values.remove(at);
        }
        // The next link of a chain is much like the one before it.
        (Some(value), 3) => {
            let alike = if generator.random.percent(60) { varied(generator, inner, value, near) } else { value };
            values.insert(at + 1, alike);
        }
        (Some(value), 4) => {
            let new = another(generator, inner, &value, near);
            if let Some(slot) = values.get_mut(at) {
                *slot = new;
            }
        }
        (Some(_), _) => values.rotate_left(1),
    }
    values
}

/// One scalar changed.
fn varied(generator: &mut Generator<'_>, ty: &Ty, value: Value, near: &Near) -> Value {
    let places: Vec<Site> = sites(generator.types, ty, &value).into_iter().filter(|s| s.ty.is_scalar()).collect();
    let Some(place) = generator.random.pick(&places) else { return value };
    let new = generator.scalar(&place.ty, near);
    replaced(&value, &place.path, new)
}

/// Every case that differs in the clock or one scalar, at the boundaries; at most `most`.
pub(super) fn sweep(generator: &Generator<'_>, tys: &[Ty], parent: &Case, most: usize) -> Vec<Case> {
    let mut all = Vec::new();
    let places = places(generator, tys, parent);
    for (arg, site) in &places {
        let Some(whole) = parent.args.get(*arg) else { continue };
        let old = get(whole, &site.path).unwrap_or(&Value::None);
        for new in boundaries(generator, &site.ty, old, parent.now) {
            if new != *old && all.len() < most {
                let mut case = parent.clone();
                if let Some(slot) = case.args.get_mut(*arg) {
                    *slot = replaced(whole, &site.path, new);
                }
                all.push(case);
            }
        }
    }
    if !generator.clock {
        return all;
    }
    // What is compared with the clock lies at an instant of the case, or a known duration beside it.
    let lengths: Vec<i64> = std::iter::once(0).chain(durations(generator).flat_map(|d| [d, -d])).collect();
    for (arg, site) in &places {
        let at = parent.args.get(*arg).and_then(|whole| get(whole, &site.path));
        let Some(Value::Instant(at)) = at else { continue };
        for length in &lengths {
            for edge in [-1, 0, 1] {
                if all.len() < 2 * most {
                    let now = clamp_instant(clamp_instant(at.saturating_add(*length)).saturating_add(edge));
                    all.push(Case { now, ..parent.clone() });
                }
            }
        }
    }
    all
}

/// Constants that a sweep tries at one place.
const TRIED: usize = 12;

fn durations(generator: &Generator<'_>) -> impl Iterator<Item = i64> {
    generator.pool.of(&Ty::Duration).iter().take(TRIED).filter_map(|v| match v {
        Value::Duration(d) => Some(*d),
        _ => None,
    })
}

fn boundaries(generator: &Generator<'_>, ty: &Ty, old: &Value, now: i64) -> Vec<Value> {
    let known = || generator.pool.of(ty).iter().take(TRIED);
    match ty {
        Ty::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Ty::Enum(id) => (0..generator.types.enum_def(*id).cases.len()).map(|c| Value::Case(c as u32)).collect(),
        Ty::Int | Ty::Decimal => known().flat_map(around).chain(around(old)).collect(),
        Ty::Duration => {
            let ends = [Value::Duration(MIN_DURATION), Value::Duration(MAX_DURATION)];
            known().flat_map(around).chain(around(old)).chain(ends).collect()
        }
        Ty::Instant => {
            let shifted = durations(generator).flat_map(|d| [now.saturating_sub(d), now.saturating_add(d)]);
            let all = std::iter::once(now).chain(shifted);
            let ends = [Value::Instant(MIN_INSTANT), Value::Instant(MAX_INSTANT)];
            all.flat_map(|at| [-1, 0, 1].map(|edge| Value::Instant(clamp_instant(at.saturating_add(edge)))))
                .chain(ends)
                .collect()
        }
        Ty::String => known().cloned().chain([Value::String("".into())]).collect(),
        Ty::Ip | Ty::Cidr | Ty::Set(_) => known().cloned().collect(),
        Ty::List(_) => vec![Value::List([].into())],
        Ty::Optional(_) if *old != Value::None => vec![Value::None],
        Ty::Optional(_) | Ty::Record(_) | Ty::Never | Ty::Error => Vec::new(),
    }
}

fn around(value: &Value) -> Vec<Value> {
    match value {
        Value::Int(n) => [-1, 0, 1].map(|d| Value::Int(n.saturating_add(d))).to_vec(),
        Value::Decimal(n) => [-1, 0, 1].map(|d| Value::Decimal(n.saturating_add(d))).to_vec(),
        Value::Duration(n) => {
            [-SECOND, -1, 0, 1, SECOND].map(|d| Value::Duration(clamp_duration(n.saturating_add(d)))).to_vec()
        }
        other => vec![other.clone()],
    }
}
