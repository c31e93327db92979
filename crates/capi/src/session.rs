//! Requests as JSON.
//!
//! In: a module, a session and a request. Out: the answer's line in the host's memory, or the words of a decision.

use std::ffi::c_char;

use trust_runtime::answer::Buffer;
use trust_runtime::request::{Answer, Options, Request, Session, Stopped};
use trust_runtime::{answer, time};

use crate::error::trust_status::*;
use crate::error::{Problem, guard, trust_error, trust_status};
use crate::memory::{boxed, bytes, places, put, unboxed};
use crate::module::{module_of, trust_module};

/// Memory for one request after the other: facts go there. Each thread has its own; a warm one takes no memory for a request that
/// is right.
pub struct trust_session {
    session: Session,
}

/// What is not in a request. A null stands for one of zeros.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct trust_options {
    /// For requests that state no `now`: microseconds since 1970, years 1 to 9999; counts where `has_now` is not 0.
    pub now: i64,
    pub has_now: u8,
    /// Not 0: fields and parts that are not declared are refused.
    pub strict: u8,
}

/// # Safety
///
/// `options` is null or points to options.
unsafe fn options_of(options: *const trust_options) -> Result<Options, Problem> {
    if !options.is_aligned() {
        return Err(Problem::new(TRUST_INVALID, "options is not aligned").at("options"));
    }
    // SAFETY: says the caller.
    let Some(options) = (unsafe { options.as_ref() }) else { return Ok(Options::default()) };
    let now = (options.has_now != 0).then_some(options.now);
    if now.is_some_and(|now| !(time::MIN_INSTANT..=time::MAX_INSTANT).contains(&now)) {
        return Err(Problem::new(TRUST_INVALID, "now is outside the years 0001 to 9999").at("now"));
    }
    Ok(Options { now, strict: options.strict != 0 })
}

/// # Safety
///
/// `session` is null or a live session that nobody else uses.
unsafe fn session_of<'s>(session: *mut trust_session) -> Result<&'s mut Session, Problem> {
    // SAFETY: says the caller.
    let found = unsafe { session.as_mut() };
    found.map(|found| &mut found.session).ok_or_else(|| Problem::new(TRUST_INVALID, "session is null").at("session"))
}

/// Makes a session. The host owns it and gives it back with `trust_session_free`. It may move from thread to thread, but only one
/// uses it at a time. One session serves any number of modules.
///
/// # Safety
///
/// `out` points to a place for a pointer, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_session_new(out: *mut *mut trust_session, error: *mut trust_error) -> trust_status {
    // SAFETY: says the caller.
    unsafe { guard(error, || boxed(out, trust_session { session: Session::new() })) }
}

/// Gives a session back, and with it the memory that decisions of it point into. Null is passed over.
///
/// # Safety
///
/// `session` is null or a live session that is used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_session_free(session: *mut trust_session) {
    // SAFETY: says the caller.
    unsafe { unboxed(session) }
}

/// Answers a request, a JSON object, with a line of JSON without its end: a decision, a reaction or, with `TRUST_REFUSED`, why the
/// request is refused (the error object says so, too). `needed` gets the length of the line; where it is more than `capacity`,
/// nothing of use is in `out` and the status is `TRUST_SMALL`: ask again with more room. A null `out` of capacity 0 asks
/// for the length. Any thread, with a session of its own.
///
/// # Safety
///
/// `module` and `session` are live, `options` is null or points to options, the request stands there in its length, `out` has room
/// for `capacity` bytes that overlap nothing else, `needed` points to a place for a number, `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_answer(
    module: *const trust_module,
    session: *mut trust_session,
    options: *const trust_options,
    request: *const c_char,
    request_length: usize,
    out: *mut c_char,
    capacity: usize,
    needed: *mut usize,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            put(needed, 0)?;
            let (module, session, options) = (module_of(module)?, session_of(session)?, options_of(options)?);
            let request = bytes(request, request_length, "request")?;
            let mut line = Buffer::new(places(out.cast(), capacity, "out")?);
            let refused = match session.answer(module, request, &options) {
                Ok(answered) => {
                    match answered.answer {
                        Answer::Decision(decision) => answer::decision(&mut line, module, answered.id, &decision),
                        Answer::Reaction(found) => {
                            answer::reaction(&mut line, module, answered.id, answered.block, found)
                        }
                    }
                    None
                }
                Err(Stopped::Refused(refused)) => {
                    answer::fault(&mut line, refused.id.as_deref(), &refused.fault);
                    Some(refused)
                }
                Err(stopped) => return Err(stopped.into()),
            };
            put(needed, line.needed())?;
            if !line.fits() {
                return Err(small(line.needed()));
            }
            refused.map_or(Ok(()), |refused| Err(refused.into()))
        })
    }
}

pub(crate) fn small(needed: usize) -> Problem {
    Problem::new(TRUST_SMALL, format!("the answer has {needed} bytes")).at("out")
}

/// Decides on a request, a JSON object, and writes the words of the decision (`trust_block.decision_words` many; see
/// `trust_decide`) and the number of the block that was asked. A request with an `event` is `TRUST_INVALID`: that is for
/// `trust_answer`. The arguments of obligations stand in the session and in the request: read them before the session is used
/// again, and while the request stands. Any thread, with a session of its own.
///
/// # Safety
///
/// As of `trust_answer`; `decision` has room for so many words, `block` points to a place for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_decide_json(
    module: *const trust_module,
    session: *mut trust_session,
    options: *const trust_options,
    request: *const c_char,
    request_length: usize,
    decision: *mut u64,
    decision_words: usize,
    block: *mut u32,
    error: *mut trust_error,
) -> trust_status {
    // SAFETY: says the caller.
    unsafe {
        guard(error, || {
            put(block, crate::describe::TRUST_NONE)?;
            let (module, session, options) = (module_of(module)?, session_of(session)?, options_of(options)?);
            let request = bytes(request, request_length, "request")?;
            let words = places(decision, decision_words, "decision")?;
            match session.read(module, request, &options)? {
                Request::Decide { block: id, facts, prior, now, .. } => {
                    put(block, id.0)?;
                    let room = module.decision_words(id);
                    let place = words.get_mut(..room).ok_or_else(|| {
                        Problem::new(TRUST_SMALL, format!("a decision of this block has {room} words")).at("decision")
                    })?;
                    module.decide(id, &facts, prior, now, place)?;
                    Ok(())
                }
                Request::React { .. } => {
                    let message = "this request has an `event`: `trust_answer` answers it";
                    Err(Problem::new(TRUST_INVALID, message).at("request"))
                }
            }
        })
    }
}
