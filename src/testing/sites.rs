//! Places inside values: every scalar, optional, list, set and record of a case, by path.
//!
//! In: a value and its type. Out: paths; the value at a path; the value with another at a path. A set is one place:
//! its elements have no position of their own.

use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

/// Of a value: fields and elements by number, from the outside in.
pub(crate) type Path = Vec<u32>;

#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub path: Path,
    pub ty: Ty,
}

/// More places than this are not looked at.
const MOST: usize = 2_000;

/// The value itself first, then what is in it, in order.
pub(crate) fn sites(types: &Types, ty: &Ty, value: &Value) -> Vec<Site> {
    let mut found = Vec::new();
    let mut todo = vec![(Path::new(), ty.clone(), value)];
    while let Some((path, ty, value)) = todo.pop() {
        if found.len() >= MOST {
            break;
        }
        let at = |i: usize| {
            let mut inner = path.clone();
            inner.push(i as u32);
            inner
        };
        match (ty.present(), value) {
            (Ty::Record(id), Value::Record(values)) => {
                let fields = types.record_def(*id).fields.iter().zip(values.iter()).enumerate();
                todo.extend(fields.rev_all().map(|(i, (field, value))| (at(i), field.ty.clone(), value)));
            }
            (Ty::List(inner), Value::List(values)) => {
                todo.extend(values.iter().enumerate().rev().map(|(i, value)| (at(i), (**inner).clone(), value)));
            }
            _ => {}
        }
        found.push(Site { path, ty });
    }
    found
}

/// Back to front, for a stack that is popped front to back.
trait RevAll: Iterator + Sized {
    fn rev_all(self) -> std::iter::Rev<std::vec::IntoIter<Self::Item>> {
        self.collect::<Vec<_>>().into_iter().rev()
    }
}

impl<I: Iterator> RevAll for I {}

pub(crate) fn get<'v>(value: &'v Value, path: &[u32]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Record(values) | Value::List(values) => values.get(*step as usize),
        _ => None,
    })
}

/// The value with `new` at the path; unchanged where the path leads nowhere.
pub(crate) fn replaced(value: &Value, path: &[u32], new: Value) -> Value {
    let Some((step, rest)) = path.split_first() else { return new };
    let swap = |values: &[Value]| {
        let mut values = values.to_vec();
        if let Some(slot) = values.get_mut(*step as usize) {
            *slot = replaced(slot, rest, new);
        }
        values
    };
    match value {
        Value::Record(values) => Value::Record(swap(values).into()),
        Value::List(values) => Value::List(swap(values).into()),
        other => other.clone(),
    }
}

/// Every scalar in a value with its type, those of sets too.
pub(crate) fn scalars(types: &Types, ty: &Ty, value: &Value, out: &mut Vec<(Ty, Value)>) {
    for site in sites(types, ty, value) {
        let Some(inner) = get(value, &site.path) else { continue };
        match (site.ty.present(), inner) {
            (_, Value::None) => {}
            (Ty::Set(element), Value::Set(values)) => {
                out.extend(values.iter().map(|v| ((**element).clone(), v.clone())));
            }
            (ty, _) if ty.is_scalar() => out.push((ty.clone(), inner.clone())),
            _ => {}
        }
    }
}
