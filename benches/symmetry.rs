//! How fast orbits are listed, and a claim checked through them.
//!
//! ```text
//! cargo bench --bench symmetry
//! ```
//!
//! Peers: Macaulay2's Matroids package (`benches/macaulay2.m2`) and the loop of `benches/peer_flint.py`. `benches/README.md`
//! holds them beside each other. A result that is not the known one fails the bench.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use allocert::claims::{CheckOptions, Claim, Outcome, check, read};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{OrbitCount, ReachError, Scan, ScanOptions, Settings, list, scan};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};

const TABLE: Settings = Settings { seed: 1, error_log2: -20 };

/// All 2^24 allocations, under 48 symmetries.
const ORBITS: u64 = 361_584;

const CLAIM: &str = r#"
claim(
    name = "dimension-bound",
    statement = "No allocation reaches more than it has weights, nor more than 2n dimensions.",
    networks = [lrnn(1, 4, 1, 9)],
    holds = lambda net, a: a.dim <= min(a.size, 2 * net.hidden),
)
"#;

fn orbits(criterion: &mut Criterion) {
    let network = Network::lrnn(1, 4, 1, 9, false).expect("a network");
    let everything = ScanOptions::default();
    let scan = scan(&network, Samples::Functional, &everything, TABLE, &Control::unlimited()).expect("a table");
    let mut group = criterion.benchmark_group("orbits");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(5));
    group.bench_function("counted, lrnn(1,4,1,9)", |bench| {
        let count = || OrbitCount::of(&network, Samples::Functional, &everything).expect("a group").orbits();
        bench.iter(|| assert_eq!(count(), ORBITS));
    });
    group.bench_function("listed with their dimensions, lrnn(1,4,1,9)", |bench| {
        bench.iter(|| assert_eq!(listed(black_box(&scan), &everything), ORBITS));
    });
    group.finish();
}

/// Lists all orbits; their lengths by size and dimension are held against the table.
fn listed(scan: &Scan, options: &ScanOptions) -> u64 {
    let count = OrbitCount::of(&scan.network, scan.samples, options).expect("a group");
    let mut rows = 0;
    let done = list(scan, &count, usize::MAX, &Control::unlimited(), |_, portion| {
        rows += portion.len() as u64;
        Ok::<(), ReachError>(())
    });
    done.expect("a complete listing");
    rows
}

fn claims(criterion: &mut Criterion) {
    let claim = read(Path::new("bench.star"), CLAIM.to_owned(), TABLE).expect("a claim file").remove(0);
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(10));
    group.bench_function("one claim on 2^24 allocations, lrnn(1,4,1,9)", |bench| {
        bench.iter(|| assert_eq!(instances(black_box(&claim)), 1 << 24));
    });
    group.finish();
}

fn instances(claim: &Claim) -> u64 {
    let options = CheckOptions { settings: TABLE, time_limit: Duration::from_secs(60), max_allocations: 1 << 26 };
    let checked = check(claim, &options, &Control::unlimited());
    assert_eq!((checked.outcome, checked.orbits), (Ok(Outcome::Verified), Some(ORBITS)));
    checked.instances
}

criterion_group!(symmetry, orbits, claims);
criterion_main!(symmetry);
