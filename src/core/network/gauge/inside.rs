//! Directions that move weights of an allocation only, of programs that are too large for more.

use super::candidates::{MOST_UNKNOWNS, mixing};
use super::search::{Numbers, lifted_kernel};
use super::{AffineField, Terms};
use crate::algebra::RowSpace;
use crate::allocation::{Allocation, Layout};
use crate::network::{Pullback, Row};
use crate::number::{PrimeField, Ring};

/// Rows add nothing to the system before it counts as complete, so often.
const QUIET_ROWS: usize = 12;

/// Directions that move weights of an allocation only, a basis of the combinations of some candidates that annihilated random rows
/// of the Jacobian modulo a prime, lifted to small integers: likely, not proved. For programs that are too large for more.
pub(in crate::network) fn likely_fields(pullback: &Pullback<'_>, allocation: &Allocation) -> Vec<AffineField> {
    let network = pullback.network();
    let candidates = candidates_inside(network.layout(), allocation);
    let numbers = Numbers::modulo(PrimeField::MERSENNE_61, 3);
    let Some(mut numbers) = numbers.filter(|_| !candidates.is_empty() && network.gates() == 0) else {
        return Vec::new();
    };
    let field = numbers.field;
    let place: std::collections::HashMap<usize, usize> = allocation.iter().enumerate().map(|(at, w)| (w, at)).collect();
    let mut space = RowSpace::new(field, candidates.len());
    let mut quiet = 0;
    while quiet < QUIET_ROWS && space.rank() < candidates.len() {
        let weights = numbers.vector(network.weights());
        let (input, combination) = (numbers.vector(network.input_size()), numbers.vector(network.labels_per_input()));
        let row = pullback.row(&field, &weights, &Row { input: &input, gates: &[], combination: &combination });
        let along = |sum: u64, (weight, from, factor): &(usize, Option<usize>, i64)| {
            let factor = field.integer(*factor);
            let change = from.map_or(factor, |from| field.mul(&factor, &weights[from]));
            field.add(&sum, &field.mul(&row[place[weight]], &change))
        };
        let entries = candidates.iter().map(|terms| terms.iter().fold(0, along)).collect();
        quiet = if space.insert(entries) { 0 } else { quiet + 1 };
    }
    let combine = |factors: Vec<i64>| {
        let mut terms = Terms::new();
        for (candidate, by) in candidates.iter().zip(factors).filter(|(_, factor)| *factor != 0) {
            terms.extend(candidate.iter().map(|(weight, from, factor)| (*weight, *from, factor * by)));
        }
        AffineField { terms, proved: false }
    };
    lifted_kernel(&field, &space).into_iter().map(combine).collect()
}

/// What mixes the places of one axis of a tensor and moves weights of an allocation only, from the shortest axis on, as many as
/// may be unknowns; of axes that are too long for all pairs, multiples of each place.
fn candidates_inside(layout: &Layout, allocation: &Allocation) -> Vec<Terms> {
    let axes = layout.tensors().iter().flat_map(|tensor| (0..tensor.axes.len()).map(move |axis| (tensor, axis)));
    let mut axes: Vec<_> = axes.filter(|(tensor, axis)| tensor.axes[*axis] <= MOST_UNKNOWNS).collect();
    axes.sort_by_key(|(tensor, axis)| tensor.axes[*axis]);
    let mut candidates: Vec<Terms> = Vec::new();
    for (tensor, axis) in axes {
        let places = 0..tensor.axes[axis];
        let inside = |to: &usize| {
            let moved = mixing(layout, tensor, axis, (*to, *to));
            !moved.is_empty() && moved.iter().all(|(weight, ..)| allocation.contains(*weight))
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
