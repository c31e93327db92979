//! The module that holds generated code, and the only place where its memory is handled.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use cranelift_codegen::ir::Function;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Linkage};

use super::Entry;
use super::function::{Room, declared, signature, signature_of};
use super::intrinsics::{self, Intrinsic};
use super::link::{Linking, Place, Stands};
use super::tables::Tables;
use crate::graph::Graph;

/// Why no code could be made: a machine that is not supported, memory that is not to be had, or a fault of ours.
#[derive(Debug)]
pub struct CodegenError(pub String);

impl std::fmt::Display for CodegenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no native code could be made: {}", self.0)
    }
}

impl std::error::Error for CodegenError {}

/// Whether a block permits. Facts in the native layout, a prior of as many words as the block has; 0 or 1.
pub type PermitsFn = unsafe extern "C" fn(facts: *const u8, prior: *const u64, now: i64) -> u8;
/// A whole decision, written to as many words as the block's decisions have.
pub type DecideFn = unsafe extern "C" fn(facts: *const u8, prior: *const u64, now: i64, out: *mut u64);

/// What an entry is called with.
#[derive(Clone, Copy)]
pub struct Entered<'f> {
    /// The facts (a reaction: the event's fields) in the native layout; valid as the layout says.
    pub facts: *const u8,
    /// A decision: the least standing, then the bits of the triggers in force. A reaction: the key's struct.
    pub prior: &'f [u64],
    pub now: i64,
}

/// Generated functions; cheap to clone, shared between threads. The memory goes with the last handle.
#[derive(Clone)]
pub struct Code(Arc<Inner>);

struct Inner {
    module: ManuallyDrop<JITModule>,
    /// What the code points into.
    _tables: Tables,
    entries: Vec<(Called, *const u8)>,
    prior_words: usize,
}

/// What an entry was.
enum Called {
    Predicate,
    /// And how many words it writes.
    Outputs(usize),
}

// SAFETY: after it is made nothing in it changes: code and tables are only read.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl Drop for Inner {
    fn drop(&mut self) {
        // SAFETY: this is the last handle, so no function of the module runs or can be reached any more.
        unsafe { ManuallyDrop::take(&mut self.module).free_memory() }
    }
}

impl Code {
    /// Calls a predicate; `None` where the entry is none or the prior too short.
    ///
    /// # Safety
    /// `facts` points to facts in the native layout of the block that was lowered, with valid pointers and lengths.
    pub unsafe fn holds(&self, entry: usize, at: Entered<'_>) -> Option<bool> {
        let Some((Called::Predicate, address)) = self.0.entries.get(entry) else { return None };
        if at.prior.len() < self.0.prior_words {
            return None;
        }
        // SAFETY: the address is that of a function of this type, made with this module; the rest the caller promised.
        let function = unsafe { std::mem::transmute::<*const u8, PermitsFn>(*address) };
        Some(unsafe { function(at.facts, at.prior.as_ptr(), at.now) != 0 })
    }

    /// Writes the outputs of an entry; false where `out` or the prior is too short or the entry is none.
    ///
    /// # Safety
    /// As of [`Code::holds`].
    pub unsafe fn outputs(&self, entry: usize, at: Entered<'_>, out: &mut [u64]) -> bool {
        if at.prior.len() < self.0.prior_words {
            return false;
        }
        // SAFETY: the prior is long enough; the rest the caller promised.
        unsafe { self.write(entry, at.facts, at.prior.as_ptr(), at.now, out) }
    }

    /// Writes the outputs of a reaction; false where `out` is too short or the entry is none.
    ///
    /// # Safety
    /// `event` and `key` point to the event's fields and the key in their native layout, with valid pointers and lengths.
    pub unsafe fn reaction(&self, entry: usize, event: *const u8, key: *const u8, now: i64, out: &mut [u64]) -> bool {
        // SAFETY: a reaction reads its key where a decision reads its prior; the rest the caller promised.
        unsafe { self.write(entry, event, key.cast(), now, out) }
    }

    /// # Safety
    /// As of the two above.
    unsafe fn write(&self, entry: usize, facts: *const u8, prior: *const u64, now: i64, out: &mut [u64]) -> bool {
        let Some((Called::Outputs(len), address)) = self.0.entries.get(entry) else { return false };
        if out.len() < *len {
            return false;
        }
        // SAFETY: the address is that of a function of this type, made with this module; `out` is large enough.
        let function = unsafe { std::mem::transmute::<*const u8, DecideFn>(*address) };
        unsafe { function(facts, prior, now, out.as_mut_ptr()) };
        true
    }

    /// The predicate, if the second entry is one, and the first entry, which writes outputs.
    pub fn functions(&self) -> Option<(Option<PermitsFn>, DecideFn)> {
        let (Called::Outputs(_), decide) = self.0.entries.first()? else { return None };
        let permits = match self.0.entries.get(1) {
            // SAFETY: the address is that of a function of this type, made with this module.
            Some((Called::Predicate, at)) => Some(unsafe { std::mem::transmute::<*const u8, PermitsFn>(*at) }),
            _ => None,
        };
        // SAFETY: as above.
        Some((permits, unsafe { std::mem::transmute::<*const u8, DecideFn>(*decide) }))
    }

    /// How many words of prior the code reads.
    pub fn prior_words(&self) -> usize {
        self.0.prior_words
    }
}

pub(super) fn failed(e: impl std::fmt::Display) -> CodegenError {
    CodegenError(e.to_string())
}

/// This machine, with all it can do; for a file that others may run, what every machine of its kind can do.
pub(super) fn isa(for_file: bool) -> Result<OwnedTargetIsa, CodegenError> {
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", "none"),
        ("use_colocated_libcalls", "false"),
        ("is_pic", if for_file { "true" } else { "false" }),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
    ] {
        flags.set(name, value).map_err(failed)?;
    }
    let builder = cranelift_native::builder_with_options(!for_file).map_err(failed)?;
    builder.finish(settings::Flags::new(flags)).map_err(failed)
}

pub(super) fn compile(graph: &Graph, entries: &[Entry]) -> Result<Code, CodegenError> {
    let tables = Tables::new(graph).ok_or_else(|| CodegenError("a pattern does not compile".into()))?;
    let mut builder = JITBuilder::with_isa(isa(false)?, cranelift_module::default_libcall_names());
    let table = intrinsics::table();
    for intrinsic in &table {
        builder.symbol(intrinsic.name, intrinsic.address);
    }
    // Nothing else is ever linked: an unknown name is an error, not a function of the host's libraries.
    builder.symbol_lookup_fn(Box::new(|_| None));
    let mut module = JITModule::new(builder);
    match fill(&mut module, graph, entries, &tables, &table, &mut |_| {}) {
        Ok(made) => Ok(Code(Arc::new(Inner {
            module: ManuallyDrop::new(module),
            _tables: tables,
            entries: entries
                .iter()
                .map(|entry| match entry {
                    Entry::Predicate(_) => Called::Predicate,
                    Entry::Outputs { len, .. } => Called::Outputs(*len),
                })
                .zip(made)
                .collect(),
            prior_words: prior_words(graph),
        }))),
        Err(e) => {
            // SAFETY: nothing of it was handed out.
            unsafe { module.free_memory() };
            Err(e)
        }
    }
}

/// The functions as Cranelift takes them, for reviewers.
pub(super) fn clif(graph: &Graph, entries: &[Entry]) -> Result<String, CodegenError> {
    let tables = Tables::new(graph).ok_or_else(|| CodegenError("a pattern does not compile".into()))?;
    let mut builder = JITBuilder::with_isa(isa(false)?, cranelift_module::default_libcall_names());
    let table = intrinsics::table();
    for intrinsic in &table {
        builder.symbol(intrinsic.name, intrinsic.address);
    }
    builder.symbol_lookup_fn(Box::new(|_| None));
    let mut module = JITModule::new(builder);
    let mut text = String::new();
    let made = fill(&mut module, graph, entries, &tables, &table, &mut |func| {
        text.push_str(&func.display().to_string());
        text.push('\n');
    });
    // SAFETY: nothing of it was handed out.
    unsafe { module.free_memory() };
    made.map(|_| text)
}

/// The stated standing, and a bit for each trigger.
fn prior_words(graph: &Graph) -> usize {
    let words = graph.nodes.iter().filter_map(|n| match n {
        crate::graph::Node::Prior(n) => Some(*n as usize / 64 + 2),
        crate::graph::Node::Floor => Some(1),
        _ => None,
    });
    words.max().unwrap_or(0)
}

/// Code for this process: constants stand where they are, intrinsics are functions of ours.
struct Here<'t> {
    tables: &'t Tables,
    intrinsics: &'t [Intrinsic],
}

impl Linking<JITModule> for Here<'_> {
    fn place(&mut self, _: &mut JITModule, place: Place) -> Stands {
        Stands::Here(self.tables.address(place))
    }

    fn intrinsic(&mut self, module: &mut JITModule, name: &'static str) -> Option<FuncId> {
        let intrinsic = self.intrinsics.iter().find(|i| i.name == name)?;
        let signature = signature_of(module, intrinsic);
        declared(module, name, Linkage::Import, &signature).ok()
    }
}

fn fill(
    module: &mut JITModule,
    graph: &Graph,
    entries: &[Entry],
    tables: &Tables,
    intrinsics: &[Intrinsic],
    seen: &mut dyn FnMut(&Function),
) -> Result<Vec<*const u8>, CodegenError> {
    let mut room = Room::new(module);
    let mut here = Here { tables, intrinsics };
    let mut made = Vec::with_capacity(entries.len());
    for (n, entry) in entries.iter().enumerate() {
        let signature = signature(module, entry);
        let id = declared(module, &format!("entry{n}"), Linkage::Local, &signature)?;
        room.entry(module, &mut here, id, (graph, tables, entry), seen)?;
        made.push(id);
    }
    module.finalize_definitions().map_err(failed)?;
    Ok(made.into_iter().map(|id| module.get_finalized_function(id)).collect())
}
