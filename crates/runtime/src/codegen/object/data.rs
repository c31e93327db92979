//! The constants of a graph as data of an object file.
//!
//! In: which constant. Out: its bytes, and where in them the addresses of others stand. Everything is aligned to words. Bytes are
//! those that this machine would have in memory, except for the tables that only the intrinsics of [`super::texts`] read.

use std::collections::{HashMap, VecDeque};

use cranelift_module::{DataDescription, DataId, Linkage, Module};
use cranelift_object::ObjectModule;

use crate::codegen::link::{Place, Stands};
use crate::codegen::memory::{CodegenError, failed};
use crate::codegen::tables::{Tables, looped_hash};
use crate::graph::Graph;

/// Bytes, and pointers in them: where each stands, what it points to, and how far into that.
#[derive(Default)]
struct Data {
    bytes: Vec<u8>,
    pointers: Vec<(u32, Place, i64)>,
}

impl Data {
    fn word(&mut self, word: u64) {
        self.bytes.extend_from_slice(&word.to_le_bytes());
    }

    fn words(words: &[u64]) -> Data {
        let mut data = Data::default();
        words.iter().for_each(|word| data.word(*word));
        data
    }
}

/// Constants that code of one graph has asked for.
pub(super) struct Constants<'t> {
    graph: &'t Graph,
    tables: &'t Tables,
    /// What their names begin with.
    prefix: String,
    placed: HashMap<Place, DataId>,
    waiting: VecDeque<(Place, DataId)>,
    pub failed: Option<CodegenError>,
}

impl<'t> Constants<'t> {
    pub fn new(graph: &'t Graph, tables: &'t Tables, prefix: String) -> Constants<'t> {
        Constants { graph, tables, prefix, placed: HashMap::new(), waiting: VecDeque::new(), failed: None }
    }

    pub fn place(&mut self, module: &mut ObjectModule, place: Place) -> Stands {
        if let Some(known) = self.placed.get(&place) {
            return Stands::There(*known);
        }
        let name = match place {
            Place::Str(n) => format!("{}.text.{n}", self.prefix),
            Place::Image(n) => format!("{}.image.{n}", self.prefix),
            Place::Ints(n) => format!("{}.numbers.{n}", self.prefix),
            Place::Texts(n) => format!("{}.texts.{n}", self.prefix),
            Place::Slots(n) => format!("{}.slots.{n}", self.prefix),
            Place::Pattern(n) => format!("{}.pattern.{n}", self.prefix),
            Place::Lookup(of) => format!("{}.index.{}", self.prefix, of.0),
            Place::Choice(id) => format!("{}.choice.{}", self.prefix, id.0),
        };
        match module.declare_data(&name, Linkage::Local, false, false) {
            Ok(id) => {
                self.placed.insert(place, id);
                self.waiting.push_back((place, id));
                Stands::There(id)
            }
            Err(e) => {
                self.failed.get_or_insert(failed(e));
                Stands::Here(0)
            }
        }
    }

    /// Writes what was asked for, and what that points to.
    pub fn define(&mut self, module: &mut ObjectModule) -> Result<(), CodegenError> {
        while let Some((place, id)) = self.waiting.pop_front() {
            let data = self.data(place).ok_or_else(|| CodegenError("a constant is not in its table".into()))?;
            let mut description = DataDescription::new();
            description.set_align(8);
            // Nothing is empty, so that every address is one.
            let mut bytes = data.bytes;
            if bytes.is_empty() {
                bytes.push(0);
            }
            description.define(bytes.into());
            let mut named = HashMap::new();
            for (at, target, offset) in data.pointers {
                let Stands::There(to) = self.place(module, target) else { continue };
                let symbol = *named.entry(to).or_insert_with(|| module.declare_data_in_data(to, &mut description));
                description.write_data_addr(at, symbol, offset);
            }
            module.define_data(id, &description).map_err(failed)?;
        }
        match self.failed.take() {
            Some(e) => Err(e),
            None => Ok(()),
        }
    }

    fn data(&self, place: Place) -> Option<Data> {
        Some(match place {
            Place::Str(n) => Data { bytes: self.graph.strings.get(n as usize)?.to_vec(), pointers: Vec::new() },
            Place::Image(n) => self.image(n)?,
            Place::Ints(n) => {
                let numbers: Vec<u64> = self.graph.ints.get(n as usize)?.iter().map(|n| *n as u64).collect();
                Data::words(&numbers)
            }
            Place::Texts(n) => text_table(self.graph.texts.get(n as usize)?),
            Place::Slots(n) => self.slots(n)?,
            Place::Pattern(n) => {
                let table = self.tables.patterns.get(n as usize)?.table()?;
                Data { bytes: table.iter().flat_map(|word| word.to_le_bytes()).collect(), pointers: Vec::new() }
            }
            Place::Lookup(of) => Data::words(&self.tables.lookups.get(&of)?.slots),
            Place::Choice(id) => {
                let values: Vec<u64> = self.tables.choices.get(&id)?.values.iter().map(|n| *n as u64).collect();
                Data::words(&values)
            }
        })
    }

    fn image(&self, n: u32) -> Option<Data> {
        let image = self.graph.images.get(n as usize)?;
        let mut bytes = image.bytes.clone();
        bytes.resize(bytes.len().next_multiple_of(8) + 8, 0);
        let mut pointers = Vec::with_capacity(image.pointers.len());
        for (at, target, offset) in &image.pointers {
            bytes.get_mut(*at as usize..*at as usize + 8)?.fill(0);
            pointers.push((*at, Place::Image(*target), i64::from(*offset)));
        }
        Some(Data { bytes, pointers })
    }

    /// Slots of four words, the last of them the address of the string, and behind them the strings.
    fn slots(&self, n: u32) -> Option<Data> {
        let slots = self.tables.texts.get(n as usize)?.slots()?;
        let mut data = Data::default();
        let mut strings = Vec::new();
        let behind = slots.len() * 32;
        for (words, text) in slots {
            words.iter().for_each(|word| data.word(*word));
            if let Some(text) = text {
                let at = u32::try_from(data.bytes.len()).ok()?;
                data.pointers.push((at, Place::Slots(n), (behind + strings.len()) as i64));
                strings.extend_from_slice(text);
            }
            data.word(0);
        }
        data.bytes.extend_from_slice(&strings);
        Some(data)
    }
}

/// How many slots there are, less one; slots of three words, found by the hash of a string, one after the other: the hash with its
/// lowest bit set (0 where nobody stands), the length, and where in the table the bytes are; behind them the strings.
fn text_table(texts: &[Box<[u8]>]) -> Data {
    let size = (texts.len() * 2).next_power_of_two().max(2);
    let mut slots = vec![[0u64; 3]; size];
    let mut strings: Vec<u8> = Vec::new();
    for text in texts {
        let hash = looped_hash(text);
        let mut at = hash as usize & (size - 1);
        while slots.get(at).is_some_and(|slot| slot[0] != 0) {
            at = (at + 1) & (size - 1);
        }
        if let Some(slot) = slots.get_mut(at) {
            *slot = [hash | 1, text.len() as u64, (8 + size * 24 + strings.len()) as u64];
        }
        strings.extend_from_slice(text);
    }
    let mut data = Data::words(&[size as u64 - 1]);
    slots.iter().flatten().for_each(|word| data.word(*word));
    data.bytes.extend_from_slice(&strings);
    data
}

#[cfg(test)]
pub(super) mod tests {
    /// A table of strings in memory.
    pub fn words_of(texts: &[Box<[u8]>]) -> Vec<u64> {
        let mut bytes = super::text_table(texts).bytes;
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let (words, _) = bytes.as_chunks::<8>();
        words.iter().map(|word| u64::from_le_bytes(*word)).collect()
    }
}
