//! Questions about the match probabilities of one network's allocations: what they share is computed once.

mod decide;
mod error;
mod instances;
mod labels;
mod options;
mod other;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use rug::Rational;

use crate::algebra::{Limits, Matrix, Primes, Solver};
use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Samples};
use crate::number::{Ring, Stream, generator, random_prime};
use crate::reach::point::ModularPoint;
use crate::reach::{DRAWS, Dimension, Dimensions, JacobianMatroid, Patterns, ReachError, Settings};

use super::answer::{MatchAnswer, Verdict};
use super::bottleneck::{Bound, Parts, Reduced, reduce};
use super::classify::KeptBasis;
use super::degree::{Degree, DegreeCounter, NoDegree};
use super::ensemble::Ensemble;
use super::instance::Decision;
use super::laws::certain_match;
use super::poles::Poles;
use super::powers::Powers;
use super::shallow::Shallow;
use super::teacher::taught_on;

pub use error::MatchError;
pub use options::MatchOptions;

/// Errors of so many decisions together stay below the error asked for.
const TRIALS_LOG2: i64 = 32;

/// The most entries of the inputs of one instance that are not generic.
const MOST_INPUT_ENTRIES: usize = 1 << 16;
/// So many slices of an instance are solved where only one without a match is of use.
const FEW_SLICES: usize = 4;

/// Of parts of a network, so many subsets are searched for a basis with match probability 1,
const FEW_BASES: usize = 100;
/// and a matching degree is counted with so many products.
const LITTLE_WORK: u64 = 1 << 24;

/// With exponentials, so many sets of weights in which labels are affine are looked at.
const MOST_AFFINE: usize = 64;

/// So many instances are looked at for a match that persists nearby, or, of those without one, for a proof that this persists.
const MOST_WITNESSES: u64 = 64;
/// So many instances are drawn in search of one without a match that persists.
const MOST_TRIALS: u64 = 1_024;

/// Answers questions about one network at so many samples.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// What is asked about.
    asked: (Network, Samples),
    /// What stands in for it, or the same: for students and teachers that are generic.
    network: Network,
    samples: Samples,
    settings: Settings,
    engine: Engine,
    /// The teacher's network, where it is another one.
    teacher: Option<Arc<OtherTeacher>>,
    /// What was found out before.
    kept: Option<Arc<Kept>>,
}

/// A teacher of another network.
#[derive(Debug)]
struct OtherTeacher {
    network: Network,
    /// The dimension of its labels on as many inputs as are asked about, where that is one number and could be computed.
    dim: Option<Dimension>,
}

/// What was found out before, about the same network with the same seed and options.
#[derive(Debug)]
struct Kept {
    /// Decisions of the first trials of an allocation.
    decisions: Option<(Allocation, Vec<Decision>)>,
    /// Bases, by their bits.
    bases: HashMap<u64, KeptBasis>,
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
    counter: DegreeCounter<'static>,
    solver: Solver<'static>,
    powers: Option<Powers>,
    poles: Option<Poles>,
    parts: Parts,
}

impl Matcher {
    /// Draws random points enough for dimensions with an error of at most 2^`settings.error_log2` each, or [`DRAWS`] activation
    /// patterns. What says stop in `limits` is for that; each question has a [`Control`] of its own.
    ///
    /// With kinks *functional* stands for a number of inputs ([`Network::matched_on`]), which the answers say.
    ///
    /// # Errors
    /// See [`ReachError`].
    pub fn new(
        network: &Network,
        samples: Samples,
        settings: Settings,
        limits: Limits<'_>,
    ) -> Result<Self, MatchError> {
        let asked = (network.clone(), network.matched_on(samples));
        let (network, samples) = match network.stand_in(asked.1) {
            Some(other) => (other, Samples::Functional),
            None => asked.clone(),
        };
        Self::solving(asked, (network, samples), settings, limits)
    }

    /// The same about teachers of another network, if one is given, with the inputs and outputs of this one: few laws speak of them, and
    /// instances are decided. A teacher of the same network is no other one.
    ///
    /// # Errors
    /// See [`MatchError`].
    pub fn taught(
        network: &Network,
        teacher: Option<&Network>,
        samples: Samples,
        settings: Settings,
        limits: Limits<'_>,
    ) -> Result<Self, MatchError> {
        let Some(teacher) = teacher.filter(|teacher| *teacher != network) else {
            return Self::new(network, samples, settings, limits);
        };
        let control = limits.control;
        let matcher = Self::new(network, taught_on(network, teacher, samples)?, settings, limits)?;
        let found = |teacher| JacobianMatroid::new(teacher, matcher.samples(), settings.seed, &control).ok();
        let dim = teacher.has_one_matroid().then_some(teacher).and_then(found).map(|matroid| matroid.teacher());
        Ok(Matcher { teacher: Some(Arc::new(OtherTeacher { network: teacher.clone(), dim })), ..matcher })
    }

    /// Answers what is asked by what stands in for it.
    fn solving(
        asked: (Network, Samples),
        (network, samples): (Network, Samples),
        settings: Settings,
        limits: Limits<'_>,
    ) -> Result<Self, MatchError> {
        let (control, limits) = (limits.control, limits.alone());
        let engine = match Dimensions::new(&network, samples, settings.seed, DRAWS, &control)? {
            Dimensions::Matroid(mut matroid) if network.is_analytic() => {
                // Where no number of points gives a bound, a second one is a second look.
                let hopeless = matroid.chance().is_hopeless();
                let points = if hopeless { 2 } else { matroid.trials_for_one(settings.error_log2 - 1)? };
                matroid.extend_to(points, &control)?;
                Engine::Analytic(matroid)
            }
            Dimensions::Matroid(mut matroid) => {
                let points = matroid.trials_for_one(settings.error_log2 - 1)?;
                matroid.extend_to(points, &control)?;
                let counter = DegreeCounter::new(&network, samples, settings.seed, limits);
                let primes = Primes::new(settings.seed, Stream::Primes.at(0), limits.primes);
                let solver = Solver::new(primes, limits, settings.error_log2 - TRIALS_LOG2);
                let powers = Powers::of(&network);
                let (poles, parts) = (Poles::of(&network), Parts::default());
                Engine::Polynomial(Box::new(Polynomial { matroid: *matroid, counter, solver, powers, poles, parts }))
            }
            Dimensions::Patterns(patterns) => {
                let shallow = network.is_built_in().then(|| Shallow::of(&network));
                Engine::Piecewise { patterns, shallow }
            }
        };
        Ok(Matcher { asked, network, samples, settings, engine, teacher: None, kept: None })
    }

    /// What laws say of a match probability with little work, where so much is known of parts of the network.
    pub(super) fn bound(
        &self,
        allocation: &Allocation,
        ensemble: Ensemble,
        parts: &Parts,
        control: &Control<'_>,
    ) -> Bound {
        let Engine::Polynomial(p) = &self.engine else {
            return Bound::Open;
        };
        let (dim, teacher) = (self.dim(allocation), self.teacher());
        if dim.value < teacher.value {
            return Bound::AtMost(Rational::new(), dim.evidence);
        }
        if let Some(exact) = self.exact_by(parts, allocation, ensemble, control) {
            return match exact.verdict() {
                Verdict::One => Bound::One(exact.evidence),
                Verdict::Fractional => Bound::AtMost(exact.high, exact.evidence),
                _ => Bound::Open,
            };
        }
        let counter = p.counter.with_work(LITTLE_WORK).under(control);
        let certain = certain_match(allocation, &p.matroid, &counter, teacher.evidence, FEW_BASES).certain;
        certain.map_or(Bound::Open, |(_, evidence)| Bound::One(evidence))
    }

    /// The law of poles, where it speaks of this network and these samples.
    pub(super) fn poles(&self) -> Option<&Poles> {
        match &self.engine {
            Engine::Polynomial(p) => p.poles.as_ref(),
            _ => None,
        }
    }

    /// The same question about a part of the network, for an allocation that spans, where a part decides alone.
    pub(super) fn reduced(
        &self,
        allocation: &Allocation,
        ensemble: Ensemble,
        control: &Control<'_>,
    ) -> Option<Reduced> {
        let Engine::Polynomial(p) = &self.engine else {
            return None;
        };
        reduce((&self.network, self.samples), &p.parts, allocation, (ensemble, self.settings), control)
    }

    /// The last two layers of a network with kinks; nothing of others.
    ///
    /// # Errors
    /// A network of one's own with kinks.
    pub(super) fn kinks(&self) -> Result<Option<&Shallow>, MatchError> {
        match &self.engine {
            Engine::Piecewise { shallow: Some(shallow), .. } => Ok(Some(shallow)),
            Engine::Piecewise { shallow: None, .. } => {
                Err(MatchError::OwnKinks { network: self.network().to_string() })
            }
            _ => Ok(None),
        }
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.asked.0
    }

    /// The samples.
    pub fn samples(&self) -> Samples {
        self.asked.1
    }

    /// The network that instances are decided on for generic students and teachers, and on which samples.
    pub(super) fn solved(&self) -> (&Network, Samples) {
        (&self.network, self.samples)
    }

    /// The network and samples that students and teachers of an ensemble are drawn for.
    fn drawn(&self, ensemble: Ensemble) -> (&Network, Samples) {
        if ensemble.is_generic() && self.teacher.is_none() { self.solved() } else { (self.network(), self.samples()) }
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
    pub fn degree(&self, allocation: &Allocation, control: &Control<'_>) -> Result<Degree, NoDegree> {
        match &self.engine {
            Engine::Polynomial(p) => p.counter.under(control).degree(allocation),
            Engine::Analytic(_) => Err(NoDegree::NotPolynomial),
            Engine::Piecewise { .. } => Err(NoDegree::Kinks),
        }
    }

    /// Whether every label is affine in the learnable weights, if that is decided: it is affine if no step of the label map makes a
    /// term of a larger degree, and it is not if a second difference at a random point does not vanish. All labels are meant, also
    /// those that a match need not be asked of because the others determine them (the Markov parameters of a recurrent network from
    /// the 2n-th on).
    ///
    /// # Errors
    /// A label map that is not polynomial.
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

    pub(super) fn counter(&self, what: &'static str) -> Result<&DegreeCounter<'static>, MatchError> {
        Ok(&self.polynomial(what)?.counter)
    }

    pub(super) fn matroid(&self, what: &'static str) -> Result<&JacobianMatroid, MatchError> {
        Ok(&self.polynomial(what)?.matroid)
    }

    fn polynomial(&self, what: &'static str) -> Result<&Polynomial, MatchError> {
        match &self.engine {
            Engine::Polynomial(p) => Ok(p),
            Engine::Analytic(_) => Err(ReachError::OnlyPolynomial { network: self.network().to_string(), what }.into()),
            Engine::Piecewise { .. } => Err(MatchError::NotPolynomial { network: self.network().to_string(), what }),
        }
    }

    /// Into how many parts the equations of a match fall that have no learnable weight in common; equations without any are
    /// left out. Exact: a weight occurs in a label whose derivative by it does not vanish at a random point modulo a prime, and in
    /// none whose degree in it is 0; nothing where neither says so, because terms cancel. The Markov parameters of a recurrent
    /// network that a match need not be asked of join no parts: in D W^k B occur the same weights for all k from 1 on.
    ///
    /// # Errors
    /// A label map that is not polynomial.
    pub fn subsystems(&self, allocation: &Allocation) -> Result<Option<usize>, MatchError> {
        let counter = self.counter("the number of independent subsystems")?;
        let jacobian = self.jacobian_somewhere();
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for weight in allocation.iter() {
            let alone = Allocation::of(allocation.weights(), [weight]);
            let degrees = counter.label_degrees(&alone).into_iter().enumerate();
            let labels: Vec<usize> = degrees.filter(|(_, degree)| *degree > 0).map(|(label, _)| label).collect();
            if labels.iter().any(|label| jacobian[(*label, weight)] == 0) {
                return Ok(None);
            }
            let (touched, mut others): (Vec<_>, Vec<_>) =
                parts.into_iter().partition(|part| part.iter().any(|label| labels.contains(label)));
            if !labels.is_empty() {
                others.push(touched.into_iter().flatten().chain(labels).collect());
            }
            parts = others;
        }
        Ok(Some(parts.len()))
    }

    /// The Jacobian at a random point modulo a prime, on the inputs that a match is asked of.
    fn jacobian_somewhere(&self) -> Matrix<u64> {
        let mut random = generator(self.settings.seed, Stream::Differences, 1);
        let point = ModularPoint::random(&self.network, self.samples, &mut random);
        self.network.jacobian(&point.field, &point.weights, &point.inputs)
    }

    /// Refuses what no instance can be decided for.
    fn accept(&self, allocation: &Allocation) -> Result<(), MatchError> {
        let (given, weights) = (allocation.weights(), self.network.weights());
        if given != weights {
            return Err(MatchError::OtherNetwork { given, weights });
        }
        match &self.engine {
            Engine::Polynomial(_) | Engine::Analytic(_) => Ok(()),
            Engine::Piecewise { shallow: None, .. } => {
                Err(MatchError::OwnKinks { network: self.network().to_string() })
            }
            Engine::Piecewise { .. } if allocation.size() == weights => Ok(()),
            Engine::Piecewise { shallow: Some(shallow), .. } => shallow.accept(allocation),
        }
    }

    /// Refuses more inputs that have to be drawn than fit.
    fn accept_inputs(&self, ensemble: Ensemble) -> Result<(), MatchError> {
        let (inputs, entries) = (ensemble.probe_inputs(self.network(), self.samples()), self.network().input_size());
        if inputs.saturating_mul(entries) <= MOST_INPUT_ENTRIES {
            return Ok(());
        }
        Err(MatchError::Reach(ReachError::InputsTooLarge {
            network: self.network().to_string(),
            samples: self.samples().to_string(),
            inputs: inputs as u64,
            entries: entries as u64,
            limit: MOST_INPUT_ENTRIES as u64,
        }))
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
    control: &Control<'_>,
) -> Result<MatchAnswer, MatchError> {
    let limits = Limits::default().under(&control.untimed());
    Matcher::new(network, samples, settings, limits)?.decide(allocation, options, control)
}
