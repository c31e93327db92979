//! The parts of a decision, out of its words.
//!
//! In: a module, a block and the words that a decision of it wrote. Out: effect, standing, grade, reasons, obligations. No memory is
//! taken; the words are only read.

use std::ffi::c_char;

use trust_runtime::answer::{self, Buffer};
use trust_runtime::module::{Decision, Module, Reason};
use trust_runtime::schema::BlockId;

use crate::describe::TRUST_NONE;
use crate::error::trust_status::*;
use crate::error::{Problem, guard, trust_error, trust_status};
use crate::memory::{places, put, slice, text, trust_text};
use crate::module::{module_of, trust_module};
use crate::session::small;

/// A reason that is no clause: no basis holds, or the framework is not in its time.
pub const TRUST_NO_BASIS: u32 = 0xffff_fffe;
pub const TRUST_FRAMEWORK: u32 = 0xffff_fffd;

/// What was decided.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct trust_decision {
    /// Microseconds since 1970; counts where `forever` is 0.
    pub valid_until: i64,
    /// A case of `Standing`; `TRUST_NONE` of an assessment.
    pub standing: u32,
    /// A case of the block's scale; `TRUST_NONE` where it does not grade.
    pub grade: u32,
    /// 1: it permits. Counts where `has_effect` is 1: an assessment has none.
    pub permits: u8,
    pub has_effect: u8,
    /// 1: no clock touches it.
    pub forever: u8,
}

/// An obligation that applies.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct trust_obligation {
    /// What is owed; the text belongs to the module.
    pub duty: trust_text,
    /// An instant, microseconds since 1970, where it is dated; else how long there is, in microseconds.
    pub time: i64,
    pub clause: u32,
    /// The word of the decision at which it begins: its state, its time, then the words of its arguments.
    pub word: u32,
    pub dated: u8,
    /// 1: it is dated, and that instant is past.
    pub overdue: u8,
}

/// # Safety
///
/// So many words stand there, which a decision of this block wrote.
unsafe fn decided<'d>(
    module: &'d Module,
    block: u32,
    words: *const u64,
    length: usize,
) -> Result<Decision<'d>, Problem> {
    crate::describe::block_of(module, block)?;
    // SAFETY: says the caller.
    unsafe {
        let words: &'d [u64] = slice(words, length, "decision")?;
        Ok(module.decision_at(BlockId(block), words)?)
    }
}

/// Effect, standing, grade and how long they hold. This and all that follow: the words are those that a decision of this block and
/// this module wrote; any thread.
///
/// # Safety
///
/// `module` is live, so many words stand at `decision`, `out` points to a place for the structure, `error` is null or a live error
/// object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decision_read(
    module: *const trust_module,
    block: u32,
    decision: *const u64,
    decision_words: usize,
    out: *mut trust_decision,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let found = decided(module_of(module)?, block, decision, decision_words)?;
            let read = trust_decision {
                valid_until: found.valid_until().unwrap_or(i64::MAX),
                standing: found.standing().unwrap_or(TRUST_NONE),
                grade: found.grade().unwrap_or(TRUST_NONE),
                permits: u8::from(found.permits() == Some(true)),
                has_effect: u8::from(found.permits().is_some()),
                forever: u8::from(found.valid_until().is_none()),
            };
            put(out, read)
        })
    }
}

/// Whether a clause's condition holds: 1 or 0. Of a trigger: whether it is in force; of a cap: whether it applies.
///
/// # Safety
///
/// As of `trust_decision_read`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decision_clause(
    module: *const trust_module,
    block: u32,
    decision: *const u64,
    decision_words: usize,
    clause: u32,
    out: *mut u8,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let found = decided(module_of(module)?, block, decision, decision_words)?;
            if found.block().clauses.get(clause as usize).is_none() {
                return Err(Problem::new(TRUST_UNKNOWN, "there is no such clause").at("clause"));
            }
            put(out, u8::from(found.holds(clause)))
        })
    }
}

/// A cursor through clauses.
///
/// # Safety
///
/// As of `trust_decision_read`; `cursor` points to a number.
unsafe fn next<'d, T, I: Iterator<Item = T>>(
    module: *const trust_module,
    block: u32,
    (decision, decision_words): (*const u64, usize),
    cursor: *mut u32,
    out: *mut u32,
    error: *mut trust_error,
    (all, number): (impl FnOnce(Decision<'d>) -> I, impl Fn(T) -> u32),
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let found = decided(module_of(module)?, block, decision, decision_words)?;
            let at = advance(cursor)?;
            put(out, all(found).nth(at).map(number).ok_or_else(Problem::end)?)?;
            put(cursor, at as u32 + 1)
        })
    }
}

/// # Safety
///
/// `cursor` is null or points to a number.
unsafe fn advance(cursor: *const u32) -> Result<usize, Problem> {
    if cursor.is_null() || !cursor.is_aligned() {
        return Err(Problem::new(TRUST_INVALID, "cursor is null or not aligned").at("cursor"));
    }
    // SAFETY: says the caller.
    Ok(unsafe { cursor.read() } as usize)
}

/// The next reason: why it denies, or the bases that a permit rests on. `cursor` starts at 0 and is moved on; `TRUST_END` after the
/// last. Writes the clause, or `TRUST_NO_BASIS` or `TRUST_FRAMEWORK`.
///
/// # Safety
///
/// As of `trust_decision_read`; `cursor` points to a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decision_next_reason(
    module: *const trust_module,
    block: u32,
    decision: *const u64,
    decision_words: usize,
    cursor: *mut u32,
    out: *mut u32,
    error: *mut trust_error,
) -> trust_status {
    let number = |reason| match reason {
        Reason::Clause(clause) => clause,
        Reason::NoBasis => TRUST_NO_BASIS,
        Reason::Framework => TRUST_FRAMEWORK,
    };
    let all = |found: Decision<'static>| found.reasons();
    // SAFETY: says the caller.
    unsafe { next(module, block, (decision, decision_words), cursor, out, error, (all, number)) }
}

/// The next cap that applies. Else as `trust_decision_next_reason`.
///
/// # Safety
///
/// As of `trust_decision_next_reason`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decision_next_cap(
    module: *const trust_module,
    block: u32,
    decision: *const u64,
    decision_words: usize,
    cursor: *mut u32,
    out: *mut u32,
    error: *mut trust_error,
) -> trust_status {
    let all = |found: Decision<'static>| found.caps();
    // SAFETY: says the caller.
    unsafe { next(module, block, (decision, decision_words), cursor, out, error, (all, |clause| clause)) }
}

/// The next recommendation that is not met. Else as `trust_decision_next_reason`.
///
/// # Safety
///
/// As of `trust_decision_next_reason`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decision_next_advice(
    module: *const trust_module,
    block: u32,
    decision: *const u64,
    decision_words: usize,
    cursor: *mut u32,
    out: *mut u32,
    error: *mut trust_error,
) -> trust_status {
    let all = |found: Decision<'static>| found.advice();
    // SAFETY: says the caller.
    unsafe { next(module, block, (decision, decision_words), cursor, out, error, (all, |clause| clause)) }
}

/// The next obligation that applies. Else as `trust_decision_next_reason`.
///
/// # Safety
///
/// As of `trust_decision_next_reason`; `out` points to a place for the structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decision_next_obligation(
    module: *const trust_module,
    block: u32,
    decision: *const u64,
    decision_words: usize,
    cursor: *mut u32,
    out: *mut trust_obligation,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let module = module_of(module)?;
            let found = decided(module, block, decision, decision_words)?;
            let at = advance(cursor)?;
            let owed = found.obligations().nth(at).ok_or_else(Problem::end)?;
            let clause = owed.obligation.clause;
            let duty = match found.block().clauses.get(clause as usize).map(|clause| &clause.kind) {
                Some(trust_runtime::unit::ClauseKind::Oblige { duty, .. }) => duty.as_str(),
                _ => "",
            };
            let all = &found.block().outputs.obligations;
            let position = all.iter().position(|obligation| std::ptr::eq(obligation, owed.obligation));
            let word = position.and_then(|n| module.obligation_word(BlockId(block), n));
            let read = trust_obligation {
                duty: text(duty),
                time: owed.time,
                clause,
                word: word.map_or(TRUST_NONE, |word| word as u32),
                dated: u8::from(owed.obligation.dated),
                overdue: u8::from(owed.overdue),
            };
            put(out, read)?;
            put(cursor, at as u32 + 1)
        })
    }
}

/// The decision as a line of JSON, without its end; the facts that it was made on still stand, for its obligations' arguments are
/// read from them. `needed` and `TRUST_SMALL` as of `trust_answer`.
///
/// # Safety
///
/// As of `trust_decision_read`; `out` has room for `capacity` bytes, `needed` points to a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decision_json(
    module: *const trust_module,
    block: u32,
    decision: *const u64,
    decision_words: usize,
    out: *mut c_char,
    capacity: usize,
    needed: *mut usize,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            put(needed, 0)?;
            let module = module_of(module)?;
            let found = decided(module, block, decision, decision_words)?;
            let mut line = Buffer::new(places(out.cast(), capacity, "out")?);
            answer::decision(&mut line, module, None, &found);
            put(needed, line.needed())?;
            if line.fits() { Ok(()) } else { Err(small(line.needed())) }
        })
    }
}
