//! Memory for facts: taken piece by piece, given back all at once.
//!
//! In: sizes. Out: [`Place`]s, pieces that nobody else holds, aligned to eight bytes, initialised (with zeros, or with what
//! stood there before). After [`Arena::reset`] the same memory is handed out again, so that a warm arena allocates nothing.
//! This file and `sets.rs` hold the unsafe code of the decoder: a `Place` knows its bounds and refuses what lies outside.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// Every piece starts at a multiple of this.
const ALIGN: usize = 8;
const FIRST_CHUNK: usize = 8 * 1024;
/// No arena grows beyond this.
pub const DEFAULT_LIMIT: usize = 1 << 30;

/// Memory is short: the limit of the arena, or of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

struct Chunk {
    start: NonNull<u8>,
    size: usize,
}

#[derive(Default)]
pub struct Arena {
    /// All but the last are full.
    chunks: Vec<Chunk>,
    /// In the last chunk: where the next piece starts.
    used: usize,
    /// Bytes of all chunks.
    total: usize,
    limit: Option<usize>,
}

// SAFETY: an arena owns its chunks; places borrow from it and keep it where it is.
unsafe impl Send for Arena {}

impl Arena {
    pub fn new() -> Arena {
        Arena::default()
    }

    /// One that takes no more than `limit` bytes from the machine.
    pub fn with_limit(limit: usize) -> Arena {
        let mut arena = Arena::default();
        arena.limit = Some(limit);
        arena
    }

    /// Everything that was handed out is given back; the memory stays with the arena.
    pub fn reset(&mut self) {
        if self.chunks.len() > 1 {
            // One piece next time.
            let total = self.total;
            self.free();
            // Memory that is short now is asked for again when it is needed.
            let _ = self.grow(total);
        }
        self.used = 0;
    }

    fn free(&mut self) {
        for chunk in self.chunks.drain(..) {
            if let Ok(layout) = Layout::from_size_align(chunk.size, ALIGN) {
                // SAFETY: `grow` took the chunk with this layout; no place outlives the borrow that ended before this call.
                unsafe { dealloc(chunk.start.as_ptr(), layout) };
            }
        }
        (self.used, self.total) = (0, 0);
    }

    /// A further chunk, with room for at least `size` bytes.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, size: usize) -> Result<(), OutOfMemory> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let left = limit.checked_sub(self.total).ok_or(OutOfMemory)?;
        let size = size.checked_next_multiple_of(ALIGN).ok_or(OutOfMemory)?;
        if size > left {
            return Err(OutOfMemory);
        }
        let size = size.max(self.total.max(FIRST_CHUNK).min(left) & !(ALIGN - 1));
        let layout = Layout::from_size_align(size, ALIGN).map_err(|_| OutOfMemory)?;
        if size == 0 || self.chunks.try_reserve(1).is_err() {
            return Err(OutOfMemory);
        }
        // SAFETY: the size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(OutOfMemory)?;
        self.chunks.push(Chunk { start, size });
        self.used = 0;
        self.total += size;
        Ok(())
    }

    /// A piece of `size` bytes, aligned to eight.
    #[inline]
    pub(crate) fn take<'p>(&mut self, size: usize) -> Result<Place<'p>, OutOfMemory> {
        let rounded = size.checked_next_multiple_of(ALIGN).ok_or(OutOfMemory)?;
        let room = self.chunks.last().map_or(0, |chunk| chunk.size - self.used);
        if rounded > room || self.chunks.is_empty() {
            self.grow(rounded.max(ALIGN))?;
        }
        let chunk = self.chunks.last().ok_or(OutOfMemory)?;
        // SAFETY: `used + rounded` is at most the chunk's size, now at the latest.
        let start = unsafe { chunk.start.add(self.used) };
        self.used += rounded;
        Ok(Place { start, size, lifetime: PhantomData })
    }

    /// Another size for the piece that was taken last, in place; `false` where it is not the last or there is no room.
    #[inline]
    pub(crate) fn resize(&mut self, place: &mut Place<'_>, size: usize) -> bool {
        let Some(chunk) = self.chunks.last() else { return false };
        let start = place.start.as_ptr() as usize;
        let base = chunk.start.as_ptr() as usize;
        let (Some(old), Some(new)) = (place.size.checked_next_multiple_of(ALIGN), size.checked_next_multiple_of(ALIGN))
        else {
            return false;
        };
        let at = start.wrapping_sub(base);
        if at.checked_add(old) != Some(self.used) || new > chunk.size - at {
            return false;
        }
        self.used = at + new;
        place.size = size;
        true
    }

    /// Bytes that the arena holds, used or not.
    pub fn capacity(&self) -> usize {
        self.total
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.free();
    }
}

/// A piece of an arena that its holder alone writes to, for as long as the arena is borrowed.
///
/// The arena must not be reset while a place is in use: the decoder and [`Datum`](crate::datum::Datum) see to it by borrowing the
/// arena until their facts are no longer used.
pub(crate) struct Place<'p> {
    start: NonNull<u8>,
    size: usize,
    lifetime: PhantomData<&'p mut [u8]>,
}

impl<'p> Place<'p> {
    pub(crate) fn address(&self) -> *const u8 {
        self.start.as_ptr()
    }

    pub(crate) fn pointer(&self) -> NonNull<u8> {
        self.start
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The part from `offset` on.
    #[inline(always)]
    pub(crate) fn part(&mut self, offset: usize, size: usize) -> Option<Place<'_>> {
        if offset > self.size || size > self.size - offset {
            return None;
        }
        // SAFETY: the offset lies in the piece or at its end.
        let start = unsafe { self.start.add(offset) };
        Some(Place { start, size, lifetime: PhantomData })
    }

    #[inline(always)]
    fn put<T: Copy>(&mut self, offset: usize, value: T) -> Option<()> {
        if offset > self.size || size_of::<T>() > self.size - offset {
            return None;
        }
        // SAFETY: the bytes lie in the piece, which nobody else holds; the write asks for no alignment.
        unsafe { self.start.add(offset).cast::<T>().write_unaligned(value) };
        Some(())
    }

    #[inline(always)]
    pub(crate) fn put_byte(&mut self, offset: usize, value: u8) -> Option<()> {
        self.put(offset, value)
    }

    #[inline(always)]
    pub(crate) fn put_u32(&mut self, offset: usize, value: u32) -> Option<()> {
        self.put(offset, value)
    }

    #[inline(always)]
    pub(crate) fn put_i64(&mut self, offset: usize, value: i64) -> Option<()> {
        self.put(offset, value)
    }

    #[inline(always)]
    pub(crate) fn put_bytes<const N: usize>(&mut self, offset: usize, value: [u8; N]) -> Option<()> {
        self.put(offset, value)
    }

    /// A string, a list or a set: where it starts, and its length.
    #[inline(always)]
    pub(crate) fn put_slice(&mut self, offset: usize, start: *const u8, length: usize) -> Option<()> {
        self.put(offset, crate::layout::Text { bytes: start, length: length as u64 })
    }

    pub(crate) fn clear(&mut self) {
        // SAFETY: all bytes of the piece, which nobody else holds.
        unsafe { self.start.write_bytes(0, self.size) };
    }

    pub(crate) fn copy_from(&mut self, other: &Place<'_>) -> Option<()> {
        if other.size > self.size {
            return None;
        }
        // SAFETY: both pieces have as many bytes, all initialised, and two places never overlap.
        unsafe { self.start.copy_from_nonoverlapping(other.start, other.size) };
        Some(())
    }

    pub(crate) fn write(&mut self, offset: usize, bytes: &[u8]) -> Option<()> {
        if offset > self.size || bytes.len() > self.size - offset {
            return None;
        }
        // SAFETY: the bytes lie in the piece, which nobody else holds, so neither does the slice.
        unsafe {
            self.start.add(offset).copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len());
        }
        Some(())
    }

    /// The bytes, to be read.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: the piece is initialised (chunks start as zeros) and nobody writes to it while it is borrowed.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.size) }
    }

    /// The bytes for as long as the arena is borrowed; the piece is written to no more.
    pub(crate) fn into_bytes(self) -> &'p [u8] {
        // SAFETY: as in `bytes`; the place is gone, so nobody writes to it.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_out_the_same_memory_again() {
        let mut arena = Arena::new();
        let first = arena.take(5).expect("room").address();
        assert_eq!(first as usize % 8, 0);
        assert_eq!(arena.take(100_000).expect("room").size(), 100_000);
        arena.reset();
        let total = arena.capacity();
        let again = arena.take(5).expect("room").address();
        arena.take(100_000).expect("room");
        arena.reset();
        assert_eq!(arena.take(5).expect("room").address(), again);
        assert_eq!(arena.capacity(), total);
    }

    #[test]
    fn the_last_piece_grows_and_shrinks() {
        let mut arena = Arena::new();
        let mut first = arena.take(16).expect("room");
        assert!(arena.resize(&mut first, 64));
        let mut second = arena.take(8).expect("room");
        assert!(!arena.resize(&mut first, 128));
        assert!(arena.resize(&mut second, 1));
        assert!(!arena.resize(&mut second, 1 << 20));
        assert_eq!(second.address() as usize - first.address() as usize, 64);
    }

    #[test]
    fn has_a_limit() {
        let mut arena = Arena::with_limit(10_000);
        assert!(arena.take(20_000).is_err());
        assert!(arena.take(usize::MAX).is_err());
        assert!(arena.take(5_000).is_ok());
        assert!(arena.take(5_000).is_err());
    }

    #[test]
    fn a_place_knows_its_bounds() {
        let mut arena = Arena::new();
        let mut place = arena.take(12).expect("room");
        assert_eq!(place.put_i64(0, -1), Some(()));
        assert_eq!(place.put_i64(5, -1), None);
        assert_eq!(place.put_i64(usize::MAX, -1), None);
        assert_eq!(place.put_u32(8, 7), Some(()));
        assert!(place.part(4, 9).is_none());
        assert_eq!(place.write(10, b"abc"), None);
        assert_eq!(place.bytes(), [255, 255, 255, 255, 255, 255, 255, 255, 7, 0, 0, 0]);
    }
}
