//! Horizons and evaluation order of expressions.

use super::*;
use crate::decision::Effect;
use crate::program::expr::{AggregateKind, Builtin, QuantifierKind};

fn quantifier(kind: QuantifierKind, binders: &[u32], collection: Expr, body: Expr) -> Expr {
    let binders = binders.iter().map(|slot| LocalId(*slot)).collect();
    let kind = ExprKind::Quantifier { kind, binders, collection: Box::new(collection), body: Box::new(body) };
    expr(kind, Ty::Bool)
}

fn aggregate(kind: AggregateKind, item: Option<Expr>, collection: Expr, condition: Option<Expr>, ty: Ty) -> Expr {
    let kind = ExprKind::Aggregate {
        kind,
        item: item.map(Box::new),
        binder: LocalId(0),
        collection: Box::new(collection),
        condition: condition.map(Box::new),
    };
    expr(kind, ty)
}

#[test]
fn and_or_implies() {
    assert_eq!(value(and(vec![before(1_100), before(1_200)])), held(true, Some(1_100)));
    assert_eq!(value(and(vec![since(1_100), since(1_200)])), held(false, Some(1_200)));
    assert_eq!(value(and(vec![before(1_100), since(1_200)])), held(false, Some(1_200)));
    assert_eq!(value(and(vec![since(1_300), before(1_100), since(1_200)])), held(false, Some(1_300)));
    assert_eq!(value(or(vec![before(1_100), before(1_200)])), held(true, Some(1_200)));
    assert_eq!(value(or(vec![since(1_100), since(1_200)])), held(false, Some(1_100)));
    assert_eq!(value(or(vec![since(1_100), before(1_200)])), held(true, Some(1_200)));
    assert_eq!(value(implies(before(1_100), since(1_200))), held(false, Some(1_100)));
    assert_eq!(value(implies(since(1_100), since(1_200))), held(true, Some(1_100)));
    assert_eq!(value(implies(truth(false), since(1_200))), held(true, None));
    assert_eq!(value(not(before(1_100))), held(false, Some(1_100)));
}

#[test]
fn if_and_match_take_the_condition_and_the_branch_taken() {
    assert_eq!(value(choose(before(1_100), before(1_200), before(1_050))), held(true, Some(1_100)));
    assert_eq!(value(choose(since(1_300), before(1_200), before(1_050))), held(true, Some(1_050)));
    assert_eq!(value(choose(truth(true), before(1_200), before(1_050))), held(true, Some(1_200)));
    let scrutinee = choose(before(1_100), case(2), case(0));
    let arms = vec![before(1_050), before(1_500)];
    let kind = ExprKind::Match { scrutinee: Box::new(scrutinee), arm_of: vec![0, 0, 1], arms };
    assert_eq!(value(expr(kind, Ty::Bool)), held(true, Some(1_100)));
}

#[test]
fn quantifiers_fold() {
    let ends = || instants(&[1_300, 1_100, 1_200]);
    let live = || compare(CompareOp::Lt, now(), local(0, Ty::Instant));
    let over = || not(live());
    assert_eq!(value(quantifier(QuantifierKind::All, &[0], ends(), live())), held(true, Some(1_100)));
    assert_eq!(value(quantifier(QuantifierKind::All, &[0], ends(), over())), held(false, Some(1_300)));
    assert_eq!(value(quantifier(QuantifierKind::Any, &[0], ends(), live())), held(true, Some(1_300)));
    assert_eq!(value(quantifier(QuantifierKind::Any, &[0], ends(), over())), held(false, Some(1_100)));
    assert_eq!(value(quantifier(QuantifierKind::No, &[0], ends(), over())), held(true, Some(1_100)));
    assert_eq!(value(quantifier(QuantifierKind::No, &[0], ends(), live())), held(false, Some(1_300)));
    let nothing = || instants(&[]);
    assert_eq!(value(quantifier(QuantifierKind::All, &[0], nothing(), live())), held(true, None));
    assert_eq!(value(quantifier(QuantifierKind::Any, &[0], nothing(), live())), held(false, None));
}

#[test]
fn neighbours_are_adjacent_pairs() {
    let rising = || compare(CompareOp::Lt, local(0, Ty::Int), local(1, Ty::Int));
    assert_eq!(value(quantifier(QuantifierKind::All, &[0, 1], ints(&[1, 2, 3]), rising())), held(true, None));
    assert_eq!(value(quantifier(QuantifierKind::All, &[0, 1], ints(&[1, 3, 2]), rising())), held(false, None));
    assert_eq!(value(quantifier(QuantifierKind::Any, &[0, 1], ints(&[3, 1, 2]), rising())), held(true, None));
    assert_eq!(value(quantifier(QuantifierKind::No, &[0, 1], ints(&[7]), rising())), held(true, None));
}

#[test]
fn a_collection_that_moves_ends_the_fold() {
    let xs = choose(before(1_100), ints(&[1]), ints(&[2]));
    let one = compare(CompareOp::Eq, local(0, Ty::Int), constant(Value::Int(1)));
    assert_eq!(value(quantifier(QuantifierKind::All, &[0], xs, one)), held(true, Some(1_100)));
}

#[test]
fn aggregates_look_at_every_element() {
    let ends = || instants(&[1_300, 900, 1_100]);
    let live = || Some(compare(CompareOp::Lt, now(), local(0, Ty::Instant)));
    let end = || Some(local(0, Ty::Instant));
    let some = |value, until| Outcome { value, until };
    assert_eq!(
        value(aggregate(AggregateKind::First, end(), ends(), live(), Ty::Instant)),
        some(Value::Instant(1_300), Some(1_100))
    );
    assert_eq!(
        value(aggregate(AggregateKind::Last, end(), ends(), live(), Ty::Instant)),
        some(Value::Instant(1_100), Some(1_100))
    );
    assert_eq!(value(aggregate(AggregateKind::Count, None, ends(), live(), Ty::Int)), some(Value::Int(2), Some(1_100)));
    assert_eq!(value(aggregate(AggregateKind::Min, end(), ends(), None, Ty::Instant)), some(Value::Instant(900), None));
    assert_eq!(
        value(aggregate(AggregateKind::Max, end(), instants(&[]), None, Ty::Instant.optional())),
        some(Value::None, None)
    );
    // The item's own horizon counts where its condition holds, and only there.
    let item =
        choose(compare(CompareOp::Lt, now(), local(0, Ty::Instant)), constant(Value::Int(1)), constant(Value::Int(0)));
    let late = Some(compare(CompareOp::Gt, local(0, Ty::Instant), instant(1_200)));
    assert_eq!(
        value(aggregate(AggregateKind::Sum, Some(item), ends(), late, Ty::Int)),
        some(Value::Int(1), Some(1_300))
    );
}

/// `let total: int? = sum(…)`: where it may be absent, a sum is there all the same.
#[test]
fn a_sum_of_nothing_is_zero_where_an_optional_is_wanted_too() {
    let sum = |ty: Ty, item| aggregate(AggregateKind::Sum, Some(item), ints(&[]), None, ty.optional());
    assert_eq!(value(sum(Ty::Int, local(0, Ty::Int))).value, Value::Int(0));
    assert_eq!(value(sum(Ty::Duration, duration(5))).value, Value::Duration(0));
}

#[test]
fn sums_saturate_step_by_step() {
    let sum =
        |values: &[i64]| value(aggregate(AggregateKind::Sum, Some(local(0, Ty::Int)), ints(values), None, Ty::Int));
    assert_eq!(sum(&[]).value, Value::Int(0));
    assert_eq!(sum(&[i64::MAX, 1, -1]).value, Value::Int(i64::MAX - 1));
    let none = aggregate(AggregateKind::Sum, Some(local(0, Ty::Duration)), instants(&[]), None, Ty::Duration);
    assert_eq!(value(none).value, Value::Duration(0));
}

#[test]
fn a_default_counts_only_where_it_is_needed() {
    let otherwise = |a, b| expr(ExprKind::Otherwise(Box::new(a), Box::new(b)), Ty::Int);
    let moves = |present: Expr| choose(before(1_100), present, constant(Value::Int(9)));
    let seven = || constant(Value::Int(7));
    assert_eq!(value(otherwise(seven(), moves(seven()))), Outcome::fixed(Value::Int(7)));
    assert_eq!(
        value(otherwise(constant(Value::None), moves(seven()))),
        Outcome { value: Value::Int(7), until: Some(1_100) }
    );
    assert_eq!(
        value(otherwise(moves(constant(Value::None)), seven())),
        Outcome { value: Value::Int(7), until: Some(1_100) }
    );
    let has = expr(ExprKind::Has(Box::new(moves(constant(Value::None)))), Ty::Bool);
    assert_eq!(value(has), held(false, Some(1_100)));
}

#[test]
fn the_right_of_a_narrowing_may_be_looked_at_while_the_value_is_absent() {
    // The best score of those begun: absent until 1 100.
    let begun = compare(CompareOp::Ge, now(), instant(1_100));
    let best = || {
        let item = Some(local(0, Ty::Int));
        aggregate(AggregateKind::Max, item, ints(&[7]), Some(begun.clone()), Ty::Int.optional())
    };
    let has = expr(ExprKind::Has(Box::new(local(0, Ty::Int.optional()))), Ty::Bool);
    let high = compare(CompareOp::Gt, local(0, Ty::Int), constant(Value::Int(5)));
    let at = |now| {
        let mut decided = participation(vec![require(and(vec![has.clone(), high.clone()]))]);
        decided.lets = vec![bound(0, best())];
        let decision = decide_at(vec![decided], now);
        (decision.effect == Some(Effect::Permit), decision.valid_until)
    };
    assert_eq!(at(1_000), (false, Some(1_100)));
    assert_eq!(at(1_100), (true, None));
}

#[test]
fn built_in_functions() {
    let ask = |function, args| value(expr(ExprKind::Builtin(function, args), Ty::Bool)).value;
    let text = |s: &str| constant(Value::String(s.into()));
    assert_eq!(ask(Builtin::InString, vec![text("b"), text("abc")]), Value::Bool(true));
    assert_eq!(ask(Builtin::StartsWith, vec![text("abc"), text("ab")]), Value::Bool(true));
    assert_eq!(ask(Builtin::EndsWith, vec![text("abc"), text("ab")]), Value::Bool(false));
    assert_eq!(ask(Builtin::SubsetOf, vec![ints(&[2, 2]), ints(&[1, 2])]), Value::Bool(true));
    assert_eq!(ask(Builtin::Intersects, vec![ints(&[2, 3]), ints(&[1])]), Value::Bool(false));
    assert_eq!(ask(Builtin::First, vec![ints(&[])]), Value::None);
    assert_eq!(ask(Builtin::Last, vec![ints(&[4, 5])]), Value::Int(5));
    assert_eq!(ask(Builtin::Count, vec![ints(&[4, 4])]), Value::Int(2));
    assert_eq!(ask(Builtin::InCollection, vec![constant(Value::Int(4)), ints(&[4])]), Value::Bool(true));
    let set =
        expr(ExprKind::Set(vec![constant(Value::Int(2)), constant(Value::Int(1)), constant(Value::Int(2))]), Ty::Never);
    assert_eq!(value(set).value, Value::set(vec![Value::Int(1), Value::Int(2)]));
}

#[test]
fn records_are_changed_in_part() {
    let base = constant(row(vec![Value::Int(1), Value::Int(2)]));
    let change = choose(before(1_100), constant(Value::Int(5)), constant(Value::Int(6)));
    let with = expr(ExprKind::With(Box::new(base), vec![(1, change)]), record_of(0));
    let read = |index| field(with.clone(), index, Ty::Int);
    assert_eq!(value(read(1)), Outcome { value: Value::Int(5), until: Some(1_100) });
    assert_eq!(value(read(0)).value, Value::Int(1));
}

#[test]
fn top_level_lets_are_found_in_any_order() {
    let named = |value| crate::program::LetDef {
        module: ModuleId(0),
        name: "n".into(),
        span: SPAN,
        meta: Meta::default(),
        value,
        frame: 0,
    };
    let global = |n| expr(ExprKind::Global(crate::program::LetId(n)), Ty::Int);
    let next = |n| arith(ArithOp::IntAdd, global(n), constant(Value::Int(1)), Ty::Int);
    let lets = vec![named(next(2)), named(constant(Value::Int(40))), named(next(1))];
    let checked = Checked(Program { lets, ..Program::default() });
    let oracle = Oracle::new(&checked);
    assert_eq!(oracle.eval(vec![], &global(0), NOW), Outcome::fixed(Value::Int(42)));
    assert_eq!(oracle.eval(vec![], &global(0), NOW), Outcome::fixed(Value::Int(42)));
}

#[test]
fn a_function_takes_moving_arguments_and_long_chains() {
    let define = |body| crate::program::DefineDef {
        module: ModuleId(0),
        name: "f".into(),
        span: SPAN,
        meta: Meta::default(),
        params: vec![param("x", Ty::Instant)],
        result: Ty::Bool,
        body,
        frame: 1,
    };
    let calls = |n: u32, arg| expr(ExprKind::Call(crate::program::DefineId(n), vec![arg]), Ty::Bool);
    let mut defines = vec![define(compare(CompareOp::Lt, local(0, Ty::Instant), instant(2_000)))];
    for n in 0..20_000 {
        defines.push(define(calls(n, local(0, Ty::Instant))));
    }
    let checked = Checked(Program { defines, ..Program::default() });
    let shifted = arith(ArithOp::InstantSub, now(), duration(100), Ty::Instant);
    assert_eq!(Oracle::new(&checked).eval(vec![], &calls(20_000, shifted), NOW), held(true, Some(2_100)));
}
