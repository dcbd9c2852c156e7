use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::*;
use crate::matching::asked::asked;

fn normal(random: &mut ChaCha12Rng) -> f64 {
    let mut unit = || (random.next_u32() as f64 + 0.5) / 4_294_967_296.0;
    (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos()
}

fn root(x: f64) -> f64 {
    x.cbrt()
}

fn into(w: &[f64; 10], unit: usize, x: &[f64; 2]) -> f64 {
    w[2 * unit] * x[0] + w[2 * unit + 1] * x[1]
}

/// What comes into a unit of the second layer.
fn second(w: &[f64; 10], unit: usize, x: &[f64; 2]) -> f64 {
    w[4 + 2 * unit] * into(w, 0, x).powi(3) + w[5 + 2 * unit] * into(w, 1, x).powi(3)
}

fn label(w: &[f64; 10], x: &[f64; 2]) -> f64 {
    w[8] * second(w, 0, x).powi(3) + w[9] * second(w, 1, x).powi(3)
}

fn area(x: &[f64; 2], y: &[f64; 2]) -> f64 {
    x[0] * y[1] - x[1] * y[0]
}

struct Drawn {
    x: [[f64; 2]; 3],
    w: [f64; 10],
    y: [f64; 3],
}

fn draw(random: &mut ChaCha12Rng) -> Drawn {
    let x: [[f64; 2]; 3] = std::array::from_fn(|_| std::array::from_fn(|_| normal(random)));
    let [w, teacher]: [[f64; 10]; 2] = std::array::from_fn(|_| std::array::from_fn(|_| normal(random)));
    let y = std::array::from_fn(|j| label(&teacher, &x[j]));
    Drawn { x, w, y }
}

/// The first unit of the second layer, given all others: what its weights should be, by those two of three samples that tell most.
fn upper(drawn: &Drawn, w: &[f64; 10]) -> [f64; 2] {
    let wanted: [f64; 3] =
        std::array::from_fn(|j| root((drawn.y[j] - w[9] * second(w, 1, &drawn.x[j]).powi(3)) / w[8]));
    let z: [[f64; 2]; 3] = std::array::from_fn(|j| [into(w, 0, &drawn.x[j]).powi(3), into(w, 1, &drawn.x[j]).powi(3)]);
    let size = |j: usize| z[j][0].hypot(z[j][1]);
    let told = |(i, j): &(usize, usize)| (area(&z[*i], &z[*j]) / (size(*i) * size(*j))).abs();
    let (i, j) = [(0, 1), (1, 2), (2, 0)].into_iter().max_by(|a, b| told(a).total_cmp(&told(b))).unwrap();
    let all = area(&z[i], &z[j]);
    [(wanted[i] * z[j][1] - wanted[j] * z[i][1]) / all, (z[i][0] * wanted[j] - z[j][0] * wanted[i]) / all]
}

/// Two weights with a free unit above them: students that match are found between students of both signs, in 300 random instances of each pair, and the labels are evaluated again.
#[test]
fn a_free_unit_of_the_second_layer_finds_its_match() {
    let mut random = ChaCha12Rng::seed_from_u64(31);
    // The first one makes a sum 0 at a sample, the second one goes far.
    for pair in [[6, 7], [6, 9], [7, 9], [0, 6], [0, 7], [0, 9], [0, 1], [0, 2], [0, 3], [2, 1], [3, 6], [2, 7]] {
        for instance in 0..300 {
            let drawn = draw(&mut random);
            // The value of the first weight at which nothing comes into the second unit of the second layer.
            let zero = |w: &mut [f64; 10], j: usize| {
                let x = &drawn.x[j];
                let (a, b) = (into(w, 0, x), into(w, 1, x));
                match pair[0] {
                    6 => w[6] = -w[7] * (b / a).powi(3),
                    7 => w[7] = -w[6] * (a / b).powi(3),
                    0 => w[0] = (-root(w[7] / w[6]) * b - w[1] * x[1]) / x[0],
                    2 => w[2] = (-root(w[6] / w[7]) * a - w[3] * x[1]) / x[0],
                    _ => w[3] = (-root(w[6] / w[7]) * a - w[2] * x[0]) / x[1],
                }
            };
            // The sign of the function, in terms that do not cancel.
            let sign = |w: &[f64; 10], none: Option<usize>| {
                let term = |j: usize| {
                    let [k, l] = [(j + 1) % 3, (j + 2) % 3];
                    let at = |unit: usize, j: usize| into(w, unit, &drawn.x[j]);
                    let (p, q) = (at(0, k) * at(1, l), at(0, l) * at(1, k));
                    // Rounding leaves something at the sample where the weights make it 0.
                    let v = if none == Some(j) { 0.0 } else { root(w[9]) * second(w, 1, &drawn.x[j]) };
                    let u = root(drawn.y[j] - v.powi(3));
                    area(&drawn.x[k], &drawn.x[l]) * (p * p + p * q + q * q) * drawn.y[j] / (u * u - u * v + v * v)
                };
                term(0) + term(1) + term(2) > 0.0
            };
            let mut ends: [Option<[f64; 10]>; 2] = [None, None];
            'search: for far in
                [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e8, 1e10, 1e13, 1e16, 1e20, 1e25, 1e30, 1e40, 1e60]
            {
                // Ninth powers of what comes into the first layer are numbers up to there.
                let far = if pair[1] < 4 { f64::min(far, 1e30) } else { far };
                ends = [None, None];
                for (j, side) in (0..3).flat_map(|j| [(j, 1.0), (j, -1.0)]) {
                    let mut w = drawn.w;
                    w[pair[1]] = far * side;
                    zero(&mut w, j);
                    ends[usize::from(sign(&w, Some(j)))] = Some(w);
                    if ends.iter().all(Option::is_some) {
                        break 'search;
                    }
                }
            }
            let [Some(mut low), Some(mut high)] = ends else { panic!("{pair:?} {instance}: one sign only") };
            for _ in 0..300 {
                let middle: [f64; 10] = std::array::from_fn(|w| (low[w] + high[w]) / 2.0);
                if sign(&middle, None) { high = middle } else { low = middle }
            }
            let mut found = low;
            [found[4], found[5]] = upper(&drawn, &low);
            let size = drawn.y.iter().fold(0.0f64, |size, y| size.max(y.abs()));
            for (x, y) in drawn.x.iter().zip(&drawn.y) {
                let parts =
                    (found[4] * into(&found, 0, x).powi(3)).abs() + (found[5] * into(&found, 1, x).powi(3)).abs();
                let terms = found[8].abs() * parts.powi(3);
                assert!((label(&found, x) - y).abs() < 1e-5 * (terms + size), "{pair:?} {instance}: {found:?}");
            }
        }
    }
}

/// A free unit of the first layer: the same, where each equation for what it gives has one solution.
#[test]
fn a_free_unit_of_the_first_layer_finds_its_match() {
    let mut random = ChaCha12Rng::seed_from_u64(32);
    for moves in [3usize, 5, 7, 8, 9] {
        let mut instance = 0;
        while instance < 300 {
            let drawn = draw(&mut random);
            // Increasing functions only: both terms go the same way.
            if drawn.w[8] * drawn.w[4] * drawn.w[9] * drawn.w[6] < 0.0 {
                continue;
            }
            instance += 1;
            // What the free unit gives at each sample, and by how much more than what would make the label 0: the number and its root.
            let wanted = |w: &[f64; 10]| -> [[f64; 2]; 3] {
                std::array::from_fn(|j| {
                    let b = into(w, 1, &drawn.x[j]).powi(3);
                    let [c, other] = [root(w[8]), root(w[9])];
                    let delta = c * w[4] + other * w[6];
                    let zero = -(c * w[5] + other * w[7]) / delta * b;
                    let first = c * (w[4] * zero + w[5] * b);
                    let at = |more: f64| {
                        let (u, v) = (first + c * w[4] * more, -first + other * w[6] * more);
                        delta * more * (u * u - u * v + v * v) / drawn.y[j]
                    };
                    let (mut low, mut high) = (0.0, 1e30 * delta.signum() * drawn.y[j].signum());
                    for _ in 0..1_000 {
                        let middle = (low + high) / 2.0;
                        if at(middle) > 1.0 { high = middle } else { low = middle }
                    }
                    let (p, q) = (root(zero + low), root(zero));
                    [p, low / (p * p + p * q + q * q)]
                })
            };
            let relation =
                [area(&drawn.x[1], &drawn.x[2]), area(&drawn.x[2], &drawn.x[0]), area(&drawn.x[0], &drawn.x[1])];
            let f = |w: &[f64; 10]| wanted(w).iter().zip(&relation).map(|(a, n)| a[1] * n).sum::<f64>();
            let mut ends: [Option<[f64; 10]>; 2] = [None, None];
            'search: for far in [1.0, 10.0, 100.0, 1e3, 1e4, 1e6, 1e8, 1e10, 1e13, 1e16, 1e20, 1e25, 1e30, 1e40] {
                // The sign of a factor stays.
                let far = if moves == 8 || moves == 9 { far * drawn.w[moves].signum() } else { far };
                ends = [None, None];
                for j in 0..3 {
                    let mut w = drawn.w;
                    w[moves] = far;
                    w[2] = -w[3] * drawn.x[j][1] / drawn.x[j][0];
                    ends[usize::from(f(&w) > 0.0)] = Some(w);
                    if ends.iter().all(Option::is_some) {
                        break 'search;
                    }
                }
            }
            let [Some(mut low), Some(mut high)] = ends else { panic!("{moves} {instance}: one sign only") };
            for _ in 0..300 {
                let middle: [f64; 10] = std::array::from_fn(|w| (low[w] + high[w]) / 2.0);
                if f(&middle) > 0.0 { high = middle } else { low = middle }
            }
            let (mut found, a, all) = (low, wanted(&low), area(&drawn.x[0], &drawn.x[1]));
            found[0] = (a[0][0] * drawn.x[1][1] - a[1][0] * drawn.x[0][1]) / all;
            found[1] = (drawn.x[0][0] * a[1][0] - drawn.x[1][0] * a[0][0]) / all;
            let size = drawn.y.iter().fold(0.0f64, |size, y| size.max(y.abs()));
            for (x, y) in drawn.x.iter().zip(&drawn.y) {
                let terms = (found[8] * second(&found, 0, x).powi(3)).abs();
                assert!((label(&found, x) - y).abs() < 1e-4 * (terms + size), "{moves} {instance}: {found:?}");
            }
        }
    }
}

#[test]
fn deep_sums_are_asked_where_hypotheses_hold() {
    let cubes = "pnn([2, 2, 2, 1], degree=3)";
    for (text, learns, samples, is_so) in [
        (cubes, "W1", 3, true),
        (cubes, "W1", 4, false),
        (cubes, "W1[0,:] W1[1,0]", 3, false),
        (cubes, "W1[0,:] W1[1,0] W2[0,1]", 3, true),
        (cubes, "W1[0,:] W1[1,0] W2[0,0]", 3, false),
        (cubes, "W1[1,:] W1[0,0] W2[0,0]", 3, true),
        (cubes, "W1[0,:] W1[1,1] W3[0,1]", 3, true),
        (cubes, "W1[0,:] W3", 3, false),
        (cubes, "W2[0,:] W2[1,0] W3[0,1]", 3, true),
        (cubes, "W2[0,:] W2[1,0] W3[0,0]", 3, false),
        (cubes, "W2[0,:] W2[1,0] W3[0,0]", 2, false),
        (cubes, "W2[0,0] W3[0,0] W2[1,0] W3[0,1]", 3, true),
        (cubes, "W1[0,0] W1[1,1] W2[1,:]", 3, true),
        (cubes, "W1[0,0] W2[0,0] W2[1,0] W3[0,0]", 3, true),
        (cubes, "W1[0,0] W2[0,0] W2[1,1]", 3, false),
        ("pnn([2, 2, 2, 1], degree=[5, 3])", "W1", 3, true),
        ("pnn([2, 2, 2, 1], degree=[1, 3])", "W1", 3, false),
        ("pnn([2, 2, 2, 1], degree=[2, 3])", "W1", 3, false),
        ("pnn([2, 2, 2, 1], degree=[3, 2])", "W1", 3, false),
        ("pnn([3, 2, 2, 1], degree=3)", "W1", 3, false),
        ("pnn([2, 2, 2, 1], degree=3, bias=True)", "W1", 3, false),
    ] {
        let found = asked(deep_sums, (text, learns, samples));
        assert_eq!(found.is_some(), is_so, "{text} {learns}, {samples}");
    }
}
