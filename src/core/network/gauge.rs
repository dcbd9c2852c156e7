//! Gauge directions of a program that are affine in the weights, found rather than declared: v(θ) = M θ + c with
//! J(θ, X) · v(θ) ≡ 0.
//!
//! They are the kernel of a linear system, a row for each label at random points; the unknowns are the coefficients of
//! candidate directions: every entry of M and c for few weights, otherwise those that mix the places of one axis of a tensor,
//! or shift it by another. Found modulo a prime and lifted to small rationals, a direction counts only if the identity is then
//! proved by exact polynomial arithmetic, for all weights, inputs and gates at once; others are said to be likely.

use rug::Integer;

use super::{Pullback, Row};
use crate::algebra::{Monomials, Polynomials, RowSpace};
use crate::allocation::{Allocation, Layout};
use crate::number::{Integers, PrimeField, Ring};
use crate::program::{Program, Values};

/// At most so many unknowns.
const MOST_UNKNOWNS: usize = 700;
/// Programs of more steps are not looked at.
const MOST_STEPS: usize = 20_000;
/// Points add no row to the system before it counts as complete, so often.
const QUIET_POINTS: usize = 3;
/// Rows add nothing to it, so often.
const QUIET_ROWS: usize = 12;
/// Common denominators up to this are looked for, and numerators below this.
const MOST_DENOMINATOR: u64 = 60;
const MOST_NUMERATOR: u64 = 1 << 16;
/// A proof multiplies polynomials of at most so many terms,
const MOST_TERMS: usize = 300;
/// in programs of at most so many steps.
const MOST_PROOF_STEPS: usize = 2_000;

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

/// A candidate: each of these weights changes by a weight, or by 1.
type Candidate = Vec<(usize, Option<usize>)>;

/// The affine gauge directions of a program with integer constants, a basis of those that are combinations of the candidates.
pub(super) fn affine_fields(program: &Program, layout: &Layout) -> Vec<AffineField> {
    if program.operations().len() > MOST_STEPS {
        return Vec::new();
    }
    let candidates = candidates(layout);
    let fields = if candidates.len() <= MOST_UNKNOWNS { found(program, &candidates) } else { Vec::new() };
    proved(program, fields)
}

/// Everything, or what acts on the axes of tensors.
fn candidates(layout: &Layout) -> Vec<Candidate> {
    let n = layout.weights();
    if n.saturating_mul(n + 1) <= MOST_UNKNOWNS {
        let entry = |w| (0..n).map(move |v| vec![(w, Some(v))]).chain([vec![(w, None)]]);
        return (0..n).flat_map(entry).collect();
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    for tensor in layout.tensors() {
        for axis in 0..tensor.axes.len() {
            let length = tensor.axes[axis];
            for to in 0..length {
                candidates.extend((0..length).map(|from| mixing(layout, tensor, axis, (to, from))));
            }
            for other in layout.tensors() {
                let rest: Vec<usize> = without(&tensor.axes, axis);
                if other.axes == rest {
                    candidates.extend((0..length).map(|from| contraction(layout, tensor, axis, from, other.start)));
                }
            }
        }
        if tensor.axes.len() < 2 {
            let weights = layout.weights_in(tensor);
            candidates.extend(weights.into_iter().map(|w| vec![(w, None)]));
        }
    }
    candidates.retain(|candidate| !candidate.is_empty());
    candidates
}

fn without(axes: &[usize], axis: usize) -> Vec<usize> {
    axes.iter().enumerate().filter(|(a, _)| *a != axis).map(|(_, length)| *length).collect()
}

/// The places of a tensor along an axis: for each place of the other axes, that at 0, and the step from one to the next.
fn lines(tensor: &crate::allocation::Tensor, axis: usize) -> (Vec<usize>, usize) {
    let step: usize = tensor.axes[axis + 1..].iter().product();
    let (block, size) = (step * tensor.axes[axis], tensor.size());
    let starts = (0..size / block).flat_map(|outer| (0..step).map(move |inner| outer * block + inner));
    (starts.map(|inside| tensor.start + inside).collect(), step)
}

/// Place `from` of an axis is added to place `to`.
fn mixing(layout: &Layout, tensor: &crate::allocation::Tensor, axis: usize, (to, from): (usize, usize)) -> Candidate {
    let (starts, step) = lines(tensor, axis);
    let pair =
        |start: usize| Some((layout.weight_at(start + to * step)?, Some(layout.weight_at(start + from * step)?)));
    starts.into_iter().filter_map(pair).collect()
}

/// Place `from` of an axis is added to a tensor that lacks this axis.
fn contraction(
    layout: &Layout,
    tensor: &crate::allocation::Tensor,
    axis: usize,
    from: usize,
    other: usize,
) -> Candidate {
    let (starts, step) = lines(tensor, axis);
    let pair = |(inside, start): (usize, usize)| {
        Some((layout.weight_at(other + inside)?, Some(layout.weight_at(start + from * step)?)))
    };
    starts.into_iter().enumerate().filter_map(pair).collect()
}

/// Directions that move weights of an allocation only, a basis of the combinations of some candidates that annihilated random rows
/// of the Jacobian modulo a prime, lifted to small integers: likely, not proved. For programs that are too large for more.
pub(super) fn likely_fields(pullback: &Pullback<'_>, allocation: &Allocation) -> Vec<AffineField> {
    let network = pullback.network();
    let candidates = candidates_inside(network.layout(), allocation);
    let field = PrimeField::new(PrimeField::MERSENNE_61).filter(|_| !candidates.is_empty() && network.gates() == 0);
    let Some(field) = field else {
        return Vec::new();
    };
    let place: std::collections::HashMap<usize, usize> = allocation.iter().enumerate().map(|(at, w)| (w, at)).collect();
    let mut numbers = Numbers { field, state: 3 };
    let mut vector = |length: usize| (0..length).map(|_| numbers.next()).collect::<Vec<u64>>();
    let mut space = RowSpace::new(field, candidates.len());
    let mut quiet = 0;
    while quiet < QUIET_ROWS && space.rank() < candidates.len() {
        let weights = vector(network.weights());
        let (input, combination) = (vector(network.input_size()), vector(network.labels_per_input()));
        let row = pullback.row(&field, &weights, &Row { input: &input, gates: &[], combination: &combination });
        let along = |weight: &usize| row[place[weight]];
        let entries = candidates.iter().map(|candidate| pairing(&field, candidate, along, &weights)).collect();
        quiet = if space.insert(entries) { 0 } else { quiet + 1 };
    }
    lifted_kernel(&field, &space, &candidates)
}

/// The derivative along a candidate.
fn pairing(field: &PrimeField, candidate: &Candidate, row: impl Fn(&usize) -> u64, weights: &[u64]) -> u64 {
    candidate.iter().fold(0, |sum, (weight, from)| {
        let entry = row(weight);
        field.add(&sum, &from.map_or(entry, |from| field.mul(&entry, &weights[from])))
    })
}

/// What mixes the places of one axis of a tensor and moves weights of an allocation only, from the shortest axis on, as many as
/// may be unknowns; of axes that are too long for all pairs, multiples of each place.
fn candidates_inside(layout: &Layout, allocation: &Allocation) -> Vec<Candidate> {
    let axes = layout.tensors().iter().flat_map(|tensor| (0..tensor.axes.len()).map(move |axis| (tensor, axis)));
    let mut axes: Vec<_> = axes.filter(|(tensor, axis)| tensor.axes[*axis] <= MOST_UNKNOWNS).collect();
    axes.sort_by_key(|(tensor, axis)| tensor.axes[*axis]);
    let mut candidates: Vec<Candidate> = Vec::new();
    for (tensor, axis) in axes {
        let places = 0..tensor.axes[axis];
        let inside = |to: &usize| {
            let moved = mixing(layout, tensor, axis, (*to, *to));
            !moved.is_empty() && moved.iter().all(|(weight, _)| allocation.contains(*weight))
        };
        let moved: Vec<usize> = places.clone().filter(inside).collect();
        let left = MOST_UNKNOWNS - candidates.len();
        let pairs = moved.len().saturating_mul(places.len()) <= left;
        if pairs {
            let all = moved.iter().flat_map(|to| places.clone().map(move |from| (*to, from)));
            candidates.extend(all.map(|pair| mixing(layout, tensor, axis, pair)));
        } else if moved.len() <= left {
            candidates.extend(moved.iter().map(|to| mixing(layout, tensor, axis, (*to, *to))));
        }
    }
    candidates
}

/// Numbers for weights, inputs and gates, one after the other.
struct Numbers {
    field: PrimeField,
    state: u64,
}

impl Numbers {
    /// SplitMix64: any spread-out numbers do, since what is found is proved afterwards.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.field.enter((z ^ (z >> 31)) % self.field.prime())
    }

    /// Weights, and the values of a program there with generic inputs and gates.
    fn point(&mut self, program: &Program) -> Option<(Vec<u64>, Values<u64>)> {
        let field = self.field;
        let weights: Vec<u64> = (0..program.weights()).map(|_| self.next()).collect();
        let inputs: Vec<u64> = (0..program.inputs()).map(|_| self.next()).collect();
        let gates: Vec<u64> = (0..program.gates()).map(|_| self.next()).collect();
        let gate = |unit: usize, z: &u64| Some((field.mul(&gates[unit], z), gates[unit]));
        let values = program.evaluate_gated(&field, &weights, &inputs, gate)?;
        Some((weights, values))
    }
}

/// Combinations of candidates that annihilate the Jacobian at random points modulo a prime, lifted.
fn found(program: &Program, candidates: &[Candidate]) -> Vec<AffineField> {
    let Some(field) = PrimeField::new(PrimeField::MERSENNE_61) else {
        return Vec::new();
    };
    let mut numbers = Numbers { field, state: 1 };
    let mut space = RowSpace::new(field, candidates.len());
    let mut quiet = 0;
    while quiet < QUIET_POINTS && space.rank() < candidates.len() {
        let Some((weights, values)) = numbers.point(program) else {
            return Vec::new();
        };
        let jacobian = program.jacobian(&field, &values);
        let before = space.rank();
        for row in (0..jacobian.rows()).map(|row| jacobian.row(row)) {
            space.insert(candidates.iter().map(|c| pairing(&field, c, |weight| row[*weight], &weights)).collect());
        }
        quiet = if space.rank() == before { quiet + 1 } else { 0 };
    }
    let fields = lifted_kernel(&field, &space, candidates);
    confirmed(program, fields)
}

/// The combinations of candidates in the kernel of a space of rows that have small integer coefficients.
fn lifted_kernel(field: &PrimeField, space: &RowSpace<PrimeField>, candidates: &[Candidate]) -> Vec<AffineField> {
    let lifted = space.kernel().into_iter().filter_map(|vector| lifted(field, &vector));
    let combine = |factors: Vec<i64>| {
        let mut terms: Vec<(usize, Option<usize>, i64)> = Vec::new();
        for (candidate, factor) in candidates.iter().zip(factors).filter(|(_, factor)| *factor != 0) {
            terms.extend(candidate.iter().map(|(weight, from)| (*weight, *from, factor)));
        }
        AffineField { terms, proved: false }
    };
    lifted.map(combine).collect()
}

/// Small integers proportional to a vector, if there are any.
fn lifted(field: &PrimeField, vector: &[u64]) -> Option<Vec<i64>> {
    let small = |element: u64| {
        let value = field.leave(element);
        let negated = field.prime() - value;
        if value < MOST_NUMERATOR { Some(value as i64) } else { (negated < MOST_NUMERATOR).then(|| -(negated as i64)) }
    };
    (1..=MOST_DENOMINATOR).find_map(|denominator| {
        let factor = field.enter(denominator);
        vector.iter().map(|e| small(field.mul(e, &factor))).collect()
    })
}

/// Those that hold at a fresh point modulo another prime, too.
fn confirmed(program: &Program, mut fields: Vec<AffineField>) -> Vec<AffineField> {
    const OTHER_PRIME: u64 = (1 << 61) - 31;
    let other = PrimeField::new(OTHER_PRIME).map(|field| Numbers { field, state: 2 });
    let Some((mut numbers, true)) = other.map(|numbers| (numbers, !fields.is_empty())) else {
        return fields.into_iter().filter(|_| false).collect();
    };
    let field = numbers.field;
    for _ in 0..QUIET_POINTS {
        let Some((weights, values)) = numbers.point(program) else {
            return Vec::new();
        };
        let jacobian = program.jacobian(&field, &values);
        fields.retain(|f| {
            let direction = f.at(&field, &weights);
            (0..jacobian.rows()).all(|row| field.is_zero(&field.dot(jacobian.row(row), &direction)))
        });
    }
    fields
}

/// Marks those whose identity is proved, with weights, inputs and gates as variables.
fn proved(program: &Program, mut fields: Vec<AffineField>) -> Vec<AffineField> {
    let (n, d, gates) = (program.weights(), program.inputs(), program.gates());
    let Some(monomials) = Monomials::new(n + d + gates) else {
        return fields;
    };
    let fits = program.degree().saturating_mul(2) < u64::from(monomials.most_degree());
    if fields.is_empty() || !fits || program.operations().len() > MOST_PROOF_STEPS {
        return fields;
    }
    let ring = Polynomials::new(Integers, monomials, MOST_TERMS);
    let variables: Vec<_> = (0..n + d + gates).map(|index| ring.variable(index)).collect();
    let (weights, inputs, gate) = (&variables[..n], &variables[n..n + d], &variables[n + d..]);
    let gated = |unit: usize, z: &_| Some((ring.mul(&gate[unit], z), gate[unit].clone()));
    let Some(values) = program.evaluate_gated(&ring, weights, inputs, gated) else {
        return fields;
    };
    let jacobian = program.jacobian(&ring, &values);
    for field in &mut fields {
        let direction = field.at(&ring, weights);
        field.proved = (0..jacobian.rows()).all(|row| {
            let along = ring.dot(jacobian.row(row), &direction);
            along.terms().is_some_and(<[(_, Integer)]>::is_empty)
        });
    }
    fields
}
