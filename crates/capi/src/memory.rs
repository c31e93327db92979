//! What passes the border: texts, memory of the host's, handles.
//!
//! In: pointers and lengths. Out: references, or a problem where a pointer is null or not aligned or a length cannot be.

use std::ffi::c_char;

use crate::error::trust_status::*;
use crate::error::{Done, Problem};

/// As in the layout of facts.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct trust_text {
    pub bytes: *const u8,
    pub length: u64,
}

pub(crate) fn text(text: &str) -> trust_text {
    trust_text { bytes: text.as_ptr(), length: text.len() as u64 }
}

/// An empty text where there is none.
pub(crate) fn maybe(found: Option<&str>) -> trust_text {
    text(found.unwrap_or_default())
}

fn invalid(what: &str, why: &str) -> Problem {
    Problem::new(TRUST_INVALID, format!("{what} {why}")).at(what)
}

/// # Safety
///
/// `out` is null or points to a place for a `T`.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) -> Done {
    if out.is_null() || !out.is_aligned() {
        return Err(invalid("out", "is null or not aligned"));
    }
    // SAFETY: it is neither null nor unaligned, and points to a place, says the caller.
    unsafe { out.write(value) };
    Ok(())
}

/// So many values of the host's.
///
/// # Safety
///
/// Where `start` is not null, so many values stand there that nobody writes to for as long as they are used.
pub(crate) unsafe fn slice<'a, T>(start: *const T, length: usize, what: &str) -> Result<&'a [T], Problem> {
    if length == 0 {
        return Ok(&[]);
    }
    fitting(start, length, what)?;
    // SAFETY: as checked, and as the caller says.
    Ok(unsafe { std::slice::from_raw_parts(start, length) })
}

/// So many places of the host's.
///
/// # Safety
///
/// Where `start` is not null, so many values may be written there, and nobody else uses them.
pub(crate) unsafe fn places<'a, T>(start: *mut T, length: usize, what: &str) -> Result<&'a mut [T], Problem> {
    if length == 0 {
        return Ok(&mut []);
    }
    fitting(start.cast_const(), length, what)?;
    // SAFETY: as checked, and as the caller says.
    Ok(unsafe { std::slice::from_raw_parts_mut(start, length) })
}

fn fitting<T>(start: *const T, length: usize, what: &str) -> Done {
    if start.is_null() {
        return Err(invalid(what, "is null"));
    }
    if !start.is_aligned() {
        return Err(invalid(what, "is not aligned"));
    }
    let most = isize::MAX as usize;
    if length.checked_mul(size_of::<T>()).is_none_or(|bytes| bytes > most) {
        return Err(invalid(what, "has a length that cannot be"));
    }
    Ok(())
}

/// Bytes of the host's.
///
/// # Safety
///
/// As of [`slice`].
pub(crate) unsafe fn bytes<'a>(start: *const c_char, length: usize, what: &str) -> Result<&'a [u8], Problem> {
    // SAFETY: says the caller.
    unsafe { slice(start.cast(), length, what) }
}

/// Text of the host's.
///
/// # Safety
///
/// As of [`slice`].
pub(crate) unsafe fn utf8<'a>(start: *const c_char, length: usize, what: &str) -> Result<&'a str, Problem> {
    // SAFETY: says the caller.
    let bytes = unsafe { bytes(start, length, what) }?;
    std::str::from_utf8(bytes).map_err(|e| {
        Problem::new(TRUST_NOT_UTF8, format!("{what} is no UTF-8 from byte {} on", e.valid_up_to() + 1)).at(what)
    })
}

/// A handle that the host owns.
///
/// # Safety
///
/// As of [`put`].
pub(crate) unsafe fn boxed<T>(out: *mut *mut T, value: T) -> Done {
    if out.is_null() || !out.is_aligned() {
        return Err(invalid("out", "is null or not aligned"));
    }
    // SAFETY: as checked, and as the caller says.
    unsafe { put(out, Box::into_raw(Box::new(value))) }
}

/// # Safety
///
/// `handle` is null or came from [`boxed`] and is used no more.
pub(crate) unsafe fn unboxed<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: says the caller.
        drop(unsafe { Box::from_raw(handle) });
    }
}
