//! Which exponentials and logarithms of a program are independent variables, and what the others are in them.

mod errors;

use std::collections::BTreeMap;

use rand_chacha::ChaCha12Rng;
use rug::ops::Pow;
use rug::{Integer, Rational};

use super::Obscure;
use super::echelon::{Echelon, Relations};
use super::fractions::{Sizes, sizes};
use super::places::{Places, Slot};
use super::point::{Point, Witnesses, signed_power};
use super::real::exists_somewhere;
use crate::algebra::rational_of;
use crate::number::{Field, Function, PrimeField, Ring, Stream, generator, random_prime};
use crate::program::Program;

/// A relation is checked modulo at least so many primes other than the one that it was found by,
const LEAST_CHECKS: u64 = 2;
/// and at most so many: with square roots, each says less.
const MOST_CHECKS: u64 = 64;
/// Enough of them make the chance of a false relation at most 2 to this.
const TARGET_LOG2: i64 = -128;
/// An exponential may be the root of this power of 2 of what logarithms are taken of.
const MOST_ROOTS_OF_ARGUMENTS: u32 = 4;
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
    /// Its argument z is constant + Σ power · argument; for a logarithm, ℓ is, and the constant a multiple of the logarithm of a
    /// number.
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
    /// Whether there are powers of e.
    has_e: bool,
    /// The number, above 1, whose logarithm is one variable.
    log_of: Option<Rational>,
    /// The places of logarithms of whose arguments exponentials are powers: of their roots of order 2 to the power of this.
    root_orders: BTreeMap<usize, u32>,
    /// log₂ of the probability that a relation is wrong; nothing where there are none.
    error_log2: Option<i64>,
    weights: usize,
    sizes: Option<Sizes>,
}

impl Plan {
    /// Finds out which are independent: by gradients on one sample where that is enough, otherwise on all together.
    ///
    /// # Errors
    /// See [`Obscure`]. Nothing may then be concluded about the program from points modulo primes but upper bounds.
    pub fn new(program: &Program, samples: usize, seed: u64) -> Result<Self, Obscure> {
        exists_somewhere(program)?;
        let mut random = generator(seed, Stream::Arguments, samples as u64);
        let one = Plan::fresh(program, samples.min(1));
        let field = one.field(program, &mut random)?;
        if one.independent_on_each_sample(program, field, &mut random)? {
            // Samples are alike: if, at the weights of a point, the roots on another sample have witnesses, so they have after
            // any number of samples, for which that point may be taken.
            let two = Plan::fresh(program, samples.min(2));
            two.see_witnesses(program, &mut random)?;
            return Ok(Plan::fresh(program, samples));
        }
        let related = Plan::fresh(program, samples).related(program, &mut random)?;
        related.see_witnesses(program, &mut random)?;
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
        Plan {
            places,
            definitions,
            order,
            root_of_e: 1,
            has_e: false,
            log_of: None,
            root_orders: BTreeMap::new(),
            error_log2: None,
            weights: program.weights(),
            sizes: sizes(program),
        }
    }

    /// A random prime modulo which there are points.
    fn field(&self, program: &Program, random: &mut ChaCha12Rng) -> Result<PrimeField, Obscure> {
        if self.roots() == 0 { Ok(random_prime(random)) } else { Ok(self.point(program, random)?.0) }
    }

    /// How many square roots are taken: those of steps, then those of the arguments of logarithms.
    pub(super) fn roots(&self) -> usize {
        self.places.roots() + self.root_orders.values().sum::<u32>() as usize
    }

    /// The roots of the arguments of logarithms, by place: the number of the first, and how many.
    pub(super) fn roots_of_logs(&self) -> BTreeMap<usize, (usize, u32)> {
        let mut next = self.places.roots();
        let numbered = self.root_orders.iter().map(|(place, order)| {
            let first = next;
            next += *order as usize;
            (*place, (first, *order))
        });
        numbered.collect()
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

    /// For each sample, the places whose variables are first needed on it: not those of shared places, nor those that others
    /// depend on before.
    pub(super) fn redrawn(&self) -> Vec<Vec<usize>> {
        // Before all samples: 0; on sample j: j + 1.
        let mut first = vec![0; self.places.count()];
        for slot in self.places.arguments().filter(|slot| !slot.shared) {
            slot.samples(self.places.samples).for_each(|sample| first[slot.place(sample)] = sample + 1);
        }
        let own = first.clone();
        for (place, definition) in self.definitions.iter().enumerate() {
            let Definition::Dependent { factors, .. } = definition else { continue };
            factors.iter().for_each(|factor| first[factor.place] = first[factor.place].min(own[place]));
        }
        let mut redrawn = vec![Vec::new(); self.places.samples];
        first.iter().enumerate().filter(|(_, at)| **at > 0).for_each(|(place, at)| redrawn[*at - 1].push(place));
        redrawn
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

    /// Whether the logarithm of a number is a variable.
    pub(super) fn has_log(&self) -> bool {
        self.log_of.is_some()
    }

    /// The exponent to which the variable that stands for a root of e is taken in exp(constant).
    pub(super) fn exponent_of_e(&self, constant: &Rational) -> Option<i64> {
        whole(&(constant.clone() * self.root_of_e))
    }

    /// The exponent to which the variable of `factor.place` is taken: the factor's power times the root that the variable is of;
    /// nothing if that is no machine integer.
    pub(super) fn exponent(&self, factor: &Factor) -> Option<i64> {
        if factor.of_log {
            let order = self.root_orders.get(&factor.place).copied().unwrap_or(0);
            return whole(&(factor.power.clone() << order));
        }
        match &self.definitions[factor.place] {
            Definition::Fresh { root } => whole(&(factor.power.clone() * *root)),
            Definition::Dependent { .. } => None,
        }
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
            let (mut relations, mut stale) = (Relations::between(field, slots.len()), 0);
            while !relations.is_none() {
                let point = self.point_modulo(program, field, random)?;
                let entries = |slot: &&Slot| gradient(program, field, &point, slot, 0)[entries.clone()].to_vec();
                if !relations.see(&slots.iter().map(entries).collect::<Vec<_>>()) {
                    stale += 1;
                    if stale == self.most_stale() {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// So many points may take away no relation before those left are believed: roots of numbers have only two signs, of which a
    /// point shows one.
    fn most_stale(&self) -> usize {
        if self.roots() == 0 { 1 } else { 4 }
    }

    /// Looks for a witness of every root, in the order of samples, then of steps: modulo any prime, since a root that is a rational
    /// function of those before it, over the rationals, exists at every point modulo every prime.
    fn see_witnesses(&self, program: &Program, random: &mut ChaCha12Rng) -> Result<(), Obscure> {
        const MOST: usize = 40;
        let mut witnesses: Witnesses = vec![false; self.roots()];
        for _ in 0..MOST {
            if witnesses.iter().all(|seen| *seen) {
                return Ok(());
            }
            self.witnessed_point(program, random, &mut witnesses)?;
        }
        let lacking = witnesses.iter().position(|seen| !seen);
        lacking.map_or(Ok(()), |number| Err(Obscure::DependentRoot { step: self.step_of_root(number) }))
    }

    /// The step that takes a root, or the logarithm of what it is the root of.
    fn step_of_root(&self, number: usize) -> usize {
        let samples = self.places.samples;
        let mut radicands = self.places.radicands();
        if let Some(slot) = radicands.find(|slot| slot.samples(samples).any(|sample| slot.place(sample) == number)) {
            return slot.step.index();
        }
        let of_logs = self.roots_of_logs();
        let place = of_logs.iter().rfind(|(_, (first, _))| *first <= number).map_or(0, |(place, _)| *place);
        self.order[place].1
    }

    /// Goes through all arguments on all samples together, in program order, and writes those that depend on others in them.
    fn related(mut self, program: &Program, random: &mut ChaCha12Rng) -> Result<Self, Obscure> {
        let samples = self.places.samples;
        let slots: Vec<Slot> = self.places.arguments().copied().collect();
        // What is computed later changes when something is found to depend on what comes before it.
        let mut next = 0;
        while next < slots.len() {
            let field = self.field(program, random)?;
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
        let (mut relations, mut stale) = (Relations::between(field, count), 0);
        loop {
            let products = square.saturating_mul(entries).saturating_mul(points.len() as u64 + 1);
            if products > MOST_PRODUCTS {
                return Err(Obscure::TooMany { arguments: count, limit: MOST_PRODUCTS });
            }
            let point = self.point_modulo(program, field, random)?;
            let mut at_point = vec![Vec::new(); count];
            for slot in self.places.arguments() {
                for sample in slot.samples(samples) {
                    at_point[slot.place(sample)] = self.joint_gradient(program, field, &point, slot, sample);
                }
            }
            let fewer = relations.see(&at_point);
            points.push(point);
            gradients.push(at_point);
            stale += usize::from(!fewer);
            if stale == self.most_stale() || relations.is_none() {
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
        let constant = match slot.function {
            Function::Log => self.constant_of_log(field, points, place, &factors),
            _ => self.constant_of_exp(field, points, place, &factors),
        };
        let constant = constant.map_err(fail)?;
        if self.has_e && self.log_of.is_some() {
            return Err(fail("powers of e and logarithms of numbers may depend on each other"));
        }
        self.definitions[place] = Definition::Dependent { constant, factors };
        Ok(())
    }

    /// Which multiple of the logarithm of a number c_0 is, the same at all points.
    fn constant_of_log(
        &mut self,
        field: PrimeField,
        points: &[Point],
        place: usize,
        factors: &[Factor],
    ) -> Result<Rational, &'static str> {
        let none = Rational::new();
        let order = denominator(factors, &none).ok_or("its denominators are large")?;
        let mut numbers = points.iter().map(|point| ratio(field, point, place, factors, order));
        let first = numbers.next().flatten().ok_or("a coefficient is large, or a denominator vanishes")?;
        if numbers.any(|other| other != Some(first)) {
            return Err("a logarithm is not that of a product of powers of what others are taken of");
        }
        let number = small(field, first).filter(Rational::is_positive);
        let number = number.ok_or("a logarithm differs from others by that of a number that is no small fraction")?;
        if number == 1 {
            return Ok(none);
        }
        let (base, exponent) = primitive_power(&number);
        if *self.log_of.get_or_insert_with(|| base.clone()) != base {
            return Err("logarithms of numbers that are not powers of one number may depend on each other");
        }
        Ok(Rational::from((exponent, order)))
    }

    /// c_0 of a relation, the same at all points; with the roots of arguments and of variables that it takes.
    fn constant_of_exp(
        &mut self,
        field: PrimeField,
        points: &[Point],
        place: usize,
        factors: &[Factor],
    ) -> Result<Rational, &'static str> {
        const LARGE: &str = "its denominators are large";
        let mut constants = points.iter().map(|point| difference(field, point, place, factors));
        let first = constants.next().flatten().ok_or("a denominator vanishes")?;
        if constants.any(|other| other != Some(first)) {
            return Err("a constant is not rational");
        }
        let constant = small(field, first).ok_or("a constant is not a small fraction")?;
        for factor in factors {
            let denominator = factor.power.denom().to_u64().unwrap_or(u64::MAX);
            if factor.of_log {
                let order = denominator.trailing_zeros();
                if denominator != 1 << order.min(63) || order > MOST_ROOTS_OF_ARGUMENTS {
                    return Err("an exponential is a root, not a square root, of what a logarithm is taken of");
                }
                if order > 0 {
                    let known = self.root_orders.entry(factor.place).or_default();
                    *known = order.max(*known);
                }
            } else if let Definition::Fresh { root } = &mut self.definitions[factor.place] {
                *root = bounded_lcm(*root, denominator).ok_or(LARGE)?;
            }
        }
        self.has_e |= !constant.is_zero();
        self.root_of_e = bounded_lcm(self.root_of_e, constant.denom().to_u64().unwrap_or(u64::MAX)).ok_or(LARGE)?;
        Ok(constant)
    }

    /// Checks all relations at fresh points modulo fresh primes, and notes how surely they hold.
    fn check(&mut self, program: &Program, random: &mut ChaCha12Rng) -> Result<(), Obscure> {
        let slots: Vec<Slot> = self.places.arguments().copied().collect();
        let relations = self.relations() as u64;
        let errors = self.definitions.iter().filter_map(|definition| match definition {
            Definition::Dependent { constant, factors } => Some(self.missed_relation_log2(constant, factors)),
            Definition::Fresh { .. } => None,
        });
        let worst = errors.max().unwrap_or(0);
        let all = i64::from(64 - relations.leading_zeros());
        // Where a check says nothing, more of them say no more.
        let enough = if worst < 0 { ((all - TARGET_LOG2) as u64).div_ceil(worst.unsigned_abs()) } else { 0 };
        let checks = enough.clamp(LEAST_CHECKS, MOST_CHECKS);
        for _ in 0..checks {
            let (field, point) = self.point(program, random)?;
            for slot in &slots {
                for place in slot.samples(self.places.samples).map(|sample| slot.place(sample)) {
                    let Definition::Dependent { constant, factors } = &self.definitions[place] else { continue };
                    let holds = match slot.function {
                        Function::Log => self.log_holds(field, &point, place, constant, factors),
                        _ => difference(field, &point, place, factors) == field.rational(constant),
                    };
                    if !holds {
                        let why = "it holds modulo one prime and not modulo another";
                        return Err(Obscure::Relation { step: slot.step.index(), why });
                    }
                }
            }
        }
        if relations > 0 {
            self.error_log2 = Some((worst * checks as i64 + all).min(0));
        }
        Ok(())
    }

    /// Whether the logarithm at a place is that of a number times a product of powers.
    fn log_holds(
        &self,
        field: PrimeField,
        point: &Point,
        place: usize,
        constant: &Rational,
        factors: &[Factor],
    ) -> bool {
        let Some(order) = denominator(factors, constant) else { return false };
        let number = match &self.log_of {
            Some(base) if !constant.is_zero() => {
                field.rational(base).and_then(|base| signed_power(field, base, whole(&(constant.clone() * order))))
            }
            _ => Some(field.one()),
        };
        number.is_some() && ratio(field, point, place, factors, order) == number
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

/// The argument of a logarithm to the power `order`, over what it must be if the logarithm is Σ power · argument (of a logarithm:
/// value). What real logarithms are taken of is positive: then the equation of these powers gives that of the logarithms.
fn ratio(field: PrimeField, point: &Point, place: usize, factors: &[Factor], order: u64) -> Option<u64> {
    factors.iter().try_fold(field.power(&point.arguments[place], order), |quotient, factor| {
        let exponent = whole(&(factor.power.clone() * order));
        let base = if factor.of_log { point.arguments[factor.place] } else { point.results[factor.place] };
        Some(field.mul(&quotient, &signed_power(field, base, exponent.map(|e| -e))?))
    })
}

/// The least common denominator of the coefficients of a relation.
fn denominator(factors: &[Factor], constant: &Rational) -> Option<u64> {
    let all = factors.iter().map(|factor| factor.power.denom()).chain([constant.denom()]);
    all.into_iter().try_fold(1, |multiple, denominator| bounded_lcm(multiple, denominator.to_u64()?))
}

/// A positive number other than 1 as a power of one above 1 that is no power of another.
fn primitive_power(number: &Rational) -> (Rational, i64) {
    let (above, sign) = if *number > 1 { (number.clone(), 1) } else { (Rational::from(number.recip_ref()), -1) };
    let root = |of: &Integer, degree: u32| {
        let root = Integer::from(of.root_ref(degree));
        (Integer::from((&root).pow(degree)) == *of).then_some(root)
    };
    let most = above.numer().significant_bits().max(1);
    let found = (2..=most).rev().find_map(|degree| {
        Some((Rational::from((root(above.numer(), degree)?, root(above.denom(), degree)?)), sign * i64::from(degree)))
    });
    found.unwrap_or((above, sign))
}

/// The fraction with small numerator and denominator that an element stands for.
fn small(field: PrimeField, element: u64) -> Option<Rational> {
    let bound = Integer::from(MOST_COEFFICIENT);
    rational_of(&Integer::from(field.prime()), Integer::from(field.leave(element)), &bound)
}

/// The machine integer that a rational number is.
fn whole(value: &Rational) -> Option<i64> {
    if *value.denom() == 1 { value.numer().to_i64() } else { None }
}

/// The least common multiple, if it is no larger than coefficients may be.
fn bounded_lcm(a: u64, b: u64) -> Option<u64> {
    let multiple = Integer::from(a).lcm(&Integer::from(b)).to_u64()?;
    (multiple <= MOST_COEFFICIENT).then_some(multiple)
}
