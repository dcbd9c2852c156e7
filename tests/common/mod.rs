//! Random networks for property tests.
#![allow(dead_code)] // Each test file uses a part of this.

use allocert::allocation::Allocation;
use allocert::network::{Network, Samples};
use proptest::prelude::*;

/// A small network of any family.
pub fn network() -> impl Strategy<Value = Network> {
    let widths = || proptest::collection::vec(1i64..4, 2..5);
    prop_oneof![
        (widths(), any::<bool>()).prop_map(|(w, bias)| Network::lffn(&w, bias).unwrap()),
        (widths(), 1i64..4, any::<bool>()).prop_map(|(w, g, bias)| Network::pnn(&w, g, bias).unwrap()),
        (1i64..3, 1i64..4, 1i64..3, 1i64..6, any::<bool>())
            .prop_map(|(q, n, p, t, every)| Network::lrnn(q, n, p, t, every).unwrap()),
    ]
}

/// A number of samples.
pub fn samples() -> impl Strategy<Value = Samples> {
    prop_oneof![Just(Samples::Functional), (1u64..6).prop_map(Samples::Count)]
}

/// An allocation of a network, from random bits.
pub fn allocation(network: &Network, bits: u64) -> Allocation {
    let n = network.weights();
    Allocation::of(n, (0..n).filter(|w| bits >> (w % 64) & 1 == 1))
}
