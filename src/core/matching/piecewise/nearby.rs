//! Instances that are decided as all those near them: proofs that MP > 0 and that MP < 1, see "Nearby" in `docs/relu.md`.
//!
//! Around an instance whose arrangements have as many cells as arrangements of so many hyperplanes can have, the cells are
//! the same. On each combination of closed cells, with several outputs each seeing incoming weights of its own, a match is a
//! system of linear equations and inequalities. Rows whose rank is as large as it can be nearby ([`Shape`]) have combinations that
//! vanish, or solutions, which depend continuously on the instance.

use crate::algebra::{Constraint, Feasibility, LinearSystem, RowSpace, Sign};
use crate::allocation::Allocation;
use crate::control::Control;
use crate::matching::instance::Instance;
use crate::matching::shallow::{Shallow, Unit};
use crate::number::{Dyadic, Dyadics, PrimeField, Ring};

use super::decision::Question;
use super::lifted::{Base, Lifted, Row, Tagged, Variable, system};
use super::shape::Shape;

/// The most combinations of pieces for one instance.
const MOST_COMBINATIONS: usize = 1 << 12;

impl Shallow {
    /// Whether it is proved that this instance and all near it have no match, before something says stop.
    pub(in crate::matching) fn stays_unmatched(
        &self,
        allocation: &Allocation,
        instance: &Instance,
        control: &Control<'_>,
    ) -> bool {
        if instance.given.is_some() || self.accept(allocation).is_err() || !self.is_off_all_borders(instance) {
            return false;
        }
        let question = self.question(instance, control);
        let open = |tagged: &Tagged, _: &[&Lifted]| !contradicts_itself_nearby(tagged, self.places());
        question.any(allocation, &instance.student, open) == Some(false)
    }

    /// Whether a match is found, before something says stop, for which it is proved that it persists nearby although its equations
    /// depend on one another, as those of the teacher do.
    pub(super) fn has_dependent_match(
        &self,
        allocation: &Allocation,
        instance: &Instance,
        control: &Control<'_>,
    ) -> bool {
        let linear = self.outputs() == 1 || !self.units.iter().any(|u| u.is_double(allocation));
        let gates = |x: &Vec<Dyadic>| self.network.pattern(&Dyadics, &instance.teacher, x).is_some();
        if !linear
            || self.layer != 1
            || instance.given.is_some()
            || !self.is_off_all_borders(instance)
            || !instance.inputs.iter().all(gates)
        {
            return false;
        }
        let question = self.question(instance, control);
        let wanted = |tagged: &Tagged, pieces: &[&Lifted]| {
            let rows = 0..tagged.rows.len();
            let equations: Vec<usize> =
                rows.filter(|r| matches!(tagged.rows[*r], Row::Label { .. } | Row::Activation { .. })).collect();
            let Some(shape) = Shape::of(tagged, &equations, self.places()) else {
                return false;
            };
            let mut strict = tagged.system.clone();
            for constraint in strict.constraints.iter_mut().filter(|c| c.sign == Sign::NonNegative) {
                constraint.sign = Sign::Positive;
            }
            has_rank(&tagged.system, &equations, shape.rank)
                && (shape.rank == equations.len() || question.is_in_shape(&shape, (allocation, instance), pieces))
                && strict.is_feasible()
        };
        question.any(allocation, &instance.student, wanted) == Some(true)
    }

    /// What comes into a unit, its bias counted.
    fn places(&self) -> usize {
        self.units.first().map_or(0, |u| u.incoming.len() + usize::from(u.bias.is_some()))
    }

    /// Whether no weight, input or pre-activation of the student is 0 by chance.
    fn is_off_all_borders(&self, instance: &Instance) -> bool {
        let some = |numbers: &[Dyadic]| numbers.iter().all(|x| !Dyadics.is_zero(x));
        let gates = |x: &Vec<Dyadic>| self.network.pattern(&Dyadics, &instance.student, x).is_some();
        some(&instance.student) && instance.inputs.iter().all(|x| some(x) && gates(x))
    }
}

/// Weights of a unit at all its places.
fn weights_of<'a>(unit: &Unit, weights: &'a [Dyadic]) -> impl Iterator<Item = &'a Dyadic> {
    unit.incoming.iter().chain(&unit.bias).map(|w| &weights[*w]).collect::<Vec<_>>().into_iter()
}

impl Question<'_> {
    /// Whether the system of some combination of closed pieces is as wanted. Nothing where the hypotheses of the laws do not hold, or
    /// something says stop.
    fn any(
        &self,
        allocation: &Allocation,
        student: &[Dyadic],
        wanted: impl Fn(&Tagged, &[&Lifted]) -> bool,
    ) -> Option<bool> {
        let base = self.tagged_base(allocation, student)?;
        let mut unions: Vec<Vec<Lifted>> = Vec::new();
        for unit in &self.shallow.units {
            let learns = unit.learns(allocation);
            if learns.is_empty() {
                continue;
            }
            let hidden = self.hidden(unit, &learns, allocation, student);
            let mut frozen: Vec<Dyadic> = weights_of(unit, student).cloned().collect();
            learns.iter().for_each(|place| frozen[*place] = Dyadics.zero());
            // Where frozen weights take part, their sum must not vanish by chance.
            for (x, offset) in self.entries(unit).zip(&hidden.offsets) {
                let vanishes = x.iter().zip(&frozen).all(|(x, w)| Dyadics.is_zero(x) || Dyadics.is_zero(w));
                if Dyadics.is_zero(offset) != vanishes {
                    return None;
                }
            }
            unions.push(hidden.lifted(&learns, &frozen)?);
        }
        let all = unions.iter().try_fold(1usize, |n, pieces| n.checked_mul(pieces.len()));
        all.filter(|n| (1..=MOST_COMBINATIONS).contains(n))?;
        let mut choice = vec![0; unions.len()];
        loop {
            self.control.check().ok()?;
            let pieces: Vec<&Lifted> = unions.iter().zip(&choice).map(|(union, c)| &union[*c]).collect();
            if wanted(&system(&base, &pieces), &pieces) {
                return Some(true);
            }
            let Some(turn) = (0..choice.len()).find(|u| choice[*u] + 1 < unions[*u].len()) else {
                return Some(false);
            };
            choice[turn] += 1;
            choice[..turn].fill(0);
        }
    }

    /// Output biases and units without learnable incoming weights, in the order of [`Question::base`].
    fn tagged_base(&self, allocation: &Allocation, student: &[Dyadic]) -> Option<Base> {
        let mut base = self.base(allocation, student);
        for (sum, label) in base.constant.iter_mut().zip(&self.labels) {
            *sum = Dyadics.sub(sum, label);
        }
        let biases = self.shallow.biases.iter().flatten().filter(|b| allocation.contains(**b));
        let mut variables: Vec<Variable> = biases.map(|_| Variable::Bias).collect();
        for unit in self.shallow.units.iter().filter(|u| u.learns(allocation).is_empty()) {
            let incoming: Vec<Dyadic> = weights_of(unit, student).cloned().collect();
            let learn = unit.outgoing.iter().filter(|w| allocation.contains(**w));
            variables.extend(learn.map(|_| Variable::Outgoing { unit: incoming.clone() }));
        }
        let outputs = self.shallow.outputs();
        (variables.len() == base.columns.len()).then(|| Base {
            columns: base.columns.into_iter().zip(variables).collect(),
            constant: base.constant,
            outputs,
        })
    }

    /// Whether the labels that are wanted, less what is fixed, are combinations of columns everywhere nearby: each part of them is.
    fn is_in_shape(&self, shape: &Shape, (allocation, instance): (&Allocation, &Instance), pieces: &[&Lifted]) -> bool {
        let shallow = self.shallow;
        let places: Vec<usize> = (0..shallow.places()).collect();
        let gates = |unit: &Unit, weights: &[Dyadic]| -> Vec<bool> {
            let own: Vec<Dyadic> = weights_of(unit, weights).cloned().collect();
            self.entries(unit).map(|x| Dyadics.dot(&own, &x).mantissa.is_positive()).collect()
        };
        (0..shallow.outputs()).all(|k| {
            let biases = shallow.biases.is_none() || shape.reaches(k, |_| true, &places[places.len() - 1..]);
            let unit_is_in = |unit: &Unit| {
                let fixed = !allocation.contains(unit.outgoing[k]) && unit.learns(allocation).is_empty();
                let reaches = |weights: &[Dyadic]| {
                    let gates = gates(unit, weights);
                    shape.reaches(k, |i| gates[i], &places)
                };
                reaches(&instance.teacher) && (!fixed || reaches(&instance.student))
            };
            let piece_is_in = |piece: &&Lifted| {
                let some: Vec<usize> = places.iter().copied().filter(|v| !Dyadics.is_zero(&piece.frozen[*v])).collect();
                shape.reaches(k, |input| piece.fixed.contains(&Row::Label { input, output: k }), &some)
            };
            biases && shallow.units.iter().all(unit_is_in) && pieces.iter().all(piece_is_in)
        })
    }
}

/// Whether these rows have at least this rank: modulo a prime, which is no larger than their own.
fn has_rank(system: &LinearSystem, rows: &[usize], rank: usize) -> bool {
    let field = PrimeField::mersenne_61();
    let mut space = RowSpace::new(field, system.variables);
    for row in rows {
        space.insert(system.constraints[*row].coefficients.iter().map(|x| field.big_integer(x)).collect());
    }
    space.rank() >= rank
}

/// Whether rows contradict one another whose rank cannot be larger nearby. No inequality is strict.
fn contradicts_itself_nearby(tagged: &Tagged, places: usize) -> bool {
    let found = tagged.system.solve();
    let Feasibility::Contradiction(multipliers) = &found else {
        return false;
    };
    let taken: Vec<usize> = (0..multipliers.len()).filter(|row| multipliers[*row] != 0).collect();
    let strict = |c: &Constraint| c.sign == Sign::Positive;
    let shape = Shape::of(tagged, &taken, places);
    shape.is_some_and(|shape| has_rank(&tagged.system, &taken, shape.rank))
        && !tagged.system.constraints.iter().any(strict)
        && tagged.system.proves(&found)
}
