//! Every allocation up to symmetry with its dimension, in portions.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rayon::prelude::*;
use rug::Integer;

use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Samples};

use super::orbits::{Orbit, Orbits};
use super::scan::{Scan, ScanOptions, range};
use super::symmetry::{Group, MOST_POINTS};
use super::{JacobianMatroid, ReachError};

/// One orbit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its first allocation in canonical order.
    pub representative: Allocation,
    /// The number of allocations in it.
    pub length: u64,
    /// Their reachable dimension.
    pub dim: usize,
}

/// So many rows are handed on at a time.
const PORTION: usize = 1 << 14;
/// At most so many orbits of one size are held at a time: a gibibyte.
const MOST_AT_ONCE: u64 = 1 << 26;

/// The orbits of the allocations that a scan is about: how many there are, without visiting them.
#[derive(Clone, Debug)]
pub struct OrbitCount {
    group: Group,
    sizes: RangeInclusive<usize>,
    /// By size, from 0.
    numbers: Vec<Integer>,
}

impl OrbitCount {
    /// Counts orbits by their group's cycles. Costs a look at every element.
    ///
    /// # Errors
    /// More weights than groups act on, or sizes that no allocation has.
    pub fn of(network: &Network, samples: Samples, options: &ScanOptions) -> Result<Self, ReachError> {
        let (within, sizes) = range(network, options)?;
        let too_many = ReachError::TooManyWeights { weights: within.size(), limit: MOST_POINTS };
        let group = Group::acting_on(&within, &network.symmetries(samples)).ok_or(too_many)?;
        let numbers = group.orbits();
        Ok(OrbitCount { group, sizes, numbers })
    }

    /// The group.
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// The number of orbits of the sizes asked for.
    pub fn orbits(&self) -> Integer {
        self.shown(usize::MAX)
    }

    /// The number of orbits that a listing goes through: of the sizes asked for, and of the smaller ones.
    pub fn visited(&self) -> Integer {
        self.shown(0)
    }

    /// The number of orbits that a listing shows: of the sizes asked for, and of those from `least` on.
    pub fn shown(&self, least: usize) -> Integer {
        let first = least.min(*self.sizes.start());
        self.numbers.iter().take(self.sizes.end() + 1).skip(first).sum()
    }

    /// The number of orbits of one size.
    pub fn number(&self, size: usize) -> Integer {
        self.numbers.get(size).cloned().unwrap_or_default()
    }

    /// The largest size up to which at most so many orbits are gone through.
    pub fn largest_size_within(&self, orbits: &Integer) -> Option<usize> {
        let mut sum = Integer::new();
        let fits = self.numbers.iter().take_while(|number| {
            sum += *number;
            sum <= *orbits && **number <= MOST_AT_ONCE
        });
        fits.count().checked_sub(1)
    }

    /// Whether they can be listed, size after size.
    ///
    /// # Errors
    /// More orbits of one size than are held at a time.
    pub fn accept(&self) -> Result<(), ReachError> {
        let most = self.numbers.iter().take(self.sizes.end() + 1).max().cloned().unwrap_or_default();
        if most > MOST_AT_ONCE {
            let fits = self.largest_size_within(&Integer::from(u64::MAX));
            return Err(ReachError::TooManyOrbits { orbits: most.to_string(), limit: MOST_AT_ONCE, fits });
        }
        Ok(())
    }
}

/// Hands every orbit of a scan's allocations to `each` with its size, smallest first in canonical order, in portions; sizes
/// below the scan's, too, from `least` on. At the end their lengths by size and dimension must be the scan's table, which
/// was counted in another way. Ends early when something says stop.
///
/// # Errors
/// What `each` returns; an enumeration that is not complete, or not in agreement with the table; being stopped.
pub fn list<E: From<ReachError>>(
    scan: &Scan,
    count: &OrbitCount,
    least: usize,
    control: &Control<'_>,
    mut each: impl FnMut(usize, &[Row]) -> Result<(), E>,
) -> Result<(), E> {
    let mut matroid = JacobianMatroid::new(&scan.network, scan.samples, scan.settings.seed, control)?;
    let trials = matroid.trials_for_all(scan.settings.error_log2)?;
    matroid.extend_to(trials, control)?;
    let mut found: BTreeMap<(usize, usize), Integer> = BTreeMap::new();
    let mut orbits = Orbits::new(count.group.clone());
    let first = least.min(*scan.sizes.start());
    let (mut seen, all) = (0, count.visited());
    let stopped = |seen: u64| ReachError::StoppedListing { orbits: seen, all: all.to_string() };
    loop {
        let size = orbits.size();
        for portion in orbits.level().chunks(PORTION) {
            if control.stopped().is_some() {
                return Err(stopped(seen).into());
            }
            seen += portion.len() as u64;
            if size < first {
                continue;
            }
            let row = |orbit: &Orbit| {
                let representative = orbits.group().allocation(orbit.representative);
                let dim = matroid.rank(&representative);
                Row { representative, length: orbits.length(orbit), dim }
            };
            let rows: Vec<Row> = portion.par_iter().map(row).collect();
            for row in rows.iter().filter(|_| scan.sizes.contains(&size)) {
                *found.entry((size, row.dim)).or_default() += row.length;
            }
            each(size, &rows)?;
        }
        if size == *scan.sizes.end() {
            break;
        }
        orbits.advance(control).map_err(|error| if error.stopped().is_some() { stopped(seen) } else { error })?;
    }
    let counted = scan.table.entries().map(|(size, dim, number)| ((size, dim), number.clone()));
    if counted.eq(found) { Ok(()) } else { Err(ReachError::Disagreement.into()) }
}
