//! Native code from a decision graph.
//!
//! In: a graph and its entries. Out: [`Code`]: functions over the native layout, in memory that is freed with the last handle.
//! Always: no trapping instruction, no allocation, no loop but over a list's length, no call but to the closed table of intrinsics.

mod emit;
mod intrinsics;
mod memory;
mod plan;
mod tables;

use crate::graph::{Graph, Id, Kind};

pub use memory::{Code, CodegenError, Entered};

/// A function to generate.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Whether a node holds; stops as soon as that is known.
    Predicate(Id),
    /// Several nodes, written one after another as 64-bit words.
    Outputs(Vec<Id>),
}

/// How many 64-bit words a value takes where it is written out.
pub fn words(kind: Kind) -> usize {
    match kind {
        Kind::Bool | Kind::Int | Kind::Ptr => 1,
        Kind::Str | Kind::List => 2,
        Kind::Net => 3,
    }
}

/// Generates one function for each entry.
pub fn compile(graph: &Graph, entries: &[Entry]) -> Result<Code, CodegenError> {
    memory::compile(graph, entries)
}
