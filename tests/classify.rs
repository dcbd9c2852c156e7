//! Classifying all allocations agrees with asking about each; subsystems and reasons are what they say.

use std::time::Duration;

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, parse, print, subsets};
use allocert::control::Control;
use allocert::matching::{
    Decision, Ensemble, Instance, MatchOptions, Matcher, Reason, Theorem, Trials, Verdict, binomial_tails, maximal,
};
use allocert::network::{Network, Samples};
use allocert::number::Integers;
use allocert::reach::{Evidence, Settings};
use rug::Integer;

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
        ("lrnn(1, 2, 1, 5, readout=\"all\")", Samples::Functional),
        ("pnn([1, 2, 1, 2], degree=[2, 3])", Samples::Functional),
        ("pnn([1, 2, 1], degree=2)", Samples::Functional),
        ("pnn([2, 1, 1], degree=3)", Samples::Count(1)),
    ] {
        let network: Network = network.parse().unwrap();
        let matcher = matcher(&network, samples);
        let table = matcher.classify(&options(), &Control::unlimited()).unwrap();
        let mut counts = vec![[0; 4]; network.weights() + 1];
        for allocation in every(network.weights()) {
            let (verdict, alone) =
                (table.verdict(&allocation), matcher.decide(&allocation, &options(), &Control::unlimited()).unwrap());
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
    let table = maximal(&network, &options(), SETTINGS, &Control::unlimited()).unwrap();
    let rows: Vec<_> = table.rows.iter().map(|r| (r.samples, r.counts, r.minimal)).collect();
    // On one sample W alone has degree 2. D and B have dimension 1 together, so they are minimal among the pairs.
    assert_eq!(rows[0], (None, [0, 1, 0, 0], 1));
    assert_eq!(rows[1], (Some(Samples::Count(1)), [0, 2, 1, 0], 3));
    assert_eq!(rows[2], (Some(Samples::Functional), [1, 2, 0, 0], 1));
    assert_eq!(rows[3], (Some(Samples::Functional), [0, 1, 0, 0], 1));
    let large: Network = "lffn([5, 5])".parse().unwrap();
    assert!(maximal(&large, &options(), SETTINGS, &Control::unlimited()).is_err());
}

#[test]
fn equations_fall_into_parts() {
    let network: Network = "lffn([2, 2, 2])".parse().unwrap();
    let parts = |samples, text: &str| matcher(&network, samples).subsystems(&parse(network.layout(), text).unwrap());
    assert_eq!(parts(Samples::Functional, "none"), Ok(Some(0)));
    // One for each column of the first layer, one for each row of the last.
    assert_eq!([parts(Samples::Functional, "W1"), parts(Samples::Functional, "W2")], [Ok(Some(2)), Ok(Some(2))]);
    assert_eq!(parts(Samples::Functional, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"), Ok(Some(1)));
    assert_eq!(parts(Samples::Count(1), "W1"), Ok(Some(1)));
}

#[test]
fn one_bound_is_enough_for_zero_and_for_one() {
    // D = 4 by the labels; a single weight has dimension 1 by its size: nothing probabilistic is left.
    let network: Network = "lffn([2, 2, 2])".parse().unwrap();
    let answer = |text: &str| {
        let allocation = parse(network.layout(), text).unwrap();
        matcher(&network, Samples::Functional).decide(&allocation, &options(), &Control::unlimited()).unwrap()
    };
    assert_eq!((answer("W1[0,0]").verdict, answer("W1[0,0]").evidence), (Verdict::Zero, Evidence::Proved));
    assert_eq!((answer("W1").verdict, answer("W1").evidence), (Verdict::One, Evidence::Proved));

    // Five fourth powers of linear forms in three variables fill a dimension less than all: a form vanishes at all units.
    let network: Network = "pnn([3, 5, 1], degree=4)".parse().unwrap();
    assert_eq!(matcher(&network, Samples::Functional).teacher().evidence, Evidence::Proved);

    // With biases the teacher's dimension has no proved bound from above, but that two weights are not enough needs none.
    let network: Network = "pnn([2, 2, 1, 1], degree=2, bias=True)".parse().unwrap();
    let matcher = matcher(&network, Samples::Functional);
    assert_ne!(matcher.teacher().evidence, Evidence::Proved);
    let two = parse(network.layout(), "W1[0,0] W1[1,1]").unwrap();
    let answer = matcher.decide(&two, &options(), &Control::unlimited()).unwrap();
    assert_eq!((answer.verdict, answer.evidence), (Verdict::Zero, Evidence::Proved));
}

/// A surplus weight that is free of the equation: no match of an instance is certain, but what lies near it is not proved.
#[test]
fn the_fractional_law_is_not_stretched_to_surplus_weights() {
    for text in ["pnn([1, 1, 1], degree=2)", "pnn([1, 2, 1], degree=2)", "lrnn(1, 2, 1, 3)"] {
        let network: Network = text.parse().unwrap();
        let matcher = matcher(&network, Samples::Count(1));
        for allocation in every(network.weights()).filter(|a| a.size() > matcher.teacher().value) {
            let answer = matcher.decide(&allocation, &options(), &Control::unlimited()).unwrap();
            assert!(!matches!(answer.reason, Reason::Fractional { .. }));
            if answer.verdict == Verdict::Fractional && !matches!(answer.reason, Reason::Exact(_)) {
                assert_eq!(answer.evidence, Evidence::Statistical);
            }
        }
    }
}

#[test]
fn symmetries_of_recurrent_networks_change_no_label_on_any_inputs() {
    // So the instances of an allocation and those of its image, drawn alike, match alike.
    for text in ["lrnn(1, 2, 1, 4)", "lrnn(1, 3, 1, 4)", "lrnn(1, 3, 1, 6)"] {
        let network: Network = text.parse().unwrap();
        let numbers =
            |from: i64, count: usize| (0..count as i64).map(|i| Integer::from((i * i + from) % 17 - 8)).collect();
        let weights: Vec<Integer> = numbers(3, network.weights());
        let inputs: Vec<Vec<Integer>> = (0..3).map(|i| numbers(5 * i, network.input_size())).collect();
        let symmetries = network.symmetries(Samples::Count(1));
        assert!(symmetries.iter().any(|s| s.name == "duality"));
        for symmetry in symmetries {
            let mut renamed = weights.clone();
            symmetry.images.iter().zip(&weights).for_each(|(to, w)| renamed[*to] = w.clone());
            let [labels, same] = [&weights, &renamed].map(|w| network.labels(&Integers, w, &inputs));
            assert_eq!(labels, same, "{network}: {}", symmetry.name);
        }
    }
}

#[test]
fn a_table_is_the_same_on_orbits_and_as_of_single_allocations() {
    let network: Network = "lrnn(1, 3, 1, 3)".parse().unwrap();
    for samples in [Samples::Count(1), Samples::Functional] {
        let matcher = matcher(&network, samples);
        let options = MatchOptions { trials: Trials::Fixed(20), ..options() };
        let table = matcher.classify(&options, &Control::unlimited()).unwrap();
        let symmetries = network.symmetries(samples);
        for allocation in every(network.weights()).filter(|a| a.size() <= 4) {
            for symmetry in &symmetries {
                let image = Allocation::of(network.weights(), allocation.iter().map(|w| symmetry.images[w]));
                assert_eq!(table.verdict(&allocation), table.verdict(&image));
            }
            if allocation.size() == table.teacher.value {
                let degree = matcher.degree(&allocation, &Control::unlimited());
                let odd = degree.is_ok_and(|d| d.value % 2 == 1);
                let spans = matcher.dim(&allocation).value == table.teacher.value;
                assert_eq!(table.verdict(&allocation) == Verdict::One, spans && odd, "{allocation:?}");
            }
        }
        let bases = every(network.weights()).filter(|a| a.size() == table.teacher.value);
        let bases = bases.filter(|a| matcher.dim(a).value == table.teacher.value).count();
        assert_eq!(table.degrees.values().sum::<u64>(), bases as u64);
    }
}

#[test]
fn a_plane_of_odd_degree_settles_what_no_basis_does() {
    // On one sample of four steps the label has degree 2 in each of these two weights, and degree 3 in both together.
    let network: Network = "lrnn(1, 2, 1, 4)".parse().unwrap();
    let matcher = matcher(&network, Samples::Count(1));
    let both = parse(network.layout(), "W[0,1] W[1,0]").unwrap();
    let answer = matcher.decide(&both, &options(), &Control::unlimited()).unwrap();
    assert_eq!((answer.verdict, answer.reason), (Verdict::One, Reason::OddSection(3)));
    assert_eq!(answer.evidence, Evidence::Proved, "Bézout's bound, attained");
    // Each instance says so, too.
    let estimate =
        matcher.estimate(&both, &MatchOptions { trials: Trials::Fixed(400), ..options() }, &Control::unlimited());
    assert_eq!((estimate.matched, estimate.unmatched), (400, 0));
}

#[test]
fn instances_with_surplus_weights_are_decided_both_ways() {
    // a u² + b v² = y: without a match exactly if a and b have one sign, and y the other.
    let network: Network = "pnn([1, 2, 1], degree=2)".parse().unwrap();
    let matcher = matcher(&network, Samples::Functional);
    let first = parse(network.layout(), "W1").unwrap();
    let mut found = [0, 0];
    for trial in 0..200 {
        let instance = Instance::draw(&network, Samples::Functional, Ensemble::Gaussian, SETTINGS.seed, trial);
        let [u, v, a, b] = [0, 1, 2, 3].map(|w| instance.teacher[w].over(2_000));
        let label = &a * u.square() + &b * v.square();
        let sign = |w: usize| instance.student[w].mantissa.is_positive();
        let expected = sign(2) != sign(3) || sign(2) == label.is_positive();
        let Decision::Decided(finding) = matcher.instance(&first, &options(), trial, &Control::unlimited()) else {
            panic!("trial {trial} is undecided");
        };
        assert_eq!(finding.real, expected, "trial {trial}");
        found[usize::from(expected)] += 1;
    }
    assert!(found[0] > 20 && found[1] > 100, "{found:?}");
    let answer = matcher.decide(&first, &options(), &Control::unlimited()).unwrap();
    assert_eq!(answer.verdict, Verdict::Fractional);
    assert_eq!((answer.reason, answer.evidence), (Reason::Exact(Theorem::Cone), Evidence::Proved));
    assert_eq!(answer.exact.and_then(|exact| exact.number).as_deref(), Some("3/4"));
}

#[test]
fn no_table_by_laws_for_draws_that_they_say_nothing_about() {
    let network: Network = "lffn([2, 1, 2])".parse().unwrap();
    let options = MatchOptions { ensemble: Ensemble::Sparse { percent: 50 }, ..options() };
    let error = matcher(&network, Samples::Functional).classify(&options, &Control::unlimited()).unwrap_err();
    assert!(error.to_string().contains("sparse:50"), "{error}");
}

/// Deciding instances by elimination is another method: none without a match where the probability is said to be 1, and, where it
/// is said to be at most a number, not more than such a number makes likely (once in a thousand million).
#[test]
fn signs_bottlenecks_and_slices_agree_with_instances() {
    let (mut certain, mut below, mut decided) = (0, 0, 0);
    for (network, samples) in [
        ("pnn([2, 1, 1], degree=2)", Samples::Functional),
        ("pnn([3, 1, 1], degree=2)", Samples::Count(2)),
        ("pnn([2, 1, 2], degree=2)", Samples::Count(1)),
        ("pnn([2, 1, 2], degree=2)", Samples::Functional),
        ("pnn([1, 2, 1, 1], degree=[2, 3])", Samples::Functional),
        ("pnn([2, 1, 1, 1], degree=[3, 2])", Samples::Count(2)),
        ("pnn([2, 2, 1, 1], degree=2)", Samples::Count(2)),
        ("pnn([2, 2, 1, 1], degree=[3, 2])", Samples::Count(2)),
        ("pnn([2, 1, 2], degree=3)", Samples::Count(2)),
        ("pnn([1, 1, 2], degree=2, bias=True)", Samples::Count(2)),
        ("pnn([2, 2, 1], degree=2)", Samples::Count(2)),
        ("pnn([2, 2, 1], degree=3)", Samples::Count(2)),
        ("lrnn(2, 1, 1, 3)", Samples::Count(2)),
        ("pnn([1, 2, 1], degree=2, bias=True)", Samples::Count(2)),
        ("lffn([2, 1, 2])", Samples::Functional),
        ("lffn([1, 2, 1, 2])", Samples::Functional),
        ("lrnn(1, 2, 1, 4)", Samples::Functional),
    ] {
        let network: Network = network.parse().unwrap();
        let matcher = matcher(&network, samples);
        // So long for each allocation, or fewer instances.
        let options = MatchOptions { trials: Trials::Fixed(1_000), slices: 4, bases: 20, ..options() };
        for allocation in every(network.weights()).filter(|a| a.size() < a.weights()) {
            if matcher.dim(&allocation).value < matcher.teacher().value {
                continue;
            }
            let answer = matcher.decide(
                &allocation,
                &MatchOptions { trials: Trials::Fixed(1), ..options },
                &Control::unlimited().within(Duration::from_millis(400)),
            );
            let answer = answer.unwrap();
            let asked = matches!(
                answer.reason,
                Reason::Exact(
                    Theorem::Signs
                        | Theorem::Bottleneck
                        | Theorem::Orthants
                        | Theorem::OddSums
                        | Theorem::OddSteps
                        | Theorem::FarAway
                ) | Reason::OddSlice { .. }
                    | Reason::OddLimit { .. }
                    | Reason::OddSection(_)
            );
            if !asked {
                continue;
            }
            let control = Control::unlimited().within(Duration::from_millis(150));
            let found = matcher.estimate(&allocation, &options, &control);
            let shown = format!("{network}, {samples}, {}: {found:?}", print(network.layout(), &allocation));
            decided += found.matched + found.unmatched;
            match answer.verdict {
                Verdict::One => {
                    certain += 1;
                    assert_eq!(found.unmatched, 0, "{shown}");
                }
                Verdict::Fractional => {
                    below += 1;
                    let most = answer.exact.map_or(1.0, |exact| exact.high.to_f64());
                    let [_, as_many] = binomial_tails(found.matched, found.trials, most);
                    assert!(as_many > 1e-9, "{shown}: at most {most}");
                }
                other => panic!("{shown}: {other:?}"),
            }
        }
    }
    assert!(certain > 40 && below > 20 && decided > 500, "{certain} certain, {below} below 1, {decided} decided");
}

/// Two learnable weights in a fixed ratio, and an odd number of students is left, where no slice with zeros and no limit that is looked at
/// has one: the instances, which are decided by elimination, agree.
#[test]
fn weights_in_a_fixed_ratio_leave_an_odd_number() {
    for text in ["D[0,0] B[0,0] W[1,1] W[2,2]", "D[0,0] B[0,0] W[1,2] W[2,1]", "D[0,0] W[0,0] W[1,1] W[2,2]"] {
        let (network, samples): (Network, _) = ("lrnn(1, 3, 1, 6)".parse().unwrap(), Samples::Count(3));
        let (matcher, allocation) = (matcher(&network, samples), parse(network.layout(), text).unwrap());
        let answer = matcher.decide(&allocation, &options(), &Control::unlimited()).unwrap();
        let Reason::OddSlice { multiples, degree, .. } = &answer.reason else {
            panic!("{text}: {:?}", answer.reason);
        };
        assert!(!multiples.is_empty() && degree % 2 == 1, "{text}: {:?}", answer.reason);
        assert_eq!(answer.verdict, Verdict::One);
        let many = MatchOptions { trials: Trials::Fixed(60), ..options() };
        let estimate = matcher.estimate(&allocation, &many, &Control::unlimited());
        assert!(estimate.unmatched == 0 && estimate.matched > 30, "{text}: {estimate:?}");
    }
}

/// One surplus weight large, and an odd number of students is left, where every slice has an even number: the instances, which are decided
/// by elimination, agree.
#[test]
fn limits_of_surplus_weights_leave_an_odd_number() {
    for (network, text, samples) in [
        ("lrnn(1, 2, 1, 3)", "D[0,0] B[0,0] W[0,0] W[1,1]", Samples::Functional),
        ("lrnn(1, 2, 1, 5)", "W[0,0] W[0,1]", Samples::Count(1)),
    ] {
        let network: Network = network.parse().unwrap();
        let (matcher, allocation) = (matcher(&network, samples), parse(network.layout(), text).unwrap());
        let answer = matcher.decide(&allocation, &options(), &Control::unlimited()).unwrap();
        assert!(matches!(answer.reason, Reason::OddLimit { .. }), "{network} {text}: {:?}", answer.reason);
        assert_eq!(answer.verdict, Verdict::One);
        let many = MatchOptions { trials: Trials::Fixed(120), ..options() };
        let estimate = matcher.estimate(&allocation, &many, &Control::unlimited());
        assert!(estimate.unmatched == 0 && estimate.matched > 60, "{network} {text}: {estimate:?}");
    }
    // Squares are no different at infinity: nothing is claimed where the probability is below 1.
    for (network, text) in [("pnn([1, 2, 1], degree=2)", "W1"), ("pnn([1, 3, 1], degree=4)", "W1")] {
        let network: Network = network.parse().unwrap();
        let allocation = parse(network.layout(), text).unwrap();
        let answer = matcher(&network, Samples::Count(1)).decide(&allocation, &options(), &Control::unlimited());
        assert_eq!(answer.unwrap().verdict, Verdict::Fractional);
    }
}

/// Where all instances that are looked at have a match, a search finds one without: the real eigenvalues of a pencil of matrices.
#[test]
fn rare_instances_without_a_match_are_found() {
    let network: Network = "lrnn(4, 1, 1, 2)".parse().unwrap();
    let matcher = matcher(&network, Samples::Count(4));
    let basis = parse(network.layout(), "B[0,0:3] W").unwrap();
    assert_eq!(matcher.degree(&basis, &Control::unlimited()).unwrap().value, 4);
    let few = MatchOptions { trials: Trials::Fixed(3), ..options() };
    let table = matcher.classify(&few, &Control::unlimited()).unwrap();
    assert_eq!(table.verdict(&basis), Verdict::Fractional);
    // It was the search: the instances that are looked at all have a match, and no larger allocation has a verdict below 1.
    let seen = matcher.estimate(&basis, &few, &Control::unlimited());
    assert_eq!((seen.matched, seen.unmatched, seen.undecided), (3, 0, 0));
    for weight in (0..network.weights()).filter(|w| !basis.contains(*w)) {
        let larger = Allocation::of(network.weights(), basis.iter().chain([weight]));
        assert_ne!(table.verdict(&larger), Verdict::Fractional, "{larger:?}");
    }
    // As its frequency says, with patience.
    let estimate =
        matcher.estimate(&basis, &MatchOptions { trials: Trials::Fixed(1_500), ..options() }, &Control::unlimited());
    assert!(estimate.unmatched > 0 && estimate.matched > 1_200, "{estimate:?}");
}

/// A student whose weights all learn is the teacher, whatever is drawn; no instance is decided for that.
#[test]
fn everything_can_be_copied_from_any_teacher() {
    for network in ["lffn([2, 1, 2])", "relu([1, 2, 1])", "relu([1, 2, 2, 1])", "lrnn(1, 1, 1, 3)"] {
        let network: Network = network.parse().unwrap();
        let all = Allocation::all(network.weights());
        for ensemble in [Ensemble::Gaussian, Ensemble::Sparse { percent: 50 }, Ensemble::Integer { bound: 2 }] {
            let options = MatchOptions { ensemble, ..options() };
            let answer = matcher(&network, Samples::Count(2)).decide(&all, &options, &Control::unlimited()).unwrap();
            assert_eq!((answer.verdict, answer.evidence), (Verdict::One, Evidence::Proved), "{network} {ensemble}");
            assert_eq!((answer.reason, answer.estimate), (Reason::Exact(Theorem::Copying), None));
        }
    }
}
