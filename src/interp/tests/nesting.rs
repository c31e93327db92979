//! Nested calls: their member's horizon, and when their bare ttls cut the caller.

use super::*;
use crate::decision::Effect;
use crate::interp::Observer;
use crate::program::Grade;
use crate::program::expr::QuantifierKind;
use crate::program::ty::standing;

/// Permits until 5 000, re-decided within 60.
fn short() -> BlockDef {
    let mut short = participation(vec![require(before(5_000)), ttl(60, None)]);
    short.grade = Some(Grade { scale: TIER, from: choose(before(1_040), case(1), case(0)), span: SPAN });
    short
}

fn permitted() -> Expr {
    call(0, Member::Permitted)
}

fn until(clauses: Vec<(&str, ClauseKind)>) -> Option<i64> {
    decide(vec![short(), participation(clauses)]).valid_until
}

#[test]
fn a_member_has_its_own_horizon() {
    let blocks = || vec![short()];
    let checked = program(blocks());
    let oracle = Oracle::new(&checked);
    let ask = |member| oracle.member(BlockId(0), &[], &Prior::None, member, NOW);
    assert_eq!(ask(Member::Permitted), held(true, Some(5_000)));
    assert_eq!(ask(Member::Grade), Outcome { value: Value::Case(1), until: Some(1_040) });
    assert_eq!(ask(Member::Standing), Outcome { value: Value::Case(standing::ACTIVE), until: None });
    assert_eq!(oracle.eval(vec![], &permitted(), NOW), held(true, Some(5_000)));
}

#[test]
fn a_nested_ttl_cuts_where_the_call_counts() {
    assert_eq!(until(vec![require(permitted())]), Some(1_060));
    assert_eq!(until(vec![require(truth(false)), require(permitted())]), Some(1_060));
    assert_eq!(until(vec![require(truth(true)), continuous(Hold::Suspend, not(permitted()))]), Some(1_060));
    assert_eq!(until(vec![require(truth(true)), ttl(9_000, Some(not(permitted())))]), Some(1_060));
    assert_eq!(until(vec![require(truth(true)), ("advised", ClauseKind::Recommend(permitted()))]), None);
}

#[test]
fn a_nested_ttl_of_the_grade_cuts() {
    let mut caller = participation(vec![
        require(truth(true)),
        ("cap", ClauseKind::Cap { value: case(0), when: Some(not(permitted())) }),
    ]);
    caller.grade = Some(Grade { scale: TIER, from: case(1), span: SPAN });
    assert_eq!(decide(vec![short(), caller]).valid_until, Some(1_060));
}

#[test]
fn a_nested_ttl_of_a_let_cuts_even_unread() {
    let mut caller = participation(vec![require(truth(true))]);
    caller.lets = vec![bound(0, permitted())];
    assert_eq!(decide(vec![short(), caller]).valid_until, Some(1_060));
}

#[test]
fn a_nested_ttl_of_an_obligation_cuts_if_it_applies() {
    let owed = |when, on| until(vec![require(truth(true)), due(9_000, Some(when), on)]);
    assert_eq!(owed(permitted(), On::Permit), Some(1_060));
    assert_eq!(owed(permitted(), On::Deny), None);
    // The condition's horizon counts, what it called does not.
    assert_eq!(owed(not(permitted()), On::Permit), Some(5_000));
}

#[test]
fn what_is_left_out_does_not_cut() {
    let skipped = |condition| until(vec![require(condition)]);
    assert_eq!(skipped(and(vec![truth(false), permitted()])), None);
    assert_eq!(skipped(or(vec![truth(true), permitted()])), None);
    assert_eq!(skipped(implies(truth(false), permitted())), None);
    assert_eq!(skipped(choose(truth(true), truth(true), permitted())), None);
    // False, but not for ever: the right side is looked at.
    assert_eq!(skipped(and(vec![since(1_500), permitted()])), Some(1_060));
    assert_eq!(skipped(or(vec![before(1_500), permitted()])), Some(1_060));
    assert_eq!(skipped(implies(since(1_500), permitted())), Some(1_060));
    // Two falsehoods, the second for ever.
    assert_eq!(skipped(and(vec![since(1_500), truth(false), permitted()])), None);
    assert_eq!(skipped(and(vec![permitted(), truth(false)])), Some(1_060));
}

#[test]
fn a_quantifier_leaves_out_what_follows_a_settled_element() {
    let over = |kind, first: i64| {
        let wanted = compare(CompareOp::Eq, local(0, Ty::Int), constant(Value::Int(1)));
        let body = choose(wanted, truth(kind != QuantifierKind::All), permitted());
        let kind = ExprKind::Quantifier {
            kind,
            binders: vec![LocalId(0)],
            collection: Box::new(ints(&[first, 3 - first])),
            body: Box::new(body),
        };
        until(vec![require(expr(kind, Ty::Bool))])
    };
    for kind in [QuantifierKind::All, QuantifierKind::Any, QuantifierKind::No] {
        assert_eq!(over(kind, 1), None, "{kind:?}");
        assert_eq!(over(kind, 2), Some(1_060), "{kind:?}");
    }
}

#[test]
fn cuts_go_through_every_level() {
    let middle = participation(vec![require(permitted())]);
    let caller = participation(vec![require(call(1, Member::Permitted))]);
    assert_eq!(decide(vec![short(), middle, caller]).valid_until, Some(1_060));
    // Of the called block only the member asked for, its lets and its bare ttls.
    let middle = || participation(vec![require(permitted()), ttl(300, None)]);
    let caller = participation(vec![require(compare(
        CompareOp::Eq,
        call(1, Member::Standing),
        constant(Value::Case(standing::ACTIVE)),
    ))]);
    assert_eq!(decide(vec![short(), middle(), caller]).valid_until, Some(1_300));
    let mut middle = middle();
    middle.lets = vec![bound(0, permitted())];
    let caller = participation(vec![continuous(
        Hold::Suspend,
        compare(CompareOp::Eq, call(1, Member::Standing), constant(Value::Case(standing::REVOKED))),
    )]);
    assert_eq!(decide(vec![short(), middle, caller]).valid_until, Some(1_060));
}

#[test]
fn a_nested_ttl_that_does_not_apply_yet_keeps_to_its_start() {
    let waiting = participation(vec![require(truth(true)), ttl(60, Some(since(1_500)))]);
    let caller = participation(vec![require(permitted())]);
    assert_eq!(decide(vec![waiting, caller]).valid_until, Some(1_500));
}

#[test]
fn a_nested_prior_brings_its_horizon() {
    let nested = participation(vec![continuous(Hold::Reverify, truth(false))]);
    let prior = |stated| expr::Prior::Standing(Box::new(stated));
    let moves = choose(before(1_200), case(standing::SUSPENDED), case(standing::ACTIVE));
    let caller = participation(vec![require(call_with(0, vec![], prior(moves), Member::Permitted))]);
    let decision = decide(vec![nested, caller]);
    assert_eq!((decision.effect, decision.valid_until), (Some(Effect::Deny), Some(1_200)));
}

#[test]
fn an_argument_brings_its_horizon_where_it_is_read() {
    let mut nested = participation(vec![require(local(0, Ty::Bool))]);
    nested.params = vec![param("a", Ty::Bool), param("b", Ty::Bool)];
    let args = vec![before(1_200), before(1_100)];
    let caller = participation(vec![require(call_with(0, args, expr::Prior::None, Member::Permitted))]);
    assert_eq!(decide(vec![nested, caller]).valid_until, Some(1_200));
}

#[derive(Default)]
struct Log(Vec<(u32, u32, bool)>);

impl Observer for Log {
    fn clause(&mut self, block: BlockId, clause: ClauseId, held: bool) {
        self.0.push((block.0, clause.0, held));
    }

    fn trigger(&mut self, block: BlockId, clause: ClauseId, matched: bool) {
        self.clause(block, clause, matched);
    }
}

#[test]
fn an_observer_sees_nested_clauses_as_well() {
    let caller = participation(vec![
        deny(not(permitted())),
        ttl(60, None),
        due(9_000, None, On::Permit),
        due(9_000, Some(truth(false)), On::Permit),
        due(9_000, Some(truth(true)), On::Deny),
        ("advised", ClauseKind::Recommend(truth(false))),
    ]);
    let checked = program(vec![short(), caller]);
    let mut log = Log::default();
    Oracle::new(&checked).decide_observed(BlockId(1), &[], &Prior::None, NOW, &mut log);
    assert_eq!(log.0, [(0, 0, true), (1, 0, false), (1, 5, false), (1, 3, false)]);
}
