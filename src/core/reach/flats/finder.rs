//! Lists of cyclic flats that are compared with counts until they are complete.

use std::collections::BTreeMap;

use rug::Integer;

use super::super::count::Table;
use super::super::fold::folds;
use super::super::matroid::Trial;
use super::super::symmetry::{Group, Set};
use super::super::{Dimension, Evidence, JacobianMatroid, ReachError, Settings};
use super::ground::Ground;
use super::search::{QUIET, Search};
use super::{Flat, Law, LawOptions, MOST_TESTED, axioms};
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::number::{Stream, generator};

/// What the search for a law is about.
pub(super) struct Finder<'a> {
    pub(super) within: Allocation,
    pub(super) group: Group,
    pub(super) options: &'a LawOptions,
    pub(super) settings: Settings,
    pub(super) control: &'a Control<'a>,
}

/// What one trial shows.
pub(super) enum Found {
    Law(Box<Law>),
    /// This trial shows a larger rank of some flat.
    Larger(usize),
}

impl Finder<'_> {
    /// The law as one trial shows it, its ranks held against fresh trials.
    pub(super) fn at(&self, matroid: &mut JacobianMatroid, trial: usize) -> Result<Found, ReachError> {
        // An analytic network may have no point where one was looked for.
        let ground = self.ground(matroid.trials().get(trial).ok_or(ReachError::Disagreement)?);
        let list = self.list(&ground, matroid);
        let Listed { components, flats, table, stopped } = list;
        let orbits = self.orbits(&flats);
        let fresh = self.fresh(matroid, &orbits)?;
        matroid.extend_to(trial + 1 + fresh, &Control::unlimited())?;
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
            let mut search = Search::new(ground, &self.group, *component, self.options.most_flats, self.control);
            let mut random = generator(self.settings.seed, Stream::Bases, number as u64);
            let found = search.whole().and_then(|()| search.sample(QUIET, &mut random));
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
    fn compare(
        &self,
        ground: &Ground,
        matroid: &JacobianMatroid,
        searches: &mut [Search<'_>],
    ) -> Result<Table, Stopped> {
        let n = self.within.size() as u32;
        let inside: u32 = searches.iter().map(|search| search.points()).sum();
        let total = |searches: &[Search<'_>]| {
            let each = searches.iter().map(|search| Ok(Integer::from(search.sum()?) << (n - search.points())));
            each.sum::<Result<Integer, Stopped>>()
        };
        let limit = || self.control.stopped().unwrap_or(Stopped::Steps);
        let folds = folds(matroid.network(), matroid.samples(), &self.within);
        let (table, formula) = (ground.table(folds, self.control), total(searches));
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
    stopped: Option<Stopped>,
}

pub(super) fn satisfies_axioms(flats: &BTreeMap<Set, usize>, component: Set) -> bool {
    let inside = flats.iter().filter(|(z, _)| *z & !component == 0).map(|(z, k)| (*z, *k));
    axioms::hold(&std::iter::once((0, 0)).chain(inside).collect::<Vec<_>>())
}
