//! Looking for combinations of candidates that change nothing, modulo a prime.

use super::candidates::{self, Ansatz, MOST_UNKNOWNS};
use super::{AffineField, Terms};
use crate::algebra::{Matrix, RowSpace, first_basis};
use crate::allocation::Layout;
use crate::control::Control;
use crate::number::{Field, Function, PrimeField, Ring, mixed};
use crate::program::{Operation, Program, Step, Values};

/// Points add no row to the system before it counts as complete, so often.
const QUIET_POINTS: usize = 3;
/// Common denominators up to this are looked for, and numerators below this.
const MOST_DENOMINATOR: u64 = 60;
const MOST_NUMERATOR: u64 = 1 << 16;
/// So many times are weights and inputs drawn until all quotients and square roots exist.
const MOST_DRAWS: usize = 1 << 14;
/// and so many times weights, where some have inputs and others not.
const MOST_WEIGHTS: usize = 16;
/// A prime other than 2^61 − 1, and a small one; all three are 3 modulo 4, so that a square root is one power.
const OTHER_PRIME: u64 = (1 << 61) - 45;
const SMALL_PRIME: u64 = (1 << 26) - 5;
/// The entries of g are below this.
const MOST_ENTRY: u64 = 1 << 12;

/// Numbers for weights, inputs, slopes, exponentials and logarithms, one after the other: any spread-out ones do, since what is
/// found is proved afterwards.
pub(super) struct Numbers {
    pub(super) field: PrimeField,
    state: u64,
}

impl Numbers {
    pub(super) fn modulo(prime: u64, state: u64) -> Option<Self> {
        Some(Numbers { field: PrimeField::new(prime)?, state })
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.enter(mixed(self.state))
    }

    fn enter(&self, number: u64) -> u64 {
        self.field.enter(number % self.field.prime())
    }

    pub(super) fn vector(&mut self, length: usize) -> Vec<u64> {
        (0..length).map(|_| self.next()).collect()
    }

    /// Weights, and the values of a program there with generic inputs, slopes, exponentials and logarithms.
    fn point(&mut self, program: &Program) -> Option<(Vec<u64>, Values<u64>)> {
        let shared = vec![false; program.operations().len()];
        (0..MOST_DRAWS).find_map(|_| {
            let weights = self.vector(program.weights());
            let values = self.sample(program, &weights, &shared)?;
            Some((weights, values))
        })
    }

    /// The values of a program at generic inputs; functions of steps that are `shared` are the same every time.
    fn sample(&mut self, program: &Program, weights: &[u64], shared: &[bool]) -> Option<Values<u64>> {
        let inputs = self.vector(program.inputs());
        let (field, seed) = (self.field, self.next());
        program.evaluate_with(&field, weights, &inputs, |step, operation, z| {
            let seed = if shared[step.index()] { 0 } else { seed };
            self.branch(seed, step, operation, *z)
        })
    }

    /// A value and a slope.
    fn branch(&self, seed: u64, step: Step, operation: &Operation, operand: u64) -> Option<(u64, u64)> {
        let field = self.field;
        let number = self.enter(mixed(seed ^ mixed(step.index() as u64 + 1)));
        match operation {
            Operation::Apply(Function::Exp, _) => Some((number, number)),
            Operation::Apply(Function::Log, _) => Some((number, field.inverse(&operand)?)),
            Operation::Apply(Function::Sqrt, _) => {
                let root = field.square_root(operand)?;
                Some((root, field.inverse(&field.add(&root, &root))?))
            }
            _ => Some((field.mul(&number, &operand), number)),
        }
    }
}

/// Some point, with the values of all steps.
pub(super) fn some_point(program: &Program) -> Option<(PrimeField, Vec<u64>, Values<u64>)> {
    let mut numbers = Numbers::modulo(OTHER_PRIME, 3)?;
    let (weights, values) = numbers.point(program)?;
    Some((numbers.field, weights, values))
}

/// Jacobians of a program on one sample each, at weights drawn anew each time.
pub(super) struct Points<'a> {
    program: &'a Program,
    numbers: Numbers,
    seen: Vec<(Vec<u64>, Matrix<u64>)>,
}

impl<'a> Points<'a> {
    pub(super) fn of(program: &'a Program) -> Option<Self> {
        Some(Points { program, numbers: Numbers::modulo(PrimeField::MERSENNE_61, 1)?, seen: Vec::new() })
    }

    fn get(&mut self, point: usize) -> Option<&(Vec<u64>, Matrix<u64>)> {
        while self.seen.len() <= point {
            let (weights, values) = self.numbers.point(self.program)?;
            self.seen.push((weights, self.program.jacobian(&self.numbers.field, &values)));
        }
        self.seen.get(point)
    }

    /// What solves an ansatz: held at all points tried, also modulo another prime.
    pub(super) fn solutions(&mut self, ansatz: &Ansatz) -> Vec<AffineField> {
        let directions = ansatz.unknowns.first().map_or(0, Vec::len);
        if ansatz.unknowns.len() > MOST_UNKNOWNS || directions == 0 {
            return Vec::new();
        }
        let g: Vec<i64> = match directions {
            1 => vec![1],
            _ => (0..directions as u64).map(|k| (mixed(k + 7) % MOST_ENTRY + 1) as i64).collect(),
        };
        let weighed = |directions: &Vec<Terms>| -> Terms {
            let scaled = |(terms, g): (&Terms, &i64)| terms.iter().map(|t| (t.0, t.1, t.2 * g)).collect::<Vec<_>>();
            directions.iter().zip(&g).flat_map(scaled).collect()
        };
        let candidates: Vec<Terms> = ansatz.unknowns.iter().map(weighed).collect();
        let factors = self.kernel(&candidates);
        let combine = |factors: &Vec<i64>, k: usize| {
            let mut terms = Terms::new();
            for (unknown, factor) in ansatz.unknowns.iter().zip(factors).filter(|(_, factor)| **factor != 0) {
                terms.extend(unknown[k].iter().map(|(weight, from, by)| (*weight, *from, by * factor)));
            }
            AffineField { terms: collected(terms), proved: false }
        };
        let fields = factors.iter().flat_map(|factors| (0..directions).map(move |k| combine(factors, k)));
        let fields = fields.filter(|field| !field.terms.is_empty()).collect();
        confirmed(self.program, fields)
    }

    /// Small coefficients of combinations of candidates that annihilate the Jacobian at random points.
    fn kernel(&mut self, candidates: &[Terms]) -> Vec<Vec<i64>> {
        let field = self.numbers.field;
        let enter = |terms: &Terms| -> Vec<_> { terms.iter().map(|(w, v, c)| (*w, *v, field.integer(*c))).collect() };
        let candidates: Vec<Vec<(usize, Option<usize>, u64)>> = candidates.iter().map(enter).collect();
        let mut space = RowSpace::new(field, candidates.len());
        let (mut quiet, mut point) = (0, 0);
        while quiet < QUIET_POINTS && space.rank() < candidates.len() {
            let Some((weights, jacobian)) = self.get(point) else {
                return Vec::new();
            };
            let before = space.rank();
            for row in (0..jacobian.rows()).map(|row| jacobian.row(row)) {
                let along = |sum: u64, (weight, from, factor): &(usize, Option<usize>, u64)| {
                    let change = from.map_or(*factor, |from| field.mul(factor, &weights[from]));
                    field.add(&sum, &field.mul(&row[*weight], &change))
                };
                space.insert(candidates.iter().map(|terms| terms.iter().fold(0, along)).collect());
            }
            quiet = if space.rank() == before { quiet + 1 } else { 0 };
            point += 1;
        }
        lifted_kernel(&field, &space)
    }
}

/// A basis of the kernel of a space of rows, as far as it has small integer coefficients.
pub(super) fn lifted_kernel(field: &PrimeField, space: &RowSpace<PrimeField>) -> Vec<Vec<i64>> {
    space.kernel().into_iter().filter_map(|vector| lifted(field, &vector)).collect()
}

/// Terms with the same weights as one.
fn collected(terms: Terms) -> Terms {
    let mut sums = std::collections::BTreeMap::new();
    terms.into_iter().for_each(|(weight, from, factor)| *sums.entry((weight, from)).or_insert(0) += factor);
    sums.into_iter().filter(|(_, factor)| *factor != 0).map(|((weight, from), factor)| (weight, from, factor)).collect()
}

/// Small integers proportional to a vector, if there are any.
fn lifted(field: &PrimeField, vector: &[u64]) -> Option<Vec<i64>> {
    let small = |element: u64| {
        let value = field.leave(element);
        let negated = field.prime() - value;
        if value < MOST_NUMERATOR { Some(value as i64) } else { (negated < MOST_NUMERATOR).then(|| -(negated as i64)) }
    };
    (1..=MOST_DENOMINATOR).find_map(|denominator| {
        let factor = field.enter(denominator);
        vector.iter().map(|e| small(field.mul(e, &factor))).collect()
    })
}

/// Those that hold at fresh points modulo another prime, too.
fn confirmed(program: &Program, mut fields: Vec<AffineField>) -> Vec<AffineField> {
    let Some(mut numbers) = Numbers::modulo(OTHER_PRIME, 2).filter(|_| !fields.is_empty()) else {
        return Vec::new();
    };
    let field = numbers.field;
    for _ in 0..QUIET_POINTS {
        let Some((weights, values)) = numbers.point(program) else {
            return Vec::new();
        };
        let jacobian = program.jacobian(&field, &values);
        fields.retain(|f| {
            let direction = f.at(&field, &weights);
            (0..jacobian.rows()).all(|row| field.is_zero(&field.dot(jacobian.row(row), &direction)))
        });
    }
    fields
}

/// Directions that are independent at almost all weights, from one ansatz after the other, until there are as many as the rank
/// of the Jacobian lacks.
pub(super) fn by_and_by(points: &mut Points<'_>, layout: &Layout) -> Vec<AffineField> {
    let (program, field) = (points.program, points.numbers.field);
    let (mut found, mut space) = (Vec::new(), RowSpace::new(field, program.weights()));
    let Some(missing) = corank(program).filter(|missing| *missing > 0) else { return found };
    let weights = points.numbers.vector(program.weights());
    for ansatz in candidates::by_and_by(layout) {
        for direction in points.solutions(&ansatz) {
            if space.insert(direction.at(&field, &weights)) {
                found.push(direction);
            }
        }
        if found.len() >= missing {
            break;
        }
    }
    found
}

/// How much the rank of the Jacobian is below the number of weights, on more samples than it takes if each adds as much as it can.
fn corank(program: &Program) -> Option<usize> {
    let mut numbers = Numbers::modulo(SMALL_PRIME, 5)?;
    let (n, outputs) = (program.weights(), program.outputs().len());
    let shared: Vec<bool> = program.seeing().iter().map(|sees| !sees).collect();
    let samples = (n.div_ceil(outputs) * 5).div_ceil(4) + 2;
    let field = numbers.field;
    (0..MOST_WEIGHTS).find_map(|_| {
        let weights = numbers.vector(n);
        let mut rows = Vec::new();
        for _ in 0..samples {
            let values = (0..MOST_DRAWS).find_map(|_| numbers.sample(program, &weights, &shared))?;
            let jacobian = program.jacobian(&field, &values);
            let row = |row: usize| jacobian.row(row).iter().map(|entry| field.leave(*entry) as u32).collect();
            rows.extend((0..jacobian.rows()).map(row));
        }
        let basis = first_basis(field.prime() as u32, n, &rows, &Control::unlimited()).ok()?;
        Some(n - basis.rank())
    })
}
