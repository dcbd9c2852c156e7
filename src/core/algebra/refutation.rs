//! Why a system of polynomial equations has no real solution, written down: a combination of the equations, with polynomials as
//! multipliers, that is a polynomial in one linear form, without a real root.
//!
//! The products of equations with monomials that stay inside a finite set of monomials span a space of vectors. The first power
//! of the form that depends on them and on lower powers gives the combination: by linear algebra modulo primes, put together to
//! rational numbers. The sets tried grow by degree; what needs a larger one is not found.

use std::collections::HashMap;

use rug::Integer;

use super::elimination::RowSpace;
use super::lifting::Lifting;
use super::monomial::{Monomial, Monomials};
use super::parametrization::agree;
use super::polynomial::{Polynomial, Polynomials};
use super::real_roots::{has_real_root, primitive};
use super::real_solutions::Solver;
use crate::number::{Integers, PrimeField, Ring};

/// Larger sets of monomials are not tried,
const MOST_MONOMIALS: usize = 220;
/// nor higher degrees than those of the equations and so many more,
const MORE_DEGREES: u32 = 8;
/// nor longer numbers.
const MOST_PRIMES: usize = 200;

/// A proof that a system has no real solution.
#[derive(Clone, Debug, PartialEq)]
pub struct Refutation {
    /// One for each equation.
    pub multipliers: Vec<Polynomial<Integer>>,
    /// One coefficient a variable.
    pub form: Vec<i64>,
    /// What the combination is in the form: constant first, no real root.
    pub polynomial: Vec<Integer>,
    /// Whether the systems near this one have such a combination, too: products of equations and monomials that stay among the
    /// monomials that occur, and lower powers of the form, span them all.
    pub nearby: bool,
}

/// A system, and the monomials that its equations have for generic coefficients.
struct System<'a> {
    ring: &'a Polynomials<'a, Integers>,
    equations: &'a [Polynomial<Integer>],
    generic: &'a [Vec<Monomial>],
}

/// Monomials and their places.
type Places = HashMap<Monomial, usize>;

/// An equation times a monomial.
type Product = (usize, Monomial);

impl Solver<'_> {
    /// A proof that a system has no real solution, preferably one that holds nearby; nothing if none is found. `generic` are the
    /// monomials of each equation for generic coefficients, its own among them.
    pub fn refute(
        &self,
        ring: &Polynomials<Integers>,
        equations: &[Polynomial<Integer>],
        generic: &[Vec<Monomial>],
    ) -> Option<Refutation> {
        let system = System { ring, equations, generic };
        let n = ring.monomials().variables();
        let unit = |at: usize| (0..n).map(|i| i64::from(i == at)).collect::<Vec<i64>>();
        let mixed = (1..=2).map(|k| (0..n as i64).map(|i| (i * i * k + 3 * i + k) % 11 - 5).collect::<Vec<i64>>());
        let forms: Vec<Vec<i64>> = (0..n).rev().map(unit).chain(mixed.filter(|_| n > 1)).collect();
        let field = self.primes().get(0)?;
        let (mut found, mut work) = (None, self.limits().work);
        for region in system.regions() {
            let products = system.independent(&field, &region);
            for form in &forms {
                let refutation = self.refute_inside(&system, (&region, &products), form, &mut work);
                if refutation.as_ref().is_some_and(|r| r.nearby) {
                    return refutation;
                }
                found = found.or(refutation);
            }
        }
        found
    }

    /// A refutation inside a set of monomials, for one form; `work` is how many products are still allowed.
    fn refute_inside(
        &self,
        system: &System<'_>,
        (region, products): (&[Monomial], &[Product]),
        form: &[i64],
        work: &mut u64,
    ) -> Option<Refutation> {
        let field = self.primes().get(0)?;
        let mut pay = |columns: usize| {
            *work = work.checked_sub((columns * columns * region.len()) as u64)?;
            Some(())
        };
        pay(products.len())?;
        let (degree, powers) = system.dependent_power(&field, region, products, form)?;
        let solution = system.combination(&field, products, &powers)?;
        let products: Vec<Product> =
            products.iter().zip(&solution).filter(|(_, c)| **c != 0).map(|(p, _)| *p).collect();
        let mut lifting = Lifting::new(products.len() + degree);
        let mut next_attempt = 1;
        for index in 0..MOST_PRIMES.min(self.primes().most()) {
            let field = self.primes().get(index)?;
            pay(products.len() + degree)?;
            let image = system.combination(&field, &products, &powers)?;
            if index >= next_attempt
                && let Some((numerators, denominator)) = lifting.rationals()
            {
                if agree(&field, (&numerators, &denominator), &image) {
                    return system.refutation(&self.primes().get(0)?, &products, (numerators, denominator), form);
                }
                next_attempt = index + 1 + index / 4;
            }
            lifting.push(&field, &image);
        }
        None
    }
}

impl System<'_> {
    fn monomials(&self) -> &Monomials {
        self.ring.monomials()
    }

    /// Sets of monomials to look inside, from small to large.
    fn regions(&self) -> Vec<Vec<Monomial>> {
        let all = || self.generic.iter().flatten();
        let first = all().map(|m| self.monomials().degree(*m)).max().unwrap_or(0);
        let exponents =
            |m: &Monomial| (0..self.monomials().variables()).map(|i| self.monomials().exponent(*m, i)).max();
        let narrow = all().filter_map(exponents).max().unwrap_or(0);
        let sizes = (first..first + MORE_DEGREES).flat_map(|degree| (narrow..=degree).map(move |each| (degree, each)));
        let mut regions: Vec<Vec<Monomial>> = sizes.map(|(degree, each)| self.up_to(degree, each)).collect();
        regions.retain(|r| r.len() <= MOST_MONOMIALS);
        regions.sort_by_key(Vec::len);
        regions.dedup();
        regions
    }

    /// The monomials of bounded degree, in all variables together and in each.
    fn up_to(&self, degree: u32, each: u32) -> Vec<Monomial> {
        let mut all = vec![Monomial::ONE];
        for i in 0..self.monomials().variables() {
            let x = self.monomials().variable(i);
            let mut next = Vec::new();
            for m in &all {
                let mut power = *m;
                for _ in 0..=each.min(degree - self.monomials().degree(*m)) {
                    next.push(power);
                    match self.monomials().product(power, x) {
                        Some(product) => power = product,
                        None => break,
                    }
                }
            }
            if next.len() > 100 * MOST_MONOMIALS {
                return next;
            }
            all = next;
        }
        all.sort_by(|a, b| self.monomials().compare(*a, *b));
        all
    }

    /// The products that stay inside a set, those with small monomials first.
    fn products(&self, region: &[Monomial], places: &Places) -> Vec<Product> {
        let stays = |by: Monomial, generic: &Vec<Monomial>| {
            generic.iter().all(|m| self.monomials().product(*m, by).is_some_and(|p| places.contains_key(&p)))
        };
        let of = |by: &Monomial| {
            let fit = self.generic.iter().enumerate().filter(|(_, generic)| stays(*by, generic));
            fit.map(|(k, _)| (k, *by)).collect::<Vec<_>>()
        };
        region.iter().flat_map(of).collect()
    }

    fn vector(&self, field: &PrimeField, p: &Polynomial<Integer>, by: Monomial, places: &Places) -> Option<Vec<u64>> {
        let mut vector = vec![0; places.len()];
        for (m, c) in p.terms()? {
            vector[*places.get(&self.monomials().product(*m, by)?)?] = field.big_integer(c);
        }
        Some(vector)
    }

    fn product(&self, field: &PrimeField, (k, by): &Product, places: &Places) -> Option<Vec<u64>> {
        self.vector(field, &self.equations[*k], *by, places)
    }

    /// Products that are a basis of the span of all that stay inside a set.
    fn independent(&self, field: &PrimeField, region: &[Monomial]) -> Vec<Product> {
        let places = places(region);
        let mut space = RowSpace::new(*field, region.len());
        let fresh = |p: &Product| self.product(field, p, &places).is_some_and(|row| space.insert(row));
        self.products(region, &places).into_iter().filter(fresh).collect()
    }

    /// The smallest power of a form that depends on lower powers and these products, and the powers up to it.
    fn dependent_power(
        &self,
        field: &PrimeField,
        region: &[Monomial],
        products: &[Product],
        form: &[i64],
    ) -> Option<(usize, Vec<Polynomial<Integer>>)> {
        let places = places(region);
        let mut space = RowSpace::new(*field, region.len());
        for p in products {
            space.insert(self.product(field, p, &places)?);
        }
        let terms = form.iter().enumerate().map(|(i, a)| (self.monomials().variable(i), Integer::from(*a)));
        let form = self.ring.collect(terms);
        let mut powers = vec![self.ring.one()];
        loop {
            let last = powers.last()?;
            if !space.insert(self.vector(field, last, Monomial::ONE, &places)?) {
                return Some((powers.len() - 1, powers));
            }
            powers.push(self.ring.mul(last, &form));
        }
    }

    /// Coefficients of the products, then of the lower powers, whose combination is the highest power; these are independent.
    fn combination(
        &self,
        field: &PrimeField,
        products: &[Product],
        powers: &[Polynomial<Integer>],
    ) -> Option<Vec<u64>> {
        let region = self.occurring(products, powers);
        let places = places(&region);
        let products = products.iter().map(|p| self.product(field, p, &places));
        let columns = products.chain(powers.iter().map(|p| self.vector(field, p, Monomial::ONE, &places)));
        let columns: Vec<Vec<u64>> = columns.collect::<Option<_>>()?;
        let mut space = RowSpace::new(*field, columns.len());
        for m in 0..region.len() {
            space.insert(columns.iter().map(|c| c[m]).collect());
        }
        let last = columns.len() - 1;
        let row = |k: usize| space.pivots().iter().position(|p| *p == k).map(|r| space.rows()[r][last]);
        (space.rank() == last).then(|| (0..last).map(row).collect())?
    }

    /// The monomials of all products of one of these equations as it is for generic coefficients, and of the powers.
    fn occurring(&self, products: &[Product], powers: &[Polynomial<Integer>]) -> Vec<Monomial> {
        let of = |(k, by): &Product| {
            let of_one = self.generic[*k].iter().filter_map(|m| self.monomials().product(*m, *by));
            of_one.collect::<Vec<_>>()
        };
        let own = powers.iter().flat_map(|p| p.terms().unwrap_or_default()).map(|(m, _)| *m);
        let mut all: Vec<Monomial> = products.iter().flat_map(of).chain(own).collect();
        all.sort_by(|a, b| self.monomials().compare(*a, *b));
        all.dedup();
        all
    }

    fn refutation(
        &self,
        field: &PrimeField,
        products: &[Product],
        (numerators, denominator): (Vec<Integer>, Integer),
        form: &[i64],
    ) -> Option<Refutation> {
        let lower = numerators[products.len()..].iter().map(|c| Integer::from(-c));
        // Σ c · product = ℓ^δ · denominator − lower powers; all of it without a common factor.
        let all: Vec<Integer> =
            numerators[..products.len()].iter().cloned().chain(lower).chain([denominator]).collect();
        let all = primitive(all);
        let (cofactors, polynomial) = all.split_at(products.len());
        if has_real_root(polynomial) {
            return None;
        }
        let of = |k: usize| {
            let own = products.iter().zip(cofactors).filter(move |((e, _), _)| *e == k);
            self.ring.collect(own.map(|((_, by), c)| (*by, c.clone())))
        };
        let multipliers = (0..self.equations.len()).map(of).collect();
        let (form, degree) = (form.to_vec(), polynomial.len() - 1);
        let nearby = self.persists(field, products, &form, degree);
        Some(Refutation { multipliers, form, polynomial: polynomial.to_vec(), nearby })
    }

    /// Whether all monomials that occur are spanned by the products that stay among them and the lower powers.
    fn persists(&self, field: &PrimeField, products: &[Product], form: &[i64], degree: usize) -> bool {
        let terms = form.iter().enumerate().map(|(i, a)| (self.monomials().variable(i), Integer::from(*a)));
        let form = self.ring.collect(terms);
        let powers: Vec<_> = (0..=degree as u64).map(|k| self.ring.power(&form, k)).collect();
        let region = self.occurring(products, &powers);
        let places = places(&region);
        let mut space = RowSpace::new(*field, region.len());
        let lower = powers[..degree].iter().filter_map(|p| self.vector(field, p, Monomial::ONE, &places));
        let rows = self.products(&region, &places);
        let rows = rows.iter().filter_map(|p| self.product(field, p, &places));
        rows.chain(lower).filter(|row| space.insert(row.clone())).count() == region.len()
    }
}

fn places(region: &[Monomial]) -> Places {
    region.iter().enumerate().map(|(k, m)| (*m, k)).collect()
}
