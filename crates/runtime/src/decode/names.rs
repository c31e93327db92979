//! From a name to its number: the fields of a record, the cases of an enum.
//!
//! In: the names once, then bytes. Out: the first name that has these bytes. A name is compared as its length and two words; only
//! longer ones byte by byte.

/// Tables up to this size are searched from the front.
const FEW: usize = 6;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Digest {
    length: usize,
    first: u64,
    last: u64,
}

/// Up to this length the digest says all.
const WHOLE: usize = 16;

impl Digest {
    #[inline(always)]
    fn of(bytes: &[u8]) -> Digest {
        let length = bytes.len();
        let (first, last) = if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
        } else {
            let byte = |at: usize| u64::from(bytes.get(at).copied().unwrap_or(0));
            (byte(0) | byte(1) << 8 | byte(2) << 16, 0)
        };
        Digest { length, first, last }
    }

    #[inline(always)]
    fn hash(self) -> usize {
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = (self.first ^ self.last.rotate_left(23) ^ self.length as u64).wrapping_mul(SPREAD);
        (mixed ^ mixed >> 32) as usize
    }
}

struct Name {
    digest: Digest,
    number: u32,
    bytes: Box<[u8]>,
}

pub struct Names {
    /// In order of their numbers, each once.
    names: Vec<Name>,
    /// Positions in `names` plus one, by hash, then onward; as long as a power of two, at most half full. Empty for few names.
    table: Vec<u32>,
}

impl Names {
    pub fn new<'n>(all: impl ExactSizeIterator<Item = &'n str>) -> Names {
        let mut names: Vec<Name> = Vec::new();
        let count = all.len();
        let size = if count > FEW { (count * 2).next_power_of_two() } else { 0 };
        let mut out = Names { names: Vec::new(), table: vec![0; size] };
        for (name, number) in all.zip(0u32..) {
            let bytes = name.as_bytes();
            let digest = Digest::of(bytes);
            if size == 0 {
                if !names.iter().any(|n| *n.bytes == *bytes) {
                    names.push(Name { digest, number, bytes: bytes.into() });
                }
                continue;
            }
            let mut at = digest.hash() & (size - 1);
            while let Some(slot) = out.table.get_mut(at) {
                match (*slot as usize).checked_sub(1).and_then(|known| names.get(known)) {
                    None => {
                        names.push(Name { digest, number, bytes: bytes.into() });
                        *slot = names.len() as u32;
                        break;
                    }
                    Some(known) if *known.bytes == *bytes => break,
                    Some(_) => at = (at + 1) & (size - 1),
                }
            }
        }
        out.names = names;
        out
    }

    #[inline]
    pub fn find(&self, bytes: &[u8]) -> Option<u32> {
        let digest = Digest::of(bytes);
        let is = |name: &Name| name.digest == digest && (bytes.len() <= WHOLE || *name.bytes == *bytes);
        if self.table.is_empty() {
            return self.names.iter().find(|name| is(name)).map(|name| name.number);
        }
        let mask = self.table.len() - 1;
        let mut at = digest.hash() & mask;
        loop {
            let known = (*self.table.get(at)? as usize).checked_sub(1)?;
            let name = self.names.get(known)?;
            if is(name) {
                return Some(name.number);
            }
            at = (at + 1) & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_of_each_name() {
        for count in [0usize, 1, 3, 6, 7, 20, 500] {
            let mut all: Vec<String> = (0..count).map(|n| "n".repeat(n % 40) + &n.to_string()).collect();
            all.push("same".into());
            all.push("same".into());
            let names = Names::new(all.iter().map(String::as_str));
            for name in &all {
                let expected = all.iter().position(|n| n == name).map(|n| n as u32);
                assert_eq!(names.find(name.as_bytes()), expected);
                assert_eq!(names.find(format!("{name}x").as_bytes()), None);
            }
            assert_eq!(names.find(b""), None);
        }
    }
}
