//! Training results of any origin, held against the theory: does a success rate contradict it, or show a gap?
//!
//! With the match probability known to be in [L, U] (by a law or a theorem, and only where none says it, by random instances), s
//! successes in n trials *contradict* the theory if s or more are too
//! unlikely at U, and show an optimisation *gap* if s or fewer are too unlikely at L. "Too unlikely" is below half a level; the
//! other half is for the interval [L, U], where it is an estimate. For a match probability of 0, one success is a contradiction;
//! for one of 1, one failure is a gap.

use std::collections::HashMap;

use allocert_core::algebra::Limits;
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::matching::{MatchAnswer, MatchError, MatchOptions, Matcher, binomial_tails, interval_with_tails};
use allocert_core::network::{Network, Samples};
use allocert_core::reach::Settings;

/// A result that somebody reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// The network.
    pub network: Network,
    /// The learnable weights.
    pub allocation: Allocation,
    /// The samples.
    pub samples: Samples,
    /// How many students were trained.
    pub trials: u64,
    /// How many of them matched; at most `trials`.
    pub successes: u64,
}

/// What theory says of a reported result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Finding {
    /// More successes than can be.
    Contradiction,
    /// Fewer successes than matches that are there.
    Gap,
    /// Neither.
    Consistent,
}

impl Finding {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Finding::Contradiction => "contradiction",
            Finding::Gap => "gap",
            Finding::Consistent => "consistent",
        }
    }
}

/// A reported result and what is said of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What it is.
    pub finding: Finding,
    /// What the match probability is, and why.
    pub answer: MatchAnswer,
    /// [L, U]: proved, or at half the level.
    pub interval: [f64; 2],
    /// The chance of so many successes or more at U.
    pub at_least: f64,
    /// The chance of so many successes or fewer at L.
    pub at_most: f64,
}

impl Judged {
    /// Whether a law or a theorem says what the match probability is, or lies in, and no sample was asked.
    pub fn is_given(&self) -> bool {
        self.answer.is_given()
    }

    /// The match probability, where a law or a theorem gives it as a number.
    pub fn probability(&self) -> Option<f64> {
        self.answer.probability().filter(|_| self.is_given())
    }
}

/// Judges results one after the other; what those of one network share is computed once.
pub struct Audit {
    options: MatchOptions,
    settings: Settings,
    /// For one result.
    level: f64,
    matchers: HashMap<(Network, Samples), Matcher>,
}

impl Audit {
    /// With this level for each result, above 0 and below 1.
    pub fn new(options: MatchOptions, settings: Settings, level: f64) -> Self {
        Audit { options, settings, level, matchers: HashMap::new() }
    }

    /// Judges a result.
    ///
    /// # Errors
    /// See [`MatchError`].
    pub fn judge(&mut self, reported: &Reported, control: &Control<'_>) -> Result<Judged, MatchError> {
        let Reported { network, allocation, samples, trials, successes } = reported;
        let key = (network.clone(), *samples);
        if !self.matchers.contains_key(&key) {
            let matcher = Matcher::new(network, *samples, self.settings, Limits::default().under(&control.untimed()))?;
            self.matchers.insert(key.clone(), matcher);
        }
        let answer = self.matchers[&key].decide(allocation, &self.options, control)?;
        let interval = self.interval(&answer);
        let [at_most, _] = binomial_tails(*successes, *trials, interval[0]);
        let [_, at_least] = binomial_tails(*successes, *trials, interval[1]);
        let half = 0.5 * self.level;
        let finding = if at_least < half {
            Finding::Contradiction
        } else if at_most < half {
            Finding::Gap
        } else {
            Finding::Consistent
        };
        Ok(Judged { finding, answer, interval, at_least, at_most })
    }

    fn interval(&self, answer: &MatchAnswer) -> [f64; 2] {
        match &answer.estimate {
            Some(e) if !answer.is_given() => {
                let tails = 0.25 * self.level;
                answer.within(interval_with_tails(e.matched, e.matched + e.undecided, e.trials, tails))
            }
            _ => answer.range(),
        }
    }
}
