//! How fast matching degrees are counted and instances decided. `benches/singular.sh` times Singular on the same systems.

use criterion::{Criterion, criterion_group, criterion_main};

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, parse, subsets};
use allocert::control::Control;
use allocert::matching::{DegreeCounter, MatchOptions, Matcher, Trials};
use allocert::network::{Network, Samples};
use allocert::reach::{JacobianMatroid, Settings};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

/// All 471 spanning allocations of 4 weights of lffn([2, 2, 2, 2]), each at two primes and points, on one thread.
fn degrees(criterion: &mut Criterion) {
    let network = Network::lffn(&[2, 2, 2, 2], false).unwrap();
    let matroid = JacobianMatroid::new(&network, Samples::Functional, 1, &Control::unlimited()).unwrap();
    let spanning: Vec<_> = subsets(&Allocation::all(12), 4).filter(|a| matroid.rank(a) == 4).collect();
    assert_eq!(spanning.len(), 471);
    criterion.bench_function("degrees/lffn-2-2-2-2", |bencher| {
        bencher.iter(|| {
            let counter = DegreeCounter::new(&network, Samples::Functional, 1, Limits::default());
            spanning.iter().map(|a| counter.degree(a).map_or(0, |d| d.value)).sum::<usize>()
        });
    });
}

/// One degree of a larger system, at two primes and points, on one thread.
fn large_degrees(criterion: &mut Criterion) {
    for (network, samples, text, degree) in large() {
        let counter = DegreeCounter::new(&network, samples, 1, Limits::default());
        let allocation = parse(network.layout(), text).unwrap();
        let name = format!("degree/{degree}-in-{}-variables", allocation.size());
        criterion.bench_function(&name, |bencher| {
            bencher.iter(|| assert_eq!(counter.degree(&allocation).map(|d| d.value), Ok(degree)));
        });
    }
}

fn large() -> [(Network, Samples, &'static str, usize); 4] {
    [
        (Network::lrnn(1, 2, 1, 5, false).unwrap(), Samples::Count(2), "W[0,0] W[1,1]", 12),
        (
            Network::lrnn(1, 3, 1, 7, false).unwrap(),
            Samples::Functional,
            "D[0,0] B[0,0] W[0,0] W[1,1] W[1,2] W[2,1]",
            24,
        ),
        (Network::pnn(&[2, 2, 2], 5, false).unwrap(), Samples::Functional, "W1 W2[0,:]", 50),
        (Network::lrnn(1, 4, 1, 7, false).unwrap(), Samples::Count(6), "B[0,0] B[2,0] W[0,0] W[0,2] W[2,1] W[2,2]", 54),
    ]
}

/// Instances decided one after the other on all threads.
fn instances(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("instances");
    group.sample_size(10);
    for (name, network, samples, text, trials) in [
        (
            "10000-of-degree-2",
            Network::lffn(&[2, 2, 2], false).unwrap(),
            Samples::Functional,
            "W1[0,0] W1[1,1] W2[0,0] W2[1,1]",
            10_000,
        ),
        (
            "1000-of-degree-12-in-2-variables",
            Network::lrnn(1, 2, 1, 5, false).unwrap(),
            Samples::Count(2),
            "W[0,0] W[1,1]",
            1_000,
        ),
        (
            "10-of-degree-24-in-6-variables",
            Network::lrnn(1, 3, 1, 7, false).unwrap(),
            Samples::Functional,
            "D[0,0] B[0,0] W[0,0] W[1,1] W[1,2] W[2,1]",
            10,
        ),
    ] {
        let matcher = Matcher::new(&network, samples, SETTINGS, Limits::default()).unwrap();
        let allocation = parse(network.layout(), text).unwrap();
        let options = MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() };
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(matcher.estimate(&allocation, &options, &Control::unlimited()).undecided, 0));
        });
    }
}

criterion_group!(benches, degrees, large_degrees, instances);
criterion_main!(benches);
