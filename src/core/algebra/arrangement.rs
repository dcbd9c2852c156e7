//! The cells of an arrangement of hyperplanes, one hyperplane after another.
//!
//! A new hyperplane meets exactly those cells that the ones before it cut out of it as cells of an arrangement in one dimension less
//! (Zaslavsky 1975 counts in this way). So that arrangement tells which cells are cut in two, and a point inside each of its
//! cells, moved a little off the hyperplane, is a point inside each half. A cell that is not cut lies on the side of its point.

use rug::Integer;
use rug::ops::NegAssign;
use rustc_hash::FxHashMap;

use super::linear_system::{Constraint, Sign};

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
/// Costs about a product a cell, form and variable, and as much in the arrangement on each hyperplane.
pub fn cells(variables: usize, forms: &[AffineForm], most: usize) -> Option<Vec<Vec<bool>>> {
    let cells = cut(variables, forms, most, &Integer::from(1))?;
    Some(cells.into_iter().map(|cell| cell.signs).collect())
}

/// A cell and a point inside it.
struct Cell {
    signs: Vec<bool>,
    inside: Point,
}

/// Coordinates over a common positive denominator.
#[derive(Clone, Debug)]
struct Point {
    numerators: Vec<Integer>,
    denominator: Integer,
}

/// The cells; `last` divides what restricts these forms to a hyperplane (Bareiss 1968).
fn cut(variables: usize, forms: &[AffineForm], most: usize, last: &Integer) -> Option<Vec<Cell>> {
    let origin = Point { numerators: vec![Integer::new(); variables], denominator: Integer::from(1) };
    let mut cells = vec![Cell { signs: Vec::new(), inside: origin }];
    for (index, form) in forms.iter().enumerate() {
        let before = &forms[..index];
        let Some(pivot) = form.coefficients.iter().position(|c| !c.is_zero()) else {
            cells.iter_mut().for_each(|cell| cell.signs.push(form.constant.is_positive()));
            continue;
        };
        let mut on_it = form.on_hyperplane(pivot, before, most, last)?;
        let mut next = Vec::with_capacity(cells.len() + on_it.len());
        for Cell { signs, inside } in cells {
            let with = |side: bool| signs.iter().copied().chain([side]).collect::<Vec<bool>>();
            match on_it.remove(&signs) {
                Some(point) => {
                    for side in [true, false] {
                        let inside = form.beside(pivot, before, &point, side);
                        next.push(Cell { signs: with(side), inside });
                    }
                }
                None => next.push(Cell { signs: with(form.at(&inside).is_positive()), inside }),
            }
        }
        if next.len() > most {
            return None;
        }
        cells = next;
    }
    Some(cells)
}

impl AffineForm {
    /// The value at a point, times the point's denominator.
    fn at(&self, point: &Point) -> Integer {
        let start = Integer::from(&self.constant * &point.denominator);
        self.coefficients.iter().zip(&point.numerators).fold(start, |sum, (c, x)| sum + c * x)
    }

    /// Where the form is 0: for each cell of the forms before it that it meets, a point inside both. `pivot` is a variable that occurs.
    fn on_hyperplane(
        &self,
        pivot: usize,
        before: &[AffineForm],
        most: usize,
        last: &Integer,
    ) -> Option<FxHashMap<Vec<bool>, Point>> {
        let scale = Integer::from(self.coefficients[pivot].abs_ref());
        let restricted: Vec<AffineForm> = before.iter().map(|form| self.restrict(pivot, form, last)).collect();
        let vanishes =
            |(form, old): (&AffineForm, &AffineForm)| form.is_zero() && old.coefficients.iter().any(|c| !c.is_zero());
        if restricted.iter().zip(before).any(vanishes) {
            return Some(FxHashMap::default()); // the same hyperplane once more: it lies between cells
        }
        let cells = cut(self.coefficients.len() - 1, &restricted, most, &scale)?;
        Some(cells.into_iter().map(|cell| (cell.signs, self.lift(pivot, &scale, cell.inside))).collect())
    }

    fn is_zero(&self) -> bool {
        self.constant.is_zero() && self.coefficients.iter().all(Integer::is_zero)
    }

    /// A positive multiple of another form where this one is 0, in all variables but the pivot.
    fn restrict(&self, pivot: usize, other: &AffineForm, last: &Integer) -> AffineForm {
        let own = &self.coefficients[pivot];
        let entry = |ours: &Integer, theirs: &Integer| {
            let mut entry = Integer::from(own * theirs) - &other.coefficients[pivot] * ours;
            entry.div_exact_mut(last);
            if own.is_negative() {
                entry.neg_assign();
            }
            entry
        };
        let both = self.coefficients.iter().zip(&other.coefficients).enumerate().filter(|(i, _)| *i != pivot);
        AffineForm {
            coefficients: both.map(|(_, (a, b))| entry(a, b)).collect(),
            constant: entry(&self.constant, &other.constant),
        }
    }

    /// The point of the hyperplane with these other coordinates; `scale` is the pivot's absolute value.
    fn lift(&self, pivot: usize, scale: &Integer, point: Point) -> Point {
        let Point { mut numerators, denominator } = point;
        numerators.insert(pivot, Integer::new());
        let mut solved = self.at(&Point { numerators: numerators.clone(), denominator: denominator.clone() });
        if self.coefficients[pivot].is_positive() {
            solved.neg_assign();
        }
        numerators.iter_mut().for_each(|x| *x *= scale);
        numerators[pivot] = solved;
        Point { numerators, denominator: denominator * scale }
    }

    /// A point of the hyperplane at which the forms before are not 0, moved along the pivot so little that they keep their signs.
    fn beside(&self, pivot: usize, before: &[AffineForm], point: &Point, side: bool) -> Point {
        // With |value| ≥ 2^(bits − 1) and |slope| < 2^bits, a step of 2^−shift changes no sign.
        let shift = |form: &AffineForm| {
            let slope = form.coefficients[pivot].significant_bits() + point.denominator.significant_bits();
            (slope + 1).saturating_sub(form.at(point).significant_bits())
        };
        let moves = before.iter().filter(|form| !form.coefficients[pivot].is_zero());
        let shift = moves.map(shift).max().unwrap_or(0);
        let mut numerators: Vec<Integer> = point.numerators.iter().map(|x| Integer::from(x << shift)).collect();
        if side == self.coefficients[pivot].is_positive() {
            numerators[pivot] += &point.denominator;
        } else {
            numerators[pivot] -= &point.denominator;
        }
        Point { numerators, denominator: Integer::from(&point.denominator << shift) }
    }

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
    use super::super::linear_system::LinearSystem;
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        /// Every sign vector asked one by one, of forms with many coincidences.
        #[test]
        fn cells_are_the_feasible_sign_vectors(
            variables in 0usize..4,
            rows in proptest::collection::vec((proptest::collection::vec(-2i64..3, 3), -2i64..3), 0..6),
        ) {
            let forms: Vec<AffineForm> = rows.iter().map(|(a, c)| form(&a[..variables], *c)).collect();
            let mut found = cells(variables, &forms, 1_000).unwrap();
            let is_cell = |signs: &Vec<bool>| {
                let (constant, cutting): (Vec<_>, Vec<_>) =
                    forms.iter().zip(signs).partition(|(f, _)| f.coefficients.iter().all(Integer::is_zero));
                let constraints = cutting.iter().map(|(f, on)| f.side(**on, Sign::Positive)).collect();
                constant.iter().all(|(f, on)| f.constant.is_positive() == **on)
                    && LinearSystem { variables, constraints }.is_feasible()
            };
            let all = (0..1u32 << forms.len()).map(|bits| (0..forms.len()).map(|i| bits >> i & 1 == 1).collect());
            let mut expected: Vec<Vec<bool>> = all.filter(is_cell).collect();
            expected.sort();
            found.sort();
            prop_assert_eq!(found, expected);
        }
    }
}
