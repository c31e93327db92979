//! Our side of the benchmarks: the one file that knows how a policy is compiled and asked.
//!
//! In: a package. Out: its blocks as functions over native facts or JSON.

use std::path::Path;

use trust_runtime::module::{DecideFn, Module, PermitsFn};
use trust_runtime::schema;
use trustc::driver;
use trustc::program::{BlockId, Checked};

pub struct Ours {
    permits: PermitsFn,
    decide: DecideFn,
    /// Words of a decision.
    pub words: usize,
    _module: Module,
}

pub fn checked(path: &Path) -> Checked {
    let analysis = driver::analyse_path(path).expect("a package");
    match analysis.checked() {
        Ok((program, _)) => program,
        Err(analysis) => panic!("{:?}", analysis.diagnostics),
    }
}

pub fn block(program: &Checked, name: &str) -> BlockId {
    let at = program.blocks.iter().position(|b| b.name == name).expect("a block");
    BlockId(at as u32)
}

impl Ours {
    pub fn new(program: &Checked, block: BlockId) -> Ours {
        let module = trustc::native::module(program).expect("a module");
        let id = schema::BlockId(block.0);
        let (permits, decide) = module.functions(id).expect("native code");
        Ours { permits: permits.expect("an effect"), decide, words: module.decision_words(id), _module: module }
    }

    /// # Safety
    /// The facts are those of the block.
    #[inline(always)]
    pub unsafe fn permits(&self, facts: *const u8, prior: u64, now: i64) -> bool {
        // SAFETY: the caller's promise; a block with up to 64 triggers has two words of prior.
        unsafe { (self.permits)(facts, [0, prior].as_ptr(), now) != 0 }
    }

    /// # Safety
    /// The facts are those of the block; `out` has as many words as a decision.
    #[inline(always)]
    pub unsafe fn decide(&self, facts: *const u8, prior: u64, now: i64, out: &mut [u64]) {
        // SAFETY: the caller's promise.
        unsafe { (self.decide)(facts, [0, prior].as_ptr(), now, out.as_mut_ptr()) }
    }
}
