//! Decisions: effect, reasons, standing, grade, advice, obligations and `valid_until` of one block.

use trust_runtime::time::{MAX_DURATION, MAX_INSTANT};

use super::*;
use crate::decision::{Effect, Obligation, ObligationTime};
use crate::program::ty::standing;
use crate::program::{Framework, Grade, Reason};

fn effect(decision: &Decision) -> (Effect, Option<i64>) {
    (decision.effect.unwrap(), decision.valid_until)
}

fn trigger(hold: Hold) -> (&'static str, ClauseKind) {
    let kind = ClauseKind::Trigger { hold, event: RecordId(0), binder: LocalId(0), when: None, within: None };
    ("event", kind)
}

#[test]
fn a_permit_lasts_to_the_earliest_and_a_deny_to_the_latest_of_what_is_in_the_way() {
    let permit = decide(vec![participation(vec![require(before(1_300)), deny(since(1_200))])]);
    assert_eq!(effect(&permit), (Effect::Permit, Some(1_200)));
    let deny_ = decide(vec![participation(vec![
        require(since(1_300)),
        deny(before(1_500)),
        require(before(1_100)),
        ("scope", ClauseKind::Scope(since(1_400))),
    ])]);
    assert_eq!(effect(&deny_), (Effect::Deny, Some(1_500)));
    let ids = [0, 1, 3].map(|id| Reason::Clause(ClauseId(id)));
    assert_eq!(deny_.reasons, ids);
    let for_ever = decide(vec![participation(vec![require(since(1_300)), require(truth(false))])]);
    assert_eq!(effect(&for_ever), (Effect::Deny, None));
}

#[test]
fn expires_and_ttl_from_deny() {
    let decision = decide(vec![participation(vec![
        ("ends", ClauseKind::Expires { denies: since(1_400) }),
        ("aged", ClauseKind::TtlFrom { denies: not(and(vec![since(900), before(1_350)])) }),
    ])]);
    assert_eq!(effect(&decision), (Effect::Permit, Some(1_350)));
    let decision = decide_at(vec![participation(vec![("ends", ClauseKind::Expires { denies: since(1_400) })])], 1_400);
    assert_eq!(effect(&decision), (Effect::Deny, None));
}

#[test]
fn one_basis_is_enough() {
    let basis = |condition| ("basis", ClauseKind::Basis(condition));
    let two = decide(vec![participation(vec![basis(before(1_100)), basis(since(5_000)), basis(before(1_300))])]);
    assert_eq!(effect(&two), (Effect::Permit, Some(1_300)));
    assert_eq!(two.reasons, [0, 2].map(|id| Reason::Clause(ClauseId(id))));
    let none = decide(vec![participation(vec![basis(since(1_100)), basis(since(1_200)), require(truth(true))])]);
    assert_eq!(effect(&none), (Effect::Deny, Some(1_100)));
    assert_eq!(none.reasons, [Reason::NoBasis]);
}

#[test]
fn reasons_come_in_their_order() {
    let clauses = vec![
        ("scope", ClauseKind::Scope(truth(false))),
        trigger(Hold::Reverify),
        continuous(Hold::Suspend, truth(true)),
        ("basis", ClauseKind::Basis(truth(false))),
        trigger(Hold::Suspend),
        require(truth(false)),
    ];
    let mut checked = program(vec![participation(clauses)]);
    checked.0.framework = Some(framework(Some(2_000), None));
    let prior = Prior::Triggers(BTreeSet::from([ClauseId(4), ClauseId(1), ClauseId(5)]));
    let decision = Oracle::new(&checked).decide(BlockId(0), &[], &prior, NOW);
    let named = [2, 5, 1, 4, 0].map(|id| Reason::Clause(ClauseId(id)));
    assert_eq!(decision.reasons, [&named[..], &[Reason::NoBasis, Reason::Framework]].concat());
    assert_eq!(decision.standing, Some(standing::SUSPENDED));
}

fn framework(effective: Option<i64>, until: Option<i64>) -> Framework {
    Framework {
        module: ModuleId(0),
        name: "f".into(),
        span: SPAN,
        meta: Meta::default(),
        title: None,
        version: None,
        authority: None,
        effective,
        until,
        review_every: None,
        reviewed: None,
        skew: 0,
    }
}

#[test]
fn the_framework_has_its_time() {
    let at = |now| {
        let blocks =
            vec![participation(vec![require(truth(true))]), participation(vec![require(call(0, Member::Permitted))])];
        let mut checked = program(blocks);
        checked.0.framework = Some(framework(Some(1_000), Some(1_100)));
        let decision = Oracle::new(&checked).decide(BlockId(1), &[], &Prior::None, now);
        (decision.effect.unwrap(), decision.valid_until, decision.reasons)
    };
    let both = vec![Reason::Clause(ClauseId(0)), Reason::Framework];
    assert_eq!(at(999), (Effect::Deny, Some(1_000), both.clone()));
    assert_eq!(at(1_000), (Effect::Permit, Some(1_100), vec![]));
    assert_eq!(at(1_100), (Effect::Deny, None, both));
}

#[test]
fn the_standing_has_its_own_horizon() {
    // The effect is denied for ever, the standing changes at 1 200 and 1 300.
    let decision = decide(vec![participation(vec![
        require(truth(false)),
        continuous(Hold::Reverify, before(1_300)),
        continuous(Hold::Suspend, since(1_200)),
    ])]);
    assert_eq!(effect(&decision), (Effect::Deny, Some(1_200)));
    assert_eq!(decision.standing, Some(standing::REVERIFY));
    // Under a trigger in force as well.
    let checked = program(vec![participation(vec![trigger(Hold::Revoke), continuous(Hold::Suspend, since(1_200))])]);
    let prior = Prior::Triggers(BTreeSet::from([ClauseId(0)]));
    let decision = Oracle::new(&checked).decide(BlockId(0), &[], &prior, NOW);
    assert_eq!((decision.standing, decision.valid_until), (Some(standing::REVOKED), Some(1_200)));
}

#[test]
fn a_stored_standing_counts_like_a_trigger() {
    let checked = program(vec![participation(vec![trigger(Hold::Suspend), continuous(Hold::Reverify, truth(true))])]);
    let decision = Oracle::new(&checked).decide(BlockId(0), &[], &Prior::Standing(standing::SUSPENDED), NOW);
    assert_eq!(decision.standing, Some(standing::SUSPENDED));
    assert_eq!(decision.effect, Some(Effect::Deny));
    assert_eq!(decision.reasons, [Reason::Clause(ClauseId(1))]);
}

#[test]
fn the_weakest_signal_wins_and_every_cap_counts() {
    let cap = |value, when| ("cap", ClauseKind::Cap { value: case(value), when });
    let mut graded = participation(vec![
        require(truth(true)),
        cap(1, Some(since(1_500))),
        cap(2, Some(before(1_600))),
        cap(3, None),
    ]);
    graded.grade = Some(Grade { scale: TIER, from: case(3), span: SPAN });
    let decision = decide(vec![graded]);
    assert_eq!((decision.grade, decision.valid_until), (Some(2), Some(1_500)));
    assert_eq!(decision.caps, clauses(&[2, 3]));
}

#[test]
fn a_cap_that_does_not_apply_counts_with_its_condition_only() {
    let moves = choose(before(1_100), case(0), case(1));
    let mut graded =
        participation(vec![require(truth(true)), ("cap", ClauseKind::Cap { value: moves, when: Some(truth(false)) })]);
    graded.grade = Some(Grade { scale: TIER, from: case(3), span: SPAN });
    let decision = decide(vec![graded]);
    assert_eq!((decision.grade, decision.valid_until), (Some(3), None));
}

#[test]
fn advice_is_given_and_does_not_end_the_decision() {
    let decision = decide(vec![participation(vec![
        require(truth(true)),
        ("advised", ClauseKind::Recommend(since(1_100))),
        ("followed", ClauseKind::Recommend(before(1_100))),
    ])]);
    assert_eq!(decision.advice, clauses(&[1]));
    assert_eq!(effect(&decision), (Effect::Permit, None));
}

#[test]
fn a_deadline_is_met_at_its_instant_and_overdue_after_it() {
    let at = |now| {
        let decision = decide_at(vec![participation(vec![require(truth(true)), due(1_100, None, On::Permit)])], now);
        (decision.obligations[0].time, decision.valid_until)
    };
    assert_eq!(at(1_100), (ObligationTime::Due { due: 1_100, overdue: false }, Some(1_101)));
    assert_eq!(at(1_101), (ObligationTime::Due { due: 1_100, overdue: true }, None));
}

#[test]
fn a_deadline_at_the_last_instant_is_never_missed() {
    let decision = decide(vec![participation(vec![require(truth(true)), due(MAX_INSTANT, None, On::Any)])]);
    assert_eq!(decision.valid_until, None);
}

#[test]
fn an_obligation_counts_if_it_fits_and_applies() {
    let decided = |rule: Expr, on, when| {
        let decision = decide(vec![participation(vec![require(rule), due(1_100, when, on)])]);
        (decision.obligations.len(), decision.valid_until)
    };
    assert_eq!(decided(truth(true), On::Permit, None), (1, Some(1_101)));
    assert_eq!(decided(truth(false), On::Permit, None), (0, None));
    assert_eq!(decided(truth(false), On::Permit, Some(since(1_050))), (0, None));
    assert_eq!(decided(truth(false), On::Deny, None), (1, Some(1_101)));
    assert_eq!(decided(truth(false), On::Any, None), (1, Some(1_101)));
    assert_eq!(decided(truth(true), On::Permit, Some(since(1_050))), (0, Some(1_050)));
    assert_eq!(decided(truth(true), On::Permit, Some(before(1_050))), (1, Some(1_050)));
}

#[test]
fn an_obligation_within_keeps_its_arguments() {
    let args = vec![constant(Value::Int(4)), choose(before(1_200), case(0), case(1))];
    let time = ObligeTime::Within(duration(60));
    let kind = ClauseKind::Oblige { duty: DutyId(0), args, time, when: None, on: On::Permit };
    let decision = decide(vec![participation(vec![require(truth(true)), ("owed", kind)])]);
    assert_eq!(decision.valid_until, Some(1_200));
    let args = vec![Value::Int(4), Value::Case(0)];
    let owed = Obligation { clause: ClauseId(1), args, time: ObligationTime::Within(60) };
    assert_eq!(decision.obligations, [owed]);
}

#[test]
fn overdue_flips_after_the_due_instant_whatever_the_effect() {
    let overdue = || expr(ExprKind::Overdue(ClauseId(0)), Ty::Bool);
    let at = |when: Option<Expr>, now| {
        let clauses = vec![due(1_100, when, On::Permit), continuous(Hold::Suspend, overdue())];
        let decision = decide_at(vec![participation(clauses)], now);
        (decision.standing.unwrap(), decision.valid_until)
    };
    assert_eq!(at(None, 1_100), (standing::ACTIVE, Some(1_101)));
    assert_eq!(at(None, 1_101), (standing::SUSPENDED, None));
    assert_eq!(at(Some(truth(false)), 1_101), (standing::ACTIVE, None));
    // Not yet in force and not yet late: the later of the two.
    assert_eq!(at(Some(since(1_200)), 1_000), (standing::ACTIVE, Some(1_200)));
    assert_eq!(at(Some(before(1_200)), 1_150), (standing::SUSPENDED, Some(1_200)));
}

#[test]
fn a_bare_ttl_cuts() {
    let until = |length, when| decide(vec![participation(vec![require(before(5_000)), ttl(length, when)])]).valid_until;
    assert_eq!(until(60, None), Some(1_060));
    assert_eq!(until(60, Some(before(1_030))), Some(1_030));
    assert_eq!(until(60, Some(since(1_030))), Some(1_030));
    assert_eq!(until(60, Some(truth(false))), Some(5_000));
    assert_eq!(until(60, Some(since(5_500))), Some(5_000));
}

#[test]
fn a_bare_ttl_that_reaches_the_last_instant_does_not_cut() {
    let until = |length| decide(vec![participation(vec![require(truth(true)), ttl(length, None)])]).valid_until;
    assert_eq!(until(MAX_DURATION), None);
    assert_eq!(until(MAX_INSTANT - NOW), None);
    assert_eq!(until(MAX_INSTANT - NOW - 1), Some(MAX_INSTANT - 1));
}

#[test]
fn an_assessment_has_a_grade_and_no_effect() {
    let mut assessed = block(BlockKind::Assessment, vec![due(1_100, None, On::Permit), ttl(50, None)]);
    assessed.grade = Some(Grade { scale: TIER, from: choose(before(1_200), case(1), case(0)), span: SPAN });
    let decision = decide(vec![assessed]);
    assert_eq!((decision.effect, decision.standing, decision.grade), (None, None, Some(1)));
    assert_eq!((decision.obligations.len(), decision.valid_until), (1, Some(1_050)));
}

#[test]
fn a_let_that_nothing_reads_does_not_count() {
    let mut decided = participation(vec![require(local(1, Ty::Bool))]);
    decided.lets = vec![bound(0, before(1_100)), bound(1, before(1_200))];
    decided.frame = 2;
    assert_eq!(decide(vec![decided]).valid_until, Some(1_200));
}

#[test]
fn nothing_changes_before_valid_until() {
    let clauses = || {
        vec![
            require(or(vec![and(vec![since(3), before(9)]), since(14)])),
            deny(and(vec![since(6), before(8)])),
            continuous(Hold::Reverify, implies(since(2), since(4))),
            due(11, Some(since(7)), On::Any),
        ]
    };
    let at = |now| decide_at(vec![participation(clauses())], now);
    for now in 0..20 {
        let first = at(now);
        for t in now..first.valid_until.unwrap_or(25) {
            let then = at(t);
            assert_eq!(
                (first.effect, first.standing, &first.obligations),
                (then.effect, then.standing, &then.obligations),
                "asked at {now}, held at {t}"
            );
        }
    }
}

#[test]
fn many_threads_may_ask_one_oracle() {
    fn shared<T: Send + Sync>() {}
    shared::<Oracle<'static>>();
}
