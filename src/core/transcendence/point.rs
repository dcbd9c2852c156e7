//! A program evaluated at a random point modulo a prime, on all samples, where its quotients and square roots exist.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;

use super::Obscure;
use super::places::Slot;
use super::plan::{Definition, Plan};
use crate::number::{Field, Function, PrimeField, Ring};
use crate::program::{Program, Step, Values};

/// So many weights are drawn at the most.
const MOST_WEIGHTS: u64 = 64;
/// So many times are the inputs of one sample drawn at the most where there are roots of them,
const MOST_INPUTS: u64 = 1 << 16;
/// and so many times where there are none: only a division by zero can be the matter.
const MOST_WITHOUT_ROOTS: u64 = 8;
/// Altogether no more evaluations are begun.
const MOST_ATTEMPTS: u64 = 1 << 20;

/// The values of all steps on all samples, at weights and inputs modulo a prime.
#[derive(Clone, Debug)]
pub struct Point {
    /// All weights in canonical order.
    pub weights: Vec<u64>,
    /// The inputs, one a sample.
    pub inputs: Vec<Vec<u64>>,
    /// The values of all steps, one a sample.
    pub values: Vec<Values<u64>>,
    /// The arguments of exponentials and logarithms, by place.
    pub(super) arguments: Vec<u64>,
    /// Their values, by place.
    pub(super) results: Vec<u64>,
}

/// For each place of a root: whether its radicand was no square at a point where everything before it exists, on this sample and
/// on those before it, at the same weights.
pub(super) type Witnesses = Vec<bool>;

/// What stays while the inputs of samples are drawn.
struct Draw<'a> {
    program: &'a Program,
    plan: &'a Plan,
    field: PrimeField,
    weights: Vec<u64>,
    /// The variable behind each place, not zero.
    variables: Vec<u64>,
    /// A root of e.
    base: u64,
    arguments: Vec<u64>,
    results: Vec<u64>,
    /// The roots that depend on no input, once taken, by place.
    shared_roots: Vec<Option<u64>>,
    /// Whether something that depends on no input does not exist.
    hopeless: bool,
}

/// What came of evaluating one sample.
enum Sample {
    Values(Box<Values<u64>>),
    /// Something does not exist at these inputs.
    Undefined,
    /// A place is not known yet on which another is defined.
    Unordered(Step),
}

impl Plan {
    /// The program at a random point, whose exponentials and logarithms are as this plan says. Costs a few evaluations a sample;
    /// with r roots that depend on inputs, about 2^r begun ones.
    ///
    /// # Errors
    /// [`Obscure::NoPoint`], or a relation over places that come later.
    pub fn point(&self, program: &Program, field: PrimeField, random: &mut ChaCha12Rng) -> Result<Point, Obscure> {
        self.witnessed_point(program, field, random, &mut vec![false; self.places().roots()])
    }

    /// The same, noting witnesses of roots.
    pub(super) fn witnessed_point(
        &self,
        program: &Program,
        field: PrimeField,
        random: &mut ChaCha12Rng,
        witnesses: &mut Witnesses,
    ) -> Result<Point, Obscure> {
        let mut attempts = 0;
        for _ in 0..MOST_WEIGHTS {
            if attempts > MOST_ATTEMPTS {
                break;
            }
            if let Some(point) = self.draw(program, field, random, witnesses, &mut attempts)? {
                return Ok(point);
            }
        }
        Err(Obscure::NoPoint { attempts })
    }

    /// One draw of weights; nothing if no inputs fit to them.
    fn draw(
        &self,
        program: &Program,
        field: PrimeField,
        random: &mut ChaCha12Rng,
        witnesses: &mut Witnesses,
        attempts: &mut u64,
    ) -> Result<Option<Point>, Obscure> {
        let places = self.places();
        let mut vector = |length: usize| (0..length).map(|_| non_zero(field, random)).collect::<Vec<u64>>();
        let (weights, variables, base) = (vector(program.weights()), vector(places.count()), vector(1)[0]);
        let (arguments, results) = (vec![0; places.count()], vec![0; places.count()]);
        let shared_roots = vec![None; places.roots()];
        let mut draw = Draw {
            program,
            plan: self,
            field,
            weights,
            variables,
            base,
            arguments,
            results,
            shared_roots,
            hopeless: false,
        };
        let (mut inputs, mut values) = (Vec::new(), Vec::new());
        let most = if places.radicands().all(|slot| slot.shared) { MOST_WITHOUT_ROOTS } else { MOST_INPUTS };
        for sample in 0..places.samples {
            let mut found = false;
            for _ in 0..most {
                if draw.hopeless || *attempts > MOST_ATTEMPTS {
                    break;
                }
                *attempts += 1;
                let input: Vec<u64> = (0..program.inputs()).map(|_| field.random(random)).collect();
                match draw.sample(sample, &input, random, witnesses) {
                    Sample::Values(of_sample) => {
                        inputs.push(input);
                        values.push(*of_sample);
                        found = true;
                        break;
                    }
                    Sample::Undefined => {}
                    Sample::Unordered(step) => {
                        let why = "an argument depends on one that is computed later";
                        return Err(Obscure::Relation { step: step.index(), why });
                    }
                }
            }
            if !found {
                return Ok(None);
            }
        }
        let Draw { weights, arguments, results, .. } = draw;
        Ok(Some(Point { weights, inputs, values, arguments, results }))
    }
}

impl Draw<'_> {
    fn sample(&mut self, sample: usize, input: &[u64], random: &mut ChaCha12Rng, witnesses: &mut Witnesses) -> Sample {
        let (program, plan, field) = (self.program, self.plan, self.field);
        let weights = std::mem::take(&mut self.weights);
        let mut unordered = None;
        let values = program.evaluate_with(&field, &weights, input, |step, _, operand| {
            let slot = plan.places().slot(step)?;
            if slot.function == Function::Sqrt {
                let root = self.root(slot, sample, *operand, random, witnesses);
                self.hopeless |= slot.shared && root.is_none();
                return root;
            }
            let value = match self.function(slot, sample, *operand) {
                Ok(value) => value?,
                Err(()) => {
                    unordered = Some(step);
                    return None;
                }
            };
            let place = slot.place(sample);
            (self.arguments[place], self.results[place]) = (*operand, value);
            let slope = if slot.function == Function::Exp { value } else { field.inverse(operand)? };
            Some((value, slope))
        });
        self.weights = weights;
        match (values, unordered) {
            (_, Some(step)) => Sample::Unordered(step),
            (Some(values), None) => Sample::Values(Box::new(values)),
            (None, None) => Sample::Undefined,
        }
    }

    /// The value of an exponential or a logarithm; nothing where it has none. An error if it is defined by places that are not
    /// known yet.
    fn function(&self, slot: &Slot, sample: usize, operand: u64) -> Result<Option<u64>, ()> {
        let (field, place) = (self.field, slot.place(sample));
        if slot.function == Function::Log && operand == 0 {
            return Ok(None);
        }
        let (constant, factors) = match self.plan.definition(place) {
            Definition::Fresh { root } => return Ok(Some(power(field, self.variables[place], *root))),
            Definition::Dependent { constant, factors } => (constant, factors),
        };
        let known = |p: usize| if self.plan.known_before(p, place) { Ok(()) } else { Err(()) };
        if slot.function == Function::Log {
            // ℓ = Σ c · z over exponentials, and Σ c · ℓ over logarithms.
            let mut sum = 0;
            for factor in factors {
                known(factor.place)?;
                let term = if factor.of_log { self.results[factor.place] } else { self.arguments[factor.place] };
                let Some(coefficient) = field.rational(&factor.power) else { return Ok(None) };
                sum = field.add(&sum, &field.mul(&coefficient, &term));
            }
            return Ok(Some(sum));
        }
        let mut product = signed_power(field, self.base, self.plan.exponent_of_e(constant));
        for factor in factors {
            let by = if factor.of_log {
                known(factor.place)?;
                signed_power(field, self.arguments[factor.place], self.plan.whole(&factor.power))
            } else {
                signed_power(field, self.variables[factor.place], self.plan.exponent(factor))
            };
            product = match (product, by) {
                (Some(product), Some(by)) => Some(field.mul(&product, &by)),
                _ => None,
            };
        }
        Ok(product)
    }

    /// A square root and its slope; nothing if the radicand is no square, which is then a witness.
    fn root(
        &mut self,
        slot: &Slot,
        sample: usize,
        radicand: u64,
        random: &mut ChaCha12Rng,
        witnesses: &mut Witnesses,
    ) -> Option<(u64, u64)> {
        let field = self.field;
        let number = slot.place(sample);
        if radicand == 0 {
            return None;
        }
        let known = if slot.shared && sample > 0 { self.shared_roots[number] } else { None };
        let root = match known {
            Some(root) => root,
            None => {
                let Some(root) = square_root(field, radicand, random) else {
                    witnesses[number] = true;
                    return None;
                };
                let root = if random.next_u32() & 1 == 1 { field.neg(&root) } else { root };
                if slot.shared {
                    self.shared_roots[number] = Some(root);
                }
                root
            }
        };
        let slope = field.inverse(&field.add(&root, &root))?;
        Some((root, slope))
    }
}

fn non_zero(field: PrimeField, random: &mut ChaCha12Rng) -> u64 {
    loop {
        let element = field.random(random);
        if element != 0 {
            return element;
        }
    }
}

/// `base` to a power, by repeated squaring.
fn power(field: PrimeField, base: u64, exponent: u64) -> u64 {
    let (mut result, mut square, mut left) = (field.one(), base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = field.mul(&result, &square);
        }
        square = field.mul(&square, &square);
        left >>= 1;
    }
    result
}

/// The same for a power of either sign; nothing for a negative power of zero, or without an exponent.
fn signed_power(field: PrimeField, base: u64, exponent: Option<i64>) -> Option<u64> {
    let exponent = exponent?;
    let base = if exponent < 0 { field.inverse(&base)? } else { base };
    Some(power(field, base, exponent.unsigned_abs()))
}

/// A square root modulo p, by the algorithm of Tonelli and Shanks; nothing if there is none.
fn square_root(field: PrimeField, a: u64, random: &mut ChaCha12Rng) -> Option<u64> {
    let p = field.prime();
    let one = field.one();
    if power(field, a, (p - 1) / 2) != one {
        return None;
    }
    let twos = (p - 1).trailing_zeros();
    let odd = (p - 1) >> twos;
    let non_square = loop {
        let candidate = non_zero(field, random);
        if power(field, candidate, (p - 1) / 2) != one {
            break candidate;
        }
    };
    let (mut order, mut generator) = (twos, power(field, non_square, odd));
    let (mut rest, mut root) = (power(field, a, odd), power(field, a, odd.div_ceil(2)));
    while rest != one {
        // The least k with rest^(2^k) = 1 is below the order.
        let mut square = rest;
        let k = (1..order).find(|_| {
            square = field.mul(&square, &square);
            square == one
        })?;
        let step = power(field, generator, 1 << (order - k - 1));
        generator = field.mul(&step, &step);
        (order, rest, root) = (k, field.mul(&rest, &generator), field.mul(&root, &step));
    }
    Some(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Stream, generator, random_prime};

    #[test]
    fn half_of_all_numbers_are_squares() {
        let mut random = generator(1, Stream::Points, 0);
        for field in
            [random_prime(&mut random), PrimeField::new(PrimeField::MERSENNE_61).unwrap(), PrimeField::new(97).unwrap()]
        {
            let mut squares = 0;
            for _ in 0..200 {
                let a = non_zero(field, &mut random);
                if let Some(root) = square_root(field, a, &mut random) {
                    assert_eq!(field.mul(&root, &root), a);
                    squares += 1;
                }
            }
            assert!((60..140).contains(&squares), "{squares} of 200");
        }
    }
}
