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

use rand_chacha::rand_core::RngCore;

use crate::algebra::{Matrix, RowSpace};
use crate::allocation::Allocation;
use crate::network::{Network, Probe, Samples};
use crate::number::{Field, PrimeField, Ring, Stream, generator, random_prime};

use super::matroid::Trial;
use super::{Dimension, Evidence, JacobianMatroid, Obstruction, ReachError, Reason, Settings, wide};

/// Augmenting paths are looked for only where one costs at most so many products.
const MOST_PRODUCTS: usize = 1 << 32;
/// The most entries of a part of a Jacobian.
const MOST_ENTRIES: usize = 1 << 26;
/// A part of a Jacobian has so many rows and columns more than are needed.
const SLACK: usize = 24;

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
    /// A proved lower bound of the teacher's dimension.
    pub teacher_at_least: usize,
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
/// Fewer weights allowed than asked for; see also [`ReachError`].
pub fn design(
    network: &Network,
    samples: Samples,
    size: usize,
    options: &DesignOptions,
    settings: Settings,
) -> Result<Design, ReachError> {
    let rules = Rules::of(network, options);
    let most = rules.most();
    if size > most {
        return Err(ReachError::TooFewWeights { asked: size, allowed: most });
    }
    match JacobianMatroid::new(network, samples, settings.seed) {
        Ok(mut matroid) => {
            // Where no number of trials gives a bound, a second one is a second look.
            let hopeless = matroid.chance().is_hopeless();
            let trials = if hopeless { 2 } else { matroid.trials_for_one(settings.error_log2 - 2)? };
            matroid.extend_in_parallel(trials);
            Ok(Moderate { matroid, rules, size, settings }.design(options.alternatives))
        }
        Err(error) if error.is_limit() && !network.is_analytic() => {
            large(network, samples, size, &rules, options.alternatives, settings)
        }
        Err(error) => Err(error),
    }
}

/// Which weights may be chosen, and how many of each row.
struct Rules {
    ground: Allocation,
    /// The row of each weight, counted over all tensors.
    rows: Vec<usize>,
    cap: usize,
}

impl Rules {
    fn of(network: &Network, options: &DesignOptions) -> Self {
        let n = network.weights();
        let inside = options.within.clone().unwrap_or_else(|| Allocation::all(n));
        let ground = options.avoid.as_ref().map_or(inside.clone(), |avoid| inside.difference(avoid));
        let mut rows = Vec::with_capacity(n);
        let mut first = 0;
        for tensor in network.layout().tensors() {
            rows.extend((0..tensor.size()).map(|cell| first + cell / tensor.columns));
            first += tensor.rows;
        }
        Rules { ground, rows, cap: options.per_row.unwrap_or(usize::MAX) }
    }

    /// How many of these weights each row has.
    fn counts(&self, weights: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut counts = vec![0; self.rows.last().map_or(0, |r| r + 1)];
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
struct Moderate {
    matroid: JacobianMatroid,
    rules: Rules,
    size: usize,
    settings: Settings,
}

impl Moderate {
    fn design(&self, alternatives: usize) -> Design {
        let network = self.matroid.network();
        let mut found: Vec<Allocation> = Vec::new();
        let mut bound = None;
        for order in self.orders(alternatives) {
            let (mut chosen, stuck) = self.largest(&order);
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
            self.exchanges(&allocation, alternatives, &mut found);
        }
        let (dim, teacher) = (self.matroid.dim(&allocation), self.matroid.teacher());
        let (optimal, evidence) = self.reason(dim, teacher, bound);
        let ground = optimal == Optimal::Ground;
        let obstructions = if ground { self.matroid.obstructions(&self.rules.ground) } else { Vec::new() };
        Design {
            network: network.clone(),
            samples: self.matroid.samples(),
            allocation,
            dim,
            teacher: Some(teacher),
            teacher_at_least: teacher.value,
            optimal,
            obstructions,
            evidence,
            alternatives: found.into_iter().skip(1).take(alternatives).collect(),
            settings: self.settings,
        }
    }

    /// Orders to take weights in: as they stand, each tensor first, and shuffled.
    fn orders(&self, alternatives: usize) -> Vec<Vec<usize>> {
        let ground: Vec<usize> = self.rules.ground.iter().collect();
        let layout = self.matroid.network().layout();
        let mut orders = vec![ground.clone()];
        if layout.tensors().len() > 1 {
            for tensor in layout.tensors() {
                let (inside, outside): (Vec<usize>, Vec<usize>) =
                    ground.iter().partition(|w| tensor.positions().contains(*w));
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
    fn largest(&self, order: &[usize]) -> (Allocation, Option<Split>) {
        let mut chosen = Allocation::none(self.rules.rows.len());
        let Some(trial) = self.trial() else {
            return (chosen, None);
        };
        let height = trial.rows.rows();
        let mut counts = self.rules.counts(std::iter::empty());
        let mut space = RowSpace::new(trial.field, height);
        for &weight in order {
            if space.rank() == self.size.min(height) {
                break;
            }
            let row = self.rules.rows[weight];
            if counts[row] < self.rules.cap && space.insert((0..height).map(|r| trial.rows[(r, weight)]).collect()) {
                chosen.insert(weight);
                counts[row] += 1;
            }
        }
        let products = height.saturating_mul(order.len()).saturating_mul(chosen.size());
        if self.rules.cap == usize::MAX || products > MOST_PRODUCTS {
            return (chosen, None);
        }
        while chosen.size() < self.size.min(height) {
            match augment(trial, order, &self.rules, &chosen) {
                Ok(larger) => chosen = larger,
                Err(split) => return (chosen, Some(split)),
            }
        }
        (chosen, None)
    }

    /// More allocations of the same dimension, each with one weight exchanged.
    fn exchanges(&self, allocation: &Allocation, most: usize, found: &mut Vec<Allocation>) {
        let dim = self.matroid.rank(allocation);
        let mut counts = self.rules.counts(allocation.iter());
        let mut tries = 0;
        for out in allocation.iter() {
            counts[self.rules.rows[out]] -= 1;
            for new in self.rules.ground.difference(allocation).iter() {
                if found.len() > most || tries > 50 * most + 50 {
                    return;
                }
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

/// Weights whose dimension, with how many of the others may be chosen, bounds the dimension of all.
struct Split {
    part: Allocation,
    chosen: usize,
}

/// A common independent set with one weight more, by a shortest augmenting path; or the split that shows that there is
/// none. Costs height × weights × |chosen| products.
fn augment(trial: &Trial, order: &[usize], rules: &Rules, chosen: &Allocation) -> Result<Allocation, Split> {
    let tableau = Tableau::of(trial, chosen);
    let counts = rules.counts(chosen.iter());
    let free = |w: usize| counts[rules.rows[w]] < rules.cap;
    let outside: Vec<usize> = order.iter().copied().filter(|w| !chosen.contains(*w)).collect();
    let mut before: Vec<Option<Option<usize>>> = vec![None; chosen.weights()];
    let mut queue = std::collections::VecDeque::new();
    for &w in outside.iter().filter(|w| tableau.is_independent(**w)) {
        before[w] = Some(None);
        queue.push_back(w);
    }
    while let Some(at) = queue.pop_front() {
        if !chosen.contains(at) && free(at) {
            let (mut larger, mut on) = (chosen.clone(), Some(at));
            while let Some(weight) = on {
                if larger.contains(weight) {
                    larger.remove(weight)
                } else {
                    larger.insert(weight)
                }
                on = before[weight].flatten();
            }
            return Ok(larger);
        }
        // A chosen weight leads to those that may take its place among dimensions; another to the chosen ones of its row.
        let next: Vec<usize> = if chosen.contains(at) {
            outside.iter().copied().filter(|w| tableau.exchanges(at, *w)).collect()
        } else {
            chosen.iter().filter(|w| rules.rows[*w] == rules.rows[at]).collect()
        };
        for w in next {
            if before[w].is_none() {
                before[w] = Some(Some(at));
                queue.push_back(w);
            }
        }
    }
    let reached = |w: &usize| before[*w].is_some();
    let part = Allocation::of(chosen.weights(), order.iter().copied().filter(|w| !reached(w)));
    Err(Split { part, chosen: rules.most_of(order.iter().copied().filter(reached)) })
}

/// All columns in terms of the chosen ones.
struct Tableau {
    field: PrimeField,
    /// In reduced echelon form with the chosen columns as pivots.
    rows: Matrix<u64>,
    /// The row of each chosen weight's pivot.
    pivots: Vec<Option<usize>>,
    /// The rows without a pivot.
    rest: Vec<usize>,
}

impl Tableau {
    fn of(trial: &Trial, chosen: &Allocation) -> Self {
        let (field, mut rows) = (trial.field, trial.rows.clone());
        let mut pivots = vec![None; chosen.weights()];
        let mut rest: Vec<usize> = (0..rows.rows()).collect();
        for weight in chosen.iter() {
            let Some(place) = rest.iter().position(|r| !field.is_zero(&rows[(*r, weight)])) else {
                continue;
            };
            let pivot = rest.swap_remove(place);
            let Some(inverse) = field.inverse(&rows[(pivot, weight)]) else {
                continue;
            };
            let scaled: Vec<u64> = rows.row(pivot).iter().map(|e| field.mul(e, &inverse)).collect();
            for row in 0..rows.rows() {
                let factor = field.neg(&rows[(row, weight)]);
                for (column, entry) in scaled.iter().enumerate() {
                    let value =
                        if row == pivot { *entry } else { field.add(&rows[(row, column)], &field.mul(&factor, entry)) };
                    rows[(row, column)] = value;
                }
            }
            pivots[weight] = Some(pivot);
        }
        Tableau { field, rows, pivots, rest }
    }

    /// Whether the chosen weights stay independent with this one more.
    fn is_independent(&self, weight: usize) -> bool {
        self.rest.iter().any(|r| !self.field.is_zero(&self.rows[(*r, weight)]))
    }

    /// Whether the chosen weights stay independent with `new` in place of `out`.
    fn exchanges(&self, out: usize, new: usize) -> bool {
        let inside = self.pivots[out].is_some_and(|r| !self.field.is_zero(&self.rows[(r, new)]));
        inside || self.is_independent(new)
    }
}

/// Fisher and Yates' shuffle.
fn shuffle(order: &mut [usize], mut random: impl FnMut() -> u64) {
    for last in (1..order.len()).rev() {
        order.swap(last, (random() % (last as u64 + 1)) as usize);
    }
}

/// From a part of the Jacobian: as many columns as are needed, at as few random inputs as can tell them apart.
fn large(
    network: &Network,
    samples: Samples,
    size: usize,
    rules: &Rules,
    alternatives: usize,
    settings: Settings,
) -> Result<Design, ReachError> {
    let labels = network.labels_per_input();
    let all_inputs = match network.probe_inputs(samples) {
        0 => 1,
        count => count,
    };
    let mut random = generator(settings.seed, Stream::Designs, 0);
    let mut order: Vec<usize> = rules.ground.iter().collect();
    shuffle(&mut order, || random.next_u64());
    let too_large = |entries: usize| ReachError::JacobianTooLarge {
        network: network.to_string(),
        samples: samples.to_string(),
        rows: (entries / network.weights().max(1)) as u64,
        columns: network.weights() as u64,
        limit: MOST_ENTRIES as u64,
    };
    if rules.cap == usize::MAX && network.is_polynomial() {
        let found = wide_choice(network, samples, size, &order, settings.seed)?;
        let chosen = Allocation::of(network.weights(), found.iter().copied().take(size));
        let spare = found.get(size).copied();
        return Ok(part_design(network, samples, size, rules, alternatives, settings, chosen, spare));
    }
    let (mut inputs, mut columns) = ((size + SLACK).div_ceil(labels).min(all_inputs), 2 * size + SLACK);
    loop {
        columns = columns.min(order.len());
        let (part, whole) = (inputs * labels * columns, labels * network.weights());
        if part.max(whole).max(inputs * network.input_size()) > MOST_ENTRIES {
            return Err(too_large(part.max(whole)));
        }
        let part = Part::evaluate(network, samples, inputs, &order[..columns], settings.seed);
        let (chosen, spare) = part.choose(&order[..columns], size, rules);
        let last = inputs == all_inputs && columns == order.len();
        if chosen.size() == size || last {
            return Ok(part_design(network, samples, size, rules, alternatives, settings, chosen, spare));
        }
        (inputs, columns) = ((2 * inputs).min(all_inputs), 2 * columns);
    }
}

/// One independent weight more than are wanted, or all that there are, from more and more of an order.
fn wide_choice(
    network: &Network,
    samples: Samples,
    size: usize,
    order: &[usize],
    seed: u64,
) -> Result<Vec<usize>, ReachError> {
    let mut columns = size + size / 8 + SLACK;
    loop {
        columns = columns.min(order.len());
        let found = wide::independent(network, samples, &order[..columns], size + 1, seed)?;
        if found.len() > size || columns == order.len() {
            return Ok(found);
        }
        columns += columns / 2;
    }
}

#[allow(clippy::too_many_arguments)]
fn part_design(
    network: &Network,
    samples: Samples,
    size: usize,
    rules: &Rules,
    alternatives: usize,
    settings: Settings,
    mut chosen: Allocation,
    spare: Option<usize>,
) -> Design {
    let rank = chosen.size();
    rules.fill(&mut chosen, size);
    let complete = rank == size;
    let (evidence, reason) =
        if complete { (Evidence::Proved, Reason::Size) } else { (Evidence::Open, Reason::RandomPoints) };
    // The weight that is independent of all chosen ones may take the place of any of them.
    let others = spare.filter(|_| rules.cap == usize::MAX).into_iter();
    let others = others.flat_map(|new| chosen.iter().map(move |out| (out, new)));
    let others = others.map(|(out, new)| chosen.clone().without(out).with(new)).take(alternatives).collect();
    let labels = network.labels_at(samples).and_then(|l| usize::try_from(l).ok()).unwrap_or(usize::MAX);
    Design {
        network: network.clone(),
        samples,
        allocation: chosen,
        dim: Dimension { value: rank, evidence, reason },
        teacher: None,
        teacher_at_least: rank + usize::from(spare.is_some()),
        optimal: if complete { Optimal::EveryWeight } else { Optimal::AtMost(size.min(labels)) },
        obstructions: Vec::new(),
        evidence: Evidence::Proved,
        alternatives: others,
        settings,
    }
}

/// Some columns of the Jacobian at some random inputs.
struct Part {
    field: PrimeField,
    /// A vector for each column.
    columns: Vec<Vec<u64>>,
}

impl Part {
    fn evaluate(network: &Network, samples: Samples, inputs: usize, columns: &[usize], seed: u64) -> Self {
        let mut random = generator(seed, Stream::Designs, 1);
        let field = random_prime(&mut random);
        let weights: Vec<u64> = (0..network.weights()).map(|_| field.random(&mut random)).collect();
        // Where all inputs are taken, the ones that see everything; otherwise random ones, which see as much as so few can.
        let given: Vec<Vec<u64>> = match network.probe(samples) {
            Probe::Fixed(fixed) if fixed.len() <= inputs => {
                fixed.iter().map(|x| x.iter().map(|e| field.integer(*e)).collect()).collect()
            }
            _ => (0..inputs).map(|_| (0..network.input_size()).map(|_| field.random(&mut random)).collect()).collect(),
        };
        let mut vectors = vec![Vec::with_capacity(inputs * network.labels_per_input()); columns.len()];
        for input in &given {
            let rows = network.jacobian_at(&field, &weights, input);
            for (vector, column) in vectors.iter_mut().zip(columns) {
                vector.extend((0..rows.rows()).map(|row| rows[(row, *column)]));
            }
        }
        Part { field, columns: vectors }
    }

    /// Independent columns in this order, at most `size` and as the rules allow; and one more that is independent of them.
    fn choose(&self, order: &[usize], size: usize, rules: &Rules) -> (Allocation, Option<usize>) {
        let mut chosen = Allocation::none(rules.rows.len());
        let mut counts = rules.counts(std::iter::empty());
        let mut space = RowSpace::new(self.field, self.columns.first().map_or(0, Vec::len));
        for (vector, &weight) in self.columns.iter().zip(order) {
            let full = space.rank() == size;
            let row = rules.rows[weight];
            if (full || counts[row] < rules.cap) && space.insert(vector.clone()) {
                if full {
                    return (chosen, Some(weight));
                }
                chosen.insert(weight);
                counts[row] += 1;
            }
        }
        (chosen, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_jacobian_gives_what_the_whole_gives() {
        let settings = Settings { seed: 3, error_log2: -100 };
        let networks = [
            (Network::lffn(&[6, 5, 4], false), Samples::Functional),
            (Network::lffn(&[6, 2, 4], false), Samples::Functional),
            (Network::lffn(&[6, 5, 4], false), Samples::Count(2)),
            (Network::pnn(&[4, 4, 2], 2, false), Samples::Functional),
            (Network::lrnn(1, 3, 1, 9, false), Samples::Functional),
        ];
        for (network, samples) in networks {
            let network = network.unwrap();
            let matroid = JacobianMatroid::new(&network, samples, 1).unwrap();
            for size in 0..=network.weights() {
                for cap in [None, Some(2)] {
                    let rules = Rules::of(&network, &DesignOptions { per_row: cap, ..DesignOptions::default() });
                    if size > rules.most() {
                        continue;
                    }
                    let found = large(&network, samples, size, &rules, 3, settings).unwrap();
                    assert_eq!((found.allocation.size(), matroid.rank(&found.allocation)), (size, found.dim.value));
                    assert!(rules.counts(found.allocation.iter()).into_iter().all(|c| c <= rules.cap));
                    assert!(found.teacher_at_least <= matroid.teacher_rank());
                    if cap.is_none() {
                        assert_eq!(found.dim.value, size.min(matroid.teacher_rank()), "{network} {size}");
                    }
                    assert!(found.alternatives.iter().all(|a| matroid.rank(a) == found.dim.value && a.size() == size));
                }
            }
        }
    }
}
