//! Dimensions of a network's allocations, whatever its label map: of one matroid, or the largest over activation patterns.

use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Samples};

use super::rank::Dimension;
use super::{JacobianMatroid, Patterns, ReachError};

/// What knows the dimensions of one network at so many samples. What holds for matroids only has to be asked of
/// [`Dimensions::matroid`].
#[derive(Clone, Debug)]
pub enum Dimensions {
    /// Of a label map without kinks.
    Matroid(Box<JacobianMatroid>),
    /// Of a label map with kinks.
    Patterns(Box<Patterns>),
}

impl Dimensions {
    /// The matroid at one random point, or so many random patterns.
    ///
    /// # Errors
    /// See [`ReachError`].
    pub fn new(
        network: &Network,
        samples: Samples,
        seed: u64,
        draws: u64,
        control: &Control<'_>,
    ) -> Result<Self, ReachError> {
        if network.has_one_matroid() {
            return Ok(Dimensions::Matroid(Box::new(JacobianMatroid::new(network, samples, seed, control)?)));
        }
        Ok(Dimensions::Patterns(Box::new(Patterns::draw(network, samples, seed, draws, control)?)))
    }

    /// The one matroid of a label map without kinks.
    ///
    /// # Errors
    /// [`ReachError::NotOneMatroid`].
    pub fn matroid(&self) -> Result<&JacobianMatroid, ReachError> {
        match self {
            Dimensions::Matroid(matroid) => Ok(matroid),
            Dimensions::Patterns(patterns) => {
                Err(ReachError::NotOneMatroid { network: patterns.network().to_string() })
            }
        }
    }

    /// The number of scalar labels.
    pub fn labels(&self) -> u64 {
        match self {
            Dimensions::Matroid(matroid) => matroid.labels(),
            Dimensions::Patterns(patterns) => patterns.labels(),
        }
    }

    /// The dimension that was found for an allocation: a proved lower bound.
    pub fn rank(&self, allocation: &Allocation) -> usize {
        match self {
            Dimensions::Matroid(matroid) => matroid.rank(allocation),
            Dimensions::Patterns(patterns) => patterns.rank(allocation),
        }
    }

    /// The dimension of an allocation.
    pub fn dim(&self, allocation: &Allocation) -> Dimension {
        match self {
            Dimensions::Matroid(matroid) => matroid.dim(allocation),
            Dimensions::Patterns(patterns) => patterns.dim(allocation),
        }
    }

    /// The teacher dimension D_m.
    pub fn teacher(&self) -> Dimension {
        match self {
            Dimensions::Matroid(matroid) => matroid.teacher(),
            Dimensions::Patterns(patterns) => patterns.teacher(),
        }
    }

    /// A proved upper bound of an allocation's dimension that costs little.
    pub fn quick_upper(&self, allocation: &Allocation) -> usize {
        match self {
            Dimensions::Matroid(matroid) => matroid.teacher_bound().min(allocation.size()),
            Dimensions::Patterns(patterns) => patterns.upper(allocation),
        }
    }
}
