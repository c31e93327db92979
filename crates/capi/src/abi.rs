//! Whether host and library were made for each other.
//!
//! In: the version and the sizes of structures that a host was compiled with. Out: whether they are the library's.

use crate::decision::{trust_decision, trust_obligation};
use crate::describe::{
    trust_block, trust_case, trust_clause, trust_control, trust_enum, trust_field, trust_package, trust_record,
    trust_type, trust_watch, trust_watched,
};
use crate::error::trust_status::*;
use crate::error::{Problem, guard, trust_error, trust_status};
use crate::memory::{put, text, trust_text};
use crate::session::trust_options;

/// Changes with every change that a host compiled before would not survive.
pub const TRUST_ABI_VERSION: u32 = 1;

/// What a host was compiled with; `trust_abi_check` of the header fills it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct trust_abi {
    /// `TRUST_ABI_VERSION`
    pub version: u32,
    /// Of this structure, as all that follow.
    pub size: u32,
    pub text: u32,
    pub options: u32,
    pub package: u32,
    pub block: u32,
    pub record: u32,
    pub field: u32,
    pub type_: u32,
    pub enum_: u32,
    pub case_: u32,
    pub clause: u32,
    pub control: u32,
    pub watch: u32,
    pub watched: u32,
    pub decision: u32,
    pub obligation: u32,
}

fn own() -> trust_abi {
    fn size<T>() -> u32 {
        size_of::<T>() as u32
    }
    trust_abi {
        version: TRUST_ABI_VERSION,
        size: size::<trust_abi>(),
        text: size::<trust_text>(),
        options: size::<trust_options>(),
        package: size::<trust_package>(),
        block: size::<trust_block>(),
        record: size::<trust_record>(),
        field: size::<trust_field>(),
        type_: size::<trust_type>(),
        enum_: size::<trust_enum>(),
        case_: size::<trust_case>(),
        clause: size::<trust_clause>(),
        control: size::<trust_control>(),
        watch: size::<trust_watch>(),
        watched: size::<trust_watched>(),
        decision: size::<trust_decision>(),
        obligation: size::<trust_obligation>(),
    }
}

/// The version of the interface that this library has. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn trust_abi_version() -> u32 {
    TRUST_ABI_VERSION
}

/// The version of the library itself, as in `0.1.0`. The text lives for ever. Any thread.
///
/// # Safety
///
/// `out` points to a place for a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_version(out: *mut trust_text) -> trust_status {
    // SAFETY: says the caller.
    unsafe { guard(std::ptr::null_mut(), || put(out, text(env!("CARGO_PKG_VERSION")))) }
}

/// Whether the host was compiled for this library: call `trust_abi_check`, which fills the structure. `TRUST_VERSION` where it was
/// not; then call nothing else. Any thread.
///
/// # Safety
///
/// `host` points to its first two numbers at least; `error` is null or a live error object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trust_abi_matches(host: *const trust_abi, error: *mut trust_error) -> trust_status {
    // SAFETY: says the caller; more than the first two numbers are read only where they say that there are more.
    unsafe {
        guard(error, || {
            if host.is_null() || !host.is_aligned() {
                return Err(Problem::new(TRUST_INVALID, "host is null or not aligned").at("host"));
            }
            let own = own();
            let head = [host.cast::<u32>().read(), host.cast::<u32>().add(1).read()];
            if head[0] != own.version {
                let message = format!(
                    "the host was made for version {} of this interface, the library has {}",
                    head[0], own.version
                );
                return Err(Problem::new(TRUST_VERSION, message).at("version"));
            }
            if head[1] != own.size || host.read() != own {
                let message =
                    "the host's structures have other sizes than the library's: is its `trust.h` of this version?";
                return Err(Problem::new(TRUST_VERSION, message).at("size"));
            }
            Ok(())
        })
    }
}
