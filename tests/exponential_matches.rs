//! Match probabilities of networks with exponentials: what contains weights that reach everything, and in which the labels are affine,
//! matches with them.

use allocert::allocation::{Allocation, parse, subsets};
use allocert::claims::network;
use allocert::control::Control;
use allocert::matching::{Limits, MatchOptions, Matcher, Reason, Verdict};
use allocert::network::Samples;
use allocert::reach::{Evidence, Settings};

const SETTINGS: Settings = Settings { seed: 3, error_log2: -100 };

/// Every allocation against all its subsets: `one` exactly where one of these is affine and spans, or where every weight learns.
#[test]
fn what_contains_an_affine_basis_matches_with_it() {
    let mut larger = 0;
    for (text, samples) in [
        (r#"mlp([1, 2, 1], "tanh", bias = True)"#, Samples::Count(2)),
        (r#"mlp([1, 2, 1], "silu")"#, Samples::Count(2)),
        (r#"mlp([1, 2, 2], "sigmoid")"#, Samples::Count(1)),
        (r#"attention(2, 1, tokens = 2, kind = "softmax")"#, Samples::Count(1)),
    ] {
        let network = network(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let (n, free) = (network.weights(), Control::unlimited());
        let matcher = Matcher::new(&network, samples, SETTINGS, Limits::default()).unwrap();
        let decide = |set: &Allocation| matcher.decide(set, &MatchOptions::default(), &free).unwrap();
        let sets: Vec<Allocation> = (0..=n).flat_map(|k| subsets(&Allocation::all(n), k).collect::<Vec<_>>()).collect();
        let answers: Vec<_> = sets.iter().map(decide).collect();
        let affine: Vec<&Allocation> =
            sets.iter().zip(&answers).filter(|(_, a)| a.reason == Reason::Affine).map(|(set, _)| set).collect();
        assert!(!affine.is_empty(), "{text}");
        for (set, answer) in sets.iter().zip(&answers) {
            let one = set.size() == n || affine.iter().any(|smaller| smaller.is_subset(set));
            assert_eq!(answer.verdict == Verdict::One, one, "{text} {set:?}");
            if let Reason::AffineBasis(basis) = &answer.reason {
                assert!(basis.is_subset(set) && affine.contains(&basis), "{text} {set:?} {basis:?}");
                assert_eq!((basis.size(), answer.evidence), (answer.teacher.value, Evidence::Proved), "{text}");
                larger += 1;
            }
        }
    }
    assert!(larger > 100, "{larger}");
}

/// Those that a user asked for: a readout, and what contains it.
#[test]
fn a_readout_and_more_match() {
    for (text, sets) in [
        (r#"mlp([3, 4, 2], "tanh", bias = True)"#, &["W2", "W2 b1[0]", "W2 b2 b1", "W2 W1[0,0]"][..]),
        (r#"attention(3, 2, kind = "softmax")"#, &["V", "V K[0,0]"]),
    ] {
        let network = network(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let matcher = Matcher::new(&network, Samples::Count(1), SETTINGS, Limits::default()).unwrap();
        for set in sets {
            let set = parse(network.layout(), set).unwrap();
            let answer = matcher.decide(&set, &MatchOptions::default(), &Control::unlimited()).unwrap();
            assert_eq!((answer.verdict, answer.evidence), (Verdict::One, Evidence::Proved), "{text} {set:?}");
        }
    }
}
