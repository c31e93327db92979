//! JSON: the runtime's reader against the oracle's. The same answer or the same refusal, byte for byte.
//!
//! In: a byte that says which policy and how strict, then a request's line, or the arguments alone.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use trust_runtime::module::Module;
use trust_runtime::request::{Options, Session};
use trustc::facts::{Request, block_name, read_request, write_decision, write_fault, write_reaction};
use trustc::interp::{Oracle, Prior};
use trustc::native;
use trustc::program::{BlockId, Checked};

#[path = "../../tests/generate/mod.rs"]
mod generate;

use generate::rng::Rng;
use generate::{Case, facts, wire};

struct Policy {
    case: Case,
    program: Checked,
    module: Module,
}

fn policies() -> &'static [Policy] {
    static POLICIES: OnceLock<Vec<Policy>> = OnceLock::new();
    POLICIES.get_or_init(|| {
        (0..32)
            .filter_map(|seed| {
                let case = Case::random(seed, 2);
                let (program, _) = case.analyse().checked().ok()?;
                let module = native::module(&program).ok()?;
                Some(Policy { case, program, module })
            })
            .collect()
    })
}

fn policy(byte: u8) -> Option<&'static Policy> {
    policies().get(usize::from(byte >> 1) % policies().len().max(1))
}

fn expected(program: &Checked, line: &[u8], strict: bool) -> String {
    let oracle = Oracle::new(program);
    match read_request(program, line, Some(0), strict) {
        Ok(Request::Decide { id, block, args, prior, now }) => {
            write_decision(program, id.as_deref(), &oracle.decide(block, &args, &Prior::Triggers(prior), now))
        }
        Ok(Request::React { id, block, event, fields, key, prior, now }) => {
            write_reaction(program, id.as_deref(), &oracle.react(block, event, &fields, &key, &prior, now))
        }
        Err(refused) => write_fault(refused.id.as_deref(), &refused.fault),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, line)) = data.split_first() else { return };
    let Some(Policy { program, module, .. }) = policy(*first) else { return };
    let strict = first & 1 == 1;
    trust_syntax::suggest::begin();
    let wanted = expected(program, line, strict);
    let (mut session, mut found) = (Session::new(), Vec::new());
    let options = Options { now: Some(0), strict };
    session.answer_line(module, line, &options, &mut found).expect("native code");
    assert_eq!(String::from_utf8_lossy(&found), wanted);
});

/// A request that is right, as a beginning.
fn request(rng: &mut Rng, first: u8) -> Option<Vec<u8>> {
    let Policy { case, program, .. } = policy(first)?;
    let id = BlockId(rng.below(program.blocks.len()) as u32);
    let def = program.block(id);
    let values = facts::args(rng, program, def, &case.hints);
    let args = def.params.iter().zip(&values).map(|(param, value)| {
        format!("\"{}\":{}", param.name, wire::any_form(rng, &program.types, &param.ty, value))
    });
    let args: Vec<String> = args.collect();
    let line = format!("{{\"id\":1,\"block\":\"{}\",\"args\":{{{}}}}}", block_name(program, id), args.join(","));
    let mut data = vec![first];
    data.extend(line.into_bytes());
    Some(data)
}

// Bytes change; now and then a right request takes their place.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut rng = Rng::new(u64::from(seed));
    let mut size = size;
    if rng.chance(20)
        && let Some(made) = request(&mut rng.clone(), rng.next() as u8)
        && let (Some(to), true) = (data.get_mut(..made.len()), made.len() <= max_size)
    {
        to.copy_from_slice(&made);
        size = made.len();
        if rng.chance(30) {
            return size;
        }
    }
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
});
