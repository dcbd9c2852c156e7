//! Polynomial networks: hidden activation z ↦ z^g, the same g or one for each hidden layer; linear output.

use super::layered::Layers;
use super::shape::{Shapes, bounded, list, widths};
use super::{Family, Probe, Row, ShapeError, Symmetry, parts};
use crate::algebra::Matrix;
use crate::allocation::{Allocation, Layout};
use crate::number::{Field, Ring};

/// A network with monomial activation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pnn {
    layers: Layers,
    /// The degree, if it is the same in all hidden layers.
    degree: Option<u32>,
}

impl Pnn {
    pub(super) fn new(given: &[i64], degree: i64, bias: bool) -> Result<Self, ShapeError> {
        let widths = widths("pnn", given, bias, ", degree=2")?;
        let exponent = bounded("pnn", "degree", degree)?;
        let exponents = vec![exponent; widths.len() - 2];
        Ok(Pnn { layers: Layers::new(widths, bias, exponents), degree: Some(exponent) })
    }

    /// With a degree for each hidden layer; if all are equal, the same as with one.
    pub(super) fn by_layer(given: &[i64], degrees: &[i64], bias: bool) -> Result<Self, ShapeError> {
        let widths = widths("pnn", given, bias, ", degree=[2]")?;
        let hidden = widths.len() - 2;
        if degrees.len() != hidden {
            return Err(ShapeError::Degrees { given: degrees.len(), hidden });
        }
        let degree = |(layer, degree): (usize, &i64)| bounded("pnn", &format!("degree[{layer}]"), *degree);
        let exponents: Vec<u32> = degrees.iter().enumerate().map(degree).collect::<Result<_, _>>()?;
        let degree = exponents.first().copied().filter(|first| exponents.iter().all(|g| g == first));
        Ok(Pnn { layers: Layers::new(widths, bias, exponents), degree })
    }

    /// The degree of the hidden layer, if there is one.
    pub(super) fn hidden_power(&self) -> Option<u32> {
        match self.layers.exponents[..] {
            [power] => Some(power),
            _ => None,
        }
    }

    pub(super) fn exponents(&self) -> Vec<u32> {
        self.layers.exponents.clone()
    }

    pub(super) fn scales(&self) -> Vec<Vec<(usize, i64)>> {
        self.layers.scales()
    }

    pub(super) fn shapes(&self) -> Shapes {
        Shapes { degree: self.degree, degrees: Some(self.layers.exponents.clone()), ..self.layers.shapes() }
    }

    /// The number of monomials in x that a label can have, if it is below `limit`: all of degree g^{L−1}, with biases
    /// also of lower degree.
    fn monomials(&self, limit: usize) -> Option<usize> {
        let degree = self.layers.exponents.iter().try_fold(1u128, |d, exponent| {
            let next = d * u128::from(*exponent);
            (next < 1 << 40).then_some(next)
        })?;
        let variables = (self.input_size() + usize::from(self.layers.bias)) as u128;
        // binomial(degree + variables − 1, variables − 1), growing one factor at a time
        let mut count = 1u128;
        for i in 1..variables {
            count = count.checked_mul(degree + i)? / i;
            if count >= limit as u128 {
                return None;
            }
        }
        ((count as usize) < limit).then_some(count as usize)
    }
}

impl std::fmt::Display for Pnn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bias = if self.layers.bias { ", bias=True" } else { "" };
        let listed = || list(&self.layers.exponents);
        let degree = self.degree.map_or_else(listed, |degree| degree.to_string());
        write!(f, "pnn({}, degree={degree}{bias})", list(&self.layers.widths))
    }
}

impl Family for Pnn {
    fn layout(&self) -> Layout {
        self.layers.layout()
    }

    fn input_size(&self) -> usize {
        self.layers.inputs()
    }

    fn labels_per_input(&self) -> usize {
        self.layers.outputs()
    }

    /// As many generic inputs as the label has monomials see all of them; as many as there are weights suffice, too,
    /// since dimensions are concave in the number of samples.
    fn functional(&self) -> Probe {
        Probe::Generic(self.enough())
    }

    fn enough(&self) -> usize {
        let weights = self.layout().weights();
        self.monomials(weights).unwrap_or(weights)
    }

    fn functional_labels(&self) -> u64 {
        let monomials = self.monomials(usize::MAX).unwrap_or(usize::MAX);
        (monomials as u64).saturating_mul(self.labels_per_input() as u64)
    }

    fn labels<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Vec<R::Element> {
        self.layers.labels(ring, weights, input)
    }

    fn jacobian<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Matrix<R::Element> {
        self.layers.jacobian(ring, weights, input)
    }

    fn reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        row: &Row<'_, R::Element>,
        columns: &[usize],
    ) -> Vec<R::Element> {
        self.layers.reverse(ring, weights, row, columns)
    }

    fn degree(&self) -> u64 {
        self.layers.degree()
    }

    fn height_bits(&self) -> u64 {
        self.layers.height_bits()
    }

    /// Scaling a hidden unit: its incoming weights by λ, its outgoing ones by λ^−g.
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

    fn dimension_bound(&self) -> Option<u64> {
        (!self.layers.bias).then(|| parts::dimension(&self.layers.widths, &self.layers.exponents))
    }

    fn gauge_names(&self) -> Vec<String> {
        self.layers.scaling_names()
    }

    fn more_by_name<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        inputs: &[Vec<R::Element>],
    ) -> Vec<(String, Vec<R::Element>)> {
        let mut directions = self.layers.unseen_by_name(ring, inputs);
        if self.layers.exponents.last() == Some(&2) && self.labels_per_input() == 1 {
            directions.extend(self.layers.rotations_by_name(ring, weights));
        }
        directions
    }

    fn gauge_count(&self) -> u64 {
        let hidden = &self.layers.widths[1..self.layers.count()];
        hidden.iter().map(|d| *d as u64).fold(0, u64::saturating_add)
    }

    fn unseen<F: Field>(&self, field: &F, inputs: &[Vec<F::Element>]) -> Vec<Vec<F::Element>> {
        self.layers.unseen(field, inputs)
    }

    /// Renaming units.
    fn symmetries(&self) -> Vec<Symmetry> {
        self.layers.symmetries()
    }
}
