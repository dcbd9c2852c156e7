//! ReLU networks: labels and Jacobians at kinks, dimensions over patterns, and match decisions against closed forms, laws
//! and a second method in floating point that tries all activation patterns.

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, parse};
use allocert::control::Control;
use allocert::matching::{
    Decision, DegreeCounter, Ensemble, Instance, MatchOptions, Matcher, NoDegree, Trials, Verdict, decide,
};
use allocert::network::{Network, Samples};
use allocert::number::{Dual, Duals, Dyadic, Floats, Integers, PrimeField};
use allocert::reach::{Evidence, JacobianMatroid, Patterns, ReachError, ScanOptions, Settings, rank, scan};
use proptest::prelude::*;
use rug::Integer;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

fn relu(widths: &[i64], bias: bool) -> Network {
    Network::relu(widths, bias).unwrap()
}

fn learnable(network: &Network, text: &str) -> Allocation {
    parse(network.layout(), text).unwrap()
}

fn trials(number: u64) -> MatchOptions {
    MatchOptions { trials: Trials::Fixed(number), ..MatchOptions::default() }
}

fn integers(values: &[i64]) -> Vec<Integer> {
    values.iter().map(|v| Integer::from(*v)).collect()
}

#[test]
fn at_a_kink_activation_and_slope_are_zero() {
    let network = relu(&[2, 2, 1], true);
    // W1 = [[1, −1], [2, 1]], b1 = [0, −3], W2 = [5, 7], b2 = 4
    let weights = integers(&[1, -1, 2, 1, 0, -3, 5, 7, 4]);
    let at = |x: &[i64]| {
        let labels = network.labels(&Integers, &weights, &[integers(x)]);
        let row = network.jacobian(&Integers, &weights, &[integers(x)]).row(0).to_vec();
        (labels, row)
    };
    // Both units active: z = (1, 2).
    assert_eq!(at(&[2, 1]), (integers(&[5 + 14 + 4]), integers(&[10, 5, 14, 7, 5, 7, 1, 2, 1])));
    // z = (0, 0): both at their kinks.
    assert_eq!(at(&[1, 1]), (integers(&[4]), integers(&[0, 0, 0, 0, 0, 0, 0, 0, 1])));
    // The zero input: z = b1 = (0, −3), one at its kink, one inactive.
    assert_eq!(at(&[0, 0]), (integers(&[4]), integers(&[0, 0, 0, 0, 0, 0, 0, 0, 1])));
    assert_eq!(network.pattern(&Integers, &weights, &integers(&[2, 1])), Some(vec![true, true]));
    assert_eq!(network.pattern(&Integers, &weights, &integers(&[1, 1])), None);
}

#[test]
fn behind_dead_units_there_is_no_border() {
    let network = relu(&[1, 1, 1, 1], false);
    let weights = integers(&[-1, 3, 2]);
    assert_eq!(network.pattern(&Integers, &weights, &integers(&[1])), Some(vec![false, false]));
    assert_eq!(network.labels(&Integers, &weights, &[integers(&[1])]), integers(&[0]));
}

fn small() -> impl Strategy<Value = Network> {
    (proptest::collection::vec(1i64..4, 2..5), any::<bool>()).prop_map(|(w, bias)| relu(&w, bias))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_jacobian_is_the_derivative_and_agrees_with_its_pattern(
        network in small(), entries in proptest::collection::vec(-9i64..10, 80),
    ) {
        let (n, d) = (network.weights(), network.input_size());
        let (weights, input) = (integers(&entries[..n]), integers(&entries[n..n + d]));
        let jacobian = network.jacobian_at(&Integers, &weights, &input);
        let duals = Duals(Integers);
        for w in 0..n {
            let seeded: Vec<Dual<Integer>> = weights.iter().enumerate()
                .map(|(i, v)| if i == w { duals.variable(v.clone()) } else { duals.constant(v.clone()) })
                .collect();
            let input: Vec<_> = input.iter().map(|x| duals.constant(x.clone())).collect();
            let labels = network.labels(&duals, &seeded, &[input]);
            for (k, label) in labels.iter().enumerate() {
                prop_assert_eq!(&label.slope, &jacobian[(k, w)]);
            }
        }
        if let Some(gates) = network.pattern(&Integers, &weights, &input) {
            prop_assert_eq!(gates.len(), network.gates());
            prop_assert_eq!(network.gated_jacobian_at(&Integers, &weights, &input, &gates), jacobian);
        }
        // In floats, small integers are exact.
        let float = |v: &[i64]| v.iter().map(|x| *x as f64).collect::<Vec<f64>>();
        let floats = network.labels(&Floats, &float(&entries[..n]), &[float(&entries[n..n + d])]);
        let exact: Vec<f64> = network.labels(&Integers, &weights, &[input]).iter().map(Integer::to_f64).collect();
        prop_assert_eq!(floats, exact);
    }
}

#[test]
fn functional_dimensions_are_those_known() {
    for (widths, expected) in [([2, 2, 1], 7), ([2, 3, 1], 10), ([3, 2, 2], 12), ([2, 4, 1], 13)] {
        let network = relu(&widths, true);
        let all = Allocation::all(network.weights());
        let answer = rank(&network, &all, Samples::Functional, SETTINGS, &Control::unlimited()).unwrap();
        assert_eq!(answer.teacher.value, expected, "{network}");
        assert_eq!(answer.evidence(), Evidence::Proved);
        let distribution = answer.distribution.unwrap();
        assert_eq!(distribution.dims.iter().map(|(_, n)| n).sum::<u64>(), distribution.draws);
        assert_eq!(distribution.dims.iter().map(|(d, _)| *d).max(), Some(expected));
    }
}

#[test]
fn a_scan_agrees_with_single_questions() {
    let network = relu(&[2, 2, 1], true);
    let options = ScanOptions::default();
    for samples in [Samples::Count(2), Samples::Count(4), Samples::Functional] {
        let scan = scan(&network, samples, &options, SETTINGS, &Control::unlimited()).unwrap();
        let patterns = Patterns::draw(&network, samples, SETTINGS.seed, 1_000, &Control::unlimited()).unwrap();
        let mut counts = std::collections::BTreeMap::new();
        let mut pairs = std::collections::BTreeMap::new();
        for bits in 0..1u64 << 9 {
            let allocation = Allocation::of(9, (0..9).filter(|w| bits >> w & 1 == 1));
            *counts.entry((allocation.size(), patterns.rank(&allocation))).or_insert(0) += 1;
            for (dim, draws) in patterns.distribution(&allocation).dims {
                *pairs.entry((allocation.size(), dim)).or_insert(0) += draws;
            }
        }
        let counts: Vec<_> =
            counts.into_iter().map(|((s, d), n): ((usize, usize), i32)| (s, d, Integer::from(n))).collect();
        assert_eq!(scan.table.entries().map(|(s, d, n)| (s, d, n.clone())).collect::<Vec<_>>(), counts);
        let pairs: Vec<_> =
            pairs.into_iter().map(|((s, d), n): ((usize, usize), u64)| (s, d, Integer::from(n))).collect();
        let drawn = scan.drawn.unwrap();
        assert_eq!(drawn.pairs.entries().map(|(s, d, n)| (s, d, n.clone())).collect::<Vec<_>>(), pairs);
    }
}

#[test]
fn with_one_sample_the_patterns_are_those_of_coins() {
    // relu([1, 1, 1]): the unit is active with probability 1/2, and then everything has dimension 1.
    let network = relu(&[1, 1, 1], false);
    let answer =
        rank(&network, &learnable(&network, "W1"), Samples::Count(1), SETTINGS, &Control::unlimited()).unwrap();
    let distribution = answer.distribution.unwrap();
    assert_eq!(distribution.patterns, 2);
    assert!(distribution.dims.iter().all(|(_, n)| (420..580).contains(n)), "{distribution:?}");
}

#[test]
fn what_holds_for_polynomials_only_is_refused() {
    let network = relu(&[2, 2, 1], false);
    assert!(matches!(
        JacobianMatroid::new(&network, Samples::Count(2), 1, &Control::unlimited()),
        Err(ReachError::NotOneMatroid { .. })
    ));
    let counter = DegreeCounter::new(&network, Samples::Count(2), 1, Limits::default());
    assert_eq!(counter.degree(&Allocation::all(6)), Err(NoDegree::Kinks));
    // Without hidden units there is no kink.
    assert!(JacobianMatroid::new(&relu(&[2, 2], false), Samples::Functional, 1, &Control::unlimited()).is_ok());
}

#[test]
#[should_panic(expected = "without an order")]
fn labels_need_an_order() {
    let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
    relu(&[1, 1, 1], false).labels(&field, &[1, 1], &[vec![1]]);
}

#[test]
fn closed_forms_of_the_smallest_network_are_reproduced() {
    let network = relu(&[1, 1, 1], false);
    for samples in [1, 2, 4] {
        for name in ["W1", "W2"] {
            let expected = 0.5 + 0.5f64.powi(1 + samples);
            let answer = decide(
                &network,
                &learnable(&network, name),
                Samples::Count(samples as u64),
                &trials(100_000),
                SETTINGS,
                &Control::unlimited(),
            )
            .unwrap();
            let estimate = answer.estimate.unwrap();
            assert_eq!((answer.verdict, estimate.undecided), (Verdict::Fractional, 0));
            let [low, high] = estimate.ci95;
            assert!(low <= expected && expected <= high, "{name}, {samples}: {expected} not in {low}..{high}");
        }
    }
    let nothing =
        decide(&network, &Allocation::none(2), Samples::Count(1), &trials(100_000), SETTINGS, &Control::unlimited());
    let [low, high] = nothing.unwrap().range();
    assert!(low <= 0.25 && 0.25 <= high);
    let both =
        decide(&network, &Allocation::all(2), Samples::Count(3), &trials(10), SETTINGS, &Control::unlimited()).unwrap();
    assert_eq!((both.verdict, both.evidence), (Verdict::One, Evidence::Proved));
}

/// The second method: every sign pattern of the units with learnable incoming weights, in floating point. A polyhedron in a
/// large box is empty unless some of its constraints meet in a point of it.
mod brute_force {
    use super::*;

    const BOX: f64 = 1e4;
    const TOLERANCE: f64 = 1e-10;

    struct Constraint {
        a: Vec<f64>,
        c: f64,
        equal: bool,
    }

    fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
        let n = rows.len();
        for column in 0..n {
            let pivot = (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
            if rows[pivot][column].abs() < 1e-12 {
                return None;
            }
            rows.swap(column, pivot);
            for r in (0..n).filter(|r| *r != column) {
                let factor = rows[r][column] / rows[column][column];
                let pivot_row = rows[column].clone();
                rows[r].iter_mut().zip(&pivot_row).for_each(|(entry, p)| *entry -= factor * p);
            }
        }
        Some((0..n).map(|i| -rows[i][n] / rows[i][i]).collect())
    }

    fn subsets(size: usize, of: usize) -> Vec<Vec<usize>> {
        if size == 0 {
            return vec![Vec::new()];
        }
        let with_last = |last: usize| {
            subsets(size - 1, last).into_iter().map(move |mut s| {
                s.push(last);
                s
            })
        };
        (size - 1..of).flat_map(with_last).collect()
    }

    fn feasible(n: usize, mut constraints: Vec<Constraint>) -> bool {
        for v in 0..n {
            for sign in [1.0, -1.0] {
                let mut a = vec![0.0; n];
                a[v] = sign;
                constraints.push(Constraint { a, c: BOX, equal: false });
            }
        }
        let holds = |x: &[f64]| {
            constraints.iter().all(|k| {
                let terms: Vec<f64> = k.a.iter().zip(x).map(|(a, x)| a * x).collect();
                let scale = 1.0 + k.c.abs() + terms.iter().map(|t| t.abs()).sum::<f64>();
                let value = k.c + terms.iter().sum::<f64>();
                if k.equal { value.abs() <= TOLERANCE * scale } else { value >= -TOLERANCE * scale }
            })
        };
        subsets(n, constraints.len()).into_iter().any(|chosen| {
            let row = |i: &usize| constraints[*i].a.iter().copied().chain([constraints[*i].c]).collect();
            solve(chosen.iter().map(row).collect()).is_some_and(|x| holds(&x))
        })
    }

    fn float(x: &Dyadic) -> f64 {
        x.mantissa.to_f64() / 2f64.powi(x.exponent as i32)
    }

    /// Whether there is a match, for one hidden layer and one output.
    pub fn matches(network: &Network, allocation: &Allocation, instance: &Instance) -> bool {
        let shape = network.shapes();
        let widths = shape.widths.unwrap();
        let (d, h, bias) = (widths[0], widths[1], shape.bias.unwrap());
        let floats = |v: &[Dyadic]| v.iter().map(float).collect::<Vec<f64>>();
        let (student, teacher) = (floats(&instance.student), floats(&instance.teacher));
        let inputs: Vec<Vec<f64>> = instance.inputs.iter().map(|x| floats(x)).collect();
        let m = inputs.len();
        let labels: Vec<f64> = network.labels(&Floats, &teacher, &inputs);
        let place = |name: &str, i: usize| network.layout().tensor(name).unwrap().start + i;
        let incoming = |j: usize| {
            let own = (0..d).map(|l| place("W1", j * d + l));
            own.chain(bias.then(|| place("b1", j))).collect::<Vec<_>>()
        };
        let learning: Vec<usize> = (0..h).filter(|j| incoming(*j).iter().any(|w| allocation.contains(*w))).collect();
        // Each such unit: m gates; and for a learnable outgoing weight, its sign.
        let gates = learning.len() * m;
        let signs: Vec<usize> = learning.iter().copied().filter(|j| allocation.contains(place("W2", *j))).collect();
        (0..1u64 << gates).any(|pattern| {
            (0..3usize.pow(signs.len() as u32)).any(|sign| {
                let mut columns: Vec<Vec<f64>> = Vec::new();
                let mut target: Vec<f64> = labels.iter().map(|y| -y).collect();
                let mut sides: Vec<(usize, Vec<f64>, f64)> = Vec::new();
                for j in 0..h {
                    let w = incoming(j);
                    let out = place("W2", j);
                    let entries = |i: usize| inputs[i].iter().copied().chain(bias.then_some(1.0)).collect::<Vec<f64>>();
                    let Some(unit) = learning.iter().position(|u| *u == j) else {
                        let z =
                            |i: usize| entries(i).iter().zip(&w).map(|(x, w)| x * student[*w]).sum::<f64>().max(0.0);
                        let activations: Vec<f64> = (0..m).map(z).collect();
                        if allocation.contains(out) {
                            columns.push(activations);
                        } else {
                            (0..m).for_each(|i| target[i] += student[out] * activations[i]);
                        }
                        continue;
                    };
                    let on = |i: usize| pattern >> (unit * m + i) & 1 == 1;
                    let gate = |i: usize| f64::from(u8::from(on(i)));
                    let factor = match signs.iter().position(|u| *u == j) {
                        Some(index) => [0.0, 1.0, -1.0][sign / 3usize.pow(index as u32) % 3],
                        None => student[out],
                    };
                    let scaled = allocation.contains(out);
                    if scaled && factor == 0.0 {
                        continue;
                    }
                    let first = columns.len();
                    let free: Vec<usize> = (0..w.len()).filter(|l| allocation.contains(w[*l])).collect();
                    for l in &free {
                        columns.push((0..m).map(|i| factor * gate(i) * entries(i)[*l]).collect());
                    }
                    let offset = |i: usize| {
                        let frozen = (0..w.len()).filter(|l| !free.contains(l));
                        frozen.map(|l| student[w[l]] * entries(i)[l]).sum::<f64>()
                    };
                    if scaled {
                        columns.push((0..m).map(|i| factor * gate(i) * offset(i)).collect());
                    } else {
                        (0..m).for_each(|i| target[i] += factor * gate(i) * offset(i));
                    }
                    for i in 0..m {
                        let side = if on(i) { 1.0 } else { -1.0 };
                        let mut a: Vec<f64> = free.iter().map(|l| side * entries(i)[*l]).collect();
                        let mut c = side * offset(i);
                        if scaled {
                            a.push(std::mem::take(&mut c));
                        }
                        sides.push((first, a, c));
                    }
                    if scaled {
                        let mut a = vec![0.0; free.len()];
                        a.push(1.0);
                        sides.push((first, a, -1e-6));
                    }
                }
                if bias {
                    let output = place("b2", 0);
                    if allocation.contains(output) {
                        columns.push(vec![1.0; m]);
                    } else {
                        target.iter_mut().for_each(|t| *t += student[output]);
                    }
                }
                let n = columns.len();
                let equations =
                    (0..m).map(|i| Constraint { a: columns.iter().map(|c| c[i]).collect(), c: target[i], equal: true });
                let inequalities = sides.iter().map(|(first, side, c)| {
                    let mut a = vec![0.0; n];
                    a[*first..first + side.len()].copy_from_slice(side);
                    Constraint { a, c: *c, equal: false }
                });
                feasible(n, equations.chain(inequalities).collect())
            })
        })
    }
}

#[test]
fn decisions_agree_with_trying_all_patterns() {
    let cases = [
        (relu(&[1, 1, 1], false), vec![1, 2, 3], 300),
        (relu(&[2, 1, 1], true), vec![1, 2, 3], 120),
        (relu(&[2, 2, 1], false), vec![1, 2], 120),
        (relu(&[1, 2, 1], true), vec![2], 120),
    ];
    let (mut decided, mut matched) = (0, 0);
    for (network, samples, count) in cases {
        let n = network.weights();
        for m in samples {
            for ensemble in [Ensemble::Gaussian, Ensemble::Integer { bound: 2 }] {
                let matcher = Matcher::new(&network, Samples::Count(m), SETTINGS, Limits::default()).unwrap();
                let options = MatchOptions { ensemble, ..MatchOptions::default() };
                for trial in 0..count {
                    // Up to three learnable weights, in turn.
                    let bits = (trial * 2_654_435_761 % (1 << n)) & (trial * 40_503 + trial / 7);
                    let chosen = (0..n).filter(|w| bits >> w & 1 == 1).take(3);
                    let allocation = Allocation::of(n, chosen);
                    let instance = Instance::draw(&network, Samples::Count(m), ensemble, SETTINGS.seed, trial);
                    let Decision::Decided(finding) =
                        matcher.instance(&allocation, &options, trial, &Control::unlimited())
                    else {
                        panic!("{network} is undecided");
                    };
                    let expected = brute_force::matches(&network, &allocation, &instance);
                    assert_eq!(finding.real, expected, "{network} {m} {ensemble} {trial} {allocation:?}");
                    decided += 1;
                    matched += u32::from(finding.real);
                }
            }
        }
    }
    assert!(decided > 3_000 && matched > decided / 10 && matched < decided * 9 / 10, "{matched} of {decided}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn more_learnable_weights_never_lose_a_match(
        index in 0usize..4, bits in any::<u64>(), more in any::<u64>(), m in 1u64..4, trial in 0u64..1_000, tied in any::<bool>(),
    ) {
        let network =
            [relu(&[2, 2, 1], true), relu(&[1, 2, 2], true), relu(&[2, 2, 1], false), relu(&[1, 2, 2, 1], false)][index].clone();
        let n = network.weights();
        let of = |bits: u64| Allocation::of(n, (0..n).filter(|w| bits >> w & 1 == 1));
        let (fewer, larger) = (of(bits & more), of(more));
        let matcher = Matcher::new(&network, Samples::Count(m), SETTINGS, Limits::default()).unwrap();
        let ensemble = if tied { Ensemble::Integer { bound: 1 } } else { Ensemble::Gaussian };
        let options = MatchOptions { ensemble, ..MatchOptions::default() };
        let real = |a: &Allocation| match matcher.instance(a, &options, trial, &Control::unlimited()) {
            Decision::Decided(finding) => Some(finding.real),
            Decision::Undecided(_) => None,
        };
        if real(&fewer) == Some(true) {
            prop_assert_ne!(real(&larger), Some(false));
        }
    }
}

#[test]
fn laws_and_decisions_agree() {
    for network in [relu(&[1, 2, 1], false), relu(&[1, 2, 1], true), relu(&[2, 1, 2], true), relu(&[1, 1, 1, 1], true)]
    {
        let n = network.weights();
        for m in [1, 2, 3] {
            let samples = Samples::Count(m);
            let matcher = Matcher::new(&network, samples, SETTINGS, Limits::default()).unwrap();
            for bits in 0..1u64 << n.min(7) {
                // The last weights, so that deeper networks learn above.
                let allocation = Allocation::of(n, (0..n).filter(|w| bits >> (n - 1 - w) & 1 == 1));
                let Ok(answer) = matcher.decide(&allocation, &trials(24), &Control::unlimited()) else { continue };
                let estimate = matcher.estimate(&allocation, &trials(24), &Control::unlimited());
                let case = format!("{network}, {m}, {allocation:?}: {answer:?}");
                match answer.verdict {
                    Verdict::One => assert_eq!(estimate.unmatched, 0, "{case}"),
                    Verdict::Zero => assert_eq!(estimate.matched, 0, "{case}"),
                    Verdict::Fractional | Verdict::Undecided => {}
                }
            }
        }
    }
}

#[test]
fn special_draws_are_decided() {
    // Everything 0: student and teacher agree.
    let network = relu(&[2, 2, 2], true);
    let matcher = Matcher::new(&network, Samples::Count(2), SETTINGS, Limits::default()).unwrap();
    let dead = MatchOptions { ensemble: Ensemble::Sparse { percent: 100 }, ..MatchOptions::default() };
    for text in ["none", "W1", "W2", "b1 W2[0,0]", "W1 b1 W2 b2[0]"] {
        let decision = matcher.instance(&learnable(&network, text), &dead, 0, &Control::unlimited());
        assert!(matches!(decision, Decision::Decided(finding) if finding.real), "{text}");
    }
}

#[test]
fn a_unit_that_has_to_wake_up_matches_however_many_outputs_there_are() {
    // One sample, unit 0 learns on both sides: awake, it makes any labels. Where it sleeps as drawn, no fixed weights help.
    for outputs in [1, 3, 64, 65] {
        let network = relu(&[1, 2, outputs], false);
        let matcher = Matcher::new(&network, Samples::Count(1), SETTINGS, Limits::default()).unwrap();
        let estimate = matcher.estimate(&learnable(&network, "W1[0,0] W2[:,0]"), &trials(40), &Control::unlimited());
        assert_eq!(estimate.unmatched, 0, "{outputs}");
    }
}

#[test]
fn deep_allocations_are_refused_with_a_reason() {
    let network = relu(&[2, 2, 2, 1], false);
    let matcher = Matcher::new(&network, Samples::Count(2), SETTINGS, Limits::default()).unwrap();
    let error = matcher.decide(&learnable(&network, "W1[0,0]"), &trials(10), &Control::unlimited()).unwrap_err();
    assert!(error.to_string().contains("W1[0,0] may learn, below the last hidden layer"), "{error}");
    assert!(matcher.decide(&learnable(&network, "W2[0,0] W3"), &trials(10), &Control::unlimited()).is_ok());
    let all = matcher.decide(&Allocation::all(10), &trials(10), &Control::unlimited()).unwrap();
    assert_eq!(all.verdict, Verdict::One);
}

/// The search for an instance that proves a fraction leaves half of a short time for the estimate.
#[test]
fn a_short_time_is_enough_for_some_instances() {
    let network: Network = "relu([2, 3, 1], bias=True)".parse().unwrap();
    let allocation = parse(network.layout(), "W1 b1[0] W2[0,0]").unwrap();
    let settings = Settings { seed: 1, error_log2: -100 };
    let matcher = Matcher::new(&network, Samples::Count(6), settings, Limits::default()).unwrap();
    let control = Control::unlimited().within(std::time::Duration::from_secs(6));
    let answer = matcher.decide(&allocation, &MatchOptions::default(), &control).unwrap();
    let estimate = answer.estimate.unwrap();
    assert!(estimate.matched + estimate.unmatched > 0, "{estimate:?}");
    assert!(estimate.stopped.is_some(), "{estimate:?}");
}
