//! Every allocation of a small network by the verdict on its match probability.
//!
//! Laws are asked about bases only; what contains a basis spans, and what contains one with probability 1 has
//! probability 1 (monotonicity). Only what no law settles is sampled, larger allocations first: what is part of one with a
//! probability below 1 has a probability below 1.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::allocation::{Allocation, subsets};
use crate::network::{Network, Samples};
use crate::reach::{Dimension, Evidence, Settings};

use super::answer::{Hypothesis, Verdict};
use super::degree::{Degree, DegreeCounter};
use super::laws::{boundedness, is_affine, normality};
use super::matcher::{MatchError, MatchOptions, Matcher};

/// The most weights of a network whose allocations are all classified.
pub const MOST_CLASSIFIED: usize = 20;
/// What is asked, in a message.
const WHAT: &str = "a classification";

/// The verdicts on all allocations of a network.
#[derive(Clone, Debug)]
pub struct Classification {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// D_m.
    pub teacher: Dimension,
    /// How many bases have each learning degree; nothing where a limit stopped the count.
    pub degrees: BTreeMap<Option<usize>, u64>,
    /// How all verdicts, taken together, are known.
    pub evidence: Evidence,
    /// Whether a limit left something undecided: the time was up, or a degree could not be counted.
    pub late: bool,
    /// What was computed with.
    pub settings: Settings,
    /// By the allocation's bits.
    verdicts: Vec<Verdict>,
}

impl Classification {
    /// The verdict on an allocation.
    ///
    /// # Panics
    /// If the allocation is of a larger network.
    pub fn verdict(&self, allocation: &Allocation) -> Verdict {
        self.verdicts[allocation.low_bits() as usize]
    }

    /// How many allocations of each size, from 0, have each verdict: zero, one, fractional, undecided.
    pub fn counts(&self) -> Vec<[u64; 4]> {
        let mut counts = vec![[0; 4]; self.network.weights() + 1];
        for (bits, verdict) in self.verdicts.iter().enumerate() {
            counts[bits.count_ones() as usize][place(*verdict)] += 1;
        }
        counts
    }
}

fn place(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Zero => 0,
        Verdict::One => 1,
        Verdict::Fractional => 2,
        Verdict::Undecided => 3,
    }
}

/// What is known of a basis.
struct Basis {
    allocation: Allocation,
    degree: Option<Degree>,
    verdict: Verdict,
    evidence: Evidence,
}

impl Matcher {
    /// The verdict on every allocation. Costs one learning degree for each basis that is not affine, and the instances that
    /// `options` ask for, for each allocation that no law settles. `progress` is called with (done, all), from any
    /// thread.
    ///
    /// # Errors
    /// More than [`MOST_CLASSIFIED`] weights.
    pub fn classify(
        &self,
        options: &MatchOptions,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Classification, MatchError> {
        let n = self.network().weights();
        if n > MOST_CLASSIFIED {
            return Err(MatchError::TooManyWeights { weights: n, limit: MOST_CLASSIFIED });
        }
        let deadline = options.time_limit.and_then(|limit| Instant::now().checked_add(limit));
        let mut matroid = self.matroid(WHAT)?.clone();
        let counter = self.counter(WHAT)?;
        let trials = matroid.trials_for_all(self.settings().error_log2)?;
        matroid.extend_in_parallel(trials);
        let (teacher, done) = (matroid.teacher(), AtomicU64::new(0));
        let sets: Vec<Allocation> = subsets(&Allocation::all(n), teacher.value).collect();
        let all = sets.len() as u64;
        let bases: Vec<Basis> = sets
            .into_par_iter()
            .filter_map(|a| {
                let basis = (matroid.rank(&a) == teacher.value).then(|| self.basis(a, counter, deadline));
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, all);
                basis
            })
            .collect();
        let ranks = Evidence::Probabilistic { error_log2: matroid.error_for_all() };
        let mut evidence = vec![teacher.evidence, ranks];
        let mut verdicts = vec![Verdict::Zero; 1 << n];
        let mut degrees = BTreeMap::new();
        for basis in &bases {
            verdicts[basis.allocation.low_bits() as usize] = basis.verdict;
            evidence.push(basis.evidence);
            *degrees.entry(basis.degree.map(|d| d.value)).or_insert(0) += 1;
        }
        let unsettled = spread(&mut verdicts, teacher.value);
        let even: Vec<&Basis> =
            bases.iter().filter(|b| b.degree.is_some() && b.verdict == Verdict::Undecided).collect();
        let below_one: Vec<Option<Evidence>> =
            even.par_iter().map(|b| self.sample_basis(b, options, deadline)).collect();
        for (basis, known) in even.iter().zip(below_one) {
            if let Some(known) = known {
                verdicts[basis.allocation.low_bits() as usize] = Verdict::Fractional;
                evidence.push(known);
            }
        }
        let late = self.sample_surplus(&mut verdicts, &unsettled, options, deadline, progress);
        if unsettled.iter().any(|bits| verdicts[*bits] == Verdict::Fractional) {
            evidence.push(Evidence::Unbounded);
        }
        Ok(Classification {
            network: self.network().clone(),
            samples: self.samples(),
            teacher,
            degrees,
            evidence: Evidence::all(evidence),
            late: late || bases.iter().any(|b| b.degree.is_none()) || deadline.is_some_and(|d| Instant::now() >= d),
            settings: self.settings(),
            verdicts,
        })
    }

    /// What the laws say of a basis.
    fn basis(&self, allocation: Allocation, counter: &DegreeCounter, deadline: Option<Instant>) -> Basis {
        let of = |allocation, degree, verdict, evidence| Basis { allocation, degree, verdict, evidence };
        if is_affine(counter, &allocation) {
            return of(allocation, Some(Degree::ONE), Verdict::One, Evidence::Proved);
        }
        if deadline.is_some_and(|d| Instant::now() >= d) {
            return of(allocation, None, Verdict::Undecided, Evidence::Proved);
        }
        let degree = self.degree(&allocation).ok();
        if let Some(odd) = degree.filter(|d| d.value % 2 == 1) {
            return of(allocation, degree, Verdict::One, odd.evidence.of_parity());
        }
        of(allocation, degree, Verdict::Undecided, Evidence::Proved)
    }

    /// Whether random instances show that a basis of even degree has a probability below 1, and how that is known.
    fn sample_basis(&self, basis: &Basis, options: &MatchOptions, deadline: Option<Instant>) -> Option<Evidence> {
        if deadline.is_some_and(|d| Instant::now() >= d) {
            return None;
        }
        let options = MatchOptions { time_limit: left(deadline), ..*options };
        let estimate = self.estimate_with(&basis.allocation, basis.degree, &options, &|_, _| {});
        let normal = normality(self.network(), self.samples(), basis.allocation.size());
        let checked = [normal, boundedness(basis.degree)].iter().all(|h| matches!(h, Hypothesis::Checked(_)));
        estimate.without_match.map(|_| if checked { estimate.evidence } else { Evidence::Unbounded })
    }

    /// Samples what spans with surplus weights and contains no basis of probability 1, from the largest down. Returns whether
    /// the time was up.
    fn sample_surplus(
        &self,
        verdicts: &mut [Verdict],
        unsettled: &[usize],
        options: &MatchOptions,
        deadline: Option<Instant>,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> bool {
        let (n, all) = (self.network().weights(), unsettled.len() as u64);
        for (index, bits) in unsettled.iter().rev().enumerate() {
            progress(index as u64, all);
            if deadline.is_some_and(|d| Instant::now() >= d) {
                return true;
            }
            let larger = (0..n).map(|w| bits | 1 << w).filter(|b| b != bits);
            let below_one = larger.into_iter().any(|b| verdicts[b] == Verdict::Fractional);
            let witness = || {
                let allocation = Allocation::of(n, (0..n).filter(|w| bits >> w & 1 == 1));
                let options = MatchOptions { time_limit: left(deadline), ..*options };
                self.estimate_with(&allocation, None, &options, &|_, _| {}).without_match.is_some()
            };
            if below_one || witness() {
                verdicts[*bits] = Verdict::Fractional;
            }
        }
        false
    }
}

/// The time that is left.
fn left(deadline: Option<Instant>) -> Option<Duration> {
    deadline.map(|d| d.saturating_duration_since(Instant::now()))
}

/// From the verdicts on bases, those on larger allocations: 1 where a part has probability 1, undecided where one spans.
/// Returns the undecided among the larger ones, by increasing size.
fn spread(verdicts: &mut [Verdict], teacher: usize) -> Vec<usize> {
    let mut unsettled = Vec::new();
    for bits in 0..verdicts.len() {
        if bits.count_ones() as usize <= teacher {
            continue;
        }
        // Parts have smaller bits, so they are known by now.
        let parts = (0..usize::BITS).filter(|w| bits >> w & 1 == 1).map(|w| verdicts[bits & !(1 << w)]);
        let best = parts.fold(Verdict::Zero, |best, v| match (best, v) {
            (Verdict::One, _) | (_, Verdict::One) => Verdict::One,
            (Verdict::Zero, Verdict::Zero) => Verdict::Zero,
            _ => Verdict::Undecided,
        });
        verdicts[bits] = best;
        if best == Verdict::Undecided {
            unsettled.push(bits);
        }
    }
    unsettled.sort_by_key(|bits| bits.count_ones());
    unsettled
}
