//! Random labels in place of a teacher, and orthogonal teachers: closed forms, and decisions against a second method.

use rug::Rational;

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, parse};
use allocert::certificate::of_match;
use allocert::control::Control;
use allocert::matching::{Decision, Ensemble, Instance, MatchAnswer, MatchOptions, Matcher, Reason, Trials, Verdict};
use allocert::network::{Network, Samples};
use allocert::number::Dyadic;
use allocert::reach::{Evidence, Settings};
use allocert::training::{Training, TrainingError, TrialOptions};

const SETTINGS: Settings = Settings { seed: 7, error_log2: -100 };

fn options(ensemble: Ensemble, trials: u64) -> MatchOptions {
    MatchOptions { ensemble, trials: Trials::Fixed(trials), ..MatchOptions::default() }
}

fn matcher(network: &Network, samples: Samples) -> Matcher {
    Matcher::new(network, samples, SETTINGS, Limits::default()).unwrap()
}

fn of_labels(network: &Network, text: &str, samples: u64, trials: u64) -> MatchAnswer {
    let allocation = parse(network.layout(), text).unwrap();
    let options = options(Ensemble::Labels, trials);
    matcher(network, Samples::Count(samples)).decide(&allocation, &options, &Control::unlimited()).unwrap()
}

fn float(number: &Dyadic) -> f64 {
    number.mantissa.to_f64() / f64::from(number.exponent).exp2()
}

/// Whether a share of so many trials is within five standard errors of a probability.
fn is_near(answer: &MatchAnswer, p: f64) -> bool {
    let estimate = answer.estimate.as_ref().unwrap();
    let n = estimate.trials as f64;
    estimate.undecided == 0 && (estimate.matched as f64 / n - p).abs() <= 5.0 * (p * (1.0 - p) / n).sqrt()
}

/// P(b² > 4 a c) for independent standard normal a, b, c: half the mean number of real zeros (M. Kac 1943).
const REAL_QUADRATIC: f64 = 0.648_512;

#[test]
fn random_labels_have_the_probabilities_of_their_closed_forms() {
    let known = [
        // c w² x² = y: y has the sign of c.
        ("pnn([1, 1, 1], degree=2)", "W1", 1, 0.5),
        // Not both of c have the other sign than y.
        ("pnn([1, 2, 1], degree=2)", "W1", 1, 0.75),
        // (y − c v² x²) / c' is as often positive as negative.
        ("pnn([1, 2, 1], degree=2)", "W1[0,0]", 1, 0.5),
        // The first label as above, the second by a linear equation.
        ("pnn([1, 1, 2], degree=2)", "W1 W2[1,0]", 1, 0.5),
        // (y · b) (x · (1, w, w²)) = (y · a) …: a quadratic equation with standard normal coefficients, given y.
        ("lrnn(1, 1, 1, steps=3)", "D W", 2, REAL_QUADRATIC),
        ("relu([1, 1, 1])", "W1", 1, 0.5),
        // Not both diagonals of the matrix of activations have a 0: 2/4 − 1/12.
        ("relu([2, 2, 1])", "W2", 2, 5.0 / 12.0),
    ];
    for (network, text, samples, p) in known {
        let network: Network = network.parse().unwrap();
        let answer = of_labels(&network, text, samples, 4_000);
        let verdict = if network.is_polynomial() { Verdict::Fractional } else { Verdict::Undecided };
        assert_eq!(answer.verdict, verdict, "{network} {text}");
        assert!(is_near(&answer, p), "{network} {text}: {:?}", answer.estimate);
    }
}

#[test]
fn fewer_dimensions_than_labels_match_none() {
    let zero = [
        ("pnn([1, 1, 1], degree=2)", "all", 2), // a teacher would be copied
        ("pnn([1, 1, 1], degree=2)", "none", 1),
        ("lffn([2, 2, 2])", "all", 3),
        ("lffn([2, 1, 2])", "all", 2), // as many weights beyond the labels, and rank 3 of 4
        ("lrnn(1, 2, 1, steps=6)", "all", 5), // four Markov parameters determine the others
        ("lrnn(1, 1, 1, steps=3, readout=\"all\")", "all", 1),
        ("relu([2, 3, 1])", "all", 10),
    ];
    for (network, text, samples) in zero {
        let network: Network = network.parse().unwrap();
        let answer = of_labels(&network, text, samples, 10);
        let found = (answer.verdict, answer.reason.clone(), answer.evidence);
        assert_eq!(found, (Verdict::Zero, Reason::FewerThanLabels, Evidence::Proved), "{network} {text}");
        assert_eq!((answer.probability(), answer.estimate), (Some(0.0), None));
    }
}

#[test]
fn laws_that_speak_of_all_labels_say_one() {
    let one = [
        ("lffn([2, 2, 2])", "W2", 2, Reason::Affine),
        ("lrnn(1, 1, 1, steps=4)", "W", 1, Reason::OddDegree),
        ("lrnn(1, 2, 1, steps=2, readout=\"all\")", "D", 1, Reason::Affine),
        ("relu([2, 2, 1])", "W2 W1[0,0] W1[1,0]", 2, Reason::Memorising),
    ];
    for (network, text, samples, reason) in one {
        let network: Network = network.parse().unwrap();
        let answer = of_labels(&network, text, samples, 10);
        let found = (answer.verdict, answer.reason.clone(), answer.evidence);
        assert_eq!(found, (Verdict::One, reason, Evidence::Proved), "{network} {text}");
        // The second method decides instances.
        let allocation = parse(network.layout(), text).unwrap();
        let options = options(Ensemble::Labels, 40);
        let estimate =
            matcher(&network, Samples::Count(samples)).estimate(&allocation, &options, &Control::unlimited());
        assert_eq!((estimate.matched, estimate.undecided), (40, 0), "{network} {text}");
    }
}

/// w² x₁ + w x₂ on one sample: the function has one student, a label two or none that are real.
#[test]
fn degrees_of_functions_are_not_those_of_labels() {
    let network: Network = "lffn([2, 1, 1])".parse().unwrap();
    let network = network.tie(&[vec![0, 2]]).unwrap().pin(&[(1, Rational::from(1))]).unwrap();
    let answer = of_labels(&network, "all", 1, 4_000);
    assert_eq!((answer.verdict, answer.dim.value, answer.teacher.value), (Verdict::Undecided, 1, 1));
    assert!(is_near(&answer, REAL_QUADRATIC), "{:?}", answer.estimate);
}

/// The quadratic formula in floats, for D B (x₂ + W x₁ + W² x₀) = y.
#[test]
fn instances_of_random_labels_are_decided_as_by_a_formula() {
    let network: Network = "lrnn(1, 1, 1, steps=3)".parse().unwrap();
    let allocation = parse(network.layout(), "W").unwrap();
    let (one, options) = (Samples::Count(1), options(Ensemble::Labels, 1));
    let matcher = matcher(&network, one);
    let mut seen = [0; 2];
    for trial in 0..300 {
        let instance = Instance::draw(&network, one, Ensemble::Labels, SETTINGS.seed, trial);
        assert!(instance.teacher.is_empty());
        let y = float(&instance.wanted(&network).labels[0]);
        let at = |w: usize| float(&instance.student[w]);
        let scale = at(network.layout().tensors().iter().find(|t| t.name == "D").unwrap().start)
            * at(network.layout().tensors().iter().find(|t| t.name == "B").unwrap().start);
        let x: Vec<f64> = instance.inputs[0].iter().map(float).collect();
        let real = x[1] * x[1] > 4.0 * x[0] * (x[2] - y / scale);
        let Decision::Decided(finding) = matcher.instance(&allocation, &options, trial, &Control::unlimited()) else {
            panic!("undecided: trial {trial}");
        };
        assert_eq!(finding.real, real, "trial {trial}");
        seen[usize::from(real)] += 1;
    }
    assert!(seen[0] > 50 && seen[1] > 50, "{seen:?}");
}

#[test]
fn random_labels_of_all_inputs_are_refused() {
    let network: Network = "lffn([2, 2, 2])".parse().unwrap();
    let all = Allocation::all(network.weights());
    let asked =
        matcher(&network, Samples::Functional).decide(&all, &options(Ensemble::Labels, 10), &Control::unlimited());
    assert!(asked.is_err_and(|error| error.to_string().contains("number of samples")));
    let how = TrialOptions { ensemble: Ensemble::Labels, ..TrialOptions::default() };
    let training = Training::new(&network, Samples::Functional, &all, how).err();
    assert!(training.is_some_and(|error| error.to_string().contains("number of samples")));
    let answer = of_labels(&network, "W2", 2, 10);
    assert!(of_match(&answer, SETTINGS).is_err_and(|error| error.to_string().contains("random labels")));
}

/// Where every instance is decided, training never finds what is not there, and mostly what is.
#[test]
fn training_agrees_about_special_teachers() {
    for (network, text, samples, ensemble) in [
        ("lrnn(1, 1, 1, steps=3)", "D W", Samples::Count(2), Ensemble::Labels),
        ("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", Samples::Functional, Ensemble::Orthogonal),
        ("pnn([2, 2, 1], degree=2)", "W1", Samples::Functional, Ensemble::Orthogonal),
    ] {
        let network: Network = network.parse().unwrap();
        let allocation = parse(network.layout(), text).unwrap();
        let (matcher, options) = (matcher(&network, samples), options(ensemble, 1));
        let how = TrialOptions { ensemble, seed: SETTINGS.seed, ..TrialOptions::default() };
        let training = Training::new(&network, samples, &allocation, how).unwrap();
        let (mut objective, mut found) = (training.objective(), [0; 2]);
        for trial in 0..60 {
            let decision = matcher.instance(&allocation, &options, trial, &Control::unlimited());
            let Decision::Decided(finding) = decision else { panic!("undecided: {network} {trial}") };
            let trained = training.trial(&mut objective, trial).outcome.is_match();
            assert!(finding.real || !trained, "{network} {trial}: a match that is not there");
            found[usize::from(finding.real)] += usize::from(finding.real == trained);
        }
        assert!(found[0] > 5 && found.iter().sum::<usize>() >= 57, "{network}: {found:?}");
    }
}

/// A student is trained on the labels as they are where the label map has fractions.
#[test]
fn training_finds_matches_of_labels_with_fractions() {
    let network: Network = "lrnn(1, 1, 1, steps=4)".parse().unwrap();
    let network = network.pin(&[(0, Rational::from((1, 3)))]).unwrap();
    let allocation = parse(network.layout(), "W").unwrap();
    for ensemble in [Ensemble::Gaussian, Ensemble::Labels] {
        let how = TrialOptions { ensemble, restarts: 7, ..TrialOptions::default() };
        let training = Training::new(&network, Samples::Count(1), &allocation, how).unwrap();
        let mut objective = training.objective();
        let found = (0..20).filter(|trial| training.trial(&mut objective, *trial).outcome.is_match()).count();
        assert!(found >= 18, "{ensemble}: {found}");
    }
}

/// The function of an orthogonal teacher on unit vectors, times its denominator: a column for each input.
fn columns(network: &Network, trial: u64) -> (Vec<Vec<Rational>>, Instance) {
    let instance = Instance::draw(network, Samples::Functional, Ensemble::Orthogonal, 3, trial);
    let wanted = instance.wanted(network);
    let entries: Vec<Rational> =
        wanted.labels.iter().map(|y| Rational::from((y.mantissa.clone(), wanted.over.clone()))).collect();
    (entries.chunks(network.labels_per_input()).map(<[Rational]>::to_vec).collect(), instance)
}

fn dot(a: &[Rational], b: &[Rational]) -> Rational {
    a.iter().zip(b).fold(Rational::new(), |sum, (x, y)| sum + Rational::from(x * y))
}

#[test]
fn orthogonal_teachers_are_orthogonal_exactly() {
    let square: Network = "lffn([3, 3, 3])".parse().unwrap();
    let (m, _) = columns(&square, 0);
    for i in 0..3 {
        for j in 0..3 {
            assert_eq!(dot(&m[i], &m[j]), i32::from(i == j));
        }
    }
    // Through two units: a partial isometry, M Mᵀ M = M.
    let narrow: Network = "lffn([3, 2, 3])".parse().unwrap();
    let (m, _) = columns(&narrow, 1);
    for column in &m {
        for k in 0..3 {
            let moved = m.iter().fold(Rational::new(), |sum, other| sum + dot(other, column) * &other[k]);
            assert_eq!(moved, column[k]);
        }
    }
    assert!(dot(&m[0], &m[0]) < 1);
}

/// No match of the diagonals exactly where x, y, w have one sign and the roots of their sizes are sides of a triangle (the book).
#[test]
fn instances_of_orthogonal_teachers_are_decided_as_by_the_theorem() {
    let network: Network = "lffn([2, 2, 2])".parse().unwrap();
    let allocation = parse(network.layout(), "W1[0,0] W1[1,1] W2[0,0] W2[1,1]").unwrap();
    let (matcher, options) = (
        Matcher::new(&network, Samples::Functional, Settings { seed: 3, ..SETTINGS }, Limits::default()).unwrap(),
        options(Ensemble::Orthogonal, 1),
    );
    let mut seen = [0; 2];
    for trial in 0..300 {
        let (m, instance) = columns(&network, trial);
        let m = |row: usize, column: usize| m[column][row].to_f64();
        let [b, c, f, g] = [1, 2, 5, 6].map(|w| float(&instance.student[w]));
        let (x, y, w) = (b * g * (m(0, 0) - c * f), c * f * (m(1, 1) - b * g), m(0, 1) * m(1, 0));
        let [p, q, r] = [x, y, w].map(|value| value.abs().sqrt());
        let one_sign = x.signum() == y.signum() && y.signum() == w.signum();
        let real = !(one_sign && p < q + r && q < p + r && r < p + q);
        let Decision::Decided(finding) = matcher.instance(&allocation, &options, trial, &Control::unlimited()) else {
            panic!("undecided: trial {trial}");
        };
        assert_eq!(finding.real, real, "trial {trial}");
        seen[usize::from(real)] += 1;
    }
    assert!(seen[0] > 20 && seen[1] > 100, "{seen:?}");
}

/// w x = w* x*: of one unit with one input the teacher is 1 or −1, so that a square with a frozen factor has its sign alone.
#[test]
fn orthogonal_teachers_are_sampled_and_copied() {
    let network: Network = "pnn([1, 1, 1], degree=2)".parse().unwrap();
    let matcher = matcher(&network, Samples::Functional);
    let ask = |text: &str| {
        let allocation = parse(network.layout(), text).unwrap();
        matcher.decide(&allocation, &options(Ensemble::Orthogonal, 2_000), &Control::unlimited()).unwrap()
    };
    let first = ask("W1");
    assert_eq!((first.verdict, first.reason.clone()), (Verdict::Undecided, Reason::SpecialEnsemble));
    assert!(is_near(&first, 0.5));
    let all = ask("all");
    assert_eq!((all.verdict, all.evidence), (Verdict::One, Evidence::Proved));
}

/// ReLU: relu(w x) a = a* relu(w* x), all teachers' weights ±1; the frozen factor has to have the teacher's sign, or both are silent.
#[test]
fn orthogonal_teachers_of_networks_with_kinks() {
    let network: Network = "relu([1, 1, 1])".parse().unwrap();
    let allocation = parse(network.layout(), "W1").unwrap();
    let matcher = matcher(&network, Samples::Count(1));
    let answer = matcher.decide(&allocation, &options(Ensemble::Orthogonal, 4_000), &Control::unlimited()).unwrap();
    // One sample: a match if the signs agree (1/2), or else the teacher is silent (1/2).
    assert!(is_near(&answer, 0.75), "{:?}", answer.estimate);
}

fn taught(student: &str, text: &str, teacher: &str, samples: Samples, trials: u64) -> MatchAnswer {
    let (network, teacher): (Network, Network) = (student.parse().unwrap(), teacher.parse().unwrap());
    let allocation = parse(network.layout(), text).unwrap();
    let matcher = Matcher::taught(&network, Some(&teacher), samples, SETTINGS, Limits::default()).unwrap();
    matcher.decide(&allocation, &options(Ensemble::Gaussian, trials), &Control::unlimited()).unwrap()
}

#[test]
fn teachers_of_another_network_have_the_probabilities_of_their_closed_forms() {
    let known = [
        // A larger network has every function of a smaller one.
        ("lffn([2, 2, 2])", "all", "lffn([2, 1, 2])", Samples::Functional, 1.0),
        ("lffn([2, 2, 2])", "W1", "lffn([2, 3, 2])", Samples::Functional, 1.0),
        // A square with a frozen factor has its sign; w* x has any, and is a square on one sample.
        ("pnn([1, 1, 1], degree=2)", "W1", "lffn([1, 1])", Samples::Count(1), 0.5),
        // One unit's square by two on one sample: one of their factors has its sign.
        ("pnn([1, 2, 1], degree=2)", "W1", "pnn([1, 1, 1], degree=2)", Samples::Count(1), 0.75),
        // Units that are active on one side are one unit (1/2); others are if all three inputs are on one side (1/4 of the rest).
        ("relu([1, 1, 1])", "all", "relu([1, 2, 1])", Samples::Count(3), 0.625),
    ];
    for (student, text, teacher, samples, p) in known {
        let answer = taught(student, text, teacher, samples, 400);
        assert_eq!((answer.verdict, &answer.reason), (Verdict::Undecided, &Reason::OtherTeacher), "{student}");
        assert_eq!(answer.taught_by.as_deref(), Some(teacher.parse::<Network>().unwrap().to_string().as_str()));
        assert!(is_near(&answer, p), "{student} {text} {teacher}: {:?}", answer.estimate);
        assert!(of_match(&answer, SETTINGS).is_err());
    }
}

/// What laws say of teachers of other networks, beside the decisions of instances.
#[test]
fn laws_about_teachers_of_another_network_agree_with_instances() {
    use Samples::{Count, Functional};
    use Verdict::{One, Undecided, Zero};
    let known = [
        // Fewer dimensions than the teacher: all weights of a smaller network; one weight, or two, of a larger one.
        ("lffn([2, 1, 2])", "all", "lffn([2, 2, 2])", Functional, Zero),
        ("lffn([2, 2, 2])", "W1[0,0] W2[1,1]", "lffn([2, 1, 2])", Functional, Zero),
        // On one sample two labels, which move alone.
        ("lffn([2, 2, 2])", "W1[0,0] W2[1,1]", "lffn([2, 1, 2])", Count(1), One),
        ("pnn([1, 1, 1], degree=2)", "all", "lffn([1, 1])", Functional, Undecided),
        ("pnn([2, 1, 1], degree=2)", "all", "pnn([2, 2, 1], degree=2)", Functional, Zero),
        ("lrnn(1, 1, 1, steps=3)", "all", "lffn([3, 1])", Functional, Zero),
        // A student of kinks with one weight, a teacher of two labels.
        ("relu([2, 2, 1])", "W1[0,0]", "lffn([2, 1])", Count(2), Zero),
        // Affine, and as many dimensions as labels: whatever the teacher is.
        ("lffn([2, 2, 2])", "W1 W2[0,0]", "relu([2, 3, 2])", Count(2), One),
        ("lffn([2, 2, 2])", "W1", "lffn([2, 1, 2])", Count(2), One),
        // The same by odd degree, of a teacher whose labels fill all; not of one that has three dimensions of four.
        ("pnn([2, 2, 1], degree=3)", "W1[0,0] W1[1,1]", "lffn([2, 1])", Count(2), One),
        ("pnn([2, 2, 1], degree=3)", "W1[0,0] W1[1,1]", "relu([2, 2, 1])", Count(2), Undecided),
        // A square keeps its factor's sign, of whatever teacher.
        ("pnn([2, 2, 1], degree=2)", "W1[0,:]", "lffn([2, 1])", Count(2), Undecided),
    ];
    for (student, text, teacher, samples, verdict) in known {
        let answer = taught(student, text, teacher, samples, 40);
        assert_eq!(answer.verdict, verdict, "{student} {text} {teacher}: {:?}", answer.reason);
        let (network, teacher): (Network, Network) = (student.parse().unwrap(), teacher.parse().unwrap());
        let matcher = Matcher::taught(&network, Some(&teacher), samples, SETTINGS, Limits::default()).unwrap();
        let (allocation, options) = (answer.allocation, options(Ensemble::Gaussian, 1));
        let mut seen = [0; 2];
        for trial in 0..40 {
            if let Decision::Decided(finding) = matcher.instance(&allocation, &options, trial, &Control::unlimited()) {
                seen[usize::from(finding.real)] += 1;
            }
        }
        assert!(seen[0] + seen[1] > 30, "{student} {text} {teacher}: {seen:?}");
        match verdict {
            Zero => assert_eq!(seen[1], 0, "{student} {text} {teacher}"),
            One => assert_eq!(seen[0], 0, "{student} {text} {teacher}"),
            _ => {}
        }
        // No law speaks where draws are not generic.
        let special = MatchOptions { ensemble: Ensemble::Sparse { percent: 50 }, trials: Trials::Fixed(5), ..options };
        let special = matcher.decide(&allocation, &special, &Control::unlimited()).unwrap();
        assert_eq!(special.verdict, Undecided, "{student} {text} {teacher}");
    }
}

#[test]
fn a_teacher_of_the_same_network_is_no_other_one() {
    let answer = taught("lffn([2, 2, 2])", "W1", "lffn([2, 2, 2])", Samples::Functional, 10);
    assert_eq!((answer.verdict, answer.taught_by), (Verdict::One, None));
}

#[test]
fn training_agrees_about_teachers_of_another_network() {
    let (network, teacher): (Network, Network) =
        ("lrnn(1, 1, 1, steps=3)".parse().unwrap(), "lffn([3, 1])".parse().unwrap());
    let (allocation, samples) = (parse(network.layout(), "D W").unwrap(), Samples::Count(2));
    let how = TrialOptions { seed: SETTINGS.seed, ..TrialOptions::default() };
    let training = Training::taught(&network, Some(&teacher), samples, &allocation, how).unwrap();
    let matcher = Matcher::taught(&network, Some(&teacher), samples, SETTINGS, Limits::default()).unwrap();
    let (options, mut objective, mut found) = (options(Ensemble::Gaussian, 1), training.objective(), [0; 2]);
    for trial in 0..60 {
        let Decision::Decided(finding) = matcher.instance(&allocation, &options, trial, &Control::unlimited()) else {
            panic!("undecided: trial {trial}");
        };
        let trained = training.trial(&mut objective, trial).outcome.is_match();
        assert!(finding.real || !trained, "{trial}: a match that is not there");
        found[usize::from(finding.real)] += usize::from(finding.real == trained);
    }
    assert!(found[0] > 5 && found.iter().sum::<usize>() >= 57, "{found:?}");
    let other: Network = "lffn([2, 1])".parse().unwrap();
    let refused = Training::taught(&network, Some(&other), samples, &allocation, how);
    assert!(matches!(refused.err(), Some(TrainingError::Teacher(_))));
    assert!(Matcher::taught(&network, Some(&other), samples, SETTINGS, Limits::default()).is_err());
}
