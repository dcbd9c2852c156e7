//! Bounds on coefficients: a label map evaluated on them says how large its coefficients can be, without any polynomial.

use rug::{Integer, Rational};

use super::Ring;

/// An upper bound, `mantissa · 2^exponent`, of the sum of the absolute values of a polynomial's coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Norm {
    mantissa: u64,
    /// 0, or the mantissa's highest bit is set. Saturates, and then stands for anything.
    exponent: u64,
}

impl Norm {
    /// The smallest norm from a number, rounded up.
    fn of(value: u128, exponent: u64) -> Self {
        let excess = (u128::BITS - value.leading_zeros()).saturating_sub(u64::BITS);
        let kept = value >> excess;
        let kept = kept + u128::from(kept << excess != value);
        // Rounding up may have made 2^64.
        let (kept, excess) = if kept >> 64 == 0 { (kept, excess) } else { (kept >> 1, excess + 1) };
        let norm = Norm { mantissa: kept as u64, exponent: exponent.saturating_add(u64::from(excess)) };
        norm.normalised()
    }

    fn normalised(self) -> Self {
        let shift = u64::from(self.mantissa.leading_zeros()).min(self.exponent);
        match self.mantissa {
            0 => Norm { mantissa: 0, exponent: 0 },
            _ if self.exponent == u64::MAX => self,
            mantissa => Norm { mantissa: mantissa << shift, exponent: self.exponent - shift },
        }
    }

    /// The absolute value of an integer.
    fn integer(value: &Integer) -> Self {
        let excess = value.significant_bits().saturating_sub(u64::BITS);
        let magnitude = Integer::from(value.abs_ref());
        let kept = Integer::from(&magnitude >> excess);
        let rounded = Integer::from(&kept << excess) != magnitude;
        Norm::of(u128::from(kept.to_u64_wrapping()) + u128::from(rounded), u64::from(excess))
    }

    /// ⌈log₂⌉, 0 for 0, saturating.
    pub fn log2(self) -> u64 {
        let below = u64::from(u64::BITS - self.mantissa.saturating_sub(1).leading_zeros());
        self.exponent.saturating_add(below)
    }
}

/// Sums of absolute values of coefficients: those of a sum are at most the sum, those of a product the product.
///
/// It computes *upper bounds*, in the way of a ring although it has no differences: `a − b` counts as `a + b`. The bounds hold for
/// coefficients of either sign; they are exact, but for rounding up, where nothing can cancel.
#[derive(Clone, Copy, Debug)]
pub struct Norms;

impl Ring for Norms {
    type Element = Norm;

    fn zero(&self) -> Norm {
        Norm { mantissa: 0, exponent: 0 }
    }
    fn one(&self) -> Norm {
        Norm { mantissa: 1, exponent: 0 }
    }
    fn integer(&self, value: i64) -> Norm {
        Norm::of(value.unsigned_abs().into(), 0)
    }
    fn rational(&self, value: &Rational) -> Option<Norm> {
        let ceiling = Rational::from(value.abs_ref()).ceil();
        Some(Norm::integer(ceiling.numer()))
    }
    fn add(&self, a: &Norm, b: &Norm) -> Norm {
        let (small, large) = if a.exponent < b.exponent { (a, b) } else { (b, a) };
        let shift = large.exponent - small.exponent;
        let kept = if shift < 64 { small.mantissa >> shift } else { 0 };
        let rounded = shift > 0 && (shift >= 64 || kept << shift != small.mantissa) && small.mantissa != 0;
        Norm::of(u128::from(large.mantissa) + u128::from(kept) + u128::from(rounded), large.exponent)
    }
    fn sub(&self, a: &Norm, b: &Norm) -> Norm {
        self.add(a, b)
    }
    fn mul(&self, a: &Norm, b: &Norm) -> Norm {
        Norm::of(u128::from(a.mantissa) * u128::from(b.mantissa), a.exponent.saturating_add(b.exponent))
    }
    fn is_zero(&self, a: &Norm) -> bool {
        a.mantissa == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(norm: Norm) -> Integer {
        Integer::from(norm.mantissa) << norm.exponent as u32
    }

    proptest! {
        #[test]
        fn bounds_from_above_and_closely(a: u128, b: u128, shift in 0u32..128, other in 0u32..128) {
            let (a, b) = (a >> shift, b >> other);
            let (x, y) = (Norm::integer(&Integer::from(a)), Norm::integer(&Integer::from(b)));
            for (norm, truth) in [
                (x, Integer::from(a)),
                (Norms.add(&x, &y), Integer::from(a) + b),
                (Norms.mul(&x, &y), Integer::from(a) * b),
            ] {
                let bound = exact(norm);
                prop_assert!(bound >= truth);
                prop_assert!(bound <= Integer::from(&truth >> 60) + &truth);
                let bits = norm.log2() as u32;
                prop_assert!(Integer::from(1) << bits >= truth);
                prop_assert!(truth <= 1 || bits == 0 || Integer::from(1) << (bits - 1) < bound);
            }
        }
    }

    #[test]
    fn saturates() {
        let mut norm = Norms.integer(3);
        for _ in 0..80 {
            norm = Norms.mul(&norm, &norm);
        }
        assert_eq!(norm.log2(), u64::MAX);
        assert_eq!(Norms.add(&norm, &Norms.one()).log2(), u64::MAX);
        assert!(Norms.is_zero(&Norms.mul(&norm, &Norms.zero())));
    }
}
