//! Points at which Jacobians are evaluated: random ones modulo a prime, and small integer ones to show to a person.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;

use crate::algebra::{Matrix, RowSpace};
use crate::allocation::{Allocation, Entry, Layout, Tensor};
use crate::network::{Network, Probe, Samples};
use crate::number::{PrimeField, Rationals, Ring, Stream, generator, random_prime};

/// Weights and inputs modulo a random prime.
pub struct ModularPoint {
    /// The integers modulo a random prime.
    pub field: PrimeField,
    /// All weights in canonical order.
    pub weights: Vec<u64>,
    /// The inputs of [`Network::probe`].
    pub inputs: Vec<Vec<u64>>,
}

impl ModularPoint {
    /// A random prime, and uniformly random weights and generic inputs modulo it.
    pub fn random(network: &Network, samples: Samples, random: &mut ChaCha12Rng) -> Self {
        let field = random_prime(random);
        let mut vector = |length| (0..length).map(|_| field.random(random)).collect::<Vec<u64>>();
        let weights = vector(network.weights());
        let inputs = match network.probe(samples) {
            Probe::Generic(count) => (0..count).map(|_| vector(network.input_size())).collect(),
            Probe::Fixed(inputs) => inputs.iter().map(|x| x.iter().map(|e| field.integer(*e)).collect()).collect(),
        };
        ModularPoint { field, weights, inputs }
    }
}

/// A point with small integer entries at which the columns of an allocation reach their rank: it shows the lower bound
/// without modular arithmetic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegerPoint {
    /// All weights in canonical order.
    pub weights: Vec<i64>,
    /// The inputs; empty when labels are the coordinates of the network's function.
    pub inputs: Vec<Vec<i64>>,
    /// The rank of the allocation's columns there, over the rationals.
    pub rank: usize,
}

impl IntegerPoint {
    /// Looks for such a point, with entries of growing size; nothing if `rank` is not reached within 64
    /// tries, or if looking would take long.
    pub fn find(network: &Network, samples: Samples, allocation: &Allocation, rank: usize, seed: u64) -> Option<Self> {
        let probe_rows = network.probe(samples).inputs() * network.labels_per_input();
        if !network.is_polynomial()
            || probe_rows * allocation.size() > MOST_EXACT_ENTRIES
            || network.degree() > MOST_EXACT_DEGREE
        {
            return None;
        }
        let mut random = generator(seed, Stream::Shown, 0);
        (0..64).find_map(|attempt: u64| {
            let bound = 2 + attempt;
            let mut entry = || (random.next_u64() % (2 * bound + 1)) as i64 - bound as i64;
            let mut vector = |length| (0..length).map(|_| entry()).collect::<Vec<i64>>();
            let weights = vector(network.weights());
            let probe = network.probe(samples);
            let (evaluated, inputs) = match &probe {
                Probe::Fixed(inputs) => (inputs.clone(), Vec::new()),
                Probe::Generic(count) => {
                    let inputs: Vec<_> = (0..*count).map(|_| vector(network.input_size())).collect();
                    (inputs.clone(), inputs)
                }
            };
            let found = exact_rank(network, &weights, &evaluated, allocation);
            (found == rank).then_some(IntegerPoint { weights, inputs, rank })
        })
    }

    /// The weights as one NumPy-like list a tensor.
    pub fn tensors(&self, layout: &Layout) -> Vec<(String, String)> {
        let entry = |place| match layout.at(place) {
            Entry::Weight(weight) => self.weights[weight].to_string(),
            Entry::Pinned(value) => value.to_string(),
        };
        let show = |t: &Tensor| nested(&t.axes, &t.positions().map(entry).collect::<Vec<_>>());
        layout.tensors().iter().map(|t| (t.name.clone(), show(t))).collect()
    }
}

/// Numbers in nested lists, one level an axis.
fn nested(axes: &[usize], values: &[String]) -> String {
    let Some((length, inner)) = axes.split_first() else {
        return values.concat();
    };
    let parts: Vec<String> = values.chunks(values.len() / length).map(|part| nested(inner, part)).collect();
    format!("[{}]", parts.join(", "))
}

/// Exact ranks of larger matrices, or of higher polynomials, are not looked for.
const MOST_EXACT_ENTRIES: usize = 10_000;
const MOST_EXACT_DEGREE: u64 = 100;

/// The rank over the rationals of some columns of the Jacobian at an integer point.
pub(super) fn exact_rank(network: &Network, weights: &[i64], inputs: &[Vec<i64>], allocation: &Allocation) -> usize {
    let enter = |values: &[i64]| values.iter().map(|v| Rationals.integer(*v)).collect::<Vec<_>>();
    let weights = enter(weights);
    let columns: Vec<usize> = allocation.iter().collect();
    let mut space = RowSpace::new(Rationals, columns.len());
    for input in inputs {
        let part: Matrix<_> = network.jacobian_at(&Rationals, &weights, &enter(input)).select_columns(&columns);
        for row in 0..part.rows() {
            if space.rank() == columns.len() {
                return space.rank();
            }
            space.insert(part.row(row).to_vec());
        }
    }
    space.rank()
}
