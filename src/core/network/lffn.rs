//! Linear feedforward networks y = W_L ⋯ W_1 x, with biases if wanted.

use itertools::iproduct;

use super::layered::Layers;
use super::shape::{Shapes, list, widths};
use super::{Family, Probe, Row, Samples, ShapeError, Symmetry};
use crate::algebra::Matrix;
use crate::allocation::{Allocation, Layout};
use crate::number::{Field, Ring};

/// A linear feedforward network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lffn {
    layers: Layers,
}

impl Lffn {
    pub(super) fn new(given: &[i64], bias: bool) -> Result<Self, ShapeError> {
        let widths = widths("lffn", given, bias, "")?;
        let exponents = vec![1; widths.len() - 2];
        Ok(Lffn { layers: Layers::new(widths, bias, exponents) })
    }

    pub(super) fn exponents(&self) -> Vec<u32> {
        self.layers.exponents.clone()
    }

    pub(super) fn scales(&self) -> Vec<Vec<(usize, i64)>> {
        self.layers.scales()
    }

    pub(super) fn shapes(&self) -> Shapes {
        self.layers.shapes()
    }

    /// Where the weights stand, by layer, row and column, if there are two layers of two by two and no biases.
    pub(super) fn two_by_two(&self) -> Option<[[[usize; 2]; 2]; 2]> {
        let layout = self.layers.layout();
        let starts: Vec<usize> = layout.tensors().iter().map(|t| t.start).collect();
        let [first, second] = starts.as_slice() else {
            return None;
        };
        let matrix = |start: &usize| [[*start, start + 1], [start + 2, start + 3]];
        (self.layers.widths == [2, 2, 2] && !self.layers.bias).then(|| [matrix(first), matrix(second)])
    }
}

impl std::fmt::Display for Lffn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bias = if self.layers.bias { ", bias=True" } else { "" };
        write!(f, "lffn({}{bias})", list(&self.layers.widths))
    }
}

impl Family for Lffn {
    fn layout(&self) -> Layout {
        self.layers.layout()
    }

    fn input_size(&self) -> usize {
        self.layers.inputs()
    }

    fn labels_per_input(&self) -> usize {
        self.layers.outputs()
    }

    /// The unit vectors, and with biases the zero vector: an affine map is known from its values there.
    fn functional(&self) -> Probe {
        let d = self.input_size();
        let unit = |i| (0..d).map(|j| i64::from(i == j)).collect();
        Probe::Fixed((0..self.enough()).map(unit).collect())
    }

    fn enough(&self) -> usize {
        self.input_size() + usize::from(self.layers.bias)
    }

    /// Without biases the label vectors are all matrices up to a rank: a determinantal variety, which is normal.
    fn normal(&self) -> bool {
        !self.layers.bias
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

    /// W_ℓ → G W_ℓ, b_ℓ → G b_ℓ, W_{ℓ+1} → W_{ℓ+1} G⁻¹ for every hidden layer; with biases also b_ℓ → b_ℓ + c,
    /// b_{ℓ+1} → b_{ℓ+1} − W_{ℓ+1} c.
    fn gauge<R: Ring>(&self, ring: &R, weights: &[R::Element]) -> Vec<Vec<R::Element>> {
        let mut directions = Vec::new();
        for layer in 1..self.layers.count() {
            let units = 0..self.layers.widths[layer];
            for (to, from) in iproduct!(units.clone(), units.clone()) {
                directions.push(self.layers.mixing(ring, weights, layer, to, from, 1));
            }
            if self.layers.bias {
                directions.extend(units.map(|unit| self.layers.shift(ring, weights, layer, unit)));
            }
        }
        directions
    }

    /// The label vectors are all matrices of rank at most q, the smallest width, applied to inputs of rank m' = min(m, d_0): a
    /// determinantal variety of dimension q'(m' + d_L − q') with q' = min(q, m'). With biases one adds any constant to the
    /// outputs, and inputs count modulo the constants.
    fn teacher_dimension(&self, samples: Samples) -> Option<usize> {
        let (d, outputs) = (self.layers.inputs(), self.layers.outputs());
        let constant = usize::from(self.layers.bias);
        let seen = samples.count().map_or(d, |count| usize::try_from(count).map_or(d, |m| d.min(m - constant.min(m))));
        let rank = self.layers.widths.iter().copied().min().unwrap_or(0).min(seen);
        Some(rank * (seen + outputs - rank) + constant * outputs)
    }

    fn gauge_inside<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        allocation: &Allocation,
    ) -> Vec<Vec<(usize, R::Element)>> {
        self.layers.mixing_inside(ring, weights, allocation, true)
    }

    fn gauge_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for layer in 1..self.layers.count() {
            let units = 0..self.layers.widths[layer];
            names.extend(iproduct!(units.clone(), units.clone()).map(|(to, from)| format!("G{layer}[{to},{from}]")));
            if self.layers.bias {
                names.extend(units.map(|unit| format!("c{layer}[{unit}]")));
            }
        }
        names
    }

    fn more_by_name<R: Ring>(
        &self,
        ring: &R,
        _: &[R::Element],
        inputs: &[Vec<R::Element>],
    ) -> Vec<(String, Vec<R::Element>)> {
        self.layers.unseen_by_name(ring, inputs)
    }

    fn gauge_count(&self) -> u64 {
        let hidden = &self.layers.widths[1..self.layers.count()];
        let each = |d: &usize| (*d as u64).saturating_mul(*d as u64 + u64::from(self.layers.bias));
        hidden.iter().map(each).fold(0, u64::saturating_add)
    }

    fn unseen<F: Field>(&self, field: &F, inputs: &[Vec<F::Element>]) -> Vec<Vec<F::Element>> {
        self.layers.unseen(field, inputs)
    }

    /// Besides renaming units: the transpose of W_L ⋯ W_1 is W_1ᵀ ⋯ W_Lᵀ, a network of the same shape if the widths
    /// read the same backwards. On d_0 or more generic inputs, labels are as good as that matrix.
    fn symmetries(&self) -> Vec<Symmetry> {
        let transposition = self.layers.transposition().map(|t| t.from(self.input_size() as u64));
        self.layers.symmetries().into_iter().chain(transposition).collect()
    }
}
