//! What `allocert classify` says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::print;
use allocert_core::matching::{Classification, MatchOptions, Maximal, MaximalTable, Open, Orbit};
use allocert_core::network::Network;
use allocert_core::reach::Settings;

/// Every allocation of a network by size and verdict on its match probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Classify {
    /// The network, as it is written.
    pub network: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// D_m.
    pub teacher_dim: usize,
    /// By size: how many have the verdicts `zero`, `one`, `fractional` and `undecided`.
    pub counts: Vec<[u64; 4]>,
    /// (matching degree, number of bases); the degree is nothing where a limit stopped the count.
    pub degrees: Vec<(Option<usize>, u64)>,
    /// `proved`, `bounded`, `statistical` or `open`, for all verdicts together.
    pub evidence: String,
    /// An error anywhere has at most the probability 2^this; nothing when proved, or when there is no bound.
    pub error_log2: Option<i64>,
    /// How student, teacher and inputs are drawn.
    pub ensemble: String,
    /// Whether a limit left something undecided: the time was up, or a degree could not be counted.
    pub stopped: bool,
    /// The seed of all randomness.
    pub seed: u64,
    /// What has no verdict, and why: the first of each orbit under the network's symmetries.
    #[serde(default)]
    pub open: Vec<OpenAllocations>,
    /// Of a network with kinks: what is known of each orbit, the smallest allocations first.
    #[serde(default)]
    pub orbits: Option<Vec<ClassifiedOrbit>>,
}

/// What is known of allocations that the symmetries of a network with kinks make of one another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassifiedOrbit {
    /// The first of them.
    pub allocation: String,
    /// How many they are.
    pub images: u64,
    /// `zero`, `one`, `fractional` or `undecided`.
    pub verdict: String,
    /// Why, in words.
    pub reason: String,
    /// What the match probability lies in: one number where it is known, otherwise the 95 % interval of the instances below.
    pub range: [f64; 2],
    /// So many instances have a match; nothing where none were decided.
    pub matched: Option<u64>,
    /// So many have none.
    pub unmatched: Option<u64>,
    /// So many are undecided.
    pub undecided: Option<u64>,
}

impl ClassifiedOrbit {
    fn of(network: &Network, orbit: &Orbit) -> Self {
        let seen = orbit.estimate.as_ref();
        ClassifiedOrbit {
            allocation: print(network.layout(), &orbit.allocation),
            images: orbit.images,
            verdict: orbit.verdict.name().to_owned(),
            reason: orbit.reason.clone(),
            range: orbit.range,
            matched: seen.map(|e| e.matched),
            unmatched: seen.map(|e| e.unmatched),
            undecided: seen.map(|e| e.undecided),
        }
    }
}

/// Allocations without a verdict, that the network's symmetries make of one another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenAllocations {
    /// The first of them.
    pub allocation: String,
    /// How many they are.
    pub images: u64,
    /// Why they have none, in words.
    pub why: String,
}

impl OpenAllocations {
    fn of(network: &Network, open: &Open) -> Self {
        OpenAllocations {
            allocation: print(network.layout(), &open.allocation),
            images: open.images,
            why: open.why.to_string(),
        }
    }
}

impl Classify {
    /// Of an answer.
    pub fn of(answer: &Classification, options: &MatchOptions) -> Self {
        Classify {
            network: answer.network.to_string(),
            samples: answer.samples.count(),
            teacher_dim: answer.teacher.value,
            counts: answer.counts(),
            degrees: answer.degrees.iter().map(|(degree, number)| (*degree, *number)).collect(),
            evidence: answer.evidence.name().to_owned(),
            error_log2: answer.evidence.error_log2(),
            ensemble: options.ensemble.to_string(),
            stopped: answer.late,
            seed: answer.settings.seed,
            open: answer.open.iter().map(|open| OpenAllocations::of(&answer.network, open)).collect(),
            orbits: answer
                .orbits
                .as_ref()
                .map(|orbits| orbits.iter().map(|orbit| ClassifiedOrbit::of(&answer.network, orbit)).collect()),
        }
    }
}

/// How many allocations of each size are maximal and minimal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassifyMaximal {
    /// The network, as it is written.
    pub network: String,
    /// By size.
    pub sizes: Vec<MaximalRow>,
    /// `proved`, `bounded`, `statistical` or `open`, for the whole table.
    pub evidence: String,
    /// An error anywhere has at most the probability 2^this; nothing when proved, or when there is no bound.
    pub error_log2: Option<i64>,
    /// How student, teacher and inputs are drawn.
    pub ensemble: String,
    /// Whether a limit left something undecided: the time was up, or a degree could not be counted.
    pub stopped: bool,
    /// The seed of all randomness.
    pub seed: u64,
}

/// The allocations of one size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaximalRow {
    /// r.
    pub size: usize,
    /// The largest number of samples m with D_m ≤ r, in words; nothing if there is none.
    pub samples: Option<String>,
    /// Match probability 1 there.
    pub maximal: u64,
    /// A probability between 0 and 1 there.
    pub fractional: u64,
    /// Probability 0 there.
    pub zero: u64,
    /// Not known.
    pub undecided: u64,
    /// Of the smallest dimension for their size on every number of samples.
    pub minimal: u64,
}

impl ClassifyMaximal {
    /// Of an answer.
    pub fn of(network: &Network, table: &MaximalTable, options: &MatchOptions, settings: Settings) -> Self {
        let row = |row: &Maximal| {
            let [zero, maximal, fractional, undecided] = row.counts;
            let samples = row.samples.map(|s| s.to_string());
            MaximalRow { size: row.size, samples, maximal, fractional, zero, undecided, minimal: row.minimal }
        };
        ClassifyMaximal {
            network: network.to_string(),
            sizes: table.rows.iter().map(row).collect(),
            evidence: table.evidence.name().to_owned(),
            error_log2: table.evidence.error_log2(),
            ensemble: options.ensemble.to_string(),
            stopped: table.late,
            seed: settings.seed,
        }
    }
}
