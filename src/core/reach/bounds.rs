//! Upper bounds of dimensions that have an algebraic reason.

use std::sync::{Arc, OnceLock};

use crate::algebra::RowSpace;
use crate::allocation::Allocation;
use crate::network::{KernelField, NamedBounds, Network, Probe, Samples};
use crate::number::{Degrees, PrimeField, Ring};

use super::point::ModularPoint;
use super::rank::Reason;

/// Kernel fields are used for proofs only while they have at most this many entries in all.
const MOST_FIELD_ENTRIES: u64 = 1 << 22;

/// Theorems are not asked about larger networks,
const MOST_WEIGHTS: usize = 1 << 16;
/// it is not looked up which labels depend on which weights where these are more pairs,
const MOST_PAIRS: usize = 1 << 18;
/// or where finding out costs more products,
const MOST_PRODUCTS: u64 = 1 << 26;
/// and combinations of kernel fields are not counted where there are more fields or frozen weights.
const MOST_COMBINED: usize = 256;

/// What bounds the dimensions of one network at so many labels from above.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    labels: usize,
    field: PrimeField,
    /// Kernel fields at one point: as many as are known to exist identically, possibly dependent.
    fields: Vec<KernelField<u64>>,
    teacher: (usize, Reason),
    /// How many of the fields are independent at the point.
    independent: usize,
    theory: Arc<Theory>,
}

/// What bounds by theorems and labels rest on: worked out when it is first needed, and shared by copies.
#[derive(Debug)]
struct Theory {
    network: Network,
    samples: Samples,
    named: OnceLock<Option<NamedBounds>>,
    /// By theorems, for all weights,
    teacher: OnceLock<Option<(usize, Reason)>>,
    /// and a bound of theirs that a rank meets, with the rank.
    met: OnceLock<(usize, Option<(usize, Reason)>)>,
    /// For each label, the weights that it depends on; nothing if that is too much to look up.
    labels: OnceLock<Option<Vec<Allocation>>>,
}

impl Bounds {
    /// Evaluates kernel fields at a point.
    pub(super) fn at(network: &Network, samples: Samples, labels: u64, point: &ModularPoint) -> Self {
        let mut bounds = Bounds::without_fields(network, samples, labels, point.field);
        let n = network.weights();
        if !Bounds::looks_at_fields(network) {
            return bounds;
        }
        bounds.fields = network.kernel_fields(&point.field, &point.weights, &point.inputs);
        bounds.independent = bounds.independent_fields(&Allocation::all(n));
        let free = n - bounds.independent;
        // Of equal bounds, that of kernel fields is the more elementary one.
        let elementary =
            if bounds.teacher.1 == Reason::Parts { free <= bounds.teacher.0 } else { free < bounds.teacher.0 };
        if elementary {
            bounds.teacher = (free, Reason::KernelFields);
        }
        bounds
    }

    /// Those that need no point: the numbers of labels and of weights, and theorems on the family.
    pub(super) fn without_fields(network: &Network, samples: Samples, labels: u64, field: PrimeField) -> Self {
        let n = network.weights();
        let labels = usize::try_from(labels).unwrap_or(usize::MAX);
        let mut teacher = if labels < n { (labels, Reason::Labels) } else { (n, Reason::Size) };
        if let Some(bound) = network.dimension_bound().and_then(|bound| usize::try_from(bound).ok())
            && bound < teacher.0
        {
            teacher = (bound, Reason::Parts);
        }
        let theory = Arc::new(Theory {
            network: network.clone(),
            samples,
            named: OnceLock::new(),
            teacher: OnceLock::new(),
            met: OnceLock::new(),
            labels: OnceLock::new(),
        });
        Bounds { labels, field, fields: Vec::new(), teacher, independent: 0, theory }
    }

    /// Whether there are kernel fields that were evaluated.
    pub(super) fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Whether kernel fields of this network are few enough to be looked at.
    pub(super) fn looks_at_fields(network: &Network) -> bool {
        network.kernel_field_entries() <= MOST_FIELD_ENTRIES
    }

    /// Of the teacher dimension, without theorems on sets: what the errors of random points are worked out with.
    pub(super) fn teacher(&self) -> (usize, Reason) {
        self.teacher
    }

    /// Of the teacher dimension, the smallest that has a reason; theorems are asked only if `rank`, which is known to be reached, is
    /// below the others.
    pub(super) fn of_teacher(&self, rank: usize) -> (usize, Reason) {
        if rank >= self.teacher.0 {
            return self.teacher;
        }
        let find = || {
            let all = Allocation::all(self.theory.network.weights());
            self.theory.named_of(&all, rank).or_else(|| self.theory.by_structure(&all, rank))
        };
        // It is asked again and again at one rank, and at others only when a further point shows more.
        let (asked, found) = *self.theory.met.get_or_init(|| (rank, find()));
        (if asked == rank { found } else { find() }).unwrap_or(self.teacher)
    }

    /// Of the dimension of an allocation, one that `rank`, which is known to be reached, meets, or else the smallest that is easily
    /// found. Kernel fields, and then theorems, are asked only if `rank` is below the others.
    pub(super) fn of(&self, allocation: &Allocation, rank: usize) -> (usize, Reason) {
        let simple = self.simple(allocation);
        if rank >= simple.0 {
            return simple;
        }
        let fields = (allocation.size() - self.independent_fields(allocation), Reason::KernelFields);
        let known = if fields.0 < simple.0 { fields } else { simple };
        if rank >= known.0 {
            return known;
        }
        let better = self.theory.by_theorems(allocation, rank).or_else(|| self.by_structure(allocation, rank));
        better.unwrap_or(known)
    }

    /// The smallest bound of a set that is known, where theorems and labels are looked at whatever is reached.
    pub(super) fn least(&self, allocation: &Allocation) -> usize {
        let (theory, elementary) = (&self.theory, self.of(allocation, 0).0);
        let named = theory.named();
        let theorems = named.and_then(|named| named.least(allocation)).map(|bound| bound.value);
        let labels = named.and_then(|named| named.labels(allocation));
        let teacher = theory.teacher().map(|(bound, _)| bound);
        [theorems, labels, teacher].into_iter().flatten().fold(elementary, usize::min)
    }

    /// Whether a set is known to have no more than so many dimensions, which it reaches: the reasons that cost least are looked
    /// at first.
    pub(super) fn prove(&self, allocation: &Allocation, rank: usize) -> bool {
        rank >= self.simple(allocation).0
            || self.theory.by_theorems(allocation, rank).is_some()
            || rank >= allocation.size() - self.independent_fields(allocation)
            || self.by_structure(allocation, rank).is_some()
    }

    /// From counting, and from the teacher's dimension.
    fn simple(&self, allocation: &Allocation) -> (usize, Reason) {
        let (teacher, teacher_reason) = self.teacher;
        let reason = match teacher_reason {
            Reason::Labels => Reason::Labels,
            _ if allocation.size() == allocation.weights() => teacher_reason,
            _ => Reason::Teacher,
        };
        let size = (allocation.size(), Reason::Size);
        let bounds = [size, (self.labels, Reason::Labels), (teacher, reason)];
        bounds.into_iter().min_by_key(|(bound, _)| *bound).unwrap_or(size)
    }

    /// A bound that `rank` meets, from which labels and which kernel fields have to do with which weights.
    fn by_structure(&self, allocation: &Allocation, rank: usize) -> Option<(usize, Reason)> {
        self.theory.by_structure(allocation, rank).or_else(|| {
            let free = self.by_combinations(allocation).filter(|free| *free <= rank)?;
            Some((free, Reason::KernelFields))
        })
    }

    /// How many of the kernel fields that move only these weights are independent.
    fn independent_fields(&self, allocation: &Allocation) -> usize {
        let mut space = RowSpace::new(self.field, allocation.weights());
        for field in self.fields.iter().filter(|f| f.support.is_subset(allocation)) {
            space.insert(field.direction.clone());
        }
        space.rank()
    }

    /// What combinations of kernel fields that move only these weights leave. Of r independent fields, they are as many as r less the
    /// rank of what the fields do to the other weights; that is at most the size of a largest matching of fields and other weights
    /// that they move.
    fn by_combinations(&self, allocation: &Allocation) -> Option<usize> {
        let outside: Vec<usize> = allocation.complement().iter().collect();
        if self.fields.len() > MOST_COMBINED || outside.len() > MOST_COMBINED {
            return None;
        }
        let moved =
            |field: &KernelField<u64>| (0..outside.len()).filter(|w| field.support.contains(outside[*w])).collect();
        let moved: Vec<Vec<usize>> = self.fields.iter().map(moved).collect();
        let combinations = self.independent.checked_sub(matching(&moved, outside.len()))?;
        allocation.size().checked_sub(combinations)
    }
}

impl Theory {
    fn named(&self) -> Option<&NamedBounds> {
        let find = || (self.network.weights() <= MOST_WEIGHTS).then(|| NamedBounds::new(&self.network, self.samples));
        self.named.get_or_init(find).as_ref()
    }

    /// The smallest bound of all weights.
    fn teacher(&self) -> Option<(usize, Reason)> {
        let least = || {
            let (named, all) = (self.named()?, Allocation::all(self.network.weights()));
            let labels = named.labels(&all).map(|labels| (labels, Reason::Labels));
            let theorem = named.least(&all).map(|bound| (bound.value, Reason::Named(bound.words)));
            labels.into_iter().chain(theorem).min_by_key(|(bound, _)| *bound)
        };
        *self.teacher.get_or_init(least)
    }

    /// A bound that `rank` meets, from theorems on the family.
    fn by_theorems(&self, allocation: &Allocation, rank: usize) -> Option<(usize, Reason)> {
        if let Some((teacher, reason)) = self.teacher().filter(|(bound, _)| *bound <= rank) {
            let is_all = allocation.size() == allocation.weights();
            return Some((teacher, if is_all { reason } else { Reason::Teacher }));
        }
        self.named_of(allocation, rank)
    }

    /// The same, of the set alone.
    fn named_of(&self, allocation: &Allocation, rank: usize) -> Option<(usize, Reason)> {
        let few = |bound: &usize| *bound <= rank;
        let named = self.named()?;
        if let Some(labels) = named.labels(allocation).filter(few) {
            return Some((labels, Reason::Labels));
        }
        named.at_most(allocation, rank).map(|bound| (bound.value, Reason::Named(bound.words)))
    }

    /// A bound that `rank` meets, from the labels that depend on the set.
    fn by_structure(&self, allocation: &Allocation, rank: usize) -> Option<(usize, Reason)> {
        self.labels_of(allocation).filter(|labels| *labels <= rank).map(|labels| (labels, Reason::Labels))
    }

    /// How many labels depend on a set.
    fn labels_of(&self, allocation: &Allocation) -> Option<usize> {
        let labels = self.labels.get_or_init(|| self.supports()).as_ref()?;
        Some(labels.iter().filter(|weights| !weights.intersection(allocation).is_empty()).count())
    }

    /// The weights that each label depends on, for generic weights and inputs: where the Jacobian is not zero identically. Degrees
    /// may take a sum for more than zero that is none, so that the sets may be too large.
    fn supports(&self) -> Option<Vec<Allocation>> {
        let (network, n) = (&self.network, self.network.weights());
        let inputs = network.probe_inputs(self.samples);
        let pairs = inputs.checked_mul(network.labels_per_input())?.checked_mul(n)?;
        let products = network.jacobian_products().saturating_mul(inputs as u64);
        if !network.is_polynomial() || pairs > MOST_PAIRS || products > MOST_PRODUCTS {
            return None;
        }
        let inputs: Vec<Vec<Option<u64>>> = match network.probe(self.samples) {
            Probe::Generic(count) => vec![vec![Some(0); network.input_size()]; count],
            Probe::Fixed(inputs) => {
                inputs.iter().map(|input| input.iter().map(|entry| Degrees.integer(*entry)).collect()).collect()
            }
        };
        let jacobian = network.jacobian(&Degrees, &vec![Some(1); n], &inputs);
        let row = |r: usize| Allocation::of(n, (0..n).filter(|w| jacobian[(r, *w)].is_some()));
        Some((0..jacobian.rows()).map(row).collect())
    }
}

/// The size of a largest matching: each of some is matched with at most one of the numbers that it lists, below `others`, and each
/// number with at most one.
fn matching(lists: &[Vec<usize>], others: usize) -> usize {
    let mut partner: Vec<Option<usize>> = vec![None; others];
    let matched = |one: usize, partner: &mut Vec<Option<usize>>| augment(lists, one, partner, &mut vec![false; others]);
    (0..lists.len()).filter(|one| matched(*one, &mut partner)).count()
}

/// Whether one more can be matched, perhaps by matching others anew; numbers that were tried are not tried again.
fn augment(lists: &[Vec<usize>], one: usize, partner: &mut Vec<Option<usize>>, tried: &mut Vec<bool>) -> bool {
    for &other in &lists[one] {
        if std::mem::replace(&mut tried[other], true) {
            continue;
        }
        let is_free = match partner[other] {
            None => true,
            Some(matched) => augment(lists, matched, partner, tried),
        };
        if is_free {
            partner[other] = Some(one);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
