//! The last two layers of a network as one hidden layer: where its weights stand, and which of them learn.

use crate::allocation::{Allocation, Tensor};
use crate::network::Network;

use super::matcher::MatchError;

/// A hidden unit of the last hidden layer.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// Its weights, one for each entry of what comes in.
    pub incoming: Vec<usize>,
    /// Its bias.
    pub bias: Option<usize>,
    /// Its weight to each output.
    pub outgoing: Vec<usize>,
}

impl Unit {
    /// The places among its inputs (the bias is the last) whose weights learn.
    pub(super) fn learns(&self, allocation: &Allocation) -> Vec<usize> {
        let weights = self.incoming.iter().chain(&self.bias).enumerate();
        weights.filter(|(_, w)| allocation.contains(**w)).map(|(place, _)| place).collect()
    }

    /// Whether it has learnable weights on both sides.
    pub(super) fn is_double(&self, allocation: &Allocation) -> bool {
        !self.learns(allocation).is_empty() && self.outgoing.iter().any(|w| allocation.contains(*w))
    }
}

/// One hidden layer over fixed inputs, which are the activations below it.
#[derive(Clone, Debug)]
pub(super) struct Shallow {
    pub network: Network,
    /// The number of the hidden layer.
    pub layer: usize,
    pub units: Vec<Unit>,
    /// The bias of each output.
    pub biases: Option<Vec<usize>>,
}

impl Shallow {
    /// The last two layers of a network with kinks.
    ///
    /// # Panics
    /// If the network has fewer than two layers.
    pub(super) fn of(network: &Network) -> Self {
        let layout = network.layout();
        let layer = layout.layers() - 1;
        let of_layer = |layer: usize| {
            let (vectors, matrices): (Vec<&Tensor>, Vec<&Tensor>) =
                layout.tensors().iter().filter(|t| t.layer == layer).partition(|t| t.is_vector());
            (matrices[0], vectors.first().copied())
        };
        let ((hidden, hidden_bias), (output, output_bias)) = (of_layer(layer), of_layer(layer + 1));
        let place = |t: &Tensor, row: usize, column: usize| t.start + row * t.columns + column;
        let unit = |j| Unit {
            incoming: (0..hidden.columns).map(|l| place(hidden, j, l)).collect(),
            bias: hidden_bias.map(|b| b.start + j),
            outgoing: (0..output.rows).map(|k| place(output, k, j)).collect(),
        };
        Shallow {
            network: network.clone(),
            layer,
            units: (0..hidden.rows).map(unit).collect(),
            biases: output_bias.map(|b| (0..output.rows).map(|k| b.start + k).collect()),
        }
    }

    /// The number of outputs.
    pub(super) fn outputs(&self) -> usize {
        self.network.labels_per_input()
    }

    /// Refuses an allocation with learnable weights below the last two layers.
    ///
    /// # Errors
    /// [`MatchError::Kinks`].
    pub(super) fn accept(&self, allocation: &Allocation) -> Result<(), MatchError> {
        let layout = self.network.layout();
        match allocation.iter().map(|w| layout.weight(w)).find(|w| w.tensor.layer < self.layer) {
            Some(weight) => {
                let (network, weight) = (self.network.to_string(), weight.to_string());
                Err(MatchError::Kinks { network, weight, layer: self.layer })
            }
            None => Ok(()),
        }
    }

    /// Whether the bias of an output learns; not if there is none.
    pub(super) fn bias_learns(&self, output: usize, allocation: &Allocation) -> bool {
        self.biases.as_ref().is_some_and(|b| allocation.contains(b[output]))
    }

    /// Whether no hidden unit has both a learnable weight to this output and a learnable incoming weight.
    pub(super) fn is_single(&self, output: usize, allocation: &Allocation) -> bool {
        self.units.iter().all(|u| !allocation.contains(u.outgoing[output]) || u.learns(allocation).is_empty())
    }
}
