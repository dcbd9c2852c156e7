//! The question "what is the reachable dimension of this allocation?", and its answer.

use rayon::prelude::*;

use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Samples};
use crate::program::Function;
use crate::transcendence::AX;

use super::{DRAWS, Distribution, Evidence, Exchange, JacobianMatroid, Obstruction, Patterns, ReachError, wide};

/// Why a rank is not larger than it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// There are no more weights.
    Size,
    /// There are no more labels.
    Labels,
    /// Known polynomial kernel vectors (gauge directions, unseen inputs) are independent at the point.
    KernelFields,
    /// No allocation reaches more than all weights do.
    Teacher,
    /// A bound by the dimensions of the parts of a network, proved for all shapes of its family.
    Parts,
    /// A theorem on the network's family bounds the dimension of such allocations: why, in words.
    Named(&'static str),
    /// Bounds of the connected flats that the allocation has too many weights in.
    Flats,
    /// A formula of the network's family, proved for all shapes.
    Formula,
    /// It may be larger: the value is a lower bound only.
    AtLeast,
    /// No larger rank was found at random points.
    RandomPoints,
    /// No larger rank was found on random activation patterns.
    Draws,
}

impl Reason {
    /// Its name in a word or two, as tables have it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Size => "weights",
            Reason::Labels => "labels",
            Reason::KernelFields => "gauge",
            Reason::Teacher => "teacher",
            Reason::Parts => "parts",
            Reason::Named(_) => "theorem",
            Reason::Flats => "flats",
            Reason::Formula => "formula",
            Reason::AtLeast => "lower bound",
            Reason::RandomPoints => "random points",
            Reason::Draws => "patterns",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Reason::Named(words) => return write!(f, "a non-zero minor; {words}"),
            Reason::Flats => "a non-zero minor; bounds of the flats that it lies in",
            Reason::Size => "a non-zero minor; no more weights",
            Reason::Labels => "a non-zero minor; no more labels",
            Reason::KernelFields => "a non-zero minor; independent gauge directions",
            Reason::Teacher => "a non-zero minor; the teacher's dimension",
            Reason::Parts => "a non-zero minor; a bound by the parts of the network",
            Reason::Formula => "a theorem on the family",
            Reason::AtLeast => "a non-zero minor; it may be larger",
            Reason::RandomPoints => "random points modulo random primes",
            Reason::Draws => "the largest over the activation patterns drawn",
        })
    }
}

/// A dimension and how it is known. The value is always proved as a lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// The dimension.
    pub value: usize,
    /// How it is known not to be larger.
    pub evidence: Evidence,
    /// By what argument.
    pub reason: Reason,
}

impl Dimension {
    /// Whether anything is known from above: with open evidence, the value is a lower bound.
    pub fn is_more_than_a_bound(&self) -> bool {
        self.evidence != Evidence::Open && self.reason != Reason::AtLeast
    }
}

/// Seeds and bounds of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// All randomness follows from it.
    pub seed: u64,
    /// The probability of error must be at most 2 to this power; negative.
    pub error_log2: i64,
}

/// The reachable dimension of one allocation, beside the teacher's.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The network.
    pub network: Network,
    /// The allocation.
    pub allocation: Allocation,
    /// The samples.
    pub samples: Samples,
    /// The number of scalar labels.
    pub labels: u64,
    /// ρ_m(A).
    pub dim: Dimension,
    /// D_m.
    pub teacher: Dimension,
    /// What was computed with.
    pub settings: Settings,
    /// How many random points were looked at.
    pub trials: usize,
    /// For a network with kinks: how often activation patterns have which dimension. The dimensions above are the largest.
    pub distribution: Option<Distribution>,
    /// Of an allocation that neither spans nor is independent: the flats that say why, and an exchange that adds a dimension.
    pub obstructions: Vec<Obstruction>,
    /// That exchange.
    pub exchange: Option<Exchange>,
}

/// The theorems that dimensions of a network rest on besides those that are proved in the book: Ax's, where it takes exponentials or
/// logarithms.
pub fn theorems(network: &Network) -> Vec<&'static str> {
    let takes = |function| network.own_program().is_some_and(|program| program.takes(function));
    if takes(Function::Exp) || takes(Function::Log) { vec![AX] } else { Vec::new() }
}

impl Answer {
    /// Whether A spans: ρ_m(A) = D_m, as far as the dimensions that were found say.
    pub fn spans(&self) -> bool {
        self.dim.value == self.teacher.value
    }

    /// D_m; nothing if only a lower bound of it is known.
    pub fn teacher_dim(&self) -> Option<usize> {
        self.teacher.is_more_than_a_bound().then_some(self.teacher.value)
    }

    /// Whether A spans; nothing if of the dimension that decides it only a lower bound is known: of the teacher's if it is no larger than
    /// that of A, otherwise of A's.
    pub fn spans_if_known(&self) -> Option<bool> {
        let deciding = if self.spans() { &self.teacher } else { &self.dim };
        deciding.is_more_than_a_bound().then(|| self.spans())
    }

    /// How the whole answer is known. A teacher's dimension of which only a lower bound is given is no part of it: that bound is
    /// proved.
    pub fn evidence(&self) -> Evidence {
        if self.teacher_dim().is_none() {
            return self.dim.evidence;
        }
        Evidence::all([self.dim.evidence, self.teacher.evidence])
    }
}

/// The reachable dimension of an allocation, with an error of at most 2^`error_log2`; for a network with kinks, the largest
/// over [`DRAWS`] activation patterns. [`Ranks`] takes another number of these.
///
/// # Errors
/// See [`ReachError`].
pub fn rank(
    network: &Network,
    allocation: &Allocation,
    samples: Samples,
    settings: Settings,
    control: &Control<'_>,
) -> Result<Answer, ReachError> {
    Ranks::new(network, settings, DRAWS).answer(allocation, samples, control)
}

/// Many questions about one network: what they have in common is evaluated once. Each answer is that of [`rank`].
#[derive(Debug)]
pub struct Ranks {
    network: Network,
    settings: Settings,
    draws: u64,
    shared: Vec<(Samples, Result<Shared, ReachError>)>,
}

/// What questions at one number of samples have in common.
#[derive(Debug)]
enum Shared {
    /// Nothing: each question evaluates the rows it needs.
    Rows,
    /// The whole Jacobian at one point, and, once it was needed, at as many as the error asks for.
    Matroid(Box<JacobianMatroid>, Option<Result<Box<JacobianMatroid>, ReachError>>),
    /// Activation patterns.
    Patterns(Box<Patterns>),
}

impl Ranks {
    /// Nothing is computed yet.
    pub fn new(network: &Network, settings: Settings, draws: u64) -> Self {
        Ranks { network: network.clone(), settings, draws, shared: Vec::new() }
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The answer to one question.
    ///
    /// # Errors
    /// See [`ReachError`].
    pub fn answer(
        &mut self,
        allocation: &Allocation,
        samples: Samples,
        control: &Control<'_>,
    ) -> Result<Answer, ReachError> {
        let question = [(allocation.clone(), samples)];
        self.answers(&question, control).pop().unwrap_or(Err(ReachError::NoSamples))
    }

    /// Answers in the order of the questions, on all threads; where it is stopped, those that are missing say so. Not for code
    /// that others of the pool wait for.
    pub fn answers(
        &mut self,
        questions: &[(Allocation, Samples)],
        control: &Control<'_>,
    ) -> Vec<Result<Answer, ReachError>> {
        for (_, samples) in questions {
            if self.shared.iter().all(|(known, _)| known != samples) {
                self.shared.push((*samples, self.share(*samples, control)));
            }
        }
        let ask = |(a, samples): &(Allocation, Samples), more| self.look(a, *samples, more, control);
        let mut answers: Vec<_> = questions.par_iter().map(|question| ask(question, false)).collect();
        let open: Vec<usize> = (0..answers.len()).filter(|at| self.is_open(&answers[*at])).collect();
        for at in &open {
            self.extend(questions[*at].1, control);
        }
        let ask = |(a, samples): &(Allocation, Samples), more| self.look(a, *samples, more, control);
        let better: Vec<_> = open.par_iter().map(|at| (*at, ask(&questions[*at], true))).collect();
        better.into_iter().for_each(|(at, answer)| answers[at] = answer);
        // What was stopped is no part of what later questions share.
        let whole = |shared: &Result<Shared, ReachError>| match shared {
            Err(error) | Ok(Shared::Matroid(_, Some(Err(error)))) => error.stopped().is_none(),
            Ok(_) => true,
        };
        self.shared.retain(|(_, shared)| whole(shared));
        answers
    }

    fn share(&self, samples: Samples, control: &Control<'_>) -> Result<Shared, ReachError> {
        let (network, seed) = (&self.network, self.settings.seed);
        if network.has_one_matroid() {
            if network.is_polynomial() && wide::pays(network, samples) {
                return Ok(Shared::Rows);
            }
            return Ok(Shared::Matroid(Box::new(JacobianMatroid::new(network, samples, seed, control)?), None));
        }
        match Patterns::draw(network, samples, seed, self.draws, control) {
            Err(error) if error.is_too_large() && !network.is_analytic() => Ok(Shared::Rows),
            drawn => Ok(Shared::Patterns(Box::new(drawn?))),
        }
    }

    /// Whether more points can make an answer surer.
    fn is_open(&self, answer: &Result<Answer, ReachError>) -> bool {
        let Ok(answer) = answer else { return false };
        let shared = self.shared.iter().find(|(samples, _)| *samples == answer.samples);
        let matroid = matches!(shared, Some((_, Ok(Shared::Matroid(..)))));
        matroid && answer.evidence() != Evidence::Proved
    }

    /// Looks at as many points as the error asks for. Two dimensions may be wrong, each with half of it.
    fn extend(&mut self, samples: Samples, control: &Control<'_>) {
        let error_log2 = self.settings.error_log2 - 1;
        for (known, shared) in &mut self.shared {
            if let Ok(Shared::Matroid(matroid, more @ None)) = shared
                && *known == samples
            {
                let mut larger = matroid.clone();
                // Where no number of trials gives a bound, a second one is a second look.
                let hopeless = matroid.chance().is_hopeless();
                let trials = if hopeless { Ok(2) } else { matroid.trials_for_one(error_log2) };
                let extended = trials.and_then(|trials| larger.extend_in_parallel(trials, control));
                *more = Some(extended.map(|()| larger));
            }
        }
    }

    /// What is known of one question, at one point or at `more`.
    fn look(
        &self,
        allocation: &Allocation,
        samples: Samples,
        more: bool,
        control: &Control<'_>,
    ) -> Result<Answer, ReachError> {
        control.check()?;
        let (network, settings) = (&self.network, self.settings);
        let Some((_, shared)) = self.shared.iter().find(|(known, _)| *known == samples) else {
            return Err(ReachError::NoSamples);
        };
        let answer = |labels, dim, teacher, trials, distribution| Answer {
            network: network.clone(),
            allocation: allocation.clone(),
            samples,
            labels,
            dim,
            teacher,
            settings,
            trials,
            distribution,
            obstructions: Vec::new(),
            exchange: None,
        };
        match shared.as_ref().map_err(Clone::clone)? {
            Shared::Rows => wide::rank(network, allocation, samples, settings, control),
            Shared::Matroid(first, larger) => {
                let matroid = match larger {
                    Some(larger) if more => larger.as_ref().map_err(Clone::clone)?,
                    _ => first,
                };
                let (dim, teacher, trials) = (matroid.dim(allocation), matroid.teacher(), matroid.trials().len());
                let mut answer = answer(matroid.labels(), dim, teacher, trials, None);
                let sure = more || answer.evidence() == Evidence::Proved;
                if sure && dim.value < teacher.value && dim.value < allocation.size() {
                    answer.obstructions = matroid.obstructions(allocation);
                    answer.exchange = matroid.exchange(allocation);
                }
                Ok(answer)
            }
            Shared::Patterns(patterns) => {
                let (dim, distribution) = (patterns.dim(allocation), patterns.distribution(allocation));
                Ok(answer(patterns.labels(), dim, patterns.teacher(), patterns.distinct(), Some(distribution)))
            }
        }
    }
}
