//! From a name to its number: the fields of a record, the cases of an enum.
//!
//! In: the names once, then bytes. Out: the first name that has these bytes. A name of up to sixteen bytes is compared as one number;
//! the table is laid out so that as a rule each name is found where it is looked for first.

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// How many layouts of a table are tried.
const TRIES: u64 = 64;

/// Up to this length the word says all.
pub const WHOLE: usize = 16;

struct Name {
    word: u128,
    length: usize,
    number: u32,
    /// Where the word does not say all; else empty.
    long: Box<[u8]>,
}

pub struct Names {
    /// By hash, then onward; as long as a power of two, at most half full.
    table: Vec<Option<Name>>,
    seed: u64,
    shift: u32,
}

#[inline(always)]
fn hash(word: u128, length: usize, seed: u64) -> u64 {
    let (low, high) = (word as u64, (word >> 64) as u64);
    (low ^ high.rotate_left(29).wrapping_add(length as u64)).wrapping_mul(seed)
}

/// Short names with zeros behind them, of longer ones the first and the last bytes.
fn word_of(bytes: &[u8]) -> u128 {
    match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) if bytes.len() > WHOLE => {
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << 64
        }
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u128::from(*byte)),
    }
}

impl Names {
    pub fn new<'n>(all: impl ExactSizeIterator<Item = &'n str>) -> Names {
        let mut known = std::collections::HashSet::new();
        let names: Vec<(u32, &str)> = (0u32..).zip(all).filter(|(_, name)| known.insert(*name)).collect();
        let size = (names.len() * 2).next_power_of_two().max(2);
        // The layout with the fewest names that are not where they are looked for first; of several the first.
        let misses = |size: usize, seed: u64| {
            let mut taken = vec![false; size];
            let at = |name: &str| (hash(word_of(name.as_bytes()), name.len(), seed) >> shift(size)) as usize;
            names.iter().filter(|(_, name)| taken.get_mut(at(name)).is_none_or(|t| std::mem::replace(t, true))).count()
        };
        let sizes = [size, size * 2, size * 4];
        // Large tables are as good as any; the search would take long.
        let tries = if names.len() > 256 { 1 } else { TRIES };
        let layouts = sizes.iter().flat_map(|size| (0..tries).map(|i| (*size, SPREAD.wrapping_mul(2 * i + 1))));
        let mut best = (usize::MAX, size, SPREAD);
        for (size, seed) in layouts {
            let missed = misses(size, seed);
            if missed < best.0 {
                best = (missed, size, seed);
            }
            if missed == 0 {
                break;
            }
        }
        let (_, size, seed) = best;
        let mut out = Names { table: Vec::new(), seed, shift: shift(size) };
        out.table.resize_with(size, || None);
        for (number, name) in names {
            let bytes = name.as_bytes();
            let (word, length) = (word_of(bytes), bytes.len());
            let long = if length > WHOLE { bytes.into() } else { Box::default() };
            let mut at = (hash(word, length, seed) >> out.shift) as usize;
            while out.table.get(at).is_some_and(Option::is_some) {
                at = (at + 1) & (size - 1);
            }
            if let Some(slot) = out.table.get_mut(at) {
                *slot = Some(Name { word, length, number, long });
            }
        }
        out
    }

    #[inline(always)]
    fn lookup(&self, word: u128, length: usize, long: &[u8]) -> Option<u32> {
        let mut at = (hash(word, length, self.seed) >> self.shift) as usize;
        loop {
            let name = self.table.get(at)?.as_ref()?;
            if name.word == word && name.length == length && (length <= WHOLE || *name.long == *long) {
                return Some(name.number);
            }
            at = (at + 1) & (self.table.len() - 1);
        }
    }

    /// At most [`WHOLE`] bytes, with zeros behind them.
    #[inline(always)]
    pub fn find_short(&self, word: u128, length: usize) -> Option<u32> {
        self.lookup(word, length, &[])
    }

    #[inline(never)]
    pub fn find(&self, bytes: &[u8]) -> Option<u32> {
        self.lookup(word_of(bytes), bytes.len(), bytes)
    }
}

fn shift(size: usize) -> u32 {
    64 - size.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_of_each_name() {
        for count in [0usize, 1, 3, 6, 7, 20, 500] {
            let mut all: Vec<String> = (0..count).map(|n| "n".repeat(n % 40) + &n.to_string()).collect();
            // The same beginning, end and length: the same word.
            all.extend((0..count).map(|n| format!("the_same_{n:03}_the_same")));
            all.push("same".into());
            all.push("same".into());
            let names = Names::new(all.iter().map(String::as_str));
            for name in &all {
                let expected = all.iter().position(|n| n == name).map(|n| n as u32);
                assert_eq!(names.find(name.as_bytes()), expected);
                assert_eq!(names.find(format!("{name}x").as_bytes()), None);
                assert_eq!(names.find(format!("{name}\0").as_bytes()), None);
                if name.len() <= WHOLE {
                    assert_eq!(names.find_short(word_of(name.as_bytes()), name.len()), expected);
                }
            }
            assert_eq!(names.find(b""), None);
        }
        let names = Names::new([""].into_iter());
        assert_eq!(names.find(b""), Some(0));
    }
}
