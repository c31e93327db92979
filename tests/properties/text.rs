//! Policies as text: formatting keeps the meaning; broken text is answered with diagnostics, never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use trustc::fmt;
use trustc::interp::Oracle;
use trustc::program::{BlockId, Checked};

use super::{plan, time};
use crate::generate::rng::Rng;
use crate::generate::{Case, Hints, analyse, facts};

/// The tree without its places.
fn tree(text: &str) -> String {
    let module = format!("{:?}", trust_syntax::parse(trust_syntax::span::FileId(0), text).module);
    let mut out = String::with_capacity(module.len());
    let mut rest = module.as_str();
    while let Some(at) = rest.find("Span {") {
        let (before, span) = rest.split_at(at);
        out.push_str(before);
        rest = span.split_once('}').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|l| l.find("// ").map(|at| l[at..].trim_end())).collect()
}

#[test]
fn formatting_keeps_the_tree_and_the_comments_and_settles_at_once() {
    for seed in plan(120) {
        let case = Case::random(seed, 3);
        let once = fmt::format(&case.source).expect("a policy without errors can be formatted");
        assert_eq!(tree(&once), tree(&case.source), "seed {seed}\n{}\n---- formatted\n{once}", case.source);
        assert_eq!(comments(&once), comments(&case.source), "seed {seed}\n{once}");
        let twice = fmt::format(&once).expect("what was formatted can be formatted");
        assert_eq!(twice, once, "seed {seed}");
    }
}

/// Words, numbers, texts, signs, spaces, comments.
pub fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |f: fn(char) -> bool| rest.find(|c| !f(c)).unwrap_or(rest.len());
        let end = if first.is_alphanumeric() || first == '_' {
            run(|c| c.is_alphanumeric() || c == '_')
        } else if first.is_whitespace() {
            run(char::is_whitespace)
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |at| at + 2)
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(end);
        found.push(token);
        rest = after;
    }
    found
}

/// Words of the language and of nobody.
const STRANGE: &[&str] = &[
    "now",
    "has ",
    "not ",
    "and ",
    "none",
    "{}",
    "[]",
    "()",
    "(",
    ")",
    "{",
    "}",
    "otherwise ",
    "if ",
    "else ",
    "all ",
    "match ",
    "0",
    "-1",
    "9223372036854775807",
    "99999999999999999999",
    "1h",
    "2026-02-30",
    "\"",
    "\\",
    "é",
    "\u{0}",
    "@",
    "///",
    "prior: ",
    ".permitted",
    ".grade",
    "==",
    "<",
    "+",
    "reverify",
    "Standing",
    "require x: ",
    "let ",
    "\u{202e}",
];

/// One small accident.
pub fn mutated(rng: &mut Rng, source: &str) -> String {
    let mut parts: Vec<&str> = tokens(source);
    let words: Vec<usize> = (0..parts.len()).filter(|i| !parts[*i].trim().is_empty()).collect();
    let (Some(a), Some(b)) = (rng.pick(&words).copied(), rng.pick(&words).copied()) else { return source.to_owned() };
    match rng.below(8) {
        0 => parts[a] = " ",
        1 => parts.insert(a, parts[b]),
        2 | 3 => parts.swap(a, b),
        4 => parts[a] = parts[b],
        5 => parts[a] = rng.pick(STRANGE).copied().unwrap_or_default(),
        6 => parts.insert(a, rng.pick(STRANGE).copied().unwrap_or_default()),
        _ => {
            let (low, high) = (a.min(b), a.max(b).min(a.min(b) + 12));
            parts.drain(low..high);
        }
    }
    parts.concat()
}

/// What a text is put through: check, format, and where it is right, decisions and reactions.
pub fn through(rng: &mut Rng, source: &str, hints: &Hints) -> bool {
    let _ = fmt::format(source);
    let Ok((program, _)) = analyse(source).checked() else { return false };
    asked(rng, source, &program, hints);
    true
}

pub fn asked(rng: &mut Rng, source: &str, program: &Checked, hints: &Hints) {
    let oracle = Oracle::new(program);
    let case = Case { seed: 0, source: source.to_owned(), hints: hints.clone() };
    for (index, block) in program.blocks.iter().enumerate() {
        let id = BlockId(index as u32);
        for _ in 0..2 {
            time::tried(rng, &case, program, &oracle, id, 3);
        }
        for event in facts::events(block) {
            let args = facts::args(rng, program, block, hints);
            let fields = facts::record(rng, &program.types, event, hints);
            let prior = facts::prior_triggers(rng, block);
            oracle.react(id, event, &fields, &oracle.key_of(id, &args), &prior, 0);
        }
    }
}

#[test]
fn accidents_never_panic_and_what_is_accepted_keeps_its_word() {
    let mut accepted = 0;
    for seed in plan(120) {
        let case = Case::random(seed, 2);
        let mut rng = Rng::new(seed ^ 0xacc1);
        for _ in 0..6 {
            let mut source = mutated(&mut rng, &case.source);
            for _ in 0..rng.below(3) {
                source = mutated(&mut rng, &source);
            }
            if rng.chance(10) {
                let mut at = rng.below(source.len());
                while !source.is_char_boundary(at) {
                    at -= 1;
                }
                source.truncate(at);
            }
            let mut chance = rng.clone();
            let outcome = catch_unwind(AssertUnwindSafe(|| through(&mut chance, &source, &case.hints)));
            match outcome {
                Ok(right) => accepted += u32::from(right),
                Err(_) => panic!("seed {seed}\n{source}"),
            }
        }
    }
    assert!(accepted > 0 || plan(120).count() < 20, "some accidents leave a policy right");
}
