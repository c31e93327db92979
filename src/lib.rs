//! trustc: language, compiler and decision engine for trust frameworks.
//!
//! ARCHITECTURE.md shows the way through it.

pub mod decision;
pub mod fmt;
pub mod program;
