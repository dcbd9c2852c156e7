//! The laws for teachers of another network, for generic students, teachers and inputs.
//!
//! Let D be the dimension of the teacher's labels on so many inputs, L the number of labels.
//!
//! - *Zero.* If ρ(A) < D, then MP = 0. *Proof.* For every student and all inputs, what A reaches is the image of a map of rank at most ρ(A)
//!   (polynomial, piecewise so, or analytic and definable with exponentials), a definable set S of dimension at most ρ(A). The teacher's label map F is
//!   polynomial and has rank D at almost every teacher, for almost all inputs; where it has, its fibres have codimension D, so that the
//!   preimage of S there has codimension at least D − ρ(A) > 0, and measure zero. Student and teacher are independent.
//! - *One, whatever the teacher is.* If ρ(A) = L and labels are affine in A, or in a basis inside it, a student matches every label vector for almost all
//!   frozen weights and inputs. The memorising law of networks with kinks solves every label equation, too.
//! - *One.* If D = L = ρ(A), the teacher's labels have a density (F is a submersion almost everywhere), so that whatever holds for almost all
//!   labels holds for almost every teacher: the laws of odd degrees, as for random labels.
//!
//! That ρ(A) = L makes MP positive for random labels, but not here: the labels of students and of teachers may be apart (of either sign, for one).
//! With kinks a teacher's dimension is no constant, so that nothing rests on it.

use super::super::answer::{MatchAnswer, Reason, Verdict};
use super::super::ensemble::Ensemble;
use super::super::piecewise::memorised;
use super::labels::is_bound;
use super::{Engine, MatchError, MatchOptions, Matcher};
use crate::control::Control;
use crate::reach::Evidence;

impl Matcher {
    /// Enters what laws and instances say of teachers of another network.
    ///
    /// # Errors
    /// Too many inputs to be drawn.
    pub(super) fn ask_of_other_teacher(
        &self,
        answer: &mut MatchAnswer,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Result<(), MatchError> {
        // As many inputs are drawn as for labels.
        self.accept_inputs(Ensemble::Labels)?;
        if options.ensemble.is_generic() && self.enter_law_of_other_teacher(answer, options, control) {
            return Ok(());
        }
        (answer.verdict, answer.reason, answer.evidence) = (Verdict::Undecided, Reason::OtherTeacher, Evidence::Open);
        if !matches!(self.engine, Engine::Analytic(_)) {
            let estimate = self.estimate_with(&answer.allocation, None, options, control);
            (answer.evidence, answer.estimate) = (estimate.of_value(), Some(estimate));
        }
        Ok(())
    }

    /// Whether a law gave 0 or 1.
    fn enter_law_of_other_teacher(
        &self,
        answer: &mut MatchAnswer,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> bool {
        let (Some(teacher), Some(count)) = (&self.teacher, self.samples().count()) else {
            return false;
        };
        if let Some(taught) = teacher.dim {
            // A dimension that is found is a proved lower bound.
            let zero = match answer.allocation.size() < taught.value {
                true => Some(Evidence::Proved),
                false => Some(answer.dim.evidence).filter(|known| answer.dim.value < taught.value && is_bound(*known)),
            };
            if let Some(evidence) = zero {
                (answer.verdict, answer.reason, answer.evidence) = (Verdict::Zero, Reason::FewerThanTeacher, evidence);
                return true;
            }
        }
        if let Engine::Piecewise { shallow: Some(shallow), .. } = &self.engine {
            let all = count <= memorised(shallow, &answer.allocation) as u64;
            if all {
                let memorising = (Verdict::One, Reason::Memorising, Evidence::Proved);
                (answer.verdict, answer.reason, answer.evidence) = memorising;
            }
            return all;
        }
        let labels = self.network().labels_at(self.samples()).and_then(|labels| usize::try_from(labels).ok());
        if labels != Some(answer.dim.value) {
            return false;
        }
        let before = (answer.verdict, answer.evidence, answer.degree);
        let fills = teacher.dim.is_some_and(|taught| Some(taught.value) == labels);
        let holds = self.solves_all_labels(answer, count, options, control)
            && (fills || matches!(answer.reason, Reason::Affine | Reason::AffineBasis(_)));
        if !holds {
            (answer.verdict, answer.evidence, answer.degree) = before;
        }
        holds
    }
}
