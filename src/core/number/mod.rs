//! Number types behind one trait: everything above is written once, for all of them.
//!
//! A number type is a *value* that knows how to compute with its elements (a prime field has to carry its prime), so
//! arithmetic reads `ring.mul(&a, &b)`. Label maps and Jacobians ask for a [`Ring`]; elimination asks for a [`Field`].

mod decimal;
mod degree;
mod dual;
mod dyadic;
mod exact;
mod float;
mod function;
mod norm;
mod prime;
mod random;
mod stream;
mod word;

pub use decimal::{decimal, shortest};
pub use degree::Degrees;
pub use dual::{Dual, Duals};
pub use dyadic::{Dyadic, Dyadics};
pub use exact::{Integers, Rationals};
pub use float::Floats;
pub use function::Function;
pub use norm::{Norm, Norms};
pub use prime::{PrimeField, random_prime, random_small_prime};
pub use random::{gaussian, mixed, uniform};
pub use stream::{Stream, generator};
pub use word::Words;

use std::fmt::Debug;

use rug::{Integer, Rational};

/// The least whole number that log₂ is not above; 0 for 0.
pub(crate) fn ceil_log2(value: u128) -> i64 {
    i64::from(u128::BITS - value.saturating_sub(1).leading_zeros())
}

/// The binomial coefficient; 0 for k > n.
pub fn binomial(n: usize, k: usize) -> Integer {
    if k > n { Integer::new() } else { Integer::from(n).binomial(k as u32) }
}

/// A commutative ring with one.
pub trait Ring: Clone + Debug + Send + Sync {
    /// What is computed with.
    type Element: Clone + PartialEq + Debug + Send + Sync;

    /// The neutral element of addition.
    fn zero(&self) -> Self::Element;
    /// The neutral element of multiplication.
    fn one(&self) -> Self::Element;
    /// The image of a machine integer.
    fn integer(&self, value: i64) -> Self::Element;
    /// The image of a rational number; nothing if the ring has none, because a denominator has no inverse.
    fn rational(&self, value: &Rational) -> Option<Self::Element> {
        (*value.denom() == 1).then(|| integer_of(self, value.numer()))
    }
    /// `a + b`.
    fn add(&self, a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// `a − b`.
    fn sub(&self, a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// `a · b`.
    fn mul(&self, a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// Whether `a` is the neutral element of addition.
    fn is_zero(&self, a: &Self::Element) -> bool;

    /// Whether `a` is greater than zero; nothing in a ring without an order.
    fn is_positive(&self, _a: &Self::Element) -> Option<bool> {
        None
    }

    /// max(a, 0) and its slope, 1 above 0 and 0 otherwise; nothing in a ring without an order.
    fn rectify(&self, a: &Self::Element) -> Option<(Self::Element, Self::Element)> {
        let positive = self.is_positive(a)?;
        Some(if positive { (a.clone(), self.one()) } else { (self.zero(), self.zero()) })
    }

    /// `1 / a`; nothing for zero, and in a ring that does not divide.
    fn reciprocal(&self, _a: &Self::Element) -> Option<Self::Element> {
        None
    }

    /// The value of a function and its slope; nothing where it has none, and in a ring without such functions.
    fn apply(&self, _function: Function, _a: &Self::Element) -> Option<(Self::Element, Self::Element)> {
        None
    }

    /// `−a`.
    fn neg(&self, a: &Self::Element) -> Self::Element {
        self.sub(&self.zero(), a)
    }

    /// `sum += a · b`.
    fn add_product(&self, sum: &mut Self::Element, a: &Self::Element, b: &Self::Element) {
        *sum = self.add(sum, &self.mul(a, b));
    }

    /// `Σ a[i] · b[i]`, over the shorter length.
    fn dot(&self, a: &[Self::Element], b: &[Self::Element]) -> Self::Element {
        let mut sum = self.zero();
        a.iter().zip(b).for_each(|(a, b)| self.add_product(&mut sum, a, b));
        sum
    }

    /// `sum += Σ a[i] · b[i]`, over the shorter length.
    fn add_dot(&self, sum: &mut Self::Element, a: &[Self::Element], b: &[Self::Element]) {
        a.iter().zip(b).for_each(|(a, b)| self.add_product(sum, a, b));
    }

    /// `target += Σ factors[i] · rows[i]`, entry by entry; rows are as long as the target.
    fn add_combination(&self, target: &mut [Self::Element], factors: &[Self::Element], rows: &[Vec<Self::Element>]) {
        for (factor, row) in factors.iter().zip(rows) {
            if !self.is_zero(factor) {
                for (sum, entry) in target.iter_mut().zip(row) {
                    self.add_product(sum, factor, entry);
                }
            }
        }
    }

    /// `a` to a power, by repeated squaring; `a⁰ = 1`.
    fn power(&self, a: &Self::Element, exponent: u64) -> Self::Element {
        let (mut result, mut square, mut left) = (self.one(), a.clone(), exponent);
        while left > 0 {
            if left & 1 == 1 {
                result = self.mul(&result, &square);
            }
            left >>= 1;
            if left > 0 {
                square = self.mul(&square, &square);
            }
        }
        result
    }
}

/// A ring in which every element but zero has an inverse.
pub trait Field: Ring {
    /// `1 / a`, or nothing for zero.
    fn inverse(&self, a: &Self::Element) -> Option<Self::Element>;
}

/// The image of an integer of any size, from its digits.
fn integer_of<R: Ring>(ring: &R, value: &Integer) -> R::Element {
    const DIGIT: u32 = 32;
    if let Some(small) = value.to_i64() {
        return ring.integer(small);
    }
    let base = ring.integer(1 << DIGIT);
    let digits = (0..value.significant_bits().div_ceil(DIGIT)).rev();
    let magnitude = digits.fold(ring.zero(), |sum, digit| {
        let digit = Integer::from(value.abs_ref()) >> (digit * DIGIT);
        ring.add(&ring.mul(&sum, &base), &ring.integer(i64::from(digit.to_u32_wrapping())))
    });
    if value.is_negative() { ring.neg(&magnitude) } else { magnitude }
}
