//! The mean |x × y| of two independent vectors of the plane, of one and the same law: between two rational numbers.
//!
//! It is half of the area of the convex body with support function h(u) = E|u·x|, a zonoid (Vitale 1991). The laws here are
//! sums of laws of (a R + b, c R' + b), where R and R' are independent with P(R < r) = (1 + r / √(1 + r²)) / 2, so that
//! E|r R + s| = √(r² + s²). Hence E|a R + c R' + b| is a quarter of the perimeter of the ellipse whose half axes have the
//! sum of squares a² + b² + c² and the product ac: it rises with a, c and |b|, and is convex in them.
//!
//! Of a body that is known in finitely many directions, the polygon around it is not smaller; and it touches every side
//! of that polygon, so it is smaller by no more than the corners. Numbers are integers over powers of 2; every rounding
//! goes outward.

use std::sync::OnceLock;

use rug::{Integer, Rational};

/// Lengths are whole multiples of 2 to the power −30;
pub(super) const BITS: u32 = 30;
#[cfg(test)]
const ONE: u64 = 1 << BITS;
/// numbers that more is needed of are multiples of 2 to the power −96.
pub(super) const PLACES: u32 = 96;
/// Directions of a half circle.
const DIRECTIONS: usize = 1024;
/// Pieces of the table of perimeters,
const CELLS: usize = 1 << CELL_BITS;
const CELL_BITS: u32 = 13;
/// and terms of its series.
const TERMS: usize = 2_000;

/// A number that lies between two others, both over 2 to the power [`PLACES`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Between {
    pub low: Integer,
    pub high: Integer,
}

/// A quotient over 2 to the power [`PLACES`], and the least number above it.
pub(super) fn quotient(above: &Integer, below: &Integer) -> Between {
    let low = Integer::from(above << PLACES) / below;
    Between { high: Integer::from(&low + 1), low }
}

/// The square root of a number over 2 to the power [`PLACES`].
pub(super) fn root(square: &Between) -> Between {
    let low = Integer::from(&square.low << PLACES).sqrt();
    let high = Integer::from(&square.high << PLACES).sqrt() + 1u32;
    Between { low, high }
}

/// (a, b, c) with a, b, c ≥ 0, over 2 to the power [`BITS`], and below 1.
pub(super) type Law = [u64; 3];

/// The perimeter of an ellipse over π times the sum of its half axes, Σ binom(1/2, n)² hⁿ (Ivory): at the ends of cells
/// for h from 0 to 1, from below and from above.
struct Perimeters {
    /// The ends of lines that lie below it.
    lines: Vec<(u64, u64)>,
    /// It is convex, so chords lie above it.
    above: Vec<u64>,
}

impl Perimeters {
    fn get() -> &'static Perimeters {
        static TABLE: OnceLock<Perimeters> = OnceLock::new();
        TABLE.get_or_init(Perimeters::new)
    }

    fn new() -> Self {
        const UNIT: u128 = 1 << 62;
        let mut coefficients: Vec<(u128, u128)> = vec![(UNIT, UNIT)];
        for n in 1..=TERMS as u128 {
            let (low, high) = coefficients[n as usize - 1];
            let (above, below) = ((2 * n).abs_diff(3).pow(2), 4 * n * n);
            coefficients.push((low * above / below, (high * above).div_ceil(below)));
        }
        // The coefficient of hⁿ times n³ falls, so the rest is at most this.
        let rest = (coefficients[TERMS].1 * TERMS as u128).div_ceil(2);
        let at = |i: usize| -> (u64, u64) {
            let (mut power, mut low, mut high) = ((UNIT, UNIT), 0u128, rest);
            for (from, until) in &coefficients {
                low += (from * (power.0 >> 31)) >> 31;
                high += (until * power.1.div_ceil(1 << 31)).div_ceil(1 << 31);
                power = ((power.0 * i as u128) >> CELL_BITS, (power.1 * i as u128).div_ceil(CELLS as u128));
            }
            ((low >> 32) as u64, high.div_ceil(1 << 32) as u64)
        };
        let ends: Vec<(u64, u64)> = (0..=CELLS).map(at).collect();
        let line = |i: usize| match ends.get(i + 2) {
            // The line through two points further to the right, or to the left.
            Some(next) => (2 * ends[i + 1].0 - next.1, ends[i + 1].0),
            None => (ends[i].0, 2 * ends[i].0 - ends[i - 1].1),
        };
        Perimeters { lines: (0..CELLS).map(line).collect(), above: ends.into_iter().map(|end| end.1).collect() }
    }

    /// E|a R + c R' + b| times 4 / π, rounded down or up.
    fn mean(&self, [a, b, c]: Law, up: bool) -> u64 {
        let squares = a * a + b * b + c * c;
        let sum = squares + 2 * a * c;
        if sum == 0 {
            return 0;
        }
        // ((p − q) / (p + q))² of the half axes p and q.
        let difference = u128::from(squares - 2 * a * c) << BITS;
        let h = if up { difference.div_ceil(sum.into()) } else { difference / u128::from(sum) } as u64;
        let shift = BITS - CELL_BITS;
        let cell = ((h >> shift) as usize).min(CELLS - 1);
        let place = h - ((cell as u64) << shift);
        let left = (1 << shift) - place;
        let axes = sum.isqrt();
        if up {
            let factor = (self.above[cell] * left + self.above[cell + 1] * place).div_ceil(1 << shift);
            return ((u128::from(axes + 1) * u128::from(factor)) >> BITS) as u64 + 1;
        }
        let (from, until) = self.lines[cell];
        let factor = (from * left + until * place) >> shift;
        ((u128::from(axes) * u128::from(factor)) >> BITS) as u64
    }
}

/// The sines of j · π / DIRECTIONS, up to a right angle.
fn sines() -> &'static [Between] {
    static SINES: OnceLock<Vec<Between>> = OnceLock::new();
    SINES.get_or_init(|| {
        let n = DIRECTIONS / 2;
        let one = Integer::from(1) << PLACES;
        let exactly = |x: Integer| Between { low: x.clone(), high: x };
        let mut sines = vec![exactly(Integer::new()); n + 1];
        sines[n] = exactly(one.clone());
        let mut step = n;
        while step > 1 {
            let half = step / 2;
            for i in (half..n).step_by(step) {
                // sin² x = (1 − cos 2x) / 2, and cos 2x = sin(π/2 − 2x) or −sin(2x − π/2) is known before.
                let square = if 2 * i <= n {
                    let cosine = &sines[n - 2 * i];
                    Between { low: Integer::from(&one - &cosine.high), high: Integer::from(&one - &cosine.low) }
                } else {
                    let cosine = &sines[2 * i - n];
                    Between { low: Integer::from(&one + &cosine.low), high: Integer::from(&one + &cosine.high) }
                };
                sines[i] = root(&Between { low: square.low >> 1, high: (square.high >> 1) + 1u32 });
            }
            step = half;
        }
        sines
    })
}

/// |cos|, |sin| and |cos + sin| of a direction, from below and from above.
#[derive(Clone, Copy)]
struct Direction {
    low: [u64; 3],
    high: [u64; 3],
}

impl Direction {
    /// Of the angle j · π / DIRECTIONS.
    fn of(j: usize) -> Self {
        let (sines, right) = (sines(), DIRECTIONS / 2);
        let [sine, cosine] = match j <= right {
            true => [&sines[j], &sines[right - j]],
            false => [&sines[DIRECTIONS - j], &sines[j - right]],
        };
        let sum = match j <= right {
            true => {
                Between { low: Integer::from(&sine.low + &cosine.low), high: Integer::from(&sine.high + &cosine.high) }
            }
            false => {
                let ends = [Integer::from(&sine.low - &cosine.high), Integer::from(&cosine.low - &sine.high)];
                let low = ends.iter().max().filter(|x| x.is_positive()).cloned().unwrap_or_default();
                let ends = [Integer::from(&sine.high - &cosine.low), Integer::from(&cosine.high - &sine.low)];
                Between { low, high: ends.into_iter().max().unwrap_or_default() }
            }
        };
        let all = [cosine, &sum, sine];
        let short = |x: &Integer| Integer::from(x >> (PLACES - BITS)).to_u64().unwrap_or(u64::MAX);
        Direction { low: all.map(|x| short(&x.low)), high: all.map(|x| short(&x.high) + 1) }
    }
}

/// E|u·x| times 4/π in all directions, for a sum of laws that does not change if both coordinates are exchanged.
fn support(laws: &[Law], up: bool) -> Vec<u64> {
    let table = Perimeters::get();
    let one = |j: usize| -> u64 {
        let direction = Direction::of(j);
        let along = |law: &Law| {
            let scaled = |i: usize| match up {
                true => ((law[i] * direction.high[i]) >> BITS) + 1,
                false => (law[i] * direction.low[i]) >> BITS,
            };
            table.mean([0, 1, 2].map(scaled), up)
        };
        laws.iter().map(along).sum()
    };
    let quarter = DIRECTIONS / 4;
    let half: Vec<u64> = (quarter..=3 * quarter).map(one).collect();
    // The direction of angle x is exchanged with that of π/2 − x.
    let mirrored =
        |j: usize| if (quarter..=3 * quarter).contains(&j) { j } else { (3 * DIRECTIONS / 2 - j) % DIRECTIONS };
    (0..DIRECTIONS).map(|j| half[mirrored(j) - quarter]).collect()
}

/// Some of the directions: all at equal angles.
struct Polygon<'a> {
    lengths: &'a [u64],
    step: usize,
}

impl Polygon<'_> {
    fn count(&self) -> usize {
        DIRECTIONS / self.step
    }

    fn length(&self, j: usize) -> u64 {
        self.lengths[(j % self.count()) * self.step]
    }

    fn sine(&self) -> &Between {
        &sines()[self.step]
    }

    fn cosine(&self) -> &Between {
        &sines()[DIRECTIONS / 2 - self.step]
    }

    /// The side in a direction times the sine, with neighbours of other lengths and this cosine.
    fn side(&self, neighbours: &Self, j: usize, cosine: &Integer) -> Integer {
        let n = self.count();
        let sum = u128::from(neighbours.length(j + n - 1)) + u128::from(neighbours.length(j + 1));
        (Integer::from(sum) << PLACES) - Integer::from(cosine * self.length(j)) * 2u32
    }

    /// Whether every length is that of a side.
    fn is_tight(&self) -> bool {
        (0..self.count()).all(|j| !self.side(self, j, &self.cosine().high).is_negative())
    }

    /// Half of its area times the sine, over 2 to the power 2 BITS + PLACES.
    fn half_area(&self, cosine: &Integer) -> Integer {
        let products = |by: usize| -> Integer {
            (0..self.count()).map(|j| Integer::from(u128::from(self.length(j)) * u128::from(self.length(j + by)))).sum()
        };
        (products(1) << PLACES) - products(0) * cosine
    }

    /// Half of the area, from above.
    fn above(&self) -> Option<Rational> {
        self.is_tight().then(|| scaled(self.half_area(&self.cosine().low), &self.sine().low))
    }

    /// Half of the area of a body with these lengths or, up to `high`, longer ones: from below.
    fn below(&self, high: &Self) -> Option<Rational> {
        if !self.is_tight() {
            return None;
        }
        let n = self.count();
        let sides: Vec<Integer> = (0..n).map(|j| self.side(high, j, &self.cosine().low)).collect();
        let corner = |j: usize| Integer::from(&sides[j % n] * &sides[(j + 1) % n]);
        // Of two neighbouring corners one at most is cut off as a whole.
        let corners: Integer = (0..n / 2).map(|i| corner(2 * i).max(corner(2 * i + 1))).sum();
        let lost = (corners >> (PLACES + 1)) + 1u32;
        let whole = scaled(self.half_area(&self.cosine().high), &self.sine().high);
        Some(whole - scaled(lost, &self.sine().low))
    }
}

fn scaled(area: Integer, sine: &Integer) -> Rational {
    Rational::from((area, Integer::from(sine << (2 * BITS))))
}

/// The mean |x × y| times (4/π)², for the sum of these laws and of these with both coordinates exchanged: from above, of
/// laws that are not smaller.
pub(super) fn from_above(laws: &[Law]) -> Option<Rational> {
    let lengths = support(laws, true);
    steps().filter_map(|step| Polygon { lengths: &lengths, step }.above()).min()
}

/// The same from below, of laws that are not larger.
pub(super) fn from_below(laws: &[Law]) -> Rational {
    let (low, high) = (support(laws, false), support(laws, true));
    let of = |step| Polygon { lengths: &low, step }.below(&Polygon { lengths: &high, step });
    steps().filter_map(of).max().filter(|area| *area > 0).unwrap_or_default()
}

/// Fewer directions where rounding is too coarse for all.
fn steps() -> impl Iterator<Item = usize> {
    [1, 2, 4, 8, 16].into_iter()
}

/// Every law, and what it is with both coordinates exchanged.
pub(super) fn with_exchanged(laws: impl IntoIterator<Item = Law>) -> Vec<Law> {
    laws.into_iter().flat_map(|[a, b, c]| [[a, b, c], [c, b, a]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> u64 {
        ONE - 1
    }

    /// In whole numbers, where a rounding inward by one unit shows.
    #[test]
    fn roundings_go_outward() {
        let unit = || Integer::from(1) << PLACES;
        for (above, below) in [(1, 3), (2, 3), (5, 7), (1, 1), (22, 7)] {
            let q = quotient(&Integer::from(above), &Integer::from(below));
            let exact = unit() * above;
            assert!(
                Integer::from(&q.low * below) <= exact && exact < Integer::from(&q.high * below),
                "{above}/{below}"
            );
            let square = Between { low: q.low.clone(), high: q.high.clone() };
            let r = root(&square);
            assert!(Integer::from(r.low.square_ref()) <= (q.low << PLACES));
            assert!(Integer::from(r.high.square_ref()) >= (q.high << PLACES));
        }
        let (sines, shift) = (sines(), PLACES - BITS);
        for j in 0..DIRECTIONS {
            let direction = Direction::of(j);
            let sine = &sines[j.min(DIRECTIONS - j)];
            assert!(Integer::from(direction.low[2]) << shift <= sine.low, "{j}");
            assert!(Integer::from(direction.high[2]) << shift >= sine.high, "{j}");
        }
        for pair in sines.windows(2) {
            assert!(pair[0].low <= pair[0].high && pair[0].high < pair[1].low);
        }
    }

    /// A segment's ends lie on both sides of a disc's: E|a R| = |a|, and E|a R + b| = √(a² + b²).
    #[test]
    fn perimeters_of_segments_and_circles() {
        let table = Perimeters::get();
        let pi = std::f64::consts::PI;
        for (law, mean) in [
            ([one(), 0, 0], 1.0),
            ([0, one(), 0], 1.0),
            ([one(), one(), 0], 2f64.sqrt()),
            // The circle of radius 1 has the perimeter 2 π, a quarter of it is π / 2.
            ([one(), 0, one()], pi / 2.0),
        ] {
            let [low, high] = [false, true].map(|up| table.mean(law, up) as f64 / ONE as f64 * pi / 4.0);
            assert!(low <= mean + 1e-9 && mean - 1e-8 <= high && high - low < 2e-6, "{law:?}: {low} {mean} {high}");
        }
    }

    /// Means of |a R + c R' + b| by another way: R = tan of an angle whose sine is uniform, on a grid.
    #[test]
    fn perimeters_are_means() {
        let table = Perimeters::get();
        let n = 4_000;
        let grid: Vec<f64> = (0..n).map(|i| (2.0 * (f64::from(i) + 0.5) / f64::from(n) - 1.0).asin().tan()).collect();
        for law in [[0.3, 0.5, 0.7], [0.9, 0.1, 0.2], [0.1, 0.9, 0.1]] {
            let [a, b, c] = law;
            // E|a R + s| = √(a² + s²).
            let mean: f64 = grid.iter().map(|r| f64::hypot(a, c * r + b)).sum::<f64>() / f64::from(n);
            let law = law.map(|x| (x * ONE as f64) as u64);
            let [low, high] =
                [false, true].map(|up| table.mean(law, up) as f64 / ONE as f64 * std::f64::consts::FRAC_PI_4);
            // The grid misses the tails, a part of 1/√n of which counts.
            assert!(low <= mean * 1.02 && mean <= high * 1.001 && high - low < 1e-6, "{law:?}: {low} {mean} {high}");
        }
    }

    /// Of (R, R') alone: E|x × y| = E|R₁ R₄ − R₂ R₃|, and the body is known, so the area is too.
    #[test]
    fn areas_enclose_those_of_many_directions() {
        let laws = with_exchanged([[ONE / 2, ONE / 4, ONE / 8], [ONE / 16, ONE / 3, ONE / 2]]);
        let (low, high) = (from_below(&laws), from_above(&laws).unwrap());
        assert!(low < high && Rational::from(&high - &low) < Rational::from(&high / 30_000u32), "{low} {high}");
    }
}
