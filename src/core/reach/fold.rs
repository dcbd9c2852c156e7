//! Cutting the count of all allocations along symmetry.
//!
//! Let O be weights that the symmetries keep as a whole. The allocations A with A ∩ O = S are the subsets of the minor that
//! contracts S and deletes the rest of O. A symmetry that maps S to S′ maps this minor to that of S′, so one S an orbit
//! is counted for all of them.

use itertools::Itertools;
use rug::Integer;

use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Samples, Symmetry};

use super::count::Fold;
use super::orbits::Orbits;
use super::symmetry::{Group, MOST_POINTS};

/// At most so many folds.
const MOST_FOLDS: u32 = 4096;
/// Fewer weights are counted as a whole.
const FEWEST_WEIGHTS: usize = 12;
/// At least so many weights are left to the recursion.
const LEFT: usize = 4;

/// The folds of the allocations inside some weights; none where symmetry does not help. Columns are numbered inside `within`.
pub(super) fn folds(network: &Network, samples: Samples, within: &Allocation) -> Vec<Fold> {
    let n = within.size();
    if !(FEWEST_WEIGHTS..=MOST_POINTS).contains(&n) {
        return Vec::new();
    }
    let mut symmetries = network.symmetries(samples);
    symmetries.retain(|s| within.iter().all(|w| within.contains(s.images[w])));
    let tensor = |w: usize| &network.layout().weight(w).tensor.name;
    let keeps_tensors = |s: &&Symmetry| within.iter().all(|w| tensor(w) == tensor(s.images[w]));
    let smaller: Vec<Symmetry> = symmetries.iter().filter(keeps_tensors).cloned().collect();
    // Transposition may leave no part of the weights that is kept as a whole.
    let group = group(within, &symmetries).or_else(|| group(within, &smaller));
    group.and_then(|group| enumerate(group, within)).unwrap_or_default()
}

/// The symmetries as they act on some weights that they keep: as many weights as make few enough folds.
fn group(within: &Allocation, symmetries: &[Symmetry]) -> Option<Group> {
    let mut chosen: Option<Group> = None;
    let mut inside = Allocation::none(within.weights());
    for block in blocks(within, symmetries) {
        let larger = inside.union(&block);
        if larger.size() + LEFT > within.size() {
            break;
        }
        let Some(group) = Group::acting_on(&larger, symmetries).filter(|group| number(group) <= MOST_FOLDS) else {
            break;
        };
        (inside, chosen) = (larger, Some(group));
    }
    chosen.filter(|group| group.order() > 1)
}

fn number(group: &Group) -> Integer {
    group.orbits().into_iter().sum()
}

/// The smallest sets of weights that all symmetries keep, the smallest of them first.
fn blocks(within: &Allocation, symmetries: &[Symmetry]) -> Vec<Allocation> {
    let mut block: Vec<usize> = (0..within.weights()).collect();
    for (symmetry, w) in symmetries.iter().cartesian_product(within.iter().collect_vec()) {
        let (a, b) = (block[w], block[symmetry.images[w]]);
        if a != b {
            block.iter_mut().filter(|x| **x == b).for_each(|x| *x = a);
        }
    }
    let names = within.iter().map(|w| block[w]).unique();
    let blocks = names.map(|name| Allocation::of(within.weights(), within.iter().filter(|w| block[*w] == name)));
    blocks.sorted_by_key(Allocation::size).collect()
}

fn enumerate(group: Group, within: &Allocation) -> Option<Vec<Fold>> {
    let columns: Vec<usize> = within.iter().collect();
    let column = |w: usize| columns.binary_search(&w).ok();
    let points = group.points();
    let everything = group.allocation(if points == 64 { u64::MAX } else { !(u64::MAX >> points) });
    let mut orbits = Orbits::new(group);
    let mut folds = Vec::new();
    loop {
        for orbit in orbits.level() {
            let taken = orbits.group().allocation(orbit.representative);
            let dropped = everything.difference(&taken);
            let columns = |a: &Allocation| a.iter().map(column).collect::<Option<Vec<usize>>>();
            folds.push(Fold { taken: columns(&taken)?, dropped: columns(&dropped)?, times: orbits.length(orbit) });
        }
        if orbits.size() == points {
            return Some(folds);
        }
        orbits.advance(&Control::unlimited()).ok()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_stand_for_every_subset_of_what_they_decide() {
        for text in ["lrnn", "lffn"] {
            let network = match text {
                "lrnn" => Network::lrnn(1, 4, 1, 9, false).unwrap(),
                _ => Network::lffn(&[2, 4, 2], false).unwrap(),
            };
            let folds = folds(&network, Samples::Functional, &Allocation::all(network.weights()));
            let decided = folds[0].dropped.len();
            assert!(decided > 0 && folds.len() > 1);
            assert_eq!(folds.iter().map(|f| f.times).sum::<u64>(), 1 << decided);
            assert!(folds.iter().all(|f| f.taken.len() + f.dropped.len() == decided));
        }
    }
}
