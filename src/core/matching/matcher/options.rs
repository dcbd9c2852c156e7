//! How far to go for a match probability.

use super::super::ensemble::Ensemble;
use super::super::estimate::Trials;

/// How far to go for a match probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchOptions {
    /// How students, teachers and inputs are drawn.
    pub ensemble: Ensemble,
    /// How many instances are decided where no law applies.
    pub trials: Trials,
    /// So many subsets of an allocation with surplus weights are looked at, in search of a basis that settles it.
    pub bases: usize,
    /// So many slices of an instance of such an allocation are solved before it is undecided.
    pub slices: usize,
}

impl Default for MatchOptions {
    fn default() -> Self {
        let (ensemble, trials) = (Ensemble::Gaussian, Trials::Fixed(10_000));
        MatchOptions { ensemble, trials, bases: 2_000, slices: 16 }
    }
}

impl MatchOptions {
    /// The same with larger budgets: four times as many instances and subsets, and twice as many slices.
    #[must_use]
    pub fn grown(&self) -> Self {
        let most = |n: u64| n.saturating_mul(4);
        let trials = match self.trials {
            Trials::Fixed(n) => Trials::Fixed(most(n)),
            Trials::UpTo(n) => Trials::UpTo(most(n)),
            Trials::Precision { width, most: n } => Trials::Precision { width, most: most(n) },
        };
        let (bases, slices) = (self.bases.saturating_mul(4), self.slices.saturating_mul(2));
        MatchOptions { trials, bases, slices, ..*self }
    }
}
