//! Native facts and values of the oracle.
//!
//! In: one. Out: the other, by way of the runtime's trees.

use std::sync::Arc;

use trust_runtime::datum::Datum;

use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

/// A value as a tree.
pub fn to_datum(value: &Value) -> Datum {
    let all = |values: &Arc<[Value]>| values.iter().map(to_datum).collect();
    match value {
        // A moving value is never among facts.
        Value::None | Value::Moving(_) => Datum::Absent,
        Value::Bool(truth) => Datum::Bool(*truth),
        Value::Int(number) | Value::Decimal(number) | Value::Instant(number) | Value::Duration(number) => {
            Datum::Number(*number)
        }
        Value::String(text) => Datum::Text(text.to_string()),
        Value::Ip(ip) => Datum::Ip(*ip),
        Value::Cidr(cidr) => Datum::Cidr(*cidr),
        Value::Case(case) => Datum::Case(*case),
        Value::Record(values) => Datum::Record(all(values)),
        Value::List(values) => Datum::List(all(values)),
        Value::Set(values) => Datum::Set(all(values)),
    }
}

/// The values of a record's fields, a block's arguments or a key, by their types.
pub fn from_record<'t>(types: &Types, fields: impl Iterator<Item = &'t Ty>, datum: &Datum) -> Option<Vec<Value>> {
    match datum {
        Datum::Record(values) => fields.zip(values).map(|(ty, value)| from_datum(types, ty, value)).collect(),
        _ => None,
    }
}

/// A tree as a value of this type; `None` where it is of another.
pub fn from_datum(types: &Types, ty: &Ty, datum: &Datum) -> Option<Value> {
    let all = |element: &Ty, values: &[Datum]| {
        values.iter().map(|value| from_datum(types, element, value)).collect::<Option<Vec<_>>>()
    };
    Some(match (ty, datum) {
        (Ty::Optional(_), Datum::Absent) => Value::None,
        (Ty::Optional(inner), present) => from_datum(types, inner, present)?,
        (Ty::Bool, Datum::Bool(truth)) => Value::Bool(*truth),
        (Ty::Int, Datum::Number(number)) => Value::Int(*number),
        (Ty::Decimal, Datum::Number(number)) => Value::Decimal(*number),
        (Ty::Instant, Datum::Number(number)) => Value::Instant(*number),
        (Ty::Duration, Datum::Number(number)) => Value::Duration(*number),
        (Ty::String, Datum::Text(text)) => Value::String(text.as_str().into()),
        (Ty::Ip, Datum::Ip(ip)) => Value::Ip(*ip),
        (Ty::Cidr, Datum::Cidr(cidr)) => Value::Cidr(*cidr),
        (Ty::Enum(_), Datum::Case(case)) => Value::Case(*case),
        (Ty::Record(id), datum) => {
            let fields = types.records.get(id.0 as usize)?.fields.iter().map(|field| &field.ty);
            Value::Record(from_record(types, fields, datum)?.into())
        }
        (Ty::List(element), Datum::List(values)) => Value::List(all(element, values)?.into()),
        // As it stands: whether it is sorted is for the reader to see.
        (Ty::Set(element), Datum::Set(values)) => Value::Set(all(element, values)?.into()),
        _ => return None,
    })
}
