//! Teacher dimensions against published formulas.

use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{Settings, rank};
use itertools::iproduct;

/// The teacher dimension, with an error of at most 2^-100.
fn dimension(network: &Network, samples: Samples) -> i64 {
    let all = allocert::allocation::Allocation::all(network.weights());
    let answer = rank(network, &all, samples, Settings { seed: 9, error_log2: -100 }, &Control::unlimited()).unwrap();
    assert!(answer.spans());
    answer.teacher.value as i64
}

fn binomial(n: i64, k: i64) -> i64 {
    (0..k).fold(1, |c, i| c * (n - i) / (i + 1))
}

#[test]
fn linear_networks_fill_determinantal_varieties() {
    // q'(m' + d_L − q')
    for (a, b, c) in iproduct!(1..4i64, 1..4i64, 1..4i64) {
        for widths in [vec![a, c], vec![a, b, c], vec![a, b, 3, c], vec![a, 2, b, c]] {
            let network = Network::lffn(&widths, false).unwrap();
            let least = *widths.iter().min().unwrap();
            for m in 1..5 {
                let (inputs, rank) = (m.min(a), least.min(m));
                let expected = rank * (inputs + c - rank);
                assert_eq!(dimension(&network, Samples::Count(m as u64)), expected, "{network} {m}");
            }
            let expected = least * (a + c - least);
            assert_eq!(dimension(&network, Samples::Functional), expected, "{network}");
        }
    }
}

#[test]
fn linear_systems_have_n_times_p_plus_q_invariants() {
    for (n, p, q) in iproduct!(1..5i64, 1..4i64, 1..4i64) {
        for every in [false, true] {
            let network = Network::lrnn(q, n, p, 2 * n, every).unwrap();
            assert_eq!(dimension(&network, Samples::Functional), n * (p + q), "{network}");
            // From T = ⌈n/p⌉ + ⌈n/q⌉ on, and not before.
            let enough = (n + p - 1) / p + (n + q - 1) / q;
            let at = |t: i64| dimension(&Network::lrnn(q, n, p, t, every).unwrap(), Samples::Functional);
            assert_eq!(at(enough), n * (p + q));
            assert!(enough == 2 || at(enough - 1) < n * (p + q));
        }
    }
}

#[test]
fn one_hidden_layer_of_powers_follows_alexander_and_hirschowitz() {
    for (d, g, k) in iproduct!(1..6i64, 2..5i64, 1..16i64).filter(|(d, g, k)| d * k <= 70 && !(*d == 1 && *g < 2)) {
        let forms = binomial(d + g - 1, g);
        let expected = match (d, g, k) {
            (3, 4, 5) => 14,
            (4, 4, 9) => 34,
            (5, 3, 7) => 34,
            (5, 4, 14) => 69,
            (d, 2, k) if k < d => k * d - k * (k - 1) / 2,
            _ => forms.min(k * d),
        };
        let network = Network::pnn(&[d, k, 1], g, false).unwrap();
        assert_eq!(dimension(&network, Samples::Functional), expected, "{network}");
    }
}

#[test]
fn the_defective_deep_network_of_squares() {
    let network = Network::pnn(&[5, 5, 3, 1], 2, false).unwrap();
    assert_eq!(dimension(&network, Samples::Functional), 32);
}

#[test]
fn a_wide_polynomial_network_is_ranked_at_once() {
    // 200 weights, 700 labels.
    let network = Network::pnn(&[10, 10, 10], 2, false).unwrap();
    assert_eq!((network.weights(), network.labels_at(Samples::Count(70))), (200, Some(700)));
    assert_eq!(dimension(&network, Samples::Count(70)), 190);
}
