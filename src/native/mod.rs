//! What native code needs of a program, and native facts as values of the oracle.

pub mod schema;
#[cfg(test)]
mod tests;
pub mod values;

pub use schema::schema;
