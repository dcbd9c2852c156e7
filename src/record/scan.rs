//! What `allocert scan` says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::print;
use allocert_core::reach::{self, Evidence, Group, OrbitCount, Partial, ScanOptions};

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
    /// The number of orbits of these allocations under the symmetries used; nothing for more than 64 weights, and for a
    /// number of more than 64 bits.
    pub orbits: Option<u64>,
    /// The symmetries used; nothing for more than 64 weights.
    #[serde(default)]
    pub symmetry: Option<Symmetry>,
    /// `proved`, `bounded`, `statistical` or `open`, for the whole table.
    pub evidence: String,
    /// An error anywhere in the table has at most the probability 2^this; nothing when proved.
    pub error_log2: Option<i64>,
    /// The seed of all randomness.
    pub seed: u64,
    /// How many random points agreed.
    pub points: usize,
    /// A network with kinks: what the single activation patterns show; `counts` is of the largest dimensions.
    pub drawn: Option<Drawn>,
    /// The scan was stopped: `counts` holds the allocations counted by then, and each may have a larger dimension.
    #[serde(default)]
    pub partial: bool,
}

/// The group that permutes weights and changes no dimension and no match probability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symmetry {
    /// The number of its elements.
    pub order: u64,
    /// Symmetries that generate it, in words.
    pub generators: Vec<String>,
    /// Symmetries that are not in it, because it would have too many elements.
    pub left_out: Vec<String>,
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

impl Symmetry {
    fn of(group: &Group) -> Self {
        Symmetry { order: group.order(), generators: group.generators().to_vec(), left_out: group.left_out().to_vec() }
    }
}

impl Scan {
    /// Of an answer.
    pub fn of(scan: &reach::Scan) -> Self {
        let everything = scan.within.size() == scan.network.weights();
        let options = ScanOptions {
            within: Some(scan.within.clone()),
            sizes: Some(scan.sizes.clone()),
            ..ScanOptions::default()
        };
        let count = OrbitCount::of(&scan.network, scan.samples, &options).ok();
        Scan {
            network: scan.network.to_string(),
            samples: scan.samples.count(),
            weights: scan.network.weights(),
            within: if everything { "all".to_owned() } else { print(scan.network.layout(), &scan.within) },
            teacher_dim: scan.teacher.value,
            counts: scan.table.entries().map(|(size, dim, number)| (size, dim, number.to_string())).collect(),
            orbits: count.as_ref().and_then(|count| count.orbits().to_u64()),
            symmetry: count.as_ref().map(|count| Symmetry::of(count.group())),
            evidence: scan.evidence.name().to_owned(),
            error_log2: scan.evidence.error_log2(),
            seed: scan.settings.seed,
            points: scan.trials,
            drawn: scan.drawn.as_ref().map(Drawn::of),
            partial: false,
        }
    }

    /// Of what a stopped scan had counted.
    pub fn of_partial(partial: &Partial) -> Self {
        let everything = partial.within.size() == partial.network.weights();
        Scan {
            network: partial.network.to_string(),
            samples: partial.samples.count(),
            weights: partial.network.weights(),
            within: if everything { "all".to_owned() } else { print(partial.network.layout(), &partial.within) },
            teacher_dim: partial.teacher.value,
            counts: partial.table.entries().map(|(size, dim, number)| (size, dim, number.to_string())).collect(),
            orbits: None,
            symmetry: None,
            evidence: Evidence::Open.name().to_owned(),
            error_log2: None,
            seed: partial.settings.seed,
            points: 1,
            drawn: None,
            partial: true,
        }
    }
}
