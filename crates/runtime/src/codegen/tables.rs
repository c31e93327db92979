//! What generated code reads besides its arguments: strings, images, tables, patterns. Lives as long as the code.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::choice::Choice;
use super::link::Place;
use crate::graph::{Cell, Graph, Id, Image, Loop, LoopId, Node};
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
    /// Choices by case, which are read from a table.
    pub choices: HashMap<Id, Choice>,
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

/// All bytes count: strings of a policy may begin and end alike. Generated code computes the same for strings of [`IN_LINE`] by itself.
pub(super) fn text_hash(text: &[u8]) -> u64 {
    if IN_LINE.contains(&text.len()) {
        let word = |at: usize| {
            let mut word = [0u8; 8];
            word.iter_mut().zip(text.get(at..).unwrap_or_default()).for_each(|(to, from)| *to = *from);
            u64::from_le_bytes(word)
        };
        let last = text.len().saturating_sub(8);
        // Four words, which overlap in a short string.
        let first = mix(mix(text.len() as u64, word(0)), word(last.min(8)));
        let second = mix(mix(SPREAD, word(last)), word(text.len().saturating_sub(16)));
        return mix(first, second);
    }
    looped_hash(text)
}

/// The hash of a string of any length, word by word: what the intrinsic computes, which code calls for all others.
pub(super) fn looped_hash(text: &[u8]) -> u64 {
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

/// The lengths of strings that are hashed without a loop and without a call.
pub(super) const IN_LINE: std::ops::RangeInclusive<usize> = 8..=32;

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
        let mut pointers = Pointers::of(image);
        let mut hashes = Vec::with_capacity(rows);
        for row in 0..rows {
            let start = row.checked_mul(run.stride as usize)?;
            pointers.begin(start);
            let mut hash = 0;
            for key in &index.keys {
                let at = start.checked_add(key.offset as usize)?;
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
                        let text = match pointers.at(at) {
                            Some((target, start)) if len > 0 => {
                                graph.images.get(target)?.bytes.get(start..start.checked_add(len)?)?
                            }
                            _ => &[],
                        };
                        hash = mix(hash, text_hash(text));
                    }
                    Cell::List => return None,
                }
            }
            hashes.push(hash);
        }
        for (hash, row) in gathered(&hashes, mask) {
            let mut at = hash & mask;
            while slots.get(at as usize).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at as usize) {
                *slot = (hash & 0xffff_ffff_0000_0000) | (u64::from(row) + 1);
            }
        }
        Some(Lookup { slots, mask })
    }
}

/// Hashes with their rows, those of neighbouring slots together so that few slots are written at a time; rows of one slot stay in order.
fn gathered(hashes: &[u64], mask: u64) -> Vec<(u64, u32)> {
    const SLOTS: u32 = 12;
    let part = |hash: u64| ((hash & mask) >> SLOTS) as usize;
    let mut starts = vec![0usize; (mask >> SLOTS) as usize + 2];
    for hash in hashes {
        starts.get_mut(part(*hash) + 1).into_iter().for_each(|count| *count += 1);
    }
    for n in 1..starts.len() {
        let before = starts.get(n - 1).copied().unwrap_or(0);
        starts.get_mut(n).into_iter().for_each(|start| *start += before);
    }
    let mut all = vec![(0, 0); hashes.len()];
    for (hash, row) in hashes.iter().zip(0u32..) {
        if let Some(next) = starts.get_mut(part(*hash)) {
            all.get_mut(*next).into_iter().for_each(|place| *place = (*hash, row));
            *next += 1;
        }
    }
    all
}

/// The pointers of an image, asked for from its beginning to its end.
struct Pointers<'i> {
    all: Cow<'i, [(u32, u32, u32)]>,
    /// Those before stand before the row.
    from: usize,
}

impl<'i> Pointers<'i> {
    fn of(image: &'i Image) -> Pointers<'i> {
        let mut all = Cow::Borrowed(image.pointers.as_slice());
        if !all.is_sorted_by_key(|(at, ..)| *at) {
            all.to_mut().sort_unstable();
        }
        Pointers { all, from: 0 }
    }

    /// A row begins, behind all rows before.
    fn begin(&mut self, start: usize) {
        while self.all.get(self.from).is_some_and(|(at, ..)| (*at as usize) < start) {
            self.from += 1;
        }
    }

    /// The image a pointer in this row leads to, and where in it.
    fn at(&self, at: usize) -> Option<(usize, usize)> {
        let ahead = self.all.get(self.from..)?.iter().take_while(|(place, ..)| *place as usize <= at);
        let found = ahead.last().filter(|(place, ..)| *place as usize == at);
        found.map(|(_, target, offset)| (*target as usize, *offset as usize))
    }
}

/// Strings to be found by length and content.
pub(super) struct TextTable {
    entries: HashSet<Box<[u8]>>,
    shortest: usize,
    longest: usize,
    perfect: Option<Perfect>,
}

/// Few strings, each alone in its slot under some factor.
struct Perfect {
    /// Length, head, tail, address of the bytes; a length that no string has where nobody stands.
    slots: Box<[[u64; 4]]>,
    key: Key,
    #[cfg_attr(not(feature = "object"), expect(dead_code, reason = "the slots point into it"))]
    bytes: Box<[Box<[u8]>]>,
}

/// Of a slot: length, head and tail, and the string where one stands there.
#[cfg(feature = "object")]
type Slot<'t> = ([u64; 3], Option<&'t [u8]>);

/// How a slot is found.
#[derive(Clone, Copy)]
pub(super) struct Key {
    /// Where the word stands that tells the strings apart; strings too short for it are not among them. The head where
    /// strings are shorter than a word.
    pub window: Option<usize>,
    pub factor: u64,
    pub shift: u32,
}

/// How many strings may share a table of slots, and how many factors are tried.
const MOST: usize = 64;
const TRIES: u32 = 4096;

impl Perfect {
    fn new(texts: &[Box<[u8]>]) -> Option<Perfect> {
        if texts.is_empty() || texts.len() > MOST {
            return None;
        }
        let bytes: Box<[Box<[u8]>]> = texts.into();
        let shortest = texts.iter().map(|t| t.len()).min().unwrap_or(0);
        // The first window in which, with length and tail, all are different.
        let windows = (0..=shortest.saturating_sub(8).min(64)).map(|n| (shortest >= 8).then_some(n));
        let window = windows.into_iter().find(|window| {
            let mut seen: Vec<u64> = texts.iter().map(|text| mixed(*window, text)).collect();
            seen.sort_unstable();
            seen.windows(2).all(|pair| pair[0] != pair[1])
        })?;
        let least = (texts.len() * 2).next_power_of_two().max(2);
        for size in [least, least * 2, least * 4, least * 8] {
            let shift = 64 - size.trailing_zeros();
            let mut factor = SPREAD;
            for _ in 0..TRIES {
                let mut slots = vec![[u64::MAX, 0, 0, 0]; size].into_boxed_slice();
                let alone = bytes.iter().all(|text| {
                    let at = (mixed(window, text).wrapping_mul(factor) >> shift) as usize;
                    let Some(slot) = slots.get_mut(at).filter(|slot| slot[0] == u64::MAX) else { return false };
                    let (head, tail) = ends_of(text);
                    *slot = [text.len() as u64, head, tail, text.as_ptr() as u64];
                    true
                });
                if alone {
                    return Some(Perfect { slots, key: Key { window, factor, shift }, bytes });
                }
                factor = factor.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(2);
            }
        }
        None
    }
}

/// What is multiplied to find a slot; generated code computes the same.
fn mixed(window: Option<usize>, text: &[u8]) -> u64 {
    let (head, tail) = ends_of(text);
    let key = window.map_or(head, |at| {
        let mut word = [0u8; 8];
        word.iter_mut().zip(text.get(at..).unwrap_or_default()).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(word)
    });
    key.wrapping_add(tail.wrapping_mul(SPREAD)) ^ text.len() as u64
}

/// The first and the last eight bytes as words; of a shorter string the first and the last four; of one of up to three bytes the
/// first, and the middle one before the last. Where the length is known, up to sixteen bytes this says all.
pub(super) fn ends_of(text: &[u8]) -> (u64, u64) {
    let word = |bytes: &[u8]| {
        let mut word = [0u8; 8];
        word.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(word)
    };
    let step = match text.len() {
        8.. => 8,
        4..=7 => 4,
        _ => {
            let byte = |n: usize| u64::from(text.get(n).copied().unwrap_or(0));
            let last = text.len().checked_sub(1);
            return last.map_or((0, 0), |last| (byte(0), byte(text.len() / 2) << 8 | byte(last)));
        }
    };
    (word(text.get(..step).unwrap_or_default()), word(text.get(text.len() - step..).unwrap_or_default()))
}

impl TextTable {
    fn new(texts: &[Box<[u8]>]) -> TextTable {
        TextTable {
            entries: texts.iter().cloned().collect(),
            shortest: texts.iter().map(|t| t.len()).min().unwrap_or(0),
            longest: texts.iter().map(|t| t.len()).max().unwrap_or(0),
            perfect: Perfect::new(texts),
        }
    }

    pub fn contains(&self, text: &[u8]) -> bool {
        (self.shortest..=self.longest).contains(&text.len()) && self.entries.contains(text)
    }

    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The slots that generated code looks into.
    #[cfg(feature = "object")]
    pub fn slots(&self) -> Option<Vec<Slot<'_>>> {
        let Perfect { slots, bytes, .. } = self.perfect.as_ref()?;
        let slot = |[len, head, tail, at]: &[u64; 4]| {
            let text = bytes.iter().find(|text| text.as_ptr() as u64 == *at && text.len() as u64 == *len);
            ([*len, *head, *tail], text.map(|text| &**text))
        };
        Some(slots.iter().map(slot).collect())
    }

    /// How a slot is found, where there are any.
    pub fn perfect(&self) -> Option<Key> {
        self.perfect.as_ref().map(|p| p.key)
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
            patterns: graph.automata()?,
            choices: (0..graph.len() as u32).filter_map(|n| Some((Id(n), Choice::new(graph, Id(n))?))).collect(),
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

    /// Of what there is in this process; 0 where there is nothing.
    pub fn address(&self, place: Place) -> i64 {
        fn nth<T>(list: &[T], n: u32) -> Option<&T> {
            list.get(n as usize)
        }
        let found: Option<*const u8> = match place {
            Place::Str(n) => nth(&self.strings, n).map(|s| s.as_ptr()),
            Place::Image(n) => nth(&self.images, n).map(|i| i.as_ptr().cast()),
            Place::Ints(n) => nth(&self.ints, n).map(|t| t.as_ptr().cast()),
            Place::Texts(n) => nth(&self.texts, n).map(|t| std::ptr::from_ref(t).cast()),
            Place::Slots(n) => nth(&self.texts, n).and_then(|t| Some(t.perfect.as_ref()?.slots.as_ptr().cast())),
            Place::Pattern(n) => nth(&self.patterns, n).map(|p| std::ptr::from_ref(p).cast()),
            Place::Lookup(of) => self.lookups.get(&of).map(|l| l.slots.as_ptr().cast()),
            Place::Choice(id) => self.choices.get(&id).map(|c| c.values.as_ptr().cast()),
        };
        found.map_or(0, |at| at as i64)
    }
}

/// The bytes as words: aligned for every type. Never empty, so that its address is one.
fn words(image: &Image) -> Box<[u64]> {
    let (whole, rest) = image.bytes.as_chunks::<8>();
    let mut words = Vec::with_capacity(whole.len() + 2);
    words.extend(whole.iter().map(|word| u64::from_le_bytes(*word)));
    let mut last = [0u8; 8];
    last.iter_mut().zip(rest).for_each(|(word, byte)| *word = *byte);
    words.push(u64::from_le_bytes(last));
    words.push(0);
    words.into()
}
