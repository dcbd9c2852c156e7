//! What stands in for a network against itself.

use super::*;
use crate::allocation::subsets;

/// Instance by instance, on the labels at every step themselves, by elimination: a match exactly where the network with labels at the last
/// step has one.
#[test]
fn labels_at_every_step_are_matched_as_the_last_ones_are() {
    let settings = Settings { seed: 4, error_log2: -60 };
    let options = MatchOptions { bases: 20, slices: 4, ..MatchOptions::default() };
    let (mut agree, mut without) = (0, 0);
    for (text, trials) in [
        (r#"lrnn(1, 1, 2, 4, readout="all")"#, 40),
        (r#"lrnn(2, 1, 2, 3, readout="all")"#, 8),
        (r#"lrnn(1, 2, 1, 3, readout="all")"#, 8),
        (r#"lrnn(1, 2, 1, 4, readout="all")"#, 6),
        (r#"lrnn(1, 2, 1, 5, readout="all")"#, 8),
    ] {
        let network: Network = text.parse().unwrap();
        let itself = (network.clone(), Samples::Functional);
        let stands_in = Matcher::new(&network, Samples::Functional, settings, Limits::default()).unwrap();
        let direct = Matcher::solving(itself.clone(), itself, settings, Limits::default()).unwrap();
        assert_ne!(stands_in.solved().0, direct.solved().0, "{text}");
        assert_eq!(stands_in.teacher().value, direct.teacher().value, "{text}");
        let (n, dimension) = (network.weights(), direct.teacher().value);
        for allocation in (0..=n).flat_map(|size| subsets(&Allocation::all(n), size).collect::<Vec<_>>()) {
            assert_eq!(stands_in.dim(&allocation).value, direct.dim(&allocation).value, "{text} {allocation:?}");
            if allocation.size() != dimension || direct.dim(&allocation).value < dimension {
                continue;
            }
            for trial in 0..trials {
                let both = [&direct, &stands_in].map(|matcher| matcher.real(&allocation, &options, trial));
                if let [Some(all), Some(last)] = both {
                    assert_eq!(all, last, "{text} {allocation:?} {trial}");
                    agree += 1;
                    without += u32::from(!last);
                }
            }
        }
    }
    // Of fewer inputs than span nothing stands in: labels at the last step say less.
    let network: Network = r#"lrnn(2, 1, 2, 3, readout="all")"#.parse().unwrap();
    let one = Matcher::new(&network, Samples::Count(1), settings, Limits::default()).unwrap();
    assert_eq!(one.solved(), (&network, Samples::Count(1)));
    assert!(agree > 1_000 && without > 50, "{agree} instances, {without} without a match");
}
