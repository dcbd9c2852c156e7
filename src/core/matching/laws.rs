//! The laws that settle a match probability without sampling, in the order in which they are tried.
//!
//! - *Zero-positive law.* MP > 0 if and only if the allocation spans.
//! - *Affine 0-1 law.* If the labels are affine in the learnable weights, MP is 1 where it spans. That they are is read off
//!   what evaluating a label on degrees gives, a bound on its degree in the learnable weights: exact for the families, whose
//!   label maps have no negative coefficients; in another network terms may cancel, and the law is not applied.
//! - *Odd-degree law.* MP = 1 for a basis of odd matching degree: non-real solutions come in pairs.
//! - *Monotonicity.* MP = 1 for everything that contains such a basis.
//! - *Odd-section law.* MP = 1 for what spans with more weights than the teacher has dimensions D, if a generic affine subspace of
//!   D dimensions of its learnable weights has an odd number of complex students. The subspace is a reparametrised
//!   student whose D coordinates learn: its Jacobian has rank D, as a generic subspace is transversal to the kernel, so a
//!   generic fibre is finite and reduced, of one size for generic students, teachers and subspaces. Choose one generic real
//!   subspace: solutions come in conjugate pairs there as on a basis, which is the special case of a coordinate subspace.
//! - *Odd-slice law.* The same where surplus weights are 0, or multiples of others: see [`super::slices`].
//! - *Odd-limit law.* The same where surplus weights go to infinity: see [`super::degeneration`].
//! - *Fractional law.* MP < 1 for a basis with an instance that has δ distinct complex solutions, none real, provided that
//!   the closure of the teacher's labels is normal there and that δ is bounded from above.

use crate::allocation::{Allocation, subsets};
use crate::control::Stopped;
use crate::network::{Network, Samples};
use crate::number::ceil_log2;
use crate::reach::{Evidence, JacobianMatroid};

use super::answer::{Hypothesis, Reason};
use super::degeneration::degenerations;
use super::degree::{Degree, DegreeCounter, NoDegree};
use super::slices::{Slice, coordinate_slices, slices_of_multiples};

/// All bases are counted with so much work before one of them with more.
const CHEAP: [u64; 2] = [1 << 20, 1 << 26];

/// How far slices and limits are looked at.
#[derive(Clone, Copy)]
pub(super) struct Effort {
    /// So many slices with zeros only are counted,
    slices: usize,
    /// so many limits,
    limits: usize,
    /// so many slices with multiples,
    multiples: usize,
    /// and one generic section: with so many products a section or a slice, and with so many a limit.
    work: [u64; 2],
}

/// What nearly all are settled by that can be,
const QUICK: Effort = Effort { slices: 30, limits: 60, multiples: 0, work: [1 << 17, 1 << 16] };
/// and what some more are.
const THOROUGH: Effort = Effort { slices: 200, limits: 1_200, multiples: 200, work: [1 << 20, 1 << 18] };
/// Each is asked of all before the next. After them all work is for generic sections.
pub(super) const EFFORTS: [Option<Effort>; 3] = [Some(QUICK), Some(THOROUGH), None];

/// What the laws say of an allocation that spans.
pub(super) struct Ruling {
    /// The law that gives MP = 1, and how it is known.
    pub certain: Option<(Reason, Evidence)>,
    /// The matching degree, if the allocation is a basis.
    pub degree: Option<Result<Degree, NoDegree>>,
}

/// Asks the laws for MP = 1 about an allocation that spans; at most `most` subsets of a larger allocation are looked at.
pub(super) fn certain_match(
    allocation: &Allocation,
    matroid: &JacobianMatroid,
    counter: &DegreeCounter,
    spans: Evidence,
    most: usize,
) -> Ruling {
    let teacher = matroid.teacher_rank();
    let is_basis = allocation.size() == teacher;
    let degree = is_basis.then(|| counter.degree(allocation));
    let certain = if is_affine(counter, allocation) {
        Some((Reason::Affine, spans))
    } else if is_basis {
        let odd = degree.and_then(Result::ok).filter(|d| d.value % 2 == 1);
        odd.map(|d| (Reason::OddDegree, Evidence::all([spans, d.evidence])))
    } else {
        let all: Vec<Allocation> = bases(allocation, matroid, most).collect();
        let affine = all.iter().find(|b| is_affine(counter, b));
        let affine = affine.map(|b| (Reason::AffineBasis(b.clone()), spans));
        let mut tries = Tries::default();
        let certain = affine.or_else(|| {
            let (basis, odd) = odd_basis(&all, counter, &mut tries)?;
            Some((Reason::OddBasis(basis), Evidence::all([spans, odd.evidence])))
        });
        certain.or_else(|| {
            let (part, odd) = odd_part(counter, allocation, teacher, &mut tries)?;
            let reason = match part {
                OddPart::Section => Reason::OddSection(odd.value),
                OddPart::Slice { zeros, multiples } => Reason::OddSlice { zeros, multiples, degree: odd.value },
                OddPart::Limit(powers) => Reason::OddLimit { powers, degree: odd.value },
            };
            Some((reason, Evidence::all([spans, odd.evidence])))
        })
    };
    Ruling { certain, degree }
}

/// Whether every label that a match is asked of is affine in the learnable weights. Those that these determine may be not.
pub(super) fn is_affine(counter: &DegreeCounter, allocation: &Allocation) -> bool {
    counter.label_degrees(allocation).into_iter().all(|d| d <= 1)
}

/// Bases among the first `most` subsets of an allocation that have as many weights as the teacher has dimensions.
pub(super) fn bases(
    allocation: &Allocation,
    matroid: &JacobianMatroid,
    most: usize,
) -> impl Iterator<Item = Allocation> {
    let size = matroid.teacher_rank();
    subsets(allocation, size).take(most).filter(move |a| matroid.rank(a) == size)
}

/// How some of so many counts are known, taken together, that were chosen for what came out: the chance that one of those is wrong is
/// at most that of any with an error as small, so errors add up over all.
pub(super) fn chosen(among: usize, counts: impl IntoIterator<Item = Evidence>) -> Evidence {
    let one_of_all = |evidence: Evidence| match evidence {
        Evidence::Bounded { error_log2 } => Evidence::within(error_log2 + ceil_log2(among as u128)),
        known => known,
    };
    let worse = |a: Evidence, b: Evidence| if a.better(b) == a { b } else { a };
    counts.into_iter().map(one_of_all).fold(Evidence::Proved, worse)
}

/// How many counts there may be until one is odd. Each might be odd wrongly, those too that come out as none, and where the search
/// ends depends on all of them.
#[derive(Default)]
pub(super) struct Tries(usize);

impl Tries {
    /// So many counts more may be looked at.
    fn among(&mut self, most: usize) {
        self.0 = self.0.saturating_add(most);
    }

    /// How an odd count is known that was chosen for being odd.
    fn known(&self, odd: Degree) -> Degree {
        Degree { evidence: chosen(self.0, [odd.evidence]), ..odd }
    }
}

/// The first basis of odd degree that so much work suffices for; one whose degree is proved if there is one.
fn odd_basis(bases: &[Allocation], counter: &DegreeCounter, tries: &mut Tries) -> Option<(Allocation, Degree)> {
    tries.among(bases.len());
    let mut left: Vec<&Allocation> = bases.iter().collect();
    for counter in counter.by_work(&CHEAP) {
        let (mut first, mut costly) = (None, Vec::new());
        for basis in left {
            match counter.degree(basis) {
                Ok(degree) if degree.value % 2 == 1 => {
                    if degree.evidence == Evidence::Proved {
                        return Some((basis.clone(), degree));
                    }
                    first = first.or_else(|| Some((basis.clone(), degree)));
                }
                Err(NoDegree::Stopped(Stopped::Work { .. })) => costly.push(basis),
                Err(NoDegree::Stopped(Stopped::Time | Stopped::Asked)) => break,
                _ => {}
            }
        }
        if let Some((basis, degree)) = first {
            return Some((basis, tries.known(degree)));
        }
        left = costly;
    }
    None
}

/// What an odd number of complex students matched on: a generic section, where these weights are 0 and those multiples of others, or in
/// the limit of these powers.
pub(super) enum OddPart {
    Section,
    Slice { zeros: Allocation, multiples: Allocation },
    Limit(Vec<i32>),
}

/// The laws of odd sections, slices and limits, with more and more effort.
pub(super) fn odd_part(
    counter: &DegreeCounter,
    allocation: &Allocation,
    teacher: usize,
    tries: &mut Tries,
) -> Option<(OddPart, Degree)> {
    EFFORTS.iter().find_map(|effort| odd_part_with(*effort, counter, (allocation, teacher), tries))
}

/// These laws with so much effort; without a limit only that of odd sections.
pub(super) fn odd_part_with(
    effort: Option<Effort>,
    counter: &DegreeCounter,
    (allocation, teacher): (&Allocation, usize),
    tries: &mut Tries,
) -> Option<(OddPart, Degree)> {
    let Some(effort) = effort else {
        return odd_section(counter, (allocation, teacher), tries);
    };
    let [more, less] = effort.work.map(|work| counter.with_work(work));
    let zeros = || coordinate_slices(allocation, teacher).take(effort.slices).collect();
    let multiples = || slices_of_multiples(allocation, teacher).take(effort.multiples).collect();
    odd_section(&more, (allocation, teacher), tries)
        .or_else(|| odd_slice(&more, zeros(), tries))
        .or_else(|| odd_limit(&less, (allocation, teacher), effort.limits, tries))
        .or_else(|| odd_slice(&more, multiples(), tries))
}

/// The odd-section law.
fn odd_section(
    counter: &DegreeCounter,
    (allocation, teacher): (&Allocation, usize),
    tries: &mut Tries,
) -> Option<(OddPart, Degree)> {
    tries.among(1);
    let odd = counter.section_degree(allocation, teacher).ok().filter(|degree| degree.value % 2 == 1)?;
    Some((OddPart::Section, tries.known(odd)))
}

/// The first of so many limits in which an odd number of complex students match.
fn odd_limit(
    counter: &DegreeCounter,
    (allocation, teacher): (&Allocation, usize),
    most: usize,
    tries: &mut Tries,
) -> Option<(OddPart, Degree)> {
    if !counter.is_open(teacher) {
        return None;
    }
    let limits = degenerations(allocation, teacher).take(most);
    // Of each limit the whole is counted, and the part of each adapting weight.
    tries.among(most.saturating_mul(1 + teacher));
    let limit = counter.first_limit(allocation, limits, |count| count % 2 == 1).ok()??;
    let odd = counter.degree_in_limit(allocation, &limit).ok().filter(|degree| degree.value % 2 == 1)?;
    Some((OddPart::Limit(limit.powers), tries.known(odd)))
}

/// The first of these slices on which an odd number of complex students match; one whose number is proved if there is one.
fn odd_slice(counter: &DegreeCounter, slices: Vec<Slice>, tries: &mut Tries) -> Option<(OddPart, Degree)> {
    tries.among(slices.len());
    let mut first = None;
    for slice in slices {
        let part = || OddPart::Slice { zeros: slice.zeros(), multiples: slice.multiples() };
        match counter.slice_degree(&slice) {
            Ok(odd) if odd.value % 2 == 1 && odd.evidence == Evidence::Proved => return Some((part(), odd)),
            Ok(odd) if odd.value % 2 == 1 => first = first.or_else(|| Some((part(), odd))),
            Err(NoDegree::Stopped(Stopped::Time | Stopped::Asked)) => break,
            _ => {}
        }
    }
    first.map(|(part, odd)| (part, tries.known(odd)))
}

/// Whether labels are as many as the teacher has dimensions, so that almost every vector near a teacher's labels is another one's.
pub(super) fn is_open(network: &Network, samples: Samples, teacher: usize) -> bool {
    network.probe(samples).inputs() * network.labels_per_input() == teacher
}

/// Whether the closure of the teacher's labels is known to be normal.
pub(super) fn normality(network: &Network, samples: Samples, teacher: usize) -> Hypothesis {
    if is_open(network, samples, teacher) {
        Hypothesis::Checked("as many labels as dimensions")
    } else if network.is_normal() {
        Hypothesis::Checked("a determinantal variety")
    } else {
        Hypothesis::Likely
    }
}

/// Whether a matching degree is known not to be larger.
pub(super) fn boundedness(degree: Option<Degree>) -> Hypothesis {
    match degree.map(|d| d.evidence) {
        Some(Evidence::Proved) => Hypothesis::Checked("Bézout's bound, attained"),
        Some(Evidence::Bounded { error_log2 }) => Hypothesis::Bounded(error_log2),
        _ => Hypothesis::Likely,
    }
}

/// How the fractional law is known for a basis, where an instance was decided to have no match with this evidence. Where its
/// hypotheses are only likely, that instance is one of a random sample, which shows MP < 1 by its interval.
pub(super) fn evidence_of_fraction(decision: Evidence, normal: Hypothesis, bounded: Hypothesis) -> Evidence {
    match Evidence::all([decision, normal.evidence(), bounded.evidence()]) {
        Evidence::Open => Evidence::Statistical,
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::Limits;
    use crate::allocation::parse;
    use crate::control::Control;

    #[test]
    fn what_is_chosen_is_as_sure_as_all_of_them() {
        let bounded = |error_log2| Evidence::Bounded { error_log2 };
        assert_eq!(chosen(8, [bounded(-60), Evidence::Proved, bounded(-70)]), bounded(-57));
        assert_eq!(chosen(9, [bounded(-60)]), bounded(-56));
        assert_eq!(chosen(1, [bounded(-60)]), bounded(-60));
        assert_eq!([chosen(0, []), chosen(5, [Evidence::Proved])], [Evidence::Proved; 2]);
        assert_eq!(chosen(64, [bounded(-6), bounded(-60)]), Evidence::Open);
    }

    /// The first odd one of all bases inside an allocation, each of which might have been counted wrongly.
    #[test]
    fn the_number_of_tries_counts() {
        let network: Network = "lffn([2, 2, 2])".parse().unwrap();
        let (samples, free) = (Samples::Functional, Control::unlimited());
        let mut matroid = JacobianMatroid::new(&network, samples, 1, &free).unwrap();
        matroid.extend_to(2, &free).unwrap();
        let counter = DegreeCounter::new(&network, samples, 1, Limits::default());
        let allocation = parse(network.layout(), "W1[0,0] W1[0,1] W1[1,0] W2[0,0] W2[1,1]").unwrap();
        let ruling = certain_match(&allocation, &matroid, &counter, Evidence::Proved, 100);
        let Some((Reason::OddBasis(basis), Evidence::Bounded { error_log2 })) = ruling.certain else {
            panic!("{:?}", ruling.certain);
        };
        let all = bases(&allocation, &matroid, 100).count();
        let alone = counter.degree(&basis).unwrap().evidence.error_log2().unwrap();
        assert!(all > 2);
        assert_eq!(error_log2, alone + ceil_log2(all as u128));
    }
}
