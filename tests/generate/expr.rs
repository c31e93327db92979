//! Expressions of a wanted type, from the top down.
//!
//! In: a type, how deep, whether the clock may take part, whether the place gives a type to bare cases. Out: text with
//! its binding strength. Always: the text is well typed where it is put; an instant or duration never depends
//! on the clock in steps; loops over facts nest no deeper than the degree left.

use trust_runtime::decimal::format_decimal;
use trust_runtime::time::{format_duration, format_instant};

use super::pools::{self, CIDRS, DECIMALS, INTS, IPS, TEXTS};
use super::rng::Rng;
use super::world::{Clock, T, Var, World};

/// Binding strengths, loosest first.
pub const OPEN: u8 = 1;
pub const IMPLIES: u8 = 2;
pub const OR: u8 = 3;
pub const AND: u8 = 4;
pub const NOT: u8 = 5;
pub const COMPARE: u8 = 6;
pub const OTHERWISE: u8 = 7;
pub const SUM: u8 = 8;
pub const PRODUCT: u8 = 9;
pub const UNARY: u8 = 10;
pub const POSTFIX: u8 = 11;
pub const ATOM: u8 = 12;

/// What a place allows.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    pub depth: u8,
    /// What depends on the clock may stand here.
    pub clock: bool,
    /// The place gives its type: bare cases, `none`, empty literals.
    pub hint: bool,
    /// Loops over facts that may still nest.
    pub degree: u8,
}

impl Ask {
    pub fn deeper(self) -> Ask {
        Ask { depth: self.depth.saturating_sub(1), ..self }
    }

    pub fn fixed(self) -> Ask {
        Ask { clock: false, ..self }
    }

    pub fn hinted(self) -> Ask {
        Ask { hint: true, ..self }
    }

    pub fn strong(self) -> Ask {
        Ask { hint: false, ..self }
    }

    pub fn inside_loop(self) -> Ask {
        Ask { degree: self.degree.saturating_sub(1), ..self.deeper() }
    }
}

/// An expression.
#[derive(Clone, Debug, Default)]
pub struct Ex {
    pub text: String,
    pub strength: u8,
    /// It ends in a quantifier or an `if`: only the right end may.
    pub open: bool,
    /// It depends on the clock.
    pub steps: bool,
    pub degree: u8,
    /// Paths that are present when it is true, and when it is false.
    pub yes: Vec<String>,
    pub no: Vec<String>,
}

impl Ex {
    pub fn new(text: impl Into<String>, strength: u8) -> Ex {
        Ex { text: text.into(), strength, open: strength == OPEN, ..Ex::default() }
    }

    /// Takes over what a part depends on.
    pub fn of(mut self, parts: &[&Ex]) -> Ex {
        for part in parts {
            self.steps |= part.steps;
            self.degree = self.degree.max(part.degree);
        }
        self
    }

    pub fn at_least(&self, strength: u8) -> String {
        if self.strength >= strength && !self.open { self.text.clone() } else { format!("({})", self.text) }
    }

    /// As the last operand, which may run to the right; and whether it does.
    pub fn last(&self, strength: u8) -> (String, bool) {
        if self.strength >= strength || self.strength == OPEN {
            (self.text.clone(), self.open)
        } else {
            (format!("({})", self.text), false)
        }
    }
}

pub struct Gen<'w> {
    pub rng: &'w mut Rng,
    pub world: &'w mut World,
    pub vars: Vec<Var>,
    /// Paths known to be present.
    pub known: Vec<String>,
    /// Dated obligations of the block that `overdue` may ask, with their degree.
    pub overdue: Vec<(String, u8)>,
    /// In a trigger: no function that reads the clock.
    pub reacting: bool,
    pub next_name: &'w mut usize,
    pub instants: &'w mut Vec<i64>,
    pub durations: &'w mut Vec<i64>,
}

impl Gen<'_> {
    pub fn fresh_name(&mut self, stem: &str) -> String {
        *self.next_name += 1;
        format!("{stem}{}", self.next_name)
    }

    /// An expression of the type.
    pub fn expr(&mut self, ty: &T, ask: Ask) -> Ex {
        let ask = if ty.temporal() { ask.fixed() } else { ask };
        let mut made = if ask.depth == 0 || self.rng.chance(12) {
            self.leaf(ty, ask)
        } else {
            match self.rng.below(10) {
                0 => self.common(ty, ask),
                _ => self.special(ty, ask),
            }
        };
        if self.rng.chance(4) {
            made.text = format!("({})", made.text);
            made.strength = ATOM;
            made.open = false;
        }
        made
    }

    fn special(&mut self, ty: &T, ask: Ask) -> Ex {
        match ty {
            T::Bool => self.condition(ask),
            T::Int => self.int(ask),
            T::Decimal => self.decimal(ask),
            T::Instant => self.instant(ask),
            T::Duration => self.duration(ask),
            T::Opt(inner) => self.optional(inner, ask),
            T::Record(id) if self.rng.chance(60) => self.with(*id, ask),
            T::Enum(id) if self.rng.chance(50) => self.level(*id, ask),
            _ if self.rng.chance(50) => self.common(ty, ask),
            _ => self.leaf(ty, ask),
        }
    }

    /// A name or a path of exactly this type, and whether it depends on the clock.
    pub fn path(&mut self, wanted: impl Fn(&T) -> bool, ask: Ask) -> Option<(Ex, T)> {
        let mut found: Vec<(String, T, bool)> = Vec::new();
        for var in &self.vars {
            let steps = var.clock == Clock::Steps;
            if var.clock == Clock::Moving || (steps && !ask.clock) {
                continue;
            }
            self.paths(var.text.clone(), &var.ty, steps, 3, &wanted, &mut found);
        }
        let (text, ty, steps) = self.rng.pick(&found)?.clone();
        let strength = if text.contains('.') { POSTFIX } else { ATOM };
        Some((Ex { steps, ..Ex::new(text, strength) }, ty))
    }

    fn paths(
        &self,
        text: String,
        ty: &T,
        steps: bool,
        depth: u8,
        wanted: &impl Fn(&T) -> bool,
        found: &mut Vec<(String, T, bool)>,
    ) {
        let ty = if self.known.contains(&text) { ty.present() } else { ty };
        if steps && ty.temporal() {
            return;
        }
        if let (T::Record(id), true) = (ty, depth > 0) {
            for (field, of) in &self.world.records[*id].fields {
                self.paths(format!("{text}.{field}"), of, steps, depth - 1, wanted, found);
            }
        }
        if wanted(ty) {
            found.push((text, ty.clone(), steps));
        }
    }

    pub fn leaf(&mut self, ty: &T, ask: Ask) -> Ex {
        if self.rng.chance(75)
            && let Some((path, _)) = self.path(|t| t == ty, ask)
        {
            return path;
        }
        // Constants are dull; the clock is not.
        if *ty == T::Bool && ask.clock && self.rng.chance(60) {
            let at = self.leaf(&T::Instant, ask.fixed());
            let sign = if self.rng.chance(50) { "<" } else { ">=" };
            return Ex { steps: true, ..Ex::new(format!("now {sign} {}", at.at_least(OTHERWISE)), COMPARE) };
        }
        self.literal(ty, ask)
    }

    /// A literal; with facts inside where it has parts.
    pub fn literal(&mut self, ty: &T, ask: Ask) -> Ex {
        let below = ask.deeper();
        match ty {
            T::Bool => Ex::new(if self.rng.chance(50) { "true" } else { "false" }, ATOM),
            T::Int => self.int_literal(),
            T::Decimal => self.decimal_literal(ask),
            T::Text => {
                let text = self.rng.pick(TEXTS).copied().unwrap_or_default();
                Ex::new(quoted(text), ATOM)
            }
            T::Instant => self.instant_literal(),
            T::Duration => self.duration_literal(),
            T::Ip => Ex::new(format!("ip(\"{}\")", self.rng.pick(IPS).copied().unwrap_or("::1")), ATOM),
            T::Cidr => Ex::new(format!("cidr(\"{}\")", self.rng.pick(CIDRS).copied().unwrap_or("::/0")), ATOM),
            T::Enum(id) => {
                let decl = &self.world.enums[*id];
                let case = self.rng.pick(&decl.cases).cloned().unwrap_or_default();
                // A case that is also a value in scope must say which it is; no value is called so here.
                match ask.hint && self.rng.chance(75) {
                    true => Ex::new(case, ATOM),
                    false => Ex::new(format!("{}.{case}", decl.name), POSTFIX),
                }
            }
            T::Record(id) => self.record(*id, below),
            T::List(of) => self.elements(of, ask, ("[", "]")),
            T::Set(of) => self.elements(of, ask, ("{", "}")),
            T::Opt(of) if ask.hint => {
                if self.rng.chance(40) {
                    Ex::new("none", ATOM)
                } else {
                    self.leaf(of, below.hinted())
                }
            }
            T::Opt(of) => {
                let list = self.elements(of, Ask { depth: 0, ..ask.strong() }, ("[", "]"));
                Ex::new(format!("first({})", list.text), ATOM).of(&[&list])
            }
        }
    }

    fn elements(&mut self, of: &T, ask: Ask, (open, close): (&str, &str)) -> Ex {
        let count = self.rng.between(if ask.hint { 0 } else { 1 }, 3);
        let mut parts: Vec<Ex> = Vec::new();
        for n in 0..count {
            let hint = ask.hint || n > 0;
            let below = Ask { hint, ..ask.deeper() };
            parts.push(if ask.depth > 0 { self.expr(of, below) } else { self.leaf(of, below) });
        }
        let texts: Vec<&str> = parts.iter().map(|p| p.text.as_str()).collect();
        let whole = Ex::new(format!("{open}{}{close}", texts.join(", ")), ATOM);
        whole.of(&parts.iter().collect::<Vec<_>>())
    }

    fn record(&mut self, id: usize, ask: Ask) -> Ex {
        let decl = self.world.records[id].clone();
        let mut parts: Vec<(String, Ex)> = Vec::new();
        for (field, ty) in &decl.fields {
            if matches!(ty, T::Opt(_)) && self.rng.chance(40) {
                continue;
            }
            let value = if ask.depth > 1 { self.expr(ty, ask.deeper().hinted()) } else { self.leaf(ty, ask.hinted()) };
            parts.push((field.clone(), value));
        }
        self.rng.shuffle(&mut parts);
        let texts: Vec<String> = parts.iter().map(|(f, e)| format!("{f}: {}", e.text)).collect();
        let whole = Ex::new(format!("{} {{ {} }}", decl.name, texts.join(", ")), ATOM);
        whole.of(&parts.iter().map(|(_, e)| e).collect::<Vec<_>>())
    }

    fn with(&mut self, id: usize, ask: Ask) -> Ex {
        let base = self.leaf(&T::Record(id), ask.deeper().strong());
        let fields = self.world.records[id].fields.clone();
        let Some((field, ty)) = self.rng.pick(&fields).cloned() else { return base };
        let value = self.expr(&ty, ask.deeper().hinted());
        Ex::new(format!("{} with {{ {field}: {} }}", base.at_least(POSTFIX), value.text), POSTFIX).of(&[&base, &value])
    }

    pub fn int_literal(&mut self) -> Ex {
        let n = self.rng.pick(INTS).copied().unwrap_or_default();
        match n {
            n if n < 0 => Ex::new(n.to_string(), UNARY),
            1_000.. if self.rng.chance(50) => Ex::new("1_000", ATOM),
            n => Ex::new(n.to_string(), ATOM),
        }
    }

    fn decimal_literal(&mut self, ask: Ask) -> Ex {
        if ask.hint && self.rng.chance(30) {
            return Ex::new(self.rng.below(3).to_string(), ATOM);
        }
        let n = self.rng.pick(DECIMALS).copied().unwrap_or_default();
        let mut text = format_decimal(n);
        if !text.contains('.') {
            text.push_str(".0");
        }
        Ex::new(text, if n < 0 { UNARY } else { ATOM })
    }

    pub fn instant_literal(&mut self) -> Ex {
        let at = pools::instant(self.rng);
        self.instants.push(at);
        let text = format_instant(at);
        Ex::new(text.strip_suffix("T00:00:00Z").unwrap_or(&text), ATOM)
    }

    pub fn duration_literal(&mut self) -> Ex {
        let length = pools::duration(self.rng);
        self.durations.push(length);
        Ex::new(format_duration(length), if length < 0 { UNARY } else { ATOM })
    }

    /// Constructs that give a value of any type.
    fn common(&mut self, ty: &T, ask: Ask) -> Ex {
        let below = ask.deeper();
        match self.rng.below(6) {
            0 => self.if_else(ty, below),
            1 => self.match_cases(ty, below),
            2 if !matches!(ty, T::Opt(_)) => self.otherwise(ty, below),
            3 if !matches!(ty, T::Opt(_)) => self.field_of_whole(ty, below),
            4 | 5 => match self.call(|result, clock| result == ty && clock != Clock::Moving, below) {
                Some((call, _)) => call,
                None => self.if_else(ty, below),
            },
            _ => self.leaf(ty, below),
        }
    }

    /// Runs `f` where these paths are present.
    pub fn knowing<R>(&mut self, paths: &[String], f: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.known.len();
        self.known.extend(paths.iter().cloned());
        let result = f(self);
        self.known.truncate(before);
        result
    }

    fn if_else(&mut self, ty: &T, ask: Ask) -> Ex {
        let condition = self.expr(&T::Bool, ask.strong());
        let then = self.knowing(&condition.yes, |g| g.expr(ty, ask));
        let other = self.knowing(&condition.no, |g| g.expr(ty, ask.hinted()));
        let text = format!("if {} then {} else {}", condition.text, then.text, other.text);
        let mut whole = Ex::new(text, OPEN).of(&[&condition, &then, &other]);
        whole.yes = common(&then.yes, &other.yes);
        whole.no = common(&then.no, &other.no);
        whole
    }

    fn match_cases(&mut self, ty: &T, ask: Ask) -> Ex {
        let id = self.rng.below(self.world.enums.len());
        let scrutinee = self.expr(&T::Enum(id), ask.strong());
        let mut cases = self.world.enums[id].cases.clone();
        self.rng.shuffle(&mut cases);
        let mut arms = Vec::new();
        let mut whole = Ex::default().of(&[&scrutinee]);
        while !cases.is_empty() {
            let several = self.rng.between(1, cases.len());
            let names: Vec<String> = cases.drain(..several).collect();
            let body = self.expr(ty, Ask { hint: ask.hint || !arms.is_empty(), ..ask });
            whole = whole.of(&[&body]);
            arms.push(format!("{}: {}", names.join(", "), body.text));
        }
        Ex { text: format!("match {} {{ {} }}", scrutinee.text, arms.join(", ")), strength: ATOM, ..whole }
    }

    pub fn otherwise(&mut self, ty: &T, ask: Ask) -> Ex {
        let value = self.expr(&T::opt(ty.clone()), ask.strong());
        // Known to be present where it stands: nothing to fall back from.
        let default = self.expr(ty, ask.hinted());
        let right = if default.strength == OTHERWISE { default.text.clone() } else { default.at_least(POSTFIX) };
        Ex::new(format!("{} otherwise {right}", value.at_least(POSTFIX)), OTHERWISE).of(&[&value, &default])
    }

    fn field_of_whole(&mut self, ty: &T, ask: Ask) -> Ex {
        let mut owners: Vec<(usize, String)> = Vec::new();
        for (id, record) in self.world.records.iter().enumerate().filter(|(_, r)| !r.event) {
            owners.extend(record.fields.iter().filter(|(_, t)| t == ty).map(|(f, _)| (id, f.clone())));
        }
        let Some((id, field)) = self.rng.pick(&owners).cloned() else { return self.leaf(ty, ask) };
        let whole = self.expr(&T::Record(id), ask.strong());
        Ex::new(format!("{}.{field}", whole.at_least(POSTFIX)), POSTFIX).of(&[&whole])
    }

    /// A call of a function whose result fits; with the declaration's index.
    pub fn call(&mut self, fits: impl Fn(&T, Clock) -> bool, ask: Ask) -> Option<(Ex, usize)> {
        let mut can: Vec<usize> = Vec::new();
        for (i, define) in self.world.defines.iter().enumerate() {
            let quiet = !define.reads_clock || (ask.clock && !self.reacting);
            if fits(&define.result, define.clock) && define.degree <= ask.degree && quiet {
                can.push(i);
            }
        }
        let index = *self.rng.pick(&can)?;
        let define = self.world.defines[index].clone();
        let mut whole = Ex { steps: define.clock == Clock::Steps, degree: define.degree, ..Ex::default() };
        let mut args = Vec::new();
        for (ty, clock) in &define.params {
            let arg = match clock {
                Clock::Moving if ask.clock && !self.reacting && self.rng.chance(60) => {
                    whole.steps = true;
                    self.moving(ty, ask.deeper())
                }
                Clock::Steps => self.expr(ty, ask.deeper().hinted()),
                Clock::Fixed | Clock::Moving => self.expr(ty, ask.deeper().fixed().hinted()),
            };
            whole = whole.of(&[&arg]);
            args.push(arg.text);
        }
        Some((Ex { text: format!("{}({})", define.name, args.join(", ")), strength: ATOM, ..whole }, index))
    }
}

/// In both.
pub fn common(a: &[String], b: &[String]) -> Vec<String> {
    a.iter().filter(|p| b.contains(p)).cloned().collect()
}

/// A text literal.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
