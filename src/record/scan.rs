//! What `allocert scan` says.

use serde::{Deserialize, Serialize};

use crate::allocation::print;
use crate::reach;

/// How many of all allocations of each size have each reachable dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The network, as it is written.
    pub network: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The number of all weights.
    pub weights: usize,
    /// The weights that the allocations lie in.
    pub within: String,
    /// D_m.
    pub teacher_dim: usize,
    /// (size, dimension, number of allocations in decimal).
    pub counts: Vec<(usize, usize, String)>,
    /// The number of orbits; nothing if allocations were not grouped by symmetry.
    pub orbits: Option<u64>,
    /// `proved` or `probabilistic`, for the whole table.
    pub evidence: String,
    /// An error anywhere in the table has at most the probability 2^this; nothing when proved.
    pub error_log2: Option<i64>,
    /// The seed of all randomness.
    pub seed: u64,
    /// How many random points agreed.
    pub points: usize,
    /// A network with kinks: what the single activation patterns show; `counts` is of the largest dimensions.
    pub drawn: Option<Drawn>,
}

/// What random activation patterns show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The number of draws.
    pub draws: u64,
    /// The number of distinct patterns among them.
    pub patterns: usize,
    /// (dimension, number of draws) of all weights.
    pub teacher_distribution: Vec<(usize, u64)>,
    /// (size, dimension, number of pairs of a draw and an allocation, in decimal).
    pub counts: Vec<(usize, usize, String)>,
}

impl Drawn {
    fn of(drawn: &reach::Drawn) -> Self {
        Drawn {
            draws: drawn.draws,
            patterns: drawn.patterns,
            teacher_distribution: drawn.teacher_dims.clone(),
            counts: drawn.pairs.entries().map(|(size, dim, number)| (size, dim, number.to_string())).collect(),
        }
    }
}

impl Scan {
    /// Of an answer.
    pub fn of(scan: &reach::Scan) -> Self {
        let everything = scan.within.size() == scan.network.weights();
        Scan {
            network: scan.network.to_string(),
            samples: scan.samples.count(),
            weights: scan.network.weights(),
            within: if everything { "all".to_owned() } else { print(scan.network.layout(), &scan.within) },
            teacher_dim: scan.teacher.value,
            counts: scan.table.entries().map(|(size, dim, number)| (size, dim, number.to_string())).collect(),
            orbits: None,
            evidence: scan.evidence.name().to_owned(),
            error_log2: scan.evidence.error_log2(),
            seed: scan.settings.seed,
            points: scan.trials,
            drawn: scan.drawn.as_ref().map(Drawn::of),
        }
    }
}
