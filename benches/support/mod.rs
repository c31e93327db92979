//! What the benchmarks share: the federation decision written by hand, requests for it, generated policies, and how time is taken.
//!
//! In: seeds. Out: the same requests and policies every time. The crate of the peers uses these files too, so nothing here but
//! `ours` needs the compiler.

#![allow(dead_code, reason = "not every benchmark uses every part")]

pub mod clauses;
pub mod facts;
pub mod idiomatic;
pub mod native;
pub mod page;
pub mod random;
pub mod requests;
pub mod tables;
pub mod timing;
pub mod tuned;
pub mod verdict;
