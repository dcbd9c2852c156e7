//! What `allocert design` says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::{Allocation, print};
use allocert_core::matching::{MatchAnswer, Matching};
use allocert_core::reach::{self, DesignOptions, Optimal};

use super::Obstruction;

/// A best allocation of so many weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// The network, as it is written.
    pub network: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The number of learnable weights, R.
    pub size: usize,
    /// At most so many in each row of each tensor.
    pub per_row: Option<usize>,
    /// The allocation, one weight at a time in canonical order.
    pub allocation: String,
    /// ρ_m(A).
    pub dim: usize,
    /// D_m; nothing for a network too large for that.
    pub teacher_dim: Option<usize>,
    /// A proved lower bound of D_m.
    pub teacher_at_least: usize,
    /// Whether it is known to have the largest dimension.
    pub best: bool,
    /// Why it cannot be bettered.
    pub reason: String,
    /// `proved`, `bounded`, `statistical` or `open`, for the dimension and that none is larger.
    pub evidence: String,
    /// An error has at most the probability 2^this; nothing when proved, or when there is no bound.
    pub error_log2: Option<i64>,
    /// Where all weights that are allowed have no more dimensions together: the connected flats that say why.
    #[serde(default)]
    pub obstructions: Vec<Obstruction>,
    /// `zero`, `one`, `fractional` or `undecided`.
    pub verdict: String,
    /// The law that settles it.
    pub verdict_reason: String,
    /// `proved`, `bounded`, `statistical` or `open`, for the verdict; nothing if it is undecided.
    pub verdict_evidence: Option<String>,
    /// The matching degree, where it is known.
    pub degree: Option<usize>,
    /// Others of the same size and dimension.
    pub alternatives: Vec<Alternative>,
    /// The limit that ended the search for a better match probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The seed of all randomness.
    pub seed: u64,
}

/// Another allocation of the same size and dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// The allocation.
    pub allocation: String,
    /// Its verdict, if it was looked at.
    pub verdict: Option<String>,
    /// Its matching degree, where it is known.
    pub degree: Option<usize>,
}

impl Design {
    /// Of a design under constraints, and what is known of its match probability.
    pub fn of(design: &reach::Design, options: &DesignOptions, matching: &Matching) -> Self {
        let layout = design.network.layout();
        let degree = |a: &MatchAnswer| a.degree.and_then(Result::ok).map(|d| d.value);
        let (chosen, looked): (_, Vec<&MatchAnswer>) = match matching {
            Matching::Known { best, others, .. } => (best.allocation.clone(), others.iter().collect()),
            _ => (design.allocation.clone(), Vec::new()),
        };
        let all = std::iter::once(&design.allocation).chain(&design.alternatives);
        let others = all.filter(|a| **a != chosen);
        let alternative = |a: &Allocation| {
            let answer = looked.iter().find(|m| m.allocation == *a);
            let verdict = answer.map(|m| m.verdict.name().to_owned());
            Alternative { allocation: print(layout, a), verdict, degree: answer.and_then(|m| degree(m)) }
        };
        let is_open = |evidence: &reach::Evidence| *evidence == reach::Evidence::Open;
        let (verdict, verdict_reason, verdict_evidence) = match matching {
            Matching::NoneSpans(evidence) | Matching::NotSpanning(evidence) if is_open(evidence) => {
                ("undecided", "the teacher's dimension is open".to_owned(), None)
            }
            Matching::NoneSpans(evidence) => (
                "zero",
                "zero-positive law: no allocation that is allowed spans".to_owned(),
                Some(evidence.name().to_owned()),
            ),
            Matching::NotSpanning(evidence) => {
                ("zero", "zero-positive law: it does not span".to_owned(), Some(evidence.name().to_owned()))
            }
            Matching::TooLarge => ("undecided", "the network is too large for the laws".to_owned(), None),
            Matching::Known { best, .. } => {
                (best.verdict.name(), best.reason.to_string(), Some(best.evidence.name().to_owned()))
            }
        };
        let evidence = reach::Evidence::all([design.dim.evidence, design.evidence]);
        Design {
            network: design.network.to_string(),
            samples: design.samples.count(),
            size: chosen.size(),
            per_row: options.per_row,
            dim: design.dim.value,
            teacher_dim: design.teacher.filter(|t| !is_open(&t.evidence)).map(|t| t.value),
            teacher_at_least: design.teacher_at_least,
            best: !matches!(design.optimal, Optimal::AtMost(_)),
            reason: design.optimal.to_string(),
            obstructions: design.obstructions.iter().map(|o| Obstruction::of(layout, o)).collect(),
            evidence: evidence.name().to_owned(),
            error_log2: evidence.error_log2(),
            verdict: verdict.to_owned(),
            verdict_reason,
            verdict_evidence,
            degree: match matching {
                Matching::Known { best, .. } => degree(best),
                _ => None,
            },
            alternatives: others.map(alternative).collect(),
            stopped: match matching {
                Matching::Known { stopped, .. } => stopped.map(|halt| halt.to_string()),
                _ => None,
            },
            allocation: print(layout, &chosen),
            seed: design.settings.seed,
        }
    }
}
