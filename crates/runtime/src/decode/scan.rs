//! The first byte of a string that is not plain, thirty-two bytes at a time.
//!
//! In: thirty-two bytes. Out: a bit for each that is not plain. Quotes, backslashes and control characters are never plain; bytes beyond
//! ASCII are where the text is known to be UTF-8.

/// Whether bytes beyond ASCII are plain.
pub const ASCII_ONLY: bool = false;
pub const ANY_LETTER: bool = true;

pub const WIDTH: usize = 32;

/// The lowest bit is that of the first byte.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn special<const LETTERS: bool>(bytes: &[u8; WIDTH]) -> u32 {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };
    let half = |at: usize| {
        // SAFETY: SSE2 is part of the architecture; there are sixteen bytes from `at` on, which is 0 or 16.
        unsafe {
            let bytes = _mm_loadu_si128(bytes.as_ptr().add(at).cast());
            let quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
            let backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
            let others = if LETTERS {
                _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes)
            } else {
                // As signed numbers, all beyond ASCII are below the space too.
                _mm_cmplt_epi8(bytes, _mm_set1_epi8(b' ' as i8))
            };
            _mm_movemask_epi8(_mm_or_si128(others, _mm_or_si128(quotes, backslashes))) as u32
        }
    };
    half(0) | half(16) << 16
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn special<const LETTERS: bool>(bytes: &[u8; WIDTH]) -> u32 {
    by_words::<LETTERS>(bytes)
}

/// The same with plain arithmetic; above the lowest bit there may be others.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn by_words<const LETTERS: bool>(bytes: &[u8; WIDTH]) -> u32 {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    // The highest bit of each byte that is below `n` (and of some after the first of those).
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGH;
    let (words, _) = bytes.as_chunks::<8>();
    for (word, at) in words.iter().zip(0u32..) {
        let word = u64::from_le_bytes(*word);
        let special = below(word ^ (ONES * 0x22), 1) | below(word ^ (ONES * 0x5c), 1) | below(word, 0x20);
        let special = if LETTERS { special } else { special | word & HIGH };
        if special != 0 {
            return 1 << (at * 8 + special.trailing_zeros() / 8);
        }
    }
    0
}

/// A bit for each byte that differs.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn differing(a: &[u8; WIDTH], b: &[u8; WIDTH]) -> u32 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8};
    let half = |at: usize| {
        // SAFETY: SSE2 is part of the architecture; there are sixteen bytes from `at` on, which is 0 or 16.
        unsafe {
            let a = _mm_loadu_si128(a.as_ptr().add(at).cast());
            let b = _mm_loadu_si128(b.as_ptr().add(at).cast());
            _mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) as u32
        }
    };
    !(half(0) | half(16) << 16)
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn differing(a: &[u8; WIDTH], b: &[u8; WIDTH]) -> u32 {
    a.iter().zip(b).zip(0u32..).fold(0, |bits, ((a, b), at)| bits | u32::from(a != b) << at)
}

/// Whether one byte is plain.
#[inline(always)]
pub fn is_plain<const LETTERS: bool>(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\' && (LETTERS || byte < 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree<const LETTERS: bool>(bytes: &[u8; WIDTH]) {
        let expected = bytes.iter().position(|b| !is_plain::<LETTERS>(*b)).unwrap_or(32) as u32;
        assert_eq!(special::<LETTERS>(bytes).trailing_zeros(), expected, "{bytes:?}");
        assert_eq!(by_words::<LETTERS>(bytes).trailing_zeros(), expected, "{bytes:?}");
    }

    #[test]
    fn every_byte_everywhere() {
        for byte in 0..=255u8 {
            for at in 0..WIDTH {
                for other in [b'a', 0x80, 0x21, 0x23, 0x1f, 0xff] {
                    let mut bytes = [other; WIDTH];
                    bytes[at] = byte;
                    agree::<ASCII_ONLY>(&bytes);
                    agree::<ANY_LETTER>(&bytes);
                }
            }
        }
    }
}
