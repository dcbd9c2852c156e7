//! The decomposition A = P·L·E of a matrix over a prime field, and what follows from it.
//!
//! P is a permutation of rows, L has r independent columns, with ones on its diagonal and zeros above, and E is in echelon
//! form: r rows, each with its first non-zero entry, the pivot, further right than the row above. The columns of pivots are
//! the first basis of the columns of A, in their order. L and E are kept in the place of A: row k of E begins at its
//! pivot, which is on or right of the diagonal, and column k of L lies below the diagonal.
//!
//! Columns are halved: the left half is decomposed, the right half brought up to date by one triangular system and one
//! product, and decomposed below. (Jeannerod, Pernet and Storjohann, *Rank-profile revealing Gaussian elimination and the
//! CUP matrix decomposition*, 2013.)

use faer::{Mat, MatMut};

use crate::matrix::{column, column_mut};
use crate::prime::subtract;
use crate::triangle::{Triangle, solve};
use crate::{Matrix, Prime, product};

/// So many columns are eliminated one after the other.
const NARROW: usize = 32;
/// Between two looks at whether to go on there are at most about so many products: a fraction of a second.
const LOOK: usize = 1 << 32;
/// Columns are brought up to date by at least so many at a time.
const LEAST_STRIP: usize = 64;

/// A = P·L·E.
#[derive(Clone, Debug)]
pub struct Echelon {
    prime: Prime,
    /// L below the diagonal, E on and above it.
    packed: Mat<f64>,
    /// Row k changed places with row `swaps[k]`, one after the other.
    swaps: Vec<usize>,
    pivots: Vec<usize>,
}

/// The reduced echelon form: every pivot is 1 and alone in its column.
#[derive(Clone, Debug)]
pub struct Reduced {
    /// The columns of pivots, ascending.
    pub pivots: Vec<usize>,
    /// The other columns, ascending.
    pub free: Vec<usize>,
    /// The entries in the free columns: r × (columns − r).
    pub rest: Matrix,
}

impl Echelon {
    /// Decomposes a matrix in its place. Costs about m·n·r − (m + n)·r²/2 + r³/3 products for rank r, on all threads.
    pub fn of(matrix: Matrix) -> Self {
        Echelon::decomposed(matrix, &|| true).0
    }

    /// The same; nothing if `go_on`, which is asked between blocks, was false before the end.
    pub fn of_while(matrix: Matrix, go_on: &(dyn Fn() -> bool + Sync)) -> Option<Self> {
        let (echelon, whole) = Echelon::decomposed(matrix, go_on);
        whole.then_some(echelon)
    }

    /// The decomposition, and whether it is whole.
    fn decomposed(matrix: Matrix, go_on: &(dyn Fn() -> bool + Sync)) -> (Self, bool) {
        let Matrix { prime, mut entries } = matrix;
        let (mut swaps, mut pivots) = (Vec::new(), Vec::new());
        let whole = decompose(&prime, entries.as_mut(), &mut swaps, &mut pivots, go_on);
        (Echelon { prime, packed: entries, swaps, pivots }, whole)
    }

    /// The rank.
    pub fn rank(&self) -> usize {
        self.pivots.len()
    }

    /// The columns of pivots, ascending: the first basis of the columns.
    pub fn pivots(&self) -> &[usize] {
        &self.pivots
    }

    /// Rows, by their place in the matrix that was given, that form a regular submatrix with the columns of pivots.
    pub fn pivot_rows(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.packed.nrows()).collect();
        self.swaps.iter().enumerate().for_each(|(k, with)| order.swap(k, *with));
        order.truncate(self.rank());
        order
    }

    /// The determinant, in `0 .. p`.
    ///
    /// # Panics
    /// If the matrix is not square.
    pub fn determinant(&self) -> u32 {
        let (rows, columns) = self.packed.shape();
        assert_eq!(rows, columns, "the determinant of a matrix that is not square");
        if self.rank() < rows {
            return 0;
        }
        let product = (0..rows).fold(1.0, |product, k| self.prime.times(product, self.packed[(k, k)]));
        let odd = self.swaps.iter().enumerate().filter(|(k, with)| k != *with).count() % 2 == 1;
        self.prime.leave(if odd { -product } else { product })
    }

    /// The reduced echelon form. Costs r²/2 products for each column without a pivot.
    pub fn reduced(&self) -> Reduced {
        let rank = self.rank();
        let mut free = Vec::with_capacity(self.packed.ncols() - rank);
        let mut pivots = self.pivots.iter().copied().peekable();
        for j in 0..self.packed.ncols() {
            if pivots.next_if_eq(&j).is_none() {
                free.push(j);
            }
        }
        let corner = self.columns_of_e(&self.pivots);
        let mut rest = self.columns_of_e(&free);
        solve(&self.prime, Triangle::Upper, corner.as_ref(), rest.as_mut());
        Reduced { pivots: self.pivots.clone(), free, rest: Matrix { prime: self.prime, entries: rest } }
    }

    /// Some columns of E, whole.
    fn columns_of_e(&self, columns: &[usize]) -> Mat<f64> {
        let height = |j: usize| self.pivots.partition_point(|pivot| *pivot <= j);
        Mat::from_fn(self.rank(), columns.len(), |i, j| {
            if i < height(columns[j]) { self.packed[(i, columns[j])] } else { 0.0 }
        })
    }

    /// A⁻¹ · right; nothing if the matrix is singular. Costs n² products a column.
    ///
    /// # Panics
    /// If the matrix is not square, or `right` has another prime or number of rows.
    pub fn solve(&self, right: Matrix) -> Option<Matrix> {
        let (rows, columns) = self.packed.shape();
        assert_eq!((rows, self.prime, rows), (columns, right.prime, right.rows()), "a system that is not square");
        if self.rank() < rows {
            return None;
        }
        let Matrix { prime, mut entries } = right;
        exchange(entries.as_mut(), &self.swaps);
        solve(&prime, Triangle::UnitLower, self.packed.as_ref(), entries.as_mut());
        solve(&prime, Triangle::Upper, self.packed.as_ref(), entries.as_mut());
        Some(Matrix { prime, entries })
    }

    /// A⁻¹; nothing if the matrix is singular. Costs n³ products.
    ///
    /// # Panics
    /// If the matrix is not square.
    pub fn inverse(&self) -> Option<Matrix> {
        self.solve(Matrix::identity(self.prime, self.packed.nrows()))
    }
}

impl Reduced {
    /// A basis of the vectors v with A·v = 0, as columns: one for each column without a pivot, where it is 1.
    pub fn kernel(&self) -> Matrix {
        let prime = self.rest.prime;
        let n = self.pivots.len() + self.free.len();
        let mut kernel = Matrix::zeros(prime, n, self.free.len());
        for (k, free) in self.free.iter().enumerate() {
            kernel.entries[(*free, k)] = 1.0;
            for (row, pivot) in self.pivots.iter().enumerate() {
                kernel.entries[(*pivot, k)] = -self.rest.entries[(row, k)];
            }
        }
        kernel
    }
}

/// Decomposes a view in its place; swaps and pivots are counted from its corner. False, and nothing is to be used, if `go_on` was
/// on the way.
fn decompose(
    prime: &Prime,
    matrix: MatMut<'_, f64>,
    swaps: &mut Vec<usize>,
    pivots: &mut Vec<usize>,
    go_on: &(dyn Fn() -> bool + Sync),
) -> bool {
    let columns = matrix.ncols();
    if columns <= NARROW {
        decompose_narrow(prime, matrix, swaps, pivots);
        return go_on();
    }
    let half = (columns / 2).next_multiple_of(NARROW).min(columns - 1);
    let (mut left, mut right) = matrix.split_at_col_mut(half);
    if !decompose(prime, left.as_mut(), swaps, pivots, go_on) {
        return false;
    }
    let rank = pivots.len();
    exchange(right.as_mut(), swaps);
    let (corner, mut below) = left.as_mut().subcols_mut(0, rank).split_at_row_mut(rank);
    let (mut top, mut rest) = right.as_mut().split_at_row_mut(rank);
    let strip = (LOOK / (rank * (rank + below.nrows())).max(1)).max(LEAST_STRIP);
    for start in (0..columns - half).step_by(strip) {
        let width = strip.min(columns - half - start);
        let (mut top, rest) = (top.as_mut().subcols_mut(start, width), rest.as_mut().subcols_mut(start, width));
        solve(prime, Triangle::UnitLower, corner.as_ref(), top.as_mut());
        product::add(prime, -1.0, rest, below.as_ref(), top.as_ref());
        if !go_on() {
            return false;
        }
    }
    let (mut more_swaps, mut more_pivots) = (Vec::new(), Vec::new());
    if !decompose(prime, rest, &mut more_swaps, &mut more_pivots, go_on) {
        return false;
    }
    exchange(below.as_mut(), &more_swaps);
    swaps.extend(more_swaps.iter().map(|row| row + rank));
    // The new columns of L go beside the others; where they go there are zeros.
    for k in 0..more_pivots.len() {
        let (from, to) = (half + k, rank + k);
        if from != to {
            move_column(left.as_mut(), right.as_mut(), half, from, to);
        }
    }
    pivots.extend(more_pivots.iter().map(|column| column + half));
    true
}

/// Moves what is below the diagonal of column `to`'s row from column `from` of the right part; `half` columns are left.
fn move_column(left: MatMut<'_, f64>, right: MatMut<'_, f64>, half: usize, from: usize, to: usize) {
    if to < half {
        let (source, target) = (column_mut(right, from - half), column_mut(left, to));
        target[to + 1..].copy_from_slice(&source[to + 1..]);
        source[to + 1..].fill(0.0);
        return;
    }
    let (before, after) = right.split_at_col_mut(from - half);
    let (source, target) = (column_mut(after, 0), column_mut(before, to - half));
    target[to + 1..].copy_from_slice(&source[to + 1..]);
    source[to + 1..].fill(0.0);
}

/// Applies exchanges of rows, one after the other.
fn exchange(mut matrix: MatMut<'_, f64>, swaps: &[usize]) {
    let moved: Vec<(usize, usize)> = swaps.iter().copied().enumerate().filter(|(k, with)| k != with).collect();
    if moved.is_empty() {
        return;
    }
    for j in 0..matrix.ncols() {
        let column = column_mut(matrix.as_mut(), j);
        moved.iter().for_each(|(a, b)| column.swap(*a, *b));
    }
}

/// A few columns, one after the other: each is brought up to date by all before it, then gives a pivot or none.
fn decompose_narrow(prime: &Prime, mut matrix: MatMut<'_, f64>, swaps: &mut Vec<usize>, pivots: &mut Vec<usize>) {
    for j in 0..matrix.ncols() {
        let rank = pivots.len();
        update(prime, matrix.as_mut(), j, rank);
        let current = column(matrix.as_ref(), j);
        let Some(found) = current[rank..].iter().position(|e| *e != 0.0).map(|at| at + rank) else {
            continue;
        };
        swaps.push(found);
        pivots.push(j);
        if found != rank {
            (0..matrix.ncols()).for_each(|c| column_mut(matrix.as_mut(), c).swap(rank, found));
        }
        let current = column_mut(matrix.as_mut(), j);
        let inverse = prime.inverse_of(current[rank]);
        prime.scale(&mut current[rank + 1..], inverse);
        if rank != j {
            let (before, after) = matrix.as_mut().split_at_col_mut(j);
            let (source, target) = (column_mut(after, 0), column_mut(before, rank));
            target[rank + 1..].copy_from_slice(&source[rank + 1..]);
            source[rank + 1..].fill(0.0);
        }
    }
}

/// Takes the first `rank` columns of L out of column j, and reduces it.
fn update(prime: &Prime, matrix: MatMut<'_, f64>, j: usize, rank: usize) {
    let (before, after) = matrix.split_at_col_mut(j);
    let current = column_mut(after, 0);
    let mut terms = 0;
    for k in 0..rank {
        current[k] = prime.reduce(current[k]);
        let factor = current[k];
        if factor == 0.0 {
            continue;
        }
        subtract(&mut current[k + 1..], factor, &column(before.as_ref(), k)[k + 1..]);
        terms += 1;
        if terms == prime.terms() {
            prime.reduce_all(&mut current[k + 1..]);
            terms = 0;
        }
    }
    prime.reduce_all(&mut current[rank..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PRIMES: [u32; 6] = [2, 3, 251, 4_194_301, 8_388_593, 67_108_859];

    /// Pseudo-random numbers, the same on every machine.
    fn numbers(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state >> 20
        }
    }

    fn random(prime: Prime, rows: usize, columns: usize, seed: u64) -> Matrix {
        let mut next = numbers(seed);
        Matrix::from_fn(prime, rows, columns, |_, _| (next() % u64::from(prime.value())) as u32)
    }

    /// A product of thin matrices, some of whose columns are zero or repeat, so that pivots jump.
    fn of_rank_at_most(prime: Prime, rows: usize, columns: usize, inner: usize, seed: u64) -> Matrix {
        let (left, mut right) = (random(prime, rows, inner, seed), random(prime, inner, columns, seed + 1));
        let mut next = numbers(seed + 2);
        for j in 0..columns {
            match next() % 4 {
                0 => (0..inner).for_each(|i| right.set(i, j, 0)),
                1 if j > 0 => (0..inner).for_each(|i| right.set(i, j, right.get(i, j - 1))),
                _ => {}
            }
        }
        left.times(&right)
    }

    /// The textbook's reduced echelon form over whole numbers modulo p: pivots and rows.
    fn textbook(matrix: &Matrix) -> (Vec<usize>, Vec<Vec<u64>>, u64) {
        let p = u64::from(matrix.prime().value());
        let row = |i: usize| (0..matrix.columns()).map(|j| u64::from(matrix.get(i, j))).collect::<Vec<u64>>();
        let mut rows: Vec<Vec<u64>> = (0..matrix.rows()).map(row).collect();
        let power = |base: u64, mut e: u64| {
            let (mut result, mut square) = (1, base);
            while e > 0 {
                if e & 1 == 1 {
                    result = result * square % p;
                }
                square = square * square % p;
                e >>= 1;
            }
            result
        };
        let (mut pivots, mut determinant) = (Vec::new(), 1);
        for j in 0..matrix.columns() {
            let rank = pivots.len();
            let Some(found) = (rank..rows.len()).find(|i| rows[*i][j] != 0) else { continue };
            if found != rank {
                rows.swap(found, rank);
                determinant = (p - determinant) % p;
            }
            determinant = determinant * rows[rank][j] % p;
            let inverse = power(rows[rank][j], p - 2);
            rows[rank].iter_mut().for_each(|e| *e = *e * inverse % p);
            let pivot = rows[rank].clone();
            for (i, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != rank) {
                let factor = (p - row[j]) % p;
                assert!(i < 1 << 20);
                row.iter_mut().zip(&pivot).for_each(|(e, q)| *e = (*e + factor * q) % p);
            }
            pivots.push(j);
        }
        let determinant = if pivots.len() == matrix.rows() { determinant } else { 0 };
        rows.truncate(pivots.len());
        (pivots, rows, determinant % p)
    }

    fn holds(matrix: &Matrix) {
        let (rows, columns) = (matrix.rows(), matrix.columns());
        let (pivots, form, determinant) = textbook(matrix);
        let echelon = Echelon::of(matrix.clone());
        assert_eq!(echelon.pivots(), pivots);
        assert_eq!(echelon.pivot_rows().len(), pivots.len());
        let reduced = echelon.reduced();
        for (k, free) in reduced.free.iter().enumerate() {
            for (i, row) in form.iter().enumerate() {
                assert_eq!(u64::from(reduced.rest.get(i, k)), row[*free]);
            }
        }
        let kernel = reduced.kernel();
        assert_eq!((kernel.rows(), kernel.columns()), (columns, columns - pivots.len()));
        assert_eq!(matrix.times(&kernel), Matrix::zeros(matrix.prime(), rows, kernel.columns()));
        // The rows and columns of pivots are regular together.
        let minor = echelon.pivot_rows();
        let minor = Matrix::from_fn(matrix.prime(), minor.len(), pivots.len(), |i, j| matrix.get(minor[i], pivots[j]));
        assert_eq!(Echelon::of(minor).rank(), pivots.len());
        if rows == columns {
            assert_eq!(u64::from(echelon.determinant()), determinant);
            let inverse = echelon.inverse();
            assert_eq!(inverse.is_some(), pivots.len() == rows);
            if let Some(inverse) = inverse {
                assert_eq!(matrix.times(&inverse), Matrix::identity(matrix.prime(), rows));
            }
        }
    }

    #[test]
    fn a_decomposition_is_asked_between_blocks_whether_to_go_on() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let prime = Prime::new(4_194_301).unwrap();
        let (asked, matrix) = (AtomicUsize::new(0), random(prime, 300, 400, 7));
        let until = |most: usize| {
            asked.store(0, Ordering::Relaxed);
            Echelon::of_while(matrix.clone(), &|| asked.fetch_add(1, Ordering::Relaxed) < most)
        };
        let whole = until(usize::MAX).unwrap();
        assert_eq!(whole.pivots(), Echelon::of(matrix.clone()).pivots());
        let all = asked.load(Ordering::Relaxed);
        assert!(all > 20, "{all}");
        for most in 0..all {
            assert!(until(most).is_none());
            assert_eq!(asked.load(Ordering::Relaxed), most + 1, "it goes on after a no");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_textbook(
            rows in 0usize..90, columns in 0usize..90, inner in 0usize..90, which in 0usize..PRIMES.len(), seed in 1u64..1_000_000
        ) {
            let prime = Prime::new(PRIMES[which]).unwrap();
            holds(&of_rank_at_most(prime, rows, columns, inner.min(rows).min(columns), seed));
            holds(&random(prime, rows.min(columns), rows.min(columns), seed));
        }
    }

    #[test]
    fn shapes_without_rows_or_columns_and_matrices_of_zeros() {
        let prime = Prime::new(8_388_593).unwrap();
        for (rows, columns) in [(0, 0), (0, 5), (5, 0), (1, 1), (70, 3), (3, 70), (100, 100)] {
            holds(&Matrix::zeros(prime, rows, columns));
        }
        holds(&Matrix::identity(prime, 130));
    }

    /// Larger than all blocks, every entry as large as residues get, and more terms than are exact at once.
    #[test]
    fn large_matrices_of_known_rank() {
        let p = 8_388_593;
        let prime = Prime::new(p).unwrap();
        for (rows, columns, inner) in [(700, 640, 530), (1_200, 300, 300), (300, 1_200, 290)] {
            let matrix = random(prime, rows, inner, 7).times(&random(prime, inner, columns, 8));
            let echelon = Echelon::of(matrix.clone());
            assert_eq!(echelon.rank(), inner);
            let kernel = echelon.reduced().kernel();
            assert_eq!(matrix.times(&kernel), Matrix::zeros(prime, rows, columns - inner));
        }
        // h on the diagonal and −h elsewhere: the determinant is (2h)^(n−1) · (2h − n·h).
        let (n, h) = (1_100u64, u64::from(p / 2));
        let entry = |i, j| if i == j { h as u32 } else { p - h as u32 };
        let echelon = Echelon::of(Matrix::from_fn(prime, n as usize, n as usize, entry));
        let p = u64::from(p);
        let power = (1..n).fold(1, |product, _| product * (2 * h) % p);
        let expected = power * ((2 * h % p + p * n - n * h % p) % p) % p;
        assert_eq!(u64::from(echelon.determinant()), expected);
    }

    #[test]
    fn answers_do_not_depend_on_the_number_of_threads() {
        let prime = Prime::new(8_388_593).unwrap();
        let matrix = of_rank_at_most(prime, 500, 520, 400, 3);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Echelon::of(matrix.clone()).reduced().rest)
        };
        let one = with(1);
        assert!([2, 3, 5].into_iter().all(|threads| with(threads) == one));
    }
}
