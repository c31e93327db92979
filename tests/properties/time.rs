//! Until `valid_until`, the same facts and prior give the same answer.

use trustc::decision::Decision;
use trustc::interp::{Oracle, Prior};
use trustc::program::value::Value;
use trustc::program::{BlockId, Checked, ClauseKind};

use super::{Telling, checked, plan};
use crate::generate::pools::{HOUR, MAX_INSTANT};
use crate::generate::rng::Rng;
use crate::generate::{Case, facts};

/// What may not change before `valid_until`.
fn kept(d: &Decision) -> impl PartialEq + std::fmt::Debug {
    (d.effect, d.standing, d.grade, d.obligations.clone())
}

struct Asked<'a> {
    case: &'a Case,
    program: &'a Checked,
    oracle: &'a Oracle<'a>,
    block: BlockId,
    args: &'a [Value],
    prior: &'a Prior,
    /// Some block has a bare `ttl`.
    sliding: bool,
}

impl Asked<'_> {
    fn holds(&self, now: i64, times: &[i64], rng: &mut Rng) {
        let first = self.oracle.decide(self.block, self.args, self.prior, now);
        let end = first.valid_until.unwrap_or(MAX_INSTANT + 1);
        let mut later: Vec<i64> = times.iter().copied().filter(|t| *t > now && *t < end).collect();
        rng.shuffle(&mut later);
        later.truncate(6);
        later.extend([now + 1, end - 1, now + HOUR, now.midpoint(end)]);
        for t in later.into_iter().filter(|t| *t > now && *t < end && *t <= MAX_INSTANT) {
            let then = self.oracle.decide(self.block, self.args, self.prior, t);
            // Later answers hold no shorter, but where a call that was not asked before has a bare ttl.
            let longer = self.sliding || then.valid_until.is_none_or(|u| first.valid_until.is_some_and(|f| u >= f));
            if kept(&then) == kept(&first) && longer {
                continue;
            }
            let block = self.program.block(self.block);
            panic!(
                "seed {}, block {}\n{}\nargs {:?}\nprior {:?}\nat {now} {}: {first:?}\nat {t} {}: {then:?}",
                self.case.seed,
                block.name,
                self.case.source,
                self.args,
                self.prior,
                trust_runtime::time::format_instant(now),
                trust_runtime::time::format_instant(t),
            );
        }
    }
}

/// One set of arguments and a prior, at some instants.
pub fn tried(rng: &mut Rng, case: &Case, program: &Checked, oracle: &Oracle<'_>, block: BlockId, instants: usize) {
    let def = program.block(block);
    let args = facts::args(rng, program, def, &case.hints);
    let prior = facts::prior(rng, def);
    let times = facts::boundaries(&args, &case.hints);
    let sliding = program.blocks.iter().flat_map(|b| &b.clauses).any(|c| matches!(c.kind, ClauseKind::Ttl { .. }));
    let asked = Asked { case, program, oracle, block, args: &args, prior: &prior, sliding };
    for _ in 0..instants {
        let now = facts::moment(rng, &times);
        asked.holds(now, &times, rng);
    }
}

#[test]
fn an_answer_stays_the_same_until_it_says() {
    for seed in plan(400) {
        let (case, program) = checked(seed);
        let _telling = Telling(seed);
        let oracle = Oracle::new(&program);
        let mut rng = Rng::new(!seed);
        for index in 0..program.blocks.len() {
            for _ in 0..3 {
                tried(&mut rng, &case, &program, &oracle, BlockId(index as u32), 5);
            }
        }
    }
}
