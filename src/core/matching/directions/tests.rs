use super::by_scaled_directions;
use crate::allocation::parse;
use crate::control::Control;
use crate::matching::instance::Instance;
use crate::matching::powers::Powers;
use crate::matching::{Ensemble, Limits, MatchOptions, Matcher, Trials, Verdict};
use crate::network::{Network, Samples};
use crate::number::Dyadic;
use crate::reach::Settings;

const SETTINGS: Settings = Settings { seed: 12, error_log2: -60 };

fn law(network: &str, learns: &str, samples: u64) -> Option<Verdict> {
    let network: Network = network.parse().unwrap();
    let allocation = parse(network.layout(), learns).unwrap();
    let powers = Powers::of(&network).unwrap();
    let inputs = network.probe_inputs(Samples::Count(samples));
    powers.by_directions(&allocation, inputs).map(|exact| exact.verdict())
}

#[test]
fn laws_speak_where_their_hypotheses_hold() {
    let (one, below, open) = (Some(Verdict::One), Some(Verdict::Fractional), None);
    let cubes = "pnn([3, 2, 1], degree=3)";
    let squares = "pnn([3, 2, 1], degree=2)";
    for (network, learns, samples, expected) in [
        // Signs of two.
        (cubes, "W1[:,0] W1[:,1]", 2, open),
        (cubes, "W1[:,0] W1[:,1]", 3, below),
        (cubes, "W1[:,0] W1[:,1]", 4, below),
        (cubes, "W1[:,0] W2[0,0]", 3, below),
        (cubes, "W1[:,0] W2", 3, open),
        ("pnn([2, 2, 1], degree=3)", "W1[:,0]", 2, below),
        ("pnn([2, 2, 1], degree=2)", "W1[:,0]", 2, open),
        ("pnn([2, 3, 1], degree=3)", "W1[0,:] W1[1,:] W2[0,0]", 3, below),
        ("pnn([2, 3, 1], degree=3)", "W1[0,:] W1[1,:] W2[0,0]", 2, open),
        ("pnn([2, 3, 1], degree=3)", "W1[0,:] W1[1,:] W2[0,2]", 3, open),
        // Small labels.
        (cubes, "W1[0,:] W1[1,0]", 4, below),
        (cubes, "W1[0,:] W1[1,0]", 3, open),
        (cubes, "W1[0,0] W1[0,1] W1[1,0] W1[1,2]", 4, below),
        (cubes, "W1[0,0] W1[0,1] W1[1,2] W2[0,1]", 4, below),
        (cubes, "W1[0,:] W1[1,0] W1[1,1]", 5, below),
        (cubes, "W1[0,:] W1[1,0] W2", 5, below),
        (cubes, "W1[0,:] W2", 4, below),
        // One free, and two directions of the other.
        (cubes, "W1[0,:] W1[1,0] W1[1,1]", 4, one),
        (cubes, "W1[0,:] W1[1,0] W2[0,1]", 4, one),
        (cubes, "W1[0,0] W1[0,1] W1[1,2] W2", 4, one),
        (cubes, "W1[0,0] W1[0,1] W1[1,0] W1[1,1]", 4, below),
        // Two from the same input.
        ("pnn([2, 3, 1], degree=3)", "W1[:,0] W2[0,0]", 3, one),
        ("pnn([2, 3, 1], degree=3)", "W1[:,0] W1[0,1]", 3, one),
        ("pnn([2, 3, 1], degree=3)", "W1[0,:] W1[1,0] W1[2,1]", 3, open),
        ("pnn([2, 3, 1], degree=3)", "W1[:,0] W1[0,1]", 4, open),
        // Even powers.
        (squares, "W1[:,0] W1[:,1] W2[0,0]", 4, one),
        (squares, "W1[0,:] W1[1,0] W2[0,1]", 4, one),
        (squares, "W1[0,:] W1[1,0] W1[1,1]", 4, open),
        (squares, "W1[0,:] W1[1,0] W2[0,0]", 4, open),
        (squares, "W1[0,:] W1[1,0] W2[0,1]", 5, open),
        ("pnn([2, 2, 1], degree=2)", "W1[0,:] W1[1,0] W2[0,1]", 3, open),
        // Three directions.
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W1[1,1] W1[1,2] W2[0,0]", 5, one),
        ("pnn([4, 2, 1], degree=4)", "W1[0,:] W1[1,0] W1[1,1] W2[0,1]", 5, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W1[1,1] W2[0,0]", 5, one),
        ("pnn([4, 2, 1], degree=4)", "W1[0,:] W1[1,0] W1[1,1] W2[0,1]", 6, open),
        ("pnn([4, 2, 1], degree=2)", "W1[0,0] W1[0,1] W1[0,2] W1[1,0] W1[1,1] W1[1,2] W2[0,1]", 5, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,0] W1[0,1] W1[1,0] W1[1,1] W1[1,2] W2[0,0]", 5, open),
        // One unit alone.
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W2[0,0]", 3, below),
        (squares, "W1[0,0] W1[0,1]", 2, below),
        (squares, "W1[0,0] W2[0,1]", 2, open),
        // Products of two forms.
        ("pnn([3, 2, 1], degree=2)", "W1[0,:] W2[0,0]", 2, below),
        ("pnn([3, 2, 1], degree=2)", "W1[0,0] W1[0,2] W2[0,0]", 2, below),
        ("pnn([3, 2, 1], degree=2)", "W1[0,:] W1[1,0] W2[0,0]", 2, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W1[1,1] W2[0,1]", 6, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,0] W1[0,1] W1[0,2] W1[1,0] W1[1,3] W2", 6, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W1[1,1] W2[0,0]", 6, open),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W2[0,1]", 6, open),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W1[1,1] W1[1,2] W2[0,0]", 6, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,0] W1[0,1] W1[0,2] W1[1,0] W1[1,1] W1[1,3] W2[0,0]", 6, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,0] W1[0,1] W1[0,2] W1[1,0] W1[1,1] W2[0,0]", 5, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W2[0,1]", 5, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W2[0,0]", 5, open),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W1[1,1]", 5, open),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W2[0,0]", 4, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W2[0,0]", 2, one),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W2[0,0]", 4, below),
        ("pnn([4, 2, 1], degree=2)", "W1 W2[0,0]", 7, open),
        ("pnn([4, 2, 1], degree=4)", "W1 W2[0,0]", 6, open),
        ("pnn([5, 3, 1], degree=2)", "W1[0,:] W1[2,0] W1[2,1] W1[2,2] W2[0,2]", 8, one),
        ("pnn([5, 3, 1], degree=2)", "W1[0,:] W1[2,0] W1[2,1] W2[0,2]", 8, open),
        // Parallel.
        (squares, "W1[0,0] W1[1,1] W2", 3, one),
        (squares, "W1[0,0] W1[1,0] W2", 3, open),
        (squares, "W1[0,0] W1[1,1] W2", 4, open),
        ("pnn([2, 3, 1], degree=2)", "W1[0,:] W2[0,1] W2[0,2]", 3, one),
        ("pnn([2, 3, 1], degree=2)", "W1[0,:] W2[0,0] W2[0,2]", 3, open),
        ("pnn([3, 2, 2], degree=3)", "W1[:,0] W1[:,1]", 3, open),
        ("pnn([3, 2, 1], degree=3, bias=True)", "W1[:,0] W1[:,1]", 3, open),
    ] {
        assert_eq!(law(network, learns, samples), expected, "{network} {learns}, {samples} samples");
    }
}

#[test]
fn a_factor_of_both_units_counts_once() {
    let network: Network = "pnn([3, 2, 1, 1], degree=[3, 1])".parse().unwrap();
    for (learns, samples, expected) in [
        ("W1[:,0] W3", 3, Some(Verdict::Fractional)),
        ("W1[:,0] W1[0,1] W3", 4, Some(Verdict::Fractional)),
        ("W1[:,0] W1[0,1] W3", 3, None),
        ("W1[0,0] W1[0,1] W1[1,2] W3", 4, Some(Verdict::Fractional)),
        ("W1[:,0] W1[:,1] W3", 4, Some(Verdict::One)),
        ("W1[:,0] W1[0,1] W1[1,2] W3", 4, Some(Verdict::One)),
        ("W1[:,0] W1[0,1] W1[1,2] W3", 5, Some(Verdict::Fractional)),
        ("W1[0,:] W3", 4, Some(Verdict::Fractional)),
        ("W1[0,:] W1[1,0] W3", 4, Some(Verdict::One)),
        ("W1[:,0] W1[0,1] W2[0,1] W3", 4, Some(Verdict::One)),
        ("W1[:,0] W1[:,1]", 4, None),
    ] {
        let allocation = parse(network.layout(), learns).unwrap();
        let found = by_scaled_directions(&network, &allocation, samples).map(|exact| exact.verdict());
        assert_eq!(found, expected, "{learns}, {samples}");
    }
}

fn number(x: &Dyadic) -> f64 {
    x.mantissa.to_f64() / 2f64.powi(x.exponent as i32)
}

/// Instances that elimination decides, which knows nothing of signs: none has a match whose labels have other signs than those that a sum can have.
#[test]
fn labels_have_the_signs_of_a_sum() {
    let network: Network = "pnn([2, 2, 1], degree=3)".parse().unwrap();
    let samples = Samples::Count(2);
    let matcher = Matcher::new(&network, samples, SETTINGS, Limits::default()).unwrap();
    let allocation = parse(network.layout(), "W1[:,0]").unwrap();
    let options = MatchOptions::default();
    let (mut fit, mut others) = (0, 0);
    for trial in 0..1_000 {
        let drawn = Instance::draw(&network, samples, Ensemble::Gaussian, SETTINGS.seed, trial);
        let Some(real) = matcher.eliminates(&allocation, &drawn, &options) else { continue };
        let [w, teacher] = [&drawn.student, &drawn.teacher].map(|all| all.iter().map(number).collect::<Vec<f64>>());
        let x: Vec<Vec<f64>> = drawn.inputs.iter().map(|x| x.iter().map(number).collect()).collect();
        let unit = |w: &[f64], i: usize, x: &[f64]| w[4 + i] * (w[2 * i] * x[0] + w[2 * i + 1] * x[1]).powi(3);
        let labels: Vec<f64> = x.iter().map(|x| unit(&teacher, 0, x) + unit(&teacher, 1, x)).collect();
        let frozen = w[4].cbrt() * w[1] + w[5].cbrt() * w[3];
        // The signs of s x_0 + frozen x_1 that there are, for s between any two zeros.
        let mut zeros: Vec<f64> = x.iter().map(|x| -frozen * x[1] / x[0]).collect();
        zeros.sort_by(f64::total_cmp);
        let between = [zeros[0] - 1.0, (zeros[0] + zeros[1]) / 2.0, zeros[1] + 1.0];
        let has = |s: &f64| x.iter().zip(&labels).all(|(x, y)| (s * x[0] + frozen * x[1]) * y > 0.0);
        if between.iter().any(has) {
            fit += 1;
        } else {
            assert!(!real, "{trial}");
            others += 1;
        }
    }
    assert!(fit > 300 && others > 100, "{fit} whose signs fit, {others} others");
}

/// Far away: the function has both signs, and between them there is a student that has the teacher's labels, for 1,000 random instances of each.
#[test]
fn students_are_found_between_both_signs() {
    use rand_chacha::rand_core::{RngCore, SeedableRng};
    let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(4);
    let mut normal = move || {
        let mut unit = || (random.next_u32() as f64 + 0.5) / 4_294_967_296.0;
        (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos()
    };
    // Which of the other units' weights learn: (unit, input); and whether the factor of unit 1 does.
    for (d, h, moves, factor) in [
        (3, 2, vec![(1, 0), (1, 1)], false),
        (3, 2, vec![(1, 0)], true),
        (2, 3, vec![(1, 0), (2, 0)], false),
        (3, 3, vec![(1, 2), (2, 2)], false),
    ] {
        for instance in 0..1_000 {
            let mut draw = |rows: usize, columns: usize| -> Vec<Vec<f64>> {
                (0..rows).map(|_| (0..columns).map(|_| normal()).collect()).collect()
            };
            let (x, student, teacher) = (draw(d + 1, d), draw(h, d + 1), draw(h, d + 1));
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let unit = |w: &[f64], x: &[f64]| w[d] * dot(&w[..d], x).powi(3);
            let y: Vec<f64> = x.iter().map(|x| teacher.iter().map(|w| unit(w, x)).sum()).collect();
            let relation = relation(&x);
            let rest = |at: &[f64]| -> Vec<f64> {
                let mut w = student.clone();
                for ((i, k), value) in moves.iter().zip(at) {
                    w[*i][*k] = *value;
                }
                if factor {
                    w[1][d] = at[moves.len()].powi(3);
                }
                x.iter().zip(&y).map(|(x, y)| y - w[1..].iter().map(|w| unit(w, x)).sum::<f64>()).collect()
            };
            let f = |at: &[f64]| dot(&relation, &rest(at).into_iter().map(f64::cbrt).collect::<Vec<f64>>());
            let n = moves.len() + usize::from(factor);
            let mut found = [None, None];
            for attempt in 0..40_000 {
                let scale = 1.5f64.powi(attempt % 16);
                let mut at = draw(1, n).remove(0);
                // Every other time, in a direction in which only the label of one input moves.
                let chosen = (attempt % 2 == 1).then(|| &x[attempt as usize / 2 % (d + 1)]);
                match (factor, chosen) {
                    (true, Some(x)) => {
                        let other: f64 = (0..d).filter(|k| *k != moves[0].1).map(|k| student[1][k] * x[k]).sum();
                        at = vec![(at[0] / scale - other) / x[moves[0].1], scale];
                    }
                    (false, Some(x)) if moves[0].0 == moves[1].0 => {
                        at[0] -= scale * x[moves[1].1];
                        at[1] += scale * x[moves[0].1];
                    }
                    _ => at.iter_mut().for_each(|v| *v *= scale),
                }
                if factor {
                    at[1] = at[1].abs();
                }
                let positive = f(&at) > 0.0;
                found[usize::from(positive)] = Some(at);
                if found.iter().all(Option::is_some) {
                    break;
                }
            }
            let [Some(mut low), Some(mut high)] = found else {
                panic!("{d} {h} {moves:?} {factor}, {instance}: one sign only");
            };
            for _ in 0..200 {
                let middle: Vec<f64> = low.iter().zip(&high).map(|(a, b)| (a + b) / 2.0).collect();
                if f(&middle) > 0.0 { high = middle } else { low = middle }
            }
            // Unit 0 takes the cube roots: they are linear in the inputs, so the last one is what the others say.
            let size: f64 = rest(&low).into_iter().map(|z| z.abs().cbrt()).fold(0.0, f64::max);
            assert!(f(&low).abs() < 1e-8 * (1.0 + size), "{d} {h} {moves:?}, {instance}: {}", f(&low));
        }
    }
}

/// Three directions: the function has both signs near a direction that is orthogonal to two inputs, and between them there is a student that has the teacher's
/// labels, for 300 random instances of each.
#[test]
fn students_are_found_in_three_directions() {
    use rand_chacha::rand_core::{RngCore, SeedableRng};
    let mut random = rand_chacha::ChaCha12Rng::seed_from_u64(5);
    let mut normal = move || {
        let mut unit = || (random.next_u32() as f64 + 0.5) / 4_294_967_296.0;
        (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos()
    };
    let solve = |rows: &[Vec<f64>], right: &[f64]| -> Vec<f64> {
        let mut all: Vec<Vec<f64>> =
            rows.iter().zip(right).map(|(row, r)| row.iter().copied().chain([*r]).collect()).collect();
        let n = all.len();
        for i in 0..n {
            let pivot = (i..n).max_by(|a, b| all[*a][i].abs().total_cmp(&all[*b][i].abs())).unwrap();
            all.swap(i, pivot);
            for k in (0..n).filter(|k| *k != i) {
                let factor = all[k][i] / all[i][i];
                (i..=n).for_each(|c| all[k][c] -= factor * all[i][c]);
            }
        }
        (0..n).map(|i| all[i][n] / all[i][i]).collect()
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for (d, scaled) in [(4, false), (4, true), (3, true), (6, false)] {
        for instance in 0..300 {
            let mut draw = |rows: usize, columns: usize| -> Vec<Vec<f64>> {
                (0..rows).map(|_| (0..columns).map(|_| normal()).collect()).collect()
            };
            let (x, student, teacher) = (draw(d + 1, d), draw(2, d + 1), draw(2, d + 1));
            let unit = |w: &[f64], x: &[f64]| w[d] * dot(&w[..d], x).powi(2);
            let y: Vec<f64> = x.iter().map(|x| teacher.iter().map(|w| unit(w, x)).sum()).collect();
            let rows: Vec<Vec<f64>> = (0..d).map(|k| (0..d).map(|j| x[j][k]).collect()).collect();
            let mut relation = solve(&rows, &(0..d).map(|k| -x[d][k]).collect::<Vec<f64>>());
            relation.push(1.0);
            // Inputs of the directions: three weights, or two and the scale of what is frozen.
            let moving = if scaled { 2 } else { 3 };
            let frozen: Vec<f64> = x.iter().map(|x| dot(&student[1][moving..d], &x[moving..])).collect();
            let along: Vec<Vec<f64>> =
                (0..=d).map(|j| if scaled { vec![x[j][0], x[j][1], frozen[j]] } else { x[j][..3].to_vec() }).collect();
            let (p, q) = (&along[0], &along[1]);
            let cross = vec![p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
            let to = |first: f64, second: f64| -> Vec<f64> {
                solve(&[p.clone(), q.clone(), cross.clone()], &[first, second, dot(&cross, &cross)])
            };
            let weight = if scaled { 1.0 } else { student[1][d].abs() };
            // The second unit adds v^2 times this, the first one takes u^2 away: u^2 = weight v^2 - y.
            let at = |(far, near): (f64, f64), share: f64, signs: [f64; 2]| -> Option<(f64, Vec<f64>, Vec<f64>)> {
                let theta = to(signs[0] * near * share, signs[1] * near * (1.0 - share));
                let v: Vec<f64> =
                    (0..=d).map(|j| far * dot(&theta, &along[j]) + if scaled { 0.0 } else { frozen[j] }).collect();
                let squares: Vec<f64> = v.iter().zip(&y).map(|(v, y)| weight * v * v - y).collect();
                if squares.iter().any(|s| *s < 0.0) {
                    return None;
                }
                let u: Vec<f64> = squares.iter().zip(&v).map(|(s, v)| s.sqrt() * v.signum()).collect();
                let small = |j: usize| -y[j] / (u[j] + weight.sqrt() * v[j]);
                Some(((0..=d).map(|j| relation[j] * small(j)).sum(), u, v))
            };
            let mut found = None;
            let fars = [10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];
            'search: for far in fars.iter().flat_map(|far| [0.2, 0.02, 2e-3, 2e-4, 2e-5].map(|near| (*far, near))) {
                for signs in [[1.0, 1.0], [1.0, -1.0]] {
                    let grid: Vec<f64> =
                        (1..100).map(|i| (f64::from(i) / 100.0 * 32.0 - 16.0).exp()).map(|o| o / (1.0 + o)).collect();
                    for pair in grid.windows(2) {
                        if let (Some(a), Some(b)) = (at(far, pair[0], signs), at(far, pair[1], signs))
                            && (a.0 > 0.0) != (b.0 > 0.0)
                            && a.2.iter().zip(&b.2).all(|(a, b)| a * b > 0.0)
                        {
                            found = Some((far, pair[0], pair[1], signs, a.0 > 0.0));
                            break 'search;
                        }
                    }
                }
            }
            let (far, mut low, mut high, signs, positive) = found.unwrap_or_else(|| panic!("{d} {scaled} {instance}"));
            for _ in 0..200 {
                let middle = (low + high) / 2.0;
                let value = at(far, middle, signs).map_or(f64::NAN, |at| at.0);
                if (value > 0.0) == positive { low = middle } else { high = middle }
            }
            let (_, u, v) = at(far, low, signs).unwrap();
            let first = solve(&x[..d], &u[..d]);
            let size = v.iter().fold(0.0f64, |size, v| size.max(v * v));
            for j in 0..=d {
                let label = weight * v[j] * v[j] - dot(&first, &x[j]).powi(2);
                assert!(
                    (label - y[j]).abs() < 1e-9 * size + 1e-6 * y[j].abs(),
                    "{d} {scaled} {instance}, {j}: {label} {y:?}"
                );
            }
        }
    }
}

/// N with Σ N_j x_j = 0, for one input more than their entries: by Cramer's rule.
fn relation(x: &[Vec<f64>]) -> Vec<f64> {
    let without = |left: usize| -> f64 {
        let rows: Vec<&Vec<f64>> = x.iter().enumerate().filter(|(j, _)| *j != left).map(|(_, x)| x).collect();
        match rows.as_slice() {
            [a, b] => a[0] * b[1] - a[1] * b[0],
            [a, b, c] => {
                a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                    + a[2] * (b[0] * c[1] - b[1] * c[0])
            }
            _ => panic!("two or three entries"),
        }
    };
    (0..x.len()).map(|j| if j % 2 == 0 { without(j) } else { -without(j) }).collect()
}

/// Where the laws say 1, every instance that elimination decides has a match; where they say less, some have none.
#[test]
fn instances_agree_with_the_laws() {
    let (mut decided, mut without) = (0, 0);
    for (network, learns, samples, trials) in [
        ("pnn([2, 3, 1], degree=3)", "W1[:,0] W1[0,1]", 3, 250),
        ("pnn([3, 2, 1], degree=2)", "W1[:,0] W1[:,1] W2[0,0]", 4, 150),
        ("pnn([3, 2, 1], degree=2)", "W1[0,0] W1[1,1] W2", 3, 400),
        ("pnn([2, 3, 1], degree=2)", "W1[0,:] W2[0,1] W2[0,2]", 3, 400),
        ("pnn([2, 2, 1], degree=3)", "W1[:,0]", 2, 100),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W2[0,1]", 5, 15),
        ("pnn([4, 2, 1], degree=2)", "W1[0,0] W1[0,1] W1[0,2] W1[1,0] W1[1,3] W2[0,0]", 5, 15),
        ("pnn([4, 2, 1], degree=2)", "W1[0,:] W1[1,0] W1[1,1] W2[0,1]", 6, 3),
    ] {
        let expected = law(network, learns, samples).unwrap();
        let network: Network = network.parse().unwrap();
        let allocation = parse(network.layout(), learns).unwrap();
        let matcher = Matcher::new(&network, Samples::Count(samples), SETTINGS, Limits::default()).unwrap();
        let options = MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() };
        let estimate = matcher.estimate(&allocation, &options, &Control::unlimited());
        assert_eq!(estimate.unmatched > 0, expected == Verdict::Fractional, "{network} {learns}: {estimate:?}");
        decided += estimate.matched;
        without += estimate.unmatched;
    }
    assert!(decided > 1_000 && without > 10, "{decided} with a match, {without} without one");
}
