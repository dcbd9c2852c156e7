//! Trends: does a number that is read off an allocation go along with its match probability?
//!
//! Pairs of allocations of one network with different numbers are compared. A pair is *concordant* if the larger number has
//! the larger probability, *discordant* if the smaller has, *tied* if both probabilities are known and equal, and *unclear*
//! if their intervals overlap. Goodman and Kruskal's γ = (C − D) / (C + D) over the pairs that are not tied lies between
//! (C − D − U) / (C + D + U) and (C − D + U) / (C + D + U), however the unclear pairs come out.

use std::collections::BTreeMap;

/// One allocation: the number read off it, and what is known of its match probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The network at its samples; only cases of one group are compared.
    pub group: usize,
    /// The allocation in text.
    pub allocation: String,
    /// The number.
    pub predictor: i64,
    /// The ends of an interval for the match probability; equal when it is known.
    pub interval: [f64; 2],
}

/// A trend over many cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// How many allocations were looked at.
    pub cases: u64,
    /// Pairs in which the larger number has the larger probability.
    pub concordant: u64,
    /// Pairs in which it has the smaller.
    pub discordant: u64,
    /// Pairs whose intervals overlap.
    pub unclear: u64,
    /// Pairs whose probabilities are known and equal.
    pub tied: u64,
    /// The least and the largest value of γ; nothing if no pair is comparable.
    pub gamma: Option<[f64; 2]>,
    /// For each value of the number: how many cases, and the mean of the intervals' ends.
    pub means: Vec<(i64, u64, [f64; 2])>,
    /// The first discordant pairs, smaller number first.
    pub exceptions: Vec<(Case, Case)>,
}

/// At most so many exceptions are kept.
const MOST_EXCEPTIONS: usize = 10;

impl Trend {
    /// Compares all pairs; the time grows with the square of the number of cases.
    pub fn of(cases: &[Case]) -> Self {
        let mut trend = Trend {
            cases: cases.len() as u64,
            concordant: 0,
            discordant: 0,
            unclear: 0,
            tied: 0,
            gamma: None,
            means: means(cases),
            exceptions: Vec::new(),
        };
        for (i, a) in cases.iter().enumerate() {
            for b in cases[..i].iter().filter(|b| b.group == a.group && b.predictor != a.predictor) {
                let (small, large) = if a.predictor < b.predictor { (a, b) } else { (b, a) };
                trend.compare(small, large);
            }
        }
        let (c, d, u) = (trend.concordant as f64, trend.discordant as f64, trend.unclear as f64);
        let all = c + d + u;
        trend.gamma = (all > 0.0).then(|| [(c - d - u) / all, (c - d + u) / all]);
        trend
    }

    fn compare(&mut self, small: &Case, large: &Case) {
        let ([low, high], [other_low, other_high]) = (small.interval, large.interval);
        if high < other_low {
            self.concordant += 1;
        } else if other_high < low {
            self.discordant += 1;
            if self.exceptions.len() < MOST_EXCEPTIONS {
                self.exceptions.push((small.clone(), large.clone()));
            }
        } else if low == high && other_low == other_high {
            self.tied += 1;
        } else {
            self.unclear += 1;
        }
    }

    /// Whether γ is above 0, whatever the unclear pairs are.
    pub fn is_supported(&self) -> bool {
        self.concordant > self.discordant + self.unclear
    }

    /// Whether γ is below 0, whatever the unclear pairs are.
    pub fn is_contradicted(&self) -> bool {
        self.discordant > self.concordant + self.unclear
    }
}

fn means(cases: &[Case]) -> Vec<(i64, u64, [f64; 2])> {
    let mut sums: BTreeMap<i64, (u64, [f64; 2])> = BTreeMap::new();
    for case in cases {
        let (number, [low, high]) = sums.entry(case.predictor).or_default();
        *number += 1;
        *low += case.interval[0];
        *high += case.interval[1];
    }
    let mean = |sum: f64, number: u64| sum / number as f64;
    let rows = sums.into_iter();
    rows.map(|(predictor, (n, [low, high]))| (predictor, n, [mean(low, n), mean(high, n)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(group: usize, predictor: i64, interval: [f64; 2]) -> Case {
        Case { group, allocation: format!("{group} {predictor}"), predictor, interval }
    }

    #[test]
    fn pairs_are_told_apart() {
        let cases = [
            case(0, 1, [0.0, 0.0]),
            case(0, 2, [0.4, 0.6]),
            case(0, 3, [0.5, 0.7]),
            case(0, 4, [0.0, 0.0]),
            case(0, 4, [1.0, 1.0]),
            case(1, 9, [0.0, 0.0]),
        ];
        let trend = Trend::of(&cases);
        // With 1: up to 2, 3 and the second 4. The first 4 is tied with 1 and below 2 and 3. 2 and 3 overlap.
        assert_eq!((trend.concordant, trend.discordant, trend.unclear, trend.tied), (5, 2, 1, 1));
        assert_eq!(trend.gamma, Some([0.25, 0.5]));
        assert!(trend.is_supported() && !trend.is_contradicted());
        assert_eq!(trend.exceptions.len(), 2);
        assert_eq!(trend.means[3], (4, 2, [0.5, 0.5]));
    }

    #[test]
    fn nothing_comparable_is_neither() {
        let trend = Trend::of(&[case(0, 1, [0.5, 0.6]), case(0, 1, [0.0, 0.1]), case(1, 2, [0.0, 0.0])]);
        assert_eq!(trend.gamma, None);
        assert!(!trend.is_supported() && !trend.is_contradicted());
    }
}
