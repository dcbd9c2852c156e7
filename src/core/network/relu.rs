//! ReLU networks: hidden activation z ↦ max(z, 0), linear output.
//!
//! On an activation pattern, which hidden units are active at which inputs, the label map is that of a linear network in
//! which the other units are cut out: polynomial, with a *gate* of 1 or 0 for each unit and input. Patterns come from exact
//! signs, over rings with an order.
//!
//! At a kink, z = 0, activation and slope are 0.

use super::layered::Layers;
use super::shape::{Shapes, list, widths};
use super::{Family, Probe, Row, ShapeError, Symmetry};
use crate::algebra::Matrix;
use crate::allocation::{Allocation, Layout};
use crate::number::{Field, Ring};

/// So many generic inputs for each weight stand for "functional".
const INPUTS_PER_WEIGHT: usize = 4;

/// A network with ReLU activation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Relu {
    layers: Layers,
}

impl Relu {
    pub(super) fn new(given: &[i64], bias: bool) -> Result<Self, ShapeError> {
        let widths = widths("relu", given, bias, "")?;
        let exponents = vec![1; widths.len() - 2];
        Ok(Relu { layers: Layers::new(widths, bias, exponents) })
    }

    pub(super) fn shapes(&self) -> Shapes {
        self.layers.shapes()
    }
}

impl std::fmt::Display for Relu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bias = if self.layers.bias { ", bias=True" } else { "" };
        write!(f, "relu({}{bias})", list(&self.layers.widths))
    }
}

/// The activation of a pre-activation, and its slope.
fn rectify<R: Ring>(ring: &R, z: &R::Element) -> (R::Element, R::Element) {
    let Some(both) = ring.rectify(z) else {
        panic!("labels of a ReLU network over a ring without an order: take gates");
    };
    both
}

/// Whether a pre-activation is above the kink.
fn active<R: Ring>(ring: &R, z: &R::Element) -> bool {
    let Some(positive) = ring.is_positive(z) else {
        panic!("patterns of a ReLU network over a ring without an order");
    };
    positive
}

impl Family for Relu {
    fn layout(&self) -> Layout {
        self.layers.layout()
    }

    fn input_size(&self) -> usize {
        self.layers.inputs()
    }

    fn labels_per_input(&self) -> usize {
        self.layers.outputs()
    }

    /// Generic inputs. As many as there are weights can reach the largest dimension; with more of them, it is seen on more
    /// draws.
    fn functional(&self) -> Probe {
        Probe::Generic(self.enough())
    }

    fn enough(&self) -> usize {
        self.layout().weights().saturating_mul(INPUTS_PER_WEIGHT)
    }

    /// Labels are linear in such inputs, with biases affine.
    fn inputs_of_one_pattern(&self) -> usize {
        self.input_size() + usize::from(self.layers.bias)
    }

    fn gates(&self) -> usize {
        self.layers.widths[1..self.layers.count()].iter().sum()
    }

    fn pattern<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Option<Vec<bool>> {
        let mut gates = Vec::with_capacity(self.gates());
        let mut a = input.to_vec();
        for layer in 1..self.layers.count() {
            // Where nothing comes in, a pre-activation of 0 stays 0 nearby: that is no border.
            let silent = !self.layers.bias && a.iter().all(|a| ring.is_zero(a));
            let below = gates.len();
            let next = self.layers.affine(ring, weights, layer, &a);
            if !silent && next.iter().any(|z| ring.is_zero(z)) {
                return None;
            }
            gates.extend(next.iter().map(|z| active(ring, z)));
            a = next.into_iter().zip(&gates[below..]).map(|(z, on)| if *on { z } else { ring.zero() }).collect();
        }
        Some(gates)
    }

    fn features<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        layer: usize,
    ) -> Vec<R::Element> {
        let rectify = |_, z| rectify(ring, &z).0;
        self.layers.features(ring, weights, input, layer, rectify)
    }

    fn labels<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Vec<R::Element> {
        let rectify = |_, z| rectify(ring, &z).0;
        self.layers.activated(ring, weights, input, rectify)
    }

    fn jacobian<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Matrix<R::Element> {
        let rectify = |_, z| rectify(ring, &z);
        self.layers.activated_jacobian(ring, weights, input, rectify)
    }

    fn gated_jacobian<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        gates: &[bool],
    ) -> Matrix<R::Element> {
        let gate = |unit: usize, z| if gates[unit] { (z, ring.one()) } else { (ring.zero(), ring.zero()) };
        self.layers.activated_jacobian(ring, weights, input, gate)
    }

    fn reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        row: &Row<'_, R::Element>,
        columns: &[usize],
    ) -> Vec<R::Element> {
        let gate = |unit: usize, z| if row.gates[unit] { (z, ring.one()) } else { (ring.zero(), ring.zero()) };
        self.layers.activated_reverse(ring, weights, row, columns, gate)
    }

    /// On each pattern.
    fn degree(&self) -> u64 {
        self.layers.degree()
    }

    /// On each pattern: gates only take terms away.
    fn height_bits(&self) -> u64 {
        self.layers.height_bits()
    }

    /// Scaling a hidden unit: its incoming weights by λ > 0, its outgoing ones by 1/λ. An identity on every pattern.
    fn gauge<R: Ring>(&self, ring: &R, weights: &[R::Element]) -> Vec<Vec<R::Element>> {
        let hidden = 1..self.layers.count();
        let units = hidden.flat_map(|layer| (0..self.layers.widths[layer]).map(move |u| (layer, u)));
        units.map(|(layer, unit)| self.layers.scaling(ring, weights, layer, unit)).collect()
    }

    fn gauge_inside<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        allocation: &Allocation,
    ) -> Vec<Vec<(usize, R::Element)>> {
        self.layers.mixing_inside(ring, weights, allocation, false)
    }

    fn gauge_names(&self) -> Vec<String> {
        self.layers.scaling_names()
    }

    fn gauge_count(&self) -> u64 {
        self.gates() as u64
    }

    fn unseen<F: Field>(&self, field: &F, inputs: &[Vec<F::Element>]) -> Vec<Vec<F::Element>> {
        self.layers.unseen(field, inputs)
    }

    /// Renaming units: the label map, and with it every pattern, is the same after it.
    fn symmetries(&self) -> Vec<Symmetry> {
        self.layers.symmetries()
    }
}
