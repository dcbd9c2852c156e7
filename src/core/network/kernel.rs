//! Directions along which no label changes, as each family names them, at one point.

use super::family::Family;
use super::{Kind, Network};
use crate::allocation::Allocation;
use crate::number::{Degrees, Field, Ring};

/// A polynomial direction in weight space along which no label changes, at one point.
#[derive(Clone, Debug)]
pub struct KernelField<E> {
    /// Its value at the point.
    pub direction: Vec<E>,
    /// Weights outside this are not moved, identically.
    pub support: Allocation,
}

impl Network {
    /// An upper bound on the number of entries of all [`Network::kernel_fields`].
    pub fn kernel_field_entries(&self) -> u64 {
        let n = self.weights() as u64;
        on_family!(self, f => f.gauge_count()).saturating_add(n).saturating_mul(n)
    }

    /// Directions v(θ, X) with J · v ≡ 0 as an identity of polynomials, evaluated at one point: the gauge of the hidden
    /// units, and what too few inputs cannot see. They need not be independent, nor all there are.
    pub fn kernel_fields<F: Field>(
        &self,
        field: &F,
        weights: &[F::Element],
        inputs: &[Vec<F::Element>],
    ) -> Vec<KernelField<F::Element>> {
        // Evaluated on degrees, only what is identically zero is nothing: a zero at the point may be an accident.
        let degrees = on_family!(self, f => f.gauge(&Degrees, &vec![Some(1); weights.len()]));
        let gauge = on_family!(self, f => f.gauge(field, weights)).into_iter().zip(degrees);
        let gauge = gauge.map(|(direction, degrees)| {
            let moved = (0..degrees.len()).filter(|w| degrees[*w].is_some());
            KernelField { direction, support: Allocation::of(weights.len(), moved) }
        });
        let unseen = on_family!(self, f => f.unseen(field, inputs)).into_iter();
        let unseen = unseen.map(|direction| {
            let moved = (0..direction.len()).filter(|w| !field.is_zero(&direction[*w]));
            let support = self.whole_units(moved);
            KernelField { direction, support }
        });
        gauge.chain(unseen).collect()
    }

    /// The same directions over any ring, with the names that certificates give them. `inputs` are generic ones, or none for
    /// functional dimensions.
    pub fn kernel_fields_by_name<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        inputs: &[Vec<R::Element>],
    ) -> Vec<(String, Vec<R::Element>)> {
        let gauge: Vec<_> = on_family!(self, f => f.gauge_names().into_iter().zip(f.gauge(ring, weights)).collect());
        let more = on_family!(self, f => f.more_by_name(ring, weights, inputs));
        gauge.into_iter().chain(more).collect()
    }

    /// All incoming weights of the units that some weights lead to.
    fn whole_units(&self, weights: impl Iterator<Item = usize>) -> Allocation {
        let units: Vec<(usize, usize)> =
            weights.map(|w| self.layout.weight(w)).map(|w| (w.tensor.layer, w.row)).collect();
        let all = 0..self.weights();
        let incoming = all.filter(|w| {
            let weight = self.layout.weight(*w);
            units.contains(&(weight.tensor.layer, weight.row))
        });
        Allocation::of(self.weights(), incoming)
    }
}
