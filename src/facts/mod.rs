//! Facts: what comes in as JSON or CSV, what goes out as JSON or as source.
//!
//! In: bytes and types. Out: values, requests, or the first fault in text order with its path; and the way back, values and
//! answers as text. Nothing here panics, whatever the bytes; what is written is read back as the same value.

pub mod answer;
pub mod csv;
pub mod decode;
pub mod fault;
pub mod json;
pub mod lexer;
pub mod literal;
pub mod names;
pub mod request;
mod scalar;
#[cfg(test)]
pub(crate) mod tests;

pub use answer::{block_name, qualified_name, write_decision, write_explained, write_fault, write_reaction};
pub use csv::decode_csv;
pub use decode::{decode, decode_args};
pub use fault::Fault;
pub use json::{to_json, write_json};
pub use literal::to_source;
pub use names::{resolve_block, resolve_prior};
pub use request::{Request, RequestFault, read_request};
