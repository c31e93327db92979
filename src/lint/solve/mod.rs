//! Whether conditions can hold together, by reasoning on intervals, differences, cases, sets and presence.
//!
//! In: conditions written out over a block's parameters. Out: `impossible`, which is only said where it is certain: what is
//! not understood counts as free to be true or false, and a search that grows too long ends with "possible".
//! Arithmetic is taken as exact: that it saturates at the ends of its ranges is left out of account.

mod formula;
mod leaf;
mod terms;

use std::rc::Rc;

use crate::program::expr::Expr;
use crate::program::ty::Types;

pub use formula::{Formula, mirrored, opposite};
use leaf::Leaf;
use terms::Terms;
pub use terms::{key, peel};

/// Work on one question, and on all questions of one block.
const MOST_ONE: usize = 4_000;
const MOST_ALL: usize = 150_000;

pub struct Solver<'p> {
    terms: Terms<'p>,
    left: usize,
}

impl<'p> Solver<'p> {
    pub fn new(types: &'p Types) -> Self {
        Solver { terms: Terms::new(types), left: MOST_ALL }
    }

    /// The condition, or its opposite, in the form that is searched.
    pub fn formula(&mut self, e: &Expr, truth: bool) -> Rc<Formula> {
        Rc::new(formula::build(&mut self.terms, e, truth))
    }

    /// Whether these can certainly not hold together.
    pub fn impossible(&mut self, all: &[Rc<Formula>]) -> bool {
        let mut work = MOST_ONE.min(self.left);
        let before = work;
        let pending: Vec<&Formula> = all.iter().map(|f| &**f).collect();
        let possible = search(&self.terms, Leaf::default(), pending, &mut work);
        self.left = self.left.saturating_sub(before - work);
        !possible
    }
}

/// Whether some way through the alternatives may hold.
fn search<'f>(terms: &Terms<'_>, mut leaf: Leaf, mut pending: Vec<&'f Formula>, work: &mut usize) -> bool {
    let mut choices: Vec<&'f Formula> = Vec::new();
    while let Some(f) = pending.pop() {
        match f {
            Formula::Const(true) => {}
            Formula::Const(false) => return false,
            Formula::And(parts) => pending.extend(parts),
            Formula::Or(_) => choices.push(f),
            Formula::Is(literal) => {
                if !leaf.add(terms, literal) {
                    return false;
                }
            }
        }
    }
    if *work == 0 {
        return true;
    }
    *work -= 1;
    if !leaf.possible(terms) {
        return false;
    }
    // The choice with the fewest ways first.
    choices.sort_by_key(|c| std::cmp::Reverse(c.ways()));
    let Some(Formula::Or(ways)) = choices.pop() else { return true };
    ways.iter().any(|way| {
        let mut rest = choices.clone();
        rest.push(way);
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || search(terms, leaf.clone(), rest, work))
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::model::Model;
    use crate::program::BlockId;

    use super::*;

    /// Whether the conditions can hold together, as the solver sees it.
    fn impossible(conditions: &[&str]) -> bool {
        let clauses: String = conditions.iter().enumerate().map(|(n, c)| format!("    require r{n}: {c}\n")).collect();
        let text = format!(
            "enum Kind {{ one, two, three }}\nscale Level {{ low < mid < high }}\n\
             record R {{ n: int, d: decimal, s: string, o: int?, t: instant, u: instant, k: Kind, l: Level, m: Level, xs: set<string>, b: bool }}\n\
             define near(a: instant, by: duration): bool = a <= now and now < a + by\n\
             participation p(r: R) {{\n{clauses}}}\n"
        );
        let source = crate::loader::from_text("solve.trust", std::path::Path::new("."), &text);
        let analysis = crate::driver::analyse(&source);
        let found: Vec<_> = analysis.diagnostics.iter().map(|d| d.message.clone()).collect();
        assert!(!analysis.has_errors(), "{found:?}");
        let model = Model::new(&analysis.program, BlockId(0)).expect("one block");
        let mut solver = Solver::new(&analysis.program.types);
        let all: Vec<_> = model.needs.iter().map(|n| solver.formula(&n.expr, true)).collect();
        solver.impossible(&all)
    }

    #[test]
    fn numbers() {
        assert!(impossible(&["r.n > 5", "r.n < 5"]));
        assert!(impossible(&["r.n > 4", "r.n < 5"]));
        assert!(!impossible(&["r.n > 4", "r.n < 6"]));
        assert!(impossible(&["r.d > 0.5", "not (r.d > 0.25)"]));
        assert!(impossible(&["r.n in {1, 2}", "r.n > 2"]));
        assert!(impossible(&["r.n != 1 and r.n != 2", "r.n >= 1 and r.n <= 2"]));
        assert!(impossible(&["2 * r.n > 10", "r.n <= 5"]));
        assert!(!impossible(&["r.n * r.n > 10", "r.n <= 5"]));
        assert!(impossible(&["count(r.xs) > 0", "r.xs is empty"]));
        assert!(impossible(&["count(r.xs) < 0"]));
    }

    #[test]
    fn time() {
        assert!(impossible(&["r.t < r.u", "r.u < r.t"]));
        assert!(impossible(&["near(r.t, 5m)", "now >= r.t + 10m"]));
        assert!(!impossible(&["near(r.t, 10m)", "now >= r.t + 5m"]));
        assert!(impossible(&[
            "r.u - r.t <= 1h",
            "r.t <= now",
            "now >= r.u + 1h",
            "now < r.t + 90m",
            "r.u > r.t + 40m"
        ]));
        assert!(impossible(&["r.t >= 2026-01-01", "r.t < 2025-01-01"]));
    }

    #[test]
    fn cases_and_texts() {
        assert!(impossible(&["r.k != one", "r.k in {one}"]));
        assert!(impossible(&["r.k != one", "r.k != two", "r.k != three"]));
        assert!(impossible(&["r.l >= mid", "r.l < mid"]));
        assert!(!impossible(&["r.l >= mid", "r.m < mid"]));
        assert!(impossible(&["r.l < r.m", "r.m <= r.l"]));
        assert!(impossible(&["r.s == \"a\"", "r.s in {\"b\", \"c\"}"]));
        assert!(impossible(&["match r.k { one: r.n > 3, two, three: false }", "r.n < 2"]));
        assert!(!impossible(&["match r.k { one: r.n > 3, two, three: true }", "r.n < 2"]));
    }

    #[test]
    fn values_that_are_chosen() {
        assert!(impossible(&["r.n > (match r.k { one: 3, two: 5, three: 7 })", "r.n <= 3"]));
        assert!(!impossible(&["r.n > (match r.k { one: 3, two: 5, three: 7 })", "r.n <= 4"]));
        assert!(impossible(&["r.n > (match r.k { one: 3, two: 5, three: 7 })", "r.n <= 5", "r.k != one"]));
        assert!(impossible(&["now < r.t + (if r.b then 5m else 10m)", "now >= r.t + 10m"]));
        assert!(!impossible(&["now < r.t + (if r.b then 5m else 10m)", "now >= r.t + 5m"]));
        assert!(impossible(&["r.l >= (if r.b then mid else high)", "r.l == low"]));
        assert!(impossible(&["not (r.xs subset of {\"a\"})", "r.xs is empty"]));
    }

    #[test]
    fn presence_and_structure() {
        assert!(impossible(&["has r.o and r.o > 3", "not has r.o"]));
        assert!(impossible(&["has r.o implies r.o > 3", "has r.o and r.o < 2"]));
        assert!(impossible(&["r.b", "not r.b"]));
        assert!(impossible(&["all x in r.xs: x != \"a\"", "any x in r.xs: x == \"a\""]));
        assert!(impossible(&["\"a\" in r.xs", "\"a\" not in r.xs"]));
        assert!(!impossible(&["\"a\" in r.xs", "\"b\" not in r.xs"]));
        assert!(impossible(&["if r.b then r.n > 5 else r.n > 7", "r.n < 3"]));
    }
}
