//! Real numbers to so many bits (MPFR, through rug): for refining what training found, never for evidence.

use rug::{Float, Rational};

use allocert_core::number::{Dyadic, Function, Ring};

/// Floats with a significand of so many bits; equality and zero are exact comparisons.
#[derive(Clone, Copy, Debug)]
pub struct Reals {
    /// At least 1.
    pub precision: u32,
}

impl Reals {
    /// A number rounded to this precision.
    pub fn real<T>(self, value: T) -> Float
    where
        Float: rug::Assign<T>,
    {
        Float::with_val(self.precision, value)
    }

    /// The float nearest to a dyadic rational.
    pub fn dyadic(self, value: &Dyadic) -> Float {
        self.real(&value.mantissa) >> value.exponent
    }
}

impl Ring for Reals {
    type Element = Float;

    fn zero(&self) -> Float {
        Float::new(self.precision)
    }
    fn one(&self) -> Float {
        self.real(1)
    }
    fn integer(&self, value: i64) -> Float {
        self.real(value)
    }
    fn add(&self, a: &Float, b: &Float) -> Float {
        self.real(a + b)
    }
    fn sub(&self, a: &Float, b: &Float) -> Float {
        self.real(a - b)
    }
    fn mul(&self, a: &Float, b: &Float) -> Float {
        self.real(a * b)
    }
    fn is_zero(&self, a: &Float) -> bool {
        a.is_zero()
    }
    fn is_positive(&self, a: &Float) -> Option<bool> {
        Some(*a > 0)
    }
    fn rational(&self, value: &Rational) -> Option<Float> {
        Some(self.real(value))
    }
    fn reciprocal(&self, a: &Float) -> Option<Float> {
        (!a.is_zero()).then(|| self.real(a.recip_ref()))
    }
    fn apply(&self, function: Function, a: &Float) -> Option<(Float, Float)> {
        let positive = *a > 0;
        match function {
            Function::Exp => Some((self.real(a.exp_ref()), self.real(a.exp_ref()))),
            Function::Log => positive.then(|| (self.real(a.ln_ref()), self.real(a.recip_ref()))),
            Function::Sqrt => positive.then(|| {
                let root = self.real(a.sqrt_ref());
                let slope = self.real(self.real(root.recip_ref()) >> 1u32);
                (root, slope)
            }),
        }
    }
    fn add_product(&self, sum: &mut Float, a: &Float, b: &Float) {
        *sum += self.real(a * b);
    }
}
