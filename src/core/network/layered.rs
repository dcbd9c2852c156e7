//! What feedforward families share: layers of weights with an activation between them: z ↦ z^g, or another that a family
//! gives.
//!
//! z_ℓ = W_ℓ a_{ℓ−1} + b_ℓ, a_0 = x, a_ℓ = z_ℓ^g, y = z_L. The derivative of output k by W_ℓ\[i,j\] is G_ℓ\[k,i\] · a_{ℓ−1}\[j\]
//! (by b_ℓ\[i\]: G_ℓ\[k,i\]), with G_L = 1 and G_ℓ = G_{ℓ+1} W_{ℓ+1} diag(g·z_ℓ^{g−1}); the last factor is the slope of the
//! activation.

use itertools::iproduct;

use crate::algebra::{Matrix, RowSpace, minor};
use crate::allocation::{Allocation, Layout};
use crate::number::{Field, Ring};

/// Determinants of more inputs are not expanded.
const MOST_EXPANDED: usize = 6;

use super::Row;
use super::shape::{Shapes, bits};
use super::symmetry::Symmetry;

/// The shape of a feedforward network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Layers {
    /// d_0, …, d_L.
    pub widths: Vec<usize>,
    /// Whether every layer has a bias vector.
    pub bias: bool,
    /// The exponent g of the activation of each hidden layer; 1 is linear.
    pub exponents: Vec<u32>,
    /// The position of the first weight of W_1, …, W_L (its bias follows the matrix), and the number of all weights.
    starts: Vec<usize>,
}

impl Layers {
    /// Layers of these widths, which must be at least two.
    pub(super) fn new(widths: Vec<usize>, bias: bool, exponents: Vec<u32>) -> Self {
        debug_assert_eq!(exponents.len() + 2, widths.len(), "one exponent for each hidden layer");
        let layers = widths.windows(2).map(|pair| pair[1] * (pair[0] + usize::from(bias)));
        let starts = std::iter::once(0).chain(layers.scan(0, |sum, size| {
            *sum += size;
            Some(*sum)
        }));
        let starts = starts.collect();
        Layers { widths, bias, exponents, starts }
    }

    /// L.
    pub(super) fn count(&self) -> usize {
        self.widths.len() - 1
    }

    /// d_0.
    pub(super) fn inputs(&self) -> usize {
        self.widths[0]
    }

    /// d_L.
    pub(super) fn outputs(&self) -> usize {
        self.widths[self.count()]
    }

    /// For each weight, the powers of the scales of hidden units that it is multiplied with when all labels stay as they are:
    /// λ for what leads to a unit of scale λ, and λ^−g for what leads away from it.
    pub(super) fn scales(&self) -> Vec<Vec<(usize, i64)>> {
        let before = |layer: usize| self.widths[1..layer].iter().sum::<usize>();
        let unit = |layer: usize, i: usize| (1..self.count()).contains(&layer).then(|| before(layer) + i);
        let mut scales = Vec::new();
        for layer in 1..=self.count() {
            let to = |i: usize| unit(layer, i).map(|u| (u, 1));
            let from = |j: usize| unit(layer - 1, j).map(|u| (u, -i64::from(self.exponents[layer - 2])));
            for (i, j) in iproduct!(0..self.widths[layer], 0..self.widths[layer - 1]) {
                scales.push(to(i).into_iter().chain(from(j)).collect());
            }
            let biases = if self.bias { self.widths[layer] } else { 0 };
            scales.extend((0..biases).map(|i| to(i).into_iter().collect::<Vec<_>>()));
        }
        scales
    }

    /// What is known of the shape by name.
    pub(super) fn shapes(&self) -> Shapes {
        Shapes {
            inputs: self.inputs(),
            outputs: self.outputs(),
            widths: Some(self.widths.clone()),
            bias: Some(self.bias),
            ..Shapes::default()
        }
    }

    /// `W1 b1 W2 b2 …`.
    pub(super) fn layout(&self) -> Layout {
        (1..=self.count()).fold(Layout::default(), |layout, layer| {
            let (rows, columns) = (self.widths[layer], self.widths[layer - 1]);
            let layout = layout.matrix(&format!("W{layer}"), rows, columns, layer);
            if self.bias { layout.vector(&format!("b{layer}"), rows, layer) } else { layout }
        })
    }

    /// The position of the first weight of W_ℓ; after the last layer, the number of weights.
    fn start(&self, layer: usize) -> usize {
        self.starts[layer - 1]
    }

    fn weight(&self, layer: usize, row: usize, column: usize) -> usize {
        self.start(layer) + row * self.widths[layer - 1] + column
    }

    fn bias_weight(&self, layer: usize, row: usize) -> usize {
        self.start(layer) + self.widths[layer] * self.widths[layer - 1] + row
    }

    /// W_ℓ a + b_ℓ.
    pub(super) fn affine<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        layer: usize,
        a: &[R::Element],
    ) -> Vec<R::Element> {
        let start = self.start(layer);
        let columns = self.widths[layer - 1];
        (0..self.widths[layer])
            .map(|row| {
                let mut sum = if self.bias { weights[self.bias_weight(layer, row)].clone() } else { ring.zero() };
                ring.add_dot(&mut sum, &weights[start + row * columns..][..columns], a);
                sum
            })
            .collect()
    }

    /// The output for one input.
    pub(super) fn labels<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Vec<R::Element> {
        self.activated(ring, weights, input, |unit, z| match self.exponent_of(unit) {
            1 => z,
            g => ring.power(&z, u64::from(g)),
        })
    }

    /// The exponent of a hidden unit, given by its place among the hidden units of all layers.
    fn exponent_of(&self, unit: usize) -> u32 {
        let mut before = 0;
        let hidden = self.widths[1..].iter().zip(&self.exponents).find(|(width, _)| {
            before += **width;
            unit < before
        });
        hidden.map_or(1, |(_, exponent)| *exponent)
    }

    /// What layer ℓ gets: a_{ℓ−1} for one input. `activate` maps the pre-activation of a hidden unit, given by its place
    /// among the hidden units of all layers.
    pub(super) fn features<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        layer: usize,
        mut activate: impl FnMut(usize, R::Element) -> R::Element,
    ) -> Vec<R::Element> {
        let (mut a, mut unit) = (input.to_vec(), 0);
        for below in 1..layer {
            let activated = self.affine(ring, weights, below, &a).into_iter().enumerate();
            a = activated.map(|(i, z)| activate(unit + i, z)).collect();
            unit += self.widths[below];
        }
        a
    }

    /// The output for one input, with an activation as in [`Layers::features`].
    pub(super) fn activated<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        activate: impl FnMut(usize, R::Element) -> R::Element,
    ) -> Vec<R::Element> {
        let last = self.features(ring, weights, input, self.count(), activate);
        self.affine(ring, weights, self.count(), &last)
    }

    /// The derivatives of the output for one input by every weight.
    pub(super) fn jacobian<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
    ) -> Matrix<R::Element> {
        self.activated_jacobian(ring, weights, input, self.powers(ring))
    }

    /// The derivatives of the output for one input by every weight; `activate` gives the activation of a hidden unit and its
    /// slope.
    pub(super) fn activated_jacobian<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        activate: impl FnMut(usize, R::Element) -> (R::Element, R::Element),
    ) -> Matrix<R::Element> {
        let last = self.count();
        let (activations, slopes) = self.forwards(ring, weights, input, activate);
        let (outputs, n) = (self.widths[last], self.start(last + 1));
        let mut jacobian = Matrix::filled(outputs, n, ring.zero());
        let mut back = Matrix::filled(outputs, outputs, ring.zero());
        (0..outputs).for_each(|k| back[(k, k)] = ring.one());
        for layer in (1..=last).rev() {
            let (rows, columns) = (self.widths[layer], self.widths[layer - 1]);
            for k in 0..outputs {
                for i in (0..rows).filter(|i| !ring.is_zero(&back[(k, *i)])) {
                    for j in 0..columns {
                        let entry = ring.mul(&back[(k, i)], &activations[layer - 1][j]);
                        jacobian[(k, self.weight(layer, i, j))] = entry;
                    }
                    if self.bias {
                        jacobian[(k, self.bias_weight(layer, i))] = back[(k, i)].clone();
                    }
                }
            }
            if layer > 1 {
                back = self.step_back(ring, weights, layer, &back, &slopes[layer - 2]);
            }
        }
        jacobian
    }

    /// a_0, …, a_{L−1} and the slopes of layers 1, …, L − 1 for one input.
    #[allow(clippy::type_complexity)]
    fn forwards<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        mut activate: impl FnMut(usize, R::Element) -> (R::Element, R::Element),
    ) -> (Vec<Vec<R::Element>>, Vec<Vec<R::Element>>) {
        let mut activations = vec![input.to_vec()];
        let (mut slopes, mut unit) = (Vec::new(), 0);
        for layer in 1..self.count() {
            let z = self.affine(ring, weights, layer, &activations[layer - 1]).into_iter().enumerate();
            let (activation, slope): (Vec<_>, Vec<_>) = z.map(|(i, z)| activate(unit + i, z)).unzip();
            slopes.push(slope);
            activations.push(activation);
            unit += self.widths[layer];
        }
        (activations, slopes)
    }

    /// The activations z ↦ z^g and their slopes.
    fn powers<R: Ring>(&self, ring: &R) -> impl FnMut(usize, R::Element) -> (R::Element, R::Element) {
        |unit, z| match self.exponent_of(unit) {
            1 => (z, ring.one()),
            g => {
                let below = ring.power(&z, u64::from(g) - 1);
                (ring.mul(&below, &z), ring.mul(&ring.integer(i64::from(g)), &below))
            }
        }
    }

    /// The derivatives of a combination of the outputs for one input by some weights, in one pass back.
    pub(super) fn reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        row: &Row<'_, R::Element>,
        columns: &[usize],
    ) -> Vec<R::Element> {
        self.activated_reverse(ring, weights, row, columns, self.powers(ring))
    }

    /// The same with another activation, given with its slope.
    pub(super) fn activated_reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        row: &Row<'_, R::Element>,
        columns: &[usize],
        activate: impl FnMut(usize, R::Element) -> (R::Element, R::Element),
    ) -> Vec<R::Element> {
        let (activations, slopes) = self.forwards(ring, weights, row.input, activate);
        let mut back = Matrix::from_rows(row.combination.len(), [row.combination.to_vec()]);
        let mut backs = vec![Vec::new(); self.count()];
        for layer in (1..=self.count()).rev() {
            backs[layer - 1] = back.row(0).to_vec();
            if layer > 1 {
                back = self.step_back(ring, weights, layer, &back, &slopes[layer - 2]);
            }
        }
        let entry = |weight: &usize| {
            let layer = self.starts.partition_point(|start| start <= weight) - 1;
            let (cell, inside) = (weight - self.starts[layer], self.widths[layer]);
            match cell.checked_sub(inside * self.widths[layer + 1]) {
                Some(unit) => backs[layer][unit].clone(),
                None => ring.mul(&backs[layer][cell / inside], &activations[layer][cell % inside]),
            }
        };
        columns.iter().map(entry).collect()
    }

    /// G_{ℓ−1} from G_ℓ.
    fn step_back<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        layer: usize,
        back: &Matrix<R::Element>,
        slopes: &[R::Element],
    ) -> Matrix<R::Element> {
        let (rows, columns) = (self.widths[layer], self.widths[layer - 1]);
        let mut next = Matrix::filled(back.rows(), columns, ring.zero());
        for k in 0..back.rows() {
            for i in 0..rows {
                for j in 0..columns {
                    let weight = &weights[self.weight(layer, i, j)];
                    ring.add_product(&mut next[(k, j)], &back[(k, i)], weight);
                }
            }
            for j in 0..columns {
                next[(k, j)] = ring.mul(&next[(k, j)], &slopes[j]);
            }
        }
        next
    }

    /// The exponent of the units that layer ℓ gets as its input.
    fn exponent_below(&self, layer: usize) -> u64 {
        if layer > 1 { u64::from(self.exponents[layer - 2]) } else { 1 }
    }

    /// The degree of a label in weights and inputs.
    pub(super) fn degree(&self) -> u64 {
        (1..=self.count()).fold(1u64, |degree, layer| {
            let activated = degree.saturating_mul(self.exponent_below(layer));
            activated.saturating_add(1)
        })
    }

    /// log₂ of the sum of a label's coefficients: every sum of d terms adds at most ⌈log₂ d⌉, a power multiplies by g.
    pub(super) fn height_bits(&self) -> u64 {
        (1..=self.count()).fold(0, |height: u64, layer| {
            let activated = height.saturating_mul(self.exponent_below(layer));
            activated.saturating_add(bits(self.widths[layer - 1] + usize::from(self.bias)))
        })
    }

    /// Multiplying hidden unit `i` of layer ℓ by 1 + ε and its outgoing weights by 1 − g·ε, to first order.
    pub(super) fn scaling<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        layer: usize,
        unit: usize,
    ) -> Vec<R::Element> {
        self.mixing(ring, weights, layer, unit, unit, i64::from(self.exponents[layer - 1]))
    }

    /// The names of the scalings of all hidden units, layer by layer.
    pub(super) fn scaling_names(&self) -> Vec<String> {
        let units = (1..self.count()).flat_map(|layer| (0..self.widths[layer]).map(move |unit| (layer, unit)));
        units.map(|(layer, unit)| format!("G{layer}[{unit},{unit}]")).collect()
    }

    /// Adding ε times unit `from` of layer ℓ to unit `to`, and taking `factor`·ε times the outgoing weights of `to` from those
    /// of `from`, to first order.
    pub(super) fn mixing<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        layer: usize,
        to: usize,
        from: usize,
        factor: i64,
    ) -> Vec<R::Element> {
        let mut direction = vec![ring.zero(); weights.len()];
        let (incoming, outgoing) = self.mixed(layer, to, from);
        incoming.for_each(|(moved, by)| direction[moved] = weights[by].clone());
        let negated = ring.integer(-factor);
        outgoing.for_each(|(moved, by)| direction[moved] = ring.mul(&negated, &weights[by]));
        direction
    }

    /// What [`Layers::mixing`] moves, and by which weight: incoming weights of `to`, then outgoing ones of `from`.
    fn mixed(
        &self,
        layer: usize,
        to: usize,
        from: usize,
    ) -> (impl Iterator<Item = (usize, usize)>, impl Iterator<Item = (usize, usize)>) {
        let incoming =
            (0..self.widths[layer - 1]).map(move |j| (self.weight(layer, to, j), self.weight(layer, from, j)));
        let bias = self.bias.then(|| (self.bias_weight(layer, to), self.bias_weight(layer, from)));
        let outgoing =
            (0..self.widths[layer + 1]).map(move |k| (self.weight(layer + 1, k, from), self.weight(layer + 1, k, to)));
        (incoming.chain(bias), outgoing)
    }

    /// The directions of [`Layers::mixing`], of each hidden unit with itself or (`pairs`) with each of its layer, that move
    /// weights of an allocation only.
    pub(super) fn mixing_inside<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        allocation: &Allocation,
        pairs: bool,
    ) -> Vec<Vec<(usize, R::Element)>> {
        let mut directions = Vec::new();
        for layer in 1..self.count() {
            let negated = ring.integer(-i64::from(self.exponents[layer - 1]));
            let units = 0..self.widths[layer];
            let inside = |to: usize, from: usize| {
                let (mut incoming, mut outgoing) = self.mixed(layer, to, from);
                incoming.all(|(moved, _)| allocation.contains(moved))
                    && outgoing.all(|(moved, _)| allocation.contains(moved))
            };
            let wanted = units.clone().flat_map(|to| units.clone().map(move |from| (to, from)));
            for (to, from) in wanted.filter(|(to, from)| (pairs || to == from) && inside(*to, *from)) {
                let (incoming, outgoing) = self.mixed(layer, to, from);
                let incoming = incoming.map(|(moved, by)| (moved, weights[by].clone()));
                let outgoing = outgoing.map(|(moved, by)| (moved, ring.mul(&negated, &weights[by])));
                directions.push(incoming.chain(outgoing).collect());
            }
        }
        directions
    }

    /// Adding ε to the bias of a hidden unit that is linear, and taking ε times its outgoing weights from the next biases.
    pub(super) fn shift<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        layer: usize,
        unit: usize,
    ) -> Vec<R::Element> {
        let mut direction = vec![ring.zero(); weights.len()];
        direction[self.bias_weight(layer, unit)] = ring.one();
        for k in 0..self.widths[layer + 1] {
            let outgoing = &weights[self.weight(layer + 1, k, unit)];
            direction[self.bias_weight(layer + 1, k)] = ring.neg(outgoing);
        }
        direction
    }

    /// Directions in W_1 (and b_1) that no input sees: for each hidden unit, the vectors orthogonal to all inputs, if these
    /// are independent.
    pub(super) fn unseen<F: Field>(&self, field: &F, inputs: &[Vec<F::Element>]) -> Vec<Vec<F::Element>> {
        let length = self.widths[0] + usize::from(self.bias);
        if inputs.len() >= length {
            return Vec::new();
        }
        let mut space = RowSpace::new(field.clone(), length);
        for input in inputs {
            let mut row = input.clone();
            row.resize(length, field.one());
            space.insert(row);
        }
        if space.rank() < inputs.len() {
            // The inputs are special, so this kernel is larger than that of generic ones.
            return Vec::new();
        }
        let kernel = space.kernel();
        let mut directions = Vec::new();
        for unit in 0..self.widths[1] {
            for vector in &kernel {
                let mut direction = vec![field.zero(); self.start(self.count() + 1)];
                for (j, entry) in vector.iter().enumerate() {
                    let weight = if j < self.widths[0] { self.weight(1, unit, j) } else { self.bias_weight(1, unit) };
                    direction[weight] = entry.clone();
                }
                directions.push(direction);
            }
        }
        directions
    }

    /// Directions of [`Layers::unseen`] for generic inputs, by Cramer's rule: v_j is, up to sign, the determinant of the inputs without column j, for
    /// the first columns, one for each input, and one more.
    pub(super) fn unseen_by_name<R: Ring>(
        &self,
        ring: &R,
        inputs: &[Vec<R::Element>],
    ) -> Vec<(String, Vec<R::Element>)> {
        let (m, length) = (inputs.len(), self.widths[0] + usize::from(self.bias));
        if m == 0 || m >= length || m > MOST_EXPANDED {
            return Vec::new();
        }
        let entry = |sample: usize, column: usize| inputs[sample].get(column).cloned().unwrap_or_else(|| ring.one());
        let mut directions = Vec::new();
        for last in m..length {
            let columns: Vec<usize> = (0..m).chain([last]).collect();
            let signed = |j: usize| {
                let left: Vec<usize> = columns.iter().copied().filter(|c| *c != columns[j]).collect();
                let minor = minor(ring, 0, &left, &entry);
                if j.is_multiple_of(2) { minor } else { ring.neg(&minor) }
            };
            let minors: Vec<R::Element> = (0..=m).map(signed).collect();
            for unit in 0..self.widths[1] {
                let mut direction = vec![ring.zero(); self.start(self.count() + 1)];
                for (j, minor) in columns.iter().zip(&minors) {
                    let bias = *j == self.widths[0];
                    let weight = if bias { self.bias_weight(1, unit) } else { self.weight(1, unit, *j) };
                    direction[weight] = minor.clone();
                }
                let list: Vec<String> = columns.iter().map(usize::to_string).collect();
                directions.push((format!("x[{unit};{}]", list.join(",")), direction));
            }
        }
        directions
    }

    /// Neighbouring units of one layer change places; the inputs are layer 0.
    pub(super) fn symmetries(&self) -> Vec<Symmetry> {
        let swaps = (0..=self.count()).flat_map(|layer| (1..self.widths[layer]).map(move |unit| (layer, unit)));
        swaps.map(|(layer, unit)| self.swap(layer, unit - 1, unit)).collect()
    }

    fn swap(&self, layer: usize, a: usize, b: usize) -> Symmetry {
        let what = match layer {
            0 => format!("inputs {a} and {b}"),
            _ if layer == self.count() => format!("outputs {a} and {b}"),
            _ => format!("units {a} and {b} of layer {layer}"),
        };
        let mut pairs = Vec::new();
        if layer > 0 {
            pairs.extend((0..self.widths[layer - 1]).map(|j| (self.weight(layer, a, j), self.weight(layer, b, j))));
            pairs.extend(self.bias.then(|| (self.bias_weight(layer, a), self.bias_weight(layer, b))));
        }
        if layer < self.count() {
            let rows = 0..self.widths[layer + 1];
            pairs.extend(rows.map(|i| (self.weight(layer + 1, i, a), self.weight(layer + 1, i, b))));
        }
        Symmetry::swapping(what, self.start(self.count() + 1), pairs)
    }

    /// W_ℓ[i,j] and W_{L+1−ℓ}[j,i] change places, for widths that read the same backwards and layers without biases.
    pub(super) fn transposition(&self) -> Option<Symmetry> {
        let last = self.count();
        if self.bias || !self.widths.iter().eq(self.widths.iter().rev()) {
            return None;
        }
        let layers = (1..=last).flat_map(|layer| (0..self.widths[layer]).map(move |i| (layer, i)));
        let cells = layers.flat_map(|(layer, i)| (0..self.widths[layer - 1]).map(move |j| (layer, i, j)));
        let pairs = cells.map(|(layer, i, j)| (self.weight(layer, i, j), self.weight(last + 1 - layer, j, i)));
        Some(Symmetry::swapping("transposition".to_owned(), self.start(last + 1), pairs))
    }
    /// With squares and one output y = Σ w_i z_i² (+ b): turning units i and k of the last hidden layer into each other, z_i by
    /// ε w_k z_k and z_k by −ε w_i z_i, to first order.
    pub(super) fn rotations_by_name<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
    ) -> Vec<(String, Vec<R::Element>)> {
        let layer = self.count() - 1;
        if layer == 0 {
            return Vec::new();
        }
        let units = self.widths[layer];
        let pairs = (0..units).flat_map(|i| (i + 1..units).map(move |k| (i, k)));
        let incoming = |unit: usize| {
            let bias = self.bias.then(|| self.bias_weight(layer, unit));
            (0..self.widths[layer - 1]).map(move |j| self.weight(layer, unit, j)).chain(bias)
        };
        let direction = |(i, k): (usize, usize)| {
            let [out_i, out_k] = [i, k].map(|unit| &weights[self.weight(layer + 1, 0, unit)]);
            let mut direction = vec![ring.zero(); weights.len()];
            for (to, from) in incoming(i).zip(incoming(k)) {
                direction[to] = ring.mul(out_k, &weights[from]);
                direction[from] = ring.neg(&ring.mul(out_i, &weights[to]));
            }
            (format!("R{layer}[{i},{k}]"), direction)
        };
        pairs.map(direction).collect()
    }
}
