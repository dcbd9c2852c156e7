//! The laws for random labels in place of a teacher: L numbers, standard normal, whatever the student and the inputs are.
//!
//! A law about teachers speaks of almost every point of the closure of their labels. It speaks of random labels exactly where that is all
//! of ℝ^L, since these have a density that vanishes nowhere:
//!
//! - *Zero.* If ρ(A) < L, then for every student and all inputs the labels that are reached are the image of a polynomial map (piecewise
//!   one, or analytic and definable with exponentials) of rank at most ρ(A): a set of measure zero. MP = 0. In particular fewer weights
//!   than labels never match, all of them learnable or not: there is nothing to copy.
//! - *Positive.* If ρ(A) = L, the rank is L near almost every point, so an open set of labels is reached for an open set of students and
//!   inputs. MP > 0. The teacher's dimension is L then, too.
//! - *Affine, odd degree, odd section, odd slice, odd limit, monotonicity*, with ρ(A) = L: they count complex students of labels that are
//!   generic in the closure of the teacher's, which is all of ℂ^L; real labels without that number lie in a proper subvariety.
//! - *Fractional.* The closure ℂ^L is normal.
//!
//! Degrees are counted on [`Network::probe`]. Its labels must be as many as those asked for, up to an invertible linear map; where they
//! are others, no degree is looked at (for w² x + w z on one sample the function has one student, a label two or none that are real).
//! What uses that the labels come from a teacher of the network is not asked: copying, rescaled teachers, the theorems about values,
//! the laws of signs, bottlenecks and poles, and of the laws for networks with kinks all but the memorising law, whose proof solves
//! every label equation whatever the labels are.

use super::super::answer::{MatchAnswer, Reason, Verdict};
use super::super::laws::{Ruling, certain_match};
use super::super::piecewise::memorised;
use super::{Engine, MatchError, MatchOptions, Matcher};
use crate::control::Control;
use crate::network::{Network, Probe, Samples};
use crate::reach::{Dimension, Evidence, Reason as Bound};

impl Matcher {
    /// Enters what is known of random labels.
    ///
    /// # Errors
    /// No number of samples; too many inputs to be drawn.
    pub(super) fn ask_of_labels(
        &self,
        answer: &mut MatchAnswer,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Result<(), MatchError> {
        let Some(count) = self.samples().count() else {
            return Err(MatchError::LabelsOfAllInputs { network: self.network().to_string() });
        };
        let labels = self.network().labels_at(self.samples()).and_then(|labels| usize::try_from(labels).ok());
        let labels = labels.unwrap_or(usize::MAX);
        let whole = answer.teacher;
        answer.teacher = Dimension { value: labels, evidence: Evidence::Proved, reason: Bound::Labels };
        // Bounds of what is reached: by weights, by all that the network reaches, and its own.
        let mut bounds =
            [answer.dim, whole].into_iter().filter(|bound| bound.value < labels).map(|bound| bound.evidence);
        let zero = match answer.allocation.size() < labels {
            true => Some(Evidence::Proved),
            false => bounds.by_ref().filter(|evidence| is_bound(*evidence)).reduce(Evidence::better),
        };
        if let Some(evidence) = zero {
            (answer.verdict, answer.reason, answer.evidence) = (Verdict::Zero, Reason::FewerThanLabels, evidence);
            return Ok(());
        }
        self.accept_inputs(options.ensemble)?;
        match &self.engine {
            Engine::Polynomial(_) if answer.dim.value == labels => {
                if !self.solves_all_labels(answer, count, options, control) {
                    self.sample(answer, options, control);
                }
            }
            Engine::Analytic(_) if answer.dim.value < labels => {
                (answer.verdict, answer.reason) = (Verdict::Undecided, Reason::OpenDimension);
                answer.evidence = Evidence::Open;
            }
            Engine::Analytic(_) => self.ask_analytic_laws(answer),
            Engine::Piecewise { shallow: Some(shallow), .. }
                if count <= memorised(shallow, &answer.allocation) as u64 =>
            {
                (answer.verdict, answer.reason) = (Verdict::One, Reason::Memorising);
                answer.evidence = Evidence::Proved;
            }
            Engine::Polynomial(_) | Engine::Piecewise { .. } => {
                let estimate = self.estimate_with(&answer.allocation, None, options, control);
                (answer.verdict, answer.reason) = (Verdict::Undecided, Reason::SpecialEnsemble);
                (answer.evidence, answer.estimate) = (estimate.of_value(), Some(estimate));
            }
        }
        Ok(())
    }
}

impl Matcher {
    /// Enters probability 1 where a law says that students match almost all labels on so many inputs, of an allocation that reaches as many
    /// dimensions as there are labels; and the degree, where one is counted. False where no law says so.
    pub(super) fn solves_all_labels(
        &self,
        answer: &mut MatchAnswer,
        count: u64,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> bool {
        let Engine::Polynomial(p) = &self.engine else {
            return false;
        };
        if !sees_so_many(&self.asked.0, count) {
            return false;
        }
        let half = control.halved();
        let counter = &p.counter.under(&half);
        let Ruling { certain, degree } =
            certain_match(&answer.allocation, &p.matroid, counter, Evidence::Proved, options.bases);
        answer.degree = degree;
        let Some((reason, evidence)) = certain else {
            return false;
        };
        (answer.verdict, answer.reason, answer.evidence) = (Verdict::One, reason, evidence);
        true
    }
}

/// Whether a dimension with this evidence is bounded from above.
pub(super) fn is_bound(evidence: Evidence) -> bool {
    matches!(evidence, Evidence::Proved | Evidence::Bounded { .. })
}

/// Whether labels on so many generic inputs and those on the network's probe are invertible linear combinations of one another: the
/// probe has as many inputs, and they are generic, or labels are linear in the inputs (or affine), so that as many fixed inputs that see
/// all are combinations of generic ones.
fn sees_so_many(network: &Network, count: u64) -> bool {
    match network.probe(Samples::Count(count)) {
        Probe::Generic(inputs) => inputs as u64 == count,
        Probe::Fixed(inputs) => inputs.len() as u64 == count,
    }
}
