//! Functions that generated code may call: a closed table.
//!
//! Each is `extern "C"`, total and without allocation. Pointers and lengths come from facts whose validity the caller of the
//! entry promised, or from constants of the graph.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::tables::TextTable;
use crate::graph::Arith;
use crate::net::Cidr;
use crate::pattern::Pattern;

/// The bytes of a string.
///
/// # Safety
/// `pointer` and `len` describe readable memory, or `len` is 0.
unsafe fn bytes<'t>(pointer: *const u8, len: u64) -> &'t [u8] {
    match usize::try_from(len) {
        // SAFETY: promised by the caller; an empty string needs no memory.
        Ok(len) if len > 0 && !pointer.is_null() => unsafe { std::slice::from_raw_parts(pointer, len) },
        _ => &[],
    }
}

extern "C" fn text_less(a: *const u8, a_len: u64, b: *const u8, b_len: u64) -> u8 {
    // SAFETY: both are strings of facts or constants.
    u8::from(unsafe { bytes(a, a_len) < bytes(b, b_len) })
}

extern "C" fn text_in(needle: *const u8, needle_len: u64, hay: *const u8, hay_len: u64) -> u8 {
    // SAFETY: both are strings of facts or constants.
    let (needle, hay) = unsafe { (bytes(needle, needle_len), bytes(hay, hay_len)) };
    u8::from(needle.is_empty() || memchr::memmem::find(hay, needle).is_some())
}

extern "C" fn text_starts(whole: *const u8, whole_len: u64, affix: *const u8, affix_len: u64) -> u8 {
    // SAFETY: both are strings of facts or constants.
    u8::from(unsafe { bytes(whole, whole_len).starts_with(bytes(affix, affix_len)) })
}

extern "C" fn text_ends(whole: *const u8, whole_len: u64, affix: *const u8, affix_len: u64) -> u8 {
    // SAFETY: both are strings of facts or constants.
    u8::from(unsafe { bytes(whole, whole_len).ends_with(bytes(affix, affix_len)) })
}

extern "C" fn text_table(table: *const TextTable, text: *const u8, len: u64) -> u8 {
    // SAFETY: the table is a constant of the code; the text one of facts or constants.
    unsafe { table.as_ref().is_some_and(|t| t.contains(bytes(text, len))).into() }
}

extern "C" fn text_hash(text: *const u8, len: u64) -> u64 {
    // SAFETY: a string of facts or constants.
    super::tables::looped_hash(unsafe { bytes(text, len) })
}

extern "C" fn int_table(table: *const i64, len: u64, value: i64) -> u8 {
    let Ok(len) = usize::try_from(len) else { return 0 };
    // SAFETY: the table is a constant of the code and has this length.
    u8::from(unsafe { std::slice::from_raw_parts(table, len) }.binary_search(&value).is_ok())
}

extern "C" fn matches(pattern: *const Pattern, text: *const u8, len: u64) -> u8 {
    // SAFETY: the pattern is a constant of the code; the text one of facts or constants.
    unsafe { pattern.as_ref().is_some_and(|p| p.is_match_bytes(bytes(text, len))).into() }
}

fn address(low: u64, high: u64, kind: u64) -> IpAddr {
    let mut octets = [0u8; 16];
    octets[..8].copy_from_slice(&low.to_le_bytes());
    octets[8..].copy_from_slice(&high.to_le_bytes());
    if kind & 0xff == 6 {
        IpAddr::V6(Ipv6Addr::from(octets))
    } else {
        IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3]))
    }
}

fn network(low: u64, high: u64, kind: u64) -> Cidr {
    Cidr { address: address(low, high, kind), prefix: (kind >> 8) as u8 }
}

extern "C" fn net_address_in(a: u64, b: u64, c: u64, x: u64, y: u64, z: u64) -> u8 {
    u8::from(network(x, y, z).contains(&address(a, b, c)))
}

extern "C" fn net_network_in(a: u64, b: u64, c: u64, x: u64, y: u64, z: u64) -> u8 {
    u8::from(network(x, y, z).covers(&network(a, b, c)))
}

extern "C" fn net_less(a: u64, b: u64, c: u64, x: u64, y: u64, z: u64) -> u8 {
    u8::from(network(a, b, c) < network(x, y, z))
}

macro_rules! arithmetic {
    ($($name:ident = $op:ident),* $(,)?) => {$(
        extern "C" fn $name(a: i64, b: i64) -> i64 {
            crate::graph::apply(Arith::$op, a, b)
        }
    )*};
}

arithmetic! {
    int_mul = IntMul, int_div = IntDiv, int_rem = IntRem, decimal_mul = DecimalMul, decimal_div = DecimalDiv,
    duration_mul = DurationMul, duration_div = DurationDiv, add_months = AddMonths,
}

/// An intrinsic: its name, its address, how many words it takes, and whether it gives a truth (else a number).
pub(super) struct Intrinsic {
    pub name: &'static str,
    pub address: *const u8,
    pub params: usize,
    pub truth: bool,
}

/// All there are.
pub(super) fn table() -> Vec<Intrinsic> {
    let truth = |name, address, params| Intrinsic { name, address, params, truth: true };
    let number = |name, address| Intrinsic { name, address, params: 2, truth: false };
    vec![
        number("text_hash", text_hash as *const u8),
        truth("text_less", text_less as *const u8, 4),
        truth("text_in", text_in as *const u8, 4),
        truth("text_starts", text_starts as *const u8, 4),
        truth("text_ends", text_ends as *const u8, 4),
        truth("text_table", text_table as *const u8, 3),
        truth("int_table", int_table as *const u8, 3),
        truth("matches", matches as *const u8, 3),
        truth("net_address_in", net_address_in as *const u8, 6),
        truth("net_network_in", net_network_in as *const u8, 6),
        truth("net_less", net_less as *const u8, 6),
        number("int_mul", int_mul as *const u8),
        number("int_div", int_div as *const u8),
        number("int_rem", int_rem as *const u8),
        number("decimal_mul", decimal_mul as *const u8),
        number("decimal_div", decimal_div as *const u8),
        number("duration_mul", duration_mul as *const u8),
        number("duration_div", duration_div as *const u8),
        number("add_months", add_months as *const u8),
    ]
}

/// The intrinsic behind an arithmetic operation that is not generated in place.
pub(super) fn of_arith(op: Arith) -> Option<&'static str> {
    Some(match op {
        Arith::IntMul => "int_mul",
        Arith::IntDiv => "int_div",
        Arith::IntRem => "int_rem",
        Arith::DecimalMul => "decimal_mul",
        Arith::DecimalDiv => "decimal_div",
        Arith::DurationMul => "duration_mul",
        Arith::DurationDiv => "duration_div",
        Arith::AddMonths => "add_months",
        Arith::IntAdd
        | Arith::IntSub
        | Arith::InstantAdd
        | Arith::InstantSub
        | Arith::InstantDiff
        | Arith::DurationAdd
        | Arith::DurationSub => return None,
    })
}
