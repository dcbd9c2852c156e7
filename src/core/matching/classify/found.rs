//! What a classification found: a verdict for each allocation, and why some have none.

use std::collections::BTreeMap;

use super::super::answer::{Estimate, Verdict};
use super::super::degree::NoDegree;
use super::super::estimate::Search;
use crate::allocation::Allocation;
use crate::network::{Network, Samples};
use crate::reach::{Dimension, Evidence, Settings};

/// The verdicts on all allocations of a network.
#[derive(Clone, Debug)]
pub struct Classification {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// D_m.
    pub teacher: Dimension,
    /// How many bases have each matching degree; nothing where a limit stopped the count.
    pub degrees: BTreeMap<Option<usize>, u64>,
    /// How all verdicts, taken together, are known.
    pub evidence: Evidence,
    /// Whether a limit left something undecided: the time was up, or a degree could not be counted.
    pub late: bool,
    /// What was computed with.
    pub settings: Settings,
    /// What has no verdict, and why: the first of each orbit under the network's symmetries.
    pub open: Vec<Open>,
    /// Of a network with kinks: what is known of each orbit, the smallest allocations first.
    pub orbits: Option<Vec<Orbit>>,
    /// By the allocation's bits.
    pub(super) verdicts: Vec<Verdict>,
}

impl Classification {
    /// The verdict on an allocation.
    ///
    /// # Panics
    /// If the allocation is of a larger network.
    pub fn verdict(&self, allocation: &Allocation) -> Verdict {
        self.verdicts[allocation.low_bits() as usize]
    }

    /// How many allocations have no verdict.
    pub fn open_allocations(&self) -> u64 {
        self.open.iter().map(|open| open.images).sum()
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

/// Allocations that the symmetries of a network with kinks make of one another, and what is known of their match probability.
#[derive(Clone, Debug)]
pub struct Orbit {
    /// The first of them.
    pub allocation: Allocation,
    /// How many they are.
    pub images: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: String,
    /// What MP lies in: one number where it is known, otherwise the 95 % interval of the instances that were decided.
    pub range: [f64; 2],
    /// These instances; none where none were needed or could be decided.
    pub estimate: Option<Estimate>,
}

/// Allocations without a verdict.
#[derive(Clone, Debug)]
pub struct Open {
    /// The first of its orbit.
    pub allocation: Allocation,
    /// The length of the orbit.
    pub images: u64,
    /// Why there is none.
    pub why: Why,
}

/// Why an allocation that spans has no verdict: no law gives 1, and
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// the matching degree is not known;
    Degree(NoDegree),
    /// nor is it seen to be below 1.
    Instances {
        /// The matching degree of a basis; nothing where there are surplus weights.
        degree: Option<usize>,
        /// What was seen instead.
        seen: Search,
    },
    /// With kinks, no law says more than this:
    Kinks {
        /// it is above 0;
        positive: bool,
        /// it is below 1;
        below_one: bool,
        /// so many instances have a match,
        matched: u64,
        /// have none,
        unmatched: u64,
        /// or are undecided.
        undecided: u64,
    },
    /// With kinks, weights below the last two layers learn: no instance is decided.
    Deep,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Why::Degree(reason) => write!(f, "matching degree unknown: {reason}"),
            Why::Instances { degree: Some(degree), seen } => write!(f, "matching degree {degree}, {seen}"),
            Why::Instances { degree: None, seen } => write!(f, "surplus weights, {seen}"),
            Why::Kinks { positive, below_one, matched, unmatched, undecided } => {
                let known = match (positive, below_one) {
                    (true, _) => "above 0, not proved to be below 1",
                    (false, true) => "below 1, not proved to be above 0",
                    (false, false) => "proved to be neither above 0 nor below 1",
                };
                write!(f, "{known}; of the instances {matched} with a match, {unmatched} without")?;
                if *undecided > 0 { write!(f, ", {undecided} undecided") } else { Ok(()) }
            }
            Why::Deep => write!(f, "weights below the last two layers learn: no instance is decided"),
        }
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
