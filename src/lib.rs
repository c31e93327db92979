//! trustc: language, compiler and decision engine for trust frameworks.
//!
//! ARCHITECTURE.md shows the way through it.

mod check;
pub mod cli;
pub mod decision;
pub mod diag;
pub mod driver;
pub mod emit_header;
pub mod facts;
pub mod fmt;
pub mod interp;
pub mod loader;
pub mod lower;
pub mod manifest;
pub mod native;
pub mod program;
pub mod source;
pub mod stdlib;
pub mod testing;
