//! Dimensions of networks with exponentials and roots: published values, and real Jacobians in many digits.

use allocert_core::allocation::{Allocation, Layout};
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::number::Function;
use allocert_core::program::{Recorder, Step};
use allocert_core::reach::{self, Evidence, Settings};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -60 };

/// A matrix of steps, row by row.
type Grid = Vec<Vec<Step>>;

fn weights(recorder: &mut Recorder, next: &mut usize, rows: usize, columns: usize) -> Grid {
    let mut entry = || {
        *next += 1;
        recorder.weight(*next - 1).unwrap()
    };
    (0..rows).map(|_| (0..columns).map(|_| entry()).collect()).collect()
}

fn product(r: &mut Recorder, a: &Grid, b: &Grid) -> Grid {
    let dot = |r: &mut Recorder, row: &[Step], column: Vec<Step>| {
        let terms: Vec<Step> = row.iter().zip(&column).map(|(x, y)| r.mul(*x, *y).unwrap()).collect();
        sum(r, &terms)
    };
    a.iter().map(|row| (0..b[0].len()).map(|j| dot(r, row, b.iter().map(|line| line[j]).collect())).collect()).collect()
}

fn sum(r: &mut Recorder, terms: &[Step]) -> Step {
    terms[1..].iter().fold(terms[0], |sum, term| r.add(sum, *term).unwrap())
}

fn transposed(a: &Grid) -> Grid {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

/// One head without scaling or residual: columns of `x` are tokens; scores k_j · q_i, softmax over j, output Σ_j s_ij V x_j.
fn attention(r: &mut Recorder, next: &mut usize, x: &Grid, a: usize) -> Grid {
    let d = x.len();
    let (q, k, v) = (weights(r, next, a, d), weights(r, next, a, d), weights(r, next, d, d));
    let (queries, keys, values) = (product(r, &q, x), product(r, &k, x), product(r, &v, x));
    let scores = product(r, &transposed(&queries), &keys);
    let softmax: Grid = scores
        .iter()
        .map(|row| {
            let e: Vec<Step> = row.iter().map(|s| r.apply(Function::Exp, *s).unwrap()).collect();
            let total = sum(r, &e);
            e.iter().map(|e| r.div(*e, total).unwrap()).collect()
        })
        .collect();
    product(r, &values, &transposed(&softmax))
}

fn attention_network(d: usize, a: usize, layers: usize) -> Network {
    const TOKENS: usize = 3;
    let mut r = Recorder::new();
    let mut x: Grid = (0..d).map(|i| (0..TOKENS).map(|t| r.input(i * TOKENS + t).unwrap()).collect()).collect();
    let mut next = 0;
    let mut layout = Layout::default();
    for layer in 1..=layers {
        x = attention(&mut r, &mut next, &x, a);
        layout = layout.matrix(&format!("Q{layer}"), a, d, layer).matrix(&format!("K{layer}"), a, d, layer);
        layout = layout.matrix(&format!("V{layer}"), d, d, layer);
    }
    let program = r.finish(x.concat(), d * TOKENS, next).unwrap();
    let text = format!("attention({d}, {a}, {layers})");
    Network::program("attention", text, layout, program, vec![d, TOKENS], Vec::new()).unwrap()
}

/// Henry, Marchetti, Kohn, arXiv 2408.17221, Conjecture 3.10: l (a (2d − a) + d²) − (l − 1) d².
#[test]
fn softmax_attention_has_the_conjectured_dimension() {
    for (d, a, layers) in [(1, 1, 1), (2, 1, 1), (2, 2, 1), (3, 2, 1), (2, 1, 2), (3, 1, 2), (3, 2, 2), (2, 2, 3)] {
        let network = attention_network(d, a, layers);
        let all = Allocation::all(network.weights());
        let answer = reach::rank(&network, &all, Samples::Functional, SETTINGS, &Control::unlimited()).unwrap();
        let expected = layers * (a * (2 * d - a) + d * d) - (layers - 1) * d * d;
        assert_eq!(answer.dim.value, expected, "{network}");
        // Queries against keys, and each layer's values against the next layer: gauge directions account for the rest. With
        // tokens of width 1 scores are symmetric in the tokens, and these relations are known with a bound only.
        match answer.evidence() {
            Evidence::Bounded { error_log2 } if d == 1 => assert!(error_log2 <= -60, "{network}"),
            evidence => assert_eq!(evidence, Evidence::Proved, "{network}"),
        }
    }
}
