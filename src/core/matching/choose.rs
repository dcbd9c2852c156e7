//! Among allocations of the same size and dimension: the one whose match probability is best.

use std::time::{Duration, Instant};

use crate::algebra::Limits;
use crate::allocation::Allocation;
use crate::control::Control;
use crate::reach::{Design, Evidence, Optimal, Settings};

use super::answer::{Halt, MatchAnswer, Reason, Verdict};
use super::estimate::Trials;
use super::matcher::{MatchError, MatchOptions, Matcher};

/// So many instances are decided where no law applies: enough to find one without a match.
const TRIALS: u64 = 60;
/// So many subsets are searched for a basis that settles an allocation with surplus weights.
const BASES: usize = 200;
/// For one allocation, at most.
const EACH: Duration = Duration::from_secs(3);

/// What is known of the match probability of a designed allocation.
#[derive(Clone, Debug)]
pub enum Matching {
    /// It does not span, and no allocation allowed does: MP = 0 for all.
    NoneSpans(Evidence),
    /// It does not span: MP = 0. Whether another one does is not known.
    NotSpanning(Evidence),
    /// By the laws, or from instances; with the answers for the alternatives, best first.
    Known {
        /// For the best one.
        best: Box<MatchAnswer>,
        /// For the others that were looked at.
        others: Vec<MatchAnswer>,
        /// What ended that before one was found that cannot be bettered, or before all were looked at.
        stopped: Option<Halt>,
    },
    /// The network is too large for that.
    TooLarge,
}

/// Of a design and its alternatives, the best: verdict `one` before others, then small odd degrees. Looks at one after the
/// other until one cannot be bettered or the time is over.
///
/// # Errors
/// See [`MatchError`].
pub fn choose(
    design: &Design,
    settings: Settings,
    time: Duration,
    control: &Control<'_>,
) -> Result<Matching, MatchError> {
    if design.dim.value < design.teacher_at_least {
        return Ok(if design.allocation.size() < design.teacher_at_least {
            Matching::NoneSpans(design.lower)
        } else if matches!(design.optimal, Optimal::AtMost(_)) {
            Matching::NotSpanning(design.dim.evidence)
        } else {
            Matching::NoneSpans(Evidence::all([design.dim.evidence, design.evidence]))
        });
    }
    if design.teacher.is_none() {
        return Ok(Matching::TooLarge);
    }
    let start = Instant::now();
    let limits = Limits::default().under(control);
    let matcher = Matcher::new(&design.network, design.samples, settings, limits)?;
    let options = MatchOptions { trials: Trials::Fixed(TRIALS), bases: BASES, ..MatchOptions::default() };
    let (mut answers, mut stopped): (Vec<MatchAnswer>, _) = (Vec::new(), None);
    let all: Vec<&Allocation> = std::iter::once(&design.allocation).chain(&design.alternatives).collect();
    for allocation in all {
        if !answers.is_empty() {
            let late = (start.elapsed() > time).then_some(Halt::TimeLimit(time));
            stopped = control.stopped().map(|why| Halt::of(why, control)).or(late);
        }
        if stopped.is_some() {
            break;
        }
        answers.push(matcher.decide(allocation, &options, &control.narrowed(None).within(EACH))?);
        if answers.last().is_some_and(|a| place(a) == BEST) {
            break;
        }
    }
    answers.sort_by_key(place);
    let best = Box::new(answers.remove(0));
    let stopped = stopped.or_else(|| best.stopped());
    Ok(Matching::Known { best, others: answers, stopped })
}

/// The smaller the better: the verdict, then the degree (1 where the labels are affine), even ones last.
fn place(answer: &MatchAnswer) -> (u8, bool, usize) {
    let verdict = match answer.verdict {
        Verdict::One => 0,
        Verdict::Undecided => 1,
        Verdict::Fractional => 2,
        Verdict::Zero => 3,
    };
    let affine = matches!(answer.reason, Reason::Affine);
    let degree = if affine { Some(1) } else { answer.degree.and_then(Result::ok).map(|d| d.value) };
    (verdict, degree.is_some_and(|d| d % 2 == 0), degree.unwrap_or(usize::MAX))
}

const BEST: (u8, bool, usize) = (0, false, 1);
