//! Facts from JSON: the oracle's reader.
//!
//! In: JSON and the type it should have. Out: the value, or the first fault in text order.
//!
//! What "first" means, exactly: the size of the whole, then tokens from the left. A token is read whole, so a fault in its
//! syntax comes before any other about it. A value of the wrong kind, a `string` over its limit and a bracket too
//! deep count where they start; one element too many at that element; a duplicate or unknown key at the
//! key; missing fields at the closing brace, in declaration order. Unknown fields are checked for syntax and nesting only.

use std::borrow::Cow;

use super::fault::{Fault, code, shown, some_of};
use super::lexer::{Kind, Lexer, Skip, Syntax};
use super::scalar::{self, Refusal};
use crate::program::ty::{RecordDef, Ty, Types};
use crate::program::value::Value;
use crate::program::{Limits, ParamDef};
use trust_syntax::suggest::did_you_mean;

/// One value, the whole text.
pub fn decode(types: &Types, ty: &Ty, text: &[u8], limits: &Limits, strict: bool) -> Result<Value, Fault> {
    let mut decoder = Decoder::new(types, limits, strict, Lexer::new(text), "");
    decoder.check_size(text.len())?;
    let value = decoder.value(ty)?;
    decoder.end()?;
    Ok(value)
}

/// The arguments of a block, an object by their names; `base` is its path.
pub fn decode_args(
    types: &Types,
    params: &[ParamDef],
    text: &[u8],
    limits: &Limits,
    strict: bool,
    base: &str,
) -> Result<Vec<Value>, Fault> {
    let mut decoder = Decoder::new(types, limits, strict, Lexer::new(text), base);
    decoder.check_size(text.len())?;
    let values = decoder.args(params)?;
    decoder.end()?;
    Ok(values)
}

/// What an object should hold.
#[derive(Clone, Copy)]
enum Members<'a> {
    Record(&'a RecordDef),
    Params(&'a [ParamDef]),
}

impl<'a> Members<'a> {
    fn len(self) -> usize {
        match self {
            Members::Record(def) => def.fields.len(),
            Members::Params(params) => params.len(),
        }
    }

    fn get(self, at: usize) -> Option<(&'a str, &'a Ty)> {
        match self {
            Members::Record(def) => def.fields.get(at).map(|f| (f.wire.as_str(), &f.ty)),
            Members::Params(params) => params.get(at).map(|p| (p.name.as_str(), &p.ty)),
        }
    }

    fn keys(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).filter_map(move |at| self.get(at)).map(|(key, _)| key)
    }
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

pub(super) struct Decoder<'a> {
    types: &'a Types,
    limits: &'a Limits,
    strict: bool,
    pub(super) lexer: Lexer<'a>,
    base: &'a str,
    path: Vec<Step<'a>>,
    /// Brackets that are open.
    depth: usize,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(
        types: &'a Types,
        limits: &'a Limits,
        strict: bool,
        lexer: Lexer<'a>,
        base: &'a str,
    ) -> Decoder<'a> {
        Decoder { types, limits, strict, lexer, base, path: Vec::new(), depth: 0 }
    }

    pub(super) fn check_size(&self, bytes: usize) -> Result<(), Fault> {
        if bytes > self.limits.facts {
            let message = format!("the facts have {bytes} bytes; the limit is {}", self.limits.facts);
            return Err(self.fault(code::LIMIT, self.lexer.offset(), message));
        }
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.lexer.end().map_err(|e| self.syntax(e))
    }

    pub(super) fn args(&mut self, params: &'a [ParamDef]) -> Result<Vec<Value>, Fault> {
        let kind = self.peek()?;
        if kind != Kind::Object {
            let names = some_of(params.iter().map(|p| p.name.as_str()));
            let message = format!("found {}, wanted an object with the arguments by name: {names}", kind.name());
            return Err(self.fault(code::WRONG_TYPE, self.lexer.offset(), message));
        }
        self.object(Members::Params(params))
    }

    /// A value of this type, where it starts.
    pub(super) fn value(&mut self, ty: &'a Ty) -> Result<Value, Fault> {
        let kind = self.peek()?;
        let start = self.lexer.offset();
        match (kind, ty.present()) {
            (Kind::Null, _) if ty.is_optional() => {
                self.word(kind)?;
                Ok(Value::None)
            }
            (Kind::True | Kind::False, Ty::Bool) => {
                self.word(kind)?;
                Ok(Value::Bool(kind == Kind::True))
            }
            (Kind::Number, inner) => {
                let text = self.lexer.number().map_err(|e| self.syntax(e))?;
                scalar::from_number(self.types, inner, text).map_err(|r| self.refusal(start, r))
            }
            (Kind::String, inner) => {
                let text = self.string()?;
                if *inner == Ty::String && text.len() > self.limits.string {
                    let message = format!("the string has {} bytes; the limit is {}", text.len(), self.limits.string);
                    return Err(self.fault(code::LIMIT, start, message));
                }
                scalar::from_string(self.types, inner, &text).map_err(|r| self.refusal(start, r))
            }
            (Kind::Object, Ty::Record(id)) => {
                let members = Members::Record(self.types.record_def(*id));
                Ok(Value::Record(deeper(|| self.object(members))?.into()))
            }
            (Kind::Array, Ty::List(inner)) => Ok(Value::List(deeper(|| self.elements(inner))?.into())),
            (Kind::Array, Ty::Set(inner)) => Ok(Value::set(deeper(|| self.elements(inner))?)),
            (Kind::True | Kind::False | Kind::Null, inner) => {
                self.word(kind)?;
                scalar::wrong_type(self.types, inner, kind.name()).map_err(|r| self.refusal(start, r))
            }
            (Kind::Object | Kind::Array, inner) => {
                scalar::wrong_type(self.types, inner, kind.name()).map_err(|r| self.refusal(start, r))
            }
        }
    }

    /// An array with one value for each type, in order; `count` says so when there are more or fewer.
    pub(super) fn tuple(&mut self, types: &[&'a Ty], count: impl Fn(usize) -> String) -> Result<Vec<Value>, Fault> {
        let kind = self.peek()?;
        if kind != Kind::Array {
            let message = format!("found {}, wanted a list", kind.name());
            return Err(self.fault(code::WRONG_TYPE, self.lexer.offset(), message));
        }
        self.enter()?;
        let mut out = Vec::new();
        while self.lexer.element(out.is_empty()).map_err(|e| self.syntax(e))? {
            let start = self.lexer.offset();
            let Some(ty) = types.get(out.len()) else {
                return Err(self.fault(code::SHAPE, start, count(out.len() + 1)));
            };
            self.path.push(Step::Index(out.len()));
            out.push(self.value(ty)?);
            self.path.pop();
        }
        self.depth -= 1;
        if out.len() < types.len() {
            return Err(self.fault(code::SHAPE, self.lexer.offset().saturating_sub(1), count(out.len())));
        }
        Ok(out)
    }

    fn elements(&mut self, ty: &'a Ty) -> Result<Vec<Value>, Fault> {
        self.enter()?;
        let mut out = Vec::new();
        while self.lexer.element(out.is_empty()).map_err(|e| self.syntax(e))? {
            if out.len() >= self.limits.list {
                self.peek()?;
                let message = format!("the list has more than {} elements, the limit", self.limits.list);
                return Err(self.fault(code::LIMIT, self.lexer.offset(), message));
            }
            self.path.push(Step::Index(out.len()));
            out.push(self.value(ty)?);
            self.path.pop();
        }
        self.depth -= 1;
        Ok(out)
    }

    fn object(&mut self, members: Members<'a>) -> Result<Vec<Value>, Fault> {
        self.enter()?;
        let mut found: Vec<Option<Value>> = vec![None; members.len()];
        let mut first = true;
        while let Some((key, at)) = self.lexer.member(first).map_err(|e| self.syntax(e))? {
            first = false;
            let position = members.keys().position(|name| name == key);
            match position.and_then(|i| members.get(i).zip(found.get_mut(i))) {
                None => self.unknown(members, &key, at)?,
                Some((_, Some(_))) => {
                    let message = format!("`{key}` stands twice");
                    return Err(self.fault_under(code::DUPLICATE, &key, at, message));
                }
                Some(((name, ty), slot)) => {
                    self.path.push(Step::Key(name));
                    *slot = Some(self.value(ty)?);
                    self.path.pop();
                }
            }
        }
        self.depth -= 1;
        let end = self.lexer.offset().saturating_sub(1);
        let mut out = Vec::with_capacity(found.len());
        for (value, i) in found.into_iter().zip(0..) {
            match (value, members.get(i)) {
                (Some(value), _) => out.push(value),
                (None, Some((name, ty))) if !ty.is_optional() => {
                    let wanted = scalar::wanted(self.types, ty);
                    let message = match members {
                        Members::Record(def) => {
                            format!("`{}` needs the field `{name}`: {wanted}", def.name)
                        }
                        Members::Params(_) => format!("the argument `{name}` is missing: {wanted}"),
                    };
                    return Err(self.fault_under(code::MISSING, name, end, message));
                }
                (None, _) => out.push(Value::None),
            }
        }
        Ok(out)
    }

    /// A key that is not declared: its value is passed over.
    fn unknown(&mut self, members: Members<'a>, key: &str, at: usize) -> Result<(), Fault> {
        if self.strict {
            let what = match members {
                Members::Record(def) => format!("`{}` has no field `{}`", def.name, shown(key)),
                Members::Params(_) => format!("there is no argument `{}`", shown(key)),
            };
            let more = did_you_mean(key, members.keys())
                .unwrap_or_else(|| if members.len() == 0 { "it has none".into() } else { some_of(members.keys()) });
            return Err(self.fault_under(code::UNKNOWN_FIELD, key, at, format!("{what}: {more}")));
        }
        let left = self.limits.nesting.saturating_sub(self.depth);
        self.lexer.skip(left).map_err(|skip| match skip {
            Skip::TooDeep(offset) => self.fault_under(code::LIMIT, key, offset, self.too_deep()),
            Skip::Syntax(e) => self.fault_under(code::SYNTAX, key, e.offset, not_json(e)),
        })
    }

    fn enter(&mut self) -> Result<(), Fault> {
        if self.depth >= self.limits.nesting {
            return Err(self.fault(code::LIMIT, self.lexer.offset(), self.too_deep()));
        }
        self.depth += 1;
        self.lexer.open();
        Ok(())
    }

    fn too_deep(&self) -> String {
        format!("more than {} lists and objects inside one another, the limit", self.limits.nesting)
    }

    pub(super) fn peek(&mut self) -> Result<Kind, Fault> {
        self.lexer.peek().map_err(|e| self.syntax(e))
    }

    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.lexer.string().map_err(|e| self.syntax(e))
    }

    fn word(&mut self, kind: Kind) -> Result<(), Fault> {
        self.lexer.word(kind).map_err(|e| self.syntax(e))
    }

    fn syntax(&self, error: Syntax) -> Fault {
        self.fault(code::SYNTAX, error.offset, not_json(error))
    }

    fn refusal(&self, offset: usize, refusal: Refusal) -> Fault {
        self.fault(refusal.code, offset, refusal.message)
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

/// One level of a type down: types may be as deep as the nesting limit, and nobody knows how large that was set.
fn deeper<T>(read: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, read)
}

pub(super) fn not_json(error: Syntax) -> String {
    format!("not JSON at byte {}: {}", error.offset + 1, error.message)
}

fn join(path: &mut String, step: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(step);
}
