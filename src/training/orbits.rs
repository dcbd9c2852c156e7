//! Allocations up to the order of inputs, hidden units and outputs: which cannot matter for a match probability, since
//! weights and inputs are drawn independently from one distribution. By brute force, for small networks.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use itertools::Itertools;

use crate::allocation::{Allocation, subsets};
use crate::network::Network;

/// The most allocations times permutations that are looked at.
const MOST: u128 = 50_000_000;

/// Allocations that differ by the order of units only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orbit {
    /// The first of them.
    pub representative: Allocation,
    /// How many there are.
    pub size: u64,
}

/// The orbits of all allocations of these sizes, by size and then in canonical order; nothing if there is too much to look at.
pub fn orbits(network: &Network, sizes: RangeInclusive<usize>) -> Option<Vec<Orbit>> {
    let weights = network.weights();
    let group = permutations(network, MOST / (weights as u128).max(1))?;
    let choose = |r: usize| (0..r).fold(1u128, |c, i| c.saturating_mul((weights - i) as u128) / (i as u128 + 1));
    let sizes = *sizes.start()..=weights.min(*sizes.end());
    let all: u128 = sizes.clone().map(choose).fold(0, u128::saturating_add);
    if all.saturating_mul(group.len() as u128) > MOST {
        return None;
    }
    let mut counts: BTreeMap<Allocation, u64> = BTreeMap::new();
    for allocation in sizes.flat_map(|size| subsets(&Allocation::all(weights), size)) {
        let image = |p: &Vec<usize>| Allocation::of(weights, allocation.iter().map(|w| p[w]));
        if let Some(first) = group.iter().map(image).min() {
            *counts.entry(first).or_insert(0) += 1;
        }
    }
    Some(counts.into_iter().map(|(representative, size)| Orbit { representative, size }).collect())
}

/// How many units have a learnable incoming weight: the more, the more widespread an allocation is.
pub fn rows_touched(network: &Network, allocation: &Allocation) -> usize {
    let row = |w| {
        let weight = network.layout().weight(w);
        (weight.tensor.start, weight.row)
    };
    allocation.iter().map(row).unique().count()
}

/// What the rows and columns of a tensor stand for: numbers of groups of units.
type Axes = (usize, Option<usize>);

/// Where each weight goes, for every way to order the units of each group; nothing if there are more than `most`.
fn permutations(network: &Network, most: u128) -> Option<Vec<Vec<usize>>> {
    let (units, axes) = units(network);
    let factorial = |n: usize| (1..=n as u128).fold(1u128, u128::saturating_mul);
    if units.iter().map(|n| factorial(*n)).fold(1, u128::saturating_mul) > most {
        return None;
    }
    let orders = units.iter().map(|n| (0..*n).permutations(*n).collect::<Vec<_>>());
    let group = orders.multi_cartesian_product().map(|order| {
        let place = |w| {
            let weight = network.layout().weight(w);
            let at = network.layout().tensors().iter().position(|t| t.start == weight.tensor.start).unwrap_or(0);
            let (rows, columns) = axes[at];
            let column = columns.map_or(weight.column, |axis| order[axis][weight.column]);
            weight.tensor.position(order[rows][weight.row], column)
        };
        (0..network.weights()).map(place).collect()
    });
    Some(group.collect())
}

/// The sizes of the groups of units (inputs, hidden layers, outputs), and the axes of each tensor.
fn units(network: &Network) -> (Vec<usize>, Vec<Axes>) {
    let shapes = network.shapes();
    let tensors = network.layout().tensors().iter();
    match (shapes.widths, shapes.hidden) {
        (Some(widths), _) => {
            let axes = tensors.map(|t| (t.layer, (!t.vector).then(|| t.layer - 1)));
            (widths, axes.collect())
        }
        (None, hidden) => {
            // A signal meets B (layer 1), W (layer 2) and D (layer 3) in this order.
            let axes = tensors.map(|t| match t.layer {
                1 => (1, Some(0)),
                2 => (1, Some(1)),
                _ => (2, Some(1)),
            });
            (vec![shapes.inputs, hidden.unwrap_or(0), shapes.outputs], axes.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Samples;
    use crate::reach::JacobianMatroid;

    /// Orbit sizes sum up to all allocations, and every image of a set has the same rank.
    #[test]
    fn orbits_partition_the_allocations_and_keep_ranks() {
        for network in [Network::lffn(&[2, 3, 2], false).unwrap(), Network::lrnn(1, 3, 1, 4, false).unwrap()] {
            let n = network.weights();
            let found = orbits(&network, 3..=3).unwrap();
            assert_eq!(found.iter().map(|o| o.size).sum::<u64>(), (n * (n - 1) * (n - 2) / 6) as u64);
            let matroid = JacobianMatroid::new(&network, Samples::Count(2), 1).unwrap();
            let group = permutations(&network, 1_000).unwrap();
            for orbit in found {
                let rank = matroid.rank(&orbit.representative);
                for p in &group {
                    let image = Allocation::of(n, orbit.representative.iter().map(|w| p[w]));
                    assert_eq!(matroid.rank(&image), rank, "{network}");
                }
            }
        }
        assert_eq!(orbits(&Network::lffn(&[9, 9, 9], false).unwrap(), 1..=1), None);
    }
}
