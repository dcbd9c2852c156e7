//! The signs of the eigenvalues of a symmetric matrix, exactly: Sylvester's law of inertia.

use rug::{Integer, Rational};

/// How many eigenvalues of a symmetric matrix are positive, and how many negative; the others are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inertia {
    /// Those above 0.
    pub positive: usize,
    /// Those below 0.
    pub negative: usize,
}

impl Inertia {
    /// Of a symmetric matrix, by congruence: a non-zero entry of the diagonal is split off, and where the diagonal is 0, a
    /// pair of rows with a non-zero entry between them, which is one positive and one negative square.
    ///
    /// # Panics
    /// If the matrix is not square. Only entries on and below the diagonal are read.
    pub fn of(matrix: &[Vec<Integer>]) -> Self {
        let n = matrix.len();
        let entry = |i: usize, j: usize| Rational::from(&matrix[i.max(j)][i.min(j)]);
        let mut form: Vec<Vec<Rational>> = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
        let (mut left, mut inertia): (Vec<usize>, Inertia) = ((0..n).collect(), Inertia::default());
        while let Some((i, j)) = pivot(&form, &left) {
            if i == j {
                inertia.positive += usize::from(form[i][i].is_positive());
                inertia.negative += usize::from(form[i][i].is_negative());
            } else {
                inertia.positive += 1;
                inertia.negative += 1;
            }
            left.retain(|k| *k != i && *k != j);
            split_off(&mut form, &left, (i, j));
        }
        inertia
    }
}

/// A place with a non-zero entry among the rows left, on the diagonal if there is one.
fn pivot(form: &[Vec<Rational>], left: &[usize]) -> Option<(usize, usize)> {
    let diagonal = left.iter().map(|i| (*i, *i));
    let others = left.iter().flat_map(|i| left.iter().filter(move |j| *j > i).map(move |j| (*i, *j)));
    diagonal.chain(others).find(|(i, j)| !form[*i][*j].is_zero())
}

/// The Schur complement, on the rows left, of a diagonal entry or of a pair of rows whose diagonal is 0.
fn split_off(form: &mut [Vec<Rational>], left: &[usize], (i, j): (usize, usize)) {
    let pivot = form[i][j].clone();
    let (first, second) = (form[i].clone(), form[j].clone());
    for a in left {
        for b in left {
            let mut product = Rational::from(&first[*a] * &second[*b]);
            if i != j {
                product += Rational::from(&second[*a] * &first[*b]);
            }
            form[*a][*b] -= product / &pivot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Square = Vec<Vec<Integer>>;

    fn product(a: &Square, b: &Square) -> Square {
        let entry = |i: usize, j: usize| (0..b.len()).map(|k| Integer::from(&a[i][k] * &b[k][j])).sum();
        (0..a.len()).map(|i| (0..b[0].len()).map(|j| entry(i, j)).collect()).collect()
    }

    /// The characteristic polynomial by Faddeev and LeVerrier, from the leading coefficient down.
    fn characteristic(a: &Square) -> Vec<Integer> {
        let n = a.len();
        let (mut coefficients, mut m) = (vec![Integer::from(1)], vec![vec![Integer::new(); n]; n]);
        for k in 1..=n {
            let last = coefficients[k - 1].clone();
            (0..n).for_each(|i| m[i][i] += &last);
            m = product(a, &m);
            let trace: Integer = (0..n).map(|i| m[i][i].clone()).sum();
            coefficients.push(-trace / Integer::from(k));
        }
        coefficients
    }

    /// Descartes' rule, exact for polynomials whose roots are all real.
    fn changes(coefficients: impl Iterator<Item = Integer>) -> usize {
        let signs: Vec<bool> = coefficients.filter(|c| !c.is_zero()).map(|c| c.is_positive()).collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }

    proptest! {
        /// A second method: signs of the roots of the characteristic polynomial, which are real.
        #[test]
        fn inertia_is_that_of_the_characteristic_polynomial(
            n in 1usize..6, entries in proptest::collection::vec(-2i64..3, 36), squares in any::<bool>()
        ) {
            let given = |i: usize, j: usize| Integer::from(entries[i.max(j) * 6 + i.min(j)]);
            let mut matrix: Square = (0..n).map(|i| (0..n).map(|j| given(i, j)).collect()).collect();
            if squares && n > 1 {
                // Of low rank, so that zeros occur.
                let rows: Square = (0..n - 1).map(|i| (0..n).map(|j| Integer::from(entries[i * 6 + j])).collect()).collect();
                let signs = |i: usize| Integer::from(if entries[35 - i] < 0 { -1 } else { 1 });
                let form = |a: usize, b: usize| (0..n - 1).map(|i| signs(i) * &rows[i][a] * &rows[i][b]).sum();
                matrix = (0..n).map(|a| (0..n).map(|b| form(a, b)).collect()).collect();
            }
            let polynomial = characteristic(&matrix);
            let mirrored = polynomial.iter().enumerate().map(|(k, c)| if k % 2 == 0 { c.clone() } else { -c.clone() });
            let expected = Inertia { positive: changes(polynomial.iter().cloned()), negative: changes(mirrored) };
            prop_assert_eq!(Inertia::of(&matrix), expected);
        }
    }
}
