//! Conditions: every way to come to a truth.

use super::expr::{AND, ATOM, Ask, COMPARE, Ex, Gen, IMPLIES, NOT, OPEN, OR, OTHERWISE, POSTFIX, UNARY, common};
use super::pools::PATTERNS;
use super::world::{Clock, T};

const ORDER: [&str; 4] = ["<", "<=", ">", ">="];

impl Gen<'_> {
    pub fn condition(&mut self, ask: Ask) -> Ex {
        let ask = ask.strong();
        let below = ask.deeper();
        match self.rng.below(40) {
            0..=6 if ask.clock => self.clock_comparison(ask),
            7..=9 => self.ordered(below),
            10..=12 => self.equal(below),
            13..=15 => self.all_of(ask),
            16..=18 => self.any_of(ask),
            19 | 20 => self.negation(ask),
            21 => self.implication(ask),
            22..=25 => self.present(ask),
            26 | 27 => self.membership(below),
            28 => self.sets(below),
            29 => {
                let (xs, _) = self.collection(below);
                let not = if self.rng.chance(50) { "not " } else { "" };
                Ex::new(format!("{} is {not}empty", xs.at_least(OTHERWISE)), COMPARE).of(&[&xs])
            }
            30 | 31 => self.text_question(below),
            32..=34 if ask.degree > 0 => self.quantifier(ask),
            35 if ask.clock => self.asked_block(below),
            36 if ask.clock && !self.overdue.is_empty() => {
                let can: Vec<(String, u8)> =
                    self.overdue.iter().filter(|(_, degree)| *degree <= ask.degree).cloned().collect();
                match self.rng.pick(&can) {
                    Some((name, degree)) => {
                        Ex { steps: true, degree: *degree, ..Ex::new(format!("overdue({name})"), ATOM) }
                    }
                    None => self.leaf(&T::Bool, ask),
                }
            }
            37 if ask.clock && self.world.fresh_imported && !self.reacting => {
                let at = self.expr(&T::Instant, below.fixed());
                let length = self.expr(&T::Duration, below.fixed());
                Ex { steps: true, ..Ex::new(format!("fresh({}, {})", at.text, length.text), ATOM).of(&[&at, &length]) }
            }
            38 => match self.call(|result, _| *result == T::Bool, below) {
                Some((call, _)) => call,
                None => self.leaf(&T::Bool, ask),
            },
            _ => self.leaf(&T::Bool, ask),
        }
    }

    fn clock_comparison(&mut self, ask: Ask) -> Ex {
        let ty = if self.rng.chance(75) { T::Instant } else { T::Duration };
        let moving = self.moving(&ty, ask.deeper());
        let fixed = self.expr(&ty, ask.deeper().fixed());
        let sign = ORDER[self.rng.below(4)];
        let (a, b) = if self.rng.chance(50) { (moving, fixed) } else { (fixed, moving) };
        let text = format!("{} {sign} {}", a.at_least(OTHERWISE), b.at_least(OTHERWISE));
        Ex { steps: true, ..Ex::new(text, COMPARE).of(&[&a, &b]) }
    }

    fn ordered(&mut self, ask: Ask) -> Ex {
        let scales: Vec<usize> = (0..self.world.enums.len()).filter(|i| self.world.enums[*i].ordered).collect();
        let ty = match self.rng.below(6) {
            0 => T::Int,
            1 => T::Decimal,
            2 => T::Instant,
            3 => T::Duration,
            _ => T::Enum(self.rng.pick(&scales).copied().unwrap_or(0)),
        };
        let sign = ORDER[self.rng.below(4)];
        self.compared(&ty, sign, ask)
    }

    fn equal(&mut self, ask: Ask) -> Ex {
        let scalar = self.world.scalar_type(self.rng);
        let set = ask.degree > 0 && self.rng.chance(15);
        let ty = if set { T::set(scalar) } else { scalar };
        let sign = if self.rng.chance(60) { "==" } else { "!=" };
        let mut whole = self.compared(&ty, sign, ask);
        if set {
            whole.degree = whole.degree.max(1);
        }
        whole
    }

    fn compared(&mut self, ty: &T, sign: &str, ask: Ask) -> Ex {
        let strong = match self.path(|t| t == ty, ask) {
            Some((path, _)) if self.rng.chance(50) => path,
            _ => self.expr(ty, ask.strong()),
        };
        let other = self.expr(ty, ask.hinted());
        let (a, b) = if self.rng.chance(70) { (strong, other) } else { (other, strong) };
        let text = format!("{} {sign} {}", a.at_least(OTHERWISE), b.at_least(OTHERWISE));
        Ex::new(text, COMPARE).of(&[&a, &b])
    }

    pub fn all_of(&mut self, ask: Ask) -> Ex {
        self.chain(ask, AND, "and")
    }

    pub fn any_of(&mut self, ask: Ask) -> Ex {
        self.chain(ask, OR, "or")
    }

    fn chain(&mut self, ask: Ask, strength: u8, word: &str) -> Ex {
        let and = strength == AND;
        let before = self.known.len();
        let mut parts: Vec<Ex> = Vec::new();
        for _ in 0..self.rng.between(2, 3) {
            let part = self.expr(&T::Bool, ask.deeper());
            self.known.extend(if and { part.yes.iter().cloned() } else { part.no.iter().cloned() });
            parts.push(part);
        }
        self.known.truncate(before);
        let last = parts.len() - 1;
        let mut open = false;
        let texts: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(i, part)| {
                if i < last {
                    return part.at_least(strength + 1);
                }
                let (text, runs) = part.last(strength + 1);
                open = runs;
                text
            })
            .collect();
        let text = texts.join(&format!(" {word} "));
        let mut whole = Ex { open, ..Ex::new(text, strength) }.of(&parts.iter().collect::<Vec<_>>());
        let every = |f: fn(&Ex) -> &Vec<String>| parts.iter().flat_map(|p| f(p).clone()).collect();
        let shared = |f: fn(&Ex) -> &Vec<String>| {
            parts.iter().skip(1).fold(parts.first().map(f).cloned().unwrap_or_default(), |all, p| common(&all, f(p)))
        };
        whole.yes = if and { every(|p| &p.yes) } else { shared(|p| &p.yes) };
        whole.no = if and { shared(|p| &p.no) } else { every(|p| &p.no) };
        whole
    }

    fn negation(&mut self, ask: Ask) -> Ex {
        let inner = self.expr(&T::Bool, ask.deeper());
        let (text, open) = inner.last(NOT);
        let mut whole = Ex { open, ..Ex::new(format!("not {text}"), NOT) }.of(&[&inner]);
        whole.yes = inner.no;
        whole.no = inner.yes;
        whole
    }

    pub fn implication(&mut self, ask: Ask) -> Ex {
        let a = self.expr(&T::Bool, ask.deeper());
        let b = self.knowing(&a.yes, |g| g.expr(&T::Bool, ask.deeper()));
        let (right, open) = b.last(IMPLIES);
        let text = format!("{} implies {right}", a.at_least(OR));
        let mut whole = Ex { open, ..Ex::new(text, IMPLIES) }.of(&[&a, &b]);
        whole.yes = common(&a.no, &b.yes);
        whole.no = a.yes.iter().chain(&b.no).cloned().collect();
        whole
    }

    /// `has x`, mostly with what then is known.
    fn present(&mut self, ask: Ask) -> Ex {
        if self.rng.chance(15) {
            let inner = self.world.any_type(self.rng, false);
            let value = self.expr(&T::opt(inner), ask.deeper());
            let path = value.text.trim_matches(['(', ')']);
            let plain = path.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
            let yes = if plain { vec![path.to_owned()] } else { Vec::new() };
            return Ex { yes, ..Ex::new(format!("has {}", value.at_least(POSTFIX)), UNARY).of(&[&value]) };
        }
        let Some((path, _)) = self.path(|t| matches!(t, T::Opt(_)), ask) else {
            return self.leaf(&T::Bool, ask);
        };
        let has = Ex { yes: vec![path.text.clone()], ..Ex::new(format!("has {}", path.text), UNARY).of(&[&path]) };
        if self.rng.chance(20) {
            return has;
        }
        let (word, strength) = if self.rng.chance(70) { ("and", AND) } else { ("implies", IMPLIES) };
        let body = self.knowing(&has.yes, |g| match g.path(|t| *t == T::Bool, ask) {
            Some((p, _)) if p.text.starts_with(&path.text) && g.rng.chance(50) => p,
            _ => g.about(&path, ask.deeper()),
        });
        let (right, open) = body.last(strength + u8::from(strength == AND));
        let mut whole = Ex { open, ..Ex::new(format!("{} {word} {right}", has.text), strength) };
        whole = whole.of(&[&has, &body]);
        if strength == AND {
            whole.yes = has.yes.iter().chain(&body.yes).cloned().collect();
        } else {
            whole.no = has.yes.iter().chain(&body.no).cloned().collect();
        }
        whole
    }

    /// A condition on a path that is known to be there, where its type allows one.
    fn about(&mut self, path: &Ex, ask: Ask) -> Ex {
        let text = path.text.clone();
        let found = self.path(|t| !matches!(t, T::Opt(_)), Ask { clock: true, ..ask });
        // Any path starting there will do; else any condition.
        let mut found = found;
        for _ in 0..12 {
            match &found {
                Some((p, _)) if p.text.starts_with(&text) => break,
                _ => found = self.path(|t| !matches!(t, T::Opt(_)), ask),
            }
        }
        match found {
            Some((p, ty)) if p.text.starts_with(&text) && (ask.clock || !p.steps) => match ty {
                T::Instant if ask.clock && self.rng.chance(70) => {
                    let moving = self.moving(&T::Instant, ask);
                    let sign = ORDER[self.rng.below(4)];
                    let right = moving.at_least(OTHERWISE);
                    Ex { steps: true, ..Ex::new(format!("{} {sign} {right}", p.text), COMPARE).of(&[&p, &moving]) }
                }
                ty if ty.scalar() => {
                    let other = self.expr(&ty, ask.hinted());
                    let text = format!("{} == {}", p.text, other.at_least(OTHERWISE));
                    Ex::new(text, COMPARE).of(&[&p, &other])
                }
                T::List(_) | T::Set(_) => Ex::new(format!("{} is empty", p.text), COMPARE).of(&[&p]),
                _ => self.expr(&T::Bool, ask),
            },
            _ => self.expr(&T::Bool, ask),
        }
    }

    fn membership(&mut self, ask: Ask) -> Ex {
        let word = if self.rng.chance(70) { "in" } else { "not in" };
        let networks = self.rng.chance(20);
        if networks {
            let left = if self.rng.chance(60) { T::Ip } else { T::Cidr };
            let a = self.expr(&left, ask.strong());
            let b = self.expr(&T::Cidr, ask.strong());
            let text = format!("{} {word} {}", a.at_least(OTHERWISE), b.at_least(OTHERWISE));
            return Ex::new(text, COMPARE).of(&[&a, &b]);
        }
        if ask.degree == 0 {
            return self.leaf(&T::Bool, ask);
        }
        let (xs, of) = self.collection(ask);
        if !of.scalar() {
            return self.leaf(&T::Bool, ask);
        }
        let hint = xs.strength >= POSTFIX && !xs.text.starts_with(['[', '{', '(']);
        let x = self.expr(&of, if hint { ask.hinted() } else { ask.strong() });
        let text = format!("{} {word} {}", x.at_least(OTHERWISE), xs.at_least(OTHERWISE));
        let mut whole = Ex::new(text, COMPARE).of(&[&x, &xs]);
        whole.degree = whole.degree.max(1);
        whole
    }

    fn sets(&mut self, ask: Ask) -> Ex {
        if ask.degree == 0 {
            return self.leaf(&T::Bool, ask);
        }
        let of = self.world.scalar_type(self.rng);
        let one = |g: &mut Self| if g.rng.chance(75) { T::set(of.clone()) } else { T::list(of.clone()) };
        let (left, right) = (one(self), one(self));
        let a = self.expr(&left, ask.strong());
        let b = self.expr(&right, ask.strong());
        let word = if self.rng.chance(50) { "subset of" } else { "intersects" };
        let text = format!("{} {word} {}", a.at_least(OTHERWISE), b.at_least(OTHERWISE));
        let mut whole = Ex::new(text, COMPARE).of(&[&a, &b]);
        whole.degree = whole.degree.max(1);
        whole
    }

    fn text_question(&mut self, ask: Ask) -> Ex {
        let a = self.expr(&T::Text, ask.strong());
        if self.rng.chance(30) {
            let pattern = self.rng.pick(PATTERNS).copied().unwrap_or_default();
            return Ex::new(format!("{} matches \"{pattern}\"", a.at_least(OTHERWISE)), COMPARE).of(&[&a]);
        }
        let b = self.expr(&T::Text, ask.strong());
        let word = ["starts with", "ends with", "contains", "in", "not in"][self.rng.below(5)];
        let text = format!("{} {word} {}", a.at_least(OTHERWISE), b.at_least(OTHERWISE));
        Ex::new(text, COMPARE).of(&[&a, &b])
    }

    fn quantifier(&mut self, ask: Ask) -> Ex {
        let word = ["all", "any", "no"][self.rng.below(3)];
        let (xs, of) = self.collection(ask.deeper());
        let names = if self.rng.chance(30) { 2 } else { 1 };
        self.each(&xs, &of, names, |g, names| {
            let body = g.expr(&T::Bool, ask.inside_loop().strong());
            let text = format!("{word} {} in {}: {}", names.join(", "), xs.at_least(OTHERWISE), body.text);
            let mut whole = Ex::new(text, OPEN).of(&[&xs, &body]);
            whole.degree = xs.degree.max(body.degree + 1);
            whole
        })
    }

    fn asked_block(&mut self, ask: Ask) -> Ex {
        match self.block_call("permitted", |b| !b.assessment, ask) {
            Some(call) => call,
            None => self.leaf(&T::Bool, ask),
        }
    }

    fn block_call(&mut self, member: &str, fits: impl Fn(&super::world::BlockDecl) -> bool, ask: Ask) -> Option<Ex> {
        if !ask.clock || self.reacting {
            return None;
        }
        let can: Vec<usize> = (0..self.world.blocks.len())
            .filter(|i| fits(&self.world.blocks[*i]) && self.world.blocks[*i].degree <= ask.degree)
            .collect();
        let block = self.world.blocks[*self.rng.pick(&can)?].clone();
        let mut whole = Ex { steps: true, degree: block.degree, ..Ex::default() };
        let mut args = Vec::new();
        for ty in &block.params {
            let arg = self.expr(ty, Ask { depth: ask.depth.min(2), ..ask.deeper().hinted() });
            whole = whole.of(&[&arg]);
            args.push(arg.text);
        }
        if block.triggers || self.rng.chance(30) {
            let prior = self.expr(&T::Enum(0), ask.deeper().hinted());
            whole = whole.of(&[&prior]);
            args.push(format!("prior: {}", prior.text));
        }
        whole.steps = true;
        Some(Ex { text: format!("{}({}).{member}", block.name, args.join(", ")), strength: POSTFIX, ..whole })
    }

    /// The grade or standing of a block, where one has this scale.
    pub fn level(&mut self, id: usize, ask: Ask) -> Ex {
        let below = ask.deeper();
        let found = match id == 0 && self.rng.chance(50) {
            true => self.block_call("standing", |b| !b.assessment, below),
            false => self.block_call("grade", |b| b.grade == Some(id), below),
        };
        match found {
            Some(call) => call,
            None if self.rng.chance(50) => self.otherwise(&T::Enum(id), below),
            None => self.leaf(&T::Enum(id), ask),
        }
    }

    /// What a `let` may be bound to that moves.
    pub fn moving_let(&mut self, ask: Ask) -> (Ex, T, Clock) {
        let ty = if self.rng.chance(70) { T::Instant } else { T::Duration };
        let value = self.moving(&ty, ask);
        (value, ty, Clock::Moving)
    }
}
