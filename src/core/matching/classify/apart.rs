//! What a classification finds out about each basis, apart from all others: the parts of a long run that can be kept, and done by
//! several machines.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::super::answer::Verdict;
use super::super::degree::{Degree, NoDegree};
use super::super::estimate::Search;
use super::super::matcher::{MatchError, MatchOptions, Matcher};
use super::clock::Clock;
use super::{Depth, Spanning, WHAT};
use crate::allocation::Allocation;
use crate::control::Control;
use crate::reach::Evidence;

/// What was found out about a basis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeptBasis {
    /// The basis, by its bits, the first weight lowest.
    pub bits: u64,
    /// Its matching degree.
    pub degree: Result<Degree, NoDegree>,
    /// Where no law gives a verdict: how an instance without a match is decided, or what was seen instead.
    pub without_match: Option<Result<Evidence, Search>>,
}

impl Matcher {
    /// The first of each orbit of bases, in the order in which [`classify`](Self::classify) asks about them.
    ///
    /// # Errors
    /// As [`classify`](Self::classify).
    pub fn bases(&self, options: &MatchOptions, control: &Control<'_>) -> Result<Vec<Allocation>, MatchError> {
        let Spanning { matroid, orbits } = self.spanning(options, control)?;
        let teacher = matroid.teacher().value;
        let all = orbits.level().into_par_iter().map(|orbit| orbits.group().allocation(orbit.representative));
        Ok(all.filter(|allocation| matroid.rank(allocation) == teacher).collect())
    }

    /// What [`classify`](Self::classify) with these options would find out about some bases; nothing where it was asked to stop before the
    /// end. Bases that a part of the network decides are left out.
    ///
    /// # Errors
    /// As [`classify`](Self::classify).
    pub fn look_at_bases(
        &self,
        bases: &[Allocation],
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Result<Option<Vec<KeptBasis>>, MatchError> {
        let (counter, cut) = (self.counter(WHAT)?, AtomicBool::new(false));
        let clock = Clock::start(control, &cut);
        let look = |allocation: &Allocation| {
            let basis = self.basis(allocation.clone(), 1, counter, (options, Depth::All, clock));
            if basis.reduced.is_some() {
                return None;
            }
            let even = basis.degree.ok().filter(|_| basis.verdict == Verdict::Undecided);
            let without_match = even.map(|degree| self.instance_without_match(&basis, degree.value, options, control));
            Some(KeptBasis { bits: allocation.low_bits(), degree: basis.degree, without_match })
        };
        let found = bases.par_iter().filter_map(look).collect();
        Ok(control.stopped().is_none().then_some(found))
    }
}
