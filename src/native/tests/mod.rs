//! The native decoder and the oracle's reader, on the same texts: the same values, or the same faults.
//!
//! Types and texts are drawn at random, from the same numbers every time. `TRUST_DECODER_CASES` asks for more of them than a test run
//! should take, `TRUST_DECODER_SEED` for others.

mod draw;
mod text;

use std::sync::Arc;

use trust_runtime::arena::Arena;
use trust_runtime::datum::Datum;
use trust_runtime::decode::{Decoder, Input};
use trust_runtime::schema::{self as native, BlockId, RecordId, Schema};

use super::schema::{add_types, schema};
use super::values::{from_record, to_datum};
use crate::facts::{Fault, decode, decode_args, read_request};
use crate::program::Limits;
use crate::program::ty::{self, Ty, Types};
use crate::program::value::Value;
use draw::Random;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

fn native_limits(limits: &Limits) -> native::Limits {
    native::Limits { list: limits.list, string: limits.string, facts: limits.facts, nesting: limits.nesting }
}

/// What the native decoder makes of a text that should be this record.
fn read(
    types: &Types,
    decoder: &Decoder,
    record: ty::RecordId,
    text: &[u8],
    arena: &mut Arena,
    strict: bool,
) -> Result<Value, Fault> {
    arena.reset();
    let facts = decoder.record(RecordId(record.0), Input::new(text, ""), arena, strict)?;
    let fields = types.record_def(record).fields.iter().map(|field| &field.ty);
    Ok(Value::Record(from_record(types, fields, &Datum::read(&facts)).expect("of this type").into()))
}

#[test]
fn agrees_with_the_oracle() {
    let cases = number("TRUST_DECODER_CASES", 40_000);
    let mut random = Random::new(number("TRUST_DECODER_SEED", 1));
    let mut arena = Arena::new();
    let (mut taken, mut refused) = (0u64, std::collections::BTreeMap::new());
    let mut done = 0;
    while done < cases {
        let types = draw::types(&mut random);
        let limits = draw::limits(&mut random);
        let record = ty::RecordId(types.records.len() as u32 - 1);
        let mut schema = Schema { limits: native_limits(&limits), ..Schema::default() };
        add_types(&mut schema, &types);
        let decoder = Decoder::new(Arc::new(schema)).expect("a layout");
        for _ in 0..200 {
            done += 1;
            let strict = random.one_in(4);
            let text = text::draw(&mut random, &types, &Ty::Record(record));
            // Suggestions have a budget for each run.
            trust_syntax::suggest::begin();
            let expected = decode(&types, &Ty::Record(record), &text, &limits, strict);
            let found = read(&types, &decoder, record, &text, &mut arena, strict);
            match &expected {
                Ok(_) => taken += 1,
                Err(fault) => *refused.entry(fault.code).or_insert(0u64) += 1,
            }
            assert_eq!(found, expected, "case {done}, strict {strict}, {limits:?}\n{}", String::from_utf8_lossy(&text));
        }
    }
    println!("{done} cases: {taken} taken, refused {refused:?}");
    assert!(taken > cases / 10 && refused.len() >= 9, "{taken} {refused:?}");
}

#[test]
fn values_go_there_and_back() {
    let mut random = Random::new(5);
    let mut arena = Arena::new();
    for _ in 0..300 {
        let types = draw::types(&mut random);
        let record = ty::RecordId(types.records.len() as u32 - 1);
        let mut schema = Schema::default();
        add_types(&mut schema, &types);
        let decoder = Decoder::new(Arc::new(schema)).expect("a layout");
        for _ in 0..10 {
            let value = draw::value(&mut random, &types, &Ty::Record(record));
            arena.reset();
            let facts = to_datum(&value).write(&decoder, RecordId(record.0), &mut arena).expect("fits");
            let fields = types.record_def(record).fields.iter().map(|field| &field.ty);
            let back = from_record(&types, fields, &Datum::read(&facts)).expect("of this type");
            assert_eq!(Value::Record(back.into()), value);
        }
    }
}

#[test]
fn arguments_keys_and_events() {
    let program = crate::facts::tests::program();
    let decoder = Decoder::new(Arc::new(schema(&program))).expect("a layout");
    let def = program.block(crate::program::BlockId(0));
    let mut arena = Arena::new();
    let mut random = Random::new(9);
    let args: [&str; 9] = [
        r#"{"partner":{"id":"a","contract":"active","revocationTime":"15m"}}"#,
        r#" { "level" : -1e3 , "partner" : { "tiers" : [ "gold", "bronze", "gold" ] , "id" : "\u00e9" , "contract" : "ended" , "revocationTime" : "PT1H" } } "#,
        "{}",
        "[]",
        "",
        r#"{"partner":{"contract":"closed"}}"#,
        r#"{"level":1,"level":1}"#,
        r#"{"partnr":1}"#,
        r#"{"partner":{"id":"a","contract":"active","revocationTime":"15m","x":[[[[1]]]]}}"#,
    ];
    for case in 0..4_000usize {
        let mut text = args[case % args.len()].as_bytes().to_vec();
        if case >= args.len() {
            text::mutate(&mut random, &mut text);
        }
        let strict = random.one_in(3);
        let limits = &program.package.limits;
        let expected = decode_args(&program.types, &def.params, &text, limits, strict, "args");
        arena.reset();
        let found = decoder.args(BlockId(0), Input::new(&text, "args"), &mut arena, strict).map(|facts| {
            let types = def.params.iter().map(|param| &param.ty);
            from_record(&program.types, types, &Datum::read(&facts)).expect("of this type")
        });
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(&text));
    }
    let keys = [
        "[\"acme\",1]",
        "[]",
        "[1,2]",
        "{}",
        "[\"acme\",1,2]",
        "[\"acme\"]",
        "[\"acme\" 1]",
        "[\"acme\",1.5]",
        " null",
    ];
    let fields = [
        r#"{"party":"a","endedAt":"2026-02-28T00:00:00Z"}"#,
        r#"{"party":"a"}"#,
        r#"{"party":1}"#,
        "[]",
        r#"{"party":"a","endedAt":"2026-02-28T24:00:00Z"}"#,
    ];
    for key in keys {
        for fields in fields {
            let start = "{\"block\":\"issuer\",\"now\":1,\"event\":{\"name\":\"ContractEnded\",\"fields\":";
            let middle = "},\"key\":";
            let line = format!("{start}{fields}{middle}{key}}}");
            let expected = read_request(&program, line.as_bytes(), None, false);
            let mut arenas = (Arena::new(), Arena::new());
            let from = start.len();
            let input = Input::within(line.as_bytes(), from, from + fields.len(), "event.fields");
            let event = decoder.record(RecordId(1), input, &mut arenas.0, false);
            let from = from + fields.len() + middle.len();
            let from = from + key.len() - key.trim_start().len();
            let input = Input::within(line.as_bytes(), from, line.len() - 1, "key");
            let key = decoder.key(BlockId(0), input, &mut arenas.1);
            let event = event.map(|facts| Datum::read(&facts));
            let key = key.map(|facts| Datum::read(&facts));
            match expected {
                Ok(crate::facts::Request::React { fields, key: values, .. }) => {
                    assert_eq!(event, Ok(to_datum(&fields)));
                    assert_eq!(key, Ok(Datum::Record(values.iter().map(to_datum).collect())));
                }
                Ok(other) => panic!("{other:?}"),
                Err(expected) if expected.fault.message.contains("not JSON") => assert!(event.is_err() || key.is_err()),
                Err(expected) => assert_eq!(event.err().or(key.err()), Some(expected.fault), "{line}"),
            }
        }
    }
}
