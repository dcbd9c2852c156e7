//! Numbers of subsets by size and rank.

use itertools::Itertools;
use rug::{Complete, Integer};

/// How many subsets there are of each size and rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// `counts[size][rank]`.
    pub(super) counts: Vec<Vec<Integer>>,
}

impl Table {
    pub(in super::super) fn zero(elements: usize, rank: usize) -> Self {
        Table { counts: vec![vec![Integer::new(); rank + 1]; elements + 1] }
    }

    /// The table of the empty matroid.
    pub(super) fn one() -> Self {
        let mut table = Table::zero(0, 0);
        table.counts[0][0] += 1;
        table
    }

    /// The non-zero entries as (size, rank, number), by size, then rank.
    pub fn entries(&self) -> impl Iterator<Item = (usize, usize, &Integer)> {
        self.counts.iter().enumerate().flat_map(|(size, row)| {
            let filled = row.iter().enumerate().filter(|(_, number)| !number.is_zero());
            filled.map(move |(rank, number)| (size, rank, number))
        })
    }

    /// The number of subsets of this size and rank.
    pub fn number(&self, size: usize, rank: usize) -> Integer {
        let entry = self.counts.get(size).and_then(|row| row.get(rank));
        entry.cloned().unwrap_or_default()
    }

    /// The ranks that subsets of this size have, smallest first.
    pub fn ranks(&self, size: usize) -> impl Iterator<Item = usize> + '_ {
        let row = self.counts.get(size).map_or(&[][..], Vec::as_slice);
        row.iter().enumerate().filter(|(_, n)| !n.is_zero()).map(|(rank, _)| rank)
    }

    /// The sum of rank times number: of two tables of the same matroid, one of which may have missed minors, the
    /// larger is nearer the truth.
    pub(in super::super) fn weight(&self) -> Integer {
        self.entries().map(|(_, rank, number)| (number * rank).complete()).sum()
    }

    /// So many subsets more; size and rank must be inside the table.
    pub(in super::super) fn add(&mut self, size: usize, rank: usize, number: &Integer) {
        self.counts[size][rank] += number;
    }

    /// Only the sizes in a range: smaller ones become zero, larger ones are cut off.
    pub(in super::super) fn keep(&mut self, sizes: std::ops::RangeInclusive<usize>) {
        self.counts.truncate(sizes.end().saturating_add(1));
        for (size, row) in self.counts.iter_mut().enumerate() {
            if !sizes.contains(&size) {
                row.iter_mut().for_each(|n| *n = Integer::new());
            }
        }
    }

    /// The table of a direct sum, up to a size.
    pub(super) fn product(&self, other: &Self, most: usize) -> Self {
        let (n, r) = (self.counts.len() + other.counts.len() - 2, self.counts[0].len() + other.counts[0].len() - 2);
        let mut table = Table::zero(n.min(most), r);
        let others = other.entries().collect_vec();
        for ((s, a, x), (t, b, y)) in self.entries().cartesian_product(others) {
            if s + t <= most {
                table.counts[s + t][a + b] += x * y;
            }
        }
        table
    }
}
