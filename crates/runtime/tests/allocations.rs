//! A warm arena: the decoder allocates nothing, whatever the text, as long as it takes it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use trust_runtime::arena::Arena;
use trust_runtime::decode::{Decoder, Input};
use trust_runtime::schema::{Block, BlockId, Case, Enum, EnumId, Field, Record, RecordId, Role, Schema, Type};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn decoder() -> Decoder {
    let mut schema = Schema::default();
    let case = |name: &str| Case { name: name.into(), wire: name.into() };
    schema.enums.push(Enum { name: "Tier".into(), cases: ["bronze", "silver", "gold"].map(case).into() });
    let field = |name: &str, ty| Field { name: name.into(), wire: name.into(), ty };
    let strings = schema.intern(Type::String);
    let nets = schema.intern(Type::Cidr);
    let instant = schema.intern(Type::Instant);
    let link = vec![field("issuer", Type::String), field("scopes", Type::Set(strings)), field("end", Type::Instant)];
    let record = |name: &str, role, fields| Record { name: name.into(), wire: name.into(), role, fields };
    schema.records.push(record("Link", Role::Record, link));
    let links = schema.intern(Type::Record(RecordId(0)));
    let arguments = vec![
        field("tier", Type::Enum(EnumId(0))),
        field("chain", Type::List(links)),
        field("nets", Type::Set(nets)),
        field("checked", Type::Optional(instant)),
        field("score", Type::Decimal),
        field("ttl", Type::Duration),
    ];
    schema.records.push(record("call", Role::Arguments, arguments));
    schema.records.push(record("call", Role::Key, vec![field("tier", Type::Enum(EnumId(0)))]));
    schema.blocks.push(Block { name: "call".into(), arguments: RecordId(1), key: RecordId(2) });
    Decoder::new(Arc::new(schema)).expect("a layout")
}

#[test]
fn a_warm_arena_is_enough() {
    let decoder = decoder();
    let long = format!(
        r#"{{"chain":[{}],"ttl":1,"tier":"gold","score":1,"nets":[]}}"#,
        vec![r#"{"issuer":"b\u00e9","scopes":["z","y","x","a\n","a\n"],"end":0}"#; 500].join(",")
    );
    let texts = [
        r#"{"tier":"gold","chain":[],"nets":[],"checked":null,"score":0.5,"ttl":"15m"}"#,
        r#"{"ttl":"PT1H","score":1e3,"nets":["10.0.0.0/8","::/0","9.0.0.0/8"],"chain":[{"issuer":"é","scopes":["b","a","b"],"end":"2026-01-01T00:00:00+01:00"}],"tier":"br\u006fnze"}"#,
        r#" { "unknown" : [[[{"a":"\"é\u0041","b":[1,2.5e3,true,null]}]]] , "tier":"silver", "chain" : [ ] ,"nets":[], "score":-0, "ttl" : "1h30m" } "#,
        &long,
    ];
    let mut arena = Arena::new();
    // Twice: a chunk that was too small becomes a larger one at the reset.
    for round in 0..4 {
        for text in texts {
            let before = COUNT.get();
            arena.reset();
            let facts = decoder.args(BlockId(0), Input::new(text.as_bytes(), "args"), &mut arena, false);
            assert!(facts.is_ok(), "{:?}", facts.err());
            let count = COUNT.get() - before;
            assert!(round < 2 || count == 0, "{count} allocations: {text}");
        }
    }
}
