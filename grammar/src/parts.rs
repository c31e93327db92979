//! A long text read in parts, side by side.
//!
//! In: the arranged tokens of a text without a fault so far. Out: the module, as if read from its beginning to its end; nothing where
//! some part stumbled: then it is read as a whole, so that recovery and its messages know only whole texts.
//!
//! Items are parted before an item, and blocks before a clause: such a part begins with the head of its block again, and the one
//! before it ends with a brace of its own.

use std::num::NonZero;
use std::ops::Range;
use std::thread;

use crate::arrange::{Arranged, Body};
use crate::ast::{Item, ItemKind, Module};
use crate::build::Build;
use crate::parse;
use crate::span::FileId;
use crate::token::{Tok, Token, Word};
use crate::trivia::Docs;

/// Tokens of a part: shorter texts are read before a thread has begun.
const LEAST: usize = 25_000;
const MOST: usize = 4;

/// A part begins with this token.
struct Cut {
    at: usize,
    /// The head of the block it is inside of, with the opening brace.
    head: Option<Range<usize>>,
}

pub fn read_in_parts(file: FileId, arranged: &Arranged<'_>, docs: &Docs) -> Option<Module> {
    let count = (arranged.tokens.len() / LEAST).min(MOST);
    if count < 2 {
        return None;
    }
    parts(file, arranged, docs, count.min(thread::available_parallelism().map_or(1, NonZero::get)))
}

fn parts(file: FileId, arranged: &Arranged<'_>, docs: &Docs, count: usize) -> Option<Module> {
    let cuts: Vec<Cut> = (1..count).filter_map(|n| cut(arranged, arranged.tokens.len() / count * n)).collect();
    if cuts.is_empty() || !cuts.is_sorted_by(|a, b| a.at < b.at) {
        return None;
    }
    let part = |n: usize| {
        let begin = n.checked_sub(1).and_then(|before| cuts.get(before));
        let end = cuts.get(n);
        let head = begin.and_then(|cut| cut.head.clone()).and_then(|head| arranged.tokens.get(head)).unwrap_or(&[]);
        let from = begin.map_or(0, |cut| cut.at);
        let tokens = arranged.tokens.get(from..end.map_or(arranged.tokens.len(), |cut| cut.at))?;
        let last = tokens.last()?.end;
        let close = end.filter(|cut| cut.head.is_some()).map(|_| (last, Tok::OuterClose, last));
        let mut build = Build::new(file, arranged, docs, &[]);
        let all = head.iter().chain(tokens).map(|token| (token.start, token.tok, token.end)).chain(close);
        let module = parse::module(&mut build, all).ok()?;
        build.is_clean().then_some(module)
    };
    let parts: Vec<Option<Module>> = thread::scope(|scope| {
        let begin = |n: usize| thread::Builder::new().spawn_scoped(scope, move || part(n)).ok();
        let others: Vec<_> = (1..=cuts.len()).map(begin).collect();
        let first = part(0);
        let others = others.into_iter().map(|other| other?.join().ok().flatten());
        std::iter::once(first).chain(others).collect()
    });
    let mut parts = parts.into_iter();
    let mut whole = parts.next()??;
    for (part, cut) in parts.zip(&cuts) {
        let mut items = part?.items.into_iter();
        if cut.head.is_some() {
            join(whole.items.last_mut()?, items.next()?)?;
        }
        whole.items.extend(items);
    }
    Some(whole)
}

/// The rest of a block behind its beginning.
fn join(first: &mut Item, rest: Item) -> Option<()> {
    let (ItemKind::Block(block), ItemKind::Block(mut others)) = (&mut first.kind, rest.kind) else { return None };
    block.clauses.append(&mut others.clauses);
    first.span = first.span.to(rest.span);
    Some(())
}

/// The first place at or after a token where an item or a clause surely begins.
fn cut(arranged: &Arranged<'_>, token: usize) -> Option<Cut> {
    let first = arranged.regions.partition_point(|region| region.token < token);
    let (nth, region) = arranged.regions.iter().enumerate().skip(first).find(|(_, region)| {
        let begins = arranged.tokens.get(region.token).is_some_and(|token| token.first);
        // What is said about it may stand on the line above.
        let above = arranged.tokens.get(..region.token).and_then(|before| before.iter().rfind(|token| token.first));
        let alone = above.is_some_and(|token| !matches!(token.tok, Tok::At));
        matches!(region.body, Body::Module | Body::Clauses) && begins && alone
    })?;
    let head = match region.body {
        Body::Clauses => {
            let item = arranged.regions.get(..nth)?.iter().rfind(|region| region.body == Body::Module)?;
            Some(head(&arranged.tokens, item.token)?)
        }
        _ => None,
    };
    Some(Cut { at: region.token, head })
}

/// A block's first tokens, up to its opening brace.
fn head(tokens: &[Token<'_>], from: usize) -> Option<Range<usize>> {
    let rest = tokens.get(from..)?;
    let is_block = rest.first().is_some_and(|token| {
        matches!(token.tok, Tok::Word(Word::Participation | Word::Relationship | Word::Assessment))
    });
    let open = rest.iter().position(|token| matches!(token.tok, Tok::OuterOpen)).filter(|_| is_block)?;
    Some(from..from + open + 1)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::arrange::arrange;
    use crate::lexer::lex;

    fn policies(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                policies(&path, found);
            } else if path.extension().is_some_and(|e| e == "trust") {
                found.push(path);
            }
        }
    }

    /// Wherever a text is cut, the parts together are the whole.
    #[test]
    fn parts_make_the_whole() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut paths = Vec::new();
        for folder in ["stdlib", "examples", "tests/cases"] {
            policies(&root.join(folder), &mut paths);
        }
        let (mut joined, file) = (0, FileId(0));
        for path in paths {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let lexed = lex(file, &text);
            let arranged = arrange(file, &text, lexed.tokens);
            if !lexed.diagnostics.is_empty() || !arranged.diagnostics.is_empty() {
                continue;
            }
            let mut build = Build::new(file, &arranged, &lexed.docs, &lexed.scars);
            let whole =
                parse::module(&mut build, arranged.tokens.iter().map(|token| (token.start, token.tok, token.end)));
            let whole = whole.ok().filter(|_| build.is_clean()).map(|module| format!("{module:?}"));
            for count in 2..12 {
                if let Some(found) = parts(file, &arranged, &lexed.docs, count) {
                    joined += 1;
                    assert_eq!(Some(format!("{found:?}")), whole, "{} in {count} parts", path.display());
                }
            }
        }
        assert!(joined > 100, "{joined} texts were read in parts");
    }
}
