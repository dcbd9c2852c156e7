//! Passes back through a network.

use super::{AffineField, Network, Row, gauge};
use crate::allocation::Allocation;
use crate::number::Ring;
use crate::program::Part;

/// The derivatives of combinations of labels by some weights: one pass back each, whatever the number of labels. On an activation
/// pattern, polynomial, so that any ring will do.
#[derive(Clone, Debug)]
pub struct Pullback<'a> {
    pub(super) network: &'a Network,
    pub(super) columns: Vec<usize>,
    /// Of a network of one's own, what these weights move.
    pub(super) part: Option<Part>,
}

impl Pullback<'_> {
    /// The derivatives of a combination of the labels of one input.
    ///
    /// # Panics
    /// If there are not `weights()` weights, `gates()` gates or `labels_per_input()` factors.
    pub fn row<R: Ring>(&self, ring: &R, weights: &[R::Element], row: &Row<'_, R::Element>) -> Vec<R::Element> {
        let network = self.network;
        assert_eq!((weights.len(), row.gates.len()), (network.weights(), network.gates()), "the weights and gates");
        assert_eq!(row.combination.len(), network.labels_per_input(), "the combination of labels");
        let Row { input, gates, combination } = row;
        let part = self.part.as_ref().and_then(|part| part.reverse(ring, weights, input, gates, combination));
        part.unwrap_or_else(|| network.reverse(ring, weights, row, &self.columns))
    }

    /// The network.
    pub fn network(&self) -> &Network {
        self.network
    }

    /// The weights, in ascending order.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Directions that move these weights only and along which no label changes, found rather than declared, of a network of
    /// one's own that is polynomial: likely, not proved.
    pub fn likely_gauge(&self) -> Vec<AffineField> {
        let inside = || Allocation::of(self.network.weights(), self.columns.iter().copied());
        if self.part.is_some() { gauge::likely_fields(self, &inside()) } else { Vec::new() }
    }

    /// About how many products a row costs, saturating.
    pub fn products(&self) -> u64 {
        let part = self.part.as_ref().map(|part| (part.steps() as u64).saturating_mul(3));
        part.unwrap_or_else(|| self.network.reverse_products())
    }
}
