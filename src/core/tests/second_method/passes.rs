//! Forward passes step by step, and random ones.

use allocert_core::number::Function;
use allocert_core::program::{Program, Recorder, Step};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;
use rug::Rational;

/// Writes programs.
pub struct Pass(pub Recorder);

impl Pass {
    pub fn number(&mut self, value: (i64, u64)) -> Step {
        self.0.constant(Rational::from(value)).unwrap()
    }
    pub fn w(&mut self, i: usize) -> Step {
        self.0.weight(i).unwrap()
    }
    pub fn x(&mut self, i: usize) -> Step {
        self.0.input(i).unwrap()
    }
    pub fn add(&mut self, a: Step, b: Step) -> Step {
        self.0.add(a, b).unwrap()
    }
    pub fn sub(&mut self, a: Step, b: Step) -> Step {
        self.0.sub(a, b).unwrap()
    }
    pub fn mul(&mut self, a: Step, b: Step) -> Step {
        self.0.mul(a, b).unwrap()
    }
    /// Of a constant where it is not defined: the constant itself.
    pub fn div(&mut self, a: Step, b: Step) -> Step {
        self.0.div(a, b).unwrap_or(a)
    }
    pub fn apply(&mut self, function: Function, a: Step) -> Step {
        self.0.apply(function, a).unwrap_or(a)
    }
    pub fn exp(&mut self, a: Step) -> Step {
        self.apply(Function::Exp, a)
    }
    pub fn scaled(&mut self, value: (i64, u64), a: Step) -> Step {
        let number = self.number(value);
        self.mul(number, a)
    }
    pub fn sigmoid(&mut self, z: Step) -> Step {
        let (e, one) = (self.exp(z), self.number((1, 1)));
        let below = self.add(e, one);
        self.div(e, below)
    }
    pub fn tanh(&mut self, z: Step) -> Step {
        let twice = self.scaled((2, 1), z);
        let (e, one) = (self.exp(twice), self.number((1, 1)));
        let (above, below) = (self.sub(e, one), self.add(e, one));
        self.div(above, below)
    }
    pub fn silu(&mut self, z: Step) -> Step {
        let gate = self.sigmoid(z);
        self.mul(z, gate)
    }
    pub fn softplus(&mut self, z: Step) -> Step {
        let (e, one) = (self.exp(z), self.number((1, 1)));
        let sum = self.add(e, one);
        self.apply(Function::Log, sum)
    }
    pub fn sqrt(&mut self, a: Step) -> Step {
        self.apply(Function::Sqrt, a)
    }
    pub fn log(&mut self, a: Step) -> Step {
        self.apply(Function::Log, a)
    }
    /// 1 + a².
    pub fn one_and_square(&mut self, a: Step) -> Step {
        let (square, one) = (self.mul(a, a), self.number((1, 1)));
        self.add(square, one)
    }
    /// 1 + x² of the first input.
    pub fn one_and_square_of_input(&mut self) -> Step {
        let x = self.x(0);
        self.one_and_square(x)
    }
    /// exp(log(a) / 2).
    pub fn half_power(&mut self, a: Step) -> Step {
        let log = self.log(a);
        let half = self.scaled((1, 2), log);
        self.exp(half)
    }
    pub fn sum(&mut self, steps: &[Step]) -> Step {
        steps[1..].iter().fold(steps[0], |sum, step| self.add(sum, *step))
    }
    pub fn dot(&mut self, a: &[Step], b: &[Step]) -> Step {
        let terms: Vec<Step> = a.iter().zip(b).map(|(a, b)| self.mul(*a, *b)).collect();
        self.sum(&terms)
    }
    /// x / √(mean(x²) + ε).
    pub fn rms_norm(&mut self, x: &[Step], epsilon: (i64, u64)) -> Vec<Step> {
        let square = self.dot(x, x);
        let (mean, epsilon) = (self.scaled((1, x.len() as u64), square), self.number(epsilon));
        let radicand = self.add(mean, epsilon);
        let root = self.apply(Function::Sqrt, radicand);
        x.iter().map(|x| self.div(*x, root)).collect()
    }
}

pub fn program(weights: usize, inputs: usize, forward: impl FnOnce(&mut Pass) -> Vec<Step>) -> Program {
    let mut pass = Pass(Recorder::new());
    let outputs = forward(&mut pass);
    pass.0.finish(outputs, inputs, weights).unwrap()
}

/// A random program in which arguments are often related: equal, opposite, doubled, shifted by a number or a weight, or sums of
/// arguments of exponentials that are multiplied elsewhere; with many square roots and logarithms, whose radicands are equal, products
/// or multiples of each other, if asked. Nothing if a weight is unused, or an output a number.
pub fn random_program(random: &mut ChaCha12Rng, roots: bool) -> Option<Program> {
    let mut below = |n: usize| (random.next_u64() % n as u64) as usize;
    let (n, d) = (2 + below(5), below(3));
    let mut p = Pass(Recorder::new());
    let weights: Vec<Step> = (0..n).map(|i| p.w(i)).collect();
    let inputs: Vec<Step> = (0..d).map(|i| p.x(i)).collect();
    let mut pool: Vec<Step> = weights.iter().chain(&inputs).copied().collect();
    let mut arguments: Vec<Step> = Vec::new();
    for _ in 0..3 + below(9) {
        let (late, a, b) = (pool.len().saturating_sub(3), below(pool.len()), below(pool.len()));
        let a = if below(2) == 0 { pool[a] } else { pool[late + below(pool.len() - late)] };
        let b = pool[b];
        let argument = if arguments.is_empty() || below(3) == 0 { a } else { arguments[below(arguments.len())] };
        let other = if arguments.is_empty() { b } else { arguments[below(arguments.len())] };
        let argument = match below(9) {
            0 => p.scaled((-1, 1), argument),
            1 => {
                let one = p.number((1, 1));
                p.add(argument, one)
            }
            2 => p.scaled((2, 1), argument),
            3 => p.scaled((1, 2), argument),
            4 => p.add(argument, other),
            5 => p.sub(argument, other),
            _ => argument,
        };
        let next = match below(if roots { 56 } else { 40 }) {
            0..8 => p.add(a, b),
            8..11 => p.sub(a, b),
            11..19 => p.mul(a, b),
            19..21 => p.div(a, b),
            21..28 => p.exp(argument),
            28..32 => p.tanh(argument),
            32..35 => p.sigmoid(argument),
            35..36 => p.silu(argument),
            36..37 => p.softplus(argument),
            37..38 => p.apply(Function::Log, argument),
            38..44 => p.sqrt(a),
            44..47 => {
                let sum = p.one_and_square(argument);
                p.sqrt(sum)
            }
            47..49 => {
                let sum = p.one_and_square(argument);
                p.log(sum)
            }
            49..51 => {
                let sum = p.one_and_square(a);
                p.half_power(sum)
            }
            51..52 => p.half_power(a),
            52..54 => {
                let number = p.number((2 + below(7) as i64, 1));
                let root = p.sqrt(number);
                p.mul(root, a)
            }
            _ => {
                let product = p.mul(a, b);
                p.sqrt(product)
            }
        };
        arguments.push(argument);
        pool.push(next);
    }
    let outputs = 1 + below(3);
    let mut rows = Vec::new();
    for _ in 0..outputs {
        let terms: Vec<Step> = (0..1 + below(3)).map(|_| pool[pool.len() - 1 - below(pool.len().min(6))]).collect();
        let factors: Vec<Step> = terms.iter().map(|_| weights[below(n)]).collect();
        rows.push(p.dot(&terms, &factors));
    }
    let program = p.0.finish(rows, d, n).ok()?;
    (program.unused_weights().is_empty() && program.constant_outputs().is_empty()).then_some(program)
}
