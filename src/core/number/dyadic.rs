//! Dyadic rationals m / 2^e: what random instances are drawn from, and exact without a greatest common divisor.

use std::cmp::Ordering;

use rug::{Integer, Rational};

use super::Ring;

/// `mantissa / 2^exponent`, not necessarily in lowest terms.
#[derive(Clone, Debug, Default)]
pub struct Dyadic {
    /// The numerator.
    pub mantissa: Integer,
    /// The denominator is 2 to this power.
    pub exponent: u32,
}

impl Dyadic {
    /// The numerator over 2^`exponent`, which is at least the number's own.
    pub fn over(&self, exponent: u32) -> Integer {
        Integer::from(&self.mantissa << (exponent - self.exponent))
    }

    /// The number as a fraction.
    pub fn rational(&self) -> Rational {
        Rational::from((self.mantissa.clone(), Integer::from(1) << self.exponent))
    }
}

impl PartialEq for Dyadic {
    fn eq(&self, other: &Self) -> bool {
        let exponent = self.exponent.max(other.exponent);
        self.over(exponent) == other.over(exponent)
    }
}

/// The ring of dyadic rationals.
#[derive(Clone, Copy, Debug)]
pub struct Dyadics;

impl Ring for Dyadics {
    type Element = Dyadic;

    fn zero(&self) -> Dyadic {
        Dyadic::default()
    }
    fn one(&self) -> Dyadic {
        self.integer(1)
    }
    fn integer(&self, value: i64) -> Dyadic {
        Dyadic { mantissa: Integer::from(value), exponent: 0 }
    }
    fn rational(&self, value: &Rational) -> Option<Dyadic> {
        let exponent = value.denom().significant_bits() - 1;
        let dyadic = || Dyadic { mantissa: value.numer().clone(), exponent };
        value.denom().is_power_of_two().then(dyadic)
    }
    fn add(&self, a: &Dyadic, b: &Dyadic) -> Dyadic {
        let exponent = a.exponent.max(b.exponent);
        let mantissa = match a.exponent.cmp(&b.exponent) {
            Ordering::Less => a.over(exponent) + &b.mantissa,
            Ordering::Equal => Integer::from(&a.mantissa + &b.mantissa),
            Ordering::Greater => b.over(exponent) + &a.mantissa,
        };
        Dyadic { mantissa, exponent }
    }
    fn sub(&self, a: &Dyadic, b: &Dyadic) -> Dyadic {
        let exponent = a.exponent.max(b.exponent);
        let mantissa = match a.exponent.cmp(&b.exponent) {
            Ordering::Less => a.over(exponent) - &b.mantissa,
            Ordering::Equal => Integer::from(&a.mantissa - &b.mantissa),
            Ordering::Greater => &a.mantissa - b.over(exponent),
        };
        Dyadic { mantissa, exponent }
    }
    /// In the sum's own memory.
    fn add_product(&self, sum: &mut Dyadic, a: &Dyadic, b: &Dyadic) {
        let exponent = a.exponent + b.exponent;
        if sum.exponent < exponent {
            sum.mantissa <<= exponent - sum.exponent;
            sum.exponent = exponent;
        }
        if sum.exponent == exponent {
            sum.mantissa += &a.mantissa * &b.mantissa;
        } else {
            sum.mantissa += Integer::from(&a.mantissa * &b.mantissa) << (sum.exponent - exponent);
        }
    }
    fn mul(&self, a: &Dyadic, b: &Dyadic) -> Dyadic {
        Dyadic { mantissa: Integer::from(&a.mantissa * &b.mantissa), exponent: a.exponent + b.exponent }
    }
    fn is_zero(&self, a: &Dyadic) -> bool {
        a.mantissa.is_zero()
    }
    fn is_positive(&self, a: &Dyadic) -> Option<bool> {
        Some(a.mantissa.is_positive())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rug::Rational;

    /// By repeated halving, which is another way than the one that is tested.
    fn rational(a: &Dyadic) -> Rational {
        (0..a.exponent).fold(Rational::from(a.mantissa.clone()), |x, _| x / 2)
    }

    proptest! {
        #[test]
        fn agrees_with_rationals(m in -99i64..100, e in 0u32..9, n in -99i64..100, f in 0u32..9) {
            let (a, b) = (Dyadic { mantissa: m.into(), exponent: e }, Dyadic { mantissa: n.into(), exponent: f });
            prop_assert_eq!(rational(&Dyadics.add(&a, &b)), rational(&a) + rational(&b));
            prop_assert_eq!(rational(&Dyadics.sub(&a, &b)), rational(&a) - rational(&b));
            prop_assert_eq!(rational(&Dyadics.mul(&a, &b)), rational(&a) * rational(&b));
            prop_assert_eq!(a.rational(), rational(&a));
            prop_assert_eq!(a == b, rational(&a) == rational(&b));
            for start in [Dyadics.zero(), a.clone(), Dyadics.mul(&a, &b), Dyadics.mul(&a, &Dyadics.mul(&a, &b))] {
                let mut sum = start.clone();
                Dyadics.add_product(&mut sum, &a, &b);
                prop_assert_eq!(rational(&sum), rational(&start) + rational(&a) * rational(&b));
            }
        }
    }
}
