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
//! - *Odd-slice law.* The same where some of these learnable weights are 0 and the other frozen ones generic: a real solution is a
//!   match, and there is one if, for generic students, teachers and inputs, the complex solutions are odd in number and distinct.
//! - *Fractional law.* MP < 1 for a basis with an instance that has δ distinct complex solutions, none real, provided that
//!   the closure of the teacher's labels is normal there and that δ is bounded from above.

use crate::allocation::{Allocation, subsets};
use crate::control::Stopped;
use crate::network::{Network, Samples};
use crate::reach::{Evidence, JacobianMatroid};

use super::answer::{Hypothesis, Reason};
use super::degree::{Degree, DegreeCounter, NoDegree};

/// All bases are counted with so much work before one of them with more.
const CHEAP: [u64; 2] = [1 << 20, 1 << 26];

/// So many slices of an allocation are counted,
const MOST_SLICES: usize = 200;
/// each with so many products.
const SLICE_WORK: u64 = 1 << 20;

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
        let certain = affine.or_else(|| {
            odd_basis(&all, counter).map(|(b, d)| (Reason::OddBasis(b), Evidence::all([spans, d.evidence])))
        });
        let certain = certain.or_else(|| {
            let odd = odd_section(counter, allocation, teacher)?;
            Some((Reason::OddSection(odd.value), Evidence::all([spans, odd.evidence])))
        });
        certain.or_else(|| {
            let (zeros, odd) = odd_slice(counter, allocation, teacher)?;
            let reason = Reason::OddSlice { zeros, degree: odd.value };
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

/// The first basis of odd degree that so much work suffices for; one whose degree is proved if there is one.
fn odd_basis(bases: &[Allocation], counter: &DegreeCounter) -> Option<(Allocation, Degree)> {
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
                Err(NoDegree::Stopped(Stopped::Time | Stopped::Asked)) => return first,
                _ => {}
            }
        }
        if first.is_some() {
            return first;
        }
        left = costly;
    }
    None
}

/// The degree of a generic section of an allocation that spans with surplus weights, if it is odd.
pub(super) fn odd_section(counter: &DegreeCounter, allocation: &Allocation, teacher: usize) -> Option<Degree> {
    counter.section_degree(allocation, teacher).ok().filter(|d| d.value % 2 == 1)
}

/// The first slice of an allocation that spans with surplus weights, so many of which are 0, on which an odd number of complex
/// students match; one whose number is proved if there is one.
pub(super) fn odd_slice(
    counter: &DegreeCounter,
    allocation: &Allocation,
    teacher: usize,
) -> Option<(Allocation, Degree)> {
    let counter = counter.with_work(SLICE_WORK);
    let mut first = None;
    for part in subsets(allocation, teacher).take(MOST_SLICES) {
        let zeros = allocation.difference(&part);
        match counter.degree_with_zeros(&part, &zeros.iter().collect::<Vec<usize>>()) {
            Ok(degree) if degree.value % 2 == 1 => {
                if degree.evidence == Evidence::Proved {
                    return Some((zeros, degree));
                }
                first = first.or(Some((zeros, degree)));
            }
            Err(NoDegree::Stopped(Stopped::Time | Stopped::Asked)) => return first,
            _ => {}
        }
    }
    first
}

/// Whether the closure of the teacher's labels is known to be normal.
pub(super) fn normality(network: &Network, samples: Samples, teacher: usize) -> Hypothesis {
    let labels = network.probe(samples).inputs() * network.labels_per_input();
    if labels == teacher {
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
