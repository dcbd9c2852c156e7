//! One check: networks by size, allocations by size, in batches, until the first failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use itertools::Itertools;
use rayon::prelude::*;
use rug::Integer;

use super::judge::{Judged, with_evaluator};
use super::range::Range;
use super::{CheckOptions, Instance, Stop};
use crate::error::ClaimError;
use crate::file::Claim;
use crate::outcome::Unsettled;
use crate::session::{Lens, Session, aside};
use crate::sweep::{Item, Sweep};
use crate::tied;
use crate::unknown::Doubt;
use crate::values::failure;
use allocert_core::allocation::Allocation;
use allocert_core::control::{Control, Stopped};
use allocert_core::matching::Case;
use allocert_core::network::{Network, Samples};
use allocert_core::reach::ReachError;

/// Instances are evaluated in batches of this many, each with fresh memory and its own limits; claims about networks one by
/// one. Neither depends on the number of threads, so neither does what is asked.
const BATCH: usize = 64;

/// A trend compares all pairs of allocations, so there may be no more than this.
const MOST_CASES: u64 = 5_000;

/// Batches that are shared among threads before the next are drawn.
const WAVE: usize = 256;

pub(super) struct Run<'a> {
    pub(super) claim: &'a Claim,
    pub(super) options: &'a CheckOptions,
    pub(super) session: Arc<Session>,
    pub(super) start: Instant,
    pub(super) control: &'a Control<'a>,
    pub(super) networks: usize,
    /// Which.
    pub(super) visited: Vec<(Network, Samples)>,
    pub(super) instances: u64,
    pub(super) skipped: u64,
    /// Instances for which `holds` was evaluated, each perhaps for a whole orbit.
    pub(super) evaluated: u64,
    /// Whether some network's allocations were gone through up to symmetry.
    pub(super) by_orbits: bool,
    /// What a trend is about.
    pub(super) cases: Vec<Case>,
    /// The instances of which it is not known whether the claim holds.
    pub(super) undecided: Option<Undecided>,
    /// Whether every allocation is evaluated, whatever symmetry would allow.
    pub(super) one_by_one: bool,
}

/// Instances of which it is not known whether a claim holds.
#[derive(Clone, Debug)]
pub(super) struct Undecided {
    pub(super) instances: u64,
    /// The first of them, in words.
    pub(super) first: String,
    /// Why that one is not known.
    pub(super) doubt: Doubt,
    /// Whether a limit is the reason for one of them.
    pub(super) is_limit: bool,
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
    pub(super) fn new(
        claim: &'a Claim,
        options: &'a CheckOptions,
        session: Arc<Session>,
        control: &'a Control<'a>,
    ) -> Self {
        Run {
            claim,
            options,
            session,
            start: Instant::now(),
            control,
            networks: 0,
            visited: Vec::new(),
            instances: 0,
            evaluated: 0,
            by_orbits: false,
            skipped: 0,
            cases: Vec::new(),
            undecided: None,
            one_by_one: false,
        }
    }

    pub(super) fn unsettled(&self) -> Option<Unsettled> {
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
    pub(super) fn find(&mut self) -> Result<Option<Instance>, Stop> {
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
        let (done, control) = (AtomicU64::new(0), self.control);
        let groups = plans.chunk_by(|a, b| a.1.network().weights() == b.1.network().weights());
        for group in groups {
            self.networks += group.len();
            self.visited.extend(group.iter().map(|(_, lens, _)| (lens.network().clone(), lens.samples())));
            let largest = group[0].1.network().weights();
            let mut sweeps: Vec<Sweep<'_>> = group.iter().map(|(_, lens, range)| self.start(lens, range)).collect();
            for size in 0..=largest {
                for ((index, lens, _), sweep) in group.iter().zip(&mut sweeps) {
                    let items = sweep.of_size(size, control).map_err(|e| no_orbits(self.claim, &e))?;
                    let failed = self.sweep((*index, lens), items, &|n| {
                        control.advanced(done.fetch_add(n, Ordering::Relaxed) + n, total);
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
            if late && self.control.stopped() == Some(Stopped::Asked) {
                return Err(Stop::Unsettled(Unsettled::Limit(Stopped::Asked.to_string())));
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
                if self.start.elapsed() > self.options.time_limit || self.control.stopped().is_some() {
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

/// What ends a claim whose orbits cannot be listed: a stop, or an enumeration that does not prove complete.
fn no_orbits(claim: &Claim, error: &ReachError) -> Stop {
    match error {
        ReachError::Stopped(_) | ReachError::StoppedListing { .. } => {
            Stop::Unsettled(Unsettled::Limit(error.to_string()))
        }
        _ => Stop::Error(ClaimError::Language {
            message: format!("{}: claim {}: {error}", claim.file.display(), claim.name),
        }),
    }
}

/// A number, or, if it is long, about how large it is.
fn approximately(number: &Integer) -> String {
    let bits = number.significant_bits();
    if bits <= 64 { number.to_string() } else { format!("over 2^{}", bits - 1) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use allocert_core::control::Control;
    use allocert_core::reach::Settings;

    use crate::check::{CheckOptions, check};
    use crate::file::read;
    use crate::outcome::Outcome;

    /// The claim is said to ask nothing of symmetries, whatever it reads: what a wrong rule for its text would say.
    #[test]
    fn an_image_that_disagrees_ends_the_check() {
        let settings = Settings { seed: 1, error_log2: -100 };
        let options = CheckOptions { settings, time_limit: Duration::from_secs(600), max_allocations: 1 << 20 };
        let checked = |arguments: &str| {
            let text = format!("claim(name = \"t\", statement = \"s\", networks = [lffn([2, 3, 2])], {arguments})\n");
            let mut claim = read(Path::new("t.star"), text, settings).unwrap().remove(0);
            claim.requirements = Some(Vec::new());
            check(&claim, &options, &Control::unlimited())
        };
        let fine = checked("holds = lambda net, a: a.dim <= a.size");
        assert!(fine.outcome == Ok(Outcome::Verified) && fine.orbits.is_some(), "{:?}", fine.outcome);
        for (arguments, said) in [
            ("holds = lambda net, a: a.size != 1 or \"W1[0,\" in a.text", "holds is False"),
            ("holds = lambda net, a: a.size != 1 or \"W2[0,\" in a.text", "holds is True"),
            ("given = lambda net, a: \"W1[0,\" in a.text, holds = lambda net, a: True", "given is False"),
        ] {
            let error = checked(arguments).outcome.unwrap_err().to_string();
            assert!(error.contains("a symmetry of the network was taken for one of the claim"), "{arguments}: {error}");
            assert!(error.contains(said), "{arguments}: {error}");
        }
    }
}
