//! The fewest facts whose change permits.
//!
//! In: a question that was answered with a deny which facts can change. Out: sets of changes, smallest first found. Always:
//! one fact alone is tried before two, two before three; of each step only the facts of one clause that must change
//! are tried; the steps that come closest to a permit are followed first, and at most [`WIDTH`] of them.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use trust_syntax::span::Span;

use super::blocking::{Blocking, blocking};
use super::candidates::Candidates;
use super::places::{Place, Places};
use super::{Change, FACTS, Need, PLACES, Question, Remedy, SETS, TRIES, widen};
use crate::program::expr::{Expr, ExprKind, LocalId, Member, Prior};
use crate::program::ty::Ty;
use crate::program::value::Value;
use crate::testing::closeness::Closeness;
use crate::testing::pool::{Pool, of_clauses};
use crate::testing::seeds;

/// Steps that are followed at each number of facts.
const WIDTH: usize = 24;
/// Facts tried at the first step, and at each of the others.
const FACTS_TRIED: [usize; 2] = [32, 12];
/// Values tried for one fact at the first step, and at each of the others.
const VALUES_TRIED: [usize; 2] = [96, 32];
/// Values of one fact that are followed.
const FOLLOWED: usize = 2;
/// Sets that are compared before the best are told.
const ENOUGH: usize = 12;

/// A place, and the value it gets.
pub type Step = (Place, Value);

pub struct Search<'a> {
    pub question: &'a Question<'a>,
    /// Decisions, and estimates, that may be taken.
    tries: usize,
    decided: Cell<usize>,
    estimated: Cell<usize>,
    examples: OnceCell<Vec<(Ty, Value)>>,
    /// "It permits."
    claim: Expr,
}

struct Node {
    steps: Vec<Step>,
    args: Vec<Value>,
    closeness: f64,
}

pub fn search(question: &Question<'_>, remedy: &mut Remedy) {
    let places = Places::of(question.program, question.program.block(question.block), question.args).all().len();
    let search = Search {
        question,
        tries: TRIES.saturating_mul(PLACES) / places.max(PLACES),
        decided: Cell::new(0),
        estimated: Cell::new(0),
        examples: OnceCell::new(),
        claim: claim(question),
    };
    let closeness = search.closeness(question.args);
    let mut frontier = vec![Node { steps: Vec::new(), args: question.args.to_vec(), closeness }];
    for count in 1..=FACTS {
        let mut found: Vec<Vec<Step>> = Vec::new();
        let mut next = Vec::new();
        for node in &frontier {
            if found.len() >= ENOUGH || search.spent() {
                break;
            }
            search.expand(node, count < FACTS && found.is_empty(), &mut found, &mut next);
        }
        let mut sets = Vec::new();
        for steps in found.into_iter().take(ENOUGH) {
            let asked_for = steps.iter().map(|(place, _)| unlikely(place)).sum::<u32>();
            if let Some(set) = widen::settled(&search, steps) {
                sets.push((asked_for + set.iter().map(vague).sum::<u32>(), set));
            }
        }
        if !sets.is_empty() {
            remedy.sets = best(sets);
            return;
        }
        next.sort_by(|a: &Node, b: &Node| b.closeness.total_cmp(&a.closeness));
        next.truncate(WIDTH);
        frontier = next;
    }
    remedy.stopped = search.spent();
}

impl<'a> Search<'a> {
    pub fn permits(&self, args: &[Value]) -> bool {
        self.decided.set(self.decided.get() + 1);
        self.question.permits(args, self.question.now)
    }

    fn spent(&self) -> bool {
        self.decided.get() >= self.tries
    }

    fn closeness(&self, args: &[Value]) -> f64 {
        self.estimated.set(self.estimated.get() + 1);
        let Question { program, oracle, now, .. } = *self.question;
        Closeness { program, oracle, now }.of(args, &self.claim, true)
    }

    /// Every further fact of the clause that stands in the way, every value.
    fn expand(&self, node: &Node, follow: bool, found: &mut Vec<Vec<Step>>, next: &mut Vec<Node>) {
        let Some(blocking) = self.blocking(&node.args) else { return };
        let places = Places::of(self.question.program, self.question.program.block(self.question.block), &node.args);
        let pool = of_clauses(self.question.program, &blocking.clauses);
        let later = usize::from(!node.steps.is_empty());
        let limit = |limits: [usize; 2]| limits.get(later).copied().unwrap_or(0);
        let mut failing: Vec<(Place, Vec<Value>)> = Vec::new();
        for place in self.facts(&blocking, &places, &node.steps).into_iter().take(limit(FACTS_TRIED)) {
            let mut denied = Vec::new();
            let mut permitted = None;
            for value in
                self.candidates(&pool, &places, &blocking, &node.args).of(place).into_iter().take(limit(VALUES_TRIED))
            {
                if self.spent() {
                    return;
                }
                if self.permits(&place.with(&node.args, value.clone())) {
                    permitted = Some(value);
                    break;
                }
                denied.push(value);
            }
            match permitted {
                Some(value) => {
                    let steps = node.steps.iter().cloned().chain([(place.clone(), value)]);
                    found.push(steps.collect());
                }
                None => failing.push((place.clone(), denied)),
            }
        }
        if !follow || !found.is_empty() {
            return;
        }
        for (place, values) in failing {
            next.append(&mut self.closest(node, &place, values));
        }
    }

    /// Of the values of one fact those that come closer to a permit; where none does, the first.
    fn closest(&self, node: &Node, place: &Place, values: Vec<Value>) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        for value in values {
            if self.estimated.get() >= self.tries {
                break;
            }
            let args = place.with(&node.args, value.clone());
            let closeness = self.closeness(&args);
            let steps = node.steps.iter().cloned().chain([(place.clone(), value)]).collect();
            nodes.push(Node { steps, args, closeness });
        }
        nodes.sort_by(|a, b| b.closeness.total_cmp(&a.closeness));
        // As close as one that is followed already: it does the same.
        nodes.dedup_by(|b, a| a.closeness == b.closeness);
        nodes.truncate(FOLLOWED);
        nodes
    }

    pub fn blocking(&self, args: &[Value]) -> Option<Blocking> {
        let Question { program, oracle, block, prior, now, .. } = *self.question;
        let explanation = oracle.explain(block, args, prior, now);
        blocking(program, block, &explanation.block)
    }

    pub fn candidates<'s>(
        &'s self,
        pool: &'s Pool,
        places: &'s Places,
        blocking: &'s Blocking,
        args: &'s [Value],
    ) -> Candidates<'s> {
        let program = self.question.program;
        Candidates {
            types: &program.types,
            pool,
            places,
            read: &blocking.facts,
            args,
            examples: self.examples.get_or_init(|| examples(self.question)),
            now: self.question.now,
            longest: program.package.limits.list,
        }
    }

    /// The places of the facts read, keys last, then the lists that they stand in.
    fn facts<'p>(&self, blocking: &Blocking, places: &'p Places, steps: &[Step]) -> Vec<&'p Place> {
        let apart = |place: &Place| {
            let inside = |(of, _): &Step| {
                of.arg == place.arg && (of.path.starts_with(&place.path) || place.path.starts_with(&of.path))
            };
            !steps.iter().any(inside)
        };
        let read: Vec<&Place> = blocking.facts.iter().filter_map(|text| places.named(text)).collect();
        let mut all: Vec<&Place> = read.iter().copied().filter(|p| !p.key).collect();
        all.extend(read.iter().copied().filter(|p| p.key));
        for place in &read {
            for list in places.lists_around(place) {
                if !all.iter().any(|known| known.text == list.text) {
                    all.push(list);
                }
            }
        }
        all.retain(|place| apart(place));
        all
    }
}

/// The likeliest sets first, those of the same facts once.
fn best(mut sets: Vec<(u32, Vec<Change>)>) -> Vec<Vec<Change>> {
    // One that turned out to need fewer makes the others too large.
    let least = sets.iter().map(|(_, set)| set.len()).min().unwrap_or(0);
    sets.retain(|(_, set)| set.len() == least);
    // Stable: what was found first stays first.
    sets.sort_by_key(|(weight, _)| *weight);
    let likeliest = sets.first().map_or(0, |(weight, _)| *weight);
    sets.retain(|(weight, _)| *weight < likeliest + 4);
    let mut told: Vec<Vec<Change>> = Vec::new();
    for (_, set) in sets {
        let same = |other: &Vec<Change>| set.iter().all(|c| other.iter().any(|o| o.path == c.path));
        if told.len() < SETS && !told.iter().any(same) {
            told.push(set);
        }
    }
    told
}

/// A key is about somebody else, and a word that stands alone is likely what was asked for.
fn unlikely(place: &Place) -> u32 {
    let alone = place.path.is_empty() && matches!(place.ty.present(), Ty::String | Ty::Enum(_));
    match (place.key, alone) {
        (true, _) => 6,
        (false, true) => 2,
        (false, false) => 0,
    }
}

/// What helps a reader less: other records than those there are, lists without something.
fn vague(change: &Change) -> u32 {
    match (&change.need, change.ty.present()) {
        (Need::SuchAs(_), Ty::List(_) | Ty::Set(_)) => 4,
        (Need::SuchAs(_), Ty::Record(_)) if change.from == Value::None => 1,
        (Need::SuchAs(_), Ty::Record(_)) => 4,
        (Need::Elements { .. }, Ty::List(_)) => 3,
        _ => 0,
    }
}

/// Records and lists from the package's tests: something that makes sense where a whole one has to be there.
fn examples(question: &Question<'_>) -> Vec<(Ty, Value)> {
    let mut all: Vec<(Ty, Value)> = Vec::new();
    for (ty, value) in seeds::gather(question.program, question.oracle).values {
        if matches!(ty.present(), Ty::Record(_) | Ty::List(_)) && value != Value::None {
            let known = (ty.present().clone(), value);
            if !all.contains(&known) {
                all.push(known);
            }
        }
    }
    all
}

fn claim(question: &Question<'_>) -> Expr {
    let params = &question.program.block(question.block).params;
    let local = |(i, ty): (usize, &Ty)| Expr {
        kind: ExprKind::Local(LocalId(i as u32)),
        ty: ty.clone(),
        span: Span::default(),
    };
    let args = params.iter().map(|p| &p.ty).enumerate().map(local).collect();
    let kind = ExprKind::BlockCall { block: question.block, args, prior: Prior::None, member: Member::Permitted };
    Expr { kind, ty: Ty::Bool, span: Span::default() }
}

/// The arguments with all of these values in place.
pub fn applied(args: &[Value], steps: &[Step]) -> Vec<Value> {
    steps.iter().fold(args.to_vec(), |args, (place, value)| place.with(&args, value.clone()))
}

/// A path as it is told.
pub fn told(place: &Place) -> Arc<str> {
    place.text.clone()
}
