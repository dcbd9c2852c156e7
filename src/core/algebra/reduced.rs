//! A system of equations in the variables that it really has, with what bounds the chance that a random prime misleads about it; see
//! the head of [`super::real_solutions`].

use std::cell::{Cell, OnceCell};

use rug::Integer;

use super::monomial::{Monomial, Monomials};
use super::polynomial::{Polynomial, Polynomials};
use super::real_solutions::Undecided;
use super::replay::Recipe;
use crate::control::Stopped;
use crate::number::{Integers, ceil_log2};

/// A system in the variables that it really has, and the quantities that the error bound needs.
pub(super) struct Reduced {
    pub(super) monomials: Monomials,
    pub(super) system: Vec<Polynomial<Integer>>,
    /// log₂ of the largest absolute sum of an equation's coefficients.
    pub(super) height: u32,
    pub(super) degree: u32,
    /// The products that are still allowed.
    pub(super) work: Cell<u64>,
    /// How the Gröbner basis was computed modulo the first prime, for further ones.
    pub(super) recipe: OnceCell<Option<Recipe>>,
}

impl Reduced {
    /// The system in the given variables only.
    pub(super) fn new(
        ring: &Polynomials<Integers>,
        system: &[Polynomial<Integer>],
        variables: &[usize],
        work: u64,
    ) -> Result<Self, Undecided> {
        let limit = Monomials::MOST_VARIABLES;
        let too_many = Stopped::Variables { variables: variables.len(), limit };
        let monomials = Monomials::new(variables.len()).ok_or(too_many)?;
        let small = Polynomials::new(Integers, monomials, usize::MAX);
        let (mut height, mut degree) = (1, 2);
        let mut reduced = Vec::with_capacity(system.len());
        for p in system {
            let terms = p.terms().unwrap_or_default();
            let total: Integer = terms.iter().map(|(_, c)| Integer::from(c.abs_ref())).sum();
            height = total.significant_bits().max(height);
            degree = terms.iter().map(|(m, _)| ring.monomials().degree(*m)).max().unwrap_or(1).max(degree);
            let rename = |m| {
                let powers = variables.iter().enumerate().flat_map(|(new, old)| {
                    std::iter::repeat_n(monomials.variable(new), ring.monomials().exponent(m, *old) as usize)
                });
                powers.fold(Monomial::ONE, |product, x| monomials.shift(product, x))
            };
            reduced.push(small.collect(terms.iter().map(|(m, c)| (rename(*m), c.clone()))));
        }
        Ok(Reduced { monomials, system: reduced, height, degree, work: Cell::new(work), recipe: OnceCell::new() })
    }

    /// log₂ of a bound on the chance that one random prime misleads; see the head of the module above. At most 0.
    pub(super) fn error_log2(&self, cofactors: u32, form: &[i64], bits: u32) -> i64 {
        let n = self.monomials.variables() as u128;
        let columns = (1..=n).fold(1u128, |b, k| b.saturating_mul(u128::from(cofactors) + k) / k);
        let form = form.iter().map(|a| a.unsigned_abs()).sum::<u64>();
        let form = u128::from(u64::BITS - form.leading_zeros()) * u128::from(cofactors);
        let minor = columns.saturating_mul(form.max(u128::from(self.height)));
        // Two ranks for χ, two for the basis, one minor in a coefficient.
        let mut bad = minor.saturating_mul(5).saturating_add(u128::from(bits) + 60) / 60;
        if self.system.len() as u128 > n {
            bad = bad.saturating_add(self.lost_solutions());
        }
        (ceil_log2(bad) - 54).min(0)
    }

    /// A bound on the number of primes for which a system with more equations than variables has another number of solutions.
    fn lost_solutions(&self) -> u128 {
        let (n, s) = (self.monomials.variables() as u128, self.system.len() as u128);
        let d = u128::from(self.degree);
        let power = |e: u128| d.saturating_pow(u32::try_from(e).unwrap_or(u32::MAX));
        let log = ceil_log2((2 * n + 5) * s) as u128;
        let first = (11 * n + 4).saturating_mul(power(3 * n + 1)).saturating_mul(u128::from(self.height));
        let second = (55 * n + 99).saturating_mul(log).saturating_mul(power(3 * n + 2));
        // Natural logarithms are below binary ones; one of the result is below 3/2 of a binary one.
        first.saturating_add(second).saturating_mul(3) / 2 / 60
    }
}
