//! The probability that c_1 (w_1·x)² + c_2 (w_2·x)² + c_3 (w_3·x)² is indefinite on the plane, everything standard normal: between two
//! rational numbers, by exact arithmetic. It is (the book's theory, section 6)
//! 3/4 of the mean, over φ and θ uniform in (0, π/2), of J(κ), κ = 1 / (cos²θ / sin φ + sin²θ / cos φ), where
//! J(κ) = ∫_0^1 (1 + κ √(1 − y²) / y)^(−1/2) dy.
//!
//! J falls with κ, its integrand rises with y, and κ rises with sin φ and with cos φ; at φ < π/4 it rises with θ. So sums over grids
//! bound it from both sides. Numbers are integers over 2^30; every rounding goes outward.

use std::sync::OnceLock;

use rug::Rational;

/// The unit of fixed-point numbers is 2 to the power −30.
const BITS: u32 = 30;
const ONE: u64 = 1 << BITS;
/// The cells of y,
const HEIGHTS: u64 = 8192;
/// of κ, where J is summed,
const COARSE: u64 = 128;
/// and where it is tabulated,
const SLOPES: u64 = 4096;
/// and the logarithm of those of each angle.
const ANGLES: u32 = 11;

/// A number between two others.
#[derive(Clone, Copy, Debug)]
struct Between {
    low: u64,
    high: u64,
}

/// The square root of a fixed-point number, rounded down.
fn root_down(a: u64) -> u64 {
    (a << BITS).isqrt()
}

/// Rounded up.
fn root_up(a: u64) -> u64 {
    let root = (a << BITS).isqrt();
    root + u64::from(root * root < a << BITS)
}

/// J(k / COARSE).
fn heights(k: u64) -> Between {
    // The integrand at y = i / HEIGHTS; it is 0 at 0, and 1 at 1.
    let value = |i: u64, up: bool| -> u64 {
        let y = i * (ONE / HEIGHTS);
        let square = ONE - ((y * y) >> BITS);
        // y² has at most 26 binary places: that was exact.
        let other = if up { root_down(square) } else { root_up(square) };
        let scaled = if up { k * other / COARSE } else { (k * other).div_ceil(COARSE) };
        let (numerator, denominator) = (y << BITS, y + scaled);
        if up { root_up(numerator.div_ceil(denominator)) } else { root_down(numerator / denominator) }
    };
    let low: u64 = (0..HEIGHTS).map(|i| if i == 0 { 0 } else { value(i, false) }).sum();
    let high: u64 = (1..=HEIGHTS).map(|i| if i == HEIGHTS { ONE } else { value(i, true) }).sum();
    Between { low: low / HEIGHTS, high: high.div_ceil(HEIGHTS) }
}

/// J at all κ = k / SLOPES: it is convex in κ, so a chord is above it, and the chord further to the right below it.
fn table() -> Vec<Between> {
    let coarse: Vec<Between> = (0..=COARSE).map(heights).collect();
    let step = SLOPES / COARSE;
    let at = |k: u64| -> Between {
        let (i, rest) = ((k / step) as usize, k % step);
        if rest == 0 {
            return coarse[i];
        }
        let (left, right) = (coarse[i], coarse[i + 1]);
        let high = (left.high * (step - rest) + right.high * rest).div_ceil(step);
        let fall = coarse.get(i + 2).map_or(0, |next| right.low.saturating_sub(next.high));
        Between { low: right.low + fall * (step - rest) / step, high }
    };
    (0..=SLOPES).map(at).collect()
}

/// sin(i π / 2^(ANGLES+1)), i = 0 … 2^ANGLES, by halving angles.
fn sines() -> Vec<Between> {
    let n = 1usize << ANGLES;
    let mut sin = vec![Between { low: 0, high: 0 }; n + 1];
    sin[n] = Between { low: ONE, high: ONE };
    // sin² x = (1 − cos 2x) / 2, and cos 2x = sin(π/2 − 2x) or −sin(2x − π/2) is known before.
    let mut step = n;
    while step > 1 {
        let half = step / 2;
        for i in (half..n).step_by(step) {
            let double = 2 * i;
            let (low, high) = if double <= n {
                let c = sin[n - double];
                (ONE - c.high, ONE - c.low)
            } else {
                let c = sin[double - n];
                (ONE + c.low, ONE + c.high)
            };
            sin[i] = Between { low: root_down(low / 2), high: root_up(high.div_ceil(2)).min(ONE) };
        }
        step = half;
    }
    sin
}

/// κ from below or from above, in units of 1 / SLOPES: s c / (c cos²θ + s sin²θ), q being sin²θ.
fn slope(sine: u64, cosine: u64, q: u64, up: bool) -> u64 {
    let above = u128::from(sine) * u128::from(cosine) * u128::from(SLOPES);
    let below = u128::from(cosine * (ONE - q) + sine * q);
    let ratio = if up { above.div_ceil(below.max(1)) } else { above / below.max(1) };
    ratio.min(u128::from(SLOPES)) as u64
}

/// The mean of J, over φ below π/4: to exchange sine and cosine of both angles changes nothing.
fn mean() -> Between {
    let (j, sin) = (table(), sines());
    let n = 1usize << ANGLES;
    let (mut low, mut high) = (0u64, 0u64);
    for a in 0..n / 2 {
        let [least, most] = [(sin[a].low, sin[n - a - 1].low), (sin[a + 1].high, sin[n - a].high)];
        for b in 0..n {
            let (t0, t1) = (sin[b].low, sin[b + 1].high);
            let (q0, q1) = ((t0 * t0) >> BITS, (((t1 * t1) >> BITS) + 1).min(ONE));
            low += j[slope(most.0, most.1, q1, true) as usize].low;
            high += j[slope(least.0, least.1, q0, false) as usize].high;
        }
    }
    let cells = (n * n / 2) as u64;
    Between { low: low / cells, high: high.div_ceil(cells) }
}

/// Two numbers that the probability lies between, about 0.0006 apart.
pub(super) fn indefinite_share() -> [Rational; 2] {
    static MEAN: OnceLock<Between> = OnceLock::new();
    let mean = MEAN.get_or_init(mean);
    [mean.low, mean.high].map(|x| Rational::from((3 * x, 4 * ONE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another program's quadrature of the same integral, with 18 digits, and its count of 40 million random forms.
    #[test]
    fn the_share_lies_where_other_programs_find_it() {
        let [low, high] = indefinite_share().map(|x| x.to_f64());
        assert!(low < 0.522_152_074_306_325_6 && 0.522_152_074_306_325_6 < high, "{low} {high}");
        assert!(high - low < 6e-4);
        assert!((SAMPLED - 0.522_152).abs() < 2e-4);
    }

    const SAMPLED: f64 = 0.522_189;

    #[test]
    fn roots_are_rounded_outward() {
        for a in [0, 1, 2, 3, 1_000_003, ONE / 3, ONE - 1, ONE] {
            let (low, high) = (root_down(a), root_up(a));
            assert!(low * low <= a << BITS && high * high >= a << BITS && high - low <= 1, "{a}: {low} {high}");
        }
        for all in [table(), sines()] {
            assert!(all.iter().all(|x| x.low <= x.high));
        }
    }

    #[test]
    fn sines_are_enclosed() {
        let sin = sines();
        for (i, s) in sin.iter().enumerate() {
            let exact = (i as f64 * std::f64::consts::FRAC_PI_2 / (sin.len() - 1) as f64).sin() * ONE as f64;
            assert!(
                s.low as f64 <= exact + 1e-3 && exact - 1e-3 <= s.high as f64 && s.high - s.low < 1_000,
                "{i}: {s:?}"
            );
        }
    }

    #[test]
    fn heights_fall_and_are_convex() {
        let all = table();
        assert!(all[0].low <= ONE && ONE <= all[0].high + 2);
        assert!(all.windows(2).all(|pair| pair[1].low <= pair[0].high) && all.iter().all(|j| j.low <= j.high));
    }
}
