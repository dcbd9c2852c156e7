//! The law of a network: the cyclic flats of its Jacobian matroid, the complete list of reasons why weights are redundant.
//!
//! A set is *cyclic* if it is a union of circuits. The cyclic flats Z with their ranks determine a matroid,
//! ρ(A) = min over Z of (ρ(Z) + |A ∖ Z|), the empty set (or the loops) among them. A matroid that falls into connected
//! components is their sum, so a [`Law`] has one such minimum for each component.
//!
//! The list is complete if the sum of the formula over all sets equals the sum of the ranks at one random point: each rank
//! there is at most the true one, which is at most the formula's value where the ranks of the flats are right. So the law
//! is as sure as the ranks of the flats, of which there is one for each orbit under symmetry, see [`Complete`].

mod axioms;
mod family;
mod finder;
mod formula;
mod ground;
mod obstruction;
mod proof;
mod search;

use std::collections::BTreeSet;

use rug::Integer;

use super::count::Table;
use super::symmetry::{Group, MOST_POINTS};
use super::{Dimension, Evidence, JacobianMatroid, ReachError, Settings};
use crate::allocation::{Allocation, Pattern, describe_all, patterns, shapes};
use crate::control::{Control, Stopped};
use crate::network::{Network, Samples};

use finder::{Finder, Found};

pub use family::{Affine, Disagreement, Family, Fit, Member, Numbers, Term, feature_names};
pub use obstruction::{Exchange, Obstruction};

/// Lists of more flats than this are not tested against the axioms.
const MOST_TESTED: usize = 128;
/// A search starts anew at so many points before it gives up.
const MOST_POINTS_TRIED: usize = 4;

/// What a law is about, besides network and samples.
#[derive(Clone, Debug)]
pub struct LawOptions {
    /// Only allocations inside these weights; nothing means all.
    pub within: Option<Allocation>,
    /// Stop when there are more flats than this.
    pub most_flats: usize,
}

impl Default for LawOptions {
    /// All weights, at most 20,000 flats.
    fn default() -> Self {
        LawOptions { within: None, most_flats: 20_000 }
    }
}

/// How the list of flats is known to be complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complete {
    /// The sums over all allocations are equal, and the rank of every flat is proved.
    Proved,
    /// The sums are equal; some flat's rank is known from random points, with a bound on the error.
    Bounded,
    /// The search was stopped: the formula is an upper bound, which may be too large for some allocations.
    Open(Stopped),
}

impl Complete {
    /// What stopped the search, if anything did, in words.
    pub fn limit(self) -> Option<String> {
        match self {
            Complete::Proved | Complete::Bounded => None,
            Complete::Open(Stopped::Time) => Some("the time limit".to_owned()),
            Complete::Open(Stopped::Asked) => Some("an interruption".to_owned()),
            Complete::Open(limit) => Some(limit.to_string()),
        }
    }
}

/// Orbits of flats of one size and dimension that have a description in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// In words: `a row of W1 with a column of W2`.
    pub description: String,
    /// The patterns that the words are of; none where one flat stands for those alike.
    pub patterns: Vec<Pattern>,
    /// Their size.
    pub size: usize,
    /// Their dimension.
    pub dim: usize,
    /// The orbits, by their places in [`Law::flats`].
    pub flats: Vec<usize>,
    /// How many flats there are.
    pub number: usize,
}

/// An orbit of cyclic flats, each inside one connected component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flat {
    /// The first of them in canonical order.
    pub weights: Allocation,
    /// Its dimension, and how it is known not to be larger.
    pub dim: Dimension,
    /// All that symmetries make of it, this one included, in canonical order.
    pub images: Vec<Allocation>,
}

/// The dimensions of all allocations in one formula.
#[derive(Clone, Debug)]
pub struct Law {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The weights that the allocations lie in.
    pub within: Allocation,
    /// The dimension of all of these; of all weights, the teacher's.
    pub dim: Dimension,
    /// The weights that add no dimension to any allocation: the bottom flat.
    pub loops: Allocation,
    /// Its dimension, 0.
    pub bottom: Dimension,
    /// The weights that add a dimension to every allocation without them.
    pub coloops: Allocation,
    /// The connected components of more than one weight.
    pub components: Vec<Allocation>,
    /// The cyclic flats inside one component, the empty one left out, smallest first.
    pub flats: Vec<Flat>,
    /// Whether these are all; see also [`Law::complete`].
    stopped: Option<Stopped>,
    /// Whether a short list was tested against the axioms of cyclic flats.
    pub tested: bool,
    /// All allocations by size and dimension, unless the search was stopped.
    pub table: Option<Table>,
    /// What was computed with.
    pub settings: Settings,
    /// How many random points agreed.
    pub trials: usize,
    /// The number of symmetries used.
    pub symmetries: u64,
}

impl Law {
    /// How the list is known to be complete.
    pub fn complete(&self) -> Complete {
        match self.stopped {
            Some(limit) => Complete::Open(limit),
            None if self.evidence() == Evidence::Proved => Complete::Proved,
            None => Complete::Bounded,
        }
    }

    /// The law, if it is known to be complete.
    ///
    /// # Errors
    /// [`ReachError::StoppedLaw`].
    pub fn whole(self) -> Result<Self, ReachError> {
        let Some(limit) = self.complete().limit() else {
            return Ok(self);
        };
        let network = self.network.to_string();
        Err(ReachError::StoppedLaw { network, limit, mend: "give more time, or ask about a smaller network" })
    }

    /// How the ranks of all flats together are known, so that no value of the formula is too small.
    pub fn evidence(&self) -> Evidence {
        Evidence::all(self.flats.iter().map(|flat| flat.dim.evidence).chain([self.bottom.evidence]))
    }

    /// The flats in words: orbits are put together where that takes fewer words than telling them apart.
    pub fn kinds(&self) -> Vec<Kind> {
        let layout = self.network.layout();
        let of = |flat: &Flat| -> BTreeSet<_> { flat.images.iter().map(|z| shapes(layout, z)).collect() };
        let shapes: Vec<BTreeSet<_>> = self.flats.iter().map(of).collect();
        let mut kinds: Vec<Kind> = Vec::new();
        let mut left: Vec<usize> = (0..self.flats.len()).collect();
        while let Some(first) = left.first().copied() {
            let flat = &self.flats[first];
            let alike = |other: usize| {
                let o = &self.flats[other];
                (o.weights.size(), o.dim.value) == (flat.weights.size(), flat.dim.value)
                    && !shapes[other].is_disjoint(&shapes[first])
            };
            let together: Vec<usize> = left.iter().copied().filter(|f| alike(*f)).collect();
            let images = |flats: &[usize]| -> Vec<Allocation> {
                flats.iter().flat_map(|f| self.flats[*f].images.clone()).collect()
            };
            let named = together.len() > 1 && patterns(layout, &images(&together)).is_some();
            let flats = if named { together } else { vec![first] };
            let images = images(&flats);
            left.retain(|f| !flats.contains(f));
            let (description, number) = (describe_all(layout, &images), images.len());
            let patterns = patterns(layout, &images).unwrap_or_default();
            kinds.push(Kind { description, patterns, size: flat.weights.size(), dim: flat.dim.value, flats, number });
        }
        kinds
    }

    /// The number of all cyclic flats, the bottom one and unions over components included.
    pub fn number(&self) -> Integer {
        let inside = |component: &Allocation| self.images().filter(|(z, _)| z.is_subset(component)).count();
        self.components.iter().map(|component| Integer::from(inside(component) + 1)).product()
    }

    /// All flats of all orbits, with their dimensions.
    pub fn images(&self) -> impl Iterator<Item = (&Allocation, usize)> {
        self.flats.iter().flat_map(|flat| flat.images.iter().map(|image| (image, flat.dim.value)))
    }

    /// The formula's value for an allocation inside the weights: its dimension, if the list is complete.
    pub fn value(&self, allocation: &Allocation) -> usize {
        let free = allocation.intersection(&self.coloops).size();
        free + self.components.iter().map(|component| self.value_inside(component, allocation)).sum::<usize>()
    }

    fn value_inside(&self, component: &Allocation, allocation: &Allocation) -> usize {
        let part = allocation.intersection(component);
        let values = self.images().filter(|(z, _)| z.is_subset(component));
        values.map(|(z, dim)| dim + part.difference(z).size()).min().unwrap_or(usize::MAX).min(part.size())
    }

    /// The flats that say why an allocation has no more dimensions than it has, though it has more weights: those at which
    /// the formula takes its value. Places of orbits, and the images.
    pub fn tight(&self, allocation: &Allocation) -> Vec<(&Flat, &Allocation)> {
        let mut tight = Vec::new();
        for component in &self.components {
            let (value, part) = (self.value_inside(component, allocation), allocation.intersection(component));
            for flat in &self.flats {
                let images = flat.images.iter().filter(|z| z.is_subset(component));
                let images =
                    images.filter(|z| flat.dim.value + part.difference(z).size() == value && value < part.size());
                tight.extend(images.map(|z| (flat, z)));
            }
        }
        tight
    }
}

/// Looks for the law of a network.
///
/// # Errors
/// More than [`MOST_POINTS`] weights; see also [`ReachError`]. Being stopped, by a limit of flats or steps too, is no error: the law
/// says it.
pub fn law(
    network: &Network,
    samples: Samples,
    options: &LawOptions,
    settings: Settings,
    control: &Control<'_>,
) -> Result<Law, ReachError> {
    let _span = tracing::info_span!("law").entered();
    let within = options.within.clone().unwrap_or_else(|| Allocation::all(network.weights()));
    // Points take less than a minute each, and what is known of a law that was stopped rests on them: they are not stopped.
    let free = Control::unlimited();
    let mut matroid = JacobianMatroid::new(network, samples, settings.seed, &free)?;
    let group = Group::acting_on(&within, &network.symmetries(samples));
    let group = group.ok_or(ReachError::TooManyWeights { weights: within.size(), limit: MOST_POINTS })?;
    let finder = Finder { within, group, options, settings, control };
    let mut at = 0;
    for _ in 0..MOST_POINTS_TRIED {
        matroid.extend_to(at + 1, &free)?;
        match finder.at(&mut matroid, at)? {
            Found::Law(law) => return Ok(*law),
            Found::Larger(trial) => at = trial,
        }
    }
    Err(ReachError::Disagreement)
}

#[cfg(test)]
mod tests;
