//! Code ahead of time, loaded: a module's object, linked into a shared library and held against the code in memory.
//!
//! The library is linked without any other, so one that needs anything does not come to be.

#![allow(dead_code, reason = "not every test uses every part")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use trust_runtime::decode::Facts;
use trust_runtime::module::words::CLAUSES;
use trust_runtime::module::{DecideFn, Module, PermitsFn, Reaction};
use trust_runtime::schema::BlockId;
use trustc::emit_header;

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlclose(library: *mut c_void) -> c_int;
}

/// Everything is found when it is loaded.
const RTLD_NOW: c_int = 2;

/// Of a reaction: event, key, now, moves.
type ReactFn = unsafe extern "C" fn(event: *const u8, key: *const u8, now: i64, moves: *mut u64);

pub struct Loaded<'m> {
    module: &'m Module,
    library: *mut c_void,
    path: PathBuf,
    blocks: Vec<(Option<PermitsFn>, DecideFn, Vec<ReactFn>)>,
}

impl Drop for Loaded<'_> {
    fn drop(&mut self) {
        // SAFETY: the functions go with this.
        unsafe { dlclose(self.library) };
        let _ = fs::remove_file(&self.path);
    }
}

/// The object of a module.
pub fn object(module: &Module) -> Vec<u8> {
    let symbols = emit_header::symbols(module.unit()).expect("names");
    let strings = [(symbols.digest.as_str(), module.unit().package.digest.as_str())];
    module.object(&symbols.blocks, &strings).expect("an object")
}

impl<'m> Loaded<'m> {
    pub fn new(module: &'m Module, name: &str) -> Loaded<'m> {
        let stem = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ahead-{name}"));
        let (source, path) = (stem.with_extension("o"), stem.with_extension("so"));
        fs::write(&source, object(module)).expect("a file");
        let done = Command::new("cc")
            .args(["-shared", "-nostdlib", "-Wl,-z,defs", "-Wl,-z,text", "-Wl,--fatal-warnings", "-o"])
            .args([&path, &source])
            .output()
            .expect("a linker");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let _ = fs::remove_file(&source);
        let file = CString::new(path.as_os_str().as_encoded_bytes()).expect("a path");
        // SAFETY: it runs nothing when it is loaded.
        let library = unsafe { dlopen(file.as_ptr(), RTLD_NOW) };
        assert!(!library.is_null(), "{} does not load", path.display());
        let find = |name: &str| {
            let wanted = CString::new(name).expect("a name");
            // SAFETY: the library stands.
            let found = unsafe { dlsym(library, wanted.as_ptr()) };
            assert!(!found.is_null(), "{name} is not there");
            found
        };
        let symbols = emit_header::symbols(module.unit()).expect("names");
        // SAFETY: the digest is a string of C.
        let digest = unsafe { CStr::from_ptr(find(&symbols.digest).cast()) };
        assert_eq!(digest.to_str(), Ok(module.unit().package.digest.as_str()));
        let blocks = symbols.blocks.iter().map(|names| {
            // SAFETY: the functions have these types, as the header says.
            unsafe {
                let permits = names.permits.as_deref().map(|n| std::mem::transmute::<*mut c_void, PermitsFn>(find(n)));
                let decide = std::mem::transmute::<*mut c_void, DecideFn>(find(&names.decide));
                let react = |n: &String| std::mem::transmute::<*mut c_void, ReactFn>(find(n));
                (permits, decide, names.reactions.iter().map(react).collect())
            }
        });
        let blocks = blocks.collect();
        Loaded { module, library, path, blocks }
    }

    /// Both decide alike, to the last word.
    pub fn decides(&self, id: BlockId, facts: &Facts<'_>, prior: &[u64], now: i64) {
        let module = self.module;
        let (permits, decide, _) = &self.blocks[id.0 as usize];
        let count = module.decision_words(id);
        let (mut wanted, mut found) = (vec![0x55; count], vec![0xaa; count]);
        let wanted = module.decide(id, facts, prior, now, &mut wanted).expect("a decision");
        // SAFETY: the facts are of this block, the decision has as many words.
        let found = unsafe {
            decide(facts.as_ptr(), prior.as_ptr(), now, found.as_mut_ptr());
            module.decision_at(id, &found).expect("a decision")
        };
        let fixed = CLAUSES + wanted.block().clauses.len().div_ceil(64);
        assert_eq!(found.words()[..fixed], wanted.words()[..fixed]);
        assert_eq!(found.reasons().collect::<Vec<_>>(), wanted.reasons().collect::<Vec<_>>());
        // Arguments may be constants, which stand elsewhere.
        let owed = |decision: &trust_runtime::module::Decision<'_>| {
            let all = decision.obligations();
            all.map(|o| (o.obligation.clause, o.overdue, o.time, o.args(module.decoder()))).collect::<Vec<_>>()
        };
        assert_eq!(owed(&found), owed(&wanted));
        if let Some(permits) = permits {
            // SAFETY: as above.
            let truth = unsafe { permits(facts.as_ptr(), prior.as_ptr(), now) };
            assert_eq!(Some(truth), wanted.permits().map(u8::from));
        }
    }

    /// Both react alike.
    pub fn reacts(&self, id: BlockId, event: &Facts<'_>, key: &Facts<'_>, prior: &[u64], now: i64) {
        let block = self.module.block(id).expect("a block");
        let Some(nth) = block.events().iter().position(|e| *e == event.record()) else { return };
        let (mut wanted, mut reaction) = (Vec::new(), Reaction::default());
        self.module.react_into(id, event, key, prior, now, &mut wanted, &mut reaction).expect("a reaction");
        let mut found = vec![0xaa; wanted.len()];
        // SAFETY: event and key are of this block, the moves have as many words.
        unsafe { self.blocks[id.0 as usize].2[nth](event.as_ptr(), key.as_ptr(), now, found.as_mut_ptr()) };
        assert_eq!(found, wanted);
    }
}
