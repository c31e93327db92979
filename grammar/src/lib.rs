//! Lexer, grammar and syntax tree of the Trust language. Knows no types.
//!
//! [`parse`] is the way in. Text is lexed, its tokens are arranged (roles of words, balance of brackets), the
//! grammar reads them, `build` and `nodes` make the tree, `complain` puts syntax errors into words.

mod arrange;
pub mod ast;
#[expect(clippy::boxed_local, reason = "what stands on the parser's stack is boxed")]
mod build;
mod complain;
pub mod declared;
pub mod diagnostic;
mod lexer;
pub mod literal;
mod names;
#[expect(clippy::vec_box, clippy::boxed_local, reason = "what stands on the parser's stack is boxed")]
mod nodes;
mod parse;
mod parts;
pub mod span;
pub mod suggest;
pub mod token;
pub mod trivia;

pub use arrange::Body;
pub use parse::{Parsed, bodies, parse, read, tokens};
