//! Reductions against elimination, instance by instance: of the same student and teacher, whole and part match alike.

use super::*;
use crate::allocation::subsets;
use crate::control::Control;
use crate::matching::{Instance, MatchOptions, Reduction, Trials};
use crate::number::{Dyadic, Dyadics, Ring};

const SETTINGS: Settings = Settings { seed: 6, error_log2: -60 };

/// The instance of the part: its weights are those of the whole network; factors are 1.
fn part_of(whole: &Instance, whole_network: &Network, part: &Reduced, trial: u64) -> Instance {
    let matcher = &part.matcher;
    let (network, samples) = (matcher.network(), matcher.samples());
    let mut instance = Instance::draw(network, samples, Ensemble::Gaussian, SETTINGS.seed, 1_000 + trial);
    let kept = |weights: &[Dyadic]| match part.law {
        Reduction::Below { layer } => {
            let chain = Chain::of(whole_network).unwrap();
            let lower = &weights[..chain.weights(layer)];
            lower.iter().cloned().chain([Dyadics.one()]).take(network.weights()).collect()
        }
        Reduction::Above { layer } => {
            let chain = Chain::of(whole_network).unwrap();
            let upper = &weights[chain.weights(layer)..];
            std::iter::once(Dyadics.one()).chain(upper.iter().cloned()).collect()
        }
        // One row of the decoder, frozen if one is.
        Reduction::State { row } => {
            let outputs = weights.len() + 1 - network.weights();
            [row].into_iter().chain(outputs..weights.len()).map(|w| weights[w].clone()).collect()
        }
        Reduction::Poles | Reduction::Output { .. } => panic!("no part of this kind"),
    };
    (instance.student, instance.teacher) = (kept(&whole.student), kept(&whole.teacher));
    if !matches!(part.law, Reduction::Above { .. }) {
        instance.inputs.clone_from(&whole.inputs);
    }
    instance
}

#[test]
fn parts_match_as_the_whole_does() {
    let options = MatchOptions { bases: 20, slices: 4, ..MatchOptions::default() };
    let free = Control::unlimited();
    let limits = Limits { work: 1 << 20, ..Limits::default() };
    let (mut agree, mut without, mut kinds, mut squares) = (0, 0, [0; 4], 0);
    for (text, samples, trials) in [
        ("pnn([2, 1, 2], degree=2)", Samples::Functional, 12),
        ("pnn([2, 1, 2], degree=2)", Samples::Count(2), 12),
        ("pnn([1, 1, 2, 1], degree=2)", Samples::Count(2), 12),
        ("pnn([2, 1, 2], degree=3)", Samples::Count(2), 12),
        ("pnn([1, 2, 1, 1], degree=[2, 3])", Samples::Count(1), 12),
        ("pnn([2, 2, 1, 1], degree=2)", Samples::Functional, 4),
        ("pnn([2, 2, 1, 1], degree=2)", Samples::Count(2), 4),
        ("pnn([2, 2, 1, 1], degree=[2, 1])", Samples::Functional, 6),
        ("pnn([2, 2, 1, 1], degree=[2, 3])", Samples::Count(2), 4),
        ("pnn([2, 1, 1], degree=4)", Samples::Count(2), 100),
        ("pnn([2, 1, 2], degree=4)", Samples::Count(2), 40),
        ("pnn([2, 1, 1, 1], degree=2)", Samples::Count(2), 20),
        ("lrnn(2, 1, 2, 2)", Samples::Count(2), 12),
        ("lrnn(2, 1, 3, 2)", Samples::Count(1), 8),
        ("lrnn(1, 1, 2, 3, readout=\"all\")", Samples::Functional, 12),
    ] {
        let network: Network = text.parse().unwrap();
        let n = network.weights();
        let matcher = Matcher::new(&network, samples, SETTINGS, limits).unwrap();
        for allocation in (1..n).flat_map(|size| subsets(&Allocation::all(n), size).collect::<Vec<_>>()) {
            if matcher.dim(&allocation).value < matcher.teacher().value {
                continue;
            }
            let Some(part) = matcher.reduced(&allocation, Ensemble::Gaussian, &free) else {
                continue;
            };
            for trial in 0..trials {
                let mut whole = Instance::draw(&network, samples, Ensemble::Gaussian, SETTINGS.seed, trial);
                if let (false, Reduction::Below { layer }) = (part.equal, part.law) {
                    // The one scale is 1 where what is above is the teacher's.
                    let above = Chain::of(&network).unwrap().weights(layer)..n;
                    above.for_each(|w| whole.teacher[w] = whole.student[w].clone());
                }
                let of_part = part_of(&whole, &network, &part, trial);
                let both = [
                    matcher.eliminates(&allocation, &whole, &options),
                    part.matcher.eliminates(&part.allocation, &of_part, &options),
                ];
                let [Some(all), Some(of_part)] = both else { continue };
                assert_eq!(all, of_part, "{text}, {samples}: {allocation:?} and {:?}, {trial}", part.allocation);
                agree += 1;
                without += u32::from(!all);
                let kind = match part.law {
                    Reduction::Below { .. } => usize::from(part.equal),
                    Reduction::Above { .. } => 2,
                    _ => 3,
                };
                kinds[kind] += 1;
                let squared = Chain::of(part.matcher.network()).is_some_and(|chain| chain.exponents.last() == Some(&2));
                squares += u32::from(kind == 1 && squared);
            }
        }
    }
    assert!(agree > 1_000 && without > 100, "{agree} instances, {without} without a match");
    assert!(kinds.iter().all(|count| *count > 50), "one scale, below, above, one state: {kinds:?}");
    assert!(squares > 300, "{squares} of a square in place of a larger power");
}

/// Normal numbers that have nothing to do with the engine's.
fn normals(seed: u64) -> impl FnMut() -> f64 {
    use rand_chacha::rand_core::{RngCore, SeedableRng};
    let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(seed);
    move || {
        let mut unit = || (random.next_u32() as f64 + 0.5) / 4_294_967_296.0;
        (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// c_0 (w_0·x)^2 + c_1 (w_1·x)^2, for weights as they stand in the network.
fn form(w: &[f64], x: &[f64]) -> f64 {
    let d = x.len();
    w[2 * d] * dot(&w[..d], x).powi(2) + w[2 * d + 1] * dot(&w[d..2 * d], x).powi(2)
}

/// Whether W3 p(x_j)^2 are the teacher's labels for some W3.
fn has_labels_of(student: &[f64], teacher: &[f64], inputs: &[Vec<f64>]) -> bool {
    let ratios: Vec<f64> = inputs.iter().map(|x| (form(student, x) / form(teacher, x)).abs()).collect();
    ratios.iter().all(|ratio| (ratio / ratios[0] - 1.0).abs() < 1e-6)
}

/// A pencil of two squares: for one choice of signs a quadratic equation has a real root, and the student that it gives has the teacher's labels; for the signs of
/// the teacher it often has none.
#[test]
fn a_pencil_of_squares_takes_some_signs() {
    let mut normal = normals(31);
    let mut none_by_same = 0;
    for instance in 0..3_000 {
        let d = 2 + instance % 3;
        let mut draw = |n: usize| -> Vec<f64> { (0..n).map(|_| normal()).collect() };
        let (student, teacher) = (draw(2 * d + 2), draw(2 * d + 2));
        let inputs: Vec<Vec<f64>> = (0..3).map(|_| draw(d)).collect();
        // The weight w of input 0 into unit 0, and the factor of one of both units.
        let rest: Vec<f64> = inputs.iter().map(|x| dot(&student[1..d], &x[1..])).collect();
        let other: Vec<f64> = inputs.iter().map(|x| dot(&student[d..2 * d], x).powi(2)).collect();
        let found = [[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]].map(|signs| {
            let r: Vec<f64> = inputs.iter().map(|x| form(&teacher, x).abs()).collect();
            let r = [signs[0] * r[0], signs[1] * r[1], r[2]];
            let minor = |i: usize, k: usize| other[i] * r[k] - other[k] * r[i];
            let minors = [minor(1, 2), minor(2, 0), minor(0, 1)];
            let sum = |of: &dyn Fn(usize) -> f64| (0..3).map(|j| minors[j] * of(j)).sum::<f64>();
            let x = |j: usize| inputs[j][0];
            let (a, b, c) = (sum(&|j| x(j) * x(j)), sum(&|j| x(j) * rest[j]), sum(&|j| rest[j] * rest[j]));
            let discriminant = b * b - a * c;
            (discriminant > 0.0).then(|| {
                // With two inputs one root makes both units parallel.
                [1.0, -1.0].into_iter().any(|sign| {
                    let w = (-b - sign * b.signum() * discriminant.sqrt()) / a;
                    // α (w x + rest)^2 + β other is r, by the first two samples.
                    let g: Vec<f64> = (0..3).map(|j| (w * x(j) + rest[j]).powi(2)).collect();
                    let (alpha, beta) = (r[0] * other[1] - r[1] * other[0], g[0] * r[1] - g[1] * r[0]);
                    let mut matching = student.clone();
                    matching[0] = w;
                    // Factors count up to a common one.
                    match instance % 2 {
                        0 => matching[2 * d] = alpha / beta * student[2 * d + 1],
                        _ => matching[2 * d + 1] = beta / alpha * student[2 * d],
                    }
                    has_labels_of(&matching, &teacher, &inputs)
                })
            })
        });
        assert!(found.contains(&Some(true)), "{instance}: {found:?}");
        none_by_same += u32::from(found[0].is_none());
    }
    assert!(none_by_same > 300, "{none_by_same} where signs have to be chosen");
}

/// M − 1 weights of both units: along a curve with signs that may be chosen a linear function takes the value that the others ask for.
#[test]
fn two_units_on_curves_take_some_signs() {
    let mut normal = normals(32);
    let mut kinds = [0, 0];
    for instance in 0..1_000 {
        let (d, places) = (3, [[0, 1], if instance % 2 == 0 { [0, 1] } else { [0, 2] }]);
        let mut draw = |n: usize| -> Vec<f64> { (0..n).map(|_| normal()).collect() };
        let (student, teacher) = (draw(2 * d + 2), draw(2 * d + 2));
        let inputs: Vec<Vec<f64>> = (0..3).map(|_| draw(d)).collect();
        let column = |k: usize| -> [f64; 3] { [inputs[0][k], inputs[1][k], inputs[2][k]] };
        let cross = |a: [f64; 3], b: [f64; 3]| {
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        };
        // n·u = β for each unit.
        let held = |unit: usize| 3 - places[unit][0] - places[unit][1];
        let normal_of = |unit: usize| cross(column(places[unit][0]), column(places[unit][1]));
        let level = |unit: usize| dot(&normal_of(unit), &column(held(unit))) * student[unit * d + held(unit)];
        let roots = [student[2 * d].abs().sqrt(), student[2 * d + 1].abs().sqrt()];
        let nu = |j: usize| [level(1) * normal_of(0)[j] / roots[0], -level(0) * normal_of(1)[j] / roots[1]];
        let r: Vec<f64> = inputs.iter().map(|x| form(&teacher, x).abs().sqrt()).collect();
        let same = student[2 * d] * student[2 * d + 1] > 0.0;
        kinds[usize::from(same)] += 1;
        // The point of a curve at a parameter: closed, or the branch whose larger entry has the smaller factor.
        let at = |j: usize, t: f64| match (same, nu(j)[0].abs() > nu(j)[1].abs()) {
            (true, _) => [r[j] * t.cos(), r[j] * t.sin()],
            (false, true) => [r[j] * t.sinh(), r[j] * t.cosh()],
            (false, false) => [r[j] * t.cosh(), r[j] * t.sinh()],
        };
        let value = |j: usize, t: f64| dot(&nu(j), &at(j, t));
        let solve = |j: usize, wanted: f64| {
            let middle = if same { nu(j)[1].atan2(nu(j)[0]) } else { 0.0 };
            let half = if same { std::f64::consts::PI } else { 40.0 };
            // Half of the closed curve, from the largest value to the smallest one.
            let (mut low, mut high) = if same { (middle, middle + half) } else { (-half, half) };
            let falls = value(j, low) > value(j, high);
            for _ in 0..200 {
                let t = (low + high) / 2.0;
                if (value(j, t) > wanted) == falls { low = t } else { high = t }
            }
            low
        };
        let most = |j: usize| if same { r[j] * dot(&nu(j), &nu(j)).sqrt() } else { f64::INFINITY };
        let found = (1..=8).any(|attempt| {
            let wanted = (0.3 * f64::from(attempt) * r[0]).min(0.1 * f64::from(attempt) * most(0).min(most(1)));
            let points = [at(0, solve(0, wanted)), at(1, solve(1, -wanted)), at(2, solve(2, 0.0))];
            let side = |unit: usize| -> [f64; 3] { [0, 1, 2].map(|j| points[j][unit] / roots[unit]) };
            let scale = dot(&normal_of(0), &side(0)) / level(0);
            let mut matching = student.clone();
            for unit in 0..2 {
                // Cramer's rule for the weights times the scale, and the held one.
                let columns = [column(places[unit][0]), column(places[unit][1]), column(held(unit))];
                let det = dot(&cross(columns[0], columns[1]), &columns[2]);
                matching[unit * d + places[unit][0]] = dot(&cross(side(unit), columns[1]), &columns[2]) / det / scale;
                matching[unit * d + places[unit][1]] = dot(&cross(columns[0], side(unit)), &columns[2]) / det / scale;
            }
            has_labels_of(&matching, &teacher, &inputs)
        });
        assert!(found, "{instance}: {same}");
    }
    assert!(kinds.iter().all(|count| *count > 300), "{kinds:?}");
}

/// Where the laws for chosen signs speak.
#[test]
fn signs_are_chosen_where_hypotheses_hold() {
    let free = Control::unlimited();
    for (text, learns, samples, certain) in [
        ("pnn([3, 2, 1, 1], degree=2)", "W1[0,0] W2[0,0] W3", 3, true),
        ("pnn([3, 2, 1, 1], degree=2)", "W1[0,0] W2[0,1] W3", 3, true),
        ("pnn([3, 2, 1, 1], degree=4)", "W1[1,2] W2[0,1] W3", 3, true),
        ("pnn([2, 2, 1, 1], degree=2)", "W1[0,0] W2[0,1] W3", 3, true),
        ("pnn([3, 2, 1, 2], degree=2)", "W1[0,0] W2[0,1] W3", 3, true),
        ("pnn([3, 2, 1, 1], degree=2)", "W2 W3", 3, false),
        ("pnn([3, 2, 1, 1], degree=2)", "W1[0,0] W2[0,0] W3", 4, false),
        ("pnn([3, 2, 1, 1], degree=[2, 1])", "W1[0,0] W2[0,0] W3", 3, false),
        ("pnn([3, 3, 1, 1], degree=2)", "W1[0,0] W2[0,0] W3", 3, false),
        ("pnn([3, 2, 1, 1], degree=2)", "W1[0,0] W2[0,0]", 3, false),
        ("pnn([3, 2, 1, 1], degree=2)", "W1[:,0] W1[:,1] W3", 3, true),
        ("pnn([3, 2, 1, 1], degree=2)", "W1[0,0] W1[0,1] W1[1,0] W1[1,2] W3", 3, true),
        ("pnn([4, 2, 1, 1], degree=4)", "W1[:,0] W1[:,1] W3", 3, true),
        ("pnn([3, 2, 1, 1], degree=2)", "W1[0,0] W1[0,1] W1[1,0] W3", 3, false),
        ("pnn([3, 2, 1, 1], degree=2)", "W1 W3", 4, false),
        ("pnn([2, 2, 1, 1], degree=2)", "W1 W3", 3, false),
    ] {
        let network: Network = text.parse().unwrap();
        let allocation = crate::allocation::parse(network.layout(), learns).unwrap();
        let asked = (&network, Samples::Count(samples));
        let found = by_parts(asked, &Parts::default(), &allocation, Ensemble::Gaussian, SETTINGS, &free);
        assert_eq!(found.is_some_and(|exact| exact.low == 1), certain, "{text} {learns}, {samples}");
    }
}

/// Signs of squares up to a common one: no instance has a match that elimination finds but those whose signs fit, and the value is how many fit.
#[test]
fn forms_of_either_sign_fit_as_often_as_counting_says() {
    for (text, h) in [("pnn([2, 2, 1, 1], degree=[2, 1])", 2u32), ("pnn([4, 3, 1, 1], degree=[2, 1])", 3)] {
        let network: Network = text.parse().unwrap();
        let allocation = crate::allocation::parse(network.layout(), "W1 W3").unwrap();
        let exact = of_either_sign((&network, Samples::Functional), &allocation).unwrap();
        let fit = |a: u32, b: u32| a.count_ones() == b.count_ones() || a.count_ones() + b.count_ones() == h;
        let pairs = (0..1u32 << h).flat_map(|a| (0..1u32 << h).map(move |b| (a, b)));
        let found = pairs.filter(|(a, b)| fit(*a, *b)).count();
        assert_eq!(exact.low, Rational::from((found, 1u64 << (2 * h))), "{text}");
        assert_eq!(exact.low, exact.high);
    }
    let network: Network = "pnn([2, 2, 1, 1], degree=[2, 1])".parse().unwrap();
    let allocation = crate::allocation::parse(network.layout(), "W1 W3").unwrap();
    let matcher = Matcher::new(&network, Samples::Functional, SETTINGS, Limits::default()).unwrap();
    let options = MatchOptions::default();
    let (mut matched, mut others) = (0, 0);
    for trial in 0..60 {
        let instance = Instance::draw(&network, Samples::Functional, Ensemble::Gaussian, SETTINGS.seed, trial);
        let positive = |weights: &[Dyadic]| (4..6).filter(|w| weights[*w].mantissa.is_positive()).count();
        let (student, teacher) = (positive(&instance.student), positive(&instance.teacher));
        let fits = student == teacher || student + teacher == 2;
        match matcher.eliminates(&allocation, &instance, &options) {
            Some(true) => {
                assert!(fits, "{trial}");
                matched += 1;
            }
            Some(false) => assert!(!fits, "{trial}"),
            None => others += u32::from(!fits),
        }
    }
    assert!(matched > 15 && others > 15, "{matched} matched, {others} whose signs do not fit");
}

/// A weight behind two layers of one unit changes no quotient of the unit's two values: W1[0,0] alone moves a quotient of sums of squares, which is
/// bounded where their signs agree.
#[test]
fn a_weight_behind_another_layer_of_one_unit_moves_no_quotient() {
    let free = Control::unlimited();
    let options = MatchOptions { trials: Trials::Fixed(40), ..MatchOptions::default() };
    let mut settled = 0;
    for (text, learns, certain) in [
        ("pnn([2, 2, 1, 1, 1], degree=2)", "W1[0,0] W3 W4", false),
        ("pnn([2, 2, 1, 1, 1], degree=2)", "W1[1,1] W3 W4", false),
        ("pnn([2, 2, 1, 1, 1], degree=[2, 1, 2])", "W1[0,0] W3 W4", false),
        ("pnn([2, 2, 1, 1, 2], degree=2)", "W1[0,0] W3 W4", false),
        ("pnn([2, 2, 1, 2, 1, 1], degree=2)", "W1[0,0] W4[0,0] W5", false),
        // One layer of one unit, and two units before it.
        ("pnn([2, 2, 1, 1], degree=2)", "W2[0,0] W3", true),
    ] {
        let network: Network = text.parse().unwrap();
        let allocation = crate::allocation::parse(network.layout(), learns).unwrap();
        let asked = (&network, Samples::Count(2));
        let found = by_parts(asked, &Parts::default(), &allocation, Ensemble::Gaussian, SETTINGS, &free);
        assert_eq!(found.is_some_and(|exact| exact.low == 1), certain, "{text} {learns}");
        if network.weights() < 10 {
            let matcher = Matcher::new(asked.0, asked.1, SETTINGS, Limits::default()).unwrap();
            let estimate = matcher.estimate(&allocation, &options, &free);
            let shown = estimate.undecided == 0;
            assert!(!shown || (estimate.unmatched == 0) == certain, "{text} {learns}: {estimate:?}");
            settled += u32::from(shown);
        }
    }
    assert!(settled >= 3, "{settled} whose instances are all decided");
}

/// Instance by instance: an output that takes any labels changes nothing, as elimination finds of the whole and of the rest.
#[test]
fn an_output_that_takes_any_labels_may_be_left_out() {
    let (free, options) = (Control::unlimited(), MatchOptions::default());
    let (mut agree, mut without) = (0, 0);
    for (text, learns, trials) in [
        ("pnn([2, 2, 2], degree=2)", "W1[0,0] W2[0,:] W2[1,0]", 300),
        ("pnn([2, 2, 2], degree=2)", "W1[0,0] W1[1,0] W2[0,:]", 400),
        ("pnn([2, 2, 2], degree=2)", "W1[0,:] W2[0,:]", 400),
        ("pnn([2, 2, 2], degree=2)", "W1[:,1] W2[1,:]", 300),
    ] {
        let network: Network = text.parse().unwrap();
        let allocation = crate::allocation::parse(network.layout(), learns).unwrap();
        let samples = Samples::Count(2);
        let limits = Limits { work: 1 << 24, ..Limits::default() };
        let matcher = Matcher::new(&network, samples, SETTINGS, limits).unwrap();
        let part = matcher.reduced(&allocation, Ensemble::Gaussian, &free).unwrap();
        let Reduction::Output { output } = part.law else { panic!("{learns}: {:?}", part.law) };
        let left_out = 4 + 2 * output..6 + 2 * output;
        for trial in 0..trials {
            let whole = Instance::draw(&network, samples, Ensemble::Gaussian, SETTINGS.seed, trial);
            let mut rest = whole.clone();
            for weights in [&mut rest.student, &mut rest.teacher] {
                weights.drain(left_out.clone());
            }
            let both = [
                matcher.eliminates(&allocation, &whole, &options),
                part.matcher.eliminates(&part.allocation, &rest, &options),
            ];
            let [Some(all), Some(of_part)] = both else { continue };
            assert_eq!(all, of_part, "{learns}, {trial}");
            agree += 1;
            without += u32::from(!all);
        }
    }
    assert!(agree > 1_000 && without > 50, "{agree} instances, {without} without a match");
}
