//! Regular expressions, compiled when a policy is checked.
//!
//! In: the syntax of the `regex` crate. Out: a matcher of whole strings, a dense automaton: its time is linear in the
//! string, it allocates nothing and cannot fail. What would grow too large is refused when it is compiled.

#[cfg(feature = "object")]
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::start;
use regex_automata::util::syntax;
use regex_automata::{Anchored, MatchKind};

/// Bytes of the automaton.
const DFA_LIMIT: usize = 1 << 20;
/// Bytes the construction may use on the way.
const DETERMINIZE_LIMIT: usize = 8 << 20;
const NFA_LIMIT: usize = 4 << 20;

/// An anchored, linear-time matcher; cheap to clone.
#[derive(Clone)]
pub struct Pattern(Arc<Inner>);

struct Inner {
    source: String,
    dfa: dense::DFA<Vec<u32>>,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// What the text does wrong, in a few words.
    Syntax(String),
    /// Its automaton would be larger than a policy may carry.
    TooLarge,
}

impl Pattern {
    pub fn compile(source: &str) -> Result<Pattern, PatternError> {
        let hir = syntax::parse_with(source, &syntax::Config::new().utf8(true))
            .map_err(|error| PatternError::Syntax(plain(&error.to_string())))?;
        if hir.properties().look_set().contains_word_unicode() {
            return Err(PatternError::Syntax(
                "a word boundary (`\\b`, `\\B`) works for ASCII letters only: write it as `(?-u:\\b)`".into(),
            ));
        }
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().which_captures(WhichCaptures::None).nfa_size_limit(Some(NFA_LIMIT)))
            .build_from_hir(&hir)
            .map_err(|_| PatternError::TooLarge)?;
        let dfa = dense::Builder::new()
            .configure(
                dense::Config::new()
                    // Every way through the pattern stays alive, so that the longest may reach the string's end.
                    .match_kind(MatchKind::All)
                    .start_kind(StartKind::Anchored)
                    .accelerate(false)
                    .dfa_size_limit(Some(DFA_LIMIT))
                    .determinize_size_limit(Some(DETERMINIZE_LIMIT)),
            )
            .build_from_nfa(&nfa)
            .map_err(|_| PatternError::TooLarge)?;
        Ok(Pattern(Arc::new(Inner { source: source.into(), dfa })))
    }

    /// As written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Bytes of the automaton.
    pub fn memory(&self) -> usize {
        self.0.dfa.memory_usage()
    }

    /// The automaton as numbers, for code that runs without this crate: where its start stands, and where in a row the end does; the
    /// class of each byte, a byte each; rows of the state behind each class and, last, whether the string may end here. A state
    /// is how many bytes from the beginning its row stands; 0 where nothing can match any more.
    #[cfg(feature = "object")]
    pub(crate) fn table(&self) -> Option<Vec<u32>> {
        let dfa = &self.0.dfa;
        let mut classes = [0u8; 256];
        // Classes are numbered in the order of their first bytes.
        let mut firsts: Vec<u8> = Vec::new();
        for (byte, class) in (0..=u8::MAX).zip(&mut classes) {
            *class = dfa.byte_classes().get(byte);
            if usize::from(*class) == firsts.len() {
                firsts.push(byte);
            }
        }
        let width = firsts.len() + 1;
        let row = |n: usize| u32::try_from((2 + classes.len() / 4 + n * width) * 4).ok();
        let mut states = Vec::new();
        let mut numbers = HashMap::new();
        let mut number = |states: &mut Vec<_>, state| {
            if dfa.is_dead_state(state) {
                return Some(0);
            }
            row(*numbers.entry(state).or_insert_with(|| {
                states.push(state);
                states.len() - 1
            }))
        };
        let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        let mut table = vec![number(&mut states, start)?, (firsts.len() * 4) as u32];
        let (words, _) = classes.as_chunks::<4>();
        table.extend(words.iter().map(|word| u32::from_le_bytes(*word)));
        let mut next = 0;
        while let Some(state) = states.get(next).copied() {
            for byte in &firsts {
                table.push(number(&mut states, dfa.next_state(state, *byte))?);
            }
            table.push(u32::from(dfa.is_match_state(dfa.next_eoi_state(state))));
            next += 1;
        }
        Some(table)
    }

    /// Whether the whole string matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.is_match_bytes(text.as_bytes())
    }

    /// The same over bytes; bytes that are no UTF-8 never match.
    pub fn is_match_bytes(&self, text: &[u8]) -> bool {
        let dfa = &self.0.dfa;
        // No byte stands before the string, so neither of the two ways to fail exists: no quit bytes, anchored only.
        let Ok(mut state) = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)) else {
            return false;
        };
        for byte in text {
            state = dfa.next_state(state, *byte);
            if dfa.is_dead_state(state) {
                return false;
            }
        }
        dfa.is_match_state(dfa.next_eoi_state(state))
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.0.source)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for Pattern {}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::Syntax(message) => f.write_str(message),
            PatternError::TooLarge => {
                f.write_str("the pattern is too large: shorten its repetitions or character classes")
            }
        }
    }
}

impl std::error::Error for PatternError {}

/// The last line of the parser's picture of the error.
fn plain(message: &str) -> String {
    let line = message.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or("not a pattern");
    line.trim().strip_prefix("error: ").unwrap_or(line.trim()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::compile(pattern).expect(pattern).is_match(text)
    }

    #[test]
    fn the_whole_string_must_match() {
        assert!(matches("a|ab", "ab"));
        assert!(matches("a|ab", "a"));
        assert!(!matches("a|ab", "abc"));
        assert!(!matches("b", "ab"));
        assert!(matches("a*?", "aaa"));
        assert!(matches("", ""));
        assert!(!matches("", "a"));
        assert!(matches("^a$", "a"));
        assert!(!matches("a$", "a\n"));
        assert!(matches("(?m)a$\nb", "a\nb"));
        assert!(matches("(?x) a b # closes nothing", "ab"));
        assert!(matches("a|b", "b"));
        assert!(!matches("a|b", "ab"));
    }

    #[test]
    fn text_is_unicode() {
        assert!(matches("spiffe://[a-z.]+/ns/.+", "spiffe://example.org/ns/prod"));
        assert!(matches(".", "é"));
        assert!(matches(r"\w+", "Größe"));
        assert!(matches(r"\d{4}", "2026"));
        assert!(matches("(?i)straße", "STRASSE") == matches("(?i)ß", "SS"));
        assert!(matches(r"\p{Greek}+", "αβγ"));
        assert!(matches(r"(?-u:\b)a", "a"));
        assert!(!Pattern::compile(".*").expect("pattern").is_match_bytes(b"\xff"));
    }

    #[test]
    fn refuses_plainly() {
        assert!(matches!(Pattern::compile("a("), Err(PatternError::Syntax(m)) if m == "unclosed group"));
        assert!(matches!(Pattern::compile(r"(?-u:\xFF)"), Err(PatternError::Syntax(_))));
        assert!(matches!(Pattern::compile(r"\ba\b"), Err(PatternError::Syntax(m)) if m.contains("(?-u:\\b)")));
        assert!(matches!(Pattern::compile(r"(a)\1"), Err(PatternError::Syntax(_))));
        assert!(matches!(Pattern::compile(&"(".repeat(10_000)), Err(PatternError::Syntax(_))));
        assert_eq!(Pattern::compile(r"((a{1000}){1000}){1000}"), Err(PatternError::TooLarge));
        assert_eq!(Pattern::compile(r"\w{1000}"), Err(PatternError::TooLarge));
        assert_eq!(Pattern::compile(r"[ab]*a[ab]{30}"), Err(PatternError::TooLarge));
    }

    #[test]
    fn is_shared_between_threads() {
        fn shared<T: Send + Sync + Clone>() {}
        shared::<Pattern>();
    }
}
