//! Integers and rationals, by several primes and reconstruction; every answer is proved or checked.

use rug::ops::{Pow, RemRounding};
use rug::{Integer, Rational};

use crate::{Echelon, Matrix, Prime, is_prime};

/// Primes are taken from here downwards.
const FIRST: u32 = 1 << 23;

/// A matrix of integers, row after row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integers {
    rows: usize,
    columns: usize,
    entries: Vec<Integer>,
}

/// The reduced echelon form over the rationals: every pivot is 1 and alone in its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduced {
    /// The columns of pivots, ascending.
    pub pivots: Vec<usize>,
    /// The other columns, ascending.
    pub free: Vec<usize>,
    /// Row by row, the entries in the free columns.
    pub rest: Vec<Vec<Rational>>,
}

impl Integers {
    /// A matrix from its entries, row after row.
    ///
    /// # Panics
    /// If there are not rows × columns entries.
    pub fn new(rows: usize, columns: usize, entries: Vec<Integer>) -> Self {
        assert_eq!(entries.len(), rows * columns, "the entries of a {rows} × {columns} matrix");
        Integers { rows, columns, entries }
    }

    /// The integers in a matrix of rationals after each row has been multiplied by its common denominator, which changes
    /// neither rank, echelon form nor kernel; and the product of these denominators, by which a determinant has grown.
    ///
    /// # Panics
    /// If there are not rows × columns entries.
    pub fn clearing(rows: usize, columns: usize, entries: &[Rational]) -> (Self, Integer) {
        assert_eq!(entries.len(), rows * columns, "the entries of a {rows} × {columns} matrix");
        let mut grown = Integer::from(1);
        let mut cleared = Vec::with_capacity(entries.len());
        for row in entries.chunks(columns.max(1)) {
            let common = row.iter().fold(Integer::from(1), |common, e| common.lcm(e.denom()));
            cleared.extend(row.iter().map(|e| Integer::from(e.numer() * &common) / e.denom()));
            grown *= common;
        }
        (Integers::new(rows, columns, cleared), grown)
    }

    fn get(&self, row: usize, column: usize) -> &Integer {
        &self.entries[row * self.columns + column]
    }

    fn modulo(&self, prime: Prime) -> Matrix {
        let p = prime.value();
        Matrix::from_fn(prime, self.rows, self.columns, |i, j| self.get(i, j).mod_u(p))
    }

    /// The determinant: modulo so many primes that Hadamard's bound leaves one number only.
    ///
    /// # Panics
    /// If the matrix is not square.
    pub fn determinant(&self) -> Integer {
        assert_eq!(self.rows, self.columns, "the determinant of a matrix that is not square");
        let squares = |row: &[Integer]| row.iter().map(|e| Integer::from(e.pow(2u32))).sum::<Integer>();
        let rows = self.entries.chunks(self.columns.max(1));
        let bound: Integer = rows.map(|row| squares(row).sqrt() + 1).product();
        let twice = bound * 2u32 + 1u32;
        let (mut modulus, mut found) = (Integer::from(1), Integer::new());
        for prime in primes() {
            if modulus > twice {
                break;
            }
            lift(&mut found, &modulus, prime, Echelon::of(self.modulo(prime)).determinant());
            modulus *= prime.value();
        }
        if Integer::from(&found * 2u32) > modulus { found - modulus } else { found }
    }

    /// The rank, proved from both sides as in [`Integers::reduced`].
    pub fn rank(&self) -> usize {
        self.reduced().pivots.len()
    }

    /// The reduced echelon form over the rationals. It is proved: columns that are independent modulo a prime are
    /// independent, and that the other columns are the stated combinations of them is checked by multiplication.
    ///
    /// # Panics
    /// If half a million primes are not enough, which takes minors of more than ten million bits.
    pub fn reduced(&self) -> Reduced {
        let mut lifted: Option<Lifted> = None;
        let (mut taken, mut next) = (0usize, 1usize);
        for prime in primes() {
            let echelon = Echelon::of(self.modulo(prime)).reduced();
            let better = lifted.as_ref().is_none_or(|l| l.is_worse_than(&echelon.pivots));
            if better {
                lifted = Some(Lifted::new(&echelon));
                (taken, next) = (0, 1);
            }
            // Other pivots than the best so far: the prime divides a minor that matters.
            let Some(lifted) = lifted.as_mut().filter(|l| l.pivots == echelon.pivots) else { continue };
            lifted.add(prime, &echelon);
            taken += 1;
            if taken == next {
                next *= 2;
                if let Some(found) = lifted.reconstructed().filter(|found| self.confirms(found)) {
                    return found;
                }
            }
        }
        unreachable!("the entries of an echelon form are quotients of minors, which fewer primes determine")
    }

    /// A basis of the vectors v with A·v = 0: one for each column without a pivot.
    pub fn kernel(&self) -> Vec<Vec<Rational>> {
        let reduced = self.reduced();
        let vector = |(k, free): (usize, &usize)| {
            let mut vector = vec![Rational::new(); self.columns];
            vector[*free] = Rational::from(1);
            for (row, pivot) in reduced.rest.iter().zip(&reduced.pivots) {
                vector[*pivot] = Rational::from(-&row[k]);
            }
            vector
        };
        reduced.free.iter().enumerate().map(vector).collect()
    }

    /// A⁻¹, row by row; nothing if the matrix is singular.
    ///
    /// # Panics
    /// If the matrix is not square.
    pub fn inverse(&self) -> Option<Vec<Vec<Rational>>> {
        assert_eq!(self.rows, self.columns, "the inverse of a matrix that is not square");
        let n = self.rows;
        let unit = |i: usize, j: usize| Integer::from(i32::from(i == j));
        let row = |i: usize| (0..n).map(move |j| self.get(i, j).clone()).chain((0..n).map(move |j| unit(i, j)));
        let reduced = Integers::new(n, 2 * n, (0..n).flat_map(row).collect()).reduced();
        (reduced.pivots.iter().copied().eq(0..n)).then_some(reduced.rest)
    }

    /// Whether the free columns are the stated combinations of the columns of pivots.
    fn confirms(&self, found: &Reduced) -> bool {
        found.free.iter().enumerate().all(|(k, free)| {
            // With a common denominator all products are of integers.
            let common = found.rest.iter().fold(Integer::from(1), |common, row| common.lcm(row[k].denom()));
            let scaled = |row: &Vec<Rational>| Integer::from(row[k].numer() * &common) / row[k].denom();
            let factors: Vec<Integer> = found.rest.iter().map(scaled).collect();
            (0..self.rows).all(|i| {
                let terms = found.pivots.iter().zip(&factors).filter(|(_, f)| !f.is_zero());
                let sum: Integer = terms.map(|(pivot, f)| Integer::from(self.get(i, *pivot) * f)).sum();
                sum == Integer::from(self.get(i, *free) * &common)
            })
        })
    }
}

/// An echelon form modulo a product of primes.
struct Lifted {
    pivots: Vec<usize>,
    free: Vec<usize>,
    modulus: Integer,
    /// Row after row.
    entries: Vec<Integer>,
}

impl Lifted {
    fn new(of: &crate::Reduced) -> Self {
        let entries = vec![Integer::new(); of.pivots.len() * of.free.len()];
        Lifted { pivots: of.pivots.clone(), free: of.free.clone(), modulus: Integer::from(1), entries }
    }

    /// Modulo a prime that divides no minor that matters, pivots are as many and as early as can be.
    fn is_worse_than(&self, pivots: &[usize]) -> bool {
        (self.pivots.len(), pivots) < (pivots.len(), &self.pivots)
    }

    fn add(&mut self, prime: Prime, echelon: &crate::Reduced) {
        let columns = self.free.len();
        for (at, entry) in self.entries.iter_mut().enumerate() {
            lift(entry, &self.modulus, prime, echelon.rest.get(at / columns, at % columns));
        }
        self.modulus *= prime.value();
    }

    /// Each entry as the one fraction of small numerator and denominator, if there is one for each.
    fn reconstructed(&self) -> Option<Reduced> {
        let bound = Integer::from(&self.modulus / 2u32).sqrt();
        let fractions = self.entries.iter().map(|e| fraction(e, &self.modulus, &bound)).collect::<Option<Vec<_>>>()?;
        let mut fractions = fractions.into_iter();
        let rest = self.pivots.iter().map(|_| fractions.by_ref().take(self.free.len()).collect()).collect();
        Some(Reduced { pivots: self.pivots.clone(), free: self.free.clone(), rest })
    }
}

/// The number below modulus · p that is `value` modulo `modulus` and `residue` modulo p.
fn lift(value: &mut Integer, modulus: &Integer, prime: Prime, residue: u32) {
    let p = prime.value();
    let difference = prime.integer(i64::from(residue) - i64::from(value.mod_u(p)));
    let inverse = prime.inverse_of(prime.enter(modulus.mod_u(p)));
    *value += Integer::from(modulus * prime.leave(prime.times(difference, inverse)));
}

/// The fraction a/b ≡ value with |a|, b ≤ bound and b prime to the modulus, by Euclid's algorithm (Wang).
fn fraction(value: &Integer, modulus: &Integer, bound: &Integer) -> Option<Rational> {
    let (mut high, mut low) = (modulus.clone(), value.clone().rem_euc(modulus));
    let (mut before, mut now) = (Integer::new(), Integer::from(1));
    while low > *bound {
        let (quotient, rest) = high.div_rem(low.clone());
        let next = before - quotient * &now;
        (high, low, before, now) = (low, rest, now, next);
    }
    let fits = *now.as_abs() <= *bound && Integer::from(now.gcd_ref(modulus)) == 1;
    fits.then(|| Rational::from((low, now)))
}

/// Primes from [`FIRST`] downwards.
fn primes() -> impl Iterator<Item = Prime> {
    (3..FIRST).rev().filter(|p| is_prime(*p)).filter_map(Prime::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integers(rows: usize, columns: usize, entries: &[i64]) -> Integers {
        Integers::new(rows, columns, entries.iter().map(|e| Integer::from(*e)).collect())
    }

    /// Along the first row.
    fn expansion(rows: &[Vec<Integer>]) -> Integer {
        let Some(first) = rows.first() else { return Integer::from(1) };
        let minor = |j: usize| {
            let without = |row: &Vec<Integer>| {
                row.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, e)| e.clone()).collect::<Vec<_>>()
            };
            expansion(&rows[1..].iter().map(without).collect::<Vec<_>>())
        };
        let term = |(j, e): (usize, &Integer)| if j % 2 == 0 { e * minor(j) } else { -(e * minor(j)) };
        first.iter().enumerate().map(term).sum()
    }

    proptest! {
        #[test]
        fn determinants_and_inverses_are_those_of_the_definition(n in 0usize..6, entries in proptest::collection::vec(any::<i64>(), 25)) {
            let matrix = integers(n, n, &entries[..n * n]);
            let rows: Vec<Vec<Integer>> = (0..n).map(|i| (0..n).map(|j| matrix.get(i, j).clone()).collect()).collect();
            let determinant = expansion(&rows);
            prop_assert_eq!(matrix.determinant(), determinant.clone());
            let inverse = matrix.inverse();
            prop_assert_eq!(inverse.is_some(), determinant != 0);
            for (i, row) in inverse.iter().flatten().enumerate() {
                for j in 0..n {
                    let entry: Rational = (0..n).map(|k| Rational::from(&row[k] * matrix.get(k, j))).sum();
                    prop_assert_eq!(entry, Rational::from(u32::from(i == j)));
                }
            }
        }

        #[test]
        fn kernels_are_kernels(
            rows in 0usize..8, columns in 0usize..8, inner in 0usize..5, entries in proptest::collection::vec(-1_000_000_000i64..1_000_000_000, 80)
        ) {
            let entry = |i: usize, j: usize| -> Integer {
                (0..inner).map(|k| Integer::from(entries[i * 5 + k]) * entries[40 + k * 8 + j]).sum()
            };
            let all = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j)));
            let matrix = Integers::new(rows, columns, all.map(|(i, j)| entry(i, j)).collect());
            let (rank, kernel) = (matrix.rank(), matrix.kernel());
            prop_assert!(rank <= inner.min(rows).min(columns));
            prop_assert_eq!(kernel.len(), columns - rank);
            for vector in kernel {
                for i in 0..rows {
                    let sum: Rational = (0..columns).map(|j| Rational::from(&vector[j] * matrix.get(i, j))).sum();
                    prop_assert_eq!(sum, Rational::new());
                }
            }
        }
    }

    #[test]
    fn primes_that_divide_a_minor_do_no_harm() {
        // The largest primes below 2^23 divide the determinant, so the rank modulo them is too small.
        let [p, q] = [8_388_593, 8_388_587];
        let matrix = integers(2, 3, &[p, 0, 1, 0, q, 1]);
        let reduced = matrix.reduced();
        assert_eq!(reduced.pivots, [0, 1]);
        assert_eq!(reduced.rest, [[Rational::from((1, p))], [Rational::from((1, q))]]);
        assert_eq!(integers(2, 2, &[p, 0, 0, q]).determinant(), Integer::from(p) * q);
    }

    #[test]
    fn rows_of_fractions_are_cleared() {
        let entries = [(1, 2), (1, 3), (2, 5), (-1, 7)].map(Rational::from);
        let (matrix, grown) = Integers::clearing(2, 2, &entries);
        assert_eq!((matrix.determinant(), grown), (Integer::from(3 * -5 - 2 * 14), Integer::from(6 * 35)));
    }
}
