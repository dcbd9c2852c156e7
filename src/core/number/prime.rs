//! Prime fields of word size, in Montgomery form.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;
use rug::integer::IsPrime;
use rug::{Integer, Rational};

use super::{Field, Ring};

/// The field of `p` elements for an odd prime `p < 2^63`.
///
/// Elements are kept as `a · 2^64 mod p` (Montgomery form) in `0 .. p`; a product costs three word multiplications and
/// no division. Two products fit a double word before reduction, which [`PrimeField::cross`] uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrimeField {
    prime: u64,
    /// `−p⁻¹ mod 2^64`.
    negated_inverse: u64,
    /// `2^128 mod p`: multiplying by it enters Montgomery form.
    entering: u64,
}

impl PrimeField {
    /// The Mersenne prime 2^61 − 1.
    pub const MERSENNE_61: u64 = (1 << 61) - 1;

    /// The field of `prime` elements; nothing if `prime` is even, not a prime, or not below 2^63.
    pub fn new(prime: u64) -> Option<Self> {
        let fits = prime > 2 && prime < 1 << 63 && is_prime(prime);
        fits.then(|| Self::of_prime(prime))
    }

    /// The field of 2^61 − 1 elements, without a test of primality (Pervouchine 1883).
    pub const fn mersenne_61() -> Self {
        Self::of_prime(Self::MERSENNE_61)
    }

    /// The field of a number that is known to be an odd prime below 2^63.
    const fn of_prime(prime: u64) -> Self {
        // Newton's iteration doubles the number of correct bits of p⁻¹ mod 2^64; p itself is right to three.
        let (mut inverse, mut step) = (prime, 0);
        while step < 5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(prime.wrapping_mul(inverse)));
            step += 1;
        }
        let r = ((1u128 << 64) % prime as u128) as u64;
        let entering = (r as u128 * r as u128 % prime as u128) as u64;
        PrimeField { prime, negated_inverse: inverse.wrapping_neg(), entering }
    }

    /// The number of elements.
    pub fn prime(&self) -> u64 {
        self.prime
    }

    /// The element that a number in `0 .. p` stands for.
    pub fn enter(&self, value: u64) -> u64 {
        self.reduce(u128::from(value % self.prime) * u128::from(self.entering))
    }

    /// The number in `0 .. p` that an element stands for.
    pub fn leave(&self, element: u64) -> u64 {
        self.reduce(u128::from(element))
    }

    /// The image of an integer of any size.
    pub fn big_integer(&self, value: &Integer) -> u64 {
        let limbs: &[u64] = value.as_limbs();
        let (top, word) = (u128::from(self.prime) << 64, u128::from(self.one()));
        // Horner's scheme in words: residue · 2^64 + limb, from the highest down.
        let residue = limbs.iter().rev().fold(0, |residue, limb| {
            let sum = u128::from(residue) * u128::from(self.entering) + u128::from(*limb) * word;
            self.reduce(if sum >= top { sum - top } else { sum })
        });
        let entered = self.mul(&residue, &self.entering);
        if value.is_negative() { self.neg(&entered) } else { entered }
    }

    /// An element as a sum of products that [`PrimeField::accumulate`] adds to and [`PrimeField::gather`] reduces.
    #[inline(always)]
    pub(crate) fn spread(element: u64) -> u128 {
        u128::from(element) << 64
    }

    /// `sum += a·b`, not reduced; the sum stays below `p · 2^64`.
    #[inline(always)]
    pub(crate) fn accumulate(&self, sum: &mut u128, a: u64, b: u64) {
        let (next, top) = (*sum + u128::from(a) * u128::from(b), u128::from(self.prime) << 64);
        *sum = if next >= top { next - top } else { next };
    }

    /// `sums[i] += factor · row[i]`, not reduced.
    #[inline(always)]
    pub(crate) fn accumulate_row(&self, sums: &mut [u128], factor: u64, row: &[u64]) {
        if factor != 0 {
            sums.iter_mut().zip(row).for_each(|(sum, c)| self.accumulate(sum, factor, *c));
        }
    }

    /// The element that a sum of products is.
    #[inline(always)]
    pub(crate) fn gather(&self, sum: u128) -> u64 {
        self.reduce(sum)
    }

    /// `a·d − b·c`, with one reduction: the step of an elimination without division.
    #[inline(always)]
    pub fn cross(&self, a: u64, d: u64, b: u64, c: u64) -> u64 {
        let negated = self.prime - b;
        self.reduce(u128::from(a) * u128::from(d) + u128::from(negated) * u128::from(c))
    }

    /// A uniformly random element.
    pub fn random(&self, random: &mut ChaCha12Rng) -> u64 {
        below(self.prime, random)
    }

    /// A square root, by the algorithm of Tonelli and Shanks; nothing if there is none.
    pub fn square_root(&self, a: u64) -> Option<u64> {
        let (one, half) = (self.one(), (self.prime - 1) / 2);
        if a == 0 {
            return Some(0);
        }
        if self.power(&a, half) != one {
            return None;
        }
        let twos = (self.prime - 1).trailing_zeros();
        let odd = (self.prime - 1) >> twos;
        let (mut rest, mut root) = (self.power(&a, odd), self.power(&a, odd.div_ceil(2)));
        if rest == one {
            return Some(root);
        }
        let non_square = (2..self.prime).map(|n| self.enter(n)).find(|n| self.power(n, half) != one)?;
        let (mut order, mut generator) = (twos, self.power(&non_square, odd));
        while rest != one {
            // The least k with rest^(2^k) = 1 is below the order.
            let mut square = rest;
            let k = (1..order).find(|_| {
                square = self.mul(&square, &square);
                square == one
            })?;
            let step = self.power(&generator, 1 << (order - k - 1));
            generator = self.mul(&step, &step);
            (order, rest, root) = (k, self.mul(&rest, &generator), self.mul(&root, &step));
        }
        Some(root)
    }

    /// So many products of two elements may be added to a folded sum, which is below p·2^64, before it reaches 2^128.
    fn burst(&self) -> usize {
        let prime = u128::from(self.prime);
        ((u128::MAX - (prime << 64)) / (prime * prime)).min(1 << 20) as usize
    }

    /// The same number modulo p, below `p · 2^64`: its high word is taken modulo p.
    #[inline(always)]
    fn fold(&self, value: u128) -> u128 {
        let high = (value >> 64) as u64 % self.prime;
        u128::from(high) << 64 | u128::from(value as u64)
    }

    /// `value · 2^−64 mod p` for `value < p · 2^64`; `2p²` is below that.
    #[inline(always)]
    fn reduce(&self, value: u128) -> u64 {
        let factor = (value as u64).wrapping_mul(self.negated_inverse);
        // Both summands are below p·2^64, so the sum is below p·2^65 <= 2^128 and the quotient below 2p.
        let high = (value.wrapping_add(u128::from(factor) * u128::from(self.prime)) >> 64) as u64;
        if high >= self.prime { high.wrapping_sub(self.prime) } else { high }
    }
}

impl Ring for PrimeField {
    type Element = u64;

    fn zero(&self) -> u64 {
        0
    }
    fn one(&self) -> u64 {
        self.enter(1)
    }
    fn integer(&self, value: i64) -> u64 {
        let magnitude = self.enter(value.unsigned_abs() % self.prime);
        if value < 0 { self.neg(&magnitude) } else { magnitude }
    }
    fn rational(&self, value: &Rational) -> Option<u64> {
        let numerator = self.big_integer(value.numer());
        if *value.denom() == 1 {
            return Some(numerator);
        }
        let inverse = self.inverse(&self.big_integer(value.denom()))?;
        Some(self.mul(&numerator, &inverse))
    }
    #[inline(always)]
    fn add(&self, a: &u64, b: &u64) -> u64 {
        let sum = a.wrapping_add(*b);
        if sum >= self.prime { sum.wrapping_sub(self.prime) } else { sum }
    }
    #[inline(always)]
    fn sub(&self, a: &u64, b: &u64) -> u64 {
        let difference = a.wrapping_sub(*b);
        if a < b { difference.wrapping_add(self.prime) } else { difference }
    }
    #[inline(always)]
    fn mul(&self, a: &u64, b: &u64) -> u64 {
        self.reduce(u128::from(*a) * u128::from(*b))
    }
    #[inline(always)]
    fn reciprocal(&self, a: &u64) -> Option<u64> {
        self.inverse(a)
    }
    fn is_zero(&self, a: &u64) -> bool {
        *a == 0
    }

    /// Products are added up in a double word and reduced only when another one might not fit.
    fn dot(&self, a: &[u64], b: &[u64]) -> u64 {
        let group = self.burst();
        let sum = a.chunks(group).zip(b.chunks(group)).fold(0, |sum, (a, b)| {
            let products = a.iter().zip(b).map(|(a, b)| u128::from(*a) * u128::from(*b));
            self.fold(products.fold(sum, u128::wrapping_add))
        });
        self.reduce(sum)
    }

    fn add_dot(&self, sum: &mut u64, a: &[u64], b: &[u64]) {
        *sum = self.add(sum, &self.dot(a, b));
    }

    /// Products are added up in double words and reduced only when another one might not fit.
    fn add_combination(&self, target: &mut [u64], factors: &[u64], rows: &[Vec<u64>]) {
        let mut sums: Vec<u128> = target.iter().map(|t| u128::from(*t) << 64).collect();
        let useful: Vec<usize> = (0..factors.len()).filter(|i| factors[*i] != 0).collect();
        for group in useful.chunks(self.burst()) {
            for i in group {
                let factor = u128::from(factors[*i]);
                for (sum, entry) in sums.iter_mut().zip(&rows[*i]) {
                    *sum = sum.wrapping_add(factor * u128::from(*entry));
                }
            }
            sums.iter_mut().for_each(|s| *s = self.fold(*s));
        }
        for (target, sum) in target.iter_mut().zip(sums) {
            *target = self.reduce(sum);
        }
    }
}

impl Field for PrimeField {
    /// Kaliski's algorithm (1995): Euclid's with shifts instead of divisions, and the power of 2 that they bring taken away at the end.
    fn inverse(&self, a: &u64) -> Option<u64> {
        if *a == 0 {
            return None;
        }
        // a·r ≡ −u·2^k, a·s ≡ v·2^k and u·s + v·r = p throughout, with u and v odd; so r and s are below p.
        let mut k = a.trailing_zeros();
        let (mut u, mut v, mut r, mut s) = (self.prime, *a >> k, 0u64, 1u64);
        while u != v {
            let larger = u > v;
            let difference = if larger { u - v } else { v - u };
            let zeros = difference.trailing_zeros();
            let sum = r + s;
            if larger {
                (u, r, s) = (difference >> zeros, sum, s << zeros);
            } else {
                (v, r, s) = (difference >> zeros, r << zeros, sum);
            }
            k += zeros;
        }
        // Both are 1 now. In Montgomery form the inverse of a is s·2^(128 − k), and 1 ≤ k < 128.
        let [low, high] = [(128 - k) % 64, (128 - k) / 64];
        let shifted = self.reduce(u128::from(s) << low);
        let entered = self.mul(&shifted, &self.entering);
        Some(if high == 1 { self.mul(&entered, &self.entering) } else { entered })
    }
}

/// A prime drawn uniformly from all primes between 2^60 and 2^61; there are more than 2^54 of them (Rosser and
/// Schoenfeld 1962: x / ln x < π(x) < 1.25506 x / ln x for x ≥ 17).
pub fn random_prime(random: &mut ChaCha12Rng) -> PrimeField {
    loop {
        let candidate = (1 << 60) | (random.next_u64() >> 4) | 1;
        if let Some(field) = PrimeField::new(candidate) {
            return field;
        }
    }
}

/// A prime drawn uniformly from all primes between 2^22 and 2^23; there are 268,216 of them, more than 2^18.
pub fn random_small_prime(random: &mut ChaCha12Rng) -> PrimeField {
    loop {
        let candidate = (1 << 22) | (random.next_u64() >> 42) | 1;
        if let Some(field) = PrimeField::new(candidate) {
            return field;
        }
    }
}

/// The Baillie-PSW test, which has no false answer below 2^64 (Feitsma and Galway's table of base-2 pseudoprimes).
fn is_prime(value: u64) -> bool {
    Integer::from(value).is_probably_prime(25) != IsPrime::No
}

/// A uniformly random number in `0 .. bound`, by rejection.
fn below(bound: u64, random: &mut ChaCha12Rng) -> u64 {
    let mask = u64::MAX >> bound.leading_zeros();
    loop {
        let value = random.next_u64() & mask;
        if value < bound {
            return value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::rand_core::SeedableRng;
    use rug::ops::RemRounding;

    fn slow_mul(a: u64, b: u64, p: u64) -> u64 {
        (u128::from(a) * u128::from(b) % u128::from(p)) as u64
    }

    #[test]
    fn refuses_what_is_not_an_odd_word_size_prime() {
        for bad in [0, 1, 2, 9, 561, (1 << 62) - 1, u64::MAX] {
            assert!(PrimeField::new(bad).is_none(), "{bad}");
        }
        for good in [3, 32_003, PrimeField::MERSENNE_61, (1 << 63) - 25] {
            assert!(PrimeField::new(good).is_some(), "{good}");
        }
        assert_eq!(PrimeField::new(PrimeField::MERSENNE_61), Some(PrimeField::mersenne_61()));
    }

    #[test]
    fn half_of_all_numbers_are_squares() {
        let mut random = ChaCha12Rng::seed_from_u64(1);
        // 97 − 1 = 2^5 · 3: roots there take several steps.
        for field in
            [random_prime(&mut random), PrimeField::new(PrimeField::MERSENNE_61).unwrap(), PrimeField::new(97).unwrap()]
        {
            let roots = (0..200).filter_map(|_| {
                let a = field.random(&mut random);
                let root = field.square_root(a)?;
                assert_eq!(field.mul(&root, &root), a);
                Some(root)
            });
            let squares = roots.count();
            assert!((60..140).contains(&squares), "{squares} of 200");
        }
    }

    proptest! {
        #[test]
        fn large_integers_have_their_residues(limbs in proptest::collection::vec(any::<u64>(), 0..6), negative: bool, which in 0usize..4) {
            let p = [3, 32_003, PrimeField::MERSENNE_61, (1 << 63) - 25][which];
            let field = PrimeField::new(p).unwrap();
            let size = limbs.iter().rev().fold(Integer::new(), |n, limb| (n << 64) + limb);
            let value = if negative { -size } else { size };
            let residue = value.clone().rem_euc(Integer::from(p)).to_u64().unwrap();
            prop_assert_eq!(field.leave(field.big_integer(&value)), residue);
        }
    }

    #[test]
    fn random_primes_are_large_and_differ() {
        let mut random = ChaCha12Rng::seed_from_u64(1);
        let primes: Vec<u64> = (0..20).map(|_| random_prime(&mut random).prime()).collect();
        assert!(primes.iter().all(|p| *p > 1 << 60 && *p < 1 << 61));
        assert!((1..20).all(|i| primes[i] != primes[0]));
    }

    #[test]
    fn inverses_are_those_of_fermat() {
        let mut random = ChaCha12Rng::seed_from_u64(2);
        for prime in [3, 5, 7, 97, 32_003, PrimeField::MERSENNE_61, (1 << 63) - 25] {
            let field = PrimeField::new(prime).unwrap();
            let mut drawn: Vec<u64> = (0..2_000).map(|_| field.random(&mut random)).collect();
            drawn.extend((1..64).map(|e| (1u64 << e) % prime).chain([1, prime - 1, prime - 2]));
            assert_eq!(field.inverse(&0), None);
            for a in drawn.iter().filter(|a| **a != 0) {
                assert_eq!(field.inverse(a), Some(field.power(a, prime - 2)), "{a} modulo {prime}");
            }
        }
    }

    #[test]
    fn small_primes_are_as_many_as_error_bounds_say() {
        let mut random = ChaCha12Rng::seed_from_u64(1);
        assert!((0..50).all(|_| (1 << 22..1 << 23).contains(&random_small_prime(&mut random).prime())));
        let mut composite = vec![false; 1 << 23];
        for d in (2..1 << 12).filter(|d| is_prime(*d as u64)) {
            (d * d..1 << 23).step_by(d).for_each(|multiple| composite[multiple] = true);
        }
        assert_eq!((1usize << 22..1 << 23).filter(|n| !composite[*n]).count(), 268_216);
    }

    proptest! {
        #[test]
        fn agrees_with_double_word_arithmetic(a: u64, b: u64, c: u64, d: u64, which in 0usize..4) {
            let p = [3, 32_003, PrimeField::MERSENNE_61, (1 << 63) - 25][which];
            let field = PrimeField::new(p).unwrap();
            let [a, b, c, d] = [a, b, c, d].map(|x| x % p);
            let [ea, eb, ec, ed] = [a, b, c, d].map(|x| field.enter(x));
            prop_assert_eq!(field.leave(ea), a);
            prop_assert_eq!(field.leave(field.mul(&ea, &eb)), slow_mul(a, b, p));
            let sum = ((u128::from(a) + u128::from(b)) % u128::from(p)) as u64;
            prop_assert_eq!(field.leave(field.add(&ea, &eb)), sum);
            prop_assert_eq!(field.add(&field.sub(&ea, &eb), &eb), ea);
            let cross = field.sub(&field.mul(&ea, &ed), &field.mul(&eb, &ec));
            prop_assert_eq!(field.cross(ea, ed, eb, ec), cross);
            let mut sum = PrimeField::spread(ea);
            field.accumulate(&mut sum, eb, ec);
            field.accumulate(&mut sum, ed, ea);
            let one_by_one = field.add(&field.add(&ea, &field.mul(&eb, &ec)), &field.mul(&ed, &ea));
            prop_assert_eq!(field.gather(sum), one_by_one);
            let rows = vec![vec![eb], vec![ec], vec![ed], vec![ea], vec![eb]];
            let factors = [ea, eb, ec, ed, ea];
            let mut sum = [ed];
            field.add_combination(&mut sum, &factors, &rows);
            let one_by_one = factors.iter().zip(&rows).fold(ed, |s, (f, r)| field.add(&s, &field.mul(f, &r[0])));
            prop_assert_eq!(sum[0], one_by_one);
            let column: Vec<u64> = rows.iter().map(|r| r[0]).collect();
            prop_assert_eq!(field.add(&ed, &field.dot(&factors, &column)), one_by_one);
            if let Some(inverse) = field.inverse(&ea) {
                prop_assert_eq!(field.mul(&inverse, &ea), field.one());
            } else {
                prop_assert_eq!(a, 0);
            }
        }
    }
}
