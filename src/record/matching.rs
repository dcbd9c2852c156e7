//! What `allocert match` says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::print;
use allocert_core::matching::{Ensemble, Estimate, Exact, MatchAnswer, Reason};

/// With what probability a random student can match a random teacher.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
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
    /// D_m.
    pub teacher_dim: usize,
    /// Whether ρ_m(A) = D_m.
    pub spans: bool,
    /// `zero`, `one`, `fractional` or `undecided`.
    pub verdict: String,
    /// The law that settles it.
    pub reason: String,
    /// The basis that the law found inside the allocation.
    pub basis: Option<String>,
    /// The fractional law: whether the labels' closure is known to be normal.
    pub normal: Option<String>,
    /// The fractional law: whether the degree is bounded from above.
    pub degree_bounded: Option<String>,
    /// `proved`, `bounded`, `statistical` or `open`.
    pub evidence: String,
    /// An error has at most the probability 2^this; nothing when proved, or when there is no bound.
    pub error_log2: Option<i64>,
    /// How the match probability is known: as the law or the theorem that gives it; `statistical` where random instances do; `open` where
    /// nothing does.
    #[serde(default)]
    pub probability_evidence: String,
    /// The matching degree, where the allocation is a basis and it is known.
    pub degree: Option<usize>,
    /// The match probability where a law or a theorem gives it as a number; where none says anything of it, the share of matched
    /// instances. Absent where a theorem only encloses or bounds it, or instances are undecided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The match probability as a number, such as `3/8` or `1 - sqrt(2)/4`, where a theorem gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability_exact: Option<String>,
    /// Two numbers that the match probability is proved to lie between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enclosure: Option<[f64; 2]>,
    /// The theorem that gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theorem: Option<String>,
    /// How it gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// A 95 % interval for it; absent where a law or a theorem gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci95: Option<[f64; 2]>,
    /// Where a theorem gives or bounds it: what the instances showed beside that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampled: Option<Sampled>,
    /// How student, teacher and inputs are drawn.
    pub ensemble: String,
    /// The network of the teacher, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<String>,
    /// The dimension of that teacher's labels, a proved lower bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taught_dim: Option<usize>,
    /// The instances drawn.
    pub trials: u64,
    /// Those with a real match.
    pub matched: u64,
    /// Those without one.
    pub unmatched: u64,
    /// The others.
    pub undecided: u64,
    /// The limit that ended the instances early.
    pub stopped: Option<String>,
    /// Where no law settles it and no instance can be decided: what training came to. Its rate is no match probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainedStudents>,
    /// The seed of all randomness.
    pub seed: u64,
}

/// How the value of a match probability is known, or the bounds of it that are given.
pub(super) fn of_probability(answer: &MatchAnswer) -> &'static str {
    match (answer.interval(), &answer.exact) {
        (Some([low, high]), _) if low > 0.0 || high < 1.0 => "statistical",
        (None, Some(exact)) => exact.evidence.name(),
        (None, None) if answer.probability().is_some() => answer.evidence.name(),
        _ => "open",
    }
}

/// What random instances showed of a match probability that a theorem gives or bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampled {
    /// The share of matched instances; absent where some are undecided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The 95 % interval that these instances alone would give.
    pub ci95: [f64; 2],
}

impl Sampled {
    fn of(estimate: &Estimate) -> Self {
        Sampled { probability: estimate.probability, ci95: estimate.ci95 }
    }
}

/// Students trained on random instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainedStudents {
    /// How many.
    pub trials: u64,
    /// How many matched their teacher, refined to high precision.
    pub successes: u64,
    /// A 95 % interval for the rate of training, which misses matches.
    pub ci95: [f64; 2],
}

impl Match {
    /// Of an answer, for students and teachers of this ensemble.
    pub fn of(answer: &MatchAnswer, ensemble: Ensemble) -> Self {
        let hypotheses = match answer.reason {
            Reason::Fractional { normal, bounded, .. } => Some((normal, bounded)),
            _ => None,
        };
        let basis = match &answer.reason {
            Reason::AffineBasis(basis) | Reason::OddBasis(basis) => Some(print(answer.network.layout(), basis)),
            _ => None,
        };
        let count = |of: fn(&Estimate) -> u64| answer.estimate.as_ref().map_or(0, of);
        Match {
            network: answer.network.to_string(),
            allocation: print(answer.network.layout(), &answer.allocation),
            samples: answer.samples.count(),
            size: answer.allocation.size(),
            dim: answer.dim.value,
            teacher_dim: answer.teacher.value,
            spans: answer.dim.value == answer.teacher.value,
            verdict: answer.verdict.name().to_owned(),
            reason: answer.reason.to_string(),
            basis,
            normal: hypotheses.map(|h| h.0.to_string()),
            degree_bounded: hypotheses.map(|h| h.1.to_string()),
            evidence: answer.evidence.name().to_owned(),
            error_log2: answer.evidence.error_log2(),
            probability_evidence: of_probability(answer).to_owned(),
            degree: answer.degree.and_then(Result::ok).map(|d| d.value),
            probability: answer.probability(),
            probability_exact: answer.exact.as_ref().and_then(|exact| exact.number.clone()),
            enclosure: answer.exact.as_ref().map(Exact::enclosure),
            theorem: answer.exact.as_ref().map(|exact| exact.theorem.to_string()),
            formula: answer.exact.as_ref().map(|exact| exact.formula.clone()),
            ci95: answer.interval(),
            sampled: answer.beside().map(Sampled::of),
            ensemble: ensemble.to_string(),
            teacher: answer.taught_by.clone(),
            taught_dim: answer.taught_dim,
            trials: count(|e| e.trials),
            matched: count(|e| e.matched),
            unmatched: count(|e| e.unmatched),
            undecided: count(|e| e.undecided),
            stopped: answer.estimate.as_ref().and_then(|e| e.stopped).map(|s| s.to_string()),
            training: None,
            seed: answer.settings.seed,
        }
    }
}
