//! Our side of the benchmarks: the one file that knows how a policy is compiled and asked.
//!
//! In: a package. Out: its blocks as functions over native facts or JSON.

use std::path::Path;

use trust_runtime::codegen::{Code, Entered, Entry, compile};
use trustc::driver;
use trustc::lower::{self, layout::Layouts};
use trustc::program::{BlockId, Checked};

pub struct Ours {
    code: Code,
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
        let layouts = Layouts::new(&program.types);
        let lowered = lower::lower(program, &layouts, block);
        let permits = lowered.permits.expect("an effect");
        Ours { code: compile(&lowered.graph, &[Entry::Predicate(permits)]).expect("native code") }
    }

    /// # Safety
    /// The facts are those of the block.
    #[inline(always)]
    pub unsafe fn permits(&self, facts: *const u8, prior: u64, now: i64) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.code.holds(0, Entered { facts, prior: &[0, prior], now }) }
    }
}
