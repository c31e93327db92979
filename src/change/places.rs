//! Places of facts: what a path in an explanation stands for in the arguments, and back.
//!
//! In: arguments with their types. Out: every place with its path as text, as explanations write it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::program::expr::Expr;
use crate::program::expr::ExprKind;
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;
use crate::program::{BlockDef, Program};
use crate::testing::sites::{Path, get, replaced, sites};

/// A part of the arguments.
#[derive(Clone, Debug)]
pub struct Place {
    pub text: Arc<str>,
    pub arg: usize,
    pub path: Path,
    pub ty: Ty,
    /// What a stored standing belongs to: with another one it would be about somebody else.
    pub key: bool,
}

impl Place {
    pub fn value<'v>(&self, args: &'v [Value]) -> Option<&'v Value> {
        get(args.get(self.arg)?, &self.path)
    }

    /// The arguments with another value here.
    pub fn with(&self, args: &[Value], value: Value) -> Vec<Value> {
        let mut args = args.to_vec();
        if let Some(whole) = args.get_mut(self.arg) {
            *whole = replaced(whole, &self.path, value);
        }
        args
    }
}

pub struct Places {
    all: Vec<Place>,
    /// Only ever looked up.
    by_text: HashMap<Arc<str>, usize>,
}

impl Places {
    pub fn of(program: &Program, block: &BlockDef, args: &[Value]) -> Places {
        let keys: Vec<String> = block.keys.iter().filter_map(|key| written(program, block, &key.expr)).collect();
        let mut places = Places { all: Vec::new(), by_text: HashMap::new() };
        for (arg, (param, value)) in block.params.iter().zip(args).enumerate() {
            for site in sites(&program.types, &param.ty, value) {
                let text: Arc<str> = text(&program.types, &param.name, &param.ty, value, &site.path).into();
                let key = keys.iter().any(|key| **key == *text);
                places.by_text.insert(text.clone(), places.all.len());
                places.all.push(Place { text, arg, path: site.path, ty: site.ty, key });
            }
        }
        places
    }

    pub fn all(&self) -> &[Place] {
        &self.all
    }

    pub fn named(&self, text: &str) -> Option<&Place> {
        self.by_text.get(text).and_then(|i| self.all.get(*i))
    }

    /// The lists that the place stands in, the innermost first.
    pub fn lists_around(&self, place: &Place) -> Vec<&Place> {
        let mut found = Vec::new();
        let mut text = &*place.text;
        while let Some(end) = text.rfind('[') {
            text = text.get(..end).unwrap_or_default();
            found.extend(self.named(text));
        }
        found
    }
}

/// `chain[2].issuer`
fn text(types: &Types, name: &str, ty: &Ty, value: &Value, path: &[u32]) -> String {
    let mut text = name.to_owned();
    let (mut ty, mut value) = (ty.clone(), value);
    for step in path {
        let next = match (ty.present(), value) {
            (Ty::Record(id), Value::Record(values)) => {
                let Some(field) = types.record_def(*id).fields.get(*step as usize) else { break };
                text.push('.');
                text.push_str(&field.name);
                values.get(*step as usize).map(|v| (field.ty.clone(), v))
            }
            (Ty::List(inner), Value::List(values)) => {
                text.push_str(&format!("[{step}]"));
                values.get(*step as usize).map(|v| ((**inner).clone(), v))
            }
            _ => None,
        };
        let Some(next) = next else { break };
        (ty, value) = next;
    }
    text
}

/// A path of a block's parameters as text.
fn written(program: &Program, block: &BlockDef, e: &Expr) -> Option<String> {
    let mut fields = Vec::new();
    let mut at = e;
    while let ExprKind::Field(record, index) = &at.kind {
        let Ty::Record(id) = record.ty.present() else { return None };
        fields.push(program.types.record_def(*id).fields.get(*index as usize)?.name.clone());
        at = record;
    }
    let ExprKind::Local(local) = &at.kind else { return None };
    let mut text = block.params.get(local.0 as usize)?.name.to_string();
    for field in fields.iter().rev() {
        text.push('.');
        text.push_str(field);
    }
    Some(text)
}
