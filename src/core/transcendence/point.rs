//! A program evaluated at a random point modulo a prime, on all samples, where its quotients and square roots exist.

use std::collections::BTreeMap;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;

use super::Obscure;
use super::places::Slot;
use super::plan::{Definition, Plan};
use crate::number::{Field, Function, PrimeField, Ring, random_prime};
use crate::program::{Program, Step, Values};

/// So many primes are drawn at the most: with roots of numbers, each has to be a square.
pub(super) const MOST_PRIMES: u64 = 1 << 10;
/// So many weights are drawn at the most to which no inputs fit.
const MOST_WEIGHTS: u64 = 64;
/// So many times are the inputs of one sample drawn at the most,
const MOST_INPUTS: u64 = 1 << 16;
/// and so many times where it is not a root that does not exist: something is divided by zero, most likely always.
const MOST_WITHOUT_ROOTS: u64 = 8;
/// Altogether no more evaluations are begun.
pub(super) const MOST_ATTEMPTS: u64 = 1 << 20;

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
/// on those before it, at the same weights, modulo some prime.
pub(super) type Witnesses = Vec<bool>;

/// What has to be drawn again where a radicand is no square, or zero: the least of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Again {
    /// The inputs and variables of the sample.
    Sample,
    /// All weights and variables: the radicand depends on no input, or stays as it is.
    Weights,
    /// The prime: the radicand is a number.
    Prime,
}

/// What came of one draw of weights.
enum Drawn {
    Point(Box<Point>),
    /// So much is to be drawn again.
    Failed(Again),
    /// No inputs were found that fit.
    Exhausted,
}

/// What stays while points are drawn modulo one prime.
struct Search {
    /// For each sample, the places whose variables may be drawn again with it.
    redrawn: Vec<Vec<usize>>,
    /// The roots of arguments of logarithms: the first number of each, and how many.
    of_logs: BTreeMap<usize, (usize, u32)>,
    /// For each root, the last radicand that was no square, and in which draw of weights.
    failures: Vec<Option<(u64, u64)>>,
    /// How often weights were drawn.
    draws: u64,
}

/// What stays while the inputs of samples are drawn.
struct Draw<'a> {
    program: &'a Program,
    plan: &'a Plan,
    field: PrimeField,
    search: &'a mut Search,
    weights: Vec<u64>,
    /// The variable behind each place, not zero.
    variables: Vec<u64>,
    /// A root of e.
    base: u64,
    /// The logarithm of the number that numbers are powers of.
    log: u64,
    arguments: Vec<u64>,
    results: Vec<u64>,
    /// The roots that depend on no input, once taken, by place.
    shared_roots: Vec<Option<u64>>,
    /// The last root of the argument of each logarithm.
    log_roots: BTreeMap<usize, u64>,
    /// What has to be drawn again.
    again: Again,
    /// Whether it was a root that did not exist on the sample looked at.
    lacks_root: bool,
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
    /// A random prime, and the program at a random point modulo it, whose exponentials and logarithms are as this plan says. With r
    /// roots that depend on inputs, costs about 2^r begun evaluations a sample; with s roots of weights, about 2^s draws of
    /// weights; with independent roots of k numbers, about 2^k primes.
    ///
    /// # Errors
    /// [`Obscure::NoPoint`], or a relation over places that come later.
    pub fn point(&self, program: &Program, random: &mut ChaCha12Rng) -> Result<(PrimeField, Point), Obscure> {
        self.witnessed_point(program, random, &mut vec![false; self.roots()])
    }

    /// The same, noting witnesses of roots.
    pub(super) fn witnessed_point(
        &self,
        program: &Program,
        random: &mut ChaCha12Rng,
        witnesses: &mut Witnesses,
    ) -> Result<(PrimeField, Point), Obscure> {
        let mut attempts = 0;
        for _ in 0..MOST_PRIMES {
            let field = random_prime(random);
            if let Some(point) = self.search(program, field, random, witnesses, &mut attempts)? {
                return Ok((field, point));
            }
        }
        Err(Obscure::NoPoint { attempts })
    }

    /// The program at a random point modulo a prime modulo which there is one.
    pub(super) fn point_modulo(
        &self,
        program: &Program,
        field: PrimeField,
        random: &mut ChaCha12Rng,
    ) -> Result<Point, Obscure> {
        let (mut witnesses, mut attempts) = (vec![false; self.roots()], 0);
        let found = self.search(program, field, random, &mut witnesses, &mut attempts)?;
        found.ok_or(Obscure::NoPoint { attempts })
    }

    /// Nothing if the root of a number does not exist modulo this prime.
    fn search(
        &self,
        program: &Program,
        field: PrimeField,
        random: &mut ChaCha12Rng,
        witnesses: &mut Witnesses,
        attempts: &mut u64,
    ) -> Result<Option<Point>, Obscure> {
        let failures = vec![None; self.roots()];
        let mut search = Search { redrawn: self.redrawn(), of_logs: self.roots_of_logs(), failures, draws: 0 };
        let mut exhausted = 0;
        while exhausted < MOST_WEIGHTS && *attempts <= MOST_ATTEMPTS {
            search.draws += 1;
            match self.draw(program, field, random, witnesses, &mut search, attempts)? {
                Drawn::Point(point) => return Ok(Some(*point)),
                Drawn::Failed(Again::Prime) => return Ok(None),
                Drawn::Failed(_) => {}
                Drawn::Exhausted => exhausted += 1,
            }
        }
        Err(Obscure::NoPoint { attempts: *attempts })
    }

    /// One draw of weights.
    fn draw(
        &self,
        program: &Program,
        field: PrimeField,
        random: &mut ChaCha12Rng,
        witnesses: &mut Witnesses,
        search: &mut Search,
        attempts: &mut u64,
    ) -> Result<Drawn, Obscure> {
        let places = self.places();
        let mut vector = |length: usize| (0..length).map(|_| non_zero(field, random)).collect::<Vec<u64>>();
        let (weights, variables, base) = (vector(program.weights()), vector(places.count()), vector(1)[0]);
        let log = if self.has_log() { vector(1)[0] } else { field.one() };
        let (arguments, results) = (vec![0; places.count()], vec![0; places.count()]);
        let shared_roots = vec![None; places.roots()];
        let mut draw = Draw {
            program,
            plan: self,
            field,
            search,
            weights,
            variables,
            base,
            log,
            arguments,
            results,
            shared_roots,
            log_roots: BTreeMap::new(),
            again: Again::Sample,
            lacks_root: false,
        };
        let (mut inputs, mut values) = (Vec::new(), Vec::new());
        for sample in 0..places.samples {
            let (mut found, mut without_roots) = (false, 0);
            for attempt in 0..MOST_INPUTS {
                if *attempts > MOST_ATTEMPTS || without_roots == MOST_WITHOUT_ROOTS {
                    break;
                }
                *attempts += 1;
                if attempt > 0 {
                    draw.redraw(sample, random);
                }
                let input: Vec<u64> = (0..program.inputs()).map(|_| field.random(random)).collect();
                match draw.sample(sample, &input, random, witnesses) {
                    Sample::Values(of_sample) => {
                        inputs.push(input);
                        values.push(*of_sample);
                        found = true;
                        break;
                    }
                    Sample::Undefined if draw.again > Again::Sample => return Ok(Drawn::Failed(draw.again)),
                    Sample::Undefined => without_roots += u64::from(!draw.lacks_root),
                    Sample::Unordered(step) => {
                        let why = "an argument depends on one that is computed later";
                        return Err(Obscure::Relation { step: step.index(), why });
                    }
                }
            }
            if !found {
                return Ok(Drawn::Exhausted);
            }
        }
        let Draw { weights, arguments, results, .. } = draw;
        Ok(Drawn::Point(Box::new(Point { weights, inputs, values, arguments, results })))
    }
}

impl Draw<'_> {
    /// Draws the variables again that belong to a sample alone, so that a root of exponentials has another radicand: on one sample
    /// after the other, roots do not have to exist on all of them at once.
    fn redraw(&mut self, sample: usize, random: &mut ChaCha12Rng) {
        for place in &self.search.redrawn[sample] {
            self.variables[*place] = non_zero(self.field, random);
        }
    }

    fn sample(&mut self, sample: usize, input: &[u64], random: &mut ChaCha12Rng, witnesses: &mut Witnesses) -> Sample {
        let (program, plan, field) = (self.program, self.plan, self.field);
        let weights = std::mem::take(&mut self.weights);
        self.lacks_root = false;
        let mut unordered = None;
        let values = program.evaluate_with(&field, &weights, input, |step, _, operand| {
            let slot = plan.places().slot(step)?;
            if slot.function == Function::Sqrt {
                return self.root(slot, sample, *operand, random, witnesses);
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
            self.root_of_argument(slot, sample, *operand, random, witnesses)?;
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
            Definition::Fresh { root } => return Ok(Some(field.power(&self.variables[place], *root))),
            Definition::Dependent { constant, factors } => (constant, factors),
        };
        let known = |p: usize| if self.plan.known_before(p, place) { Ok(()) } else { Err(()) };
        if slot.function == Function::Log {
            // ℓ = Σ c · z over exponentials, and Σ c · ℓ over logarithms.
            let Some(of_number) = field.rational(constant) else { return Ok(None) };
            let mut sum = field.mul(&of_number, &self.log);
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
                let base = self.log_roots.get(&factor.place).unwrap_or(&self.arguments[factor.place]);
                signed_power(field, *base, self.plan.exponent(factor))
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
        let (field, number) = (self.field, slot.place(sample));
        let known = if slot.shared && sample > 0 { self.shared_roots[number] } else { None };
        let root = match known {
            Some(root) => root,
            None => self.take_root(slot, number, radicand, random, witnesses)?,
        };
        if slot.shared {
            self.shared_roots[number] = Some(root);
        }
        let slope = field.inverse(&field.add(&root, &root))?;
        Some((root, slope))
    }

    /// Takes the roots of the argument of a logarithm of which exponentials are powers, one of the other.
    fn root_of_argument(
        &mut self,
        slot: &Slot,
        sample: usize,
        argument: u64,
        random: &mut ChaCha12Rng,
        witnesses: &mut Witnesses,
    ) -> Option<()> {
        let place = slot.place(sample);
        let Some((first, count)) = self.search.of_logs.get(&place).copied().filter(|_| slot.function == Function::Log)
        else {
            return Some(());
        };
        if slot.shared && sample > 0 {
            return Some(());
        }
        let mut root = argument;
        for number in first..first + count as usize {
            root = self.take_root(slot, number, root, random, witnesses)?;
        }
        self.log_roots.insert(place, root);
        Some(())
    }

    /// One of the two square roots, at random.
    fn take_root(
        &mut self,
        slot: &Slot,
        number: usize,
        radicand: u64,
        random: &mut ChaCha12Rng,
        witnesses: &mut Witnesses,
    ) -> Option<u64> {
        let field = self.field;
        let root = if radicand == 0 { None } else { field.square_root(radicand) };
        let Some(root) = root else {
            witnesses[number] |= radicand != 0;
            self.lacks_root = true;
            self.again = self.again.max(self.search.after(slot, number, radicand));
            return None;
        };
        Some(if random.next_u32() & 1 == 1 { field.neg(&root) } else { root })
    }
}

impl Search {
    /// What has to be drawn again after a radicand that is no square: what has not changed once will not change the next time.
    fn after(&mut self, slot: &Slot, number: usize, radicand: u64) -> Again {
        match self.failures[number].replace((self.draws, radicand)) {
            Some((draw, same)) if same == radicand && draw == self.draws => Again::Weights,
            Some((_, same)) if same == radicand => Again::Prime,
            _ if slot.shared => Again::Weights,
            _ => Again::Sample,
        }
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

/// `base` to a power of either sign; nothing for a negative power of zero, or without an exponent.
pub(super) fn signed_power(field: PrimeField, base: u64, exponent: Option<i64>) -> Option<u64> {
    let exponent = exponent?;
    let base = if exponent < 0 { field.inverse(&base)? } else { base };
    Some(field.power(&base, exponent.unsigned_abs()))
}
