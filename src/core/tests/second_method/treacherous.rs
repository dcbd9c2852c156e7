//! Programs on which a fresh number for each exponential, or a sign for each root, gives a wrong rank.

use allocert_core::number::Function;
use allocert_core::program::{Program, Step};

use super::passes::{Pass, program};

/// z = w0 x, or w0 x + w1.
fn line(p: &mut Pass, offset: Option<usize>) -> Step {
    let (w, x) = (p.w(0), p.x(0));
    let z = p.mul(w, x);
    offset.map_or(z, |b| {
        let b = p.w(b);
        p.add(z, b)
    })
}

/// w_i f + w_(i+1) g + w_(i+2).
fn readout(p: &mut Pass, from: usize, f: Step, g: Step) -> Vec<Step> {
    let factors = [p.w(from), p.w(from + 1), p.w(from + 2)];
    let one = p.number((1, 1));
    vec![p.dot(&factors, &[f, g, one])]
}

/// Tanh units without biases at inputs ±x, or at ±1 and ±2.
fn tanh_units(p: &mut Pass, inputs: &[Step]) -> Vec<Step> {
    let weights = [0, 1, 2, 3].map(|i| p.w(i));
    let unit = |p: &mut Pass, x: Step, unit: usize| {
        let z = p.mul(weights[unit], x);
        p.tanh(z)
    };
    inputs
        .iter()
        .map(|x| {
            let units = [unit(p, *x, 0), unit(p, *x, 1)];
            p.dot(&units, &weights[2..])
        })
        .collect()
}

/// v Σ softmax(w x + shift)_j x_j over two tokens, as it is and shifted.
fn shifted_heads(p: &mut Pass) -> Vec<Step> {
    let (w, shift, v) = (p.w(0), p.w(1), p.w(2));
    let x = [p.x(0), p.x(1)];
    let scores = x.map(|x| p.mul(w, x));
    let shifted = scores.map(|s| p.add(s, shift));
    let heads = [scores, shifted].map(|scores| {
        let e = scores.map(|s| p.exp(s));
        let (above, below) = (p.dot(&e, &x), p.sum(&e));
        p.div(above, below)
    });
    let sum = p.sum(&heads);
    vec![p.mul(v, sum)]
}

/// Programs on which a fresh number for each exponential, or a sign for each root, gives a wrong rank, with the right one
/// (nothing: what the real Jacobian says).
pub fn treacherous() -> Vec<(&'static str, Program, usize, Option<usize>)> {
    let one_input = |n, forward: fn(&mut Pass) -> Vec<Step>| program(n, 1, forward);
    vec![
        (
            "opposite tied units",
            one_input(4, |p| {
                let z = line(p, None);
                let minus = p.scaled((-1, 1), z);
                let (s, t) = (p.tanh(z), p.tanh(minus));
                readout(p, 1, s, t)
            }),
            6,
            Some(3),
        ),
        (
            "equal units written differently",
            one_input(4, |p| {
                let z = line(p, None);
                let (sum, twice) = (p.add(z, z), p.scaled((2, 1), z));
                let (s, t) = (p.tanh(sum), p.tanh(twice));
                readout(p, 1, s, t)
            }),
            6,
            Some(3),
        ),
        (
            "a unit beside its mirror image",
            one_input(5, |p| {
                let z = line(p, Some(1));
                let minus = p.scaled((-1, 1), z);
                let (s, t) = (p.sigmoid(z), p.sigmoid(minus));
                readout(p, 2, s, t)
            }),
            8,
            Some(4),
        ),
        (
            "a product of exponentials beside that of the sum",
            program(4, 1, |p| {
                let (u, v) = (line(p, None), p.w(1));
                let (e, f, both) = (p.exp(u), p.exp(v), p.add(u, v));
                let (apart, together) = (p.mul(e, f), p.exp(both));
                let factors = [p.w(2), p.w(3)];
                vec![p.dot(&factors, &[apart, together])]
            }),
            6,
            Some(2),
        ),
        (
            "tanh(z / 2) beside the logistic function of z",
            one_input(4, |p| {
                let z = line(p, None);
                let half = p.scaled((1, 2), z);
                let (s, t) = (p.tanh(half), p.sigmoid(z));
                readout(p, 1, s, t)
            }),
            6,
            Some(3),
        ),
        (
            "tanh(z) beside the logistic function of z",
            one_input(4, |p| {
                let z = line(p, None);
                let (s, t) = (p.tanh(z), p.sigmoid(z));
                readout(p, 1, s, t)
            }),
            6,
            None,
        ),
        (
            "samples x and -x",
            program(4, 3, |p| {
                let x = [0, 1, 2].map(|i| p.x(i));
                let minus = x.map(|x| p.scaled((-1, 1), x));
                tanh_units(p, &[x, minus].concat())
            }),
            1,
            Some(3),
        ),
        (
            "data at -2, -1, 1, 2",
            program(4, 0, |p| {
                let x = [-2, -1, 1, 2].map(|x| p.number((x, 1)));
                tanh_units(p, &x)
            }),
            1,
            None,
        ),
        ("tied heads, one shifted", program(3, 2, shifted_heads), 6, Some(2)),
        (
            "exponentials of exponentials",
            one_input(5, |p| {
                let (a, b, w) = (p.w(1), p.w(2), line(p, None));
                let (e, f, ab) = (p.exp(a), p.exp(b), p.add(a, b));
                let (apart, together) = (p.mul(e, f), p.exp(ab));
                let (z, y) = (p.mul(w, apart), p.mul(w, together));
                let (s, t) = (p.exp(z), p.exp(y));
                let factors = [p.w(3), p.w(4)];
                vec![p.dot(&factors, &[s, t])]
            }),
            8,
            Some(2),
        ),
        (
            "exponentials with constants apart",
            one_input(3, |p| {
                let (z, one) = (line(p, None), p.number((1, 1)));
                let up = p.add(z, one);
                let (s, t) = (p.exp(up), p.exp(z));
                let factors = [p.w(1), p.w(2)];
                vec![p.dot(&factors, &[s, t])]
            }),
            6,
            Some(2),
        ),
        (
            "a pole that is none",
            one_input(2, |p| {
                let (z, one, a) = (line(p, None), p.number((1, 1)), p.w(1));
                let minus = p.scaled((-1, 1), z);
                let (e, f) = (p.exp(z), p.exp(minus));
                let product = p.mul(e, f);
                let (gone, below) = (p.sub(product, one), p.sub(product, one));
                let sum = p.add(gone, below);
                let below = p.add(sum, z);
                vec![p.div(a, below)]
            }),
            4,
            Some(1),
        ),
        (
            "roots whose product is a root",
            program(4, 0, |p| {
                let (a, b) = (p.w(2), p.w(3));
                let ab = p.mul(a, b);
                let [ra, rb, rab] = [a, b, ab].map(|z| p.apply(Function::Sqrt, z));
                let apart = p.mul(ra, rb);
                let (difference, w, v) = (p.sub(apart, rab), p.w(0), p.w(1));
                let term = p.mul(w, difference);
                vec![p.add(term, v)]
            }),
            1,
            None,
        ),
        (
            "conjugate roots beside the root of the norm",
            program(2, 2, |p| {
                let (v, w, x, y) = (p.w(0), p.w(1), p.x(0), p.x(1));
                let root = p.apply(Function::Sqrt, y);
                let (sum, difference, square) = (p.add(x, root), p.sub(x, root), p.mul(x, x));
                let norm = p.sub(square, y);
                let [a, b, c] = [sum, difference, norm].map(|z| p.apply(Function::Sqrt, z));
                let ab = p.mul(a, b);
                vec![p.dot(&[v, w], &[ab, c])]
            }),
            4,
            Some(1),
        ),
        (
            "RMSNorm twice",
            program(3, 2, |p| {
                let x = [p.x(0), p.x(1)];
                let once = p.rms_norm(&x, (0, 1));
                let twice = p.rms_norm(&once, (0, 1));
                let w = [p.w(0), p.w(1), p.w(2)];
                vec![p.dot(&w, &[once[0], twice[0], once[1]])]
            }),
            5,
            Some(2),
        ),
        (
            "RMSNorm of x beside that of 2 x",
            program(3, 2, |p| {
                let x = [p.x(0), p.x(1)];
                let twice = x.map(|x| p.scaled((2, 1), x));
                let (a, b) = (p.rms_norm(&x, (0, 1)), p.rms_norm(&twice, (0, 1)));
                let w = [p.w(0), p.w(1), p.w(2)];
                vec![p.dot(&w, &[a[0], b[0], a[1]])]
            }),
            5,
            Some(2),
        ),
        (
            "a root of a square",
            program(2, 1, |p| {
                let (w, v, x) = (p.w(0), p.w(1), p.x(0));
                let square = p.mul(w, w);
                let (root, vx) = (p.apply(Function::Sqrt, square), p.mul(v, x));
                vec![p.mul(root, vx)]
            }),
            3,
            None,
        ),
    ]
}
