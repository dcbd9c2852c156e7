//! Residues modulo a small prime, as whole floating-point numbers.

use pulp::Arch;

/// Whole numbers up to here are floating-point numbers.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

/// A prime below [`Prime::LIMIT`]. A residue is a whole number of absolute value at most [`Prime::largest`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prime {
    value: f64,
    inverse: f64,
    terms: usize,
}

impl Prime {
    /// Primes are below this.
    pub const LIMIT: u32 = 1 << 26;
    /// Sums are reduced at least once in so many terms, however small the prime.
    const MOST_TERMS: usize = 1 << 12;

    /// Arithmetic modulo `p`; nothing if `p` is not a prime below 2^26.
    pub fn new(p: u32) -> Option<Self> {
        if p >= Prime::LIMIT || !is_prime(p) {
            return None;
        }
        let value = f64::from(p);
        let largest = f64::from((p + 3) / 2);
        // terms · h² + h must stay below 2^53 − 2p: then the multiple of p that a reduction takes away is exact, too.
        let terms = ((EXACT - 3.0 * value) / (largest * largest)).floor() as usize;
        Some(Prime { value, inverse: value.recip(), terms: terms.min(Prime::MOST_TERMS) })
    }

    /// The prime.
    pub fn value(&self) -> u32 {
        self.value as u32
    }

    /// So many products of two residues may be added to a residue before the sum has to be reduced; at least 8.
    pub fn terms(&self) -> usize {
        self.terms
    }

    /// The largest absolute value of a residue: ⌊(p + 3)/2⌋. It is below p, so that only 0 stands for 0; for p = 2 and p = 3 sums
    /// are so small that a residue is at most p/2.
    pub fn largest(&self) -> u32 {
        (self.value() + 3) / 2
    }

    /// The residue of a number in `0 .. p`.
    pub fn enter(&self, value: u32) -> f64 {
        let value = f64::from(value);
        if value + value > self.value { value - self.value } else { value }
    }

    /// The number in `0 .. p` that a residue stands for.
    pub fn leave(&self, residue: f64) -> u32 {
        let shifted = if residue < 0.0 { residue + self.value } else { residue };
        shifted as u32
    }

    /// The residue of any integer.
    pub fn integer(&self, value: i64) -> f64 {
        self.enter(value.rem_euclid(i64::from(self.value())) as u32)
    }

    /// The residue of a whole number x with |x| ≤ 2^53 − 2p.
    ///
    /// The two roundings before the last, of 1/p and of the quotient, err by less than 2^-52 · (1 + 2^-53) of it, which is below 2/p.
    /// So q, the rounded quotient, is off x/p by less than ½ + 2/p, and the whole number x − q·p is below p/2 + 2: at most
    /// ⌊(p + 3)/2⌋. q·p is whole and below |x| + p/2 + 2 ≤ 2^53, so it is exact, and so is the difference.
    #[inline(always)]
    pub(crate) fn reduce(&self, x: f64) -> f64 {
        x - (x * self.inverse).round_ties_even() * self.value
    }

    /// The product of two residues.
    #[inline(always)]
    pub(crate) fn times(&self, a: f64, b: f64) -> f64 {
        self.reduce(a * b)
    }

    /// The inverse of a residue that is not zero, by Euclid's algorithm.
    pub(crate) fn inverse_of(&self, residue: f64) -> f64 {
        let p = i64::from(self.value());
        let (mut high, mut low) = (p, i64::from(self.leave(residue)));
        let (mut before, mut now) = (0i64, 1i64);
        while low != 0 {
            let quotient = high / low;
            (high, low) = (low, high % low);
            (before, now) = (now, before - quotient * now);
        }
        self.integer(before)
    }

    /// Reduces every number of a slice.
    pub(crate) fn reduce_all(&self, values: &mut [f64]) {
        Arch::new().dispatch(|| {
            for value in values.iter_mut() {
                *value = self.reduce(*value);
            }
        });
    }

    /// Multiplies every residue of a slice by one.
    pub(crate) fn scale(&self, values: &mut [f64], factor: f64) {
        Arch::new().dispatch(|| {
            for value in values.iter_mut() {
                *value = self.reduce(*value * factor);
            }
        });
    }
}

/// target − factor · row, without reduction: one term of [`Prime::terms`].
pub(crate) fn subtract(target: &mut [f64], factor: f64, row: &[f64]) {
    Arch::new().dispatch(|| {
        for (target, entry) in target.iter_mut().zip(row) {
            *target -= factor * entry;
        }
    });
}

/// Whether a number is a prime, by trial division.
pub fn is_prime(value: u32) -> bool {
    let divides = |d: &u32| value.is_multiple_of(*d);
    value >= 2 && (2..).take_while(|d| d * d <= value).take(1 << 16).all(|d| !divides(&d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The largest primes below 2^k, and small ones.
    pub(crate) const PRIMES: [u32; 10] =
        [2, 3, 5, 251, 65_521, 2_097_143, 4_194_301, 8_388_593, 16_777_213, 67_108_859];

    #[test]
    fn only_small_primes_are_taken() {
        for p in PRIMES {
            assert_eq!(Prime::new(p).map(|f| f.value()), Some(p));
        }
        for not in [0, 1, 4, 8_388_607, 67_108_861, 67_108_879, u32::MAX] {
            assert!(Prime::new(not).is_none(), "{not}");
        }
    }

    #[test]
    fn as_many_terms_as_the_documentation_says() {
        for (p, terms) in [(4_194_301, 2_047), (8_388_593, 512), (16_777_213, 127), (67_108_859, 8)] {
            assert_eq!(Prime::new(p).unwrap().terms(), terms, "{p}");
        }
    }

    /// Sums of exactly `terms` products of the largest residues, which come within a few p of 2^53 for the largest primes.
    #[test]
    fn sums_at_the_edge_are_exact_and_reduced() {
        for p in PRIMES {
            let field = Prime::new(p).unwrap();
            let h = f64::from(field.largest());
            let most = field.terms() as f64 * h * h + h;
            assert!(most <= EXACT - 2.0 * f64::from(p), "{p}");
            for off in 0..1_000i64.min(most as i64) {
                // Near the largest sum, and near the multiples of p and of p/2 below it, where rounding is closest to failing.
                let multiple = (most as i64 / i64::from(p)) * i64::from(p);
                for x in [most as i64 - off, multiple - off, multiple - i64::from(p) / 2 - 500 + off] {
                    for x in [x, -x] {
                        let reduced = field.reduce(x as f64);
                        assert!(reduced.abs() <= h, "{x} mod {p} gives {reduced}");
                        assert_eq!(i64::from(field.leave(reduced)), x.rem_euclid(i64::from(p)), "{x} mod {p}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn residues_are_those_of_integers(a: i64, b: i64, which in 0usize..PRIMES.len()) {
            let p = i128::from(PRIMES[which]);
            let field = Prime::new(PRIMES[which]).unwrap();
            let (x, y) = (field.integer(a), field.integer(b));
            let product = i128::from(a) * i128::from(b);
            prop_assert_eq!(i128::from(field.leave(field.times(x, y))), product.rem_euclid(p));
            if x != 0.0 {
                prop_assert_eq!(field.leave(field.times(x, field.inverse_of(x))), 1);
            }
            let value = (a.rem_euclid(p as i64)) as u32;
            prop_assert!(field.enter(value).abs() <= f64::from(field.largest()));
            prop_assert_eq!((field.leave(field.enter(value)), field.enter(value)), (value, x));
        }
    }
}
