//! Products of matrices of residues: faer's product for as many terms as are exact, then a reduction.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use crate::Prime;
use crate::matrix::column_mut;

/// Smaller products are not divided between threads.
const LEAST_SHARED: usize = 1 << 21;
/// A part of a product for one thread has at least so many columns or rows.
const LEAST_PART: usize = 64;

/// target + sign · left · right, reduced; `sign` is 1 or −1. The target's entries must be residues.
pub(crate) fn add(prime: &Prime, sign: f64, target: MatMut<'_, f64>, left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    let work = target.nrows().saturating_mul(target.ncols()).saturating_mul(left.ncols());
    let parts = if work < LEAST_SHARED { 1 } else { rayon::current_num_threads() };
    share(prime, sign, target, left, right, parts);
}

/// Halves the longer side until there is a part for each thread.
fn share(
    prime: &Prime,
    sign: f64,
    target: MatMut<'_, f64>,
    left: MatRef<'_, f64>,
    right: MatRef<'_, f64>,
    parts: usize,
) {
    let (rows, columns) = target.shape();
    if parts <= 1 || rows.max(columns) < 2 * LEAST_PART {
        return add_alone(prime, sign, target, left, right);
    }
    let (first, second) = (parts / 2, parts - parts / 2);
    if columns >= rows {
        let at = columns * first / parts;
        let (target_a, target_b) = target.split_at_col_mut(at);
        let (right_a, right_b) = right.split_at_col(at);
        rayon::join(
            || share(prime, sign, target_a, left, right_a, first),
            || share(prime, sign, target_b, left, right_b, second),
        );
    } else {
        let at = rows * first / parts;
        let (target_a, target_b) = target.split_at_row_mut(at);
        let (left_a, left_b) = left.split_at_row(at);
        rayon::join(
            || share(prime, sign, target_a, left_a, right, first),
            || share(prime, sign, target_b, left_b, right, second),
        );
    }
}

fn add_alone(prime: &Prime, sign: f64, mut target: MatMut<'_, f64>, left: MatRef<'_, f64>, right: MatRef<'_, f64>) {
    let inner = left.ncols();
    let mut done = 0;
    while done < inner {
        let terms = prime.terms().min(inner - done);
        let (left, right) = (left.subcols(done, terms), right.subrows(done, terms));
        matmul(target.as_mut(), Accum::Add, left, right, sign, Par::Seq);
        for j in 0..target.ncols() {
            prime.reduce_all(column_mut(target.as_mut(), j));
        }
        done += terms;
    }
}

#[cfg(test)]
mod tests {
    use crate::{Matrix, Prime};

    /// The largest residues only, over lengths on both sides of the number of exact terms: every sum is as large as it gets.
    #[test]
    fn products_of_the_largest_residues_are_exact() {
        for p in [2, 251, 4_194_301, 8_388_593, 16_777_213, 67_108_859] {
            let prime = Prime::new(p).unwrap();
            for inner in [1, prime.terms() - 1, prime.terms(), prime.terms() + 1, 3 * prime.terms() + 5] {
                for value in [prime.largest() % p, p - prime.largest() % p, p / 2] {
                    let left = Matrix::from_fn(prime, 3, inner, |_, _| value % p);
                    let right = Matrix::from_fn(prime, inner, 2, |_, _| value % p);
                    let entry = (u128::from(value) * u128::from(value) * inner as u128 % u128::from(p)) as u32;
                    let product = left.times(&right);
                    assert!((0..6).all(|e| product.get(e % 3, e / 3) == entry), "{p} {inner} {value}");
                }
            }
        }
    }

    #[test]
    fn shared_products_are_those_of_one_thread() {
        let prime = Prime::new(8_388_593).unwrap();
        let number = |i: usize, j: usize| ((i * 7_919 + j * 104_729 + i * j * 31) % 8_388_593) as u32;
        for (rows, inner, columns) in [(300, 90, 300), (700, 700, 9), (5, 600, 900)] {
            let (left, right) =
                (Matrix::from_fn(prime, rows, inner, number), Matrix::from_fn(prime, inner, columns, number));
            let product = left.times(&right);
            for (i, j) in [(0, 0), (rows - 1, columns - 1), (rows / 2, columns / 3), (rows - 1, 0)] {
                let sum: u64 = (0..inner).map(|k| u64::from(number(i, k)) * u64::from(number(k, j)) % 8_388_593).sum();
                assert_eq!(u64::from(product.get(i, j)), sum % 8_388_593);
            }
        }
    }
}
