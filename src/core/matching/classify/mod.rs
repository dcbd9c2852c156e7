//! Every allocation of a small network by the verdict on its match probability.
//!
//! Laws are asked about bases only; what contains a basis spans, and what contains one with probability 1 has
//! probability 1 (monotonicity). Only what no law settles is sampled, larger allocations first: what is part of one with a
//! probability below 1 has a probability below 1.
//!
//! One allocation speaks for its orbit under the symmetries of the network. They permute weights, and entries and labels
//! at most; draws whose weights and inputs are independent and alike do not tell the two sides of such a permutation
//! apart, so the probability is the same on an orbit, and a generic student's matching degree, too. (Transposing a
//! recurrent network with one input and one output changes no label on any inputs.)

mod apart;
mod clock;
mod found;
mod kinks;
mod samples;
mod smaller;
mod verdicts;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::reach::{Evidence, Group, JacobianMatroid, MOST_POINTS, Orbits, Set};

pub use apart::KeptBasis;
use clock::Clock;
pub use found::{Classification, Open, Orbit, Why};
use smaller::Tables;
use verdicts::Verdicts;

use super::answer::Verdict;
use super::bottleneck::Reduced;
use super::degree::{Degree, DegreeCounter, NoDegree};
use super::ensemble::Ensemble;
use super::estimate::{Search, Trials};
use super::laws::{
    EFFORTS, Tries, boundedness, chosen, evidence_of_fraction, is_affine, is_open, normality, odd_part_with,
};
use super::matcher::{MatchError, MatchOptions, Matcher};

/// The most weights of a network whose allocations are all classified.
pub const MOST_CLASSIFIED: usize = 20;
/// What is asked, in a message.
const WHAT: &str = "a classification";

/// How far a classification goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// As far as it can, and to the degrees that no verdict rests on.
    All,
    /// As far as verdicts go, on these samples.
    Verdicts,
    /// To probability 1: no instance is decided but of parts of the network.
    Certainty,
    /// To what theorems about values say: no degree is counted but of parts, either.
    Theorems,
}

/// What is known of an orbit of bases.
struct Basis {
    /// The first of its orbit.
    allocation: Allocation,
    /// The length of its orbit.
    images: u64,
    degree: Result<Degree, NoDegree>,
    verdict: Verdict,
    evidence: Evidence,
    /// The same question about a part of the network.
    reduced: Option<Reduced>,
}

/// The ranks that a classification rests on, and the orbits of allocations of the teacher's dimension.
struct Spanning {
    matroid: JacobianMatroid,
    orbits: Orbits,
}

impl Matcher {
    /// What a classification begins with.
    fn spanning(&self, options: &MatchOptions, control: &Control<'_>) -> Result<Spanning, MatchError> {
        let n = self.network().weights();
        if n > MOST_CLASSIFIED {
            return Err(MatchError::TooManyWeights { weights: n, limit: MOST_CLASSIFIED });
        }
        if !options.ensemble.is_generic() {
            return Err(MatchError::NoLaws { what: WHAT, ensemble: options.ensemble.to_string() });
        }
        let mut matroid = self.matroid(WHAT)?.clone();
        let trials = matroid.trials_for_all(self.settings().error_log2)?;
        matroid.extend_in_parallel(trials, &control.untimed())?;
        let (network, samples) = self.solved();
        let symmetries = network.symmetries(samples);
        let group = Group::acting_on(&Allocation::all(n), &symmetries)
            .ok_or(MatchError::TooManyWeights { weights: n, limit: MOST_POINTS })?;
        let mut orbits = Orbits::new(group);
        while orbits.size() < matroid.teacher().value {
            orbits.advance(&control.untimed())?;
        }
        Ok(Spanning { matroid, orbits })
    }

    /// The verdict on every allocation. Costs one matching degree for each orbit of bases that are not affine, and at most the
    /// instances that `options` ask for, for each orbit of allocations that no law settles. Where it is stopped, what is open says so.
    ///
    /// # Errors
    /// More than [`MOST_CLASSIFIED`] weights, or an ensemble that the laws say nothing about.
    pub fn classify(&self, options: &MatchOptions, control: &Control<'_>) -> Result<Classification, MatchError> {
        match self.kinks()? {
            Some(shallow) => self.classify_kinks(shallow, options, control),
            None => self.classify_with(options, Depth::All, control),
        }
    }

    /// The same, so far.
    fn classify_with(
        &self,
        options: &MatchOptions,
        depth: Depth,
        control: &Control<'_>,
    ) -> Result<Classification, MatchError> {
        let cut = AtomicBool::new(false);
        let clock = Clock::start(control, &cut);
        let Spanning { matroid, orbits } = self.spanning(options, control)?;
        let counter = self.counter(WHAT)?;
        let (teacher, done) = (matroid.teacher(), AtomicU64::new(0));
        let n = self.network().weights();
        let everything = Allocation::all(n);
        let (group, all) = (orbits.group(), orbits.level().len() as u64);
        let mut bases: Vec<Basis> = orbits
            .level()
            .into_par_iter()
            .filter_map(|orbit| {
                let a = group.allocation(orbit.representative);
                let basis = (matroid.rank(&a) == teacher.value)
                    .then(|| self.basis(a, orbits.length(orbit), counter, (options, depth, clock)));
                control.advanced(done.fetch_add(1, Ordering::Relaxed) + 1, all);
                basis
            })
            .collect();
        let ranks = if matroid.is_proved_within(&everything, None, &control.narrowed(None)) {
            matroid.lower_evidence()
        } else {
            Evidence::within(matroid.error_for_all())
        };
        let (mut evidence, mut chosen_ones) = (vec![teacher.evidence, ranks], Vec::new());
        let mut table = Verdicts { group, all: vec![Verdict::Zero; 1 << n] };
        let mut tables = Tables::default();
        for basis in &mut bases {
            if let Some((verdict, known)) = basis.reduced.as_ref().and_then(|part| tables.verdict(part, options, clock))
            {
                basis.verdict = verdict;
                evidence.push(known);
            }
        }
        if depth != Depth::Theorems {
            count_later(&mut bases, counter, &clock.after(2), |basis| basis.verdict == Verdict::Undecided);
        }
        for basis in &bases {
            table.set(&basis.allocation, basis.verdict);
            chosen_ones.push(basis.evidence);
        }
        let unsettled = table.spread(teacher.value);
        // Each effort for an odd number might have found one wrongly.
        let counted = bases.len() + EFFORTS.len() * unsettled.len();
        let (unsettled, by_theorems) = self.settle_by_theorems(&mut table, unsettled, options, clock);
        evidence.extend(by_theorems);
        let (unsettled, by_parts) = self.settle_by_parts(&mut table, unsettled, (&mut tables, options), clock);
        evidence.extend(by_parts);
        if depth == Depth::All {
            evidence.extend(self.settle_by_other_samples(&mut table, (&mut bases, &unsettled), options, clock));
        }
        table.close();
        for basis in bases.iter_mut().filter(|basis| basis.verdict == Verdict::Undecided) {
            basis.verdict = table.group.set(&basis.allocation).map_or(Verdict::Undecided, |set| table.of(set));
        }
        let unsettled = unsettled.into_iter().filter(|set| table.of(*set) == Verdict::Undecided).collect();
        let mut open = Vec::new();
        let instances = matches!(depth, Depth::All | Depth::Verdicts);
        // Instances of bases are decided sooner than odd sections are found.
        let below_one = if instances { self.sample_bases(&bases, options, clock) } else { Vec::new() };
        for (basis, known) in bases.iter().zip(below_one) {
            match known {
                Some(Ok(known)) => {
                    table.set(&basis.allocation, Verdict::Fractional);
                    evidence.push(known);
                }
                Some(Err(why)) => open.push(Open { allocation: basis.allocation.clone(), images: basis.images, why }),
                None => {}
            }
        }
        let sections = if depth == Depth::Theorems { Vec::new() } else { unsettled };
        let (unsettled, odd) = self.settle_by_odd_parts(&mut table, sections, (teacher.value, counter), clock);
        chosen_ones.extend(odd);
        evidence.push(chosen(counted, chosen_ones));
        let unsettled = if instances { unsettled } else { Vec::new() };
        // What has a part of the same probability with fewer weights is as that part is.
        let poles = self.poles();
        let unsettled = table.carry(poles, unsettled);
        let (cores, others): (Vec<Set>, Vec<Set>) =
            unsettled.into_iter().partition(|set| table.core(poles, *set) == Some(*set));
        let (by_cores, left) = self.sample_surplus(&mut table, (&cores, others.len()), options, clock);
        let others = table.carry(poles, others);
        let (by_others, last) = self.sample_surplus(&mut table, (&others, 0), options, clock);
        if by_cores || by_others {
            evidence.push(Evidence::Statistical);
        }
        open.extend(left.into_iter().chain(last));
        table.close();
        open.retain(|one: &Open| {
            table.group.set(&one.allocation).is_none_or(|set| table.of(set) == Verdict::Undecided)
        });
        // No verdict rests on these degrees.
        if depth == Depth::All {
            count_later(&mut bases, counter, control, |basis| basis.verdict != Verdict::Undecided);
        }
        let mut degrees = BTreeMap::new();
        for basis in &bases {
            *degrees.entry(basis.degree.ok().map(|d| d.value)).or_insert(0) += basis.images;
        }
        Ok(Classification {
            network: self.network().clone(),
            samples: self.samples(),
            teacher,
            degrees,
            evidence: Evidence::all(evidence),
            late: bases.iter().any(|b| b.degree.is_err())
                || clock.stopped(4).is_some()
                || cut.load(Ordering::Relaxed) && !open.is_empty(),
            settings: self.settings(),
            open,
            orbits: None,
            verdicts: table.all,
        })
    }

    /// As [`classify`](Self::classify), again and again with larger budgets ([`MatchOptions::grown`]), until nothing is open or
    /// the time is up, or, without a limit of time, a round brings nothing; then with what leaves the least open.
    ///
    /// # Errors
    /// As [`classify`](Self::classify).
    pub fn classify_until_decided(
        &self,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Result<Classification, MatchError> {
        let mut options = *options;
        let mut best = self.classify(&options, control)?;
        while !best.open.is_empty() {
            if control.stopped().is_some() {
                best.late = true;
                break;
            }
            options = options.grown();
            let next = self.classify(&options, control)?;
            if next.open_allocations() < best.open_allocations() {
                best = next;
            } else if control.deadline().is_none() {
                // Without a limit of time, a round that brought nothing is the last.
                break;
            }
        }
        Ok(best)
    }

    /// What the laws say of a basis.
    fn basis(
        &self,
        allocation: Allocation,
        images: u64,
        counter: &DegreeCounter,
        (options, depth, clock): (&MatchOptions, Depth, Clock<'_>),
    ) -> Basis {
        let of = |allocation, degree, verdict, evidence| {
            let reduced = None;
            Basis { allocation, images, degree, verdict, evidence, reduced }
        };
        if is_affine(counter, &allocation) {
            return of(allocation, Ok(Degree::ONE), Verdict::One, Evidence::Proved);
        }
        let kept = self.kept_basis(&allocation);
        let counted = |quarters: u32| match (kept, clock.stopped(quarters)) {
            (Some(kept), _) => kept.degree,
            _ if depth == Depth::Theorems => Err(NoDegree::Stopped(Stopped::Asked)),
            (None, Some(stopped)) => Err(stopped.into()),
            (None, None) => counter.under(&clock.after(quarters)).degree(&allocation),
        };
        if let Some(exact) = self.exact(&allocation, options.ensemble, &clock.after(2)) {
            // Its verdict does not rest on the degree, which has to leave time for those whose verdicts do.
            let degree = counted(1);
            return of(allocation, degree, exact.verdict(), exact.evidence);
        }
        let reduced = self.reduced(&allocation, options.ensemble, &clock.after(2));
        if reduced.is_some() {
            // Its degree, on which nothing rests then, can wait.
            let later = Err(NoDegree::Stopped(Stopped::Time));
            return Basis { reduced, ..of(allocation, later, Verdict::Undecided, Evidence::Proved) };
        }
        let degree = counted(2);
        if let Some(odd) = degree.ok().filter(|d| d.value % 2 == 1) {
            return of(allocation, degree, Verdict::One, odd.evidence);
        }
        of(allocation, degree, Verdict::Undecided, Evidence::Proved)
    }

    /// Enters the verdicts that theorems about the value give; returns what is left, and how the verdicts are known.
    fn settle_by_theorems(
        &self,
        table: &mut Verdicts,
        unsettled: Vec<Set>,
        options: &MatchOptions,
        clock: Clock<'_>,
    ) -> (Vec<Set>, Vec<Evidence>) {
        let (mut left, mut evidence, share) = (Vec::new(), Vec::new(), clock.after(3));
        for set in unsettled {
            let allocation = table.group.allocation(set);
            match self.exact(&allocation, options.ensemble, &share) {
                Some(exact) => {
                    table.set(&allocation, exact.verdict());
                    evidence.push(exact.evidence);
                }
                None => left.push(set),
            }
        }
        if !left.is_empty() {
            clock.note_end(&share);
        }
        (left, evidence)
    }

    /// Enters the verdict 1 where an odd number of students gives it, or a part has it by now; what takes little work is asked of all
    /// before what may take much. Returns what is left, and how the verdicts are known.
    fn settle_by_odd_parts(
        &self,
        table: &mut Verdicts,
        unsettled: Vec<Set>,
        (teacher, counter): (usize, &DegreeCounter),
        clock: Clock<'_>,
    ) -> (Vec<Set>, Vec<Evidence>) {
        let share = clock.part(4, 2);
        let counter = &counter.under(&share);
        let (mut left, mut evidence) = (unsettled, Vec::new());
        for effort in EFFORTS {
            let odd = |allocation: &Allocation| {
                if share.stopped().is_some() {
                    return None;
                }
                let odd = odd_part_with(effort, counter, (allocation, teacher), &mut Tries::default());
                odd.map(|(_, degree)| degree.evidence)
            };
            left = settle_by_size(table, left, odd, &mut evidence);
        }
        if !left.is_empty() {
            clock.note_end(&share);
        }
        (left, evidence)
    }

    /// For each basis without a verdict: how it is known that its probability is below 1, if an instance shows that it is, or
    /// why it is open. Small degrees, whose instances are decided sooner, come first.
    fn sample_bases(
        &self,
        bases: &[Basis],
        options: &MatchOptions,
        clock: Clock<'_>,
    ) -> Vec<Option<Result<Evidence, Why>>> {
        let mut even: Vec<(usize, &Basis, usize)> = bases
            .iter()
            .enumerate()
            .filter(|(_, basis)| basis.verdict == Verdict::Undecided)
            .filter_map(|(place, basis)| Some((place, basis, basis.degree.ok()?.value)))
            .collect();
        even.sort_by_key(|(.., degree)| *degree);
        let (done, all) = (AtomicU64::new(0), even.len() as u64);
        // One after the other as threads become free, so that what a time limit cuts off are the largest degrees.
        let found = even.into_iter().par_bridge().map(|(place, basis, degree)| {
            let share = clock.share_of(3, all - done.load(Ordering::Relaxed));
            let kept = self.kept_basis(&basis.allocation).and_then(|kept| kept.without_match);
            let witness = kept.unwrap_or_else(|| self.instance_without_match(basis, degree, options, &share));
            if let Err(seen) = &witness {
                clock.note(&share, seen);
            }
            clock.control.advanced(done.fetch_add(1, Ordering::Relaxed) + 1, all);
            let known = witness.map(|decision| self.evidence_of_fraction(basis, decision));
            (place, known.map_err(|seen| Why::Instances { degree: Some(degree), seen }))
        });
        let unknown = |basis: &Basis| (basis.verdict == Verdict::Undecided).then_some(basis.degree.err()).flatten();
        let mut known: Vec<_> =
            bases.iter().map(|basis| unknown(basis).map(|reason| Err(Why::Degree(reason)))).collect();
        for (place, evidence) in found.collect::<Vec<_>>() {
            known[place] = Some(evidence);
        }
        known
    }

    /// How an instance of a basis is decided that has no match: one that is searched for, where any instance will do, or a random one.
    fn instance_without_match(
        &self,
        basis: &Basis,
        degree: usize,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Result<Evidence, Search> {
        let random = |trials: u64| {
            let trials = Trials::UpTo(options.trials.most().min(trials));
            let options = MatchOptions { trials, ..*options };
            self.first_without_match(&basis.allocation, Some(degree), &options, control)
        };
        let (network, samples) = self.solved();
        // Where any instance will do, and not only a random one.
        let persists = options.ensemble == Ensemble::Gaussian
            && is_open(network, samples, basis.allocation.size())
            && boundedness(basis.degree.ok()).evidence() != Evidence::Open;
        if !persists {
            return random(u64::MAX);
        }
        // Whole numbers that are small are decided sooner than random ones.
        if let Some(found) = self.search_without_match(&basis.allocation, degree, control) {
            return Ok(found);
        }
        random(u64::MAX)
    }

    /// How it is known that a basis with an instance without a match, decided with this evidence, has a probability below 1.
    fn evidence_of_fraction(&self, basis: &Basis, decision: Evidence) -> Evidence {
        let (network, samples) = self.solved();
        let normal = normality(network, samples, basis.allocation.size());
        evidence_of_fraction(decision, normal, boundedness(basis.degree.ok()))
    }

    /// Samples what spans with surplus weights and contains no basis of probability 1, from the largest down. Returns whether
    /// an instance without a match was needed, and what is open. So many others wait for their share of the time.
    fn sample_surplus(
        &self,
        table: &mut Verdicts,
        (unsettled, waiting): (&[Set], usize),
        options: &MatchOptions,
        clock: Clock<'_>,
    ) -> (bool, Vec<Open>) {
        let (done, all) = (AtomicU64::new(0), (unsettled.len() + waiting) as u64);
        let (mut some, mut open) = (false, Vec::new());
        for same_size in unsettled.chunk_by(|a, b| a.count_ones() == b.count_ones()).rev() {
            let known = &*table;
            let below_one = |set: &Set| {
                let share = clock.share(all - done.load(Ordering::Relaxed));
                let allocation = known.group.allocation(*set);
                let inside = known.is_inside_a_fraction(*set);
                let found = match inside {
                    true => Ok(true),
                    false => self.first_without_match(&allocation, None, options, &share).map(|_| false),
                };
                if let Err(seen) = &found {
                    clock.note(&share, seen);
                }
                clock.control.advanced(done.fetch_add(1, Ordering::Relaxed) + 1, all);
                (allocation, found)
            };
            let found: Vec<_> = same_size.par_iter().map(|set| (*set, below_one(set))).collect();
            for (set, (allocation, found)) in found {
                match found {
                    Ok(inside) => {
                        some |= !inside;
                        table.set(&allocation, Verdict::Fractional);
                    }
                    Err(seen) => {
                        let images = table.group.orbit(set).len() as u64;
                        open.push(Open { allocation, images, why: Why::Instances { degree: None, seen } });
                    }
                }
            }
        }
        (some, open)
    }
}

/// Enters the verdict 1 where this says so, or a part has it by now, size after size. Returns what is left.
fn settle_by_size(
    table: &mut Verdicts,
    unsettled: Vec<Set>,
    is_certain: impl Fn(&Allocation) -> Option<Evidence> + Sync,
    evidence: &mut Vec<Evidence>,
) -> Vec<Set> {
    let mut left = Vec::new();
    for same_size in unsettled.chunk_by(|a, b| a.count_ones() == b.count_ones()) {
        let known = &*table;
        let certain = |set: &Set| match known.contains_certainty(*set) {
            true => (*set, Some(Evidence::Proved)),
            false => (*set, is_certain(&known.group.allocation(*set))),
        };
        for (set, certain) in same_size.par_iter().map(certain).collect::<Vec<_>>() {
            match certain {
                Some(how) => {
                    table.set(&table.group.allocation(set), Verdict::One);
                    evidence.push(how);
                }
                None => left.push(set),
            }
        }
    }
    left
}

/// Counts the degrees of those of these bases that are also asked about as allocations of a part of the network.
fn count_later(
    bases: &mut [Basis],
    counter: &DegreeCounter,
    control: &Control<'_>,
    which: impl Fn(&Basis) -> bool + Sync,
) {
    let later = |basis: &&mut Basis| basis.reduced.is_some() && which(basis) && control.stopped().is_none();
    bases.par_iter_mut().filter(later).for_each(|basis| {
        basis.degree = counter.under(control).degree(&basis.allocation);
        if let Some(odd) = basis.degree.ok().filter(|d| d.value % 2 == 1 && basis.verdict == Verdict::Undecided) {
            (basis.verdict, basis.evidence) = (Verdict::One, odd.evidence);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::{Limits, Trials};
    use crate::network::{Network, Samples};
    use crate::reach::Settings;

    fn matcher(network: &str, samples: Samples) -> Matcher {
        let network: Network = network.parse().unwrap();
        Matcher::new(&network, samples, Settings { seed: 1, error_log2: -60 }, Limits::default()).unwrap()
    }

    fn options(trials: u64) -> MatchOptions {
        MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() }
    }

    fn undecided(found: &Classification) -> u64 {
        found.counts().iter().map(|row| row[3]).sum()
    }

    #[test]
    fn what_is_open_is_what_is_undecided() {
        let mut open = 0;
        for (network, samples) in [
            ("lrnn(1, 2, 1, 4)", Samples::Functional),
            ("pnn([2, 3, 1], degree=2)", Samples::Functional),
            ("pnn([2, 1, 2, 1], degree=2)", Samples::Count(2)),
            ("lffn([2, 2, 2])", Samples::Functional),
            // Even degrees, and no instance without a match.
            ("lrnn(1, 3, 1, 4)", Samples::Count(1)),
        ] {
            let found = matcher(network, samples).classify(&options(10), &Control::unlimited()).unwrap();
            assert_eq!(found.open_allocations(), undecided(&found), "{network}");
            for one in &found.open {
                assert_eq!(found.verdict(&one.allocation), Verdict::Undecided, "{network} {one:?}");
                assert!(!one.why.to_string().is_empty());
            }
            open += found.open.len();
        }
        assert!(open > 0, "nothing is open: take another network");
    }

    /// What elimination calls one and the law of scales does, too; and the law leaves nothing of these networks open.
    #[test]
    fn rescaled_teachers_leave_little_open() {
        for network in ["lrnn(1, 1, 2, 3)", "lrnn(2, 1, 1, 4)", "pnn([2, 1, 2], degree=2)"] {
            for samples in [Samples::Count(1), Samples::Count(2), Samples::Count(3), Samples::Functional] {
                let found = matcher(network, samples).classify(&options(20), &Control::unlimited()).unwrap();
                assert_eq!(undecided(&found), 0, "{network} {samples}: {:?}", found.open);
                assert_eq!(found.verdict(&Allocation::all(found.network.weights())), Verdict::One);
            }
        }
    }

    #[test]
    fn budgets_grow_until_nothing_is_open_or_the_time_is_up() {
        assert_eq!(options(5).grown().trials, Trials::Fixed(20));
        let matcher = matcher("lrnn(1, 2, 1, 3)", Samples::Functional);
        let first = matcher.classify(&options(1), &Control::unlimited()).unwrap();
        let limited = Control::unlimited().within(std::time::Duration::from_secs(5));
        let last = matcher.classify_until_decided(&options(1), &limited).unwrap();
        // A single instance leaves 4 of its allocations open, 16 leave 2.
        assert!(undecided(&last) < undecided(&first), "{} and {}", undecided(&last), undecided(&first));
        assert!(last.open.is_empty() || last.late);
    }
}
