//! Records and enums from a JSON Schema (drafts 4 to 2020-12, and the schemas of OpenAPI).
//!
//! In: a schema. Out: a record for its root and for every definition in it. A reference within the document is followed; what
//! a type cannot say (lengths, patterns, conditions) becomes a comment at its field, and a field that has no type in the
//! language is left out with the reason. Definitions that go in a circle are cut where the circle closes.

mod combine;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::MOST;
use super::model::{Field, Kind, Module, Shape, Type};
use super::names::{Names, capitalised, singular};

/// Schemas inside one another, references followed.
const DEEPEST: usize = 100;

/// Where a document keeps schemas that others refer to.
const SHELVES: [&str; 3] = ["/$defs", "/definitions", "/components/schemas"];

pub fn read(root: &Value, name: &str, named: bool) -> Result<Module, String> {
    let mut reader = Reader {
        root,
        names: Names::of_types(),
        types: Vec::new(),
        known: BTreeMap::new(),
        open: Vec::new(),
        steps: 0,
    };
    let title = root.get("title").and_then(Value::as_str).filter(|title| !named && title.len() <= 40);
    let hint = capitalised(title.unwrap_or(name));
    let found = reader.refer("#", &hint, 0)?;
    let why = match &found.shape {
        Err(why) => why.clone(),
        Ok(_) => "it describes no object".into(),
    };
    for shelf in SHELVES {
        for key in root.pointer(shelf).and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            let pointer = format!("#{shelf}/{}", key.replace('~', "~0").replace('/', "~1"));
            reader.refer(&pointer, key, 0)?;
        }
    }
    if reader.types.is_empty() {
        return Err(format!("no record can be written from this schema: {why}"));
    }
    let notes = match found.shape {
        Err(why) if root.get("type").is_some() || root.get("$ref").is_some() => {
            vec![format!("The schema's root is left out: {why}.")]
        }
        _ => Vec::new(),
    };
    Ok(Module { notes, types: reader.types })
}

struct Reader<'a> {
    root: &'a Value,
    names: Names,
    types: Vec<Type>,
    /// What a reference leads to.
    known: BTreeMap<String, Found>,
    /// References being followed.
    open: Vec<String>,
    steps: usize,
}

/// What a schema came to.
#[derive(Clone, Debug)]
struct Found {
    /// Or why there is no type.
    shape: Result<Shape, String>,
    /// Null fits too.
    null: bool,
    /// What the type does not say.
    notes: Vec<String>,
}

impl Found {
    fn plain(shape: Shape) -> Found {
        Found { shape: Ok(shape), null: false, notes: Vec::new() }
    }

    fn none(why: impl Into<String>) -> Found {
        Found { shape: Err(why.into()), null: false, notes: Vec::new() }
    }

    fn note(mut self, note: impl Into<String>) -> Found {
        self.notes.push(note.into());
        self
    }
}

impl<'a> Reader<'a> {
    /// What a reference leads to; each is read once.
    fn refer(&mut self, pointer: &str, hint: &str, depth: usize) -> Result<Found, String> {
        if let Some(known) = self.known.get(pointer) {
            return Ok(known.clone());
        }
        if self.open.iter().any(|open| open == pointer) {
            return Ok(Found::none(format!("it leads back to `{pointer}`, and records go in no circle")));
        }
        let Some(path) = pointer.strip_prefix('#') else {
            return Ok(Found::none(format!("it refers to another document, `{}`", short(pointer))));
        };
        let Some(schema) = self.root.pointer(&percent_decoded(path)) else {
            return Ok(Found::none(format!("it refers to `{}`, which is not there", short(pointer))));
        };
        self.open.push(pointer.to_owned());
        let found = self.shape(schema, hint, depth + 1);
        self.open.pop();
        let found = found?;
        // A circle is cut at the reference that closes it, not at what others see of it.
        self.known.insert(pointer.to_owned(), found.clone());
        Ok(found)
    }

    fn shape(&mut self, schema: &'a Value, hint: &str, depth: usize) -> Result<Found, String> {
        self.steps += 1;
        if self.steps > MOST {
            return Err(format!("the schema is too large: more than {MOST} parts, counting what references repeat"));
        }
        if depth > DEEPEST {
            return Ok(Found::none("it is nested too deeply"));
        }
        let object = match schema {
            Value::Object(object) => object,
            Value::Bool(true) => return Ok(Found::none("any value fits")),
            Value::Bool(false) => return Ok(Found::none("no value fits")),
            _ => return Ok(Found::none("it is no schema")),
        };
        if let Some(pointer) = object.get("$ref").and_then(Value::as_str) {
            let hint = pointer.rsplit('/').next().filter(|last| !last.is_empty() && *last != "#").unwrap_or(hint);
            let mut found = self.refer(pointer, hint, depth)?;
            // What a definition's own type does not say is said there.
            if matches!(found.shape, Ok(Shape::Record(_) | Shape::Enum(_))) {
                found.notes.clear();
            }
            found.notes.extend(unsaid(object, &found.shape));
            return Ok(found);
        }
        let mut found = self.combined(object, hint, depth)?;
        found.null |= object.get("nullable") == Some(&Value::Bool(true));
        found.notes.extend(unsaid(object, &found.shape));
        Ok(found)
    }

    /// A schema without a reference, and without combinations.
    fn alone(&mut self, object: &'a Map<String, Value>, hint: &str, depth: usize) -> Result<Found, String> {
        if let Some(values) = object.get("enum").and_then(Value::as_array) {
            return Ok(self.cases(values, object, hint));
        }
        if let Some(value) = object.get("const") {
            return Ok(self.cases(std::slice::from_ref(value), object, hint));
        }
        let (kinds, null) = kinds(object);
        let mut found = match kinds.as_slice() {
            ["boolean"] => Found::plain(Shape::Bool),
            ["integer"] => Found::plain(Shape::Int),
            ["number"] | ["integer", "number"] | ["number", "integer"] => {
                Found::plain(Shape::Decimal).note("a decimal has at most 4 digits behind the point")
            }
            ["string"] => text(object),
            ["array"] => self.list(object, hint, depth)?,
            ["object"] => self.object(&[object], hint, depth)?,
            [] if null => Found::none("only null fits"),
            [] => Found::none("it states no type"),
            [one] => Found::none(format!("`{}` is no type of JSON Schema", short(one))),
            many => Found::none(format!("it may be {}", many.join(" or "))),
        };
        found.null |= null;
        Ok(found)
    }

    fn list(&mut self, object: &'a Map<String, Value>, hint: &str, depth: usize) -> Result<Found, String> {
        if object.contains_key("prefixItems") || object.get("items").is_some_and(Value::is_array) {
            return Ok(Found::none("its elements have types by their place"));
        }
        let Some(items) = object.get("items") else { return Ok(Found::none("it does not say what the list holds")) };
        let found = self.shape(items, &singular(hint), depth + 1)?;
        let element = match found.shape {
            Ok(shape) => shape,
            Err(why) => return Ok(Found::none(format!("of its elements, {why}"))),
        };
        let unique = object.get("uniqueItems") == Some(&Value::Bool(true));
        let set = unique && element.is_scalar();
        let shape = if set { Shape::Set(Box::new(element)) } else { Shape::List(Box::new(element)) };
        let mut notes: Vec<String> = found.notes.into_iter().map(|note| format!("each element: {note}")).collect();
        if found.null {
            notes.push("null among the elements is refused".into());
        }
        if unique && !set {
            notes.push("not expressed: that no element comes twice".into());
        }
        Ok(Found { shape: Ok(shape), null: false, notes })
    }

    /// A record of the properties of all parts. Its documentation is that of the first that has some.
    fn object(&mut self, parts: &[&'a Map<String, Value>], hint: &str, depth: usize) -> Result<Found, String> {
        let properties = || parts.iter().filter_map(|part| part.get("properties")?.as_object()).flatten();
        if properties().next().is_none() {
            let map = parts.iter().any(|part| {
                part.get("additionalProperties").is_some_and(Value::is_object) || part.contains_key("patternProperties")
            });
            return Ok(Found::none(if map {
                "its keys are free: write a list of records with the key as a field"
            } else {
                "it is an object whose properties are not stated"
            }));
        }
        let required: Vec<&str> = parts
            .iter()
            .filter_map(|part| part.get("required")?.as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let name = self.names.of_type(hint);
        let at = self.types.len();
        let doc = parts.iter().find_map(|part| documentation(part));
        self.types.push(Type { name: name.clone(), doc, notes: Vec::new(), kind: Kind::Record(Vec::new()) });
        let (mut fields, mut notes): (Vec<Field>, Vec<String>) = (Vec::new(), Vec::new());
        // Of two that are combined, the first is taken.
        let mut seen = std::collections::BTreeSet::new();
        let properties: Vec<_> = properties().filter(|(key, _)| seen.insert(key.as_str())).collect();
        let names = Names::of_fields(properties.iter().map(|(key, _)| key.as_str()));
        for ((key, schema), name) in properties.into_iter().zip(names) {
            let found = self.shape(schema, key, depth + 1)?;
            match found.shape {
                Ok(shape) => fields.push(Field {
                    name,
                    wire: key.clone(),
                    shape,
                    optional: found.null || !required.contains(&key.as_str()),
                    doc: schema.as_object().and_then(documentation),
                    notes: found.notes,
                }),
                Err(why) => notes.push(format!("left out: `{key}`: {why}")),
            }
        }
        if parts.iter().any(|part| part.get("additionalProperties") == Some(&Value::Bool(false))) {
            notes.push("no other fields: `trustc eval --strict` refuses them".into());
        }
        if let Some(ty) = self.types.get_mut(at) {
            ty.kind = Kind::Record(fields);
            ty.notes = notes;
        }
        Ok(Found::plain(Shape::Record(name)))
    }

    /// An enum of texts; of other constants, their type.
    fn cases(&mut self, values: &[Value], object: &Map<String, Value>, hint: &str) -> Found {
        let null = values.contains(&Value::Null);
        let rest: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
        let texts: Vec<&str> = rest.iter().filter_map(|value| value.as_str()).collect();
        let shape = if rest.is_empty() {
            Err("it has no value".into())
        } else if texts.len() == rest.len() {
            let mut seen = std::collections::BTreeSet::new();
            let texts: Vec<&str> = texts.into_iter().filter(|text| seen.insert(*text)).collect();
            let names = Names::of_cases(texts.iter().copied());
            let cases = names.into_iter().zip(texts).map(|(name, text)| (name, text.to_owned())).collect();
            let name = self.names.of_type(hint);
            self.types.push(Type {
                name: name.clone(),
                doc: documentation(object),
                notes: Vec::new(),
                kind: Kind::Enum(cases),
            });
            Ok(Shape::Enum(name))
        } else if rest.iter().all(|value| value.is_boolean()) {
            Ok(Shape::Bool)
        } else if rest.iter().all(|value| value.is_i64()) {
            Ok(Shape::Int)
        } else if rest.iter().all(|value| value.is_number()) {
            Ok(Shape::Decimal)
        } else {
            Err("its values are of different types".into())
        };
        let mut found = Found { null, notes: Vec::new(), shape };
        if let Ok(Shape::Bool | Shape::Int | Shape::Decimal) = found.shape {
            found = found.note(format!("not expressed: one of {}", short(&Value::Array(values.to_vec()).to_string())));
        }
        found
    }
}

/// The types that a schema allows, stated or to be seen from its other words; and whether null is among them.
fn kinds(object: &Map<String, Value>) -> (Vec<&str>, bool) {
    let mut kinds: Vec<&str> = match object.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => {
            let has = |words: &[&str]| words.iter().any(|word| object.contains_key(*word));
            [
                (has(&["properties", "additionalProperties", "required"]), "object"),
                (has(&["items", "prefixItems"]), "array"),
                (has(&["format", "pattern", "minLength", "maxLength"]), "string"),
                (has(&["minimum", "maximum", "multipleOf"]), "number"),
            ]
            .into_iter()
            .find_map(|(has, kind)| has.then_some(kind))
            .into_iter()
            .collect()
        }
    };
    let all = kinds.len();
    kinds.retain(|kind| *kind != "null");
    let null = kinds.len() < all;
    (kinds, null)
}

fn text(object: &Map<String, Value>) -> Found {
    match object.get("format").and_then(Value::as_str) {
        Some("date-time") => Found::plain(Shape::Instant),
        Some("duration") => Found::plain(Shape::Duration).note("a duration with months or years is refused"),
        Some("ipv4" | "ipv6" | "ip") => Found::plain(Shape::Ip),
        Some("cidr") => Found::plain(Shape::Cidr),
        Some("date") => Found::plain(Shape::String)
            .note("a day without a time is no instant: write `instant` where facts say `…T00:00:00Z`"),
        Some(other) => Found::plain(Shape::String).note(format!("not expressed: format `{}`", short(other))),
        None => Found::plain(Shape::String),
    }
}

/// Words that bind values more than a type does.
const BINDING: [&str; 24] = [
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "contains",
    "minProperties",
    "maxProperties",
    "propertyNames",
    "patternProperties",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "if",
    "not",
    "default",
    "contentEncoding",
    "contentMediaType",
    "unevaluatedProperties",
];

/// What a schema demands beyond its type.
fn unsaid(object: &Map<String, Value>, shape: &Result<Shape, String>) -> Vec<String> {
    if shape.is_err() {
        return Vec::new();
    }
    // A least of 0 and an absent default bind nothing.
    let binds = |word: &str, value: &Value| {
        !(word.starts_with("min") && value.as_u64() == Some(0) && word != "minimum" || value.is_null())
    };
    let words =
        BINDING.iter().filter_map(|word| Some((word, object.get(*word)?))).filter(|(word, value)| binds(word, value));
    words.map(|(word, value)| format!("not expressed: {word} {}", short(&value.to_string()))).collect()
}

fn documentation(object: &Map<String, Value>) -> Option<String> {
    let text = |key| object.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text("description").or_else(|| text("title")).map(str::to_owned)
}

/// As much of a text as fits a comment.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(120).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A fragment may hold `%XX`.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = match (byte, after) {
            (b'%', [high, low, ..]) => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*byte));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
