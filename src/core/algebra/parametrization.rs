//! Real solutions written down exactly: all variables as polynomials in a real root of one polynomial.
//!
//! Modulo primes, the powers of a linear form that tells all solutions apart are a basis of the quotient algebra, and every
//! variable has coordinates in it; rational numbers are put together from these. Whether the result is right is for whoever
//! uses it to check: it is exact, so it can be.

use rug::{Integer, Rational};

use super::elimination::RowSpace;
use super::lifting::Lifting;
use super::polynomial::{Polynomial, Polynomials};
use super::real_roots::{primitive, real_root};
use super::real_solutions::Solver;
use super::reduced::Reduced;
use crate::number::{Integers, PrimeField, Ring};

/// Longer numbers are not looked for.
const MOST_PRIMES: usize = 200;

/// A real solution of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parametrization {
    /// A polynomial in t, constant first, without multiple roots.
    pub polynomial: Vec<Integer>,
    /// It has a root between these, or at both.
    pub between: (Rational, Rational),
    /// The variables as polynomials in t, constant first: a solution at every root.
    pub values: Vec<Vec<Rational>>,
}

impl Solver<'_> {
    /// A real solution of a system with finitely many complex solutions, all of them simple; nothing if there is none, or it
    /// takes too much.
    pub fn parametrize(&self, ring: &Polynomials<Integers>, system: &[Polynomial<Integer>]) -> Option<Parametrization> {
        let n = ring.monomials().variables();
        let reduced = Reduced::new(ring, system, &(0..n).collect::<Vec<_>>(), self.limits().work).ok()?;
        let form = self.separating_form(&reduced).ok()?.0;
        let mut lifting: Option<Lifting> = None;
        let mut next_attempt = 1;
        for index in 0..MOST_PRIMES.min(self.primes().most()) {
            let field = self.primes().get(index)?;
            let (degree, image) = self.coordinates(&reduced, &field, &form)?;
            let lifting = lifting.get_or_insert_with(|| Lifting::new(image.len()));
            if index >= next_attempt
                && let Some((numerators, denominator)) = lifting.rationals()
            {
                if agree(&field, (&numerators, &denominator), &image) {
                    return Parametrization::of(&numerators, &denominator, degree);
                }
                next_attempt = index + 1 + index / 4;
            }
            lifting.push(&field, &image);
        }
        None
    }

    /// How many solutions there are; then, modulo a prime, the form's power of that number in the lower ones, and every
    /// variable.
    fn coordinates(&self, reduced: &Reduced, field: &PrimeField, form: &[i64]) -> Option<(usize, Vec<u64>)> {
        let quotient = self.quotient(reduced, field).ok()?.0?;
        let (n, d) = (form.len(), quotient.dimension());
        let times = |form: &[i64]| {
            let matrix = quotient.multiplication(&form.iter().map(|a| field.integer(*a)).collect::<Vec<_>>());
            (0..d).map(|k| matrix.row(k).to_vec()).collect::<Vec<_>>()
        };
        let rows = times(form);
        let mut power = vec![0; d];
        *power.first_mut()? = field.one();
        let mut columns = Vec::with_capacity(d + 1 + n);
        for _ in 0..=d {
            let mut next = vec![0; d];
            field.add_combination(&mut next, &power, &rows);
            columns.push(std::mem::replace(&mut power, next));
        }
        columns.extend((0..n).map(|i| times(&(0..n).map(|k| i64::from(i == k)).collect::<Vec<_>>()).swap_remove(0)));
        let mut space = RowSpace::new(*field, columns.len());
        for b in 0..d {
            space.insert(columns.iter().map(|c| c[b]).collect());
        }
        let row = |k: usize| space.pivots().iter().position(|p| *p == k).map(|r| &space.rows()[r]);
        let rows: Vec<&Vec<u64>> = (0..d).map(row).collect::<Option<_>>()?;
        Some((d, (d..=d + n).flat_map(|c| rows.iter().map(move |row| row[c])).collect()))
    }
}

impl Parametrization {
    fn of(numerators: &[Integer], denominator: &Integer, degree: usize) -> Option<Self> {
        let power = numerators[..degree].iter().map(|c| Integer::from(-c));
        let polynomial = primitive(power.chain(std::iter::once(denominator.clone())).collect());
        let between = real_root(&polynomial)?;
        let value = |c: &Integer| Rational::from((c, denominator));
        let values = numerators[degree..].chunks(degree).map(|g| g.iter().map(value).collect()).collect();
        Some(Parametrization { polynomial, between, values })
    }
}

/// Whether rational numbers have the residues of another prime.
pub(super) fn agree(field: &PrimeField, (numerators, denominator): (&[Integer], &Integer), image: &[u64]) -> bool {
    let denominator = field.big_integer(denominator);
    numerators.iter().zip(image).all(|(n, c)| field.big_integer(n) == field.mul(c, &denominator))
}
