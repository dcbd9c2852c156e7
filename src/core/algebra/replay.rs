//! A Gröbner basis once more, modulo another prime.
//!
//! Modulo almost every prime, Buchberger's algorithm takes a system with integer coefficients through the same steps. Which
//! monomials meet in which step is written down at one prime; at another only the coefficients are computed, without
//! comparing a monomial. All steps are repeated: what was reduced to zero has to be zero again, and what led has to lead. Then
//! the elements have the same leading monomials and the same pairs reduce to zero, so that they are a Gröbner basis by Buchberger's
//! criterion; otherwise nothing is known, and the algorithm has to run.

use rustc_hash::FxHashMap;

use super::groebner::Groebner;
use super::monomial::{Monomial, Monomials};
use super::polynomial::Term;
use crate::number::{Field, PrimeField, Ring};

/// Longer computations, by their products, are not written down.
const MOST_PRODUCTS: usize = 1 << 22;

/// Where the terms to be reduced come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start<'a> {
    /// A generator.
    Generator(usize, &'a [Term<u64>]),
    /// The tails of two elements, each shifted, the second subtracted.
    Elements([Shifted<'a>; 2]),
    /// The tail of an element.
    Tail(Shifted<'a>),
}

/// The tail of an element, times a monomial.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shifted<'a> {
    pub(super) element: usize,
    pub(super) shift: Monomial,
    pub(super) tail: &'a [Term<u64>],
}

/// One reduction; its columns stand for the monomials that occur in it.
#[derive(Clone, Debug)]
struct Reduction {
    from: From,
    /// Which column is cleared by which element.
    steps: Vec<(u32, u32)>,
    width: usize,
    /// The columns that have to come out zero.
    zeros: Vec<u32>,
    /// The columns of the normal form, from the largest monomial down.
    result: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
enum From {
    Generator(usize),
    Elements(usize, usize),
    Tail(usize),
}

/// The steps of one computation as they are written down.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    reductions: Vec<Reduction>,
    /// The columns of the terms that a reduction starts with and of those that each of its steps subtracts, in this order.
    columns: Vec<u32>,
    index: FxHashMap<Monomial, u32>,
}

impl Recorder {
    /// Whether the computation is too long to be written down.
    pub(super) fn is_full(&self) -> bool {
        self.columns.len() > MOST_PRODUCTS
    }

    fn column(&mut self, m: Monomial) -> u32 {
        let next = self.index.len() as u32;
        *self.index.entry(m).or_insert(next)
    }

    fn enter(&mut self, monomials: &Monomials, Shifted { shift, tail, .. }: Shifted) {
        for (m, _) in tail {
            let column = self.column(monomials.shift(*m, shift));
            self.columns.push(column);
        }
    }

    /// Writes a reduction down: its steps are the monomial that each one cleared and the element that did. Ends in the middle of one that fills
    /// the recorder.
    pub(super) fn reduction<'a>(
        &mut self,
        monomials: &Monomials,
        start: Start<'a>,
        steps: impl Iterator<Item = (Monomial, Shifted<'a>)>,
        result: &[Term<u64>],
    ) {
        self.index.clear();
        let from = match start {
            Start::Generator(index, tail) => {
                self.enter(monomials, Shifted { element: 0, shift: Monomial::ONE, tail });
                From::Generator(index)
            }
            Start::Elements([first, second]) => {
                self.enter(monomials, first);
                self.enter(monomials, second);
                From::Elements(first.element, second.element)
            }
            Start::Tail(own) => {
                self.enter(monomials, own);
                From::Tail(own.element)
            }
        };
        let mut cleared = Vec::new();
        for (m, reducer) in steps {
            if self.is_full() {
                return;
            }
            cleared.push((self.column(m), reducer.element as u32));
            self.enter(monomials, reducer);
        }
        let result: Vec<u32> = result.iter().map(|(m, _)| self.column(*m)).collect();
        let mut is_zero = vec![true; self.index.len()];
        cleared.iter().map(|(pivot, _)| pivot).chain(&result).for_each(|column| is_zero[*column as usize] = false);
        let zeros = (0..is_zero.len()).filter(|column| is_zero[*column]).map(|column| column as u32).collect();
        self.reductions.push(Reduction { from, steps: cleared, width: is_zero.len(), zeros, result });
    }

    /// The recipe for a basis, whose elements are those of these numbers among all, each of which was then reduced once more.
    pub(super) fn recipe(self, kept: Vec<usize>, basis: &Groebner) -> Recipe {
        let Recorder { mut reductions, columns, .. } = self;
        let last = reductions.split_off(reductions.len() - kept.len());
        Recipe { reductions, columns, kept, last, basis: basis.clone() }
    }
}

/// How a Gröbner basis was computed.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    reductions: Vec<Reduction>,
    columns: Vec<u32>,
    kept: Vec<usize>,
    last: Vec<Reduction>,
    /// The basis that came out, for its monomials.
    basis: Groebner,
}

impl Recipe {
    /// The basis modulo another prime, from the generators' coefficients, all of them in the order of the terms; nothing where
    /// the computation would take another course.
    pub(super) fn follow(&self, field: &PrimeField, generators: &[Vec<u64>]) -> Option<Groebner> {
        let mut run = Run { field: *field, columns: &self.columns, sums: Vec::new() };
        let mut tails: Vec<Vec<u64>> = Vec::new();
        for reduction in &self.reductions {
            let mut values = run.reduce(reduction, generators, &tails)?;
            let Some(lead) = values.first() else {
                continue;
            };
            let inverse = field.inverse(lead)?;
            values.remove(0);
            values.iter_mut().for_each(|c| *c = field.mul(c, &inverse));
            tails.push(values);
        }
        let mut tails: Vec<Vec<u64>> = self.kept.iter().map(|at| std::mem::take(&mut tails[*at])).collect();
        for (at, reduction) in self.last.iter().enumerate() {
            tails[at] = run.reduce(reduction, generators, &tails)?;
        }
        let one = field.one();
        let with = |(element, tail): (&Vec<Term<u64>>, Vec<u64>)| {
            element.iter().map(|(m, _)| *m).zip(std::iter::once(one).chain(tail)).collect()
        };
        Some(self.basis.with(*field, self.basis.elements.iter().zip(tails).map(with).collect()))
    }
}

/// What is computed modulo one prime.
struct Run<'a> {
    field: PrimeField,
    /// The columns that are still to come.
    columns: &'a [u32],
    sums: Vec<u128>,
}

impl<'a> Run<'a> {
    fn next(&mut self, count: usize) -> &'a [u32] {
        let (now, later) = self.columns.split_at(count);
        self.columns = later;
        now
    }

    /// Subtracts a multiple of terms.
    fn subtract(&mut self, factor: u64, terms: &[u64]) {
        let (columns, factor) = (self.next(terms.len()), self.field.neg(&factor));
        for (column, c) in columns.iter().zip(terms) {
            self.field.accumulate(&mut self.sums[*column as usize], factor, *c);
        }
    }

    fn reduce(&mut self, reduction: &Reduction, generators: &[Vec<u64>], tails: &[Vec<u64>]) -> Option<Vec<u64>> {
        let field = self.field;
        self.sums.clear();
        self.sums.resize(reduction.width, 0);
        let (first, second) = match reduction.from {
            From::Generator(index) => (&generators[index], None),
            From::Elements(first, second) => (&tails[first], Some(&tails[second])),
            From::Tail(element) => (&tails[element], None),
        };
        for (column, c) in self.next(first.len()).iter().zip(first) {
            self.sums[*column as usize] = PrimeField::spread(*c);
        }
        if let Some(second) = second {
            self.subtract(field.one(), second);
        }
        for (pivot, element) in &reduction.steps {
            let value = field.gather(std::mem::take(&mut self.sums[*pivot as usize]));
            self.subtract(value, &tails[*element as usize]);
        }
        let value = |column: &u32| field.gather(self.sums[*column as usize]);
        reduction.zeros.iter().all(|column| value(column) == 0).then(|| reduction.result.iter().map(value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limits;
    use super::super::polynomial::Polynomials;
    use super::*;
    use proptest::prelude::*;

    const PRIMES: [u64; 3] = [PrimeField::MERSENNE_61, (1 << 61) - 31, 32_003];

    /// A system with these coefficients, all of degree 2 in two variables, modulo a prime.
    fn system(prime: u64, rows: &[Vec<i64>]) -> (Polynomials<'static, PrimeField>, Vec<Vec<Term<u64>>>) {
        let field = PrimeField::new(prime).unwrap();
        let ring = Polynomials::new(field, Monomials::new(2).unwrap(), 1_000);
        let (x, y) = (ring.variable(0), ring.variable(1));
        let all = [ring.mul(&x, &x), ring.mul(&x, &y), ring.mul(&y, &y), x, y, ring.one()];
        let terms = |row: &Vec<i64>| {
            let sum = all.iter().zip(row).map(|(m, c)| ring.mul(m, &ring.integer(*c)));
            let sum = sum.fold(ring.zero(), |sum, term| ring.add(&sum, &term));
            sum.terms().unwrap().to_vec()
        };
        let list = rows.iter().map(terms).collect();
        (ring, list)
    }

    fn basis(prime: u64, rows: &[Vec<i64>]) -> (Groebner, Recipe) {
        let (ring, terms) = system(prime, rows);
        let polynomials: Vec<_> = terms.into_iter().map(|t| ring.collect(t)).collect();
        let (basis, recipe) = Groebner::recorded(&ring, &polynomials, &Limits::default()).unwrap();
        (basis, recipe.unwrap())
    }

    /// The coefficients of a system modulo a prime, as many as there are integers that are not zero.
    fn coefficients(prime: u64, rows: &[Vec<i64>]) -> Vec<Vec<u64>> {
        let field = PrimeField::new(prime).unwrap();
        rows.iter().map(|row| row.iter().filter(|c| **c != 0).map(|c| field.integer(*c)).collect()).collect()
    }

    proptest! {
        /// What is followed is the reduced basis, which is unique; with small coefficients and a small prime now and then it is not.
        #[test]
        fn another_prime_has_the_basis_that_buchberger_finds(
            rows in proptest::collection::vec(proptest::collection::vec(-40_000i64..40_000, 6), 2..4)
        ) {
            let (_, recipe) = basis(PRIMES[0], &rows);
            for prime in PRIMES {
                let field = PrimeField::new(prime).unwrap();
                if let Some(followed) = recipe.follow(&field, &coefficients(prime, &rows)) {
                    let without_zeros = |elements: &[Vec<Term<u64>>]| -> Vec<Vec<Term<u64>>> {
                        elements.iter().map(|e| e.iter().filter(|t| t.1 != 0).copied().collect()).collect()
                    };
                    let expected = basis(prime, &rows).0;
                    prop_assert_eq!(without_zeros(followed.elements()), without_zeros(expected.elements()));
                } else {
                    prop_assert_eq!(prime, 32_003);
                }
            }
        }
    }

    #[test]
    fn another_course_is_noticed() {
        // x² + xy + …, where a leading coefficient, or what has to vanish, depends on the system.
        let rows = [vec![1, 1, 0, 0, 0, -1], vec![1, 1, 0, 0, 0, -1], vec![0, 0, 1, 0, 0, -2]];
        let (first, recipe) = basis(PRIMES[0], &rows);
        let field = PrimeField::new(PRIMES[1]).unwrap();
        let followed = |rows: &[Vec<i64>]| recipe.follow(&field, &coefficients(PRIMES[1], rows));
        assert_eq!(followed(&rows).map(|b| b.elements().len()), Some(first.elements().len()));
        // The second equation was reduced to zero, and is not any more.
        let others = [rows[0].clone(), vec![1, 1, 0, 0, 0, -3], rows[2].clone()];
        assert!(followed(&others).is_none());
        // A leading coefficient that vanishes.
        assert!(recipe.follow(&field, &[vec![0, 0, 0], vec![0, 0, 0], vec![0, 0]]).is_none());
    }
}
