//! Monomials in a fixed number of variables, packed into one double word, in graded reverse lexicographic order.
//!
//! A word is cut into equal fields: the total degree in the highest, then the exponents, the last variable's highest. The
//! top bit of every field stays 0, so that products are sums of words and divisibility is one subtraction.

use std::cmp::Ordering;

/// A product of powers of variables; what it means depends on the [`Monomials`] that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Monomial(u128);

impl Monomial {
    /// The empty product.
    pub const ONE: Monomial = Monomial(0);
}

/// The monomials in so many variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monomials {
    variables: usize,
    /// Bits of a field.
    width: u32,
    /// All bits of the exponents' fields: the order compares exponents the other way round than degrees.
    exponents: u128,
    /// The top bit of every field.
    guard: u128,
}

impl Monomials {
    /// The most variables that fit.
    pub const MOST_VARIABLES: usize = 31;

    /// Monomials in so many variables; nothing if there are more than [`Monomials::MOST_VARIABLES`].
    pub fn new(variables: usize) -> Option<Self> {
        if variables > Monomials::MOST_VARIABLES {
            return None;
        }
        let width = (u128::BITS / (variables as u32 + 1)).min(32);
        let exponents = (1u128 << (width * variables as u32)) - 1;
        let guard = (0..=variables as u32).fold(0, |g, field| g | 1 << (width * (field + 1) - 1));
        Some(Monomials { variables, width, exponents, guard })
    }

    /// The number of variables.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// The largest total degree that fits.
    pub fn most_degree(&self) -> u32 {
        (1 << (self.width - 1)) - 1
    }

    /// One variable.
    ///
    /// # Panics
    /// If there is no such variable.
    pub fn variable(&self, index: usize) -> Monomial {
        assert!(index < self.variables, "variable {index} of {}", self.variables);
        Monomial(1 << (self.width * index as u32) | 1 << self.top())
    }

    /// The exponent of a variable.
    pub fn exponent(&self, m: Monomial, index: usize) -> u32 {
        (m.0 >> (self.width * index as u32)) as u32 & self.most_degree()
    }

    /// The total degree.
    #[inline(always)]
    pub fn degree(&self, m: Monomial) -> u32 {
        (m.0 >> self.top()) as u32
    }

    /// The order: total degree first; then the one with less of the last variable is larger, and so on.
    #[inline(always)]
    pub fn compare(&self, a: Monomial, b: Monomial) -> Ordering {
        (a.0 ^ self.exponents).cmp(&(b.0 ^ self.exponents))
    }

    /// The product; nothing if its degree does not fit.
    #[inline(always)]
    pub fn product(&self, a: Monomial, b: Monomial) -> Option<Monomial> {
        let product = a.0.wrapping_add(b.0);
        (product & self.guard == 0).then_some(Monomial(product))
    }

    /// The product of two whose degrees are known to fit together.
    #[inline(always)]
    pub(super) fn shift(&self, a: Monomial, by: Monomial) -> Monomial {
        Monomial(a.0.wrapping_add(by.0))
    }

    /// Whether `a` divides `b`.
    #[inline(always)]
    pub fn divides(&self, a: Monomial, b: Monomial) -> bool {
        (b.0 | self.guard).wrapping_sub(a.0) & self.guard == self.guard
    }

    /// `b / a`, where `a` divides `b`.
    #[inline(always)]
    pub fn quotient(&self, b: Monomial, a: Monomial) -> Monomial {
        debug_assert!(self.divides(a, b));
        Monomial(b.0.wrapping_sub(a.0))
    }

    /// The least common multiple; nothing if its degree does not fit.
    pub fn least_common_multiple(&self, a: Monomial, b: Monomial) -> Option<Monomial> {
        // In the fields where b is at least a, the guard bit survives the subtraction; spread it over the field.
        let larger = (b.0 | self.guard).wrapping_sub(a.0) & self.guard;
        let mask = larger.wrapping_sub(larger >> (self.width - 1));
        let exponents = (b.0 & mask | a.0 & !mask) & self.exponents;
        let degree: u64 = (0..self.variables).map(|i| u64::from(self.exponent(Monomial(exponents), i))).sum();
        (degree <= u64::from(self.most_degree())).then(|| Monomial(exponents | u128::from(degree) << self.top()))
    }

    /// Whether no variable divides both.
    pub fn coprime(&self, a: Monomial, b: Monomial) -> bool {
        (0..self.variables).all(|i| self.exponent(a, i) == 0 || self.exponent(b, i) == 0)
    }

    /// The only variable that divides it and its exponent, if it is a power of one variable.
    pub fn pure_power(&self, m: Monomial) -> Option<(usize, u32)> {
        let degree = self.degree(m);
        let index = (0..self.variables).find(|i| self.exponent(m, *i) > 0)?;
        (self.exponent(m, index) == degree).then_some((index, degree))
    }

    #[inline(always)]
    fn top(&self) -> u32 {
        self.width * self.variables as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pack(monomials: &Monomials, exponents: &[u32]) -> Monomial {
        let power = |(i, e): (usize, &u32)| (0..*e).map(move |_| i);
        let factors = exponents.iter().enumerate().flat_map(power);
        factors.fold(Monomial::ONE, |m, i| monomials.product(m, monomials.variable(i)).unwrap())
    }

    /// Graded reverse lexicographic order as textbooks say it.
    fn order(a: &[u32], b: &[u32]) -> Ordering {
        let degree = |e: &[u32]| e.iter().sum::<u32>();
        let last = a.iter().zip(b).rev().find(|(x, y)| x != y);
        degree(a).cmp(&degree(b)).then(last.map_or(Ordering::Equal, |(x, y)| y.cmp(x)))
    }

    proptest! {
        #[test]
        fn words_behave_like_exponent_vectors(
            variables in 1usize..8, a in proptest::collection::vec(0u32..5, 8), b in proptest::collection::vec(0u32..5, 8)
        ) {
            let monomials = Monomials::new(variables).unwrap();
            let (a, b) = (&a[..variables], &b[..variables]);
            let (m, n) = (pack(&monomials, a), pack(&monomials, b));
            prop_assert_eq!(monomials.compare(m, n), order(a, b));
            prop_assert_eq!(monomials.degree(m), a.iter().sum::<u32>());
            prop_assert_eq!(monomials.divides(m, n), a.iter().zip(b).all(|(x, y)| x <= y));
            let lcm: Vec<u32> = a.iter().zip(b).map(|(x, y)| *x.max(y)).collect();
            prop_assert_eq!(monomials.least_common_multiple(m, n), Some(pack(&monomials, &lcm)));
            prop_assert_eq!(monomials.coprime(m, n), a.iter().zip(b).all(|(x, y)| *x == 0 || *y == 0));
            let product = monomials.product(m, n).unwrap();
            prop_assert_eq!(monomials.quotient(product, m), n);
        }
    }

    #[test]
    fn says_when_a_degree_does_not_fit() {
        let monomials = Monomials::new(31).unwrap();
        assert_eq!(monomials.most_degree(), 7);
        let (x, y) = (monomials.variable(0), monomials.variable(30));
        let power = |v, e: u32| (1..e).try_fold(v, |m, _| monomials.product(m, v));
        assert_eq!(power(x, 8), None);
        let (a, b) = (power(x, 4).unwrap(), power(y, 4).unwrap());
        assert_eq!(monomials.product(a, b), None);
        assert_eq!(monomials.least_common_multiple(a, b), None);
        assert!(Monomials::new(32).is_none());
    }
}
