//! What label maps are evaluated on: integers modulo one prime, polynomials, and dual numbers over either.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use super::budget::{effort, spend};

/// A commutative ring with one, and with rational numbers as far as it has them.
pub(super) trait Number: Clone {
    fn zero() -> Self;
    fn one() -> Self;
    /// A rational number, whose denominator no modulus divides.
    fn fraction(value: &BigRational) -> Self;
    fn plus(&self, other: &Self) -> Self;
    fn times(&self, other: &Self) -> Self;
    /// This number, `factor` times.
    fn scaled(&self, factor: i64) -> Self;

    fn power(&self, exponent: u32) -> Self {
        let (mut result, mut square, mut left) = (Self::one(), self.clone(), exponent);
        while left > 0 {
            if left & 1 == 1 {
                result = result.times(&square);
            }
            left >>= 1;
            if left > 0 {
                square = square.times(&square);
            }
        }
        result
    }

    fn sum(terms: impl IntoIterator<Item = Self>) -> Self {
        terms.into_iter().fold(Self::zero(), |sum, term| sum.plus(&term))
    }
}

/// A field.
pub(super) trait Field: Number {
    /// What one takes in memory, without long digits.
    const BYTES: u64;
    fn integer(value: &BigInt) -> Self;
    fn vanishes(&self) -> bool;
    /// The inverse of what is not zero.
    fn reciprocal(&self) -> Self;
    /// What it takes in memory beside its own size.
    fn bytes(&self) -> u64 {
        0
    }
}

/// An integer modulo 2^61 − 1. What is not zero here is not zero over the integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Modular(u64);

const PRIME: u64 = (1 << 61) - 1;
/// What an operation with short rational numbers costs.
const OPERATION: u64 = 256;

impl Modular {
    pub(super) fn of(value: &BigInt) -> Self {
        let residue = value % BigInt::from(PRIME);
        let positive = if residue < BigInt::from(0) { residue + BigInt::from(PRIME) } else { residue };
        Modular(positive.to_u64().unwrap_or(0))
    }

    pub(super) fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Itself if it is in the lower half of the residues, 0 otherwise.
    pub(super) fn lower_half(self) -> Self {
        if self.0 <= PRIME / 2 { self } else { Modular(0) }
    }

    /// Below the prime again, from below twice the prime.
    fn within(self) -> Self {
        if self.0 >= PRIME { Modular(self.0 - PRIME) } else { self }
    }

    pub(super) fn inverse(self) -> Self {
        let (mut result, mut square, mut left) = (Modular(1), self, PRIME - 2);
        while left > 0 {
            if left & 1 == 1 {
                result = result.times(&square);
            }
            square = square.times(&square);
            left >>= 1;
        }
        result
    }
}

impl Number for Modular {
    fn zero() -> Self {
        Modular(0)
    }
    fn one() -> Self {
        Modular(1)
    }
    fn fraction(value: &BigRational) -> Self {
        Modular::of(value.numer()).times(&Modular::of(value.denom()).inverse())
    }
    fn plus(&self, other: &Self) -> Self {
        Modular(self.0 + other.0).within()
    }
    fn times(&self, other: &Self) -> Self {
        // 2^61 is 1: the bits above are added to those below.
        let product = u128::from(self.0) * u128::from(other.0);
        Modular((product as u64 & PRIME) + (product >> 61) as u64).within()
    }
    fn scaled(&self, factor: i64) -> Self {
        self.times(&Modular(factor.rem_euclid(PRIME as i64) as u64))
    }
}

impl Field for Modular {
    const BYTES: u64 = 8;
    fn integer(value: &BigInt) -> Self {
        Modular::of(value)
    }
    fn vanishes(&self) -> bool {
        self.is_zero()
    }
    fn reciprocal(&self) -> Self {
        self.inverse()
    }
}

/// A rational number; nothing once computing it took more than the certificate may take.
#[derive(Clone, Debug)]
pub(super) struct Ratio(pub(super) Option<BigRational>);

impl Ratio {
    /// What numbers of so many bits give, if there are operations left for them.
    fn paid(bits: u64, result: impl FnOnce() -> Option<BigRational>) -> Self {
        Ratio(if spend(effort(bits).saturating_add(OPERATION)) { result() } else { None })
    }

    fn bits(&self) -> u64 {
        self.0.as_ref().map_or(0, |r| r.numer().bits() + r.denom().bits())
    }
}

impl Number for Ratio {
    fn zero() -> Self {
        Ratio(Some(BigRational::zero()))
    }
    fn one() -> Self {
        Ratio(Some(BigRational::one()))
    }
    fn fraction(value: &BigRational) -> Self {
        Ratio(Some(value.clone()))
    }
    fn plus(&self, other: &Self) -> Self {
        Ratio::paid(self.bits() + other.bits(), || Some(self.0.as_ref()? + other.0.as_ref()?))
    }
    fn times(&self, other: &Self) -> Self {
        Ratio::paid(self.bits() + other.bits(), || Some(self.0.as_ref()? * other.0.as_ref()?))
    }
    fn scaled(&self, factor: i64) -> Self {
        self.times(&Ratio(Some(BigRational::from_integer(factor.into()))))
    }
}

impl Field for Ratio {
    const BYTES: u64 = 256;
    fn integer(value: &BigInt) -> Self {
        Ratio(Some(BigRational::from_integer(value.clone())))
    }
    /// What is not known is not said to be zero, and makes all unknown that is computed from it.
    fn vanishes(&self) -> bool {
        self.0.as_ref().is_some_and(BigRational::is_zero)
    }
    fn reciprocal(&self) -> Self {
        Ratio(self.0.as_ref().filter(|r| !r.is_zero()).map(BigRational::recip))
    }
    fn bytes(&self) -> u64 {
        self.bits() / 8
    }
}

/// An integer of at most 127 bits; nothing once it had more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact(pub(super) Option<i128>);

impl Number for Exact {
    fn zero() -> Self {
        Exact(Some(0))
    }
    fn one() -> Self {
        Exact(Some(1))
    }
    fn fraction(value: &BigRational) -> Self {
        Exact(value.numer().to_i128().filter(|_| value.is_integer()))
    }
    fn plus(&self, other: &Self) -> Self {
        Exact(self.0.zip(other.0).and_then(|(a, b)| a.checked_add(b)))
    }
    fn times(&self, other: &Self) -> Self {
        Exact(self.0.zip(other.0).and_then(|(a, b)| a.checked_mul(b)))
    }
    fn scaled(&self, factor: i64) -> Self {
        self.times(&Exact(Some(i128::from(factor))))
    }
}

/// a + b·ε with ε² = 0: evaluating on θ + v·ε gives the derivative along v beside the value.
#[derive(Clone, Debug)]
pub(super) struct Dual<N>(pub(super) N, pub(super) N);

impl<N: Number> Number for Dual<N> {
    fn zero() -> Self {
        Dual(N::zero(), N::zero())
    }
    fn one() -> Self {
        Dual(N::one(), N::zero())
    }
    fn fraction(value: &BigRational) -> Self {
        Dual(N::fraction(value), N::zero())
    }
    fn plus(&self, other: &Self) -> Self {
        Dual(self.0.plus(&other.0), self.1.plus(&other.1))
    }
    fn times(&self, other: &Self) -> Self {
        let slope = self.0.times(&other.1).plus(&self.1.times(&other.0));
        Dual(self.0.times(&other.0), slope)
    }
    fn scaled(&self, factor: i64) -> Self {
        Dual(self.0.scaled(factor), self.1.scaled(factor))
    }
}

/// The rank of a matrix, given by its rows.
pub(super) fn rank(mut rows: Vec<Vec<Modular>>) -> usize {
    let columns = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..columns {
        let Some(found) = (rank..rows.len()).find(|r| !rows[*r][column].is_zero()) else {
            continue;
        };
        rows.swap(rank, found);
        let (done, rest) = rows.split_at_mut(rank + 1);
        let pivot = &done[rank];
        let inverse = pivot[column].inverse();
        for row in rest.iter_mut().filter(|row| !row[column].is_zero()) {
            let factor = row[column].times(&inverse).scaled(-1);
            for (entry, above) in row[column..].iter_mut().zip(&pivot[column..]) {
                *entry = entry.plus(&factor.times(above));
            }
        }
        rank += 1;
    }
    rank
}

/// The rows of the reduced echelon form that are not zero, each with the column of its pivot, which is 1.
pub(super) fn reduced<N: Field>(rows: Vec<Vec<N>>, columns: usize) -> Vec<(usize, Vec<N>)> {
    let mut echelon: Vec<(usize, Vec<N>)> = Vec::new();
    let subtract = |row: &mut Vec<N>, column: usize, pivot: &[N]| {
        let factor = row[column].scaled(-1);
        if !factor.vanishes() {
            let terms = row.iter_mut().zip(pivot).filter(|(_, p)| !p.vanishes());
            terms.for_each(|(entry, p)| *entry = entry.plus(&factor.times(p)));
        }
    };
    for mut row in rows {
        echelon.iter().for_each(|(column, pivot)| subtract(&mut row, *column, pivot));
        if let Some(column) = (0..columns).find(|c| !row[*c].vanishes()) {
            let inverse = row[column].reciprocal();
            row.iter_mut().for_each(|entry| *entry = entry.times(&inverse));
            echelon.iter_mut().for_each(|(_, other)| subtract(other, column, &row));
            echelon.push((column, row));
        }
    }
    echelon
}
