//! Linear recurrent networks h_t = W h_{t−1} + B x_t, h_0 = 0, y = D h_T, or D h_t at every step.
//!
//! With C_s = D W^s, the derivative of y_τ\[k\] by W\[i,j\] is Σ_t C_{τ−t}\[k,i\] h_{t−1}\[j\], by B\[i,j\] it is Σ_t C_{τ−t}\[k,i\] x_t\[j\],
//! and by D\[k,i\] it is h_τ\[i\].

use itertools::iproduct;

use super::shape::{MOST_WEIGHTS, Shapes, bits, bounded, positive, within};
use super::{Diagram, Family, Group, Probe, Recurrence, Row, ShapeError, SingleEnded, Symmetry};
use crate::algebra::Matrix;
use crate::allocation::Layout;
use crate::number::{Field, Ring};

/// A linear recurrent network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lrnn {
    inputs: usize,
    hidden: usize,
    outputs: usize,
    steps: usize,
    /// Whether there are labels at every step, not only at the last.
    every: bool,
}

impl Lrnn {
    /// Where the weights stand, with one input and one output whose labels determine the transfer function.
    pub(super) fn single_recurrence(&self) -> Option<Recurrence> {
        let single = self.inputs == 1 && self.outputs == 1 && self.steps >= self.hidden.saturating_mul(2);
        let units = 0..self.hidden;
        let (diagonal, others): (Vec<_>, Vec<_>) = iproduct!(units.clone(), units.clone()).partition(|(i, j)| i == j);
        let places = |pairs: Vec<(usize, usize)>| pairs.into_iter().map(|(i, j)| self.w(i, j)).collect();
        single.then(|| Recurrence {
            diagonal: places(diagonal),
            others: places(others),
            encoder: units.clone().map(|i| self.b(i, 0)).collect(),
            decoder: units.map(|i| self.d(0, i)).collect(),
        })
    }

    /// Where the weights stand, with one input or one output.
    pub(super) fn single_ended(&self) -> Option<SingleEnded> {
        let (p, q, n) = (self.outputs, self.inputs, self.hidden);
        let decoder = (q == 1).then(|| iproduct!(0..p, 0..n).map(|(k, i)| self.d(k, i)).collect());
        let encoder = (p == 1).then(|| iproduct!(0..n, 0..q).map(|(i, j)| self.b(i, j)).collect());
        let matrix = iproduct!(0..n, 0..n).map(|(i, j)| self.w(i, j)).collect();
        (decoder.is_some() || encoder.is_some()).then_some(SingleEnded { matrix, decoder, encoder })
    }

    /// With one hidden unit and several outputs: the network with one output, whose decoder is the first weight, and the others follow.
    pub(super) fn single_output(&self) -> Option<Self> {
        (self.hidden == 1 && self.outputs > 1).then(|| Lrnn { outputs: 1, ..self.clone() })
    }

    /// With labels at every step: the network with labels at the last one alone.
    pub(super) fn read_out_last(&self) -> Option<Self> {
        self.every.then(|| Lrnn { every: false, ..self.clone() })
    }

    /// For each weight, the powers of the scales of hidden units that it is multiplied with when all labels stay as they are.
    pub(super) fn scales(&self) -> Vec<Vec<(usize, i64)>> {
        let mut scales = vec![Vec::new(); self.hidden * (self.outputs + self.inputs + self.hidden)];
        for unit in 0..self.hidden {
            (0..self.outputs).for_each(|k| scales[self.d(k, unit)].push((unit, -1)));
            (0..self.inputs).for_each(|l| scales[self.b(unit, l)].push((unit, 1)));
            for other in (0..self.hidden).filter(|other| *other != unit) {
                scales[self.w(unit, other)].push((unit, 1));
                scales[self.w(other, unit)].push((unit, -1));
            }
        }
        scales
    }

    pub(super) fn new(inputs: i64, hidden: i64, outputs: i64, steps: i64, every: bool) -> Result<Self, ShapeError> {
        let name = "lrnn";
        let lrnn = Lrnn {
            inputs: positive(name, "inputs", inputs)?,
            hidden: positive(name, "hidden", hidden)?,
            outputs: positive(name, "outputs", outputs)?,
            steps: bounded(name, "steps", steps)? as usize,
            every,
        };
        let [q, n, p, t] = [lrnn.inputs, lrnn.hidden, lrnn.outputs, lrnn.steps].map(|x| x as u128);
        let sum = p.saturating_add(q).saturating_add(n);
        within(name, "the number of weights", n.saturating_mul(sum), MOST_WEIGHTS)?;
        let responses = t.saturating_mul(p).saturating_mul(q);
        within(name, "steps × inputs × outputs", responses, MOST_WEIGHTS)?;
        Ok(lrnn)
    }

    pub(super) fn shapes(&self) -> Shapes {
        Shapes {
            inputs: self.inputs,
            outputs: self.outputs,
            hidden: Some(self.hidden),
            steps: Some(self.steps),
            readout: Some(if self.every { "all" } else { "last" }),
            ..Shapes::default()
        }
    }

    fn d(&self, row: usize, column: usize) -> usize {
        row * self.hidden + column
    }

    fn b(&self, row: usize, column: usize) -> usize {
        self.outputs * self.hidden + row * self.inputs + column
    }

    fn w(&self, row: usize, column: usize) -> usize {
        (self.outputs + self.inputs + row) * self.hidden + column
    }

    /// h_0 = 0, h_1, …, h_T.
    fn states<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Vec<Vec<R::Element>> {
        let mut states = vec![vec![ring.zero(); self.hidden]];
        for (t, x) in input.chunks(self.inputs).enumerate() {
            let next = |i| {
                let mut sum = ring.zero();
                for (j, h) in states[t].iter().enumerate() {
                    ring.add_product(&mut sum, &weights[self.w(i, j)], h);
                }
                for (j, x) in x.iter().enumerate() {
                    ring.add_product(&mut sum, &weights[self.b(i, j)], x);
                }
                sum
            };
            let state = (0..self.hidden).map(next).collect();
            states.push(state);
        }
        states
    }

    /// The steps that are read out.
    fn read(&self) -> std::ops::RangeInclusive<usize> {
        if self.every { 1..=self.steps } else { self.steps..=self.steps }
    }

    /// C_s = D W^s for s below T, as p × n matrices.
    fn responses<R: Ring>(&self, ring: &R, weights: &[R::Element]) -> Vec<Matrix<R::Element>> {
        let (p, n) = (self.outputs, self.hidden);
        let d = |k| (0..n).map(|i| weights[self.d(k, i)].clone()).collect();
        let mut responses: Vec<Matrix<R::Element>> = vec![Matrix::from_rows(n, (0..p).map(d))];
        for s in 1..self.steps {
            let mut next = Matrix::filled(p, n, ring.zero());
            for (k, i, j) in iproduct!(0..p, 0..n, 0..n) {
                ring.add_product(&mut next[(k, j)], &responses[s - 1][(k, i)], &weights[self.w(i, j)]);
            }
            responses.push(next);
        }
        responses
    }
}

/// Renaming.
impl Lrnn {
    /// Hidden units change places: rows and columns of W, columns of D, rows of B.
    fn swap_hidden(&self, a: usize, b: usize) -> Symmetry {
        let n = self.hidden;
        let other = |i: usize| {
            if i == a {
                b
            } else if i == b {
                a
            } else {
                i
            }
        };
        let mut pairs: Vec<(usize, usize)> = (0..self.outputs).map(|k| (self.d(k, a), self.d(k, b))).collect();
        pairs.extend((0..self.inputs).map(|j| (self.b(a, j), self.b(b, j))));
        pairs.extend(iproduct!(0..n, 0..n).map(|(i, j)| (self.w(i, j), self.w(other(i), other(j)))));
        Symmetry::swapping(format!("hidden units {a} and {b}"), self.layout().weights(), pairs)
    }

    fn swap_inputs(&self, a: usize, b: usize) -> Symmetry {
        let pairs = (0..self.hidden).map(|i| (self.b(i, a), self.b(i, b)));
        Symmetry::swapping(format!("inputs {a} and {b}"), self.layout().weights(), pairs)
    }

    fn swap_outputs(&self, a: usize, b: usize) -> Symmetry {
        let pairs = (0..self.hidden).map(|i| (self.d(a, i), self.d(b, i)));
        Symmetry::swapping(format!("outputs {a} and {b}"), self.layout().weights(), pairs)
    }

    /// D\[k,i\] and B\[i,k\] change places, and W is transposed.
    fn duality(&self) -> Symmetry {
        let n = self.hidden;
        let ends = iproduct!(0..self.outputs, 0..n).map(|(k, i)| (self.d(k, i), self.b(i, k)));
        let recurrent = iproduct!(0..n, 0..n).map(|(i, j)| (self.w(i, j), self.w(j, i)));
        Symmetry::swapping("duality".to_owned(), self.layout().weights(), ends.chain(recurrent))
    }
}

impl std::fmt::Display for Lrnn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (q, n, p, t) = (self.inputs, self.hidden, self.outputs, self.steps);
        let readout = if self.every { ", readout=\"all\"" } else { "" };
        write!(f, "lrnn(inputs={q}, hidden={n}, outputs={p}, steps={t}{readout})")
    }
}

impl Family for Lrnn {
    /// `D B W`; in the order in which a signal meets them, B is layer 1, W layer 2, D layer 3.
    fn layout(&self) -> Layout {
        Layout::default().matrix("D", self.outputs, self.hidden, 3).matrix("B", self.hidden, self.inputs, 1).matrix(
            "W",
            self.hidden,
            self.hidden,
            2,
        )
    }

    /// One step: the inputs and the hidden units before it lead to the hidden units after it.
    fn diagram(&self) -> Diagram {
        let group = |name: &str, units, column| Group { name: name.to_owned(), units, column };
        let (before, after) = (group("hidden, before", self.hidden, 0), group("hidden, after", self.hidden, 1));
        let groups = vec![group("inputs", self.inputs, 0), before, after, group("outputs", self.outputs, 2)];
        Diagram { groups, wires: vec![(Some(2), 3), (Some(0), 2), (Some(1), 2)] }
    }

    fn input_size(&self) -> usize {
        self.steps * self.inputs
    }

    fn labels_per_input(&self) -> usize {
        if self.every { self.steps * self.outputs } else { self.outputs }
    }

    /// Impulses, whose labels are the Markov parameters D W^k B: in each entry at the first time where every step is read
    /// out, otherwise at each of the last min(T, 2n) times. (Near a generic system the first 2n Markov parameters
    /// determine the others, so those add no rank.)
    fn functional(&self) -> Probe {
        let (q, size) = (self.inputs, self.input_size());
        let times = if self.every { 0..1 } else { self.steps - self.steps.min(2 * self.hidden)..self.steps };
        let impulse = |at| (0..size).map(|i| i64::from(i == at)).collect();
        Probe::Fixed((times.start * q..times.end * q).map(impulse).collect())
    }

    fn functional_inputs(&self) -> usize {
        if self.every { self.inputs } else { self.steps.min(2 * self.hidden) * self.inputs }
    }

    /// Every label looks at every step before it.
    fn jacobian_products(&self) -> u64 {
        let each = (self.steps * self.hidden) as u64;
        each.saturating_mul((self.hidden + self.inputs) as u64).saturating_mul(self.labels_per_input() as u64)
    }

    fn reverse_products(&self) -> u64 {
        (3 * self.layout().weights() as u64).saturating_mul(self.steps as u64)
    }

    fn enough(&self) -> usize {
        if self.every { self.inputs } else { self.input_size() }
    }

    fn functional_labels(&self) -> u64 {
        (self.input_size() * self.outputs) as u64
    }

    fn labels<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Vec<R::Element> {
        let states = self.states(ring, weights, input);
        let label = |(tau, k): (usize, usize)| {
            let mut sum = ring.zero();
            for (i, h) in states[tau].iter().enumerate() {
                ring.add_product(&mut sum, &weights[self.d(k, i)], h);
            }
            sum
        };
        iproduct!(self.read(), 0..self.outputs).map(label).collect()
    }

    fn jacobian<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Matrix<R::Element> {
        let states = self.states(ring, weights, input);
        let responses = self.responses(ring, weights);
        let columns = self.layout().weights();
        let mut jacobian = Matrix::filled(self.labels_per_input(), columns, ring.zero());
        for (row, (tau, k)) in iproduct!(self.read(), 0..self.outputs).enumerate() {
            for i in 0..self.hidden {
                jacobian[(row, self.d(k, i))] = states[tau][i].clone();
            }
            for t in 1..=tau {
                let response = responses[tau - t].row(k);
                for (i, c) in response.iter().enumerate() {
                    for (j, h) in states[t - 1].iter().enumerate().filter(|(_, h)| !ring.is_zero(h)) {
                        ring.add_product(&mut jacobian[(row, self.w(i, j))], c, h);
                    }
                    let x = &input[(t - 1) * self.inputs..][..self.inputs];
                    for (j, x) in x.iter().enumerate().filter(|(_, x)| !ring.is_zero(x)) {
                        ring.add_product(&mut jacobian[(row, self.b(i, j))], c, x);
                    }
                }
            }
        }
        jacobian
    }

    /// Back through time: the derivative of the combination by h_t is G_t = W^T G_{t+1} + D^T (the factors of step t).
    fn reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        row: &Row<'_, R::Element>,
        columns: &[usize],
    ) -> Vec<R::Element> {
        let states = self.states(ring, weights, row.input);
        let first = *self.read().start();
        let mut gradient = vec![ring.zero(); weights.len()];
        let mut back = vec![ring.zero(); self.hidden];
        for t in (1..=self.steps).rev() {
            let read = if t < first { &[][..] } else { &row.combination[(t - first) * self.outputs..][..self.outputs] };
            for (k, i) in iproduct!(0..read.len(), 0..self.hidden) {
                ring.add_product(&mut back[i], &read[k], &weights[self.d(k, i)]);
                ring.add_product(&mut gradient[self.d(k, i)], &read[k], &states[t][i]);
            }
            let x = &row.input[(t - 1) * self.inputs..][..self.inputs];
            let mut next = vec![ring.zero(); self.hidden];
            for (i, b) in back.iter().enumerate() {
                for (j, h) in states[t - 1].iter().enumerate() {
                    ring.add_product(&mut gradient[self.w(i, j)], b, h);
                    ring.add_product(&mut next[j], b, &weights[self.w(i, j)]);
                }
                for (j, x) in x.iter().enumerate() {
                    ring.add_product(&mut gradient[self.b(i, j)], b, x);
                }
            }
            back = next;
        }
        columns.iter().map(|weight| gradient[*weight].clone()).collect()
    }

    /// D, B, x and at most T − 1 times W.
    fn degree(&self) -> u64 {
        self.steps as u64 + 2
    }

    /// A label is the sum of D W^s B x over s < T: at most T · n^(T+1) · q products.
    fn height_bits(&self) -> u64 {
        let walks = bits(self.hidden).saturating_mul(self.steps as u64 + 1);
        walks.saturating_add(bits(self.inputs)).saturating_add(bits(self.steps))
    }

    /// W → G W G⁻¹, B → G B, D → D G⁻¹.
    fn gauge<R: Ring>(&self, ring: &R, weights: &[R::Element]) -> Vec<Vec<R::Element>> {
        let n = self.hidden;
        let direction = |(to, from): (usize, usize)| {
            let mut direction = vec![ring.zero(); weights.len()];
            for j in 0..n {
                direction[self.w(to, j)] = weights[self.w(from, j)].clone();
            }
            for i in 0..n {
                let at = self.w(i, from);
                direction[at] = ring.sub(&direction[at], &weights[self.w(i, to)]);
            }
            if to == from {
                // W[to,to] − W[to,to], identically.
                direction[self.w(to, to)] = ring.zero();
            }
            for j in 0..self.inputs {
                direction[self.b(to, j)] = weights[self.b(from, j)].clone();
            }
            for k in 0..self.outputs {
                direction[self.d(k, from)] = ring.neg(&weights[self.d(k, to)]);
            }
            direction
        };
        iproduct!(0..n, 0..n).map(direction).collect()
    }

    fn gauge_names(&self) -> Vec<String> {
        iproduct!(0..self.hidden, 0..self.hidden).map(|(to, from)| format!("G[{to},{from}]")).collect()
    }

    fn gauge_count(&self) -> u64 {
        (self.hidden as u64).saturating_mul(self.hidden as u64)
    }

    /// Nothing: few inputs cut the number of labels, and that bound is taken by itself.
    fn unseen<F: Field>(&self, _: &F, _: &[Vec<F::Element>]) -> Vec<Vec<F::Element>> {
        Vec::new()
    }

    /// Besides renaming: the transpose of D W^k B is Bᵀ (Wᵀ)^k Dᵀ, a network of the same shape for as many inputs as
    /// outputs. With one of each it is the same number, so the labels are equal on any inputs; otherwise there must be
    /// enough samples that labels are as good as Markov parameters.
    fn symmetries(&self) -> Vec<Symmetry> {
        let hidden = (1..self.hidden).map(|i| self.swap_hidden(i - 1, i));
        let inputs = (1..self.inputs).map(|j| self.swap_inputs(j - 1, j));
        let outputs = (1..self.outputs).map(|k| self.swap_outputs(k - 1, k));
        let least = if self.inputs == 1 { 1 } else { self.enough() as u64 };
        let dual = (self.inputs == self.outputs).then(|| self.duality().from(least));
        hidden.chain(inputs).chain(outputs).chain(dual).collect()
    }
}
