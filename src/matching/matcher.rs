//! Questions about the match probabilities of one network's allocations: what they share is computed once.

use std::time::Duration;

use crate::algebra::{Limits, Primes, Solver};
use crate::allocation::Allocation;
use crate::network::{Network, Samples};
use crate::reach::{Dimension, Evidence, JacobianMatroid, ReachError, Settings};

use super::answer::{Estimate, Hypothesis, MatchAnswer, Reason, Verdict};
use super::degree::{Degree, DegreeCounter, NoDegree};
use super::ensemble::Ensemble;
use super::estimate::{Trials, estimate};
use super::instance::{Decision, Instance};
use super::laws::{Ruling, bases, boundedness, certain_match, is_affine, normality};

/// Random primes for instances use the generator's streams from here on.
const STREAM: u64 = 1 << 33;
/// Errors of so many decisions together stay below the error asked for.
const TRIALS_LOG2: i64 = 32;
/// How far to go for a match probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchOptions {
    /// How students, teachers and inputs are drawn.
    pub ensemble: Ensemble,
    /// How many instances are decided where no law applies.
    pub trials: Trials,
    /// So many subsets of an allocation with surplus weights are looked at, in search of a basis that settles it.
    pub bases: usize,
    /// So many slices of an instance of such an allocation are solved before it is undecided.
    pub slices: usize,
    /// Trials end after so long.
    pub time_limit: Option<Duration>,
}

impl Default for MatchOptions {
    fn default() -> Self {
        let (ensemble, trials) = (Ensemble::Gaussian, Trials::Fixed(10_000));
        MatchOptions { ensemble, trials, bases: 2_000, slices: 16, time_limit: None }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// The dimensions cannot be computed.
    #[error("{0}")]
    Reach(#[from] ReachError),
    /// An allocation of another network.
    #[error("an allocation over {given} weights, for a network with {weights}\n  take an allocation of this network")]
    OtherNetwork {
        /// The weights that the allocation chooses from.
        given: usize,
        /// The network's weights.
        weights: usize,
    },
    /// Too many weights for all allocations to be classified.
    #[error(
        "a network with {weights} weights; all allocations are classified for up to {limit}\n  take a smaller network, or ask about single allocations"
    )]
    TooManyWeights {
        /// The network's weights.
        weights: usize,
        /// The most that there may be.
        limit: usize,
    },
}

/// Answers questions about one network at so many samples.
#[derive(Clone, Debug)]
pub struct Matcher {
    network: Network,
    samples: Samples,
    settings: Settings,
    matroid: JacobianMatroid,
    counter: DegreeCounter,
    solver: Solver,
}

impl Matcher {
    /// Draws random points enough for dimensions with an error of at most 2^`settings.error_log2` each.
    ///
    /// # Errors
    /// See [`ReachError`].
    pub fn new(network: &Network, samples: Samples, settings: Settings, limits: Limits) -> Result<Self, MatchError> {
        let mut matroid = JacobianMatroid::new(network, samples, settings.seed)?;
        let points = matroid.trials_for_one(settings.error_log2 - 1)?;
        matroid.extend_to(points);
        Ok(Matcher {
            network: network.clone(),
            samples,
            settings,
            matroid,
            counter: DegreeCounter::new(network, samples, settings.seed, limits),
            solver: Solver::new(
                Primes::new(settings.seed, STREAM, limits.primes),
                limits,
                settings.error_log2 - TRIALS_LOG2,
            ),
        })
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The samples.
    pub fn samples(&self) -> Samples {
        self.samples
    }

    /// What is computed with.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    pub(super) fn matroid(&self) -> &JacobianMatroid {
        &self.matroid
    }

    pub(super) fn counter(&self) -> &DegreeCounter {
        &self.counter
    }

    /// The reachable dimension ρ_m of an allocation.
    pub fn dim(&self, allocation: &Allocation) -> Dimension {
        self.matroid.dim(allocation)
    }

    /// The teacher dimension D_m.
    pub fn teacher(&self) -> Dimension {
        self.matroid.teacher()
    }

    /// The learning degree of a basis.
    ///
    /// # Errors
    /// See [`NoDegree`].
    pub fn degree(&self, allocation: &Allocation) -> Result<Degree, NoDegree> {
        self.counter.degree(allocation)
    }

    /// Whether every label is affine in the learnable weights; exact.
    pub fn is_affine(&self, allocation: &Allocation) -> bool {
        is_affine(&self.counter, allocation)
    }

    /// Into how many parts the equations of a match fall that have no learnable weight in common; equations without any are
    /// left out. Exact: which labels a weight occurs in is read off their degrees in it.
    pub fn subsystems(&self, allocation: &Allocation) -> usize {
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for weight in allocation.iter() {
            let alone = Allocation::of(allocation.weights(), [weight]);
            let degrees = self.counter.label_degrees(&alone).into_iter().enumerate();
            let labels: Vec<usize> = degrees.filter(|(_, degree)| *degree > 0).map(|(label, _)| label).collect();
            let (touched, mut others): (Vec<_>, Vec<_>) =
                parts.into_iter().partition(|part| part.iter().any(|label| labels.contains(label)));
            if !labels.is_empty() {
                others.push(touched.into_iter().flatten().chain(labels).collect());
            }
            parts = others;
        }
        parts.len()
    }

    /// Decides the instance of one trial, whatever the laws say.
    pub fn instance(&self, allocation: &Allocation, options: &MatchOptions, trial: u64) -> Decision {
        self.decide_instance(allocation, &self.slicing_bases(allocation, options), options, trial)
    }

    /// Decides instances, whatever the laws say. `progress` is called with (done, most), from any thread.
    pub fn estimate(
        &self,
        allocation: &Allocation,
        options: &MatchOptions,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Estimate {
        let is_basis = allocation.size() == self.matroid.teacher_rank();
        let degree = is_basis.then(|| self.degree(allocation).ok()).flatten();
        self.estimate_with(allocation, degree, options, progress)
    }

    /// The match probability of an allocation: by a law where one settles it, otherwise estimated.
    ///
    /// # Errors
    /// An allocation of another network.
    pub fn decide(
        &self,
        allocation: &Allocation,
        options: &MatchOptions,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<MatchAnswer, MatchError> {
        let (given, weights) = (allocation.weights(), self.network.weights());
        if given != weights {
            return Err(MatchError::OtherNetwork { given, weights });
        }
        let (dim, teacher) = (self.dim(allocation), self.teacher());
        // A rank is a proved lower bound: that A does not span needs its own bound from above, that it does the teacher's.
        let spans = if dim.value < teacher.value { dim.evidence } else { teacher.evidence };
        let mut answer = MatchAnswer {
            network: self.network.clone(),
            allocation: allocation.clone(),
            samples: self.samples,
            dim,
            teacher,
            verdict: Verdict::Zero,
            reason: Reason::NotSpanning,
            evidence: spans,
            degree: None,
            estimate: None,
            settings: self.settings,
        };
        if !options.ensemble.is_generic() {
            (answer.verdict, answer.reason) = (Verdict::Undecided, Reason::SpecialEnsemble);
            answer.estimate = Some(self.estimate(allocation, options, progress));
            return Ok(answer);
        }
        if dim.value < teacher.value {
            return Ok(answer);
        }
        let Ruling { certain, degree } = certain_match(allocation, &self.matroid, &self.counter, spans, options.bases);
        answer.degree = degree;
        match certain {
            Some((reason, evidence)) => {
                (answer.verdict, answer.reason, answer.evidence) = (Verdict::One, reason, evidence);
            }
            None => self.sample(&mut answer, options, progress),
        }
        Ok(answer)
    }

    /// Fills in what sampling shows where no law gives 0 or 1.
    fn sample(&self, answer: &mut MatchAnswer, options: &MatchOptions, progress: &(dyn Fn(u64, u64) + Sync)) {
        let degree = answer.degree.and_then(Result::ok);
        let estimate = self.estimate_with(&answer.allocation, degree, options, progress);
        (answer.verdict, answer.reason) = (Verdict::Undecided, Reason::NoLaw);
        let is_basis = answer.allocation.size() == answer.teacher.value;
        let witness = estimate.without_match.filter(|_| degree.is_some() || !is_basis);
        if let Some(trial) = witness.filter(|_| !is_basis) {
            (answer.verdict, answer.reason) = (Verdict::Fractional, Reason::WithoutMatch { trial });
            answer.evidence = Evidence::Unbounded;
        } else if let Some(trial) = witness {
            let normal = normality(&self.network, self.samples, answer.teacher.value);
            let bounded = boundedness(degree);
            answer.verdict = Verdict::Fractional;
            answer.reason = Reason::Fractional { trial, normal, bounded };
            let spans = Evidence::all([answer.teacher.evidence, estimate.evidence]);
            answer.evidence = match (normal, bounded) {
                (Hypothesis::Checked(_), Hypothesis::Checked(_)) => spans,
                _ => Evidence::Unbounded,
            };
        }
        answer.estimate = Some(estimate);
    }

    pub(super) fn estimate_with(
        &self,
        allocation: &Allocation,
        degree: Option<Degree>,
        options: &MatchOptions,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Estimate {
        let bases = self.slicing_bases(allocation, options);
        let decide = |trial| self.decide_instance(allocation, &bases, options, trial);
        let degree = degree.map(|d| d.value);
        estimate(options.ensemble, options.trials, degree, options.time_limit, decide, progress)
    }

    fn decide_instance(
        &self,
        allocation: &Allocation,
        bases: &[Allocation],
        options: &MatchOptions,
        trial: u64,
    ) -> Decision {
        let instance = Instance::draw(&self.network, self.samples, options.ensemble, self.settings.seed, trial);
        instance.decide(&self.network, allocation, bases, options.slices, &self.solver)
    }

    /// The bases that an allocation with surplus weights is cut down to, or the allocation itself.
    fn slicing_bases(&self, allocation: &Allocation, options: &MatchOptions) -> Vec<Allocation> {
        if allocation.size() <= self.matroid.teacher_rank() {
            return vec![allocation.clone()];
        }
        bases(allocation, &self.matroid, options.bases).take(options.slices).collect()
    }
}

/// The match probability of an allocation; see [`Matcher::decide`], which answers many such questions faster.
///
/// # Errors
/// See [`MatchError`].
pub fn decide(
    network: &Network,
    allocation: &Allocation,
    samples: Samples,
    options: &MatchOptions,
    settings: Settings,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<MatchAnswer, MatchError> {
    Matcher::new(network, samples, settings, Limits::default())?.decide(allocation, options, progress)
}
