//! Allocations: which weights of a network may learn. Bit sets over the weights, their text, their order.

mod layout;
mod pattern;
mod picture;
mod selection;
mod subsets;
mod text;

pub use layout::{Entry, Layout, Slice, Tensor, Weight};
pub use pattern::{Bond, Pattern, Shape, describe, describe_all, patterns, shapes};
pub use picture::picture;
pub use selection::Selection;
pub use subsets::subsets;
pub use text::{TextError, parse, print};

use smallvec::SmallVec;

/// A set of weights, numbered in the canonical order of a [`Layout`].
///
/// Allocations of one network compare by size first, then lexicographically by their weights: the order in which
/// counterexamples are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Allocation {
    weights: usize,
    words: SmallVec<[u64; 2]>,
}

impl Allocation {
    /// No weight of a network with so many weights.
    pub fn none(weights: usize) -> Self {
        let words = SmallVec::from_elem(0, weights.div_ceil(64));
        Allocation { weights, words }
    }

    /// Every weight of a network with so many weights.
    pub fn all(weights: usize) -> Self {
        (0..weights).fold(Allocation::none(weights), |a, w| a.with(w))
    }

    /// The allocation of the given weights.
    ///
    /// # Panics
    /// If a position is not below `weights`.
    pub fn of(weights: usize, positions: impl IntoIterator<Item = usize>) -> Self {
        let mut allocation = Allocation::none(weights);
        for position in positions {
            allocation.insert(position);
        }
        allocation
    }

    /// The allocation of the first 64 weights at most whose bits are set, the first weight lowest; bits of no weight do not
    /// count. [`Allocation::low_bits`] gives them back.
    pub fn of_low_bits(weights: usize, bits: u64) -> Self {
        Allocation::of(weights, (0..weights.min(64)).filter(|w| bits >> w & 1 == 1))
    }

    /// The number of weights of the network, learnable or not.
    pub fn weights(&self) -> usize {
        self.weights
    }

    /// The number of learnable weights, r.
    pub fn size(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether nothing may learn.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|w| *w == 0)
    }

    /// Whether this weight may learn.
    pub fn contains(&self, weight: usize) -> bool {
        weight < self.weights && self.words[weight / 64] >> (weight % 64) & 1 == 1
    }

    /// The first 64 weights as bits, the first weight lowest.
    pub fn low_bits(&self) -> u64 {
        self.words.first().copied().unwrap_or(0)
    }

    /// Adds a weight.
    ///
    /// # Panics
    /// If there is no such weight.
    pub fn insert(&mut self, weight: usize) {
        assert!(weight < self.weights, "weight {weight} of {}", self.weights);
        self.words[weight / 64] |= 1 << (weight % 64);
    }

    /// Freezes a weight again.
    pub fn remove(&mut self, weight: usize) {
        if weight < self.weights {
            self.words[weight / 64] &= !(1 << (weight % 64));
        }
    }

    /// This allocation with one weight more.
    pub fn with(mut self, weight: usize) -> Self {
        self.insert(weight);
        self
    }

    /// This allocation with one weight less.
    pub fn without(mut self, weight: usize) -> Self {
        self.remove(weight);
        self
    }

    /// The learnable weights, in canonical order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(block, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    block * 64 + bit
                })
            })
        })
    }

    /// The weights in either.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a | b)
    }

    /// The weights in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & b)
    }

    /// The weights in this one but not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & !b)
    }

    /// The frozen weights.
    pub fn complement(&self) -> Self {
        Allocation::all(self.weights).difference(self)
    }

    /// Whether every weight here is in the other, too.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }

    fn combine(&self, other: &Self, with: impl Fn(u64, u64) -> u64) -> Self {
        debug_assert_eq!(self.weights, other.weights);
        let words = self.words.iter().zip(&other.words);
        Allocation { weights: self.weights, words: words.map(|(a, b)| with(*a, *b)).collect() }
    }
}

impl Ord for Allocation {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.size().cmp(&other.size()).then_with(|| self.iter().cmp(other.iter()))
    }
}

impl PartialOrd for Allocation {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
