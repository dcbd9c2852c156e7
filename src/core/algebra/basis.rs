//! First bases of rows modulo a small prime: by blocked elimination on floating-point products where the feature `faer` is on,
//! row by row otherwise.

use crate::control::{Control, Stopped};

/// Rows and columns of a matrix that form a regular submatrix of the largest size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// As many rows as the rank.
    pub rows: Vec<usize>,
    /// The first basis of the columns, in their order.
    pub columns: Vec<usize>,
}

impl Basis {
    /// The rank.
    pub fn rank(&self) -> usize {
        self.columns.len()
    }
}

/// A basis of the columns of a matrix, given by rows of numbers in `0 .. p`, for an odd prime p below 2^26.
///
/// # Errors
/// Being stopped, between blocks.
///
/// # Panics
/// If p is no such prime, or a row has not `columns` entries.
pub fn first_basis(prime: u32, columns: usize, rows: &[Vec<u32>], control: &Control<'_>) -> Result<Basis, Stopped> {
    assert!(rows.iter().all(|row| row.len() == columns), "a row of another length");
    let basis = by_blocks(prime, columns, rows, &|| control.stopped().is_none());
    basis.ok_or_else(|| control.stopped().unwrap_or(Stopped::Asked))
}

#[cfg(feature = "faer")]
fn by_blocks(prime: u32, columns: usize, rows: &[Vec<u32>], go_on: &(dyn Fn() -> bool + Sync)) -> Option<Basis> {
    let Some(prime) = allocert_dense::Prime::new(prime) else { panic!("{prime} is not a prime below 2^26") };
    let matrix = allocert_dense::Matrix::from_fn(prime, rows.len(), columns, |i, j| rows[i][j]);
    let echelon = allocert_dense::Echelon::of_while(matrix, go_on)?;
    Some(Basis { rows: echelon.pivot_rows(), columns: echelon.pivots().to_vec() })
}

#[cfg(not(feature = "faer"))]
fn by_blocks(prime: u32, columns: usize, rows: &[Vec<u32>], go_on: &(dyn Fn() -> bool + Sync)) -> Option<Basis> {
    one_by_one(prime, columns, rows, go_on)
}

/// The same by elimination of one row after the other.
#[cfg(any(test, not(feature = "faer")))]
fn one_by_one(prime: u32, columns: usize, rows: &[Vec<u32>], go_on: &(dyn Fn() -> bool + Sync)) -> Option<Basis> {
    use super::RowSpace;
    let Some(field) = crate::number::PrimeField::new(prime.into()) else { panic!("{prime} is not an odd prime") };
    let enter = |row: &Vec<u32>| row.iter().map(|e| field.enter((*e).into())).collect::<Vec<u64>>();
    let (mut space, mut independent) = (RowSpace::new(field, columns), Vec::new());
    for (place, row) in rows.iter().enumerate() {
        if !go_on() {
            return None;
        }
        if space.insert(enter(row)) {
            independent.push(place);
        }
    }
    let chosen: Vec<Vec<u64>> = independent.iter().map(|i| enter(&rows[*i])).collect();
    let mut across = RowSpace::new(field, chosen.len());
    let first = (0..columns).filter(|j| across.insert(chosen.iter().map(|row| row[*j]).collect())).collect();
    Some(Basis { rows: independent, columns: first })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_give_what_rows_give(
            rows in 0usize..40, columns in 0usize..70, inner in 1usize..30, seed in 1u64..1_000_000
        ) {
            let p = 8_388_593u64;
            let mut state = seed;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if state >> 60 < 5 { 0 } else { (state >> 33) % p }
            };
            let left: Vec<Vec<u64>> = (0..rows).map(|_| (0..inner).map(|_| next()).collect()).collect();
            let right: Vec<Vec<u64>> = (0..inner).map(|_| (0..columns).map(|_| next()).collect()).collect();
            let entry = |i: usize, j: usize| (0..inner).map(|k| left[i][k] * right[k][j] % p).sum::<u64>() % p;
            let matrix: Vec<Vec<u32>> = (0..rows).map(|i| (0..columns).map(|j| entry(i, j) as u32).collect()).collect();
            let free = Control::unlimited();
            let blocks = first_basis(p as u32, columns, &matrix, &free).unwrap();
            let single = one_by_one(p as u32, columns, &matrix, &|| true).unwrap();
            prop_assert_eq!(&blocks.columns, &single.columns);
            let chosen: Vec<Vec<u32>> = blocks.rows.iter().map(|i| matrix[*i].clone()).collect();
            prop_assert_eq!(one_by_one(p as u32, columns, &chosen, &|| true).unwrap().columns, single.columns);
        }
    }
}
