//! Allocations up to the order of inputs, hidden units and outputs, which keeps how widespread they are.

use std::ops::RangeInclusive;

use itertools::Itertools;

use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples, Symmetry};
use allocert_core::reach::{Group, MOST_POINTS, Orbits, ReachError};

/// The most orbits of one size that are trained on.
const MOST: u64 = 1_000_000;

/// Allocations that differ by the order of units only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orbit {
    /// The first of them in canonical order.
    pub representative: Allocation,
    /// How many there are.
    pub size: u64,
}

/// The orbits of all allocations of these sizes, by size and then in canonical order. The order of units holds for any number of
/// samples; transposition is left out: it would change the units that weights lead to.
///
/// # Errors
/// More weights than groups act on, or more than 1,000,000 orbits of one size.
pub fn orbits(network: &Network, sizes: RangeInclusive<usize>) -> Result<Vec<Orbit>, ReachError> {
    let weights = network.weights();
    if *sizes.start() > weights {
        return Ok(Vec::new());
    }
    let mut symmetries = network.symmetries(Samples::Count(1));
    symmetries.retain(|symmetry| keeps_rows(network, symmetry));
    let too_many = ReachError::TooManyWeights { weights, limit: MOST_POINTS };
    let group = Group::acting_on(&Allocation::all(weights), &symmetries).ok_or(too_many)?;
    let largest = weights.min(*sizes.end());
    if let Some(most) = group.orbits().into_iter().take(largest + 1).max().filter(|most| *most > MOST) {
        return Err(ReachError::TooManyOrbits { orbits: most.to_string(), limit: MOST, fits: None });
    }
    let (mut levels, mut found) = (Orbits::new(group), Vec::new());
    loop {
        if sizes.contains(&levels.size()) {
            found.extend(levels.level().iter().map(|orbit| Orbit {
                representative: levels.group().allocation(orbit.representative),
                size: levels.length(orbit),
            }));
        }
        if levels.size() >= largest {
            return Ok(found);
        }
        levels.advance(&Control::unlimited())?;
    }
}

/// Whether weights that lead to one unit lead to one unit afterwards.
fn keeps_rows(network: &Network, symmetry: &Symmetry) -> bool {
    let all = (0..network.weights()).map(|w| (row(network, w), row(network, symmetry.images[w])));
    all.clone().map(|(before, _)| before).unique().count() == all.unique().count()
}

/// The unit that a weight leads to, as its tensor and row.
fn row(network: &Network, weight: usize) -> (usize, usize) {
    let weight = network.layout().weight(weight);
    (weight.tensor.start, weight.row)
}

/// How many units have a learnable incoming weight: the more, the more widespread an allocation is.
pub fn rows_touched(network: &Network, allocation: &Allocation) -> usize {
    allocation.iter().map(|w| row(network, w)).unique().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Orbits by the order of units are counted by Burnside's lemma. For lffn([2, 2, 2]) and pairs of weights, by hand: of the 8
    /// permutations the identity keeps 28 pairs, that of the inputs and that of the outputs (which leave four weights) 8 each, the
    /// other five, made of four swaps, 4 each: (28 + 2 · 8 + 5 · 4) / 8 = 8.
    #[test]
    fn orbits_are_those_of_the_order_of_units() {
        let lffn = Network::lffn(&[2, 2, 2], false).unwrap();
        let found = orbits(&lffn, 2..=2).unwrap();
        assert_eq!((found.len(), found.iter().map(|o| o.size).sum::<u64>()), (8, 28));
        // One hidden unit: W1[0,0] W1[0,1] have one row, their transpose W2[0,0] W2[1,0] has two.
        let transposed = Network::lffn(&[2, 1, 2], false).unwrap();
        let rows: Vec<usize> =
            orbits(&transposed, 2..=2).unwrap().iter().map(|o| rows_touched(&transposed, &o.representative)).collect();
        assert_eq!(rows, [1, 2, 2]);
        let wide = Network::lffn(&[9, 9, 9], false).unwrap();
        assert!(matches!(orbits(&wide, 1..=1), Err(ReachError::TooManyWeights { .. })));
        assert_eq!(orbits(&lffn, 9..=12), Ok(Vec::new()));
    }
}
