//! The exact confidence interval of a proportion (Clopper and Pearson 1934).
//!
//! The beta function is our own: that of statrs 0.19 ends its continued fraction after 140 terms, too few in the middle of a million
//! trials, where it says 0.4992 for I_x(500,000, 500,001) at x = 1/2 and 0.5004 is right.

/// The 95 % interval for the probability of success, where between `least` and `most` of `trials` succeeded: each end has
/// at most 2.5 % beyond it. Rounded outwards to six digits.
pub fn confidence_interval(least: u64, most: u64, trials: u64) -> [f64; 2] {
    interval_with_tails(least, most, trials, 0.025)
}

/// The interval with at most `tail` beyond each end, as [`confidence_interval`].
pub fn interval_with_tails(least: u64, most: u64, trials: u64, tail: f64) -> [f64; 2] {
    const DIGITS: f64 = 1e6;
    // P(X ≥ k | p) = I_p(k, n − k + 1) grows with p.
    let reached = |k: u64, p: f64| beta(k as f64, (trials - k) as f64 + 1.0, p);
    let low = if least == 0 { 0.0 } else { solve(|p| reached(least, p) - tail) };
    let high = if most >= trials { 1.0 } else { solve(|p| reached(most + 1, p) - (1.0 - tail)) };
    [(low * DIGITS).floor() / DIGITS, (high * DIGITS).ceil() / DIGITS]
}

/// P(X ≤ k) and P(X ≥ k) for the number X of successes in `trials` independent trials, each with probability `p`.
pub fn binomial_tails(k: u64, trials: u64, p: f64) -> [f64; 2] {
    // P(X ≥ k) = I_p(k, n − k + 1), which the beta function does not reach at the ends.
    let at_least = |k: u64| match (k, p) {
        (0, _) => 1.0,
        _ if k > trials || p <= 0.0 => 0.0,
        _ if p >= 1.0 => 1.0,
        _ => beta(k as f64, (trials - k) as f64 + 1.0, p),
    };
    [1.0 - at_least(k + 1), at_least(k)]
}

/// The zero of an increasing function between 0 and 1.
fn solve(f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if f(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22).
fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta(b, a, 1.0 - x);
    }
    let front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln();
    front.exp() / a / fraction(a, b, x)
}

/// 1 + d_1/(1 + d_2/(1 + …)), by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let (mut value, mut c, mut d) = (1.0, 1.0, 0.0);
    for j in 1..100_000 {
        let m = f64::from(j / 2);
        let term = if j % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        let nonzero = |v: f64| if v.abs() < TINY { TINY } else { v };
        d = 1.0 / nonzero(1.0 + term * d);
        c = nonzero(1.0 + term / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// log Γ(x) for x > 0: Stirling's series after moving x above 10.
fn ln_gamma(x: f64) -> f64 {
    let steps = (10.0 - x).ceil().max(0.0);
    let moved: f64 = (0..steps as u32).map(|k| (x + f64::from(k)).ln()).sum();
    let y = x + steps;
    let series = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * y * y)) / (y * y)) / (y * y)) / y;
    (y - 0.5) * y.ln() - y + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_intervals() {
        // R 4: binom.test(k, n)$conf.int
        let known = [
            (0, 10, 0.0, 0.308_497_1),
            (10, 10, 0.691_502_9, 1.0),
            (3, 10, 0.066_739_51, 0.652_452_9),
            (50, 100, 0.398_321_1, 0.601_678_9),
        ];
        for (k, n, low, high) in known {
            let interval = confidence_interval(k, k, n);
            assert!((interval[0] - low).abs() < 2e-6 && (interval[1] - high).abs() < 2e-6, "{k} of {n}: {interval:?}");
        }
    }

    #[test]
    fn the_beta_function_of_many_trials() {
        // mpmath, 30 digits: the density of the distribution, integrated.
        for (n, value) in [(1e4, 0.503_989_323_069_691), (1e6, 0.500_398_942_180_666), (1e7, 0.500_126_156_622_947)] {
            // Logarithms of Γ are about n log n, of which f64 keeps 16 digits.
            assert!((beta(n / 2.0, n / 2.0 + 1.0, 0.5) - value).abs() < 1e-7, "{n}");
        }
    }

    #[test]
    fn undecided_trials_widen_it_on_both_sides() {
        let [low, high] = confidence_interval(60, 70, 100);
        assert_eq!(low, confidence_interval(60, 60, 100)[0]);
        assert_eq!(high, confidence_interval(70, 70, 100)[1]);
        assert_eq!(confidence_interval(0, 0, 0), [0.0, 1.0]);
    }

    #[test]
    fn tails_of_a_binomial_distribution() {
        assert_eq!((binomial_tails(0, 5, 0.0), binomial_tails(1, 5, 0.0)), ([1.0, 1.0], [1.0, 0.0]));
        assert_eq!((binomial_tails(5, 5, 1.0), binomial_tails(4, 5, 1.0)), ([1.0, 1.0], [0.0, 1.0]));
        let [low, high] = binomial_tails(3, 4, 0.5);
        assert!((low - 15.0 / 16.0).abs() < 1e-12 && (high - 5.0 / 16.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn tails_are_what_they_should_be(n in 1u64..60, k in 0u64..60) {
            let k = k.min(n);
            let choose = |k: u64| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
            let mass = |p: f64, from: u64, to: u64| {
                (from..=to).map(|i| choose(i) * p.powi(i as i32) * (1.0 - p).powi((n - i) as i32)).sum::<f64>()
            };
            let [low, high] = confidence_interval(k, k, n);
            // Inside by no more than rounding: a step further in, the tail is over 2.5 %.
            let within = |tail: f64, inner: f64| tail <= 0.025 + 1e-9 && inner > 0.025 - 1e-9;
            prop_assert!((k == 0 && low == 0.0) || within(mass(low, k, n), mass(low + 1e-6, k, n)));
            prop_assert!((k == n && high == 1.0) || within(mass(high, 0, k), mass(high - 1e-6, 0, k)));
        }
    }
}
