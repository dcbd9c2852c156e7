//! A scan cut into pieces, which may be counted in any order, on any machine, and are joined to the same answer.
//!
//! All independent counts of a scan ([`scan`](super::scan())) are cut into pieces of similar cost; the cut follows from the
//! request alone. Joined tables must hold as many allocations of each size as there are, and agree with each other.

use rug::Integer;

use crate::control::Control;
use crate::network::{Network, Samples};

use super::count::{CountOptions, Work};
use super::scan::{Plan, Scan, ScanOptions};
use super::{ReachError, Settings};
use crate::number::binomial;

/// What came of a piece: (component, size, rank, number of subsets).
pub type PieceResult = Vec<(usize, usize, usize, Integer)>;

/// A scan in pieces.
#[derive(Debug)]
pub struct Pieces {
    plan: Plan,
    works: Vec<Work>,
}

impl Pieces {
    /// Cuts a scan.
    ///
    /// # Errors
    /// See [`ReachError`]; a network with kinks is not one matroid.
    pub fn new(
        network: &Network,
        samples: Samples,
        options: &ScanOptions,
        settings: Settings,
        control: &Control<'_>,
    ) -> Result<Self, ReachError> {
        let mut plan = Plan::new(network, samples, options, settings, control)?;
        let limits = CountOptions { sizes: plan.sizes.clone(), folds: plan.folds() };
        let works = (0..plan.needed).map(|attempt| plan.matrix(attempt, control)).collect::<Result<Vec<_>, _>>()?;
        let works = works.into_iter().map(|(field, matrix)| Work::new(field, &matrix, limits.clone())).collect();
        Ok(Pieces { plan, works })
    }

    /// The number of pieces of all counts together.
    pub fn number(&self) -> usize {
        self.works.iter().map(Work::pieces).sum()
    }

    /// Counts a piece, 0 ≤ `piece` < [`number`](Self::number); nothing if something said stop on the way.
    pub fn count(&self, piece: usize, control: &Control<'_>) -> Option<PieceResult> {
        let mut inside = piece;
        let mut works = self.works.iter();
        let work = works.find(|work| {
            let here = inside < work.pieces();
            inside -= if here { 0 } else { work.pieces() };
            here
        })?;
        let tables = work.run(inside, control)?;
        let entries = tables.iter().enumerate().flat_map(|(component, table)| {
            table.entries().map(move |(size, rank, number)| (component, size, rank, number.clone()))
        });
        Some(entries.collect())
    }

    /// The scan's answer from the results of all pieces, in order.
    ///
    /// # Errors
    /// Results that do not add up to all allocations, independent counts that keep disagreeing, or being stopped.
    pub fn join(self, results: &[PieceResult], control: &Control<'_>) -> Result<Scan, ReachError> {
        let Pieces { mut plan, works } = self;
        let (n, sizes) = (plan.within.size(), plan.sizes.clone());
        let mut tables = Vec::new();
        let mut start = 0;
        for work in &works {
            let end = start + work.pieces();
            let joined = results.get(start..end).and_then(|results| work.join(results));
            let table = joined.ok_or(ReachError::PiecesDoNotFit)?;
            start = end;
            for size in sizes.clone() {
                let found: Integer = table.ranks(size).map(|rank| table.number(size, rank)).sum();
                if found != binomial(n, size) || table.entries().any(|(.., number)| *number < 0) {
                    return Err(ReachError::WrongTotal {
                        size,
                        found: found.to_string(),
                        all: binomial(n, size).to_string(),
                    });
                }
            }
            tables.push(table);
        }
        let folds = plan.folds();
        let table = plan.agree(|plan, attempt| {
            if let Some(table) = tables.get(attempt) {
                return Ok(table.clone());
            }
            // Counts that disagree are rarer than the stated error; the next one is made here and now.
            let (field, matrix) = plan.matrix(attempt, control)?;
            let limits = CountOptions { sizes: plan.sizes.clone(), folds: folds.clone() };
            let counted = super::count::count(field, &matrix, &limits, &control.narrowed(None));
            counted.map_err(|_| control.stopped().map_or(ReachError::Disagreement, ReachError::Stopped))
        })?;
        Ok(plan.answer(table, &control.narrowed(None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::{Allocation, parse};

    #[test]
    fn pieces_add_up_to_the_scan() {
        let settings = Settings { seed: 1, error_log2: -40 };
        for (text, within, sizes) in [
            ("lrnn(1,3,1,7)", "all", None),
            ("lrnn(1,4,1,9)", "all", Some(7..=12)),
            ("lffn([2,3,2])", "W1", None),
            ("pnn([2,3,2], degree=2)", "W1 W2[0,:]", Some(0..=5)),
        ] {
            let network: Network = match text {
                "lrnn(1,3,1,7)" => Network::lrnn(1, 3, 1, 7, false).unwrap(),
                "lrnn(1,4,1,9)" => Network::lrnn(1, 4, 1, 9, false).unwrap(),
                "lffn([2,3,2])" => Network::lffn(&[2, 3, 2], false).unwrap(),
                _ => Network::pnn(&[2, 3, 2], 2, false).unwrap(),
            };
            let within: Allocation = parse(network.layout(), within).unwrap();
            let options = ScanOptions { within: Some(within), sizes, ..ScanOptions::default() };
            let free = Control::unlimited();
            let pieces = Pieces::new(&network, Samples::Functional, &options, settings, &free).unwrap();
            let results: Vec<PieceResult> = (0..pieces.number()).map(|p| pieces.count(p, &free).unwrap()).collect();
            let whole = super::super::scan(&network, Samples::Functional, &options, settings, &free).unwrap();
            let joined = pieces.join(&results, &free).unwrap();
            assert_eq!((joined.table, joined.evidence), (whole.table, whole.evidence), "{text}");

            let mut wrong = results.clone();
            wrong.pop();
            let pieces = Pieces::new(&network, Samples::Functional, &options, settings, &free).unwrap();
            assert!(pieces.join(&wrong, &free).is_err());
        }
    }
}
