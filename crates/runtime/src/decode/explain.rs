//! Why facts were refused.
//!
//! In: the same text, slowly. Out: the first fault, in the order and the words of the oracle's reader: the size of the whole, then
//! tokens from the left. A token is read whole before anything is said about it. A value of the wrong kind, a string over its limit
//! and a bracket too deep count where they start; one element too many at that element; a duplicate or unknown key at the key;
//! missing fields at the closing brace, in declaration order.

use std::borrow::Cow;

use super::Input;
use crate::decimal::parse_decimal;
use crate::fault::{Fault, Refusal, code, shown, some_of};
use crate::lexer::{Kind, Lexer, Skip, Syntax};
use crate::net::{Cidr, parse_ip};
use crate::number::parse_int;
use crate::schema::{Block, Field, Record, RecordId, Role, Schema, Type};
use crate::suggest::did_you_mean;
use crate::time;
use crate::wording;

type Checked<T> = Result<T, Fault>;

/// The fault of facts that should be this record; `None` where there is none.
pub fn explain(
    schema: &Schema,
    record: RecordId,
    block: Option<&Block>,
    input: &Input<'_>,
    strict: bool,
) -> Option<Fault> {
    let reader = Explainer {
        schema,
        strict,
        lexer: Lexer::within(input.text, input.start, input.end),
        base: input.base,
        path: Vec::new(),
        depth: 0,
    };
    reader.whole(record, block, input).err()
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

struct Explainer<'a> {
    schema: &'a Schema,
    strict: bool,
    lexer: Lexer<'a>,
    base: &'a str,
    path: Vec<Step<'a>>,
    /// Brackets that are open.
    depth: usize,
}

/// The key of a field in facts.
fn key_of<'a>(record: &Record, field: &'a Field) -> &'a str {
    match record.role {
        Role::Record | Role::Event | Role::Row => &field.wire,
        Role::Arguments | Role::Key => &field.name,
    }
}

fn keys(record: &Record) -> impl Iterator<Item = &str> {
    record.fields.iter().map(|field| key_of(record, field))
}

impl<'a> Explainer<'a> {
    fn whole(mut self, id: RecordId, block: Option<&Block>, input: &Input<'_>) -> Checked<()> {
        let bytes = input.end.saturating_sub(input.start);
        let limit = self.schema.limits.facts;
        if bytes > limit {
            let message = format!("the facts have {bytes} bytes; the limit is {limit}");
            return Err(self.fault(code::LIMIT, self.lexer.offset(), message));
        }
        let Some(record) = self.schema.record(id) else { return Ok(()) };
        match record.role {
            Role::Key => self.tuple(record, block.map_or("", |block| block.name.as_str()))?,
            Role::Arguments => {
                let kind = self.peek()?;
                if kind != Kind::Object {
                    let names = some_of(keys(record));
                    let message =
                        format!("found {}, wanted an object with the arguments by name: {names}", kind.name());
                    return Err(self.fault(code::WRONG_TYPE, self.lexer.offset(), message));
                }
                self.object(record)?;
            }
            Role::Record | Role::Event | Role::Row => self.value(Type::Record(id))?,
        }
        self.lexer.end().map_err(|e| self.syntax(e))
    }

    fn value(&mut self, ty: Type) -> Checked<()> {
        let kind = self.peek()?;
        let start = self.lexer.offset();
        let schema = self.schema;
        match (kind, schema.present(ty)) {
            (Kind::Null, _) if ty.is_optional() => self.word(kind),
            (Kind::True | Kind::False, Type::Bool) => self.word(kind),
            (Kind::Number, inner) => {
                let text = self.lexer.number().map_err(|e| self.syntax(e))?;
                self.of_number(inner, text).map_err(|r| self.fault(r.code, start, r.message))
            }
            (Kind::String, inner) => {
                let text = self.string()?;
                let limit = schema.limits.string;
                if inner == Type::String && text.len() > limit {
                    let message = format!("the string has {} bytes; the limit is {limit}", text.len());
                    return Err(self.fault(code::LIMIT, start, message));
                }
                self.of_string(inner, &text).map_err(|r| self.fault(r.code, start, r.message))
            }
            (Kind::Object, Type::Record(id)) => match schema.record(id) {
                Some(record) => self.object(record),
                None => Ok(()),
            },
            (Kind::Array, Type::List(id) | Type::Set(id)) => match schema.ty(id) {
                Some(element) => self.elements(element),
                None => Ok(()),
            },
            (Kind::True | Kind::False | Kind::Null, inner) => {
                self.word(kind)?;
                Err(self.wrong_type(inner, kind.name(), start))
            }
            (Kind::Object | Kind::Array, inner) => Err(self.wrong_type(inner, kind.name(), start)),
        }
    }

    fn of_string(&self, ty: Type, text: &str) -> Result<(), Refusal> {
        match ty {
            Type::String => Ok(()),
            Type::Instant => time::parse_instant(text.as_bytes()).map(drop).map_err(|e| wording::no_instant(e, text)),
            Type::Duration => {
                time::parse_duration(text.as_bytes()).map(drop).map_err(|e| wording::no_duration(e, text))
            }
            Type::Ip => parse_ip(text).map(drop).map_err(|_| wording::no_ip(text)),
            Type::Cidr => Cidr::parse(text).map(drop).map_err(|e| wording::no_cidr(e, text)),
            Type::Enum(id) => {
                let Some(def) = self.schema.enum_def(id) else { return Ok(()) };
                let wires = def.cases.iter().map(|case| case.wire.as_str());
                if wires.clone().any(|wire| wire == text) {
                    return Ok(());
                }
                Err(wording::no_case(text, &def.name, wires))
            }
            Type::Bool
            | Type::Int
            | Type::Decimal
            | Type::Record(_)
            | Type::List(_)
            | Type::Set(_)
            | Type::Optional(_) => Err(self.found(ty, "a string")),
        }
    }

    fn of_number(&self, ty: Type, text: &[u8]) -> Result<(), Refusal> {
        let written = String::from_utf8_lossy(text);
        match ty {
            Type::Int => parse_int(text).map(drop).map_err(|e| wording::no_int(e, &written)),
            Type::Decimal => parse_decimal(text).map(drop).map_err(|e| wording::no_decimal(e, &written)),
            Type::Instant => time::instant_from_seconds(text).map(drop).map_err(|e| wording::no_instant(e, &written)),
            Type::Duration => {
                time::duration_from_seconds(text).map(drop).map_err(|e| wording::no_duration(e, &written))
            }
            Type::Bool
            | Type::String
            | Type::Ip
            | Type::Cidr
            | Type::Enum(_)
            | Type::Record(_)
            | Type::List(_)
            | Type::Set(_)
            | Type::Optional(_) => Err(self.found(ty, "a number")),
        }
    }

    fn tuple(&mut self, record: &'a Record, block: &str) -> Checked<()> {
        let kind = self.peek()?;
        if kind != Kind::Array {
            let message = format!("found {}, wanted a list", kind.name());
            return Err(self.fault(code::WRONG_TYPE, self.lexer.offset(), message));
        }
        let wanted = || match record.fields.len() {
            0 => format!("`{block}` has no key"),
            n => {
                let values = if n == 1 { "value" } else { "values" };
                format!("`{block}` has a key of {n} {values}: {}", some_of(keys(record)))
            }
        };
        self.enter()?;
        let mut count = 0;
        while self.lexer.element(count == 0).map_err(|e| self.syntax(e))? {
            let start = self.lexer.offset();
            let Some(field) = record.fields.get(count) else {
                let message = format!("found {} values: {}", count + 1, wanted());
                return Err(self.fault(code::SHAPE, start, message));
            };
            self.path.push(Step::Index(count));
            self.value(field.ty)?;
            self.path.pop();
            count += 1;
        }
        self.depth -= 1;
        if count < record.fields.len() {
            let message = format!("found {count} values: {}", wanted());
            return Err(self.fault(code::SHAPE, self.lexer.offset().saturating_sub(1), message));
        }
        Ok(())
    }

    fn elements(&mut self, element: Type) -> Checked<()> {
        self.enter()?;
        let limit = self.schema.limits.list;
        let mut count = 0;
        while self.lexer.element(count == 0).map_err(|e| self.syntax(e))? {
            if count >= limit {
                self.peek()?;
                let message = format!("the list has more than {limit} elements, the limit");
                return Err(self.fault(code::LIMIT, self.lexer.offset(), message));
            }
            self.path.push(Step::Index(count));
            self.value(element)?;
            self.path.pop();
            count += 1;
        }
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self, record: &'a Record) -> Checked<()> {
        self.enter()?;
        let mut found = vec![false; record.fields.len()];
        let mut first = true;
        while let Some((key, at)) = self.lexer.member(first).map_err(|e| self.syntax(e))? {
            first = false;
            let position = keys(record).position(|name| name == key);
            match position.and_then(|i| record.fields.get(i).zip(found.get_mut(i))) {
                None => self.unknown(record, &key, at)?,
                Some((_, true)) => {
                    let message = format!("`{key}` stands twice");
                    return Err(self.fault_under(code::DUPLICATE, &key, at, message));
                }
                Some((field, seen)) => {
                    *seen = true;
                    self.path.push(Step::Key(key_of(record, field)));
                    self.value(field.ty)?;
                    self.path.pop();
                }
            }
        }
        self.depth -= 1;
        let end = self.lexer.offset().saturating_sub(1);
        for (field, found) in record.fields.iter().zip(found) {
            if found || field.ty.is_optional() {
                continue;
            }
            let (name, wanted) = (key_of(record, field), self.wanted(field.ty));
            let message = match record.role {
                Role::Record | Role::Event | Role::Row => {
                    format!("`{}` needs the field `{name}`: {wanted}", record.name)
                }
                Role::Arguments | Role::Key => format!("the argument `{name}` is missing: {wanted}"),
            };
            return Err(self.fault_under(code::MISSING, name, end, message));
        }
        Ok(())
    }

    /// A key that is not declared: its value is passed over.
    fn unknown(&mut self, record: &Record, key: &str, at: usize) -> Checked<()> {
        if self.strict {
            let what = match record.role {
                Role::Record | Role::Event | Role::Row => format!("`{}` has no field `{}`", record.name, shown(key)),
                Role::Arguments | Role::Key => format!("there is no argument `{}`", shown(key)),
            };
            let more = did_you_mean(key, keys(record)).unwrap_or_else(|| match record.fields.len() {
                0 => "it has none".into(),
                _ => some_of(keys(record)),
            });
            return Err(self.fault_under(code::UNKNOWN_FIELD, key, at, format!("{what}: {more}")));
        }
        let left = self.schema.limits.nesting.saturating_sub(self.depth);
        self.lexer.skip(left).map_err(|skip| match skip {
            Skip::TooDeep(offset) => self.fault_under(code::LIMIT, key, offset, self.too_deep()),
            Skip::Syntax(e) => self.fault_under(code::SYNTAX, key, e.offset, not_json(e)),
        })
    }

    fn enter(&mut self) -> Checked<()> {
        if self.depth >= self.schema.limits.nesting {
            return Err(self.fault(code::LIMIT, self.lexer.offset(), self.too_deep()));
        }
        self.depth += 1;
        self.lexer.open();
        Ok(())
    }

    fn too_deep(&self) -> String {
        let limit = self.schema.limits.nesting;
        format!("more than {limit} lists and objects inside one another, the limit")
    }

    /// What a value of this type looks like.
    fn wanted(&self, ty: Type) -> String {
        let schema = self.schema;
        match schema.present(ty) {
            Type::Bool => wording::BOOL.into(),
            Type::Int => wording::INT.into(),
            Type::Decimal => wording::DECIMAL.into(),
            Type::String => wording::STRING.into(),
            Type::Instant => wording::INSTANT.into(),
            Type::Duration => wording::DURATION.into(),
            Type::Ip => wording::IP.into(),
            Type::Cidr => wording::CIDR.into(),
            Type::Enum(id) => match schema.enum_def(id) {
                Some(def) => wording::a_case(&def.name, def.cases.iter().map(|case| case.wire.as_str())),
                None => String::new(),
            },
            Type::Record(id) => wording::an_object(schema.record(id).map_or("", |def| def.name.as_str())),
            Type::List(id) | Type::Set(id) => match schema.ty(id) {
                Some(element) => wording::a_list(&schema.type_name(element)),
                None => String::new(),
            },
            Type::Optional(_) => String::new(),
        }
    }

    fn found(&self, ty: Type, found: &str) -> Refusal {
        Refusal { code: code::WRONG_TYPE, message: format!("found {found}, wanted {}", self.wanted(ty)) }
    }

    fn wrong_type(&self, ty: Type, found: &str, at: usize) -> Fault {
        let refusal = self.found(ty, found);
        self.fault(refusal.code, at, refusal.message)
    }

    fn peek(&mut self) -> Checked<Kind> {
        self.lexer.peek().map_err(|e| self.syntax(e))
    }

    fn string(&mut self) -> Checked<Cow<'a, str>> {
        self.lexer.string().map_err(|e| self.syntax(e))
    }

    fn word(&mut self, kind: Kind) -> Checked<()> {
        self.lexer.word(kind).map_err(|e| self.syntax(e))
    }

    fn syntax(&self, error: Syntax) -> Fault {
        self.fault(code::SYNTAX, error.offset, not_json(error))
    }

    fn fault_under(&self, code: &'static str, key: &str, offset: usize, message: String) -> Fault {
        let mut fault = self.fault(code, offset, message);
        join(&mut fault.path, &shown(key));
        fault
    }

    fn fault(&self, code: &'static str, offset: usize, message: String) -> Fault {
        let mut path = self.base.to_owned();
        for step in &self.path {
            match step {
                Step::Key(key) => join(&mut path, key),
                Step::Index(index) => join(&mut path, &index.to_string()),
            }
        }
        Fault { code, path, message, offset }
    }
}

fn not_json(error: Syntax) -> String {
    format!("not JSON at byte {}: {}", error.offset + 1, error.message)
}

fn join(path: &mut String, step: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(step);
}
