//! A module as an object file: native code for a linker.
//!
//! In: a module, and what its functions are to be called. Out: bytes of an object; see [`crate::codegen::object`]. Its functions are those that
//! the module itself calls: `permits` and `decide` of every block over facts in the native layout, and a reaction to each event, which
//! writes two words for each trigger and reinstate of the event.

use super::{Module, ModuleError};
use crate::codegen::object::{Functions, object};

/// What a block's functions are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub decide: String,
    /// Of every block but an assessment.
    pub permits: Option<String>,
    /// By event, in the order of [`Block::events`](crate::unit::Block::events).
    pub reactions: Vec<String>,
}

impl Module {
    /// The object: names by block, and strings of C to put beside the functions, by their names.
    pub fn object(&self, names: &[Names], strings: &[(&str, &str)]) -> Result<Vec<u8>, ModuleError> {
        let blocks = &self.0.unit.blocks;
        if names.len() != blocks.len() {
            return Err(ModuleError::Call("every block needs its names"));
        }
        let mut made = Vec::with_capacity(blocks.len());
        for ((block, ready), names) in blocks.iter().zip(&self.0.blocks).zip(names) {
            let entries = ready.entries(block);
            let Names { decide, permits, reactions } = names;
            let named: Vec<&String> = std::iter::once(decide).chain(permits).chain(reactions).collect();
            if named.len() != entries.len() || permits.is_some() != block.outputs.permits.is_some() {
                return Err(ModuleError::Call("every function of a block needs a name"));
            }
            let entries = named.into_iter().cloned().zip(entries).collect();
            made.push(Functions { graph: &block.graph, entries });
        }
        object(&made, strings).map_err(|e| ModuleError::Code(e.to_string()))
    }
}
