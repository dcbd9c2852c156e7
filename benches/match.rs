//! How fast learning degrees are counted and instances decided. `benches/singular.sh` times Singular on the same systems.

use criterion::{Criterion, criterion_group, criterion_main};

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, subsets};
use allocert::matching::DegreeCounter;
use allocert::network::{Network, Samples};
use allocert::reach::JacobianMatroid;

/// All 471 spanning allocations of 4 weights of lffn([2, 2, 2, 2]), each at two primes and points.
fn degrees(criterion: &mut Criterion) {
    let network = Network::lffn(&[2, 2, 2, 2], false).unwrap();
    let matroid = JacobianMatroid::new(&network, Samples::Functional, 1).unwrap();
    let spanning: Vec<_> = subsets(&Allocation::all(12), 4).filter(|a| matroid.rank(a) == 4).collect();
    assert_eq!(spanning.len(), 471);
    criterion.bench_function("degrees/lffn-2-2-2-2", |bencher| {
        bencher.iter(|| {
            let counter = DegreeCounter::new(&network, Samples::Functional, 1, Limits::default());
            spanning.iter().map(|a| counter.degree(a).map_or(0, |d| d.value)).sum::<usize>()
        });
    });
}

criterion_group!(benches, degrees);
criterion_main!(benches);
