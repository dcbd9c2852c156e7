//! Every allocation up to symmetry with its dimension, in portions.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rug::Integer;

use crate::allocation::Allocation;

use super::orbits::Orbits;
use super::scan::Scan;
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
const PORTION: usize = 1 << 16;
/// At most so many orbits of one size are held at a time: a gibibyte.
const MOST_AT_ONCE: u64 = 1 << 26;

/// The group whose orbits are listed for a scan.
///
/// # Errors
/// More weights than groups act on, or more orbits of one size than are held at a time.
pub fn listing_group(scan: &Scan) -> Result<Group, ReachError> {
    let weights = scan.within.size();
    let symmetries = scan.network.symmetries(scan.samples);
    let too_many = ReachError::TooManyWeights { weights, limit: MOST_POINTS };
    let group = Group::acting_on(&scan.within, &symmetries).ok_or(too_many)?;
    let orbits = group.orbits();
    let most = orbits.iter().take(*scan.sizes.end() + 1).max().cloned().unwrap_or_default();
    if most > MOST_AT_ONCE {
        return Err(ReachError::TooManyOrbits { orbits: most.to_string(), limit: MOST_AT_ONCE });
    }
    Ok(group)
}

/// Hands every orbit of a scan's allocations to `each`, smallest first in canonical order, in portions. At the end their
/// lengths by size and dimension must be the scan's table, which was counted in another way.
///
/// # Errors
/// What `each` returns; an enumeration that is not complete, or not in agreement with the table.
pub fn list<E: From<ReachError>>(
    scan: &Scan,
    group: Group,
    mut each: impl FnMut(&[Row]) -> Result<(), E>,
) -> Result<(), E> {
    let mut matroid = JacobianMatroid::new(&scan.network, scan.samples, scan.settings.seed)?;
    let trials = matroid.trials_for_all(scan.settings.error_log2)?;
    matroid.extend_to(trials);
    let mut found: BTreeMap<(usize, usize), Integer> = BTreeMap::new();
    let mut orbits = Orbits::new(group);
    loop {
        let portions = orbits.level().chunks(PORTION).filter(|_| scan.sizes.contains(&orbits.size()));
        for portion in portions {
            let row = |orbit: &super::Orbit| {
                let representative = orbits.group().allocation(orbit.representative);
                let dim = matroid.rank(&representative);
                Row { representative, length: orbits.length(orbit), dim }
            };
            let rows: Vec<Row> = portion.par_iter().map(row).collect();
            for row in &rows {
                *found.entry((orbits.size(), row.dim)).or_default() += row.length;
            }
            each(&rows)?;
        }
        if orbits.size() == *scan.sizes.end() {
            break;
        }
        orbits.advance()?;
    }
    let counted = scan.table.entries().map(|(size, dim, number)| ((size, dim), number.clone()));
    if counted.eq(found) { Ok(()) } else { Err(ReachError::Disagreement.into()) }
}
