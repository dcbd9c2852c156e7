//! Networks with kinks: a Jacobian matroid on each activation pattern, and dimensions as the largest over random patterns.
//!
//! A pattern drawn with exact signs, none of them zero, holds on an open set of weights and inputs. The label map is
//! polynomial there, so its generic rank is that of the *gated* polynomial map, computed like any other at a random point
//! modulo a random prime; that point need not lie in the set.
//!
//! With the gates of one input fixed, labels are polynomials in the input with few monomials: linear in the families, with
//! biases affine. So only so many inputs with the same gates count, and patterns that agree in this are one.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::network::{Network, Samples};
use crate::number::{Dyadic, Dyadics, Stream, gaussian, generator, random_prime};

use super::bounds::Bounds;
use super::matroid::{Most, Trial};
use super::point::ModularPoint;
use super::rank::{Dimension, Reason};
use super::{Evidence, ReachError};

/// So many activation patterns are drawn where nothing else is asked for.
pub const DRAWS: u64 = 1_000;

/// The most products that all draws together may cost: about a minute.
const MOST_PRODUCTS: u64 = 1 << 34;
/// A draw on the border between patterns is repeated so often at the most.
const MOST_REPEATS: usize = 64;

/// The gates of all inputs, and how many inputs have them, as far as it matters.
type Pattern = BTreeMap<Vec<bool>, usize>;

/// Jacobian matroids on activation patterns, which are drawn with standard normal weights and inputs.
#[derive(Clone, Debug)]
pub struct Patterns {
    network: Network,
    samples: Samples,
    labels: u64,
    draws: u64,
    bounds: Bounds,
    /// The distinct patterns, larger ranks of all weights first.
    found: Vec<Found>,
}

/// A pattern that was drawn.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// How often.
    pub draws: u64,
    /// The row space of its Jacobian.
    pub trial: Trial,
}

/// How often random activation patterns have which dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// The number of draws.
    pub draws: u64,
    /// The number of distinct patterns among them.
    pub patterns: usize,
    /// (dimension, number of draws), for the allocation.
    pub dims: Vec<(usize, u64)>,
    /// (dimension, number of draws), for all weights.
    pub teacher_dims: Vec<(usize, u64)>,
}

impl Patterns {
    /// Draws patterns, in parallel. Costs draws × samples × weights products, and for each distinct pattern an elimination.
    ///
    /// # Errors
    /// No samples, more labels than 64 bits count, more work than the stated limit, or being stopped; and
    /// if no draw shows a pattern.
    pub fn draw(
        network: &Network,
        samples: Samples,
        seed: u64,
        draws: u64,
        control: &Control<'_>,
    ) -> Result<Self, ReachError> {
        if samples == Samples::Count(0) {
            return Err(ReachError::NoSamples);
        }
        let labels = network.labels_at(samples).ok_or(ReachError::TooManyLabels {
            network: network.to_string(),
            samples: samples.count().unwrap_or_default(),
        })?;
        let inputs = network.probe_inputs(samples) as u64;
        let each = network.jacobian_products().saturating_mul(network.weights() as u64);
        let products = draws.max(1).saturating_mul(inputs).saturating_mul(each);
        if products > MOST_PRODUCTS {
            let (network, samples, limit) = (network.to_string(), samples.to_string(), MOST_PRODUCTS);
            return Err(ReachError::TooManyDraws { network, samples, draws, products, limit });
        }
        let bounds = Bounds::at(
            network,
            samples,
            labels,
            &ModularPoint::random(network, samples, &mut generator(seed, Stream::Points, 0)),
        );
        let one = |draw| control.check().map(|()| pattern(network, inputs as usize, seed, draw));
        let drawn: Vec<Option<Pattern>> = (0..draws).into_par_iter().map(one).collect::<Result<_, _>>()?;
        let drawn: Vec<Pattern> = drawn.into_iter().flatten().collect();
        let (asked, draws) = (draws, drawn.len() as u64);
        if asked > 0 && draws == 0 {
            return Err(ReachError::NoPattern { network: network.to_string(), draws: asked });
        }
        let mut order: Vec<Pattern> = Vec::new();
        let mut counts: HashMap<Pattern, u64> = HashMap::new();
        for pattern in drawn {
            let count = counts.entry(pattern).or_insert_with_key(|pattern| {
                order.push(pattern.clone());
                0
            });
            *count += 1;
        }
        let most = bounds.teacher().0;
        let evaluate = |(index, pattern): (usize, &Pattern)| {
            let trial = evaluate(network, pattern, (seed, index as u64), most, control)?;
            Ok(Found { draws: counts[pattern], trial })
        };
        let found = order.par_iter().enumerate().map(evaluate).collect::<Result<_, Stopped>>();
        let mut found: Vec<Found> = found?;
        found.sort_by_key(|f| std::cmp::Reverse(f.trial.rows.rows()));
        Ok(Patterns { network: network.clone(), samples, labels, draws, bounds, found })
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The samples.
    pub fn samples(&self) -> Samples {
        self.samples
    }

    /// The number of scalar labels.
    pub fn labels(&self) -> u64 {
        self.labels
    }

    /// The number of draws.
    pub fn draws(&self) -> u64 {
        self.draws
    }

    /// The number of distinct patterns among the draws.
    pub fn distinct(&self) -> usize {
        self.found.len()
    }

    pub(super) fn found(&self) -> &[Found] {
        &self.found
    }

    /// The largest rank of an allocation over the patterns: a proved lower bound of the functional dimension.
    pub fn rank(&self, allocation: &Allocation) -> usize {
        let upper = self.upper(allocation);
        let mut rank = 0;
        for found in &self.found {
            if rank == upper || rank == found.trial.rows.rows() {
                break;
            }
            rank = rank.max(found.trial.rank(allocation));
        }
        rank
    }

    /// A proved upper bound of the dimension of an allocation.
    pub fn upper(&self, allocation: &Allocation) -> usize {
        self.bounds.least(allocation)
    }

    /// The largest dimension of an allocation.
    pub fn dim(&self, allocation: &Allocation) -> Dimension {
        let value = self.rank(allocation);
        let (upper, reason) = self.bounds.of(allocation, value);
        self.dimension(value, upper, reason)
    }

    /// The largest dimension of all weights.
    pub fn teacher(&self) -> Dimension {
        let value = self.found.first().map_or(0, |f| f.trial.rows.rows());
        let (upper, reason) = self.bounds.of_teacher(value);
        self.dimension(value, upper, reason)
    }

    fn dimension(&self, value: usize, upper: usize, reason: Reason) -> Dimension {
        if value >= upper {
            return Dimension { value, evidence: Evidence::Proved, reason };
        }
        Dimension { value, evidence: Evidence::Statistical, reason: Reason::Draws }
    }

    /// How often the patterns have which dimension.
    pub fn distribution(&self, allocation: &Allocation) -> Distribution {
        let count = |rank: &dyn Fn(&Trial) -> usize| {
            let mut dims: BTreeMap<usize, u64> = BTreeMap::new();
            for found in &self.found {
                *dims.entry(rank(&found.trial)).or_default() += found.draws;
            }
            dims.into_iter().collect()
        };
        Distribution {
            draws: self.draws,
            patterns: self.found.len(),
            dims: count(&|trial| trial.rank(allocation)),
            teacher_dims: count(&|trial| trial.rows.rows()),
        }
    }
}

/// One pattern, by exact signs at standard normal weights and inputs; nothing if every repetition was on a border.
fn pattern(network: &Network, inputs: usize, seed: u64, draw: u64) -> Option<Pattern> {
    let mut random = generator(seed, Stream::PatternDraws, draw);
    let enough = network.inputs_of_one_pattern();
    (0..MOST_REPEATS).find_map(|_| {
        let mut vector = |length| (0..length).map(|_| gaussian(&mut random)).collect::<Vec<Dyadic>>();
        let weights = vector(network.weights());
        let mut pattern = Pattern::new();
        for _ in 0..inputs {
            let gates = network.pattern(&Dyadics, &weights, &vector(network.input_size()))?;
            let count = pattern.entry(gates).or_default();
            *count = (*count + 1).min(enough);
        }
        Some(pattern)
    })
}

/// The gated Jacobian at a random point modulo a random prime.
fn evaluate(
    network: &Network,
    pattern: &Pattern,
    (seed, index): (u64, u64),
    most: usize,
    control: &Control<'_>,
) -> Result<Trial, Stopped> {
    let mut random = generator(seed, Stream::PatternPoints, index);
    let field = random_prime(&mut random);
    let mut vector = |length| (0..length).map(|_| field.random(&mut random)).collect::<Vec<u64>>();
    let weights = vector(network.weights());
    let inputs: Vec<(&[bool], Vec<u64>)> = pattern
        .iter()
        .flat_map(|(gates, count)| (0..*count).map(move |_| gates.as_slice()))
        .map(|gates| (gates, vector(network.input_size())))
        .collect();
    let parts = inputs.iter().map(|(gates, input)| network.gated_jacobian_at(&field, &weights, input, gates));
    let most = Most { rank: most, stops: false };
    Trial::read(field, network.weights(), parts, most, &mut random, control)
}
