//! What a count will cost, before it is made: products of the field.
//!
//! The recursion of a uniform minor of rank r and corank c has binom(r + c − 4, r − 2) − 1 steps, each of which makes a pivot
//! and one more small minor to be counted by its parallel classes. That weighs parts against each other. What a whole count costs is estimated as Knuth did for trees: a walk
//! down the recursion takes the contraction with the probability that would be right for a uniform minor, and what it meets
//! counts inversely to the probability of having come there. The mean over walks is the cost; on uniform minors
//! every walk gives it.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;
use rayon::prelude::*;
use rug::Integer;

use crate::algebra::Matrix;
use crate::control::Control;
use crate::number::PrimeField;
use crate::number::{Stream, generator};

use super::{CountOptions, Counter, Minor, Run};
use crate::number::binomial;

/// Weights on a walk have so many binary digits behind the point.
const DIGITS: u32 = 32;
/// So many starts are looked at, spread over all, if there are more,
const MOST_STARTS: usize = 256;
/// with about so many walks in all,
const WALKS: usize = 512;
/// and about so many products.
const MOST_PRODUCTS: usize = 1 << 28;
/// A walk ends where it has met so many products (log2): no machine makes them.
const ENOUGH: u32 = 80;
/// Parts of a count weigh in by their shape alone if together they are lighter than this: less than a second or two.
const LIGHT: u64 = 1 << 32;
/// The walks for the weight of a part.
const PART_WALKS: u64 = 2;

impl Minor {
    /// About how many products its recursion costs, if it is like that of a uniform matroid; at least 1.
    pub(super) fn weight(&self) -> u64 {
        let (r, c) = (self.r, self.c);
        if r <= 2 || c <= 2 {
            return 1;
        }
        (binomial(r + c - 4, r - 2) * step(r, c)).to_u64().unwrap_or(u64::MAX >> 16)
    }

    /// The number of its elements, those split off included.
    pub(super) fn size(&self) -> usize {
        self.r + self.c + self.loops + self.coloops
    }
}

/// The products of one step: a pivot, the parallel classes of a small minor, and time for about 150 more.
fn step(r: usize, c: usize) -> u64 {
    (r * c + (r + c) * (r + c) / 2 + 150) as u64
}

impl Run<'_> {
    /// The weights of parts of the count: by walks where it pays.
    pub(super) fn weights(&self, parts: &[Minor]) -> Vec<u64> {
        let weights: Vec<u64> = parts.iter().map(Minor::weight).collect();
        if weights.iter().fold(0, |sum: u64, w| sum.saturating_add(*w)) < LIGHT {
            return weights;
        }
        let walked = parts.par_iter().enumerate().map(|(index, part)| {
            let mut counter = Counter::new(self.field, self.sizes.clone(), self.control);
            let mut random = generator(0, Stream::Costs, 2 * index as u64);
            let sum: Integer = (0..PART_WALKS).map(|_| counter.walk(part.clone(), &mut random)).sum();
            (sum >> DIGITS).to_u64().unwrap_or(u64::MAX).clamp(1, u64::MAX >> 16)
        });
        walked.collect()
    }
}

impl Counter<'_> {
    /// The products of one walk down the recursion, each weighed by the inverse of the chance to come there.
    fn walk(&mut self, mut minor: Minor, random: &mut ChaCha12Rng) -> Integer {
        let (mut weight, mut cost) = (Integer::from(1) << DIGITS, Integer::new());
        while !self.is_leaf(&mut minor) && cost.significant_bits() < ENOUGH + DIGITS {
            let (r, c) = (minor.r, minor.c);
            cost += Integer::from(&weight * step(r, c));
            let row = minor.next_row();
            let (taken, left) = (r as u64 - 2, c as u64 - 2);
            let all = taken + left;
            if random.next_u64() % all < taken {
                let mut contracted = Minor::default();
                minor.contract(row, &mut contracted);
                minor = contracted;
                weight = weight * all / taken;
            } else {
                minor.delete(&self.field, row);
                weight = weight * all / left;
            }
        }
        cost
    }
}

/// About how many products a count costs.
pub(in crate::reach) fn cost(field: PrimeField, matrix: &Matrix<u64>, options: &CountOptions) -> Integer {
    let components = Minor::of(field, matrix).components();
    let one = components.len() == 1;
    let sizes = if one { *options.sizes.start() } else { 0 }..=*options.sizes.end();
    let (every, starts) = if one && !options.folds.is_empty() {
        let every = options.folds.len().div_ceil(MOST_STARTS);
        (every, options.folds.iter().step_by(every).map(|fold| Minor::folded(field, matrix, fold)).collect())
    } else {
        (1, components)
    };
    let never = Control::unlimited();
    let walk = starts.iter().map(|m| m.r * m.c * (m.r + m.c).min(ENOUGH as usize)).max().unwrap_or(0).max(1);
    let walks = (WALKS.min(MOST_PRODUCTS / walk) / starts.len()).max(1);
    let costs = starts.into_par_iter().enumerate().map(|(index, start)| {
        let mut counter = Counter::new(field, sizes.clone(), &never);
        let mut random = generator(0, Stream::Costs, 2 * index as u64 + 1);
        let sum: Integer = (0..walks).map(|_| counter.walk(start.clone(), &mut random)).sum();
        sum / walks as u64
    });
    let sum: Integer = costs.collect::<Vec<Integer>>().into_iter().sum();
    (sum >> DIGITS) * every as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::Allocation;
    use crate::network::{Network, Samples};
    use crate::reach::JacobianMatroid;
    use crate::reach::fold::folds;

    /// The products of a count, one step after the other.
    fn met(counter: &mut Counter<'_>, mut minor: Minor) -> u64 {
        let mut sum = 0;
        while !counter.is_leaf(&mut minor) {
            sum += step(minor.r, minor.c);
            let row = minor.next_row();
            let mut contracted = Minor::default();
            minor.contract(row, &mut contracted);
            sum += met(counter, contracted);
            minor.delete(&counter.field, row);
        }
        sum
    }

    #[test]
    fn walks_estimate_what_a_count_meets() {
        for (text, folded) in
            [("lrnn(1,4,1,9)", false), ("lrnn(1,4,1,9)", true), ("lffn([3,3,3])", false), ("lrnn(1,5,1,11)", true)]
        {
            let network = match text {
                "lrnn(1,4,1,9)" => Network::lrnn(1, 4, 1, 9, false).unwrap(),
                "lrnn(1,5,1,11)" => Network::lrnn(1, 5, 1, 11, false).unwrap(),
                _ => Network::lffn(&[3, 3, 3], false).unwrap(),
            };
            let all = Allocation::all(network.weights());
            let matroid = JacobianMatroid::new(&network, Samples::Functional, 1, &Control::unlimited()).unwrap();
            let trial = &matroid.trials()[0];
            let folds = if folded { folds(&network, Samples::Functional, &all) } else { Vec::new() };
            let options = CountOptions { sizes: 0..=all.size(), folds: folds.clone() };
            let estimate = cost(trial.field, &trial.rows, &options);
            let never = Control::unlimited();
            let mut counter = Counter::new(trial.field, 0..=all.size(), &never);
            let starts = if folds.is_empty() {
                Minor::of(trial.field, &trial.rows).components()
            } else {
                folds.iter().map(|f| Minor::folded(trial.field, &trial.rows, f)).collect()
            };
            let truth: u64 = starts.into_iter().map(|m| met(&mut counter, m)).sum();
            // Walks that vary, and fewer starts than there are, but not by much.
            assert!(
                estimate.clone() * 3 > truth * 2 && estimate.clone() * 2 < truth * 3,
                "{text}: {estimate}, not {truth}"
            );
        }
    }
}
