//! Sets: sorted and without duplicates, in place.
//!
//! In: the elements of a set as they were read. Out: how many are left, in the order that [`layout`](crate::layout) states, which is the
//! oracle's. Nothing is allocated.

use std::cmp::Ordering;

use crate::arena::Place;
use crate::layout::{Ip, Network, Text};
use crate::schema::Type;

/// How elements are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Bool,
    Case,
    Number,
    Text,
    Ip,
    Network,
}

impl Order {
    pub fn of(ty: Type) -> Option<Order> {
        match ty {
            Type::Bool => Some(Order::Bool),
            Type::Enum(_) => Some(Order::Case),
            Type::Int | Type::Decimal | Type::Instant | Type::Duration => Some(Order::Number),
            Type::String => Some(Order::Text),
            Type::Ip => Some(Order::Ip),
            Type::Cidr => Some(Order::Network),
            Type::Record(_) | Type::List(_) | Type::Set(_) | Type::Optional(_) => None,
        }
    }
}

/// How many of the first `count` elements of the place are left; `None` where there are not that many.
///
/// # Safety
///
/// If the order is that of texts, each of the elements was written as one, and its bytes are still there: in the input, or in a piece of
/// the arena that nobody writes to.
pub(crate) unsafe fn sort(order: Order, place: &mut Place<'_>, count: usize) -> Option<usize> {
    match order {
        Order::Bool => sort_by(place, count, |a: &u8, b| a.cmp(b)),
        Order::Case => sort_by(place, count, |a: &u32, b| a.cmp(b)),
        Order::Number => sort_by(place, count, |a: &i64, b| a.cmp(b)),
        Order::Text => {
            // SAFETY: as the caller promises.
            let bytes = |text: &Text| unsafe { std::slice::from_raw_parts(text.bytes, text.length as usize) };
            sort_by(place, count, |a: &Text, b| compare(bytes(a), bytes(b)))
        }
        Order::Ip => sort_by(place, count, |a: &Ip, b| (a.family, a.bytes).cmp(&(b.family, b.bytes))),
        Order::Network => {
            sort_by(place, count, |a: &Network, b| (a.family, a.bytes, a.prefix).cmp(&(b.family, b.bytes, b.prefix)))
        }
    }
}

/// As `a.cmp(b)`, by words: names are short.
#[inline(always)]
fn compare(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first_chunk::<8>(), b.split_first_chunk::<8>()) {
        let (x, y) = (u64::from_be_bytes(*x), u64::from_be_bytes(*y));
        if x != y {
            return x.cmp(&y);
        }
        (a, b) = (rest_a, rest_b);
    }
    for (x, y) in a.iter().zip(b) {
        if x != y {
            return x.cmp(y);
        }
    }
    a.len().cmp(&b.len())
}

/// Types of which any bytes are a value.
trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for u32 {}
impl Plain for i64 {}
impl Plain for Text {}
impl Plain for Ip {}
impl Plain for Network {}

#[inline(always)]
fn sort_by<T: Plain>(place: &mut Place<'_>, count: usize, compare: impl Fn(&T, &T) -> Ordering) -> Option<usize> {
    let start = place.pointer().cast::<T>();
    if count.checked_mul(size_of::<T>())? > place.size() || !start.is_aligned() {
        return None;
    }
    // SAFETY: the elements lie in the piece, which is initialised, aligned for them and held by nobody else; any bytes are a `T`.
    let items = unsafe { std::slice::from_raw_parts_mut(start.as_ptr(), count) };
    // One by one behind the last that is not greater; long sets only as far as they are sorted already.
    let mut kept = 0;
    for at in 0..count {
        let item = *items.get(at)?;
        let mut place = kept;
        let mut order = Ordering::Greater;
        while place > 0 {
            order = compare(&item, items.get(place - 1)?);
            if order != Ordering::Less {
                break;
            }
            place -= 1;
        }
        if order == Ordering::Equal {
            continue;
        }
        if place < kept && count > FEW {
            items.sort_unstable_by(&compare);
            return without_duplicates(items, compare);
        }
        let mut hole = kept;
        while hole > place {
            *items.get_mut(hole)? = *items.get(hole - 1)?;
            hole -= 1;
        }
        *items.get_mut(place)? = item;
        kept += 1;
    }
    Some(kept)
}

/// Up to this many are sorted by insertion.
const FEW: usize = 12;

/// Of sorted items: how many are left.
fn without_duplicates<T: Plain>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) -> Option<usize> {
    let mut kept = 0;
    for at in 0..items.len() {
        let item = *items.get(at)?;
        if kept == 0 || compare(items.get(kept - 1)?, &item) != Ordering::Equal {
            *items.get_mut(kept)? = item;
            kept += 1;
        }
    }
    Some(kept)
}
