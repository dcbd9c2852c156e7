//! Training: what gradient methods really find, to be held against what is exactly possible.
//!
//! Here are floats, so nothing here is evidence for what is exact. A [`Program`] is a network's label map compiled for one
//! allocation; a [`Trainer`] fits one instance; what it finds is a candidate until it is refined in high precision.

mod adam;
mod audit;
mod data;
mod divergence;
mod experiment;
mod fit;
mod gradient_descent;
mod least_squares;
mod levenberg_marquardt;
mod objective;
mod orbits;
mod real;
mod recorder;
mod refinement;
mod strategy;
mod stuck;
mod tape;
mod trainer;
mod trial;

pub use adam::Adam;
pub use audit::{Audit, Finding, Judged, Reported};
pub use data::{DataError, Dataset};
pub use experiment::{Compared, Exact, Experiment, RULE};
pub use fit::{Fit, FitOptions, Score, fit};
pub use gradient_descent::GradientDescent;
pub use levenberg_marquardt::LevenbergMarquardt;
pub use objective::{Objective, Program};
pub use orbits::{Orbit, orbits, rows_touched};
pub use real::Reals;
pub use recorder::{MOST_NODES, Node, Recorder};
pub use refinement::{PRECISION, Refined, Refinement, Refiner};
pub use strategy::{Strategy, UnknownStrategy};
pub use tape::Tape;
pub use trainer::{End, Method, Run, Trainer, TrainerOptions, UnknownMethod};
pub use trial::{Outcome, Training, Trial, TrialOptions};

use allocert_core::network::Samples;

/// Why there is nothing to train.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainingError {
    /// An allocation of another network.
    #[error("an allocation over {given} weights, for a network with {weights}\n  take an allocation of this network")]
    OtherNetwork {
        /// The weights that the allocation chooses from.
        given: usize,
        /// The network's weights.
        weights: usize,
    },
    /// A label map that is not defined at all weights and inputs.
    #[error(
        "{network}: it divides by what may be 0, or takes a logarithm or a root of what may not be positive, so it is not trained\n  ask for dimensions (rank), or add a positive number there"
    )]
    Undefined {
        /// The network.
        network: String,
    },
    /// No teacher of this network.
    #[error("{0}")]
    Teacher(#[from] allocert_core::matching::TeacherError),
    /// Random labels, and no number of samples.
    #[error(
        "{network}: random labels are drawn for each sample, so that there have to be finitely many\n  ask for a number of samples"
    )]
    LabelsOfAllInputs {
        /// The network.
        network: String,
    },
    /// The compiled label map is over the limit.
    #[error(
        "{network}: its label map and Jacobian take more than {limit} operations\n  {}",
        smaller(*.samples)
    )]
    TooLarge {
        /// The network.
        network: String,
        /// The samples; nothing where data are given.
        samples: Option<Samples>,
        /// The most operations.
        limit: usize,
    },
}

/// What makes training smaller.
fn smaller(samples: Option<Samples>) -> &'static str {
    match samples {
        None => "take a smaller network",
        Some(Samples::Functional) => "ask of a few samples, or of a smaller network",
        Some(Samples::Count(_)) => "take fewer samples or a smaller network",
    }
}

impl TrainingError {
    /// Whether a stated limit stopped the work, rather than a wrong request.
    pub fn is_limit(&self) -> bool {
        matches!(self, TrainingError::TooLarge { .. })
    }
}
