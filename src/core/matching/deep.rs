//! Two inputs, two hidden layers of two units with odd powers g, k ≥ 3, one output, no biases, at most three samples: probability 1 where a
//! continuous function of students that match all labels but for one condition has both signs far away.
//!
//! - *A free unit of the second layer*: both of its incoming weights learn, or one of them and its outgoing weight; and two more weights, that neither
//!   lead into this unit nor out of it.
//! - *A free unit of the first layer*: both of its incoming weights learn, and both of the other unit, or one of these and a weight from that other
//!   unit to the second layer, or to the output.
//!
//! Proof: the book's theory, section 6, "Two layers of odd powers". Learnable weights that are not named are held (monotonicity).

use rug::Rational;

use crate::allocation::Allocation;
use crate::network::{Network, Samples};

use super::exact::{Exact, Theorem};

/// Probability 1 by what is said above.
pub(super) fn deep_sums((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (exponents, shapes) = (network.exponents()?, network.shapes());
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    let (&[2, 2, 2, 1], &[first, second]) = (widths.as_slice(), exponents.as_slice()) else {
        return None;
    };
    let odd = |power: u32| power >= 3 && !power.is_multiple_of(2);
    if !odd(first) || !odd(second) || network.probe_inputs(samples) > 3 {
        return None;
    }
    // Weights 2i and 2i + 1 lead into unit i of the first layer, 4 + 2k and 5 + 2k into unit k of the second, 8 + k out of it.
    let learns = |w: usize| allocation.contains(w);
    let above = |unit: usize| {
        let (row, factor) = ([4 + 2 * unit, 5 + 2 * unit], 8 + unit);
        let from = row.into_iter().filter(|w| learns(*w)).count();
        let own = from + usize::from(learns(factor));
        (from == 2 || from == 1 && learns(factor)) && allocation.size() >= own + 2
    };
    let below = |unit: usize| {
        let other = 1 - unit;
        let into = [2 * other, 2 * other + 1].into_iter().filter(|w| learns(*w)).count();
        let further = [4 + other, 6 + other, 8, 9].into_iter().any(learns);
        learns(2 * unit) && learns(2 * unit + 1) && (into == 2 || into == 1 && further)
    };
    let formula = "sums of odd powers of sums of odd powers: a function has both signs far away".to_owned();
    let certain = (0..2).any(above) || (0..2).any(below);
    certain.then(|| Exact::of(Theorem::DeepSums, Rational::from(1), formula))
}

#[cfg(test)]
mod tests;
