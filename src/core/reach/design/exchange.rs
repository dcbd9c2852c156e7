//! Largest common independent sets by augmenting paths.

use crate::algebra::Matrix;
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::number::{Field, PrimeField, Ring};

use super::super::matroid::Trial;
use super::Rules;

/// Weights whose dimension, with how many of the others may be chosen, bounds the dimension of all.
pub(super) struct Split {
    pub(super) part: Allocation,
    pub(super) chosen: usize,
}

/// What became of a common independent set.
pub(super) enum Augmented {
    /// One with one weight more.
    Larger(Allocation),
    /// There is none, as this shows.
    Stuck(Split),
}

/// A common independent set with one weight more, by a shortest augmenting path; or the split that shows that there is
/// none. Costs height × weights × |chosen| products.
pub(super) fn augment(
    trial: &Trial,
    order: &[usize],
    rules: &Rules,
    chosen: &Allocation,
    control: &Control<'_>,
) -> Result<Augmented, Stopped> {
    let tableau = Tableau::of(trial, chosen, control)?;
    let counts = rules.counts(chosen.iter());
    let free = |w: usize| counts[rules.rows[w]] < rules.cap;
    let outside: Vec<usize> = order.iter().copied().filter(|w| !chosen.contains(*w)).collect();
    let mut before: Vec<Option<Option<usize>>> = vec![None; chosen.weights()];
    let mut queue = std::collections::VecDeque::new();
    for &w in outside.iter().filter(|w| tableau.is_independent(**w)) {
        before[w] = Some(None);
        queue.push_back(w);
    }
    while let Some(at) = queue.pop_front() {
        control.check()?;
        if !chosen.contains(at) && free(at) {
            let (mut larger, mut on) = (chosen.clone(), Some(at));
            while let Some(weight) = on {
                if larger.contains(weight) {
                    larger.remove(weight)
                } else {
                    larger.insert(weight)
                }
                on = before[weight].flatten();
            }
            return Ok(Augmented::Larger(larger));
        }
        // A chosen weight leads to those that may take its place among dimensions; another to the chosen ones of its row.
        let next: Vec<usize> = if chosen.contains(at) {
            outside.iter().copied().filter(|w| tableau.exchanges(at, *w)).collect()
        } else {
            chosen.iter().filter(|w| rules.rows[*w] == rules.rows[at]).collect()
        };
        for w in next {
            if before[w].is_none() {
                before[w] = Some(Some(at));
                queue.push_back(w);
            }
        }
    }
    let reached = |w: &usize| before[*w].is_some();
    let part = Allocation::of(chosen.weights(), order.iter().copied().filter(|w| !reached(w)));
    Ok(Augmented::Stuck(Split { part, chosen: rules.most_of(order.iter().copied().filter(reached)) }))
}

/// All columns in terms of the chosen ones.
struct Tableau {
    field: PrimeField,
    /// In reduced echelon form with the chosen columns as pivots.
    rows: Matrix<u64>,
    /// The row of each chosen weight's pivot.
    pivots: Vec<Option<usize>>,
    /// The rows without a pivot.
    rest: Vec<usize>,
}

impl Tableau {
    fn of(trial: &Trial, chosen: &Allocation, control: &Control<'_>) -> Result<Self, Stopped> {
        let (field, mut rows) = (trial.field, trial.rows.clone());
        let mut pivots = vec![None; chosen.weights()];
        let mut rest: Vec<usize> = (0..rows.rows()).collect();
        for weight in chosen.iter() {
            control.check()?;
            let Some(place) = rest.iter().position(|r| !field.is_zero(&rows[(*r, weight)])) else {
                continue;
            };
            let pivot = rest.swap_remove(place);
            let Some(inverse) = field.inverse(&rows[(pivot, weight)]) else {
                continue;
            };
            let scaled: Vec<u64> = rows.row(pivot).iter().map(|e| field.mul(e, &inverse)).collect();
            for row in 0..rows.rows() {
                let factor = field.neg(&rows[(row, weight)]);
                for (column, entry) in scaled.iter().enumerate() {
                    let value =
                        if row == pivot { *entry } else { field.add(&rows[(row, column)], &field.mul(&factor, entry)) };
                    rows[(row, column)] = value;
                }
            }
            pivots[weight] = Some(pivot);
        }
        Ok(Tableau { field, rows, pivots, rest })
    }

    /// Whether the chosen weights stay independent with this one more.
    fn is_independent(&self, weight: usize) -> bool {
        self.rest.iter().any(|r| !self.field.is_zero(&self.rows[(*r, weight)]))
    }

    /// Whether the chosen weights stay independent with `new` in place of `out`.
    fn exchanges(&self, out: usize, new: usize) -> bool {
        let inside = self.pivots[out].is_some_and(|r| !self.field.is_zero(&self.rows[(r, new)]));
        inside || self.is_independent(new)
    }
}
