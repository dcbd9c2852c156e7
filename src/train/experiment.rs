//! Many trials in parallel, each held against what is exactly possible.
//!
//! The rule: the result is *inconsistent* when a refined match was found although the match probability is 0, or although
//! the exact engine decided that this very instance has no match. A success rate below the match probability is an
//! optimisation gap, not an inconsistency; so is a decided match that training misses.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use allocert_core::algebra::{Limits, Undecided};
use allocert_core::control::{Control, Stopped};
use allocert_core::matching::{
    Decision, MatchAnswer, MatchError, MatchOptions, Matcher, Trials, Verdict, confidence_interval,
};
use allocert_core::reach::Settings;

use super::trial::{Training, Trial};

/// The rule by which a result is consistent, in words.
pub const RULE: &str = "inconsistent if a refined match is found where the match probability is 0, or for an instance that is \
    decided to have none; a lower success rate is an optimisation gap";

/// A trained trial, and what is exactly possible in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// What training came to.
    pub trial: Trial,
    /// What the exact engine decided about the instance, where it was asked.
    pub decision: Option<Decision>,
    /// A match where none can be.
    pub inconsistent: bool,
    /// A match is there, by a law or decided, and training missed it.
    pub missed: bool,
}

/// What the exact engine says of an allocation and of the instances that it is trained on.
#[derive(Clone, Debug)]
pub struct Exact {
    /// Trial by trial, as many as the estimate looked at, where no law gives 0 or 1 and the work was not stopped.
    decisions: Vec<Option<Decision>>,
    /// The verdict, with the interval of as many instances as there are trials where no law settles it.
    pub answer: MatchAnswer,
}

impl Exact {
    /// Asks for the match probability of the allocation that is trained, and about the instances that it is trained on, until
    /// something says stop.
    ///
    /// # Errors
    /// See [`MatchError`].
    pub fn new(
        training: &Training,
        trials: u64,
        settings: Settings,
        control: &Control<'_>,
    ) -> Result<Self, MatchError> {
        let limits = Limits::default().under(&control.untimed());
        let (network, samples) = (training.network(), training.samples());
        let matcher = Matcher::taught(network, training.teacher(), samples, settings, limits)?;
        Exact::with(&matcher, training, trials, control)
    }

    /// Asks a matcher, which answers for many allocations of one network; as [`Exact::new`].
    ///
    /// # Errors
    /// See [`MatchError`].
    pub fn with(
        matcher: &Matcher,
        training: &Training,
        trials: u64,
        control: &Control<'_>,
    ) -> Result<Self, MatchError> {
        let ensemble = training.options().ensemble;
        let options = MatchOptions { ensemble, trials: Trials::UpTo(trials.max(1)), ..MatchOptions::default() };
        let answer = matcher.decide(training.allocation(), &options, control)?;
        // No more instances than the estimate looked at: where it was held up, the others would be, too.
        let decisions = match answer.verdict {
            Verdict::Zero | Verdict::One => 0,
            _ => answer.estimate.as_ref().map_or(0, |e| e.trials.min(trials)),
        };
        let decide = |trial| {
            control.check().ok()?;
            let decision = matcher.instance(training.allocation(), &options, trial, control);
            let cut_short = matches!(decision, Decision::Undecided(Undecided::Stopped(Stopped::Asked | Stopped::Time)));
            (!cut_short).then_some(decision)
        };
        Ok(Exact { decisions: (0..decisions).into_par_iter().map(decide).collect(), answer })
    }

    /// Holds a trained trial against it.
    pub fn compare(&self, trial: Trial) -> Compared {
        let matched = trial.outcome.is_match();
        match self.answer.verdict {
            // With exponentials, what looks like a match up to rounding refutes nothing.
            Verdict::Zero => {
                let inconsistent = matched && !self.answer.network.is_analytic();
                Compared { decision: None, inconsistent, missed: false, trial }
            }
            Verdict::One => Compared { decision: None, inconsistent: false, missed: !matched, trial },
            Verdict::Fractional | Verdict::Undecided => {
                let decision = self.decisions.get(trial.trial as usize).copied().flatten();
                let real = match decision {
                    Some(Decision::Decided(finding)) => Some(finding.real),
                    Some(Decision::Undecided(_)) | None => None,
                };
                let (inconsistent, missed) = (matched && real == Some(false), !matched && real == Some(true));
                Compared { decision, inconsistent, missed, trial }
            }
        }
    }
}

/// What all trials came to.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// How many were asked for.
    pub asked: u64,
    /// Those that were finished, in order.
    pub trials: Vec<Compared>,
}

impl Experiment {
    /// Trains the students of trials 0, 1, …, in parallel, until something says stop.
    pub fn run(training: &Training, exact: Option<&Exact>, asked: u64, control: &Control<'_>) -> Self {
        let _span = tracing::info_span!("training").entered();
        let done = AtomicU64::new(0);
        let one = |objective: &mut super::Objective<'_>, trial: u64| {
            control.check().ok()?;
            let trial = training.trial(objective, trial);
            let compared = match exact {
                Some(exact) => exact.compare(trial),
                None => Compared { decision: None, inconsistent: false, missed: false, trial },
            };
            control.advanced(done.fetch_add(1, Ordering::Relaxed) + 1, asked);
            Some(compared)
        };
        let trials: Vec<Option<Compared>> = (0..asked).into_par_iter().map_init(|| training.objective(), one).collect();
        Experiment { asked, trials: trials.into_iter().flatten().collect() }
    }

    /// The number of finished trials.
    pub fn count(&self) -> u64 {
        self.trials.len() as u64
    }

    /// Whether it was stopped before the end.
    pub fn is_partial(&self) -> bool {
        self.count() < self.asked
    }

    /// The trials with a match.
    pub fn successes(&self) -> u64 {
        self.trials.iter().filter(|c| c.trial.outcome.is_match()).count() as u64
    }

    /// The exact 95 % interval for the chance of a success.
    pub fn ci95(&self) -> [f64; 2] {
        confidence_interval(self.successes(), self.successes(), self.count())
    }

    /// How many trials came out each way, by name.
    pub fn outcomes(&self) -> BTreeMap<&'static str, u64> {
        let mut outcomes = BTreeMap::new();
        self.trials.iter().for_each(|c| *outcomes.entry(c.trial.outcome.name()).or_insert(0) += 1);
        outcomes
    }

    /// Matches where none can be.
    pub fn inconsistent(&self) -> impl Iterator<Item = &Compared> {
        self.trials.iter().filter(|c| c.inconsistent)
    }

    /// Matches that are there and were missed.
    pub fn missed(&self) -> impl Iterator<Item = &Compared> {
        self.trials.iter().filter(|c| c.missed)
    }

    /// Instances that the exact engine decided to have a match, to have none, and did not decide.
    pub fn decided(&self) -> [u64; 3] {
        let mut counts = [0; 3];
        for compared in &self.trials {
            match compared.decision {
                Some(Decision::Decided(finding)) => counts[usize::from(!finding.real)] += 1,
                Some(Decision::Undecided(_)) => counts[2] += 1,
                None => {}
            }
        }
        counts
    }
}
