//! Harmed modules: whatever is taken is compiled and asked, and does no harm.
//!
//! In: the body of a file, under a right seal, or (from the first byte on) a number from which a sound module is edited.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use trust_runtime::module::{Module, file};
use trust_runtime::unit::Unit;
use trustc::native;

#[path = "../../tests/generate/mod.rs"]
mod generate;
#[path = "../../tests/mutate/mod.rs"]
mod mutate;

use generate::Case;
use generate::rng::Rng;

/// Sound units to begin with, as files and as trees.
fn sound() -> &'static [(Vec<u8>, serde_json::Value)] {
    static SOUND: OnceLock<Vec<(Vec<u8>, serde_json::Value)>> = OnceLock::new();
    SOUND.get_or_init(|| {
        (0..40)
            .filter_map(|seed| {
                let (program, _) = Case::random(seed, 2).analyse().checked().ok()?;
                let unit = native::unit(&program).ok()?;
                Some((file::write(&unit).ok()?, serde_json::to_value(&unit).ok()?))
            })
            .collect()
    })
}

fn body(unit: &Unit) -> Vec<u8> {
    file::write(unit).ok().and_then(|bytes| Some(bytes.get(file::BODY..)?.to_vec())).unwrap_or_default()
}

fuzz_target!(|data: &[u8]| {
    if let Ok(module) = Module::read(&file::sealed(data)) {
        let mut rng = Rng::new(data.iter().fold(0, |n, byte| n * 31 + u64::from(*byte) & 0xffff_ffff));
        mutate::ask(&module, &mut rng, 2);
    }
});

// Half of the time bytes change, half of the time a sound module is edited by somebody who knows the form.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut rng = Rng::new(u64::from(seed));
    let made = match (rng.below(4), rng.pick(sound())) {
        (0, _) | (_, None) => return libfuzzer_sys::fuzzer_mutate(data, size, max_size),
        (1, Some((bytes, _))) => mutate::flipped(&mut rng, bytes).get(file::BODY..).unwrap_or_default().to_vec(),
        (_, Some((_, tree))) => mutate::edited(&mut rng, tree).map(|unit| body(&unit)).unwrap_or_default(),
    };
    let length = made.len().min(max_size);
    match (data.get_mut(..length), made.get(..length)) {
        (Some(to), Some(from)) => {
            to.copy_from_slice(from);
            length
        }
        _ => size,
    }
});
