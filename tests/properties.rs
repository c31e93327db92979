//! What must hold of every policy, tried on random ones.
//!
//! `TRUSTC_CASES` sets how many policies each property is tried on, `TRUSTC_SEED` where they start.

#[cfg(target_os = "linux")]
#[path = "ahead/mod.rs"]
mod ahead;
#[path = "generate/mod.rs"]
mod generate;
#[path = "mutate/mod.rs"]
mod mutate;
#[path = "properties/mod.rs"]
mod properties;
