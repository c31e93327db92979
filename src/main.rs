//! The binary: everything is in the library.

use std::process::ExitCode;

/// `trustc bench` counts; else an allocation costs what it always does.
#[global_allocator]
static ALLOCATOR: trust_runtime::allocations::Counting = trust_runtime::allocations::Counting;

fn main() -> ExitCode {
    trustc::cli::main()
}
