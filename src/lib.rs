//! trustc: language, compiler and decision engine for trust frameworks.
//!
//! ARCHITECTURE.md shows the way through it.

pub mod change;
mod check;
pub mod cli;
pub mod decision;
pub mod diag;
pub mod doc;
pub mod driver;
pub mod emit_header;
pub mod facts;
pub mod fmt;
pub mod import;
pub mod interp;
pub mod lint;
pub mod loader;
pub mod lower;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod manifest;
pub mod native;
pub mod program;
pub mod schema_json;
pub mod source;
pub mod stdlib;
pub mod testing;
pub mod timeline;
pub mod watch;
