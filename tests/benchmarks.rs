//! What the benchmarks compare decides alike.
//!
//! In: the 512 requests of the federation benchmark, at several instants. Out: the oracle, native code and both hand-written versions give
//! the same decisions, in full.

#[cfg(target_os = "linux")]
#[path = "ahead/mod.rs"]
mod ahead;
#[path = "../benches/support/ours.rs"]
mod ours;
#[path = "../benches/support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::path::Path;

use support::facts::{DAY, MINUTE};
use support::native::Native as Laid;
use support::requests::{self, Request};
use support::verdict::{FOREVER, REASONS, Verdict};
use support::{clauses, facts, idiomatic, tables, tuned};
use trust_runtime::arena::Arena;
use trustc::decision::{Decision, Effect, ObligationTime};
use trustc::facts::{Request as Decoded, read_request, resolve_block};
use trustc::interp::{Oracle, Prior};
use trustc::native::Native;
use trustc::program::{BlockDef, Reason};

/// The oracle's decision in the words of the hand-written ones.
fn verdict(def: &BlockDef, decision: &Decision) -> Verdict {
    let bit = |name: &str| 1 << REASONS.iter().position(|r| *r == name).expect(name);
    let reasons = decision.reasons.iter().map(|reason| match reason {
        Reason::Clause(id) => bit(&def.clause(*id).name),
        Reason::NoBasis => bit("no_basis"),
        Reason::Framework => bit("framework"),
    });
    let mut evidence_within = None;
    let mut rotation_due = None;
    for o in &decision.obligations {
        match o.time {
            ObligationTime::Within(length) => evidence_within = Some(length),
            ObligationTime::Due { due, overdue } => rotation_due = Some((due, overdue)),
        }
    }
    Verdict {
        permit: decision.effect == Some(Effect::Permit),
        standing: decision.standing.expect("a standing"),
        reasons: reasons.fold(0, |all, bit| all | bit),
        evidence_within,
        rotation_due,
        valid_until: decision.valid_until.unwrap_or(FOREVER),
    }
}

#[test]
fn all_decide_alike() {
    let program = ours::checked(&ours::federation());
    let block = resolve_block(&program, requests::BLOCK).expect("a block");
    let def = program.block(block);
    let oracle = Oracle::new(&program);
    let native = ours::Ours::new(&program, requests::BLOCK);
    let engine = Native::new(&program);
    for (n, request) in requests::all().iter().enumerate() {
        let decoded = read_request(&program, request.line(n).as_bytes(), None, true).expect("a request");
        let Decoded::Decide { args, prior, now, .. } = decoded else { panic!("a decision") };
        assert_eq!(now, request.now);
        let prior = Prior::Triggers(prior);
        let parsed: facts::Borrowed<'_> = serde_json::from_str(&request.json).expect("facts");
        let native_facts = Laid::new(&parsed);
        let until = oracle.decide(block, &args, &prior, now).valid_until.unwrap_or(now);
        for now in [now, until - 1, until, now - 1, now + 3 * MINUTE, now + DAY, now - DAY, now + 400 * DAY] {
            let expected = verdict(def, &oracle.decide(block, &args, &prior, now));
            let found = engine.decide(block, &args, &prior, now).expect("native code");
            assert_eq!(verdict(def, &found), expected, "{}", request.json);
            assert_eq!(idiomatic::decide(&parsed, request.prior, now), expected, "{}", request.json);
            // SAFETY: the facts are those of the block.
            unsafe {
                assert_eq!(tuned::decide(native_facts.facts(), request.prior, now), expected, "{}", request.json);
                assert_eq!(
                    tuned::permits(native_facts.facts(), request.prior, now),
                    expected.permit,
                    "{}",
                    request.json
                );
                assert_eq!(
                    native.permits(native_facts.as_ptr(), request.prior, now),
                    expected.permit,
                    "{}",
                    request.json
                );
            }
            assert_eq!(idiomatic::permits(&parsed, request.prior, now), expected.permit, "{}", request.json);
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn code_ahead_of_time_decides_alike() {
    let program = ours::checked(&ours::federation());
    let module = trustc::native::module(&program).expect("a module");
    let loaded = ahead::Loaded::new(&module, "federation");
    let block = module.block_named(requests::BLOCK).expect("a block");
    let mut arena = Arena::new();
    for request in requests::all() {
        arena.reset();
        let input = trust_runtime::decode::Input::new(request.json.as_bytes(), "args");
        let facts = module.decoder().args(block, input, &mut arena, true).expect("facts");
        for now in [request.now, request.now + 3 * MINUTE, request.now + DAY, request.now - DAY] {
            loaded.decides(block, &facts, &[0, request.prior], now);
        }
    }
    // And with many clauses of one shape, and tables.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ahead-tables");
    let rows = tables::rows(300);
    let (set, table) = tables::write(&folder, &rows).expect("data files");
    let all = clauses::clauses(200);
    let many: Vec<String> = clauses::requests(&all, 256).into_iter().map(|asked| asked.json).collect();
    let subjects: Vec<String> = tables::subjects(&rows, 256).iter().map(|subject| tables::json(subject)).collect();
    let clauses_text = clauses::policy(&all);
    let policies =
        [(clauses::BLOCK, &clauses_text, &many), (tables::SET, &set, &subjects), (tables::TABLE, &table, &subjects)];
    for (block, text, asked) in policies {
        let (ours, _) = ours::Ours::staged(&ours::package(folder.clone(), text), block);
        let loaded = ahead::Loaded::new(&ours.module, block);
        for json in asked {
            arena.reset();
            let input = trust_runtime::decode::Input::new(json.as_bytes(), "args");
            let facts = ours.module.decoder().args(ours.block, input, &mut arena, true).expect("facts");
            loaded.decides(ours.block, &facts, &[0, 0], clauses::NOW);
        }
    }
}

#[test]
fn about_half_permit_and_every_clause_fails_at_times() {
    let all = requests::all();
    assert_eq!(all.len(), requests::COUNT);
    let verdicts: Vec<(Verdict, &Request)> =
        all.iter().map(|r| (idiomatic::decide(&r.facts.borrowed(), r.prior, r.now), r)).collect();
    let permits = verdicts.iter().filter(|(v, _)| v.permit).count();
    assert!((220..=292).contains(&permits), "{permits}");
    let seen: BTreeSet<&str> = verdicts
        .iter()
        .flat_map(|(v, _)| REASONS.iter().enumerate().filter(|(n, _)| v.reasons >> n & 1 == 1).map(|(_, name)| *name))
        .collect();
    assert_eq!(seen.len(), REASONS.len(), "{seen:?}");
    let lengths: BTreeSet<usize> = all.iter().map(|r| r.facts.chain.len()).collect();
    assert_eq!(lengths, BTreeSet::from([0, 1, 2, 3, 4]));
    for request in &all {
        let same: facts::Same<'_> = serde_json::from_str(&request.json).expect("facts");
        assert_eq!(same.chain.len(), request.facts.chain.len());
        assert!(serde_json::from_str::<facts::Texts<'_>>(&request.json).is_ok());
    }
    let bytes = all.iter().map(|r| r.json.len()).sum::<usize>() / all.len();
    assert!((800..=1000).contains(&bytes), "{bytes}");
}

#[test]
fn many_clauses_decide_like_a_map() {
    for count in [10, 300] {
        let all = clauses::clauses(count);
        let package = ours::package(".".into(), &clauses::policy(&all));
        let (ours, _) = ours::Ours::staged(&package, clauses::BLOCK);
        let map = clauses::Map::new(&all);
        let mut arena = Arena::new();
        let mut permits = 0;
        for asked in clauses::requests(&all, 256) {
            let expected = map.permits(&asked.action, &asked.issuer, asked.assurance, clauses::NOW);
            let found = ours.permits_json(asked.json.as_bytes(), &mut arena, 0, clauses::NOW);
            assert_eq!(found, expected, "{}", asked.json);
            permits += usize::from(expected);
        }
        assert!((64..224).contains(&permits), "{permits}");
    }
}

#[test]
fn tables_decide_like_maps() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("benchmark-tables");
    let rows = tables::rows(500);
    let (set, table) = tables::write(&folder, &rows).expect("data files");
    let maps = tables::Maps::new(&rows);
    for (text, block) in [(&set, tables::SET), (&table, tables::TABLE), (&table, tables::LOOKUP)] {
        let (ours, _) = ours::Ours::staged(&ours::package(folder.clone(), text), block);
        let mut arena = Arena::new();
        let mut permits = 0;
        for subject in tables::subjects(&rows, 256) {
            let expected = maps.permits(block, &subject, clauses::NOW);
            let found = ours.permits_json(tables::json(&subject).as_bytes(), &mut arena, 0, clauses::NOW);
            assert_eq!(found, expected, "{block} {subject}");
            permits += usize::from(expected);
        }
        assert!((32..=128).contains(&permits), "{permits}");
    }
}
