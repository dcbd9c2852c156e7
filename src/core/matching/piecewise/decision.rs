//! Deciding one instance: every combination of the units' pieces is a linear system; a match is a point of one of them.

use rug::Integer;

use crate::algebra::{Constraint, Finding, LinearSystem, Sign, Undecided};
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::matching::instance::{Instance, Wanted};
use crate::number::{Dyadic, Dyadics, Ring};

use super::pieces::{Hidden, Piece, Scale};
use crate::matching::shallow::{Shallow, Unit};

/// The most combinations of pieces for one instance.
const MOST_COMBINATIONS: usize = 1 << 15;

/// An instance, with all that does not depend on what learns.
pub(super) struct Question<'a> {
    pub(super) shallow: &'a Shallow,
    /// What comes into the hidden layer.
    inputs: Vec<Vec<Dyadic>>,
    /// The teacher's labels.
    pub(super) labels: Vec<Dyadic>,
    pub(super) control: &'a Control<'a>,
}

impl Shallow {
    /// Whether the student can match the teacher; undecided once something says stop.
    pub(in crate::matching) fn decide(
        &self,
        allocation: &Allocation,
        instance: &Instance,
        control: &Control<'_>,
    ) -> Result<Finding, Undecided> {
        let found = |real| Finding { real, complex: None, error_log2: None };
        if allocation.size() == allocation.weights() && instance.given.is_none() {
            return Ok(found(true)); // by copying the teacher
        }
        if self.accept(allocation).is_err() {
            return Err(Undecided::Deep);
        }
        let question = self.question(instance, control);
        let student = &self.multiplied(instance);
        let doubles: Vec<&Unit> = self.units.iter().filter(|u| u.is_double(allocation)).collect();
        if self.outputs() == 1 || doubles.is_empty() {
            return question.has_match(allocation, student, Scale::Exact).map(found);
        }
        // Bilinear: a match with some of the weights held fixed is one.
        for (less, student) in self.restrictions(allocation, student, &doubles) {
            if question.has_match(&less, &student, Scale::Exact)? {
                return Ok(found(true));
            }
        }
        if question.has_match(allocation, student, Scale::Relaxed)? {
            Err(Undecided::Bilinear)
        } else {
            Ok(found(false))
        }
    }

    /// Whether a match is found, before something says stop, that persists nearby: for every student, teacher and inputs close to
    /// these.
    pub(in crate::matching) fn has_open_match(
        &self,
        allocation: &Allocation,
        instance: &Instance,
        control: &Control<'_>,
    ) -> bool {
        if self.accept(allocation).is_err() {
            return false;
        }
        let (question, student) = (self.question(instance, control), &instance.student);
        let open = |allocation: &Allocation, student: &[Dyadic]| {
            let combinations = question.combinations(allocation, student, Scale::Exact);
            combinations.is_ok_and(|c| c.any(LinearSystem::is_openly_feasible) == Ok(true))
        };
        let doubles: Vec<&Unit> = self.units.iter().filter(|u| u.is_double(allocation)).collect();
        if self.outputs() == 1 || doubles.is_empty() {
            return open(allocation, student) || self.has_dependent_match(allocation, instance, control);
        }
        // A match with some of the weights held fixed is one, and it stays one nearby.
        self.restrictions(allocation, student, &doubles).iter().any(|(less, student)| open(less, student))
    }

    pub(super) fn question<'a>(&'a self, instance: &Instance, control: &'a Control<'a>) -> Question<'a> {
        let network = &self.network;
        let below = |x: &Vec<Dyadic>| network.features(&Dyadics, &instance.student, x, self.layer);
        Question {
            shallow: self,
            inputs: instance.inputs.iter().map(below).collect(),
            labels: instance.wanted(network).labels,
            control,
        }
    }

    /// The student, its labels multiplied as those that are wanted: by its output weights and biases.
    fn multiplied(&self, instance: &Instance) -> Vec<Dyadic> {
        let mut student = instance.student.clone();
        if let Some(Wanted { over, .. }) = instance.given.as_ref().filter(|wanted| wanted.over != 1) {
            let outgoing = self.units.iter().flat_map(|u| &u.outgoing);
            outgoing.chain(self.biases.iter().flatten()).for_each(|w| student[*w].mantissa *= over);
        }
        student
    }

    /// Allocations without units that learn on both sides, at students to hold the other weights fixed at.
    fn restrictions(
        &self,
        allocation: &Allocation,
        student: &[Dyadic],
        doubles: &[&Unit],
    ) -> Vec<(Allocation, Vec<Dyadic>)> {
        let outgoing = doubles.iter().flat_map(|u| u.outgoing.iter().copied()).filter(|w| allocation.contains(*w));
        let incoming = doubles.iter().flat_map(|u| u.incoming.iter().chain(&u.bias)).copied();
        let frozen = |weights: &[usize]| weights.iter().fold(allocation.clone(), |a, w| a.without(*w));
        let outgoing: Vec<usize> = outgoing.collect();
        let mut flipped = student.to_vec();
        outgoing.iter().for_each(|w| flipped[*w] = Dyadics.neg(&flipped[*w]));
        let without = frozen(&outgoing);
        vec![
            (frozen(&incoming.collect::<Vec<_>>()), student.to_vec()),
            (without.clone(), student.to_vec()),
            (without, flipped),
        ]
    }
}

impl<'a> Question<'a> {
    /// Whether some combination of pieces has a point; with relaxed scales, whether one might have.
    fn has_match(&self, allocation: &Allocation, student: &[Dyadic], scale: Scale) -> Result<bool, Undecided> {
        Ok(self.combinations(allocation, student, scale)?.any(LinearSystem::is_feasible)?)
    }

    fn combinations(
        &self,
        allocation: &Allocation,
        student: &[Dyadic],
        scale: Scale,
    ) -> Result<Combinations<'a>, Undecided> {
        let stopped = Undecided::Stopped(Stopped::Cells { limit: MOST_COMBINATIONS });
        let mut base = self.base(allocation, student);
        for (sum, label) in base.constant.iter_mut().zip(&self.labels) {
            *sum = Dyadics.sub(sum, label);
        }
        let mut unions = Vec::new();
        for unit in &self.shallow.units {
            self.control.check()?;
            let learns = unit.learns(allocation);
            if !learns.is_empty() {
                let hidden = self.hidden(unit, &learns, allocation, student);
                unions.push(hidden.pieces(scale).ok_or(stopped)?);
            }
        }
        let combinations = unions.iter().try_fold(1usize, |n, pieces| n.checked_mul(pieces.len()));
        if combinations.is_none_or(|n| n > MOST_COMBINATIONS) {
            return Err(stopped);
        }
        Ok(Combinations::of(base, unions, self.control))
    }

    /// What comes into a unit, its bias as a last entry 1.
    pub(super) fn entries(&self, unit: &Unit) -> impl Iterator<Item = Vec<Dyadic>> {
        let one = unit.bias.map(|_| Dyadics.one());
        self.inputs.iter().map(move |x| x.iter().cloned().chain(one.clone()).collect())
    }

    /// Output biases and units without learnable incoming weights.
    pub(super) fn base(&self, allocation: &Allocation, student: &[Dyadic]) -> Piece {
        let outputs = self.shallow.outputs();
        let mut base = Piece::zero(self.labels.len());
        let mut add = |weight: usize, output: usize, values: &[Dyadic]| {
            let place = |i: usize| i * outputs + output;
            if allocation.contains(weight) {
                let mut column = vec![Dyadics.zero(); self.labels.len()];
                values.iter().enumerate().for_each(|(i, v)| column[place(i)] = v.clone());
                base.columns.push(column);
            } else {
                let sums = values.iter().enumerate();
                sums.for_each(|(i, v)| Dyadics.add_product(&mut base.constant[place(i)], &student[weight], v));
            }
        };
        if let Some(biases) = &self.shallow.biases {
            let ones = vec![Dyadics.one(); self.inputs.len()];
            biases.iter().enumerate().for_each(|(k, bias)| add(*bias, k, &ones));
        }
        for unit in self.shallow.units.iter().filter(|u| u.learns(allocation).is_empty()) {
            let weights: Vec<Dyadic> = unit.incoming.iter().chain(&unit.bias).map(|w| student[*w].clone()).collect();
            let relu = |x: Vec<Dyadic>| {
                let z = Dyadics.dot(&weights, &x);
                if z.mantissa.is_positive() { z } else { Dyadics.zero() }
            };
            let activations: Vec<Dyadic> = self.entries(unit).map(relu).collect();
            unit.outgoing.iter().enumerate().for_each(|(k, weight)| add(*weight, k, &activations));
        }
        base
    }

    pub(super) fn hidden(&self, unit: &Unit, learns: &[usize], allocation: &Allocation, student: &[Dyadic]) -> Hidden {
        let frozen: Vec<Dyadic> = unit
            .incoming
            .iter()
            .chain(&unit.bias)
            .map(|w| if allocation.contains(*w) { Dyadics.zero() } else { student[*w].clone() })
            .collect();
        let (slopes, offsets) = self
            .entries(unit)
            .map(|x| {
                let slopes = learns.iter().map(|place| x[*place].clone()).collect();
                (slopes, Dyadics.dot(&frozen, &x))
            })
            .unzip();
        let outgoing = unit.outgoing.iter().map(|w| (!allocation.contains(*w)).then(|| student[*w].clone())).collect();
        Hidden { slopes, offsets, outgoing }
    }
}

/// A piece over the integers.
struct Integral {
    columns: Vec<Vec<Integer>>,
    constant: Vec<Integer>,
    sides: Vec<Constraint>,
}

/// All combinations of one piece a unit, on top of what does not depend on cells.
struct Combinations<'a> {
    base: Integral,
    unions: Vec<Vec<Integral>>,
    control: &'a Control<'a>,
}

impl<'a> Combinations<'a> {
    fn of(base: Piece, unions: Vec<Vec<Piece>>, control: &'a Control<'a>) -> Self {
        let pieces = || unions.iter().flatten().chain([&base]);
        let entries = pieces().flat_map(|p| p.columns.iter().flatten().chain(&p.constant));
        let exponent = entries.map(|x| x.exponent).max().unwrap_or(0);
        let whole = |vector: &Vec<Dyadic>| vector.iter().map(|x| x.over(exponent)).collect::<Vec<Integer>>();
        let integral = |p: &Piece| Integral {
            columns: p.columns.iter().map(whole).collect(),
            constant: whole(&p.constant),
            sides: p.sides.clone(),
        };
        let unions = unions.iter().map(|pieces| pieces.iter().map(integral).collect()).collect();
        Combinations { base: integral(&base), unions, control }
    }

    /// Whether one of the systems is as wanted.
    ///
    /// # Errors
    /// What says stop.
    fn any(&self, wanted: impl Fn(&LinearSystem) -> bool) -> Result<bool, Stopped> {
        let mut choice = vec![0; self.unions.len()];
        loop {
            self.control.check()?;
            let pieces: Vec<&Integral> =
                [&self.base].into_iter().chain(self.unions.iter().zip(&choice).map(|(u, c)| &u[*c])).collect();
            if may_match(&pieces) && wanted(&system(&pieces)) {
                return Ok(true);
            }
            // The next combination, as an odometer counts.
            let Some(turn) = (0..choice.len()).find(|u| choice[*u] + 1 < self.unions[*u].len()) else {
                return Ok(false);
            };
            choice[turn] += 1;
            choice[..turn].fill(0);
        }
    }
}

/// Whether the first equations, one more than there are variables, do not contradict one another yet: quick where there are
/// many more.
fn may_match(pieces: &[&Integral]) -> bool {
    let variables: usize = pieces.iter().map(|p| p.columns.len()).sum();
    let labels = pieces.first().map_or(0, |p| p.constant.len());
    let few = (variables + 1).min(labels);
    few == labels || {
        let constraints = (0..few).map(|label| equation(pieces, label)).collect();
        LinearSystem { variables, constraints }.is_feasible()
    }
}

/// A label is the one wanted.
fn equation(pieces: &[&Integral], label: usize) -> Constraint {
    Constraint {
        coefficients: pieces.iter().flat_map(|p| p.columns.iter().map(|c| c[label].clone())).collect(),
        constant: pieces.iter().map(|p| &p.constant[label]).sum(),
        sign: Sign::Zero,
    }
}

/// The labels of pieces side by side are those wanted, and the variables inside their pieces.
fn system(pieces: &[&Integral]) -> LinearSystem {
    let variables = pieces.iter().map(|p| p.columns.len()).sum();
    let labels = pieces.first().map_or(0, |p| p.constant.len());
    let mut constraints: Vec<Constraint> = (0..labels).map(|label| equation(pieces, label)).collect();
    let mut before = 0;
    for piece in pieces {
        for side in &piece.sides {
            let mut coefficients = vec![Integer::new(); variables];
            coefficients[before..before + piece.columns.len()].clone_from_slice(&side.coefficients);
            constraints.push(Constraint { coefficients, constant: side.constant.clone(), sign: side.sign });
        }
        before += piece.columns.len();
    }
    LinearSystem { variables, constraints }
}
