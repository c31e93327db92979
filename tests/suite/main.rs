//! One integration binary: what the program does, seen from outside.

mod cases;
mod cli;
mod conformance;
mod demands;
mod docs;
mod examples;
mod modules;
