//! Answers and literals as text.

use super::*;
use crate::decision::{Decision, Effect, Move, Obligation, ObligationTime, Reaction};
use crate::facts::{Fault, to_source, write_decision, write_explained, write_fault, write_reaction};
use crate::program::value::Value;

const POLICY: &str = r#""policy":{"package":"demo","version":"1.2.0","digest":"blake3:00"}}"#;

fn decision() -> Decision {
    let args = |tier| vec![Value::String("ac\"me".into()), tier];
    Decision {
        block: BlockId(0),
        effect: Some(Effect::Deny),
        reasons: vec![Reason::Clause(ClauseId(1)), Reason::Clause(ClauseId(5)), Reason::NoBasis, Reason::Framework],
        standing: Some(2),
        grade: Some(1),
        caps: vec![ClauseId(4)],
        advice: vec![],
        obligations: vec![
            Obligation {
                clause: ClauseId(3),
                args: args(Value::Case(1)),
                time: ObligationTime::Due { due: 0, overdue: false },
            },
            Obligation { clause: ClauseId(3), args: args(Value::None), time: ObligationTime::Within(90_000_000) },
        ],
        valid_until: Some(1),
    }
}

#[test]
fn a_decision() {
    assert_eq!(
        write_decision(&program(), Some("\"any\""), &decision()),
        [
            r#"{"id":"any","block":"issuer","effect":"deny","reasons":["incident","scope","no_basis","framework"],"#,
            r#""standing":"suspended","grade":"silver","caps":["slow"],"advice":[],"#,
            r#""obligations":[{"rule":"attest_yearly","duty":"attest","args":{"party":"ac\"me","tier":"silver"},"#,
            r#""due":"1970-01-01T00:00:00Z","state":"pending"},"#,
            r#"{"rule":"attest_yearly","duty":"attest","args":{"party":"ac\"me","tier":null},"within":"1m30s"}],"#,
            r#""valid_until":"1970-01-01T00:00:00.000001Z","#,
            POLICY,
        ]
        .concat()
    );
}

#[test]
fn an_assessment_and_an_explanation() {
    let decision = Decision {
        block: BlockId(1),
        effect: None,
        reasons: vec![],
        standing: None,
        grade: None,
        caps: vec![],
        advice: vec![],
        obligations: vec![],
        valid_until: None,
    };
    let start = r#"{"block":"risk","advice":[],"obligations":[],"valid_until":null,"#;
    assert_eq!(write_decision(&program(), None, &decision), format!("{start}{POLICY}"));
    let explained = write_explained(&program(), None, &decision, Some("[1]"));
    assert_eq!(explained, format!(r#"{start}"explain":[1],{POLICY}"#));
}

#[test]
fn a_reaction() {
    let late = |clause, transition, deadline, late| Move { clause: ClauseId(clause), transition, deadline, late };
    let reaction = Reaction {
        block: BlockId(0),
        moves: vec![late(1, Transition::Suspend, None, false), late(2, Transition::Revoke, Some(0), true)],
        standing: 3,
        in_force: vec![ClauseId(2)],
    };
    assert_eq!(
        write_reaction(&program(), None, &reaction),
        [
            r#"{"block":"issuer","moves":[{"rule":"incident","transition":"suspend","deadline":null,"late":false},"#,
            r#"{"rule":"contract_over","transition":"revoke","deadline":"1970-01-01T00:00:00Z","late":true}],"#,
            r#""standing":"revoked","in_force":["contract_over"],"#,
            POLICY,
        ]
        .concat()
    );
}

#[test]
fn a_fault() {
    let fault = Fault { code: "F0103", path: "args.x".into(), message: "a \"b\"\n\u{1}".into(), offset: 3 };
    assert_eq!(
        write_fault(Some("7"), &fault),
        r#"{"id":7,"error":{"code":"F0103","path":"args.x","message":"a \"b\"\n\u0001"}}"#
    );
}

#[test]
fn literals() {
    let source = |ty, value| to_source(&types(), &ty, &value);
    assert_eq!(source(Ty::Decimal, Value::Decimal(10_000)), "1.0");
    assert_eq!(source(Ty::Decimal, Value::Decimal(-8_500)), "-0.85");
    assert_eq!(source(Ty::Decimal, Value::Decimal(i64::MIN)), "(-922337203685477.5807 - 0.0001)");
    assert_eq!(source(Ty::Int, Value::Int(i64::MIN)), "(-9223372036854775807 - 1)");
    assert_eq!(source(Ty::String, Value::String("a\"\\\n\u{202e}\u{0}é".into())), r#""a\"\\\n\u{202e}\u{0}é""#);
    assert_eq!(source(Ty::Instant, Value::Instant(0)), "1970-01-01");
    assert_eq!(source(Ty::Instant, Value::Instant(1)), "1970-01-01T00:00:00.000001Z");
    assert_eq!(source(Ty::Duration, Value::Duration(-90_000_000)), "-1m30s");
    assert_eq!(source(TIER, Value::Case(1)), "silver");
    assert_eq!(source(set(Ty::Int), Value::set(vec![])), "{}");
    assert_eq!(source(Ty::Record(RecordId(2)), Value::Record(vec![].into())), "Ping {}");
}
