//! What generated code reads besides its arguments: strings, images, tables, patterns. Lives as long as the code.

use std::collections::{HashMap, HashSet};

use crate::graph::{Cell, Graph, Image, Loop, LoopId, Node};
use crate::pattern::Pattern;

/// Constants of a graph at addresses that do not move.
pub(super) struct Tables {
    pub strings: Vec<Box<[u8]>>,
    pub images: Vec<Box<[u64]>>,
    pub ints: Vec<Box<[i64]>>,
    pub texts: Box<[TextTable]>,
    pub patterns: Box<[Pattern]>,
    /// Of loops with an index.
    pub lookups: HashMap<LoopId, Lookup>,
}

/// Where the elements of a constant list are found by the hash of their keys: open addressing, at most half full, equal hashes in
/// the order of the list. A slot is 0, or the upper half of the hash and, below it, one more than the element's number.
pub(super) struct Lookup {
    pub slots: Box<[u64]>,
    pub mask: u64,
}

/// Generated code computes the same hash.
pub(super) const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(SPREAD);
    product ^ (product >> 32)
}

/// All bytes count: strings of a policy may begin and end alike.
pub(super) fn text_hash(text: &[u8]) -> u64 {
    let mut hash = text.len() as u64;
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut last = [0u8; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        hash = mix(hash, u64::from_le_bytes(last));
    }
    hash
}

impl Lookup {
    /// `None` where the list is no constant, or too long to number.
    fn new(graph: &Graph, run: &Loop) -> Option<Lookup> {
        let index = run.index.as_ref()?;
        let Node::ImageList { image, len } = graph.node(run.list) else { return None };
        let image = graph.images.get(image as usize)?;
        let rows = usize::try_from(len).ok().filter(|n| *n < 1 << 28)?;
        let size = (rows * 2).next_power_of_two().max(2);
        let mut slots = vec![0u64; size].into_boxed_slice();
        let mask = size as u64 - 1;
        let pointers: HashMap<u32, (u32, u32)> =
            image.pointers.iter().map(|(at, target, offset)| (*at, (*target, *offset))).collect();
        for row in 0..rows {
            let mut hash = 0;
            for key in &index.keys {
                let at = row.checked_mul(run.stride as usize)?.checked_add(key.offset as usize)?;
                let word = |n: usize| -> Option<u64> {
                    let bytes = image.bytes.get(at + n * 8..at + n * 8 + 8)?;
                    Some(u64::from_le_bytes(bytes.try_into().ok()?))
                };
                match key.cell {
                    Cell::Bool => hash = mix(hash, u64::from(*image.bytes.get(at)? & 1)),
                    Cell::Case => {
                        let bytes = image.bytes.get(at..at + 4)?;
                        hash = mix(hash, u64::from(u32::from_le_bytes(bytes.try_into().ok()?)));
                    }
                    Cell::Int => hash = mix(hash, word(0)?),
                    Cell::Net => {
                        hash = mix(mix(mix(hash, word(0)?), word(1)?), word(2)? & 0xffff);
                    }
                    Cell::Str => {
                        let len = usize::try_from(word(1)?).ok()?;
                        let text = match pointers.get(&u32::try_from(at).ok()?) {
                            Some((target, offset)) if len > 0 => {
                                let start = *offset as usize;
                                graph.images.get(*target as usize)?.bytes.get(start..start.checked_add(len)?)?
                            }
                            _ => &[],
                        };
                        hash = mix(hash, text_hash(text));
                    }
                    Cell::List => return None,
                }
            }
            let mut at = hash & mask;
            while slots.get(at as usize).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at as usize) {
                *slot = (hash & 0xffff_ffff_0000_0000) | (row as u64 + 1);
            }
        }
        Some(Lookup { slots, mask })
    }
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
            lookups: (0u32..)
                .zip(&graph.loops)
                .filter_map(|(n, run)| Some((LoopId(n), Lookup::new(graph, run.as_ref()?)?)))
                .collect(),
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
