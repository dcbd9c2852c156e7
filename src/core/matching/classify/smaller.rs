//! Verdicts by those on allocations of a part of the network, where that decides alone: see [`super::super::bottleneck`].

use std::sync::Arc;

use rayon::prelude::*;

use super::super::answer::Verdict;
use super::super::bottleneck::Reduced;
use super::super::matcher::{MatchOptions, Matcher};
use super::Depth;
use super::clock::Clock;
use super::found::Classification;
use super::verdicts::Verdicts;
use crate::reach::{Evidence, Set};

/// The tables of parts of a network that were asked for; none where there is none.
#[derive(Default)]
pub(super) struct Tables {
    known: Vec<(Arc<Matcher>, Option<Classification>)>,
}

impl Tables {
    /// The verdict on a part, and how that the same holds of the whole is known; nothing if it is open.
    pub(super) fn verdict(
        &mut self,
        part: &Reduced,
        options: &MatchOptions,
        clock: Clock<'_>,
    ) -> Option<(Verdict, Evidence)> {
        let place = self.known.iter().position(|(matcher, _)| Arc::ptr_eq(matcher, &part.matcher));
        let place = place.unwrap_or_else(|| {
            let table = part.matcher.classify_with(options, Depth::Verdicts, &clock.after(3)).ok();
            self.known.push((part.matcher.clone(), table));
            self.known.len() - 1
        });
        let table = self.known[place].1.as_ref()?;
        let verdict = table.verdict(&part.allocation);
        // What spans has not probability 0.
        let decided = matches!(verdict, Verdict::One | Verdict::Fractional);
        decided.then(|| (verdict, Evidence::all([part.evidence, table.evidence])))
    }
}

impl Matcher {
    /// Enters the verdicts that follow from those on parts of the network; returns what is left, and how the verdicts are known.
    pub(super) fn settle_by_parts(
        &self,
        table: &mut Verdicts,
        unsettled: Vec<Set>,
        (tables, options): (&mut Tables, &MatchOptions),
        clock: Clock<'_>,
    ) -> (Vec<Set>, Vec<Evidence>) {
        let share = clock.after(3);
        let reduced: Vec<Option<Reduced>> = unsettled
            .par_iter()
            .map(|set| self.reduced(&table.group.allocation(*set), options.ensemble, &share))
            .collect();
        let (mut left, mut evidence) = (Vec::new(), Vec::new());
        for (set, part) in unsettled.into_iter().zip(reduced) {
            match part.and_then(|part| tables.verdict(&part, options, clock)) {
                Some((verdict, known)) => {
                    table.set(&table.group.allocation(set), verdict);
                    evidence.push(known);
                }
                None => left.push(set),
            }
        }
        (left, evidence)
    }
}
