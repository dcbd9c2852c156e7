//! Pinned weights against a second method: of 200 random pruning masks, the dimension is the floating-point rank of a Jacobian
//! that is written out here by hand. Likewise frozen weights.

use allocert::allocation::Allocation;
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{Settings, rank as rank_of};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rug::Rational;

const WIDTHS: [usize; 4] = [4, 5, 5, 3];
const MASKS: usize = 200;

type Rows = Vec<Vec<f64>>;

fn uniform(random: &mut ChaCha12Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

fn product(a: &Rows, b: &Rows) -> Rows {
    let entry = |row: &Vec<f64>, c: usize| row.iter().zip(b).map(|(x, other)| x * other[c]).sum();
    a.iter().map(|row| (0..b[0].len()).map(|c| entry(row, c)).collect()).collect()
}

fn identity(n: usize) -> Rows {
    (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect()
}

/// The derivatives of W3 W2 W1 by every weight, a column each: those of entry (i, j) of a layer are what comes after it, column
/// i, times what comes before it, row j.
fn columns(layers: &[Rows]) -> Rows {
    let mut columns = Vec::new();
    for (l, layer) in layers.iter().enumerate() {
        let before = layers[..l].iter().fold(identity(WIDTHS[0]), |all, layer| product(layer, &all));
        let after = layers[l + 1..].iter().fold(identity(layer.len()), |all, layer| product(layer, &all));
        for i in 0..layer.len() {
            for row in &before {
                columns.push(after.iter().flat_map(|a| row.iter().map(move |b| a[i] * b)).collect());
            }
        }
    }
    columns
}

/// The rank of some columns by one-sided Jacobi rotations, with the gap between the last singular value that counts and the next.
fn rank(mut columns: Rows) -> (usize, f64) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    for _ in 0..60 {
        let mut turned = false;
        for p in 0..columns.len() {
            for q in p + 1..columns.len() {
                let (a, b, c) =
                    (dot(&columns[p], &columns[p]), dot(&columns[q], &columns[q]), dot(&columns[p], &columns[q]));
                if c.abs() <= 1e-15 * (a * b).sqrt() || c.abs() < 1e-28 {
                    continue;
                }
                turned = true;
                let zeta = (b - a) / (2.0 * c);
                let t = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
                let (cos, sin) = (1.0 / t.hypot(1.0), t / t.hypot(1.0));
                for k in 0..columns[p].len() {
                    let (x, y) = (columns[p][k], columns[q][k]);
                    columns[p][k] = cos * x - sin * y;
                    columns[q][k] = sin * x + cos * y;
                }
            }
        }
        if !turned {
            break;
        }
    }
    let mut singular: Vec<f64> = columns.iter().map(|c| dot(c, c).sqrt()).collect();
    singular.sort_by(|a, b| b.total_cmp(a));
    let largest = singular.first().copied().unwrap_or(0.0);
    let rank = singular.iter().filter(|s| **s > 1e-9 * largest).count();
    let next = singular.get(rank).copied().unwrap_or(0.0).max(1e-16 * largest);
    (rank, if rank == 0 { f64::INFINITY } else { singular[rank - 1] / next })
}

fn layers(random: &mut ChaCha12Rng, kept: &Allocation) -> Vec<Rows> {
    let mut weight = 0;
    let mut entry = || {
        let value = 2.0 * uniform(random) - 1.0;
        weight += 1;
        if kept.contains(weight - 1) { value } else { 0.0 }
    };
    (1..WIDTHS.len()).map(|l| (0..WIDTHS[l]).map(|_| (0..WIDTHS[l - 1]).map(|_| entry()).collect()).collect()).collect()
}

fn dimension(network: &Network, allocation: &Allocation) -> usize {
    let settings = Settings { seed: 3, error_log2: -100 };
    rank_of(network, allocation, Samples::Functional, settings, &Control::unlimited())
        .expect("a small network")
        .dim
        .value
}

#[test]
fn two_hundred_masks_pinned_and_frozen() {
    let network = Network::lffn(&WIDTHS.map(|w| w as i64), false).unwrap();
    let n = network.weights();
    let mut random = ChaCha12Rng::seed_from_u64(16);
    let mut different = 0;
    for mask in 0..MASKS {
        let density = 0.2 + 0.7 * uniform(&mut random);
        let kept = Allocation::of(n, (0..n).filter(|_| uniform(&mut random) < density));
        if kept.is_empty() {
            continue;
        }
        let pins: Vec<(usize, Rational)> = kept.complement().iter().map(|w| (w, Rational::new())).collect();
        let pruned = network.pin(&pins).unwrap();
        assert_eq!(pruned.weights(), kept.size());
        let all = columns(&layers(&mut random, &kept));
        let (expected, gap) = rank(kept.iter().map(|w| all[w].clone()).collect());
        assert!(gap > 1e5, "mask {mask}: no clear gap ({gap:e})");
        let pinned = dimension(&pruned, &Allocation::all(kept.size()));
        assert_eq!(pinned, expected, "mask {mask}, pinned");

        let all = columns(&layers(&mut random, &Allocation::all(n)));
        let (expected, gap) = rank(kept.iter().map(|w| all[w].clone()).collect());
        assert!(gap > 1e5, "mask {mask}: no clear gap ({gap:e})");
        let frozen = dimension(&network, &kept);
        assert_eq!(frozen, expected, "mask {mask}, frozen");
        different += usize::from(pinned != frozen);
    }
    // That a mask of zeros is not frozen weights shows on many of them.
    assert!(different > MASKS / 4, "{different} of {MASKS}");
}
