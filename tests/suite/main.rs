//! One integration binary: what the program does, seen from outside.

mod book;
mod cases;
mod change;
mod ci;
mod cli;
mod conformance;
mod demands;
mod docs;
mod examples;
mod first_contact;
mod folders;
mod formats;
mod lints;
#[cfg(feature = "lsp")]
mod lsp;
mod modules;
mod mutation;
mod timeline;
