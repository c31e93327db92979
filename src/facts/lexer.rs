//! JSON, token by token: the runtime's, which explains its refusals with it.

pub use trust_runtime::lexer::{Kind, Lexer, Skip, Syntax};
