//! Matrices of residues modulo a small prime.

use faer::{Mat, MatMut, MatRef};

use crate::Prime;

/// A matrix of residues, column after column.
#[derive(Clone, Debug)]
pub struct Matrix {
    pub(crate) prime: Prime,
    pub(crate) entries: Mat<f64>,
}

impl Matrix {
    /// The matrix with entry `residue(i, j)`, a number in `0 .. p`, in row i and column j; asked for column after column.
    pub fn from_fn(prime: Prime, rows: usize, columns: usize, mut residue: impl FnMut(usize, usize) -> u32) -> Self {
        Matrix { prime, entries: Mat::from_fn(rows, columns, |i, j| prime.enter(residue(i, j))) }
    }

    /// The matrix of zeros.
    pub fn zeros(prime: Prime, rows: usize, columns: usize) -> Self {
        Matrix { prime, entries: Mat::zeros(rows, columns) }
    }

    /// The n × n identity.
    pub fn identity(prime: Prime, n: usize) -> Self {
        Matrix { prime, entries: Mat::identity(n, n) }
    }

    /// The prime.
    pub fn prime(&self) -> Prime {
        self.prime
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.entries.nrows()
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.entries.ncols()
    }

    /// The entry in row i and column j, in `0 .. p`.
    ///
    /// # Panics
    /// If there is no such entry.
    pub fn get(&self, row: usize, column: usize) -> u32 {
        self.prime.leave(self.entries[(row, column)])
    }

    /// Puts a number in `0 .. p` into row i and column j.
    ///
    /// # Panics
    /// If there is no such entry.
    pub fn set(&mut self, row: usize, column: usize, residue: u32) {
        self.entries[(row, column)] = self.prime.enter(residue);
    }

    /// self · other. Costs rows × columns × inner products, on all threads.
    ///
    /// # Panics
    /// If the shapes do not fit, or the primes differ.
    #[must_use]
    pub fn times(&self, other: &Matrix) -> Matrix {
        assert_eq!(self.prime, other.prime, "two primes");
        assert_eq!(self.columns(), other.rows(), "the inner dimensions");
        let mut product = Mat::zeros(self.rows(), other.columns());
        crate::product::add(&self.prime, 1.0, product.as_mut(), self.entries.as_ref(), other.entries.as_ref());
        Matrix { prime: self.prime, entries: product }
    }

    /// The transposed matrix.
    #[must_use]
    pub fn transposed(&self) -> Matrix {
        Matrix { prime: self.prime, entries: self.entries.transpose().to_owned() }
    }
}

impl PartialEq for Matrix {
    fn eq(&self, other: &Self) -> bool {
        let shape = |m: &Matrix| (m.prime, m.rows(), m.columns());
        shape(self) == shape(other)
            && (0..self.columns()).all(|j| (0..self.rows()).all(|i| self.get(i, j) == other.get(i, j)))
    }
}

/// A column of a view of a [`Matrix`]: its rows follow each other in memory.
pub(crate) fn column<'a>(matrix: MatRef<'a, f64>, j: usize) -> &'a [f64] {
    matrix.col(j).try_as_col_major().map(|c| c.as_slice()).expect("columns are contiguous in every view of a Matrix")
}

/// The same, to be changed.
pub(crate) fn column_mut<'a>(matrix: MatMut<'a, f64>, j: usize) -> &'a mut [f64] {
    let column = matrix.col_mut(j).try_as_col_major_mut();
    column.map(|c| c.as_slice_mut()).expect("columns are contiguous in every view of a Matrix")
}
