//! What generated code reads besides its arguments: strings, images, tables, patterns. Lives as long as the code.

use std::collections::HashSet;

use crate::graph::{Graph, Image};
use crate::pattern::Pattern;

/// Constants of a graph at addresses that do not move.
pub(super) struct Tables {
    pub strings: Vec<Box<[u8]>>,
    pub images: Vec<Box<[u64]>>,
    pub ints: Vec<Box<[i64]>>,
    pub texts: Box<[TextTable]>,
    pub patterns: Box<[Pattern]>,
}

/// Strings to be found by length and content.
pub(super) struct TextTable {
    entries: HashSet<Box<[u8]>>,
    shortest: usize,
    longest: usize,
}

impl TextTable {
    fn new(texts: &[Box<[u8]>]) -> TextTable {
        TextTable {
            entries: texts.iter().cloned().collect(),
            shortest: texts.iter().map(|t| t.len()).min().unwrap_or(0),
            longest: texts.iter().map(|t| t.len()).max().unwrap_or(0),
        }
    }

    pub fn contains(&self, text: &[u8]) -> bool {
        (self.shortest..=self.longest).contains(&text.len()) && self.entries.contains(text)
    }
}

impl Tables {
    /// `None` where a pattern no longer compiles: not of a graph that a checked program was lowered to.
    pub fn new(graph: &Graph) -> Option<Tables> {
        let mut tables = Tables {
            strings: graph.strings.clone(),
            images: graph.images.iter().map(words).collect(),
            ints: graph.ints.iter().map(|t| t.clone().into()).collect(),
            texts: graph.texts.iter().map(|t| TextTable::new(t)).collect(),
            patterns: graph.patterns.iter().map(|source| Pattern::compile(source).ok()).collect::<Option<_>>()?,
        };
        // Pointers between images: all stand still from here on.
        let addresses: Vec<u64> = tables.images.iter().map(|i| i.as_ptr() as u64).collect();
        for (image, words) in graph.images.iter().zip(&mut tables.images) {
            for (at, target, offset) in &image.pointers {
                let address = addresses.get(*target as usize).map_or(0, |a| a + u64::from(*offset));
                if let Some(word) = words.get_mut(*at as usize / 8) {
                    *word = address;
                }
            }
        }
        Some(tables)
    }
}

/// The bytes as words: aligned for every type. Never empty, so that its address is one.
fn words(image: &Image) -> Box<[u64]> {
    let mut words: Vec<u64> = image
        .bytes
        .chunks(8)
        .map(|chunk| {
            let mut word = [0u8; 8];
            word.iter_mut().zip(chunk).for_each(|(w, b)| *w = *b);
            u64::from_le_bytes(word)
        })
        .collect();
    words.push(0);
    words.into()
}
