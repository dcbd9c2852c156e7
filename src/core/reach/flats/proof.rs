//! All dimensions proved at once, from few: those of the cyclic flats.
//!
//! ρ(A) ≤ ρ(Z) + |A ∖ Z| for every set Z, and a matroid that a trial shows takes the least of these at its cyclic flats. So if a
//! bound is known that the trial's rank of each of its cyclic flats meets, no generic rank is larger than the trial's, and none is
//! smaller. That the list of flats is complete is seen by the sums of the formula and of the ranks.

use rug::Integer;

use super::super::fold::folds;
use super::super::symmetry::{Group, Set};
use super::super::{JacobianMatroid, Table};
use super::ground::Ground;
use super::search::Search;
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::number::{Stream, generator};

/// More flats are not looked at,
const MOST_FLATS: usize = 512;
/// nor sets inside more weights: their ranks are counted once more.
const MOST_POINTS: usize = 24;
/// Counts of fewer weights are not cut along symmetries, either.
const MOST_UNFOLDED: usize = 16;
/// Random bases are taken until so many bring no new flat: what is missed is seen by the sums.
const QUIET: usize = 6;

impl JacobianMatroid {
    /// Whether a bound is known that the rank of an allocation meets. The rank is one that the trials show.
    pub fn is_bounded(&self, allocation: &Allocation, rank: usize) -> bool {
        self.is_bounded_alone(allocation, rank) || self.is_bounded_by_flats(allocation, rank)
    }

    /// Whether bounds of the connected flats in which the allocation has too many weights, or of its weights there, add up to its rank.
    pub(in super::super) fn is_bounded_by_flats(&self, allocation: &Allocation, rank: usize) -> bool {
        let flats = self.obstructions(allocation);
        let missing: usize = flats.iter().map(|flat| flat.inside.size() - flat.dim).sum();
        let proved = |set: &Allocation, dim| self.is_bounded_alone(set, dim);
        allocation.size() - missing <= rank
            && flats.iter().all(|flat| proved(&flat.inside, flat.dim) || proved(&flat.flat, flat.dim))
    }

    /// Whether bounds prove the dimensions of all allocations inside some weights, so that the first trial shows them; `table` are
    /// these allocations by size and rank, if they were counted. Costs a count, if there is no table, and a look at each flat; where
    /// there are many, or something says stop, nothing is proved.
    pub fn is_proved_within(&self, within: &Allocation, table: Option<&Table>, control: &Control<'_>) -> bool {
        within.size() <= MOST_POINTS && self.proved_by_flats(within, table, control) == Ok(true)
    }

    fn proved_by_flats(
        &self,
        within: &Allocation,
        table: Option<&Table>,
        control: &Control<'_>,
    ) -> Result<bool, Stopped> {
        // Without symmetries each flat is found and bounded on its own: for few flats that is less than what a group costs.
        let group = Group::acting_on(within, &[]);
        let (Some(group), Some(trial)) = (group, self.trials().first()) else {
            return Ok(false);
        };
        let columns: Vec<usize> = within.iter().collect();
        let ground = Ground::new(trial.field, &trial.rows.select_columns(&columns));
        let components = ground.components();
        let (single, large): (Vec<Set>, Vec<Set>) = components.into_iter().partition(|c| c.count_ones() == 1);
        let (loops, coloops): (Vec<Set>, Vec<Set>) = single.into_iter().partition(|point| ground.rank(*point) == 0);
        let loops = group.allocation(loops.into_iter().fold(0, |a, b| a | b));
        if !self.is_bounded(&loops, 0) {
            return Ok(false);
        }
        let mut searches = Vec::new();
        for (number, component) in large.iter().enumerate() {
            let mut search = Search::new(&ground, &group, *component, MOST_FLATS, control);
            search.whole()?;
            if !self.are_bounded(&group, &search) {
                return Ok(false);
            }
            search.sample(QUIET, &mut generator(self.seed(), Stream::Bases, number as u64))?;
            if !self.are_bounded(&group, &search) {
                return Ok(false);
            }
            searches.push(search);
        }
        // A point outside a component adds nothing to its sum, and a coloop 1 to half of all sets.
        let n = within.size() as u32;
        let sum = |searches: &[Search<'_>]| -> Result<Integer, Stopped> {
            let each = searches.iter().map(|search| Ok(Integer::from(search.sum()?) << (n - search.points())));
            Ok(each.sum::<Result<Integer, Stopped>>()? + (Integer::from(coloops.len()) << n >> 1))
        };
        let counted = match table {
            Some(table) => table.weight(),
            None => {
                let folded = within.size() > MOST_UNFOLDED;
                let folds = if folded { folds(self.network(), self.samples(), within) } else { Vec::new() };
                ground.table(folds, control).ok_or(Stopped::Steps)?.weight()
            }
        };
        if sum(&searches)? == counted {
            return Ok(true);
        }
        for search in &mut searches {
            search.mend()?;
            if !self.are_bounded(&group, search) {
                return Ok(false);
            }
        }
        Ok(sum(&searches)? == counted)
    }

    /// Whether the ranks of all flats that a search has found are bounded.
    fn are_bounded(&self, group: &Group, search: &Search<'_>) -> bool {
        search.flats.iter().all(|(set, rank)| self.is_bounded(&group.allocation(*set), *rank))
    }
}
