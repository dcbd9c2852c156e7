//! Why one allocation has fewer dimensions than weights, and what one exchange mends.
//!
//! Of the cyclic flats at which ρ(A) = ρ(Z) + |A ∖ Z| there is a smallest: the closure of the union of the circuits in A.
//! (Outside any such Z the weights of A are coloops of A, so that Z contains every circuit.) Its connected components each
//! explain a part of what is missing.

use crate::algebra::{Matrix, RowSpace};
use crate::allocation::Allocation;
use crate::number::{PrimeField, Ring};
use crate::reach::JacobianMatroid;

/// Nothing is looked for where it would cost more products than this: about a second.
const MOST_PRODUCTS: usize = 1 << 28;

/// A connected cyclic flat in which an allocation has more weights than the flat has dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstruction {
    /// The flat.
    pub flat: Allocation,
    /// Its dimension, as the random points show it.
    pub dim: usize,
    /// The weights of the allocation in it.
    pub inside: Allocation,
}

/// One weight for another, which adds a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// A weight of the allocation that is no longer to learn.
    pub out: usize,
    /// A frozen weight that is to learn in its place.
    pub new: usize,
}

/// The row space of some columns in echelon form.
struct Columns {
    field: PrimeField,
    order: Vec<usize>,
    space: RowSpace<PrimeField>,
}

impl Columns {
    fn of(field: PrimeField, rows: &Matrix<u64>, order: Vec<usize>) -> Self {
        let space = RowSpace::of(field, &rows.select_columns(&order));
        Columns { field, order, space }
    }

    fn filled<'a>(&'a self, row: &'a [u64]) -> impl Iterator<Item = usize> + 'a {
        (0..self.order.len()).filter(|c| !self.field.is_zero(&row[*c]))
    }

    /// The weights that depend on the first so many.
    fn closure(&self, first: usize) -> impl Iterator<Item = usize> + '_ {
        let outside: Vec<usize> = self.later(first).flat_map(|row| self.filled(row)).collect();
        (0..self.order.len()).filter(move |c| !outside.contains(c)).map(|c| self.order[c])
    }

    /// The rows with a pivot behind the first so many columns: the others of these columns are 0 there.
    fn later(&self, first: usize) -> impl Iterator<Item = &Vec<u64>> {
        self.space.rows().iter().zip(self.space.pivots()).filter(move |(_, pivot)| **pivot >= first).map(|(row, _)| row)
    }

    /// The connected components of more than one weight, and loops, each with its rank.
    fn components(&self) -> Vec<(Vec<usize>, usize)> {
        let mut block: Vec<usize> = (0..self.order.len()).collect();
        for (row, pivot) in self.space.rows().iter().zip(self.space.pivots()) {
            for column in self.filled(row) {
                let (a, b) = (block[*pivot], block[column]);
                block.iter_mut().filter(|x| **x == b).for_each(|x| *x = a);
            }
        }
        let mut names = block.clone();
        names.sort_unstable();
        names.dedup();
        let component = |name: &usize| {
            let inside: Vec<usize> = (0..block.len()).filter(|c| block[*c] == *name).collect();
            let rank = self.space.pivots().iter().filter(|p| inside.contains(p)).count();
            (inside.into_iter().map(|c| self.order[c]).collect::<Vec<_>>(), rank)
        };
        names.iter().map(component).filter(|(weights, rank)| *rank < weights.len()).collect()
    }
}

impl JacobianMatroid {
    /// The connected flats that say why an allocation has fewer dimensions than weights, smallest first: |A| − ρ(A) is the
    /// sum of |A ∩ Z| − ρ(Z) over them. None for an independent allocation, or for a network too large for that.
    pub fn obstructions(&self, allocation: &Allocation) -> Vec<Obstruction> {
        let Some((field, rows)) = self.best() else {
            return Vec::new();
        };
        let inside = Columns::of(field, rows, allocation.iter().collect());
        let circuits: Vec<usize> = inside.components().into_iter().flat_map(|(weights, _)| weights).collect();
        if circuits.is_empty() {
            return Vec::new();
        }
        let cyclic = Allocation::of(allocation.weights(), circuits.iter().copied());
        let order = circuits.iter().copied().chain(cyclic.complement().iter()).collect();
        let flat: Vec<usize> = Columns::of(field, rows, order).closure(circuits.len()).collect();
        let components = Columns::of(field, rows, flat).components();
        let obstruction = |(weights, dim): (Vec<usize>, usize)| {
            let flat = Allocation::of(allocation.weights(), weights);
            Obstruction { inside: flat.intersection(allocation), flat, dim }
        };
        let mut found: Vec<Obstruction> =
            components.into_iter().map(obstruction).filter(|o| o.inside.size() > o.dim).collect();
        found.sort_by_key(|o| (o.flat.size(), o.flat.clone()));
        found
    }

    /// An exchange of one weight that adds a dimension, inside one tensor if there is one; nothing if the allocation spans or
    /// is independent, or the network is too large.
    pub fn exchange(&self, allocation: &Allocation) -> Option<Exchange> {
        let (field, rows) = self.best()?;
        let redundant = Columns::of(field, rows, allocation.iter().collect()).components();
        let mut redundant: Vec<usize> = redundant.into_iter().flat_map(|(weights, _)| weights).collect();
        redundant.sort_unstable();
        let order = allocation.iter().chain(allocation.complement().iter()).collect();
        let closed: Vec<usize> = Columns::of(field, rows, order).closure(allocation.size()).collect();
        let fresh: Vec<usize> = (0..allocation.weights()).filter(|w| !closed.contains(w)).collect();
        let tensor = |w: &usize| self.network().layout().weight(*w).tensor.start;
        let near = redundant.iter().find_map(|out| {
            let new = fresh.iter().find(|new| tensor(new) == tensor(out))?;
            Some(Exchange { out: *out, new: *new })
        });
        near.or_else(|| Some(Exchange { out: *redundant.first()?, new: *fresh.first()? }))
    }

    /// The trial with the largest rank, unless eliminations would take long.
    fn best(&self) -> Option<(PrimeField, &Matrix<u64>)> {
        let trial = self.trials().iter().max_by_key(|t| t.rows.rows())?;
        let (rank, n) = (trial.rows.rows(), trial.rows.columns());
        (rank.saturating_mul(rank).saturating_mul(n) <= MOST_PRODUCTS && n <= MOST_WEIGHTS)
            .then_some((trial.field, &trial.rows))
    }
}

/// Nor for networks of more weights.
const MOST_WEIGHTS: usize = 4_096;
