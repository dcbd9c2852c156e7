//! Estimating a match probability: random instances, each decided exactly, on all threads; the same for any number of them.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::algebra::Undecided;
use crate::control::{Control, Stopped};
use crate::reach::Evidence;

use super::answer::{Estimate, Halt};
use super::ensemble::Ensemble;
use super::instance::Decision;
use super::interval::confidence_interval;
use super::laws::chosen;

/// After so many trials, a limit that stopped all of them ends the estimate.
const FIRST: u64 = 8;
/// The interval is looked at after so many further trials,
const BATCH: u64 = 64;
/// or after this part of all so far: the number of trials depends on neither threads nor speed.
const GROWTH: u64 = 8;
/// Where half of the instances are undecided, in smaller steps.
const SMALL_BATCH: u64 = 24;
/// So many undecided instances may end the estimate.
const UNDECIDED: u64 = 16;
/// The tallies of so many trials are kept at a time.
const PIECE: u64 = 4_096;

/// How many instances to decide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trials {
    /// So many.
    Fixed(u64),
    /// So many, or fewer where undecided instances hold the interval up: [`Halt::Undecided`].
    UpTo(u64),
    /// Until the 95 % interval is no wider than this, but no more than so many.
    Precision {
        /// The width of the interval.
        width: f64,
        /// The most trials.
        most: u64,
    },
}

impl Trials {
    pub(super) fn most(self) -> u64 {
        match self {
            Trials::Fixed(most) | Trials::UpTo(most) | Trials::Precision { most, .. } => most,
        }
    }

    fn suffice(self, interval: impl FnOnce() -> [f64; 2]) -> bool {
        let Trials::Precision { width, .. } = self else {
            return false;
        };
        let [low, high] = interval();
        high - low <= width
    }
}

/// Counts of decisions; it does not matter in which order they are added up.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    matched: u64,
    unmatched: u64,
    undecided: u64,
    /// The largest error of a decision that is not proved.
    error_log2: Option<i64>,
    without_match: Option<u64>,
    /// The first trial that a limit stopped, and the limit.
    limit: Option<(u64, Stopped)>,
}

impl Tally {
    /// One decision; `degree` is the number of complex solutions that the fractional law asks for.
    fn of(trial: u64, decision: Decision, degree: Option<usize>) -> Self {
        let finding = match decision {
            Decision::Decided(finding) => finding,
            Decision::Undecided(Undecided::Stopped(limit)) => {
                return Tally { undecided: 1, limit: Some((trial, limit)), ..Tally::default() };
            }
            Decision::Undecided(_) => return Tally { undecided: 1, ..Tally::default() },
        };
        let witness = !finding.real && (degree.is_none() || finding.complex == degree);
        Tally {
            matched: u64::from(finding.real),
            unmatched: u64::from(!finding.real),
            error_log2: finding.error_log2,
            without_match: witness.then_some(trial),
            ..Tally::default()
        }
    }

    fn and(self, other: Self) -> Self {
        let first = [self.without_match, other.without_match].into_iter().flatten().min();
        Tally {
            matched: self.matched + other.matched,
            unmatched: self.unmatched + other.unmatched,
            undecided: self.undecided + other.undecided,
            error_log2: self.error_log2.max(other.error_log2),
            without_match: first,
            limit: [self.limit, other.limit].into_iter().flatten().min_by_key(|(trial, _)| *trial),
        }
    }

    fn trials(&self) -> u64 {
        self.matched + self.unmatched + self.undecided
    }

    fn interval(&self) -> [f64; 2] {
        confidence_interval(self.matched, self.matched + self.undecided, self.trials())
    }

    /// The share of matched instances, if all are decided.
    fn probability(&self) -> Option<f64> {
        (self.undecided == 0 && self.matched + self.unmatched > 0).then(|| self.matched as f64 / self.trials() as f64)
    }

    /// Whether the interval is at most twice as wide as the share of undecided instances, which no number of trials changes.
    fn is_held_up(&self) -> Option<Halt> {
        let [low, high] = self.interval();
        let share = self.undecided as f64 / self.trials() as f64;
        let held_up = self.undecided >= UNDECIDED && high - low <= 2.0 * share;
        held_up.then(|| Halt::Undecided((self.undecided * 1_000 / self.trials()) as u32))
    }

    /// That all decisions are right: the errors add up.
    fn evidence(&self) -> Evidence {
        let decided = self.matched + self.unmatched;
        let all = i64::from(u64::BITS - decided.leading_zeros());
        self.error_log2.map_or(Evidence::Proved, |each| Evidence::within(each + all))
    }
}

/// Decides trials 0, 1, … with `decide`, until something says stop.
pub(super) fn estimate(
    ensemble: Ensemble,
    trials: Trials,
    degree: Option<usize>,
    decide: impl Fn(u64) -> Decision + Sync,
    control: &Control<'_>,
) -> Estimate {
    let (done, most) = (AtomicU64::new(0), trials.most());
    let (mut tally, mut next, mut stopped) = (Tally::default(), 0, None);
    while next < most && !(next > 0 && trials.suffice(|| tally.interval())) {
        if let Some(why) = control.stopped().filter(|why| next > 0 && *why == Stopped::Time) {
            stopped = Some(Halt::of(why, control));
            break;
        }
        if let Some((_, limit)) = tally.limit.filter(|_| tally.matched + tally.unmatched == 0) {
            stopped = Some(Halt::Limit(limit));
            break;
        }
        if let Some(halt) = tally.is_held_up().filter(|_| !matches!(trials, Trials::Fixed(_))) {
            stopped = Some(halt);
            break;
        }
        if control.stopped() == Some(Stopped::Asked) {
            stopped = Some(Halt::Request);
            break;
        }
        let size = match next {
            0 => FIRST,
            _ if 2 * tally.undecided >= next => SMALL_BATCH,
            _ => BATCH.max(next / GROWTH),
        };
        let end = most.min(next.saturating_add(size));
        while next < end {
            // Where the time is up, or a stop is asked for, the batch ends before the first trial that was left out.
            let left_out =
                |trial: u64, stopped: Stopped| stopped == Stopped::Asked || trial > 0 && stopped == Stopped::Time;
            let one = |trial| {
                if control.stopped().is_some_and(|stopped| left_out(trial, stopped)) {
                    return None;
                }
                let decision = decide(trial);
                if matches!(decision, Decision::Undecided(Undecided::Stopped(stopped)) if left_out(trial, stopped)) {
                    return None;
                }
                let tally = Tally::of(trial, decision, degree);
                control.advanced(done.fetch_add(1, Ordering::Relaxed) + 1, most);
                Some(tally)
            };
            let piece = next..end.min(next.saturating_add(PIECE));
            let tallies: Vec<Option<Tally>> = piece.clone().into_par_iter().map(one).collect();
            let decided = tallies.into_iter().map_while(|tally| tally);
            (next, tally) = decided.fold((next, tally), |(next, sum), tally| (next + 1, sum.and(tally)));
            if next < piece.end {
                break;
            }
        }
    }
    if let Some((_, why @ Stopped::Time)) = tally.limit {
        stopped = Some(Halt::of(why, control));
    }
    Estimate {
        ensemble,
        trials: next,
        matched: tally.matched,
        unmatched: tally.unmatched,
        undecided: tally.undecided,
        probability: tally.probability(),
        ci95: tally.interval(),
        evidence: tally.evidence(),
        without_match: tally.without_match,
        stopped,
    }
}

/// A search for an instance without a match that found none.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// Instances that have a match.
    pub matched: u64,
    /// Instances without one that say nothing, as they have fewer complex solutions than the matching degree.
    pub degenerate: u64,
    /// Instances that were not decided,
    pub undecided: u64,
    /// and why the first of them was not.
    pub reason: Option<Undecided>,
    /// What ended it early: the time, or a request.
    pub stopped: Option<Stopped>,
}

impl std::fmt::Display for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no instance without a match: {} with one", self.matched)?;
        if self.degenerate > 0 {
            write!(f, ", {} degenerate", self.degenerate)?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ", {} undecided ({reason})", self.undecided)?;
        }
        match self.stopped {
            Some(Stopped::Time) => write!(f, "; the time was up"),
            Some(stopped) => write!(f, "; ended by {stopped}"),
            None => Ok(()),
        }
    }
}

/// Decides trials 0, 1, … one after the other until one has no match and, if `degree` is given, as many complex solutions;
/// returns how it is known. Gives up after the most trials, once something says stop, or where a limit stopped the first two.
///
/// # Errors
/// What was seen instead.
pub(super) fn first_without_match(
    trials: Trials,
    degree: Option<usize>,
    control: &Control<'_>,
    decide: impl Fn(u64) -> Decision,
) -> Result<Evidence, Search> {
    let mut limited = 0;
    let mut seen = Search { matched: 0, degenerate: 0, undecided: 0, reason: None, stopped: None };
    for trial in 0..trials.most() {
        seen.stopped = control.stopped();
        if limited == 2 || seen.stopped.is_some() {
            return Err(seen);
        }
        let decision = decide(trial);
        let tally = Tally::of(trial, decision, degree);
        if tally.without_match.is_some() {
            return Ok(chosen(trial as usize + 1, [tally.evidence()]));
        }
        if let (Decision::Undecided(reason), None) = (decision, seen.reason) {
            seen.reason = Some(reason);
        }
        seen.matched += tally.matched;
        seen.degenerate += tally.unmatched;
        seen.undecided += tally.undecided;
        limited += u64::from(tally.limit.is_some() && limited == trial);
    }
    Err(seen)
}
