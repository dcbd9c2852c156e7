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
use super::limits::{MOST_TICKS, limit, nesting};
use super::outcome::{Checked, Outcome, Unsettled};
use super::session::{Lens, Session, aside};
use super::sweep::{Item, Sweep};
use super::tied;
use super::unknown::{Doubt, Reading, Truth, explore, once};
use super::values::TRIALS;
use super::values::{AllocationValue, NetworkValue, UnknownNumber, allocation_of, failure, not_known, samples_of};
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
    if let Some(slip) = &claim.slip {
        return blank(claim, Err(slip.clone()));
    }
    let fresh = || Session::new(matroid_settings(options), Some(options.time_limit));
    let mut run = Run::new(claim, options, fresh());
    let mut found = run.find(progress);
    if matches!(found, Err(Stop::Tied)) {
        // Places show in what it compares, so no allocation speaks for another.
        run.session.close();
        run = Run { one_by_one: true, ..Run::new(claim, options, fresh()) };
        found = run.find(progress);
    }
    let samples = claim.reading() == Reading::Samples;
    let trend = (claim.is_trend && found.is_ok() && run.instances > 0).then(|| Trend::of(&run.cases));
    let (outcome, unsettled, counterexample) = match found {
        Ok(None) if run.undecided.is_some() => (Ok(Outcome::Open), run.unsettled(), None),
        Ok(None) if run.instances + run.skipped == 0 => (Ok(Outcome::Open), Some(Unsettled::Empty), None),
        Ok(None) if run.instances == 0 => (Ok(Outcome::Open), Some(Unsettled::Vacuous), None),
        Ok(None) if trend.as_ref().is_some_and(Trend::is_supported) => (Ok(Outcome::Supported), None, None),
        Ok(None) if trend.as_ref().is_some_and(Trend::is_contradicted) => (Ok(Outcome::Contradicted), None, None),
        Ok(None) if trend.is_some() => (Ok(Outcome::Open), Some(Unsettled::NoTrend), None),
        Ok(None) if claim.expect == Expect::Open => (Ok(Outcome::Open), Some(Unsettled::Conjecture), None),
        Ok(None) if samples => (Ok(Outcome::Supported), None, None),
        Ok(None) => (Ok(Outcome::Verified), None, None),
        Ok(Some(instance)) => match counterexample::describe(claim, &instance, &left(options, start)) {
            Ok(counterexample) => {
                let outcome = if samples { Outcome::Contradicted } else { Outcome::Refuted };
                (Ok(outcome), None, Some(Box::new(counterexample)))
            }
            Err(error) => match Stop::from(error) {
                Stop::Unsettled(why) => (Ok(Outcome::Open), Some(why), None),
                Stop::Error(error) => (Err(error), None, None),
                Stop::Tied => (Ok(Outcome::Open), Some(Unsettled::Conjecture), None),
            },
        },
        Err(Stop::Unsettled(why)) => (Ok(Outcome::Open), Some(why), None),
        Err(Stop::Tied) => (Ok(Outcome::Open), Some(Unsettled::Conjecture), None),
        Err(Stop::Error(error)) => (Err(with_parameters(claim, error)), None, None),
    };
    // That a counterexample is in the range, and the smallest, rests on what was asked on the way to it.
    let own = counterexample.as_ref().map(|c| c.evidence);
    let undecided = matches!(unsettled, Some(Unsettled::Undecided { .. }));
    let settled = outcome.is_ok() && run.instances > 0 && !undecided;
    let parts = [run.session.evidence(), claim.loading.evidence()].into_iter().chain(own);
    let evidence = settled.then(|| Evidence::all(parts));
    let subjects = run.session.subjects();
    let only_dimensions = !claim.is_trend && run.session.asked_only_dimensions() && claim.loading.subjects().is_empty();
    run.session.close();
    Checked {
        subjects,
        only_dimensions,
        unsettled,
        networks: run.networks,
        instances: run.instances,
        skipped: run.skipped,
        undecided: run.undecided.as_ref().map_or(0, |u| u.instances),
        orbits: run.by_orbits.then_some(run.evaluated),
        evidence,
        counterexample,
        trend,
        time: start.elapsed(),
        ..blank(claim, outcome)
    }
}

/// An error of a claim whose only parameter is not called like a network: perhaps it was meant to be an allocation.
fn with_parameters(claim: &Claim, error: ClaimError) -> ClaimError {
    let alone = claim.text.as_ref().filter(|text| !claim.about_allocations && !text.parameters.starts_with('n'));
    match (error, alone) {
        (ClaimError::Language { message }, Some(text)) => ClaimError::Language {
            message: format!(
                "{message}\n  {} is the network, the only parameter: for a claim about allocations write lambda net, a: …",
                text.parameters
            ),
        },
        (error, _) => error,
    }
}

/// What is left of the time, for a closer look at a counterexample; a second at least.
fn left(options: &CheckOptions, start: Instant) -> CheckOptions {
    let time_limit = options.time_limit.saturating_sub(start.elapsed()).max(Duration::from_secs(1));
    CheckOptions { time_limit, ..*options }
}

/// What is left of a claim that could not be evaluated where it was tried, because of this limit.
pub fn lost(claim: &Claim, reason: &str, time: Duration) -> Checked {
    Checked { unsettled: Some(Unsettled::Limit(reason.to_owned())), time, ..blank(claim, Ok(Outcome::Open)) }
}

/// The result of a claim of which nothing but the outcome is known.
fn blank(claim: &Claim, outcome: Result<Outcome, ClaimError>) -> Checked {
    Checked {
        subjects: Vec::new(),
        only_dimensions: false,
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
        unsettled: None,
        networks: 0,
        instances: 0,
        skipped: 0,
        undecided: 0,
        warnings: claim.warnings().to_vec(),
        orbits: None,
        evidence: None,
        counterexample: None,
        trend: None,
        time: Duration::ZERO,
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
    /// One allocation was to speak for others, and the evaluation compared values for which places show.
    Tied,
    Unsettled(Unsettled),
    Error(ClaimError),
}

impl From<ClaimError> for Stop {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::TooLong { .. }
            | ClaimError::TooSlow { .. }
            | ClaimError::Nested { .. }
            | ClaimError::NotKnown { .. }
            | ClaimError::Limit { .. } => Stop::Unsettled(Unsettled::Limit(error.to_string())),
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
    /// The instances of which it is not known whether the claim holds.
    undecided: Option<Undecided>,
    /// Whether every allocation is evaluated, whatever symmetry would allow.
    one_by_one: bool,
}

/// Instances of which it is not known whether a claim holds.
#[derive(Clone, Debug)]
struct Undecided {
    instances: u64,
    /// The first of them, in words.
    first: String,
    /// Why that one is not known.
    doubt: Doubt,
    /// Whether a limit is the reason for one of them.
    is_limit: bool,
}

/// What an evaluation came to.
#[derive(Clone, Debug, PartialEq)]
enum Judged {
    /// `given` is false.
    Skipped,
    Held,
    Failed,
    /// It depends on what is not known.
    Unknown(Doubt),
    /// Of a trend: what is compared.
    Case(Case),
}

/// What a batch of evaluations came to.
#[derive(Default)]
struct Batch {
    held: u64,
    skipped: u64,
    evaluated: u64,
    failed: Option<Item>,
    cases: Vec<Case>,
    undecided: Option<Undecided>,
    /// Values were compared for which places show, where one allocation was to speak for others.
    tied: bool,
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
            undecided: None,
            one_by_one: false,
        }
    }

    fn unsettled(&self) -> Option<Unsettled> {
        let Undecided { instances, first, doubt, is_limit } = self.undecided.clone()?;
        Some(Unsettled::Undecided { instances, first, doubt: doubt.text, is_limit })
    }
}

impl Undecided {
    /// Both together; the first of the one that comes first.
    fn and(self, later: Option<Undecided>) -> Self {
        let Some(later) = later else {
            return self;
        };
        Undecided { instances: self.instances + later.instances, is_limit: self.is_limit || later.is_limit, ..self }
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
        let sweep = if self.one_by_one { Sweep::one_by_one(lens, range) } else { Sweep::new(self.claim, lens, range) };
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
                if batch.tied {
                    return Err(Stop::Tied);
                }
                self.undecided = match self.undecided.take() {
                    Some(before) => Some(before.and(batch.undecided)),
                    None => batch.undecided,
                };
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
                tied::taken();
                let judged = self.judge(eval, lens, allocation)?;
                if item.stands_for > 1 && tied::taken() {
                    result.tied = true;
                    break;
                }
                if let Some(image) = &item.image {
                    let other = aside(|| self.judge(eval, lens, Some(image)))?;
                    agree((&judged, allocation), (&other, image), lens)?;
                }
                result.evaluated += u64::from(judged != Judged::Skipped);
                match judged {
                    Judged::Skipped => result.skipped += item.stands_for,
                    Judged::Held => result.held += item.stands_for,
                    Judged::Case(case) => {
                        result.cases.push(case);
                        result.held += item.stands_for;
                    }
                    Judged::Failed => {
                        result.failed = Some(item.clone());
                        break;
                    }
                    Judged::Unknown(doubt) => {
                        let first = allocation.map_or_else(|| lens.network().to_string(), |a| lens.in_words(a));
                        let (instances, is_limit) = (item.stands_for, doubt.is_limit);
                        let more = Undecided { instances, first, doubt, is_limit };
                        result.undecided = Some(match result.undecided.take() {
                            Some(before) => before.and(Some(more)),
                            None => more,
                        });
                    }
                }
            }
            Ok(result)
        })
    }

    /// Evaluates the claim on one instance.
    fn judge(
        &self,
        eval: &mut Evaluator<'_, '_, '_>,
        lens: &Lens,
        allocation: Option<&Allocation>,
    ) -> starlark::Result<Judged> {
        let reading = self.claim.reading();
        if let Some(given) = &self.claim.given {
            match explored("given", given, reading, (eval, lens, allocation), &self.session)? {
                Truth::Known(true) => {}
                Truth::Known(false) => return Ok(Judged::Skipped),
                Truth::Unknown(doubt) => return Ok(Judged::Unknown(doubt)),
            }
        }
        if let (true, Some(allocation)) = (self.claim.is_trend, allocation) {
            let (number, doubt) = once(reading, || apply(eval, &self.claim.holds, lens, Some(allocation)));
            return match doubt {
                Some(doubt) => Ok(Judged::Unknown(doubt)),
                None => case(lens, allocation, number?),
            };
        }
        Ok(match explored("holds", &self.claim.holds, reading, (eval, lens, allocation), &self.session)? {
            Truth::Known(true) => Judged::Held,
            Truth::Known(false) => Judged::Failed,
            Truth::Unknown(doubt) => Judged::Unknown(doubt),
        })
    }

    fn samples(&self, lens: &Lens) -> Result<Vec<Samples>, ClaimError> {
        let Some(samples) = &self.claim.samples else {
            return Ok(vec![Samples::Functional]);
        };
        with_evaluator(self.claim, &self.session, |eval| {
            let value = known(|| called(eval, samples, lens))?;
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
            let value = known(|| called(eval, allocations, lens))?;
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

/// A condition, in all ways that what is not known could be.
pub(super) fn explored<'v>(
    argument: &str,
    function: &OwnedFrozenValue,
    reading: Reading,
    (eval, lens, allocation): (&mut Evaluator<'v, '_, '_>, &Lens, Option<&Allocation>),
    session: &Session,
) -> starlark::Result<Truth> {
    let run = |eval: &mut Evaluator<'v, '_, '_>| truth(argument, apply(eval, function, lens, allocation)?);
    let is_limit = |eval: &Evaluator<'v, '_, '_>, error: &starlark::Error| {
        let late = session.deadline().is_some_and(|d| Instant::now() >= d);
        session.stopped().is_some() || eval.get_total_tick_count() >= MOST_TICKS || late || nesting(error).is_some()
    };
    explore(reading, eval, run, is_limit)
}

/// A value that must be known, such as a range.
fn known<T>(run: impl FnOnce() -> starlark::Result<T>) -> starlark::Result<T> {
    let (done, doubt) = once(Reading::Strict, run);
    match doubt {
        Some(doubt) => Err(not_known(&doubt)),
        None => done,
    }
}

/// That an allocation may speak for its images is tested on some of them.
fn agree(
    (judged, allocation): (&Judged, Option<&Allocation>),
    (other, image): (&Judged, &Allocation),
    lens: &Lens,
) -> starlark::Result<()> {
    // What is not known may be known of an image, by other samples.
    let unknown = |judged: &Judged| matches!(judged, Judged::Unknown(_));
    if judged == other || unknown(judged) || unknown(other) {
        return Ok(());
    }
    let said = |judged: &Judged| match judged {
        Judged::Skipped => "given is False",
        Judged::Failed => "holds is False",
        _ => "holds is True",
    };
    let (one, another) = (allocation.map(|a| lens.in_words(a)).unwrap_or_default(), lens.in_words(image));
    Err(failure(format!(
        "a symmetry of the network was taken for one of the claim, and it is none\n  {one}: {}\n  {another}: {}\n  this is a defect of the program, not of the claim; please report it",
        said(judged),
        said(other)
    )))
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
fn case(lens: &Lens, allocation: &Allocation, number: Value<'_>) -> starlark::Result<Judged> {
    if let Some(unknown) = UnknownNumber::from_value(number) {
        return Ok(Judged::Unknown(unknown.doubt().clone()));
    }
    let Some(predictor) = number.unpack_i32().map(i64::from) else {
        let kind = number.get_type();
        return Err(failure(format!("trend returned {number} ({kind}): it must return an integer")));
    };
    let answer = lens.matching(allocation, TRIALS).map_err(failure)?;
    lens.rests_on_value(&answer);
    let interval = answer.ci95();
    let allocation = print(lens.network().layout(), allocation);
    Ok(Judged::Case(Case { group: 0, allocation, predictor, interval }))
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
