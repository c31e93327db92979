//! Decisions over structures in the block's native layout: one, many, or by the functions themselves.
//!
//! In: a module, a block and the host's structures. Out: words in the host's memory. No memory is taken.

use std::ffi::c_void;

use trust_runtime::module::{DecideFn, Module, PermitsFn};
use trust_runtime::request::prior_of;
use trust_runtime::schema::BlockId;

use crate::describe::block_of;
use crate::error::trust_status::*;
use crate::error::{Done, Problem, guard, trust_error, trust_status};
use crate::memory::{places, put, slice, trust_text};
use crate::module::{module_of, trust_module};

/// Whether a block permits: 1 or 0. It stops as soon as that is known, takes no lock and no memory, and checks nothing: `facts`
/// points to the block's arguments in their layout, `prior` to as many words as `trust_block.prior_words` says.
pub type trust_permits_fn = Option<unsafe extern "C" fn(facts: *const c_void, prior: *const u64, now: i64) -> u8>;

/// The whole decision, written to as many words as `trust_block.decision_words` says. Else as `trust_permits_fn`.
pub type trust_decide_fn =
    Option<unsafe extern "C" fn(facts: *const c_void, prior: *const u64, now: i64, decision: *mut u64)>;

/// What a block is asked with.
struct Asked<'a> {
    module: &'a Module,
    block: BlockId,
    /// Bytes that arguments are aligned to.
    align: usize,
}

impl<'a> Asked<'a> {
    fn new(module: &'a Module, block: u32) -> Result<Asked<'a>, Problem> {
        block_of(module, block)?;
        let block = BlockId(block);
        let record = module.unit().schema.block(block).map(|parts| parts.arguments);
        let placed = record.and_then(|record| module.decoder().layout().record(record));
        let placed = placed.ok_or_else(|| Problem::new(TRUST_UNKNOWN, "there is no such block").at("block"))?;
        Ok(Asked { module, block, align: placed.shape.align.max(1) as usize })
    }

    fn facts(&self, facts: *const c_void, at: impl Fn() -> String) -> Result<*const u8, Problem> {
        if facts.is_null() {
            return Err(Problem::new(TRUST_INVALID, "the facts are null").at(at()));
        }
        if !facts.addr().is_multiple_of(self.align) {
            return Err(Problem::new(TRUST_INVALID, format!("the facts are not aligned to {}", self.align)).at(at()));
        }
        Ok(facts.cast())
    }

    /// Hands the prior on: of nothing in force where there is none.
    ///
    /// # Safety
    ///
    /// `prior` is null or points to so many words.
    unsafe fn with_prior<R>(
        &self,
        prior: *const u64,
        words: usize,
        then: impl FnOnce(&[u64]) -> Result<R, Problem>,
    ) -> Result<R, Problem> {
        const USUAL: usize = 16;
        let room = self.module.prior_words(self.block);
        if prior.is_null() && room <= USUAL {
            return then(&[0; USUAL]);
        }
        if prior.is_null() {
            return then(&vec![0; room]);
        }
        if words < room {
            let message = format!("a prior of this block has {room} words");
            return Err(Problem::new(TRUST_INVALID, message).at("prior"));
        }
        // SAFETY: says the caller.
        then(unsafe { slice(prior, words, "prior") }?)
    }

    fn room<'w>(&self, words: &'w mut [u64]) -> Result<&'w mut [u64], Problem> {
        let room = self.module.decision_words(self.block);
        let small = || Problem::new(TRUST_SMALL, format!("a decision of this block has {room} words")).at("decision");
        words.get_mut(..room).ok_or_else(small)
    }
}

/// Whether a block permits: writes 1 or 0. `facts` points to the block's arguments in their layout, as the header of
/// `trustc build --emit header` and `trust_record_field` have it: valid pointers and lengths, truths 0 or 1, cases that there are, text
/// in UTF-8, sets sorted and without duplicates, lists and texts within the policy's limits, instants of the years 1 to 9999. Where
/// anything but pointers and lengths is otherwise, the answer is some answer, and the call ends and touches nothing else. A null
/// `prior` is one with nothing in force. An assessment permits nothing: `TRUST_INVALID`. The host owns everything; any thread.
///
/// # Safety
///
/// `module` is live, facts and prior are as said, `out` points to a place for a byte, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_permits(
    module: *const trust_module,
    block: u32,
    facts: *const c_void,
    prior: *const u64,
    prior_words: usize,
    now: i64,
    out: *mut u8,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            let facts = asked.facts(facts, || "facts".into())?;
            let permits = asked.with_prior(prior, prior_words, |prior| {
                Ok(asked.module.permits_at(asked.block, facts, prior, now)?)
            })?;
            put(out, u8::from(permits))
        })
    }
}

/// The whole decision, written to `decision`: `trust_block.decision_words` words, or more.
///
/// | words | what |
/// |---|---|
/// | 0 | bit 0: it permits; bit 1: some basis holds, or none is needed; bit 2: the framework is in its time |
/// | 1 | the standing, a case of `Standing` |
/// | 2 | the grade, a case of the block's scale |
/// | 3 | `valid_until` in microseconds since 1970; the greatest number: for ever |
/// | 4 … | a bit for each clause: its condition holds (of a trigger: it is in force; of a cap: it applies) |
/// | then | for each obligation: its state (0 none, 1 owed, 2 overdue), its time, the words of its arguments |
///
/// The functions `trust_decision_…` read them; the arguments of obligations point into the facts. Else as `trust_permits`.
///
/// # Safety
///
/// As of `trust_permits`; `decision` has room for so many words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decide(
    module: *const trust_module,
    block: u32,
    facts: *const c_void,
    prior: *const u64,
    prior_words: usize,
    now: i64,
    decision: *mut u64,
    decision_words: usize,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            let facts = asked.facts(facts, || "facts".into())?;
            let words = asked.room(places(decision, decision_words, "decision")?)?;
            asked.with_prior(prior, prior_words, |prior| {
                asked.module.decide_at(asked.block, facts, prior, now, words)?;
                Ok(())
            })
        })
    }
}

/// Decides on many facts at one instant: `facts` and `priors` are `count` pointers each; a null `priors`, or a null among them, is a
/// prior with nothing in force. Decision n is written `decision_words` words behind decision n - 1. What is before the first
/// fault has been written. Else as `trust_decide`.
///
/// # Safety
///
/// As of `trust_decide`, for each; every prior has `prior_words` words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decide_batch(
    module: *const trust_module,
    block: u32,
    facts: *const *const c_void,
    priors: *const *const u64,
    prior_words: usize,
    count: usize,
    now: i64,
    decisions: *mut u64,
    decision_words: usize,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            let all = slice(facts, count, "facts")?;
            let long = || Problem::new(TRUST_INVALID, "there are more decisions than memory").at("count");
            let length = count.checked_mul(decision_words).ok_or_else(long)?;
            let decisions = places(decisions, length, "decisions")?;
            if decision_words < asked.module.decision_words(asked.block) {
                asked.room(&mut [])?;
            }
            for (n, (facts, words)) in all.iter().zip(decisions.chunks_exact_mut(decision_words.max(1))).enumerate() {
                let facts = asked.facts(*facts, || format!("facts.{n}"))?;
                asked.with_prior(nth(priors, n), prior_words, |prior| {
                    asked.module.decide_at(asked.block, facts, prior, now, words)?;
                    Ok(())
                })?;
            }
            Ok(())
        })
    }
}

/// Whether a block permits, of many facts at one instant: a byte of `out` for each, 1 or 0. Else as `trust_decide_batch`.
///
/// # Safety
///
/// As of `trust_permits`, for each; every prior has `prior_words` words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_permits_batch(
    module: *const trust_module,
    block: u32,
    facts: *const *const c_void,
    priors: *const *const u64,
    prior_words: usize,
    count: usize,
    now: i64,
    out: *mut u8,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            let all = slice(facts, count, "facts")?;
            for (n, (facts, out)) in all.iter().zip(places(out, count, "out")?).enumerate() {
                let facts = asked.facts(*facts, || format!("facts.{n}"))?;
                let permits = asked.with_prior(nth(priors, n), prior_words, |prior| {
                    Ok(asked.module.permits_at(asked.block, facts, prior, now)?)
                })?;
                *out = u8::from(permits);
            }
            Ok(())
        })
    }
}

/// # Safety
///
/// `priors` is null or points to more than `n` pointers.
unsafe fn nth(priors: *const *const u64, n: usize) -> *const u64 {
    if priors.is_null() || !priors.is_aligned() {
        return std::ptr::null();
    }
    // SAFETY: says the caller.
    unsafe { priors.add(n).read() }
}

/// The prior in which these triggers are in force, by their names or former names: written to `prior`, which has at least
/// `trust_block.prior_words` words. `TRUST_REFUSED` where a name is no trigger's. Word 0 is the least standing, whatever the
/// triggers: a case of `Standing`, which a host may set instead of naming triggers. Any thread.
///
/// # Safety
///
/// `module` is live, so many texts stand at `names`, `prior` has room for so many words, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_prior(
    module: *const trust_module,
    block: u32,
    names: *const trust_text,
    count: usize,
    prior: *mut u64,
    prior_words: usize,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            let room = asked.module.prior_words(asked.block);
            let words = places(prior, prior_words, "prior")?;
            let small = || Problem::new(TRUST_SMALL, format!("a prior of this block has {room} words")).at("prior");
            let words = words.get_mut(..room).ok_or_else(small)?;
            let names = slice(names, count, "names")?;
            let mut wrong: Done = Ok(());
            let read = names.iter().enumerate().map_while(|(n, name)| {
                let length = usize::try_from(name.length).unwrap_or(usize::MAX);
                match crate::memory::utf8(name.bytes.cast(), length, "names") {
                    Ok(name) => Some(name),
                    Err(problem) => {
                        wrong = Err(problem.at(format!("names.{n}")));
                        None
                    }
                }
            });
            prior_of(asked.module, asked.block, read, words)?;
            wrong
        })
    }
}

/// The function itself that says whether a block permits, for hosts that call it without looking at anything. It lives as long as
/// the module. An assessment has none: `TRUST_INVALID`. Any thread.
///
/// # Safety
///
/// `module` is live, `out` points to a place for a function pointer, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_block_permits_fn(
    module: *const trust_module,
    block: u32,
    out: *mut trust_permits_fn,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller; both types are functions of the same arguments.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            let (permits, _) = asked.module.functions(asked.block)?;
            let none = || Problem::new(TRUST_INVALID, "an assessment permits nothing").at("block");
            let permits = std::mem::transmute::<Option<PermitsFn>, trust_permits_fn>(Some(permits.ok_or_else(none)?));
            put(out, permits)
        })
    }
}

/// The function itself that decides. Else as `trust_block_permits_fn`.
///
/// # Safety
///
/// As of `trust_block_permits_fn`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_block_decide_fn(
    module: *const trust_module,
    block: u32,
    out: *mut trust_decide_fn,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller; both types are functions of the same arguments.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            let (_, decide) = asked.module.functions(asked.block)?;
            put(out, std::mem::transmute::<Option<DecideFn>, trust_decide_fn>(Some(decide)))
        })
    }
}

/// How many words a decision of this block has: `trust_block.decision_words`. Any thread.
///
/// # Safety
///
/// `module` is live, `out` points to a place for a number, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_block_decision_words(
    module: *const trust_module,
    block: u32,
    out: *mut usize,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            put(out, asked.module.decision_words(asked.block))
        })
    }
}

/// How many words a prior of this block has: `trust_block.prior_words`. Any thread.
///
/// # Safety
///
/// As of `trust_block_decision_words`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_block_prior_words(
    module: *const trust_module,
    block: u32,
    out: *mut usize,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            let asked = Asked::new(module_of(module)?, block)?;
            put(out, asked.module.prior_words(asked.block))
        })
    }
}
