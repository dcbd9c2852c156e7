//! Certificates of match probabilities leave nothing open: on some small networks every `one` and every `fractional` is proved.

use std::time::Duration;

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, parse, subsets};
use allocert::certificate::{of_match, of_match_within};
use allocert::checker::check;
use allocert::control::Control;
use allocert::matching::{MatchOptions, Matcher, Reason, Theorem, Trials, Verdict};
use allocert::network::{Network, Samples};
use allocert::reach::Settings;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

fn matcher(network: &Network, samples: Samples) -> Matcher {
    Matcher::new(network, samples, SETTINGS, Limits::default()).unwrap()
}

/// All allocations but the empty one, small ones first.
fn allocations(network: &Network) -> impl Iterator<Item = Allocation> {
    let n = network.weights();
    (1..=n).flat_map(move |size| subsets(&Allocation::all(n), size))
}

/// Of all allocations, so many have a certificate that is called valid and states the verdict: `one`, and `fractional`.
fn proved(text: &str, samples: Samples) -> [usize; 2] {
    let network: Network = text.parse().unwrap();
    let matcher = matcher(&network, samples);
    let options = MatchOptions { trials: Trials::Fixed(50), ..MatchOptions::default() };
    let mut counts = [0; 2];
    for allocation in allocations(&network) {
        let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
        let (place, value) = match answer.verdict {
            Verdict::One => (0, "is 1"),
            Verdict::Fractional => (1, "is above 0 and below 1"),
            Verdict::Zero => continue,
            Verdict::Undecided => panic!("{text}, {samples}: {allocation:?} is undecided"),
        };
        let report = check(of_match(&answer, SETTINGS).unwrap().as_bytes());
        let said = report.statements.last().is_some_and(|said| said.starts_with("the match") && said.ends_with(value));
        assert!(report.verdict.name() == "valid" && said, "{text}, {samples}: {allocation:?}, {}", report.text("it"));
        counts[place] += 1;
    }
    counts
}

#[test]
fn every_verdict_above_zero_is_proved() {
    assert_eq!(proved("pnn([1, 2, 1], degree=2)", Samples::Count(1)), [12, 3]);
    assert_eq!(proved("lffn([2, 2, 1])", Samples::Count(2)), [55, 0]);
    assert_eq!(proved("pnn([1, 2, 2], degree=2)", Samples::Count(1)), [36, 19]);
}

/// Of all allocations, so many have match probability 1, and each of these has such a certificate.
fn proved_ones(text: &str, samples: Samples) -> usize {
    let network: Network = text.parse().unwrap();
    let matcher = matcher(&network, samples);
    let options = MatchOptions { trials: Trials::Fixed(1), ..MatchOptions::default() };
    let mut count = 0;
    for allocation in allocations(&network) {
        let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
        if answer.verdict != Verdict::One {
            continue;
        }
        let report = check(of_match(&answer, SETTINGS).unwrap().as_bytes());
        let said = report.statements.last().is_some_and(|said| said.starts_with("the match") && said.ends_with("is 1"));
        assert!(report.verdict.name() == "valid" && said, "{text}, {samples}: {allocation:?}, {}", report.text("it"));
        count += 1;
    }
    count
}

/// Parts below and above a layer of one unit, a row for all, far away units, and limits of surplus weights.
#[test]
fn every_one_of_other_networks_is_proved() {
    let asked = [
        ("pnn([2, 1, 1, 1], degree=2)", Samples::Count(2)),
        ("lrnn(1, 1, 2, 3)", Samples::Count(2)),
        ("pnn([2, 2, 1], degree=3)", Samples::Count(3)),
        ("lrnn(1, 2, 1, 3)", Samples::Count(2)),
    ];
    assert_eq!(asked.map(|(network, samples)| proved_ones(network, samples)), [6, 4, 16, 225]);
}

/// Equations of two samples each, multiples of which cancel.
#[test]
fn products_of_two_equations_prove_one() {
    let network: Network = "lrnn(6, 1, 1, 2, readout=\"all\")".parse().unwrap();
    let matcher = matcher(&network, Samples::Count(3));
    let allocation = parse(network.layout(), "D[0,0] B[0,0] B[0,1] B[0,4] B[0,5] W[0,0]").unwrap();
    let answer = matcher.decide(&allocation, &MatchOptions::default(), &Control::unlimited()).unwrap();
    assert_eq!(answer.verdict, Verdict::One);
    let report = check(of_match(&answer, SETTINGS).unwrap().as_bytes());
    assert!(report.verdict.name() == "valid", "{}", report.text("it"));
}

/// Allocations whose probability lies between 0 and 1, by signs, by instances with neighbours, and both.
#[test]
fn what_is_fractional_is_proved() {
    let cases = [
        ("pnn([2, 2, 1], degree=2)", Samples::Functional, "W1[0,0] W1[1,0] W1[1,1] W2[0,0]"),
        ("pnn([2, 3, 1], degree=2)", Samples::Count(3), "W1[1,0] W1[1,1] W1[2,0] W1[2,1] W2[0,0]"),
        ("pnn([1, 2, 1], degree=2, bias=True)", Samples::Count(3), "b1[0] b1[1] W2[0,0]"),
        ("pnn([2, 2, 1, 1], degree=2)", Samples::Functional, "W1[0,0] W1[0,1] W3[0,0]"),
        ("pnn([3, 2, 1], degree=2)", Samples::Count(2), "W1[0,0] W1[0,1] W1[0,2] W2[0,0]"),
        ("pnn([2, 3, 1], degree=3)", Samples::Count(3), "W1[0,0] W2[0,0] W2[0,1]"),
        ("lrnn(1, 2, 1, 4)", Samples::Functional, "D[0,0] B W[0,0] W[1,1]"),
        ("lrnn(1, 2, 1, 4)", Samples::Count(4), "D[0,0] B[0,0] W[0,1] W[1,1]"),
        ("lrnn(1, 2, 1, 4)", Samples::Functional, "B[0,0] W[0,0] W[0,1] W[1,1]"),
        ("lrnn(1, 2, 1, 3)", Samples::Count(2), "B[0,0] W[0,0]"),
        ("pnn([1, 2, 1], degree=3, bias=True)", Samples::Count(3), "b1[0] b1[1] b2[0]"),
        ("pnn([2, 2, 1, 1, 1], degree=2)", Samples::Functional, "W1[0,0] W1[1,1] W2[0,0] W3[0,0]"),
        ("pnn([2, 2, 1, 1, 2], degree=3)", Samples::Count(3), "W1[1,0] W2[0,0] W3[0,0] W4[1,0]"),
        ("lrnn(1, 2, 1, 5, readout=\"all\")", Samples::Functional, "D[0,1] B[0,0] W[1,0] W[1,1]"),
        ("lrnn(1, 2, 1, 5, readout=\"all\")", Samples::Functional, "D[0,1] B[0,0] W[0,0] W[1,0]"),
    ];
    for (text, samples, allocation) in cases {
        let network: Network = text.parse().unwrap();
        let matcher = matcher(&network, samples);
        let options = MatchOptions { trials: Trials::Fixed(50), ..MatchOptions::default() };
        let allocation = parse(network.layout(), allocation).unwrap();
        let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
        assert_eq!(answer.verdict, Verdict::Fractional, "{text}, {samples}: {allocation:?}");
        let report = check(of_match(&answer, SETTINGS).unwrap().as_bytes());
        let said = report.statements.last().is_some_and(|said| said.ends_with("is above 0 and below 1"));
        assert!(report.verdict.name() == "valid" && said, "{text}, {samples}: {allocation:?}, {}", report.text("it"));
    }
}

/// An engine that says that a probability of 1 is below 1 finds no proof that the checker accepts.
#[test]
fn what_is_one_is_not_proved_to_be_less() {
    let mut seen = 0;
    for (text, samples) in [
        ("pnn([1, 2, 1], degree=2)", Samples::Count(1)),
        ("pnn([2, 2, 1], degree=2)", Samples::Count(2)),
        ("pnn([2, 2, 1], degree=2)", Samples::Functional),
        ("pnn([2, 2, 1], degree=3)", Samples::Count(3)),
        ("pnn([2, 2, 1], degree=3)", Samples::Count(2)),
        ("pnn([1, 2, 1], degree=2, bias=True)", Samples::Count(3)),
        ("pnn([2, 2, 1, 1], degree=2)", Samples::Functional),
        ("lrnn(1, 2, 1, 4)", Samples::Count(4)),
    ] {
        let network: Network = text.parse().unwrap();
        let matcher = matcher(&network, samples);
        let options = MatchOptions { trials: Trials::Fixed(20), ..MatchOptions::default() };
        for allocation in allocations(&network).step_by(3) {
            let mut answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
            if answer.verdict != Verdict::One {
                continue;
            }
            for lie in [Reason::OddDegree, Reason::Exact(Theorem::Inertia)] {
                (answer.verdict, answer.reason) = (Verdict::Fractional, lie);
                let report = check(of_match(&answer, SETTINGS).unwrap().as_bytes());
                let below = report.statements.iter().any(|said| said.ends_with("below 1"));
                assert!(!below, "{text}, {samples}: {allocation:?}, {}", report.text("it"));
                seen += 1;
            }
        }
    }
    assert!(seen > 200, "{seen}");
}

/// Sums of two odd powers of one output among several: the law is cited, but of nothing that is known to be 1.
#[test]
fn odd_sums_of_one_output_hold_where_they_are_cited() {
    let (mut cited, mut ones) = (0, 0);
    for (text, samples) in [
        ("pnn([2, 2, 2], degree=3)", Samples::Count(2)),
        ("pnn([2, 2, 2], degree=3)", Samples::Count(3)),
        ("pnn([2, 2, 1, 2], degree=3)", Samples::Count(3)),
    ] {
        let network: Network = text.parse().unwrap();
        let matcher = matcher(&network, samples);
        let options = MatchOptions { trials: Trials::Fixed(20), ..MatchOptions::default() };
        for allocation in allocations(&network).step_by(3) {
            let shortly = Control::unlimited().within(Duration::from_millis(200));
            let mut answer = matcher.decide(&allocation, &options, &shortly).unwrap();
            if answer.verdict == Verdict::Zero {
                continue;
            }
            let one = answer.verdict == Verdict::One;
            answer.verdict = Verdict::Fractional;
            let control = Control::unlimited().within(Duration::ZERO);
            let certificate = of_match_within(&answer, SETTINGS, &control).unwrap();
            let law = certificate.contains("\"law\":\"odd sums\"");
            let report = check(certificate.as_bytes());
            let below = report.statements.iter().any(|said| said.ends_with("below 1"));
            assert!(!(one && below), "{text}, {samples}: {allocation:?}, {}", report.text("it"));
            assert!(!law || below, "{text}, {samples}: {allocation:?}, {}", report.text("it"));
            cited += usize::from(law);
            ones += usize::from(one);
        }
    }
    assert!(cited > 20 && ones > 20, "{cited} of {ones}");
}

/// An engine that says 1 of what has another verdict finds no proof that the checker accepts.
#[test]
fn what_is_not_one_is_not_proved_to_be() {
    let mut seen = 0;
    for (text, samples) in [
        ("pnn([1, 2, 2], degree=2)", Samples::Count(1)),
        ("pnn([1, 2, 1], degree=2)", Samples::Count(2)),
        ("lrnn(1, 2, 1, 2)", Samples::Functional),
        ("lffn([2, 1, 2])", Samples::Functional),
        ("pnn([2, 1, 1, 1], degree=2)", Samples::Count(2)),
    ] {
        let network: Network = text.parse().unwrap();
        let matcher = matcher(&network, samples);
        let options = MatchOptions { trials: Trials::Fixed(50), ..MatchOptions::default() };
        for allocation in allocations(&network) {
            let mut answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
            if !matches!(answer.verdict, Verdict::Zero | Verdict::Fractional) {
                continue;
            }
            let lies = [
                Reason::OddDegree,
                Reason::Affine,
                Reason::Exact(Theorem::Orthants),
                Reason::Exact(Theorem::Rescaling),
                Reason::Exact(Theorem::FarAway),
                Reason::Exact(Theorem::Coordinates),
                Reason::Exact(Theorem::TwoUnits),
                Reason::Exact(Theorem::Bottleneck),
            ];
            for lie in lies {
                (answer.verdict, answer.reason) = (Verdict::One, lie);
                let report = check(of_match(&answer, SETTINGS).unwrap().as_bytes());
                let one = report.statements.iter().any(|said| said.starts_with("the match") && said.ends_with(" is 1"));
                assert!(!one, "{text}, {samples}: {allocation:?}, {}", report.text("it"));
                seen += 1;
            }
        }
    }
    assert!(seen > 200, "{seen}");
}

/// What the checker proves by laws that the engine has no theorem for: instances are decided without them, and all of these have a match where the probability is 1, and some have none where it is less.
#[test]
fn instances_agree_with_laws_read_off_the_shape() {
    let settings = Settings { seed: 25, ..SETTINGS };
    for (text, samples, learns, law, value) in [
        ("pnn([2, 3, 1], degree=3)", None, "W1[0,0] W1[1,1] W1[2,0] W2[0,0]", "cubes", 1),
        ("pnn([2, 3, 1], degree=3)", None, "W1[1,0] W1[1,1] W1[2,0] W2[0,0]", "cubes", 1),
        ("pnn([3, 2, 1], degree=2)", None, "W1[0,1] W1[0,2] W1[1,0] W2[0,0] W2[0,1]", "plane", 1),
        ("pnn([3, 2, 1], degree=2)", Some(4), "W1[0,0] W1[0,1] W1[0,2] W2[0,0] W2[0,1]", "odd norm", 1),
        ("lrnn(1, 2, 1, 4)", None, "D[0,0] D[0,1] W[0,0] W[0,1]", "given poles", 1),
        ("lrnn(1, 2, 1, 4)", Some(3), "W[0,1] W[1,1] B[0,0]", "cubic", 1),
        ("pnn([3, 2, 1], degree=2)", Some(4), "W1[1,0] W1[1,1] W1[1,2] W2[0,0]", "largest quotient", 0),
        ("pnn([1, 2, 1], degree=3, bias=True)", Some(3), "W1[1,0] b1[1] W2[0,0]", "largest quotient", 0),
        ("pnn([1, 2, 1], degree=3, bias=True)", None, "W1[0,0] W1[1,0] b1[0] b1[1] W2[0,0]", "two cubes", 0),
        ("lrnn(1, 2, 1, 4)", Some(3), "D[0,0] W[0,0] W[1,1]", "one label fewer", 0),
        ("lrnn(1, 2, 1, 4)", Some(3), "D[0,0] W[0,1] W[1,0] B[0,0]", "one label fewer", 0),
    ] {
        let network: Network = text.parse().unwrap();
        let samples = samples.map_or(Samples::Functional, Samples::Count);
        let allocation = parse(network.layout(), learns).unwrap();
        let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
        let options = MatchOptions { trials: Trials::Fixed(150), ..MatchOptions::default() };
        let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
        let certificate = of_match(&answer, settings).unwrap();
        assert!(certificate.contains(&format!("\"law\":\"{law}\"")), "{text} {learns}");
        assert_eq!(check(certificate.as_bytes()).verdict.name(), "valid", "{text} {learns}");
        let estimate = matcher.estimate(&allocation, &options, &Control::unlimited());
        let decided = estimate.matched + estimate.unmatched;
        assert!(decided > 100, "{text} {learns}: {decided} decided");
        assert_eq!(estimate.unmatched == 0, value == 1, "{text} {learns}: {}", estimate.unmatched);
    }
}

/// A search without time writes what it has, and says what stopped it.
#[test]
fn a_hole_says_that_the_time_was_up() {
    let network: Network = "lffn([2, 2, 2])".parse().unwrap();
    let samples = Samples::Count(2);
    let matcher = matcher(&network, samples);
    let allocation = parse(network.layout(), "W1[0,0] W1[1,1] W2[0,0] W2[1,1]").unwrap();
    let options = MatchOptions { trials: Trials::Fixed(50), ..MatchOptions::default() };
    let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
    assert_eq!(answer.verdict, Verdict::Fractional);
    let control = Control::unlimited().within(Duration::ZERO);
    let report = check(of_match_within(&answer, SETTINGS, &control).unwrap().as_bytes());
    assert_eq!(report.verdict.name(), "holey");
    assert!(report.holes[0].reason.contains("stopped by the time limit of 0 s"), "{}", report.holes[0].reason);
}

/// Where a law speaks of networks with a power for each layer, or of two units with steps of either parity, the checker knows it or is not asked:
/// a certificate has a hole, but nothing in it is refused.
#[test]
fn no_verdict_has_a_certificate_that_is_refused() {
    let asked = [
        ("pnn([1, 1, 1, 1], degree=[2, 3])", Samples::Count(1)),
        ("pnn([2, 1, 1, 1], degree=[2, 3])", Samples::Count(2)),
        ("pnn([2, 1, 1, 1], degree=[3, 2])", Samples::Functional),
        ("pnn([1, 2, 1, 1], degree=[1, 2])", Samples::Count(2)),
        ("pnn([1, 2, 1, 2], degree=[2, 3])", Samples::Count(1)),
        ("lrnn(1, 2, 1, 5)", Samples::Count(3)),
    ];
    let options = MatchOptions { trials: Trials::Fixed(2), ..MatchOptions::default() };
    for (text, samples) in asked {
        let network: Network = text.parse().unwrap();
        let matcher = matcher(&network, samples);
        for allocation in allocations(&network).step_by(3) {
            let within = || Control::unlimited().within(Duration::from_secs(2));
            let answer = matcher.decide(&allocation, &options, &within()).unwrap();
            let report = check(of_match_within(&answer, SETTINGS, &within()).unwrap().as_bytes());
            assert_ne!(report.verdict.name(), "invalid", "{text}, {samples}: {allocation:?}, {}", report.text("it"));
        }
    }
}
