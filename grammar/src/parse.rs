//! The wrapper around the grammar: text in; a module, its trivia and all syntax diagnostics out.
//!
//! Total and linear: whatever the text, there is a module, and every fault in it is reported once.

use lalrpop_util::ParseError;

use crate::arrange::{Body, arrange};
use crate::ast::Module;
use crate::build::{Build, Level};
use crate::diagnostic::Diagnostic;
use crate::lexer::lex;
use crate::parts::read_in_parts;
use crate::span::FileId;
use crate::token::{Tok, Token};
use crate::trivia::{Docs, Trivia};

#[allow(clippy::all, clippy::pedantic, unused)]
mod grammar {
    include!(concat!(env!("OUT_DIR"), "/trust.rs"));
}

#[derive(Clone, Debug)]
pub struct Parsed {
    pub module: Module,
    pub trivia: Trivia,
    /// In text order.
    pub diagnostics: Vec<Diagnostic>,
}

/// The tokens the grammar reads, and the doc comments by the token below; for tools that keep the text's shape.
pub fn tokens(file: FileId, text: &str) -> (Vec<Token<'_>>, Docs) {
    let lexed = lex(file, text);
    (arrange(file, text, lexed.tokens).tokens, lexed.docs)
}

/// Like [`tokens`], with the comments.
pub fn read(file: FileId, text: &str) -> (Vec<Token<'_>>, Docs, Trivia) {
    let lexed = lex(file, text);
    (arrange(file, text, lexed.tokens).tokens, lexed.docs, lexed.trivia)
}

/// The tokens, each with what the braces around it hold; for tools that ask what may stand at a place.
pub fn bodies(file: FileId, text: &str) -> Vec<(Token<'_>, Body)> {
    let arranged = arrange(file, text, lex(file, text).tokens);
    arranged.tokens.into_iter().zip(arranged.bodies).collect()
}

/// What the grammar makes of tokens and their places.
pub(crate) fn module<'s>(
    build: &mut Build<'s>,
    tokens: impl Iterator<Item = (u32, Tok<'s>, u32)>,
) -> Result<Module, ParseError<u32, Tok<'s>, ()>> {
    grammar::ModuleParser::new().parse(build, tokens.map(Ok))
}

pub fn parse(file: FileId, text: &str) -> Parsed {
    let lexed = lex(file, text);
    let mut diagnostics = lexed.diagnostics;
    let mut arranged = arrange(file, text, lexed.tokens);
    diagnostics.append(&mut arranged.diagnostics);
    if diagnostics.is_empty()
        && let Some(module) = read_in_parts(file, &arranged, &lexed.docs)
    {
        return Parsed { module, trivia: lexed.trivia, diagnostics };
    }
    let mut build = Build::new(file, &arranged, &lexed.docs, &lexed.scars);
    let tokens = arranged.tokens.iter().map(|token| (token.start, token.tok, token.end));
    let module = match module(&mut build, tokens) {
        Ok(module) => module,
        // Recovery at the level of items takes every text; this is what is left if it does not.
        Err(error) => {
            build.syntax_error(error, Level::Item);
            Module::default()
        }
    };
    diagnostics.append(&mut build.diagnostics);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    Parsed { module, trivia: lexed.trivia, diagnostics }
}
