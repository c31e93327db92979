//! Signature help: what the call around the cursor wants, and which argument it stands in.
//!
//! In: the tokens before the cursor, so that a call half written has help too. Out: one signature with the place of each
//! parameter in it.

use lsp_types::{
    Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, SignatureHelp, SignatureHelpParams,
    SignatureInformation,
};
use trust_syntax::token::Tok;

use super::describe;
use super::packages::{Loaded, Place};
use super::server::{Fault, Server};
use crate::program::ParamDef;
use crate::program::index::Def;

impl Server {
    pub fn signature_help(&mut self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>, Fault> {
        let at = params.text_document_position_params;
        let place = self.packages.place(&at.text_document.uri, at.position);
        Ok(place.and_then(|place| help(&place)))
    }
}

fn help(place: &Place) -> Option<SignatureHelp> {
    let (callee, argument) = call_around(place)?;
    let package = &place.package;
    let module = package.analysis.modules.iter().position(|m| m.file == place.file)?;
    let names = package.analysis.index.names.get(module)?;
    let found = names.iter().find(|(name, _)| *name == callee).map(|(_, def)| *def);
    let (label, parameters, def) = match found {
        Some(def) => {
            let (params, tail, prior) = shape(package, def)?;
            let parts = params.iter().map(|p| describe::params(&package.analysis.program, std::slice::from_ref(p)));
            let mut parts: Vec<String> = parts.collect();
            parts.extend(prior.then(|| "prior: Standing".to_owned()));
            (format!("{callee}({}){tail}", parts.join(", ")), parts, def)
        }
        None => {
            let name = BUILTINS.iter().find(|b| **b == callee)?;
            let head = describe::builtin(name)?.0;
            let inside = head.split_once('(')?.1.split_once(')')?.0;
            (head.to_owned(), inside.split(", ").map(str::to_owned).collect(), Def::Builtin(name))
        }
    };
    // Offsets in UTF-16 units; the labels of ours are plain letters but for the author's own texts.
    let mut from = label.find('(').map_or(0, |at| at + 1);
    let mut infos = Vec::new();
    for part in &parameters {
        let start = label.get(from..).and_then(|rest| rest.find(part.as_str())).map_or(from, |at| from + at);
        let units = |to: usize| label.get(..to).unwrap_or(&label).encode_utf16().count() as u32;
        let end = start + part.len();
        infos.push(ParameterInformation {
            label: ParameterLabel::LabelOffsets([units(start), units(end)]),
            documentation: None,
        });
        from = end;
    }
    let said = describe::body(package, def).join("\n\n");
    let documentation = (!said.is_empty())
        .then_some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: said }));
    let active = argument.min(parameters.len().saturating_sub(1) as u32);
    let signature =
        SignatureInformation { label, documentation, parameters: Some(infos), active_parameter: Some(active) };
    Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: Some(active) })
}

const BUILTINS: &[&str] = &["add_months", "cidr", "count", "first", "ip", "last", "max", "min", "overdue", "sum"];

/// Parameters, what stands behind the parentheses, and whether a prior may be stated.
fn shape(package: &Loaded, def: Def) -> Option<(&[ParamDef], String, bool)> {
    let program = &package.analysis.program;
    match def {
        Def::Define(id) => {
            let d = program.defines.get(id.0 as usize)?;
            Some((&d.params, format!(": {}", program.types.name(&d.result)), false))
        }
        Def::Duty(id) => Some((&program.duties.get(id.0 as usize)?.params, String::new(), false)),
        Def::Block(id) => {
            let block = program.blocks.get(id.0 as usize)?;
            Some((&block.params, String::new(), block.has_triggers()))
        }
        _ => None,
    }
}

/// The name before the innermost parenthesis that is open at the cursor, and the number of commas behind it.
fn call_around(place: &Place) -> Option<(String, u32)> {
    let text = &place.package.file(place.file)?.source.text;
    let tokens = trust_syntax::tokens(place.file, text).0;
    let before = tokens.iter().filter(|t| t.end > t.start).take_while(|t| t.end <= place.offset);
    let mut open: Vec<(Tok<'_>, Option<&str>, u32)> = Vec::new();
    let mut previous: Option<Tok<'_>> = None;
    for token in before {
        match token.tok {
            Tok::ParenOpen | Tok::BracketOpen | Tok::Open | Tok::OuterOpen => {
                let callee = match previous {
                    Some(Tok::Name(name) | Tok::Label(name)) if token.tok == Tok::ParenOpen => Some(name),
                    _ => None,
                };
                open.push((token.tok, callee, 0));
            }
            Tok::ParenClose | Tok::BracketClose | Tok::Close | Tok::OuterClose => {
                open.pop();
            }
            Tok::Comma => {
                if let Some((_, _, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            _ => {}
        }
        previous = Some(token.tok);
    }
    // `f(a, [b, |` stands in the second argument of `f`.
    let at = open.iter().rposition(|(tok, ..)| *tok == Tok::ParenOpen)?;
    let (_, callee, commas) = open.get(at)?;
    Some(((*callee)?.to_owned(), *commas))
}
