//! How fast certificates are made, and how fast they are checked: checking may cost ten times the making.
//!
//! ```text
//! cargo bench --bench certificates
//! ```

use std::hint::black_box;

use allocert::certificate::of_table;
use allocert::checker::{Verdict, check};
use allocert::network::{Network, Samples};
use allocert::reach::Settings;
use criterion::{Criterion, criterion_group, criterion_main};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

/// Networks of 15 weights, with the dimensions of all 32,768 allocations, and one of 24, with those of 2^24.
const TABLES: [(&str, Option<u64>); 4] = [
    ("lrnn(1, 3, 1, 7)", None),
    ("lffn([3, 3, 2])", Some(2)),
    ("pnn([2, 3, 3], degree=2)", None),
    ("lrnn(1, 4, 1, 8)", None),
];

fn tables(criterion: &mut Criterion) {
    for (text, samples) in TABLES {
        let network: Network = text.parse().expect("a network");
        let samples = samples.map_or(Samples::Functional, Samples::Count);
        let make = || of_table(&network, samples, SETTINGS).expect("a certificate").0;
        let certificate = make();
        assert_eq!(check(certificate.as_bytes()).verdict, Verdict::Valid, "{text}");
        let mut group = criterion.benchmark_group(text);
        group.sample_size(10);
        group.bench_function("make", |b| b.iter(&make));
        group.bench_function("check", |b| b.iter(|| check(black_box(certificate.as_bytes()))));
        group.finish();
    }
}

criterion_group!(benches, tables);
criterion_main!(benches);
