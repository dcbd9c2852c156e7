//! Small minors whose subsets are counted by a formula.

use itertools::Itertools;
use rug::Integer;
use rustc_hash::FxHashMap;

use super::table::Table;
use crate::number::binomial;

/// A small minor whose subsets are counted by a formula, with what was split off before it was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Leaf {
    pub(super) taken: u16,
    pub(super) loops: u16,
    pub(super) coloops: u16,
    pub(super) extra: u16,
    pub(super) shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Every set of at most `rank` of the `elements` is independent.
    Uniform { rank: u16, elements: u16 },
    /// One parallel class of this size in a matroid of rank 2: what it changes against the uniform matroid.
    Class { size: u16 },
    /// The same in the dual, which has rank 2 and so many elements.
    DualClass { size: u16, elements: u16 },
}

pub(super) type Tally = FxHashMap<Leaf, u64>;

impl Leaf {
    /// The subsets of this minor by size and rank, the taken elements included; loops and coloops left out.
    fn terms(&self) -> Vec<(usize, usize, Integer)> {
        let (taken, extra) = (usize::from(self.taken), usize::from(self.extra));
        let shift = |(s, r, x)| (s + taken + extra, r + taken, x);
        match self.shape {
            Shape::Uniform { rank, elements } => {
                let (rank, n) = (usize::from(rank), usize::from(elements));
                (0..=n).map(|s| shift((s, s.min(rank), binomial(n, s)))).collect()
            }
            // Sets of at least two elements of the class have rank 1, not 2.
            Shape::Class { size } => {
                let w = usize::from(size);
                (2..=w).flat_map(|s| [(s, 1, binomial(w, s)), (s, 2, -binomial(w, s))]).map(shift).collect()
            }
            // r(A) = |A| − 2 + r*(E − A): one less where the complement is at least two elements of the class.
            Shape::DualClass { size, elements } => {
                let (w, n) = (usize::from(size), usize::from(elements));
                let terms = (2..=w).flat_map(|s| [(n - s, n - s - 1, binomial(w, s)), (n - s, n - s, -binomial(w, s))]);
                terms.map(shift).collect()
            }
        }
    }
}

/// Adds up the leaves.
pub(super) fn tabulate(n: usize, r: usize, tally: &Tally) -> Table {
    let mut table = Table::zero(n, r);
    for (leaf, times) in tally {
        for (size, rank, number) in leaf.terms() {
            let number = number * times;
            for (l, k) in (0..=usize::from(leaf.loops)).cartesian_product(0..=usize::from(leaf.coloops)) {
                let ways = binomial(leaf.loops.into(), l) * binomial(leaf.coloops.into(), k);
                let entry = table.counts.get_mut(size + l + k).and_then(|row| row.get_mut(rank + k));
                if let Some(entry) = entry {
                    *entry += &number * ways;
                }
            }
        }
    }
    table
}
