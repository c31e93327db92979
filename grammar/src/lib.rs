//! Lexer, grammar and syntax tree of the Trust language. Knows no types.
//!
//! [`parse`] is the way in. Text is lexed, its tokens are arranged (roles of words, balance of brackets), the
//! grammar reads them, `build` and `nodes` make the tree, `complain` puts syntax errors into words.

mod arrange;
pub mod ast;
mod build;
mod complain;
pub mod declared;
pub mod diagnostic;
mod lexer;
pub mod literal;
mod names;
mod nodes;
mod parse;
pub mod span;
pub mod suggest;
pub mod token;
pub mod trivia;

pub use arrange::Body;
pub use parse::{Parsed, bodies, parse, read, tokens};
