//! Values and intrinsics of the Trust language: what the interpreter and native code share.

pub mod net;
pub mod pattern;
