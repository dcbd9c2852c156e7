//! Verdicts on all allocations at once, and what one says of others: probabilities are monotone.

use super::super::answer::Verdict;
use super::super::poles::Poles;
use crate::allocation::Allocation;
use crate::reach::{Group, Set};

/// A verdict for each allocation, by its bits; the same on each orbit.
pub(super) struct Verdicts<'a> {
    pub(super) group: &'a Group,
    pub(super) all: Vec<Verdict>,
}

impl Verdicts<'_> {
    /// Enters the verdict on an allocation and all its images.
    pub(super) fn set(&mut self, allocation: &Allocation, verdict: Verdict) {
        for image in self.group.set(allocation).into_iter().flat_map(|set| self.group.orbit(set)) {
            self.all[bits(image)] = verdict;
        }
    }

    /// Whether a verdict below 1 is known for an allocation with one weight more.
    pub(super) fn is_inside_a_fraction(&self, set: Set) -> bool {
        let bits = bits(set);
        let mut larger = (0..self.group.points()).map(|w| bits | 1 << w).filter(|b| *b != bits);
        larger.any(|b| self.all[b] == Verdict::Fractional)
    }

    /// Whether verdict 1 is known for an allocation with one weight less.
    pub(super) fn contains_certainty(&self, set: Set) -> bool {
        let bits = bits(set);
        let mut smaller = (0..self.group.points()).map(|w| bits & !(1 << w)).filter(|b| *b != bits);
        smaller.any(|b| self.all[b] == Verdict::One)
    }

    /// Enters what monotonicity says where there is no verdict: 1 of what contains something of probability 1, below 1 of what is part of
    /// something below 1.
    pub(super) fn close(&mut self) {
        let all = (1usize << self.group.points()) - 1;
        for bits in (0..=all).chain((0..=all).rev()) {
            if self.all[bits] == Verdict::Undecided {
                let set = (bits as Set).reverse_bits();
                if self.contains_certainty(set) {
                    self.all[bits] = Verdict::One;
                } else if self.is_inside_a_fraction(set) {
                    self.all[bits] = Verdict::Fractional;
                }
            }
        }
    }

    /// The verdict on an allocation.
    pub(super) fn of(&self, set: Set) -> Verdict {
        self.all[bits(set)]
    }

    /// The canonical form of the part that has the same probability by the law of poles, if that says anything.
    pub(super) fn core(&self, poles: Option<&Poles>, set: Set) -> Option<Set> {
        let core = poles?.core(&self.group.allocation(set))?;
        Some(self.group.canonical(self.group.set(&core)?))
    }

    /// Enters the verdicts that follow from those on cores; returns what is left, in the same order.
    pub(super) fn carry(&mut self, poles: Option<&Poles>, unsettled: Vec<Set>) -> Vec<Set> {
        let mut left = Vec::new();
        for set in unsettled {
            match self.core(poles, set).map(|core| self.all[bits(core)]) {
                Some(verdict @ (Verdict::One | Verdict::Fractional)) => self.set(&self.group.allocation(set), verdict),
                _ => left.push(set),
            }
        }
        left
    }

    /// From the verdicts on bases, those on larger allocations: 1 where a part has probability 1, undecided where one spans.
    /// Returns the undecided among the larger ones, one an orbit, by increasing size.
    pub(super) fn spread(&mut self, teacher: usize) -> Vec<Set> {
        let mut unsettled = Vec::new();
        for bits in 0..self.all.len() {
            if bits.count_ones() as usize <= teacher {
                continue;
            }
            // Parts have smaller bits, so they are known by now.
            let parts = (0..usize::BITS).filter(|w| bits >> w & 1 == 1).map(|w| self.all[bits & !(1 << w)]);
            let best = parts.fold(Verdict::Zero, |best, v| match (best, v) {
                (Verdict::One, _) | (_, Verdict::One) => Verdict::One,
                (Verdict::Zero, Verdict::Zero) => Verdict::Zero,
                _ => Verdict::Undecided,
            });
            self.all[bits] = best;
            let set = (bits as Set).reverse_bits();
            if best == Verdict::Undecided && self.group.stabiliser(set).is_some() {
                unsettled.push(set);
            }
        }
        unsettled.sort_by_key(|set| set.count_ones());
        unsettled
    }
}

/// The bits of an allocation, the first weight lowest, from its word.
fn bits(set: Set) -> usize {
    set.reverse_bits() as usize
}
