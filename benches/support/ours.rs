//! Our side of the benchmarks: the one file that knows how a policy is compiled and asked.
//!
//! In: a package. Out: a block as functions over native facts or JSON, and the stages of compiling it, one by one.

#![allow(dead_code, reason = "not every benchmark uses every part")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use trust_runtime::arena::Arena;
use trust_runtime::decode::Input;
use trust_runtime::module::file;
use trust_runtime::module::words::{FLAGS, PERMITS};
use trust_runtime::module::{DecideFn, Module, PermitsFn};
use trust_runtime::schema::BlockId;
use trustc::driver::{self, Analysis};
use trustc::loader::{PackageSource, SourceText};
use trustc::native;
use trustc::program::Checked;

/// A block of a package, compiled.
#[derive(Clone)]
pub struct Ours {
    pub module: Module,
    pub block: BlockId,
    permits: PermitsFn,
    decide: DecideFn,
}

/// How long each stage took.
#[derive(Clone, Copy, Default)]
pub struct Stages {
    pub parse: Duration,
    /// Names, types, clauses, data files.
    pub check: Duration,
    pub lower: Duration,
    pub codegen: Duration,
    /// From text to callable code, data files read.
    pub whole: Duration,
}

fn proven(analysis: Analysis) -> Checked {
    match analysis.checked() {
        Ok((program, _)) => program,
        Err(analysis) => panic!("{:?}", analysis.diagnostics),
    }
}

pub fn checked(path: &Path) -> Checked {
    proven(driver::analyse_path(path).expect("a package"))
}

/// The package of the federation decision.
pub fn federation() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = if here.ends_with("peers") { here.join("..") } else { here.to_path_buf() };
    root.join("benches/federation")
}

/// A package of one file; its data files, if any, are in `root`.
pub fn package(root: PathBuf, text: &str) -> PackageSource {
    let file = SourceText { name: "policy.trust".into(), shown: "policy.trust".into(), bytes: text.into() };
    PackageSource { root, files: vec![file], manifest: None }
}

impl Ours {
    /// All code is made now.
    pub fn new(program: &Checked, block: &str) -> Ours {
        let module = native::module(program).expect("a module");
        module.compile().expect("native code");
        Ours::of(module, block)
    }

    fn of(module: Module, block: &str) -> Ours {
        let block = module.block_named(block).expect("a block");
        let (permits, decide) = module.functions(block).expect("native code");
        Ours { permits: permits.expect("an effect"), decide, block, module }
    }

    /// Every stage, each by itself.
    pub fn staged(package: &PackageSource, block: &str) -> (Ours, Stages) {
        let begun = Instant::now();
        let analysis = driver::analyse(package);
        let parse = analysis.timings.parse;
        let program = proven(analysis);
        let check = begun.elapsed() - parse;
        let lowering = Instant::now();
        let unit = native::unit(&program).expect("a layout");
        let module = Module::new(unit).expect("a module");
        let lower = lowering.elapsed();
        let generating = Instant::now();
        module.compile().expect("native code");
        let stages = Stages { parse, check, lower, codegen: generating.elapsed(), whole: begun.elapsed() };
        (Ours::of(module, block), stages)
    }

    /// The built module, as `trustc build` writes it.
    pub fn built(program: &Checked) -> Vec<u8> {
        file::write(&native::unit(program).expect("a unit")).expect("a built module")
    }

    /// From a built module to callable code of all its blocks.
    pub fn load(built: &[u8], block: &str) -> Ours {
        let module = Module::read(built).expect("a module");
        module.compile().expect("native code");
        Ours::of(module, block)
    }

    /// # Safety
    /// The facts are those of the block.
    #[inline(always)]
    pub unsafe fn permits(&self, facts: *const u8, prior: u64, now: i64) -> bool {
        // SAFETY: the caller's promise; a block of up to 64 triggers has two words of prior.
        unsafe { (self.permits)(facts, [0, prior].as_ptr(), now) != 0 }
    }

    /// Words for a decision.
    pub fn words(&self) -> Vec<u64> {
        vec![0; self.module.decision_words(self.block)]
    }

    /// The whole decision, written to `words`; whether it permits.
    ///
    /// # Safety
    /// The facts are those of the block, and the words as many as [`Ours::words`].
    #[inline(always)]
    pub unsafe fn decide(&self, facts: *const u8, prior: u64, now: i64, words: &mut [u64]) -> bool {
        // SAFETY: the caller's promise.
        unsafe { (self.decide)(facts, [0, prior].as_ptr(), now, words.as_mut_ptr()) };
        words.get(FLAGS).is_some_and(|flags| flags & PERMITS != 0)
    }

    /// The bytes of the arguments, read and no more.
    #[inline(always)]
    pub fn decode(&self, text: &[u8], arena: &mut Arena) -> bool {
        arena.reset();
        self.module.decoder().args(self.block, Input::new(text, "args"), arena, false).is_ok()
    }

    /// From the bytes of the arguments.
    #[inline(always)]
    pub fn permits_json(&self, text: &[u8], arena: &mut Arena, prior: u64, now: i64) -> bool {
        arena.reset();
        let facts = self.module.decoder().args(self.block, Input::new(text, "args"), arena, false);
        facts.is_ok_and(|facts| self.module.permits(self.block, &facts, &[0, prior], now) == Ok(true))
    }

    /// The whole decision from the bytes of the arguments.
    #[inline(always)]
    pub fn decide_json(&self, text: &[u8], arena: &mut Arena, prior: u64, now: i64, words: &mut [u64]) -> bool {
        arena.reset();
        let facts = self.module.decoder().args(self.block, Input::new(text, "args"), arena, false);
        facts.is_ok_and(|facts| {
            self.module.decide(self.block, &facts, &[0, prior], now, words).is_ok_and(|d| d.permits() == Some(true))
        })
    }
}

/// Arguments in the native layout, with the memory they stand in.
pub struct Prepared {
    address: *const u8,
    _arena: Arena,
}

impl Prepared {
    /// The text outlives it.
    pub fn new(ours: &Ours, text: &'static str) -> Prepared {
        let mut arena = Arena::new();
        let facts = ours.module.decoder().args(ours.block, Input::new(text.as_bytes(), "args"), &mut arena, true);
        let address = facts.map(|facts| facts.as_ptr()).expect("facts");
        Prepared { address, _arena: arena }
    }

    pub fn as_ptr(&self) -> *const u8 {
        self.address
    }
}
