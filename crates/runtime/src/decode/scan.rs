//! The first byte of a string that is not plain, sixteen bytes at a time.
//!
//! In: sixteen bytes. Out: how many plain ones come first. Quotes, backslashes and control characters are never plain; bytes beyond
//! ASCII are where the text is known to be UTF-8.

/// Whether bytes beyond ASCII are plain.
pub const ASCII_ONLY: bool = false;
pub const ANY_LETTER: bool = true;

pub const WIDTH: usize = 16;

/// 16 where all are plain.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn plain<const LETTERS: bool>(bytes: &[u8; WIDTH]) -> usize {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
    };
    let word = u128::from_le_bytes(*bytes);
    // SAFETY: SSE2 is part of the architecture.
    let found = unsafe {
        let bytes = _mm_set_epi64x((word >> 64) as i64, word as i64);
        let quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
        let backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
        let others = if LETTERS {
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes)
        } else {
            // As signed numbers, all beyond ASCII are below the space too.
            _mm_cmplt_epi8(bytes, _mm_set1_epi8(b' ' as i8))
        };
        _mm_movemask_epi8(_mm_or_si128(others, _mm_or_si128(quotes, backslashes))) as u32
    };
    (found | 1 << WIDTH).trailing_zeros() as usize
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn plain<const LETTERS: bool>(bytes: &[u8; WIDTH]) -> usize {
    by_words::<LETTERS>(bytes)
}

/// The same with plain arithmetic.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline(always)]
fn by_words<const LETTERS: bool>(bytes: &[u8; WIDTH]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    // The highest bit of each byte that is below `n` (and of some after the first of those).
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGH;
    let found = |word: u64| {
        let special = below(word ^ (ONES * 0x22), 1) | below(word ^ (ONES * 0x5c), 1) | below(word, 0x20);
        if LETTERS { special } else { special | word & HIGH }
    };
    let word = u128::from_le_bytes(*bytes);
    let (low, high) = (found(word as u64), found((word >> 64) as u64));
    if low != 0 {
        (low.trailing_zeros() / 8) as usize
    } else if high != 0 {
        8 + (high.trailing_zeros() / 8) as usize
    } else {
        WIDTH
    }
}

/// As [`plain`], of one byte.
#[inline(always)]
pub fn is_plain<const LETTERS: bool>(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\' && (LETTERS || byte < 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agree<const LETTERS: bool>(bytes: &[u8; 16]) {
        let expected = bytes.iter().position(|b| !is_plain::<LETTERS>(*b)).unwrap_or(16);
        assert_eq!(plain::<LETTERS>(bytes), expected, "{bytes:?}");
        assert_eq!(by_words::<LETTERS>(bytes), expected, "{bytes:?}");
    }

    #[test]
    fn every_byte_everywhere() {
        for byte in 0..=255u8 {
            for at in 0..16 {
                for other in [b'a', 0x80, 0x21, 0x23, 0x1f, 0xff] {
                    let mut bytes = [other; 16];
                    bytes[at] = byte;
                    agree::<ASCII_ONLY>(&bytes);
                    agree::<ANY_LETTER>(&bytes);
                }
            }
        }
    }
}
