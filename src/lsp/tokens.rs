//! Semantic tokens: what each word is, told by what it stands for.
//!
//! In: the tokens of a file and the index of names. Out: the protocol's relative encoding, in text order. Signs are left
//! to the editor's own grammar.

use lsp_types::{
    Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend,
    SemanticTokensParams, SemanticTokensRangeParams,
};
use trust_syntax::span::{FileId, Span};
use trust_syntax::token::{Tok, Token, Word};

use super::packages::Loaded;
use super::server::{Fault, Server};
use crate::program::index::{Def, LocalKind};

/// Positions in the legend.
#[derive(Clone, Copy)]
enum Kind {
    Namespace,
    Type,
    Enum,
    EnumMember,
    Struct,
    Event,
    Class,
    Parameter,
    Variable,
    Property,
    Function,
    Keyword,
    Text,
    Number,
    Comment,
    Decorator,
}

const DECLARATION: u32 = 1;
const READONLY: u32 = 2;
const DOCUMENTATION: u32 = 4;
const LIBRARY: u32 = 8;

pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: vec![
            SemanticTokenType::NAMESPACE,
            SemanticTokenType::TYPE,
            SemanticTokenType::ENUM,
            SemanticTokenType::ENUM_MEMBER,
            SemanticTokenType::STRUCT,
            SemanticTokenType::EVENT,
            SemanticTokenType::CLASS,
            SemanticTokenType::PARAMETER,
            SemanticTokenType::VARIABLE,
            SemanticTokenType::PROPERTY,
            SemanticTokenType::FUNCTION,
            SemanticTokenType::KEYWORD,
            SemanticTokenType::STRING,
            SemanticTokenType::NUMBER,
            SemanticTokenType::COMMENT,
            SemanticTokenType::DECORATOR,
        ],
        token_modifiers: vec![
            SemanticTokenModifier::DECLARATION,
            SemanticTokenModifier::READONLY,
            SemanticTokenModifier::DOCUMENTATION,
            SemanticTokenModifier::DEFAULT_LIBRARY,
        ],
    }
}

impl Server {
    pub fn semantic_tokens(&mut self, params: SemanticTokensParams) -> Result<SemanticTokens, Fault> {
        let (package, file) = self.known(&params.text_document.uri)?;
        Ok(SemanticTokens { result_id: None, data: encoded(&package, file, None) })
    }

    pub fn semantic_tokens_range(&mut self, params: SemanticTokensRangeParams) -> Result<SemanticTokens, Fault> {
        let (package, file) = self.known(&params.text_document.uri)?;
        Ok(SemanticTokens { result_id: None, data: encoded(&package, file, Some(params.range)) })
    }
}

fn encoded(package: &Loaded, id: FileId, range: Option<Range>) -> Vec<SemanticToken> {
    let Some((file, module)) = package.file(id).zip(package.module(id)) else { return Vec::new() };
    let mut all: Vec<(Span, Kind, u32)> = Vec::new();
    let tokens = trust_syntax::tokens(id, &file.source.text).0;
    let mut previous = None;
    for token in &tokens {
        let span = Span::new(id, token.start, token.end);
        if token.end > token.start
            && let Some((kind, modifiers)) = kind(package, token, span, previous)
        {
            all.push((span, kind, modifiers));
        }
        previous = Some(token.tok);
    }
    let comments = module.trivia.comments.iter();
    all.extend(comments.map(|c| (c.span, Kind::Comment, if c.doc { DOCUMENTATION } else { 0 })));
    all.sort_by_key(|(span, ..)| span.start);
    let mut data = Vec::with_capacity(all.len());
    let (mut line, mut column) = (0, 0);
    for (span, kind, modifiers) in all {
        let place = file.source.range(span);
        if place.start.line != place.end.line
            || range.is_some_and(|r| place.end.line < r.start.line || place.start.line > r.end.line)
        {
            continue;
        }
        let delta_line = place.start.line - line;
        let delta_start = if delta_line == 0 { place.start.character - column } else { place.start.character };
        (line, column) = (place.start.line, place.start.character);
        data.push(SemanticToken {
            delta_line,
            delta_start,
            length: place.end.character - place.start.character,
            token_type: kind as u32,
            token_modifiers_bitset: modifiers,
        });
    }
    data
}

fn kind(package: &Loaded, token: &Token<'_>, span: Span, previous: Option<Tok<'_>>) -> Option<(Kind, u32)> {
    let index = &package.analysis.index;
    if let Some(def) = index.exactly(span)
        && !matches!(token.tok, Tok::Text(_))
        && !(matches!(def, Def::Clause(..)) && matches!(token.tok, Tok::Word(Word::Scope)))
    {
        let declared = if index.defs.get(&def) == Some(&span) { DECLARATION } else { 0 };
        let (kind, modifiers) = of_def(package, def);
        return Some((kind, modifiers | declared | library(package, def)));
    }
    match token.tok {
        Tok::Name("now") => Some((Kind::Keyword, 0)),
        Tok::Name(_) | Tok::Type(_) | Tok::Label(_) | Tok::Word(_) if previous == Some(Tok::At) => {
            Some((Kind::Decorator, 0))
        }
        // `std` and what stands behind its dot.
        Tok::Name("std") => Some((Kind::Namespace, LIBRARY)),
        Tok::Word(_) => Some((Kind::Keyword, 0)),
        Tok::Type(_) => Some((Kind::Type, 0)),
        Tok::Label(_) => Some((Kind::Property, 0)),
        Tok::Name(_) if matches!(index.at(span).map(|u| u.def), Some(Def::Module(_))) => Some((Kind::Namespace, 0)),
        Tok::Name(_) if previous == Some(Tok::Dot) => Some((Kind::Property, 0)),
        Tok::Name(_) => Some((Kind::Variable, 0)),
        Tok::Text(_) => Some((Kind::Text, 0)),
        Tok::Int(_) | Tok::Decimal(_) | Tok::Instant(_) | Tok::Duration(_) => Some((Kind::Number, 0)),
        _ => None,
    }
}

fn of_def(package: &Loaded, def: Def) -> (Kind, u32) {
    let program = &package.analysis.program;
    match def {
        Def::Module(_) => (Kind::Namespace, 0),
        Def::Enum(_) => (Kind::Enum, 0),
        Def::Case(..) => (Kind::EnumMember, READONLY),
        Def::Record(id) => match program.types.records.get(id.0 as usize) {
            Some(record) if record.is_event => (Kind::Event, 0),
            _ => (Kind::Struct, 0),
        },
        Def::Field(..) => (Kind::Property, 0),
        Def::Duty(_) | Def::Define(_) | Def::Invariant(_) => (Kind::Function, 0),
        Def::Catalog(_) => (Kind::Namespace, 0),
        Def::Control(_) => (Kind::EnumMember, READONLY),
        Def::Data(_) | Def::Let(_) => (Kind::Variable, READONLY),
        Def::Block(_) => (Kind::Class, 0),
        Def::Clause(..) => (Kind::Property, 0),
        Def::Local(n) => match package.analysis.index.locals.get(n as usize).map(|l| l.kind) {
            Some(LocalKind::Parameter) => (Kind::Parameter, 0),
            _ => (Kind::Variable, READONLY),
        },
        Def::Builtin(name) if name.starts_with(char::is_uppercase) => (Kind::Enum, 0),
        Def::Builtin("bool" | "int" | "decimal" | "string" | "instant" | "duration" | "list" | "set") => {
            (Kind::Type, 0)
        }
        Def::Builtin(_) => (Kind::Function, 0),
    }
}

fn library(package: &Loaded, def: Def) -> u32 {
    let from_std = match package.analysis.index.defs.get(&def) {
        Some(span) => package.file(span.file).is_some_and(|f| f.std),
        None => true,
    };
    if from_std { LIBRARY } else { 0 }
}
