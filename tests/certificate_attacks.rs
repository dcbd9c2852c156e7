//! Certificates of false statements, each built to slip past one rule; none may be called valid.

#[path = "common/mod.rs"]
mod common;
#[path = "common/written.rs"]
mod written;

use allocert::allocation::print;
use allocert::certificate::format::Rule;
use allocert::checker::{Report, Verdict, check};
use allocert::control::Control;
use allocert::reach::JacobianMatroid;
use proptest::prelude::*;
use written::certificate;

/// The report on steps whose last one states that a set has at most `k` dimensions.
fn upper(network: &str, samples: Option<u64>, steps: Vec<Rule>, (of, k): (&str, usize)) -> Report {
    let statement = format!("the dimension of {of} is at most {k}");
    check(certificate("rank", network, samples, steps, &statement).as_bytes())
}

fn refused(report: Report) {
    let bad = matches!(report.verdict, Verdict::Valid | Verdict::Holey);
    assert!(!bad, "accepted: {}", report.text("attack"));
    // For the reason meant, and not for an accident of the way it is written.
    let reason = report.reason.unwrap();
    assert!(!reason.contains("states something else") && !reason.contains("not a step"), "{reason}");
}

fn valid(report: Report) {
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.text("honest"));
}

fn text(t: &str) -> String {
    t.to_owned()
}

fn size(of: &str, at_most: usize) -> Rule {
    Rule::Size { of: text(of), at_most }
}

/// Step 2 of a certificate: all weights 1, 2, 3, …
fn point(weights: i64, inputs: &[&[i64]]) -> Rule {
    let spread = |w: i64| w * w % 11 + w;
    Rule::Point {
        weights: (1..=weights).map(spread).collect(),
        inputs: inputs.iter().map(|x| x.to_vec()).collect(),
        functions: vec![],
    }
}

type Entries<'a> = &'a [(&'a str, &'a str)];

fn vectors(vectors: &[Entries<'_>]) -> Vec<Vec<(String, String)>> {
    vectors.iter().map(|v| v.iter().map(|(name, entry)| (text(name), text(entry))).collect()).collect()
}

const LFFN: &str = "lffn([2, 2, 2])";

#[test]
fn bounds_near_the_largest_number_do_not_wrap() {
    for slack in 0..9 {
        let huge = usize::MAX - slack;
        for k in [0, 3, 7] {
            let inclusion = Rule::Inclusion { of: text("all"), at_most: k, from: 2 };
            refused(upper(LFFN, None, vec![size("none", huge), inclusion], ("all", k)));
        }
        let both = Rule::Submodular { of: text("all"), at_most: 1, from: (2, 3), meet: None };
        refused(upper(LFFN, None, vec![size("W1", huge), size("W2", 4 + slack), both], ("all", 1)));
    }
    let gauge =
        Rule::Gauge { of: text("all"), at_most: usize::MAX, point: 2, vectors: vectors(&[&[("G1[0,0]", "1")]]) };
    refused(upper(LFFN, None, vec![point(8, &[]), gauge], ("all", usize::MAX)));
}

#[test]
fn entries_that_became_too_large_do_not_count_as_zero() {
    // Five vectors where only four are independent: one is a multiple whose second entry is beyond the exponents computed with.
    let gauge = |at_most: usize, more: Entries<'_>| {
        let mut list: Vec<Entries<'_>> =
            vec![&[("G1[0,0]", "1")], &[("G1[0,1]", "1")], &[("G1[1,0]", "1")], &[("G1[1,1]", "1")]];
        if !more.is_empty() {
            list.push(more);
        }
        let gauge = Rule::Gauge { of: text("all"), at_most, point: 2, vectors: vectors(&list) };
        upper(LFFN, None, vec![point(8, &[]), gauge], ("all", at_most))
    };
    valid(gauge(4, &[]));
    refused(gauge(3, &[("G1[0,0]", "W1[0,1]^10000")]));
    refused(gauge(3, &[("G1[0,0]", "W1[0,1]")]));
    // An empty vector, and vectors without number.
    refused(gauge(3, &[("G1[0,0]", "W1[0,0] - W1[0,0]")]));
    let many = Rule::Gauge { of: text("all"), at_most: 3, point: 2, vectors: vec![Vec::new(); 300_000] };
    refused(upper(LFFN, None, vec![point(8, &[]), many], ("all", 3)));
}

#[test]
fn gauge_directions_belong_to_their_networks() {
    let claim = |network: &str, samples: Option<u64>, weights: i64, inputs: &[&[i64]], name: &str| {
        let of = vectors(&[&[(name, "1")]]);
        let at_most = weights as usize - 1;
        let gauge = Rule::Gauge { of: text("all"), at_most, point: 2, vectors: of };
        upper(network, samples, vec![point(weights, inputs), gauge], ("all", at_most))
    };
    valid(claim("pnn([2, 2, 1], degree=2)", None, 6, &[], "R1[0,1]"));
    // Not with another degree, with several outputs, below another hidden layer, or of a unit with itself.
    refused(claim("pnn([2, 2, 1], degree=3)", None, 6, &[], "R1[0,1]"));
    refused(claim("pnn([2, 2, 2], degree=2)", None, 8, &[], "R1[0,1]"));
    refused(claim("pnn([2, 2, 2, 1], degree=2)", None, 10, &[], "R1[0,1]"));
    refused(claim("pnn([2, 2, 1], degree=2)", None, 6, &[], "R1[0,0]"));
    refused(claim("lffn([2, 2, 1])", None, 6, &[], "R1[0,1]"));
    // Units of networks with powers are scaled, not mixed, and have no shift.
    valid(claim("pnn([2, 2, 2], degree=2)", None, 8, &[], "G1[0,0]"));
    refused(claim("pnn([2, 2, 2], degree=2)", None, 8, &[], "G1[0,1]"));
    refused(claim("pnn([1, 2, 1], degree=2, bias=True)", None, 7, &[], "c1[0]"));
    refused(claim(LFFN, None, 8, &[], "c1[0]"));
    // Inputs and outputs are no hidden units.
    for name in
        ["G0[0,0]", "G2[0,0]", "G1[2,0]", "G1[0,2]", "G[0,1]", "G1[-1,0]", "G99999999999[0,0]", "G1", "[0,0]", ""]
    {
        refused(claim(LFFN, None, 8, &[], name));
    }
    refused(claim("lrnn(inputs=1, hidden=2, outputs=1, steps=3)", None, 8, &[], "G1[0,1]"));
    // What so many samples cannot see, more of them do.
    valid(claim(LFFN, Some(1), 8, &[&[3, 5]], "x[0;0,1]"));
    for samples in [None, Some(2), Some(u64::MAX)] {
        refused(claim(LFFN, samples, 8, &[&[3, 5]], "x[0;0,1]"));
    }
    for name in ["x[0;0]", "x[0;0,0]", "x[0;1,0]", "x[0;0,2]", "x[2;0,1]", "x[0;]"] {
        refused(claim(LFFN, Some(1), 8, &[&[3, 5]], name));
    }
}

#[test]
fn kernel_vectors_hold_for_all_inputs_and_samples() {
    let kernel = |network: &str, samples: Option<u64>, inputs: &[&[i64]], (of, k): (&str, usize), v: Entries<'_>| {
        let weights = 4;
        let kernel = Rule::Kernel { of: text(of), at_most: k, point: 2, vectors: vectors(&[v]) };
        upper(network, samples, vec![point(weights, inputs), kernel], (of, k))
    };
    let net = "lffn([2, 1, 2])";
    let scale: Entries<'_> =
        &[("W1[0,0]", "W1[0,0]"), ("W1[0,1]", "W1[0,1]"), ("W2[0,0]", "-W2[0,0]"), ("W2[1,0]", "-W2[1,0]")];
    valid(kernel(net, None, &[], ("all", 3), scale));
    let unseen: Entries<'_> = &[("W1[0,0]", "x0[1]"), ("W1[0,1]", "-x0[0]")];
    valid(kernel(net, Some(1), &[&[1, 2]], ("W1", 1), unseen));
    refused(kernel(net, Some(2), &[&[1, 2], &[3, 4]], ("W1", 1), unseen));
    refused(kernel(net, None, &[&[1, 2]], ("W1", 1), unseen));
    // A sample that there is not, an input that the point has not.
    refused(kernel(net, Some(1), &[&[1, 2]], ("W1", 1), &[("W1[0,0]", "x1[1]"), ("W1[0,1]", "-x1[0]")]));
    refused(kernel(net, Some(1), &[], ("W1", 1), unseen));
    // A vector that moves a weight outside.
    refused(kernel(net, None, &[], ("W1 W2[0,0]", 2), scale));
    // Zero modulo the prime of the points is not zero.
    let prime: Entries<'_> = &[("W1[0,0]", "2305843009213693951"), ("W1[0,1]", "1")];
    refused(kernel(net, None, &[], ("W1", 1), prime));
}

#[test]
fn minors_have_different_rows_and_columns_of_the_allocation() {
    let minor =
        |of: &str, at_least: usize, rows: Vec<usize>, columns: &str, samples: Option<u64>, inputs: &[&[i64]]| {
            let minor =
                Rule::Minor { of: text(of), at_least, point: 2, rows, columns: text(columns), independent: None };
            let statement = format!("the dimension of {of} is at least {at_least}");
            check(certificate("rank", LFFN, samples, vec![point(8, inputs), minor], &statement).as_bytes())
        };
    let two: &[&[i64]] = &[&[1, 0], &[0, 1]];
    valid(minor("W1", 2, vec![0, 1], "W1[0,0] W1[1,0]", None, two));
    refused(minor("W1", 2, vec![0, 0], "W1[0,0] W1[1,0]", None, two));
    refused(minor("W1", 2, vec![0, 1], "W1[0,0]", None, two));
    refused(minor("W1", 2, vec![0, 1], "W1[0,0] W1[0,0]", None, two));
    refused(minor("W1[0,0]", 2, vec![0, 1], "W1[0,0] W1[1,0]", None, two));
    refused(minor("W1", 2, vec![0, 4], "W1[0,0] W1[1,0]", None, two));
    refused(minor("W1", 2, vec![0, usize::MAX], "W1[0,0] W1[1,0]", None, two));
    // More inputs than samples.
    refused(minor("W1", 2, vec![0, 1], "W1[0,0] W1[1,0]", Some(1), two));
}

#[test]
fn labels_are_counted_right() {
    let labels = |network: &str, samples: Option<u64>, of: &str, k: usize| {
        upper(network, samples, vec![Rule::Labels { of: text(of), at_most: k }], (of, k))
    };
    // Each with the true dimension, and refused one below the bound.
    let cases: [(&str, Option<u64>, &str, usize); 9] = [
        (LFFN, None, "all", 4),
        (LFFN, Some(1), "all", 2),
        (LFFN, None, "W2[0,0] W2[0,1]", 2),
        (LFFN, None, "W1[0,0] W1[1,0]", 2),
        ("pnn([2, 2, 1], degree=2)", None, "all", 3),
        ("pnn([1, 2, 1], degree=2, bias=True)", None, "all", 3),
        ("lrnn(inputs=1, hidden=2, outputs=1, steps=3)", None, "all", 3),
        ("lrnn(inputs=1, hidden=2, outputs=1, steps=3)", None, "W", 2),
        ("lrnn(inputs=1, hidden=2, outputs=1, steps=3, readout=\"all\")", Some(1), "W", 2),
    ];
    for (network, samples, of, k) in cases {
        valid(labels(network, samples, of, k));
        refused(labels(network, samples, of, k - 1));
    }
    // So many samples that a product with them overflows 64 bits.
    refused(labels("lrnn(inputs=1, hidden=9, outputs=1, steps=4096, readout=\"all\")", Some(u64::MAX), "W", 60));
}

#[test]
fn named_bounds_check_their_hypotheses() {
    let bound = |network: &str, samples: Option<u64>, of: &str, name: &str, k: usize| {
        upper(network, samples, vec![Rule::Bound { of: text(of), at_most: k, name: text(name) }], (of, k))
    };
    valid(bound("lffn([3, 1, 3])", None, "all", "low rank", 5));
    refused(bound("lffn([3, 1, 3])", None, "all", "low rank", 4));
    valid(bound("lffn([3, 1, 3])", Some(2), "all", "low rank", 4));
    refused(bound("lffn([3, 1, 3], bias=True)", None, "all", "low rank", 5));
    refused(bound("pnn([3, 1, 3], degree=2)", None, "all", "low rank", 5));
    refused(bound("pnn([3, 1, 3], degree=1)", None, "all", "low rank", 5));
    refused(bound("lrnn(inputs=3, hidden=1, outputs=3, steps=1)", None, "all", "low rank", 5));
    // One unit moved of two samples and three outputs: 2 + (3 - 1) · v.
    valid(bound("pnn([2, 2, 3], degree=2)", Some(2), "W1[0,0] W2", "outputs", 6));
    valid(bound("pnn([2, 2, 3], degree=2)", Some(2), "W1[0,0] W2[0,0] W2[1,0] W2[2,0]", "outputs", 4));
    refused(bound("pnn([2, 2, 3], degree=2)", Some(2), "W1[0,0] W2[0,0] W2[1,0] W2[2,0]", "outputs", 3));
    // A bias counts as one more unit, and a weight deeper down moves all units.
    let biased = "lffn([2, 2, 3], bias=True)";
    refused(bound(biased, Some(4), "W1[0,0] b2", "outputs", 4));
    refused(bound("pnn([2, 2, 2, 3], degree=2)", Some(4), "W1[0,0]", "outputs", 4));
    // Functional, the units have three coordinates; without hidden units there is no such bound.
    refused(bound("pnn([2, 2, 3], degree=2)", None, "W1", "outputs", 4));
    refused(bound("lffn([2, 3])", Some(2), "W1", "outputs", 4));
    refused(bound(LFFN, Some(1), "all", "trace", 4));
}

#[test]
fn named_bounds_are_refused_one_below() {
    let bound = |network: &str, samples: Option<u64>, of: &str, name: &str, k: usize| {
        upper(network, samples, vec![Rule::Bound { of: text(of), at_most: k, name: text(name) }], (of, k))
    };
    let lrnn = |q: usize, n: usize, p: usize, t: usize, readout: &str| {
        format!("lrnn(inputs={q}, hidden={n}, outputs={p}, steps={t}{readout})")
    };
    let all = ", readout=\"all\"";
    let rows = "W[1,0] W[1,1] W[1,2] W[1,3] W[2,0] W[2,1] W[2,2] W[2,3] W[3,0] W[3,1] W[3,2] W[3,3]";
    let cases: [(String, Option<u64>, &str, &str, usize); 17] = [
        ("pnn([2, 2, 1, 1, 1], degree=2)".to_owned(), None, "all", "neck", 3),
        ("pnn([2, 4, 1, 2], degree=[3, 2])".to_owned(), Some(9), "all", "neck", 5),
        ("pnn([3, 1, 2, 2], degree=3)".to_owned(), Some(2), "all", "neck", 3),
        (lrnn(1, 2, 1, 5, ""), None, "D B", "poles", 2),
        (lrnn(1, 3, 1, 6, ""), None, "W", "poles", 5),
        (lrnn(1, 2, 1, 5, ""), None, "W[0,1] W[1,0]", "poles", 2),
        (lrnn(1, 2, 1, 5, ""), None, "D W[0,1] W[1,0]", "poles", 3),
        (lrnn(2, 3, 2, 3, ""), None, "all", "realization", 11),
        (lrnn(2, 3, 2, 3, ""), None, "W", "realization", 7),
        (lrnn(2, 3, 4, 2, ""), Some(5), "all", "surplus", 15),
        (lrnn(2, 3, 2, 6, all), Some(1), "all", "observer", 11),
        (lrnn(3, 4, 1, 8, ""), None, rows, "blocks", 11),
        (lrnn(2, 4, 1, 8, ""), None, "D B", "blocks", 8),
        ("pnn([3, 5, 1], degree=4)".to_owned(), None, "all", "hypersurface", 14),
        ("pnn([3, 5, 2], degree=3)".to_owned(), None, "all", "hypersurface", 19),
        ("pnn([5, 7, 1], degree=3)".to_owned(), None, "all", "curve", 34),
        ("pnn([4, 5, 3], degree=2)".to_owned(), None, "all", "skew", 29),
    ];
    for (network, samples, of, name, k) in cases {
        valid(bound(&network, samples, of, name, k));
        refused(bound(&network, samples, of, name, k - 1));
        // Of another family, or a name of another.
        refused(bound("lffn([9, 9, 9])", samples, "all", name, 100));
        refused(bound(&network, samples, of, "low rank", k));
    }
}

const NAMES: [&str; 14] = [
    "outputs",
    "low rank",
    "split",
    "neck",
    "poles",
    "realization",
    "surplus",
    "observer",
    "signals",
    "unit",
    "blocks",
    "hypersurface",
    "curve",
    "skew",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// No bound is accepted below a rank that the engine has seen at random points, whatever the network and the allocation.
    #[test]
    fn no_named_bound_is_accepted_below_the_rank(
        net in common::network(),
        samples in common::samples(),
        bits in any::<u64>(),
    ) {
        let set = common::allocation(&net, bits);
        let rank = JacobianMatroid::new(&net, samples, 1, &Control::unlimited()).unwrap().rank(&set);
        prop_assume!(rank > 0);
        let of = if set.size() == set.weights() { text("all") } else { print(net.layout(), &set) };
        for name in NAMES {
            let bound = Rule::Bound { of: of.clone(), at_most: rank - 1, name: text(name) };
            let report = upper(&net.to_string(), samples.count(), vec![bound], (&of, rank - 1));
            prop_assert_eq!(report.verdict, Verdict::Invalid, "{} for {} of {}, {}", name, of, net, samples);
        }
    }
}

#[test]
fn sets_are_related_only_as_the_rules_say() {
    let inclusion = |of: &str, k: usize, from: u64| Rule::Inclusion { of: text(of), at_most: k, from };
    let w1 = || size("W1", 4);
    valid(upper(LFFN, None, vec![w1(), inclusion("W1 W2[0,0]", 5, 2)], ("W1 W2[0,0]", 5)));
    refused(upper(LFFN, None, vec![w1(), inclusion("W1 W2[0,0]", 4, 2)], ("W1 W2[0,0]", 4)));
    // Steps that are later, this one itself, the network, or none.
    for from in [0, 1, 3, 4, u64::MAX] {
        refused(upper(LFFN, None, vec![w1(), inclusion("W1", 4, from)], ("W1", 4)));
    }
    // A lower bound is no upper bound.
    let minor =
        Rule::Minor { of: text("W1"), at_least: 0, point: 2, rows: vec![], columns: text("none"), independent: None };
    refused(upper(LFFN, None, vec![point(8, &[]), minor, inclusion("W1", 0, 3)], ("W1", 0)));
    // The meet lies in both sets, and is bounded from below.
    let both = |k: usize, meet| Rule::Submodular { of: text("W1"), at_most: k, from: (2, 3), meet };
    let halves = || vec![size("W1[0,0] W1[0,1]", 2), size("W1[1,0] W1[1,1]", 2)];
    valid(upper(LFFN, None, halves().into_iter().chain([both(4, None)]).collect(), ("W1", 4)));
    refused(upper(LFFN, None, halves().into_iter().chain([both(2, Some(2))]).collect(), ("W1", 2)));
    let p: &[&[i64]] = &[&[1, 0], &[0, 1]];
    let minor = Rule::Minor {
        of: text("W1[0,0]"),
        at_least: 1,
        point: 4,
        rows: vec![0],
        columns: text("W1[0,0]"),
        independent: None,
    };
    let steps = halves().into_iter().chain([point(8, p), minor, both(3, Some(5))]).collect();
    refused(upper(LFFN, None, steps, ("W1", 3)));
    // The union covers the allocation.
    let all = Rule::Submodular { of: text("all"), at_most: 4, from: (2, 3), meet: None };
    refused(upper(LFFN, None, halves().into_iter().chain([all]).collect(), ("all", 4)));
}

#[test]
fn only_units_of_one_layer_are_exchanged() {
    let row = "W1[0,0] W1[0,1]";
    let net = "lffn([2, 2, 2], bias=True)";
    let symmetry = |of: &str, swaps: &[(&str, usize, usize)]| {
        let swaps = swaps.iter().map(|(u, i, k)| (text(u), *i, *k)).collect();
        let steps = vec![size(row, 2), Rule::Symmetry { of: text(of), at_most: 2, from: 2, swaps }];
        upper(net, Some(1), steps, (of, 2))
    };
    valid(symmetry("W1[1,0] W1[1,1]", &[("layer 1", 0, 1)]));
    valid(symmetry(row, &[("inputs", 0, 1)]));
    refused(symmetry("W1[1,0] W1[1,1]", &[("outputs", 0, 1)]));
    refused(symmetry("W1[1,0] W1[1,1]", &[("layer 2", 0, 1)]));
    refused(symmetry("W1[1,0] W1[1,1]", &[("layer 0", 0, 1)]));
    refused(symmetry("W1[0,0] W1[1,0]", &[("transpose", 0, 1)]));
    refused(symmetry("W1[1,0] W1[1,1]", &[("layer 1", 0, 2)]));
    refused(symmetry("b1", &[("layer 1", 0, 1)]));
    refused(symmetry("all", &[]));
}

#[test]
fn steps_about_one_network_prove_nothing_about_another() {
    let enter = Rule::Network { network: text("lffn([2, 2, 2], bias=True)"), samples: None };
    refused(upper(LFFN, None, vec![size("W1", 4), enter, size("W1", 4)], ("W1", 4)));
    let again = |samples| Rule::Network { network: text(LFFN), samples };
    let inclusion = Rule::Inclusion { of: text("W1"), at_most: 4, from: 2 };
    refused(upper(LFFN, None, vec![size("W1", 4), again(None), inclusion], ("W1", 4)));
    refused(upper(LFFN, None, vec![size("W1", 4), again(Some(1)), size("W1", 4)], ("W1", 4)));
    refused(upper(LFFN, Some(0), vec![size("W1", 4)], ("W1", 4)));
    for net in
        ["lffn([2, 2, 2] )", "lffn([2, 2, 2], degree=1)", "relu([2, 2, 1], degree=1)", "relu([2, 0, 1])", "relu([2])"]
    {
        refused(upper(net, None, vec![size("W1", 4)], ("W1", 4)));
    }
}

/// A ReLU network with a point of these weights, and a minor there.
fn relu_minor(
    network: &str,
    samples: Option<u64>,
    (weights, inputs): (&[i64], &[&[i64]]),
    (of, rows, columns): (&str, Vec<usize>, &str),
) -> Report {
    let inputs = inputs.iter().map(|x| x.to_vec()).collect();
    let point = Rule::Point { weights: weights.to_vec(), inputs, functions: vec![] };
    let at_least = rows.len();
    let minor = Rule::Minor { of: text(of), at_least, point: 2, rows, columns: text(columns), independent: None };
    let statement = format!("the dimension of {of} is at least {at_least}");
    check(certificate("rank", network, samples, vec![point, minor], &statement).as_bytes())
}

#[test]
fn points_of_relu_networks_lie_inside_their_patterns() {
    let one = |weights: &[i64], input: i64, column: &str| {
        relu_minor("relu([1, 1, 1])", Some(1), (weights, &[&[input]]), ("all", vec![0], column))
    };
    valid(one(&[3, 2], 5, "W1[0,0]"));
    // An inactive unit, and the border on either side.
    refused(one(&[3, 2], -5, "W1[0,0]"));
    refused(one(&[3, 2], -5, "W2[0,0]"));
    refused(one(&[0, 2], 5, "W1[0,0]"));
    refused(one(&[3, 2], 0, "W1[0,0]"));
    // Signs modulo the prime, or modulo a power of 2, are other ones.
    let prime = (1 << 61) - 1;
    refused(one(&[-prime - 1, 2], 1, "W2[0,0]"));
    refused(one(&[i64::MIN, 2], 1, "W2[0,0]"));
    valid(one(&[i64::MIN, 2], i64::MIN, "W2[0,0]"));
    // The sum of two products is 0 only modulo 2^64, so this is inside; -1 that only seems to be active is not.
    let two = |weights: &[i64], input: &[i64]| {
        relu_minor("relu([2, 1, 1])", Some(1), (weights, &[input]), ("all", vec![0], "W2[0,0]"))
    };
    valid(two(&[1 << 62, 1 << 62, 1], &[2, 2]));
    refused(two(&[1 << 62, -(1 << 62), 1], &[2, 2]));
    refused(two(&[1 << 62, 1 << 62, 1], &[2, -3]));
    // Over 127 bits nothing is said, however it ends.
    let deep = |w: &[i64]| relu_minor("relu([1, 1, 1, 1])", Some(1), (w, &[&[1 << 62]]), ("all", vec![0], "W3[0,0]"));
    refused(deep(&[1 << 62, 1 << 62, 1]));
    refused(deep(&[1 << 62, -(1 << 62), 1]));
    // Behind a layer that is dead nothing is active; without biases that is a border.
    refused(deep(&[-1, 1, 1]));
    let biased =
        |w: &[i64], c: &str| relu_minor("relu([1, 1, 1, 1], bias=True)", Some(1), (w, &[&[1]]), ("all", vec![0], c));
    valid(biased(&[-3, 1, 1, 5, 1, 1], "b2[0]"));
    refused(biased(&[-3, 1, 1, 5, 1, 1], "W2[0,0]"));
    refused(biased(&[-3, 1, 1, 5, 1, 1], "b1[0]"));
    refused(biased(&[-3, 1, 1, -5, 1, 1], "b2[0]"));
    valid(biased(&[-3, 1, 1, -5, 1, 1], "b3[0]"));
}

#[test]
fn points_of_relu_networks_have_no_more_inputs_than_samples() {
    let w: &[i64] = &[2, 1, 1, 2, 1, -1];
    let inputs: [&[i64]; 4] = [&[1, 1], &[2, -3], &[3, -1], &[-3, 2]];
    let minor = |samples, rows: Vec<usize>| relu_minor("relu([2, 2, 1])", samples, (w, &inputs), ("W1", rows, "W1"));
    valid(minor(None, vec![0, 1, 2, 3]));
    valid(minor(Some(4), vec![0, 1, 2, 3]));
    refused(minor(Some(3), vec![0, 1, 2, 3]));
    refused(minor(None, vec![0, 1, 2, 2]));
    refused(minor(None, vec![0, 1, 2, 4]));
    // One input more on one pattern is no new row: this unit has two incoming weights.
    let few: [&[i64]; 3] = [&[1, 1], &[2, 1], &[1, 2]];
    let net = "relu([2, 1, 1])";
    refused(relu_minor(net, None, (&w[..3], &few), ("all", vec![0, 1, 2], "all")));
}

#[test]
fn rules_for_polynomial_labels_or_matroids_are_refused_for_relu_networks() {
    let net = "relu([2, 2, 1])";
    let (of, law) = (text("W1"), text("x"));
    let one = || text("1");
    let rules = [
        Rule::Bound { of: of.clone(), at_most: 4, name: text("low rank") },
        Rule::Bound { of: of.clone(), at_most: 4, name: text("unknown") },
        Rule::Submodular { of: of.clone(), at_most: 4, from: (3, 3), meet: None },
        Rule::Match { of: of.clone(), verdict: text("zero"), law: law.clone(), from: 3, basis: None, degree: None },
        Rule::Match { of: of.clone(), verdict: text("open"), law, from: 3, basis: None, degree: None },
        Rule::Instance { of: of.clone(), trial: 0, student: vec![one(); 6], teacher: vec![one(); 6], inputs: vec![] },
        Rule::Solution { of: of.clone(), instance: 3, polynomial: vec![], between: (one(), one()), values: vec![] },
        Rule::Absence {
            of: of.clone(),
            instance: 3,
            multipliers: vec![],
            form: one(),
            polynomial: vec![],
            nearby: true,
        },
        Rule::Fractional { of: of.clone(), spans: 3, absence: 3 },
    ];
    for rule in rules {
        let report = upper(net, None, vec![point(6, &[]), size("W1", 4), rule], ("W1", 4));
        assert!(report.reason.as_deref().is_some_and(|r| r.contains("does not hold for ReLU")), "{report:?}");
        refused(report);
    }
    // A vector has to be one on every activation pattern: not where the unit is closed, or all are open.
    for vector in [&[("W1[0,0]", "1")][..], &[("W1[0,0]", "W2[0,1]"), ("W1[1,0]", "-W2[0,0]")]] {
        let rule = Rule::Kernel { of: text("W1"), at_most: 3, point: 2, vectors: vectors(&[vector]) };
        let report = upper(net, None, vec![point(6, &[]), size("W1", 4), rule], ("W1", 3));
        assert!(report.reason.as_deref().is_some_and(|r| r.contains("a label changes along it")), "{report:?}");
        refused(report);
    }
    // Not about another network in between, either.
    let enter = |net: &str| Rule::Network { network: text(net), samples: None };
    refused(upper(LFFN, None, vec![enter(net), size("W1", 4)], ("W1", 4)));
}

#[test]
fn upper_bounds_of_relu_networks_hold_on_every_pattern() {
    let of = |net: &str, samples, rule| {
        let k = match &rule {
            Rule::Labels { at_most, .. } | Rule::Bound { at_most, .. } | Rule::Gauge { at_most, .. } => *at_most,
            _ => 0,
        };
        let weights = match net {
            "relu([2, 2, 1])" => 6,
            "relu([2, 2, 1], bias=True)" => 9,
            _ => 7,
        };
        upper(net, samples, vec![point(weights, &[]), rule], ("all", k))
    };
    let labels = |k| Rule::Labels { of: text("all"), at_most: k };
    let bound = |name: &str, k| Rule::Bound { of: text("all"), at_most: k, name: text(name) };
    let gauge =
        |name: &str, k| Rule::Gauge { of: text("all"), at_most: k, point: 2, vectors: vectors(&[&[(name, "1")]]) };
    let (plain, biased) = ("relu([2, 2, 1])", "relu([2, 2, 1], bias=True)");
    valid(of(plain, Some(3), labels(3)));
    refused(of(plain, Some(3), labels(2)));
    // A linear network has 2 coordinates here, a ReLU network none.
    refused(of(plain, None, labels(2)));
    refused(of(plain, Some(u64::MAX), labels(5)));
    refused(of("relu([1, 2, 1], bias=True)", None, labels(2)));
    refused(of("relu([1, 2, 1], bias=True)", None, bound("signs", 4)));
    refused(of("relu([1, 2, 1], bias=True)", None, bound("chain", 4)));
    refused(of(plain, None, bound("signs", 2)));
    valid(of(biased, None, gauge("G1[1,1]", 8)));
    for name in ["G1[0,1]", "G2[0,0]", "G0[0,0]", "c1[0]", "R1[0,1]", "x[0;0,1]", "G1[2,2]"] {
        refused(of(biased, None, gauge(name, 8)));
    }
    // The bias is scaled with its unit.
    let part = "W1[0,0] W1[0,1] W2[0,0]";
    let scaled = |net: &str, n| {
        let rule = Rule::Gauge { of: text(part), at_most: 2, point: 2, vectors: vectors(&[&[("G1[0,0]", "1")]]) };
        upper(net, None, vec![point(n, &[]), rule], (part, 2))
    };
    valid(scaled(plain, 6));
    refused(scaled(biased, 9));
    // A chain of width 1: no bound is below what a point shows, so these are refused one below it.
    for (net, k) in [("relu([1, 1, 1], bias=True)", 3), ("relu([1, 1, 1, 1], bias=True)", 4)] {
        let all = |k| upper(net, None, vec![bound("chain", k)], ("all", k));
        valid(all(k));
        refused(all(k - 1));
    }
    // Of one sample only one side is seen.
    let side = |samples, k| upper("relu([1, 3, 2])", samples, vec![bound("signs", k)], ("all", k));
    valid(side(Some(1), 2));
    refused(side(Some(2), 3));
    refused(side(None, 3));
}

/// More weights than can be remembered, named again and again.
#[test]
fn memory_is_bounded() {
    let steps = vec![size("all", 4096); 5_000];
    assert_eq!(upper("lffn([64, 64])", None, steps, ("all", 4096)).verdict, Verdict::Refused { limit: true });
}

#[test]
fn much_work_for_few_bytes_is_refused_at_once() {
    let over = |report: Report| {
        assert_eq!(report.verdict, Verdict::Refused { limit: true }, "{}", report.text("attack"));
        assert!(report.reason.unwrap().contains("operations"));
    };
    // Each exchange writes down where thousands of weights go.
    let swaps = vec![(text("inputs"), 0, 0); 20_000];
    let symmetry = Rule::Symmetry { of: text("none"), at_most: 0, from: 2, swaps };
    over(upper("pnn([2, 1365, 1], degree=2)", None, vec![size("none", 0), symmetry], ("none", 0)));
    // Two million labels of one branch.
    let none = || text("none");
    let counts = (0..49u64).scan(1u64, |binomial, s| {
        let this = *binomial;
        *binomial = *binomial * (48 - s) / (s + 1);
        Some((s as usize, s as usize, this))
    });
    let branch =
        Rule::Branch { within: text("all"), contains: none(), avoids: none(), point: 2, counts: counts.collect() };
    let inputs = vec![&[1i64][..]; 43_000];
    over(upper("lffn([1, 1, 47])", None, vec![point(48, &inputs), branch], ("all", 48)));
}
