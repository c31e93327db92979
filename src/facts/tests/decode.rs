//! What the reader takes and what it refuses, and where.

use super::*;
use crate::facts::{Fault, decode, decode_args, to_source};
use crate::program::value::Value;

const LIMITS: Limits = Limits { list: 3, string: 20, facts: 1_000, nesting: 4 };

fn read(ty: Ty, text: &str) -> Result<Value, Fault> {
    decode(&types(), &ty, text.as_bytes(), &LIMITS, false)
}

fn refused(ty: Ty, text: &str) -> (&'static str, String, usize) {
    let fault = read(ty, text).expect_err(text);
    (fault.code, fault.path, fault.offset)
}

fn text(value: &str) -> Value {
    Value::String(value.into())
}

#[test]
fn scalars() {
    assert_eq!(read(Ty::Bool, " true "), Ok(Value::Bool(true)));
    assert_eq!(read(Ty::Int, "1e3"), Ok(Value::Int(1000)));
    assert_eq!(read(Ty::Int, "1.0"), Ok(Value::Int(1)));
    assert_eq!(read(Ty::Decimal, "0.85000"), Ok(Value::Decimal(8_500)));
    assert_eq!(read(Ty::String, r#""a\u0062""#), Ok(text("ab")));
    assert_eq!(read(Ty::Instant, "\"1970-01-01T00:00:01+00:00\""), Ok(Value::Instant(1_000_000)));
    assert_eq!(read(Ty::Instant, "1.5"), Ok(Value::Instant(1_500_000)));
    assert_eq!(read(Ty::Duration, "\"-PT15M\""), Ok(Value::Duration(-900_000_000)));
    assert_eq!(read(Ty::Duration, "-900"), Ok(Value::Duration(-900_000_000)));
    assert_eq!(read(TIER, "\"Silver Tier\""), Ok(Value::Case(1)));
    assert_eq!(read(Ty::Int.optional(), "null"), Ok(Value::None));
    assert_eq!(read(set(Ty::Int), "[3,1,3]"), Ok(Value::set(vec![Value::Int(1), Value::Int(3)])));
}

#[test]
fn refusals_by_code() {
    for (ty, text, code) in [
        (Ty::Int, "", "F0001"),
        (Ty::Int, "1 2", "F0001"),
        (Ty::Int, "01", "F0001"),
        (Ty::String, "\"\\ud800\"", "F0001"),
        (Ty::String, "\"a\tb\"", "F0001"),
        (Ty::String, "\"123456789012345678901\"", "F0002"),
        (set(Ty::Int), "[1,1,1,1]", "F0002"),
        (Ty::Int, "null", "F0101"),
        (Ty::Int, "\"1\"", "F0101"),
        (Ty::Bool, "1", "F0101"),
        (Ty::String, "[]", "F0101"),
        (PARTNER, "[]", "F0101"),
        (list(Ty::Int), "{}", "F0101"),
        (TIER, "\"silver\"", "F0103"),
        (Ty::Int, "1.5", "F0104"),
        (Ty::Int, "1e400", "F0104"),
        (Ty::Decimal, "0.00001", "F0104"),
        (Ty::Instant, "1.0000001", "F0104"),
        (Ty::Instant, "\"2026-01-01T00:00:00.0000001Z\"", "F0104"),
        (Ty::Instant, "1e12", "F0104"),
        (Ty::Instant, "\"2026-01-01\"", "F0106"),
        (Ty::Duration, "\"P1M\"", "F0106"),
        (Ty::Ip, "\"10.0.0\"", "F0106"),
        (Ty::Cidr, "\"10.1.0.0/8\"", "F0106"),
    ] {
        assert_eq!(read(ty, text).map_err(|f| f.code), Err(code), "{text}");
    }
    let bytes = decode(&types(), &Ty::String, b"\"\xff\"", &LIMITS, false);
    assert_eq!(bytes.map_err(|f| (f.code, f.offset)), Err(("F0001", 1)));
}

#[test]
fn messages_say_what_is_wanted() {
    let message = |ty, text| read(ty, text).expect_err(text).message;
    assert_eq!(message(STATUS, "\"closed\""), "`closed` is no case of `ContractStatus`: negotiating, active, ended");
    assert_eq!(message(Ty::Int, "\"1\""), "found a string, wanted a whole number");
    assert_eq!(message(Ty::Int, "1.5"), "`1.5` is no whole number");
    assert_eq!(
        message(Ty::Cidr, "\"10.1.0.0/8\""),
        "`10.1.0.0/8` has host bits behind its prefix: write \"10.0.0.0/8\" for the network it lies in"
    );
    assert_eq!(
        message(Ty::Instant, "\"2026-01-01\""),
        "`2026-01-01` is a date without a time: write \"2026-01-01T00:00:00Z\""
    );
    assert_eq!(
        message(PARTNER, r#"{"id":"a"}"#),
        "`Partner` needs the field `contract`: a case of `ContractStatus`: negotiating, active, ended"
    );
    assert_eq!(message(Ty::Int, "[1"), "found a list, wanted a whole number");
    assert_eq!(message(Ty::Int, "+1"), "not JSON at byte 1: a value is wanted here");
}

#[test]
fn records_by_their_wire_names() {
    let value = read(
        PARTNER,
        r#"{"x":[{"y":1}],"contract":"ended","revocationT\u0069me":"1h","id":"a","tiers":["gold","bronze"]}"#,
    );
    let tiers = Value::set(vec![Value::Case(0), Value::Case(2)]);
    let expected = vec![text("a"), Value::Case(2), Value::Duration(3_600_000_000), Value::None, tiers];
    assert_eq!(value, Ok(Value::Record(expected.into())));
}

#[test]
fn the_first_fault_in_text_order() {
    // A wrong type before a syntax error, and after one.
    assert_eq!(refused(PARTNER, r#"{"id":1,"contract":}"#), ("F0101", "id".into(), 6));
    assert_eq!(refused(PARTNER, r#"{"id":,"contract":1}"#), ("F0001", "id".into(), 6));
    // A missing field counts at the brace, the first declared one first.
    assert_eq!(refused(PARTNER, r#"{"tiers":["x"]}"#), ("F0103", "tiers.0".into(), 10));
    assert_eq!(refused(PARTNER, r#"{"revocationTime":1}"#), ("F0102", "id".into(), 19));
    // A duplicate at its key, before its value; keys are compared decoded; a duplicate of an unknown key is nobody's.
    assert_eq!(refused(PARTNER, r#"{"id":"a","i\u0064":1}"#), ("F0105", "id".into(), 10));
    assert_eq!(refused(PARTNER, r#"{"x":1,"x":2}"#).0, "F0102");
    // What is unknown is read for its syntax.
    assert_eq!(refused(PARTNER, r#"{"x":[1,]}"#), ("F0001", "x".into(), 8));
    assert_eq!(refused(PARTNER, r#"{"x":"\ud800"}"#), ("F0001", "x".into(), 6));
    assert_eq!(
        refused(list(PARTNER), r#"[{"id":"a","contract":"active","revocationTime":"x"}]"#).1,
        "0.revocationTime"
    );
    // Behind the value.
    assert_eq!(refused(Ty::Int, "1 x"), ("F0001", String::new(), 2));
}

#[test]
fn limits() {
    assert_eq!(refused(list(Ty::Int), "[1,2,3, 4]"), ("F0002", String::new(), 8));
    assert_eq!(read(list(Ty::Int), "[1,2,3]").map(|_| ()), Ok(()));
    let deep = |n| (0..n).fold(Ty::Int, |ty, _| list(ty));
    assert_eq!(read(deep(4), "[[[[1]]]]").map(|_| ()), Ok(()));
    assert_eq!(refused(deep(5), "[[[[[1]]]]]"), ("F0002", "0.0.0.0".into(), 4));
    assert_eq!(refused(PARTNER, r#"{"x":[[[[1]]]]}"#), ("F0002", "x".into(), 8));
    assert_eq!(refused(Ty::Int, &" ".repeat(1_001)), ("F0002", String::new(), 0));
    // Only what is declared has a limit on its length.
    assert_eq!(refused(PARTNER, r#"{"x":"123456789012345678901234567890"}"#).0, "F0102");
    assert_eq!(read(Ty::String, r#""\u0041\u0041\u0041\u0041\u0041""#), Ok(text("AAAAA")));
}

#[test]
fn strict_reading() {
    let read = |text: &str| decode(&types(), &PARTNER, text.as_bytes(), &LIMITS, true);
    let fault = read(r#"{"id":"a","contrct":1}"#).expect_err("unknown");
    assert_eq!((fault.code, fault.path.as_str(), fault.offset), ("F0107", "contrct", 10));
    assert_eq!(fault.message, "`Partner` has no field `contrct`: did you mean `contract`?");
    assert!(read(r#"{"id":"a","revocation_time":1}"#).is_err_and(|f| {
        f.message.ends_with("did you mean `revocationTime`?")
            || f.message.ends_with("id, contract, revocationTime, last_attested, tiers")
    }));
}

#[test]
fn arguments() {
    let program = program();
    let params = &program.block(BlockId(0)).params;
    let read = |text: &str| decode_args(&program.types, params, text.as_bytes(), &LIMITS, false, "args");
    let partner = r#"{"id":"a","contract":"active","revocationTime":"15m"}"#;
    let args = read(&format!(r#"{{"partner":{partner}}}"#)).expect("args");
    let shown: Vec<String> = params.iter().zip(&args).map(|(p, v)| to_source(&program.types, &p.ty, v)).collect();
    assert_eq!(shown, ["Partner { id: \"a\", contract: active, revocation_time: 15m }", "none"]);
    let place = |text: &str| read(text).map_err(|f| (f.code, f.path)).expect_err(text);
    assert_eq!(place("{}"), ("F0102", "args.partner".into()));
    assert_eq!(place("[]"), ("F0101", "args".into()));
    assert_eq!(place(r#"{"partner":{"contract":"closed"}}"#), ("F0103", "args.partner.contract".into()));
    assert_eq!(place(r#"{"level":1,"level":1}"#), ("F0105", "args.level".into()));
    assert_eq!(place("{"), ("F0001", "args".into()));
}
