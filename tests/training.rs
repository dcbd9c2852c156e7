//! Training held against the exact engine, and against its own derivatives.

use std::sync::atomic::AtomicBool;

use allocert::allocation::{Allocation, parse, subsets};
use allocert::control::Control;
use allocert::matching::{Decision, Ensemble, MatchOptions, Matcher, Verdict};
use allocert::network::{Network, Samples};
use allocert::number::{Dyadic, Floats};
use allocert::reach::Settings;
use allocert::training::{
    End, Exact, Experiment, Method, Outcome, Program, Refined, Refiner, Run, TrainerOptions, Training, TrialOptions,
};
use proptest::prelude::*;

#[path = "common/mod.rs"]
mod common;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

fn floats(numbers: &[Dyadic]) -> Vec<f64> {
    numbers.iter().map(|x| allocert::training::Reals { precision: 53 }.dyadic(x).to_f64()).collect()
}

fn training(network: &Network, samples: Samples, text: &str, options: TrialOptions) -> Training {
    let allocation = parse(network.layout(), text).unwrap();
    Training::new(network, samples, &allocation, options).unwrap()
}

/// Trains and compares.
fn experiment(training: &Training, trials: u64) -> (Experiment, Exact) {
    let exact = Exact::new(training, trials, SETTINGS, &Control::unlimited()).unwrap();
    (Experiment::run(training, Some(&exact), trials, &Control::unlimited()), exact)
}

/// A small network with ReLU activation.
fn rectified() -> impl Strategy<Value = Network> {
    let widths = proptest::collection::vec(1i64..4, 3..5);
    (widths, any::<bool>()).prop_map(|(w, bias)| Network::relu(&w, bias).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// The compiled labels, Jacobian and gradient are those of the generic label map over floats.
    #[test]
    fn programs_compute_the_generic_label_map(
        network in prop_oneof![4 => common::network(), 1 => rectified()], samples in common::samples(), bits: u64, trial in 0u64..1000
    ) {
        let allocation = common::allocation(&network, bits);
        let program = Program::new(&network, samples, &allocation).unwrap();
        let training = Training::new(&network, samples, &allocation, TrialOptions::default()).unwrap();
        let instance = training.instance(trial);
        let (student, teacher) = (floats(&instance.student), floats(&instance.teacher));
        let inputs: Vec<Vec<f64>> = instance.inputs.iter().map(|x| floats(x)).collect();
        let targets = network.labels(&Floats, &teacher, &inputs);
        let mut objective = program.objective();
        objective.load(&student, &inputs.concat(), &targets);
        // At another point than the one loaded.
        let learnable: Vec<usize> = allocation.iter().collect();
        let own: Vec<f64> = learnable.iter().map(|w| 0.5 - student[*w]).collect();
        let mut all = student.clone();
        learnable.iter().zip(&own).for_each(|(w, value)| all[*w] = *value);
        let loss = objective.evaluate(&own);
        let labels = network.labels(&Floats, &all, &inputs);
        let residuals: Vec<f64> = labels.iter().zip(&targets).map(|(f, y)| f - y).collect();
        let near = |a: f64, b: f64, size: f64| (a - b).abs() <= 1e-9 * (1.0 + size);
        let sum: f64 = residuals.iter().map(|r| r * r).sum();
        prop_assert!(near(loss, sum, sum));
        let jacobian = network.jacobian(&Floats, &all, &inputs);
        let compiled = objective.jacobian().to_vec();
        let mut gradient = vec![0.0; own.len()];
        objective.gradient(&mut gradient);
        let largest = compiled.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        for (c, w) in learnable.iter().enumerate() {
            let column: Vec<f64> = (0..labels.len()).map(|r| jacobian[(r, *w)]).collect();
            for (r, entry) in column.iter().enumerate() {
                prop_assert!(near(*entry, compiled[c * labels.len() + r], largest));
            }
            let slope: f64 = 2.0 * column.iter().zip(&residuals).map(|(j, r)| j * r).sum::<f64>();
            prop_assert!(near(slope, gradient[c], largest * sum.sqrt() * labels.len() as f64));
        }
    }
}

/// "Levenberg-Marquardt with restarts reaches at least 97 % of the exact match probability", at square size.
#[test]
fn levenberg_marquardt_reaches_the_match_probability() {
    let lffn = Network::lffn(&[2, 2, 2], false).unwrap();
    let lrnn = Network::lrnn(1, 2, 1, 4, false).unwrap();
    let cases = [
        (&lffn, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", 2_000),
        (&lffn, "W1[0,0] W1[0,1] W1[1,0] W2[1,1]", 500),
        (&lffn, "W1", 200),
        (&lrnn, "D[0,0] B[1,0] W[0,0] W[1,1]", 2_000),
        (&lrnn, "D W[0,:]", 1_000),
        (&lrnn, "D[0,0] B[0,0] W[0,0] W[0,1]", 1_000),
    ];
    for (network, text, trials) in cases {
        let options = TrialOptions::default();
        let training = training(network, Samples::Functional, text, options);
        let (experiment, exact) = experiment(&training, trials);
        let known = exact.answer.probability().or_else(|| exact.answer.share());
        let probability = known.unwrap_or(exact.answer.range()[1]);
        let rate = experiment.successes() as f64 / trials as f64;
        assert!(probability > 0.0 && rate >= 0.97 * probability, "{network}, {text}: {rate} of {probability}");
        assert_eq!(experiment.inconsistent().count(), 0, "{network}, {text}");
    }
}

/// Every allocation of small networks: no match where the match probability is 0, none of an instance decided to have none.
#[test]
fn no_inconsistency_on_any_allocation() {
    let cases = [
        (Network::lffn(&[1, 2, 1], false).unwrap(), Samples::Functional),
        (Network::lffn(&[2, 2, 2], false).unwrap(), Samples::Count(1)),
        (Network::lrnn(1, 2, 1, 3, false).unwrap(), Samples::Count(2)),
        (Network::pnn(&[1, 2, 1], 2, false).unwrap(), Samples::Functional),
    ];
    for (network, samples) in cases {
        let matcher = Matcher::new(&network, samples, SETTINGS, Default::default()).unwrap();
        let all = Allocation::all(network.weights());
        for allocation in (0..=4).flat_map(|size| subsets(&all, size)) {
            for method in [Method::LevenbergMarquardt, Method::Adam] {
                let trainer = TrainerOptions { iterations: Some(300), ..TrainerOptions::default() };
                let options = TrialOptions { method, trainer, restarts: 2, ..TrialOptions::default() };
                let training = Training::new(&network, samples, &allocation, options).unwrap();
                let exact = Exact::with(&matcher, &training, 6, &Control::unlimited()).unwrap();
                let done = Experiment::run(&training, Some(&exact), 6, &Control::unlimited());
                assert_eq!(done.inconsistent().count(), 0, "{network} {samples} {allocation:?}");
                if exact.answer.verdict == Verdict::Zero && !allocation.is_empty() {
                    assert_eq!(done.successes(), 0);
                }
            }
        }
    }
}

/// Every reported match, evaluated again exactly, is one up to 10^-60: the label map over dyadic numbers, at the weights found.
#[test]
fn matches_hold_in_exact_arithmetic() {
    let network = Network::lrnn(1, 2, 1, 4, false).unwrap();
    let allocation = parse(network.layout(), "D W[0,0] W[1,1]").unwrap();
    let training = Training::new(&network, Samples::Functional, &allocation, TrialOptions::default()).unwrap();
    let mut found = 0;
    for trial in 0..20 {
        let done = training.trial(&mut training.objective(), trial);
        if done.outcome != Outcome::Match {
            continue;
        }
        found += 1;
        let instance = training.instance(trial);
        let refiner = Refiner::new(&network, &allocation, &instance);
        let near: Vec<f64> = done.weights.iter().map(|w| w.parse().unwrap()).collect();
        let refined = refiner.refine(&near);
        assert_eq!(refined.refined, Refined::Match);
        let mut student = instance.student.clone();
        for (w, value) in allocation.iter().zip(&refined.weights) {
            student[w] = dyadic(value);
        }
        let labels = network.labels(&allocert::number::Dyadics, &student, &instance.inputs);
        for (label, target) in labels.iter().zip(refiner.labels()) {
            let reals = allocert::training::Reals { precision: 2_000 };
            let difference = reals.dyadic(label) - reals.dyadic(target);
            assert!(difference.abs().to_f64() < 1e-60, "trial {trial}");
        }
    }
    assert!(found >= 5, "{found}");
}

fn dyadic(value: &rug::Float) -> Dyadic {
    let (mantissa, exponent) = value.to_integer_exp().unwrap();
    match u32::try_from(exponent) {
        Ok(shift) => Dyadic { mantissa: mantissa << shift, exponent: 0 },
        Err(_) => Dyadic { mantissa, exponent: exponent.unsigned_abs() },
    }
}

/// Whether the first trial of some seed in this ensemble that comes out so is there.
fn outcomes(network: &Network, text: &str, ensemble: &str, method: Method) -> Vec<Outcome> {
    let ensemble: Ensemble = ensemble.parse().unwrap();
    let options = TrialOptions { ensemble, method, restarts: 3, ..TrialOptions::default() };
    let training = training(network, Samples::Functional, text, options);
    let mut objective = training.objective();
    (0..200).map(|trial| training.trial(&mut objective, trial).outcome).collect()
}

/// y = b·a·x₁ + b·f·x₂ with a and b learnable: the teacher (1, 0) is approached, never reached, by b → 0, a → ∞.
#[test]
fn a_loss_that_vanishes_at_infinity_is_approximate() {
    let network = Network::lffn(&[2, 1, 1], false).unwrap();
    let options = TrialOptions { ensemble: Ensemble::Integer { bound: 1 }, restarts: 5, ..TrialOptions::default() };
    let training = training(&network, Samples::Functional, "W1[0,0] W2", options);
    let (mut objective, mut approximate) = (training.objective(), 0);
    for trial in 0..400 {
        let instance = training.instance(trial);
        let [f, t] = [&instance.student, &instance.teacher].map(|w| floats(w));
        let (first, second) = (t[2] * t[0], t[2] * t[1]);
        let done = training.trial(&mut objective, trial);
        // b·f = second has the solution b = second / f, then a = first / b.
        let exists = if f[1] == 0.0 { second == 0.0 } else { second != 0.0 || first == 0.0 };
        if exists {
            assert!(!matches!(done.outcome, Outcome::Approximate), "trial {trial}: {done:?}");
        } else {
            assert!(!done.outcome.is_match(), "trial {trial}: {done:?}");
        }
        if !exists && f[1] != 0.0 {
            assert_eq!(done.outcome, Outcome::Approximate, "trial {trial}: {done:?}");
            approximate += 1;
        }
    }
    assert!(approximate > 10, "{approximate}");
}

#[test]
fn students_that_match_already_and_those_that_cannot_learn_are_told_apart() {
    let network = Network::lffn(&[1, 1, 1], false).unwrap();
    let all = outcomes(&network, "none", "integer:1", Method::LevenbergMarquardt);
    assert!(all.contains(&Outcome::Already) && all.contains(&Outcome::NothingToLearn));
    assert!(all.iter().all(|o| matches!(o, Outcome::Already | Outcome::NothingToLearn)));
    let gaussian = outcomes(&network, "none", "gaussian", Method::Adam);
    assert!(gaussian.iter().all(|o| *o == Outcome::NothingToLearn));
    // A frozen 0 in front of a learnable weight: the Jacobian is 0.
    let stuck = outcomes(&network, "W1", "sparse:50", Method::LevenbergMarquardt);
    assert!(stuck.contains(&Outcome::Failure(End::Stationary)) && stuck.contains(&Outcome::Match), "{stuck:?}");
}

#[test]
fn what_is_no_number_or_diverges_is_told_apart() {
    let network = Network::lrnn(1, 1, 1, 40, false).unwrap();
    let allocation = parse(network.layout(), "W").unwrap();
    let program = Program::new(&network, Samples::Count(1), &allocation).unwrap();
    let run = |method: Method, rate: Option<f64>, start: f64| -> Run {
        let options = TrainerOptions { learning_rate: rate, ..TrainerOptions::default() };
        let mut objective = program.objective();
        objective.load(&[1.0, 1.0, 0.0], &[1.0; 40], &[3.0]);
        method.trainer(&options).train(&mut objective, &mut [start])
    };
    for method in Method::ALL {
        assert_eq!(run(method, None, 1e200).end, End::NotFinite, "{method}");
        assert_eq!(run(method, None, f64::NAN).end, End::NotFinite, "{method}");
        let rate = (method == Method::GradientDescent).then_some(0.001);
        assert_eq!(run(method, rate, 0.6).end, End::Candidate, "{method}");
    }
    let end = run(Method::GradientDescent, Some(100.0), 1.5).end;
    assert!(matches!(end, End::Diverged | End::NotFinite), "{end:?}");
}

#[test]
fn results_do_not_depend_on_threads_and_a_stop_leaves_what_is_finished() {
    let network = Network::lffn(&[2, 2, 2], false).unwrap();
    let training = training(&network, Samples::Functional, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", TrialOptions::default());
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Experiment::run(&training, None, 60, &Control::unlimited()).trials)
    };
    assert_eq!(run(1), run(2));
    let stop = AtomicBool::new(false);
    let halt = |done: u64, _: u64| stop.store(done >= 10, std::sync::atomic::Ordering::Relaxed);
    let partial = Experiment::run(&training, None, 100_000, &Control::unlimited().stopped_by(&stop).watched_by(&halt));
    assert!(partial.is_partial() && partial.count() >= 10 && partial.count() < 1_000, "{}", partial.count());
}

/// A verdict that is wrong on purpose is found out.
#[test]
fn a_false_verdict_is_an_inconsistency() {
    let network = Network::lffn(&[2, 2, 2], false).unwrap();
    let training = training(&network, Samples::Functional, "W1", TrialOptions::default());
    let mut exact = Exact::new(&training, 20, SETTINGS, &Control::unlimited()).unwrap();
    assert_eq!(exact.answer.verdict, Verdict::One);
    exact.answer.verdict = Verdict::Zero;
    let done = Experiment::run(&training, Some(&exact), 20, &Control::unlimited());
    assert_eq!(done.inconsistent().count(), 20);
}

/// The instances are those that the exact engine decides.
#[test]
fn instances_are_the_same_one_by_one() {
    let network = Network::lffn(&[2, 2, 2], false).unwrap();
    let training = training(&network, Samples::Functional, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", TrialOptions::default());
    let (done, exact) = experiment(&training, 300);
    let matcher = Matcher::new(&network, Samples::Functional, SETTINGS, Default::default()).unwrap();
    for compared in &done.trials {
        let decision = matcher.instance(
            &exact.answer.allocation,
            &MatchOptions::default(),
            compared.trial.trial,
            &Control::unlimited(),
        );
        assert_eq!(compared.decision, Some(decision));
        let Decision::Decided(finding) = decision else { panic!("a quadratic equation is decided") };
        assert!(finding.real || !compared.trial.outcome.is_match(), "{compared:?}");
    }
    let [matched, unmatched, undecided] = done.decided();
    assert!(matched > 250 && unmatched > 10 && undecided == 0);
}

/// ReLU networks, allocations inside the hidden or the output weights: training agrees with the exact decision of each instance, and
/// what is there is found.
#[test]
fn relu_agrees_with_exact_decisions_one_by_one() {
    for (widths, samples) in [([1, 1, 1], 2), ([2, 2, 1], 2), ([2, 3, 1], 2)] {
        let (network, samples) = (Network::relu(&widths, false).unwrap(), Samples::Count(samples));
        let matcher = Matcher::new(&network, samples, SETTINGS, Default::default()).unwrap();
        let hidden = (widths[0] * widths[1]) as usize;
        let (mut decided, mut matched, mut found) = (0, 0, 0);
        for part in [0..hidden, hidden..network.weights()] {
            let part = Allocation::of(network.weights(), part);
            for allocation in (1..=3.min(part.size())).flat_map(|size| subsets(&part, size)) {
                let options = TrialOptions { restarts: 15, ..TrialOptions::default() };
                let training = Training::new(&network, samples, &allocation, options).unwrap();
                let exact = Exact::with(&matcher, &training, 12, &Control::unlimited()).unwrap();
                let done = Experiment::run(&training, Some(&exact), 12, &Control::unlimited());
                assert_eq!(done.inconsistent().count(), 0, "{network} {allocation:?}");
                let [yes, no, _] = done.decided();
                (decided, matched) = (decided + yes + no, matched + yes);
                found += yes - (done.missed().count() as u64).min(yes);
            }
        }
        assert!(decided > 0 && found * 10 >= matched * 9, "{network}: {found} of {matched}, {decided} decided");
    }
}

/// With one sample and one hidden unit, W1 alone: a teacher that answers is out of reach of a unit whose output weight has the wrong sign:
/// the unit dies, and that is the reason given.
#[test]
fn dead_units_are_a_reason_of_their_own() {
    let network = Network::relu(&[1, 1, 1], false).unwrap();
    let options = TrialOptions { restarts: 3, ..TrialOptions::default() };
    let training = training(&network, Samples::Count(1), "W1", options);
    let mut objective = training.objective();
    let outcomes: Vec<Outcome> = (0..100).map(|trial| training.trial(&mut objective, trial).outcome).collect();
    assert!(outcomes.contains(&Outcome::Failure(End::DeadUnits)), "{outcomes:?}");
    assert!(outcomes.contains(&Outcome::Match), "{outcomes:?}");
}

/// y = W1[0,0]'s unit, frozen to count upwards, and a frozen one, at the inputs 1 and −1. The teacher wants −1 at both: whichever side
/// of 0 the learnable weight is on, the loss falls towards 0, where it is 5 / 2 a label, and there the unit has its kinks.
#[test]
fn a_minimum_at_a_kink_is_a_reason_of_its_own() {
    let network = Network::relu(&[1, 2, 1], false).unwrap();
    let whole = |numbers: &[i32]| -> Vec<Dyadic> {
        numbers.iter().map(|x| Dyadic { mantissa: (*x).into(), exponent: 0 }).collect()
    };
    let options = TrialOptions { restarts: 3, ..TrialOptions::default() };
    let training = training(&network, Samples::Count(2), "W1[0,0]", options);
    let mut instance = training.instance(0);
    instance.student = whole(&[1, 1, 1, 1]);
    instance.teacher = whole(&[1, -1, -1, -1]);
    instance.inputs = vec![whole(&[1]), whole(&[-1])];
    let done = training.train(&mut training.objective(), &instance, 0);
    assert_eq!(done.outcome, Outcome::Failure(End::Kink), "{done:?}");
    assert!((done.loss - 2.5).abs() < 1e-5 && done.norm < 1e-5, "{done:?}");
}

/// A closed reachable set, that of the output weights: nothing is approximate.
#[test]
fn a_closed_reachable_set_has_no_approximate_match() {
    for network in [Network::lffn(&[2, 2, 2], false).unwrap(), Network::relu(&[2, 2, 1], false).unwrap()] {
        let training =
            training(&network, Samples::Count(4), "W2", TrialOptions { restarts: 3, ..TrialOptions::default() });
        let mut objective = training.objective();
        for trial in 0..50 {
            let done = training.trial(&mut objective, trial);
            assert_ne!(done.outcome, Outcome::Approximate, "{network}: {done:?}");
        }
    }
}

/// What `verify --train` trains on: allocations of a real claim, of sizes and networks that it ranges over.
#[test]
fn claims_are_sampled_for_training() {
    use allocert::claims::{CheckOptions, load, sample};
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let claims = load(&root.join("proofs/matching.star"), SETTINGS).unwrap();
    let options =
        CheckOptions { settings: SETTINGS, time_limit: std::time::Duration::from_secs(60), max_allocations: 1 << 26 };
    let mut sampled_claims = 0;
    for claim in claims.iter().filter(|c| c.speaks_of_matches()) {
        let sampled = sample(claim, &options, 1, 5).unwrap();
        assert!(sampled.len() <= 5);
        assert!(sampled.iter().all(|s| s.allocation.weights() == s.network.weights()));
        assert_eq!(sampled, sample(claim, &options, 1, 5).unwrap());
        sampled_claims += usize::from(!sampled.is_empty());
    }
    assert!(sampled_claims >= 10, "{sampled_claims}");
}
