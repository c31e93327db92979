//! Explanations: what each clause came to, and the facts and calls behind it.

use super::*;
use crate::interp::{Bearing, ClauseTrace};
use crate::program::expr::{AggregateKind, QuantifierKind};

fn paths(trace: &ClauseTrace) -> Vec<&str> {
    trace.reading.facts.iter().map(|fact| &*fact.path).collect()
}

/// `partner { id: int, ends: instant, links: list<link { to: int }> }`
fn partner_program(blocks: Vec<BlockDef>) -> Checked {
    let mut checked = program(blocks);
    let links = Ty::List(Arc::new(record_of(1)));
    checked.0.types.records = vec![
        record("partner", &[("id", Ty::Int), ("ends", Ty::Instant), ("links", links)]),
        record("link", &[("to", Ty::Int)]),
    ];
    checked
}

fn partner() -> Value {
    let links = [3, 4].map(|to| row(vec![Value::Int(to)]));
    row(vec![Value::Int(7), Value::Instant(1_400), Value::List(links.into())])
}

fn id() -> Expr {
    field(local(0, record_of(0)), 0, Ty::Int)
}

fn ends() -> Expr {
    field(local(0, record_of(0)), 1, Ty::Instant)
}

fn links() -> Expr {
    field(local(0, record_of(0)), 2, Ty::List(Arc::new(record_of(1))))
}

#[test]
fn clauses_come_in_source_order_with_their_facts() {
    let same = |n| compare(CompareOp::Eq, id(), constant(Value::Int(n)));
    let mut asked = participation(vec![
        ttl(60, Some(same(7))),
        ("advised", ClauseKind::Recommend(same(8))),
        continuous(Hold::Suspend, local(1, Ty::Bool)),
        require(or(vec![same(7), same(7)])),
        due(1_100, None, On::Deny),
    ]);
    asked.params = vec![param("partner", record_of(0))];
    asked.lets = vec![bound(1, compare(CompareOp::Ge, now(), ends()))];
    let checked = partner_program(vec![asked]);
    let oracle = Oracle::new(&checked);
    let explained = oracle.explain(BlockId(0), &[partner()], &Prior::None, NOW);
    assert_eq!(explained.decision, oracle.decide(BlockId(0), &[partner()], &Prior::None, NOW));
    let clauses = &explained.block.clauses;
    let words: Vec<_> = clauses.iter().map(|clause| (clause.word, clause.bearing)).collect();
    assert_eq!(
        words,
        [
            ("ttl", Bearing::Applies),
            ("recommend", Bearing::Advises),
            ("suspend", Bearing::Met),
            ("require", Bearing::Met),
            ("oblige", Bearing::DoesNotFit),
        ]
    );
    assert_eq!(clauses[0].value, Some((Value::Duration(60), Ty::Duration)));
    assert_eq!((clauses[2].holds, clauses[2].until), (Some(false), Some(1_400)));
    assert_eq!(paths(&clauses[2]), ["partner.ends"]);
    assert_eq!(paths(&clauses[3]), ["partner.id"]);
    assert_eq!(clauses[3].reading.facts[0].value, Value::Int(7));
}

#[test]
fn a_nested_call_shows_what_it_read_of_the_same_facts() {
    let mut nested = participation(vec![require(before(5_000)), deny(compare(CompareOp::Ge, now(), ends()))]);
    nested.params = vec![param("p", record_of(0))];
    nested.name = "issuer".into();
    let asks = call_with(0, vec![local(0, record_of(0))], expr::Prior::None, Member::Permitted);
    let mut asked = participation(vec![require(local(1, Ty::Bool)), deny(not(local(1, Ty::Bool)))]);
    asked.params = vec![param("partner", record_of(0))];
    asked.lets = vec![bound(1, asks)];
    let checked = partner_program(vec![nested, asked]);
    let explained = Oracle::new(&checked).explain(BlockId(1), &[partner()], &Prior::None, NOW);
    for clause in &explained.block.clauses {
        assert_eq!(clause.reading.calls.len(), 1);
        let call = &clause.reading.calls[0];
        assert_eq!((call.name.as_str(), call.member, &call.result), ("issuer", Member::Permitted, &Value::Bool(true)));
        assert_eq!(call.trace.clauses.len(), 2);
        assert_eq!(paths(&call.trace.clauses[1]), ["partner.ends"]);
        assert_eq!(call.trace.clauses[1].until, Some(1_400));
    }
}

#[test]
fn elements_that_are_looked_into_are_named_one_by_one() {
    let to = |slot| field(local(slot, record_of(1)), 0, Ty::Int);
    let three = compare(CompareOp::Eq, to(1), constant(Value::Int(3)));
    let any = ExprKind::Quantifier {
        kind: QuantifierKind::No,
        binders: vec![LocalId(1)],
        collection: Box::new(links()),
        body: Box::new(not(three)),
    };
    // The last link's goal.
    let last = ExprKind::Aggregate {
        kind: AggregateKind::Last,
        item: Some(Box::new(local(2, record_of(1)))),
        binder: LocalId(2),
        collection: Box::new(links()),
        condition: None,
    };
    let goal = field(expr(last, record_of(1)), 0, Ty::Int);
    let mut asked = participation(vec![
        require(expr(any, Ty::Bool)),
        require(compare(CompareOp::Eq, goal, constant(Value::Int(4)))),
    ]);
    asked.params = vec![param("partner", record_of(0))];
    let checked = partner_program(vec![asked]);
    let explained = Oracle::new(&checked).explain(BlockId(0), &[partner()], &Prior::None, NOW);
    let clauses = &explained.block.clauses;
    assert_eq!(paths(&clauses[0]), ["partner.links[0].to", "partner.links[1].to"]);
    assert_eq!(paths(&clauses[1]), ["partner.links[1].to"]);
    assert_eq!(clauses[0].bearing, Bearing::InTheWay);
}

#[test]
fn a_basis_stands_in_the_way_only_where_none_holds() {
    let basis = |condition| ("basis", ClauseKind::Basis(condition));
    let bearings = |list| -> Vec<Bearing> {
        let checked = program(vec![participation(list)]);
        let explained = Oracle::new(&checked).explain(BlockId(0), &[], &Prior::None, NOW);
        explained.block.clauses.iter().map(|clause| clause.bearing).collect()
    };
    assert_eq!(bearings(vec![basis(truth(false)), basis(truth(true))]), [Bearing::NotNeeded, Bearing::Met]);
    assert_eq!(bearings(vec![basis(truth(false)), basis(truth(false))]), [Bearing::InTheWay, Bearing::InTheWay]);
}
