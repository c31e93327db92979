//! Random policies, all well typed, and facts for them.
//!
//! In: a seed. Out: a policy's source that the checker must accept, with the instants and durations it is made of; and for a
//! checked program: arguments, priors, events, keys, and instants at which its answers may change. Always: the same
//! seed gives the same bytes.

#![allow(dead_code, reason = "not every test uses every part")]

pub mod clauses;
pub mod conditions;
pub mod expr;
pub mod facts;
pub mod numbers;
pub mod pools;
pub mod rng;
pub mod wire;
pub mod world;

use std::path::{Path, PathBuf};

use clauses::Kind;
use expr::{Ask, Gen};
use rng::Rng;
use trustc::driver::{self, Analysis};
use trustc::loader;
use world::{Clock, DefineDecl, RecordDecl, T, Var, World};

/// A policy.
#[derive(Clone, Debug)]
pub struct Case {
    pub seed: u64,
    pub source: String,
    pub hints: Hints,
}

/// What a policy is made of: where its answers may change.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Microseconds since 1970.
    pub instants: Vec<i64>,
    /// Microseconds.
    pub durations: Vec<i64>,
}

impl Case {
    /// `size` is the most blocks it has, from 1.
    pub fn random(seed: u64, size: usize) -> Case {
        let mut rng = Rng::new(seed);
        let mut hints = Hints::default();
        let source = policy(&mut rng, size.max(1), &mut hints);
        hints.instants.sort_unstable();
        hints.instants.dedup();
        hints.durations.sort_unstable();
        hints.durations.dedup();
        Case { seed, source, hints }
    }

    /// Where its `data` files are.
    pub fn root() -> PathBuf {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        // The fuzz targets use this generator from a folder of their own.
        let root = here.parent().filter(|_| here.ends_with("fuzz")).unwrap_or(here);
        root.join("tests/generate/data")
    }

    pub fn analyse(&self) -> Analysis {
        analyse(&self.source)
    }
}

/// Checks a source whose `data` is that of the generator.
pub fn analyse(source: &str) -> Analysis {
    driver::analyse(&loader::from_text("case.trust", &Case::root(), source))
}

fn policy(rng: &mut Rng, size: usize, hints: &mut Hints) -> String {
    let mut world = World::types(rng);
    let mut items: Vec<String> = Vec::new();
    let with_data = rng.chance(25);
    if with_data {
        let fields = vec![("id".into(), T::Text), ("level".into(), T::Int), ("until".into(), T::Instant)];
        world.records.push(RecordDecl { name: "Row".into(), event: false, fields });
    }
    items.extend(world.declarations(rng));
    if with_data {
        items.push("data rows: list<Row> from \"rows.csv\"".into());
        items.push("data names: set<string> from \"names.json\"".into());
        let row = T::Record(world.records.len() - 1);
        for (text, ty) in [("rows", T::list(row)), ("names", T::set(T::Text))] {
            world.globals.push(Var { text: text.into(), ty, clock: Clock::Fixed });
        }
        hints.instants.extend([pools::BASE + pools::DAY, pools::BASE + 3 * pools::HOUR]);
    }
    world.fresh_imported = rng.chance(40);
    let mut next_name = 0;
    let mut generator = Gen {
        rng,
        world: &mut world,
        vars: Vec::new(),
        known: Vec::new(),
        overdue: Vec::new(),
        reacting: false,
        next_name: &mut next_name,
        instants: &mut hints.instants,
        durations: &mut hints.durations,
    };
    generator.duties(&mut items);
    generator.lets(&mut items);
    for _ in 0..generator.rng.below(4) {
        let define = generator.define();
        items.push(define);
    }
    let blocks = generator.rng.between(1, size);
    for n in 0..blocks {
        let (kind, stem) = match generator.rng.below(10) {
            0..=3 => (Kind::Participation, "role"),
            4..=7 => (Kind::Relationship, "link"),
            _ => (Kind::Assessment, "rating"),
        };
        let block = generator.block(kind, &format!("{stem}{n}"));
        items.push(block);
    }
    if generator.rng.chance(30) {
        let invariant = generator.invariant();
        items.push(invariant);
    }
    items.push("catalog house \"Rules of the house\" { \"H-1\": \"be kind\", \"H-2\": \"be on time\" }".into());
    if let Some(framework) = generator.framework() {
        items.push(framework);
    }
    rng.shuffle(&mut items);
    if world.fresh_imported {
        items.insert(0, "use std.time.fresh".into());
    }
    let mut source = String::from("// Made by chance.\n\n");
    for item in items {
        source.push_str(&item);
        source.push_str("\n\n");
    }
    source
}

impl Gen<'_> {
    fn duties(&mut self, items: &mut Vec<String>) {
        for n in 0..self.rng.between(1, 2) {
            let params: Vec<T> = (0..self.rng.below(3)).map(|_| self.world.any_type(self.rng, true)).collect();
            let texts: Vec<String> =
                params.iter().enumerate().map(|(i, t)| format!("a{n}{i}: {}", self.world.name(t))).collect();
            items.push(format!("duty duty{n}({})", texts.join(", ")));
            self.world.duties.push((format!("duty{n}"), params));
        }
    }

    fn lets(&mut self, items: &mut Vec<String>) {
        for _ in 0..self.rng.below(4) {
            let ty = self.world.any_type(self.rng, true);
            let typed = self.rng.chance(50);
            self.vars = self.world.globals.clone();
            let value = self.expr(&ty, Ask { depth: 2, clock: false, hint: typed, degree: 1 });
            let name = self.fresh_name("g");
            let stated = if typed { format!(": {}", self.world.name(&ty)) } else { String::new() };
            items.push(format!("let {name}{stated} = {}", value.text));
            self.world.globals.push(Var { text: name, ty, clock: Clock::Fixed });
        }
    }

    fn define(&mut self) -> String {
        self.vars = self.world.globals.clone();
        let mut params: Vec<(String, T, Clock)> = Vec::new();
        for _ in 0..self.rng.between(0, 3) {
            let ty = self.world.any_type(self.rng, true);
            let clock = match &ty {
                T::Instant | T::Duration if self.rng.chance(60) => Clock::Moving,
                ty if !ty.temporal() && self.rng.chance(40) => Clock::Steps,
                _ => Clock::Fixed,
            };
            let name = self.fresh_name("d");
            self.vars.push(Var { text: name.clone(), ty: ty.clone(), clock });
            params.push((name, ty, clock));
        }
        let ask = Ask { depth: 3, clock: self.rng.chance(70), hint: true, degree: 1 };
        let moving = ask.clock && self.rng.chance(25);
        let (body, result, clock) = if moving {
            self.moving_let(ask)
        } else {
            let ty = if self.rng.chance(50) { T::Bool } else { self.world.any_type(self.rng, true) };
            let body = self.expr(&ty, ask);
            // Steps by a parameter alone are the caller's.
            let clock = if body.steps { Clock::Steps } else { Clock::Fixed };
            (body, ty, clock)
        };
        self.vars.clear();
        let name = self.fresh_name("fn_");
        let list: Vec<String> = params.iter().map(|(p, t, _)| format!("{p}: {}", self.world.name(t))).collect();
        let text = format!("define {name}({}): {} = {}", list.join(", "), self.world.name(&result), body.text);
        self.world.defines.push(DefineDecl {
            name,
            params: params.into_iter().map(|(_, t, c)| (t, c)).collect(),
            result,
            clock,
            reads_clock: body.steps || moving,
            degree: body.degree,
        });
        text
    }

    fn invariant(&mut self) -> String {
        self.vars = self.world.globals.clone();
        let mut params = Vec::new();
        for _ in 0..self.rng.between(1, 2) {
            let ty = self.world.any_type(self.rng, true);
            let name = self.fresh_name("i");
            params.push(format!("{name}: {}", self.world.name(&ty)));
            self.vars.push(Var { text: name, ty, clock: Clock::Fixed });
        }
        let claim = self.expr(&T::Bool, Ask { depth: 3, clock: true, hint: false, degree: 2 });
        self.vars.clear();
        format!("invariant claim({}): {}", params.join(", "), claim.text)
    }

    fn framework(&mut self) -> Option<String> {
        if !self.rng.chance(60) {
            return None;
        }
        let mut lines = vec!["    title \"By chance\"".to_owned(), "    version \"1.2.3\"".to_owned()];
        if self.rng.chance(50) {
            let start = pools::BASE + self.rng.below(4) as i64 * pools::HOUR - pools::HOUR;
            let end = start + self.rng.between(1, 30) as i64 * 2 * pools::HOUR;
            let show = trust_runtime::time::format_instant;
            self.instants.extend([start, end]);
            let until = if self.rng.chance(50) { format!(" until {}", show(end)) } else { String::new() };
            lines.push(format!("    effective {}{until}", show(start)));
        }
        if self.rng.chance(50) {
            lines.push("    review every 90d reviewed 2026-01-01".into());
        }
        if self.rng.chance(50) {
            let skew = [30 * pools::SECOND, pools::HOUR, 1][self.rng.below(3)];
            self.durations.push(skew);
            lines.push(format!("    skew {}", trust_runtime::time::format_duration(skew)));
        }
        self.rng.shuffle(&mut lines);
        Some(format!("framework house_rules {{\n{}\n}}", lines.join("\n")))
    }
}
