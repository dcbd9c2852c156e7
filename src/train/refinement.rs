//! A small loss is only a candidate: Gauss-Newton in high precision shows whether there is a match behind it.
//!
//! Steps are taken on as many learnable weights as the Jacobian has rank, chosen by pivoting, the surplus held fixed: so a
//! match is approached *quadratically*, every step about doubling the number of right digits, until the precision of
//! [`PRECISION`] bits is used up. A loss that goes to 0 while weights grow without bound is an *approximate* match, to a
//! point outside the reachable set. Anything else is no match.

use rug::{Float, Integer};

use allocert_core::allocation::Allocation;
use allocert_core::matching::Instance;
use allocert_core::network::Network;
use allocert_core::number::{Dyadic, Dyadics, Ring};

use super::divergence::diverges;
use super::real::Reals;

/// The precisions that steps are taken in, in bits, each twice the one before.
const PRECISIONS: [u32; 2] = [128, 256];
/// A match is refined to this precision, and then looked at again in twice as many bits.
pub const PRECISION: u32 = 256;
/// Steps at the first precision.
const MOST_STEPS: usize = 60;
/// Residuals of a match are below 2^this, against 1 + the teacher's labels.
const MATCHED_LOG2: f64 = -200.0;
/// A step from 2^−a to 2^−b has the order b/a; quadratic convergence shows as at least this, from 2^−24 on as far as the
/// precision carries.
const LEAST_ORDER: f64 = 1.5;
/// Weights beyond 2^this are not bounded.
const UNBOUNDED_LOG2: f64 = 40.0;

/// What a candidate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refined {
    /// Quadratic convergence to a bounded point.
    Match,
    /// The loss goes to 0 while weights grow without bound.
    Approximate,
    /// The loss goes to 0 at a bounded point, but slowly: the Jacobian is singular there, and it may be a match or not.
    Singular,
    /// The loss stays above 0.
    NoMatch,
}

/// Where refinement ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Refinement {
    /// What the candidate is.
    pub refined: Refined,
    /// log₂ of the mean square of the residuals; −∞ for 0.
    pub loss_log2: f64,
    /// The Euclidean norm of the learnable weights.
    pub norm: f64,
    /// The bits computed with.
    pub precision: u32,
    /// The learnable weights.
    pub weights: Vec<Float>,
}

/// An instance as exact numbers, to refine candidates for.
#[derive(Clone, Debug)]
pub struct Refiner<'a> {
    network: &'a Network,
    learnable: Vec<usize>,
    instance: &'a Instance,
    labels: Vec<Dyadic>,
    /// Whether all labels of the teacher are numbers that can be written down.
    is_finite: bool,
}

/// The state of a refinement: the learnable weights and the residuals there.
struct Place {
    weights: Vec<Float>,
    residuals: Vec<Float>,
    /// log₂ of the largest residual against 1 + the largest label.
    size: f64,
}

impl<'a> Refiner<'a> {
    /// For the students of an allocation.
    pub fn new(network: &'a Network, allocation: &Allocation, instance: &'a Instance) -> Self {
        let labels = match &instance.given {
            Some(wanted) => Some(wanted.labels.iter().map(|y| divided(y, &wanted.over)).collect()),
            None => labels_of(network, &instance.teacher, &instance.inputs),
        };
        let (is_finite, labels) = (labels.is_some(), labels.unwrap_or_default());
        Refiner { network, learnable: allocation.iter().collect(), instance, labels, is_finite }
    }

    /// The teacher's labels.
    pub fn labels(&self) -> &[Dyadic] {
        &self.labels
    }

    /// Whether the student matches as it was drawn, exactly. Labels with exponentials are known rounded only, so there it has to be the
    /// teacher.
    pub fn matches_already(&self) -> bool {
        let Instance { student, teacher, inputs, .. } = self.instance;
        match self.network.is_analytic() {
            true => student == teacher,
            false => labels_of(self.network, student, inputs).as_ref() == Some(&self.labels),
        }
    }

    /// Whether the teacher's labels are numbers that can be written down: an exponential may be too large.
    pub fn is_finite(&self) -> bool {
        self.is_finite
    }

    /// Decides about a candidate.
    pub fn refine(&self, candidate: &[f64]) -> Refinement {
        let mut place =
            self.place(PRECISIONS[0], candidate.iter().map(|w| Float::with_val(PRECISIONS[0], *w)).collect());
        let start = place.size;
        let mut run = vec![(norm_log2(&place.weights), start)];
        let mut orders = Vec::new();
        let mut precision = PRECISIONS[0];
        for (stage, next) in PRECISIONS.into_iter().enumerate() {
            precision = next;
            place = self.place(precision, place.weights.iter().map(|w| Float::with_val(precision, w)).collect());
            let most = if stage == 0 { MOST_STEPS } else { 8 };
            // As far as this precision carries.
            let floor = floor(precision);
            for _ in 0..most {
                if place.size <= floor || norm_log2(&place.weights) > UNBOUNDED_LOG2 {
                    break;
                }
                let Some(better) = self.step(precision, &place) else {
                    break;
                };
                orders.extend(order(precision, place.size, better.size));
                place = better;
                run.push((norm_log2(&place.weights), place.size));
            }
            if place.size > floor {
                break;
            }
        }
        let refined = if place.size <= MATCHED_LOG2 && is_quadratic(&orders) && self.confirm(&place.weights) {
            Refined::Match
        } else if diverges(&run) {
            Refined::Approximate
        } else if place.size < start - 10.0 {
            Refined::Singular
        } else {
            Refined::NoMatch
        };
        Refinement {
            refined,
            loss_log2: mean_square_log2(&place.residuals),
            norm: norm_log2(&place.weights).exp2(),
            precision,
            weights: place.weights,
        }
    }

    /// Evaluates the label map again, in twice the precision.
    fn confirm(&self, weights: &[Float]) -> bool {
        self.place(2 * PRECISION, weights.to_vec()).size <= MATCHED_LOG2
    }

    fn place(&self, precision: u32, weights: Vec<Float>) -> Place {
        let ring = Reals { precision };
        let (all, inputs) = self.point(precision, &weights);
        let labels = self.network.labels(&ring, &all, &inputs);
        let targets: Vec<Float> = self.labels.iter().map(|y| Reals { precision }.dyadic(y)).collect();
        let residuals: Vec<Float> = labels.iter().zip(&targets).map(|(f, y)| ring.sub(f, y)).collect();
        let size = largest_log2(&residuals) - largest_log2(&targets).max(0.0);
        Place { weights, residuals, size }
    }

    /// All weights and inputs.
    fn point(&self, precision: u32, weights: &[Float]) -> (Vec<Float>, Vec<Vec<Float>>) {
        let real =
            |numbers: &Vec<Dyadic>| numbers.iter().map(|x| Reals { precision }.dyadic(x)).collect::<Vec<Float>>();
        let mut all = real(&self.instance.student);
        self.learnable.iter().zip(weights).for_each(|(w, value)| all[*w] = Float::with_val(precision, value));
        (all, self.instance.inputs.iter().map(real).collect())
    }

    /// A Gauss-Newton step on a basis of the columns; nothing if there is none, or it leads to no number.
    fn step(&self, precision: u32, place: &Place) -> Option<Place> {
        let ring = Reals { precision };
        let (all, inputs) = self.point(precision, &place.weights);
        let jacobian = self.network.jacobian(&ring, &all, &inputs);
        let column = |w: &usize| (0..jacobian.rows()).map(|r| jacobian[(r, *w)].clone()).collect();
        let columns: Vec<Vec<Float>> = self.learnable.iter().map(column).collect();
        let moves = pivoted_least_squares(ring, columns, place.residuals.clone());
        let mut weights = place.weights.clone();
        moves.iter().for_each(|(w, by)| weights[*w] -= by);
        let sound = !moves.is_empty() && weights.iter().all(Float::is_finite);
        sound.then(|| self.place(precision, weights))
    }
}

/// A label over a positive integer, to more bits than training looks at.
fn divided(label: &Dyadic, over: &Integer) -> Dyadic {
    if *over == 1 {
        return label.clone();
    }
    let mantissa = Integer::from(&label.mantissa << (4 * PRECISION)) / over;
    Dyadic { mantissa, exponent: label.exponent + 4 * PRECISION }
}

/// The labels of polynomial networks and of those with kinks exactly; with exponentials and the like, rounded to more bits than training
/// looks at, and nothing if one is no number, or too large to be written down.
fn labels_of(network: &Network, weights: &[Dyadic], inputs: &[Vec<Dyadic>]) -> Option<Vec<Dyadic>> {
    if !network.is_analytic() {
        return Some(network.labels(&Dyadics, weights, inputs));
    }
    let ring = Reals { precision: 4 * PRECISION };
    let enter = |numbers: &[Dyadic]| numbers.iter().map(|x| ring.dyadic(x)).collect::<Vec<Float>>();
    let inputs: Vec<Vec<Float>> = inputs.iter().map(|input| enter(input)).collect();
    let labels = network.labels(&ring, &enter(weights), &inputs);
    labels.iter().map(exactly).collect()
}

/// Larger powers of two are not written down.
const LARGEST_EXPONENT: u32 = 1 << 16;

/// A float as the dyadic number that it is; nothing if it is none, or too large.
fn exactly(value: &Float) -> Option<Dyadic> {
    let (mantissa, exponent) = value.to_integer_exp()?;
    let exponent = i64::from(exponent);
    Some(match u32::try_from(exponent) {
        Ok(up) if up > LARGEST_EXPONENT => return None,
        Ok(up) => Dyadic { mantissa: mantissa << up, exponent: 0 },
        Err(_) => Dyadic { mantissa, exponent: u32::try_from(-exponent).ok()? },
    })
}

/// A column of the basis, the part of the right-hand side along it, and that of each later column.
type Pivot = (usize, Float, Vec<(usize, Float)>);

/// Minimises |Σ x_c · column_c − right| over a basis of the columns, found by pivoting: pairs (c, x_c). Modified Gram-Schmidt.
fn pivoted_least_squares(ring: Reals, mut columns: Vec<Vec<Float>>, mut right: Vec<Float>) -> Vec<(usize, Float)> {
    let length = |column: &[Float]| ring.dot(column, column);
    let mut left: Vec<usize> = (0..columns.len()).collect();
    let mut basis: Vec<Pivot> = Vec::new();
    let largest = columns.iter().map(|c| length(c)).fold(ring.zero(), |a, b| a.max(&b));
    // Squares below this are rounding: with exact numbers the column would depend on those before.
    let noise = Float::with_val(ring.precision, &largest >> (ring.precision + ring.precision / 3));
    while let Some((at, square)) = left
        .iter()
        .enumerate()
        .map(|(at, c)| (at, length(&columns[*c])))
        .max_by(|a, b| a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal))
        .filter(|(_, square)| *square > noise)
    {
        let chosen = left.swap_remove(at);
        let unit = columns[chosen].clone();
        let part = |other: &mut Vec<Float>| {
            let factor = ring.real(ring.dot(&unit, other) / &square);
            other.iter_mut().zip(&unit).for_each(|(x, u)| *x -= ring.mul(&factor, u));
            factor
        };
        let mut row = Vec::new();
        for c in &left {
            row.push((*c, part(&mut columns[*c])));
        }
        basis.push((chosen, part(&mut right), row));
    }
    // Back substitution: the part along an earlier column is shared with the later ones.
    let mut solution: Vec<(usize, Float)> = Vec::new();
    for (chosen, along, row) in basis.into_iter().rev() {
        let shared = row
            .iter()
            .filter_map(|(c, factor)| solution.iter().find(|(other, _)| other == c).map(|(_, x)| ring.mul(factor, x)));
        let value = shared.fold(along, |sum, term| ring.sub(&sum, &term));
        solution.push((chosen, value));
    }
    solution
}

/// log₂ of the residuals that a precision carries to.
fn floor(precision: u32) -> f64 {
    30.0 - f64::from(precision)
}

/// The order of a step between residuals of these sizes, as log₂; nothing where it says little: far from the end, or where a
/// quadratic step would lead below what the precision carries to.
fn order(precision: u32, from: f64, to: f64) -> Option<f64> {
    let tells = from < -24.0 && LEAST_ORDER * from > floor(precision);
    (tells && to.is_finite()).then(|| to / from)
}

/// Whether the last steps that tell about doubled the number of right digits.
fn is_quadratic(orders: &[f64]) -> bool {
    orders.iter().rev().take(2).all(|order| *order >= LEAST_ORDER)
}

/// log₂ of the largest absolute value; −∞ if all are 0, ∞ if one is no number.
fn largest_log2(numbers: &[Float]) -> f64 {
    let log2 = |x: &Float| if x.is_nan() { f64::INFINITY } else { x.clone().abs().log2().to_f64() };
    numbers.iter().map(log2).fold(f64::NEG_INFINITY, f64::max)
}

fn norm_log2(weights: &[Float]) -> f64 {
    let sum = weights.iter().fold(Float::new(64), |sum, w| sum + Float::with_val(64, w).square());
    0.5 * sum.log2().to_f64()
}

fn mean_square_log2(residuals: &[Float]) -> f64 {
    norm_log2(residuals) * 2.0 - (residuals.len().max(1) as f64).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_finds_a_basis_and_the_solution() {
        let ring = Reals { precision: 128 };
        let column = |entries: &[i64]| entries.iter().map(|x| ring.integer(*x)).collect::<Vec<_>>();
        // The third column is the sum of the first two; (7, 5, 0) = 1·(3, 1, 0) + 2·(2, 2, 0), and 4 cannot be reached.
        let columns = vec![column(&[3, 1, 0]), column(&[2, 2, 0]), column(&[5, 3, 0])];
        let solution = pivoted_least_squares(ring, columns.clone(), column(&[7, 5, 4]));
        assert_eq!(solution.len(), 2);
        for row in 0..2 {
            let sum: f64 = solution.iter().map(|(c, x)| (ring.mul(x, &columns[*c][row])).to_f64()).sum();
            assert!((sum - [7.0, 5.0][row]).abs() < 1e-30, "{row}: {sum}");
        }
        assert!(pivoted_least_squares(ring, vec![column(&[0, 0, 0])], column(&[1, 1, 1])).is_empty());
    }

    /// Steps as they were seen: 128 bits carry to about 2^−127, so that the step from 2^−95 is no slow one.
    #[test]
    fn orders_are_told_apart() {
        let quadratic = |first: &[f64], second: &[f64]| {
            let steps = |precision, sizes: &[f64]| -> Vec<f64> {
                sizes.windows(2).filter_map(|pair| order(precision, pair[0], pair[1])).collect()
            };
            is_quadratic(&[steps(128, first), steps(256, second)].concat())
        };
        assert!(quadratic(&[-10.0, -21.0, -43.0, -85.0, -125.0], &[-125.0, -251.0]));
        assert!(quadratic(&[-24.3, -46.9, -95.1, -125.7], &[-125.7, -253.1]));
        assert!(quadratic(&[-20.0, -120.0], &[-120.0, -250.0]));
        assert!(!quadratic(&[-26.0, -27.0, -28.0, -29.0], &[]));
        assert!(!quadratic(&[-26.0, -50.0, -98.0], &[-98.0, -100.0, -102.0]));
    }
}
