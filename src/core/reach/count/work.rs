//! A count cut into pieces that may be counted anywhere, at any time, in any order.
//!
//! The cut depends on the matrix and the options alone. A piece is some minors of the recursion; its result is one table a
//! component, and the tables of all pieces add up to the count.

use rug::Integer;

use crate::algebra::{Matrix, RowSpace};
use crate::control::Control;
use crate::number::PrimeField;

use super::{CountOptions, Counter, Minor, Table, Tally, tabulate};
use crate::number::binomial;

/// The recursion is cut into about this many minors.
const MINORS: usize = 4096;
/// These are put together into at most so many pieces.
const MOST_PIECES: usize = 256;
/// A piece has at least about so many minors.
const FEWEST_MINORS: usize = 8;

/// A count that is cut into pieces of similar cost.
#[derive(Debug)]
pub(in crate::reach) struct Work {
    field: PrimeField,
    /// The sizes at which the recursion may stop early.
    cut: std::ops::RangeInclusive<usize>,
    options: CountOptions,
    components: Vec<Component>,
    pieces: Vec<Vec<(usize, Minor)>>,
}

/// A component of the matroid: its elements, its rank, and the small minors that the cut met.
#[derive(Debug)]
struct Component {
    elements: usize,
    rank: usize,
    leaves: Tally,
}

impl Work {
    /// Cuts a count. Costs some thousand pivots.
    pub(in crate::reach) fn new(field: PrimeField, matrix: &Matrix<u64>, options: CountOptions) -> Self {
        let whole = Minor::of(field, matrix).components();
        let one = whole.len() == 1;
        let least = if one { *options.sizes.start() } else { 0 };
        let cut = least..=*options.sizes.end();
        let starts: Vec<(usize, usize, Vec<Minor>)> = if one && !options.folds.is_empty() {
            let minors = options.folds.iter().map(|fold| Minor::folded(field, matrix, fold)).collect();
            vec![(matrix.columns(), RowSpace::of(field, matrix).rank(), minors)]
        } else {
            let size = |m: &Minor| (m.r + m.c + m.loops + m.coloops, m.r + m.coloops);
            whole.into_iter().map(|m| (size(&m).0, size(&m).1, vec![m])).collect()
        };
        let never = Control::unlimited();
        let (mut components, mut minors) = (Vec::new(), Vec::new());
        for (elements, rank, start) in starts {
            let mut counter = Counter::new(field, cut.clone(), &never);
            let parts = counter.split(start, MINORS);
            minors.extend(parts.into_iter().map(|part| (components.len(), part)));
            components.push(Component { elements, rank, leaves: counter.tally });
        }
        let pieces = share(minors);
        Work { field, cut, options, components, pieces }
    }

    /// The number of pieces.
    pub(in crate::reach) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Counts a piece: one table a component; nothing if something said stop before the end.
    pub(in crate::reach) fn run(&self, piece: usize, control: &Control<'_>) -> Option<Vec<Table>> {
        let mut tallies = vec![Tally::default(); self.components.len()];
        let minors = self.pieces.get(piece)?;
        for (component, minor) in minors {
            let mut counter = Counter::new(self.field, self.cut.clone(), control);
            counter.run(minor.clone());
            if counter.is_late() {
                return None;
            }
            for (leaf, times) in counter.tally {
                *tallies[*component].entry(leaf).or_insert(0) += times;
            }
        }
        let parts = self.components.iter().zip(&tallies);
        Some(parts.map(|(c, tally)| tabulate(c.elements, c.rank, tally)).collect())
    }

    /// The table of the whole matroid from the results of all pieces, whatever their order. Entries outside the tables
    /// are no result of a piece: nothing then.
    pub(in crate::reach) fn join(&self, results: &[Vec<(usize, usize, usize, Integer)>]) -> Option<Table> {
        let leaves = |c: &Component| tabulate(c.elements, c.rank, &c.leaves);
        let mut tables: Vec<Table> = self.components.iter().map(leaves).collect();
        for (component, size, rank, number) in results.iter().flatten() {
            *tables.get_mut(*component)?.counts.get_mut(*size)?.get_mut(*rank)? += number;
        }
        let most = *self.options.sizes.end();
        let mut table = tables.into_iter().fold(Table::one(), |all, table| all.product(&table, most));
        table.keep(self.options.sizes.clone());
        Some(table)
    }
}

/// Minors put together into pieces of similar cost: the dearest first, each to the piece that is cheapest so far.
fn share(mut minors: Vec<(usize, Minor)>) -> Vec<Vec<(usize, Minor)>> {
    let number = minors.len().div_ceil(FEWEST_MINORS).clamp(1, MOST_PIECES);
    let cost = |m: &Minor| binomial(m.r + m.c, m.r);
    minors.sort_by_cached_key(|(_, m)| std::cmp::Reverse(cost(m)));
    let mut pieces: Vec<(Integer, Vec<(usize, Minor)>)> = vec![(Integer::new(), Vec::new()); number];
    for minor in minors {
        let cheapest = pieces.iter_mut().min_by(|a, b| a.0.cmp(&b.0));
        if let Some((sum, piece)) = cheapest {
            *sum += cost(&minor.1);
            piece.push(minor);
        }
    }
    pieces.into_iter().map(|(_, piece)| piece).collect()
}
