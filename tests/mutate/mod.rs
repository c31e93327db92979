//! Built modules that were harmed, and what a host may do with one that is taken all the same.
//!
//! In: a unit or a file of one, and a source of chance. Out: the same with a few things changed. [`ask`] compiles a module and asks it
//! everything over random valid facts; behind what is absent in them stand bytes that are no address.

#![allow(dead_code, reason = "not every test uses every part")]

mod edit;

use trust_runtime::arena::Arena;
use trust_runtime::datum::Datum;
use trust_runtime::decode::Decoder;
use trust_runtime::module::{Module, file};
use trust_runtime::net::Cidr;
use trust_runtime::schema::{BlockId, RecordId, Schema, Type};
use trust_runtime::time::{MAX_INSTANT, MIN_INSTANT};

use crate::generate::rng::Rng;

pub use edit::edited;

/// A file with some bytes changed, moved or gone; its seal is right.
pub fn flipped(rng: &mut Rng, bytes: &[u8]) -> Vec<u8> {
    let mut body = bytes.get(file::BODY..).unwrap_or_default().to_vec();
    for _ in 0..rng.between(1, 4) {
        let at = rng.below(body.len());
        match rng.below(8) {
            0 => body.truncate(at),
            1 if !body.is_empty() => drop(body.remove(at)),
            2 => body.insert(at, rng.next() as u8),
            3 => {
                if let Some(byte) = body.get_mut(at) {
                    *byte = byte.wrapping_add(1);
                }
            }
            4 => {
                if let Some(byte) = body.get_mut(at) {
                    *byte = byte.wrapping_sub(1);
                }
            }
            5 => {
                let from = body.get(rng.below(body.len())).copied().unwrap_or_default();
                body.iter_mut().skip(at).take(rng.between(1, 3)).for_each(|byte| *byte = from);
            }
            6 => {
                if let Some(byte) = body.get_mut(at) {
                    *byte ^= 1 << rng.below(8);
                }
            }
            _ => {
                if let Some(byte) = body.get_mut(at) {
                    *byte = rng.next() as u8;
                }
            }
        }
    }
    file::sealed(&body)
}

/// Compiles every block, decides and reacts; nothing of it may fail or crash.
pub fn ask(module: &Module, rng: &mut Rng, rounds: usize) {
    module.compile().expect("a sound module has code");
    let blocks = module.unit().blocks.len();
    for block in (0..blocks).map(|n| BlockId(n as u32)) {
        for _ in 0..rounds {
            decide(module, rng, block);
            react(module, rng, block);
        }
    }
}

fn now(rng: &mut Rng) -> i64 {
    match rng.below(4) {
        0 => MIN_INSTANT,
        1 => MAX_INSTANT,
        _ => (rng.next() % (4 << 50)) as i64,
    }
}

fn prior(module: &Module, rng: &mut Rng, block: BlockId) -> Vec<u64> {
    (0..module.prior_words(block)).map(|n| if n == 0 { rng.next() % 4 } else { rng.next() & rng.next() }).collect()
}

fn decide(module: &Module, rng: &mut Rng, block: BlockId) {
    let Some(of) = module.unit().schema.block(block) else { return };
    let Some(args) = record(rng, &module.unit().schema, of.arguments) else { return };
    let mut arena = Arena::new();
    let Ok(facts) = args.write(module.decoder(), of.arguments, &mut arena) else { return };
    poison(module.decoder(), Type::Record(of.arguments), facts.as_ptr().cast_mut());
    let (prior, now) = (prior(module, rng, block), now(rng));
    let mut words = vec![0; module.decision_words(block)];
    let permits = {
        let decision = module.decide(block, &facts, &prior, now, &mut words).expect("a decision");
        let reasons = decision.reasons().count() + decision.caps().count() + decision.advice().count();
        assert!(reasons <= decision.block().clauses.len() + 2);
        for owed in decision.obligations() {
            owed.args(module.decoder());
        }
        decision.permits()
    };
    if let Some(permits) = permits {
        assert_eq!(module.permits(block, &facts, &prior, now), Ok(permits));
    }
}

fn react(module: &Module, rng: &mut Rng, block: BlockId) {
    let schema = &module.unit().schema;
    let (Some(of), Some(def)) = (schema.block(block), module.block(block)) else { return };
    let mut events: Vec<RecordId> = def.outputs.triggers.iter().map(|trigger| trigger.event).collect();
    events.dedup();
    for event in events {
        let (Some(fields), Some(key)) = (record(rng, schema, event), record(rng, schema, of.key)) else { return };
        let (mut event_arena, mut key_arena) = (Arena::new(), Arena::new());
        let Ok(fields) = fields.write(module.decoder(), event, &mut event_arena) else { return };
        let Ok(key) = key.write(module.decoder(), of.key, &mut key_arena) else { return };
        poison(module.decoder(), Type::Record(event), fields.as_ptr().cast_mut());
        poison(module.decoder(), Type::Record(of.key), key.as_ptr().cast_mut());
        let prior = prior(module, rng, block);
        module.react(block, &fields, &key, &prior, now(rng)).expect("a reaction");
    }
}

/// Random fields of a record; nothing where it has none.
pub fn record(rng: &mut Rng, schema: &Schema, id: RecordId) -> Option<Datum> {
    datum(rng, schema, Type::Record(id), &mut 2_000)
}

const TEXTS: [&str; 7] = ["", "a", "gold", "the quick brown fox jumps over it", "ä", "acme", "10.0.0.1"];

fn datum(rng: &mut Rng, schema: &Schema, ty: Type, left: &mut usize) -> Option<Datum> {
    *left = left.saturating_sub(1);
    let mut items = |rng: &mut Rng, of| -> Option<Vec<Datum>> {
        let count = if *left > 0 { rng.below(4) } else { 0 };
        (0..count).map(|_| datum(rng, schema, schema.ty(of)?, left)).collect()
    };
    Some(match ty {
        Type::Bool => Datum::Bool(rng.chance(50)),
        Type::Int | Type::Decimal | Type::Instant | Type::Duration => Datum::Number(match rng.below(4) {
            0 => rng.below(4) as i64,
            1 => -1,
            2 => (rng.next() >> 14) as i64,
            _ => (rng.next() >> 20) as i64,
        }),
        Type::String => Datum::Text(rng.pick(&TEXTS)?.to_string()),
        Type::Ip => Datum::Ip(if rng.chance(50) { [10, 0, 0, 1].into() } else { [0u16; 8].into() }),
        Type::Cidr => Datum::Cidr(Cidr { address: [10, 0, 0, 0].into(), prefix: 8 }),
        Type::Enum(id) => Datum::Case(rng.below(schema.enum_def(id)?.cases.len()) as u32),
        Type::Record(id) => {
            let fields = schema.record(id)?.fields.iter();
            Datum::Record(fields.map(|field| datum(rng, schema, field.ty, left)).collect::<Option<_>>()?)
        }
        Type::List(of) => Datum::List(items(rng, of)?),
        Type::Set(of) => Datum::Set(items(rng, of)?),
        Type::Optional(_) if *left == 0 || rng.chance(40) => Datum::Absent,
        Type::Optional(of) => datum(rng, schema, schema.ty(of)?, left)?,
    })
}

/// Behind the byte of what is absent nobody reads an address: there is none.
fn poison(decoder: &Decoder, ty: Type, at: *mut u8) {
    let (schema, layout) = (decoder.schema(), decoder.layout());
    // SAFETY: a value of the type stands there, in an arena's memory, and nobody reads it meanwhile.
    unsafe {
        match ty {
            Type::Record(id) => {
                let (Some(def), Some(laid)) = (schema.record(id), layout.record(id)) else { return };
                for (field, offset) in def.fields.iter().zip(&laid.fields) {
                    poison(decoder, field.ty, at.add(*offset as usize));
                }
            }
            Type::Optional(id) => {
                let (Some(inner), Some(held)) = (schema.ty(id), layout.held(id)) else { return };
                let value = at.add(held.align as usize);
                if at.read() == 0 {
                    value.write_bytes(0xa5, held.size as usize);
                } else {
                    poison(decoder, inner, value);
                }
            }
            Type::List(id) | Type::Set(id) => {
                let (Some(inner), Some(held)) = (schema.ty(id), layout.held(id)) else { return };
                let (items, length) = at.cast::<(*mut u8, u64)>().read();
                for n in 0..length as usize {
                    poison(decoder, inner, items.add(n * held.size as usize));
                }
            }
            _ => {}
        }
    }
}
