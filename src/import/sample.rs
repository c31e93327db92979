//! Records from sample facts.
//!
//! In: JSON values that are examples of one thing. Out: a record that all of them fit, and the records inside it. A
//! field that is missing or null in one of them may be absent. Types of texts are guesses, and the module says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};
use trust_runtime::net::{Cidr, parse_ip};
use trust_runtime::time::{parse_date, parse_duration, parse_instant};

use super::MOST;
use super::model::{Field, Kind, Module, Shape, Type};
use super::names::{Names, capitalised, singular};

pub fn read(values: &[Value], name: &str) -> Result<Module, String> {
    let mut seen = Seen::default();
    let samples = match values {
        [Value::Array(elements)] => elements,
        all => all,
    };
    if samples.is_empty() {
        return Err("the sample is empty: there is nothing to write a record from".into());
    }
    for sample in samples {
        if !sample.is_object() {
            return Err(format!("a sample is an object, and here is {}: there is no record to write", kind(sample)));
        }
        seen.add(sample);
    }
    let mut writer = Writer { names: Names::of_types(), types: Vec::new(), fields: 0, guessed: false };
    if let Some(objects) = &seen.objects {
        writer.record(objects, &capitalised(name))?;
    }
    let mut module = Module { notes: Vec::new(), types: writer.types };
    let samples = if samples.len() == 1 { "one sample".into() } else { format!("{} samples", samples.len()) };
    module.notes.push(format!("Made from {samples}: whether a field is always there is known from them alone."));
    if writer.guessed {
        module.notes.push("Instants, durations, addresses and sets are guesses from what they look like.".into());
    }
    Ok(module)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// All that was seen in one place.
#[derive(Default)]
struct Seen {
    null: bool,
    truths: bool,
    numbers: Option<Numbers>,
    texts: Option<Texts>,
    lists: Option<Box<Lists>>,
    objects: Option<Box<Objects>>,
}

#[derive(Default)]
struct Numbers {
    fraction: bool,
    /// One that no fact may be.
    refused: Option<String>,
}

struct Texts {
    instants: bool,
    dates: bool,
    durations: bool,
    ips: bool,
    cidrs: bool,
}

#[derive(Default)]
struct Lists {
    elements: Seen,
    /// One list holds an element twice.
    repeats: bool,
}

#[derive(Default)]
struct Objects {
    count: usize,
    fields: Vec<(String, usize, Seen)>,
    places: BTreeMap<String, usize>,
}

impl Seen {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => self.null = true,
            Value::Bool(_) => self.truths = true,
            Value::Number(number) => self.numbers.get_or_insert_default().add(number),
            Value::String(text) => {
                let new = Texts { instants: true, dates: true, durations: true, ips: true, cidrs: true };
                self.texts.get_or_insert(new).add(text);
            }
            Value::Array(elements) => {
                let lists = self.lists.get_or_insert_default();
                let mut texts = BTreeSet::new();
                for element in elements {
                    lists.repeats |= element.as_str().is_some_and(|text| !texts.insert(text));
                    lists.elements.add(element);
                }
            }
            Value::Object(object) => {
                let objects = self.objects.get_or_insert_default();
                objects.count += 1;
                for (key, value) in object {
                    let next = objects.fields.len();
                    let at = *objects.places.entry(key.clone()).or_insert(next);
                    if at == next {
                        objects.fields.push((key.clone(), 0, Seen::default()));
                    }
                    if let Some((_, count, seen)) = objects.fields.get_mut(at) {
                        *count += 1;
                        seen.add(value);
                    }
                }
            }
        }
    }

    /// The kinds of value that were seen, but for null.
    fn kinds(&self) -> Vec<&'static str> {
        let all = [
            (self.truths, "true or false"),
            (self.numbers.is_some(), "a number"),
            (self.texts.is_some(), "a text"),
            (self.lists.is_some(), "a list"),
            (self.objects.is_some(), "an object"),
        ];
        all.into_iter().filter_map(|(seen, name)| seen.then_some(name)).collect()
    }
}

impl Numbers {
    fn add(&mut self, number: &Number) {
        let text = number.to_string();
        if number.is_f64() {
            self.fraction = true;
            let places = text.split_once('.').map_or(0, |(_, places)| places.len());
            // 4 digits behind the point, in 64 bits.
            let fits = number.as_f64().is_some_and(|f| f.abs() < 9.2e14);
            if places > 4 && text.split_once('.').is_some_and(|(_, p)| p != "0") || !fits {
                self.refused.get_or_insert(text);
            }
        } else if number.as_i64().is_none() {
            self.refused.get_or_insert(text);
        }
    }
}

impl Texts {
    fn add(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.instants &= parse_instant(bytes).is_ok();
        self.dates &= parse_date(bytes).is_ok();
        self.durations &= parse_duration(bytes).is_ok();
        self.ips &= parse_ip(text).is_ok();
        self.cidrs &= Cidr::parse(text).is_ok();
    }
}

struct Writer {
    names: Names,
    types: Vec<Type>,
    fields: usize,
    guessed: bool,
}

/// A type, and what is to be said of it; or why there is none.
type Shaped = Result<(Shape, Vec<String>), String>;

impl Writer {
    /// Writes the record of some objects and gives its name.
    fn record(&mut self, objects: &Objects, name: &str) -> Result<String, String> {
        let name = self.names.of_type(name);
        let at = self.types.len();
        self.types.push(Type { name: name.clone(), doc: None, notes: Vec::new(), kind: Kind::Record(Vec::new()) });
        let (mut fields, mut left_out) = (Vec::new(), Vec::new());
        let names = Names::of_fields(objects.fields.iter().map(|(key, ..)| key.as_str()));
        for ((key, count, seen), name) in objects.fields.iter().zip(names) {
            self.fields += 1;
            if self.fields > MOST {
                return Err(format!("the sample has more than {MOST} fields"));
            }
            match self.shape(seen, key)? {
                Ok((shape, notes)) => fields.push(Field {
                    name,
                    wire: key.clone(),
                    shape,
                    optional: seen.null || *count < objects.count,
                    doc: None,
                    notes,
                }),
                Err(why) => left_out.push(format!("left out: `{key}`: {why}")),
            }
        }
        if let Some(ty) = self.types.get_mut(at) {
            ty.kind = Kind::Record(fields);
            ty.notes = left_out;
        }
        Ok(name)
    }

    fn shape(&mut self, seen: &Seen, key: &str) -> Result<Shaped, String> {
        let kinds = seen.kinds();
        if kinds.len() > 1 {
            return Ok(Err(format!("it was seen as {}", kinds.join(" and as "))));
        }
        if let Some(numbers) = &seen.numbers {
            let shape = if numbers.fraction { Shape::Decimal } else { Shape::Int };
            let note = numbers.refused.as_ref().map(|n| match shape {
                Shape::Decimal => {
                    format!("`{n}` was seen: a decimal has at most 4 digits behind the point, such facts are refused")
                }
                _ => format!("`{n}` was seen: it is too large for an int, such facts are refused"),
            });
            return Ok(Ok((shape, note.into_iter().collect())));
        }
        if let Some(texts) = &seen.texts {
            return Ok(Ok(self.text(texts)));
        }
        if let Some(lists) = &seen.lists {
            let inside = self.shape(&lists.elements, &singular(key))?;
            let nulls = lists.elements.null;
            return Ok(match inside {
                Err(why) => Err(format!("of its elements, {why}")),
                Ok((element, mut notes)) => {
                    if nulls && !lists.elements.kinds().is_empty() {
                        notes.push("a list with null in it was seen: such facts are refused".into());
                    } else if lists.elements.kinds().is_empty() {
                        notes = vec!["only empty lists were seen: what they hold is a guess".into()];
                    }
                    let set = element.is_scalar() && lists.elements.texts.is_some() && !lists.repeats;
                    self.guessed |= set;
                    let list = if set { Shape::Set(Box::new(element)) } else { Shape::List(Box::new(element)) };
                    Ok((list, notes))
                }
            });
        }
        if let Some(objects) = &seen.objects {
            return Ok(Ok((Shape::Record(self.record(objects, &capitalised(key))?), Vec::new())));
        }
        Ok(Ok(if seen.truths {
            (Shape::Bool, Vec::new())
        } else {
            (Shape::String, vec!["only null was seen: the type is a guess".into()])
        }))
    }

    fn text(&mut self, texts: &Texts) -> (Shape, Vec<String>) {
        let guesses = [
            (texts.instants && !texts.dates, Shape::Instant),
            (texts.durations, Shape::Duration),
            (texts.ips, Shape::Ip),
            (texts.cidrs, Shape::Cidr),
        ];
        if let Some((_, shape)) = guesses.into_iter().find(|(fits, _)| *fits) {
            self.guessed = true;
            return (shape, Vec::new());
        }
        let note = "a day without a time is no instant: write `instant` where facts say `…T00:00:00Z`";
        (Shape::String, if texts.dates { vec![note.into()] } else { Vec::new() })
    }
}
