//! The learning degree δ: how many complex students match a generic teacher.
//!
//! It is the dimension of the quotient algebra of F(θ_A, θ_F) = F(θ*) at a random point modulo a random prime. The
//! right-hand side is always a teacher's, so a system with more labels than unknowns is consistent. For an allocation
//! that spans with as many weights as the teacher has dimensions, a generic fibre is finite, and in characteristic 0 it is
//! reduced; a point where solutions collide or are infinitely many is therefore not generic and does not count. Solutions
//! at infinity are none of the affine quotient algebra.
//!
//! Two points with two primes must agree. That is *evidence* without a bound on its error, with one exception: a square
//! system whose count attains Bézout's bound. There δ ≤ ∏ deg F_i by Bézout, and δ ≥ the count, because simple solutions
//! modulo p lift to the p-adic numbers (Hensel) and simple solutions persist nearby: that degree is proved.

use std::time::Instant;

use crate::algebra::{Groebner, Limits, Polynomial, Polynomials, QuotientAlgebra, Stopped, is_squarefree};
use crate::allocation::Allocation;
use crate::network::{Network, Probe, Samples};
use crate::number::{PrimeField, Ring, Stream, generator};
use crate::reach::Evidence;
use crate::reach::point::ModularPoint;

use super::equations::{equation_ring, equations_on, label_degrees, weights};

/// So many points are tried before the degree is given up.
const MOST_POINTS: usize = 6;

/// How a learning degree is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DegreeEvidence {
    /// Counted, and equal to Bézout's bound.
    Proved,
    /// Counted alike at so many random points modulo as many random primes; its error has no bound.
    Counted {
        /// The points that agree.
        points: usize,
    },
}

impl DegreeEvidence {
    /// How what follows from the degree, such as its parity, is known.
    pub fn of_parity(self) -> Evidence {
        match self {
            DegreeEvidence::Proved => Evidence::Proved,
            DegreeEvidence::Counted { .. } => Evidence::Unbounded,
        }
    }
}

/// A learning degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Degree {
    /// δ.
    pub value: usize,
    /// How it is known.
    pub evidence: DegreeEvidence,
}

impl Degree {
    /// Of a basis whose labels are affine in its weights: one linear system of full rank.
    pub(super) const ONE: Degree = Degree { value: 1, evidence: DegreeEvidence::Proved };
}

/// Why there is no degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDegree {
    /// A limit was reached.
    #[error("{0}")]
    Stopped(#[from] Stopped),
    /// The label map is not polynomial.
    #[error("a network with kinks has no learning degree")]
    Kinks,
    /// The allocation has no finite number of solutions at any point tried, or points disagree: it does not span, or has
    /// more weights than the teacher has dimensions.
    #[error("no two random points have the same finite number of distinct solutions")]
    NotFinite,
}

/// Counts learning degrees of one network's allocations, all at the same random points.
#[derive(Clone, Debug)]
pub struct DegreeCounter {
    network: Network,
    samples: Samples,
    seed: u64,
    limits: Limits,
    /// The first two; others are drawn when needed.
    points: Vec<Point>,
    /// The inputs as degrees: 0, or nothing for a zero.
    degrees: Vec<Vec<Option<u64>>>,
}

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

impl DegreeCounter {
    /// Draws the points.
    pub fn new(network: &Network, samples: Samples, seed: u64, limits: Limits) -> Self {
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

    /// The same counter, that stops at a deadline.
    pub(super) fn until(&self, deadline: Option<Instant>) -> Self {
        DegreeCounter { limits: Limits { deadline, ..self.limits }, ..self.clone() }
    }

    /// δ of an allocation that spans and has as many weights as the teacher has dimensions.
    ///
    /// # Errors
    /// A limit, no finite count, or a network with kinks.
    pub fn degree(&self, allocation: &Allocation) -> Result<Degree, NoDegree> {
        self.count_twice(allocation, allocation.size())
    }

    /// The learning degree of a section of an allocation that spans with more weights than the teacher has dimensions: the
    /// number of complex students on a generic affine subspace of so many dimensions.
    ///
    /// # Errors
    /// As [`DegreeCounter::degree`].
    pub fn section_degree(&self, allocation: &Allocation, dimension: usize) -> Result<Degree, NoDegree> {
        self.count_twice(allocation, dimension)
    }

    fn count_twice(&self, allocation: &Allocation, dimension: usize) -> Result<Degree, NoDegree> {
        if !self.network.is_polynomial() {
            return Err(NoDegree::Kinks);
        }
        let mut counts: Vec<usize> = Vec::new();
        for index in 0..MOST_POINTS {
            let fresh;
            let point = match self.points.get(index) {
                Some(point) => point,
                None => {
                    fresh = Point::random(&self.network, self.samples, self.seed, index as u64);
                    &fresh
                }
            };
            if let Some(count) = point.count(&self.network, allocation, dimension, &self.limits)? {
                if counts.contains(&count) {
                    return Ok(self.judge(allocation, dimension, count));
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

    fn judge(&self, allocation: &Allocation, dimension: usize, value: usize) -> Degree {
        let degrees = self.label_degrees(allocation);
        let bezout = degrees.iter().fold(1u64, |product, d| product.saturating_mul(*d));
        let attained = degrees.len() == dimension && bezout == value as u64;
        let evidence = if attained { DegreeEvidence::Proved } else { DegreeEvidence::Counted { points: 2 } };
        Degree { value, evidence }
    }
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
    ) -> Result<Option<usize>, Stopped> {
        let ring = equation_ring(self.field, network, dimension, limits)?;
        let weights = weights(&ring, allocation, &self.student, self.section(&ring, allocation, dimension));
        let system = equations_on(&ring, network, &weights, &self.inputs, &self.labels);
        limits.in_time()?;
        let groebner = Groebner::of(&ring, &system, limits)?;
        let Some(quotient) = QuotientAlgebra::of(&groebner, limits)? else {
            return Ok(None);
        };
        let count = quotient.dimension();
        if count > 1 {
            let form: Vec<u64> = allocation.iter().take(dimension).map(|w| self.form[w]).collect();
            let polynomial = quotient.minimal_polynomial(&form, limits)?;
            if polynomial.len() != count + 1 || !is_squarefree(&self.field, &polynomial) {
                return Ok(None);
            }
        }
        Ok(Some(count))
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
