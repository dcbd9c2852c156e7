//! The generic Jacobian matroid of a network, represented at random points modulo random primes.

use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

use crate::algebra::{Matrix, RowSpace};
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::network::{Network, Probe, Samples};
use crate::number::{PrimeField, Ring, Stream, generator};

use super::analytic::Analytic;
use super::bounds::Bounds;
use super::point::ModularPoint;
use super::rank::{Dimension, Reason};
use super::{Chance, Evidence, ReachError};
use crate::number::binomial;

/// The most entries that a Jacobian may have.
const MOST_ENTRIES: u64 = 1 << 26;

/// The most entries of a square Jacobian whose inputs have to be looked for: 2 GB.
const MOST_SEARCHED: u64 = 1 << 28;
/// The most products that its evaluation and elimination may cost: less than a minute.
const MOST_PRODUCTS: u64 = 1 << 34;
/// More independent points than this are never looked at.
const MOST_TRIALS: usize = 64;

/// The matroid on a network's weights whose rank function is the reachable dimension ρ_m.
///
/// It is represented by one or more *trials*, the Jacobian at a random point modulo a random prime; a dimension is the
/// largest rank over the trials. No trial ever gives too large a rank.
#[derive(Clone, Debug)]
pub struct JacobianMatroid {
    network: Network,
    samples: Samples,
    seed: u64,
    labels: u64,
    /// The rows of the Jacobian.
    rows: u64,
    trials: Vec<Trial>,
    bounds: Bounds,
    /// How an analytic network is evaluated; nothing for a polynomial one.
    analytic: Option<Analytic>,
}

/// The row space of the Jacobian at one point, as D rows in reduced echelon form.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The integers modulo the prime.
    pub field: PrimeField,
    /// rank × n.
    pub rows: Matrix<u64>,
    /// Whether it was seen that further inputs add no rank: the last one added none, or the rank is the largest that there can be.
    pub is_saturated: bool,
}

impl JacobianMatroid {
    /// Evaluates the Jacobian at one random point. Costs rows × n × rank products for an m·p × n Jacobian.
    ///
    /// # Errors
    /// A label map with kinks, no samples, more labels than 64 bits count, a Jacobian over the stated limit, or being
    /// stopped.
    pub fn new(network: &Network, samples: Samples, seed: u64, control: &Control<'_>) -> Result<Self, ReachError> {
        if !network.has_one_matroid() {
            return Err(ReachError::NotOneMatroid { network: network.to_string() });
        }
        if samples == Samples::Count(0) {
            return Err(ReachError::NoSamples);
        }
        let labels = network.labels_at(samples).ok_or(ReachError::TooManyLabels {
            network: network.to_string(),
            samples: samples.count().unwrap_or_default(),
        })?;
        let all = network.weights() as u64;
        // Inputs are looked for one after the other, until no row is new: as many rows as weights, as a rule.
        if samples == Samples::Functional && network.is_analytic() && all.saturating_mul(all) > MOST_SEARCHED {
            let (network, samples, limit) = (network.to_string(), samples.to_string(), MOST_SEARCHED);
            return Err(ReachError::JacobianTooLarge { network, samples, rows: all, columns: all, limit });
        }
        let analytic = match network.own_program().filter(|_| network.is_analytic()) {
            Some(program) => Some(Analytic::new(network, program, samples, seed, control)?),
            None => None,
        };
        let inputs = analytic.as_ref().map_or_else(|| network.probe_inputs(samples), |analytic| analytic.inputs);
        let (inputs, entries) = (inputs as u64, network.input_size() as u64);
        if inputs.saturating_mul(entries) > MOST_ENTRIES {
            let (network, samples, limit) = (network.to_string(), samples.to_string(), MOST_ENTRIES);
            return Err(ReachError::InputsTooLarge { network, samples, inputs, entries, limit });
        }
        let rows = inputs.saturating_mul(network.labels_per_input() as u64);
        let columns = network.weights() as u64;
        if rows.saturating_mul(columns) > MOST_ENTRIES {
            return Err(ReachError::JacobianTooLarge {
                network: network.to_string(),
                samples: samples.to_string(),
                rows,
                columns,
                limit: MOST_ENTRIES,
            });
        }
        let elimination = rows.saturating_mul(columns).saturating_mul(rows.min(columns));
        let products = elimination.saturating_add(inputs.saturating_mul(network.jacobian_products()));
        if products > MOST_PRODUCTS {
            let (network, limit) = (network.to_string(), MOST_PRODUCTS);
            return Err(ReachError::TooMuchWork { network, samples: samples.to_string(), products, limit });
        }
        let point = random_point(network, samples, seed, 0);
        // Gauge directions of an analytic network have to be looked for: only where something is missing.
        let bounds = match analytic {
            Some(_) => Bounds::without_fields(network, samples, labels, point.field),
            None => Bounds::at(network, samples, labels, &point),
        };
        let trials = Vec::new();
        let mut matroid =
            JacobianMatroid { network: network.clone(), samples, seed, labels, rows, trials, bounds, analytic };
        let first = match &matroid.analytic {
            Some(_) => matroid.trial(0, control)?,
            None => Some(matroid.evaluate(&point, 0, control)?),
        };
        matroid.trials.extend(first);
        if matroid.analytic.is_some() && matroid.teacher_rank() < matroid.teacher_bound() {
            matroid.bounds = Bounds::at(network, samples, labels, &point);
        }
        Ok(matroid)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The samples.
    pub fn samples(&self) -> Samples {
        self.samples
    }

    /// The seed of all random points.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The number of scalar labels.
    pub fn labels(&self) -> u64 {
        self.labels
    }

    /// The evaluations so far.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// Evaluates until there are so many trials; one after the other, so that it may be called from any thread of a pool
    /// while others wait for it.
    ///
    /// # Errors
    /// Being stopped; then nothing is changed.
    pub fn extend_to(&mut self, trials: usize, control: &Control<'_>) -> Result<(), ReachError> {
        let missing = self.trials.len()..trials;
        let fresh: Vec<Trial> = missing.filter_map(|t| self.trial(t, control).transpose()).collect::<Result<_, _>>()?;
        self.trials.extend(fresh);
        Ok(())
    }

    /// The same on all threads. Not for code that others of the pool wait for: they may end up waiting for themselves.
    ///
    /// # Errors
    /// Being stopped; then nothing is changed.
    pub fn extend_in_parallel(&mut self, trials: usize, control: &Control<'_>) -> Result<(), ReachError> {
        let missing = (self.trials.len()..trials).into_par_iter();
        let fresh: Vec<Trial> = missing.filter_map(|t| self.trial(t, control).transpose()).collect::<Result<_, _>>()?;
        self.trials.extend(fresh);
        Ok(())
    }

    /// The same question with other trials; whoever gives them answers for them.
    #[must_use]
    pub fn with_trials(self, trials: Vec<Trial>) -> Self {
        JacobianMatroid { trials, ..self }
    }

    /// The chance that a trial misses a minor.
    pub fn chance(&self) -> Chance {
        if let Some(analytic) = &self.analytic {
            return Chance::of_plan(&analytic.plan, self.rows);
        }
        let chance = Chance::of(&self.network, self.rows);
        let inputs = self.rows / self.network.labels_per_input().max(1) as u64;
        if stops_early(&self.network, self.samples) { chance.stopping_at_one_of(inputs) } else { chance }
    }

    /// The trials needed so that, except with probability 2^`error_log2`, the rank of *every* allocation is right.
    ///
    /// # Errors
    /// If no reasonable number of trials is enough.
    pub fn trials_for_all(&self, error_log2: i64) -> Result<usize, ReachError> {
        let enough = (1..=MOST_TRIALS).find(|t| self.error_for_all_with(*t) <= error_log2);
        let possible = self.error_for_all_with(MOST_TRIALS);
        let weights = Some(self.network.weights());
        enough.ok_or(ReachError::ErrorTooSmall { weights, asked: error_log2, possible })
    }

    /// The trials needed so that, except with probability 2^`error_log2`, the rank of one given allocation is right.
    ///
    /// # Errors
    /// If no reasonable number of trials is enough.
    pub fn trials_for_one(&self, error_log2: i64) -> Result<usize, ReachError> {
        let chance = self.chance();
        let trials = chance.trials(self.teacher_bound(), error_log2).filter(|t| *t <= MOST_TRIALS);
        let possible = chance.minor_log2(self.teacher_bound()) * MOST_TRIALS as i64;
        trials.ok_or(ReachError::ErrorTooSmall { weights: None, asked: error_log2, possible })
    }

    /// log₂ of a bound on the probability that the rank of one given allocation is wrong.
    pub fn error_for_one(&self) -> i64 {
        self.chance().minor_log2(self.teacher_bound()) * self.trials.len() as i64
    }

    /// log₂ of a bound on the probability that the rank of *some* allocation is wrong: it is if some generic basis is
    /// dependent in every trial.
    pub fn error_for_all(&self) -> i64 {
        self.error_for_all_with(self.trials.len())
    }

    fn error_for_all_with(&self, trials: usize) -> i64 {
        let n = self.network.weights();
        let rank = self.teacher_bound().min(n);
        let bases = binomial(n, rank.min(n / 2));
        self.chance().union_log2(rank, &bases, trials)
    }

    /// The rank that the trials show for an allocation: a proved lower bound of its reachable dimension.
    pub fn rank(&self, allocation: &Allocation) -> usize {
        let ranks = self.trials.iter().map(|t| t.rank(allocation));
        ranks.max().unwrap_or(0)
    }

    /// The rank that the trials show for all weights: a proved lower bound of the teacher dimension.
    pub fn teacher_rank(&self) -> usize {
        self.trials.iter().map(|t| t.rows.rows()).max().unwrap_or(0)
    }

    /// A proved upper bound of the teacher dimension.
    pub fn teacher_bound(&self) -> usize {
        self.bounds.teacher().0
    }

    /// The teacher dimension D_m.
    pub fn teacher(&self) -> Dimension {
        let rank = self.teacher_rank();
        let (upper, reason) = self.bounds.of_teacher(rank);
        self.dimension(rank, upper, reason)
    }

    /// The reachable dimension ρ_m of an allocation. Costs D × |A| × rank products a trial; where no bound is met at once, looking for
    /// flats whose bounds are met costs about as much as n × D² products.
    pub fn dim(&self, allocation: &Allocation) -> Dimension {
        let rank = self.rank(allocation);
        let (upper, reason) = self.bounds.of(allocation, rank);
        if rank < upper && self.is_bounded_by_flats(allocation, rank) {
            return self.dimension(rank, rank, Reason::Flats);
        }
        self.dimension(rank, upper, reason)
    }

    /// Whether a bound is known that the rank of a set meets, without a look at flats.
    pub(super) fn is_bounded_alone(&self, allocation: &Allocation, rank: usize) -> bool {
        self.bounds.prove(allocation, rank)
    }

    /// Everything that depends on an allocation: the largest set of the same rank that contains it.
    pub fn closure(&self, allocation: &Allocation) -> Allocation {
        let rank = self.rank(allocation);
        let mut closure = allocation.clone();
        for weight in allocation.complement().iter() {
            if self.rank(&allocation.clone().with(weight)) == rank {
                closure.insert(weight);
            }
        }
        closure
    }

    /// The first basis of an allocation, in canonical order.
    pub fn basis(&self, allocation: &Allocation) -> Allocation {
        let mut basis = Allocation::none(allocation.weights());
        for weight in allocation.iter() {
            let larger = basis.clone().with(weight);
            if self.rank(&larger) == larger.size() {
                basis = larger;
            }
        }
        basis
    }

    /// A circuit (a smallest dependent set) inside an allocation, or nothing if the allocation is independent.
    pub fn circuit(&self, allocation: &Allocation) -> Option<Allocation> {
        if self.rank(allocation) == allocation.size() {
            return None;
        }
        // Take away whatever leaves the rest dependent; what remains is a circuit.
        let mut circuit = allocation.clone();
        for weight in allocation.iter() {
            let smaller = circuit.clone().without(weight);
            if self.rank(&smaller) < smaller.size() {
                circuit = smaller;
            }
        }
        Some(circuit)
    }

    fn dimension(&self, rank: usize, upper: usize, reason: Reason) -> Dimension {
        if rank >= upper {
            return Dimension { value: rank, evidence: self.lower_evidence(), reason };
        }
        if self.chance().is_hopeless() {
            return Dimension { value: rank, evidence: Evidence::Open, reason: Reason::RandomPoints };
        }
        // The rank is too small only if every trial missed one and the same minor, one larger at the most.
        let error_log2 = self.chance().minor_log2(upper) * self.trials.len() as i64;
        let evidence = Evidence::all([self.with_saturation(error_log2), self.lower_evidence()]);
        Dimension { value: rank, evidence, reason: Reason::RandomPoints }
    }

    /// How so many ranks together are known, some of which rest on random points alone if `unproved`.
    pub fn evidence_of(&self, ranks: u64, unproved: bool) -> Evidence {
        if !unproved {
            return self.lower_evidence();
        }
        let one_by_one = self.error_for_one().saturating_add(i64::from(u64::BITS - ranks.leading_zeros()));
        let error_log2 = self.error_for_all().min(one_by_one);
        Evidence::all([self.with_saturation(error_log2), self.lower_evidence()])
    }

    /// An error of missed minors, and with it that of having too few inputs where their number was found at a point: further inputs add
    /// rank only if every trial that saw its last one add none missed a minor of one row more.
    fn with_saturation(&self, error_log2: i64) -> Evidence {
        if !self.analytic.as_ref().is_some_and(|analytic| analytic.saturated_at_a_point) {
            return Evidence::within(error_log2);
        }
        match self.trials.iter().filter(|trial| trial.is_saturated).count() {
            0 => Evidence::Open,
            seen => {
                // Which of the trials saw it is known only afterwards.
                let choices = i64::from(binomial(self.trials.len(), seen).significant_bits());
                let too_few = self.chance().minor_log2(self.network.weights()) * seen as i64 + choices;
                Evidence::within((error_log2.max(too_few) + 1).min(0))
            }
        }
    }

    /// How it is known that ranks at points are lower bounds: where the arguments of exponentials depend on each other, from
    /// relations that were found modulo a prime.
    pub fn lower_evidence(&self) -> Evidence {
        let error = self.analytic.as_ref().and_then(|analytic| analytic.plan.error_log2());
        error.map_or(Evidence::Proved, Evidence::within)
    }

    /// The Jacobian at a random point; nothing if an analytic network had none there.
    fn trial(&self, trial: usize, control: &Control<'_>) -> Result<Option<Trial>, Stopped> {
        let _span = tracing::info_span!("Jacobian at a point").entered();
        match &self.analytic {
            Some(analytic) => analytic.trial(self.seed, trial as u64, self.bounds.teacher().0, control),
            None => self.evaluate(&self.point(trial), trial, control).map(Some),
        }
    }

    fn point(&self, trial: usize) -> ModularPoint {
        random_point(&self.network, self.samples, self.seed, trial as u64)
    }

    /// The row space of the Jacobian at a point.
    fn evaluate(&self, point: &ModularPoint, trial: usize, control: &Control<'_>) -> Result<Trial, Stopped> {
        let mut random = generator(self.seed, Stream::Kernels, trial as u64);
        let parts = point.inputs.iter().map(|input| self.network.jacobian_at(&point.field, &point.weights, input));
        let most = Most { rank: self.bounds.teacher().0, stops: stops_early(&self.network, self.samples) };
        Trial::read(point.field, self.network.weights(), parts, most, &mut random, control)
    }
}

/// Whether inputs are read only until one adds no rank: for generic inputs dimensions are concave in their number, so that no
/// further one adds any, to any allocation. It is worth while where inputs that see everything are not known to be few.
fn stops_early(network: &Network, samples: Samples) -> bool {
    !network.is_built_in() && matches!(network.probe(samples), Probe::Generic(_))
}

/// When reading rows may stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    /// At this rank.
    pub rank: usize,
    /// At a part that adds no rank.
    pub stops: bool,
}

fn random_point(network: &Network, samples: Samples, seed: u64, trial: u64) -> ModularPoint {
    ModularPoint::random(network, samples, &mut generator(seed, Stream::Points, trial))
}

impl Trial {
    /// The row space of matrices with n columns; reading rows stops as `most` says. A row that is orthogonal to a
    /// random vector of the kernel so far is taken for dependent: [`Chance`] accounts for that. Between rows it may be stopped.
    pub(super) fn read(
        field: PrimeField,
        n: usize,
        parts: impl Iterator<Item = Matrix<u64>>,
        most: Most,
        random: &mut ChaCha12Rng,
        control: &Control<'_>,
    ) -> Result<Self, Stopped> {
        let mut space = RowSpace::new(field, n);
        let mut kernel = space.kernel_vector(|| field.random(random));
        let mut is_saturated = false;
        'parts: for part in parts {
            let before = space.rank();
            for row in (0..part.rows()).map(|row| part.row(row)) {
                control.check()?;
                if space.rank() == most.rank {
                    break 'parts;
                }
                if !field.is_zero(&field.dot(row, &kernel)) && space.insert(row.to_vec()) {
                    kernel = space.kernel_vector(|| field.random(random));
                }
            }
            is_saturated = space.rank() == before;
            if most.stops && is_saturated {
                break;
            }
        }
        is_saturated |= space.rank() == most.rank;
        Ok(Trial { field, is_saturated, rows: Matrix::from_rows(n, space.rows().iter().cloned()) })
    }

    /// The rank of the columns of an allocation.
    pub fn rank(&self, allocation: &Allocation) -> usize {
        let columns: Vec<Vec<u64>> =
            allocation.iter().map(|c| (0..self.rows.rows()).map(|r| self.rows[(r, c)]).collect()).collect();
        rank_of(&self.field, columns, self.rows.rows())
    }
}

/// The rank of a set of vectors, by elimination without division.
fn rank_of(field: &PrimeField, mut vectors: Vec<Vec<u64>>, length: usize) -> usize {
    let mut rank = 0;
    for position in 0..length {
        let Some(found) = (rank..vectors.len()).find(|v| !field.is_zero(&vectors[*v][position])) else {
            continue;
        };
        vectors.swap(rank, found);
        let (done, rest) = vectors.split_at_mut(rank + 1);
        let pivot = &done[rank];
        for vector in rest.iter_mut().filter(|v| v[position] != 0) {
            let (scale, other) = (pivot[position], vector[position]);
            for (entry, p) in vector.iter_mut().zip(pivot).skip(position) {
                *entry = field.cross(scale, *entry, other, *p);
            }
        }
        rank += 1;
        if rank == vectors.len() {
            break;
        }
    }
    rank
}
