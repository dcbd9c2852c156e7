//! Why there is no answer about a match probability.

use super::super::teacher::TeacherError;
use crate::reach::{ReachError, smaller};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// A network with kinks, and no number of inputs.
    #[error(
        "{network}: with kinks no number of inputs shows the whole function, so that a match on all inputs is not decided\n  ask for a number of samples"
    )]
    WholeFunction {
        /// The network.
        network: String,
    },
    /// The dimensions cannot be computed.
    #[error("{0}")]
    Reach(ReachError),
    /// Drawing activation patterns would take too long; how many there are is not up to who asks.
    #[error(
        "{network} ({samples}): {draws} activation patterns take about {products} products, over the limit of {limit}\n  {}; rank draws as many as are asked for", smaller(.samples)
    )]
    TooManyPatterns {
        /// The network.
        network: String,
        /// The samples, as text.
        samples: String,
        /// How many patterns would be drawn.
        draws: u64,
        /// The products.
        products: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// A network with kinks, and a learnable weight below its last two layers.
    #[error(
        "{network}: {weight} may learn, below the last hidden layer\n  with kinks, matches are decided where only layers {layer} and {} learn: freeze the others, or ask for dimensions (rank)",
        .layer + 1
    )]
    Kinks {
        /// The network.
        network: String,
        /// A learnable weight of an earlier layer.
        weight: String,
        /// The last hidden layer.
        layer: usize,
    },
    /// A network of one's own with kinks.
    #[error(
        "{network}: matches of a network of one's own are decided where its label map is polynomial, and it has kinks\n  ask for dimensions (rank), or for training"
    )]
    OwnKinks {
        /// The network.
        network: String,
    },
    /// A question that only polynomial label maps have an answer to.
    #[error(
        "{network}: {what} speaks of polynomial equations, and with kinks there are others on each pattern\n  ask for it on lffn, lrnn or pnn networks"
    )]
    NotPolynomial {
        /// The network.
        network: String,
        /// What was asked for.
        what: &'static str,
    },
    /// An allocation of another network.
    #[error("an allocation over {given} weights, for a network with {weights}\n  take an allocation of this network")]
    OtherNetwork {
        /// The weights that the allocation chooses from.
        given: usize,
        /// The network's weights.
        weights: usize,
    },
    /// Laws are asked for, for draws that they say nothing about.
    #[error(
        "{what} rests on laws about almost every student and teacher; they say nothing about {ensemble} draws\n  take gaussian or uniform ones, or estimate single allocations"
    )]
    NoLaws {
        /// What was asked for.
        what: &'static str,
        /// The ensemble.
        ensemble: String,
    },
    /// No teacher of this network.
    #[error("{0}")]
    Teacher(#[from] TeacherError),
    /// Random labels, and no number of samples.
    #[error(
        "{network}: random labels are drawn for each sample, so that there have to be finitely many\n  ask for a number of samples"
    )]
    LabelsOfAllInputs {
        /// The network.
        network: String,
    },
    /// Too many weights for all allocations to be classified.
    #[error(
        "a network with {weights} weights; all allocations are classified for up to {limit}\n  take a smaller network, or ask about single allocations"
    )]
    TooManyWeights {
        /// The network's weights.
        weights: usize,
        /// The most that there may be.
        limit: usize,
    },
}

impl From<ReachError> for MatchError {
    fn from(error: ReachError) -> Self {
        match error {
            ReachError::TooManyDraws { network, samples, draws, products, limit } => {
                MatchError::TooManyPatterns { network, samples, draws, products, limit }
            }
            other => MatchError::Reach(other),
        }
    }
}
