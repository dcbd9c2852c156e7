//! Designing allocations: a set of so many weights with the largest reachable dimension, why it cannot be bettered, and what
//! else is as good.
//!
//! Dimensions are the ranks of a matroid, so taking weights one after the other wherever the dimension grows is optimal,
//! whatever the order. With a cap on the weights per row that is no longer so: then the best set is a largest common
//! independent set of two matroids, which augmenting paths find (Edmonds; Schrijver, *Combinatorial Optimization*,
//! section 41.2); where no path is left, the weights that none reaches give an upper bound of the same size.
//!
//! A network whose Jacobian is too large to be eliminated whole is designed from a part of it: few random inputs and a
//! random choice of columns. What is independent there is independent.

mod exchange;
mod large;

use rand_chacha::rand_core::RngCore;

use crate::algebra::RowSpace;
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::network::{Network, Samples};
use crate::number::{Stream, generator};

use super::matroid::Trial;
use super::{Dimension, Evidence, JacobianMatroid, Obstruction, ReachError, Settings};
use exchange::{Augmented, Split, augment};
use large::Large;

/// Augmenting paths are looked for only where one costs at most so many products.
const MOST_PRODUCTS: usize = 1 << 32;
/// What an allocation has to be like.
#[derive(Clone, Debug, Default)]
pub struct DesignOptions {
    /// Only these weights; all by default.
    pub within: Option<Allocation>,
    /// None of these.
    pub avoid: Option<Allocation>,
    /// At most so many weights in each row of each tensor.
    pub per_row: Option<usize>,
    /// So many other allocations are looked for.
    pub alternatives: usize,
}

/// Why no other allocation that is allowed has a larger dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Optimal {
    /// Every weight adds a dimension.
    EveryWeight,
    /// It spans: no allocation has more than the teacher's dimension.
    Spans,
    /// All weights that are allowed have no more together.
    Ground,
    /// The weights allowed fall into two parts: one has no larger dimension, and of the other no more may be chosen.
    Split {
        /// The dimension of the one part.
        dim: usize,
        /// How many may be chosen of the other.
        chosen: usize,
    },
    /// It is not known to be optimal: no allocation has a larger dimension than this.
    AtMost(usize),
}

impl std::fmt::Display for Optimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Optimal::EveryWeight => write!(f, "every weight adds a dimension"),
            Optimal::Spans => write!(f, "it has the teacher's dimension"),
            Optimal::Ground => write!(f, "all weights that are allowed have no larger dimension together"),
            Optimal::Split { dim, chosen } => write!(
                f,
                "some of the allowed weights have dimension {dim} together, and only {chosen} of the others may be chosen"
            ),
            Optimal::AtMost(bound) => write!(f, "not known to be best: the dimension is at most {bound}"),
        }
    }
}

/// A best allocation.
#[derive(Clone, Debug)]
pub struct Design {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The allocation.
    pub allocation: Allocation,
    /// Its reachable dimension.
    pub dim: Dimension,
    /// The teacher's dimension; nothing for a network too large for that.
    pub teacher: Option<Dimension>,
    /// A lower bound of the teacher's dimension.
    pub teacher_at_least: usize,
    /// How it is known that ranks at points are lower bounds.
    pub lower: Evidence,
    /// Why it cannot be bettered.
    pub optimal: Optimal,
    /// How that is known.
    pub evidence: Evidence,
    /// Where all weights that are allowed have no more dimensions together: the flats that say why.
    pub obstructions: Vec<Obstruction>,
    /// Others of the same size and dimension: from other orders first, then by exchanging one weight.
    pub alternatives: Vec<Allocation>,
    /// What was computed with.
    pub settings: Settings,
}

/// An allocation of `size` weights with the largest reachable dimension, under the constraints.
///
/// # Errors
/// Fewer weights allowed than asked for; being stopped; see also [`ReachError`].
pub fn design(
    network: &Network,
    samples: Samples,
    size: usize,
    options: &DesignOptions,
    settings: Settings,
    control: &Control<'_>,
) -> Result<Design, ReachError> {
    let _span = tracing::info_span!("design").entered();
    let rules = Rules::of(network, options);
    let most = rules.most();
    if size > most {
        return Err(ReachError::TooFewWeights { asked: size, allowed: most });
    }
    match JacobianMatroid::new(network, samples, settings.seed, control) {
        Ok(mut matroid) => {
            // Where no number of trials gives a bound, a second one is a second look.
            let hopeless = matroid.chance().is_hopeless();
            let trials = if hopeless { 2 } else { matroid.trials_for_one(settings.error_log2 - 2)? };
            matroid.extend_in_parallel(trials, control)?;
            Ok(Moderate { matroid, rules, size, settings, control }.design(options.alternatives)?)
        }
        Err(error) if error.is_too_large() && !network.is_analytic() => {
            let alternatives = options.alternatives;
            Large { network, samples, size, rules: &rules, alternatives, settings, control }.design()
        }
        Err(error) => Err(error),
    }
}

/// Which weights may be chosen, and how many of each row.
struct Rules {
    ground: Allocation,
    /// The row of each weight, counted over all tensors: that of its first entry.
    rows: Vec<usize>,
    cap: usize,
}

impl Rules {
    fn of(network: &Network, options: &DesignOptions) -> Self {
        let n = network.weights();
        let inside = options.within.clone().unwrap_or_else(|| Allocation::all(n));
        let ground = options.avoid.as_ref().map_or(inside.clone(), |avoid| inside.difference(avoid));
        let layout = network.layout();
        let row = |weight: usize| {
            let weight = layout.weight(weight);
            let before = layout.tensors().iter().take_while(|tensor| *tensor != weight.tensor);
            before.map(|tensor| tensor.rows).sum::<usize>() + weight.row
        };
        Rules { ground, rows: (0..n).map(row).collect(), cap: options.per_row.unwrap_or(usize::MAX) }
    }

    /// How many of these weights each row has.
    fn counts(&self, weights: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut counts = vec![0; self.rows.iter().max().map_or(0, |r| r + 1)];
        weights.for_each(|w| counts[self.rows[w]] += 1);
        counts
    }

    /// How many of these weights may be chosen at the most.
    fn most_of(&self, weights: impl Iterator<Item = usize>) -> usize {
        self.counts(weights).into_iter().map(|c| c.min(self.cap)).sum()
    }

    fn most(&self) -> usize {
        self.most_of(self.ground.iter())
    }

    /// Fills up with the first weights that are allowed.
    fn fill(&self, chosen: &mut Allocation, size: usize) {
        let mut counts = self.counts(chosen.iter());
        let mut missing = size - chosen.size();
        for weight in self.ground.iter() {
            if missing == 0 {
                return;
            }
            let row = self.rows[weight];
            if !chosen.contains(weight) && counts[row] < self.cap {
                chosen.insert(weight);
                counts[row] += 1;
                missing -= 1;
            }
        }
    }
}

/// A network whose Jacobian is known.
struct Moderate<'a> {
    matroid: JacobianMatroid,
    rules: Rules,
    size: usize,
    settings: Settings,
    control: &'a Control<'a>,
}

impl Moderate<'_> {
    fn design(&self, alternatives: usize) -> Result<Design, Stopped> {
        let network = self.matroid.network();
        let mut found: Vec<Allocation> = Vec::new();
        let mut bound = None;
        for order in self.orders(alternatives) {
            let (mut chosen, stuck) = self.largest(&order)?;
            bound = bound.or(stuck);
            self.rules.fill(&mut chosen, self.size);
            if !found.contains(&chosen) {
                found.push(chosen);
            }
        }
        let best = found.iter().map(|a| self.matroid.rank(a)).max().unwrap_or(0);
        found.retain(|a| self.matroid.rank(a) == best);
        let allocation = found.first().cloned().unwrap_or_else(|| Allocation::none(network.weights()));
        if found.len() <= alternatives {
            self.exchanges(&allocation, alternatives, &mut found)?;
        }
        let (dim, teacher) = (self.matroid.dim(&allocation), self.matroid.teacher());
        let (optimal, evidence) = self.reason(dim, teacher, bound);
        let ground = optimal == Optimal::Ground;
        let obstructions = if ground { self.matroid.obstructions(&self.rules.ground) } else { Vec::new() };
        Ok(Design {
            network: network.clone(),
            samples: self.matroid.samples(),
            allocation,
            dim,
            teacher: Some(teacher),
            teacher_at_least: teacher.value,
            lower: self.matroid.lower_evidence(),
            optimal,
            obstructions,
            evidence,
            alternatives: found.into_iter().skip(1).take(alternatives).collect(),
            settings: self.settings,
        })
    }

    /// Orders to take weights in: as they stand, each tensor first, and shuffled.
    fn orders(&self, alternatives: usize) -> Vec<Vec<usize>> {
        let ground: Vec<usize> = self.rules.ground.iter().collect();
        let layout = self.matroid.network().layout();
        let mut orders = vec![ground.clone()];
        if layout.tensors().len() > 1 {
            for tensor in layout.tensors() {
                let (inside, outside): (Vec<usize>, Vec<usize>) =
                    ground.iter().partition(|w| layout.weight(**w).tensor == tensor);
                orders.push([inside, outside].concat());
            }
        }
        orders.truncate(1 + alternatives);
        let mut random = generator(self.settings.seed, Stream::Designs, 0);
        while orders.len() < 1 + alternatives {
            let mut order = ground.clone();
            shuffle(&mut order, || random.next_u64());
            orders.push(order);
        }
        orders
    }

    fn trial(&self) -> Option<&Trial> {
        self.matroid.trials().iter().max_by_key(|t| t.rows.rows())
    }

    /// A largest independent set of at most `size` weights that obeys the rules, and if it is smaller than that: the bound
    /// by a split, where one is known.
    fn largest(&self, order: &[usize]) -> Result<(Allocation, Option<Split>), Stopped> {
        let mut chosen = Allocation::none(self.rules.rows.len());
        let Some(trial) = self.trial() else {
            return Ok((chosen, None));
        };
        let height = trial.rows.rows();
        let mut counts = self.rules.counts(std::iter::empty());
        let mut space = RowSpace::new(trial.field, height);
        for &weight in order {
            if space.rank() == self.size.min(height) {
                break;
            }
            self.control.check()?;
            let row = self.rules.rows[weight];
            if counts[row] < self.rules.cap && space.insert((0..height).map(|r| trial.rows[(r, weight)]).collect()) {
                chosen.insert(weight);
                counts[row] += 1;
            }
        }
        let products = height.saturating_mul(order.len()).saturating_mul(chosen.size());
        if self.rules.cap == usize::MAX || products > MOST_PRODUCTS {
            return Ok((chosen, None));
        }
        while chosen.size() < self.size.min(height) {
            match augment(trial, order, &self.rules, &chosen, self.control)? {
                Augmented::Larger(larger) => chosen = larger,
                Augmented::Stuck(split) => return Ok((chosen, Some(split))),
            }
        }
        Ok((chosen, None))
    }

    /// More allocations of the same dimension, each with one weight exchanged.
    fn exchanges(&self, allocation: &Allocation, most: usize, found: &mut Vec<Allocation>) -> Result<(), Stopped> {
        let dim = self.matroid.rank(allocation);
        let mut counts = self.rules.counts(allocation.iter());
        let mut tries = 0;
        for out in allocation.iter() {
            counts[self.rules.rows[out]] -= 1;
            for new in self.rules.ground.difference(allocation).iter() {
                if found.len() > most || tries > 50 * most + 50 {
                    return Ok(());
                }
                self.control.check()?;
                let other = allocation.clone().without(out).with(new);
                let allowed = counts[self.rules.rows[new]] < self.rules.cap;
                tries += usize::from(allowed);
                if allowed && self.matroid.rank(&other) == dim && !found.contains(&other) {
                    found.push(other);
                    // One new weight for each that is taken out, so that they differ.
                    break;
                }
            }
            counts[self.rules.rows[out]] += 1;
        }
        Ok(())
    }

    fn reason(&self, dim: Dimension, teacher: Dimension, split: Option<Split>) -> (Optimal, Evidence) {
        if dim.value == self.size {
            return (Optimal::EveryWeight, Evidence::Proved);
        }
        if dim.value == teacher.value {
            return (Optimal::Spans, teacher.evidence);
        }
        let ground = self.matroid.dim(&self.rules.ground);
        if dim.value == ground.value {
            return (Optimal::Ground, ground.evidence);
        }
        if let Some(split) = split {
            let part = self.matroid.dim(&split.part);
            if part.value + split.chosen == dim.value {
                return (Optimal::Split { dim: part.value, chosen: split.chosen }, part.evidence);
            }
        }
        (Optimal::AtMost(ground.value.min(self.size)), ground.evidence)
    }
}

/// Fisher and Yates' shuffle.
fn shuffle(order: &mut [usize], mut random: impl FnMut() -> u64) {
    for last in (1..order.len()).rev() {
        order.swap(last, (random() % (last as u64 + 1)) as usize);
    }
}
