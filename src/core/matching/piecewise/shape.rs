//! How large the rank of some rows can be near an instance, whatever the numbers are.
//!
//! With the rows of activations used up, each column is g ⊗ w: at a label of input i it is w·x_i where g is 1, and 0 elsewhere, up
//! to a factor of the whole column. So for each place v the columns g ⊗ e_v span no more dimensions than the vectors g, of zeros and ones;
//! vectors w of one g that span all places are as good as all e_v; and g ⊗ w adds nothing if g is a combination of the g at each
//! place where w is not 0.

use std::collections::BTreeMap;

use crate::algebra::RowSpace;
use crate::number::{Dyadic, Dyadics, PrimeField, Ring};

use super::lifted::{Row, Tagged, Variable};
use super::pieces::form;

/// Minors of so many zeros and ones are smaller than the prime, so that ranks modulo it are those over the rationals.
const MOST_LABELS: usize = 24;

/// What the columns of some rows span at most, nearby.
pub(super) struct Shape {
    /// The rank of the rows is at most this everywhere nearby.
    pub rank: usize,
    /// Which labels of the rows each place can be used at.
    places: Vec<RowSpace<PrimeField>>,
    /// The labels among the rows.
    labels: Vec<(usize, usize)>,
}

impl Shape {
    /// Of these rows, for units with so many places. `None` where they are too many.
    pub(super) fn of(tagged: &Tagged, taken: &[usize], places: usize) -> Option<Self> {
        let field = PrimeField::mersenne_61();
        let coefficient = |row: usize, variable: usize| &tagged.system.constraints[row].coefficients[variable];
        let is_zero = |row: usize, variable: usize| coefficient(row, variable).is_zero();
        let label_rows: Vec<usize> =
            taken.iter().copied().filter(|r| matches!(tagged.rows[*r], Row::Label { .. })).collect();
        if label_rows.len() > MOST_LABELS {
            return None;
        }
        let labels: Vec<(usize, usize)> = label_rows
            .iter()
            .filter_map(|r| match tagged.rows[*r] {
                Row::Label { input, output } => Some((input, output)),
                _ => None,
            })
            .collect();
        let activations: Vec<(usize, usize)> = taken
            .iter()
            .filter_map(|r| match tagged.rows[*r] {
                Row::Activation { copy, variable, .. } => Some((copy, variable)),
                _ => None,
            })
            .collect();
        // The labels that a copy reaches by activations among the rows; nothing where factors differ, or bounds take part.
        let reached = |copy: usize| {
            let bounded = taken.iter().any(|r| tagged.rows[*r] == Row::Bound { copy });
            let own = || activations.iter().filter(|(c, _)| *c == copy);
            let support: Vec<bool> =
                label_rows.iter().map(|r| own().any(|(_, variable)| !is_zero(*r, *variable))).collect();
            let mut outputs = labels.iter().zip(&support).filter(|(_, on)| **on).map(|((_, output), _)| output);
            let first = outputs.next();
            let one_output = first.is_none_or(|first| outputs.all(|output| output == first));
            (!bounded && one_output).then_some(support)
        };
        let (mut others, mut groups) = (0, BTreeMap::<Vec<bool>, Vec<Vec<Dyadic>>>::new());
        for (variable, kind) in tagged.variables.iter().enumerate() {
            let unit = |place: usize| {
                let mut vector = vec![Dyadics.zero(); places];
                vector[place] = Dyadics.one();
                vector
            };
            let own = || Some(label_rows.iter().map(|r| !is_zero(*r, variable)).collect::<Vec<bool>>());
            let (support, vector) = match kind {
                Variable::Bias => (own(), unit(places - 1)),
                Variable::Outgoing { unit } => (own(), unit.clone()),
                Variable::Incoming { copy, place } => (reached(*copy), unit(*place)),
                Variable::Scale { copy, frozen } => {
                    let bounded = taken.iter().any(|r| tagged.rows[*r] == Row::Scale { copy: *copy });
                    (reached(*copy).filter(|_| !bounded), frozen.clone())
                }
                Variable::Activation => {
                    let defined = activations.iter().any(|(_, v)| *v == variable);
                    let appears = taken.iter().any(|r| !is_zero(*r, variable));
                    others += usize::from(!defined && appears);
                    continue;
                }
            };
            match support {
                Some(support) if support.iter().any(|on| *on) => groups.entry(support).or_default().push(vector),
                Some(_) => {}
                None => others += usize::from(taken.iter().any(|r| !is_zero(*r, variable))),
            }
        }
        let mut spaces: Vec<RowSpace<PrimeField>> = (0..places).map(|_| RowSpace::new(field, labels.len())).collect();
        let bits = |support: &[bool]| support.iter().map(|on| u64::from(*on)).collect::<Vec<u64>>();
        let mut dense = Vec::new();
        for (support, vectors) in &groups {
            let mut space = RowSpace::new(field, places);
            for vector in vectors {
                let whole = form(vector, &Dyadics.zero()).coefficients;
                space.insert(whole.iter().map(|x| field.big_integer(x)).collect());
            }
            let full = space.rank() == places;
            for vector in vectors {
                let some: Vec<usize> = (0..places).filter(|v| !Dyadics.is_zero(&vector[*v])).collect();
                match some.as_slice() {
                    [place] if !full => {
                        spaces[*place].insert(bits(support));
                    }
                    _ if !full => dense.push((support, some)),
                    _ => {}
                }
            }
            if full {
                spaces.iter_mut().for_each(|space| {
                    space.insert(bits(support));
                });
            }
        }
        let mut shape = Shape { rank: 0, places: spaces, labels };
        others += dense.iter().filter(|(support, places)| !shape.spans(support, places)).count();
        shape.rank = activations.len() + others + shape.places.iter().map(RowSpace::rank).sum::<usize>();
        Some(shape)
    }

    /// Whether what acts at these places on these labels is a combination of columns.
    fn spans(&self, support: &[bool], places: &[usize]) -> bool {
        let bits: Vec<u64> = support.iter().map(|on| u64::from(*on)).collect();
        places.iter().all(|place| !self.places[*place].clone().insert(bits.clone()))
    }

    /// The same for one output and the inputs at which something is active.
    pub(super) fn reaches(&self, output: usize, active: impl Fn(usize) -> bool, places: &[usize]) -> bool {
        let support: Vec<bool> = self.labels.iter().map(|(i, k)| *k == output && active(*i)).collect();
        !support.iter().any(|on| *on) || self.spans(&support, places)
    }
}
