//! The question "how many allocations of each size have each reachable dimension?", and its answer.

use std::ops::RangeInclusive;

use rug::Integer;

use crate::algebra::Matrix;
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::network::{Network, Samples};
use crate::number::PrimeField;

use super::count::{CountOptions, Fold, PROGRESS, Table, cost, count};
use super::fold::folds;
use super::rank::{Dimension, Settings};
use super::scan_patterns::{Drawn, MOST_WEIGHTS, scan_patterns};
use super::{DRAWS, Evidence, JacobianMatroid, Patterns, ReachError};
use crate::number::binomial;

/// What a scan is about, besides network and samples.
#[derive(Clone, Debug)]
pub struct ScanOptions {
    /// Only allocations inside these weights; nothing means all.
    pub within: Option<Allocation>,
    /// Only allocations of these sizes; nothing means all.
    pub sizes: Option<RangeInclusive<usize>>,
    /// For a network with kinks: so many activation patterns are drawn.
    pub draws: u64,
}

impl Default for ScanOptions {
    /// All allocations, and [`DRAWS`] patterns.
    fn default() -> Self {
        ScanOptions { within: None, sizes: None, draws: DRAWS }
    }
}

/// How many allocations there are of each size and dimension.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The weights that the allocations lie in.
    pub within: Allocation,
    /// The sizes counted.
    pub sizes: RangeInclusive<usize>,
    /// The numbers.
    pub table: Table,
    /// D_m.
    pub teacher: Dimension,
    /// How the whole table, and the teacher's dimension with it, is known.
    pub evidence: Evidence,
    /// What was computed with.
    pub settings: Settings,
    /// How many random points agreed.
    pub trials: usize,
    /// For a network with kinks: what the single activation patterns show. The table is that of the largest dimensions.
    pub drawn: Option<Drawn>,
}

/// More independent counts than this are never made.
const MOST_COUNTS: usize = 8;

/// Counts all allocations by size and dimension, with an error of at most 2^`error_log2` for the whole table.
///
/// The table is counted at independent random points until the chance that all of them missed a minor is small enough; a
/// table that missed one has a smaller sum of ranks, so a disagreement shows which of two is wrong.
///
/// # Errors
/// See [`ReachError`]; where it was stopped, [`ReachError::StoppedCount`] with what was counted by then.
pub fn scan(
    network: &Network,
    samples: Samples,
    options: &ScanOptions,
    settings: Settings,
    control: &Control<'_>,
) -> Result<Scan, ReachError> {
    if network.has_one_matroid() {
        return scan_matroid(network, samples, options, settings, control);
    }
    let (within, sizes) = range(network, options)?;
    if within.size() > MOST_WEIGHTS {
        return Err(ReachError::TooManyWeights { weights: within.size(), limit: MOST_WEIGHTS });
    }
    let patterns = Patterns::draw(network, samples, settings.seed, options.draws, &control.untimed())
        .map_err(|error| before(error, control))?;
    let (table, evidence, drawn) = scan_patterns(&patterns, &within, sizes.clone(), control)?;
    let teacher = patterns.teacher();
    let evidence = Evidence::all([evidence, teacher.evidence]);
    let (network, trials) = (network.clone(), drawn.patterns);
    Ok(Scan { network, samples, within, sizes, table, teacher, evidence, settings, trials, drawn: Some(drawn) })
}

/// [`scan`] of a label map without kinks: one matroid's.
fn scan_matroid(
    network: &Network,
    samples: Samples,
    options: &ScanOptions,
    settings: Settings,
    control: &Control<'_>,
) -> Result<Scan, ReachError> {
    let plan = Plan::new(network, samples, options, settings, &control.untimed());
    let mut plan = plan.map_err(|error| before(error, control))?;
    let (folds, needed) = (plan.folds(), plan.needed);
    let limits = CountOptions { sizes: plan.sizes.clone(), folds };
    let mut first: Option<Table> = None;
    let table = plan.agree(|plan, attempt| {
        let (field, matrix) = plan.matrix(attempt, &control.untimed()).map_err(|error| before(error, control))?;
        let all = needed.max(attempt + 1) * PROGRESS;
        let inside = |done: u64, _: u64| control.advanced((attempt * PROGRESS) as u64 + done, all as u64);
        let counted = count(field, &matrix, &limits, &control.watched_by(&inside)).map_err(|cut| {
            let counted = first.take().or(cut.table).map(|table| {
                let (network, within, sizes) = (network.clone(), plan.within.clone(), plan.sizes.clone());
                Box::new(Partial { network, samples, within, sizes, table, teacher: plan.matroid.teacher(), settings })
            });
            stopped(control, (attempt * PROGRESS + cut.done, all), counted)
        })?;
        first.get_or_insert_with(|| counted.clone());
        Ok(counted)
    })?;
    Ok(plan.answer(table, &control.narrowed(None)))
}

/// The error of a scan that was stopped after so much of all.
pub(super) fn stopped(
    control: &Control<'_>,
    (done, parts): (usize, usize),
    counted: Option<Box<Partial>>,
) -> ReachError {
    let why = control.stopped().unwrap_or(Stopped::Time);
    ReachError::StoppedCount { why, limit: control.time_limit(), done, parts, counted }
}

/// The error of a scan that was stopped before anything was counted; any other as it is.
fn before(error: ReachError, control: &Control<'_>) -> ReachError {
    if error.stopped().is_some() { stopped(control, (0, 1), None) } else { error }
}

/// About how many products of a prime field a scan costs, from random walks down its recursion; always the same for a
/// request. For a network with kinks, 0.
///
/// # Errors
/// See [`ReachError`].
pub fn scan_cost(
    network: &Network,
    samples: Samples,
    options: &ScanOptions,
    settings: Settings,
    control: &Control<'_>,
) -> Result<Integer, ReachError> {
    if !network.has_one_matroid() {
        return Ok(Integer::new());
    }
    let mut plan = Plan::new(network, samples, options, settings, control)?;
    let limits = CountOptions { sizes: plan.sizes.clone(), folds: plan.folds() };
    let (field, matrix) = plan.matrix(0, control)?;
    Ok(cost(field, &matrix, &limits) * plan.needed as u64)
}

/// What a scan that was stopped had counted by then, at one random point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The weights that the allocations lie in.
    pub within: Allocation,
    /// The sizes asked for.
    pub sizes: RangeInclusive<usize>,
    /// How many of the allocations counted by then have each size and dimension.
    pub table: Table,
    /// D_m.
    pub teacher: Dimension,
    /// What was computed with.
    pub settings: Settings,
}

/// What a scan of a matroid needs to know before the first count.
#[derive(Debug)]
pub(super) struct Plan {
    pub matroid: JacobianMatroid,
    pub within: Allocation,
    pub sizes: RangeInclusive<usize>,
    pub settings: Settings,
    /// How many independent counts must agree.
    pub needed: usize,
    /// log2 of a bound on the chance that all of them are wrong.
    error_log2: i64,
}

impl Plan {
    pub(super) fn new(
        network: &Network,
        samples: Samples,
        options: &ScanOptions,
        settings: Settings,
        control: &Control<'_>,
    ) -> Result<Self, ReachError> {
        let matroid = JacobianMatroid::new(network, samples, settings.seed, control)?;
        let (within, sizes) = range(network, options)?;
        let n = within.size();
        if n > MOST_ELEMENTS {
            return Err(ReachError::TooManyWeights { weights: n, limit: MOST_ELEMENTS });
        }
        // Half of the error for the table, half for the teacher's dimension.
        let target = settings.error_log2 - 1;
        // Larger allocations than asked for do not matter: their independent subsets are shorter minors.
        let largest = n.min(matroid.teacher_bound()).min(*sizes.end());
        let minors = binomial(n, largest.min(n / 2));
        let chance = matroid.chance();
        let union = |counts: usize| chance.union_log2(largest, &minors, 1) * counts as i64;
        let teacher_bound = matroid.teacher_bound();
        let enough =
            |counts: usize| union(counts) <= target && chance.minor_log2(teacher_bound) * counts as i64 <= target;
        let needed = (1..=MOST_COUNTS).find(|counts| enough(*counts));
        let needed = needed.ok_or(ReachError::ErrorTooSmall {
            weights: (sizes == (0..=n)).then_some(n),
            asked: settings.error_log2,
            possible: (union(MOST_COUNTS) + 1).min(0),
        })?;
        let error_log2 = union(needed);
        Ok(Plan { matroid, within, sizes, settings, needed, error_log2 })
    }

    /// Where the recursion of each count starts.
    pub(super) fn folds(&self) -> Vec<Fold> {
        folds(self.matroid.network(), self.matroid.samples(), &self.within)
    }

    /// The field and the matrix of an independent count.
    pub(super) fn matrix(
        &mut self,
        attempt: usize,
        control: &Control<'_>,
    ) -> Result<(PrimeField, Matrix<u64>), ReachError> {
        self.matroid.extend_to(attempt + 1, control)?;
        let trial = &self.matroid.trials()[attempt];
        let columns: Vec<usize> = self.within.iter().collect();
        Ok((trial.field, trial.rows.select_columns(&columns)))
    }

    /// Counts until enough tables agree.
    pub(super) fn agree(
        &mut self,
        mut count: impl FnMut(&mut Self, usize) -> Result<Table, ReachError>,
    ) -> Result<Table, ReachError> {
        let mut best: Option<Table> = None;
        let mut agreeing = 0;
        for attempt in 0.. {
            if agreeing == self.needed {
                break;
            }
            if attempt == self.needed + MOST_COUNTS {
                return Err(ReachError::Disagreement);
            }
            let table = count(self, attempt)?;
            match &best {
                Some(known) if known.weight() > table.weight() => {}
                Some(known) if *known == table => agreeing += 1,
                _ => {
                    best = Some(table);
                    agreeing = 1;
                }
            }
        }
        best.ok_or(ReachError::Disagreement)
    }

    /// The answer with this table. Where the numbers of weights and the teacher's dimension do not prove it, bounds of flats may.
    pub(super) fn answer(self, table: Table, control: &Control<'_>) -> Scan {
        let teacher = self.matroid.teacher();
        let full = |(size, dim, _): (usize, usize, _)| dim == size.min(teacher.value);
        let whole = self.sizes == (0..=self.within.size());
        let evidence = if teacher.evidence == Evidence::Proved && table.entries().all(full) {
            Evidence::Proved
        } else if whole && self.matroid.is_proved_within(&self.within, Some(&table), control) {
            Evidence::all([teacher.evidence, self.matroid.lower_evidence()])
        } else {
            Evidence::all([teacher.evidence, Evidence::within(self.error_log2)])
        };
        Scan {
            network: self.matroid.network().clone(),
            samples: self.matroid.samples(),
            within: self.within,
            sizes: self.sizes,
            table,
            teacher,
            evidence,
            settings: self.settings,
            trials: self.needed,
            drawn: None,
        }
    }
}

/// The weights and sizes that a scan is about.
pub(super) fn range(
    network: &Network,
    options: &ScanOptions,
) -> Result<(Allocation, RangeInclusive<usize>), ReachError> {
    let within = options.within.clone().unwrap_or_else(|| Allocation::all(network.weights()));
    let n = within.size();
    let sizes = options.sizes.clone().unwrap_or(0..=n);
    if *sizes.start() > n {
        return Err(ReachError::NoSuchSizes { least: *sizes.start(), weights: n });
    }
    Ok((within, *sizes.start()..=(*sizes.end()).min(n)))
}

/// The most weights that allocations may be chosen from.
const MOST_ELEMENTS: usize = 4096;
