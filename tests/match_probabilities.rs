//! Match probabilities agree with measured values, and decisions with a second method.

use std::collections::BTreeMap;

use rug::{Integer, Rational};

use allocert::algebra::{Limits, Undecided};
use allocert::allocation::{Allocation, parse, print, subsets};
use allocert::control::{Control, Stopped};
use allocert::matching::{
    Decision, Ensemble, Halt, Hypothesis, Instance, MatchOptions, Matcher, NoDegree, Reason, Trials, Verdict,
    confidence_interval,
};
use allocert::network::{Network, Samples};
use allocert::number::{Dyadic, Floats};
use allocert::reach::{Evidence, Settings};

const SETTINGS: Settings = Settings { seed: 11, error_log2: -100 };

fn matcher(network: &Network, samples: Samples) -> Matcher {
    Matcher::new(network, samples, SETTINGS, Limits::default()).unwrap()
}

fn options(trials: u64) -> MatchOptions {
    MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() }
}

fn allocation(network: &Network, text: &str) -> Allocation {
    parse(network.layout(), text).unwrap()
}

#[test]
fn one_recurrent_weight_on_one_sample() {
    let network = Network::lrnn(1, 1, 1, 3, false).unwrap();
    let answer = matcher(&network, Samples::Count(1))
        .decide(&allocation(&network, "W"), &options(20_000), &Control::unlimited())
        .unwrap();
    let estimate = answer.estimate.clone().unwrap();
    assert_eq!(answer.degree.unwrap().unwrap().value, 2);
    assert_eq!((answer.verdict, estimate.undecided, estimate.trials), (Verdict::Fractional, 0, 20_000));
    assert_eq!(answer.evidence, Evidence::Proved, "univariate, one label, an attained bound");
    let [low, high] = answer.range();
    assert!(low <= 0.6181 + 0.0005 && 0.6181 - 0.0005 <= high, "{low} to {high}");
    assert!(high - low < 0.015);
}

#[test]
fn the_diagonals_of_two_layers() {
    let network = Network::lffn(&[2, 2, 2], false).unwrap();
    let diagonal = allocation(&network, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]");
    let answer =
        matcher(&network, Samples::Functional).decide(&diagonal, &options(20_000), &Control::unlimited()).unwrap();
    let estimate = answer.estimate.clone().unwrap();
    assert_eq!(answer.degree.unwrap().unwrap().value, 2);
    assert_eq!((answer.verdict, estimate.undecided), (Verdict::Fractional, 0));
    let [low, high] = estimate.ci95;
    assert!(low <= 0.8956 + 0.0005 && 0.8956 - 0.0005 <= high, "{low} to {high}");
    // What the theorem says is not replaced by what the instances showed.
    let [low, high] = answer.range();
    assert!(0.8955 < low && low < high && high < 0.8957, "{low} to {high}");
    assert_eq!((answer.probability(), answer.interval()), (None, None));
    assert_eq!(answer.beside(), Some(&estimate));
}

/// A bound of a theorem is no value: the share of matched instances stands beside it, and may lie outside.
#[test]
fn a_bound_is_no_value() {
    let network = Network::pnn_by_layer(&[1, 1, 1, 2], &[2, 2], false).unwrap();
    let below = allocation(&network, "W1 W2 W3[0,0]");
    let settings = Settings { seed: 2, ..SETTINGS };
    let matcher = Matcher::new(&network, Samples::Functional, settings, Limits::default()).unwrap();
    let answer = matcher.decide(&below, &options(10), &Control::unlimited()).unwrap();
    let [low, high] = answer.exact.as_ref().unwrap().enclosure();
    assert_eq!((low, high, answer.evidence), (0.0, 0.5, Evidence::Proved));
    assert!(answer.share().unwrap() > high, "take another seed: {:?}", answer.share());
    assert_eq!((answer.probability(), answer.beside()), (None, answer.estimate.as_ref()));
    let ([least, most], interval) = (answer.range(), answer.interval().unwrap());
    assert!(low <= least && most <= high && interval == [least, most], "{interval:?}");
}

/// The labels of a student in floats, for looking only.
fn float_labels(network: &Network, weights: &[Dyadic], inputs: &[Vec<Dyadic>]) -> Vec<f64> {
    let float = |x: &Dyadic| x.mantissa.to_f64() / 2f64.powi(x.exponent as i32);
    let list = |all: &[Dyadic]| all.iter().map(float).collect::<Vec<f64>>();
    network.labels(&Floats, &list(weights), &inputs.iter().map(|x| list(x)).collect::<Vec<_>>())
}

/// Whether F(w) − y changes sign on a dense grid: a second method for one learnable weight and one label.
fn scan(network: &Network, weight: usize, instance: &Instance) -> bool {
    let target = float_labels(network, &instance.teacher, &instance.inputs)[0];
    let mut student = instance.student.clone();
    let mut at = |k: i64| {
        // tan(πk / 40 000) covers the line; dyadic, so that the student can hold it.
        let w = (std::f64::consts::PI * k as f64 / 40_000.0).tan();
        student[weight] = Dyadic { mantissa: ((w * 2f64.powi(40)) as i128).into(), exponent: 40 };
        float_labels(network, &student, &instance.inputs)[0] - target
    };
    let signs: Vec<bool> = (-19_999..20_000).map(|k| at(k) > 0.0).collect();
    signs.windows(2).any(|pair| pair[0] != pair[1])
}

#[test]
fn a_dense_scan_agrees_for_one_weight_and_one_label() {
    for (network, text) in [
        (Network::lrnn(1, 1, 1, 3, false).unwrap(), "W"),
        (Network::lrnn(1, 2, 1, 5, false).unwrap(), "W[0,0]"),
        (Network::lrnn(1, 2, 1, 5, false).unwrap(), "W[0,1]"),
        (Network::pnn(&[1, 2, 1], 4, false).unwrap(), "W1[0,0]"),
        (Network::pnn(&[1, 2, 2, 1], 2, true).unwrap(), "b1[1]"),
    ] {
        let (matcher, learnable) = (matcher(&network, Samples::Count(1)), allocation(&network, text));
        let weight = learnable.iter().next().unwrap();
        for trial in 0..40 {
            let instance = Instance::draw(&network, Samples::Count(1), Ensemble::Gaussian, SETTINGS.seed, trial);
            let Decision::Decided(finding) =
                matcher.instance(&learnable, &MatchOptions::default(), trial, &Control::unlimited())
            else {
                panic!("one variable is always decided");
            };
            assert_eq!(finding.error_log2, None);
            assert_eq!(finding.real, scan(&network, weight, &instance), "{network}, {text}, trial {trial}");
        }
    }
}

#[test]
fn discriminants_agree_for_quadratic_labels() {
    // y = d·b·(x_1 w² + x_2 w + x_3)
    let network = Network::lrnn(1, 1, 1, 3, false).unwrap();
    let (matcher, learnable) = (matcher(&network, Samples::Count(1)), allocation(&network, "W"));
    for trial in 0..2_000 {
        let instance = Instance::draw(&network, Samples::Count(1), Ensemble::Gaussian, SETTINGS.seed, trial);
        let rational = |x: &Dyadic| Rational::from((x.mantissa.clone(), Integer::from(1) << x.exponent));
        let list = |all: &[Dyadic]| all.iter().map(rational).collect::<Vec<_>>();
        let (student, teacher, x) = (list(&instance.student), list(&instance.teacher), list(&instance.inputs[0]));
        let gain = |w: &[Rational]| Rational::from(&w[0] * &w[1]);
        let label = gain(&teacher)
            * (teacher[2].clone() * &teacher[2] * &x[0] + Rational::from(&teacher[2] * &x[1]) + x[2].clone());
        let constant = x[2].clone() - label / gain(&student);
        let discriminant = x[1].clone() * &x[1] - constant * &x[0] * 4;
        let Decision::Decided(finding) =
            matcher.instance(&learnable, &MatchOptions::default(), trial, &Control::unlimited())
        else {
            panic!("a quadratic equation is always decided");
        };
        assert_eq!(finding.real, discriminant >= 0, "trial {trial}");
    }
}

/// Every allocation of small networks: what a law says, every decided instance confirms.
#[test]
fn laws_agree_with_decided_instances() {
    let networks = [
        (Network::lffn(&[1, 2, 1], false).unwrap(), Samples::Functional),
        (Network::lffn(&[2, 1, 2], false).unwrap(), Samples::Functional),
        (Network::lffn(&[2, 2, 1], false).unwrap(), Samples::Count(1)),
        (Network::lrnn(1, 2, 1, 3, false).unwrap(), Samples::Count(1)),
        (Network::lrnn(1, 2, 1, 3, false).unwrap(), Samples::Count(2)),
        (Network::pnn(&[1, 2, 1], 2, false).unwrap(), Samples::Functional),
        (Network::pnn(&[2, 2, 1], 2, false).unwrap(), Samples::Functional),
    ];
    let options = options(15);
    let mut seen = BTreeMap::new();
    for (network, samples) in networks {
        let matcher = matcher(&network, samples);
        let everything = Allocation::all(network.weights());
        for allocation in (0..=network.weights()).flat_map(|size| subsets(&everything, size)) {
            let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
            let estimate = matcher.estimate(&allocation, &options, &Control::unlimited());
            let shown = print(network.layout(), &allocation);
            let case = format!("{network}, {samples}, {shown}: {:?}, {estimate:?}", answer.reason);
            match answer.verdict {
                Verdict::Zero => assert_eq!(estimate.matched, 0, "{case}"),
                Verdict::One => assert_eq!(estimate.unmatched, 0, "{case}"),
                // A theorem needs no instance, and 15 may all have a match.
                Verdict::Fractional => assert!(estimate.unmatched > 0 || answer.exact.is_some(), "{case}"),
                Verdict::Undecided => assert_eq!(estimate.unmatched, 0, "{case}"),
            }
            if allocation.size() <= answer.teacher.value {
                assert_eq!(estimate.undecided, 0, "{case}");
            }
            *seen.entry(answer.verdict.name()).or_insert(0) += 1;
        }
    }
    for verdict in ["zero", "one", "fractional"] {
        assert!(seen[verdict] > 10, "{seen:?}");
    }
}

#[test]
fn every_law_is_named() {
    let decide = |network: &Network, samples, text: &str| {
        matcher(network, samples).decide(&allocation(network, text), &options(50), &Control::unlimited()).unwrap()
    };
    let network = Network::lffn(&[2, 2, 2], false).unwrap();
    let of = |text: &str| decide(&network, Samples::Functional, text);

    let answer = of("W1[0,0]");
    assert_eq!((answer.verdict, answer.reason), (Verdict::Zero, Reason::NotSpanning));
    assert_eq!((answer.evidence.name(), answer.estimate), ("proved", None));

    let answer = of("W1");
    assert_eq!((answer.verdict, &answer.reason, answer.evidence.name()), (Verdict::One, &Reason::Affine, "proved"));
    assert_eq!((answer.probability(), answer.range(), answer.interval()), (Some(1.0), [1.0, 1.0], None));

    let answer = of("W1 W2[0,0]");
    assert_eq!((answer.verdict, answer.reason), (Verdict::One, Reason::AffineBasis(allocation(&network, "W1"))));

    let answer = of("W1[0,0] W1[0,1] W1[1,0] W2[1,1]");
    assert_eq!((answer.verdict, answer.reason), (Verdict::One, Reason::OddDegree));
    assert_eq!((answer.evidence.name(), answer.degree.unwrap().unwrap().value), ("bounded", 1));

    // Three columns of weights, none affine: W1[0,0], W2[0,0] lie on one path.
    let answer = of("W1[0,0] W1[0,1] W1[1,0] W2[0,0] W2[1,1]");
    assert!(matches!(answer.reason, Reason::OddBasis(_)), "{:?}", answer.reason);
    assert_eq!(answer.verdict, Verdict::One);

    let answer = of("W1[0,0] W1[1,1] W2[0,0] W2[1,1]");
    assert!(matches!(answer.reason, Reason::Exact(_)), "{:?}", answer.reason);
    assert_eq!((answer.verdict, answer.evidence.name()), (Verdict::Fractional, "proved"));

    let taller = Network::lffn(&[2, 2, 3], false).unwrap();
    let answer = decide(&taller, Samples::Functional, "W1[0,0] W1[1,1] W2[0,0] W2[1,1] W2[2,:]");
    let Reason::Fractional { normal, bounded, .. } = answer.reason else {
        panic!("{:?}", answer.reason);
    };
    assert_eq!(normal, Hypothesis::Checked("as many labels as dimensions"));
    assert!(matches!(bounded, Hypothesis::Bounded(..-40)), "{bounded:?}");
    assert_eq!(answer.evidence.name(), "bounded");

    let cubic = Network::lrnn(1, 1, 1, 4, false).unwrap();
    let answer = decide(&cubic, Samples::Count(1), "W");
    assert_eq!((answer.verdict, answer.reason, answer.evidence.name()), (Verdict::One, Reason::OddDegree, "proved"));
}

#[test]
fn special_ensembles_are_sampled_only() {
    let network = Network::lffn(&[2, 2, 2], false).unwrap();
    let matcher = matcher(&network, Samples::Functional);
    for ensemble in ["sparse:40", "low-rank:1", "integer:2"] {
        let options = MatchOptions { ensemble: ensemble.parse().unwrap(), ..options(200) };
        let answer = matcher.decide(&allocation(&network, "W1"), &options, &Control::unlimited()).unwrap();
        assert_eq!((answer.verdict, answer.reason), (Verdict::Undecided, Reason::SpecialEnsemble));
        let estimate = answer.estimate.unwrap();
        assert_eq!(estimate.undecided, 0);
        // A frozen W2 that is singular matches no invertible teacher, but a Gaussian one matches teachers of low rank.
        assert_eq!(estimate.unmatched == 0, ensemble == "low-rank:1", "{ensemble}: {estimate:?}");
    }
}

/// Two integer inputs need not span the plane, so they are drawn, though two generic ones see everything.
#[test]
fn inputs_that_are_not_generic_are_drawn_one_by_one() {
    let network = Network::lffn(&[2, 2], false).unwrap();
    let integers = Ensemble::Integer { bound: 1 };
    let two = Samples::Count(2);
    let drawn: Vec<_> = (0..40).map(|trial| Instance::draw(&network, two, integers, 1, trial).inputs).collect();
    assert!(drawn.iter().any(|inputs| *inputs != drawn[0]));
    let row = allocation(&network, "W1[0,0] W1[1,0]");
    let options = MatchOptions { ensemble: integers, ..options(400) };
    let answer = matcher(&network, two).decide(&row, &options, &Control::unlimited()).unwrap();
    // Functionally a match needs the frozen column to agree: 1/9. On inputs that are zero there, or both zero, more match.
    assert!(answer.range()[0] > 1.0 / 9.0, "{:?}", answer.range());
    let far = matcher(&network, Samples::Count(1 << 40)).decide(&row, &options, &Control::unlimited());
    assert!(far.is_err_and(|e| e.to_string().contains("limit")));
}

#[test]
fn estimates_do_not_depend_on_threads_and_stop_at_the_precision() {
    let network = Network::lrnn(1, 2, 1, 4, false).unwrap();
    let learnable = allocation(&network, "W[0,1] W[1,0]");
    let options = MatchOptions { trials: Trials::Precision { width: 0.1, most: 5_000 }, ..MatchOptions::default() };
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| matcher(&network, Samples::Count(2)).estimate(&learnable, &options, &Control::unlimited()))
    };
    let estimate = run(1);
    assert_eq!(estimate, run(2));
    assert!(estimate.ci95[1] - estimate.ci95[0] <= 0.1 && estimate.trials < 1_000, "{estimate:?}");
    assert_eq!(confidence_interval(estimate.matched, estimate.matched, estimate.trials), estimate.ci95);
}

#[test]
fn what_is_too_large_says_so_and_stays_undecided() {
    let network = Network::lrnn(1, 4, 1, 9, false).unwrap();
    let limits = Limits { work: 10_000, ..Limits::default() };
    let matcher = Matcher::new(&network, Samples::Functional, SETTINGS, limits).unwrap();
    let learnable = allocation(&network, "D[0,0] B[1,0] W[0,0] W[0,1] W[1,1] W[2,2] W[2,3] W[3,3]");
    let answer = matcher.decide(&learnable, &options(20), &Control::unlimited()).unwrap();
    // No number stands where instances are undecided.
    assert_eq!((answer.probability(), answer.range()), (None, [0.0, 1.0]));
    assert_eq!((answer.verdict, answer.reason), (Verdict::Undecided, Reason::NoLaw));
    assert_eq!(answer.degree, Some(Err(NoDegree::Stopped(Stopped::Work { limit: 10_000 }))));
    let estimate = answer.estimate.unwrap();
    assert_eq!((estimate.undecided, estimate.ci95, estimate.probability), (8, [0.0, 1.0], None));
    assert_eq!(estimate.stopped, Some(Halt::Limit(Stopped::Work { limit: 10_000 })));

    let long = Network::lrnn(1, 1, 1, 1_000_000, false).unwrap();
    let answer = Matcher::new(&long, Samples::Count(1), SETTINGS, Limits::default()).unwrap();
    let stopped = Stopped::Degree { degree: 1_000_002, limit: 2_000 };
    assert_eq!(answer.degree(&allocation(&long, "W"), &Control::unlimited()), Err(NoDegree::Stopped(stopped)));
    let decision = answer.instance(&allocation(&long, "W"), &options(1), 0, &Control::unlimited());
    assert_eq!(decision, Decision::Undecided(Undecided::Stopped(stopped)));

    let wide = Network::lffn(&[6, 6, 6], false).unwrap();
    let answer = Matcher::new(&wide, Samples::Functional, SETTINGS, Limits::default()).unwrap();
    let learnable = Allocation::of(72, (0..36).map(|i| 2 * i));
    assert!(matches!(
        answer.degree(&learnable, &Control::unlimited()),
        Err(NoDegree::Stopped(Stopped::Variables { variables: 36, .. }))
    ));
}
