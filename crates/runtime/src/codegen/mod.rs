//! Native code from a decision graph.
//!
//! In: a graph and its entries. Out: [`Code`]: functions over the native layout, in memory that is freed with the last handle.
//! Always: no trapping instruction, no allocation, no loop but over a list's length, no call but to the closed table of intrinsics.

mod branch;
mod choice;
mod emit;
mod function;
mod intrinsics;
mod link;
mod loops;
mod memory;
mod numbers;
#[cfg(feature = "object")]
pub mod object;
mod plan;
mod schedule;
mod tables;
mod text;

use crate::graph::{Graph, Id, Kind, LoopId};

pub use memory::{Code, CodegenError, DecideFn, Entered, PermitsFn};

/// A function to generate.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Whether a node holds; stops as soon as that is known.
    Predicate(Id),
    /// Several values, each written at its word.
    Outputs { outs: Vec<(usize, Out)>, marks: Vec<Mark>, len: usize },
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    /// A value, in as many words as it takes.
    Value(Id),
    /// Truths as bits of one word.
    Bits(Vec<(u32, Id)>),
}

/// Bits that a loop sets besides: for each element that holds, the one with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub of: LoopId,
    /// In the loop's body: which bit, and whether it is set.
    pub bit: Id,
    pub holds: Id,
    /// The word the bits begin at, and how many there are.
    pub at: usize,
    pub bits: usize,
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

/// What [`compile`] would generate, before machine instructions are chosen: for reviewers. Addresses in it are of this run.
pub fn clif(graph: &Graph, entries: &[Entry]) -> Result<String, CodegenError> {
    memory::clif(graph, entries)
}
