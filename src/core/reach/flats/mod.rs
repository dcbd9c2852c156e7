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
mod formula;
mod ground;
mod obstruction;
mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rug::Integer;

use super::count::Table;
use super::fold::folds;
use super::matroid::Trial;
use super::symmetry::{Group, MOST_POINTS, Set};
use super::{Dimension, Evidence, JacobianMatroid, ReachError, Settings};
use crate::allocation::{Allocation, Pattern, describe_all, patterns, shapes};
use crate::network::{Network, Samples};
use crate::number::{Stream, generator};

use ground::{Ground, Watch};
use search::Search;

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
    /// Stop after so long.
    pub time_limit: Option<Duration>,
    /// Stop when there are more flats than this.
    pub most_flats: usize,
}

impl Default for LawOptions {
    /// All weights, no time limit, at most 20,000 flats.
    fn default() -> Self {
        LawOptions { within: None, time_limit: None, most_flats: 20_000 }
    }
}

/// What stopped a search before its list was known to be complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The time limit.
    Time,
    /// A stop from outside.
    Interrupted,
    /// There are more flats than this.
    Flats(usize),
    /// A sum over all allocations would take too long.
    Steps,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::Time => write!(f, "the time limit"),
            Limit::Interrupted => write!(f, "an interruption"),
            Limit::Flats(most) => write!(f, "the limit of {most} cyclic flats"),
            Limit::Steps => write!(f, "the limit of steps for a sum over all allocations"),
        }
    }
}

/// How the list of flats is known to be complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complete {
    /// The sums over all allocations are equal, and the rank of every flat is proved.
    Proved,
    /// The sums are equal; some flat's rank is known from random points, with a bound on the error.
    Counted,
    /// The search was stopped: the formula is an upper bound, which may be too large for some allocations.
    Likely(Limit),
}

impl Complete {
    /// `proved`, `counted` or `likely`.
    pub fn name(self) -> &'static str {
        match self {
            Complete::Proved => "proved",
            Complete::Counted => "counted",
            Complete::Likely(_) => "likely",
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
    stopped: Option<Limit>,
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
            Some(limit) => Complete::Likely(limit),
            None if self.evidence() == Evidence::Proved => Complete::Proved,
            None => Complete::Counted,
        }
    }

    /// The law, if it is known to be complete.
    ///
    /// # Errors
    /// [`ReachError::StoppedLaw`].
    pub fn whole(self) -> Result<Self, ReachError> {
        let Some(limit) = self.stopped else {
            return Ok(self);
        };
        let (network, limit) = (self.network.to_string(), limit.to_string());
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

/// Looks for the law of a network, until `stop` is set.
///
/// # Errors
/// More than [`MOST_POINTS`] weights; see also [`ReachError`]. A limit of time, flats or steps is no error: the law says that
/// it was stopped.
pub fn law(
    network: &Network,
    samples: Samples,
    options: &LawOptions,
    settings: Settings,
    stop: &AtomicBool,
) -> Result<Law, ReachError> {
    let within = options.within.clone().unwrap_or_else(|| Allocation::all(network.weights()));
    let mut matroid = JacobianMatroid::new(network, samples, settings.seed)?;
    let group = Group::acting_on(&within, &network.symmetries(samples));
    let group = group.ok_or(ReachError::TooManyWeights { weights: within.size(), limit: MOST_POINTS })?;
    let deadline = options.time_limit.and_then(|limit| Instant::now().checked_add(limit));
    let finder = Finder { within, group, options, settings, watch: Watch { deadline, stop } };
    let mut at = 0;
    for _ in 0..MOST_POINTS_TRIED {
        matroid.extend_to(at + 1);
        match finder.at(&mut matroid, at)? {
            Found::Law(law) => return Ok(*law),
            Found::Larger(trial) => at = trial,
        }
    }
    Err(ReachError::Disagreement)
}

struct Finder<'a> {
    within: Allocation,
    group: Group,
    options: &'a LawOptions,
    settings: Settings,
    watch: Watch<'a>,
}

enum Found {
    Law(Box<Law>),
    /// This trial shows a larger rank of some flat.
    Larger(usize),
}

impl Finder<'_> {
    /// The law as one trial shows it, its ranks held against fresh trials.
    fn at(&self, matroid: &mut JacobianMatroid, trial: usize) -> Result<Found, ReachError> {
        // An analytic network may have no point where one was looked for.
        let ground = self.ground(matroid.trials().get(trial).ok_or(ReachError::Disagreement)?);
        let list = self.list(&ground, matroid);
        let Listed { components, flats, table, stopped } = list;
        let orbits = self.orbits(&flats);
        let fresh = self.fresh(matroid, &orbits)?;
        matroid.extend_to(trial + 1 + fresh);
        let single: Vec<Set> = components.iter().copied().filter(|c| c.count_ones() == 1).collect();
        let (loops, coloops): (Vec<Set>, Vec<Set>) = single.into_iter().partition(|point| ground.rank(*point) == 0);
        let together = |sets: Vec<Set>| self.group.allocation(sets.into_iter().fold(0, |a, b| a | b));
        let (loops, coloops) = (together(loops), together(coloops));
        let larger = |set: &Allocation, dim: usize| matroid.trials().iter().position(|t| t.rank(set) > dim);
        let mut listed = Vec::new();
        for (first, dim, images) in orbits {
            let weights = self.group.allocation(first);
            if let Some(trial) = larger(&weights, dim) {
                return Ok(Found::Larger(trial));
            }
            let dim = self.dimension(matroid, &weights, trial);
            let images = images.into_iter().map(|z| self.group.allocation(z)).collect();
            listed.push(Flat { weights, dim, images });
        }
        if let Some(trial) = larger(&loops, 0) {
            return Ok(Found::Larger(trial));
        }
        listed.sort_by_key(|flat| (flat.weights.size(), flat.dim.value, flat.weights.clone()));
        let tested = stopped.is_none() && flats.len() <= MOST_TESTED;
        let large: Vec<Set> = components.iter().copied().filter(|c| c.count_ones() > 1).collect();
        if tested && !large.iter().all(|component| satisfies_axioms(&flats, *component)) {
            return Err(ReachError::Disagreement);
        }
        Ok(Found::Law(Box::new(Law {
            network: matroid.network().clone(),
            samples: matroid.samples(),
            dim: self.dimension(matroid, &self.within, trial),
            within: self.within.clone(),
            bottom: self.dimension(matroid, &loops, trial),
            loops,
            coloops,
            components: large.into_iter().map(|component| self.group.allocation(component)).collect(),
            flats: listed,
            stopped,
            tested,
            table,
            settings: self.settings,
            trials: matroid.trials().len(),
            symmetries: self.group.order(),
        })))
    }

    fn ground(&self, trial: &Trial) -> Ground {
        let columns: Vec<usize> = self.within.iter().collect();
        Ground::new(trial.field, &trial.rows.select_columns(&columns))
    }

    /// The flats of all components, and whether they are all.
    fn list(&self, ground: &Ground, matroid: &JacobianMatroid) -> Listed {
        let components = ground.components();
        let mut searches: Vec<Search<'_>> = Vec::new();
        let mut stopped = None;
        for (number, component) in components.iter().enumerate().filter(|(_, c)| c.count_ones() > 1) {
            let mut search = Search::new(ground, &self.group, *component, self.options.most_flats, self.watch);
            let mut random = generator(self.settings.seed, Stream::Bases, number as u64);
            let found = search.whole().and_then(|()| search.sample(&mut random));
            stopped = stopped.or(found.err());
            searches.push(search);
        }
        let mut table = None;
        if stopped.is_none() {
            match self.compare(ground, matroid, &mut searches) {
                Ok(found) => table = Some(found),
                Err(limit) => stopped = Some(limit),
            }
        }
        let flats = searches.into_iter().flat_map(|search| search.flats).collect();
        Listed { components, flats, table, stopped }
    }

    /// Holds the sum of the formula against the sum of the ranks, and mends the lists until they are equal.
    fn compare(&self, ground: &Ground, matroid: &JacobianMatroid, searches: &mut [Search<'_>]) -> Result<Table, Limit> {
        let n = self.within.size() as u32;
        let inside: u32 = searches.iter().map(|search| search.points()).sum();
        let total = |searches: &[Search<'_>]| {
            let each = searches.iter().map(|search| Ok(Integer::from(search.sum()?) << (n - search.points())));
            each.sum::<Result<Integer, Limit>>()
        };
        let limit = || self.watch.limit().unwrap_or(Limit::Steps);
        let folds = folds(matroid.network(), matroid.samples(), &self.within);
        let (table, formula) = rayon::join(|| ground.table(folds, self.watch), || total(searches));
        let (table, formula) = (table.ok_or_else(limit)?, formula?);
        // A coloop adds 1 to half of all sets.
        let single = ground.rank(ground.all()) - searches.iter().map(|search| search.rank()).sum::<usize>();
        let coloops = if inside < n { (Integer::from(single) << n) >> 1 } else { Integer::new() };
        if formula + &coloops == table.weight() {
            return Ok(table);
        }
        for search in searches.iter_mut() {
            search.mend()?;
        }
        if total(searches)? + &coloops == table.weight() { Ok(table) } else { Err(limit()) }
    }

    /// One of each orbit, the first in canonical order, with all images.
    fn orbits(&self, flats: &BTreeMap<Set, usize>) -> Vec<(Set, usize, Vec<Set>)> {
        let mut orbits = Vec::new();
        let mut seen = std::collections::HashSet::new();
        // The first in canonical order among sets of a size is the largest word.
        for (set, dim) in flats.iter().rev() {
            if !seen.contains(set) {
                let images: Vec<Set> = self.group.orbit(*set).into_iter().rev().collect();
                seen.extend(images.iter().copied());
                orbits.push((images[0], *dim, images));
            }
        }
        orbits
    }

    /// How many trials besides the one that the flats were found at make their ranks sure enough.
    fn fresh(&self, matroid: &JacobianMatroid, orbits: &[(Set, usize, Vec<Set>)]) -> Result<usize, ReachError> {
        // Where no number of trials gives a bound, a second one is a second look.
        if matroid.chance().is_hopeless() {
            return Ok(2);
        }
        // Half of the error for the flats, half for all else.
        let each = i64::from(usize::BITS - orbits.len().leading_zeros()) + 2;
        matroid.trials_for_one(self.settings.error_log2 - each)
    }

    /// A dimension, as the trials that had no part in finding the set know it.
    fn dimension(&self, matroid: &JacobianMatroid, set: &Allocation, found_at: usize) -> Dimension {
        let dim = matroid.dim(set);
        let fresh = (matroid.trials().len() - found_at - 1) as i64;
        match dim.evidence {
            Evidence::Bounded { .. } => {
                let bound = set.size().min(matroid.teacher_bound());
                let error_log2 = matroid.chance().minor_log2(bound) * fresh;
                // Of an analytic network, the lower bound may have an error of its own.
                Dimension { evidence: Evidence::all([Evidence::within(error_log2), dim.evidence]), ..dim }
            }
            _ => dim,
        }
    }
}

/// What a search found.
struct Listed {
    components: Vec<Set>,
    flats: BTreeMap<Set, usize>,
    table: Option<Table>,
    stopped: Option<Limit>,
}

fn satisfies_axioms(flats: &BTreeMap<Set, usize>, component: Set) -> bool {
    let inside = flats.iter().filter(|(z, _)| *z & !component == 0).map(|(z, k)| (*z, *k));
    axioms::hold(&std::iter::once((0, 0)).chain(inside).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

    fn law_of(text: &str, samples: Samples) -> Law {
        let network: Network = text.parse().unwrap();
        law(&network, samples, &LawOptions::default(), SETTINGS, &AtomicBool::new(false)).unwrap()
    }

    /// (size, dimension, number) of the flats, smallest first.
    fn sorts(law: &Law) -> Vec<(usize, usize, usize)> {
        let mut sorts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (flat, dim) in law.images() {
            *sorts.entry((flat.size(), dim)).or_insert(0) += 1;
        }
        sorts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect()
    }

    #[test]
    fn flats_are_those_of_the_theory() {
        let all = |text: &str| sorts(&law_of(text, Samples::Functional));
        assert_eq!(all("lffn([2, 2, 2])"), [(4, 3, 8), (8, 4, 1)]);
        let kinds = law_of("lffn([2, 2, 2])", Samples::Functional).kinds();
        let words: Vec<(&str, usize)> = kinds.iter().map(|kind| (kind.description.as_str(), kind.number)).collect();
        let (first, second) = ("a row of W1 with a column of W2", "a column of W1 with a row of W2");
        assert_eq!(words, [(first, 4), (second, 4), ("all weights", 1)]);
        assert_eq!(all("lffn([2, 2, 2, 2])"), [(4, 3, 24), (12, 4, 1)]);
        assert_eq!(all("lffn([3, 3, 3])"), [(6, 5, 18), (8, 7, 81), (9, 7, 36), (10, 8, 81), (12, 8, 18), (18, 9, 1)]);
        assert_eq!(all("lrnn(1, 3, 1, 7)"), [(6, 3, 1), (6, 4, 1), (9, 5, 1), (12, 5, 1), (15, 6, 1)]);
        assert_eq!(all("lrnn(1, 4, 1, 9)"), [(8, 4, 1), (12, 6, 1), (16, 7, 1), (20, 7, 1), (24, 8, 1)]);
        for (text, number) in [
            ("lffn([3, 3, 2])", 64),
            ("lffn([2, 3, 3, 2])", 63),
            ("lrnn(1, 3, 2, 6)", 20),
            ("lrnn(2, 2, 2, 4)", 11),
            ("pnn([3, 3, 1], 2)", 10),
            ("pnn([3, 4, 1], 3)", 15),
        ] {
            let law = law_of(text, Samples::Functional);
            // With the empty one.
            assert_eq!(law.number(), number + 1, "{text}");
            assert!(
                !matches!(law.complete(), Complete::Likely(_)) && law.evidence().error_log2().is_none_or(|e| e <= -100)
            );
        }
    }

    #[test]
    fn the_formula_is_the_rank_of_every_allocation() {
        for (text, samples) in [
            ("lffn([2, 2, 2])", Samples::Functional),
            ("lffn([2, 2, 2])", Samples::Count(1)),
            ("lffn([3, 2])", Samples::Count(2)),
            ("lffn([2, 2, 1], bias=True)", Samples::Functional),
            ("lrnn(1, 2, 2, 3)", Samples::Functional),
            ("lrnn(1, 2, 1, 5)", Samples::Count(2)),
            ("pnn([2, 2, 1], 2)", Samples::Functional),
            ("pnn([3, 1, 1], 1)", Samples::Functional),
        ] {
            let law = law_of(text, samples);
            let matroid = JacobianMatroid::new(&law.network, samples, 9).unwrap();
            let n = law.network.weights();
            for bits in 0..1 << n {
                let set = Allocation::of_low_bits(n, bits);
                let dim = matroid.rank(&set);
                assert_eq!(law.value(&set), dim, "{text}, {samples}: {set:?}");
                // What is missing is in the flats that are tight, and in the obstructions.
                assert_eq!(law.tight(&set).is_empty(), dim == set.size());
                let obstructions = matroid.obstructions(&set);
                let missing: usize = obstructions.iter().map(|o| o.inside.size() - o.dim).sum();
                assert_eq!(missing, set.size() - dim);
                let better = matroid.exchange(&set).map(|e| matroid.rank(&set.clone().without(e.out).with(e.new)));
                let expected = (dim < set.size() && dim < matroid.teacher_rank()).then_some(dim + 1);
                assert_eq!(better, expected, "{text}, {samples}: {set:?}");
            }
        }
    }

    #[test]
    fn a_search_mends_its_list() {
        let network: Network = "lffn([2, 3, 2])".parse().unwrap();
        let matroid = JacobianMatroid::new(&network, Samples::Functional, 1).unwrap();
        let trial = &matroid.trials()[0];
        let ground = Ground::new(trial.field, &trial.rows);
        let all = Allocation::all(12);
        let group = Group::acting_on(&all, &network.symmetries(Samples::Functional)).unwrap();
        let stop = AtomicBool::new(false);
        let watch = Watch { deadline: None, stop: &stop };
        let mut sampled = Search::new(&ground, &group, ground.all(), 1_000, watch);
        sampled.whole().unwrap();
        let before = sampled.flats.clone();
        sampled.sample(&mut generator(1, Stream::Bases, 0)).unwrap();
        let mut mended = Search::new(&ground, &group, ground.all(), 1_000, watch);
        mended.mend().unwrap();
        assert_eq!(mended.flats, sampled.flats);
        assert!(before.len() == 1 && mended.flats.len() > 10);
        assert!(satisfies_axioms(&mended.flats, ground.all()));
        // Without one of them the axioms, or the sums, tell.
        let sum = mended.sum().unwrap();
        for missing in mended.flats.clone().into_keys() {
            let mut short = Search::new(&ground, &group, ground.all(), 1_000, watch);
            short.flats = mended.flats.clone();
            short.flats.remove(&missing);
            assert!(short.sum().unwrap() > sum);
            short.mend().unwrap();
            assert_eq!(short.flats, mended.flats);
        }
    }

    #[test]
    fn what_stops_a_search_is_said() {
        let network: Network = "lffn([3, 3, 3])".parse().unwrap();
        let options = |time_limit, most_flats| LawOptions { within: None, time_limit, most_flats };
        let never = AtomicBool::new(false);
        let stopped = |options: &LawOptions| law(&network, Samples::Functional, options, SETTINGS, &never).unwrap();
        let few = stopped(&options(None, 20));
        assert_eq!(few.complete(), Complete::Likely(Limit::Flats(20)));
        assert_eq!(stopped(&options(Some(Duration::ZERO), 1_000)).complete(), Complete::Likely(Limit::Time));
        assert!(few.table.is_none());
        // What there is bounds the dimensions.
        let matroid = JacobianMatroid::new(&network, Samples::Functional, 1).unwrap();
        for bits in (0..1 << 18).step_by(997) {
            let set = Allocation::of_low_bits(18, bits);
            assert!(few.value(&set) >= matroid.rank(&set));
        }
    }

    #[test]
    fn loops_and_components_are_told() {
        // Of a single layer each weight adds its own dimension.
        let free = law_of("lffn([2, 2])", Samples::Functional);
        assert_eq!((free.coloops.size(), free.flats.len(), free.number()), (4, 0, Integer::from(1)));
        // At two samples each row of three weights is a component of rank 2.
        let rows = law_of("lffn([3, 2])", Samples::Count(2));
        assert_eq!((rows.components.len(), sorts(&rows), rows.number()), (2, vec![(3, 2, 2)], Integer::from(4)));
        assert_eq!(rows.flats[0].images.len(), 2);
        // A recurrent network of one step does not see W.
        let one = law_of("lrnn(1, 2, 1, 1)", Samples::Functional);
        assert_eq!(one.loops, Allocation::of(8, 4..8));
        assert_eq!(one.value(&Allocation::all(8)), 1);
    }
}
