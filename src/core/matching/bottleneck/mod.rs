//! Feedforward networks without biases, of powers or linear, with a hidden layer of one unit: what is below it and what is above it
//! match apart from one another, up to a scale (the book's theory, section 6: a layer of one unit).
//!
//! The *scaled lower part* is what comes into the unit with a learnable factor, the *scaled upper part* what is above it with a learnable
//! activation, on one sample. These, and the parts without such a factor, are networks themselves, and asked the same; a part that is
//! the whole network says nothing new. That a part has probability 1 must hold of almost all real students and teachers, whatever their
//! density, as all that is asked of parts does: what is left to it is a teacher's, multiplied with a number.
//!
//! Where one part takes any scale, the other one decides alone ([`reduce`]). Let y = C p(x)^G, C the outputs of what is above at activation
//! 1, G the product of the powers from the layer on; *whole* means that G is odd, or that there is one sample, or that the function is to be
//! matched. Draws are normal, those below, above and of the inputs independent.
//!
//! - *Above any scale.* If it is whole, and the upper part has probability 1, the match probability is that of the scaled lower part. For
//!   there is a match exactly if p = λ p\* at all samples and C = λ^−G C\* for a real λ ≠ 0. If the scaled lower part has a match, take one
//!   of its λ: the upper part has to match a teacher whose last layer is multiplied with a number that is independent of it, and does
//!   almost surely. If all that comes into the unit learns, p takes any factor that p\* takes, and the lower part will do for the scaled
//!   one.
//! - *Below any scale.* If the lower part has probability 1, the match probability is that of the scaled upper part: any λ for which C =
//!   λ^−G C\* will do. (For even G and several samples p may also be ±λ p\*, with signs for each sample; λ is the same, as p^G is.)
//! - *One scale.* Let G be odd, and what is above be single units one after another without a learnable weight, or one layer of
//!   weights of which exactly one is frozen. Then C = λ^−G C\* has one solution λ, the root of a quotient of frozen
//!   numbers of any sign. So there is a match exactly if the lower part matches the teacher whose unit's incoming weights are multiplied with
//!   λ. These have a density that is positive almost everywhere, as normal ones do: the two probabilities are 0 together and 1
//!   together.
//! - *One hidden unit* of a linear recurrent network, with several outputs: labels are D h, h the unit at the steps that are read out on all
//!   samples, and there is a match exactly if h = λ h\* and D = λ⁻¹ D\* for a real λ ≠ 0. What spans has at most one frozen entry of D, as
//!   each fixes λ. So the match probability is that of the network with one output, the frozen one if there is one: the others are free.
//! - *Signs of two samples.* Let G be even, and the upper part have probability 1, so that p(x_j) = ±λ p\*(x_j) with any λ ≠ 0 and any signs is
//!   enough. Two samples: it is enough that the quotient p(x_1) : p(x_2) is r or −r, r the teacher's. It is 0 at some student, and ∞ at
//!   another one, if a weight into the unit learns and no hidden layer below has one unit: p is linear in it, with coefficients (its input at
//!   the two samples) that are not in proportion to the rest of p, as the activations of two units are not. (Behind a layer of one unit they all are, and
//!   that weight changes no quotient. With one input they are, too, but then the quotient is the teacher's anyway.) Or if what is below is one layer of units each of
//!   which has a learnable incoming weight, that makes its activation 0 at a sample. On a path between the two, where never both are 0, the
//!   quotient takes all positive values or all negative ones: probability 1. Such a path is the line of that one weight; or, with one weight for each unit,
//!   the space of these: generic, p(x_1) and p(x_2) have no common factor, so that they are both 0 on a set of two dimensions less, around which
//!   there is a way.
//! - *Signs and large activations.* The same for any samples if below there is one layer, one of whose units has as many learnable incoming
//!   weights as there are samples: its activations are any numbers that are not negative, so p takes all values of a sign that are large enough;
//!   choose the signs of p\* alike, and λ large.
//! - *Signs of a pencil.* The same for at most three samples if below there is one layer of two units with an even power g, a weight into one of them, u, and one of the
//!   two weights c into the unit learn, and there are three inputs or more, or two and g = 2. Hold all else. For three samples, in the projective plane p is any point but one of the lines through the fixed point f, the powers
//!   of the other unit, and the points of the closed curve γ of the powers (a_j w + b_j)^g of u. Both are in the triangle of the points of one sign; γ touches each side once, and does not cross itself, as
//!   a_j w + b_j are determined up to a factor and two signs, and there is a relation between the three with no coefficient 0. So it leaves of the open triangle its
//!   inside, and a region at each corner. Let r be the wanted absolute values. If f is inside, γ meets the line from f to r. If it is in the region
//!   at the first corner, go from f = (f_1, f_2, f_3) to f + s(−r_1, r_2, r_3) until the first coordinate is 0: the end is on the opposite side, which that region does not touch, so this piece meets γ.
//!   Either way r or (−r_1, r_2, r_3) is on a line through f and a point of γ. With two inputs f is on γ, a conic for g = 2, which all lines through f but one meet once more. Fewer samples ask for less.
//! - *Signs on curves.* The same for M ≥ 2 samples and as many inputs or more, if below there is one layer of two units with an even power g, into each of which M − 1 weights learn or more. Hold all others. On
//!   the samples, what comes into them are u, v ∈ ℝ^M with n·u = β, n'·v = β', generic numbers; with a common factor it is enough that
//!   Σ ν_j·z_j = 0, z_j = (u_j, v_j), ν_j = (β' n_j, −β n'_j), and n·u ≠ 0. Let both factors c be ±1, by units of u and v. If they have the same sign, z_j is to be on the closed curve u^g + v^g = r_j^g, where ν_j·z_j = t_j has a solution for all small
//!   t_j. If not, it is on u^g − v^g = ±r_j^g with a sign that may be chosen, so that there is a branch on which ν_j·z_j takes all values: v large with any u if ν_j has the larger
//!   first entry, by absolute value. So there are solutions for all t with Σ t_j = 0. If n·u were 0 at all of these, n_1 u_1 and n_2 u_2 would be functions of t_1, and of t_2, whose sum depends on
//!   neither while t_1 + t_2 stays: affine ones, but no piece of these curves is straight.
//! - *Squares.* Let G be even, M samples, and the upper part have probability 1. Then the match probability is that of κ f², f the lower part and κ a learnable factor: either asks that f(x_j) = ±μ f\*(x_j) for some signs and μ ≠ 0.

mod cuts;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rug::Rational;

use crate::algebra::Limits;
use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Samples};
use crate::reach::{Evidence, Settings};

use super::ensemble::Ensemble;
use super::matcher::Matcher;

pub(super) use cuts::{Reduced, by_parts, of_either_sign, reduce};

/// What is known of a match probability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// It is 1.
    One(Evidence),
    /// It is below 1, and at most this.
    AtMost(Rational, Evidence),
    /// Nothing.
    Open,
}

/// The shape of a feedforward network without biases: its widths, and the powers of its hidden layers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Chain {
    widths: Vec<usize>,
    exponents: Vec<u32>,
}

impl Chain {
    fn of(network: &Network) -> Option<Self> {
        let (shapes, exponents) = (network.shapes(), network.exponents()?);
        let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
        Some(Chain { widths, exponents })
    }

    fn network(&self) -> Option<Network> {
        let widths: Vec<i64> = self.widths.iter().map(|d| *d as i64).collect();
        let degrees: Vec<i64> = self.exponents.iter().map(|g| i64::from(*g)).collect();
        match degrees.iter().all(|g| *g == 1) {
            true => Network::lffn(&widths, false).ok(),
            false => Network::pnn_by_layer(&widths, &degrees, false).ok(),
        }
    }

    /// The weights of the first layers.
    fn weights(&self, layers: usize) -> usize {
        self.widths.windows(2).take(layers).map(|pair| pair[0] * pair[1]).sum()
    }

    fn lower(&self, layer: usize) -> Self {
        Chain { widths: self.widths[..=layer].to_vec(), exponents: self.exponents[..layer - 1].to_vec() }
    }

    fn scaled_lower(&self, layer: usize) -> Self {
        let mut lower = self.lower(layer);
        lower.widths.push(1);
        lower.exponents.push(1);
        lower
    }

    /// The square of the lower part, with a factor.
    fn squared_lower(&self, layer: usize) -> Self {
        let mut lower = self.scaled_lower(layer);
        lower.exponents[layer - 1] = 2;
        lower
    }

    fn upper(&self, layer: usize) -> Self {
        Chain { widths: self.widths[layer..].to_vec(), exponents: self.exponents[layer..].to_vec() }
    }

    fn scaled_upper(&self, layer: usize) -> Self {
        let widths = [&[1], &self.widths[layer..]].concat();
        Chain { widths, exponents: self.exponents[layer - 1..].to_vec() }
    }
}

/// One part of a network, and what is asked of it.
type Part = (Chain, Samples);

/// The parts of a network with hidden layers of one unit, and what is known of them; asked once each.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    matchers: HashMap<(Network, Samples), Option<Arc<Matcher>>>,
    bounds: HashMap<(Part, Ensemble, Vec<usize>), Bound>,
}

impl Parts {
    /// What is known of the match probability of some weights of a part. What is remembered depends neither on the order of
    /// questions nor on their time: what was stopped is asked again.
    fn bound(
        &self,
        part: Part,
        learnable: Vec<usize>,
        ensemble: Ensemble,
        settings: Settings,
        control: &Control<'_>,
    ) -> Bound {
        let key = (part, ensemble, learnable);
        if let Some(bound) = self.lock().bounds.get(&key) {
            return bound.clone();
        }
        let (chain, samples) = &key.0;
        let matcher = chain.network().and_then(|network| self.matcher(network, *samples, settings, control));
        let bound = matcher.map_or(Bound::Open, |matcher| {
            let allocation = Allocation::of(matcher.network().weights(), key.2.iter().copied());
            matcher.bound(&allocation, ensemble, self, control)
        });
        if control.stopped().is_none() {
            self.lock().bounds.insert(key, bound.clone());
        }
        bound
    }

    /// The matcher of a part at so many samples, if there is one.
    fn matcher(
        &self,
        network: Network,
        samples: Samples,
        settings: Settings,
        control: &Control<'_>,
    ) -> Option<Arc<Matcher>> {
        let key = (network, samples);
        if let Some(known) = self.lock().matchers.get(&key) {
            return known.clone();
        }
        let made = Matcher::new(&key.0, samples, settings, Limits::default().under(control)).ok().map(Arc::new);
        if made.is_some() || control.stopped().is_none() {
            self.lock().matchers.insert(key, made.clone());
        }
        made
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
