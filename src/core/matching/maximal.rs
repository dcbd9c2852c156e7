//! Which allocations of a network are maximal, and which are minimal, in numbers by size.
//!
//! An allocation of r weights is *maximal* if its match probability is 1 for every m with D_m ≤ r; since it falls with m,
//! the largest such m decides. It is *dimension-minimal* if no allocation of r weights has a smaller ρ_m, for any m.

use rayon::prelude::*;

use crate::allocation::Allocation;
use crate::network::{Network, Samples};
use crate::reach::{Evidence, JacobianMatroid, Settings};

use super::classify::{Classification, MOST_CLASSIFIED};
use super::matcher::{MatchError, MatchOptions, Matcher};
use crate::algebra::Limits;
use crate::control::Control;

/// Numbers for the allocations of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maximal {
    /// r.
    pub size: usize,
    /// The largest m with D_m ≤ r; nothing if there is none, and then every allocation is maximal.
    pub samples: Option<Samples>,
    /// How many have match probability zero, one, a fraction, or an undecided one there; all one if there is no such m.
    pub counts: [u64; 4],
    /// How many are dimension-minimal.
    pub minimal: u64,
}

/// A network's table, and how all of it is known.
#[derive(Clone, Debug)]
pub struct MaximalTable {
    /// By size, from 0.
    pub rows: Vec<Maximal>,
    /// For the whole table.
    pub evidence: Evidence,
    /// Whether a limit left something undecided: the time was up, or a degree could not be counted.
    pub late: bool,
}

/// Classifies all allocations of a network on every number of samples up to the one after which nothing is gained.
/// Its progress is that of one number of samples after the other.
///
/// # Errors
/// See [`MatchError`].
pub fn maximal(
    network: &Network,
    options: &MatchOptions,
    settings: Settings,
    control: &Control<'_>,
) -> Result<MaximalTable, MatchError> {
    let n = network.weights();
    if n > MOST_CLASSIFIED {
        return Err(MatchError::TooManyWeights { weights: n, limit: MOST_CLASSIFIED });
    }
    let matcher = |samples| Matcher::new(network, samples, settings, Limits::default().under(&control.untimed()));
    let functional = matcher(Samples::Functional)?;
    let most = functional.teacher().value;
    let mut levels = Vec::new();
    for m in 1.. {
        let at = matcher(Samples::Count(m))?;
        if at.teacher().value >= most {
            break;
        }
        levels.push(at);
    }
    levels.push(functional);
    let matroids: Vec<&JacobianMatroid> =
        levels.iter().map(|level| level.matroid("a table of minimal allocations")).collect::<Result<_, _>>()?;
    let classified: Vec<Classification> =
        levels.iter().map(|level| level.classify(options, control)).collect::<Result<_, _>>()?;
    let minimal = minimal_by_size(n, &matroids);
    let rows = (0..=n).map(|size| {
        let level = classified.iter().rposition(|c| c.teacher.value <= size);
        let total = minimal[size].1;
        Maximal {
            size,
            samples: level.map(|at| classified[at].samples),
            counts: level.map_or([0, total, 0, 0], |at| classified[at].counts()[size]),
            minimal: minimal[size].0,
        }
    });
    Ok(MaximalTable {
        rows: rows.collect(),
        evidence: Evidence::all(classified.iter().map(|c| c.evidence)),
        late: classified.iter().any(|c| c.late),
    })
}

/// For each size, how many allocations are dimension-minimal, and how many there are.
fn minimal_by_size(n: usize, levels: &[&JacobianMatroid]) -> Vec<(u64, u64)> {
    let ranks: Vec<Vec<u8>> = (0..1usize << n)
        .into_par_iter()
        .map(|bits| {
            let allocation = Allocation::of_low_bits(n, bits as u64);
            levels.iter().map(|level| level.rank(&allocation) as u8).collect()
        })
        .collect();
    let mut least = vec![vec![u8::MAX; levels.len()]; n + 1];
    for (bits, ranks) in ranks.iter().enumerate() {
        let least = &mut least[bits.count_ones() as usize];
        least.iter_mut().zip(ranks).for_each(|(l, r)| *l = (*l).min(*r));
    }
    let mut numbers = vec![(0, 0); n + 1];
    for (bits, ranks) in ranks.iter().enumerate() {
        let size = bits.count_ones() as usize;
        numbers[size].0 += u64::from(*ranks == least[size]);
        numbers[size].1 += 1;
    }
    numbers
}
