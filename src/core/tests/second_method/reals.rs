//! Ranks of Jacobians at random real points, by singular values with a gap.

use allocert_core::number::{Function, Ring};
use allocert_core::program::Program;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;
use rug::ops::{NegAssign, Pow};
use rug::{Float, Rational};

/// Some 330 digits.
const BITS: u32 = 1100;

fn ten_to(exponent: i32) -> Float {
    let power = Float::with_val(BITS, 10);
    power.pow(exponent)
}

/// Real numbers, rounded; what is nearly zero has no inverse.
#[derive(Clone, Debug)]
struct Reals;

impl Ring for Reals {
    type Element = Float;

    fn zero(&self) -> Float {
        Float::new(BITS)
    }
    fn one(&self) -> Float {
        self.integer(1)
    }
    fn integer(&self, value: i64) -> Float {
        Float::with_val(BITS, value)
    }
    fn rational(&self, value: &Rational) -> Option<Float> {
        Some(Float::with_val(BITS, value))
    }
    fn add(&self, a: &Float, b: &Float) -> Float {
        Float::with_val(BITS, a + b)
    }
    fn sub(&self, a: &Float, b: &Float) -> Float {
        Float::with_val(BITS, a - b)
    }
    fn mul(&self, a: &Float, b: &Float) -> Float {
        Float::with_val(BITS, a * b)
    }
    fn is_zero(&self, a: &Float) -> bool {
        a.is_zero()
    }
    fn reciprocal(&self, a: &Float) -> Option<Float> {
        (a.clone().abs() > ten_to(-60)).then(|| Float::with_val(BITS, a.recip_ref()))
    }
    fn apply(&self, function: Function, a: &Float) -> Option<(Float, Float)> {
        match function {
            Function::Exp if a.clone().abs() < 60 => {
                let e = Float::with_val(BITS, a.exp_ref());
                Some((e.clone(), e))
            }
            Function::Log if *a > ten_to(-60) => Some((Float::with_val(BITS, a.ln_ref()), self.reciprocal(a)?)),
            Function::Sqrt if *a > ten_to(-60) => {
                let root = Float::with_val(BITS, a.sqrt_ref());
                let slope = self.reciprocal(&(root.clone() * 2u32))?;
                Some((root, slope))
            }
            _ => None,
        }
    }
}

/// Singular values, the largest first: columns are turned against each other until they are orthogonal.
fn singular_values(mut columns: Vec<Vec<Float>>) -> Vec<Float> {
    let dot = |a: &[Float], b: &[Float]| Reals.dot(a, b);
    let small = ten_to(-310);
    for _ in 0..60 {
        let mut turned = false;
        for i in 0..columns.len() {
            for j in i + 1..columns.len() {
                let (a, b, c) =
                    (dot(&columns[i], &columns[i]), dot(&columns[j], &columns[j]), dot(&columns[i], &columns[j]));
                let size = Float::with_val(BITS, &a * &b).sqrt();
                if c.is_zero() || c.clone().abs() <= size * &small {
                    continue;
                }
                turned = true;
                let zeta = (b - a) / (c * 2u32);
                let root = (zeta.clone().square() + 1u32).sqrt();
                let mut t = (zeta.clone().abs() + root).recip();
                if zeta.is_sign_negative() {
                    t.neg_assign();
                }
                let cos = (t.clone().square() + 1u32).sqrt().recip();
                let sin = Float::with_val(BITS, &cos * &t);
                let (left, right) = columns.split_at_mut(j);
                for (x, y) in left[i].iter_mut().zip(&mut right[0]) {
                    let turned = Float::with_val(BITS, &cos * &*x) - Float::with_val(BITS, &sin * &*y);
                    *y = Float::with_val(BITS, &sin * &*x) + Float::with_val(BITS, &cos * &*y);
                    *x = turned;
                }
            }
        }
        if !turned {
            break;
        }
    }
    let mut values: Vec<Float> = columns.iter().map(|c| dot(c, c).sqrt()).collect();
    values.sort_by(|a, b| b.partial_cmp(a).unwrap());
    values
}

fn random_real(random: &mut ChaCha12Rng) -> Float {
    let mut sum = Float::new(BITS);
    for _ in 0..18 {
        sum = (sum + random.next_u64()) >> 64u32;
    }
    let size = sum * 2u32 + 0.125f64;
    if random.next_u32() & 1 == 1 { -size } else { size }
}

/// The rank at a random real point; nothing if there is none where all is defined, an error if no gap shows it.
pub fn real_rank(program: &Program, samples: usize, random: &mut ChaCha12Rng) -> Option<Result<usize, String>> {
    let rows = (0..60).find_map(|_| {
        let weights: Vec<Float> = (0..program.weights()).map(|_| random_real(random)).collect();
        let mut rows = Vec::new();
        for _ in 0..samples {
            let values = (0..60).find_map(|_| {
                let inputs: Vec<Float> = (0..program.inputs()).map(|_| random_real(random)).collect();
                program.evaluate(&Reals, &weights, &inputs)
            })?;
            let jacobian = program.jacobian(&Reals, &values);
            rows.extend((0..jacobian.rows()).map(|row| jacobian.row(row).to_vec()));
        }
        Some(rows)
    })?;
    let columns = (0..program.weights()).map(|c| rows.iter().map(|row| row[c].clone()).collect()).collect();
    let values = singular_values(columns);
    if values[0] < ten_to(-150) {
        return Some(Ok(0));
    }
    let relative: Vec<Float> = values.iter().map(|v| Float::with_val(BITS, v / &values[0])).collect();
    let rank = relative.iter().filter(|v| **v > ten_to(-150)).count();
    let least = relative[rank - 1].clone();
    let next = relative.get(rank).cloned().unwrap_or_else(|| Float::new(BITS));
    let clear = least > ten_to(-150) && next < least.clone() * ten_to(-50);
    Some(if clear { Ok(rank) } else { Err(format!("no gap: {:.3e} and {:.3e}", least.to_f64(), next.to_f64())) })
}
