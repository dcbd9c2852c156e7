//! Whether a residual that goes to 0 does so because weights run away.
//!
//! Evidence of it is a *law*: along the run the norm grows by two decades or more while the residual falls about like a power
//! norm^−k, with the same k before and after, and to the end. A match that is only far away looks so for a while; then its
//! residual falls much faster than the norm grows. So does a loss that ends above 0; then its residual falls slower and slower.

/// The norm grows by at least this factor, as log₂.
const LEAST_GROWTH: f64 = 6.64;
/// The exponent k is at least this.
const LEAST_EXPONENT: f64 = 0.25;
/// The exponents of the two halves differ by at most this factor.
const MOST_APART: f64 = 2.5;

/// The end of a run: the norm grows by this factor there, as log₂.
const END: f64 = 1.0;

/// A point of a run: log₂ of the norm, and log₂ of the residual.
pub(super) type Point = (f64, f64);

/// Whether the points at which a run came closer than before follow such a law.
pub(super) fn diverges(run: &[Point]) -> bool {
    let mut lows: Vec<Point> = Vec::new();
    for point in run.iter().filter(|p| p.0.is_finite() && p.1.is_finite()) {
        if lows.last().is_none_or(|last| point.1 < last.1) {
            lows.push(*point);
        }
    }
    let [first, .., last] = lows.as_slice() else {
        return false;
    };
    if last.0 - first.0 < LEAST_GROWTH {
        return false;
    }
    let middle = 0.5 * (first.0 + last.0);
    let nearest = |p: &&Point| (p.0 - middle).abs();
    let inner = &lows[1..lows.len() - 1];
    let Some(half) = inner.iter().min_by(|a, b| nearest(a).total_cmp(&nearest(b))) else {
        return false;
    };
    let exponent = |from: &Point, to: &Point| (from.1 - to.1) / (to.0 - from.0);
    let (before, after) = (exponent(first, half), exponent(half, last));
    // The last doubling of the norm.
    let late = lows.iter().rev().find(|p| last.0 - p.0 >= END);
    let end = late.map_or(0.0, |p| exponent(p, last));
    let least = before.min(after).min(end);
    let grows = half.0 > first.0 && last.0 > half.0;
    grows && least >= LEAST_EXPONENT && before.max(after).max(end) <= MOST_APART * least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_is_told_from_a_match_that_is_far_away() {
        let law: Vec<Point> = (0..12).map(|i| (f64::from(i), 3.0 - f64::from(i))).collect();
        assert!(diverges(&law));
        assert!(!diverges(&law[..6]), "not far enough");
        let bounded: Vec<Point> = (0..12).map(|i| (5.0, -f64::from(i))).collect();
        assert!(!diverges(&bounded), "the norm stands still");
        let far: Vec<Point> = (0..12).map(|i| (f64::from(i), -f64::from(i * i * i))).collect();
        assert!(!diverges(&far), "faster and faster: a match");
        let stuck: Vec<Point> = (0..12).map(|i| (f64::from(i), -(f64::from(i) + 1.0).ln())).collect();
        assert!(!diverges(&stuck), "the residual ends above 0");
        // As it was seen: the teacher's dimension is not reached.
        let slower = [(9.5, -0.84), (11.2, -1.64), (12.8, -2.36), (14.2, -2.89), (15.7, -3.26), (16.8, -3.41)];
        assert!(!diverges(&slower), "slower and slower");
    }
}
