//! Ranks of some columns of a Jacobian that is too large to be written down: from as many rows as there are columns.
//!
//! A *row* here is a combination of the labels of one input: one pass back through the network. The rows of all inputs and
//! combinations span the row space of the functional Jacobian J_A. If the span of some rows is not yet all of it, a generic
//! row lies outside, since those inside are the zeros of a polynomial that is not zero. So |A| generic rows have the rank of
//! J_A; modulo a prime at a random point, they have it unless a minor vanishes that is a polynomial in weights, inputs and
//! combinations, of one degree more than a minor of the Jacobian ([`Chance::combined`]). On few samples all their labels are
//! taken, a part at a time. Memory grows with |A|², not with the network.
//!
//! The first trial is modulo a small prime, where elimination is fastest. If the rank does not meet an upper bound, trials go
//! on until the error is as small as was asked: modulo small primes or large ones, whichever takes less time.
//!
//! With kinks, each row has the activation pattern of an input of its own at one real point of small integers, computed
//! exactly; where none of its pre-activations is zero, the pattern holds on an open set, and ranks are lower bounds.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;
use rayon::prelude::*;

use crate::algebra::{Basis, RowSpace, first_basis};
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::network::{AffineField, Network, Probe, Pullback, Row, Samples};
use crate::number::{PrimeField, Ring, Stream, Words, generator, random_prime, random_small_prime};

use super::bounds::Bounds;
use super::point::ModularPoint;
use super::rank::{Answer, Dimension, Reason, Settings};
use super::{Chance, Evidence, ReachError};

/// Gauge directions that would have to be tested at more points are not used.
const MOST_TESTS: u64 = 256;
/// Below so many products, the whole Jacobian is eliminated as it is.
const FEW_PRODUCTS: u64 = 1 << 24;
/// The most entries of inputs at which kernel fields are evaluated.
const MOST_POINT_ENTRIES: u64 = 1 << 22;
/// The most entries of the rows that are kept.
const MOST_ENTRIES: u64 = 1 << 28;
/// The most products that passes through the network, or an elimination, may take.
const MOST_PRODUCTS: u64 = 1 << 42;
/// So many rows more than columns are taken.
const SLACK: usize = 4;
/// The teacher's dimension of a network with more weights is not computed beside an allocation's.
const MOST_TEACHER_WEIGHTS: usize = 4096;
/// So many weights more are tried to show that an allocation does not span.
const BEYOND: usize = 8;
/// A product of an elimination modulo a small prime takes one part in so many of the time of one modulo a large prime.
const SMALL_PRIMES_GAIN: u64 = 40;
/// Beside that, each entry of its matrix costs as much as so many products modulo a large prime,
const ENTRY_COST: u64 = 32;
/// and each product of a pass back through the network as much as so many.
const PASS_COST: u64 = 4;
/// More independent points than this are never looked at.
const MOST_TRIALS: usize = 64;
/// With kinks: the most points at which activation patterns are drawn,
const MOST_DRAWS: u64 = 8;
/// how often an input on the border between patterns is drawn again,
const MOST_REPEATS: u64 = 64;
/// and the bits that pre-activations may have.
const WORD_BITS: u64 = 120;

/// Whether an allocation's dimension is better found from rows than from the whole Jacobian.
pub(super) fn pays(network: &Network, samples: Samples) -> bool {
    let rows = (network.probe_inputs(samples) as u64).saturating_mul(network.labels_per_input() as u64);
    let columns = network.weights() as u64;
    rows.saturating_mul(columns).saturating_mul(rows.min(columns)) > FEW_PRODUCTS
}

/// The reachable dimension of an allocation, and what is known of the teacher's.
///
/// # Errors
/// See [`ReachError`].
pub(super) fn rank(
    network: &Network,
    allocation: &Allocation,
    samples: Samples,
    settings: Settings,
    control: &Control<'_>,
) -> Result<Answer, ReachError> {
    let labels = labels(network, samples)?;
    let all = Allocation::all(network.weights());
    let theorem = network.teacher_dimension(samples);
    let theorem = theorem.map(|value| Dimension { value, evidence: Evidence::Proved, reason: Reason::Formula });
    let bounds = bounds(network, samples, labels, settings.seed);
    // Two dimensions may be wrong, each with half the error.
    let error_log2 = settings.error_log2 - 1;
    let of = |a: &Allocation| {
        let most = bounds.of(a, usize::MAX).0;
        let columns = Columns::new(network, samples, a, most, settings.seed, control)?;
        let first = columns.trial(0, most)?.rank();
        columns.dimension(&bounds, first, error_log2)
    };
    let (dim, teacher, trials) = if let Some(known) = theorem {
        let (dim, trials) = if *allocation == all { (known, 0) } else { of(allocation)? };
        (dim, known, trials)
    } else if *allocation == all {
        let (dim, trials) = of(&all)?;
        (dim, dim, trials)
    } else if network.weights() <= MOST_TEACHER_WEIGHTS {
        let ((dim, trials), (teacher, more)) = (of(allocation)?, of(&all)?);
        (dim, teacher, trials.max(more))
    } else {
        let (first, beyond) = beside_others(network, samples, allocation, &bounds, settings.seed, control)?;
        let most = bounds.of(allocation, usize::MAX).0;
        let (dim, trials) = Columns::new(network, samples, allocation, most, settings.seed, control)?
            .dimension(&bounds, first, error_log2)?;
        let value = beyond.max(dim.value);
        (dim, reached(value, &bounds), trials)
    };
    Ok(Answer {
        network: network.clone(),
        allocation: allocation.clone(),
        samples,
        labels,
        dim,
        teacher,
        settings,
        trials,
        distribution: None,
        obstructions: Vec::new(),
        exchange: None,
    })
}

/// The teacher's dimension, which is at least this: it is this where a bound of all weights is met, such as the number of labels.
fn reached(value: usize, bounds: &Bounds) -> Dimension {
    match bounds.teacher() {
        (most, reason) if value >= most => Dimension { value, evidence: Evidence::Proved, reason },
        _ => Dimension { value, evidence: Evidence::Open, reason: Reason::AtLeast },
    }
}

/// The ranks at one point of an allocation, and of it with a few weights more: one elimination gives both.
fn beside_others(
    network: &Network,
    samples: Samples,
    allocation: &Allocation,
    bounds: &Bounds,
    seed: u64,
    control: &Control<'_>,
) -> Result<(usize, usize), ReachError> {
    let others = allocation.complement();
    let order: Vec<usize> = allocation.iter().chain(others.iter().take(BEYOND)).collect();
    let labels = usize::try_from(labels(network, samples)?).unwrap_or(usize::MAX);
    let most = bounds.of(allocation, usize::MAX).0 + order.len() - allocation.size();
    let columns = Columns::ordered(network, samples, order, labels, seed, control)?.trial(0, most)?.columns;
    Ok((columns.partition_point(|column| *column < allocation.size()), columns.len()))
}

/// The first weights of an order that are independent, at most so many; they are proved to be.
///
/// # Errors
/// See [`ReachError`].
pub(super) fn independent(
    network: &Network,
    samples: Samples,
    order: &[usize],
    most: usize,
    seed: u64,
    control: &Control<'_>,
) -> Result<Vec<usize>, ReachError> {
    let columns = Columns::ordered(network, samples, order.to_vec(), most, seed, control)?;
    Ok(columns.trial(0, most)?.columns.into_iter().take(most).map(|at| order[at]).collect())
}

fn labels(network: &Network, samples: Samples) -> Result<u64, ReachError> {
    if samples == Samples::Count(0) {
        return Err(ReachError::NoSamples);
    }
    network
        .labels_at(samples)
        .ok_or(ReachError::TooManyLabels { network: network.to_string(), samples: samples.count().unwrap_or_default() })
}

/// Upper bounds; kernel fields of whole networks only where they and the inputs have few entries.
fn bounds(network: &Network, samples: Samples, labels: u64, seed: u64) -> Bounds {
    let mut random = generator(seed, Stream::Points, 0);
    let entries = (network.probe_inputs(samples) as u64).saturating_mul(network.input_size() as u64);
    if Bounds::looks_at_fields(network) && entries <= MOST_POINT_ENTRIES {
        Bounds::at(network, samples, labels, &ModularPoint::random(network, samples, &mut random))
    } else {
        Bounds::without_fields(network, samples, labels, random_prime(&mut random))
    }
}

/// Some columns of a Jacobian.
struct Columns<'a> {
    network: &'a Network,
    /// Weights, in the order in which the first basis is wanted.
    order: Vec<usize>,
    /// Where each weight in ascending order stands in `order`,
    ascending: Vec<usize>,
    /// and passes back by these weights.
    pullback: Pullback<'a>,
    source: Source,
    /// No larger rank is of interest.
    most: usize,
    seed: u64,
    control: &'a Control<'a>,
}

/// Where rows come from.
enum Source {
    /// Each label of each of these inputs.
    Every(Probe),
    /// Random combinations of the labels of random inputs.
    Generic,
}

/// A random point.
struct Point {
    field: PrimeField,
    weights: Vec<u64>,
    trial: u64,
    /// With kinks: small integers in the place of the weights, and their bits.
    real: Option<(Vec<i128>, u32)>,
}

impl<'a> Columns<'a> {
    /// Those of an allocation whose dimension is proved to be at most so many.
    fn new(
        network: &'a Network,
        samples: Samples,
        allocation: &Allocation,
        most: usize,
        seed: u64,
        control: &'a Control<'a>,
    ) -> Result<Self, ReachError> {
        Columns::ordered(network, samples, allocation.iter().collect(), most, seed, control)
    }

    /// Refuses what takes too much memory or time.
    fn ordered(
        network: &'a Network,
        samples: Samples,
        order: Vec<usize>,
        most: usize,
        seed: u64,
        control: &'a Control<'a>,
    ) -> Result<Self, ReachError> {
        let most = most.min(order.len());
        let functional = network.probe_inputs(Samples::Functional) == network.probe_inputs(samples);
        let every = network.probe_inputs(samples).saturating_mul(network.labels_per_input());
        let source =
            if functional && every > most + SLACK { Source::Generic } else { Source::Every(network.probe(samples)) };
        let rows = if matches!(source, Source::Generic) { most + SLACK } else { every } as u64;
        let (columns, kept) = (order.len() as u64, rows.min(2 * (order.len() + SLACK) as u64));
        let (name, samples) = (network.to_string(), samples.to_string());
        if kept.saturating_mul(columns) > MOST_ENTRIES {
            let limit = MOST_ENTRIES;
            return Err(ReachError::JacobianTooLarge { network: name, samples, rows: kept, columns, limit });
        }
        let products = rows.saturating_mul(network.reverse_products().saturating_add(columns.saturating_mul(columns)));
        if products > MOST_PRODUCTS {
            return Err(ReachError::TooMuchWork { network: name, samples, products, limit: MOST_PRODUCTS });
        }
        let mut ascending: Vec<usize> = (0..order.len()).collect();
        ascending.sort_by_key(|at| order[*at]);
        let sorted: Vec<usize> = ascending.iter().map(|at| order[*at]).collect();
        let pullback = network.pullback(&sorted);
        Ok(Columns { network, order, ascending, pullback, source, most, seed, control })
    }

    fn allocation(&self) -> Allocation {
        Allocation::of(self.network.weights(), self.order.iter().copied())
    }

    /// The dimension, and how many points were looked at; the rank at the first is known.
    fn dimension(&self, bounds: &Bounds, first: usize, error_log2: i64) -> Result<(Dimension, usize), ReachError> {
        let allocation = self.allocation();
        let mut value = first;
        let Dimension { value: upper, evidence, reason } = self.upper(bounds, &allocation, value, error_log2)?;
        let proved = |value: usize| Dimension { value, evidence, reason };
        if value >= upper {
            return Ok((proved(value), 1));
        }
        if !self.network.is_polynomial() {
            for draw in 1..MOST_DRAWS {
                value = value.max(self.trial(draw, upper)?.rank());
                if value >= upper {
                    return Ok((proved(value), draw as usize + 1));
                }
            }
            let open = Dimension { value, evidence: Evidence::Open, reason: Reason::Draws };
            return Ok((open, MOST_DRAWS as usize));
        }
        let plan = self.plan(value, upper, error_log2)?;
        let mut trials = 0;
        while trials < plan.trials(value)? {
            trials += 1;
            let trial = trials as u64;
            let rank = if plan.small { self.trial(trial, upper)?.rank() } else { self.large_trial(trial, upper)? };
            value = value.max(rank);
            if value >= upper {
                return Ok((proved(value), trials + 1));
            }
        }
        let evidence = Evidence::Bounded { error_log2: plan.error_log2(value, trials) };
        Ok((Dimension { value, evidence, reason: Reason::RandomPoints }, trials + 1))
    }

    /// The smallest bound with a reason; if gauge directions had to be found, it holds except with the probability that was asked.
    fn upper(
        &self,
        bounds: &Bounds,
        allocation: &Allocation,
        rank: usize,
        error_log2: i64,
    ) -> Result<Dimension, Stopped> {
        let (value, reason) = bounds.of(allocation, rank);
        let known = Dimension { value, evidence: Evidence::Proved, reason };
        if rank >= value || bounds.has_fields() {
            return Ok(known);
        }
        let point = self.point(0, true);
        let mut evidence = Evidence::Proved;
        let mut directions = self.network.gauge_inside(&point.field, &point.weights, allocation);
        if directions.is_empty() {
            let found = self.tested_gauge(error_log2)?;
            evidence = found.1;
            directions = found.0.iter().map(|field| field.entries(&point.field, &point.weights)).collect();
        }
        let value = allocation.size() - independent_directions(&point.field, allocation, &directions, self.control)?;
        let smaller = Dimension { value, evidence, reason: Reason::KernelFields };
        Ok(if value < known.value { smaller } else { known })
    }

    /// Gauge directions that were found, and how surely all of them are some: each annihilates random rows at random points.
    fn tested_gauge(&self, error_log2: i64) -> Result<(Vec<AffineField>, Evidence), Stopped> {
        let mut fields = self.pullback.likely_gauge();
        let bits = fields.iter().map(AffineField::coefficient_bits).max().unwrap_or(0);
        let labels = self.network.labels_per_input();
        let each = Chance::of(self.network, 0).combined(Some(labels)).identity_log2(bits);
        let union = i64::from(usize::BITS - fields.len().leading_zeros());
        if fields.is_empty() || each >= 0 {
            return Ok((Vec::new(), Evidence::Proved));
        }
        let tests = (union - error_log2).max(1).unsigned_abs().div_ceil(each.unsigned_abs());
        if tests > MOST_TESTS {
            return Ok((Vec::new(), Evidence::Proved));
        }
        for test in 0..tests {
            self.control.check()?;
            let mut random = generator(self.seed, Stream::Gauge, test);
            let field = random_prime(&mut random);
            let mut vector = |length: usize| (0..length).map(|_| field.random(&mut random)).collect::<Vec<u64>>();
            let (weights, input) = (vector(self.network.weights()), vector(self.network.input_size()));
            let combination = vector(labels);
            let row = Row { input: &input, gates: &[], combination: &combination };
            let row = self.pullback.row(&field, &weights, &row);
            let place = |weight: usize| self.pullback.columns().binary_search(&weight).ok();
            let along = |entries: Vec<(usize, u64)>| {
                let products =
                    entries.into_iter().map(|(weight, e)| field.mul(&e, &place(weight).map_or(0, |at| row[at])));
                products.fold(0, |sum, product| field.add(&sum, &product))
            };
            fields.retain(|f| along(f.entries(&field, &weights)) == 0);
        }
        Ok((fields, Evidence::within(each * tests as i64 + union)))
    }

    /// Small or large primes, whichever reach the error in less time if the rank stays as it is.
    fn plan(&self, value: usize, upper: usize, error_log2: i64) -> Result<Plan, ReachError> {
        let rows = self.rows() as u64;
        let combined = matches!(self.source, Source::Generic);
        let plan = |small: bool| {
            let chance = Chance::of(self.network, rows).combined(combined.then(|| self.network.labels_per_input()));
            let chance = if small { chance.modulo_small_primes() } else { chance };
            let plan = Plan { small, chance, upper, asked: error_log2 };
            let trials = plan.trials(value).ok()?;
            let entries = rows.saturating_mul(self.order.len() as u64);
            let elimination = entries.saturating_mul(value as u64 + 1);
            let matrix = elimination / SMALL_PRIMES_GAIN + entries.saturating_mul(ENTRY_COST);
            let elimination = if small { matrix } else { elimination };
            let passes = rows.saturating_mul(self.pullback.products()).saturating_mul(PASS_COST);
            let cost = elimination.saturating_add(passes).saturating_mul(trials as u64);
            Some((cost, plan))
        };
        let best = [true, false].into_iter().filter_map(plan).min_by_key(|(cost, _)| *cost);
        let possible = Chance::of(self.network, rows).minor_log2(upper) * MOST_TRIALS as i64;
        let too_small = ReachError::ErrorTooSmall { weights: None, asked: error_log2, possible };
        best.map(|(_, plan)| plan).ok_or(too_small)
    }

    /// The number of rows.
    fn rows(&self) -> usize {
        match &self.source {
            Source::Every(probe) => probe.inputs() * self.network.labels_per_input(),
            Source::Generic => self.most + SLACK,
        }
    }

    fn random(&self, trial: u64, item: u64) -> ChaCha12Rng {
        generator(self.seed, Stream::Rows, trial << 32 | item)
    }

    fn point(&self, trial: u64, small: bool) -> Point {
        let mut random = self.random(trial, 0);
        let field = if small { random_small_prime(&mut random) } else { random_prime(&mut random) };
        let weights = (0..self.network.weights()).map(|_| field.random(&mut random)).collect();
        let real = (!self.network.is_polynomial()).then(|| {
            let bits = word_bits(self.network);
            ((0..self.network.weights()).map(|_| small_integer(bits, &mut random)).collect(), bits)
        });
        Point { field, weights, trial, real }
    }

    /// A row at a point, in the order of the columns, unless something says stop.
    fn row(&self, point: &Point, index: usize) -> Result<Vec<u64>, Stopped> {
        self.control.check()?;
        let labels = self.network.labels_per_input();
        let (item, label) = match self.source {
            Source::Every(_) => (index / labels, Some(index % labels)),
            Source::Generic => (index, None),
        };
        let mut random = self.random(point.trial, item as u64 + 1);
        let (field, size) = (&point.field, self.network.input_size());
        let input: Vec<u64> = match &self.source {
            Source::Every(Probe::Fixed(inputs)) => inputs[item].iter().map(|e| field.integer(*e)).collect(),
            _ => (0..size).map(|_| field.random(&mut random)).collect(),
        };
        let combination: Vec<u64> = match label {
            Some(label) => (0..labels).map(|k| if k == label { field.one() } else { 0 }).collect(),
            None => (0..labels).map(|_| field.random(&mut random)).collect(),
        };
        let gates = match &point.real {
            None => Vec::new(),
            Some(real) => match self.gates(real, &mut random) {
                Some(gates) => gates,
                None => return Ok(vec![0; self.order.len()]),
            },
        };
        let row = Row { input: &input, gates: &gates, combination: &combination };
        let entries = self.pullback.row(field, &point.weights, &row);
        let mut ordered = vec![0; entries.len()];
        self.ascending.iter().zip(entries).for_each(|(at, entry)| ordered[*at] = entry);
        Ok(ordered)
    }

    /// The pattern of a random input at the real point; nothing if all tries were on a border between patterns, where no
    /// pattern holds on an open set.
    fn gates(&self, (weights, bits): &(Vec<i128>, u32), random: &mut ChaCha12Rng) -> Option<Vec<bool>> {
        let size = self.network.input_size();
        let mut pattern = || {
            let input: Vec<i128> = (0..size).map(|_| small_integer(*bits, random)).collect();
            self.network.pattern(&Words, weights, &input)
        };
        (0..MOST_REPEATS).find_map(|_| pattern())
    }

    /// A basis modulo a small prime: of all rows, a part at a time; reading stops when the rank is `most`.
    fn trial(&self, trial: u64, most: usize) -> Result<Basis, ReachError> {
        if !self.network.is_polynomial() && word_bits(self.network) < 2 {
            return Err(ReachError::NotOneMatroid { network: self.network.to_string() });
        }
        let point = self.point(trial, true);
        let (total, part) = (self.rows(), self.order.len() + SLACK);
        let leave = |row: Vec<u64>| row.into_iter().map(|e| point.field.leave(e) as u32).collect::<Vec<u32>>();
        let (mut kept, mut done): (Vec<Vec<u32>>, usize) = (Vec::new(), 0);
        loop {
            let next = total.min(done + part);
            let fresh = (done..next).into_par_iter();
            let fresh: Vec<Vec<u32>> =
                fresh.map(|index| self.row(&point, index).map(leave)).collect::<Result<_, Stopped>>()?;
            kept.extend(fresh);
            let basis = first_basis(point.field.prime() as u32, self.order.len(), &kept, self.control)?;
            if next == total || basis.rank() >= most {
                return Ok(basis);
            }
            kept = basis.rows.iter().map(|row| std::mem::take(&mut kept[*row])).collect();
            done = next;
        }
    }

    /// The rank modulo a large prime.
    fn large_trial(&self, trial: u64, most: usize) -> Result<usize, Stopped> {
        let point = self.point(trial, false);
        let mut space = RowSpace::new(point.field, self.order.len());
        let (total, part) = (self.rows(), rayon::current_num_threads() * 16);
        for start in (0..total).step_by(part) {
            let rows = (start..total.min(start + part)).into_par_iter();
            let rows: Vec<Vec<u64>> = rows.map(|index| self.row(&point, index)).collect::<Result<_, _>>()?;
            for row in rows {
                if space.rank() == most {
                    return Ok(most);
                }
                self.control.check()?;
                space.insert(row);
            }
        }
        Ok(space.rank())
    }
}

/// How many directions that move weights of an allocation only are independent.
fn independent_directions(
    field: &PrimeField,
    allocation: &Allocation,
    directions: &[Vec<(usize, u64)>],
    control: &Control<'_>,
) -> Result<usize, Stopped> {
    let place: std::collections::HashMap<usize, usize> =
        allocation.iter().enumerate().map(|(at, weight)| (weight, at)).collect();
    let dense = |direction: &Vec<(usize, u64)>| {
        let mut row = vec![0u64; allocation.size()];
        for (weight, entry) in direction {
            row[place[weight]] = field.add(&row[place[weight]], entry);
        }
        row.into_iter().map(|e| field.leave(e) as u32).collect()
    };
    let rows: Vec<Vec<u32>> = directions.iter().map(dense).collect();
    first_basis(field.prime() as u32, allocation.size(), &rows, control).map(|basis| basis.rank())
}

/// How an error is reached: by trials that all have a rank of at most the largest found, r.
///
/// If that is wrong, some minor of size r + 1 is not zero, and all trials missed it. How many there are depends on r and on the kind of
/// primes, which the first trial decides: so the probabilities for every r below the upper bound, and for both kinds, add up.
struct Plan {
    small: bool,
    chance: Chance,
    upper: usize,
    asked: i64,
}

impl Plan {
    /// What these sums add to the logarithm of the error.
    fn margin(&self) -> i64 {
        i64::from(usize::BITS - self.upper.leading_zeros()) + 1
    }

    /// The trials, beside the first, after which a rank is known as surely as was asked.
    fn trials(&self, rank: usize) -> Result<usize, ReachError> {
        let size = (rank + 1).min(self.upper);
        let trials = self.chance.trials(size, self.asked - self.margin()).filter(|trials| *trials <= MOST_TRIALS);
        trials.ok_or_else(|| ReachError::ErrorTooSmall {
            weights: None,
            asked: self.asked,
            possible: self.error_log2(rank, MOST_TRIALS),
        })
    }

    /// log₂ of a bound on the error after so many trials.
    fn error_log2(&self, rank: usize, trials: usize) -> i64 {
        let size = (rank + 1).min(self.upper);
        self.chance.minor_log2(size) * trials as i64 + self.margin()
    }
}

/// The bits of weights and inputs for which no pre-activation leaves a word.
fn word_bits(network: &Network) -> u32 {
    let left = WORD_BITS.saturating_sub(network.height_bits());
    (left / network.degree().max(1)).min(12) as u32
}

/// A random integer other than zero of absolute value below 2^bits.
fn small_integer(bits: u32, random: &mut ChaCha12Rng) -> i128 {
    let word = random.next_u64();
    let magnitude = i128::from(word >> 1 & ((1 << bits) - 1)).max(1);
    if word & 1 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests;
