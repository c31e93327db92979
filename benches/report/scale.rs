//! What grows: the number of clauses, the rows of a table.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use trustc::loader::PackageSource;

use crate::Effort;
use crate::ours::{self, Ours, Prepared, Stages};
use crate::support::clauses::{self, Asked, Clause, Map, NOW};
use crate::support::tables::{self, Maps, Row};
use crate::support::timing::{Run, interleaved, median};
use crate::table::Table;

const CLAUSES: &[usize] = &[10, 100, 1_000, 10_000];
const ROWS: &[usize] = &[100, 1_000, 10_000, 100_000];
/// Requests of each size.
const ASKED: usize = 256;

/// Who takes longer to compile is compiled once, and nothing larger is tried.
const PATIENCE: Duration = Duration::from_secs(1);

/// A compiled block, and the median of its stages over several runs.
fn compiled(runs: usize, package: &PackageSource, block: &str) -> (Ours, Stages) {
    let (ours, first) = Ours::staged(package, block);
    if first.whole > PATIENCE {
        return (ours, first);
    }
    let all: Vec<Stages> = (0..runs).map(|_| Ours::staged(package, block).1).collect();
    (ours, middle(all.iter().copied()))
}

/// All sizes, up to the first that takes too long.
fn sizes<'a>(runs: usize, packages: impl Iterator<Item = &'a PackageSource>, block: &str) -> (Vec<Ours>, Vec<Stages>) {
    let (mut all, mut stages) = (Vec::new(), Vec::new());
    for package in packages {
        if stages.last().is_some_and(|s: &Stages| s.whole > PATIENCE) {
            eprintln!("  {block}: the next size would take too long to compile");
            break;
        }
        let (ours, took) = compiled(runs, package, block);
        all.push(ours);
        stages.push(took);
    }
    (all, stages)
}

/// Facts that live as long as the program.
fn prepared(ours: &Ours, json: String) -> Prepared {
    Prepared::new(ours, json.leak())
}

fn ask(ours: &Ours, facts: &[Prepared]) {
    for facts in facts {
        // SAFETY: the facts are those of the block.
        black_box(unsafe { ours.permits(black_box(facts.as_ptr()), 0, NOW) });
    }
}

/// Ours and the map's, by size.
fn race<'a>(
    effort: Effort,
    mut ours: Vec<Box<dyn FnMut() + 'a>>,
    mut maps: Vec<Box<dyn FnMut() + 'a>>,
) -> crate::support::timing::Timed {
    let mut runs: Vec<Run<'_>> = Vec::new();
    runs.extend(ours.iter_mut().map(|run| &mut **run as Run<'_>));
    runs.extend(maps.iter_mut().map(|run| &mut **run as Run<'_>));
    interleaved(effort.rounds, 8, ASKED, &mut runs)
}

pub fn clauses(effort: Effort, goals: &mut Table, rest: &mut Table) {
    let policies: Vec<Vec<Clause>> = CLAUSES.iter().map(|n| clauses::clauses(*n)).collect();
    let asked: Vec<Vec<Asked>> = policies.iter().map(|all| clauses::requests(all, ASKED)).collect();
    let maps: Vec<Map<'_>> = policies.iter().map(|all| Map::new(all)).collect();
    let packages: Vec<_> =
        policies.iter().map(|all| ours::package(PathBuf::from("."), &clauses::policy(all))).collect();
    let (compiled, stages) = sizes(effort.runs, packages.iter(), clauses::BLOCK);
    let facts: Vec<Vec<Prepared>> = compiled
        .iter()
        .zip(&asked)
        .map(|(ours, asked)| asked.iter().map(|a| prepared(ours, a.json.clone())).collect())
        .collect();
    for (((ours, facts), asked), map) in compiled.iter().zip(&facts).zip(&asked).zip(&maps) {
        for (facts, asked) in facts.iter().zip(asked) {
            // SAFETY: the facts are those of the block.
            let found = unsafe { ours.permits(facts.as_ptr(), 0, NOW) };
            assert_eq!(found, map.permits(&asked.action, &asked.issuer, asked.assurance, NOW), "{}", asked.json);
        }
    }
    let (ours, maps) = (
        compiled.iter().zip(&facts).map(|(ours, facts)| Box::new(move || ask(ours, facts)) as Box<dyn FnMut()>),
        maps.iter().zip(&asked).take(compiled.len()).map(|(map, asked)| {
            Box::new(move || {
                for a in black_box(asked) {
                    black_box(map.permits(&a.action, &a.issuer, a.assurance, NOW));
                }
            }) as Box<dyn FnMut()>
        }),
    );
    let timed = race(effort, ours.collect(), maps.collect());
    let sizes = &CLAUSES[..compiled.len()];
    let many = sizes.len() - 1;
    let most = sizes[many];
    let ratio = timed.ratio(many, 0);
    goals.beside(
        format!("`permits`, {most} keyed clauses"),
        timed.median(many),
        "ours with 10",
        timed.median(0),
        ratio,
    );
    goals.at_most(ratio, 1.5);
    let last = stages[many];
    goals.figure(format!("text of {most} keyed clauses to callable code"), nanos(last.whole)).within(100.0);
    goals.figure("of which code generation", nanos(last.codegen)).within(15.0);
    for (n, count) in sizes.iter().enumerate() {
        let figure = format!("`permits`, {count} keyed clauses");
        let map = n + sizes.len();
        rest.beside(figure, timed.median(n), "Rust, a `HashMap`", timed.median(map), timed.ratio(n, map));
    }
    for (stages, count) in stages.iter().zip(sizes) {
        add(rest, &format!("{count} keyed clauses"), stages);
    }
}

/// The median of each stage.
pub fn middle(all: impl Iterator<Item = Stages> + Clone) -> Stages {
    let of = |stage: fn(&Stages) -> Duration| {
        let all = all.clone().map(|s| stage(&s).as_nanos() as f64).collect();
        Duration::from_nanos(median(all) as u64)
    };
    Stages {
        parse: of(|s| s.parse),
        check: of(|s| s.check),
        lower: of(|s| s.lower),
        codegen: of(|s| s.codegen),
        whole: of(|s| s.whole),
    }
}

fn nanos(duration: Duration) -> f64 {
    duration.as_nanos() as f64
}

/// The stages of one policy.
pub fn add(rest: &mut Table, what: &str, stages: &Stages) {
    let all = [
        ("parse", stages.parse),
        ("check", stages.check),
        ("lower", stages.lower),
        ("generate code", stages.codegen),
        ("text to callable code", stages.whole),
    ];
    for (stage, took) in all {
        rest.figure(format!("{what}: {stage}"), nanos(took));
    }
}

pub fn tables(effort: Effort, goals: &mut Table, rest: &mut Table) {
    let rows: Vec<Vec<Row>> = ROWS.iter().map(|n| tables::rows(*n)).collect();
    let maps: Vec<Maps<'_>> = rows.iter().map(|rows| Maps::new(rows)).collect();
    let subjects: Vec<Vec<String>> = rows.iter().map(|rows| tables::subjects(rows, ASKED)).collect();
    let mut packages = Vec::new();
    for rows in &rows {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("benchmark-tables-{}", rows.len()));
        let (set, table) = tables::write(&folder, rows).expect("data files");
        packages.push((ours::package(folder.clone(), &set), ours::package(folder, &table)));
    }
    let blocks = [
        (tables::SET, "`x in` a set in data"),
        (tables::TABLE, "`any` over a table, by equality"),
        (tables::LOOKUP, "`first` of a table, by equality"),
    ];
    for (block, what) in blocks {
        let packages = packages.iter().map(|(set, table)| if block == tables::SET { set } else { table });
        let (compiled, stages) = sizes(effort.runs.min(5), packages, block);
        let facts: Vec<Vec<Prepared>> = compiled
            .iter()
            .zip(&subjects)
            .map(|(ours, subjects)| subjects.iter().map(|s| prepared(ours, tables::json(s))).collect())
            .collect();
        for (((ours, facts), subjects), maps) in compiled.iter().zip(&facts).zip(&subjects).zip(&maps) {
            for (facts, subject) in facts.iter().zip(subjects) {
                // SAFETY: the facts are those of the block.
                let found = unsafe { ours.permits(facts.as_ptr(), 0, NOW) };
                assert_eq!(found, maps.permits(block, subject, NOW), "{block} {subject}");
            }
        }
        let (ours, theirs) = (
            compiled.iter().zip(&facts).map(|(ours, facts)| Box::new(move || ask(ours, facts)) as Box<dyn FnMut()>),
            maps.iter().zip(&subjects).take(compiled.len()).map(|(maps, subjects)| {
                Box::new(move || {
                    for subject in black_box(subjects) {
                        black_box(maps.permits(block, subject, NOW));
                    }
                }) as Box<dyn FnMut()>
            }),
        );
        let timed = race(effort, ours.collect(), theirs.collect());
        let sizes = &ROWS[..compiled.len()];
        let many = sizes.len() - 1;
        let most = sizes[many];
        let ratio = timed.ratio(many, 0);
        goals.beside(format!("{what}, {most} rows"), timed.median(many), "ours with 100", timed.median(0), ratio);
        goals.at_most(ratio, 1.5);
        for (n, count) in sizes.iter().enumerate() {
            let map = n + sizes.len();
            let figure = format!("{what}, {count} rows");
            rest.beside(figure, timed.median(n), "Rust, a `HashMap`", timed.median(map), timed.ratio(n, map));
        }
        if let Some(stages) = stages.last().filter(|_| block != tables::LOOKUP) {
            let (file, kind) = if block == tables::SET { ("JSON", "set") } else { ("CSV", "table") };
            goals
                .figure(format!("loading a {kind} of {most} rows, {file} to callable code"), nanos(stages.whole))
                .within(100.0);
            add(rest, &format!("a {kind} of {most} rows ({file})"), stages);
        }
    }
}
