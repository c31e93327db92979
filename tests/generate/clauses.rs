//! Blocks and their clauses.
//!
//! In: the declarations so far. Out: the text of one block, added to the world so that later blocks may ask it. Always:
//! what its kind must have is there; obligations that `overdue` asks never ask themselves.

use super::expr::{Ask, Ex, Gen};
use super::world::{BlockDecl, Clock, T, Var};

const FULL: Ask = Ask { depth: 3, clock: true, hint: false, degree: 2 };

/// A block in the making.
struct Draft {
    lets: Vec<String>,
    clauses: Vec<String>,
    degree: u8,
    names: usize,
    /// The key paths, and the lets that read nothing else.
    react: Vec<Var>,
    liftable: Vec<String>,
}

impl Draft {
    fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}_{}", self.names)
    }

    fn uses(&mut self, parts: &[&Ex]) {
        for part in parts {
            self.degree = self.degree.max(part.degree);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Participation,
    Relationship,
    Assessment,
}

impl Gen<'_> {
    pub fn block(&mut self, kind: Kind, name: &str) -> String {
        let globals = self.world.globals.clone();
        self.vars = globals.clone();
        let mut params = Vec::new();
        for _ in 0..self.rng.between(1, 3) {
            let ty = match self.rng.chance(60) {
                true => self.record_type(),
                false => self.world.any_type(self.rng, true),
            };
            let param = self.fresh_name("p");
            params.push((param.clone(), ty.clone()));
            self.vars.push(Var { text: param, ty, clock: Clock::Fixed });
        }
        let mut draft =
            Draft { lets: Vec::new(), clauses: Vec::new(), degree: 0, names: 0, react: globals, liftable: Vec::new() };
        let keys = if kind == Kind::Assessment { Vec::new() } else { self.keys() };
        for (text, ty) in &keys {
            draft.react.push(Var { text: text.clone(), ty: ty.clone(), clock: Clock::Fixed });
        }
        for _ in 0..self.rng.below(4) {
            self.block_let(&mut draft, !keys.is_empty());
        }
        let mut head = Vec::new();
        if kind == Kind::Relationship {
            let roles: Vec<String> =
                self.world.blocks.iter().filter(|b| b.participation).map(|b| b.name.clone()).collect();
            let role = self.rng.pick(&roles).cloned().unwrap_or_else(|| "\"somebody\"".into());
            head.push(format!("parties \"Service\" relies on {role}"));
            head.push("purpose \"to be of use\"".into());
            let scope = self.tilted(true);
            draft.uses(&[&scope]);
            head.push(format!("scope {}", scope.text));
        }
        let grade = self.grade(&mut draft, &mut head, kind);
        self.obligations(&mut draft, kind);
        if kind != Kind::Assessment {
            self.conditions(&mut draft);
            self.times(&mut draft);
        }
        if self.rng.chance(30) {
            self.bare_ttl(&mut draft);
        }
        if let Some(grade) = grade {
            self.caps(&mut draft, grade);
        }
        let triggers = !keys.is_empty() && self.rng.chance(70);
        if triggers {
            self.triggers(&mut draft);
        }
        if !keys.is_empty() {
            let paths: Vec<&str> = keys.iter().map(|(k, _)| k.as_str()).collect();
            head.push(format!("key {}", paths.join(", ")));
        }
        self.overdue.clear();
        self.vars.clear();
        let has_triggers = draft.clauses.iter().any(|c| c.contains(" on Event"));
        self.world.blocks.push(BlockDecl {
            name: name.to_owned(),
            assessment: kind == Kind::Assessment,
            participation: kind == Kind::Participation,
            params: params.iter().map(|(_, t)| t.clone()).collect(),
            triggers: has_triggers,
            grade,
            degree: draft.degree,
        });
        self.written(kind, name, &params, head, draft)
    }

    fn written(&mut self, kind: Kind, name: &str, params: &[(String, T)], head: Vec<String>, draft: Draft) -> String {
        let word = match kind {
            Kind::Participation => "participation",
            Kind::Relationship => "relationship",
            Kind::Assessment => "assessment",
        };
        let mut text = String::new();
        if self.rng.chance(40) {
            text.push_str("/// What this is about.\n");
        }
        if self.rng.chance(30) {
            text.push_str("@maps(house[\"H-1\"]) @owner(\"somebody\")\n");
        }
        let params: Vec<String> = params.iter().map(|(p, t)| format!("{p}: {}", self.world.name(t))).collect();
        text.push_str(&format!("{word} {name}({}) {{\n", params.join(", ")));
        // Clauses come in any order; lets keep theirs.
        let mut lines: Vec<String> = head.into_iter().chain(draft.clauses).collect();
        self.rng.shuffle(&mut lines);
        let mut at = 0;
        for bound in draft.lets {
            at = self.rng.between(at, lines.len());
            lines.insert(at, bound);
            at += 1;
        }
        for line in lines {
            match self.rng.below(12) {
                0 => text.push_str("    /// Says why.\n"),
                1 => text.push_str("    // a remark\n"),
                2 => text.push('\n'),
                3 => text.push_str("    @since(\"1.0\")\n"),
                _ => {}
            }
            let remark = if self.rng.chance(6) { " // so it is" } else { "" };
            text.push_str(&format!("    {line}{remark}\n"));
        }
        text.push_str("}\n");
        text
    }

    fn record_type(&mut self) -> T {
        let records: Vec<usize> = (0..self.world.records.len()).filter(|i| !self.world.records[*i].event).collect();
        self.rng.pick(&records).map_or(T::Text, |i| T::Record(*i))
    }

    /// One or two scalar paths of parameters.
    fn keys(&mut self) -> Vec<(String, T)> {
        let globals = self.world.globals.len();
        let all = self.vars.clone();
        self.vars.drain(..globals);
        let mut keys: Vec<(String, T)> = Vec::new();
        for _ in 0..self.rng.between(1, 2) {
            if let Some((path, ty)) = self.path(T::scalar, FULL)
                && !keys.iter().any(|(k, _)| *k == path.text)
            {
                keys.push((path.text, ty));
            }
        }
        self.vars = all;
        keys
    }

    fn block_let(&mut self, draft: &mut Draft, keyed: bool) {
        let name = self.fresh_name("v");
        if self.rng.chance(25) {
            let (value, ty, clock) = self.moving_let(FULL);
            draft.uses(&[&value]);
            draft.lets.push(format!("let {name} = {}", value.text));
            self.vars.push(Var { text: name, ty, clock });
            return;
        }
        let for_reactions = keyed && self.rng.chance(35);
        let ty = self.world.any_type(self.rng, true);
        let typed = self.rng.chance(40);
        let ask = Ask { hint: typed, clock: self.rng.chance(60), ..FULL };
        let value = match for_reactions {
            true => self.reacting(&draft.react.clone(), |g| g.expr(&ty, ask.fixed())),
            false => self.expr(&ty, ask),
        };
        draft.uses(&[&value]);
        let stated = if typed { format!(": {}", self.world.name(&ty)) } else { String::new() };
        draft.lets.push(format!("let {name}{stated} = {}", value.text));
        let clock = if value.steps { Clock::Steps } else { Clock::Fixed };
        let var = Var { text: name, ty, clock };
        if for_reactions {
            draft.react.push(var.clone());
        }
        self.vars.push(var);
    }

    /// Runs `f` where only what a reaction knows is in scope.
    fn reacting<R>(&mut self, vars: &[Var], f: impl FnOnce(&mut Self) -> R) -> R {
        let all = std::mem::replace(&mut self.vars, vars.to_vec());
        self.reacting = true;
        let result = f(self);
        self.reacting = false;
        self.vars = all;
        result
    }

    /// ` when E`, and what then is known.
    fn when(&mut self, percent: usize, draft: &mut Draft) -> (String, Vec<String>) {
        if !self.rng.chance(percent) {
            return (String::new(), Vec::new());
        }
        let when = self.expr(&T::Bool, FULL);
        draft.uses(&[&when]);
        (format!(" when {}", when.text), when.yes)
    }

    fn grade(&mut self, draft: &mut Draft, head: &mut Vec<String>, kind: Kind) -> Option<usize> {
        if kind != Kind::Assessment && !self.rng.chance(40) {
            return None;
        }
        let scales: Vec<usize> = (0..self.world.enums.len()).filter(|i| self.world.enums[*i].ordered).collect();
        let scale = self.rng.pick(&scales).copied()?;
        let from = self.expr(&T::Enum(scale), Ask { depth: 2, ..FULL.hinted() });
        draft.uses(&[&from]);
        head.push(format!("grade {} from {}", self.world.enums[scale].name, from.text));
        Some(scale)
    }

    fn caps(&mut self, draft: &mut Draft, scale: usize) {
        for _ in 0..self.rng.below(3) {
            let (when, known) = self.when(80, draft);
            let value = self.knowing(&known, |g| g.expr(&T::Enum(scale), Ask { depth: 1, ..FULL.hinted() }));
            draft.uses(&[&value]);
            let name = draft.name("cap");
            draft.clauses.push(format!("cap {name}: {}{when}", value.text));
        }
    }

    fn obligations(&mut self, draft: &mut Draft, kind: Kind) {
        for _ in 0..self.rng.below(4) {
            let Some((duty, params)) = self.rng.pick(&self.world.duties).cloned() else { return };
            let name = draft.name("owe");
            let (when, known) = self.when(50, draft);
            let dated = self.rng.chance(65);
            let (args, time) = self.knowing(&known, |g| {
                let args: Vec<Ex> = params.iter().map(|t| g.expr(t, Ask { depth: 1, ..FULL.hinted() })).collect();
                let ty = if dated { T::Instant } else { T::Duration };
                (args, g.expr(&ty, Ask { depth: 2, ..FULL.hinted() }))
            });
            let own = args.iter().chain([&time]).map(|e| e.degree).max().unwrap_or(0);
            draft.degree = draft.degree.max(own);
            let degree = draft.degree;
            let args: Vec<String> = args.into_iter().map(|a| a.text).collect();
            let on = match self.rng.below(8) {
                _ if kind == Kind::Assessment => "",
                0 => " on permit",
                1 => " on deny",
                2 => " on any",
                _ => "",
            };
            let word = if dated { "due" } else { "within" };
            draft.clauses.push(format!("oblige {name}: {duty}({}) {word} {}{when}{on}", args.join(", "), time.text));
            if dated {
                self.overdue.push((name, degree));
            }
        }
    }

    fn conditions(&mut self, draft: &mut Draft) {
        let count = self.rng.between(1, 2);
        self.rules(draft, "require", count, "", true);
        let count = self.rng.below(5) / 2;
        self.rules(draft, "deny", count, "", false);
        let count = self.rng.below(2);
        self.rules(draft, "recommend", count, "", true);
        let count = if self.rng.chance(30) { self.rng.between(1, 2) } else { 0 };
        self.rules(draft, "basis", count, "", true);
        if self.rng.chance(15) {
            self.family(draft);
        }
        for hold in ["suspend", "reverify"] {
            let count = usize::from(self.rng.chance(25));
            self.rules(draft, hold, count, " when", false);
        }
    }

    /// Many clauses that differ in constants only: native code makes them rows of a table.
    fn family(&mut self, draft: &mut Draft) {
        let plain = |t: &T| matches!(t, T::Bool | T::Int | T::Decimal | T::Text | T::Instant | T::Ip | T::Enum(_));
        let fixed = FULL.fixed();
        let mut tests: Vec<(String, T, &str)> = Vec::new();
        for _ in 0..self.rng.between(1, 3) {
            let Some((path, ty)) = self.path(plain, fixed) else { return };
            let signs: &[&str] = match ty {
                T::Int | T::Decimal | T::Instant => &["==", "==", ">=", "<"],
                T::Text => &["==", "==", "!=", "starts with"],
                _ => &["==", "==", "!="],
            };
            let sign = self.rng.pick(signs).copied().unwrap_or("==");
            tests.push((path.text, ty, sign));
        }
        let clock = self.rng.chance(60);
        let word = *self.rng.pick(&["basis", "deny", "require"]).unwrap_or(&"basis");
        let join = if self.rng.chance(80) { " and " } else { " or " };
        for _ in 0..self.rng.between(8, 12) {
            let mut parts: Vec<String> = Vec::new();
            for (path, ty, sign) in &tests {
                let literal = self.literal(ty, fixed.hinted());
                parts.push(format!("{path} {sign} {}", literal.at_least(super::expr::OTHERWISE)));
            }
            if clock {
                let at = self.instant_literal();
                parts.push(format!("now < {}", at.at_least(super::expr::OTHERWISE)));
            }
            let mut condition = parts.join(join);
            if word == "require" {
                // Else hardly anything is ever permitted.
                condition = format!("not ({condition})");
            }
            let name = draft.name(word);
            draft.clauses.push(format!("{word} {name}: {condition}"));
        }
    }

    /// Clauses that are a condition. Where nothing is tilted to what permits, hardly anything ever does.
    fn rules(&mut self, draft: &mut Draft, word: &str, count: usize, middle: &str, good: bool) {
        for _ in 0..count {
            let condition = self.tilted(good);
            draft.uses(&[&condition]);
            let name = draft.name(word);
            draft.clauses.push(format!("{word} {name}:{middle} {}", condition.text));
        }
    }

    /// A condition that is true, or false, more often than not.
    pub fn tilted(&mut self, to: bool) -> Ex {
        match (self.rng.below(10), to) {
            (0..=4, true) => self.any_of(FULL),
            (5 | 6, true) => self.implication(FULL),
            (0..=5, false) => self.all_of(FULL),
            _ => self.expr(&T::Bool, FULL),
        }
    }

    fn times(&mut self, draft: &mut Draft) {
        let plain = Ask { depth: 2, ..FULL.hinted() };
        if self.rng.chance(30) {
            let (when, known) = self.when(60, draft);
            let at = self.knowing(&known, |g| g.expr(&T::Instant, plain));
            draft.uses(&[&at]);
            let name = draft.name("expires");
            draft.clauses.push(format!("expires {name}: {}{when}", at.text));
        }
        if self.rng.chance(30) {
            let (when, known) = self.when(60, draft);
            let (length, from) = self.knowing(&known, |g| (g.expr(&T::Duration, plain), g.expr(&T::Instant, plain)));
            draft.uses(&[&length, &from]);
            let name = draft.name("ttl");
            draft.clauses.push(format!("ttl {name}: {} from {}{when}", length.text, from.text));
        }
    }

    fn bare_ttl(&mut self, draft: &mut Draft) {
        let (when, known) = self.when(50, draft);
        let ask = Ask { depth: self.rng.below(2) as u8, ..FULL.hinted() };
        let mut length = self.knowing(&known, |g| g.expr(&T::Duration, ask));
        if length.text.chars().next().is_some_and(|c| c.is_ascii_digit() || c == '-' || c == '(') {
            // A literal must be above zero.
            length = Ex::new("90m", super::expr::ATOM);
            self.durations.push(90 * 60 * super::pools::SECOND);
        }
        draft.uses(&[&length]);
        let name = draft.name("ttl");
        draft.clauses.push(format!("ttl {name}: {}{when}", length.text));
    }

    fn triggers(&mut self, draft: &mut Draft) {
        let events: Vec<usize> = (0..self.world.records.len()).filter(|i| self.world.records[*i].event).collect();
        for _ in 0..self.rng.between(1, 4) {
            let Some(event) = self.rng.pick(&events).copied() else { return };
            let hold = ["suspend", "reverify", "revoke"][self.rng.below(3)];
            let name = draft.name(hold);
            if hold != "revoke" {
                draft.liftable.push(name.clone());
            }
            let (binder, when, known, vars) = self.on_event(draft, event);
            let within = if self.rng.chance(40) {
                let (length, from) = self.reacting(&vars, |g| {
                    g.knowing(&known, |g| {
                        let ask = Ask { depth: 2, clock: false, ..FULL.hinted() };
                        (g.expr(&T::Duration, ask), g.expr(&T::Instant, ask))
                    })
                });
                draft.uses(&[&length, &from]);
                format!(" within {} of {}", length.text, from.text)
            } else {
                String::new()
            };
            let event = self.world.records[event].name.clone();
            draft.clauses.push(format!("{hold} {name}: on {event} as {binder}{when}{within}"));
        }
        for _ in 0..self.rng.below(3) {
            let Some(event) = self.rng.pick(&events).copied() else { return };
            let mut lifts = draft.liftable.clone();
            if lifts.is_empty() {
                return;
            }
            self.rng.shuffle(&mut lifts);
            lifts.truncate(self.rng.between(1, 2));
            let (binder, when, _, _) = self.on_event(draft, event);
            let name = draft.name("lift");
            let event = self.world.records[event].name.clone();
            draft.clauses.push(format!("reinstate {name}: on {event} as {binder}{when} lifts {}", lifts.join(", ")));
        }
    }

    fn on_event(&mut self, draft: &mut Draft, event: usize) -> (String, String, Vec<String>, Vec<Var>) {
        let binder = self.fresh_name("e");
        let mut vars = draft.react.clone();
        for _ in 0..2 {
            vars.push(Var { text: binder.clone(), ty: T::Record(event), clock: Clock::Fixed });
        }
        if !self.rng.chance(85) {
            return (binder, String::new(), Vec::new(), vars);
        }
        // Mostly: a field of the event is the key.
        let keys: Vec<Var> = draft.react.iter().filter(|v| v.text.contains('.') && v.ty.scalar()).cloned().collect();
        let fields = self.world.records[event].fields.clone();
        let pairs: Vec<(String, String)> = keys
            .iter()
            .flat_map(|k| fields.iter().filter(|(_, t)| *t == k.ty).map(|(f, _)| (f.clone(), k.text.clone())))
            .collect();
        if self.rng.chance(50)
            && let Some((field, key)) = self.rng.pick(&pairs)
        {
            return (binder.clone(), format!(" when {binder}.{field} == {key}"), Vec::new(), vars);
        }
        let when = self.reacting(&vars, |g| g.expr(&T::Bool, Ask { clock: false, ..FULL }));
        draft.uses(&[&when]);
        (binder, format!(" when {}", when.text), when.yes, vars)
    }
}
