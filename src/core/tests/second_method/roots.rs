//! Programs with square roots of numbers, of exponentials, and of what logarithms are taken of.

use allocert_core::program::{Program, Step};

use super::passes::{Pass, program};

/// w_0 f + w_1 g.
fn two(p: &mut Pass, f: Step, g: Step) -> Vec<Step> {
    let weights = [p.w(0), p.w(1)];
    vec![p.dot(&weights, &[f, g])]
}

/// √a times √b.
fn roots_apart(p: &mut Pass, a: Step, b: Step) -> Step {
    let (a, b) = (p.sqrt(a), p.sqrt(b));
    p.mul(a, b)
}

/// The same with roots of numbers, of exponentials, and of what logarithms are taken of; equal roots, products of roots that are
/// squares, roots of weights, which all samples share.
pub fn roots() -> Vec<(&'static str, Program, usize, Option<usize>)> {
    let one_input = |forward: fn(&mut Pass) -> Vec<Step>| program(2, 1, forward);
    vec![
        (
            "roots of numbers whose product is a root of a number",
            one_input(|p| {
                let ([a, b, c], x) = ([2, 3, 6].map(|n| p.number((n, 1))), p.x(0));
                let (apart, together) = (roots_apart(p, a, b), p.sqrt(c));
                let (s, t) = (p.mul(apart, x), p.mul(together, x));
                two(p, s, t)
            }),
            3,
            Some(1),
        ),
        (
            "roots of 2, 8 and 1/2",
            program(3, 1, |p| {
                let (x, w) = (p.x(0), [p.w(0), p.w(1), p.w(2)]);
                let roots = [(2, 1), (8, 1), (1, 2)].map(|n| {
                    let number = p.number(n);
                    let root = p.sqrt(number);
                    p.mul(root, x)
                });
                vec![p.dot(&w, &roots)]
            }),
            3,
            Some(1),
        ),
        (
            "independent roots of numbers",
            one_input(|p| {
                let ([a, b], x) = ([2, 3].map(|n| p.number((n, 1))), p.x(0));
                let (s, t) = (p.sqrt(a), p.sqrt(b));
                let (xx, u) = (p.mul(x, x), p.mul(s, x));
                let v = p.mul(t, xx);
                two(p, u, v)
            }),
            3,
            Some(2),
        ),
        (
            "the root of 2 x beside that of x",
            one_input(|p| {
                let x = p.x(0);
                let twice = p.scaled((2, 1), x);
                let (s, t) = (p.sqrt(twice), p.sqrt(x));
                two(p, s, t)
            }),
            3,
            Some(1),
        ),
        (
            "numbers under roots that multiply to a square",
            one_input(|p| {
                let x = p.one_and_square_of_input();
                let y = p.exp(x);
                let (a, b) = (p.scaled((2, 1), x), p.scaled((2, 1), y));
                let (apart, xy) = (roots_apart(p, a, b), p.mul(x, y));
                let together = p.sqrt(xy);
                two(p, apart, together)
            }),
            3,
            Some(1),
        ),
        (
            "the same radicand written differently",
            one_input(|p| {
                let (x, one) = (p.x(0), p.number((1, 1)));
                let (once, up, twice) = (p.one_and_square(x), p.add(x, one), p.scaled((2, 1), x));
                let square = p.mul(up, up);
                let again = p.sub(square, twice);
                let (s, t) = (p.sqrt(once), p.sqrt(again));
                two(p, s, t)
            }),
            3,
            Some(1),
        ),
        (
            "roots of 1 + e^x and 1 + e^-x",
            one_input(|p| {
                let (x, one) = (p.x(0), p.number((1, 1)));
                let (minus, half) = (p.scaled((-1, 1), x), p.scaled((1, 2), x));
                let (e, f, h) = (p.exp(x), p.exp(minus), p.exp(half));
                let (a, b) = (p.add(one, e), p.add(one, f));
                let apart = roots_apart(p, a, b);
                let whole = p.mul(apart, h);
                two(p, whole, a)
            }),
            3,
            Some(1),
        ),
        (
            "a root of weights that all samples share",
            program(3, 1, |p| {
                let (w, x) = (p.w(2), p.x(0));
                let sum = p.one_and_square(x);
                let below = p.one_and_square(w);
                let both = p.mul(sum, below);
                let (apart, together) = (roots_apart(p, sum, below), p.sqrt(both));
                two(p, apart, together)
            }),
            4,
            None,
        ),
        (
            "rows of weights of length one",
            program(4, 2, |p| {
                let (w, x) = ([0, 1, 2, 3].map(|i| p.w(i)), [p.x(0), p.x(1)]);
                [&w[..2], &w[2..]]
                    .map(|row| {
                        let square = p.dot(row, row);
                        let (length, above) = (p.sqrt(square), p.dot(row, &x));
                        p.div(above, length)
                    })
                    .to_vec()
            }),
            4,
            Some(2),
        ),
        (
            "polynomials times the root of 1 + e^2x",
            program(8, 1, |p| {
                let (x, one) = (p.x(0), p.number((1, 1)));
                let twice = p.scaled((2, 1), x);
                let e = p.exp(twice);
                let sum = p.add(one, e);
                let root = p.sqrt(sum);
                let mut powers = vec![root];
                for i in 1..8 {
                    powers.push(p.mul(powers[i - 1], x));
                }
                let w: Vec<Step> = (0..8).map(|i| p.w(i)).collect();
                vec![p.dot(&w, &powers)]
            }),
            9,
            Some(8),
        ),
        (
            "RMSNorm of tanh units",
            program(6, 2, |p| {
                let x = [p.x(0), p.x(1)];
                let units = [0, 2].map(|i| {
                    let w = [p.w(i), p.w(i + 1)];
                    let z = p.dot(&w, &x);
                    p.tanh(z)
                });
                let (normed, v) = (p.rms_norm(&units, (0, 1)), [p.w(4), p.w(5)]);
                vec![p.dot(&normed, &v)]
            }),
            8,
            None,
        ),
        (
            "exponentials over the root of the sum of their squares",
            program(4, 2, |p| {
                let x = [p.x(0), p.x(1)];
                let e = [0, 2].map(|i| {
                    let w = [p.w(i), p.w(i + 1)];
                    let z = p.dot(&w, &x);
                    p.exp(z)
                });
                let square = p.dot(&e, &e);
                let root = p.sqrt(square);
                e.map(|e| p.div(e, root)).to_vec()
            }),
            6,
            Some(2),
        ),
        (
            "attention with scores over the root of 2",
            program(3, 2, |p| {
                let (x, w, two) = ([p.x(0), p.x(1)], [p.w(0), p.w(1), p.w(2)], p.number((2, 1)));
                let root = p.sqrt(two);
                let e = x.map(|x| {
                    let (score, key) = (p.mul(w[0], x), p.mul(w[1], x));
                    let score = p.mul(score, key);
                    let score = p.div(score, root);
                    p.exp(score)
                });
                let (above, below) = (p.dot(&e, &x), p.sum(&e));
                let head = p.div(above, below);
                vec![p.mul(w[2], head)]
            }),
            5,
            Some(2),
        ),
        (
            "logarithms of a square and of its root",
            one_input(|p| {
                let sum = p.one_and_square_of_input();
                let square = p.mul(sum, sum);
                let (s, t) = (p.log(square), p.log(sum));
                two(p, s, t)
            }),
            3,
            Some(1),
        ),
        (
            "logarithms of numbers apart",
            program(3, 1, |p| {
                let sum = p.one_and_square_of_input();
                let (twice, eighth) = (p.scaled((2, 1), sum), p.scaled((1, 8), sum));
                let (logs, w) = ([sum, twice, eighth].map(|a| p.log(a)), [p.w(0), p.w(1), p.w(2)]);
                vec![p.dot(&w, &logs)]
            }),
            4,
            Some(2),
        ),
        (
            "half a logarithm beside the root",
            one_input(|p| {
                let sum = p.one_and_square_of_input();
                let (s, t) = (p.half_power(sum), p.sqrt(sum));
                two(p, s, t)
            }),
            3,
            Some(1),
        ),
        (
            "the square of the exponential of half a logarithm",
            one_input(|p| {
                let sum = p.one_and_square_of_input();
                let half = p.half_power(sum);
                let square = p.mul(half, half);
                two(p, square, sum)
            }),
            3,
            Some(1),
        ),
        (
            "geometric means",
            program(2, 2, |p| {
                let [x, y] = [p.x(0), p.x(1)].map(|x| p.one_and_square(x));
                let (a, b) = (p.log(x), p.log(y));
                let sum = p.add(a, b);
                let half = p.scaled((1, 2), sum);
                let mean = p.exp(half);
                two(p, mean, x)
            }),
            3,
            Some(2),
        ),
        (
            "half logarithms of a product and of its factors",
            program(2, 2, |p| {
                let [x, y] = [p.x(0), p.x(1)].map(|x| p.one_and_square(x));
                let xy = p.mul(x, y);
                let [a, b, c] = [x, y, xy].map(|x| p.half_power(x));
                let apart = p.mul(a, b);
                two(p, apart, c)
            }),
            3,
            Some(1),
        ),
        (
            "the exponential of a shared half logarithm",
            program(2, 1, |p| {
                let (w, x) = (p.w(0), p.x(0));
                let sum = p.one_and_square(w);
                let (half, v) = (p.half_power(sum), p.w(1));
                let (s, t) = (p.mul(half, x), p.mul(v, x));
                vec![p.add(s, t)]
            }),
            3,
            Some(1),
        ),
    ]
}
