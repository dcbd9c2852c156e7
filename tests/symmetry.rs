//! Symmetries that networks state, on the generic Jacobian; and enumeration up to symmetry, against visiting everything.

#[path = "common/mod.rs"]
mod common;

use std::collections::HashMap;

use allocert::allocation::{Allocation, subsets};
use allocert::control::Control;
use allocert::network::{Network, Samples, Symmetry};
use allocert::reach::{Group, JacobianMatroid, OrbitCount, Orbits, Patterns, ScanOptions, Settings, scan};
use proptest::prelude::*;

fn image(symmetry: &Symmetry, allocation: &Allocation) -> Allocation {
    Allocation::of(allocation.weights(), allocation.iter().map(|w| symmetry.images[w]))
}

/// A matroid with enough trials that a wrong rank is out of the question.
fn matroid(network: &Network, samples: Samples, seed: u64) -> JacobianMatroid {
    let mut matroid = JacobianMatroid::new(network, samples, seed, &Control::unlimited()).unwrap();
    matroid.extend_to(2, &Control::unlimited()).unwrap();
    matroid
}

/// Every rank, not only some.
fn is_confirmed_everywhere(network: &Network, samples: Samples) {
    let matroid = matroid(network, samples, 5);
    let all = Allocation::all(network.weights());
    let ranks: HashMap<Allocation, usize> =
        (0..=all.size()).flat_map(|r| subsets(&all, r)).map(|a| (a.clone(), matroid.rank(&a))).collect();
    for symmetry in network.symmetries(samples) {
        for (allocation, rank) in &ranks {
            let moved = image(&symmetry, allocation);
            assert_eq!(ranks[&moved], *rank, "{network} {samples}: {}", symmetry.name);
        }
    }
}

#[test]
fn every_generator_keeps_every_rank() {
    let networks = [
        "lffn([2, 2, 2])",
        "lffn([2, 3])",
        "lffn([1, 2, 2, 1])",
        "lffn([2, 1, 2], bias=True)",
        "pnn([2, 2, 2], degree=2)",
        "pnn([2, 2, 1], degree=3, bias=True)",
        "lrnn(1, 2, 1, 2)",
        "lrnn(1, 2, 1, 5, readout=\"all\")",
        "lrnn(2, 1, 2, 2)",
        "lrnn(2, 1, 2, 2, readout=\"all\")",
        "lrnn(2, 2, 1, 3)",
        "lrnn(1, 2, 2, 3)",
        "lrnn(2, 2, 2, 2)",
        "lffn([2, 2, 2], bias=True)",
    ];
    for text in networks {
        let network: Network = text.parse().unwrap();
        for samples in [Samples::Functional, Samples::Count(1), Samples::Count(2), Samples::Count(3)] {
            is_confirmed_everywhere(&network, samples);
        }
    }
}

#[test]
fn generators_keep_the_largest_ranks_over_activation_patterns() {
    for text in ["relu([2, 2, 1])", "relu([1, 3, 1], bias=True)", "relu([1, 2, 2, 1])"] {
        let network: Network = text.parse().unwrap();
        for samples in [Samples::Count(2), Samples::Count(3)] {
            // So many draws of so few units that no pattern is missed.
            let patterns = Patterns::draw(&network, samples, 3, 20_000, &Control::unlimited()).unwrap();
            let all = Allocation::all(network.weights());
            for symmetry in network.symmetries(samples) {
                for allocation in (0..=all.size()).flat_map(|r| subsets(&all, r)) {
                    let moved = image(&symmetry, &allocation);
                    assert_eq!(
                        patterns.rank(&allocation),
                        patterns.rank(&moved),
                        "{text} {samples}: {}",
                        symmetry.name
                    );
                }
            }
        }
    }
}

#[test]
fn half_a_generator_is_none() {
    // What the tests above would see if a family forgot a tensor: only the first two weights change places.
    for text in ["lffn([2, 3, 2])", "lffn([2, 2, 2], bias=True)"] {
        let network: Network = text.parse().unwrap();
        let matroid = matroid(&network, Samples::Functional, 5);
        let all = Allocation::all(network.weights());
        for symmetry in network.symmetries(Samples::Functional).into_iter().filter(|s| s.name != "transposition") {
            let moved: Vec<usize> = (0..all.size()).filter(|w| symmetry.images[*w] != *w).collect();
            let (a, b) = (moved[0], symmetry.images[moved[0]]);
            if moved.len() == 2 {
                continue;
            }
            let mut images: Vec<usize> = (0..all.size()).collect();
            images.swap(a, b);
            let half = Symmetry { images, ..symmetry };
            let differs = |a: Allocation| matroid.rank(&a) != matroid.rank(&image(&half, &a));
            assert!((0..=all.size()).flat_map(|r| subsets(&all, r)).any(differs), "{text}: {}", half.name);
        }
    }
}

#[test]
fn transposition_is_not_stated_where_it_fails() {
    // On one sample of lffn([2, 2, 2]) one row of W2 has dimension 1, one column 2.
    let network: Network = "lffn([2, 2, 2])".parse().unwrap();
    let transposes = |samples| network.symmetries(samples).iter().any(|s| s.name == "transposition");
    assert!(transposes(Samples::Functional) && transposes(Samples::Count(2)) && !transposes(Samples::Count(1)));
    let matroid = matroid(&network, Samples::Count(1), 1);
    let on = |text| matroid.rank(&allocert::allocation::parse(network.layout(), text).unwrap());
    assert_ne!(on("W2[0,:]"), on("W1[:,0]"));
    for (text, dual) in [("lrnn(1, 2, 1, 3)", true), ("lrnn(2, 2, 2, 3)", false), ("lrnn(2, 2, 1, 3)", false)] {
        let network: Network = text.parse().unwrap();
        assert_eq!(network.symmetries(Samples::Count(1)).iter().any(|s| s.name == "duality"), dual, "{text}");
    }
}

#[test]
fn orbits_have_one_dimension_and_fill_the_oracle_tables() {
    for text in
        ["lffn([2, 2, 2])", "lffn([2, 3, 2])", "lrnn(1, 3, 1, 7)", "lrnn(2, 2, 2, 4)", "pnn([2, 3, 1], degree=2)"]
    {
        let network: Network = text.parse().unwrap();
        let samples = Samples::Functional;
        let settings = Settings { seed: 1, error_log2: -20 };
        let everything = ScanOptions::default();
        let whole = scan(&network, samples, &everything, settings, &Control::unlimited()).unwrap();
        let all = Allocation::all(network.weights());
        let group = Group::acting_on(&all, &network.symmetries(samples)).unwrap();
        let matroid = matroid(&network, samples, 9);
        let mut counts: HashMap<(usize, usize), u64> = HashMap::new();
        let mut orbits = Orbits::new(group.clone());
        loop {
            for orbit in orbits.level() {
                let dim = matroid.rank(&group.allocation(orbit.representative));
                *counts.entry((orbits.size(), dim)).or_default() += orbits.length(orbit);
            }
            if orbits.size() == all.size() {
                break;
            }
            orbits.advance(&Control::unlimited()).unwrap();
        }
        let expected: HashMap<(usize, usize), u64> =
            whole.table.entries().map(|(s, d, n)| ((s, d), n.to_u64().unwrap())).collect();
        assert_eq!(counts, expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn generators_keep_random_ranks_and_tables(
        network in common::network(),
        samples in common::samples(),
        bits in any::<u64>(),
    ) {
        // Other random points for the image: the dimensions must be generic.
        let (here, there) = (matroid(&network, samples, 1), matroid(&network, samples, 2));
        let allocation = common::allocation(&network, bits);
        let small = Allocation::of(allocation.weights(), allocation.iter().take(10));
        let table = |within: Allocation| {
            let options = ScanOptions { within: Some(within), ..ScanOptions::default() };
            scan(&network, samples, &options, Settings { seed: 3, error_log2: -20 }, &Control::unlimited()).unwrap().table
        };
        for symmetry in network.symmetries(samples) {
            prop_assert_eq!(here.rank(&allocation), there.rank(&image(&symmetry, &allocation)), "{}", &symmetry.name);
            prop_assert_eq!(table(small.clone()), table(image(&symmetry, &small)), "{}", &symmetry.name);
        }
    }
}

#[test]
fn a_listing_is_the_table_of_the_scan() {
    let network: Network = "lrnn(1, 3, 1, 7)".parse().unwrap();
    let settings = Settings { seed: 1, error_log2: -20 };
    for sizes in [None, Some(3..=5)] {
        let options = ScanOptions { sizes, ..ScanOptions::default() };
        let whole = scan(&network, Samples::Functional, &options, settings, &Control::unlimited()).unwrap();
        let count = OrbitCount::of(&network, Samples::Functional, &options).unwrap();
        let (mut rows, mut sum) = (0, 0);
        let listed = allocert::reach::list(&whole, &count, usize::MAX, &Control::unlimited(), |_, portion| {
            rows += portion.len();
            sum += portion.iter().map(|row| row.length).sum::<u64>();
            Ok::<(), allocert::reach::ReachError>(())
        });
        listed.unwrap();
        assert_eq!(count.orbits(), rows);
        let all: u64 = whole.table.entries().map(|(_, _, n)| n.to_u64().unwrap()).sum();
        assert_eq!(sum, all);
        assert!(rows < all as usize / 5);
    }
}
