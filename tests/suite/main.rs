//! One integration binary: what the program does, seen from outside.

mod cli;
mod docs;
