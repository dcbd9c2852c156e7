//! y = W₂ W₁ x, two by two, everything standard normal, a diagonal of each layer learns: the probability of a match lies between
//! two rational numbers, found by exact arithmetic. It is (the book's theory, section 6)
//! 4/π³ ∫_0^∞ V(k) dk, V(k) the mean of |x × y| over independent x and y, y with both coordinates exchanged, of the law of
//! √(1 + t²) R + k and √(1 + (1 + k²)/t²) R' + k with weights t dt / ((1 + t²) (1 + k² + t²)), t from 0 to ∞.
//!
//! - *k.* V is analytic in the sector |arg k| < π/4 and there at most (cos φ cos 2φ)^−3 V(|k|), φ = arg k. So the sum of ln(6/5) k V(k)
//!   over k = (6/5)^j is ∫ V(k) dk up to 4 · 10^−8 of it (Trefethen and Weideman 2014, Theorem 5.1, with cos 2φ = 1/4).
//!   What is cut off at both ends is at most what V(k) ≤ 2 a² + 4 k a w gives, where a = arctan(k)/k, w = ln(1 + k²)/2k².
//! - *t.* Let √f be k/√(1 + t²), and u = ln(1 + f). With weights du / 2k² the law is k R/√f + k and k √((1 + f)/(k² − f)) R' + k; to
//!   exchange both coordinates takes f to (k² − f)/(1 + f), so half of the range is enough. Both factors are convex
//!   in u, and the second is convex in the first. The mean |u·x| is convex in the factors: over a piece of the range it is
//!   at least that of the mean law (Jensen), and at most that of the law on the chord, which keeps the mean of the first
//!   factor. In the first piece, where that is unbounded, what exceeds its least value counts alone.

use rayon::prelude::*;
use rug::{Integer, Rational};

use super::zonoid::{BITS, Between, Law, PLACES, from_above, from_below, quotient, root, with_exchanged};

/// Pieces of half of the range.
const PIECES: u32 = 128;
/// k goes from (6/5)^LEAST
const LEAST: i32 = -72;
/// to (6/5)^MOST.
const MOST: i32 = 90;
/// The binary places of √f.
const ROOT_PLACES: u32 = 40;
/// Terms of the series of logarithm and arctangent, at arguments below 1/4.
const TERMS: u32 = 24;

/// Two numbers that the probability lies between.
fn share() -> [Rational; 2] {
    let each: Vec<[Rational; 2]> = (LEAST..=MOST).into_par_iter().map(|j| Slope::power(j).weighted()).collect();
    let [low, high] = [0, 1].map(|i| -> Rational { each.iter().map(|both| &both[i]).sum() });
    let step = logarithm(&quotient(&Integer::from(1), &Integer::from(11)));
    let [least, most] = [&step.low, &step.high].map(|x| Rational::from((x.clone(), Integer::from(1) << PLACES)));
    // h / 16 π, where 3.14159265358979 < π < 3.1415926535898.
    let per = |digits: u64| Rational::from((10u64.pow(14), 16 * digits));
    let missed = Rational::from((1, 10_000_000u64));
    let low = low * least * per(314_159_265_358_980) * (Rational::from(1) - &missed);
    let high = high * most * per(314_159_265_358_979) * (missed + 1u32);
    // The sums over k below and above: 4 h / π³ · 20 < 1/2, and so on.
    let power = |j: i32| {
        Rational::from((
            Integer::from(Integer::u_pow_u(5, j.unsigned_abs())),
            Integer::from(Integer::u_pow_u(6, j.unsigned_abs())),
        ))
    };
    let tails = power(LEAST) / 2u32 + power(MOST) * Rational::from((MOST as u32 + 14, 7u32));
    [rounded(low, false), rounded(high + tails, true)]
}

/// The next multiple of 2 to the power −40.
fn rounded(x: Rational, up: bool) -> Rational {
    let scaled = x << 40u32;
    Rational::from((if up { scaled.ceil() } else { scaled.floor() }.into_numer_denom().0, Integer::from(1) << 40u32))
}

/// k = N / D, with p = min(1, k²) = P / D² and q = max(1, k²) = Q / D². The law is taken times min(1, 1/k) and f times
/// max(1, 1/k²), so that its factors are 1/√f and √((1 + p f)/(q − f)), and √p instead of k, and the weight df / (1 + p f),
/// f from 0 to q.
struct Slope {
    numerator: Integer,
    denominator: Integer,
    p: Integer,
    q: Integer,
}

impl Slope {
    /// k = (6/5)^j.
    fn power(j: i32) -> Self {
        let of = |base: u32| Integer::from(Integer::u_pow_u(base, j.unsigned_abs())) << 64u32;
        let (numerator, denominator) = if j < 0 { (of(5), of(6)) } else { (of(6), of(5)) };
        let squares = [Integer::from(numerator.square_ref()), Integer::from(denominator.square_ref())];
        let [p, q] = [squares.iter().min(), squares.iter().max()].map(|x| x.cloned().unwrap_or_default());
        Slope { numerator, denominator, p, q }
    }

    fn square(&self) -> Integer {
        Integer::from(self.denominator.square_ref())
    }

    /// 16/π² times k V(k), from below and from above, times 4.
    fn weighted(&self) -> [Rational; 2] {
        let (k, one) = (Rational::from((self.numerator.clone(), self.denominator.clone())), Rational::from(1));
        let factor = if k < one { k } else { one / k };
        let low = from_below(&with_exchanged(self.means()));
        // A body that is not enclosed has no bound; there is none such, which the tests see.
        let high = from_above(&with_exchanged(self.chords())).unwrap_or_else(|| Rational::from(1_000_000));
        [low * &factor, high * factor]
    }

    /// √f at the ends of the pieces, over 2 to the power [`ROOT_PLACES`]; the last one is where half of the range ends, rounded.
    fn roots(&self, up: bool) -> Vec<Integer> {
        // Where to cut is free: about at ln(1 + p f) = ln(1 + k²) (i / PIECES)² / 2.
        let one = Integer::from(1) << (2 * PLACES);
        let square = self.square();
        let whole = Integer::from(self.numerator.square_ref()) + &square;
        let mut base = (whole << (2 * PLACES)) / &square;
        for _ in 0..(2 * PIECES.ilog2() + 1) {
            base = (base << (2 * PLACES)).sqrt();
        }
        let pair = Integer::from(base.square_ref()) >> (2 * PLACES);
        let (mut value, mut factor, mut roots) =
            (base.clone(), Integer::from(&base * &pair) >> (2 * PLACES), Vec::new());
        for _ in 1..PIECES {
            let f = Integer::from(&value - &one) * &square / &self.p;
            roots.push((f << (2 * ROOT_PLACES)).sqrt() >> PLACES);
            value = (value * &factor) >> (2 * PLACES);
            factor = (factor * &pair) >> (2 * PLACES);
        }
        roots.push(self.middle(up));
        roots
    }

    /// √f for f = q / (1 + √(1 + k²)), which an exchange of both coordinates leaves as it is.
    fn middle(&self, up: bool) -> Integer {
        let square = self.square();
        let inside = Integer::from(self.numerator.square_ref()) + &square;
        let diagonal = (inside * &square).sqrt() + u32::from(!up);
        let f = (Integer::from(&self.q << (2 * ROOT_PLACES)) / (square + diagonal)) + u32::from(up);
        f.sqrt() + u32::from(up)
    }

    /// (1 + p f) D² over 2 to the power 2 ROOT_PLACES.
    fn grown(&self, root: &Integer) -> Integer {
        (self.square() << (2 * ROOT_PLACES)) + Integer::from(root.square_ref()) * &self.p
    }

    /// √p.
    fn shift(&self) -> Between {
        quotient((&self.numerator).min(&self.denominator), &self.denominator)
    }

    /// 1/√f.
    fn first(&self, root: &Integer) -> Between {
        quotient(&(Integer::from(1) << ROOT_PLACES), root)
    }

    /// √((1 + p f)/(q − f)).
    fn second(&self, at: &Integer) -> Between {
        let below = (Integer::from(&self.q) << (2 * ROOT_PLACES)) - Integer::from(at.square_ref()) * self.square();
        root(&quotient(&self.grown(at), &below))
    }

    /// The weight between two values of √f, ln((1 + p f₁)/(1 + p f₀)) / p,
    fn weight(&self, from: &Integer, until: &Integer) -> Between {
        let (from, until) = (self.grown(from), self.grown(until));
        let argument = quotient(&Integer::from(&until - &from), &(until + from));
        over(logarithm(&argument), &self.square(), &self.p)
    }

    /// and the sum of the first factor, 2 (arctan √(p f₁) − arctan √(p f₀)) / √p.
    fn sum_of_first(&self, from: &Integer, until: &Integer) -> Between {
        let least = (&self.numerator).min(&self.denominator);
        let above = (Integer::from(until - from) << ROOT_PLACES) * least * &self.denominator;
        let below = (self.square() << (2 * ROOT_PLACES)) + Integer::from(from * until) * &self.p;
        over(arctangent(&quotient(&above, &below)), &self.denominator, least)
    }

    /// Laws that the pieces are not smaller than: their means.
    fn means(&self) -> Vec<Law> {
        let roots = self.roots(false);
        let mut from = Integer::new();
        let mut laws = Vec::new();
        let shift = self.shift().low;
        for until in roots {
            let weight = self.weight(&from, &until).low;
            // The second factor is at least what it is in the middle.
            let middle = (self.grown(&from) * self.grown(&until)).sqrt();
            let whole = (self.square() + Integer::from(self.numerator.square_ref())) << (2 * ROOT_PLACES);
            let below = (whole - &middle) * self.square();
            let second = root(&quotient(&(middle * &self.p), &below)).low;
            let sums = [self.sum_of_first(&from, &until).low, product(&weight, &shift), product(&weight, &second)];
            laws.push(sums.map(|x| short(&x)));
            from = until;
        }
        laws
    }

    /// Laws that the pieces are not larger than: on chords, and what exceeds the first one's.
    fn chords(&self) -> Vec<Law> {
        let roots = self.roots(true);
        let mut weights = vec![Integer::new(); roots.len()];
        let beginning = self.weight(&Integer::new(), &roots[0]);
        let excess =
            self.sum_of_first(&Integer::new(), &roots[0]).high - product(&beginning.low, &self.first(&roots[0]).low);
        weights[0] += beginning.high;
        for (i, pair) in roots.windows(2).enumerate() {
            let (weight, sum) = (self.weight(&pair[0], &pair[1]), self.sum_of_first(&pair[0], &pair[1]));
            let (left, right) = (self.first(&pair[0]), self.first(&pair[1]));
            let distance = Integer::from(&left.low - &right.high);
            let of_left = sum.high - product(&weight.low, &right.low);
            let of_right = product(&weight.high, &left.high) + 1u32 - sum.low;
            weights[i] += quotient(&of_left, &distance).high;
            weights[i + 1] += quotient(&of_right, &distance).high;
        }
        let shift = self.shift().high;
        let law = |(root, weight): (&Integer, &Integer)| {
            let factors = [self.first(root).high, shift.clone(), self.second(root).high];
            factors.map(|x| short(&(product(weight, &x) + 1u32)) + 1)
        };
        let chords = roots.iter().zip(&weights).map(law);
        chords.chain([[short(&excess) + 1, 0, 0]]).collect()
    }
}

/// The product of two numbers over 2 to the power [`PLACES`], rounded down.
fn product(a: &Integer, b: &Integer) -> Integer {
    Integer::from(a * b) >> PLACES
}

/// Over 2 to the power [`BITS`], rounded down.
fn short(x: &Integer) -> u64 {
    Integer::from(x >> (PLACES - BITS)).to_u64().unwrap_or(u64::MAX)
}

/// A number times a fraction.
fn over(x: Between, above: &Integer, below: &Integer) -> Between {
    Between { low: x.low * above / below, high: x.high * above / below + 1u32 }
}

/// ln((1 + r)/(1 − r)) = 2 (r + r³/3 + …), for 0 ≤ r < 1/4.
fn logarithm(r: &Between) -> Between {
    twice_series(r, false)
}

/// 2 arctan r = 2 (r − r³/3 + …), for 0 ≤ r < 1/4.
fn arctangent(r: &Between) -> Between {
    twice_series(r, true)
}

/// Each of fewer than 2 · TERMS roundings is below 1, and what is left out, below (1/4)^(2 TERMS).
fn twice_series(r: &Between, alternating: bool) -> Between {
    debug_assert!(Integer::from(&r.high << 2) < Integer::from(1) << PLACES, "arguments are small");
    let sum = |x: &Integer| -> Integer {
        let square = product(x, x);
        let (mut power, mut sum) = (x.clone(), Integer::new());
        for n in 0..TERMS {
            let term = Integer::from(&power / (2 * n + 1));
            if alternating && n % 2 == 1 {
                sum -= term
            } else {
                sum += term
            }
            power = product(&power, &square);
        }
        sum << 1
    };
    let margin = 8 * TERMS;
    Between { low: (sum(&r.low) - margin).max(Integer::new()), high: sum(&r.high) + margin }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::exact::{DIAGONAL_SHARE, DIAGONAL_UNIT};

    #[test]
    fn the_enclosure_is_narrow_and_around_what_was_measured() {
        let share = share();
        // What `match` says is what comes out here.
        assert_eq!(share, DIAGONAL_SHARE.map(|x| Rational::from((x, DIAGONAL_UNIT))));
        let [low, high] = share.map(|x| x.to_f64());
        assert!(high - low < 1e-4, "{low} to {high}");
        // 60 million samples of another program: 0.89557, with a standard error of 0.00004.
        assert!((low - 0.89557).abs() < 1e-4 && (high - 0.89557).abs() < 1e-4, "{low} to {high}");
    }

    #[test]
    fn ends_are_rounded_outward() {
        for (above, below) in [(1u64, 3u64), (2, 3), (895_600, 1_000_001), (1, 1 << 40)] {
            let x = Rational::from((above, below));
            let (low, high) = (rounded(x.clone(), false), rounded(x.clone(), true));
            assert!(low <= x && x <= high);
            assert!(Rational::from(&high - &low) * (1u64 << 40) <= 1, "{x}");
        }
    }

    #[test]
    fn logarithms_and_arctangents_are_enclosed() {
        for n in 5..60u32 {
            let r = quotient(&Integer::from(1), &Integer::from(n));
            let x = 1.0 / f64::from(n);
            for (enclosed, value) in [(logarithm(&r), ((1.0 + x) / (1.0 - x)).ln()), (arctangent(&r), 2.0 * x.atan())] {
                let [low, high] = [&enclosed.low, &enclosed.high].map(|x| x.to_f64() / 2f64.powi(PLACES as i32));
                assert!((low - value).abs() < 1e-14 && (high - value).abs() < 1e-14, "{n}: {low} {value} {high}");
                assert!(enclosed.low < enclosed.high && Integer::from(&enclosed.high - &enclosed.low) < 1_000);
            }
        }
    }

    /// The laws of the pieces: weights and means add up to what they are in closed form.
    #[test]
    fn pieces_add_up() {
        for j in [-20, -1, 0, 1, 30] {
            let slope = Slope::power(j);
            let k = 1.2f64.powi(j);
            // ∫ df / (1 + p f) and the mean of the first factor, ∫ df / (√f (1 + p f)), over all of the range.
            let p = k.min(1.0).powi(2);
            let weight = (1.0 + k * k).ln() / p;
            let first = 2.0 * k.atan() / p.sqrt();
            for (laws, slack) in [(slope.means(), -1e-6), (slope.chords(), 1e-6)] {
                let both = with_exchanged(laws);
                let sum = |i: usize| both.iter().map(|law| law[i] as f64 / (1u64 << BITS) as f64).sum::<f64>();
                let close = |found: f64, value: f64| (found / value - 1.0 - slack).abs() < 4e-3;
                assert!(close(sum(1), weight * p.sqrt()), "{j}: {} {}", sum(1), weight * p.sqrt());
                assert!(close(sum(0), first) && close(sum(2), first), "{j}: {} {first}", sum(0));
            }
        }
    }
}
