//! Gauge directions of a program that are affine in the weights, found rather than declared: v(θ) = M θ + c with
//! J(θ, X) · v(θ) ≡ 0.
//!
//! They are the kernel of a linear system, a row for each label at random points; the unknowns are the coefficients of
//! candidate directions ([`candidates`]). Found modulo a prime and lifted to small rationals ([`search`]), a direction counts only if the
//! identity is then proved: step by step ([`identity`]), or by exact polynomial arithmetic for all weights, inputs and gates at once;
//! others are said to be likely.
//!
//! Exponentials and logarithms are taken for independent variables: what does not change then, does not change where they are
//! dependent.

mod candidates;
mod identity;
mod inside;
mod search;

use rug::Integer;

pub(super) use self::inside::likely_fields;

use self::identity::Identities;
use self::search::Points;
use crate::algebra::{Monomials, Polynomials};
use crate::allocation::Layout;
use crate::number::{Integers, Ring};
use crate::program::Program;

/// Programs of more steps are not looked at: polynomial ones,
const MOST_STEPS: usize = 20_000;
/// and those with quotients and functions.
const MOST_ANALYTIC_STEPS: usize = 200_000;
/// A proof at once multiplies polynomials of at most so many terms,
const MOST_TERMS: usize = 300;
/// in programs of at most so many steps.
const MOST_PROOF_STEPS: usize = 2_000;

/// Changes of weights: a weight, by a multiple of another weight, or (nothing) by a number.
type Terms = Vec<(usize, Option<usize>, i64)>;

/// A direction in weight space with small integer coefficients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffineField {
    /// The change of a weight, by its position: a multiple of another weight, or (nothing) a number.
    pub terms: Vec<(usize, Option<usize>, i64)>,
    /// Whether J · v ≡ 0 is proved as an identity; otherwise it held at all random points tried.
    pub proved: bool,
}

impl AffineField {
    /// The direction at a point, as weights and summands of their changes.
    pub fn entries<R: Ring>(&self, ring: &R, weights: &[R::Element]) -> Vec<(usize, R::Element)> {
        let entry = |(weight, from, factor): &(usize, Option<usize>, i64)| {
            let factor = ring.integer(*factor);
            (*weight, from.map_or_else(|| factor.clone(), |from| ring.mul(&factor, &weights[from])))
        };
        self.terms.iter().map(entry).collect()
    }

    /// A bound of log₂ of the sum of the absolute values of a weight's coefficients.
    pub fn coefficient_bits(&self) -> u64 {
        let mut sums: std::collections::HashMap<usize, u64> = std::collections::HashMap::new();
        for (weight, _, factor) in &self.terms {
            let sum = sums.entry(*weight).or_default();
            *sum = sum.saturating_add(factor.unsigned_abs());
        }
        sums.into_values().max().map_or(0, |sum| u64::from(u64::BITS - sum.leading_zeros()))
    }

    /// The direction at a point.
    pub fn at<R: Ring>(&self, ring: &R, weights: &[R::Element]) -> Vec<R::Element> {
        let mut direction = vec![ring.zero(); weights.len()];
        for (weight, term) in self.entries(ring, weights) {
            direction[weight] = ring.add(&direction[weight], &term);
        }
        direction
    }
}

impl AffineField {
    /// In words: the weights that change, each with its change.
    pub fn text(&self, layout: &Layout) -> String {
        let mut changes: Vec<(usize, String)> = Vec::new();
        for (weight, from, factor) in &self.terms {
            let sign = if *factor < 0 { "-" } else { "+" };
            let size = factor.unsigned_abs();
            let term = match from {
                None => format!("{sign}{size}"),
                Some(from) if size == 1 => format!("{sign}{}", layout.weight(*from)),
                Some(from) => format!("{sign}{size}·{}", layout.weight(*from)),
            };
            match changes.iter_mut().find(|(known, _)| known == weight) {
                Some((_, sum)) => sum.push_str(&term),
                None => changes.push((*weight, term)),
            }
        }
        changes.sort_by_key(|(weight, _)| *weight);
        let change = |(weight, sum): &(usize, String)| {
            format!("{} by {}", layout.weight(*weight), sum.strip_prefix('+').unwrap_or(sum))
        };
        changes.iter().map(change).collect::<Vec<_>>().join(", ")
    }
}

/// Affine gauge directions of a program, with integer constants if it is polynomial: a basis of those that are combinations of the
/// candidates, if these are not too many; otherwise, and with functions or quotients, as many as are found independent at almost all
/// weights. There may be more.
pub(super) fn affine_fields(program: &Program, layout: &Layout) -> Vec<AffineField> {
    let most = if program.is_polynomial() { MOST_STEPS } else { MOST_ANALYTIC_STEPS };
    if program.operations().len() > most {
        return Vec::new();
    }
    let Some(mut points) = Points::of(program) else { return Vec::new() };
    let all = program.is_polynomial().then(|| candidates::at_once(layout));
    let fields = match all.filter(|ansatz| ansatz.unknowns.len() <= candidates::MOST_UNKNOWNS) {
        Some(ansatz) => points.solutions(&ansatz),
        None => search::by_and_by(&mut points, layout),
    };
    proved(program, fields)
}

/// Marks those whose identity is proved.
fn proved(program: &Program, mut fields: Vec<AffineField>) -> Vec<AffineField> {
    if fields.is_empty() {
        return fields;
    }
    if program.is_polynomial() {
        prove_at_once(program, &mut fields);
    }
    if fields.iter().any(|field| !field.proved)
        && let Some((field, weights, values)) = search::some_point(program)
    {
        let identities = Identities::of(program, field, &weights, &values);
        fields.iter_mut().filter(|f| !f.proved).for_each(|f| f.proved = identities.annihilates(f));
    }
    fields
}

/// Marks those whose identity is proved with weights, inputs and gates as variables.
fn prove_at_once(program: &Program, fields: &mut [AffineField]) {
    let (n, d, gates) = (program.weights(), program.inputs(), program.gates());
    let Some(monomials) = Monomials::new(n + d + gates) else {
        return;
    };
    let fits = program.degree().saturating_mul(2) < u64::from(monomials.most_degree());
    if !fits || program.operations().len() > MOST_PROOF_STEPS {
        return;
    }
    let ring = Polynomials::new(Integers, monomials, MOST_TERMS);
    let variables: Vec<_> = (0..n + d + gates).map(|index| ring.variable(index)).collect();
    let (weights, inputs, gate) = (&variables[..n], &variables[n..n + d], &variables[n + d..]);
    let gated = |unit: usize, z: &_| Some((ring.mul(&gate[unit], z), gate[unit].clone()));
    let Some(values) = program.evaluate_gated(&ring, weights, inputs, gated) else {
        return;
    };
    let jacobian = program.jacobian(&ring, &values);
    for field in fields {
        let direction = field.at(&ring, weights);
        field.proved = (0..jacobian.rows()).all(|row| {
            let along = ring.dot(jacobian.row(row), &direction);
            along.terms().is_some_and(<[(_, Integer)]>::is_empty)
        });
    }
}
