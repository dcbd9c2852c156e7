//! A row of what `allocert survey` writes.

use serde::{Deserialize, Serialize};

use super::matching::of_probability;
use allocert_core::allocation::print;
use allocert_core::matching::Verdict;
use allocert_core::reach::Evidence;
use allocert_train::{Exact, Experiment, Orbit, Training, rows_touched};

/// One trainer on one orbit of allocations at one number of samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurveyRow {
    /// The network, as it is written.
    pub network: String,
    /// The number of generic inputs; empty when functional.
    pub samples: Option<u64>,
    /// The learnable weights, |A|.
    pub size: usize,
    /// The first allocation of the orbit.
    pub allocation: String,
    /// The allocations in the orbit.
    pub orbit: u64,
    /// The units with a learnable incoming weight.
    pub rows: usize,
    /// ρ_m(A).
    pub dim: usize,
    /// D_m.
    pub teacher_dim: usize,
    /// `zero`, `one`, `fractional` or `undecided`.
    pub verdict: String,
    /// How the verdict is known: `proved`, `bounded`, `statistical` or `open`.
    pub evidence: String,
    /// The verdict is wrong with at most the probability 2^this; nothing when proved, or when there is no bound.
    pub error_log2: Option<i64>,
    /// How the match probability is known, in the same words.
    pub probability_evidence: String,
    /// The match probability where a law or a theorem gives it as a number; where none says anything of it, the share of matched
    /// ones of the same instances. Nothing where a theorem only encloses it, and where some are undecided: those that can be
    /// decided are no random sample.
    pub probability: Option<f64>,
    /// The lower end of a theorem's enclosure, or of a 95 % interval; nothing where a law or a theorem gives the number.
    pub probability_low: Option<f64>,
    /// The upper end.
    pub probability_high: Option<f64>,
    /// The trainer.
    pub trainer: String,
    /// The teachers.
    pub trials: u64,
    /// The refined matches.
    pub successes: u64,
    /// Their share.
    pub rate: f64,
    /// The lower end of its 95 % interval.
    pub rate_low: f64,
    /// The upper end.
    pub rate_high: f64,
    /// Losses that go to 0 while weights diverge.
    pub approximate: u64,
    /// Instances with a match that training missed.
    pub missed: u64,
    /// Matches where none can be.
    pub inconsistent: u64,
}

impl SurveyRow {
    /// What the match probability is known to lie in: one value where a law settles it.
    pub fn interval(&self) -> [f64; 2] {
        let settled = || self.probability.map_or([0.0, 1.0], |p| [p, p]);
        self.probability_low.zip(self.probability_high).map_or_else(settled, |(low, high)| [low, high])
    }

    /// Of an experiment.
    pub fn of(training: &Training, orbit: &Orbit, exact: &Exact, experiment: &Experiment) -> Self {
        let (answer, [rate_low, rate_high]) = (&exact.answer, experiment.ci95());
        let (trials, successes) = (experiment.count(), experiment.successes());
        let undecided = answer.verdict == Verdict::Undecided;
        let verdict = if undecided { Evidence::Open } else { answer.evidence };
        let enclosed = answer.exact.as_ref().filter(|exact| exact.is_sharp() && exact.value().is_none());
        let enclosed = enclosed.map(|exact| exact.enclosure());
        let ends = enclosed.or_else(|| answer.interval());
        SurveyRow {
            network: training.network().to_string(),
            samples: training.samples().count(),
            size: orbit.representative.size(),
            allocation: print(training.network().layout(), &orbit.representative),
            orbit: orbit.size,
            rows: rows_touched(training.network(), &orbit.representative),
            dim: answer.dim.value,
            teacher_dim: answer.teacher.value,
            verdict: answer.verdict.name().to_owned(),
            // What an answer says without a verdict is not the verdict's.
            evidence: verdict.name().to_owned(),
            error_log2: verdict.error_log2(),
            // A bound that is not printed is no evidence.
            probability_evidence: if ends.is_none() && answer.probability().is_none() {
                "open".to_owned()
            } else {
                of_probability(answer).to_owned()
            },
            probability: answer.probability(),
            probability_low: ends.map(|[low, _]| low),
            probability_high: ends.map(|[_, high]| high),
            trainer: training.options().method.name().to_owned(),
            trials,
            successes,
            rate: if trials > 0 { successes as f64 / trials as f64 } else { f64::NAN },
            rate_low,
            rate_high,
            approximate: experiment.outcomes().get("approximate").copied().unwrap_or(0),
            missed: experiment.missed().count() as u64,
            inconsistent: experiment.inconsistent().count() as u64,
        }
    }
}
