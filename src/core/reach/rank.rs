//! The question "what is the reachable dimension of this allocation?", and its answer.

use crate::allocation::Allocation;
use crate::network::{Network, Samples};

use super::{DRAWS, Distribution, Evidence, Exchange, JacobianMatroid, Obstruction, Patterns, ReachError};

/// Why a rank is not larger than it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There are no more weights.
    Size,
    /// There are no more labels.
    Labels,
    /// Known polynomial kernel vectors (gauge directions, unseen inputs) are independent at the point.
    KernelFields,
    /// No allocation reaches more than all weights do.
    Teacher,
    /// No larger rank was found at random points.
    RandomPoints,
    /// No larger rank was found on random activation patterns.
    Draws,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Reason::Size => "a non-zero minor; no more weights",
            Reason::Labels => "a non-zero minor; no more labels",
            Reason::KernelFields => "a non-zero minor; independent gauge directions",
            Reason::Teacher => "a non-zero minor; the teacher's dimension",
            Reason::RandomPoints => "random points modulo random primes",
            Reason::Draws => "the largest over the activation patterns drawn",
        })
    }
}

/// A dimension and how it is known. The value is always proved as a lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// The dimension.
    pub value: usize,
    /// How it is known not to be larger.
    pub evidence: Evidence,
    /// By what argument.
    pub reason: Reason,
}

/// Seeds and bounds of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// All randomness follows from it.
    pub seed: u64,
    /// The probability of error must be at most 2 to this power; negative.
    pub error_log2: i64,
}

/// The reachable dimension of one allocation, beside the teacher's.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The network.
    pub network: Network,
    /// The allocation.
    pub allocation: Allocation,
    /// The samples.
    pub samples: Samples,
    /// The number of scalar labels.
    pub labels: u64,
    /// ρ_m(A).
    pub dim: Dimension,
    /// D_m.
    pub teacher: Dimension,
    /// What was computed with.
    pub settings: Settings,
    /// How many random points were looked at.
    pub trials: usize,
    /// For a network with kinks: how often activation patterns have which dimension. The dimensions above are the largest.
    pub distribution: Option<Distribution>,
    /// Of an allocation that neither spans nor is independent: the flats that say why, and an exchange that adds a dimension.
    pub obstructions: Vec<Obstruction>,
    /// That exchange.
    pub exchange: Option<Exchange>,
}

impl Answer {
    /// Whether A spans: ρ_m(A) = D_m.
    pub fn spans(&self) -> bool {
        self.dim.value == self.teacher.value
    }

    /// How the whole answer is known.
    pub fn evidence(&self) -> Evidence {
        Evidence::all([self.dim.evidence, self.teacher.evidence])
    }
}

/// The reachable dimension of an allocation, with an error of at most 2^`error_log2`; for a network with kinks, the largest
/// over [`DRAWS`] activation patterns.
///
/// # Errors
/// See [`ReachError`].
pub fn rank(
    network: &Network,
    allocation: &Allocation,
    samples: Samples,
    settings: Settings,
) -> Result<Answer, ReachError> {
    rank_drawn(network, allocation, samples, settings, DRAWS)
}

/// As [`rank`], with so many draws of activation patterns if the network has kinks.
///
/// # Errors
/// See [`ReachError`].
pub fn rank_drawn(
    network: &Network,
    allocation: &Allocation,
    samples: Samples,
    settings: Settings,
    draws: u64,
) -> Result<Answer, ReachError> {
    if network.has_one_matroid() {
        return rank_of_matroid(network, allocation, samples, settings);
    }
    let patterns = Patterns::draw(network, samples, settings.seed, draws)?;
    Ok(Answer {
        network: network.clone(),
        allocation: allocation.clone(),
        samples,
        labels: patterns.labels(),
        dim: patterns.dim(allocation),
        teacher: patterns.teacher(),
        settings,
        trials: patterns.distinct(),
        distribution: Some(patterns.distribution(allocation)),
        obstructions: Vec::new(),
        exchange: None,
    })
}

fn rank_of_matroid(
    network: &Network,
    allocation: &Allocation,
    samples: Samples,
    settings: Settings,
) -> Result<Answer, ReachError> {
    let mut matroid = JacobianMatroid::new(network, samples, settings.seed)?;
    let both = |m: &JacobianMatroid| (m.dim(allocation), m.teacher());
    let (mut dim, mut teacher) = both(&matroid);
    if Evidence::all([dim.evidence, teacher.evidence]) != Evidence::Proved {
        // Two dimensions may be wrong, each with half the error.
        // Where no number of trials gives a bound, a second one is a second look.
        let trials =
            if matroid.chance().is_hopeless() { 2 } else { matroid.trials_for_one(settings.error_log2 - 1)? };
        matroid.extend_in_parallel(trials);
        (dim, teacher) = both(&matroid);
    }
    let explained = dim.value < teacher.value && dim.value < allocation.size();
    Ok(Answer {
        network: network.clone(),
        allocation: allocation.clone(),
        samples,
        obstructions: if explained { matroid.obstructions(allocation) } else { Vec::new() },
        exchange: matroid.exchange(allocation).filter(|_| explained),
        labels: matroid.labels(),
        dim,
        teacher,
        settings,
        trials: matroid.trials().len(),
        distribution: None,
    })
}
