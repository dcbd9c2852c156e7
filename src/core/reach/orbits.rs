//! Every allocation up to symmetry: one representative an orbit, smallest first, in canonical order.
//!
//! Orderly generation: taking the last weight away from a canonical form leaves a canonical form. (If an image of the
//! rest came earlier, then at the first place where they differ it would have an earlier weight; putting the last weight's
//! image back in makes no place later, so the whole would have an earlier image.) So the canonical forms of a size are
//! among the extensions, by a later weight, of those one smaller: each is met once, and in order.
//!
//! An enumeration proves itself complete: representatives are canonical forms of their own, so no two are equivalent,
//! and the lengths of their orbits must sum to the binomial coefficient.

use rayon::prelude::*;
use rug::Integer;

use crate::control::Control;

use super::ReachError;
use super::symmetry::{Group, Set, bit};
use crate::number::binomial;

/// So many orbits are extended between two looks at whether to stop.
const CHUNK: usize = 256;

/// An orbit of allocations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orbit {
    /// Its first allocation in canonical order.
    pub representative: Set,
    /// How many elements of the group keep the representative.
    pub stabiliser: u32,
}

/// The orbits of one size after the other.
#[derive(Clone, Debug)]
pub struct Orbits {
    group: Group,
    size: usize,
    level: Vec<Orbit>,
}

impl Orbits {
    /// Starts with the empty allocation.
    pub fn new(group: Group) -> Self {
        let empty = Orbit { representative: 0, stabiliser: group.order() as u32 };
        Orbits { group, size: 0, level: vec![empty] }
    }

    /// The group.
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// The size of the allocations that it stands at.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The orbits of this size, in canonical order of their representatives.
    pub fn level(&self) -> &[Orbit] {
        &self.level
    }

    /// The number of allocations in an orbit.
    pub fn length(&self, orbit: &Orbit) -> u64 {
        self.group.order() / u64::from(orbit.stabiliser)
    }

    /// Goes on to the next size. Costs a look at every image of every extension. Where it is stopped, nothing is changed.
    ///
    /// # Errors
    /// Being stopped, or if the lengths of the orbits do not sum to the binomial coefficient.
    pub fn advance(&mut self, control: &Control<'_>) -> Result<(), ReachError> {
        let group = &self.group;
        let extended = |orbit: &Orbit| {
            let set = orbit.representative;
            let free = if set == 0 { 0 } else { 64 - set.trailing_zeros() as usize };
            let extensions = (free..group.points()).map(move |point| set | bit(point));
            extensions.filter_map(move |representative| {
                let stabiliser = group.stabiliser(representative)?;
                Some(Orbit { representative, stabiliser })
            })
        };
        let chunks = self.level.par_chunks(CHUNK).flat_map_iter(|chunk| {
            let chunk = if control.stopped().is_some() { &[] } else { chunk };
            chunk.iter().flat_map(extended)
        });
        let level = chunks.collect();
        control.check()?;
        self.level = level;
        self.size += 1;
        self.prove()
    }

    /// Whether the orbits cover every allocation of this size.
    fn prove(&self) -> Result<(), ReachError> {
        let found: Integer = self.level.iter().map(|orbit| Integer::from(self.length(orbit))).sum();
        let all = binomial(self.group.points(), self.size);
        if found == all {
            return Ok(());
        }
        Err(ReachError::Incomplete { size: self.size, found: found.to_string(), all: all.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::{Allocation, subsets};
    use crate::network::{Network, Samples};

    #[test]
    fn finds_the_first_allocation_of_every_orbit_in_order() {
        let networks = [
            Network::lffn(&[2, 3, 2], false),
            Network::lrnn(1, 3, 1, 7, false),
            Network::lrnn(2, 2, 2, 4, false),
            Network::pnn(&[2, 3, 1], 2, true),
            Network::lrnn(2, 2, 1, 4, true),
            Network::lffn(&[2, 2, 2], true),
            Network::relu(&[2, 3, 1], true),
        ];
        for network in networks.map(Result::unwrap) {
            let all = Allocation::all(network.weights());
            let group = Group::acting_on(&all, &network.symmetries(Samples::Functional)).unwrap();
            let mut orbits = Orbits::new(group.clone());
            for size in 0..=all.size() {
                let expected: Vec<Set> = subsets(&all, size)
                    .map(|a| group.set(&a).unwrap())
                    .filter(|set| group.canonical(*set) == *set)
                    .collect();
                let found: Vec<Set> = orbits.level().iter().map(|o| o.representative).collect();
                assert_eq!(found, expected, "{network} {size}");
                assert_eq!(group.orbits()[size], found.len());
                if size < all.size() {
                    orbits.advance(&Control::unlimited()).unwrap();
                }
            }
        }
    }

    #[test]
    fn an_incomplete_enumeration_is_noticed() {
        let network = Network::lrnn(1, 2, 1, 5, false).unwrap();
        let all = Allocation::all(network.weights());
        let group = Group::acting_on(&all, &network.symmetries(Samples::Functional)).unwrap();
        let mut orbits = Orbits::new(group.clone());
        orbits.advance(&Control::unlimited()).unwrap();
        orbits.level.pop();
        let error = orbits.advance(&Control::unlimited()).unwrap_err();
        assert!(matches!(error, ReachError::Incomplete { size: 2, .. }), "{error}");
    }
}
