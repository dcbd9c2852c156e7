//! Ranks of programs with exponentials, logarithms and quotients, modulo primes, against a second method: real Jacobians in a
//! thousand bits at random points, by elimination with complete pivoting and a wide gap between what is zero and what is not.

use allocert_core::algebra::RowSpace;
use allocert_core::number::{Function, Stream, generator};
use allocert_core::program::{Program, Recorder, Step};
use allocert_core::transcendence::Plan;
use allocert_train::Reals;
use proptest::prelude::*;
use rand_chacha::rand_core::RngCore;
use rug::{Float, Rational};

const WEIGHTS: usize = 4;
const INPUTS: usize = 1;
const REALS: Reals = Reals { precision: 1_000 };
/// Pivots below this, relative to the first, are zero,
const ZERO: i32 = -700;
/// and no pivot lies between that and this.
const NOT_ZERO: i32 = -250;

/// A random program: sums and products of recent steps, and functions of them.
fn random(steps: &[(u8, usize, usize)]) -> Option<Program> {
    let mut r = Recorder::new();
    let mut known: Vec<Step> = (0..WEIGHTS).map(|i| r.weight(i).unwrap()).collect();
    known.push(r.input(0).unwrap());
    known.push(r.constant(Rational::from(2)).unwrap());
    for (kind, a, b) in steps {
        let pick = |i: usize| known[known.len() - 1 - i % known.len().min(9)];
        let (a, b) = (pick(*a), pick(*b));
        let step = match kind % 8 {
            0 | 1 => r.add(a, b),
            2 => r.sub(a, b),
            3 | 4 => r.mul(a, b),
            5 | 6 => r.apply(Function::Exp, a),
            _ => {
                // a / (1 + b²): no poles.
                let square = r.mul(b, b).ok()?;
                let one = r.constant(Rational::from(1)).ok()?;
                let below = r.add(one, square).ok()?;
                r.div(a, below)
            }
        };
        known.push(step.ok()?);
    }
    // No towers: an exponential of an exponential leaves every range.
    let outputs = known[known.len() - 2..].to_vec();
    r.finish(outputs, INPUTS, WEIGHTS).ok()
}

/// How many exponentials lie above one another.
fn depth(program: &Program) -> usize {
    let mut depths: Vec<usize> = Vec::new();
    for operation in program.operations() {
        let below = operation.operands().map(|o| depths[o.index()]).max().unwrap_or(0);
        let own = matches!(operation, allocert_core::program::Operation::Apply(..));
        depths.push(below + usize::from(own));
    }
    depths.into_iter().max().unwrap_or(0)
}

/// The rank at a random real point; nothing where there is no clear gap, or a value is out of range.
fn real_rank(program: &Program, samples: usize, seed: u64) -> Option<usize> {
    let mut random = generator(seed, Stream::Points, 0);
    let mut number = || REALS.real(Rational::from(((random.next_u32() % 4001) as i64 - 2000, 1733)));
    let weights: Vec<Float> = (0..WEIGHTS).map(|_| number()).collect();
    let mut rows: Vec<Vec<Float>> = Vec::new();
    for _ in 0..samples {
        let inputs: Vec<Float> = (0..INPUTS).map(|_| number()).collect();
        let values = program.evaluate(&REALS, &weights, &inputs)?;
        let jacobian = program.jacobian(&REALS, &values);
        rows.extend((0..jacobian.rows()).map(|row| jacobian.row(row).to_vec()));
    }
    // Rows on one scale.
    for row in &mut rows {
        let largest = row.iter().map(|e| e.clone().abs()).fold(REALS.real(0), |a, b| if b > a { b } else { a });
        if !largest.is_finite() || largest.get_exp().is_some_and(|e| e.abs() > 400) {
            return None;
        }
        if !largest.is_zero() {
            row.iter_mut().for_each(|e| *e /= &largest);
        }
    }
    let mut rank = 0;
    for step in 0..WEIGHTS.min(rows.len()) {
        let places = (step..rows.len()).flat_map(|r| (step..WEIGHTS).map(move |c| (r, c)));
        let (r, c) = places.max_by(|a, b| rows[a.0][a.1].cmp_abs(&rows[b.0][b.1]).unwrap())?;
        let size = rows[r][c].get_exp().unwrap_or(i32::MIN);
        if size < ZERO {
            break;
        }
        if size < NOT_ZERO {
            return None;
        }
        rank += 1;
        rows.swap(step, r);
        rows.iter_mut().for_each(|row| row.swap(step, c));
        let pivot = rows[step].clone();
        for row in &mut rows[step + 1..] {
            let factor = REALS.real(&row[step] / &pivot[step]);
            for (entry, p) in row.iter_mut().zip(&pivot).skip(step) {
                *entry -= REALS.real(&factor * p);
            }
        }
    }
    Some(rank)
}

/// The rank modulo a prime at a point of the plan; nothing where the plan is open.
fn modular_rank(program: &Program, samples: usize) -> Option<usize> {
    let plan = Plan::new(program, samples, 1).ok()?;
    let mut random = generator(3, Stream::Points, 0);
    let (field, point) = plan.point(program, &mut random).ok()?;
    let mut space = RowSpace::new(field, WEIGHTS);
    for values in &point.values {
        let jacobian = program.jacobian(&field, values);
        (0..jacobian.rows()).for_each(|row| {
            space.insert(jacobian.row(row).to_vec());
        });
    }
    Some(space.rank())
}

fn cases() -> u32 {
    std::env::var("ALLOCERT_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(150)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranks_modulo_primes_are_those_of_real_jacobians(
        steps in proptest::collection::vec((any::<u8>(), 0usize..64, 0usize..64), 5..14), samples in 1usize..5
    ) {
        let Some(program) = random(&steps).filter(|p| depth(p) <= 2) else { return Ok(()) };
        if let (Some(modular), Some(real)) = (modular_rank(&program, samples), real_rank(&program, samples, 5)) {
            prop_assert_eq!(modular, real, "{}", program);
        }
    }
}
