//! Verdicts by those on other numbers of samples: who matches on all samples matches on some of them. So what has probability 1 on more samples has it on fewer,
//! and what is below 1 on fewer is below 1 on more.

use super::super::answer::Verdict;
use super::super::matcher::{MatchOptions, Matcher};
use super::clock::Clock;
use super::verdicts::Verdicts;
use super::{Basis, Classification, Depth};
use crate::algebra::Limits;
use crate::control::Control;
use crate::network::Samples;
use crate::reach::{Evidence, Set};

impl Matcher {
    /// Enters the verdicts that follow from those on more samples, and on fewer; returns how they are known.
    pub(super) fn settle_by_other_samples(
        &self,
        table: &mut Verdicts,
        (bases, unsettled): (&mut [Basis], &[Set]),
        options: &MatchOptions,
        clock: Clock<'_>,
    ) -> Vec<Evidence> {
        let open = |table: &Verdicts, bases: &[Basis]| {
            bases.iter().any(|basis| basis.verdict == Verdict::Undecided)
                || unsettled.iter().any(|set| table.of(*set) == Verdict::Undecided)
        };
        let mut evidence = Vec::new();
        if !open(table, bases) {
            return evidence;
        }
        let others = self.other_samples(&clock.after(3));
        let mut left = others.len() as u32;
        for (matcher, wanted) in others {
            if !open(table, bases) {
                break;
            }
            // Each has an equal part of what is left of three quarters of the time, and half of that is for others.
            let share = clock.part(3, left + 1);
            left -= 1;
            let depth = if wanted == Verdict::One { Depth::Certainty } else { Depth::Theorems };
            let ask = || matcher.classify_with(options, depth, &share).ok();
            let found = share.stopped().is_none().then(ask).flatten();
            if let Some(found) = found.filter(|found| enter(table, (bases, unsettled), found, wanted)) {
                evidence.push(found.evidence);
            }
            if open(table, bases) {
                clock.note_end(&share);
            }
        }
        evidence
    }

    /// The same network on more samples, with the verdict that carries over, and on fewer: those next to it, and all there are.
    fn other_samples(&self, control: &Control<'_>) -> Vec<(Matcher, Verdict)> {
        let at = |samples: Samples| {
            Matcher::new(self.network(), samples, self.settings(), Limits::default().under(control)).ok()
        };
        let dimension = |matcher: &Matcher| matcher.teacher().value;
        let mut found = Vec::new();
        let below =
            |most: u64| -> Vec<Matcher> { (1..most).rev().take(2).filter_map(|m| at(Samples::Count(m))).collect() };
        match self.samples() {
            Samples::Count(count) => {
                let functional = at(Samples::Functional).filter(|other| dimension(other) > dimension(self));
                let next = at(Samples::Count(count.saturating_add(1)))
                    .filter(|next| functional.as_ref().is_some_and(|all| dimension(all) > dimension(next)));
                found.extend(functional.into_iter().chain(next).map(|other| (other, Verdict::One)));
                found.extend(below(count).into_iter().map(|other| (other, Verdict::Fractional)));
            }
            Samples::Functional => {
                let most = (1..=dimension(self) as u64)
                    .find(|m| at(Samples::Count(*m)).is_none_or(|other| dimension(&other) >= dimension(self)));
                found.extend(below(most.unwrap_or(0)).into_iter().map(|other| (other, Verdict::Fractional)));
            }
        }
        found
    }
}

/// Enters where there is no verdict those of another table that carry over. What is asked spans, so that what is below 1 is not 0. Returns whether there are any.
fn enter(
    table: &mut Verdicts,
    (bases, unsettled): (&mut [Basis], &[Set]),
    found: &Classification,
    wanted: Verdict,
) -> bool {
    let mut some = false;
    for basis in bases.iter_mut().filter(|basis| basis.verdict == Verdict::Undecided) {
        if found.verdict(&basis.allocation) == wanted {
            basis.verdict = wanted;
            table.set(&basis.allocation, wanted);
            some = true;
        }
    }
    for set in unsettled {
        let allocation = table.group.allocation(*set);
        if table.of(*set) == Verdict::Undecided && found.verdict(&allocation) == wanted {
            table.set(&allocation, wanted);
            some = true;
        }
    }
    some
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Trials;
    use crate::network::Network;
    use crate::reach::Settings;

    /// What is carried over from other numbers of samples is what more instances say, and settles more.
    #[test]
    fn other_samples_say_what_instances_say() {
        let mut settled = 0;
        for (text, samples) in [
            ("lrnn(1, 2, 1, 4)", Samples::Count(3)),
            ("lrnn(2, 2, 1, 3)", Samples::Count(3)),
            ("pnn([3, 2, 1], degree=2)", Samples::Count(4)),
            ("pnn([3, 2, 1], degree=3)", Samples::Functional),
        ] {
            let network: Network = text.parse().unwrap();
            let settings = Settings { seed: 1, error_log2: -60 };
            let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
            let options = |trials| MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() };
            let at = |depth, trials| {
                let control = Control::unlimited().within(std::time::Duration::from_secs(20));
                matcher.classify_with(&options(trials), depth, &control).unwrap()
            };
            let (alone, with, more) = (at(Depth::Verdicts, 1), at(Depth::All, 1), at(Depth::Verdicts, 40));
            for (place, ((alone, with), more)) in
                alone.verdicts.iter().zip(&with.verdicts).zip(&more.verdicts).enumerate()
            {
                let open = Verdict::Undecided;
                assert!(*alone == open || with == alone, "{text}, {place:b}: {alone:?} and {with:?}");
                assert!(*more == open || *with == open || with == more, "{text}, {place:b}: {with:?} and {more:?}");
                settled += u32::from(*alone == open && *with != open);
            }
        }
        assert!(settled > 0);
    }
}
