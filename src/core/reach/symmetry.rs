//! The group that symmetries generate, acting on sets of at most 64 weights.
//!
//! A set is a word whose highest bit is the first weight, so that among sets of one size the canonical order is the
//! falling order of words: the *canonical form* of a set, the first in canonical order among its images, is the largest
//! word among them. A group element maps a word by table look-ups, one for every four weights.

use std::collections::{BTreeSet, HashSet};
use std::sync::OnceLock;

use rug::Integer;

use crate::allocation::Allocation;
use crate::network::Symmetry;

/// A set of weights as a word, the first weight highest.
pub type Set = u64;

/// The most weights that a group acts on.
pub const MOST_POINTS: usize = 64;
/// A group has at most so many elements; where the symmetries generate more, only some of them are used.
pub const MOST_ELEMENTS: usize = 1 << 15;
/// The values of four weights.
const NIBBLE: usize = 16;

/// A group of permutations of some weights, with all its elements.
#[derive(Clone, Debug)]
pub struct Group {
    /// The weights that it acts on, in canonical order; the first is the highest bit of a [`Set`].
    within: Vec<usize>,
    /// All weights of the network.
    weights: usize,
    elements: Vec<Vec<u8>>,
    /// The images of every value of every four weights, element by element, the identity left out.
    /// Made when they are first looked at.
    tables: OnceLock<Vec<Set>>,
    generators: Vec<String>,
    left_out: Vec<String>,
}

impl Group {
    /// The group that those symmetries generate which keep `within` as a whole, acting on its weights. Nothing if there
    /// are more than [`MOST_POINTS`].
    pub fn acting_on(within: &Allocation, symmetries: &[Symmetry]) -> Option<Self> {
        Group::of_order_at_most(MOST_ELEMENTS, within, symmetries)
    }

    /// The same, of at most so many elements: symmetries that would make more are left out.
    pub fn of_order_at_most(most: usize, within: &Allocation, symmetries: &[Symmetry]) -> Option<Self> {
        let positions: Vec<usize> = within.iter().collect();
        if positions.len() > MOST_POINTS {
            return None;
        }
        let restricted = |symmetry: &Symmetry| {
            let image = |w: &usize| positions.binary_search(symmetry.images.get(*w)?).ok().map(|i| i as u8);
            positions.iter().map(image).collect::<Option<Vec<u8>>>()
        };
        let identity: Vec<u8> = (0..positions.len() as u8).collect();
        let mut group = Group {
            weights: within.weights(),
            elements: vec![identity],
            tables: OnceLock::new(),
            generators: Vec::new(),
            left_out: Vec::new(),
            within: positions.clone(),
        };
        let (mut used, mut without) = (Vec::new(), Vec::new());
        for symmetry in symmetries {
            let Some(generator) = restricted(symmetry) else {
                continue;
            };
            if group.elements.contains(&generator) {
                continue;
            }
            used.push(generator.clone());
            match closure(&used, most.min(MOST_ELEMENTS)) {
                Some(elements) => {
                    group.elements = elements;
                    group.generators.push(symmetry.name.clone());
                }
                None => {
                    without.push((symmetry.name.clone(), generator));
                    used.pop();
                }
            }
        }
        // Later generators may have brought some of them in.
        without.retain(|(_, generator)| !group.elements.contains(generator));
        group.left_out = without.into_iter().map(|(name, _)| name).collect();
        Some(group)
    }

    fn tabulate(&self) -> Vec<Set> {
        let points = self.within.len();
        let mut tables = Vec::new();
        for element in &self.elements[1..] {
            for first in (0..points).step_by(4) {
                for value in 0..NIBBLE {
                    let chosen = (first..points.min(first + 4)).filter(|i| value >> (3 - (i - first)) & 1 == 1);
                    tables.push(chosen.map(|i| bit(element[i].into())).fold(0, |a, b| a | b));
                }
            }
        }
        tables
    }

    /// The number of elements.
    pub fn order(&self) -> u64 {
        self.elements.len() as u64
    }

    /// The number of weights that it acts on.
    pub fn points(&self) -> usize {
        self.within.len()
    }

    /// The symmetries that generate it, in words.
    pub fn generators(&self) -> &[String] {
        &self.generators
    }

    /// The symmetries given (that keep the weights) that are not in it, in words: with them there would be too many elements.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The allocation that a word stands for.
    pub fn allocation(&self, set: Set) -> Allocation {
        let chosen = self.within.iter().enumerate().filter(|(i, _)| set & bit(*i) != 0);
        Allocation::of(self.weights, chosen.map(|(_, w)| *w))
    }

    /// The word of an allocation; nothing if it is not inside the weights that the group acts on.
    pub fn set(&self, allocation: &Allocation) -> Option<Set> {
        let places = allocation.iter().map(|w| self.within.binary_search(&w).ok());
        places.map(|i| i.map(bit)).try_fold(0, |set, bit| Some(set | bit?))
    }

    /// The images of a set under all elements but the identity.
    fn images(&self, set: Set) -> impl Iterator<Item = Set> + '_ {
        let nibbles = self.points().div_ceil(4);
        self.tables.get_or_init(|| self.tabulate()).chunks_exact((nibbles * NIBBLE).max(1)).map(move |table| {
            let rows = table.chunks_exact(NIBBLE).enumerate();
            rows.fold(0, |image, (i, row)| image | row[(set << (4 * i) >> 60) as usize])
        })
    }

    /// The image of a set under one of the elements but the identity, counted from 0 and round and round; the set itself if
    /// there are none.
    pub fn image(&self, set: Set, element: u64) -> Set {
        let others = self.elements.len() - 1;
        if others == 0 {
            return set;
        }
        let element = &self.elements[1 + (element % others as u64) as usize];
        let moved = (0..self.points()).filter(|i| set & bit(*i) != 0).map(|i| bit(element[i].into()));
        moved.fold(0, |a, b| a | b)
    }

    /// A set and its images, each once.
    pub fn orbit(&self, set: Set) -> BTreeSet<Set> {
        self.images(set).chain([set]).collect()
    }

    /// The canonical form: the first image in canonical order.
    pub fn canonical(&self, set: Set) -> Set {
        self.images(set).fold(set, Set::max)
    }

    /// The number of elements that keep a set, if it is its own canonical form; otherwise nothing.
    pub fn stabiliser(&self, set: Set) -> Option<u32> {
        let mut kept = 1;
        for image in self.images(set) {
            if image > set {
                return None;
            }
            kept += u32::from(image == set);
        }
        Some(kept)
    }

    /// The number of orbits of each size, by the lemma that is not Burnside's: the mean number of sets that an element keeps.
    pub fn orbits(&self) -> Vec<Integer> {
        let mut kept = vec![Integer::new(); self.points() + 1];
        for (cycles, elements) in self.cycle_types() {
            for (size, number) in choices(&cycles, self.points()).into_iter().enumerate() {
                kept[size] += number * elements;
            }
        }
        kept.into_iter().map(|sum| sum / self.order()).collect()
    }

    /// The lengths of cycles, and how many elements have them.
    fn cycle_types(&self) -> Vec<(Vec<usize>, u64)> {
        let mut types = std::collections::BTreeMap::new();
        for element in &self.elements {
            *types.entry(cycles(element)).or_insert(0) += 1;
        }
        types.into_iter().collect()
    }
}

/// The word of the set of one point.
pub(super) fn bit(point: usize) -> Set {
    1 << (63 - point)
}

/// All products of permutations, the identity first; nothing if there are too many.
fn closure(generators: &[Vec<u8>], most: usize) -> Option<Vec<Vec<u8>>> {
    let points = generators.first()?.len();
    let identity: Vec<u8> = (0..points as u8).collect();
    let mut known: HashSet<Vec<u8>> = HashSet::from([identity.clone()]);
    let mut elements = vec![identity];
    let mut next = 0;
    while let Some(element) = elements.get(next).cloned() {
        next += 1;
        for generator in generators {
            let product: Vec<u8> = element.iter().map(|i| generator[usize::from(*i)]).collect();
            if known.insert(product.clone()) {
                elements.push(product);
            }
        }
        if elements.len() > most {
            return None;
        }
    }
    Some(elements)
}

/// The lengths of the cycles, in order of size.
fn cycles(permutation: &[u8]) -> Vec<usize> {
    let mut seen = vec![false; permutation.len()];
    let mut lengths = Vec::new();
    for start in 0..permutation.len() {
        let (mut at, mut length) = (start, 0);
        while !std::mem::replace(&mut seen[at], true) {
            at = usize::from(permutation[at]);
            length += 1;
        }
        lengths.extend((length > 0).then_some(length));
    }
    lengths.sort_unstable();
    lengths
}

/// In how many ways whole cycles make a set of each size.
fn choices(cycles: &[usize], points: usize) -> Vec<Integer> {
    let mut ways = vec![Integer::new(); points + 1];
    ways[0] += 1;
    for length in cycles {
        for size in (*length..=points).rev() {
            let without = ways[size - length].clone();
            ways[size] += without;
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Network, Samples};

    fn group(text: &str) -> Group {
        let network: Network = match text {
            "lffn" => Network::lffn(&[2, 3, 2], false).unwrap(),
            _ => Network::lrnn(1, 3, 1, 7, false).unwrap(),
        };
        let all = Allocation::all(network.weights());
        Group::acting_on(&all, &network.symmetries(Samples::Functional)).unwrap()
    }

    #[test]
    fn orders_are_products_of_factorials() {
        assert_eq!(group("lffn").order(), 2 * 6 * 2 * 2);
        assert_eq!(group("lrnn").order(), 6 * 2);
    }

    #[test]
    fn canonical_forms_are_first_in_their_orbits() {
        for group in [group("lffn"), group("lrnn")] {
            for bits in (0..1u64 << group.points()).step_by(7) {
                let set = bits << (64 - group.points());
                let canonical = group.canonical(set);
                let first = group.images(set).chain([set]).map(|s| group.allocation(s)).min().unwrap();
                assert_eq!(group.allocation(canonical), first);
                assert_eq!(group.set(&first), Some(canonical));
                assert_eq!(group.stabiliser(set).is_some(), set == canonical);
                assert!(group.images(set).all(|image| group.canonical(image) == canonical));
            }
        }
    }

    #[test]
    fn orbits_are_counted_by_the_mean_number_of_kept_sets() {
        let group = group("lrnn");
        let all: HashSet<Set> = (0..1u64 << 15).map(|b| group.canonical(b << 49)).collect();
        assert_eq!(group.orbits().into_iter().sum::<Integer>(), all.len());
    }
}
