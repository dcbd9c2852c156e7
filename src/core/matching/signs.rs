//! The sign law of feedforward networks, of powers or linear: an output that no learnable weight can make negative.
//!
//! Let the frozen weights that lead to an output through sums and odd powers be positive, and so the inputs where these reach
//! them. Call a unit *steady* if its activation is not negative then: inputs are, even powers are, and odd powers of sums are whose
//! weights are all frozen and come from steady units. If an output is such a sum itself, then a student whose frozen weights are positive
//! there has no negative label, and a teacher whose weights are so, but negative in the last layer, has negative ones. Both happen
//! together with at least the probability that so many signs are as wanted, twice, as all may be the other way round.

use std::collections::BTreeSet;

use rug::{Integer, Rational};

use crate::allocation::{Allocation, Tensor};
use crate::network::Network;

use super::exact::{Exact, Theorem};

/// The matrices and biases of a feedforward network, layer after layer, and the powers of its hidden layers.
pub(super) struct Powered<'a> {
    matrices: Vec<&'a Tensor>,
    biases: Vec<Option<&'a Tensor>>,
    exponents: Vec<u32>,
}

/// What makes a unit steady: the frozen weights that are positive, and whether inputs have to be.
#[derive(Default)]
struct Steady {
    weights: BTreeSet<usize>,
    inputs: bool,
}

impl<'a> Powered<'a> {
    /// Nothing if the network is of another kind.
    pub(super) fn of(network: &'a Network) -> Option<Self> {
        let exponents = network.exponents()?;
        let of_layer = |layer: usize, vector: bool| {
            network.layout().tensors().iter().find(move |t| t.layer == layer && t.is_vector() == vector)
        };
        let layers = 1..=exponents.len() + 1;
        let matrices = layers.clone().map(|layer| of_layer(layer, false)).collect::<Option<_>>()?;
        Some(Powered { matrices, biases: layers.map(|layer| of_layer(layer, true)).collect(), exponents })
    }

    /// Adds what makes z of a unit of layer 1, …, L steady; false if nothing does.
    fn steady_sum(&self, layer: usize, unit: usize, allocation: &Allocation, found: &mut Steady) -> bool {
        let matrix = self.matrices[layer - 1];
        let bias = self.biases[layer - 1].map(|b| b.start + unit);
        let incoming = (0..matrix.columns).map(|column| matrix.start + unit * matrix.columns + column);
        let weights: Vec<usize> = incoming.chain(bias).collect();
        if weights.iter().any(|w| allocation.contains(*w)) {
            return false;
        }
        found.weights.extend(weights);
        (0..matrix.columns).all(|source| self.steady_source(layer - 1, source, allocation, found))
    }

    /// The same for the activation of a unit of a layer below, 0 for inputs.
    fn steady_source(&self, layer: usize, unit: usize, allocation: &Allocation, found: &mut Steady) -> bool {
        if layer == 0 {
            found.inputs = true;
            return true;
        }
        self.exponents[layer - 1].is_multiple_of(2) || self.steady_sum(layer, unit, allocation, found)
    }
}

/// That the match probability is below 1, where an output is steady.
pub(super) fn by_signs(network: &Network, allocation: &Allocation) -> Option<Exact> {
    let powered = Powered::of(network)?;
    let outputs = network.labels_per_input();
    let steady = (0..outputs).filter_map(|output| {
        let mut found = Steady::default();
        powered.steady_sum(powered.matrices.len(), output, allocation, &mut found).then_some(found)
    });
    let signs = |found: &Steady| 2 * found.weights.len() + if found.inputs { network.input_size() } else { 0 };
    let least = steady.map(|found| signs(&found)).min()?;
    let missed = Rational::from((Integer::from(2), Integer::from(1) << u32::try_from(least).ok()?));
    let formula = format!("at most 1 - 2^-{}: signs of frozen weights, student's and teacher's", least - 1);
    Some(Exact::between(Theorem::Signs, Rational::new(), Rational::from(1) - missed, formula))
}
