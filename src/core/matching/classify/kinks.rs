//! The verdicts on all allocations of a network with kinks.
//!
//! What is known of a match probability is a bound from below (above 0, or 1) and one from above (below 1, or 0). By monotonicity
//! the first passes to larger allocations, the second to smaller ones. Laws are asked first, then instances: those with a
//! match that persists nearby from the smallest allocations up, those without one from the largest down.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::super::answer::{Reason, Verdict};
use super::super::matcher::{MatchError, MatchOptions, Matcher};
use super::super::piecewise::{Bounds, bounds};
use super::super::shallow::Shallow;
use super::found::{Classification, Open, Orbit, Why};
use super::{MOST_CLASSIFIED, WHAT};
use crate::allocation::{Allocation, print};
use crate::control::Control;
use crate::reach::{Evidence, Group, MOST_POINTS, Set};

/// A bound, and where it comes from.
#[derive(Clone, Debug, Default)]
enum Known {
    #[default]
    Nothing,
    /// Above 0, or below 1.
    Strict(Source),
    /// 1, or 0.
    Sharp(Source),
}

#[derive(Clone, Debug)]
enum Source {
    /// A law.
    Law(String),
    /// The instance of a trial.
    Trial(u64),
    /// A smaller or a larger allocation, by its bits.
    Other(usize),
}

impl Known {
    fn rank(&self) -> u8 {
        match self {
            Known::Nothing => 0,
            Known::Strict(_) => 1,
            Known::Sharp(_) => 2,
        }
    }

    fn source(&self) -> Option<&Source> {
        match self {
            Known::Nothing => None,
            Known::Strict(source) | Known::Sharp(source) => Some(source),
        }
    }
}

/// The bounds on all allocations, by their bits.
struct Table<'a> {
    group: &'a Group,
    n: usize,
    low: Vec<Known>,
    high: Vec<Known>,
}

impl Table<'_> {
    /// The first of each orbit, by increasing size.
    fn representatives(&self) -> Vec<Set> {
        let sets = (0..1u64 << self.n).map(|bits| (bits as Set).reverse_bits());
        let mut first: Vec<Set> = sets.filter(|set| self.group.stabiliser(*set).is_some()).collect();
        first.sort_by_key(|set| (set.count_ones(), !*set));
        first
    }

    fn images(&self, set: Set) -> Vec<usize> {
        self.group.orbit(set).into_iter().map(bits).collect()
    }

    /// Enters a bound for an orbit, from below or from above.
    fn enter(&mut self, set: Set, from_below: bool, known: &Known) {
        for image in self.images(set) {
            let side = if from_below { &mut self.low } else { &mut self.high };
            if side[image].rank() < known.rank() {
                side[image] = known.clone();
            }
        }
    }

    /// What one weight more or less inherits, everywhere.
    fn spread(&mut self) {
        let all = 1usize << self.n;
        for at in 0..all {
            for smaller in (0..self.n).map(|w| at & !(1 << w)).filter(|b| *b != at) {
                inherit(&mut self.low, at, smaller);
            }
        }
        for at in (0..all).rev() {
            for larger in (0..self.n).map(|w| at | 1 << w).filter(|b| *b != at) {
                inherit(&mut self.high, at, larger);
            }
        }
    }

    fn verdict(&self, at: usize) -> Verdict {
        match (&self.low[at], &self.high[at]) {
            (Known::Sharp(_), _) => Verdict::One,
            (_, Known::Sharp(_)) => Verdict::Zero,
            (Known::Strict(_), Known::Strict(_)) => Verdict::Fractional,
            _ => Verdict::Undecided,
        }
    }
}

/// The bound on another allocation, if it is better.
fn inherit(side: &mut [Known], at: usize, other: usize) {
    if side[other].rank() > side[at].rank() {
        let from = match side[other].source() {
            Some(Source::Other(first)) => Source::Other(*first),
            _ => Source::Other(other),
        };
        side[at] = if side[other].rank() == 2 { Known::Sharp(from) } else { Known::Strict(from) };
    }
}

impl Matcher {
    /// [`classify`](Self::classify) for a network with kinks.
    pub(super) fn classify_kinks(
        &self,
        shallow: &Shallow,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Result<Classification, MatchError> {
        let n = self.network().weights();
        if n > MOST_CLASSIFIED {
            return Err(MatchError::TooManyWeights { weights: n, limit: MOST_CLASSIFIED });
        }
        if !options.ensemble.is_generic() {
            return Err(MatchError::NoLaws { what: WHAT, ensemble: options.ensemble.to_string() });
        }
        let symmetries = self.network().symmetries(self.samples());
        let group = Group::acting_on(&Allocation::all(n), &symmetries)
            .ok_or(MatchError::TooManyWeights { weights: n, limit: MOST_POINTS })?;
        let mut table =
            Table { group: &group, n, low: vec![Known::default(); 1 << n], high: vec![Known::default(); 1 << n] };
        let first = table.representatives();
        let (done, all) = (AtomicU64::new(0), first.len() as u64);
        self.ask_laws_of_kinks(&mut table, &first, shallow, control);
        // Half of the time is left for the instances of the intervals.
        let half = control.halved();
        self.ask_instances(&mut table, &first, shallow, (options, &half));
        let cut_short = half.stopped().is_some();
        let finish = |set: &Set| {
            let orbit = self.orbit(&table, *set, shallow, (options, control));
            control.advanced(done.fetch_add(1, Ordering::Relaxed) + 1, all);
            orbit
        };
        let orbits: Vec<Orbit> = first.par_iter().map(finish).collect();
        let open = orbits.iter().zip(&first).filter(|(orbit, _)| orbit.verdict == Verdict::Undecided);
        let open = open.map(|(orbit, set)| {
            let at = bits(*set);
            let seen = orbit.estimate.as_ref().map_or([0; 3], |e| [e.matched, e.unmatched, e.undecided]);
            let [matched, unmatched, undecided] = seen;
            let (positive, below_one) = (table.low[at].rank() > 0, table.high[at].rank() > 0);
            let kinks = Why::Kinks { positive, below_one, matched, unmatched, undecided };
            let why = if shallow.accept(&orbit.allocation).is_err() { Why::Deep } else { kinks };
            Open { allocation: orbit.allocation.clone(), images: orbit.images, why }
        });
        let open: Vec<Open> = open.collect();
        Ok(Classification {
            network: self.network().clone(),
            samples: self.samples(),
            teacher: self.teacher(),
            degrees: std::collections::BTreeMap::new(),
            evidence: Evidence::Proved,
            late: (cut_short || control.stopped().is_some()) && (!open.is_empty() || orbits.iter().any(is_cut)),
            settings: self.settings(),
            open,
            verdicts: (0..1usize << n).map(|at| table.verdict(at)).collect(),
            orbits: Some(orbits),
        })
    }

    /// Enters what laws say.
    fn ask_laws_of_kinks(&self, table: &mut Table<'_>, first: &[Set], shallow: &Shallow, control: &Control<'_>) {
        let ask = |set: &Set| {
            let allocation = table.group.allocation(*set);
            if allocation.size() == table.n {
                return Some(Bounds::Settled(Verdict::One, Reason::Exact(super::super::exact::Theorem::Copying)));
            }
            let asked = control.stopped().is_none() && shallow.accept(&allocation).is_ok();
            asked.then(|| bounds(shallow, &allocation, self.samples()))
        };
        let found: Vec<Option<Bounds>> = first.par_iter().map(ask).collect();
        let law = |text: &str| Source::Law(text.to_owned());
        for (set, found) in first.iter().zip(found) {
            match found {
                Some(Bounds::Settled(Verdict::One, reason)) => {
                    table.enter(*set, true, &Known::Sharp(Source::Law(reason.to_string())));
                }
                Some(Bounds::Settled(Verdict::Zero, reason)) => {
                    table.enter(*set, false, &Known::Sharp(Source::Law(reason.to_string())));
                }
                Some(Bounds::Settled(..)) => {
                    table.enter(*set, true, &Known::Strict(law("silence law")));
                    table.enter(*set, false, &Known::Strict(law("cone law")));
                }
                Some(Bounds::Between { positive, below_one }) => {
                    if positive {
                        table.enter(*set, true, &Known::Strict(law("silence law")));
                    }
                    if below_one {
                        table.enter(*set, false, &Known::Strict(law("cone law")));
                    }
                }
                None => {}
            }
        }
        table.spread();
    }

    /// Enters what instances show of all that are near them.
    fn ask_instances(
        &self,
        table: &mut Table<'_>,
        first: &[Set],
        shallow: &Shallow,
        (options, control): (&MatchOptions, &Control<'_>),
    ) {
        let sizes: Vec<&[Set]> = first.chunk_by(|a, b| a.count_ones() == b.count_ones()).collect();
        let accepted = |allocation: &Allocation| shallow.accept(allocation).is_ok();
        for (from_below, size) in
            sizes.iter().map(|size| (true, *size)).chain(sizes.iter().rev().map(|size| (false, *size)))
        {
            let known = &*table;
            let ask = |set: &Set| {
                let (at, allocation) = (bits(*set), known.group.allocation(*set));
                let side = if from_below { &known.low[at] } else { &known.high[at] };
                let (low, high) = (known.low[at].rank(), known.high[at].rank());
                if side.rank() > 0 || low == 2 || high == 2 || !accepted(&allocation) {
                    return None;
                }
                let trial = match from_below {
                    true => self.trial_with_open_match((shallow, &allocation), options, control),
                    false => self.trial_without_match_nearby((shallow, &allocation), options, control),
                };
                trial.map(|trial| (*set, Known::Strict(Source::Trial(trial))))
            };
            let found: Vec<_> = size.par_iter().filter_map(ask).collect();
            let some = !found.is_empty();
            found.iter().for_each(|(set, bound)| table.enter(*set, from_below, bound));
            if some {
                table.spread();
            }
        }
    }

    /// What is said of an orbit.
    fn orbit(
        &self,
        table: &Table<'_>,
        set: Set,
        shallow: &Shallow,
        (options, control): (&MatchOptions, &Control<'_>),
    ) -> Orbit {
        let (at, allocation) = (bits(set), table.group.allocation(set));
        let (verdict, images) = (table.verdict(at), table.images(set).len() as u64);
        let settled = matches!(verdict, Verdict::Zero | Verdict::One);
        let estimate = (!settled && shallow.accept(&allocation).is_ok() && control.stopped().is_none())
            .then(|| self.estimate(&allocation, options, &control.narrowed(None)));
        let range = match verdict {
            Verdict::Zero => [0.0, 0.0],
            Verdict::One => [1.0, 1.0],
            _ => estimate.as_ref().map_or([0.0, 1.0], |e| e.ci95),
        };
        Orbit { reason: self.why(table, at), allocation, images, verdict, range, estimate }
    }

    fn why(&self, table: &Table<'_>, at: usize) -> String {
        let other = |bits: usize| {
            let allocation = Allocation::of_low_bits(table.n, bits as u64);
            print(self.network().layout(), &allocation)
        };
        let (low, high) = (&table.low[at], &table.high[at]);
        let from_below = |source: &Source| match source {
            Source::Law(law) => law.clone(),
            Source::Trial(trial) => format!("the instance of trial {trial}, whose match persists nearby"),
            Source::Other(first) => format!("its part {}", other(*first)),
        };
        let from_above = |source: &Source| match source {
            Source::Law(law) => law.clone(),
            Source::Trial(trial) => format!("the instance of trial {trial}, which has no match nearby either"),
            Source::Other(first) => format!("the larger {}", other(*first)),
        };
        match (low, high) {
            (Known::Sharp(Source::Law(law)), _) | (_, Known::Sharp(Source::Law(law))) => law.clone(),
            (Known::Sharp(source), _) => format!("1 by {}", from_below(source)),
            (_, Known::Sharp(source)) => format!("0 by {}", from_above(source)),
            (low, high) => {
                let low = low.source().map(|s| format!("above 0 by {}", from_below(s)));
                let high = high.source().map(|s| format!("below 1 by {}", from_above(s)));
                let both: Vec<String> = low.into_iter().chain(high).collect();
                if both.is_empty() { "nothing is proved".to_owned() } else { both.join("; ") }
            }
        }
    }
}

/// Whether fewer instances than asked for were decided for an orbit that has an interval.
fn is_cut(orbit: &Orbit) -> bool {
    let settled = matches!(orbit.verdict, Verdict::Zero | Verdict::One);
    !settled && orbit.estimate.as_ref().is_none_or(|estimate| estimate.stopped.is_some())
}

/// The bits of an allocation, the first weight lowest, from its word.
fn bits(set: Set) -> usize {
    set.reverse_bits() as usize
}
