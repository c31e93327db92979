//! Native code and the oracle give one answer.
//!
//! In: bytes, of which the policy, its facts, times and priors are drawn.

#![no_main]

use std::sync::atomic::{AtomicU64, Ordering};

use libfuzzer_sys::fuzz_target;
use trustc::decision::Effect;
use trustc::interp::Oracle;
use trustc::native::Native;
use trustc::program::{BlockId, Checked};

#[path = "../../tests/generate/mod.rs"]
mod generate;

use generate::rng::Rng;
use generate::{Case, facts};

/// Pairs of a policy and facts that were compared.
static PAIRS: AtomicU64 = AtomicU64::new(0);

fuzz_target!(|data: &[u8]| {
    let seed = data.iter().fold(0xcbf2_9ce4_8422_2325u64, |n, byte| (n ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    let case = Case::random(seed, 3);
    let Ok((program, _)) = case.analyse().checked() else { panic!("refused: seed {seed}\n{}", case.source) };
    let (oracle, native) = (Oracle::new(&program), Native::new(&program));
    let mut rng = Rng::new(seed ^ 0x6e61_7469_7665);
    for block in (0..program.blocks.len()).map(|n| BlockId(n as u32)) {
        for _ in 0..16 {
            decided(&mut rng, &case, &program, block, &oracle, &native);
        }
        for _ in 0..4 {
            reacted(&mut rng, &case, &program, block, &oracle, &native);
        }
    }
});

fn count() {
    let pairs = PAIRS.fetch_add(1, Ordering::Relaxed) + 1;
    if pairs.is_multiple_of(100_000) {
        eprintln!("{pairs} pairs agree");
    }
}

fn decided(rng: &mut Rng, case: &Case, program: &Checked, block: BlockId, oracle: &Oracle<'_>, native: &Native<'_>) {
    let args = facts::args(rng, program, program.block(block), &case.hints);
    let prior = facts::prior(rng, program.block(block));
    let times = facts::boundaries(&args, &case.hints);
    for _ in 0..8 {
        let now = facts::moment(rng, &times);
        let wanted = oracle.decide(block, &args, &prior, now);
        let found = native.decide(block, &args, &prior, now).expect("native code");
        assert_eq!(wanted, found, "seed {}, now {now}\n{}\nargs {args:?}\nprior {prior:?}", case.seed, case.source);
        let permits = native.permits(block, &args, &prior, now).expect("native code");
        assert_eq!(wanted.effect.map(|e| e == Effect::Permit), permits, "permits of seed {}", case.seed);
        count();
    }
}

fn reacted(rng: &mut Rng, case: &Case, program: &Checked, block: BlockId, oracle: &Oracle<'_>, native: &Native<'_>) {
    for event in facts::events(program.block(block)) {
        let args = facts::args(rng, program, program.block(block), &case.hints);
        let key = oracle.key_of(block, &args);
        let fields = facts::record(rng, &program.types, event, &case.hints);
        let prior = facts::prior_triggers(rng, program.block(block));
        let now = facts::moment(rng, &facts::boundaries(&args, &case.hints));
        let wanted = oracle.react(block, event, &fields, &key, &prior, now);
        let found = native.react(block, event, &fields, &key, &prior, now).expect("native code");
        assert_eq!(wanted, found, "seed {}\n{}\n{fields:?}\nkey {key:?}", case.seed, case.source);
        count();
    }
}
