//! Values and intrinsics of the Trust language: what the interpreter and native code share; the layout of native facts and
//! the decoder that fills it from JSON.
//!
//! In: plain numbers, bytes, addresses. Out: the same. Every operation is total: it saturates at the range of its
//! result, and reading text gives an error that says what was wrong.

pub mod answer;
pub mod arena;
pub mod codegen;
pub mod datum;
pub mod decimal;
pub mod decode;
pub mod fault;
pub mod graph;
pub mod int;
pub mod layout;
pub mod lexer;
pub mod module;
pub mod net;
pub mod number;
pub mod pattern;
pub mod request;
pub mod schema;
pub mod small;
mod suggest;
pub mod time;
pub mod unit;
pub mod wording;
