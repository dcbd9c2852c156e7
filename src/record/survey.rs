//! A row of what `allocert survey` writes.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::print;
use allocert_core::matching::Verdict;
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
    /// The match probability, or its estimate from the same instances; nothing where the verdict is undecided because some of
    /// them are: those that can be decided are no random sample.
    pub probability: Option<f64>,
    /// The lower end of its 95 % interval.
    pub probability_low: f64,
    /// The upper end.
    pub probability_high: f64,
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
    /// Of an experiment.
    pub fn of(training: &Training, orbit: &Orbit, exact: &Exact, experiment: &Experiment) -> Self {
        let (answer, [low, high], [rate_low, rate_high]) = (&exact.answer, exact.answer.ci95(), experiment.ci95());
        let (trials, successes) = (experiment.count(), experiment.successes());
        let unclear = answer.verdict == Verdict::Undecided && answer.estimate.as_ref().is_some_and(|e| e.undecided > 0);
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
            probability: answer.probability().filter(|_| !unclear),
            probability_low: low,
            probability_high: high,
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
