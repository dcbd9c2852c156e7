//! Networks written down as programs: known dimensions from the literature.

use std::collections::HashMap;

use allocert_core::allocation::{Allocation, Layout};
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::program::{Recorder, Step};
use allocert_core::reach::{Evidence, Settings, rank};

const SETTINGS: Settings = Settings { seed: 7, error_log2: -40 };

type Matrix = Vec<Vec<Step>>;

/// A forward pass being recorded.
#[derive(Default)]
struct Pass {
    recorder: Recorder,
    layout: Layout,
    inputs: usize,
}

impl Pass {
    fn weights(&mut self, name: &str, rows: usize, columns: usize) -> Matrix {
        let start = self.layout.weights();
        let layer = self.layout.layers() + 1;
        self.layout = std::mem::take(&mut self.layout).matrix(name, rows, columns, layer);
        let entry = |(r, c)| self.recorder.weight(start + r * columns + c).unwrap();
        grid(rows, columns, entry)
    }

    fn input(&mut self, rows: usize, columns: usize) -> Matrix {
        let start = self.inputs;
        self.inputs += rows * columns;
        grid(rows, columns, |(r, c)| self.recorder.input(start + r * columns + c).unwrap())
    }

    fn sum(&mut self, terms: impl IntoIterator<Item = (Step, Step)>) -> Step {
        let mut sum = self.recorder.constant(0.into()).unwrap();
        for (a, b) in terms {
            let product = self.recorder.mul(a, b).unwrap();
            sum = self.recorder.add(sum, product).unwrap();
        }
        sum
    }

    fn dot(&mut self, a: &Matrix, b: &Matrix) -> Matrix {
        grid(a.len(), b[0].len(), |(i, j)| {
            let terms: Vec<_> = (0..b.len()).map(|k| (a[i][k], b[k][j])).collect();
            self.sum(terms)
        })
    }

    fn plus(&mut self, a: &Matrix, b: &Matrix) -> Matrix {
        grid(a.len(), a[0].len(), |(i, j)| self.recorder.add(a[i][j], b[i][j]).unwrap())
    }

    fn network(self, name: &str, outputs: &Matrix) -> Network {
        let weights = self.layout.weights();
        let outputs = outputs.iter().flatten().copied().collect();
        let program = self.recorder.finish(outputs, self.inputs, weights).unwrap();
        Network::program(name, format!("{name}()"), self.layout, program, vec![self.inputs], Vec::new()).unwrap()
    }
}

fn grid(rows: usize, columns: usize, mut entry: impl FnMut((usize, usize)) -> Step) -> Matrix {
    (0..rows).map(|r| (0..columns).map(|c| entry((r, c))).collect()).collect()
}

fn transposed(a: &Matrix) -> Matrix {
    grid(a[0].len(), a.len(), |(i, j)| a[j][i])
}

fn dimension(network: &Network) -> usize {
    let all = Allocation::all(network.weights());
    let answer = rank(network, &all, Samples::Functional, SETTINGS, &Control::unlimited()).unwrap();
    assert!(!matches!(answer.evidence(), Evidence::Open | Evidence::Statistical));
    answer.teacher.value
}

/// Filters one after the other over a signal, with strides and one channel.
fn convolution(filters: &[usize], strides: &[usize]) -> Network {
    let mut pass = Pass::default();
    let mut length = 1;
    for (k, s) in filters.iter().zip(strides).rev() {
        length = (length - 1) * s + k;
    }
    let mut signal: Vec<Step> = pass.input(1, length).remove(0);
    for (layer, (k, s)) in filters.iter().zip(strides).enumerate() {
        let filter = pass.weights(&format!("K{layer}"), 1, *k).remove(0);
        let count = (signal.len() - k) / s + 1;
        signal =
            (0..count).map(|o| pass.sum((0..*k).map(|i| (filter[i], signal[o * s + i])).collect::<Vec<_>>())).collect();
    }
    pass.network("conv", &vec![signal])
}

/// Lightning attention: X ↦ V X (K X)ᵀ (Q X), columns are tokens.
fn attention(d: usize, a: usize, layers: usize, tokens: usize) -> Network {
    let mut pass = Pass::default();
    let mut x = pass.input(d, tokens);
    for layer in 0..layers {
        let [q, k] = ["Q", "K"].map(|name| pass.weights(&format!("{name}{layer}"), a, d));
        let v = pass.weights(&format!("V{layer}"), d, d);
        let (queries, keys, values) = (pass.dot(&q, &x), pass.dot(&k, &x), pass.dot(&v, &x));
        let scores = pass.dot(&transposed(&keys), &queries);
        x = pass.dot(&values, &scores);
    }
    pass.network("attention", &x)
}

#[test]
fn linear_convolutions_have_their_published_dimensions() {
    // arXiv 2108.01538, 2410.00722: Σ k − (L − 1).
    for (filters, strides, dim) in [
        (vec![2, 2], vec![1, 1], 3),
        (vec![3, 2, 2], vec![1, 1, 1], 5),
        (vec![2, 3], vec![2, 1], 4),
        (vec![3, 2], vec![2, 1], 4),
        (vec![3, 3, 2], vec![2, 2, 1], 6),
        (vec![4, 2], vec![3, 1], 5),
    ] {
        assert_eq!(dimension(&convolution(&filters, &strides)), dim, "{filters:?} {strides:?}");
    }
}

#[test]
fn lightning_attention_has_its_published_dimensions() {
    // arXiv 2408.17221.
    for (d, a, l, dim) in [(2, 1, 1, 6), (2, 2, 1, 7), (3, 2, 1, 16), (2, 1, 2, 8), (3, 1, 2, 17)] {
        assert_eq!(l * (a * (2 * d - a) + d * d) - (l - 1) * d * d - l, dim);
        assert_eq!(dimension(&attention(d, a, l, 3)), dim, "{d} {a} {l}");
    }
}

#[test]
fn products_of_low_rank_updates() {
    // L layers W_ℓ + U_ℓ V_ℓ with frozen W: the dimension of matrices of rank at most r = min(d, L R), r(2d − r).
    for (d, r, layers) in [(3, 1, 1), (3, 1, 2), (4, 1, 2), (4, 1, 3), (3, 2, 2)] {
        let mut pass = Pass::default();
        let mut x = pass.input(d, 1);
        let mut adapters = Vec::new();
        for layer in 0..layers {
            let w = pass.weights(&format!("W{layer}"), d, d);
            let start = pass.layout.weights();
            let (u, v) = (pass.weights(&format!("U{layer}"), d, r), pass.weights(&format!("V{layer}"), r, d));
            adapters.extend(start..pass.layout.weights());
            let update = pass.dot(&u, &v);
            let sum = pass.plus(&w, &update);
            x = pass.dot(&sum, &x);
        }
        let network = pass.network("lora", &x);
        let allocation = Allocation::of(network.weights(), adapters);
        let answer = rank(&network, &allocation, Samples::Functional, SETTINGS, &Control::unlimited()).unwrap();
        let r = d.min(layers * r);
        assert_eq!(answer.dim.value, r * (2 * d - r), "{d} {layers}");
    }
}

#[test]
fn a_tied_autoencoder() {
    let mut pass = Pass::default();
    let x = pass.input(4, 1);
    let w = pass.weights("W", 2, 4);
    let hidden = pass.dot(&w, &x);
    let out = pass.dot(&transposed(&w), &hidden);
    assert_eq!(dimension(&pass.network("tied", &out)), 7);
}

#[test]
fn two_residual_blocks_are_counted_by_hand() {
    // x + B2 A2 (x + B1 A1 x): the set of (1 + P2)(1 + P1), P of rank 2 in width 4, is all of the 16-dimensional space.
    let mut pass = Pass::default();
    let mut x = pass.input(4, 1);
    for layer in 0..2 {
        let (a, b) = (pass.weights(&format!("A{layer}"), 2, 4), pass.weights(&format!("B{layer}"), 4, 2));
        let inner = pass.dot(&a, &x);
        let update = pass.dot(&b, &inner);
        x = pass.plus(&x, &update);
    }
    assert_eq!(dimension(&pass.network("residual", &x)), 16);
}

#[test]
fn families_written_as_programs_have_the_same_jacobians() {
    let family = Network::lffn(&[2, 3, 2], false).unwrap();
    let mut pass = Pass::default();
    let x = pass.input(2, 1);
    let (w1, w2) = (pass.weights("W1", 3, 2), pass.weights("W2", 2, 3));
    let hidden = pass.dot(&w1, &x);
    let out = pass.dot(&w2, &hidden);
    let own = pass.network("own", &out);
    let mut seen = HashMap::new();
    for bits in 0..1u64 << 12 {
        let allocation = Allocation::of_low_bits(12, bits * 37 % (1 << 12));
        for network in [&family, &own] {
            let answer = rank(network, &allocation, Samples::Count(2), SETTINGS, &Control::unlimited()).unwrap();
            assert_eq!(*seen.entry(bits).or_insert(answer.dim.value), answer.dim.value);
        }
        if bits > 200 {
            break;
        }
    }
}

#[test]
fn kinks_are_counted_over_patterns() {
    // relu([2, 3, 1]) with biases: weights − hidden units = 10.
    let family = Network::relu(&[2, 3, 1], true).unwrap();
    let mut pass = Pass::default();
    let x = pass.input(2, 1);
    let (w1, b1) = (pass.weights("W1", 3, 2), pass.weights("b1", 3, 1));
    let (w2, b2) = (pass.weights("W2", 1, 3), pass.weights("b2", 1, 1));
    let before = pass.dot(&w1, &x);
    let before = pass.plus(&before, &b1);
    let hidden: Matrix = before.iter().map(|row| vec![pass.recorder.relu(row[0]).unwrap()]).collect();
    let out = pass.dot(&w2, &hidden);
    let out = pass.plus(&out, &b2);
    let own = pass.network("own", &out);
    assert_eq!((own.gates(), own.is_polynomial()), (3, false));
    for network in [family, own] {
        let answer = rank(&network, &Allocation::all(13), Samples::Count(40), SETTINGS, &Control::unlimited()).unwrap();
        assert_eq!(answer.teacher.value, 10);
    }
}
