//! A claim checked one allocation an orbit comes to the same as the claim checked on every allocation.

use std::path::Path;
use std::time::Duration;

use allocert::claims::{CheckOptions, Checked, check, read};
use allocert::control::Control;
use allocert::reach::Settings;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -20 };

fn checked(networks: &str, more: &str, holds: &str) -> Checked {
    let text = format!("claim(name = \"c\", statement = \"\", networks = [{networks}], {more} holds = {holds})\n");
    let claim = read(Path::new("t.star"), text, SETTINGS).unwrap().remove(0);
    let options = CheckOptions { settings: SETTINGS, time_limit: Duration::from_secs(60), max_allocations: 1 << 20 };
    check(&claim, &options, &Control::unlimited())
}

/// Checks a condition as it is and in a form that the text of the allocation keeps from being checked by orbits.
fn same(networks: &str, more: &str, body: &str) -> u64 {
    let by_orbits = checked(networks, more, &format!("lambda net, a: {body}"));
    let every = checked(networks, more, &format!("lambda net, a: a.text != \"\" and ({body})"));
    let context = format!("{networks}, {more} {body}");
    assert_eq!(every.orbits, None, "{context}");
    assert_eq!(by_orbits.outcome, every.outcome, "{context}");
    assert_eq!(by_orbits.networks, every.networks, "{context}");
    match (&by_orbits.counterexample, &every.counterexample) {
        (Some(here), Some(there)) => {
            assert_eq!((&here.network, here.samples), (&there.network, there.samples), "{context}");
            assert_eq!(here.allocation, there.allocation, "{context}");
        }
        (None, None) => {
            assert_eq!((by_orbits.instances, by_orbits.skipped), (every.instances, every.skipped), "{context}");
        }
        _ => panic!("{context}"),
    }
    let orbits = by_orbits.orbits.unwrap_or_else(|| panic!("{context} is not checked by orbits"));
    assert!(orbits <= every.instances + every.skipped, "{context}");
    orbits
}

const CONDITIONS: [&str; 14] = [
    "a.dim + 1 >= a.size or a.size > K",
    "not a.spans or a.size >= K",
    "a.free or a.size < K",
    "a.closure.size <= a.dim + K",
    "all([b.dim > a.dim for b in a.extensions()]) or a.dim > K",
    "any([b.spans for b in a.moves()]) or a.size != K",
    "len([b for b in a.deletions() if b.dim < a.dim]) <= K",
    "sum([b.dim for b in a.moves()]) % 5 != K",
    "a.complement.dim + a.dim <= net.teacher_dim + K",
    "a.at(2).dim - a.at(1).dim != K",
    "max([0] + [b.dim for b in a.moves_within_tensors()]) != K",
    "len([b for b in a.moves_to_emptier_layers() if b.dim > a.dim]) <= K",
    "a.tensor_counts != [K, 1, 1][:len(a.tensor_counts)]",
    "sorted([c.dim for b in a.extensions() for c in b.deletions()])[:1] != [K]",
];

#[test]
fn orbits_and_allocations_agree() {
    let networks = "lffn([2, 2, 2]), lrnn(1, 2, 1, 5), lrnn(1, 2, 1, 2), pnn([2, 2, 1], 2), lffn([1, 2, 2])";
    for condition in CONDITIONS {
        for k in 0..4 {
            for more in ["", "samples = [1, 2, None],"] {
                same(networks, more, &condition.replace('K', &k.to_string()));
            }
        }
    }
}

#[test]
fn places_that_symmetries_keep_agree_too() {
    for k in 0..5 {
        let k = k.to_string();
        for body in [
            "sum([min(c, 1) for c in a.row_counts(\"W\")]) <= K",
            "max(a.column_counts(\"W\")) + a.dim != K",
            "a.components(\"W\") != K or a.dim < 3",
            "len(a & net.diagonal(\"W\")) < K or a.dim == 4",
            "a.inside(\"D W\") or a.dim != K",
            "(a | net.allocation(\"W\")).dim - a.dim != K",
            "len([b for b in a.moves_to_emptier_rows() if b.dim > a.dim]) <= K",
            "len([b for b in a.moves_to_emptier_columns() if b.dim > a.dim]) <= K",
            "a.layer_counts != [K, 1, 0]",
            "a.tensor_count(\"B\") <= K or a.spans",
        ] {
            same(
                "lrnn(1, 3, 1, 5), lrnn(2, 2, 2, 3)",
                "allocations = every(sizes = range(7)),",
                &body.replace('K', &k),
            );
        }
        for within in ["W1", "W2", "W1[0,:] W2"] {
            let more = format!("samples = [1, None], allocations = within(\"{within}\"),");
            same("lffn([2, 3, 2]), lffn([3, 2, 3])", &more, &format!("a.dim <= {k} or a.free"));
        }
        let given = format!("given = lambda net, a: a.dim >= {k},");
        same("lrnn(1, 3, 1, 5)", &given, "all([b.dim == a.dim for b in a.extensions()])");
    }
}

#[test]
fn a_large_range_takes_few_evaluations() {
    let claim = checked("lrnn(1, 4, 1, 9)", "", "lambda net, a: a.dim <= min(a.size, 8)");
    assert_eq!(claim.outcome.map(|o| o.name()), Ok("open"), "more than 2^20 allocations");
    let orbits = same("lrnn(1, 3, 1, 7)", "", "a.dim <= min(a.size, 6)");
    assert_eq!(orbits, 3036);
}

#[test]
fn what_depends_on_places_is_asked_of_every_allocation() {
    for body in [
        "net.allocation(\"W1[0,0]\").inside(a) or a.size < 4",
        "a.basis.text != \"W1[0,0]\"",
        "not a.inside(\"W1[0,0] W1[1,0]\") or a.size < 2",
        "a.row_counts(\"W1\")[0] < 2",
        "(lambda x = a: x.text)() != \"W1[0,1] W2[0,1]\"",
        "[f() for f in [lambda x = a: x.text]] != [\"W1[1,1]\"]",
    ] {
        let claim = checked("lffn([2, 2, 2])", "", &format!("lambda net, a: {body}"));
        let every = checked("lffn([2, 2, 2])", "", &format!("lambda net, a: a.text != \"\" and ({body})"));
        assert_eq!(claim.outcome, every.outcome, "{body}");
        let allocation = |c: &Checked| c.counterexample.as_ref().and_then(|c| c.allocation.clone());
        assert_eq!(allocation(&claim), allocation(&every), "{body}");
    }
}

/// The transposition holds on two samples; the dimensions asked for are those on one.
#[test]
fn a_fixed_allocation_brings_its_own_samples() {
    for k in 0..4 {
        let more = "samples = [2, None], allocations = every(sizes = [2, 3, 4]),";
        let body = format!("(net.at(1).everything & a).dim != {k} or a.dim < 3");
        same("lffn([2, 2, 2])", more, &body);
        same("lffn([2, 2, 2]), lffn([2, 3, 2])", more, &format!("(net.at(1).nothing | a).dim + {k} >= a.dim"));
    }
}
