//! Questions about the match probabilities of one network's allocations: what they share is computed once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::algebra::{Limits, Primes, Solver, Undecided};
use crate::allocation::Allocation;
use crate::network::{Network, Samples};
use crate::number::{Function, Ring, Stream, generator, random_prime};
use crate::reach::{DRAWS, Dimension, Dimensions, Evidence, JacobianMatroid, Patterns, ReachError, Settings};

use super::answer::{Estimate, Halt, MatchAnswer, Reason, Verdict};
use super::degree::{Degree, DegreeCounter, NoDegree};
use super::ensemble::Ensemble;
use super::estimate::{Search, Trials, estimate, first_without_match};
use super::exact::{Exact, exact};
use super::instance::{Cut, Decision, Instance};
use super::laws::{Ruling, bases, boundedness, certain_match, evidence_of_fraction, normality};
use super::piecewise::{is_below_one, ruling};
use super::powers::Powers;
use super::shallow::Shallow;
use super::witness::Proof;

/// Errors of so many decisions together stay below the error asked for.
const TRIALS_LOG2: i64 = 32;

/// The most entries of the inputs of one instance that are not generic.
const MOST_INPUT_ENTRIES: usize = 1 << 16;
/// So many slices of an instance are solved where only one without a match is of use.
const FEW_SLICES: usize = 4;

/// So many instances are looked at for a match that persists nearby.
const MOST_WITNESSES: u64 = 64;

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
    /// Everything ends after so long, the search for a law after half of it.
    pub time_limit: Option<Duration>,
}

impl Default for MatchOptions {
    fn default() -> Self {
        let (ensemble, trials) = (Ensemble::Gaussian, Trials::Fixed(10_000));
        MatchOptions { ensemble, trials, bases: 2_000, slices: 16, time_limit: None }
    }
}

impl MatchOptions {
    /// The same with larger budgets: four times as many instances and subsets, and twice as many slices.
    #[must_use]
    pub fn grown(&self) -> Self {
        let most = |n: u64| n.saturating_mul(4);
        let trials = match self.trials {
            Trials::Fixed(n) => Trials::Fixed(most(n)),
            Trials::UpTo(n) => Trials::UpTo(most(n)),
            Trials::Precision { width, most: n } => Trials::Precision { width, most: most(n) },
        };
        let (bases, slices) = (self.bases.saturating_mul(4), self.slices.saturating_mul(2));
        MatchOptions { trials, bases, slices, ..*self }
    }

    /// When what begins now has to end.
    fn deadline(&self) -> Option<Instant> {
        self.time_limit.and_then(|limit| Instant::now().checked_add(limit))
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// The dimensions cannot be computed.
    #[error("{0}")]
    Reach(#[from] ReachError),
    /// A network with kinks, and a learnable weight below its last two layers.
    #[error(
        "{network}: {weight} may learn, below the last hidden layer\n  with kinks, matches are decided where only layers {layer} and {} learn: freeze the others, or ask for dimensions (rank)",
        .layer + 1
    )]
    Kinks {
        /// The network.
        network: String,
        /// A learnable weight of an earlier layer.
        weight: String,
        /// The last hidden layer.
        layer: usize,
    },
    /// A network of one's own with kinks.
    #[error(
        "{network}: matches of a network of one's own are decided where its label map is polynomial, and it has kinks\n  ask for dimensions (rank), or for training"
    )]
    OwnKinks {
        /// The network.
        network: String,
    },
    /// A question that only polynomial label maps have an answer to.
    #[error(
        "{network}: {what} speaks of polynomial equations, and with kinks there are others on each pattern\n  ask for it on lffn, lrnn or pnn networks"
    )]
    NotPolynomial {
        /// The network.
        network: String,
        /// What was asked for.
        what: &'static str,
    },
    /// An allocation of another network.
    #[error("an allocation over {given} weights, for a network with {weights}\n  take an allocation of this network")]
    OtherNetwork {
        /// The weights that the allocation chooses from.
        given: usize,
        /// The network's weights.
        weights: usize,
    },
    /// Laws are asked for, for draws that they say nothing about.
    #[error(
        "{what} rests on laws about almost every student and teacher; they say nothing about {ensemble} draws\n  take gaussian or uniform ones, or estimate single allocations"
    )]
    NoLaws {
        /// What was asked for.
        what: &'static str,
        /// The ensemble.
        ensemble: String,
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
    engine: Engine,
    stop: Arc<AtomicBool>,
}

/// What knows dimensions, and decides instances.
#[derive(Clone, Debug)]
enum Engine {
    Polynomial(Box<Polynomial>),
    /// Exponentials, quotients or roots: laws alone, no instance is decided.
    Analytic(Box<JacobianMatroid>),
    /// Matches are decided where there is a last hidden layer to speak of.
    Piecewise {
        patterns: Box<Patterns>,
        shallow: Option<Shallow>,
    },
}

/// What the laws for polynomial label maps are asked of.
#[derive(Clone, Debug)]
struct Polynomial {
    matroid: JacobianMatroid,
    counter: DegreeCounter,
    solver: Solver,
    powers: Option<Powers>,
}

impl Matcher {
    /// Draws random points enough for dimensions with an error of at most 2^`settings.error_log2` each, or [`DRAWS`] activation
    /// patterns.
    ///
    /// # Errors
    /// See [`ReachError`].
    pub fn new(network: &Network, samples: Samples, settings: Settings, limits: Limits) -> Result<Self, MatchError> {
        let engine = match Dimensions::new(network, samples, settings.seed, DRAWS)? {
            Dimensions::Matroid(mut matroid) if network.is_analytic() => {
                // Where no number of points gives a bound, a second one is a second look.
                let hopeless = matroid.chance().is_hopeless();
                let points = if hopeless { 2 } else { matroid.trials_for_one(settings.error_log2 - 1)? };
                matroid.extend_to(points);
                Engine::Analytic(matroid)
            }
            Dimensions::Matroid(mut matroid) => {
                let points = matroid.trials_for_one(settings.error_log2 - 1)?;
                matroid.extend_to(points);
                let counter = DegreeCounter::new(network, samples, settings.seed, limits);
                let primes = Primes::new(settings.seed, Stream::Primes.at(0), limits.primes);
                let solver = Solver::new(primes, limits, settings.error_log2 - TRIALS_LOG2);
                let powers = Powers::of(network);
                Engine::Polynomial(Box::new(Polynomial { matroid: *matroid, counter, solver, powers }))
            }
            Dimensions::Patterns(patterns) => {
                let shallow = network.is_built_in().then(|| Shallow::of(network));
                Engine::Piecewise { patterns, shallow }
            }
        };
        Ok(Matcher { network: network.clone(), samples, settings, engine, stop: Arc::default() })
    }

    /// The same, whose estimates end when `stop` is set.
    pub fn stopped_by(self, stop: &Arc<AtomicBool>) -> Self {
        Matcher { stop: Arc::clone(stop), ..self }
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

    /// The reachable dimension ρ_m of an allocation.
    pub fn dim(&self, allocation: &Allocation) -> Dimension {
        match &self.engine {
            Engine::Polynomial(p) => p.matroid.dim(allocation),
            Engine::Analytic(matroid) => matroid.dim(allocation),
            Engine::Piecewise { patterns, .. } => patterns.dim(allocation),
        }
    }

    /// The teacher dimension D_m.
    pub fn teacher(&self) -> Dimension {
        match &self.engine {
            Engine::Polynomial(p) => p.matroid.teacher(),
            Engine::Analytic(matroid) => matroid.teacher(),
            Engine::Piecewise { patterns, .. } => patterns.teacher(),
        }
    }

    /// The matching degree of a basis.
    ///
    /// # Errors
    /// See [`NoDegree`].
    pub fn degree(&self, allocation: &Allocation) -> Result<Degree, NoDegree> {
        self.degree_until(allocation, None)
    }

    /// As [`degree`](Self::degree), up to a deadline.
    ///
    /// # Errors
    /// See [`NoDegree`].
    pub fn degree_until(&self, allocation: &Allocation, deadline: Option<Instant>) -> Result<Degree, NoDegree> {
        match &self.engine {
            Engine::Polynomial(p) => p.counter.until(deadline).degree(allocation),
            Engine::Analytic(_) => Err(NoDegree::NotPolynomial),
            Engine::Piecewise { .. } => Err(NoDegree::Kinks),
        }
    }

    /// Whether every label is affine in the learnable weights, if that is decided: it is affine if no step of the label map makes a
    /// term of a larger degree, and it is not if a second difference at a random point does not vanish. All labels are meant, also those that a match need not
    /// be asked of because the others determine them (the Markov parameters of a recurrent network from the 2n-th on).
    ///
    /// # Errors
    /// A network with kinks.
    pub fn is_affine(&self, allocation: &Allocation) -> Result<Option<bool>, MatchError> {
        let counter = self.counter("whether labels are affine")?;
        if counter.degrees_on_generic_input(allocation).into_iter().all(|degree| degree <= 1) {
            return Ok(Some(true));
        }
        Ok(self.bends(allocation).then_some(false))
    }

    /// Whether a second difference of some label does not vanish: f(w + u + v) - f(w + u) - f(w + v) + f(w) modulo a prime, with u and
    /// v inside the allocation.
    fn bends(&self, allocation: &Allocation) -> bool {
        let mut random = generator(self.settings.seed, Stream::Differences, 0);
        let field = random_prime(&mut random);
        let mut draw = |count: usize| -> Vec<u64> { (0..count).map(|_| field.random(&mut random)).collect() };
        let (n, input) = (self.network.weights(), vec![draw(self.network.input_size())]);
        let (w, u, v) = (draw(n), draw(n), draw(n));
        let at = |steps: &[&Vec<u64>]| {
            let moved = |i: usize| match allocation.contains(i) {
                true => steps.iter().fold(w[i], |sum, step| field.add(&sum, &step[i])),
                false => w[i],
            };
            self.network.labels(&field, &(0..n).map(moved).collect::<Vec<u64>>(), &input)
        };
        let (both, first, second, none) = (at(&[&u, &v]), at(&[&u]), at(&[&v]), at(&[]));
        (0..both.len()).any(|i| field.add(&both[i], &none[i]) != field.add(&first[i], &second[i]))
    }

    pub(super) fn counter(&self, what: &'static str) -> Result<&DegreeCounter, MatchError> {
        Ok(&self.polynomial(what)?.counter)
    }

    pub(super) fn matroid(&self, what: &'static str) -> Result<&JacobianMatroid, MatchError> {
        Ok(&self.polynomial(what)?.matroid)
    }

    fn polynomial(&self, what: &'static str) -> Result<&Polynomial, MatchError> {
        match &self.engine {
            Engine::Polynomial(p) => Ok(p),
            Engine::Analytic(_) => Err(ReachError::OnlyPolynomial { network: self.network.to_string(), what }.into()),
            Engine::Piecewise { .. } => Err(MatchError::NotPolynomial { network: self.network.to_string(), what }),
        }
    }

    /// Into how many parts the equations of a match fall that have no learnable weight in common; equations without any are
    /// left out. Exact: which labels a weight occurs in is read off their degrees in it. The Markov parameters of a recurrent
    /// network that a match need not be asked of join no parts: in D W^k B occur the same weights for all k from 1 on.
    ///
    /// # Errors
    /// A network with kinks.
    pub fn subsystems(&self, allocation: &Allocation) -> Result<usize, MatchError> {
        let counter = self.counter("the number of independent subsystems")?;
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for weight in allocation.iter() {
            let alone = Allocation::of(allocation.weights(), [weight]);
            let degrees = counter.label_degrees(&alone).into_iter().enumerate();
            let labels: Vec<usize> = degrees.filter(|(_, degree)| *degree > 0).map(|(label, _)| label).collect();
            let (touched, mut others): (Vec<_>, Vec<_>) =
                parts.into_iter().partition(|part| part.iter().any(|label| labels.contains(label)));
            if !labels.is_empty() {
                others.push(touched.into_iter().flatten().chain(labels).collect());
            }
            parts = others;
        }
        Ok(parts.len())
    }

    /// Decides the instance of one trial, whatever the laws say.
    pub fn instance(&self, allocation: &Allocation, options: &MatchOptions, trial: u64) -> Decision {
        self.decide_instance(allocation, &self.cut(allocation, options), options, None, trial)
    }

    /// The instance of one trial, and a proof of what was decided about it; nothing if it is undecided, no proof is found, or
    /// the network has kinks.
    pub fn witness(&self, allocation: &Allocation, options: &MatchOptions, trial: u64) -> Option<(Instance, Proof)> {
        let polynomial = self.polynomial("a proof").ok()?;
        let cut = self.cut(allocation, options);
        let Decision::Decided(finding) = self.decide_instance(allocation, &cut, options, None, trial) else {
            return None;
        };
        let (network, solver) = (&self.network, &polynomial.solver);
        let instance = Instance::draw(network, self.samples, options.ensemble, self.settings.seed, trial);
        let proof = if finding.real {
            let whole = [allocation.clone()];
            let bases = if cut.bases.is_empty() { &whole } else { cut.bases.as_slice() };
            bases.iter().find_map(|basis| instance.prove_match(network, allocation, basis, solver))
        } else {
            instance.prove_absence(network, allocation, solver)
        };
        proof.map(|proof| (instance, proof))
    }

    /// Decides instances, whatever the laws say. `progress` is called with (done, most), from any thread.
    pub fn estimate(
        &self,
        allocation: &Allocation,
        options: &MatchOptions,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Estimate {
        let deadline = options.deadline();
        let degree = match &self.engine {
            Engine::Polynomial(p) if allocation.size() == p.matroid.teacher_rank() => {
                self.degree_until(allocation, deadline).ok()
            }
            _ => None,
        };
        self.estimate_with(allocation, degree, options, deadline, progress)
    }

    /// The match probability of an allocation: by a law where one settles it, otherwise estimated.
    ///
    /// # Errors
    /// An allocation of another network, or one that instances cannot be decided for.
    pub fn decide(
        &self,
        allocation: &Allocation,
        options: &MatchOptions,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<MatchAnswer, MatchError> {
        self.accept(allocation)?;
        let start = Instant::now();
        let deadline = options.deadline();
        let (dim, teacher) = (self.dim(allocation), self.teacher());
        // A rank is a proved lower bound: that A does not span needs its own bound from above, that it does the teacher's.
        let spans = if dim.value < teacher.value { dim.evidence } else { teacher.evidence };
        let mut answer = MatchAnswer {
            network: self.network.clone(),
            allocation: allocation.clone(),
            samples: self.samples,
            dim,
            teacher,
            verdict: Verdict::Undecided,
            reason: Reason::SpecialEnsemble,
            evidence: spans,
            degree: None,
            exact: None,
            estimate: None,
            settings: self.settings,
        };
        if !options.ensemble.is_generic() {
            self.accept_inputs(options.ensemble)?;
            if matches!(self.engine, Engine::Analytic(_)) {
                answer.evidence = Evidence::Open;
                return Ok(answer);
            }
            let estimate = self.estimate(allocation, options, progress);
            (answer.evidence, answer.estimate) = (estimate.of_value(), Some(estimate));
            return Ok(answer);
        }
        match &self.engine {
            Engine::Polynomial(p) => self.ask_laws(p, &mut answer, options, (start, deadline), progress),
            Engine::Analytic(_) => self.ask_analytic_laws(&mut answer),
            Engine::Piecewise { shallow, .. } => {
                let ruled = shallow.as_ref().and_then(|shallow| {
                    let ruled = ruling(shallow, allocation, self.samples);
                    ruled.or_else(|| self.witnessed(shallow, allocation, options, deadline))
                });
                (answer.verdict, answer.reason) = ruled.unwrap_or((Verdict::Undecided, Reason::NoLawForKinks));
                answer.evidence = Evidence::Proved;
                if !matches!(answer.verdict, Verdict::Zero | Verdict::One) {
                    let estimate = self.estimate_with(allocation, None, options, deadline, progress);
                    if answer.verdict == Verdict::Undecided {
                        answer.evidence = estimate.of_value();
                    }
                    answer.estimate = Some(estimate);
                }
            }
        }
        Ok(answer)
    }

    /// Refuses what no instance can be decided for.
    fn accept(&self, allocation: &Allocation) -> Result<(), MatchError> {
        let (given, weights) = (allocation.weights(), self.network.weights());
        if given != weights {
            return Err(MatchError::OtherNetwork { given, weights });
        }
        match &self.engine {
            Engine::Polynomial(_) | Engine::Analytic(_) => Ok(()),
            Engine::Piecewise { shallow: None, .. } => Err(MatchError::OwnKinks { network: self.network.to_string() }),
            Engine::Piecewise { .. } if allocation.size() == weights => Ok(()),
            Engine::Piecewise { shallow: Some(shallow), .. } => shallow.accept(allocation),
        }
    }

    /// Refuses more inputs that have to be drawn than fit.
    fn accept_inputs(&self, ensemble: Ensemble) -> Result<(), MatchError> {
        let (inputs, entries) = (ensemble.probe_inputs(&self.network, self.samples), self.network.input_size());
        if inputs.saturating_mul(entries) <= MOST_INPUT_ENTRIES {
            return Ok(());
        }
        Err(MatchError::Reach(ReachError::InputsTooLarge {
            network: self.network.to_string(),
            samples: self.samples.to_string(),
            inputs: inputs as u64,
            entries: entries as u64,
            limit: MOST_INPUT_ENTRIES as u64,
        }))
    }

    /// A verdict by the first instance with a match that persists nearby, where the cone law says that not all have one.
    fn witnessed(
        &self,
        shallow: &Shallow,
        allocation: &Allocation,
        options: &MatchOptions,
        deadline: Option<Instant>,
    ) -> Option<(Verdict, Reason)> {
        if !is_below_one(shallow, allocation, self.samples) {
            return None;
        }
        let draw = |trial| Instance::draw(&self.network, self.samples, options.ensemble, self.settings.seed, trial);
        let trial = (0..MOST_WITNESSES).find(|trial| shallow.has_open_match(allocation, &draw(*trial), deadline))?;
        Some((Verdict::Fractional, Reason::InstanceAndCone { trial }))
    }

    /// The zero-positive law, and the affine 0-1 law where labels are seen to be affine: on the connected space of all weights and
    /// inputs, or, with exponentials and quotients alone, in a field of rational functions in independent variables.
    fn ask_analytic_laws(&self, answer: &mut MatchAnswer) {
        let connected = self.network.own_program().is_some_and(|program| {
            let is_rational = !program.takes(Function::Log) && !program.takes(Function::Sqrt);
            is_rational || program.is_defined_everywhere()
        });
        let affine = self.network.own_program().is_some_and(|program| program.is_affine_in(&answer.allocation));
        let (verdict, reason) = match (answer.evidence, answer.dim.value < answer.teacher.value) {
            _ if answer.allocation.size() == answer.allocation.weights() => (Verdict::One, Reason::Copying),
            (Evidence::Open, _) => (Verdict::Undecided, Reason::OpenDimension),
            (_, true) => (Verdict::Zero, Reason::NotSpanning),
            (_, false) if affine && connected => (Verdict::One, Reason::Affine),
            (_, false) => (Verdict::Undecided, Reason::Positive),
        };
        answer.evidence = match (&reason, verdict) {
            (Reason::Copying, _) => Evidence::Proved,
            (_, Verdict::Undecided) => Evidence::Open,
            _ => answer.evidence,
        };
        (answer.verdict, answer.reason) = (verdict, reason);
    }

    /// The laws for polynomial label maps, and what sampling shows where they give neither 0 nor 1; the laws have half of the
    /// time.
    fn ask_laws(
        &self,
        polynomial: &Polynomial,
        answer: &mut MatchAnswer,
        options: &MatchOptions,
        (start, deadline): (Instant, Option<Instant>),
        progress: &(dyn Fn(u64, u64) + Sync),
    ) {
        let Polynomial { matroid, counter, .. } = polynomial;
        let half = deadline.map(|deadline| start + deadline.saturating_duration_since(start) / 2);
        let counter = &counter.until(half);
        if answer.dim.value < answer.teacher.value {
            (answer.verdict, answer.reason) = (Verdict::Zero, Reason::NotSpanning);
            return;
        }
        answer.exact = self.exact(&answer.allocation, options.ensemble);
        if answer.exact.as_ref().is_some_and(|exact| exact.verdict() == Verdict::Fractional) {
            let is_basis = answer.allocation.size() == answer.teacher.value;
            answer.degree = is_basis.then(|| counter.degree(&answer.allocation));
            self.sample(answer, options, deadline, progress);
            self.enter_exact(answer);
            return;
        }
        let ruling = certain_match(&answer.allocation, matroid, counter, answer.evidence, options.bases);
        let Ruling { certain, degree } = ruling;
        answer.degree = degree;
        match certain {
            Some((reason, evidence)) => {
                (answer.verdict, answer.reason, answer.evidence) = (Verdict::One, reason, evidence);
            }
            None if answer.exact.is_some() => self.enter_exact(answer),
            None => {
                let cut_short = half.is_some_and(|half| Instant::now() >= half);
                self.sample(answer, options, deadline, progress);
                if let (true, Some(estimate)) = (cut_short, &mut answer.estimate) {
                    // With more time a law might have settled it.
                    estimate.stopped = estimate.stopped.or(options.time_limit.map(Halt::TimeLimit));
                }
            }
        }
    }

    /// What a theorem says of the match probability of an allocation that spans.
    pub(super) fn exact(&self, allocation: &Allocation, ensemble: Ensemble) -> Option<Exact> {
        let Engine::Polynomial(p) = &self.engine else {
            return None;
        };
        exact(&self.network, p.powers.as_ref(), allocation, self.samples, ensemble)
    }

    /// Enters the verdict that follows from the value.
    fn enter_exact(&self, answer: &mut MatchAnswer) {
        if let Some(exact) = &answer.exact {
            (answer.verdict, answer.reason) = (exact.verdict(), Reason::Exact(exact.theorem));
            answer.evidence = Evidence::Proved;
        }
    }

    /// Fills in what sampling shows where no law gives 0 or 1.
    fn sample(
        &self,
        answer: &mut MatchAnswer,
        options: &MatchOptions,
        deadline: Option<Instant>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) {
        let degree = answer.degree.and_then(Result::ok);
        let estimate = self.estimate_with(&answer.allocation, degree, options, deadline, progress);
        (answer.verdict, answer.reason, answer.evidence) = (Verdict::Undecided, Reason::NoLaw, estimate.of_value());
        let is_basis = answer.allocation.size() == answer.teacher.value;
        let witness = estimate.without_match.filter(|_| degree.is_some() || !is_basis);
        if let Some(trial) = witness.filter(|_| !is_basis) {
            (answer.verdict, answer.reason) = (Verdict::Fractional, Reason::WithoutMatch { trial });
            answer.evidence = Evidence::Statistical;
        } else if let Some(trial) = witness {
            let normal = normality(&self.network, self.samples, answer.teacher.value);
            let bounded = boundedness(degree);
            answer.verdict = Verdict::Fractional;
            answer.reason = Reason::Fractional { trial, normal, bounded };
            let spans = Evidence::all([answer.teacher.evidence, estimate.evidence]);
            answer.evidence = evidence_of_fraction(spans, normal, bounded);
        }
        answer.estimate = Some(estimate);
    }

    fn estimate_with(
        &self,
        allocation: &Allocation,
        degree: Option<Degree>,
        options: &MatchOptions,
        deadline: Option<Instant>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Estimate {
        let cut = self.cut(allocation, options);
        let decide = |trial| self.decide_instance(allocation, &cut, options, deadline, trial);
        let degree = degree.map(|d| d.value);
        let halt = (options.time_limit.zip(deadline), &*self.stop);
        let mut found = estimate(options.ensemble, options.trials, degree, halt, decide, progress);
        if let Engine::Polynomial(p) = &self.engine
            && allocation.size() > p.matroid.teacher_rank()
        {
            // Nearest points rest on the teacher's dimension.
            found.evidence = Evidence::all([found.evidence, p.matroid.teacher().evidence]);
        }
        found
    }

    /// How the first instance is decided that has no match, and as many complex solutions as `degree` says; it is looked for
    /// one trial after the other, for as many as `options` ask for. Of allocations with surplus weights, few slices are
    /// looked at: these show matches only.
    ///
    /// # Errors
    /// What was seen instead.
    pub(super) fn first_without_match(
        &self,
        allocation: &Allocation,
        degree: Option<usize>,
        options: &MatchOptions,
        deadline: Option<Instant>,
    ) -> Result<Evidence, Search> {
        let options = MatchOptions { slices: options.slices.min(FEW_SLICES), ..*options };
        let cut = self.cut(allocation, &options);
        let decide = |trial| self.decide_instance(allocation, &cut, &options, deadline, trial);
        first_without_match(options.trials, degree, deadline, decide)
    }

    fn decide_instance(
        &self,
        allocation: &Allocation,
        cut: &Cut,
        options: &MatchOptions,
        deadline: Option<Instant>,
        trial: u64,
    ) -> Decision {
        let instance = Instance::draw(&self.network, self.samples, options.ensemble, self.settings.seed, trial);
        match &self.engine {
            Engine::Polynomial(p) => {
                let powers = p.powers.as_ref().filter(|_| allocation.size() > cut.dimension);
                let quick = powers.and_then(|powers| powers.decide(allocation, &instance, cut.dimension));
                let slow = || instance.decide(&self.network, allocation, cut, &p.solver.until(deadline));
                quick.map_or_else(slow, Decision::of)
            }
            Engine::Piecewise { shallow: Some(shallow), .. } => {
                Decision::of(shallow.decide(allocation, &instance, deadline))
            }
            Engine::Piecewise { shallow: None, .. } => Decision::Undecided(Undecided::Deep),
            Engine::Analytic(_) => Decision::Undecided(Undecided::NotPolynomial),
        }
    }

    /// The same, that decides instances by elimination only.
    #[cfg(test)]
    pub(super) fn without_powers(&self) -> Self {
        let mut other = self.clone();
        if let Engine::Polynomial(p) = &mut other.engine {
            p.powers = None;
        }
        other
    }

    /// Whether the instance of one trial has a match, if that is decided.
    #[cfg(test)]
    pub(super) fn real(&self, allocation: &Allocation, options: &MatchOptions, trial: u64) -> Option<bool> {
        match self.instance(allocation, options, trial) {
            Decision::Decided(finding) => Some(finding.real),
            Decision::Undecided(_) => None,
        }
    }

    /// How an allocation with surplus weights is cut down.
    fn cut(&self, allocation: &Allocation, options: &MatchOptions) -> Cut {
        let (mut dimension, mut inside) = (allocation.size(), Vec::new());
        if let Engine::Polynomial(p) = &self.engine {
            dimension = p.matroid.teacher_rank();
            if allocation.size() > dimension {
                inside = bases(allocation, &p.matroid, options.bases).take(options.slices).collect();
            }
        }
        Cut { dimension, bases: inside, slices: options.slices }
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
