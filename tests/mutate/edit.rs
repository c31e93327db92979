//! Structural edits of a unit: numbers, kinds, parts, options, as somebody would change them who knows the form.

use serde_json::{Map, Value};
use trust_runtime::unit::Unit;

use crate::generate::rng::Rng;

/// The unit with a few things changed, if it still is one.
pub fn edited(rng: &mut Rng, unit: &Value) -> Option<Unit> {
    let mut tree = unit.clone();
    let mut words = Vec::new();
    variants(&tree, &mut words);
    for _ in 0..rng.between(1, 3) {
        edit(rng, &mut tree, &words);
    }
    serde_json::from_value(tree).ok()
}

/// The names of variants that occur, so that one may become another.
fn variants(tree: &Value, found: &mut Vec<String>) {
    let mut add = |name: &str| {
        if name.starts_with(|c: char| c.is_ascii_uppercase()) && !found.iter().any(|f| f == name) {
            found.push(name.to_owned());
        }
    };
    match tree {
        Value::String(text) => add(text),
        Value::Object(fields) => {
            fields.keys().for_each(|key| add(key));
            fields.values().for_each(|value| variants(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| variants(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn edit(rng: &mut Rng, at: &mut Value, words: &[String]) {
    // Mostly a graph or its outputs: they hold what is dangerous.
    if rng.chance(85)
        && let Some(Value::Array(blocks)) = at.pointer("/blocks")
        && !blocks.is_empty()
    {
        let part = *rng
            .pick(&["graph/nodes", "graph/nodes", "graph", "graph/loops", "graph/images", "outputs", ""])
            .unwrap_or(&"");
        let path = format!("/blocks/{}/{part}", rng.below(blocks.len()));
        let path = path.trim_end_matches('/');
        if at.pointer(path).is_some()
            && let Some(inner) = at.pointer_mut(path)
        {
            return edit_below(rng, inner, words);
        }
        return;
    }
    match at.get_mut("schema") {
        Some(schema) => edit_below(rng, schema, words),
        None => edit_below(rng, at, words),
    }
}

/// Walks down by chance, and changes what it comes to.
fn edit_below(rng: &mut Rng, at: &mut Value, words: &[String]) {
    match at {
        Value::Array(items) if !items.is_empty() && !rng.chance(15) => {
            let n = rng.below(items.len());
            edit_below(rng, &mut items[n], words);
        }
        Value::Object(fields) if !fields.is_empty() && !rng.chance(15) => {
            let n = rng.below(fields.len());
            if let Some(value) = fields.values_mut().nth(n) {
                edit_below(rng, value, words);
            }
        }
        here => change(rng, here, words),
    }
}

fn change(rng: &mut Rng, at: &mut Value, words: &[String]) {
    match at {
        Value::Null => *at = Value::from(rng.below(8)),
        Value::Bool(truth) => *truth = !*truth,
        Value::Number(number) => {
            let n = number.as_i64().unwrap_or(i64::MAX);
            let other = match rng.below(12) {
                0 => 0,
                1 => n.wrapping_mul(2),
                2 => n.wrapping_add(8),
                3 => n.wrapping_sub(8),
                4 => i64::from(u32::MAX),
                5 => n.wrapping_neg(),
                6 => rng.below(64) as i64,
                7 => n / 2,
                8 | 9 => n.wrapping_add(1),
                _ => n.wrapping_sub(1),
            };
            *at = Value::from(other);
        }
        Value::String(text) => {
            if let Some(word) = rng.pick(words) {
                text.clone_from(word);
            }
        }
        Value::Array(items) => array(rng, items),
        Value::Object(fields) => object(rng, fields, words),
    }
    if rng.chance(2) {
        *at = Value::Null;
    }
}

fn array(rng: &mut Rng, items: &mut Vec<Value>) {
    let (a, b) = (rng.below(items.len()), rng.below(items.len()));
    match rng.below(5) {
        0 if !items.is_empty() => drop(items.remove(a)),
        1 => items.truncate(a),
        2 => {
            if let Some(item) = items.get(a).cloned() {
                items.insert(b, item);
            }
        }
        3 => {
            if let Some(item) = items.get(a).cloned()
                && let Some(slot) = items.get_mut(b)
            {
                *slot = item;
            }
        }
        _ if a != b => items.swap(a, b),
        _ => {}
    }
}

/// A variant becomes another of the same parts; a record trades two of its parts.
fn object(rng: &mut Rng, fields: &mut Map<String, Value>, words: &[String]) {
    if fields.len() == 1 {
        let Some((_, value)) = std::mem::take(fields).into_iter().next() else { return };
        if let Some(word) = rng.pick(words) {
            fields.insert(word.clone(), value);
        }
        return;
    }
    let (a, b) = (rng.below(fields.len()), rng.below(fields.len()));
    let from = fields.values().nth(a).cloned();
    if let (Some(value), Some(slot)) = (from, fields.values_mut().nth(b)) {
        *slot = value;
    }
}
