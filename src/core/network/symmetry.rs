//! Permutations of a network's weights that change nothing generic.
//!
//! A symmetry σ permutes positions. For every allocation A the reachable dimensions, and with exchangeable draws (such as
//! independent standard Gaussians) the match probabilities, of A and σ(A) are equal: after renaming weights, inputs or
//! labels, the label map at the permuted weights is the label map. Renaming inputs does no harm because they are generic.

use super::Samples;

/// A permutation of weights under which reachable dimensions and match probabilities do not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symmetry {
    /// What it does, in words.
    pub name: String,
    /// It holds for at least so many samples, and functionally; 1 means always.
    pub least: u64,
    /// Where each weight goes.
    pub images: Vec<usize>,
}

impl Symmetry {
    /// Exchanges pairs of weights and leaves the others.
    pub(super) fn swapping(name: String, weights: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut images: Vec<usize> = (0..weights).collect();
        for (a, b) in pairs {
            images[a] = b;
            images[b] = a;
        }
        Symmetry { name, least: 1, images }
    }

    /// The same, for at least so many samples.
    pub(super) fn from(self, least: u64) -> Self {
        Symmetry { least, ..self }
    }

    /// Whether it holds for so many samples.
    pub fn holds(&self, samples: Samples) -> bool {
        samples.count().is_none_or(|count| count >= self.least)
    }
}
