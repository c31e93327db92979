//! Decisions and compilation, one figure at a time: for work on one of them. `report` puts all beside their peers.

#[path = "support/ours.rs"]
mod ours;
#[path = "support/mod.rs"]
mod support;

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ours::{Ours, Prepared};
use support::facts::{Borrowed, Texts};
use support::native::Native;
use support::{clauses, idiomatic, requests, tables, tuned};
use trust_runtime::arena::Arena;

fn federation(c: &mut Criterion) {
    let ours = Ours::new(&ours::checked(&ours::federation()), requests::BLOCK);
    let requests = requests::all();
    let borrowed: Vec<_> = requests.iter().map(|r| r.facts.borrowed()).collect();
    let facts: Vec<_> = borrowed.iter().map(Native::new).collect();
    let mut words = ours.words();
    let mut group = c.benchmark_group("federation, native struct");
    let native = || facts.iter().zip(&requests).cycle();
    // SAFETY (in this function): the facts are those of the block.
    let mut all = native();
    group.bench_function("permits", |b| {
        b.iter(|| all.next().map(|(f, r)| unsafe { ours.permits(black_box(f.as_ptr()), r.prior, r.now) }))
    });
    let mut all = native();
    group.bench_function("permits, tuned Rust", |b| {
        b.iter(|| all.next().map(|(f, r)| unsafe { tuned::permits(black_box(f.facts()), r.prior, r.now) }))
    });
    let mut all = borrowed.iter().zip(&requests).cycle();
    group.bench_function("permits, idiomatic Rust", |b| {
        b.iter(|| all.next().map(|(f, r)| idiomatic::permits(black_box(f), r.prior, r.now)))
    });
    let mut all = native();
    group.bench_function("decide", |b| {
        b.iter(|| all.next().map(|(f, r)| unsafe { ours.decide(black_box(f.as_ptr()), r.prior, r.now, &mut words) }))
    });
    let mut all = native();
    group.bench_function("decide, tuned Rust", |b| {
        b.iter(|| all.next().map(|(f, r)| unsafe { tuned::decide(black_box(f.facts()), r.prior, r.now) }))
    });
    let mut all = borrowed.iter().zip(&requests).cycle();
    group.bench_function("decide, idiomatic Rust", |b| {
        b.iter(|| all.next().map(|(f, r)| idiomatic::decide(black_box(f), r.prior, r.now)))
    });
    group.finish();

    let bytes = requests.iter().map(|r| r.json.len()).sum::<usize>() / requests.len();
    let mut group = c.benchmark_group("federation, JSON");
    group.throughput(Throughput::Bytes(bytes as u64));
    let (mut arena, mut words) = (Arena::new(), ours.words());
    let mut all = requests.iter().cycle();
    group.bench_function("permits", |b| {
        b.iter(|| all.next().map(|r| ours.permits_json(black_box(r.json.as_bytes()), &mut arena, r.prior, r.now)))
    });
    group.bench_function("decide", |b| {
        b.iter(|| {
            let text = |r: &'_ requests::Request| black_box(r.json.as_bytes()).as_ptr();
            all.next().map(|r| {
                black_box(text(r));
                ours.decide_json(r.json.as_bytes(), &mut arena, r.prior, r.now, &mut words)
            })
        })
    });
    group.bench_function("serde_json alone, times as text", |b| {
        b.iter(|| all.next().map(|r| serde_json::from_slice::<Texts<'_>>(black_box(r.json.as_bytes())).is_ok()))
    });
    group.bench_function("serde_json alone, times read", |b| {
        b.iter(|| all.next().map(|r| serde_json::from_slice::<Borrowed<'_>>(black_box(r.json.as_bytes())).is_ok()))
    });
    group.bench_function("serde_json and idiomatic Rust", |b| {
        b.iter(|| {
            all.next().map(|r| {
                let facts = serde_json::from_slice::<Borrowed<'_>>(black_box(r.json.as_bytes()));
                facts.is_ok_and(|facts| idiomatic::permits(&facts, r.prior, r.now))
            })
        })
    });
    group.finish();
}

fn many_clauses(c: &mut Criterion) {
    let mut group = c.benchmark_group("keyed clauses");
    for count in [10, 100, 1_000, 10_000] {
        let all = clauses::clauses(count);
        let package = ours::package(PathBuf::from("."), &clauses::policy(&all));
        let (ours, _) = Ours::staged(&package, clauses::BLOCK);
        let asked = clauses::requests(&all, 256);
        let facts: Vec<Prepared> = asked.iter().map(|a| Prepared::new(&ours, a.json.clone().leak())).collect();
        let mut next = facts.iter().cycle();
        // SAFETY: the facts are those of the block.
        group.bench_function(BenchmarkId::new("permits", count), |b| {
            b.iter(|| next.next().map(|f| unsafe { ours.permits(black_box(f.as_ptr()), 0, clauses::NOW) }))
        });
        let map = clauses::Map::new(&all);
        let mut next = asked.iter().cycle();
        group.bench_function(BenchmarkId::new("a HashMap", count), |b| {
            b.iter(|| next.next().map(|a| map.permits(black_box(&a.action), &a.issuer, a.assurance, clauses::NOW)))
        });
        group.sample_size(10);
        group.bench_function(BenchmarkId::new("compile", count), |b| {
            b.iter_batched(|| (), |()| Ours::staged(&package, clauses::BLOCK), BatchSize::PerIteration)
        });
        group.sample_size(100);
    }
    group.finish();
}

fn large_tables(c: &mut Criterion) {
    let mut group = c.benchmark_group("tables");
    for count in [100, 1_000, 10_000, 100_000] {
        let rows = tables::rows(count);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("benchmark-tables-{count}"));
        let (set, table) = tables::write(&folder, &rows).expect("data files");
        let subjects = tables::subjects(&rows, 256);
        for (block, text) in [(tables::SET, &set), (tables::TABLE, &table), (tables::LOOKUP, &table)] {
            let (ours, _) = Ours::staged(&ours::package(folder.clone(), text), block);
            let facts: Vec<Prepared> = subjects.iter().map(|s| Prepared::new(&ours, tables::json(s).leak())).collect();
            let mut next = facts.iter().cycle();
            // SAFETY: the facts are those of the block.
            group.bench_function(BenchmarkId::new(block, count), |b| {
                b.iter(|| next.next().map(|f| unsafe { ours.permits(black_box(f.as_ptr()), 0, clauses::NOW) }))
            });
        }
    }
    group.finish();
}

criterion_group!(all, federation, many_clauses, large_tables);
criterion_main!(all);
