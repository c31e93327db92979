//! The search on small policies: the fewest facts, held against trying everything; bounds; what cannot help.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Change, Ends, Hopeless, Need, Outlook, Question, Remedy, outlook};
use crate::interp::{Oracle, Prior};
use crate::program::ty::standing;
use crate::program::value::Value;
use crate::program::{BlockId, Checked};
use crate::{driver, loader};

const HOUR: i64 = 3_600_000_000;

fn program(source: &str) -> Checked {
    let package = loader::from_text("policy.trust", Path::new("."), source);
    match driver::analyse(&package).checked() {
        Ok((program, _)) => program,
        Err(analysis) => panic!("{:?}", analysis.diagnostics),
    }
}

fn block(program: &Checked, name: &str) -> BlockId {
    let at = program.blocks.iter().position(|b| b.name == name);
    BlockId(at.unwrap_or_else(|| panic!("no `{name}`")) as u32)
}

fn asked(program: &Checked, name: &str, args: &[Value], prior: &Prior, now: i64) -> Outlook {
    let oracle = Oracle::new(program);
    outlook(&Question { program, oracle: &oracle, block: block(program, name), args, prior, now })
}

fn denied(program: &Checked, name: &str, args: &[Value], now: i64) -> Remedy {
    match asked(program, name, args, &Prior::None, now) {
        Outlook::Denied(remedy) => remedy,
        other => panic!("not denied: {other:?}"),
    }
}

fn permitted(program: &Checked, name: &str, args: &[Value], now: i64) -> Ends {
    match asked(program, name, args, &Prior::None, now) {
        Outlook::Permitted(ends) => ends,
        other => panic!("not permitted: {other:?}"),
    }
}

fn only(remedy: &Remedy) -> &Change {
    match remedy.sets.first().map(Vec::as_slice) {
        Some([change]) => change,
        other => panic!("not one change: {other:?}"),
    }
}

fn range(least: Option<Value>, most: Option<Value>) -> Need {
    Need::Range { least, most, only: true }
}

/// As many as there need be: held against every other way the facts could be.
#[test]
fn no_smaller_set_is_overlooked() {
    let program = program(
        "enum Colour { red, green, blue }
         scale Tier { low < middle < high }
         record Facts { a: bool b: bool c: bool d: bool colour: Colour tier: Tier }
         participation p(f: Facts) {
             require one: f.a or (f.b and f.c)
             require two: f.colour == blue implies f.tier >= high and f.d
             deny three: f.c and not f.d and f.colour == red
             basis four: f.tier == middle and f.b
             basis five: (if f.a then f.colour != green else f.tier != low)
             require six: not (f.a and f.b and f.colour == green)
         }",
    );
    let oracle = Oracle::new(&program);
    let mut all = Vec::new();
    for n in 0..2 * 2 * 2 * 2 * 3 * 3 {
        let bit = |at: u32| Value::Bool(n >> at & 1 == 1);
        let rest = n >> 4;
        let cases = [Value::Case(rest % 3), Value::Case(rest / 3)];
        all.push([[bit(0), bit(1), bit(2), bit(3)].as_slice(), &cases].concat());
    }
    let permits = |facts: &[Value]| {
        let args = [Value::Record(facts.to_vec().into())];
        let question = Question {
            program: &program,
            oracle: &oracle,
            block: BlockId(0),
            args: &args,
            prior: &Prior::None,
            now: 0,
        };
        question.permits(&args, 0)
    };
    let good: Vec<&Vec<Value>> = all.iter().filter(|facts| permits(facts)).collect();
    let mut seen = BTreeSet::new();
    for facts in all.iter().filter(|facts| !permits(facts)) {
        let apart = |other: &[Value]| facts.iter().zip(other).filter(|(a, b)| a != b).count();
        let fewest = good.iter().map(|other| apart(other)).min().expect("something permits");
        let remedy = denied(&program, "p", &[Value::Record(facts.clone().into())], 0);
        let found = remedy.sets.first().map(Vec::len);
        assert_eq!(found, Some(fewest).filter(|n| *n <= super::FACTS), "{facts:?}");
        seen.insert(fewest);
    }
    assert_eq!(seen, BTreeSet::from([1, 2, 3]));
}

#[test]
fn bounds_are_exact() {
    let program = program(
        "participation p(length: duration, n: int, share: decimal, checked: instant?) {
             require short: length <= 1h
             require enough: n * 3 > 100
             require small: share < 0.5
             require fresh: has checked and checked <= now and now < checked + 5m
         }",
    );
    let now = 1_000 * HOUR;
    let (length, n, share, checked) =
        (Value::Duration(HOUR), Value::Int(34), Value::Decimal(4_999), Value::Instant(now));
    let with = |at: usize, value: Value| {
        let mut args = vec![length.clone(), n.clone(), share.clone(), checked.clone()];
        args[at] = value;
        args
    };
    let change = |at, value| only(&denied(&program, "p", &with(at, value), now)).clone();
    assert_eq!(change(0, Value::Duration(2 * HOUR)).need, range(None, Some(length.clone())));
    assert_eq!(change(1, Value::Int(-7)).need, range(Some(n.clone()), None));
    assert_eq!(change(2, Value::Decimal(9_000)).need, range(None, Some(share.clone())));
    let fresh = range(Some(Value::Instant(now - HOUR / 12 + 1)), Some(Value::Instant(now)));
    for stale in [Value::None, Value::Instant(0), Value::Instant(now + 1)] {
        assert_eq!(change(3, stale).need, fresh);
    }
    assert_eq!(change(3, Value::Instant(0)).nearest, Value::Instant(now - HOUR / 12 + 1));
    assert_eq!(change(3, Value::Instant(now + 1)).nearest, Value::Instant(now));
}

#[test]
fn sets_cases_presence_and_lists() {
    let program = program(
        "enum Status { open, closed, unknown }
         record Item { ok: bool }
         participation p(action: string, scopes: set<string>, status: Status, gone: string?, items: list<Item>) {
             require granted: action in scopes
             require open: status in {open, unknown}
             deny gone: has gone
             require all_ok: all i in items: i.ok
         }",
    );
    let item = |ok| Value::Record([Value::Bool(ok)].into());
    let good = [
        Value::String("read".into()),
        Value::set(vec![Value::String("read".into())]),
        Value::Case(0),
        Value::None,
        Value::List([item(true)].into()),
    ];
    let with = |at: usize, value: Value| {
        let mut args = good.to_vec();
        args[at] = value;
        denied(&program, "p", &args, 0)
    };
    let write = Value::String("write".into());
    let remedy = with(0, write.clone());
    assert_eq!(remedy.sets.len(), 2, "{remedy:?}");
    assert_eq!(remedy.sets[0][0].need, Need::Elements { with: vec![write], without: vec![] });
    assert_eq!(remedy.sets[1][0].need, Need::SuchAs(vec![good[0].clone()]));
    assert_eq!(only(&with(2, Value::Case(1))).need, Need::OneOf(vec![Value::Case(0), Value::Case(2)]));
    assert_eq!(only(&with(3, Value::String("x".into()))).need, Need::Absent);
    let remedy = with(4, Value::List([item(true), item(false)].into()));
    assert_eq!(&*remedy.sets[0][0].path, "items[1].ok");
    assert_eq!(remedy.sets[1][0].need, Need::Elements { with: vec![], without: vec![item(false)] });
}

#[test]
fn what_no_fact_can_help_is_said() {
    let program = program(
        "framework f { title \"F\" version \"1\" authority \"https://f.example\" effective 1970-01-02 until 1970-01-03 }
         event Stopped { id: string }
         event Started { id: string }
         participation p(id: string, n: int) {
             key id
             require enough: n > 3
             suspend stopped: on Stopped as s when s.id == id
             reinstate started: on Started as s when s.id == id lifts stopped
             revoke over: on Stopped as s when s.id == id
         }
         participation never() { require never: 1 > 2 }",
    );
    let def = &program.blocks[0];
    let clause = |name: &str| def.clause_named(name).expect("a clause");
    let args = [Value::String("a".into()), Value::Int(1)];
    let day = 24 * HOUR;
    let prior = Prior::Triggers([clause("stopped"), clause("over")].into());
    let Outlook::Denied(remedy) = asked(&program, "p", &args, &prior, day) else { panic!("not denied") };
    let stopped = Hopeless::Trigger { clause: clause("stopped"), lifted_by: vec![clause("started")] };
    let over = Hopeless::Trigger { clause: clause("over"), lifted_by: vec![] };
    assert_eq!(remedy.hopeless, [stopped, over]);
    assert!(remedy.sets.is_empty());

    let prior = Prior::Standing(standing::SUSPENDED);
    let Outlook::Denied(remedy) = asked(&program, "p", &args, &prior, day) else { panic!("not denied") };
    assert_eq!(remedy.hopeless, [Hopeless::Standing(standing::SUSPENDED)]);

    let good = [args[0].clone(), Value::Int(4)];
    let early = denied(&program, "p", &good, 0);
    assert_eq!((early.hopeless.as_slice(), early.waits_until), ([Hopeless::Framework].as_slice(), Some(day)));
    let late = denied(&program, "p", &good, 2 * day);
    assert_eq!((late.hopeless.as_slice(), late.waits_until), ([Hopeless::Framework].as_slice(), None));
    let ends = permitted(&program, "p", &good, day);
    assert_eq!(ends.denied.map(|end| end.at), Some(2 * day));

    let never = denied(&program, "never", &[], day);
    assert!(never.sets.is_empty() && never.hopeless.is_empty() && !never.stopped);
}

#[test]
fn a_permit_ends_with_its_first_clause() {
    let program = program(
        "record Card { ends: instant checked: instant }
         participation holder(card: Card) {
             expires card: card.ends
             ttl again: 1m
         }
         participation call(card: Card) {
             require holds: holder(card).permitted
             ttl checked: 1h from card.checked
         }",
    );
    let card = |ends: i64, checked: i64| [Value::Record([Value::Instant(ends), Value::Instant(checked)].into())];
    let names = |end: &super::End| -> Vec<String> {
        let name = |cause: &super::Cause| match &cause.kind {
            super::CauseKind::Clause { block, clause } => {
                let via: String = cause.via.iter().map(|name| format!("{name}/")).collect();
                format!("{via}{}", program.block(*block).clause(*clause).name)
            }
            other => panic!("{other:?}"),
        };
        end.causes.iter().map(name).collect()
    };
    let ends = permitted(&program, "call", &card(10 * HOUR, HOUR), HOUR);
    let first = ends.first.expect("it ends");
    assert_eq!((first.at, names(&first)), (HOUR + HOUR / 60, vec!["holds/again".to_owned()]));
    let denied = ends.denied.expect("it ends");
    assert_eq!((denied.at, names(&denied)), (2 * HOUR, vec!["checked".to_owned()]));
    let ends = permitted(&program, "call", &card(HOUR + 1, HOUR), HOUR);
    let denied = ends.denied.expect("it ends");
    assert_eq!((denied.at, names(&denied)), (HOUR + 1, vec!["holds/card".to_owned()]));
    assert_eq!(denied.causes[0].facts.len(), 1);
    assert_eq!(&*denied.causes[0].facts[0].path, "card.ends");
}

/// Whatever the facts, the work is bounded and what is told permits.
#[test]
fn many_facts_do_not_run_away() {
    let fields: String = (0..60).map(|n| format!("n{n}: int s{n}: string ")).collect();
    let rules: String = (0..20).map(|n| format!("f.n{n} + f.n{} > 1000 and ", n + 20)).collect();
    let program = program(&format!(
        "record Facts {{ {fields} }} participation p(f: Facts) {{ require each: {rules} f.s1 == f.s2 }}"
    ));
    let field = |n: usize| if n % 2 == 0 { Value::Int(0) } else { Value::String("x".into()) };
    let args = [Value::Record((0..120).map(field).collect())];
    let remedy = denied(&program, "p", &args, 0);
    assert!(remedy.sets.is_empty());
}
