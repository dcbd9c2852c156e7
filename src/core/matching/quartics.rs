//! Two inputs, two hidden layers of two squares, one output, no biases: labels y = c p² + c' q² of p = d a + d' b and q = e a + f b, a and b being the
//! squares of what comes into the first layer. Match probabilities from how a binary quartic form splits into two quadratic ones.
//!
//! On four samples a match may add a multiple of the form that is 0 there, on five or more nothing. If c c' < 0, y is rs up to a sign, with
//! r, s = √|c'| q ± √|c| p, and a and b are the two squares of which r and s are combinations: those are known, up to factors, once the
//! roots of the quartic are shared out to r and s. r and s are known up to ρ and 1/ρ. Proofs: the book's theory, section 6, "Two layers of squares".
//!
//! *Probability 1*. Let a weight into each unit of the first layer learn (that fits the roots).
//!
//! - On any samples: c, one of d and d', one of e and f; or c, c', and one of d, d', e, f; or all weights of the first layer, c, and one of d and d'.
//! - On at most four: both weights into unit 0, c, and one of d, d' and f; or c, e, f.
//!
//! *Below 1*, where these are frozen:
//!
//! - On four samples or more: d, d', e, f, since if all are positive y has at most two roots, and labels with alternating signs ask for four;
//!   or all weights into unit 1, and c', since an even polynomial of an affine function is left; or a weight into unit 1, d, d', f, c', since the square of
//!   the label where a is 0 is bounded.
//! - On five: d, d', c', since p is 0 somewhere, where y has the sign of c'; or a weight into unit 1, e, f, c', which must not be too large for y with four roots.
//!
//! The two units of each layer may change places in all that.

use rug::Rational;

use crate::allocation::Allocation;
use crate::network::{Network, Samples};

use super::exact::{Exact, Theorem};

/// What learns, the units of both layers being called 0 and 1 in some order.
struct Learns {
    /// How many weights into units 0 and 1 of the first layer.
    into: [usize; 2],
    /// d, d'; e, f.
    rows: [[bool; 2]; 2],
    /// c, c'.
    factors: [bool; 2],
}

impl Learns {
    /// Unit 0 of the first layer is this one, and unit 0 of the second layer that one. Weights 2i and 2i + 1 lead into unit i of the first layer,
    /// 4 + 2k and 5 + 2k into unit k of the second, 8 + k out of it.
    fn of(allocation: &Allocation, first: usize, second: usize) -> Self {
        let (below, above) = ([first, 1 - first], [second, 1 - second]);
        let into = |unit: usize| [2 * unit, 2 * unit + 1].into_iter().filter(|w| allocation.contains(*w)).count();
        Learns {
            into: below.map(into),
            rows: above.map(|k| below.map(|i| allocation.contains(4 + 2 * k + i))),
            factors: above.map(|k| allocation.contains(8 + k)),
        }
    }

    fn is_certain(&self, inputs: usize) -> bool {
        let [p, q] = self.rows;
        let [c, other] = self.factors;
        let any = |row: [bool; 2]| row[0] || row[1];
        if self.into.contains(&0) || !c {
            return false;
        }
        let on_any = any(p) && any(q) || other && (any(p) || any(q)) || self.into == [2, 2] && any(p);
        let on_four = self.into[0] == 2 && (any(p) || q[1]) || q == [true, true];
        on_any || inputs <= 4 && on_four
    }

    fn is_below_one(&self, inputs: usize) -> bool {
        let [p, q] = self.rows.map(|row| row[0] || row[1]);
        let (bound, frozen) = (self.into[1] < 2, !self.factors[1]);
        let on_four = !p && !q || frozen && (self.into[1] == 0 || bound && !p && !self.rows[1][1]);
        let on_five = frozen && (!p || bound && !q);
        inputs >= 4 && on_four || inputs >= 5 && on_five
    }
}

/// What is known of the match probability of an allocation that spans.
pub(super) fn quartics((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (exponents, shapes) = (network.exponents()?, network.shapes());
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    if widths.as_slice() != [2, 2, 2, 1] || exponents.as_slice() != [2, 2] {
        return None;
    }
    let inputs = network.probe_inputs(samples);
    let named = || (0..4).map(|order| Learns::of(allocation, order / 2, order % 2));
    if named().any(|learns| learns.is_certain(inputs)) {
        let formula = "a real quartic form is a product of two quadratic ones that fit".to_owned();
        return Some(Exact::of(Theorem::Quartics, Rational::from(1), formula));
    }
    let formula = format!("quartic forms that are no such product, on {} samples", inputs.min(5));
    let below = || Exact::between(Theorem::Quartics, Rational::new(), Rational::from(1), formula);
    named().any(|learns| learns.is_below_one(inputs)).then(below)
}

#[cfg(test)]
mod tests;
