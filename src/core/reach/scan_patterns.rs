//! Scanning a network with kinks: the largest dimension of every allocation over the activation patterns drawn, and how
//! often each dimension occurs.
//!
//! On each pattern the allocations are counted like those of any matroid; the largest dimensions have no such structure, so
//! allocations are looked at one by one, those that have reached a proved bound no more.

use rayon::prelude::*;
use rug::{Complete, Integer};

use crate::allocation::{Allocation, subsets};
use crate::control::Control;

use super::count::{CountOptions, Table, count};
use super::patterns::Patterns;
use super::scan::stopped;
use super::{Evidence, ReachError};

/// The most weights that allocations of a network with kinks may be chosen from.
pub(super) const MOST_WEIGHTS: usize = 20;

/// What the single draws show.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The number of draws.
    pub draws: u64,
    /// The number of distinct patterns among them.
    pub patterns: usize,
    /// (dimension, number of draws) of all weights.
    pub teacher_dims: Vec<(usize, u64)>,
    /// How many pairs of a draw and an allocation have each size and dimension.
    pub pairs: Table,
}

/// The largest dimensions by size, how they are known, and what the single draws show.
pub(super) fn scan_patterns(
    patterns: &Patterns,
    within: &Allocation,
    sizes: std::ops::RangeInclusive<usize>,
    control: &Control<'_>,
) -> Result<(Table, Evidence, Drawn), ReachError> {
    let parts = 2 * patterns.found().len();
    let late = |done| stopped(control, (done, parts), None);
    let part = control.narrowed(None);
    let columns: Vec<usize> = within.iter().collect();
    let mut pairs = Table::zero(within.size(), within.size());
    for (done, found) in patterns.found().iter().enumerate() {
        let limits = CountOptions { sizes: sizes.clone(), folds: Vec::new() };
        let matrix = found.trial.rows.select_columns(&columns);
        let table = count(found.trial.field, &matrix, &limits, &part).map_err(|_| late(done))?;
        for (size, dim, number) in table.entries() {
            pairs.add(size, dim, &(number * found.draws).complete());
        }
        control.advanced(done as u64 + 1, parts as u64);
    }

    let mut table = Table::zero(within.size(), within.size());
    let mut proved = true;
    // (allocation, largest dimension so far, proved bound)
    let chosen = sizes.flat_map(|size| subsets(within, size));
    let mut open: Vec<(Allocation, usize, usize)> = chosen.map(|a| (a, 0, 0)).collect();
    open.par_iter_mut().for_each(|(allocation, _, upper)| *upper = patterns.upper(allocation));
    let one = Integer::from(1);
    for (done, found) in patterns.found().iter().enumerate() {
        if control.stopped().is_some() {
            return Err(late(patterns.found().len() + done));
        }
        let most = found.trial.rows.rows();
        open.par_iter_mut().filter(|(_, dim, _)| *dim < most).for_each(|(allocation, dim, _)| {
            *dim = found.trial.rank(allocation).max(*dim);
        });
        open.retain(|(allocation, dim, upper)| {
            if dim == upper {
                table.add(allocation.size(), *dim, &one);
            }
            dim != upper
        });
        control.advanced((patterns.found().len() + done + 1) as u64, parts as u64);
    }
    for (allocation, dim, _) in &open {
        proved = false;
        table.add(allocation.size(), *dim, &one);
    }
    let distribution = patterns.distribution(within);
    let drawn = Drawn {
        draws: distribution.draws,
        patterns: distribution.patterns,
        teacher_dims: distribution.teacher_dims,
        pairs,
    };
    Ok((table, if proved { Evidence::Proved } else { Evidence::Statistical }, drawn))
}
