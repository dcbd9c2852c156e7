//! Checking a claim: every network, every allocation, smallest first; the first counterexample is a smallest one.

mod sample;

pub use sample::{Sampled, sample};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use itertools::Itertools;
use rayon::prelude::*;
use rug::Integer;
use starlark::environment::Module;
use starlark::eval::Evaluator;
use starlark::values::{OwnedFrozenValue, Value};

use super::counterexample;
use super::file::{Claim, ClaimError, caught, language, stopped_or};
use super::globals::{Expect, Host, RangeValue};
use super::limits::{MOST_TICKS, limit};
use super::outcome::{Checked, Outcome, Unsettled};
use super::session::{Lens, Session};
use super::sweep::{Item, Sweep};
use super::values::TRIALS;
use super::values::{AllocationValue, NetworkValue, allocation_of, failure, samples_of};
use allocert_core::allocation::{Allocation, print, subsets};
use allocert_core::matching::{Case, Trend};
use allocert_core::network::Samples;
use allocert_core::reach::{Evidence, ReachError, Settings};

/// Limits and bounds of a check.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions {
    /// The seed, and the error allowed for one claim.
    pub settings: Settings,
    /// The longest time for one claim.
    pub time_limit: Duration,
    /// The most allocations that one claim may range over.
    pub max_allocations: u64,
}

/// How far a check is: evaluated and in all, in instances.
pub type Progress<'a> = dyn Fn(u64, u64) + Sync + 'a;

/// Instances are evaluated in batches of this many, each with fresh memory and its own limits; claims about networks one by
/// one. Neither depends on the number of threads, so neither does what is asked.
const BATCH: usize = 64;
/// A trend compares all pairs of allocations, so there may be no more than this.
const MOST_CASES: u64 = 5_000;
/// Batches that are shared among threads before the next are drawn.
const WAVE: usize = 256;

/// Checks one claim.
pub fn check(claim: &Claim, options: &CheckOptions, progress: &Progress<'_>) -> Checked {
    let start = Instant::now();
    let session = Session::new(matroid_settings(options), Some(options.time_limit));
    let mut run = Run::new(claim, options, session);
    let found = run.find(progress);
    let trend = (claim.is_trend && found.is_ok() && run.instances > 0).then(|| Trend::of(&run.cases));
    let (outcome, unsettled, counterexample) = match found {
        Ok(None) if run.instances + run.skipped == 0 => (Ok(Outcome::Open), Some(Unsettled::Empty), None),
        Ok(None) if run.instances == 0 => (Ok(Outcome::Open), Some(Unsettled::Vacuous), None),
        Ok(None) if trend.as_ref().is_some_and(Trend::is_supported) => (Ok(Outcome::Supported), None, None),
        Ok(None) if trend.as_ref().is_some_and(Trend::is_contradicted) => (Ok(Outcome::Contradicted), None, None),
        Ok(None) if trend.is_some() => (Ok(Outcome::Open), Some(Unsettled::NoTrend), None),
        Ok(None) if claim.expect == Expect::Open => (Ok(Outcome::Open), Some(Unsettled::Conjecture), None),
        Ok(None) => (Ok(Outcome::Verified), None, None),
        Ok(Some(instance)) => match counterexample::describe(claim, &instance, options) {
            Ok(counterexample) => (Ok(Outcome::Refuted), None, Some(Box::new(counterexample))),
            Err(error) => (Err(error), None, None),
        },
        Err(Stop::Unsettled(why)) => (Ok(Outcome::Open), Some(why), None),
        Err(Stop::Error(error)) => (Err(error), None, None),
    };
    // That a counterexample is in the range, and the smallest, rests on what was asked on the way to it.
    let own = counterexample.as_ref().map(|c| c.evidence);
    let settled = outcome.is_ok() && run.instances > 0;
    let parts = [run.session.evidence(), claim.loading.evidence()].into_iter().chain(own);
    let evidence = settled.then(|| Evidence::all(parts));
    let subjects = run.session.subjects();
    let only_dimensions = !claim.is_trend && run.session.asked_only_dimensions() && claim.loading.subjects().is_empty();
    run.session.close();
    Checked {
        subjects,
        only_dimensions,
        claim: claim.name.clone(),
        file: claim.file.clone(),
        line: claim.line,
        statement: claim.statement.clone(),
        source: claim.source.clone(),
        proof: claim.proof.clone(),
        range: claim.range(),
        written: claim.written().clone(),
        ranges_over: claim.networks(),
        expect: claim.expect,
        outcome,
        unsettled,
        networks: run.networks,
        instances: run.instances,
        skipped: run.skipped,
        undecided: 0,
        orbits: run.by_orbits.then_some(run.evaluated),
        evidence,
        counterexample,
        trend,
        time: start.elapsed(),
    }
}

/// The error for one matroid, so that all of a claim's matroids (up to 2^10) stay within the claim's.
fn matroid_settings(options: &CheckOptions) -> Settings {
    Settings { error_log2: options.settings.error_log2.saturating_sub(10), ..options.settings }
}

/// A network at a number of samples, with an allocation if the claim is about allocations.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub network: allocert_core::network::Network,
    pub samples: Samples,
    pub allocation: Option<Allocation>,
}

/// The allocations that a claim ranges over on one network.
#[derive(Debug)]
pub(super) enum Range {
    Inside {
        within: Allocation,
        sizes: Vec<usize>,
    },
    Listed(Vec<Allocation>),
    /// The claim is about the network alone.
    Network,
}

impl Range {
    /// Everything inside some weights up to a size.
    pub(super) fn up_to(within: &Allocation, size: usize) -> Self {
        Range::Inside { within: within.clone(), sizes: (0..=size).collect() }
    }

    /// Whether there may be instances of this size.
    pub(super) fn has_size(&self, size: usize) -> bool {
        match self {
            Range::Inside { sizes, .. } => sizes.binary_search(&size).is_ok(),
            Range::Listed(_) => true,
            Range::Network => size == 0,
        }
    }

    /// How many instances there are; counting stops when there are more than `most`.
    pub(super) fn number(&self, most: u64) -> Integer {
        match self {
            Range::Inside { within, sizes } if sizes.len() == within.size() + 1 => {
                Integer::from(1) << within.size() as u32
            }
            Range::Inside { within, sizes } => {
                let mut number = Integer::new();
                for size in sizes {
                    if number > most {
                        break;
                    }
                    number += Integer::from(within.size()).binomial(*size as u32);
                }
                number
            }
            Range::Listed(list) => Integer::from(list.len()),
            Range::Network => Integer::from(1),
        }
    }

    /// The instances of one size, in canonical order.
    pub(super) fn of_size(&self, size: usize) -> Box<dyn Iterator<Item = Option<Allocation>> + '_> {
        match self {
            Range::Inside { within, sizes } if sizes.contains(&size) => Box::new(subsets(within, size).map(Some)),
            Range::Listed(list) => Box::new(list.iter().filter(move |a| a.size() == size).cloned().map(Some)),
            Range::Network if size == 0 => Box::new(std::iter::once(None)),
            _ => Box::new(std::iter::empty()),
        }
    }
}

enum Stop {
    Unsettled(Unsettled),
    Error(ClaimError),
}

impl From<ClaimError> for Stop {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::TooLong { .. } | ClaimError::TooSlow { .. } | ClaimError::Limit { .. } => {
                Stop::Unsettled(Unsettled::Limit(error.to_string()))
            }
            _ => Stop::Error(error),
        }
    }
}

struct Run<'a> {
    claim: &'a Claim,
    options: &'a CheckOptions,
    session: Arc<Session>,
    start: Instant,
    networks: usize,
    instances: u64,
    skipped: u64,
    /// Instances for which `holds` was evaluated, each perhaps for a whole orbit.
    evaluated: u64,
    /// Whether some network's allocations were gone through up to symmetry.
    by_orbits: bool,
    /// What a trend is about.
    cases: Vec<Case>,
}

/// What a batch of evaluations came to.
#[derive(Default)]
struct Batch {
    held: u64,
    skipped: u64,
    evaluated: u64,
    failed: Option<Item>,
    cases: Vec<Case>,
    /// The time was up before all were evaluated.
    late: bool,
}

impl<'a> Run<'a> {
    fn new(claim: &'a Claim, options: &'a CheckOptions, session: Arc<Session>) -> Self {
        Run {
            claim,
            options,
            session,
            start: Instant::now(),
            networks: 0,
            instances: 0,
            evaluated: 0,
            by_orbits: false,
            skipped: 0,
            cases: Vec::new(),
        }
    }
}

impl Run<'_> {
    /// The first instance for which the claim does not hold.
    fn find(&mut self, progress: &Progress<'_>) -> Result<Option<Instance>, Stop> {
        let mut plans = Vec::new();
        for network in self.claim.networks.iter().unique() {
            let lens = self.session.lens(network, Samples::Functional);
            for samples in self.samples(&lens)? {
                let lens = lens.at(samples);
                let range = self.range(&lens)?;
                plans.push((plans.len(), lens, range));
            }
        }
        // Python's sort is stable, and so is this one: networks of equal size stay in the order given.
        plans.sort_by_key(|(_, lens, _)| lens.network().weights());
        let limit = self.options.max_allocations.min(if self.claim.is_trend { MOST_CASES } else { u64::MAX });
        let total: Integer = plans.iter().map(|(_, _, range)| range.number(limit)).sum();
        if total > limit {
            let allocations = approximately(&total);
            return Err(Stop::Unsettled(Unsettled::TooMany { allocations, limit }));
        }
        let total = total.to_u64().unwrap_or(u64::MAX);
        let done = AtomicU64::new(0);
        let groups = plans.chunk_by(|a, b| a.1.network().weights() == b.1.network().weights());
        for group in groups {
            self.networks += group.len();
            let largest = group[0].1.network().weights();
            let mut sweeps: Vec<Sweep<'_>> = group.iter().map(|(_, lens, range)| self.start(lens, range)).collect();
            for size in 0..=largest {
                for ((index, lens, _), sweep) in group.iter().zip(&mut sweeps) {
                    let items = sweep.of_size(size).map_err(|e| Stop::Error(defect(self.claim, &e)))?;
                    let failed = self.sweep((*index, lens), items, &|n| {
                        progress(done.fetch_add(n, Ordering::Relaxed) + n, total);
                    })?;
                    if let Some(allocation) = failed {
                        let (network, samples) = (lens.network().clone(), lens.samples());
                        return Ok(Some(Instance { network, samples, allocation }));
                    }
                }
            }
        }
        Ok(None)
    }

    fn start<'r>(&mut self, lens: &Lens, range: &'r Range) -> Sweep<'r> {
        let sweep = Sweep::new(self.claim, lens, range);
        self.by_orbits |= sweep.by_orbits();
        sweep
    }

    /// Evaluates the claim on some instances of one network, in waves of batches; the first failure in order, if any.
    fn sweep(
        &mut self,
        (group, lens): (usize, &Lens),
        mut instances: impl Iterator<Item = Item>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Option<Option<Allocation>>, Stop> {
        loop {
            let wave: Vec<Item> = instances.by_ref().take(BATCH * WAVE).collect();
            if wave.is_empty() {
                return Ok(None);
            }
            let size = if self.claim.about_allocations { BATCH } else { 1 };
            let batches: Vec<Result<Batch, ClaimError>> = wave
                .par_chunks(size)
                .map(|batch| {
                    let done = self.evaluate(lens, batch);
                    progress(batch.iter().map(|item| item.stands_for).sum());
                    done
                })
                .collect();
            let mut late = false;
            for batch in batches {
                let batch = batch?;
                self.instances += batch.held;
                self.skipped += batch.skipped;
                self.evaluated += batch.evaluated;
                self.cases.extend(batch.cases.into_iter().map(|case| Case { group, ..case }));
                if let Some(item) = batch.failed.filter(|_| !late) {
                    self.instances += item.stands_for;
                    return Ok(Some(item.allocation));
                }
                // A failure after a batch that was not finished need not be the first.
                late |= batch.late;
            }
            if late {
                let seconds = self.options.time_limit.as_secs();
                return Err(Stop::Unsettled(Unsettled::TimeLimit { seconds }));
            }
        }
    }

    fn evaluate(&self, lens: &Lens, batch: &[Item]) -> Result<Batch, ClaimError> {
        with_evaluator(self.claim, &self.session, |eval| {
            let mut result = Batch::default();
            for item in batch {
                let allocation = item.allocation.as_ref();
                if self.start.elapsed() > self.options.time_limit {
                    result.late = true;
                    break;
                }
                if let Some(given) = &self.claim.given
                    && !truth("given", apply(eval, given, lens, allocation)?)?
                {
                    result.skipped += item.stands_for;
                    continue;
                }
                result.evaluated += 1;
                let value = apply(eval, &self.claim.holds, lens, allocation)?;
                if let (true, Some(allocation)) = (self.claim.is_trend, allocation) {
                    result.cases.push(case(lens, allocation, value)?);
                    result.held += item.stands_for;
                } else if truth("holds", value)? {
                    result.held += item.stands_for;
                } else {
                    result.failed = Some(item.clone());
                    break;
                }
            }
            Ok(result)
        })
    }

    fn samples(&self, lens: &Lens) -> Result<Vec<Samples>, ClaimError> {
        let Some(samples) = &self.claim.samples else {
            return Ok(vec![Samples::Functional]);
        };
        with_evaluator(self.claim, &self.session, |eval| {
            let value = called(eval, samples, lens)?;
            if value.is_none() || value.unpack_i32().is_some() {
                return Ok(vec![samples_of(value)?]);
            }
            let all = value.iterate(eval.heap()).map_err(|_| not_samples(value))?;
            let all: Vec<Samples> = all.map(samples_of).collect::<Result<_, _>>()?;
            Ok(all.into_iter().unique().collect())
        })
    }

    fn range(&self, lens: &Lens) -> Result<Range, ClaimError> {
        if !self.claim.about_allocations {
            return Ok(Range::Network);
        }
        let all = Allocation::all(lens.network().weights());
        let Some(allocations) = &self.claim.allocations else {
            let sizes = (0..=all.size()).collect();
            return Ok(Range::Inside { within: all, sizes });
        };
        with_evaluator(self.claim, &self.session, |eval| {
            let value = called(eval, allocations, lens)?;
            let Some(range) = RangeValue::from_value(value) else {
                let heap = eval.heap();
                let listed = value.iterate(heap).map_err(|_| not_allocations(value))?;
                let listed = listed.map(|v| allocation_of(lens, v, heap));
                let mut listed: Vec<Allocation> = listed.collect::<Result<_, _>>()?;
                listed.sort();
                listed.dedup();
                return Ok(Range::Listed(listed));
            };
            let within = match &range.within {
                Some(text) => allocation_of(lens, eval.heap().alloc(text.as_str()), eval.heap())?,
                None => all,
            };
            let mut sizes = range.sizes.clone().unwrap_or_else(|| (0..=within.size()).collect());
            sizes.retain(|size| *size <= within.size());
            sizes.sort_unstable();
            sizes.dedup();
            Ok(Range::Inside { within, sizes })
        })
    }
}

/// Runs something with a fresh evaluator that has the limits on; errors come back with their place.
pub(super) fn with_evaluator<T>(
    claim: &Claim,
    session: &Arc<Session>,
    run: impl for<'v> FnOnce(&mut Evaluator<'v, '_, '_>) -> starlark::Result<T>,
) -> Result<T, ClaimError> {
    let place = format!("{}: claim {}", claim.file.display(), claim.name);
    let host = Host::new(Arc::clone(session));
    let _entered = session.enter();
    caught(&place, || {
        Module::with_temp_heap(|module| {
            let mut eval = Evaluator::new(&module);
            eval.extra = Some(&host);
            let limits = (MOST_TICKS, session.deadline());
            limit(&mut eval, limits.0, limits.1).map_err(language)?;
            let done = run(&mut eval);
            done.map_err(|e| stopped_or(&eval, limits, session, &place, e))
        })
    })
}

/// An enumeration that does not prove complete.
fn defect(claim: &Claim, error: &ReachError) -> ClaimError {
    ClaimError::Language { message: format!("{}: claim {}: {error}", claim.file.display(), claim.name) }
}

/// Calls a kept lambda with the network, and the allocation if there is one.
pub(super) fn apply<'v>(
    eval: &mut Evaluator<'v, '_, '_>,
    function: &OwnedFrozenValue,
    lens: &Lens,
    allocation: Option<&Allocation>,
) -> starlark::Result<Value<'v>> {
    let heap = eval.heap();
    let function = heap.access_owned_frozen_value(function);
    let network = heap.alloc(NetworkValue::new(lens.clone()));
    match allocation {
        None => eval.eval_function(function, &[network], &[]),
        Some(allocation) => {
            let allocation = heap.alloc(AllocationValue::new(lens.clone(), allocation.clone()));
            eval.eval_function(function, &[network, allocation], &[])
        }
    }
}

/// An argument's value, or, if it is a function of the network, what it returns.
fn called<'v>(
    eval: &mut Evaluator<'v, '_, '_>,
    argument: &OwnedFrozenValue,
    lens: &Lens,
) -> starlark::Result<Value<'v>> {
    let value = eval.heap().access_owned_frozen_value(argument);
    if value.parameters_spec().is_some() { apply(eval, argument, lens, None) } else { Ok(value) }
}

/// An allocation's number, and what is known of its match probability.
fn case(lens: &Lens, allocation: &Allocation, number: Value<'_>) -> starlark::Result<Case> {
    let Some(predictor) = number.unpack_i32().map(i64::from) else {
        let kind = number.get_type();
        return Err(failure(format!("trend returned {number} ({kind}): it must return an integer")));
    };
    let answer = lens.matching(allocation, TRIALS).map_err(failure)?;
    lens.rests_on_value(&answer);
    let interval = answer.ci95();
    let allocation = print(lens.network().layout(), allocation);
    Ok(Case { group: 0, allocation, predictor, interval })
}

/// A number, or, if it is long, about how large it is.
fn approximately(number: &Integer) -> String {
    let bits = number.significant_bits();
    if bits <= 64 { number.to_string() } else { format!("over 2^{}", bits - 1) }
}

fn not_allocations(value: Value<'_>) -> starlark::Error {
    let kind = value.get_type();
    failure(format!("allocations is {value} ({kind}): write within(\"W1\"), every(sizes = [2, 3]) or a list"))
}

fn not_samples(value: Value<'_>) -> starlark::Error {
    let kind = value.get_type();
    failure(format!("samples is {value} ({kind}): write an integer, None, or a list of these"))
}

/// True or false, and nothing else.
pub(super) fn truth(argument: &str, value: Value<'_>) -> starlark::Result<bool> {
    value.unpack_bool().ok_or_else(|| {
        let kind = value.get_type();
        failure(format!("{argument} returned {value} ({kind}): it must return True or False"))
    })
}

/// How everything that was asked is known, for all claims of a run together.
pub fn evidence_of_all<'a>(checked: impl IntoIterator<Item = &'a Checked>) -> Evidence {
    Evidence::all(checked.into_iter().filter_map(|c| c.evidence))
}
