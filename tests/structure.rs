//! What is read off the degrees of labels, against what the labels do at random points: all allocations of small networks.

use allocert::allocation::Allocation;
use allocert::matching::{Limits, Matcher};
use allocert::network::{Network, Probe, Samples};
use allocert::number::{PrimeField, Ring};
use allocert::reach::Settings;

/// 2^61 − 1.
const PRIME: u64 = (1 << 61) - 1;

/// Numbers that follow from a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ x >> 31) % PRIME
    }
}

/// Inputs whose labels are all that there are: for functional ones of a recurrent network impulses at every time.
fn inputs(network: &Network, samples: Samples, random: &mut Random) -> Vec<Vec<u64>> {
    let size = network.input_size();
    match network.probe(samples) {
        Probe::Generic(count) => (0..count).map(|_| (0..size).map(|_| random.next()).collect()).collect(),
        Probe::Fixed(_) => (0..size).map(|i| (0..size).map(|j| u64::from(i == j)).collect()).collect(),
    }
}

const NETWORKS: [&str; 12] = [
    "lffn([2, 2, 2])",
    "lffn([1, 2, 2, 1])",
    "lffn([2, 1], bias = True)",
    "lffn([2, 2, 1], bias = True)",
    "lrnn(1, 1, 1, 5)",
    "lrnn(1, 2, 1, 6)",
    "lrnn(1, 2, 1, 2)",
    "lrnn(2, 1, 2, 4)",
    "lrnn(1, 1, 2, 5, readout = \"all\")",
    "lrnn(1, 2, 1, 3)",
    "pnn([2, 2, 1], degree = 2)",
    "pnn([1, 2, 1], degree = 3)",
];

/// For each network, samples and allocation: what the program says, and the labels at a random point.
fn each(mut look: impl FnMut(&Matcher, &Allocation, &dyn Fn(&[u64]) -> Vec<u64>, &[u64], &mut Random)) {
    let (field, mut random) = (PrimeField::new(PRIME).unwrap(), Random(5));
    for text in NETWORKS {
        let network: Network = text.parse().unwrap();
        for samples in [Samples::Functional, Samples::Count(1), Samples::Count(2), Samples::Count(50)] {
            let matcher =
                Matcher::new(&network, samples, Settings { seed: 1, error_log2: -60 }, Limits::default()).unwrap();
            let inputs = inputs(&network, samples, &mut random);
            let weights: Vec<u64> = (0..network.weights()).map(|_| random.next()).collect();
            let labels = |weights: &[u64]| network.labels(&field, weights, &inputs);
            for bits in 0..1_u32 << network.weights() {
                let allocation =
                    Allocation::of(network.weights(), (0..network.weights()).filter(|w| bits >> w & 1 == 1));
                look(&matcher, &allocation, &labels, &weights, &mut random);
            }
        }
    }
}

#[test]
fn labels_are_affine_exactly_where_second_differences_vanish() {
    let field = PrimeField::new(PRIME).unwrap();
    let mut affine = 0;
    each(|matcher, allocation, labels, weights, random| {
        let step: Vec<u64> =
            (0..weights.len()).map(|w| if allocation.contains(w) { random.next() } else { 0 }).collect();
        let moved = |sign: bool| -> Vec<u64> {
            let there = |(x, d): (&u64, &u64)| if sign { field.add(x, d) } else { field.sub(x, d) };
            labels(&weights.iter().zip(&step).map(there).collect::<Vec<_>>())
        };
        let here = labels(weights);
        let vanish = moved(true)
            .iter()
            .zip(moved(false))
            .zip(&here)
            .all(|((up, down), here)| field.is_zero(&field.sub(&field.add(up, &down), &field.add(here, here))));
        assert_eq!(matcher.is_affine(allocation).unwrap(), Some(vanish), "{} {allocation:?}", matcher.network());
        affine += usize::from(vanish);
    });
    assert!(affine > 100, "{affine}");
}

#[test]
fn systems_fall_apart_where_no_label_moves_with_both_sides() {
    each(|matcher, allocation, labels, weights, random| {
        let here = labels(weights);
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for weight in allocation.iter() {
            let mut moved = weights.to_vec();
            moved[weight] = random.next();
            let touched = labels(&moved)
                .iter()
                .zip(&here)
                .enumerate()
                .filter(|(_, (a, b))| a != b)
                .map(|(i, _)| i)
                .collect::<Vec<_>>();
            if touched.is_empty() {
                continue;
            }
            let (joined, mut others): (Vec<_>, Vec<_>) =
                parts.into_iter().partition(|part| part.iter().any(|label| touched.contains(label)));
            others.push(joined.into_iter().flatten().chain(touched).collect());
            parts = others;
        }
        assert_eq!(matcher.subsystems(allocation).unwrap(), Some(parts.len()), "{} {allocation:?}", matcher.network());
    });
}
