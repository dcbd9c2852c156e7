//! How surely what is seen at points of a plan holds: degrees and heights of what must not vanish there.

use std::collections::BTreeSet;

use rug::Rational;

use super::super::Height;
use super::super::fractions::Sizes;
use super::super::places::Slot;
use super::super::point::{MOST_ATTEMPTS, MOST_PRIMES};
use super::{Definition, Factor, MOST_COEFFICIENT, Plan, denominator};
use crate::number::Function;

/// With square roots, log₂ of the numerators of probabilities over 2^60 above which nothing is said.
const MOST_ERROR_WITH_ROOTS: u32 = 48;

/// How much larger polynomials become.
struct Substituted {
    /// Degrees, by this factor.
    times: u64,
    /// log₂ of sums of coefficients, by this for each degree.
    bits: u64,
}

impl Plan {
    /// What the numerators of the Jacobian are bounded by, at points of this plan: where there are square roots, of their norms,
    /// and times the number of points that may be looked at. Nothing if that is too much.
    pub fn height(&self) -> Option<Height> {
        let sizes = self.sizes.as_ref()?;
        let substituted = self.substituted(sizes);
        let Height { degree, bits, below } = sizes.jacobian;
        let height = Height {
            degree: degree.saturating_mul(substituted.times),
            bits: bits.saturating_add(substituted.bits.saturating_mul(degree)),
            below: below.saturating_mul(substituted.times),
        };
        if self.roots() == 0 {
            return Some(height);
        }
        // A minor has at most so many rows, and may look at one sample more than there are, to see whether they are enough.
        let height = self.norm(sizes, &substituted, height, self.weights.min(self.places.samples + 1));
        let all = height.degree.saturating_add(height.below).saturating_add(height.bits.saturating_mul(2));
        let all = all.saturating_mul(self.weights.max(1) as u64);
        (u64::BITS - all.leading_zeros() <= MOST_ERROR_WITH_ROOTS).then_some(height)
    }

    /// How much larger degrees become when dependent exponentials and logarithms are written in variables.
    fn substituted(&self, sizes: &Sizes) -> Substituted {
        // A dependent exponential is a product of powers; negative powers are cleared variable by variable.
        let mut bases = BTreeSet::new();
        for definition in &self.definitions {
            if let Definition::Dependent { factors, .. } = definition {
                bases.extend(factors.iter().map(|factor| factor.place));
            }
        }
        let cleared = if bases.is_empty() { 1 } else { bases.len() as u64 + 2 };
        let (mut largest, mut of_arguments, mut of_logs) = (1u64, false, false);
        for slot in self.places.arguments() {
            let before = largest;
            for sample in slot.samples(self.places.samples) {
                let size = match &self.definitions[slot.place(sample)] {
                    Definition::Fresh { root } => *root,
                    Definition::Dependent { constant, factors } => {
                        let is_log = slot.function == Function::Log;
                        of_logs |= is_log;
                        let number = if is_log { Some(1) } else { self.exponent_of_e(constant) };
                        factors.iter().fold(number.map_or(u64::MAX, i64::unsigned_abs), |sum, factor| {
                            let exponent = if is_log { Some(1) } else { self.exponent(factor) };
                            let exponent = exponent.map_or(u64::MAX, i64::unsigned_abs);
                            // An argument, not a variable, stands there.
                            let whole = is_log != factor.of_log && !self.root_orders.contains_key(&factor.place);
                            of_arguments |= whole;
                            let one =
                                if whole { sizes.argument.0.saturating_mul(before).saturating_mul(cleared) } else { 1 };
                            sum.saturating_add(exponent.saturating_mul(one))
                        })
                    }
                };
                largest = largest.max(size);
            }
        }
        let times = largest.saturating_mul(cleared);
        let coefficients = if of_logs { 2 * u64::from(MOST_COEFFICIENT.ilog2()) } else { 0 };
        let of_arguments = if of_arguments { sizes.argument.1 } else { 0 };
        Substituted { times, bits: times.saturating_mul(coefficients.saturating_add(of_arguments)) }
    }

    /// Bounds of the norm of such an element over all square roots on so many samples, down to the field of the variables, times the
    /// points that may be tried: a point at which the element vanishes is one at which the norm does.
    ///
    /// The root s of A/B is a zero of B s² − A, of degree α and with coefficients whose absolute values sum to at most 2^g. The
    /// resultant by s with a polynomial of degree d, whose coefficients sum to 2^h, has degree at most α d and coefficients that
    /// sum to at most 2^(2h + d g); so all resultants together have degree d Π α and sums 2^(Π α (h + d Σ g)).
    fn norm(&self, sizes: &Sizes, substituted: &Substituted, height: Height, samples: usize) -> Height {
        let (mut degrees, mut bits) = (1u64, 0u64);
        let mut take = |slot: &Slot, degree: u64, of_root: u64, roots: u32| {
            let samples = slot.samples(samples).len() as u32;
            let degree = degree.saturating_mul(substituted.times);
            let of_root = of_root.saturating_add(degree.saturating_mul(substituted.bits));
            degrees = degrees.saturating_mul(degree.saturating_pow(samples.saturating_mul(roots)));
            bits = bits.saturating_add(of_root.saturating_mul(u64::from(samples) * u64::from(roots)));
        };
        for slot in self.places.radicands() {
            let (degree, of_root) = sizes.radicands.get(&slot.step.index()).copied().unwrap_or((u64::MAX, u64::MAX));
            take(slot, degree, of_root, 1);
        }
        for slot in self.places.arguments().filter(|slot| slot.function == Function::Log) {
            let orders =
                slot.samples(self.places.samples).filter_map(|sample| self.root_orders.get(&slot.place(sample)));
            let (degree, of_root) = sizes.argument;
            take(slot, degree.saturating_add(2), of_root.saturating_add(1), orders.copied().max().unwrap_or(0));
        }
        let whole = height.degree.saturating_add(height.below);
        let points = 2 * MOST_ATTEMPTS;
        Height {
            degree: height.degree.saturating_mul(degrees).saturating_mul(points),
            bits: height
                .bits
                .saturating_add(whole.saturating_mul(bits))
                .saturating_mul(degrees)
                .saturating_mul(MOST_PRIMES),
            below: height.below.saturating_mul(degrees).saturating_mul(points),
        }
    }

    /// log₂ of a bound on the probability that a relation that does not hold does so at a random point modulo a random prime.
    pub(super) fn missed_relation_log2(&self, constant: &Rational, factors: &[Factor]) -> i64 {
        let Some(sizes) = &self.sizes else { return 0 };
        let Some(order) = denominator(factors, constant) else { return 0 };
        // So many factors or terms, each an argument or a power of a variable.
        let size = |q: &Rational| q.numer().to_i64().map_or(u64::MAX, i64::unsigned_abs).saturating_add(1);
        let terms = factors.iter().fold(size(constant), |sum, factor| sum.saturating_add(size(&factor.power)));
        let terms = terms.saturating_add(1).saturating_mul(order);
        let substituted = self.substituted(sizes);
        let (degree, bits) = (terms.saturating_mul(sizes.argument.0), terms.saturating_mul(sizes.argument.1));
        let coefficients = terms.saturating_mul(2 * u64::from(MOST_COEFFICIENT.ilog2()));
        let mut height = Height {
            degree: degree.saturating_mul(substituted.times),
            bits: bits.saturating_add(coefficients).saturating_add(degree.saturating_mul(substituted.bits)),
            below: sizes.jacobian.below.saturating_mul(substituted.times),
        };
        if self.roots() > 0 {
            height = self.norm(sizes, &substituted, height, self.places.samples.min(factors.len() + 1));
        }
        // Degree over 2^60, bad primes over 2^54.
        let bad = height.degree.saturating_add(height.below).saturating_add(height.bits.saturating_mul(2));
        (i64::from(u64::BITS - bad.leading_zeros()) - 60).min(0)
    }
}
