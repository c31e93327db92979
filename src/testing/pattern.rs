//! Strings that match a pattern, so that a search can pass a `matches`.
//!
//! In: a pattern and random numbers. Out: a string that matches, or nothing where none was found.

use regex_syntax::hir::{Class, Hir, HirKind};
use trust_runtime::pattern::Pattern;

use super::random::Random;

/// Longer strings are not made.
const LONGEST: usize = 256;
/// Deeper patterns are not followed.
const DEEPEST: usize = 64;

pub(crate) fn sample(pattern: &Pattern, random: &mut Random) -> Option<String> {
    let hir = regex_syntax::parse(pattern.source()).ok()?;
    let mut out = Vec::new();
    write(&hir, random, &mut out, DEEPEST);
    let text = String::from_utf8(out).ok()?;
    pattern.is_match(&text).then_some(text)
}

fn write(hir: &Hir, random: &mut Random, out: &mut Vec<u8>, depth: usize) {
    if depth == 0 || out.len() > LONGEST {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(Class::Unicode(class)) => {
            if let Some(range) = random.pick(class.ranges()) {
                // Readable where it can be: a negated class starts with control characters.
                let readable = ['a', 'A', '0'].into_iter().find(|c| (range.start()..=range.end()).contains(c));
                let c = match readable {
                    Some(c) if !random.percent(30) => c,
                    _ => nth(range.start(), range.end(), random.below(64)),
                };
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        HirKind::Class(Class::Bytes(class)) => {
            if let Some(range) = random.pick(class.ranges()) {
                let width = usize::from(range.end() - range.start()) + 1;
                out.push(range.start() + random.below(width) as u8);
            }
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX).min(repetition.min.saturating_add(3));
            let times = repetition.min as usize + random.below((most - repetition.min.min(most)) as usize + 1);
            for _ in 0..times.min(LONGEST) {
                write(&repetition.sub, random, out, depth - 1);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, random, out, depth - 1),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, out, depth - 1)),
        HirKind::Alternation(branches) => {
            if let Some(branch) = random.pick(branches) {
                write(branch, random, out, depth - 1);
            }
        }
    }
}

/// The n-th character of a range, or its last.
fn nth(start: char, end: char, n: usize) -> char {
    char::from_u32(u32::from(start).saturating_add(n as u32)).filter(|c| *c <= end).unwrap_or(end)
}
