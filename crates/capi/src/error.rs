//! Statuses, errors, and the guard around every call.
//!
//! In: what a call does. Out: a status; in the host's error object, if it gave one, what went wrong. Always: a panic ends here.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use trust_runtime::fault::Fault;
use trust_runtime::module::ModuleError;
use trust_runtime::request::{RequestFault, Stopped};

use crate::memory::{boxed, put, text, trust_text, unboxed};

/// What became of a call.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum trust_status {
    /// Done.
    TRUST_OK = 0,
    /// Nothing more: the end of what a cursor goes through.
    TRUST_END = 1,
    /// The request or the facts are not right: there is no decision. Treat it as a deny, and do not keep it.
    TRUST_REFUSED = 2,
    /// The call is not right: a null, a wrong length, a number out of range, a pointer that is not aligned.
    TRUST_INVALID = 3,
    /// The memory given is too small. Where the call tells how much is needed, it has.
    TRUST_SMALL = 4,
    /// Bytes that are no UTF-8, where text is wanted.
    TRUST_NOT_UTF8 = 5,
    /// There is no block, clause, field or event of this name or number.
    TRUST_UNKNOWN = 6,
    /// The policy has errors.
    TRUST_SOURCE = 7,
    /// Bytes that are no module, one that is damaged, or one of another version.
    TRUST_MODULE = 8,
    /// A file cannot be read.
    TRUST_IO = 9,
    /// This library was built without what the call needs, or makes no code for this machine.
    TRUST_UNSUPPORTED = 10,
    /// The library was made for another version of `trust.h`.
    TRUST_VERSION = 11,
    /// Our bug. The call had no effect, and the library can be used further.
    TRUST_PANIC = 12,
}

use trust_status::*;

/// What went wrong last. Made and freed by the host; one thread at a time.
#[derive(Default)]
pub struct trust_error {
    code: String,
    path: String,
    message: String,
    details: String,
}

/// Why a call fails.
pub(crate) struct Problem {
    pub status: trust_status,
    pub code: String,
    pub path: String,
    pub message: String,
    pub details: String,
}

pub(crate) type Done = Result<(), Problem>;

impl Problem {
    pub fn new(status: trust_status, message: impl Into<String>) -> Problem {
        let code = match status {
            TRUST_OK | TRUST_END | TRUST_REFUSED => "A0000",
            TRUST_INVALID => "A0001",
            TRUST_SMALL => "A0002",
            TRUST_NOT_UTF8 => "A0003",
            TRUST_UNKNOWN => "A0004",
            TRUST_SOURCE => "A0005",
            TRUST_MODULE => "A0006",
            TRUST_IO => "A0007",
            TRUST_UNSUPPORTED => "A0008",
            TRUST_VERSION => "A0009",
            TRUST_PANIC => "A0010",
        };
        Problem { status, code: code.into(), path: String::new(), message: message.into(), details: String::new() }
    }

    pub fn at(self, path: impl Into<String>) -> Problem {
        Problem { path: path.into(), ..self }
    }

    /// The end of a cursor: no failure.
    pub fn end() -> Problem {
        Problem::new(TRUST_END, "there is no more")
    }

    fn panicked(payload: Box<dyn Any + Send>) -> Problem {
        let said = match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => match payload.downcast::<&str>() {
                Ok(text) => (*text).to_owned(),
                Err(other) => {
                    // What it carries might panic again when it is dropped.
                    std::mem::forget(other);
                    "something else".to_owned()
                }
            },
        };
        Problem::new(TRUST_PANIC, format!("a bug of the library: {said}"))
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        Problem {
            status: TRUST_REFUSED,
            code: fault.code.into(),
            path: fault.path,
            message: fault.message,
            details: String::new(),
        }
    }
}

impl From<RequestFault> for Problem {
    fn from(refused: RequestFault) -> Problem {
        refused.fault.into()
    }
}

impl From<ModuleError> for Problem {
    fn from(error: ModuleError) -> Problem {
        let status = match &error {
            ModuleError::Code(_) => TRUST_UNSUPPORTED,
            ModuleError::Call(_) => TRUST_INVALID,
            _ => TRUST_MODULE,
        };
        Problem::new(status, error.to_string())
    }
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Problem {
        match stopped {
            Stopped::Refused(refused) => refused.into(),
            Stopped::Module(error) => error.into(),
        }
    }
}

impl From<Problem> for trust_error {
    fn from(problem: Problem) -> trust_error {
        let Problem { status: _, code, path, message, details } = problem;
        trust_error { code, path, message, details }
    }
}

/// Does what a call does. A panic becomes a status.
///
/// # Safety
///
/// `error` is null or a live error that no other thread uses.
pub(crate) unsafe fn guard(error: *mut trust_error, body: impl FnOnce() -> Done) -> trust_status {
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(Problem::panicked(payload)));
    match outcome {
        Ok(()) => TRUST_OK,
        Err(problem) => {
            let status = problem.status;
            // SAFETY: says the caller.
            if status != TRUST_END
                && let Some(error) = unsafe { error.as_mut() }
            {
                *error = problem.into();
            }
            status
        }
    }
}

/// Makes an error object, to be given to calls as their last argument. It holds what went wrong last. The host owns it and gives
/// it back with `trust_error_free`; any thread, but one at a time.
///
/// # Safety
///
/// `out` is null or points to a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_error_new(out: *mut *mut trust_error) -> trust_status {
    // SAFETY: `out` is as the caller promised.
    unsafe { guard(std::ptr::null_mut(), || boxed(out, trust_error::default())) }
}

/// Gives an error object back. Null is passed over.
///
/// # Safety
///
/// `error` is null or was made by `trust_error_new` and not given back yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_error_free(error: *mut trust_error) {
    // SAFETY: says the caller.
    unsafe { unboxed(error) }
}

/// Which of the texts of an error.
unsafe fn part(error: *const trust_error, out: *mut trust_text, which: fn(&trust_error) -> &str) -> trust_status {
    // SAFETY: the pointers are as the callers below promise.
    unsafe {
        guard(std::ptr::null_mut(), || {
            let error = error.as_ref().ok_or_else(|| Problem::new(TRUST_INVALID, "the error is null"))?;
            put(out, text(which(error)))
        })
    }
}

/// The code of what went wrong: `F…` of a request, `E…` of a policy, `A…` of a call. The text lives until the error object is
/// given to another call that fails, or freed; so do those of the three functions below.
///
/// # Safety
///
/// `error` is a live error object; `out` points to a place for a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_error_code(error: *const trust_error, out: *mut trust_text) -> trust_status {
    // SAFETY: says the caller.
    unsafe { part(error, out, |error| &error.code) }
}

/// Where it went wrong: `args.partner.contract` in a request, `policy.trust:12:5` in a policy, an argument's name of a call;
/// empty where it is the whole.
///
/// # Safety
///
/// As of `trust_error_code`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_error_path(error: *const trust_error, out: *mut trust_text) -> trust_status {
    // SAFETY: says the caller.
    unsafe { part(error, out, |error| &error.path) }
}

/// What went wrong, in plain words.
///
/// # Safety
///
/// As of `trust_error_code`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_error_message(error: *const trust_error, out: *mut trust_text) -> trust_status {
    // SAFETY: says the caller.
    unsafe { part(error, out, |error| &error.message) }
}

/// Of a policy with errors, all of them with the source underlined, for people to read; else empty.
///
/// # Safety
///
/// As of `trust_error_code`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_error_details(error: *const trust_error, out: *mut trust_text) -> trust_status {
    // SAFETY: says the caller.
    unsafe { part(error, out, |error| &error.details) }
}

/// Panics inside the guard.
///
/// # Safety
///
/// `error` is null or a live error.
#[cfg(feature = "test-panic")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_test_panic(error: *mut trust_error) -> trust_status {
    // SAFETY: says the caller.
    unsafe { guard(error, || panic!("as the test wants")) }
}
