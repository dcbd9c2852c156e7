//! Double-precision floats: for training and for looking, never for evidence.

use rug::Rational;

use super::{Field, Function, Ring};

/// The "field" of f64 numbers; equality and zero are exact comparisons.
#[derive(Clone, Copy, Debug)]
pub struct Floats;

impl Ring for Floats {
    type Element = f64;

    fn zero(&self) -> f64 {
        0.0
    }
    fn one(&self) -> f64 {
        1.0
    }
    fn integer(&self, value: i64) -> f64 {
        value as f64
    }
    fn rational(&self, value: &Rational) -> Option<f64> {
        Some(value.to_f64())
    }
    fn add(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }
    fn sub(&self, a: &f64, b: &f64) -> f64 {
        a - b
    }
    fn mul(&self, a: &f64, b: &f64) -> f64 {
        a * b
    }
    fn is_zero(&self, a: &f64) -> bool {
        *a == 0.0
    }
    fn is_positive(&self, a: &f64) -> Option<bool> {
        Some(*a > 0.0)
    }
    fn reciprocal(&self, a: &f64) -> Option<f64> {
        self.inverse(a)
    }
    fn apply(&self, function: Function, a: &f64) -> Option<(f64, f64)> {
        match function {
            Function::Exp => Some((a.exp(), a.exp())),
            Function::Log => (*a > 0.0).then(|| (a.ln(), a.recip())),
            Function::Sqrt => (*a > 0.0).then(|| (a.sqrt(), 0.5 / a.sqrt())),
        }
    }
}

impl Field for Floats {
    fn inverse(&self, a: &f64) -> Option<f64> {
        (*a != 0.0).then(|| a.recip())
    }
}
