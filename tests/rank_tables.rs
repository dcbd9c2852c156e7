//! Counts of all allocations by size and dimension, against tables computed by independent programs.

use allocert::allocation::{Allocation, subsets};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{Evidence, JacobianMatroid, ScanOptions, Settings, scan};
use rug::Integer;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    network: String,
    samples: Option<u64>,
    weights: usize,
    teacher_dim: usize,
    counts_size_dim_number: Vec<(usize, usize, u64)>,
}

const SETTINGS: Settings = Settings { seed: 1, error_log2: -20 };

fn everything() -> ScanOptions {
    ScanOptions::default()
}

fn counted(network: &Network, samples: Samples, options: &ScanOptions) -> Vec<(usize, usize, Integer)> {
    let scan = scan(network, samples, options, SETTINGS, &Control::unlimited()).unwrap();
    scan.table.entries().map(|(size, dim, number)| (size, dim, number.clone())).collect()
}

/// One subset at a time.
fn visited(network: &Network, samples: Samples) -> Vec<(usize, usize, Integer)> {
    let matroid = JacobianMatroid::new(network, samples, 7, &Control::unlimited()).unwrap();
    let all = Allocation::all(network.weights());
    let mut counts = std::collections::BTreeMap::new();
    for size in 0..=network.weights() {
        for allocation in subsets(&all, size) {
            *counts.entry((size, matroid.rank(&allocation))).or_insert(Integer::new()) += 1;
        }
    }
    counts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect()
}

#[test]
fn scans_agree_with_the_oracle_tables() {
    let rows: Vec<Row> = serde_json::from_str(include_str!("data/rank-tables.json")).unwrap();
    assert_eq!(rows.len(), 11);
    for row in rows {
        let network: Network = row.network.parse().unwrap();
        let samples = row.samples.map_or(Samples::Functional, Samples::Count);
        assert_eq!(network.weights(), row.weights, "{network}");
        let expected: Vec<_> = row.counts_size_dim_number.iter().map(|(s, d, n)| (*s, *d, Integer::from(*n))).collect();
        assert_eq!(counted(&network, samples, &everything()), expected, "{network} {samples}");
        let matroid = JacobianMatroid::new(&network, samples, 2, &Control::unlimited()).unwrap();
        assert_eq!(matroid.teacher().value, row.teacher_dim, "{network} {samples}");
    }
}

#[test]
fn counting_agrees_with_visiting() {
    let networks = [
        "lffn([2, 3, 2])",
        "lffn([2, 2], bias=True)",
        "lffn([1, 2, 2, 1], bias=True)",
        "lffn([3, 3])",
        "lrnn(2, 2, 2, 3)",
        "lrnn(1, 2, 2, 4, readout=\"all\")",
        "lrnn(1, 3, 1, 3)",
        "pnn([2, 3, 1], degree=2)",
        "pnn([3, 2, 1], degree=2, bias=True)",
        "pnn([2, 2, 2], degree=3)",
    ];
    for text in networks {
        let network: Network = text.parse().unwrap();
        for samples in [Samples::Functional, Samples::Count(1), Samples::Count(2), Samples::Count(3)] {
            let expected = visited(&network, samples);
            assert_eq!(counted(&network, samples, &everything()), expected, "{text} {samples}");
        }
    }
}

#[test]
fn parts_of_a_table_are_the_parts_of_the_whole() {
    for text in ["lrnn(1, 3, 1, 7)", "lffn([2, 3, 2])", "pnn([2, 3, 1], degree=2)"] {
        let network: Network = text.parse().unwrap();
        let whole = counted(&network, Samples::Functional, &everything());
        for (start, end) in [(0, 2), (3, 5), (4, 4), (6, 99), (0, 0)] {
            let options = ScanOptions { sizes: Some(start..=end), ..everything() };
            let expected: Vec<_> = whole.iter().filter(|(s, _, _)| (start..=end).contains(s)).cloned().collect();
            assert_eq!(counted(&network, Samples::Functional, &options), expected, "{text} {start}..{end}");
        }
    }
}

#[test]
fn a_table_inside_some_weights_counts_their_subsets() {
    let network: Network = "lrnn(2, 2, 1, 5)".parse().unwrap();
    let within = allocert::allocation::parse(network.layout(), "W B[:,0] D[0,1]").unwrap();
    let matroid = JacobianMatroid::new(&network, Samples::Functional, 3, &Control::unlimited()).unwrap();
    let options = ScanOptions { within: Some(within.clone()), ..everything() };
    for (size, dim, number) in counted(&network, Samples::Functional, &options) {
        let found = subsets(&within, size).filter(|a| matroid.rank(a) == dim).count();
        assert_eq!(number, found, "{size} {dim}");
    }
}

#[test]
fn the_count_of_bases_that_small_primes_get_wrong() {
    // Over the field of 32,003 elements a matroid package counts 576,528.
    let network: Network = "lrnn(1, 4, 1, 9)".parse().unwrap();
    let table = counted(&network, Samples::Functional, &everything());
    assert!(table.contains(&(8, 8, Integer::from(576_542))));
}

#[test]
fn uniform_law_for_six_hidden_units() {
    // All 183,579,396 sets of 11 recurrent weights that contain W[0,0] are bases.
    let network: Network = "lrnn(1, 6, 1, 13)".parse().unwrap();
    let on = |text: &str| {
        let within = Some(allocert::allocation::parse(network.layout(), text).unwrap());
        let options = ScanOptions { within, sizes: Some(11..=11), ..ScanOptions::default() };
        counted(&network, Samples::Functional, &options)
    };
    let (all, others) = (on("W"), on("W[0,1:] W[1:,:]"));
    let bases = |table: &[(usize, usize, Integer)]| table.iter().find(|e| e.1 == 11).unwrap().2.clone();
    assert_eq!(bases(&all) - bases(&others), 183_579_396);
}

#[test]
fn tables_do_not_depend_on_threads_or_seeds() {
    let network: Network = "lrnn(1, 3, 1, 7)".parse().unwrap();
    let whole = counted(&network, Samples::Functional, &everything());
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| counted(&network, Samples::Functional, &everything())), whole);
    }
    for seed in 0..20 {
        let settings = Settings { seed, error_log2: -200 };
        let again = scan(&network, Samples::Functional, &everything(), settings, &Control::unlimited()).unwrap();
        assert_eq!(again.table.entries().map(|(s, d, n)| (s, d, n.clone())).collect::<Vec<_>>(), whole);
        // Bounds of five flats prove all of it.
        assert_eq!(again.evidence, Evidence::Proved);
    }
    // The dimension of all weights of this one has no proof.
    let network: Network = "pnn([2, 2, 1, 1], degree=2, bias=True)".parse().unwrap();
    for seed in 0..4 {
        let settings = Settings { seed, error_log2: -200 };
        let again = scan(&network, Samples::Functional, &everything(), settings, &Control::unlimited()).unwrap();
        assert!(again.evidence.error_log2().unwrap() <= -200);
    }
}
