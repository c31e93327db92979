//! Numbers, instants, durations, and what moves with the clock; aggregates over lists and sets.

use super::expr::{ATOM, Ask, Ex, Gen, OPEN, OTHERWISE, POSTFIX, PRODUCT, SUM, UNARY};
use super::world::{Clock, T, Var};

impl Gen<'_> {
    fn binary(&mut self, left: &T, sign: &str, right: &T, strength: u8, ask: Ask) -> Ex {
        let a = self.expr(left, ask.deeper());
        let b = self.expr(right, ask.deeper());
        let text = format!("{} {sign} {}", a.at_least(strength), b.at_least(strength + 1));
        Ex::new(text, strength).of(&[&a, &b])
    }

    fn divided(&mut self, left: &T, sign: &str, divisors: &[&str], ask: Ask) -> Ex {
        let divisor = self.rng.pick(divisors).copied().unwrap_or("2");
        let a = self.expr(left, ask.deeper());
        Ex::new(format!("{} {sign} {divisor}", a.at_least(PRODUCT)), PRODUCT).of(&[&a])
    }

    fn negated(&mut self, ty: &T, ask: Ask) -> Ex {
        let a = self.expr(ty, ask.deeper());
        Ex::new(format!("-{}", a.at_least(UNARY)), UNARY).of(&[&a])
    }

    pub fn int(&mut self, ask: Ask) -> Ex {
        // An int literal beside a decimal would be one: operands stand for themselves.
        let ask = ask.strong();
        match self.rng.below(12) {
            0 => self.binary(&T::Int, "+", &T::Int, SUM, ask),
            1 => self.binary(&T::Int, "-", &T::Int, SUM, ask),
            2 => self.binary(&T::Int, "*", &T::Int, PRODUCT, ask),
            3 => self.divided(&T::Int, "/", &["2", "3", "-2", "(7)"], ask),
            4 => self.divided(&T::Int, "%", &["2", "3", "-5"], ask),
            5 => self.negated(&T::Int, ask),
            6 => {
                let xs = self.collection(ask.deeper());
                Ex::new(format!("count({})", xs.0.text), ATOM).of(&[&xs.0])
            }
            7 | 8 => self.count_where(ask),
            9 => self.sum(&T::Int, ask),
            10 => self.otherwise(&T::Int, ask.deeper()),
            _ => self.leaf(&T::Int, ask),
        }
    }

    pub fn decimal(&mut self, ask: Ask) -> Ex {
        let ask = ask.strong();
        match self.rng.below(9) {
            0 => self.binary(&T::Decimal, "+", &T::Decimal, SUM, ask),
            1 => self.binary(&T::Decimal, "-", &T::Decimal, SUM, ask),
            2 => self.binary(&T::Decimal, "*", &T::Decimal, PRODUCT, ask),
            3 => self.divided(&T::Decimal, "/", &["2.0", "0.3", "-0.0001", "3"], ask),
            4 => self.negated(&T::Decimal, ask),
            5 => self.sum(&T::Decimal, ask),
            6 => self.otherwise(&T::Decimal, ask.deeper()),
            _ => self.leaf(&T::Decimal, ask),
        }
    }

    pub fn instant(&mut self, ask: Ask) -> Ex {
        match self.rng.below(10) {
            0 | 1 => self.binary(&T::Instant, "+", &T::Duration, SUM, ask),
            2 => self.binary(&T::Instant, "-", &T::Duration, SUM, ask),
            3 => self.binary(&T::Duration, "+", &T::Instant, SUM, ask),
            4 => {
                let at = self.expr(&T::Instant, ask.deeper());
                let months = self.expr(&T::Int, ask.deeper().strong());
                Ex::new(format!("add_months({}, {})", at.text, months.text), ATOM).of(&[&at, &months])
            }
            5 | 6 => self.otherwise(&T::Instant, ask.deeper()),
            _ => self.leaf(&T::Instant, ask),
        }
    }

    pub fn duration(&mut self, ask: Ask) -> Ex {
        match self.rng.below(12) {
            0 => self.binary(&T::Instant, "-", &T::Instant, SUM, ask),
            1 => self.binary(&T::Duration, "+", &T::Duration, SUM, ask),
            2 => self.binary(&T::Duration, "-", &T::Duration, SUM, ask),
            3 => self.binary(&T::Duration, "*", &T::Int, PRODUCT, ask.strong()),
            4 => self.binary(&T::Int, "*", &T::Duration, PRODUCT, ask.strong()),
            5 => self.divided(&T::Duration, "/", &["2", "3", "-7"], ask),
            6 => self.negated(&T::Duration, ask),
            7 => self.sum(&T::Duration, ask),
            8 => self.otherwise(&T::Duration, ask.deeper()),
            _ => self.leaf(&T::Duration, ask),
        }
    }

    /// An instant or duration that goes with the clock.
    pub fn moving(&mut self, ty: &T, ask: Ask) -> Ex {
        let fixed = ask.deeper().fixed();
        let moving_var = |g: &mut Self| -> Option<Ex> {
            let vars: Vec<String> =
                g.vars.iter().filter(|v| v.clock == Clock::Moving && v.ty == *ty).map(|v| v.text.clone()).collect();
            g.rng.pick(&vars).map(|v| Ex { steps: true, ..Ex::new(v, ATOM) })
        };
        if ask.depth == 0 || self.rng.chance(25) {
            if self.rng.chance(50)
                && let Some(var) = moving_var(self)
            {
                return var;
            }
            let now = Ex { steps: true, ..Ex::new("now", ATOM) };
            if *ty == T::Instant {
                return now;
            }
            let at = self.leaf(&T::Instant, fixed);
            let text = match self.rng.chance(50) {
                true => format!("now - {}", at.at_least(PRODUCT)),
                false => format!("{} - now", at.at_least(SUM)),
            };
            return Ex { steps: true, ..Ex::new(text, SUM) };
        }
        let pair = |a: Ex, sign: &str, b: Ex| {
            Ex::new(format!("{} {sign} {}", a.at_least(SUM), b.at_least(PRODUCT)), SUM).of(&[&a, &b])
        };
        let below = ask.deeper();
        match (ty == &T::Instant, self.rng.below(10)) {
            (_, 0) => {
                let fits = |result: &T, clock: Clock| result == ty && clock == Clock::Moving;
                match self.call(fits, Ask { clock: true, ..below }) {
                    Some((call, _)) => Ex { steps: true, ..call },
                    None => self.moving(ty, below),
                }
            }
            (_, 1) => {
                let condition = self.expr(&T::Bool, fixed.strong());
                let a = self.knowing(&condition.yes, |g| g.moving(ty, below));
                // A fixed condition may choose between what moves and what does not.
                let fixed_too = self.rng.chance(30);
                let b = self.knowing(&condition.no, |g| match fixed_too {
                    true => g.expr(ty, fixed.hinted()),
                    false => g.moving(ty, below),
                });
                let text = format!("if {} then {} else {}", condition.text, a.text, b.text);
                Ex::new(text, OPEN).of(&[&condition, &a, &b])
            }
            (_, 2) if self.rng.chance(50) => {
                let maybe = self.expr(&T::opt(ty.clone()), fixed.strong());
                let default = self.moving(ty, below);
                let text = format!("{} otherwise {}", maybe.at_least(POSTFIX), default.at_least(POSTFIX));
                Ex::new(text, OTHERWISE).of(&[&maybe, &default])
            }
            (true, 2) => {
                let (at, length) = (self.expr(&T::Instant, fixed), self.moving(&T::Duration, below));
                pair(at, if self.rng.chance(50) { "+" } else { "-" }, length)
            }
            (true, 3 | 4) => {
                let (length, at) = (self.expr(&T::Duration, fixed), self.moving(&T::Instant, below));
                pair(length, "+", at)
            }
            (true, _) => {
                let (at, length) = (self.moving(&T::Instant, below), self.expr(&T::Duration, fixed));
                pair(at, if self.rng.chance(50) { "+" } else { "-" }, length)
            }
            (false, 2 | 3) => {
                let (a, b) = (self.moving(&T::Duration, below), self.expr(&T::Duration, fixed));
                pair(a, if self.rng.chance(50) { "+" } else { "-" }, b)
            }
            (false, 4) => {
                let (a, b) = (self.expr(&T::Duration, fixed), self.moving(&T::Duration, below));
                pair(a, if self.rng.chance(50) { "+" } else { "-" }, b)
            }
            (false, 5) => {
                let a = self.moving(&T::Duration, below);
                Ex::new(format!("-{}", a.at_least(UNARY)), UNARY).of(&[&a])
            }
            (false, 6 | 7) => {
                let (a, b) = (self.expr(&T::Instant, fixed), self.moving(&T::Instant, below));
                pair(a, "-", b)
            }
            (false, _) => {
                let (a, b) = (self.moving(&T::Instant, below), self.expr(&T::Instant, fixed));
                pair(a, "-", b)
            }
        }
    }

    // ---- lists and sets ---------------------------------------------------------------------------------

    /// A list or set of anything, and its element.
    pub fn collection(&mut self, ask: Ask) -> (Ex, T) {
        let ask = ask.strong();
        if self.rng.chance(85)
            && let Some((path, T::List(of) | T::Set(of))) = self.path(|t| matches!(t, T::List(_) | T::Set(_)), ask)
        {
            return (path, *of);
        }
        let of = self.world.any_type(self.rng, false);
        let of = if matches!(of, T::List(_) | T::Set(_)) { T::Int } else { of };
        let ty = if of.scalar() && self.rng.chance(50) { T::set(of.clone()) } else { T::list(of.clone()) };
        let depth = ask.depth.min(1);
        let made = if self.rng.chance(50) { self.expr(&ty, Ask { depth, ..ask }) } else { self.literal(&ty, ask) };
        (made, of)
    }

    /// Binds the elements of a collection for `f`; the loop's degree is counted.
    pub fn each<R>(&mut self, xs: &Ex, of: &T, names: usize, f: impl FnOnce(&mut Self, &[String]) -> R) -> R {
        let clock = if xs.steps { Clock::Steps } else { Clock::Fixed };
        let names: Vec<String> = (0..names).map(|_| self.fresh_name("x")).collect();
        let before = self.vars.len();
        for name in &names {
            // Twice as likely to be looked at.
            for _ in 0..2 {
                self.vars.push(Var { text: name.clone(), ty: of.clone(), clock });
            }
        }
        let result = f(self, &names);
        self.vars.truncate(before);
        result
    }

    fn count_where(&mut self, ask: Ask) -> Ex {
        if ask.degree == 0 {
            return self.leaf(&T::Int, ask);
        }
        let (xs, of) = self.collection(ask.deeper());
        self.each(&xs, &of, 1, |g, names| {
            let condition = g.expr(&T::Bool, ask.inside_loop());
            let text = format!("count({} in {} where {})", names[0], xs.at_least(OTHERWISE), condition.text);
            looped(Ex::new(text, ATOM).of(&[&xs, &condition]))
        })
    }

    fn sum(&mut self, ty: &T, ask: Ask) -> Ex {
        self.aggregate(&["sum"], ty, ask)
    }

    fn aggregate(&mut self, words: &[&str], item: &T, ask: Ask) -> Ex {
        if ask.degree == 0 {
            return self.literal(item, ask.strong());
        }
        let word = self.rng.pick(words).copied().unwrap_or("first");
        // What the clock has chosen cannot give an instant.
        let ask = if item.temporal() { ask.fixed() } else { ask };
        let (xs, of) = self.collection(ask.deeper());
        self.each(&xs, &of, 1, |g, names| {
            let condition = g.rng.chance(60).then(|| g.expr(&T::Bool, ask.inside_loop().strong()));
            let known = condition.as_ref().map(|c| c.yes.clone()).unwrap_or_default();
            let value = g.knowing(&known, |g| g.expr(item, ask.inside_loop().strong()));
            let rest = condition.as_ref().map(|c| format!(" where {}", c.text)).unwrap_or_default();
            let xs_text = xs.at_least(OTHERWISE);
            let text = format!("{word}({} for {} in {xs_text}{rest})", value.text, names[0]);
            let whole = Ex::new(text, ATOM).of(&[&xs, &value]);
            looped(match &condition {
                Some(c) => whole.of(&[c]),
                None => whole,
            })
        })
    }

    /// A value that may be absent.
    pub fn optional(&mut self, inner: &T, ask: Ask) -> Ex {
        let ordered = match inner {
            T::Int | T::Decimal | T::Instant | T::Duration => true,
            T::Enum(id) => self.world.enums[*id].ordered,
            _ => false,
        };
        let ty = T::opt(inner.clone());
        match self.rng.below(7) {
            0 | 1 if ordered && ask.degree > 0 => self.aggregate(&["min", "max"], inner, ask),
            2 if ask.degree > 0 => self.aggregate(&["first", "last"], inner, ask),
            3 | 4 => {
                let wanted = [T::list(inner.clone()), T::set(inner.clone())];
                match self.path(|t| wanted.contains(t), ask) {
                    Some((xs, _)) => {
                        let word = if self.rng.chance(50) { "first" } else { "last" };
                        Ex::new(format!("{word}({})", xs.text), ATOM).of(&[&xs])
                    }
                    None => self.leaf(&ty, ask),
                }
            }
            5 if ask.hint => self.expr(inner, ask.deeper()),
            _ => self.leaf(&ty, ask),
        }
    }
}

fn looped(mut whole: Ex) -> Ex {
    whole.degree += 1;
    whole
}
