//! Native code and the oracle give one answer.

use std::collections::BTreeSet;

use trustc::decision::Effect;
use trustc::interp::Oracle;
use trustc::native::Native;
use trustc::program::{BlockId, Checked};

use super::{Telling, checked, plan};
use crate::generate::rng::Rng;
use crate::generate::{Case, facts};

fn decided(
    rng: &mut Rng,
    case: &Case,
    program: &Checked,
    block: BlockId,
    oracle: &Oracle<'_>,
    native: &Native<'_>,
) -> u64 {
    let def = program.block(block);
    let args = facts::args(rng, program, def, &case.hints);
    let prior = facts::prior(rng, def);
    let times = facts::boundaries(&args, &case.hints);
    for _ in 0..6 {
        let now = facts::moment(rng, &times);
        let wanted = oracle.decide(block, &args, &prior, now);
        let found = native.decide(block, &args, &prior, now).expect("native code");
        assert_eq!(
            wanted, found,
            "seed {}, block {}, now {now}\n{}\nargs {args:?}\nprior {prior:?}",
            case.seed, def.name, case.source
        );
        let permits = native.permits(block, &args, &prior, now).expect("native code");
        assert_eq!(wanted.effect.map(|e| e == Effect::Permit), permits, "permits of seed {}", case.seed);
    }
    6
}

fn reacted(
    rng: &mut Rng,
    case: &Case,
    program: &Checked,
    block: BlockId,
    oracle: &Oracle<'_>,
    native: &Native<'_>,
) -> u64 {
    let def = program.block(block);
    let mut done = 0;
    for event in facts::events(def) {
        let args = facts::args(rng, program, def, &case.hints);
        let key = oracle.key_of(block, &args);
        let fields = facts::record(rng, &program.types, event, &case.hints);
        let prior: BTreeSet<_> = facts::prior_triggers(rng, def);
        let now = facts::moment(rng, &facts::boundaries(&args, &case.hints));
        let wanted = oracle.react(block, event, &fields, &key, &prior, now);
        let found = native.react(block, event, &fields, &key, &prior, now).expect("native code");
        assert_eq!(wanted, found, "seed {}, block {}\n{}\n{fields:?}\nkey {key:?}", case.seed, def.name, case.source);
        done += 1;
    }
    done
}

/// `TRUSTC_ROUNDS` sets how many facts each block is asked with; `TRUSTC_SHOW` shows each policy before it is asked.
#[test]
fn native_code_agrees_with_the_oracle() {
    let rounds = std::env::var("TRUSTC_ROUNDS").ok().and_then(|v| v.parse().ok()).unwrap_or(4);
    let (mut policies, mut pairs) = (0u64, 0u64);
    for seed in plan(150) {
        let _telling = Telling(seed);
        let (case, program) = checked(seed);
        if std::env::var_os("TRUSTC_SHOW").is_some() {
            println!("// seed {seed}\n{}", case.source);
        }
        let oracle = Oracle::new(&program);
        let native = Native::new(&program);
        let mut rng = Rng::new(seed ^ 0x6e61_7469_7665);
        for index in 0..program.blocks.len() {
            let block = BlockId(index as u32);
            for _ in 0..rounds {
                pairs += decided(&mut rng, &case, &program, block, &oracle, &native);
                pairs += reacted(&mut rng, &case, &program, block, &oracle, &native);
            }
        }
        policies += 1;
    }
    println!("{policies} policies, {pairs} decisions and reactions: no difference");
}
