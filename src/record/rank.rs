//! What `allocert rank` says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::{Layout, describe, print};
use allocert_core::network::Network;
use allocert_core::reach::{self, Answer};

/// The reachable dimension of one allocation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rank {
    /// The network, as it is written.
    pub network: String,
    /// The allocation, one weight at a time in canonical order.
    pub allocation: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The learnable weights, |A|.
    pub size: usize,
    /// ρ_m(A).
    pub dim: usize,
    /// D_m; absent for a network too large for it to be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher_dim: Option<usize>,
    /// A proved lower bound of D_m, where D_m is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher_at_least: Option<usize>,
    /// The number of scalar labels.
    pub labels: u64,
    /// Whether ρ_m(A) = D_m; absent where D_m is not known and it may or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spans: Option<bool>,
    /// `proved`, `bounded`, `statistical` or `open`, for both dimensions together, as far as they are given.
    pub evidence: String,
    /// An error has at most the probability 2^this; nothing when proved.
    pub error_log2: Option<i64>,
    /// Why the dimension is not larger.
    pub reason: String,
    /// The theorems of others that the dimensions rest on; empty if none.
    #[serde(default)]
    pub theorems: Vec<String>,
    /// How the dimension alone is known: `proved`, `bounded`, `statistical` or `open`.
    #[serde(default)]
    pub dim_evidence: String,
    /// The dimension alone is wrong with at most the probability 2^this; nothing when proved.
    #[serde(default)]
    pub dim_error_log2: Option<i64>,
    /// How the teacher's dimension is known.
    pub teacher_evidence: String,
    /// Why the teacher's dimension is not larger.
    pub teacher_reason: String,
    /// The number of all weights.
    pub weights: usize,
    /// The seed of all randomness.
    pub seed: u64,
    /// How many random points were looked at.
    pub points: usize,
    /// A network with kinks: the activation patterns drawn; the dimensions above are the largest over them.
    pub draws: Option<u64>,
    /// The distinct patterns among them.
    pub patterns: Option<usize>,
    /// (dimension, number of draws) of the allocation.
    pub distribution: Option<Vec<(usize, u64)>>,
    /// (dimension, number of draws) of all weights.
    pub teacher_distribution: Option<Vec<(usize, u64)>>,
    /// Of an allocation that neither spans nor is independent: the connected flats that say why.
    #[serde(default)]
    pub obstructions: Vec<Obstruction>,
    /// One weight for another, which adds a dimension.
    #[serde(default)]
    pub exchange: Option<Exchange>,
}

/// The theorems that dimensions of a network rest on.
pub(super) fn named(network: &Network) -> Vec<String> {
    reach::theorems(network).into_iter().map(str::to_owned).collect()
}

/// Weights that have fewer dimensions than the allocation has weights in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstruction {
    /// The flat, one weight at a time.
    pub weights: String,
    /// In words.
    pub description: String,
    /// Its dimension.
    pub dim: usize,
    /// The weights of the allocation in it.
    pub inside: String,
    /// How many these are.
    pub size: usize,
}

impl Obstruction {
    /// Of a flat and the weights of an allocation in it.
    pub(super) fn of(layout: &Layout, obstruction: &reach::Obstruction) -> Self {
        let reach::Obstruction { flat, dim, inside } = obstruction;
        Obstruction {
            weights: print(layout, flat),
            description: describe(layout, flat),
            dim: *dim,
            inside: print(layout, inside),
            size: inside.size(),
        }
    }
}

/// One weight for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The weight that is to be frozen.
    pub out: String,
    /// The weight that is to learn in its place.
    pub new: String,
    /// The dimension then.
    pub dim: usize,
}

impl Rank {
    /// The teacher's dimension for a person: a number, or a bound of it.
    pub fn teacher_text(&self) -> String {
        let at_least = || self.teacher_at_least.map_or_else(|| "open".to_owned(), |dim| format!("≥ {dim}"));
        self.teacher_dim.map_or_else(at_least, |dim| dim.to_string())
    }

    /// Whether the allocation spans, for a person: `yes`, `no` or `open`.
    pub fn spans_text(&self) -> &'static str {
        self.spans.map_or("open", |spans| if spans { "yes" } else { "no" })
    }

    /// Of an answer.
    pub fn of(answer: &Answer) -> Self {
        let evidence = answer.evidence();
        let layout = answer.network.layout();
        let exchange = |e: reach::Exchange| {
            let [out, new] = [e.out, e.new].map(|w| layout.weight(w).to_string());
            Exchange { out, new, dim: answer.dim.value + 1 }
        };
        Rank {
            network: answer.network.to_string(),
            allocation: print(answer.network.layout(), &answer.allocation),
            samples: answer.samples.count(),
            size: answer.allocation.size(),
            dim: answer.dim.value,
            teacher_dim: answer.teacher_dim(),
            teacher_at_least: answer.teacher_dim().is_none().then_some(answer.teacher.value),
            labels: answer.labels,
            spans: answer.spans_if_known(),
            evidence: evidence.name().to_owned(),
            error_log2: evidence.error_log2(),
            reason: answer.dim.reason.to_string(),
            theorems: named(&answer.network),
            dim_evidence: answer.dim.evidence.name().to_owned(),
            dim_error_log2: answer.dim.evidence.error_log2(),
            teacher_evidence: answer.teacher.evidence.name().to_owned(),
            teacher_reason: answer.teacher.reason.to_string(),
            weights: answer.network.weights(),
            seed: answer.settings.seed,
            points: answer.trials,
            draws: answer.distribution.as_ref().map(|d| d.draws),
            patterns: answer.distribution.as_ref().map(|d| d.patterns),
            distribution: answer.distribution.as_ref().map(|d| d.dims.clone()),
            teacher_distribution: answer.distribution.as_ref().map(|d| d.teacher_dims.clone()),
            obstructions: answer.obstructions.iter().map(|o| Obstruction::of(layout, o)).collect(),
            exchange: answer.exchange.map(exchange),
        }
    }
}
