//! Whether a system of polynomial equations with integer coefficients has a real solution.
//!
//! What plain elimination settles is settled by it, and proved. What is left goes, modulo random primes, through a
//! Gröbner basis and the minimal polynomial χ of a linear form ℓ on the quotient algebra; χ is put together from its
//! residues, and has a real root or not. Nothing is rounded anywhere. What is certain and what is not:
//!
//! - Let δ be the dimension modulo the primes, all solutions distinct and told apart by ℓ. That 1, …, ℓ^δ are dependent
//!   modulo the ideal, and that δ monomials span the quotient, are statements about ranks of integer matrices: the
//!   rows are multiples of the equations by monomials (and powers of ℓ), the columns the N monomials up to the *true
//!   degree* that the computation reached. A rank over Q differs from that modulo a prime p only if p divides one certain minor, an
//!   integer below 2^(N·h) by Hadamard, h bounding log₂ of the rows' absolute sums: at most N·h/60 of the more than
//!   2^54 primes between 2^60 and 2^61 do. The same holds for "1 is in the ideal".
//! - χ's coefficients are quotients of such minors. A wrong reconstruction agrees with the right one modulo a prime only if the
//!   prime divides one certain integer below 2^(N·h + the reconstruction's bits). So primes that took no part in
//!   the reconstruction confirm it.
//! - That there are no fewer than δ complex solutions follows for as many equations as variables: simple solutions modulo p
//!   lift to the p-adic numbers (Hensel). For more equations than variables it fails for at most log₂(a)/60 primes, with
//!   log a ≤ (11n + 4) d^(3n+1) h + (55n + 99) log((2n + 5) s) d^(3n+2) for s equations in n variables of degree at most
//!   d ≥ 2 and height at most h (D'Andrea, Ostafe, Shparlinski and Sombra 2019, Theorem 2.1).
//!
//! So a decision is wrong with a probability over the random primes that [`Finding::error_log2`] bounds; there are
//! always enough primes to make that as small as asked for. A real root of χ belongs to one solution, its own conjugate:
//! real. Without a real root there is no real solution, whether or not ℓ tells solutions apart.

use rug::Integer;

use super::groebner::Groebner;
use super::lifting::{Lifting, Primes};
use super::limits::Limits;
use super::polynomial::{Polynomial, Polynomials, Term};
use super::presolve::{Presolved, presolve};
use super::quotient::QuotientAlgebra;
use super::real_roots::{count_real_roots, has_real_root_in_time, primitive};
use super::reduced::Reduced;
use super::univariate::is_squarefree;
use crate::control::{Control, Stopped};
use crate::number::{Integers, PrimeField, Ring};

/// What is known of a system.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it has a real solution.
    pub real: bool,
    /// The number of its distinct complex solutions, if it is finite and known.
    pub complex: Option<usize>,
    /// The finding is wrong with probability at most 2 to this power; nothing if it is proved.
    pub error_log2: Option<i64>,
}

/// How many real solutions a system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealCount {
    /// The number of its real solutions; of those that plain elimination finds, one counts for all.
    pub real: usize,
    /// The number of its distinct complex solutions, if it is finite and known.
    pub complex: Option<usize>,
    /// The count is wrong with probability at most 2 to this power; nothing if it is proved.
    pub error_log2: Option<i64>,
}

/// Why nothing is known of a system.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// A limit was reached.
    #[error("{0}")]
    Stopped(#[from] Stopped),
    /// Infinitely many complex solutions.
    #[error("infinitely many complex solutions")]
    Infinite,
    /// Multiple solutions, or solutions that no linear form tried tells apart.
    #[error("complex solutions that coincide")]
    Multiple,
    /// Two primes disagree.
    #[error("two primes disagree")]
    Primes,
    /// Equations that are not linear on a cell, with neither a solution found nor a linear reason against one.
    #[error("learnable weights that multiply one another, on a cell of activation patterns")]
    Bilinear,
    /// Learnable weights in more than the last two layers of a network with kinks.
    #[error("learnable weights below the last hidden layer")]
    Deep,
    /// Equations that are not polynomial.
    #[error("equations with exponentials, quotients or roots")]
    NotPolynomial,
}

/// Decides systems, with one supply of primes.
#[derive(Clone, Debug)]
pub struct Solver<'a> {
    primes: Primes,
    limits: Limits<'a>,
    error_log2: i64,
}

/// What one prime shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Image {
    Everything,
    Infinite,
    Finite { dimension: usize, polynomial: Vec<u64>, squarefree: bool },
}

impl Image {
    /// The dimension and whether the solutions are distinct and told apart.
    fn shape(&self) -> (Option<usize>, bool) {
        match self {
            Image::Everything => (Some(0), true),
            Image::Infinite => (None, false),
            Image::Finite { dimension, polynomial, squarefree } => {
                (Some(*dimension), *squarefree && polynomial.len() == dimension + 1)
            }
        }
    }
}

impl<'a> Solver<'a> {
    /// Decisions are to be wrong with probability at most 2^`error_log2` each.
    pub fn new(primes: Primes, limits: Limits<'a>, error_log2: i64) -> Self {
        Solver { primes, limits, error_log2 }
    }

    /// The same, with a smaller limit on the products for one system.
    pub fn with_work(&self, work: u64) -> Self {
        Solver { limits: Limits { work: self.limits.work.min(work), ..self.limits }, ..self.clone() }
    }

    /// The same, where this says stop.
    #[must_use]
    pub fn under(&self, control: &Control<'a>) -> Self {
        Solver { limits: self.limits.under(control), ..self.clone() }
    }

    /// The limits.
    pub fn limits(&self) -> &Limits<'a> {
        &self.limits
    }

    pub(super) fn primes(&self) -> &Primes {
        &self.primes
    }

    /// Whether a system has a real solution.
    ///
    /// # Errors
    /// See [`Undecided`].
    pub fn solve(&self, ring: &Polynomials<Integers>, system: &[Polynomial<Integer>]) -> Result<Finding, Undecided> {
        match presolve(ring, system, &self.limits)? {
            Presolved::Decided { real, complex } => Ok(Finding { real, complex, error_log2: None }),
            Presolved::Left { system, variables } => {
                self.solve_modular(&Reduced::new(ring, &system, &variables, self.limits.work)?)
            }
        }
    }

    /// As [`Solver::solve`], for systems that are expected to have infinitely many solutions: by plain elimination only.
    ///
    /// # Errors
    /// See [`Undecided`]; infinitely many solutions stand for all that elimination does not settle.
    pub fn eliminate(
        &self,
        ring: &Polynomials<Integers>,
        system: &[Polynomial<Integer>],
    ) -> Result<Finding, Undecided> {
        match presolve(ring, system, &self.limits)? {
            Presolved::Decided { real, complex } => Ok(Finding { real, complex, error_log2: None }),
            Presolved::Left { .. } => {
                self.limits.control.check()?;
                Err(Undecided::Infinite)
            }
        }
    }

    /// How many real solutions a system has, whose complex ones are finitely many and distinct.
    ///
    /// # Errors
    /// See [`Undecided`].
    pub fn count(&self, ring: &Polynomials<Integers>, system: &[Polynomial<Integer>]) -> Result<RealCount, Undecided> {
        let (system, variables) = match presolve(ring, system, &self.limits)? {
            Presolved::Decided { real, complex } => {
                return Ok(RealCount { real: usize::from(real), complex, error_log2: None });
            }
            Presolved::Left { system, variables } => (system, variables),
        };
        let reduced = Reduced::new(ring, &system, &variables, self.limits.work)?;
        if reduced.system.len() < reduced.monomials.variables() {
            return Err(Undecided::Infinite);
        }
        let (form, first, cofactors) = self.separating_form(&reduced)?;
        match first.shape() {
            // That 1 lies in the ideal was seen modulo one prime; more of them say so, too.
            (Some(0), _) => {
                let error = self.confirm(&reduced, &form, &first, cofactors)?;
                Ok(RealCount { real: 0, complex: Some(0), error_log2: Some(error) })
            }
            (None, _) => Err(Undecided::Infinite),
            (_, false) => Err(Undecided::Multiple),
            (complex, true) => {
                let (polynomial, error) = self.lift(&reduced, &form, &first, cofactors)?;
                // Each real root belongs to one solution, its own conjugate.
                Ok(RealCount { real: count_real_roots(&polynomial), complex, error_log2: Some(error) })
            }
        }
    }

    fn solve_modular(&self, reduced: &Reduced) -> Result<Finding, Undecided> {
        if reduced.system.len() < reduced.monomials.variables() {
            return Err(Undecided::Infinite);
        }
        let (form, first, cofactors) = self.separating_form(reduced)?;
        let dimension = match &first {
            Image::Infinite => return Err(Undecided::Infinite),
            Image::Everything => 0,
            Image::Finite { dimension, .. } => *dimension,
        };
        let (_, distinct) = first.shape();
        let odd = dimension % 2 == 1;
        if dimension == 0 || (odd && distinct) {
            // No solution, or an odd number of them, so that one is its own conjugate.
            let error = self.confirm(reduced, &form, &first, cofactors)?;
            let complex = Some(dimension);
            return Ok(Finding { real: odd, complex, error_log2: Some(error) });
        }
        let (polynomial, error) = self.lift(reduced, &form, &first, cofactors)?;
        match (has_real_root_in_time(&polynomial, &self.limits)?, distinct) {
            (true, false) => Err(Undecided::Multiple),
            (real, _) => Ok(Finding { real, complex: distinct.then_some(dimension), error_log2: Some(error) }),
        }
    }

    /// A linear form whose minimal polynomial modulo the first prime is as large as the quotient and squarefree; if none is
    /// found, the last tried.
    pub(super) fn separating_form(&self, reduced: &Reduced) -> Result<(Vec<i64>, Image, u32), Undecided> {
        let field = self.primes.get(0).ok_or(self.no_primes())?;
        let (quotient, cofactors) = match self.quotient(reduced, &field)? {
            (Some(quotient), cofactors) => (quotient, cofactors),
            (None, cofactors) => return Ok((Vec::new(), Image::Infinite, cofactors)),
        };
        let n = reduced.monomials.variables();
        let unit = |at: usize| (0..n).map(|i| i64::from(i == at)).collect::<Vec<i64>>();
        // Coordinates first: their polynomials have the smallest coefficients.
        let mixed = (1..=3).map(|k| (0..n as i64).map(|i| (i * i * k + 3 * i + k) % 11 - 5).collect::<Vec<i64>>());
        let mut last = (unit(0), Image::Infinite);
        for form in (0..n).rev().map(unit).chain(mixed) {
            let image = image(&field, Some(&quotient), &form, &self.limits)?;
            let (_, distinct) = image.shape();
            last = (form, image);
            if distinct {
                break;
            }
        }
        Ok((last.0, last.1, cofactors))
    }

    fn no_primes(&self) -> Stopped {
        Stopped::Primes { limit: self.primes.most() }
    }

    pub(super) fn quotient(
        &self,
        reduced: &Reduced,
        field: &PrimeField,
    ) -> Result<(Option<QuotientAlgebra>, u32), Stopped> {
        let groebner = self.groebner(reduced, field)?;
        let quotient = QuotientAlgebra::of(&groebner, &self.limits)?;
        let work = groebner.work() + quotient.as_ref().map_or(0, QuotientAlgebra::work);
        let left = reduced.work.get().checked_sub(work);
        reduced.work.set(left.ok_or(Stopped::Work { limit: self.limits.work })?);
        // Normal forms of powers of the form up to the dimension fall by as much as the basis does.
        let powers = quotient.as_ref().map_or(0, |q| q.dimension() as u32);
        Ok((quotient, groebner.cofactor_degree().max(powers + groebner.degree_fall())))
    }

    /// The Gröbner basis modulo a prime: in the same way as modulo the first, where that leads to one.
    fn groebner(&self, reduced: &Reduced, field: &PrimeField) -> Result<Groebner, Stopped> {
        let terms = reduced.system.iter().map(|p| p.terms().unwrap_or_default());
        if let Some(Some(recipe)) = reduced.recipe.get() {
            let values = |terms: &[Term<Integer>]| terms.iter().map(|(_, c)| field.big_integer(c)).collect();
            if let Some(basis) = recipe.follow(field, &terms.clone().map(values).collect::<Vec<_>>()) {
                self.limits.allow(basis.work())?;
                return Ok(basis);
            }
        }
        let ring = Polynomials::new(*field, reduced.monomials, self.limits.terms);
        let enter = |terms: &[Term<Integer>]| ring.collect(terms.iter().map(|(m, c)| (*m, field.big_integer(c))));
        let system: Vec<_> = terms.clone().map(enter).collect();
        if reduced.recipe.get().is_some() {
            return Groebner::of(&ring, &system, &self.limits);
        }
        let (basis, recipe) = Groebner::recorded(&ring, &system, &self.limits)?;
        // A coefficient that vanishes modulo this prime would be missing modulo others.
        let is_whole = terms.zip(&system).all(|(all, p)| p.terms().is_some_and(|p| p.len() == all.len()));
        reduced.recipe.get_or_init(|| recipe.filter(|_| is_whole));
        Ok(basis)
    }

    /// Goes on to further primes until the error is small enough; all must look like the first. Returns log₂ of the error.
    fn confirm(&self, reduced: &Reduced, form: &[i64], first: &Image, cofactors: u32) -> Result<i64, Undecided> {
        let mut tally = Tally { cofactors, confirmed: 0 };
        for index in 1.. {
            let field = self.primes.get(index).ok_or(self.no_primes())?;
            let (quotient, cofactors) = self.quotient(reduced, &field)?;
            if image(&field, quotient.as_ref(), form, &self.limits)?.shape() != first.shape() {
                return Err(Undecided::Primes);
            }
            tally.count(cofactors);
            if let Some(error) = self.enough(reduced, &tally, form, 0)? {
                return Ok(error);
            }
        }
        Err(self.no_primes().into())
    }

    /// χ, primitive, and log₂ of the error.
    fn lift(
        &self,
        reduced: &Reduced,
        form: &[i64],
        first: &Image,
        cofactors: u32,
    ) -> Result<(Vec<Integer>, i64), Undecided> {
        let Image::Finite { polynomial: start, .. } = first else {
            return Err(Undecided::Primes);
        };
        let (mut lifting, mut next_attempt) = (Lifting::new(start.len() - 1), 2);
        let mut tally = Tally { cofactors, confirmed: 0 };
        let mut candidate: Option<Vec<Integer>> = None;
        for index in 0.. {
            let field = self.primes.get(index).ok_or(self.no_primes())?;
            let (polynomial, cofactors) = match index {
                0 => (start.clone(), cofactors),
                _ => self.further(reduced, &field, form, first)?,
            };
            tally.count(cofactors);
            if candidate.as_ref().is_none_or(|f| !agrees(&field, f, &polynomial)) {
                (candidate, tally.confirmed) = (None, 0);
            }
            if let Some(f) = &candidate {
                let bits = f.iter().map(Integer::significant_bits).max().unwrap_or(0);
                if let Some(error) = self.enough(reduced, &tally, form, bits)? {
                    return Ok((f.clone(), error));
                }
            }
            lifting.push(&field, &polynomial[..start.len() - 1]);
            if candidate.is_none() && index + 1 >= next_attempt {
                next_attempt = index + 1 + (index + 1).div_ceil(4);
                candidate = lifting.rationals().map(|(numerators, denominator)| {
                    primitive(numerators.into_iter().chain(std::iter::once(denominator)).collect())
                });
                tally.confirmed = 0;
            }
        }
        Err(self.no_primes().into())
    }

    /// The minimal polynomial modulo a further prime, which must look like the first, and the cofactors' degree.
    fn further(
        &self,
        reduced: &Reduced,
        field: &PrimeField,
        form: &[i64],
        first: &Image,
    ) -> Result<(Vec<u64>, u32), Undecided> {
        let (quotient, cofactors) = self.quotient(reduced, field)?;
        let image = image(field, quotient.as_ref(), form, &self.limits)?;
        let same_shape = image.shape() == first.shape();
        match (image, first) {
            (Image::Finite { polynomial: p, .. }, Image::Finite { polynomial: q, .. })
                if same_shape && p.len() == q.len() =>
            {
                Ok((p, cofactors))
            }
            _ => Err(Undecided::Primes),
        }
    }

    /// log₂ of the error, once it is small enough.
    fn enough(&self, reduced: &Reduced, tally: &Tally, form: &[i64], bits: u32) -> Result<Option<i64>, Undecided> {
        let each = reduced.error_log2(tally.cofactors, form, bits);
        if each >= 0 {
            return Err(self.no_primes().into());
        }
        let error = each * tally.confirmed;
        Ok((error <= self.error_log2).then_some(error))
    }
}

/// How many primes confirm that something is so up to a degree.
struct Tally {
    cofactors: u32,
    confirmed: i64,
}

impl Tally {
    /// A prime that went up to a larger degree does not confirm what was seen before: counting starts again.
    fn count(&mut self, cofactors: u32) {
        self.confirmed = if cofactors > self.cofactors { 0 } else { self.confirmed + 1 };
        self.cofactors = self.cofactors.max(cofactors);
    }
}

fn image(
    field: &PrimeField,
    quotient: Option<&QuotientAlgebra>,
    form: &[i64],
    limits: &Limits,
) -> Result<Image, Stopped> {
    Ok(match quotient {
        None => Image::Infinite,
        Some(quotient) if quotient.dimension() == 0 => Image::Everything,
        Some(quotient) => {
            let form: Vec<u64> = form.iter().map(|a| field.integer(*a)).collect();
            let polynomial = quotient.minimal_polynomial(&form, limits)?;
            let squarefree = is_squarefree(field, &polynomial);
            Image::Finite { dimension: quotient.dimension(), polynomial, squarefree }
        }
    })
}

/// Whether an integer polynomial is a multiple of a monic one modulo a prime.
fn agrees(field: &PrimeField, f: &[Integer], monic: &[u64]) -> bool {
    let image: Vec<u64> = f.iter().map(|c| field.big_integer(c)).collect();
    let Some(lead) = image.last().filter(|c| **c != 0) else {
        return false;
    };
    image.iter().zip(monic).all(|(a, b)| *a == field.mul(lead, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::count_real_roots;
    use crate::algebra::monomial::Monomials;
    use proptest::prelude::*;

    const ERROR: i64 = -100;

    fn solver() -> Solver<'static> {
        Solver::new(Primes::new(1, 0, 400), Limits::default(), ERROR)
    }

    fn ring(variables: usize) -> Polynomials<'static, Integers> {
        Polynomials::new(Integers, Monomials::new(variables).unwrap(), 10_000)
    }

    fn univariate(ring: &Polynomials<Integers>, f: &[i64], x: &Polynomial<Integer>) -> Polynomial<Integer> {
        f.iter().rev().fold(ring.zero(), |sum, c| ring.add(&ring.mul(&sum, x), &ring.integer(*c)))
    }

    fn integers(f: &[i64]) -> Vec<Integer> {
        f.iter().map(|c| Integer::from(*c)).collect()
    }

    proptest! {
        /// f(u) = g(v) = 0 with u = x + 2y + q(v), v = x − y: real solutions are pairs of real roots, whatever the
        /// coordinates; elimination of linear equations sees nothing of that.
        #[test]
        fn mixed_products_of_univariate_equations(
            f in proptest::collection::vec(-20i64..21, 3..6), g in proptest::collection::vec(-20i64..21, 3..6), q in -3i64..4
        ) {
            let (f, g) = ([&f[..], &[1]].concat(), [&g[..], &[2]].concat());
            let simple = |f: &[i64]| squarefree(f);
            prop_assume!(simple(&f) && simple(&g));
            let ring = ring(2);
            let (x, y) = (ring.variable(0), ring.variable(1));
            let v = ring.sub(&x, &y);
            let u = ring.add(&ring.add(&x, &ring.mul(&y, &ring.integer(2))), &ring.mul(&ring.integer(q), &ring.mul(&v, &v)));
            let (p, r) = (univariate(&ring, &f, &u), univariate(&ring, &g, &v));
            let system = [ring.add(&p, &r), ring.sub(&p, &ring.mul(&r, &ring.integer(3)))];
            let finding = solver().solve(&ring, &system).unwrap();
            prop_assert_eq!(finding.real, count_real_roots(&integers(&f)) > 0 && count_real_roots(&integers(&g)) > 0);
            if let Some(complex) = finding.complex {
                prop_assert_eq!(complex, (f.len() - 1) * (g.len() - 1));
            }
            prop_assert!(finding.error_log2.is_none_or(|e| e <= ERROR));
        }
    }

    proptest! {
        /// Equations with a planted rational solution, some of them linear: elimination keeps it, and agrees with the
        /// modular method alone.
        #[test]
        fn planted_solutions_are_found(
            shape in proptest::collection::vec((0usize..3, 0usize..3, -5i64..6, -5i64..6, -5i64..6, -5i64..6), 3..5),
            point in proptest::collection::vec(-4i64..5, 3)
        ) {
            let ring = ring(3);
            let variable = |i: usize| ring.variable(i);
            let at = |p: &Polynomial<Integer>| -> Integer {
                let value = |m, i: usize| rug::ops::Pow::pow(Integer::from(point[i]), ring.monomials().exponent(m, i));
                p.terms().unwrap().iter().map(|(m, c)| (0..3).fold(c.clone(), |v, i| v * value(*m, i))).sum()
            };
            let equation = |(i, j, a, b, c, d): &(usize, usize, i64, i64, i64, i64)| {
                let product = ring.mul(&ring.integer(if c % 2 == 0 { 0 } else { *d }), &ring.mul(&variable(*i), &variable(*j)));
                let line = [a, b, c].into_iter().enumerate().map(|(k, e)| ring.mul(&ring.integer(*e), &variable(k)));
                let p = line.fold(product, |p, q| ring.add(&p, &q));
                ring.sub(&p, &ring.constant(at(&p)))
            };
            let system: Vec<_> = shape.iter().map(equation).collect();
            if let Ok(finding) = solver().solve(&ring, &system) {
                prop_assert!(finding.real);
                prop_assert!(finding.complex != Some(0));
            }
            let reduced = Reduced::new(&ring, &system, &[0, 1, 2], Limits::default().work).unwrap();
            if let Ok(finding) = solver().solve_modular(&reduced) {
                prop_assert!(finding.real);
                let eliminated = solver().solve(&ring, &system).unwrap();
                prop_assert!(eliminated.complex.is_none() || eliminated.complex == finding.complex);
            }
        }
    }

    fn squarefree(f: &[i64]) -> bool {
        let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
        is_squarefree(&field, &f.iter().map(|c| field.integer(*c)).collect::<Vec<_>>())
    }

    #[test]
    fn contradictions_and_infinite_families() {
        let ring = ring(2);
        let (x, y) = (ring.variable(0), ring.variable(1));
        let xy = ring.mul(&x, &y);
        let square = |z: &Polynomial<Integer>| ring.mul(z, z);
        let minus_one = |p: &Polynomial<Integer>| ring.sub(p, &ring.one());
        // xy = 1, x²y = 0: no solution.
        let finding = solver().solve(&ring, &[minus_one(&xy), ring.mul(&xy, &x)]).unwrap();
        assert_eq!((finding.real, finding.complex), (false, Some(0)));
        // x² + y² = 1 alone: a curve.
        let circle = minus_one(&ring.add(&square(&x), &square(&y)));
        assert_eq!(solver().solve(&ring, std::slice::from_ref(&circle)), Err(Undecided::Infinite));
        // The circle touches xy = 1/2 twice: double solutions on the diagonal, real, but not told by simple roots.
        let touching = minus_one(&ring.add(&xy, &xy));
        assert_eq!(solver().solve(&ring, &[circle.clone(), touching]), Err(Undecided::Multiple));
        // x² + y² = −1 and xy = 3: none real; proved as x⁴ + x² + 9 has no real root.
        let imaginary = ring.add(&ring.add(&square(&x), &square(&y)), &ring.one());
        let finding = solver().solve(&ring, &[imaginary, ring.sub(&xy, &ring.integer(3))]).unwrap();
        assert_eq!((finding.real, finding.complex), (false, Some(4)));
    }

    #[test]
    fn a_limit_on_primes_is_said() {
        let ring = ring(2);
        let (x, y) = (ring.variable(0), ring.variable(1));
        let quartic = |z, c| ring.add(&ring.power(z, 4), &ring.mul(&ring.integer(c), &ring.add(&x, &ring.mul(&y, &y))));
        let system = [ring.add(&quartic(&x, 1_000_003), &ring.integer(5)), quartic(&y, 99_999)];
        let poor = Solver::new(Primes::new(1, 0, 2), Limits::default(), ERROR);
        assert_eq!(poor.solve(&ring, &system), Err(Undecided::Stopped(Stopped::Primes { limit: 2 })));
    }
}
