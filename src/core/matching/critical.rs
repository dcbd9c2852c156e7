//! An instance of an allocation with surplus weights, as a system with finitely many solutions: the points that may be nearest.
//!
//! The matches of an instance are the real points of V = {θ_A : F(θ_A, θ_F) = F(θ*)}. V is closed, so if it has a real point it
//! has one nearest to a given q, in the norm Σ w_i x_i². There the gradient (w_i (θ_i − q_i)) depends on the rows of the
//! Jacobian of F by θ_A: where the Jacobian has rank D, V is a manifold with these rows as its normal space; and where its
//! rank is smaller, any row more depends on them. (Its rank is nowhere larger, since labels lie in a variety of dimension
//! D.) So all minors of D + 1 rows vanish, the gradient among them. Conversely a real solution of these equations is a match.
//! Nothing is asked of q, w or the instance but that the equations have finitely many solutions.

use itertools::Itertools;

use crate::algebra::{Matrix, Polynomial, Polynomials, minor};
use crate::allocation::Allocation;
use crate::network::Network;
use crate::number::Ring;

use super::equations::{constants, weights};

/// No more minors than this are computed,
const MOST_MINORS: usize = 20;
/// none of more rows,
const MOST_ROWS: usize = 5;
/// and rows no larger combinations than of so many labels.
const MOST_LABELS: usize = 12;

/// The equations that say that a point may be the nearest, besides those of a match; nothing if they would be too many.
/// `dimension` is that of the teacher.
pub(super) fn critical_equations<R: Ring>(
    ring: &Polynomials<R>,
    network: &Network,
    allocation: &Allocation,
    student: &[R::Element],
    inputs: &[Vec<R::Element>],
    dimension: usize,
) -> Option<Vec<Polynomial<R::Element>>> {
    let (r, rows) = (allocation.size(), dimension + 1);
    let labels = inputs.len() * network.labels_per_input();
    if rows > MOST_ROWS || labels > MOST_LABELS || r.saturating_sub(rows) > MOST_MINORS {
        return None;
    }
    let choices: Vec<Vec<usize>> = (0..r).combinations(rows).take(MOST_MINORS + 1).collect();
    if choices.len() > MOST_MINORS {
        return None;
    }
    let learnable = (0..r).map(|v| ring.variable(v));
    let jacobian = network.jacobian(ring, &weights(ring, allocation, student, learnable), &constants(ring, inputs));
    let mut matrix: Vec<Vec<Polynomial<R::Element>>> = combined(ring, &jacobian, allocation, dimension);
    matrix.push((0..r).map(|v| gradient(ring, v)).collect());
    Some(choices.iter().map(|columns| minor(ring, 0, columns, &|row, column| matrix[row][column].clone())).collect())
}

/// As many rows as the teacher has dimensions: those of the Jacobian, or combinations of them if there are more.
fn combined<R: Ring>(
    ring: &Polynomials<R>,
    jacobian: &Matrix<Polynomial<R::Element>>,
    allocation: &Allocation,
    dimension: usize,
) -> Vec<Vec<Polynomial<R::Element>>> {
    let square = jacobian.rows() == dimension;
    let factor = |row: usize, label: usize| match square {
        true => i64::from(row == label),
        // Any numbers will do; these have no small determinants that vanish.
        false => ((label + 1) as i64).pow(row as u32),
    };
    let entry = |row: usize, weight: usize| {
        let terms = (0..jacobian.rows()).filter(|label| factor(row, *label) != 0);
        terms.fold(ring.zero(), |sum, label| {
            ring.add(&sum, &ring.mul(&ring.integer(factor(row, label)), &jacobian[(label, weight)]))
        })
    };
    (0..dimension).map(|row| allocation.iter().map(|weight| entry(row, weight)).collect()).collect()
}

/// w_v (θ_v − q_v), with w_v = v + 1 and q_v = ±1, ±2, …, so that no symmetry of a network keeps all.
fn gradient<R: Ring>(ring: &Polynomials<R>, v: usize) -> Polynomial<R::Element> {
    let weight = v as i64 + 1;
    let q = if v.is_multiple_of(2) { weight } else { -weight };
    ring.mul(&ring.integer(weight), &ring.sub(&ring.variable(v), &ring.integer(q)))
}
