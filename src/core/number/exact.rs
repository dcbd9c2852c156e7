//! Exact integers and rationals of any size (GMP, through rug).

use rug::{Integer, Rational};

use super::{Field, Ring};

/// The ring of integers.
#[derive(Clone, Copy, Debug)]
pub struct Integers;

impl Ring for Integers {
    type Element = Integer;

    fn zero(&self) -> Integer {
        Integer::new()
    }
    fn one(&self) -> Integer {
        Integer::from(1)
    }
    fn integer(&self, value: i64) -> Integer {
        Integer::from(value)
    }
    fn add(&self, a: &Integer, b: &Integer) -> Integer {
        Integer::from(a + b)
    }
    fn sub(&self, a: &Integer, b: &Integer) -> Integer {
        Integer::from(a - b)
    }
    fn mul(&self, a: &Integer, b: &Integer) -> Integer {
        Integer::from(a * b)
    }
    fn is_zero(&self, a: &Integer) -> bool {
        a.is_zero()
    }
    fn is_positive(&self, a: &Integer) -> Option<bool> {
        Some(a.is_positive())
    }
    fn add_product(&self, sum: &mut Integer, a: &Integer, b: &Integer) {
        *sum += a * b;
    }
}

/// The field of rational numbers.
#[derive(Clone, Copy, Debug)]
pub struct Rationals;

impl Ring for Rationals {
    type Element = Rational;

    fn zero(&self) -> Rational {
        Rational::new()
    }
    fn one(&self) -> Rational {
        Rational::from(1)
    }
    fn integer(&self, value: i64) -> Rational {
        Rational::from(value)
    }
    fn rational(&self, value: &Rational) -> Option<Rational> {
        Some(value.clone())
    }
    fn add(&self, a: &Rational, b: &Rational) -> Rational {
        Rational::from(a + b)
    }
    fn sub(&self, a: &Rational, b: &Rational) -> Rational {
        Rational::from(a - b)
    }
    fn mul(&self, a: &Rational, b: &Rational) -> Rational {
        Rational::from(a * b)
    }
    fn reciprocal(&self, a: &Rational) -> Option<Rational> {
        self.inverse(a)
    }
    fn is_zero(&self, a: &Rational) -> bool {
        a.is_zero()
    }
    fn is_positive(&self, a: &Rational) -> Option<bool> {
        Some(a.is_positive())
    }
}

impl Field for Rationals {
    fn inverse(&self, a: &Rational) -> Option<Rational> {
        (!a.is_zero()).then(|| Rational::from(a.recip_ref()))
    }
}
