//! Bounds on degrees: a label map evaluated on them says how high the learnable weights enter, without any polynomial.

use rug::Rational;

use super::Ring;

/// Degrees of polynomials: sums take the larger, products add up; nothing stands for the zero polynomial.
///
/// It computes *upper bounds*, in the way of a ring although it has no differences: `a − b` counts as `a + b`. The bounds are
/// exact where nothing can cancel, as for polynomials with non-negative coefficients. Degrees saturate.
#[derive(Clone, Copy, Debug)]
pub struct Degrees;

impl Ring for Degrees {
    type Element = Option<u64>;

    fn zero(&self) -> Option<u64> {
        None
    }
    fn one(&self) -> Option<u64> {
        Some(0)
    }
    fn integer(&self, value: i64) -> Option<u64> {
        (value != 0).then_some(0)
    }
    fn rational(&self, value: &Rational) -> Option<Option<u64>> {
        Some((!value.is_zero()).then_some(0))
    }
    fn add(&self, a: &Option<u64>, b: &Option<u64>) -> Option<u64> {
        *a.max(b)
    }
    fn sub(&self, a: &Option<u64>, b: &Option<u64>) -> Option<u64> {
        *a.max(b)
    }
    fn mul(&self, a: &Option<u64>, b: &Option<u64>) -> Option<u64> {
        Some((*a)?.saturating_add((*b)?))
    }
    fn is_zero(&self, a: &Option<u64>) -> bool {
        a.is_none()
    }
}
