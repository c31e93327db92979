//! Reactions: which triggers match, what is then in force.

use super::*;
use crate::decision::{Move, Reaction};
use crate::program::KeyDef;
use crate::program::Transition;
use crate::program::ty::standing;

const EVENT: RecordId = RecordId(0);
const OTHER: RecordId = RecordId(1);

/// `e.party == key`
fn about_the_key() -> Expr {
    let party = field(local(0, record_of(0)), 0, Ty::Int);
    compare(CompareOp::Eq, party, expr(ExprKind::Key(0), Ty::Int))
}

fn on(hold: Hold, event: RecordId, within: Option<(Expr, Expr)>) -> (&'static str, ClauseKind) {
    ("t", ClauseKind::Trigger { hold, event, binder: LocalId(0), when: Some(about_the_key()), within })
}

fn lift(event: RecordId, lifts: &[u32]) -> (&'static str, ClauseKind) {
    ("r", ClauseKind::Reinstate { event, binder: LocalId(0), when: Some(about_the_key()), lifts: clauses(lifts) })
}

fn react(clause_list: Vec<(&str, ClauseKind)>, event: RecordId, prior: &[u32], now: i64) -> Reaction {
    let checked = program(vec![participation(clause_list)]);
    let fields = row(vec![Value::Int(7), Value::Instant(900)]);
    let prior = clauses(prior).into_iter().collect();
    Oracle::new(&checked).react(BlockId(0), event, &fields, &[Value::Int(7)], &prior, now)
}

fn moved(clause: u32, transition: Transition) -> Move {
    Move { clause: ClauseId(clause), transition, deadline: None, late: false }
}

#[test]
fn reinstates_apply_before_the_others() {
    let list = vec![on(Hold::Suspend, EVENT, None), lift(EVENT, &[0, 2]), on(Hold::Reverify, OTHER, None)];
    let reaction = react(list, EVENT, &[0, 2], NOW);
    assert_eq!(reaction.moves, [moved(0, Transition::Suspend), moved(1, Transition::Reinstate)]);
    assert_eq!(reaction.in_force, clauses(&[0]));
    assert_eq!(reaction.standing, standing::SUSPENDED);
}

#[test]
fn a_reinstate_that_lifts_nothing_is_reported() {
    let reaction = react(vec![on(Hold::Suspend, OTHER, None), lift(EVENT, &[0])], EVENT, &[], NOW);
    assert_eq!(reaction.moves, [moved(1, Transition::Reinstate)]);
    assert_eq!((reaction.in_force, reaction.standing), (vec![], standing::ACTIVE));
}

#[test]
fn a_revocation_stays() {
    let list = || vec![on(Hold::Revoke, OTHER, None), lift(EVENT, &[0])];
    let reaction = react(list(), EVENT, &[0], NOW);
    assert_eq!((reaction.in_force, reaction.standing), (clauses(&[0]), standing::REVOKED));
    let again = react(list(), OTHER, &[0], NOW);
    assert_eq!(again.moves, [moved(0, Transition::Revoke)]);
}

#[test]
fn a_deadline_at_its_instant_is_not_late() {
    let at = |now| {
        let ended = field(local(0, record_of(0)), 1, Ty::Instant);
        let reaction = react(vec![on(Hold::Revoke, EVENT, Some((duration(100), ended)))], EVENT, &[], now);
        (reaction.moves[0].deadline, reaction.moves[0].late)
    };
    assert_eq!(at(1_000), (Some(1_000), false));
    assert_eq!(at(1_001), (Some(1_000), true));
}

#[test]
fn an_event_of_another_key_moves_nothing() {
    let mut other = participation(vec![on(Hold::Suspend, EVENT, None)]);
    other.keys = vec![KeyDef { path: "p".into(), expr: local(0, Ty::Int), span: SPAN }];
    other.params = vec![param("p", Ty::Int)];
    let checked = program(vec![other]);
    let oracle = Oracle::new(&checked);
    let key = oracle.key_of(BlockId(0), &[Value::Int(8)]);
    assert_eq!(key, [Value::Int(8)]);
    let fields = row(vec![Value::Int(7), Value::Instant(900)]);
    let prior = BTreeSet::from([ClauseId(0)]);
    let reaction = oracle.react(BlockId(0), EVENT, &fields, &key, &prior, NOW);
    assert_eq!((reaction.moves, reaction.in_force), (vec![], clauses(&[0])));
}

#[test]
fn lets_of_triggers_are_bound_first() {
    let mut with_let = participation(vec![(
        "t",
        ClauseKind::Trigger {
            hold: Hold::Suspend,
            event: EVENT,
            binder: LocalId(0),
            when: Some(local(1, Ty::Bool)),
            within: None,
        },
    )]);
    with_let.react_lets =
        vec![bound(1, compare(CompareOp::Eq, expr(ExprKind::Key(0), Ty::Int), constant(Value::Int(7))))];
    with_let.react_frame = 2;
    let checked = program(vec![with_let]);
    let oracle = Oracle::new(&checked);
    let matched =
        |key| oracle.react(BlockId(0), EVENT, &row(vec![]), &[Value::Int(key)], &BTreeSet::new(), NOW).moves.len();
    assert_eq!((matched(7), matched(8)), (1, 0));
}
