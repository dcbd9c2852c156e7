//! The cells of an arrangement of hyperplanes, one after another from the hyperplanes before: not all sign vectors.

use rug::Integer;

use super::linear_system::{Constraint, LinearSystem, Sign};

/// An affine form in some variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffineForm {
    /// One coefficient a variable.
    pub coefficients: Vec<Integer>,
    /// What is added.
    pub constant: Integer,
}

/// The sign vectors of the full-dimensional cells that the zeros of affine forms cut space into: true where a form is positive.
/// Their closures cover the space. A form that is constant is positive or not everywhere. Nothing if there are more than
/// `most` cells.
///
/// Costs about one linear system a cell and form.
pub fn cells(variables: usize, forms: &[AffineForm], most: usize) -> Option<Vec<Vec<bool>>> {
    let mut cells = vec![Vec::new()];
    for (index, form) in forms.iter().enumerate() {
        let constant = form.coefficients.iter().all(Integer::is_zero);
        let mut next = Vec::with_capacity(cells.len() + 1);
        for cell in cells {
            let mut sides = vec![true, false];
            if constant {
                sides = vec![form.constant.is_positive()];
            } else if !is_cell(variables, &forms[..=index], &cell, false) {
                // An open cell is not inside a hyperplane: what is not on one side is on the other.
                sides = vec![true];
            } else if !is_cell(variables, &forms[..=index], &cell, true) {
                sides = vec![false];
            }
            for side in sides {
                let mut longer = cell.clone();
                longer.push(side);
                next.push(longer);
            }
        }
        if next.len() > most {
            return None;
        }
        cells = next;
    }
    Some(cells)
}

/// Whether a cell reaches a side of the last form.
fn is_cell(variables: usize, forms: &[AffineForm], cell: &[bool], side: bool) -> bool {
    let signs = cell.iter().copied().chain([side]);
    // Where a form is constant its sign is no condition.
    let bounding = forms.iter().zip(signs).filter(|(form, _)| form.coefficients.iter().any(|c| !c.is_zero()));
    let constraints = bounding.map(|(form, positive)| form.side(positive, Sign::Positive)).collect();
    LinearSystem { variables, constraints }.is_feasible()
}

impl AffineForm {
    /// The condition that the form, or its negative, has this sign.
    pub fn side(&self, positive: bool, sign: Sign) -> Constraint {
        let signed = |x: &Integer| if positive { x.clone() } else { Integer::from(-x) };
        Constraint {
            coefficients: self.coefficients.iter().map(signed).collect(),
            constant: signed(&self.constant),
            sign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(coefficients: &[i64], constant: i64) -> AffineForm {
        AffineForm { coefficients: coefficients.iter().map(|c| Integer::from(*c)).collect(), constant: constant.into() }
    }

    #[test]
    fn generic_arrangements_have_the_known_number_of_cells() {
        // Moment curve: m hyperplanes in general position cut space into Σ_{i ≤ k} binomial(m, i) cells.
        for (k, m, expected) in [(1, 5, 6), (2, 4, 11), (2, 6, 22), (3, 4, 15), (3, 5, 26)] {
            let forms: Vec<AffineForm> =
                (1..=m).map(|t: i64| form(&(1..=k).map(|e| t.pow(e)).collect::<Vec<_>>(), -t.pow(k + 1))).collect();
            assert_eq!(cells(k as usize, &forms, 1000).map(|c| c.len()), Some(expected), "{k} {m}");
            assert_eq!(cells(k as usize, &forms, expected - 1), None);
        }
        // Through the origin: 2 Σ_{i < k} binomial(m − 1, i).
        let lines: Vec<AffineForm> = (1..=5).map(|t| form(&[1, t], 0)).collect();
        assert_eq!(cells(2, &lines, 100).map(|c| c.len()), Some(10));
    }

    #[test]
    fn constant_and_repeated_forms_cut_nothing() {
        let forms = [form(&[0], 3), form(&[0], 0), form(&[0], -1), form(&[2], 4), form(&[-1], -2)];
        let expected = [[true, false, false, true, false], [true, false, false, false, true]];
        assert_eq!(cells(1, &forms, 10), Some(expected.map(|c| c.to_vec()).to_vec()));
    }
}
