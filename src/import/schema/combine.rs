//! `allOf`, `anyOf` and `oneOf`.
//!
//! In: a schema that combines others. Out: one type where there is one: the properties of all together, the one
//! alternative beside null, the cases of all; alternatives that are objects give the fields of all, each optional.

use serde_json::{Map, Value};

use super::{DEEPEST, Found, Reader};

impl<'a> Reader<'a> {
    /// A schema without a reference of its own.
    pub(super) fn combined(
        &mut self,
        object: &'a Map<String, Value>,
        hint: &str,
        depth: usize,
    ) -> Result<Found, String> {
        if object.contains_key("allOf") {
            return self.all(object, hint, depth);
        }
        for word in ["anyOf", "oneOf"] {
            if let Some(others) = object.get(word).and_then(Value::as_array) {
                // Properties of its own beside alternatives: what the alternatives add is not a matter of types.
                if object.contains_key("properties") {
                    let found = self.alone(object, hint, depth)?;
                    return Ok(found.note(format!("not expressed: {word}, alternatives beside the fields")));
                }
                return self.any(others, hint, depth);
            }
        }
        self.alone(object, hint, depth)
    }

    fn all(&mut self, object: &'a Map<String, Value>, hint: &str, depth: usize) -> Result<Found, String> {
        let mut parts = Vec::new();
        self.flatten(object, depth, &mut parts)?;
        if parts.iter().any(|part| part.contains_key("properties")) {
            return self.object(&parts, hint, depth);
        }
        let typed = |part: &&&Map<String, Value>| {
            ["type", "enum", "const", "anyOf", "oneOf", "format", "items"].iter().any(|w| part.contains_key(*w))
        };
        let mut all = parts.iter().filter(typed);
        let (first, others) = (all.next(), all.count());
        match first {
            None => Ok(Found::none("it states no type")),
            Some(part) if part.contains_key("allOf") => self.alone(part, hint, depth + 1),
            Some(part) => {
                let found = self.combined(part, hint, depth + 1)?;
                Ok(if others > 0 {
                    found.note("not expressed: allOf, of which the first part alone is taken")
                } else {
                    found
                })
            }
        }
    }

    /// A schema and all it is combined of, references followed.
    fn flatten(
        &mut self,
        object: &'a Map<String, Value>,
        depth: usize,
        parts: &mut Vec<&'a Map<String, Value>>,
    ) -> Result<(), String> {
        let mut waiting = vec![(object, depth)];
        while let Some((object, depth)) = waiting.pop() {
            self.steps += 1;
            if self.steps > super::MOST {
                return Err(format!("the schema is too large: more than {} parts", super::MOST));
            }
            if depth > DEEPEST || parts.iter().any(|part| std::ptr::eq(*part, object)) {
                continue;
            }
            parts.push(object);
            let target = object.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
            let target = target.and_then(|path| self.root.pointer(&super::percent_decoded(path)));
            let others = object.get("allOf").and_then(Value::as_array).into_iter().flatten();
            let next: Vec<_> = target.into_iter().chain(others).filter_map(Value::as_object).collect();
            waiting.extend(next.into_iter().rev().map(|next| (next, depth + 1)));
        }
        Ok(())
    }

    fn any(&mut self, others: &'a [Value], hint: &str, depth: usize) -> Result<Found, String> {
        let is_null = |schema: &Value| {
            schema.get("type").and_then(Value::as_str) == Some("null")
                || schema.get("const").is_some_and(Value::is_null)
                || schema.get("enum").and_then(Value::as_array).is_some_and(|e| e.iter().all(Value::is_null))
        };
        let (nulls, rest): (Vec<&'a Value>, Vec<&'a Value>) = others.iter().partition(|schema| is_null(schema));
        let mut found = match rest.as_slice() {
            [] => Found::none("only null fits"),
            [one] => self.shape(one, hint, depth + 1)?,
            many => match constants(many) {
                Some(values) => self.cases(&values, &Map::new(), hint),
                None => self.alternatives(many, hint, depth)?,
            },
        };
        found.null |= !nulls.is_empty();
        Ok(found)
    }

    /// Alternatives that are all objects: the fields of all, required by none.
    fn alternatives(&mut self, many: &[&'a Value], hint: &str, depth: usize) -> Result<Found, String> {
        let mut parts = Vec::new();
        for schema in many.iter().filter_map(|schema| schema.as_object()) {
            self.flatten(schema, depth, &mut parts)?;
        }
        let objects: Vec<_> = parts.into_iter().filter(|part| part.contains_key("properties")).collect();
        if objects.len() < many.len() {
            return Ok(Found::none("it may be one of several things"));
        }
        let before = self.types.len();
        let found = self.object(&objects, hint, depth)?;
        // What one alternative requires, another does not know.
        if let Some(super::Type { kind: super::Kind::Record(fields), notes, .. }) = self.types.get_mut(before) {
            fields.iter_mut().for_each(|field| field.optional = true);
            notes.push("not expressed: that it is one of several objects; these are the fields of all of them".into());
        }
        Ok(found)
    }
}

/// The constants, where alternatives are nothing else.
fn constants(many: &[&Value]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for schema in many {
        match (schema.get("const"), schema.get("enum").and_then(Value::as_array)) {
            (Some(value), _) => values.push(value.clone()),
            (None, Some(several)) => values.extend(several.iter().cloned()),
            (None, None) => return None,
        }
    }
    Some(values)
}
