//! How fast dimensions are found: whole tables of all allocations, single ranks of large Jacobians, and a claim.
//!
//! ```text
//! cargo bench --bench dimensions               # everything, about a minute
//! cargo bench --bench dimensions -- 'scan/2'   # only what has this in its name
//! ```
//!
//! Peer: the same tables by a loop over subsets, each rank by python-flint, and the ranks of the same two Jacobians.
//!
//! ```text
//! python3 -m pip install python-flint
//! python3 benches/peer_flint.py
//! ```
//!
//! `benches/README.md` holds both, measured beside each other. A result that is not the known one fails the bench.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use allocert::allocation::Allocation;
use allocert::claims::{CheckOptions, Claim, Outcome, check, read};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{ScanOptions, Settings, rank, scan};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};

/// A linear recurrent network with one input and one output, whose allocations are all counted.
struct Whole {
    name: &'static str,
    hidden: i64,
    /// 2n + 1: one more than see everything.
    steps: i64,
}

const WHOLE: [Whole; 4] = [
    Whole { name: "2^15 allocations, lrnn(1,3,1,7)", hidden: 3, steps: 7 },
    Whole { name: "2^24 allocations, lrnn(1,4,1,9)", hidden: 4, steps: 9 },
    Whole { name: "2^35 allocations, lrnn(1,5,1,11)", hidden: 5, steps: 11 },
    Whole { name: "2^48 allocations, lrnn(1,6,1,13)", hidden: 6, steps: 13 },
];

/// A polynomial network with 200 weights, on 175 inputs with four labels each: a Jacobian of 700 rows.
struct Large {
    name: &'static str,
    widths: &'static [i64],
    degree: i64,
    dim: usize,
}

const LARGE: [Large; 2] = [
    // 200 weights less 20 rescalings of hidden units: as soon as the rank is 180, no row can add to it.
    Large { name: "full at once, pnn([6,20,4],5)", widths: &[6, 20, 4], degree: 5, dim: 180 },
    // One unit squares a quadratic form of rank 7, the same after any rotation: 21 below the rescalings' bound of 192.
    Large { name: "every row read, pnn([27,7,1,4],2)", widths: &[27, 7, 1, 4], degree: 2, dim: 171 },
];

const INPUTS: u64 = 175;

const CLAIM: &str = r#"
claim(
    name = "dimension-bound",
    statement = "No allocation reaches more than it has weights, nor more than 2n dimensions.",
    networks = [lrnn(1, 3, 1, 7)],
    holds = lambda net, a: a.dim <= min(a.size, 2 * net.hidden),
)
"#;

/// The command line's defaults: one error bound for a whole table or a claim, a lower one for a single rank.
const TABLE: Settings = Settings { seed: 1, error_log2: -20 };
const SINGLE: Settings = Settings { seed: 1, error_log2: -100 };

fn scans(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(5));
    for Whole { name, hidden, steps } in WHOLE {
        let network = Network::lrnn(1, hidden, 1, steps, false).expect("a network");
        group.bench_function(name, |bench| bench.iter(|| bases(black_box(&network))));
    }
    group.finish();
}

/// Counts every allocation; all but the number of bases is dropped, after the sum of the table is checked.
fn bases(network: &Network) -> rug::Integer {
    let everything = ScanOptions::default();
    let scan = scan(network, Samples::Functional, &everything, TABLE, &Control::unlimited()).expect("a table");
    let all: rug::Integer = scan.table.entries().map(|(_, _, number)| number).sum();
    assert_eq!(all, rug::Integer::from(1) << network.weights() as u32);
    scan.table.number(scan.teacher.value, scan.teacher.value)
}

fn ranks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rank");
    group.sample_size(20);
    for Large { name, widths, degree, dim } in LARGE {
        let network = Network::pnn(widths, degree, false).expect("a network");
        assert_eq!((network.weights(), network.labels_at(Samples::Count(INPUTS))), (200, Some(700)));
        group.bench_function(name, |bench| bench.iter(|| assert_eq!(dimension(black_box(&network)), dim)));
    }
    group.finish();
}

fn dimension(network: &Network) -> usize {
    let all = Allocation::all(network.weights());
    rank(network, &all, Samples::Count(INPUTS), SINGLE, &Control::unlimited()).expect("a rank").dim.value
}

fn claims(criterion: &mut Criterion) {
    let claim = read(Path::new("bench.star"), CLAIM.to_owned(), TABLE).expect("a claim file").remove(0);
    let mut group = criterion.benchmark_group("check");
    group.sample_size(20);
    group.bench_function("one claim on 2^15 allocations, lrnn(1,3,1,7)", |bench| {
        bench.iter(|| assert_eq!(instances(black_box(&claim)), 1 << 15));
    });
    group.finish();
}

/// Verifies a claim; nothing is remembered from one time to the next.
fn instances(claim: &Claim) -> u64 {
    let options = CheckOptions { settings: TABLE, time_limit: Duration::from_secs(60), max_allocations: 1 << 20 };
    let checked = check(claim, &options, &Control::unlimited());
    assert_eq!(checked.outcome, Ok(Outcome::Verified));
    checked.instances
}

criterion_group!(dimensions, scans, ranks, claims);
criterion_main!(dimensions);
