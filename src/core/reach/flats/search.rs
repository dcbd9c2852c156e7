//! Looking for cyclic flats until the formula that they make is the rank function.
//!
//! First the circuits of random bases, their unions and closures: these find most flats. Then the sums of the formula and of
//! the ranks over all sets are compared. The formula is nowhere too small, so equal sums mean equal values everywhere.
//! Where the sums differ, the sets are halved again and again down to one whose value is too large: the closure of the union
//! of its circuits is a flat that was missed. So the search ends with a complete list, whatever the random bases found.

use std::collections::BTreeMap;

use rand_chacha::ChaCha12Rng;

use crate::control::{Control, Stopped};
use crate::reach::symmetry::{Group, Set, bit};

use super::formula::Formula;
use super::ground::{Ground, points};

/// Random bases are taken until so many bring nothing new, where the whole list is wanted,
pub(super) const QUIET: usize = 40;
/// and at most so many.
const MOST_BASES: usize = 4_000;
/// Unions of circuits of one basis are taken while there are at most so many.
const MOST_UNIONS: usize = 256;

/// Cyclic flats of one component, with all that symmetries make of them.
pub(super) struct Search<'a> {
    ground: &'a Ground,
    group: &'a Group,
    /// The component that the flats lie in.
    within: Set,
    most: usize,
    control: &'a Control<'a>,
    /// The flats found, the empty one left out, with their ranks.
    pub(super) flats: BTreeMap<Set, usize>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        ground: &'a Ground,
        group: &'a Group,
        within: Set,
        most: usize,
        control: &'a Control<'a>,
    ) -> Self {
        Search { ground, group, within, most, control, flats: BTreeMap::new() }
    }

    /// How many points the component has.
    pub(super) fn points(&self) -> u32 {
        self.within.count_ones()
    }

    /// Its rank.
    pub(super) fn rank(&self) -> usize {
        self.ground.rank(self.within)
    }

    /// Adds the component itself, which is a cyclic flat.
    pub(super) fn whole(&mut self) -> Result<(), Stopped> {
        self.insert(self.within, self.rank()).map(|_| ())
    }

    /// The sum of the formula over all sets inside the component.
    pub(super) fn sum(&self) -> Result<u128, Stopped> {
        self.formula().sum(0, self.within, self.control).map_err(|_| self.limit())
    }

    /// Adds all that is missed.
    pub(super) fn mend(&mut self) -> Result<(), Stopped> {
        self.repair(0, self.within)
    }

    /// The formula of the flats found.
    fn formula(&self) -> Formula {
        Formula { terms: std::iter::once((0, 0)).chain(self.flats.iter().map(|(z, k)| (*z, *k))).collect() }
    }

    /// Adds a flat and its images; whether it is new.
    fn insert(&mut self, flat: Set, rank: usize) -> Result<bool, Stopped> {
        if flat == 0 || self.flats.contains_key(&flat) {
            return Ok(false);
        }
        let images = self.group.orbit(flat).into_iter().filter(|image| image & !self.within == 0);
        self.flats.extend(images.map(|image| (image, rank)));
        if self.flats.len() > self.most { Err(Stopped::Flats { limit: self.most }) } else { Ok(true) }
    }

    /// The flats that random bases show, until so many bring nothing new.
    pub(super) fn sample(&mut self, most_quiet: usize, random: &mut ChaCha12Rng) -> Result<(), Stopped> {
        let mut quiet = 0;
        for _ in 0..MOST_BASES {
            self.control.check()?;
            let basis = self.ground.random_basis(self.within, random);
            let mut new = false;
            for places in unions(basis.circuits()) {
                let (flat, rank) = basis.closure(places);
                new |= self.insert(flat, rank)?;
            }
            quiet = if new { 0 } else { quiet + 1 };
            if quiet == most_quiet {
                break;
            }
        }
        Ok(())
    }

    /// Adds what is missed for the sets that consist of `taken` and some of `rest`.
    fn repair(&mut self, taken: Set, rest: Set) -> Result<(), Stopped> {
        let formula = self.formula().sum(taken, rest, self.control).map_err(|_| self.limit())?;
        let ranks = self.ground.rank_sum(taken, rest, self.control).ok_or_else(|| self.limit())?;
        if formula == ranks {
            return Ok(());
        }
        let Some(point) = points(rest).next() else {
            let (flat, rank) = self.ground.closure(self.ground.cyclic_part(taken));
            return self.insert(flat, rank).map(|_| ());
        };
        self.repair(taken | bit(point), rest & !bit(point))?;
        self.repair(taken, rest & !bit(point))
    }

    /// What stopped a sum.
    fn limit(&self) -> Stopped {
        self.control.stopped().unwrap_or(Stopped::Steps)
    }
}

/// All unions of some sets, as long as there are not too many.
fn unions(sets: impl Iterator<Item = Set>) -> Vec<Set> {
    let mut known: Vec<Set> = Vec::new();
    for set in sets.filter(|set| *set != 0) {
        let joined: Vec<Set> = known.iter().map(|other| other | set).collect();
        for union in std::iter::once(set).chain(joined) {
            if known.len() < MOST_UNIONS && !known.contains(&union) {
                known.push(union);
            }
        }
    }
    known
}
