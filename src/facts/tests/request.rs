//! Request lines.

use std::collections::BTreeSet;

use super::*;
use crate::facts::{Request, RequestFault, block_name, read_request, resolve_block};
use crate::program::value::Value;

const ARGS: &str = r#"{"partner":{"id":"a","contract":"active","revocationTime":"15m"}}"#;
const EVENT: &str = r#"{"name":"ContractEnded","fields":{"party":"a","endedAt":1}}"#;

fn read(line: &str) -> Result<Request, RequestFault> {
    read_request(&program(), line.as_bytes(), Some(7), false)
}

fn refused(line: &str) -> (&'static str, String) {
    let fault = read(line).expect_err(line).fault;
    (fault.code, fault.path)
}

#[test]
fn decides() {
    let line = format!(
        r#"{{"now":"1970-01-01T00:00:01Z","prior":["mishap","contract_over"],"args":{ARGS},"trace":[[]],"block":"issuer", "id": {{"n": [1, "x"]}} }}"#
    );
    match read(&line) {
        Ok(Request::Decide { id, block, args, prior, now }) => {
            assert_eq!(id.as_deref(), Some(r#"{"n": [1, "x"]}"#));
            assert_eq!((block, args.len(), now), (BlockId(0), 2, 1_000_000));
            assert_eq!(prior, BTreeSet::from([ClauseId(1), ClauseId(2)]));
        }
        other => panic!("{other:?}"),
    }
    let short = format!(r#"{{"block":"one.issuer","args":{ARGS},"prior":null,"now":null,"id":null}}"#);
    match read(&short) {
        Ok(Request::Decide { id, prior, now, .. }) => {
            assert_eq!((id.as_deref(), prior.len(), now), (Some("null"), 0, 7));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn reacts() {
    for name in ["ContractEnded", "urn:contract-ended"] {
        let event = EVENT.replace("ContractEnded", name);
        match read(&format!(r#"{{"block":"issuer","event":{event},"key":["a",2]}}"#)) {
            Ok(Request::React { event, fields, key, .. }) => {
                assert_eq!(event, RecordId(1));
                let expected = vec![Value::String("a".into()), Value::Instant(1_000_000)];
                assert_eq!(fields, Value::Record(expected.into()));
                assert_eq!(key, [Value::String("a".into()), Value::Int(2)]);
            }
            other => panic!("{other:?}"),
        }
    }
    let ping = read(r#"{"block":"issuer","event":{"name":"Ping"},"key":["a",2]}"#);
    assert!(matches!(ping, Ok(Request::React { event: RecordId(2), .. })));
}

#[test]
fn refusals() {
    let react = |event: &str, key: &str| refused(&format!(r#"{{"block":"issuer","event":{event},"key":{key}}}"#));
    let decide = |more: &str| refused(&format!(r#"{{"block":"issuer","args":{ARGS}{more}}}"#));
    assert_eq!(refused("[]"), ("F0003", "".into()));
    assert_eq!(refused(r#"{"args":{}}"#), ("F0003", "block".into()));
    assert_eq!(refused(r#"{"block":1,"args":{}}"#), ("F0003", "block".into()));
    assert_eq!(refused(r#"{"block":"isuer","args":{}}"#), ("F0108", "block".into()));
    assert_eq!(refused(r#"{"block":"twin","args":{}}"#), ("F0108", "block".into()));
    assert_eq!(refused(r#"{"block":"issuer"}"#), ("F0003", "args".into()));
    assert_eq!(decide(&format!(r#","event":{EVENT}"#)), ("F0003", "event".into()));
    assert_eq!(decide(r#","block":"issuer""#), ("F0105", "block".into()));
    assert_eq!(decide(r#","prior":["incident","assured"]"#), ("F0108", "prior.1".into()));
    assert_eq!(decide(r#","prior":[1]"#), ("F0101", "prior.0".into()));
    assert_eq!(decide(r#","prior":"incident""#), ("F0003", "prior".into()));
    assert_eq!(decide(r#","now":"2026-01-01""#), ("F0106", "now".into()));
    // The parts count in the order of the text, a line that is no JSON before all of them.
    assert_eq!(refused(r#"{"prior":["x"],"block":"issuer","args":{}}"#), ("F0108", "prior.0".into()));
    assert_eq!(refused(r#"{"args":{},"block":"issuer","prior":["x"]}"#), ("F0102", "args.partner".into()));
    assert_eq!(refused(r#"{"block":"isuer","args":{}"#), ("F0001", "".into()));
    assert_eq!(react(r#"{"name":"Nothing","fields":{}}"#, "[]"), ("F0108", "event.name".into()));
    assert_eq!(react(r#"{"fields":{}}"#, "[]"), ("F0003", "event.name".into()));
    assert_eq!(react(r#"{"name":"ContractEnded"}"#, "[]"), ("F0003", "event.fields".into()));
    assert_eq!(react(r#"{"fields":{"party":1},"name":"ContractEnded"}"#, "[]"), ("F0101", "event.fields.party".into()));
    assert_eq!(react("3", "[]"), ("F0003", "event".into()));
    assert_eq!(react(EVENT, r#"["a"]"#), ("F0003", "key".into()));
    assert_eq!(react(EVENT, r#"["a",1,2]"#), ("F0003", "key".into()));
    assert_eq!(react(EVENT, r#"["a","b"]"#), ("F0101", "key.1".into()));
    assert_eq!(refused(&format!(r#"{{"block":"issuer","event":{EVENT}}}"#)), ("F0003", "key".into()));
    assert_eq!(refused(&format!(r#"{{"block":"risk","event":{EVENT}}}"#)), ("F0003", "event".into()));
    let no_now = read_request(&program(), br#"{"block":"risk","args":{}}"#, None, false);
    assert_eq!(no_now.map_err(|f| (f.fault.code, f.fault.path)), Err(("F0003", "now".into())));
    let long = format!(r#"{{"block":"risk","args":{{"x":"{}"}}}}"#, "y".repeat(2_000));
    assert_eq!(refused(&long), ("F0002", "args".into()));
}

#[test]
fn strict_requests() {
    let read = |line: String| read_request(&program(), line.as_bytes(), Some(7), true).map_err(|f| f.fault);
    let fault = read(format!(r#"{{"block":"issuer","args":{ARGS},"priors":[]}}"#)).expect_err("strict");
    assert_eq!((fault.code, fault.path.as_str()), ("F0107", "priors"));
    assert_eq!(fault.message, "there is no part `priors`: did you mean `prior`?");
    assert!(read(format!(r#"{{"block":"issuer","args":{ARGS},"key":[]}}"#)).is_err());
}

#[test]
fn the_id_comes_back_with_a_fault() {
    let id = |line: &str| read(line).expect_err(line).id;
    assert_eq!(id(r#"{"id":1.50,"block":"x","args":{}}"#).as_deref(), Some("1.50"));
    assert_eq!(id(r#"{"id":"a","block":"#).as_deref(), Some("\"a\""));
    assert_eq!(id("{\"id\":[1,\r\n2],\"block\":1}").as_deref(), Some("[1,2]"));
    assert_eq!(id(r#"{"block":"x","#), None);
}

#[test]
fn block_names() {
    let program = program();
    assert_eq!(block_name(&program, BlockId(0)), "issuer");
    assert_eq!(block_name(&program, BlockId(3)), "two.twin");
    assert_eq!(resolve_block(&program, "two.twin"), Ok(BlockId(3)));
    let message = |name| resolve_block(&program, name).expect_err(name).message;
    assert_eq!(message("isuer"), "there is no block `isuer`: did you mean `issuer`?");
    assert_eq!(message("nothing"), "there is no block `nothing`: there are issuer, risk, one.twin, two.twin");
    assert_eq!(message("twin"), "several blocks are named `twin`: write one.twin or two.twin");
}
