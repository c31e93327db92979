//! Whole numbers: 64 bits, signed.
//!
//! In: two numbers. Out: their sum, difference, product, quotient or remainder, saturated at the range.
//! The checker admits nonzero literal divisors only; a divisor of zero gives 0 here, so nothing can trap.

pub fn add(a: i64, b: i64) -> i64 {
    a.saturating_add(b)
}

pub fn sub(a: i64, b: i64) -> i64 {
    a.saturating_sub(b)
}

pub fn mul(a: i64, b: i64) -> i64 {
    a.saturating_mul(b)
}

pub fn neg(a: i64) -> i64 {
    a.saturating_neg()
}

/// Toward zero.
pub fn div(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { a.saturating_div(b) }
}

/// Has the dividend's sign.
pub fn rem(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { a.wrapping_rem(b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saturates_at_both_ends() {
        assert_eq!(add(i64::MAX, 1), i64::MAX);
        assert_eq!(sub(i64::MIN, 1), i64::MIN);
        assert_eq!(mul(i64::MIN, 2), i64::MIN);
        assert_eq!(mul(i64::MIN, -1), i64::MAX);
        assert_eq!(div(i64::MIN, -1), i64::MAX);
        assert_eq!(rem(i64::MIN, -1), 0);
        assert_eq!(neg(i64::MIN), i64::MAX);
    }

    #[test]
    fn divides_toward_zero() {
        assert_eq!((div(7, 2), rem(7, 2)), (3, 1));
        assert_eq!((div(-7, 2), rem(-7, 2)), (-3, -1));
        assert_eq!((div(7, -2), rem(7, -2)), (-3, 1));
        assert_eq!((div(7, 0), rem(7, 0)), (0, 0));
    }
}
