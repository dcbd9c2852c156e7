//! The counting law: MP = 0 where no activation pattern leaves enough freedom.
//!
//! Let there be one hidden layer. On a pattern of the student, whatever is learned, labels lie in an affine space: constants
//! plus the span of some columns, polynomial in frozen weights and inputs (see [`super::pieces`], with incoming weights of
//! its own for each learnable outgoing weight). On a pattern of the teacher, its labels are polynomial in its weights and the
//! inputs. If at one point the labels minus the constants are independent of independent columns, they are at almost every
//! point, and matches on this pair of patterns have measure 0. So MP = 0 if this is so for every pair of patterns. The
//! point is random modulo a prime: a minor that does not vanish there is not the zero polynomial.
//!
//! Inputs are alike, so patterns are multisets of the gates at one input.

use std::collections::BTreeSet;

use itertools::Itertools;

use crate::algebra::RowSpace;
use crate::allocation::Allocation;
use crate::number::{PrimeField, Ring, Stream, generator, random_prime};

use crate::matching::shallow::{Shallow, Unit};

/// No more pairs of patterns are looked at.
const MOST_PATTERNS: usize = 20_000;

/// Whether on no pair of patterns the teacher's labels can be reached, for a proof that MP = 0.
pub(super) fn never_enough(shallow: &Shallow, allocation: &Allocation, m: usize) -> bool {
    let units = shallow.units.len();
    if shallow.layer != 1 || units > 6 || multisets(1 << (2 * units), m).is_none_or(|n| n > MOST_PATTERNS) {
        return false;
    }
    let point = Point::random(shallow, m);
    let mut patterns = (0..1u64 << (2 * units)).combinations_with_replacement(m);
    patterns.all(|gates| point.is_out_of_reach(shallow, allocation, &gates))
}

/// binomial(kinds + m − 1, m), if it fits.
fn multisets(kinds: usize, m: usize) -> Option<usize> {
    (0..m).try_fold(1usize, |count, i| Some(count.checked_mul(kinds + i)? / (i + 1)))
}

/// A student, a teacher and inputs modulo a prime.
struct Point {
    field: PrimeField,
    student: Vec<u64>,
    teacher: Vec<u64>,
    inputs: Vec<Vec<u64>>,
}

impl Point {
    fn random(shallow: &Shallow, m: usize) -> Self {
        let mut random = generator(0, Stream::PatternCounts, 0);
        let field = random_prime(&mut random);
        let mut vector = |length: usize| (0..length).map(|_| field.random(&mut random)).collect::<Vec<u64>>();
        let n = shallow.network.weights();
        let (student, teacher) = (vector(n), vector(n));
        let inputs = (0..m).map(|_| vector(shallow.network.input_size())).collect();
        Point { field, student, teacher, inputs }
    }

    /// Whether columns and target are independent for these gates: of each input, first the student's units, then the
    /// teacher's.
    fn is_out_of_reach(&self, shallow: &Shallow, allocation: &Allocation, gates: &[u64]) -> bool {
        let (field, units) = (&self.field, shallow.units.len());
        let labels = gates.len() * shallow.outputs();
        let place = |input: usize, output: usize| input * shallow.outputs() + output;
        let on = |input: usize, unit: usize| gates[input] >> unit & 1 == 1;
        let mut columns: Vec<Vec<u64>> = Vec::new();
        let mut target = vec![0; labels];
        // Columns of different units can be the same up to a factor: with one output, for the same entry and gates.
        let mut seen: BTreeSet<(usize, u64)> = BTreeSet::new();
        let mut add = |columns: &mut Vec<Vec<u64>>, column: Vec<u64>, entry: Option<usize>, active: u64| {
            let known = entry.is_some_and(|entry| shallow.outputs() == 1 && !seen.insert((entry, active)));
            if active != 0 && !known {
                columns.push(column);
            }
        };
        for (j, unit) in shallow.units.iter().enumerate() {
            let active = (0..gates.len()).filter(|i| on(*i, j)).fold(0, |set, i| set | 1 << i);
            let inputs: Vec<usize> = (0..gates.len()).filter(|i| on(*i, j)).collect();
            let learns = unit.learns(allocation);
            // What outputs with frozen weights see.
            let frozen: Vec<usize> =
                (0..shallow.outputs()).filter(|k| !allocation.contains(unit.outgoing[*k])).collect();
            for entry in learns.iter().filter(|_| !frozen.is_empty()) {
                let mut column = vec![0; labels];
                for (i, k) in inputs.iter().cartesian_product(&frozen) {
                    column[place(*i, *k)] = field.mul(&self.student[unit.outgoing[*k]], &self.entry(*i, *entry));
                }
                add(&mut columns, column, Some(*entry), active);
            }
            let offset = |i: usize| self.activation(unit, i, &self.student, &learns);
            for (i, k) in inputs.iter().cartesian_product(&frozen) {
                let constant = field.mul(&self.student[unit.outgoing[*k]], &offset(*i));
                target[place(*i, *k)] = field.sub(&target[place(*i, *k)], &constant);
            }
            // What outputs with learnable weights see.
            for k in (0..shallow.outputs()).filter(|k| !frozen.contains(k)) {
                let column = |value: &dyn Fn(usize) -> u64| {
                    let mut column = vec![0; labels];
                    inputs.iter().for_each(|i| column[place(*i, k)] = value(*i));
                    column
                };
                for entry in &learns {
                    add(&mut columns, column(&|i| self.entry(i, *entry)), Some(*entry), active);
                }
                if learns.len() < unit.incoming.len() + usize::from(unit.bias.is_some()) {
                    add(&mut columns, column(&offset), None, active);
                }
            }
            // The teacher's unit.
            for (i, k) in (0..gates.len()).filter(|i| on(*i, units + j)).cartesian_product(0..shallow.outputs()) {
                let z = self.activation(unit, i, &self.teacher, &[]);
                field.add_product(&mut target[place(i, k)], &self.teacher[unit.outgoing[k]], &z);
            }
        }
        for (k, bias) in shallow.biases.iter().flatten().enumerate() {
            let difference = field.sub(&self.teacher[*bias], &self.student[*bias]);
            let rows = (0..gates.len()).map(|i| place(i, k));
            if allocation.contains(*bias) {
                let mut column = vec![0; labels];
                rows.for_each(|row| column[row] = 1);
                columns.push(column);
            } else {
                rows.for_each(|row| target[row] = field.add(&target[row], &difference));
            }
        }
        let mut space = RowSpace::new(*field, labels);
        columns.into_iter().chain([target]).all(|column| space.insert(column))
    }

    /// An entry of what comes into a unit; its bias sees a 1 after all others.
    fn entry(&self, input: usize, entry: usize) -> u64 {
        self.inputs[input].get(entry).copied().unwrap_or(1)
    }

    /// A pre-activation, without the weights at some entries.
    fn activation(&self, unit: &Unit, input: usize, weights: &[u64], without: &[usize]) -> u64 {
        let mut sum = 0;
        for (entry, weight) in unit.incoming.iter().chain(&unit.bias).enumerate() {
            if !without.contains(&entry) {
                self.field.add_product(&mut sum, &weights[*weight], &self.entry(input, entry));
            }
        }
        sum
    }
}
