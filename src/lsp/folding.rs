//! What can be folded: every pair of brackets over several lines, runs of comments, runs of `use`.
//!
//! In: tokens and comments of a file. Out: ranges of whole lines, in text order; a closing bracket stays to be seen.

use lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};
use trust_syntax::ast::ItemKind;
use trust_syntax::token::Tok;

use super::packages::Loaded;
use super::server::{Fault, Server};
use trust_syntax::span::FileId;

impl Server {
    pub fn folding(&mut self, params: FoldingRangeParams) -> Result<Vec<FoldingRange>, Fault> {
        let (package, file) = self.known(&params.text_document.uri)?;
        Ok(ranges(&package, file).unwrap_or_default())
    }
}

fn ranges(package: &Loaded, id: FileId) -> Option<Vec<FoldingRange>> {
    let (file, module) = (package.file(id)?, package.module(id)?);
    let line = |offset: u32| file.source.position(offset).line;
    let mut found: Vec<(u32, u32, FoldingRangeKind)> = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    for token in trust_syntax::tokens(id, &file.source.text).0 {
        match token.tok {
            Tok::Open | Tok::OuterOpen | Tok::ParenOpen | Tok::BracketOpen => open.push(token.start),
            Tok::Close | Tok::OuterClose | Tok::ParenClose | Tok::BracketClose => {
                if let Some(start) = open.pop() {
                    found.push((line(start), line(token.start).saturating_sub(1), FoldingRangeKind::Region));
                }
            }
            _ => {}
        }
    }
    let comments = module.trivia.comments.iter().filter(|c| c.own_line);
    runs(comments.map(|c| (line(c.span.start), line(c.span.end))), FoldingRangeKind::Comment, &mut found);
    let uses = module.ast.items.iter().filter(|i| matches!(i.kind, ItemKind::Use(_)));
    runs(uses.map(|i| (line(i.span.start), line(i.span.end))), FoldingRangeKind::Imports, &mut found);
    found.retain(|(start, end, _)| end > start);
    found.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    // One fold begins on a line: the outermost.
    found.dedup_by_key(|(start, ..)| *start);
    let range = |(start_line, end_line, kind)| FoldingRange {
        start_line,
        end_line,
        kind: Some(kind),
        ..FoldingRange::default()
    };
    Some(found.into_iter().map(range).collect())
}

/// Joins what stands on neighbouring lines.
fn runs(parts: impl Iterator<Item = (u32, u32)>, kind: FoldingRangeKind, out: &mut Vec<(u32, u32, FoldingRangeKind)>) {
    let mut current: Option<(u32, u32)> = None;
    for (start, end) in parts {
        match &mut current {
            Some((_, last)) if start <= *last + 1 => *last = end,
            _ => {
                out.extend(current.map(|(a, b)| (a, b, kind.clone())));
                current = Some((start, end));
            }
        }
    }
    out.extend(current.map(|(a, b)| (a, b, kind)));
}
