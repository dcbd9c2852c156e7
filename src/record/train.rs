//! What `allocert train` says, and a trial as a file that can be replayed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use allocert_core::allocation::print;
use allocert_core::matching::{Decision, Instance, MatchAnswer};
use allocert_train::{Compared, Exact, Experiment, RULE, Training};

use super::again::texts;

/// What training found, held against what is possible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Train {
    /// The network, as it is written.
    pub network: String,
    /// The allocation, one weight at a time in canonical order.
    pub allocation: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The learnable weights, |A|.
    pub size: usize,
    /// ρ_m(A); nothing without a comparison.
    pub dim: Option<usize>,
    /// D_m; nothing without a comparison.
    pub teacher_dim: Option<usize>,
    /// `levenberg-marquardt`, `gradient-descent` or `adam`.
    pub trainer: String,
    /// The trials that were finished.
    pub trials: u64,
    /// The trials that were asked for.
    pub trials_asked: u64,
    /// Whether the work was stopped before all trials were finished.
    pub partial: bool,
    /// Trials with a match that survived refinement in high precision.
    pub successes: u64,
    /// Their share; nothing if there are no trials.
    pub success_rate: Option<f64>,
    /// The exact 95 % interval for the chance of a success.
    pub ci95: [f64; 2],
    /// Trials whose loss goes to 0 while weights diverge.
    pub approximate: u64,
    /// How many trials came out each way.
    pub outcomes: BTreeMap<String, u64>,
    /// `zero`, `one`, `fractional` or `undecided`; nothing without a comparison.
    pub verdict_exact: Option<String>,
    /// The match probability where a law or a theorem gives it as a number; where none says anything of it, the share of matched
    /// instances. Absent where a theorem only encloses or bounds it, or instances are undecided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability_exact: Option<f64>,
    /// Two numbers that a theorem proves it to lie between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enclosure_exact: Option<[f64; 2]>,
    /// A 95 % interval for it; absent where a law or a theorem gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci95_exact: Option<[f64; 2]>,
    /// How far the success rate is below what was possible; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<f64>,
    /// What it is below: `instances`, the share of matched ones of the same instances, where all are decided; otherwise
    /// `probability`, a match probability that a law or a theorem gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap_to: Option<String>,
    /// The limit that ended the exact instances early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_exact: Option<String>,
    /// How the verdict is known.
    pub evidence: Option<String>,
    /// An error in it has at most the probability 2^this.
    pub error_log2: Option<i64>,
    /// Of the same instances, those decided to have a match.
    pub matched_exact: u64,
    /// Those decided to have none.
    pub unmatched_exact: u64,
    /// Those not decided.
    pub undecided_exact: u64,
    /// Trials with a match that training missed.
    pub missed: u64,
    /// The first of these.
    pub missed_trials: Vec<u64>,
    /// Whether training and theory agree; nothing without a comparison, or without a trial.
    pub consistent: Option<bool>,
    /// By which rule.
    pub rule: String,
    /// Trials with a match where none can be.
    pub inconsistent_trials: Vec<u64>,
    /// Why there is no comparison.
    pub not_compared: Option<String>,
    /// How student, teacher and inputs are drawn.
    pub ensemble: String,
    /// The network of the teacher, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<String>,
    /// Fresh draws tried after the student's own.
    pub restarts: u32,
    /// Their standard deviation.
    pub initial_scale: f64,
    /// The learning rate; nothing for a trainer without one.
    pub learning_rate: Option<f64>,
    /// The most iterations of one start.
    pub iterations: u64,
    /// The relative residual of a candidate.
    pub tolerance: f64,
    /// The seed of all randomness.
    pub seed: u64,
    /// Every trial.
    pub runs: Vec<TrialRun>,
}

/// One trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialRun {
    /// Its number.
    pub trial: u64,
    /// `match`, `already`, `approximate`, `singular`, `no-match`, `nothing-to-learn`, or how the best start ended (`dead-units`,
    /// `kink`, …).
    pub outcome: String,
    /// The starts made.
    pub starts: u32,
    /// The steps of all of them.
    pub iterations: u64,
    /// The mean square of the residuals at the best end; nothing if that is no number.
    pub loss: Option<f64>,
    /// The norm of the learnable weights there.
    pub norm: Option<f64>,
    /// The bits computed with.
    pub precision: u32,
    /// `matched`, `unmatched` or `undecided` by the exact engine, where it was asked.
    pub exact: Option<String>,
}

impl TrialRun {
    /// Of a compared trial.
    pub fn of(compared: &Compared) -> Self {
        let Compared { trial, decision, .. } = compared;
        let finite = |x: f64| x.is_finite().then_some(x);
        TrialRun {
            trial: trial.trial,
            outcome: trial.outcome.name().to_owned(),
            starts: trial.starts,
            iterations: trial.iterations,
            loss: finite(trial.loss),
            norm: finite(trial.norm),
            precision: trial.precision,
            exact: decision.map(|d| decided(d).to_owned()),
        }
    }
}

fn decided(decision: Decision) -> &'static str {
    match decision {
        Decision::Decided(finding) if finding.real => "matched",
        Decision::Decided(_) => "unmatched",
        Decision::Undecided(_) => "undecided",
    }
}

/// How far successes are below what was possible, and what that is: the matches of the same instances, where each was decided, and
/// otherwise a match probability that is known.
fn gap(
    answer: Option<&MatchAnswer>,
    trials: u64,
    successes: u64,
    [matched, unmatched, _]: [u64; 3],
) -> Option<(f64, &'static str)> {
    let answer = answer.filter(|_| trials > 0)?;
    if matched + unmatched == trials {
        return Some(((matched as f64 - successes as f64) / trials as f64, "instances"));
    }
    let probability = answer.probability().filter(|_| answer.is_given())?;
    Some((probability - successes as f64 / trials as f64, "probability"))
}

/// So many missed trials are listed.
const LISTED: usize = 20;

impl Train {
    /// Of an experiment; `exact` is what it was compared with, or why it was not.
    pub fn of(training: &Training, experiment: &Experiment, exact: Result<&Exact, String>) -> Self {
        let options = training.options();
        let answer = exact.as_ref().ok().map(|e| &e.answer);
        let (trials, successes) = (experiment.count(), experiment.successes());
        let success_rate = (trials > 0).then(|| successes as f64 / trials as f64);
        let outcomes = experiment.outcomes();
        let [matched_exact, unmatched_exact, undecided_exact] = experiment.decided();
        let inconsistent: Vec<u64> = experiment.inconsistent().map(|c| c.trial.trial).collect();
        let gap = gap(answer, trials, successes, experiment.decided());
        let rate = options.trainer.learning_rate.unwrap_or(options.method.learning_rate());
        Train {
            network: training.network().to_string(),
            allocation: print(training.network().layout(), training.allocation()),
            samples: training.samples().count(),
            size: training.allocation().size(),
            dim: answer.map(|a| a.dim.value),
            teacher_dim: answer.map(|a| a.teacher.value),
            trainer: options.method.name().to_owned(),
            trials,
            trials_asked: experiment.asked,
            partial: experiment.is_partial(),
            successes,
            success_rate,
            ci95: experiment.ci95(),
            approximate: outcomes.get("approximate").copied().unwrap_or(0),
            outcomes: outcomes.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
            verdict_exact: answer.map(|a| a.verdict.name().to_owned()),
            probability_exact: answer.and_then(|a| a.probability()),
            enclosure_exact: answer.and_then(|a| a.exact.as_ref()).map(|exact| exact.enclosure()),
            ci95_exact: answer.and_then(|a| a.interval()),
            gap: gap.map(|(gap, _)| gap),
            gap_to: gap.map(|(_, to)| to.to_owned()),
            stopped_exact: answer.and_then(|a| a.estimate.as_ref()?.stopped).map(|halt| halt.to_string()),
            evidence: answer.map(|a| a.evidence.name().to_owned()),
            error_log2: answer.and_then(|a| a.evidence.error_log2()),
            matched_exact,
            unmatched_exact,
            undecided_exact,
            missed: experiment.missed().count() as u64,
            missed_trials: experiment.missed().map(|c| c.trial.trial).take(LISTED).collect(),
            consistent: answer.filter(|_| trials > 0).map(|_| inconsistent.is_empty()),
            rule: RULE.to_owned(),
            inconsistent_trials: inconsistent,
            not_compared: exact.err(),
            ensemble: options.ensemble.to_string(),
            teacher: training.teacher().map(ToString::to_string),
            restarts: options.restarts,
            initial_scale: options.initial_scale,
            learning_rate: (rate > 0.0).then_some(rate),
            iterations: options.trainer.iterations.unwrap_or(options.method.iterations()),
            tolerance: options.trainer.tolerance,
            seed: options.seed,
            runs: experiment.trials.iter().map(TrialRun::of).collect(),
        }
    }
}

/// One instance, whole, with what training found in it: a file for `allocert train --replay`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// The network, as it is written.
    pub network: String,
    /// The allocation.
    pub allocation: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// How student, teacher and inputs were drawn.
    pub ensemble: String,
    /// The network of the teacher, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taught_by: Option<String>,
    /// The seed.
    pub seed: u64,
    /// The trial.
    pub trial: u64,
    /// The trainer.
    pub trainer: String,
    /// Fresh draws tried after the student's own.
    pub restarts: u32,
    /// Their standard deviation.
    pub initial_scale: f64,
    /// The learning rate.
    pub learning_rate: Option<f64>,
    /// The most iterations of one start.
    pub iterations: Option<u64>,
    /// The relative residual of a candidate.
    pub tolerance: f64,
    /// The verdict that the match contradicts.
    pub verdict_exact: String,
    /// All weights of the student in canonical order, as `numerator/2^exponent`.
    pub student: Vec<String>,
    /// All weights of the teacher.
    pub teacher: Vec<String>,
    /// The inputs.
    pub inputs: Vec<Vec<String>>,
    /// The learnable weights found, in canonical order, as decimal numbers.
    pub found: Vec<String>,
    /// What was found.
    pub run: TrialRun,
}

impl Replay {
    /// Of a trial of an experiment.
    pub fn of(training: &Training, compared: &Compared, verdict: &str) -> Self {
        let (options, trial) = (training.options(), &compared.trial);
        let Instance { student, teacher, inputs, .. } = training.instance(trial.trial);
        Replay {
            network: training.network().to_string(),
            allocation: print(training.network().layout(), training.allocation()),
            samples: training.samples().count(),
            ensemble: options.ensemble.to_string(),
            taught_by: training.teacher().map(ToString::to_string),
            seed: options.seed,
            trial: trial.trial,
            trainer: options.method.name().to_owned(),
            restarts: options.restarts,
            initial_scale: options.initial_scale,
            learning_rate: options.trainer.learning_rate,
            iterations: options.trainer.iterations,
            tolerance: options.trainer.tolerance,
            verdict_exact: verdict.to_owned(),
            student: texts(&student),
            teacher: texts(&teacher),
            inputs: inputs.iter().map(|input| texts(input)).collect(),
            found: trial.weights.clone(),
            run: TrialRun::of(compared),
        }
    }
}
