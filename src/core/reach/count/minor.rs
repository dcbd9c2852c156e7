//! Minors of a represented matroid: contraction, deletion, and what is split off.

use itertools::Itertools;

use crate::algebra::{Matrix, RowSpace};
use crate::number::PrimeField;

use super::Fold;

/// A minor: the matrix N, and what has been split off on the way to it.
#[derive(Clone, Debug)]
pub(super) struct Minor {
    pub(super) r: usize,
    pub(super) c: usize,
    /// N, row by row.
    pub(super) entries: Vec<u64>,
    /// Elements contracted, all in every subset counted here.
    pub(super) taken: usize,
    pub(super) loops: usize,
    pub(super) coloops: usize,
    /// Elements that are in every subset counted here and add no rank.
    pub(super) extra: usize,
    /// The number of minors that this one stands for.
    pub(super) times: u64,
}

impl Default for Minor {
    fn default() -> Self {
        Minor { r: 0, c: 0, entries: Vec::new(), taken: 0, loops: 0, coloops: 0, extra: 0, times: 1 }
    }
}

impl Minor {
    /// The matroid of the columns of a matrix, in standard form.
    pub(super) fn of(field: PrimeField, matrix: &Matrix<u64>) -> Self {
        let space = RowSpace::of(field, matrix);
        let others: Vec<usize> = (0..matrix.columns()).filter(|c| !space.pivots().contains(c)).collect();
        let rows = space.rows().iter();
        let mut minor = Minor {
            r: space.rank(),
            c: others.len(),
            entries: rows.flat_map(|row| others.iter().map(|c| row[*c])).collect(),
            ..Minor::default()
        };
        minor.strip_loops();
        minor
    }

    /// What remains after some columns are contracted and others deleted.
    pub(super) fn folded(field: PrimeField, matrix: &Matrix<u64>, fold: &Fold) -> Self {
        let others = (0..matrix.columns()).filter(|c| !fold.taken.contains(c) && !fold.dropped.contains(c));
        let order: Vec<usize> = fold.taken.iter().copied().chain(others).collect();
        // In echelon form, the rows whose pivots are among the columns taken are gone when these are contracted.
        let space = RowSpace::of(field, &matrix.select_columns(&order));
        let taken = fold.taken.len();
        let rank = space.pivots().iter().filter(|pivot| **pivot < taken).count();
        let left = space.rows().iter().zip(space.pivots()).filter(|(_, pivot)| **pivot >= taken);
        let left = Matrix::from_rows(order.len() - taken, left.map(|(row, _)| row[taken..].to_vec()));
        Minor { taken: rank, extra: taken - rank, times: fold.times, ..Minor::of(field, &left) }
    }

    pub(super) fn row(&self, row: usize) -> &[u64] {
        &self.entries[row * self.c..][..self.c]
    }

    /// Takes out zero columns.
    fn strip_loops(&mut self) {
        let c = self.c;
        let used: Vec<usize> = (0..c).filter(|j| (0..self.r).any(|i| self.entries[i * c + j] != 0)).collect();
        if used.len() == c {
            return;
        }
        self.loops += c - used.len();
        self.entries = (0..self.r).cartesian_product(&used).map(|(i, j)| self.entries[i * c + j]).collect();
        self.c = used.len();
    }

    /// Takes out zero rows.
    fn strip_coloops(&mut self) {
        let used: Vec<usize> = (0..self.r).filter(|i| self.row(*i).iter().any(|e| *e != 0)).collect();
        if used.len() == self.r {
            return;
        }
        self.coloops += self.r - used.len();
        self.entries = used.iter().flat_map(|i| self.row(*i).to_vec()).collect();
        self.r = used.len();
    }

    /// Takes out loops and coloops, looking only as far as needed to see that there are none.
    pub(super) fn strip(&mut self) {
        if self.entries.contains(&0) || self.c == 0 || self.r == 0 {
            self.strip_loops();
            self.strip_coloops();
        }
    }

    /// The connected components (blocks of N); the loops go with the first.
    pub(super) fn components(mut self) -> Vec<Minor> {
        self.strip();
        let mut block: Vec<usize> = (0..self.r + self.c).collect();
        for (i, j) in (0..self.r).cartesian_product(0..self.c) {
            if self.entries[i * self.c + j] != 0 {
                let (a, b) = (block[i], block[self.r + j]);
                block.iter_mut().filter(|x| **x == b).for_each(|x| *x = a);
            }
        }
        let mut components: Vec<Minor> = block
            .iter()
            .unique()
            .map(|name| {
                let rows: Vec<usize> = (0..self.r).filter(|i| block[*i] == *name).collect();
                let columns: Vec<usize> = (0..self.c).filter(|j| block[self.r + *j] == *name).collect();
                let entries = rows.iter().cartesian_product(&columns).map(|(i, j)| self.entries[i * self.c + j]);
                Minor { r: rows.len(), c: columns.len(), entries: entries.collect(), ..Minor::default() }
            })
            .collect();
        if components.is_empty() {
            components.push(Minor::default());
        }
        components[0].loops = self.loops;
        components[0].coloops = self.coloops;
        components
    }

    /// The row with the fewest non-zero entries: its element is the next to be decided.
    pub(super) fn next_row(&self) -> usize {
        if !self.entries.contains(&0) {
            return self.r - 1;
        }
        let filled = |i: &usize| self.row(*i).iter().filter(|e| **e != 0).count();
        (0..self.r).min_by_key(filled).unwrap_or(0)
    }

    /// Writes the contraction of a row's element to `into`.
    pub(super) fn contract(&self, row: usize, into: &mut Minor) {
        into.r = self.r - 1;
        into.c = self.c;
        into.taken = self.taken + 1;
        into.loops = self.loops;
        into.coloops = self.coloops;
        into.extra = self.extra;
        into.times = self.times;
        into.entries.clear();
        into.entries.extend_from_slice(&self.entries[..row * self.c]);
        into.entries.extend_from_slice(&self.entries[(row + 1) * self.c..]);
    }

    /// Deletes a row's element, which must not be a coloop, in place.
    pub(super) fn delete(&mut self, field: &PrimeField, row: usize) {
        let c = self.c;
        let pivots = self.row(row).to_vec();
        let Some(j) = pivots.iter().rposition(|e| *e != 0) else {
            return;
        };
        let pivot = pivots[j];
        let mut write = 0;
        for i in 0..self.r {
            let factor = self.entries[i * c + j];
            for l in (0..c).filter(|l| *l != j) {
                let entry = self.entries[i * c + l];
                self.entries[write] =
                    if i == row || factor == 0 { entry } else { field.cross(pivot, entry, factor, pivots[l]) };
                write += 1;
            }
        }
        self.entries.truncate(write);
        self.c -= 1;
    }
}
