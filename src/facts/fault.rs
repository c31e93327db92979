//! A fault in facts or a request. The type and the codes are the runtime's: its decoder refuses in the same words.

pub use trust_runtime::fault::{Fault, Refusal, code, shown, some_of};
