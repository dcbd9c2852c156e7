//! Gaussian elimination over any field, one row at a time.

use super::Matrix;
use crate::number::Field;

/// A growing row space in reduced echelon form: every pivot is 1 and alone in its column.
///
/// Rows come one at a time, so that a caller can stop as soon as the rank is as large as it can be.
#[derive(Clone, Debug)]
pub struct RowSpace<F: Field> {
    field: F,
    columns: usize,
    rows: Vec<Vec<F::Element>>,
    pivots: Vec<usize>,
}

impl<F: Field> RowSpace<F> {
    /// The zero space of rows of this length.
    pub fn new(field: F, columns: usize) -> Self {
        RowSpace { field, columns, rows: Vec::new(), pivots: Vec::new() }
    }

    /// The space of all rows of a matrix; stops reading when the rank reaches the number of columns.
    pub fn of(field: F, matrix: &Matrix<F::Element>) -> Self {
        let mut space = RowSpace::new(field, matrix.columns());
        for row in 0..matrix.rows() {
            if space.rank() == matrix.columns() {
                break;
            }
            space.insert(matrix.row(row).to_vec());
        }
        space
    }

    /// The dimension of the space.
    pub fn rank(&self) -> usize {
        self.rows.len()
    }

    /// The pivot column of each row, in the order of insertion.
    pub fn pivots(&self) -> &[usize] {
        &self.pivots
    }

    /// The rows in reduced echelon form, in the order of insertion.
    pub fn rows(&self) -> &[Vec<F::Element>] {
        &self.rows
    }

    /// Adds a row; true when the rank grew. Costs rank × columns products.
    ///
    /// # Panics
    /// If the row has another length.
    pub fn insert(&mut self, mut row: Vec<F::Element>) -> bool {
        assert_eq!(row.len(), self.columns, "a row of another length");
        // The form is reduced, so the row's own entries at the pivots are the multiples to take away.
        let entries = self.pivots.iter().map(|p| self.field.neg(&row[*p]));
        let factors: Vec<F::Element> = entries.collect();
        self.field.add_combination(&mut row, &factors, &self.rows);
        let Some(pivot) = row.iter().position(|e| !self.field.is_zero(e)) else {
            return false;
        };
        let Some(inverse) = self.field.inverse(&row[pivot]) else {
            return false;
        };
        for element in &mut row {
            *element = self.field.mul(element, &inverse);
        }
        for known in &mut self.rows {
            subtract_multiple(&self.field, known, &row, pivot);
        }
        self.rows.push(row);
        self.pivots.push(pivot);
        true
    }

    /// The vector v with (every row) · v = 0 that has the given entries in the columns without a pivot.
    pub fn kernel_vector(&self, mut free: impl FnMut() -> F::Element) -> Vec<F::Element> {
        let mut vector: Vec<F::Element> = (0..self.columns).map(|_| free()).collect();
        for pivot in &self.pivots {
            vector[*pivot] = self.field.zero();
        }
        let entries: Vec<F::Element> =
            self.rows.iter().map(|row| self.field.neg(&self.field.dot(row, &vector))).collect();
        for (pivot, entry) in self.pivots.iter().zip(entries) {
            vector[*pivot] = entry;
        }
        vector
    }

    /// A basis of the vectors v with (every row) · v = 0: one vector for each column without a pivot.
    pub fn kernel(&self) -> Vec<Vec<F::Element>> {
        let free = (0..self.columns).filter(|c| !self.pivots.contains(c));
        free.map(|column| {
            let mut vector = vec![self.field.zero(); self.columns];
            vector[column] = self.field.one();
            for (row, pivot) in self.rows.iter().zip(&self.pivots) {
                vector[*pivot] = self.field.neg(&row[column]);
            }
            vector
        })
        .collect()
    }
}

/// Clears `row[pivot]` with a `known` row whose entry there is 1.
fn subtract_multiple<F: Field>(field: &F, row: &mut [F::Element], known: &[F::Element], pivot: usize) {
    if field.is_zero(&row[pivot]) {
        return;
    }
    let factor = field.neg(&row[pivot]);
    for (element, other) in row.iter_mut().zip(known) {
        if !field.is_zero(other) {
            field.add_product(element, &factor, other);
        }
    }
}

/// The rank of a matrix over a field.
pub fn rank<F: Field>(field: &F, matrix: &Matrix<F::Element>) -> usize {
    RowSpace::of(field.clone(), matrix).rank()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{PrimeField, Rationals, Ring};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rational_and_modular_ranks_agree(
            rows in 0usize..6, columns in 1usize..6, inner in 1usize..4, entries in proptest::collection::vec(-3i64..4, 72)
        ) {
            // A product of thin matrices, so that ranks below full occur often.
            let left = |r: usize, k: usize| entries[r * 6 + k];
            let right = |k: usize, c: usize| entries[36 + k * 6 + c];
            let entry = |r, c| (0..inner).map(|k| left(r, k) * right(k, c)).sum::<i64>();
            let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
            let row = |r| (0..columns).map(|c| entry(r, c)).collect::<Vec<i64>>();
            let modular = Matrix::from_rows(columns, (0..rows).map(|r| row(r).iter().map(|e| field.integer(*e)).collect()));
            let rational = Matrix::from_rows(columns, (0..rows).map(|r| row(r).iter().map(|e| Rationals.integer(*e)).collect()));
            let space = RowSpace::of(Rationals, &rational);
            prop_assert_eq!(rank(&field, &modular), space.rank());
            prop_assert!(space.rank() <= inner.min(rows).min(columns));
            let kernel = space.kernel();
            prop_assert_eq!(kernel.len(), columns - space.rank());
            let mut entries = entries.iter().cycle();
            let combined = space.kernel_vector(|| Rationals.integer(*entries.next().unwrap()));
            for vector in kernel.into_iter().chain([combined]) {
                for r in 0..rows {
                    let mut sum = Rationals.zero();
                    rational.row(r).iter().zip(&vector).for_each(|(a, v)| Rationals.add_product(&mut sum, a, v));
                    prop_assert!(Rationals.is_zero(&sum));
                }
            }
        }
    }
}
