//! How surely a dimension is known, in exact integer arithmetic: bounds on the probability of an error, as powers of 2.
//!
//! The rank of an integer matrix of polynomials at a random point modulo a random prime is too small only if a certain
//! non-zero minor vanishes there. A k × k minor has degree at most k·δ, where δ bounds the degrees of the entries, and
//! the sum of its coefficients' absolute values is at most ∏ (row sums) ≤ 2^(k·h). So
//! - at most k·h / 60 primes above 2^60 divide all its coefficients; of the more than 2^54 primes between 2^60 and 2^61 one
//!   of these is drawn with probability at most (k·h/60) / 2^54;
//! - modulo any other prime p it vanishes at a random point with probability at most k·δ/p ≤ k·δ / 2^60 (Schwartz-Zippel).
//!
//! Small primes are drawn from the more than 2^18 between 2^22 and 2^23: then at most k·h / 22 of them are bad, and the two
//! probabilities are at most (k·h/22) / 2^18 and k·δ / 2^22. It takes more trials, each of them faster.
//!
//! While a matrix is read, each of its rows is first tested against a random vector of the kernel so far; an independent
//! row passes for dependent with probability 1/p, so altogether rows / 2^60 is added.
//!
//! Trials draw prime and point independently, so probabilities multiply; a table takes the union over all sets whose
//! minors matter.

use rug::Integer;

use crate::network::Network;
use crate::number::ceil_log2;
use crate::transcendence::Plan;

/// How a result is known: the one vocabulary of every answer.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// By an argument whose every step is exact.
    Proved,
    /// Except with probability at most 2^`error_log2` over the random points and primes.
    Bounded {
        /// A negative number.
        error_log2: i64,
    },
    /// By frequencies among random draws: an interval is stated beside it.
    Statistical,
    /// None of these: it rests on something that was not decided, or whose error has no bound.
    Open,
}

impl Evidence {
    /// Bounded by 2^`error_log2`; a bound that is not below 1 says nothing.
    pub fn within(error_log2: i64) -> Self {
        if error_log2 < 0 { Evidence::Bounded { error_log2 } } else { Evidence::Open }
    }

    /// `proved`, `bounded`, `statistical` or `open`.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::Proved => "proved",
            Evidence::Bounded { .. } => "bounded",
            Evidence::Statistical => "statistical",
            Evidence::Open => "open",
        }
    }

    /// The bound, where there is one.
    pub fn error_log2(self) -> Option<i64> {
        match self {
            Evidence::Bounded { error_log2 } => Some(error_log2),
            Evidence::Proved | Evidence::Statistical | Evidence::Open => None,
        }
    }

    /// The stronger of two.
    #[must_use]
    pub fn better(self, other: Self) -> Self {
        let place = |evidence| match evidence {
            Evidence::Proved => (0, 0),
            Evidence::Bounded { error_log2 } => (1, error_log2),
            Evidence::Statistical => (2, 0),
            Evidence::Open => (3, 0),
        };
        if place(other) < place(self) { other } else { self }
    }

    /// What is known when all are needed: the weakest, where probabilities of error add up. A bound of 2^0 says nothing and
    /// is `Open`.
    pub fn all(evidence: impl IntoIterator<Item = Evidence>) -> Self {
        // The sum of the bounds, in units of 2^-FINEST; smaller ones count as one unit.
        const FINEST: i64 = 4096;
        let unit = |bound: i64| Integer::from(1) << (bound.clamp(-FINEST, 0) + FINEST) as u32;
        let (mut total, mut statistical) = (Integer::new(), false);
        for part in evidence {
            match part {
                Evidence::Proved => {}
                Evidence::Bounded { error_log2 } => total += unit(error_log2),
                Evidence::Statistical => statistical = true,
                Evidence::Open => return Evidence::Open,
            }
        }
        if total.is_zero() {
            return if statistical { Evidence::Statistical } else { Evidence::Proved };
        }
        let below = i64::from(Integer::from(&total - 1).significant_bits());
        match Evidence::within(below - FINEST) {
            Evidence::Bounded { .. } if statistical => Evidence::Statistical,
            other => other,
        }
    }
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Evidence::Bounded { error_log2 } => write!(f, "error ≤ 2^{error_log2}"),
            other => f.write_str(other.name()),
        }
    }
}

/// The chance that one trial misses a minor of a network's Jacobian.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    /// Bound on the degree of a Jacobian entry, saturating.
    degree: u64,
    /// The rows of the Jacobian.
    rows: u64,
    /// Bound on log₂ of the sum of all coefficients in a row of the Jacobian, saturating.
    height: u64,
    /// So many minors must not vanish for one to be seen.
    minors: u64,
    primes: PrimeRange,
}

/// Where random primes are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PrimeRange {
    /// Between 2^60 and 2^61.
    Large,
    /// Between 2^22 and 2^23.
    Small,
}

impl Chance {
    /// For the Jacobian of this network. Its row sums are at most (degree) · (sum of the absolute values of the label's
    /// coefficients): each term a·x^α adds |a|·α_i to the entry of x_i, hence |a| times its degree in the weights in all.
    pub fn of(network: &Network, rows: u64) -> Self {
        let degree = network.degree();
        let log = u64::from(u64::BITS - degree.leading_zeros());
        Chance {
            degree: degree.saturating_sub(1).max(1),
            rows,
            height: network.height_bits().saturating_add(log),
            minors: 1,
            primes: PrimeRange::Large,
        }
    }

    /// The same where a trial reads generic inputs until one adds no rank. If the rank on the first i inputs is the generic one
    /// for every i up to all of them, then it stops only where no further input adds any: one minor for each i has to be seen,
    /// beside the one asked for, whose size is at most that of a largest one.
    pub fn stopping_at_one_of(self, inputs: u64) -> Self {
        Chance { minors: inputs.saturating_add(1), ..self }
    }

    /// For rows that are combinations of the labels of an input with random factors, where so many labels are given: one
    /// degree more, and so many times the coefficients.
    #[must_use]
    pub fn combined(self, labels: Option<usize>) -> Self {
        let Some(labels) = labels else { return self };
        let more = u64::from(u64::BITS - (labels as u64).leading_zeros());
        Chance { degree: self.degree.saturating_add(1), height: self.height.saturating_add(more), ..self }
    }

    /// For a small prime, drawn uniformly from those between 2^22 and 2^23, and no test of rows against the kernel.
    #[must_use]
    pub fn modulo_small_primes(self) -> Self {
        Chance { rows: 0, primes: PrimeRange::Small, ..self }
    }

    /// For the Jacobian of an analytic network, at points of a plan. Where there are square roots, bounds are those of norms. Without a bound of the numerators, nothing is bounded.
    /// Points at which a denominator vanishes are drawn again, which is counted as missing.
    pub fn of_plan(plan: &Plan, rows: u64) -> Self {
        let (minors, primes) = (1, PrimeRange::Large);
        let unknown = Chance { degree: u64::MAX, rows, height: u64::MAX, minors, primes };
        plan.height().map_or(unknown, |height| Chance {
            degree: height.degree.saturating_add(height.below).max(1),
            rows,
            height: height.bits,
            minors,
            primes,
        })
    }

    /// Whether no number of trials gives a bound.
    pub fn is_hopeless(&self) -> bool {
        self.minor_log2(1) >= 0
    }

    /// log₂ of a bound on the probability that one trial misses a given k × k minor; at most 0.
    pub fn minor_log2(&self, k: usize) -> i64 {
        let k = k as u128;
        let one = match self.primes {
            PrimeRange::Large => missed_minor_log2(k, self.degree, self.height, self.rows),
            PrimeRange::Small => {
                let bad_primes = k.saturating_mul(self.height.into()).div_ceil(22);
                // degree / 2^22 + bad_primes / 2^18
                let of_points = k.saturating_mul(self.degree.into());
                ceil_log2(of_points.saturating_add(bad_primes.saturating_mul(16))) - 22
            }
        };
        // A union over the minors that have to be seen.
        let minors = i64::from(u64::BITS - self.minors.saturating_sub(1).leading_zeros());
        one.saturating_add(minors).min(0)
    }

    /// log₂ of a bound on the probability that J · v vanishes at a random point in a random row although it is not identically
    /// zero, where v is linear in the weights and the absolute values of the coefficients of each entry sum to at most 2^`bits`.
    pub fn identity_log2(&self, bits: u64) -> i64 {
        missed_minor_log2(1, self.degree.saturating_add(1), self.height.saturating_add(bits), 0)
    }

    /// The number of trials after which a given k × k minor has been missed by all with probability at most
    /// 2^`error_log2`; nothing if no number of trials helps.
    pub fn trials(&self, k: usize, error_log2: i64) -> Option<usize> {
        let each = -self.minor_log2(k);
        (each > 0).then(|| (-error_log2).max(1).unsigned_abs().div_ceil(each.unsigned_abs()) as usize)
    }

    /// log₂ of a bound on the probability that so many trials all miss one of `minors` given minors.
    pub fn union_log2(&self, k: usize, minors: &Integer, trials: usize) -> i64 {
        let minors = i64::from(minors.significant_bits());
        (minors + self.minor_log2(k) * trials as i64).min(0)
    }
}

/// log₂ of a bound on the probability that a given non-zero k × k minor vanishes at a random point modulo a random prime, where
/// its entries are integer polynomials of this degree, with rows whose coefficients' absolute values sum to at most
/// 2^`height`; so many rows are tested against random vectors before. At most 0.
pub(crate) fn missed_minor_log2(k: u128, degree: u64, height: u64, rows: u64) -> i64 {
    let bad_primes = k.saturating_mul(height.into()).div_ceil(60);
    // k · degree / 2^60 + bad_primes / 2^54 + rows / 2^60
    let of_points = k.saturating_mul(degree.into()).saturating_add(rows.into());
    let numerator = of_points.saturating_add(bad_primes.saturating_mul(64));
    (ceil_log2(numerator) - 60).min(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_what_the_formula_says() {
        // 4 weights, degree 2 labels with 2 terms: k = 1, entries of degree 1, rows below 2^(1+2).
        let network = Network::lffn(&[1, 2, 1], false).unwrap();
        let chance = Chance::of(&network, 1);
        assert_eq!(network.degree(), 3);
        assert_eq!(chance.degree, 2);
        // 2 + 64·1 + 1 = 67 < 2^7
        assert_eq!(chance.minor_log2(1), 7 - 60);
        assert_eq!(chance.trials(1, -100), Some(2));
        assert_eq!(chance.union_log2(1, &Integer::from(4), 1), 3 + 7 - 60);
        // 2 + 16·1 = 18 < 2^5; with combinations of one label 3 + 16·1, in 22 bits.
        let small = chance.modulo_small_primes();
        assert_eq!((small.minor_log2(1), small.combined(Some(1)).minor_log2(1)), (5 - 22, 5 - 22));
        assert_eq!(small.trials(1, -100), Some(6));
    }

    #[test]
    fn errors_add_up() {
        let error = |error_log2| Evidence::Bounded { error_log2 };
        assert_eq!(Evidence::all([Evidence::Proved, Evidence::Proved]), Evidence::Proved);
        assert_eq!(Evidence::all([Evidence::Proved, error(-50)]), error(-50));
        assert_eq!(Evidence::all([error(-50), Evidence::Statistical]), Evidence::Statistical);
        assert_eq!(Evidence::all([Evidence::Open, error(-50), Evidence::Statistical]), Evidence::Open);
        assert_eq!(Evidence::all([error(-50), error(-50)]), error(-49));
        assert_eq!(Evidence::all((0..1000).map(|_| error(-50))), error(-40));
        assert_eq!(Evidence::all([error(-1), error(-1), error(-1)]), Evidence::Open);
    }

    #[test]
    fn hopeless_heights_are_said_to_be_hopeless() {
        let primes = PrimeRange::Large;
        let chance = Chance { degree: u64::MAX, rows: 1, height: u64::MAX, minors: 1, primes };
        assert_eq!(chance.minor_log2(10), 0);
        assert_eq!(chance.trials(10, -1), None);
    }
}
