//! Lexer, grammar and syntax tree of the Trust language. Knows no types.

pub mod ast;
pub mod diagnostic;
pub mod span;
