use rug::Rational;

use super::*;
use crate::algebra::RowSpace;
use crate::number::{Function, Stream, generator};
use crate::program::{Program, ProgramError, Recorder, Step};

type Recorded = Result<Step, ProgramError>;

/// A forward pass written by hand.
struct Pass(Recorder);

impl Pass {
    fn number(&mut self, n: i64) -> Step {
        self.0.constant(Rational::from(n)).unwrap()
    }
    fn done(&self, step: Recorded) -> Step {
        step.unwrap()
    }
    fn w(&mut self, i: usize) -> Step {
        self.0.weight(i).unwrap()
    }
    fn x(&mut self, i: usize) -> Step {
        self.0.input(i).unwrap()
    }
    fn add(&mut self, a: Step, b: Step) -> Step {
        let step = self.0.add(a, b);
        self.done(step)
    }
    fn sub(&mut self, a: Step, b: Step) -> Step {
        let step = self.0.sub(a, b);
        self.done(step)
    }
    fn mul(&mut self, a: Step, b: Step) -> Step {
        let step = self.0.mul(a, b);
        self.done(step)
    }
    fn div(&mut self, a: Step, b: Step) -> Step {
        let step = self.0.div(a, b);
        self.done(step)
    }
    fn apply(&mut self, function: Function, a: Step) -> Step {
        let step = self.0.apply(function, a);
        self.done(step)
    }
    fn exp(&mut self, a: Step) -> Step {
        self.apply(Function::Exp, a)
    }
    fn sqrt(&mut self, a: Step) -> Step {
        self.apply(Function::Sqrt, a)
    }
    fn scaled(&mut self, n: i64, a: Step) -> Step {
        let n = self.number(n);
        self.mul(n, a)
    }
    /// (e^2z − 1) / (e^2z + 1).
    fn tanh(&mut self, z: Step) -> Step {
        let double = self.scaled(2, z);
        let (e, one) = (self.exp(double), self.number(1));
        let (above, below) = (self.sub(e, one), self.add(e, one));
        self.div(above, below)
    }
    /// 1 / (1 + e^−z).
    fn sigmoid(&mut self, z: Step) -> Step {
        let minus = self.scaled(-1, z);
        let (e, one) = (self.exp(minus), self.number(1));
        let below = self.add(one, e);
        self.div(one, below)
    }
    fn sum(&mut self, steps: &[Step]) -> Step {
        steps.iter().skip(1).fold(steps[0], |sum, step| self.add(sum, *step))
    }
}

fn program(weights: usize, inputs: usize, forward: impl FnOnce(&mut Pass) -> Vec<Step>) -> Program {
    let mut pass = Pass(Recorder::new());
    let outputs = forward(&mut pass);
    pass.0.finish(outputs, inputs, weights).unwrap()
}

/// The rank of the Jacobian on so many samples, at a point of the plan.
fn rank(program: &Program, samples: usize) -> Result<usize, Obscure> {
    let plan = Plan::new(program, samples, 1)?;
    let mut random = generator(7, Stream::Points, 0);
    let (field, point) = plan.point(program, &mut random)?;
    let mut space = RowSpace::new(field, program.weights());
    for values in &point.values {
        let jacobian = program.jacobian(&field, values);
        (0..jacobian.rows()).for_each(|row| {
            space.insert(jacobian.row(row).to_vec());
        });
    }
    Ok(space.rank())
}

/// What naive fresh numbers get wrong, with the right rank (theory, section 2).
#[test]
fn dependent_arguments_are_found_and_used() {
    let outputs = |steps: Vec<Step>| steps;
    // Inputs pinned at 0: tanh(0·w)·v + c.
    let pinned = program(3, 0, |p| {
        let (zero, w, v, c) = (p.number(0), p.w(0), p.w(1), p.w(2));
        let z = p.mul(zero, w);
        let t = p.tanh(z);
        let vt = p.mul(v, t);
        outputs(vec![p.add(vt, c)])
    });
    assert_eq!(rank(&pinned, 3), Ok(1));
    // a σ(z) + b σ(−z) + c with z = w x + d.
    let opposite = program(5, 1, |p| {
        let (w, x, d) = (p.w(0), p.x(0), p.w(1));
        let wx = p.mul(w, x);
        let z = p.add(wx, d);
        let minus = p.scaled(-1, z);
        let (s, t) = (p.sigmoid(z), p.sigmoid(minus));
        let (a, b, c) = (p.w(2), p.w(3), p.w(4));
        let (u, v) = (p.mul(a, s), p.mul(b, t));
        vec![p.sum(&[u, v, c])]
    });
    assert_eq!(rank(&opposite, 9), Ok(4));
    // a e^u e^v + b e^(u+v) with u = w x, v = d.
    let product = program(4, 1, |p| {
        let (w, x, v) = (p.w(0), p.x(0), p.w(1));
        let u = p.mul(w, x);
        let (eu, ev, both) = (p.exp(u), p.exp(v), p.add(u, v));
        let (apart, together) = (p.mul(eu, ev), p.exp(both));
        let (a, b) = (p.w(2), p.w(3));
        let (s, t) = (p.mul(a, apart), p.mul(b, together));
        vec![p.add(s, t)]
    });
    assert_eq!(rank(&product, 9), Ok(2));
    // tanh(z) beside σ(z), in either order.
    for tanh_first in [true, false] {
        let beside = program(4, 1, |p| {
            let (w, x) = (p.w(0), p.x(0));
            let z = p.mul(w, x);
            let (t, s) = if tanh_first {
                let t = p.tanh(z);
                (t, p.sigmoid(z))
            } else {
                let s = p.sigmoid(z);
                (p.tanh(z), s)
            };
            let (a, b, c) = (p.w(1), p.w(2), p.w(3));
            let (at, bs) = (p.mul(a, t), p.mul(b, s));
            vec![p.sum(&[at, bs, c])]
        });
        assert_eq!(rank(&beside, 9), Ok(4));
    }
    // a exp(w x + b1) + b exp(w x + b2): joint over samples.
    let joint = program(5, 1, |p| {
        let (w, x) = (p.w(0), p.x(0));
        let wx = p.mul(w, x);
        let (b1, b2) = (p.w(1), p.w(2));
        let (z1, z2) = (p.add(wx, b1), p.add(wx, b2));
        let (e1, e2, a, b) = (p.exp(z1), p.exp(z2), p.w(3), p.w(4));
        let (s, t) = (p.mul(a, e1), p.mul(b, e2));
        vec![p.add(s, t)]
    });
    assert_eq!(rank(&joint, 7), Ok(2));
    // Samples x and −x, two tanh units without biases: six rows, two weights a unit.
    let odd = program(4, 3, |p| {
        let mut rows = Vec::new();
        for i in 0..3 {
            for sign in [1, -1] {
                let x = p.x(i);
                let x = p.scaled(sign, x);
                let (w0, w1, v0, v1) = (p.w(0), p.w(1), p.w(2), p.w(3));
                let (z0, z1) = (p.mul(w0, x), p.mul(w1, x));
                let (t0, t1) = (p.tanh(z0), p.tanh(z1));
                let (s, t) = (p.mul(v0, t0), p.mul(v1, t1));
                rows.push(p.add(s, t));
            }
        }
        rows
    });
    // Three different inputs up to sign.
    assert_eq!(rank(&odd, 1), Ok(3));
    // Data pinned at −2, …, 2, two tanh units, no bias, and an offset.
    let data = program(5, 0, |p| {
        let mut rows = Vec::new();
        for x in -2..=2 {
            let x = p.number(x);
            let (w0, w1, v0, v1, c) = (p.w(0), p.w(1), p.w(2), p.w(3), p.w(4));
            let (z0, z1) = (p.mul(w0, x), p.mul(w1, x));
            let (t0, t1) = (p.tanh(z0), p.tanh(z1));
            let (s, t) = (p.mul(v0, t0), p.mul(v1, t1));
            rows.push(p.sum(&[s, t, c]));
        }
        rows
    });
    assert_eq!(rank(&data, 1), Ok(3));
    // exp(w e^a e^b), exp(w e^(a+b)), with outer weights.
    let nested = program(5, 0, |p| {
        let (a, b, w) = (p.w(0), p.w(1), p.w(2));
        let (ea, eb, ab) = (p.exp(a), p.exp(b), p.add(a, b));
        let (apart, together) = (p.mul(ea, eb), p.exp(ab));
        let (z, y) = (p.mul(w, apart), p.mul(w, together));
        let (ez, ey) = (p.exp(z), p.exp(y));
        let (c, d) = (p.w(3), p.w(4));
        vec![p.mul(c, ez), p.mul(d, ey), p.add(ez, c), p.add(ey, d), ez]
    });
    assert_eq!(rank(&nested, 1), Ok(3));
    // a e^(z+1) + b e^z.
    let shifted = program(3, 1, |p| {
        let (w, x, one) = (p.w(0), p.x(0), p.number(1));
        let z = p.mul(w, x);
        let up = p.add(z, one);
        let (e1, e0, a, b) = (p.exp(up), p.exp(z), p.w(1), p.w(2));
        let (s, t) = (p.mul(a, e1), p.mul(b, e0));
        vec![p.add(s, t)]
    });
    assert_eq!(rank(&shifted, 8), Ok(2));
    // a / (e^z e^−z − 1 + b x), z = b x.
    let pole = program(2, 1, |p| {
        let (a, b, x, one) = (p.w(0), p.w(1), p.x(0), p.number(1));
        let z = p.mul(b, x);
        let minus = p.scaled(-1, z);
        let (up, down) = (p.exp(z), p.exp(minus));
        let product = p.mul(up, down);
        let difference = p.sub(product, one);
        let below = p.add(difference, z);
        vec![p.div(a, below)]
    });
    assert_eq!(rank(&pole, 5), Ok(1));
}

#[test]
fn networks_without_dependence_have_full_dimension() {
    // [2, 3, 1] with biases: 13 weights.
    for activation in ["tanh", "sigmoid", "silu", "softplus"] {
        let network = program(13, 2, |p| {
            let x = [p.x(0), p.x(1)];
            let mut terms = vec![p.w(12)];
            for unit in 0..3 {
                let (w0, w1, b, v) = (p.w(2 * unit), p.w(2 * unit + 1), p.w(6 + unit), p.w(9 + unit));
                let (s, t) = (p.mul(w0, x[0]), p.mul(w1, x[1]));
                let z = p.sum(&[s, t, b]);
                let h = match activation {
                    "tanh" => p.tanh(z),
                    "sigmoid" => p.sigmoid(z),
                    "silu" => {
                        let s = p.sigmoid(z);
                        p.mul(z, s)
                    }
                    _ => {
                        let (e, one) = (p.exp(z), p.number(1));
                        let sum = p.add(one, e);
                        p.apply(Function::Log, sum)
                    }
                };
                terms.push(p.mul(v, h));
            }
            vec![p.sum(&terms)]
        });
        assert_eq!(rank(&network, 20), Ok(13), "{activation}");
        let plan = Plan::new(&network, 20, 1).unwrap();
        assert_eq!((plan.relations(), plan.error_log2()), (0, None));
        assert!(plan.height().is_some_and(|height| height.degree < 200));
    }
}

#[test]
fn roots_that_are_not_independent_are_not_taken_for_independent() {
    // w (√a √b − √(ab)) + v.
    let product = program(4, 0, |p| {
        let (w, v, a, b) = (p.w(0), p.w(1), p.w(2), p.w(3));
        let (ra, rb, ab) = (p.sqrt(a), p.sqrt(b), p.mul(a, b));
        let (apart, together) = (p.mul(ra, rb), p.sqrt(ab));
        let difference = p.sub(apart, together);
        let term = p.mul(w, difference);
        vec![p.add(term, v)]
    });
    assert!(matches!(rank(&product, 1), Err(Obscure::DependentRoot { .. })));
    // √(x + √y) √(x − √y) beside √(x² − y).
    let conjugate = program(2, 2, |p| {
        let (v, w, x, y) = (p.w(0), p.w(1), p.x(0), p.x(1));
        let root = p.sqrt(y);
        let (sum, difference, square) = (p.add(x, root), p.sub(x, root), p.mul(x, x));
        let (a, b, c) = (p.sqrt(sum), p.sqrt(difference), p.sub(square, y));
        let (ab, c) = (p.mul(a, b), p.sqrt(c));
        let (s, t) = (p.mul(v, ab), p.mul(w, c));
        vec![p.add(s, t)]
    });
    assert!(matches!(rank(&conjugate, 3), Err(Obscure::DependentRoot { .. })));
    // √(w²) = |w|.
    let absolute = program(2, 1, |p| {
        let (w, v, x) = (p.w(0), p.w(1), p.x(0));
        let square = p.mul(w, w);
        let (root, vx) = (p.sqrt(square), p.mul(v, x));
        vec![p.mul(root, vx)]
    });
    assert!(matches!(rank(&absolute, 3), Err(Obscure::DependentRoot { .. })));
    // Gains of an RMSNorm with ε = 1 of two inputs, then a readout: g_i v_i only.
    let norm = program(4, 2, |p| {
        let (x, y, one) = (p.x(0), p.x(1), p.number(1));
        let (xx, yy) = (p.mul(x, x), p.mul(y, y));
        let sum = p.sum(&[xx, yy, one]);
        let root = p.sqrt(sum);
        let mut terms = Vec::new();
        for (i, input) in [x, y].into_iter().enumerate() {
            let (g, v) = (p.w(i), p.w(2 + i));
            let normed = p.div(input, root);
            let gained = p.mul(g, normed);
            terms.push(p.mul(v, gained));
        }
        vec![p.sum(&terms)]
    });
    assert_eq!(rank(&norm, 5), Ok(2));
}

/// √(w (1 + x²)²) is √w (1 + x²): on one sample its root is no rational function, on two the product of both is. With a sign for
/// each sample, v √(w (1 + x²)²) / (1 + x²) + c would have dimension 2.
#[test]
fn roots_are_independent_on_all_samples_together_or_not_at_all() {
    let network = program(3, 1, |p| {
        let (v, w, c, x, one) = (p.w(0), p.w(1), p.w(2), p.x(0), p.number(1));
        let square = p.mul(x, x);
        let factor = p.add(one, square);
        let once = p.mul(w, factor);
        let twice = p.mul(once, factor);
        let root = p.sqrt(twice);
        let normed = p.div(root, factor);
        let term = p.mul(v, normed);
        vec![p.add(term, c)]
    });
    assert_eq!(rank(&network, 1), Ok(1));
    for samples in [2, 5] {
        assert!(matches!(rank(&network, samples), Err(Obscure::DependentRoot { .. })));
    }
}

/// The products x_i y_j of 2 × 30 inputs are 900 independent arguments, of whose gradients a point shows 59 at the most.
#[test]
fn gradients_are_taken_at_as_many_points_as_it_takes() {
    const T: usize = 30;
    let scores = program(1, 2 * T, |p| {
        let w = p.w(0);
        let mut total = w;
        for i in 0..T {
            for j in 0..T {
                let (x, y) = (p.x(i), p.x(T + j));
                let xy = p.mul(x, y);
                let e = p.exp(xy);
                total = p.add(total, e);
            }
        }
        vec![total]
    });
    let plan = Plan::new(&scores, 2, 1).unwrap();
    assert_eq!((plan.arguments(), plan.relations()), (2 * T * T, 0));
}
