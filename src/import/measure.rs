//! No record larger than the language takes.
//!
//! In: a module whose records go in no circle. Out: the same, with fields left out where a record, counting those inside it, would
//! hold too many values. Inner records are measured first, on a stack of our own.

use std::collections::BTreeMap;

use super::model::{Field, Kind, Module, Shape};

/// As the checker counts (E0315).
const MOST: usize = 4096;

pub fn cut(module: &mut Module) {
    let places: BTreeMap<String, usize> =
        module.types.iter().enumerate().map(|(at, ty)| (ty.name.clone(), at)).collect();
    let mut sizes: Vec<Option<usize>> = vec![None; module.types.len()];
    for start in 0..module.types.len() {
        let mut stack = vec![start];
        while let Some(&at) = stack.last() {
            let measured = sizes.get(at).copied().flatten().is_some();
            let Some(ty) = module.types.get_mut(at).filter(|_| !measured) else {
                stack.pop();
                continue;
            };
            let Kind::Record(fields) = &mut ty.kind else {
                set(&mut sizes, at, 0);
                continue;
            };
            let inside = |field: &Field| record(&field.shape).and_then(|name| places.get(name)).copied();
            let waiting: Vec<usize> =
                fields.iter().filter_map(inside).filter(|inner| sizes.get(*inner) == Some(&None)).collect();
            if !waiting.is_empty() {
                stack.extend(waiting);
                continue;
            }
            let mut sum = 0;
            let notes = &mut ty.notes;
            fields.retain(|field| {
                let own = inside(field).and_then(|inner| sizes.get(inner).copied().flatten()).unwrap_or(0) + 1;
                let fits = sum + own <= MOST;
                if fits {
                    sum += own;
                } else {
                    notes.push(format!("left out: `{}`: the record would hold more than {MOST} values", field.wire));
                }
                fits
            });
            set(&mut sizes, at, sum);
        }
    }
}

fn set(sizes: &mut [Option<usize>], at: usize, size: usize) {
    if let Some(place) = sizes.get_mut(at) {
        *place = Some(size);
    }
}

/// The record that a value of this shape is or holds.
fn record(shape: &Shape) -> Option<&str> {
    let mut shape = shape;
    loop {
        match shape {
            Shape::Record(name) => return Some(name),
            Shape::List(inner) | Shape::Set(inner) => shape = inner,
            Shape::Bool
            | Shape::Int
            | Shape::Decimal
            | Shape::String
            | Shape::Instant
            | Shape::Duration
            | Shape::Ip
            | Shape::Cidr
            | Shape::Enum(_) => return None,
        }
    }
}
