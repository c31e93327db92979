//! Hovers: what the name or word under the cursor is, what the author says of it, which controls it serves and, of a
//! clause, until when its answer holds.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use trust_syntax::ast::{ClauseKind, ItemKind};
use trust_syntax::span::Span;
use trust_syntax::token::Tok;

use super::packages::{Loaded, Place};
use super::server::{Fault, Server};
use super::{describe, horizon, syntax};
use crate::diag::pages;
use crate::lint;
use crate::program::index::{Def, LocalKind};

impl Server {
    pub fn hover(&mut self, params: HoverParams) -> Result<Option<Hover>, Fault> {
        let at = params.text_document_position_params;
        let Some(place) = self.packages.place(&at.text_document.uri, at.position) else { return Ok(None) };
        let package = &place.package;
        let found = named(&place).or_else(|| lint_name(&place)).or_else(|| member(&place)).or_else(|| keyword(&place));
        Ok(found.and_then(|(span, value)| {
            let range = package.file(place.file)?.source.range(span);
            Some(Hover {
                contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
                range: Some(range),
            })
        }))
    }
}

fn named(place: &Place) -> Option<(Span, String)> {
    let package = &place.package;
    let here = Span::new(place.file, place.offset, place.offset);
    let found = package.analysis.index.at(here)?;
    // A module's own place is the beginning of its file: nothing stands there.
    if found.span.start == found.span.end {
        return None;
    }
    Some((found.span, markdown(package, found.def)?))
}

/// Everything there is to say of a definition.
pub fn markdown(package: &Loaded, def: Def) -> Option<String> {
    let mut parts = vec![format!("```trust\n{}\n```", describe::head(package, def)?)];
    parts.extend(describe::body(package, def));
    let program = &package.analysis.program;
    match def {
        Def::Clause(block, clause) => {
            let owner = program.blocks.get(block.0 as usize)?;
            if let (Some(typed), Some(written)) =
                (owner.clauses.get(clause.0 as usize), syntax::clause_of(package, block, clause))
            {
                let rule = horizon::rule(package, owner, typed, written);
                parts.extend((!rule.is_empty()).then_some(rule));
            }
        }
        Def::Local(id) => {
            let local = package.analysis.index.locals.get(id as usize)?;
            if local.kind == LocalKind::Let {
                let blocks = program.blocks.iter();
                let of_let = blocks.flat_map(|b| b.lets.iter().map(move |l| (b, l))).find(|(_, l)| {
                    l.span.file == local.span.file && l.span.start <= local.span.start && local.span.end <= l.span.end
                });
                parts.extend(of_let.and_then(|(block, l)| horizon::moving_value(package, block, &l.value)));
            }
        }
        _ => {}
    }
    Some(parts.join("\n\n"))
}

/// The lint of an `@allow`.
fn lint_name(place: &Place) -> Option<(Span, String)> {
    let text = &place.package.file(place.file)?.source.text;
    let tokens = trust_syntax::tokens(place.file, text).0;
    let index =
        tokens.iter().position(|t| t.start <= place.offset && place.offset <= t.end && t.tok.word().is_some())?;
    let back = |n: usize| index.checked_sub(n).and_then(|i| tokens.get(i)).map(|t| t.tok);
    if back(1) != Some(Tok::ParenOpen) || back(2).and_then(Tok::word) != Some("allow") || back(3) != Some(Tok::At) {
        return None;
    }
    let token = tokens.get(index)?;
    let lint = lint::registry::find(token.tok.word()?)?;
    let about = match pages::find(lint.code) {
        Some(page) => format!("**{} {}**\n\n{}", page.code, page.title, pages::first_paragraph(page)),
        None => format!("**{} {}**", lint.code, lint.name),
    };
    Some((Span::new(place.file, token.start, token.end), about))
}

/// `.permitted` and its like, and `now`.
fn member(place: &Place) -> Option<(Span, String)> {
    let package = &place.package;
    let text = &package.file(place.file)?.source.text;
    let tokens = trust_syntax::tokens(place.file, text).0;
    let index =
        tokens.iter().position(|t| t.start <= place.offset && place.offset <= t.end && t.tok.word().is_some())?;
    let token = tokens.get(index)?;
    let behind_dot = index.checked_sub(1).and_then(|i| tokens.get(i)).is_some_and(|t| t.tok == Tok::Dot);
    let (head, about) = match token.tok.word()? {
        "now" if !behind_dot => {
            ("now: instant", "The instant the decision is made at. It is an argument: nothing reads a clock.")
        }
        "permitted" if behind_dot => (
            "permitted: bool",
            "Whether the block permits these facts now: active, in the framework's time, and nothing in the way.",
        ),
        "standing" if behind_dot => {
            ("standing: Standing", "The highest of every continuous clause that holds and every trigger in force.")
        }
        "grade" if behind_dot => ("grade", "The lowest of the starting grade and every cap that applies."),
        _ => return None,
    };
    Some((Span::new(place.file, token.start, token.end), format!("```trust\n{head}\n```\n\n{about}")))
}

/// The word a clause starts with says what its name says; those without a name say what they are for.
fn keyword(place: &Place) -> Option<(Span, String)> {
    let package = &place.package;
    let item = syntax::item_at(&package.module(place.file)?.ast, place.offset)?;
    let ItemKind::Block(block) = &item.kind else { return None };
    let clause = block.clauses.iter().find(|c| c.keyword.start <= place.offset && place.offset <= c.keyword.end)?;
    if let Some(name) = &clause.name {
        let def = package.analysis.index.exactly(name.span)?;
        return Some((clause.keyword, markdown(package, def)?));
    }
    let about = match &clause.kind {
        ClauseKind::Parties { .. } => "Who relies on whom: the edge of the trust graph.",
        ClauseKind::Purpose(_) => "The business need this relationship serves.",
        ClauseKind::Key(_) => "Whose standing is stored: events move the standing of one key.",
        ClauseKind::Let(_) => "A value of this block; always evaluated.",
        ClauseKind::Grade { .. } => "What the block grades by and where the grade starts; caps lower it.",
        _ => return None,
    };
    Some((clause.keyword, format!("```trust\n{}\n```\n\n{about}", syntax::clause_word(&clause.kind))))
}
