//! Triangular systems: recursion down to small triangles, which are inverted, so that all work is matrix products.

use faer::{Mat, MatMut, MatRef};

use crate::Prime;
use crate::matrix::{column, column_mut};
use crate::prime::subtract;
use crate::product;

/// Triangles up to this size are inverted.
const SMALL: usize = 48;

/// Which triangle of a square matrix is meant; the other is not looked at.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Triangle {
    /// Below the diagonal, which counts as ones.
    UnitLower,
    /// On and above the diagonal.
    Upper,
}

/// right := triangle⁻¹ · right. Costs n²/2 products a column for n rows.
pub(crate) fn solve(prime: &Prime, which: Triangle, triangle: MatRef<'_, f64>, right: MatMut<'_, f64>) {
    let n = triangle.nrows();
    if n == 0 || right.ncols() == 0 {
        return;
    }
    if n <= SMALL {
        return solve_small(prime, which, triangle, right);
    }
    let half = (n / 2).next_multiple_of(SMALL).min(n - 1);
    let (upper_left, upper_right, lower_left, lower_right) = triangle.split_at(half, half);
    let (mut top, mut bottom) = right.split_at_row_mut(half);
    match which {
        Triangle::UnitLower => {
            solve(prime, which, upper_left, top.as_mut());
            product::add(prime, -1.0, bottom.as_mut(), lower_left, top.as_ref());
            solve(prime, which, lower_right, bottom);
        }
        Triangle::Upper => {
            solve(prime, which, lower_right, bottom.as_mut());
            product::add(prime, -1.0, top.as_mut(), upper_right, bottom.as_ref());
            solve(prime, which, upper_left, top);
        }
    }
}

fn solve_small(prime: &Prime, which: Triangle, triangle: MatRef<'_, f64>, mut right: MatMut<'_, f64>) {
    let n = triangle.nrows();
    if right.ncols() < n {
        return (0..right.ncols()).for_each(|j| solve_column(prime, which, triangle, column_mut(right.as_mut(), j)));
    }
    let mut inverse = Mat::<f64>::identity(n, n);
    (0..n).for_each(|j| solve_column(prime, which, triangle, column_mut(inverse.as_mut(), j)));
    let copy = right.to_owned();
    right.fill(0.0);
    product::add(prime, 1.0, right, inverse.as_ref(), copy.as_ref());
}

/// One right-hand side, by substitution.
fn solve_column(prime: &Prime, which: Triangle, triangle: MatRef<'_, f64>, right: &mut [f64]) {
    let n = triangle.nrows();
    let mut terms = 0;
    for step in 0..n {
        let k = if which == Triangle::UnitLower { step } else { n - 1 - step };
        right[k] = prime.reduce(right[k]);
        if which == Triangle::Upper {
            right[k] = prime.times(right[k], prime.inverse_of(triangle[(k, k)]));
        }
        let factor = right[k];
        if factor == 0.0 {
            continue;
        }
        let (rest, entries) = match which {
            Triangle::UnitLower => (&mut right[k + 1..], &column(triangle, k)[k + 1..]),
            Triangle::Upper => (&mut right[..k], &column(triangle, k)[..k]),
        };
        subtract(rest, factor, entries);
        terms += 1;
        if terms == prime.terms() {
            prime.reduce_all(rest);
            terms = 0;
        }
    }
}
