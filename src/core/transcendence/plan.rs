//! Which exponentials and logarithms of a program are independent variables, and what the others are in them.

use rand_chacha::ChaCha12Rng;
use rug::{Integer, Rational};

use super::echelon::{Echelon, Relations};
use super::places::{Places, Slot};
use super::point::{Point, Witnesses};
use super::real::exists_somewhere;
use super::{Height, Obscure, heights};
use crate::algebra::rational_of;
use crate::number::{Field, Function, PrimeField, Ring, Stream, generator, random_prime};
use crate::program::Program;

/// A relation is checked modulo so many primes other than the one that it was found by.
const CHECKS: u64 = 2;
/// The most products of the joint check.
const MOST_PRODUCTS: u64 = 1 << 36;
/// Numerators and denominators of coefficients are below this.
const MOST_COEFFICIENT: u64 = 1 << 12;

/// A row for each place.
type Gradients = Vec<Vec<u64>>;

/// The value of an exponential or a logarithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Definition {
    /// A variable to this power (1 for a logarithm).
    Fresh {
        /// At least 1.
        root: u64,
    },
    /// Its argument z is constant + Σ power · argument; for a logarithm, ℓ is.
    Dependent {
        /// c_0.
        constant: Rational,
        /// Over places that are variables.
        factors: Vec<Factor>,
    },
}

/// A term of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Factor {
    /// The place whose argument (of a logarithm: value) stands in the relation.
    pub(super) place: usize,
    /// Whether a logarithm stands there.
    pub(super) of_log: bool,
    /// Its coefficient.
    pub(super) power: Rational,
}

/// How the exponentials and logarithms of one program on so many samples hang together.
#[derive(Clone, Debug)]
pub struct Plan {
    places: Places,
    definitions: Vec<Definition>,
    /// When each place is known: by sample, then by step. Shared places belong to the first sample.
    order: Vec<(usize, usize)>,
    /// The least common multiple of the denominators of constants: one variable is e to the power 1 over it.
    root_of_e: u64,
    /// log₂ of the probability that a relation is wrong; nothing where there are none.
    error_log2: Option<i64>,
    height: Option<Height>,
}

impl Plan {
    /// Finds out which are independent: by gradients on one sample where that is enough, otherwise on all together.
    ///
    /// # Errors
    /// See [`Obscure`]. Nothing may then be concluded about the program from points modulo primes but upper bounds.
    pub fn new(program: &Program, samples: usize, seed: u64) -> Result<Self, Obscure> {
        exists_somewhere(program)?;
        let mut random = generator(seed, Stream::Arguments, samples as u64);
        let field = random_prime(&mut random);
        let one = Plan::fresh(program, samples.min(1));
        if one.independent_on_each_sample(program, field, &mut random)? {
            // Samples are alike: if, at the weights of a point, the roots on another sample have witnesses, so they have after
            // any number of samples, for which that point may be taken.
            let two = Plan::fresh(program, samples.min(2));
            two.see_witnesses(program, field, &mut random)?;
            return Ok(Plan::fresh(program, samples));
        }
        let related = Plan::fresh(program, samples).related(program, field, &mut random)?;
        related.see_witnesses(program, field, &mut random)?;
        Ok(related)
    }

    /// With a variable for each.
    fn fresh(program: &Program, samples: usize) -> Self {
        let places = Places::new(program, samples);
        let mut order = vec![(0, 0); places.count()];
        for slot in places.arguments() {
            slot.samples(samples).for_each(|sample| order[slot.place(sample)] = (sample, slot.step.index()));
        }
        let definitions = vec![Definition::Fresh { root: 1 }; places.count()];
        Plan { places, definitions, order, root_of_e: 1, error_log2: None, height: heights(program) }
    }

    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    pub(super) fn definition(&self, place: usize) -> &Definition {
        &self.definitions[place]
    }

    /// Whether a place is computed before another.
    pub(super) fn known_before(&self, place: usize, other: usize) -> bool {
        self.order[place] < self.order[other]
    }

    /// The number of exponentials and logarithms on all samples together.
    pub fn arguments(&self) -> usize {
        self.places.count()
    }

    /// How many of them depend on those before them.
    pub fn relations(&self) -> usize {
        self.definitions.iter().filter(|d| matches!(d, Definition::Dependent { .. })).count()
    }

    /// Nothing where the independence of all arguments is proved; otherwise log₂ of a bound on the probability that a relation
    /// among them, found modulo a prime, is wrong.
    pub fn error_log2(&self) -> Option<i64> {
        self.error_log2
    }

    /// What the numerators of the Jacobian are bounded by, at points of this plan; nothing with square roots.
    pub fn height(&self) -> Option<Height> {
        let Height { degree, bits, below } = self.height?;
        // A dependent exponential is a product of powers; negative powers are cleared variable by variable.
        let mut largest = 1u64;
        let mut bases = std::collections::BTreeSet::new();
        for definition in &self.definitions {
            match definition {
                Definition::Fresh { root } => largest = largest.max(*root),
                Definition::Dependent { constant, factors } => {
                    let of_e = self.exponent_of_e(constant).map_or(u64::MAX, i64::unsigned_abs);
                    let sum = factors.iter().fold(of_e, |sum, factor| {
                        bases.insert(factor.place);
                        let exponent = self.exponent(factor).map_or(u64::MAX, i64::unsigned_abs);
                        sum.saturating_add(exponent)
                    });
                    largest = largest.max(sum);
                }
            }
        }
        let times = if bases.is_empty() { largest } else { largest.saturating_mul(bases.len() as u64 + 2) };
        Some(Height { degree: degree.saturating_mul(times), bits, below: below.saturating_mul(times) })
    }

    pub(super) fn exponent_of_e(&self, constant: &Rational) -> Option<i64> {
        self.whole(&(constant.clone() * self.root_of_e))
    }

    /// The exponent of the variable behind an exponential.
    pub(super) fn exponent(&self, factor: &Factor) -> Option<i64> {
        match &self.definitions[factor.place] {
            Definition::Fresh { root } => self.whole(&(factor.power.clone() * *root)),
            Definition::Dependent { .. } => None,
        }
    }

    /// The integer that a rational number is.
    pub(super) fn whole(&self, value: &Rational) -> Option<i64> {
        if *value.denom() == 1 { value.numer().to_i64() } else { None }
    }

    /// Whether, on one sample, the arguments that depend on inputs are independent modulo functions of the weights, and those
    /// that depend on weights alone are independent: then all are, on any number of samples.
    fn independent_on_each_sample(
        &self,
        program: &Program,
        field: PrimeField,
        random: &mut ChaCha12Rng,
    ) -> Result<bool, Obscure> {
        for shared in [true, false] {
            let slots: Vec<&Slot> = self.places.arguments().filter(|slot| slot.shared == shared).collect();
            let entries =
                if shared { 0..program.weights() } else { program.weights()..program.weights() + program.inputs() };
            let mut relations = Relations::between(field, slots.len());
            while !relations.is_none() {
                let point = self.point(program, field, random)?;
                let entries = |slot: &&Slot| gradient(program, field, &point, slot, 0)[entries.clone()].to_vec();
                if !relations.see(&slots.iter().map(entries).collect::<Vec<_>>()) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Looks for a witness of every root, in the order of samples, then of steps.
    fn see_witnesses(&self, program: &Program, field: PrimeField, random: &mut ChaCha12Rng) -> Result<(), Obscure> {
        const MOST: usize = 40;
        let mut witnesses: Witnesses = vec![false; self.places.roots()];
        for _ in 0..MOST {
            if witnesses.iter().all(|seen| *seen) {
                return Ok(());
            }
            self.witnessed_point(program, field, random, &mut witnesses)?;
        }
        let all_seen = |slot: &&Slot| slot.samples(self.places.samples).all(|sample| witnesses[slot.place(sample)]);
        let lacking = self.places.radicands().find(|slot| !all_seen(slot));
        lacking.map_or(Ok(()), |slot| Err(Obscure::DependentRoot { step: slot.step.index() }))
    }

    /// Goes through all arguments on all samples together, in program order, and writes those that depend on others in them.
    fn related(mut self, program: &Program, field: PrimeField, random: &mut ChaCha12Rng) -> Result<Self, Obscure> {
        let samples = self.places.samples;
        let slots: Vec<Slot> = self.places.arguments().copied().collect();
        // What is computed later changes when something is found to depend on what comes before it.
        let mut next = 0;
        while next < slots.len() {
            let (drawn, gradients) = self.enough_points(program, field, random)?;
            let (mut echelon, mut kept) = (Echelon::new(field), Vec::new());
            for (at, slot) in slots.iter().enumerate() {
                let mut changed = false;
                for sample in slot.samples(samples) {
                    let place = slot.place(sample);
                    if matches!(self.definitions[place], Definition::Dependent { .. }) {
                        continue;
                    }
                    let row = gradients.iter().flat_map(|at_point| at_point[place].iter().copied());
                    match echelon.insert(row.collect()) {
                        None => kept.push((place, slot.function)),
                        Some(over) => {
                            self.relate(field, &drawn, slot, sample, &kept, &over)?;
                            changed = true;
                        }
                    }
                }
                next = at + 1;
                if changed {
                    break;
                }
            }
        }
        self.check(program, random)?;
        Ok(self)
    }

    /// Points, and the gradients of all arguments at each: so many that the last took away no relation, so that no further one
    /// is likely to.
    fn enough_points(
        &self,
        program: &Program,
        field: PrimeField,
        random: &mut ChaCha12Rng,
    ) -> Result<(Vec<Point>, Vec<Gradients>), Obscure> {
        let (samples, count) = (self.places.samples, self.places.count());
        let entries = (program.weights() + samples * program.inputs()) as u64;
        let square = (count as u64).saturating_mul(count as u64);
        let (mut points, mut gradients) = (Vec::new(), Vec::new());
        let mut relations = Relations::between(field, count);
        loop {
            let products = square.saturating_mul(entries).saturating_mul(points.len() as u64 + 1);
            if products > MOST_PRODUCTS {
                return Err(Obscure::TooMany { arguments: count, limit: MOST_PRODUCTS });
            }
            let point = self.point(program, field, random)?;
            let mut at_point = vec![Vec::new(); count];
            for slot in self.places.arguments() {
                for sample in slot.samples(samples) {
                    at_point[slot.place(sample)] = self.joint_gradient(program, field, &point, slot, sample);
                }
            }
            let fewer = relations.see(&at_point);
            points.push(point);
            gradients.push(at_point);
            if !fewer || relations.is_none() {
                return Ok((points, gradients));
            }
        }
    }

    /// The gradient of an argument by the weights and the inputs of all samples.
    fn joint_gradient(
        &self,
        program: &Program,
        field: PrimeField,
        point: &Point,
        slot: &Slot,
        sample: usize,
    ) -> Vec<u64> {
        let (n, d) = (program.weights(), program.inputs());
        let gradient = gradient(program, field, point, slot, sample);
        let mut joint = vec![0; n + self.places.samples * d];
        joint[..n].copy_from_slice(&gradient[..n]);
        joint[n + sample * d..n + (sample + 1) * d].copy_from_slice(&gradient[n..n + d]);
        joint
    }

    /// Writes one argument in those before it.
    fn relate(
        &mut self,
        field: PrimeField,
        points: &[Point],
        slot: &Slot,
        sample: usize,
        kept: &[(usize, Function)],
        over: &[u64],
    ) -> Result<(), Obscure> {
        let step = slot.step.index();
        let fail = |why| Obscure::Relation { step, why };
        let mut factors = Vec::new();
        for ((place, function), coefficient) in kept.iter().zip(over).filter(|(_, c)| **c != 0) {
            let power = small(field, *coefficient).ok_or_else(|| fail("a coefficient is not a small fraction"))?;
            factors.push(Factor { place: *place, of_log: *function == Function::Log, power });
        }
        let place = slot.place(sample);
        let constant = self.constant(field, points, slot, place, &factors).map_err(fail)?;
        for factor in factors.iter().filter(|factor| !factor.of_log && slot.function == Function::Exp) {
            let Definition::Fresh { root } = &mut self.definitions[factor.place] else { continue };
            let denominator = factor.power.denom().to_u64().unwrap_or(u64::MAX);
            *root = lcm(*root, denominator).ok_or_else(|| fail("its denominators are large"))?;
        }
        let denominator = constant.denom().to_u64().unwrap_or(u64::MAX);
        self.root_of_e = lcm(self.root_of_e, denominator).ok_or_else(|| fail("its denominators are large"))?;
        self.definitions[place] = Definition::Dependent { constant, factors };
        Ok(())
    }

    /// c_0 of a relation, the same at all points.
    fn constant(
        &self,
        field: PrimeField,
        points: &[Point],
        slot: &Slot,
        place: usize,
        factors: &[Factor],
    ) -> Result<Rational, &'static str> {
        if slot.function == Function::Log {
            let all_one = points.iter().all(|point| ratio(field, point, place, factors) == Some(field.one()));
            return if all_one { Ok(Rational::new()) } else { Err("a logarithm differs from others by a constant") };
        }
        if factors.iter().any(|factor| factor.of_log && *factor.power.denom() != 1) {
            return Err("an exponential is a root of what a logarithm is taken of");
        }
        let mut constants = points.iter().map(|point| difference(field, point, place, factors));
        let first = constants.next().flatten().ok_or("a denominator vanishes")?;
        if constants.any(|other| other != Some(first)) {
            return Err("a constant is not rational");
        }
        small(field, first).ok_or("a constant is not a small fraction")
    }

    /// Checks all relations at fresh points modulo fresh primes, and notes how surely they hold.
    fn check(&mut self, program: &Program, random: &mut ChaCha12Rng) -> Result<(), Obscure> {
        let slots: Vec<Slot> = self.places.arguments().copied().collect();
        for _ in 0..CHECKS {
            let field = random_prime(random);
            let point = self.point(program, field, random)?;
            for slot in &slots {
                for place in slot.samples(self.places.samples).map(|sample| slot.place(sample)) {
                    let Definition::Dependent { constant, factors } = &self.definitions[place] else { continue };
                    let holds = match slot.function {
                        Function::Log => ratio(field, &point, place, factors) == Some(field.one()),
                        _ => difference(field, &point, place, factors) == field.rational(constant),
                    };
                    if !holds {
                        let why = "it holds modulo one prime and not modulo another";
                        return Err(Obscure::Relation { step: slot.step.index(), why });
                    }
                }
            }
        }
        let relations = self.relations() as u64;
        if relations > 0 {
            // Degree over 2^60, bad primes over 2^54, and the chance that a denominator vanishes.
            let Height { degree, bits, below } =
                self.height().unwrap_or(Height { degree: u64::MAX, bits: u64::MAX, below: 0 });
            let bad = degree.saturating_add(below).saturating_add(bits.saturating_mul(2));
            let each = i64::from(64 - bad.leading_zeros()) - 60;
            let all = i64::from(64 - relations.leading_zeros());
            self.error_log2 = Some((each.min(0) * CHECKS as i64 + all).min(0));
        }
        Ok(())
    }
}

/// The derivatives of the argument of an exponential, or of a logarithm, by the weights and the inputs of its sample.
fn gradient(program: &Program, field: PrimeField, point: &Point, slot: &Slot, sample: usize) -> Vec<u64> {
    let everything = vec![true; program.operations().len()];
    let values = &point.values[sample];
    let seed =
        if slot.function == Function::Log { field.inverse(values.of(slot.operand)).unwrap_or(0) } else { field.one() };
    let mut adjoints = program.backwards(&field, values, &[(slot.operand, seed)], &everything);
    adjoints.truncate(program.weights() + program.inputs());
    adjoints
}

/// z − Σ power · argument (of a logarithm: value).
fn difference(field: PrimeField, point: &Point, place: usize, factors: &[Factor]) -> Option<u64> {
    factors.iter().try_fold(point.arguments[place], |sum, factor| {
        let term = if factor.of_log { point.results[factor.place] } else { point.arguments[factor.place] };
        Some(field.sub(&sum, &field.mul(&field.rational(&factor.power)?, &term)))
    })
}

/// The argument of a logarithm over what it must be if the logarithm is Σ power · argument, with whole powers.
fn ratio(field: PrimeField, point: &Point, place: usize, factors: &[Factor]) -> Option<u64> {
    factors.iter().try_fold(point.arguments[place], |quotient, factor| {
        let power = if *factor.power.denom() == 1 { factor.power.numer().to_i32()? } else { return None };
        let base = if factor.of_log { point.arguments[factor.place] } else { point.results[factor.place] };
        let by = field.power(&base, power.unsigned_abs());
        let by = if power < 0 { by } else { field.inverse(&by)? };
        Some(field.mul(&quotient, &by))
    })
}

/// The fraction with small numerator and denominator that an element stands for.
fn small(field: PrimeField, element: u64) -> Option<Rational> {
    let bound = Integer::from(MOST_COEFFICIENT);
    rational_of(&Integer::from(field.prime()), Integer::from(field.leave(element)), &bound)
}

fn lcm(a: u64, b: u64) -> Option<u64> {
    let multiple = Integer::from(a).lcm(&Integer::from(b)).to_u64()?;
    (multiple <= MOST_COEFFICIENT).then_some(multiple)
}
