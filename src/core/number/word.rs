//! Integers of 128 bits, for values that are known to fit.

use super::Ring;

/// The integers, as long as no sum or product leaves 128 bits: whoever computes with them has a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words;

impl Ring for Words {
    type Element = i128;

    fn zero(&self) -> i128 {
        0
    }
    fn one(&self) -> i128 {
        1
    }
    fn integer(&self, value: i64) -> i128 {
        value.into()
    }
    #[inline(always)]
    fn add(&self, a: &i128, b: &i128) -> i128 {
        a.wrapping_add(*b)
    }
    #[inline(always)]
    fn sub(&self, a: &i128, b: &i128) -> i128 {
        a.wrapping_sub(*b)
    }
    #[inline(always)]
    fn mul(&self, a: &i128, b: &i128) -> i128 {
        a.wrapping_mul(*b)
    }
    #[inline(always)]
    fn is_zero(&self, a: &i128) -> bool {
        *a == 0
    }
    fn is_positive(&self, a: &i128) -> Option<bool> {
        Some(*a > 0)
    }
}
