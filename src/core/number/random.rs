//! Random dyadic numbers: exact, the same on every machine.
//!
//! A real number drawn from a continuous distribution is replaced by the centre of its cell in a grid of width 2^−20. So a
//! draw is never 0 by accident, the distribution stays symmetric, and the numbers stay short.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;
use rug::Integer;

use super::Dyadic;

/// Digits after the binary point that a draw is determined to.
const FRACTION: u32 = 20;

/// A standard normal number, by Karney's algorithm N (2016), which compares uniform numbers only: k + x with a geometric k
/// and a uniform x, accepted with probability exp(−k(k−1)/2) · exp(−x(2k+x)/2).
pub fn gaussian(random: &mut ChaCha12Rng) -> Dyadic {
    loop {
        let k = (0..).take_while(|_| half(random)).count() as u64;
        if !(0..k * k.saturating_sub(1)).all(|_| half(random)) {
            continue;
        }
        let x = random.next_u64();
        if (0..=k).all(|_| slope(k, x, random)) {
            return cell(k, x, random);
        }
    }
}

/// A uniform number between −1 and 1.
pub fn uniform(random: &mut ChaCha12Rng) -> Dyadic {
    cell(0, random.next_u64(), random)
}

/// A number from which another one cannot be guessed: the finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection.
pub fn mixed(number: u64) -> u64 {
    let z = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// The centre of the cell of k + x / 2^64, with a random sign.
fn cell(k: u64, x: u64, random: &mut ChaCha12Rng) -> Dyadic {
    let magnitude = (k << FRACTION | x >> (64 - FRACTION)) * 2 + 1;
    let mantissa = Integer::from(magnitude);
    let negative = random.next_u32() & 1 == 1;
    Dyadic { mantissa: if negative { -mantissa } else { mantissa }, exponent: FRACTION + 1 }
}

/// True with probability exp(−1/2): whether a sequence of uniform numbers that goes down from 1/2 ends after an even number.
fn half(random: &mut ChaCha12Rng) -> bool {
    let (mut last, mut even) = (1 << 63, true);
    loop {
        let next = random.next_u64();
        if next >= last {
            return even;
        }
        (last, even) = (next, !even);
    }
}

/// True with probability exp(−x(2k+x)/(2k+2)), x in units of 2^−64: the sequence goes down from x, and goes on only with
/// probability (2k+x)/(2k+2) each time.
fn slope(k: u64, x: u64, random: &mut ChaCha12Rng) -> bool {
    let (mut last, mut even) = (x, true);
    loop {
        let next = random.next_u64();
        if next >= last {
            return even;
        }
        // A uniform number times 2k + 2 is below 2k + x.
        let scaled = u128::from(random.next_u64()) * u128::from(2 * k + 2);
        if scaled >= u128::from(2 * k) << 64 | u128::from(x) {
            return even;
        }
        (last, even) = (next, !even);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn normal_draws_have_the_moments_and_tails_of_the_normal_distribution() {
        let mut random = ChaCha12Rng::seed_from_u64(3);
        let count = 200_000;
        let draw = |random: &mut _| gaussian(random).mantissa.to_f64() / f64::from(1 << (FRACTION + 1));
        let draws: Vec<f64> = (0..count).map(|_| draw(&mut random)).collect();
        let moment = |e: i32| draws.iter().map(|x| x.powi(e)).sum::<f64>() / f64::from(count);
        // Five standard errors each: the variances of x, x², x⁴ are 1, 2, 96.
        let error = |variance: f64| 5.0 * (variance / f64::from(count)).sqrt();
        assert!(moment(1).abs() < error(1.0));
        assert!((moment(2) - 1.0).abs() < error(2.0));
        assert!((moment(4) - 3.0).abs() < error(96.0));
        for (limit, probability) in [(0.1, 0.079_655_7), (0.5, 0.382_924_9), (1.0, 0.682_689_5), (2.0, 0.954_499_7)] {
            let inside = draws.iter().filter(|x| x.abs() < limit).count() as f64 / f64::from(count);
            assert!((inside - probability).abs() < error(0.25), "within {limit}: {inside}");
        }
    }
}
