//! `libtrust`: trust decisions for hosts in any language.
//!
//! In: what `trust.h` says, which is made from these files. Out: a status for every call, and what was asked for through pointers.
//! Always: nothing unwinds across the border, a null or a wrong length is a status, handles are counted and shared between threads
//! without a lock. Feature `compile` (on by default) brings the front end: modules from source.

#![allow(non_camel_case_types, reason = "the names of C")]

mod abi;
mod decide;
mod decision;
mod describe;
mod error;
mod memory;
mod module;
mod session;

pub use abi::*;
pub use decide::*;
pub use decision::*;
pub use describe::*;
pub use error::*;
pub use memory::*;
pub use module::*;
pub use session::*;
