//! How fast the whole law of a network is found: cyclic flats up to symmetry, and that they are all.
//!
//! ```text
//! cargo bench --bench laws
//! ```
//!
//! Peer: Macaulay2's Matroids package on the matroid of `lrnn(1,3,1,7)` at one point (`M2 --script benches/flats.m2`).
//! `benches/README.md` holds them beside each other. A law that is not known to be complete
//! fails the bench.

use std::hint::black_box;
use std::time::Duration;

use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{Complete, LawOptions, Settings, law};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -20 };

/// From 15 weights to 35.
const NETWORKS: [&str; 5] =
    ["lrnn(1, 3, 1, 7)", "lrnn(1, 4, 1, 9)", "lffn([3, 3, 3])", "lffn([2, 3, 3, 2])", "lrnn(1, 5, 1, 11)"];

fn laws(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("law");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(5));
    for text in NETWORKS {
        let network: Network = text.parse().expect("a network");
        group.bench_function(text, |bench| bench.iter(|| flats(black_box(&network))));
    }
    group.finish();
}

/// Finds the law, which must be known to be complete.
fn flats(network: &Network) -> usize {
    let options = LawOptions::default();
    let law = law(network, Samples::Functional, &options, SETTINGS, &Control::unlimited()).expect("a law");
    assert!(!matches!(law.complete(), Complete::Open(_)), "{network}");
    law.flats.len()
}

criterion_group!(all, laws);
criterion_main!(all);
