//! Values and intrinsics of the Trust language: what the interpreter and native code share.
//!
//! In: plain numbers, bytes, addresses. Out: the same. Every operation is total: it saturates at the range of its
//! result, and reading text gives an error that says what was wrong.

pub mod codegen;
pub mod decimal;
pub mod graph;
pub mod int;
pub mod net;
pub mod number;
pub mod pattern;
pub mod time;
