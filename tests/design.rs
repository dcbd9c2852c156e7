//! Designed allocations against all allocations, and the command.

#[path = "common/program.rs"]
mod program;

use allocert::allocation::{Allocation, subsets};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{DesignOptions, JacobianMatroid, Optimal, Settings, design};
use program::{allocert, objects};
use rug::Rational;

/// Whether no row of any tensor has more than so many of these weights.
fn is_allowed(network: &Network, allocation: &Allocation, cap: usize) -> bool {
    let mut counts = std::collections::BTreeMap::new();
    for weight in allocation.iter() {
        let weight = network.layout().weight(weight);
        *counts.entry((weight.tensor.name.clone(), weight.row)).or_insert(0) += 1;
    }
    counts.values().all(|c| *c <= cap)
}

#[test]
fn no_allowed_allocation_is_better() {
    let networks = [
        Network::lffn(&[2, 2, 2], false),
        Network::lffn(&[3, 1, 3], false),
        Network::lffn(&[1, 3, 2], true),
        Network::lrnn(1, 2, 1, 5, false),
        Network::lrnn(2, 2, 1, 2, false),
        Network::pnn(&[3, 2, 1], 2, false),
    ];
    let mut splits = 0;
    let networks = networks.map(Result::unwrap);
    // A pinned entry is no weight, and tied entries are one.
    let pinned = networks[0].pin(&[(0, Rational::from(1))]).unwrap();
    let tied = networks[0].tie(&[vec![1, 4]]).unwrap();
    for network in networks.into_iter().chain([pinned, tied]) {
        let n = network.weights();
        let half = Allocation::of(n, (0..n).filter(|w| w % 3 != 1));
        for samples in [Samples::Functional, Samples::Count(1)] {
            let matroid = JacobianMatroid::new(&network, samples, 7, &Control::unlimited()).unwrap();
            for (within, cap) in [
                (None, None),
                (None, Some(1)),
                (None, Some(2)),
                (Some(half.clone()), Some(1)),
                (Some(half.clone()), None),
                (Some(Allocation::of(n, 0..6.min(n))), Some(1)),
            ] {
                let ground = within.clone().unwrap_or_else(|| Allocation::all(n));
                for size in 0..=ground.size() {
                    let allowed = subsets(&ground, size).filter(|a| is_allowed(&network, a, cap.unwrap_or(n)));
                    let best = allowed.map(|a| matroid.rank(&a)).max();
                    let options = DesignOptions {
                        within: within.clone(),
                        per_row: cap,
                        alternatives: 2,
                        ..DesignOptions::default()
                    };
                    let settings = Settings { seed: 1, error_log2: -60 };
                    let found = design(&network, samples, size, &options, settings, &Control::unlimited());
                    assert_eq!(found.as_ref().ok().map(|d| d.dim.value), best, "{network} {samples} {size} {cap:?}");
                    let Ok(found) = found else {
                        continue;
                    };
                    assert!(!matches!(found.optimal, Optimal::AtMost(_)), "{network} {samples} {size} {cap:?}");
                    splits += usize::from(matches!(found.optimal, Optimal::Split { .. }));
                    for a in std::iter::once(&found.allocation).chain(&found.alternatives) {
                        assert!(a.size() == size && a.is_subset(&ground) && is_allowed(&network, a, cap.unwrap_or(n)));
                        assert_eq!(Some(matroid.rank(a)), best);
                    }
                }
            }
        }
    }
    assert!(splits > 0, "no case needed the bound by a split");
}

#[test]
fn design_has_the_fields_of_the_interface() {
    let run = allocert(&["design", "lffn([2,2,2])", "--size", "4", "--json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let answer = &objects(&run)[0];
    assert_eq!((&answer["dim"], &answer["degree"], &answer["verdict"]), (&4.into(), &1.into(), &"one".into()));
    assert_eq!((&answer["best"], &answer["evidence"]), (&true.into(), &"proved".into()));
    assert_eq!(answer["alternatives"].as_array().unwrap().len(), 5);
    let run = allocert(&["design", "lffn([2,2,2])", "--size", "9"]);
    assert!(run.status == 2 && run.err.contains("8 may be chosen"), "{}", run.err);
    let run = allocert(&["design", "lffn([2,2,2])", "--size", "3", "--avoid", "all"]);
    assert!(run.status == 2 && run.err.contains("0 may be chosen"), "{}", run.err);
    let huge = allocert(&["design", "lffn([10000,99])", "--size", "900000"]);
    assert!([2, 3].contains(&huge.status), "{}", huge.err);
}

#[test]
fn a_large_network_is_designed_from_a_part_of_its_jacobian() {
    let run = allocert(&["design", "lffn([300,300,100])", "--size", "1000", "--json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let answer = &objects(&run)[0];
    assert_eq!((&answer["dim"], &answer["evidence"]), (&1000.into(), &"proved".into()));
    assert_eq!(answer["allocation"].as_str().unwrap().split(' ').count(), 1000);
    assert_eq!((&answer["teacher_at_least"], &answer["verdict"]), (&1001.into(), &"zero".into()));
}
