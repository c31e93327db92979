//! Code ahead of time, loaded: a module's object, linked into a shared library and held against the code in memory.
//!
//! The library is linked without any other, so one that needs anything does not come to be. What the header has as functions of C is
//! compiled into it, to be called too.

#![allow(dead_code, reason = "not every test uses every part")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use trust_runtime::decode::Facts;
use trust_runtime::module::words::CLAUSES;
use trust_runtime::module::{DecideFn, Module, PermitsFn, Reaction, Reason};
use trust_runtime::schema::BlockId;
use trustc::emit_header;

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlclose(library: *mut c_void) -> c_int;
}

/// Everything is found when it is loaded.
const RTLD_NOW: c_int = 2;

/// Of the header: the reasons of a decision.
type ReasonsFn = unsafe extern "C" fn(decision: *const u64, reasons: *mut u64);
/// Of the header: moves, put into a prior; the standing.
type AfterFn = unsafe extern "C" fn(moves: *const u64, prior: *mut u64) -> u32;
/// Of a reaction: event, key, now, moves.
type ReactFn = unsafe extern "C" fn(event: *const u8, key: *const u8, now: i64, moves: *mut u64);

struct Functions {
    permits: Option<PermitsFn>,
    decide: DecideFn,
    reasons: Option<ReasonsFn>,
    reactions: Vec<(ReactFn, AfterFn)>,
}

pub struct Loaded<'m> {
    module: &'m Module,
    library: *mut c_void,
    path: PathBuf,
    blocks: Vec<Functions>,
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

/// Functions that a library can have, for those that only the header has.
fn wrapped(module: &Module, symbols: &emit_header::Symbols) -> String {
    let mut out = emit_header::header(module.unit()).expect("a header");
    for (n, names) in symbols.blocks.iter().enumerate() {
        let stem = names.decide.strip_suffix("_decide").expect("a name that nothing else has");
        if has_reasons(module, n) {
            out += &format!(
                "void reasons_{n}(const uint64_t *d, uint64_t *r);\n\
                 void reasons_{n}(const uint64_t *d, uint64_t *r) {{ {stem}_reasons(d, r); }}\n"
            );
        }
        for (m, reaction) in names.reactions.iter().enumerate() {
            let event = reaction.strip_prefix(stem).and_then(|name| name.strip_prefix("_on_")).expect("a name");
            out += &format!(
                "uint32_t after_{n}_{m}(const uint64_t *m, uint64_t *p);\n\
                 uint32_t after_{n}_{m}(const uint64_t *m, uint64_t *p) {{ return {stem}_after_{event}(m, p); }}\n"
            );
        }
    }
    out
}

fn has_reasons(module: &Module, block: usize) -> bool {
    let block = &module.unit().blocks[block];
    block.outputs.permits.is_some() && !block.clauses.is_empty()
}

impl<'m> Loaded<'m> {
    pub fn new(module: &'m Module, name: &str) -> Loaded<'m> {
        let stem = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ahead-{name}"));
        let symbols = emit_header::symbols(module.unit()).expect("names");
        let [source, more, path] = ["o", "c", "so"].map(|kind| stem.with_extension(kind));
        fs::write(&source, object(module)).expect("a file");
        fs::write(&more, wrapped(module, &symbols)).expect("a file");
        let done = Command::new("cc")
            .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1", "-fPIC", "-fno-stack-protector"])
            .args(["-shared", "-nostdlib", "-Wl,-z,defs", "-Wl,-z,text", "-Wl,--fatal-warnings", "-o"])
            .args([&path, &more, &source])
            .output()
            .expect("a linker");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        for file in [&source, &more] {
            let _ = fs::remove_file(file);
        }
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
        // SAFETY: the digest is a string of C.
        let digest = unsafe { CStr::from_ptr(find(&symbols.digest).cast()) };
        assert_eq!(digest.to_str(), Ok(module.unit().package.digest.as_str()));
        let blocks = symbols.blocks.iter().enumerate().map(|(n, names)| {
            // SAFETY: the functions have these types, as the header says.
            unsafe {
                use std::mem::transmute;
                let reaction = |(m, name): (usize, &String)| {
                    let react = transmute::<*mut c_void, ReactFn>(find(name));
                    (react, transmute::<*mut c_void, AfterFn>(find(&format!("after_{n}_{m}"))))
                };
                Functions {
                    permits: names.permits.as_deref().map(|n| transmute::<*mut c_void, PermitsFn>(find(n))),
                    decide: transmute::<*mut c_void, DecideFn>(find(&names.decide)),
                    reasons: has_reasons(module, n)
                        .then(|| transmute::<*mut c_void, ReasonsFn>(find(&format!("reasons_{n}")))),
                    reactions: names.reactions.iter().enumerate().map(reaction).collect(),
                }
            }
        });
        let blocks = blocks.collect();
        Loaded { module, library, path, blocks }
    }

    /// Both decide alike, to the last word.
    pub fn decides(&self, id: BlockId, facts: &Facts<'_>, prior: &[u64], now: i64) {
        let module = self.module;
        let Functions { permits, decide, reasons, .. } = &self.blocks[id.0 as usize];
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
        if let Some(reasons) = reasons {
            let mut bits = vec![0xaa; fixed - CLAUSES];
            // SAFETY: there is a word for every 64 clauses.
            unsafe { reasons(found.words().as_ptr(), bits.as_mut_ptr()) };
            let mut clauses = vec![0u64; bits.len()];
            for reason in wanted.reasons() {
                if let Reason::Clause(n) = reason {
                    clauses[n as usize / 64] |= 1 << (n % 64);
                }
            }
            assert_eq!(bits, clauses);
        }
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
        let (react, after) = &self.blocks[id.0 as usize].reactions[nth];
        // SAFETY: event and key are of this block, the moves have as many words.
        unsafe { react(event.as_ptr(), key.as_ptr(), now, found.as_mut_ptr()) };
        assert_eq!(found, wanted);
        let (mut moved, mut in_force) = (prior.to_vec(), vec![0; prior.len()]);
        // SAFETY: the prior is of this block.
        let standing = unsafe { after(found.as_ptr(), moved.as_mut_ptr()) };
        self.module.prior(id, reaction.in_force.iter().copied(), &mut in_force);
        assert_eq!(standing, reaction.standing);
        assert_eq!(moved[1..], in_force[1..]);
    }
}
