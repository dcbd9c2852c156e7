//! The matching degree δ: how many complex students match a generic teacher.
//!
//! It is the dimension of the quotient algebra of F(θ_A, θ_F) = F(θ*) at a random point modulo a random prime. The
//! right-hand side is always a teacher's, so a system with more labels than unknowns is consistent. For an allocation
//! that spans with as many weights as the teacher has dimensions, a generic fibre is finite, and in characteristic 0 it is
//! reduced; a point where solutions collide or are infinitely many is therefore not generic and does not count. Solutions
//! at infinity are none of the affine quotient algebra.
//!
//! Two points with two primes must agree. How likely a point is not generic is bounded: let f_1, …, f_M be the equations, with
//! parameters ξ (a student, a section, a teacher, inputs), and U_t the span of the x^α f_j of degree at most t in the r learnable
//! weights x. At a point, let the elements of the Gröbner basis lie in U_T and have leading monomials of degree at most L,
//! let A be the largest degree of an f_j, and S = T + max(2L, A). *If at the point no f_j loses degree, and U_T and U_S have
//! leading monomials that generic ones have, then the count there is δ.* Proof. For each leading monomial of the basis at the point
//! there is an element over Q(ξ) in U_T with the same one. S-polynomials of these have degrees below 2L and, as the f_j, are
//! reduced by them inside U_S. A remainder would have a leading monomial that U_S has at the point, so one in the ideal there,
//! which one of the elements reduces. So they are a Gröbner basis over Q(ξ), with as many standard monomials. Their reduced
//! basis is that of rows of U_S, whose denominators do not vanish at the point; so a linear form that has distinct values
//! on the solutions there has distinct values on generic ones. ∎ The leading monomials of U_t are generic
//! if one minor of its matrix (as large as its rank k, at most the number of monomials of degree t) does not vanish: no rank of
//! leading columns is larger at a point than generically, and with that minor none is smaller. [`missed_minor_log2`] bounds the
//! chance that it does, as for minors of a Jacobian. T and S are found at the point, so bounds for all t ≤ S are added up.
//!
//! The dimension of U_t alone does not show this: at a point its leading monomials may move to smaller ones while it stays (a
//! solution goes to infinity). The minor in the generic leading columns vanishes there, and it is that minor whose chance
//! is bounded.
//!
//! A degree is *proved* where a square system's count attains Bézout's bound: δ ≤ ∏ deg F_i by Bézout, and δ ≥ the count,
//! because simple solutions modulo p lift to the p-adic numbers (Hensel) and simple solutions persist nearby.

use crate::algebra::{Groebner, Limits, Polynomial, Polynomials, QuotientAlgebra, is_squarefree};
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::network::{Network, Probe, Samples};
use crate::number::{PrimeField, Ring, Stream, generator};
use crate::number::{binomial, ceil_log2};
use crate::reach::point::ModularPoint;
use crate::reach::{Evidence, missed_minor_log2};

use super::degeneration::{Degeneration, equations_at_the_limit};
use super::equations::{equation_ring, equations_on, label_degrees, weights};
use super::laws::is_open;
use super::slices::Slice;

/// So many points are tried before the degree is given up.
const MOST_POINTS: usize = 6;

/// A matching degree.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Degree {
    /// δ.
    pub value: usize,
    /// How it is known.
    pub evidence: Evidence,
}

impl Degree {
    /// Of a basis whose labels are affine in its weights: one linear system of full rank.
    pub(super) const ONE: Degree = Degree { value: 1, evidence: Evidence::Proved };
}

/// What ended a count, as a sentence of its own.
fn ended(stopped: Stopped) -> String {
    if stopped == Stopped::Time { "the time was up".to_owned() } else { stopped.to_string() }
}

/// Why there is no degree.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoDegree {
    /// A limit was reached.
    #[error("{}", ended(*.0))]
    Stopped(#[from] Stopped),
    /// The label map is piecewise polynomial.
    #[error("a network with kinks has no matching degree")]
    Kinks,
    /// Exponentials, quotients or roots.
    #[error("a network with exponentials, quotients or roots has no matching degree")]
    NotPolynomial,
    /// The allocation has no finite number of solutions at any point tried, or points disagree: it does not span, or has
    /// more weights than the teacher has dimensions.
    #[error("no two random points have the same finite number of distinct solutions")]
    NotFinite,
}

/// Counts matching degrees of one network's allocations, all at the same random points.
#[derive(Clone, Debug)]
pub struct DegreeCounter<'a> {
    network: Network,
    samples: Samples,
    seed: u64,
    limits: Limits<'a>,
    /// The first two; others are drawn when needed.
    points: Vec<Point>,
    /// The inputs as degrees: 0, or nothing for a zero.
    degrees: Vec<Vec<Option<u64>>>,
}

/// The equations of a match in all learnable weights.
type Equations = (Polynomials<'static, PrimeField>, Vec<Polynomial<u64>>);

/// A student, a teacher's labels and a linear form, modulo a prime.
#[derive(Clone, Debug)]
struct Point {
    field: PrimeField,
    student: Vec<u64>,
    inputs: Vec<Vec<u64>>,
    labels: Vec<u64>,
    /// One coefficient a weight.
    form: Vec<u64>,
    /// What sections are drawn with.
    seed: u64,
    index: u64,
}

impl<'a> DegreeCounter<'a> {
    /// Draws the points.
    pub fn new(network: &Network, samples: Samples, seed: u64, limits: Limits<'a>) -> Self {
        let degrees = match network.probe(samples) {
            Probe::Generic(count) => vec![vec![Some(0); network.input_size()]; count],
            Probe::Fixed(inputs) => {
                let bound = |x: &i64| (*x != 0).then_some(0);
                inputs.iter().map(|input| input.iter().map(bound).collect()).collect()
            }
        };
        let points = if network.is_polynomial() { 0..2 } else { 0..0 };
        let points = points.map(|index| Point::random(network, samples, seed, index)).collect();
        DegreeCounter { network: network.clone(), samples, seed, limits, points, degrees }
    }

    /// The same counter, where this says stop.
    #[must_use]
    pub fn under(&self, control: &Control<'a>) -> Self {
        DegreeCounter { limits: self.limits.under(control), ..self.clone() }
    }

    /// The same counter with at most so much work for each system.
    pub(super) fn with_work(&self, work: u64) -> Self {
        DegreeCounter { limits: Limits { work: work.min(self.limits.work), ..self.limits }, ..self.clone() }
    }

    /// The same counter with less work for each system, from the first of these limits on, and at last with its own.
    pub(super) fn by_work(&self, limits: &[u64]) -> Vec<Self> {
        let less = limits.iter().copied().filter(|work| *work < self.limits.work);
        let all = less.chain([self.limits.work]);
        all.map(|work| self.with_work(work)).collect()
    }

    /// δ of an allocation that spans and has as many weights as the teacher has dimensions.
    ///
    /// # Errors
    /// A limit, no finite count, or a network with kinks.
    pub fn degree(&self, allocation: &Allocation) -> Result<Degree, NoDegree> {
        self.count_twice(allocation, allocation.size())
    }

    /// The matching degree of a section of an allocation that spans with more weights than the teacher has dimensions: the
    /// number of complex students on a generic affine subspace of so many dimensions.
    ///
    /// # Errors
    /// As [`DegreeCounter::degree`].
    pub fn section_degree(&self, allocation: &Allocation, dimension: usize) -> Result<Degree, NoDegree> {
        self.count_twice(allocation, dimension)
    }

    /// The number of complex students on a slice of an allocation that spans with surplus weights.
    ///
    /// # Errors
    /// As [`DegreeCounter::degree`].
    pub(super) fn slice_degree(&self, slice: &Slice) -> Result<Degree, NoDegree> {
        let count = self.agreed(|point| point.count_on_slice(&self.network, slice, &self.limits))?;
        // Labels are of no larger degree on the slice than in all weights that are not held.
        let moving = slice.adapting.union(&slice.multiples());
        Ok(self.judge(&moving, slice.adapting.size(), count))
    }

    /// Whether there are as many labels as the teacher has dimensions.
    pub(super) fn is_open(&self, teacher: usize) -> bool {
        is_open(&self.network, self.samples, teacher)
    }

    /// The number of complex students in a limit, of an allocation that spans with surplus weights.
    ///
    /// # Errors
    /// As [`DegreeCounter::degree`].
    pub(super) fn degree_in_limit(&self, allocation: &Allocation, limit: &Degeneration) -> Result<Degree, NoDegree> {
        let count = self.agreed(|point| {
            let equations = point.equations(&self.network, allocation, &self.limits)?;
            point.count_in_limit(&self.network, &equations, allocation, limit, &self.limits)
        })?;
        if limit.zero.is_none() {
            return Ok(self.judge(&limit.adapting, limit.adapting.size(), count));
        }
        // A part of solutions that are all simple.
        let whole = self.degree_in_limit(allocation, &Degeneration { zero: None, ..limit.clone() })?;
        let part = self.evidence(&count, limit.adapting.size(), 1);
        Ok(Degree { value: count.value, evidence: Evidence::all([whole.evidence, part]) })
    }

    /// The same at one point only: the first limit that is `looked` for there.
    pub(super) fn first_limit(
        &self,
        allocation: &Allocation,
        limits: impl Iterator<Item = Degeneration>,
        looked: impl FnMut(usize) -> bool,
    ) -> Result<Option<Degeneration>, NoDegree> {
        let Some(point) = self.points.first() else {
            return Ok(None);
        };
        let equations = point.equations(&self.network, allocation, &self.limits)?;
        let mut looked = looked;
        let has = |limit: &Degeneration| -> Result<Option<usize>, Stopped> {
            match point.count_in_limit(&self.network, &equations, allocation, limit, &self.limits) {
                Ok(count) => Ok(count.map(|count| count.value)),
                Err(stopped @ (Stopped::Time | Stopped::Asked)) => Err(stopped),
                Err(_) => Ok(None),
            }
        };
        for limit in limits {
            let Some(count) = has(&limit)?.filter(|count| *count > 0) else {
                continue;
            };
            if looked(count) {
                return Ok(Some(limit));
            }
            for place in 0..limit.adapting.size() {
                let part = Degeneration { zero: Some(place), ..limit.clone() };
                if has(&part)?.is_some_and(&mut looked) {
                    return Ok(Some(part));
                }
            }
        }
        Ok(None)
    }

    fn count_twice(&self, allocation: &Allocation, dimension: usize) -> Result<Degree, NoDegree> {
        let count = self.agreed(|point| point.count(&self.network, allocation, dimension, &self.limits))?;
        Ok(self.judge(allocation, dimension, count))
    }

    /// The count that two points agree on.
    fn agreed(&self, count: impl Fn(&Point) -> Result<Option<Count>, Stopped>) -> Result<Count, NoDegree> {
        let _span = tracing::info_span!("matching degree").entered();
        if !self.network.has_one_matroid() {
            return Err(NoDegree::Kinks);
        }
        if !self.network.is_polynomial() {
            return Err(NoDegree::NotPolynomial);
        }
        let mut counts: Vec<Count> = Vec::new();
        for index in 0..MOST_POINTS {
            let fresh;
            let point = match self.points.get(index) {
                Some(point) => point,
                None => {
                    fresh = Point::random(&self.network, self.samples, self.seed, index as u64);
                    &fresh
                }
            };
            if let Some(count) = count(point)? {
                if let Some(same) = counts.iter().find(|c| c.value == count.value) {
                    return Ok(Count { level: same.level.max(count.level), ..count });
                }
                counts.push(count);
            }
        }
        Err(NoDegree::NotFinite)
    }

    /// The degree of every label in the learnable weights.
    pub(super) fn label_degrees(&self, allocation: &Allocation) -> Vec<u64> {
        label_degrees(&self.network, allocation, &self.degrees)
    }

    /// The degrees of the labels of one generic input in the learnable weights. On it no coordinate of the function that the
    /// network computes is left out, also of those that the equations of a match may leave out because the others determine
    /// them: with generic entries nothing cancels.
    pub(super) fn degrees_on_generic_input(&self, allocation: &Allocation) -> Vec<u64> {
        let input = vec![Some(0); self.network.input_size()];
        label_degrees(&self.network, allocation, &[input])
    }

    /// How a count is known that two points agree on.
    fn judge(&self, allocation: &Allocation, dimension: usize, count: Count) -> Degree {
        let degrees = self.label_degrees(allocation);
        let bezout = degrees.iter().fold(1u64, |product, d| product.saturating_mul(*d));
        let attained = degrees.len() == dimension && bezout == count.value as u64;
        let sections = if dimension < allocation.size() { dimension + 1 } else { 1 };
        let evidence = if attained { Evidence::Proved } else { self.evidence(&count, dimension, sections) };
        Degree { value: count.value, evidence }
    }

    /// How a count is known that two points agree on: both are to blame for a wrong one, two of all that may have been tried.
    fn evidence(&self, count: &Count, dimension: usize, sections: usize) -> Evidence {
        let pairs = MOST_POINTS * (MOST_POINTS - 1) / 2;
        Evidence::within(2 * self.error_of_point(count, dimension, sections) + ceil_log2(pairs as u128))
    }

    /// log₂ of a bound on the chance that one point is not generic up to its level; each learnable weight is a sum of so many
    /// terms there.
    fn error_of_point(&self, count: &Count, dimension: usize, sections: usize) -> i64 {
        let (level, degree) = (u64::from(count.level), self.network.degree());
        let monomials = binomial(level as usize + dimension, dimension).to_u128().unwrap_or(u128::MAX);
        // An equation is a student's label and a teacher's.
        let height = self.network.height_bits().saturating_add(1);
        let height = height.saturating_add(degree.saturating_mul(ceil_log2(sections as u128) as u64));
        let events = u128::from(level) + 1 + count.equations as u128;
        (missed_minor_log2(monomials, degree, height, 0) + ceil_log2(events)).min(0)
    }
}

/// A count of solutions at one point.
#[derive(Clone, Copy, Debug)]
struct Count {
    value: usize,
    equations: usize,
    /// S: generic up to this degree, a point has the generic count.
    level: u32,
}

impl Point {
    fn random(network: &Network, samples: Samples, seed: u64, index: u64) -> Self {
        let mut random = generator(seed, Stream::Degrees, index);
        let ModularPoint { field, weights: student, inputs } = ModularPoint::random(network, samples, &mut random);
        let mut vector = || (0..network.weights()).map(|_| field.random(&mut random)).collect::<Vec<u64>>();
        let labels = network.labels(&field, &vector(), &inputs);
        Point { field, student, inputs, labels, form: vector(), seed, index }
    }

    /// The number of solutions on a generic affine subspace of so many dimensions, or, if the allocation has no more, of all; if
    /// it is finite and all are distinct.
    fn count(
        &self,
        network: &Network,
        allocation: &Allocation,
        dimension: usize,
        limits: &Limits,
    ) -> Result<Option<Count>, Stopped> {
        let ring = equation_ring(self.field, network, dimension, limits)?;
        let weights = weights(&ring, allocation, &self.student, self.section(&ring, allocation, dimension));
        let system = equations_on(&ring, network, &weights, &self.inputs, &self.labels);
        limits.control.check()?;
        self.count_solutions(&ring, &system, allocation.iter().take(dimension), limits)
    }

    /// The number of solutions on a slice, if it is finite and all are distinct.
    fn count_on_slice(&self, network: &Network, slice: &Slice, limits: &Limits) -> Result<Option<Count>, Stopped> {
        let ring = equation_ring(self.field, network, slice.adapting.size(), limits)?;
        let weights = slice.weights(&ring, &self.student);
        let system = equations_on(&ring, network, &weights, &self.inputs, &self.labels);
        limits.control.check()?;
        self.count_solutions(&ring, &system, slice.adapting.iter(), limits)
    }

    /// The equations of a match in all learnable weights, and the ring that they live in.
    fn equations(&self, network: &Network, allocation: &Allocation, limits: &Limits) -> Result<Equations, Stopped> {
        let ring = equation_ring(self.field, network, allocation.size(), &limits.alone())?;
        let learnable = (0..allocation.size()).map(|v| ring.variable(v));
        let weights = weights(&ring, allocation, &self.student, learnable);
        let system = equations_on(&ring, network, &weights, &self.inputs, &self.labels);
        limits.control.check()?;
        Ok((ring, system))
    }

    /// The number of solutions in a limit, if it is finite and all are distinct.
    fn count_in_limit(
        &self,
        network: &Network,
        (all, equations): &Equations,
        allocation: &Allocation,
        limit: &Degeneration,
        limits: &Limits,
    ) -> Result<Option<Count>, Stopped> {
        limits.control.check()?;
        let ring = equation_ring(self.field, network, limit.adapting.size(), limits)?;
        let values: Vec<u64> = allocation.iter().map(|w| self.student[w]).collect();
        let Some(system) = equations_at_the_limit((all, &ring), equations, (allocation, limit), &values) else {
            return Ok(None);
        };
        let count = self.count_solutions(&ring, &system, limit.adapting.iter(), limits)?;
        // Of each equation a term of lowest order must not vanish at the point, and a leading one.
        Ok(count.map(|count| Count { equations: 2 * count.equations, ..count }))
    }

    /// The number of solutions of equations in these weights, if it is finite and all are distinct.
    fn count_solutions(
        &self,
        ring: &Polynomials<PrimeField>,
        system: &[Polynomial<u64>],
        variables: impl Iterator<Item = usize>,
        limits: &Limits,
    ) -> Result<Option<Count>, Stopped> {
        let groebner = Groebner::of(ring, system, limits)?;
        let Some(quotient) = QuotientAlgebra::of(&groebner, limits)? else {
            return Ok(None);
        };
        let count = quotient.dimension();
        if count > 1 {
            let form: Vec<u64> = variables.map(|w| self.form[w]).collect();
            let polynomial = quotient.minimal_polynomial(&form, limits)?;
            if polynomial.len() != count + 1 || !is_squarefree(&self.field, &polynomial) {
                return Ok(None);
            }
        }
        let degree =
            |p: &Polynomial<u64>| p.terms().and_then(|t| t.first()).map_or(0, |t| ring.monomials().degree(t.0));
        let largest = system.iter().map(degree).max().unwrap_or(0);
        let level = groebner.cofactor_degree().saturating_add(largest.max(groebner.lead_degree().saturating_mul(2)));
        Ok(Some(Count { value: count, equations: system.len(), level }))
    }

    /// The learnable weights on the subspace: the first ones are its coordinates, each other one a random affine function of
    /// these.
    fn section(
        &self,
        ring: &Polynomials<PrimeField>,
        allocation: &Allocation,
        dimension: usize,
    ) -> Vec<Polynomial<u64>> {
        let mut random = generator(self.seed, Stream::Sections, self.index);
        let mut affine = || {
            let mut draw = || ring.constant(self.field.random(&mut random));
            let start = draw();
            (0..dimension).fold(start, |sum, v| ring.add(&sum, &ring.mul(&draw(), &ring.variable(v))))
        };
        (0..allocation.size()).map(|v| if v < dimension { ring.variable(v) } else { affine() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::{Monomial, RowSpace};
    use crate::allocation::parse;

    type Ring61 = Polynomials<'static, PrimeField>;

    fn point(network: &Network, prime: u64, index: u64) -> Point {
        let field = PrimeField::new(prime).unwrap();
        let mut random = generator(7, Stream::Degrees, index);
        let mut vector = |length: usize| (0..length).map(|_| field.random(&mut random)).collect::<Vec<u64>>();
        let inputs: Vec<Vec<u64>> = match network.probe(Samples::Functional) {
            Probe::Generic(count) => (0..count).map(|_| vector(network.input_size())).collect(),
            Probe::Fixed(inputs) => inputs.iter().map(|x| x.iter().map(|e| field.integer(*e)).collect()).collect(),
        };
        let (student, teacher) = (vector(network.weights()), vector(network.weights()));
        let labels = network.labels(&field, &teacher, &inputs);
        Point { field, student, inputs, labels, form: vector(network.weights()), seed: 7, index }
    }

    fn system(point: &Point, network: &Network, allocation: &Allocation) -> (Ring61, Vec<Polynomial<u64>>) {
        let ring = equation_ring(point.field, network, allocation.size(), &Limits::default()).unwrap();
        let learnable = (0..allocation.size()).map(|v| ring.variable(v));
        let weights = weights(&ring, allocation, &point.student, learnable);
        let equations = equations_on(&ring, network, &weights, &point.inputs, &point.labels);
        (ring, equations)
    }

    fn degrees(ring: &Ring61, system: &[Polynomial<u64>]) -> Vec<u32> {
        system.iter().map(|f| f.terms().unwrap().first().map_or(0, |t| ring.monomials().degree(t.0))).collect()
    }

    /// All monomials of degree at most t, from the largest down.
    fn monomials(ring: &Ring61, t: u32) -> Vec<Monomial> {
        let m = ring.monomials();
        let mut all = vec![Monomial::ONE];
        for v in 0..m.variables() {
            let longer = |a: &Monomial| {
                let powers = std::iter::successors(Some(*a), |b| m.product(*b, m.variable(v)));
                powers.take_while(|b| m.degree(*b) <= t).collect::<Vec<_>>()
            };
            all = all.iter().flat_map(longer).collect();
        }
        all.sort_by(|a, b| m.compare(*b, *a));
        all
    }

    /// The leading monomials of U_t, as places in [`monomials`].
    fn leads(ring: &Ring61, system: &[Polynomial<u64>], t: u32) -> Vec<usize> {
        let columns = monomials(ring, t);
        let mut space = RowSpace::new(*ring.coefficients(), columns.len());
        for (f, degree) in system.iter().zip(degrees(ring, system)) {
            for shift in monomials(ring, t.saturating_sub(degree)).iter().filter(|_| degree <= t) {
                let row = ring.times_term(f, &(*shift, ring.coefficients().one()));
                let place = |m: &Monomial| columns.iter().position(|c| c == m).unwrap();
                let mut entries = vec![0; columns.len()];
                row.terms().unwrap().iter().for_each(|(m, c)| entries[place(m)] = *c);
                space.insert(entries);
            }
        }
        let mut leads = space.pivots().to_vec();
        leads.sort_unstable();
        leads
    }

    /// Modulo small primes many points are not generic. Wherever the count there is wrong, a degree fell or U_T or U_S has not
    /// its generic leading monomials; that their dimension falls is not always so, and need not be.
    #[test]
    fn a_wrong_count_shows_in_the_leading_monomials_that_the_bound_is_about() {
        let (mut wrong, mut seen, mut of_full_dimension) = (0, 0, 0);
        for (network, text) in [
            ("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"),
            ("lffn([2, 1, 2])", "W1[0,0] W1[0,1] W2[0,0]"),
            ("lrnn(1, 2, 1, 4)", "D[0,0] D[0,1] W[0,0] W[0,1]"),
            ("lrnn(1, 2, 1, 5)", "D[0,0] D[0,1] W[0,0] W[1,1]"),
            ("pnn([1, 2, 1], degree=3)", "W1[0,0]"),
        ] {
            let network: Network = network.parse().unwrap();
            let allocation = parse(network.layout(), text).unwrap();
            let generic = point(&network, PrimeField::MERSENNE_61, 0);
            let (r, limits) = (allocation.size(), Limits::default());
            let Ok(Some(right)) = generic.count(&network, &allocation, r, &limits) else {
                panic!("{network}, {text}: no count");
            };
            let (ring, equations) = system(&generic, &network, &allocation);
            for index in 1..150 {
                let small = point(&network, [5, 7, 11, 13][index as usize % 4], index);
                let Ok(Some(count)) = small.count(&network, &allocation, r, &limits) else {
                    continue;
                };
                seen += 1;
                if count.value == right.value {
                    continue;
                }
                wrong += 1;
                let (small_ring, there) = system(&small, &network, &allocation);
                let basis = Groebner::of(&small_ring, &there, &limits).unwrap();
                let fell = degrees(&small_ring, &there) != degrees(&ring, &equations);
                let moved = |t| leads(&small_ring, &there, t) != leads(&ring, &equations, t);
                let lower = |t| leads(&small_ring, &there, t).len() < leads(&ring, &equations, t).len();
                let levels = [basis.cofactor_degree(), count.level];
                let shown = fell || levels.into_iter().any(moved);
                of_full_dimension += usize::from(!fell && !levels.into_iter().any(lower));
                assert!(shown, "{network}, {text}: {} at point {index}, not {}", count.value, right.value);
            }
        }
        assert!(wrong > 4 && seen > wrong, "{wrong} wrong counts of {seen}");
        assert!(of_full_dimension > 0, "dimensions alone would have done");
    }

    #[test]
    fn bounds_grow_with_the_system() {
        let bound = |network: &str, text: &str| {
            let network: Network = network.parse().unwrap();
            let allocation = parse(network.layout(), text).unwrap();
            let counter = DegreeCounter::new(&network, Samples::Functional, 3, Limits::default());
            counter.degree(&allocation).unwrap().evidence.error_log2().unwrap()
        };
        let small = bound("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]");
        let large = bound("lrnn(1, 3, 1, 6)", "W[0,:] D[0,:]");
        assert!(small < large && large < -40, "{small}, {large}");
    }
}
