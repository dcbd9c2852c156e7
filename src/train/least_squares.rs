//! The normal equations of a damped least-squares step. Small ones are solved in place; large ones by faer.

use faer::Mat;
use faer::linalg::solvers::Solve;
use faer::prelude::*;

/// Above so many unknowns, faer's blocked Cholesky factorisation pays.
const SMALL: usize = 24;

/// JᵀJ and Jᵀr of one point, and buffers for a step.
#[derive(Clone, Debug)]
pub(super) struct Normal {
    size: usize,
    /// JᵀJ, row by row; only the lower triangle is kept.
    square: Vec<f64>,
    /// Jᵀr.
    gradient: Vec<f64>,
    /// The diagonal of JᵀJ; 1 where it is 0, for a weight that does not move a label here.
    scale: Vec<f64>,
    factor: Vec<f64>,
    solution: Vec<f64>,
}

impl Normal {
    pub(super) fn new(size: usize) -> Self {
        let (square, factor) = (vec![0.0; size * size], vec![0.0; size * size]);
        Normal { size, square, factor, gradient: vec![0.0; size], scale: vec![0.0; size], solution: vec![0.0; size] }
    }

    /// Takes another point; the Jacobian stands column by column.
    pub(super) fn form(&mut self, residuals: &[f64], jacobian: &[f64]) {
        let (n, rows) = (self.size, residuals.len());
        if n > SMALL && rows > 0 {
            let j = MatRef::from_column_major_slice(jacobian, rows, n);
            let square = j.transpose() * j;
            for i in 0..n {
                (0..=i).for_each(|k| self.square[i * n + k] = square[(i, k)]);
            }
        } else {
            for i in 0..n {
                let column = &jacobian[i * rows..][..rows];
                for k in 0..=i {
                    self.square[i * n + k] = dot(column, &jacobian[k * rows..][..rows]);
                }
            }
        }
        for i in 0..n {
            self.gradient[i] = dot(&jacobian[i * rows..][..rows], residuals);
            let diagonal = self.square[i * n + i];
            self.scale[i] = if diagonal > 0.0 { diagonal } else { 1.0 };
        }
    }

    /// The largest cosine between the residuals, whose squares sum up to `loss`, and a column of J.
    pub(super) fn cosine(&self, loss: f64) -> f64 {
        let cosine = |i: usize| {
            let column = self.square[i * self.size + i];
            if column > 0.0 { self.gradient[i].abs() / (column * loss).sqrt() } else { 0.0 }
        };
        (0..self.size).map(cosine).fold(0.0, f64::max)
    }

    /// Solves (JᵀJ + λD) δ = −Jᵀr; false if the matrix is not positive definite in floating point.
    pub(super) fn step(&mut self, damping: f64) -> bool {
        let n = self.size;
        self.factor.copy_from_slice(&self.square);
        for i in 0..n {
            self.factor[i * n + i] += damping * self.scale[i];
            self.solution[i] = -self.gradient[i];
        }
        if n > SMALL { self.solve_large() } else { cholesky(&mut self.factor, &mut self.solution) }
    }

    fn solve_large(&mut self) -> bool {
        let n = self.size;
        let matrix = Mat::from_fn(n, n, |i, j| self.factor[i.max(j) * n + i.min(j)]);
        let Ok(factor) = matrix.llt(faer::Side::Lower) else {
            return false;
        };
        let right = Mat::from_fn(n, 1, |i, _| self.solution[i]);
        let solution = factor.solve(&right);
        (0..n).for_each(|i| self.solution[i] = solution[(i, 0)]);
        true
    }

    /// δ of the step solved last.
    pub(super) fn solution(&self) -> &[f64] {
        &self.solution
    }

    /// How much the loss would fall by the step solved last if r were linear: δᵀ(λDδ − Jᵀr).
    pub(super) fn predicted(&self, damping: f64) -> f64 {
        let terms = self.solution.iter().zip(self.scale.iter().zip(&self.gradient));
        terms.map(|(d, (scale, g))| d * (damping * scale * d - g)).sum()
    }
}

#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Solves a positive definite system in place; the lower triangle is given, row by row.
fn cholesky(a: &mut [f64], b: &mut [f64]) -> bool {
    let n = b.len();
    for i in 0..n {
        let (above, row) = a.split_at_mut(i * n);
        for j in 0..i {
            let other = &above[j * n..][..=j];
            row[j] = (row[j] - dot(&row[..j], &other[..j])) * other[j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        // The inverse of the diagonal of the factor: no division later.
        row[i] = pivot.sqrt().recip();
        b[i] = (b[i] - dot(&row[..i], &b[..i])) * row[i];
    }
    for i in (0..n).rev() {
        b[i] *= a[i * n + i];
        let value = b[i];
        b[..i].iter_mut().zip(&a[i * n..][..i]).for_each(|(x, l)| *x -= l * value);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step satisfies its own equations, small and large, and is refused for a singular matrix without damping.
    #[test]
    fn steps_solve_the_damped_equations() {
        for n in [1, 3, SMALL, SMALL + 6] {
            let rows = n + 2;
            let entry = |k: usize| ((k * 7919 + 13) % 101) as f64 / 50.0 - 1.0;
            let jacobian: Vec<f64> = (0..rows * n).map(entry).collect();
            let residuals: Vec<f64> = (0..rows).map(|k| entry(k * k + 5)).collect();
            let mut normal = Normal::new(n);
            normal.form(&residuals, &jacobian);
            assert!(normal.step(0.5));
            let step = normal.solution().to_vec();
            let column = |i: usize| &jacobian[i * rows..][..rows];
            for i in 0..n {
                let moved: f64 = (0..n).map(|k| dot(column(i), column(k)) * step[k]).sum();
                let left = moved + 0.5 * dot(column(i), column(i)) * step[i];
                assert!((left + dot(column(i), &residuals)).abs() < 1e-9, "{n}: {i}");
            }
            let mut singular = Normal::new(n);
            singular.form(&residuals, &vec![0.0; rows * n]);
            assert!(!singular.step(0.0) && singular.step(1.0) && singular.cosine(1.0) == 0.0);
        }
    }
}
