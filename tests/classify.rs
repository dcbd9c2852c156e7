//! Classifying all allocations agrees with asking about each; subsystems and reasons are what they say.

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, parse, print, subsets};
use allocert::matching::{MatchOptions, Matcher, Reason, Trials, Verdict, maximal};
use allocert::network::{Network, Samples};
use allocert::reach::{Evidence, Settings};

const SETTINGS: Settings = Settings { seed: 5, error_log2: -80 };

fn options() -> MatchOptions {
    MatchOptions { trials: Trials::Fixed(60), ..MatchOptions::default() }
}

fn matcher(network: &Network, samples: Samples) -> Matcher {
    Matcher::new(network, samples, SETTINGS, Limits::default()).unwrap()
}

fn every(weights: usize) -> impl Iterator<Item = Allocation> {
    let all = Allocation::all(weights);
    (0..=weights).flat_map(move |size| subsets(&all, size).collect::<Vec<_>>())
}

#[test]
fn as_if_each_allocation_was_asked_about() {
    for (network, samples) in [
        ("lffn([2, 2, 2])", Samples::Functional),
        ("lffn([2, 1, 2])", Samples::Functional),
        ("lrnn(1, 2, 1, 4)", Samples::Count(2)),
        ("pnn([1, 2, 1], degree=2)", Samples::Functional),
        ("pnn([2, 1, 1], degree=3)", Samples::Count(1)),
    ] {
        let network: Network = network.parse().unwrap();
        let matcher = matcher(&network, samples);
        let table = matcher.classify(&options(), &|_, _| {}).unwrap();
        let mut counts = vec![[0; 4]; network.weights() + 1];
        for allocation in every(network.weights()) {
            let (verdict, alone) =
                (table.verdict(&allocation), matcher.decide(&allocation, &options(), &|_, _| {}).unwrap());
            let shown = print(network.layout(), &allocation);
            // A part of something fractional is fractional, whether or not its own instances show it.
            let same =
                verdict == alone.verdict || (verdict, alone.verdict) == (Verdict::Fractional, Verdict::Undecided);
            assert!(same, "{network}, {shown}: {verdict:?}, {:?}", alone.verdict);
            let place = [Verdict::Zero, Verdict::One, Verdict::Fractional, Verdict::Undecided];
            counts[allocation.size()][place.iter().position(|v| *v == verdict).unwrap()] += 1;
        }
        assert_eq!(table.counts(), counts);
        assert!(!table.late);
    }
}

#[test]
fn maximal_and_minimal_ones() {
    let network: Network = "lrnn(1, 1, 1, 3)".parse().unwrap();
    let table = maximal(&network, &options(), SETTINGS, &|_, _| {}).unwrap();
    let rows: Vec<_> = table.rows.iter().map(|r| (r.samples, r.counts, r.minimal)).collect();
    // On one sample W alone has degree 2. D and B have dimension 1 together, so they are minimal among the pairs.
    assert_eq!(rows[0], (None, [0, 1, 0, 0], 1));
    assert_eq!(rows[1], (Some(Samples::Count(1)), [0, 2, 1, 0], 3));
    assert_eq!(rows[2], (Some(Samples::Functional), [1, 2, 0, 0], 1));
    assert_eq!(rows[3], (Some(Samples::Functional), [0, 1, 0, 0], 1));
    let large: Network = "lffn([5, 5])".parse().unwrap();
    assert!(maximal(&large, &options(), SETTINGS, &|_, _| {}).is_err());
}

#[test]
fn equations_fall_into_parts() {
    let network: Network = "lffn([2, 2, 2])".parse().unwrap();
    let parts = |samples, text: &str| matcher(&network, samples).subsystems(&parse(network.layout(), text).unwrap());
    assert_eq!(parts(Samples::Functional, "none"), Ok(0));
    // One for each column of the first layer, one for each row of the last.
    assert_eq!([parts(Samples::Functional, "W1"), parts(Samples::Functional, "W2")], [Ok(2), Ok(2)]);
    assert_eq!(parts(Samples::Functional, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"), Ok(1));
    assert_eq!(parts(Samples::Count(1), "W1"), Ok(1));
}

#[test]
fn one_bound_is_enough_for_zero_and_for_one() {
    // D = 4 by the labels; a single weight has dimension 1 by its size: nothing probabilistic is left.
    let network: Network = "lffn([2, 2, 2])".parse().unwrap();
    let answer = |text: &str| {
        let allocation = parse(network.layout(), text).unwrap();
        matcher(&network, Samples::Functional).decide(&allocation, &options(), &|_, _| {}).unwrap()
    };
    assert_eq!((answer("W1[0,0]").verdict, answer("W1[0,0]").evidence), (Verdict::Zero, Evidence::Proved));
    assert_eq!((answer("W1").verdict, answer("W1").evidence), (Verdict::One, Evidence::Proved));

    // Five samples of cubics: the teacher's dimension has no proved bound from above, but that two weights are not enough
    // needs none.
    let network: Network = "pnn([3, 5, 1], degree=4)".parse().unwrap();
    let matcher = matcher(&network, Samples::Functional);
    assert_ne!(matcher.teacher().evidence, Evidence::Proved);
    let two = parse(network.layout(), "W1[0,0] W1[1,1]").unwrap();
    let answer = matcher.decide(&two, &options(), &|_, _| {}).unwrap();
    assert_eq!((answer.verdict, answer.evidence), (Verdict::Zero, Evidence::Proved));
}

/// A surplus weight that is free of the equation: no match of an instance is certain, but what lies near it is not proved.
#[test]
fn the_fractional_law_is_not_stretched_to_surplus_weights() {
    for text in ["pnn([1, 1, 1], degree=2)", "pnn([1, 2, 1], degree=2)", "lrnn(1, 2, 1, 3)"] {
        let network: Network = text.parse().unwrap();
        let matcher = matcher(&network, Samples::Count(1));
        for allocation in every(network.weights()).filter(|a| a.size() > matcher.teacher().value) {
            let answer = matcher.decide(&allocation, &options(), &|_, _| {}).unwrap();
            assert!(!matches!(answer.reason, Reason::Fractional { .. }));
            if answer.verdict == Verdict::Fractional {
                assert_eq!(answer.evidence, Evidence::Unbounded);
            }
        }
    }
}
