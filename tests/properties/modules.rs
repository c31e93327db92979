//! Built modules: what is read back decides the same, and what was harmed is refused or does no harm.

use trust_runtime::module::{Module, file};
use trustc::native;

use super::{Telling, checked, plan};
use crate::generate::rng::Rng;
use crate::mutate;

fn taken(bytes: &[u8]) -> Option<Module> {
    Module::read(bytes).ok()
}

#[test]
fn what_is_absent_is_never_followed() {
    for seed in plan(60) {
        let _telling = Telling(seed);
        let (_, program) = checked(seed);
        let module = native::module(&program).expect("a module");
        mutate::ask(&module, &mut Rng::new(seed), 4);
    }
}

#[test]
fn what_is_read_back_is_what_was_written() {
    for seed in plan(60) {
        let _telling = Telling(seed);
        let (_, program) = checked(seed);
        let unit = native::unit(&program).expect("a unit");
        let bytes = file::write(&unit).expect("a file");
        assert_eq!(bytes, file::write(&native::unit(&program).expect("a unit")).expect("a file"));
        let read = file::read(&bytes).expect("the same file");
        assert_eq!(bytes, file::write(&read).expect("a file"));
        let module = Module::new(read).expect("a module");
        assert_eq!(bytes, file::write(module.unit()).expect("a file"), "the check changes nothing");
    }
}

/// A crash would end the test.
#[test]
fn harmed_modules_are_refused_or_do_no_harm() {
    let (mut sound, mut all) = (0, 0);
    for seed in plan(24) {
        let _telling = Telling(seed);
        let mut rng = Rng::new(seed ^ 0x6861_726d);
        let (_, program) = checked(seed);
        let unit = native::unit(&program).expect("a unit");
        let bytes = file::write(&unit).expect("a file");
        let tree = serde_json::to_value(&unit).expect("a tree");
        for n in 0..120 {
            all += 1;
            let module = if n % 2 == 0 {
                taken(&mutate::flipped(&mut rng, &bytes))
            } else {
                mutate::edited(&mut rng, &tree).and_then(|unit| Module::new(unit).ok())
            };
            if let Some(module) = module {
                sound += 1;
                mutate::ask(&module, &mut rng, 1);
            }
        }
    }
    assert!(sound * 50 > all, "only {sound} of {all} harmed modules were sound: the harm is too great to tell");
    assert!(sound * 10 < all * 9, "{sound} of {all} harmed modules were sound: the harm is too small to tell");
}
