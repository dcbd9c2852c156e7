//! Counts of all allocations by size and dimension, against tables computed by independent programs.

use allocert::allocation::{Allocation, subsets};
use allocert::network::{Network, Samples};
use allocert::reach::{JacobianMatroid, ScanOptions, Settings, scan};
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
    ScanOptions { within: None, sizes: None, time_limit: None }
}

fn counted(network: &Network, samples: Samples, options: &ScanOptions) -> Vec<(usize, usize, Integer)> {
    let scan = scan(network, samples, options, SETTINGS, &|_, _| {}).unwrap();
    scan.table.entries().map(|(size, dim, number)| (size, dim, number.clone())).collect()
}

/// One subset at a time.
fn visited(network: &Network, samples: Samples) -> Vec<(usize, usize, Integer)> {
    let matroid = JacobianMatroid::new(network, samples, 7).unwrap();
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
        let matroid = JacobianMatroid::new(&network, samples, 2).unwrap();
        assert_eq!(matroid.teacher().value, row.teacher_dim, "{network} {samples}");
    }
}
