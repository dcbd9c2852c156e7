//! From residues modulo many primes back to rational numbers.

use std::sync::{Arc, OnceLock};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;
use rug::{Assign, Integer, Rational};

use crate::number::{Field, PrimeField, Ring, random_prime};

/// Random primes between 2^60 and 2^61, independent of one another, drawn when first asked for; shared by all threads.
#[derive(Clone, Debug)]
pub struct Primes {
    seed: u64,
    first_stream: u64,
    fields: Arc<[OnceLock<PrimeField>]>,
}

impl Primes {
    /// At most so many primes, from the generator's streams from `first_stream` on.
    pub fn new(seed: u64, first_stream: u64, most: usize) -> Self {
        Primes { seed, first_stream, fields: (0..most).map(|_| OnceLock::new()).collect() }
    }

    /// The prime field of an index; nothing when there are no more.
    pub fn get(&self, index: usize) -> Option<PrimeField> {
        let field = self.fields.get(index)?.get_or_init(|| {
            let mut random = ChaCha12Rng::seed_from_u64(self.seed);
            random.set_stream(self.first_stream + index as u64);
            random_prime(&mut random)
        });
        Some(*field)
    }

    /// How many there are.
    pub fn most(&self) -> usize {
        self.fields.len()
    }
}

/// Integers known modulo a product of primes.
#[derive(Clone, Debug)]
pub(super) struct Lifting {
    modulus: Integer,
    /// Between 0 and the modulus.
    residues: Vec<Integer>,
}

impl Lifting {
    /// So many integers, of which nothing is known yet.
    pub(super) fn new(length: usize) -> Self {
        Lifting { modulus: Integer::from(1), residues: vec![Integer::new(); length] }
    }

    /// Takes in the residues modulo another prime, as field elements; a prime that is there already adds nothing.
    pub(super) fn push(&mut self, field: &PrimeField, residues: &[u64]) {
        let Some(inverse) = field.inverse(&field.big_integer(&self.modulus)) else {
            return;
        };
        for (known, fresh) in self.residues.iter_mut().zip(residues) {
            let difference = field.sub(fresh, &field.big_integer(known));
            let factor = field.leave(field.mul(&difference, &inverse));
            *known += Integer::from(&self.modulus * factor);
        }
        self.modulus *= field.prime();
    }

    /// The rationals with a small common denominator that have these residues: numerators and denominator, all at most
    /// √(modulus / 2) in absolute value but for the common factor; nothing if there are none.
    pub(super) fn rationals(&self) -> Option<(Vec<Integer>, Integer)> {
        let bound = Integer::from(&self.modulus >> 1).sqrt();
        let mut denominator = Integer::from(1);
        let mut numerators: Vec<Integer> = Vec::with_capacity(self.residues.len());
        for residue in &self.residues {
            let mut value = Integer::from(residue * &denominator) % &self.modulus;
            if Integer::from(&value << 1) > self.modulus {
                value -= &self.modulus;
            }
            if *value.as_abs() > bound {
                let (numerator, more) = reconstruct(&self.modulus, value, &bound)?;
                denominator *= &more;
                if denominator > bound {
                    return None;
                }
                numerators.iter_mut().for_each(|n| *n *= &more);
                value = numerator;
            }
            numerators.push(value);
        }
        Some((numerators, denominator))
    }
}

/// The fraction n / d with n ≡ value · d modulo the modulus, |n| ≤ bound and 0 < d ≤ bound, if it exists; with a bound below
/// √(modulus / 2) there is at most one.
pub fn rational_of(modulus: &Integer, value: Integer, bound: &Integer) -> Option<Rational> {
    reconstruct(modulus, value, bound).map(Rational::from)
}

/// The n / d with n ≡ value · d, |n| ≤ bound and 0 < d ≤ bound, if it exists (Wang 1981): Euclid's algorithm, stopped
/// half-way, many steps at a time while the end is far off.
fn reconstruct(modulus: &Integer, value: Integer, bound: &Integer) -> Option<(Integer, Integer)> {
    let (mut a, mut b) = (modulus.clone(), value);
    if b < 0 {
        b += modulus;
    }
    let (mut s, mut t) = (Integer::new(), Integer::from(1));
    let mut quotient = Integer::new();
    while b > *bound {
        let far = b.significant_bits() > bound.significant_bits() + u64::BITS;
        if let Some([w, x, y, z]) = far.then(|| leading_steps(&a, &b)).flatten() {
            (a, b) = (Integer::from(&a * w) + &b * x, Integer::from(&a * y) + &b * z);
            (s, t) = (Integer::from(&s * w) + &t * x, Integer::from(&s * y) + &t * z);
            continue;
        }
        // (a, b) = (b, a mod b), (s, t) = (t, s − quotient · t)
        divide_in_place(&mut quotient, &mut a, &b);
        std::mem::swap(&mut a, &mut b);
        s -= &quotient * &t;
        std::mem::swap(&mut s, &mut t);
    }
    if t < 0 {
        t = -t;
        b = -b;
    }
    (t <= *bound && t.clone().gcd(&b) == 1).then_some((b, t))
}

/// The matrix of as many steps of Euclid's algorithm for a > b as the leading 62 bits determine (Lehmer 1938; Knuth, The Art of
/// Computer Programming, volume 2, algorithm 4.5.2 L): (a, b) becomes (wa + xb, ya + zb). Nothing if they determine none.
fn leading_steps(a: &Integer, b: &Integer) -> Option<[i64; 4]> {
    let shift = a.significant_bits().checked_sub(62)?;
    let mut high = [a, b].map(|n| Integer::from(n >> shift).to_i64().unwrap_or(0));
    let [mut w, mut x, mut y, mut z] = [1i64, 0, 0, 1];
    // The quotients of a and b lie between (high a + w) / (high b + y) and (high a + x) / (high b + z).
    while high[1] + y != 0 && high[1] + z != 0 {
        let quotient = (high[0] + w) / (high[1] + y);
        if quotient != (high[0] + x) / (high[1] + z) {
            break;
        }
        (w, y) = (y, w - quotient * y);
        (x, z) = (z, x - quotient * z);
        high = [high[1], high[0] - quotient * high[1]];
    }
    (x != 0).then_some([w, x, y, z])
}

/// `(quotient, a) = (a / b, a mod b)`.
fn divide_in_place(quotient: &mut Integer, a: &mut Integer, b: &Integer) {
    quotient.assign(b);
    a.div_rem_mut(quotient);
    std::mem::swap(a, quotient);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rug::ops::RemRounding;

    proptest! {
        #[test]
        fn rationals_come_back(fractions in proptest::collection::vec((any::<i64>(), 1i64..1_000_000), 1..5)) {
            let primes = Primes::new(5, 0, 8);
            let mut lifting = Lifting::new(fractions.len());
            for index in 0..8 {
                let field = primes.get(index).unwrap();
                let image = |(n, d): &(i64, i64)| {
                    field.mul(&field.integer(*n), &field.inverse(&field.integer(*d)).unwrap())
                };
                lifting.push(&field, &fractions.iter().map(image).collect::<Vec<_>>());
            }
            let (numerators, denominator) = lifting.rationals().unwrap();
            for (n, (p, q)) in numerators.into_iter().zip(fractions) {
                prop_assert_eq!(Rational::from((n, denominator.clone())), Rational::from((p, q)));
            }
        }
    }

    /// Euclid's algorithm step by step.
    fn slowly(modulus: &Integer, value: &Integer, bound: &Integer) -> Option<(Integer, Integer)> {
        let (mut a, mut b) = (modulus.clone(), value.clone());
        let (mut s, mut t) = (Integer::new(), Integer::from(1));
        while b > *bound {
            let quotient = Integer::from(&a / &b);
            (a, b) = (b.clone(), a - Integer::from(&quotient * &b));
            (s, t) = (t.clone(), s - quotient * t);
        }
        let (n, d) = if t < 0 { (-b, -t) } else { (b, t) };
        (d <= *bound && d.clone().gcd(&n) == 1).then_some((n, d))
    }

    proptest! {
        #[test]
        fn many_steps_at_a_time_are_those_of_euclid(
            limbs in proptest::collection::vec(any::<u64>(), 1..12), other in proptest::collection::vec(any::<u64>(), 1..12),
            numerator: i128, denominator in 1u128.., small: bool
        ) {
            let number = |limbs: &[u64]| limbs.iter().fold(Integer::from(1), |n, limb| (n << 64) + limb);
            let modulus = number(&limbs);
            let bound = Integer::from(&modulus >> 1).sqrt();
            let mut value = number(&other) % &modulus;
            let inverse = Integer::from(denominator).invert(&modulus);
            if let (true, Ok(inverse)) = (small, inverse) {
                value = (inverse * numerator).rem_euc(&modulus);
            }
            prop_assert_eq!(reconstruct(&modulus, value.clone(), &bound), slowly(&modulus, &value, &bound));
        }
    }

    #[test]
    fn a_small_fraction_needs_one_small_prime() {
        let field = PrimeField::new(1_000_003).unwrap();
        let mut lifting = Lifting::new(2);
        lifting.push(&field, &[field.mul(&field.integer(3), &field.inverse(&field.integer(7)).unwrap()), 0]);
        assert_eq!(lifting.rationals(), Some((vec![Integer::from(3), Integer::new()], Integer::from(7))));
        assert!(Primes::new(1, 0, 1).get(1).is_none());
    }
}
