//! What the intrinsics do with strings and tables, for code that brings its own.
//!
//! In: pointers and lengths, and tables as [`super::data`] writes them. Out: what the functions of [`super::super::intrinsics`] give.
//! Nothing is read beyond the lengths, and the time is linear in them.

use super::terms::{Body, Terms, Var, choose};
use crate::codegen::tables::SPREAD;

/// A string: where it stands and how long it is.
#[derive(Clone, Copy)]
pub(super) struct Text {
    pub at: Var,
    pub len: Var,
}

/// How many bytes two strings have in common at their beginning, of so many.
fn in_common(f: &mut Body<'_>, a: Var, b: Var, len: Var) -> Var {
    let n = f.var(0);
    let more = f.var(len.above(7));
    f.as_long_as(more, |f| {
        let same = f.var((a + n).word().is((b + n).word()));
        f.set(n, n + same * 8);
        f.set(more, same & (n + 7).below(len));
    });
    f.set(more, n.below(len));
    f.as_long_as(more, |f| {
        let same = f.var((a + n).byte().is((b + n).byte()));
        f.set(n, n + same);
        f.set(more, same & n.below(len));
    });
    n
}

pub(super) fn text_less(f: &mut Body<'_>, a: Text, b: Text) {
    let shorter = f.var(choose(a.len.below(b.len), a.len, b.len));
    let n = in_common(f, a.at, b.at, shorter);
    f.when(n.is(shorter), |f| f.give(a.len.below(b.len)));
    f.give((a.at + n).byte().below((b.at + n).byte()));
}

pub(super) fn text_starts(f: &mut Body<'_>, whole: Text, affix: Text) {
    f.when(whole.len.below(affix.len), |f| f.give(0));
    let n = in_common(f, whole.at, affix.at, affix.len);
    f.give(n.is(affix.len));
}

pub(super) fn text_ends(f: &mut Body<'_>, whole: Text, affix: Text) {
    f.when(whole.len.below(affix.len), |f| f.give(0));
    let from = f.var(whole.at + (whole.len - affix.len));
    let n = in_common(f, from, affix.at, affix.len);
    f.give(n.is(affix.len));
}

/// Where the greatest suffix of a string begins, by the order of bytes or by the opposite order, and its period.
fn greatest_suffix(f: &mut Body<'_>, text: Text, opposite: bool) -> (Var, Var) {
    let (start, other, n, period) = (f.var(0), f.var(1), f.var(0), f.var(1));
    f.as_long_as((other + n).below(text.len), |f| {
        let a = f.var((text.at + start + n).byte());
        let b = f.var((text.at + other + n).byte());
        f.either(
            a.is(b),
            |f| {
                let whole = f.var((n + 1).is(period));
                f.set(other, choose(whole, other + period, other));
                f.set(n, choose(whole, 0, n + 1));
            },
            |f| {
                f.either(
                    if opposite { b.above(a) } else { a.above(b) },
                    |f| {
                        f.set(other, other + n + 1);
                        f.set(period, other - start);
                    },
                    |f| {
                        f.set(start, other);
                        f.set(other, other + 1);
                        f.set(period, 1);
                    },
                );
                f.set(n, 0);
            },
        );
    });
    (start, period)
}

/// The search in two ways of Crochemore and Perrin: from a cut to the right, then to the left, each byte of the haystack a bounded
/// number of times.
pub(super) fn text_in(f: &mut Body<'_>, needle: Text, hay: Text) {
    f.when(needle.len.is(0), |f| f.give(1));
    f.when(hay.len.below(needle.len), |f| f.give(0));
    let (cut, period) = greatest_suffix(f, needle, false);
    let (other_cut, other_period) = greatest_suffix(f, needle, true);
    let later = f.var(other_cut.above(cut));
    f.set(cut, choose(later, other_cut, cut));
    f.set(period, choose(later, other_period, period));
    // Where all of the needle has the period, what matched before need not be looked at again after a step.
    let from = f.var(needle.at + period);
    let repeated = in_common(f, needle.at, from, cut);
    let known_then = f.var(0);
    f.either(
        repeated.is(cut),
        |f| f.set(known_then, needle.len - period),
        |f| {
            let right = f.var(needle.len - cut);
            f.set(period, choose((right + 1).above(cut), right + 1, cut));
        },
    );
    let (at, known) = (f.var(0), f.var(0));
    let last = f.var(hay.len - needle.len);
    f.as_long_as((last + 1).above(at), |f| {
        let begin = f.var(choose(known.above(cut), known, cut));
        let (a, b) = (f.var(needle.at + begin), f.var(hay.at + at + begin));
        let rest = f.var(needle.len - begin);
        let right = in_common(f, a, b, rest);
        f.either(
            right.below(rest),
            |f| {
                f.set(at, at + begin + right + 1 - cut);
                f.set(known, 0);
            },
            |f| {
                let left = f.var(cut);
                let more = f.var(left.above(known));
                f.as_long_as(more, |f| {
                    let a = (needle.at + left - 1).byte();
                    let same = f.var(a.is((hay.at + at + left - 1).byte()));
                    f.set(left, left - same);
                    f.set(more, same & left.above(known));
                });
                f.when((known + 1).above(left), |f| f.give(1));
                f.set(at, at + period);
                f.set(known, known_then);
            },
        );
    });
}

fn mix(f: &mut Body<'_>, hash: Var, word: Var) {
    let product = f.var((hash ^ word) * SPREAD as i64);
    f.set(hash, product ^ (product >> 32));
}

fn hash_of(f: &mut Body<'_>, text: Text) -> Var {
    let (hash, n) = (f.var(text.len), f.var(0));
    f.as_long_as((n + 7).below(text.len), |f| {
        let word = f.var((text.at + n).word());
        mix(f, hash, word);
        f.set(n, n + 8);
    });
    f.when(n.below(text.len), |f| {
        let (last, shift) = (f.var(0), f.var(0));
        f.as_long_as(n.below(text.len), |f| {
            f.set(last, last | ((text.at + n).byte() << shift));
            f.set(shift, shift + 8);
            f.set(n, n + 1);
        });
        mix(f, hash, last);
    });
    hash
}

pub(super) fn text_hash(f: &mut Body<'_>, text: Text) {
    let hash = hash_of(f, text);
    f.give(hash);
}

/// Over a table as [`super::data::text_table`] writes it.
pub(super) fn text_table(f: &mut Body<'_>, table: Var, text: Text) {
    let hash = hash_of(f, text);
    let mask = f.var(table.word());
    let nth = f.var(hash & mask);
    // It is at most half full, so this ends.
    f.as_long_as(1, |f| {
        let slot = f.var(table + 8 + nth * 24);
        let tag = f.var(slot.word());
        f.when(tag.is(0), |f| f.give(0));
        f.when(tag.is(hash | 1) & (slot + 8).word().is(text.len), |f| {
            let found = f.var(table + (slot + 16).word());
            let n = in_common(f, found, text.at, text.len);
            f.when(n.is(text.len), |f| f.give(1));
        });
        f.set(nth, (nth + 1) & mask);
    });
}

/// Over sorted numbers.
pub(super) fn int_table(f: &mut Body<'_>, table: Var, len: Var, value: Var) {
    let (low, high) = (f.var(0), f.var(len));
    f.as_long_as(low.below(high), |f| {
        let middle = f.var((low + high) >> 1);
        let found = f.var((table + middle * 8).word());
        f.when(found.is(value), |f| f.give(1));
        f.either(found.less(value), |f| f.set(low, middle + 1), |f| f.set(high, middle));
    });
}

/// Over an automaton as [`crate::pattern::Pattern::table`] writes it.
pub(super) fn matches(f: &mut Body<'_>, pattern: Var, text: Text) {
    let (state, end) = (f.var(pattern.half()), f.var((pattern + 4).half()));
    let n = f.var(0);
    f.as_long_as(n.below(text.len), |f| {
        f.when(state.is(0), |f| f.give(0));
        let class = f.var((pattern + 8 + (text.at + n).byte()).byte());
        f.set(state, (pattern + state + class * 4).half());
        f.set(n, n + 1);
    });
    f.when(state.is(0), |f| f.give(0));
    f.give((pattern + state + end).half());
}
