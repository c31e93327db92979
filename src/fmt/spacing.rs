//! Between two tokens of a line: a space or none. Tokens and tree in, one answer a token out.

use trust_syntax::ast::{Block, ClauseKind, ItemKind, LetDecl, Module, Param, TestLineKind, Type};
use trust_syntax::span::Span;
use trust_syntax::token::{Tok, Token, Word};

/// The tokens without commas that part nothing: before a closing bracket, behind a field or an entry.
pub fn without_idle_commas<'s>(tokens: &[Token<'s>], module: &Module) -> Vec<Token<'s>> {
    let mut bodies: Vec<Span> = Vec::new();
    for item in &module.items {
        if matches!(item.kind, ItemKind::Record(_) | ItemKind::Event(_) | ItemKind::Catalog(_)) {
            bodies.push(item.span);
        }
    }
    let mut kept = Vec::with_capacity(tokens.len());
    let mut depth = 0_usize;
    let mut body = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.tok {
            tok if opens(tok) => depth += 1,
            tok if closes(tok) => depth = depth.saturating_sub(1),
            _ => {}
        }
        while bodies.get(body).is_some_and(|span| span.end <= token.start) {
            body += 1;
        }
        let in_body = depth == 1 && bodies.get(body).is_some_and(|span| span.start <= token.start);
        let before_closer = tokens.get(index + 1).is_some_and(|next| closes(next.tok));
        if token.tok != Tok::Comma || !(in_body || before_closer) {
            kept.push(*token);
        }
    }
    kept
}

pub fn opens(tok: Tok<'_>) -> bool {
    matches!(tok, Tok::OuterOpen | Tok::Open | Tok::ParenOpen | Tok::BracketOpen)
}

pub fn closes(tok: Tok<'_>) -> bool {
    matches!(tok, Tok::OuterClose | Tok::Close | Tok::ParenClose | Tok::BracketClose)
}

fn is_brace(tok: Tok<'_>) -> bool {
    matches!(tok, Tok::OuterOpen | Tok::Open)
}

/// For each token, whether a space stands before it if it is not the first of its line.
pub fn spaces(tokens: &[Token<'_>], module: &Module) -> Vec<bool> {
    let types = type_spans(module);
    let mut type_at = 0;
    let mut braces: Vec<bool> = Vec::new();
    let mut spaces = Vec::with_capacity(tokens.len());
    let mut before: Option<Token<'_>> = None;
    let mut earlier: Option<Token<'_>> = None;
    for token in tokens {
        while types.get(type_at).is_some_and(|span| span.end <= token.start) {
            type_at += 1;
        }
        let in_type = |at: u32| types.get(type_at).is_some_and(|span| span.start <= at);
        let space = match before {
            None => false,
            Some(previous) => {
                let inner = braces.last().copied().unwrap_or(true);
                between(earlier, previous, *token, inner, in_type(previous.start), in_type(token.start))
            }
        };
        spaces.push(space);
        if opens(token.tok) {
            let roomy = is_brace(token.tok) && before.is_some_and(|previous| is_roomy(previous.tok));
            braces.push(roomy);
        } else if closes(token.tok) {
            braces.pop();
        }
        earlier = before;
        before = Some(*token);
    }
    spaces
}

/// Braces of records, `with`, `match` and items have room inside, those of sets and `use` have none.
fn is_roomy(previous: Tok<'_>) -> bool {
    matches!(previous, Tok::Type(_)) || previous.is(Word::With) || previous.ends_operand()
}

fn between(
    earlier: Option<Token<'_>>,
    previous: Token<'_>,
    token: Token<'_>,
    roomy: bool,
    previous_in_type: bool,
    in_type: bool,
) -> bool {
    let touching = previous.end == token.start;
    let contextual = matches!(previous.tok, Tok::Word(word) if !word.is_reserved());
    match (previous.tok, token.tok) {
        (_, Tok::Comma | Tok::Colon | Tok::Dot | Tok::Question | Tok::ParenClose | Tok::BracketClose) => false,
        (Tok::ParenOpen | Tok::BracketOpen | Tok::Dot | Tok::At, _) => false,
        (open, close) if is_brace(open) && closes(close) => false,
        (open, _) if is_brace(open) => roomy,
        (_, Tok::Close | Tok::OuterClose) => roomy,
        (Tok::Name(_) | Tok::Type(_) | Tok::Label(_), Tok::ParenOpen | Tok::BracketOpen) => false,
        // A word of the grammar before a bracket is a name that is called, or itself: as it was written.
        (Tok::Word(_), Tok::ParenOpen | Tok::BracketOpen) if contextual => !touching,
        (_, Tok::Less) if in_type => false,
        (_, Tok::Greater) if in_type => false,
        (Tok::Less, _) if previous_in_type && in_type => false,
        (Tok::Minus, _) => match earlier.map(|token| token.tok) {
            Some(Tok::Word(word)) if !word.is_reserved() => !touching,
            Some(tok) => tok.ends_operand(),
            None => false,
        },
        _ => true,
    }
}

/// Where types stand, in text order: there `<` and `>` are brackets.
fn type_spans(module: &Module) -> Vec<Span> {
    let mut spans = Vec::new();
    for item in &module.items {
        match &item.kind {
            ItemKind::Record(decl) | ItemKind::Event(decl) => {
                spans.extend(decl.fields.iter().map(|field| field.ty.span));
            }
            ItemKind::Duty(decl) => params(&decl.params, &mut spans),
            ItemKind::Data(decl) => spans.push(decl.ty.span),
            ItemKind::Let(decl) => stated(decl, &mut spans),
            ItemKind::Define(decl) => {
                params(&decl.params, &mut spans);
                spans.push(decl.result.span);
            }
            ItemKind::Block(block) => block_types(block, &mut spans),
            ItemKind::Test(test) => {
                for line in &test.lines {
                    if let TestLineKind::Let(decl) = &line.kind {
                        stated(decl, &mut spans);
                    }
                }
            }
            ItemKind::Invariant(decl) => params(&decl.params, &mut spans),
            ItemKind::Framework(_) | ItemKind::Use(_) | ItemKind::Enum(_) => {}
            ItemKind::Catalog(_) | ItemKind::Error => {}
        }
    }
    spans
}

fn block_types(block: &Block, spans: &mut Vec<Span>) {
    params(&block.params, spans);
    for clause in &block.clauses {
        if let ClauseKind::Let(decl) = &clause.kind {
            stated(decl, spans);
        }
    }
}

fn params(list: &[Param], spans: &mut Vec<Span>) {
    spans.extend(list.iter().map(|param| param.ty.span));
}

fn stated(decl: &LetDecl, spans: &mut Vec<Span>) {
    spans.extend(decl.ty.as_ref().map(|ty: &Type| ty.span));
}
